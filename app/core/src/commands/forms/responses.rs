//! Answers: written with a visit or alone, listed for a household. What an answer fills (`fills`) is written in the same command, so that it
//! is entered once. Two people who ask one campaign apart write one record; what they answered differently is kept as two values.

use super::super::households;
use super::super::views::{self, coded_field, id};
use super::super::visits::new_id;
use super::{answers_of, as_asked, library, may_private, require};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::project::day_of;
use crate::store::same::OF_HOUSEHOLD;
use crate::store::{Row, docs, get_row, rows};
use crate::workspace::{self, Identity, Intent, KeyEdit};
use rusqlite::Connection;
use shared_model::Class;
use shared_model::codes::{self, Coded};
use shared_model::commands::{AddResponseArgs, Added, AnswerView, ListResponsesArgs, ResponseArgs, ResponseItem, ResponseList};
use shared_model::crdt::Value;
use shared_model::doc::{DocId, campaign_response_id, visit_response_id};
use shared_model::forms::{self, AnswerClass, Form, FormLibrary, FormTarget, Question, name_of};
use shared_model::records::Kind;
use shared_model::rules::Verb;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// Forms answered in one visit.
const RESPONSES_MAX: usize = 20;

/// What is asked about.
pub struct Target {
    /// `household place patrol facility`: the field of the answers that names it.
    pub field: &'static str,
    pub record: Uuid,
    /// Where what is written about it stands.
    pub unit: Uuid,
}

/// A write of one record, for the intent of a command.
pub type Write = (Uuid, Uuid, Kind, Vec<KeyEdit>);

/// Facts that the same command writes already, by record and field.
pub type Facts = BTreeMap<String, BTreeMap<String, serde_json::Value>>;

/// When, and with which visit.
pub struct Occasion {
    /// The visit, or what stands in its place where there is none.
    pub id: Uuid,
    pub is_visit: bool,
    pub at: i64,
    pub now: i64,
}

/// What answers come to, as writes: the records of answers and the facts that they fill.
///
/// # Errors
/// `invalid_args` that names the question; `not_found` of a form or campaign.
pub fn plan(db: &Connection, me: &Identity, target: &Target, on: &Occasion, given: &[ResponseArgs], facts: &Facts) -> Result<Vec<Write>> {
    if given.is_empty() {
        return Ok(Vec::new());
    }
    if given.len() > RESPONSES_MAX {
        return Err(CoreError::args(format!("一次最多 {RESPONSES_MAX} 份问卷。")).at("responses"));
    }
    let library = library(db)?;
    let may_private = may_private(db, me)?;
    let mut out = Vec::new();
    for args in given {
        let (record, version, form) = found(db, &library, target, on, args)?;
        let form = as_asked(&form, may_private);
        let written = get_row(db, Kind::Response, record)?;
        let Some(Judged { state, asked, sent }) = judged(&form, args, on)? else { continue };
        let mut edits = Vec::new();
        if written.as_ref().is_none_or(|r| r.get("form").is_none()) {
            edits.push(KeyEdit::put("form", form.name.clone()));
            edits.push(KeyEdit::put(target.field, target.record.to_string()));
            edits.extend(args.campaign.as_ref().map(|c| KeyEdit::put("campaign", c.clone())));
        }
        // taken back with a visit, and asked anew: it is there again, without what was said before
        let is_back = written.as_ref().is_some_and(|r| r.get("_del").is_some());
        if is_back {
            edits.push(KeyEdit::put("_del", Value::Null));
        }
        edits.push(KeyEdit::put(&format!("version/{version}"), true));
        edits.push(KeyEdit::put(&format!("at/{}", on.at), true));
        if on.is_visit {
            edits.push(KeyEdit::put(&format!("visit/{}", on.id), true));
        }
        edits.push(KeyEdit::put("state", state.clone()));
        let before = written.as_ref().map(answers_of).unwrap_or_default();
        let is_asked = matches!(state.as_str(), "done" | "part");
        for q in form.questions.iter().filter(|_| is_asked) {
            let key = format!("{}/{}", q.class.family(), q.name);
            match sent.get(&q.name) {
                Some(answer) => edits.push(KeyEdit::put(&key, answer.clone())),
                // what was answered before and is not an answer any more; a private one is not shown again, so left empty says nothing
                None => {
                    let is_cleared = is_back || q.class == AnswerClass::Register || !asked.contains(&q.name);
                    if is_cleared && before.contains_key(&q.name) {
                        edits.push(KeyEdit::put(&key, Value::Null));
                    }
                }
            }
        }
        out.push((target.unit, record, Kind::Response, edits));
        if target.field == "household" {
            out.extend(fills(db, target, &form, args, &sent, facts)?);
        }
    }
    Ok(out)
}

/// The record, the version and the form of what was answered.
fn found(db: &Connection, library: &FormLibrary, target: &Target, on: &Occasion, args: &ResponseArgs) -> Result<(Uuid, String, Arc<Form>)> {
    if let Some(text) = &args.campaign {
        let campaign = id(text, "这次专项排查")?;
        let row = get_row(db, Kind::Campaign, campaign)?.filter(|r| r.get("_del").is_none());
        let row = row.ok_or_else(|| CoreError::not_found("这次专项排查").at("campaign"))?;
        let kept = row.text("form").unwrap_or_default();
        if target.field != "household" {
            return Err(CoreError::args("专项排查逐户问。").at("campaign"));
        }
        // the version that was on the page, while the office may have put another one since
        let named = library.find(&args.form).filter(|f| f.name == name_of(&kept)).map(|f| (args.form.clone(), f));
        let (version, form) = named.or_else(|| library.for_campaign(&kept)).ok_or_else(|| CoreError::not_found("这份问卷").at("form"))?;
        return Ok((campaign_response_id(campaign, target.record), version, form));
    }
    let (version, form) = require(library, &args.form)?;
    let fits = form.target.name() == target.field || (target.field == "patrol" && form.target != FormTarget::Household);
    if !fits {
        return Err(CoreError::args(format!("「{}」不是问这里的。", form.zh)).at("form"));
    }
    Ok((visit_response_id(on.id, &form.name), version, form))
}

/// How far it came, which questions were asked, what is sent.
struct Judged {
    state: String,
    asked: Vec<String>,
    sent: BTreeMap<String, String>,
}

/// `None`: nothing was answered.
fn judged(form: &Form, args: &ResponseArgs, on: &Occasion) -> Result<Option<Judged>> {
    let state = match args.state.as_deref().map(str::trim).filter(|s| !s.is_empty()) {
        None => None,
        Some(text) => {
            let entry = codes::table("response_state").and_then(|t| t.resolve(text));
            Some(entry.ok_or_else(|| CoreError::args(format!("没有「{text}」这一项。")).at("state"))?.code)
        }
    };
    if let Some(state) = state.filter(|s| !matches!(*s, "done" | "part")) {
        return Ok(Some(Judged { state: state.to_string(), asked: Vec::new(), sent: BTreeMap::new() }));
    }
    if let Some(unknown) = args.answers.keys().find(|name| form.question(name).is_none()) {
        return Err(CoreError::args(format!("「{}」里没有「{unknown}」这道题。", form.zh)).at(unknown));
    }
    let outcome = forms::ask(form, &args.answers, day_of(on.now));
    let is_part = state == Some("part");
    if let Some(w) = outcome.wrong.iter().find(|w| w.code != "required" || state == Some("done")) {
        let label = form.question(&w.question).map_or("", |q| q.zh.as_str());
        return Err(CoreError::args(format!("「{label}」{}", w.zh)).at(&w.question));
    }
    if outcome.sent.is_empty() && state.is_none() {
        return Ok(None);
    }
    let state = if is_part || !outcome.complete { "part" } else { "done" };
    Ok(Some(Judged { state: state.to_string(), asked: outcome.asked, sent: outcome.sent }))
}

/// Facts that the answers fill, where they differ from what is known; what was asked for is struck off the list.
fn fills(
    db: &Connection,
    target: &Target,
    form: &Form,
    args: &ResponseArgs,
    sent: &BTreeMap<String, String>,
    facts: &Facts,
) -> Result<Vec<Write>> {
    let mut wanted: BTreeMap<Kind, BTreeMap<String, serde_json::Value>> = BTreeMap::new();
    for q in &form.questions {
        if let (Some(filled), Some(answer)) = (q.filled(), sent.get(&q.name)) {
            wanted.entry(filled.kind).or_default().insert(filled.field.key.to_string(), value_of(q, answer));
        }
    }
    let mut out = Vec::new();
    for (kind, mut edit) in wanted {
        let row = match kind {
            Kind::Household => get_row(db, kind, target.record)?,
            _ => person(db, target.record, args.person.as_deref())?,
        };
        let Some(row) = row else { continue };
        let given = facts.get(&row.record.to_string());
        edit.retain(|key, _| given.is_none_or(|g| !g.contains_key(key)));
        let mut edits = views::edits(kind, Some(&row), &edit, None)?;
        edits.retain(|e| row.get(&e.key) != Some(&e.value));
        for key in row.names("ask").iter().filter(|k| edit.contains_key(*k)) {
            edits.push(KeyEdit::put(&format!("ask/{key}"), false));
        }
        if !edits.is_empty() {
            let unit: Uuid = db.query_row("select unit from doc where record = ?1 order by class limit 1", [row.record], |r| r.get(0))?;
            out.push((unit, row.record, kind, edits));
        }
    }
    Ok(out)
}

fn value_of(q: &Question, answer: &str) -> serde_json::Value {
    match q.kind {
        forms::QuestionKind::YesNo => serde_json::Value::Bool(answer == "yes"),
        _ => serde_json::Value::String(answer.to_string()),
    }
}

/// Whose file is filled: the person named, else the head, else the only one there is.
pub fn person(db: &Connection, household: Uuid, named: Option<&str>) -> Result<Option<Row>> {
    let mut people = people(db, household)?;
    if let Some(text) = named {
        let wanted = id(text, "这个人")?;
        let found = people.into_iter().find(|p| p.record == wanted);
        return found.map(Some).ok_or_else(|| CoreError::not_found("这个人").at("person"));
    }
    let is_head = |p: &Row| p.text("relation").as_deref() == Some("02");
    match people.iter().position(is_head) {
        Some(at) => Ok(Some(people.swap_remove(at))),
        None if people.len() == 1 => Ok(people.pop()),
        None => Ok(None),
    }
}

/// Who lives in a household, head first.
pub fn people(db: &Connection, household: Uuid) -> Result<Vec<Row>> {
    let mut all = rows(db, Kind::Person, &format!("where {OF_HOUSEHOLD} and t._del is null and t.ended is null"), &[&household])?;
    all.retain(|p| p.get("name").is_some());
    all.sort_by_key(|p| (p.text("relation").as_deref() != Some("02"), p.int("birth_year").unwrap_or(9999), p.record));
    Ok(all)
}

/// What is named, with the unit where it stands.
pub fn target(db: &Connection, named: [(&'static str, Option<&str>); 4]) -> Result<Target> {
    let mut named = named.into_iter().filter_map(|(field, id)| Some((field, id?)));
    let (Some((field, text)), None) = (named.next(), named.next()) else {
        return Err(CoreError::args("要写问的是哪一户、哪个场所、巡查点或设施，只写一个。").at("household"));
    };
    if field == "household" {
        let row = households::require(db, text)?;
        return Ok(Target { field, record: row.record, unit: row.id("building").unwrap_or_default() });
    }
    let kind = match field {
        "place" => Kind::Place,
        "patrol" => Kind::Patrol,
        _ => Kind::Facility,
    };
    let record = id(text, kind.def().zh)?;
    get_row(db, kind, record)?.filter(|r| r.get("_del").is_none()).ok_or_else(|| CoreError::not_found(kind.def().zh).at(field))?;
    let unit = db.query_row("select unit from doc where record = ?1 order by class limit 1", [record], |r| r.get(0))?;
    Ok(Target { field, record, unit })
}

/// `add_response`
pub fn add(engine: &Engine, args: AddResponseArgs) -> Result<Added> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Response, Verb::Make))?;
    let now = engine.now_ms();
    let on = Occasion { id: new_id(engine), is_visit: false, at: now, now };
    let (record, changed) = engine.with(|o| {
        let named = [
            ("household", args.household.as_deref()),
            ("place", args.place.as_deref()),
            ("patrol", args.patrol.as_deref()),
            ("facility", args.facility.as_deref()),
        ];
        let target = target(&o.db, named)?;
        let writes = plan(&o.db, &o.me, &target, &on, std::slice::from_ref(&args.response), &Facts::new())?;
        let record = writes.first().map(|w| w.1).ok_or_else(|| CoreError::args("一题也没有回答，没有写进去。").at("answers"))?;
        let household = (target.field == "household").then_some(target.record);
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("add_response", "答问卷", household);
            for (unit, record, kind, edits) in writes {
                intent.record(unit, record, kind, Class::Register, edits)?;
            }
            w.command(intent)?;
            Ok(record)
        })
    })?;
    engine.raise(&changed);
    Ok(Added { id: record.to_string() })
}

/// The main documents of answers that were given with this visit and no other: they go with it when it is taken back.
///
/// # Errors
/// Of the store.
pub fn only_of_visit(db: &Connection, visit: Uuid) -> Result<Vec<(Uuid, DocId)>> {
    let (needle, own) = (format!("%{visit}%"), visit.to_string());
    let mut out = Vec::new();
    for row in rows(db, Kind::Response, "where t._del is null and t.visit like ?1", &[&needle])? {
        if row.names("visit") != [own.as_str()] {
            continue;
        }
        let doc = docs::load(db, docs::current(db, row.record, Class::Register)?)?;
        out.extend(doc.filter(|doc| doc.mine).map(|doc| (doc.unit, doc.id)));
    }
    Ok(out)
}

/// When answers were given last, ms.
pub fn last_at(row: &Row) -> i64 {
    row.names("at").iter().filter_map(|at| at.parse().ok()).max().unwrap_or(0)
}

/// `list_responses`
pub fn list(engine: &Engine, args: ListResponsesArgs) -> Result<ResponseList> {
    engine.with(|o| {
        let household = households::require(&o.db, &args.household)?.record;
        let library = library(&o.db)?;
        let mut items = Vec::new();
        for row in rows(&o.db, Kind::Response, &format!("where {OF_HOUSEHOLD} and t._del is null and t.form is not null"), &[&household])? {
            items.extend(item(&o.db, &library, &row)?);
        }
        items.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.id.cmp(&b.id)));
        Ok(ResponseList { items })
    })
}

fn item(db: &Connection, library: &FormLibrary, row: &Row) -> Result<Option<ResponseItem>> {
    let name = row.text("form").unwrap_or_default();
    let known: Vec<Arc<Form>> = row.names("version").iter().filter_map(|id| library.find(id)).collect();
    let current = library.named(&name).map(|(_, f)| f);
    let form = known.first().cloned().or(current);
    let (mut by, mut pending, mut clashing) = (String::new(), false, Vec::new());
    for d in docs::of_record(db, row.record)? {
        let Some(doc) = docs::load(db, d)? else { continue };
        if d.class == Class::Register {
            by = views::author_of(db, &doc.shown, "state")?;
        }
        pending |= doc.pending > 0;
        clashing.extend(doc.shown.live.keys().filter(|key| doc.shown.is_conflicted(key)).cloned());
    }
    let mut answers = Vec::new();
    for (class, texts) in [(AnswerClass::Register, row.texts("answer")), (AnswerClass::Private, row.texts("secret"))] {
        for (question, text) in texts {
            let asked = known.iter().find_map(|f| f.question(&question));
            answers.push(AnswerView {
                label: asked.map_or_else(|| question.clone(), |q| q.zh.clone()),
                label_en: asked.map_or_else(|| question.clone(), |q| q.english().to_string()),
                text: asked.map_or_else(|| text.clone(), |q| q.words(&text, false)),
                text_en: asked.map_or_else(|| text.clone(), |q| q.words(&text, true)),
                private: class == AnswerClass::Private,
                conflict: clashing.contains(&format!("{}/{question}", class.family())),
                question,
            });
        }
    }
    // in the order of the form
    if let Some(form) = &form {
        answers.sort_by_key(|a| form.questions.iter().position(|q| q.name == a.question).unwrap_or(usize::MAX));
    }
    let campaign = row.id("campaign");
    let title = campaign.map(|c| get_row(db, Kind::Campaign, c)).transpose()?.flatten().and_then(|c| c.text("title"));
    Ok(Some(ResponseItem {
        id: row.record.to_string(),
        form: form.as_ref().map_or_else(|| Coded::spoken(&name, &name, ""), |f| Coded::spoken(&name, &f.zh, &f.en)),
        campaign: campaign.map(|c| c.to_string()),
        campaign_title: title,
        state: coded_field(row, "state").unwrap_or_else(|| views::coded("response_state", "done")),
        at: last_at(row),
        by,
        answers,
        pending,
    }))
}
