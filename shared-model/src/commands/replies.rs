//! Replies of the commands. A coded value is `{code, label}`; a person's words are text; a masked value says so.

use crate::codes::Coded;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Who this device belongs to. Answers also while locked or not yet enrolled.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct Whoami {
    pub enrolled: bool,
    pub locked: bool,
    /// False until the office has confirmed the device.
    pub confirmed: bool,
    /// Six digits to compare with the office's screen, while unconfirmed.
    pub digits: Option<String>,
    /// Display name of the person.
    pub name: Option<String>,
    /// Roles by unit.
    pub roles: Vec<RoleAt>,
    /// The widest of the roles: decides which screens are shown.
    pub role: Option<Coded>,
    /// Name of the community (for the office's rail) or unit.
    pub unit_name: Option<String>,
    pub device: Option<String>,
    /// PIN tries left before waiting, when locked.
    pub tries_left: Option<u32>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct RoleAt {
    pub role: Coded,
    pub unit: String,
    pub unit_name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct UnitItem {
    pub id: String,
    pub code: Option<String>,
    pub kind: Coded,
    pub name: String,
    pub parent: Option<String>,
    /// Number and estate of a building.
    pub number: Option<String>,
    pub estate: Option<String>,
    /// Households held beneath this unit.
    pub households: u32,
    pub people: u32,
    /// Households overdue, due today, and visited within their period, beneath this unit.
    pub over: u32,
    pub today: u32,
    pub open_cases: u32,
    pub closed: bool,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct UnitList {
    pub items: Vec<UnitItem>,
}

/// When a door is due. Nothing is overdue that was never visited.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct Due {
    /// `over`, `today`, `soon`, `none`, `done` (visited today), `vacant`.
    pub state: String,
    /// `YYYY-MM-DD`.
    pub date: Option<String>,
    /// Days until due; negative when overdue.
    pub days: i32,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct HouseholdItem {
    pub id: String,
    pub building: String,
    pub building_name: String,
    /// Doorplate, `3-2-501`.
    pub plate: String,
    pub unit_no: String,
    pub door: String,
    /// Floor, read from the door number, where it can be.
    pub floor: Option<i32>,
    pub head_name: Option<String>,
    pub people: u32,
    /// red yellow green general.
    pub tier: Coded,
    pub tags: Vec<String>,
    /// Age of the oldest person, for the line under the name; null where not held.
    pub oldest: Option<i32>,
    pub due: Due,
    /// Last visit, unix ms.
    #[ts(type = "number | null")]
    pub visited_at: Option<i64>,
    pub conflicts: u32,
    pub held: u32,
    pub open_cases: u32,
    pub is_hub: bool,
    pub is_rented: bool,
    pub is_vacant: bool,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct HouseholdList {
    pub items: Vec<HouseholdItem>,
    pub total: u32,
}

/// The household file.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct HouseholdFile {
    pub household: HouseholdView,
    pub persons: Vec<PersonView>,
    /// Newest first.
    pub visits: Vec<VisitView>,
    pub cases: Vec<CaseItem>,
    /// Two values anywhere in this file.
    pub conflicts: Vec<Conflict>,
    /// Import cells of this household that wait for the office.
    pub held: Vec<HeldItem>,
    /// Facts to ask for at the next visit: record, key, label.
    pub asks: Vec<Ask>,
    /// The hub family that covers this household.
    pub hub: Option<HubView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct HubView {
    pub household: String,
    pub plate: String,
    pub name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Ask {
    pub record: String,
    pub record_name: String,
    pub key: String,
    pub label: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct HouseholdView {
    pub id: String,
    pub building: String,
    pub building_name: String,
    pub estate: Option<String>,
    pub plate: String,
    pub unit_no: String,
    pub door: String,
    pub head_name: Option<String>,
    pub contact_phone: Option<String>,
    pub residence_type: Option<Coded>,
    pub tier: Coded,
    pub tags: Vec<String>,
    /// Care tags; null where this device does not hold the class.
    pub care_tags: Option<Vec<String>>,
    pub note: Option<String>,
    pub is_hub: bool,
    pub is_rented: bool,
    pub is_vacant: bool,
    pub due: Due,
    /// Per key the live operations, to be handed back as `seen` by an edit.
    pub ops: BTreeMap<String, Vec<String>>,
    /// False where this device holds the door part only.
    pub has_register: bool,
    pub pending: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PersonView {
    pub id: String,
    pub household: String,
    pub name: String,
    pub nickname: Option<String>,
    pub sex: Option<Coded>,
    pub birth_year: Option<i32>,
    pub age: Option<i32>,
    pub relation: Option<Coded>,
    pub phone: Option<String>,
    pub phone2: Option<String>,
    pub education: Option<Coded>,
    pub political: Option<Coded>,
    pub ethnic: Option<Coded>,
    pub marital: Option<Coded>,
    pub employment: Option<Coded>,
    pub employer: Option<String>,
    pub residence_type: Option<Coded>,
    pub note: Option<String>,
    pub tags: Vec<String>,
    pub care_tags: Option<Vec<String>>,
    /// Masked, `610104********0515`; `reveal` shows it, with a reason.
    pub id_number_masked: Option<String>,
    /// Moved away or died: the person stays in the file, greyed.
    pub ended: Option<String>,
    pub end_reason: Option<String>,
    pub ops: BTreeMap<String, Vec<String>>,
    pub pending: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct VisitView {
    pub id: String,
    pub household: String,
    pub outcome: Coded,
    pub mode: Coded,
    pub topics: Vec<Coded>,
    pub note: Option<String>,
    /// Unix ms, as claimed by the device.
    #[ts(type = "number")]
    pub at: i64,
    pub by: String,
    /// Not yet at the office.
    pub pending: bool,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct DueList {
    pub over: Vec<HouseholdItem>,
    pub today: Vec<HouseholdItem>,
    pub soon: Vec<HouseholdItem>,
    /// Visited today.
    pub done: u32,
    /// Cases with me.
    pub cases: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct MatterItem {
    pub code: String,
    pub category: String,
    pub name_zh: String,
    pub name_en: String,
    pub lead: Option<String>,
    pub level: u32,
    pub response_hours: f64,
    pub resolve_days: u32,
    pub class: String,
    pub community_duty: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct MatterList {
    pub items: Vec<MatterItem>,
}

/// A choice of a form.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct CodeChoice {
    pub code: String,
    pub zh: String,
    pub en: String,
    /// One of the few shown first.
    pub common: bool,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct CodeBook {
    /// Table name (`sex`, `relation`, `visit_outcome`, `visit_topic` …) → choices.
    pub tables: BTreeMap<String, Vec<CodeChoice>>,
    pub tags: Vec<String>,
    pub care_tags: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct CaseItem {
    pub id: String,
    pub title: String,
    pub matter: Coded,
    pub category: String,
    /// State of the workflow: `reported dispatched handling answered closed returned …`.
    pub state: Coded,
    pub is_closed: bool,
    /// Household or building it is at.
    pub household: Option<String>,
    pub building: Option<String>,
    /// Doorplate or building name or words.
    pub place: Option<String>,
    /// Unix ms.
    #[ts(type = "number")]
    pub opened_at: i64,
    #[ts(type = "number | null")]
    pub due_at: Option<i64>,
    /// `over`, `today`, `soon`, `none`.
    pub due: Due,
    pub by: String,
    pub mine: bool,
    pub lead: Option<String>,
    pub class: String,
    pub pending: bool,
    /// One sentence of what came of it, for a building head.
    pub outcome: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct CaseList {
    pub items: Vec<CaseItem>,
    pub total: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct CaseView {
    #[serde(flatten)]
    pub item: CaseItem,
    pub description: Option<String>,
    pub person: Option<String>,
    pub reporter: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct StepView {
    pub id: String,
    pub transition: Coded,
    pub note: Option<String>,
    pub assignee: Option<String>,
    pub rating: Option<String>,
    #[ts(type = "number")]
    pub at: i64,
    pub by: String,
    pub pending: bool,
    /// Legal where it was taken, not after the merge: stays, marked.
    pub clashes: bool,
}

/// A transition that may be taken now.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct NextStep {
    pub transition: Coded,
    /// `note`, `assignee`, `rating`: what it requires.
    pub requires: Vec<String>,
    /// The one action offered as the main button.
    pub main: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct CaseFile {
    pub case: CaseView,
    pub steps: Vec<StepView>,
    pub next: Vec<NextStep>,
}

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
    /// `differs id_checksum id_length id_float no_name no_door other_grid bad_code`.
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
    /// Last attempt failed for lack of a server.
    pub offline: bool,
    pub conflicts: u32,
    pub held: u32,
    /// Records held, and bytes of the store.
    pub records: u32,
    #[ts(type = "number")]
    pub bytes: u64,
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

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct TrayItem {
    #[ts(type = "number")]
    pub seq: u64,
    pub command: String,
    pub text: String,
    pub reason: String,
    /// For people.
    pub why: String,
    /// What was written, key → text.
    pub values: BTreeMap<String, String>,
    #[ts(type = "number")]
    pub at: i64,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct TrayList {
    pub items: Vec<TrayItem>,
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

/// A row of a roster that was not read as it stands.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ImportFinding {
    /// Row of the sheet, 1-based.
    pub row: u32,
    /// Header of the column.
    pub column: String,
    pub code: String,
    pub message: String,
    /// The cell, letter by letter.
    pub cell: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ImportDuplicate {
    pub row: u32,
    /// The household already there.
    pub household: String,
    pub plate: String,
    pub reason: String,
    /// Cells that differ and wait for the office.
    pub differs: u32,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct ImportReport {
    pub file: String,
    pub dry_run: bool,
    pub households: u32,
    pub persons: u32,
    /// New records written (households and people).
    pub added: u32,
    pub buildings: u32,
    pub held: u32,
    pub errors: Vec<ImportFinding>,
    pub warnings: Vec<ImportFinding>,
    pub duplicates: Vec<ImportDuplicate>,
    /// First households as they would be read, for the preview.
    pub preview: Vec<ImportPreview>,
    #[ts(type = "number")]
    pub took_ms: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ImportPreview {
    pub row: u32,
    pub plate: String,
    pub head: String,
    pub people: u32,
    /// `new`, `known`, `differs`.
    pub state: String,
    pub tags: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct FillGap {
    pub row: u32,
    pub record: String,
    pub household: String,
    pub plate: String,
    pub name: String,
    pub key: String,
    pub label: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct FillReport {
    pub rows: u32,
    pub columns: Vec<FillColumn>,
    pub unknown_headers: Vec<String>,
    pub gaps: Vec<FillGap>,
    /// The filled rows as text, at most 50, for the preview.
    pub preview: Vec<Vec<String>>,
    pub masked: bool,
    /// Path written, or …
    pub file: Option<String>,
    /// … the filled XLSX in base64.
    pub data: Option<String>,
    pub name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct FillColumn {
    /// Header as it stands, parts of a two-row header joined by `/`.
    pub header: String,
    /// Field that fills it; null when unknown.
    pub field: Option<String>,
    pub label: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Revealed {
    pub value: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DeviceItem {
    pub id: String,
    pub name: String,
    pub role: Coded,
    pub unit: String,
    pub unit_name: String,
    /// `unconfirmed`, `active`, `revoked`, `cloned`.
    pub state: String,
    /// Six digits to compare, while unconfirmed.
    pub digits: Option<String>,
    #[ts(type = "number | null")]
    pub seen_at: Option<i64>,
    pub this: bool,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct DeviceList {
    pub items: Vec<DeviceItem>,
    /// People with their roles and phone numbers, from memberships.
    pub people: Vec<MemberItem>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct MemberItem {
    pub name: String,
    pub role: Coded,
    pub unit: String,
    pub unit_name: String,
    pub phone: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Invited {
    /// `gridwalk:1?u=…&t=…&k=…&e=…`.
    pub invite: String,
    #[ts(type = "number")]
    pub expires_at: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct HoldingItem {
    /// common open door register private office.
    pub class: Coded,
    pub records: u32,
    /// Kinds with counts.
    pub kinds: BTreeMap<String, u32>,
    /// Fields of this class by label, as the declarations say.
    pub fields: Vec<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct Holdings {
    pub items: Vec<HoldingItem>,
    /// Classes that never reach this device, by label.
    pub never: Vec<Coded>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct LogItem {
    #[ts(type = "number")]
    pub at: i64,
    /// `reveal`, `sync`, `export`, `import`, `settle`.
    pub what: String,
    pub text: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct OwnLog {
    pub items: Vec<LogItem>,
    /// My week as text, derived from what I wrote; mine to copy.
    pub week: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct FieldInfo {
    pub key: String,
    pub zh: String,
    pub en: String,
    pub class: String,
    pub kind: String,
    pub code_table: Option<String>,
    pub purpose: String,
    pub basis: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct TableList {
    /// Kind → fields.
    pub kinds: BTreeMap<String, Vec<FieldInfo>>,
}
