//! The map. Everything on it is already on the device; nothing has to have a position. What carries none is listed under its building, and a
//! building without one is drawn in the plain scheme.

use super::Due;
use crate::codes::Coded;
use crate::geo::{Datum, Position};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use ts_rs::TS;

/// Rings of polygons, each position as `[longitude, latitude]`: polygon → ring → point. A ring does not repeat its first point.
pub type Rings = Vec<Vec<Vec<[f64; 2]>>>;

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct GetMapArgs {
    /// Only what lies beneath this unit: id or code.
    #[serde(default)]
    pub unit: Option<String>,
    /// How the positions of the reply are meant; `wgs84` where nothing is said.
    #[serde(default)]
    pub datum: Option<Datum>,
}

/// What this device holds, with where it lies.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct MapReply {
    pub datum: Datum,
    pub grids: Vec<MapGrid>,
    pub buildings: Vec<MapBuilding>,
    /// Open ones.
    pub cases: Vec<MapCase>,
    pub hubs: Vec<MapHub>,
    pub facilities: Vec<MapThing>,
    pub places: Vec<MapThing>,
    pub patrols: Vec<MapThing>,
    /// Around everything that has a position; null where nothing has.
    pub bounds: Option<MapBounds>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct MapBounds {
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
}

/// Where something is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct MapPoint {
    pub lng: f64,
    pub lat: f64,
    /// Its own position; false: that of its building.
    pub exact: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct MapGrid {
    pub id: String,
    pub name: String,
    /// `grid` or `micro_grid`.
    pub kind: Coded,
    pub shape: Option<Rings>,
    pub at: Option<MapPoint>,
    /// What its boundary encloses, square metres.
    #[ts(type = "number | null")]
    pub area_m2: Option<u64>,
    pub households: u32,
    /// Doors overdue or due today; 0 for who holds no register.
    pub due: u32,
    pub open_cases: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct MapBuilding {
    pub id: String,
    pub name: String,
    /// `building`, `alley`, `area`.
    pub kind: Coded,
    pub number: Option<String>,
    pub estate: Option<String>,
    /// Unit above it, and its name.
    pub parent: Option<String>,
    pub parent_name: String,
    pub shape: Option<Rings>,
    /// Its point, else the middle of its shape.
    pub at: Option<MapPoint>,
    pub households: u32,
    /// Doors overdue, and due today; 0 for who holds no register.
    pub over: u32,
    pub today: u32,
    pub open_cases: u32,
    pub hubs: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct MapCase {
    pub id: String,
    pub title: String,
    pub state: Coded,
    pub due: Due,
    pub building: Option<String>,
    /// Doorplate or building or words.
    pub place: Option<String>,
    pub at: Option<MapPoint>,
}

/// A party-member hub family.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct MapHub {
    pub household: String,
    pub plate: String,
    pub name: Option<String>,
    pub building: Option<String>,
    pub at: Option<MapPoint>,
    /// Households it covers.
    pub covers: u32,
}

/// A facility, place or patrol point.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct MapThing {
    pub id: String,
    pub name: String,
    pub kind: Option<Coded>,
    /// Condition of a facility.
    pub state: Option<Coded>,
    pub building: Option<String>,
    /// Where it is, in words.
    pub address: Option<String>,
    pub at: Option<MapPoint>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct LocateArgs {
    pub lng: f64,
    pub lat: f64,
    /// How the position is meant; `wgs84` where nothing is said.
    #[serde(default)]
    pub datum: Option<Datum>,
    /// How it shall be shown; `wgs84` where nothing is said.
    #[serde(default)]
    pub shown: Option<Datum>,
}

/// A position and what is there. Nothing of it is kept.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Located {
    /// As it is stored: WGS-84.
    pub lng: f64,
    pub lat: f64,
    /// The same in the datum that was asked for.
    pub shown: Position,
    /// The building it lies in, else the nearest within 60 m.
    pub building: Option<NearBuilding>,
    /// The grid whose boundary encloses it.
    pub grid: Option<NearGrid>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct NearBuilding {
    pub id: String,
    pub name: String,
    /// 0 inside its shape.
    pub metres: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct NearGrid {
    pub id: String,
    pub name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct PlaceUnitArgs {
    /// Id or code.
    pub unit: String,
    /// The two go together; absent leaves the position as it is.
    #[serde(default)]
    pub lng: Option<f64>,
    #[serde(default)]
    pub lat: Option<f64>,
    /// GeoJSON `Polygon` or `MultiPolygon`; absent leaves the boundary as it is.
    #[serde(default)]
    #[ts(type = "object", optional)]
    pub shape: Option<Json>,
    /// What to take away: `position`, `shape`.
    #[serde(default)]
    pub clear: Option<Vec<String>>,
    /// How the positions are meant; `wgs84` where nothing is said.
    #[serde(default)]
    pub datum: Option<Datum>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct ImportShapesArgs {
    /// Path of a GeoJSON file on this machine (command line, shell) …
    #[serde(default)]
    pub file: Option<String>,
    /// … or its bytes in base64.
    #[serde(default)]
    pub data: Option<String>,
    /// How its positions are meant; `wgs84` where nothing is said, as RFC 7946 has it.
    #[serde(default)]
    pub datum: Option<Datum>,
    /// Only say what would be done.
    #[serde(default)]
    pub dry_run: Option<bool>,
}

/// What became of each feature.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct ShapesReport {
    pub dry_run: bool,
    pub placed: u32,
    pub unchanged: u32,
    /// Not taken in; each feature says why.
    pub refused: u32,
    pub features: Vec<ShapeVerdict>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ShapeVerdict {
    /// Its place in the file, counted from 1.
    pub feature: u32,
    /// Code or name, as the file has it.
    pub name: String,
    /// `placed`, `unchanged`, `unknown` (no such unit), `ambiguous` (several of that name), `bad` (the geometry).
    pub verdict: String,
    pub unit: Option<String>,
    /// What is wrong, or what was done to it, in words.
    pub message: Option<String>,
}

/// An offline base map: a file of this device, never sent anywhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct BaseMap {
    pub name: String,
    #[ts(type = "number")]
    pub bytes: u64,
    /// How its tiles are drawn.
    pub datum: Datum,
    pub min_zoom: u8,
    pub max_zoom: u8,
    /// In its own datum, where it says so.
    pub bounds: Option<MapBounds>,
    /// Whose map it is, in the words of the file.
    pub attribution: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct BaseMapReply {
    pub map: Option<BaseMap>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct SetBaseMapArgs {
    /// Path of an MBTiles file on this machine (command line, shell) …
    #[serde(default)]
    pub file: Option<String>,
    /// … or its bytes in base64, with a name.
    #[serde(default)]
    pub data: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
    /// How its tiles are drawn; else what its metadata say under `datum`; else `wgs84`.
    #[serde(default)]
    pub datum: Option<Datum>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct TileArgs {
    pub z: u8,
    /// From the west.
    pub x: u32,
    /// From the north.
    pub y: u32,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct Tile {
    /// `image/png`, `image/jpeg`, `image/webp`; null where the map has no such tile.
    pub mime: Option<String>,
    /// Base64.
    pub data: Option<String>,
}
