//! What is compared of the people and households that are here. An identity number is reduced to a tag at once, with a key that lives no
//! longer than the store is open: equal numbers are seen, no number is written or kept anywhere else.

use super::super::units::Tree;
use super::super::views;
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::project::{self, plate};
use crate::store::{Row, docs, get_row, same};
use hmac::{Hmac, Mac};
use rusqlite::{Connection, OptionalExtension};
use sha2::Sha256;
use shared_model::Class;
use shared_model::codes::id_number;
use shared_model::commands::DuplicateSide;
use shared_model::records::Kind;
use shared_model::same::alike::{self, HouseholdFacts, PersonFacts};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Makes the tag of an identity number.
pub struct Tagger([u8; 32]);

impl Tagger {
    /// With a new key.
    pub fn new(engine: &Engine) -> Self {
        Tagger(crate::vault::random(engine.env()))
    }

    #[cfg(test)]
    pub fn with(key: [u8; 32]) -> Self {
        Tagger(key)
    }

    /// `HMAC-SHA-256(key, number)[..16]` of the number in its one form; nothing for what is no number.
    pub fn tag(&self, number: &str) -> Option<[u8; 16]> {
        let number = id_number::normal(number)?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(number.as_bytes());
        mac.finalize().into_bytes()[..16].try_into().ok()
    }
}

/// A household as far as its door goes.
#[derive(Clone, PartialEq, Eq)]
pub struct Door {
    pub record: Uuid,
    pub key: String,
    head: String,
    phone: String,
}

impl Door {
    /// With who lives there.
    pub fn with<'a>(&self, people: impl Iterator<Item = &'a PersonFacts>) -> HouseholdFacts {
        let mut home = HouseholdFacts {
            record: self.record,
            door: self.key.clone(),
            sound: sound(&self.head),
            head: self.head.clone(),
            phones: BTreeSet::from([self.phone.clone()]).into_iter().filter(|p| !p.is_empty()).collect(),
            ..HouseholdFacts::default()
        };
        for p in people {
            home.phones.extend(p.phones.iter().cloned());
            home.tags.extend(p.tag);
            if let Some(born) = p.birth.clone().or_else(|| p.year.map(|y| y.to_string())) {
                home.people.insert((p.name.clone(), born));
            }
        }
        home
    }
}

/// A name's pinyin.
pub fn sound(name: &str) -> String {
    let [_, whole, _] = project::name_words(name);
    whole.to_lowercase()
}

/// Reads what is compared. What went into another record is not: the record that stays is.
pub struct Reader<'a> {
    db: &'a Connection,
    tree: Tree,
    tagger: &'a Tagger,
    gone: HashMap<Uuid, Uuid>,
}

impl<'a> Reader<'a> {
    /// Of a store.
    ///
    /// # Errors
    /// Of the store.
    pub fn new(db: &'a Connection, tagger: &'a Tagger) -> Result<Self> {
        Ok(Reader { db, tree: Tree::read(db)?, tagger, gone: same::all(db)? })
    }

    /// One household, or all.
    ///
    /// # Errors
    /// Of the store.
    pub fn doors(&self, only: Option<Uuid>) -> Result<Vec<Door>> {
        let mut q = self.db.prepare_cached(&format!(
            "select record, building, unit_no, door, head_name, contact_phone from household
             where {} and _del is null and ended is null and door is not null and building is not null order by record",
            which(only)
        ))?;
        let mut got = q.query([only])?;
        let mut out = Vec::new();
        while let Some(r) = got.next()? {
            let (record, building): (Uuid, Uuid) = (r.get(0)?, r.get(1)?);
            if self.gone.contains_key(&record) {
                continue;
            }
            let of_building = |key: &str| self.tree.get(building).and_then(|row| row.text(key)).unwrap_or_default();
            let (estate, number) = (of_building("estate"), of_building("number"));
            let text = |n: usize| -> rusqlite::Result<String> { Ok(r.get::<_, Option<String>>(n)?.unwrap_or_default()) };
            // a building of no number is only like itself
            let number = if number.is_empty() { building.to_string() } else { number };
            out.push(Door {
                record,
                key: alike::door(&estate, &number, &text(2)?, &text(3)?),
                head: alike::name(&text(4)?),
                phone: alike::phone(&text(5)?),
            });
        }
        Ok(out)
    }

    /// One person, or all. `doors`: of the households that are known.
    ///
    /// # Errors
    /// Of the store.
    pub fn people(&self, only: Option<Uuid>, doors: &HashMap<Uuid, Door>) -> Result<Vec<PersonFacts>> {
        let mut q = self.db.prepare_cached(&format!(
            "select record, household, name, phone, phone2, sex, birth_year, birth_date, id_number from person
             where {} and _del is null and ended is null and name is not null",
            which(only)
        ))?;
        let mut got = q.query([only])?;
        let mut out = Vec::new();
        while let Some(r) = got.next()? {
            let record: Uuid = r.get(0)?;
            if self.gone.contains_key(&record) {
                continue;
            }
            let household: Option<Uuid> = r.get(1)?;
            let household = household.map(|h| self.gone.get(&h).copied().unwrap_or(h)).unwrap_or_default();
            let name = alike::name(&r.get::<_, String>(2)?);
            let birth: Option<String> = r.get(7)?;
            let year = birth.as_deref().and_then(|b| b.get(..4)?.parse().ok()).or(r.get(6)?);
            let phones: [Option<String>; 2] = [r.get(3)?, r.get(4)?];
            out.push(PersonFacts {
                record,
                household,
                sound: sound(&name),
                name,
                tag: r.get::<_, Option<String>>(8)?.and_then(|n| self.tagger.tag(&n)),
                birth,
                year,
                sex: r.get(5)?,
                phones: phones.iter().flatten().map(|p| alike::phone(p)).filter(|p| !p.is_empty()).collect(),
                door: doors.get(&household).map(|d| d.key.clone()).unwrap_or_default(),
            });
        }
        Ok(out)
    }
}

fn which(only: Option<Uuid>) -> &'static str {
    // two texts, so that one record is found by its key
    if only.is_some() { "record = ?1" } else { "?1 is null" }
}

/// A household or person to be merged, or `not_found`; of one that went into another, the one that stays.
///
/// # Errors
/// `invalid_args` for another kind, `not_found`.
pub fn require(db: &Connection, kind: &str, text: &str, field: &str) -> Result<Row> {
    match kind {
        "household" => super::super::households::require(db, text).map_err(|e| e.at(field)),
        "person" => super::super::persons::require(db, text).map_err(|e| e.at(field)),
        _ => Err(CoreError::args("要写 household 或 person。").at("kind")),
    }
}

/// A few facts of one record, as its own row says.
///
/// # Errors
/// Of the store.
pub fn side(db: &Connection, tree: &Tree, row: &Row) -> Result<DuplicateSide> {
    let home = match row.kind {
        Kind::Household => Some(row.clone()),
        _ => row.id("household").map(|h| get_row(db, Kind::Household, h)).transpose()?.flatten(),
    };
    let building = home.as_ref().and_then(|h| h.id("building")).unwrap_or_default();
    let text = |key: &str| home.as_ref().and_then(|h| h.text(key)).unwrap_or_default();
    let doc = docs::load(db, docs::current(db, row.record, Class::Register)?)?;
    let made = if row.kind == Kind::Household { "since" } else { "household" };
    let by = match &doc {
        Some(d) => views::author_of(db, &d.shown, made)?,
        None => String::new(),
    };
    let mut people = Vec::new();
    if row.kind == Kind::Household {
        let filter = format!("where {} and t._del is null and t.ended is null order by t.record", same::OF_HOUSEHOLD);
        people = crate::store::rows(db, Kind::Person, &filter, &[&row.record])?.iter().filter_map(|p| p.text("name")).collect();
    }
    let visited: Option<i64> = db
        .prepare_cached("select max(at) from visit where household = ?1 and _del is null")?
        .query_row([home.as_ref().map(|h| h.record)], |r| r.get(0))
        .optional()?
        .flatten();
    Ok(DuplicateSide {
        id: row.record.to_string(),
        household: home.as_ref().map(|h| h.record.to_string()).unwrap_or_default(),
        plate: plate(&tree.number(building), &text("unit_no"), &text("door")),
        grid: tree.above(building, "grid").map(|g| tree.name(g)).unwrap_or_default(),
        name: row.text(if row.kind == Kind::Household { "head_name" } else { "name" }).unwrap_or_default(),
        birth_year: row.int("birth_year").and_then(|y| i32::try_from(y).ok()),
        phone: row.text(if row.kind == Kind::Household { "contact_phone" } else { "phone" }),
        id_number_masked: row.text("id_number").map(|n| id_number::mask(&n)),
        tags: row.names("tag"),
        people,
        visited_at: visited,
        by,
        at: doc.and_then(|d| d.first_at),
    })
}
