//! The promised times, in process and in release, each beside its lower bound: the same facts in the plainest tables under the same database
//! settings (SQLCipher, WAL, `synchronous=full`), on the same disk, in the same run. `cargo bench -p e2e --bench promises`.
//!
//! A name after `--` says what to run: import, list, edit, sync, changes, ingest, gate, merge; many, years and ledger take minutes and run only when
//! they are asked for. What a bound holds is said beneath its line.

#![allow(clippy::unwrap_used)]

mod first_sync;
mod ledger;
mod local;
mod long;
mod merge;
mod meter;
mod steady;

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let wants = |name: &str| asked.is_empty() || asked.iter().any(|a| a == name);
    let benches: [(&str, fn()); 8] = [
        ("import", local::import),
        ("list", local::list),
        ("edit", local::edit),
        ("sync", first_sync::first_sync),
        ("changes", steady::changes),
        ("ingest", steady::ingest),
        ("gate", merge::cheap_gate),
        ("merge", merge::merge),
    ];
    for (name, bench) in benches {
        if wants(name) {
            bench();
        }
    }
    let long: [(&str, fn()); 3] = [("many", long::many), ("years", long::years), ("ledger", ledger::ledger)];
    for (name, bench) in long {
        if asked.iter().any(|a| a == name) {
            bench();
        }
    }
}
