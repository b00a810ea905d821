//! Replies about two values, held cells, history, search and the state of sync.

use crate::codes::Coded;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One of the values of a conflict.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ConflictValue {
    #[ts(type = "string | number | boolean | null")]
    pub value: serde_json::Value,
    /// For people: label of a code, masked number.
    pub text: String,
    /// Who wrote it, by display name.
    pub by: String,
    /// Role or place of that person, where known.
    pub by_role: Option<String>,
    /// When, unix ms, as claimed.
    #[ts(type = "number")]
    pub at: i64,
    /// The winner shown meanwhile.
    pub shown: bool,
    /// The operation.
    pub op: String,
}

/// A field with more than one live value.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Conflict {
    /// Names the operations, so that settling by it never touches a later one.
    pub id: String,
    pub record: String,
    pub kind: String,
    /// Name of the person or doorplate.
    pub record_name: String,
    pub household: Option<String>,
    pub plate: Option<String>,
    pub key: String,
    pub label: String,
    pub values: Vec<ConflictValue>,
    /// The value before the fork, where this device still knows it.
    pub before: Option<String>,
    /// May this person settle it?
    pub may_settle: bool,
    /// Newest of the values, unix ms.
    #[ts(type = "number")]
    pub at: i64,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct ConflictList {
    pub items: Vec<Conflict>,
    pub total: u32,
}

/// A cell of an import that waits for the office.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct HeldItem {
    pub id: String,
    /// `differs id_checksum id_length id_float no_name no_door other_grid bad_code set_back`.
    pub reason: Coded,
    pub file: String,
    pub row: u32,
    pub column: String,
    pub household: Option<String>,
    pub plate: Option<String>,
    pub record: Option<String>,
    pub record_name: Option<String>,
    pub key: Option<String>,
    pub label: Option<String>,
    /// What the record says now.
    pub current: Option<String>,
    /// What the cell says, letter by letter.
    pub cell: String,
    pub by: String,
    #[ts(type = "number")]
    pub at: i64,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct HeldList {
    pub items: Vec<HeldItem>,
    pub total: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct HistoryItem {
    #[ts(type = "string | number | boolean | null")]
    pub value: serde_json::Value,
    pub text: String,
    pub by: String,
    #[ts(type = "number")]
    pub at: i64,
    /// When the server received it, unix ms; null while waiting here.
    #[ts(type = "number | null")]
    pub received_at: Option<i64>,
    /// `write`, `settle`, `import`.
    pub how: String,
    pub op: String,
    /// Why it was decided so, where words were given.
    pub words: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct History {
    /// Newest first.
    pub items: Vec<HistoryItem>,
    /// False: only what this device holds.
    pub complete: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SearchHit {
    /// `household`, `person`, `case`.
    pub kind: String,
    pub id: String,
    pub household: Option<String>,
    pub plate: Option<String>,
    pub title: String,
    pub detail: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct SearchReply {
    pub items: Vec<SearchHit>,
    pub total: u32,
}

/// The truth line: dated, never a bare tick.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct SyncStatus {
    /// Commands that have no verdict yet.
    pub pending: u32,
    /// Photos waiting, counted apart.
    pub photos: u32,
    /// True only when everything held was proved equal and nothing waits.
    pub agreed: bool,
    /// When that was last proved, unix ms.
    #[ts(type = "number | null")]
    pub agreed_at: Option<i64>,
    /// Records compared then.
    pub agreed_records: u32,
    /// Written since then.
    pub since: u32,
    /// Last contact, unix ms.
    #[ts(type = "number | null")]
    pub contact_at: Option<i64>,
    /// Refused, waiting for this person.
    pub refused: u32,
    /// Compared and found different: stays until it is mended.
    pub differs: bool,
    /// The server was set back, and what this device holds is being given to it again.
    pub set_back: bool,
    /// The office is to confirm this device (again, after the server was set back): the six digits to compare.
    pub confirm_again: Option<String>,
    /// Pages and own commands kept until a verified backup holds them.
    pub kept_pages: u32,
    pub kept_commands: u32,
    /// Last attempt failed for lack of a server.
    pub offline: bool,
    pub conflicts: u32,
    pub held: u32,
    /// What changed hands lately.
    pub handover: Option<HandoverNote>,
    /// Records held, and bytes of the store.
    pub records: u32,
    #[ts(type = "number")]
    pub bytes: u64,
}

/// A change of what this device's person is in charge of.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct HandoverNote {
    #[ts(type = "number")]
    pub at: i64,
    /// Units by name, the widest that changed.
    pub gained: Vec<String>,
    pub lost: Vec<String>,
    /// Commands written in what was lost that the server took since.
    pub accepted: u32,
    /// Units that are still here, to be read only, until everything written in them has a verdict.
    pub leaving: u32,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct SyncReport {
    pub agreed: bool,
    pub pushed: u32,
    pub pulled: u32,
    pub refused: u32,
    pub requests: u32,
    #[ts(type = "number")]
    pub bytes_up: u64,
    #[ts(type = "number")]
    pub bytes_down: u64,
    pub status: SyncStatus,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PendingItem {
    #[ts(type = "number")]
    pub seq: u64,
    pub command: String,
    /// In words: 走访 3-2-501.
    pub text: String,
    pub household: Option<String>,
    #[ts(type = "number")]
    pub at: i64,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct PendingList {
    pub items: Vec<PendingItem>,
    pub total: u32,
}

/// A new record.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Added {
    pub id: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct Edited {
    /// False when nothing had to be written.
    pub changed: bool,
}
