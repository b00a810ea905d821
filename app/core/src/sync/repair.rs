//! When the digest of a partition differs from the server's: which documents differ is found by 256 buckets; what the server has is joined,
//! what it lacks is given back; and where this device has no change left that could be given back, only registers, their values are proposed
//! to the office before the accepted state becomes the server's. That is the only replacement there is. What still differs then is shown.
//!
//! The stored digests are sums that are carried along. Once a day they are reckoned anew from the documents, so that a document which was
//! damaged or lost on this device's disk is found too.

use super::apply::{Digests, hashes_of};
use super::{refuse, setback};
use crate::error::Result;
use crate::project;
use crate::store::{
    self, docs,
    log::{self, Among},
    rows,
};
use crate::workspace::{DocEdit, Identity};
use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use shared_model::Class;
use shared_model::crdt::{DEL_KEY, OpId, Registers, Value};
use shared_model::doc::{DocId, Partition};
use shared_model::limits::{COMPARED_DOCUMENTS_MAX, COMPARED_PARTITIONS_MAX, SALVAGED_MAX};
use shared_model::records::{FieldWrite, Kind};
use shared_model::wire::mend::{CompareReply, CompareRequest, PartitionSums, SalvageRequest, Salvaged, bucket_of, bucket_sums};
use shared_model::wire::{self, Command, Part, RowBody};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The sums are reckoned anew after this, ms.
const VERIFY_EVERY_MS: i64 = 24 * 3_600_000;
/// A kept page unpacked, bytes.
const PAGE_INFLATED_MAX: usize = 16 * 1024 * 1024;

/// Is it time to reckon the digests from the documents?
///
/// # Errors
/// Of the store.
pub fn is_due(db: &Connection, now_ms: i64) -> Result<bool> {
    let at: Option<i64> = store::json_setting(db, "verified_at")?;
    Ok(at.is_none_or(|at| (now_ms - at).abs() >= VERIFY_EVERY_MS))
}

/// Before the pages of a first sync: where no document is, there is nothing to reckon. What then comes is counted as it is written, and
/// reckoned a day later like everything else.
///
/// # Errors
/// Of the store.
pub fn begin(db: &Connection, now_ms: i64) -> Result<()> {
    if store::setting(db, "verified_at")?.is_some() || db.query_row("select exists (select 1 from doc)", [], |r| r.get(0))? {
        return Ok(());
    }
    store::set_json(db, "verified_at", &now_ms)
}

/// Reckons every digest from the documents. A document that cannot be read any more leaves, and is asked for again.
///
/// # Errors
/// Of the store.
pub fn verify(db: &Connection, now_ms: i64) -> Result<()> {
    let mut sums: BTreeMap<Partition, u128> = BTreeMap::new();
    let mut broken = Vec::new();
    let mut placed: BTreeMap<DocId, Vec<Uuid>> = BTreeMap::new();
    {
        let mut q = db.prepare_cached("select record, class, generation, unit from placement")?;
        let got = q.query_map([], |r| Ok((r.get(0)?, r.get::<_, u8>(1)?, r.get(2)?, r.get::<_, Uuid>(3)?)))?;
        for row in got {
            let (record, class, generation, unit) = row?;
            if let Some(class) = Class::from_u8(class) {
                placed.entry(DocId { record, class, generation }).or_default().push(unit);
            }
        }
        let mut q = db.prepare_cached("select record, class, generation, unit, kind, regs, base from doc")?;
        let mut got = q.query([])?;
        while let Some(r) = got.next()? {
            let (Some(class), kind) = (Class::from_u8(r.get(1)?), Kind::from_u8(r.get(4)?)) else { continue };
            let id = DocId { record: r.get(0)?, class, generation: r.get(2)? };
            let (regs, base): (Vec<u8>, Option<Vec<u8>>) = (r.get(5)?, r.get(6)?);
            let accepted = Registers::decode(&regs, &mut |_| Some(Value::Null)).and_then(|shown| match base {
                Some(bytes) if bytes.is_empty() => Ok(Registers::default()),
                Some(bytes) => shown.decode_other(&bytes),
                None => Ok(shown),
            });
            let Ok(accepted) = accepted else {
                broken.extend(kind.map(|kind| (id, kind)));
                continue;
            };
            if accepted.heads.is_empty() {
                continue;
            }
            let term = accepted.digest_term(&id.bytes());
            let home: Uuid = r.get(3)?;
            for unit in placed.get(&id).map_or(std::slice::from_ref(&home), Vec::as_slice) {
                let sum = sums.entry(Partition { unit: *unit, class }).or_default();
                *sum = sum.wrapping_add(term);
            }
        }
    }
    if !broken.is_empty() {
        tracing::error!(documents = broken.len(), "documents of this device cannot be read and are asked for again");
        let mut want: BTreeSet<DocId> = store::json_setting(db, "want")?.unwrap_or_default();
        for (id, kind) in broken {
            docs::drop(db, id, kind)?;
            want.insert(id);
        }
        store::set_json(db, "want", &want)?;
        // what this install wrote last in them is not known any more: no number is used twice
        refuse::next_actor(db)?;
    }
    let partitions: Vec<(Uuid, u8)> = {
        let mut q = db.prepare("select unit, class from partition")?;
        q.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?
    };
    for (unit, class) in partitions {
        let Some(known) = Class::from_u8(class) else { continue };
        let sum = sums.get(&Partition { unit, class: known }).copied().unwrap_or(0);
        db.prepare_cached("update partition set digest = ?3 where unit = ?1 and class = ?2")?.execute(params![
            unit,
            class,
            sum.to_be_bytes().as_slice()
        ])?;
    }
    store::set_json(db, "verified_at", &now_ms)
}

/// A command whose body cannot be read any more. Whether the server knows it is not known either, so it is not sent until an answer says
/// that it does not; then a stand-in goes under its number, which the server refuses: it waits in the tray, and blocks no other.
///
/// # Errors
/// Of the store.
pub fn stand_in(db: &Connection, seq: u64) -> Result<Option<Command>> {
    let mut damaged: BTreeMap<u64, bool> = store::json_setting(db, "damaged")?.unwrap_or_default();
    if damaged.get(&seq) != Some(&true) {
        tracing::error!(seq, "a command on this device cannot be read any more");
        damaged.insert(seq, false);
        store::set_json(db, "damaged", &damaged)?;
        return Ok(None);
    }
    let (name, policy): (String, u64) =
        db.query_row("select name, policy from command where seq = ?1", [seq], |r| Ok((r.get(0)?, r.get(1)?)))?;
    let args: Vec<u8> = db.query_row("select args from command where seq = ?1", [seq], |r| r.get(0))?;
    let edits: Vec<DocEdit> = wire::from_cbor(&args).unwrap_or_default();
    let parts = edits.iter().map(|d| Part { unit: d.unit, doc: d.doc, kind: d.kind, change: serde_bytes::ByteBuf::new() }).collect();
    let command = Command { seq, name, policy, ask: None, parts, replaces: None, adopts: None, batch: None };
    db.execute(
        "update command set body = ?2, digest = ?3 where seq = ?1",
        params![seq, wire::to_cbor(&command), command.digest().as_slice()],
    )?;
    Ok(Some(command))
}

/// The server said which is the last number it knows of this device. True when a stand-in may go now.
///
/// # Errors
/// Of the store.
pub fn note_known(db: &Connection, known: u64) -> Result<bool> {
    let Some(mut damaged) = store::json_setting::<BTreeMap<u64, bool>>(db, "damaged")?.filter(|d| !d.is_empty()) else { return Ok(false) };
    // one that has its verdict is done with
    let open: BTreeSet<u64> = {
        let mut q = db.prepare("select seq from unjudged")?;
        q.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?
    };
    damaged.retain(|seq, _| open.contains(seq));
    let mut may_go = false;
    for (_, is_unknown) in damaged.iter_mut().filter(|(seq, is_unknown)| **seq > known && !**is_unknown) {
        (*is_unknown, may_go) = (true, true);
    }
    store::set_json(db, "damaged", &damaged)?;
    Ok(may_go)
}

/// The terms of the documents that count in a partition.
fn terms(db: &Connection, p: &Partition) -> Result<BTreeMap<DocId, (Kind, u128)>> {
    let mut out = BTreeMap::new();
    for (id, kind) in super::leave::shown_in(db, p.unit, p.class)? {
        if let Ok(Some(doc)) = docs::load(db, id) {
            let term = doc.digest_term();
            if term != 0 {
                out.insert(id, (kind, term));
            }
        }
    }
    Ok(out)
}

/// Asks the server about the partitions that differ; `None`: none does.
///
/// # Errors
/// Of the store.
pub fn ask(db: &Connection, now_ms: i64) -> Result<Option<CompareRequest>> {
    verify(db, now_ms)?;
    let differing: Vec<(Uuid, u8)> = store::json_setting(db, "differing")?.unwrap_or_default();
    let mut partitions = Vec::new();
    for (unit, class) in differing.into_iter().take(COMPARED_PARTITIONS_MAX) {
        let Some(class) = Class::from_u8(class) else { continue };
        let sums = bucket_sums(terms(db, &Partition { unit, class })?.into_iter().map(|(id, (_, term))| (id, term)));
        partitions.push(PartitionSums { unit, class, sums: sums.into() });
    }
    let epoch = store::json_setting(db, "epoch")?.unwrap_or(0);
    Ok((!partitions.is_empty()).then_some(CompareRequest { epoch, partitions, documents: Vec::new() }))
}

/// The documents that differ, and whether the server has them in that partition.
///
/// # Errors
/// Of the store.
pub fn found(db: &Connection, reply: &CompareReply) -> Result<BTreeMap<DocId, bool>> {
    let mut out = BTreeMap::new();
    for p in &reply.partitions {
        let buckets: BTreeSet<u8> = p.buckets.iter().copied().collect();
        let mut mine = terms(db, &Partition { unit: p.unit, class: p.class })?;
        mine.retain(|id, _| buckets.contains(&bucket_of(id)));
        for t in &p.terms {
            match mine.remove(&t.doc) {
                Some((_, term)) if term.to_be_bytes() == t.term => {}
                here => {
                    if here.is_none() && docs::load(db, t.doc)?.is_none() {
                        // what is left in its row belongs to no document
                        rows::clear_row(db, t.kind, t.doc.class, t.doc.record, docs::of_record(db, t.doc.record)?.is_empty())?;
                    }
                    out.insert(t.doc, true);
                }
            }
        }
        for id in mine.into_keys() {
            out.entry(id).or_insert(false);
        }
    }
    Ok(out)
}

/// First: what the server has is asked for as snapshots, which the next sync joins. True when there is any.
///
/// # Errors
/// Of the store.
pub fn want(db: &Connection, found: &BTreeMap<DocId, bool>) -> Result<bool> {
    let mut want: BTreeSet<DocId> = store::json_setting(db, "want")?.unwrap_or_default();
    want.extend(found.iter().filter(|(_, is_there)| **is_there).map(|(id, _)| *id));
    store::set_json(db, "want", &want)?;
    Ok(!want.is_empty())
}

/// Second: what is here of the documents, as own commands and as signed rows, is to be given back. True when there is any.
///
/// # Errors
/// Of the store.
pub fn offer(db: &Connection, found: &BTreeMap<DocId, bool>) -> Result<bool> {
    let records: BTreeSet<Uuid> = found.keys().map(|id| id.record).collect();
    for record in records {
        for (seq, command) in log::mentioning(db, record, Among::All)? {
            if command.is_some_and(|c| c.parts.iter().any(|p| found.contains_key(&p.doc))) {
                db.prepare_cached(
                    "update command set again = 1 where seq = ?1 and state = 'accepted' and judged = 1 and length(body) > 0",
                )?
                .execute([seq])?;
            }
        }
    }
    let pages: Vec<(i64, Vec<u8>)> = {
        let mut q = db.prepare("select id, body from kept_page where offer <> 1")?;
        q.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?
    };
    for (page, body) in pages {
        let Some(read) = super::unpack(&body, PAGE_INFLATED_MAX).ok().and_then(|cbor| wire::from_cbor::<wire::Page>(&cbor).ok()) else {
            continue;
        };
        let holds = read.rows.iter().any(|row| matches!(&row.body, RowBody::Change { doc, .. } if found.contains_key(doc)));
        if holds {
            db.prepare_cached("update kept_page set offer = 1 where id = ?1")?.execute([page])?;
        }
    }
    setback::is_due(db)
}

/// Third: the server's registers of the documents are asked for.
///
/// # Errors
/// Of the store.
pub fn ask_registers(db: &Connection, found: &BTreeMap<DocId, bool>) -> Result<CompareRequest> {
    let epoch = store::json_setting(db, "epoch")?.unwrap_or(0);
    let documents = found.keys().copied().take(COMPARED_DOCUMENTS_MAX).collect();
    Ok(CompareRequest { epoch, partitions: Vec::new(), documents })
}

/// The server's side of documents that differ.
pub type Theirs = BTreeMap<DocId, Registers>;

/// What the server said, of documents that are here; one it does not have is empty.
///
/// # Errors
/// `server_error` when it cannot be read.
pub fn theirs(reply: &CompareReply) -> Result<Theirs> {
    let mut out = Theirs::new();
    for (id, bytes) in &reply.documents {
        let registers = match bytes {
            Some(bytes) => Registers::decode_full(bytes).map_err(|_| super::refused("server_error"))?,
            None => Registers::default(),
        };
        out.insert(*id, registers);
    }
    Ok(out)
}

/// The values that only the registers here still hold, to be proposed. Not those that are written again from an own command, nor what only
/// the server writes.
///
/// # Errors
/// Of the store.
pub fn proposals(db: &Connection, theirs: &Theirs) -> Result<Vec<SalvageRequest>> {
    let epoch = store::json_setting(db, "epoch")?.unwrap_or(0);
    let mut values = Vec::new();
    for (id, there) in theirs {
        let Some(doc) = docs::load(db, *id)? else { continue };
        if matches!(doc.kind, Kind::Membership | Kind::HeldItem) {
            continue;
        }
        let again = written_again(db, *id)?;
        let household = household_of(db, doc.kind, id.record)?;
        for (key, ops) in &doc.accepted().live {
            let is_ours = key != DEL_KEY && doc.kind.field(key).is_none_or(|f| matches!(f.write, FieldWrite::Any | FieldWrite::Once));
            if !is_ours || key.starts_with("shared/") || shared_model::moved::is_note(key) {
                continue;
            }
            for op in ops {
                let is_known = there.clock.get(&op.id.actor).is_some_and(|clock| op.id.counter <= clock.max_op);
                let is_there = there.live.get(key).is_some_and(|known| known.iter().any(|k| k.value == op.value));
                if is_known || is_there || again.contains(&op.id) || (op.value == Value::Null && !there.live.contains_key(key)) {
                    continue;
                }
                let (name, _) = crate::commands::views::who(db, &op.id.actor)?;
                let (key, value, at) = (key.clone(), op.value.clone(), op.at.saturating_mul(1000));
                values.push(Salvaged { unit: doc.unit, doc: *id, kind: doc.kind, household, key, value, name, at });
            }
        }
    }
    Ok(values.chunks(SALVAGED_MAX).map(|chunk| SalvageRequest { epoch, values: chunk.to_vec() }).collect())
}

fn household_of(db: &Connection, kind: Kind, record: Uuid) -> Result<Option<Uuid>> {
    Ok(match kind {
        Kind::Household => Some(record),
        _ => store::get_row(db, kind, record)?.and_then(|row| row.id("household")),
    })
}

/// Operations of own commands whose words are still here: they are sent, or written again.
fn written_again(db: &Connection, id: DocId) -> Result<BTreeSet<OpId>> {
    let mut q = db.prepare_cached(
        "select 1 from command where seq = ?1 and length(body) > 0 and length(args) > 0
         and (judged = 0 or (state = 'superseded' and reason = 'lost'))",
    )?;
    let mut out = BTreeSet::new();
    for (seq, command) in log::mentioning(db, id.record, Among::All)? {
        let Some(command) = command else { continue };
        if !q.exists([seq])? {
            continue;
        }
        for (_, change, _) in hashes_of(&command).into_iter().filter(|(doc, _, _)| *doc == id) {
            out.extend(change.ops_with_ids().map(|(op, _)| op));
        }
    }
    Ok(out)
}

/// Last: the accepted state becomes the server's, what waits is shown on it, and own commands that were lost are written again.
///
/// # Errors
/// Of the store; then nothing was replaced.
pub fn stand_on_theirs(db: &mut Connection, me: &Identity, now_ms: i64, found: &BTreeMap<DocId, bool>, theirs: Theirs) -> Result<()> {
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let (mut digests, mut touched) = (Digests::default(), BTreeMap::new());
    for (id, there) in theirs {
        let Some(mut doc) = docs::load(&tx, id)? else { continue };
        let (places, old) = (docs::counted_in(&tx, &doc)?, doc.digest_term());
        touched.insert(id.record, doc.kind);
        if there.clock.is_empty() || found.get(&id) == Some(&false) && there == *doc.accepted() {
            // it is not there, or is not shown to this device there
            digests.moved(&places, id.class, old, 0);
            docs::drop(&tx, id, doc.kind)?;
            continue;
        }
        tracing::warn!("the accepted state of a document becomes the server's");
        doc.base = Some(there);
        setback::stand_on(&tx, &mut doc)?;
        digests.moved(&places, id.class, old, doc.digest_term());
    }
    digests.write(&tx)?;
    refuse::next_actor(&tx)?;
    write_lost_again(&tx, me, now_ms, &mut touched)?;
    project::refresh(&tx, &touched, now_ms)?;
    project::spread(&tx)?;
    tx.commit()?;
    Ok(())
}

/// Own commands that the server lost, and that nobody could bring back whole, are written again on what is accepted now. True when any was.
///
/// # Errors
/// Of the store.
pub fn write_lost_again(tx: &Transaction<'_>, me: &Identity, now_ms: i64, touched: &mut BTreeMap<Uuid, Kind>) -> Result<bool> {
    let lost: BTreeSet<u64> = {
        let mut q = tx.prepare_cached(
            "select seq from command where state = 'superseded' and reason = 'lost' and replaced_by is null and length(args) > 0",
        )?;
        q.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?
    };
    if lost.is_empty() {
        return Ok(false);
    }
    // it is tried once; what could not be written again waits in the tray
    tx.execute("update command set reason = 'lost_kept' where state = 'superseded' and reason = 'lost' and replaced_by is null", [])?;
    refuse::settle(tx, me, now_ms, &lost, touched)?;
    Ok(true)
}
