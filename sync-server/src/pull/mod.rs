//! The answer: grants, pages, heads and digests, all of one read transaction.
//!
//! For every granted partition beyond the device's cursor come its rows, or, at the first time, a bundle (`bundle.rs`). Left out are only
//! the rows that this same request pushed: the device has those, but not what it pushed in a request whose answer was lost.

mod bundle;
mod pages;

use crate::Inner;
use crate::auth::Caller;
use crate::error::Error;
use crate::push::Pushed;
use crate::store::documents::{self, DocumentRow, PartitionRow};
use crate::store::{self, commands, devices, epochs, erasures, people, shares};
use crate::tree::Tree;
use crate::{backup, directory, epoch, grants, refused};
use pages::Pages;
use rusqlite::Connection;
use shared_model::class::Class;
use shared_model::crdt::Registers;
use shared_model::limits::RECEIPTS_MAX;
use shared_model::wire::{Cursor, Grants, PROTOCOL, PartitionDigest, Receipt, SyncReply, SyncRequest};
use std::collections::HashMap;
use uuid::Uuid;

/// What must be written before the answer can be read: bundles that are wanted and not there.
pub fn prepare(inner: &Inner, caller: &Caller, request: &SyncRequest, pushed: &Pushed) -> Result<(), Error> {
    let missing = inner.store.read(|db| {
        let (epoch, tree) = (epochs::current(db)?, inner.tree(db)?);
        inner.keep_tree(&tree);
        let grants = grants_of(db, caller, &tree)?;
        let cursors = epoch::placed(db, epoch, request)?;
        let mut missing = Vec::new();
        for partition in granted(db, &grants)? {
            let cursor = cursors.get(&(partition.unit, partition.class));
            if bundle::is_missing(db, &partition, cursor, epoch, pushed)? {
                missing.push(partition.id);
            }
        }
        Ok::<_, Error>(missing)
    })?;
    if missing.is_empty() {
        return Ok(());
    }
    inner.store.write(|db| missing.iter().try_for_each(|partition| bundle::build(db, *partition, inner.env.now_ms())))
}

/// The answer without its verdicts.
pub fn reply(inner: &Inner, db: &Connection, caller: &Caller, request: &SyncRequest, pushed: &Pushed) -> Result<SyncReply, Error> {
    let (epoch, tree) = (epochs::current(db)?, inner.tree(db)?);
    let message = grants_of(db, caller, &tree)?;
    let partitions = granted(db, &message)?;
    let cursors = epoch::placed(db, epoch, request)?;
    let mut pages = Pages::new(inner, db, epoch, pushed);
    for partition in &partitions {
        let cursor = cursors.get(&(partition.unit, partition.class));
        if !pages.add_partition(partition, cursor)? {
            break;
        }
    }
    pages.add_wanted(&request.want, &message, &cursors)?;
    let more = pages.more;
    let digests = if more { Vec::new() } else { partitions.iter().filter(|p| p.head > 0).map(digest_of).collect() };
    let epochs = if request.epoch == epoch { Vec::new() } else { epoch::chain_for(db, &message)? };
    let directory = directory::directory(db, &tree, &message.roles, inner.env.now_ms())?.filter(|d| d.version != request.directory);
    let refused = refused::list(db, &tree, &message.roles, &caller.device.id, request.refused)?;
    let resolutions = store::refused::resolutions(db, &caller.device.id)?;
    Ok(SyncReply {
        protocol: PROTOCOL,
        time: inner.env.now_ms(),
        epoch,
        epochs,
        known: commands::last_seq(db, &caller.device.id)?,
        backed_up: backup::holds_until(db)?,
        owed: owed(db, &caller.device.id, &cursors)?,
        verdicts: Vec::new(),
        actor_closed: Vec::new(),
        pages: pages.done(),
        more,
        digests,
        directory,
        refused,
        resolutions,
        lease: None,
        grants: (message.version != request.grants).then_some(message),
    })
}

/// Receipts that the device owes although its cursor stands behind the row.
fn owed(db: &Connection, device: &Uuid, cursors: &HashMap<(Uuid, Class), Cursor>) -> Result<Vec<Receipt>, Error> {
    let mut out = Vec::new();
    for (partition, seq) in erasures::open_receipts(db, device)? {
        let Some(p) = documents::partition_by_id(db, partition)? else { continue };
        if cursors.get(&(p.unit, p.class)).is_some_and(|c| c.seq >= seq) && out.len() < RECEIPTS_MAX {
            out.push(Receipt { unit: p.unit, class: p.class, seq });
        }
    }
    Ok(out)
}

/// What the caller may hold as of this transaction.
pub fn grants_of(db: &Connection, caller: &Caller, tree: &Tree) -> Result<Grants, Error> {
    let roles = people::roles(db, &caller.device.person)?;
    let policy = devices::get(db, &caller.device.id)?.map_or(caller.device.policy, |d| d.policy);
    let shown = shares::memberships_shown(db, &caller.device.person)?;
    Ok(grants::message(&caller.device.name, policy, roles, &shown, tree))
}

/// Is a document of this class granted: at its home, or where it is placed? The unit that it is granted in.
pub fn granted_in(db: &Connection, grants: &Grants, row: &DocumentRow) -> Result<Option<Uuid>, Error> {
    let is_granted = |unit: &Uuid| grants.units.iter().any(|(u, mask)| u == unit && mask & row.doc.class.bit() != 0);
    if is_granted(&row.unit) {
        return Ok(Some(row.unit));
    }
    Ok(documents::placements(db, row.id)?.into_iter().find(is_granted))
}

/// Granted partitions that ever had a row, in the order of sending: `common` first, then unit by unit, so that records come whole.
fn granted(db: &Connection, grants: &Grants) -> Result<Vec<PartitionRow>, Error> {
    let mut out = Vec::new();
    for (unit, mask) in &grants.units {
        out.extend(documents::partitions_of(db, unit)?.into_iter().filter(|p| mask & p.class.bit() != 0));
    }
    out.sort_by_key(|p| (p.class != Class::Common, p.unit, p.class));
    Ok(out)
}

fn digest_of(p: &PartitionRow) -> PartitionDigest {
    PartitionDigest { unit: p.unit, class: p.class, head: p.head, digest: p.digest.to_be_bytes(), safe: p.safe }
}

/// Computes every digest again from the documents.
pub fn digests_hold(db: &Connection) -> Result<bool, Error> {
    for p in documents::partitions(db)? {
        let mut sum = 0_u128;
        for row in documents::of_partition(db, p.id)? {
            let registers = Registers::decode_full(&row.registers).map_err(|_| Error::Damaged("registers of a document"))?;
            sum = sum.wrapping_add(registers.digest_term(&row.doc.bytes()));
        }
        if sum != p.digest {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Setting that says when the logs were compacted last, unix ms.
const COMPACTED_AT: &str = "compacted_at";
/// How often the logs are compacted by themselves, milliseconds.
const COMPACT_EVERY_MS: i64 = 24 * 3600 * 1000;

/// Compacts every partition, each in a transaction of its own: nobody waits long for it.
pub fn compact(inner: &Inner, keep_ms: i64) -> Result<u64, Error> {
    let now_ms = inner.env.now_ms();
    let ids: Vec<i64> = inner.store.read(|db| Ok::<_, Error>(documents::partitions(db)?.iter().map(|p| p.id).collect()))?;
    let mut rows = 0;
    for id in ids {
        rows += inner.store.write(|db| match documents::partition_by_id(db, id)? {
            Some(p) => documents::compact(db, &p, now_ms - keep_ms),
            None => Ok::<_, Error>(0),
        })?;
    }
    inner.store.write(|db| store::set_meta(db, COMPACTED_AT, &now_ms.to_string()))?;
    inner.store.truncate_wal();
    Ok(rows)
}

/// Has a day passed since the last compaction?
pub fn is_compaction_due(inner: &Inner) -> Result<bool, Error> {
    let at: Option<i64> = inner.store.read(|db| store::get_meta(db, COMPACTED_AT))?.and_then(|at| at.parse().ok());
    Ok(at.is_none_or(|at| inner.env.now_ms() - at >= COMPACT_EVERY_MS))
}
