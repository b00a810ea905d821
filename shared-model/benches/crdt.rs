//! How long the things take that happen once per document: `cargo bench -p shared-model`.
//!
//! Plain loops and the best of several rounds; the numbers are for comparing two versions on one machine. A document has 12 keys and one
//! actor, like a household after an import.
#![allow(clippy::unwrap_used)]

use shared_model::crdt::gate::{self, EmptyPast};
use shared_model::crdt::{ActorId, Change, Edit, Registers, Value};
use std::hint::black_box;
use std::time::Instant;

const ROUNDS: u32 = 7;
const TIMES: u32 = 20_000;

fn measure<T>(name: &str, mut run: impl FnMut() -> T) {
    let best = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..TIMES {
                black_box(run());
            }
            start.elapsed() / TIMES
        })
        .min()
        .unwrap();
    println!("{name:<44} {best:>10.2?}");
}

fn main() {
    let keys = ["building", "unit", "floor", "door", "head_name", "phone", "persons", "tags", "tier", "housing", "note", "next_visit"];
    let edits: Vec<Edit> = keys.iter().map(|key| Edit::put(*key, format!("value of {key}"))).collect();
    let me = ActorId([7; 16]);
    let empty = Registers::default();
    let (change, bytes, hash) = empty.author(me, None, 1_760_000_000, &edits).unwrap();
    let mut registers = empty.clone();
    registers.apply(&change, hash).unwrap();
    let stored = registers.encode(&|_| true);
    let full = registers.encode_full();
    let (second, _, second_hash) = registers.author(me, Some(hash), 1_760_000_001, &[Edit::put("note", "x")]).unwrap();
    let mut later = registers.clone();
    later.apply(&second, second_hash).unwrap();

    println!("change {} bytes, stored {} bytes, full {} bytes", bytes.len(), stored.len(), full.len());
    measure("author 12 edits and encode the change", || empty.author(me, None, 1_760_000_000, &edits));
    measure("decode the change", || Change::decode(&bytes));
    measure("check it at the gate", || gate::check(&bytes, &empty, &EmptyPast, me, &|_, _| Ok(())));
    measure("apply it to an empty document", || {
        let mut registers = Registers::default();
        registers.apply(&change, hash).map(|_| registers)
    });
    measure("encode registers, winners in columns", || registers.encode(&|_| true));
    measure("decode registers, winners in columns", || Registers::decode(&stored, &mut |_| Some(Value::Int(1))));
    measure("encode registers in full", || registers.encode_full());
    measure("decode registers in full", || Registers::decode_full(&full));
    measure("join with a later state", || registers.join(&later));
    measure("digest term", || registers.digest_term(&[1; 40]));
}
