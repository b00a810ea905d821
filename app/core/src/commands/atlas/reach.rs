//! Reach of a venue: who lives within so many metres, in a straight line, counted by building. Numbers only: nobody is named.

use super::super::map::{own, place_of, polygon, shape_of};
use super::super::units::Tree;
use super::super::views::coded;
use super::{counts, shown};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::store::get_row;
use shared_model::commands::{Reach, ReachArgs, ReachTier};
use shared_model::records::Kind;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The least and the most that is asked for, metres.
const METRES: std::ops::RangeInclusive<u32> = 10..=20_000;

/// `reach`
pub fn reach(engine: &Engine, args: ReachArgs) -> Result<Reach> {
    if !METRES.contains(&args.metres) {
        return Err(CoreError::args("距离要在 10 到 20000 米之间。").at("metres"));
    }
    engine.with(|o| {
        let id = Uuid::parse_str(&args.place).map_err(|_| CoreError::not_found("这个场所").at("place"))?;
        let place = get_row(&o.db, Kind::Place, id)?.ok_or_else(|| CoreError::not_found("这个场所").at("place"))?;
        let tree = Tree::read(&o.db)?;
        let lies = |row| place_of(row, shape_of(row).as_ref());
        let at = own(&place).or_else(|| place.id("building").and_then(|b| tree.get(b)).and_then(lies));
        let mut out =
            Reach { place: id.to_string(), name: place.text("name").unwrap_or_default(), metres: args.metres, ..Reach::default() };
        let Some(at) = at else { return Ok(out) };
        out.at = Some(shown(at, args.datum.unwrap_or_default()));
        let counts = counts(&o.db)?;
        let mut within = Vec::new();
        for (building, count) in &counts {
            match tree.get(*building).filter(|row| !row.flag("closed")).map(lies) {
                Some(Some(there)) if polygon::metres(at, there) <= f64::from(args.metres) => {
                    out.buildings += 1;
                    out.households += count.households;
                    out.people += count.people;
                    within.push(*building);
                }
                Some(Some(_)) => {}
                _ => out.unknown += count.households,
            }
        }
        let mut tiers: BTreeMap<Option<String>, u32> = BTreeMap::new();
        let mut q = o.db.prepare_cached(
            "select tier, count(*) from household where _del is null and merged_into is null and building = ?1 group by tier",
        )?;
        for building in within {
            for r in q.query_map([building], |r| Ok((r.get(0)?, r.get::<_, u32>(1)?)))? {
                let (tier, n) = r?;
                *tiers.entry(tier).or_default() += n;
            }
        }
        let rank = |tier: &Option<String>| ["red", "yellow", "green"].iter().position(|t| tier.as_deref() == Some(*t)).unwrap_or(9);
        let mut tiers: Vec<_> = tiers.into_iter().collect();
        tiers.sort_by_key(|(tier, _)| rank(tier));
        out.tiers = tiers.into_iter().map(|(t, households)| ReachTier { tier: t.map(|t| coded("tier", &t)), households }).collect();
        Ok(out)
    })
}
