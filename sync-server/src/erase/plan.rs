//! What an erasure takes. Of a person: every part of the record, the records of the same person elsewhere, held cells, and what the
//! household's other records say of them by name, telephone or identity number. Of a household: all of it, its people, visits and held
//! cells; of its cases the words, while matter, steps and their order stay.

use super::Item;
use crate::error::Error;
use crate::store::documents::DocumentRow;
use crate::store::{documents, erasures};
use rusqlite::Connection;
use shared_model::class::Class;
use shared_model::crdt::{Change, OpBody, Registers, Value};
use shared_model::doc::DocId;
use shared_model::records::{FieldClass, Kind};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What a case says in words or of whom; the rest of it stays.
const CASE_WORDS: &[&str] = &["title", "description", "place", "reporter", "person", "household"];
/// What identifies a person when it stands in another record.
const SAYS_WHO: &[&str] = &["name", "nickname", "phone", "phone2", "id_number"];
/// A word shorter than this many characters is found everywhere and says nothing.
const WORD_CHARS_MIN: usize = 2;
/// Records of one person that follow each other by moves.
const MOVES_MAX: usize = 16;

/// A document with what it says.
struct Loaded {
    row: DocumentRow,
    registers: Registers,
    /// Every text that was ever put, by key, from the archive.
    said: BTreeMap<String, BTreeSet<String>>,
}

impl Loaded {
    fn of(db: &Connection, row: DocumentRow) -> Result<Self, Error> {
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

    fn names(&self, key: &str, records: &BTreeSet<Uuid>) -> bool {
        self.said.get(key).into_iter().flatten().any(|text| Uuid::parse_str(text).is_ok_and(|id| records.contains(&id)))
    }

    fn id(&self, key: &str) -> Option<Uuid> {
        self.registers.value(key).and_then(Value::as_str).and_then(|text| Uuid::parse_str(text).ok())
    }

    /// Keys under which one of the words was ever written.
    fn keys_with(&self, words: &BTreeSet<String>) -> Vec<String> {
        let with = |texts: &BTreeSet<String>| texts.iter().any(|text| words.iter().any(|word| text.contains(word.as_str())));
        self.said
            .iter()
            .filter(|(key, texts)| words.iter().any(|w| key.contains(w.as_str())) || with(texts))
            .map(|(key, _)| key.clone())
            .collect()
    }
}

/// The units that an erasure has to look through, each once.
#[derive(Default)]
struct Look {
    docs: BTreeMap<DocId, Loaded>,
    units: BTreeSet<Uuid>,
}

impl Look {
    fn unit(&mut self, db: &Connection, unit: Uuid) -> Result<(), Error> {
        if !self.units.insert(unit) {
            return Ok(());
        }
        for p in documents::partitions_of(db, &unit)? {
            for row in documents::of_partition(db, p.id)? {
                if let Entry::Vacant(free) = self.docs.entry(row.doc) {
                    free.insert(Loaded::of(db, row)?);
                }
            }
        }
        Ok(())
    }

    fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Loaded> {
        self.docs.values().filter(move |d| d.row.kind == kind)
    }
}

/// The plan for a record. Empty: there is nothing left of it.
pub fn plan(db: &Connection, record: Uuid) -> Result<(Option<Kind>, Vec<Item>), Error> {
    let own = documents::of_record(db, &record)?;
    let Some(kind) = own.first().map(|row| row.kind) else { return Ok((None, Vec::new())) };
    let mut look = Look::default();
    for row in own {
        look.unit(db, row.unit)?;
    }
    let items = match kind {
        Kind::Person => person(db, &mut look, record)?,
        Kind::Household => household(db, &look, record)?,
        _ => Vec::new(),
    };
    Ok((Some(kind), items))
}

/// A door without its phone.
pub fn without_contact(db: &Connection, household: Uuid) -> Result<Vec<Item>, Error> {
    let generation = erasures::open_generation(db, &household, Class::Door)?;
    let doc = DocId { record: household, class: Class::Door, generation };
    let Some(row) = documents::get(db, &doc)? else { return Ok(Vec::new()) };
    let loaded = Loaded::of(db, row)?;
    if !loaded.said.contains_key("contact_phone") {
        return Ok(Vec::new());
    }
    Ok(vec![Item { doc, units: BTreeSet::from([loaded.row.unit]), without: Some(vec!["contact_phone".into()]) }])
}

fn person(db: &Connection, look: &mut Look, record: Uuid) -> Result<Vec<Item>, Error> {
    let people = same_person(db, look, record)?;
    let mut words = BTreeSet::new();
    let mut households = BTreeSet::new();
    for d in look.docs.values().filter(|d| people.contains(&d.row.doc.record)) {
        households.extend(d.id("household"));
        let said = d.said.iter().filter(|(key, _)| SAYS_WHO.contains(&key.as_str())).flat_map(|(_, texts)| texts);
        words.extend(said.filter(|text| text.chars().count() >= WORD_CHARS_MIN).cloned());
    }
    let mut out = Vec::new();
    for person in &people {
        whole(db, look, *person, Kind::Person, &mut out)?;
    }
    let cases = cases_of(look, &households, &people);
    for d in look.docs.values().filter(|d| !people.contains(&d.row.doc.record)) {
        let of_household = households.contains(&d.row.doc.record) || d.names("household", &households);
        let of_case = cases.contains(&d.row.doc.record) || d.names("case", &cases);
        if d.row.kind == Kind::HeldItem && (d.names("about", &people) || (of_household && !d.keys_with(&words).is_empty())) {
            whole(db, look, d.row.doc.record, Kind::HeldItem, &mut out)?;
        } else if of_household || of_case {
            let mut keys = d.keys_with(&words);
            // a telephone that two share, a name that begins like another: those are the other person's own
            keys.retain(|key| d.row.kind != Kind::Person || !SAYS_WHO.contains(&key.as_str()));
            keys.extend(["person"].into_iter().filter(|k| d.row.kind == Kind::Case && d.names(k, &people)).map(str::to_owned));
            without(d, keys, &mut out);
        }
    }
    Ok(out)
}

fn household(db: &Connection, look: &Look, record: Uuid) -> Result<Vec<Item>, Error> {
    let home = BTreeSet::from([record]);
    let mut out = Vec::new();
    whole(db, look, record, Kind::Household, &mut out)?;
    let mut people = BTreeSet::new();
    for kind in [Kind::Person, Kind::Visit, Kind::HeldItem, Kind::PartyHub] {
        let records: BTreeSet<Uuid> = look.of_kind(kind).filter(|d| d.names("household", &home)).map(|d| d.row.doc.record).collect();
        for r in &records {
            whole(db, look, *r, kind, &mut out)?;
        }
        if kind == Kind::Person {
            people = records;
        }
    }
    let cases = cases_of(look, &home, &people);
    for d in look.docs.values() {
        match d.row.kind {
            Kind::Case if cases.contains(&d.row.doc.record) => without(d, CASE_WORDS.iter().map(|k| (*k).to_owned()).collect(), &mut out),
            Kind::CaseStep if d.names("case", &cases) => without(d, vec!["note".into()], &mut out),
            // the words of a step may stand in a stricter part, which does not name the case
            Kind::CaseStep if look.of_kind(Kind::CaseStep).any(|o| o.row.doc.record == d.row.doc.record && o.names("case", &cases)) => {
                without(d, vec!["note".into()], &mut out);
            }
            _ => {}
        }
    }
    Ok(out)
}

/// The records of one human: a move ends one and begins another.
fn same_person(db: &Connection, look: &mut Look, record: Uuid) -> Result<BTreeSet<Uuid>, Error> {
    let mut people = BTreeSet::from([record]);
    for _ in 0..MOVES_MAX {
        let mut more: BTreeSet<Uuid> =
            look.of_kind(Kind::Person).filter(|d| d.names("moved_to", &people)).map(|d| d.row.doc.record).collect();
        more.extend(look.docs.values().filter(|d| people.contains(&d.row.doc.record)).filter_map(|d| d.id("moved_to")));
        more.retain(|r| !people.contains(r));
        if more.is_empty() {
            break;
        }
        for r in more {
            for row in documents::of_record(db, &r)?.into_iter().filter(|row| row.kind == Kind::Person) {
                people.insert(r);
                look.unit(db, row.unit)?;
            }
        }
    }
    Ok(people)
}

fn cases_of(look: &Look, households: &BTreeSet<Uuid>, people: &BTreeSet<Uuid>) -> BTreeSet<Uuid> {
    look.of_kind(Kind::Case).filter(|d| d.names("household", households) || d.names("person", people)).map(|d| d.row.doc.record).collect()
}

/// Every part of a record goes, those too that were never written: a device may hold one that it has not sent.
fn whole(db: &Connection, look: &Look, record: Uuid, kind: Kind, out: &mut Vec<Item>) -> Result<(), Error> {
    let Some(unit) = look.docs.values().find(|d| d.row.doc.record == record).map(|d| d.row.unit) else { return Ok(()) };
    let classes: BTreeSet<Class> = kind
        .def()
        .fields
        .iter()
        .filter_map(|f| if let FieldClass::Fixed(class) = f.class { Some(class) } else { None })
        .chain(look.docs.keys().filter(|doc| doc.record == record).map(|doc| doc.class))
        .collect();
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
    if keys.is_empty() {
        return;
    }
    let is_all = d.registers.live.keys().all(|key| keys.contains(key));
    out.push(Item { doc: d.row.doc, units: BTreeSet::from([d.row.unit]), without: (!is_all).then_some(keys) });
}
