//! Which records went into others: the table `merged`, derived from the edges that stand in the rows of households and people, so that every
//! query can follow a merge by a join. Kept by `project.rs` in the transaction of the change; the rule is in `shared_model::same::merged`.
//!
//! Readers do not see it: [`rows`](super::rows::rows) leaves out what went, and a row that names a household or a person names the one that stays.

use super::docs;
use crate::error::Result;
use rusqlite::{Connection, OptionalExtension, params};
use shared_model::Class;
use shared_model::records::Kind;
use shared_model::same::{EDGE, merged};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Kinds whose records may be merged.
pub const KINDS: [Kind; 2] = [Kind::Household, Kind::Person];

/// What stands in a condition for "of this household", the household being `?1`: also what was written for one that went into it.
pub const OF_HOUSEHOLD: &str = "t.household in (select ?1 union all select m.record from merged m where m.canon = ?1)";

/// Fields of a row that name a household or a person, by kind; readers are told the record that stays.
pub fn names_one(kind: Kind, key: &str) -> bool {
    match kind {
        // a household or person itself says where it stands; what it was merged into or moved to is asked by those who know
        Kind::Person => key == "household",
        Kind::Household => false,
        _ => matches!(key, "household" | "person" | "lead" | "about" | "covers" | "met"),
    }
}

/// Has anything been merged?
///
/// # Errors
/// Of the store.
pub fn is_empty(db: &Connection) -> Result<bool> {
    Ok(!db.prepare_cached("select exists (select 1 from merged)")?.query_row([], |r| r.get::<_, bool>(0))?)
}

/// The record that stays for this one; itself where it stands alone.
///
/// # Errors
/// Of the store.
pub fn canon(db: &Connection, record: Uuid) -> Result<Uuid> {
    let found = db.prepare_cached("select canon from merged where record = ?1")?.query_row([record], |r| r.get(0)).optional()?;
    Ok(found.unwrap_or(record))
}

/// All that went, with what stays for each.
///
/// # Errors
/// Of the store.
pub fn all(db: &Connection) -> Result<HashMap<Uuid, Uuid>> {
    let mut q = db.prepare_cached("select record, canon from merged")?;
    Ok(q.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
}

/// What went into this one, in the order of ids.
///
/// # Errors
/// Of the store.
pub fn into(db: &Connection, canon: Uuid) -> Result<Vec<Uuid>> {
    let mut q = db.prepare_cached("select record from merged where canon = ?1 order by record")?;
    Ok(q.query_map([canon], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
}

/// Is there any edge in the rows?
///
/// # Errors
/// Of the store.
pub fn has_edges(db: &Connection) -> Result<bool> {
    let sql = "select exists (select 1 from household where merged_into is not null)
                   or exists (select 1 from person where merged_into is not null) or exists (select 1 from merged)";
    Ok(db.prepare_cached(sql)?.query_row([], |r| r.get(0))?)
}

/// Does a record take part in a merge, as what goes, what stays or what an edge leads to?
///
/// # Errors
/// Of the store.
pub fn takes_part(db: &Connection, record: Uuid) -> Result<bool> {
    let sql = "select exists (select 1 from merged where record = ?1) or exists (select 1 from merged where canon = ?1)
                   or exists (select 1 from household where merged_into = ?1) or exists (select 1 from person where merged_into = ?1)";
    Ok(db.prepare_cached(sql)?.query_row([record], |r| r.get(0))?)
}

/// Makes the table anew from the edges. Returns what changed, with its kind: records that went or came back, and those that stay for them.
///
/// # Errors
/// Of the store.
pub fn rebuild(db: &Connection) -> Result<BTreeMap<Uuid, Kind>> {
    let mut now: BTreeMap<Uuid, (Uuid, Kind)> = BTreeMap::new();
    for kind in KINDS {
        now.extend(merged::all(&edges(db, kind)?).into_iter().map(|(record, canon)| (record, (canon, kind))));
    }
    let before: BTreeMap<Uuid, (Uuid, Kind)> = {
        let mut q = db.prepare_cached("select record, canon, kind from merged")?;
        let got = q.query_map([], |r| Ok((r.get::<_, Uuid>(0)?, r.get::<_, Uuid>(1)?, r.get::<_, u8>(2)?)))?;
        let got: Vec<(Uuid, Uuid, u8)> = got.collect::<rusqlite::Result<_>>()?;
        got.into_iter().filter_map(|(record, canon, kind)| Some((record, (canon, Kind::from_u8(kind)?)))).collect()
    };
    let mut changed = BTreeMap::new();
    let records: BTreeSet<Uuid> = before.keys().chain(now.keys()).copied().collect();
    for record in records.into_iter().filter(|record| before.get(record) != now.get(record)) {
        for (canon, kind) in [before.get(&record), now.get(&record)].into_iter().flatten() {
            changed.insert(record, *kind);
            changed.insert(*canon, *kind);
        }
        match now.get(&record) {
            Some((canon, kind)) => db
                .prepare_cached(
                    "insert into merged (record, canon, kind) values (?1, ?2, ?3)
                     on conflict (record) do update set canon = excluded.canon, kind = excluded.kind",
                )?
                .execute(params![record, canon, *kind as u8])?,
            None => db.prepare_cached("delete from merged where record = ?1")?.execute([record])?,
        };
    }
    Ok(changed)
}

/// The edges of one kind: from a record that is here to one that is here. What leads to a record that is not held, or was deleted, is not
/// followed: the record that goes then stands for itself.
fn edges(db: &Connection, kind: Kind) -> Result<BTreeMap<Uuid, Uuid>> {
    let name = kind.name();
    let mut found: BTreeMap<Uuid, Uuid> = {
        let mut q =
            db.prepare_cached(&format!("select record, merged_into from \"{name}\" where merged_into is not null and _del is null"))?;
        q.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?
    };
    if found.is_empty() {
        return Ok(found);
    }
    let disputed: Vec<Uuid> = {
        let mut q = db.prepare_cached("select distinct record from conflict where key = ?1 and kind = ?2")?;
        q.query_map(params![EDGE, kind as u8], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?
    };
    for record in disputed {
        let doc = docs::load(db, docs::current(db, record, Class::Register)?)?;
        let live = doc.iter().flat_map(|d| d.shown.live.get(EDGE).into_iter().flatten()).map(|op| &op.value);
        match merged::target(record, live) {
            Some(to) if found.contains_key(&record) => found.insert(record, to),
            _ => found.remove(&record),
        };
    }
    let mut here = db.prepare_cached(&format!("select 1 from \"{name}\" where record = ?1 and _del is null"))?;
    let mut out = BTreeMap::new();
    for (record, to) in found {
        if record != to && here.exists([to])? {
            out.insert(record, to);
        }
    }
    Ok(out)
}
