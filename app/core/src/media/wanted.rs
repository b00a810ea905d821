//! What is to go up, what is to be asked, what is to come: read from the records and from what is kept, without a network.

use super::store::{self, QueuedRow};
use crate::error::Result;
use rusqlite::{Connection, OptionalExtension, params};
use shared_model::limits::{MEDIA_ASKED_MAX, THUMB_BYTES_MAX, THUMBS_PER_SYNC_MAX};
use shared_model::records::Kind;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

const DAY_MS: i64 = 24 * 3600 * 1000;
/// What the server did not have is asked again after an eighth of the photo's age, at most this late, milliseconds.
const ASK_LATE_MS: i64 = 6 * 3600 * 1000;
/// Small pictures come by themselves for this long; older ones when somebody looks at them.
const SMALL_DAYS: i64 = 90;
/// Requests of one round of asking.
const BATCHES_MAX: usize = 20;

/// What may go up now: its record has a verdict, and its own pause is over. A record that is not here any more was only handed in.
///
/// # Errors
/// Of the store.
pub fn due(media: &Connection, main: &Connection, now_ms: i64) -> Result<Vec<QueuedRow>> {
    Ok(judged(media, main)?.into_iter().filter(|q| q.next_at <= now_ms).collect())
}

/// What waits to go up and has a verdict.
fn judged(media: &Connection, main: &Connection) -> Result<Vec<QueuedRow>> {
    let mut out = Vec::new();
    for q in store::queued(media)? {
        let sql = "select pending from doc where record = ?1 and kind = ?2";
        let kind = Kind::Attachment as u8;
        let pending: Option<u32> = main.prepare_cached(sql)?.query_row(params![q.attachment, kind], |r| r.get(0)).optional()?;
        if pending.unwrap_or(0) == 0 {
            out.push(q);
        }
    }
    Ok(out)
}

/// When the next one may go: one without a verdict waits for a sync.
///
/// # Errors
/// Of the store.
pub fn next_due(media: &Connection, main: &Connection) -> Result<Option<i64>> {
    Ok(judged(media, main)?.iter().map(|q| q.next_at).min())
}

/// An attachment that is here as a record.
struct Seen {
    record: Uuid,
    hash: String,
    thumb: Option<String>,
    thumb_bytes: u64,
    at: i64,
}

/// Of records that have a verdict and were not removed, newest first.
fn seen(main: &Connection) -> Result<Vec<Seen>> {
    let sql = "select a.record, a.hash, a.thumb, coalesce(a.thumb_bytes, 0), coalesce(a.at, 0) from attachment a
               where a.hash is not null and a._del is null
                 and not exists (select 1 from doc d where d.record = a.record and d.pending > 0) order by a.at desc, a.record";
    let mut q = main.prepare_cached(sql)?;
    let rows = q.query_map([], |r| {
        let thumb_bytes = u64::try_from(r.get::<_, i64>(3)?).unwrap_or(u64::MAX);
        Ok(Seen { record: r.get(0)?, hash: r.get(1)?, thumb: r.get(2)?, thumb_bytes, at: r.get(4)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn names(media: &Connection, sql: &str) -> Result<HashSet<String>> {
    let mut q = media.prepare_cached(sql)?;
    Ok(q.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
}

fn number(media: &Connection, key: &str) -> Result<Option<i64>> {
    Ok(media.prepare_cached("select value from setting where key = ?1")?.query_row([key], |r| r.get(0)).optional()?)
}

/// The blobs to ask the server about, and the epoch it was in when that was decided; nothing where there is no attachment.
///
/// # Errors
/// Of the store.
pub fn to_ask(media: &Connection, main: &Connection, now_ms: i64) -> Result<Option<(Vec<String>, i64)>> {
    let epoch: i64 = crate::store::json_setting(main, "epoch")?.unwrap_or(0);
    let seen = seen(main)?;
    if seen.is_empty() {
        return Ok(None);
    }
    let here = names(media, "select hash from blob")?;
    let queued = names(media, "select hash from queued")?;
    let known: HashMap<String, (bool, i64)> = {
        let mut q = media.prepare_cached("select hash, is_there, at from known")?;
        q.query_map([], |r| Ok((r.get(0)?, (r.get(1)?, r.get(2)?))))?.collect::<rusqlite::Result<_>>()?
    };
    let is_other_epoch = number(media, "epoch")?.is_some_and(|before| before != epoch);
    let asks_all = is_other_epoch || number(media, "asked_at")?.is_none_or(|at| (now_ms - at).abs() >= DAY_MS);
    let mut out: Vec<String> = Vec::new();
    for a in &seen {
        for hash in [Some(&a.hash), a.thumb.as_ref()].into_iter().flatten() {
            let is_asked = match known.get(hash) {
                _ if queued.contains(hash) => false,
                _ if here.contains(hash) => asks_all,
                None => true,
                Some((true, _)) => is_other_epoch,
                Some((false, at)) => is_other_epoch || now_ms - at >= ((now_ms - a.at) / 8).clamp(0, ASK_LATE_MS),
            };
            if is_asked && out.len() < BATCHES_MAX * MEDIA_ASKED_MAX {
                out.push(hash.clone());
            }
        }
    }
    out.dedup();
    Ok(Some((out, epoch)))
}

/// Takes what the server said. What is here and not there is brought again. Returns whether anything is other than it was known.
///
/// # Errors
/// Of the store.
pub fn take_told(media: &mut Connection, main: &Connection, asked: &[String], there: &[String], now_ms: i64) -> Result<bool> {
    let there: HashSet<&String> = there.iter().collect();
    let mut lost: HashSet<&String> = HashSet::new();
    let mut has_news = false;
    for hash in asked {
        let is_there = there.contains(hash);
        has_news |= store::known(media, hash)?.map(|(was, _)| was) != Some(is_there);
        store::note_known(media, hash, is_there, now_ms)?;
        if !is_there && store::has(media, hash)? {
            lost.insert(hash);
        }
    }
    if !lost.is_empty() {
        for a in seen(main)? {
            let thumb = a.thumb.as_ref().filter(|t| lost.contains(t));
            let full = lost.contains(&a.hash).then_some(&a.hash);
            store::queue_again(media, a.record, full, thumb, now_ms)?;
        }
    }
    Ok(has_news)
}

/// All was asked.
///
/// # Errors
/// Of the store.
pub fn note_asked(media: &Connection, epoch: i64, now_ms: i64) -> Result<()> {
    let sql = "insert into setting (key, value) values (?1, ?2) on conflict (key) do update set value = excluded.value where excluded.value <> value";
    media.prepare_cached(sql)?.execute(params!["epoch", epoch])?;
    if number(media, "asked_at")?.is_none_or(|at| (now_ms - at).abs() >= DAY_MS) {
        media.prepare_cached(sql)?.execute(params!["asked_at", now_ms])?;
    }
    Ok(())
}

/// Small pictures that the server has and this device has not, newest first.
///
/// # Errors
/// Of the store.
pub fn small_ones(media: &Connection, main: &Connection, now_ms: i64) -> Result<Vec<String>> {
    let seen = seen(main)?;
    if seen.is_empty() {
        return Ok(Vec::new());
    }
    let here = names(media, "select hash from blob")?;
    let there = names(media, "select hash from known where is_there = 1")?;
    let small = seen.into_iter().filter(|a| a.thumb_bytes <= THUMB_BYTES_MAX && now_ms - a.at <= SMALL_DAYS * DAY_MS);
    let mut out: Vec<String> = small.filter_map(|a| a.thumb).filter(|hash| there.contains(hash) && !here.contains(hash)).collect();
    out.dedup();
    out.truncate(THUMBS_PER_SYNC_MAX);
    Ok(out)
}
