//! A ledger as a file. Masked unless a reason is given: numbers and telephones keep their ends, what is private is starred, and the file says
//! who made it, when and where. Written in portions as long work; the line of the log is written before the file is handed out.

use super::cells::{self, Cell};
use super::columns::{self, Column, Reader, Ty};
use super::query::{self, Looking};
use crate::commands::settings;
use crate::commands::units::Tree;
use crate::commands::visits::new_id;
use crate::engine::{Engine, Open};
use crate::error::{CoreError, Result};
use crate::jobs::{self, Step, Work};
use crate::project::{day_of, local};
use crate::workspace::{self, Intent, KeyEdit};
use app_tables::{BookCell, BookSheet, BookWriter, csv_line, file_name};
use base64::Engine as _;
use rusqlite::Connection;
use serde_json::{Map, Value as Json, json};
use shared_model::Class;
use shared_model::codes::id_number;
use shared_model::commands::{ExportLedgerArgs, JobView, MadeFile};
use shared_model::ledger::{EXPORT_ROWS_MAX, MASK, Op, SET_MAX, View, masked_phone};
use shared_model::records::Kind;
use std::collections::BTreeSet;
use std::path::Path;
use uuid::Uuid;

/// Rows of one portion.
const PORTION_ROWS: usize = 500;
/// A reason in the log, bytes.
const REASON_BYTES_MAX: usize = 600;

/// What a file is written as.
enum Writing {
    Xlsx(Box<BookWriter>),
    Csv(String),
    GeoJson { text: String, count: u32, without: u32 },
}

struct Export {
    args: ExportLedgerArgs,
    columns: Vec<Column>,
    ids: Vec<Uuid>,
    at: usize,
    rows: u32,
    is_masked: bool,
    writing: Option<Writing>,
    name: String,
}

/// `export_ledger`
pub fn export(engine: &Engine, args: ExportLedgerArgs) -> Result<JobView> {
    engine.with(|o| Reader::of(&o.db, &o.me)?.need_office("导出台账"))?;
    let work = engine.with(|o| Export::begin(o, args, engine.now_ms()))?;
    let total = work.ids.len() as u64;
    match &work.args.out {
        None => jobs::start(engine, "export_ledger", total, Box::new(work)),
        Some(_) => {
            let result = jobs::run_to_end(engine, Box::new(work))?;
            Ok(JobView { what: "export_ledger".into(), state: "done".into(), done: total, total, result, ..JobView::default() })
        }
    }
}

/// The reason that unmasked rows need; `None` where they are masked.
///
/// # Errors
/// `invalid_args`.
pub fn reason_for(is_masked: bool, reason: Option<&str>) -> Result<Option<String>> {
    let reason = reason.map(str::trim).filter(|r| !r.is_empty());
    match reason {
        None if !is_masked => Err(CoreError::args("不遮盖地导出，要写一个理由；理由会记下来。").at("reason")),
        Some(r) if r.len() > REASON_BYTES_MAX => Err(CoreError::args("理由写短一些。").at("reason")),
        reason => Ok(reason.map(str::to_string)),
    }
}

/// A cell as it goes out.
pub fn outward(column: &Column, cell: &Cell, is_masked: bool) -> String {
    match (cell, is_masked && column.is_masked()) {
        (Cell::None, _) => String::new(),
        (_, false) => cells::to_text(column, cell),
        (Cell::Text(t), true) if column.ty == Ty::IdNumber => id_number::mask(t),
        (Cell::Text(t), true) if column.ty == Ty::Phone => masked_phone(t),
        (_, true) => MASK.to_string(),
    }
}

/// Who exports, from where and when: the first line of a file and the head of every page.
///
/// # Errors
/// Of the store.
pub fn mark(o: &Open, now: i64) -> Result<String> {
    let unit = settings::own_unit(&o.db, &o.me).unwrap_or(o.me.unit);
    let unit = Tree::read(&o.db)?.name(unit);
    Ok(format!("{unit} {} {} 导出，仅供工作使用", o.me.name, local(now).format("%Y-%m-%d %H:%M")))
}

impl Export {
    fn begin(o: &mut Open, mut args: ExportLedgerArgs, now: i64) -> Result<Export> {
        let ending = args.out.as_deref().and_then(|p| Path::new(p).extension()?.to_str().map(str::to_ascii_lowercase));
        let format = ending.or(args.format.clone()).unwrap_or_else(|| "xlsx".into());
        let is_masked = args.masked.unwrap_or(true);
        let reason = reason_for(is_masked, args.reason.take().as_deref())?;
        let mut ids = query::ids(o, &args.kind, &args.view, now)?;
        if let Some(only) = &args.ids {
            if only.len() > SET_MAX {
                return Err(CoreError::new("too_large", format!("一次最多挑 {SET_MAX} 行导出。")).at("ids"));
            }
            let only: BTreeSet<Uuid> = only.iter().filter_map(|id| Uuid::parse_str(id).ok()).collect();
            ids.retain(|id| only.contains(id));
        }
        if ids.len() > EXPORT_ROWS_MAX {
            return Err(CoreError::new("too_large", format!("一次最多导出 {EXPORT_ROWS_MAX} 行，请先筛选。")));
        }
        let look = Looking::at(o, &args.kind, now)?;
        let (columns, def) = (look.shown(&args.view)?, look.ledger.kind.def());
        let mark = if is_masked { mark(o, now)? } else { String::new() };
        let headers: Vec<String> = columns.iter().map(|c| c.zh.to_string()).collect();
        let title = format!("{}台账", def.zh);
        let writing = match format.as_str() {
            "xlsx" => {
                let mut book = BookWriter::new();
                let widths = columns.iter().map(|c| c.width()).collect();
                book.sheet(BookSheet { title: title.clone(), note: mark.clone(), headers, widths, mark, is_portrait: false })?;
                Writing::Xlsx(Box::new(book))
            }
            "csv" => {
                let mut text = String::from("\u{feff}");
                if !mark.is_empty() {
                    csv_line(&mut text, &[mark]);
                }
                csv_line(&mut text, &headers);
                Writing::Csv(text)
            }
            "geojson" if look.ledger.place.is_some() => {
                let text = format!(
                    r#"{{"type":"FeatureCollection","name":{},"note":{},"features":["#,
                    Json::from(title.clone()),
                    Json::from(mark)
                );
                Writing::GeoJson { text, count: 0, without: 0 }
            }
            "geojson" => return Err(CoreError::args("这种台账没有位置，不能导出成 GeoJSON。").at("format")),
            _ => return Err(CoreError::args("导出成 xlsx、csv 或 geojson。").at(if args.out.is_some() { "out" } else { "format" })),
        };
        let name = file_name(&format!("{title}-{}.{format}", day_of(now)));
        args.format = Some(format);
        args.reason = reason;
        Ok(Export { args, columns, ids, at: 0, rows: 0, is_masked, writing: Some(writing), name })
    }

    fn text(&self, column: &Column, cell: &Cell) -> String {
        outward(column, cell, self.is_masked)
    }

    fn portion(&mut self, o: &Open, now: i64) -> Result<()> {
        let end = (self.at + PORTION_ROWS).min(self.ids.len());
        let ids = &self.ids[self.at..end];
        let found = query::read_rows(o, &self.args.kind, &self.columns, ids, now)?;
        let mut writing = self.writing.take().ok_or_else(|| CoreError::new("server_error", "表格没能写成。"))?;
        match &mut writing {
            Writing::Xlsx(book) => {
                for (_, _, line) in &found {
                    let cells: Vec<BookCell<'_>> = self.columns.iter().zip(line).map(|(c, cell)| self.typed(c, cell)).collect();
                    book.row(&cells)?;
                }
            }
            Writing::Csv(text) => {
                for (_, _, line) in &found {
                    let fields: Vec<String> = self.columns.iter().zip(line).map(|(c, cell)| self.text(c, cell)).collect();
                    csv_line(text, &fields);
                }
            }
            Writing::GeoJson { text, count, without } => {
                let places = places(o, &self.args.kind, &found.iter().map(|r| r.0).collect::<Vec<_>>(), now)?;
                for ((_, _, line), place) in found.iter().zip(places) {
                    let Some((lng, lat)) = place else {
                        *without += 1;
                        continue;
                    };
                    let properties: Map<String, Json> =
                        self.columns.iter().zip(line).map(|(c, cell)| (c.zh.to_string(), Json::String(self.text(c, cell)))).collect();
                    let feature =
                        json!({ "type": "Feature", "geometry": { "type": "Point", "coordinates": [lng, lat] }, "properties": properties });
                    if *count > 0 {
                        text.push(',');
                    }
                    text.push_str(&feature.to_string());
                    *count += 1;
                }
            }
        }
        self.rows += u32::try_from(found.len()).unwrap_or(0);
        self.writing = Some(writing);
        self.at = end;
        Ok(())
    }

    fn typed(&self, column: &Column, cell: &Cell) -> BookCell<'static> {
        let masked = self.is_masked && column.is_masked();
        match cell {
            Cell::None => BookCell::Empty,
            Cell::Int(n) if !masked => BookCell::Number(*n),
            Cell::Day(d) if !masked => d.parse().map_or_else(|_| BookCell::Text(d.clone().into()), BookCell::Day),
            Cell::Time(ms) if !masked => BookCell::Moment(local(*ms).naive_local()),
            _ => BookCell::Text(self.text(column, cell).into()),
        }
    }

    /// The line of the log, then the file.
    fn end(&mut self, engine: &Engine) -> Result<Json> {
        let (bytes, without) = match self.writing.take() {
            Some(Writing::Xlsx(book)) => (book.finish()?, 0),
            Some(Writing::Csv(text)) => (text.into_bytes(), 0),
            Some(Writing::GeoJson { mut text, without, .. }) => {
                text.push_str("]}\n");
                (text.into_bytes(), without)
            }
            None => return Err(CoreError::new("server_error", "表格没能写成。")),
        };
        let zh = columns::find(&self.args.kind)?.kind.def().zh;
        let fields: Vec<&str> = self.columns.iter().map(|c| c.key).collect();
        let log = Logged {
            what: format!("{zh}台账"),
            format: self.args.format.clone().unwrap_or_default(),
            filter: told(&self.args.view, &self.columns),
            count: self.rows,
            fields: &fields,
            is_masked: self.is_masked,
            reason: self.args.reason.clone(),
        };
        log.write(engine)?;
        let file = made(&self.name, &bytes, self.args.out.as_deref(), self.rows, without)?;
        serde_json::to_value(file).map_err(|_| CoreError::new("server_error", "回答写不出来。"))
    }
}

impl Work for Export {
    fn step(&mut self, engine: &Engine) -> Result<Step> {
        let now = engine.now_ms();
        if self.at < self.ids.len() {
            engine.with(|o| {
                if columns::find(&self.args.kind)?.has_cases() {
                    // another screen may have asked for another ledger meanwhile
                    query::refresh(o, &self.args.kind, &self.args.view, now)?;
                }
                self.portion(o, now)
            })?;
            return Ok(Step::More { done: self.at as u64, total: self.ids.len() as u64 });
        }
        Ok(Step::Done(self.end(engine)?))
    }
}

/// A file, written where it was asked for or given back.
///
/// # Errors
/// Of the file system.
pub fn made(name: &str, bytes: &[u8], out: Option<&str>, rows: u32, without_place: u32) -> Result<MadeFile> {
    let (mut file, mut data) = (None, None);
    match out {
        Some(path) => {
            std::fs::write(path, bytes)?;
            file = Some(path.to_string());
        }
        None => data = Some(base64::engine::general_purpose::STANDARD.encode(bytes)),
    }
    Ok(MadeFile { name: name.to_string(), file, data, rows, without_place })
}

/// An export as the log keeps it.
pub struct Logged<'a> {
    pub what: String,
    pub format: String,
    pub filter: String,
    pub count: u32,
    pub fields: &'a [&'a str],
    pub is_masked: bool,
    pub reason: Option<String>,
}

impl Logged<'_> {
    /// Writes it: a record that the offices share, and a line in this device's own log.
    ///
    /// # Errors
    /// `not_allowed`, or of the store; then nothing is handed out.
    pub fn write(self, engine: &Engine) -> Result<()> {
        let (now, id) = (engine.now_ms(), new_id(engine));
        let (_, changed) = engine.with(|o| {
            let unit = settings::own_unit(&o.db, &o.me)?;
            workspace::change(&mut o.db, &o.me, now, |w| {
                let mut edits = vec![
                    KeyEdit::put("what", self.what.clone()),
                    KeyEdit::put("format", self.format),
                    KeyEdit::put("count", i64::from(self.count)),
                    KeyEdit::put("masked", self.is_masked),
                    KeyEdit::put("at", now),
                ];
                if !self.filter.is_empty() {
                    edits.push(KeyEdit::put("filter", self.filter));
                }
                if let Some(reason) = self.reason {
                    edits.push(KeyEdit::put("reason", reason));
                }
                edits.extend(self.fields.iter().map(|key| KeyEdit::put(&format!("fields/{key}"), true)));
                let mut intent = Intent::new("export_ledger", format!("导出{}", self.what), None);
                intent.record(unit, id, Kind::Export, Class::Office, edits)?;
                w.command(intent)?;
                let words = format!("导出{}：{} 行{}", self.what, self.count, if self.is_masked { "" } else { "，未遮盖" });
                own_line(w.tx, now, &words)?;
                Ok(())
            })
        })?;
        engine.raise(&changed);
        Ok(())
    }
}

/// A line in this device's own log.
///
/// # Errors
/// Of the store.
pub fn own_line(db: &Connection, now: i64, words: &str) -> Result<()> {
    db.execute("insert into own_log (at, what, words) values (?1, 'export', ?2)", rusqlite::params![now, words])?;
    Ok(())
}

/// A view in words for the log. What somebody typed to find a person stays out of it: the log outlives the record.
pub fn told(view: &View, columns: &[Column]) -> String {
    let name = |key: &str| columns.iter().find(|c| c.key == key).map_or_else(|| key.to_string(), |c| c.zh.to_string());
    let mut parts: Vec<String> = view
        .filter
        .iter()
        .map(|f| {
            let is_open = columns
                .iter()
                .any(|c| c.key == f.column && matches!(c.ty, Ty::Code(_) | Ty::Bool | Ty::Date | Ty::Int | Ty::Due | Ty::Time));
            let values = if is_open { f.values.join("、") } else { "…".into() };
            match f.op {
                Op::Is => format!("{} 是 {values}", name(&f.column)),
                Op::Not => format!("{} 不是 {values}", name(&f.column)),
                Op::Has => format!("{} 含 {values}", name(&f.column)),
                Op::Empty => format!("{} 为空", name(&f.column)),
                Op::Filled => format!("{} 不为空", name(&f.column)),
                Op::AtMost => format!("{} ≤ {values}", name(&f.column)),
                Op::AtLeast => format!("{} ≥ {values}", name(&f.column)),
            }
        })
        .collect();
    if view.unit.as_deref().is_some_and(|u| !u.is_empty()) {
        parts.push("一个单元".into());
    }
    if view.q.as_deref().is_some_and(|q| !q.trim().is_empty()) {
        parts.push("按字查找".into());
    }
    parts.join("；")
}

/// Where each of these stands, degrees of WGS-84.
fn places(o: &Open, name: &str, ids: &[Uuid], now: i64) -> Result<Vec<Option<(f64, f64)>>> {
    let look = Looking::at(o, name, now)?;
    let Some((lng, lat)) = look.ledger.place else { return Ok(vec![None; ids.len()]) };
    let sql = look.sql(&[lng.to_string(), lat.to_string()], "t.record = ?9");
    let mut q = o.db.prepare_cached(&sql)?;
    let mut out = Vec::with_capacity(ids.len());
    for id in ids {
        let at: (Option<i64>, Option<i64>) = q.query_row([id], |r| Ok((r.get(0)?, r.get(1)?)))?;
        #[allow(clippy::cast_precision_loss)] // seven decimals of a degree fit
        out.push(at.0.zip(at.1).map(|(lng, lat)| (lng as f64 / 1e7, lat as f64 / 1e7)));
    }
    Ok(out)
}
