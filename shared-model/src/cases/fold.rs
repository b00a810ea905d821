//! What the steps of a case come to. Steps are documents of their own; a step names the leaf steps its author saw (`after`). The fold orders
//! by that graph, ties by the server's time of receipt, then id; what is not received yet comes last. A step legal where it was taken but not
//! after the merge stays and is marked.

use super::workflow::{Transition, Workflow};
use crate::limits::AFTER_STEPS_MAX;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A step as the fold sees it.
#[derive(Debug, Clone)]
pub struct Step {
    pub id: Uuid,
    pub transition: String,
    pub after: Vec<Uuid>,
    /// Server time, ms; `None` while it waits on this device.
    pub received_at: Option<i64>,
    /// Order among what waits here: the claimed time, ms.
    pub device_seq: u64,
    /// The person who took it, where that is known.
    pub by: Option<Uuid>,
}

impl Step {
    /// When it counts: the server's time, or the claimed one while it waits.
    pub fn at_ms(&self) -> i64 {
        self.received_at.unwrap_or_else(|| i64::try_from(self.device_seq).unwrap_or(i64::MAX))
    }
}

/// Where a case stands: its state and what lies over it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stand {
    pub state: String,
    pub overlays: BTreeSet<String>,
}

impl Stand {
    /// Where a case begins.
    pub fn first(workflow: &Workflow) -> Stand {
        Stand { state: workflow.states.first().map(|s| s.name.clone()).unwrap_or_default(), overlays: BTreeSet::new() }
    }

    /// May this step be taken here?
    pub fn allows(&self, workflow: &Workflow, t: &Transition) -> bool {
        let from = match t.from.is_empty() {
            true => t.always || !workflow.is_over(&self.state),
            false => t.from.contains(&self.state),
        };
        from && (t.begins.is_empty() || !self.overlays.contains(&t.begins))
            && (t.ends.is_empty() || self.overlays.contains(&t.ends))
            && !t.unless.iter().any(|o| self.overlays.contains(o))
    }

    /// Takes it. What lay over a case goes when the case is over.
    pub fn take(&mut self, workflow: &Workflow, t: &Transition) {
        if let Some(to) = &t.to {
            self.state.clone_from(to);
            if workflow.is_over(to) {
                self.overlays.clear();
            }
        }
        if !t.begins.is_empty() {
            self.overlays.insert(t.begins.clone());
        }
        self.overlays.remove(&t.ends);
    }
}

/// What a case has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    pub stand: Stand,
    /// Steps in their order.
    pub order: Vec<Uuid>,
    /// Steps that do not fit after the merge: kept, marked, for the office.
    pub clashes: BTreeSet<Uuid>,
    /// Steps that no other step follows: what the next one names in `after`.
    pub leaves: Vec<Uuid>,
}

/// Folds the steps, in whatever order they are given.
pub fn fold(workflow: &Workflow, steps: &[Step]) -> Folded {
    let by_id: BTreeMap<Uuid, &Step> = steps.iter().map(|s| (s.id, s)).collect();
    let key = |s: &Step| (s.received_at.unwrap_or(i64::MAX), if s.received_at.is_none() { s.device_seq } else { 0 }, s.id);
    let mut left: BTreeMap<Uuid, usize> = by_id
        .values()
        .map(|s| (s.id, s.after.iter().collect::<BTreeSet<_>>().iter().filter(|a| by_id.contains_key(**a)).count()))
        .collect();
    let mut followers: BTreeMap<Uuid, Vec<&Step>> = BTreeMap::new();
    for s in by_id.values() {
        for a in s.after.iter().collect::<BTreeSet<_>>() {
            followers.entry(*a).or_default().push(s);
        }
    }
    let mut ready: BTreeMap<_, Uuid> = by_id.values().filter(|s| left[&s.id] == 0).map(|s| (key(s), s.id)).collect();
    let mut order = Vec::with_capacity(steps.len());
    while let Some((_, id)) = ready.pop_first() {
        left.remove(&id);
        order.push(id);
        for s in followers.get(&id).into_iter().flatten() {
            if let Some(n) = left.get_mut(&s.id) {
                *n -= 1;
                if *n == 0 {
                    ready.insert(key(s), s.id);
                }
            }
        }
    }
    // a ring of `after` cannot be made by honest devices; what is caught in one still shows, last
    order.extend(left.into_keys());
    let mut stand = Stand::first(workflow);
    let mut clashes = BTreeSet::new();
    for id in &order {
        match workflow.transition(&by_id[id].transition) {
            Some(t) if stand.allows(workflow, t) => stand.take(workflow, t),
            _ => {
                clashes.insert(*id);
            }
        }
    }
    let followed: BTreeSet<Uuid> = by_id.values().flat_map(|s| s.after.iter().copied()).collect();
    let leaves = order.iter().copied().filter(|id| !followed.contains(id)).collect();
    Folded { stand, order, clashes, leaves }
}

/// Which leaves the next step names: all of them, or the last ones of the order where they are too many.
pub fn named_leaves(folded: &Folded) -> Vec<Uuid> {
    let from = folded.leaves.len().saturating_sub(AFTER_STEPS_MAX);
    folded.leaves[from..].to_vec()
}

/// The steps that stand before a step naming `after`: those, and what stands before them. Ids that are not among `steps` are skipped.
pub fn before(steps: &[Step], after: &[Uuid]) -> Vec<Step> {
    let by_id: BTreeMap<Uuid, &Step> = steps.iter().map(|s| (s.id, s)).collect();
    let mut todo: Vec<Uuid> = after.to_vec();
    let mut seen = BTreeSet::new();
    while let Some(id) = todo.pop() {
        if let Some(step) = by_id.get(&id)
            && seen.insert(id)
        {
            todo.extend(&step.after);
        }
    }
    steps.iter().filter(|s| seen.contains(&s.id)).cloned().collect()
}

/// Where the case stood for a step naming `after` was taken: the fold of what its author says to have seen. The gate and the device ask this same
/// question, so what a device lets a person do, the gate takes.
pub fn state_seen(workflow: &Workflow, steps: &[Step], after: &[Uuid]) -> Stand {
    fold(workflow, &before(steps, after)).stand
}

/// The step by which the office says that it has looked at steps that do not fit.
pub const REVIEWED: &str = "reviewed";

impl Folded {
    /// Marked steps that nobody has looked at: what waits for the office. Looked at is one when a later step saw it and everything that it
    /// does not fit with, and did something: a remark alone does not settle it, but for the office's own.
    pub fn unseen_clashes(&self, workflow: &Workflow, steps: &[Step]) -> BTreeSet<Uuid> {
        let settles = |s: &&Step| workflow.transition(&s.transition).is_some_and(|t| !t.is_remark() || t.name == REVIEWED);
        let mut unseen = BTreeSet::new();
        for clash in &self.clashes {
            let earlier: BTreeSet<Uuid> = self.order.iter().copied().take_while(|id| id != clash).chain([*clash]).collect();
            let is_seen = steps.iter().filter(settles).any(|s| {
                let closure: BTreeSet<Uuid> = before(steps, &s.after).iter().map(|b| b.id).collect();
                earlier.is_subset(&closure)
            });
            if !is_seen {
                unseen.insert(*clash);
            }
        }
        unseen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::Library;

    fn step(n: u128, transition: &str, after: &[u128], at: i64) -> Step {
        Step {
            id: Uuid::from_u128(n),
            transition: transition.into(),
            after: after.iter().map(|a| Uuid::from_u128(*a)).collect(),
            received_at: Some(at),
            device_seq: 0,
            by: None,
        }
    }

    #[test]
    fn two_dispatches_made_apart_both_stay_and_one_is_marked() {
        let steps = [step(1, "dispatch", &[], 20), step(2, "dispatch", &[], 10)];
        let f = fold(Library::built_in().hazard(), &steps);
        assert_eq!(f.stand.state, "dispatched");
        assert_eq!(f.order, vec![Uuid::from_u128(2), Uuid::from_u128(1)]);
        assert_eq!(f.clashes, BTreeSet::from([Uuid::from_u128(1)]));
    }

    #[test]
    fn any_order_of_delivery_gives_one_state() {
        let steps =
            [step(1, "dispatch", &[], 10), step(2, "handle", &[1], 11), step(3, "close", &[1], 12), step(4, "comment", &[2, 3], 13)];
        let one = fold(Library::built_in().hazard(), &steps);
        for rotate in 0..4 {
            let mut s = steps.to_vec();
            s.rotate_left(rotate);
            assert_eq!(fold(Library::built_in().hazard(), &s), one);
            s.reverse();
            assert_eq!(fold(Library::built_in().hazard(), &s), one);
        }
    }

    #[test]
    fn the_graph_comes_before_the_time_of_receipt() {
        let steps = [step(1, "dispatch", &[], 50), step(2, "handle", &[1], 10)];
        assert_eq!(fold(Library::built_in().hazard(), &steps).order, vec![Uuid::from_u128(1), Uuid::from_u128(2)]);
    }
}
