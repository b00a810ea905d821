//! The chain of epochs: each names its parent and, per partition, the seq where it forked.

use super::{int, uint};
use crate::error::Error;
use rusqlite::{Connection, params};
use shared_model::class::Class;
use shared_model::wire::Epoch;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The current epoch.
pub fn current(db: &Connection) -> Result<u64, Error> {
    Ok(uint(db.prepare_cached("select max(id) from epoch")?.query_row([], |r| r.get(0))?))
}

/// When the server was first set back after a moment, ms; `None`: not since.
pub fn set_back_since(db: &Connection, since_ms: i64) -> Result<Option<i64>, Error> {
    Ok(db.prepare_cached("select min(begun_at) from epoch where parent > 0 and begun_at > ?1")?.query_row([since_ms], |r| r.get(0))?)
}

/// Begins an epoch; `forks`: what it still holds of its parent, per partition.
pub fn add(
    db: &Connection,
    id: u64,
    parent: u64,
    forks: &[(Uuid, Class, u64)],
    now_ms: i64,
    proved_by: Option<&Uuid>,
) -> Result<(), Error> {
    db.prepare_cached("insert into epoch (id, parent, begun_at, proved_by) values (?1, ?2, ?3, ?4)")?.execute(params![
        int(id),
        int(parent),
        now_ms,
        proved_by
    ])?;
    let mut fork = db.prepare_cached("insert into epoch_fork (epoch, unit, class, seq) values (?1, ?2, ?3, ?4)")?;
    for (unit, class, seq) in forks.iter().filter(|(_, _, seq)| *seq > 0) {
        fork.execute(params![int(id), unit, *class as u8, int(*seq)])?;
    }
    Ok(())
}

/// How many restores this device proved since a moment.
pub fn proofs_since(db: &Connection, device: &Uuid, since_ms: i64) -> Result<u64, Error> {
    let sql = "select count(*) from epoch where proved_by = ?1 and begun_at > ?2";
    Ok(uint(db.query_row(sql, params![device, since_ms], |r| r.get(0))?))
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
