//! Imports as batches: what each made, and taking one back as a whole. Taken back is what the import made and nobody has built on since; a household that was
//! visited, edited or named by something else stays, with the reason. Nothing is lost: a deletion is written beside what it deletes, one command a household, and
//! can be taken back itself. What somebody wrote at such a door without knowing comes to light here.

use super::super::households::plate_of;
use super::super::tables::own_office;
use super::super::units::Tree;
use super::super::views::{self, id};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::store::{Row, docs, rows};
use crate::workspace::{self, Intent, KeyEdit, Writer};
use rusqlite::Connection;
use shared_model::Class;
use shared_model::codes::Coded;
use shared_model::commands::{ImportItem, ImportKept, ImportList, NoArgs, UndoImportArgs, UndoImportReport};
use shared_model::crdt::{DEL_KEY, Value, del_value, edited_while_deleted, is_deleted};
use shared_model::doc::{self, DocId};
use shared_model::records::Kind;
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
}

impl Made {
    /// Notes it, when it made anything.
    ///
    /// # Errors
    /// Of the store.
    pub fn write(&self, w: &mut Writer<'_>, office: Uuid, file: &str) -> Result<()> {
        if self.rows == 0 {
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

fn take_away(db: &Connection, intent: &mut Intent, record: Uuid, kind: Kind) -> Result<()> {
    for d in docs::of_record(db, record)? {
        if let Some(held) = docs::load(db, d)?
            && !is_deleted(&held.shown)
        {
            intent.write(held.unit, held.id, kind, vec![KeyEdit::put(DEL_KEY, del_value(&held.shown))]);
        }
    }
    Ok(())
}

/// Did somebody write to the record after it was made? All that an import writes of a record it writes at one moment, by one device, the batch itself among it; two
/// desks that take the same file in apart are two such moments.
fn is_edited(db: &Connection, record: Uuid) -> Result<bool> {
    let (mut made, mut all) = (BTreeSet::new(), BTreeSet::new());
    for d in docs::of_record(db, record)? {
        let Some(held) = docs::load(db, d)? else { continue };
        for (key, ops) in held.shown.live.iter().filter(|(key, _)| *key != DEL_KEY) {
            let moments = ops.iter().map(|op| (op.id.actor, op.at));
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

/// What a batch made.
struct Batch<'a> {
    db: &'a Connection,
    tree: Tree,
    rows: Vec<Row>,
    /// What names a record of the batch and is not of it: named record → why.
    named: HashMap<Uuid, &'static str>,
}

impl<'a> Batch<'a> {
    fn read(db: &'a Connection, batch: Uuid) -> Result<Self> {
        let mut all = Vec::new();
        for kind in MADE {
            all.extend(rows(db, kind, "where t.batch = ?1 order by t.record", &[&batch])?);
        }
        let mut own: BTreeSet<Uuid> = all.iter().map(|r| r.record).collect();
        own.extend(all.iter().filter(|r| r.kind == Kind::Household).map(|r| doc::hub_id(r.record)));
        let mut named = HashMap::new();
        for (kind, fields) in NAMING {
            for row in rows(db, *kind, "where t._del is null", &[])? {
                if own.contains(&row.record) {
                    continue;
                }
                let why = match kind {
                    Kind::Visit => "visited",
                    Kind::Case => "case",
                    _ => "named",
                };
                for target in fields.iter().filter_map(|f| row.id(f)).filter(|t| own.contains(t)) {
                    named.entry(target).or_insert(why);
                }
            }
        }
        Ok(Batch { db, tree: Tree::read(db)?, rows: all, named })
    }

    fn reason(&self, row: &Row) -> Result<Option<&'static str>> {
        Ok(match self.named.get(&row.record) {
            Some(why) => Some(*why),
            None if is_edited(self.db, row.record)? => Some("edited"),
            None => None,
        })
    }

    fn kept(&self, row: &Row, reason: &str) -> Result<ImportKept> {
        let home = match row.kind {
            Kind::Household => Some(row.clone()),
            _ => row.id("household").map(|h| crate::store::get_row(self.db, Kind::Household, h)).transpose()?.flatten(),
        };
        let plate = home.as_ref().map(|h| plate_of(&self.tree, h)).unwrap_or_default();
        let name = ["head_name", "name", "title"].iter().find_map(|key| row.text(key)).unwrap_or_default();
        Ok(ImportKept {
            record: row.record.to_string(),
            kind: row.kind.name().into(),
            words: format!("{plate} {name}").trim().to_string(),
            reason: reason.into(),
            household: home.map(|h| h.record.to_string()),
        })
    }

    /// What goes, by household or alone, and what stays. A family goes as a whole or not at all.
    fn plan(&self) -> Result<(Vec<Vec<&Row>>, Vec<ImportKept>)> {
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
    fn late(&self) -> Result<Vec<ImportKept>> {
        let mut out = Vec::new();
        for row in self.rows.iter().filter(|r| r.get("_del").is_some()) {
            if self.named.contains_key(&row.record) || is_written_late(self.db, row.record)? {
                out.push(self.kept(row, "late")?);
            }
        }
        Ok(out)
    }
}

/// `undo_import`
pub fn undo(engine: &Engine, args: UndoImportArgs) -> Result<UndoImportReport> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::HeldItem, Verb::Make))?;
    let now = engine.now_ms();
    let is_dry = args.dry_run.unwrap_or(false);
    let (report, changed) = engine.with(|o| {
        let batch = id(&args.batch, "这次导入")?;
        let notes: Vec<Row> = rows(&o.db, Kind::Import, "where t.batch = ?1 and t._del is null", &[&batch])?;
        if notes.is_empty() {
            return Err(CoreError::not_found("这次导入").at("batch"));
        }
        let office = own_office(&o.db, &o.me)?;
        let mut report = UndoImportReport { batch: args.batch.clone(), dry_run: is_dry, ..UndoImportReport::default() };
        let back = args.back == Some(true);
        let groups: Vec<Vec<(Uuid, Kind, String)>> = {
            let b = Batch::read(&o.db, batch)?;
            let words = |r: &Row| Ok::<_, CoreError>((r.record, r.kind, b.kept(r, "")?.words));
            if back {
                let only: Option<BTreeSet<&str>> = args.only.as_ref().map(|o| o.iter().map(String::as_str).collect());
                let gone = b.rows.iter().filter(|r| r.get("_del").is_some());
                let wanted = |r: &&Row| {
                    let home = r.id("household").map(|h| h.to_string());
                    let is_named =
                        |o: &BTreeSet<&str>| o.contains(r.record.to_string().as_str()) || home.is_some_and(|h| o.contains(h.as_str()));
                    only.as_ref().is_none_or(is_named)
                };
                gone.filter(wanted).map(|r| Ok(vec![words(r)?])).collect::<Result<_>>()?
            } else {
                let (goes, stays) = b.plan()?;
                report.kept = stays;
                report.late = b.late()?;
                goes.into_iter().map(|g| g.into_iter().map(words).collect::<Result<_>>()).collect::<Result<_>>()?
            }
        };
        let all = || groups.iter().flatten();
        report.taken = u32::try_from(all().count()).unwrap_or(u32::MAX);
        report.people = u32::try_from(all().filter(|(_, kind, _)| *kind == Kind::Person).count()).unwrap_or(u32::MAX);
        if is_dry {
            return Ok((report, None));
        }
        let whole = args.only.is_none();
        let (_, changed) = workspace::change(&mut o.db, &o.me, now, |w| {
            for group in &groups {
                write_group(w, group, batch, back)?;
            }
            if whole {
                let mut intent = Intent::new("undo_import", if back { "收回撤销的导入" } else { "撤销导入" }, None);
                intent.batch = Some(batch);
                for note in notes.iter().filter(|n| n.flag("undone") == back) {
                    intent.write(office, DocId::new(note.record, Class::Office), Kind::Import, vec![KeyEdit::put("undone", !back)]);
                }
                w.command(intent)?;
            }
            Ok(())
        })?;
        let text = format!("{}导入：{} 条", if back { "收回撤销的" } else { "撤销" }, report.taken);
        o.db.execute("insert into own_log (at, what, words) values (?1, 'import', ?2)", rusqlite::params![now, text])?;
        Ok((report, Some(changed)))
    })?;
    if let Some(c) = changed {
        engine.raise(&c);
    }
    Ok(report)
}

/// One household, or one record that stands alone, in one command.
fn write_group(w: &mut Writer<'_>, group: &[(Uuid, Kind, String)], batch: Uuid, back: bool) -> Result<()> {
    let Some((first, kind, words)) = group.first() else { return Ok(()) };
    let home = (*kind == Kind::Household).then_some(*first);
    let verb = if back { "收回" } else { "撤销导入" };
    let mut intent = Intent::new("undo_import", format!("{verb} {words}"), home);
    intent.batch = Some(batch);
    let mut records: Vec<(Uuid, Kind)> = group.iter().map(|(record, kind, _)| (*record, *kind)).collect();
    if let Some(home) = home {
        records.push((doc::hub_id(home), Kind::PartyHub));
        // what an import could not place waits no longer, and waits again when the household is back
        for held in rows(w.tx, Kind::HeldItem, "where t.household = ?1 and t.decision is null", &[&home])? {
            records.push((held.record, Kind::HeldItem));
        }
        w.touch(home, Kind::Household);
    }
    for (record, kind) in records {
        if back {
            bring_back(w.tx, &mut intent, record, kind)?;
        } else {
            take_away(w.tx, &mut intent, record, kind)?;
        }
        w.touch(record, kind);
    }
    w.command(intent)?;
    Ok(())
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
