//! What is to be said of a set of grids: their size, their boundaries, which buildings lie elsewhere than they belong, how the party's members and
//! the venues are spread. Pure. A remark refuses nothing but a boundary that crosses itself: 300–500 households is a rule of thumb (22), and a
//! street may have its reasons.

use super::super::map::polygon;
use super::cut::SLIVER_M2;
use geo::{BooleanOps, BoundingRect, Contains, Intersects, MultiPolygon, Point, unary_union};
use shared_model::commands::{PlanCheck, UnitName};
use shared_model::geo::{Position, Shape};

/// Households that a grid should have.
pub const HOUSEHOLDS_MIN: u32 = 300;
/// And at most.
pub const HOUSEHOLDS_MAX: u32 = 500;
/// Buildings that one remark names.
const NAMED_MAX: usize = 50;

/// A building as the checks see it.
#[derive(Debug, Clone)]
pub struct House {
    pub id: String,
    pub name: String,
    pub at: Option<Position>,
    pub households: u32,
}

/// A grid as it would be.
#[derive(Debug, Clone)]
pub struct Ground {
    pub key: String,
    pub name: String,
    /// `grid` or `micro_grid`: only a grid has a number of households that it should have.
    pub is_grid: bool,
    pub shape: Option<Shape>,
    pub houses: Vec<House>,
}

/// What is said of all of them together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// By grid, in their order.
    pub checks: Vec<Vec<PlanCheck>>,
    /// What of the unit above lies in no grid, square metres; `None` where it, or one of them, has no boundary.
    pub gap_m2: Option<u64>,
}

fn said(code: &str) -> PlanCheck {
    PlanCheck { code: code.into(), ..PlanCheck::default() }
}

fn permille(part: u64, whole: u64) -> u32 {
    u32::try_from((part * 1000 + whole / 2).checked_div(whole).unwrap_or(0)).unwrap_or(u32::MAX)
}

/// Looks at grids that stand beside each other beneath one unit.
pub fn check(parent: Option<&Shape>, grids: &[Ground]) -> Found {
    let shapes: Vec<Option<MultiPolygon>> = grids.iter().map(|g| g.shape.as_ref().map(polygon::of_shape)).collect();
    let above = parent.map(polygon::of_shape);
    let mut out = Found { checks: grids.iter().map(size).collect(), gap_m2: None };
    for (n, grid) in grids.iter().enumerate() {
        let Some(shape) = &shapes[n] else { continue };
        let checks = &mut out.checks[n];
        if let Some(problem) = grid.shape.as_ref().and_then(polygon::problem) {
            // what crosses itself encloses nothing that could be reckoned with
            checks.push(PlanCheck { name: Some(problem.into()), ..said("crosses") });
            continue;
        }
        if shape.0.len() > 1 {
            checks.push(said("apart"));
        }
        if let Some(above) = &above {
            let m2 = polygon::area_m2_of(&shape.difference(above));
            if m2 > SLIVER_M2 {
                checks.push(PlanCheck { m2: Some(m2), permille: Some(permille(m2, polygon::area_m2_of(shape))), ..said("beyond") });
            }
        }
    }
    overlaps(grids, &shapes, &mut out.checks);
    strays(grids, &shapes, &mut out.checks);
    let all: Option<Vec<&MultiPolygon>> = shapes.iter().map(Option::as_ref).collect();
    if let (Some(above), Some(all)) = (&above, all.filter(|all| !all.is_empty())) {
        let gap = polygon::area_m2_of(&above.difference(&unary_union(all)));
        out.gap_m2 = Some(if gap > SLIVER_M2 { gap } else { 0 });
    }
    out
}

fn size(grid: &Ground) -> Vec<PlanCheck> {
    let households: u32 = grid.houses.iter().map(|h| h.households).sum();
    match households {
        _ if !grid.is_grid => Vec::new(),
        n if n < HOUSEHOLDS_MIN => vec![said("few")],
        n if n > HOUSEHOLDS_MAX => vec![said("many")],
        _ => Vec::new(),
    }
}

/// Two that enclose the same ground: each is told of the other.
fn overlaps(grids: &[Ground], shapes: &[Option<MultiPolygon>], checks: &mut [Vec<PlanCheck>]) {
    for (n, one) in shapes.iter().enumerate() {
        for (m, other) in shapes.iter().enumerate().skip(n + 1) {
            let (Some(one), Some(other)) = (one, other) else { continue };
            let meet = one.bounding_rect().zip(other.bounding_rect()).is_some_and(|(a, b)| a.intersects(&b));
            let m2 = if meet { polygon::area_m2_of(&one.intersection(other)) } else { 0 };
            if m2 <= SLIVER_M2 {
                continue;
            }
            for (here, there, shape) in [(n, m, one), (m, n, other)] {
                let share = permille(m2, polygon::area_m2_of(shape));
                let (grid, name) = (Some(grids[there].key.clone()), Some(grids[there].name.clone()));
                checks[here].push(PlanCheck { grid, name, m2: Some(m2), permille: Some(share), ..said("overlap") });
            }
        }
    }
}

/// Buildings that belong to one grid and lie in another, or in none.
fn strays(grids: &[Ground], shapes: &[Option<MultiPolygon>], checks: &mut [Vec<PlanCheck>]) {
    for (n, grid) in grids.iter().enumerate() {
        let Some(own) = &shapes[n] else { continue };
        let mut found: Vec<(Option<usize>, Vec<UnitName>)> = Vec::new();
        for house in &grid.houses {
            let Some(at) = house.at.map(|at| Point::new(at.lng, at.lat)).filter(|at| !own.contains(at)) else { continue };
            let lies = shapes.iter().position(|s| s.as_ref().is_some_and(|s| s.contains(&at)));
            let name = UnitName { id: house.id.clone(), name: house.name.clone() };
            match found.iter_mut().find(|(at, _)| *at == lies) {
                Some((_, units)) => units.push(name),
                None => found.push((lies, vec![name])),
            }
        }
        for (lies, mut units) in found {
            let code = if lies.is_some() { "elsewhere" } else { "outside" };
            let there = lies.map(|n| &grids[n]);
            let count = u32::try_from(units.len()).unwrap_or(u32::MAX);
            units.truncate(NAMED_MAX);
            checks[n].push(PlanCheck {
                grid: there.map(|g| g.key.clone()),
                name: there.map(|g| g.name.clone()),
                units,
                n: Some(count),
                ..said(code)
            });
        }
    }
}

/// 服务半径: how far the farthest of its doors is from the nearest venue of the grid, else from its middle, in a straight line, whole metres.
/// `None` where no building with doors has a position.
pub fn radius(grid: &Ground, venues: &[Position]) -> Option<u32> {
    let doors: Vec<Position> = grid.houses.iter().filter(|h| h.households > 0).filter_map(|h| h.at).collect();
    let middle;
    let from = if venues.is_empty() {
        middle = [grid.shape.as_ref().and_then(polygon::middle).or_else(|| mean(&doors))?];
        &middle[..]
    } else {
        venues
    };
    let near = |door: &Position| from.iter().map(|v| polygon::metres(*v, *door)).fold(f64::INFINITY, f64::min);
    let farthest = doors.iter().map(near).fold(None, |most: Option<f64>, m| Some(most.map_or(m, |most| most.max(m))))?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the earth is 20,000 km half round
    Some(farthest.round() as u32)
}

#[allow(clippy::cast_precision_loss)] // a few hundred buildings
fn mean(all: &[Position]) -> Option<Position> {
    let n = all.len() as f64;
    Position::new(all.iter().map(|p| p.lng).sum::<f64>() / n, all.iter().map(|p| p.lat).sum::<f64>() / n)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> Shape {
        Shape::from_text(text).unwrap()
    }

    fn ground(key: &str, shape: Option<&str>, houses: &[(f64, f64, u32)]) -> Ground {
        let houses = houses.iter().enumerate().map(|(n, (lng, lat, households))| House {
            id: format!("{key}{n}"),
            name: format!("{n}号楼"),
            at: Position::new(*lng, *lat).filter(|p| p.lng > 0.0),
            households: *households,
        });
        Ground { key: key.into(), name: key.into(), is_grid: true, shape: shape.map(self::shape), houses: houses.collect() }
    }

    fn codes(found: &Found, n: usize) -> Vec<&str> {
        found.checks[n].iter().map(|c| c.code.as_str()).collect()
    }

    /// A parent of 1000 by 1000 millionths of a degree, and its western and eastern half.
    const WHOLE: &str = "108913000,34265000 1000,0 0,1000 -1000,0";
    const WEST: &str = "108913000,34265000 500,0 0,1000 -500,0";
    const EAST: &str = "108913500,34265000 500,0 0,1000 -500,0";

    #[test]
    fn two_halves_of_the_right_size_have_nothing_to_remark() {
        let west = ground("w", Some(WEST), &[(108.9132, 34.2655, 300)]);
        let east = ground("e", Some(EAST), &[(108.9138, 34.2655, 500)]);
        let found = check(Some(&shape(WHOLE)), &[west, east]);
        assert_eq!(found, Found { checks: vec![vec![], vec![]], gap_m2: Some(0) });
    }

    #[test]
    fn households_are_counted_against_300_and_500() {
        let of = |n| check(None, &[ground("a", None, &[(0.0, 0.0, n)])]);
        assert_eq!(
            [codes(&of(299), 0), codes(&of(300), 0), codes(&of(500), 0), codes(&of(501), 0)],
            [vec!["few"], vec![], vec![], vec!["many"]]
        );
        let micro = Ground { is_grid: false, ..ground("m", None, &[(0.0, 0.0, 20)]) };
        assert!(check(None, &[micro]).checks[0].is_empty());
    }

    #[test]
    fn what_overlaps_what_is_left_open_and_what_lies_outside_is_said_with_its_size() {
        let wide = "108912900,34265000 700,0 0,1000 -700,0";
        let small = "108913600,34265000 300,0 0,1000 -300,0";
        let west = ground("w", Some(wide), &[(108.9132, 34.2655, 400)]);
        let east = ground("e", Some(EAST), &[(108.9138, 34.2655, 400)]);
        let found = check(Some(&shape(WHOLE)), &[west.clone(), east]);
        assert_eq!((codes(&found, 0), codes(&found, 1)), (vec!["beyond", "overlap"], vec!["overlap"]));
        let overlap = &found.checks[1][0];
        assert_eq!((overlap.grid.as_deref(), overlap.permille), (Some("w"), Some(200)), "{overlap:?}");
        assert!(overlap.m2.is_some_and(|m2| (1_000..1_050).contains(&m2)), "{overlap:?}");
        let gap = check(Some(&shape(WHOLE)), &[west, ground("s", Some(small), &[])]).gap_m2.unwrap();
        assert!((1_000..1_050).contains(&gap), "a hundred millionths are left in the east: {gap}");
    }

    #[test]
    fn a_building_in_another_grid_or_in_none_is_named_and_one_without_a_position_is_not() {
        let west = ground("w", Some(WEST), &[(108.9132, 34.2655, 400), (108.9138, 34.2655, 1), (108.92, 34.2655, 1), (0.0, 0.0, 1)]);
        let found = check(None, &[west, ground("e", Some(EAST), &[(108.9138, 34.2655, 400)])]);
        assert_eq!(codes(&found, 0), ["elsewhere", "outside"]);
        assert_eq!(found.checks[0][0].grid.as_deref(), Some("e"));
        assert_eq!(found.checks[0][0].units, [UnitName { id: "w1".into(), name: "1号楼".into() }]);
        assert_eq!(found.checks[0][1].units[0].id, "w2");
    }

    #[test]
    fn a_boundary_that_crosses_itself_is_said_and_reckoned_no_further() {
        let bow = ground("b", Some("108913500,34265500 1000,800 0,-800 -1000,800"), &[]);
        assert_eq!(codes(&check(Some(&shape(WHOLE)), &[bow]), 0), ["few", "crosses"]);
    }

    #[test]
    fn the_radius_is_to_the_farthest_door_from_the_nearest_venue_else_from_the_middle() {
        let grid = ground("w", Some(WHOLE), &[(108.9131, 34.2655, 10), (108.9139, 34.2655, 10), (108.99, 34.2655, 0)]);
        let east = Position::new(108.9139, 34.2655).unwrap();
        let west = Position::new(108.9131, 34.2655).unwrap();
        let far = radius(&grid, &[east]).unwrap();
        assert!((72..75).contains(&far), "0.0008° of longitude here: {far}");
        assert_eq!(radius(&grid, &[east, west]), Some(0));
        assert!(radius(&grid, &[]).is_some_and(|m| (35..40).contains(&m)), "from the middle");
        assert_eq!(radius(&ground("n", None, &[(0.0, 0.0, 10)]), &[]), None);
    }
}
