//! Applies a reply in one transaction: verdicts first, then each page with its cursor. Nothing the server sends replaces a document:
//! changes are applied, snapshots joined. Malformed rows are refused per document and fetched again, never per page.

use super::{purge, refuse, repair, setback};
use crate::error::{CoreError, Result};
use crate::handover;
use crate::project;
use crate::store::{self, Batch, Derives, Doc, Facts, WholeRow, docs, log};
use crate::workspace::{DocEdit, Identity, changed};
use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use shared_model::commands::Changed;
use shared_model::crdt::{Change, ChangeHash, Registers};
use shared_model::doc::{DocId, Partition};
use shared_model::records::Kind;
use shared_model::wire::{self, Command, Cursor, Grants, Page, Resolution, Row, RowBody, SyncReply, Verdict};
use shared_model::{Class, Role};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc;
use std::thread::Scope;
use uuid::Uuid;

/// What a reply did.
#[derive(Debug, Default)]
pub struct Applied {
    pub changed: Changed,
    pub pulled: u32,
    pub accepted: u32,
    pub refused: u32,
    pub more: bool,
    /// Receipts of an erasure are ready to be sent.
    pub owes: bool,
    /// Grants came under a new policy.
    pub new_policy: bool,
    /// The server was set back: something is to be given back to it first.
    pub set_back: bool,
    /// Compared, and everything equal; `None` while more pages wait.
    pub agreed: Option<bool>,
}

/// Applies a whole reply in one transaction: a commit waits for the disk.
///
/// # Errors
/// Of the store, then nothing of the reply was applied; of a page that is not the server's, then what stood before it was.
pub fn apply(db: &mut Connection, me: &Identity, now_ms: i64, reply: SyncReply) -> Result<Applied> {
    let mut out = Applied { more: reply.more, ..Applied::default() };
    let mut touched = BTreeMap::new();
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    purge::receipts_sent(&tx)?;
    let mut digests = Digests::default();
    let mut fresh = BTreeSet::new();
    let mut accepted = Vec::new();
    for (seq, verdict) in &reply.verdicts {
        if is_judged(&tx, *seq)? {
            continue;
        }
        match verdict {
            Verdict::Accepted { received_at, erased } => {
                accept(&tx, *seq, *received_at, erased, &mut touched, &mut digests)?;
                out.accepted += 1;
                accepted.push(*seq);
            }
            Verdict::Erased => {
                let erased: Vec<DocId> = docs_of(&tx, *seq)?;
                purge::note_verdict(&tx, *seq, &erased, &mut touched, &mut digests)?;
                tx.execute("update command set state = 'erased', judged = 1 where seq = ?1", [seq])?;
            }
            Verdict::Need { hashes } => {
                tx.prepare_cached("update command set needs = 1 where seq = ?1")?.execute([seq])?;
                out.set_back |= setback::note_need(&tx, *seq, hashes)?;
            }
            other => {
                if refuse::note(&tx, *seq, other)? {
                    fresh.insert(*seq);
                }
                out.refused += 1;
            }
        }
    }
    log::note_left_behind(&tx)?;
    digests.write(&tx)?;
    if !fresh.is_empty() {
        refuse::settle(&tx, me, now_ms, &fresh, &mut touched)?;
    }
    if let Some(grants) = &reply.grants {
        out.new_policy = apply_grants(&tx, grants, now_ms)?;
    }
    handover::note_accepted(&tx, &accepted)?;
    if let Some(directory) = &reply.directory {
        store::set_json(&tx, "directory", directory)?;
        store::set_json(&tx, "directory_version", &directory.version)?;
    }
    if let Some(refused) = &reply.refused {
        store::set_setting(&tx, "refused", &wire::to_cbor(refused))?;
        store::set_json(&tx, "refused_version", &refused.version)?;
    }
    note_resolutions(&tx, &reply.resolutions)?;
    out.set_back |= repair::note_known(&tx, reply.known)?;
    out.set_back |= setback::note(&tx, &reply, now_ms)?;
    store::set_json(&tx, "epoch", &reply.epoch)?;
    // with the verdicts, not behind the pages: what only waited for its verdict leaves also when the pages do not come through
    let is_expecting = drop_lost_partitions(&tx, &mut touched, true)?;
    if let Some(failed) = apply_pages(&tx, me, (now_ms, reply.time), &reply.pages, &mut touched, &mut out)? {
        tx.commit()?;
        return Err(failed);
    }
    if !reply.more {
        if is_expecting {
            let mut left = BTreeMap::new();
            drop_lost_partitions(&tx, &mut left, false)?;
            project::refresh(&tx, &left, now_ms)?;
            touched.append(&mut left);
        }
        if repair::is_due(&tx, now_ms)? {
            repair::verify(&tx, now_ms)?;
        }
        let agreed = compare(&tx, &reply.digests)?;
        out.agreed = Some(agreed);
        store::set_json(&tx, "differs", &!agreed)?;
        // the accepted state is the server's: what was lost is written again on it
        out.set_back |= agreed && repair::write_lost_again(&tx, me, now_ms, &mut touched)?;
        if agreed && unjudged(&tx)? == 0 {
            setback::over(&tx)?;
            store::set_json(&tx, "agreed_at", &now_ms)?;
            let records: u32 = tx.query_row("select count(distinct record) from doc", [], |r| r.get(0))?;
            store::set_json(&tx, "agreed_records", &records)?;
            let last: u64 = tx.query_row("select coalesce(max(seq), 0) from command", [], |r| r.get(0))?;
            store::set_json(&tx, "agreed_seq", &last)?;
        }
        setback::release(&tx, &reply)?;
    }
    store::set_json(&tx, "contact_at", &now_ms)?;
    project::spread(&tx)?;
    tx.commit()?;
    out.owes = purge::clean(db)?;
    out.changed = changed(&touched);
    if out.changed.kinds.is_empty() {
        out.changed.kinds.push("sync".into());
    }
    Ok(out)
}

/// What the office did about refused commands of this device is noted beside them; the next request says that it was heard.
fn note_resolutions(db: &Connection, resolutions: &[Resolution]) -> Result<()> {
    for r in resolutions {
        db.prepare_cached(
            "insert into refused_note (seq, how, words, by, at) values (?1, ?2, ?3, ?4, ?5)
             on conflict (seq) do update set how = excluded.how, words = excluded.words, by = excluded.by, at = excluded.at",
        )?
        .execute(params![r.seq, r.how, r.words, r.by, r.at])?;
    }
    let told: Vec<u64> = resolutions.iter().map(|r| r.seq).collect();
    store::set_json(db, "told", &told)
}

/// Commands without a verdict.
pub fn unjudged(db: &Connection) -> Result<u32> {
    Ok(db.prepare_cached("select count(*) from unjudged")?.query_row([], |r| r.get(0))?)
}

fn is_judged(db: &Connection, seq: u64) -> Result<bool> {
    let judged: Option<bool> = db.prepare_cached("select judged from command where seq = ?1")?.query_row([seq], |r| r.get(0)).optional()?;
    Ok(judged.unwrap_or(true))
}

/// Sums to be added to the digests of partitions, kept together until the end of a transaction.
#[derive(Default)]
pub struct Digests(BTreeMap<Partition, u128>);

impl Digests {
    /// A document's accepted state went from `old` to `new` in the partitions of these units and its class.
    pub fn moved(&mut self, units: &[Uuid], class: Class, old: u128, new: u128) {
        for unit in units {
            let sum = self.0.entry(Partition { unit: *unit, class }).or_default();
            *sum = sum.wrapping_sub(old).wrapping_add(new);
        }
    }

    /// Adds them to what is stored.
    pub fn write(&self, db: &Connection) -> Result<()> {
        for (p, add) in self.0.iter().filter(|(_, add)| **add != 0) {
            let old = digest(db, p)?.unwrap_or(0);
            let new = old.wrapping_add(*add).to_be_bytes();
            db.prepare_cached(
                "insert into partition (unit, class, epoch, seq, mark, digest, granted) values (?1, ?2, 0, 0, zeroblob(16), ?3, 0)
                 on conflict (unit, class) do update set digest = excluded.digest",
            )?
            .execute(params![p.unit, p.class as u8, new.as_slice()])?;
        }
        Ok(())
    }
}

fn digest(db: &Connection, p: &Partition) -> Result<Option<u128>> {
    let raw: Option<Vec<u8>> = db
        .prepare_cached("select digest from partition where unit = ?1 and class = ?2")?
        .query_row(params![p.unit, p.class as u8], |r| r.get(0))
        .optional()?;
    Ok(raw.and_then(|b| b.try_into().ok()).map(u128::from_be_bytes))
}

/// An accepted command: its changes move into `base`; with nothing more unsent the two sides are one again.
pub fn accept(
    db: &Transaction<'_>,
    seq: u64,
    at: i64,
    erased: &[DocId],
    touched: &mut BTreeMap<Uuid, Kind>,
    digests: &mut Digests,
) -> Result<()> {
    let body: Vec<u8> = db.query_row("select body from command where seq = ?1", [seq], |r| r.get(0))?;
    let Ok(command) = wire::from_cbor::<Command>(&body) else {
        // the verdict stands, and what it wrote comes as the server's snapshots
        for id in documents_of(db, seq)? {
            want(db, id)?;
        }
        db.execute("update command set state = 'accepted', judged = 1, received_at = ?2 where seq = ?1", params![seq, at])?;
        return Ok(());
    };
    if !erased.is_empty() {
        purge::note_verdict(db, seq, erased, touched, digests)?;
    }
    for part in command.parts.iter().filter(|p| !p.is_erased() && !erased.contains(&p.doc)) {
        let Some(mut doc) = docs::load(db, part.doc)? else { continue };
        let old = doc.digest_term();
        let (change, hash) = Change::decode(&part.change).map_err(|_| CoreError::new("bad_change", "一条命令在本机损坏。"))?;
        doc.fork();
        if doc.base.as_mut().is_some_and(|base| base.apply(&change, hash).is_err()) {
            // something in between never arrived here: the server's snapshot is joined, the verdict stands
            want(db, part.doc)?;
        }
        doc.pending = doc.pending.saturating_sub(1);
        doc.first_at = doc.first_at.or(Some(at));
        doc.last_at = Some(at);
        if doc.pending == 0 {
            join_sides(&mut doc);
        }
        digests.moved(&docs::counted_in(db, &doc)?, doc.id.class, old, doc.digest_term());
        docs::save(db, &mut doc)?;
        touched.insert(part.doc.record, part.kind);
    }
    db.prepare_cached("update command set state = 'accepted', judged = 1, received_at = ?2 where seq = ?1")?.execute(params![seq, at])?;
    Ok(())
}

/// The documents of a command that cannot be read any more.
fn documents_of(db: &Connection, seq: u64) -> Result<Vec<DocId>> {
    let args: Vec<u8> = db.query_row("select args from command where seq = ?1", [seq], |r| r.get(0))?;
    Ok(wire::from_cbor::<Vec<DocEdit>>(&args).unwrap_or_default().iter().map(|d| d.doc).collect())
}

/// The documents of a command.
fn docs_of(db: &Connection, seq: u64) -> Result<Vec<DocId>> {
    let body: Vec<u8> = db.query_row("select body from command where seq = ?1", [seq], |r| r.get(0))?;
    Ok(wire::from_cbor::<Command>(&body).map(|c| c.parts.iter().map(|p| p.doc).collect()).unwrap_or_default())
}

/// Nothing is unsent any more: what is shown and what is accepted must be the same; were they not, both are kept.
fn join_sides(doc: &mut Doc) {
    if let Some(base) = doc.base.take()
        && base != doc.shown
    {
        doc.shown = doc.shown.join(&base);
    }
}

/// Returns whether they came under a new policy, that the server is to hear named.
fn apply_grants(db: &Transaction<'_>, grants: &Grants, now_ms: i64) -> Result<bool> {
    let policy: u64 = store::json_setting(db, "policy")?.unwrap_or(0);
    let is_new = policy != grants.policy;
    let before = handover::held(db)?;
    if is_new {
        let last: u64 = db.query_row("select coalesce(max(seq), 0) from command", [], |r| r.get(0))?;
        store::set_json(db, "policy", &grants.policy)?;
        store::set_json(db, "policy_after_seq", &last)?;
    }
    store::set_json(db, "grants_version", &grants.version)?;
    store::set_json(db, "roles", &grants.roles)?;
    if !grants.roles.iter().any(|at| at.role == Role::Office) {
        // what others wrote is for an office only
        db.execute("delete from setting where key in ('refused', 'refused_version')", [])?;
    }
    let held: BTreeSet<(Uuid, u8)> = grants
        .units
        .iter()
        .flat_map(|(u, mask)| Class::ALL.into_iter().filter(move |c| mask & c.bit() != 0).map(|c| (*u, c as u8)))
        .collect();
    db.execute("update partition set granted = 0", [])?;
    for (unit, class) in &held {
        db.prepare_cached(
            "insert into partition (unit, class, epoch, seq, mark, digest) values (?1, ?2, 0, 0, zeroblob(16), zeroblob(16))
             on conflict (unit, class) do update set granted = 1",
        )?
        .execute(params![unit, class])?;
    }
    if is_new && policy > 0 {
        handover::note(db, &before, now_ms)?;
    }
    Ok(is_new && policy > 0)
}

/// A partition without a grant is dropped only when no command in it lacks a verdict; what another partition held here shows stays. A case
/// written where this role may only write (a receipt) leaves the device the same way. With `keeps_expected` a step of a shared case stays that
/// the pages of this reply will show to be placed; the answer says whether there is one.
fn drop_lost_partitions(db: &Transaction<'_>, touched: &mut BTreeMap<Uuid, Kind>, keeps_expected: bool) -> Result<bool> {
    let version: u64 = store::json_setting(db, "grants_version")?.unwrap_or(0);
    if version == 0 {
        return Ok(false);
    }
    let (mut is_dropped, mut is_expecting) = (false, false);
    for (unit, class) in lost_partitions(db)? {
        let Some(class) = Class::from_u8(class) else { continue };
        if is_awaited(db, unit, class)? || setback::holds(db, unit, class)? {
            continue;
        }
        let mut kept: Vec<DocId> = Vec::new();
        for (id, kind) in shown_in(db, unit, class)? {
            docs::set_placed(db, id, unit, false)?;
            if !docs::places(db, id)?.is_empty() {
                continue;
            }
            if keeps_expected && kind == Kind::CaseStep && is_expected(db, id.record)? {
                kept.push(id);
                continue;
            }
            docs::drop(db, id, kind)?;
            touched.insert(id.record, kind);
            is_dropped = true;
        }
        if !kept.is_empty() {
            is_expecting = true;
            let mut digests = Digests::default();
            for id in kept {
                digests.moved(&[unit], class, 0, docs::load(db, id)?.map_or(0, |doc| doc.digest_term()));
            }
            db.execute("update partition set digest = zeroblob(16) where unit = ?1 and class = ?2", params![unit, class as u8])?;
            digests.write(db)?;
            continue;
        }
        db.execute("delete from partition where unit = ?1 and class = ?2", params![unit, class as u8])?;
        db.execute("delete from kept_page where unit = ?1 and class = ?2", params![unit, class as u8])?;
    }
    if is_dropped {
        // the own hash of a dropped document is gone: this install goes on as its next actor
        refuse::next_actor(db)?;
    }
    Ok(is_expecting)
}

/// Partitions without a grant of which something is here. After every answer it is asked which partitions documents are of: from one of
/// them to the next in the index, not document by document.
fn lost_partitions(db: &Connection) -> Result<BTreeSet<(Uuid, u8)>> {
    let pairs = |sql: &str| -> Result<BTreeSet<(Uuid, u8)>> {
        let mut q = db.prepare_cached(sql)?;
        Ok(q.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
    };
    let granted = pairs("select unit, class from partition where granted = 1")?;
    let mut lost = pairs("select unit, class from partition where granted = 0")?;
    let mut next = db.prepare_cached("select unit, class from doc where (unit, class) > (?1, ?2) order by unit, class limit 1")?;
    let mut shows = db.prepare_cached(
        "select exists (select 1 from doc d where d.unit = ?1 and d.class = ?2
           and not exists (select 1 from placement x where x.record = d.record and x.class = d.class and x.generation = d.generation))",
    )?;
    // no class is below zero
    let mut at = (Uuid::nil(), -1_i64);
    while let Some((unit, class)) = next.query_row(params![at.0, at.1], |r| Ok((r.get(0)?, r.get(1)?))).optional()? {
        if !granted.contains(&(unit, class)) && shows.query_row(params![unit, class], |r| r.get(0))? {
            lost.insert((unit, class));
        }
        at = (unit, class.into());
    }
    Ok(lost)
}

/// Does something in the partition wait for a verdict: a document shown there, a step of a case shown there, a unit made here that waits for
/// the grant that its acceptance brings? A unit of which nothing is granted any more leaves as a whole: until then it can be read as it was.
fn is_awaited(db: &Connection, unit: Uuid, class: Class) -> Result<bool> {
    let pending = "select exists (select 1 from doc where unit = ?1 and pending > 0
          and (class = ?2 or not exists (select 1 from partition where unit = ?1 and granted = 1)))
        or exists (select 1 from placement x join doc d on d.record = x.record where x.unit = ?1 and x.class = ?2 and d.pending > 0)
        or exists (select 1 from placement x join case_step s on s.\"case\" = x.record join doc d on d.record = s.record
          where x.unit = ?1 and x.class = ?2 and d.pending > 0)";
    let asked = "select exists (select 1 from unit_asked a left join partition p on p.unit = a.unit and p.granted = 1
        where a.unit = ?1 and p.unit is null and exists (select 1 from doc d where d.record = a.unit and d.pending > 0))";
    let is_pending: bool = db.prepare_cached(pending)?.query_row(params![unit, class as u8], |r| r.get(0))?;
    Ok(is_pending || db.prepare_cached(asked)?.query_row([unit], |r| r.get(0))?)
}

/// The documents that count in a partition.
pub(super) fn shown_in(db: &Connection, unit: Uuid, class: Class) -> Result<Vec<(DocId, Kind)>> {
    let mut q = db.prepare_cached(
        "select d.record, d.generation, d.kind from doc d where d.unit = ?1 and d.class = ?2
           and not exists (select 1 from placement x where x.record = d.record and x.class = d.class and x.generation = d.generation)
         union select d.record, d.generation, d.kind from placement x
           join doc d on d.record = x.record and d.class = x.class and d.generation = x.generation where x.unit = ?1 and x.class = ?2",
    )?;
    let got = q.query_map(params![unit, class as u8], |r| Ok((r.get::<_, Uuid>(0)?, r.get::<_, u16>(1)?, r.get::<_, u8>(2)?)))?;
    let mut out = Vec::new();
    for row in got {
        let (record, generation, kind) = row?;
        out.extend(Kind::from_u8(kind).map(|kind| (DocId { record, class, generation }, kind)));
    }
    Ok(out)
}

/// Is this a step of a case that a partition held here shows?
fn is_expected(db: &Connection, step: Uuid) -> Result<bool> {
    let sql = "select exists (select 1 from case_step s join placement x on x.record = s.\"case\"
        join partition p on p.unit = x.unit and p.class = x.class and p.granted = 1 where s.record = ?1)";
    Ok(db.prepare_cached(sql)?.query_row([step], |r| r.get(0))?)
}

/// The pages of one reply. A page that cannot be taken ends the reply; those before it stay. Documents are gathered over all pages and
/// written once; what derives from a record is made once for it, whose parts come in pages of several classes.
fn apply_pages(
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
fn want(db: &Connection, doc: DocId) -> Result<()> {
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

/// Every granted partition's digest against the server's, over the accepted state.
fn compare(db: &Connection, theirs: &[wire::PartitionDigest]) -> Result<bool> {
    let mut differing: Vec<(Uuid, u8)> = Vec::new();
    let mut named = BTreeSet::new();
    for d in theirs {
        named.insert((d.unit, d.class));
        let mine = digest(db, &Partition { unit: d.unit, class: d.class })?.unwrap_or(0);
        if mine != u128::from_be_bytes(d.digest) {
            differing.push((d.unit, d.class as u8));
        }
    }
    // what the server says nothing of must be empty here
    let mut q = db.prepare("select unit, class, digest from partition where granted = 1")?;
    let mut got = q.query([])?;
    while let Some(r) = got.next()? {
        let (unit, class, digest): (Uuid, u8, Vec<u8>) = (r.get(0)?, r.get(1)?, r.get(2)?);
        if Class::from_u8(class).is_some_and(|c| !named.contains(&(unit, c))) && digest.iter().any(|b| *b != 0) {
            differing.push((unit, class));
        }
    }
    if !differing.is_empty() {
        tracing::warn!(partitions = differing.len(), "digests differ after a sync");
    }
    store::set_json(db, "differing", &differing)?;
    Ok(differing.is_empty())
}

/// The hash of every part of a command, as stored.
pub fn hashes_of(command: &Command) -> Vec<(DocId, Change, ChangeHash)> {
    command.parts.iter().filter_map(|p| Change::decode(&p.change).ok().map(|(c, h)| (p.doc, c, h))).collect()
}
