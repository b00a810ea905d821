//! Policy stamps: under which roots a device wrote, and which commands count as late work.

use super::int;
use super::people::role_of;
use crate::error::Error;
use rusqlite::{Connection, OptionalExtension, params};
use shared_model::wire::RoleAtUnit;
use uuid::Uuid;

/// Records the roots of a stamp.
pub fn add_stamp(db: &Connection, device: &Uuid, policy: u64, roots: &[RoleAtUnit]) -> Result<(), Error> {
    let sql = "insert into policy_stamp (device, policy, role, unit) values (?1, ?2, ?3, ?4) on conflict do nothing";
    for at in roots {
        db.prepare_cached(sql)?.execute(params![device, int(policy), at.role as u8, at.unit])?;
    }
    Ok(())
}

/// The roots of a stamp.
pub fn roots(db: &Connection, device: &Uuid, policy: u64) -> Result<Vec<RoleAtUnit>, Error> {
    let mut statement = db.prepare_cached("select role, unit from policy_stamp where device = ?1 and policy = ?2")?;
    let rows = statement.query_map(params![device, int(policy)], |r| Ok((r.get::<_, u8>(0)?, r.get(1)?)))?;
    rows.map(|row| row.map_err(Error::from).and_then(|(role, unit)| Ok(RoleAtUnit { role: role_of(role)?, unit }))).collect()
}

/// The device writes under `policy` from now on; the stamp before it has ended.
pub fn bump(db: &Connection, device: &Uuid, policy: u64, now_ms: i64) -> Result<(), Error> {
    db.prepare_cached("update device set policy = ?2 where id = ?1")?.execute(params![device, int(policy)])?;
    db.prepare_cached("insert into policy_end (device, policy, ended_at) values (?1, ?2, ?3) on conflict do nothing")?.execute(params![
        device,
        int(policy.saturating_sub(1)),
        now_ms
    ])?;
    Ok(())
}

/// When a stamp ended; `None` while it lasts.
pub fn ended_at(db: &Connection, device: &Uuid, policy: u64) -> Result<Option<i64>, Error> {
    let sql = "select ended_at from policy_end where device = ?1 and policy = ?2";
    Ok(db.prepare_cached(sql)?.query_row(params![device, int(policy)], |r| r.get(0)).optional()?)
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

/// The digest of a command that was declared late.
pub fn late_digest(db: &Connection, device: &Uuid, seq: u64) -> Result<Option<Vec<u8>>, Error> {
    let sql = "select digest from late_work where device = ?1 and seq = ?2";
    Ok(db.prepare_cached(sql)?.query_row(params![device, int(seq)], |r| r.get(0)).optional()?)
}
