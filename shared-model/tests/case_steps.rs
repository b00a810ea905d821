//! Histories of a case that several people write apart: what a device lets a person do, the gate takes, whatever came in between; what is
//! illegal in the past it names is never taken; and everybody's fold comes to the same.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use shared_model::cases::{Library, Step, fold, named_leaves, state_seen};
use uuid::Uuid;

/// What happens next: somebody takes the n-th transition, pushes, pulls.
#[derive(Debug, Clone)]
enum Act {
    Take { who: usize, transition: usize },
    Push { who: usize },
    Pull { who: usize },
}

fn act() -> impl Strategy<Value = Act> {
    let who = 0..4_usize;
    prop_oneof![
        4 => (who.clone(), 0..64_usize).prop_map(|(who, transition)| Act::Take { who, transition }),
        2 => who.clone().prop_map(|who| Act::Push { who }),
        2 => who.prop_map(|who| Act::Pull { who }),
    ]
}

#[derive(Default)]
struct Person {
    /// How much of the server's log was pulled.
    known: usize,
    /// Written here and not pushed.
    pending: Vec<Step>,
    /// Own steps in the log beyond what was pulled: their verdict has come.
    own: Vec<usize>,
}

#[derive(Default)]
struct World {
    log: Vec<Step>,
    people: [Person; 4],
    made: u128,
    time: i64,
    legal: usize,
    illegal: usize,
}

impl World {
    fn shown(&self, who: usize) -> Vec<Step> {
        let p = &self.people[who];
        let own = p.own.iter().filter(|at| **at >= p.known).map(|at| self.log[*at].clone());
        self.log[..p.known].iter().cloned().chain(own).chain(p.pending.iter().cloned()).collect()
    }

    /// The gate's question, with the times of receipt that the server knows.
    fn gate(&self, step: &Step) -> bool {
        let w = Library::built_in().hazard();
        w.transition(&step.transition).is_some_and(|t| state_seen(w, &self.log, &step.after).allows(w, t))
    }

    fn take(&mut self, who: usize, transition: usize) {
        let w = Library::built_in().hazard();
        let t = &w.steps[transition % w.steps.len()];
        let shown = self.shown(who);
        let after = named_leaves(&fold(w, &shown));
        let may = state_seen(w, &shown, &after).allows(w, t);
        self.made += 1;
        // ids in no order at all: nothing may lean on them
        let id = Uuid::from_u128(self.made.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
        let step = Step { id, transition: t.name.clone(), after, received_at: None, device_seq: self.made as u64, by: None };
        if may {
            self.legal += 1;
            self.people[who].pending.push(step);
        } else if self.people[who].pending.is_empty() {
            // a device that does not ask: the gate does
            self.illegal += 1;
            assert!(!self.gate(&step), "{} was taken in a past where it is illegal", step.transition);
        }
    }

    fn push(&mut self, who: usize) {
        self.time += 1;
        for mut step in std::mem::take(&mut self.people[who].pending) {
            assert!(self.gate(&step), "{} was legal where it was taken and is refused", step.transition);
            step.received_at = Some(self.time);
            self.people[who].own.push(self.log.len());
            self.log.push(step);
        }
    }

    fn pull(&mut self, who: usize) {
        self.people[who].known = self.log.len();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn what_a_device_lets_a_person_do_the_gate_takes(acts in prop::collection::vec(act(), 1..120)) {
        let mut w = World::default();
        for a in acts {
            match a {
                Act::Take { who, transition } => w.take(who, transition),
                Act::Push { who } => w.push(who),
                Act::Pull { who } => w.pull(who),
            }
        }
        let mut folds = Vec::new();
        for who in 0..4 {
            w.push(who);
        }
        for who in 0..4 {
            w.pull(who);
            folds.push(fold(Library::built_in().hazard(), &w.shown(who)));
        }
        prop_assert!(folds.iter().all(|f| *f == folds[0]), "everybody's fold is one");
        // what was legal in its own past stays, and is at most marked
        prop_assert_eq!(folds[0].order.len(), w.log.len());
    }
}

#[test]
fn with_more_leaves_than_a_step_may_name_the_device_still_asks_what_the_gate_asks() {
    let mut w = World::default();
    let at = |name: &str| Library::built_in().hazard().steps.iter().position(|t| t.name == name).unwrap();
    // many comments made apart, each by a step on its own
    for n in 0..20_u128 {
        w.log.push(Step {
            id: Uuid::from_u128(n + 1),
            transition: "comment".into(),
            after: vec![],
            received_at: Some(n as i64),
            device_seq: 0,
            by: None,
        });
    }
    w.log.push(Step {
        id: Uuid::from_u128(99),
        transition: "dispatch".into(),
        after: vec![],
        received_at: Some(3),
        device_seq: 0,
        by: None,
    });
    w.time = 50;
    w.pull(0);
    for name in ["handle", "answer", "close", "reopen", "dispatch", "on_the_spot"] {
        w.take(0, at(name));
    }
    w.push(0);
    assert!(w.legal > 0);
}
