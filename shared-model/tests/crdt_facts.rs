//! What was found by probing the Automerge library, as tests: when a later version behaves otherwise, one of these says so, and beside each
//! stands what we do about it.
#![allow(clippy::unwrap_used)]

mod crdt_support;

use automerge::transaction::Transactable;
use crdt_support::*;
use shared_model::crdt::limits::TIME_MAX_S;
use shared_model::crdt::{Change, ChangeError, Edit, GateError, Op, OpBody, Registers, Value, gate};

const KEY: &str = "phone";

fn put(value: &str) -> Op {
    Op { key: KEY.into(), body: OpBody::Put(value.into()), pred: vec![] }
}

fn delete() -> Op {
    Op { key: KEY.into(), body: OpBody::Delete, pred: vec![] }
}

/// One document both sides hold, with `phone = old`.
fn common_ground() -> (automerge::Automerge, automerge::Automerge) {
    let mut a = new_doc(actor(1));
    write_in_automerge(&mut a, &[put("old")], 1).unwrap();
    let b = a.fork().with_actor(automerge::ActorId::from(actor(2).0));
    (a, b)
}

fn values(doc: &automerge::Automerge) -> Vec<Value> {
    live_in(doc).remove(KEY).unwrap_or_default().into_iter().map(|(_, value)| value).collect()
}

/// A document in registers with its archive.
#[derive(Default)]
struct Held {
    registers: Registers,
    archive: Archive,
    changes: Vec<Vec<u8>>,
}

impl Held {
    fn take(&mut self, bytes: &[u8]) -> Result<(), GateError> {
        let author = Change::decode(bytes)?.0.actor;
        let checked = gate::check(bytes, &self.registers, &self.archive, author, &|_, _| Ok(()))?;
        self.registers.apply(&checked.change, checked.hash).unwrap();
        self.archive.add(&checked.change, checked.hash, checked.clock);
        self.changes.push(bytes.to_vec());
        Ok(())
    }

    fn write(&mut self, me: usize, edit: Edit) -> Vec<u8> {
        let own = self.changes.iter().map(|bytes| Change::decode(bytes).unwrap()).rfind(|(change, _)| change.actor == actor(me));
        let (_, bytes, _) = self.registers.author(actor(me), own.map(|(_, hash)| hash), 1, &[edit]).unwrap();
        self.take(&bytes).unwrap();
        bytes
    }

    fn doc(&self) -> automerge::Automerge {
        let mut doc = automerge::Automerge::new();
        doc.apply_changes(self.changes.iter().map(|bytes| load_change(bytes)).collect::<Vec<_>>()).unwrap();
        doc
    }
}

#[test]
fn f1_clearing_by_delete_loses_a_concurrent_put_without_a_word_and_null_shows_both() {
    let (mut a, mut b) = common_ground();
    write_in_automerge(&mut a, &[delete()], 1).unwrap();
    write_in_automerge(&mut b, &[put("new")], 1).unwrap();
    a.merge(&mut b).unwrap();
    assert_eq!(values(&a), ["new".into()], "the clearing is lost");

    let mut held = Held::default();
    held.write(1, Edit::put(KEY, "old"));
    let apart = held.registers.clone();
    held.write(1, Edit::put(KEY, Value::Null));
    let (_, bytes, _) = apart.author(actor(2), None, 1, &[Edit::put(KEY, "new")]).unwrap();
    held.take(&bytes).unwrap();
    assert!(held.registers.is_conflicted(KEY));
    assert_eq!(values(&held.doc()).len(), 2);
}

#[test]
fn f2_putting_the_winner_leaves_no_operation_and_a_settlement_does() {
    let (mut a, mut b) = common_ground();
    write_in_automerge(&mut a, &[put("one")], 1).unwrap();
    write_in_automerge(&mut b, &[put("two")], 1).unwrap();
    a.merge(&mut b).unwrap();
    let mut c = a.fork().with_actor(automerge::ActorId::from(actor(3).0));
    let winner = values(&a).pop().unwrap();
    let bytes = write_in_automerge(&mut a, &[put(winner.as_str().unwrap())], 1).unwrap();
    let (settled, _) = Change::decode(&bytes).unwrap();
    assert_eq!(settled.ops.iter().map(|op| &op.body).collect::<Vec<_>>(), [&OpBody::Delete], "who settled left only a delete of the loser");
    assert!(gate::check(&bytes, &Registers::default(), &gate::EmptyPast, actor(1), &|_, _| Ok(())).is_err());
    write_in_automerge(&mut c, &[put("three")], 1).unwrap();
    a.merge(&mut c).unwrap();
    assert_eq!(values(&a), ["three".into()], "the choice is replaced without a conflict");

    let mut held = Held::default();
    held.write(1, Edit::put(KEY, "old"));
    let apart = held.registers.clone();
    held.write(1, Edit::put(KEY, "one"));
    let (_, bytes, _) = apart.author(actor(2), None, 1, &[Edit::put(KEY, "two")]).unwrap();
    held.take(&bytes).unwrap();
    let before = held.registers.clone();
    let winner = before.winner(KEY).unwrap().value.clone();
    let shown = before.live[KEY].iter().map(|op| op.id).collect();
    held.write(1, Edit::settle(KEY, winner.clone(), shown));
    assert!(!held.registers.is_conflicted(KEY));
    let (_, bytes, _) = before.author(actor(3), None, 1, &[Edit::put(KEY, "three")]).unwrap();
    held.take(&bytes).unwrap();
    assert!(held.registers.is_conflicted(KEY), "a later concurrent write shows beside the choice");
    assert!(held.registers.live[KEY].iter().any(|op| op.value == winner));
    assert_agrees(&held.registers, &held.doc(), "settled");
}

#[test]
fn f3_automerge_takes_a_predecessor_outside_the_past_and_the_gate_does_not() {
    let mut held = Held::default();
    held.write(1, Edit::put(KEY, "old"));
    let apart = held.registers.clone();
    held.write(1, Edit::put(KEY, "honest"));
    let hidden = held.registers.winner(KEY).unwrap().id;
    let (mut change, _, _) = apart.author(actor(2), None, 1, &[Edit::put(KEY, "forged")]).unwrap();
    change.ops[0].pred.push(hidden);
    let (bytes, _) = change.encode();

    let mut doc = held.doc();
    doc.apply_changes([load_change(&bytes)]).unwrap();
    assert_eq!(values(&doc), ["forged".into()], "the honest concurrent write is hidden");
    let again = automerge::Automerge::load(&doc.save()).unwrap();
    assert_eq!(again.get_heads(), doc.get_heads(), "and save, reload and equal heads prove nothing");

    assert_eq!(held.take(&bytes), Err(GateError::PredOutsidePast));
}

#[test]
fn f4_automerge_takes_wrong_counters_and_breaks_later_and_we_refuse_them() {
    let mut held = Held::default();
    held.write(1, Edit::put(KEY, "old"));
    let (honest, _, _) = held.registers.author(actor(2), None, 1, &[Edit::put(KEY, "new")]).unwrap();

    let second = Op { key: "name".into(), body: OpBody::Put(Value::Null), pred: vec![] };
    let huge = Change { start_op: 4_294_967_294, ops: vec![honest.ops[0].clone(), second], ..honest.clone() }.encode().0;
    let mut doc = held.doc();
    doc.apply_changes([load_change(&huge)]).unwrap();
    let again = automerge::Automerge::load(&doc.save()).unwrap();
    assert_eq!(again.get_heads(), doc.get_heads());
    let changes = std::panic::catch_unwind(move || again.get_changes(&[]).len());
    assert!(changes.is_err(), "nothing is wrong until its changes are asked for");
    assert_eq!(held.take(&huge), Err(GateError::BadChange(ChangeError::Number)));

    let low = Change { start_op: 1, ..honest.clone() }.encode().0;
    let mut doc = held.doc();
    doc.apply_changes([load_change(&low)]).unwrap();
    let reloaded = std::panic::catch_unwind(move || automerge::Automerge::load(&doc.save()).is_ok());
    assert!(!matches!(reloaded, Ok(true)), "a document that cannot be loaded again");
    assert_eq!(held.take(&low), Err(GateError::StartOpWrong { expected: 2 }));

    let high = Change { start_op: 9, ..honest.clone() }.encode().0;
    assert_eq!(held.take(&high), Err(GateError::StartOpWrong { expected: 2 }));

    // Found while testing: times are stored as differences.
    let far = Change { time: TIME_MAX_S + 1, ..honest }.encode().0;
    assert_eq!(held.take(&far), Err(GateError::BadChange(ChangeError::Number)));
}

#[test]
fn f5_a_change_depends_on_the_heads_and_on_its_authors_previous_change() {
    let mut held = Held::default();
    let mut doc = new_doc(actor(1));
    let own = held.write(1, Edit::put(KEY, "mine"));
    assert_eq!(write_in_automerge(&mut doc, &[put("mine")], 1), Some(own.clone()));
    let own_hash = Change::decode(&own).unwrap().1;
    // Somebody else goes on from it, so it is no head any more.
    let theirs = held.write(2, Edit::put("name", "theirs"));
    doc.apply_changes([load_change(&theirs)]).unwrap();

    let theirs = write_in_automerge(&mut doc, &[put("again")], 1).unwrap();
    let (change, bytes, _) = held.registers.author(actor(1), Some(own_hash), 1, &[Edit::put(KEY, "again")]).unwrap();
    assert_eq!(bytes, theirs);
    assert_eq!(change.deps.len(), 2);
    let (_, without, _) = held.registers.author(actor(1), None, 1, &[Edit::put(KEY, "again")]).unwrap();
    assert_ne!(without, theirs);
    assert_eq!(held.take(&without), Ok(()), "valid all the same");
}

#[test]
fn f6_a_number_used_twice_is_refused() {
    let empty = Registers::default();
    let (_, first, _) = empty.author(actor(1), None, 1, &[Edit::put(KEY, "first")]).unwrap();
    let (_, second, _) = empty.author(actor(1), None, 1, &[Edit::put(KEY, "second")]).unwrap();
    let mut doc = new_doc(actor(9));
    doc.apply_changes([load_change(&first)]).unwrap();
    assert!(doc.apply_changes([load_change(&second)]).is_err());

    let mut held = Held::default();
    held.take(&first).unwrap();
    assert_eq!(held.take(&first), Err(GateError::Duplicate));
    assert_eq!(held.take(&second), Err(GateError::SeqReused));
}

#[test]
fn f7_the_same_edit_in_two_documents_has_one_hash_and_two_digest_terms() {
    let hash_of = |_document: &str| {
        let mut doc = new_doc(actor(1));
        let mut tx = doc.transaction();
        tx.put(automerge::ROOT, KEY, "same").unwrap();
        tx.commit();
        doc.get_heads()
    };
    assert_eq!(hash_of("one"), hash_of("two"));

    let mut held = Held::default();
    held.write(1, Edit::put(KEY, "same"));
    assert_ne!(held.registers.digest_term(b"one"), held.registers.digest_term(b"two"));
}

#[test]
fn the_digest_term_is_sixteen_bytes_of_sha256_over_document_and_sorted_heads() {
    use sha2::{Digest, Sha256};
    let mut held = Held::default();
    held.write(1, Edit::put(KEY, "old"));
    let apart = held.registers.clone();
    held.write(1, Edit::put(KEY, "one"));
    let (_, bytes, _) = apart.author(actor(2), None, 1, &[Edit::put(KEY, "two")]).unwrap();
    held.take(&bytes).unwrap();
    assert_eq!(held.registers.heads.len(), 2);
    let mut hashes: Vec<_> = held.doc().get_heads().into_iter().map(|hash| hash.0).collect();
    hashes.sort_unstable();
    let digest = Sha256::digest([b"document".as_slice(), &hashes.concat()].concat());
    assert_eq!(held.registers.digest_term(b"document").to_be_bytes(), digest[..16]);
}
