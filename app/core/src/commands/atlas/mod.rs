//! 一张图, for the office: grids redrawn as one plan (`plan.rs` step by step, `cut.rs` along a line, `checks.rs` what is to be remarked), and what
//! a map is asked beside it (`reach.rs`, `projects.rs`, `wall.rs`). A plan is one server command: all of it takes effect, or nothing does.

mod checks;
mod cut;
mod micro;
mod plan;
mod projects;
mod reach;
mod wall;

pub use projects::list as projects;
pub use reach::reach;
pub use wall::sheet;

use super::grids;
use super::map::{place_of, polygon, shape_of};
use super::memberships::{self, Member, may_ever, send};
use super::units::name_of;
use super::views::coded;
use super::visits::new_id;
use crate::engine::{Engine, Open};
use crate::error::{CoreError, Result};
use crate::store::{Row, rows};
use checks::{Ground, House};
use plan::{CHANGES_MAX, Plan};
use rusqlite::Connection;
use shared_model::commands::{MapPoint, PlanApplied, PlanCheck, PlanGrid, PlanGridsArgs, PlanProblem, PlanReply, Rings, UnitName};
use shared_model::geo::{Datum, Position, Shape};
use shared_model::records::Kind;
use shared_model::rules::{self, Role};
use shared_model::wire::Ask;
use std::collections::HashMap;
use uuid::Uuid;

/// What a building's doors come to.
#[derive(Default, Clone, Copy)]
struct Count {
    households: u32,
    people: u32,
    party: u32,
    hubs: u32,
}

fn counts(db: &Connection) -> Result<HashMap<Uuid, Count>> {
    let mut out: HashMap<Uuid, Count> = HashMap::new();
    let mut q = db.prepare_cached(
        "select building, count(*), sum(coalesce(hub, 0)) from household
         where _del is null and merged_into is null and building is not null group by building",
    )?;
    for r in q.query_map([], |r| Ok((r.get::<_, Uuid>(0)?, r.get(1)?, r.get(2)?)))? {
        let (building, households, hubs) = r?;
        out.insert(building, Count { households, hubs, ..Count::default() });
    }
    // a family of flags is one name a line
    let mut q = db.prepare_cached(
        "select h.building, count(*), sum(instr(char(10) || coalesce(p.tag, '') || char(10), char(10) || '党员' || char(10)) > 0)
         from person p join household h on h.record = p.household
         where p._del is null and p.ended is null and p.merged_into is null and h._del is null and h.building is not null group by h.building",
    )?;
    for r in q.query_map([], |r| Ok((r.get::<_, Uuid>(0)?, r.get(1)?, r.get(2)?)))? {
        let (building, people, party) = r?;
        let c = out.entry(building).or_default();
        (c.people, c.party) = (people, party);
    }
    Ok(out)
}

/// Venues with where they lie: their own position, else that of their building.
fn venues(db: &Connection, tree: &super::units::Tree) -> Result<Vec<(Option<Uuid>, Position)>> {
    let mut out = Vec::new();
    for row in rows(db, Kind::Place, "where t._del is null and t.kind = 'venue'", &[])? {
        let building = row.id("building");
        let of_building = || building.and_then(|b| tree.get(b)).and_then(|b| place_of(b, shape_of(b).as_ref()));
        if let Some(at) = super::map::own(&row).or_else(of_building).filter(|_| !row.flag("closed")) {
            out.push((building, at));
        }
    }
    Ok(out)
}

fn rings(shape: &Shape, datum: Datum) -> Rings {
    let shown = shape.map(|p| p.convert(Datum::Wgs84, datum));
    shown.polygons.iter().map(|p| p.iter().map(|r| r.iter().map(|p| [p.lng, p.lat]).collect()).collect()).collect()
}

fn shown(at: Position, datum: Datum) -> MapPoint {
    let at = at.convert(Datum::Wgs84, datum);
    MapPoint { lng: at.lng, lat: at.lat, exact: true }
}

/// Redrawings of this device that have no verdict.
fn waiting(db: &Connection) -> Result<u32> {
    Ok(db.query_row("select count(*) from command where name = 'apply_plan' and state = 'pending'", [], |r| r.get(0))?)
}

/// `plan_grids`
pub fn plan(engine: &Engine, args: PlanGridsArgs) -> Result<PlanReply> {
    may_ever(engine, "调整网格", rules::may_shape)?;
    let now = engine.now_ms();
    engine.with(|o| {
        let counts = counts(&o.db)?;
        let households = counts.iter().map(|(u, c)| (*u, c.households)).collect();
        let datum = args.datum.unwrap_or_default();
        let (plan, problem) = taken(o, &args, &households)?;
        let mut out = describe(o, &plan, &counts, datum, now)?;
        match plan.check_decided().and_then(|()| plan.asks(&HashMap::new())) {
            Ok((asks, words)) => {
                out.may_apply =
                    problem.is_none() && !asks.is_empty() && out.waiting == 0 && !out.grids.iter().any(|g| has(&g.checks, "crosses"));
                (out.steps, out.problem) = (words, problem);
            }
            Err(e) => {
                let change = u32::try_from(args.changes.len()).unwrap_or(u32::MAX);
                out.problem = problem.or(Some(PlanProblem { change, message: e.message }));
            }
        }
        Ok(out)
    })
}

fn has(checks: &[PlanCheck], code: &str) -> bool {
    checks.iter().any(|c| c.code == code)
}

/// The plan as far as it can be taken, and what is wrong with the step after that.
fn taken<'a>(o: &'a Open, args: &PlanGridsArgs, households: &'a HashMap<Uuid, u32>) -> Result<(Plan<'a>, Option<PlanProblem>)> {
    if args.changes.len() > CHANGES_MAX {
        return Err(CoreError::args(format!("一个方案最多 {CHANGES_MAX} 步。")).at("changes"));
    }
    let mut plan = Plan::new(o, args.unit.as_deref(), args.datum.unwrap_or_default(), households)?;
    for (n, change) in args.changes.iter().enumerate() {
        if let Err(e) = plan.take(change) {
            let problem = PlanProblem { change: u32::try_from(n).unwrap_or(u32::MAX), message: e.message };
            return Ok((plan, Some(problem)));
        }
    }
    Ok((plan, None))
}

fn describe(o: &Open, plan: &Plan<'_>, counts: &HashMap<Uuid, Count>, datum: Datum, now: i64) -> Result<PlanReply> {
    let unit = UnitName { id: plan.unit.to_string(), name: plan.name(plan.unit) };
    let above = plan.shape(plan.unit);
    let mut out =
        PlanReply { datum, unit, shape: above.as_ref().map(|s| rings(s, datum)), waiting: waiting(&o.db)?, ..PlanReply::default() };
    let all = memberships::all(&o.db)?;
    let live: Vec<&Member> = all.iter().filter(|m| m.state(now) == "live").collect();
    // terms at a grid that is closed end with it
    let then: Vec<&Member> = live.iter().copied().filter(|m| !plan.closed.contains_key(&m.unit)).collect();
    let (all_venues, listed) = (venues(&o.db, &plan.before)?, plan.grids());
    let mut grounds: Vec<(Uuid, Option<Uuid>, Ground)> = Vec::new();
    for (id, key, name, kind) in &listed {
        let is_closed = plan.closed.contains_key(id);
        let shape = if is_closed { plan.before.get(*id).and_then(shape_of) } else { plan.shape(*id) };
        let leaves = if is_closed { Vec::new() } else { plan.leaves(*id) };
        let house = |row: &&Row| House {
            id: row.record.to_string(),
            name: name_of(row),
            at: place_of(row, shape_of(row).as_ref()),
            households: counts.get(&row.record).map_or(0, |c| c.households),
        };
        let parent = plan.after.parent(*id);
        let mut grid = sum(counts, leaves.iter().map(|r| r.record));
        let before = sum(counts, plan.before.beneath(*id).into_iter());
        let beneath = plan.after.beneath(*id);
        let within = |(building, at): &&(Option<Uuid>, Position)| match building {
            Some(building) => beneath.contains(building),
            None => shape.as_ref().is_some_and(|s| polygon::contains(s, *at)),
        };
        let near: Vec<Position> = all_venues.iter().filter(within).map(|(_, at)| *at).collect();
        let ground =
            Ground { key: key.clone(), name: name.clone(), is_grid: kind == "grid", houses: leaves.iter().map(house).collect(), shape };
        if is_closed {
            grid = Count::default();
        }
        out.grids.push(PlanGrid {
            key: key.clone(),
            name: name.clone(),
            kind: coded("unit_kind", kind),
            parent: parent.map(|p| p.to_string()).unwrap_or_default(),
            is_new: plan.before.get(*id).is_none(),
            is_closed,
            is_changed: false,
            at: ground.shape.as_ref().and_then(polygon::middle).map(|at| shown(at, datum)),
            area_m2: ground.shape.as_ref().map(polygon::area_m2),
            shape: ground.shape.as_ref().map(|s| rings(s, datum)),
            buildings: ground.houses.iter().map(|h| h.id.clone()).collect(),
            households: grid.households,
            households_before: before.households,
            people: grid.people,
            party: grid.party,
            party_permille: (grid.party * 1000 + grid.people / 2).checked_div(grid.people).unwrap_or(0),
            hubs: grid.hubs,
            radius_m: checks::radius(&ground, &near),
            from_venue: !near.is_empty(),
            checks: Vec::new(),
        });
        grounds.push((*id, parent, ground));
    }
    remark(plan, &mut out, &grounds, &then);
    let (asks, _) = plan.asks(&HashMap::new()).unwrap_or_default();
    for ((id, _, _), grid) in grounds.iter().zip(&mut out.grids) {
        let now: Vec<Uuid> = plan.leaves(*id).iter().map(|r| r.record).collect();
        let then: Vec<Uuid> = plan.before.beneath(*id).into_iter().filter(|u| plan.before.get(*u).is_some_and(is_open_leaf)).collect();
        let is_drawn = asks.iter().any(|a| matches!(a, shared_model::wire::UnitChange::Shape { unit, .. } if unit == id));
        grid.is_changed = grid.is_new || grid.is_closed || is_drawn || now != then;
    }
    let is_loose =
        |r: &&Row| is_open_leaf(r) && grids::kind(r) != "area" && !listed.iter().any(|(g, ..)| plan.after.line(r.record).contains(g));
    let loose = plan.before.all().filter(is_loose).filter(|r| plan.after.line(r.record).contains(&plan.unit));
    out.loose = loose.map(|r| UnitName { id: r.record.to_string(), name: name_of(r) }).collect();
    out.people = grids::people(o, &plan.before, &plan.after, &live, &then)?;
    Ok(out)
}

fn is_open_leaf(row: &Row) -> bool {
    !row.flag("closed") && matches!(grids::kind(row).as_str(), "building" | "alley" | "area")
}

fn sum(counts: &HashMap<Uuid, Count>, units: impl Iterator<Item = Uuid>) -> Count {
    units.filter_map(|u| counts.get(&u)).fold(Count::default(), |a, c| Count {
        households: a.households + c.households,
        people: a.people + c.people,
        party: a.party + c.party,
        hubs: a.hubs + c.hubs,
    })
}

/// Checks those that stand beside each other, and whether anybody works there.
fn remark(plan: &Plan<'_>, out: &mut PlanReply, grounds: &[(Uuid, Option<Uuid>, Ground)], then: &[&Member]) {
    let open: Vec<usize> = (0..grounds.len()).filter(|n| !out.grids[*n].is_closed).collect();
    let mut parents: Vec<Option<Uuid>> = open.iter().map(|n| grounds[*n].1).collect();
    parents.sort_unstable();
    parents.dedup();
    for parent in parents {
        let beside: Vec<usize> = open.iter().copied().filter(|n| grounds[*n].1 == parent).collect();
        let set: Vec<Ground> = beside.iter().map(|n| grounds[*n].2.clone()).collect();
        let found = checks::check(parent.and_then(|p| plan.shape(p)).as_ref(), &set);
        if parent == Some(plan.unit) {
            out.gap_m2 = found.gap_m2;
        }
        for (n, checks) in beside.into_iter().zip(found.checks) {
            out.grids[n].checks = checks;
        }
    }
    for (micro, cut, gone) in plan.undecided() {
        let Some(n) = grounds.iter().position(|(id, ..)| *id == micro) else { continue };
        let there = grounds.iter().find(|(id, ..)| *id == cut.to).map(|(_, _, ground)| ground);
        let units = plan.names_of(&gone).into_iter().map(|(id, name)| UnitName { id: id.to_string(), name }).collect();
        let (grid, name) = (there.map(|g| g.key.clone()), there.map(|g| g.name.clone()));
        let count = u32::try_from(gone.len()).unwrap_or(u32::MAX);
        out.grids[n].checks.push(PlanCheck { code: "straddles".into(), grid, name, n: Some(count), units, ..PlanCheck::default() });
    }
    for n in open {
        let (id, _, ground) = &grounds[n];
        let line = plan.after.line(*id);
        if ground.is_grid && !then.iter().any(|m| m.role == Role::Worker && line.contains(&m.unit)) {
            out.grids[n].checks.push(PlanCheck { code: "no_worker".into(), ..PlanCheck::default() });
        }
    }
}

/// `apply_plan`: one server command. Without a server it waits in the outbox as a whole.
pub fn apply(engine: &Engine, args: PlanGridsArgs) -> Result<PlanApplied> {
    may_ever(engine, "调整网格", rules::may_shape)?;
    // chosen before the store is held
    let fresh: Vec<Uuid> = args.changes.iter().map(|_| new_id(engine)).collect();
    let (changes, steps, undo) = engine.with(|o| {
        let households = counts(&o.db)?.iter().map(|(u, c)| (*u, c.households)).collect();
        let (plan, problem) = taken(o, &args, &households)?;
        if let Some(problem) = problem {
            return Err(CoreError::args(problem.message).at(&format!("changes.{}", problem.change)));
        }
        plan.check_decided()?;
        if waiting(&o.db)? > 0 {
            return Err(CoreError::new("waiting", "上一次调整还在等服务器确认。同步以后再做下一次。"));
        }
        let new = plan.made.iter().filter(|m| m.code.is_empty()).zip(&fresh);
        let ids: HashMap<Uuid, Uuid> = new.map(|(m, id)| (m.id, *id)).collect();
        let (changes, steps) = plan.asks(&ids)?;
        if changes.is_empty() {
            return Err(CoreError::args("没有要改的。").at("changes"));
        }
        Ok((changes, steps, plan.undo(&ids)))
    })?;
    let words = format!("调整网格：{}{}", steps[..steps.len().min(3)].join("；"), if steps.len() > 3 { " 等" } else { "" });
    let answer = send(engine, vec![("apply_plan", words, Ask::Redraw { changes })])?;
    Ok(PlanApplied { answer, steps, undo })
}
