//! One case of each of the eighty matters in one building: what reaches the building head's phone is exactly the open ones, and of all others
//! not one word, in no table and no column of its store.

#![allow(clippy::unwrap_used)]

use e2e::scan::{documents, words};
use e2e::world::*;
use serde_json::{Value as Json, json};
use shared_model::Class;
use shared_model::cases::{FieldKind, Library, Workflow};
use shared_model::matters;
use shared_model::records::Kind;
use std::collections::BTreeSet;

/// What somebody writes in a field, with a word of its own where there is room for one.
fn filled(fields: &[shared_model::cases::Field], word: &str) -> Json {
    let value = |kind: FieldKind, first: Option<&str>| match kind {
        FieldKind::Text | FieldKind::Long => Some(format!("FIELD{word}")),
        FieldKind::Phone => Some(format!("1390000{word}")),
        FieldKind::Date => Some("2026-12-01".into()),
        FieldKind::Int | FieldKind::Money => Some("3".into()),
        FieldKind::Choice => first.map(str::to_string),
        FieldKind::Case => None,
    };
    let pairs = fields.iter().filter_map(|f| Some((f.name.clone(), value(f.kind, f.options.first().map(|o| o.name.as_str()))?)));
    Json::Object(pairs.map(|(k, v)| (k, Json::from(v))).collect())
}

struct Made {
    id: String,
    class: Class,
    word: String,
}

/// One case of a matter, with everything that can be said of it, and steps of several people. `word` is nowhere else.
fn make(w: &World, matter: &matters::Matter, workflow: &Workflow, word: &str) -> Made {
    let (ana, office) = (w.ana(), w.office());
    let args = json!({
        "matter": matter.code, "workflow": workflow.name, "title": format!("TITLE{word}"), "description": format!("WORDS{word}"),
        "place": format!("PLACE{word}"), "household": ana.at("1-1-101"), "person": ana.person("1-1-101", "张建国")["id"],
        "reporter": format!("TELLER{word}"), "contact": format!("1380000{word}"), "on_behalf_of": format!("BEHALF{word}"),
        "data": filled(&workflow.fields, word),
    });
    let author = if workflow.opened_by.contains(&shared_model::Role::Worker) { ana } else { office };
    let id = author.call("add_case", args)["id"].as_str().unwrap().to_string();
    let class = workflow.class.unwrap_or(matter.class);
    // of what is the office's own, a worker keeps no more than having said it
    let teller = if class == Class::Office { office } else { author };
    if class == Class::Office {
        author.sync();
        office.sync();
    }
    teller.call(
        "add_step",
        json!({ "case": id, "transition": "comment", "note": format!("STEP{word}"), "on_behalf_of": format!("FOR{word}") }),
    );
    Made { id, class, word: word.to_string() }
}

/// Words by which a case, a step, what only the office and workers may know of it would be found.
const OWN: [&str; 5] = ["TITLE", "WORDS", "PLACE", "STEP", "FIELD"];
const STRICT: [&str; 3] = ["TELLER", "1380000", "BEHALF"];

/// Ids of the cases that a device lists.
fn listed(d: &Device) -> BTreeSet<String> {
    let ids = |offset: u64| {
        let list = d.call("list_cases", json!({ "limit": 100, "offset": offset }));
        list["items"].as_array().unwrap().iter().map(|c| c["id"].as_str().unwrap().to_string()).collect::<Vec<_>>()
    };
    [ids(0), ids(100)].concat().into_iter().collect()
}

fn check(w: &World, made: &[Made]) {
    let head = w.head();
    let open: BTreeSet<String> = made.iter().filter(|m| m.class == Class::Open).map(|m| m.id.clone()).collect();
    assert_eq!(listed(head), open, "the open ones and no others");
    assert_eq!(listed(w.office()).len(), made.len());
    let stored = words(head);
    for m in made {
        let found = |prefix: &str| {
            let needle = format!("{prefix}{}", m.word);
            stored.iter().filter(|(_, text)| text.contains(&needle)).map(|(column, _)| column.as_str()).collect::<Vec<_>>()
        };
        let is_open = m.class == Class::Open;
        for prefix in OWN {
            assert!(is_open || found(prefix).is_empty(), "{prefix} of a {} case: {:?}", m.class.name(), found(prefix));
        }
        assert!(!is_open || (!found("TITLE").is_empty() && !found("STEP").is_empty()), "an open case comes whole");
        for prefix in STRICT {
            assert!(found(prefix).is_empty(), "{prefix} of case {}: {:?}", m.word, found(prefix));
        }
    }
    // and document by document: of cases and their steps, the open parts of the open ones, the door, and no other
    let held = documents(head);
    let (mut here, mut elsewhere) = (0, 0);
    for (id, kept) in w.ledger().documents.iter().filter(|(_, kept)| matches!(kept.kind, Kind::Case | Kind::CaseStep)) {
        let is_held = held.contains(&(id.record, id.class));
        assert_eq!(is_held, matches!(id.class, Class::Open | Class::Door), "a {} part of a {}", id.class.name(), kept.kind.name());
        if is_held { here += 1 } else { elsewhere += 1 }
    }
    assert!(here > open.len() && elsewhere > made.len() - open.len(), "{here} here, {elsewhere} elsewhere");
}

#[test]
fn of_every_matter_what_reaches_a_head_is_the_open_one_and_never_a_private_word() {
    let w = World::ready(1);
    let all = matters::all();
    assert_eq!(all.len(), 80);
    let library = Library::built_in();
    let made: Vec<Made> = all
        .iter()
        .enumerate()
        .map(|(n, m)| {
            let (_, workflow) = library.for_matter(&m.code).unwrap();
            make(&w, m, &workflow, &format!("Q{n:02}Z"))
        })
        .collect();
    w.sync_all();
    assert_eq!(made.iter().filter(|m| m.class == Class::Open).count(), all.iter().filter(|m| m.class == Class::Open).count());
    check(&w, &made);
}

#[test]
fn of_every_workflow_what_reaches_a_head_is_the_open_one_whatever_step_is_taken_in_it() {
    let w = World::ready(2);
    let mut made = Vec::new();
    for (n, (_, workflow)) in Library::built_in().all().enumerate() {
        for (k, code) in ["03016", "04014", "02002"].into_iter().enumerate() {
            made.push((make(&w, matters::find(code).unwrap(), workflow, &format!("X{n:02}{k}Y")), workflow));
        }
    }
    w.sync_all();
    for (m, workflow) in &made {
        // whatever the office may do first, with words of its own in every field
        let file = w.office().call("get_case", json!({ "id": m.id }));
        let step = file["next"].as_array().unwrap().iter().find(|s| s["main"] == true).unwrap().clone();
        let t = workflow.transition(step["transition"]["code"].as_str().unwrap()).unwrap();
        let said = format!("STEP{}", m.word);
        let args = json!({ "case": m.id, "transition": t.name, "note": said, "assignee": said, "data": filled(&t.fields, &m.word) });
        w.office().call("add_step", args);
    }
    w.sync_all();
    let made: Vec<Made> = made.into_iter().map(|(m, _)| m).collect();
    check(&w, &made);
}
