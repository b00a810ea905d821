//! Commands with their verdicts, and what is remembered of refused ones.

use super::{int, uint};
use crate::error::Error;
use rusqlite::{Connection, OptionalExtension, params};
use shared_model::crdt::{ActorId, ChangeHash};
use shared_model::doc::DocId;
use shared_model::wire::{Command, Verdict, from_cbor, to_cbor};
use uuid::Uuid;

/// What is known of a command.
pub struct Known {
    pub digest: [u8; 32],
    pub verdict: Verdict,
    pub policy: u64,
}

/// A command of a device.
pub fn get(db: &Connection, device: &Uuid, seq: u64) -> Result<Option<Known>, Error> {
    let sql = "select digest, verdict, policy from command where device = ?1 and seq = ?2";
    let row: Option<([u8; 32], Vec<u8>, i64)> =
        db.prepare_cached(sql)?.query_row(params![device, int(seq)], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?))).optional()?;
    row.map(|(digest, verdict, policy)| {
        let verdict = from_cbor(&verdict).map_err(|_| Error::Damaged("a verdict"))?;
        Ok(Known { digest, verdict, policy: uint(policy) })
    })
    .transpose()
}

/// The last seq known of a device.
pub fn last_seq(db: &Connection, device: &Uuid) -> Result<u64, Error> {
    let sql = "select max(seq) from command where device = ?1";
    Ok(db.prepare_cached(sql)?.query_row([device], |r| r.get::<_, Option<i64>>(0))?.map_or(0, uint))
}

/// Stores the verdict of a command; only `need` is ever replaced.
pub fn save(
    db: &Connection,
    device: &Uuid,
    c: &Command,
    digest: &[u8; 32],
    opaque: &[u8; 16],
    verdict: &Verdict,
    now_ms: i64,
) -> Result<(), Error> {
    let sql = "insert into command (device, seq, digest, opaque, name, policy, replaces, adopts, verdict, received_at)
               values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
               on conflict (device, seq) do update
               set adopts = excluded.adopts, verdict = excluded.verdict, received_at = excluded.received_at";
    let adopts = c.adopts.filter(|_| matches!(verdict, Verdict::Accepted { .. }));
    db.prepare_cached(sql)?.execute(params![
        device,
        int(c.seq),
        digest,
        opaque,
        c.name,
        int(c.policy),
        c.replaces.map(int),
        adopts,
        to_cbor(verdict),
        now_ms
    ])?;
    Ok(())
}

/// Keeps a refused command whole.
pub fn quarantine(
    db: &Connection,
    device: &Uuid,
    c: &Command,
    digest: &[u8; 32],
    opaque: &[u8; 16],
    reason: &str,
    now_ms: i64,
) -> Result<(), Error> {
    // adopted before it came back to a server that was set back
    let adopted = "select p.name, c.received_at from command c join device d on d.id = c.device join person p on p.id = d.person
                   where c.adopts = ?1";
    let adopted: Option<(String, i64)> = db.prepare_cached(adopted)?.query_row([opaque], |r| Ok((r.get(0)?, r.get(1)?))).optional()?;
    let state = match &adopted {
        _ if reason == "stale" => "stale",
        Some(_) => "adopted",
        None => "open",
    };
    let (told, (by, at)) = (adopted.is_none(), adopted.unzip());
    let sql = "insert into quarantine (opaque, digest, device, seq, reason, bytes, received_at, state, resolved_by, resolved_at, told)
               values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) on conflict (opaque, digest) do nothing";
    db.prepare_cached(sql)?.execute(params![opaque, digest, device, int(c.seq), reason, to_cbor(c), now_ms, state, by, at, told])?;
    Ok(())
}

/// Did somebody adopt this refused command?
pub fn is_adopted(db: &Connection, opaque: &[u8; 16]) -> Result<bool, Error> {
    Ok(db.prepare_cached("select 1 from command where adopts = ?1 limit 1")?.exists([opaque])?)
}

/// The name of a command, by its opaque id; empty for the server's own.
pub fn name(db: &Connection, opaque: &[u8; 16]) -> Result<String, Error> {
    let sql = "select name from command where opaque = ?1 limit 1";
    Ok(db.prepare_cached(sql)?.query_row([opaque], |r| r.get(0)).optional()?.unwrap_or_default())
}

/// How many refused commands are kept.
pub fn count_quarantined(db: &Connection) -> Result<u64, Error> {
    Ok(uint(db.query_row("select count(*) from quarantine", [], |r| r.get(0))?))
}

/// Remembers a change of a refused command.
pub fn add_refused_change(db: &Connection, doc: &DocId, hash: &ChangeHash, device: &Uuid, seq: u64) -> Result<(), Error> {
    db.prepare_cached("insert into refused_change (doc, hash, device, seq) values (?1, ?2, ?3, ?4) on conflict do nothing")?
        .execute(params![doc.bytes(), hash.0, device, int(seq)])?;
    Ok(())
}

/// When the last command before a moment came, server time, ms.
pub fn last_before(db: &Connection, at_ms: i64) -> Result<Option<i64>, Error> {
    Ok(db.prepare_cached("select max(received_at) from command where received_at < ?1")?.query_row([at_ms], |r| r.get(0))?)
}

/// (device, seq) of the refused command that holds a change.
pub fn refused_change(db: &Connection, doc: &DocId, hash: &ChangeHash) -> Result<Option<(Uuid, u64)>, Error> {
    let sql = "select device, seq from refused_change where doc = ?1 and hash = ?2";
    Ok(db.prepare_cached(sql)?.query_row(params![doc.bytes(), hash.0], |r| Ok((r.get(0)?, uint(r.get(1)?)))).optional()?)
}

/// Remembers a document that a refused command would have made.
pub fn add_refused_document(db: &Connection, doc: &DocId, device: &Uuid, seq: u64) -> Result<(), Error> {
    db.prepare_cached("insert into refused_document (record, doc, device, seq) values (?1, ?2, ?3, ?4) on conflict do nothing")?
        .execute(params![doc.record, doc.bytes(), device, int(seq)])?;
    Ok(())
}

/// Documents of a record that refused commands of the device would have made: (document, seq).
pub fn refused_documents(db: &Connection, record: &Uuid, device: &Uuid) -> Result<Vec<([u8; 19], u64)>, Error> {
    let sql = "select doc, seq from refused_document where record = ?1 and device = ?2 order by seq";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![record, device], |r| Ok((r.get(0)?, uint(r.get(1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Does the device have any refused command? Spares the look-ups above in the common case.
pub fn has_refused(db: &Connection, device: &Uuid) -> Result<bool, Error> {
    Ok(db.prepare_cached("select 1 from quarantine where device = ?1 limit 1")?.exists([device])?)
}

/// Closes an actor in a document.
pub fn close_actor(db: &Connection, doc: &DocId, actor: &ActorId) -> Result<(), Error> {
    db.prepare_cached("insert into closed_actor (doc, actor) values (?1, ?2) on conflict do nothing")?
        .execute(params![doc.bytes(), actor.0])?;
    Ok(())
}

/// What the command wrote is in the record after all: nothing stands on a refusal because of it any more.
pub fn forget_refusal(db: &Connection, doc: &DocId, hash: &ChangeHash, actor: &ActorId) -> Result<(), Error> {
    db.prepare_cached("delete from refused_change where doc = ?1 and hash = ?2")?.execute(params![doc.bytes(), hash.0])?;
    db.prepare_cached("delete from refused_document where record = ?1 and doc = ?2")?.execute(params![doc.record, doc.bytes()])?;
    db.prepare_cached("delete from closed_actor where doc = ?1 and actor = ?2")?.execute(params![doc.bytes(), actor.0])?;
    Ok(())
}

/// Is the actor closed in the document?
pub fn is_closed(db: &Connection, doc: &DocId, actor: &ActorId) -> Result<bool, Error> {
    Ok(db.prepare_cached("select 1 from closed_actor where doc = ?1 and actor = ?2")?.exists(params![doc.bytes(), actor.0])?)
}
