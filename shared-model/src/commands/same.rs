//! Duplicates of households and people: which look alike and why, what a merge would come to, merging, taking a merge back.

use crate::same::alike::Why;
use crate::same::plan::Stand;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// `list_duplicates`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct ListDuplicatesArgs {
    /// `household` or `person`.
    pub kind: String,
    /// Only what these words find, in either of the two.
    #[serde(default)]
    pub q: Option<String>,
    /// Those that somebody judged already, instead of those that wait.
    #[serde(default)]
    pub judged: Option<bool>,
    /// Goes on after so many.
    #[serde(default)]
    pub after: Option<u32>,
    #[serde(default)]
    pub limit: Option<u32>,
}

/// A reason why two look alike, with its points.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DuplicateReason {
    pub why: Why,
    pub zh: String,
    pub points: i32,
}

/// One of two that look alike, in a few facts.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct DuplicateSide {
    pub id: String,
    /// The household, of a person too.
    pub household: String,
    pub plate: String,
    /// The grid it stands in.
    pub grid: String,
    pub name: String,
    pub birth_year: Option<i32>,
    pub phone: Option<String>,
    pub id_number_masked: Option<String>,
    pub tags: Vec<String>,
    /// Names of who lives there.
    pub people: Vec<String>,
    /// Last visit, unix ms.
    #[ts(type = "number | null")]
    pub visited_at: Option<i64>,
    /// Who made the record, and when it was received, unix ms.
    pub by: String,
    #[ts(type = "number | null")]
    pub at: Option<i64>,
}

/// What somebody said of a pair.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PairVerdict {
    /// `different` or `later`.
    pub verdict: String,
    pub note: Option<String>,
    pub by: String,
    #[ts(type = "number")]
    pub at: i64,
}

/// Two records that look like one.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Duplicate {
    /// Of the pair, the same on every device.
    pub id: String,
    pub kind: String,
    pub points: i32,
    /// The identity number is the same, or the door and who lives there: nothing was guessed.
    pub exact: bool,
    pub reasons: Vec<DuplicateReason>,
    pub a: DuplicateSide,
    pub b: DuplicateSide,
    /// They stand in two grids.
    pub across: bool,
    pub judged: Option<PairVerdict>,
}

/// `list_duplicates`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct DuplicateList {
    pub items: Vec<Duplicate>,
    pub total: u32,
}

/// `preview_merge`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PreviewMergeArgs {
    pub kind: String,
    /// The record that stays, and the one that goes into it.
    pub keep: String,
    pub drop: String,
}

/// One field of a merge.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct MergeField {
    pub key: String,
    pub label: String,
    /// In words; empty: nothing is said.
    pub keep: String,
    pub drop: String,
    /// What would stand there when nobody chooses.
    pub result: String,
    pub stand: Stand,
    /// May a value of one's own be written? Not for what is masked.
    pub may_edit: bool,
}

/// What points to the two records and will point to the one that stays.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct MergePoint {
    /// A kind of record.
    pub what: String,
    pub zh: String,
    pub keep: u32,
    pub drop: u32,
}

/// Two people of the two households who look like one.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct MergePeople {
    pub keep: DuplicateSide,
    pub drop: DuplicateSide,
    pub points: i32,
    pub reasons: Vec<DuplicateReason>,
    /// How many fields differ, and would stay side by side.
    pub differs: u32,
}

/// `preview_merge`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct MergePreview {
    pub kind: String,
    pub keep: DuplicateSide,
    pub drop: DuplicateSide,
    pub points: i32,
    pub reasons: Vec<DuplicateReason>,
    pub fields: Vec<MergeField>,
    pub points_to: Vec<MergePoint>,
    pub people: Vec<MergePeople>,
    pub judged: Option<PairVerdict>,
    /// May this person merge them?
    pub may: bool,
    /// What this was made from; given back with the merge, so that what came meanwhile is seen first.
    pub seen: String,
}

/// Two people who are merged with their households.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct MergePair {
    pub keep: String,
    pub drop: String,
}

/// `merge_records`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct MergeRecordsArgs {
    pub kind: String,
    pub keep: String,
    pub drop: String,
    /// For a field that differs: `keep`, `drop` or `both`. Not chosen: both stay, as two values.
    #[serde(default)]
    pub choices: Option<BTreeMap<String, String>>,
    /// Values of one's own.
    #[serde(default)]
    pub values: Option<BTreeMap<String, serde_json::Value>>,
    /// People of the two households who are one.
    #[serde(default)]
    pub people: Option<Vec<MergePair>>,
    /// From the preview.
    #[serde(default)]
    pub seen: Option<String>,
}

/// `judge_pair`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct JudgePairArgs {
    pub kind: String,
    pub a: String,
    pub b: String,
    /// `different` or `later`; absent: what was said is taken back.
    #[serde(default)]
    pub verdict: Option<String>,
    #[serde(default)]
    pub note: Option<String>,
}

/// A record that went into the one that is shown.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct MergedIn {
    pub id: String,
    pub name: String,
    pub plate: String,
    /// Who merged them, and when, unix ms.
    pub by: String,
    #[ts(type = "number")]
    pub at: i64,
    /// Not sent yet.
    pub pending: bool,
}
