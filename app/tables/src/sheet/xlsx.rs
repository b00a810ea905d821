//! XLSX through calamine, cell by cell: its own ranges are dense, and a single cell at XFD1048576 would ask for 17 billion cells.

use super::{Cell, Grid, GridBuilder, Merge};
use crate::archive;
use crate::error::ReadError;
use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx};
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

const DAMAGED: &str = "文件已损坏或不是 Excel 工作簿,请重新导出后再试";

pub(super) fn read(bytes: &[u8]) -> Result<Vec<Grid>, ReadError> {
    let mut parts = archive::open(bytes)?;
    if archive::part_text(&mut parts, "xl/workbook.xml")?.is_none() && !parts.file_names().any(|name| name.ends_with("workbook.xml")) {
        return Err(ReadError::bad_file("这个文件不是 Excel 工作簿(.xlsx)"));
    }
    drop(parts);
    // The library may panic on hostile parts; nothing of it outlives the call, so its state cannot be seen half changed.
    catch_unwind(AssertUnwindSafe(|| read_cells(bytes))).unwrap_or_else(|_| Err(ReadError::bad_file(DAMAGED)))
}

fn read_cells(bytes: &[u8]) -> Result<Vec<Grid>, ReadError> {
    let mut book: Xlsx<Cursor<&[u8]>> = calamine::open_workbook_from_rs(Cursor::new(bytes)).map_err(|_| ReadError::bad_file(DAMAGED))?;
    let sheets: Vec<String> = book
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    let mut builder = GridBuilder::default();
    for name in sheets {
        builder.start_sheet(&name);
        let mut cells = book.worksheet_cells_reader(&name).map_err(|_| ReadError::bad_file(DAMAGED))?;
        while let Some(cell) = cells.next_cell().map_err(|_| ReadError::bad_file(DAMAGED))? {
            let (row, column) = cell.get_position();
            builder.put(row, column, convert(cell.get_value()))?;
        }
        drop(cells);
        let merges = book.merge_cells_by_sheet_name(&name).unwrap_or_default();
        builder.merge(merges.iter().map(|m| Merge { top: m.start.0, left: m.start.1, bottom: m.end.0, right: m.end.1 }));
    }
    Ok(builder.finish())
}

fn convert(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::Int(number) => Cell::Number(*number as f64),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::String(text) => Cell::Text(text.clone()),
        DataRef::SharedString(text) => Cell::Text((*text).to_owned()),
        DataRef::Bool(value) => Cell::Text(if *value { "TRUE" } else { "FALSE" }.to_owned()),
        DataRef::DateTime(date) if date.is_duration() => Cell::Number(date.as_f64()),
        DataRef::DateTime(date) => date.as_datetime().map_or(Cell::Number(date.as_f64()), |date| Cell::Date(date.date())),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::Text(text.clone()),
        DataRef::Error(error) => Cell::Text(error.to_string()),
    }
}
