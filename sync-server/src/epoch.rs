//! Epochs: how the server finds out that it was set back, and from where a device goes on then. A restore that is declared begins its epoch
//! itself (`restore.rs`); one that nobody declared is proved by the first device that knows more than the server.

use crate::Inner;
use crate::error::Error;
use crate::ledger;
use crate::store::{commands, devices, documents, epochs, people, policy};
use rusqlite::Connection;
use shared_model::class::Class;
use shared_model::epochs::common;
use shared_model::wire::{Cursor, Epoch, Grants, SyncRequest};
use std::collections::HashMap;
use uuid::Uuid;

/// A restore is believed at once. But a broken or hostile device must not spin the epochs: so many proofs of one device count in a day.
const PROOFS_MAX: u64 = 4;
const PROOFS_WITHIN_MS: i64 = 24 * 3600 * 1000;
/// A device may claim an epoch so far ahead of the server's; beyond it the claim is no number to build on.
const AHEAD_MAX: u64 = 1_000_000;
/// The epoch stands in the upper bits of a policy stamp: a stamp given out after the fork is never mistaken for a later one.
const STAMP_BITS: u32 = 32;

/// Begins an epoch when the request proves that this server was set back. Before anything is judged: what a device pushes may stand on
/// what the server lost, and the device still has it.
pub fn begin_if_set_back(inner: &Inner, device: &Uuid, request: &SyncRequest) -> Result<(), Error> {
    if !inner.store.read(|db| is_proved(db, device, request))? {
        return Ok(());
    }
    inner.store.write(|db| {
        let now_ms = inner.env.now_ms();
        if !is_proved(db, device, request)? || epochs::proofs_since(db, device, now_ms - PROOFS_WITHIN_MS)? >= PROOFS_MAX {
            return Ok(());
        }
        let forks: Vec<_> = documents::partitions(db)?.into_iter().map(|p| (p.unit, p.class, p.safe)).collect();
        let claimed = request.cursors.iter().map(|c| c.epoch).chain([request.epoch]).max().unwrap_or(0);
        let id = begin(inner, db, claimed, &forks, Some(device))?;
        tracing::error!(epoch = id, "a device knows more than this server, which was set back; a new epoch begins");
        Ok(())
    })
}

/// Begins the epoch after all that are known or claimed. Every device writes under a new stamp from now on, with the roots it has.
pub fn begin(inner: &Inner, db: &Connection, claimed: u64, forks: &[(Uuid, Class, u64)], by: Option<&Uuid>) -> Result<u64, Error> {
    let (parent, now_ms) = (epochs::current(db)?, inner.env.now_ms());
    let id = parent.max(claimed.min(parent + AHEAD_MAX)).max(highest_in_ledger(inner)?) + 1;
    inner.note(db, ledger::Kind::Epoch, vec![id.to_string()])?;
    epochs::add(db, id, parent, forks, now_ms, by)?;
    for device in devices::list(db)? {
        let stamp = (id << STAMP_BITS).max(device.policy + 1);
        policy::renew(db, &device.id, device.policy, stamp, now_ms)?;
        policy::add_stamp(db, &device.id, stamp, &people::roles(db, &device.person)?)?;
    }
    Ok(id)
}

/// The highest epoch that ever began, as far as the ledger knows: a database that was set back does not.
fn highest_in_ledger(inner: &Inner) -> Result<u64, Error> {
    let entries = inner.ledger.read()?;
    let epochs = entries.iter().filter(|e| e.kind == ledger::Kind::Epoch);
    Ok(epochs.filter_map(|e| e.ids.first()?.parse().ok()).max().unwrap_or(0))
}

/// Does the device know what this server should know and does not? An epoch, a row, a mark, the number of a command.
fn is_proved(db: &Connection, device: &Uuid, request: &SyncRequest) -> Result<bool, Error> {
    let current = epochs::current(db)?;
    if request.epoch > current || request.cursors.iter().any(|c| c.epoch > current) {
        return Ok(true);
    }
    if request.epoch == current && request.judged > commands::last_seq(db, device)?.max(request.released) {
        return Ok(true);
    }
    for c in request.cursors.iter().filter(|c| c.epoch == current && c.seq > 0) {
        let known = match documents::partition(db, &c.unit, c.class)? {
            Some(p) => documents::mark_at(db, p.id, c.seq)?,
            None => None,
        };
        if known != Some(c.mark) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The device's cursors as places in this epoch: from min(cursor, fork). What cannot be placed is left out and begins anew, which is only
/// longer.
pub fn placed(db: &Connection, epoch: u64, request: &SyncRequest) -> Result<HashMap<(Uuid, Class), Cursor>, Error> {
    let mut chain: Option<Vec<Epoch>> = None;
    let mut out = HashMap::with_capacity(request.cursors.len());
    for c in &request.cursors {
        if c.epoch == epoch {
            out.insert((c.unit, c.class), c.clone());
            continue;
        }
        if chain.is_none() {
            chain = Some(epochs::chain(db)?);
        }
        let shared = common(chain.as_deref().unwrap_or_default(), c.epoch, epoch, &c.unit, c.class);
        let seq = c.seq.min(shared);
        let Some(p) = documents::partition(db, &c.unit, c.class)?.filter(|_| seq > 0) else { continue };
        let Some(mark) = documents::mark_at(db, p.id, seq)? else { continue };
        if seq < c.seq || mark == c.mark {
            out.insert((c.unit, c.class), Cursor { epoch, seq, mark, bundle: None, ..c.clone() });
        }
    }
    Ok(out)
}

/// The chain with the forks of what the device may hold.
pub fn chain_for(db: &Connection, grants: &Grants) -> Result<Vec<Epoch>, Error> {
    let held: HashMap<Uuid, u8> = grants.units.iter().copied().collect();
    let mut chain = epochs::chain(db)?;
    for epoch in &mut chain {
        epoch.forks.retain(|(unit, class, _)| held.get(unit).is_some_and(|mask| mask & class.bit() != 0));
    }
    Ok(chain)
}
