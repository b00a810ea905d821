//! What the office should see about invites and devices.

use crate::error::Error;
use rusqlite::{Connection, params};
use shared_model::devices::Alarm;

/// Adds one.
pub fn add(db: &Connection, a: &Alarm) -> Result<(), Error> {
    db.prepare_cached("insert into alarm (at, kind, name, unit, device) values (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![a.at, a.kind, a.name, a.unit, a.device])?;
    Ok(())
}

/// Those since a moment, newest first, at most so many.
pub fn since(db: &Connection, since_ms: i64, limit: u32) -> Result<Vec<Alarm>, Error> {
    let sql = "select at, kind, name, unit, device from alarm where at >= ?1 order by id desc limit ?2";
    let mut statement = db.prepare_cached(sql)?;
    let read = |r: &rusqlite::Row<'_>| Ok(Alarm { at: r.get(0)?, kind: r.get(1)?, name: r.get(2)?, unit: r.get(3)?, device: r.get(4)? });
    let rows = statement.query_map(params![since_ms, limit], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Forgets those before a moment.
pub fn drop_before(db: &Connection, before_ms: i64) -> Result<(), Error> {
    db.prepare_cached("delete from alarm where at < ?1")?.execute([before_ms])?;
    Ok(())
}
