//! The first-sync form of a partition: every document as one row, its snapshot or the only change it has, in immutable pages, as of one seq. Built when the first device
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
use shared_model::wire::{BundleCursor, Cursor, Row, RowBody, row_hash, rows_to_bytes, to_cbor};
use std::collections::BTreeSet;

/// Bytes of a row beside its registers, at most.
const ROW_BYTES: usize = 160;

/// Where a device stands in a partition, as far as this server can place it. While a bundle comes, seq and mark stay what they were before.
#[derive(Debug, Default)]
pub struct Place {
    pub seq: u64,
    pub mark: [u8; 16],
    pub bundle: Option<BundleCursor>,
}

impl Place {
    /// A cursor of another epoch or with another mark stands nowhere and begins anew: applying twice changes nothing.
    pub fn of(db: &Connection, p: &PartitionRow, cursor: Option<&Cursor>, epoch: u64) -> Result<Self, Error> {
        match cursor.filter(|c| c.epoch == epoch) {
            Some(c) if documents::mark_at(db, p.id, c.seq)? == Some(c.mark) => {
                Ok(Place { seq: c.seq, mark: c.mark, bundle: c.bundle.clone() })
            }
            _ => Ok(Place::default()),
        }
    }

    /// The bundle that it is in the middle of, if that is still here and still reaches over what the log has lost.
    fn goes_on(&self, db: &Connection, p: &PartitionRow) -> Result<Option<(BundleRow, u32)>, Error> {
        let Some(at) = &self.bundle else { return Ok(None) };
        let found = bundles::find(db, p.id, at.at, &at.hash)?;
        Ok(found.filter(|b| b.at >= p.compacted).map(|b| (b, at.page)))
    }

    /// Does it begin with a bundle? It must where rows between here and the head have left the log.
    fn wants_bundle(&self, db: &Connection, p: &PartitionRow, pushed: &Pushed) -> Result<bool, Error> {
        Ok(self.seq < p.compacted || (self.seq == 0 && is_worthwhile(db, p, 0, pushed)?))
    }
}

/// A bundle to send from.
pub struct Chosen {
    pub bundle: BundleRow,
    pub page: u32,
    /// It begins here: what was removed before it comes first.
    pub is_new: bool,
}

/// The bundle to send from; `None`: send rows.
pub fn choose(db: &Connection, p: &PartitionRow, place: &Place, pushed: &Pushed) -> Result<Option<Chosen>, Error> {
    if let Some((bundle, page)) = place.goes_on(db, p)? {
        return Ok(Some(Chosen { bundle, page, is_new: false }));
    }
    if !place.wants_bundle(db, p, pushed)? {
        return Ok(None);
    }
    let latest = bundles::latest(db, p.id)?.filter(|b| b.at >= p.compacted);
    Ok(latest.map(|bundle| Chosen { bundle, page: 0, is_new: true }))
}

/// Must a bundle be built before this device can be answered? The newest one serves as long as the rows after it are few.
pub fn is_missing(db: &Connection, p: &PartitionRow, cursor: Option<&Cursor>, epoch: u64, pushed: &Pushed) -> Result<bool, Error> {
    let place = Place::of(db, p, cursor, epoch)?;
    if place.goes_on(db, p)?.is_some() || !place.wants_bundle(db, p, pushed)? {
        return Ok(false);
    }
    match bundles::latest(db, p.id)?.filter(|b| b.at >= p.compacted) {
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
        let home = (row.unit != p.unit).then_some(row.unit);
        // a change says neither when the document was first received, which is earlier where it goes on after an erasure, nor a home elsewhere
        let is_plain = home.is_none() && row.first_at == row.last_at;
        let body = match if is_plain { only_change(db, row.id, &registers)? } else { None } {
            Some(bytes) => RowBody::Change { doc: row.doc, kind: row.kind, bytes: ByteBuf::from(bytes) },
            None => {
                let registers = ByteBuf::from(row.registers);
                RowBody::Snapshot { doc: row.doc, kind: row.kind, registers, first_at: row.first_at, home }
            }
        };
        let row = Row { seq: p.head, received_at: row.last_at, command: [0; 16], body };
        hash.update(row_hash(&p.unit, p.class, &row));
        page.push(row);
    }
    pages.push(closed(&mut page, &mut actors));
    let mut name = [0; 16];
    name.copy_from_slice(&hash.finalize()[..16]);
    bundles::add(db, p.id, p.head, &name, &p.mark, &pages, now_ms)
}

/// The change of a document that has no other: smaller than its registers, because its hash need not be told.
fn only_change(db: &Connection, document: i64, registers: &Registers) -> Result<Option<Vec<u8>>, Error> {
    match registers.heads.as_slice() {
        [head] if head.seq == 1 && registers.clock.len() == 1 => documents::change(db, document, &head.hash),
        _ => Ok(None),
    }
}

fn closed(page: &mut Vec<Row>, actors: &mut BTreeSet<ActorId>) -> (Vec<u8>, Vec<u8>) {
    let actors: Vec<ActorId> = std::mem::take(actors).into_iter().collect();
    (rows_to_bytes(&std::mem::take(page)), to_cbor(&actors))
}

/// Units, households, persons, visits, cases, steps, what is attached, then the rest.
fn order(kind: Kind) -> u8 {
    match kind {
        Kind::Unit => 0,
        Kind::Household => 1,
        Kind::Person => 2,
        Kind::Visit => 3,
        Kind::Case => 4,
        Kind::CaseStep => 5,
        Kind::Attachment => 6,
        _ => 7,
    }
}
