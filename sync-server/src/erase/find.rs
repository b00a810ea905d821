//! Where else a record is named: by its id, wherever the document lives; by words, in what others wrote; in refused commands that are kept.
//! One pass over the archive finds all of it, since every text that was ever put stands in the bytes of its change as it is.
//!
//! What names the record by id is of it, and is planned with it. What only holds a word (a name, a number) may be of somebody else: that is
//! no more than noted, for the office of that unit to decide.

use super::plan::{Loaded, Look, SAYS_WHO};
use crate::error::Error;
use crate::store::{documents, erasures, refused};
use crate::tree::Tree;
use rusqlite::Connection;
use shared_model::class::Class;
use shared_model::doc::DocId;
use shared_model::limits::MENTIONS_MAX;
use shared_model::records::Kind;
use shared_model::wire::{Mention, Part};
use std::collections::BTreeSet;
use uuid::Uuid;

/// From so many characters on a word without Chinese characters is a number that hardly two people have: it is looked for everywhere.
const NUMBER_CHARS_MIN: usize = 7;

/// What is looked for.
pub struct Needles {
    ids: Vec<Vec<u8>>,
    words: Vec<Vec<u8>>,
    /// Bytes with which one of them begins.
    first: [bool; 256],
}

impl Needles {
    pub fn new(ids: &BTreeSet<Uuid>, words: &BTreeSet<String>) -> Self {
        let ids: Vec<Vec<u8>> = ids.iter().map(|id| id.to_string().into_bytes()).collect();
        let words: Vec<Vec<u8>> = words.iter().map(|word| word.clone().into_bytes()).collect();
        let mut first = [false; 256];
        for byte in ids.iter().chain(&words).filter_map(|needle| needle.first()) {
            first[usize::from(*byte)] = true;
        }
        Needles { ids, words, first }
    }

    /// Is an id in these bytes, is a word?
    pub fn look(&self, bytes: &[u8]) -> (bool, bool) {
        let (mut id, mut word) = (false, false);
        for (at, byte) in bytes.iter().enumerate() {
            if self.first[usize::from(*byte)] {
                let rest = &bytes[at..];
                id = id || self.ids.iter().any(|needle| rest.starts_with(needle));
                word = word || self.words.iter().any(|needle| rest.starts_with(needle));
                if id && word {
                    break;
                }
            }
        }
        (id, word)
    }
}

/// Loads every document that names one of the ids, with the whole of every case and what is attached to every visit among them. Returns the rows of those that hold a word.
pub fn everywhere(db: &Connection, look: &mut Look, needles: &Needles) -> Result<Vec<i64>, Error> {
    let (mut by_id, mut by_word) = (BTreeSet::new(), BTreeSet::new());
    erasures::each_change(db, |document, bytes| {
        let (id, word) = needles.look(bytes);
        if id {
            by_id.insert(document);
        }
        if word {
            by_word.insert(document);
        }
    })?;
    let mut cases = BTreeSet::new();
    for id in by_id {
        let Some(row) = documents::by_id(db, id)? else { continue };
        if matches!(row.kind, Kind::Case | Kind::Visit) {
            cases.insert(row.doc.record);
        }
        look.add(db, row)?;
    }
    for case in cases {
        for row in documents::of_case(db, &case)? {
            look.add(db, row)?;
        }
    }
    Ok(by_word.into_iter().collect())
}

/// Documents that hold one of the words and do not go.
pub fn mentions(
    db: &Connection,
    tree: &Tree,
    look: &Look,
    holding: &[i64],
    words: &BTreeSet<String>,
    homes: &BTreeSet<Uuid>,
    going: &BTreeSet<DocId>,
) -> Result<Vec<Mention>, Error> {
    let is_number = |word: &&String| word.is_ascii() && word.chars().count() >= NUMBER_CHARS_MIN;
    let numbers: BTreeSet<String> = words.iter().filter(is_number).cloned().collect();
    let is_community = |unit: &Uuid| tree.get(unit).is_some_and(|node| node.kind == "community");
    // a name is looked for where the office that erases may look
    let mut around: BTreeSet<Uuid> = homes.iter().flat_map(|unit| tree.ancestors(unit)).filter(is_community).collect();
    around.extend(homes);
    let mut out = Vec::new();
    for id in holding {
        let Some(row) = documents::by_id(db, *id)? else { continue };
        if going.contains(&row.doc) || matches!(row.kind, Kind::Unit | Kind::Membership | Kind::Config) {
            continue;
        }
        let is_near = around.iter().any(|unit| tree.is_within(&row.unit, unit));
        let fresh;
        let d = match look.docs.get(&row.doc) {
            Some(d) => d,
            None => {
                fresh = Loaded::of(db, row)?;
                &fresh
            }
        };
        let mut keys = d.keys_with(if is_near { words } else { &numbers });
        keys.retain(|key| !is_their_own(d.row.kind, key));
        if !keys.is_empty() {
            out.push(Mention { doc: d.row.doc, kind: d.row.kind, unit: d.row.unit, keys });
        }
        if out.len() == MENTIONS_MAX {
            break;
        }
    }
    Ok(out)
}

/// A name or a number that another record has by itself: two people of one name, one telephone for two.
pub fn is_their_own(kind: Kind, key: &str) -> bool {
    match kind {
        Kind::Person => SAYS_WHO.contains(&key),
        Kind::Household => key == "head_name",
        // to whom a case is shown
        Kind::Case => key.starts_with("shared/"),
        _ => false,
    }
}

/// A refused part that holds what goes: where its document is new, nothing of it is kept; where it is there, it goes on without these keys.
pub struct RefusedPart {
    pub doc: DocId,
    pub unit: Option<Uuid>,
    pub is_there: bool,
}

/// What refused commands are searched for.
pub struct Refused<'a> {
    /// What goes with all of it, and the words.
    pub about: &'a Needles,
    /// What it stands with: only what holds a word goes.
    pub near: &'a Needles,
    pub records: &'a BTreeSet<Uuid>,
}

/// Parts of refused commands about these records that name them or hold one of the words.
pub fn refused_parts(db: &Connection, of: &Refused<'_>, going: &BTreeSet<DocId>) -> Result<Vec<RefusedPart>, Error> {
    let mut out: Vec<RefusedPart> = Vec::new();
    for command in refused::all_commands(db)? {
        let open = command.parts.iter().filter(|part| !part.is_erased());
        let looked: Vec<(&Part, bool, bool)> = open
            .map(|part| {
                let (names, has_word) = of.about.look(&part.change);
                (part, names || of.records.contains(&part.doc.record), has_word)
            })
            .collect();
        if !looked.iter().any(|(part, is_about, _)| *is_about || of.near.look(&part.change).0) {
            continue;
        }
        for (part, is_about, has_word) in looked {
            // somebody else's own record, in the same command
            let is_theirs = part.kind == Kind::Person && !is_about;
            let is_open = part.doc.generation == erasures::open_generation(db, &part.doc.record, part.doc.class)?;
            let is_known = going.contains(&part.doc) || out.iter().any(|p| p.doc == part.doc);
            if is_theirs || !(has_word || is_about) || !is_open || is_known {
                continue;
            }
            let unit = documents::partition(db, &part.unit, part.doc.class)?.map(|_| part.unit);
            out.push(RefusedPart { doc: part.doc, unit, is_there: documents::get(db, &part.doc)?.is_some() });
        }
    }
    Ok(out)
}

/// Classes in which a record of this kind may have a part that was never written here.
pub fn classes_of(kind: Kind) -> impl Iterator<Item = Class> {
    use shared_model::records::FieldClass;
    kind.def().fields.iter().filter_map(|f| if let FieldClass::Fixed(class) = f.class { Some(class) } else { None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_and_a_word_are_found_wherever_they_stand_in_the_bytes() {
        let id = Uuid::from_u128(7);
        let needles = Needles::new(&BTreeSet::from([id]), &BTreeSet::from(["张建国".to_owned()]));
        let text = |s: &str| [&[0xff, 0][..], s.as_bytes(), &[1]].concat();
        assert_eq!(needles.look(&text("met/00000000-0000-0000-0000-000000000007")), (true, false));
        assert_eq!(needles.look(&text("听张建国说")), (false, true));
        assert_eq!(needles.look(&text("张建业 00000000-0000-0000-0000-000000000008")), (false, false));
        assert_eq!(needles.look(&text(&format!("张张建国{id}"))), (true, true));
    }
}
