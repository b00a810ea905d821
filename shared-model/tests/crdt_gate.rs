//! The gate, rule by rule, and that whatever it lets through is harmless to the Automerge library.
#![allow(clippy::unwrap_used)]

mod crdt_support;

use crdt_support::*;
use shared_model::crdt::{
    Change, ChangeHash, DEL_KEY, Edit, GateError, Op, OpBody, OpId, Registers, Value, del_value, deleted_at, edited_while_deleted, gate,
    is_deleted,
};

/// A document on the server and the hash of each actor's last change.
#[derive(Default, Clone)]
struct Server {
    registers: Registers,
    archive: Archive,
    own: std::collections::BTreeMap<usize, ChangeHash>,
    bytes: Vec<Vec<u8>>,
}

impl Server {
    fn check(&self, who: usize, change: &Change) -> Result<gate::Checked, GateError> {
        gate::check(&change.encode().0, &self.registers, &self.archive, actor(who), &|_, _| Ok(()))
    }

    fn take(&mut self, who: usize, change: &Change) {
        let checked = self.check(who, change).expect("an honest change");
        self.registers.apply(&checked.change, checked.hash).unwrap();
        self.archive.add(&checked.change, checked.hash, checked.clock);
        self.own.insert(who, checked.hash);
        self.bytes.push(change.encode().0);
    }

    /// The change `who` writes standing on `seen`.
    fn next_on(&self, seen: &Registers, who: usize, edits: &[Edit]) -> Change {
        seen.author(actor(who), self.own.get(&who).copied(), 7, edits).expect("something to write").0
    }

    fn next(&self, who: usize, edits: &[Edit]) -> Change {
        self.next_on(&self.registers, who, edits)
    }

    fn edit(&mut self, who: usize, edit: Edit) {
        let change = self.next(who, &[edit]);
        self.take(who, &change);
    }
}

/// Two people, two conflicting names, one phone.
fn server() -> Server {
    let mut server = Server::default();
    server.edit(1, Edit::put("name", "王"));
    let apart = server.registers.clone();
    server.edit(1, Edit::put("name", "王一"));
    let change = server.next_on(&apart, 2, &[Edit::put("name", "王二"), Edit::put("phone", "1")]);
    server.take(2, &change);
    assert!(server.registers.is_conflicted("name"));
    server
}

#[test]
fn only_the_actor_that_signed_may_have_written_it() {
    let server = server();
    let change = server.next(3, &[Edit::put("phone", "2")]);
    assert_eq!(server.check(1, &change), Err(GateError::ActorMismatch));
}

#[test]
fn an_actor_counts_without_gaps_and_stands_on_itself() {
    let server = server();
    let change = server.next(1, &[Edit::put("phone", "2")]);
    assert_eq!(change.seq, 3);
    assert_eq!(server.check(1, &Change { seq: 4, ..change.clone() }), Err(GateError::SeqGap { expected: 3 }));
    assert_eq!(server.check(1, &Change { seq: 2, ..change.clone() }), Err(GateError::SeqReused));
    // Standing on the other's branch only, as if its own second change had never been.
    let other: Vec<_> = server.registers.heads.iter().filter(|head| head.actor == actor(2)).map(|head| head.hash).collect();
    let alone = Change { deps: other, ..change };
    assert_eq!(server.check(1, &alone), Err(GateError::OwnPastMissing));
}

#[test]
fn unknown_dependencies_are_named() {
    let server = server();
    let mut change = server.next(3, &[Edit::put("phone", "2")]);
    let unknown = ChangeHash([0xff; 32]);
    change.deps.push(unknown);
    assert_eq!(server.check(3, &change), Err(GateError::Need(vec![unknown])));
}

#[test]
fn a_predecessor_is_a_put_on_the_same_key_inside_the_past() {
    let mut server = server();
    let phone = server.registers.winner("phone").unwrap().id;
    let names: Vec<OpId> = server.registers.live["name"].iter().map(|op| op.id).collect();
    server.edit(1, Edit::settle("name", "王三", names.clone()));
    let settled = server.registers.winner("name").unwrap().id;
    let the_delete = OpId { counter: settled.counter - 1, ..settled };

    let with = |pred: OpId| {
        let mut change = server.next(3, &[Edit::put("name", "x")]);
        change.ops[0].pred = vec![pred];
        server.check(3, &change).map(|_| ())
    };
    assert_eq!(with(phone), Err(GateError::PredOtherKey));
    assert_eq!(with(the_delete), Err(GateError::PredNotPut));
    assert_eq!(with(OpId { counter: settled.counter + 1, ..settled }), Err(GateError::PredOutsidePast));
    assert_eq!(with(OpId { actor: actor(5), ..settled }), Err(GateError::PredOutsidePast));
    assert_eq!(with(OpId { counter: 1, actor: actor(2) }), Err(GateError::PredOutsidePast), "below the clock but never written");
    assert_eq!(with(names[0]), Ok(()), "replaced meanwhile, and still a put of the past");

    // Its own operations are not its past either.
    let mut change = server.next(3, &[Edit::put("name", "x"), Edit::put("phone", "y")]);
    change.ops[1].pred = vec![OpId { counter: change.start_op, actor: actor(3) }];
    assert_eq!(server.check(3, &change), Err(GateError::PredOutsidePast));
}

#[test]
fn a_late_change_is_judged_by_its_own_past() {
    let mut server = Server::default();
    server.edit(1, Edit::put("name", "a"));
    let apart = server.registers.clone();
    server.edit(1, Edit::put("name", "b"));
    server.edit(1, Edit::put("name", "c"));
    let late = server.next_on(&apart, 2, &[Edit::put("name", "late")]);
    assert_eq!(late.start_op, 2);
    assert_eq!(server.check(2, &Change { start_op: 4, ..late.clone() }), Err(GateError::StartOpWrong { expected: 2 }));
    server.take(2, &late);
    assert!(server.registers.is_conflicted("name"));
}

#[test]
fn a_delete_stands_only_before_a_put_of_its_key() {
    let server = server();
    let names: Vec<OpId> = server.registers.live["name"].iter().map(|op| op.id).collect();
    let honest = server.next(3, &[Edit::settle("name", "x", names)]);
    assert_eq!(honest.ops.iter().map(|op| op.body.clone()).collect::<Vec<_>>(), [OpBody::Delete, OpBody::Put("x".into())]);
    assert!(server.check(3, &honest).is_ok());

    let with = |ops: Vec<Op>| server.check(3, &Change { ops, ..honest.clone() }).map(|_| ());
    let (delete, put) = (honest.ops[0].clone(), honest.ops[1].clone());
    let other = Op { key: "phone".into(), ..put.clone() };
    assert_eq!(with(vec![delete.clone()]), Err(GateError::DeleteOutsideSettlement));
    assert_eq!(with(vec![put.clone(), delete.clone()]), Err(GateError::DeleteOutsideSettlement));
    assert_eq!(with(vec![delete.clone(), other.clone()]), Err(GateError::DeleteOutsideSettlement));
    assert_eq!(with(vec![Op { pred: vec![], ..delete.clone() }, put.clone()]), Err(GateError::DeleteOutsideSettlement));
    assert_eq!(with(vec![delete.clone(), delete.clone(), put.clone()]), Err(GateError::KeyTwice { key: "name".into() }));
    assert_eq!(with(vec![other.clone(), other.clone()]), Err(GateError::KeyTwice { key: "phone".into() }));
    assert_eq!(with(vec![delete, other, put]), Ok(()), "not necessarily at once");
}

#[test]
fn the_rule_table_sees_every_operation_and_whether_it_settles() {
    let server = server();
    let names: Vec<OpId> = server.registers.live["name"].iter().map(|op| op.id).collect();
    let change = server.next(3, &[Edit::put("phone", "2"), Edit::settle("name", "x", names)]);
    let asked = std::cell::RefCell::new(Vec::new());
    let allow = |op: &Op, settles: bool| {
        asked.borrow_mut().push((op.key.clone(), op.body == OpBody::Delete, settles));
        if settles && op.body != OpBody::Delete { Err("only the office settles") } else { Ok(()) }
    };
    let refused = gate::check(&change.encode().0, &server.registers, &server.archive, actor(3), &allow);
    assert_eq!(refused, Err(GateError::Forbidden { key: "name".into(), reason: "only the office settles" }));
    assert_eq!(refused.unwrap_err().code(), "forbidden");
    let expected = [("phone", false, false), ("name", true, true), ("name", false, true)].map(|(key, a, b)| (key.to_owned(), a, b));
    assert_eq!(asked.into_inner(), expected);
}

#[test]
fn deletions_join_are_no_conflict_and_tell_who_edited_unknowing() {
    let mut server = Server::default();
    server.edit(1, Edit::put("name", "王"));
    let first = server.registers.clone();
    server.edit(2, Edit::put("phone", "1"));
    let apart = server.registers.clone();
    assert_eq!(deleted_at(&apart), None);

    // One deletes without having seen the phone, another with it, and says something beside.
    let deletion = server.next_on(&first, 1, &[Edit::put(DEL_KEY, del_value(&first))]);
    server.take(1, &deletion);
    assert!(is_deleted(&server.registers));
    assert!(edited_while_deleted(&server.registers), "the phone was written unknowing");
    let second = server.next_on(&apart, 2, &[Edit::put(DEL_KEY, del_value(&apart)), Edit::put("phone", "gone")]);
    server.take(2, &second);
    assert_eq!(server.registers.live[DEL_KEY].len(), 2);
    assert!(!server.registers.is_conflicted(DEL_KEY));
    assert_eq!(server.registers.conflicted_keys().count(), 0);
    assert!(!edited_while_deleted(&server.registers), "together they saw all, and neither deletion counts, nor what it says beside");

    let unknowing = server.next_on(&apart, 3, &[Edit::put("phone", "3")]);
    server.take(3, &unknowing);
    assert!(edited_while_deleted(&server.registers));

    server.edit(4, Edit::put(DEL_KEY, Value::Null));
    assert!(!is_deleted(&server.registers));
    assert!(!edited_while_deleted(&server.registers));
    assert!(server.registers.is_conflicted("phone"), "what was written meanwhile is still there");
}

#[test]
fn a_deletion_that_claims_to_have_seen_more_is_refused() {
    let mut server = server();
    let apart = server.registers.clone();
    server.edit(1, Edit::put("phone", "hidden"));
    let forged = server.next_on(&apart, 3, &[Edit::put(DEL_KEY, del_value(&server.registers))]);
    assert_eq!(server.check(3, &forged), Err(GateError::DeletionClockWrong));
    let other_type = server.next(3, &[Edit::put(DEL_KEY, true)]);
    assert_eq!(server.check(3, &other_type), Err(GateError::DeletionClockWrong));
    let honest = server.next_on(&apart, 3, &[Edit::put(DEL_KEY, del_value(&apart))]);
    server.take(3, &honest);
    assert!(edited_while_deleted(&server.registers));
}

/// One field of an honest change altered.
fn forge(change: &mut Change, server: &Server, chance: &mut Chance) {
    let any_id = |chance: &mut Chance| OpId { counter: 1 + chance.below(8) as u64, actor: actor(chance.below(5)) };
    let hashes: Vec<ChangeHash> = server.archive.clocks.keys().copied().collect();
    let at = chance.below(change.ops.len());
    match chance.below(12) {
        0 => change.start_op = 1 + chance.below(12) as u64,
        1 => change.seq = 1 + chance.below(5) as u64,
        2 => change.deps.retain(|_| chance.percent(50)),
        3 => change.deps.extend(hashes.into_iter().filter(|_| chance.percent(30))),
        4 => change.ops[at].pred.push(any_id(chance)),
        5 => change.ops[at].pred.clear(),
        6 => change.ops[at].key = (*chance.pick(&KEYS)).to_owned(),
        7 => change.ops[at].body = OpBody::Delete,
        8 => change.ops[at].body = OpBody::Put(any_value(chance)),
        9 => change.ops.push(change.ops[at].clone()),
        10 => drop(change.ops.remove(at)),
        _ => chance.shuffle(&mut change.ops),
    }
    change.deps.sort_unstable();
    change.deps.dedup();
    for op in &mut change.ops {
        op.pred.sort_unstable();
        op.pred.dedup();
    }
}

#[test]
fn what_the_gate_lets_through_the_library_loads_and_reads_alike() {
    let accepted = std::sync::atomic::AtomicUsize::new(0);
    for_seeds(3_000_000..3_002_000, |seed| {
        let mut chance = Chance(seed);
        let mut server = Server::default();
        let mut seen = vec![Registers::default()];
        for _ in 0..2 + chance.below(6) {
            let who = chance.below(4);
            // What an actor stands on holds its own changes.
            let base = seen[chance.below(seen.len())].clone();
            let own = server.registers.clock.get(&actor(who)).copied().unwrap_or_default();
            let base = if base.clock.get(&actor(who)).copied().unwrap_or_default() == own { base } else { server.registers.clone() };
            let edits = any_edits(&mut chance, &base, &base);
            let Some((mut change, _, _)) = base.author(actor(who), server.own.get(&who).copied(), 7, &edits) else { continue };
            let honest = change.clone();
            for _ in 0..chance.below(3) {
                if !change.ops.is_empty() {
                    forge(&mut change, &server, &mut chance);
                }
            }
            if server.check(who, &change).is_err() {
                change = honest;
            } else if change != honest {
                accepted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
            server.take(who, &change);
            seen.push(server.registers.clone());
        }
        let mut doc = automerge::Automerge::new();
        doc.apply_changes(server.bytes.iter().map(|bytes| load_change(bytes)).collect::<Vec<_>>()).unwrap();
        assert_agrees(&server.registers, &doc, "applied");
        let again = automerge::Automerge::load(&doc.save()).expect("it reloads");
        assert_agrees(&server.registers, &again, "reloaded");
        assert_eq!(again.get_changes(&[]).len(), server.bytes.len());
    });
    assert!(accepted.into_inner() > 200, "some forgeries are harmless and are let through");
}
