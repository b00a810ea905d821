//! Arguments and replies about who is in charge of what: memberships with their terms, the tree of units, a preview of a change, households
//! that move. A server command answers with what came of it: done, waiting for the server, or refused.

use crate::codes::Coded;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What came of server commands. Without a server they wait in the outbox and change nothing here until the server confirms.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct ServerAnswer {
    pub accepted: u32,
    /// Takes effect when the server confirms.
    pub waiting: u32,
    /// In the tray too.
    pub refused: Vec<ServerRefusal>,
    /// What was made: a membership, a grid.
    pub id: Option<String>,
}

/// A server command that was not accepted.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ServerRefusal {
    #[ts(type = "number")]
    pub seq: u64,
    pub text: String,
    /// `stale` when somebody else was faster; else the server's reason.
    pub code: String,
    pub why: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct ListMembershipsArgs {
    /// Only at this unit or beneath it: id or code.
    pub unit: Option<String>,
    /// Those whose term is over too.
    pub over: Option<bool>,
}

/// A person's role at a unit for a term.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct MembershipItem {
    pub id: String,
    pub person: String,
    pub name: String,
    pub role: Coded,
    pub unit: String,
    pub unit_name: String,
    pub phone: Option<String>,
    /// What they do in the team; null: what the role says.
    pub post: Option<Coded>,
    /// Member of the party.
    pub party: bool,
    /// Unix ms, inclusive.
    #[ts(type = "number | null")]
    pub from: Option<i64>,
    /// Unix ms, exclusive; null: open.
    #[ts(type = "number | null")]
    pub until: Option<i64>,
    /// `planned`, `live`, `over`, by this device's clock.
    pub state: String,
    /// Name of whoever is stood in for.
    pub stands_for: Option<String>,
    /// May this person change it?
    pub may: bool,
    /// Devices of the person that are in use.
    pub devices: u32,
    /// What they had not handed over when last heard of.
    pub unsent: u32,
    /// All of them know what they hold now; until then work written before may still come.
    pub told: bool,
    #[ts(type = "number | null")]
    pub seen_at: Option<i64>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct MembershipList {
    pub items: Vec<MembershipItem>,
    /// Grids without a worker.
    pub gaps: Vec<UnitName>,
}

/// A unit with its name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UnitName {
    pub id: String,
    pub name: String,
}

/// A role at a unit for a term.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct AddMembershipArgs {
    /// Somebody who is known: the `person` of a membership …
    #[serde(default)]
    pub person: Option<String>,
    /// … or a new name.
    #[serde(default)]
    pub name: Option<String>,
    pub role: String,
    /// Unit id or code.
    pub unit: String,
    /// First day; absent: at once.
    #[serde(default)]
    pub from: Option<String>,
    /// Last day; absent: open.
    #[serde(default)]
    pub until: Option<String>,
    /// Code of `post`.
    #[serde(default)]
    pub post: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct SetTermArgs {
    /// The membership.
    pub id: String,
    /// First day, while it has not begun.
    #[serde(default)]
    pub from: Option<String>,
    /// Last day; absent: open.
    #[serde(default)]
    pub until: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct EndMembershipArgs {
    pub id: String,
    /// Last day; absent: now.
    #[serde(default)]
    pub until: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct StandInArgs {
    /// The membership that is stood in for; it goes on.
    pub id: String,
    #[serde(default)]
    pub person: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub from: Option<String>,
    /// Last day: a stand-in has one.
    pub until: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct MoveUnitsArgs {
    /// Buildings, areas or grids, by id or code.
    pub units: Vec<String>,
    /// Where they are to stand.
    pub parent: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct CloseUnitArgs {
    pub unit: String,
    #[serde(default)]
    pub successors: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct MakeGridArgs {
    pub parent: String,
    pub name: String,
    /// `grid` or `micro_grid`; absent: `grid`.
    #[serde(default)]
    pub kind: Option<String>,
    /// The code of the grid, where it has one.
    #[serde(default)]
    pub code: Option<String>,
    /// What is to stand in it at once.
    #[serde(default)]
    pub units: Vec<String>,
}

/// A change that is thought of: everything in it together.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct PreviewGrantsArgs {
    /// Units that would move …
    pub units: Vec<String>,
    /// … to stand here.
    pub parent: Option<String>,
    /// Memberships that would end.
    pub end: Vec<String>,
    /// A role that would be given.
    pub add: Option<AddMembershipArgs>,
}

/// Who would come to hold what, and who would lose it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct GrantsPreview {
    /// Only people for whom something changes.
    pub people: Vec<PersonPreview>,
    /// Grids whose households change.
    pub grids: Vec<GridPreview>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PersonPreview {
    pub person: String,
    pub name: String,
    pub gains: Vec<UnitName>,
    pub loses: Vec<UnitName>,
    /// As last told: commands their devices had not handed over.
    pub unsent: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct GridPreview {
    pub unit: String,
    pub name: String,
    pub households_before: u32,
    pub households_after: u32,
    /// `few` under 300, `many` over 500 households, `no_worker` when nobody would be left; empty: nothing to remark.
    pub remarks: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct MoveHouseholdArgs {
    pub id: String,
    /// Building moved to; absent: away, out of what is held.
    #[serde(default)]
    pub building: Option<String>,
    #[serde(default)]
    pub unit_no: Option<String>,
    #[serde(default)]
    pub door: Option<String>,
    #[serde(default)]
    pub reason: Option<String>,
}

/// Something written about a person at the old door, or in a file that was merged into another, which the new one does not say: by somebody
/// who did not know of it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct LeftBehindItem {
    /// The person at the old door, and at the new one.
    pub old: String,
    pub new: String,
    pub name: String,
    /// The old door, and the new one.
    pub plate: String,
    pub new_plate: String,
    /// The household at the new door.
    pub household: Option<String>,
    pub key: String,
    pub label: String,
    /// What was written at the old door, and what the new one says.
    pub text: String,
    pub now: String,
    pub who: String,
    /// When it was written, unix ms.
    #[ts(type = "number")]
    pub at: i64,
    /// `person` or `household`.
    pub kind: String,
    /// `moved` or `merged`.
    pub why: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct LeftBehindList {
    pub items: Vec<LeftBehindItem>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct BringAlongArgs {
    /// The person at the old door.
    pub old: String,
    pub key: String,
    /// `take` it along, or `leave` it there.
    pub decision: String,
}
