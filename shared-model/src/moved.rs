//! People who moved: their record ends at the old door and begins at the new one. Whoever moves them notes what the old record said then
//! (how far each actor had come), so that what somebody wrote there without knowing of the move is found again and shown, never lost. Pure.

use crate::class::Class;
use crate::crdt::{ActorId, LiveOp, OpId, Registers};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Keys that the move itself writes at the old door; they say nothing that has to come along.
pub const MOVE_KEYS: [&str; 6] = ["household", "relation", "ended", "end_reason", "moved_to", "_del"];

/// The key that holds the note, in the document of a class.
pub fn saw_key(class: Class) -> &'static str {
    if class == Class::Private { "moved_saw_private" } else { "moved_saw" }
}

/// What the registers say now, as a note: `actor:counter` joined by commas.
pub fn saw(registers: &Registers) -> String {
    let mut text = String::with_capacity(registers.clock.len() * 40);
    for (actor, clock) in &registers.clock {
        let comma = if text.is_empty() { "" } else { "," };
        write!(text, "{comma}{actor}:{}", clock.max_op).expect("writing to a string cannot fail");
    }
    text
}

/// Keys that hold notes of a move, a merge or an import: nothing that a person said, never a conflict.
pub fn is_note(key: &str) -> bool {
    let family = key.split_once('/').map_or(key, |(family, _)| family);
    matches!(family, "filled" | "filled_door" | "filled_private" | "filled_register")
        || ["moved_saw", "merged_saw", "before/", "before_door/", "before_private/"].iter().any(|begin| key.starts_with(begin))
}

/// Live values that no note covers, by key. Notes made apart count together; where there is none, nothing was seen.
pub fn unseen(registers: &Registers, class: Class) -> BTreeMap<String, LiveOp> {
    unseen_since(registers, saw_key(class), &MOVE_KEYS)
}

/// The same for the note under another key, without the keys that its own command writes.
pub fn unseen_since(registers: &Registers, note_key: &str, without: &[&str]) -> BTreeMap<String, LiveOp> {
    let mut upto: BTreeMap<ActorId, u64> = BTreeMap::new();
    let mut single: BTreeSet<OpId> = BTreeSet::new();
    for note in registers.live.get(note_key).into_iter().flatten().filter_map(|op| op.value.as_str()) {
        for part in note.split(',') {
            let (is_single, part) = part.strip_prefix('=').map_or((false, part), |part| (true, part));
            let Some((actor, counter)) = parse(part) else { continue };
            if is_single {
                single.insert(OpId { counter, actor });
            } else {
                let entry = upto.entry(actor).or_default();
                *entry = counter.max(*entry);
            }
        }
    }
    let is_new = |op: &&LiveOp| !single.contains(&op.id) && upto.get(&op.id.actor).is_none_or(|counter| op.id.counter > *counter);
    let mut out = BTreeMap::new();
    for (key, ops) in registers.live.iter().filter(|(key, _)| !is_note(key) && !without.contains(&key.as_str())) {
        if let Some(op) = ops.iter().filter(is_new).max_by_key(|op| op.id) {
            out.insert(key.clone(), op.clone());
        }
    }
    out
}

/// The note once a person has decided about one key: its values count as seen, all others stay as they were.
pub fn saw_too(registers: &Registers, note_key: &str, key: &str) -> String {
    let notes = registers.live.get(note_key).into_iter().flatten().filter_map(|op| op.value.as_str());
    let mut parts: BTreeSet<String> = notes.flat_map(|n| n.split(',')).filter(|p| !p.is_empty()).map(str::to_string).collect();
    parts.extend(registers.live.get(key).into_iter().flatten().map(|op| format!("={}:{}", op.id.actor, op.id.counter)));
    parts.into_iter().collect::<Vec<_>>().join(",")
}

fn parse(part: &str) -> Option<(ActorId, u64)> {
    let (actor, counter) = part.split_once(':')?;
    Some((actor.parse().ok()?, counter.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crdt::Edit;

    fn write(registers: &mut Registers, actor: u8, edits: &[Edit]) {
        let (change, _, hash) = registers.author(ActorId([actor; 16]), None, 0, edits).unwrap();
        registers.apply(&change, hash).unwrap();
    }

    #[test]
    fn what_was_written_apart_from_the_move_is_found_and_what_was_there_is_not() {
        let mut here = Registers::default();
        write(&mut here, 1, &[Edit::put("name", "张三"), Edit::put("phone", "1")]);
        let mut elsewhere = here.clone();
        let note = saw(&here);
        write(&mut here, 1, &[Edit::put("ended", "2026-01-01"), Edit::put("moved_saw", note)]);
        assert!(unseen(&here, Class::Register).is_empty(), "the move itself leaves nothing behind");
        write(&mut elsewhere, 2, &[Edit::put("phone", "2")]);
        let mut met = here.join(&elsewhere);
        let left: Vec<_> = unseen(&met, Class::Register).into_iter().map(|(k, op)| (k, op.value)).collect();
        assert_eq!(left, [("phone".to_string(), "2".into())]);
        let decided = saw_too(&met, saw_key(Class::Register), "phone");
        write(&mut met, 1, &[Edit::put("moved_saw", decided)]);
        assert!(unseen(&met, Class::Register).is_empty(), "what was decided is not asked again");
        write(&mut met, 3, &[Edit::put("phone", "3"), Edit::put("note", "x")]);
        assert_eq!(unseen(&met, Class::Register).len(), 2, "what comes later is");
    }
}
