//! What derives from rows: search words, walking order and due dates. `refresh` keeps it with every change, in the same transaction;
//! `spread` lays first visits over their tier's period; `reproject` makes all of it anew from the rows.

use crate::error::Result;
use crate::store::{self, Row, get_row, rows};
use chrono::{DateTime, FixedOffset, NaiveDate, TimeZone};
use pinyin::ToPinyin;
use rusqlite::{Connection, OptionalExtension, params};
use shared_model::codes::fold_width;
use shared_model::due;
use shared_model::records::Kind;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// The product's days are Beijing days, wherever the clock of the device stands.
pub fn day_of(ms: i64) -> NaiveDate {
    local(ms).date_naive()
}

/// Beijing time of a moment.
pub fn local(ms: i64) -> DateTime<FixedOffset> {
    let zone = FixedOffset::east_opt(8 * 3600).expect("eight hours is a valid offset");
    zone.timestamp_millis_opt(ms).single().unwrap_or_else(|| zone.timestamp_millis_opt(0).single().expect("the epoch exists"))
}

/// A date as stored.
pub fn parse_day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

/// Keeps what derives from these records.
pub fn refresh(db: &Connection, touched: &BTreeMap<Uuid, Kind>, now_ms: i64) -> Result<()> {
    let mut visited = BTreeSet::new();
    let mut buildings = Buildings::default();
    let (mut spread_needed, mut visit_gone) = (false, false);
    for (record, kind) in touched {
        match kind {
            Kind::Household => {
                if let Some(row) = get_row(db, Kind::Household, *record)? {
                    let at = row.id("building").map(|b| buildings.get(db, b)).transpose()?;
                    if let Some(at) = at {
                        spread_needed |= place(db, &row, at, now_ms)?;
                    }
                    let number = at.map_or("", |b| b.number.as_str());
                    let door = plate(number, &row.text("unit_no").unwrap_or_default(), &row.text("door").unwrap_or_default());
                    words(db, &row, Some(*record), household_words(&row).into_iter().chain([door]))?;
                } else {
                    // a door that left this device: those that stay share the period among themselves
                    spread_needed = true;
                }
            }
            Kind::Person => {
                if let Some(row) = get_row(db, Kind::Person, *record)? {
                    words(db, &row, row.id("household"), person_words(&row))?;
                }
            }
            Kind::Case => {
                if let Some(row) = get_row(db, Kind::Case, *record)? {
                    words(db, &row, row.id("household"), case_words(&row))?;
                }
            }
            Kind::Visit => match get_row(db, Kind::Visit, *record)? {
                Some(row) => visited.extend(row.id("household")),
                None => visit_gone = true,
            },
            Kind::Unit => spread_needed |= replace_walk(db, *record)?,
            _ => {}
        }
    }
    if visit_gone {
        // a refused visit left no row that could name its door: every door that counts as visited is asked again
        visited.extend(visited_doors(db)?);
    }
    for h in visited {
        note_visits(db, h)?;
    }
    if spread_needed {
        store::set_setting(db, "spread_dirty", b"1")?;
    }
    Ok(())
}

/// Lays first visits over their tier's period in walking order, grid by grid, when something moved.
pub fn spread(db: &Connection) -> Result<()> {
    if store::setting(db, "spread_dirty")?.as_deref() != Some(b"1") {
        return Ok(());
    }
    // doors of one grid and tier, in walking order: household, on the books since, first visit as it stands
    type Door = (Uuid, NaiveDate, String);
    let mut groups: BTreeMap<(Option<Uuid>, String), Vec<Door>> = BTreeMap::new();
    {
        let mut q = db.prepare_cached(
            "select d.household, d.grid, d.tier, h.since, d.first from due d join household h on h.record = d.household order by d.walk",
        )?;
        let got = q.query_map([], |r| {
            Ok((
                r.get::<_, Uuid>(0)?,
                r.get::<_, Option<Uuid>>(1)?,
                r.get::<_, String>(2)?,
                r.get::<_, Option<String>>(3)?,
                r.get::<_, String>(4)?,
            ))
        })?;
        for row in got {
            let (id, grid, tier, since, first) = row?;
            let since = since.as_deref().and_then(parse_day).or_else(|| parse_day(&first)).unwrap_or_default();
            groups.entry((grid, tier)).or_default().push((id, since, first));
        }
    }
    let mut set = db.prepare_cached("update due set first = ?2 where household = ?1")?;
    for ((_, tier), doors) in groups {
        let of = u32::try_from(doors.len()).unwrap_or(u32::MAX);
        for (rank, (id, since, old)) in doors.iter().enumerate() {
            let first = due::first_visit(*since, &tier, u32::try_from(rank).unwrap_or(0), of).to_string();
            if first != *old {
                set.execute(params![id, first])?;
            }
        }
    }
    store::set_setting(db, "spread_dirty", b"0")
}

/// Makes everything that derives from rows anew.
pub fn reproject(db: &Connection, now_ms: i64) -> Result<()> {
    db.execute_batch("delete from search; delete from due;")?;
    let mut all = BTreeMap::new();
    for kind in [Kind::Household, Kind::Person, Kind::Case, Kind::Visit] {
        for row in rows(db, kind, "", &[])? {
            all.insert(row.record, kind);
        }
    }
    refresh(db, &all, now_ms)?;
    store::set_setting(db, "spread_dirty", b"1")?;
    spread(db)
}

/// Walking order of a household and the tier it is due by. True when first visits have to be laid out again.
fn place(db: &Connection, row: &Row, at: &Building, now_ms: i64) -> Result<bool> {
    let walk = format!("{}|{}", at.walk, door_walk(row));
    let tier = tier_of(row);
    let grid = at.grid;
    let since = row.text("since");
    type Old = (String, String, Option<Uuid>, Option<String>);
    let old: Option<Old> = db
        .prepare_cached("select walk, tier, grid, since from due where household = ?1")?
        .query_row([row.record], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))
        .optional()?;
    if old.as_ref().is_some_and(|o| o.0 == walk && o.1 == tier && o.2 == grid && o.3 == since) {
        return Ok(false);
    }
    let first = since.clone().unwrap_or_else(|| day_of(now_ms).to_string());
    db.prepare_cached(
        "insert into due (household, walk, tier, grid, first, since) values (?1, ?2, ?3, ?4, ?5, ?6)
         on conflict (household) do update set walk = excluded.walk, tier = excluded.tier, grid = excluded.grid, since = excluded.since",
    )?
    .execute(params![row.record, walk, tier, grid, first, since])?;
    Ok(true)
}

/// A unit got its parent or number: its households are placed again.
fn replace_walk(db: &Connection, unit: Uuid) -> Result<bool> {
    let Building { walk, grid, .. } = Building::read(db, unit)?;
    let doors = rows(db, Kind::Household, "where t.building = ?1", &[&unit])?;
    for d in &doors {
        db.prepare_cached("update due set walk = ?2, grid = ?3 where household = ?1")?.execute(params![
            d.record,
            format!("{walk}|{}", door_walk(d)),
            grid
        ])?;
    }
    Ok(!doors.is_empty())
}

/// The tier by which a household is visited: the one set, else general.
pub fn tier_of(row: &Row) -> &'static str {
    match row.text("tier").as_deref() {
        Some("red") => "red",
        Some("yellow") => "yellow",
        Some("green") => "green",
        _ => "general",
    }
}

/// Parent of a unit, as accepted or as asked for here.
pub fn parent_of(db: &Connection, unit: Uuid) -> Result<Option<Uuid>> {
    Ok(db
        .prepare_cached("select coalesce((select parent from unit where record = ?1), (select parent from unit_asked where unit = ?1))")?
        .query_row([unit], |r| r.get(0))?)
}

/// What its households derive from a building.
struct Building {
    number: String,
    walk: String,
    grid: Option<Uuid>,
}

impl Building {
    fn read(db: &Connection, building: Uuid) -> Result<Building> {
        let row: Option<(Option<String>, Option<String>)> = db
            .prepare_cached("select estate, number from unit where record = ?1")?
            .query_row([building], |r| Ok((r.get(0)?, r.get(1)?)))
            .optional()?;
        let (estate, number) = row.unwrap_or_default();
        let number = number.unwrap_or_default();
        Ok(Building { walk: format!("{}|{}", estate.unwrap_or_default(), padded(&number)), grid: parent_of(db, building)?, number })
    }
}

/// Those asked for in one go: a page holds many doors of one building.
#[derive(Default)]
struct Buildings(HashMap<Uuid, Building>);

impl Buildings {
    fn get(&mut self, db: &Connection, building: Uuid) -> Result<&Building> {
        Ok(match self.0.entry(building) {
            Entry::Occupied(e) => e.into_mut(),
            Entry::Vacant(e) => e.insert(Building::read(db, building)?),
        })
    }
}

fn door_walk(row: &Row) -> String {
    format!(
        "{}|{}|{}",
        padded(&row.text("unit_no").unwrap_or_default()),
        padded(&row.text("door").unwrap_or_default()),
        row.text("family").unwrap_or_default()
    )
}

/// Numbers in a text padded to six digits, so that text order is number order.
fn padded(text: &str) -> String {
    let mut out = String::new();
    let mut digits = String::new();
    for c in text.chars().chain(std::iter::once('\0')) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        if !digits.is_empty() {
            out.push_str(&format!("{:0>6}", digits.trim_start_matches('0')));
            digits.clear();
        }
        if c != '\0' {
            out.push(c);
        }
    }
    out
}

fn visited_doors(db: &Connection) -> Result<Vec<Uuid>> {
    let mut q = db.prepare_cached("select household from due where visited_at is not null")?;
    Ok(q.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
}

fn note_visits(db: &Connection, household: Uuid) -> Result<()> {
    let (mut reached, mut tried, mut last) = (None, None, None::<i64>);
    for v in rows(db, Kind::Visit, "where t.household = ?1 and t._del is null", &[&household])? {
        let Some(at) = v.int("at") else { continue };
        last = last.max(Some(at));
        let day = Some(day_of(at));
        if due::reached(&v.text("outcome").unwrap_or_default()) {
            reached = reached.max(day);
        } else {
            tried = tried.max(day);
        }
    }
    let text = |d: Option<NaiveDate>| d.map(|d| d.to_string());
    db.prepare_cached("update due set reached_on = ?2, tried_on = ?3, visited_at = ?4 where household = ?1")?.execute(params![
        household,
        text(reached),
        text(tried),
        last
    ])?;
    Ok(())
}

/// Doorplate of a household, `3-2-501`; a part that is not there is left out.
pub fn plate(number: &str, unit_no: &str, door: &str) -> String {
    [number, unit_no, door].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join("-")
}

fn household_words(row: &Row) -> Vec<String> {
    let mut out = vec![row.text("unit_no").unwrap_or_default(), row.text("door").unwrap_or_default()];
    out.extend(row.text("head_name").iter().flat_map(|n| name_words(n)));
    out.extend(row.names("tag"));
    out.extend(row.text("note"));
    out.extend(row.text("contact_phone"));
    out
}

fn person_words(row: &Row) -> Vec<String> {
    let mut out: Vec<String> = ["name", "nickname"].iter().filter_map(|k| row.text(k)).flat_map(|n| name_words(&n)).collect();
    out.extend(["phone", "phone2", "employer"].iter().filter_map(|k| row.text(k)));
    out.extend(row.names("tag"));
    out
}

fn case_words(row: &Row) -> Vec<String> {
    let mut out: Vec<String> = ["title", "place", "description"].iter().filter_map(|k| row.text(k)).collect();
    if let Some(m) = row.text("matter").as_deref().and_then(shared_model::matters::find) {
        out.push(m.name_zh.clone());
    }
    out.extend(row.text("title").iter().flat_map(|t| name_words(t)));
    out
}

/// A name as people type it: the characters, whole pinyin, initials.
pub fn name_words(name: &str) -> Vec<String> {
    let (mut whole, mut initials) = (String::new(), String::new());
    for (c, p) in name.chars().zip(name.to_pinyin()) {
        match p {
            Some(p) => {
                whole.push_str(p.plain());
                initials.push_str(p.first_letter());
            }
            None => {
                whole.push(c);
                initials.push(c);
            }
        }
    }
    vec![name.to_string(), whole, initials]
}

/// A text as the search compares it: width folded, lower case, no spaces.
pub fn folded(text: &str) -> String {
    fold_width(text).chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

fn words(db: &Connection, row: &Row, household: Option<Uuid>, words: impl IntoIterator<Item = String>) -> Result<()> {
    if row.get("_del").is_some() {
        db.prepare_cached("delete from search where record = ?1")?.execute([row.record])?;
        return Ok(());
    }
    let parts: Vec<String> = words.into_iter().map(|w| folded(&w)).filter(|w| !w.is_empty()).collect();
    db.prepare_cached(
        "insert into search (record, kind, household, words) values (?1, ?2, ?3, ?4)
         on conflict (record) do update set household = excluded.household, words = excluded.words",
    )?
    .execute(params![row.record, row.kind as u8, household, parts.join(" ")])?;
    Ok(())
}

/// Due dates of all doors here, by household.
pub fn due_of(db: &Connection, today: NaiveDate) -> Result<HashMap<Uuid, (due::DueOn, Option<i64>)>> {
    let mut q = db.prepare_cached(
        "select d.household, d.tier, d.first, d.reached_on, d.tried_on, d.visited_at, coalesce(h.vacant, 0)
         from due d join household h on h.record = d.household",
    )?;
    let got = q.query_map([], |r| {
        let day = |i: usize| -> rusqlite::Result<Option<NaiveDate>> { Ok(r.get::<_, Option<String>>(i)?.as_deref().and_then(parse_day)) };
        let tier: String = r.get(1)?;
        let first = day(2)?.unwrap_or(today);
        Ok((r.get(0)?, (due::due(&tier, r.get(6)?, today, first, day(3)?, day(4)?), r.get(5)?)))
    })?;
    Ok(got.collect::<rusqlite::Result<_>>()?)
}
