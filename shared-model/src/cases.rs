//! The life cycle of a case: a workflow as data, and the fold of its steps. Steps are documents of their own; a step names the leaf steps
//! its author saw (`after`). The fold orders by that graph, ties by the server's time of receipt, then id; what is not received yet comes last.
//! A step legal where it was taken but not after the merge stays and is marked.

use crate::limits::AFTER_STEPS_MAX;
use crate::rules::Role;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A state.
#[derive(Debug)]
pub struct State {
    pub name: &'static str,
    pub zh: &'static str,
    pub is_closed: bool,
}

/// A transition.
#[derive(Debug)]
pub struct Transition {
    pub name: &'static str,
    pub zh: &'static str,
    /// States it may start from; empty: any.
    pub from: &'static [&'static str],
    /// State it leads to; `None`: an overlay that leaves the state.
    pub to: Option<&'static str>,
    pub roles: &'static [Role],
    /// May it be taken by whoever the case is only shared with?
    pub by_share: bool,
    /// `note`, `assignee`, `rating`, `to` (the unit that is to see the case).
    pub requires: &'static [&'static str],
}

/// A workflow: the nine-step loop of most matters, kept as data. More workflows and their files come on the same fold.
#[derive(Debug)]
pub struct Workflow {
    pub name: &'static str,
    pub states: &'static [State],
    pub transitions: &'static [Transition],
}

const FIELD: &[Role] = &[Role::Worker, Role::Office, Role::PartTime];
/// Whoever a case was given to may say what they did, an assignee too.
const HANDLERS: &[Role] = &[Role::Worker, Role::Office, Role::PartTime, Role::Assignee];
const OFFICE: &[Role] = &[Role::Office];
const ANY: &[Role] = &[Role::Worker, Role::Office, Role::PartTime, Role::BuildingHead, Role::Assignee];

/// The workflow of a hazard and of most matters.
pub const HAZARD: Workflow = Workflow {
    name: "hazard@1",
    states: &[
        State { name: "reported", zh: "已上报", is_closed: false },
        State { name: "dispatched", zh: "已交办", is_closed: false },
        State { name: "handling", zh: "处置中", is_closed: false },
        State { name: "answered", zh: "已反馈", is_closed: false },
        State { name: "returned", zh: "已退回", is_closed: false },
        State { name: "closed", zh: "已办结", is_closed: true },
    ],
    transitions: &[
        Transition {
            name: "dispatch",
            zh: "交办",
            from: &["reported", "returned", "handling", "answered"],
            to: Some("dispatched"),
            roles: OFFICE,
            by_share: false,
            requires: &["assignee"],
        },
        Transition {
            name: "handle",
            zh: "处置",
            from: &["reported", "dispatched", "returned"],
            to: Some("handling"),
            roles: HANDLERS,
            by_share: true,
            requires: &["note"],
        },
        Transition {
            name: "answer",
            zh: "反馈结果",
            from: &["dispatched", "handling"],
            to: Some("answered"),
            roles: HANDLERS,
            by_share: true,
            requires: &["note"],
        },
        Transition {
            name: "return",
            zh: "退回",
            from: &["dispatched", "handling", "answered"],
            to: Some("returned"),
            roles: OFFICE,
            by_share: false,
            requires: &["note"],
        },
        Transition {
            name: "close",
            zh: "办结",
            from: &["reported", "dispatched", "handling", "answered"],
            to: Some("closed"),
            roles: OFFICE,
            by_share: false,
            requires: &["note"],
        },
        // goes with a share: the unit above sees the case from then on
        Transition {
            name: "hand_up",
            zh: "上报上级",
            from: &["reported", "dispatched", "handling", "answered", "returned"],
            to: None,
            roles: OFFICE,
            by_share: false,
            requires: &["note", "to"],
        },
        Transition {
            name: "on_the_spot",
            zh: "当场办结",
            from: &["reported"],
            to: Some("closed"),
            roles: FIELD,
            by_share: false,
            requires: &["note"],
        },
        Transition {
            name: "reopen",
            zh: "重办",
            from: &["closed"],
            to: Some("handling"),
            roles: FIELD,
            by_share: false,
            requires: &["note"],
        },
        Transition { name: "rate", zh: "居民评价", from: &["closed"], to: None, roles: FIELD, by_share: false, requires: &["rating"] },
        Transition { name: "comment", zh: "补充说明", from: &[], to: None, roles: ANY, by_share: true, requires: &["note"] },
    ],
};

impl Workflow {
    /// By name; unknown names fall back to the hazard loop, so that an old phone still shows the case.
    pub fn find(_name: &str) -> &'static Workflow {
        &HAZARD
    }

    /// A state by name.
    pub fn state(&self, name: &str) -> Option<&State> {
        self.states.iter().find(|s| s.name == name)
    }

    /// A transition by name.
    pub fn transition(&self, name: &str) -> Option<&Transition> {
        self.transitions.iter().find(|t| t.name == name)
    }
}

impl Transition {
    /// May it be taken from this state?
    pub fn starts_from(&self, state: &str) -> bool {
        self.from.is_empty() || self.from.contains(&state)
    }
}

/// A step as the fold sees it.
#[derive(Debug, Clone)]
pub struct Step {
    pub id: Uuid,
    pub transition: String,
    pub after: Vec<Uuid>,
    /// Server time, ms; `None` while it waits on this device.
    pub received_at: Option<i64>,
    /// Order among what waits here.
    pub device_seq: u64,
}

/// What a case has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    pub state: &'static str,
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
    let mut state = workflow.states[0].name;
    let mut clashes = BTreeSet::new();
    for id in &order {
        match workflow.transition(&by_id[id].transition) {
            Some(t) if t.starts_from(state) => state = t.to.unwrap_or(state),
            _ => {
                clashes.insert(*id);
            }
        }
    }
    let followed: BTreeSet<Uuid> = by_id.values().flat_map(|s| s.after.iter().copied()).collect();
    let leaves = order.iter().copied().filter(|id| !followed.contains(id)).collect();
    Folded { state, order, clashes, leaves }
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

/// The state that a step naming `after` was taken in: the fold of what its author says to have seen. The gate and the device ask this same
/// question, so what a device lets a person do, the gate takes.
pub fn state_seen(workflow: &Workflow, steps: &[Step], after: &[Uuid]) -> &'static str {
    fold(workflow, &before(steps, after)).state
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(n: u128, transition: &str, after: &[u128], at: i64) -> Step {
        Step {
            id: Uuid::from_u128(n),
            transition: transition.into(),
            after: after.iter().map(|a| Uuid::from_u128(*a)).collect(),
            received_at: Some(at),
            device_seq: 0,
        }
    }

    #[test]
    fn two_dispatches_made_apart_both_stay_and_one_is_marked() {
        let steps = [step(1, "dispatch", &[], 20), step(2, "dispatch", &[], 10)];
        let f = fold(&HAZARD, &steps);
        assert_eq!(f.state, "dispatched");
        assert_eq!(f.order, vec![Uuid::from_u128(2), Uuid::from_u128(1)]);
        assert_eq!(f.clashes, BTreeSet::from([Uuid::from_u128(1)]));
    }

    #[test]
    fn any_order_of_delivery_gives_one_state() {
        let steps =
            [step(1, "dispatch", &[], 10), step(2, "handle", &[1], 11), step(3, "close", &[1], 12), step(4, "comment", &[2, 3], 13)];
        let one = fold(&HAZARD, &steps);
        for rotate in 0..4 {
            let mut s = steps.to_vec();
            s.rotate_left(rotate);
            assert_eq!(fold(&HAZARD, &s), one);
            s.reverse();
            assert_eq!(fold(&HAZARD, &s), one);
        }
    }

    #[test]
    fn the_graph_comes_before_the_time_of_receipt() {
        let steps = [step(1, "dispatch", &[], 50), step(2, "handle", &[1], 10)];
        assert_eq!(fold(&HAZARD, &steps).order, vec![Uuid::from_u128(1), Uuid::from_u128(2)]);
    }

    #[test]
    fn every_state_can_be_reached_and_left_and_every_name_exists() {
        let w = &HAZARD;
        for t in w.transitions {
            assert!(t.to.is_none_or(|s| w.state(s).is_some()));
            assert!(t.from.iter().all(|s| w.state(s).is_some()));
        }
        for s in &w.states[1..] {
            assert!(w.transitions.iter().any(|t| t.to == Some(s.name)), "{} cannot be reached", s.name);
            assert!(w.transitions.iter().any(|t| t.from.contains(&s.name)), "{} cannot be left", s.name);
        }
    }
}
