//! The chain of epochs: each names its parent and, per partition, the seq where it forked.

use super::{int, uint};
use crate::error::Error;
use rusqlite::{Connection, OptionalExtension, params};
use shared_model::class::Class;
use shared_model::wire::Epoch;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The current epoch.
pub fn current(db: &Connection) -> Result<u64, Error> {
    Ok(uint(db.prepare_cached("select max(id) from epoch")?.query_row([], |r| r.get(0))?))
}

/// Begins an epoch.
pub fn add(db: &Connection, id: u64, parent: u64, now_ms: i64, proved_by: Option<&Uuid>) -> Result<(), Error> {
    db.prepare_cached("insert into epoch (id, parent, begun_at, proved_by) values (?1, ?2, ?3, ?4)")?.execute(params![
        int(id),
        int(parent),
        now_ms,
        proved_by
    ])?;
    Ok(())
}

/// When this device last proved a restore.
pub fn last_proof(db: &Connection, device: &Uuid) -> Result<Option<i64>, Error> {
    Ok(db.query_row("select max(begun_at) from epoch where proved_by = ?1", [device], |r| r.get(0)).optional()?.flatten())
}

/// The whole chain, oldest first.
pub fn chain(db: &Connection) -> Result<Vec<Epoch>, Error> {
    let mut forks: BTreeMap<u64, Vec<(Uuid, Class, u64)>> = BTreeMap::new();
    let mut statement = db.prepare_cached("select epoch, unit, class, seq from epoch_fork")?;
    let mut rows = statement.query([])?;
    while let Some(r) = rows.next()? {
        let class = Class::from_u8(r.get(2)?).ok_or(Error::Damaged("a class that does not exist"))?;
        forks.entry(uint(r.get(0)?)).or_default().push((r.get(1)?, class, uint(r.get(3)?)));
    }
    let mut statement = db.prepare_cached("select id, parent from epoch order by id")?;
    let rows = statement.query_map([], |r| Ok((uint(r.get(0)?), uint(r.get(1)?))))?;
    Ok(rows
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .map(|(id, parent)| Epoch { id, parent, forks: forks.remove(&id).unwrap_or_default() })
        .collect())
}
