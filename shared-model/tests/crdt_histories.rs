//! Random histories: registers against the Automerge library.
//!
//! 13,000 histories of 2–6 actors in every run: what the registers hold in any causal order, with duplicates, and joined at random cuts is
//! what Automerge holds; what we write is what Automerge writes; what Automerge writes we read.
#![allow(clippy::unwrap_used)]

mod crdt_support;

use crdt_support::*;
use shared_model::crdt::{Applied, Change, Edit, Registers, gate};
use std::collections::BTreeSet;

/// Actors edit, see more or less of each other, open forms early and save them late.
fn any_history(chance: &mut Chance, compare_bytes: bool) -> History {
    let mut history = History::default();
    let count = 2 + chance.below(5);
    let mut replicas = vec![Replica::default(); count];
    let mut docs: Vec<_> = (0..count).map(|n| new_doc(actor(n))).collect();
    let mut forms = vec![Registers::default(); count];
    let changes = 1 + chance.below(12);
    while history.log.len() < changes {
        let me = chance.below(count);
        if chance.percent(35) {
            let from = chance.below(count);
            let theirs = replicas[from].held.clone();
            if compare_bytes {
                let new = theirs.difference(&replicas[me].held).map(|at| load_change(&history.log[*at].bytes));
                docs[me].apply_changes(new.collect::<Vec<_>>()).unwrap();
            }
            history.deliver(&mut replicas[me], &theirs);
        }
        if chance.percent(30) {
            forms[me] = replicas[me].registers.clone();
        }
        let before = &replicas[me].registers;
        let edits = any_edits(chance, before, &forms[me]);
        let time = 1_700_000_000 + chance.below(5) as i64;
        let Some((change, bytes, hash)) = before.author(actor(me), replicas[me].own_hash, time, &edits) else { continue };
        if compare_bytes {
            if replaces_all_live(&change, before) {
                let theirs = write_in_automerge(&mut docs[me], &change.ops, time);
                assert_eq!(theirs.as_ref(), Some(&bytes), "the bytes Automerge writes for {change:?}");
            } else {
                docs[me].apply_changes([load_change(&bytes)]).unwrap();
            }
        }
        history.write(&mut replicas[me], change, bytes, hash);
        if compare_bytes {
            assert_agrees(&replicas[me].registers, &docs[me], "after writing");
        }
    }
    history
}

/// The whole document in one Automerge, saved and loaded again.
fn assert_library_agrees(history: &History, registers: &Registers) {
    let mut doc = automerge::Automerge::new();
    doc.apply_changes(history.log.iter().map(|entry| load_change(&entry.bytes)).collect::<Vec<_>>()).unwrap();
    assert_agrees(registers, &doc, "applied");
    let again = automerge::Automerge::load(&doc.save()).expect("the document reloads");
    assert_agrees(registers, &again, "reloaded");
}

fn assert_every_order_and_cut_agrees(history: &History, whole: &Registers, chance: &mut Chance) {
    let all: BTreeSet<usize> = (0..history.log.len()).collect();
    for _ in 0..2 {
        let mut registers = Registers::default();
        let order = history.causal_order(&all, chance);
        for (done, at) in order.iter().enumerate() {
            let entry = &history.log[*at];
            assert_eq!(registers.apply(&entry.change, entry.hash), Ok(Applied::New));
            let repeated = &history.log[order[chance.below(done + 1)]];
            assert_eq!(registers.apply(&repeated.change, repeated.hash), Ok(Applied::Duplicate));
        }
        assert_eq!(&registers, whole, "another causal order");
    }
    for _ in 0..3 {
        let (a, b) = (history.causal_cut(chance), history.causal_cut(chance));
        let (ra, rb) = (history.replay(a.iter().copied()), history.replay(b.iter().copied()));
        let both = history.replay(a.union(&b).copied());
        assert_eq!(ra.join(&rb), both, "join of cuts {a:?} and {b:?}");
        assert_eq!(rb.join(&ra), both, "join the other way");
        assert_eq!(both.join(&ra), both, "what is covered adds nothing");
        assert_eq!(ra.covers(&rb), b.is_subset(&a), "covers");
        assert_eq!(rb.decode_other(&ra.encode_beside(&rb)), Ok(ra), "kept beside {b:?}");
        assert_eq!(Registers::decode_full(&both.encode_full()), Ok(both));
    }
}

/// The gate takes them in any causal order, whatever had arrived before.
fn assert_the_gate_takes_all(history: &History, whole: &Registers, chance: &mut Chance) {
    let all: BTreeSet<usize> = (0..history.log.len()).collect();
    let mut archive = Archive::default();
    let mut current = Registers::default();
    for at in history.causal_order(&all, chance) {
        let entry = &history.log[at];
        let checked = gate::check(&entry.bytes, &current, &archive, entry.change.actor, &|_, _| Ok(())).expect("an honest change");
        assert_eq!((&checked.change, checked.hash), (&entry.change, entry.hash));
        let mut past = history.replay(entry.past.iter().copied());
        past.apply(&entry.change, entry.hash).unwrap();
        assert_eq!(checked.clock, past.clock, "the causal clock");
        current.apply(&checked.change, checked.hash).unwrap();
        archive.add(&checked.change, checked.hash, checked.clock);
    }
    assert_eq!(&current, whole);
}

#[test]
fn registers_hold_what_automerge_holds_in_every_causal_order_and_after_any_join() {
    for_seeds(0..10_000, |seed| {
        let mut chance = Chance(seed);
        let history = any_history(&mut chance, false);
        let whole = history.replay(0..history.log.len());
        assert_library_agrees(&history, &whole);
        assert_every_order_and_cut_agrees(&history, &whole, &mut chance);
        assert_the_gate_takes_all(&history, &whole, &mut chance);
    });
}

#[test]
fn what_we_write_is_byte_for_byte_what_automerge_writes() {
    for_seeds(1_000_000..1_002_000, |seed| {
        any_history(&mut Chance(seed), true);
    });
}

/// Automerge writes: puts, deletes of keys, deletes of losers, several puts of a key in one change.
#[test]
fn flat_changes_written_by_automerge_are_read_and_applied() {
    for_seeds(2_000_000..2_001_000, |seed| {
        let mut chance = Chance(seed);
        let count = 2 + chance.below(3);
        let mut docs: Vec<_> = (0..count).map(|n| new_doc(actor(n))).collect();
        let mut registers = vec![Registers::default(); count];
        for _ in 0..1 + chance.below(10) {
            let me = chance.below(count);
            let from = chance.below(count);
            if me != from && chance.percent(40) {
                let mut theirs = docs[from].clone();
                docs[me].merge(&mut theirs).unwrap();
                registers[me] = registers[me].join(&registers[from]);
                assert_agrees(&registers[me], &docs[me], "merged");
            }
            let mut ops = Vec::new();
            for _ in 0..1 + chance.below(5) {
                let key = (*chance.pick(&KEYS)).to_owned();
                let live = registers[me].live.get(&key).filter(|_| chance.percent(50));
                let value = live.map_or_else(|| any_value(&mut chance), |ops| ops[0].value.clone());
                let body = if chance.percent(30) { shared_model::crdt::OpBody::Delete } else { shared_model::crdt::OpBody::Put(value) };
                ops.push(shared_model::crdt::Op { key, body, pred: vec![] });
            }
            let Some(bytes) = write_in_automerge(&mut docs[me], &ops, chance.below(1 << 33) as i64) else { continue };
            let (change, hash) = Change::decode(&bytes).expect("a flat change");
            assert_eq!(change.encode(), (bytes, hash));
            assert_eq!(registers[me].apply(&change, hash), Ok(Applied::New));
            assert_agrees(&registers[me], &docs[me], "after Automerge wrote");
        }
    });
}

#[test]
fn an_edit_that_changes_nothing_writes_nothing() {
    let me = actor(1);
    let mut registers = Registers::default();
    assert!(registers.author(me, None, 1, &[]).is_none());
    assert!(registers.author(me, None, 1, &[Edit::put("name", shared_model::crdt::Value::Null)]).is_none(), "clearing what is not there");
    let (change, _, hash) = registers.author(me, None, 1, &[Edit::put("name", "王")]).unwrap();
    registers.apply(&change, hash).unwrap();
    assert!(registers.author(me, Some(hash), 2, &[Edit::put("name", "王")]).is_none(), "the only current value");
    let late = Edit { seen: Some(vec![]), ..Edit::put("name", "王") };
    assert!(registers.author(me, Some(hash), 2, &[late]).is_some(), "a form that had not shown it");
}
