//! The record of shares: which case is shown to whom, up to which class, by whom, from when to when.

use super::people::role_of;
use crate::error::Error;
use rusqlite::{Connection, Row, params};
use shared_model::Role;
use shared_model::class::Class;
use shared_model::rules::share_covers;
use uuid::Uuid;

/// A share.
#[derive(Debug, Clone)]
pub struct Share {
    pub id: i64,
    pub record: Uuid,
    /// Unit of the partitions it is placed in: a unit of the tree, or the membership it is shown to by name.
    pub target: Uuid,
    /// The unit, also of a named person.
    pub unit: Uuid,
    pub by_name: bool,
    pub role: Role,
    pub up_to: Class,
    /// Server time, ms; `None` while it lasts.
    pub ended_at: Option<i64>,
}

impl Share {
    /// Is a document of this class of the case shown?
    pub fn covers(&self, class: Class) -> bool {
        share_covers(self.role, class, self.up_to, self.by_name)
    }
}

const SHARE: &str = "select id, record, target, unit, by_name, role, up_to, ended_at from share";

fn read(r: &Row<'_>) -> rusqlite::Result<(Share, u8, u8)> {
    let share = Share {
        id: r.get(0)?,
        record: r.get(1)?,
        target: r.get(2)?,
        unit: r.get(3)?,
        by_name: r.get(4)?,
        role: Role::Assignee,
        up_to: Class::Common,
        ended_at: r.get(7)?,
    };
    Ok((share, r.get(5)?, r.get(6)?))
}

fn whole((share, role, up_to): (Share, u8, u8)) -> Result<Share, Error> {
    let up_to = Class::from_u8(up_to).ok_or(Error::Damaged("a class that does not exist"))?;
    Ok(Share { role: role_of(role)?, up_to, ..share })
}

/// All shares of a case that ever were, oldest first.
pub fn of_record(db: &Connection, record: &Uuid) -> Result<Vec<Share>, Error> {
    let mut statement = db.prepare_cached(&format!("{SHARE} where record = ?1 order by id"))?;
    let rows = statement.query_map([record], read)?;
    rows.map(|row| row.map_err(Error::from).and_then(whole)).collect()
}

/// Begins a share.
pub fn add(db: &Connection, share: &Share, asked_by: &Uuid, now_ms: i64) -> Result<(), Error> {
    let sql = "insert into share (record, target, unit, by_name, role, up_to, asked_by, began_at) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    db.prepare_cached(sql)?.execute(params![
        share.record,
        share.target,
        share.unit,
        share.by_name,
        share.role as u8,
        share.up_to as u8,
        asked_by,
        now_ms
    ])?;
    Ok(())
}

/// The shares that last, of any case, with a target.
pub fn lasting_to(db: &Connection, target: &Uuid) -> Result<Vec<Share>, Error> {
    let mut statement = db.prepare_cached(&format!("{SHARE} where target = ?1 and ended_at is null order by id"))?;
    let rows = statement.query_map([target], read)?;
    rows.map(|row| row.map_err(Error::from).and_then(whole)).collect()
}

/// Ends a share; by nobody when a term or a unit ended.
pub fn end(db: &Connection, id: i64, ended_by: Option<&Uuid>, now_ms: i64) -> Result<(), Error> {
    db.prepare_cached("update share set ended_by = ?2, ended_at = ?3 where id = ?1")?.execute(params![id, ended_by, now_ms])?;
    Ok(())
}

/// The memberships of a person that something is shown to by name, or ever was: their partitions are granted.
pub fn memberships_shown(db: &Connection, person: &Uuid) -> Result<Vec<Uuid>, Error> {
    let sql = "select m.record from membership m where m.person = ?1 and m.state = 1
               and exists (select 1 from partition p where p.unit = m.record) order by m.record";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([person], |r| r.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// People whose office is at a unit.
pub fn office_of(db: &Connection, unit: &Uuid) -> Result<Vec<Uuid>, Error> {
    let sql = "select distinct person from membership where unit = ?1 and role = ?2 and state = 1 order by person";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![unit, Role::Office as u8], |r| r.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
