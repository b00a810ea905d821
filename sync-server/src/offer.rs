//! `POST /v1/offer`: a device gives back what this server had before it was set back. Everything of a request in one write transaction.

use crate::Inner;
use crate::auth::Caller;
use crate::closing;
use crate::error::{Error, Fault};
use crate::events::Wake;
use crate::push::again::push_again;
use crate::store::{devices, epochs};
use shared_model::limits::{OFFERED_COMMANDS_MAX, OFFERED_PAGES_MAX};
use shared_model::wire::{OfferReply, OfferRequest};

/// Answers one batch.
pub fn offer(inner: &Inner, caller: &Caller, request: &OfferRequest) -> Result<OfferReply, Fault> {
    if request.pages.len() > OFFERED_PAGES_MAX || request.commands.len() > OFFERED_COMMANDS_MAX {
        return Err(Fault::new(413, "too_large", "请求太大"));
    }
    if closing::is_hostile(&caller.device) {
        return Err(closing::end(&inner.keys, caller));
    }
    let again = inner.store.write(|db| {
        devices::add_nonce(db, &caller.device.id, &caller.nonce, caller.time_ms)?;
        let epoch = epochs::current(db)?;
        // set back once more: the device hears of that first, by its next sync
        if request.epoch != epoch {
            Ok((epoch, None))
        } else {
            Ok::<_, Error>((epoch, Some(push_again(inner, db, &caller.device, request)?)))
        }
    })?;
    let (epoch, Some(again)) = again else {
        return Ok(OfferReply { epoch: again.0, verdicts: Vec::new(), waiting: Vec::new(), taken: 0 });
    };
    if again.pushed.has_erased {
        inner.store.truncate_wal();
    }
    inner.keep_tree(&again.tree);
    inner.wake(again.pushed.touched.iter().map(|((unit, class), head)| Wake { unit: *unit, class: *class, head: *head }));
    tracing::info!(rows = again.taken, commands = again.pushed.verdicts.len(), "a device gave back what this server had lost");
    Ok(OfferReply { epoch, verdicts: again.pushed.verdicts, waiting: again.waiting, taken: again.taken })
}
