//! Spreadsheets in and out: resident rosters and hotline orders read, departments' blank tables filled, tables written.
//!
//! Pure functions over bytes: no store, no clock, no network. `sheet` turns any file into grids of cells within limits, `headers` tells what
//! each column is (by words, in both directions), `roster` makes households and people of a grid, `template` fills a blank table by
//! editing its own XML, so that layout and formulas stay as the department made them.

mod address;
mod archive;
mod book;
mod dates;
mod error;
mod headers;
mod inert;
pub mod limits;
mod orders;
mod roster;
mod rows;
mod sheet;
mod subjects;
mod template;
mod values;
mod write;
mod xlsform;

pub use book::{BookCell, BookSheet, BookWriter};
pub use error::ReadError;
pub use inert::{file_name, neutral, restored};
pub use orders::{Order, OrderDate, Orders, read_orders};
pub use roster::{Finding, ReadOptions, Roster, RosterColumn, RosterHousehold, RosterPerson, SkippedRow, UnplacedRow, read_roster};
pub use rows::{EXTRA, TableRow, TableRows, read_rows};
pub use subjects::Subject;
pub use template::{
    EmptyCell, Filled, HeadCell, SheetHint, Template, TemplateColumn, fill, read_tables, read_template, read_templates, with_unfilled,
};
pub use write::{Table, csv_line};
pub use xlsform::{Xlsform, XlsformNote, read_xlsform};

/// A day from text as people write it, and whether a part of it was guessed (`1981.04` is the first of the month).
pub fn read_day(text: &str) -> Option<(chrono::NaiveDate, bool)> {
    dates::read(&sheet::Cell::Text(text.to_owned())).map(|read| (read.date, read.is_guess))
}

/// Where something is, from cells of their own or from an address, as numbers: estate, building, unit, door; each empty where nothing says it.
pub fn read_plate(estate: &str, building: &str, unit: &str, door: &str, whole: &str) -> [String; 4] {
    let read = address::parse(whole);
    let or = |own: String, other: String| if own.is_empty() { other } else { own };
    [
        or(address::estate(estate), address::estate_of(&read.before)),
        or(address::building(building), read.building),
        or(address::unit(unit), read.unit),
        or(address::door(door), read.door),
    ]
}
