//! `POST /v1/compare` and `POST /v1/salvage`: a device whose digest of a partition is another than the server's finds out which documents
//! differ; and where it has no change left that could be given back, only registers, it proposes their values to the office. Nothing that
//! a device says here enters a document of a resident: a proposal is a cell that the office decides about, like one of an import.

use crate::Inner;
use crate::auth::Caller;
use crate::error::{Error, Fault};
use crate::events::Wake;
use crate::pull::{granted_in, grants_of};
use crate::store::documents::{self, PartitionRow};
use crate::store::{devices, epochs, erasures};
use rusqlite::Connection;
use serde_bytes::ByteBuf;
use sha2::{Digest, Sha256};
use shared_model::class::Class;
use shared_model::crdt::{Edit, Registers, Value};
use shared_model::doc::DocId;
use shared_model::limits::{COMPARED_DOCUMENTS_MAX, COMPARED_PARTITIONS_MAX, KEY_BYTES_MAX, SALVAGED_MAX, TEXT_BYTES_MAX};
use shared_model::records::Kind;
use shared_model::wire::Grants;
use shared_model::wire::mend::{
    CompareReply, CompareRequest, PartitionSums, PartitionTerms, SalvageReply, SalvageRequest, Salvaged, Term, bucket_of, bucket_sums,
    differing,
};
use uuid::Uuid;

/// Longest name of an author that a device may bring, bytes.
const NAME_BYTES_MAX: usize = 100;
/// Stands as the reason of a proposal.
const REASON: &str = "set_back";

/// Answers a comparison, from one read transaction.
pub fn compare(inner: &Inner, caller: &Caller, request: &CompareRequest) -> Result<CompareReply, Fault> {
    if request.partitions.len() > COMPARED_PARTITIONS_MAX || request.documents.len() > COMPARED_DOCUMENTS_MAX {
        return Err(Fault::new(413, "too_large", "请求太大"));
    }
    inner.store.read(|db| {
        let grants = grants_of(db, caller, &*inner.tree(db)?)?;
        let mut out = CompareReply { epoch: epochs::current(db)?, partitions: Vec::new(), documents: Vec::new() };
        let mut room = COMPARED_DOCUMENTS_MAX;
        for asked in request.partitions.iter().filter(|p| is_granted(&grants, &p.unit, p.class)) {
            out.partitions.push(terms_of(db, asked, &mut room)?);
        }
        for doc in &request.documents {
            let found = documents::get(db, doc)?;
            let row = match found {
                Some(row) if granted_in(db, &grants, &row)?.is_some() => Some(row),
                _ => None,
            };
            out.documents.push((*doc, row.map(|row| ByteBuf::from(row.registers))));
        }
        Ok(out)
    })
}

fn is_granted(grants: &Grants, unit: &Uuid, class: Class) -> bool {
    grants.units.iter().any(|(u, mask)| u == unit && mask & class.bit() != 0)
}

/// The terms of the buckets that differ, as many whole buckets as there is room for, but one at least.
fn terms_of(db: &Connection, asked: &PartitionSums, room: &mut usize) -> Result<PartitionTerms, Error> {
    let mut terms = Vec::new();
    if let Some(p) = documents::partition(db, &asked.unit, asked.class)? {
        for row in documents::of_partition(db, p.id)? {
            let registers = Registers::decode_full(&row.registers).map_err(|_| Error::Damaged("registers of a document"))?;
            terms.push((row.doc, row.kind, registers.digest_term(&row.doc.bytes())));
        }
    }
    let own = bucket_sums(terms.iter().map(|(doc, _, term)| (*doc, *term)));
    let mut out = PartitionTerms { unit: asked.unit, class: asked.class, buckets: Vec::new(), terms: Vec::new() };
    for bucket in differing(&own, &asked.sums) {
        let within: Vec<Term> = terms
            .iter()
            .filter(|(doc, ..)| bucket_of(doc) == bucket)
            .map(|(doc, kind, term)| Term { doc: *doc, kind: *kind, term: term.to_be_bytes() })
            .collect();
        if within.len() > *room && !out.buckets.is_empty() {
            break;
        }
        *room = room.saturating_sub(within.len());
        out.buckets.push(bucket);
        out.terms.extend(within);
    }
    Ok(out)
}

/// Files proposals. What stands here already, as a value or as a proposal, is not filed twice, and what was erased not at all.
pub fn salvage(inner: &Inner, caller: &Caller, request: &SalvageRequest) -> Result<SalvageReply, Fault> {
    if request.values.len() > SALVAGED_MAX {
        return Err(Fault::new(413, "too_large", "请求太大"));
    }
    let (reply, touched) = inner.store.write(|db| {
        devices::add_nonce(db, &caller.device.id, &caller.nonce, caller.time_ms)?;
        let (epoch, mut filed, mut refused, mut touched) = (epochs::current(db)?, 0, 0, Vec::new());
        if epoch == request.epoch {
            let grants = grants_of(db, caller, &*inner.tree(db)?)?;
            for value in &request.values {
                match file(inner, db, &grants, value)? {
                    Some(rows) => {
                        filed += u32::from(!rows.is_empty());
                        touched.extend(rows);
                    }
                    None => refused += 1,
                }
            }
        }
        Ok::<_, Error>((SalvageReply { epoch, filed, refused }, touched))
    })?;
    if reply.filed > 0 {
        tracing::warn!(values = reply.filed, "values that only a device still held were proposed to the office");
    }
    inner.wake(touched.iter().map(|p: &PartitionRow| Wake { unit: p.unit, class: p.class, head: p.head }));
    Ok(reply)
}

/// `None`: this cannot be put before the office. Nothing new where it stands there already, or was erased.
fn file(inner: &Inner, db: &Connection, grants: &Grants, s: &Salvaged) -> Result<Option<Vec<PartitionRow>>, Error> {
    let found = documents::get(db, &s.doc)?;
    let is_theirs = match &found {
        Some(row) => granted_in(db, grants, row)?.is_some(),
        None => is_granted(grants, &s.unit, s.doc.class),
    };
    let unit = found.as_ref().map_or(s.unit, |row| row.unit);
    let cell = match &s.value {
        Value::Null => String::new(),
        Value::Str(text) => text.clone(),
        other => other.to_json().to_string(),
    };
    let is_too_long = s.key.len() > KEY_BYTES_MAX || cell.len() > TEXT_BYTES_MAX || s.name.len() > NAME_BYTES_MAX;
    if !is_theirs || is_too_long || inner.tree(db)?.get(&unit).is_none() {
        return Ok(None);
    }
    if erasures::is_closed(db, &s.doc)? {
        return Ok(Some(Vec::new()));
    }
    if let Some(household) = &s.household
        && erasures::was_erased(db, household)?
    {
        return Ok(Some(Vec::new()));
    }
    if let Some(row) = &found {
        let registers = Registers::decode_full(&row.registers).map_err(|_| Error::Damaged("registers of a document"))?;
        if registers.live.get(&s.key).is_some_and(|ops| ops.iter().any(|op| op.value == s.value)) {
            return Ok(Some(Vec::new()));
        }
    }
    let hash = Sha256::new().chain_update(b"gridwalk/salvage/v1").chain_update(s.doc.bytes());
    let hash = hash.chain_update((s.key.len() as u64).to_be_bytes()).chain_update(&s.key).chain_update(&cell).finalize();
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    let record = uuid::Builder::from_custom_bytes(id).into_uuid();
    let item = DocId::new(record, Class::Office);
    if documents::get(db, &item)?.is_some() || erasures::is_closed(db, &item)? {
        return Ok(Some(Vec::new()));
    }
    let label = s.kind.field(&s.key).map_or_else(|| s.key.clone(), |f| f.zh.to_owned());
    let mut edits = vec![
        Edit::put("reason", REASON),
        Edit::put("column", label),
        Edit::put("about", s.doc.record.to_string()),
        Edit::put("kind", s.kind.name()),
        Edit::put("key", s.key.clone()),
        Edit::put("cell", cell),
        Edit::put("said_by", s.name.clone()),
        Edit::put("said_at", Value::Int(s.at)),
    ];
    edits.extend(s.household.map(|h| Edit::put("household", h.to_string())));
    inner.write_own(db, &unit, item, Kind::HeldItem, &edits).map(Some)
}
