//! The sheet for the wall (网格挂图): one SVG that holds everything it needs, for A3 or A2. Grids with their names, buildings with their numbers,
//! projects by state, venues, who is in charge and their telephone at work: what the public notice says. No resident is on it. Grids differ by the
//! pattern that fills them, so that a copy in grey can be read. Whatever people wrote is text in it, never markup; signs that turn the direction of
//! writing are left out. Without positions the same is drawn as a scheme.

mod draw;

use super::super::map::{own, place_of, shape_of, walk_key};
use super::super::memberships;
use super::super::units::{Tree, name_of};
use super::{counts, grids, projects};
use crate::engine::{Engine, Open};
use crate::error::{CoreError, Result};
use crate::project;
use crate::store::{Row, rows};
use shared_model::commands::{MapBuilding, WallSheet, WallSheetArgs};
use shared_model::geo::{Datum, Position, Shape};
use shared_model::records::Kind;
use shared_model::rules::Role;

/// What may be drawn beside grids and buildings.
const LAYERS: [&str; 4] = ["projects", "hubs", "venues", "staff"];

/// A building on the sheet.
pub(super) struct Block {
    pub label: String,
    pub at: Option<Position>,
    pub shape: Option<Shape>,
    pub hubs: u32,
}

/// A grid on the sheet.
pub(super) struct Field {
    pub name: String,
    pub shape: Option<Shape>,
    pub households: u32,
    pub blocks: Vec<Block>,
    /// Name and telephone at work.
    pub staff: Vec<(String, Option<String>)>,
}

/// Something with a sign of its own.
pub(super) struct Sign {
    pub name: String,
    /// `planned`, `underway`, `done`, `venue`.
    pub what: &'static str,
    pub at: Option<Position>,
}

/// Everything on a sheet.
pub(super) struct Sheet {
    pub title: String,
    pub day: String,
    pub frame: Option<Shape>,
    pub fields: Vec<Field>,
    pub signs: Vec<Sign>,
    pub shows_hubs: bool,
    pub shows_staff: bool,
}

/// `wall_sheet`
pub fn sheet(engine: &Engine, args: WallSheetArgs) -> Result<WallSheet> {
    let now = engine.now_ms();
    let layers = args.layers.clone().unwrap_or_else(|| ["projects", "venues", "staff"].map(String::from).to_vec());
    if let Some(unknown) = layers.iter().find(|l| !LAYERS.contains(&l.as_str())) {
        return Err(CoreError::args(format!("没有「{unknown}」这一层。")).at("layers"));
    }
    let (width_mm, height_mm) = match args.paper.as_deref() {
        None | Some("a3") => (420, 297),
        Some("a2") => (594, 420),
        Some(_) => return Err(CoreError::args("纸张只有 a3 和 a2。").at("paper")),
    };
    engine.with(|o| {
        let sheet = read(o, args.unit.as_deref(), &layers, now)?;
        let is_scheme =
            args.scheme == Some(true) || !sheet.fields.iter().any(|f| f.shape.is_some() || f.blocks.iter().any(|b| b.at.is_some()));
        let svg = draw::svg(&sheet, is_scheme, (width_mm, height_mm));
        Ok(WallSheet { name: format!("{} 网格图", sheet.title), svg, width_mm, height_mm, is_scheme })
    })
}

fn read(o: &Open, unit: Option<&str>, layers: &[String], now: i64) -> Result<Sheet> {
    let tree = Tree::read(&o.db)?;
    let is_open = |row: &&Row, kinds: &[&str]| !row.flag("closed") && kinds.contains(&grids::kind(row).as_str());
    let unit = match unit {
        Some(unit) => tree.find(unit).map_err(|e| e.at("unit"))?,
        None => tree
            .all()
            .find(|r| is_open(r, &["community"]))
            .or_else(|| tree.all().find(|r| is_open(r, &["grid"])))
            .ok_or_else(|| CoreError::not_found("社区或网格"))?,
    };
    let has = |layer: &str| layers.iter().any(|l| l == layer);
    let counts = counts(&o.db)?;
    let beneath = tree.beneath(unit.record);
    let mut chosen: Vec<&Row> = tree.all().filter(|r| is_open(r, &["grid"]) && beneath.contains(&r.record)).collect();
    if chosen.is_empty() {
        chosen.push(unit);
    }
    chosen.sort_by_key(|r| (r.text("code").unwrap_or_default(), name_of(r)));
    let members = memberships::all(&o.db)?;
    let mut fields = Vec::new();
    for grid in chosen {
        let inside = tree.beneath(grid.record);
        let mut blocks: Vec<_> = tree.all().filter(|r| is_open(r, &["building", "alley"]) && inside.contains(&r.record)).collect();
        blocks.sort_by_key(|r| key_of(&tree, r));
        let block = |r: &&Row| {
            let shape = shape_of(r);
            let hubs = if has("hubs") { counts.get(&r.record).map_or(0, |c| c.hubs) } else { 0 };
            Block { label: r.text("number").unwrap_or_else(|| name_of(r)), at: place_of(r, shape.as_ref()), shape, hubs }
        };
        let works = |m: &&memberships::Member| m.unit == grid.record && m.role == Role::Worker && m.state(now) == "live";
        let mut staff: Vec<_> = members.iter().filter(works).map(|m| (m.name.clone(), m.phone.clone())).collect();
        staff.sort();
        fields.push(Field {
            name: name_of(grid),
            shape: shape_of(grid),
            households: inside.iter().filter_map(|u| counts.get(u)).map(|c| c.households).sum(),
            blocks: blocks.iter().map(block).collect(),
            staff,
        });
    }
    let mut signs = Vec::new();
    if has("projects") {
        for p in projects::read(o, None, Datum::Wgs84, now)? {
            let within = p.building.as_deref().and_then(|b| b.parse().ok()).is_none_or(|b| beneath.contains(&b));
            let what = ["planned", "underway", "done"].into_iter().find(|s| *s == p.stage);
            if let (true, Some(what)) = (within, what) {
                signs.push(Sign { name: p.title, what, at: p.at.and_then(|at| Position::new(at.lng, at.lat)) });
            }
        }
    }
    if has("venues") {
        for row in rows(&o.db, Kind::Place, "where t._del is null and t.kind = 'venue' and t.name is not null order by t.name", &[])? {
            let building = row.id("building").and_then(|b| tree.get(b));
            if !row.flag("closed") && building.is_none_or(|b| beneath.contains(&b.record)) {
                let at = own(&row).or_else(|| building.and_then(|b| place_of(b, shape_of(b).as_ref())));
                signs.push(Sign { name: row.text("name").unwrap_or_default(), what: "venue", at });
            }
        }
    }
    Ok(Sheet {
        title: name_of(unit),
        day: project::day_of(now).to_string(),
        frame: shape_of(unit),
        fields,
        signs,
        shows_hubs: has("hubs"),
        shows_staff: has("staff"),
    })
}

/// By estate, then by number as people count.
fn key_of(tree: &Tree, row: &Row) -> (String, String, u32, String) {
    walk_key(&MapBuilding {
        id: String::new(),
        name: String::new(),
        kind: super::coded("unit_kind", ""),
        number: row.text("number"),
        estate: row.text("estate"),
        parent: None,
        parent_name: tree.parent(row.record).map(|p| tree.name(p)).unwrap_or_default(),
        shape: None,
        at: None,
        households: 0,
        over: 0,
        today: 0,
        open_cases: 0,
        hubs: 0,
    })
}
