//! The merged state of one flat document without its history.
//!
//! `heads`, `clock` and the live operations are all that merging needs: [`Registers::apply`] for the next change of a causally ordered log,
//! [`Registers::join`] for a snapshot, which never replaces what is there. What a person meant is turned into a change in
//! [`super::author`]. Registers never reorder: a change that comes too early is an error of the caller.

use super::{ActorId, Change, ChangeHash, DEL_KEY, OpBody, OpId, Value};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// A change nothing else depends on yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Head {
    pub hash: ChangeHash,
    pub actor: ActorId,
    pub seq: u64,
}

/// How far one actor has come in one document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    /// Its last change.
    pub seq: u64,
    /// The counter of its last operation.
    pub max_op: u64,
}

impl Clock {
    /// The later of both, in each part.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self { seq: self.seq.max(other.seq), max_op: self.max_op.max(other.max_op) }
    }
}

/// A put nobody has replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveOp {
    pub id: OpId,
    /// Unix seconds claimed by the change. For display only.
    pub at: i64,
    pub value: Value,
}

/// The state of one document. Built by `apply`, `join` and `decode` only, every actor of a head or an operation is in the clock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registers {
    /// Sorted by hash.
    pub heads: Vec<Head>,
    /// Every actor that ever wrote the document.
    pub clock: BTreeMap<ActorId, Clock>,
    /// Sorted by id; the last one wins. A key without live operations has no entry.
    pub live: BTreeMap<String, Vec<LiveOp>>,
}

/// What [`Registers::apply`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    New,
    Duplicate,
}

/// Why a change cannot be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegisterError {
    /// Registers never reorder: the change before this one is missing.
    #[error("expected change {expected} of this actor, got {got}")]
    Gap { expected: u64, got: u64 },
}

impl Registers {
    /// Applies one change. The caller hands changes in causal order and has checked them.
    pub fn apply(&mut self, change: &Change, hash: ChangeHash) -> Result<Applied, RegisterError> {
        let clock = self.clock.get(&change.actor).copied().unwrap_or_default();
        if change.seq <= clock.seq {
            return Ok(Applied::Duplicate);
        }
        if change.seq != clock.seq + 1 {
            return Err(RegisterError::Gap { expected: clock.seq + 1, got: change.seq });
        }
        for (id, op) in change.ops_with_ids() {
            self.apply_op(id, &op.key, &op.body, &op.pred, change.time);
        }
        let max_op = if change.ops.is_empty() { clock.max_op } else { change.max_op() };
        self.clock.insert(change.actor, Clock { seq: change.seq, max_op });
        self.heads.retain(|head| !change.deps.contains(&head.hash));
        let head = Head { hash, actor: change.actor, seq: change.seq };
        let at = self.heads.partition_point(|other| *other < head);
        self.heads.insert(at, head);
        Ok(Applied::New)
    }

    fn apply_op(&mut self, id: OpId, key: &str, body: &OpBody, pred: &[OpId], at: i64) {
        if let Some(ops) = self.live.get_mut(key) {
            ops.retain(|op| !pred.contains(&op.id));
            match body {
                OpBody::Put(value) => {
                    let position = ops.partition_point(|op| op.id < id);
                    ops.insert(position, LiveOp { id, at, value: value.clone() });
                }
                OpBody::Delete if ops.is_empty() => drop(self.live.remove(key)),
                OpBody::Delete => {}
            }
        } else if let OpBody::Put(value) = body {
            self.live.insert(key.to_owned(), vec![LiveOp { id, at, value: value.clone() }]);
        }
    }

    /// Joins two register sets of one document: the state of both histories together. What only one side holds stays unless the other
    /// side's clock covers it, for then the other side has seen it replaced.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        let mut clock = self.clock.clone();
        merge_clock(&mut clock, &other.clock);

        let mut heads: Vec<Head> =
            self.heads.iter().filter(|head| other.heads.contains(head) || !other.has_change(head)).copied().collect();
        heads.extend(other.heads.iter().filter(|head| !self.has_change(head)));
        heads.sort_unstable();

        let mut live = BTreeMap::new();
        for (key, ops) in &self.live {
            let joined = join_ops(ops, other.live.get(key).map_or(&[], Vec::as_slice), self, other);
            if !joined.is_empty() {
                live.insert(key.clone(), joined);
            }
        }
        for (key, ops) in other.live.iter().filter(|(key, _)| !self.live.contains_key(*key)) {
            let joined = join_ops(&[], ops, self, other);
            if !joined.is_empty() {
                live.insert(key.clone(), joined);
            }
        }
        Self { heads, clock, live }
    }

    fn has_change(&self, head: &Head) -> bool {
        self.clock.get(&head.actor).is_some_and(|clock| head.seq <= clock.seq)
    }

    fn has_heard_of(&self, id: &OpId) -> bool {
        self.clock.get(&id.actor).is_some_and(|clock| id.counter <= clock.max_op)
    }

    /// The winning put of a key; its value may be `Null`.
    pub fn winner(&self, key: &str) -> Option<&LiveOp> {
        self.live.get(key)?.last()
    }

    /// The winner's value; `None` when absent or `Null`.
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.winner(key).map(|op| &op.value).filter(|value| !value.is_null())
    }

    /// More than one distinct live value. Deletions (`_del`) join and are never a conflict of their own.
    pub fn is_conflicted(&self, key: &str) -> bool {
        key != DEL_KEY && self.live.get(key).is_some_and(are_distinct)
    }

    /// The keys that show a conflict, in order.
    pub fn conflicted_keys(&self) -> impl Iterator<Item = &str> {
        self.live.iter().filter(|(key, ops)| *key != DEL_KEY && are_distinct(*ops)).map(|(key, _)| key.as_str())
    }

    /// The greatest operation counter of the document, 0 when empty.
    pub fn max_op(&self) -> u64 {
        self.clock.values().map(|clock| clock.max_op).max().unwrap_or(0)
    }

    /// Whether everything `other` has heard of is in this clock.
    pub fn covers(&self, other: &Self) -> bool {
        other.clock.iter().all(|(actor, theirs)| self.clock.get(actor).is_some_and(|ours| ours.seq >= theirs.seq))
    }

    /// This document's term in its partition's digest: the first 16 bytes of SHA-256(document ‖ sorted head hashes), big endian.
    pub fn digest_term(&self, document: &[u8]) -> u128 {
        digest_of_heads(document, self.heads.iter().map(|head| &head.hash))
    }
}

/// The term of a document with these heads, sorted by hash.
pub(super) fn digest_of_heads<'a>(document: &[u8], heads: impl Iterator<Item = &'a ChangeHash>) -> u128 {
    let mut sha = Sha256::new_with_prefix(document);
    for head in heads {
        sha.update(head.0);
    }
    let digest: [u8; 32] = sha.finalize().into();
    let mut first = [0; 16];
    first.copy_from_slice(&digest[..16]);
    u128::from_be_bytes(first)
}

/// Raises a clock to the pointwise maximum of both.
pub(super) fn merge_clock(clock: &mut BTreeMap<ActorId, Clock>, other: &BTreeMap<ActorId, Clock>) {
    for (actor, theirs) in other {
        let ours = clock.entry(*actor).or_default();
        *ours = ours.max(*theirs);
    }
}

/// Whether there is more than one value among them.
pub(super) fn are_distinct<'a>(ops: impl IntoIterator<Item = &'a LiveOp>) -> bool {
    let mut ops = ops.into_iter();
    ops.next().is_some_and(|first| ops.any(|op| op.value != first.value))
}

/// The live operations of one key on both sides, each sorted by id.
fn join_ops(ours: &[LiveOp], theirs: &[LiveOp], our_side: &Registers, their_side: &Registers) -> Vec<LiveOp> {
    let mut joined = Vec::with_capacity(ours.len().max(theirs.len()));
    let (mut ours, mut theirs) = (ours.iter().peekable(), theirs.iter().peekable());
    loop {
        let order = match (ours.peek(), theirs.peek()) {
            (None, None) => return joined,
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(a), Some(b)) => a.id.cmp(&b.id),
        };
        let op = match order {
            std::cmp::Ordering::Less => ours.next().filter(|op| !their_side.has_heard_of(&op.id)),
            std::cmp::Ordering::Greater => theirs.next().filter(|op| !our_side.has_heard_of(&op.id)),
            std::cmp::Ordering::Equal => theirs.next().and(ours.next()),
        };
        joined.extend(op.cloned());
    }
}
