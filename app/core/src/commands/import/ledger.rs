//! What a row of another ledger becomes: a building with its doors, a place, a facility, a case that is over or open, a visit. Nothing that is here is overwritten:
//! an empty field is filled, a differing cell waits for the office. A row that cannot become anything says why, and the rest goes on.

mod past;
mod spots;
mod stock;

pub use past::ONE_STEP;

use super::super::field::spots as places;
use super::super::settings::{self, Settings};
use super::super::units::Tree;
use super::cells::{Held, cut};
use super::decide::Decision;
use super::{batches, built, fills};
use crate::engine::Open;
use crate::error::Result;
use crate::store::{Row, get_row, rows};
use crate::workspace::{Intent, KeyEdit, Writer};
use app_tables::{Subject, TableRow, Template, read_plate};
use rusqlite::Connection;
use shared_model::Class;
use shared_model::commands::{ImportCandidate, ImportFinding, ImportTableRow};
use shared_model::crdt::Value;
use shared_model::doc;
use shared_model::records::{FieldType, Kind};
use shared_model::wire::Ask;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// One record to be written.
pub struct Write {
    pub unit: Uuid,
    pub record: Uuid,
    pub kind: Kind,
    pub class: Class,
    pub edits: Vec<KeyEdit>,
    /// It was taken back with an earlier import and comes to life again.
    pub is_back: bool,
}

/// A row with what it will write.
pub struct Planned {
    pub row: ImportTableRow,
    pub command: &'static str,
    pub writes: Vec<Write>,
    pub held: Vec<Held>,
    /// A building that has to be made first, under its grid.
    pub building: Option<(Uuid, Uuid, Vec<KeyEdit>)>,
    /// Each write is a command of its own: the doors of a building.
    pub is_many: bool,
}

impl Planned {
    fn new(row: &TableRow, name: &str, place: &str, command: &'static str) -> Planned {
        let row = ImportTableRow {
            row: row.row,
            name: name.to_string(),
            place: place.to_string(),
            verdict: "new".into(),
            record: None,
            candidates: Vec::new(),
            findings: Vec::new(),
        };
        Planned { row, command, writes: Vec::new(), held: Vec::new(), building: None, is_many: false }
    }

    fn find(&mut self, column: &str, code: &str, message: impl Into<String>, cell: &str) {
        let finding = ImportFinding {
            row: self.row.row,
            column: column.into(),
            code: code.into(),
            message: message.into(),
            cell: cell.chars().take(200).collect(),
        };
        self.row.findings.push(finding);
    }

    /// It cannot become anything.
    fn bad(mut self, column: &str, code: &str, message: impl Into<String>, cell: &str) -> Planned {
        self.find(column, code, message, cell);
        self.row.verdict = "bad".into();
        self.writes.clear();
        self.held.clear();
        self.building = None;
        self
    }

    /// A person left it out.
    pub fn leave(&mut self) {
        self.row.verdict = "left".into();
        self.writes.clear();
        self.held.clear();
        self.building = None;
    }

    /// How many cells it fills on records that are here.
    pub fn filled(&self) -> u32 {
        self.writes.iter().map(|w| fills::count(w.kind, &w.edits)).sum()
    }

    /// How many new records it makes.
    pub fn made(&self) -> u32 {
        let is_new = |w: &&Write| w.is_back || w.edits.iter().any(|e| e.key == "batch");
        u32::try_from(self.writes.iter().filter(is_new).count()).unwrap_or(u32::MAX)
    }

    /// Writes it.
    ///
    /// # Errors
    /// `not_allowed`, `too_large`, of the store.
    pub fn write(self, w: &mut Writer<'_>, batch: Uuid, file: &str) -> Result<()> {
        let words = format!("导入 {}", self.row.name);
        if let Some((unit, parent, mut edits)) = self.building {
            // without edits it is there, closed when an import was taken back
            let is_new = !edits.is_empty();
            let mut intent = Intent::new("make_unit", format!("{} {}", if is_new { "新建" } else { "重新启用" }, self.row.name), None);
            edits.extend(is_new.then(|| KeyEdit::put("batch", batch.to_string())));
            intent.record(unit, unit, Kind::Unit, Class::Common, edits)?;
            intent.ask = Some(Ask::MakeUnit { unit, parent });
            intent.batch = Some(batch);
            w.command(intent)?;
        }
        let home = |write: &Write| (write.kind == Kind::Household).then_some(write.record);
        let mut all = Intent::new(self.command, words.clone(), None);
        all.batch = Some(batch);
        for write in self.writes {
            let mut own = Intent::new(self.command, words.clone(), home(&write));
            own.batch = Some(batch);
            let intent = if self.is_many { &mut own } else { &mut all };
            if write.is_back {
                batches::bring_back(w.tx, intent, write.record, write.kind)?;
            }
            intent.record(write.unit, write.record, write.kind, write.class, write.edits)?;
            w.touch(write.record, write.kind);
            if self.is_many {
                w.command(own)?;
            }
        }
        for held in self.held {
            let item = held.id(batch);
            match get_row(w.tx, Kind::HeldItem, item)? {
                None => all.record(held.unit, item, Kind::HeldItem, Class::Office, held.edits(file, batch))?,
                Some(there) if there.get("_del").is_some() => batches::bring_back(w.tx, &mut all, item, Kind::HeldItem)?,
                Some(_) => {}
            }
        }
        w.command(all)?;
        Ok(())
    }
}

/// All that rows are compared with, read once.
pub struct Books<'a> {
    db: &'a Connection,
    tree: &'a Tree,
    settings: Settings,
    subject: Subject,
    community: Uuid,
    grid: Uuid,
    batch: Uuid,
    now: i64,
    roles: Vec<shared_model::rules::Role>,
    /// Places or facilities that are here, deleted ones too.
    spots: Vec<Row>,
    households: HashMap<(Uuid, String, String), Vec<Row>>,
    people: HashMap<Uuid, Vec<String>>,
    /// Buildings that are closed: a row about one opens it.
    closed: BTreeSet<Uuid>,
    /// What rows above have taken: two rows of one name are one record.
    taken: BTreeSet<Uuid>,
}

impl<'a> Books<'a> {
    /// Reads what this kind is compared with.
    ///
    /// # Errors
    /// Of the store.
    pub fn read(o: &'a Open, tree: &'a Tree, subject: Subject, grid: Uuid, batch: Uuid, now: i64) -> Result<Self> {
        let db = &o.db;
        let mut books = Books {
            db,
            tree,
            settings: settings::read(db, &o.me)?,
            subject,
            community: tree.above(grid, "community").unwrap_or(grid),
            grid,
            batch,
            now,
            roles: crate::workspace::roles(db, &o.me)?.iter().map(|r| r.role).collect(),
            spots: Vec::new(),
            households: HashMap::new(),
            people: HashMap::new(),
            closed: built::closed(db, tree)?,
            taken: BTreeSet::new(),
        };
        match subject {
            Subject::Place => books.spots = rows(db, Kind::Place, "where t.name is not null", &[])?,
            Subject::Facility => books.spots = rows(db, Kind::Facility, "where t.name is not null", &[])?,
            _ => {
                for row in rows(db, Kind::Household, "where t.door is not null", &[])? {
                    let key = (
                        row.id("building").unwrap_or_default(),
                        row.text("unit_no").unwrap_or_default(),
                        row.text("door").unwrap_or_default(),
                    );
                    books.households.entry(key).or_default().push(row);
                }
                for p in rows(db, Kind::Person, "where t._del is null and t.name is not null", &[])? {
                    if let (Some(h), Some(name)) = (p.id("household"), p.text("name")) {
                        books.people.entry(h).or_default().push(name);
                    }
                }
            }
        }
        Ok(books)
    }

    /// What a row becomes.
    ///
    /// # Errors
    /// Of the store.
    pub fn plan(&mut self, table: &Template, row: &TableRow, said: Option<&Decision>) -> Result<Planned> {
        match self.subject {
            Subject::Building => self.building(table, row),
            Subject::Place | Subject::Facility => self.spot(table, row, said),
            Subject::Case => self.case(table, row),
            _ => self.visit(table, row),
        }
    }

    /// The building that cells name, when it is here.
    fn place_of(&self, row: &TableRow) -> ([String; 4], Option<Uuid>) {
        let get = |key: &str| row.cells.get(key).map(String::as_str).unwrap_or_default();
        let whole = [get("address"), get("place")].into_iter().find(|t| !t.is_empty()).unwrap_or_default();
        let parts = read_plate(get("estate"), get("building"), get("unit"), get("door"), whole);
        if parts[1].is_empty() {
            return (parts, None);
        }
        let id = doc::building_id(self.community, &parts[0], &parts[1]);
        if self.tree.get(id).is_some() {
            return (parts, Some(id));
        }
        // without an estate, the only building of that number in the grid
        let beneath = self.tree.beneath(self.grid);
        let is_it = |u: &&Row| {
            beneath.contains(&u.record)
                && u.text("kind").as_deref() == Some("building")
                && u.text("number").as_deref() == Some(parts[1].as_str())
        };
        let mut found = self.tree.all().filter(is_it);
        let one = match (found.next(), found.next()) {
            (Some(one), None) => Some(one.record),
            _ => None,
        };
        (parts, one)
    }

    /// Where something of the grid is kept that stands at no building.
    fn nowhere(&self) -> Uuid {
        let area = doc::area_id(self.grid);
        if self.tree.get(area).is_some() { area } else { self.grid }
    }
}

/// The header of the column that holds a field, for findings.
fn header<'t>(table: &'t Template, field: &str) -> &'t str {
    table.columns.iter().find(|c| c.field.as_deref() == Some(field)).map_or("", |c| c.header.as_str())
}

/// The cells that no field takes, in words.
fn extras(row: &TableRow) -> Vec<String> {
    row.extra.iter().map(|(header, text)| format!("{header}：{text}")).collect()
}

fn candidate(row: &Row, words: String, reason: &str) -> ImportCandidate {
    ImportCandidate { record: row.record.to_string(), words, reasons: vec![reason.into()] }
}

/// The unit whose a record is.
fn home(db: &Connection, record: Uuid) -> Result<Uuid> {
    places::home(db, record)
}

/// Compares what a row says with a record that is here: an empty field is filled, an equal one left, a differing one held.
fn compare(row: &Row, unit: Uuid, at: u32, said: &[(&str, Value, String)], plan: &mut Planned) -> Vec<KeyEdit> {
    let mut edits = Vec::new();
    for (key, value, cell) in said {
        match row.get(key) {
            None => edits.push(KeyEdit::put(key, value.clone())),
            Some(there) if there == value => {}
            Some(Value::Str(there)) if *key == "note" && cell.split('；').all(|part| there.contains(part)) => {}
            Some(_) => {
                plan.find(&super::super::views::label_of(row.kind, key), "differs", "和已有的不一样，等社区定。", cell);
                // what the office decides is read again as a person types it: the label of a code
                let text = match (row.kind.field(key).map(|f| f.ty), value) {
                    (Some(FieldType::Int), Value::Int(n)) => n.to_string(),
                    _ => cell.clone(),
                };
                plan.held.push(Held {
                    unit,
                    household: None,
                    record: Some((row.record, row.kind)),
                    reason: "differs".into(),
                    row: at,
                    column: super::super::views::label_of(row.kind, key),
                    key: Some((*key).to_string()),
                    cell: cut(&text).to_string(),
                });
            }
        }
    }
    edits
}
