//! Tables of departments and tables that come in: what a sheet is made of, the mapping a person fixes, filling, imports of every kind and their
//! undo, and the register of requests.

use super::{FillColumn, FillFilter, FillGap, ImportFinding};
use crate::codes::Coded;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Rows of a header, 1-based, both inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HeaderRows {
    pub first: u32,
    pub last: u32,
}

/// `read_template`, `read_import`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct ReadSheetsArgs {
    /// Path of the file on this machine (command line, shell) …
    pub file: Option<String>,
    /// … or its bytes in base64 with a name (browser).
    pub data: Option<String>,
    pub name: Option<String>,
    /// What a row is about, where the words do not say it: `person household case place facility building visit`.
    pub per: Option<String>,
    /// By sheet, where the header was not found.
    pub headers: Option<BTreeMap<String, HeaderRows>>,
}

/// A workbook as it was found out.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct SheetsRead {
    pub file: String,
    pub sheets: Vec<SheetRead>,
    /// What a column may hold, by what a row is about; in the order of a select.
    pub choices: BTreeMap<String, Vec<Coded>>,
}

/// One sheet. Rows are 1-based.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SheetRead {
    /// Empty for a text file.
    pub sheet: String,
    pub title: String,
    /// What a row is about.
    pub per: String,
    /// Found by its words; otherwise only by how it is drawn.
    pub is_known: bool,
    pub header: HeaderRows,
    pub first_row: u32,
    /// Rows to fill that it has.
    pub blank_rows: u32,
    /// Filled rows under the header.
    pub body_rows: u32,
    pub footer_row: Option<u32>,
    /// What the layout is known by again.
    pub print: String,
    /// The template that was kept for this layout.
    pub template: Option<String>,
    pub template_name: Option<String>,
    pub columns: Vec<SheetColumn>,
    pub heads: Vec<SheetHead>,
}

/// One column.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SheetColumn {
    /// Its name in a mapping.
    pub path: String,
    pub header: String,
    pub letters: String,
    /// 0-based.
    pub at: u32,
    pub field: Option<String>,
    pub label: Option<String>,
    /// Who says so: `template`, `words`, `ext` (a column that a file brought along), `none`.
    pub from: String,
    /// It computes itself.
    pub formula: bool,
    pub samples: Vec<String>,
}

/// A cell of the header as it is drawn; row and column from the header's first cell, 0-based.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SheetHead {
    pub row: u32,
    pub column: u32,
    pub rows: u32,
    pub columns: u32,
    pub text: String,
}

/// How one sheet is filled.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct FillSheetArgs {
    pub sheet: String,
    /// Leave the sheet as it is.
    pub skip: Option<bool>,
    pub per: Option<String>,
    pub header: Option<HeaderRows>,
    /// Column → field; an empty field is left empty. What is not named here is as the template or the words say.
    pub columns: Option<BTreeMap<String, String>>,
    /// Instead of the filter for the whole workbook.
    pub filter: Option<FillFilter>,
}

/// One sheet as it was filled.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct FilledSheet {
    pub sheet: String,
    pub title: String,
    pub per: String,
    pub rows: u32,
    pub first_row: u32,
    pub columns: Vec<FillColumn>,
    pub heads: Vec<SheetHead>,
    pub unknown_headers: Vec<String>,
    pub gaps: Vec<FillGap>,
    /// The filled rows as text, at most 50.
    pub preview: Vec<Vec<String>>,
    pub template: Option<String>,
}

/// `put_template`: kept once, known again on every device of the office.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PutTemplateArgs {
    pub print: String,
    pub name: String,
    #[serde(default)]
    #[ts(optional)]
    pub asker: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    pub sheet: Option<String>,
    pub per: String,
    /// Column → field; an empty one is left empty on purpose.
    pub columns: BTreeMap<String, String>,
    /// It is for files that come in.
    #[serde(default)]
    #[ts(optional)]
    pub import: Option<bool>,
}

/// `remove_template`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct RemoveTemplateArgs {
    pub id: String,
    /// Takes the removal back.
    #[serde(default)]
    #[ts(optional)]
    pub back: Option<bool>,
}

/// A kept mapping.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct TemplateItem {
    pub id: String,
    pub name: String,
    pub asker: Option<String>,
    pub sheet: Option<String>,
    pub per: String,
    pub import: bool,
    pub columns: Vec<TemplateColumnItem>,
    pub by: String,
    #[ts(type = "number")]
    pub at: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct TemplateColumnItem {
    pub path: String,
    /// Empty: left empty on purpose.
    pub field: String,
    pub label: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct TemplateList {
    pub items: Vec<TemplateItem>,
}

/// `add_request`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct AddRequestArgs {
    pub title: String,
    pub asker: String,
    pub basis: Option<String>,
    /// `once week month quarter year`, or in words.
    pub frequency: Option<String>,
    pub minutes: Option<u32>,
    /// Day; today where nothing is said.
    pub asked_on: Option<String>,
    pub due: Option<String>,
    pub template: Option<String>,
    /// Fields as `fill_table` names them, with what a row is about: `person.phone`.
    pub fields: Vec<String>,
    pub note: Option<String>,
    /// It has been answered.
    pub closed: Option<bool>,
}

/// `check_request`: was the same asked before?
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct CheckRequestArgs {
    pub title: String,
    pub asker: String,
    pub frequency: Option<String>,
    pub asked_on: Option<String>,
    pub fields: Vec<String>,
    /// A request that is not compared: itself.
    pub except: Option<String>,
}

/// `list_requests`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct ListRequestsArgs {
    /// Words in title or asker.
    pub words: Option<String>,
    pub limit: Option<u32>,
    pub offset: Option<u32>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct RequestItem {
    pub id: String,
    pub title: String,
    pub asker: String,
    pub basis: Option<String>,
    pub frequency: Option<Coded>,
    pub minutes: Option<u32>,
    pub asked_on: String,
    pub due: Option<String>,
    pub template: Option<String>,
    pub template_name: Option<String>,
    pub fields: Vec<Coded>,
    pub note: Option<String>,
    pub closed: bool,
    pub by: String,
    /// How many earlier ones asked for the same.
    pub alike: u32,
}

/// A month of the register.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct RequestMonth {
    /// `2026-11`.
    pub month: String,
    pub requests: u32,
    pub minutes: u32,
    /// Fields that more than one request of the month asked for.
    pub twice: u32,
    /// Requests that asked for what an earlier one had asked for.
    pub alike: u32,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct RequestList {
    /// Newest first.
    pub items: Vec<RequestItem>,
    pub total: u32,
    pub months: Vec<RequestMonth>,
}

/// An earlier request that asked for the same.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct RequestAlike {
    pub request: RequestItem,
    /// `same_table` (asker and title), `same_fields` (nearly all fields).
    pub reasons: Vec<String>,
    /// Fields that both ask for.
    pub shared: Vec<Coded>,
    pub days_ago: i32,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct RequestCheck {
    pub alike: Vec<RequestAlike>,
}

/// What becomes of a row of a file that comes in.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct RowDecision {
    /// Empty where a file has one sheet.
    #[serde(default)]
    #[ts(optional)]
    pub sheet: Option<String>,
    /// 1-based.
    pub row: u32,
    /// `new`, `same` (with `record`), `leave`.
    pub what: String,
    #[serde(default)]
    #[ts(optional)]
    pub record: Option<String>,
}

/// A record that a row may be about.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ImportCandidate {
    pub record: String,
    /// Doorplate and head, or name and address.
    pub words: String,
    /// Why: `id_number`, `name_phone`, `name_birth`, `door`, `name`.
    pub reasons: Vec<String>,
}

/// `import_table`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct ImportTableArgs {
    pub file: Option<String>,
    pub data: Option<String>,
    pub name: Option<String>,
    /// `building place facility case visit`; households come in by `import_roster`.
    pub kind: String,
    /// Grid that it belongs to: id or code.
    pub grid: String,
    /// The sheet; the first of this kind where nothing is said.
    pub sheet: Option<String>,
    pub header: Option<HeaderRows>,
    /// Column → field, `ext` to keep it beside, empty to leave it out.
    pub columns: Option<BTreeMap<String, String>>,
    pub decisions: Option<Vec<RowDecision>>,
    pub dry_run: Option<bool>,
}

/// A row of a table that comes in.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ImportTableRow {
    pub row: u32,
    pub name: String,
    /// Where it is.
    pub place: String,
    /// `new`, `known`, `fills` (empty fields of one that is here), `left`, `bad`.
    pub verdict: String,
    /// The record it becomes or is.
    pub record: Option<String>,
    pub candidates: Vec<ImportCandidate>,
    pub findings: Vec<ImportFinding>,
}

/// `import_table`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct ImportTableReport {
    pub file: String,
    pub kind: String,
    pub dry_run: bool,
    pub batch: Option<String>,
    pub added: u32,
    pub known: u32,
    pub fills: u32,
    pub left: u32,
    pub bad: u32,
    pub rows: Vec<ImportTableRow>,
    /// Rows that are no data: totals, remarks.
    pub skipped: Vec<u32>,
    #[ts(type = "number")]
    pub took_ms: u64,
}

/// One import.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ImportItem {
    pub batch: String,
    /// `household building place facility case visit`
    pub kind: Coded,
    pub file: String,
    #[ts(type = "number")]
    pub at: i64,
    pub by: String,
    pub unit_name: String,
    /// What it made and what of it stands now.
    pub made: u32,
    pub standing: u32,
    pub people: u32,
    /// Cells it filled on records that were there, and buildings it made.
    pub cells: u32,
    pub buildings: u32,
    #[ts(type = "number | null")]
    pub undone_at: Option<i64>,
    pub undone_by: Option<String>,
    /// Taken back, and written to since by somebody who did not know: to be looked at.
    pub late: u32,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct ImportList {
    /// Newest first.
    pub items: Vec<ImportItem>,
}

/// `undo_import`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct UndoImportArgs {
    pub batch: String,
    /// Only say what would be done.
    pub dry_run: Option<bool>,
    /// The other way: bring back what the undo took.
    pub back: Option<bool>,
    /// With `back`: these records alone.
    pub only: Option<Vec<String>>,
}

/// A record of an import that stays, or came to life again.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ImportKept {
    pub record: String,
    pub kind: String,
    /// Doorplate and name.
    pub words: String,
    /// `visited`, `edited`, `case`, `named` (something else names it), `late` (written to after the undo); of cells that the import filled `written` (by somebody since),
    /// `merged`; of a building `used`, `edited`.
    pub reason: String,
    pub household: Option<String>,
    /// The cells that stay, by their labels; empty: the record as a whole.
    pub fields: Vec<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct UndoImportReport {
    pub batch: String,
    pub dry_run: bool,
    /// Records taken back, or brought back; people among them counted apart.
    pub taken: u32,
    pub people: u32,
    /// Cells that it filled elsewhere and that are empty again, or say again what they said.
    pub cells: u32,
    /// Cells that waited for the office and wait no longer, or wait again.
    pub held: u32,
    /// Buildings that are closed, or open again, once the server has confirmed.
    pub buildings: u32,
    /// Steps of cases that go: a step is never deleted, it is out of sight with its case.
    pub steps: u32,
    pub kept: Vec<ImportKept>,
    /// What was written to after it was taken back.
    pub late: Vec<ImportKept>,
}
