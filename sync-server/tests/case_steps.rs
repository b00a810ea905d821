//! Steps of a case at the real gate: illegal in the past they name is refused, legal there is taken, whatever was taken apart meanwhile.

#![allow(clippy::unwrap_used)]

mod support;

use shared_model::cases::{Field, FieldKind, Library, Step, fold, named_leaves, state_seen};
use shared_model::class::Class;
use shared_model::crdt::Edit;
use shared_model::doc::DocId;
use shared_model::records::Kind;
use shared_model::rules::Role;
use shared_model::wire::Verdict;
use std::collections::BTreeMap;
use support::*;
use uuid::Uuid;

const CASE: Uuid = Uuid::from_u128(1);

/// Something that fits in the field.
fn asked(f: &Field) -> String {
    match f.kind {
        FieldKind::Case => Uuid::from_u128(77).to_string(),
        FieldKind::Date => "2026-05-01".into(),
        FieldKind::Choice => f.options[0].name.clone(),
        _ => "3".into(),
    }
}

struct Scene {
    w: World,
    b: Uuid,
    /// The office, two workers.
    people: Vec<Device>,
    /// Every step that was ever written, as written.
    steps: BTreeMap<Uuid, Step>,
    made: u128,
}

fn scene() -> Scene {
    let w = World::new();
    let mut office = w.office();
    let b = office.make_building(1);
    office.sync(&w);
    let mut people = vec![office, w.device(Role::Worker, GRID, "安然"), w.device(Role::Worker, GRID, "薄云")];
    let case = [Edit::put("matter", "01001"), Edit::put("title", "路灯")];
    people[1].sync(&w);
    people[1].write(b, DocId::new(CASE, Class::Open), Kind::Case, &case);
    for d in &mut people {
        d.sync(&w);
    }
    Scene { w, b, people, steps: BTreeMap::new(), made: 0 }
}

fn role(who: usize) -> Role {
    if who == 0 { Role::Office } else { Role::Worker }
}

impl Scene {
    /// The steps that somebody sees, with the times of receipt they know.
    fn shown(&self, who: usize) -> Vec<Step> {
        let d = &self.people[who];
        let is_pending = |id: &Uuid| d.pending.iter().any(|p| p.command.parts.iter().any(|part| part.doc.record == *id));
        let sees = |s: &&Step| is_pending(&s.id) || d.base.contains_key(&DocId::new(s.id, Class::Open));
        let known = |s: &Step| Step { received_at: s.received_at.filter(|_| !is_pending(&s.id)), ..s.clone() };
        self.steps.values().filter(sees).map(known).collect()
    }

    fn write(&mut self, who: usize, transition: &str, after: &[Uuid]) -> (Uuid, u64) {
        self.made += 1;
        let id = Uuid::from_u128(self.made.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
        let mut edits = vec![Edit::put("case", CASE.to_string()), Edit::put("transition", transition)];
        edits.extend(after.iter().map(|a| Edit::put(format!("after/{a}"), true)));
        // whatever the step asks for
        if let Some(t) = Library::built_in().hazard().transition(transition) {
            edits.extend(t.requires.iter().filter(|need| *need != "to").map(|need| Edit::put(need.as_str(), "满意")));
            edits.extend(t.fields.iter().filter(|f| f.required).map(|f| Edit::put(format!("data/{}", f.name), asked(f))));
        }
        let seq = self.people[who].write(self.b, DocId::new(id, Class::Open), Kind::CaseStep, &edits);
        let step = Step { id, transition: transition.into(), after: after.to_vec(), received_at: None, device_seq: seq, by: None };
        self.steps.insert(id, step);
        (id, seq)
    }

    fn sync(&mut self, who: usize) {
        self.people[who].sync(&self.w);
        let verdicts = self.people[who].verdicts.clone();
        let mine = self.people[who].actor();
        for s in self.steps.values_mut() {
            let Some(Verdict::Accepted { received_at, .. }) = verdicts.get(&s.device_seq) else { continue };
            let is_mine = self.people[who].base.get(&DocId::new(s.id, Class::Open)).is_some_and(|r| r.clock.contains_key(&mine));
            if is_mine {
                s.received_at = Some(*received_at);
            }
        }
    }

    fn reason(&self, who: usize, seq: u64) -> &str {
        self.people[who].reason(seq)
    }
}

#[test]
fn a_step_that_is_illegal_in_the_past_it_names_is_refused_and_one_that_clashes_later_stays() {
    let mut s = scene();
    // apart: the office closes, a worker handles; both are legal where they were taken
    let (closed, _) = s.write(0, "close", &[]);
    let (handled, seq) = s.write(1, "handle", &[]);
    s.sync(0);
    s.sync(1);
    assert!(s.people[1].accepted(seq), "legal in its own past: it stays, marked");
    let folded = fold(Library::built_in().hazard(), &s.shown(1));
    assert_eq!((folded.stand.state.as_str(), folded.clashes.contains(&handled)), ("closed", true));
    // having seen the end, the same step is illegal; opened again it is not
    let (_, bad) = s.write(1, "handle", &[closed]);
    let (again, good) = s.write(1, "reopen", &[closed, handled]);
    let (_, then) = s.write(1, "answer", &[again]);
    let (_, unknown) = s.write(1, "juggle", &[again]);
    let (_, not_theirs) = s.write(1, "close", &[again]);
    s.sync(1);
    assert_eq!(s.reason(1, bad), "illegal_step");
    assert!(s.people[1].accepted(good) && s.people[1].accepted(then));
    assert_eq!((s.reason(1, unknown), s.reason(1, not_theirs)), ("no_transition", "not_allowed"));
    // an id that nobody has is skipped: without it, a rating has nothing to rate
    let (_, nowhere) = s.write(2, "rate", &[Uuid::from_u128(4711)]);
    // a step of another case gives no ground either
    let other = Uuid::from_u128(2);
    s.people[0].write(s.b, DocId::new(other, Class::Open), Kind::Case, &[Edit::put("matter", "01001")]);
    let elsewhere = Uuid::from_u128(500);
    let edits = [Edit::put("case", other.to_string()), Edit::put("transition", "close"), Edit::put("note", "办了")];
    let made = s.people[0].write(s.b, DocId::new(elsewhere, Class::Open), Kind::CaseStep, &edits);
    s.sync(0);
    assert!(s.people[0].accepted(made));
    let (_, borrowed) = s.write(2, "rate", &[elsewhere]);
    s.sync(2);
    assert_eq!((s.reason(2, nowhere), s.reason(2, borrowed)), ("illegal_step", "illegal_step"));
    let many: Vec<Uuid> = (0..9).map(|n| Uuid::from_u128(9000 + n)).collect();
    let (_, nine) = s.write(2, "comment", &many);
    s.sync(2);
    assert_eq!(s.reason(2, nine), "too_many_steps");
    assert!(s.w.server.digests_hold().unwrap());
}

#[test]
fn random_histories_made_apart_pass_the_gate_and_illegal_steps_never_do() {
    let workflow = Library::built_in().hazard();
    let (mut taken, mut refused) = (0, 0);
    for seed in 0..12_u64 {
        let mut s = scene();
        let mut state = seed.wrapping_mul(0x2545_f491_4f6c_dd1d) | 1;
        let mut below = |n: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % n as u64) as usize
        };
        let mut written: Vec<(usize, u64)> = Vec::new();
        let mut wrong: Vec<(usize, u64)> = Vec::new();
        for _ in 0..140 {
            let who = below(3);
            if below(3) == 0 {
                // time stands still for most of it: receipts are in order all the same
                s.w.env.pass(below(2) as i64);
                s.sync(who);
                continue;
            }
            let t = &workflow.steps[below(workflow.steps.len())];
            if !t.by.contains(&role(who)) {
                continue;
            }
            let shown = s.shown(who);
            let after = named_leaves(&fold(workflow, &shown));
            if state_seen(workflow, &shown, &after).allows(workflow, t) {
                let (_, seq) = s.write(who, &t.name, &after);
                written.push((who, seq));
            } else if s.people[who].pending.is_empty() {
                let (id, seq) = s.write(who, &t.name, &after);
                s.sync(who);
                s.steps.remove(&id);
                wrong.push((who, seq));
            }
        }
        for who in [0, 1, 2, 0, 1, 2] {
            s.sync(who);
        }
        for (who, seq) in &written {
            assert!(s.people[*who].accepted(*seq), "seed {seed}: {:?}", s.people[*who].verdicts[seq]);
        }
        for (who, seq) in &wrong {
            assert_eq!(s.reason(*who, *seq), "illegal_step", "seed {seed}");
        }
        let folds: Vec<_> = (0..3).map(|who| fold(workflow, &s.shown(who))).collect();
        assert!(folds.iter().all(|f| *f == folds[0]), "seed {seed}: everybody's fold is one");
        (taken, refused) = (taken + written.len(), refused + wrong.len());
    }
    assert!(taken > 100 && refused > 100, "{taken} taken, {refused} refused");
}
