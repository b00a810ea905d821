//! What is wrong with a workflow is found where it is: a file of the product, one thing broken, and the place and code that are told. And what
//! others lean on in the files has its names.

#![allow(clippy::unwrap_used)]

use shared_model::cases::{Amount, Library, Phase, Problem, Transition, Workflow, check};
use std::collections::{BTreeMap, BTreeSet};

fn workflows() -> Vec<&'static Workflow> {
    Library::built_in().all().map(|(_, w)| &**w).collect()
}

/// A workflow of the product with one thing broken: what is found.
fn broken(name: &str, change: impl FnOnce(&mut Workflow)) -> Vec<Problem> {
    let mut w = workflows().into_iter().find(|w| w.name == name).unwrap().clone();
    change(&mut w);
    check(&w)
}

fn step<'w>(w: &'w mut Workflow, name: &str) -> &'w mut Transition {
    w.steps.iter_mut().find(|t| t.name == name).unwrap()
}

type Break = (&'static str, &'static str, &'static str, fn(&mut Workflow));

#[test]
fn what_is_wrong_is_found_where_it_is() {
    let all: &[Break] = &[
        ("unreachable", "states.judged", "hazard", |w| step(w, "judge").to = Some("handling".into())),
        ("unreachable", "overlays.holding", "errand", |w| step(w, "take_papers").begins.clear()),
        ("unreachable", "steps.on_site", "special", |w| {
            w.steps.retain(|t| t.name != "form_team");
            step(w, "on_site").from = vec!["team".into()];
        }),
        ("dead_end", "states.fixing", "ledger", |w| {
            step(w, "submit").from = vec!["registered".into()];
            step(w, "fail_check").to = Some("fixing".into());
        }),
        ("dead_end", "overlays.suspended", "project", |w| step(w, "resume").ends.clear()),
        ("label", "workflow.zh", "report", |w| w.zh = " ".into()),
        ("label", "states.found.zh", "dispute", |w| w.states[0].zh.clear()),
        ("label", "steps.deliver.zh", "hotline", |w| step(w, "deliver").zh.clear()),
        ("label", "fields.number.zh", "hotline", |w| w.fields[0].zh.clear()),
        ("label", "clocks.weekly.zh", "ledger", |w| w.clocks[1].zh.clear()),
        ("label", "sheets.wall.zh", "project", |w| w.sheets[0].zh.clear()),
        ("label", "overlays.supervised.zh", "hazard", |w| w.overlays[0].zh.clear()),
        ("label", "steps.close.en", "hazard", |w| step(w, "close").en = "x".repeat(41)),
        ("name", "states.Judged", "hazard", |w| {
            w.states[1].name = "Judged".into();
        }),
        ("name", "steps.comment", "hazard", |w| step(w, "rate").name = "comment".into()),
        ("name", "name", "hazard", |w| w.name = "unknown".into()),
        ("unknown", "matters", "hazard", |w| w.matters.push("99001".into())),
        ("unknown", "matters", "errand", |w| w.matter = Some("04".into())),
        ("unknown", "steps.strike.not_by", "ledger", |w| step(w, "strike").not_by = vec!["handed_in".into()]),
        ("unknown", "steps.refer.requires", "dispute", |w| step(w, "refer").requires.push("photo".into())),
        ("unknown", "steps.rate_well.ratings", "property", |w| step(w, "rate_well").ratings.push("splendid".into())),
        ("unknown", "steps.deliver", "errand", |w| step(w, "deliver").unless.push("gone".into())),
        ("unknown", "clocks.resolve.pause", "hazard", |w| w.clocks[1].pause = "asleep".into()),
        ("unknown", "clocks.resolve.amount", "hotline", |w| w.fields.retain(|f| f.name != "due")),
        ("unknown", "clocks.resolve.stops", "hotline", |w| w.clocks[1].stops.push("gone".into())),
        ("unknown", "clocks.arrive_emergency", "whistle", |w| w.clocks[3].escalate.as_mut().unwrap().step = "shout".into()),
        ("unknown", "sheets.agreement", "dispute", |w| w.sheets[0].body.push_str("{weather}")),
        ("sheet", "sheets.agreement", "dispute", |w| w.sheets[0].body.push_str("{terms")),
        ("group", "groups.return_visit", "hazard", |w| step(w, "visit_badly").ratings.push("fair".into())),
        ("group", "groups.blower_rating", "whistle", |w| step(w, "rate_badly").ratings.clear()),
        ("rating", "steps.visit_well", "special", |w| step(w, "visit_well").requires.clear()),
        ("clock", "clocks.resolve.extend", "hotline", |w| step(w, "grant_extension").fields[0].required = false),
        ("clock", "clocks.follow.amount", "hazard", |w| w.clocks[2].amount = Amount::Fixed(0)),
        ("roles", "opened_by", "hazard", |w| w.opened_by.clear()),
        ("roles", "steps.file.by", "report", |w| step(w, "file").by.clear()),
        ("roles", "steps.hand_up", "report", |w| step(w, "hand_up").by.push(shared_model::Role::Worker)),
        ("class", "class", "report", |w| w.class = Some(shared_model::Class::Open)),
        ("options", "fields.kind", "hotline", |w| w.fields[2].options.clear()),
        ("states", "states", "project", |w| {
            w.states[2].phase = Phase::Open;
        }),
        ("states", "states.planned", "project", |w| w.states[0].phase = Phase::Aside),
        ("too_large", "workflow", "hazard", |w| w.about = "话".repeat(20_000)),
    ];
    for (code, place, name, change) in all {
        let found = broken(name, change);
        assert!(found.iter().any(|p| p.code == *code && p.place == *place), "{code} at {place} of {name}: {found:#?}");
        assert!(found.iter().all(|p| !p.message.is_empty() && p.words().contains(&p.place)));
        assert!(broken(name, |_| {}).is_empty());
    }
}

#[test]
fn a_break_of_one_thing_is_told_once() {
    for (code, place, name, change) in [
        ("label", "states.found.zh", "dispute", (|w| w.states[0].zh.clear()) as fn(&mut Workflow)),
        ("group", "groups.return_visit", "hazard", |w| step(w, "visit_badly").ratings.push("fair".into())),
        ("unreachable", "states.judged", "hazard", |w| step(w, "judge").to = Some("handling".into())),
        ("clock", "clocks.follow.amount", "hazard", |w| w.clocks[2].amount = Amount::Fixed(0)),
    ] {
        let found: Vec<(String, String)> = broken(name, change).into_iter().map(|p| (p.code, p.place)).collect();
        assert_eq!(found, [(code.to_string(), place.to_string())]);
    }
}

#[test]
fn what_others_lean_on_has_its_names() {
    let all: BTreeMap<&str, &Workflow> = workflows().into_iter().map(|w| (w.name.as_str(), w)).collect();
    let hotline = all["hotline"];
    let fields: BTreeSet<&str> = hotline.fields.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(fields, BTreeSet::from(["number", "due", "kind", "received_on", "channel"]));
    assert!(hotline.is_over(hotline.transition("deliver").unwrap().to.as_deref().unwrap()));
    assert!(hotline.transition("answer").is_some() && hotline.chosen("return_visit", Some("fair")).unwrap().name == "visit_well");
    assert_eq!(all["dispute"].fields.iter().find(|f| f.name == "dispute_type").unwrap().options.len(), 19);
    assert_eq!(all["report"].class, Some(shared_model::Class::Office));
    for step in ["arrive", "rate_well", "rate_badly"] {
        assert!(all["whistle"].transition(step).unwrap().opener, "{step}");
    }
}
