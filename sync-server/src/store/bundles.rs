//! Immutable first-sync bundles and their pages.

use super::{int, uint};
use crate::error::Error;
use rusqlite::{Connection, OptionalExtension, params};

/// A bundle of a partition as of a seq.
#[derive(Debug, Clone)]
pub struct BundleRow {
    pub id: i64,
    pub at: u64,
    pub hash: [u8; 16],
    pub mark: [u8; 16],
    pub pages: u32,
}

const BUNDLE: &str = "select id, at, hash, mark, pages from bundle";

fn read(r: &rusqlite::Row<'_>) -> rusqlite::Result<BundleRow> {
    Ok(BundleRow { id: r.get(0)?, at: uint(r.get(1)?), hash: r.get(2)?, mark: r.get(3)?, pages: r.get(4)? })
}

/// The newest bundle of a partition.
pub fn latest(db: &Connection, partition: i64) -> Result<Option<BundleRow>, Error> {
    let sql = format!("{BUNDLE} where partition = ?1 order by at desc, id desc limit 1");
    Ok(db.prepare_cached(&sql)?.query_row([partition], read).optional()?)
}

/// The bundle a cursor names.
pub fn find(db: &Connection, partition: i64, at: u64, hash: &[u8; 16]) -> Result<Option<BundleRow>, Error> {
    let sql = format!("{BUNDLE} where partition = ?1 and at = ?2 and hash = ?3");
    Ok(db.prepare_cached(&sql)?.query_row(params![partition, int(at), hash], read).optional()?)
}

/// Adds a bundle and supersedes those before it.
pub fn add(
    db: &Connection,
    partition: i64,
    at: u64,
    hash: &[u8; 16],
    mark: &[u8; 16],
    pages: &[(Vec<u8>, Vec<u8>)],
    now_ms: i64,
) -> Result<(), Error> {
    db.prepare_cached("update bundle set superseded_at = ?2 where partition = ?1 and superseded_at is null")?
        .execute(params![partition, now_ms])?;
    db.prepare_cached("insert into bundle (partition, at, hash, mark, pages) values (?1, ?2, ?3, ?4, ?5)")?.execute(params![
        partition,
        int(at),
        hash,
        mark,
        int(pages.len() as u64)
    ])?;
    let bundle = db.last_insert_rowid();
    for (page, (rows, actors)) in pages.iter().enumerate() {
        db.prepare_cached("insert into bundle_page (bundle, page, rows, actors) values (?1, ?2, ?3, ?4)")?.execute(params![
            bundle,
            int(page as u64),
            rows,
            actors
        ])?;
    }
    Ok(())
}

/// One page: rows and actors, both CBOR.
pub fn page(db: &Connection, bundle: i64, page: u32) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let sql = "select rows, actors from bundle_page where bundle = ?1 and page = ?2";
    Ok(db.prepare_cached(sql)?.query_row(params![bundle, page], |r| Ok((r.get(0)?, r.get(1)?)))?)
}

/// Drops bundles that were superseded before a moment.
pub fn drop_superseded(db: &Connection, before_ms: i64) -> Result<(), Error> {
    db.prepare_cached("delete from bundle where superseded_at < ?1")?.execute([before_ms])?;
    Ok(())
}
