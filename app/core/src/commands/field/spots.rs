//! Places, facilities, patrol points: added, edited, listed, looked at. A patrol point is due its days after it was last looked at; the first
//! checks of a grid's points are spread over their period as first visits are, so that nothing is overdue from birth. Everything here works
//! without a position.

use super::super::cases;
use super::super::households::due_view;
use super::super::units::Tree;
use super::super::views::{self, coded, coded_field, id};
use super::super::visits::{self, new_id};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::project::{self, parse_day};
use crate::store::{Row, get_row, rows};
use crate::workspace::{self, Identity, Intent, KeyEdit};
use chrono::NaiveDate;
use rusqlite::Connection;
use shared_model::Class;
use shared_model::commands::{
    AddSpotArgs, Added, Due, EditArgs, Edited, FacilityItem, FacilityList, IdArgs, ListSpotsArgs, PatrolItem, PatrolList, PlaceItem,
    PlaceList, SpotFile,
};
use shared_model::due::{self, DueOn};
use shared_model::geo::Position;
use shared_model::records::Kind;
use shared_model::rules::Verb;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// The kinds that are visited beside households, with the field of a visit that names each.
pub const SPOTS: [(Kind, &str, &str); 3] =
    [(Kind::Place, "place", "这个场所"), (Kind::Patrol, "patrol", "这个巡查点"), (Kind::Facility, "facility", "这个设施")];

/// The most days between two checks of a point.
const EVERY_DAYS_MAX: i64 = 3_650;

/// The row of a spot of this kind, or `not_found`.
///
/// # Errors
/// `not_found`.
pub fn require(db: &Connection, kind: Kind, text: &str) -> Result<Row> {
    let (_, field, what) = SPOTS.iter().find(|(k, ..)| *k == kind).copied().unwrap_or(SPOTS[0]);
    get_row(db, kind, id(text, what)?)?
        .filter(|r| r.get("_del").is_none() && r.get("name").is_some())
        .ok_or_else(|| CoreError::not_found(what).at(field))
}

/// The unit whose a spot is: where its documents stand.
///
/// # Errors
/// Of the store.
pub fn home(db: &Connection, record: Uuid) -> Result<Uuid> {
    Ok(db.prepare_cached("select unit from doc where record = ?1 order by class limit 1")?.query_row([record], |r| r.get(0))?)
}

/// `add_place`
pub fn add_place(engine: &Engine, args: AddSpotArgs) -> Result<Added> {
    add(engine, Kind::Place, "add_place", args)
}

/// `add_facility`
pub fn add_facility(engine: &Engine, args: AddSpotArgs) -> Result<Added> {
    add(engine, Kind::Facility, "add_facility", args)
}

/// `add_patrol`
pub fn add_patrol(engine: &Engine, args: AddSpotArgs) -> Result<Added> {
    add(engine, Kind::Patrol, "add_patrol", args)
}

fn add(engine: &Engine, kind: Kind, command: &'static str, args: AddSpotArgs) -> Result<Added> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, kind, Verb::Make))?;
    let name = args.name.trim().to_string();
    if name.is_empty() {
        return Err(CoreError::args("要写名称。").at("name"));
    }
    let now = engine.now_ms();
    let spot = new_id(engine);
    let (_, changed) = engine.with(|o| {
        let db = &o.db;
        let tree = Tree::read(db)?;
        let given = args.edit.clone().unwrap_or_default();
        let text = |key: &str| given.get(key).and_then(|v| v.as_str()).map(str::trim).filter(|v| !v.is_empty()).map(str::to_string);
        // a point at a place or a facility stands where that stands
        let at = match kind {
            Kind::Patrol => match (text("place"), text("facility")) {
                (Some(place), _) => Some(require(db, Kind::Place, &place)?),
                (None, Some(facility)) => Some(require(db, Kind::Facility, &facility)?),
                (None, None) => None,
            },
            _ => None,
        };
        let building = match &args.building {
            Some(b) => Some(tree.find(b).map_err(|e| e.at("building"))?.record),
            None => at.as_ref().and_then(|row| row.id("building")),
        };
        let unit = match (building, &at) {
            (Some(b), _) => b,
            (None, Some(row)) => home(db, row.record)?,
            (None, None) => nowhere(db, &o.me, &tree, args.unit.as_deref())?,
        };
        let mut edits = vec![KeyEdit::put("name", name.clone())];
        edits.extend(building.map(|b| KeyEdit::put("building", b.to_string())));
        if kind == Kind::Patrol {
            edits.push(KeyEdit::put("since", project::day_of(now).to_string()));
        }
        if let (Some(lng), Some(lat)) = (args.lng, args.lat) {
            let (lng, lat) = Position::new(lng, lat).ok_or_else(|| CoreError::args("位置不对。").at("lng"))?.e7();
            edits.extend([KeyEdit::put("lng_e7", lng), KeyEdit::put("lat_e7", lat)]);
        }
        let more = views::edits(kind, None, &given, None)?;
        edits.extend(more.into_iter().filter(|e| !matches!(e.key.as_str(), "name" | "building" | "since")));
        check(&edits)?;
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new(command, format!("新增{} {name}", kind.def().zh), None);
            intent.record(unit, spot, kind, Class::Open, edits)?;
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Added { id: spot.to_string() })
}

/// Where a spot is kept that stands at no building: the area of its grid.
fn nowhere(db: &Connection, me: &Identity, tree: &Tree, unit: Option<&str>) -> Result<Uuid> {
    let Some(unit) = unit else {
        return cases::area(db, me, tree).ok_or_else(|| CoreError::args("要写在哪栋楼或哪个网格。").at("building"));
    };
    let unit = tree.find(unit).map_err(|e| e.at("unit"))?.record;
    let area = shared_model::doc::area_id(unit);
    Ok(if tree.get(area).is_some() { area } else { unit })
}

fn check(edits: &[KeyEdit]) -> Result<()> {
    let days = edits.iter().find(|e| e.key == "every_days").and_then(|e| e.value.as_int());
    if days.is_some_and(|n| !(1..=EVERY_DAYS_MAX).contains(&n)) {
        return Err(CoreError::args("几天一次是 1 到 3650 天。").at("every_days"));
    }
    Ok(())
}

/// `edit_place`
pub fn edit_place(engine: &Engine, args: EditArgs) -> Result<Edited> {
    edit(engine, Kind::Place, "edit_place", args)
}

/// `edit_facility`
pub fn edit_facility(engine: &Engine, args: EditArgs) -> Result<Edited> {
    edit(engine, Kind::Facility, "edit_facility", args)
}

/// `edit_patrol`
pub fn edit_patrol(engine: &Engine, args: EditArgs) -> Result<Edited> {
    edit(engine, Kind::Patrol, "edit_patrol", args)
}

fn edit(engine: &Engine, kind: Kind, command: &'static str, args: EditArgs) -> Result<Edited> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, kind, Verb::Edit))?;
    let now = engine.now_ms();
    let (seq, changed) = engine.with(|o| {
        workspace::change(&mut o.db, &o.me, now, |w| {
            let row = require(w.tx, kind, &args.id)?;
            let edits = views::edits(kind, Some(&row), &args.edit, args.seen.as_ref())?;
            check(&edits)?;
            let unit = home(w.tx, row.record)?;
            let mut intent = Intent::new(command, format!("改{} {}", kind.def().zh, row.text("name").unwrap_or_default()), None);
            intent.record(unit, row.record, kind, Class::Open, edits)?;
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}

/// What a list of spots shows beside their rows.
struct Shelf<'a> {
    db: &'a Connection,
    tree: Tree,
    /// Spot → the last visit and its outcome.
    last: HashMap<Uuid, (i64, String)>,
}

impl<'a> Shelf<'a> {
    fn read(db: &'a Connection, field: &str) -> Result<Shelf<'a>> {
        let mut last: HashMap<Uuid, (i64, String)> = HashMap::new();
        // a column of the declaration, never what somebody wrote
        let sql = format!("select \"{field}\", at, outcome from visit where \"{field}\" is not null and _del is null order by at, record");
        let mut q = db.prepare_cached(&sql)?;
        for r in q.query_map([], |r| Ok((r.get::<_, Uuid>(0)?, r.get::<_, Option<i64>>(1)?, r.get::<_, Option<String>>(2)?)))? {
            let (spot, at, outcome) = r?;
            last.insert(spot, (at.unwrap_or(0), outcome.unwrap_or_default()));
        }
        Ok(Shelf { db, tree: Tree::read(db)?, last })
    }

    fn building(&self, row: &Row) -> (Option<String>, Option<String>) {
        let building = row.id("building");
        (building.map(|b| b.to_string()), building.map(|b| self.tree.name(b)))
    }

    fn place(&self, row: &Row) -> Result<PlaceItem> {
        let (ops, pending) = views::ops_of(self.db, row.record)?;
        let (building, building_name) = self.building(row);
        let (lng, lat) = position(row);
        Ok(PlaceItem {
            id: row.record.to_string(),
            name: row.text("name").unwrap_or_default(),
            kind: coded_field(row, "kind"),
            building,
            building_name,
            address: row.text("address"),
            lng,
            lat,
            contact: row.text("contact"),
            phone: row.text("phone"),
            note: row.text("note"),
            closed: row.flag("closed"),
            visited_at: self.last.get(&row.record).map(|l| l.0),
            ops,
            pending,
        })
    }

    fn facility(&self, row: &Row) -> Result<FacilityItem> {
        let (ops, pending) = views::ops_of(self.db, row.record)?;
        let (building, building_name) = self.building(row);
        let (lng, lat) = position(row);
        Ok(FacilityItem {
            id: row.record.to_string(),
            name: row.text("name").unwrap_or_default(),
            kind: coded_field(row, "kind"),
            building,
            building_name,
            address: row.text("address"),
            lng,
            lat,
            state: coded_field(row, "state"),
            count: row.int("count"),
            note: row.text("note"),
            visited_at: self.last.get(&row.record).map(|l| l.0),
            ops,
            pending,
        })
    }

    fn patrol(&self, row: &Row, due: Due) -> Result<PatrolItem> {
        let (ops, pending) = views::ops_of(self.db, row.record)?;
        let (building, building_name) = self.building(row);
        let (lng, lat) = position(row);
        let spot = match (row.id("place"), row.id("facility")) {
            (Some(place), _) => get_row(self.db, Kind::Place, place)?,
            (None, Some(facility)) => get_row(self.db, Kind::Facility, facility)?,
            (None, None) => None,
        };
        let last = self.last.get(&row.record);
        Ok(PatrolItem {
            id: row.record.to_string(),
            name: row.text("name").unwrap_or_default(),
            round: row.text("round"),
            order: row.int("order"),
            building,
            building_name,
            place: row.id("place").map(|p| p.to_string()),
            facility: row.id("facility").map(|f| f.to_string()),
            spot_name: spot.and_then(|s| s.text("name")),
            address: row.text("address"),
            lng,
            lat,
            every_days: row.int("every_days"),
            form: row.text("form"),
            closed: row.flag("closed"),
            due,
            visited_at: last.map(|l| l.0),
            outcome: last.map(|l| coded("visit_outcome", &l.1)),
            ops,
            pending,
        })
    }
}

/// Degrees, where both are known.
fn position(row: &Row) -> (Option<f64>, Option<f64>) {
    #[allow(clippy::cast_precision_loss)] // ten millionths of a degree
    let degrees = |key: &str| row.int(key).map(|n| n as f64 / 1e7);
    match (degrees("lng_e7"), degrees("lat_e7")) {
        (Some(lng), Some(lat)) => (Some(lng), Some(lat)),
        _ => (None, None),
    }
}

/// Rows of a kind that are held, those beneath a unit if one is named.
fn held(db: &Connection, tree: &Tree, kind: Kind, args: &ListSpotsArgs) -> Result<Vec<Row>> {
    let mut all = rows(db, kind, "where t._del is null and t.name is not null order by t.name, t.record", &[])?;
    if args.all != Some(true) && kind != Kind::Facility {
        all.retain(|r| !r.flag("closed"));
    }
    if let Some(unit) = &args.unit {
        let beneath = tree.beneath(tree.find(unit)?.record);
        let mut kept = Vec::new();
        for row in all {
            if beneath.contains(&home(db, row.record)?) {
                kept.push(row);
            }
        }
        all = kept;
    }
    Ok(all)
}

/// `list_places`
pub fn list_places(engine: &Engine, args: ListSpotsArgs) -> Result<PlaceList> {
    engine.with(|o| {
        let shelf = Shelf::read(&o.db, "place")?;
        let items = held(&o.db, &shelf.tree, Kind::Place, &args)?.iter().map(|r| shelf.place(r)).collect::<Result<_>>()?;
        Ok(PlaceList { items })
    })
}

/// `list_facilities`
pub fn list_facilities(engine: &Engine, args: ListSpotsArgs) -> Result<FacilityList> {
    engine.with(|o| {
        let shelf = Shelf::read(&o.db, "facility")?;
        let items = held(&o.db, &shelf.tree, Kind::Facility, &args)?.iter().map(|r| shelf.facility(r)).collect::<Result<_>>()?;
        Ok(FacilityList { items })
    })
}

/// `list_patrols`
pub fn list_patrols(engine: &Engine, args: ListSpotsArgs) -> Result<PatrolList> {
    let today = project::day_of(engine.now_ms());
    engine.with(|o| Ok(PatrolList { items: patrols(&o.db, &args, today)? }))
}

/// Patrol points by round and order, each with when it is due.
///
/// # Errors
/// Of the store.
pub fn patrols(db: &Connection, args: &ListSpotsArgs, today: NaiveDate) -> Result<Vec<PatrolItem>> {
    let shelf = Shelf::read(db, "patrol")?;
    let due = dues(db, today)?;
    let mut all = held(db, &shelf.tree, Kind::Patrol, args)?;
    all.sort_by_key(walk_key);
    all.iter().map(|r| shelf.patrol(r, due_view(due.get(&r.record)))).collect()
}

/// The order in which points of a round are walked.
fn walk_key(row: &Row) -> (String, i64, String, Uuid) {
    (
        row.text("round").unwrap_or_default(),
        row.int("order").unwrap_or(i64::MAX),
        project::padded(&row.text("name").unwrap_or_default()),
        row.record,
    )
}

/// When each patrol point is due; one that has no period is not.
fn dues(db: &Connection, today: NaiveDate) -> Result<HashMap<Uuid, DueOn>> {
    let mut all = rows(db, Kind::Patrol, "where t._del is null and t.name is not null", &[])?;
    all.retain(|r| !r.flag("closed"));
    all.sort_by_key(walk_key);
    let mut seen: HashMap<Uuid, (Option<NaiveDate>, Option<NaiveDate>)> = HashMap::new();
    let mut q = db.prepare_cached("select patrol, at, outcome from visit where patrol is not null and _del is null")?;
    for r in q.query_map([], |r| Ok((r.get::<_, Uuid>(0)?, r.get::<_, Option<i64>>(1)?, r.get::<_, Option<String>>(2)?)))? {
        let (patrol, at, outcome) = r?;
        let day = at.map(project::day_of);
        let (reached, tried) = seen.entry(patrol).or_default();
        let last = if due::reached(outcome.as_deref().unwrap_or_default()) { reached } else { tried };
        *last = (*last).max(day);
    }
    // points of one grid and one period share the period among themselves
    let mut groups: BTreeMap<(Option<Uuid>, u32), Vec<&Row>> = BTreeMap::new();
    for row in &all {
        let Some(every) = row.int("every_days").and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0) else { continue };
        groups.entry((project::parent_of(db, home(db, row.record)?)?, every)).or_default().push(row);
    }
    let mut out = HashMap::new();
    for ((_, every), points) in groups {
        let of = u32::try_from(points.len()).unwrap_or(u32::MAX);
        for (rank, row) in points.into_iter().enumerate() {
            let since = row.text("since").as_deref().and_then(parse_day).unwrap_or(today);
            let first = due::first_of(since, every, u32::try_from(rank).unwrap_or(0), of);
            let (reached, tried) = seen.get(&row.record).copied().unwrap_or_default();
            out.insert(row.record, due::every(every, today, first, reached, tried));
        }
    }
    Ok(out)
}

/// `get_spot`
pub fn get(engine: &Engine, args: IdArgs) -> Result<SpotFile> {
    let now = engine.now_ms();
    engine.with(|o| {
        let db = &o.db;
        let record = id(&args.id, "这个地方")?;
        let found = SPOTS.iter().find_map(|(kind, field, _)| match require(db, *kind, &args.id) {
            Ok(row) => Some(Ok((row, *field))),
            Err(e) if e.code == "not_found" => None,
            Err(e) => Some(Err(e)),
        });
        let (row, field) = found.transpose()?.ok_or_else(|| CoreError::not_found("这个地方").at("id"))?;
        let shelf = Shelf::read(db, field)?;
        let visits = visits::of(db, field, record)?;
        let found: Vec<Uuid> = visits.iter().flat_map(|v| &v.found).filter_map(|c| Uuid::parse_str(c).ok()).collect();
        let due = dues(db, project::day_of(now))?;
        Ok(SpotFile {
            place: (row.kind == Kind::Place).then(|| shelf.place(&row)).transpose()?,
            facility: (row.kind == Kind::Facility).then(|| shelf.facility(&row)).transpose()?,
            patrol: (row.kind == Kind::Patrol).then(|| shelf.patrol(&row, due_view(due.get(&row.record)))).transpose()?,
            cases: cases::of_ids(db, &o.me, &found, now)?,
            visits,
        })
    })
}
