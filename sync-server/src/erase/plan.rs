//! What an erasure takes. Of a person: every part of the record, the records of the same person elsewhere, held cells, and what the
//! household's other records and the cases that name them say of them by name, telephone or identity number. Of a household: all of it
//! under every door it had, its people, visits, answers, needs and held cells, and every photo and recording of them and of its cases; of its cases and of those that name its people the words, while matter,
//! steps and their order stay. Where such a document lives does not matter. What others wrote that merely holds a word is a [`Mention`].

use super::Item;
use super::find::{self, Needles, Refused};
use crate::error::Error;
use crate::store::documents::DocumentRow;
use crate::store::{documents, erasures};
use crate::tree::Tree;
use rusqlite::Connection;
use shared_model::class::Class;
use shared_model::crdt::{Change, OpBody, Registers, Value};
use shared_model::doc::DocId;
use shared_model::records::Kind;
use shared_model::same::EDGE;
use shared_model::wire::Mention;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What a case says in words or of whom; the rest of it stays.
const CASE_WORDS: &[&str] =
    &["title", "description", "place", "reporter", "contact", "on_behalf_of", "person", "household", "lng_e7", "lat_e7"];
/// What identifies a person when it stands in another record.
pub const SAYS_WHO: &[&str] = &["name", "nickname", "phone", "phone2", "id_number"];
/// What identifies a household when it stands in another record.
const SAYS_WHICH: &[&str] = &["head_name", "contact_phone"];
/// A word shorter than this many characters is found everywhere and says nothing.
const WORD_CHARS_MIN: usize = 2;
/// Records of one person or household that follow each other by moves.
const MOVES_MAX: usize = 16;

/// A document with what it says.
pub struct Loaded {
    pub row: DocumentRow,
    registers: Registers,
    /// Every text that was ever put, by key, from the archive.
    said: BTreeMap<String, BTreeSet<String>>,
}

impl Loaded {
    pub fn of(db: &Connection, row: DocumentRow) -> Result<Self, Error> {
        let registers = Registers::decode_full(&row.registers).map_err(|_| Error::Damaged("registers of a document"))?;
        let mut said: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for archived in documents::changes(db, row.id)? {
            let (change, _) = Change::decode(&archived.bytes).map_err(|_| Error::Damaged("an archived change"))?;
            for op in change.ops {
                let texts = said.entry(op.key).or_default();
                if let OpBody::Put(Value::Str(text)) = op.body {
                    texts.insert(text);
                }
            }
        }
        Ok(Loaded { row, registers, said })
    }

    fn record(&self) -> Uuid {
        self.row.doc.record
    }

    fn names(&self, key: &str, records: &BTreeSet<Uuid>) -> bool {
        self.said.get(key).into_iter().flatten().any(|text| Uuid::parse_str(text).is_ok_and(|id| records.contains(&id)))
    }

    /// Records it goes into by a merge that nobody took back.
    fn merged_into(&self) -> impl Iterator<Item = Uuid> {
        let live = self.registers.live.get(EDGE).into_iter().flatten();
        live.filter_map(|op| op.value.as_str()).filter_map(|text| Uuid::parse_str(text).ok())
    }

    fn id(&self, key: &str) -> Option<Uuid> {
        self.registers.value(key).and_then(Value::as_str).and_then(|text| Uuid::parse_str(text).ok())
    }

    /// Keys under which one of the words was ever written.
    pub fn keys_with(&self, words: &BTreeSet<String>) -> Vec<String> {
        let with = |texts: &BTreeSet<String>| texts.iter().any(|text| words.iter().any(|word| text.contains(word.as_str())));
        self.said
            .iter()
            .filter(|(key, texts)| words.iter().any(|w| key.contains(w.as_str())) || with(texts))
            .map(|(key, _)| key.clone())
            .collect()
    }

    /// Keys of a case, a hub or a door that lead to one of these records. That somebody was met at a visit stays: it is an id that names
    /// nobody any more, as the row of the purge is.
    fn keys_to(&self, records: &BTreeSet<Uuid>) -> Vec<String> {
        let leads = |key: &str| match self.row.kind {
            Kind::Case => key == "person",
            Kind::PartyHub => key == "lead" || key.starts_with("covers/"),
            Kind::Household => key == "moved_to" || key == EDGE || key.starts_with("before"),
            Kind::Person => key == EDGE || key.starts_with("before"),
            _ => false,
        };
        let in_key = |key: &str| key.rsplit_once('/').and_then(|(_, id)| Uuid::parse_str(id).ok()).is_some_and(|id| records.contains(&id));
        self.said.keys().filter(|key| leads(key) && (in_key(key) || self.names(key, records))).cloned().collect()
    }

    /// A visit at which one of them was met.
    fn meets(&self, people: &BTreeSet<Uuid>) -> bool {
        self.said.keys().filter_map(|key| key.strip_prefix("met/")).any(|id| Uuid::parse_str(id).is_ok_and(|id| people.contains(&id)))
    }

    /// Its keys of one family.
    fn keys_of(&self, family: &'static str) -> impl Iterator<Item = String> {
        self.said.keys().filter(move |key| key.starts_with(family)).cloned()
    }
}

/// The documents that an erasure has to look at: whole units, each once, and what names the record elsewhere.
#[derive(Default)]
pub struct Look {
    pub docs: BTreeMap<DocId, Loaded>,
    units: BTreeSet<Uuid>,
}

impl Look {
    fn unit(&mut self, db: &Connection, unit: Uuid) -> Result<(), Error> {
        if !self.units.insert(unit) {
            return Ok(());
        }
        for p in documents::partitions_of(db, &unit)? {
            for row in documents::of_partition(db, p.id)? {
                self.add(db, row)?;
            }
        }
        Ok(())
    }

    pub fn add(&mut self, db: &Connection, row: DocumentRow) -> Result<(), Error> {
        if let Entry::Vacant(free) = self.docs.entry(row.doc) {
            free.insert(Loaded::of(db, row)?);
        }
        Ok(())
    }

    fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Loaded> {
        self.docs.values().filter(move |d| d.row.kind == kind)
    }

    fn records(&self, kind: Kind, is: impl Fn(&Loaded) -> bool) -> BTreeSet<Uuid> {
        self.of_kind(kind).filter(|d| is(d)).map(Loaded::record).collect()
    }

    fn units_of(&self, records: &BTreeSet<Uuid>) -> BTreeSet<Uuid> {
        self.docs.values().filter(|d| records.contains(&d.record())).map(|d| d.row.unit).collect()
    }

    /// What these documents say that tells who or which they are.
    fn words(&self, records: &BTreeSet<Uuid>) -> BTreeSet<String> {
        let tells = |key: &str| SAYS_WHO.contains(&key) || SAYS_WHICH.contains(&key);
        let said = self.docs.values().filter(|d| records.contains(&d.record())).flat_map(|d| &d.said);
        let texts = said.filter(|(key, _)| tells(key)).flat_map(|(_, texts)| texts);
        texts.filter(|text| text.chars().count() >= WORD_CHARS_MIN).cloned().collect()
    }
}

/// What goes, and what somebody has to look at.
#[derive(Default)]
pub struct Plan {
    /// `None`: there is nothing of the record.
    pub kind: Option<Kind>,
    pub items: Vec<Item>,
    /// Units of the record itself: whoever erases has to have the right there. What refers to it elsewhere follows.
    pub units: BTreeSet<Uuid>,
    pub mentions: Vec<Mention>,
}

/// The plan for a record. No items: there is nothing left of it.
pub fn plan(db: &Connection, tree: &Tree, record: Uuid) -> Result<Plan, Error> {
    let own = documents::of_record(db, &record)?;
    let Some(kind) = own.first().map(|row| row.kind) else { return Ok(Plan::default()) };
    let mut look = Look::default();
    for row in own {
        look.unit(db, row.unit)?;
    }
    let plan = match kind {
        Kind::Person => person(db, tree, look, record)?,
        Kind::Household => household(db, tree, look, record)?,
        _ => Plan::default(),
    };
    Ok(Plan { kind: Some(kind), ..plan })
}

/// A door without its phone.
pub fn without_contact(db: &Connection, household: Uuid) -> Result<Vec<Item>, Error> {
    let generation = erasures::open_generation(db, &household, Class::Door)?;
    without_keys(db, DocId { record: household, class: Class::Door, generation }, &["contact_phone".to_owned()])
}

/// A document without these keys; nothing where none of them was ever written.
pub fn without_keys(db: &Connection, doc: DocId, keys: &[String]) -> Result<Vec<Item>, Error> {
    let Some(row) = documents::get(db, &doc)? else { return Ok(Vec::new()) };
    let mut out = Vec::new();
    without(&Loaded::of(db, row)?, keys.to_vec(), &mut out);
    Ok(out)
}

fn person(db: &Connection, tree: &Tree, mut look: Look, record: Uuid) -> Result<Plan, Error> {
    let people = same(db, &mut look, Kind::Person, record)?;
    let words = look.words(&people);
    let households: BTreeSet<Uuid> =
        look.docs.values().filter(|d| people.contains(&d.record())).filter_map(|d| d.id("household")).collect();
    let needles = Needles::new(&people.union(&households).copied().collect(), &words);
    let holding = find::everywhere(db, &mut look, &needles)?;
    let mut out = Vec::new();
    for person in &people {
        whole(db, &look, *person, Kind::Person, &mut out)?;
    }
    let cases = look.records(Kind::Case, |d| d.names("household", &households) || d.names("person", &people));
    let of_cases = with_steps(&look, cases);
    // a picture cannot be taken apart: what shows a matter about somebody, or a visit at which they were met, goes whole
    let about_them: BTreeSet<Uuid> = look
        .records(Kind::Case, |d| d.names("person", &people))
        .into_iter()
        .chain(look.records(Kind::Visit, |d| d.meets(&people)))
        .collect();
    attached(db, &look, &about_them, &mut out)?;
    judged(db, &look, &people, &mut out)?;
    for kind in [Kind::Listing, Kind::Response] {
        for r in look.records(kind, |d| d.names("person", &people)) {
            whole(db, &look, r, kind, &mut out)?;
        }
    }
    for kind in [Kind::Question, Kind::Judgement] {
        for r in look.records(kind, |d| d.names("about", &people)) {
            whole(db, &look, r, kind, &mut out)?;
        }
    }
    let gone: BTreeSet<DocId> = out.iter().map(|item| item.doc).collect();
    for d in look.docs.values().filter(|d| !people.contains(&d.record()) && !gone.contains(&d.row.doc)) {
        let of_household = households.contains(&d.record()) || d.names("household", &households);
        let mut keys = d.keys_with(&words);
        if d.row.kind == Kind::HeldItem && (d.names("about", &people) || (of_household && !keys.is_empty())) {
            whole(db, &look, d.record(), Kind::HeldItem, &mut out)?;
            continue;
        }
        if !of_household && !of_cases.contains(&d.record()) {
            keys.clear();
        }
        // a telephone that two share, a name that begins like another: those are the other person's own
        keys.retain(|key| d.row.kind != Kind::Person || !SAYS_WHO.contains(&key.as_str()));
        keys.extend(d.keys_to(&people));
        without(d, keys, &mut out);
    }
    let near = Needles::new(&households.union(&of_cases).copied().collect(), &BTreeSet::new());
    let refused = Refused { about: &Needles::new(&people, &words), near: &near, records: &people };
    finish(db, tree, &look, (&refused, &words, &holding), out)
}

fn household(db: &Connection, tree: &Tree, mut look: Look, record: Uuid) -> Result<Plan, Error> {
    let homes = same(db, &mut look, Kind::Household, record)?;
    let people = look.records(Kind::Person, |d| d.names("household", &homes));
    let records: BTreeSet<Uuid> = homes.union(&people).copied().collect();
    let words = look.words(&records);
    let needles = Needles::new(&records, &words);
    let holding = find::everywhere(db, &mut look, &needles)?;
    let mut out = Vec::new();
    for home in &homes {
        whole(db, &look, *home, Kind::Household, &mut out)?;
    }
    const OF_A_HOUSEHOLD: [Kind; 8] =
        [Kind::Person, Kind::Visit, Kind::HeldItem, Kind::PartyHub, Kind::Response, Kind::Listing, Kind::Question, Kind::Judgement];
    for kind in OF_A_HOUSEHOLD {
        for r in look.records(kind, |d| d.names("household", &homes) || d.names("about", &people) || d.names("person", &people)) {
            whole(db, &look, r, kind, &mut out)?;
        }
    }
    judged(db, &look, &records, &mut out)?;
    let of_cases = with_steps(&look, look.records(Kind::Case, |d| d.names("household", &homes) || d.names("person", &people)));
    let visits = look.records(Kind::Visit, |d| d.names("household", &homes) || d.meets(&people));
    let shown: BTreeSet<Uuid> = homes.iter().chain(&of_cases).chain(&visits).copied().collect();
    attached(db, &look, &shown, &mut out)?;
    let gone: BTreeSet<DocId> = out.iter().map(|item| item.doc).collect();
    for d in look.docs.values().filter(|d| !gone.contains(&d.row.doc)) {
        let is_of_case = of_cases.contains(&d.record());
        let keys = match d.row.kind {
            Kind::Case if is_of_case => CASE_WORDS.iter().map(|k| (*k).to_owned()).chain(d.keys_of("data/")).collect(),
            // also in a stricter part, which does not name the case
            Kind::CaseStep if is_of_case => ["note", "on_behalf_of"].map(str::to_owned).into_iter().chain(d.keys_of("data/")).collect(),
            _ => d.keys_to(&records),
        };
        without(d, keys, &mut out);
    }
    let about = Needles::new(&records.union(&shown).copied().collect(), &words);
    let refused = Refused { about: &about, near: &about, records: &records };
    finish(db, tree, &look, (&refused, &words, &holding), out)
}

/// What was refused, and what only holds a word.
fn finish(
    db: &Connection,
    tree: &Tree,
    look: &Look,
    (refused, words, holding): (&Refused<'_>, &BTreeSet<String>, &[i64]),
    mut items: Vec<Item>,
) -> Result<Plan, Error> {
    let going: BTreeSet<DocId> = items.iter().map(|item| item.doc).collect();
    for part in find::refused_parts(db, refused, &going)? {
        let (units, without) = (part.unit.into_iter().collect(), part.is_there.then(Vec::new));
        items.push(Item { doc: part.doc, units, without });
    }
    let going: BTreeSet<DocId> = items.iter().filter(|item| item.without.as_ref().is_none_or(|k| !k.is_empty())).map(|i| i.doc).collect();
    let units = look.units_of(refused.records);
    let mentions = find::mentions(db, tree, look, holding, words, &units, &going)?;
    Ok(Plan { kind: None, items, units, mentions })
}

/// The records that are one: they follow each other by moves, one ends and another begins, or they were merged.
fn same(db: &Connection, look: &mut Look, kind: Kind, record: Uuid) -> Result<BTreeSet<Uuid>, Error> {
    let mut all = BTreeSet::from([record]);
    for _ in 0..MOVES_MAX {
        let needles = Needles::new(&all, &BTreeSet::new());
        find::everywhere(db, look, &needles)?;
        let mut more = look.records(kind, |d| d.names("moved_to", &all));
        more.extend(look.docs.values().filter(|d| all.contains(&d.record())).filter_map(|d| d.id("moved_to")));
        // merged ones are one, whichever of them stays
        more.extend(look.records(kind, |d| d.merged_into().any(|to| all.contains(&to))));
        more.extend(look.docs.values().filter(|d| all.contains(&d.record())).flat_map(Loaded::merged_into));
        more.retain(|r| !all.contains(r));
        if more.is_empty() {
            break;
        }
        for r in more {
            for row in documents::of_record(db, &r)?.into_iter().filter(|row| row.kind == kind) {
                all.insert(r);
                look.unit(db, row.unit)?;
            }
        }
    }
    Ok(all)
}

/// These cases, and the records of their steps.
fn with_steps(look: &Look, mut cases: BTreeSet<Uuid>) -> BTreeSet<Uuid> {
    let steps = look.records(Kind::CaseStep, |d| d.names("case", &cases));
    cases.extend(steps);
    cases
}

/// What somebody said of whether one of these is the same as another.
fn judged(db: &Connection, look: &Look, records: &BTreeSet<Uuid>, out: &mut Vec<Item>) -> Result<(), Error> {
    for r in look.records(Kind::Pair, |d| d.names("a", records) || d.names("b", records)) {
        whole(db, look, r, Kind::Pair, out)?;
    }
    Ok(())
}

/// What is attached to one of these goes whole.
fn attached(db: &Connection, look: &Look, owners: &BTreeSet<Uuid>, out: &mut Vec<Item>) -> Result<(), Error> {
    for r in look.records(Kind::Attachment, |d| d.names("of", owners)) {
        whole(db, look, r, Kind::Attachment, out)?;
    }
    Ok(())
}

/// Every part of a record goes, those too that were never written: a device may hold one that it has not sent.
fn whole(db: &Connection, look: &Look, record: Uuid, kind: Kind, out: &mut Vec<Item>) -> Result<(), Error> {
    let Some(unit) = look.docs.values().find(|d| d.record() == record).map(|d| d.row.unit) else { return Ok(()) };
    let written = look.docs.keys().filter(|doc| doc.record == record).map(|doc| doc.class);
    let classes: BTreeSet<Class> = find::classes_of(kind).chain(written).collect();
    for class in classes {
        let doc = DocId { record, class, generation: erasures::open_generation(db, &record, class)? };
        let unit = look.docs.get(&doc).map_or(unit, |d| d.row.unit);
        out.push(Item { doc, units: BTreeSet::from([unit]), without: None });
    }
    Ok(())
}

/// A document loses some keys, if any of them was ever written; it goes whole when nothing else is in it.
fn without(d: &Loaded, mut keys: Vec<String>, out: &mut Vec<Item>) {
    keys.retain(|key| d.said.contains_key(key));
    keys.sort_unstable();
    keys.dedup();
    if keys.is_empty() {
        return;
    }
    let is_all = d.registers.live.keys().all(|key| keys.contains(key));
    out.push(Item { doc: d.row.doc, units: BTreeSet::from([d.row.unit]), without: (!is_all).then_some(keys) });
}
