//! Replies about what was refused: the tray of its author, and the office's list of what others wrote.

use crate::codes::Coded;
use crate::reasons::Words;
use serde::Serialize;
use std::collections::BTreeMap;
use ts_rs::TS;

/// One field that a refused command would have written, beside what is there now.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RefusedField {
    /// Names it within the command: the arguments of the answer use it.
    pub id: String,
    pub kind: String,
    pub key: String,
    pub label: String,
    /// Of which record, where this device knows it.
    pub record_name: Option<String>,
    /// For people: label of a code, masked number.
    pub wanted: String,
    /// For a form.
    #[ts(type = "string | number | boolean | null")]
    pub value: serde_json::Value,
    /// What is there now; null where nothing is, or where this device does not hold it.
    pub now: Option<String>,
    /// The operations behind `now`: sent back, so that a value nobody looked at is never replaced.
    pub seen: Vec<String>,
    /// Shown, and not for this form to change.
    pub fixed: bool,
    /// It follows another field, which is there: it cannot be taken on its own.
    pub follows: Option<String>,
}

/// What the office did about it.
#[derive(Debug, Clone, Serialize, TS)]
pub struct TrayResolution {
    /// `adopted`, `returned`.
    pub how: String,
    pub words: String,
    /// Empty when nobody decided: others brought it back to a server that was set back.
    pub by: String,
    #[ts(type = "number")]
    pub at: i64,
}

/// A refused command of this device. It leaves only when its author says so.
#[derive(Debug, Clone, Serialize, TS)]
pub struct TrayItem {
    #[ts(type = "number")]
    pub seq: u64,
    pub command: String,
    pub text: String,
    pub household: Option<String>,
    pub reason: String,
    pub words: Words,
    /// What happened and what to do, in Chinese.
    pub why: String,
    /// What was written, label → text.
    pub values: BTreeMap<String, String>,
    pub fields: Vec<RefusedField>,
    #[ts(type = "number")]
    pub at: i64,
    /// What its author asked the office.
    pub asked: Option<String>,
    #[ts(type = "number | null")]
    pub asked_at: Option<i64>,
    pub resolution: Option<TrayResolution>,
    pub may_resend: bool,
    pub may_ask: bool,
}

#[derive(Debug, Clone, Default, Serialize, TS)]
pub struct TrayList {
    pub items: Vec<TrayItem>,
    pub total: u32,
}

/// A refused command of somebody beneath this office.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RefusedItem {
    pub id: String,
    /// What was to be done.
    pub command: Coded,
    pub reason: String,
    pub words: Words,
    pub by: String,
    pub by_role: Coded,
    /// When the server received it, unix ms.
    #[ts(type = "number")]
    pub at: i64,
    pub household: Option<String>,
    pub plate: Option<String>,
    pub record_name: Option<String>,
    pub fields: Vec<RefusedField>,
    /// Its author wants nothing more of it.
    pub discarded: bool,
    /// What its author asked.
    pub asked: Option<String>,
    #[ts(type = "number | null")]
    pub asked_at: Option<i64>,
    /// False where there is nothing that could be written down.
    pub may_adopt: bool,
    /// An adoption makes no new record: it can be taken back.
    pub may_undo: bool,
}

#[derive(Debug, Clone, Default, Serialize, TS)]
pub struct RefusedInbox {
    pub items: Vec<RefusedItem>,
    /// In all, with those that the server sends when these are done with.
    pub total: u32,
}
