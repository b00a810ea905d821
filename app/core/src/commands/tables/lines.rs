//! The rows of a table: people, households, cases, places or facilities as far as a filter takes them, and the value of each field. ID numbers are masked
//! unless a reason was given.

use super::super::cases::{self, CaseFacts};
use super::super::field::spots;
use super::super::households::plate_of;
use super::super::persons;
use super::super::units::Tree;
use super::fields::EXT;
use crate::error::{CoreError, Result};
use crate::project::{day_of, parse_day};
use crate::store::{Row, rows};
use crate::workspace::Identity;
use app_tables::Subject;
use chrono::{DateTime, FixedOffset};
use rusqlite::Connection;
use shared_model::codes;
use shared_model::commands::FillFilter;
use shared_model::records::{FieldType, Kind, label};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Code of the head among relations, and of somebody who answers for themself.
const HEADS: [&str; 2] = ["02", "01"];

/// Where something is.
#[derive(Default, Clone)]
pub struct Where {
    estate: String,
    building: String,
    grid: String,
    community: String,
    address: String,
    plate: String,
}

/// A household with what a table asks of it.
#[derive(Clone)]
pub struct Home {
    row: Row,
    at: Where,
    people: Vec<Row>,
    visited_at: Option<i64>,
}

/// One row of a table.
pub enum Line {
    Person { person: Box<Row>, home: Option<Box<Home>>, contact: Option<(String, String)>, age: Option<i32> },
    Household { home: Box<Home>, head: Option<Box<Row>>, age: Option<i32> },
    Case { facts: Box<CaseFacts>, at: Box<Where> },
    Spot { row: Box<Row>, at: Box<Where> },
}

/// The record, household, doorplate and name that a missing cell is asked for under; `None` where nobody can be asked at a door.
pub struct Asked {
    pub record: Uuid,
    pub household: Option<Uuid>,
    pub plate: String,
    pub name: String,
}

fn place(tree: &Tree, building: Option<Uuid>, unit: Uuid) -> Where {
    let from = building.unwrap_or(unit);
    let name = |kind: &str| tree.above(from, kind).map(|u| tree.name(u)).unwrap_or_default();
    let row = building.and_then(|b| tree.get(b));
    Where {
        estate: row.and_then(|r| r.text("estate")).unwrap_or_else(|| name("estate")),
        building: building.map(|b| tree.name(b)).unwrap_or_default(),
        grid: name("grid"),
        community: name("community"),
        ..Where::default()
    }
}

/// 示例社区 3号楼2单元501室.
fn home_place(tree: &Tree, row: &Row) -> Where {
    let building = row.id("building");
    let mut at = place(tree, building, building.unwrap_or_default());
    let unit = row.text("unit_no").filter(|u| !u.is_empty()).map(|u| format!("{u}单元")).unwrap_or_default();
    let door = row.text("door").map(|d| format!("{d}室")).unwrap_or_default();
    at.address = format!("{}{}{unit}{door}", at.community, at.building);
    at.plate = plate_of(tree, row);
    at
}

/// What the filter says, read.
struct Sieve<'a> {
    filter: &'a FillFilter,
    beneath: Option<BTreeSet<Uuid>>,
    political: Option<String>,
    sex: Option<String>,
    now: i64,
}

impl<'a> Sieve<'a> {
    fn new(tree: &Tree, filter: &'a FillFilter, now: i64) -> Result<Self> {
        let code = |table: &str, text: &Option<String>, field: &str| -> Result<Option<String>> {
            let Some(t) = text.as_deref().filter(|t| !t.is_empty()) else { return Ok(None) };
            let entry =
                codes::table(table).and_then(|c| c.resolve(t)).ok_or_else(|| CoreError::args(format!("没有「{t}」这一项。")).at(field))?;
            Ok(Some(entry.code.to_string()))
        };
        let unit = filter.unit.as_deref().filter(|u| !u.is_empty());
        let beneath = unit.map(|u| tree.find(u).map(|r| tree.beneath(r.record))).transpose()?;
        let (political, sex) = (code("political", &filter.political, "political")?, code("sex", &filter.sex, "sex")?);
        for (text, field) in [(&filter.since, "since"), (&filter.until, "until")] {
            if text.as_deref().is_some_and(|t| !t.is_empty() && parse_day(t).is_none()) {
                return Err(CoreError::args("日期写成 2026-06-01 这样。").at(field));
            }
        }
        Ok(Sieve { filter, beneath, political, sex, now })
    }

    fn is_here(&self, unit: Option<Uuid>) -> bool {
        self.beneath.as_ref().is_none_or(|b| unit.is_some_and(|u| b.contains(&u)))
    }

    fn tag(&self) -> Option<&String> {
        self.filter.tag.as_ref().filter(|t| !t.is_empty())
    }

    fn fits_person(&self, person: &Row, home: Option<&Row>) -> bool {
        let age = persons::age(person, self.now);
        let tagged =
            |t: &String| [Some(person), home].into_iter().flatten().any(|r| r.names("tag").contains(t) || r.names("care").contains(t));
        self.is_here(home.and_then(|h| h.id("building")))
            && self.filter.age_from.is_none_or(|n| age.is_some_and(|a| i64::from(a) >= i64::from(n)))
            && self.filter.age_to.is_none_or(|n| age.is_some_and(|a| i64::from(a) <= i64::from(n)))
            && self.tag().is_none_or(tagged)
            && self.political.as_ref().is_none_or(|c| person.text("political").as_ref() == Some(c))
            && self.sex.as_ref().is_none_or(|c| person.text("sex").as_ref() == Some(c))
    }

    /// A household is taken when its own tag says so or anybody of it fits.
    fn fits_household(&self, home: &Row, people: &[Row]) -> bool {
        let asks_people = self.tag().is_some()
            || self.filter.age_from.is_some()
            || self.filter.age_to.is_some()
            || self.political.is_some()
            || self.sex.is_some();
        self.is_here(home.id("building")) && (!asks_people || people.iter().any(|p| self.fits_person(p, Some(home))))
    }

    fn fits_case(&self, c: &CaseFacts) -> bool {
        let day = day_of(c.item.opened_at);
        let since = self.filter.since.as_deref().and_then(parse_day);
        let until = self.filter.until.as_deref().and_then(parse_day);
        self.is_here(Some(c.unit))
            && match self.filter.state.as_deref() {
                Some("open") => !c.item.is_closed,
                Some("closed") => c.item.is_closed && !c.item.is_aside,
                _ => true,
            }
            && since.is_none_or(|s| day >= s)
            && until.is_none_or(|u| day <= u)
    }
}

/// The rows that a table with such rows gets, in the order in which the doors are walked, cases by their time.
///
/// # Errors
/// `invalid_args` of the filter.
pub fn lines(db: &Connection, me: &Identity, subject: Subject, filter: &FillFilter, now: i64) -> Result<Vec<Line>> {
    let tree = Tree::read(db)?;
    let sieve = Sieve::new(&tree, filter, now)?;
    match subject {
        Subject::Person | Subject::Household => residents(db, &tree, &sieve, subject),
        Subject::Case => {
            let all = cases::for_tables(db, me, now)?.into_iter().filter(|c| sieve.fits_case(c));
            Ok(all
                .map(|c| {
                    let at = place(&tree, c.row.id("building"), c.unit);
                    Line::Case { facts: Box::new(c), at: Box::new(at) }
                })
                .collect())
        }
        Subject::Place | Subject::Facility => {
            let kind = if subject == Subject::Place { Kind::Place } else { Kind::Facility };
            let mut out = Vec::new();
            for row in rows(db, kind, "where t._del is null and t.name is not null order by t.name, t.record", &[])? {
                let unit = spots::home(db, row.record)?;
                if sieve.is_here(Some(unit)) && !row.flag("closed") {
                    let at = place(&tree, row.id("building"), unit);
                    out.push(Line::Spot { row: Box::new(row), at: Box::new(at) });
                }
            }
            Ok(out)
        }
        Subject::Building | Subject::Visit => Ok(Vec::new()),
    }
}

fn residents(db: &Connection, tree: &Tree, sieve: &Sieve<'_>, subject: Subject) -> Result<Vec<Line>> {
    let mut visited: HashMap<Uuid, i64> = HashMap::new();
    let mut q = db.prepare_cached("select household, visited_at from due where visited_at is not null")?;
    for r in q.query_map([], |r| Ok((r.get::<_, Uuid>(0)?, r.get::<_, i64>(1)?)))? {
        let (household, at) = r?;
        visited.insert(household, at);
    }
    let all = rows(
        db,
        Kind::Person,
        "left join due d on d.household = t.household where t._del is null and t.ended is null and t.name is not null order by d.walk, t.record",
        &[],
    )?;
    let mut people: HashMap<Uuid, Vec<Row>> = HashMap::new();
    for p in &all {
        if let Some(h) = p.id("household") {
            people.entry(h).or_default().push(p.clone());
        }
    }
    let order = "left join due d on d.household = t.record where t._del is null and t.door is not null and t.ended is null order by d.walk, t.record";
    let homes: Vec<Row> = rows(db, Kind::Household, order, &[])?;
    if subject == Subject::Household {
        let mut out = Vec::new();
        for row in homes {
            let own = people.remove(&row.record).unwrap_or_default();
            if row.flag("vacant") && own.is_empty() || !sieve.fits_household(&row, &own) {
                continue;
            }
            let named = row.text("head_name");
            let head = own.iter().find(|p| p.text("name").is_some() && p.text("name") == named);
            let head = head.or_else(|| own.iter().find(|p| HEADS.contains(&p.text("relation").unwrap_or_default().as_str()))).cloned();
            let age = head.as_ref().and_then(|h| persons::age(h, sieve.now));
            let at = home_place(tree, &row);
            let visited_at = visited.get(&row.record).copied();
            out.push(Line::Household { home: Box::new(Home { row, at, people: own, visited_at }), head: head.map(Box::new), age });
        }
        return Ok(out);
    }
    let homes: HashMap<Uuid, Row> = homes.into_iter().map(|r| (r.record, r)).collect();
    let mut out = Vec::new();
    for person in all {
        let row = person.id("household").and_then(|h| homes.get(&h));
        if !sieve.fits_person(&person, row) {
            continue;
        }
        let family = row.and_then(|r| people.get(&r.record)).map(Vec::as_slice).unwrap_or_default();
        // somebody else of the family who can be called
        let contact = family.iter().filter(|p| p.record != person.record).find_map(|p| Some((p.text("name")?, p.text("phone")?)));
        let home = row.map(|row| {
            let at = home_place(tree, row);
            Box::new(Home { row: row.clone(), at, people: family.to_vec(), visited_at: visited.get(&row.record).copied() })
        });
        let age = persons::age(&person, sieve.now);
        out.push(Line::Person { person: Box::new(person), home, contact, age });
    }
    Ok(out)
}

impl Line {
    /// Whom a missing cell is asked of.
    pub fn asked(&self) -> Option<Asked> {
        match self {
            Line::Person { person, home, .. } => Some(Asked {
                record: person.record,
                household: home.as_ref().map(|h| h.row.record),
                plate: home.as_ref().map(|h| h.at.plate.clone()).unwrap_or_default(),
                name: person.text("name").unwrap_or_default(),
            }),
            Line::Household { home, head, .. } => Some(Asked {
                record: head.as_ref().map_or(home.row.record, |h| h.record),
                household: Some(home.row.record),
                plate: home.at.plate.clone(),
                name: home.row.text("head_name").unwrap_or_default(),
            }),
            Line::Case { .. } | Line::Spot { .. } => None,
        }
    }

    /// The value of a field as a table holds it; `whole`: ID numbers as they are.
    pub fn value(&self, field: &str, index: usize, whole: bool) -> Option<String> {
        if field == "seq" {
            return Some((index + 1).to_string());
        }
        let value = match self {
            Line::Person { person, home, contact, age } => match field {
                "contact_name" => contact.as_ref().map(|c| c.0.clone()),
                "contact_phone" => contact.as_ref().map(|c| c.1.clone()),
                "age" => age.map(|a| a.to_string()),
                _ => of_person(person, home.as_deref(), field, whole).or_else(|| of_home(home.as_deref()?, field, whole)),
            },
            Line::Household { home, head, age } => match field {
                "age" => age.map(|a| a.to_string()),
                "head_id_number" | "id_number" => head.as_ref().and_then(|h| of_person(h, None, "id_number", whole)),
                _ => of_home(home, field, whole).or_else(|| of_person(head.as_ref()?, None, field, whole)),
            },
            Line::Case { facts, at } => of_case(facts, at, field),
            Line::Spot { row, at } => of_spot(row, at, field),
        };
        value.filter(|v| !v.is_empty())
    }
}

fn id_number(row: &Row, whole: bool) -> Option<String> {
    row.text("id_number").map(|n| if whole { n } else { codes::id_number::mask(&n) })
}

fn of_person(p: &Row, home: Option<&Home>, field: &str, whole: bool) -> Option<String> {
    match field {
        "birth_month" => p.text("birth_date").map(|d| d[..7].replace('-', ".")).or_else(|| p.int("birth_year").map(|y| y.to_string())),
        "birth_year" => p.int("birth_year").map(|y| y.to_string()),
        "id_number" => id_number(p, whole),
        "tags" => {
            let mut all = p.names("tag");
            all.extend(home.iter().flat_map(|h| h.row.names("tag")));
            all.dedup();
            (!all.is_empty()).then(|| all.join("、"))
        }
        "care" => {
            let mut all = p.names("care");
            all.extend(home.iter().flat_map(|h| h.row.names("care")));
            all.dedup();
            (!all.is_empty()).then(|| all.join("、"))
        }
        _ if field.starts_with(EXT) => p.texts("ext").remove(&field[EXT.len()..]),
        // what is the household's is asked of it
        "head_name" | "head_phone" | "head_id_number" | "address" | "building" | "unit" | "door" | "since" | "batch" | "moved_to" => None,
        other => own(p, other),
    }
}

fn of_home(home: &Home, field: &str, whole: bool) -> Option<String> {
    let named = home.row.text("head_name");
    let head = || home.people.iter().find(|p| named.is_some() && p.text("name") == named);
    match field {
        "head_phone" => head().and_then(|p| p.text("phone")).or_else(|| home.row.text("contact_phone")),
        "head_id_number" => head().and_then(|p| id_number(p, whole)),
        "people" => Some(home.people.len().to_string()),
        "members" => Some(home.people.iter().filter_map(|p| p.text("name")).collect::<Vec<_>>().join("、")),
        "address" => Some(home.at.address.clone()),
        "estate" => Some(home.at.estate.clone()),
        "building" => home.at.plate.split('-').next().map(str::to_string),
        "unit" => home.row.text("unit_no"),
        "plate" => Some(home.at.plate.clone()),
        "grid" => Some(home.at.grid.clone()),
        "community" => Some(home.at.community.clone()),
        "visited_at" => home.visited_at.map(|at| day_of(at).to_string()),
        "tags" | "care" => {
            let family = if field == "tags" { "tag" } else { "care" };
            let mut all = home.row.names(family);
            all.extend(home.people.iter().flat_map(|p| p.names(family)));
            let mut seen = BTreeSet::new();
            all.retain(|t| seen.insert(t.clone()));
            (!all.is_empty()).then(|| all.join("、"))
        }
        _ if field.starts_with(EXT) => home.row.texts("ext").remove(&field[EXT.len()..]),
        other => own(&home.row, other),
    }
}

fn of_case(c: &CaseFacts, at: &Where, field: &str) -> Option<String> {
    let i = &c.item;
    match field {
        "number" => c.row.texts("data").remove("number"),
        "title" => Some(i.title.clone()),
        "matter" => Some(i.matter.label.clone()),
        "category" => Some(i.category.clone()),
        "opened_at" => Some(moment(i.opened_at)),
        "place" => i.place.clone(),
        "building" => Some(at.building.clone()),
        "grid" => Some(at.grid.clone()),
        "community" => Some(at.community.clone()),
        "state" => Some(i.state.label.clone()),
        "is_closed" => Some(if i.is_closed { "是" } else { "否" }.into()),
        "lead" => i.lead.clone(),
        "assignee" => c.assignee.clone(),
        "due_at" => i.due_at.map(|at| day_of(at).to_string()),
        "closed_at" => c.closed_at.map(moment),
        "outcome" => i.outcome.clone().filter(|_| i.is_closed),
        "urgency" => Some(["", "特急", "紧急", "一般", "可缓"].get(i.urgency as usize).unwrap_or(&"").to_string()),
        other => own(&c.row, other),
    }
}

fn of_spot(row: &Row, at: &Where, field: &str) -> Option<String> {
    #[allow(clippy::cast_precision_loss)] // ten millionths of a degree
    let degrees = |key: &str| row.int(key).map(|n| format!("{:.6}", n as f64 / 1e7));
    match field {
        "building" => Some(at.building.clone()),
        "estate" => Some(at.estate.clone()),
        "address" => row.text("address").or_else(|| Some(at.building.clone())),
        "grid" => Some(at.grid.clone()),
        "community" => Some(at.community.clone()),
        "lng" => degrees("lng_e7"),
        "lat" => degrees("lat_e7"),
        other => own(row, other),
    }
}

/// A field of the record itself, as people read it.
fn own(row: &Row, key: &str) -> Option<String> {
    match row.kind.field(key)?.ty {
        FieldType::Code(table) => row.text(key).map(|c| label(table, &c)),
        FieldType::Int => row.int(key).map(|n| n.to_string()),
        FieldType::Bool => Some(if row.flag(key) { "是" } else { "否" }.into()),
        FieldType::Text | FieldType::Date => row.text(key),
        FieldType::IdNumber | FieldType::Id | FieldType::Time | FieldType::Flags | FieldType::Ext => None,
    }
}

/// A moment as a table holds it, in the time of the country: `2026-06-01 09:30`.
fn moment(ms: i64) -> String {
    const BEIJING_S: i32 = 8 * 3_600;
    let zone = FixedOffset::east_opt(BEIJING_S);
    let at = zone.and_then(|zone| Some(DateTime::from_timestamp_millis(ms)?.with_timezone(&zone)));
    at.map(|at| at.format("%Y-%m-%d %H:%M").to_string()).unwrap_or_default()
}
