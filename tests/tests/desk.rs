//! What a device keeps for the person who holds it: drafts that survive everything but an erasure, and what came in from others.

#![allow(clippy::unwrap_used)]

use e2e::world::*;
use serde_json::{Value as Json, json};

fn drafts(d: &Device) -> Vec<(String, String)> {
    let list = d.call("list_drafts", json!({}));
    let text = |i: &Json, key: &str| i[key].as_str().unwrap().to_string();
    list["items"].as_array().unwrap().iter().map(|i| (text(i, "key"), text(i, "body"))).collect()
}

fn notices(d: &Device) -> Vec<Json> {
    d.call("list_notices", json!({}))["items"].as_array().unwrap().clone()
}

#[test]
fn a_draft_survives_a_power_cut_and_the_lock_and_goes_when_it_is_saved() {
    let w = World::ready(71);
    let ana = w.ana();
    ana.call("keep_draft", json!({ "key": "visit 1", "body": "{\"note\":\"门铃坏了\"}" }));
    ana.call("keep_draft", json!({ "key": "report", "body": "{}" }));
    ana.kill();
    assert_eq!(drafts(ana).len(), 2);
    assert!(drafts(ana).contains(&("visit 1".into(), "{\"note\":\"门铃坏了\"}".into())));
    ana.call("keep_draft", json!({ "key": "report" }));
    assert_eq!(drafts(ana).len(), 1);
    assert_eq!(ana.pending(), 0, "a draft is sent nowhere");
    let long = "字".repeat(200_000);
    assert_eq!(ana.refused("keep_draft", json!({ "key": "visit 1", "body": long })), "too_large");
    assert_eq!(drafts(ana).len(), 1, "what could be kept stays");
    ana.call("lock", json!({}));
    assert_eq!(ana.refused("list_drafts", json!({})), "locked");
}

#[test]
fn a_draft_about_somebody_who_is_erased_goes_with_them() {
    let w = World::ready(72);
    let person = w.ana().person("1-1-101", "张建国")["id"].as_str().unwrap().to_string();
    let household = w.ana().at("1-1-101");
    w.ana().call("keep_draft", json!({ "key": format!("visit {household}"), "body": format!("{{\"people\":[\"{person}\"]}}") }));
    w.ana().call("keep_draft", json!({ "key": "report", "body": "{\"words\":\"路灯\"}" }));
    w.office().call("erase", json!({ "record": person, "reason": "asked", "confirm": true }));
    w.sync_all();
    assert_eq!(drafts(w.ana()).iter().map(|(k, _)| k.as_str()).collect::<Vec<_>>(), ["report"]);
}

#[test]
fn what_came_in_is_told_once_and_only_to_whom_it_concerns() {
    let w = World::ready(73);
    assert!(notices(w.ana()).is_empty(), "what came with the first sync is no news");
    let case = w.head().call("add_case", json!({ "matter": "06003", "title": "楼道里充电", "building": first_building() }))["id"].clone();
    w.sync_all();
    let ana = notices(w.ana());
    assert_eq!(ana.len(), 1);
    assert_eq!(
        (ana[0]["kind"].as_str(), ana[0]["title"].as_str(), ana[0]["seen"].as_bool()),
        (Some("case"), Some("楼道里充电"), Some(false))
    );
    assert!(notices(w.head()).is_empty(), "nobody is told of their own work");
    w.office().call("add_step", json!({ "case": case, "transition": "dispatch", "assignee": w.ana().name }));
    w.sync_all();
    let kinds = |d: &Device| notices(d).iter().map(|n| n["kind"].as_str().unwrap().to_string()).collect::<Vec<_>>();
    assert_eq!(kinds(w.head()), ["step"], "whoever reported it hears what became of it");
    assert!(kinds(w.ana()).contains(&"assigned".to_string()));
    let unseen = |d: &Device| d.call("list_notices", json!({}))["unseen"].as_u64().unwrap();
    assert_eq!(unseen(w.ana()), 2);
    w.ana().call("see_notices", json!({ "ids": [case] }));
    assert_eq!(unseen(w.ana()), 1);
    w.ana().call("see_notices", json!({}));
    assert_eq!(unseen(w.ana()), 0);
    assert_eq!(notices(w.ana()).len(), 2, "seen is not gone");
}

#[test]
fn the_pin_is_changed_with_the_old_one_and_a_power_cut_leaves_one_of_both() {
    use e2e::world::PIN;
    let w = World::ready(74);
    let ana = w.ana();
    assert_eq!(ana.refused("change_pin", json!({ "old": "000000", "new": "246802" })), "wrong_pin");
    assert_eq!(ana.refused("change_pin", json!({ "old": PIN, "new": "2468" })), "invalid_args");
    assert_eq!(ana.status()["pending"], json!(0), "a wrong try locks nothing");
    ana.call("change_pin", json!({ "old": PIN, "new": "246802" }));
    ana.call("lock", json!({}));
    assert_eq!(ana.refused("unlock", json!({ "pin": PIN })), "locked");
    ana.call("unlock", json!({ "pin": "246802" }));
    assert!(!ana.doors().is_empty());
}
