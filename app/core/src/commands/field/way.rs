//! 按路线排: the doors due, building by building along a short way, within a building by unit, floor and door. The way is the nearest building
//! next, then crossings taken out (2-opt), or the plain order without its crossings where that is shorter; never longer than the plain order by estate and number, and the same for the same question. Where
//! no position of a building is known, it is the plain order. The position somebody starts from is used here and kept nowhere.

use super::super::households::{Shelf, walking};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::store::Row;
use geo::{Distance, Haversine, Point};
use shared_model::commands::{HouseholdItem, RouteArgs, RouteList, RouteStop};
use uuid::Uuid;

/// Rounds of taking out crossings; each shortens the way, and a grid's buildings are done after a few.
const ROUNDS_MAX: usize = 60;
/// Buildings of which the order is improved; beyond that only the nearest is taken next.
const IMPROVED_MAX: usize = 250;

fn leg(a: Point, b: Point) -> f64 {
    Haversine.distance(a, b)
}

/// Length of a way in metres, from the start where there is one.
fn length(start: Option<Point>, points: &[Point], order: &[usize]) -> f64 {
    let first = start.zip(order.first()).map_or(0.0, |(s, i)| leg(s, points[*i]));
    first + order.windows(2).map(|w| leg(points[w[0]], points[w[1]])).sum::<f64>()
}

/// The order in which to go to these points: a permutation of their places, at most as long as the order they come in, always the same.
pub fn order(start: Option<Point>, points: &[Point]) -> Vec<usize> {
    let plain: Vec<usize> = (0..points.len()).collect();
    if points.len() < 2 {
        return plain;
    }
    // both are improved: now and then the order by number ends in the shorter way
    let (mut by_number, mut by_nearness) = (plain, nearest_next(start, points));
    if points.len() <= IMPROVED_MAX {
        uncross(start, points, &mut by_number);
        uncross(start, points, &mut by_nearness);
    }
    if length(start, points, &by_nearness) < length(start, points, &by_number) { by_nearness } else { by_number }
}

fn nearest_next(start: Option<Point>, points: &[Point]) -> Vec<usize> {
    let mut left: Vec<usize> = (0..points.len()).collect();
    let mut way = Vec::with_capacity(points.len());
    let mut here = start.unwrap_or(points[0]);
    while !left.is_empty() {
        // of those equally near the first in the plain order
        let mut best = 0;
        for n in 1..left.len() {
            if leg(here, points[left[n]]) < leg(here, points[left[best]]) {
                best = n;
            }
        }
        let next = left.remove(best);
        here = points[next];
        way.push(next);
    }
    way
}

/// 2-opt on an open way: a stretch is turned round wherever that makes it shorter.
fn uncross(start: Option<Point>, points: &[Point], way: &mut [usize]) {
    let n = way.len();
    for _ in 0..ROUNDS_MAX {
        let mut is_better = false;
        for i in 0..n - 1 {
            for k in i + 1..n {
                let before = if i == 0 { start } else { Some(points[way[i - 1]]) };
                let after = way.get(k + 1).map(|w| points[*w]);
                let (first, last) = (points[way[i]], points[way[k]]);
                let cost = |a: Point, b: Point| before.map_or(0.0, |p| leg(p, a)) + after.map_or(0.0, |p| leg(b, p));
                // a millimetre: what rounding alone makes shorter would go round for ever
                if cost(last, first) + 0.001 < cost(first, last) {
                    way[i..=k].reverse();
                    is_better = true;
                }
            }
        }
        if !is_better {
            return;
        }
    }
}

fn position(row: &Row) -> Option<Point> {
    #[allow(clippy::cast_precision_loss)] // ten millionths of a degree
    row.int("lng_e7").zip(row.int("lat_e7")).map(|(lng, lat)| Point::new(lng as f64 / 1e7, lat as f64 / 1e7))
}

/// `list_route`
pub fn list(engine: &Engine, args: RouteArgs) -> Result<RouteList> {
    let now = engine.now_ms();
    let given = match (args.lng, args.lat) {
        (Some(lng), Some(lat)) if lng.is_finite() && lat.is_finite() && lng.abs() <= 180.0 && lat.abs() <= 90.0 => {
            Some(Point::new(lng, lat))
        }
        (None, None) => None,
        _ => return Err(CoreError::args("位置不对。").at("lng")),
    };
    engine.with(|o| {
        let shelf = Shelf::read(&o.db, now)?;
        let tree = &shelf.tree;
        let beneath = args.unit.as_ref().map(|u| Ok::<_, CoreError>(tree.beneath(tree.find(u)?.record))).transpose()?;
        let from = args.from.as_ref().map(|b| tree.find(b).map_err(|e| e.at("from"))).transpose()?;
        // buildings in walking order, each with the doors due there
        let mut stops: Vec<(Uuid, Vec<HouseholdItem>)> = Vec::new();
        for row in walking(&o.db, beneath.as_ref())? {
            let item = shelf.item(&row);
            let Some(building) = row.id("building").filter(|_| matches!(item.due.state.as_str(), "over" | "today")) else { continue };
            match stops.iter_mut().find(|(b, _)| *b == building) {
                Some((_, doors)) => doors.push(item),
                None => stops.push((building, vec![item])),
            }
        }
        // with no position known, the way begins at the building that was named and goes on by number
        if let Some(at) = from.and_then(|f| stops.iter().position(|(b, _)| *b == f.record)) {
            stops.rotate_left(at);
        }
        let place = |building: &Uuid| tree.get(*building).and_then(position);
        let (known, unknown): (Vec<_>, Vec<_>) = stops.into_iter().partition(|(b, _)| place(b).is_some());
        let points: Vec<Point> = known.iter().filter_map(|(b, _)| place(b)).collect();
        let start = given.or_else(|| from.and_then(position));
        let by_distance = points.len() + usize::from(start.is_some()) > 1;
        let mut known: Vec<Option<_>> = known.into_iter().map(Some).collect();
        let ordered = order(start, &points).into_iter().filter_map(|n| known[n].take()).collect::<Vec<_>>();
        let mut out =
            RouteList { by: if by_distance && !points.is_empty() { "distance" } else { "number" }.into(), ..RouteList::default() };
        let mut here = start;
        for (building, doors) in ordered.into_iter().chain(unknown) {
            let there = place(&building);
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // at most half the way round the earth
            let metres = here.zip(there).map(|(a, b)| leg(a, b).round() as u32);
            here = there.or(here);
            out.metres += metres.unwrap_or(0);
            let estate = tree.get(building).and_then(|r| r.text("estate"));
            out.stops.push(RouteStop { building: building.to_string(), name: tree.name(building), estate, metres, doors });
        }
        Ok(out)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn place() -> impl Strategy<Value = Point> {
        // a kilometre or so around a community; few distinct places, so that some coincide
        (0..60_i32, 0..60_i32).prop_map(|(x, y)| Point::new(108.9 + f64::from(x) / 6_000.0, 34.26 + f64::from(y) / 6_000.0))
    }

    proptest! {
        #[test]
        fn a_way_goes_to_every_point_once_and_is_never_longer_than_the_plain_order(
            points in proptest::collection::vec(place(), 0..40), start in proptest::option::of(place())
        ) {
            let way = order(start, &points);
            let mut sorted = way.clone();
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..points.len()).collect::<Vec<_>>());
            let plain: Vec<usize> = (0..points.len()).collect();
            prop_assert!(length(start, &points, &way) <= length(start, &points, &plain));
            prop_assert_eq!(order(start, &points), way, "the same question has the same answer");
        }

        #[test]
        fn no_stretch_turned_round_makes_it_shorter(points in proptest::collection::vec(place(), 2..16), start in proptest::option::of(place())) {
            let way = order(start, &points);
            let whole = length(start, &points, &way);
            for i in 0..way.len() {
                for k in i + 1..way.len() {
                    let mut other = way.clone();
                    other[i..=k].reverse();
                    prop_assert!(length(start, &points, &other) > whole - 0.01, "{i}..{k}");
                }
            }
        }
    }

    #[test]
    fn an_order_by_number_that_is_kept_has_its_crossings_taken_out_too() {
        let points =
            [(29, 29), (54, 50), (43, 8), (23, 0)].map(|(x, y)| Point::new(108.9 + f64::from(x) / 6_000.0, 34.26 + f64::from(y) / 6_000.0));
        let start = Some(Point::new(108.9 + 5.0 / 6_000.0, 34.26 + 38.0 / 6_000.0));
        let way = order(start, &points);
        let turned = |i: usize, k: usize| {
            let mut other = way.clone();
            other[i..=k].reverse();
            length(start, &points, &other)
        };
        assert!((0..4).all(|i| (i + 1..4).all(|k| turned(i, k) > length(start, &points, &way) - 0.01)));
    }

    #[test]
    fn a_zigzag_is_walked_along_the_street() {
        let street = |n: f64| Point::new(108.9 + n / 1_000.0, 34.26);
        // numbers go back and forth over the street's length
        let points: Vec<Point> = [0.0, 8.0, 1.0, 9.0, 2.0, 10.0].into_iter().map(street).collect();
        assert_eq!(order(None, &points), [0, 2, 4, 1, 3, 5]);
        assert_eq!(order(Some(street(11.0)), &points), [5, 3, 1, 4, 2, 0]);
    }
}
