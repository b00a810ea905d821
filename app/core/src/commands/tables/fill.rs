//! 套表: a department's own blank workbook filled from what is known, each sheet by its own mapping; what is missing is listed and can be asked for at the
//! next visit. ID numbers are masked unless a reason is given, which is logged before the table is written.

use super::super::import::bytes_of;
use super::super::ledger::{Logged, own_line};
use super::fields;
use super::lines::{Line, lines};
use super::read::{self, Mapped};
use crate::engine::{Engine, Open};
use crate::error::{CoreError, Result};
use crate::workspace;
use app_tables::{Filled, SheetHint, Subject, Template, TemplateColumn, fill, read_templates, with_unfilled};
use base64::Engine as _;
use shared_model::commands::{FillArgs, FillColumn, FillGap, FillReport, FillSheetArgs, FilledSheet};
use shared_model::records::Kind;
use shared_model::rules::{Role, Verb};
use std::collections::{BTreeMap, BTreeSet};

/// Rows shown before a table is taken.
const PREVIEW_MAX: usize = 50;

/// A sheet that will be filled.
struct Job {
    table: Template,
    template: Option<String>,
    lines: Vec<Line>,
    values: Vec<BTreeMap<String, String>>,
}

/// `fill_table`
pub fn fill_table(engine: &Engine, args: FillArgs) -> Result<FillReport> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Person, Verb::Edit))?;
    let now = engine.now_ms();
    let (bytes, name) = bytes_of(args.file.as_deref(), args.data.as_deref(), None)?;
    let reason = args.reason.as_deref().map(str::trim).filter(|r| !r.is_empty());
    let found = read_templates(&bytes, &Subject::FILLED, &hints(&args)?)?;
    let jobs = engine.with(|o| jobs(o, &args, found, now, reason.is_some()))?;
    let Some(first) = jobs.first() else {
        return Err(app_tables::ReadError::not_known().into());
    };
    let title = first.table.title.clone();
    // looking at it without whole numbers hands nothing out
    if reason.is_some() || args.out.is_some() || args.save == Some(true) {
        log(engine, &args, &jobs, &title, reason, now)?;
    }
    let mut bytes = bytes;
    let (mut sheets, mut unfilled) = (Vec::new(), Vec::new());
    for job in jobs {
        let filled = fill(&bytes, &job.table, &job.values)?;
        sheets.push(told(&job, &filled));
        unfilled.extend(empty_columns(&job.table));
        unfilled.extend(filled.left_formulas.iter().map(|cell| {
            [job.table.sheet.clone(), cell.clone(), String::new(), "这一格的公式几列共用，没能跟着新加的行走，请核对。".into()]
        }));
        bytes = filled.bytes;
    }
    let bytes = with_unfilled(&bytes, &unfilled)?;
    let (mut file, mut data) = (None, None);
    match &args.out {
        Some(path) => {
            std::fs::write(path, &bytes)?;
            file = Some(path.clone());
        }
        None => data = Some(base64::engine::general_purpose::STANDARD.encode(&bytes)),
    }
    let first = sheets[0].clone();
    Ok(FillReport {
        rows: first.rows,
        columns: first.columns,
        unknown_headers: first.unknown_headers,
        gaps: sheets.iter().flat_map(|s| s.gaps.clone()).collect(),
        preview: first.preview,
        masked: reason.is_none(),
        file,
        data,
        name: if title.is_empty() { name } else { title },
        sheets,
    })
}

/// The line of the log: for the office the record that the offices share, as of an export; for others their own device's.
fn log(engine: &Engine, args: &FillArgs, jobs: &[Job], title: &str, reason: Option<&str>, now: i64) -> Result<()> {
    let rows: usize = jobs.iter().map(|j| j.lines.len()).sum();
    let is_office = engine.with(|o| Ok(workspace::roles(&o.db, &o.me)?.iter().any(|r| r.role == Role::Office)))?;
    if !is_office {
        let text = format!("套表 {title}：{rows} 行{}", reason.map_or(String::new(), |r| format!("，证件号不遮盖，理由：{r}")));
        return engine.with(|o| own_line(&o.db, now, &text));
    }
    let fields: BTreeSet<&str> = jobs.iter().flat_map(|j| j.table.columns.iter().filter_map(|c| c.field.as_deref())).collect();
    let is_filtered = args.filter.is_some() || args.sheets.iter().flatten().any(|s| s.filter.is_some());
    let logged = Logged {
        what: format!("套表 {title}").trim().chars().take(80).collect(),
        format: "xlsx".into(),
        filter: if is_filtered { "按条件".into() } else { String::new() },
        count: u32::try_from(rows).unwrap_or(u32::MAX),
        fields: &fields.into_iter().filter(|f| !f.starts_with(fields::EXT)).collect::<Vec<_>>(),
        is_masked: reason.is_none(),
        reason: reason.map(str::to_string),
    };
    logged.write(engine)
}

/// Columns under which nothing goes, for the sheet that says so.
fn empty_columns(table: &Template) -> impl Iterator<Item = [String; 4]> + '_ {
    let empty = table.columns.iter().filter(|c| c.field.is_none() && !c.has_formula && !c.header.trim().is_empty());
    empty.map(|c| [table.sheet.clone(), c.letters.clone(), c.header.clone(), "这里没有这项资料，整列留空，请按实际填写。".into()])
}

fn hints(args: &FillArgs) -> Result<BTreeMap<String, SheetHint>> {
    let mut out = BTreeMap::new();
    for sheet in args.sheets.iter().flatten() {
        let subject = sheet.per.as_deref().filter(|p| !p.is_empty()).map(read::subject).transpose()?;
        out.insert(sheet.sheet.clone(), SheetHint { header: sheet.header.map(|h| (h.first, h.last)), subject });
    }
    Ok(out)
}

fn jobs(o: &Open, args: &FillArgs, found: Vec<Template>, now: i64, whole: bool) -> Result<Vec<Job>> {
    let ext = fields::ext_names(&o.db)?;
    let mut out = Vec::new();
    for table in found {
        let said = args.sheets.iter().flatten().find(|s| s.sheet == table.sheet);
        if said.is_some_and(|s| s.skip == Some(true)) {
            continue;
        }
        let Mapped { table, template, .. } = read::map(&o.db, table, false, &ext)?;
        // a sheet of which nothing is known is left alone until a person says what it is
        let is_said = said.is_some_and(|s| s.columns.as_ref().is_some_and(|c| !c.is_empty()));
        if !table.is_known && template.is_none() && !is_said {
            continue;
        }
        let table = with_columns(table, said)?;
        let filter = said.and_then(|s| s.filter.clone()).or_else(|| args.filter.clone()).unwrap_or_default();
        let lines = lines(&o.db, &o.me, table.subject, &filter, now)?;
        let values = lines.iter().enumerate().map(|(n, l)| values_of(l, &table, n, whole)).collect();
        out.push(Job { table, template: template.map(|k| k.record.to_string()), lines, values });
    }
    Ok(out)
}

fn with_columns(table: Template, said: Option<&FillSheetArgs>) -> Result<Template> {
    let mut table = table;
    if let Some(per) = said.and_then(|s| s.per.as_deref()).filter(|p| !p.is_empty()) {
        table.subject = read::subject(per)?;
    }
    let columns = said.and_then(|s| s.columns.clone()).unwrap_or_default();
    if let Some((path, field)) = columns.iter().find(|(_, field)| !fields::is_field(table.subject, false, field)) {
        return Err(CoreError::args(format!("「{path}」不能填「{field}」。")).at("columns"));
    }
    Ok(table.mapped(&columns))
}

/// A day is asked for without its hour where the header says 日期.
fn values_of(line: &Line, table: &Template, index: usize, whole: bool) -> BTreeMap<String, String> {
    let value = |c: &TemplateColumn| {
        let field = c.field.as_deref().filter(|_| !c.has_formula)?;
        let mut text = line.value(field, index, whole)?;
        if c.header.contains("日期") && text.len() == 16 && text.as_bytes()[10] == b' ' {
            text.truncate(10);
        }
        Some((field.to_string(), text))
    };
    table.columns.iter().filter_map(value).collect()
}

fn told(job: &Job, filled: &Filled) -> FilledSheet {
    let table = &job.table;
    let gaps = filled.empty_cells.iter().filter_map(|e| gap(job, e.row_index, &e.field, &e.column)).collect();
    let cell = |v: &BTreeMap<String, String>, c: &TemplateColumn| c.field.as_deref().and_then(|f| v.get(f)).cloned().unwrap_or_default();
    FilledSheet {
        sheet: table.sheet.clone(),
        title: table.title.clone(),
        per: table.subject.name().into(),
        rows: u32::try_from(job.lines.len()).unwrap_or(u32::MAX),
        first_row: table.first_row,
        columns: table.columns.iter().map(|c| column(c, table.subject)).collect(),
        heads: read::heads(table),
        unknown_headers: filled.unknown_headers.clone(),
        gaps,
        preview: job.values.iter().take(PREVIEW_MAX).map(|v| table.columns.iter().map(|c| cell(v, c)).collect()).collect(),
        template: job.template.clone(),
    }
}

fn column(c: &TemplateColumn, subject: Subject) -> FillColumn {
    FillColumn {
        header: c.header.clone(),
        field: c.field.clone(),
        label: c.field.as_deref().map(|f| fields::label(subject, f).label),
        at: c.at,
        formula: c.has_formula,
    }
}

/// The fact that fills a field, as it can be asked for at a door.
fn asked(field: &str) -> &str {
    match field {
        "birth_month" | "age" => "birth_date",
        "contact_name" | "contact_phone" => "phone2",
        "tags" => "note",
        "head_phone" => "phone",
        "head_id_number" => "id_number",
        other => other,
    }
}

fn gap(job: &Job, index: usize, field: &str, header: &str) -> Option<FillGap> {
    let at = job.lines.get(index)?.asked()?;
    Some(FillGap {
        sheet: job.table.sheet.clone(),
        row: job.table.first_row + u32::try_from(index).unwrap_or(0),
        record: at.record.to_string(),
        household: at.household.map(|h| h.to_string()).unwrap_or_default(),
        plate: at.plate,
        name: at.name,
        key: asked(field).to_string(),
        label: header.to_string(),
    })
}
