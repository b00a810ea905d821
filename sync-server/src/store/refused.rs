//! What happens to a refused command after its verdict: its author asks, discards or says it again; the office adopts it, returns it or
//! files it away. The bytes stay as they came (`commands::quarantine`); only the state beside them moves.

use super::{int, uint};
use crate::error::Error;
use rusqlite::{Connection, OptionalExtension, params};
use shared_model::limits::RESOLUTIONS_MAX;
use shared_model::wire::{Command, Resolution, from_cbor};
use uuid::Uuid;

/// One refused command, without its bytes.
#[derive(Debug, Clone)]
pub struct Refused {
    pub opaque: [u8; 16],
    pub digest: [u8; 32],
    pub device: Uuid,
    pub reason: String,
    pub received_at: i64,
    /// `open discarded resent adopted returned filed stale`.
    pub state: String,
    pub asked: Option<(String, i64)>,
}

const COLUMNS: &str = "q.opaque, q.digest, q.device, q.reason, q.received_at, q.state, q.asked, q.asked_at";

fn read(r: &rusqlite::Row<'_>) -> rusqlite::Result<Refused> {
    let asked = r.get::<_, Option<String>>(6)?.zip(r.get::<_, Option<i64>>(7)?);
    Ok(Refused {
        opaque: r.get(0)?,
        digest: r.get(1)?,
        device: r.get(2)?,
        reason: r.get(3)?,
        received_at: r.get(4)?,
        state: r.get(5)?,
        asked,
    })
}

/// What waits for an office, oldest first, but for the caller's own. What was superseded and written again by its author is not among it.
pub fn waiting(db: &Connection, but: &Uuid) -> Result<Vec<Refused>, Error> {
    let sql = format!(
        "select {COLUMNS} from quarantine q where q.state in ('open', 'discarded') and q.device <> ?1
         and not exists (select 1 from command c where c.device = q.device and c.replaces = q.seq)
         order by q.received_at, q.device, q.seq"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map([but], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// One by its opaque id.
pub fn get(db: &Connection, opaque: &[u8; 16]) -> Result<Option<Refused>, Error> {
    let sql = format!("select {COLUMNS} from quarantine q where q.opaque = ?1 order by q.digest limit 1");
    Ok(db.prepare_cached(&sql)?.query_row([opaque], read).optional()?)
}

/// One of a device, by its number: the one under that number's own verdict, not a clone's beside it.
pub fn of_device(db: &Connection, device: &Uuid, seq: u64) -> Result<Option<Refused>, Error> {
    let sql =
        format!("select {COLUMNS} from quarantine q where q.device = ?1 and q.seq = ?2 order by q.reason = 'cloned', q.digest limit 1");
    Ok(db.prepare_cached(&sql)?.query_row(params![device, int(seq)], read).optional()?)
}

/// The command itself; `None` when its bytes cannot be read.
pub fn command(db: &Connection, one: &Refused) -> Result<Option<Command>, Error> {
    let sql = "select bytes from quarantine where opaque = ?1 and digest = ?2";
    let bytes: Vec<u8> = db.prepare_cached(sql)?.query_row(params![one.opaque, one.digest], |r| r.get(0))?;
    Ok(from_cbor(&bytes).ok())
}

/// The office did something about it; its author is told, but for what they discarded themselves.
pub fn resolve(db: &Connection, one: &Refused, state: &str, by: &str, words: &str, now_ms: i64) -> Result<(), Error> {
    let sql =
        "update quarantine set state = ?3, resolved_by = ?4, resolved_at = ?5, words = ?6, told = ?7 where opaque = ?1 and digest = ?2";
    db.prepare_cached(sql)?.execute(params![one.opaque, one.digest, state, by, now_ms, words, state == "filed"])?;
    Ok(())
}

/// The office takes back what it did: it waits again, what its author had discarded as such. The author is told.
pub fn take_up(db: &Connection, one: &Refused, by: &str, now_ms: i64) -> Result<(), Error> {
    let state = if one.state == "filed" { "discarded" } else { "open" };
    resolve(db, one, state, by, "", now_ms)?;
    if state == "discarded" {
        db.prepare_cached("update quarantine set told = 1 where opaque = ?1 and digest = ?2")?.execute(params![one.opaque, one.digest])?;
    }
    Ok(())
}

/// The author asks the office: it waits there (again), with these words.
pub fn ask(db: &Connection, one: &Refused, words: &str, now_ms: i64) -> Result<(), Error> {
    let sql = "update quarantine set state = 'open', asked = ?3, asked_at = ?4, told = 1 where opaque = ?1 and digest = ?2";
    db.prepare_cached(sql)?.execute(params![one.opaque, one.digest, words, now_ms])?;
    Ok(())
}

/// The author wants nothing more of it. What the office did already stays.
pub fn discard(db: &Connection, device: &Uuid, seq: u64) -> Result<(), Error> {
    let sql = "update quarantine set state = 'discarded', told = 1 where device = ?1 and seq = ?2 and state in ('open', 'returned')";
    db.prepare_cached(sql)?.execute(params![device, int(seq)])?;
    Ok(())
}

/// The author said it again in another command.
pub fn resend(db: &Connection, device: &Uuid, seq: u64) -> Result<(), Error> {
    let sql = "update quarantine set state = 'resent', told = 1 where device = ?1 and seq = ?2 and state in ('open', 'returned')";
    db.prepare_cached(sql)?.execute(params![device, int(seq)])?;
    Ok(())
}

/// What the office did about commands of a device, of which it has not heard.
pub fn resolutions(db: &Connection, device: &Uuid) -> Result<Vec<Resolution>, Error> {
    let sql = "select seq, state, words, resolved_by, resolved_at from quarantine
               where device = ?1 and told = 0 and state in ('adopted', 'returned', 'open') order by resolved_at, seq limit ?2";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![device, RESOLUTIONS_MAX as i64], |r| {
        let by: Option<String> = r.get(3)?;
        let at: Option<i64> = r.get(4)?;
        Ok(Resolution { seq: uint(r.get(0)?), how: r.get(1)?, words: r.get(2)?, by: by.unwrap_or_default(), at: at.unwrap_or_default() })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The device has heard of these.
pub fn told(db: &Connection, device: &Uuid, seqs: &[u64]) -> Result<(), Error> {
    for seq in seqs {
        db.prepare_cached("update quarantine set told = 1 where device = ?1 and seq = ?2")?.execute(params![device, int(*seq)])?;
    }
    Ok(())
}

/// How many wait for an office.
pub fn count_open(db: &Connection) -> Result<u64, Error> {
    Ok(super::uint(db.query_row("select count(*) from quarantine where state = 'open'", [], |r| r.get(0))?))
}

/// Every refused command that is kept; one whose bytes cannot be read any more says nothing.
pub fn all_commands(db: &Connection) -> Result<Vec<Command>, Error> {
    let mut statement = db.prepare_cached("select bytes from quarantine")?;
    let mut rows = statement.query([])?;
    let mut out = Vec::new();
    while let Some(r) = rows.next()? {
        out.extend(from_cbor::<Command>(r.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?).ok());
    }
    Ok(out)
}
