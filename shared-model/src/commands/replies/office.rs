//! Replies about imports, filled tables, people and devices, and what is held and recorded.

use crate::codes::Coded;
use crate::commands::UnitName;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

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
    /// Households as they would be read, at most 5,000.
    pub preview: Vec<ImportPreview>,
    /// Under which the new records stand; none of a dry run.
    pub batch: Option<String>,
    /// Households that a person left out.
    pub left: u32,
    #[ts(type = "number")]
    pub took_ms: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ImportPreview {
    pub row: u32,
    pub plate: String,
    pub head: String,
    pub people: u32,
    /// `new`, `known`, `differs`, `left` (a person left it out).
    pub state: String,
    pub tags: Vec<String>,
    /// Sheet of the row; empty for a text file.
    pub sheet: String,
    /// Households here that it may be, with reasons; the first one is what it is taken for unless it is new.
    pub candidates: Vec<super::super::ImportCandidate>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct FillGap {
    pub sheet: String,
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
    /// Each sheet that was filled; what stands above is of the first one.
    pub sheets: Vec<super::super::FilledSheet>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct FillColumn {
    /// Header as it stands, parts of a two-row header joined by `/`.
    pub header: String,
    /// Field that fills it; null when unknown.
    pub field: Option<String>,
    pub label: Option<String>,
    /// Its place in the sheet, 0-based.
    pub at: u32,
    /// It computes itself.
    pub formula: bool,
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
    /// `unconfirmed`, `active`, `cloned`, `revoked`, `lost` (revoked as lost or stolen), `wiped`.
    pub state: String,
    /// Six digits to compare, while unconfirmed.
    pub digits: Option<String>,
    #[ts(type = "number | null")]
    pub seen_at: Option<i64>,
    pub this: bool,
    /// Why it was revoked: `replaced left lost stolen cloned mistaken`.
    pub reason: Option<Coded>,
    #[ts(type = "number | null")]
    pub revoked_at: Option<i64>,
    /// When it proved that it was wiped.
    #[ts(type = "number | null")]
    pub wiped_at: Option<i64>,
    /// Commands that it had still not sent at its last contact.
    pub unsent: u32,
    /// When it stops showing what it holds, unless it makes contact.
    #[ts(type = "number | null")]
    pub lease_until: Option<i64>,
    /// What it holds, as of its last contact.
    pub held: Vec<DeviceHolds>,
    /// Id and name of the machine, where it is an account on a shared one.
    pub node: Option<UnitName>,
    /// Version of the app at its last contact.
    pub app: Option<String>,
    /// That is older than this computer's own: to be updated.
    pub outdated: bool,
}

/// What a device holds beneath one unit, counted in what this device holds of the same.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DeviceHolds {
    pub unit: String,
    pub unit_name: String,
    pub classes: Vec<Coded>,
    pub households: u32,
    /// People whose facts it may show; 0 where it holds doors only.
    pub people: u32,
}

/// Something about invites and devices that the office should see.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DeviceAlarm {
    #[ts(type = "number")]
    pub at: i64,
    /// `invite_again`: a used invite was presented a second time.
    pub kind: String,
    pub name: String,
    pub unit_name: String,
    /// The device that had used the invite.
    pub device: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct DeviceList {
    pub items: Vec<DeviceItem>,
    /// Of the last thirty days, newest first.
    pub alarms: Vec<DeviceAlarm>,
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
    /// `reveal`, `sync`, `export`, `import`, `settle`, `handover`.
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

/// An erasure and how far it has come. It names nobody: what it was about is gone.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ErasureItem {
    #[ts(type = "number")]
    pub at: i64,
    /// `person` or `household`.
    pub kind: Coded,
    pub reason: Coded,
    /// Who asked for it.
    pub by: String,
    /// Documents that went.
    pub documents: u32,
    /// Devices that have carried it out, of how many.
    pub done: u32,
    pub devices: u32,
    /// Holders of the devices that have not yet.
    pub to_come: Vec<String>,
    /// Devices that were ended before they answered: nobody knows what they still hold. They are counted in `devices`.
    pub ended: Vec<ErasureEnded>,
    /// Nobody is waited for, and no device was ended without proof that it was wiped.
    pub complete: bool,
    /// Where it may still be named in words, for this office to decide.
    pub mentions: Vec<ErasureMention>,
    /// Until then a backup may still hold it.
    #[ts(type = "number")]
    pub backups_until: i64,
}

/// A device ended without proof that it was wiped.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ErasureEnded {
    pub name: String,
    pub reason: Option<Coded>,
    #[ts(type = "number | null")]
    pub revoked_at: Option<i64>,
    /// 何时停用、为什么，没有收到清除回执.
    pub words: String,
}

/// A record in which what was erased may still be named.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ErasureMention {
    /// What `decide_mention` names.
    pub id: String,
    pub record: String,
    /// `visit`, `case`, `case_step`, `household`, `held_item` …
    pub kind: Coded,
    /// Household and case to open, where there is one; place or title of it.
    pub household: Option<String>,
    pub case: Option<String>,
    pub title: String,
    /// The fields that go when it is decided so.
    pub fields: Vec<Coded>,
    /// Decided here, and not confirmed by the server yet.
    pub pending: bool,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct ErasureList {
    pub items: Vec<ErasureItem>,
}
