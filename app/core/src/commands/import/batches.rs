//! Imports as batches: what each made, and taking one back as a whole. Taken back is what the import made and nobody has built on since, with the cells it filled
//! elsewhere (`fills`), the cells that wait and the buildings (`built`); a household that was visited, edited or named by something else stays, with the reason (`undo`).
//! What somebody wrote at such a door without knowing comes to light here.

use super::super::households::plate_of;
use super::super::units::Tree;
use super::super::views;
use super::fills;
use super::ledger::ONE_STEP;
use crate::engine::Engine;
use crate::error::Result;
use crate::store::{Row, docs, get_row, rows};
use crate::workspace::{self, Intent, KeyEdit, Writer};
use rusqlite::Connection;
use shared_model::Class;
use shared_model::codes::Coded;
use shared_model::commands::{ImportItem, ImportKept, ImportList, NoArgs};
use shared_model::crdt::{DEL_KEY, Value, edited_while_deleted, is_deleted};
use shared_model::doc::{self, DocId};
use shared_model::records::{FieldWrite, Kind};
use shared_model::rules::Verb;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Kinds that an import makes, in the order in which they are taken back.
const MADE: [Kind; 6] = [Kind::Household, Kind::Person, Kind::Place, Kind::Facility, Kind::Case, Kind::Visit];
/// Fields of other records that name a household, a person, a place, a facility or a case.
const NAMING: &[(Kind, &[&str])] = &[
    (Kind::Visit, &["household", "place", "facility"]),
    (Kind::Case, &["household", "person", "parent", "repeat_of"]),
    (Kind::CaseStep, &["case"]),
    (Kind::Listing, &["household", "person"]),
    (Kind::Response, &["household", "place", "facility"]),
    (Kind::Patrol, &["place", "facility"]),
    (Kind::Attachment, &["of"]),
    (Kind::Question, &["about", "household"]),
    (Kind::Membership, &["person"]),
    (Kind::PartyHub, &["household", "lead"]),
    (Kind::Person, &["household", "moved_to", "merged_into"]),
    (Kind::Household, &["moved_to", "merged_into"]),
];

/// What an import made, as it is noted.
pub struct Made {
    pub record: Uuid,
    pub batch: Uuid,
    pub what: &'static str,
    pub unit: Uuid,
    pub rows: u32,
    pub people: u32,
    /// Cells that it filled on records that were there.
    pub fills: u32,
    pub buildings: u32,
    /// Cells that wait for the office.
    pub held: u32,
}

impl Made {
    /// Notes it, when it wrote anything.
    ///
    /// # Errors
    /// Of the store.
    pub fn write(&self, w: &mut Writer<'_>, office: Uuid, file: &str) -> Result<()> {
        if self.rows + self.fills + self.buildings + self.held == 0 {
            return Ok(());
        }
        let mut intent = Intent::new("note_import", format!("导入记录 {file}"), None);
        intent.batch = Some(self.batch);
        let edits = vec![
            KeyEdit::put("batch", self.batch.to_string()),
            KeyEdit::put("what", self.what),
            KeyEdit::put("file", super::cut(file)),
            KeyEdit::put("unit", self.unit.to_string()),
            KeyEdit::put("rows", i64::from(self.rows)),
            KeyEdit::put("people", i64::from(self.people)),
            KeyEdit::put("fills", i64::from(self.fills)),
            KeyEdit::put("buildings", i64::from(self.buildings)),
        ];
        intent.write(office, DocId::new(self.record, Class::Office), Kind::Import, edits);
        w.command(intent)?;
        Ok(())
    }
}

/// Takes the deletion of a record back, in each of its documents.
///
/// # Errors
/// Of the store.
pub fn bring_back(db: &Connection, intent: &mut Intent, record: Uuid, kind: Kind) -> Result<()> {
    for d in docs::of_record(db, record)? {
        if let Some(held) = docs::load(db, d)?
            && is_deleted(&held.shown)
        {
            intent.write(held.unit, held.id, kind, vec![KeyEdit::put(DEL_KEY, Value::Null)]);
        }
    }
    Ok(())
}

/// Did somebody write to the record after it was made? All that an import writes of a record it writes at one moment, by one device, the batch itself among it; two
/// desks that take the same file in apart are two such moments. What it filled later, when the file came again, and what another import filled and was taken back,
/// is nobody's word either; the server's own keys neither.
pub fn is_edited(db: &Connection, record: Uuid, kind: Kind, batch: Uuid) -> Result<bool> {
    let batch = batch.to_string();
    let is_own = |key: &str| {
        key == DEL_KEY
            || fills::noted_key(key).is_some()
            || kind.field(key).is_some_and(|f| f.write == FieldWrite::Server && f.key != "shared")
    };
    let (mut made, mut all) = (BTreeSet::new(), BTreeSet::new());
    for d in docs::of_record(db, record)? {
        let Some(held) = docs::load(db, d)? else { continue };
        for (key, ops) in held.shown.live.iter().filter(|(key, _)| !is_own(key)) {
            let ops = ops.iter().filter(|op| !fills::is_by_import(kind, &held.shown, key, op, &batch));
            let moments = ops.map(|op| (op.id.actor, op.at));
            if key == "batch" { made.extend(moments) } else { all.extend(moments) }
        }
    }
    Ok(!all.is_subset(&made))
}

fn is_written_late(db: &Connection, record: Uuid) -> Result<bool> {
    for d in docs::of_record(db, record)? {
        if docs::load(db, d)?.is_some_and(|held| edited_while_deleted(&held.shown)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The household of a record, and how people call it: doorplate and name.
pub fn words_of(db: &Connection, tree: &Tree, row: &Row) -> Result<(Option<Uuid>, String)> {
    let home = match row.kind {
        Kind::Household => Some(row.clone()),
        _ => row.id("household").map(|h| get_row(db, Kind::Household, h)).transpose()?.flatten(),
    };
    let plate = home.as_ref().map(|h| plate_of(tree, h)).unwrap_or_default();
    let name = ["head_name", "name", "title"].iter().find_map(|key| row.text(key)).unwrap_or_default();
    Ok((home.map(|h| h.record), format!("{plate} {name}").trim().to_string()))
}

/// What a batch made.
pub struct Batch<'a> {
    db: &'a Connection,
    pub tree: Tree,
    batch: Uuid,
    pub rows: Vec<Row>,
    /// Steps that it wrote, by case: they are read only with their case.
    pub steps: BTreeMap<Uuid, Uuid>,
    /// What names a record of the batch and is not of it: named record → why.
    named: HashMap<Uuid, &'static str>,
}

impl<'a> Batch<'a> {
    /// Reads it.
    ///
    /// # Errors
    /// Of the store.
    pub fn read(db: &'a Connection, batch: Uuid) -> Result<Self> {
        let mut all = Vec::new();
        for kind in MADE {
            all.extend(rows(db, kind, "where t.batch = ?1 order by t.record", &[&batch])?);
        }
        let mut own: BTreeSet<Uuid> = all.iter().map(|r| r.record).collect();
        own.extend(all.iter().filter(|r| r.kind == Kind::Household).map(|r| doc::hub_id(r.record)));
        let mut steps = BTreeMap::new();
        for case in all.iter().filter(|r| r.kind == Kind::Case) {
            let step = doc::imported_id(case.record, Kind::CaseStep.name(), ONE_STEP.1);
            if get_row(db, Kind::CaseStep, step)?.is_some() {
                steps.insert(case.record, step);
            }
        }
        own.extend(steps.values());
        let mut named = HashMap::new();
        for (kind, fields) in NAMING {
            for row in rows(db, *kind, "where t._del is null", &[])? {
                if own.contains(&row.record) {
                    continue;
                }
                let why = match kind {
                    Kind::Visit => "visited",
                    Kind::Case | Kind::CaseStep => "case",
                    _ => "named",
                };
                for target in fields.iter().filter_map(|f| row.id(f)).filter(|t| own.contains(t)) {
                    named.entry(target).or_insert(why);
                }
            }
        }
        Ok(Batch { db, tree: Tree::read(db)?, batch, rows: all, steps, named })
    }

    fn reason(&self, row: &Row) -> Result<Option<&'static str>> {
        Ok(match self.named.get(&row.record) {
            Some(why) => Some(*why),
            None if is_edited(self.db, row.record, row.kind, self.batch)? => Some("edited"),
            None => None,
        })
    }

    fn kept(&self, row: &Row, reason: &str) -> Result<ImportKept> {
        let (home, words) = words_of(self.db, &self.tree, row)?;
        Ok(ImportKept {
            record: row.record.to_string(),
            kind: row.kind.name().into(),
            words,
            reason: reason.into(),
            household: home.map(|h| h.to_string()),
            fields: Vec::new(),
        })
    }

    /// What goes, by household or alone, and what stays. A family goes as a whole or not at all.
    ///
    /// # Errors
    /// Of the store.
    pub fn plan(&self) -> Result<(Vec<Vec<&Row>>, Vec<ImportKept>)> {
        let standing: Vec<&Row> = self.rows.iter().filter(|r| r.get("_del").is_none()).collect();
        let homes: BTreeSet<Uuid> = standing.iter().filter(|r| r.kind == Kind::Household).map(|r| r.record).collect();
        let mut groups: BTreeMap<Uuid, Vec<&Row>> = BTreeMap::new();
        for row in &standing {
            // a person goes with the household that the same import made; what it added elsewhere goes alone
            let group = match row.kind {
                Kind::Household => row.record,
                Kind::Person => row.id("household").filter(|h| homes.contains(h)).unwrap_or(row.record),
                _ => row.record,
            };
            groups.entry(group).or_default().push(row);
        }
        let (mut goes, mut stays) = (Vec::new(), Vec::new());
        for (_, mut group) in groups {
            group.sort_by_key(|r| r.kind != Kind::Household);
            let mut why = None;
            for row in &group {
                if let Some(reason) = self.reason(row)? {
                    why = Some((*row, reason));
                    break;
                }
            }
            match why {
                Some((_, reason)) => stays.push(self.kept(group[0], reason)?),
                None => goes.push(group),
            }
        }
        Ok((goes, stays))
    }

    /// What was taken away and written to since by somebody who did not know.
    ///
    /// # Errors
    /// Of the store.
    pub fn late(&self) -> Result<Vec<ImportKept>> {
        let mut out = Vec::new();
        for row in self.rows.iter().filter(|r| r.get("_del").is_some()) {
            if self.named.contains_key(&row.record) || is_written_late(self.db, row.record)? {
                out.push(self.kept(row, "late")?);
            }
        }
        Ok(out)
    }
}

/// `list_imports`
pub fn list(engine: &Engine, _: NoArgs) -> Result<ImportList> {
    engine.with(|o| {
        workspace::may_ever(&o.db, &o.me, Kind::HeldItem, Verb::Make)?;
        let db = &o.db;
        let tree = Tree::read(db)?;
        let mut by_batch: BTreeMap<Uuid, Vec<Row>> = BTreeMap::new();
        for note in rows(db, Kind::Import, "where t._del is null and t.batch is not null", &[])? {
            if let Some(batch) = note.id("batch") {
                by_batch.entry(batch).or_default().push(note);
            }
        }
        let mut items = Vec::new();
        for (batch, notes) in by_batch {
            let mut told = Vec::new();
            for note in &notes {
                let held = docs::load(db, docs::current(db, note.record, Class::Office)?)?;
                if let Some(d) = held {
                    let undone = d.shown.winner("undone").filter(|_| note.flag("undone")).map(|op| op.at * 1000);
                    let by = views::author_of(db, &d.shown, "file")?;
                    let undone_by = if undone.is_some() { Some(views::author_of(db, &d.shown, "undone")?) } else { None };
                    told.push((d.shown.winner("file").map_or(0, |op| op.at * 1000), by, undone, undone_by, note));
                }
            }
            told.sort_by_key(|(at, ..)| *at);
            let Some((at, by, undone_at, undone_by, note)) = told.pop() else { continue };
            // two desks that took one file in filled the same cells
            let most = |key: &str| notes.iter().filter_map(|n| n.int(key)).max().and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
            let (cells, buildings) = (most("fills"), most("buildings"));
            let (mut made, mut standing, mut people) = (0, 0, 0);
            for kind in MADE {
                for r in rows(db, kind, "where t.batch = ?1", &[&batch])? {
                    made += 1;
                    standing += u32::from(r.get("_del").is_none());
                    people += u32::from(kind == Kind::Person);
                }
            }
            let late = if undone_at.is_some() { Batch::read(db, batch)?.late()?.len() } else { 0 };
            let what = note.text("what").unwrap_or_default();
            items.push(ImportItem {
                batch: batch.to_string(),
                kind: kind_words(&what),
                file: note.text("file").unwrap_or_default(),
                at,
                by,
                unit_name: note.id("unit").map(|u| tree.name(u)).unwrap_or_default(),
                made,
                standing,
                people,
                cells,
                buildings,
                undone_at,
                undone_by,
                late: u32::try_from(late).unwrap_or(u32::MAX),
            });
        }
        items.sort_by_key(|i| std::cmp::Reverse(i.at));
        Ok(ImportList { items })
    })
}

fn kind_words(what: &str) -> Coded {
    let (zh, en) = match what {
        "household" => ("居民台账", "residents"),
        "building" => ("楼栋台账", "buildings"),
        "place" => ("场所台账", "places"),
        "facility" => ("设施台账", "facilities"),
        "case" => ("旧事项", "earlier cases"),
        "visit" => ("旧走访", "earlier visits"),
        other => (other, other),
    };
    Coded::spoken(what, zh, en)
}
