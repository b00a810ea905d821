//! Which documents name which photo or recording, and what is on its way here. Whether the bytes themselves are here, the store of blobs knows.

use super::{int, uint};
use crate::error::Error;
use rusqlite::{Connection, OptionalExtension, params};
use shared_model::crdt::{Registers, Value};
use shared_model::media::is_hash;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Notes what a new document of an attachment names. What is noted goes with the document.
pub fn note(db: &Connection, document: i64, registers: &[u8]) -> Result<(), Error> {
    let registers = Registers::decode_full(registers).map_err(|_| Error::Damaged("registers of a document"))?;
    for hash in ["hash", "thumb"].into_iter().filter_map(|key| registers.value(key)).filter_map(Value::as_str).filter(|h| is_hash(h)) {
        db.prepare_cached("insert or ignore into media_named (hash, document) values (?1, ?2)")?.execute(params![hash, document])?;
    }
    Ok(())
}

/// The documents that name a blob.
pub fn naming(db: &Connection, hash: &str) -> Result<Vec<i64>, Error> {
    let mut statement = db.prepare_cached("select document from media_named where hash = ?1")?;
    let rows = statement.query_map([hash], |r| r.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Every blob that some document names.
pub fn all_named(db: &Connection) -> Result<BTreeSet<String>, Error> {
    let mut statement = db.prepare("select distinct hash from media_named")?;
    let rows = statement.query_map([], |r| r.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Blobs without a document that names them, and since when that is known; 0: what named them was erased.
pub fn gone(db: &Connection) -> Result<BTreeMap<String, i64>, Error> {
    let mut statement = db.prepare("select hash, since from media_gone")?;
    let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Nothing names it, as is known since then.
pub fn note_gone(db: &Connection, hash: &str, since: i64) -> Result<(), Error> {
    let sql = "insert into media_gone (hash, since) values (?1, ?2) on conflict (hash) do update set since = min(since, excluded.since)";
    db.prepare_cached(sql)?.execute(params![hash, since])?;
    Ok(())
}

/// Its bytes are gone, or something names it again.
pub fn forget_gone(db: &Connection, hash: &str) -> Result<(), Error> {
    db.prepare_cached("delete from media_gone where hash = ?1")?.execute([hash])?;
    Ok(())
}

/// Attachments of a record that are here.
pub fn count_of(db: &Connection, of: &Uuid) -> Result<u64, Error> {
    let sql = "select count(distinct record) from document where parent = ?1 and kind = ?2";
    Ok(uint(db.prepare_cached(sql)?.query_row(params![of, shared_model::records::Kind::Attachment as u8], |r| r.get(0))?))
}

/// Is there a refused command of this person that names the blob?
pub fn refused_of(db: &Connection, person: &Uuid, names: impl Fn(&[u8]) -> bool) -> Result<bool, Error> {
    let sql = "select q.bytes from quarantine q join device d on d.id = q.device where d.person = ?1";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([person])?;
    while let Some(r) = rows.next()? {
        if names(r.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// An upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    pub id: [u8; 16],
    pub device: Uuid,
    pub hash: String,
    pub bytes: u64,
    /// So many of them are here.
    pub taken: u64,
    /// All of them are, and they are what their name says.
    pub is_done: bool,
}

const UPLOAD: &str = "select id, device, hash, bytes, taken, is_done from upload";

fn upload_of(r: &rusqlite::Row<'_>) -> rusqlite::Result<Upload> {
    let (bytes, taken) = (uint(r.get(3)?), uint(r.get(4)?));
    Ok(Upload { id: r.get(0)?, device: r.get(1)?, hash: r.get(2)?, bytes, taken, is_done: r.get(5)? })
}

/// One of a device, by its id.
pub fn upload(db: &Connection, device: &Uuid, id: &[u8; 16]) -> Result<Option<Upload>, Error> {
    let sql = format!("{UPLOAD} where id = ?1 and device = ?2");
    Ok(db.prepare_cached(&sql)?.query_row(params![id, device], upload_of).optional()?)
}

/// One of a device that is under way, by what it brings.
pub fn under_way(db: &Connection, device: &Uuid, hash: &str) -> Result<Option<Upload>, Error> {
    let sql = format!("{UPLOAD} where device = ?1 and hash = ?2 and is_done = 0");
    Ok(db.prepare_cached(&sql)?.query_row(params![device, hash], upload_of).optional()?)
}

/// How many of a device are under way, and how many bytes it said since `from_ms` that it would bring.
pub fn load_of(db: &Connection, device: &Uuid, from_ms: i64) -> Result<(u32, u64), Error> {
    let sql =
        "select count(*) filter (where is_done = 0), coalesce(sum(bytes) filter (where begun_at >= ?2), 0) from upload where device = ?1";
    Ok(db.prepare_cached(sql)?.query_row(params![device, from_ms], |r| Ok((r.get(0)?, uint(r.get(1)?))))?)
}

/// Begins one.
/// `begun_at_ms`: from when its bytes count among those of a day.
pub fn add_upload(db: &Connection, u: &Upload, begun_at_ms: i64, now_ms: i64) -> Result<(), Error> {
    let sql = "insert into upload (id, device, hash, bytes, taken, is_done, begun_at, at) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    db.prepare_cached(sql)?.execute(params![u.id, u.device, u.hash, int(u.bytes), int(u.taken), u.is_done, begun_at_ms, now_ms])?;
    Ok(())
}

/// How far it came.
pub fn save_upload(db: &Connection, u: &Upload, now_ms: i64) -> Result<(), Error> {
    let sql = "update upload set taken = ?2, is_done = ?3, at = ?4 where id = ?1";
    db.prepare_cached(sql)?.execute(params![u.id, int(u.taken), u.is_done, now_ms])?;
    Ok(())
}

/// Forgets one.
pub fn drop_upload(db: &Connection, id: &[u8; 16]) -> Result<(), Error> {
    db.prepare_cached("delete from upload where id = ?1")?.execute([id])?;
    Ok(())
}

/// Forgets those that nobody went on with since `abandoned_ms`, and those that were done before `done_ms`.
pub fn drop_old_uploads(db: &Connection, abandoned_ms: i64, done_ms: i64) -> Result<(), Error> {
    let sql = "delete from upload where (is_done = 0 and at < ?1) or (is_done = 1 and at < ?2)";
    db.prepare_cached(sql)?.execute([abandoned_ms, done_ms])?;
    Ok(())
}

/// Ids of all uploads under way.
pub fn uploads_under_way(db: &Connection) -> Result<BTreeSet<[u8; 16]>, Error> {
    let mut statement = db.prepare("select id from upload where is_done = 0")?;
    let rows = statement.query_map([], |r| r.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
