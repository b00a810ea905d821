//! Redrawing grids as one plan, and what a map is asked beside it: how far a venue reaches, the sheet for the wall, projects by state. A plan says
//! what is meant, step by step; the engine answers with the grids as they would be, what is to be remarked, and who would gain and lose what.

use super::{MapPoint, PersonPreview, Rings, ServerAnswer, UnitName};
use crate::codes::Coded;
use crate::geo::Datum;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use ts_rs::TS;

/// One step of a plan. A grid is named by id or code, or by the `key` under which an earlier step makes it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(tag = "do", rename_all = "snake_case")]
#[ts(optional_fields)]
pub enum PlanChange {
    /// A new grid, empty or with units.
    Make {
        key: String,
        name: String,
        /// `grid` or `micro_grid`; absent: `grid`.
        #[serde(default)]
        level: Option<String>,
        #[serde(default)]
        code: Option<String>,
        /// Absent: the unit the plan is for.
        #[serde(default)]
        parent: Option<String>,
        /// GeoJSON `Polygon` or `MultiPolygon`.
        #[serde(default)]
        #[ts(type = "object", optional)]
        shape: Option<Json>,
        #[serde(default)]
        units: Vec<String>,
    },
    /// Part of a grid becomes a new one, micro-grids with their buildings: what lies on the side of a line with fewer households, with the buildings there. A building without a
    /// position stays, unless it is named; where units are named these go and no others.
    Split {
        grid: String,
        key: String,
        name: String,
        /// `[longitude, latitude]` from one side of the boundary to the other; empty: only the units that are named go.
        #[serde(default)]
        line: Vec<[f64; 2]>,
        #[serde(default)]
        units: Option<Vec<String>>,
    },
    /// Everything in these goes into one of them; the others are closed.
    Merge { grids: Vec<String>, into: String },
    /// Buildings, alleys, areas, estates or micro-grids stand in this grid. `follow`: a micro-grid of which all buildings go goes with them, and one of which some
    /// go has to be decided.
    Attach {
        units: Vec<String>,
        grid: String,
        #[serde(default)]
        follow: Option<bool>,
    },
    /// Where a micro-grid goes that an earlier step cut: whole into this grid; absent: what was cut off stands in no micro-grid.
    Micro {
        micro: String,
        #[serde(default)]
        into: Option<String>,
    },
    /// The boundary of a grid; null takes it away. `gather`: every building inside goes with it.
    Shape {
        grid: String,
        #[serde(default)]
        #[ts(type = "object | null")]
        shape: Option<Json>,
        #[serde(default)]
        gather: bool,
    },
    /// A grid without buildings is closed; what has no building goes on in another.
    Close { grid: String, into: String },
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct PlanGridsArgs {
    pub changes: Vec<PlanChange>,
    /// The unit whose grids are redrawn, by id or code; absent: the community.
    pub unit: Option<String>,
    /// How positions are meant, here and in the reply; `wgs84` where nothing is said.
    pub datum: Option<Datum>,
}

/// The grids as a plan would leave them.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct PlanReply {
    pub datum: Datum,
    pub unit: UnitName,
    /// Boundary of the unit above them.
    pub shape: Option<Rings>,
    pub grids: Vec<PlanGrid>,
    /// Buildings that stand directly in the unit, in no grid.
    pub loose: Vec<UnitName>,
    /// What of the unit lies in no grid; null where a boundary is missing.
    #[ts(type = "number | null")]
    pub gap_m2: Option<u64>,
    pub people: Vec<PersonPreview>,
    /// What would be asked of the server, in words, in its order.
    pub steps: Vec<String>,
    /// The first step that cannot be done; those after it were not looked at.
    pub problem: Option<PlanProblem>,
    /// Something is to be done, and nothing forbids it.
    pub may_apply: bool,
    /// A redrawing of this device still waits for the server.
    pub waiting: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PlanProblem {
    /// Its place among the changes, counted from 0; for the plan as a whole, how many there are.
    pub change: u32,
    pub message: String,
}

/// A grid as a plan would leave it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PlanGrid {
    /// Its id; of one that the plan makes, its key.
    pub key: String,
    pub name: String,
    pub kind: Coded,
    pub parent: String,
    pub is_new: bool,
    pub is_closed: bool,
    pub is_changed: bool,
    pub shape: Option<Rings>,
    pub at: Option<MapPoint>,
    #[ts(type = "number | null")]
    pub area_m2: Option<u64>,
    /// Leaves beneath it: buildings, alleys, areas.
    pub buildings: Vec<String>,
    pub households: u32,
    pub households_before: u32,
    pub people: u32,
    /// People with the tag 党员 whose home is here, and how many of a thousand people that is (党员集聚度).
    pub party: u32,
    pub party_permille: u32,
    /// Hub families.
    pub hubs: u32,
    /// 服务半径: straight metres from the nearest venue of the grid, else from its middle, to the farthest building with doors.
    pub radius_m: Option<u32>,
    /// It was measured from a venue.
    pub from_venue: bool,
    pub checks: Vec<PlanCheck>,
}

/// A remark. `few` under 300, `many` over 500 households; `crosses` itself; `apart` in several pieces; `overlap` with another; `beyond` the unit
/// above; `elsewhere`, `outside`: buildings that lie in another grid, or in none; `no_worker`; `straddles`: a micro-grid of which some buildings went
/// to another grid, to be decided by [`PlanChange::Micro`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PlanCheck {
    pub code: String,
    /// The other grid.
    pub grid: Option<String>,
    pub name: Option<String>,
    #[ts(type = "number | null")]
    pub m2: Option<u64>,
    /// Of the grid's own area.
    pub permille: Option<u32>,
    pub n: Option<u32>,
    /// At most 50.
    pub units: Vec<UnitName>,
}

/// What came of a plan.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct PlanApplied {
    pub answer: ServerAnswer,
    pub steps: Vec<String>,
    /// The plan that draws everything back. A grid that was closed comes back as a new one of the same name; terms that ended with it do not.
    pub undo: Vec<PlanChange>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct ReachArgs {
    /// A place with a position, or at a building with one.
    pub place: String,
    /// Straight line.
    pub metres: u32,
    #[serde(default)]
    pub datum: Option<Datum>,
}

/// How many live within a straight line of a venue. Numbers only.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct Reach {
    pub place: String,
    pub name: String,
    pub metres: u32,
    pub at: Option<MapPoint>,
    pub buildings: u32,
    pub households: u32,
    pub people: u32,
    pub tiers: Vec<ReachTier>,
    /// Households of buildings without a position: nobody knows whether they are within.
    pub unknown: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ReachTier {
    /// Null: the general one.
    pub tier: Option<Coded>,
    pub households: u32,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct WallSheetArgs {
    /// Id or code; absent: the community.
    pub unit: Option<String>,
    /// Of `projects`, `hubs`, `venues`, `staff`; absent: all but hub families.
    pub layers: Option<Vec<String>>,
    /// `a3` or `a2`; absent: `a3`.
    pub paper: Option<String>,
    /// Draw the plain scheme though there are positions.
    pub scheme: Option<bool>,
}

/// A sheet for the wall: no resident's name, door or number is on it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct WallSheet {
    pub name: String,
    /// A whole SVG document; nothing in it is fetched from anywhere.
    pub svg: String,
    pub width_mm: u32,
    pub height_mm: u32,
    /// Drawn without positions.
    pub is_scheme: bool,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct ListProjectsArgs {
    pub unit: Option<String>,
    pub datum: Option<Datum>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct ProjectList {
    pub items: Vec<ProjectItem>,
}

/// A project (挂图作战).
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ProjectItem {
    pub id: String,
    pub title: String,
    /// `planned`, `underway`, `done`; `cancelled`: not on the map.
    pub stage: String,
    pub state: Coded,
    pub overlays: Vec<Coded>,
    pub place: Option<String>,
    pub building: Option<String>,
    pub at: Option<MapPoint>,
    pub budget: Option<String>,
    pub contractor: Option<String>,
    /// The day it is to be done by, as it was written.
    pub until: Option<String>,
    /// Whole per cent, as last said at a milestone.
    pub percent: Option<u32>,
    #[ts(type = "number | null")]
    pub due_at: Option<i64>,
    pub is_late: bool,
    #[ts(type = "number")]
    pub opened_at: i64,
}
