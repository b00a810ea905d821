//! One-time invites, by the hash of their token.

use super::people::role_of;
use crate::error::Error;
use rusqlite::{Connection, OptionalExtension, Row, params};
use shared_model::Role;
use uuid::Uuid;

/// An invite.
pub struct Invite {
    pub token_hash: [u8; 32],
    pub person: Uuid,
    pub role: Role,
    pub unit: Uuid,
    pub auto_confirm: bool,
    pub made_at: i64,
    pub expires_at: i64,
    pub used_at: Option<i64>,
    /// The device that used it.
    pub device: Option<Uuid>,
    pub taken_back_at: Option<i64>,
}

/// Adds one.
pub fn add(db: &Connection, i: &Invite) -> Result<(), Error> {
    let sql = "insert into invite (token_hash, person, role, unit, auto_confirm, made_at, expires_at) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    db.prepare_cached(sql)?.execute(params![i.token_hash, i.person, i.role as u8, i.unit, i.auto_confirm, i.made_at, i.expires_at])?;
    Ok(())
}

const COLUMNS: &str = "token_hash, person, role, unit, auto_confirm, made_at, expires_at, used_at, device, taken_back_at";

fn read(r: &Row<'_>) -> rusqlite::Result<(Invite, u8)> {
    let invite = Invite {
        token_hash: r.get(0)?,
        person: r.get(1)?,
        role: Role::Assignee,
        unit: r.get(3)?,
        auto_confirm: r.get(4)?,
        made_at: r.get(5)?,
        expires_at: r.get(6)?,
        used_at: r.get(7)?,
        device: r.get(8)?,
        taken_back_at: r.get(9)?,
    };
    Ok((invite, r.get(2)?))
}

fn with_role((invite, role): (Invite, u8)) -> Result<Invite, Error> {
    Ok(Invite { role: role_of(role)?, ..invite })
}

/// Finds one.
pub fn get(db: &Connection, token_hash: &[u8; 32]) -> Result<Option<Invite>, Error> {
    let sql = format!("select {COLUMNS} from invite where token_hash = ?1");
    db.prepare_cached(&sql)?.query_row([token_hash], read).optional()?.map(with_role).transpose()
}

/// Finds one by the first half of its hash.
pub fn by_id(db: &Connection, id: &[u8; 16]) -> Result<Option<Invite>, Error> {
    let sql = format!("select {COLUMNS} from invite where substr(token_hash, 1, 16) = ?1");
    db.prepare_cached(&sql)?.query_row([id], read).optional()?.map(with_role).transpose()
}

/// Those made since a moment, newest first.
pub fn since(db: &Connection, at_ms: i64) -> Result<Vec<Invite>, Error> {
    let sql = format!("select {COLUMNS} from invite where made_at >= ?1 order by made_at desc, token_hash");
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map([at_ms], read)?;
    rows.map(|row| row.map_err(Error::from).and_then(with_role)).collect()
}

/// Nobody comes in by it any more.
pub fn take_back(db: &Connection, token_hash: &[u8; 32], now_ms: i64) -> Result<(), Error> {
    db.prepare_cached("update invite set taken_back_at = ?2 where token_hash = ?1")?.execute(params![token_hash, now_ms])?;
    Ok(())
}

/// Marks it used by a device.
pub fn set_used(db: &Connection, token_hash: &[u8; 32], device: &Uuid, now_ms: i64) -> Result<(), Error> {
    db.prepare_cached("update invite set used_at = ?2, device = ?3 where token_hash = ?1")?.execute(params![token_hash, now_ms, device])?;
    Ok(())
}
