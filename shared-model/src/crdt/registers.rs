//! The merged state of one flat document without its history.

use super::{ActorId, Change, ChangeHash, OpId, Value};
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
    pub seq: u64,
    pub max_op: u64,
}

/// A put nobody has replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveOp {
    pub id: OpId,
    /// Unix seconds claimed by the change. For display only.
    pub at: i64,
    pub value: Value,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registers {
    /// Sorted by hash.
    pub heads: Vec<Head>,
    /// Every actor that ever wrote the document.
    pub clock: BTreeMap<ActorId, Clock>,
    /// Sorted by id; the last one wins. A key without live operations has no entry.
    pub live: BTreeMap<String, Vec<LiveOp>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    New,
    Duplicate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegisterError {
    /// Registers never reorder: the change before this one is missing.
    #[error("expected change {expected} of this actor, got {got}")]
    Gap { expected: u64, got: u64 },
}

/// What a person meant for one key.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    pub key: String,
    pub value: Value,
    /// The operations live when the form opened; `None`: read now.
    pub seen: Option<Vec<OpId>>,
    /// A choice among several values, written as a settlement.
    pub settle: bool,
}

impl Edit {
    /// A plain edit of what is there now.
    pub fn put(key: impl Into<String>, value: impl Into<Value>) -> Self {
        Self { key: key.into(), value: value.into(), seen: None, settle: false }
    }
}

impl Registers {
    /// Applies one change. The caller hands changes in causal order.
    pub fn apply(&mut self, change: &Change, hash: ChangeHash) -> Result<Applied, RegisterError> {
        let _ = (change, hash);
        unimplemented!("being filled in")
    }

    /// Joins two register sets of one document: the state of both histories together.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        let _ = other;
        unimplemented!("being filled in")
    }

    /// The winning put of a key; its value may be `Null`.
    pub fn winner(&self, key: &str) -> Option<&LiveOp> {
        self.live.get(key)?.last()
    }

    /// The winner's value; `None` when absent or `Null`.
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.winner(key).map(|op| &op.value).filter(|value| !value.is_null())
    }

    /// More than one distinct live value.
    pub fn is_conflicted(&self, key: &str) -> bool {
        self.live.get(key).is_some_and(|ops| ops.iter().any(|op| op.value != ops[0].value))
    }

    /// The keys that show a conflict; `_del` never does.
    pub fn conflicted_keys(&self) -> impl Iterator<Item = &str> {
        self.live.keys().map(String::as_str).filter(|key| *key != super::DEL_KEY && self.is_conflicted(key))
    }

    /// The greatest operation counter of the document, 0 when empty.
    pub fn max_op(&self) -> u64 {
        self.clock.values().map(|clock| clock.max_op).max().unwrap_or(0)
    }

    /// Writes edits as one change of `me`; `None` when nothing is to be written. Does not change `self`.
    pub fn author(&self, me: ActorId, own_hash: Option<ChangeHash>, time: i64, edits: &[Edit]) -> Option<(Change, Vec<u8>, ChangeHash)> {
        let _ = (me, own_hash, time, edits);
        unimplemented!("being filled in")
    }

    /// This document's term in its partition's digest: the first 16 bytes of SHA-256(document ‖ sorted head hashes), big endian.
    pub fn digest_term(&self, document: &[u8]) -> u128 {
        use sha2::{Digest, Sha256};
        let mut sha = Sha256::new_with_prefix(document);
        for head in &self.heads {
            sha.update(head.hash.0);
        }
        let digest: [u8; 32] = sha.finalize().into();
        let mut first = [0; 16];
        first.copy_from_slice(&digest[..16]);
        u128::from_be_bytes(first)
    }

    /// Whether everything `other` has heard of is in this clock.
    pub fn covers(&self, other: &Self) -> bool {
        other.clock.iter().all(|(actor, theirs)| self.clock.get(actor).is_some_and(|ours| ours.seq >= theirs.seq))
    }
}
