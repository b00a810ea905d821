//! Every workflow of the product, by histories that people make apart: one fold whatever the order of delivery, nothing counted that the file
//! or the stand does not allow, and clocks that a slow counting, minute by minute over thirty years, comes to as well.

#![allow(clippy::unwrap_used)]

use chrono::{DateTime, NaiveDate};
use proptest::prelude::*;
use shared_model::calendar::Calendar;
use shared_model::cases::{
    Amount, ClockRule, Folded, Library, Phase, Running, Stand, Step, Told, Transition, Unit, Workflow, clocks, fold, named_leaves,
    state_seen,
};
use shared_model::matters::{self, Matter};
use std::collections::BTreeSet;
use uuid::Uuid;

const MINUTE_MS: i64 = 60_000;
const DAY_MINUTES: i64 = 24 * 60;
const BEIJING_MS: i64 = 8 * 3_600_000;
/// When the office's work of a day begins and ends, and its noon: the default of the calendar, written here once more on purpose.
const HOURS: [(i64, i64); 2] = [(9 * 60, 12 * 60), (14 * 60, 18 * 60)];
const CLOSES: i64 = 18 * 60;

/// Starts from which a wrong count would show: before 29 February, before make-up days, over a year that nobody announced.
const STARTS: [&str; 6] =
    ["2016-02-26T17:30", "2024-02-28T09:10", "2025-01-24T16:00", "2026-02-13T10:00", "2026-09-25T13:00", "2027-12-30T23:30"];

fn moment(text: &str) -> i64 {
    DateTime::parse_from_rfc3339(&format!("{text}:00+08:00")).unwrap().timestamp_millis()
}

fn day_of(ms: i64) -> NaiveDate {
    DateTime::from_timestamp_millis(ms + BEIJING_MS).unwrap().date_naive()
}

fn minute_of(ms: i64) -> i64 {
    (ms + BEIJING_MS).rem_euclid(DAY_MINUTES * MINUTE_MS) / MINUTE_MS
}

fn on(day: NaiveDate, minute: i64) -> i64 {
    day.and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp_millis() - BEIJING_MS + minute * MINUTE_MS
}

fn works(day: NaiveDate) -> bool {
    Calendar::national().works(day)
}

fn workflows() -> Vec<&'static Workflow> {
    Library::built_in().all().map(|(_, w)| &**w).collect()
}

/// What happens next in a case: which of the steps that may be taken, after how many minutes, by somebody who saw how much.
#[derive(Debug, Clone)]
struct Turn {
    choice: usize,
    minutes: i64,
    /// So many of the last steps its author has not seen.
    unseen: usize,
    /// Somebody's device took it without asking whether it may, or in a version that knows other steps.
    is_wild: bool,
}

#[derive(Debug, Clone)]
struct History {
    workflow: usize,
    start_ms: i64,
    matter: usize,
    due_days: i64,
    extend_by: u32,
    turns: Vec<Turn>,
}

fn turn() -> impl Strategy<Value = Turn> {
    let minutes = prop_oneof![3 => 1..600_i64, 3 => 600..15_000_i64, 1 => 15_000..80_000_i64];
    (0..64_usize, minutes, prop_oneof![4 => Just(0), 1 => 1..4_usize], prop_oneof![9 => Just(false), 1 => Just(true)])
        .prop_map(|(choice, minutes, unseen, is_wild)| Turn { choice, minutes, unseen, is_wild })
}

fn history() -> impl Strategy<Value = History> {
    let any_day = moment("2015-01-01T00:00") / MINUTE_MS..moment("2045-01-01T00:00") / MINUTE_MS;
    let start = prop_oneof![2 => any_day.prop_map(|m| m * MINUTE_MS), 1 => (0..STARTS.len()).prop_map(|n| moment(STARTS[n]))];
    let turns = prop::collection::vec(turn(), 0..16);
    (0..64_usize, start, 0..80_usize, -5..60_i64, 1..20_u32, turns).prop_map(|(workflow, start_ms, matter, due_days, extend_by, turns)| {
        History { workflow, start_ms, matter, due_days, extend_by, turns }
    })
}

/// A case as its history made it.
struct Made {
    workflow: &'static Workflow,
    matter: &'static Matter,
    opened_ms: i64,
    due: NaiveDate,
    extend_by: u32,
    steps: Vec<Step>,
}

fn made(h: &History) -> Made {
    let all = workflows();
    let workflow = all[h.workflow % all.len()];
    let mut steps: Vec<Step> = Vec::new();
    let mut at = h.start_ms;
    for (n, turn) in h.turns.iter().enumerate() {
        at += turn.minutes * MINUTE_MS;
        let seen = &steps[..steps.len() - turn.unseen.min(steps.len())];
        let after = named_leaves(&fold(workflow, seen));
        let stand = state_seen(workflow, seen, &after);
        let legal: Vec<&Transition> = workflow.steps.iter().filter(|t| stand.allows(workflow, t)).collect();
        let transition = match (turn.is_wild, turn.choice % 3) {
            (false, _) => legal[turn.choice % legal.len()].name.clone(),
            (true, 0) => "a_step_of_tomorrow".to_string(),
            (true, _) => workflow.steps[turn.choice % workflow.steps.len()].name.clone(),
        };
        // ids in no order at all: nothing may lean on them
        let id = Uuid::from_u128((n as u128 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
        steps.push(Step { id, transition, after, received_at: Some(at), device_seq: 0, by: None });
    }
    let due = day_of(h.start_ms + h.due_days * DAY_MINUTES * MINUTE_MS);
    Made { workflow, matter: &matters::all()[h.matter], opened_ms: h.start_ms, due, extend_by: h.extend_by, steps }
}

impl Made {
    fn clocks(&self, steps: &[Step], folded: &Folded) -> Vec<Running> {
        let told = Told {
            workflow: self.workflow,
            matter: Some(self.matter),
            calendar: Calendar::national(),
            opened_ms: self.opened_ms,
            field: &|name| (name == "due").then(|| self.due.to_string()),
            extends_by: &|_| Some(self.extend_by),
        };
        clocks(&told, steps, folded)
    }

    /// What the counted steps come to, one after the other: when, which, and how the case stands then. Written without the fold.
    fn replayed(&self) -> Vec<(i64, Option<&'static Transition>, String, BTreeSet<String>)> {
        let w = self.workflow;
        let is_over = |state: &str| w.state(state).unwrap().phase != Phase::Open;
        let mut out = vec![(self.opened_ms, None, w.states[0].name.clone(), BTreeSet::new())];
        // receipts grow with the steps and nobody names a later one: the order is that of receipt
        for s in &self.steps {
            let (_, _, state, over) = out.last().unwrap().clone();
            let Some(t) = w.steps.iter().find(|t| t.name == s.transition) else { continue };
            let from = if t.from.is_empty() { t.always || !is_over(&state) } else { t.from.contains(&state) };
            let begun = !t.begins.is_empty() && over.contains(&t.begins);
            let not_on = !t.ends.is_empty() && !over.contains(&t.ends);
            if !from || begun || not_on || t.unless.iter().any(|o| over.contains(o)) {
                continue;
            }
            let to = t.to.clone().unwrap_or(state);
            let mut over = if t.to.is_some() && is_over(&to) { BTreeSet::new() } else { over };
            over.extend(Some(t.begins.clone()).filter(|b| !b.is_empty()));
            over.remove(&t.ends);
            out.push((s.received_at.unwrap(), Some(t), to, over));
        }
        out
    }

    /// A clock by slow counting: when it began last, when it was met, by how much it was extended, and when it runs out.
    fn slowly(&self, rule: &ClockRule) -> Option<(i64, Option<i64>, u32, Option<i64>)> {
        let line = self.replayed();
        let (mut began, mut met, mut extended) = (None::<usize>, None::<usize>, 0);
        for (n, (_, t, state, _)) in line.iter().enumerate() {
            let runs = began.is_some() && met.is_none();
            if runs && t.is_some_and(|t| t.name == rule.extend) {
                extended += self.extend_by;
            }
            let entered = t.is_none_or(|t| t.to.is_some());
            if runs && (t.is_some_and(|t| rule.stops_by.contains(&t.name)) || (entered && rule.stops.contains(state))) {
                met = Some(n);
            }
            if entered && rule.starts.contains(state) && (began.is_none() || met.is_some()) {
                (began, met, extended) = (Some(n), None, 0);
            }
        }
        let (from, start) = (began?, line[began?].0);
        // what comes after it was met does not touch it
        let until = met.unwrap_or(line.len() - 1);
        let stands: Vec<(i64, bool)> = line[from..=until].iter().map(|(at, _, _, over)| (*at, over.contains(&rule.pause))).collect();
        let is_held = |at: i64| stands.iter().rev().find(|(from, _)| *from <= at).is_some_and(|(_, held)| *held);
        let for_ever = stands.last().filter(|(_, held)| *held).map(|(from, _)| *from);
        let due = self.runs_out(rule, start, extended, &is_held, for_ever, &stands);
        Some((start, met.map(|n| line[n].0), extended, due))
    }

    #[allow(clippy::too_many_arguments)]
    fn runs_out(
        &self,
        rule: &ClockRule,
        start: i64,
        extended: u32,
        is_held: &dyn Fn(i64) -> bool,
        for_ever: Option<i64>,
        stands: &[(i64, bool)],
    ) -> Option<i64> {
        let minutes = |mut left: i64, counts: &dyn Fn(i64) -> bool| {
            let mut at = start;
            while left > 0 {
                if for_ever.is_some_and(|from| at >= from) {
                    return None;
                }
                left -= i64::from(counts(at) && !is_held(at));
                at += MINUTE_MS;
            }
            Some(at)
        };
        let days = |from: i64, mut left: u32| {
            let mut day = day_of(from);
            let mut at = from;
            while left > 0 {
                day = day.succ_opt().unwrap();
                at = on(day, CLOSES);
                if for_ever.is_some_and(|held| held < at) {
                    return None;
                }
                left -= u32::from(works(day) && !is_held(at - 1));
            }
            Some(at)
        };
        let in_hours = |at: i64| works(day_of(at)) && HOURS.iter().any(|(from, to)| (*from..*to).contains(&minute_of(at)));
        let of = |unit: Unit, n: u32| match unit {
            Unit::Minutes => minutes(n.into(), &|_| true),
            Unit::Hours => minutes(i64::from(n) * 60, &|_| true),
            Unit::Days => minutes(i64::from(n) * DAY_MINUTES, &|_| true),
            Unit::WorkHours => minutes(i64::from(n) * 60, &in_hours),
            Unit::WorkDays => days(start, n),
        };
        match &rule.amount {
            Amount::Fixed(n) => of(rule.unit, n + extended),
            Amount::Named(name) => match name.as_str() {
                #[allow(clippy::cast_possible_truncation)]
                "response" => {
                    let at = minutes((self.matter.response_hours * 60.0) as i64 + i64::from(extended) * 60, &|_| true)?;
                    let mut day = day_of(at);
                    if self.matter.level < 3 || works(day) {
                        return Some(at);
                    }
                    while !works(day) {
                        day = day.succ_opt().unwrap();
                    }
                    Some(on(day, HOURS[0].0))
                }
                "resolve" if self.matter.level == 1 => of(Unit::Days, self.matter.resolve_days + extended),
                "resolve" => of(Unit::WorkDays, self.matter.resolve_days + extended),
                // until work ends on the day that was named; what it stood still for comes on top, and then what it was extended by
                _ => {
                    if for_ever.is_some() {
                        return None;
                    }
                    let held = stands.windows(2).filter(|w| w[0].1).map(|w| w[1].0 - w[0].0).sum::<i64>();
                    let mut at = on(self.due, CLOSES) + held;
                    let mut day = day_of(at);
                    for _ in 0..extended {
                        day = day.succ_opt().unwrap();
                        while !works(day) {
                            day = day.succ_opt().unwrap();
                        }
                        at = on(day, CLOSES);
                    }
                    Some(at)
                }
            },
        }
    }
}

/// The steps in another order, by a number.
fn shuffled(steps: &[Step], mut seed: u64) -> Vec<Step> {
    let mut left = steps.to_vec();
    let mut out = Vec::with_capacity(left.len());
    while !left.is_empty() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        out.push(left.swap_remove(usize::try_from(seed >> 33).unwrap() % left.len()));
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn any_order_of_delivery_gives_one_case(h in history(), seed in any::<u64>()) {
        let m = made(&h);
        let one = fold(m.workflow, &m.steps);
        for n in 0..4 {
            let other = shuffled(&m.steps, seed.wrapping_add(n));
            let folded = fold(m.workflow, &other);
            prop_assert_eq!(&folded, &one);
            prop_assert_eq!(folded.unseen_clashes(m.workflow, &other), one.unseen_clashes(m.workflow, &m.steps));
            prop_assert_eq!(m.clocks(&other, &folded), m.clocks(&m.steps, &one));
        }
        // twice delivered is once delivered
        let twice: Vec<Step> = m.steps.iter().chain(&m.steps).cloned().collect();
        prop_assert_eq!(fold(m.workflow, &twice), one);
    }

    #[test]
    fn nothing_counts_that_the_file_or_the_stand_does_not_allow(h in history()) {
        let m = made(&h);
        let folded = fold(m.workflow, &m.steps);
        let line = m.replayed();
        let (_, _, state, over) = line.last().unwrap();
        prop_assert_eq!(&folded.stand, &Stand { state: state.clone(), overlays: over.clone() });
        prop_assert_eq!(folded.order.len(), m.steps.len(), "every step stays");
        let counted = m.steps.len() - folded.clashes.len();
        prop_assert_eq!(counted, line.len() - 1, "what does not fit is marked, and nothing else is");
        for s in m.steps.iter().filter(|s| !folded.clashes.contains(&s.id)) {
            prop_assert!(line.iter().any(|(at, t, _, _)| Some(*at) == s.received_at && t.is_some_and(|t| t.name == s.transition)));
        }
    }

    #[test]
    fn a_clock_comes_to_what_slow_counting_comes_to(h in history()) {
        let m = made(&h);
        let found = m.clocks(&m.steps, &fold(m.workflow, &m.steps));
        for rule in &m.workflow.clocks {
            let got = found.iter().find(|r| r.name == rule.name);
            let slow = m.slowly(rule);
            prop_assert_eq!(got.map(|r| (r.started_ms, r.stopped_ms, r.extended, r.deadline.map(|d| d.at_ms))), slow, "{} {}", m.workflow.name, rule.name);
            if let Some(r) = got {
                let held = m.replayed().last().unwrap().3.contains(&rule.pause);
                prop_assert_eq!(r.is_paused, held && r.stopped_ms.is_none());
                prop_assert!(r.escalates_ms.is_none() || r.stopped_ms.is_none() && r.escalates_ms >= r.deadline.map(|d| d.at_ms));
            }
        }
    }
}

/// A case of a workflow with these steps, one after the other, each at its time.
fn case(workflow: &str, opened: &str, due: &str, steps: &[(&str, &str)]) -> Made {
    let workflow = workflows().into_iter().find(|w| w.name == workflow).unwrap();
    let mut made = Made {
        workflow,
        matter: matters::find("03016").unwrap(),
        opened_ms: moment(opened),
        due: due.parse().unwrap(),
        extend_by: 3,
        steps: Vec::new(),
    };
    for (n, (transition, at)) in steps.iter().enumerate() {
        let after = made.steps.last().map(|s: &Step| s.id).into_iter().collect();
        let id = Uuid::from_u128(n as u128 + 1);
        made.steps.push(Step { id, transition: (*transition).into(), after, received_at: Some(moment(at)), device_seq: 0, by: None });
    }
    made
}

fn clock(m: &Made, name: &str) -> Running {
    let found = m.clocks(&m.steps, &fold(m.workflow, &m.steps));
    found.into_iter().find(|r| r.name == name).unwrap_or_else(|| panic!("{name} has not begun"))
}

fn due(m: &Made, name: &str) -> Option<i64> {
    clock(m, name).deadline.map(|d| d.at_ms)
}

#[test]
fn a_clock_starts_anew_when_its_state_is_entered_again_after_it_was_met() {
    // 路灯 03016: three working days
    let mut steps = vec![("handle", "2026-03-02T10:00"), ("close", "2026-03-03T10:00")];
    let m = case("hazard", "2026-03-02T09:00", "2026-03-31", &steps);
    assert_eq!((clock(&m, "resolve").started_ms, clock(&m, "resolve").stopped_ms), (m.opened_ms, Some(moment("2026-03-03T10:00"))));
    assert_eq!(due(&m, "follow"), Some(moment("2026-03-10T18:00")));
    steps.push(("visit_badly", "2026-03-06T10:00"));
    let m = case("hazard", "2026-03-02T09:00", "2026-03-31", &steps);
    assert_eq!(clock(&m, "resolve").started_ms, moment("2026-03-06T10:00"));
    assert_eq!(due(&m, "resolve"), Some(moment("2026-03-11T18:00")));
    assert_eq!(clock(&m, "follow").stopped_ms, Some(moment("2026-03-06T10:00")));
}

#[test]
fn what_is_on_hold_when_a_clock_starts_holds_it_from_the_start() {
    let steps =
        [("give", "2026-03-02T10:00"), ("hold", "2026-03-02T11:00"), ("finish", "2026-03-03T10:00"), ("rate_badly", "2026-03-04T10:00")];
    let mut m = case("property", "2026-03-02T09:00", "2026-03-31", &steps);
    assert!(clock(&m, "resolve").is_paused && due(&m, "resolve").is_none());
    m = case("property", "2026-03-02T09:00", "2026-03-31", &[&steps[..], &[("resume", "2026-03-09T10:00")]].concat());
    assert_eq!(due(&m, "resolve"), Some(moment("2026-03-11T18:00")), "three working days from the day it goes on: 9, 10, 11");
}

#[test]
fn an_extension_granted_twice_apart_counts_once() {
    for name in ["hazard", "hotline", "dispute", "special", "resolution", "ledger", "project", "report"] {
        let w = workflows().into_iter().find(|w| w.name == name).unwrap();
        let m = extended_twice(w);
        let folded = fold(w, &m.steps);
        assert_eq!(folded.clashes.len(), 1, "{name}: the second is marked");
        assert_eq!(clock(&m, "resolve").extended, 3, "{name}");
    }
}

/// Somebody asks for more time and two offices grant it, neither knowing of the other.
fn extended_twice(w: &'static Workflow) -> Made {
    let ask = w.transition("ask_extension").unwrap();
    // the way to where it may be asked for, by the first steps that lead on
    let way: Vec<&str> = match w.name.as_str() {
        "hazard" | "dispute" => vec![if w.name == "hazard" { "dispatch" } else { "accept" }],
        "hotline" => vec!["sign"],
        "special" => vec!["form_team"],
        "report" => vec!["accept"],
        _ => vec![],
    };
    let steps: Vec<(&str, &str)> = way.iter().map(|t| (*t, "2026-03-02T10:00")).chain([(ask.name.as_str(), "2026-03-02T11:00")]).collect();
    let mut m = case(&w.name, "2026-03-02T09:00", "2026-03-31", &steps);
    let after = vec![m.steps.last().unwrap().id];
    for n in 0..2 {
        m.steps.push(Step {
            id: Uuid::from_u128(100 + n),
            transition: "grant_extension".into(),
            after: after.clone(),
            received_at: Some(moment("2026-03-03T10:00") + i64::try_from(n).unwrap()),
            device_seq: 0,
            by: None,
        });
    }
    m
}

#[test]
fn a_day_that_was_named_is_kept_until_work_ends_and_grows_by_what_was_granted() {
    let m = case("hotline", "2026-02-10T09:00", "2026-02-13", &[("sign", "2026-02-10T10:00")]);
    assert_eq!(due(&m, "resolve"), Some(moment("2026-02-13T18:00")));
    assert_eq!(clock(&m, "resolve").escalates_ms, Some(moment("2026-02-14T18:00")), "a make-up Saturday");
    let more = [("sign", "2026-02-10T10:00"), ("ask_extension", "2026-02-11T10:00"), ("grant_extension", "2026-02-11T11:00")];
    let m = case("hotline", "2026-02-10T09:00", "2026-02-13", &more);
    assert_eq!(due(&m, "resolve"), Some(moment("2026-02-25T18:00")), "14, and after the Spring Festival 24 and 25");
    // nobody named one
    let told = Told {
        workflow: m.workflow,
        matter: None,
        calendar: Calendar::national(),
        opened_ms: m.opened_ms,
        field: &|_| None,
        extends_by: &|_| None,
    };
    let found = clocks(&told, &m.steps, &fold(m.workflow, &m.steps));
    assert!(found.iter().find(|r| r.name == "resolve").unwrap().deadline.is_none());
}

#[test]
fn progress_restarts_the_clock_of_the_next_one_and_a_pause_moves_the_day_that_was_named() {
    let way = [("form_team", "2024-02-20T10:00"), ("plan", "2024-02-21T10:00"), ("begin", "2024-02-22T10:00")];
    let m = case("special", "2024-02-20T09:00", "2024-02-29", &way);
    assert_eq!(due(&m, "resolve"), Some(moment("2024-02-29T18:00")));
    assert_eq!(due(&m, "progress"), Some(moment("2024-03-07T18:00")));
    let more = [&way[..], &[("progress", "2024-02-29T10:00"), ("hold", "2024-03-01T10:00"), ("resume", "2024-03-03T10:00")]].concat();
    let m = case("special", "2024-02-20T09:00", "2024-02-29", &more);
    assert_eq!(clock(&m, "progress").started_ms, moment("2024-02-29T10:00"));
    assert_eq!(due(&m, "resolve"), Some(moment("2024-03-02T18:00")), "two days it stood still");
}

#[test]
fn each_kind_of_whistle_has_its_own_clock() {
    for (step, clock_name, until) in [
        ("blow_request", "arrive_request", "2026-03-10T18:00"),
        ("blow_enforce", "arrive_enforce", "2026-03-09T18:00"),
        ("blow_emergency", "arrive_emergency", "2026-03-06T17:30"),
    ] {
        let m = case("whistle", "2026-03-06T16:00", "2026-03-31", &[(step, "2026-03-06T17:00")]);
        let found = m.clocks(&m.steps, &fold(m.workflow, &m.steps));
        let names: Vec<&str> = found.iter().map(|r| r.name.as_str()).filter(|n| *n != "answer").collect();
        assert_eq!((names, due(&m, clock_name)), (vec![clock_name], Some(moment(until))));
        let m = case("whistle", "2026-03-06T16:00", "2026-03-31", &[(step, "2026-03-06T17:00"), ("arrive", "2026-03-06T17:20")]);
        assert_eq!(clock(&m, clock_name).stopped_ms, Some(moment("2026-03-06T17:20")));
    }
}

#[test]
fn a_department_that_answers_stops_the_clock_of_the_answer_and_not_that_of_its_arrival() {
    let steps = [("blow_request", "2026-03-06T10:00"), ("answer_call", "2026-03-06T11:00")];
    let m = case("whistle", "2026-03-06T09:00", "2026-03-31", &steps);
    assert_eq!((clock(&m, "answer").stopped_ms, due(&m, "answer")), (Some(moment("2026-03-06T11:00")), Some(moment("2026-03-06T16:00"))));
    assert_eq!(clock(&m, "arrive_request").stopped_ms, None);
}
