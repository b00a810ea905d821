//! A file as grids of cells: the format is told by the content, never by the name.
//!
//! XLSX and XLS are read by calamine behind bounds of our own (`xlsx`, `xls`), text by `text`. Above this module nobody knows which
//! it was. Row and column indices are 0-based here and 1-based in everything a person sees.

mod cfb;
mod text;
mod xls;
mod xlsx;

use crate::error::ReadError;
use crate::limits::{CELL_MAX_CHARS, FILE_MAX_BYTES, MAX_CELLS, MERGED_MAX_CELLS, SHEET_MAX_COLUMNS, SHEET_MAX_ROWS, TEXT_MAX_BYTES};
use chrono::NaiveDate;
use std::borrow::Cow;
use std::collections::HashMap;

/// One cell as typed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Empty,
    Text(String),
    Number(f64),
    Date(NaiveDate),
}

impl Cell {
    /// The text as a person would type it; a whole number has no decimals.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Cell::Empty => Cow::Borrowed(""),
            Cell::Text(text) => Cow::Borrowed(text),
            Cell::Number(number) => Cow::Owned(number_text(*number)),
            Cell::Date(date) => Cow::Owned(date.to_string()),
        }
    }

    pub fn is_blank(&self) -> bool {
        match self {
            Cell::Empty => true,
            Cell::Text(text) => text.trim().is_empty(),
            Cell::Number(_) | Cell::Date(_) => false,
        }
    }
}

/// Above this a float no longer holds every digit (2^53); shown as what it is, an approximation.
const EXACT_BELOW: f64 = 9_007_199_254_740_992.0;

fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < EXACT_BELOW {
        format!("{number:.0}")
    } else if number.abs() >= EXACT_BELOW {
        format!("{number:E}").replacen('E', "E+", 1)
    } else {
        format!("{number}")
    }
}

/// A merged rectangle, all four bounds inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Merge {
    pub top: u32,
    pub left: u32,
    pub bottom: u32,
    pub right: u32,
}

/// One sheet.
#[derive(Debug, Default)]
pub(crate) struct Grid {
    pub name: String,
    rows: Vec<Vec<Cell>>,
    pub merges: Vec<Merge>,
    /// Covered cell → the cell that holds the value.
    covered: HashMap<(u32, u32), (u32, u32)>,
    /// Top left cell → index of its merge.
    anchors: HashMap<(u32, u32), usize>,
}

static EMPTY: Cell = Cell::Empty;

impl Grid {
    pub fn row_count(&self) -> u32 {
        self.rows.len() as u32
    }

    pub fn column_count(&self) -> u32 {
        self.rows.iter().map(Vec::len).max().unwrap_or(0) as u32
    }

    pub fn cell(&self, row: u32, column: u32) -> &Cell {
        self.rows.get(row as usize).and_then(|cells| cells.get(column as usize)).unwrap_or(&EMPTY)
    }

    pub fn is_blank_row(&self, row: u32) -> bool {
        self.rows.get(row as usize).is_none_or(|cells| cells.iter().all(Cell::is_blank))
    }

    /// The anchor of the merge that covers the cell, when that is another cell.
    pub fn anchor(&self, row: u32, column: u32) -> Option<(u32, u32)> {
        self.covered.get(&(row, column)).copied()
    }

    /// The merge whose top left cell this is.
    pub fn merge_at(&self, row: u32, column: u32) -> Option<Merge> {
        self.anchors.get(&(row, column)).map(|at| self.merges[*at])
    }
}

/// Builds grids cell by cell and keeps the limits that hold over a whole file.
#[derive(Default)]
pub(crate) struct GridBuilder {
    cells: usize,
    text_bytes: usize,
    grids: Vec<Grid>,
}

impl GridBuilder {
    pub fn start_sheet(&mut self, name: &str) {
        self.grids.push(Grid { name: name.to_owned(), ..Grid::default() });
    }

    /// Puts a cell into the sheet last started. An empty cell takes no room, so that formatting alone is never too large.
    pub fn put(&mut self, row: u32, column: u32, cell: Cell) -> Result<(), ReadError> {
        if cell.is_blank() {
            return Ok(());
        }
        if row >= SHEET_MAX_ROWS {
            return Err(ReadError::too_large(format!("超过 {SHEET_MAX_ROWS} 行,请分成几个文件导入")).at_row(row.saturating_add(1)));
        }
        if column >= SHEET_MAX_COLUMNS {
            return Err(ReadError::too_large(format!("超过 {SHEET_MAX_COLUMNS} 列")).at_row(row + 1).at_column(column_letters(column)));
        }
        if let Cell::Text(text) = &cell {
            self.text_bytes += text.len();
            if self.text_bytes > TEXT_MAX_BYTES || text.chars().count() > CELL_MAX_CHARS {
                return Err(ReadError::too_large("单元格文字过多").at_row(row + 1).at_column(column_letters(column)));
            }
        }
        let grid = self.grids.last_mut().ok_or_else(|| ReadError::bad_file("文件没有工作表"))?;
        if grid.rows.len() <= row as usize {
            grid.rows.resize_with(row as usize + 1, Vec::new);
        }
        let cells = &mut grid.rows[row as usize];
        if cells.len() <= column as usize {
            self.cells += column as usize + 1 - cells.len();
            if self.cells > MAX_CELLS {
                return Err(ReadError::too_large(format!("单元格超过 {MAX_CELLS} 个")).at_row(row + 1));
            }
            cells.resize(column as usize + 1, Cell::Empty);
        }
        cells[column as usize] = cell;
        Ok(())
    }

    /// Takes the merges of the sheet last started, after its cells; what lies outside the used rows is cut off.
    pub fn merge(&mut self, merges: impl Iterator<Item = Merge>) {
        let Some(grid) = self.grids.last_mut() else { return };
        let (rows, columns) = (grid.row_count(), grid.column_count());
        for merge in merges {
            if merge.top >= rows || merge.left >= columns || merge.bottom < merge.top || merge.right < merge.left {
                continue;
            }
            let merge = Merge { bottom: merge.bottom.min(rows - 1), right: merge.right.min(columns - 1), ..merge };
            let area = (merge.bottom - merge.top + 1) as usize * (merge.right - merge.left + 1) as usize;
            if grid.covered.len() + area > MERGED_MAX_CELLS {
                break;
            }
            grid.anchors.insert((merge.top, merge.left), grid.merges.len());
            grid.merges.push(merge);
            for row in merge.top..=merge.bottom {
                for column in merge.left..=merge.right {
                    if (row, column) != (merge.top, merge.left) {
                        grid.covered.insert((row, column), (merge.top, merge.left));
                    }
                }
            }
        }
    }

    pub fn finish(self) -> Vec<Grid> {
        self.grids
    }
}

/// `0 → A`, `27 → AB`.
pub(crate) fn column_letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column;
    loop {
        letters.push(b'A' + (rest % 26) as u8);
        if rest < 26 {
            break;
        }
        rest = rest / 26 - 1;
    }
    letters.iter().rev().map(|byte| char::from(*byte)).collect()
}

const ZIP_MAGIC: &[u8] = b"PK\x03\x04";
const CFB_MAGIC: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// Reads every visible sheet of the file.
pub(crate) fn read_grids(bytes: &[u8], file_name: &str) -> Result<Vec<Grid>, ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::empty_sheet("文件是空的"));
    }
    if bytes.len() > FILE_MAX_BYTES {
        return Err(ReadError::too_large(format!("文件超过 {} MB", FILE_MAX_BYTES / 1_000_000)));
    }
    if bytes.starts_with(ZIP_MAGIC) {
        xlsx::read(bytes)
    } else if bytes.starts_with(CFB_MAGIC) {
        xls::read(bytes)
    } else {
        text::read(bytes, file_name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_lettered_as_spreadsheets_do() {
        let letters: Vec<String> = [0, 25, 26, 27, 701, 702, 16_383].into_iter().map(column_letters).collect();
        assert_eq!(letters, ["A", "Z", "AA", "AB", "ZZ", "AAA", "XFD"]);
    }

    #[test]
    fn a_number_is_shown_as_typed_and_a_lost_number_as_lost() {
        assert_eq!(number_text(101.0), "101");
        assert_eq!(number_text(1981.04), "1981.04");
        assert_eq!(number_text(610_104_197_406_063_200.0), "6.101041974060632E+17");
    }

    #[test]
    fn merges_are_cut_to_the_used_cells() {
        let mut builder = GridBuilder::default();
        builder.start_sheet("一");
        builder.put(0, 0, Cell::Text("甲".into())).expect("within limits");
        builder.put(2, 1, Cell::Text("乙".into())).expect("within limits");
        builder.merge([Merge { top: 0, left: 0, bottom: 1_048_575, right: 16_383 }].into_iter());
        let grid = builder.finish().remove(0);
        assert_eq!(grid.merges, [Merge { top: 0, left: 0, bottom: 2, right: 1 }]);
        assert_eq!(grid.anchor(2, 1), Some((0, 0)));
        assert_eq!(grid.anchor(0, 0), None);
    }

    #[test]
    fn a_cell_far_out_is_an_error_with_its_place() {
        let mut builder = GridBuilder::default();
        builder.start_sheet("一");
        let error = builder.put(4, 16_383, Cell::Number(1.0)).expect_err("beyond the last column looked at");
        assert_eq!((error.code, error.row, error.column.as_deref()), ("too_large", Some(5), Some("XFD")));
        assert_eq!(builder.put(100_000, 0, Cell::Number(1.0)).expect_err("beyond the last row").code, "too_large");
        builder.put(1_000_000, 0, Cell::Empty).expect("formatting alone is no row");
    }
}
