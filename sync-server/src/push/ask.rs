//! What a command asks of the server beyond its parts: a unit's place in the tree, the confirmation of a device.

use super::part::Decoded;
use super::rights::Roots;
use super::{Push, Refusal, Stop, refuse};
use crate::store::devices;
use crate::tree::{DEPTH_MAX, Node, Tree};
use shared_model::Role;
use shared_model::class::Class;
use shared_model::crdt::{OpBody, Value};
use shared_model::doc::DocId;
use shared_model::records::Kind;
use shared_model::wire::{Ask, Command};
use std::sync::Arc;
use uuid::Uuid;

/// What is to be done when the command is accepted.
#[derive(Default)]
pub struct Asked {
    /// A unit that is new in the tree.
    pub new_unit: Option<NewUnit>,
    /// The tree with it.
    pub tree: Option<Arc<Tree>>,
    /// A unit whose document is to name its parent.
    pub placed: Option<(Uuid, Uuid)>,
    /// A device to be confirmed.
    pub confirm: Option<Uuid>,
}

/// A unit to be made.
pub struct NewUnit {
    pub id: Uuid,
    pub parent: Uuid,
    pub kind: String,
    pub name: String,
}

impl Push<'_> {
    pub fn judge_ask(&self, command: &Command, parts: &[Decoded<'_>], roots: &Roots) -> Result<Asked, Stop> {
        match &command.ask {
            // what concerns a refused command is judged in `resolve.rs`
            None | Some(Ask::ReturnRefused { .. } | Ask::AskAbout { .. } | Ask::Discard { .. } | Ask::Resend { .. }) => {
                Ok(Asked::default())
            }
            Some(Ask::MakeUnit { unit, parent }) => self.judge_unit(parts, roots, *unit, *parent),
            Some(Ask::ConfirmDevice { device, digits }) => self.judge_confirmation(roots, device, digits),
        }
    }

    /// The first accepted wins; the same place again is fine, another is `other_grid`.
    fn judge_unit(&self, parts: &[Decoded<'_>], roots: &Roots, unit: Uuid, parent: Uuid) -> Result<Asked, Stop> {
        if !is_office_over(roots, &self.tree, &parent) {
            return refuse("not_allowed");
        }
        let placed = Some((unit, parent));
        match self.tree.get(&unit) {
            Some(node) if node.parent == Some(parent) => return Ok(Asked { placed, ..Asked::default() }),
            Some(_) => return refuse("other_grid"),
            None => {}
        }
        let doc = DocId::new(unit, Class::Common);
        let Some(made) = parts.iter().find(|d| d.part.doc == doc && d.part.kind == Kind::Unit && d.part.unit == unit) else {
            return refuse("no_unit");
        };
        let text = |key: &str| {
            made.change.ops.iter().find(|op| op.key == key).and_then(|op| match &op.body {
                OpBody::Put(Value::Str(text)) => Some(text.clone()),
                _ => None,
            })
        };
        let Some(kind) = text("kind").filter(|k| matches!(k.as_str(), "building" | "alley" | "estate" | "area")) else {
            return refuse("unit_kind");
        };
        let above = self.tree.get(&parent).map(|node| node.kind.as_str());
        if !matches!(above, Some("community" | "grid" | "micro_grid" | "estate")) || self.tree.ancestors(&parent).len() + 2 > DEPTH_MAX {
            return refuse("unit_kind");
        }
        let mut tree = (*self.tree).clone();
        tree.add(unit, Node { parent: Some(parent), kind: kind.clone() });
        tree.version += 1;
        let new_unit = NewUnit { id: unit, parent, kind, name: text("name").unwrap_or_default() };
        Ok(Asked { new_unit: Some(new_unit), tree: Some(Arc::new(tree)), placed, confirm: None })
    }

    fn judge_confirmation(&self, roots: &Roots, device: &Uuid, digits: &str) -> Result<Asked, Stop> {
        let found = devices::get(self.db, device)?;
        let Some(found) = found.filter(|d| is_office_over(roots, &self.tree, &d.unit)) else { return refuse("not_allowed") };
        match found.state.as_str() {
            "unconfirmed" if found.digits == digits => Ok(Asked { confirm: Some(*device), ..Asked::default() }),
            "active" if found.digits == digits => Ok(Asked::default()),
            state => Err(Stop::Refused(Refusal::Stale(state.to_owned()))),
        }
    }
}

/// Is one of these roles that of the office of the unit or of one above it?
pub fn is_office_over(roots: &Roots, tree: &Tree, unit: &Uuid) -> bool {
    roots.roots.iter().any(|at| at.role == Role::Office && tree.is_within(unit, &at.unit))
}
