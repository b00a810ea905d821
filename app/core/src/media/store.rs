//! What a device keeps of photos and recordings: a second encrypted file under the key of the store, so that the store itself stays small. A
//! blob is here under its hash, and for a reason: somebody staged it, it waits to go up, or an attachment that is here names it. Without a
//! reason it goes ([`sweep`]).

use crate::error::{CoreError, Result};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};
use shared_model::limits::STAGED_LIFE_MS;
use shared_model::records::Kind;
use std::collections::HashSet;
use std::path::Path;
use uuid::Uuid;

const TABLES: &str = include_str!("tables.sql");

/// Opens (and makes) the file with the store's key.
///
/// # Errors
/// `locked` when the key does not fit, `disk_full`.
pub fn open(path: &Path, key: &[u8; 32]) -> Result<Connection> {
    let db = Connection::open(path)?;
    db.execute_batch(&crate::store::unlock_sql(&hex::encode(key)))?;
    db.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 10000; pragma secure_delete = on;
         pragma temp_store = memory; pragma cache_size = -4000; pragma mmap_size = 0;",
    )?;
    db.execute_batch(TABLES)?;
    Ok(db)
}

/// The name of some bytes.
pub fn hash_of(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Something staged.
#[derive(Debug, Clone)]
pub struct StagedRow {
    pub token: String,
    pub hash: String,
    pub thumb: Option<String>,
    pub thumb_bytes: Option<u64>,
    pub media: String,
    pub mime: String,
    pub bytes: u64,
    pub width: Option<u32>,
    pub height: Option<u32>,
    pub millis: Option<i64>,
    pub wave: Option<String>,
}

/// Keeps bytes under their name.
///
/// # Errors
/// `disk_full`, or of the store.
pub fn put(db: &Connection, hash: &str, mime: &str, bytes: &[u8]) -> Result<()> {
    db.prepare_cached("insert or ignore into blob (hash, mime, bytes, data) values (?1, ?2, ?3, ?4)")?.execute(params![
        hash,
        mime,
        bytes.len(),
        bytes
    ])?;
    Ok(())
}

/// The bytes of that name; what the disk has changed is not handed out.
///
/// # Errors
/// Of the store.
pub fn get(db: &Connection, hash: &str) -> Result<Option<Vec<u8>>> {
    let found: Option<Vec<u8>> = db.prepare_cached("select data from blob where hash = ?1")?.query_row([hash], |r| r.get(0)).optional()?;
    Ok(found.filter(|data| hash_of(data) == hash))
}

/// Is it here?
///
/// # Errors
/// Of the store.
pub fn has(db: &Connection, hash: &str) -> Result<bool> {
    Ok(db.prepare_cached("select exists (select 1 from blob where hash = ?1)")?.query_row([hash], |r| r.get(0))?)
}

/// Stages something with its small picture.
///
/// # Errors
/// `disk_full`: nothing was kept then.
pub fn stage(db: &mut Connection, row: &StagedRow, data: &[u8], thumb: Option<&[u8]>, now_ms: i64) -> Result<()> {
    let tx = db.transaction()?;
    put(&tx, &row.hash, &row.mime, data)?;
    if let (Some(hash), Some(thumb)) = (&row.thumb, thumb) {
        put(&tx, hash, shared_model::media::JPEG, thumb)?;
    }
    tx.execute(
        "insert into staged (token, hash, thumb, thumb_bytes, media, mime, bytes, width, height, millis, wave, at)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        params![
            row.token,
            row.hash,
            row.thumb,
            row.thumb_bytes,
            row.media,
            row.mime,
            row.bytes,
            row.width,
            row.height,
            row.millis,
            row.wave,
            now_ms
        ],
    )?;
    Ok(tx.commit()?)
}

/// What was staged under a token.
///
/// # Errors
/// Of the store.
pub fn staged(db: &Connection, token: &str) -> Result<Option<StagedRow>> {
    let sql = "select token, hash, thumb, thumb_bytes, media, mime, bytes, width, height, millis, wave from staged where token = ?1";
    let row = |r: &rusqlite::Row<'_>| {
        Ok(StagedRow {
            token: r.get(0)?,
            hash: r.get(1)?,
            thumb: r.get(2)?,
            thumb_bytes: r.get(3)?,
            media: r.get(4)?,
            mime: r.get(5)?,
            bytes: r.get(6)?,
            width: r.get(7)?,
            height: r.get(8)?,
            millis: r.get(9)?,
            wave: r.get(10)?,
        })
    };
    Ok(db.prepare_cached(sql)?.query_row([token], row).optional()?)
}

/// Drops what was staged; its bytes go with the next sweep.
///
/// # Errors
/// Of the store.
pub fn unstage(db: &Connection, token: &str) -> Result<bool> {
    Ok(db.prepare_cached("delete from staged where token = ?1")?.execute([token])? > 0)
}

/// What was staged is a record now: its bytes wait to go up, the small picture first.
///
/// # Errors
/// Of the store.
pub fn queue(db: &mut Connection, attachment: Uuid, row: &StagedRow, now_ms: i64) -> Result<()> {
    let tx = db.transaction()?;
    enqueue(&tx, attachment, &row.hash, row.thumb.as_deref(), now_ms)?;
    unstage(&tx, &row.token)?;
    Ok(tx.commit()?)
}

fn enqueue(db: &Connection, attachment: Uuid, hash: &str, thumb: Option<&str>, now_ms: i64) -> Result<()> {
    let sql = "insert or ignore into queued (hash, attachment, is_thumb, at) select ?1, ?2, ?3, ?4 where exists (select 1 from blob where hash = ?1)";
    for (hash, is_thumb) in thumb.map(|t| (t, true)).into_iter().chain([(hash, false)]) {
        db.prepare_cached(sql)?.execute(params![hash, attachment, is_thumb, now_ms])?;
    }
    Ok(())
}

/// What was sent is brought again: the server lost it.
///
/// # Errors
/// Of the store.
pub fn queue_again(db: &mut Connection, attachment: Uuid, full: Option<&String>, thumb: Option<&String>, now_ms: i64) -> Result<()> {
    let tx = db.transaction()?;
    for (hash, is_thumb) in thumb.map(|t| (t, true)).into_iter().chain(full.map(|f| (f, false))) {
        let sql = "insert or ignore into queued (hash, attachment, is_thumb, at) values (?1, ?2, ?3, ?4)";
        tx.prepare_cached(sql)?.execute(params![hash, attachment, is_thumb, now_ms])?;
        // as if it had never been there: it is brought from its first byte
        tx.prepare_cached("delete from known where hash = ?1")?.execute([hash])?;
    }
    Ok(tx.commit()?)
}

/// Something that waits to go up.
#[derive(Debug, Clone)]
pub struct QueuedRow {
    pub hash: String,
    pub attachment: Uuid,
    pub is_thumb: bool,
    pub bytes: u64,
    pub sent: u64,
    /// Its address at the server, once it has one.
    pub upload: Option<String>,
    pub tries: u32,
    pub next_at: i64,
    pub refused: Option<String>,
}

/// What waits to go up, the small pictures first, each in the order in which it was taken.
///
/// # Errors
/// Of the store.
pub fn queued(db: &Connection) -> Result<Vec<QueuedRow>> {
    let sql = "select q.hash, q.attachment, q.is_thumb, b.bytes, q.sent, q.upload, q.tries, q.next_at, q.refused
               from queued q join blob b on b.hash = q.hash order by q.is_thumb desc, q.at, q.hash";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([], |r| {
        Ok(QueuedRow {
            hash: r.get(0)?,
            attachment: r.get(1)?,
            is_thumb: r.get(2)?,
            bytes: r.get(3)?,
            sent: r.get(4)?,
            upload: r.get(5)?,
            tries: r.get(6)?,
            next_at: r.get(7)?,
            refused: r.get(8)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Writes down how far one came.
///
/// # Errors
/// Of the store.
pub fn save(db: &Connection, row: &QueuedRow) -> Result<()> {
    db.prepare_cached("update queued set sent = ?2, upload = ?3, tries = ?4, next_at = ?5, refused = ?6 where hash = ?1")?
        .execute(params![row.hash, row.sent, row.upload, row.tries, row.next_at, row.refused])?;
    Ok(())
}

/// The server has it.
///
/// # Errors
/// Of the store.
pub fn note_sent(db: &Connection, hash: &str, now_ms: i64) -> Result<()> {
    db.prepare_cached("delete from queued where hash = ?1")?.execute([hash])?;
    note_known(db, hash, true, now_ms)
}

/// It does not go up after all.
///
/// # Errors
/// Of the store.
pub fn unqueue(db: &Connection, attachment: Uuid) -> Result<()> {
    db.prepare_cached("delete from queued where attachment = ?1")?.execute([attachment])?;
    Ok(())
}

/// What the server said about a blob.
///
/// # Errors
/// Of the store.
pub fn note_known(db: &Connection, hash: &str, is_there: bool, now_ms: i64) -> Result<()> {
    let sql = "insert into known (hash, is_there, at) values (?1, ?2, ?3) on conflict (hash) do update set is_there = excluded.is_there, at = excluded.at";
    db.prepare_cached(sql)?.execute(params![hash, is_there, now_ms])?;
    Ok(())
}

/// What the server said about it last, and when.
///
/// # Errors
/// Of the store.
pub fn known(db: &Connection, hash: &str) -> Result<Option<(bool, i64)>> {
    let sql = "select is_there, at from known where hash = ?1";
    Ok(db.prepare_cached(sql)?.query_row([hash], |r| Ok((r.get(0)?, r.get(1)?))).optional()?)
}

/// An attachment as far as its bytes are concerned.
pub struct Named {
    pub record: Uuid,
    pub hash: String,
    pub thumb: Option<String>,
    pub is_removed: bool,
}

/// Every attachment that is here.
///
/// # Errors
/// Of the store.
pub fn named(main: &Connection) -> Result<Vec<Named>> {
    let mut q = main.prepare_cached("select record, hash, thumb, _del is not null from attachment where hash is not null")?;
    let rows = q.query_map([], |r| Ok(Named { record: r.get(0)?, hash: r.get(1)?, thumb: r.get(2)?, is_removed: r.get(3)? }))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Brings what is kept in line with the records. What a record names and was only staged, because the power went between the two, waits to go
/// up; what was staged a month ago and is used by nothing goes; what an erasure took goes; bytes without a reason go. Returns whether any went.
///
/// # Errors
/// Of the store.
pub fn sweep(db: &mut Connection, main: &Connection, now_ms: i64) -> Result<bool> {
    let is_empty: bool = db.prepare_cached("select not exists (select 1 from blob)")?.query_row([], |r| r.get(0))?;
    if is_empty {
        return Ok(false);
    }
    let named = named(main)?;
    let tx = db.transaction()?;
    let staged: HashSet<String> = texts(&tx, "select hash from staged")?.into_iter().collect();
    for n in named.iter().filter(|n| staged.contains(&n.hash) && !n.is_removed) {
        let is_queued: bool = tx.query_row("select exists (select 1 from queued where hash = ?1)", [&n.hash], |r| r.get(0))?;
        if !is_queued && known(&tx, &n.hash)?.is_none() {
            enqueue(&tx, n.record, &n.hash, n.thumb.as_deref(), now_ms)?;
            tx.execute("delete from staged where hash = ?1", [&n.hash])?;
        }
    }
    tx.execute("delete from staged where at < ?1", [now_ms - STAGED_LIFE_MS])?;
    for row in queued(&tx)? {
        // a record that was only handed in leaves this device; its photo still has to go up. An erased one has none any more
        if is_erased(main, row.attachment)? {
            unqueue(&tx, row.attachment)?;
        }
    }
    let mut kept: HashSet<String> =
        texts(&tx, "select hash from staged union select thumb from staged where thumb is not null union select hash from queued")?
            .into_iter()
            .collect();
    kept.extend(named.into_iter().flat_map(|n| n.thumb.into_iter().chain([n.hash])));
    let mut has_gone = false;
    for hash in texts(&tx, "select hash from blob")?.iter().filter(|hash| !kept.contains(*hash)) {
        tx.prepare_cached("delete from blob where hash = ?1")?.execute([hash])?;
        tx.prepare_cached("delete from known where hash = ?1")?.execute([hash])?;
        has_gone = true;
    }
    tx.commit()?;
    if has_gone {
        empty_log(db)?;
    }
    Ok(has_gone)
}

/// What was deleted leaves the write-ahead log, too.
fn empty_log(db: &Connection) -> Result<()> {
    let busy: i64 = db.query_row("pragma wal_checkpoint(truncate)", [], |r| r.get(0))?;
    if busy == 0 { Ok(()) } else { Err(CoreError::new("busy", "正忙，请稍后再试。没有丢东西。")) }
}

fn is_erased(main: &Connection, record: Uuid) -> Result<bool> {
    let sql =
        "select exists (select 1 from generation where record = ?1) and not exists (select 1 from doc where record = ?1 and kind = ?2)";
    Ok(main.prepare_cached(sql)?.query_row(params![record, Kind::Attachment as u8], |r| r.get(0))?)
}

fn texts(db: &Connection, sql: &str) -> Result<Vec<String>> {
    let mut q = db.prepare_cached(sql)?;
    Ok(q.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(token: &str, data: &[u8]) -> StagedRow {
        StagedRow {
            token: token.into(),
            hash: hash_of(data),
            thumb: None,
            thumb_bytes: None,
            media: "photo".into(),
            mime: "image/jpeg".into(),
            bytes: data.len() as u64,
            width: None,
            height: None,
            millis: None,
            wave: None,
        }
    }

    fn homes() -> (tempfile::TempDir, Connection, Connection) {
        let home = tempfile::tempdir().unwrap();
        let main = crate::store::open(&home.path().join("gridwalk.db"), &[7; 32]).unwrap();
        let media = open(&home.path().join("media.db"), &[7; 32]).unwrap();
        (home, main, media)
    }

    #[test]
    fn what_is_kept_cannot_be_read_without_the_key() {
        let (home, _, mut media) = homes();
        let data = b"CANARY of a photo".repeat(50);
        stage(&mut media, &row("a", &data), &data, None, 0).unwrap();
        assert_eq!(get(&media, &hash_of(&data)).unwrap().unwrap(), data);
        for name in ["media.db", "media.db-wal"] {
            let file = std::fs::read(home.path().join(name)).unwrap();
            assert!(!file.windows(6).any(|w| w == b"CANARY"), "{name}");
        }
        assert_eq!(open(&home.path().join("media.db"), &[8; 32]).err().unwrap().code, "locked");
    }

    #[test]
    fn what_nobody_used_goes_after_a_month_and_not_before() {
        let (_home, main, mut media) = homes();
        stage(&mut media, &row("a", b"one"), b"one", None, 0).unwrap();
        sweep(&mut media, &main, STAGED_LIFE_MS).unwrap();
        assert!(staged(&media, "a").unwrap().is_some() && has(&media, &hash_of(b"one")).unwrap());
        assert!(sweep(&mut media, &main, STAGED_LIFE_MS + 1).unwrap());
        assert!(staged(&media, "a").unwrap().is_none() && !has(&media, &hash_of(b"one")).unwrap());
    }

    #[test]
    fn what_was_thrown_away_goes_and_the_same_photo_staged_twice_stays() {
        let (_home, main, mut media) = homes();
        for token in ["a", "b"] {
            stage(&mut media, &row(token, b"one"), b"one", None, 0).unwrap();
        }
        assert!(unstage(&media, "a").unwrap() && !unstage(&media, "a").unwrap());
        assert!(!sweep(&mut media, &main, 0).unwrap());
        assert!(unstage(&media, "b").unwrap());
        assert!(sweep(&mut media, &main, 0).unwrap());
    }

    #[test]
    fn a_full_disk_says_so_and_keeps_nothing_by_halves() {
        let (_home, main, mut media) = homes();
        media.execute_batch("pragma max_page_count = 40").unwrap();
        let data = vec![1; 400 * 1024];
        let e = stage(&mut media, &row("a", &data), &data, None, 0).unwrap_err();
        assert_eq!(e.code, "disk_full");
        assert!(staged(&media, "a").unwrap().is_none() && !has(&media, &hash_of(&data)).unwrap());
        // a small one still fits
        stage(&mut media, &row("b", b"one"), b"one", None, 0).unwrap();
        sweep(&mut media, &main, 0).unwrap();
        assert!(has(&media, &hash_of(b"one")).unwrap());
    }

    #[test]
    fn bytes_that_a_disk_has_changed_are_not_handed_out() {
        let (_home, _, mut media) = homes();
        stage(&mut media, &row("a", b"one"), b"one", None, 0).unwrap();
        media.execute("update blob set data = ?1", [&b"two"[..]]).unwrap();
        assert_eq!(get(&media, &hash_of(b"one")).unwrap(), None);
    }
}
