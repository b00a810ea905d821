//! Who looks like whom, kept while the store is open. The first question reads everybody; from then on triggers of this connection note which
//! households and people were written, and the next question compares those alone. So a visit costs nothing and an edit a handful of
//! comparisons. What another program wrote into the same store is not noted here: then everybody is read once more.
//!
//! Nothing of it is written anywhere: the notes are ids in memory (`temp_store = memory`), and only where somebody asks for duplicates.

use super::facts::{Door, Reader, Tagger};
use crate::engine::Engine;
use crate::error::Result;
use rusqlite::Connection;
use shared_model::doc::pair_id;
use shared_model::records::Kind;
use shared_model::same::alike::{PersonFacts, Reason};
use shared_model::same::index::{Compared, Index, Pair};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// From so many written records on everybody is read at once.
const REREAD_FROM: usize = 3_000;

/// The facts of everybody who lives somewhere, and the pairs among them.
pub struct Alike {
    tagger: Tagger,
    /// Writes of other programs that this was made after.
    others: i64,
    doors: HashMap<Uuid, Door>,
    members: HashMap<Uuid, BTreeSet<Uuid>>,
    people: Index<PersonFacts>,
    households: Index<shared_model::same::alike::HouseholdFacts>,
}

/// Notes from now on what is written.
fn watch(db: &Connection) -> Result<()> {
    let mut sql = String::from(
        "create temp table if not exists rewritten (record blob primary key) without rowid;
         create temp table if not exists renumbered (building blob primary key) without rowid;",
    );
    let mut on = |table: &str, event: &str, notes: &str, whom: &[&str]| {
        let name = format!("{notes}_{table}_{}", event.split(' ').next().unwrap_or_default());
        // no "or ignore": what a statement does about conflicts overrides what its triggers say
        let note = |id: &&str| format!("insert into {notes} select {id} where {id} not in (select * from {notes});");
        let notes: String = whom.iter().map(note).collect();
        sql.push_str(&format!("create temp trigger if not exists {name} after {event} on main.{table} begin {notes} end;"));
    };
    for table in ["household", "person"] {
        on(table, "insert", "rewritten", &["new.record"]);
        on(table, "update", "rewritten", &["new.record"]);
        on(table, "delete", "rewritten", &["old.record"]);
    }
    on("merged", "insert", "rewritten", &["new.record", "new.canon"]);
    on("merged", "update", "rewritten", &["new.record", "new.canon", "old.canon"]);
    on("merged", "delete", "rewritten", &["old.record", "old.canon"]);
    for event in ["insert", "update of estate, number", "delete"] {
        on("unit", event, "renumbered", &[if event == "delete" { "old.record" } else { "new.record" }]);
    }
    db.execute_batch(&sql)?;
    Ok(())
}

/// What was written since, if it can be told.
fn written(db: &Connection) -> Result<Option<BTreeSet<Uuid>>> {
    if db.prepare_cached("select exists (select 1 from renumbered)")?.query_row([], |r| r.get(0))? {
        return Ok(None);
    }
    let mut q = db.prepare_cached("select record from rewritten")?;
    let all: BTreeSet<Uuid> = q.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok((all.len() < REREAD_FROM).then_some(all))
}

/// Brings it up to what the store says now.
///
/// # Errors
/// Of the store.
pub fn refresh(engine: &Engine) -> Result<()> {
    let tagger = Tagger::new(engine);
    engine.with(|o| {
        let others: i64 = o.db.prepare_cached("pragma data_version")?.query_row([], |r| r.get(0))?;
        let kept = o.alike.take().filter(|a| a.others == others);
        let (kept, since) = match kept {
            Some(kept) => (Some(kept), written(&o.db)?),
            None => (None, None),
        };
        let alike = match (kept, since) {
            (Some(kept), Some(since)) if since.is_empty() => {
                o.alike = Some(kept);
                return Ok(());
            }
            (Some(mut kept), Some(since)) => {
                kept.look_again(&o.db, &since)?;
                kept
            }
            (_, _) => {
                watch(&o.db)?;
                Alike::read(&o.db, tagger, others)?
            }
        };
        o.db.execute_batch("delete from rewritten; delete from renumbered;")?;
        o.alike = Some(alike);
        Ok(())
    })
}

/// Pairs of both kinds that nobody has judged, by what [`refresh`] saw.
///
/// # Errors
/// Of the store.
pub fn open_pairs(db: &Connection, alike: &Alike) -> Result<Vec<(Kind, Pair)>> {
    let mut q = db.prepare_cached("select record from pair where _del is null and verdict is not null")?;
    let judged: BTreeSet<Uuid> = q.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?;
    let of = |kind| alike.pairs(kind).into_iter().map(move |p| (kind, p));
    Ok(of(Kind::Household).chain(of(Kind::Person)).filter(|(_, p)| !judged.contains(&pair_id(p.a, p.b))).collect())
}

impl Alike {
    fn read(db: &Connection, tagger: Tagger, others: i64) -> Result<Alike> {
        let (mut people, mut households, mut members) = (Index::default(), Index::default(), HashMap::<Uuid, BTreeSet<Uuid>>::new());
        let doors = {
            let reader = Reader::new(db, &tagger)?;
            let doors: HashMap<Uuid, Door> = reader.doors(None)?.into_iter().map(|d| (d.record, d)).collect();
            for one in reader.people(None, &doors)? {
                members.entry(one.household).or_default().insert(one.record);
                people.put(one);
            }
            doors
        };
        for door in doors.values() {
            let at_home = members.get(&door.record).into_iter().flatten();
            households.put(door.with(at_home.filter_map(|p| people.get(*p))));
        }
        Ok(Alike { tagger, others, doors, members, people, households })
    }

    /// Reads what was written and whatever hangs on it: of a household its people, of a person the household it left and the one it is in.
    fn look_again(&mut self, db: &Connection, since: &BTreeSet<Uuid>) -> Result<()> {
        let reader = Reader::new(db, &self.tagger)?;
        let (mut persons, mut homes) = (BTreeSet::new(), BTreeSet::new());
        let mut of_home = db.prepare_cached("select record from person where household = ?1")?;
        for record in since {
            let now = reader.doors(Some(*record))?.pop();
            let before = self.doors.get(record);
            if now.is_none() && before.is_none() && self.people.get(*record).is_some() {
                persons.insert(*record);
                continue;
            }
            if now.as_ref() != before {
                homes.insert(*record);
            }
            persons.insert(*record);
            persons.extend(self.members.get(record).into_iter().flatten());
            persons.extend(of_home.query_map([record], |r| r.get::<_, Uuid>(0))?.collect::<rusqlite::Result<Vec<_>>>()?);
            match now {
                Some(door) => _ = self.doors.insert(*record, door),
                None => _ = self.doors.remove(record),
            }
        }
        for person in persons {
            let now = reader.people(Some(person), &self.doors)?.pop();
            let (was_in, is_in) = (self.people.get(person).map(|p| p.household), now.as_ref().map(|p| p.household));
            if self.people.get(person) == now.as_ref() {
                continue;
            }
            if let Some(home) = was_in {
                self.members.entry(home).and_modify(|all| _ = all.remove(&person));
            }
            if let Some(home) = is_in {
                self.members.entry(home).or_default().insert(person);
            }
            homes.extend(was_in.into_iter().chain(is_in));
            match now {
                Some(facts) => self.people.put(facts),
                None => _ = self.people.remove(person),
            }
        }
        for home in homes {
            let at_home = self.members.get(&home).into_iter().flatten();
            match self.doors.get(&home) {
                Some(door) => self.households.put(door.with(at_home.filter_map(|p| self.people.get(*p)))),
                None => _ = self.households.remove(home),
            }
        }
        Ok(())
    }

    /// Pairs of a kind, most alike first.
    pub fn pairs(&self, kind: Kind) -> Vec<Pair> {
        if kind == Kind::Person { self.people.pairs() } else { self.households.pairs() }
    }

    /// Why two look alike.
    pub fn reasons(&self, kind: Kind, one: Uuid, other: Uuid) -> Vec<Reason> {
        fn why<F: Compared>(of: Option<(&F, &F)>) -> Vec<Reason> {
            of.map(|(a, b)| a.why(b)).unwrap_or_default()
        }
        match kind {
            Kind::Person => why(self.people.get(one).zip(self.people.get(other))),
            _ => why(self.households.get(one).zip(self.households.get(other))),
        }
    }

    /// The people of one household.
    pub fn people_of(&self, household: Uuid) -> Vec<PersonFacts> {
        self.members.get(&household).into_iter().flatten().filter_map(|p| self.people.get(*p).cloned()).collect()
    }
}
