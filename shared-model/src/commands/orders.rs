//! Hotline orders taken in and their results given out: arguments and replies.

use super::ImportFinding;
use crate::codes::Coded;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// `import_orders`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct ImportOrdersArgs {
    /// Path of the file on this machine (command line, shell) …
    pub file: Option<String>,
    /// … or its bytes in base64 with a name (browser).
    pub data: Option<String>,
    pub name: Option<String>,
    /// Only says what would be done.
    pub dry_run: Option<bool>,
}

/// `export_orders`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct ExportOrdersArgs {
    /// Where to write it (command line, shell), `.xlsx` or `.csv`; absent: returned as base64.
    pub out: Option<String>,
    /// `xlsx` or `csv`, where `out` does not say.
    pub format: Option<String>,
    /// Orders received on these days, inclusive, `YYYY-MM-DD`.
    pub from: Option<String>,
    pub to: Option<String>,
}

/// A row of a file of orders with what comes of it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct OrderRow {
    /// Row of the sheet, 1-based.
    pub row: u32,
    /// `new`; `known`: here already and the same; `changed`: here already, and the file says something else, which is not written; `twice`: a row
    /// above has the same number; `bad`: cannot be taken.
    pub verdict: String,
    pub number: String,
    pub title: String,
    pub matter: Option<Coded>,
    /// From what the matter is known: `category` (the file names it), `words` (words of the order), `default`.
    pub matter_from: String,
    /// The building or door that the address names.
    pub place: Option<String>,
    /// `YYYY-MM-DD`.
    pub due: Option<String>,
    /// The file names no day; counted from the catalogue.
    pub due_guess: bool,
    /// The case, where there is one.
    pub case: Option<String>,
    /// What is wrong, differs, or was guessed.
    pub findings: Vec<ImportFinding>,
}

/// `import_orders`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct OrdersReport {
    pub file: String,
    pub dry_run: bool,
    pub added: u32,
    pub known: u32,
    pub changed: u32,
    pub twice: u32,
    pub bad: u32,
    pub rows: Vec<OrderRow>,
    /// Headers that say nothing here; their cells are kept with the order's words.
    pub unknown_headers: Vec<String>,
    /// Rows that are no order (a total, a remark), 1-based.
    pub skipped: Vec<u32>,
    #[ts(type = "number")]
    pub took_ms: u64,
}

/// `export_orders`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct OrdersExport {
    pub headers: Vec<String>,
    /// All rows, for the page.
    pub rows: Vec<Vec<String>>,
    /// Where it was written, or …
    pub file: Option<String>,
    /// … its bytes in base64.
    pub data: Option<String>,
    pub name: String,
}
