//! Figures: arguments and replies. Rows stand in the order of the tree or of the catalogue, never by how well somebody did.

use crate::codes::Coded;
use crate::stats::{Cases, Doors, Figure};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// `get_stats`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct GetStatsArgs {
    /// A unit; everything held here without it.
    #[serde(default)]
    pub unit: Option<String>,
    /// First day, `2026-11-01`; the first of this month without it.
    #[serde(default)]
    pub from: Option<String>,
    /// Last day, counted; today without it.
    #[serde(default)]
    pub until: Option<String>,
}

/// Doors of a grid, or of a tier.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DoorsRow {
    /// The unit by its id, or the tier.
    pub of: Coded,
    #[serde(flatten)]
    pub doors: Doors,
}

/// Cases of a matter, a category, a grid or a department.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct CasesRow {
    /// The matter by its code, the category or department by its name, the unit by its id.
    pub of: Coded,
    /// Of a matter: its category.
    pub under: Option<String>,
    #[serde(flatten)]
    pub cases: Cases,
}

/// So many of something.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct CountRow {
    pub of: Coded,
    pub count: u32,
}

/// A dispute type month by month.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct TrendRow {
    pub matter: Coded,
    pub counts: Vec<u32>,
}

/// `get_stats`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct Stats {
    pub unit: Option<String>,
    pub unit_name: String,
    pub from: String,
    pub until: String,
    pub doors: Doors,
    pub doors_by_grid: Vec<DoorsRow>,
    pub doors_by_tier: Vec<DoorsRow>,
    pub cases: Cases,
    pub cases_by_category: Vec<CasesRow>,
    pub cases_by_matter: Vec<CasesRow>,
    pub cases_by_grid: Vec<CasesRow>,
    pub cases_by_lead: Vec<CasesRow>,
    pub levels: Vec<CountRow>,
    pub ratings: Vec<CountRow>,
    /// Months of the trend, `2026-11`, oldest first.
    pub months: Vec<String>,
    pub trend: Vec<TrendRow>,
    /// Buildings with the most cases opened in the span; at most ten.
    pub spots: Vec<CasesRow>,
}

/// `preview_tally`, `send_tally`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct TallyArgs {
    /// A month, `2026-11`; this month without it.
    #[serde(default)]
    pub month: Option<String>,
}

/// A figure with its name; no number where it was left out.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct FigureRow {
    pub of: Coded,
    pub figure: Figure,
}

/// Figures that add up.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct FigureGroup {
    /// `doors opened clocks closed ratings`
    pub name: String,
    pub rows: Vec<FigureRow>,
    pub sum: Figure,
}

/// What a community hands up, or handed up, for a month.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct TallyView {
    pub unit: String,
    pub unit_name: String,
    pub month: String,
    /// When it was handed up.
    #[ts(type = "number | null")]
    pub at: Option<i64>,
    pub by: Option<String>,
    pub pending: bool,
    pub groups: Vec<FigureGroup>,
    /// Of a preview: figures that differ from what was handed up already.
    pub changed: bool,
}

/// `list_tallies`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct TallyList {
    /// Newest month first, units in the order of the tree.
    pub items: Vec<TallyView>,
    /// Months that there are any of, newest first.
    pub months: Vec<String>,
    /// Communities beneath that sent none for a month.
    pub missing: BTreeMap<String, Vec<String>>,
    pub may_send: bool,
}
