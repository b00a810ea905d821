//! Cases: reported against the matter catalogue, each in the class of its matter and in a workflow; a time line of steps; what may be done
//! next. `load.rs` folds one, `view.rs` tells it, `steps.rs` takes a step, `sheets.rs` prints, `near.rs` finds the same thing close by, `news.rs` what others did,
//! `orders.rs` takes hotline orders in, `results.rs` gives their results out.

pub mod figures;
mod load;
mod near;
mod news;
mod orders;
mod results;
mod sheets;
mod steps;
mod table;
mod view;

pub use load::{Listed, Loaded, clashing, items, load, of_household, of_ids, open_by_unit, open_count, open_households, open_workflows};
pub use near::near;
pub use news::news;
pub use orders::import as import_orders;
pub use results::export as export_orders;
pub use sheets::print;
pub use steps::RATINGS;
pub use steps::{add_step, step_words};
pub use table::{CaseFacts, for_tables};

use super::settings;
use super::units::Tree;
use super::views;
use super::visits::new_id;
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::media::attach::{self, Owner};
use crate::store::get_row;
use crate::workspace::{self, Identity, Intent, KeyEdit};
use rusqlite::Connection;
use shared_model::Class;
use shared_model::cases::Field;
use shared_model::commands::{AddCaseArgs, Added, CaseFile, CaseItem, CaseList, IdArgs, ListCasesArgs};
use shared_model::geo::Position;
use shared_model::matters::{Catalogue, Matter};
use shared_model::records::Kind;
use shared_model::rules::{Role, Verb};
use shared_model::wire::RoleAtUnit;
use std::collections::BTreeMap;
use steps::{Written, step_edits};
use uuid::Uuid;
use view::Viewing;

/// A case as it will be opened.
struct Opening<'a> {
    matter: &'a Matter,
    class: Class,
    workflow_id: &'a str,
}

/// `add_case`
pub fn add(engine: &Engine, args: AddCaseArgs) -> Result<Added> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Case, Verb::Make))?;
    let case = new_id(engine);
    add_as(engine, case, args, Given::default())
}

/// What a case is opened with that no form asks for.
#[derive(Default)]
pub struct Given {
    /// When it was told to somebody else, who passed it on; ms.
    pub opened_at: Option<i64>,
    /// Where it goes when it has no building.
    pub unit: Option<Uuid>,
}

/// Opens a case under an id of its own.
///
/// # Errors
/// As `add_case`.
pub fn add_as(engine: &Engine, case: Uuid, args: AddCaseArgs, given: Given) -> Result<Added> {
    let now = engine.now_ms();
    let step = new_id(engine);
    let (_, changed) = engine.with(|o| {
        let s = settings::read(&o.db, &o.me)?;
        let roles: Vec<Role> = workspace::roles(&o.db, &o.me)?.iter().map(|r| r.role).collect();
        let chosen = args.workflow.as_deref().map(str::trim).filter(|w| !w.is_empty());
        let named = match chosen {
            Some(name) => Some(s.library.named(name).ok_or_else(|| CoreError::args("没有这个办事流程。").at("workflow"))?),
            None => None,
        };
        let matter = matter_of(&s.catalogue, &args.matter, named.as_ref().and_then(|(_, w)| w.matter.as_deref()))?;
        let by_matter = matter.workflow.as_deref().and_then(|name| s.library.named(name));
        let (workflow_id, workflow) = named
            .or(by_matter)
            .or_else(|| s.library.for_matter(&matter.code))
            .ok_or_else(|| CoreError::args("没有可用的办事流程。").at("workflow"))?;
        if !roles.iter().any(|r| workflow.opened_by.contains(r)) {
            return Err(CoreError::not_allowed(&format!("发起「{}」", workflow.zh)).at("workflow"));
        }
        let title = args.title.trim();
        if title.is_empty() {
            return Err(CoreError::args("要写一句发生了什么。").at("title"));
        }
        let opening = Opening { matter, class: workflow.class.unwrap_or(matter.class), workflow_id: &workflow_id };
        let data = read_fields(&workflow.fields, &args.data)?;
        let tree = Tree::read(&o.db)?;
        let household = args.household.as_deref().map(|h| super::households::require(&o.db, h)).transpose()?;
        let building = match (&args.building, &household) {
            (Some(b), _) => Some(tree.find(b)?.record),
            (None, Some(h)) => h.id("building"),
            (None, None) => None,
        };
        let unit = building
            .or(given.unit)
            .or_else(|| area(&o.db, &o.me, &tree))
            .ok_or_else(|| CoreError::args("要写在哪栋楼，或用文字写地点。").at("building"))?;
        if !may_open_in(&workspace::roles(&o.db, &o.me)?, &tree, unit) {
            return Err(CoreError::new("not_allowed", "街道和区不在社区的楼里立件：请社区登记后上报；自己的事不选楼栋。没有写进去。")
                .at("building"));
        }
        let visit = args.visit.as_deref().map(|v| found_at(&o.db, v)).transpose()?;
        let mut edits = facts(&opening, &args, title, given.opened_at.unwrap_or(now))?;
        let mut text = |key: &str, value: Option<String>| edits.extend(value.map(|v| KeyEdit::put(key, v)));
        text("building", building.map(|b| b.to_string()));
        text("household", household.as_ref().map(|h| h.record.to_string()));
        for (key, other) in [("parent", &args.parent), ("repeat_of", &args.repeat_of)] {
            let found = other.as_deref().filter(|c| !c.trim().is_empty()).map(|c| load(&o.db, c).map_err(|e| e.at(key))).transpose()?;
            text(key, found.map(|c| c.row.record.to_string()));
        }
        edits.extend(data.iter().map(|(name, held)| KeyEdit::put(&format!("data/{name}"), held.clone())));
        // what this role may not write in a stricter class is left out rather than refused: a head names no person
        edits.retain(|e| {
            Kind::Case.field(&e.key).is_none_or(|f| {
                let class = f.class_in(opening.class);
                class == opening.class || roles.iter().any(|r| shared_model::rules::may_write(*r, Kind::Case, class, Verb::Make))
            })
        });
        let on_the_spot = args.on_the_spot.as_deref().map(str::trim).filter(|d| !d.is_empty());
        if on_the_spot.is_some() && workflow.transition("on_the_spot").is_none_or(|t| !roles.iter().any(|r| t.by.contains(r))) {
            return Err(CoreError::args(format!("「{}」不能当场办结。没有写进去。", workflow.zh)).at("on_the_spot"));
        }
        let taken = attach::take(&o.media, &args.attachments, || new_id(engine))?;
        let owner = Owner { unit, class: opening.class, of: case, of_kind: Kind::Case, step: None };
        let done = workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("add_case", format!("上报 {}", matter.name_zh), household.as_ref().map(|h| h.record));
            intent.record(unit, case, Kind::Case, opening.class, edits)?;
            if let Some((unit, visit)) = visit {
                intent.record(unit, visit, Kind::Visit, Class::Register, vec![KeyEdit::put(&format!("found/{case}"), true)])?;
            }
            if let Some(done) = on_the_spot {
                let written = Written { note: Some(done), ..Written::default() };
                intent.record(unit, step, Kind::CaseStep, opening.class, step_edits(case, "on_the_spot", now, &written, &[]))?;
            }
            attach::write(&mut intent, &taken, owner, now)?;
            w.command(intent)
        })?;
        attach::keep(&mut o.media, &taken, now);
        Ok(done)
    })?;
    engine.raise(&changed);
    Ok(Added { id: case.to_string() })
}

/// The visit at which something was found, with its unit.
fn found_at(db: &Connection, visit: &str) -> Result<(Uuid, Uuid)> {
    let row = get_row(db, Kind::Visit, views::id(visit, "这次走访")?)?.filter(|r| r.get("_del").is_none());
    let visit = row.ok_or_else(|| CoreError::not_found("这次走访").at("visit"))?.record;
    Ok((db.prepare_cached("select unit from doc where record = ?1 order by class limit 1")?.query_row([visit], |r| r.get(0))?, visit))
}

/// The matter that was named, or the one that the workflow takes when none is.
fn matter_of<'a>(catalogue: &'a Catalogue, named: &str, otherwise: Option<&str>) -> Result<&'a Matter> {
    let text = Some(named.trim()).filter(|m| !m.is_empty()).or(otherwise).unwrap_or_default();
    let matter = catalogue.find(text).ok_or_else(|| CoreError::args("事项目录里没有这一项。").at("matter"))?;
    if matter.hidden {
        return Err(CoreError::args("社区现在不受理这一项，请换一项。").at("matter"));
    }
    Ok(matter)
}

/// What a new case says of itself.
fn facts(o: &Opening<'_>, args: &AddCaseArgs, title: &str, now: i64) -> Result<Vec<KeyEdit>> {
    let mut edits = vec![
        KeyEdit::put("matter", o.matter.code.clone()),
        KeyEdit::put("title", title),
        KeyEdit::put("opened_at", now),
        KeyEdit::put("workflow", o.workflow_id),
    ];
    let words = [
        ("description", &args.description),
        ("place", &args.place),
        ("person", &args.person),
        ("reporter", &args.reporter),
        ("contact", &args.contact),
        ("on_behalf_of", &args.on_behalf_of),
    ];
    for (key, value) in words {
        if let Some(v) = value.as_deref().map(str::trim).filter(|v| !v.is_empty()) {
            edits.push(KeyEdit::put(key, v));
        }
    }
    if let (Some(lng), Some(lat)) = (args.lng, args.lat) {
        let (lng, lat) = Position::new(lng, lat).ok_or_else(|| CoreError::args("位置不对。").at("lng"))?.e7();
        edits.extend([KeyEdit::put("lng_e7", lng), KeyEdit::put("lat_e7", lat)]);
    }
    Ok(edits)
}

/// The fields that somebody filled in, read; what is required is asked for, what nobody declared is refused.
pub(super) fn read_fields(fields: &[Field], given: &BTreeMap<String, String>) -> Result<Vec<(String, String)>> {
    if let Some(name) = given.keys().find(|name| fields.iter().all(|f| f.name != **name)) {
        return Err(CoreError::args(format!("没有「{name}」这个字段。没有写进去。")).at(name));
    }
    let mut out = Vec::new();
    for f in fields {
        let text = given.get(&f.name).map_or("", String::as_str);
        if let Some(held) = f.read(text).map_err(|words| CoreError::args(format!("{words}没有写进去。")).at(&f.name))? {
            if held.len() > shared_model::limits::TEXT_BYTES_MAX {
                return Err(CoreError::new("too_large", format!("「{}」太长了，请短一些。没有写进去。", f.zh)).at(&f.name));
            }
            out.push((f.name.clone(), held));
        }
    }
    Ok(out)
}

/// Is this the office of a street or a district? It acts on its own level only: what lies beneath it sees by a share.
fn is_above_communities(at: &RoleAtUnit, tree: &Tree) -> bool {
    at.role == Role::Office && tree.get(at.unit).and_then(|u| u.text("kind")).is_some_and(|k| k == "street" || k == "district")
}

/// False where somebody who only ever acts on a level above would open a case beneath it: the server would send it back.
fn may_open_in(roles: &[RoleAtUnit], tree: &Tree, unit: Uuid) -> bool {
    roles.iter().any(|at| at.unit == unit || !is_above_communities(at, tree))
}

/// Where a case goes that has no building: the area of the person's grid, else their unit. A street's own matters stay with the street.
///
/// `None` where this person has no unit.
pub fn area(db: &Connection, me: &Identity, tree: &Tree) -> Option<Uuid> {
    let roles = workspace::roles(db, me).ok()?;
    roles.iter().find_map(|r| {
        if is_above_communities(r, tree) {
            return Some(r.unit);
        }
        let area = shared_model::doc::area_id(r.unit);
        if tree.get(area).is_some() {
            return Some(area);
        }
        let beneath = tree.beneath(r.unit);
        let mut areas = tree.all().filter(|u| beneath.contains(&u.record) && u.text("kind").as_deref() == Some("area")).map(|u| u.record);
        areas.next().or(Some(r.unit))
    })
}

/// The open ones as a map shows them, each with its own position if it has one.
///
/// # Errors
/// Of the store.
pub fn open_on_map(db: &Connection, me: &Identity, now: i64) -> Result<Vec<(CaseItem, Option<Position>)>> {
    let viewing = Viewing::new(db, me, now)?;
    let open = load::all(db)?.into_iter().filter(|c| !c.is_over());
    open.map(|c| Ok((viewing.item(&c)?, Position::from_e7(c.row.int("lng_e7"), c.row.int("lat_e7"))))).collect()
}

/// A case with what its workflow asks for, as a list of one kind of them shows it.
pub struct OfWorkflow {
    pub item: CaseItem,
    pub at: Option<Position>,
    /// It stands where it began.
    pub is_first: bool,
    /// Fields of the case, and what its counted steps said last, as people read it.
    pub said: BTreeMap<String, String>,
}

/// Those of one workflow, whatever its version, with their fields.
///
/// # Errors
/// Of the store.
pub fn of_workflow(db: &Connection, me: &Identity, now: i64, name: &str) -> Result<Vec<OfWorkflow>> {
    let viewing = Viewing::new(db, me, now)?;
    let mut out = Vec::new();
    for c in load::all(db)?.into_iter().filter(|c| c.workflow.name == name) {
        let mut said = BTreeMap::new();
        let read = |fields: &[Field], held: BTreeMap<String, String>, said: &mut BTreeMap<String, String>| {
            for (key, text) in held {
                let words = fields.iter().find(|f| f.name == key).map_or_else(|| text.clone(), |f| f.words(&text));
                said.insert(key, words);
            }
        };
        read(&c.workflow.fields, c.row.texts("data"), &mut said);
        for s in c.counted() {
            let fields = c.workflow.transition(&s.transition()).map_or(&[][..], |t| &t.fields);
            read(fields, s.row.texts("data"), &mut said);
        }
        let is_first = c.workflow.states.first().is_some_and(|s| s.name == c.folded.stand.state);
        let at = Position::from_e7(c.row.int("lng_e7"), c.row.int("lat_e7"));
        out.push(OfWorkflow { item: viewing.item(&c)?, at, is_first, said });
    }
    Ok(out)
}

/// `get_case`
pub fn get(engine: &Engine, args: IdArgs) -> Result<CaseFile> {
    let now = engine.now_ms();
    engine.with(|o| {
        let viewing = Viewing::new(&o.db, &o.me, now)?;
        let c = load(&o.db, &args.id)?;
        viewing.file(&c)
    })
}

/// `list_cases`: open ones by clock, then closed ones, newest first.
pub fn list(engine: &Engine, args: ListCasesArgs) -> Result<CaseList> {
    let now = engine.now_ms();
    engine.with(|o| {
        let viewing = Viewing::new(&o.db, &o.me, now)?;
        let beneath = match &args.unit {
            Some(u) => Some(viewing.tree.beneath(viewing.tree.find(u)?.record)),
            None => None,
        };
        let mut items: Vec<CaseItem> = Vec::new();
        for c in load::all(&o.db)? {
            if beneath.as_ref().is_some_and(|b| !b.contains(&c.unit)) {
                continue;
            }
            let i = viewing.item(&c)?;
            let fits = args.household.as_ref().is_none_or(|h| i.household.as_ref() == Some(h))
                && match args.state.as_deref() {
                    Some("open") => !i.is_closed,
                    Some("closed") => i.is_closed,
                    _ => true,
                }
                && (args.mine != Some(true) || i.mine)
                && args.workflow.as_ref().is_none_or(|w| i.workflow.code == *w)
                && (args.follow != Some(true) || i.follow_at.is_some())
                && (args.clashing != Some(true) || i.clashes > 0);
            if fits {
                items.push(i);
            }
        }
        items.sort_by_key(|i| (i.is_closed, if i.is_closed { -i.opened_at } else { i.due_at.unwrap_or(i64::MAX) }));
        let total = u32::try_from(items.len()).unwrap_or(u32::MAX);
        Ok(CaseList { items: views::page(items, args.limit, args.offset), total })
    })
}
