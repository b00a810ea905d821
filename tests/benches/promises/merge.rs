//! Merging as such, without a store: registers that take changes beside documents that are loaded, changed and saved; and the cheap part of
//! the server's gate beside an append of what it lets through.

use crate::meter::{Cost, measured, median, ms, note, say_ratio, times};
use automerge::Automerge;
use shared_model::crdt::{ActorId, Change, ChangeHash, Clock, Edit, OpBody, OpId, Past, PastOp, Registers, gate};
use std::collections::{BTreeMap, HashMap};

/// Documents that the changes fall on.
const DOCUMENTS: usize = 1_000;
/// Commands that a server judges in one transaction.
const GROUP: usize = 100;
const ROUNDS: usize = 5;

/// A document as stored in both forms, and the changes that come.
struct Case {
    registers: Vec<u8>,
    library: Vec<u8>,
    changes: Vec<Vec<u8>>,
}

fn actor(n: usize) -> ActorId {
    ActorId([u8::try_from(n % 250).expect("below 250") + 1; 16])
}

/// A household of twelve fields and edits of it by three people in turn.
fn case(document: usize, changes: usize) -> Case {
    let fields = ["building", "unit_no", "door", "head_name", "contact_phone", "tier", "note", "since", "rented", "hub", "vacant", "batch"];
    let made: Vec<Edit> = fields.iter().map(|key| Edit::put(*key, format!("{key} {document}"))).collect();
    let mut now = Registers::default();
    let (change, bytes, hash) = now.author(actor(document), None, 1_760_000_000, &made).unwrap();
    now.apply(&change, hash).unwrap();
    let mut doc = Automerge::new();
    doc.apply_changes([automerge::Change::from_bytes(bytes).unwrap()]).unwrap();
    let (registers, library) = (now.encode_full(), doc.save());
    let mut own: HashMap<ActorId, ChangeHash> = HashMap::new();
    let written = (0..changes).map(|n| {
        let who = actor(document + 1 + n % 3);
        let edit = Edit::put(fields[3 + n % 9], format!("{n} of {document}"));
        let (change, bytes, hash) = now.author(who, own.get(&who).copied(), 1_760_000_100 + n as i64, &[edit]).unwrap();
        now.apply(&change, hash).unwrap();
        own.insert(who, hash);
        bytes
    });
    let changes = written.collect();
    Case { registers, library, changes }
}

/// Registers take so many changes; so do documents of the library.
pub fn merge() {
    for (changes, rounds) in [(10_000, 3), (100_000, 1)] {
        let cases: Vec<Case> = (0..DOCUMENTS).map(|at| case(at, changes / DOCUMENTS)).collect();
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            ours.push(measured(|| cases.iter().map(|c| into_registers(c).len()).sum::<usize>()).0);
            theirs.push(measured(|| cases.iter().map(|c| into_library(c).len()).sum::<usize>()).0);
        }
        let (ours, theirs) = (median(&ours), median(&theirs));
        let mark = if times(theirs.cpu, ours.cpu) >= 8.0 { "kept  " } else { "MISSED" };
        println!(
            "{mark} {:<58} {:>9.2} ms   library {:>6.0} ms   {:>5.1} × faster   promised ≥ 8 ×",
            format!("merge of {changes} changes into {DOCUMENTS} documents"),
            ms(ours.cpu),
            ms(theirs.cpu),
            times(theirs.cpu, ours.cpu)
        );
    }
    note("both: the stored form read, every change read and applied, the stored form written; processor");
}

fn into_registers(c: &Case) -> Vec<u8> {
    let mut registers = Registers::decode_full(&c.registers).unwrap();
    for bytes in &c.changes {
        let (change, hash) = Change::decode(bytes).unwrap();
        registers.apply(&change, hash).unwrap();
    }
    registers.encode_full()
}

fn into_library(c: &Case) -> Vec<u8> {
    let mut doc = Automerge::load(&c.library).unwrap();
    doc.apply_changes(c.changes.iter().map(|bytes| automerge::Change::from_bytes(bytes.clone()).unwrap())).unwrap();
    doc.save()
}

/// What was accepted of a document, in memory.
#[derive(Default)]
struct Archive {
    clocks: HashMap<ChangeHash, BTreeMap<ActorId, Clock>>,
    ops: HashMap<OpId, PastOp>,
}

impl Archive {
    fn add(&mut self, checked: &gate::Checked) {
        self.clocks.insert(checked.hash, checked.clock.clone());
        for (id, op) in checked.change.ops_with_ids() {
            self.ops.insert(id, PastOp { key: op.key.clone(), is_put: matches!(op.body, OpBody::Put(_)) });
        }
    }
}

impl Past for Archive {
    fn change_clock(&self, hash: &ChangeHash) -> Option<BTreeMap<ActorId, Clock>> {
        self.clocks.get(hash).cloned()
    }

    fn op(&self, id: &OpId) -> Option<PastOp> {
        self.ops.get(id).cloned()
    }
}

/// The gate without the library: every change read, judged in its causal past and joined, then appended; a group in one transaction.
pub fn cheap_gate() {
    let dir = tempfile::tempdir().unwrap();
    let open = |name: &str| {
        let log = rusqlite::Connection::open(dir.path().join(name)).unwrap();
        log.execute_batch(
            "pragma journal_mode = wal; pragma synchronous = full;
             create table log (seq integer primary key, hash blob not null, body blob not null) strict;",
        )
        .unwrap();
        log
    };
    let (mut judged_log, mut plain_log) = (open("judged.db"), open("plain.db"));
    let append = |log: &mut rusqlite::Connection, changes: &[(ChangeHash, Vec<u8>)]| {
        let tx = log.transaction().unwrap();
        for (hash, bytes) in changes {
            tx.prepare_cached("insert into log (hash, body) values (?1, ?2)")
                .unwrap()
                .execute(rusqlite::params![hash.0.as_slice(), bytes])
                .unwrap();
        }
        tx.commit().unwrap();
    };
    let (mut judged, mut gate_alone, mut appended): (Vec<Cost>, Vec<Cost>, Vec<Cost>) = Default::default();
    for round in 0..ROUNDS {
        let mut held: Vec<(Registers, Archive, Vec<u8>, ActorId)> = (0..GROUP)
            .map(|at| {
                let c = case(round * GROUP + at, 1);
                let registers = Registers::decode_full(&c.registers).unwrap();
                let library = Automerge::load(&c.library).unwrap();
                let mut archive = Archive::default();
                for change in library.get_changes(&[]) {
                    let (change, hash) = Change::decode(change.raw_bytes()).unwrap();
                    archive.add(&gate::Checked { change, hash, clock: registers.clock.clone() });
                }
                (registers, archive, c.changes[0].clone(), actor(round * GROUP + at + 1))
            })
            .collect();
        let mut passed = Vec::new();
        let (took, ()) = measured(|| {
            for (registers, archive, bytes, who) in &mut held {
                let checked = gate::check(bytes, registers, archive, *who, &|_, _| Ok(())).unwrap();
                registers.apply(&checked.change, checked.hash).unwrap();
                passed.push((checked.hash, std::mem::take(bytes)));
            }
        });
        gate_alone.push(took);
        let (wrote, ()) = measured(|| append(&mut judged_log, &passed));
        judged.push(Cost { wall: took.wall + wrote.wall, cpu: took.cpu + wrote.cpu });
        appended.push(measured(|| append(&mut plain_log, &passed)).0);
    }
    let (judged, gate_alone, appended) = (median(&judged), median(&gate_alone), median(&appended));
    say_ratio(&format!("server: {GROUP} changes through the cheap gate and appended"), judged.wall, appended.wall, 1.6);
    note(&format!("the gate alone: {:.1} µs a change", ms(gate_alone.wall) * 1000.0 / GROUP as f64));
}
