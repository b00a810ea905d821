//! The key `_del`: a deletion is a string, the clock the deleter saw.
//!
//! So two deletions made apart join instead of conflicting, and an edit by somebody who did not know of the deletion can be told from one
//! the deleter had read: such a document is shown again and sent to the inbox. Undoing a deletion puts `null`. An undo made apart from a
//! second deletion leaves the document deleted and marked as edited, so that a person decides.
//!
//! The string is `actor:seq` (hex and decimal) joined by commas, in the order of actors; empty when nothing had been written.

use super::{ActorId, Clock, LiveOp, Registers, Value};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The key that marks a document deleted.
pub const DEL_KEY: &str = "_del";

/// How far each actor had come in what the deleters saw, their own deletions included; `None` when the document is not deleted.
pub fn deleted_at(registers: &Registers) -> Option<BTreeMap<ActorId, u64>> {
    let mut joined: Option<BTreeMap<ActorId, u64>> = None;
    for op in deletions(registers) {
        let joined = joined.get_or_insert_default();
        // What is no clock has seen nothing, so every edit counts as made without knowing.
        let saw = op.value.as_str().and_then(parse).unwrap_or_default();
        // The deletion is the deleter's next change after what it saw, and is itself no edit.
        let own = saw.get(&op.id.actor).copied().unwrap_or(0) + 1;
        for (actor, seq) in saw.into_iter().chain([(op.id.actor, own)]) {
            let entry = joined.entry(actor).or_default();
            *entry = seq.max(*entry);
        }
    }
    joined
}

/// Whether the document is deleted. Cheap: nothing is parsed.
pub fn is_deleted(registers: &Registers) -> bool {
    deletions(registers).next().is_some()
}

/// The document is deleted, and somebody wrote to it without knowing.
pub fn edited_while_deleted(registers: &Registers) -> bool {
    deleted_at(registers)
        .is_some_and(|seen| registers.clock.iter().any(|(actor, clock)| seen.get(actor).is_none_or(|seq| clock.seq > *seq)))
}

/// The value a deletion made now writes to `_del`.
pub fn del_value(registers: &Registers) -> String {
    del_value_of(&registers.clock)
}

/// The same for a bare clock, for the gate.
pub(super) fn del_value_of(clock: &BTreeMap<ActorId, Clock>) -> String {
    let mut text = String::with_capacity(clock.len() * 36);
    for (actor, clock) in clock {
        let comma = if text.is_empty() { "" } else { "," };
        write!(text, "{comma}{actor}:{}", clock.seq).expect("writing to a string cannot fail");
    }
    text
}

fn deletions(registers: &Registers) -> impl Iterator<Item = &LiveOp> {
    registers.live.get(DEL_KEY).into_iter().flatten().filter(|op| op.value != Value::Null)
}

fn parse(text: &str) -> Option<BTreeMap<ActorId, u64>> {
    text.split(',')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (actor, seq) = part.split_once(':')?;
            Some((actor.parse().ok()?, seq.parse::<u32>().ok()?.into()))
        })
        .collect()
}
