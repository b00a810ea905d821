//! Many seeds of the simulation. `SIM_SEEDS` says how many, `SIM_FROM` where to begin, `SIM_SEED` names a single one to be
//! replayed, `SIM_STOP=1` ends at the first that fails.

use std::sync::atomic::{AtomicU64, Ordering};

/// Seeds when nobody says how many: a first look in the dev profile. `make test` runs 2,000 in fast code beside it.
const SEEDS: u64 = 10;

/// From so many seeds on everything that can happen has happened.
const ENOUGH: u64 = 1_000;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().filter(|v| !v.is_empty()).map(|v| v.parse().unwrap_or_else(|_| panic!("{name}={v} is no number")))
}

#[test]
fn whatever_happens_nothing_is_lost_and_everybody_agrees_in_the_end() {
    if let Some(seed) = number("SIM_SEED") {
        e2e::sim::run(seed);
        return;
    }
    let seeds = number("SIM_SEEDS").unwrap_or(SEEDS);
    let from = number("SIM_FROM").unwrap_or(0);
    let next = AtomicU64::new(from);
    let threads = std::thread::available_parallelism().map_or(2, usize::from).min(8);
    let failed: Vec<u64> = std::thread::scope(|scope| {
        let work = || {
            let mut failed = Vec::new();
            loop {
                let seed = next.fetch_add(1, Ordering::SeqCst);
                if seed >= from + seeds {
                    return failed;
                }
                if std::panic::catch_unwind(|| e2e::sim::run(seed)).is_err() {
                    failed.push(seed);
                    if number("SIM_STOP").is_some() {
                        next.store(from + seeds, Ordering::SeqCst);
                    }
                }
            }
        };
        let all: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        all.into_iter().flat_map(|t| t.join().expect("a worker catches what its seeds throw")).collect()
    });
    assert!(
        failed.is_empty(),
        "{} of {seeds} seeds broke a check: {failed:?}; replay one with `make sim SEED={}`",
        failed.len(),
        failed[0]
    );
    let happened = e2e::sim::happened();
    let text: Vec<String> = happened.iter().map(|(what, times)| format!("{times:>8} {what}")).collect();
    println!("in {seeds} histories happened:\n{}", text.join("\n"));
    if seeds >= ENOUGH {
        let never: Vec<&str> = e2e::sim::EVERYTHING.into_iter().filter(|what| !happened.contains_key(what)).collect();
        assert!(never.is_empty(), "the checks of these hold nothing, because they never happen: {never:?}");
    }
}

#[test]
fn a_seed_is_one_history() {
    assert_eq!(e2e::sim::shown_at_the_end(7), e2e::sim::shown_at_the_end(7));
}
