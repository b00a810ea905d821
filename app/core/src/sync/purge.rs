//! Erasure on this device. A purge row, or a verdict that says so, closes a generation of a document: registers, columns, search words,
//! due dates and conflicts go in the same transaction. What stands in the outbox, in the log of commands and in kept pages is cleaned once a
//! reply, for all documents of it together; then the files of the store are emptied of what was deleted, and only then is the receipt sent.
//! A crash in between leaves the list of what is still to be cleaned.
//!
//! Hashes stay: a command keeps its digest, a kept page its signature. Of what was written into an erased document the names of the fields
//! stay, so that the author can be told.

use super::apply::Digests;
use crate::error::Result;
use crate::store::{
    self, docs,
    log::{self, Among},
    rows,
};
use crate::workspace::DocEdit;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use shared_model::Class;
use shared_model::crdt::Value;
use shared_model::doc::DocId;
use shared_model::limits::RECEIPTS_MAX;
use shared_model::records::Kind;
use shared_model::wire::{self, Command, Page, Receipt, RefusedList, Row, RowBody};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A reply is inflated to at most this many bytes; a kept page is smaller.
const PAGE_INFLATED_MAX: usize = 64 * 1024 * 1024;

/// Closes the generation of a document and takes it off this device. A later generation stays.
///
/// # Errors
/// Of the store.
pub fn purge(db: &Connection, id: DocId, touched: &mut BTreeMap<Uuid, Kind>, digests: &mut Digests) -> Result<()> {
    docs::close_generation(db, id)?;
    db.prepare_cached("insert or ignore into purge_todo (record, class, generation) values (?1, ?2, ?3)")?.execute(params![
        id.record,
        id.class as u8,
        id.generation
    ])?;
    let here: Vec<(u16, u8)> = {
        let mut q = db.prepare_cached("select generation, kind from doc where record = ?1 and class = ?2 and generation <= ?3")?;
        q.query_map(params![id.record, id.class as u8, id.generation], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?
    };
    for (generation, kind) in here {
        let old = DocId { generation, ..id };
        // a document that cannot be read any more goes as well; then the digest differs, and is made anew by asking for the partition
        if let Ok(Some(doc)) = docs::load(db, old) {
            digests.moved(&docs::counted_in(db, &doc)?, id.class, doc.digest_term(), 0);
        }
        if let Some(kind) = Kind::from_u8(kind) {
            drop_whole(db, old, kind)?;
            touched.insert(id.record, kind);
        }
    }
    Ok(())
}

/// Takes a document off this device and writes the record's row again from what is left of it: of a kind without a class of its own nobody
/// can tell from the columns alone which part held them.
fn drop_whole(db: &Connection, id: DocId, kind: Kind) -> Result<()> {
    let mut rest = Vec::new();
    for other in docs::of_record(db, id.record)?.into_iter().filter(|other| *other != id) {
        rest.extend(docs::load(db, other)?);
    }
    docs::drop(db, id, kind)?;
    if rest.is_empty() {
        return Ok(());
    }
    rows::clear_row(db, kind, id.class, id.record, true)?;
    for doc in &rest {
        rows::write_row(db, kind, doc.id.class, id.record, &doc.shown, None, None)?;
    }
    Ok(())
}

/// Notes that a purge row was read, for the receipt.
///
/// # Errors
/// Of the store.
pub fn note_row(db: &Connection, unit: Uuid, class: Class, seq: u64) -> Result<()> {
    db.prepare_cached(
        "insert into receipt (unit, class, seq, ready) values (?1, ?2, ?3, 0)
         on conflict (unit, class) do update set seq = max(seq, excluded.seq), ready = 0",
    )?
    .execute(params![unit, class as u8, seq])?;
    Ok(())
}

/// Receipts that may be sent.
///
/// # Errors
/// Of the store.
pub fn receipts(db: &Connection) -> Result<Vec<Receipt>> {
    let mut q = db.prepare_cached("select unit, class, seq from receipt where ready = 1 order by class, unit limit ?1")?;
    let got = q.query_map([RECEIPTS_MAX], |r| Ok((r.get(0)?, r.get::<_, u8>(1)?, r.get(2)?)))?;
    let mut out = Vec::new();
    for row in got {
        let (unit, class, seq) = row?;
        out.extend(Class::from_u8(class).map(|class| Receipt { unit, class, seq }));
    }
    Ok(out)
}

/// The server has the receipts of the request that it just answered.
///
/// # Errors
/// Of the store.
pub fn receipts_sent(db: &Connection) -> Result<()> {
    for r in receipts(db)? {
        db.execute("delete from receipt where unit = ?1 and class = ?2 and seq = ?3", params![r.unit, r.class as u8, r.seq])?;
    }
    Ok(())
}

/// Cleans what the purges of this reply, or of one before a crash, left to be cleaned. True when receipts are ready.
///
/// # Errors
/// Of the store.
pub fn clean(db: &mut Connection) -> Result<bool> {
    let owes: bool =
        db.query_row("select exists (select 1 from purge_todo) or exists (select 1 from receipt where ready = 0)", [], |r| r.get(0))?;
    if owes {
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let todo = todo(&tx)?;
        for seq in commands_of(&tx, &todo)? {
            clean_command(&tx, seq, &todo)?;
        }
        clean_pages(&tx, &todo)?;
        clean_refused(&tx, &todo)?;
        clean_drafts(&tx, &todo)?;
        for doc in &todo {
            tx.prepare_cached("delete from decided where record = ?1 or household = ?1")?.execute([doc.record])?;
            tx.prepare_cached("delete from import_taken where record = ?1 or household = ?1")?.execute([doc.record])?;
        }
        tx.execute("delete from purge_todo", [])?;
        tx.commit()?;
        // what was deleted must leave the write-ahead log too; while another program reads, the receipt waits for the next time
        let busy: i64 = db.query_row("pragma wal_checkpoint(truncate)", [], |r| r.get(0))?;
        if busy == 0 {
            db.execute("update receipt set ready = 1 where ready = 0", [])?;
        }
    }
    Ok(db.query_row("select exists (select 1 from receipt where ready = 1)", [], |r| r.get(0))?)
}

fn todo(db: &Connection) -> Result<BTreeSet<DocId>> {
    let mut q = db.prepare("select record, class, generation from purge_todo")?;
    let got = q.query_map([], |r| Ok((r.get(0)?, r.get::<_, u8>(1)?, r.get(2)?)))?;
    let mut out = BTreeSet::new();
    for row in got {
        let (record, class, generation) = row?;
        out.extend(Class::from_u8(class).map(|class| DocId { record, class, generation }));
    }
    Ok(out)
}

fn is_gone(todo: &BTreeSet<DocId>, doc: &DocId) -> bool {
    todo.range(*doc..).next().is_some_and(|t| t.record == doc.record && t.class == doc.class)
}

/// Commands that touch one of these documents or an older generation of it.
fn commands_of(db: &Connection, todo: &BTreeSet<DocId>) -> Result<BTreeSet<u64>> {
    let mut out = BTreeSet::new();
    let records: BTreeSet<Uuid> = todo.iter().map(|d| d.record).collect();
    for record in records {
        for (seq, command) in log::mentioning(db, record, Among::All)? {
            // what cannot be read any more might speak of any class
            if command.is_none_or(|c| c.parts.iter().any(|p| is_gone(todo, &p.doc))) {
                out.insert(seq);
            }
        }
    }
    Ok(out)
}

fn clean_command(db: &Connection, seq: u64, todo: &BTreeSet<DocId>) -> Result<()> {
    let found: Option<(Vec<u8>, Vec<u8>)> =
        db.prepare_cached("select body, args from command where seq = ?1")?.query_row([seq], |r| Ok((r.get(0)?, r.get(1)?))).optional()?;
    let Some((body, args)) = found else { return Ok(()) };
    // what cannot be read any more is nothing to anybody
    let body = wire::from_cbor::<Command>(&body).map_or_else(
        |_| Vec::new(),
        |mut command| {
            command.parts.iter_mut().filter(|p| is_gone(todo, &p.doc)).for_each(wire::Part::erase);
            wire::to_cbor(&command)
        },
    );
    let mut docs: Vec<DocEdit> = wire::from_cbor(&args).unwrap_or_default();
    for d in docs.iter_mut().filter(|d| is_gone(todo, &d.doc)) {
        for e in &mut d.edits {
            e.value = Value::Null;
        }
    }
    db.prepare_cached("delete from refused_note where seq = ?1")?.execute([seq])?;
    db.prepare_cached("update command set body = ?2, args = ?3 where seq = ?1")?.execute(params![seq, body, wire::to_cbor(&docs)])?;
    Ok(())
}

fn clean_pages(db: &Connection, todo: &BTreeSet<DocId>) -> Result<()> {
    let classes: BTreeSet<u8> = todo.iter().map(|d| d.class as u8).collect();
    for class in classes {
        let ids: Vec<i64> = {
            let mut q = db.prepare_cached("select id from kept_page where class = ?1")?;
            q.query_map([class], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?
        };
        for id in ids {
            let body: Vec<u8> = db.prepare_cached("select body from kept_page where id = ?1")?.query_row([id], |r| r.get(0))?;
            let Some(mut page) = super::unpack(&body, PAGE_INFLATED_MAX).ok().and_then(|cbor| wire::from_cbor::<Page>(&cbor).ok()) else {
                db.execute("delete from kept_page where id = ?1", [id])?;
                continue;
            };
            if clean_rows(&mut page, todo) {
                db.prepare_cached("update kept_page set body = ?2 where id = ?1")?
                    .execute(params![id, super::pack(&wire::to_cbor(&page))])?;
            }
        }
    }
    Ok(())
}

/// What was begun about an erased record and not saved.
fn clean_drafts(db: &Connection, todo: &BTreeSet<DocId>) -> Result<()> {
    for doc in todo {
        let id = doc.record.to_string();
        db.prepare_cached("delete from draft where instr(key, ?1) > 0 or instr(body, ?1) > 0")?.execute([id])?;
    }
    Ok(())
}

/// The office's list of refused commands: what they meant for an erased document, and what was said about them.
fn clean_refused(db: &Connection, todo: &BTreeSet<DocId>) -> Result<()> {
    let Some(bytes) = store::setting(db, "refused")? else { return Ok(()) };
    let Ok(mut list) = wire::from_cbor::<RefusedList>(&bytes) else { return Ok(()) };
    for one in &mut list.items {
        let before = one.parts.len();
        one.parts.retain(|p| !is_gone(todo, &p.doc));
        if one.parts.len() < before {
            one.asked = None;
        }
    }
    store::set_setting(db, "refused", &wire::to_cbor(&list))
}

/// Leaves only the hash of rows that hold an erased document; the signature of the page stays right.
fn clean_rows(page: &mut Page, todo: &BTreeSet<DocId>) -> bool {
    let mut changed = false;
    let (unit, class) = (page.unit, page.class);
    for row in &mut page.rows {
        let doc = match &row.body {
            RowBody::Change { doc, .. } | RowBody::Snapshot { doc, .. } if is_gone(todo, doc) => *doc,
            _ => continue,
        };
        let hash = wire::row_hash(&unit, class, row);
        *row = Row { body: RowBody::Gone { doc, hash }, ..row.clone() };
        changed = true;
    }
    changed
}

/// Documents of a command that the server says are erased: nothing of them came in, and nothing of them stays here.
///
/// # Errors
/// Of the store.
pub fn note_verdict(db: &Connection, seq: u64, erased: &[DocId], touched: &mut BTreeMap<Uuid, Kind>, digests: &mut Digests) -> Result<()> {
    for doc in erased {
        purge(db, *doc, touched, digests)?;
    }
    db.execute("update command set erased = 1 where seq = ?1", [seq])?;
    Ok(())
}
