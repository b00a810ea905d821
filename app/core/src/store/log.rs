//! The command log by what its commands write. No table says it: a command carries the ids of its documents in its own bytes, and the few
//! who ask (a history, an erasure, a handover, a server that was set back) ask seldom, while every edit would have to keep such a table.

use crate::error::Result;
use rusqlite::{Connection, OptionalExtension};
use shared_model::doc::DocId;
use shared_model::wire::{self, Command};
use uuid::Uuid;

/// Where commands are looked for.
#[derive(Debug, Clone, Copy)]
pub enum Among {
    /// The whole log.
    All,
    /// What has no verdict and is not set aside.
    Waiting,
    /// What stands: waiting or accepted.
    Standing,
}

/// Commands whose bytes or arguments hold this record's id, in their order; `None`: one that can no longer be read.
///
/// # Errors
/// Of the store.
pub fn mentioning(db: &Connection, record: Uuid, among: Among) -> Result<Vec<(u64, Option<Command>)>> {
    let from = match among {
        Among::All => "command where true",
        Among::Waiting => "unjudged where state = 'pending'",
        Among::Standing => "command where state in ('pending', 'accepted')",
    };
    let sql = format!("select seq, body from {from} and (instr(body, ?1) > 0 or instr(args, ?1) > 0) order by seq");
    let mut q = db.prepare_cached(&sql)?;
    let got =
        q.query_map([record.as_bytes().as_slice()], |r| Ok((r.get(0)?, wire::from_cbor::<Command>(r.get_ref(1)?.as_blob()?).ok())))?;
    Ok(got.collect::<rusqlite::Result<_>>()?)
}

/// After verdicts: marks what they passed over, and remembers up to where that was done.
///
/// # Errors
/// Of the store.
pub fn note_left_behind(db: &Connection) -> Result<()> {
    let before: u64 = super::json_setting(db, "judged_to")?.unwrap_or(0);
    let last = "select seq from command where seq > ?1 and judged = 1 order by seq desc limit 1";
    let last: Option<u64> = db.prepare_cached(last)?.query_row([before], |r| r.get(0)).optional()?;
    let Some(last) = last else { return Ok(()) };
    db.prepare_cached("update command set left_behind = 1 where seq > ?1 and seq < ?2 and judged = 0")?.execute([before, last])?;
    super::set_json(db, "judged_to", &last)
}

/// Documents that a command writes; none when it is not here or cannot be read.
///
/// # Errors
/// Of the store.
pub fn documents(db: &Connection, seq: u64) -> Result<Vec<DocId>> {
    let mut q = db.prepare_cached("select body from command where seq = ?1")?;
    let command = q.query_row([seq], |r| Ok(wire::from_cbor::<Command>(r.get_ref(0)?.as_blob()?).ok())).optional()?;
    Ok(command.flatten().map_or_else(Vec::new, |c| c.parts.into_iter().map(|p| p.doc).collect()))
}
