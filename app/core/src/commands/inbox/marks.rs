//! What only a whole document can say: how new the values of a fork are, what was left behind by a move, what was written after an end or
//! a deletion. A write only notes which documents there are to look at (few end, fewer fork); the looking happens here, when somebody asks.

use crate::error::Result;
use crate::store::docs;
use rusqlite::{Connection, params};
use shared_model::Class;
use shared_model::contradictions::{Rule, edited_after_end};
use shared_model::crdt::{DEL_KEY, LiveOp, Registers, Value, edited_while_deleted};
use shared_model::doc::DocId;
use shared_model::moved;
use shared_model::records::Kind;
use uuid::Uuid;

/// The mark of what a move left behind; the others are the names of rules.
pub const LEFT: &str = "left";

/// Seconds that a practised person takes for a fork, for each further value, and for a text that is read and not seen.
const FORK_SECONDS: u32 = 12;
const VALUE_SECONDS: u32 = 6;
const LONG_SECONDS: u32 = 10;
/// From this many characters on a value is read.
const LONG_CHARS: usize = 24;

/// Looks at every document that changed since and may have something to say.
///
/// # Errors
/// Of the store.
pub fn look(db: &Connection) -> Result<()> {
    let open: bool = db
        .prepare_cached("select exists (select 1 from unlooked) or exists (select 1 from conflict where at is null)")?
        .query_row([], |r| r.get(0))?;
    if !open {
        return Ok(());
    }
    db.execute_batch("savepoint look")?;
    let done = look_at_all(db);
    db.execute_batch(if done.is_ok() { "release look" } else { "rollback to look; release look" })?;
    done
}

fn look_at_all(db: &Connection) -> Result<()> {
    for (record, class) in pairs(db, "select distinct record, class from conflict where at is null")? {
        let doc = docs::load(db, docs::current(db, record, class)?)?;
        let mut set = db.prepare_cached("update conflict set at = ?4, seconds = ?5 where record = ?1 and class = ?2 and key = ?3")?;
        let keys: Vec<String> = db
            .prepare_cached("select key from conflict where record = ?1 and class = ?2")?
            .query_map(params![record, class as u8], |r| r.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        for key in keys {
            let live = doc.as_ref().and_then(|d| d.shown.live.get(&key)).map(Vec::as_slice).unwrap_or_default();
            let at = live.iter().map(|op| op.at * 1000).max().unwrap_or(0);
            set.execute(params![record, class as u8, key, at, fork_seconds(live)])?;
        }
    }
    for (record, class) in pairs(db, "select record, class from unlooked")? {
        db.prepare_cached("delete from mark where record = ?1 and class = ?2")?.execute(params![record, class as u8])?;
        if let Some(doc) = docs::load(db, docs::current(db, record, class)?)? {
            for (rule, op) in found(doc.id, doc.kind, &doc.shown) {
                db.prepare_cached(
                    "insert or ignore into mark (record, class, rule, kind, at, actor, facts) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                )?
                .execute(params![
                    record,
                    class as u8,
                    rule,
                    doc.kind as u8,
                    op.at * 1000,
                    op.id.actor.0.as_slice(),
                    op.id.to_string()
                ])?;
            }
        }
    }
    db.execute("delete from unlooked", [])?;
    Ok(())
}

fn pairs(db: &Connection, sql: &str) -> Result<Vec<(Uuid, Class)>> {
    let mut q = db.prepare_cached(sql)?;
    let got = q.query_map([], |r| Ok((r.get(0)?, r.get::<_, u8>(1)?)))?;
    let mut out = Vec::new();
    for row in got {
        let (record, class) = row?;
        out.extend(Class::from_u8(class).map(|class| (record, class)));
    }
    Ok(out)
}

fn fork_seconds(live: &[LiveOp]) -> u32 {
    let mut values: Vec<&Value> = Vec::new();
    for op in live {
        if !values.contains(&&op.value) {
            values.push(&op.value);
        }
    }
    let long = values.iter().any(|v| v.as_str().is_some_and(|s| s.chars().count() >= LONG_CHARS));
    let more = u32::try_from(values.len().saturating_sub(2)).unwrap_or(0);
    FORK_SECONDS + more * VALUE_SECONDS + if long { LONG_SECONDS } else { 0 }
}

/// What a document says, each with the write that says it.
fn found(id: DocId, kind: Kind, registers: &Registers) -> Vec<(&'static str, LiveOp)> {
    let mut out = Vec::new();
    if edited_while_deleted(registers) {
        let newest = registers.live.iter().filter(|(k, _)| k.as_str() != DEL_KEY).flat_map(|(_, ops)| ops).max_by_key(|op| (op.at, op.id));
        out.extend(newest.map(|op| (Rule::EditedWhileDeleted.name(), op.clone())));
    }
    if registers.value(DEL_KEY).is_some_and(|v| !v.is_null()) {
        return out;
    }
    if kind == Kind::Person && registers.live.contains_key(moved::saw_key(id.class)) {
        out.extend(moved::unseen(registers, id.class).into_values().max_by_key(|op| (op.at, op.id)).map(|op| (LEFT, op)));
    } else if kind == Kind::Person && id.class == Class::Register && registers.value("moved_to").is_none_or(Value::is_null) {
        out.extend(edited_after_end(registers).map(|op| (Rule::EditedAfterEnd.name(), op.clone())));
    }
    out
}

/// Records with a mark.
///
/// # Errors
/// Of the store.
pub fn records(db: &Connection, rule: &str) -> Result<Vec<Uuid>> {
    let mut q = db.prepare_cached("select distinct record from mark where rule = ?1 order by record")?;
    Ok(q.query_map([rule], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
}
