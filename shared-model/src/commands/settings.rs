//! The catalogue and the calendar that a deployment edits: arguments and replies.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use ts_rs::TS;

/// `edit_matter`: only the entries that the person touched; `null` takes back the product's own.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct EditMatterArgs {
    pub code: String,
    /// `lead level response_hours resolve_days synonyms workflow hidden`, of a matter of the deployment's own also `name_zh name_en`.
    #[ts(type = "Record<string, unknown>")]
    pub entries: BTreeMap<String, Json>,
    /// Per entry the operations that the form showed (`MatterItem.ops`). Absent: read now.
    #[serde(default)]
    #[ts(as = "Option<BTreeMap<String, Vec<String>>>")]
    pub seen: Option<BTreeMap<String, Vec<String>>>,
}

/// `add_matter`: one that the product does not have. Its class and its duty are set once: they decide who receives a case.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct AddMatterArgs {
    /// `01` … `06`.
    pub category: String,
    pub name_zh: String,
    #[serde(default)]
    pub name_en: Option<String>,
    /// `open`, `register` or `private`.
    pub class: String,
    /// 履职, 协办, 代办 or 只报.
    pub community_duty: String,
    #[serde(default)]
    pub lead: Option<String>,
    #[serde(default)]
    pub level: Option<u32>,
    #[serde(default)]
    pub response_hours: Option<f64>,
    #[serde(default)]
    pub resolve_days: Option<u32>,
}

/// `get_calendar`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct YearArgs {
    pub year: i32,
}

/// `set_day`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct SetDayArgs {
    /// `YYYY-MM-DD`.
    pub date: String,
    /// Null takes back what the deployment set.
    pub works: Option<bool>,
    #[serde(default)]
    pub name: Option<String>,
    /// The operations that the page showed (`CalendarYear.ops`, by date). Absent: read now.
    #[serde(default)]
    pub seen: Option<Vec<String>>,
}

/// `set_year`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SetYearArgs {
    pub year: i32,
    /// The year's notice of the State Council is all in.
    pub published: bool,
}

/// `set_hours`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SetHoursArgs {
    /// `09:00-12:00,14:00-18:00`; empty takes back the product's own.
    pub hours: String,
}

/// A day that is named, or not what its weekday says.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct CalendarDay {
    pub date: String,
    pub works: bool,
    pub name: String,
    /// Set by this deployment.
    pub own: bool,
}

/// `get_calendar`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct CalendarYear {
    pub year: i32,
    /// `published`, `statutory` (make-up days not announced), `weekdays` (nothing announced).
    pub basis: String,
    /// The deployment said that the notice is all in.
    pub basis_own: bool,
    pub days: Vec<CalendarDay>,
    /// `09:00-12:00,14:00-18:00`.
    pub hours: String,
    pub hours_own: bool,
    /// This person may change it.
    pub may_edit: bool,
    /// Live operations of what the deployment set, by date, `y<year>` and `hours`.
    pub ops: BTreeMap<String, Vec<String>>,
}
