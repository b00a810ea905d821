//! Who looks like whom, kept while the store is open. The first question reads everybody; from then on triggers of this connection note which
//! households and people were written, and the next question compares those alone. So a visit costs nothing and an edit a handful of
//! comparisons. What another program wrote into the same store is not noted here: then everybody is read once more. Tens of thousands are
//! compared beside the office's work: reading them takes the store for a moment, comparing them takes it for none.
//!
//! Nothing of it is written anywhere: the notes are ids in memory (`temp_store = memory`), and only where somebody asks for duplicates.

use super::facts::{Door, Reader, Tagger};
use crate::engine::Engine;
use crate::error::Result;
use rusqlite::Connection;
use shared_model::commands::Changed;
use shared_model::doc::pair_id;
use shared_model::records::Kind;
use shared_model::same::alike::{PersonFacts, Reason};
use shared_model::same::index::{Compared, Index, Pair};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// From so many written records on everybody is read at once.
const REREAD_FROM: usize = 3_000;
/// From so many people on a first look takes longer than somebody at a list should wait.
const BESIDE_FROM: i64 = 5_000;
const FORGET: &str = "delete from rewritten; delete from renumbered;";

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

/// Writes of other programs so far.
fn of_others(db: &Connection) -> Result<i64> {
    Ok(db.prepare_cached("pragma data_version")?.query_row([], |r| r.get(0))?)
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

/// What there is to do for a [`refresh`].
#[derive(PartialEq, Eq)]
enum Need {
    Nothing,
    Everybody,
}

/// Looks at what was written since; says where that is not enough.
fn look_at_written(engine: &Engine) -> Result<Need> {
    engine.with(|o| {
        let others = of_others(&o.db)?;
        let Some(mut kept) = o.alike.take().filter(|a| a.others == others) else { return Ok(Need::Everybody) };
        let Some(since) = written(&o.db)? else { return Ok(Need::Everybody) };
        if !since.is_empty() {
            kept.look_again(&o.db, &since)?;
            o.db.execute_batch(FORGET)?;
        }
        o.alike = Some(kept);
        Ok(Need::Nothing)
    })
}

/// Reads everybody in one go and compares them while the store is free for others. One at a time; whoever waited finds it done.
fn look_at_everybody(engine: &Engine) -> Result<()> {
    let _alone = engine.comparing();
    if look_at_written(engine)? == Need::Nothing {
        return Ok(());
    }
    let tagger = Tagger::new(engine);
    let (opened, others, doors, people) = engine.with(|o| {
        // what is written from here on is looked at next
        watch(&o.db)?;
        o.db.execute_batch(FORGET)?;
        let reader = Reader::new(&o.db, &tagger)?;
        let doors: HashMap<Uuid, Door> = reader.doors(None)?.into_iter().map(|d| (d.record, d)).collect();
        let people = reader.people(None, &doors)?;
        Ok((o.opened.clone(), of_others(&o.db)?, doors, people))
    })?;
    let goes_on = || engine.is_open_as(&opened);
    let Some(alike) = Alike::of(tagger, others, doors, people, &goes_on) else { return Ok(()) };
    engine.with(|o| {
        if Arc::ptr_eq(&o.opened, &opened) {
            (o.alike, o.inbox) = (Some(alike), None);
        }
        Ok(())
    })
}

/// Brings it up to what the store says now, however long that takes.
///
/// # Errors
/// Of the store.
pub fn refresh(engine: &Engine) -> Result<()> {
    match look_at_written(engine)? {
        Need::Nothing => Ok(()),
        Need::Everybody => look_at_everybody(engine),
    }
}

/// As [`refresh`], for who does not want to wait for a look at thousands: it is made beside, and `pair` is raised when it is there. Says
/// whether it is under way.
///
/// # Errors
/// Of the store.
pub fn refresh_soon(engine: &Engine) -> Result<bool> {
    if look_at_written(engine)? == Need::Nothing {
        return Ok(false);
    }
    let people: i64 = engine.with(|o| {
        let mut q = o.db.prepare_cached("select count(*) from (select 1 from person limit ?1)")?;
        Ok(q.query_row([BESIDE_FROM], |r| r.get(0))?)
    })?;
    if people < BESIDE_FROM {
        return look_at_everybody(engine).map(|()| false);
    }
    if let Some(turn) = engine.begin_comparing() {
        let engine = engine.clone();
        std::thread::spawn(move || {
            let done = look_at_everybody(&engine);
            drop(turn);
            if done.is_ok() {
                engine.raise(&Changed { kinds: vec![Kind::Pair.name().into()], ..Changed::default() });
            }
        });
    }
    Ok(true)
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
    /// Compared; nothing when the store was closed meanwhile.
    fn of(tagger: Tagger, others: i64, doors: HashMap<Uuid, Door>, all: Vec<PersonFacts>, goes_on: &dyn Fn() -> bool) -> Option<Alike> {
        let (mut people, mut households, mut members) = (Index::default(), Index::default(), HashMap::<Uuid, BTreeSet<Uuid>>::new());
        for one in &all {
            members.entry(one.household).or_default().insert(one.record);
        }
        if !people.fill(all, goes_on) {
            return None;
        }
        let at_home = |door: &Door| members.get(&door.record).into_iter().flatten().filter_map(|p| people.get(*p)).collect::<Vec<_>>();
        let homes = doors.values().map(|door| door.with(at_home(door).into_iter())).collect();
        households.fill(homes, goes_on).then_some(Alike { tagger, others, doors, members, people, households })
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
