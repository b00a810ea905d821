//! A plan step by step: the tree and the boundaries as each step leaves them, then what of that differs from today. A unit that a plan moves three
//! times is moved once; a grid that it makes and closes again is never made. Nothing is written here.

use super::super::grids::{kind, may_shape, version};
use super::super::map::{kept, place_of, polygon, shape_of};
use super::super::units::{Tree, name_of};
use super::cut;
use super::micro::Cut;
use crate::engine::Open;
use crate::error::{CoreError, Result};
use crate::store::Row;
use serde_json::{Value as Json, json};
use shared_model::commands::PlanChange;
use shared_model::doc::unit_id;
use shared_model::geo::{Datum, Position, Shape};
use shared_model::limits::REDRAW_CHANGES_MAX;
use shared_model::rules;
use shared_model::wire::UnitChange;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Steps of one plan.
pub const CHANGES_MAX: usize = 200;
/// Longest key and name of a new grid, bytes.
const KEY_BYTES_MAX: usize = 64;
const NAME_BYTES_MAX: usize = 120;

/// A grid that the plan makes.
#[derive(Debug, Clone)]
pub struct Made {
    pub id: Uuid,
    pub key: String,
    pub name: String,
    pub kind: String,
    pub code: String,
}

/// Where a plan stands.
pub struct Plan<'a> {
    o: &'a Open,
    /// The unit whose grids are redrawn.
    pub unit: Uuid,
    datum: Datum,
    pub before: Tree,
    pub after: Tree,
    pub made: Vec<Made>,
    /// Closed, with where what is left of them goes.
    pub closed: BTreeMap<Uuid, Uuid>,
    /// Micro-grids that a cut ran through.
    pub cuts: BTreeMap<Uuid, Cut>,
    /// Boundaries that the plan draws.
    shapes: BTreeMap<Uuid, Option<Shape>>,
    /// Households by leaf, to know which part of a grid is the larger one.
    households: &'a HashMap<Uuid, u32>,
}

pub fn wrong(words: impl Into<String>) -> CoreError {
    CoreError::args(words).at("changes")
}

impl<'a> Plan<'a> {
    pub fn new(o: &'a Open, unit: Option<&str>, datum: Datum, households: &'a HashMap<Uuid, u32>) -> Result<Plan<'a>> {
        let (before, after) = (Tree::read(&o.db)?, Tree::read(&o.db)?);
        let unit = match unit {
            Some(text) => before.find(text).map_err(|e| e.at("unit"))?.record,
            None => own_unit(o, &before)?,
        };
        may_shape(o, &before, unit, "unit")?;
        let (made, closed, shapes) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        Ok(Plan { o, unit, datum, before, after, made, closed, cuts: BTreeMap::new(), shapes, households })
    }

    /// A grid by key, id or code; an open one.
    pub fn grid(&self, text: &str) -> Result<Uuid> {
        if let Some(made) = self.made.iter().find(|m| m.key == text) {
            return if self.closed.contains_key(&made.id) { Err(wrong("这个网格在前一步已经并走了。")) } else { Ok(made.id) };
        }
        let row = self.before.find(text).map_err(|e| e.at("changes"))?;
        if row.flag("closed") || self.closed.contains_key(&row.record) {
            return Err(wrong(format!("「{}」已经撤销。", name_of(row))));
        }
        if !matches!(kind(row).as_str(), "grid" | "micro_grid") {
            return Err(wrong(format!("「{}」不是网格。", name_of(row))));
        }
        may_shape(self.o, &self.before, row.record, "changes")?;
        Ok(row.record)
    }

    /// Name of a unit, also of one that the plan makes.
    pub fn name(&self, unit: Uuid) -> String {
        self.made.iter().find(|m| m.id == unit).map_or_else(|| self.before.name(unit), |m| m.name.clone())
    }

    pub fn kind(&self, unit: Uuid) -> String {
        let made = self.made.iter().find(|m| m.id == unit).map(|m| m.kind.clone());
        made.or_else(|| self.before.get(unit).map(kind)).unwrap_or_default()
    }

    /// Its boundary as the plan leaves it.
    pub fn shape(&self, unit: Uuid) -> Option<Shape> {
        match self.shapes.get(&unit) {
            Some(drawn) => drawn.clone(),
            None => self.before.get(unit).and_then(shape_of),
        }
    }

    fn drawn(&self, geometry: &Json) -> Result<Shape> {
        let shape = Shape::from_geojson(geometry).map_err(|p| p.words());
        let (text, _) = shape.and_then(|s| kept(&s, self.datum)).map_err(|words| wrong(format!("{words}。")))?;
        Shape::from_text(&text).map_err(|p| wrong(format!("{}。", p.words())))
    }

    /// Leaves beneath a unit that are in use.
    pub fn leaves(&self, unit: Uuid) -> Vec<&Row> {
        let is_leaf = |row: &&Row| !row.flag("closed") && matches!(kind(row).as_str(), "building" | "alley" | "area");
        self.after.beneath(unit).into_iter().filter_map(|u| self.before.get(u)).filter(is_leaf).collect()
    }

    pub fn attach(&mut self, units: &[String], to: Uuid) -> Result<()> {
        let above = self.kind(to);
        for text in units {
            let row = self.before.find(text).map_err(|e| e.at("changes"))?;
            may_shape(self.o, &self.before, row.record, "changes")?;
            if row.flag("closed") || !rules::may_stand(&kind(row), &above) || self.after.line(to).contains(&row.record) {
                return Err(wrong(format!("「{}」不能放到「{}」里。", name_of(row), self.name(to))));
            }
            let unit = row.record;
            self.after.place(unit, to);
        }
        Ok(())
    }

    fn make(&mut self, key: &str, name: &str, level: Option<&str>, code: Option<&str>, parent: Uuid) -> Result<Uuid> {
        let (name, code, kind) = (name.trim(), code.unwrap_or_default().trim(), level.unwrap_or("grid"));
        if name.is_empty() || name.len() > NAME_BYTES_MAX {
            return Err(wrong("新网格要有名称，也不能太长。"));
        }
        if key.is_empty() || key.len() > KEY_BYTES_MAX || Uuid::parse_str(key).is_ok() || self.made.iter().any(|m| m.key == key) {
            return Err(wrong("每个新网格要有自己的记号。"));
        }
        if !matches!(kind, "grid" | "micro_grid") || !rules::may_stand(kind, &self.kind(parent)) {
            return Err(wrong("这里不能设这种网格。"));
        }
        let has_name =
            |row: &Row| !row.flag("closed") && !self.closed.contains_key(&row.record) && row.text("name").as_deref() == Some(name);
        if self.before.all().any(has_name) || self.made.iter().any(|m| m.name == name && !self.closed.contains_key(&m.id)) {
            return Err(wrong(format!("已经有「{name}」了，请换个名称。")));
        }
        // of one without a code the id is chosen when the plan is carried out; until then the key stands for it
        let id = if code.is_empty() { Uuid::new_v5(&self.unit, key.as_bytes()) } else { unit_id(code) };
        if self.before.get(id).is_some() {
            return Err(wrong(format!("已经有代码是 {code} 的单元了。")));
        }
        self.made.push(Made { id, key: key.into(), name: name.into(), kind: kind.into(), code: code.into() });
        self.after.place(id, parent);
        Ok(id)
    }

    /// Takes the next step.
    pub fn take(&mut self, change: &PlanChange) -> Result<()> {
        match change {
            PlanChange::Make { key, name, level, code, parent, shape, units } => {
                let parent = match parent {
                    Some(text) if self.before.find(text).is_ok_and(|row| row.record == self.unit) => self.unit,
                    Some(text) => self.grid(text)?,
                    None => self.unit,
                };
                let id = self.make(key, name, level.as_deref(), code.as_deref(), parent)?;
                if let Some(geometry) = shape {
                    let drawn = self.drawn(geometry)?;
                    self.shapes.insert(id, Some(drawn));
                }
                self.attach(units, id)
            }
            PlanChange::Split { grid, key, name, line, units } => self.split(grid, key, name, line, units.as_deref()),
            PlanChange::Merge { grids, into } => self.merge(grids, into),
            PlanChange::Attach { units, grid, follow } => {
                let to = self.grid(grid)?;
                if *follow == Some(true) { self.attach_following(units, to) } else { self.attach(units, to) }
            }
            PlanChange::Micro { micro, into } => self.decide_micro(micro, into.as_deref()),
            PlanChange::Shape { grid, shape, gather } => {
                let unit = if self.before.find(grid).is_ok_and(|row| row.record == self.unit) { self.unit } else { self.grid(grid)? };
                let drawn = shape.as_ref().map(|geometry| self.drawn(geometry)).transpose()?;
                if let (true, Some(inside)) = (*gather && unit != self.unit, &drawn) {
                    let is_inside = |row: &&Row| {
                        let at = place_of(row, shape_of(row).as_ref());
                        kind(row) != "area"
                            && at.is_some_and(|at| polygon::contains(inside, at))
                            && !self.after.line(row.record).contains(&unit)
                    };
                    let units: Vec<String> = self.leaves(self.unit).into_iter().filter(is_inside).map(|r| r.record.to_string()).collect();
                    self.attach_following(&units, unit)?;
                }
                self.shapes.insert(unit, drawn);
                Ok(())
            }
            PlanChange::Close { grid, into } => {
                let (unit, to) = (self.grid(grid)?, self.grid(into)?);
                self.close(unit, to)
            }
        }
    }

    fn children(&self, unit: Uuid) -> Vec<&Row> {
        self.before.all().filter(|r| self.after.parent(r.record) == Some(unit) && !r.flag("closed")).collect()
    }

    fn close(&mut self, unit: Uuid, into: Uuid) -> Result<()> {
        let is_made_in = self.made.iter().any(|m| self.after.parent(m.id) == Some(unit) && !self.closed.contains_key(&m.id));
        let open = |r: &&Row| kind(r) != "area" && !self.closed.contains_key(&r.record);
        if unit == into || is_made_in || self.children(unit).iter().any(open) {
            return Err(wrong(format!("「{}」里面还有楼栋，请先划走。", self.name(unit))));
        }
        if !rules::may_stand("area", &self.kind(into)) {
            return Err(wrong("并入的要是一个网格。"));
        }
        let areas: Vec<Uuid> = self.children(unit).iter().filter(|r| kind(r) == "area").map(|r| r.record).collect();
        for area in areas {
            self.after.place(area, into);
        }
        self.closed.insert(unit, into);
        Ok(())
    }

    fn merge(&mut self, grids: &[String], into: &str) -> Result<()> {
        let into = self.grid(into)?;
        let ids = grids.iter().map(|g| self.grid(g)).collect::<Result<BTreeSet<_>>>()?;
        let others: Vec<Uuid> = ids.into_iter().filter(|id| *id != into).collect();
        if others.is_empty() {
            return Err(wrong("合并要选两个以上的网格。"));
        }
        let shapes: Option<Vec<Shape>> = std::iter::once(&into).chain(&others).map(|id| self.shape(*id)).collect();
        let above = self.kind(into);
        for other in others {
            if self.kind(other) != above {
                return Err(wrong("网格和微网格不能合并。"));
            }
            let inside: Vec<Uuid> = self.children(other).iter().filter(|r| kind(r) != "area").map(|r| r.record).collect();
            let made_inside = self.made.iter().filter(|m| self.after.parent(m.id) == Some(other)).map(|m| m.id);
            for unit in inside.into_iter().chain(made_inside.collect::<Vec<_>>()) {
                self.after.place(unit, into);
            }
            self.close(other, into)?;
        }
        // where one has no boundary the one that goes on keeps its own
        if let Some(joined) = shapes.as_deref().and_then(cut::join) {
            self.shapes.insert(into, Some(joined));
        }
        Ok(())
    }

    fn split(&mut self, grid: &str, key: &str, name: &str, line: &[[f64; 2]], units: Option<&[String]>) -> Result<()> {
        let unit = self.grid(grid)?;
        let parent = self.after.parent(unit).unwrap_or(self.unit);
        let inside: Vec<(Uuid, Option<Position>, bool)> =
            self.leaves(unit).iter().map(|r| (r.record, place_of(r, shape_of(r).as_ref()), kind(r) == "area")).collect();
        let kind = self.kind(unit);
        if line.is_empty() {
            let units = units.filter(|u| !u.is_empty()).ok_or_else(|| wrong("要画一条分界线，或选出划走的楼栋。"))?;
            let id = self.make(key, name, Some(&kind), None, parent)?;
            return self.attach_following(units, id);
        }
        let shape = self.shape(unit).ok_or_else(|| wrong(format!("「{}」还没有边界，请先画，或选出划走的楼栋。", self.name(unit))))?;
        let line = line.iter().map(|[lng, lat]| Position::new(*lng, *lat).map(|p| p.convert(self.datum, Datum::Wgs84)));
        let line: Option<Vec<Position>> = line.collect();
        let line = line.ok_or_else(|| wrong("分界线不在地球上，要先经度后纬度。"))?;
        let placed: Vec<Position> = inside.iter().filter_map(|(_, at, _)| *at).collect();
        let cut = cut::cut(&shape, &line, &placed).map_err(|words| wrong(format!("{words}。")))?;
        let sum = |left: bool| -> (u32, u64) {
            let on = inside.iter().filter(|(_, at, _)| at.is_some_and(|at| cut.is_left(at) == left));
            let area = polygon::area_m2(if left { &cut.left } else { &cut.right });
            (on.map(|(u, _, _)| self.households.get(u).copied().unwrap_or(0)).sum(), area)
        };
        let new_is_left = match units {
            // the side on which most of those lie that are named
            Some(units) => {
                let named = inside.iter().filter(|(u, _, _)| units.contains(&u.to_string())).filter_map(|(_, at, _)| *at);
                let (left, right): (Vec<Position>, Vec<Position>) = named.partition(|at| cut.is_left(*at));
                left.len() > right.len() || left.len() == right.len() && sum(true) < sum(false)
            }
            None => sum(true) < sum(false),
        };
        let going: Vec<String> = match units {
            Some(units) => units.to_vec(),
            None => {
                let goes = inside.iter().filter(|(_, at, is_area)| !is_area && at.is_some_and(|at| cut.is_left(at) == new_is_left));
                goes.map(|(u, _, _)| u.to_string()).collect()
            }
        };
        let id = self.make(key, name, Some(&kind), None, parent)?;
        self.attach_following(&going, id)?;
        let (new, stays) = if new_is_left { (cut.left, cut.right) } else { (cut.right, cut.left) };
        self.shapes.insert(id, Some(new));
        self.shapes.insert(unit, Some(stays));
        Ok(())
    }

    /// Does the plan make this one, and keep it?
    fn stays_made(&self, made: &Made) -> bool {
        !self.closed.contains_key(&made.id)
    }

    fn moved(&self) -> Vec<&Row> {
        let is_area_of_closed = |r: &Row| kind(r) == "area" && self.before.parent(r.record).is_some_and(|p| self.closed.contains_key(&p));
        let moves = |r: &&Row| self.after.parent(r.record) != self.before.parent(r.record) && !is_area_of_closed(r);
        self.before.all().filter(moves).collect()
    }

    /// What is asked of the server, in its order, and the words for it. `ids`: the ids of what is made.
    pub fn asks(&self, ids: &HashMap<Uuid, Uuid>) -> Result<(Vec<UnitChange>, Vec<String>)> {
        let id = |unit: Uuid| ids.get(&unit).copied().unwrap_or(unit);
        let text = |shape: &Option<Shape>| match shape {
            Some(shape) => shape.to_text().map_err(|p| wrong(format!("{}。", p.words()))),
            None => Ok(String::new()),
        };
        let (mut out, mut words) = (Vec::new(), Vec::new());
        for m in self.made.iter().filter(|m| self.stays_made(m)) {
            let parent = id(self.after.parent(m.id).unwrap_or(self.unit));
            let shape = self.shapes.get(&m.id).map_or_else(|| Ok(String::new()), text)?;
            words.push(format!("新设 {}", m.name));
            out.push(UnitChange::Make { unit: id(m.id), parent, kind: m.kind.clone(), name: m.name.clone(), code: m.code.clone(), shape });
        }
        for row in self.moved() {
            let parent = self.after.parent(row.record).unwrap_or(self.unit);
            words.push(format!("{} 划到 {}", name_of(row), self.name(parent)));
            out.push(UnitChange::Move { unit: row.record, parent: id(parent), expected: version(row) });
        }
        for (unit, into) in self.closed.iter().filter(|(u, _)| self.before.get(**u).is_some()) {
            let successors = vec![id(self.last(*into))];
            words.push(format!("撤销 {}，并入 {}", self.name(*unit), self.name(self.last(*into))));
            let expected = self.before.get(*unit).map_or(0, version);
            out.push(UnitChange::Close { unit: *unit, successors, expected });
        }
        for (unit, shape) in &self.shapes {
            let Some(row) = self.before.get(*unit).filter(|_| !self.closed.contains_key(unit)) else { continue };
            let (shape, seen) = (text(shape)?, row.text("shape").unwrap_or_default());
            if shape != seen {
                words.push(format!("{} 的边界", name_of(row)));
                out.push(UnitChange::Shape { unit: *unit, shape, seen });
            }
        }
        if out.len() > REDRAW_CHANGES_MAX {
            return Err(wrong(format!("一次最多 {REDRAW_CHANGES_MAX} 处，这里有 {} 处，请分几次。", out.len())));
        }
        Ok((out, words))
    }

    /// Where a chain of merges ends.
    fn last(&self, unit: Uuid) -> Uuid {
        let mut at = unit;
        for _ in 0..=self.closed.len() {
            match self.closed.get(&at) {
                Some(next) => at = *next,
                None => break,
            }
        }
        at
    }

    /// The plan that draws it back, once it took effect.
    pub fn undo(&self, ids: &HashMap<Uuid, Uuid>) -> Vec<PlanChange> {
        let id = |unit: Uuid| ids.get(&unit).copied().unwrap_or(unit).to_string();
        let geometry = |unit: Uuid| self.before.get(unit).and_then(shape_of).map(|s| geojson(&s));
        let mut out = Vec::new();
        let back = |unit: Uuid| -> Vec<String> {
            self.moved().iter().filter(|r| self.before.parent(r.record) == Some(unit)).map(|r| r.record.to_string()).collect()
        };
        for unit in self.closed.keys().filter(|u| self.before.get(**u).is_some()) {
            let Some(row) = self.before.get(*unit) else { continue };
            out.push(PlanChange::Make {
                key: format!("again {unit}"),
                name: name_of(row),
                level: Some(kind(row)),
                code: None,
                parent: self.before.parent(*unit).map(|p| p.to_string()),
                shape: geometry(*unit),
                units: back(*unit),
            });
        }
        let froms: BTreeSet<Uuid> = self.moved().iter().filter_map(|r| self.before.parent(r.record)).collect();
        for from in froms.into_iter().filter(|u| !self.closed.contains_key(u)) {
            out.push(PlanChange::Attach { units: back(from), grid: from.to_string(), follow: None });
        }
        for m in self.made.iter().filter(|m| self.stays_made(m)) {
            // what had no building in a new grid goes on where most of it came from
            let came =
                self.moved().into_iter().find(|r| self.after.parent(r.record) == Some(m.id)).and_then(|r| self.before.parent(r.record));
            let into = came.filter(|u| !self.closed.contains_key(u) && rules::may_stand("area", &self.kind(*u)) && *u != self.unit);
            let into = into.map(|u| u.to_string()).or_else(|| {
                out.iter().find_map(|c| match c {
                    PlanChange::Make { key, .. } => Some(key.clone()),
                    _ => None,
                })
            });
            let into = into.or_else(|| self.any_grid().map(|u| u.to_string()));
            if let Some(into) = into {
                out.push(PlanChange::Close { grid: id(m.id), into });
            }
        }
        for unit in self.shapes.keys().filter(|u| self.before.get(**u).is_some() && !self.closed.contains_key(u)) {
            out.push(PlanChange::Shape { grid: unit.to_string(), shape: geometry(*unit), gather: false });
        }
        out
    }

    fn any_grid(&self) -> Option<Uuid> {
        let fits = |r: &&Row| kind(r) == "grid" && !r.flag("closed") && !self.closed.contains_key(&r.record);
        self.before.all().find(|r| fits(r) && self.before.parent(r.record) == Some(self.unit)).map(|r| r.record)
    }

    /// Grids in use, those that are made and those that the plan closes, beneath the unit.
    pub fn grids(&self) -> Vec<(Uuid, String, String, String)> {
        let old = self.before.all().filter(|r| matches!(kind(r).as_str(), "grid" | "micro_grid") && !r.flag("closed"));
        let old = old.filter(|r| self.before.line(r.record).contains(&self.unit));
        let old = old.map(|r| (r.record, r.record.to_string(), name_of(r), kind(r)));
        let made = self.made.iter().filter(|m| self.stays_made(m)).map(|m| (m.id, m.key.clone(), m.name.clone(), m.kind.clone()));
        let mut out: Vec<_> = old.chain(made).collect();
        out.sort_by(|a, b| (a.3.as_str(), a.2.as_str()).cmp(&(b.3.as_str(), b.2.as_str())));
        out
    }
}

/// A boundary as GeoJSON.
fn geojson(shape: &Shape) -> Json {
    let ring = |ring: &Vec<Position>| {
        let mut points: Vec<Json> = ring.iter().map(|p| json!([p.lng, p.lat])).collect();
        points.extend(points.first().cloned());
        Json::Array(points)
    };
    let polygons: Vec<Json> = shape.polygons.iter().map(|rings| Json::Array(rings.iter().map(ring).collect())).collect();
    json!({ "type": "MultiPolygon", "coordinates": polygons })
}

/// The only community this person shapes.
fn own_unit(o: &Open, tree: &Tree) -> Result<Uuid> {
    let mut found = Vec::new();
    for row in tree.all().filter(|r| kind(r) == "community" && !r.flag("closed")) {
        if super::super::memberships::holds(o, tree, row.record, rules::may_shape)? {
            found.push(row.record);
        }
    }
    match found[..] {
        [one] => Ok(one),
        [] => Err(CoreError::not_allowed("调整网格")),
        _ => Err(CoreError::args("有几个社区，请写明是哪个。").at("unit")),
    }
}
