//! Changes of the tree of units: a unit moves, is closed, a grid is made. Grants follow from it; documents never move. What is asked was
//! judged before (`push/reshape.rs`).

use crate::error::Error;
use crate::push::reshape;
use crate::store::documents::PartitionRow;
use crate::store::people::{self, Membership};
use crate::store::units;
use crate::tree::Tree;
use crate::{Inner, memberships, sharing};
use rusqlite::Connection;
use shared_model::class::Class;
use shared_model::crdt::{Edit, Value};
use shared_model::doc::{DocId, area_id};
use shared_model::records::Kind;
use shared_model::wire::UnitChange;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Writes the server's own keys of a unit's record.
fn write(inner: &Inner, db: &Connection, unit: &Uuid, edits: &[Edit]) -> Result<Vec<PartitionRow>, Error> {
    inner.write_own(db, unit, DocId::new(*unit, Class::Common), Kind::Unit, edits)
}

fn version(n: u64) -> Edit {
    Edit::put("version", Value::Int(i64::try_from(n).unwrap_or(i64::MAX)))
}

/// The record of a unit names its parent, as the tree does.
pub fn name_parent(inner: &Inner, db: &Connection, tree: &Tree, unit: &Uuid, parent: &Uuid) -> Result<Vec<PartitionRow>, Error> {
    let at = tree.get(unit).map_or(1, |node| node.version);
    write(inner, db, unit, &[Edit::put("parent", parent.to_string()), version(at)])
}

/// A redrawing: all of its steps, each over the tree as the ones before leave it. Whoever stands above anything that moved writes under the next
/// policy stamp, once.
pub fn redraw(inner: &Inner, db: &Connection, tree: &Tree, changes: &[UnitChange]) -> Result<Vec<PartitionRow>, Error> {
    let (mut tree, mut above, mut out) = (tree.clone(), BTreeSet::new(), Vec::new());
    for change in changes {
        match change {
            UnitChange::Make { unit, parent, kind, name, code, shape } => {
                let new = NewGrid { id: *unit, parent: *parent, kind, name: name.trim(), code, shape };
                out.extend(make_grid(inner, db, &new)?);
                reshape::add_grid(&mut tree, *unit, *parent, kind);
            }
            UnitChange::Move { unit, parent, .. } => {
                out.extend(place(inner, db, &tree, unit, parent, &mut above)?);
                tree.place(unit, *parent);
            }
            UnitChange::Close { unit, successors, .. } => {
                out.extend(close_unit(inner, db, &tree, unit, successors)?);
                reshape::close(&mut tree, unit, successors);
            }
            UnitChange::Shape { unit, shape, .. } => {
                let value = if shape.is_empty() { Value::Null } else { Value::Str(shape.clone()) };
                out.extend(write(inner, db, unit, &[Edit::put("shape", value)])?);
            }
        }
    }
    bump_at(inner, db, &above)?;
    Ok(out)
}

/// Places a unit beneath another one. Whoever stands above it, before or after, writes under the next policy stamp.
pub fn move_unit(inner: &Inner, db: &Connection, tree: &Tree, unit: &Uuid, parent: &Uuid) -> Result<Vec<PartitionRow>, Error> {
    let mut above = BTreeSet::new();
    let row = place(inner, db, tree, unit, parent, &mut above)?;
    bump_at(inner, db, &above)?;
    Ok(row)
}

/// Places it, and adds what it stood and stands beneath.
fn place(
    inner: &Inner,
    db: &Connection,
    tree: &Tree,
    unit: &Uuid,
    parent: &Uuid,
    above: &mut BTreeSet<Uuid>,
) -> Result<Vec<PartitionRow>, Error> {
    let at = units::place(db, unit, parent)?;
    above.extend(tree.ancestors(unit));
    above.insert(*parent);
    above.extend(tree.ancestors(parent));
    write(inner, db, unit, &[Edit::put("parent", parent.to_string()), version(at)])
}

/// Whoever stands at one of these units writes under the next stamp.
pub fn bump_at(inner: &Inner, db: &Connection, at: &BTreeSet<Uuid>) -> Result<(), Error> {
    let mut persons = BTreeSet::new();
    for unit in at {
        persons.extend(people::members_at(db, unit)?);
    }
    memberships::bump(db, persons, inner.env.now_ms())
}

/// Closes a unit. What has no building goes on under the first successor; terms at the unit end.
pub fn close_unit(inner: &Inner, db: &Connection, tree: &Tree, unit: &Uuid, successors: &[Uuid]) -> Result<Vec<PartitionRow>, Error> {
    let now_ms = inner.env.now_ms();
    let mut out = Vec::new();
    if let Some(to) = successors.first() {
        for area in tree.children(unit).iter().filter(|c| tree.get(c).is_some_and(|n| !n.is_closed && n.kind == "area")) {
            out.extend(move_unit(inner, db, tree, area, to)?);
        }
    }
    let at = units::close(db, unit, successors, now_ms)?;
    let mut edits = vec![Edit::put("closed", Value::Bool(true)), version(at)];
    edits.extend(successors.first().map(|to| Edit::put("successor", to.to_string())));
    out.extend(write(inner, db, unit, &edits)?);
    let mut above: BTreeSet<Uuid> = tree.ancestors(unit).into_iter().collect();
    above.insert(*unit);
    bump_at(inner, db, &above)?;
    out.extend(sharing::end_all_to(inner, db, unit, now_ms)?);
    for m in people::open_at(db, unit)? {
        out.extend(memberships::save(inner, db, &Membership { until_at: Some(now_ms), version: m.version + 1, ..m })?);
    }
    Ok(out)
}

/// Opens a closed unit again. Nobody holds more or less by that.
pub fn open_unit(inner: &Inner, db: &Connection, unit: &Uuid) -> Result<Vec<PartitionRow>, Error> {
    let at = units::open(db, unit)?;
    write(inner, db, unit, &[Edit::put("closed", Value::Null), Edit::put("successor", Value::Null), version(at)])
}

/// A grid to be made.
pub struct NewGrid<'a> {
    pub id: Uuid,
    pub parent: Uuid,
    pub kind: &'a str,
    pub name: &'a str,
    pub code: &'a str,
    /// Its boundary; empty: none.
    pub shape: &'a str,
}

/// Makes a grid and its area. Making a unit gives nobody a new stamp.
pub fn make_grid(inner: &Inner, db: &Connection, new: &NewGrid<'_>) -> Result<Vec<PartitionRow>, Error> {
    let area = area_id(new.id);
    let area_name = format!("{} 其他", new.name);
    let rows = [
        units::NewUnit { id: new.id, code: new.code, parent: Some(new.parent), kind: new.kind, name: new.name },
        units::NewUnit { id: area, code: "", parent: Some(new.id), kind: "area", name: &area_name },
    ];
    let mut out = Vec::new();
    for row in &rows {
        out.extend(add_unit(inner, db, row)?);
    }
    if !new.shape.is_empty() {
        out.extend(write(inner, db, &new.id, &[Edit::put("shape", new.shape)])?);
    }
    Ok(out)
}

/// Adds a unit with its record.
pub fn add_unit(inner: &Inner, db: &Connection, row: &units::NewUnit<'_>) -> Result<Vec<PartitionRow>, Error> {
    units::add(db, row, inner.env.now_ms())?;
    let mut edits = vec![Edit::put("name", row.name), Edit::put("kind", row.kind), version(1)];
    if !row.code.is_empty() {
        edits.push(Edit::put("code", row.code));
    }
    if let Some(parent) = row.parent {
        edits.push(Edit::put("parent", parent.to_string()));
    }
    write(inner, db, &row.id, &edits)
}
