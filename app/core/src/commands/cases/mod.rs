//! Cases: reported against the matter catalogue, each in the class of its matter; a time line of steps; what may be done next.

mod steps;

pub use steps::add_step;

use super::households::{due_view, plate_of};
use super::sharing;
use super::units::Tree;
use super::views::{self, coded, id};
use super::visits::new_id;
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::project;
use crate::store::{Doc, Row, docs, get_row, rows};
use crate::workspace::{self, Identity, Intent, KeyEdit};
use rusqlite::Connection;
use shared_model::Class;
use shared_model::calendar::{Calendar, Clock, Count};
use shared_model::cases::{Folded, Step, Workflow, fold};
use shared_model::codes::Coded;
use shared_model::commands::{AddCaseArgs, Added, CaseFile, CaseItem, CaseList, CaseView, IdArgs, ListCasesArgs, SharedWith, StepView};
use shared_model::due::DueOn;
use shared_model::matters;
use shared_model::records::Kind;
use shared_model::rules::{Role, Verb};
use std::collections::HashMap;
use steps::{next_steps, step_edits, transition_code};
use uuid::Uuid;

/// `add_case`
pub fn add(engine: &Engine, args: AddCaseArgs) -> Result<Added> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Case, Verb::Make))?;
    let now = engine.now_ms();
    let matter = matters::find(args.matter.trim()).ok_or_else(|| CoreError::args("事项目录里没有这一项。").at("matter"))?;
    let title = args.title.trim().to_string();
    if title.is_empty() {
        return Err(CoreError::args("要写一句发生了什么。").at("title"));
    }
    let case = new_id(engine);
    let step = new_id(engine);
    let (_, changed) = engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        let household = match &args.household {
            Some(h) => Some(super::households::require(&o.db, h)?),
            None => None,
        };
        let building = match (&args.building, &household) {
            (Some(b), _) => Some(tree.find(b)?.record),
            (None, Some(h)) => h.id("building"),
            (None, None) => None,
        };
        let unit = building
            .or_else(|| area(&o.db, &o.me, &tree))
            .ok_or_else(|| CoreError::args("要写在哪栋楼，或用文字写地点。").at("building"))?;
        let mut edits = vec![
            KeyEdit::put("matter", matter.code.clone()),
            KeyEdit::put("title", title.clone()),
            KeyEdit::put("opened_at", now),
            KeyEdit::put("workflow", Workflow::find("").name),
        ];
        let mut text = |key: &str, value: Option<String>| {
            if let Some(v) = value.map(|v| v.trim().to_string()).filter(|v| !v.is_empty()) {
                edits.push(KeyEdit::put(key, v));
            }
        };
        text("building", building.map(|b| b.to_string()));
        text("household", household.as_ref().map(|h| h.record.to_string()));
        text("description", args.description.clone());
        text("place", args.place.clone());
        text("person", args.person.clone());
        text("reporter", args.reporter.clone());
        // what this role may not write in a stricter class is left out rather than refused: a head names no person
        let roles = workspace::roles(&o.db, &o.me)?;
        edits.retain(|e| {
            Kind::Case.field(&e.key).is_some_and(|f| {
                let class = f.class_in(matter.class);
                class == matter.class || roles.iter().any(|r| shared_model::rules::may_write(r.role, Kind::Case, class, Verb::Make))
            })
        });
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("add_case", format!("上报 {}", matter.name_zh), household.as_ref().map(|h| h.record));
            intent.record(unit, case, Kind::Case, matter.class, edits)?;
            if let Some(done) = args.on_the_spot.as_deref().map(str::trim).filter(|d| !d.is_empty()) {
                intent.record(
                    unit,
                    step,
                    Kind::CaseStep,
                    matter.class,
                    step_edits(case, "on_the_spot", now, Some(done), None, None, &[]),
                )?;
            }
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Added { id: case.to_string() })
}

/// Where a case goes that has no building: the area of the person's grid, else their unit.
fn area(db: &Connection, me: &Identity, tree: &Tree) -> Option<Uuid> {
    let roles = workspace::roles(db, me).ok()?;
    roles.iter().find_map(|r| {
        let area = shared_model::doc::area_id(r.unit);
        if tree.get(area).is_some() {
            return Some(area);
        }
        let beneath = tree.beneath(r.unit);
        let mut areas = tree.all().filter(|u| beneath.contains(&u.record) && u.text("kind").as_deref() == Some("area")).map(|u| u.record);
        areas.next().or(Some(r.unit))
    })
}

/// A case with its steps, folded.
pub struct Loaded {
    pub row: Row,
    pub class: Class,
    pub unit: Uuid,
    /// To whom it is shown beside its own units.
    pub shared: Vec<SharedWith>,
    /// It is here only because somebody shares it.
    pub by_share: bool,
    first_at: Option<i64>,
    pending: bool,
    mine: bool,
    by: String,
    steps: Vec<FoundStep>,
    folded: Folded,
}

impl Loaded {
    /// Its matter, as the lists of what waits call it.
    pub fn title(&self) -> String {
        matters::find(&self.row.text("matter").unwrap_or_default()).map_or_else(String::new, |m| m.name_zh.clone())
    }
}

/// A step's row, when the server received it, and whether it still waits here.
type FoundStep = (Row, Option<i64>, bool);

/// Steps of every case, or of one.
fn steps_of(db: &Connection, case: Option<Uuid>) -> Result<HashMap<Uuid, Vec<FoundStep>>> {
    let found = match case {
        Some(c) => rows(db, Kind::CaseStep, "where t.\"case\" = ?1 and t._del is null", &[&c])?,
        None => rows(db, Kind::CaseStep, "where t._del is null", &[])?,
    };
    let mut times: HashMap<Uuid, (Option<i64>, bool)> = HashMap::new();
    let mut q = db.prepare_cached("select record, first_at, pending from doc where kind = 7")?;
    for r in q.query_map([], |r| Ok((r.get::<_, Uuid>(0)?, (r.get::<_, Option<i64>>(1)?, r.get::<_, i64>(2)? > 0))))? {
        let (record, t) = r?;
        times.insert(record, t);
    }
    let mut out: HashMap<Uuid, Vec<_>> = HashMap::new();
    for s in found {
        let Some(c) = s.id("case") else { continue };
        let (at, pending) = times.get(&s.record).copied().unwrap_or_default();
        out.entry(c).or_default().push((s, at, pending));
    }
    Ok(out)
}

fn as_steps(steps: &[FoundStep]) -> Vec<Step> {
    steps
        .iter()
        .map(|(s, at, _)| Step {
            id: s.record,
            transition: s.text("transition").unwrap_or_default(),
            after: s.names("after").iter().filter_map(|a| Uuid::parse_str(a).ok()).collect(),
            received_at: *at,
            device_seq: u64::try_from(s.int("at").unwrap_or(0)).unwrap_or(0),
        })
        .collect()
}

fn fold_steps(steps: &[FoundStep]) -> Folded {
    fold(Workflow::find(""), &as_steps(steps))
}

/// The document that holds the matter: its class is the case's own.
fn main_doc(db: &Connection, case: Uuid) -> Result<Option<Doc>> {
    for d in docs::of_record(db, case)? {
        if let Some(doc) = docs::load(db, d)?
            && doc.shown.value("matter").is_some()
        {
            return Ok(Some(doc));
        }
    }
    Ok(None)
}

fn load_with(db: &Connection, row: Row, steps: Vec<FoundStep>) -> Result<Option<Loaded>> {
    let Some(doc) = main_doc(db, row.record)? else { return Ok(None) };
    let folded = fold_steps(&steps);
    Ok(Some(Loaded {
        class: doc.id.class,
        unit: doc.unit,
        shared: sharing::shown_to(&doc),
        by_share: docs::is_only_shared(db, doc.id)?,
        first_at: doc.first_at,
        pending: doc.pending > 0 || steps.iter().any(|s| s.2),
        mine: doc.mine,
        by: views::author_of(db, &doc.shown, "matter")?,
        row,
        steps,
        folded,
    }))
}

fn item(db: &Connection, tree: &Tree, c: &Loaded, now: i64) -> Result<CaseItem> {
    let matter = c.row.text("matter").unwrap_or_default();
    let m = matters::find(&matter);
    let workflow = Workflow::find("");
    let state = workflow.state(c.folded.state);
    let is_closed = state.is_some_and(|s| s.is_closed);
    let opened_at = c.row.int("opened_at").unwrap_or(0);
    // the clock runs from the server's receipt: a wrong phone clock neither helps nor harms
    let clock =
        m.map(|m| Clock { start_ms: c.first_at.unwrap_or(opened_at), count: Count::WorkDays, amount: m.resolve_days, pauses: Vec::new() });
    let deadline = clock.and_then(|clock| Calendar::national().deadline(&clock));
    let due_at = deadline.map(|d| d.at_ms);
    let today = project::day_of(now);
    let due = due_at.filter(|_| !is_closed).map(|at| {
        let date = project::day_of(at);
        let days = i32::try_from((date - today).num_days()).unwrap_or(0);
        let state = match days {
            _ if at < now => "over",
            d if d <= 0 => "today",
            d if d <= 2 => "soon",
            _ => "none",
        };
        DueOn { state, date, days }
    });
    let household = c.row.id("household");
    // where it is, and the words for where exactly
    let spot = match household.map(|h| get_row(db, Kind::Household, h)).transpose()?.flatten() {
        Some(h) => Some(plate_of(tree, &h)),
        None => c.row.id("building").map(|b| tree.name(b)).filter(|n| !n.is_empty()),
    };
    let place = [spot, c.row.text("place")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let place = Some(place).filter(|p| !p.is_empty());
    let closing = c
        .folded
        .order
        .iter()
        .rev()
        .filter_map(|id| c.steps.iter().find(|s| s.0.record == *id))
        .find(|s| s.0.text("transition").as_deref().and_then(|t| workflow.transition(t)).is_some_and(|t| t.to.is_some()));
    Ok(CaseItem {
        id: c.row.record.to_string(),
        title: c.row.text("title").unwrap_or_default(),
        category: m.map(|m| m.category.clone()).unwrap_or_default(),
        matter: coded("matter", &matter),
        state: Coded { code: c.folded.state.into(), label: state.map_or(c.folded.state, |s| s.zh).into() },
        is_closed,
        household: household.map(|h| h.to_string()),
        building: c.row.id("building").map(|b| b.to_string()),
        place,
        opened_at,
        due_at,
        due_basis: deadline.map(|d| d.basis.name().into()),
        due: due_view(due.as_ref()),
        by: c.by.clone(),
        mine: c.mine,
        lead: m.map(|m| m.lead.clone()).filter(|l| !l.is_empty()),
        class: c.class.name().into(),
        pending: c.pending,
        outcome: closing.and_then(|s| s.0.text("note").or_else(|| s.0.text("assignee").map(|a| format!("已交给{a}")))),
        shared: sharing::shown_now(db, &c.shared, now)?,
        by_share: c.by_share,
    })
}

/// A case by its id.
///
/// # Errors
/// `not_found`.
pub fn load(db: &Connection, text: &str) -> Result<Loaded> {
    let case = id(text, "这件事")?;
    let row =
        get_row(db, Kind::Case, case)?.filter(|r| r.get("matter").is_some()).ok_or_else(|| CoreError::not_found("这件事").at("id"))?;
    let steps = steps_of(db, Some(case))?.remove(&case).unwrap_or_default();
    load_with(db, row, steps)?.ok_or_else(|| CoreError::not_found("这件事").at("id"))
}

/// `get_case`
pub fn get(engine: &Engine, args: IdArgs) -> Result<CaseFile> {
    let now = engine.now_ms();
    engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        let c = load(&o.db, &args.id)?;
        let mut steps = Vec::new();
        for step in &c.folded.order {
            let Some((row, _, pending)) = c.steps.iter().find(|s| s.0.record == *step) else { continue };
            let name = row.text("transition").unwrap_or_default();
            let doc = docs::of_record(&o.db, *step)?.first().map(|d| docs::load(&o.db, *d)).transpose()?.flatten();
            steps.push(StepView {
                id: step.to_string(),
                transition: transition_code(&name),
                note: row.text("note"),
                assignee: row.text("assignee"),
                rating: row.text("rating"),
                at: row.int("at").unwrap_or(0),
                by: doc.map(|d| views::author_of(&o.db, &d.shown, "transition")).transpose()?.unwrap_or_default(),
                pending: *pending,
                clashes: c.folded.clashes.contains(step),
            });
        }
        let roles: Vec<Role> = workspace::roles(&o.db, &o.me)?.iter().map(|r| r.role).collect();
        let next = next_steps(&c, &roles);
        let mut item = item(&o.db, &tree, &c, now)?;
        item.shared = sharing::asked_for(&o.db, &tree, c.row.record)?.over(item.shared);
        Ok(CaseFile {
            may_share: sharing::choices(&o.db, &o.me, &tree, &c, now)?,
            is_sharer: sharing::is_sharer(&o.db, &o.me, &c)?,
            case: CaseView { item, description: c.row.text("description"), person: c.row.text("person"), reporter: c.row.text("reporter") },
            steps,
            next,
        })
    })
}

/// `list_cases`: open ones by clock, then closed ones, newest first.
pub fn list(engine: &Engine, args: ListCasesArgs) -> Result<CaseList> {
    let now = engine.now_ms();
    engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        let beneath = match &args.unit {
            Some(u) => Some(tree.beneath(tree.find(u)?.record)),
            None => None,
        };
        let mut all = all_items(&o.db, &tree, now)?;
        all.retain(|(unit, i)| {
            beneath.as_ref().is_none_or(|b| b.contains(unit))
                && args.household.as_ref().is_none_or(|h| i.household.as_ref() == Some(h))
                && match args.state.as_deref() {
                    Some("open") => !i.is_closed,
                    Some("closed") => i.is_closed,
                    _ => true,
                }
                && (args.mine != Some(true) || i.mine)
        });
        let mut items: Vec<CaseItem> = all.into_iter().map(|(_, i)| i).collect();
        items.sort_by_key(|i| (i.is_closed, if i.is_closed { -i.opened_at } else { i.due_at.unwrap_or(i64::MAX) }));
        let total = u32::try_from(items.len()).unwrap_or(u32::MAX);
        Ok(CaseList { items: views::page(items, args.limit, args.offset), total })
    })
}

fn all_items(db: &Connection, tree: &Tree, now: i64) -> Result<Vec<(Uuid, CaseItem)>> {
    let mut steps = steps_of(db, None)?;
    let mut out = Vec::new();
    for row in rows(db, Kind::Case, "where t._del is null and t.matter is not null", &[])? {
        let own = steps.remove(&row.record).unwrap_or_default();
        if let Some(c) = load_with(db, row, own)? {
            out.push((c.unit, item(db, tree, &c, now)?));
        }
    }
    Ok(out)
}

/// Cases of a household.
///
/// # Errors
/// Of the store.
pub fn of_household(db: &Connection, _me: &Identity, household: Uuid, now: i64) -> Result<Vec<CaseItem>> {
    let tree = Tree::read(db)?;
    let mut out = Vec::new();
    for row in rows(db, Kind::Case, "where t.household = ?1 and t._del is null and t.matter is not null", &[&household])? {
        let steps = steps_of(db, Some(row.record))?.remove(&row.record).unwrap_or_default();
        if let Some(c) = load_with(db, row, steps)? {
            out.push(item(db, &tree, &c, now)?);
        }
    }
    out.sort_by_key(|i| (i.is_closed, -i.opened_at));
    Ok(out)
}

fn open_rows(db: &Connection) -> Result<Vec<Row>> {
    let mut steps = steps_of(db, None)?;
    let workflow = Workflow::find("");
    let mut all = rows(db, Kind::Case, "where t._del is null and t.matter is not null", &[])?;
    all.retain(|r| {
        let folded = fold_steps(&steps.remove(&r.record).unwrap_or_default());
        !workflow.state(folded.state).is_some_and(|s| s.is_closed)
    });
    Ok(all)
}

/// Household of each open case.
pub fn open_households(db: &Connection) -> Result<Vec<Uuid>> {
    Ok(open_rows(db)?.iter().filter_map(|r| r.id("household")).collect())
}

/// Building of each open case.
pub fn open_by_unit(db: &Connection) -> Result<Vec<Uuid>> {
    Ok(open_rows(db)?.iter().filter_map(|r| r.id("building")).collect())
}

/// Open cases held here.
pub fn open_count(db: &Connection) -> Result<usize> {
    Ok(open_rows(db)?.len())
}
