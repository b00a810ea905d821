//! Steps of a case at the gate. A step stands where its case stands, in a class no wider; only who may take it takes it; and it has to be
//! legal in what its author says to have seen: the fold of its own `after` closure. What is legal there and not after the merge stays, and
//! is marked by everybody's fold. An id that is not here is skipped.

use super::flow::check_fields;
use super::part::{Decoded, Judging};
use super::{Push, Stop, refuse};
use crate::error::Error;
use crate::store::{documents, people};
use shared_model::cases::{Step, Transition, Workflow, before, fold, state_seen};
use shared_model::class::Class;
use shared_model::crdt::{Change, OpBody, Registers, Value};
use shared_model::limits::{AFTER_STEPS_MAX, STEPS_BEFORE_MAX};
use shared_model::matters::{self, REPORT_ONLY};
use shared_model::records::Kind;
use shared_model::rules::{Role, Verb};
use shared_model::wire::Ask;
use std::collections::BTreeMap;
use uuid::Uuid;

const AFTER: &str = "after/";

impl Push<'_> {
    pub fn check_step(&self, judging: &Judging<'_, '_>, decoded: &Decoded<'_>, makes: bool) -> Result<(), Stop> {
        let after = names(puts(&decoded.change));
        if after.len() > AFTER_STEPS_MAX {
            return refuse("too_many_steps");
        }
        let transition = decoded.put("transition");
        if transition.is_none() && after.is_empty() && decoded.put("case").is_none() {
            return if makes { self.check_place(judging, decoded, None) } else { Ok(()) };
        }
        let Some(Value::Str(case)) = decoded.put("case") else { return refuse("no_case") };
        let Ok(case) = Uuid::parse_str(case) else { return refuse("no_case") };
        self.check_place(judging, decoded, Some(case))?;
        let workflow = self.workflow_of(judging, &case, &decoded.part.unit)?;
        let Some(transition) = transition.and_then(Value::as_str).and_then(|name| workflow.transition(name)) else {
            return refuse("no_transition");
        };
        let mut roles = judging.roots.over(judging.tree, &decoded.part.unit);
        if !roles.any(|role| transition.by.contains(&role)) && !self.may_by_share(judging, decoded, Verb::Make)? {
            return refuse("not_allowed");
        }
        self.check_asked(judging, decoded, case, transition)?;
        let (seen, is_whole) = self.steps_before(judging, case, decoded.part.doc.record, &after)?;
        match state_seen(&workflow, &seen, &after).allows(&workflow, transition) {
            true => self.check_second_person(&workflow, transition, &seen, &after),
            false if is_whole => refuse("illegal_step"),
            false => self.missing("illegal_step"),
        }
    }

    /// What the workflow asks for is there; only who opened the case takes what is theirs; and whoever only reports a matter is not made its
    /// owner (基层履职事项清单: 只报).
    fn check_asked(&self, judging: &Judging<'_, '_>, decoded: &Decoded<'_>, case: Uuid, t: &Transition) -> Result<(), Stop> {
        let record = decoded.part.doc.record;
        let says = |key: &str| {
            let of = judging.parts.iter().filter(|d| d.part.doc.record == record);
            of.filter_map(|d| d.put(key)).any(|v| v.as_str().is_some_and(|s| !s.trim().is_empty()))
        };
        let is_asked = |need: &str| t.requires.iter().any(|r| r == need);
        if ["note", "assignee", "rating"].into_iter().any(|need| is_asked(need) && !says(need))
            || t.fields.iter().any(|f| f.required && !says(&format!("data/{}", f.name)))
        {
            return refuse("incomplete_step");
        }
        check_fields(decoded, &t.fields, t.level)?;
        if t.opener {
            let here = judging.parts.iter().any(|d| d.part.doc.record == case && d.put("matter").is_some());
            let opener = self.main_registers(&case, Kind::Case, "matter")?.and_then(|(row, _)| row.person);
            // of what others brought back it is not known who made it
            if !here && opener.is_some_and(|person| person != self.device.person) {
                return refuse("not_allowed");
            }
        }
        if let (true, Some(Ask::Share { record, assignee: Some(membership), .. })) = (is_asked("assignee"), judging.ask)
            && *record == case
            && let Some(member) = people::membership(self.db, membership)?
            && matches!(member.role, Role::Worker | Role::PartTime | Role::BuildingHead | Role::Office)
            && let Some((_, registers)) = self.main_registers(&case, Kind::Case, "matter")?
            && let Some(matter) = registers.value("matter").and_then(Value::as_str).and_then(matters::find)
            && matter.community_duty == REPORT_ONLY
        {
            return refuse("community_duty");
        }
        Ok(())
    }

    /// A second person has to take it: not whoever took the last of the steps that it follows.
    fn check_second_person(&self, workflow: &Workflow, t: &Transition, seen: &[Step], after: &[Uuid]) -> Result<(), Stop> {
        if t.not_by.is_empty() {
            return Ok(());
        }
        let folded = fold(workflow, &before(seen, after));
        let counted =
            folded.order.iter().rev().filter(|id| !folded.clashes.contains(id)).filter_map(|id| seen.iter().find(|s| s.id == *id));
        let last = counted.into_iter().find(|s| t.not_by.contains(&s.transition));
        if last.and_then(|s| s.by) == Some(self.device.person) { refuse("second_person") } else { Ok(()) }
    }

    /// Where the case stands, or, for a part of a step beside its main one, where that one stands.
    fn check_place(&self, judging: &Judging<'_, '_>, decoded: &Decoded<'_>, case: Option<Uuid>) -> Result<(), Stop> {
        let main: Option<(Class, Uuid)> = match case {
            Some(case) => self.main_part(judging.parts, &case, Kind::Case, "matter")?,
            None => self.main_part(judging.parts, &decoded.part.doc.record, Kind::CaseStep, "case")?,
        };
        match main {
            Some((class, unit)) if decoded.part.doc.class >= class && decoded.part.unit == unit => Ok(()),
            Some((_, unit)) if decoded.part.unit != unit => refuse("home"),
            Some(_) => refuse("wrong_class"),
            None => self.missing("no_case"),
        }
    }

    /// The steps of the case that stand before one naming `after`, itself left out, and whether all of them are here.
    fn steps_before(&self, judging: &Judging<'_, '_>, case: Uuid, itself: Uuid, after: &[Uuid]) -> Result<(Vec<Step>, bool), Stop> {
        let mut is_whole = true;
        let mut found: BTreeMap<Uuid, Step> = BTreeMap::new();
        let mut todo: Vec<Uuid> = after.to_vec();
        while let Some(id) = todo.pop() {
            if id == itself || found.contains_key(&id) {
                continue;
            }
            if found.len() >= STEPS_BEFORE_MAX {
                return refuse("too_many_steps");
            }
            if let Some(step) = self.step(judging, case, id)? {
                todo.extend(&step.after);
                found.insert(id, step);
            } else {
                is_whole = false;
            }
        }
        Ok((found.into_values().collect(), is_whole))
    }

    /// One step of the case: accepted before, or another part of this command.
    fn step(&self, judging: &Judging<'_, '_>, case: Uuid, id: Uuid) -> Result<Option<Step>, Error> {
        let is_of_case = |value: Option<&Value>| value.and_then(Value::as_str).and_then(|s| Uuid::parse_str(s).ok()) == Some(case);
        let make = |transition: Option<&Value>, after: Vec<Uuid>, received_at: i64, by: Option<Uuid>| Step {
            id,
            transition: transition.and_then(Value::as_str).unwrap_or_default().to_owned(),
            after,
            received_at: Some(received_at),
            device_seq: 0,
            by,
        };
        for row in documents::of_record(self.db, &id)?.into_iter().filter(|row| row.kind == Kind::CaseStep) {
            let registers = Registers::decode_full(&row.registers).map_err(|_| Error::Damaged("registers of a document"))?;
            if is_of_case(registers.value("case")) {
                let after = names(registers.live.keys().filter_map(|key| registers.value(key).map(|value| (key.as_str(), value))));
                return Ok(Some(make(registers.value("transition"), after, row.first_at, row.person)));
            }
        }
        let here = judging.parts.iter().find(|d| d.part.doc.record == id && d.part.kind == Kind::CaseStep && is_of_case(d.put("case")));
        Ok(here.map(|d| make(d.put("transition"), names(puts(&d.change)), self.now_ms, Some(self.device.person))))
    }
}

/// Keys and the values put on them.
fn puts(change: &Change) -> impl Iterator<Item = (&str, &Value)> {
    change.ops.iter().filter_map(|op| match &op.body {
        OpBody::Put(value) => Some((op.key.as_str(), value)),
        OpBody::Delete => None,
    })
}

/// The steps named by keys `after/<id>` that are set.
fn names<'k>(values: impl Iterator<Item = (&'k str, &'k Value)>) -> Vec<Uuid> {
    let set = values.filter(|(_, value)| **value == Value::Bool(true));
    let mut out: Vec<Uuid> = set.filter_map(|(key, _)| key.strip_prefix(AFTER)).filter_map(|id| Uuid::parse_str(id).ok()).collect();
    out.sort_unstable();
    out.dedup();
    out
}
