//! A roster read into households and people, with everything that somebody should look at.
//!
//! Pure: bytes in, structures out. Nothing is dropped in silence: a value that cannot be read stays as text beside a finding, a row that
//! cannot be placed is handed over whole, a row that is no person is listed with the reason. What is already known at home (other grids,
//! duplicates, differing cells) is not this crate's business.

mod families;
#[cfg(test)]
mod hostile;
mod person;
mod rows;
#[cfg(test)]
mod tests;

pub(crate) use rows::{is_remark, is_total};

use crate::error::ReadError;
use crate::headers::{self, Header};
use crate::sheet::{self, Grid};
use crate::template;
use serde::Serialize;
use std::collections::BTreeMap;

/// What the caller knows beside the file.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// The estate of every household whose own row names none.
    pub estate: Option<String>,
    /// Columns as a person fixed them, by path (see `Template`): a field, `ext` for one that is kept as it stands, empty for one left out.
    pub columns: BTreeMap<String, String>,
    /// Rows of the header where a person said them, by sheet; 1-based, both inside.
    pub headers: BTreeMap<String, (u32, u32)>,
}

/// Something to look at, at a cell of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The sheet's name; empty for a text file.
    pub sheet: String,
    /// 1-based row of the sheet.
    pub row: u32,
    /// The header of the column.
    pub column: String,
    /// Errors `id_checksum | id_length | id_float | no_name | no_door`; warnings `id_spaces | full_width | sex_mismatch | two_phones |
    /// date_guess | bad_code | refused_tag`.
    pub code: &'static str,
    pub message: String,
    /// The original text of the cell. Empty for `refused_tag`, whose text is not kept anywhere.
    pub cell: String,
}

/// One household at one door.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RosterHousehold {
    pub sheet: String,
    /// 1-based row where the household begins.
    pub row: u32,
    /// Empty when neither the file nor the caller names one.
    pub estate: String,
    /// Normalised number (`3`), or the words of the file (南楼).
    pub building: String,
    /// Normalised number; empty when there are no units.
    pub unit: String,
    /// Text as written without its mark (`501`).
    pub door: String,
    /// Empty for the only family at the door in this file, else the head's normalised name.
    pub family_key: String,
    /// The head's name; the first person's where the file marks none; empty for a vacant door.
    pub head: String,
    /// Code of table `residence_type`.
    pub residence_type: Option<String>,
    /// Ordinary tags (class `register`).
    pub tags: Vec<String>,
    /// Care tags (class `private`).
    pub care_tags: Vec<String>,
    /// A note without matters of care (class `register`).
    pub note: String,
    /// A note that speaks of care (class `private`).
    pub care_note: String,
    /// The household is noted as 党员中心户.
    pub hub: bool,
    pub contact_name: Option<String>,
    pub contact_phones: Vec<String>,
    pub persons: Vec<RosterPerson>,
    /// Cells of columns the synonym table does not know, as (header, text).
    pub raw: Vec<(String, String)>,
    /// Values of coded fields that are no code, as (field, original text).
    pub unknown_codes: Vec<(String, String)>,
}

/// One person of a household. Coded fields hold codes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RosterPerson {
    /// 1-based row.
    pub row: u32,
    pub name: String,
    pub relation: Option<String>,
    pub sex: Option<String>,
    /// Only a number that passed its check.
    pub id_number: Option<String>,
    /// The original cell of a number that did not, or of a paper that is no identity card.
    pub id_raw: Option<String>,
    pub id_type: Option<String>,
    /// ISO date.
    pub birth_date: Option<String>,
    /// Digits only, as many as the row holds.
    pub phones: Vec<String>,
    pub political: Option<String>,
    pub education: Option<String>,
    pub ethnic: Option<String>,
    pub residence_type: Option<String>,
    pub marital: Option<String>,
    pub employment: Option<String>,
    pub health: Option<String>,
    pub employer: Option<String>,
    pub nickname: Option<String>,
    pub registered_address: Option<String>,
    pub tags: Vec<String>,
    pub care_tags: Vec<String>,
    pub note: String,
    pub care_note: String,
    /// Cells of columns the synonym table does not know, as (header, text).
    pub raw: Vec<(String, String)>,
    /// Values of coded fields that are no code, as (field, original text).
    pub unknown_codes: Vec<(String, String)>,
}

/// A row with facts about somebody that has no door or no name: handed over whole for the office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnplacedRow {
    pub sheet: String,
    pub row: u32,
    /// `no_door` or `no_name`.
    pub code: &'static str,
    /// Every filled cell as (header, text).
    pub cells: Vec<(String, String)>,
}

/// A row that is no person: a total, a remark, a repeated header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SkippedRow {
    pub sheet: String,
    pub row: u32,
    /// `total | remark | header | section`
    pub reason: &'static str,
    pub text: String,
}

/// A column and what it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RosterColumn {
    pub header: String,
    /// `None`: kept as `raw`.
    pub field: Option<&'static str>,
}

/// A roster read whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Roster {
    /// 1-based last row of the header, in the first sheet read.
    pub header_row: u32,
    pub columns: Vec<RosterColumn>,
    pub households: Vec<RosterHousehold>,
    /// People in all households.
    pub persons: usize,
    pub errors: Vec<Finding>,
    pub warnings: Vec<Finding>,
    pub unplaced: Vec<UnplacedRow>,
    pub skipped: Vec<SkippedRow>,
    /// Visible sheets with cells that are no roster.
    pub other_sheets: Vec<String>,
}

/// Reads a roster from the bytes of an XLSX, XLS or CSV file. The format is told by the content; the name is used for words only.
///
/// Errors: `not_a_roster` (no header with a name and a door), `empty_sheet`, `bad_encoding`, `zip_bomb`, `too_large`, `bad_file`.
pub fn read_roster(bytes: &[u8], file_name: &str, options: &ReadOptions) -> Result<Roster, ReadError> {
    let grids = sheet::read_grids(bytes, file_name)?;
    let filled: Vec<&Grid> = grids.iter().filter(|grid| grid.row_count() > 0).collect();
    if filled.is_empty() {
        return Err(ReadError::empty_sheet("表格里没有内容"));
    }
    let mut roster = Roster::default();
    let mut families = families::Families::new(options);
    let mut has_header = false;
    for grid in filled {
        let Some(header) = header_of(grid, options).filter(|header| rows::is_roster(header, grid)) else {
            roster.other_sheets.push(grid.name.clone());
            continue;
        };
        if !has_header {
            roster.header_row = header.last_row + 1;
            roster.columns = columns(&header);
            has_header = true;
        }
        rows::read_sheet(grid, &header, &mut families, &mut roster);
    }
    if !has_header {
        return Err(ReadError::not_a_roster("没有找到居民台账的表头:至少要有姓名(或户主)和房号(或住址)两列"));
    }
    roster.households = families.finish();
    roster.persons = roster.households.iter().map(|household| household.persons.len()).sum();
    if roster.households.is_empty() && roster.unplaced.is_empty() {
        return Err(ReadError::empty_sheet("表头下面没有数据").at_row(roster.header_row));
    }
    roster.errors.sort_by_key(|finding| finding.row);
    roster.warnings.sort_by_key(|finding| finding.row);
    Ok(roster)
}

/// The header of a sheet, with the columns that a person fixed.
fn header_of(grid: &Grid, options: &ReadOptions) -> Option<Header> {
    let is_phone = |field: headers::Field| field == headers::Field::Phone;
    let at = |(first, last): (u32, u32)| headers::read_as(grid, first, last, &headers::field_of, &is_phone);
    let said = options.headers.get(&grid.name).filter(|(first, last)| *first >= 1 && first <= last && *last <= grid.row_count());
    let mut header = match said {
        Some((first, last)) => at((first - 1, last - 1)),
        None if options.columns.is_empty() => return headers::find(grid),
        None => headers::find(grid).or_else(|| headers::find_drawn(grid).map(at))?,
    };
    let paths = template::paths(&header.columns);
    let mut paths = paths.iter();
    header.columns.retain_mut(|column| {
        let said = if column.is_labelled { paths.next().and_then(|path| options.columns.get(path)) } else { None };
        match said.map(String::as_str) {
            Some("") => return false,
            Some(key) => column.field = headers::Field::from_key(key),
            None => {}
        }
        true
    });
    headers::keep_first_of_each(&mut header.columns, &is_phone);
    Some(header)
}

fn columns(header: &Header) -> Vec<RosterColumn> {
    header
        .columns
        .iter()
        .filter(|column| column.is_labelled)
        .map(|column| RosterColumn { header: column.header.clone(), field: column.field.map(headers::Field::key) })
        .collect()
}
