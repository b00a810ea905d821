//! Ledgers: every kind as a grid, its views, its exports, the weekly sheet, the list of doors, and long work that shows how far it is.

use crate::codes::Coded;
use crate::ledger::View;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use ts_rs::TS;

/// A column of a ledger.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct LedgerColumn {
    pub key: String,
    pub zh: String,
    pub en: String,
    /// `text int bool date time code tags plate`.
    pub ty: String,
    pub code_table: Option<String>,
    /// Class of the field behind it; `null`: it is joined or counted.
    pub class: Option<String>,
    /// It may be edited where it stands.
    pub editable: bool,
    /// It may be filtered by, sorted by, grouped by. What names who did the work never is: nothing counts per person.
    pub may_filter: bool,
    pub may_sort: bool,
    pub may_group: bool,
    /// What a masked export or copy leaves of it: `phone` and `id` their ends, `all` nothing; null: it is not masked.
    pub mask: Option<String>,
    /// Width in characters of ASCII.
    pub width: u16,
    /// Shown unless a view says otherwise.
    pub shown: bool,
}

/// A ledger that this person may open.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct LedgerInfo {
    pub kind: Coded,
    pub columns: Vec<LedgerColumn>,
    /// Its rows have a position: it may be exported as GeoJSON.
    pub has_place: bool,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct LedgerList {
    pub items: Vec<LedgerInfo>,
    /// May this person keep views and export?
    pub is_office: bool,
}

/// `query_ledger`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct QueryLedgerArgs {
    pub kind: String,
    #[ts(as = "Option<View>")]
    pub view: View,
    /// At most 500 at once; absent: 200.
    pub limit: Option<u32>,
    pub offset: Option<u32>,
}

/// A row: its cells in the order of the reply's columns. A cell is null, a number, a boolean, a text, a list of texts, or a code with its label.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct LedgerRow {
    pub id: String,
    /// The household whose file it opens, where it opens one.
    pub household: Option<String>,
    #[ts(type = "Array<unknown>")]
    pub cells: Vec<Json>,
}

/// Rows that have one value in the column a view groups by.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct LedgerGroup {
    #[ts(type = "unknown")]
    pub value: Json,
    pub label: String,
    pub count: u32,
    /// Place of its first row in the list.
    pub from: u32,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct LedgerPage {
    /// Rows of the view.
    pub total: u32,
    /// Rows of the ledger.
    pub all: u32,
    pub columns: Vec<String>,
    pub groups: Vec<LedgerGroup>,
    /// Groups beyond those listed.
    pub more_groups: u32,
    pub rows: Vec<LedgerRow>,
}

/// `get_record`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct LedgerRecordArgs {
    pub kind: String,
    pub id: String,
}

/// A field of a record with what it holds.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct LedgerFact {
    pub key: String,
    pub zh: String,
    pub en: String,
    pub ty: String,
    pub code_table: Option<String>,
    pub class: Option<String>,
    /// As in a cell of the grid.
    #[ts(type = "unknown")]
    pub value: Json,
    /// As people read it.
    pub text: String,
    pub editable: bool,
    /// Live operations, for `seen`.
    pub ops: Vec<String>,
}

/// A record of any ledger, whole.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct LedgerRecord {
    pub kind: Coded,
    pub id: String,
    pub title: String,
    pub facts: Vec<LedgerFact>,
    pub household: Option<String>,
    /// Not yet at the office.
    pub pending: bool,
}

/// `set_field`: one field of many records, or of one. Each record is a command of its own; what was not seen stays as a conflict.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct SetFieldArgs {
    pub kind: String,
    pub key: String,
    /// At most 5,000.
    pub ids: Vec<String>,
    /// As in `edit_household`; null clears.
    #[ts(type = "unknown")]
    pub value: Json,
    /// Operations that the form showed; for one record only.
    pub seen: Option<Vec<String>>,
    /// Only says what would change.
    pub dry_run: Option<bool>,
    /// Undo: the values that stood before, as `set_field` told them; only where `value` still stands.
    pub back: Option<Vec<FieldBefore>>,
}

/// A record with the value that stood in the field.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct FieldBefore {
    pub id: String,
    #[ts(type = "unknown")]
    pub value: Json,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct FieldSet {
    /// Records that changed, or would.
    pub changed: u32,
    /// Records that had the value already.
    pub same: u32,
    /// Records left alone: gone, moved away, or changed by somebody since.
    pub left: u32,
    pub before: Vec<FieldBefore>,
}

/// A view that the office keeps.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SavedView {
    pub id: String,
    pub kind: String,
    pub name: String,
    pub view: View,
    /// Live operations of `name` and `spec`, for `seen`.
    pub ops: Vec<String>,
    /// Two offices said different things of it.
    pub is_forked: bool,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct ViewList {
    pub items: Vec<SavedView>,
}

/// `put_view`: with an id it is changed, or brought back after it was removed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct PutViewArgs {
    pub id: Option<String>,
    pub kind: String,
    pub name: String,
    #[ts(as = "Option<View>")]
    pub view: View,
}

/// `export_ledger`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct ExportLedgerArgs {
    pub kind: String,
    #[ts(as = "Option<View>")]
    pub view: View,
    /// `xlsx` (as when absent), `csv`, `geojson`.
    pub format: Option<String>,
    /// Absent: yes. Numbers, telephones and what is private are masked, and the file says who made it.
    pub masked: Option<bool>,
    /// Why it is not masked; kept in the log.
    pub reason: Option<String>,
    /// Only these rows.
    pub ids: Option<Vec<String>>,
    /// Where to write it (command line, shell); then it runs to its end at once. Absent: returned as base64 by the job.
    pub out: Option<String>,
}

/// `copy_ledger`: rows of a view as a spreadsheet takes them from the clipboard. The log gets its line before they are handed out.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct CopyLedgerArgs {
    pub kind: String,
    /// Its columns are those that are copied.
    #[ts(as = "Option<View>")]
    pub view: View,
    /// The first row, and how many; at most 20,000.
    pub offset: u32,
    pub rows: u32,
    /// Absent: yes, as in an export.
    pub masked: Option<bool>,
    /// Why it is not masked; kept in the log. The office alone.
    pub reason: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct CopiedRows {
    /// Cells between tabs, rows between line breaks.
    pub text: String,
    pub rows: u32,
}

/// Long work: how far it is, and what came of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct JobView {
    pub id: String,
    /// The command that began it.
    pub what: String,
    /// `running done failed cancelled`.
    pub state: String,
    #[ts(type = "number")]
    pub done: u64,
    #[ts(type = "number")]
    pub total: u64,
    /// What it made, by the command that began it; null while it runs.
    #[ts(type = "unknown")]
    pub result: Json,
    pub failure: Option<super::Failure>,
}

/// A file that was made.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct MadeFile {
    pub name: String,
    /// Where it was written, or …
    pub file: Option<String>,
    /// … its bytes in base64.
    pub data: Option<String>,
    pub rows: u32,
    /// Rows of a GeoJSON that have no position and are not in it.
    pub without_place: u32,
}

/// `weekly_sheet`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct WeeklyArgs {
    /// Any day of the week, `YYYY-MM-DD`; absent: the week that holds today.
    pub week: Option<String>,
    /// A workbook too, logged as an export: `true` as base64 …
    pub xlsx: Option<bool>,
    /// … or where to write it.
    pub out: Option<String>,
}

/// One table of the weekly sheet.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct WeeklyTable {
    pub name: String,
    pub zh: String,
    pub headers: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct WeeklySheet {
    /// Monday and Sunday.
    pub from: String,
    pub to: String,
    pub unit: String,
    pub tables: Vec<WeeklyTable>,
    pub file: Option<MadeFile>,
}

/// `door_list`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct DoorListArgs {
    pub building: String,
    /// Why care tags are shown; written to the log. Absent: they are not.
    pub reason: Option<String>,
    /// A workbook too: `true` as base64 …
    pub xlsx: Option<bool>,
    /// … or where to write it.
    pub out: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct DoorLine {
    pub household: String,
    pub plate: String,
    pub unit_no: String,
    pub door: String,
    pub head_name: Option<String>,
    pub people: u32,
    /// Agreed to be shown at the door.
    pub phone: Option<String>,
    /// Who needs help: ordinary tags that say so.
    pub help: Vec<String>,
    /// Care tags of the household and its people; only with a reason.
    pub care: Vec<String>,
    pub is_vacant: bool,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct DoorList {
    pub building: String,
    pub name: String,
    pub estate: Option<String>,
    pub grid: Option<String>,
    #[ts(type = "number")]
    pub made_at: i64,
    pub made_by: String,
    pub people: u32,
    pub doors: Vec<DoorLine>,
    /// Care tags are shown.
    pub has_care: bool,
    /// This person may ask for them.
    pub may_care: bool,
    pub file: Option<MadeFile>,
}
