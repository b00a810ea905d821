//! The same thing close by: open cases of one matter in the same building or within 50 m, offered before a second one is made.

use super::load;
use super::view::Viewing;
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use geo::{Distance, Haversine, Point};
use shared_model::commands::{ListNearArgs, NearCase, NearList};
use shared_model::geo::Position;

/// How far counts as close by, metres.
const NEAR_METRES: f64 = 50.0;
/// Offered at most.
const NEAR_MAX: usize = 5;

/// `list_near`
pub fn near(engine: &Engine, args: ListNearArgs) -> Result<NearList> {
    let now = engine.now_ms();
    engine.with(|o| {
        let viewing = Viewing::new(&o.db, &o.me, now)?;
        let matter = viewing.settings.catalogue.find(args.matter.trim()).map(|m| m.code.clone());
        let matter = matter.ok_or_else(|| CoreError::args("事项目录里没有这一项。").at("matter"))?;
        let building = match (&args.building, &args.household) {
            (Some(b), _) => Some(viewing.tree.find(b)?.record),
            (None, Some(h)) => super::super::households::require(&o.db, h)?.id("building"),
            (None, None) => None,
        };
        let here = args.lng.zip(args.lat).map(|(lng, lat)| Point::new(lng, lat));
        let mut found = Vec::new();
        for c in load::all(&o.db)? {
            if c.is_over() || c.row.text("matter").as_ref() != Some(&matter) {
                continue;
            }
            let same_building = building.is_some() && c.row.id("building") == building;
            let there = Position::from_e7(c.row.int("lng_e7"), c.row.int("lat_e7")).map(|p| Point::new(p.lng, p.lat));
            let metres = here.zip(there).map(|(a, b)| Haversine.distance(a, b)).filter(|m| *m <= NEAR_METRES);
            if same_building || metres.is_some() {
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 to 50
                found.push(NearCase { case: viewing.item(&c)?, same_building, metres: metres.map(|m| m.round() as u32) });
            }
        }
        found.sort_by_key(|n| (n.metres.unwrap_or(u32::MAX), -n.case.opened_at));
        found.truncate(NEAR_MAX);
        Ok(NearList { items: found })
    })
}
