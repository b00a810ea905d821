//! What the register tests share: a seeded source of chance, random histories, and Automerge as the oracle.
//!
//! A history is a set of changes with their causal pasts, written by 2–6 actors that see more or less of each other. Nothing here sleeps,
//! reads a clock or draws randomness: a failing seed is the whole report.
#![allow(dead_code, clippy::unwrap_used)]

use automerge::{Automerge, ReadDoc, ScalarValue, transaction::CommitOptions, transaction::Transactable};
use shared_model::crdt::{ActorId, Change, ChangeHash, Clock, Edit, LiveOp, Op, OpBody, OpId, Past, PastOp, Registers, Value, del_value};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// SplitMix64.
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// True `n` times of a hundred.
    pub fn percent(&mut self, n: u64) -> bool {
        self.next() % 100 < n
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    pub fn shuffle<T>(&mut self, of: &mut [T]) {
        for at in (1..of.len()).rev() {
            of.swap(at, self.below(at + 1));
        }
    }
}

pub const KEYS: [&str; 5] = ["name", "phone", "门牌", "ext/水表", "z"];

/// Few values, so that equal ones meet.
pub fn any_value(chance: &mut Chance) -> Value {
    match chance.below(10) {
        0 | 1 => Value::Null,
        2 => true.into(),
        3 => false.into(),
        4 => Value::Int([0, 1, -1, 63, 64, -64, -65, 300, i64::MAX, i64::MIN][chance.below(10)]),
        5 => Value::F64([0.0, -1.5, 1e300][chance.below(3)]),
        6 => "".into(),
        7 => "王秀英".into(),
        8 => "x".repeat(chance.below(200)).into(),
        _ => "a".into(),
    }
}

pub fn actor(n: usize) -> ActorId {
    // Neither the order of creation nor that of the first byte alone.
    let mut bytes = [0xa0 ^ (n as u8).wrapping_mul(0x3b); 16];
    bytes[15] = n as u8;
    ActorId(bytes)
}

/// A change with what stands before it.
#[derive(Clone)]
pub struct Entry {
    pub change: Change,
    pub bytes: Vec<u8>,
    pub hash: ChangeHash,
    /// Indexes of its causal past, itself not included.
    pub past: BTreeSet<usize>,
}

/// What one actor holds.
#[derive(Clone, Default)]
pub struct Replica {
    pub held: BTreeSet<usize>,
    pub registers: Registers,
    pub own_hash: Option<ChangeHash>,
}

#[derive(Default)]
pub struct History {
    pub log: Vec<Entry>,
}

impl History {
    pub fn replay(&self, order: impl IntoIterator<Item = usize>) -> Registers {
        let mut registers = Registers::default();
        for at in order {
            let entry = &self.log[at];
            registers.apply(&entry.change, entry.hash).expect("the order is causal");
        }
        registers
    }

    /// A random order of these changes in which nothing stands before its past.
    pub fn causal_order(&self, of: &BTreeSet<usize>, chance: &mut Chance) -> Vec<usize> {
        let mut left: Vec<usize> = of.iter().copied().collect();
        let mut order = Vec::new();
        let mut done = BTreeSet::new();
        while !left.is_empty() {
            let ready: Vec<usize> = (0..left.len()).filter(|at| self.log[left[*at]].past.is_subset(&done)).collect();
            let next = left.swap_remove(*chance.pick(&ready));
            done.insert(next);
            order.push(next);
        }
        order
    }

    /// Random changes with everything before them.
    pub fn causal_cut(&self, chance: &mut Chance) -> BTreeSet<usize> {
        let mut cut = BTreeSet::new();
        let few = 10 + chance.below(60) as u64;
        for (at, entry) in self.log.iter().enumerate() {
            if chance.percent(few) {
                cut.extend(&entry.past);
                cut.insert(at);
            }
        }
        cut
    }

    /// `replica` receives everything `of` holds.
    pub fn deliver(&self, replica: &mut Replica, of: &BTreeSet<usize>) {
        for at in of.difference(&replica.held.clone()) {
            let entry = &self.log[*at];
            replica.registers.apply(&entry.change, entry.hash).expect("indexes are in causal order");
            replica.held.insert(*at);
        }
    }

    pub fn write(&mut self, replica: &mut Replica, change: Change, bytes: Vec<u8>, hash: ChangeHash) -> usize {
        replica.registers.apply(&change, hash).expect("its own next change");
        let at = self.log.len();
        self.log.push(Entry { change, bytes, hash, past: replica.held.clone() });
        replica.held.insert(at);
        replica.own_hash = Some(hash);
        at
    }
}

/// One to four edits of one form: puts, nulls, settlements, forms opened earlier, deletions and their undoing.
pub fn any_edits(chance: &mut Chance, now: &Registers, earlier: &Registers) -> Vec<Edit> {
    let mut edits = Vec::new();
    for _ in 0..1 + chance.below(4) {
        let key = *chance.pick(&KEYS);
        let ids = |registers: &Registers| registers.live.get(key).into_iter().flatten().map(|op| op.id).collect::<Vec<_>>();
        let seen = match chance.below(6) {
            0 => Some(ids(earlier)),
            1 => Some(ids(now).into_iter().filter(|_| chance.percent(60)).collect()),
            _ => None,
        };
        let live = now.live.get(key).filter(|_| chance.percent(50));
        let value = match live {
            Some(ops) => chance.pick(ops).value.clone(),
            None => any_value(chance),
        };
        edits.push(Edit { key: key.to_owned(), value, seen, settle: chance.percent(25) });
    }
    if chance.percent(10) {
        let value = if chance.percent(60) { del_value(now).into() } else { Value::Null };
        edits.push(Edit::put(shared_model::crdt::DEL_KEY, value));
    }
    edits
}

/// Whether every put or delete replaces all that was live, so that Automerge would write the same.
pub fn replaces_all_live(change: &Change, before: &Registers) -> bool {
    let mut deleted = BTreeSet::new();
    change.ops.iter().all(|op| {
        let live: Vec<OpId> = before.live.get(&op.key).into_iter().flatten().map(|op| op.id).collect();
        let is_second = !deleted.insert(op.key.as_str());
        if is_second { op.pred.is_empty() } else { op.pred == live }
    })
}

pub fn to_scalar(value: &Value) -> ScalarValue {
    match value {
        Value::Null => ScalarValue::Null,
        Value::Bool(v) => ScalarValue::Boolean(*v),
        Value::Int(v) => ScalarValue::Int(*v),
        Value::F64(v) => ScalarValue::F64(*v),
        Value::Str(v) => ScalarValue::Str(v.as_str().into()),
    }
}

pub fn from_scalar(value: &ScalarValue) -> Value {
    match value {
        ScalarValue::Null => Value::Null,
        ScalarValue::Boolean(v) => Value::Bool(*v),
        ScalarValue::Int(v) => Value::Int(*v),
        ScalarValue::F64(v) => Value::F64(*v),
        ScalarValue::Str(v) => Value::Str(v.to_string()),
        other => panic!("not flat: {other:?}"),
    }
}

pub fn new_doc(actor: ActorId) -> Automerge {
    Automerge::new().with_actor(automerge::ActorId::from(actor.0))
}

pub fn load_change(bytes: &[u8]) -> automerge::Change {
    automerge::Change::from_bytes(bytes.to_vec()).expect("Automerge reads what we write")
}

/// Does in Automerge what the operations say; what it writes.
pub fn write_in_automerge(doc: &mut Automerge, ops: &[Op], time: i64) -> Option<Vec<u8>> {
    let mut tx = doc.transaction();
    for op in ops {
        match &op.body {
            OpBody::Put(value) => tx.put(automerge::ROOT, op.key.as_str(), to_scalar(value)).unwrap(),
            OpBody::Delete => tx.delete(automerge::ROOT, op.key.as_str()).unwrap(),
        }
    }
    let (hash, _) = tx.commit_with(CommitOptions::default().with_time(time));
    hash?;
    Some(doc.get_last_local_change().unwrap().raw_bytes().to_vec())
}

/// The live operations Automerge knows, key by key, sorted by id.
pub fn live_in(doc: &Automerge) -> BTreeMap<String, Vec<(OpId, Value)>> {
    let mut live = BTreeMap::new();
    for key in doc.keys(automerge::ROOT) {
        let mut ops: Vec<(OpId, Value)> = doc
            .get_all(automerge::ROOT, key.as_str())
            .unwrap()
            .into_iter()
            .map(|(value, id)| (id.to_string().parse().unwrap(), from_scalar(value.as_scalar().unwrap())))
            .collect();
        ops.sort_by_key(|(id, _)| *id);
        live.insert(key, ops);
    }
    live
}

pub fn live_of(registers: &Registers) -> BTreeMap<String, Vec<(OpId, Value)>> {
    let plain = |ops: &Vec<LiveOp>| ops.iter().map(|op| (op.id, op.value.clone())).collect();
    registers.live.iter().map(|(key, ops)| (key.clone(), plain(ops))).collect()
}

pub fn heads_in(doc: &Automerge) -> Vec<ChangeHash> {
    let mut heads: Vec<ChangeHash> = doc.get_heads().into_iter().map(|hash| ChangeHash(hash.0)).collect();
    heads.sort();
    heads
}

/// Same live values per key, same winner, same heads.
pub fn assert_agrees(registers: &Registers, doc: &Automerge, what: &str) {
    assert_eq!(live_of(registers), live_in(doc), "{what}: live values");
    assert_eq!(registers.heads.iter().map(|head| head.hash).collect::<Vec<_>>(), heads_in(doc), "{what}: heads");
    for key in registers.live.keys() {
        let winner = doc.get(automerge::ROOT, key.as_str()).unwrap().map(|(value, _)| from_scalar(value.as_scalar().unwrap()));
        assert_eq!(registers.winner(key).map(|op| op.value.clone()), winner, "{what}: winner of {key}");
    }
}

/// The archive of a server in memory.
#[derive(Clone, Default)]
pub struct Archive {
    pub clocks: HashMap<ChangeHash, BTreeMap<ActorId, Clock>>,
    pub ops: HashMap<OpId, PastOp>,
}

impl Archive {
    pub fn add(&mut self, change: &Change, hash: ChangeHash, clock: BTreeMap<ActorId, Clock>) {
        self.clocks.insert(hash, clock);
        for (id, op) in change.ops_with_ids() {
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

/// Runs the seeds on both cores.
pub fn for_seeds(seeds: std::ops::Range<u64>, test: impl Fn(u64) + Sync) {
    let threads = std::thread::available_parallelism().map_or(2, usize::from).min(4) as u64;
    let test = &test;
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let seeds = seeds.clone();
            scope.spawn(move || {
                for seed in seeds.filter(|seed| seed % threads == thread) {
                    let shown = Shown(seed);
                    test(seed);
                    std::mem::forget(shown);
                }
            });
        }
    });
}

/// Names the seed of a test that panics.
struct Shown(u64);

impl Drop for Shown {
    fn drop(&mut self) {
        eprintln!("failing seed: {}", self.0);
    }
}
