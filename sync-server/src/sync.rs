//! One request: judge what is pushed, in one write transaction; then answer, from one read transaction. The push is judged before new
//! grants are announced. The same request sent twice gets the same verdicts.

use crate::auth::Caller;
use crate::error::{Error, Fault};
use crate::events::Wake;
use crate::push::{Pushed, push};
use crate::store::{bundles, devices, documents, erasures, people, refused};
use crate::{Inner, closing, epoch, pull};
use rusqlite::Connection;
use shared_model::devices::{Lease, app_version, lease_text};
use shared_model::limits::{LEASE_MS, RECEIPTS_MAX, RESOLUTIONS_MAX};
use shared_model::wire::{PROTOCOL, SyncReply, SyncRequest};
use std::collections::BTreeMap;

/// `seen_at` is written at most this often, milliseconds.
const SEEN_EVERY_MS: i64 = 60_000;
/// A superseded bundle is kept this long, milliseconds.
const BUNDLE_KEPT_MS: i64 = 24 * 3600 * 1000;
/// Cursors and wanted documents of one request.
const CURSORS_MAX: usize = 100_000;
const WANT_MAX: usize = 10_000;

/// `POST /v1/sync`.
pub fn sync(inner: &Inner, caller: &Caller, request: &SyncRequest) -> Result<SyncReply, Fault> {
    if request.protocol != PROTOCOL {
        return Err(Fault::new(426, "needs_update", "请更新程序"));
    }
    let is_too_long = request.told.len() > RESOLUTIONS_MAX || request.receipts.len() > RECEIPTS_MAX;
    if request.cursors.len() > CURSORS_MAX || request.want.len() > WANT_MAX || is_too_long {
        return Err(Fault::new(413, "too_large", "请求太大"));
    }
    let wake =
        |pushed: &Pushed| inner.wake(pushed.touched.iter().map(|((unit, class), head)| Wake { unit: *unit, class: *class, head: *head }));
    if closing::is_closed(&caller.device) {
        return closing::answer(inner, caller, request, wake);
    }
    epoch::begin_if_set_back(inner, &caller.device.id, request)?;
    let pushed = push_all(inner, caller, request)?;
    if pushed.has_erased {
        inner.store.truncate_wal();
        crate::media::collect_quietly(inner);
    }
    pull::prepare(inner, caller, request, &pushed)?;
    let mut reply = inner.store.read(|db| pull::reply(inner, db, caller, request, &pushed))?;
    wake(&pushed);
    inner.metrics.note_verdicts(&pushed.verdicts);
    reply.verdicts = pushed.verdicts;
    reply.actor_closed = pushed.actor_closed.into_iter().collect();
    reply.lease = Some(lease(inner, caller, reply.time));
    Ok(reply)
}

/// A week from now, good for this request only.
fn lease(inner: &Inner, caller: &Caller, now_ms: i64) -> Lease {
    let until = now_ms + LEASE_MS;
    let text = lease_text(&caller.device.id, now_ms, until, &hex::encode(caller.nonce));
    Lease { from: now_ms, until, signature: inner.keys.sign(&text).into() }
}

fn push_all(inner: &Inner, caller: &Caller, request: &SyncRequest) -> Result<Pushed, Error> {
    let now_ms = inner.env.now_ms();
    let names_policy = request.policy == caller.device.policy && caller.device.policy_named < caller.device.policy;
    let is_due = caller.device.seen_at.is_none_or(|at| now_ms - at >= SEEN_EVERY_MS);
    let is_silent = request.unjudged.is_empty() && caller.device.unsent == 0 && request.receipts.is_empty();
    let is_updated = app_version(&request.app).is_some_and(|app| caller.device.app.as_deref() != Some(app));
    if request.commands.is_empty() && request.told.is_empty() && !names_policy && !is_due && is_silent && !is_updated {
        return Ok(Pushed::default());
    }
    let written = inner.store.write(|db| {
        devices::set_seen(db, &caller.device.id, now_ms, &people::roles(db, &caller.device.person)?)?;
        if let Some(app) = app_version(&request.app).filter(|_| is_updated) {
            devices::set_app(db, &caller.device.id, app)?;
        }
        devices::drop_nonces(db, now_ms - shared_model::limits::CLOCK_SKEW_MS_MAX)?;
        devices::add_nonce(db, &caller.device.id, &caller.nonce, caller.time_ms)?;
        bundles::drop_superseded(db, now_ms - BUNDLE_KEPT_MS)?;
        refused::told(db, &caller.device.id, &request.told)?;
        let out = push(inner, db, &caller.device, request)?;
        take_receipts(inner, db, caller, request, now_ms)?;
        Ok::<_, Error>(out)
    });
    let brings_nothing = request.commands.is_empty() && request.told.is_empty() && request.receipts.is_empty();
    match written {
        Ok((pushed, tree)) => {
            inner.keep_tree(&tree);
            Ok(pushed)
        }
        // Whoever brings nothing may read although there is no room to note that they did.
        Err(e) if e.code() == "disk_full" && brings_nothing => {
            inner.note_full(&e);
            Ok(Pushed::default())
        }
        Err(e) => Err(e),
    }
}

/// What the device has carried out of erasures. A partition that it lost, it has dropped whole: then nothing of it is left either.
fn take_receipts(inner: &Inner, db: &Connection, caller: &Caller, request: &SyncRequest, now_ms: i64) -> Result<(), Error> {
    let device = &caller.device.id;
    for r in &request.receipts {
        if let Some(p) = documents::partition(db, &r.unit, r.class)? {
            erasures::set_receipts(db, device, p.id, r.seq, now_ms)?;
        }
    }
    let knows_its_grants = request.policy == caller.device.policy && request.unjudged.is_empty();
    let owed = if knows_its_grants { erasures::open_receipts(db, device)? } else { Vec::new() };
    if owed.is_empty() {
        return Ok(());
    }
    let granted: BTreeMap<_, _> = pull::grants_of(db, caller, &*inner.tree(db)?)?.units.into_iter().collect();
    for (id, _) in owed {
        let Some(p) = documents::partition_by_id(db, id)? else { continue };
        if granted.get(&p.unit).is_none_or(|mask| mask & p.class.bit() == 0) {
            erasures::set_receipts(db, device, id, p.head, now_ms)?;
        }
    }
    Ok(())
}
