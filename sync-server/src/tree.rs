//! The tree of units in memory: who stands beneath whom. It is the server's own, never computed from pushed documents, because grants
//! follow from it. Pure.

use std::collections::HashMap;
use uuid::Uuid;

/// Levels of the tree; deeper is refused.
pub const DEPTH_MAX: usize = 16;

/// One unit.
#[derive(Debug, Clone)]
pub struct Node {
    pub parent: Option<Uuid>,
    pub kind: String,
}

/// All units.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    pub version: u64,
    nodes: HashMap<Uuid, Node>,
    children: HashMap<Uuid, Vec<Uuid>>,
}

impl Tree {
    /// From the rows of the table.
    pub fn new(version: u64, nodes: Vec<(Uuid, Node)>) -> Self {
        let mut tree = Tree { version, ..Tree::default() };
        for (id, node) in nodes {
            tree.add(id, node);
        }
        tree
    }

    /// Adds one.
    pub fn add(&mut self, id: Uuid, node: Node) {
        if let Some(parent) = node.parent {
            self.children.entry(parent).or_default().push(id);
        }
        self.nodes.insert(id, node);
    }

    /// A unit.
    pub fn get(&self, id: &Uuid) -> Option<&Node> {
        self.nodes.get(id)
    }

    /// The units above, nearest first.
    pub fn ancestors(&self, id: &Uuid) -> Vec<Uuid> {
        let mut out = Vec::new();
        let mut at = self.nodes.get(id).and_then(|n| n.parent);
        while let Some(up) = at {
            if out.len() >= DEPTH_MAX {
                break;
            }
            out.push(up);
            at = self.nodes.get(&up).and_then(|n| n.parent);
        }
        out
    }

    /// Is `unit` this root or beneath it?
    pub fn is_within(&self, unit: &Uuid, root: &Uuid) -> bool {
        self.nodes.contains_key(unit) && (unit == root || self.ancestors(unit).contains(root))
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
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn tree(pairs: &[(u128, Option<u128>)]) -> Tree {
        Tree::new(1, pairs.iter().map(|(n, up)| (id(*n), Node { parent: up.map(id), kind: "grid".into() })).collect())
    }

    #[test]
    fn a_unit_is_within_itself_and_all_above_it() {
        let t = tree(&[(3, Some(2)), (1, None), (2, Some(1)), (4, Some(1))]);
        assert!([1, 2, 3].iter().all(|n| t.is_within(&id(3), &id(*n))));
        assert!(!t.is_within(&id(3), &id(4)) && !t.is_within(&id(9), &id(9)));
        assert_eq!(t.ancestors(&id(3)), [id(2), id(1)]);
        assert_eq!(t.subtree(&id(2)), [id(2), id(3)]);
    }

    #[test]
    fn a_ring_of_parents_ends() {
        let t = tree(&[(1, Some(2)), (2, Some(1))]);
        assert_eq!(t.ancestors(&id(1)).len(), DEPTH_MAX);
    }
}
