//! Field work beyond the household visit: places, facilities and patrol points; what happens in a family; hub families; needs and wishes; the
//! way to go; a chat message read. Arguments and replies.

use super::replies::{CaseItem, Due, HouseholdItem, VisitView};
use crate::codes::Coded;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// `add_place`, `add_facility`, `add_patrol`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct AddSpotArgs {
    pub name: String,
    /// Building or alley, where it stands at one.
    #[serde(default)]
    pub building: Option<String>,
    /// The grid whose it is (id or code), where it stands at no building; absent: the writer's own.
    #[serde(default)]
    pub unit: Option<String>,
    /// Where it is, degrees (WGS-84); only where somebody gave it.
    #[serde(default)]
    pub lng: Option<f64>,
    #[serde(default)]
    pub lat: Option<f64>,
    /// Any further fields of the kind.
    #[serde(default)]
    #[ts(as = "Option<BTreeMap<String, serde_json::Value>>")]
    pub edit: Option<BTreeMap<String, serde_json::Value>>,
}

/// `list_places`, `list_facilities`, `list_patrols`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct ListSpotsArgs {
    /// A unit; absent: all mine.
    pub unit: Option<String>,
    /// Also those that are closed.
    pub all: Option<bool>,
}

/// A shop, an organisation, a venue.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PlaceItem {
    pub id: String,
    pub name: String,
    pub kind: Option<Coded>,
    pub building: Option<String>,
    pub building_name: Option<String>,
    pub address: Option<String>,
    pub lng: Option<f64>,
    pub lat: Option<f64>,
    pub contact: Option<String>,
    pub phone: Option<String>,
    pub note: Option<String>,
    pub closed: bool,
    /// Last visit, unix ms.
    #[ts(type = "number | null")]
    pub visited_at: Option<i64>,
    /// Per key the live operations, to be handed back as `seen` by an edit.
    pub ops: BTreeMap<String, Vec<String>>,
    pub pending: bool,
}

/// A public facility.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct FacilityItem {
    pub id: String,
    pub name: String,
    pub kind: Option<Coded>,
    pub building: Option<String>,
    pub building_name: Option<String>,
    pub address: Option<String>,
    pub lng: Option<f64>,
    pub lat: Option<f64>,
    /// Condition as last set.
    pub state: Option<Coded>,
    #[ts(type = "number | null")]
    pub count: Option<i64>,
    pub note: Option<String>,
    /// Last check, unix ms.
    #[ts(type = "number | null")]
    pub visited_at: Option<i64>,
    pub ops: BTreeMap<String, Vec<String>>,
    pub pending: bool,
}

/// A patrol point.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PatrolItem {
    pub id: String,
    pub name: String,
    /// Name of the round it belongs to.
    pub round: Option<String>,
    #[ts(type = "number | null")]
    pub order: Option<i64>,
    pub building: Option<String>,
    pub building_name: Option<String>,
    /// The place or the facility that is looked at, where it is one, and its name.
    pub place: Option<String>,
    pub facility: Option<String>,
    pub spot_name: Option<String>,
    pub address: Option<String>,
    pub lng: Option<f64>,
    pub lat: Option<f64>,
    #[ts(type = "number | null")]
    pub every_days: Option<i64>,
    /// Name of its checklist.
    pub form: Option<String>,
    pub closed: bool,
    /// Nothing is overdue that was never looked at.
    pub due: Due,
    /// Last check, unix ms, and what came of it.
    #[ts(type = "number | null")]
    pub visited_at: Option<i64>,
    pub outcome: Option<Coded>,
    pub ops: BTreeMap<String, Vec<String>>,
    pub pending: bool,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct PlaceList {
    pub items: Vec<PlaceItem>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct FacilityList {
    pub items: Vec<FacilityItem>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct PatrolList {
    /// By round and order.
    pub items: Vec<PatrolItem>,
}

/// `get_spot`: one of the three, with what was seen there.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SpotFile {
    pub place: Option<PlaceItem>,
    pub facility: Option<FacilityItem>,
    pub patrol: Option<PatrolItem>,
    /// Newest first.
    pub visits: Vec<VisitView>,
    /// What was found there.
    pub cases: Vec<CaseItem>,
}

/// `record_death`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct DeathArgs {
    /// The person.
    pub id: String,
    /// `YYYY-MM-DD`; absent: today.
    #[serde(default)]
    pub on: Option<String>,
    /// In words, beside 去世.
    #[serde(default)]
    pub note: Option<String>,
    /// Who is the head of the household now.
    #[serde(default)]
    pub head: Option<String>,
}

/// `undo_death`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct UndoDeathArgs {
    pub id: String,
    /// The one who had been made head, and the relation that they had before (code; absent: none was known).
    #[serde(default)]
    pub head: Option<String>,
    #[serde(default)]
    pub relation: Option<String>,
}

/// `set_away`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct AwayArgs {
    pub household: String,
    /// Who is away; absent: everybody who lives there.
    #[serde(default)]
    pub people: Option<Vec<String>>,
    /// The last day of it, `YYYY-MM-DD`; absent: they are back.
    #[serde(default)]
    pub until: Option<String>,
}

/// `split_household`: some people become a further family at the same door.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct SplitArgs {
    pub household: String,
    /// Who goes into the new family.
    pub people: Vec<String>,
    /// Their head, one of them.
    pub head: String,
    /// Who heads those that stay, when the head goes.
    #[serde(default)]
    pub stays_head: Option<String>,
}

/// Another family at the same door.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SameDoor {
    pub household: String,
    pub plate: String,
    pub head_name: Option<String>,
    /// They came from this file, or this file from theirs: when, `YYYY-MM-DD`.
    pub split_on: Option<String>,
}

/// `set_hub`: makes a household a party-member hub, or changes one.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct SetHubArgs {
    /// The hub's own household.
    pub household: String,
    #[serde(default)]
    pub name: Option<String>,
    /// The party member who leads, a person of the household.
    #[serde(default)]
    pub lead: Option<String>,
    /// Households covered, the whole list. Absent: as they are.
    #[serde(default)]
    pub covers: Option<Vec<String>>,
}

/// A door in a list of doors.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DoorRef {
    pub household: String,
    pub plate: String,
    pub head_name: Option<String>,
}

/// A hub family.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct HubItem {
    pub id: String,
    pub household: String,
    pub plate: String,
    pub name: String,
    pub lead: Option<String>,
    pub lead_name: Option<String>,
    pub lead_phone: Option<String>,
    /// In walking order; what is not held here is only counted.
    pub covers: Vec<DoorRef>,
    /// Covered households that this device does not hold.
    pub elsewhere: u32,
    pub pending: bool,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct HubList {
    pub items: Vec<HubItem>,
}

/// `add_listing`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct AddListingArgs {
    /// `need`, `wish`, `resource`, `service`, or the label.
    pub kind: String,
    /// In words; the first line is its title.
    pub words: String,
    #[serde(default)]
    pub household: Option<String>,
    /// Whose it is.
    #[serde(default)]
    pub person: Option<String>,
    /// The visit at which it was said.
    #[serde(default)]
    pub visit: Option<String>,
    /// Where it is, when it belongs to no household.
    #[serde(default)]
    pub building: Option<String>,
}

/// `settle_listing`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct SettleListingArgs {
    pub id: String,
    /// `open`, `matched`, `done`, `dropped`, or the label.
    pub state: String,
    /// What came of it.
    #[serde(default)]
    pub outcome: Option<String>,
}

/// `list_listings`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct ListListingsArgs {
    pub unit: Option<String>,
    pub household: Option<String>,
    /// A code of `listing_kind`.
    pub kind: Option<String>,
    /// Only what is not settled.
    pub open: Option<bool>,
    pub limit: Option<u32>,
    pub offset: Option<u32>,
}

/// A need, a wish, a resource.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ListingItem {
    pub id: String,
    pub kind: Coded,
    pub title: String,
    pub words: Option<String>,
    pub household: Option<String>,
    pub plate: Option<String>,
    pub building: Option<String>,
    pub person: Option<String>,
    pub person_name: Option<String>,
    pub state: Coded,
    pub outcome: Option<String>,
    pub is_settled: bool,
    #[ts(type = "number")]
    pub at: i64,
    pub by: String,
    pub pending: bool,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct ListingList {
    /// Open ones first, newest first.
    pub items: Vec<ListingItem>,
    pub total: u32,
}

/// `list_route`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct RouteArgs {
    /// A unit; absent: all mine.
    pub unit: Option<String>,
    /// The building where the way begins.
    pub from: Option<String>,
    /// Or the position where it begins, degrees (WGS-84). Used for this answer and kept nowhere.
    pub lng: Option<f64>,
    pub lat: Option<f64>,
}

/// A building on the way.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct RouteStop {
    pub building: String,
    pub name: String,
    pub estate: Option<String>,
    /// From the stop before, as the crow flies; null where a position is not known.
    pub metres: Option<u32>,
    /// Doors due there, by unit, floor and door.
    pub doors: Vec<HouseholdItem>,
}

/// `list_route`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct RouteList {
    pub stops: Vec<RouteStop>,
    /// `distance`, or `number` where no position of a building is known.
    pub by: String,
    /// Metres in all, between buildings whose positions are known.
    pub metres: u32,
}

/// `read_paste`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PasteArgs {
    pub text: String,
}

/// What a pasted text may say. A guess: nothing of it is taken without a person.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Guess {
    /// `door`, `building`, `person`, `phone`, `matter`.
    pub kind: String,
    /// Household, building, person, the number, the code of the matter.
    pub value: String,
    /// As people read it.
    pub text: String,
    /// The words it came from.
    pub from: String,
}

/// `read_paste`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct PasteRead {
    /// The best of a kind first.
    pub guesses: Vec<Guess>,
    /// A line for a title.
    pub title: String,
    /// The words without what the chat put around them.
    pub words: String,
}
