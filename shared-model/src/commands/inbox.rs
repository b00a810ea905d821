//! The office's inbox: everything that the merge or an import could not decide, as one list; what is asked back; rules for many at once; and
//! taking a decision back.

use super::{CaseItem, Conflict, DeviceItem, Duplicate, ErasureItem, HeldItem, LeftBehindItem, RefusedItem};
use crate::codes::Coded;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// `list_inbox`: all of it, or what fits.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct ListInboxArgs {
    /// `fork step same refused late orphan fact held device left mention question`.
    pub kind: Option<String>,
    /// A unit, by id or name: only what lies beneath it.
    pub unit: Option<String>,
    /// Doorplate, name, pinyin initials, a telephone.
    pub q: Option<String>,
    /// Continue after this item.
    pub after: Option<String>,
    /// At most this many items, 100 unless told.
    pub limit: Option<u32>,
    /// As many more as are needed to reach this item.
    pub reach: Option<String>,
    /// What is known by now: a look for duplicates among thousands goes on beside, and the list is asked again when `pair` is raised.
    pub soon: Option<bool>,
}

/// One thing to decide. Its id stays the same when another value joins the fork.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct InboxItem {
    pub id: String,
    /// As in `ListInboxArgs`.
    pub kind: String,
    pub why: Coded,
    /// How long a practised person takes; the list begins with the easiest.
    pub seconds: u32,
    /// Since when, unix ms.
    #[ts(type = "number")]
    pub at: i64,
    pub who: Vec<String>,
    pub record: Option<String>,
    pub record_kind: Option<String>,
    pub household: Option<String>,
    pub plate: Option<String>,
    /// Person or thing by name.
    pub name: Option<String>,
    pub key: Option<String>,
    pub label: Option<String>,
    /// Door of the other side, of two that look alike; `label` is its name.
    pub other: Option<String>,
    /// Values of a fork, steps of a case, places of a mention, points of two that look alike.
    pub count: u32,
    /// File of an import, title of a case, command that was refused, codes of the reasons why two look alike.
    pub words: Option<String>,
    /// Somebody was asked about it and has not answered.
    pub asked: bool,
    /// Somebody was asked about it and has answered.
    pub answered: bool,
}

/// How many of a kind.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct InboxCount {
    pub kind: String,
    pub count: u32,
}

/// `list_inbox`: easiest first, among equals the oldest.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct InboxList {
    pub items: Vec<InboxItem>,
    /// That fit what was asked.
    pub total: u32,
    /// Seconds for all of those.
    #[ts(type = "number")]
    pub seconds: u64,
    /// Of every kind, whatever was asked.
    pub counts: Vec<InboxCount>,
    /// Open in all.
    pub open: u32,
    /// Duplicates are still being looked for: there may be more.
    pub looking: bool,
    /// The last of these items, when there are more.
    pub after: Option<String>,
}

/// One side of what contradicts: what is written where, by whom, when.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct FactSide {
    pub text: String,
    pub by: String,
    /// Unix ms, as claimed.
    #[ts(type = "number")]
    pub at: i64,
    /// What else is known of it.
    pub note: Option<String>,
}

/// Facts that contradict each other, or a record that points at what is over.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct FactView {
    pub rule: Coded,
    pub sides: Vec<FactSide>,
    /// What putting it right does.
    pub fix: Coded,
}

/// A question with its answer.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct AskedItem {
    pub id: String,
    pub about: String,
    pub about_kind: String,
    pub key: Option<String>,
    pub label: Option<String>,
    pub household: Option<String>,
    pub plate: Option<String>,
    pub name: Option<String>,
    /// Whom, by name.
    pub to: String,
    pub words: String,
    pub by: String,
    #[ts(type = "number")]
    pub at: i64,
    pub reply: Option<String>,
    pub replied_by: Option<String>,
    #[ts(type = "number | null")]
    pub replied_at: Option<i64>,
    pub closed: bool,
}

/// Who may be asked about an item.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct AskChoice {
    /// A membership.
    pub id: String,
    pub name: String,
    pub role: Coded,
    /// Wrote one of the values.
    pub wrote: bool,
}

/// `get_inbox_item`: with both sides' evidence. One of the parts is there, by the kind.
#[derive(Debug, Clone, Serialize, TS)]
pub struct InboxDetail {
    pub item: InboxItem,
    pub conflict: Option<Conflict>,
    pub held: Option<HeldItem>,
    pub refused: Option<RefusedItem>,
    pub device: Option<DeviceItem>,
    pub erasure: Option<ErasureItem>,
    pub left: Option<LeftBehindItem>,
    pub case: Option<CaseItem>,
    pub fact: Option<FactView>,
    pub same: Option<Duplicate>,
    /// Questions about this record, newest first.
    pub asked: Vec<AskedItem>,
    pub may_ask: Vec<AskChoice>,
    /// Its place in the whole list, from one.
    pub place: u32,
}

/// `decide_item`: of a fork, a held cell, something left behind, a contradiction, a question. What else is open has commands of its own.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct DecideItemArgs {
    pub id: String,
    /// `settle` a fork on `value`; `take`, `keep`, `edit` a held cell; `take`, `leave` what was left; `fix`, `leave` a contradiction; `close` a question;
    /// `merge` two that look alike (`value` is a [`MergeRecordsArgs`](super::MergeRecordsArgs)), or `different`.
    pub decision: String,
    #[ts(type = "unknown")]
    pub value: Option<serde_json::Value>,
    /// `value` is null: clear the field.
    pub clear: bool,
    /// The conflict as it was shown; a value that came since stays.
    pub conflict: Option<String>,
    /// Why, in words: stands in the history.
    pub words: Option<String>,
}

/// A decision that can be taken back.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DecisionItem {
    pub id: u32,
    pub item: String,
    pub kind: String,
    pub plate: Option<String>,
    pub text: String,
    #[ts(type = "number")]
    pub at: i64,
    pub batch: Option<String>,
    pub undone: bool,
}

/// `decide_item`, `adopt_refused`, `return_refused`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Decided {
    /// Names the decision for `undo_decision`; absent when nothing had to be written, or when it cannot be taken back here.
    pub decision: Option<u32>,
}

/// `undo_decision`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DecisionArgs {
    pub decision: u32,
}

/// `list_decisions`: what was decided on this device, newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct DecisionList {
    pub items: Vec<DecisionItem>,
}

/// `preview_bulk`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct BulkArgs {
    /// `phone_newer door_over_roster same_writing held_fill held_drop`.
    pub rule: String,
    /// Of `held_drop`.
    pub column: Option<String>,
    pub unit: Option<String>,
    pub q: Option<String>,
    /// Only these.
    pub ids: Option<Vec<String>>,
}

/// What a rule would write.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct BulkItem {
    pub id: String,
    pub plate: Option<String>,
    pub name: Option<String>,
    pub label: Option<String>,
    /// The values as they stand.
    pub from: Vec<String>,
    pub to: String,
    /// What was seen; an item that says something else since is left out.
    pub seen: String,
}

/// What a rule leaves to a person.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct BulkLeft {
    pub id: String,
    pub plate: Option<String>,
    pub name: Option<String>,
    pub label: Option<String>,
    pub why: Coded,
}

/// `preview_bulk`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct BulkPreview {
    pub items: Vec<BulkItem>,
    pub left_out: Vec<BulkLeft>,
    /// Columns with held cells, for `held_drop`.
    pub columns: Vec<String>,
}

/// An item as it was shown.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct BulkPick {
    pub id: String,
    pub seen: String,
}

/// `apply_bulk`: as previewed. A long list goes in parts under one batch, so that it can be stopped.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct ApplyBulkArgs {
    pub rule: String,
    #[serde(default)]
    pub column: Option<String>,
    pub items: Vec<BulkPick>,
    /// Of an earlier part.
    #[serde(default)]
    pub batch: Option<String>,
}

/// `apply_bulk`, `undo_bulk`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct BulkDone {
    pub batch: String,
    pub done: u32,
    pub left_out: Vec<BulkLeft>,
}

/// `undo_bulk`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct BatchArgs {
    pub batch: String,
}

/// `ask_back`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct AskBackArgs {
    /// The item it is about.
    pub item: String,
    /// A membership.
    pub to: String,
    pub words: String,
}

/// `reply_question`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ReplyQuestionArgs {
    pub id: String,
    pub words: String,
}

/// `list_asked`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct AskedList {
    pub items: Vec<AskedItem>,
}
