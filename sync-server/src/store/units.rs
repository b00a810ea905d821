//! The server's own tree of units, with where each stood before.

use super::{int, uint};
use crate::error::Error;
use crate::tree::{Node, Tree};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::HashMap;
use uuid::Uuid;

/// Version of the tree: goes up with every unit made, moved or closed.
pub fn version(db: &Connection) -> Result<u64, Error> {
    Ok(super::get_meta(db, "tree")?.and_then(|v| v.parse().ok()).unwrap_or(0))
}

/// The next version, taken.
fn next_version(db: &Connection) -> Result<u64, Error> {
    let next = version(db)? + 1;
    super::set_meta(db, "tree", &next.to_string())?;
    Ok(next)
}

/// The whole tree.
pub fn load(db: &Connection) -> Result<Tree, Error> {
    let mut stood: HashMap<Uuid, Vec<(u64, Option<Uuid>)>> = HashMap::new();
    let mut statement = db.prepare_cached("select unit, since, parent from unit_parent order by unit, since")?;
    for row in statement.query_map([], |r| Ok((r.get(0)?, uint(r.get(1)?), r.get(2)?)))? {
        let (unit, since, parent) = row?;
        stood.entry(unit).or_default().push((since, parent));
    }
    let mut statement = db.prepare_cached("select id, kind, closed_at is not null, version from unit")?;
    let rows = statement.query_map([], |r| {
        let id: Uuid = r.get(0)?;
        let stood = stood.remove(&id).unwrap_or_else(|| vec![(0, None)]);
        Ok((id, Node::from_rows(r.get(1)?, r.get(2)?, uint(r.get(3)?), stood)))
    })?;
    Ok(Tree::new(version(db)?, rows.collect::<Result<Vec<_>, _>>()?))
}

/// A unit to be added.
pub struct NewUnit<'a> {
    pub id: Uuid,
    pub code: &'a str,
    pub parent: Option<Uuid>,
    pub kind: &'a str,
    pub name: &'a str,
}

/// Adds it, at its version 1, and raises the version of the tree.
pub fn add(db: &Connection, unit: &NewUnit<'_>, now_ms: i64) -> Result<(), Error> {
    let tree = int(next_version(db)?);
    db.prepare_cached("insert into unit (id, code, parent, kind, name, made_at, version) values (?1, ?2, ?3, ?4, ?5, ?6, 1)")?
        .execute(params![unit.id, unit.code, unit.parent, unit.kind, unit.name, now_ms])?;
    db.prepare_cached("insert into unit_parent (unit, since, parent) values (?1, ?2, ?3)")?.execute(params![unit.id, tree, unit.parent])?;
    Ok(())
}

/// Places it beneath another parent; returns the unit's new version.
pub fn place(db: &Connection, unit: &Uuid, parent: &Uuid) -> Result<u64, Error> {
    let tree = int(next_version(db)?);
    db.prepare_cached("insert into unit_parent (unit, since, parent) values (?1, ?2, ?3)")?.execute(params![unit, tree, parent])?;
    let sql = "update unit set parent = ?2, version = version + 1 where id = ?1 returning version";
    Ok(uint(db.prepare_cached(sql)?.query_row(params![unit, parent], |r| r.get(0))?))
}

/// Closes it; returns its new version.
pub fn close(db: &Connection, unit: &Uuid, successors: &[Uuid], now_ms: i64) -> Result<u64, Error> {
    next_version(db)?;
    for successor in successors {
        db.prepare_cached("insert into unit_successor (unit, successor) values (?1, ?2) on conflict do nothing")?
            .execute(params![unit, successor])?;
    }
    let sql = "update unit set closed_at = ?2, version = version + 1 where id = ?1 returning version";
    Ok(uint(db.prepare_cached(sql)?.query_row(params![unit, now_ms], |r| r.get(0))?))
}

/// Opens it again; returns its new version.
pub fn open(db: &Connection, unit: &Uuid) -> Result<u64, Error> {
    next_version(db)?;
    db.prepare_cached("delete from unit_successor where unit = ?1")?.execute([unit])?;
    let sql = "update unit set closed_at = null, version = version + 1 where id = ?1 returning version";
    Ok(uint(db.prepare_cached(sql)?.query_row([unit], |r| r.get(0))?))
}

/// A unit by code or by id.
pub fn find(db: &Connection, text: &str) -> Result<Option<Uuid>, Error> {
    if let Ok(id) = Uuid::parse_str(text) {
        let known = db.query_row("select id from unit where id = ?1", [id], |r| r.get(0)).optional()?;
        return Ok(known);
    }
    Ok(db.query_row("select id from unit where code = ?1 and code <> ''", [text], |r| r.get(0)).optional()?)
}

/// A unit's name.
pub fn name(db: &Connection, unit: &Uuid) -> Result<Option<String>, Error> {
    Ok(db.prepare_cached("select name from unit where id = ?1")?.query_row([unit], |r| r.get(0)).optional()?)
}

/// How many there are.
pub fn count(db: &Connection) -> Result<u64, Error> {
    Ok(super::uint(db.query_row("select count(*) from unit", [], |r| r.get(0))?))
}
