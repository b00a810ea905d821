//! Merges at the gate: an edge leads from a household to a household, from a person to a person, within one community, and whoever writes it
//! may write at both ends. Which record stays is no question of the gate: every device tells it from the edges, the same everywhere.

use super::part::{Decoded, Judging};
use super::{Push, Stop, refuse};
use crate::store::documents;
use crate::tree::Tree;
use shared_model::class::Class;
use shared_model::crdt::Value;
use shared_model::rules::{self, Verb};
use shared_model::same::EDGE;
use uuid::Uuid;

impl Push<'_> {
    /// The record that the edge leads to: there, of the same kind, in the same community, and the writer's to write.
    pub fn check_merge(&self, judging: &Judging<'_, '_>, decoded: &Decoded<'_>) -> Result<(), Stop> {
        let Some(to) = decoded.put(EDGE).and_then(Value::as_str).and_then(|text| Uuid::parse_str(text).ok()) else { return Ok(()) };
        let part = decoded.part;
        if to == part.doc.record {
            return refuse("bad_merge");
        }
        let made_here = judging.parts.iter().find(|d| d.part.doc.record == to).map(|d| (d.part.kind, d.part.unit));
        let there = match made_here {
            Some(there) => Some(there),
            None => documents::of_record(self.db, &to)?.first().map(|row| (row.kind, row.unit)),
        };
        let Some((kind, unit)) = there else { return self.missing("no_record") };
        if kind != part.kind || community(judging.tree, part.unit) != community(judging.tree, unit) {
            return refuse("bad_merge");
        }
        if !judging.roots.over(judging.tree, &unit).any(|role| rules::may_write(role, kind, Class::Register, Verb::Edit)) {
            return refuse("not_allowed");
        }
        Ok(())
    }
}

/// The community that a unit stands in; the unit itself where none is above it.
fn community(tree: &Tree, unit: Uuid) -> Uuid {
    let line = std::iter::once(unit).chain(tree.ancestors(&unit));
    let is_community = |at: &Uuid| tree.get(at).is_some_and(|node| node.kind == "community");
    line.clone().find(is_community).or_else(|| line.last()).unwrap_or(unit)
}
