//! A boundary cut along a line, and boundaries made one. Pure: shapes in, shapes out. A line is drawn by hand, so it need not end exactly on the
//! boundary: it goes on straight beyond its ends, as long as what is added there does not cut a second time.

use super::super::map::polygon;
use geo::{
    BooleanOps, BoundingRect, Contains, Coord, Distance, Haversine, LineString, MultiLineString, MultiPolygon, Point, Polygon, Validation,
    unary_union,
};
use shared_model::geo::{Position, Shape};

/// Points of a line that cuts.
pub const LINE_POINTS_MAX: usize = 100;
/// What a line may lack at its ends, metres, both together.
const ENDS_METRES_MAX: f64 = 30.0;
/// A piece smaller than this is what rounding leaves over, square metres.
pub const SLIVER_M2: u64 = 20;

/// A boundary cut in two: what lies left of the line as it was drawn, and right of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cut {
    pub left: Shape,
    pub right: Shape,
    side: Polygon,
}

impl Cut {
    /// On which side is a place? Also one outside the boundary.
    pub fn is_left(&self, at: Position) -> bool {
        let at = Point::new(at.lng, at.lat);
        match (polygon::of_shape(&self.left).contains(&at), polygon::of_shape(&self.right).contains(&at)) {
            (true, false) => true,
            (false, true) => false,
            _ => self.side.contains(&at),
        }
    }
}

/// Cuts along a line; the words say what is wrong with the line.
///
/// # Errors
/// A line that does not go right across, crosses itself, or leaves nothing on one side.
pub fn cut(shape: &Shape, line: &[Position], also: &[Position]) -> Result<Cut, &'static str> {
    let mut points: Vec<Coord> = line.iter().map(|p| Coord { x: p.lng, y: p.lat }).collect();
    points.dedup();
    if points.len() < 2 || points.len() > LINE_POINTS_MAX {
        return Err("分界线要有 2 到 100 个不同的点");
    }
    let whole = polygon::of_shape(shape);
    let (low, high) = frame(&whole, &points, also).ok_or("边界是空的")?;
    let start = leave(points[1], points[0], low, high);
    let end = leave(points[points.len() - 2], points[points.len() - 1], low, high);
    let added = MultiLineString(vec![LineString(vec![start, points[0]]), LineString(vec![points[points.len() - 1], end])]);
    let within: f64 = whole.clip(&added, false).iter().map(metres_of).sum();
    if within > ENDS_METRES_MAX {
        return Err("分界线要横穿整个网格，两头都要画到边界外");
    }
    let mut ring = vec![start];
    ring.extend(points);
    ring.push(end);
    ring.extend(corners(end, start, low, high));
    let side = Polygon::new(LineString(ring), Vec::new());
    if !side.is_valid() {
        return Err("分界线自己交叉，或画得离自己太近");
    }
    // the frame is walked against the clock from the end back to the start, so what it encloses lies to the left of the line
    let left = kept(&whole.intersection(&side)).ok_or("分界线一侧什么也没有")?;
    let right = kept(&whole.difference(&side)).ok_or("分界线一侧什么也没有")?;
    Ok(Cut { left, right, side })
}

/// Several made one. What is left between two that were drawn side by side is filled in where it is no more than a sliver.
pub fn join(shapes: &[Shape]) -> Option<Shape> {
    let all: Vec<MultiPolygon> = shapes.iter().map(polygon::of_shape).collect();
    kept(&unary_union(&all))
}

/// Without slivers and within the limits of a boundary; `None`: nothing is left, or it cannot be kept.
fn kept(polygons: &MultiPolygon) -> Option<Shape> {
    let big = |ring: &LineString| polygon::area_m2_of(&MultiPolygon(vec![Polygon::new(ring.clone(), Vec::new())])) >= SLIVER_M2;
    let parts = polygons.iter().filter(|p| big(p.exterior()));
    let parts = parts.map(|p| Polygon::new(p.exterior().clone(), p.interiors().iter().filter(|hole| big(hole)).cloned().collect()));
    let shape = polygon::to_shape(&MultiPolygon(parts.collect()))?;
    let shape = polygon::fitted(shape)?;
    if polygon::problem(&shape).is_none() {
        return Some(shape);
    }
    // rounding can have a point touch another edge: joined with itself it comes apart cleanly
    let again = polygon::to_shape(&unary_union(&[polygon::of_shape(&shape)]))?;
    polygon::problem(&again).is_none().then_some(again)
}

fn metres_of(line: &LineString) -> f64 {
    line.lines().map(|l| Haversine.distance(l.start_point(), l.end_point())).sum()
}

/// A frame well around everything.
fn frame(whole: &MultiPolygon, line: &[Coord], also: &[Position]) -> Option<(Coord, Coord)> {
    let around = whole.bounding_rect()?;
    let also = also.iter().map(|p| Coord { x: p.lng, y: p.lat });
    let (mut low, mut high) = (around.min(), around.max());
    for p in line.iter().copied().chain(also) {
        low = Coord { x: low.x.min(p.x), y: low.y.min(p.y) };
        high = Coord { x: high.x.max(p.x), y: high.y.max(p.y) };
    }
    let margin = (high.x - low.x).max(high.y - low.y) / 2.0;
    Some((Coord { x: low.x - margin, y: low.y - margin }, Coord { x: high.x + margin, y: high.y + margin }))
}

/// Where a line that goes on straight from `from` through `through` meets the frame.
fn leave(from: Coord, through: Coord, low: Coord, high: Coord) -> Coord {
    let (dx, dy) = (through.x - from.x, through.y - from.y);
    let steps = |at: f64, by: f64, low: f64, high: f64| match by {
        by if by > 0.0 => (high - at) / by,
        by if by < 0.0 => (low - at) / by,
        _ => f64::INFINITY,
    };
    let (along_x, along_y) = (steps(through.x, dx, low.x, high.x), steps(through.y, dy, low.y, high.y));
    if along_x < along_y {
        Coord { x: if dx > 0.0 { high.x } else { low.x }, y: through.y + dy * along_x }
    } else {
        Coord { x: through.x + dx * along_y, y: if dy > 0.0 { high.y } else { low.y } }
    }
}

/// How far round the frame a point of it lies, against the clock from its south-west corner; each side counts one.
fn round(at: Coord, low: Coord, high: Coord) -> f64 {
    let (x, y) = ((at.x - low.x) / (high.x - low.x), (at.y - low.y) / (high.y - low.y));
    let sides = [(y.abs(), x), ((1.0 - x).abs(), 1.0 + y), ((1.0 - y).abs(), 3.0 - x), (x.abs(), 4.0 - y)];
    sides.into_iter().min_by(|a, b| a.0.total_cmp(&b.0)).map_or(0.0, |(_, at)| at)
}

/// The corners of the frame between two of its points, against the clock.
fn corners(from: Coord, to: Coord, low: Coord, high: Coord) -> Vec<Coord> {
    let (from, mut to) = (round(from, low, high), round(to, low, high));
    if to <= from {
        to += 4.0;
    }
    let all = [low, Coord { x: high.x, y: low.y }, high, Coord { x: low.x, y: high.y }];
    (0..8).filter(|n| f64::from(*n) > from && f64::from(*n) < to).map(|n: i32| all[n as usize % 4]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::Area;
    use proptest::prelude::*;
    use shared_model::geo::SHAPE_POINTS_MAX;

    /// Square degrees, to compare two of one place.
    fn flat(shape: &Shape) -> f64 {
        polygon::of_shape(shape).unsigned_area()
    }

    fn at(lng: f64, lat: f64) -> Position {
        Position { lng, lat }
    }

    /// A round of so many corners, some hundred metres wide, some of it drawn in by a wave.
    fn round_of(corners: usize, wave: f64) -> Shape {
        #[allow(clippy::cast_precision_loss)]
        let ring = (0..corners).map(|n| {
            let turn = n as f64 / corners as f64 * std::f64::consts::TAU;
            let far = 0.003 * (1.0 - wave * (turn * 3.0).sin().abs());
            at(108.9135 + far * turn.cos(), 34.2655 + far * turn.sin())
        });
        Shape::new(vec![vec![ring.collect()]]).unwrap()
    }

    #[test]
    fn a_square_is_cut_in_two_and_made_one_again() {
        let square = Shape::from_text("108913000,34265000 1000,0 0,1000 -1000,0").unwrap();
        let cut = cut(&square, &[at(108.9135, 34.2640), at(108.9135, 34.2670)], &[at(108.91, 34.2655)]).unwrap();
        let west = Shape::from_text("108913000,34265000 500,0 0,1000 -500,0").unwrap();
        assert!((flat(&cut.left) - flat(&west)).abs() < 1e-12, "left of a line that goes north is the west");
        assert!(cut.is_left(at(108.9132, 34.2655)) && !cut.is_left(at(108.9138, 34.2655)));
        assert!(cut.is_left(at(108.9100, 34.2655)), "also outside");
        let whole = join(&[cut.left, cut.right]).unwrap();
        assert_eq!((whole.polygons.len(), polygon::area_m2(&whole)), (1, polygon::area_m2(&square)));
    }

    #[test]
    fn a_line_need_not_end_on_the_boundary_but_has_to_go_across() {
        let square = Shape::from_text("108913000,34265000 1000,0 0,1000 -1000,0").unwrap();
        assert!(cut(&square, &[at(108.9135, 34.26505), at(108.9135, 34.26595)], &[]).is_ok(), "some metres are lacking at each end");
        assert!(cut(&square, &[at(108.9135, 34.2640), at(108.9135, 34.2654)], &[]).is_err(), "half way");
        assert!(cut(&square, &[at(108.92, 34.2640), at(108.92, 34.2670)], &[]).is_err(), "beside it");
        let knot = [at(108.9120, 34.2655), at(108.9138, 34.2656), at(108.9134, 34.2658), at(108.9136, 34.2652), at(108.9160, 34.2653)];
        assert!(cut(&square, &knot, &[]).is_err(), "it crosses itself");
        assert!(cut(&square, &[at(108.9135, 34.2640); 3], &[]).is_err(), "one point");
    }

    #[test]
    fn neighbours_drawn_with_a_crack_between_them_become_one_without_it() {
        // the right one was drawn round a notch of three metres that the left one does not fill
        let left = Shape::from_text("108913000,34265000 500,0 0,1000 -500,0").unwrap();
        let right = Shape::from_text("108913500,34265000 500,0 0,1000 -500,0 0,-480 30,0 0,-40 -30,0").unwrap();
        let whole = join(&[left, right]).unwrap();
        assert_eq!((whole.polygons.len(), whole.polygons[0].len()), (1, 1), "no hole is left: {whole:?}");
    }

    #[test]
    fn far_apart_they_stay_two_pieces_of_one_boundary() {
        let one = Shape::from_text("108913000,34265000 500,0 0,1000 -500,0").unwrap();
        let other = Shape::from_text("108923000,34265000 500,0 0,1000 -500,0").unwrap();
        assert_eq!(join(&[one, other]).unwrap().polygons.len(), 2);
    }

    proptest! {
        #[test]
        fn the_pieces_have_the_area_of_the_whole_and_the_buildings_of_their_side(
            corners in 5..SHAPE_POINTS_MAX,
            wave in 0.0..0.3f64,
            turn in 0.0..std::f64::consts::TAU,
            bend in -0.0008..0.0008f64,
            off in -0.0008..0.0008f64,
            doors in proptest::collection::vec((-0.003..0.003f64, -0.003..0.003f64), 0..40),
        ) {
            let whole = round_of(corners, wave);
            let (c, s) = (turn.cos(), turn.sin());
            let place = |along: f64, aside: f64| at(108.9135 + along * c - aside * s, 34.2655 + along * s + aside * c);
            let line = [place(-0.004, off), place(0.0, off + bend), place(0.004, off)];
            let cut = cut(&whole, &line, &[]).unwrap();
            prop_assert!(cut.left.points() <= SHAPE_POINTS_MAX && cut.right.points() <= SHAPE_POINTS_MAX);
            prop_assert!(polygon::problem(&cut.left).is_none() && polygon::problem(&cut.right).is_none());
            let (all, parts) = (polygon::area_m2(&whole), polygon::area_m2(&cut.left) + polygon::area_m2(&cut.right));
            prop_assert!(all.abs_diff(parts) <= all / 500 + 2 * SLIVER_M2, "{all} is not {parts}");
            for (along, aside) in doors {
                // left of the line means farther aside than it is there; what lies on the line within a metre may be either
                let middle = off + bend * (1.0 - along.abs() / 0.004);
                if (aside - middle).abs() > 1e-5 {
                    let door = place(along, aside);
                    prop_assert_eq!(cut.is_left(door), aside > middle);
                    let (inside, left, right) = (polygon::contains(&whole, door), polygon::contains(&cut.left, door), polygon::contains(&cut.right, door));
                    prop_assert!(!(left && right));
                    if polygon::metres_to_edge(&whole, door) > 10.0 {
                        prop_assert_eq!(inside, left || right);
                        prop_assert_eq!(left, inside && aside > middle);
                    }
                }
            }
            let again = join(&[cut.left, cut.right]).unwrap();
            prop_assert!(polygon::area_m2(&again).abs_diff(all) <= all / 500 + 2 * SLIVER_M2);
        }
    }
}
