//! Arguments of the commands. Ids are UUIDs as text; times are unix milliseconds; dates are `YYYY-MM-DD`.
//! A coded value is given as its code or as its exact Chinese label.

use crate::cases::Workflow;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// No arguments.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct NoArgs {}

/// One record.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct IdArgs {
    pub id: String,
}

/// One page of a list.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct PageArgs {
    pub limit: Option<u32>,
    pub offset: Option<u32>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct EnrolArgs {
    /// The invite, `gridwalk:1?u=…&t=…&k=…&e=…`.
    pub invite: String,
    /// Six digits, chosen by the person; never leaves the device.
    pub pin: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct UnlockArgs {
    pub pin: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct ListHouseholdsArgs {
    /// Any unit: a building, a grid, a community. Absent: everything held.
    pub unit: Option<String>,
    /// Only doors in this state: `over`, `today`, `soon`.
    pub due: Option<String>,
    /// Only with this tag.
    pub tag: Option<String>,
    /// A few characters of door, name or phone.
    pub q: Option<String>,
    pub limit: Option<u32>,
    pub offset: Option<u32>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct AddHouseholdArgs {
    /// Building id.
    pub building: String,
    /// 单元; empty where there is none.
    #[serde(default)]
    pub unit_no: Option<String>,
    /// 房号.
    pub door: String,
    /// Name of the head; makes the person too.
    #[serde(default)]
    pub head_name: Option<String>,
    /// Any further fields of a household.
    #[serde(default)]
    #[ts(as = "Option<BTreeMap<String, serde_json::Value>>")]
    pub edit: Option<BTreeMap<String, serde_json::Value>>,
}

/// An edit of a record: only the keys that the person touched. `null` clears. `tags` and `care_tags` take a whole list.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct EditArgs {
    pub id: String,
    #[ts(type = "Record<string, unknown>")]
    pub edit: BTreeMap<String, serde_json::Value>,
    /// Per key the operations that the form showed (`ops` of the record). Absent: read now.
    #[serde(default)]
    #[ts(as = "Option<BTreeMap<String, Vec<String>>>")]
    pub seen: Option<BTreeMap<String, Vec<String>>>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct AddPersonArgs {
    pub household: String,
    pub name: String,
    #[serde(default)]
    #[ts(as = "Option<BTreeMap<String, serde_json::Value>>")]
    pub edit: Option<BTreeMap<String, serde_json::Value>>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct MovePersonArgs {
    pub id: String,
    /// The household moved to; absent: moved away, out of what is held.
    #[serde(default)]
    pub household: Option<String>,
    #[serde(default)]
    pub reason: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct AddVisitArgs {
    /// Exactly one of these four is visited.
    #[serde(default)]
    pub household: Option<String>,
    #[serde(default)]
    pub place: Option<String>,
    /// A patrol point.
    #[serde(default)]
    pub patrol: Option<String>,
    #[serde(default)]
    pub facility: Option<String>,
    /// `met absent refused moved deceased away`; of a place, a patrol point, a facility also `clear found`; or the label.
    pub outcome: String,
    /// `door phone message neighbour chance`; absent: at the door.
    #[serde(default)]
    pub mode: Option<String>,
    #[serde(default)]
    pub topics: Option<Vec<String>>,
    #[serde(default)]
    pub note: Option<String>,
    /// People met.
    #[serde(default)]
    pub people: Option<Vec<String>>,
    /// When, unix milliseconds; absent: now.
    #[serde(default)]
    #[ts(as = "Option<f64>")]
    pub at: Option<i64>,
    /// Facts learned at the door: record id → edit. Written in the same command.
    #[serde(default)]
    #[ts(as = "Option<BTreeMap<String, BTreeMap<String, serde_json::Value>>>")]
    pub facts: Option<BTreeMap<String, BTreeMap<String, serde_json::Value>>>,
    /// Photos and recordings that go with it, written in the same command.
    #[serde(default)]
    #[ts(as = "Option<Vec<super::NewAttachment>>")]
    pub attachments: Vec<super::NewAttachment>,
    /// Questionnaires that were asked; what they fill is written in the same command too.
    #[serde(default)]
    pub responses: Option<Vec<super::ResponseArgs>>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct ListDueArgs {
    /// A unit; absent: all mine.
    pub unit: Option<String>,
    /// Days ahead that still count as soon; default 3.
    pub days: Option<u32>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct ListMattersArgs {
    /// Words, pinyin, or pinyin initials.
    pub q: Option<String>,
    /// Also those that the deployment does not take.
    pub all: Option<bool>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct AddCaseArgs {
    /// Code of the matter catalogue, or its exact Chinese name.
    pub matter: String,
    /// One line.
    pub title: String,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub household: Option<String>,
    #[serde(default)]
    pub building: Option<String>,
    /// Place in words, when neither is known.
    #[serde(default)]
    pub place: Option<String>,
    /// Person concerned; kept apart from the case in a stricter class.
    #[serde(default)]
    pub person: Option<String>,
    /// Who told it, only when it is someone other than the author.
    #[serde(default)]
    pub reporter: Option<String>,
    /// Handled on the spot: what was done. Closes the case at once.
    #[serde(default)]
    pub on_the_spot: Option<String>,
    /// Name of the workflow; absent: the one of the matter.
    #[serde(default)]
    pub workflow: Option<String>,
    /// How to reach who told it.
    #[serde(default)]
    pub contact: Option<String>,
    /// For whom it is written down, when that is not the author: a building head who telephoned.
    #[serde(default)]
    pub on_behalf_of: Option<String>,
    /// The case that it is a part of.
    #[serde(default)]
    pub parent: Option<String>,
    /// The case that was closed and is there again.
    #[serde(default)]
    pub repeat_of: Option<String>,
    /// The visit or patrol at which it was found; keeps the case in the same command.
    #[serde(default)]
    pub visit: Option<String>,
    /// Fields of the workflow, by name.
    #[serde(default)]
    pub data: BTreeMap<String, String>,
    /// Where it is, degrees (WGS-84); only where somebody gave it.
    #[serde(default)]
    pub lng: Option<f64>,
    #[serde(default)]
    pub lat: Option<f64>,
    /// Photos and recordings that go with it, written in the same command.
    #[serde(default)]
    #[ts(as = "Option<Vec<super::NewAttachment>>")]
    pub attachments: Vec<super::NewAttachment>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct ListCasesArgs {
    pub unit: Option<String>,
    pub household: Option<String>,
    /// `open` or `closed`; absent: all.
    pub state: Option<String>,
    /// Only what I reported.
    pub mine: Option<bool>,
    /// Only those of this workflow.
    pub workflow: Option<String>,
    /// Only those that wait for a call back after their end.
    pub follow: Option<bool>,
    /// Only those with steps that do not fit, which nobody has looked at.
    pub clashing: Option<bool>,
    pub limit: Option<u32>,
    pub offset: Option<u32>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct AddStepArgs {
    pub case: String,
    /// Name of the transition, e.g. `dispatch`, `handle`, `comment`, `close`; see `CaseFile.next`.
    pub transition: String,
    #[serde(default)]
    pub note: Option<String>,
    /// Who is to act, in words, for a dispatch.
    #[serde(default)]
    pub assignee: Option<String>,
    /// 满意 / 基本满意 / 不满意 for a rating.
    #[serde(default)]
    pub rating: Option<String>,
    /// For `hand_up`: the unit (id or code) whose office is to see the case. For `dispatch`: the membership that is to see and handle it.
    #[serde(default)]
    pub to: Option<String>,
    /// Up to which class; absent: the case's own.
    #[serde(default)]
    pub upto: Option<String>,
    /// Fields of the step, by name.
    #[serde(default)]
    pub data: BTreeMap<String, String>,
    /// For whom it is written down, when that is not the author: a department that telephoned.
    #[serde(default)]
    pub on_behalf_of: Option<String>,
    /// Photos and recordings that go with it, written in the same command.
    #[serde(default)]
    #[ts(as = "Option<Vec<super::NewAttachment>>")]
    pub attachments: Vec<super::NewAttachment>,
}

/// `print_case`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PrintCaseArgs {
    pub case: String,
    /// Name of one of its sheets; see `CaseFile.sheets`.
    pub sheet: String,
}

/// `list_near`: open cases of the same matter close by, before a second one is made.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct ListNearArgs {
    pub matter: String,
    pub building: Option<String>,
    pub household: Option<String>,
    pub lng: Option<f64>,
    pub lat: Option<f64>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct WorkflowArgs {
    pub workflow: Workflow,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct NameArgs {
    pub name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct ShareCaseArgs {
    pub case: String,
    /// Unit (id or code) whose office is to see the case; with `assignee` it may be left empty.
    #[serde(default)]
    pub to: Option<String>,
    /// Up to which class (`open`, `register`, `private`, `office`); absent: the case's own.
    #[serde(default)]
    pub upto: Option<String>,
    /// Membership of one person, who then sees it by name. What is stricter than open needs one.
    #[serde(default)]
    pub assignee: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct UnshareCaseArgs {
    pub case: String,
    /// As `CaseItem.shared` names it.
    pub target: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SettleArgs {
    /// Id of the conflict as listed: it names the operations that were seen.
    pub id: String,
    /// One of its values, or a new one; `null` clears.
    #[ts(type = "unknown")]
    pub value: serde_json::Value,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct ListHeldArgs {
    pub household: Option<String>,
    pub limit: Option<u32>,
    pub offset: Option<u32>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct DecideHeldArgs {
    pub id: String,
    /// `take` the cell, `keep` what is there, or `edit` with a value.
    pub decision: String,
    #[serde(default)]
    #[ts(as = "Option<serde_json::Value>")]
    pub value: Option<serde_json::Value>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct HistoryArgs {
    pub record: String,
    pub key: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct SearchArgs {
    /// Name, pinyin, initials, door in any writing, last digits of a phone, a tag.
    pub q: String,
    #[serde(default)]
    pub limit: Option<u32>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct SyncArgs {
    /// Folder for a trace of every exchange (command line only).
    pub trace: Option<String>,
}

/// What is chosen of a refused command's fields, by their ids: all as they were, but for these.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct RefusedChoice {
    /// Another value; null clears.
    #[serde(default)]
    #[ts(as = "Option<BTreeMap<String, serde_json::Value>>")]
    pub values: BTreeMap<String, serde_json::Value>,
    #[serde(default)]
    #[ts(as = "Option<Vec<String>>")]
    pub leave_out: Vec<String>,
    /// The operations that the form showed as what is there now.
    #[serde(default)]
    #[ts(as = "Option<BTreeMap<String, Vec<String>>>")]
    pub seen: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ResendArgs {
    /// `device_seq` of the refused command.
    #[ts(type = "number")]
    pub seq: u64,
    #[serde(flatten)]
    #[ts(flatten)]
    pub choice: RefusedChoice,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct RefusedWordsArgs {
    /// `device_seq` of the refused command.
    #[ts(type = "number")]
    pub seq: u64,
    pub words: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct AdoptArgs {
    pub id: String,
    #[serde(flatten)]
    #[ts(flatten)]
    pub choice: RefusedChoice,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct ReturnArgs {
    pub id: String,
    /// For its author. May be missing only for what its author discarded.
    pub words: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DiscardArgs {
    /// `device_seq` of the refused command.
    #[ts(type = "number")]
    pub seq: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct ImportArgs {
    /// Path of the file on this machine (command line, shell) …
    #[serde(default)]
    pub file: Option<String>,
    /// … or its bytes in base64 with a name (browser).
    #[serde(default)]
    pub data: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
    /// Grid that the roster belongs to: id or code.
    pub grid: String,
    /// Estate, where the roster does not say.
    #[serde(default)]
    pub estate: Option<String>,
    /// Column → field, `ext` to keep it beside, empty to leave it out; what is not named is told by its words.
    #[serde(default)]
    pub columns: Option<BTreeMap<String, String>>,
    /// By sheet, where the header was not found.
    #[serde(default)]
    pub headers: Option<BTreeMap<String, super::HeaderRows>>,
    /// By the row where a household begins.
    #[serde(default)]
    pub decisions: Option<Vec<super::RowDecision>>,
    #[serde(default)]
    pub dry_run: Option<bool>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct FillArgs {
    #[serde(default)]
    pub file: Option<String>,
    #[serde(default)]
    pub data: Option<String>,
    #[serde(default)]
    pub filter: Option<FillFilter>,
    /// Where to write the filled table (command line, shell); absent: returned as base64.
    #[serde(default)]
    pub out: Option<String>,
    /// Reason for whole ID numbers; without one they are masked.
    #[serde(default)]
    pub reason: Option<String>,
    /// How single sheets are filled; the others as the templates or their words say.
    #[serde(default)]
    pub sheets: Option<Vec<super::FillSheetArgs>>,
    /// The table is handed out, not only looked at: the log of exports gets its line first. With `out` it always is.
    #[serde(default)]
    pub save: Option<bool>,
}

/// Which people go into a table.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct FillFilter {
    pub unit: Option<String>,
    /// Age in whole years today, inclusive.
    pub age_from: Option<u32>,
    pub age_to: Option<u32>,
    pub tag: Option<String>,
    pub political: Option<String>,
    pub sex: Option<String>,
    /// Of cases: `open`, `closed`.
    pub state: Option<String>,
    /// Of cases: opened on this day or later, up to this day.
    pub since: Option<String>,
    pub until: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct AskArgs {
    /// Household or person → the fields to ask for, by key.
    pub items: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct RevealArgs {
    pub record: String,
    pub key: String,
    /// Why; written to the log before the value is shown.
    pub reason: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ConfirmDeviceArgs {
    pub device: String,
    /// The six digits that the other screen shows.
    pub digits: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct RevokeDeviceArgs {
    pub device: String,
    /// `replaced left lost stolen cloned mistaken`. After `lost` or `stolen` nothing that arrives from it counts.
    pub reason: String,
    /// With it every other account of the machine that it lies on.
    #[serde(default)]
    pub machine: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct InviteArgs {
    pub role: String,
    /// Unit id or code.
    pub unit: String,
    /// The person's name.
    pub name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct EraseArgs {
    /// A person or a household.
    pub record: String,
    /// A code of the table `erase_reason`.
    pub reason: String,
    /// The person was told what goes, and that it cannot be undone.
    #[serde(default)]
    pub confirm: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DecideMentionArgs {
    /// As `list_erasures` names it.
    pub id: String,
    /// `erase` these fields with all their history, or `keep`: it is somebody else.
    pub decision: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct WithdrawArgs {
    /// Household id.
    pub household: String,
}
