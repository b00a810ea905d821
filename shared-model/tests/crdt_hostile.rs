//! Bytes somebody else made: mutants of honest changes and registers, and bombs that claim more than they hold.
#![allow(clippy::unwrap_used)]

mod crdt_support;

use crdt_support::*;
use sha2::{Digest, Sha256};
use shared_model::crdt::limits::{CHANGE_BYTES_MAX, CHANGE_OPS_MAX, COUNTER_MAX, KEY_BYTES_MAX};
use shared_model::crdt::{Change, ChangeError, Edit, Op, OpBody, OpId, Registers, Value, gate};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

fn unsigned(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

fn signed(mut value: i64) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let byte = value as u8 & 0x7f;
        value >>= 7;
        if (value == 0 && byte & 0x40 == 0) || (value == -1 && byte & 0x40 != 0) {
            out.push(byte);
            return out;
        }
        out.push(byte | 0x80);
    }
}

/// A chunk around a body, with a right length and checksum.
fn seal(kind: u8, body: &[u8]) -> Vec<u8> {
    let hashed = [&[kind][..], &unsigned(body.len() as u64), body].concat();
    [&[0x85, 0x6f, 0x4a, 0x83], &Sha256::digest(&hashed)[..4], &hashed].concat()
}

fn body_of(chunk: &[u8]) -> Vec<u8> {
    let mut at = 9;
    while chunk[at] & 0x80 != 0 {
        at += 1;
    }
    chunk[at + 1..].to_vec()
}

/// The columns of `put name = "a"` in the first change of one actor.
fn columns() -> Vec<(u64, Vec<u8>)> {
    vec![
        (0x15, vec![0x7f, 4, b'n', b'a', b'm', b'e']),
        (0x34, vec![1]),
        (0x42, vec![0x7f, 1]),
        (0x56, vec![0x7f, 0x16]),
        (0x57, vec![b'a']),
        (0x70, vec![0x7f, 0]),
    ]
}

fn head(deps: Vec<u8>, message: &[u8], others: Vec<u8>) -> Vec<u8> {
    [deps, vec![16], vec![7; 16], vec![1, 1, 0], unsigned(message.len() as u64), message.to_vec(), others].concat()
}

fn with_columns(columns: &[(u64, Vec<u8>)]) -> Vec<u8> {
    let mut body = head(vec![0], b"", vec![0]);
    body.extend(unsigned(columns.len() as u64));
    for (number, data) in columns {
        body.extend(unsigned(*number));
        body.extend(unsigned(data.len() as u64));
    }
    body.extend(columns.iter().flat_map(|(_, data)| data));
    seal(1, &body)
}

fn with_column(number: u64, data: Vec<u8>) -> Vec<u8> {
    let mut all: Vec<_> = columns().into_iter().filter(|(other, _)| *other != number).collect();
    all.push((number, data));
    all.sort_by_key(|(number, _)| *number);
    with_columns(&all)
}

/// Refused, and in less than a millisecond (the best of several runs, so that a busy machine does not decide).
fn assert_refused_fast(name: &str, bytes: &[u8]) {
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let start = Instant::now();
        assert!(Change::decode(bytes).is_err(), "{name} is refused");
        best = best.min(start.elapsed());
    }
    assert!(best < Duration::from_millis(1), "{name} took {best:?}");
}

#[test]
fn the_hand_made_chunk_is_what_automerge_writes() {
    let (change, _) = Change::decode(&with_columns(&columns())).unwrap();
    assert_eq!(change.ops, [Op { key: "name".into(), body: OpBody::Put("a".into()), pred: vec![] }]);
    let mut doc = new_doc(change.actor);
    assert_eq!(write_in_automerge(&mut doc, &change.ops, 0), Some(with_columns(&columns())));
}

#[test]
fn bombs_are_refused_in_less_than_a_millisecond() {
    let key = [&unsigned(4)[..], b"name"].concat();
    for count in [1_001, 10_000_000, i64::MAX] {
        let run = |value: &[u8]| [signed(count), value.to_vec()].concat();
        let nulls = [vec![0], unsigned(count as u64)].concat();
        for (name, number, value) in [
            ("keys", 0x15, key.clone()),
            ("actions", 0x42, vec![1]),
            ("values", 0x56, vec![0]),
            ("predecessor counts of nothing", 0x70, vec![0]),
            ("predecessor counts", 0x70, vec![1]),
            ("predecessor actors", 0x71, vec![0]),
            ("predecessor counters", 0x73, vec![1]),
        ] {
            assert_refused_fast(&format!("{count} {name}"), &with_column(number, run(&value)));
            assert_refused_fast(&format!("{count} rows without {name}"), &with_column(number, nulls.clone()));
        }
        assert_refused_fast(&format!("{count} inserts"), &with_column(0x34, unsigned(count as u64)));
        assert_refused_fast(&format!("{count} inserts, true"), &with_column(0x34, [vec![0], unsigned(count as u64)].concat()));
        assert_refused_fast(&format!("one value of {count}"), &with_column(0x56, [vec![0x7f], unsigned((count as u64) << 4 | 6)].concat()));
        assert_refused_fast(
            &format!("one predecessor count of {count}"),
            &with_column(0x70, [vec![0x7f], unsigned(count as u64)].concat()),
        );
        assert_refused_fast(&format!("a literal of {count}"), &with_column(0x42, [signed(-count), vec![1]].concat()));

        // Every column claims the same, so that none is short of another.
        let all = [
            (0x15, run(&key)),
            (0x34, unsigned(count as u64)),
            (0x42, run(&[1])),
            (0x56, run(&[0])),
            (0x70, run(&[1])),
            (0x71, run(&[0])),
            (0x73, run(&[1])),
        ];
        let bomb = with_columns(&all);
        assert!(bomb.len() < 160);
        assert_refused_fast(&format!("{count} operations in {} bytes", bomb.len()), &bomb);

        let number = unsigned(count as u64);
        let tail = [unsigned(0), vec![]].concat();
        assert_refused_fast("dependencies", &seal(1, &head(number.clone(), b"", vec![0])));
        assert_refused_fast("actors", &seal(1, &head(vec![0], b"", [number.clone(), tail].concat())));
        assert_refused_fast("columns", &seal(1, &[head(vec![0], b"", vec![0]), number.clone()].concat()));
        let long = [head(vec![0], b"", vec![0]), vec![1, 0x15], number.clone()].concat();
        assert_refused_fast("a column longer than the chunk", &seal(1, &long));
        let short = [&[0x85, 0x6f, 0x4a, 0x83, 0, 0, 0, 0, 1][..], &number].concat();
        assert_refused_fast("a chunk longer than its bytes", &short);
    }
    // As many operations as allowed, each with as many predecessors as allowed: the total is refused before it is built.
    let many = CHANGE_OPS_MAX as i64;
    let run = |value: &[u8]| [signed(many), value.to_vec()].concat();
    let all = [
        (0x15, run(&key)),
        (0x34, unsigned(many as u64)),
        (0x42, run(&[1])),
        (0x56, run(&[0])),
        (0x70, run(&unsigned(4_096))),
        (0x71, [signed(4_096_000), vec![0]].concat()),
        (0x73, [signed(4_096_000), vec![1]].concat()),
    ];
    assert_refused_fast("four million predecessors", &with_columns(&all));
    assert_refused_fast("nothing", &[]);
    assert_refused_fast("too long", &vec![0x85; CHANGE_BYTES_MAX + 1]);
}

#[test]
fn what_is_not_flat_is_refused_and_says_what_it_is() {
    let refused = |bytes: &[u8]| Change::decode(bytes).expect_err("not flat");
    let with = |number: u64, data: Vec<u8>| refused(&with_column(number, data));
    assert_eq!(with(0x01, vec![0x7f, 0]), ChangeError::NotFlat("an operation outside ROOT"));
    assert_eq!(with(0x02, vec![0x7f, 1]), ChangeError::NotFlat("an operation outside ROOT"));
    assert_eq!(with(0x11, vec![0x7f, 0]), ChangeError::NotFlat("a key that is an element of a list"));
    assert_eq!(with(0x13, vec![0x7f, 0]), ChangeError::NotFlat("a key that is an element of a list"));
    assert_eq!(with(0x34, vec![0, 1]), ChangeError::NotFlat("an insert into a list"));
    assert_eq!(with(0x94, vec![0, 1]), ChangeError::NotFlat("a mark"));
    assert_eq!(with(0xa5, vec![0x7f, 1, b'm']), ChangeError::NotFlat("a mark"));
    assert_eq!(with(0x1d, vec![0x7f, 1, b'm']), ChangeError::NotFlat("a compressed column"));
    assert_eq!(with(0xb5, vec![0x7f, 1, b'm']), ChangeError::NotFlat("an unknown column"));
    for action in [0, 2, 4, 5, 6, 7, 100] {
        assert_eq!(with(0x42, vec![0x7f, action]), ChangeError::NotFlat("an operation that is neither put nor delete"));
    }
    assert_eq!(with(0x42, vec![0x7f, 3]), ChangeError::NotFlat("a delete with a value"));
    for kind in [3, 7, 8, 9, 10, 15] {
        let what = ChangeError::NotFlat("a value that is not null, a boolean, an integer, a float or a string");
        assert_eq!(with(0x56, vec![0x7f, 0x10 | kind]), what);
    }
    let name = |len: usize| [vec![0x7f], unsigned(len as u64), vec![b'k'; len]].concat();
    assert_eq!(with(0x15, name(0)), ChangeError::NotFlat("an empty key"));
    assert_eq!(with(0x15, name(KEY_BYTES_MAX + 1)), ChangeError::TooMany("bytes in a key"));
    assert!(Change::decode(&with_column(0x15, name(KEY_BYTES_MAX))).is_ok());
    assert_eq!(with(0x57, vec![0xff]), ChangeError::Utf8);
    assert_eq!(with(0x57, vec![b'a', b'b']), ChangeError::Column("bytes behind the last value"));

    let body = body_of(&with_columns(&columns()));
    let directory = body[head(vec![0], b"", vec![0]).len()..].to_vec();
    assert_eq!(refused(&seal(1, &[head(vec![0], b"hi", vec![0]), directory].concat())), ChangeError::NotFlat("a message"));
    assert_eq!(refused(&seal(1, &[body.clone(), vec![0]].concat())), ChangeError::NotFlat("extra bytes"));
    for kind in [0, 2, 3, 9] {
        assert_eq!(refused(&seal(kind, &body)), ChangeError::NotAChange);
    }
    let whole = with_columns(&columns());
    assert_eq!(refused(&[whole.clone(), vec![0]].concat()), ChangeError::NotAChange);
    assert_eq!(refused(&[whole.clone(), whole.clone()].concat()), ChangeError::NotAChange);
    let mut broken = whole.clone();
    *broken.last_mut().unwrap() ^= 1;
    assert_eq!(refused(&broken), ChangeError::Checksum);
    for cut in 0..whole.len() {
        assert!(Change::decode(&whole[..cut]).is_err(), "cut at {cut}");
    }
}

#[test]
fn the_same_change_in_other_bytes_is_refused() {
    let refused = |bytes: &[u8]| Change::decode(bytes).expect_err("not canonical");
    // One row as a run, not as a literal.
    assert_eq!(refused(&with_column(0x42, vec![1, 1])), ChangeError::NotCanonical);
    // An empty column that is listed all the same.
    assert_eq!(refused(&with_column(0x71, vec![])), ChangeError::NotCanonical);
    // An actor nobody names.
    let body = body_of(&with_columns(&columns()));
    let start = head(vec![0], b"", vec![0]).len();
    let named = [head(vec![0], b"", [vec![1, 16], vec![9; 16]].concat()), body[start..].to_vec()].concat();
    assert_eq!(refused(&seal(1, &named)), ChangeError::NotCanonical);
    // The author among the others, or the others out of order.
    for others in [[7, 9], [9, 8], [8, 8]] {
        let others = [vec![2, 16], vec![others[0]; 16], vec![16], vec![others[1]; 16]].concat();
        assert_eq!(refused(&seal(1, &[head(vec![0], b"", others), body[start..].to_vec()].concat())), ChangeError::NotCanonical);
    }
    let deps = |a: u8, b: u8| [vec![2], vec![a; 32], vec![b; 32]].concat();
    for (a, b) in [(2, 1), (1, 1)] {
        assert_eq!(refused(&seal(1, &[head(deps(a, b), b"", vec![0]), body[start..].to_vec()].concat())), ChangeError::NotCanonical);
    }
    assert!(Change::decode(&seal(1, &[head(deps(1, 2), b"", vec![0]), body[start..].to_vec()].concat())).is_ok());
    // Numbers written longer than need be.
    let mut long = with_columns(&columns());
    long.splice(9..10, [long[9] | 0x80, 0]);
    assert!(Change::decode(&long).is_err());
    assert_eq!(refused(&with_column(0x34, vec![0x81, 0])), ChangeError::Number);
    assert_eq!(refused(&with_column(0x42, vec![0xff, 0x7f, 1])), ChangeError::NotCanonical);
}

/// Honest changes of many shapes, each with the document it fits.
fn samples() -> Vec<(Registers, Archive, Vec<u8>)> {
    let mut samples = Vec::new();
    for seed in 0..40 {
        let mut chance = Chance(seed);
        let (mut registers, mut archive) = (Registers::default(), Archive::default());
        let mut own = std::collections::BTreeMap::new();
        for _ in 0..1 + chance.below(6) {
            let who = chance.below(3);
            let edits = any_edits(&mut chance, &registers, &registers);
            let Some((change, bytes, hash)) = registers.author(actor(who), own.get(&who).copied(), 1_700_000_000, &edits) else { continue };
            let checked = gate::check(&bytes, &registers, &archive, actor(who), &|_, _| Ok(())).unwrap();
            samples.push((registers.clone(), Archive { clocks: archive.clocks.clone(), ops: archive.ops.clone() }, bytes));
            registers.apply(&change, hash).unwrap();
            archive.add(&change, hash, checked.clock);
            own.insert(who, hash);
        }
    }
    samples
}

fn mutate(bytes: &mut Vec<u8>, chance: &mut Chance) {
    for _ in 0..1 + chance.below(3) {
        if bytes.is_empty() {
            return;
        }
        let at = chance.below(bytes.len());
        match chance.below(8) {
            0 => bytes[at] = chance.next() as u8,
            1 => bytes[at] ^= 1 << chance.below(8),
            2 => bytes[at] = *chance.pick(&[0, 1, 0x7f, 0x80, 0xff, 0x40]),
            3 => bytes[at] = bytes[at].wrapping_add(1),
            4 => drop(bytes.remove(at)),
            5 => bytes.insert(at, chance.next() as u8),
            6 => bytes.truncate(at),
            _ => {
                let end = (at + 1 + chance.below(12)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                let to = chance.below(bytes.len());
                bytes.splice(to..to, piece);
            }
        }
    }
}

#[test]
fn a_quarter_million_mutants_of_changes_do_no_harm() {
    let samples = samples();
    let (decoded, passed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    for_seeds(0..250_000, |seed| {
        let mut chance = Chance(seed);
        let (registers, archive, honest) = chance.pick(&samples);
        let mutant = if chance.percent(85) {
            let mut body = body_of(honest);
            mutate(&mut body, &mut chance);
            seal(1, &body)
        } else {
            let mut bytes = honest.clone();
            mutate(&mut bytes, &mut chance);
            bytes
        };
        let Ok((change, hash)) = Change::decode(&mutant) else {
            return;
        };
        decoded.fetch_add(1, Ordering::Relaxed);
        assert_eq!(change.encode(), (mutant.clone(), hash), "what is read is written alike");
        if seed % 16 == 0 {
            assert_eq!(load_change(&mutant).hash().0, hash.0, "and the library reads it too");
        }
        if gate::check(&mutant, registers, archive, change.actor, &|_, _| Ok(())).is_ok() {
            passed.fetch_add(1, Ordering::Relaxed);
            assert!(registers.clone().apply(&change, hash).is_ok());
        }
    });
    let (decoded, passed) = (decoded.into_inner(), passed.into_inner());
    assert!(decoded > 10_000 && passed > 1_000, "mutants get deep: {decoded} read, {passed} passed");
}

#[test]
fn mutants_of_registers_do_no_harm() {
    let samples: Vec<Vec<u8>> = samples().into_iter().map(|(registers, _, _)| registers.encode_full()).collect();
    for_seeds(0..100_000, |seed| {
        let mut chance = Chance(seed);
        let mut bytes = chance.pick(&samples).clone();
        mutate(&mut bytes, &mut chance);
        if let Ok(registers) = Registers::decode_full(&bytes) {
            assert_eq!(Registers::decode_full(&registers.encode_full()), Ok(registers.clone()));
            let _ = (registers.join(&registers), registers.digest_term(b"d"), shared_model::crdt::edited_while_deleted(&registers));
            let _ = registers.author(actor(1), None, 1, &[Edit::put("name", "x")]);
        }
    });
}

#[test]
fn registers_that_claim_more_than_they_hold_are_refused_at_once() {
    let number = |value: u64| unsigned(value);
    for count in [100, 1 << 20, 1 << 40, u64::MAX] {
        for bytes in [
            [vec![1], number(count)].concat(),
            [vec![1, 0], number(count)].concat(),
            [vec![1, 0, 0], number(count)].concat(),
            [vec![1, 0, 0, 0], number(count)].concat(),
            [vec![1, 0, 0, 0, 1], number(count)].concat(),
        ] {
            assert!(Registers::decode_full(&bytes).is_err());
        }
    }
    assert!(Registers::decode_full(&vec![1; 5 * 1024 * 1024]).is_err());
    assert_eq!(Registers::decode_full(&[1, 0, 0, 0, 0]), Ok(Registers::default()));
    assert!(Registers::decode_full(&[2, 0, 0, 0, 0]).is_err());
}

#[test]
fn the_largest_change_allowed_passes_and_one_more_operation_does_not() {
    let op = |n: usize| Op { key: format!("k{n}"), body: OpBody::Put(Value::Null), pred: vec![] };
    let change = |n: usize| Change { actor: actor(1), seq: 1, start_op: 1, time: 0, deps: vec![], ops: (0..n).map(op).collect() };
    assert!(Change::decode(&change(CHANGE_OPS_MAX).encode().0).is_ok());
    assert_eq!(Change::decode(&change(CHANGE_OPS_MAX + 1).encode().0), Err(ChangeError::TooMany("operations")));
    let many = |n: u64| Change {
        ops: vec![Op {
            key: "k".into(),
            body: OpBody::Put(Value::Null),
            pred: (1..=n).map(|counter| OpId { counter, actor: actor(1) }).collect(),
        }],
        ..change(0)
    };
    assert!(Change::decode(&many(4_096).encode().0).is_ok());
    assert_eq!(Change::decode(&many(4_097).encode().0), Err(ChangeError::TooMany("predecessors")));
    assert_eq!(Change::decode(&change(0).encode().0), Err(ChangeError::Column("no operation")));
    let late = |start_op: u64| Change { start_op, ..change(2) };
    assert!(Change::decode(&late(COUNTER_MAX - 1).encode().0).is_ok());
    assert_eq!(Change::decode(&late(COUNTER_MAX).encode().0), Err(ChangeError::Number));
    let mut twisted = many(2);
    twisted.ops[0].pred.reverse();
    assert_eq!(Change::decode(&twisted.encode().0), Err(ChangeError::NotCanonical));
}
