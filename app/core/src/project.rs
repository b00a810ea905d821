//! What derives from rows: search words, walking order and due dates. `refresh` keeps it with every change, in the same transaction;
//! `spread` lays first visits over their tier's period; `reproject` makes all of it anew from the rows.

use crate::error::Result;
use crate::store::{self, Facts, get_row, rows, rows_of_all, same};
use chrono::{DateTime, FixedOffset, NaiveDate, TimeZone};
use pinyin::ToPinyin;
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};
use shared_model::codes::fold_width;
use shared_model::due;
use shared_model::matters;
use shared_model::records::Kind;
use shared_model::same::EDGE;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// Before the code of a matter, in the name of its setting.
pub const MATTER_SETTING: &str = "matter/";

/// The product's days are Beijing days, wherever the clock of the device stands.
pub fn day_of(ms: i64) -> NaiveDate {
    local(ms).date_naive()
}

/// Beijing time of a moment.
pub fn local(ms: i64) -> DateTime<FixedOffset> {
    let zone = FixedOffset::east_opt(8 * 3600).expect("eight hours is a valid offset");
    zone.timestamp_millis_opt(ms).single().unwrap_or_else(|| zone.timestamp_millis_opt(0).single().expect("the epoch exists"))
}

/// A date as stored, `YYYY-MM-DD`. Read by its places: a list asks for a hundred thousand of them.
pub fn parse_day(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let number =
        |from: usize, to: usize| bytes[from..to].iter().try_fold(0u32, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')));
    NaiveDate::from_ymd_opt(i32::try_from(number(0, 4)?).ok()?, number(5, 7)?, number(8, 10)?)
}

/// The kinds that a search finds; their tables have a column for it.
pub const SEARCHED: [Kind; 3] = [Kind::Household, Kind::Person, Kind::Case];

/// Keeps what derives from these records, as their rows say. `true`: first visits are to be laid anew, see [`spread`].
///
/// # Errors
/// Of the store.
pub fn refresh(db: &Connection, touched: &BTreeMap<Uuid, Kind>, now_ms: i64) -> Result<bool> {
    let mut derived = Derived::new(db, now_ms);
    for (record, kind) in touched {
        derived.read(*record, *kind, touched)?;
    }
    derived.finish()
}

/// What derives from the records of one transaction, record by record.
pub struct Derived<'a> {
    db: &'a Connection,
    now_ms: i64,
    buildings: Buildings,
    search: HashMap<Kind, CachedStatement<'a>>,
    place: Option<CachedStatement<'a>>,
    visited: BTreeSet<Uuid>,
    spread_needed: bool,
    visit_gone: bool,
    /// Matters of which the setting changed.
    renamed: BTreeSet<String>,
    /// Is there any merge here at all? Asked once.
    has_edges: Option<bool>,
    /// Which records went into which is to be told anew.
    remerge: bool,
}

impl<'a> Derived<'a> {
    /// Of no record yet.
    pub fn new(db: &'a Connection, now_ms: i64) -> Self {
        Derived {
            db,
            now_ms,
            buildings: Buildings::default(),
            search: HashMap::new(),
            place: None,
            visited: BTreeSet::new(),
            spread_needed: false,
            visit_gone: false,
            renamed: BTreeSet::new(),
            has_edges: None,
            remerge: false,
        }
    }

    fn has_edges(&mut self) -> Result<bool> {
        match self.has_edges {
            Some(known) => Ok(known),
            None => Ok(*self.has_edges.insert(same::has_edges(self.db)?)),
        }
    }

    /// A record as its row says now. `others`: all that will be read, each in its turn.
    fn read(&mut self, record: Uuid, kind: Kind, others: &BTreeMap<Uuid, Kind>) -> Result<()> {
        match kind {
            Kind::Household | Kind::Person | Kind::Case | Kind::Visit | Kind::Config => match get_row(self.db, kind, record)? {
                Some(row) => return self.note(&row),
                None if same::KINDS.contains(&kind) => {
                    self.remerge |= self.has_edges()? && same::takes_part(self.db, record)?;
                    if kind == Kind::Household {
                        self.leave_place(record)?;
                    }
                }
                None if kind == Kind::Visit => self.visit_gone = true,
                None => {}
            },
            Kind::Unit => self.spread_needed |= replace_walk(self.db, record, others)?,
            _ => {}
        }
        Ok(())
    }

    /// A record whose facts are at hand.
    fn note(&mut self, row: &dyn Facts) -> Result<()> {
        self.note_but_words(row, false)?;
        if SEARCHED.contains(&row.kind()) {
            let words = self.words_of(row)?;
            self.write_words(row, words)?;
        }
        Ok(())
    }

    /// A record that was just written with its [`Derived::words_of`]. `is_new`: it had no row before.
    ///
    /// # Errors
    /// Of the store.
    pub fn note_but_words(&mut self, row: &dyn Facts, is_new: bool) -> Result<()> {
        if same::KINDS.contains(&row.kind()) && !self.remerge {
            self.remerge = row.has(EDGE) || (self.has_edges()? && same::takes_part(self.db, row.record())?);
        }
        match row.kind() {
            Kind::Household => match row.named("building") {
                Some(building) => self.put_in_place(row, building, is_new)?,
                // the part that says where it is left this device, or never came
                None => self.leave_place(row.record())?,
            },
            Kind::Visit => self.visited.extend(row.named("household")),
            Kind::Unit => self.spread_needed |= replace_walk(self.db, row.record(), &BTreeMap::new())?,
            // the name of a matter may come after its cases
            Kind::Config => self.renamed.extend(row.str("name").and_then(|n| n.strip_prefix(MATTER_SETTING)).map(str::to_string)),
            _ => {}
        }
        Ok(())
    }

    /// What a search compares of a record; `None` when it is not searched, or deleted.
    ///
    /// # Errors
    /// Of the store.
    pub fn words_of(&mut self, row: &dyn Facts) -> Result<Option<String>> {
        let mut words = Words::default();
        match row.kind() {
            Kind::Household => {
                let at = row.named("building").map(|b| self.buildings.get(self.db, b)).transpose()?;
                household_words(&mut words, row, at.map_or("", |b| b.number.as_str()));
            }
            Kind::Person => return Ok(words_of_person(row)),
            Kind::Case => case_words(self.db, &mut words, row)?,
            _ => return Ok(None),
        }
        Ok((!row.has("_del")).then_some(words.0))
    }

    /// What only shows when all records are written. `true`: first visits are to be laid anew, see [`spread`].
    ///
    /// # Errors
    /// Of the store.
    pub fn finish(mut self) -> Result<bool> {
        if self.visit_gone {
            // a refused visit left no row that could name its door: every door that counts as visited is asked again
            self.visited.extend(visited_doors(self.db)?);
        }
        if self.remerge {
            self.merge_anew()?;
        }
        for h in &self.visited {
            note_visits(self.db, same::canon(self.db, *h)?)?;
        }
        for code in std::mem::take(&mut self.renamed).iter().filter(|code| matters::is_local(code)) {
            for case in rows(self.db, Kind::Case, "where t._del is null and t.matter = ?1", &[code])? {
                let words = self.words_of(&case)?;
                self.write_words(&case, words)?;
            }
        }
        if self.spread_needed {
            store::set_setting(self.db, "spread_dirty", b"1")?;
        }
        Ok(self.spread_needed)
    }

    /// Who went into whom, and what follows for the doors: what went has no turn of its own, what came back has one again.
    fn merge_anew(&mut self) -> Result<()> {
        self.has_edges = Some(true);
        for (record, kind) in same::rebuild(self.db)? {
            if kind != Kind::Household {
                continue;
            }
            self.visited.insert(record);
            match get_row(self.db, kind, record)? {
                Some(row) => self.note_but_words(&row, false)?,
                None => self.leave_place(record)?,
            }
        }
        // a door that is in its place already may have gone in this very transaction
        let gone = same::all(self.db)?;
        for record in gone.keys() {
            self.leave_place(*record)?;
        }
        Ok(())
    }

    /// Walking order of a household and the tier it is due by.
    fn put_in_place(&mut self, row: &dyn Facts, building: Uuid, is_new: bool) -> Result<()> {
        let at = self.buildings.get(self.db, building)?;
        let walk = door_walk(&at.walk, row.str("unit_no"), row.str("door"), row.str("family"));
        let (grid, tier) = (at.grid, tier_of(row));
        let since = match row.str("since") {
            Some(since) => Some(since.to_string()),
            None => self.accepted_on(row.record())?,
        };
        type Old = (String, String, Option<Uuid>, Option<String>);
        let old: Option<Old> = if is_new {
            None
        } else {
            self.db
                .prepare_cached("select walk, tier, grid, since from due where household = ?1")?
                .query_row([row.record()], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))
                .optional()?
        };
        if old.as_ref().is_some_and(|o| o.0 == walk && o.1 == tier && o.2 == grid && o.3 == since) {
            return Ok(());
        }
        if self.has_edges()? && same::canon(self.db, row.record())? != row.record() {
            return self.leave_place(row.record());
        }
        let place = match &mut self.place {
            Some(place) => place,
            none => none.insert(self.db.prepare_cached(
                "insert into due (household, walk, tier, grid, first, since) values (?1, ?2, ?3, ?4, ?5, ?6)
                 on conflict (household) do update set walk = excluded.walk, tier = excluded.tier, grid = excluded.grid, since = excluded.since",
            )?),
        };
        match since {
            Some(since) => place.execute(params![row.record(), walk, tier, grid, since, since])?,
            None => place.execute(params![row.record(), walk, tier, grid, day_of(self.now_ms).to_string(), since])?,
        };
        self.spread_needed = true;
        Ok(())
    }

    /// Of a household whose part that says since when is not here (a building head is not given it): the day the server took it in, which is
    /// the same for everybody.
    fn accepted_on(&self, household: Uuid) -> Result<Option<String>> {
        let mut q = self.db.prepare_cached("select min(first_at) from doc where record = ?1")?;
        let at: Option<i64> = q.query_row([household], |r| r.get(0))?;
        Ok(at.map(|at| day_of(at).to_string()))
    }

    /// A household that is nowhere has no turn: the doors that stay share the period among themselves.
    fn leave_place(&mut self, household: Uuid) -> Result<()> {
        let gone = self.db.prepare_cached("delete from due where household = ?1")?.execute([household])?;
        self.spread_needed |= gone > 0;
        Ok(())
    }

    /// What the search compares stands in the record's own row: one page to write, not two.
    fn write_words(&mut self, row: &dyn Facts, words: Option<String>) -> Result<()> {
        let set = match self.search.entry(row.kind()) {
            Entry::Occupied(e) => e.into_mut(),
            Entry::Vacant(e) => {
                let sql = format!("update \"{}\" set search_words = ?2 where record = ?1", row.kind().name());
                e.insert(self.db.prepare_cached(&sql)?)
            }
        };
        set.execute(params![row.record(), words])?;
        Ok(())
    }
}

/// What is searched of a person, from the document that holds all of it; `None` when the person is deleted.
pub fn words_of_person(row: &dyn Facts) -> Option<String> {
    let mut words = Words::default();
    person_words(&mut words, row);
    (!row.has("_del")).then_some(words.0)
}

/// Lays first visits over their tier's period in walking order, grid by grid, when something moved.
pub fn spread(db: &Connection) -> Result<()> {
    if store::setting(db, "spread_dirty")?.as_deref() != Some(b"1") {
        return Ok(());
    }
    // doors of one grid and tier, in walking order: household, on the books since, first visit as it stands; what only waits here has no day yet
    type Door = (Uuid, NaiveDate, String);
    let mut groups: BTreeMap<(Option<Uuid>, String), Vec<Door>> = BTreeMap::new();
    {
        let mut q =
            db.prepare_cached("select household, grid, tier, since, first from due where since is not null order by walk, household")?;
        let got = q.query_map([], |r| {
            Ok((r.get::<_, Uuid>(0)?, r.get::<_, Option<Uuid>>(1)?, r.get::<_, String>(2)?, r.get::<_, String>(3)?, r.get::<_, String>(4)?))
        })?;
        for row in got {
            let (id, grid, tier, since, first) = row?;
            groups.entry((grid, tier)).or_default().push((id, parse_day(&since).unwrap_or_default(), first));
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
    db.execute_batch("delete from due; delete from merged;")?;
    let mut all = BTreeMap::new();
    for kind in [Kind::Household, Kind::Person, Kind::Case, Kind::Visit] {
        for row in rows_of_all(db, kind, "", &[])? {
            all.insert(row.record, kind);
        }
    }
    refresh(db, &all, now_ms)?;
    store::set_setting(db, "spread_dirty", b"1")?;
    spread(db)
}

/// A unit got its parent or number: its households are placed again, but for those whose own turn comes.
fn replace_walk(db: &Connection, unit: Uuid, others: &BTreeMap<Uuid, Kind>) -> Result<bool> {
    type Door = (Uuid, Option<String>, Option<String>, Option<String>);
    let doors: Vec<Door> = db
        .prepare_cached("select record, unit_no, door, family from household where building = ?1")?
        .query_map([unit], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))?
        .collect::<rusqlite::Result<_>>()?;
    if doors.is_empty() {
        return Ok(false);
    }
    let Building { walk, grid, .. } = Building::read(db, unit)?;
    let mut place = db.prepare_cached("update due set walk = ?2, grid = ?3 where household = ?1")?;
    for (record, unit_no, door, family) in doors.iter().filter(|d| !others.contains_key(&d.0)) {
        place.execute(params![record, door_walk(&walk, unit_no.as_deref(), door.as_deref(), family.as_deref()), grid])?;
    }
    Ok(true)
}

/// The tier by which a household is visited: the one set, else general.
pub fn tier_of(row: &dyn Facts) -> &'static str {
    match row.str("tier") {
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

/// Where a door stands in the walk of its building.
fn door_walk(building: &str, unit_no: Option<&str>, door: Option<&str>, family: Option<&str>) -> String {
    let mut out = String::with_capacity(building.len() + 32);
    out.push_str(building);
    for part in [unit_no, door] {
        out.push('|');
        pad(&mut out, part.unwrap_or_default());
    }
    out.push('|');
    out.push_str(family.unwrap_or_default());
    out
}

/// Numbers in a text padded to six digits, so that text order is number order.
pub fn padded(text: &str) -> String {
    let mut out = String::new();
    pad(&mut out, text);
    out
}

fn pad(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(begin) = rest.find(|c: char| c.is_ascii_digit()) {
        out.push_str(&rest[..begin]);
        let end = rest[begin..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |n| begin + n);
        let digits = rest[begin..end].trim_start_matches('0');
        out.extend(std::iter::repeat_n('0', 6_usize.saturating_sub(digits.len())));
        out.push_str(digits);
        rest = &rest[end..];
    }
    out.push_str(rest);
}

fn visited_doors(db: &Connection) -> Result<Vec<Uuid>> {
    let mut q = db.prepare_cached("select household from due where visited_at is not null")?;
    Ok(q.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
}

fn note_visits(db: &Connection, household: Uuid) -> Result<()> {
    let (mut reached, mut tried, mut last) = (None, None, None::<i64>);
    {
        let mut q = db.prepare_cached(
            "select t.at, t.outcome from visit t
             where t.household in (select ?1 union all select m.record from merged m where m.canon = ?1) and t._del is null",
        )?;
        let mut visits = q.query([household])?;
        while let Some(v) = visits.next()? {
            let Some(at) = v.get::<_, Option<i64>>(0)? else { continue };
            last = last.max(Some(at));
            let day = Some(day_of(at));
            if due::reached(v.get::<_, Option<String>>(1)?.as_deref().unwrap_or_default()) {
                reached = reached.max(day);
            } else {
                tried = tried.max(day);
            }
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

/// What the search compares, folded, one word after another.
#[derive(Default)]
struct Words(String);

impl Words {
    fn add(&mut self, word: &str) {
        self.add_joined(&[word]);
    }

    /// Parts with `-` between them, as one word; a part that is not there is left out.
    fn add_joined(&mut self, parts: &[&str]) {
        let before = self.0.len();
        if before > 0 {
            self.0.push(' ');
        }
        let start = self.0.len();
        for part in parts.iter().filter(|p| !p.is_empty()) {
            if self.0.len() > start {
                self.0.push('-');
            }
            fold_onto(&mut self.0, part);
        }
        if self.0.len() == start {
            self.0.truncate(before);
        }
    }

    /// A name as people type it: the characters, whole pinyin, initials.
    fn add_name(&mut self, name: &str) {
        self.add(name);
        let (whole, initials) = spelled(name);
        self.add(&whole);
        self.add(&initials);
    }

    fn add_text(&mut self, row: &dyn Facts, key: &str) {
        if let Some(text) = row.str(key) {
            self.add(text);
        }
    }
}

fn household_words(out: &mut Words, row: &dyn Facts, number: &str) {
    out.add_text(row, "unit_no");
    out.add_text(row, "door");
    if let Some(name) = row.str("head_name") {
        out.add_name(name);
    }
    row.each_name("tag", &mut |tag| out.add(tag));
    out.add_text(row, "note");
    out.add_text(row, "contact_phone");
    out.add_joined(&[number, row.str("unit_no").unwrap_or_default(), row.str("door").unwrap_or_default()]);
}

fn person_words(out: &mut Words, row: &dyn Facts) {
    for key in ["name", "nickname"] {
        if let Some(name) = row.str(key) {
            out.add_name(name);
        }
    }
    for key in ["phone", "phone2", "employer"] {
        out.add_text(row, key);
    }
    row.each_name("tag", &mut |tag| out.add(tag));
}

fn case_words(db: &Connection, out: &mut Words, row: &dyn Facts) -> Result<()> {
    for key in ["title", "place", "description"] {
        out.add_text(row, key);
    }
    if let Some(name) = row.str("matter").map(|code| matter_name(db, code)).transpose()?.flatten() {
        out.add(&name);
    }
    if let Some(title) = row.str("title") {
        out.add_name(title);
    }
    // what somebody else calls it: the number of a hotline order
    row.each_name("data", &mut |held| {
        if let Some(number) = held.strip_prefix("number=") {
            out.add(number);
        }
    });
    Ok(())
}

/// What a matter is called, one that a deployment added too; `None` while its setting is not here.
///
/// # Errors
/// Of the store.
pub fn matter_name(db: &Connection, code: &str) -> Result<Option<String>> {
    if let Some(m) = matters::find(code).filter(|m| m.code == code) {
        return Ok(Some(m.name_zh.clone()));
    }
    if !matters::is_local(code) {
        return Ok(None);
    }
    let name = format!("{MATTER_SETTING}{code}");
    let settings = rows(db, Kind::Config, "where t._del is null and t.name = ?1 order by t.record", &[&name])?;
    Ok(settings.into_iter().find_map(|row| row.texts("entry").remove("name_zh")))
}

/// A name as people type it: the characters, whole pinyin, initials.
pub fn name_words(name: &str) -> [String; 3] {
    let (whole, initials) = spelled(name);
    [name.to_string(), whole, initials]
}

/// Whole pinyin and initials; what is no Chinese character stays as it is.
fn spelled(name: &str) -> (String, String) {
    let (mut whole, mut initials) = (String::new(), String::new());
    for c in name.chars() {
        match c.to_pinyin() {
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
    (whole, initials)
}

/// A text as the search compares it: width folded, lower case, no spaces.
pub fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_onto(&mut out, text);
    out
}

fn fold_onto(out: &mut String, text: &str) {
    for c in fold_width(text).chars().filter(|c| !c.is_whitespace()) {
        if c.is_ascii() { out.push(c.to_ascii_lowercase()) } else { out.extend(c.to_lowercase()) }
    }
}

/// Doors behind which everybody is away, each with the day on which the first is back.
pub fn back_of(db: &Connection) -> Result<HashMap<Uuid, NaiveDate>> {
    let mut q = db.prepare_cached(if same::is_empty(db)? {
        "select household, min(away_until) from person
         where household in (select household from person where away_until is not null) and _del is null and ended is null and name is not null
         group by household having count(*) = count(away_until)"
    } else {
        "select coalesce(m.canon, p.household) as home, min(p.away_until) from person p left join merged m on m.record = p.household
         where p._del is null and p.ended is null and p.name is not null and p.household is not null
           and p.record not in (select record from merged)
         group by home having count(*) = count(p.away_until)"
    })?;
    let mut out = HashMap::new();
    for row in q.query_map([], |r| Ok((r.get::<_, Uuid>(0)?, r.get::<_, String>(1)?)))? {
        let (household, until) = row?;
        if let Some(back) = parse_day(&until).and_then(|day| day.succ_opt()) {
            out.insert(household, back);
        }
    }
    Ok(out)
}

/// Due dates of all doors here, by household.
pub fn due_of(db: &Connection, today: NaiveDate) -> Result<HashMap<Uuid, (due::DueOn, Option<i64>)>> {
    let back = back_of(db)?;
    // few are; a lookup for each door takes longer than all of this
    let vacant: HashSet<Uuid> = {
        let mut q = db.prepare_cached("select record from household where vacant = 1")?;
        q.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?
    };
    let mut q = db.prepare_cached("select household, tier, first, reached_on, tried_on, visited_at from due")?;
    let got = q.query_map([], |r| {
        let day = |i: usize| -> rusqlite::Result<Option<NaiveDate>> { Ok(r.get::<_, Option<String>>(i)?.as_deref().and_then(parse_day)) };
        let tier: String = r.get(1)?;
        let first = day(2)?.unwrap_or(today);
        let household = r.get(0)?;
        let mut on = due::due(&tier, vacant.contains(&household), today, first, day(3)?, day(4)?);
        if let Some(back) = back.get(&household) {
            on = due::when_back(on, *back, today);
        }
        Ok((household, (on, r.get(5)?)))
    })?;
    Ok(got.collect::<rusqlite::Result<_>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared_model::Class;
    use shared_model::records::{FieldClass, FieldDef};

    /// Reads every field and notes which ones it was asked for.
    struct Asked(std::cell::RefCell<BTreeSet<String>>);

    impl Facts for Asked {
        fn record(&self) -> Uuid {
            Uuid::nil()
        }
        fn kind(&self) -> Kind {
            Kind::Person
        }
        fn str(&self, key: &str) -> Option<&str> {
            self.0.borrow_mut().insert(key.to_string());
            None
        }
        fn has(&self, key: &str) -> bool {
            self.0.borrow_mut().insert(key.to_string());
            false
        }
        fn each_name(&self, family: &str, _: &mut dyn FnMut(&str)) {
            self.0.borrow_mut().insert(family.to_string());
        }
    }

    #[test]
    fn all_that_is_searched_of_a_person_stands_in_one_document() {
        let asked = Asked(Default::default());
        person_words(&mut Words::default(), &asked);
        let asked = asked.0.into_inner();
        assert!(asked.len() > 4, "{asked:?}");
        for key in asked {
            let field: &FieldDef = Kind::Person.def().fields.iter().find(|f| f.key == key).expect("a field of a person");
            assert_eq!(field.class, FieldClass::Fixed(Class::Register), "{key}");
        }
    }
}
