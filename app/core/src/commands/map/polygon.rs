//! What a boundary encloses, where its middle is, what lies in it, how far away it is: the `geo` crate over our shapes. Positions are WGS-84.

use geo::orient::{Direction, Orient};
use geo::{
    Closest, Contains, Distance, GeodesicArea, Haversine, HaversineClosestPoint, InteriorPoint, LineString, MultiPolygon, Point, Polygon,
    Simplify, Validation,
};
use shared_model::geo::{Position, SHAPE_POINTS_MAX, Shape};

/// Simplifying begins with half a metre and ends with eight: what is coarser is no longer the boundary that somebody drew.
const SIMPLIFY_FROM_DEGREES: f64 = 5e-6;
const SIMPLIFY_TURNS: u32 = 5;

fn ring(points: &[Position]) -> LineString {
    LineString::from(points.iter().map(|p| (p.lng, p.lat)).collect::<Vec<_>>())
}

/// As `geo` has it.
pub fn of_shape(shape: &Shape) -> MultiPolygon {
    let polygon = |rings: &Vec<Vec<Position>>| {
        let mut rings = rings.iter().map(|r| ring(r));
        let outer = rings.next().unwrap_or_else(|| LineString::new(Vec::new()));
        Polygon::new(outer, rings.collect())
    };
    MultiPolygon(shape.polygons.iter().map(polygon).collect())
}

/// Back, rounded to what a unit keeps; `None` where nothing is left of it.
pub fn to_shape(polygons: &MultiPolygon) -> Option<Shape> {
    let ring = |line: &LineString| line.points().map(|p| Position { lng: p.x(), lat: p.y() }).collect::<Vec<_>>();
    let rings = |p: &Polygon| std::iter::once(p.exterior()).chain(p.interiors()).map(ring).collect();
    Shape::new(polygons.iter().map(rings).collect()).ok()
}

/// Why it is no boundary: it crosses itself, a hole lies outside, parts overlap. `None`: it is one.
pub fn problem(shape: &Shape) -> Option<&'static str> {
    (!of_shape(shape).is_valid()).then_some("边界自己交叉，或几块重叠、洞在外面")
}

/// What it encloses, square metres.
pub fn area_m2(shape: &Shape) -> u64 {
    area_m2_of(&of_shape(shape))
}

/// The same of what `geo` reckons with.
pub fn area_m2_of(polygons: &MultiPolygon) -> u64 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the earth has 5 × 10¹⁴
    {
        // drawn clockwise it would be the rest of the earth
        polygons.orient(Direction::Default).geodesic_area_unsigned().round() as u64
    }
}

/// A point inside, where a name can stand.
pub fn middle(shape: &Shape) -> Option<Position> {
    of_shape(shape).interior_point().and_then(|p| Position::new(p.x(), p.y()))
}

/// Does it enclose this place?
pub fn contains(shape: &Shape, at: Position) -> bool {
    of_shape(shape).contains(&Point::new(at.lng, at.lat))
}

/// Metres from a place to it; 0 inside.
pub fn metres_to_shape(shape: &Shape, at: Position) -> f64 {
    let from = Point::new(at.lng, at.lat);
    match of_shape(shape).haversine_closest_point(&from) {
        Closest::Intersection(_) => 0.0,
        Closest::SinglePoint(near) => Haversine.distance(from, near),
        Closest::Indeterminate => f64::INFINITY,
    }
}

/// Metres from a place to the nearest edge, from inside too.
#[cfg(test)]
pub fn metres_to_edge(shape: &Shape, at: Position) -> f64 {
    let from = Point::new(at.lng, at.lat);
    let edges = of_shape(shape).into_iter().flat_map(|p| std::iter::once(p.exterior().clone()).chain(p.interiors().to_vec()));
    edges
        .map(|edge| match edge.haversine_closest_point(&from) {
            Closest::Intersection(_) => 0.0,
            Closest::SinglePoint(near) => Haversine.distance(from, near),
            Closest::Indeterminate => f64::INFINITY,
        })
        .fold(f64::INFINITY, f64::min)
}

/// Metres between two places.
pub fn metres(a: Position, b: Position) -> f64 {
    Haversine.distance(Point::new(a.lng, a.lat), Point::new(b.lng, b.lat))
}

/// The same with at most [`SHAPE_POINTS_MAX`] points. `None`: it cannot be had without moving the boundary by more than some metres.
pub fn fitted(shape: Shape) -> Option<Shape> {
    let polygons = of_shape(&shape);
    let mut found = Some(shape);
    for turn in 0..SIMPLIFY_TURNS {
        if found.as_ref().is_some_and(|s| s.points() <= SHAPE_POINTS_MAX) {
            return found;
        }
        found = to_shape(&polygons.simplify(SIMPLIFY_FROM_DEGREES * f64::from(2_u32.pow(turn))));
    }
    found.filter(|s| s.points() <= SHAPE_POINTS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A square of some 92 by 89 metres in Xi'an.
    const SQUARE: &str = "108913500,34265500 1000,0 0,800 -1000,0";

    fn shape(text: &str) -> Shape {
        Shape::from_text(text).unwrap()
    }

    fn at(lng: f64, lat: f64) -> Position {
        Position { lng, lat }
    }

    #[test]
    fn area_middle_and_distance_are_those_of_the_ground() {
        let square = shape(SQUARE);
        let area = area_m2(&square);
        assert!((8_100..8_250).contains(&area), "{area}");
        let middle = middle(&square).unwrap();
        assert!(contains(&square, middle));
        assert!(metres_to_shape(&square, middle) < 0.001);
        let north = at(108.914, 34.2663 + 0.000_1);
        let metres = metres_to_shape(&square, north);
        assert!((11.0..11.3).contains(&metres), "{metres}");
        assert!(!contains(&square, north));
    }

    #[test]
    fn a_boundary_drawn_clockwise_has_the_same_area() {
        let clockwise = shape("108913500,34265500 0,800 1000,0 0,-800");
        assert_eq!(area_m2(&clockwise), area_m2(&shape(SQUARE)));
    }

    #[test]
    fn a_hole_is_outside() {
        let holed = shape("108913500,34265500 1000,0 0,800 -1000,0;108913800,34265700 400,0 0,400 -400,0");
        assert_eq!(problem(&holed), None);
        assert!(!contains(&holed, at(108.914, 34.2659)));
        assert!(contains(&holed, middle(&holed).unwrap()));
        assert!(area_m2(&holed) < area_m2(&shape(SQUARE)));
    }

    #[test]
    fn a_boundary_that_crosses_itself_is_none() {
        assert_eq!(problem(&shape(SQUARE)), None);
        assert!(problem(&shape("108913500,34265500 1000,800 0,-800 -1000,800")).is_some(), "a bow tie");
        assert!(problem(&shape(&format!("{SQUARE}/{SQUARE}"))).is_some(), "one over the other");
    }

    #[test]
    fn a_boundary_of_thousands_of_points_is_simplified_and_stays_where_it_was() {
        let round: Vec<Position> = (0..5_000)
            .map(|n| {
                let turn = f64::from(n) / 5_000.0 * std::f64::consts::TAU;
                at(108.9135 + 0.003 * turn.cos(), 34.2655 + 0.003 * turn.sin())
            })
            .collect();
        let drawn = Shape::new(vec![vec![round]]).unwrap();
        let kept = fitted(drawn.clone()).unwrap();
        assert!(kept.points() <= SHAPE_POINTS_MAX && kept.points() > 20, "{}", kept.points());
        let (before, after) = (area_m2(&drawn), area_m2(&kept));
        assert!(before.abs_diff(after) < before / 100, "{before} {after}");
        assert!(kept.to_text().is_ok());
        let small = shape(SQUARE);
        assert_eq!(fitted(small.clone()), Some(small), "what fits is not touched");
    }
}
