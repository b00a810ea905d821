//! The steps of a case: which may be taken now and by whom, and taking one. The gate judges the same by the same rules.

use super::super::sharing;
use super::super::visits::new_id;
use super::{Loaded, as_steps, load};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::workspace::{self, Intent, KeyEdit};
use shared_model::cases::{Transition, Workflow, named_leaves, state_seen};
use shared_model::codes::Coded;
use shared_model::commands::{AddStepArgs, Added, NextStep};
use shared_model::matters;
use shared_model::records::Kind;
use shared_model::rules::{self, Role, Verb};
use std::collections::BTreeMap;
use uuid::Uuid;

/// `add_step`
pub fn add_step(engine: &Engine, args: AddStepArgs) -> Result<Added> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::CaseStep, Verb::Make))?;
    let now = engine.now_ms();
    let step = new_id(engine);
    let (_, changed) = engine.with(|o| {
        let c = load(&o.db, &args.case)?;
        let t = Workflow::find("").transition(&args.transition).ok_or_else(|| CoreError::args("没有这一步。").at("transition"))?;
        let roles: Vec<Role> = workspace::roles(&o.db, &o.me)?.iter().map(|r| r.role).collect();
        if !may_take(t, &roles, &c) {
            return Err(CoreError::not_allowed(&format!("做「{}」这一步", t.zh)));
        }
        let (after, state) = ground(&c);
        if !t.starts_from(state) {
            let now_at = transition_label(state);
            return Err(CoreError::args(format!("这件事现在是「{now_at}」，不能「{}」。没有写进去。", t.zh)).at("transition"));
        }
        // a step that hands the case on carries its share
        let asking = match args.to.as_deref().map(str::trim).filter(|to| !to.is_empty()) {
            Some(to) if matches!(t.name, "hand_up" | "dispatch") => Some(sharing::asking(&o.db, &o.me, &c, to, args.upto.as_deref(), now)?),
            Some(_) => return Err(CoreError::args(format!("「{}」不带给谁看。", t.zh)).at("to")),
            None => None,
        };
        let assignee = args.assignee.clone().or_else(|| asking.as_ref().map(|a| a.name.clone()));
        let given: BTreeMap<&str, Option<&String>> = BTreeMap::from([
            ("note", args.note.as_ref()),
            ("assignee", assignee.as_ref()),
            ("rating", args.rating.as_ref()),
            ("to", args.to.as_ref()),
        ]);
        for need in t.requires {
            if given.get(need).copied().flatten().is_none_or(|v| v.trim().is_empty()) {
                return Err(CoreError::args(format!(
                    "「{}」要写{}。",
                    t.zh,
                    match *need {
                        "note" => "说明",
                        "assignee" | "to" => "交给谁",
                        _ => "评价",
                    }
                ))
                .at(need));
            }
        }
        let edits = step_edits(c.row.record, t.name, now, args.note.as_deref(), assignee.as_deref(), args.rating.as_deref(), &after);
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new(
                "add_step",
                format!("{}：{}", t.zh, matters::find(&c.row.text("matter").unwrap_or_default()).map_or("", |m| &m.name_zh)),
                c.row.id("household"),
            );
            intent.record(c.unit, step, Kind::CaseStep, c.class, edits)?;
            if let Some(asking) = &asking {
                asking.note(w)?;
                intent.ask = Some(asking.ask.clone());
            }
            w.touch(c.row.record, Kind::Case);
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Added { id: step.to_string() })
}

fn transition_label(state: &str) -> &'static str {
    Workflow::find("").state(state).map_or("", |s| s.zh)
}

pub(super) fn transition_code(name: &str) -> Coded {
    Coded { code: name.into(), label: Workflow::find("").transition(name).map_or(name, |t| t.zh).into() }
}

/// May one of these roles take this step in the case: in its own units, or because the case is shown to it?
fn may_take(t: &Transition, roles: &[Role], c: &Loaded) -> bool {
    let may_write = if c.by_share { rules::may_write_shared } else { rules::may_write };
    (t.by_share || !c.by_share) && roles.iter().any(|r| t.roles.contains(r) && may_write(*r, Kind::CaseStep, c.class, Verb::Make))
}

pub(super) fn next_steps(c: &Loaded, roles: &[Role]) -> Vec<NextStep> {
    let (_, state) = ground(c);
    let mut out: Vec<NextStep> = Workflow::find("")
        .transitions
        .iter()
        .filter(|t| t.starts_from(state) && may_take(t, roles, c) && (t.name != "on_the_spot" || roles.contains(&Role::Worker)))
        .map(|t| NextStep {
            transition: transition_code(t.name),
            requires: t.requires.iter().map(ToString::to_string).collect(),
            main: false,
        })
        .collect();
    if let Some(first) = out.first_mut().filter(|n| n.transition.code != "comment" && n.transition.code != "rate") {
        first.main = true;
    }
    out
}

/// What the next step names as seen, and the state in which it is taken: the gate asks the same.
fn ground(c: &Loaded) -> (Vec<Uuid>, &'static str) {
    let after = named_leaves(&c.folded);
    let state = state_seen(Workflow::find(""), &as_steps(&c.steps), &after);
    (after, state)
}

pub(super) fn step_edits(
    case: Uuid,
    transition: &str,
    now: i64,
    note: Option<&str>,
    assignee: Option<&str>,
    rating: Option<&str>,
    after: &[Uuid],
) -> Vec<KeyEdit> {
    let mut edits = vec![KeyEdit::put("case", case.to_string()), KeyEdit::put("transition", transition), KeyEdit::put("at", now)];
    for (key, value) in [("note", note), ("assignee", assignee), ("rating", rating)] {
        if let Some(v) = value.map(str::trim).filter(|v| !v.is_empty()) {
            edits.push(KeyEdit::put(key, v));
        }
    }
    edits.extend(after.iter().map(|a| KeyEdit::put(&format!("after/{a}"), true)));
    edits
}
