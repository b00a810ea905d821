//! An import taken back as a whole, or brought back: what goes and what stays is planned first, the same for a look and for the deed. Nothing is lost: a deletion is
//! written beside what it deletes, one command a household, and can be taken back itself.

use super::super::tables::own_office;
use super::super::units::Tree;
use super::super::views::id;
use super::batches::{Batch, bring_back, words_of};
use super::{built, fills};
use crate::engine::{Engine, Open};
use crate::error::{CoreError, Result};
use crate::store::{Row, docs, rows};
use crate::workspace::{self, Intent, KeyEdit, Writer};
use rusqlite::Connection;
use shared_model::Class;
use shared_model::commands::{UndoImportArgs, UndoImportReport};
use shared_model::crdt::{DEL_KEY, del_value, is_deleted};
use shared_model::doc::{self, DocId};
use shared_model::records::Kind;
use shared_model::rules::Verb;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Held cells in one command.
const HELD_AT_ONCE: usize = 200;

/// All that one undo, or its taking back, writes.
#[derive(Default)]
struct Undo {
    /// Records, by household or alone, with their words.
    groups: Vec<Vec<(Uuid, Kind, String)>>,
    fills: Vec<fills::Group>,
    /// Cells that wait for the office, of records that were there before or of none.
    held: Vec<Uuid>,
    /// Buildings that go, and those that are open again.
    closes: Vec<built::Goes>,
    opens: Vec<Uuid>,
}

impl Undo {
    fn taking(o: &Open, batch: Uuid, now: i64, report: &mut UndoImportReport) -> Result<Undo> {
        let b = Batch::read(&o.db, batch)?;
        let (goes, stays) = b.plan()?;
        report.kept = stays;
        report.late = b.late()?;
        let made: BTreeSet<Uuid> = b.rows.iter().map(|r| r.record).collect();
        let (filled, written) = fills::plan(&o.db, &b.tree, batch, &made)?;
        report.kept.extend(written);
        let held: Vec<Uuid> = waiting(&o.db, batch, true)?;
        let mut going: BTreeSet<Uuid> = goes.iter().flatten().map(|r| r.record).chain(held.iter().copied()).collect();
        let hubs: Vec<Uuid> = going.iter().map(|home| doc::hub_id(*home)).collect();
        let steps: Vec<Uuid> = b.steps.iter().filter(|(case, _)| going.contains(case)).map(|(_, step)| *step).collect();
        report.steps = count(steps.len());
        going.extend(hubs.into_iter().chain(steps));
        let (closes, stay) = built::plan(&o.db, &b.tree, batch, &going, now)?;
        report.kept.extend(stay);
        let words = |r: &Row| Ok::<_, CoreError>((r.record, r.kind, words_of(&o.db, &b.tree, r)?.1));
        let groups = goes.into_iter().map(|g| g.into_iter().map(words).collect::<Result<_>>()).collect::<Result<_>>()?;
        Ok(Undo { groups, fills: filled, held, closes, opens: Vec::new() })
    }

    fn back(o: &Open, batch: Uuid, only: Option<&BTreeSet<&str>>) -> Result<Undo> {
        let b = Batch::read(&o.db, batch)?;
        let is_wanted = |r: &&Row| {
            let named = [Some(r.record), r.id("household")];
            only.is_none_or(|o| named.into_iter().flatten().any(|id| o.contains(id.to_string().as_str())))
        };
        let rows: Vec<&Row> = b.rows.iter().filter(|r| r.get("_del").is_some()).filter(is_wanted).collect();
        let over = built::closed(&o.db, &b.tree)?;
        let mut opens: BTreeSet<Uuid> = rows.iter().filter_map(|r| r.id("building")).collect();
        if only.is_none() {
            opens.extend(b.tree.all().filter(|u| u.id("batch") == Some(batch)).map(|u| u.record));
        }
        opens.retain(|unit| over.contains(unit));
        let mut groups = Vec::with_capacity(rows.len());
        for row in rows {
            groups.push(vec![(row.record, row.kind, words_of(&o.db, &b.tree, row)?.1)]);
        }
        let held = if only.is_none() { waiting(&o.db, batch, false)? } else { Vec::new() };
        Ok(Undo { groups, fills: fills::kept_here(&o.db, batch, only)?, held, closes: Vec::new(), opens: opens.into_iter().collect() })
    }

    fn tell(&self, report: &mut UndoImportReport) {
        let all = || self.groups.iter().flatten();
        report.taken = count(all().count());
        report.people = count(all().filter(|(_, kind, _)| *kind == Kind::Person).count());
        report.cells = count(self.fills.iter().map(fills::Group::cells).sum());
        report.held = count(self.held.len());
        report.buildings = count(self.closes.len() + self.opens.len());
    }

    fn write(&self, w: &mut Writer<'_>, batch: Uuid, is_back: bool) -> Result<()> {
        let tree = Tree::read(w.tx)?;
        for unit in &self.opens {
            built::open(w, &tree, *unit, batch)?;
        }
        for group in &self.groups {
            write_group(w, group, batch, is_back)?;
        }
        for group in &self.fills {
            if is_back { fills::bring_back(w, group, batch)? } else { fills::take_away(w, group, batch)? }
        }
        for some in self.held.chunks(HELD_AT_ONCE) {
            let mut intent = Intent::new("undo_import", if is_back { "收回待定的格子" } else { "撤销导入：待定的格子" }, None);
            intent.batch = Some(batch);
            for record in some {
                if is_back {
                    bring_back(w.tx, &mut intent, *record, Kind::HeldItem)?;
                } else {
                    take_away(w.tx, &mut intent, *record, Kind::HeldItem)?;
                }
            }
            w.command(intent)?;
        }
        for building in &self.closes {
            built::close(w, building, batch)?;
        }
        Ok(())
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Cells of the batch that nobody decided: those that wait, or those that were taken back.
fn waiting(db: &Connection, batch: Uuid, are_here: bool) -> Result<Vec<Uuid>> {
    let filter = format!("where t.batch = ?1 and t.decision is null and t._del is {} null", if are_here { "" } else { "not" });
    Ok(rows(db, Kind::HeldItem, &filter, &[&batch])?.iter().map(|r| r.record).collect())
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
        let only: Option<BTreeSet<&str>> = args.only.as_ref().map(|o| o.iter().map(String::as_str).collect());
        let undo = if back { Undo::back(o, batch, only.as_ref())? } else { Undo::taking(o, batch, now, &mut report)? };
        undo.tell(&mut report);
        if is_dry {
            return Ok((report, None));
        }
        let (_, changed) = workspace::change(&mut o.db, &o.me, now, |w| {
            undo.write(w, batch, back)?;
            if only.is_none() {
                let mut intent = Intent::new("undo_import", if back { "收回撤销的导入" } else { "撤销导入" }, None);
                intent.batch = Some(batch);
                for note in notes.iter().filter(|n| n.flag("undone") == back) {
                    intent.write(office, DocId::new(note.record, Class::Office), Kind::Import, vec![KeyEdit::put("undone", !back)]);
                }
                w.command(intent)?;
            }
            Ok(())
        })?;
        let text = format!("{}导入：{} 条，{} 格", if back { "收回撤销的" } else { "撤销" }, report.taken, report.cells);
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
