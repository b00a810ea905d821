//! Buildings that an import made. A unit is never deleted: taken back it is closed, which the server does, and only where nothing else is in it and nobody has a
//! post there. It is open again when what stood in it comes back, or when the same file is taken in again.

use super::super::grids::version;
use super::super::units::{Tree, name_of};
use super::batches::is_edited;
use crate::error::Result;
use crate::store::{Row, get_row, rows};
use crate::workspace::{Intent, Writer};
use rusqlite::Connection;
use shared_model::commands::ImportKept;
use shared_model::records::Kind;
use shared_model::wire::{self, Ask, Command};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A building that goes.
pub struct Goes {
    unit: Uuid,
    name: String,
    version: u64,
}

/// Buildings that are closed without a successor, or will be once the server has been asked: what comes into them opens them.
///
/// # Errors
/// Of the store.
pub fn closed(db: &Connection, tree: &Tree) -> Result<BTreeSet<Uuid>> {
    let is_over = |r: &&Row| r.flag("closed") && r.id("successor").is_none() && r.text("kind").as_deref() == Some("building");
    let mut out: BTreeSet<Uuid> = tree.all().filter(is_over).map(|r| r.record).collect();
    let mut q = db.prepare_cached("select body from unjudged where name in ('close_unit', 'make_unit') order by seq")?;
    for body in q.query_map([], |r| r.get::<_, Vec<u8>>(0))? {
        match wire::from_cbor::<Command>(&body?).ok().and_then(|c| c.ask) {
            Some(Ask::CloseUnit { unit, successors, .. }) if successors.is_empty() => out.insert(unit),
            Some(Ask::MakeUnit { unit, .. }) => out.remove(&unit),
            _ => false,
        };
    }
    Ok(out)
}

/// Buildings of the batch that nobody uses, and those that stay. `going`: records that go with the same undo.
///
/// # Errors
/// Of the store.
pub fn plan(db: &Connection, tree: &Tree, batch: Uuid, going: &BTreeSet<Uuid>, now: i64) -> Result<(Vec<Goes>, Vec<ImportKept>)> {
    let (mut goes, mut stays) = (Vec::new(), Vec::new());
    let closed = closed(db, tree)?;
    for row in rows(db, Kind::Unit, "where t.batch = ?1 order by t.record", &[&batch])? {
        if row.flag("closed") || closed.contains(&row.record) {
            continue;
        }
        let reason = if is_used(db, tree, &row, going, now)? {
            "used"
        } else if is_edited(db, row.record, row.kind, batch)? {
            "edited"
        } else {
            // one that the server has not heard of yet begins at version 1
            goes.push(Goes { unit: row.record, name: name_of(&row), version: version(&row).max(1) });
            continue;
        };
        stays.push(ImportKept {
            record: row.record.to_string(),
            kind: Kind::Unit.name().into(),
            words: name_of(&row),
            reason: reason.into(),
            household: None,
            fields: Vec::new(),
        });
    }
    Ok((goes, stays))
}

fn is_used(db: &Connection, tree: &Tree, row: &Row, going: &BTreeSet<Uuid>, now: i64) -> Result<bool> {
    let unit = row.record;
    if tree.all().any(|r| tree.parent(r.record) == Some(unit) && !r.flag("closed")) {
        return Ok(true);
    }
    let posts = rows(db, Kind::Membership, "where t.unit = ?1 and t._del is null", &[&unit])?;
    if posts.iter().any(|m| m.int("until").is_none_or(|until| until > now)) {
        return Ok(true);
    }
    let mut q = db.prepare_cached("select distinct record, kind from doc where unit = ?1 and record <> ?1")?;
    for found in q.query_map([unit], |r| Ok((r.get::<_, Uuid>(0)?, r.get::<_, u8>(1)?)))? {
        let (record, kind) = found?;
        let Some(kind) = Kind::from_u8(kind).filter(|_| !going.contains(&record)) else { continue };
        if get_row(db, kind, record)?.is_none_or(|r| r.get("_del").is_none()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Asks for it to be closed.
///
/// # Errors
/// Of the store.
pub fn close(w: &mut Writer<'_>, building: &Goes, batch: Uuid) -> Result<()> {
    let mut intent = Intent::new("close_unit", format!("撤销导入 {}", building.name), None);
    intent.ask = Some(Ask::CloseUnit { unit: building.unit, successors: Vec::new(), expected: building.version });
    intent.batch = Some(batch);
    w.command(intent)?;
    Ok(())
}

/// Asks for it to be open again, where it stood.
///
/// # Errors
/// Of the store.
pub fn open(w: &mut Writer<'_>, tree: &Tree, unit: Uuid, batch: Uuid) -> Result<()> {
    let Some(parent) = tree.parent(unit) else { return Ok(()) };
    let mut intent = Intent::new("make_unit", format!("重新启用 {}", tree.name(unit)), None);
    intent.ask = Some(Ask::MakeUnit { unit, parent });
    intent.batch = Some(batch);
    w.command(intent)?;
    Ok(())
}
