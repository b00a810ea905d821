//! Replies about the session, units, households and people.

use super::super::field::{HubItem, ListingItem, SameDoor};
use super::super::grants::LeftBehindItem;
use super::super::same::MergedIn;
use super::reconcile::{Conflict, HeldItem};
use super::work::{CaseItem, VisitView};
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
    /// Seconds until the next PIN is heard, when too many were wrong.
    pub wait_seconds: Option<u32>,
    /// Too long without contact: reading stops until the next one, writing goes on.
    pub lease_over: bool,
    /// Why the server takes and gives nothing more: `cloned`.
    pub closed: Option<String>,
    /// The office had this device wiped; until it is enrolled again.
    pub wiped: Option<Wiped>,
    /// On a machine with named accounts: whose session this is, and whose accounts there are. The engine leaves it empty.
    pub node: Option<NodeWho>,
}

/// A machine with named accounts, as its sign-in page shows it: names and roles, nothing of residents.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct NodeWho {
    /// Name of the machine.
    pub name: String,
    /// Account of this session; null: nobody signed in here.
    pub account: Option<String>,
    pub accounts: Vec<NodeAccount>,
    /// No further account may be added.
    pub full: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct NodeAccount {
    pub id: String,
    pub name: String,
    pub role: Option<Coded>,
    /// The office ended it: it holds nothing any more and can be taken off the list.
    pub wiped: bool,
}

/// What is left of a device that was wiped: no resident's data.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Wiped {
    /// `replaced left lost stolen cloned mistaken`.
    pub reason: Coded,
    #[ts(type = "number")]
    pub at: i64,
    /// The office has the receipt.
    pub told: bool,
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
    /// Everybody there is away up to this day.
    pub away_until: Option<String>,
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
    /// This household is a hub family itself.
    pub own_hub: Option<HubItem>,
    /// Other families at the same door.
    pub same_door: Vec<SameDoor>,
    /// Needs and wishes, open ones first.
    pub listings: Vec<ListingItem>,
    /// Households that went into this one.
    pub merged: Vec<MergedIn>,
    /// Another id was asked for, of a file that went into this one.
    pub asked_for: Option<String>,
    /// It was merged into a household that this device does not hold.
    pub merged_away: bool,
    /// What was written about this household or its people in files that went into these, by somebody who did not know of it.
    pub late: Vec<LeftBehindItem>,
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

/// That somebody moved on, and where to.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Moved {
    /// `YYYY-MM-DD`.
    pub on: String,
    /// The household they are in now; null: away, or not held here.
    pub household: Option<String>,
    pub plate: Option<String>,
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
    /// They moved away as a whole: the file ends here.
    pub moved: Option<Moved>,
    /// No longer this person's: here to be read until everything written in it has a verdict.
    pub read_only: bool,
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
    /// The record ends with a death.
    pub is_dead: bool,
    /// Somebody wrote that they met this person after the record ended: unix ms of it. Two facts that do not fit; a person looks at them.
    #[ts(type = "number | null")]
    pub met_after: Option<i64>,
    /// Away up to this day, while that is to come.
    pub away_until: Option<String>,
    /// Where they live now, where that is known here.
    pub moved: Option<Moved>,
    /// Records of the same person that went into this one.
    pub merged: Vec<MergedIn>,
    pub ops: BTreeMap<String, Vec<String>>,
    pub pending: bool,
}
