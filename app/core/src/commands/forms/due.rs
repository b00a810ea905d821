//! What is to be asked now, where: of a household the form of its tier when its time has come and the campaigns that run and take it; at a
//! patrol point its checklist; of a place or facility the forms of its kind. What is known is filled in already.

use super::campaigns::{self, Doors, Running};
use super::responses::{self, Target};
use super::{answers_of, as_asked, library, may_private};
use crate::engine::Engine;
use crate::error::Result;
use crate::project::{self, day_of};
use crate::store::{Row, get_row, rows};
use rusqlite::Connection;
use shared_model::commands::{AnswerPerson, DueForm, ListQuestionsArgs, QuestionList};
use shared_model::crdt::Value;
use shared_model::forms::{Form, FormLibrary, FormTarget};
use shared_model::records::Kind;
use std::collections::BTreeMap;
use std::sync::Arc;

const DAY_MS: i64 = 86_400_000;

struct Asking<'a> {
    db: &'a Connection,
    library: FormLibrary,
    may_private: bool,
    target: Target,
    now: i64,
}

/// `list_questions`
pub fn list(engine: &Engine, args: ListQuestionsArgs) -> Result<QuestionList> {
    let now = engine.now_ms();
    engine.with(|o| {
        let named = [
            ("household", args.household.as_deref()),
            ("place", args.place.as_deref()),
            ("patrol", args.patrol.as_deref()),
            ("facility", args.facility.as_deref()),
        ];
        let target = responses::target(&o.db, named)?;
        let asking = Asking { db: &o.db, library: library(&o.db)?, may_private: may_private(&o.db, &o.me)?, target, now };
        let mut items = match asking.target.field {
            "household" => asking.of_household()?,
            _ => asking.of_spot()?,
        };
        items.retain(|i| !i.form.questions.is_empty());
        Ok(QuestionList { items })
    })
}

/// Was it asked, so that it is not asked again before its time?
fn is_settled(state: Option<&str>) -> bool {
    matches!(state, None | Some("done" | "refused" | "not_needed"))
}

impl Asking<'_> {
    fn of_household(&self) -> Result<Vec<DueForm>> {
        let household = self.target.record;
        let Some(row) = get_row(self.db, Kind::Household, household)?.filter(|r| r.get("ended").is_none()) else { return Ok(Vec::new()) };
        let mut out = Vec::new();
        let doors = Doors::of_one(self.db, &row, self.now)?;
        for running in campaigns::running(self.db, day_of(self.now))? {
            let asked = running.response(self.db, household)?;
            let is_open = asked.as_ref().is_none_or(|r| !is_settled(r.text("state").as_deref()));
            if is_open && running.takes(&doors, household) {
                out.extend(self.of_campaign(&running, asked.as_ref())?);
            }
        }
        let tier = project::tier_of(&row);
        if !row.flag("vacant") {
            for (id, form) in self.library.all().filter(|(_, f)| f.target == FormTarget::Household && f.tier.as_deref() == Some(tier)) {
                out.extend(self.when_due(id, form, "tier")?);
            }
        }
        Ok(out)
    }

    fn of_campaign(&self, running: &Running, asked: Option<&Row>) -> Result<Option<DueForm>> {
        let Some((id, form)) = self.library.for_campaign(&running.form) else { return Ok(None) };
        let mut due = self.item(&id, &form, "campaign", None)?;
        if let Some(row) = asked {
            due.answers.extend(answers_of(row));
            due.answers.retain(|name, _| due.form.question(name).is_some());
            due.state = super::super::views::coded_field(row, "state");
        }
        due.campaign = Some(running.id.to_string());
        due.campaign_title = Some(running.title.clone());
        due.campaign_due = running.due.map(|d| d.to_string());
        Ok(Some(due))
    }

    fn of_spot(&self) -> Result<Vec<DueForm>> {
        let kind = match self.target.field {
            "place" => Kind::Place,
            "patrol" => Kind::Patrol,
            _ => Kind::Facility,
        };
        let Some(row) = get_row(self.db, kind, self.target.record)? else { return Ok(Vec::new()) };
        let named = row.text("form").filter(|_| kind == Kind::Patrol).and_then(|text| self.library.either(&text));
        if let Some((id, form)) = named {
            return Ok(self.when_due(&id, &form, "checklist")?.into_iter().collect());
        }
        // a patrol point that names no checklist has that of the place or facility it is at
        let at = |kind, key| row.id(key).map(|id| get_row(self.db, kind, id)).transpose().map(Option::flatten);
        let (of, what) = match kind {
            Kind::Place => (FormTarget::Place, Some(row)),
            Kind::Facility => (FormTarget::Facility, Some(row)),
            _ => match (at(Kind::Facility, "facility")?, at(Kind::Place, "place")?) {
                (Some(f), _) => (FormTarget::Facility, Some(f)),
                (None, Some(p)) => (FormTarget::Place, Some(p)),
                (None, None) => return Ok(Vec::new()),
            },
        };
        let kind = what.and_then(|r| r.text("kind")).unwrap_or_default();
        let mut out = Vec::new();
        for (id, form) in self.library.all().filter(|(_, f)| f.target == of && (f.kinds.is_empty() || f.kinds.contains(&kind))) {
            out.extend(self.when_due(id, form, "checklist")?);
        }
        Ok(out)
    }

    /// The form, when its time has come.
    fn when_due(&self, id: &str, form: &Arc<Form>, why: &str) -> Result<Option<DueForm>> {
        let filter = format!("where t.\"{}\" = ?1 and t._del is null and t.campaign is null and t.form = ?2", self.target.field);
        let mut asked = rows(self.db, Kind::Response, &filter, &[&self.target.record, &form.name])?;
        asked.retain(|r| is_settled(r.text("state").as_deref()));
        let last = asked.into_iter().max_by_key(responses::last_at);
        let is_due = match (&last, form.period_days()) {
            // asked today already: not again at the same door
            (Some(row), None) => day_of(responses::last_at(row)) < day_of(self.now),
            (Some(row), Some(days)) => day_of(responses::last_at(row) + i64::from(days) * DAY_MS) <= day_of(self.now),
            (None, _) => true,
        };
        if is_due { self.item(id, form, why, last.as_ref()).map(Some) } else { Ok(None) }
    }

    fn item(&self, id: &str, form: &Arc<Form>, why: &str, last: Option<&Row>) -> Result<DueForm> {
        let form = as_asked(form, self.may_private);
        let of_person = form.questions.iter().any(|q| q.filled().is_some_and(|f| f.kind == Kind::Person));
        let people =
            if of_person && self.target.field == "household" { responses::people(self.db, self.target.record)? } else { Vec::new() };
        let person = if people.is_empty() { None } else { responses::person(self.db, self.target.record, None)? };
        let named = |p: &Row| AnswerPerson { id: p.record.to_string(), name: p.text("name").unwrap_or_default() };
        let mut last_answers = last.map(answers_of).unwrap_or_default();
        last_answers.retain(|name, text| form.question(name).is_some_and(|q| q.read(text).is_ok()));
        Ok(DueForm {
            id: id.to_string(),
            why: why.into(),
            campaign: None,
            campaign_title: None,
            campaign_due: None,
            state: None,
            answers: self.known(&form, person.as_ref())?,
            last: last_answers,
            last_at: last.map(responses::last_at),
            person: person.as_ref().map(named),
            people: people.iter().map(named).collect(),
            form,
        })
    }

    /// What the file knows already of what is asked.
    fn known(&self, form: &Form, person: Option<&Row>) -> Result<BTreeMap<String, String>> {
        let household = get_row(self.db, Kind::Household, self.target.record)?;
        let mut out = BTreeMap::new();
        for q in &form.questions {
            let Some(filled) = q.filled() else { continue };
            let row = if filled.kind == Kind::Household { household.as_ref() } else { person };
            let text = match row.and_then(|r| r.get(filled.field.key)) {
                Some(Value::Str(text)) => text.clone(),
                Some(Value::Int(n)) => n.to_string(),
                Some(Value::Bool(b)) => if *b { "yes" } else { "no" }.to_string(),
                _ => continue,
            };
            if q.read(&text).is_ok() {
                out.insert(q.name.clone(), text);
            }
        }
        Ok(out)
    }
}
