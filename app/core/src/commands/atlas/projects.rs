//! Projects (挂图作战) by their three stages. A stage is read from where a state stands in its workflow, not from its name: the first is not begun,
//! what ends the case is done, what sets it aside is cancelled, everything between is under way. So a deployment's own project workflow works too.

use super::super::cases::{self, OfWorkflow};
use super::super::map::{place_of, shape_of};
use super::super::units::Tree;
use crate::engine::{Engine, Open};
use crate::error::Result;
use shared_model::commands::{ListProjectsArgs, MapPoint, ProjectItem, ProjectList};
use shared_model::geo::Datum;
use shared_model::limits::LIST_ITEMS_MAX;
use uuid::Uuid;

/// Name of the workflow.
const PROJECT: &str = "project";

/// In which of the three it is, or `cancelled`.
fn stage(p: &OfWorkflow) -> &'static str {
    match p {
        _ if p.item.is_aside => "cancelled",
        _ if p.item.is_closed => "done",
        _ if p.is_first => "planned",
        _ => "underway",
    }
}

/// Those of a unit, or all; in order of stage, then of what is due first.
pub(super) fn read(o: &Open, unit: Option<&str>, datum: Datum, now: i64) -> Result<Vec<ProjectItem>> {
    let tree = Tree::read(&o.db)?;
    let beneath = match unit {
        Some(unit) => Some(tree.beneath(tree.find(unit).map_err(|e| e.at("unit"))?.record)),
        None => None,
    };
    let mut out = Vec::new();
    for p in cases::of_workflow(&o.db, &o.me, now, PROJECT)? {
        let building = p.item.building.as_deref().and_then(|b| Uuid::parse_str(b).ok());
        let within = |beneath: &std::collections::BTreeSet<Uuid>| building.is_none_or(|b| beneath.contains(&b));
        if beneath.as_ref().is_some_and(|b| !within(b)) {
            continue;
        }
        let of_building = || building.and_then(|b| tree.get(b)).and_then(|row| place_of(row, shape_of(row).as_ref()));
        let at = p.at.map(|at| (at, true)).or_else(|| of_building().map(|at| (at, false)));
        let at = at.map(|(at, exact)| {
            let at = at.convert(Datum::Wgs84, datum);
            MapPoint { lng: at.lng, lat: at.lat, exact }
        });
        let (stage, said) = (stage(&p), &p.said);
        out.push(ProjectItem {
            stage: stage.into(),
            place: p.item.place.clone(),
            building: p.item.building.clone(),
            at,
            budget: said.get("budget").cloned(),
            contractor: said.get("contractor").cloned(),
            until: said.get("due").cloned(),
            percent: said.get("percent").and_then(|n| n.parse().ok()).filter(|n| *n <= 100),
            due_at: p.item.due_at,
            is_late: matches!(stage, "planned" | "underway") && p.item.due_at.is_some_and(|due| due < now),
            opened_at: p.item.opened_at,
            id: p.item.id,
            title: p.item.title,
            state: p.item.state,
            overlays: p.item.overlays,
        });
    }
    let rank = |stage: &str| ["planned", "underway", "done", "cancelled"].iter().position(|s| *s == stage);
    out.sort_by_key(|p| (rank(&p.stage), p.due_at.unwrap_or(i64::MAX), p.opened_at, p.id.clone()));
    out.truncate(LIST_ITEMS_MAX as usize);
    Ok(out)
}

/// `list_projects`
pub fn list(engine: &Engine, args: ListProjectsArgs) -> Result<ProjectList> {
    let now = engine.now_ms();
    engine.with(|o| Ok(ProjectList { items: read(o, args.unit.as_deref(), args.datum.unwrap_or_default(), now)? }))
}
