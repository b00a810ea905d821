//! A roster into households and people: one command a household, all in one local transaction under one batch. Nothing that is there is
//! overwritten: an empty field is filled, an equal one left, a differing cell held for the office with its original text. The same file
//! again adds nothing.

mod batches;
mod built;
mod cells;
mod decide;
mod file;
mod fills;
mod ledger;
mod table;
mod undo;
mod write;

pub use batches::list as list_imports;
pub use file::bytes_of;
pub use table::import as import_table;
pub use undo::undo as undo_import;

use super::units::Tree;
use super::visits::new_id;
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::project::{day_of, plate};
use crate::store::{Row, get_row, rows, rows_of_all, same};
use crate::workspace::{self, KeyEdit};
use app_tables::{Finding, ReadOptions, Roster, RosterHousehold, RosterPerson, read_roster};
use cells::{Cells, Held, cut, tier};
use rusqlite::Connection;
use shared_model::commands::{ImportArgs, ImportCandidate, ImportDuplicate, ImportReport};
use shared_model::crdt::Value;
use shared_model::doc;
use shared_model::records::Kind;
use shared_model::rules::Verb;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Households shown before an import.
const PREVIEW_MAX: usize = 5_000;

/// What the file means for one household, against what is here.
struct Plan {
    building: Uuid,
    household: Uuid,
    is_new: bool,
    new_people: u32,
    plate: String,
    writes: Vec<(Uuid, Kind, Vec<KeyEdit>)>,
    held: Vec<Held>,
    duplicate: Option<ImportDuplicate>,
    other_grid: bool,
    /// A person left it out.
    is_left: bool,
    candidates: Vec<ImportCandidate>,
}

/// A building that the file makes.
struct NewBuilding {
    id: Uuid,
    estate: String,
    number: String,
    /// It is there and closed: it is opened again.
    is_closed: bool,
}

struct Importer<'a> {
    community: Uuid,
    grid: Uuid,
    tree: &'a Tree,
    by_door: HashMap<(Uuid, String, String), Vec<Row>>,
    people: HashMap<Uuid, Row>,
    names: HashMap<Uuid, BTreeSet<String>>,
    /// Files that went into others.
    gone: HashMap<Uuid, Uuid>,
    buildings: BTreeMap<Uuid, NewBuilding>,
    id_findings: HashMap<u32, Vec<&'a Finding>>,
    since: String,
    /// What an undo took away: written again, it comes back.
    taken_back: HashMap<Uuid, Row>,
    known: decide::Known,
    decisions: decide::Decisions,
    /// Buildings that are closed.
    closed: BTreeSet<Uuid>,
    batch: Uuid,
}

/// `import_roster`
pub fn import_roster(engine: &Engine, args: ImportArgs) -> Result<ImportReport> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::HeldItem, Verb::Make))?;
    let started = engine.now_ms();
    let (bytes, file) = bytes_of(args.file.as_deref(), args.data.as_deref(), args.name.as_deref())?;
    let headers = args.headers.clone().unwrap_or_default().into_iter().map(|(sheet, h)| (sheet, (h.first, h.last))).collect();
    let columns = args.columns.clone().unwrap_or_default();
    let roster = read_roster(&bytes, &file, &ReadOptions { estate: args.estate.clone(), columns, headers })?;
    let decisions = decide::Decisions::read(args.decisions.as_deref().unwrap_or_default())?;
    let record = new_id(engine);
    let dry_run = args.dry_run.unwrap_or(false);
    let (mut report, changed) = engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        let grid = tree.find(&args.grid).map_err(|e| e.at("grid"))?.record;
        let community = tree.above(grid, "community").unwrap_or(grid);
        let batch = doc::batch_id(grid, "household", &bytes);
        let mut importer = Importer::new(&o.db, &tree, (community, grid), &roster, day_of(started).to_string(), decisions, batch)?;
        let plans: Vec<Plan> = roster.households.iter().map(|h| importer.plan(&o.db, h)).collect::<Result<_>>()?;
        let loose: Vec<Held> = roster.unplaced.iter().map(|u| importer.unplaced(u)).collect();
        let known_held: BTreeSet<Uuid> = rows(&o.db, Kind::HeldItem, "", &[])?.iter().map(|r| r.record).collect();
        let new_held = plans.iter().flat_map(|p| &p.held).chain(&loose).filter(|h| !known_held.contains(&h.id(importer.grid))).count();
        let mut report = importer.report(&roster, &plans, &file, dry_run, new_held);
        if dry_run {
            return Ok((report, None));
        }
        report.batch = Some(batch.to_string());
        let people = plans.iter().map(|p| p.new_people).sum();
        let cells = plans.iter().flat_map(|p| &p.writes).map(|(_, kind, edits)| fills::count(*kind, edits)).sum();
        let (rows, buildings, held) = (report.added, report.buildings, report.held);
        let made = batches::Made { record, batch, what: "household", unit: grid, rows, people, fills: cells, buildings, held };
        let office = super::tables::own_office(&o.db, &o.me)?;
        let (_, changed) = workspace::change(&mut o.db, &o.me, started, |w| {
            importer.write(w, plans, loose, &file)?;
            made.write(w, office, &file)
        })?;
        let text = format!("导入 {file}：{} 户 {} 人", report.households, report.persons);
        o.db.execute("insert into own_log (at, what, words) values (?1, 'import', ?2)", rusqlite::params![started, text])?;
        Ok((report, Some(changed)))
    })?;
    if let Some(c) = changed {
        engine.raise(&c);
    }
    report.took_ms = u64::try_from(engine.now_ms() - started).unwrap_or(0);
    Ok(report)
}

impl<'a> Importer<'a> {
    fn new(
        db: &Connection,
        tree: &'a Tree,
        (community, grid): (Uuid, Uuid),
        roster: &'a Roster,
        since: String,
        decisions: decide::Decisions,
        batch: Uuid,
    ) -> Result<Self> {
        let mut by_door: HashMap<_, Vec<Row>> = HashMap::new();
        // a file that went into another still says at which door it was: what is there now is the one that stays
        let gone = same::all(db)?;
        for r in rows_of_all(db, Kind::Household, "where t._del is null", &[])? {
            if let Some(b) = r.id("building") {
                let at = (b, r.text("unit_no").unwrap_or_default(), r.text("door").unwrap_or_default());
                let stays = match gone.get(&r.record) {
                    Some(canon) => get_row(db, Kind::Household, *canon)?,
                    None => Some(r),
                };
                let there = by_door.entry(at).or_default();
                there.extend(stays.filter(|s| there.iter().all(|known: &Row| known.record != s.record)));
            }
        }
        let mut people = HashMap::new();
        let mut names: HashMap<Uuid, BTreeSet<String>> = HashMap::new();
        for p in rows(db, Kind::Person, "where t._del is null", &[])? {
            if let (Some(h), Some(n)) = (p.id("household"), p.text("name")) {
                names.entry(h).or_default().insert(n);
            }
            people.insert(p.record, p);
        }
        let mut id_findings: HashMap<u32, Vec<&Finding>> = HashMap::new();
        for f in roster.errors.iter().filter(|f| f.code.starts_with("id_")) {
            id_findings.entry(f.row).or_default().push(f);
        }
        let mut taken_back = HashMap::new();
        for kind in [Kind::Household, Kind::Person, Kind::PartyHub] {
            taken_back.extend(rows(db, kind, "where t._del is not null", &[])?.into_iter().map(|r| (r.record, r)));
        }
        let known = decide::Known::of(people.values());
        let buildings = BTreeMap::new();
        Ok(Importer {
            community,
            grid,
            tree,
            by_door,
            people,
            names,
            buildings,
            id_findings,
            since,
            gone,
            taken_back,
            known,
            decisions,
            closed: built::closed(db, tree)?,
            batch,
        })
    }

    /// The household that stands at this door already: the same family, or the only one when somebody of it is in the file.
    fn find(&self, building: Uuid, h: &RosterHousehold) -> (Uuid, Option<&Row>) {
        let at_door = self.by_door.get(&(building, h.unit.clone(), h.door.clone()));
        let file_names: BTreeSet<&str> = h.persons.iter().map(|p| p.name.as_str()).chain(std::iter::once(h.head.as_str())).collect();
        let shares = |r: &Row| {
            r.text("head_name").is_some_and(|n| file_names.contains(n.as_str()))
                || self.names.get(&r.record).is_some_and(|n| n.iter().any(|n| file_names.contains(n.as_str())))
        };
        let plain = doc::household_id(building, &h.unit, &h.door, &h.family_key);
        let Some(at_door) = at_door else { return (plain, None) };
        if let Some(r) = at_door.iter().find(|r| shares(r)) {
            return (r.record, Some(r));
        }
        if let Some(r) = at_door.iter().find(|r| r.record == plain && (h.head.is_empty() || r.text("head_name").is_none())) {
            return (plain, Some(r));
        }
        // the door is there, but nobody of the file lives behind it: another family, kept beside the first
        let own = doc::household_id(building, &h.unit, &h.door, &h.head);
        match self.gone.get(&own).and_then(|canon| at_door.iter().find(|r| r.record == *canon)) {
            Some(stays) => (stays.record, Some(stays)),
            None => (own, None),
        }
    }

    /// An id for one more family at a door.
    fn another_family(&self, building: Uuid, h: &RosterHousehold) -> Uuid {
        let at_door = self.by_door.get(&(building, h.unit.clone(), h.door.clone()));
        let is_taken = |id: Uuid| at_door.is_some_and(|rows| rows.iter().any(|r| r.record == id));
        let id = |n: u32| {
            let family = if n == 1 { h.head.clone() } else { format!("{} {n}", h.head) };
            doc::household_id(building, &h.unit, &h.door, &family)
        };
        (1..).map(id).find(|id| !is_taken(*id)).unwrap_or_default()
    }

    fn plan(&mut self, db: &Connection, h: &RosterHousehold) -> Result<Plan> {
        let building = doc::building_id(self.community, &h.estate, &h.building);
        let at_door = self.find(building, h).1.cloned();
        let candidates = self.known.candidates(self.tree, db, h, at_door.as_ref())?;
        let said = self.decisions.of(&h.sheet, h.row).cloned();
        if matches!(said, Some(decide::Decision::Leave)) {
            return Ok(Plan {
                building,
                household: doc::household_id(building, &h.unit, &h.door, &h.family_key),
                is_new: false,
                new_people: 0,
                plate: plate(&h.building, &h.unit, &h.door),
                writes: Vec::new(),
                held: Vec::new(),
                duplicate: None,
                other_grid: false,
                is_left: true,
                candidates,
            });
        }
        if let Some(decide::Decision::Same(record)) = said {
            let row = get_row(db, Kind::Household, record)?.filter(|r| r.get("_del").is_none() && r.id("building").is_some());
            let row =
                row.ok_or_else(|| CoreError::args(format!("第 {} 行说的那一户不在这里，请重新选。没有写进去。", h.row)).at("decisions"))?;
            let building = row.id("building").unwrap_or_default();
            let mut plan = self.plan_at(h, building, (record, Some(row)))?;
            plan.candidates = candidates;
            return Ok(plan);
        }
        let known = self.tree.get(building).is_some() || self.tree.parent(building).is_some();
        let is_closed = self.closed.contains(&building);
        if !known || is_closed {
            self.buildings.entry(building).or_insert_with(|| NewBuilding {
                id: building,
                estate: h.estate.clone(),
                number: h.building.clone(),
                is_closed,
            });
        }
        let found = match said {
            Some(decide::Decision::New) if at_door.is_some() => (self.another_family(building, h), None),
            _ => {
                let (id, row) = self.find(building, h);
                (id, row.cloned())
            }
        };
        let mut plan = self.plan_at(h, building, found)?;
        plan.candidates = candidates;
        Ok(plan)
    }

    /// What the rows of a household mean for one that is here, or for a new one at the building.
    fn plan_at(&mut self, h: &RosterHousehold, building: Uuid, (household, there): (Uuid, Option<Row>)) -> Result<Plan> {
        let row = there.as_ref();
        let known = self.tree.get(building).is_some() || self.tree.parent(building).is_some();
        let other_grid = known && self.tree.parent(building).is_some_and(|p| p != self.grid);
        // what was taken back with an earlier import comes back, and only what differs is written
        let back = if row.is_none() { self.taken_back.get(&household).cloned() } else { None };
        let door_was_known = self.by_door.contains_key(&(building, h.unit.clone(), h.door.clone()));
        let text = match row {
            Some(r) => super::households::plate_of(self.tree, r),
            None => plate(&h.building, &h.unit, &h.door),
        };
        let mut plan = Plan {
            building,
            household,
            is_new: row.is_none(),
            new_people: 0,
            plate: text.clone(),
            writes: Vec::new(),
            held: Vec::new(),
            duplicate: None,
            other_grid,
            is_left: false,
            candidates: Vec::new(),
        };
        let mut edits = Vec::new();
        if back.is_some() {
            edits.push(KeyEdit::put("_del", Value::Null));
        } else if row.is_none() {
            let family = if household == doc::household_id(building, &h.unit, &h.door, "") { "" } else { h.head.as_str() };
            edits.extend([
                KeyEdit::put("building", building.to_string()),
                KeyEdit::put("unit_no", h.unit.clone()),
                KeyEdit::put("door", h.door.clone()),
                KeyEdit::put("family", family),
                KeyEdit::put("since", self.since.clone()),
                KeyEdit::put("batch", self.batch.to_string()),
            ]);
        }
        let mut cells = Cells {
            row: row.or(back.as_ref()),
            unit: building,
            household,
            record: (household, Kind::Household),
            at: h.row,
            edits: &mut edits,
            held: &mut plan.held,
        };
        cells.text("head_name", &h.head);
        cells.code("residence_type", h.residence_type.as_deref());
        cells.text("note", &h.note);
        cells.text("care_note", &h.care_note);
        cells.flags("tag", &h.tags);
        cells.flags("care", &h.care_tags);
        if h.hub {
            cells.value("hub", Value::Bool(true), "是");
        }
        if row.is_none() {
            if let Some(t) = tier(h) {
                cells.code("tier", Some(t));
            }
            if h.persons.is_empty() && h.head.is_empty() {
                cells.value("vacant", Value::Bool(true), "是");
            }
        }
        cells.ext(&h.raw);
        if let Some(name) = &h.contact_name {
            cells.ext(&[("联系人".to_string(), name.clone())]);
        }
        for phone in &h.contact_phones {
            cells.ext(&[("联系人电话".to_string(), phone.clone())]);
        }
        cells.unknown(&h.unknown_codes);
        let was_there = row.is_some() || back.is_some();
        let edits = if was_there { fills::noted(Kind::Household, edits, self.batch) } else { edits };
        plan.writes.push((household, Kind::Household, edits));
        if h.hub && row.is_none() {
            let hub = doc::hub_id(household);
            let edits = match self.taken_back.get(&hub) {
                Some(_) => vec![KeyEdit::put("_del", Value::Null)],
                None => vec![KeyEdit::put("household", household.to_string()), KeyEdit::put("name", h.head.clone())],
            };
            plan.writes.push((hub, Kind::PartyHub, edits));
        }
        let mut ordinals: HashMap<&str, u32> = HashMap::new();
        for p in &h.persons {
            let n = ordinals.entry(p.name.as_str()).or_default();
            let person = self.known_as(household, &p.name, *n);
            *n += 1;
            self.person(&mut plan, building, person, p);
        }
        if !plan.is_new || door_was_known {
            let differs = u32::try_from(plan.held.iter().filter(|h| h.reason == "differs").count()).unwrap_or(0);
            let reason = match (row.is_some(), other_grid, differs) {
                (false, _, _) => "同一个门，另一家人，另记一户",
                (true, true, 0) => "另一网格已有这一户，内容一样",
                (true, true, _) => "另一网格已有这一户，有不同的格子",
                (true, false, 0) => "已有这一户，内容一样",
                (true, false, _) => "已有这一户，有不同的格子",
            };
            plan.duplicate =
                Some(ImportDuplicate { row: h.row, household: household.to_string(), plate: text, reason: reason.into(), differs });
        }
        Ok(plan)
    }

    /// The record of a person in a household; where files were merged, of whoever of that name lives there under an id made elsewhere.
    fn known_as(&self, household: Uuid, name: &str, ordinal: u32) -> Uuid {
        let own = doc::person_id(household, name, ordinal);
        if self.gone.is_empty() || self.people.contains_key(&own) {
            return own;
        }
        if let Some(stays) = self.gone.get(&own) {
            return *stays;
        }
        if !self.gone.values().any(|canon| *canon == household) {
            return own;
        }
        let lives = |p: &&Row| p.id("household") == Some(household) && p.text("name").as_deref() == Some(name);
        let mut there: Vec<Uuid> = self.people.values().filter(lives).map(|p| p.record).collect();
        there.sort_unstable();
        there.get(ordinal as usize).copied().unwrap_or(own)
    }

    fn person(&self, plan: &mut Plan, building: Uuid, person: Uuid, p: &RosterPerson) {
        let row = self.people.get(&person);
        let back = if row.is_none() { self.taken_back.get(&person) } else { None };
        let mut edits = Vec::new();
        if row.is_none() {
            plan.new_people += 1;
        }
        if back.is_some() {
            edits.push(KeyEdit::put("_del", Value::Null));
        } else if row.is_none() {
            edits.push(KeyEdit::put("household", plan.household.to_string()));
            edits.push(KeyEdit::put("name", p.name.clone()));
            edits.push(KeyEdit::put("batch", self.batch.to_string()));
        }
        let household = plan.household;
        let row = row.or(back);
        let mut cells =
            Cells { row, unit: building, household, record: (person, Kind::Person), at: p.row, edits: &mut edits, held: &mut plan.held };
        let id = p.id_number.as_deref().and_then(|n| shared_model::codes::id_number::check(n).ok());
        cells.code("relation", p.relation.as_deref());
        // the person's own statement stands; the number only fills what nobody said
        let sex = p.sex.as_deref().or_else(|| if row.is_none() { id.as_ref().map(|i| i.sex()) } else { None });
        cells.code("sex", sex);
        let birth = p.birth_date.clone().or_else(|| id.as_ref().map(|i| i.birth_date().to_string()));
        if let Some(b) = &birth
            && cells.value("birth_date", Value::Str(b.clone()), b)
            && let Ok(year) = b[..4].parse::<i64>()
        {
            cells.edits.push(KeyEdit::put("birth_year", year));
        }
        if let Some(n) = &p.id_number {
            cells.value("id_number", Value::Str(n.clone()), n);
        }
        cells.code("id_type", p.id_type.as_deref());
        cells.phones(&p.phones);
        for (key, code) in [
            ("political", &p.political),
            ("education", &p.education),
            ("ethnic", &p.ethnic),
            ("residence_type", &p.residence_type),
            ("marital", &p.marital),
            ("employment", &p.employment),
            ("health", &p.health),
        ] {
            cells.code(key, code.as_deref());
        }
        cells.text("employer", p.employer.as_deref().unwrap_or_default());
        cells.text("nickname", p.nickname.as_deref().unwrap_or_default());
        cells.text("registered_address", p.registered_address.as_deref().unwrap_or_default());
        cells.text("note", &p.note);
        cells.text("care_note", &p.care_note);
        cells.flags("tag", &p.tags);
        cells.flags("care", &p.care_tags);
        cells.ext(&p.raw);
        cells.unknown(&p.unknown_codes);
        if let Some(raw) = &p.id_raw {
            let finding = self.id_findings.get(&p.row).and_then(|f| f.first());
            plan.held.push(Held {
                unit: building,
                household: Some(household),
                record: Some((person, Kind::Person)),
                reason: finding.map_or("id_checksum", |f| f.code).to_string(),
                row: p.row,
                column: finding.map_or_else(|| "身份证号".to_string(), |f| f.column.clone()),
                key: Some("id_number".into()),
                cell: raw.clone(),
            });
        }
        let edits = if row.is_some() { fills::noted(Kind::Person, edits, self.batch) } else { edits };
        plan.writes.push((person, Kind::Person, edits));
    }

    fn unplaced(&self, u: &app_tables::UnplacedRow) -> Held {
        let cell: Vec<String> = u.cells.iter().map(|(h, c)| format!("{h}：{c}")).collect();
        let area = doc::area_id(self.grid);
        Held {
            unit: if self.tree.get(area).is_some() { area } else { self.grid },
            household: None,
            record: None,
            reason: u.code.to_string(),
            row: u.row,
            column: String::new(),
            key: None,
            cell: cut(&cell.join("；")).to_string(),
        }
    }
}
