//! What a person means, and what is written, case by case.
#![allow(clippy::unwrap_used)]

mod crdt_support;

use crdt_support::*;
use shared_model::crdt::limits::TIME_MAX_S;
use shared_model::crdt::{ActorId, Change, Edit, LiveOp, Op, OpBody, OpId, Registers, Value};

const KEY: &str = "phone";
const ME: ActorId = ActorId([5; 16]);

/// `phone` with these values, each written by an actor that knew of none of the others.
fn live(values: &[&str]) -> Registers {
    values.iter().enumerate().fold(Registers::default(), |document, (n, value)| {
        let (change, _, hash) = Registers::default().author(actor(n + 1), None, 1, &[Edit::put(KEY, *value)]).unwrap();
        let mut apart = Registers::default();
        apart.apply(&change, hash).unwrap();
        document.join(&apart)
    })
}

fn ids(registers: &Registers) -> Vec<OpId> {
    registers.live[KEY].iter().map(|op| op.id).collect()
}

fn write(registers: &Registers, edits: &[Edit]) -> (Vec<Op>, Registers) {
    let (change, _, hash) = registers.author(ME, None, 2, edits).expect("something to write");
    let mut after = registers.clone();
    after.apply(&change, hash).unwrap();
    (change.ops, after)
}

fn put(value: impl Into<Value>, pred: &[OpId]) -> Op {
    Op { key: KEY.into(), body: OpBody::Put(value.into()), pred: pred.to_vec() }
}

fn delete(pred: &[OpId]) -> Op {
    Op { key: KEY.into(), body: OpBody::Delete, pred: pred.to_vec() }
}

fn values(registers: &Registers) -> Vec<&str> {
    let mut values: Vec<&str> = registers.live[KEY].iter().map(|op: &LiveOp| op.value.as_str().unwrap_or("null")).collect();
    values.sort_unstable();
    values
}

#[test]
fn an_edit_replaces_what_is_there_now_unless_it_says_what_it_saw() {
    let before = live(&["a"]);
    assert_eq!(write(&before, &[Edit::put(KEY, "b")]).0, [put("b", &ids(&before))]);
    let saw_nothing = Edit { seen: Some(vec![]), ..Edit::put(KEY, "b") };
    let (ops, after) = write(&before, &[saw_nothing]);
    assert_eq!(ops, [put("b", &[])]);
    assert_eq!(values(&after), ["a", "b"], "the form never showed a");
}

#[test]
fn a_value_that_arrived_meanwhile_stays_as_a_conflict() {
    let before = live(&["a", "b"]);
    let seen = vec![ids(&before)[0]];
    let shown = before.live[KEY][0].value.as_str().unwrap().to_owned();
    let (ops, after) = write(&before, &[Edit { seen: Some(seen.clone()), ..Edit::put(KEY, "c") }]);
    assert_eq!(ops, [put("c", &seen)]);
    assert!(after.is_conflicted(KEY));
    assert!(!values(&after).contains(&shown.as_str()));
}

#[test]
fn clearing_is_a_null_that_shows_beside_a_concurrent_value() {
    let before = live(&["a"]);
    let (ops, after) = write(&before, &[Edit::put(KEY, Value::Null)]);
    assert_eq!(ops, [put(Value::Null, &ids(&before))]);
    assert_eq!((after.value(KEY), after.winner(KEY).map(|op| &op.value)), (None, Some(&Value::Null)));
    let (change, _, hash) = before.author(ActorId([6; 16]), None, 2, &[Edit::put(KEY, "b")]).unwrap();
    let mut apart = before.clone();
    apart.apply(&change, hash).unwrap();
    assert!(after.join(&apart).is_conflicted(KEY));
}

#[test]
fn an_edit_of_a_key_shown_with_several_values_is_a_settlement() {
    let before = live(&["a", "b"]);
    assert_eq!(write(&before, &[Edit::put(KEY, "c")]).0, [delete(&ids(&before)), put("c", &[])]);
    let equal = live(&["a", "a"]);
    assert_eq!(write(&equal, &[Edit::put(KEY, "c")]).0, [put("c", &ids(&equal))], "equal values are shown as one");
    assert!(equal.author(ME, None, 2, &[Edit::put(KEY, "a")]).is_none());
}

#[test]
fn settling_leaves_an_operation_even_when_the_winner_is_picked() {
    let before = live(&["a", "b"]);
    let winner = before.winner(KEY).unwrap().value.clone();
    let (ops, after) = write(&before, &[Edit::settle(KEY, winner.clone(), ids(&before))]);
    assert_eq!(ops, [delete(&ids(&before)), put(winner, &[])]);
    assert_eq!(after.live[KEY].len(), 1);
    assert_eq!(after.winner(KEY).unwrap().id.actor, ME);
}

#[test]
fn settling_never_throws_away_a_value_nobody_looked_at() {
    let before = live(&["a", "b", "c"]);
    let unseen = before.live[KEY][2].value.as_str().unwrap().to_owned();
    let seen = ids(&before)[..2].to_vec();
    let (ops, after) = write(&before, &[Edit::settle(KEY, "x", seen.clone())]);
    assert_eq!(ops, [delete(&seen), put("x", &[])]);
    let mut expected = [unseen.as_str(), "x"];
    expected.sort_unstable();
    assert_eq!(values(&after), expected);

    // Only one of those seen is still there: it is a settlement all the same.
    let (ops, _) = write(&before, &[Edit::settle(KEY, "x", vec![seen[0]])]);
    assert_eq!(ops, [delete(&seen[..1]), put("x", &[])]);
    // None of them is: the choice stands beside what came meanwhile.
    let gone = OpId { counter: 99, actor: actor(9) };
    assert_eq!(write(&before, &[Edit::settle(KEY, "x", vec![gone])]).0, [put("x", &[])]);
    assert_eq!(write(&before, &[Edit { seen: Some(vec![gone]), ..Edit::put(KEY, "x") }]).0, [put("x", &[])]);
}

#[test]
fn of_two_edits_of_one_key_the_later_counts() {
    let before = live(&["a"]);
    let (ops, _) = write(&before, &[Edit::put(KEY, "b"), Edit::put("name", "n"), Edit::put(KEY, "c")]);
    let name = Op { key: "name".into(), body: OpBody::Put("n".into()), pred: vec![] };
    assert_eq!(ops, [name, put("c", &ids(&before))]);
}

#[test]
fn a_device_whose_clock_is_broken_still_writes_what_can_be_read() {
    for (claimed, written) in [(-5, 0), (i64::MAX, TIME_MAX_S), (7, 7)] {
        let (change, bytes, hash) = Registers::default().author(ME, None, claimed, &[Edit::put(KEY, "a")]).unwrap();
        assert_eq!(change.time, written);
        assert_eq!(Change::decode(&bytes), Ok((change, hash)));
    }
}
