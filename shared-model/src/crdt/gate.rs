//! The pure part of the gate: is this change well-formed, in order, and allowed?
//!
//! Automerge itself accepts a change that replaces operations it never saw and one whose counters make the document unloadable, so neither
//! loading nor equal heads proves anything. Every operation is checked here against the accepted history of its document: form, order of
//! the actor, dependencies, predecessors inside the causal past, exact counters, settlements, the honest clock of a deletion, and the rule
//! table handed in. Whether the actor belongs to the device, and which partition is home, is the caller's to know.

use super::deletion::del_value_of;
use super::registers::merge_clock;
use super::{ActorId, Change, ChangeError, ChangeHash, Clock, DEL_KEY, Op, OpBody, OpId, Registers};
use std::collections::{BTreeMap, BTreeSet};

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
    #[error("another change of this actor has this number")]
    SeqReused,
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
    #[error("more than one put, or more than one delete, of key {key}")]
    KeyTwice { key: String },
    #[error("a deletion names the clock of what its author saw, or null")]
    DeletionClockWrong,
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
            Self::SeqReused => "seq_reused",
            Self::Need(_) => "need",
            Self::OwnPastMissing => "own_past_missing",
            Self::PredOutsidePast => "pred_outside_past",
            Self::PredNotPut => "pred_not_put",
            Self::PredOtherKey => "pred_other_key",
            Self::StartOpWrong { .. } => "start_op_wrong",
            Self::DeleteOutsideSettlement => "delete_outside_settlement",
            Self::KeyTwice { .. } => "key_twice",
            Self::DeletionClockWrong => "deletion_clock_wrong",
            Self::Forbidden { .. } => "forbidden",
        }
    }
}

/// Judges one change against what is accepted so far. `current` holds exactly the accepted changes that `past` answers for; `allow` is the
/// rule table: (operation, is it part of a settlement).
pub fn check(
    bytes: &[u8],
    current: &Registers,
    past: &dyn Past,
    actor: ActorId,
    allow: &dyn Fn(&Op, bool) -> Result<(), &'static str>,
) -> Result<Checked, GateError> {
    let (change, hash) = Change::decode(bytes)?;
    if change.actor != actor {
        return Err(GateError::ActorMismatch);
    }
    let expected = current.clock.get(&actor).map_or(0, |clock| clock.seq) + 1;
    if change.seq < expected {
        return Err(if past.change_clock(&hash).is_some() { GateError::Duplicate } else { GateError::SeqReused });
    }
    if change.seq > expected {
        return Err(GateError::SeqGap { expected });
    }
    let mut clock = past_clock(&change, current, past)?;
    if clock.get(&actor).map_or(0, |own| own.seq) + 1 != change.seq {
        return Err(GateError::OwnPastMissing);
    }
    let expected = 1 + clock.values().map(|clock| clock.max_op).max().unwrap_or(0);
    if change.start_op != expected {
        return Err(GateError::StartOpWrong { expected });
    }
    check_shape(&change, &clock)?;
    for op in &change.ops {
        check_preds(op, &clock, current, past)?;
    }
    for (at, op) in change.ops.iter().enumerate() {
        let in_settlement = op.body == OpBody::Delete || change.ops[..at].iter().any(|other| other.key == op.key);
        allow(op, in_settlement).map_err(|reason| GateError::Forbidden { key: op.key.clone(), reason })?;
    }
    clock.insert(actor, Clock { seq: change.seq, max_op: change.max_op() });
    Ok(Checked { change, hash, clock })
}

/// The clock of everything the change stands on.
fn past_clock(change: &Change, current: &Registers, past: &dyn Past) -> Result<BTreeMap<ActorId, Clock>, GateError> {
    let is_head = |dep: &ChangeHash| current.heads.iter().any(|head| head.hash == *dep);
    let stands_on_all = current.heads.iter().all(|head| change.deps.binary_search(&head.hash).is_ok());
    if stands_on_all && change.deps.iter().all(is_head) {
        return Ok(current.clock.clone()); // nearly always: the author had seen everything, and nothing need be looked up
    }
    let mut clock = BTreeMap::new();
    let mut missing = Vec::new();
    for dep in &change.deps {
        match past.change_clock(dep) {
            Some(theirs) => merge_clock(&mut clock, &theirs),
            None => missing.push(*dep),
        }
    }
    if missing.is_empty() { Ok(clock) } else { Err(GateError::Need(missing)) }
}

/// Each key is put at most once; a delete names something, comes at most once, and a put of its key follows; a deletion of the document is
/// honest about what its author saw.
fn check_shape(change: &Change, past: &BTreeMap<ActorId, Clock>) -> Result<(), GateError> {
    let mut put = BTreeSet::new();
    let mut deleted = BTreeSet::new();
    for op in &change.ops {
        let key = op.key.as_str();
        match &op.body {
            OpBody::Put(value) => {
                if !put.insert(key) {
                    return Err(GateError::KeyTwice { key: key.to_owned() });
                }
                let is_honest = || value.is_null() || value.as_str().is_some_and(|text| text == del_value_of(past));
                if key == DEL_KEY && !is_honest() {
                    return Err(GateError::DeletionClockWrong);
                }
            }
            OpBody::Delete => {
                if put.contains(key) || op.pred.is_empty() {
                    return Err(GateError::DeleteOutsideSettlement);
                }
                if !deleted.insert(key) {
                    return Err(GateError::KeyTwice { key: key.to_owned() });
                }
            }
        }
    }
    if deleted.is_subset(&put) { Ok(()) } else { Err(GateError::DeleteOutsideSettlement) }
}

/// Every predecessor is a put on the same key inside the causal past. What is live under the key is such a put, so the archive is asked
/// only for what has been replaced since.
fn check_preds(op: &Op, clock: &BTreeMap<ActorId, Clock>, current: &Registers, past: &dyn Past) -> Result<(), GateError> {
    let live = current.live.get(&op.key).map_or(&[][..], Vec::as_slice);
    for pred in &op.pred {
        if clock.get(&pred.actor).is_none_or(|seen| pred.counter > seen.max_op) {
            return Err(GateError::PredOutsidePast);
        }
        if live.iter().any(|op| op.id == *pred) {
            continue;
        }
        let replaced = past.op(pred).ok_or(GateError::PredOutsidePast)?;
        if !replaced.is_put {
            return Err(GateError::PredNotPut);
        }
        if replaced.key != op.key {
            return Err(GateError::PredOtherKey);
        }
    }
    Ok(())
}

/// The archive of a document the server has never seen.
pub struct EmptyPast;

impl Past for EmptyPast {
    fn change_clock(&self, _: &ChangeHash) -> Option<BTreeMap<ActorId, Clock>> {
        None
    }

    fn op(&self, _: &OpId) -> Option<PastOp> {
        None
    }
}
