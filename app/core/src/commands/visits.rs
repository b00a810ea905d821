//! Visits: recorded in one command with what was learned at the door; the doors due today.

use super::field::spots;
use super::forms::responses;
use super::households::{Shelf, plate_of, require, walking};
use super::units::Tree;
use super::views::{self, coded, coded_field, id};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::media::attach::{self, Owner};
use crate::project;
use crate::store::same::{self, OF_HOUSEHOLD};
use crate::store::{Row, docs, get_row, rows};
use crate::workspace::{self, Intent, KeyEdit};
use rusqlite::Connection;
use shared_model::Class;
use shared_model::codes;
use shared_model::commands::{AddVisitArgs, Added, DueList, Edited, IdArgs, ListDueArgs, ListSpotsArgs, VisitView};
use shared_model::crdt::deletion::del_value;
use shared_model::records::Kind;
use shared_model::rules::Verb;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Visits of a household, newest first.
///
/// # Errors
/// Of the store.
pub fn of_household(db: &Connection, household: Uuid) -> Result<Vec<VisitView>> {
    of(db, "household", household)
}

/// Visits of what a field of a visit names (`household place patrol facility`), newest first.
///
/// # Errors
/// Of the store.
pub fn of(db: &Connection, field: &str, target: Uuid) -> Result<Vec<VisitView>> {
    let mut out = Vec::new();
    let of = if field == "household" { OF_HOUSEHOLD.to_string() } else { format!("t.\"{field}\" = ?1") };
    let filter = format!("where {of} and t._del is null order by t.at desc, t.record");
    for v in rows(db, Kind::Visit, &filter, &[&target])? {
        let Some(doc) = docs::load(db, docs::current(db, v.record, Class::Register)?)? else { continue };
        let topics = v.names("topic");
        out.push(VisitView {
            id: v.record.to_string(),
            household: v.text("household"),
            place: v.text("place"),
            patrol: v.text("patrol"),
            facility: v.text("facility"),
            outcome: coded_field(&v, "outcome").unwrap_or_else(|| coded("visit_outcome", "met")),
            mode: coded_field(&v, "mode").unwrap_or_else(|| coded("visit_mode", "door")),
            topics: topics.iter().map(|t| coded("visit_topic", t)).collect(),
            note: v.text("note"),
            met: v.names("met"),
            found: v.names("found"),
            at: v.int("at").unwrap_or(0),
            by: views::author_of(db, &doc.shown, "outcome")?,
            pending: doc.pending > 0,
        });
    }
    Ok(out)
}

/// What is visited: one of a household, a place, a patrol point, a facility.
struct Target {
    row: Row,
    /// The field of the visit that names it.
    field: &'static str,
    /// Where the visit's document stands.
    unit: Uuid,
    /// For the lists of what waits.
    text: String,
}

impl Target {
    fn of(db: &Connection, args: &AddVisitArgs) -> Result<Target> {
        let given = [("household", &args.household), ("place", &args.place), ("patrol", &args.patrol), ("facility", &args.facility)];
        let mut named = given.into_iter().filter_map(|(field, id)| Some((field, id.as_deref()?)));
        let (Some((field, target)), None) = (named.next(), named.next()) else {
            return Err(CoreError::args("要写走访的是哪一户、哪个场所、巡查点或设施，只写一个。").at("household"));
        };
        if field == "household" {
            let row = require(db, target)?;
            let text = format!("走访 {}", plate_of(&Tree::read(db)?, &row));
            return Ok(Target { unit: row.id("building").unwrap_or_default(), row, field, text });
        }
        let kind = spots::SPOTS.iter().find(|(_, f, _)| *f == field).map_or(Kind::Place, |(kind, ..)| *kind);
        let row = spots::require(db, kind, target)?;
        let verb = if kind == Kind::Place { "走访" } else { "巡查" };
        let text = format!("{verb} {}", row.text("name").unwrap_or_default());
        Ok(Target { unit: spots::home(db, row.record)?, row, field, text })
    }

    /// What may come of a visit to it.
    fn takes(&self, outcome: &str) -> bool {
        match self.row.kind {
            Kind::Household => !matches!(outcome, "clear" | "found"),
            Kind::Place => matches!(outcome, "met" | "absent" | "refused" | "clear" | "found"),
            _ => matches!(outcome, "absent" | "clear" | "found"),
        }
    }
}

/// `add_visit`
pub fn add(engine: &Engine, args: AddVisitArgs) -> Result<Added> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Visit, Verb::Make))?;
    let now = engine.now_ms();
    let visit = new_id(engine);
    let field = |key: &str, text: &str| {
        let f = Kind::Visit.field(key).ok_or_else(|| CoreError::args("没有这个字段。"))?;
        f.read(&serde_json::Value::String(text.to_string())).map_err(|m| CoreError::args(format!("{m}。")).at(key))
    };
    let outcome = field("outcome", &args.outcome)?;
    let mode = field("mode", args.mode.as_deref().unwrap_or("door"))?;
    let (_, changed) = engine.with(|o| {
        let target = Target::of(&o.db, &args)?;
        if outcome.as_str().is_none_or(|code| !target.takes(code)) {
            return Err(CoreError::args("这里不能记这个结果。").at("outcome"));
        }
        let household = (target.row.kind == Kind::Household).then_some(target.row.record);
        let mut edits = vec![
            KeyEdit::put(target.field, target.row.record.to_string()),
            KeyEdit::put("at", args.at.unwrap_or(now)),
            KeyEdit { key: "outcome".into(), value: outcome, seen: None, settle: false },
            KeyEdit { key: "mode".into(), value: mode, seen: None, settle: false },
        ];
        if let Some(note) = args.note.as_deref().map(str::trim).filter(|n| !n.is_empty()) {
            edits.push(KeyEdit::put("note", note.to_string()));
        }
        let topics = codes::table("visit_topic").ok_or_else(|| CoreError::args("没有话题表。"))?;
        for t in args.topics.iter().flatten() {
            let code = topics.resolve(t).ok_or_else(|| CoreError::args(format!("没有「{t}」这个话题。")).at("topics"))?.code;
            edits.push(KeyEdit::put(&format!("topic/{code}"), true));
        }
        for p in args.people.iter().flatten() {
            edits.push(KeyEdit::put(&format!("met/{}", id(p, "这个人")?), true));
        }
        let known = args.facts.clone().unwrap_or_default();
        let facts = facts(&o.db, &known)?;
        let asked = responses::Target { field: target.field, record: target.row.record, unit: target.unit };
        let on = responses::Occasion { id: visit, is_visit: true, at: args.at.unwrap_or(now), now };
        let answers = responses::plan(&o.db, &o.me, &asked, &on, args.responses.as_deref().unwrap_or_default(), &known)?;
        let taken = attach::take(&o.media, &args.attachments, || new_id(engine))?;
        let owner = Owner { unit: target.unit, class: Class::Register, of: visit, of_kind: Kind::Visit, step: None };
        let done = workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("add_visit", target.text, household);
            intent.record(target.unit, visit, Kind::Visit, Class::Register, edits)?;
            for (unit, record, kind, edits) in facts.into_iter().chain(answers) {
                intent.record(unit, record, kind, Class::Register, edits)?;
            }
            attach::write(&mut intent, &taken, owner, now)?;
            w.touch(target.row.record, target.row.kind);
            w.command(intent)
        })?;
        attach::keep(&mut o.media, &taken, now);
        Ok(done)
    })?;
    engine.raise(&changed);
    Ok(Added { id: visit.to_string() })
}

type Fact = (Uuid, Uuid, Kind, Vec<KeyEdit>);

/// Facts learned at the door; what was asked for is struck off the list.
fn facts(db: &Connection, given: &BTreeMap<String, BTreeMap<String, serde_json::Value>>) -> Result<Vec<Fact>> {
    let mut out = Vec::new();
    for (record, edit) in given {
        // of a record that went into another what was learned is said of the one that stays
        let record = same::canon(db, id(record, "这条记录")?)?;
        let mut found = None;
        for kind in [Kind::Person, Kind::Household, Kind::Place, Kind::Facility, Kind::Patrol] {
            if let Some(row) = get_row(db, kind, record)? {
                found = Some((kind, row));
                break;
            }
        }
        let (kind, row) = found.ok_or_else(|| CoreError::not_found("这条记录"))?;
        let unit: Uuid = db.query_row("select unit from doc where record = ?1 order by class limit 1", [record], |r| r.get(0))?;
        let mut edits = views::edits(kind, Some(&row), edit, None)?;
        for key in row.names("ask").iter().filter(|k| edit.contains_key(*k)) {
            edits.push(KeyEdit::put(&format!("ask/{key}"), false));
        }
        out.push((unit, record, kind, edits));
    }
    Ok(out)
}

/// A new record's id: time-ordered, from the engine's own clock and randomness.
pub fn new_id(engine: &Engine) -> Uuid {
    let random: [u8; 10] = crate::vault::random(engine.env());
    uuid::Builder::from_unix_timestamp_millis(u64::try_from(engine.now_ms()).unwrap_or(0), &random).into_uuid()
}

/// `undo_visit`: marked as removed; whoever edits it meanwhile brings it back into sight.
pub fn undo(engine: &Engine, args: IdArgs) -> Result<Edited> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Visit, Verb::Edit))?;
    let now = engine.now_ms();
    let (seq, changed) = engine.with(|o| {
        let visit = id(&args.id, "这次走访")?;
        let doc =
            docs::load(&o.db, docs::current(&o.db, visit, Class::Register)?)?.ok_or_else(|| CoreError::not_found("这次走访").at("id"))?;
        if !doc.mine {
            return Err(CoreError::not_allowed("撤销别人的走访"));
        }
        let mark = del_value(&doc.shown);
        let row = get_row(&o.db, Kind::Visit, visit)?;
        let household = row.as_ref().and_then(|r| r.id("household"));
        let answers = responses::only_of_visit(&o.db, visit)?;
        let spot = spots::SPOTS.iter().find_map(|(kind, field, _)| Some((row.as_ref()?.id(field)?, *kind)));
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("undo_visit", "撤销一次走访", household);
            intent.write(doc.unit, doc.id, Kind::Visit, vec![KeyEdit::put("_del", mark.clone())]);
            for (unit, id) in answers {
                intent.write(unit, id, Kind::Response, vec![KeyEdit::put("_del", mark.clone())]);
            }
            if let Some(h) = household {
                w.touch(h, Kind::Household);
            }
            if let Some((record, kind)) = spot {
                w.touch(record, kind);
            }
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}

/// `list_due`: overdue first, then today, then soon, each in walking order.
pub fn list_due(engine: &Engine, args: ListDueArgs) -> Result<DueList> {
    let now = engine.now_ms();
    let ahead = i32::try_from(args.days.unwrap_or(3)).unwrap_or(3);
    engine.with(|o| {
        let shelf = Shelf::read(&o.db, now)?;
        let beneath = match &args.unit {
            Some(u) => Some(shelf.tree.beneath(shelf.tree.find(u)?.record)),
            None => None,
        };
        let mut out = DueList::default();
        for row in walking(&o.db, beneath.as_ref())? {
            let item = shelf.item(&row);
            match item.due.state.as_str() {
                "over" => out.over.push(item),
                "today" => out.today.push(item),
                "done" => out.done += 1,
                "soon" | "none" if item.due.date.is_some() && item.due.days <= ahead => out.soon.push(item),
                _ => {}
            }
        }
        out.over.sort_by_key(|h| h.due.days);
        out.soon.sort_by_key(|h| h.due.days);
        let points = ListSpotsArgs { unit: args.unit.clone(), all: None };
        for point in spots::patrols(&o.db, &points, project::day_of(now))? {
            match point.due.state.as_str() {
                "over" | "today" => out.patrols.push(point),
                "done" => out.patrols_done += 1,
                "soon" | "none" if point.due.date.is_some() && point.due.days <= ahead => out.patrols.push(point),
                _ => {}
            }
        }
        out.patrols.sort_by_key(|p| p.due.days);
        out.cases = u32::try_from(super::cases::open_count(&o.db)?).unwrap_or(0);
        Ok(out)
    })
}
