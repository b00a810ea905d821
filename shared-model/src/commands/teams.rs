//! Arguments and replies of 人员与设备: posts, staffing, handing over, invites, and the sheet about a device that is gone.

use crate::codes::Coded;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct SetPostArgs {
    /// The membership.
    pub id: String,
    /// Code of `post`; absent: what the role says.
    #[serde(default)]
    pub post: Option<String>,
    #[serde(default)]
    pub party: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct HandOverArgs {
    /// The membership that ends.
    pub id: String,
    #[serde(default)]
    pub person: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
    /// First day of whoever follows.
    pub from: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct CheckTeamsArgs {
    /// Only at this unit or beneath it: id or code.
    pub unit: Option<String>,
}

/// What is missing where. It says nothing of how anybody works.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct TeamFindings {
    pub items: Vec<TeamFinding>,
    /// Grids and micro-grids that were looked at.
    pub grids: u32,
    pub micro_grids: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct TeamFinding {
    pub unit: String,
    pub unit_name: String,
    /// `nobody no_worker no_guide few many no_party no_head term_ends`.
    pub rule: String,
    /// People of the team, where the rule counts them.
    pub people: u32,
    /// The term that ends: its membership, whose, and when (unix ms, exclusive).
    pub membership: Option<String>,
    pub name: Option<String>,
    #[ts(type = "number | null")]
    pub until: Option<i64>,
}

/// Of the last thirty days, newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct InviteList {
    pub items: Vec<InviteItem>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct InviteItem {
    pub id: String,
    pub name: String,
    pub role: Coded,
    pub unit_name: String,
    #[ts(type = "number")]
    pub made_at: i64,
    #[ts(type = "number")]
    pub expires_at: i64,
    /// `open`, `used`, `expired`, `taken_back`.
    pub state: String,
    /// When it was used or taken back.
    #[ts(type = "number | null")]
    pub at: Option<i64>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct TakeBackInviteArgs {
    pub id: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DeviceSheetArgs {
    pub device: String,
}

/// Facts for a report about a device that is gone (PIPL art. 57): counts by class and unit, no resident's name.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DeviceSheet {
    pub device: String,
    pub name: String,
    /// Name of the shared machine that it is an account of.
    pub machine: Option<String>,
    pub role: Coded,
    pub state: String,
    pub reason: Option<Coded>,
    #[ts(type = "number | null")]
    pub seen_at: Option<i64>,
    #[ts(type = "number | null")]
    pub revoked_at: Option<i64>,
    #[ts(type = "number | null")]
    pub wiped_at: Option<i64>,
    #[ts(type = "number | null")]
    pub lease_until: Option<i64>,
    /// What it had not handed over at its last contact.
    pub unsent: u32,
    /// From the widest class to the narrowest, only those that it was given.
    pub lines: Vec<DeviceSheetLine>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DeviceSheetLine {
    pub class: Coded,
    /// Units whose records of this class it was given.
    pub units: Vec<String>,
    /// Records, counted in what this device holds of the same.
    pub records: u32,
    /// Of them residents.
    pub people: u32,
    /// Kinds of facts about residents in this class.
    pub fields: Vec<String>,
    /// Is it what the law calls sensitive?
    pub sensitive: bool,
}
