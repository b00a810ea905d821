//! What a person decided about single rows before anything is written, and whom a household of a file may be: the one at the same door, or somebody here with the
//! same identity number, or the same name and telephone or birthday, wherever they live.

use super::super::households::plate_of;
use super::super::units::Tree;
use crate::error::{CoreError, Result};
use crate::store::{Row, get_row};
use app_tables::RosterHousehold;
use rusqlite::Connection;
use shared_model::commands::{ImportCandidate, RowDecision};
use shared_model::records::Kind;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Rows decided at once.
const DECISIONS_MAX: usize = 20_000;
/// Candidates shown for a row.
const CANDIDATES_MAX: usize = 3;

/// One decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    New,
    Same(Uuid),
    Leave,
}

/// All of them, by row; a decision without a sheet is for every sheet.
#[derive(Debug, Default)]
pub struct Decisions(HashMap<u32, Vec<(Option<String>, Decision)>>);

impl Decisions {
    /// Reads them.
    ///
    /// # Errors
    /// `invalid_args` that names the row.
    pub fn read(given: &[RowDecision]) -> Result<Decisions> {
        if given.len() > DECISIONS_MAX {
            return Err(CoreError::new("too_large", "一次最多定两万行。没有写进去。").at("decisions"));
        }
        let mut out: HashMap<u32, Vec<(Option<String>, Decision)>> = HashMap::new();
        for d in given {
            let bad = |words: &str| CoreError::args(format!("第 {} 行：{words}", d.row)).at("decisions");
            let record = || d.record.as_deref().and_then(|r| Uuid::parse_str(r).ok());
            let decision = match d.what.as_str() {
                "new" => Decision::New,
                "leave" => Decision::Leave,
                "same" => Decision::Same(record().ok_or_else(|| bad("要说是哪一条。"))?),
                _ => return Err(bad("决定只有新建、同一条、不导入。")),
            };
            out.entry(d.row).or_default().push((d.sheet.clone().filter(|s| !s.is_empty()), decision));
        }
        Ok(Decisions(out))
    }

    /// What was decided about a row.
    pub fn of(&self, sheet: &str, row: u32) -> Option<&Decision> {
        let found = self.0.get(&row)?;
        found.iter().find(|(s, _)| s.as_deref().is_none_or(|s| s == sheet)).map(|(_, d)| d)
    }
}

/// The people who are here, by what tells them.
#[derive(Default)]
pub struct Known {
    by_number: HashMap<String, Vec<Uuid>>,
    by_phone: HashMap<(String, String), Vec<Uuid>>,
    by_birth: HashMap<(String, String), Vec<Uuid>>,
}

impl Known {
    /// Of these people, each by the household it lives in.
    pub fn of<'a>(people: impl Iterator<Item = &'a Row>) -> Known {
        let mut known = Known::default();
        for p in people.filter(|p| p.get("ended").is_none()) {
            let (Some(household), Some(name)) = (p.id("household"), p.text("name")) else { continue };
            if let Some(number) = p.text("id_number") {
                known.by_number.entry(number).or_default().push(household);
            }
            for phone in [p.text("phone"), p.text("phone2")].into_iter().flatten() {
                known.by_phone.entry((name.clone(), phone)).or_default().push(household);
            }
            if let Some(birth) = p.text("birth_date") {
                known.by_birth.entry((name.clone(), birth)).or_default().push(household);
            }
        }
        known
    }

    /// Households here that this one of a file may be, with reasons; the one at the same door first.
    pub fn candidates(&self, tree: &Tree, db: &Connection, h: &RosterHousehold, at_door: Option<&Row>) -> Result<Vec<ImportCandidate>> {
        let mut found: BTreeMap<Uuid, Vec<String>> = BTreeMap::new();
        let mut add = |households: Option<&Vec<Uuid>>, reason: &str| {
            for household in households.into_iter().flatten() {
                let reasons = found.entry(*household).or_default();
                if !reasons.iter().any(|r| r == reason) {
                    reasons.push(reason.to_string());
                }
            }
        };
        for p in &h.persons {
            if let Some(number) = &p.id_number {
                add(self.by_number.get(number), "id_number");
            }
            for phone in &p.phones {
                add(self.by_phone.get(&(p.name.clone(), phone.clone())), "name_phone");
            }
            if let Some(birth) = &p.birth_date {
                add(self.by_birth.get(&(p.name.clone(), birth.clone())), "name_birth");
            }
        }
        if let Some(row) = at_door {
            found.entry(row.record).or_default().insert(0, "door".into());
        }
        let first = at_door.map(|r| r.record);
        let mut all: Vec<(Uuid, Vec<String>)> = found.into_iter().collect();
        all.sort_by_key(|(id, reasons)| (Some(*id) != first, std::cmp::Reverse(reasons.len()), *id));
        let mut out = Vec::new();
        for (id, reasons) in all {
            let Some(row) = get_row(db, Kind::Household, id)?.filter(|r| r.get("_del").is_none() && r.get("ended").is_none()) else {
                continue;
            };
            let words = format!("{} {}", plate_of(tree, &row), row.text("head_name").unwrap_or_default()).trim().to_string();
            out.push(ImportCandidate { record: id.to_string(), words, reasons });
            if out.len() == CANDIDATES_MAX {
                break;
            }
        }
        Ok(out)
    }
}
