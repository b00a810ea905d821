//! Who wrote what on a key, from the archive: every write that was ever accepted, of every class of the record that the device may read, at
//! its home or by a share.

use crate::Inner;
use crate::auth::Caller;
use crate::error::{Error, Fault};
use crate::pull::{granted_in, grants_of};
use crate::store::{commands, documents, people};
use shared_model::crdt::{Change, OpBody};
use shared_model::limits::{KEY_BYTES_MAX, LIST_ITEMS_MAX};
use shared_model::wire::{HistoryEntry, HistoryReply, HistoryRequest};

/// `POST /v1/history`. A record that is not here, or not for this device, has no entries: which of both is not told.
pub fn history(inner: &Inner, caller: &Caller, request: &HistoryRequest) -> Result<HistoryReply, Fault> {
    if request.key.len() > KEY_BYTES_MAX {
        return Err(Fault::bad("the key is too long"));
    }
    inner.store.read(|db| {
        let grants = grants_of(db, caller, &*inner.tree(db)?)?;
        let mut entries = Vec::new();
        for row in documents::of_record(db, &request.record)? {
            if granted_in(db, &grants, &row)?.is_none() {
                continue;
            }
            for archived in documents::changes(db, row.id)? {
                let (change, _) = Change::decode(&archived.bytes).map_err(|_| Error::Damaged("an archived change"))?;
                let settles = change.ops.iter().any(|op| op.key == request.key && op.body == OpBody::Delete);
                for (id, op) in change.ops_with_ids().filter(|(_, op)| op.key == request.key) {
                    let OpBody::Put(value) = &op.body else { continue };
                    let name = people::actor(db, &id.actor)?.map(|a| a.name).unwrap_or_default();
                    entries.push(HistoryEntry {
                        value: value.clone(),
                        op: id.to_string(),
                        actor: id.actor,
                        name,
                        at: change.time,
                        received_at: archived.received_at,
                        settles,
                        command: commands::name(db, &archived.command)?,
                    });
                }
            }
        }
        entries.sort_by_key(|e| e.received_at);
        let surplus = entries.len().saturating_sub(LIST_ITEMS_MAX as usize);
        entries.drain(..surplus);
        Ok(HistoryReply { entries })
    })
}
