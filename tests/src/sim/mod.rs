//! A seeded simulation: what five people may do in a month, in an order and with faults that a seed decides, and what has to hold whatever
//! they did. `acts.rs` does, `checks.rs` judges.
//!
//! One seed is one history: it is replayed exactly, so a failure is a number.

mod acts;
mod checks;
mod erase;

use crate::world::World;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::collections::{BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Steps of one history.
const STEPS: u32 = 70;
/// Steps of a history that are printed when it fails.
const TOLD: usize = 30;

/// A value that somebody wrote, as the history of its key has to keep it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Wrote {
    by: usize,
    record: String,
    key: String,
    value: String,
}

/// A history while it happens.
pub struct Sim {
    world: World,
    rng: StdRng,
    told: VecDeque<String>,
    /// (device, visit, household) recorded and not undone.
    visits: BTreeSet<(usize, String, String)>,
    /// (device, case) reported.
    cases: BTreeSet<(usize, String)>,
    wrote: BTreeSet<Wrote>,
    /// Forms that stand open: (device, person, key, operations shown).
    forms: Vec<(usize, String, String, serde_json::Value)>,
}

/// Runs one seed; panics with what went wrong.
pub fn run(seed: u64) {
    history(seed, |_| ());
}

/// Runs one seed; a digest of what everybody shows at the end.
pub fn shown_at_the_end(seed: u64) -> String {
    history(seed, Sim::digest)
}

fn history<T>(seed: u64, end: impl FnOnce(&Sim) -> T) -> T {
    let mut sim = Sim {
        world: World::new(seed),
        rng: StdRng::seed_from_u64(seed),
        told: VecDeque::new(),
        visits: BTreeSet::new(),
        cases: BTreeSet::new(),
        wrote: BTreeSet::new(),
        forms: Vec::new(),
    };
    let result = catch_unwind(AssertUnwindSafe(|| {
        for _ in 0..STEPS {
            sim.step();
            sim.check_step();
        }
        sim.heal();
        sim.check_end();
        end(&sim)
    }));
    result.unwrap_or_else(|cause| {
        let told: Vec<String> = sim.told.iter().cloned().collect();
        eprintln!("seed {seed} failed after:\n  {}\nreplay it with: make sim SEED={seed}", told.join("\n  "));
        std::panic::resume_unwind(cause)
    })
}

impl Sim {
    fn tell(&mut self, text: String) {
        if self.told.len() == TOLD {
            self.told.pop_front();
        }
        self.told.push_back(text);
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.rng.gen_range(0..100) < percent
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        if list.is_empty() { None } else { Some(&list[self.rng.gen_range(0..list.len())]) }
    }
}
