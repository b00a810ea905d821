//! Visits: recorded in one command with what was learned at the door; the doors due today.

use super::households::{Shelf, plate_of, require, walking};
use super::units::Tree;
use super::views::{self, coded, coded_field, id};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::store::{docs, get_row, rows};
use crate::workspace::{self, Intent, KeyEdit};
use rusqlite::Connection;
use shared_model::Class;
use shared_model::codes;
use shared_model::commands::{AddVisitArgs, Added, DueList, Edited, IdArgs, ListDueArgs, VisitView};
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
    let mut out = Vec::new();
    for v in rows(db, Kind::Visit, "where t.household = ?1 and t._del is null order by t.at desc, t.record", &[&household])? {
        let Some(doc) = docs::load(db, docs::current(db, v.record, Class::Register)?)? else { continue };
        let topics = v.names("topic");
        out.push(VisitView {
            id: v.record.to_string(),
            household: household.to_string(),
            outcome: coded_field(&v, "outcome").unwrap_or_else(|| coded("visit_outcome", "met")),
            mode: coded_field(&v, "mode").unwrap_or_else(|| coded("visit_mode", "door")),
            topics: topics.iter().map(|t| coded("visit_topic", t)).collect(),
            note: v.text("note"),
            at: v.int("at").unwrap_or(0),
            by: views::author_of(db, &doc.shown, "outcome")?,
            pending: doc.pending > 0,
        });
    }
    Ok(out)
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
        let h = require(&o.db, &args.household)?;
        let building = h.id("building").unwrap_or_default();
        let mut edits = vec![
            KeyEdit::put("household", h.record.to_string()),
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
        let text = format!("走访 {}", plate_of(&Tree::read(&o.db)?, &h));
        let facts = facts(&o.db, &args.facts.clone().unwrap_or_default())?;
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("add_visit", text, Some(h.record));
            intent.record(building, visit, Kind::Visit, Class::Register, edits)?;
            for (unit, record, kind, edits) in facts {
                intent.record(unit, record, kind, Class::Register, edits)?;
            }
            w.touch(h.record, Kind::Household);
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Added { id: visit.to_string() })
}

type Fact = (Uuid, Uuid, Kind, Vec<KeyEdit>);

/// Facts learned at the door; what was asked for is struck off the list.
fn facts(db: &Connection, given: &BTreeMap<String, BTreeMap<String, serde_json::Value>>) -> Result<Vec<Fact>> {
    let mut out = Vec::new();
    for (record, edit) in given {
        let record = id(record, "这条记录")?;
        let (kind, row) = match get_row(db, Kind::Person, record)? {
            Some(r) => (Kind::Person, r),
            None => (Kind::Household, get_row(db, Kind::Household, record)?.ok_or_else(|| CoreError::not_found("这条记录"))?),
        };
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
        let household = get_row(&o.db, Kind::Visit, visit)?.and_then(|r| r.id("household"));
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("undo_visit", "撤销一次走访", household);
            intent.write(doc.unit, doc.id, Kind::Visit, vec![KeyEdit::put("_del", mark)]);
            if let Some(h) = household {
                w.touch(h, Kind::Household);
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
        out.cases = u32::try_from(super::cases::open_count(&o.db)?).unwrap_or(0);
        Ok(out)
    })
}
