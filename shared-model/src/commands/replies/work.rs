//! Replies about visits, due doors, the matter catalogue, codes and cases.

use super::super::field::PatrolItem;
use super::people::{Due, HouseholdItem};
use crate::cases::{Field, Problem, Unit, Workflow};
use crate::codes::Coded;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct VisitView {
    pub id: String,
    /// What was visited: exactly one of these four.
    pub household: Option<String>,
    pub place: Option<String>,
    pub patrol: Option<String>,
    pub facility: Option<String>,
    pub outcome: Coded,
    pub mode: Coded,
    pub topics: Vec<Coded>,
    pub note: Option<String>,
    /// People met, by id.
    pub met: Vec<String>,
    /// Cases found there, by id.
    pub found: Vec<String>,
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
    /// Patrol points that are due, overdue first; `due.state` says how.
    pub patrols: Vec<PatrolItem>,
    /// Patrol points looked at today.
    pub patrols_done: u32,
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
    /// Everyday words for it.
    pub synonyms: Vec<String>,
    /// The workflow that a new case takes.
    pub workflow: Option<Coded>,
    /// The deployment does not take it.
    pub hidden: bool,
    /// The deployment added it.
    pub local: bool,
    /// Entries that differ from the product's, each with the product's own.
    pub changed: BTreeMap<String, String>,
    /// Nobody is named to lead it, and it is not for the community to handle.
    pub lead_gap: bool,
    /// Live operations of the entries that the deployment set.
    pub ops: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct MatterList {
    /// Best match first; without words in the order of the catalogue.
    pub items: Vec<MatterItem>,
    /// This person may change the catalogue.
    pub may_edit: bool,
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
    /// It is over without having been dealt with here: merged into another, or void.
    pub is_aside: bool,
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
    /// From what the working days up to then are known: `published`, `statutory` (make-up days not announced), `weekdays` (nothing announced).
    pub due_basis: Option<String>,
    /// `over`, `today`, `soon`, `none`.
    pub due: Due,
    pub by: String,
    pub mine: bool,
    pub lead: Option<String>,
    pub class: String,
    pub pending: bool,
    /// One sentence of what came of it, for a building head.
    pub outcome: Option<String>,
    /// Who sees it beside those of its own units.
    pub shared: Vec<SharedWith>,
    /// It is here only because somebody shares it.
    pub by_share: bool,
    /// Name and words of the workflow that it runs in.
    pub workflow: Coded,
    /// What lies over its state: 督办中, 联动中, 挂起, 申请延期中.
    pub overlays: Vec<Coded>,
    /// 1 most urgent … 4.
    pub urgency: u32,
    /// At which level it is dealt with, or came to its end.
    pub level: Coded,
    /// When the call back after its end is due, unix ms; only while it waits for one.
    #[ts(type = "number | null")]
    pub follow_at: Option<i64>,
    /// Steps that do not fit, which nobody has looked at.
    pub clashes: u32,
    /// A number that somebody else gave it.
    pub number: Option<String>,
    /// Whom it was given to last.
    pub assignee: Option<String>,
    /// The catalogue names no department that leads, and it is not for the community to handle.
    pub lead_gap: bool,
}

/// A clock of a case.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ClockView {
    pub name: Coded,
    #[ts(type = "number")]
    pub started_at: i64,
    /// Null while it stands still, or where nothing says how long it is.
    #[ts(type = "number | null")]
    pub due_at: Option<i64>,
    /// When it was met.
    #[ts(type = "number | null")]
    pub stopped_at: Option<i64>,
    pub is_paused: bool,
    /// What it was extended by, in its own unit.
    pub extended: u32,
    pub unit: Unit,
    /// `published`, `statutory`, `weekdays`.
    pub basis: String,
    /// `over`, `today`, `soon`, `none`; when met: `met` or `late`.
    pub state: String,
}

/// Another case that this one is bound to.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct CaseLink {
    /// `parent`, `child`, `repeat_of`, `repeated_by`, `merged_into`, `merged`.
    pub kind: String,
    pub id: String,
    pub title: String,
    pub state: Coded,
}

/// Somebody who has to do with a case, as far as this device knows.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct CasePerson {
    /// `author`, `on_behalf_of`, `reporter`, `concerned`, `assignee`, `handler`.
    pub part: String,
    pub name: String,
    pub contact: Option<String>,
    /// Class in which it is kept: who else knows.
    pub class: Coded,
}

/// A field with what it holds.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct FieldView {
    pub field: Coded,
    pub en: String,
    /// As people read it.
    pub text: String,
}

/// What a sheet prints.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PrintLine {
    Heading {
        text: String,
    },
    Text {
        text: String,
    },
    Row {
        label: String,
        text: String,
    },
    /// A line to sign.
    Sign {
        text: String,
    },
}

/// `print_case`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PrintedSheet {
    pub title: String,
    pub lines: Vec<PrintLine>,
}

/// An open case close by.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct NearCase {
    pub case: CaseItem,
    /// `building`, or metres away.
    pub same_building: bool,
    pub metres: Option<u32>,
}

/// `list_near`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct NearList {
    pub items: Vec<NearCase>,
}

/// A workflow that may be chosen or looked at.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct WorkflowItem {
    /// Name and hash of its words: what a case keeps.
    pub id: String,
    pub workflow: Workflow,
    /// It comes with the product; else a deployment wrote it.
    pub built_in: bool,
    /// New cases take it; else only what runs in it does.
    pub current: bool,
    /// Open cases in it, held here.
    pub running: u32,
    /// This person may open a case in it.
    pub may_open: bool,
    /// Who wrote it, where a deployment did.
    pub by: Option<String>,
    #[ts(type = "number | null")]
    pub at: Option<i64>,
    pub pending: bool,
}

/// `list_workflows`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct WorkflowList {
    pub items: Vec<WorkflowItem>,
    /// Settings that cannot be used, with what is wrong.
    pub unreadable: Vec<Problem>,
    /// This person may write workflows, calendar and catalogue.
    pub may_edit: bool,
}

/// `check_workflow`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct WorkflowChecked {
    pub problems: Vec<Problem>,
}

/// A unit or a person that a case is shown to.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SharedWith {
    /// The unit or the membership: what `unshare_case` names.
    pub target: String,
    pub name: String,
    /// One person, not the office of a unit.
    pub by_name: bool,
    /// Up to this class.
    pub upto: Coded,
    /// Asked for here, and not confirmed by the server yet.
    pub pending: bool,
    /// Asked to be taken back here, and not confirmed by the server yet.
    pub leaving: bool,
    /// The person's term is over: they see the case no longer; the server takes the share back by itself.
    pub ended: bool,
    /// When the server began it, unix ms; null while it waits.
    #[ts(type = "number | null")]
    pub since: Option<i64>,
    /// When the person's term, and the share with it, ends by itself; unix ms, exclusive.
    #[ts(type = "number | null")]
    pub until: Option<i64>,
}

/// Who a case may be shown to.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ShareChoice {
    /// The unit, or the person's.
    pub to: String,
    /// Membership of the person; absent: the office of the unit.
    pub assignee: Option<String>,
    pub name: String,
    /// 街道, or the person's role and unit.
    pub detail: String,
    /// The strictest class that may be chosen.
    pub upto: Coded,
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
    pub contact: Option<String>,
    pub on_behalf_of: Option<String>,
    /// Fields of the workflow that hold something.
    pub fields: Vec<FieldView>,
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
    /// Nobody has looked at it since.
    pub unseen: bool,
    pub on_behalf_of: Option<String>,
    /// Fields of the step that hold something.
    pub fields: Vec<FieldView>,
}

/// A transition that may be taken now.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct NextStep {
    pub transition: Coded,
    /// `note`, `assignee`, `rating`, `to`: what it requires.
    pub requires: Vec<String>,
    /// The one action offered as the main button.
    pub main: bool,
    pub en: String,
    pub fields: Vec<Field>,
    /// Ratings that may be given, where one is asked for: `satisfied`, `fair`, `dissatisfied`.
    pub ratings: Vec<String>,
    pub evidence: bool,
    /// A remark: changes nothing.
    pub is_remark: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct CaseFile {
    pub case: CaseView,
    pub steps: Vec<StepView>,
    pub next: Vec<NextStep>,
    /// Whom it may be shown to who does not see it yet: what a chooser offers. Empty where this person shows it to nobody.
    pub may_share: Vec<ShareChoice>,
    /// This person shows it to others, and takes it back.
    pub is_sharer: bool,
    pub clocks: Vec<ClockView>,
    pub links: Vec<CaseLink>,
    pub people: Vec<CasePerson>,
    /// Sheets that may be printed.
    pub sheets: Vec<Coded>,
    /// Id of the workflow that it keeps.
    pub workflow_id: String,
}
