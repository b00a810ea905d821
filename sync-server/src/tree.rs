//! The tree of units in memory: who stands beneath whom, today and at every version before. It is the server's own, never computed from
//! pushed documents, because grants follow from it. A unit is never taken out: it is moved or closed, and where it stood stays known, since
//! work written under an old policy stamp is judged over the tree as it stood then. Pure.

use shared_model::Role;
use shared_model::wire::RoleAtUnit;
use std::collections::HashMap;
use uuid::Uuid;

/// Levels of the tree; deeper is refused.
pub const DEPTH_MAX: usize = 16;

/// One unit.
#[derive(Debug, Clone)]
pub struct Node {
    pub kind: String,
    pub is_closed: bool,
    /// Goes up with every move and with closing.
    pub version: u64,
    /// (version of the tree from which on it stood there, parent), oldest first; never empty.
    stood: Vec<(u64, Option<Uuid>)>,
}

impl Node {
    /// A unit made at a version of the tree.
    pub fn new(kind: &str, made_in: u64, parent: Option<Uuid>) -> Self {
        Node { kind: kind.to_owned(), is_closed: false, version: 1, stood: vec![(made_in, parent)] }
    }

    /// From its rows; `stood` oldest first.
    pub fn from_rows(kind: String, is_closed: bool, version: u64, stood: Vec<(u64, Option<Uuid>)>) -> Self {
        Node { kind, is_closed, version, stood }
    }

    /// Where it stands today.
    pub fn parent(&self) -> Option<Uuid> {
        self.stood.last().and_then(|(_, parent)| *parent)
    }

    /// Where it stood at a version of the tree; a unit made since stands where it was made.
    fn parent_at(&self, version: u64) -> Option<Uuid> {
        let then = self.stood.iter().rev().find(|(since, _)| *since <= version).or_else(|| self.stood.first());
        then.and_then(|(_, parent)| *parent)
    }
}

/// All units.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    pub version: u64,
    nodes: HashMap<Uuid, Node>,
    children: HashMap<Uuid, Vec<Uuid>>,
}

impl Tree {
    /// From the rows of the tables.
    pub fn new(version: u64, nodes: Vec<(Uuid, Node)>) -> Self {
        let mut tree = Tree { version, ..Tree::default() };
        for (id, node) in nodes {
            tree.add(id, node);
        }
        tree
    }

    /// Adds one.
    pub fn add(&mut self, id: Uuid, node: Node) {
        if let Some(parent) = node.parent() {
            self.children.entry(parent).or_default().push(id);
        }
        self.nodes.insert(id, node);
    }

    /// Has one stand elsewhere, at its next version.
    pub fn place(&mut self, id: &Uuid, parent: Uuid) {
        self.version += 1;
        let Some(node) = self.nodes.get_mut(id) else { return };
        if let Some(old) = node.parent() {
            self.children.entry(old).or_default().retain(|child| child != id);
        }
        node.version += 1;
        node.stood.push((self.version, Some(parent)));
        self.children.entry(parent).or_default().push(*id);
    }

    /// Closes one, at its next version.
    pub fn close(&mut self, id: &Uuid) {
        self.version += 1;
        if let Some(node) = self.nodes.get_mut(id) {
            node.version += 1;
            node.is_closed = true;
        }
    }

    /// A unit.
    pub fn get(&self, id: &Uuid) -> Option<&Node> {
        self.nodes.get(id)
    }

    /// Units that stand directly beneath, closed ones too.
    pub fn children(&self, id: &Uuid) -> &[Uuid] {
        self.children.get(id).map_or(&[], Vec::as_slice)
    }

    /// The units above, nearest first.
    pub fn ancestors(&self, id: &Uuid) -> Vec<Uuid> {
        self.above(id, Node::parent)
    }

    fn above(&self, id: &Uuid, parent: impl Fn(&Node) -> Option<Uuid>) -> Vec<Uuid> {
        let mut out = Vec::new();
        let mut at = self.nodes.get(id).and_then(&parent);
        while let Some(up) = at {
            if out.len() >= DEPTH_MAX {
                break;
            }
            out.push(up);
            at = self.nodes.get(&up).and_then(&parent);
        }
        out
    }

    /// Is `unit` this root or beneath it?
    pub fn is_within(&self, unit: &Uuid, root: &Uuid) -> bool {
        self.nodes.contains_key(unit) && (unit == root || self.ancestors(unit).contains(root))
    }

    /// The same over the tree as it stood at a version, plus every unit made since.
    pub fn was_within(&self, unit: &Uuid, root: &Uuid, version: u64) -> bool {
        self.nodes.contains_key(unit) && (unit == root || self.above(unit, |n| n.parent_at(version)).contains(root))
    }

    /// Does a role at a unit act on this one? A role acts on the subtree of its unit; the office of a street or a district only on its own
    /// level: what lies beneath it sees by a share.
    pub fn reaches(&self, at: &RoleAtUnit, unit: &Uuid) -> bool {
        self.is_within(unit, &at.unit) && self.acts_on(at, unit)
    }

    /// Of a role over the unit: is it not the office of a street or a district, looking down?
    pub fn acts_on(&self, at: &RoleAtUnit, unit: &Uuid) -> bool {
        *unit == at.unit || !self.is_above_communities(at)
    }

    /// Is this the office of a street or a district?
    pub fn is_above_communities(&self, at: &RoleAtUnit) -> bool {
        at.role == Role::Office && self.nodes.get(&at.unit).is_some_and(|node| matches!(node.kind.as_str(), "street" | "district"))
    }

    /// The root and everything beneath it, each before what stands beneath it.
    pub fn subtree(&self, root: &Uuid) -> Vec<Uuid> {
        let mut out = Vec::new();
        if !self.nodes.contains_key(root) {
            return out;
        }
        let mut waiting = vec![*root];
        while let Some(unit) = waiting.pop() {
            out.push(unit);
            waiting.extend(self.children.get(&unit).into_iter().flatten());
        }
        out
    }

    /// Levels of the subtree of a unit, itself counted.
    pub fn height(&self, root: &Uuid) -> usize {
        let mut height = 0;
        let mut level = vec![*root];
        while !level.is_empty() && height <= DEPTH_MAX {
            height += 1;
            level = level.iter().flat_map(|unit| self.children(unit)).copied().collect();
        }
        height
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn tree(pairs: &[(u128, Option<u128>)]) -> Tree {
        Tree::new(1, pairs.iter().map(|(n, up)| (id(*n), Node::new("grid", 1, up.map(id)))).collect())
    }

    #[test]
    fn a_unit_is_within_itself_and_all_above_it() {
        let t = tree(&[(3, Some(2)), (1, None), (2, Some(1)), (4, Some(1))]);
        assert!([1, 2, 3].iter().all(|n| t.is_within(&id(3), &id(*n))));
        assert!(!t.is_within(&id(3), &id(4)) && !t.is_within(&id(9), &id(9)));
        assert_eq!(t.ancestors(&id(3)), [id(2), id(1)]);
        assert_eq!(t.subtree(&id(2)), [id(2), id(3)]);
        assert_eq!((t.height(&id(1)), t.height(&id(3))), (3, 1));
    }

    #[test]
    fn the_office_of_a_street_acts_on_its_own_level_only() {
        let mut t = tree(&[(1, None), (2, Some(1)), (3, Some(2))]);
        t.add(id(1), Node::new("street", 1, None));
        let at = |role, n| RoleAtUnit { role, unit: id(n) };
        assert!(t.reaches(&at(Role::Office, 1), &id(1)) && !t.reaches(&at(Role::Office, 1), &id(3)));
        assert!(t.reaches(&at(Role::Office, 2), &id(3)) && !t.reaches(&at(Role::Office, 2), &id(1)));
        assert!(t.reaches(&at(Role::Worker, 1), &id(3)));
    }

    #[test]
    fn a_ring_of_parents_ends() {
        let t = tree(&[(1, Some(2)), (2, Some(1))]);
        assert_eq!(t.ancestors(&id(1)).len(), DEPTH_MAX);
        assert!(t.height(&id(1)) > DEPTH_MAX);
    }

    /// Grids 2 and 3 under 1. Building 10 made in 2 at version 4, moved to 3 at 6; building 11 made in 2 at 7; building 12 made in 3 at 5.
    fn redrawn() -> Tree {
        let mut t = tree(&[(1, None), (2, Some(1)), (3, Some(1))]);
        t.add(id(10), Node::from_rows("building".into(), false, 2, vec![(4, Some(id(2))), (6, Some(id(3)))]));
        t.add(id(11), Node::new("building", 7, Some(id(2))));
        t.add(id(12), Node::new("building", 5, Some(id(3))));
        t.version = 7;
        t
    }

    #[test]
    fn a_moved_unit_stands_where_it_stood_at_the_version_asked_for() {
        let t = redrawn();
        assert!(t.is_within(&id(10), &id(3)) && !t.is_within(&id(10), &id(2)));
        for version in [4, 5] {
            assert!(t.was_within(&id(10), &id(2), version) && !t.was_within(&id(10), &id(3), version));
        }
        for version in [6, 7, 99] {
            assert!(t.was_within(&id(10), &id(3), version) && !t.was_within(&id(10), &id(2), version));
        }
    }

    #[test]
    fn a_unit_made_since_stands_beneath_whom_it_was_made() {
        let t = redrawn();
        assert!(t.was_within(&id(11), &id(2), 4), "made later beneath a root of then");
        assert!(t.was_within(&id(10), &id(2), 3) && !t.was_within(&id(10), &id(3), 3), "made since, and moved since");
        assert!(!t.was_within(&id(12), &id(2), 4));
        assert!(t.was_within(&id(10), &id(1), 1));
    }
}
