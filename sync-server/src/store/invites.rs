//! One-time invites, by the hash of their token.

use super::people::role_of;
use crate::error::Error;
use rusqlite::{Connection, OptionalExtension, params};
use shared_model::Role;
use uuid::Uuid;

/// An invite.
pub struct Invite {
    pub token_hash: [u8; 32],
    pub person: Uuid,
    pub role: Role,
    pub unit: Uuid,
    pub auto_confirm: bool,
    pub expires_at: i64,
    pub used_at: Option<i64>,
    /// The device that used it.
    pub device: Option<Uuid>,
}

/// Adds one.
pub fn add(db: &Connection, i: &Invite) -> Result<(), Error> {
    let sql = "insert into invite (token_hash, person, role, unit, auto_confirm, expires_at) values (?1, ?2, ?3, ?4, ?5, ?6)";
    db.prepare_cached(sql)?.execute(params![i.token_hash, i.person, i.role as u8, i.unit, i.auto_confirm, i.expires_at])?;
    Ok(())
}

/// Finds one.
pub fn get(db: &Connection, token_hash: &[u8; 32]) -> Result<Option<Invite>, Error> {
    let sql = "select person, role, unit, auto_confirm, expires_at, used_at, device from invite where token_hash = ?1";
    let row = db
        .prepare_cached(sql)?
        .query_row([token_hash], |r| Ok((r.get(0)?, r.get::<_, u8>(1)?, r.get(2)?, r.get(3)?, r.get(4)?, r.get(5)?, r.get(6)?)))
        .optional()?;
    row.map(|(person, role, unit, auto_confirm, expires_at, used_at, device)| {
        Ok(Invite { token_hash: *token_hash, person, role: role_of(role)?, unit, auto_confirm, expires_at, used_at, device })
    })
    .transpose()
}

/// Marks it used by a device.
pub fn set_used(db: &Connection, token_hash: &[u8; 32], device: &Uuid, now_ms: i64) -> Result<(), Error> {
    db.prepare_cached("update invite set used_at = ?2, device = ?3 where token_hash = ?1")?.execute(params![token_hash, now_ms, device])?;
    Ok(())
}
