//! Redrawing: buildings move between grids, grids are made and closed, and before that a preview of who gains and who loses what. Grants
//! change; no document moves. The commands are the server's, each against the version this device saw.

use super::memberships::{self, Member, holds, may_ever, send, told};
use super::units::Tree;
use super::visits::new_id;
use crate::engine::{Engine, Open};
use crate::error::{CoreError, Result};
use crate::store::Row;
use rusqlite::Connection;
use shared_model::Class;
use shared_model::commands::{
    CloseUnitArgs, GrantsPreview, GridPreview, MakeGridArgs, MoveUnitsArgs, PersonPreview, PreviewGrantsArgs, ServerAnswer, UnitName,
};
use shared_model::doc::unit_id;
use shared_model::rules::{self, Role};
use shared_model::wire::Ask;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Households that a grid should have.
const HOUSEHOLDS_MIN: u32 = 300;
const HOUSEHOLDS_MAX: u32 = 500;
/// Units moved by one call.
const UNITS_MAX: usize = 500;

pub(super) fn version(row: &Row) -> u64 {
    row.int("version").and_then(|v| u64::try_from(v).ok()).unwrap_or(0)
}

pub(super) fn may_shape(o: &Open, tree: &Tree, unit: Uuid, field: &str) -> Result<()> {
    if holds(o, tree, unit, rules::may_shape)? { Ok(()) } else { Err(CoreError::not_allowed("调整这里的网格").at(field)) }
}

pub(super) fn kind(row: &Row) -> String {
    row.text("kind").unwrap_or_default()
}

/// The moves that are asked for: only what is not there already.
fn moves(o: &Open, tree: &Tree, units: &[String], parent: Uuid, above: &str) -> Result<Vec<(&'static str, String, Ask)>> {
    let mut out = Vec::new();
    for text in units {
        let row = tree.find(text).map_err(|e| e.at("units"))?;
        may_shape(o, tree, row.record, "units")?;
        if !rules::may_stand(&kind(row), above) || tree.line(parent).contains(&row.record) {
            return Err(CoreError::args(format!("「{}」不能放到那里。", super::units::name_of(row))).at("units"));
        }
        if tree.parent(row.record) != Some(parent) {
            let words = format!("{} 划到 {}", super::units::name_of(row), tree.name(parent));
            out.push(("move_units", words, Ask::MoveUnit { unit: row.record, parent, expected: version(row) }));
        }
    }
    Ok(out)
}

/// `move_units`
pub fn move_units(engine: &Engine, args: MoveUnitsArgs) -> Result<ServerAnswer> {
    if args.units.is_empty() || args.units.len() > UNITS_MAX {
        return Err(CoreError::args(format!("一次划 1 到 {UNITS_MAX} 处。")).at("units"));
    }
    may_ever(engine, "调整网格", rules::may_shape)?;
    let asks = engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        let parent = tree.find(&args.parent).map_err(|e| e.at("parent"))?;
        may_shape(o, &tree, parent.record, "parent")?;
        moves(o, &tree, &args.units, parent.record, &kind(parent))
    })?;
    send(engine, asks)
}

/// `close_unit`
pub fn close(engine: &Engine, args: CloseUnitArgs) -> Result<ServerAnswer> {
    may_ever(engine, "调整网格", rules::may_shape)?;
    let ask = engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        let row = tree.find(&args.unit).map_err(|e| e.at("unit"))?;
        may_shape(o, &tree, row.record, "unit")?;
        let is_open = |u: &Row| tree.parent(u.record) == Some(row.record) && !u.flag("closed") && kind(u) != "area";
        if tree.all().any(is_open) {
            return Err(CoreError::args("里面还有楼栋，请先把它们划走。").at("unit"));
        }
        let successors = args.successors.iter().map(|s| Ok(tree.find(s).map_err(|e| e.at("successors"))?.record));
        let successors = successors.collect::<Result<Vec<_>>>()?;
        let words = format!("撤销 {}", super::units::name_of(row));
        Ok(("close_unit", words, Ask::CloseUnit { unit: row.record, successors, expected: version(row) }))
    })?;
    send(engine, vec![ask])
}

/// `make_grid`, and what is to stand in it at once, in one go.
pub fn make(engine: &Engine, args: MakeGridArgs) -> Result<ServerAnswer> {
    may_ever(engine, "调整网格", rules::may_shape)?;
    let (name, code) = (args.name.trim().to_string(), args.code.as_deref().map(str::trim).unwrap_or_default().to_string());
    let new_kind = args.kind.as_deref().map_or("grid", str::trim).to_string();
    if name.is_empty() {
        return Err(CoreError::args("要写名称。").at("name"));
    }
    let unit = if code.is_empty() { new_id(engine) } else { unit_id(&code) };
    let asks = engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        let parent = tree.find(&args.parent).map_err(|e| e.at("parent"))?;
        may_shape(o, &tree, parent.record, "parent")?;
        if !matches!(new_kind.as_str(), "grid" | "micro_grid") || !rules::may_stand(&new_kind, &kind(parent)) {
            return Err(CoreError::args("这里不能设这种网格。").at("kind"));
        }
        let ask = Ask::MakeGrid { unit, parent: parent.record, kind: new_kind.clone(), name: name.clone(), code };
        let mut asks = vec![("make_grid", format!("新设 {name}"), ask)];
        asks.extend(moves(o, &tree, &args.units, unit, &new_kind)?);
        Ok(asks)
    })?;
    Ok(ServerAnswer { id: Some(unit.to_string()), ..send(engine, asks)? })
}

/// Whether a role receives more of a unit than what everybody may know.
fn receives(role: Role) -> bool {
    Class::ALL.into_iter().any(|c| c != Class::Common && rules::access(role, c).reads())
}

/// Leaves beneath each root of each person, in a tree.
fn holdings(tree: &Tree, members: &[&Member]) -> BTreeMap<Uuid, BTreeSet<Uuid>> {
    let leaf = |u: &Uuid| tree.get(*u).is_some_and(|r| matches!(kind(r).as_str(), "building" | "alley" | "area"));
    let mut out: BTreeMap<Uuid, BTreeSet<Uuid>> = BTreeMap::new();
    for m in members.iter().filter(|m| receives(m.role)) {
        out.entry(m.person).or_default().extend(tree.beneath(m.unit).into_iter().filter(leaf));
    }
    out
}

pub(super) fn households(db: &Connection) -> Result<HashMap<Uuid, u32>> {
    let mut q =
        db.prepare_cached("select building, count(*) from household where _del is null and building is not null group by building")?;
    Ok(q.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
}

/// `preview_grants`: from the memberships and the tree held here.
pub fn preview(engine: &Engine, args: PreviewGrantsArgs) -> Result<GrantsPreview> {
    let now = engine.now_ms();
    engine.with(|o| {
        let before = Tree::read(&o.db)?;
        let mut after = Tree::read(&o.db)?;
        if let Some(parent) = &args.parent {
            let parent = before.find(parent).map_err(|e| e.at("parent"))?.record;
            for unit in &args.units {
                after.place(before.find(unit).map_err(|e| e.at("units"))?.record, parent);
            }
        }
        let all = memberships::all(&o.db)?;
        let live: Vec<&Member> = all.iter().filter(|m| m.state(now) == "live").collect();
        let mut then: Vec<&Member> = live.iter().copied().filter(|m| !args.end.contains(&m.record.to_string())).collect();
        let added = match &args.add {
            Some(add) => Some(memberships::imagined(&before, &all, add)?),
            None => None,
        };
        then.extend(&added);
        Ok(GrantsPreview { people: people(o, &before, &after, &live, &then)?, grids: grids(&o.db, &before, &after, &live, &then)? })
    })
}

pub(super) fn people(o: &Open, before: &Tree, after: &Tree, live: &[&Member], then: &[&Member]) -> Result<Vec<PersonPreview>> {
    let (old, new, told) = (holdings(before, live), holdings(after, then), told(&o.db)?);
    let none = BTreeSet::new();
    let name = |u: &Uuid| UnitName { id: u.to_string(), name: before.name(*u) };
    let mut out = Vec::new();
    for person in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
        let (had, has) = (old.get(person).unwrap_or(&none), new.get(person).unwrap_or(&none));
        if had == has {
            continue;
        }
        out.push(PersonPreview {
            person: person.to_string(),
            name: live.iter().chain(then).find(|m| m.person == *person).map(|m| m.name.clone()).unwrap_or_default(),
            gains: has.difference(had).map(name).collect(),
            loses: had.difference(has).map(name).collect(),
            unsent: told.get(person).map_or(0, |t| t.unsent),
        });
    }
    out.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(out)
}

fn grids(db: &Connection, before: &Tree, after: &Tree, live: &[&Member], then: &[&Member]) -> Result<Vec<GridPreview>> {
    let doors = households(db)?;
    let count = |tree: &Tree, grid: Uuid| tree.beneath(grid).iter().filter_map(|u| doors.get(u)).sum::<u32>();
    let staffed = |tree: &Tree, members: &[&Member], grid: Uuid| {
        let line = tree.line(grid);
        members.iter().any(|m| m.role == Role::Worker && line.contains(&m.unit))
    };
    let mut out = Vec::new();
    for row in before.all().filter(|r| kind(r) == "grid" && !r.flag("closed")) {
        let (old, new) = (count(before, row.record), count(after, row.record));
        let has_worker = staffed(after, then, row.record);
        if old == new && (has_worker || !staffed(before, live, row.record)) {
            continue;
        }
        let remarks = [("few", new < HOUSEHOLDS_MIN), ("many", new > HOUSEHOLDS_MAX), ("no_worker", !has_worker)];
        out.push(GridPreview {
            unit: row.record.to_string(),
            name: super::units::name_of(row),
            households_before: old,
            households_after: new,
            remarks: remarks.iter().filter(|(_, is)| *is).map(|(code, _)| (*code).to_string()).collect(),
        });
    }
    out.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(out)
}
