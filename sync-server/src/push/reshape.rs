//! Server commands about units: moving, closing, making a grid. Which of two concurrent moves grants must not be a matter of operation ids:
//! they are judged in the order of commits, each against the version it expects.

use super::{Push, Refusal, Stop, refuse};
use crate::setup::NAME_BYTES_MAX;
use crate::tree::{DEPTH_MAX, Node};
use serde_json::json;
use shared_model::doc::{area_id, unit_id};
use shared_model::rules;
use uuid::Uuid;

/// Successors that a closed unit may have.
const SUCCESSORS_MAX: usize = 16;
/// Longest code of a unit, bytes.
const CODE_BYTES_MAX: usize = 64;

impl Push<'_> {
    fn stale_unit<T>(&self, unit: &Uuid, node: &Node) -> Result<T, Stop> {
        let now = json!({ "unit": unit, "version": node.version, "parent": node.parent(), "closed": node.is_closed });
        Err(Stop::Refused(Refusal::Stale(now.to_string())))
    }

    /// An open unit of today's tree, whose shape this person may change.
    fn shapeable(&self, unit: &Uuid) -> Result<&Node, Stop> {
        match self.tree.get(unit) {
            Some(node) if self.holds_today(unit, rules::may_shape)? => Ok(node),
            _ => refuse("not_allowed"),
        }
    }

    pub fn judge_move(&self, unit: &Uuid, parent: &Uuid, expected: u64) -> Result<(), Stop> {
        let (node, above) = (self.shapeable(unit)?, self.shapeable(parent)?);
        if node.version != expected || node.is_closed {
            return self.stale_unit(unit, node);
        }
        if above.is_closed {
            return self.stale_unit(parent, above);
        }
        // A root is moved by nobody: whoever may shape it stands in it, not above it.
        let Some(old) = node.parent() else { return refuse("not_allowed") };
        if !self.holds_today(&old, rules::may_shape)? {
            return refuse("not_allowed");
        }
        if !rules::may_stand(&node.kind, &above.kind) || self.tree.is_within(parent, unit) {
            return refuse("unit_kind");
        }
        if self.tree.ancestors(parent).len() + 1 + self.tree.height(unit) > DEPTH_MAX {
            return refuse("unit_kind");
        }
        Ok(())
    }

    pub fn judge_closing(&self, unit: &Uuid, successors: &[Uuid], expected: u64) -> Result<(), Stop> {
        let node = self.shapeable(unit)?;
        if node.version != expected || node.is_closed {
            return self.stale_unit(unit, node);
        }
        let Some(old) = node.parent() else { return refuse("not_allowed") };
        if !self.holds_today(&old, rules::may_shape)? {
            return refuse("not_allowed");
        }
        if successors.len() > SUCCESSORS_MAX || successors.contains(unit) {
            return refuse("bad_value");
        }
        let open: Vec<&Node> = self.tree.children(unit).iter().filter_map(|c| self.tree.get(c)).filter(|n| !n.is_closed).collect();
        if open.iter().any(|n| n.kind != "area") {
            return refuse("has_units");
        }
        for successor in successors {
            let to = self.shapeable(successor)?;
            if to.is_closed {
                return self.stale_unit(successor, to);
            }
            if !open.is_empty() && !rules::may_stand("area", &to.kind) {
                return refuse("unit_kind");
            }
        }
        Ok(())
    }

    pub fn judge_grid(&self, unit: &Uuid, parent: &Uuid, kind: &str, name: &str, code: &str) -> Result<(), Stop> {
        let above = self.shapeable(parent)?;
        if above.is_closed {
            return self.stale_unit(parent, above);
        }
        let text_fits = !name.trim().is_empty() && name.len() <= NAME_BYTES_MAX && code.len() <= CODE_BYTES_MAX;
        if !text_fits || (!code.is_empty() && unit_id(code) != *unit) {
            return refuse("bad_value");
        }
        let is_grid = matches!(kind, "grid" | "micro_grid") && rules::may_stand(kind, &above.kind);
        if !is_grid || self.tree.ancestors(parent).len() + 3 > DEPTH_MAX {
            return refuse("unit_kind");
        }
        match self.tree.get(unit) {
            Some(node) => self.stale_unit(unit, node),
            None if self.tree.get(&area_id(*unit)).is_some() => refuse("bad_value"),
            None => Ok(()),
        }
    }
}
