//! The pure part of the gate: is this change well-formed, in order, and allowed?

use super::{ActorId, Change, ChangeError, ChangeHash, Clock, Op, OpId, Registers};
use std::collections::BTreeMap;

/// One accepted operation, as far as the gate needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastOp {
    pub key: String,
    pub is_put: bool,
}

/// The accepted history of one document.
pub trait Past {
    /// The clock of everything in the causal past of that change, itself included; `None` when the change is not accepted here.
    fn change_clock(&self, hash: &ChangeHash) -> Option<BTreeMap<ActorId, Clock>>;
    /// An accepted operation.
    fn op(&self, id: &OpId) -> Option<PastOp>;
}

/// A change that passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    pub change: Change,
    pub hash: ChangeHash,
    /// Its causal clock, itself included, to be stored beside it.
    pub clock: BTreeMap<ActorId, Clock>,
}

/// Why a change does not pass. [`GateError::code`] is stable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GateError {
    #[error("malformed change: {0}")]
    BadChange(#[from] ChangeError),
    #[error("written by another actor than the one that sent it")]
    ActorMismatch,
    #[error("change {expected} of this actor is expected")]
    SeqGap { expected: u64 },
    #[error("already accepted")]
    Duplicate,
    #[error("{} changes it depends on are not here", .0.len())]
    Need(Vec<ChangeHash>),
    #[error("it does not stand on the actor's own previous change")]
    OwnPastMissing,
    #[error("it replaces an operation outside its past")]
    PredOutsidePast,
    #[error("it replaces something that is not a put")]
    PredNotPut,
    #[error("it replaces a put on another key")]
    PredOtherKey,
    #[error("its operations must begin at {expected}")]
    StartOpWrong { expected: u64 },
    #[error("a delete that no put of the same key follows")]
    DeleteOutsideSettlement,
    #[error("not allowed on key {key}: {reason}")]
    Forbidden { key: String, reason: &'static str },
}

impl GateError {
    /// The stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadChange(_) => "bad_change",
            Self::ActorMismatch => "actor_mismatch",
            Self::SeqGap { .. } => "seq_gap",
            Self::Duplicate => "duplicate",
            Self::Need(_) => "need",
            Self::OwnPastMissing => "own_past_missing",
            Self::PredOutsidePast => "pred_outside_past",
            Self::PredNotPut => "pred_not_put",
            Self::PredOtherKey => "pred_other_key",
            Self::StartOpWrong { .. } => "start_op_wrong",
            Self::DeleteOutsideSettlement => "delete_outside_settlement",
            Self::Forbidden { .. } => "forbidden",
        }
    }
}

/// Judges one change against what is accepted so far. `allow` is the rule table: (operation, is it part of a settlement).
pub fn check(
    bytes: &[u8],
    current: &Registers,
    past: &dyn Past,
    actor: ActorId,
    allow: &dyn Fn(&Op, bool) -> Result<(), &'static str>,
) -> Result<Checked, GateError> {
    let _ = (bytes, current, past, actor, allow);
    unimplemented!("being filled in")
}
