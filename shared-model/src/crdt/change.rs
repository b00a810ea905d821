//! One change of a flat document, to and from the bytes Automerge writes.

use super::{ActorId, ChangeHash, OpId, Value};

/// What an operation does to its key. A delete occurs only inside a settlement, followed by a put of the same key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpBody {
    Put(Value),
    Delete,
}

/// One operation at ROOT. Its id is (`start_op` + its position, the change's actor).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Op {
    pub key: String,
    pub body: OpBody,
    /// The operations it replaces, sorted.
    pub pred: Vec<OpId>,
}

/// One change of one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub actor: ActorId,
    /// Dense per (document, actor), from 1.
    pub seq: u64,
    /// The counter of the first operation.
    pub start_op: u64,
    /// Unix seconds, as claimed by the author. For display only.
    pub time: i64,
    /// Sorted.
    pub deps: Vec<ChangeHash>,
    pub ops: Vec<Op>,
}

/// Why bytes are not a change of a flat document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    #[error("longer than a change may be")]
    TooLarge,
    #[error("cut short")]
    Truncated,
    #[error("not one uncompressed change chunk")]
    NotAChange,
    #[error("the checksum does not match")]
    Checksum,
    #[error("a number is malformed or out of range")]
    Number,
    #[error("more {0} than allowed")]
    TooMany(&'static str),
    #[error("not flat: {0}")]
    NotFlat(&'static str),
    #[error("malformed column: {0}")]
    Column(&'static str),
    #[error("text that is not UTF-8")]
    Utf8,
    #[error("valid, but not the bytes Automerge writes")]
    NotCanonical,
}

impl Change {
    /// The bytes Automerge's `Change::raw_bytes()` gives for this change (uncompressed, no message), and their hash.
    pub fn encode(&self) -> (Vec<u8>, ChangeHash) {
        unimplemented!("being filled in")
    }

    /// Reads what [`Change::encode`] wrote and refuses everything else. Bounded before anything is allocated.
    pub fn decode(bytes: &[u8]) -> Result<(Self, ChangeHash), ChangeError> {
        let _ = bytes;
        unimplemented!("being filled in")
    }

    /// The counter of the last operation; `start_op - 1` when there is none.
    pub fn max_op(&self) -> u64 {
        self.start_op.saturating_add(self.ops.len() as u64).saturating_sub(1)
    }

    /// The operations with their ids.
    pub fn ops_with_ids(&self) -> impl Iterator<Item = (OpId, &Op)> {
        let actor = self.actor;
        (self.start_op..).zip(&self.ops).map(move |(counter, op)| (OpId { counter, actor }, op))
    }
}
