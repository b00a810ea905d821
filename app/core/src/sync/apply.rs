//! Applies a reply in one transaction: verdicts first, then each page with its cursor. Nothing the server sends replaces a document:
//! changes are applied, snapshots joined. Malformed rows are refused per document and fetched again, never per page.

use super::leave::drop_lost_partitions;
use super::pages::{apply_pages, want};
use super::{purge, refuse, repair, setback};
use crate::error::{CoreError, Result};
use crate::handover;
use crate::project;
use crate::store::{self, Doc, docs, log};
use crate::workspace::{DocEdit, Identity, changed};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use shared_model::commands::Changed;
use shared_model::crdt::{Change, ChangeHash};
use shared_model::doc::{DocId, Partition};
use shared_model::records::Kind;
use shared_model::wire::{self, Command, Grants, Resolution, SyncReply, Verdict};
use shared_model::{Class, Role};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Since when, by the server's clock, what others do is news here.
pub const NEWS_FROM: &str = "news_from";

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
        // what came with the first sync is no news
        if store::setting(&tx, NEWS_FROM)?.is_none() {
            store::set_json(&tx, NEWS_FROM, &reply.time)?;
        }
    }
    for r in &reply.owed {
        purge::note_row(&tx, r.unit, r.class, r.seq)?;
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
        if r.how == "open" {
            // the office took back what it had done: it waits there again
            db.prepare_cached("update refused_note set how = null, words = null, by = null, at = null where seq = ?1")?.execute([r.seq])?;
            continue;
        }
        db.prepare_cached(
            "insert into refused_note (seq, how, words, by, at) values (?1, ?2, ?3, ?4, ?5)
             on conflict (seq) do update set how = excluded.how, words = excluded.words, by = excluded.by, at = excluded.at",
        )?
        .execute(params![r.seq, r.how, r.words, r.by, r.at])?;
    }
    let told: Vec<u64> = resolutions.iter().map(|r| r.seq).collect();
    store::set_json(db, "told", &told)
}

/// Commands without a verdict: the rows of the view `unjudged`. Asked for a number alone, the view would read each of them whole.
pub fn unjudged(db: &Connection) -> Result<u32> {
    let sql = "select (select count(*) from command where judged = 0 and left_behind = 1)
                    + (select count(*) from command where judged = 0 and left_behind = 0
                       and seq > coalesce((select cast(cast(value as text) as integer) from setting where key = 'judged_to'), 0))";
    Ok(db.prepare_cached(sql)?.query_row([], |r| r.get(0))?)
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
