//! Buildings, places, facilities and earlier ledgers of other systems (cases, visits): any sheet with its columns mapped by hand, read first and written second.
//! What a row becomes is said in `ledger`; here the file is read, decisions are taken, the report is made and the batch written.

use super::super::tables::{own_office, read};
use super::super::units::Tree;
use super::super::visits::new_id;
use super::decide::{Decision, Decisions};
use super::ledger::{Books, Planned};
use super::{batches, bytes_of};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::workspace;
use app_tables::{SheetHint, Subject, TableRows, Template, read_rows, read_tables};
use rusqlite::Connection;
use shared_model::commands::{ImportTableArgs, ImportTableReport};
use shared_model::doc;
use shared_model::records::Kind;
use shared_model::rules::Verb;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Kinds that come in here.
const KINDS: [Subject; 5] = [Subject::Building, Subject::Place, Subject::Facility, Subject::Case, Subject::Visit];
/// Rows of one file.
const ROWS_MAX: usize = 20_000;
/// Cases of one file: each is opened by itself.
const CASES_MAX: usize = 2_000;

/// `import_table`
pub fn import(engine: &Engine, args: ImportTableArgs) -> Result<ImportTableReport> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::HeldItem, Verb::Make))?;
    let started = engine.now_ms();
    let subject = Subject::from_name(&args.kind).filter(|s| KINDS.contains(s));
    let subject = subject.ok_or_else(|| CoreError::args("能导入楼栋、场所、设施、旧事项和旧走访；居民台账另走。").at("kind"))?;
    let (bytes, file) = bytes_of(args.file.as_deref(), args.data.as_deref(), args.name.as_deref())?;
    let decisions = Decisions::read(args.decisions.as_deref().unwrap_or_default())?;
    let is_dry = args.dry_run.unwrap_or(false);
    let record = new_id(engine);
    let (mut report, changed) = engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        let grid = tree.find(&args.grid).map_err(|e| e.at("grid"))?.record;
        let (table, rows) = rows_of(&o.db, &args, subject, &bytes, &file)?;
        let most = if subject == Subject::Case { CASES_MAX } else { ROWS_MAX };
        if rows.rows.len() > most {
            return Err(CoreError::new("too_large", format!("一次最多导入 {most} 行，请分成几个文件。没有写进去。")).at("file"));
        }
        let batch = doc::batch_id(grid, subject.name(), &bytes);
        let mut books = Books::read(o, &tree, subject, grid, batch, started)?;
        let mut planned: Vec<Planned> = Vec::with_capacity(rows.rows.len());
        for row in &rows.rows {
            let said = decisions.of(&table.sheet, row.row);
            let mut plan = books.plan(&table, row, said)?;
            if said == Some(&Decision::Leave) {
                plan.leave();
            }
            planned.push(plan);
        }
        let mut report = told(&args, &file, &planned, is_dry);
        report.skipped = rows.skipped.iter().map(|s| s.row).collect();
        if is_dry {
            return Ok((report, None));
        }
        let office = own_office(&o.db, &o.me)?;
        let sum = |of: &dyn Fn(&Planned) -> u32| planned.iter().map(of).sum();
        let buildings = sum(&|p| u32::from(p.building.as_ref().is_some_and(|(_, _, edits)| !edits.is_empty())));
        let held = sum(&|p| u32::try_from(p.held.len()).unwrap_or(u32::MAX));
        let (rows, fills) = (sum(&Planned::made), sum(&Planned::filled));
        let note = batches::Made { record, batch, what: subject.name(), unit: grid, rows, people: 0, fills, buildings, held };
        report.batch = Some(batch.to_string());
        let (_, changed) = workspace::change(&mut o.db, &o.me, started, |w| {
            for plan in planned {
                plan.write(w, batch, &file)?;
            }
            note.write(w, office, &file)
        })?;
        let text = format!("导入 {file}：新 {} 条，已有 {} 条，没能收 {} 条", report.added, report.known + report.fills, report.bad);
        o.db.execute("insert into own_log (at, what, words) values (?1, 'import', ?2)", rusqlite::params![started, text])?;
        Ok((report, Some(changed)))
    })?;
    if let Some(c) = changed {
        engine.raise(&c);
    }
    report.took_ms = u64::try_from(engine.now_ms() - started).unwrap_or(0);
    Ok(report)
}

/// The rows of the sheet that was chosen, under the mapping that was kept and what is said now.
fn rows_of(db: &Connection, args: &ImportTableArgs, subject: Subject, bytes: &[u8], file: &str) -> Result<(Template, TableRows)> {
    let mut hints = BTreeMap::new();
    if let (Some(sheet), Some(h)) = (&args.sheet, args.header) {
        hints.insert(sheet.clone(), SheetHint { header: Some((h.first, h.last)), subject: Some(subject) });
    }
    let found = read_tables(bytes, file, &[subject], &hints)?;
    let is_wanted = |t: &&Template| args.sheet.as_ref().is_none_or(|s| *s == t.sheet);
    let table = found.iter().find(is_wanted).cloned();
    let table = table.ok_or_else(|| CoreError::from(app_tables::ReadError::not_known()))?;
    let mapped = read::map(db, table, true, &BTreeSet::new())?;
    let said = args.columns.clone().unwrap_or_default();
    if let Some((path, field)) = said.iter().find(|(_, field)| !super::super::tables::fields::is_field(subject, true, field)) {
        return Err(CoreError::args(format!("「{path}」不能当作「{field}」。没有写进去。")).at("columns"));
    }
    let kept = mapped.template.map(|k| k.columns).unwrap_or_default();
    let is_left = |path: &String| said.get(path).or_else(|| kept.get(path)).is_some_and(String::is_empty);
    let mut table = mapped.table.mapped(&said);
    table.subject = subject;
    let left: HashSet<String> = table.columns.iter().map(|c| c.path.clone()).filter(is_left).collect();
    let rows = read_rows(bytes, file, &table, &left)?;
    Ok((table, rows))
}

fn told(args: &ImportTableArgs, file: &str, planned: &[Planned], is_dry: bool) -> ImportTableReport {
    let count = |verdict: &str| u32::try_from(planned.iter().filter(|p| p.row.verdict == verdict).count()).unwrap_or(u32::MAX);
    ImportTableReport {
        file: file.to_string(),
        kind: args.kind.clone(),
        dry_run: is_dry,
        batch: None,
        added: count("new"),
        known: count("known"),
        fills: count("fills"),
        left: count("left"),
        bad: count("bad"),
        rows: planned.iter().map(|p| p.row.clone()).collect(),
        skipped: Vec::new(),
        took_ms: 0,
    }
}
