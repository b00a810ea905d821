//! Why a file could not be read at all. What is wrong with single cells is a `Finding` of the roster, never an error.

use serde::Serialize;
use thiserror::Error;

/// A refused file: a stable code, a reason in Chinese for the person who chose the file, and the place where there is one.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize)]
#[error("{code}: {message}")]
pub struct ReadError {
    /// `not_a_roster | not_orders | not_xlsform | empty_sheet | bad_encoding | zip_bomb | too_large | bad_file`
    pub code: &'static str,
    pub message: String,
    /// 1-based row of the sheet or line of the text file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
}

impl ReadError {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        ReadError { code, message: message.into(), row: None, column: None }
    }

    pub(crate) fn not_a_roster(message: impl Into<String>) -> Self {
        Self::new("not_a_roster", message)
    }

    /// Nothing in a blank workbook was known.
    #[must_use]
    pub fn not_known() -> Self {
        Self::not_a_roster("没有认出表头:至少要有姓名、户主、住址、事项中的一列;也可以自己对")
    }

    pub(crate) fn not_orders(message: impl Into<String>) -> Self {
        Self::new("not_orders", message)
    }

    pub(crate) fn not_xlsform(message: impl Into<String>) -> Self {
        Self::new("not_xlsform", message)
    }

    pub(crate) fn empty_sheet(message: impl Into<String>) -> Self {
        Self::new("empty_sheet", message)
    }

    pub(crate) fn bad_encoding(message: impl Into<String>) -> Self {
        Self::new("bad_encoding", message)
    }

    pub(crate) fn zip_bomb(message: impl Into<String>) -> Self {
        Self::new("zip_bomb", message)
    }

    pub(crate) fn too_large(message: impl Into<String>) -> Self {
        Self::new("too_large", message)
    }

    pub(crate) fn bad_file(message: impl Into<String>) -> Self {
        Self::new("bad_file", message)
    }

    /// The same error at a 1-based row.
    pub(crate) fn at_row(mut self, row: u32) -> Self {
        self.row = Some(row);
        self
    }

    pub(crate) fn at_column(mut self, column: impl Into<String>) -> Self {
        self.column = Some(column.into());
        self
    }
}
