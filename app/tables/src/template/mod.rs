//! A department's blank table, found out and filled.
//!
//! Each sheet is found out on its own: what a row is about, its header over as many rows as it has, the blank rows beneath, the footer. Filling
//! edits the sheet's own XML inside the workbook, so that layout, styles, widths, merged cells, validations and formulas stay; where there are
//! more rows than blank ones, rows are put in before the footer, and what names them anywhere in the workbook follows. Everything goes in as text
//! (an ID number keeps its digits, `=1+1` stays a text); only counts are numbers, and days where the cell shows dates.

mod formats;
mod listing;
mod package;
mod sheet_xml;
mod shift;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod wide_tests;

pub use listing::with_unfilled;

use crate::archive;
use crate::error::ReadError;
use crate::headers::{self, Header};
use crate::limits::{FILL_MAX_ROWS, SHEET_MAX_ROWS};
use crate::sheet::{self, Grid, column_letters};
use crate::subjects::{self, Subject};
use formats::DateStyles;
use serde::Serialize;
use sheet_xml::{RowXml, SheetXml};
use shift::Shift;
use std::collections::{BTreeMap, HashSet};

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TemplateColumn {
    /// 0-based.
    pub at: u32,
    pub letters: String,
    pub header: String,
    /// The labels over it joined by `›`, the same for the same layout whatever its title; a repeated one has its number behind it.
    pub path: String,
    /// `None`: nothing known goes there.
    pub field: Option<String>,
    /// The column computes itself; nothing is put in.
    pub has_formula: bool,
    /// What stands in the first rows beneath, as a person sees it.
    pub samples: Vec<String>,
}

/// A cell of a header as it is drawn. Rows and columns count from the header's first cell, 0-based.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeadCell {
    pub row: u32,
    pub column: u32,
    pub rows: u32,
    pub columns: u32,
    pub text: String,
}

/// What a sheet wants. Rows are 1-based.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Template {
    pub sheet: String,
    /// The first text above the header.
    pub title: String,
    /// One row per this.
    pub subject: Subject,
    /// Found by known words; otherwise only by how it is drawn.
    pub is_known: bool,
    /// The first row of the header.
    pub header_first: u32,
    /// The last row of the header.
    pub header_row: u32,
    /// The first blank row.
    pub first_row: u32,
    /// The last blank row; `first_row - 1` when there is none.
    pub last_row: u32,
    /// The first row of the footer (合计, 填表人 …).
    pub footer_row: Option<u32>,
    /// Filled rows beneath the header, for a table that is read and not filled.
    pub body_rows: u32,
    pub columns: Vec<TemplateColumn>,
    pub heads: Vec<HeadCell>,
    /// Headers nothing known goes under.
    pub unknown_headers: Vec<String>,
}

impl Template {
    /// How many rows the table has room for as it is.
    pub fn blank_rows(&self) -> u32 {
        self.last_row + 1 - self.first_row
    }

    /// What the layout is known by again: its columns in order, without title, dates or what stands in it.
    pub fn layout(&self) -> String {
        self.columns.iter().map(|column| column.path.as_str()).collect::<Vec<_>>().join("\u{1f}")
    }

    /// The same table with columns as a person fixed them, by path; an empty field is left empty.
    pub fn mapped(mut self, columns: &BTreeMap<String, String>) -> Template {
        for column in &mut self.columns {
            if let Some(field) = columns.get(&column.path) {
                column.field = Some(field.clone()).filter(|field| !field.is_empty());
            }
        }
        self.unknown_headers = unknown(&self.columns);
        self
    }
}

/// How a sheet is read, where a person says it.
#[derive(Debug, Clone, Default)]
pub struct SheetHint {
    /// First and last row of the header, 1-based.
    pub header: Option<(u32, u32)>,
    pub subject: Option<Subject>,
}

/// A cell that stayed empty because the fact is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EmptyCell {
    /// Index into the rows given.
    pub row_index: usize,
    /// The header.
    pub column: String,
    pub field: String,
}

/// A filled table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    pub bytes: Vec<u8>,
    pub unknown_headers: Vec<String>,
    pub empty_cells: Vec<EmptyCell>,
    /// Cells whose formula could not follow the rows that were put in: one formula shared over several columns.
    pub left_formulas: Vec<String>,
}

const DAMAGED: &str = "表格文件已损坏或结构特殊,无法填写;请用 Excel 或 WPS 另存为 .xlsx 后再试";
/// Texts shown of a column.
const SAMPLES_MAX: usize = 3;
/// Bytes of a path: it is the name of a key later.
const PATH_BYTES_MAX: usize = 90;
/// Fields that are counts: numbers in a table.
const NUMBERS: &[&str] = &["seq", "age", "people", "count", "households", "floors"];

/// Finds out a blank table: an XLSX whose first sheet with a known header is the table.
///
/// Errors: `not_a_roster` (no header with known words), `empty_sheet`, `zip_bomb`, `too_large`, `bad_file`.
pub fn read_template(bytes: &[u8]) -> Result<Template, ReadError> {
    let sheets = read_templates(bytes, &Subject::FILLED, &BTreeMap::new())?;
    let known = sheets.into_iter().find(|sheet| sheet.is_known);
    known.ok_or_else(|| ReadError::not_a_roster("没有认出表头:至少要有姓名、户主、住址、事项中的一列"))
}

/// Finds out every sheet of a blank workbook that has a header, known or only drawn.
///
/// Errors: `empty_sheet`, `zip_bomb`, `too_large`, `bad_file`.
pub fn read_templates(bytes: &[u8], among: &[Subject], hints: &BTreeMap<String, SheetHint>) -> Result<Vec<Template>, ReadError> {
    if !bytes.starts_with(b"PK") {
        return Err(ReadError::bad_file("只能填写 .xlsx 表格,请另存为 .xlsx 后再试"));
    }
    let grids = sheet::read_grids(bytes, "")?;
    if grids.iter().all(|grid| grid.row_count() == 0) {
        return Err(ReadError::empty_sheet("表格里没有内容"));
    }
    let mut found = Vec::new();
    for grid in &grids {
        let hint = hints.get(&grid.name).cloned().unwrap_or_default();
        if let Some((subject, is_known, header)) = header_of(grid, among, &hint) {
            let xml = open(bytes, &grid.name)?;
            found.push(describe(grid, &xml, subject, is_known, &header));
        }
    }
    Ok(found)
}

/// Finds out every sheet of a table that is read: XLSX, XLS or text. Every row beneath the header counts as filled.
///
/// Errors: `empty_sheet`, `bad_encoding`, `zip_bomb`, `too_large`, `bad_file`.
pub fn read_tables(
    bytes: &[u8],
    file_name: &str,
    among: &[Subject],
    hints: &BTreeMap<String, SheetHint>,
) -> Result<Vec<Template>, ReadError> {
    let grids = sheet::read_grids(bytes, file_name)?;
    if grids.iter().all(|grid| grid.row_count() == 0) {
        return Err(ReadError::empty_sheet("表格里没有内容"));
    }
    let nothing = SheetXml::default();
    let mut found = Vec::new();
    for grid in &grids {
        let hint = hints.get(&grid.name).cloned().unwrap_or_default();
        if let Some((subject, is_known, header)) = header_of(grid, among, &hint) {
            found.push(describe(grid, &nothing, subject, is_known, &header));
        }
    }
    Ok(found)
}

/// The header of a sheet: where a person said it stands, else where its words do, else where one is drawn.
pub(crate) fn header_of(grid: &Grid, among: &[Subject], hint: &SheetHint) -> Option<(Subject, bool, Header<&'static str>)> {
    let phone = |field: &str| field == "phone";
    let at = |subject: Subject, first: u32, last: u32| {
        headers::read_as(grid, first, last, &|path: &[String]| subject.field_of(path), &|field: &'static str| phone(field))
    };
    if let Some((first, last)) =
        hint.header.filter(|(first, last)| *first >= 1 && first <= last && last - first < 6 && *last <= grid.row_count())
    {
        let best = |among: &[Subject]| among.iter().copied().max_by_key(|subject| at(*subject, first - 1, last - 1).score());
        let subject = hint.subject.or_else(|| best(among))?;
        let header = at(subject, first - 1, last - 1);
        return Some((subject, header.score() > 0, header));
    }
    let guessed = match hint.subject {
        Some(subject) => subject.find(grid).map(|header| (subject, header)),
        None => subjects::guess(grid, among),
    };
    if let Some((subject, header)) = guessed {
        return Some((subject, true, header));
    }
    let (first, last) = headers::find_drawn(grid)?;
    let subject = hint.subject.or_else(|| among.first().copied())?;
    Some((subject, false, at(subject, first, last)))
}

/// Fills the table with one row a map; keys are the fields of its columns.
///
/// A column with a formula keeps it. A missing or empty value leaves the cell as it is and is listed.
///
/// Errors: `bad_file` when it is not the table that was found out, `too_large`.
pub fn fill(bytes: &[u8], template: &Template, rows: &[BTreeMap<String, String>]) -> Result<Filled, ReadError> {
    let hint = SheetHint { header: Some((template.header_first, template.header_row)), subject: Some(template.subject) };
    let hints = BTreeMap::from([(template.sheet.clone(), hint)]);
    let found = read_templates(bytes, &[template.subject], &hints)?;
    let is_same = |found: &Template| {
        found.sheet == template.sheet
            && found.layout() == template.layout()
            && (found.first_row, found.last_row) == (template.first_row, template.last_row)
    };
    if !found.iter().any(is_same) {
        return Err(ReadError::bad_file("表格与识别时的不是同一份,请重新选择文件"));
    }
    let mut xml = open(bytes, &template.sheet)?;
    if rows.len() > FILL_MAX_ROWS || template.first_row as usize + rows.len() >= SHEET_MAX_ROWS as usize {
        return Err(ReadError::too_large(format!("一次最多填写 {FILL_MAX_ROWS} 行")));
    }
    let dates = package::date_styles(&mut archive::open(bytes)?)?;
    let damaged = || ReadError::bad_file(DAMAGED);
    let wanted = rows.len() as u32;
    let shift = Shift { after: template.last_row, first: template.first_row, rows: wanted.saturating_sub(template.blank_rows()) };
    let moves_rows = shift.rows > 0;
    // what is merged over several rows of the table is its author's
    let kept = columns_merged_down(&xml.after, template);
    let mut left_formulas = Vec::new();
    if moves_rows {
        left_formulas = xml.insert(shift, &template.sheet);
        xml.before = shift::surroundings(&xml.before, shift, &template.sheet).ok_or_else(damaged)?;
        xml.after = shift::surroundings(&xml.after, shift, &template.sheet).ok_or_else(damaged)?;
        xml.after = package::repeat_row_merges(&xml.after, xml.prefix(), shift);
    } else {
        xml.drop_results();
    }
    let mut empty_cells = Vec::new();
    let prefix = xml.prefix().to_owned();
    for (row_index, values) in rows.iter().enumerate() {
        let row = xml.row_mut(template.first_row + row_index as u32);
        for column in template.columns.iter().filter(|column| !kept.contains(&column.at)) {
            if let Some(field) = &column.field
                && !write_cell(row, column.at, field, values, row_index, &Pen { prefix: &prefix, dates: &dates })
            {
                empty_cells.push(EmptyCell { row_index, column: column.header.clone(), field: field.clone() });
            }
        }
    }
    let bytes = package::with_sheet(bytes, &template.sheet, &xml.write(), moves_rows.then_some(shift))?;
    Ok(Filled { bytes, unknown_headers: template.unknown_headers.clone(), empty_cells, left_formulas })
}

/// Columns with a cell that is merged over several rows of the table.
fn columns_merged_down(after: &str, template: &Template) -> HashSet<u32> {
    let within = |row: u32| (template.first_row..=template.last_row).contains(&row);
    package::merges(after)
        .into_iter()
        .filter(|(top, bottom, ..)| within(*top) && bottom > top)
        .flat_map(|(_, _, left, right)| left..=right)
        .collect()
}

/// What is needed to write a cell of this workbook.
struct Pen<'a> {
    prefix: &'a str,
    dates: &'a DateStyles,
}

/// Writes one value; false when it is not known. A formula and a number printed in advance stay.
fn write_cell(row: &mut RowXml, at: u32, field: &str, values: &BTreeMap<String, String>, row_index: usize, pen: &Pen<'_>) -> bool {
    let is_taken = row.cell(at).is_some_and(|cell| cell.has_formula() || (field == "seq" && !cell.inner.is_empty()));
    if is_taken {
        return true;
    }
    let value = match value_of(field, values) {
        Some(value) => value,
        None if field == "seq" => (row_index + 1).to_string(),
        None => return false,
    };
    let cell = row.cell_mut(at);
    let counted = value.parse::<u32>().ok().filter(|_| NUMBERS.contains(&field) && value.len() <= 9);
    match counted.map(f64::from).or_else(|| pen.dates.number(cell.style(), &value)) {
        Some(number) => cell.set_number(number, pen.prefix),
        None => cell.set_text(&value, pen.prefix),
    }
    true
}

/// The value of a field, made of others where they say it.
fn value_of(field: &str, values: &BTreeMap<String, String>) -> Option<String> {
    let get = |key: &str| values.get(key).map(|value| value.trim()).filter(|value| !value.is_empty());
    if let Some(value) = get(field) {
        return Some(value.to_owned());
    }
    match field {
        // 1949-12-31 → 1949.12
        "birth_month" => get("birth_date").and_then(|date| date.get(..7)).map(|month| month.replace('-', ".")),
        "address" => {
            let (building, door) = (get("building")?, get("door")?);
            let building =
                if building.bytes().all(|byte| byte.is_ascii_alphanumeric()) { format!("{building}号楼") } else { building.to_owned() };
            let unit = get("unit").map(|unit| format!("{unit}单元")).unwrap_or_default();
            Some(format!("{}{building}{unit}{door}", get("estate").unwrap_or_default()))
        }
        _ => None,
    }
}

/// The XML of a sheet.
fn open(bytes: &[u8], sheet: &str) -> Result<SheetXml, ReadError> {
    let mut archive = archive::open(bytes)?;
    let part = package::sheet_part(&mut archive, sheet)?;
    let text = archive::part_text(&mut archive, &part)?.ok_or_else(|| ReadError::bad_file(DAMAGED))?;
    SheetXml::parse(&text).ok_or_else(|| ReadError::bad_file(DAMAGED))
}

fn describe(grid: &Grid, xml: &SheetXml, subject: Subject, is_known: bool, header: &Header<&'static str>) -> Template {
    let seq = header.column("seq").map(|column| column.at);
    let (first_row, last_row, footer_row) = blank_rows(grid, xml, header.last_row + 1, seq);
    let has_formula = |at: u32| {
        let rows = first_row..=last_row.max(first_row);
        rows.take(2).any(|number| xml.row(number).and_then(|row| row.cell(at)).is_some_and(sheet_xml::CellXml::has_formula))
    };
    let body: Vec<u32> = (header.last_row + 1..grid.row_count()).filter(|row| !grid.is_blank_row(*row)).collect();
    let samples = |at: u32| {
        let texts = body.iter().map(|row| grid.cell(*row, at).text().trim().chars().take(40).collect::<String>());
        texts.filter(|text| !text.is_empty()).take(SAMPLES_MAX).collect()
    };
    let labelled = header.columns.iter().filter(|column| column.is_labelled);
    let columns: Vec<TemplateColumn> = labelled
        .zip(paths(&header.columns))
        .map(|(column, path)| TemplateColumn {
            at: column.at,
            letters: column_letters(column.at),
            header: column.header.clone(),
            path,
            field: column.field.map(str::to_owned),
            has_formula: has_formula(column.at),
            samples: samples(column.at),
        })
        .collect();
    let title = (0..header.first_row).flat_map(|row| (0..grid.column_count()).map(move |at| (row, at)));
    let title = title.map(|(row, at)| grid.cell(row, at).text().trim().to_owned()).find(|text| !text.is_empty()).unwrap_or_default();
    Template {
        sheet: grid.name.clone(),
        title,
        subject,
        is_known,
        header_first: header.first_row + 1,
        header_row: header.last_row + 1,
        first_row,
        last_row,
        footer_row,
        body_rows: body.len() as u32,
        heads: heads(grid, header),
        unknown_headers: unknown(&columns),
        columns,
    }
}

fn unknown(columns: &[TemplateColumn]) -> Vec<String> {
    columns.iter().filter(|column| column.field.is_none() && !column.has_formula).map(|column| column.header.clone()).collect()
}

/// The labels over a column as one name that a key can hold.
fn path_of(labels: &[String]) -> String {
    let mut path = String::new();
    for label in labels {
        let plain: String = label.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
        let plain = shared_model::codes::fold_width(&plain).replace('/', "／").replace('=', "＝");
        if !path.is_empty() {
            path.push('›');
        }
        path.push_str(&plain);
    }
    let mut end = path.len().min(PATH_BYTES_MAX);
    while !path.is_char_boundary(end) {
        end -= 1;
    }
    path.truncate(end);
    path
}

/// The names of the labelled columns, in order; a repeated one has its number behind it.
pub(crate) fn paths<F>(columns: &[headers::Column<F>]) -> Vec<String> {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let labelled = columns.iter().filter(|column| column.is_labelled);
    labelled
        .map(|column| {
            let path = path_of(&column.path);
            let n = seen.entry(path.clone()).or_insert(0);
            *n += 1;
            if *n > 1 { format!("{path}#{n}") } else { path }
        })
        .collect()
}

/// The header as it is drawn.
fn heads(grid: &Grid, header: &Header<&'static str>) -> Vec<HeadCell> {
    let mut out = Vec::new();
    for row in header.first_row..=header.last_row {
        for at in 0..grid.column_count() {
            if grid.anchor(row, at).is_some_and(|(top, _)| top >= header.first_row) {
                continue;
            }
            let merge = grid.merge_at(row, at);
            let (bottom, right) = merge.map_or((row, at), |m| (m.bottom.min(header.last_row), m.right));
            let text = grid.cell(row, at).text().split_whitespace().collect::<String>();
            out.push(HeadCell { row: row - header.first_row, column: at, rows: bottom - row + 1, columns: right - at + 1, text });
        }
    }
    out
}

/// The blank rows under a header that ends at the 1-based `header_row`: (first, last, footer). Rows that hold nothing but a number in
/// 序号 or formulas are blank, and so are those beside a cell merged over several of them. Column numbers and remarks right under the header
/// belong to it.
fn blank_rows(grid: &Grid, xml: &SheetXml, header_row: u32, seq: Option<u32>) -> (u32, u32, Option<u32>) {
    let is_blank = |number: u32| {
        (0..grid.column_count()).all(|at| {
            let has_formula = || xml.row(number).and_then(|row| row.cell(at)).is_some_and(sheet_xml::CellXml::has_formula);
            let cell = grid.cell(number - 1, at);
            let is_printed_number = Some(at) == seq && cell.text().trim().parse::<u32>().is_ok();
            let is_tall = || {
                let merge = grid.merge_at(number - 1, at);
                merge.is_some_and(|m| m.bottom > m.top && (m.right - m.left + 1) * 2 <= grid.column_count())
            };
            cell.is_blank() || is_printed_number || has_formula() || is_tall()
        })
    };
    let end = xml.rows.last().map_or(0, |row| row.number).max(grid.row_count());
    let mut first = header_row + 1;
    while first <= end && !is_blank(first) && (first + 1..=end).any(is_blank) && is_part_of_header(grid, first - 1) {
        first += 1;
    }
    let footer = (first..=end).find(|number| !is_blank(*number));
    let mut last = footer.map_or(end, |footer| footer - 1);
    // A row that is drawn is part of the table, one that is not is room before the footer.
    let is_drawn = |number: u32| xml.row(number).is_some_and(|row| !row.cells.is_empty());
    if (first..=last).any(is_drawn) {
        while !is_drawn(last) {
            last -= 1;
        }
    }
    (first, last.max(first - 1), footer)
}

fn is_part_of_header(grid: &Grid, row: u32) -> bool {
    let texts: Vec<String> =
        (0..grid.column_count()).map(|at| grid.cell(row, at).text().trim().to_owned()).filter(|text| !text.is_empty()).collect();
    let is_counting = texts.len() >= 3
        && texts.windows(2).all(|pair| matches!((pair[0].parse::<u32>(), pair[1].parse::<u32>()), (Ok(a), Ok(b)) if b == a + 1));
    let is_hint =
        texts.iter().all(|text| ["(", "（", "填", "必填", "选填", "如", "例", "示例", "格式"].iter().any(|word| text.starts_with(word)));
    is_counting || is_hint
}
