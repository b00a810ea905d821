//! Documents on this device. `shown` is what the person sees; `base` is what the server has accepted, kept apart only while something here
//! is unsent. Digests, snapshots and refusals work on `base`. A snapshot is joined, never put in place of what is there.

use super::rows::{Stored, clear_row, column_holds, read_columns, stored_of, write_row};
use super::set_setting;
use crate::error::{CoreError, Result};
use rusqlite::{Connection, OptionalExtension, params};
use shared_model::Class;
use shared_model::crdt::{ActorId, ChangeHash, Registers};
use shared_model::doc::DocId;
use shared_model::records::Kind;
use std::collections::HashMap;
use uuid::Uuid;

/// A loaded document.
#[derive(Debug, Clone)]
pub struct Doc {
    pub id: DocId,
    pub kind: Kind,
    pub unit: Uuid,
    /// What the person sees.
    pub shown: Registers,
    /// Accepted state, when it differs from what is shown; empty when nothing was accepted yet.
    pub base: Option<Registers>,
    pub own: Option<(ActorId, ChangeHash)>,
    pub first_at: Option<i64>,
    pub last_at: Option<i64>,
    /// Commands without a verdict that touch it.
    pub pending: u32,
    pub mine: bool,
    /// It counts in partitions of its own list, and not only by its unit; see [`places`].
    pub is_placed_apart: bool,
    is_new: bool,
    /// What the stored row says of it; `None`: it was never written.
    stored: Option<Stored>,
    /// The store notes conflicts of it.
    is_in_conflict: bool,
}

impl Doc {
    /// A document that is not here yet.
    pub fn new(id: DocId, kind: Kind, unit: Uuid) -> Self {
        Doc {
            id,
            kind,
            unit,
            shown: Registers::default(),
            base: None,
            own: None,
            first_at: None,
            last_at: None,
            pending: 0,
            mine: false,
            is_placed_apart: false,
            is_new: true,
            stored: None,
            is_in_conflict: false,
        }
    }

    /// Not in the store yet?
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// The accepted state.
    pub fn accepted(&self) -> &Registers {
        self.base.as_ref().unwrap_or(&self.shown)
    }

    /// Its part of the partition's digest; nothing before anything was accepted.
    pub fn digest_term(&self) -> u128 {
        let r = self.accepted();
        if r.heads.is_empty() { 0 } else { r.digest_term(&self.id.bytes()) }
    }

    /// Keeps the accepted state apart before the first unsent change.
    pub fn fork(&mut self) {
        if self.base.is_none() {
            self.base = Some(self.shown.clone());
        }
    }
}

pub(super) fn damaged(_: impl std::fmt::Debug) -> CoreError {
    CoreError::new("bad_change", "一份记录在本机损坏，会向社区重新要一份。")
}

/// Loads a document, whole.
///
/// # Errors
/// `bad_change` when its registers cannot be read.
pub fn load(db: &Connection, id: DocId) -> Result<Option<Doc>> {
    let mut q = db.prepare_cached(
        "select kind, unit, regs, base, own_hash, own_actor, first_at, last_at, pending, mine, exists (
           select 1 from placement x where x.record = ?1 and x.class = ?2 and x.generation = ?3)
         from doc where record = ?1 and class = ?2 and generation = ?3",
    )?;
    type Raw = (u8, Vec<u8>, Vec<u8>, Option<Vec<u8>>, Option<Vec<u8>>, Option<Vec<u8>>, Option<i64>, Option<i64>, u32, bool, bool);
    let raw: Option<Raw> = q
        .query_row(params![id.record, id.class as u8, id.generation], |r| {
            Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?, r.get(5)?, r.get(6)?, r.get(7)?, r.get(8)?, r.get(9)?, r.get(10)?))
        })
        .optional()?;
    let Some((kind, unit, regs, base, own_hash, own_actor, first_at, last_at, pending, mine, is_placed_apart)) = raw else {
        return Ok(None);
    };
    let kind = Kind::from_u8(kind).ok_or_else(|| damaged("kind"))?;
    let columns = read_columns(db, kind, id.class, id.record)?;
    let shown = Registers::decode(&regs, &mut |key| columns.iter().find(|(k, _)| *k == key).map(|(_, v)| v.clone())).map_err(damaged)?;
    let base = match base {
        None => None,
        Some(b) if b.is_empty() => Some(Registers::default()),
        Some(b) => Some(shown.decode_other(&b).map_err(damaged)?),
    };
    let own = match (own_actor, own_hash) {
        (Some(a), Some(h)) => Some((ActorId(a.try_into().map_err(damaged)?), ChangeHash(h.try_into().map_err(damaged)?))),
        _ => None,
    };
    let unit = Uuid::from_slice(&unit).map_err(damaged)?;
    let stored = Some(stored_of(&shown));
    let is_in_conflict = shown.conflicted_keys().next().is_some();
    Ok(Some(Doc {
        id,
        kind,
        unit,
        shown,
        base,
        own,
        first_at,
        last_at,
        pending,
        mine,
        is_placed_apart,
        is_new: false,
        stored,
        is_in_conflict,
    }))
}

/// Loads it or starts it.
///
/// # Errors
/// As [`load`].
pub fn load_or_new(db: &Connection, id: DocId, kind: Kind, unit: Uuid) -> Result<Doc> {
    Ok(load(db, id)?.unwrap_or_else(|| Doc::new(id, kind, unit)))
}

/// Writes a document with its row and its conflicts.
///
/// # Errors
/// Of the store.
pub fn save(db: &Connection, doc: &mut Doc) -> Result<()> {
    save_with_words(db, doc, None)
}

/// The same; `words`: what a search compares of the record, where this document alone says it.
///
/// # Errors
/// Of the store.
pub fn save_with_words(db: &Connection, doc: &mut Doc, words: Option<Option<String>>) -> Result<()> {
    let (kind, class) = (doc.kind, doc.id.class);
    // a null winner keeps its entry in the registers; every other winner of a column is left to the column
    let regs = doc.shown.encode(&|key| column_holds(kind, class, key));
    let base = doc.base.as_ref().map(|b| if b.clock.is_empty() { Vec::new() } else { b.encode_beside(&doc.shown) });
    let (own_actor, own_hash) = match &doc.own {
        Some((a, h)) => (Some(a.0.as_slice()), Some(h.0.as_slice())),
        None => (None, None),
    };
    if doc.is_new {
        db.prepare_cached(
            "insert into doc (record, class, generation, kind, unit, regs, base, own_hash, own_actor, first_at, last_at, pending, mine)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .execute(params![
            doc.id.record,
            doc.id.class as u8,
            doc.id.generation,
            kind as u8,
            doc.unit,
            regs,
            base,
            own_hash,
            own_actor,
            doc.first_at,
            doc.last_at,
            doc.pending,
            doc.mine
        ])?;
    } else {
        db.prepare_cached(
            "update doc set regs = ?4, base = ?5, own_hash = ?6, own_actor = ?7, first_at = ?8, last_at = ?9, pending = ?10, mine = ?11
             where record = ?1 and class = ?2 and generation = ?3",
        )?
        .execute(params![
            doc.id.record,
            doc.id.class as u8,
            doc.id.generation,
            regs,
            base,
            own_hash,
            own_actor,
            doc.first_at,
            doc.last_at,
            doc.pending,
            doc.mine
        ])?;
    }
    write_row(db, kind, doc.id.class, doc.id.record, &doc.shown, doc.stored.as_ref(), words)?;
    save_conflicts(db, doc)?;
    doc.is_in_conflict = doc.shown.conflicted_keys().next().is_some();
    doc.is_new = false;
    doc.stored = Some(stored_of(&doc.shown));
    Ok(())
}

fn save_conflicts(db: &Connection, doc: &Doc) -> Result<()> {
    if doc.is_in_conflict {
        db.prepare_cached("delete from conflict where record = ?1 and class = ?2")?.execute(params![doc.id.record, doc.id.class as u8])?;
    }
    for key in doc.shown.conflicted_keys() {
        note_conflict(db, doc.id, doc.kind, key)?;
    }
    if ENDS.iter().any(|key| doc.shown.live.contains_key(*key)) {
        note_unlooked(db, doc.id)?;
    }
    Ok(())
}

/// Keys with which a record ends: what others wrote to it without knowing is for the office.
pub const ENDS: [&str; 4] = ["ended", "moved_saw", "moved_saw_private", shared_model::crdt::DEL_KEY];

/// Leaves a document to the inbox, which looks when it is asked.
pub(super) fn note_unlooked(db: &Connection, id: DocId) -> Result<()> {
    db.prepare_cached("insert or ignore into unlooked (record, class) values (?1, ?2)")?.execute(params![id.record, id.class as u8])?;
    Ok(())
}

/// Which import made a record: two offices that take in one file apart both did, and there is nothing to decide about that.
const BATCH: &str = "batch";

/// Notes a key with more than one live value. A mirror is never a conflict of its own, nor what somebody saw
/// when moving a person, nor which import made it.
pub(super) fn note_conflict(db: &Connection, id: DocId, kind: Kind, key: &str) -> Result<()> {
    let mirrored = kind.field(key).is_some_and(|f| matches!(f.write, shared_model::records::FieldWrite::MirrorOf(_)));
    if !mirrored && key != BATCH && !shared_model::moved::is_note(key) {
        db.prepare_cached("insert or ignore into conflict (record, class, key, kind) values (?1, ?2, ?3, ?4)")?.execute(params![
            id.record,
            id.class as u8,
            key,
            kind as u8
        ])?;
    }
    Ok(())
}

/// Units of the partitions that show a document, when more than its home does; empty: it counts at home only.
///
/// # Errors
/// Of the store.
pub fn places(db: &Connection, id: DocId) -> Result<Vec<Uuid>> {
    let mut q = db.prepare_cached("select unit from placement where record = ?1 and class = ?2 and generation = ?3")?;
    Ok(q.query_map(params![id.record, id.class as u8, id.generation], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
}

/// The units in whose partitions the document counts.
///
/// # Errors
/// Of the store.
pub fn counted_in(db: &Connection, doc: &Doc) -> Result<Vec<Uuid>> {
    let places = places(db, doc.id)?;
    Ok(if places.is_empty() { vec![doc.unit] } else { places })
}

/// Has a partition show a document, or show it no longer.
///
/// # Errors
/// Of the store.
pub fn set_placed(db: &Connection, id: DocId, unit: Uuid, is_placed: bool) -> Result<()> {
    let sql = match is_placed {
        true => "insert or ignore into placement (record, class, generation, unit) values (?1, ?2, ?3, ?4)",
        false => "delete from placement where record = ?1 and class = ?2 and generation = ?3 and unit = ?4",
    };
    db.prepare_cached(sql)?.execute(params![id.record, id.class as u8, id.generation, unit])?;
    Ok(())
}

/// Is the document here only because somebody shares it?
///
/// # Errors
/// Of the store.
pub fn is_only_shared(db: &Connection, id: DocId) -> Result<bool> {
    let sql = "select exists (select 1 from placement x join partition p on p.unit = x.unit and p.class = x.class and p.granted = 1
                 where x.record = ?1 and x.class = ?2 and x.generation = ?3)
               and not exists (select 1 from placement x join doc d on d.record = x.record and d.class = x.class and d.generation = x.generation
                 and d.unit = x.unit where x.record = ?1 and x.class = ?2 and x.generation = ?3)";
    Ok(db.prepare_cached(sql)?.query_row(params![id.record, id.class as u8, id.generation], |r| r.get(0))?)
}

/// Takes a document off this device, with its row when it was the record's last.
///
/// # Errors
/// Of the store.
pub fn drop(db: &Connection, id: DocId, kind: Kind) -> Result<()> {
    let record = id.record;
    db.execute("delete from doc where record = ?1 and class = ?2 and generation = ?3", params![record, id.class as u8, id.generation])?;
    db.execute(
        "delete from placement where record = ?1 and class = ?2 and generation = ?3",
        params![record, id.class as u8, id.generation],
    )?;
    for table in ["conflict", "unlooked", "mark"] {
        db.execute(&format!("delete from {table} where record = ?1 and class = ?2"), params![record, id.class as u8])?;
    }
    let left: u32 = db.query_row("select count(*) from doc where record = ?1", [record], |r| r.get(0))?;
    clear_row(db, kind, id.class, id.record, left == 0)?;
    if left == 0 && db.execute("delete from due where household = ?1", [record])? > 0 {
        // the doors that stay share the period among themselves
        set_setting(db, "spread_dirty", b"1")?;
    }
    Ok(())
}

/// The documents of a record that are here.
///
/// # Errors
/// Of the store.
pub fn of_record(db: &Connection, record: Uuid) -> Result<Vec<DocId>> {
    let mut q = db.prepare_cached("select class, generation from doc where record = ?1 order by class, generation")?;
    let got = q.query_map([record], |r| Ok((r.get::<_, u8>(0)?, r.get::<_, u16>(1)?)))?;
    let mut out = Vec::new();
    for pair in got {
        let (class, generation) = pair?;
        if let Some(class) = shared_model::Class::from_u8(class) {
            out.push(DocId { record, class, generation });
        }
    }
    Ok(out)
}

/// The generation of a record in a class that is open: what is written next belongs to it.
///
/// # Errors
/// Of the store.
pub fn current(db: &Connection, record: Uuid, class: shared_model::Class) -> Result<DocId> {
    let closed: Option<u16> = db
        .prepare_cached("select closed from generation where record = ?1 and class = ?2")?
        .query_row(params![record, class as u8], |r| r.get(0))
        .optional()?;
    Ok(DocId { record, class, generation: closed.map_or(0, |g| g.saturating_add(1)) })
}

/// Is it erased?
///
/// # Errors
/// Of the store.
pub fn is_closed(db: &Connection, id: DocId) -> Result<bool> {
    Ok(id.generation < current(db, id.record, id.class)?.generation)
}

/// The last generation that is closed, of every document that was ever erased here.
///
/// # Errors
/// Of the store.
pub fn closed_generations(db: &Connection) -> Result<HashMap<(Uuid, Class), u16>> {
    let mut q = db.prepare_cached("select record, class, closed from generation")?;
    let got = q.query_map([], |r| Ok((r.get(0)?, r.get::<_, u8>(1)?, r.get(2)?)))?;
    let mut out = HashMap::new();
    for row in got {
        let (record, class, closed) = row?;
        out.extend(Class::from_u8(class).map(|class| ((record, class), closed)));
    }
    Ok(out)
}

/// Closes a generation and those before it.
///
/// # Errors
/// Of the store.
pub fn close_generation(db: &Connection, id: DocId) -> Result<()> {
    db.prepare_cached(
        "insert into generation (record, class, closed) values (?1, ?2, ?3)
         on conflict (record, class) do update set closed = max(closed, excluded.closed)",
    )?
    .execute(params![id.record, id.class as u8, id.generation])?;
    Ok(())
}
