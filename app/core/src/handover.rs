//! What changes hands: which units this device came to hold and which it lost, told to its person in words; and what is left here only
//! until everything written in it has a verdict. Such a unit can be read and not written: nothing more may be added to what leaves.

use crate::commands::units::Tree;
use crate::error::{CoreError, Result};
use crate::store::{self, log};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use shared_model::Class;
use shared_model::commands::HandoverNote;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Handovers that are remembered.
const KEPT_MAX: usize = 50;
/// Names said in one sentence.
const NAMES_MAX: usize = 4;
/// How long the truth line speaks of one, milliseconds.
const SAID_MS: i64 = 7 * 24 * 3_600_000;

/// One change of what this device holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Handover {
    at: i64,
    /// Named when they are told: their records come with the pages after the grant.
    gained: Vec<Uuid>,
    /// By name: their records leave.
    lost: Vec<String>,
    /// Commands written there before that were accepted since.
    accepted: u32,
}

/// Units of which more than the common records are held.
pub fn held(db: &Connection) -> Result<BTreeSet<Uuid>> {
    // what is shown to the person by name comes in partitions of their membership: that is no unit they answer for
    let sql = "select distinct p.unit from partition p where p.granted = 1 and p.class > ?1
               and not exists (select 1 from membership m where m.record = p.unit)";
    let mut q = db.prepare_cached(sql)?;
    Ok(q.query_map([Class::Common as u8], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
}

/// Is this unit here only until its commands have verdicts? Before the first grants nothing is lost, nor is a unit made here that waits.
///
/// # Errors
/// Of the store.
pub fn is_leaving(db: &Connection, unit: Uuid) -> Result<bool> {
    let known: u64 = store::json_setting(db, "grants_version")?.unwrap_or(0);
    if known == 0 { Ok(false) } else { is_leaving_now(db, unit) }
}

/// As [`is_leaving`], where grants are known to have come.
///
/// # Errors
/// Of the store.
pub fn is_leaving_now(db: &Connection, unit: Uuid) -> Result<bool> {
    let sql = "select not exists (select 1 from partition where unit = ?1 and granted = 1)
               and not exists (select 1 from unit_asked a join doc d on d.record = a.unit and d.pending > 0 where a.unit = ?1)";
    Ok(db.prepare_cached(sql)?.query_row([unit], |r| r.get(0))?)
}

/// What a write to such a unit is answered.
pub fn read_only() -> CoreError {
    CoreError::new("read_only", "这里已经不归您负责，只能看。您以前写的会照常交上去；要改请找社区或接手的人。")
}

/// Notes a change of grants, told with new grants under a new policy. `before`: what was held.
pub fn note(db: &Connection, before: &BTreeSet<Uuid>, now_ms: i64) -> Result<()> {
    let after = held(db)?;
    let tree = Tree::read(db)?;
    let lost: BTreeSet<Uuid> = before.difference(&after).copied().collect();
    let gained: BTreeSet<Uuid> = after.difference(before).copied().collect();
    if lost.is_empty() && gained.is_empty() {
        return Ok(());
    }
    let lost = tops(&tree, &lost).into_iter().map(|u| tree.name(u)).filter(|n| !n.is_empty()).collect();
    let mut all: Vec<Handover> = store::json_setting(db, "handovers")?.unwrap_or_default();
    all.push(Handover { at: now_ms, gained: gained.into_iter().collect(), lost, accepted: 0 });
    let surplus = all.len().saturating_sub(KEPT_MAX);
    all.drain(..surplus);
    store::set_json(db, "handovers", &all)
}

/// Counts accepted commands that were written in what is leaving; asked before it leaves.
pub fn note_accepted(db: &Connection, accepted: &[u64]) -> Result<()> {
    let mut all: Vec<Handover> = store::json_setting(db, "handovers")?.unwrap_or_default();
    let Some(last) = all.iter_mut().rev().find(|h| !h.lost.is_empty()) else { return Ok(()) };
    let mut q = db.prepare_cached(
        "select exists (select 1 from doc d where d.record = ?1 and d.class = ?2 and d.generation = ?3
           and not exists (select 1 from partition p where p.unit = d.unit and p.granted = 1)
           and not exists (select 1 from placement x left join case_step s on s.\"case\" = x.record
             where x.record = d.record or s.record = d.record))",
    )?;
    let mut n = 0;
    for seq in accepted {
        for doc in log::documents(db, *seq)? {
            if q.query_row(params![doc.record, doc.class as u8, doc.generation], |r| r.get::<_, bool>(0))? {
                n += 1;
                break;
            }
        }
    }
    if n == 0 {
        return Ok(());
    }
    last.accepted += n;
    store::set_json(db, "handovers", &all)
}

/// Units that stand beneath no other of the same list, in words the wide ones.
fn tops(tree: &Tree, units: &BTreeSet<Uuid>) -> Vec<Uuid> {
    units.iter().filter(|u| !tree.line(**u).iter().skip(1).any(|up| units.contains(up))).copied().collect()
}

fn gained_names(tree: &Tree, h: &Handover) -> Vec<String> {
    tops(tree, &h.gained.iter().copied().collect()).into_iter().map(|u| tree.name(u)).filter(|n| !n.is_empty()).collect()
}

fn list(names: &[String]) -> String {
    let some = names.iter().take(NAMES_MAX).cloned().collect::<Vec<_>>().join("、");
    if names.len() > NAMES_MAX { format!("{some}等 {} 处", names.len()) } else { some }
}

/// (when, in words) of every handover, newest last: the person's own log.
pub fn lines(db: &Connection) -> Result<Vec<(i64, String)>> {
    let tree = Tree::read(db)?;
    let mut out = Vec::new();
    for h in store::json_setting::<Vec<Handover>>(db, "handovers")?.unwrap_or_default() {
        if !h.lost.is_empty() {
            let accepted = if h.accepted > 0 { format!("；您以前写的 {} 条都已收下", h.accepted) } else { String::new() };
            out.push((h.at, format!("{}不再由您负责{accepted}", list(&h.lost))));
        }
        let gained = gained_names(&tree, &h);
        if !gained.is_empty() {
            out.push((h.at, format!("{}由您负责了", list(&gained))));
        }
    }
    Ok(out)
}

/// The newest handover of the last days, for the truth line; with how many units still wait here to leave.
pub fn latest(db: &Connection, now_ms: i64) -> Result<Option<HandoverNote>> {
    let last = store::json_setting::<Vec<Handover>>(db, "handovers")?.unwrap_or_default().pop();
    let Some(h) = last.filter(|h| now_ms - h.at < SAID_MS) else { return Ok(None) };
    let gained = gained_names(&Tree::read(db)?, &h);
    let sql =
        "select count(distinct d.unit) from doc d where not exists (select 1 from partition p where p.unit = d.unit and p.granted = ?1)
               and not exists (select 1 from placement x where x.record = d.record)
               and not exists (select 1 from unit_asked a join doc u on u.record = a.unit and u.pending > 0 where a.unit = d.unit)";
    let leaving: u32 = db.prepare_cached(sql)?.query_row(params![1], |r| r.get(0))?;
    Ok(Some(HandoverNote { at: h.at, gained, lost: h.lost, accepted: h.accepted, leaving }))
}
