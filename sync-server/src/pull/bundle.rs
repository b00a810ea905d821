//! The first-sync form of a partition: every document as one snapshot row, in immutable pages, as of one seq. Built when the first device
//! asks, used by all that ask soon after, kept a day after it is superseded. Pages begin with what a person needs first.

use crate::error::Error;
use crate::push::Pushed;
use crate::store::bundles::{self, BundleRow};
use crate::store::documents::{self, PartitionRow};
use rusqlite::Connection;
use serde_bytes::ByteBuf;
use sha2::{Digest, Sha256};
use shared_model::crdt::{ActorId, Registers};
use shared_model::limits::{BUNDLE_FROM_ROWS, PAGE_BYTES_MAX};
use shared_model::records::Kind;
use shared_model::wire::{BundleCursor, Cursor, Row, RowBody, row_hash, to_cbor};
use std::collections::BTreeSet;

/// Bytes of a row beside its registers, at most.
const ROW_BYTES: usize = 160;

/// Where a device begins that has nothing of the partition, or is in the middle of a bundle.
pub fn start(cursor: Option<&Cursor>, epoch: u64) -> Option<Option<&BundleCursor>> {
    match cursor {
        None => Some(None),
        Some(c) if c.seq == 0 || c.epoch != epoch => Some(c.bundle.as_ref().filter(|_| c.epoch == epoch)),
        Some(_) => None,
    }
}

/// The bundle to send from, and the first page; `None`: send rows.
pub fn choose(
    db: &Connection,
    p: &PartitionRow,
    cursor: Option<&Cursor>,
    epoch: u64,
    pushed: &Pushed,
) -> Result<Option<(BundleRow, u32)>, Error> {
    let Some(bundle_cursor) = start(cursor, epoch) else { return Ok(None) };
    if let Some(at) = bundle_cursor
        && let Some(found) = bundles::find(db, p.id, at.at, &at.hash)?
    {
        return Ok(Some((found, at.page)));
    }
    if !is_worthwhile(db, p, 0, pushed)? {
        return Ok(None);
    }
    let latest = bundles::latest(db, p.id)?;
    Ok(latest.map(|b| (b, 0)))
}

/// Must a bundle be built before this device can be answered? The newest one serves as long as the rows after it are few.
pub fn is_missing(db: &Connection, p: &PartitionRow, cursor: Option<&Cursor>, epoch: u64, pushed: &Pushed) -> Result<bool, Error> {
    let Some(bundle_cursor) = start(cursor, epoch) else { return Ok(false) };
    if let Some(at) = bundle_cursor
        && bundles::find(db, p.id, at.at, &at.hash)?.is_some()
    {
        return Ok(false);
    }
    match bundles::latest(db, p.id)? {
        _ if !is_worthwhile(db, p, 0, pushed)? => Ok(false),
        Some(latest) => is_worthwhile(db, p, latest.at, pushed),
        None => Ok(true),
    }
}

/// More rows than are sent one by one, not counting those the device has just pushed.
fn is_worthwhile(db: &Connection, p: &PartitionRow, from: u64, pushed: &Pushed) -> Result<bool, Error> {
    let behind = p.head.saturating_sub(from);
    if behind <= BUNDLE_FROM_ROWS {
        return Ok(false);
    }
    let own = if pushed.touched.contains_key(&(p.unit, p.class)) { documents::count_rows_of(db, p.id, from, &pushed.commands)? } else { 0 };
    Ok(behind.saturating_sub(own) > BUNDLE_FROM_ROWS)
}

/// Builds the bundle of a partition as of its head.
pub fn build(db: &Connection, partition: i64, now_ms: i64) -> Result<(), Error> {
    let Some(p) = documents::partition_by_id(db, partition)? else { return Ok(()) };
    let mut rows = documents::of_partition(db, p.id)?;
    rows.sort_by_key(|row| (order(row.kind), row.doc));
    let mut hash = Sha256::new();
    let mut pages = Vec::new();
    let (mut page, mut actors, mut bytes) = (Vec::new(), BTreeSet::new(), 0);
    for row in rows {
        let registers = Registers::decode_full(&row.registers).map_err(|_| Error::Damaged("registers of a document"))?;
        let size = row.registers.len() + ROW_BYTES;
        if bytes + size > PAGE_BYTES_MAX && !page.is_empty() {
            pages.push(closed(&mut page, &mut actors));
            bytes = 0;
        }
        bytes += size;
        actors.extend(registers.clock.keys().copied());
        let body = RowBody::Snapshot { doc: row.doc, kind: row.kind, registers: ByteBuf::from(row.registers), first_at: row.first_at };
        let row = Row { seq: p.head, received_at: row.last_at, command: [0; 16], body };
        hash.update(row_hash(&p.unit, p.class, &row));
        page.push(row);
    }
    pages.push(closed(&mut page, &mut actors));
    let mut name = [0; 16];
    name.copy_from_slice(&hash.finalize()[..16]);
    bundles::add(db, p.id, p.head, &name, &p.mark, &pages, now_ms)
}

fn closed(page: &mut Vec<Row>, actors: &mut BTreeSet<ActorId>) -> (Vec<u8>, Vec<u8>) {
    let actors: Vec<ActorId> = std::mem::take(actors).into_iter().collect();
    (to_cbor(&std::mem::take(page)), to_cbor(&actors))
}

/// Units, households, persons, visits, cases, steps, then the rest.
fn order(kind: Kind) -> u8 {
    match kind {
        Kind::Unit => 0,
        Kind::Household => 1,
        Kind::Person => 2,
        Kind::Visit => 3,
        Kind::Case => 4,
        Kind::CaseStep => 5,
        _ => 6,
    }
}
