//! Who may read a blob and who may bring it. Both follow from the attachments that name it: it is read by whoever holds one of them, and
//! brought by whoever wrote one (accepted, or refused and kept for the office) or holds one. Nobody else learns whether it is here.

use super::blobs::BlobId;
use crate::Inner;
use crate::auth::Caller;
use crate::error::Error;
use crate::pull::{granted_in, grants_of};
use crate::store::{documents, media};
use rusqlite::Connection;
use shared_model::crdt::{Change, OpBody, Value};
use shared_model::records::Kind;
use shared_model::wire::{Command, Grants, from_cbor};
use std::collections::BTreeSet;

/// What a device is granted, looked up once a request.
pub struct Rights<'a> {
    db: &'a Connection,
    caller: &'a Caller,
    grants: Grants,
}

impl<'a> Rights<'a> {
    pub fn of(inner: &Inner, db: &'a Connection, caller: &'a Caller) -> Result<Self, Error> {
        let grants = grants_of(db, caller, &*inner.tree(db)?)?;
        Ok(Rights { db, caller, grants })
    }

    /// Does the device hold an attachment that names it, at its home or by a share?
    pub fn may_read(&self, id: &BlobId) -> Result<bool, Error> {
        for document in media::naming(self.db, id.text())? {
            if let Some(row) = documents::by_id(self.db, document)?
                && granted_in(self.db, &self.grants, &row)?.is_some()
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Did the person write one, or does the device hold one?
    pub fn may_bring(&self, id: &BlobId) -> Result<bool, Error> {
        let person = &self.caller.device.person;
        for document in media::naming(self.db, id.text())? {
            if documents::by_id(self.db, document)?.is_some_and(|row| row.person == Some(*person)) {
                return Ok(true);
            }
        }
        if self.may_read(id)? {
            return Ok(true);
        }
        media::refused_of(self.db, person, |bytes| {
            from_cbor::<Command>(bytes).is_ok_and(|command| names_of(&command).any(|name| name == id.text()))
        })
    }
}

/// The blobs that the attachments of a command name.
fn names_of(command: &Command) -> impl Iterator<Item = String> {
    let parts = command.parts.iter().filter(|part| part.kind == Kind::Attachment && !part.is_erased());
    parts.filter_map(|part| Change::decode(&part.change).ok()).flat_map(|(change, _)| {
        let named = change.ops.into_iter().filter(|op| matches!(op.key.as_str(), "hash" | "thumb"));
        named.filter_map(|op| if let OpBody::Put(Value::Str(name)) = op.body { Some(name) } else { None }).collect::<Vec<_>>()
    })
}

/// The blobs that refused commands name: the office may still adopt them.
pub fn refused_names(db: &Connection) -> Result<BTreeSet<String>, Error> {
    Ok(crate::store::refused::all_commands(db)?.iter().flat_map(names_of).collect())
}

/// Every blob that there is a reason to keep.
pub fn all_kept(db: &Connection) -> Result<BTreeSet<String>, Error> {
    let mut out = media::all_named(db)?;
    out.extend(refused_names(db)?);
    Ok(out)
}
