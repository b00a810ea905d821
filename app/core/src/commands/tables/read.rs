//! A table found out: its sheets, their headers as drawn, and what each column holds, as a kept template says, else as its words do, else as an extra
//! column that a file brought along under the same header.

use super::super::import::bytes_of;
use super::{fields, own_office, templates};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::workspace;
use app_tables::{SheetHint, Subject, Template, read_tables, read_templates};
use rusqlite::Connection;
use shared_model::commands::{HeaderRows, ReadSheetsArgs, SheetColumn, SheetHead, SheetRead, SheetsRead};
use shared_model::doc;
use shared_model::records::Kind;
use shared_model::rules::Verb;
use std::collections::{BTreeMap, BTreeSet};

/// A sheet with its mapping and where that comes from.
pub struct Mapped {
    pub table: Template,
    pub print: String,
    pub template: Option<templates::Kept>,
    /// Column → `template`, `words`, `ext`, `none`.
    pub from: BTreeMap<String, &'static str>,
}

/// `read_template`
pub fn read_template(engine: &Engine, args: ReadSheetsArgs) -> Result<SheetsRead> {
    engine.with(|o| own_office(&o.db, &o.me))?;
    let (bytes, file) = bytes_of(args.file.as_deref(), args.data.as_deref(), args.name.as_deref())?;
    let sheets = read_templates(&bytes, &among(&args, &Subject::FILLED)?, &hints(&args)?)?;
    reply(engine, file, sheets, false)
}

/// `read_import`
pub fn read_import(engine: &Engine, args: ReadSheetsArgs) -> Result<SheetsRead> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::HeldItem, Verb::Make))?;
    let (bytes, file) = bytes_of(args.file.as_deref(), args.data.as_deref(), args.name.as_deref())?;
    let sheets = read_tables(&bytes, &file, &among(&args, &Subject::ALL)?, &hints(&args)?)?;
    reply(engine, file, sheets, true)
}

fn among(args: &ReadSheetsArgs, all: &[Subject]) -> Result<Vec<Subject>> {
    match args.per.as_deref().filter(|p| !p.is_empty()) {
        Some(per) => Ok(vec![subject(per)?]),
        None => Ok(all.to_vec()),
    }
}

/// What a row is about, by its name.
///
/// # Errors
/// `invalid_args`.
pub fn subject(name: &str) -> Result<Subject> {
    Subject::from_name(name).ok_or_else(|| CoreError::args("一行是一人、一户、一件事、一个场所还是一处设施？").at("per"))
}

fn hints(args: &ReadSheetsArgs) -> Result<BTreeMap<String, SheetHint>> {
    let subject = args.per.as_deref().filter(|p| !p.is_empty()).map(subject).transpose()?;
    let headers = args.headers.clone().unwrap_or_default();
    Ok(headers.into_iter().map(|(sheet, h)| (sheet, SheetHint { header: Some((h.first, h.last)), subject })).collect())
}

fn reply(engine: &Engine, file: String, sheets: Vec<Template>, is_import: bool) -> Result<SheetsRead> {
    engine.with(|o| {
        let ext = fields::ext_names(&o.db)?;
        let sheets = sheets.into_iter().map(|table| Ok(view(map(&o.db, table, is_import, &ext)?))).collect::<Result<_>>()?;
        let offered: &[Subject] = if is_import { &Subject::ALL } else { &Subject::FILLED };
        let choices = offered.iter().map(|s| (s.name().to_string(), fields::choices(*s, is_import, &ext))).collect();
        Ok(SheetsRead { file, sheets, choices })
    })
}

/// The mapping of a sheet: the kept one, else its words.
///
/// # Errors
/// Of the store.
pub fn map(db: &Connection, table: Template, is_import: bool, ext: &BTreeSet<String>) -> Result<Mapped> {
    let print = doc::layout_print(&table.layout());
    let kept = templates::of_print(db, &print, is_import)?.filter(|kept| is_import || kept.subject == table.subject || !table.is_known);
    let mut table = table;
    let mut from = BTreeMap::new();
    for column in &mut table.columns {
        let said = kept.as_ref().and_then(|kept| kept.columns.get(&column.path));
        let leaf = column.path.rsplit('›').next().unwrap_or_default();
        let from_whom = match (said, &column.field) {
            (Some(field), _) => {
                column.field = Some(field.clone()).filter(|f| !f.is_empty());
                "template"
            }
            (None, Some(_)) => "words",
            (None, None) if !is_import && ext.contains(leaf) && matches!(table.subject, Subject::Person | Subject::Household) => {
                column.field = Some(format!("{}{leaf}", fields::EXT));
                "ext"
            }
            (None, None) => "none",
        };
        from.insert(column.path.clone(), from_whom);
    }
    if let Some(kept) = &kept {
        table.subject = kept.subject;
    }
    let table = table.mapped(&BTreeMap::new());
    Ok(Mapped { table, print, template: kept, from })
}

/// The header as it is drawn.
pub fn heads(table: &Template) -> Vec<SheetHead> {
    let head =
        |h: &app_tables::HeadCell| SheetHead { row: h.row, column: h.column, rows: h.rows, columns: h.columns, text: h.text.clone() };
    table.heads.iter().map(head).collect()
}

fn view(m: Mapped) -> SheetRead {
    let t = &m.table;
    let columns = t.columns.iter().map(|c| SheetColumn {
        path: c.path.clone(),
        header: c.header.clone(),
        letters: c.letters.clone(),
        at: c.at,
        field: c.field.clone(),
        label: c.field.as_deref().map(|f| fields::label(t.subject, f).label),
        from: (*m.from.get(&c.path).unwrap_or(&"none")).to_string(),
        formula: c.has_formula,
        samples: c.samples.clone(),
    });
    SheetRead {
        sheet: t.sheet.clone(),
        title: t.title.clone(),
        per: t.subject.name().into(),
        is_known: t.is_known || m.template.is_some(),
        header: HeaderRows { first: t.header_first, last: t.header_row },
        first_row: t.first_row,
        blank_rows: t.blank_rows(),
        body_rows: t.body_rows,
        footer_row: t.footer_row,
        print: m.print.clone(),
        template: m.template.as_ref().map(|k| k.record.to_string()),
        template_name: m.template.as_ref().map(|k| k.name.clone()),
        columns: columns.collect(),
        heads: heads(t),
    }
}
