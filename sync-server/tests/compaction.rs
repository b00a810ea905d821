//! The law of compaction: for every cursor and every compaction, what a device ends with is the same. Random histories of edits, new
//! records and erasures, with compactions in between; a reader is remembered at every place where it ever stood, and each of these readers
//! catches up at the end.

#![allow(clippy::unwrap_used)]

mod support;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use shared_model::Role;
use shared_model::class::Class;
use shared_model::crdt::Edit;
use shared_model::doc::DocId;
use shared_model::records::Kind;
use shared_model::wire::{Ask, RowBody};
use support::*;
use uuid::Uuid;

const HOUR_MS: i64 = 3_600_000;
/// Enough rows that a first sync takes a bundle of its own accord, too.
const STEPS: usize = 120;

struct History {
    rng: StdRng,
    world: World,
    writers: [Device; 2],
    building: Uuid,
    /// Household and person, with the generation that is open.
    people: Vec<(Uuid, Uuid, u16)>,
    /// Numbers what is made and written.
    made: u32,
}

impl History {
    fn new(seed: u64) -> Self {
        let world = World::new();
        let mut office = world.office();
        let building = office.make_building(1);
        office.sync(&world);
        let mut ana = world.device(Role::Worker, GRID, "安然");
        ana.sync(&world);
        History { rng: StdRng::seed_from_u64(seed), world, writers: [office, ana], building, people: Vec::new(), made: 0 }
    }

    fn make(&mut self) {
        self.made += 1;
        let w = &mut self.writers[self.rng.gen_range(0..2)];
        let home = w.make_household(self.building, &format!("{}", 100 + self.made));
        let person = w.make_person(self.building, home, &format!("住户{}", self.made));
        self.people.push((home, person, 0));
        w.sync(&self.world);
    }

    /// One or both write the same person, not having seen each other.
    fn edit(&mut self) {
        let Some(at) = self.pick() else { return self.make() };
        let (_, person, generation) = self.people[at];
        let doc = DocId { record: person, class: Class::Register, generation };
        let both = self.rng.gen_bool(0.3);
        for n in 0..2 {
            self.made += 1;
            let value = self.made.to_string();
            let key = ["nickname", "employer", "note"][self.rng.gen_range(0..3)];
            if (both || n == self.rng.gen_range(0..2)) && self.writers[n].base.contains_key(&doc) {
                self.writers[n].write(self.building, doc, Kind::Person, &[Edit::put(key, value)]);
            }
        }
        let first = self.rng.gen_range(0..2);
        for n in [first, 1 - first] {
            self.writers[n].sync(&self.world);
        }
    }

    fn erase(&mut self) {
        let Some(at) = self.pick() else { return };
        let (_, person, generation) = self.people[at];
        self.writers[0].command("erase", Some(Ask::Erase { record: person, reason: "asked".into() }), vec![]);
        self.sync();
        // entered again, or gone for good
        if self.rng.gen_bool(0.5) {
            let doc = DocId { record: person, class: Class::Register, generation: generation + 1 };
            let home = self.people[at].0;
            let edits = [Edit::put("household", home.to_string()), Edit::put("name", format!("第{}次", generation + 2))];
            self.writers[0].write(self.building, doc, Kind::Person, &edits);
            self.people[at].2 += 1;
            self.sync();
        } else {
            self.people.remove(at);
        }
    }

    fn pick(&mut self) -> Option<usize> {
        (!self.people.is_empty()).then(|| self.rng.gen_range(0..self.people.len()))
    }

    fn sync(&mut self) {
        for w in &mut self.writers {
            w.sync(&self.world);
        }
    }

    fn compact(&mut self) {
        let keep = [0, 10, 40][self.rng.gen_range(0..3)] * HOUR_MS;
        self.world.server.compact(keep).unwrap();
    }
}

/// A copy of a device that may ask beside the one it was copied from.
fn copied(device: &Device, n: usize) -> Device {
    Device { requests: 1_000_000 * (n as u64 + 1), rows_seen: Vec::new(), ..device.clone() }
}

fn run(seed: u64) {
    let mut h = History::new(seed);
    let mut reader = h.world.device(Role::Worker, GRID, "薄云");
    let mut stood = vec![copied(&reader, 0)];
    for _ in 0..STEPS {
        match h.rng.gen_range(0..100) {
            0..20 => h.make(),
            20..75 => h.edit(),
            75..80 => h.erase(),
            80..88 => h.compact(),
            88..94 => h.world.env.pass(h.rng.gen_range(1..20) * HOUR_MS),
            _ => {
                reader.sync(&h.world);
                assert!(reader.agreed, "seed {seed}");
                stood.push(copied(&reader, stood.len()));
            }
        }
    }
    h.sync();
    let mut fresh = h.world.device(Role::Worker, GRID, "新来的");
    // what is read to the end before the last compaction is the truth
    reader.sync(&h.world);
    assert!(reader.agreed, "seed {seed}");
    let held = h.rng.gen_range(0..2) * 20 * HOUR_MS;
    h.world.server.compact(held).unwrap();
    assert!(h.world.server.digests_hold().unwrap());
    fresh.sync(&h.world);
    for (n, late) in stood.iter_mut().chain([&mut fresh]).enumerate() {
        late.sync(&h.world);
        assert!(late.agreed, "seed {seed}: the reader that stood at place {n}");
        assert_eq!(late.base, reader.base, "seed {seed}: the reader that stood at place {n}");
        let seqs = |d: &Device| d.cursors.values().map(|c| (c.unit, c.class, c.seq, c.mark)).collect::<Vec<_>>();
        assert_eq!(seqs(late), seqs(&reader), "seed {seed}: place {n}");
        assert!(late.cursors.values().all(|c| c.bundle.is_none()));
    }
}

#[test]
fn for_every_cursor_and_every_compaction_a_device_ends_with_the_same() {
    let seeds = std::env::var("COMPACTION_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(5);
    (0..seeds).for_each(run);
}

#[test]
fn a_compacted_log_keeps_marks_and_removals_and_sends_no_old_change() {
    let mut h = History::new(7);
    (0..3).for_each(|_| h.make());
    let gone = h.people[0].1;
    let mut reader = h.world.device(Role::Worker, GRID, "薄云");
    reader.sync(&h.world);
    let late = copied(&reader, 1);
    h.writers[0].command("erase", Some(Ask::Erase { record: gone, reason: "asked".into() }), vec![]);
    (0..6).for_each(|_| h.edit());
    h.sync();
    h.world.env.pass(HOUR_MS);
    assert!(h.world.server.compact(0).unwrap() > 10);
    assert_eq!(h.world.server.compact(0).unwrap(), 0, "a second time there is nothing to do");
    // who stood at the head goes on, row by row
    reader.sync(&h.world);
    assert!(reader.agreed);
    let mut late = late;
    late.sync(&h.world);
    assert!(late.agreed && late.base == reader.base);
    let purges = late.rows_seen.iter().filter(|row| matches!(row, RowBody::Purge { doc } if doc.record == gone)).count();
    assert!(purges > 0, "the bundle does not tell what is gone; the purge row does");
    // a bundle may tell a document by the only change it has; of a document with a history none is sent
    let mut told = std::collections::BTreeSet::new();
    let changes = late.rows_seen.iter().filter_map(|row| if let RowBody::Change { doc, .. } = row { Some(*doc) } else { None });
    assert!(changes.into_iter().all(|doc| told.insert(doc)), "a change that the log has lost was sent");
    h.edit();
    h.sync();
    late.sync(&h.world);
    assert!(late.agreed);
}

#[test]
fn a_bundle_that_compaction_overtook_begins_again() {
    let mut h = History::new(8);
    (0..4).for_each(|_| h.make());
    h.world.server.compact(0).unwrap();
    let mut late = h.world.device(Role::Worker, GRID, "薄云");
    // only the first page of each partition arrives, and what it says of a bundle stays
    let reply = late.send(&h.world).unwrap();
    late.apply(&reply);
    for (_, cursor) in late.cursors.iter_mut().filter(|(_, c)| c.seq > 0) {
        let hash = [9; 16];
        cursor.bundle = Some(shared_model::wire::BundleCursor { at: cursor.seq, hash, page: 1 });
        (cursor.seq, cursor.mark) = (0, [0; 16]);
    }
    late.base.clear();
    (0..4).for_each(|_| h.edit());
    h.world.server.compact(0).unwrap();
    late.sync(&h.world);
    assert!(late.agreed, "a bundle that is gone, or that no longer reaches the log, is begun again at its first page");
}
