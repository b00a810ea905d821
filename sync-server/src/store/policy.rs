//! Policy stamps: under which roots a device wrote and over which tree, and which commands count as late work.

use super::people::role_of;
use super::{int, uint};
use crate::error::Error;
use rusqlite::{Connection, OptionalExtension, params};
use shared_model::wire::RoleAtUnit;
use uuid::Uuid;

/// A stamp as it was made.
pub struct Stamp {
    pub roots: Vec<RoleAtUnit>,
    /// Version of the tree it was made over.
    pub tree: u64,
    /// `None` while it lasts.
    pub ended_at: Option<i64>,
}

/// Records a stamp: its roots, over the tree of this moment.
pub fn add_stamp(db: &Connection, device: &Uuid, policy: u64, roots: &[RoleAtUnit]) -> Result<(), Error> {
    let tree = super::units::version(db)?;
    db.prepare_cached("insert into policy_stamp (device, policy, tree) values (?1, ?2, ?3) on conflict do nothing")?.execute(params![
        device,
        int(policy),
        int(tree)
    ])?;
    let sql = "insert into policy_root (device, policy, role, unit) values (?1, ?2, ?3, ?4) on conflict do nothing";
    for at in roots {
        db.prepare_cached(sql)?.execute(params![device, int(policy), at.role as u8, at.unit])?;
    }
    Ok(())
}

/// A stamp of a device.
pub fn stamp(db: &Connection, device: &Uuid, policy: u64) -> Result<Option<Stamp>, Error> {
    let sql = "select tree, ended_at from policy_stamp where device = ?1 and policy = ?2";
    let found: Option<(i64, Option<i64>)> =
        db.prepare_cached(sql)?.query_row(params![device, int(policy)], |r| Ok((r.get(0)?, r.get(1)?))).optional()?;
    let Some((tree, ended_at)) = found else { return Ok(None) };
    let mut statement = db.prepare_cached("select role, unit from policy_root where device = ?1 and policy = ?2")?;
    let rows = statement.query_map(params![device, int(policy)], |r| Ok((r.get::<_, u8>(0)?, r.get(1)?)))?;
    let roots = rows.map(|row| row.map_err(Error::from).and_then(|(role, unit)| Ok(RoleAtUnit { role: role_of(role)?, unit })));
    Ok(Some(Stamp { roots: roots.collect::<Result<_, _>>()?, tree: uint(tree), ended_at }))
}

/// Its stamps from `first` on. A stamp carries its epoch, so that their numbers are far apart.
pub fn stamps_from(db: &Connection, device: &Uuid, first: u64) -> Result<Vec<Stamp>, Error> {
    let mut statement = db.prepare_cached("select policy from policy_stamp where device = ?1 and policy >= ?2 order by policy")?;
    let numbers = statement.query_map(params![device, int(first)], |r| r.get::<_, i64>(0))?.collect::<Result<Vec<_>, _>>()?;
    let mut out = Vec::with_capacity(numbers.len());
    for n in numbers {
        out.extend(stamp(db, device, uint(n))?);
    }
    Ok(out)
}

/// The device writes under `policy` from now on; the stamp before it ended at that moment.
pub fn bump(db: &Connection, device: &Uuid, policy: u64, at_ms: i64) -> Result<(), Error> {
    db.prepare_cached("update device set policy = ?2 where id = ?1")?.execute(params![device, int(policy)])?;
    db.prepare_cached("update policy_stamp set ended_at = ?3 where device = ?1 and policy = ?2 and ended_at is null")?.execute(params![
        device,
        int(policy.saturating_sub(1)),
        at_ms
    ])?;
    Ok(())
}

/// The last stamp before this one that the server knows to have given out.
pub fn known_before(db: &Connection, device: &Uuid, policy: u64) -> Result<Option<u64>, Error> {
    let sql = "select max(policy) from policy_stamp where device = ?1 and policy < ?2";
    Ok(db.prepare_cached(sql)?.query_row(params![device, int(policy)], |r| r.get::<_, Option<i64>>(0))?.map(uint))
}

/// A new epoch begins: the stamp `old` has ended, and `new` carries the epoch.
pub fn renew(db: &Connection, device: &Uuid, old: u64, new: u64, now_ms: i64) -> Result<(), Error> {
    db.prepare_cached("update device set policy = ?2 where id = ?1")?.execute(params![device, int(new)])?;
    db.prepare_cached("update policy_stamp set ended_at = ?3 where device = ?1 and policy = ?2 and ended_at is null")?.execute(params![
        device,
        int(old),
        now_ms
    ])?;
    Ok(())
}

/// The device names a policy for the first time, with what it had not yet had judged.
pub fn set_named(db: &Connection, device: &Uuid, policy: u64, late: &[(u64, Vec<u8>)]) -> Result<(), Error> {
    db.prepare_cached("update device set policy_named = ?2 where id = ?1")?.execute(params![device, int(policy)])?;
    for (seq, digest) in late {
        db.prepare_cached("insert into late_work (device, seq, digest) values (?1, ?2, ?3) on conflict do nothing")?.execute(params![
            device,
            int(*seq),
            digest
        ])?;
    }
    Ok(())
}

/// One more command counts as declared.
pub fn add_late(db: &Connection, device: &Uuid, seq: u64, digest: &[u8; 32]) -> Result<(), Error> {
    db.prepare_cached("insert into late_work (device, seq, digest) values (?1, ?2, ?3) on conflict do nothing")?.execute(params![
        device,
        int(seq),
        digest
    ])?;
    Ok(())
}

/// The digest of a command that was declared late.
pub fn late_digest(db: &Connection, device: &Uuid, seq: u64) -> Result<Option<Vec<u8>>, Error> {
    let sql = "select digest from late_work where device = ?1 and seq = ?2";
    Ok(db.prepare_cached(sql)?.query_row(params![device, int(seq)], |r| r.get(0)).optional()?)
}
