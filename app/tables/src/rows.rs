//! Any table read row by row under a header that a person has confirmed: each cell to the field of its column, the rest beside it. What a row
//! becomes is decided by whoever reads it; totals, remarks and repeated headers are told apart here and listed.

use crate::error::ReadError;
use crate::headers::plain_label;
use crate::roster::SkippedRow;
use crate::roster::{is_remark, is_total};
use crate::sheet::{self, Grid};
use crate::template::Template;
use shared_model::codes::fold_width;
use std::collections::{BTreeMap, HashSet};

/// The field of a column whose cells are kept beside the record as they stand.
pub const EXTRA: &str = "ext";

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRow {
    /// 1-based.
    pub row: u32,
    /// Field → cell as a person reads it; empty ones are left out.
    pub cells: BTreeMap<String, String>,
    /// Cells of columns without a field, as (header, text).
    pub extra: Vec<(String, String)>,
}

/// The rows of one sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableRows {
    pub rows: Vec<TableRow>,
    pub skipped: Vec<SkippedRow>,
}

/// Reads the rows of the sheet that `table` describes. A column whose field is empty is left out, one without a field is kept beside.
///
/// Errors: as `read_tables`; `bad_file` when the sheet is not there.
pub fn read_rows(bytes: &[u8], file_name: &str, table: &Template, left_out: &HashSet<String>) -> Result<TableRows, ReadError> {
    let grids = sheet::read_grids(bytes, file_name)?;
    let grid = grids.iter().find(|grid| grid.name == table.sheet);
    let grid = grid.ok_or_else(|| ReadError::bad_file("表格与识别时的不是同一份,请重新选择文件"))?;
    let labels: HashSet<String> = (table.header_first - 1..table.header_row)
        .flat_map(|row| (0..grid.column_count()).map(move |at| plain_label(&grid.cell(row, at).text())))
        .filter(|label| !label.is_empty())
        .collect();
    let mut out = TableRows::default();
    for row in table.header_row..grid.row_count() {
        if grid.is_blank_row(row) {
            continue;
        }
        if let Some((reason, text)) = no_data(grid, row, &labels) {
            out.skipped.push(SkippedRow { sheet: grid.name.clone(), row: row + 1, reason, text });
            continue;
        }
        let mut read = TableRow { row: row + 1, cells: BTreeMap::new(), extra: Vec::new() };
        for column in &table.columns {
            let text = cell(grid, row, column.at, table.header_row);
            if text.is_empty() || left_out.contains(&column.path) {
                continue;
            }
            match column.field.as_deref() {
                Some(field) if field != EXTRA && !read.cells.contains_key(field) => {
                    read.cells.insert(field.to_owned(), text);
                }
                _ => read.extra.push((column.header.clone(), text)),
            }
        }
        let is_numbered_only = read.extra.is_empty() && read.cells.keys().all(|field| field == "seq");
        if !is_numbered_only {
            out.rows.push(read);
        }
    }
    Ok(out)
}

/// The cell, or the one merged over it from above.
fn cell(grid: &Grid, row: u32, at: u32, header_row: u32) -> String {
    let cell = match grid.anchor(row, at) {
        Some((top, left)) if left == at && top >= header_row => grid.cell(top, left),
        Some(_) => return String::new(),
        None => grid.cell(row, at),
    };
    cell.text().trim().to_owned()
}

/// Why a row is no data, if it is none.
fn no_data(grid: &Grid, row: u32, labels: &HashSet<String>) -> Option<(&'static str, String)> {
    let texts: Vec<String> =
        (0..grid.column_count()).map(|at| grid.cell(row, at).text().trim().to_owned()).filter(|text| !text.is_empty()).collect();
    let first = texts.first()?.clone();
    let plain = |text: &str| fold_width(text).chars().filter(|c| !c.is_whitespace()).collect::<String>();
    if texts.iter().take(2).any(|text| is_total(&plain(text))) {
        return Some(("total", first));
    }
    let as_labels = texts.iter().filter(|text| labels.contains(&plain_label(text))).count();
    if as_labels >= 2 && as_labels * 5 >= texts.len() * 3 {
        return Some(("header", first));
    }
    if texts.len() <= 2 && is_remark(&plain(&first)) {
        return Some(("remark", first));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Subject, read_tables};

    #[test]
    fn rows_come_with_their_fields_and_totals_are_told_apart() {
        let csv = "商户台账,,,\n序号,店名,负责人,经营面积\n1,李记面馆,李建国,60\n2,便民药店,,\n合计,2家,,60\n填表人：王,,,\n";
        let table = read_tables(csv.as_bytes(), "a.csv", &Subject::ALL, &BTreeMap::new()).unwrap().remove(0);
        assert_eq!((table.subject, table.header_row, table.title.as_str()), (Subject::Place, 2, "商户台账"));
        let read = read_rows(csv.as_bytes(), "a.csv", &table, &HashSet::new()).unwrap();
        assert_eq!(
            read.rows.iter().map(|row| (row.row, row.cells["name"].as_str())).collect::<Vec<_>>(),
            [(3, "李记面馆"), (4, "便民药店")]
        );
        assert_eq!(read.rows[0].extra, [("经营面积".to_owned(), "60".to_owned())]);
        assert_eq!(read.skipped.iter().map(|row| (row.row, row.reason)).collect::<Vec<_>>(), [(5, "total"), (6, "remark")]);
        let without = read_rows(csv.as_bytes(), "a.csv", &table, &HashSet::from(["经营面积".to_owned()])).unwrap();
        assert!(without.rows[0].extra.is_empty());
    }

    #[test]
    fn a_table_of_strange_words_is_read_as_a_person_maps_it() {
        let csv = "店招,老板,多大\n李记,李建国,60\n";
        let table = read_tables(csv.as_bytes(), "a.csv", &[Subject::Place], &BTreeMap::new()).unwrap().remove(0);
        assert!(!table.is_known);
        let mapped = table.mapped(&BTreeMap::from([("店招".into(), "name".into()), ("老板".into(), "contact".into())]));
        let read = read_rows(csv.as_bytes(), "a.csv", &mapped, &HashSet::new()).unwrap();
        assert_eq!(read.rows[0].cells, BTreeMap::from([("name".into(), "李记".into()), ("contact".into(), "李建国".into())]));
        assert_eq!(read.rows[0].extra, [("多大".to_owned(), "60".to_owned())]);
    }
}
