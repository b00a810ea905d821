//! The last exchanges with a device that is revoked, or whose key two devices use. It is given nothing; what it still has is judged or kept
//! aside, so that nothing anyone wrote is lost; then a revoked one gets the signed order to wipe, and proves that it obeyed.
//!
//! Whatever the reason, everything arrives at least in quarantine before the order goes out, but for a device in unknown hands: that is to
//! forget at once. A device that was never confirmed has written nothing that counts.

use crate::Inner;
use crate::auth::Caller;
use crate::error::{Error, Fault};
use crate::keys::Keys;
use crate::ledger;
use crate::push::{Pushed, push};
use crate::store::devices::{self, Device};
use crate::store::{commands, epochs, erasures};
use ed25519_dalek::{Signature, VerifyingKey};
use rusqlite::Connection;
use shared_model::devices::{RevokeReason, WipeNoted, WipeOrder, WipeReceipt, receipt_text, wipe_text};
use shared_model::limits::{LATE_MS_MAX, LEASE_MS};
use shared_model::wire::{PROTOCOL, SyncReply, SyncRequest};
use uuid::Uuid;

/// Is the device given nothing any more?
pub fn is_closed(device: &Device) -> bool {
    device.cloned || matches!(device.state.as_str(), "revoked" | "wiped")
}

/// Is it in unknown hands? Then nothing of what it says counts, and it is to forget at once.
pub fn is_hostile(device: &Device) -> bool {
    device.reason.is_some_and(RevokeReason::is_hostile)
}

/// The reason under which everything of this device is kept aside unjudged; `None`: it is judged.
pub fn kept_aside(device: &Device, now_ms: i64) -> Option<&'static str> {
    if device.cloned {
        return Some("cloned");
    }
    let revoked_at = device.revoked_at?;
    if is_hostile(device) {
        return Some("reported_lost");
    }
    if device.confirmed_at.is_none() {
        return Some("unconfirmed");
    }
    (now_ms - revoked_at > LEASE_MS + LATE_MS_MAX).then_some("late")
}

/// `POST /v1/sync` of a closed device: verdicts while it has something without one, then the end.
pub fn answer(inner: &Inner, caller: &Caller, request: &SyncRequest, noted: impl FnOnce(&Pushed)) -> Result<SyncReply, Fault> {
    let now_ms = inner.env.now_ms();
    let (pushed, tree) = inner.store.write(|db| {
        devices::add_nonce(db, &caller.device.id, &caller.nonce, caller.time_ms)?;
        // heard of; what it holds stays as of its last contact while it was trusted
        devices::set_seen(db, &caller.device.id, now_ms, &caller.device.held)?;
        push(inner, db, &caller.device, request)
    })?;
    inner.keep_tree(&tree);
    noted(&pushed);
    let (epoch, known) = inner.store.read(|db| Ok::<_, Error>((epochs::current(db)?, commands::last_seq(db, &caller.device.id)?)))?;
    // what this server lost when it was set back is given to it before the end, too
    let is_behind = request.epoch != 0 && request.epoch != epoch;
    let waits = is_behind || !request.commands.is_empty() || !request.unjudged.is_empty();
    if waits && !is_hostile(&caller.device) {
        return Ok(SyncReply {
            protocol: PROTOCOL,
            time: now_ms,
            epoch,
            known,
            verdicts: pushed.verdicts,
            actor_closed: pushed.actor_closed.into_iter().collect(),
            // the device asks again, and is told then
            more: true,
            ..SyncReply::default()
        });
    }
    Err(end(&inner.keys, caller))
}

/// Ends a device: the ledger beside the database first, so that no restore brings it back.
pub fn revoke(inner: &Inner, db: &Connection, device: &Uuid, reason: RevokeReason) -> Result<(), Error> {
    inner.note(db, ledger::Kind::Revoke, vec![device.to_string(), reason.name().to_owned()])?;
    devices::revoke(db, device, reason, inner.env.now_ms())
}

/// What a closed device is told, with the order where the office has decided.
pub fn end(keys: &Keys, caller: &Caller) -> Fault {
    let device = &caller.device;
    let (Some(reason), Some(revoked_at)) = (device.reason, device.revoked_at) else {
        return Fault::new(403, "cloned", "这台设备的登记在两处使用，请找社区重新登记");
    };
    let nonce = hex::encode(caller.nonce);
    let signature = keys.sign(&wipe_text(&device.id, reason, revoked_at, &nonce)).into();
    let mut fault = Fault::new(403, "revoked", "这台设备已停用");
    fault.wipe = Some(Box::new(WipeOrder { reason, revoked_at, nonce, signature }));
    fault
}

/// `POST /v1/wiped`: a receipt proves both sides by itself. The same receipt again is answered as the first time.
pub fn wiped(inner: &Inner, receipt: &WipeReceipt) -> Result<WipeNoted, Fault> {
    let forged = || Fault::new(401, "bad_signature", "签名不对");
    let signature = |bytes: &[u8]| Signature::from_slice(bytes).map_err(|_| forged());
    let order = &receipt.order;
    let ordered = wipe_text(&receipt.device, order.reason, order.revoked_at, &order.nonce);
    let own = VerifyingKey::from_bytes(&inner.keys.public()).map_err(|_| Error::Damaged("the server's key"))?;
    own.verify_strict(&ordered, &signature(&order.signature)?).map_err(|_| forged())?;
    inner.store.write(|db| {
        let device = devices::get(db, &receipt.device)?.ok_or_else(forged)?;
        let key = VerifyingKey::from_bytes(&device.public_key).map_err(|_| Error::Damaged("a device key"))?;
        let text = receipt_text(&receipt.device, order, receipt.claimed_at);
        key.verify_strict(&text, &signature(&receipt.signature)?).map_err(|_| forged())?;
        let now_ms = inner.env.now_ms();
        devices::set_wiped(db, &receipt.device, now_ms)?;
        erasures::set_all_receipts(db, &receipt.device, now_ms)?;
        Ok(WipeNoted { wiped_at: device.wiped_at.unwrap_or(now_ms) })
    })
}
