//! The steps of a case: which may be taken now and by whom, and taking one. The gate judges the same by the same rules.

use super::super::visits::new_id;
use super::super::{settings, sharing};
use super::load::as_steps;
use super::{Loaded, load, read_fields};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::media::attach::{self, Owner};
use crate::store::{get_row, rows};
use crate::workspace::{self, Intent, KeyEdit};
use rusqlite::Connection;
use shared_model::cases::{Running, Stand, Transition, Workflow, before, fold, named_leaves, state_seen};
use shared_model::codes::Coded;
use shared_model::commands::{AddStepArgs, Added, NextStep};
use shared_model::matters::REPORT_ONLY;
use shared_model::records::Kind;
use shared_model::rules::{self, Role, Verb};
use shared_model::wire::Ask;
use uuid::Uuid;

/// Ratings, as people say them and as workflows name them.
pub const RATINGS: [(&str, &str); 3] = [("满意", "satisfied"), ("基本满意", "fair"), ("不满意", "dissatisfied")];

/// What a step says.
#[derive(Default)]
pub(super) struct Written<'a> {
    pub note: Option<&'a str>,
    pub assignee: Option<&'a str>,
    pub rating: Option<&'a str>,
    pub on_behalf_of: Option<&'a str>,
    pub data: Vec<(String, String)>,
}

/// `add_step`
pub fn add_step(engine: &Engine, args: AddStepArgs) -> Result<Added> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::CaseStep, Verb::Make))?;
    let now = engine.now_ms();
    let step = new_id(engine);
    let (_, changed) = engine.with(|o| {
        let c = load(&o.db, &args.case)?;
        let rating = args.rating.as_deref().map(rating_of).transpose()?;
        let t = c
            .workflow
            .chosen(args.transition.trim(), rating.map(|r| r.1))
            .ok_or_else(|| CoreError::args(format!("「{}」没有这一步。", c.workflow.zh)).at("transition"))?;
        let roles: Vec<Role> = workspace::roles(&o.db, &o.me)?.iter().map(|r| r.role).collect();
        if !may_take(t, &roles, &c, &o.me.name) {
            return Err(CoreError::not_allowed(&format!("做「{}」这一步", t.zh)));
        }
        let (after, stand) = ground_for(&c, t);
        if !stand.allows(&c.workflow, t) {
            return Err(CoreError::args(format!("这件事现在是「{}」，不能「{}」。没有写进去。", stand_words(&c.workflow, &stand), t.zh))
                .at("transition"));
        }
        if is_own_work(t, &c) {
            return Err(
                CoreError::new("second_person", format!("「{}」要换一个人来做：前一步是您做的。没有写进去。", t.zh)).at("transition")
            );
        }
        let shows = t.requires.iter().any(|r| r == "to") || t.requires.iter().any(|r| r == "assignee");
        // a step that hands the case on carries its share
        let asking = match args.to.as_deref().map(str::trim).filter(|to| !to.is_empty()) {
            Some(to) if shows => Some(sharing::asking(&o.db, &o.me, &c, to, args.upto.as_deref(), now)?),
            Some(_) => return Err(CoreError::args(format!("「{}」不带给谁看。", t.zh)).at("to")),
            None => None,
        };
        let assignee = args.assignee.clone().or_else(|| asking.as_ref().map(|a| a.name.clone()));
        for need in &t.requires {
            let given = match need.as_str() {
                "note" => args.note.as_deref(),
                "assignee" => assignee.as_deref(),
                "rating" => rating.map(|r| r.0),
                _ => args.to.as_deref(),
            };
            if given.is_none_or(|v| v.trim().is_empty()) {
                let what = match need.as_str() {
                    "note" => "说明",
                    "assignee" | "to" => "交给谁",
                    _ => "评价",
                };
                return Err(CoreError::args(format!("「{}」要写{what}。", t.zh)).at(need));
            }
        }
        let mut data = read_fields(&t.fields, &args.data)?;
        if let Some((_, other)) =
            t.fields.iter().filter(|f| f.kind == shared_model::cases::FieldKind::Case).find_map(|f| data.iter().find(|d| d.0 == f.name))
        {
            let other = load(&o.db, other).map_err(|e| e.at("into"))?;
            if other.row.record == c.row.record {
                return Err(CoreError::args("不能并入自己。没有写进去。").at("into"));
            }
        }
        if let Some(name) = assignee.as_deref().filter(|_| t.requires.iter().any(|r| r == "assignee")) {
            let matter = c.row.text("matter").unwrap_or_default();
            let catalogue = settings::catalogue(&o.db, &o.me)?;
            if catalogue.find(&matter).is_some_and(|m| m.community_duty == REPORT_ONLY)
                && is_of_the_community(&o.db, &c, name, asking.as_ref().map(|a| &a.ask))?
            {
                let lead = catalogue.find(&matter).map(|m| m.lead.clone()).filter(|l| !l.is_empty());
                let to = lead.map_or_else(|| "目录里没有写牵头部门，请先补上或上报上级".to_string(), |l| format!("请交给{l}"));
                return Err(CoreError::new(
                    "community_duty",
                    format!("这一项社区和网格员只报不办，不能派给「{name}」；{to}。没有写进去。"),
                )
                .at("assignee"));
            }
        }
        if let Some(Ask::Share { to, assignee: None, .. }) = asking.as_ref().map(|a| &a.ask)
            && t.level.is_some()
            && get_row(&o.db, Kind::Unit, *to)?.and_then(|u| u.text("kind")).as_deref() == Some("district")
        {
            data.push(("level".into(), "district".into()));
        }
        let written = Written {
            note: args.note.as_deref(),
            assignee: assignee.as_deref(),
            rating: rating.map(|r| r.0),
            on_behalf_of: args.on_behalf_of.as_deref(),
            data,
        };
        let edits = step_edits(c.row.record, &t.name, now, &written, &after);
        let taken = attach::take(&o.media, &args.attachments, || new_id(engine))?;
        let owner = Owner { unit: c.unit, class: c.class, of: c.row.record, of_kind: Kind::Case, step: Some(step) };
        let done = workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("add_step", format!("{}：{}", t.zh, c.title(w.tx)?), c.row.id("household"));
            intent.record(c.unit, step, Kind::CaseStep, c.class, edits)?;
            if let Some(asking) = &asking {
                asking.note(w)?;
                intent.ask = Some(asking.ask.clone());
            }
            attach::write(&mut intent, &taken, owner, now)?;
            w.touch(c.row.record, Kind::Case);
            w.command(intent)
        })?;
        attach::keep(&mut o.media, &taken, now);
        Ok(done)
    })?;
    engine.raise(&changed);
    Ok(Added { id: step.to_string() })
}

fn rating_of(text: &str) -> Result<(&'static str, &'static str)> {
    let text = text.trim();
    let found = RATINGS.into_iter().find(|(zh, name)| *zh == text || *name == text);
    found.ok_or_else(|| CoreError::args("评价只能是满意、基本满意或不满意。").at("rating"))
}

/// Is it the community itself, its workers or a building head who would be made owner? By the membership that is to see it, or by the name.
fn is_of_the_community(db: &Connection, c: &Loaded, name: &str, ask: Option<&Ask>) -> Result<bool> {
    let ours = |role: Option<Role>| matches!(role, Some(Role::Worker | Role::PartTime | Role::BuildingHead | Role::Office));
    if let Some(Ask::Share { assignee: Some(membership), .. }) = ask {
        let row = get_row(db, Kind::Membership, *membership)?;
        return Ok(ours(row.and_then(|m| Role::from_name(&m.text("role")?))));
    }
    let memberships = rows(db, Kind::Membership, "where t._del is null", &[])?;
    let colleagues: Vec<String> =
        memberships.iter().filter(|m| ours(m.text("role").and_then(|r| Role::from_name(&r)))).filter_map(|m| m.text("name")).collect();
    let tree = super::Tree::read(db)?;
    let units: Vec<String> = tree
        .line(c.unit)
        .into_iter()
        .filter_map(|u| tree.get(u))
        .filter(|u| matches!(u.text("kind").as_deref(), Some("community" | "grid" | "micro_grid" | "building")))
        .map(super::super::units::name_of)
        .collect();
    // several may be named at once: one of ours among them is one too many
    let names = name.split(|ch: char| ch.is_whitespace() || "、，,；;/".contains(ch)).map(str::trim).filter(|n| !n.is_empty());
    Ok(names.into_iter().any(|n| {
        colleagues.iter().chain(&units).any(|ours| ours == n)
            || ["社区", "社区办公室", "居委会", "网格"].contains(&n)
            || ["网格员", "网格长", "楼长"].iter().any(|post| n.contains(post))
    }))
}

fn stand_words(workflow: &Workflow, stand: &Stand) -> String {
    let state = workflow.state(&stand.state).map_or("", |s| s.zh.as_str());
    let over = stand.overlays.iter().filter_map(|o| workflow.overlay(o)).map(|o| o.zh.as_str());
    std::iter::once(state).chain(over).collect::<Vec<_>>().join("、")
}

/// The words of a step.
pub fn step_words(workflow: &Workflow, name: &str) -> Coded {
    workflow.transition(name).map_or_else(|| Coded::spoken(name, name, ""), |t| Coded::spoken(&t.name, &t.zh, &t.en))
}

/// May one of these roles take this step in the case: in its own units, or because the case is shown to it?
/// Whoever opened the case is known here by name only, from a second device of theirs; the gate knows the person.
fn may_take(t: &Transition, roles: &[Role], c: &Loaded, me: &str) -> bool {
    let may_write = if c.by_share { rules::may_write_shared } else { rules::may_write };
    (t.shared || !c.by_share)
        && (!t.opener || c.mine || c.by == me)
        && roles.iter().any(|r| t.by.contains(r) && may_write(*r, Kind::CaseStep, c.class, Verb::Make))
}

/// Did this person take the last of the steps that somebody else has to follow?
fn is_own_work(t: &Transition, c: &Loaded) -> bool {
    !t.not_by.is_empty() && c.counted().rev().find(|s| t.not_by.contains(&s.transition())).is_some_and(|s| s.mine)
}

/// The steps that may be taken now, in the order of the file; those of one group are one.
pub(super) fn next_steps(c: &Loaded, roles: &[Role], me: &str, clocks: &[Running], now: i64) -> Vec<NextStep> {
    let (_, stand) = ground(c);
    let may = |t: &&Transition| {
        stand.allows(&c.workflow, t)
            && may_take(t, roles, c, me)
            && !is_own_work(t, c)
            && (t.name != "on_the_spot" || roles.contains(&Role::Worker))
    };
    let late = clocks.iter().filter(|r| r.escalates_ms.is_some_and(|at| at <= now));
    let urged: Vec<&str> = late
        .filter_map(|r| c.workflow.clocks.iter().find(|rule| rule.name == r.name)?.escalate.as_ref().map(|e| e.step.as_str()))
        .collect();
    let mut out: Vec<(u32, NextStep)> = Vec::new();
    for t in c.workflow.steps.iter().filter(may) {
        if let Some((_, known)) = out.iter_mut().find(|(_, n)| !t.group.is_empty() && n.transition.code == t.group) {
            known.ratings.extend(t.ratings.iter().cloned());
            continue;
        }
        let code = if t.group.is_empty() { &t.name } else { &t.group };
        let rank = if urged.contains(&t.name.as_str()) { 1 } else { t.first };
        out.push((
            rank,
            NextStep {
                transition: Coded::spoken(code, &t.zh, &t.en),
                requires: t.requires.clone(),
                main: false,
                en: t.en.clone(),
                fields: t.fields.clone(),
                ratings: t.ratings.clone(),
                evidence: t.evidence,
                is_remark: t.is_remark(),
            },
        ));
    }
    if let Some(first) = out.iter_mut().filter(|(rank, _)| *rank > 0).min_by_key(|(rank, _)| *rank) {
        first.1.main = true;
    }
    out.into_iter().map(|(_, n)| n).collect()
}

/// What the next step names as seen, and where the case stands for it: the gate asks the same. Where a merge was set aside, work goes on from
/// what does not stand on it: the gate knows the case's own steps only.
fn ground(c: &Loaded) -> (Vec<Uuid>, Stand) {
    let mut steps = as_steps(&c.steps);
    let mut after = named_leaves(&c.folded);
    if !c.set_aside.is_empty() {
        let all = steps.clone();
        let is_set_aside = |id: &Uuid| c.set_aside.contains(id);
        steps.retain(|s| !is_set_aside(&s.id) && !before(&all, &s.after).iter().any(|b| is_set_aside(&b.id)));
        after = named_leaves(&fold(&c.workflow, &steps));
    }
    let stand = state_seen(&c.workflow, &steps, &after);
    (after, stand)
}

/// The same for one step: a remark names everything that is here, so that what does not fit counts as looked at.
fn ground_for(c: &Loaded, t: &Transition) -> (Vec<Uuid>, Stand) {
    let (after, stand) = ground(c);
    if t.is_remark() && t.always && t.from.is_empty() { (named_leaves(&c.folded), stand) } else { (after, stand) }
}

pub(super) fn step_edits(case: Uuid, transition: &str, now: i64, written: &Written<'_>, after: &[Uuid]) -> Vec<KeyEdit> {
    let mut edits = vec![KeyEdit::put("case", case.to_string()), KeyEdit::put("transition", transition), KeyEdit::put("at", now)];
    let words =
        [("note", written.note), ("assignee", written.assignee), ("rating", written.rating), ("on_behalf_of", written.on_behalf_of)];
    for (key, value) in words {
        if let Some(v) = value.map(str::trim).filter(|v| !v.is_empty()) {
            edits.push(KeyEdit::put(key, v));
        }
    }
    edits.extend(written.data.iter().map(|(name, held)| KeyEdit::put(&format!("data/{name}"), held.clone())));
    edits.extend(after.iter().map(|a| KeyEdit::put(&format!("after/{a}"), true)));
    edits
}
