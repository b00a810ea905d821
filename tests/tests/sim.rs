//! Many seeds of the simulation. `SIM_SEEDS` says how many, `SIM_FROM` where to begin, `SIM_SEED` names a single one to be
//! replayed, `SIM_STOP=1` ends at the first that fails.

use std::sync::atomic::{AtomicU64, Ordering};

/// Seeds when nobody says how many: a first look in the dev profile. `make test` runs 2,000 in fast code beside it.
const SEEDS: u64 = 10;

/// From so many seeds on everything that can happen has happened.
const ENOUGH: u64 = 1_000;

/// Further on than a usual run goes: each broke a check once.
const BROKE_ONCE: [u64; 14] = [2153, 2519, 2525, 2833, 3142, 4002, 5580, 6504, 6748, 6794, 7282, 7555, 8374, 9436];

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
    let known: Vec<u64> = BROKE_ONCE.into_iter().filter(|seed| seeds >= ENOUGH && !(from..from + seeds).contains(seed)).collect();
    let next = AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(2, usize::from).min(8);
    let failed: Vec<u64> = std::thread::scope(|scope| {
        let work = || {
            let mut failed = Vec::new();
            loop {
                let n = next.fetch_add(1, Ordering::SeqCst);
                let after = usize::try_from(n.saturating_sub(seeds)).expect("as many as there are seeds");
                let Some(seed) = (n < seeds).then_some(from + n).or_else(|| known.get(after).copied()) else { return failed };
                if std::panic::catch_unwind(|| e2e::sim::run(seed)).is_err() {
                    failed.push(seed);
                    if number("SIM_STOP").is_some() {
                        next.store(seeds + BROKE_ONCE.len() as u64, Ordering::SeqCst);
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
fn whatever_happens_photos_that_somebody_holds_are_seen_by_whoever_holds_their_record() {
    let seeds = number("SIM_SEEDS").unwrap_or(SEEDS).min(100);
    for seed in number("SIM_FROM").unwrap_or(0)..number("SIM_FROM").unwrap_or(0) + seeds {
        e2e::sim::run_with_photos(seed);
    }
}

#[test]
fn whatever_offices_merge_redraw_and_take_back_meanwhile_nothing_is_lost() {
    if let Some(seed) = number("SIM_DESK") {
        return e2e::sim::run_with_desk_work(seed);
    }
    let (seeds, from) = (number("SIM_SEEDS").unwrap_or(SEEDS).min(200), number("SIM_FROM").unwrap_or(0));
    let broke = |seed: &u64| std::panic::catch_unwind(|| e2e::sim::run_with_desk_work(*seed)).is_err();
    let failed: Vec<u64> = (from..from + seeds).filter(broke).collect();
    assert!(failed.is_empty(), "{} of {seeds} seeds broke a check: {failed:?}; replay one with SIM_DESK={}", failed.len(), failed[0]);
    let happened = e2e::sim::happened();
    let never: Vec<&str> = e2e::sim::DESK_WORK.into_iter().filter(|what| seeds >= 100 && !happened.contains_key(what)).collect();
    assert!(never.is_empty(), "the checks of these hold nothing, because they never happen: {never:?}");
}

#[test]
fn a_seed_is_one_history() {
    assert_eq!(e2e::sim::shown_at_the_end(7), e2e::sim::shown_at_the_end(7));
}
