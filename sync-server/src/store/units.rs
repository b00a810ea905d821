//! The server's own tree of units.

use crate::error::Error;
use crate::tree::{Node, Tree};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

/// Version of the tree: goes up with every unit made.
pub fn version(db: &Connection) -> Result<u64, Error> {
    Ok(super::get_meta(db, "tree")?.and_then(|v| v.parse().ok()).unwrap_or(0))
}

/// The whole tree.
pub fn load(db: &Connection) -> Result<Tree, Error> {
    let mut statement = db.prepare_cached("select id, parent, kind from unit")?;
    let rows = statement.query_map([], |r| Ok((r.get(0)?, Node { parent: r.get(1)?, kind: r.get(2)? })))?;
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

/// Adds it and raises the version.
pub fn add(db: &Connection, unit: &NewUnit<'_>, now_ms: i64) -> Result<(), Error> {
    db.prepare_cached("insert into unit (id, code, parent, kind, name, made_at) values (?1, ?2, ?3, ?4, ?5, ?6)")?.execute(params![
        unit.id,
        unit.code,
        unit.parent,
        unit.kind,
        unit.name,
        now_ms
    ])?;
    super::set_meta(db, "tree", &(version(db)? + 1).to_string())
}

/// A unit by code or by id.
pub fn find(db: &Connection, text: &str) -> Result<Option<Uuid>, Error> {
    if let Ok(id) = Uuid::parse_str(text) {
        let known = db.query_row("select id from unit where id = ?1", [id], |r| r.get(0)).optional()?;
        return Ok(known);
    }
    Ok(db.query_row("select id from unit where code = ?1 and code <> ''", [text], |r| r.get(0)).optional()?)
}

/// How many there are.
pub fn count(db: &Connection) -> Result<u64, Error> {
    Ok(super::uint(db.query_row("select count(*) from unit", [], |r| r.get(0))?))
}
