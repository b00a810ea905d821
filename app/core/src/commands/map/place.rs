//! Where units lie: by hand, or many at once from a GeoJSON file. The office's own word alone; a boundary is one value, so two that were drawn apart
//! become two values that a person settles.

use super::super::import::bytes_of;
use super::super::memberships::holds;
use super::super::units::{Tree, name_of};
use super::polygon;
use crate::engine::{Engine, Open};
use crate::error::{CoreError, Result};
use crate::store::Row;
use crate::workspace::{self, Intent, KeyEdit, Writer};
use serde_json::Value as Json;
use shared_model::Class;
use shared_model::commands::{Edited, ImportShapesArgs, PlaceUnitArgs, ShapeVerdict, ShapesReport};
use shared_model::crdt::Value;
use shared_model::geo::{Datum, Position, Shape};
use shared_model::records::Kind;
use shared_model::rules::{Role, Verb};
use uuid::Uuid;

/// Features of one file.
const FEATURES_MAX: usize = 2_000;
/// Units that one command places: their boundaries together stay well under what a command may hold.
const UNITS_A_COMMAND: usize = 50;

/// What is to be written of a unit; `None` leaves it as it is, `Some(None)` clears it.
struct Placing {
    at: Option<Option<Position>>,
    shape: Option<Option<String>>,
}

impl Placing {
    /// The keys that differ from what is there.
    fn edits(&self, row: &Row) -> Vec<KeyEdit> {
        let mut edits = Vec::new();
        let mut put = |key: &str, value: Value| {
            if row.get(key).cloned().unwrap_or(Value::Null) != value {
                edits.push(KeyEdit { key: key.into(), value, seen: None, settle: false });
            }
        };
        if let Some(at) = &self.at {
            let e7 = at.map(Position::e7);
            put("lng_e7", e7.map_or(Value::Null, |e| Value::Int(e.0)));
            put("lat_e7", e7.map_or(Value::Null, |e| Value::Int(e.1)));
        }
        if let Some(shape) = &self.shape {
            put("shape", shape.clone().map_or(Value::Null, Value::Str));
        }
        edits
    }
}

/// A boundary as it is kept: in WGS-84, valid, within the limits. The words say when it was simplified.
pub(crate) fn kept(shape: &Shape, datum: Datum) -> std::result::Result<(String, Option<String>), String> {
    let before = shape.points();
    let shape = shape.map(|p| p.convert(datum, Datum::Wgs84));
    let shape = polygon::fitted(shape).ok_or("边界的点太多，简化以后也放不下")?;
    if let Some(problem) = polygon::problem(&shape) {
        return Err(problem.into());
    }
    let said = (shape.points() < before).then(|| format!("边界从 {before} 个点简化到 {} 个", shape.points()));
    Ok((shape.to_text().map_err(|p| p.words())?, said))
}

fn is_office(role: Role) -> bool {
    role == Role::Office
}

fn may_place(o: &Open, tree: &Tree, unit: Uuid) -> Result<()> {
    if holds(o, tree, unit, is_office)? { Ok(()) } else { Err(CoreError::not_allowed("改这里的位置和边界").at("unit")) }
}

/// `place_unit`
pub fn place(engine: &Engine, args: PlaceUnitArgs) -> Result<Edited> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Unit, Verb::Edit))?;
    let datum = args.datum.unwrap_or_default();
    let at = match (args.lng, args.lat) {
        (None, None) => None,
        (Some(lng), Some(lat)) => {
            let at = Position::new(lng, lat).ok_or_else(|| CoreError::args("位置不在地球上，要先经度后纬度。").at("lng"))?;
            Some(Some(at.convert(datum, Datum::Wgs84)))
        }
        (None, Some(_)) => return Err(CoreError::args("还要写经度。").at("lng")),
        (Some(_), None) => return Err(CoreError::args("还要写纬度。").at("lat")),
    };
    let mut placing = Placing { at, shape: None };
    if let Some(geometry) = &args.shape {
        let shape = Shape::from_geojson(geometry).map_err(|p| p.words());
        let (text, _) =
            shape.and_then(|s| kept(&s, datum)).map_err(|words| CoreError::args(format!("{words}。没有写进去。")).at("shape"))?;
        placing.shape = Some(Some(text));
    }
    for what in args.clear.iter().flatten() {
        match what.as_str() {
            "position" if placing.at.is_none() => placing.at = Some(None),
            "shape" if placing.shape.is_none() => placing.shape = Some(None),
            _ => return Err(CoreError::args("clear 只能是 position 或 shape，也不能同时写又清。").at("clear")),
        }
    }
    let now = engine.now_ms();
    let (seq, changed) = engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        let row = tree.find(&args.unit).map_err(|e| e.at("unit"))?;
        may_place(o, &tree, row.record)?;
        let (unit, edits, name) = (row.record, placing.edits(row), name_of(row));
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("place_unit", format!("{name} 的位置和边界"), None);
            intent.record(unit, unit, Kind::Unit, Class::Common, edits)?;
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}

/// `import_shapes`
pub fn import(engine: &Engine, args: ImportShapesArgs) -> Result<ShapesReport> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Unit, Verb::Edit))?;
    let (bytes, _) = bytes_of(args.file.as_deref(), args.data.as_deref(), None)?;
    let features = features(&bytes)?;
    let datum = args.datum.unwrap_or_default();
    let dry_run = args.dry_run.unwrap_or(false);
    let now = engine.now_ms();
    let (report, changed) = engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        let mut report = ShapesReport { dry_run, ..ShapesReport::default() };
        let mut writes: Vec<(Uuid, Vec<KeyEdit>)> = Vec::new();
        for (n, feature) in features.iter().enumerate() {
            let (verdict, write) = judge(o, &tree, n, feature, datum)?;
            match verdict.verdict.as_str() {
                "placed" => report.placed += 1,
                "unchanged" => report.unchanged += 1,
                _ => report.refused += 1,
            }
            writes.extend(write);
            report.features.push(verdict);
        }
        if dry_run {
            return Ok((report, None));
        }
        let (_, changed) = workspace::change(&mut o.db, &o.me, now, |w| write_all(w, writes))?;
        Ok((report, Some(changed)))
    })?;
    if let Some(changed) = changed {
        engine.raise(&changed);
    }
    Ok(report)
}

fn write_all(w: &mut Writer<'_>, writes: Vec<(Uuid, Vec<KeyEdit>)>) -> Result<()> {
    for some in writes.chunks(UNITS_A_COMMAND) {
        let mut intent = Intent::new("import_shapes", format!("导入 {} 处的位置和边界", some.len()), None);
        for (unit, edits) in some {
            intent.record(*unit, *unit, Kind::Unit, Class::Common, edits.clone())?;
        }
        w.command(intent)?;
    }
    Ok(())
}

fn features(bytes: &[u8]) -> Result<Vec<Json>> {
    let bad = |words: &str| CoreError::new("bad_file", format!("{words}。什么都没有写。")).at("file");
    // a byte order mark is what many programs put before it
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let file: Json =
        serde_json::from_slice(bytes).map_err(|e| bad(&format!("不是 GeoJSON：第 {} 行第 {} 列看不懂", e.line(), e.column())))?;
    let features = match file["type"].as_str() {
        Some("FeatureCollection") => file["features"].as_array().cloned().ok_or_else(|| bad("GeoJSON 里没有 features"))?,
        Some("Feature") => vec![file],
        _ => return Err(bad("要一个 GeoJSON 的 FeatureCollection")),
    };
    if features.len() > FEATURES_MAX {
        return Err(bad(&format!("一个文件最多 {FEATURES_MAX} 个图形")));
    }
    Ok(features)
}

/// A property that a feature may carry under one of several names.
fn property(feature: &Json, names: &[&str]) -> Option<String> {
    let found = names.iter().find_map(|n| feature["properties"].get(*n).filter(|v| !v.is_null()))?;
    let text = found.as_str().map_or_else(|| found.to_string(), str::to_string);
    Some(text.trim().to_string()).filter(|t| !t.is_empty())
}

/// Spaces and width do not tell two names apart.
fn plain(name: &str) -> String {
    crate::project::folded(name)
}

/// The unit that a feature names: by code or id, else by name, else by number and estate.
fn unit_of<'a>(tree: &'a Tree, feature: &Json) -> (String, std::result::Result<&'a Row, &'static str>) {
    let code = property(feature, &["code", "代码", "编码", "编号", "unit", "id"]);
    let name = property(feature, &["name", "名称", "网格", "楼栋"]);
    let number = property(feature, &["number", "楼号"]);
    let estate = property(feature, &["estate", "小区"]);
    let said = name.clone().or_else(|| code.clone()).or_else(|| number.clone()).unwrap_or_default();
    if let Some(row) = code.as_deref().and_then(|c| tree.find(c).ok()) {
        return (said, Ok(row));
    }
    let fits = |row: &Row| match (&name, &number) {
        (Some(name), _) => plain(&name_of(row)) == plain(name),
        (None, Some(number)) => {
            row.text("number").is_some_and(|n| plain(&n) == plain(number))
                && estate.as_ref().is_none_or(|e| row.text("estate").is_some_and(|r| plain(&r) == plain(e)))
        }
        (None, None) => false,
    };
    let mut found = tree.all().filter(|r| !r.flag("closed") && fits(r));
    let unit = match (found.next(), found.next()) {
        (Some(row), None) => Ok(row),
        (Some(_), Some(_)) => Err("ambiguous"),
        (None, _) => Err("unknown"),
    };
    (said, unit)
}

type Judged = (ShapeVerdict, Option<(Uuid, Vec<KeyEdit>)>);

fn judge(o: &Open, tree: &Tree, n: usize, feature: &Json, datum: Datum) -> Result<Judged> {
    let (name, unit) = unit_of(tree, feature);
    let told = |verdict: &str, unit: Option<Uuid>, message: Option<String>| ShapeVerdict {
        feature: u32::try_from(n + 1).unwrap_or(u32::MAX),
        name: name.clone(),
        verdict: verdict.into(),
        unit: unit.map(|u| u.to_string()),
        message,
    };
    let row = match unit {
        Ok(row) => row,
        Err("ambiguous") => return Ok((told("ambiguous", None, Some("有几处叫这个名字，请写代码。".into())), None)),
        Err(_) => return Ok((told("unknown", None, Some("这里没有这个网格或楼栋。".into())), None)),
    };
    if may_place(o, tree, row.record).is_err() {
        return Ok((told("unknown", None, Some("不归这个社区。".into())), None));
    }
    let geometry = &feature["geometry"];
    let mut said = None;
    let placing = match geometry["type"].as_str() {
        Some("Point") => match Position::from_geojson(geometry) {
            Some(at) => Placing { at: Some(Some(at.convert(datum, Datum::Wgs84))), shape: None },
            None => return Ok((told("bad", Some(row.record), Some("位置看不懂，要写 [经度, 纬度]。".into())), None)),
        },
        _ => match Shape::from_geojson(geometry).map_err(|p| p.words()).and_then(|s| kept(&s, datum)) {
            Ok((text, words)) => {
                said = words.map(|w| format!("{w}。"));
                Placing { at: None, shape: Some(Some(text)) }
            }
            Err(words) => return Ok((told("bad", Some(row.record), Some(format!("{words}。"))), None)),
        },
    };
    let edits = placing.edits(row);
    let verdict = if edits.is_empty() { "unchanged" } else { "placed" };
    let write = (!edits.is_empty()).then_some((row.record, edits));
    Ok((told(verdict, Some(row.record), said), write))
}
