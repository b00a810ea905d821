//! What leaves this device: partitions without a grant, as soon as nothing in them waits for a verdict or is still to be given back.

use super::apply::Digests;
use super::{refuse, setback};
use crate::error::Result;
use crate::store::{self, docs};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use shared_model::Class;
use shared_model::doc::DocId;
use shared_model::records::Kind;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A partition without a grant is dropped only when no command in it lacks a verdict; what another partition held here shows stays. A case
/// written where this role may only write (a receipt) leaves the device the same way. With `keeps_expected` a step of a shared case stays that
/// the pages of this reply will show to be placed; the answer says whether there is one.
pub(super) fn drop_lost_partitions(db: &Transaction<'_>, touched: &mut BTreeMap<Uuid, Kind>, keeps_expected: bool) -> Result<bool> {
    let version: u64 = store::json_setting(db, "grants_version")?.unwrap_or(0);
    if version == 0 {
        return Ok(false);
    }
    let (mut is_dropped, mut is_expecting) = (false, false);
    for (unit, class) in lost_partitions(db)? {
        let Some(class) = Class::from_u8(class) else { continue };
        if is_awaited(db, unit, class)? || setback::holds(db, unit, class)? {
            continue;
        }
        let mut kept: Vec<DocId> = Vec::new();
        for (id, kind) in shown_in(db, unit, class)? {
            docs::set_placed(db, id, unit, false)?;
            if !docs::places(db, id)?.is_empty() {
                continue;
            }
            if keeps_expected && matches!(kind, Kind::CaseStep | Kind::Attachment) && is_expected(db, id.record)? {
                kept.push(id);
                continue;
            }
            docs::drop(db, id, kind)?;
            touched.insert(id.record, kind);
            is_dropped = true;
        }
        if !kept.is_empty() {
            is_expecting = true;
            let mut digests = Digests::default();
            for id in kept {
                digests.moved(&[unit], class, 0, docs::load(db, id)?.map_or(0, |doc| doc.digest_term()));
            }
            db.execute("update partition set digest = zeroblob(16) where unit = ?1 and class = ?2", params![unit, class as u8])?;
            digests.write(db)?;
            continue;
        }
        db.execute("delete from partition where unit = ?1 and class = ?2", params![unit, class as u8])?;
        db.execute("delete from kept_page where unit = ?1 and class = ?2", params![unit, class as u8])?;
    }
    if is_dropped {
        // the own hash of a dropped document is gone: this install goes on as its next actor
        refuse::next_actor(db)?;
    }
    Ok(is_expecting)
}

/// Partitions without a grant of which something is here. After every answer it is asked which partitions documents are of: from one of
/// them to the next in the index, not document by document.
fn lost_partitions(db: &Connection) -> Result<BTreeSet<(Uuid, u8)>> {
    let pairs = |sql: &str| -> Result<BTreeSet<(Uuid, u8)>> {
        let mut q = db.prepare_cached(sql)?;
        Ok(q.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
    };
    let granted = pairs("select unit, class from partition where granted = 1")?;
    let mut lost = pairs("select unit, class from partition where granted = 0")?;
    let mut next = db.prepare_cached("select unit, class from doc where (unit, class) > (?1, ?2) order by unit, class limit 1")?;
    let mut shows = db.prepare_cached(
        "select exists (select 1 from doc d where d.unit = ?1 and d.class = ?2
           and not exists (select 1 from placement x where x.record = d.record and x.class = d.class and x.generation = d.generation))",
    )?;
    // no class is below zero
    let mut at = (Uuid::nil(), -1_i64);
    while let Some((unit, class)) = next.query_row(params![at.0, at.1], |r| Ok((r.get(0)?, r.get(1)?))).optional()? {
        if !granted.contains(&(unit, class)) && shows.query_row(params![unit, class], |r| r.get(0))? {
            lost.insert((unit, class));
        }
        at = (unit, class.into());
    }
    Ok(lost)
}

/// Does something in the partition wait for a verdict: a document shown there, a step of a case shown there, a unit made here that waits for
/// the grant that its acceptance brings? A unit of which nothing is granted any more leaves as a whole: until then it can be read as it was.
fn is_awaited(db: &Connection, unit: Uuid, class: Class) -> Result<bool> {
    let pending = "select exists (select 1 from doc where unit = ?1 and pending > 0
          and (class = ?2 or not exists (select 1 from partition where unit = ?1 and granted = 1)))
        or exists (select 1 from placement x join doc d on d.record = x.record where x.unit = ?1 and x.class = ?2 and d.pending > 0)
        or exists (select 1 from placement x join case_step s on s.\"case\" = x.record join doc d on d.record = s.record
          where x.unit = ?1 and x.class = ?2 and d.pending > 0)
        or exists (select 1 from placement x join attachment a on a.\"of\" = x.record join doc d on d.record = a.record
          where x.unit = ?1 and x.class = ?2 and d.pending > 0)";
    let asked = "select exists (select 1 from unit_asked a left join partition p on p.unit = a.unit and p.granted = 1
        where a.unit = ?1 and p.unit is null and exists (select 1 from doc d where d.record = a.unit and d.pending > 0))";
    let is_pending: bool = db.prepare_cached(pending)?.query_row(params![unit, class as u8], |r| r.get(0))?;
    Ok(is_pending || db.prepare_cached(asked)?.query_row([unit], |r| r.get(0))?)
}

/// The documents that count in a partition.
pub(super) fn shown_in(db: &Connection, unit: Uuid, class: Class) -> Result<Vec<(DocId, Kind)>> {
    let mut q = db.prepare_cached(
        "select d.record, d.generation, d.kind from doc d where d.unit = ?1 and d.class = ?2
           and not exists (select 1 from placement x where x.record = d.record and x.class = d.class and x.generation = d.generation)
         union select d.record, d.generation, d.kind from placement x
           join doc d on d.record = x.record and d.class = x.class and d.generation = x.generation where x.unit = ?1 and x.class = ?2",
    )?;
    let got = q.query_map(params![unit, class as u8], |r| Ok((r.get::<_, Uuid>(0)?, r.get::<_, u16>(1)?, r.get::<_, u8>(2)?)))?;
    let mut out = Vec::new();
    for row in got {
        let (record, generation, kind) = row?;
        out.extend(Kind::from_u8(kind).map(|kind| (DocId { record, class, generation }, kind)));
    }
    Ok(out)
}

/// Is this a step or an attachment of a case that a partition held here shows?
fn is_expected(db: &Connection, record: Uuid) -> Result<bool> {
    let sql = "select exists (select 1 from case_step s join placement x on x.record = s.\"case\"
        join partition p on p.unit = x.unit and p.class = x.class and p.granted = 1 where s.record = ?1)
        or exists (select 1 from attachment a join placement x on x.record = a.\"of\"
        join partition p on p.unit = x.unit and p.class = x.class and p.granted = 1 where a.record = ?1)";
    Ok(db.prepare_cached(sql)?.query_row([record], |r| r.get(0))?)
}
