//! The accepted history of one document, as the pure gate asks for it: look-ups in the archive.

use crate::error::Error;
use crate::store::documents;
use rusqlite::Connection;
use shared_model::crdt::{ActorId, Change, ChangeHash, Clock, OpBody, OpId, Past, PastOp};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// A failing look-up is kept here and asked for after the gate: the trait has no room for it.
pub struct ArchivedPast<'a> {
    pub db: &'a Connection,
    /// `None`: the document does not exist yet.
    pub document: Option<i64>,
    pub failure: RefCell<Option<Error>>,
}

impl ArchivedPast<'_> {
    fn look_up<T>(&self, get: impl FnOnce(i64) -> Result<Option<T>, Error>) -> Option<T> {
        match get(self.document?) {
            Ok(found) => found,
            Err(e) => {
                *self.failure.borrow_mut() = Some(e);
                None
            }
        }
    }
}

impl Past for ArchivedPast<'_> {
    fn change_clock(&self, hash: &ChangeHash) -> Option<BTreeMap<ActorId, Clock>> {
        self.look_up(|document| documents::change_clock(self.db, document, hash))
    }

    fn op(&self, id: &OpId) -> Option<PastOp> {
        let bytes = self.look_up(|document| documents::change_with_op(self.db, document, &id.actor, id.counter))?;
        let (change, _) = Change::decode(&bytes).ok()?;
        let op = change.ops.into_iter().nth(usize::try_from(id.counter.checked_sub(change.start_op)?).ok()?)?;
        Some(PastOp { is_put: matches!(op.body, OpBody::Put(_)), key: op.key })
    }
}
