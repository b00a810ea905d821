//! A roster into households and people: one command a household, all in one local transaction under one batch. Nothing that is there is
//! overwritten: an empty field is filled, an equal one left, a differing cell held for the office with its original text. The same file
//! again adds nothing.

mod cells;

use super::units::Tree;
use super::visits::new_id;
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::project::{day_of, plate};
use crate::store::{Row, get_row, rows};
use crate::workspace::{self, Intent, KeyEdit, Writer};
use app_tables::{Finding, ReadError, ReadOptions, Roster, RosterHousehold, RosterPerson, read_roster};
use base64::Engine as _;
use cells::{Cells, Held, cut, tier};
use rusqlite::Connection;
use shared_model::Class;
use shared_model::commands::{ImportArgs, ImportDuplicate, ImportFinding, ImportPreview, ImportReport};
use shared_model::crdt::Value;
use shared_model::doc;
use shared_model::records::Kind;
use shared_model::rules::Verb;
use shared_model::wire::Ask;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use uuid::Uuid;

/// Households shown before an import.
const PREVIEW_MAX: usize = 60;

impl From<ReadError> for CoreError {
    fn from(e: ReadError) -> Self {
        CoreError { code: e.code.into(), message: e.message, row: e.row, field: e.column }
    }
}

/// The bytes of a file named by its path, or sent in base64.
///
/// # Errors
/// `invalid_args` when there is neither, or it cannot be read; `too_large` over 64 MB.
pub fn bytes_of(file: Option<&str>, data: Option<&str>, name: Option<&str>) -> Result<(Vec<u8>, String)> {
    const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
    if let Some(data) = data {
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(data)
            .map_err(|_| CoreError::args("文件没有传完整，请再选一次。").at("data"))?;
        return Ok((bytes, name.unwrap_or("表格").to_string()));
    }
    let path = Path::new(file.ok_or_else(|| CoreError::args("要选一个文件。").at("file"))?);
    let meta = std::fs::metadata(path).map_err(|_| CoreError::args("没有这个文件，或读不了。").at("file"))?;
    if meta.len() > FILE_BYTES_MAX {
        return Err(CoreError::new("too_large", "文件超过 64 MB，没有读。").at("file"));
    }
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    Ok((std::fs::read(path)?, name))
}

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
}

/// A building that the file makes.
struct NewBuilding {
    id: Uuid,
    estate: String,
    number: String,
}

struct Importer<'a> {
    community: Uuid,
    grid: Uuid,
    tree: &'a Tree,
    by_door: HashMap<(Uuid, String, String), Vec<Row>>,
    people: HashMap<Uuid, Row>,
    names: HashMap<Uuid, BTreeSet<String>>,
    buildings: BTreeMap<Uuid, NewBuilding>,
    id_findings: HashMap<u32, Vec<&'a Finding>>,
    since: String,
}

/// `import_roster`
pub fn import_roster(engine: &Engine, args: ImportArgs) -> Result<ImportReport> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::HeldItem, Verb::Make))?;
    let started = engine.now_ms();
    let (bytes, file) = bytes_of(args.file.as_deref(), args.data.as_deref(), args.name.as_deref())?;
    let roster = read_roster(&bytes, &file, &ReadOptions { estate: args.estate.clone() })?;
    let batch = new_id(engine);
    let dry_run = args.dry_run.unwrap_or(false);
    let (mut report, changed) = engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        let grid = tree.find(&args.grid).map_err(|e| e.at("grid"))?.record;
        let community = tree.above(grid, "community").unwrap_or(grid);
        let mut importer = Importer::new(&o.db, &tree, community, grid, &roster, day_of(started).to_string())?;
        let plans: Vec<Plan> = roster.households.iter().map(|h| importer.plan(h)).collect();
        let loose: Vec<Held> = roster.unplaced.iter().map(|u| importer.unplaced(u)).collect();
        let known_held: BTreeSet<Uuid> = rows(&o.db, Kind::HeldItem, "", &[])?.iter().map(|r| r.record).collect();
        let new_held = plans.iter().flat_map(|p| &p.held).chain(&loose).filter(|h| !known_held.contains(&h.id(importer.grid))).count();
        let report = importer.report(&roster, &plans, &file, dry_run, new_held);
        if dry_run {
            return Ok((report, None));
        }
        let (_, changed) = workspace::change(&mut o.db, &o.me, started, |w| importer.write(w, plans, loose, &file, batch))?;
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
    fn new(db: &Connection, tree: &'a Tree, community: Uuid, grid: Uuid, roster: &'a Roster, since: String) -> Result<Self> {
        let mut by_door: HashMap<_, Vec<Row>> = HashMap::new();
        for r in rows(db, Kind::Household, "where t._del is null", &[])? {
            if let Some(b) = r.id("building") {
                by_door.entry((b, r.text("unit_no").unwrap_or_default(), r.text("door").unwrap_or_default())).or_default().push(r);
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
        Ok(Importer { community, grid, tree, by_door, people, names, buildings: BTreeMap::new(), id_findings, since })
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
        (doc::household_id(building, &h.unit, &h.door, &h.head), None)
    }

    fn plan(&mut self, h: &RosterHousehold) -> Plan {
        let building = doc::building_id(self.community, &h.estate, &h.building);
        let known = self.tree.get(building).is_some() || self.tree.parent(building).is_some();
        if !known {
            self.buildings.entry(building).or_insert_with(|| NewBuilding {
                id: building,
                estate: h.estate.clone(),
                number: h.building.clone(),
            });
        }
        let other_grid = known && self.tree.parent(building).is_some_and(|p| p != self.grid);
        let (household, row) = self.find(building, h);
        let door_was_known = self.by_door.contains_key(&(building, h.unit.clone(), h.door.clone()));
        let text = plate(&h.building, &h.unit, &h.door);
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
        };
        let mut edits = Vec::new();
        if row.is_none() {
            let family = if household == doc::household_id(building, &h.unit, &h.door, "") { "" } else { h.head.as_str() };
            edits.extend([
                KeyEdit::put("building", building.to_string()),
                KeyEdit::put("unit_no", h.unit.clone()),
                KeyEdit::put("door", h.door.clone()),
                KeyEdit::put("family", family),
                KeyEdit::put("since", self.since.clone()),
            ]);
        }
        let mut cells = Cells {
            row,
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
        plan.writes.push((household, Kind::Household, edits));
        if h.hub && row.is_none() {
            let hub = doc::person_id(household, "party_hub", 0);
            plan.writes.push((
                hub,
                Kind::PartyHub,
                vec![KeyEdit::put("household", household.to_string()), KeyEdit::put("name", h.head.clone())],
            ));
        }
        let mut ordinals: HashMap<&str, u32> = HashMap::new();
        for p in &h.persons {
            let n = ordinals.entry(p.name.as_str()).or_default();
            let person = doc::person_id(household, &p.name, *n);
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
        plan
    }

    fn person(&self, plan: &mut Plan, building: Uuid, person: Uuid, p: &RosterPerson) {
        let row = self.people.get(&person);
        let mut edits = Vec::new();
        if row.is_none() {
            plan.new_people += 1;
            edits.push(KeyEdit::put("household", plan.household.to_string()));
            edits.push(KeyEdit::put("name", p.name.clone()));
        }
        let household = plan.household;
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

    fn report(&self, roster: &Roster, plans: &[Plan], file: &str, dry_run: bool, held: usize) -> ImportReport {
        let finding = |f: &Finding| ImportFinding {
            row: f.row,
            column: f.column.clone(),
            code: f.code.into(),
            message: f.message.clone(),
            cell: f.cell.clone(),
        };
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let mut warnings: Vec<ImportFinding> = roster.warnings.iter().map(finding).collect();
        for (h, p) in roster.households.iter().zip(plans) {
            if p.other_grid {
                let home = self.tree.parent(p.building).map(|g| self.tree.name(g)).unwrap_or_default();
                warnings.push(ImportFinding {
                    row: h.row,
                    column: "楼栋".into(),
                    code: "other_grid".into(),
                    message: format!("这栋楼属于{home}，没有另建一栋。"),
                    cell: h.building.clone(),
                });
            }
            if let Some(d) = &p.duplicate {
                warnings.push(ImportFinding {
                    row: h.row,
                    column: "住址".into(),
                    code: "duplicate".into(),
                    message: format!("{}。", d.reason),
                    cell: d.plate.clone(),
                });
            }
        }
        warnings.sort_by_key(|w| w.row);
        let preview = roster.households.iter().zip(plans).take(PREVIEW_MAX).map(|(h, p)| ImportPreview {
            row: h.row,
            plate: p.plate.clone(),
            head: h.head.clone(),
            people: count(h.persons.len()),
            state: if p.is_new {
                "new"
            } else if p.held.iter().any(|h| h.reason == "differs") {
                "differs"
            } else {
                "known"
            }
            .into(),
            tags: h.tags.clone(),
        });
        ImportReport {
            file: file.to_string(),
            dry_run,
            households: count(roster.households.len()),
            persons: count(roster.persons),
            added: plans.iter().map(|p| u32::from(p.is_new) + p.new_people).sum(),
            buildings: count(self.buildings.len()),
            held: count(held),
            errors: roster.errors.iter().map(finding).collect(),
            warnings,
            duplicates: plans.iter().filter_map(|p| p.duplicate.clone()).collect(),
            preview: preview.collect(),
            took_ms: 0,
        }
    }

    fn write(&self, w: &mut Writer<'_>, plans: Vec<Plan>, loose: Vec<Held>, file: &str, batch: Uuid) -> Result<()> {
        for b in self.buildings.values() {
            let name = if b.number.chars().all(|c| c.is_ascii_digit()) { format!("{}号楼", b.number) } else { b.number.clone() };
            let name = if b.estate.is_empty() { name } else { format!("{} {name}", b.estate) };
            let mut intent = Intent::new("make_unit", format!("新建 {name}"), None);
            let mut edits = vec![KeyEdit::put("name", name), KeyEdit::put("kind", "building"), KeyEdit::put("number", b.number.clone())];
            if !b.estate.is_empty() {
                edits.push(KeyEdit::put("estate", b.estate.clone()));
            }
            intent.record(b.id, b.id, Kind::Unit, Class::Common, edits)?;
            intent.ask = Some(Ask::MakeUnit { unit: b.id, parent: self.grid });
            intent.batch = Some(batch);
            w.command(intent)?;
        }
        for plan in plans {
            let mut intent = Intent::new("import_roster", format!("导入 {}", plan.plate), Some(plan.household));
            intent.batch = Some(batch);
            for (record, kind, edits) in plan.writes {
                intent.record(plan.building, record, kind, Class::Register, edits)?;
            }
            self.hold(w, &mut intent, plan.held, file)?;
            w.command(intent)?;
        }
        if !loose.is_empty() {
            let mut intent = Intent::new("import_roster", format!("导入 {file} 中没有门牌的行"), None);
            intent.batch = Some(batch);
            self.hold(w, &mut intent, loose, file)?;
            w.command(intent)?;
        }
        Ok(())
    }

    fn hold(&self, w: &Writer<'_>, intent: &mut Intent, held: Vec<Held>, file: &str) -> Result<()> {
        for h in held {
            let item = h.id(self.grid);
            if get_row(w.tx, Kind::HeldItem, item)?.is_none() {
                intent.record(h.unit, item, Kind::HeldItem, Class::Office, h.edits(file))?;
            }
        }
        Ok(())
    }
}
