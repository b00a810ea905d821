//! Pages: rows of one partition with the cursor after them, the names of who wrote them, and the server's signature. A page is bounded and
//! so is the reply; a command's rows are never cut by a page.

use super::bundle::{self, Place};
use crate::Inner;
use crate::error::Error;
use crate::push::Pushed;
use crate::store::bundles::{self, BundleRow};
use crate::store::documents::{self, LogRow, PartitionRow};
use crate::store::people;
use rusqlite::Connection;
use serde_bytes::ByteBuf;
use shared_model::class::Class;
use shared_model::crdt::{ActorId, Registers};
use shared_model::doc::DocId;
use shared_model::limits::{PAGE_BYTES_MAX, REPLY_BYTES_MAX};
use shared_model::wire::{ActorName, BundleCursor, Cursor, Grants, Page, Row, RowBody, from_cbor, page_digest, rows_from_bytes};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Bytes of a row beside its change or registers, at most.
const ROW_BYTES: usize = 160;
/// Bytes of a page beside its rows, at most, with few actors.
const PAGE_BYTES: usize = 400;
/// Purges and unshares of one page: together under its bytes.
const REMOVALS_MAX: usize = 5_000;

/// The pages of one reply.
pub struct Pages<'a> {
    inner: &'a Inner,
    db: &'a Connection,
    epoch: u64,
    pushed: &'a Pushed,
    pages: Vec<Page>,
    bytes: usize,
    names: HashMap<ActorId, Option<ActorName>>,
    /// Something waits for the next request.
    pub more: bool,
}

impl<'a> Pages<'a> {
    pub fn new(inner: &'a Inner, db: &'a Connection, epoch: u64, pushed: &'a Pushed) -> Self {
        Pages { inner, db, epoch, pushed, pages: Vec::new(), bytes: 0, names: HashMap::new(), more: false }
    }

    pub fn done(self) -> Vec<Page> {
        self.pages
    }

    /// Room for one more full page?
    fn has_room(&mut self) -> bool {
        let has_room = self.bytes + PAGE_BYTES_MAX <= REPLY_BYTES_MAX;
        self.more |= !has_room;
        has_room
    }

    /// Adds what the device lacks of a partition; `false` when the reply is full.
    pub fn add_partition(&mut self, p: &PartitionRow, cursor: Option<&Cursor>) -> Result<bool, Error> {
        let place = Place::of(self.db, p, cursor, self.epoch)?;
        let Some(chosen) = bundle::choose(self.db, p, &place, self.pushed)? else {
            if place.seq >= p.compacted {
                return self.add_rows(p, place.seq);
            }
            // the bundle that was built for this answer went with an erasure just now: asked again, there is another
            self.more = true;
            return Ok(true);
        };
        if chosen.is_new && !self.add_removals(p, &place, &chosen.bundle)? {
            return Ok(false);
        }
        for page in chosen.page..chosen.bundle.pages {
            if !self.has_room() {
                return Ok(false);
            }
            self.add_bundle_page(p, &place, &chosen.bundle, page)?;
        }
        self.add_rows(p, chosen.bundle.at)
    }

    /// Purges and unshares between the device and a bundle: a device drops a document through such a row, never because a bundle lacks it.
    fn add_removals(&mut self, p: &PartitionRow, place: &Place, bundle: &BundleRow) -> Result<bool, Error> {
        let rows = documents::removals(self.db, p.id, place.seq, bundle.at)?;
        let last = rows.len().div_ceil(REMOVALS_MAX);
        for (n, rows) in rows.chunks(REMOVALS_MAX).enumerate() {
            if !self.has_room() {
                return Ok(false);
            }
            let at = BundleCursor { at: bundle.at, hash: bundle.hash, page: 0 };
            let (seq, mark) = (place.seq, place.mark);
            let bundle_cursor = (n + 1 == last).then_some(at);
            let cursor = Cursor { unit: p.unit, class: p.class, epoch: self.epoch, seq, mark, bundle: bundle_cursor };
            self.push(cursor, rows.to_vec(), &BTreeSet::new(), Some(bundle.pages), rows.len() * ROW_BYTES)?;
        }
        Ok(true)
    }

    fn add_bundle_page(&mut self, p: &PartitionRow, place: &Place, bundle: &BundleRow, page: u32) -> Result<(), Error> {
        let (rows, actors) = bundles::page(self.db, bundle.id, page)?;
        let bytes = rows.len();
        let rows: Vec<Row> = rows_from_bytes(&rows).map_err(|_| Error::Damaged("a page of a bundle"))?;
        let actors: BTreeSet<ActorId> = from_cbor(&actors).map_err(|_| Error::Damaged("a page of a bundle"))?;
        let is_last = page + 1 == bundle.pages;
        let at = BundleCursor { at: bundle.at, hash: bundle.hash, page: page + 1 };
        let (seq, mark) = if is_last { (bundle.at, bundle.mark) } else { (place.seq, place.mark) };
        let cursor = Cursor { unit: p.unit, class: p.class, epoch: self.epoch, seq, mark, bundle: (!is_last).then_some(at) };
        self.push(cursor, rows, &actors, Some(bundle.pages), bytes)
    }

    /// Rows after a seq, in pages that end with a whole command.
    fn add_rows(&mut self, p: &PartitionRow, after: u64) -> Result<bool, Error> {
        let mut seq = after;
        while seq < p.head {
            if !self.has_room() {
                return Ok(false);
            }
            let mut cut = Cut::default();
            documents::rows_after(self.db, p.id, seq, |row| cut.take(row, &self.pushed.commands))?;
            let Some((last, mark)) = cut.last else { break };
            seq = last;
            let cursor = Cursor { unit: p.unit, class: p.class, epoch: self.epoch, seq, mark, bundle: None };
            self.push(cursor, cut.rows, &cut.actors, None, cut.bytes)?;
        }
        Ok(true)
    }

    /// Damaged documents again, as snapshots; the cursor stays where the device is.
    pub fn add_wanted(&mut self, want: &[DocId], grants: &Grants, cursors: &HashMap<(Uuid, Class), Cursor>) -> Result<(), Error> {
        for doc in want {
            if self.more || !self.has_room() {
                return Ok(());
            }
            let Some(row) = documents::get(self.db, doc)? else { continue };
            let Some(unit) = super::granted_in(self.db, grants, &row)? else { continue };
            let registers = Registers::decode_full(&row.registers).map_err(|_| Error::Damaged("registers of a document"))?;
            let actors: BTreeSet<ActorId> = registers.clock.keys().copied().collect();
            let start = Cursor { unit, class: doc.class, epoch: self.epoch, seq: 0, mark: [0; 16], bundle: None };
            let sent = self.pages.iter().rev().find(|p| p.unit == unit && p.class == doc.class).map(|p| p.cursor.clone());
            let cursor = sent.or_else(|| cursors.get(&(unit, doc.class)).cloned()).unwrap_or(start);
            let bytes = row.registers.len() + ROW_BYTES;
            let home = (row.unit != unit).then_some(row.unit);
            let body =
                RowBody::Snapshot { doc: *doc, kind: row.kind, registers: ByteBuf::from(row.registers), first_at: row.first_at, home };
            let rows = vec![Row { seq: cursor.seq, received_at: row.last_at, command: [0; 16], body }];
            self.push(cursor, rows, &actors, None, bytes)?;
        }
        Ok(())
    }

    fn push(
        &mut self,
        cursor: Cursor,
        rows: Vec<Row>,
        actors: &BTreeSet<ActorId>,
        bundle_pages: Option<u32>,
        bytes: usize,
    ) -> Result<(), Error> {
        let actors = self.names_of(actors)?;
        self.bytes += bytes + PAGE_BYTES + actors.len() * 64;
        let (unit, class) = (cursor.unit, cursor.class);
        let mut page = Page { unit, class, rows, cursor, bundle_pages, actors, signature: ByteBuf::new() };
        page.signature = ByteBuf::from(self.inner.keys.sign_page(page_digest(&page)));
        self.pages.push(page);
        Ok(())
    }

    fn names_of(&mut self, actors: &BTreeSet<ActorId>) -> Result<Vec<ActorName>, Error> {
        let mut out = Vec::with_capacity(actors.len());
        for actor in actors {
            if !self.names.contains_key(actor) {
                let found = people::actor(self.db, actor)?;
                self.names.insert(*actor, found.map(|a| ActorName { actor: *actor, name: a.name, role: a.role }));
            }
            out.extend(self.names.get(actor).cloned().flatten());
        }
        Ok(out)
    }
}

/// Rows gathered for one page. A command that does not fit is left for the next, unless it is the only one.
#[derive(Default)]
struct Cut {
    rows: Vec<Row>,
    actors: BTreeSet<ActorId>,
    bytes: usize,
    last: Option<(u64, [u8; 16])>,
    /// Where the command being read began: how many rows, how many bytes, the last row before it.
    command: Option<[u8; 16]>,
    start: (usize, usize, Option<(u64, [u8; 16])>),
}

impl Cut {
    /// Takes a row; `false` ends the page.
    fn take(&mut self, r: LogRow, pushed: &std::collections::HashSet<[u8; 16]>) -> bool {
        let Some(row) = r.row else {
            // nothing to send, but the cursor moves on
            (self.last, self.command) = (Some((r.seq, r.mark)), None);
            return true;
        };
        if self.command != Some(row.command) {
            self.start = (self.rows.len(), self.bytes, self.last);
            self.command = Some(row.command);
        }
        // what the server did beside a command, asked or not, is new to the device that sent it
        let is_left_out = matches!(row.body, RowBody::Change { .. }) && pushed.contains(&row.command);
        let size = match &row.body {
            _ if is_left_out => 0,
            RowBody::Change { bytes, .. } => bytes.len() + ROW_BYTES,
            RowBody::Snapshot { registers, .. } => registers.len() + ROW_BYTES,
            RowBody::Purge { .. } | RowBody::Unshare { .. } | RowBody::Gone { .. } => ROW_BYTES,
        };
        if self.bytes + size > PAGE_BYTES_MAX && self.start.2.is_some() {
            // Back to the end of the command before.
            let (rows, bytes, last) = self.start;
            self.rows.truncate(rows);
            (self.bytes, self.last) = (bytes, last);
            return false;
        }
        self.last = Some((r.seq, r.mark));
        if !is_left_out {
            self.bytes += size;
            self.actors.extend(r.actors);
            self.rows.push(row);
        }
        true
    }
}
