//! A department's blank table, found out and filled.
//!
//! The header is read by the roster's synonym table backwards. Filling edits the sheet's own XML inside the workbook, so that layout,
//! styles, widths, merged cells and formulas stay; where there are more people than blank rows, rows are put in before the footer.
//! Everything goes in as text (an ID number keeps its digits, `=1+1` stays a text); only 序号 and 年龄 are numbers.

mod package;
mod sheet_xml;
mod shift;
#[cfg(test)]
mod tests;

use crate::archive;
use crate::error::ReadError;
use crate::headers::{self, Column, Field};
use crate::limits::{FILL_MAX_ROWS, SHEET_MAX_ROWS};
use crate::sheet::{self, Grid, column_letters};
use serde::Serialize;
use sheet_xml::{RowXml, SheetXml};
use shift::Shift;
use std::collections::BTreeMap;

/// A column of a blank table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TemplateColumn {
    /// 0-based.
    pub at: u32,
    pub letters: String,
    pub header: String,
    /// `None`: nothing known goes there.
    pub field: Option<&'static str>,
}

/// What a blank table wants. Rows are 1-based.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Template {
    pub sheet: String,
    /// The first text above the header.
    pub title: String,
    /// The last row of the header.
    pub header_row: u32,
    /// The first blank row.
    pub first_row: u32,
    /// The last blank row; `first_row - 1` when there is none.
    pub last_row: u32,
    /// The first row of the footer (合计, 填表人 …).
    pub footer_row: Option<u32>,
    pub columns: Vec<TemplateColumn>,
    /// Headers nothing known goes under.
    pub unknown_headers: Vec<String>,
}

impl Template {
    /// How many people the table has room for as it is.
    pub fn blank_rows(&self) -> u32 {
        self.last_row + 1 - self.first_row
    }
}

/// A cell that stayed empty because the fact is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EmptyCell {
    /// Index into the rows given.
    pub row_index: usize,
    /// The header.
    pub column: String,
    pub field: &'static str,
}

/// A filled table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    pub bytes: Vec<u8>,
    pub unknown_headers: Vec<String>,
    pub empty_cells: Vec<EmptyCell>,
}

const DAMAGED: &str = "表格文件已损坏或结构特殊,无法填写;请用 Excel 或 WPS 另存为 .xlsx 后再试";

/// Finds out a blank table: an XLSX whose first sheet with a header is the table.
///
/// Errors: `not_a_roster` (no header with known words), `empty_sheet`, `zip_bomb`, `too_large`, `bad_file`.
pub fn read_template(bytes: &[u8]) -> Result<Template, ReadError> {
    let (template, _) = open(bytes)?;
    Ok(template)
}

/// Fills the table with one row a map; keys are field names (`seq name sex birth_date id_number phone address …`).
///
/// A column with a formula keeps it. A missing or empty value leaves the cell as it is and is listed.
pub fn fill(bytes: &[u8], template: &Template, rows: &[BTreeMap<String, String>]) -> Result<Filled, ReadError> {
    let (found, mut xml) = open(bytes)?;
    if found != *template {
        return Err(ReadError::bad_file("表格与识别时的不是同一份,请重新选择文件"));
    }
    if rows.len() > FILL_MAX_ROWS || template.first_row as usize + rows.len() >= SHEET_MAX_ROWS as usize {
        return Err(ReadError::too_large(format!("一次最多填写 {FILL_MAX_ROWS} 行")));
    }
    let damaged = || ReadError::bad_file(DAMAGED);
    let wanted = rows.len() as u32;
    let shift = Shift { after: template.last_row, first: template.first_row, rows: wanted.saturating_sub(template.blank_rows()) };
    let moves_rows = shift.rows > 0;
    if moves_rows {
        xml.insert(shift, &template.sheet);
        xml.before = shift::surroundings(&xml.before, shift, &template.sheet).ok_or_else(damaged)?;
        xml.after = shift::surroundings(&xml.after, shift, &template.sheet).ok_or_else(damaged)?;
        xml.after = package::repeat_row_merges(&xml.after, xml.prefix(), shift);
    } else {
        xml.drop_results();
    }
    let mut empty_cells = Vec::new();
    for (row_index, values) in rows.iter().enumerate() {
        let prefix = xml.prefix().to_owned();
        let row = xml.row_mut(template.first_row + row_index as u32);
        for column in &template.columns {
            if let Some(field) = column.field
                && !write_cell(row, column.at, field, values, row_index, &prefix)
            {
                empty_cells.push(EmptyCell { row_index, column: column.header.clone(), field });
            }
        }
    }
    let bytes = package::with_sheet(bytes, &template.sheet, &xml.write(), moves_rows.then_some(shift))?;
    Ok(Filled { bytes, unknown_headers: template.unknown_headers.clone(), empty_cells })
}

/// Writes one value; false when it is not known. A formula and a number printed in advance stay.
fn write_cell(row: &mut RowXml, at: u32, field: &str, values: &BTreeMap<String, String>, row_index: usize, prefix: &str) -> bool {
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
    match value.parse::<u64>() {
        Ok(number) if matches!(field, "seq" | "age") && value.len() <= 9 => cell.set_number(number, prefix),
        _ => cell.set_text(&value, prefix),
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

fn open(bytes: &[u8]) -> Result<(Template, SheetXml), ReadError> {
    if !bytes.starts_with(b"PK") {
        return Err(ReadError::bad_file("只能填写 .xlsx 表格,请另存为 .xlsx 后再试"));
    }
    let grids = sheet::read_grids(bytes, "")?;
    if grids.iter().all(|grid| grid.row_count() == 0) {
        return Err(ReadError::empty_sheet("表格里没有内容"));
    }
    let found = grids
        .iter()
        .find_map(|grid| headers::find(grid).filter(|header| header.columns.iter().any(is_of_person)).map(|header| (grid, header)));
    let (grid, header) = found.ok_or_else(|| ReadError::not_a_roster("没有认出表头:至少要有姓名、身份证号、住址中的一列"))?;
    let mut archive = archive::open(bytes)?;
    let part = package::sheet_part(&mut archive, &grid.name)?;
    let text = archive::part_text(&mut archive, &part)?.ok_or_else(|| ReadError::bad_file(DAMAGED))?;
    let xml = SheetXml::parse(&text).ok_or_else(|| ReadError::bad_file(DAMAGED))?;
    let columns: Vec<TemplateColumn> = header.columns.iter().filter(|column| column.is_labelled).map(describe).collect();
    let seq = header.column(Field::Seq).map(|column| column.at);
    let (first_row, last_row, footer_row) = blank_rows(grid, &xml, header.last_row + 1, seq);
    let title = (0..header.first_row).flat_map(|row| (0..grid.column_count()).map(move |at| (row, at)));
    let title = title.map(|(row, at)| grid.cell(row, at).text().trim().to_owned()).find(|text| !text.is_empty()).unwrap_or_default();
    let unknown_headers = columns.iter().filter(|column| column.field.is_none()).map(|column| column.header.clone()).collect();
    let sheet = grid.name.clone();
    Ok((Template { sheet, title, header_row: header.last_row + 1, first_row, last_row, footer_row, columns, unknown_headers }, xml))
}

fn is_of_person(column: &Column) -> bool {
    matches!(column.field, Some(Field::Name | Field::HeadName | Field::IdNumber | Field::Address | Field::Door | Field::ContactName))
}

fn describe(column: &Column) -> TemplateColumn {
    TemplateColumn { at: column.at, letters: column_letters(column.at), header: column.header.clone(), field: column.field.map(Field::key) }
}

/// The blank rows under a header that ends at the 1-based `header_row`: (first, last, footer). Rows that hold nothing but a number in
/// 序号 or formulas are blank. Column numbers and remarks right under the header belong to it.
fn blank_rows(grid: &Grid, xml: &SheetXml, header_row: u32, seq: Option<u32>) -> (u32, u32, Option<u32>) {
    let is_blank = |number: u32| {
        (0..grid.column_count()).all(|at| {
            let has_formula = || xml.row(number).and_then(|row| row.cell(at)).is_some_and(sheet_xml::CellXml::has_formula);
            let cell = grid.cell(number - 1, at);
            let is_printed_number = Some(at) == seq && cell.text().trim().parse::<u32>().is_ok();
            cell.is_blank() || is_printed_number || has_formula()
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
