//! A boundary: one or several polygons, each an outer ring and holes. It is one short text in `unit.shape`: two people who draw one boundary apart
//! are a conflict a person settles, never a mixture of two drawings.
//!
//! The text: positions in millionths of a degree (a tenth of a metre), longitude before latitude, the first of a ring in full and each next one
//! as its distance from the one before: `108913500,34265500 120,-45 0,60`. Rings are parted by `;`, polygons by `/`. A ring is not closed by
//! its first point. Text of 360 points fits a text field wherever they lie; what has more is simplified before it is kept.

use super::Position;
use crate::limits::TEXT_BYTES_MAX;
use serde_json::Value as Json;
use std::fmt::Write;

/// Points of one boundary, all its rings together.
pub const SHAPE_POINTS_MAX: usize = 360;
/// Rings of one boundary.
pub const SHAPE_RINGS_MAX: usize = 40;
/// Points of a ring, at least.
pub const RING_POINTS_MIN: usize = 3;
/// Millionths of a degree in one.
const E6: f64 = 1e6;

/// Polygons, each a list of rings: the outer one, then holes. A ring does not repeat its first point.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shape {
    pub polygons: Vec<Vec<Vec<Position>>>,
}

/// What is wrong with a boundary, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShapeProblem {
    /// Ring and point, counted from 1; 0: the boundary as a whole, or the ring.
    pub ring: usize,
    pub point: usize,
    /// In words.
    pub what: String,
}

impl ShapeProblem {
    fn new(ring: usize, point: usize, what: impl Into<String>) -> ShapeProblem {
        ShapeProblem { ring, point, what: what.into() }
    }

    /// A sentence without its end: 边界第 1 圈第 3 个点：……
    pub fn words(&self) -> String {
        match (self.ring, self.point) {
            (0, _) => format!("边界{}", self.what),
            (ring, 0) => format!("边界第 {ring} 圈{}", self.what),
            (ring, point) => format!("边界第 {ring} 圈第 {point} 个点{}", self.what),
        }
    }
}

type Read<T> = Result<T, ShapeProblem>;

impl Shape {
    /// From rings as they were read; checks what every boundary keeps, rounds to what the text keeps and leaves out repeated points.
    ///
    /// # Errors
    /// Too few or too many points or rings.
    pub fn new(polygons: Vec<Vec<Vec<Position>>>) -> Read<Shape> {
        let mut shape = Shape { polygons: Vec::new() };
        let mut number = 0;
        for rings in polygons {
            let mut kept = Vec::new();
            for ring in rings {
                number += 1;
                let mut ring: Vec<(i64, i64)> = ring.into_iter().map(e6).collect();
                ring.dedup();
                if ring.len() > 1 && ring.first() == ring.last() {
                    ring.pop();
                }
                if ring.len() < RING_POINTS_MIN {
                    return Err(ShapeProblem::new(number, 0, format!("不足 {RING_POINTS_MIN} 个点")));
                }
                kept.push(ring.into_iter().map(of_e6).collect());
            }
            if kept.is_empty() {
                return Err(ShapeProblem::new(0, 0, "有一块是空的"));
            }
            shape.polygons.push(kept);
        }
        if number == 0 {
            return Err(ShapeProblem::new(0, 0, "是空的"));
        }
        if number > SHAPE_RINGS_MAX {
            return Err(ShapeProblem::new(0, 0, format!("最多 {SHAPE_RINGS_MAX} 圈")));
        }
        Ok(shape)
    }

    /// How many points it has.
    pub fn points(&self) -> usize {
        self.polygons.iter().flatten().map(Vec::len).sum()
    }

    /// All its points.
    pub fn positions(&self) -> impl Iterator<Item = Position> {
        self.polygons.iter().flatten().flatten().copied()
    }

    /// The same with every point passed through `to`.
    pub fn map(&self, to: impl Fn(Position) -> Position) -> Shape {
        let ring = |ring: &Vec<Position>| ring.iter().map(|p| to(*p)).collect();
        Shape { polygons: self.polygons.iter().map(|rings| rings.iter().map(ring).collect()).collect() }
    }

    /// As a text field keeps it.
    ///
    /// # Errors
    /// Too many points.
    pub fn to_text(&self) -> Read<String> {
        if self.points() > SHAPE_POINTS_MAX {
            return Err(ShapeProblem::new(0, 0, format!("最多 {SHAPE_POINTS_MAX} 个点，这里有 {} 个", self.points())));
        }
        let mut out = String::new();
        for (n, rings) in self.polygons.iter().enumerate() {
            out.push_str(if n > 0 { "/" } else { "" });
            for (n, ring) in rings.iter().enumerate() {
                out.push_str(if n > 0 { ";" } else { "" });
                let mut before = (0, 0);
                for (n, point) in ring.iter().enumerate() {
                    let (lng, lat) = e6(*point);
                    let gap = if n > 0 { " " } else { "" };
                    let _ = write!(out, "{gap}{},{}", lng - before.0, lat - before.1);
                    before = (lng, lat);
                }
            }
        }
        if out.len() > TEXT_BYTES_MAX {
            return Err(ShapeProblem::new(0, 0, "太长，请少画几个点"));
        }
        Ok(out)
    }

    /// Reads what [`Shape::to_text`] wrote; whatever somebody else's program put there instead is refused, with its place.
    ///
    /// # Errors
    /// What cannot be read, lies off the earth, or is beyond the limits.
    pub fn from_text(text: &str) -> Read<Shape> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(ShapeProblem::new(0, 0, "太长"));
        }
        let mut number = 0;
        let mut polygons = Vec::new();
        for rings in text.split('/') {
            let mut read = Vec::new();
            for ring in rings.split(';') {
                number += 1;
                read.push(ring_of(ring, number)?);
            }
            polygons.push(read);
        }
        let shape = Shape::new(polygons)?;
        if shape.points() > SHAPE_POINTS_MAX {
            return Err(ShapeProblem::new(0, 0, format!("最多 {SHAPE_POINTS_MAX} 个点")));
        }
        Ok(shape)
    }

    /// Reads a GeoJSON `Polygon` or `MultiPolygon` (RFC 7946). The number of points is not bounded here: what has too many is simplified.
    ///
    /// # Errors
    /// What is no such geometry, with its place.
    pub fn from_geojson(geometry: &Json) -> Read<Shape> {
        let coordinates = &geometry["coordinates"];
        let polygons = match geometry["type"].as_str() {
            Some("Polygon") => vec![coordinates],
            Some("MultiPolygon") => list(coordinates, 0)?.iter().collect(),
            _ => return Err(ShapeProblem::new(0, 0, "要是 GeoJSON 的 Polygon 或 MultiPolygon")),
        };
        let mut number = 0;
        let mut read = Vec::new();
        for polygon in polygons {
            let mut rings = Vec::new();
            for ring in list(polygon, number)? {
                number += 1;
                let points = list(ring, number)?.iter().enumerate();
                let point = |(n, point)| position_of(point).ok_or_else(|| ShapeProblem::new(number, n + 1, "看不懂，要写 [经度, 纬度]"));
                rings.push(points.map(point).collect::<Read<Vec<_>>>()?);
            }
            read.push(rings);
        }
        Shape::new(read)
    }
}

/// A GeoJSON position: longitude, latitude, and a height that is not kept.
pub(super) fn position_of(json: &Json) -> Option<Position> {
    let numbers = json.as_array().filter(|numbers| numbers.len() >= 2)?;
    Position::new(numbers[0].as_f64()?, numbers[1].as_f64()?)
}

impl Position {
    /// Reads a GeoJSON `Point`.
    pub fn from_geojson(geometry: &Json) -> Option<Position> {
        if geometry["type"] == "Point" { position_of(&geometry["coordinates"]) } else { None }
    }
}

fn list(json: &Json, ring: usize) -> Read<&Vec<Json>> {
    json.as_array().ok_or_else(|| ShapeProblem::new(ring, 0, "的 coordinates 看不懂"))
}

fn e6(at: Position) -> (i64, i64) {
    #[allow(clippy::cast_possible_truncation)] // at most 180 × 10⁶
    let whole = |degrees: f64| (degrees * E6).round() as i64;
    (whole(at.lng), whole(at.lat))
}

#[allow(clippy::cast_precision_loss)] // at most 180 × 10⁶
fn of_e6((lng, lat): (i64, i64)) -> Position {
    Position { lng: lng as f64 / E6, lat: lat as f64 / E6 }
}

fn ring_of(text: &str, number: usize) -> Read<Vec<Position>> {
    let mut at = (0_i64, 0_i64);
    let mut ring = Vec::new();
    for (n, pair) in text.split(' ').enumerate() {
        let problem = |what: &str| ShapeProblem::new(number, n + 1, what);
        let (lng, lat) = pair.split_once(',').ok_or_else(|| problem("看不懂"))?;
        let read = |text: &str| text.parse::<i32>().map_err(|_| problem("看不懂"));
        at = (at.0 + i64::from(read(lng)?), at.1 + i64::from(read(lat)?));
        let position = of_e6(at);
        ring.push(Position::new(position.lng, position.lat).ok_or_else(|| problem("不在地球上"))?);
    }
    Ok(ring)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const SQUARE: &str = "108913500,34265500 1000,0 0,800 -1000,0";

    fn at(lng: f64, lat: f64) -> Position {
        Position { lng, lat }
    }

    #[test]
    fn a_boundary_is_a_short_text_and_comes_back_as_it_was() {
        let shape = Shape::from_text(SQUARE).unwrap();
        assert_eq!(shape.polygons[0][0], [at(108.9135, 34.2655), at(108.9145, 34.2655), at(108.9145, 34.2663), at(108.9135, 34.2663)]);
        assert_eq!(shape.to_text().unwrap(), SQUARE);
    }

    #[test]
    fn geojson_closes_its_rings_and_the_text_does_not() {
        let ring = json!([[108.9135, 34.2655], [108.9145, 34.2655, 412.0], [108.9145, 34.2663], [108.9135, 34.2663], [108.9135, 34.2655]]);
        let shape = Shape::from_geojson(&json!({ "type": "Polygon", "coordinates": [ring] })).unwrap();
        assert_eq!(shape.to_text().unwrap(), SQUARE);
        let two = json!({ "type": "MultiPolygon", "coordinates": [[ring, ring], [ring]] });
        assert_eq!(Shape::from_geojson(&two).unwrap().to_text().unwrap(), format!("{SQUARE};{SQUARE}/{SQUARE}"));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let words = |text: &str| Shape::from_text(text).unwrap_err().words();
        assert_eq!(words("108913500,34265500 1000,x 0,800"), "边界第 1 圈第 2 个点看不懂");
        assert_eq!(words(&format!("{SQUARE};179999999,0 5,0 0,7")), "边界第 2 圈第 2 个点不在地球上");
        assert_eq!(words("1,2 3,4"), "边界第 1 圈不足 3 个点");
        assert_eq!(words("1,2 0,0 3,4 -3,-4"), "边界第 1 圈不足 3 个点", "repeated points are none");
        assert_eq!(words(""), "边界第 1 圈第 1 个点看不懂");
        assert_eq!(words(&"9".repeat(9_000)), "边界太长");
        assert_eq!(words("99999999999999,1 2,3 4,5"), "边界第 1 圈第 1 个点看不懂");
        assert_eq!(words(&vec!["1,2 3,4 5,6"; 41].join(";")), "边界最多 40 圈");
        let ring = json!([[108.9, 34.2], [108.9, "北"], [108.8, 34.1]]);
        assert_eq!(
            Shape::from_geojson(&json!({ "type": "Polygon", "coordinates": [ring] })).unwrap_err().words(),
            "边界第 1 圈第 2 个点看不懂，要写 [经度, 纬度]"
        );
        for no in [
            json!({}),
            json!({ "type": "Point", "coordinates": [1, 2] }),
            json!({ "type": "Polygon" }),
            json!({ "type": "Polygon", "coordinates": [] }),
        ] {
            assert!(Shape::from_geojson(&no).is_err(), "{no}");
        }
    }

    #[test]
    fn a_point_of_geojson_has_to_lie_on_the_earth() {
        assert_eq!(Position::from_geojson(&json!({ "type": "Point", "coordinates": [108.9, 34.2] })), Some(at(108.9, 34.2)));
        assert_eq!(Position::from_geojson(&json!({ "type": "Point", "coordinates": [34.2, 108.9] })), None, "turned round");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[-0-9,; /x]{0,200}") {
            if let Ok(shape) = Shape::from_text(&text) {
                let again = shape.to_text().unwrap();
                prop_assert_eq!(Shape::from_text(&again).unwrap(), shape);
            }
        }

        #[test]
        fn every_boundary_within_the_limits_fits_a_text_field(
            points in proptest::collection::vec((-180.0..=180.0f64, -90.0..=90.0f64), RING_POINTS_MIN..SHAPE_POINTS_MAX)
        ) {
            let ring: Vec<Position> = points.into_iter().map(|(lng, lat)| at(lng, lat)).collect();
            let shape = Shape::new(vec![vec![ring]]).unwrap();
            prop_assert_eq!(Shape::from_text(&shape.to_text().unwrap()).unwrap(), shape);
        }
    }
}
