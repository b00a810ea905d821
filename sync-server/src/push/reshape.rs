//! Server commands about units: moving, closing, making a grid, and a redrawing, which is all of these as one. Which of two concurrent moves grants must not be a matter of operation ids:
//! they are judged in the order of commits, each against the version it expects.

use super::{Push, Refusal, Stop, refuse};
use crate::error::Error;
use crate::setup::NAME_BYTES_MAX;
use crate::store::documents;
use crate::tree::{DEPTH_MAX, Node, Tree};
use serde_json::json;
use shared_model::class::Class;
use shared_model::crdt::{Registers, Value};
use shared_model::doc::{DocId, area_id, unit_id};
use shared_model::geo::Shape;
use shared_model::limits::REDRAW_CHANGES_MAX;
use shared_model::rules;
use shared_model::wire::UnitChange;
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

    /// A unit of this tree, whose shape this person may change.
    fn shapeable<'t>(&self, tree: &'t Tree, unit: &Uuid) -> Result<&'t Node, Stop> {
        match tree.get(unit) {
            Some(node) if self.holds_in(tree, unit, rules::may_shape)? => Ok(node),
            _ => refuse("not_allowed"),
        }
    }

    pub fn judge_move(&self, tree: &Tree, unit: &Uuid, parent: &Uuid, expected: u64) -> Result<(), Stop> {
        let (node, above) = (self.shapeable(tree, unit)?, self.shapeable(tree, parent)?);
        if node.version != expected || node.is_closed {
            return self.stale_unit(unit, node);
        }
        if above.is_closed {
            return self.stale_unit(parent, above);
        }
        // A root is moved by nobody: whoever may shape it stands in it, not above it.
        let Some(old) = node.parent() else { return refuse("not_allowed") };
        if !self.holds_in(tree, &old, rules::may_shape)? {
            return refuse("not_allowed");
        }
        if !rules::may_stand(&node.kind, &above.kind) || tree.is_within(parent, unit) {
            return refuse("unit_kind");
        }
        if tree.ancestors(parent).len() + 1 + tree.height(unit) > DEPTH_MAX {
            return refuse("unit_kind");
        }
        Ok(())
    }

    pub fn judge_closing(&self, tree: &Tree, unit: &Uuid, successors: &[Uuid], expected: u64) -> Result<(), Stop> {
        let node = self.shapeable(tree, unit)?;
        if node.version != expected || node.is_closed {
            return self.stale_unit(unit, node);
        }
        let Some(old) = node.parent() else { return refuse("not_allowed") };
        if !self.holds_in(tree, &old, rules::may_shape)? {
            return refuse("not_allowed");
        }
        if successors.len() > SUCCESSORS_MAX || successors.contains(unit) {
            return refuse("bad_value");
        }
        let open: Vec<&Node> = tree.children(unit).iter().filter_map(|c| tree.get(c)).filter(|n| !n.is_closed).collect();
        if open.iter().any(|n| n.kind != "area") {
            return refuse("has_units");
        }
        for successor in successors {
            let to = self.shapeable(tree, successor)?;
            if to.is_closed {
                return self.stale_unit(successor, to);
            }
            if !open.is_empty() && !rules::may_stand("area", &to.kind) {
                return refuse("unit_kind");
            }
        }
        Ok(())
    }

    pub fn judge_grid(&self, tree: &Tree, unit: &Uuid, parent: &Uuid, kind: &str, name: &str, code: &str) -> Result<(), Stop> {
        let above = self.shapeable(tree, parent)?;
        if above.is_closed {
            return self.stale_unit(parent, above);
        }
        let text_fits = !name.trim().is_empty() && name.len() <= NAME_BYTES_MAX && code.len() <= CODE_BYTES_MAX;
        if !text_fits || (!code.is_empty() && unit_id(code) != *unit) {
            return refuse("bad_value");
        }
        let is_grid = matches!(kind, "grid" | "micro_grid") && rules::may_stand(kind, &above.kind);
        if !is_grid || tree.ancestors(parent).len() + 3 > DEPTH_MAX {
            return refuse("unit_kind");
        }
        match tree.get(unit) {
            Some(node) => self.stale_unit(unit, node),
            None if tree.get(&area_id(*unit)).is_some() => refuse("bad_value"),
            None => Ok(()),
        }
    }

    /// A redrawing: each step judged over the tree as the steps before it leave it, so that all of it holds or nothing of it happens.
    pub fn judge_redraw(&self, changes: &[UnitChange]) -> Result<(), Stop> {
        if changes.is_empty() || changes.len() > REDRAW_CHANGES_MAX {
            return refuse("too_large");
        }
        let mut tree = (*self.tree).clone();
        for change in changes {
            match change {
                UnitChange::Make { unit, parent, kind, name, code, shape } => {
                    self.judge_grid(&tree, unit, parent, kind, name, code)?;
                    check_shape(shape)?;
                    add_grid(&mut tree, *unit, *parent, kind);
                }
                UnitChange::Move { unit, parent, expected } => {
                    self.judge_move(&tree, unit, parent, *expected)?;
                    tree.place(unit, *parent);
                }
                UnitChange::Close { unit, successors, expected } => {
                    self.judge_closing(&tree, unit, successors, *expected)?;
                    close(&mut tree, unit, successors);
                }
                UnitChange::Shape { unit, shape, seen } => {
                    let node = self.shapeable(&tree, unit)?;
                    check_shape(shape)?;
                    if node.is_closed || !self.shows_shape(unit, seen)? {
                        return self.stale_unit(unit, node);
                    }
                }
            }
        }
        Ok(())
    }

    /// Is the only boundary of the unit the one that was seen? One that somebody drew meanwhile, and two that a person has yet to decide
    /// between, are not drawn over.
    fn shows_shape(&self, unit: &Uuid, seen: &str) -> Result<bool, Stop> {
        let Some(row) = documents::get(self.db, &DocId::new(*unit, Class::Common))? else { return Ok(seen.is_empty()) };
        let registers = Registers::decode_full(&row.registers).map_err(|_| Error::Damaged("registers of a document"))?;
        if registers.is_conflicted("shape") {
            return Ok(false);
        }
        Ok(match registers.value("shape") {
            Some(Value::Str(text)) => text == seen,
            _ => seen.is_empty(),
        })
    }
}

fn check_shape(text: &str) -> Result<(), Stop> {
    if text.is_empty() || Shape::from_text(text).is_ok() { Ok(()) } else { refuse("bad_value") }
}

/// A grid and its area, as `shape::make_grid` makes them.
pub fn add_grid(tree: &mut Tree, unit: Uuid, parent: Uuid, kind: &str) {
    tree.version += 1;
    tree.add(unit, Node::new(kind, tree.version, Some(parent)));
    tree.version += 1;
    tree.add(area_id(unit), Node::new("area", tree.version, Some(unit)));
}

/// A unit closed as `shape::close_unit` closes it: what has no building goes on under the first successor.
pub fn close(tree: &mut Tree, unit: &Uuid, successors: &[Uuid]) {
    if let Some(to) = successors.first() {
        for area in tree.children(unit).to_vec() {
            if tree.get(&area).is_some_and(|n| !n.is_closed && n.kind == "area") {
                tree.place(&area, *to);
            }
        }
    }
    tree.close(unit);
}
