//! Cells that an import filled on records that were there before. Beside such a field its document says which import it was, in the operation right after it: so a
//! whole import can be told from what people wrote, on every desk, whoever took it in. Taking back clears the field again where its value is still the import's own;
//! what somebody wrote since stays, and is named. What stood there is kept on this device, to be brought back where nobody wrote since.

use super::super::units::Tree;
use super::super::views::label_of;
use super::batches::words_of;
use crate::error::Result;
use crate::store::{Doc, Row, docs, get_row, rows_of_all};
use crate::workspace::{Intent, KeyEdit, Writer};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use shared_model::Class;
use shared_model::commands::ImportKept;
use shared_model::crdt::{DEL_KEY, LiveOp, Registers, Value, is_deleted};
use shared_model::doc::DocId;
use shared_model::records::{FILLED, FieldWrite, Kind};
use shared_model::wire;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Kinds of which an import fills fields.
const KINDS: [Kind; 4] = [Kind::Household, Kind::Person, Kind::Place, Kind::Facility];

fn own_class(kind: Kind) -> Class {
    if matches!(kind, Kind::Place | Kind::Facility) { Class::Open } else { Class::Register }
}

/// The field that a note is about.
pub fn noted_key(key: &str) -> Option<&str> {
    key.split_once('/').filter(|(family, _)| family.starts_with(FILLED)).map(|(_, key)| key)
}

/// The edits of a record that is there, each followed by its note.
pub fn noted(kind: Kind, edits: Vec<KeyEdit>, batch: Uuid) -> Vec<KeyEdit> {
    let mut out = Vec::with_capacity(edits.len() * 2);
    for edit in edits {
        let note = kind.filled_key(&edit.key, own_class(kind)).filter(|_| edit.key != DEL_KEY);
        out.push(edit);
        out.extend(note.map(|key| KeyEdit::put(&key, batch.to_string())));
    }
    out
}

/// How many cells these edits fill; a mirror is none of its own.
pub fn count(kind: Kind, edits: &[KeyEdit]) -> u32 {
    let cells = edits.iter().filter_map(|e| noted_key(&e.key)).filter(|key| mirrored(kind, key).is_none());
    u32::try_from(cells.count()).unwrap_or(u32::MAX)
}

/// What the field mirrors: it goes and stays with that.
fn mirrored(kind: Kind, key: &str) -> Option<&'static str> {
    match kind.field(key)?.write {
        FieldWrite::MirrorOf(source) => Some(source),
        _ => None,
    }
}

/// Was this operation written by this import, or when one was taken back? The note stands right after what it is about, in the same change.
pub fn is_by_import(kind: Kind, registers: &Registers, key: &str, op: &LiveOp, batch: &str) -> bool {
    let notes = kind.filled_key(key, own_class(kind)).and_then(|note| registers.live.get(&note));
    let is_its = |note: &LiveOp| note.id.actor == op.id.actor && note.id.counter == op.id.counter + 1;
    let says = |note: &LiveOp| if op.value.is_null() { note.value.is_null() } else { note.value.as_str() == Some(batch) };
    notes.into_iter().flatten().any(|note| is_its(note) && says(note))
}

/// A value that was taken back, to be brought back.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Taken {
    unit: Uuid,
    doc: DocId,
    kind: Kind,
    key: String,
    value: Value,
}

/// What is taken back of one household with those who live there, or of one record.
pub struct Group {
    home: Option<Uuid>,
    words: String,
    taken: Vec<Taken>,
}

impl Group {
    /// Cells of it.
    pub fn cells(&self) -> usize {
        self.taken.iter().filter(|t| mirrored(t.kind, &t.key).is_none()).count()
    }
}

/// What the import filled on records that it did not make: what can be taken back, and what stays because somebody wrote it since.
///
/// # Errors
/// Of the store.
pub fn plan(db: &Connection, tree: &Tree, batch: Uuid, made: &BTreeSet<Uuid>) -> Result<(Vec<Group>, Vec<ImportKept>)> {
    let (mut groups, mut stays): (BTreeMap<Uuid, Group>, Vec<ImportKept>) = (BTreeMap::new(), Vec::new());
    let like = format!("%{batch}%");
    for kind in KINDS {
        let notes = kind.def().fields.iter().filter(|f| f.key.starts_with(FILLED)).map(|f| format!("t.{} like ?1", f.key));
        let filter = format!("where ({}) and t._del is null order by t.record", notes.collect::<Vec<_>>().join(" or "));
        for row in rows_of_all(db, kind, &filter, &[&like])?.iter().filter(|r| !made.contains(&r.record)) {
            let (taken, written) = cells(db, row, &batch.to_string())?;
            let is_merged = row.id("merged_into").is_some();
            let (home, words) = words_of(db, tree, row)?;
            if !written.is_empty() || (is_merged && !taken.is_empty()) {
                let fields = if is_merged { taken.iter().map(|t| t.key.clone()).chain(written).collect() } else { written };
                stays.push(ImportKept {
                    record: row.record.to_string(),
                    kind: kind.name().into(),
                    words: words.clone(),
                    reason: if is_merged { "merged" } else { "written" }.into(),
                    household: home.map(|h| h.to_string()),
                    fields: fields.iter().map(|key| label_of(kind, key)).collect(),
                });
            }
            if !is_merged && !taken.is_empty() {
                let group = groups.entry(home.unwrap_or(row.record)).or_insert_with(|| Group { home, words, taken: Vec::new() });
                group.taken.extend(taken);
            }
        }
    }
    Ok((groups.into_values().collect(), stays))
}

/// Cells of a record that are still the import's own, and keys that somebody wrote since.
fn cells(db: &Connection, row: &Row, batch: &str) -> Result<(Vec<Taken>, Vec<String>)> {
    let (mut taken, mut written) = (Vec::new(), Vec::new());
    for id in docs::of_record(db, row.record)? {
        let Some(held) = docs::load(db, id)? else { continue };
        for (note, ops) in &held.shown.live {
            let Some(key) = noted_key(note).filter(|_| ops.iter().any(|op| op.value.as_str() == Some(batch))) else { continue };
            let live = held.shown.live.get(key).map(Vec::as_slice).unwrap_or_default();
            // what is empty again has nothing to be taken back
            let Some(first) = live.iter().find(|op| !op.value.is_null()) else { continue };
            if live.iter().all(|op| is_by_import(row.kind, &held.shown, key, op, batch)) {
                let value = first.value.clone();
                taken.push(Taken { unit: held.unit, doc: held.id, kind: row.kind, key: key.to_string(), value });
            } else {
                written.push(key.to_string());
            }
        }
    }
    let goes: BTreeSet<String> = taken.iter().map(|t| t.key.clone()).collect();
    taken.retain(|t| mirrored(row.kind, &t.key).is_none_or(|source| goes.contains(source)));
    written.retain(|key| mirrored(row.kind, key).is_none());
    Ok((taken, written))
}

/// Clears them, in one command, and keeps what stood there.
///
/// # Errors
/// Of the store.
pub fn take_away(w: &mut Writer<'_>, group: &Group, batch: Uuid) -> Result<()> {
    let mut intent = Intent::new("undo_import", format!("撤销导入填的 {}", group.words), group.home);
    intent.batch = Some(batch);
    for t in &group.taken {
        let note = t.kind.filled_key(&t.key, own_class(t.kind)).map(|note| KeyEdit::put(&note, Value::Null));
        intent.write(t.unit, t.doc, t.kind, std::iter::once(KeyEdit::put(&t.key, Value::Null)).chain(note).collect());
        w.touch(t.doc.record, t.kind);
    }
    w.command(intent)?;
    touch_home(w, group.home);
    let mut by_record: BTreeMap<Uuid, Vec<&Taken>> = BTreeMap::new();
    for t in &group.taken {
        by_record.entry(t.doc.record).or_default().push(t);
    }
    for (record, taken) in by_record {
        w.tx.prepare_cached("insert or replace into import_taken (batch, record, household, cells) values (?1, ?2, ?3, ?4)")?
            .execute(params![batch, record, group.home, wire::to_cbor(&taken)])?;
    }
    Ok(())
}

fn touch_home(w: &mut Writer<'_>, home: Option<Uuid>) {
    if let Some(home) = home {
        w.touch(home, Kind::Household);
    }
}

/// What was taken back on this device and can be brought back: nobody wrote there since.
///
/// # Errors
/// Of the store.
pub fn kept_here(db: &Connection, batch: Uuid, only: Option<&BTreeSet<&str>>) -> Result<Vec<Group>> {
    let mut q = db.prepare_cached("select record, household, cells from import_taken where batch = ?1 order by record")?;
    let got = q.query_map([batch], |r| Ok((r.get::<_, Uuid>(0)?, r.get::<_, Option<Uuid>>(1)?, r.get::<_, Vec<u8>>(2)?)))?;
    let mut out = Vec::new();
    for row in got {
        let (record, home, bytes) = row?;
        let is_wanted = |o: &BTreeSet<&str>| [Some(record), home].into_iter().flatten().any(|id| o.contains(id.to_string().as_str()));
        if only.is_some_and(|o| !is_wanted(o)) {
            continue;
        }
        let mut taken: Vec<Taken> = wire::from_cbor(&bytes).unwrap_or_default();
        let mut keeps = Vec::with_capacity(taken.len());
        for t in &taken {
            let held = docs::load(db, docs::current(db, t.doc.record, t.doc.class)?)?;
            keeps.push(held.is_some_and(|held| is_as_left(&held, t)));
        }
        let mut keeps = keeps.into_iter();
        taken.retain(|_| keeps.next() == Some(true));
        if let Some(first) = taken.first() {
            let row = get_row(db, first.kind, record)?;
            let words = row.map(|r| Tree::read(db).and_then(|tree| words_of(db, &tree, &r))).transpose()?.map(|(_, words)| words);
            out.push(Group { home, words: words.unwrap_or_default(), taken });
        }
    }
    Ok(out)
}

/// Is the field empty as the undo left it?
fn is_as_left(held: &Doc, t: &Taken) -> bool {
    let live = held.shown.live.get(&t.key).map(Vec::as_slice).unwrap_or_default();
    let is_left = |op: &LiveOp| op.value.is_null() && is_by_import(t.kind, &held.shown, &t.key, op, "");
    !is_deleted(&held.shown) && !live.is_empty() && live.iter().all(is_left)
}

/// Writes them again.
///
/// # Errors
/// Of the store.
pub fn bring_back(w: &mut Writer<'_>, group: &Group, batch: Uuid) -> Result<()> {
    let mut intent = Intent::new("undo_import", format!("收回 {}", group.words), group.home);
    intent.batch = Some(batch);
    for t in &group.taken {
        let edits = noted(t.kind, vec![KeyEdit::put(&t.key, t.value.clone())], batch);
        intent.write(t.unit, t.doc, t.kind, edits);
        w.touch(t.doc.record, t.kind);
        w.tx.prepare_cached("delete from import_taken where batch = ?1 and record = ?2")?.execute(params![batch, t.doc.record])?;
    }
    w.command(intent)?;
    touch_home(w, group.home);
    Ok(())
}
