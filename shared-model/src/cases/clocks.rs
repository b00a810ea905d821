//! The clocks of a case: when each began, what it stood still for, by how much it was extended, and when it runs out. They run by the
//! server's times of receipt, so a wrong phone clock neither helps nor harms; what waits on this device counts by its claimed time.

use super::fold::{Folded, Stand, Step};
use super::workflow::{Amount, ClockRule, Unit, Workflow};
use crate::calendar::{Basis, Calendar, Clock, Count, Deadline, Pause};
use crate::matters::Matter;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A clock of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Running {
    pub name: String,
    pub started_ms: i64,
    /// When it was met; `None` while it runs.
    pub stopped_ms: Option<i64>,
    /// It stands still now.
    pub is_paused: bool,
    /// What it was extended by, in its own unit.
    pub extended: u32,
    /// `None` while it stands still, or where nothing says how long it is.
    pub deadline: Option<Deadline>,
    /// From when on the step of its escalation is offered first.
    pub escalates_ms: Option<i64>,
}

/// What the clocks need to know beside the steps.
pub struct Told<'a> {
    pub workflow: &'a Workflow,
    pub matter: Option<&'a Matter>,
    pub calendar: &'a Calendar,
    /// When the server received the case, ms; the claimed time while it waits.
    pub opened_ms: i64,
    /// A field of the case.
    pub field: &'a dyn Fn(&str) -> Option<String>,
    /// By how much a step extends a clock.
    pub extends_by: &'a dyn Fn(Uuid) -> Option<u32>,
}

/// A clock that is being read.
struct Reading<'a> {
    rule: &'a ClockRule,
    found: Running,
    pauses: Vec<Pause>,
}

/// The clocks of a case that have begun, each as it was started last, in the order of the file.
pub fn clocks(told: &Told<'_>, steps: &[Step], folded: &Folded) -> Vec<Running> {
    let by_id: BTreeMap<Uuid, &Step> = steps.iter().map(|s| (s.id, s)).collect();
    let mut read: Vec<Option<Reading<'_>>> = told.workflow.clocks.iter().map(|_| None).collect();
    let mut stand = Stand::first(told.workflow);
    enter(told, &mut read, &stand, told.opened_ms);
    for step in folded.order.iter().filter(|id| !folded.clashes.contains(id)).filter_map(|id| by_id.get(id)) {
        let Some(t) = told.workflow.transition(&step.transition) else { continue };
        let at = step.at_ms();
        let before = stand.clone();
        stand.take(told.workflow, t);
        for reading in read.iter_mut().flatten().filter(|r| r.found.stopped_ms.is_none()) {
            let rule = reading.rule;
            match (before.overlays.contains(&rule.pause), stand.overlays.contains(&rule.pause)) {
                (false, true) => reading.pauses.push(Pause { from_ms: at, until_ms: None }),
                (true, false) => {
                    if let Some(last) = reading.pauses.last_mut() {
                        last.until_ms = Some(at);
                    }
                }
                _ => {}
            }
            if rule.extend == t.name {
                reading.found.extended = reading.found.extended.saturating_add((told.extends_by)(step.id).unwrap_or(0)).min(EXTENDED_MAX);
            }
            if rule.stops_by.contains(&t.name) {
                reading.found.stopped_ms = Some(at);
            }
        }
        if before.state != stand.state || t.to.is_some() {
            enter(told, &mut read, &stand, at);
        }
    }
    read.into_iter().flatten().map(|r| finished(told, r)).collect()
}

/// No extension is longer, whatever a step says.
const EXTENDED_MAX: u32 = 10_000;

fn enter<'a>(told: &Told<'a>, read: &mut [Option<Reading<'a>>], stand: &Stand, at: i64) {
    let state = stand.state.as_str();
    for (rule, place) in told.workflow.clocks.iter().zip(read) {
        if rule.stops.iter().any(|s| s == state)
            && let Some(reading) = place.as_mut().filter(|r| r.found.stopped_ms.is_none())
        {
            reading.found.stopped_ms = Some(at);
        }
        let runs = place.as_ref().is_some_and(|r| r.found.stopped_ms.is_none());
        if !runs && rule.starts.iter().any(|s| s == state) {
            let found = Running {
                name: rule.name.clone(),
                started_ms: at,
                stopped_ms: None,
                is_paused: false,
                extended: 0,
                deadline: None,
                escalates_ms: None,
            };
            // what lies over the case already holds a clock that starts under it
            let held = stand.overlays.contains(&rule.pause).then_some(Pause { from_ms: at, until_ms: None });
            *place = Some(Reading { rule, found, pauses: held.into_iter().collect() });
        }
    }
}

fn finished(told: &Told<'_>, reading: Reading<'_>) -> Running {
    let Reading { rule, mut found, pauses } = reading;
    found.is_paused = found.stopped_ms.is_none() && pauses.last().is_some_and(|p| p.until_ms.is_none());
    found.deadline = deadline(told, rule, &found, pauses);
    if let (Some(e), Some(d), None) = (&rule.escalate, found.deadline, found.stopped_ms) {
        found.escalates_ms = told.calendar.deadline(&counted(rule.unit, e.after, d.at_ms, Vec::new())).map(|d| d.at_ms);
    }
    found
}

/// A clock of so many units.
fn counted(unit: Unit, amount: u32, start_ms: i64, pauses: Vec<Pause>) -> Clock {
    let (count, amount) = match unit {
        Unit::Minutes => (Count::Minutes, amount),
        Unit::Hours => (Count::Minutes, amount.saturating_mul(60)),
        Unit::Days => (Count::Minutes, amount.saturating_mul(24 * 60)),
        Unit::WorkHours => (Count::WorkMinutes, amount.saturating_mul(60)),
        Unit::WorkDays => (Count::WorkDays, amount),
    };
    Clock { start_ms, count, amount, pauses }
}

fn deadline(told: &Told<'_>, rule: &ClockRule, found: &Running, pauses: Vec<Pause>) -> Option<Deadline> {
    let start = found.started_ms;
    let fixed = |amount: u32| told.calendar.deadline(&counted(rule.unit, amount.saturating_add(found.extended), start, pauses.clone()));
    match &rule.amount {
        Amount::Fixed(n) => fixed(*n),
        Amount::Named(name) => match (name.as_str(), told.matter) {
            ("response", Some(m)) => response(told, m, found, pauses),
            // 特急: 自然日
            ("resolve", Some(m)) if m.level == 1 => {
                let minutes = m.resolve_days.saturating_add(found.extended).saturating_mul(24 * 60);
                told.calendar.deadline(&Clock { start_ms: start, count: Count::Minutes, amount: minutes, pauses })
            }
            ("resolve", Some(m)) => {
                let amount = m.resolve_days.saturating_add(found.extended);
                told.calendar.deadline(&Clock { start_ms: start, count: Count::WorkDays, amount, pauses })
            }
            ("response" | "resolve", None) => None,
            (field, _) => named(told, rule, field, found, pauses),
        },
    }
}

/// Hours by the clock on the wall; of what is not urgent, moved to the first hour of the next working day where it falls on a day off.
fn response(told: &Told<'_>, m: &Matter, found: &Running, pauses: Vec<Pause>) -> Option<Deadline> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a few hours, never negative: the catalogue is checked
    let minutes = (m.response_hours * 60.0).clamp(0.0, 1e6) as u32;
    let amount = minutes.saturating_add(found.extended.saturating_mul(60));
    let d = told.calendar.deadline(&Clock { start_ms: found.started_ms, count: Count::Minutes, amount, pauses })?;
    Some(if m.level >= 3 { told.calendar.next_opening(d) } else { d })
}

/// A day that the case names; extended, so many days (or hours) after it.
fn named(told: &Told<'_>, rule: &ClockRule, field: &str, found: &Running, pauses: Vec<Pause>) -> Option<Deadline> {
    let day = (told.field)(field)?.parse().ok()?;
    let end = told.calendar.close_of(day);
    if found.extended == 0 && pauses.is_empty() {
        return Some(Deadline { at_ms: end, basis: Basis::Published });
    }
    // what it stood still for is added, from the day that was named
    let late: Vec<Pause> = pauses.iter().map(|p| Pause { from_ms: p.from_ms.max(found.started_ms), until_ms: p.until_ms }).collect();
    if late.iter().any(|p| p.until_ms.is_none()) {
        return None;
    }
    let stood: i64 = late.iter().filter_map(|p| p.until_ms.map(|until| (until - p.from_ms).max(0))).sum();
    told.calendar.deadline(&counted(rule.unit, found.extended, end + stood, Vec::new()))
}
