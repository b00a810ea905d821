//! Cases as facts to count: no name of anybody in them.

use super::load;
use super::steps::RATINGS;
use super::view::{RESOLVE, Viewing};
use crate::error::Result;
use crate::project::day_of;
use rusqlite::Connection;
use shared_model::Class;
use shared_model::stats::CaseFact;
use uuid::Uuid;

/// Every case held here that was not set aside (merged into another one, handed in twice).
///
/// # Errors
/// Of the store.
pub fn facts(db: &Connection, me: &crate::workspace::Identity, now: i64) -> Result<Vec<CaseFact<Uuid>>> {
    let viewing = Viewing::new(db, me, now)?;
    let mut out = Vec::new();
    for c in load::all(db)? {
        let item = viewing.item(&c)?;
        if item.is_aside {
            continue;
        }
        let ended = |s: &load::FoundStep| c.workflow.transition(&s.transition()).is_some_and(|t| t.to.is_some());
        let at_of = |s: &load::FoundStep| s.received_at.or_else(|| s.row.int("at")).unwrap_or(0);
        let closed = c.counted().rev().find(|s| ended(s)).map(at_of).filter(|_| item.is_closed);
        let clocks = viewing.clocks(&c);
        let clock = clocks.iter().find(|r| r.name == RESOLVE);
        let due = clock.and_then(|r| r.deadline).map(|d| d.at_ms);
        let (in_time, judged) = match (clock.and_then(|r| r.stopped_ms), due) {
            (Some(at), Some(due)) => (Some(at <= due), Some(at)),
            (None, Some(due)) if now > due => (Some(false), Some(due)),
            _ => (None, None),
        };
        let said = |s: &load::FoundStep| {
            let words = s.row.text("rating")?;
            let (_, name) = RATINGS.into_iter().find(|(zh, name)| *zh == words || *name == words)?;
            Some((name.to_string(), day_of(at_of(s))))
        };
        let rating = c.counted().rev().find_map(said);
        out.push(CaseFact {
            unit: c.row.id("building").unwrap_or(c.unit),
            is_for_office: c.class == Class::Office,
            matter: item.matter.code.clone(),
            category: item.category.clone(),
            lead: item.lead.clone().unwrap_or_default(),
            opened: day_of(c.first_at.unwrap_or(item.opened_at)),
            closed: closed.map(day_of),
            in_time,
            judged: judged.map(day_of),
            level: viewing.level(&c),
            rating,
        });
    }
    Ok(out)
}
