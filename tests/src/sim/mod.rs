//! A seeded simulation: what five people may do in a month, in an order and with faults that a seed decides, and what has to hold whatever
//! they did. `acts.rs` does, `checks.rs` judges.
//!
//! One seed is one history: it is replayed exactly, so a failure is a number.

mod acts;
mod checks;
mod desk;
mod erase;
mod people;
mod photos;
mod setback;

use crate::world::World;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

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
    /// What the server can be set back to.
    backup: Option<setback::Earlier>,
    copy: Option<setback::Earlier>,
    /// When it first was, ms.
    set_back_at: Option<i64>,
    /// Devices that have not been in full agreement since it was.
    unheard: BTreeSet<usize>,
    /// Two phones with one key.
    twins: Option<(usize, usize)>,
    /// Devices that the server told that they are copied: nobody works with them any more.
    stopped: BTreeSet<usize>,
    /// Photos taken so far, in a history with photos.
    photos: Option<u32>,
    /// The offices merge, redraw and take imports back.
    has_desk_work: bool,
    /// Files that went into others, households and people.
    merged: Vec<serde_json::Value>,
}

/// What has to happen in enough histories.
pub const EVERYTHING: [&str; 44] = [
    "a backup",
    "a copy of the server",
    "restored from a backup",
    "a folder copied back",
    "a database copied back beside its ledger",
    "heard after the server was set back",
    "a case shown",
    "a case taken back",
    "a case handed up",
    "a case in a workflow that was chosen",
    "steps of a case that do not fit",
    "a step by somebody whom a case was shown to",
    "somebody stands in",
    "a phone copied",
    "a copied phone found out",
    "the power went within a command",
    "the power went within a sync",
    "the power of the server went",
    "a device killed",
    "the server restarted",
    "a clock set wrong",
    "a log compacted",
    "written while an answer was on its way",
    "a request lost",
    "an answer lost",
    "a request twice, the first answer",
    "a request twice, the second answer",
    "a request late",
    "an answer cut",
    "an answer that is rubbish",
    "erase",
    "withdraw_contact",
    "move_units",
    "add_membership",
    "end_membership",
    "adopt_refused",
    "return_refused",
    "ask_office",
    "resend_refused",
    "settle_conflict",
    "decide_held",
    "import_roster",
    "undo_visit",
    "move_person",
];

/// How often each kind of thing happened in all histories of this process: a check of something that never happens holds nothing.
static HAPPENED: Mutex<BTreeMap<&'static str, u64>> = Mutex::new(BTreeMap::new());

pub use desk::DESK_WORK;

/// What happened so far, and how often.
pub fn happened() -> BTreeMap<&'static str, u64> {
    HAPPENED.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Runs one seed; panics with what went wrong.
pub fn run(seed: u64) {
    history(seed, What::default(), |_| ());
}

/// The same while the offices merge households and people and take them apart, redraw grids and take whole imports back.
pub fn run_with_desk_work(seed: u64) {
    history(seed, What { has_desk_work: true, ..What::default() }, |_| ());
}

/// What a history has beside the ordinary: what others have stays as it was, seed by seed.
#[derive(Default)]
struct What {
    has_photos: bool,
    has_desk_work: bool,
}

/// The same with photos: every second visit, case and step carries one.
pub fn run_with_photos(seed: u64) {
    history(seed, What { has_photos: true, ..What::default() }, |_| ());
}

/// Runs one seed; a digest of what everybody shows at the end.
pub fn shown_at_the_end(seed: u64) -> String {
    history(seed, What::default(), Sim::digest)
}

fn history<T>(seed: u64, what: What, end: impl FnOnce(&Sim) -> T) -> T {
    let mut sim = Sim {
        world: World::wide(seed),
        rng: StdRng::seed_from_u64(seed),
        told: VecDeque::new(),
        visits: BTreeSet::new(),
        cases: BTreeSet::new(),
        wrote: BTreeSet::new(),
        forms: Vec::new(),
        backup: None,
        copy: None,
        set_back_at: None,
        unheard: BTreeSet::new(),
        twins: None,
        stopped: BTreeSet::new(),
        photos: what.has_photos.then_some(0),
        has_desk_work: what.has_desk_work,
        merged: Vec::new(),
    };
    let result = catch_unwind(AssertUnwindSafe(|| {
        for _ in 0..STEPS {
            sim.step();
            sim.check_step();
        }
        sim.heal();
        sim.check_end();
        sim.check_photos();
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
        if std::env::var_os("SIM_TELL").is_some() {
            eprintln!("{text}");
        }
        if self.told.len() == TOLD {
            self.told.pop_front();
        }
        self.told.push_back(text);
    }

    /// Counts something that happened.
    fn did(&self, what: &'static str) {
        *HAPPENED.lock().unwrap_or_else(PoisonError::into_inner).entry(what).or_default() += 1;
    }

    /// One of these who still works; of two phones with one key either.
    fn one_of(&mut self, list: &[usize]) -> usize {
        let who = list[self.rng.gen_range(0..list.len())];
        let is_other = self.chance(50);
        let who = self.twins.filter(|(a, _)| *a == who && is_other).map_or(who, |(_, b)| b);
        if self.stopped.contains(&who) { crate::world::OFFICE } else { who }
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.rng.gen_range(0..100) < percent
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        if list.is_empty() { None } else { Some(&list[self.rng.gen_range(0..list.len())]) }
    }
}
