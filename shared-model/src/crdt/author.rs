//! What a person meant, written as a change.
//!
//! An edit names the operations its form showed; only those are replaced, so a value that arrived meanwhile stays as a conflict instead of
//! being overwritten unseen. Choosing among several values is a settlement: delete, then put, in one change, because putting the winner's
//! value alone would leave no operation and a concurrent write could undo the choice silently. Clearing a field is `put(null)`.

use super::limits::TIME_MAX_S;
use super::registers::are_distinct;
use super::{ActorId, Change, ChangeHash, LiveOp, Op, OpBody, OpId, Registers, Value};

/// What a person meant for one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub key: String,
    /// `Null` clears the field.
    pub value: Value,
    /// The operations live when the form opened; `None`: those live now.
    pub seen: Option<Vec<OpId>>,
    /// A choice among several values.
    pub settle: bool,
}

impl Edit {
    /// A plain edit of what is there now.
    pub fn put(key: impl Into<String>, value: impl Into<Value>) -> Self {
        Self { key: key.into(), value: value.into(), seen: None, settle: false }
    }

    /// A choice among the values of the operations named.
    pub fn settle(key: impl Into<String>, value: impl Into<Value>, seen: Vec<OpId>) -> Self {
        Self { key: key.into(), value: value.into(), seen: Some(seen), settle: true }
    }
}

impl Registers {
    /// Writes edits as the next change of `me`; `None` when nothing is to be written. Does not change `self`: apply the result.
    ///
    /// `own_hash` is the hash of `me`'s previous change of this document, if there is one: Automerge depends on it even when it is no head.
    /// Of two edits of one key the later counts.
    pub fn author(&self, me: ActorId, own_hash: Option<ChangeHash>, time: i64, edits: &[Edit]) -> Option<(Change, Vec<u8>, ChangeHash)> {
        let mut ops = Vec::with_capacity(edits.len());
        for (at, edit) in edits.iter().enumerate() {
            if edits[at + 1..].iter().all(|later| later.key != edit.key) {
                self.write(edit, &mut ops);
            }
        }
        if ops.is_empty() {
            return None;
        }
        let mut deps: Vec<ChangeHash> = self.heads.iter().map(|head| head.hash).chain(own_hash).collect();
        deps.sort_unstable();
        deps.dedup();
        let seq = self.clock.get(&me).map_or(0, |clock| clock.seq) + 1;
        let time = time.clamp(0, TIME_MAX_S); // a device whose clock is broken still works
        let change = Change { actor: me, seq, start_op: self.max_op() + 1, time, deps, ops };
        let (bytes, hash) = change.encode();
        Some((change, bytes, hash))
    }

    /// The operations of one edit, if it changes anything.
    fn write(&self, edit: &Edit, ops: &mut Vec<Op>) {
        let live = self.live.get(&edit.key).map_or(&[][..], Vec::as_slice);
        let is_seen = |op: &&LiveOp| edit.seen.as_ref().is_none_or(|seen| seen.contains(&op.id));
        // Putting the only value there is says nothing; clearing what is not there neither.
        if live.iter().all(|op| op.value == edit.value && is_seen(&op)) && (!live.is_empty() || edit.value.is_null()) {
            return;
        }
        let pred: Vec<OpId> = live.iter().filter(is_seen).map(|op| op.id).collect();
        let is_settlement = edit.settle || are_distinct(live.iter().filter(is_seen));
        let put = |pred| Op { key: edit.key.clone(), body: OpBody::Put(edit.value.clone()), pred };
        if is_settlement && !pred.is_empty() {
            ops.push(Op { key: edit.key.clone(), body: OpBody::Delete, pred });
            ops.push(put(Vec::new()));
        } else {
            ops.push(put(pred));
        }
    }
}
