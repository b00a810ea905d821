//! The pages of a reply: each with its rows and its cursor. Documents are gathered over all pages and written once; a page that is not the
//! server's ends the reply, a row that cannot be read is asked for again.

use super::apply::{Applied, Digests};
use super::{purge, refuse};
use crate::error::{CoreError, Result};
use crate::project;
use crate::store::{self, Batch, Derives, Doc, Facts, WholeRow, docs};
use crate::workspace::Identity;
use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use rusqlite::{Connection, params};
use shared_model::crdt::{Change, Registers};
use shared_model::doc::{DocId, Partition};
use shared_model::records::Kind;
use shared_model::wire::{self, Cursor, Page, Row, RowBody};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc;
use std::thread::Scope;
use uuid::Uuid;

/// The pages of one reply. A page that cannot be taken ends the reply; those before it stay. Documents are gathered over all pages and
/// written once; what derives from a record is made once for it, whose parts come in pages of several classes.
pub(super) fn apply_pages(
    db: &Connection,
    me: &Identity,
    // by this device's clock, and by the server's, which says how long a page is kept
    (now_ms, received_at): (i64, i64),
    pages: &[Page],
    touched: &mut BTreeMap<Uuid, Kind>,
    out: &mut Applied,
) -> Result<Option<CoreError>> {
    let mut incoming = Incoming { db, batch: Batch::new(db)?, derived: project::Derived::new(db, now_ms), whole: BTreeMap::new(), touched };
    let mut failed = None;
    let key = VerifyingKey::from_bytes(&me.server_key).ok();
    std::thread::scope(|scope| {
        let mut checked = Checked::begin(scope, key.as_ref(), pages);
        for page in pages {
            if !checked.next(page) {
                failed = Some(CoreError::new("server_error", "一页数据的签名不对，没有收下，会再要一次。"));
                break;
            }
            out.pulled += apply_page(&mut incoming, received_at, page)?;
        }
        Ok::<_, CoreError>(())
    })?;
    incoming.write()?;
    let Incoming { derived, mut whole, touched, .. } = incoming;
    derived.finish()?;
    project::refresh(db, touched, now_ms)?;
    touched.append(&mut whole);
    Ok(failed)
}

/// What the pages of a reply are taken into.
struct Incoming<'a, 'p, 't> {
    db: &'a Connection,
    batch: Batch<'a, 'p>,
    derived: project::Derived<'a>,
    /// Records that came whole; what derives from them is there.
    whole: BTreeMap<Uuid, Kind>,
    /// Other records; what derives from them is still to be made.
    touched: &'t mut BTreeMap<Uuid, Kind>,
}

/// Where records go that come whole.
struct Whole<'w, 'a> {
    derived: &'w mut project::Derived<'a>,
    records: &'w mut BTreeMap<Uuid, Kind>,
}

impl Derives for Whole<'_, '_> {
    fn words(&mut self, row: &WholeRow<'_>) -> Result<Option<String>> {
        self.derived.words_of(row)
    }

    fn wrote(&mut self, row: &WholeRow<'_>) -> Result<()> {
        self.records.insert(row.record(), row.kind());
        self.derived.note_but_words(row, true)
    }
}

impl Incoming<'_, '_, '_> {
    /// Writes the documents gathered so far.
    fn write(&mut self) -> Result<()> {
        let others = self.batch.flush(&mut Whole { derived: &mut self.derived, records: &mut self.whole })?;
        self.touched.extend(others);
        Ok(())
    }

    /// The same step on what is accepted and on what is shown; on neither, when it fails. `new`: the document, its kind and its home, were it
    /// not here yet; `at`: when it was first and last received, where the row says the first: a server that was set back may have received
    /// it anew, and everybody orders by what its log says.
    fn merge(
        &mut self,
        new: (DocId, Kind, Uuid),
        page: &Partition,
        digests: &mut Digests,
        at: (Option<i64>, i64),
        step: impl Fn(&mut Registers) -> Result<()>,
    ) -> Result<()> {
        let found = self.batch.take(new.0)?;
        let is_known = found.is_some();
        let mut doc = found.unwrap_or_else(|| Doc::new(new.0, new.1, new.2));
        let old = doc.digest_term();
        let merged = step_both(&mut doc, step);
        if merged.is_ok() {
            let places = shown_by(self.db, &doc, is_known, page, old, digests)?;
            digests.moved(&places, page.class, old, doc.digest_term());
            doc.first_at = at.0.or(doc.first_at).or(Some(at.1));
            doc.last_at = Some(at.1);
        }
        self.batch.put(doc);
        merged
    }

    /// Closes a generation, of which something may just have come.
    fn purge(&mut self, id: DocId, digests: &mut Digests) -> Result<()> {
        self.write()?;
        purge::purge(self.db, id, self.touched, digests)?;
        self.batch.forget_closed();
        Ok(())
    }
}

/// So many pages are checked by a second processor while the first takes them in; of fewer, starting it costs more than it saves.
const CHECKED_APART_MIN: usize = 8;

/// Are the pages signed? Answered in their order.
struct Checked<'k> {
    key: Option<&'k VerifyingKey>,
    apart: Option<mpsc::Receiver<bool>>,
}

impl<'k> Checked<'k> {
    fn begin<'s>(scope: &'s Scope<'s, 'k>, key: Option<&'k VerifyingKey>, pages: &'k [Page]) -> Self {
        let apart = key.filter(|_| pages.len() >= CHECKED_APART_MIN).and_then(|key| {
            let (tell, answers) = mpsc::channel();
            let check = move || {
                // nobody listens any more: a page was refused
                let _ = pages.iter().try_for_each(|page| tell.send(is_signed(key, page)));
            };
            // a device that has no room for a thread checks as it goes
            std::thread::Builder::new().spawn_scoped(scope, check).ok().map(|_| answers)
        });
        Checked { key, apart }
    }

    fn next(&mut self, page: &Page) -> bool {
        match &self.apart {
            Some(answers) => answers.recv().unwrap_or(false),
            None => self.key.is_some_and(|key| is_signed(key, page)),
        }
    }
}

fn is_signed(key: &VerifyingKey, page: &Page) -> bool {
    let signature = Signature::from_slice(&page.signature);
    signature.is_ok_and(|signature| key.verify(&wire::page_digest(page), &signature).is_ok())
}

/// One page: its rows and its cursor.
fn apply_page<'p>(into: &mut Incoming<'_, 'p, '_>, received_at: i64, page: &'p Page) -> Result<u32> {
    let db = into.db;
    let partition = Partition { unit: page.unit, class: page.class };
    for a in &page.actors {
        db.prepare_cached(
            "insert into actor (actor, name, role) values (?1, ?2, ?3) on conflict (actor) do update set name = excluded.name",
        )?
        .execute(params![a.actor.0.as_slice(), a.name, a.role.name()])?;
    }
    let mut digests = Digests::default();
    let mut pulled = 0;
    let mut damaged = Vec::new();
    for row in &page.rows {
        match apply_row(into, &partition, row, &mut digests) {
            Ok(()) => pulled += 1,
            Err(e) if e.code == "bad_change" => damaged.push(doc_of(&row.body)),
            Err(e) => return Err(e),
        }
    }
    digests.write(db)?;
    note_damaged(db, page, damaged)?;
    set_cursor(db, &page.cursor)?;
    if page.bundle_pages.is_none() && !page.rows.is_empty() {
        db.prepare_cached("insert into kept_page (unit, class, epoch, seq_to, received_at, body) values (?1, ?2, ?3, ?4, ?5, ?6)")?
            .execute(params![
                page.unit,
                page.class as u8,
                page.cursor.epoch,
                page.cursor.seq,
                received_at,
                super::pack(&wire::to_cbor(page))
            ])?;
    }
    Ok(pulled)
}

fn doc_of(body: &RowBody) -> DocId {
    match body {
        RowBody::Change { doc, .. }
        | RowBody::Snapshot { doc, .. }
        | RowBody::Purge { doc }
        | RowBody::Unshare { doc }
        | RowBody::Gone { doc, .. } => *doc,
    }
}

/// Documents whose rows could not be read are asked for again; those that came as snapshots are no longer wanted.
fn note_damaged(db: &Connection, page: &Page, damaged: Vec<DocId>) -> Result<()> {
    let want: Vec<DocId> = store::json_setting(db, "want")?.unwrap_or_default();
    if want.is_empty() && damaged.is_empty() {
        return Ok(());
    }
    let came: BTreeSet<DocId> =
        page.rows.iter().filter_map(|r| if let RowBody::Snapshot { doc, .. } = &r.body { Some(*doc) } else { None }).collect();
    let mut next: BTreeSet<DocId> = want.into_iter().filter(|d| !came.contains(d)).collect();
    next.extend(damaged);
    store::set_json(db, "want", &next)
}

/// Asks for a document again with the next request.
pub(super) fn want(db: &Connection, doc: DocId) -> Result<()> {
    let mut all: BTreeSet<DocId> = store::json_setting(db, "want")?.unwrap_or_default();
    all.insert(doc);
    store::set_json(db, "want", &all)
}

fn set_cursor(db: &Connection, c: &Cursor) -> Result<()> {
    let bundle = c.bundle.as_ref().map(wire::to_cbor);
    db.prepare_cached(
        "insert into partition (unit, class, epoch, seq, mark, bundle, digest) values (?1, ?2, ?3, ?4, ?5, ?6, zeroblob(16))
         on conflict (unit, class) do update set epoch = excluded.epoch, seq = excluded.seq, mark = excluded.mark, bundle = excluded.bundle",
    )?
    .execute(params![c.unit, c.class as u8, c.epoch, c.seq, c.mark.as_slice(), bundle])?;
    Ok(())
}

fn apply_row<'p>(into: &mut Incoming<'_, 'p, '_>, page: &Partition, row: &'p Row, digests: &mut Digests) -> Result<()> {
    let bad = || CoreError::new("bad_change", "收到的一条记录读不懂，会再要一次。");
    if let RowBody::Change { doc, .. } | RowBody::Snapshot { doc, .. } = &row.body {
        if into.batch.is_closed(*doc)? {
            // erased: it never comes back
            return Ok(());
        }
        if let Some(before) = doc.generation.checked_sub(1).map(|generation| DocId { generation, ..*doc })
            && !into.batch.is_closed(before)?
        {
            into.purge(before, digests)?;
        }
    }
    match &row.body {
        RowBody::Change { doc: id, kind, bytes } => {
            if !into.batch.holds(*id)?
                && let Some(term) = into.batch.put_made(*id, *kind, page.unit, bytes, row.received_at)?
            {
                digests.moved(&[page.unit], page.class, 0, term);
                return Ok(());
            }
            let (change, hash) = Change::decode(bytes).map_err(|_| bad())?;
            let first_at = change.deps.is_empty().then_some(row.received_at);
            into.merge((*id, *kind, page.unit), page, digests, (first_at, row.received_at), |r| {
                r.apply(&change, hash).map(|_| ()).map_err(|_| bad())
            })
        }
        RowBody::Snapshot { doc: id, kind, registers, first_at, home } if !into.batch.holds(*id)? => {
            let term = into.batch.put_fresh(*id, *kind, home.unwrap_or(page.unit), registers, *first_at, row.received_at)?;
            if home.is_some() {
                docs::set_placed(into.db, *id, page.unit, true)?;
            }
            digests.moved(&[page.unit], page.class, 0, term);
            Ok(())
        }
        RowBody::Snapshot { doc: id, kind, registers, first_at, home } => {
            let theirs = Registers::decode_full(registers).map_err(|_| bad())?;
            into.merge((*id, *kind, home.unwrap_or(page.unit)), page, digests, (Some(*first_at), row.received_at), |r| {
                *r = if r.clock.is_empty() { theirs.clone() } else { r.join(&theirs) };
                Ok(())
            })
        }
        RowBody::Purge { doc: id } => {
            into.purge(*id, digests)?;
            purge::note_row(into.db, page.unit, page.class, row.seq)
        }
        RowBody::Unshare { doc: id } => {
            into.write()?;
            unshare(into.db, page, *id, into.touched, digests)
        }
        RowBody::Gone { .. } => Err(bad()),
    }
}

/// A partition shows a document no longer: it leaves the device when no other does, and when nothing unsent stands in it.
fn unshare(db: &Connection, page: &Partition, id: DocId, touched: &mut BTreeMap<Uuid, Kind>, digests: &mut Digests) -> Result<()> {
    let Some(doc) = docs::load(db, id)? else { return Ok(()) };
    if !docs::places(db, id)?.contains(&page.unit) {
        return Ok(());
    }
    docs::set_placed(db, id, page.unit, false)?;
    digests.moved(&[page.unit], id.class, doc.digest_term(), 0);
    touched.insert(id.record, doc.kind);
    if !docs::places(db, id)?.is_empty() {
        return Ok(());
    }
    if doc.pending > 0 {
        // it counts at its home until the verdict, which this device does not hold: then it goes as a lost partition does
        digests.moved(&[doc.unit], id.class, 0, doc.digest_term());
        return Ok(());
    }
    docs::drop(db, id, doc.kind)?;
    if doc.own.is_some() {
        refuse::next_actor(db)?;
    }
    Ok(())
}

fn step_both(doc: &mut Doc, step: impl Fn(&mut Registers) -> Result<()>) -> Result<()> {
    let mut base = doc.base.clone();
    if let Some(base) = base.as_mut() {
        step(base)?;
    }
    step(&mut doc.shown)?;
    doc.base = base;
    Ok(())
}

/// Notes that a partition shows a document, and says in which ones it counts. `is_known`: it was here before; `term`: what it counted for
/// until now.
fn shown_by(db: &Connection, doc: &Doc, is_known: bool, page: &Partition, term: u128, digests: &mut Digests) -> Result<Vec<Uuid>> {
    let mut places = docs::places(db, doc.id)?;
    if places.is_empty() {
        if page.unit == doc.unit {
            return Ok(vec![page.unit]);
        }
        if is_known {
            docs::set_placed(db, doc.id, doc.unit, true)?;
            places.push(doc.unit);
        }
    }
    if !places.contains(&page.unit) {
        docs::set_placed(db, doc.id, page.unit, true)?;
        digests.moved(&[page.unit], page.class, 0, term);
        places.push(page.unit);
    }
    Ok(places)
}
