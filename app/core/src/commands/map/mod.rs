//! The map: where what this device holds lies. Nothing is asked for and nothing kept here; what has no position of its own stands at its building,
//! and what has none at all is listed without. `place.rs` writes positions and boundaries of units, `base.rs` keeps an offline base map,
//! `polygon.rs` reckons.

pub mod base;
mod place;
pub(crate) mod polygon;

pub(crate) use place::kept;
pub use place::{import, place};

use super::households::plate_of;
use super::units::{Tree, name_of};
use super::views::{coded, coded_field};
use crate::engine::{Engine, Open};
use crate::error::{CoreError, Result};
use crate::project;
use crate::store::{Facts, Row, rows};
use crate::workspace;
use rusqlite::Connection;
use shared_model::Class;
use shared_model::commands::{
    GetMapArgs, LocateArgs, Located, MapBounds, MapBuilding, MapCase, MapGrid, MapHub, MapPoint, MapReply, MapThing, NearBuilding,
    NearGrid, Rings,
};
use shared_model::geo::{Datum, Position, Shape};
use shared_model::limits::LIST_ITEMS_MAX;
use shared_model::records::Kind;
use shared_model::rules;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// A building farther away than this is not where somebody stands, metres.
const NEAR_METRES: f64 = 60.0;

/// Its own position.
pub(crate) fn own(row: &Row) -> Option<Position> {
    Position::from_e7(row.int("lng_e7"), row.int("lat_e7"))
}

/// Its boundary; one that cannot be read is as none.
pub(crate) fn shape_of(row: &Row) -> Option<Shape> {
    Shape::from_text(row.str("shape")?).ok()
}

/// Where a unit is: its point, else the middle of its shape.
pub(crate) fn place_of(row: &Row, shape: Option<&Shape>) -> Option<Position> {
    own(row).or_else(|| shape.and_then(polygon::middle))
}

/// What a unit's doors and cases come to.
#[derive(Default, Clone, Copy)]
struct Count {
    households: u32,
    over: u32,
    today: u32,
    cases: u32,
    hubs: u32,
}

/// What is read once for a map.
struct Atlas<'a> {
    db: &'a Connection,
    tree: Tree,
    /// Units that were asked for; `None`: all.
    beneath: Option<BTreeSet<Uuid>>,
    datum: Datum,
    /// Where units lie, and the counts of those with doors.
    at: HashMap<Uuid, Position>,
    counts: HashMap<Uuid, Count>,
}

impl Atlas<'_> {
    fn is_asked(&self, unit: Option<Uuid>) -> bool {
        self.beneath.as_ref().is_none_or(|b| unit.is_some_and(|u| b.contains(&u)))
    }

    /// Its own position, else that of its building.
    fn point(&self, own: Option<Position>, building: Option<Uuid>) -> Option<MapPoint> {
        let found = own.map(|p| (p, true)).or_else(|| Some((*self.at.get(&building?)?, false)))?;
        let shown = found.0.convert(Datum::Wgs84, self.datum);
        Some(MapPoint { lng: shown.lng, lat: shown.lat, exact: found.1 })
    }

    fn rings(&self, shape: &Shape) -> Rings {
        let shown = shape.map(|p| p.convert(Datum::Wgs84, self.datum));
        shown.polygons.iter().map(|p| p.iter().map(|r| r.iter().map(|p| [p.lng, p.lat]).collect()).collect()).collect()
    }

    /// Facilities, places, patrol points.
    fn things(&self, kind: Kind) -> Result<Vec<MapThing>> {
        let mut out = Vec::new();
        for row in rows(self.db, kind, "where t._del is null and t.name is not null order by t.name, t.record", &[])? {
            let building = row.id("building");
            if row.flag("closed") || !self.is_asked(building) || out.len() >= LIST_ITEMS_MAX as usize {
                continue;
            }
            out.push(MapThing {
                id: row.record.to_string(),
                name: row.text("name").unwrap_or_default(),
                kind: coded_field(&row, "kind"),
                state: coded_field(&row, "state"),
                building: building.map(|b| b.to_string()),
                address: row.text("address"),
                at: self.point(own(&row), building),
            });
        }
        Ok(out)
    }

    fn hubs(&self) -> Result<Vec<MapHub>> {
        let covers: HashMap<Uuid, usize> = rows(self.db, Kind::PartyHub, "where t._del is null", &[])?
            .iter()
            .filter_map(|hub| Some((hub.id("household")?, hub.names("covers").len())))
            .collect();
        let mut out = Vec::new();
        for row in rows(self.db, Kind::Household, "where t._del is null and t.hub = 1 order by t.record", &[])? {
            let building = row.id("building");
            if self.is_asked(building) {
                out.push(MapHub {
                    household: row.record.to_string(),
                    plate: plate_of(&self.tree, &row),
                    name: row.text("head_name"),
                    building: building.map(|b| b.to_string()),
                    at: self.point(None, building),
                    covers: covers.get(&row.record).map_or(0, |n| u32::try_from(*n).unwrap_or(u32::MAX)),
                });
            }
        }
        Ok(out)
    }

    fn grid(&self, row: &Row, kind: &str) -> MapGrid {
        let shape = shape_of(row);
        let mut sum = Count::default();
        for c in self.tree.beneath(row.record).iter().filter_map(|u| self.counts.get(u)) {
            sum.households += c.households;
            sum.over += c.over;
            sum.today += c.today;
            sum.cases += c.cases;
        }
        MapGrid {
            id: row.record.to_string(),
            name: name_of(row),
            kind: coded("unit_kind", kind),
            at: self.point(place_of(row, shape.as_ref()), None),
            area_m2: shape.as_ref().map(polygon::area_m2),
            shape: shape.as_ref().map(|s| self.rings(s)),
            households: sum.households,
            due: sum.over + sum.today,
            open_cases: sum.cases,
        }
    }

    fn building(&self, row: &Row, kind: &str) -> MapBuilding {
        let shape = shape_of(row);
        let c = self.counts.get(&row.record).copied().unwrap_or_default();
        let parent = self.tree.parent(row.record);
        MapBuilding {
            id: row.record.to_string(),
            name: name_of(row),
            kind: coded("unit_kind", kind),
            number: row.text("number"),
            estate: row.text("estate"),
            parent: parent.map(|p| p.to_string()),
            parent_name: parent.map(|p| self.tree.name(p)).unwrap_or_default(),
            at: self.point(place_of(row, shape.as_ref()), None),
            shape: shape.as_ref().map(|s| self.rings(s)),
            households: c.households,
            over: c.over,
            today: c.today,
            open_cases: c.cases,
            hubs: c.hubs,
        }
    }
}

/// Doors by building. Who holds no register is told of none that is due: what is due comes from it.
fn doors(o: &Open, today: chrono::NaiveDate) -> Result<HashMap<Uuid, Count>> {
    let reads = workspace::roles(&o.db, &o.me)?.iter().any(|r| rules::access(r.role, Class::Register).reads());
    let due = if reads { project::due_of(&o.db, today)? } else { HashMap::new() };
    let mut counts: HashMap<Uuid, Count> = HashMap::new();
    let mut q = o.db.prepare_cached(
        "select record, building, coalesce(hub, 0) from household where _del is null and door is not null and building is not null
           and record not in (select record from merged)",
    )?;
    for r in q.query_map([], |r| Ok((r.get::<_, Uuid>(0)?, r.get::<_, Uuid>(1)?, r.get::<_, bool>(2)?)))? {
        let (household, building, is_hub) = r?;
        let c = counts.entry(building).or_default();
        c.households += 1;
        c.hubs += u32::from(is_hub);
        match due.get(&household).map(|d| d.0.state) {
            Some("over") => c.over += 1,
            Some("today") => c.today += 1,
            _ => {}
        }
    }
    Ok(counts)
}

/// `get_map`
pub fn get(engine: &Engine, args: GetMapArgs) -> Result<MapReply> {
    let now = engine.now_ms();
    engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        let beneath = match &args.unit {
            Some(u) => Some(tree.beneath(tree.find(u).map_err(|e| e.at("unit"))?.record)),
            None => None,
        };
        let at = tree.all().filter_map(|r| Some((r.record, place_of(r, shape_of(r).as_ref())?))).collect();
        let counts = doors(o, project::day_of(now))?;
        let mut atlas = Atlas { db: &o.db, tree, beneath, datum: args.datum.unwrap_or_default(), at, counts };
        let cases = super::cases::open_on_map(&o.db, &o.me, now)?;
        for (c, _) in &cases {
            if let Some(building) = c.building.as_deref().and_then(|b| Uuid::parse_str(b).ok()) {
                atlas.counts.entry(building).or_default().cases += 1;
            }
        }
        let mut out = MapReply { datum: atlas.datum, ..MapReply::default() };
        for (c, own) in cases {
            let building = c.building.as_deref().and_then(|b| Uuid::parse_str(b).ok());
            if atlas.is_asked(building) {
                let at = atlas.point(own, building);
                out.cases.push(MapCase { id: c.id, title: c.title, state: c.state, due: c.due, building: c.building, place: c.place, at });
            }
        }
        for row in atlas.tree.all().filter(|r| !r.flag("closed") && atlas.is_asked(Some(r.record))) {
            match row.text("kind").unwrap_or_default().as_str() {
                kind @ ("grid" | "micro_grid") => out.grids.push(atlas.grid(row, kind)),
                kind @ ("building" | "alley") => out.buildings.push(atlas.building(row, kind)),
                _ => {}
            }
        }
        out.grids.sort_by(|a, b| a.name.cmp(&b.name));
        out.buildings.sort_by_key(walk_key);
        out.hubs = atlas.hubs()?;
        out.facilities = atlas.things(Kind::Facility)?;
        out.places = atlas.things(Kind::Place)?;
        out.patrols = atlas.things(Kind::Patrol)?;
        out.bounds = bounds(&out);
        Ok(out)
    })
}

/// By estate, then by number as people count.
pub(crate) fn walk_key(b: &MapBuilding) -> (String, String, u32, String) {
    let number = b.number.clone().unwrap_or_default();
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    (b.parent_name.clone(), b.estate.clone().unwrap_or_default(), digits.parse().unwrap_or(u32::MAX), number)
}

/// Around everything that has a position.
fn bounds(map: &MapReply) -> Option<MapBounds> {
    let shapes = map.grids.iter().filter_map(|g| g.shape.as_ref()).chain(map.buildings.iter().filter_map(|b| b.shape.as_ref()));
    let corners = shapes.flatten().flatten().flatten().copied();
    let things = map.facilities.iter().chain(&map.places).chain(&map.patrols).filter_map(|t| t.at);
    let points = map.grids.iter().filter_map(|g| g.at).chain(map.buildings.iter().filter_map(|b| b.at));
    let points = points.chain(map.cases.iter().filter_map(|c| c.at)).chain(map.hubs.iter().filter_map(|h| h.at)).chain(things);
    corners.chain(points.map(|p| [p.lng, p.lat])).fold(None, |around, [lng, lat]| {
        let b = around.unwrap_or(MapBounds { west: lng, south: lat, east: lng, north: lat });
        Some(MapBounds { west: b.west.min(lng), south: b.south.min(lat), east: b.east.max(lng), north: b.north.max(lat) })
    })
}

/// `locate`
pub fn locate(engine: &Engine, args: LocateArgs) -> Result<Located> {
    let given = Position::new(args.lng, args.lat).ok_or_else(|| CoreError::args("位置不在地球上，要先经度后纬度。").at("lng"))?;
    let at = given.convert(args.datum.unwrap_or_default(), Datum::Wgs84);
    engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        let (mut building, mut grid) = (None::<(f64, &Row)>, None);
        for row in tree.all().filter(|r| !r.flag("closed")) {
            let shape = shape_of(row);
            match row.text("kind").unwrap_or_default().as_str() {
                "building" | "alley" => {
                    let metres = match (&shape, own(row)) {
                        (Some(shape), _) => polygon::metres_to_shape(shape, at),
                        (None, Some(point)) => polygon::metres(point, at),
                        (None, None) => continue,
                    };
                    if metres <= NEAR_METRES && building.is_none_or(|(best, _)| metres < best) {
                        building = Some((metres, row));
                    }
                }
                "grid" if shape.as_ref().is_some_and(|s| polygon::contains(s, at)) => grid = Some(row),
                _ => {}
            }
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 to 60
        let near =
            |(metres, row): (f64, &Row)| NearBuilding { id: row.record.to_string(), name: name_of(row), metres: metres.round() as u32 };
        Ok(Located {
            lng: at.lng,
            lat: at.lat,
            shown: at.convert(Datum::Wgs84, args.shown.unwrap_or_default()),
            building: building.map(near),
            grid: grid.map(|row| NearGrid { id: row.record.to_string(), name: name_of(row) }),
        })
    })
}
