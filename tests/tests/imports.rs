//! A whole import taken back, told on real engines and the real server: the cells it filled on records that were there, the buildings it made, and what somebody
//! wrote there offline without knowing.

#![allow(clippy::unwrap_used)]

use base64::Engine as _;
use e2e::look::agree;
use e2e::world::*;
use serde_json::{Value as Json, json};

fn grid(d: &Device) -> String {
    let units = d.call("list_units", json!({}));
    let found = units["items"].as_array().unwrap().iter().find(|u| u["kind"]["code"] == "grid").unwrap();
    found["id"].as_str().unwrap().to_string()
}

fn import(d: &Device, text: &str) -> Json {
    let data = base64::engine::general_purpose::STANDARD.encode(text);
    let report = d.call("import_roster", json!({ "data": data, "name": "新表.csv", "grid": grid(d) }));
    report["batch"].clone()
}

fn kept(report: &Json) -> Vec<(String, String, Vec<String>)> {
    let text = |k: &Json, key: &str| k[key].as_str().unwrap().to_string();
    let fields = |k: &Json| k["fields"].as_array().unwrap().iter().map(|f| f.as_str().unwrap().to_string()).collect();
    report["kept"].as_array().unwrap().iter().map(|k| (text(k, "words"), text(k, "reason"), fields(k))).collect()
}

fn building(d: &Device, number: &str) -> Option<Json> {
    let units = d.call("list_units", json!({}));
    units["items"].as_array().unwrap().iter().find(|u| u["kind"]["code"] == "building" && u["number"] == number).cloned()
}

const FILLS: &str = "楼号,单元,房号,姓名,与户主关系,文化程度,工作单位,出生日期,曾用名\n1,1,102,王强,户主,大专,第一机床厂,1980-05-06,王小强\n9,1,101,钱文,户主,,,,\n";
const NEW: &str = "楼号,单元,房号,姓名,与户主关系,联系电话\n9,1,101,钱文,户主,13900000901\n9,1,102,冯斌,户主,13900000902\n";

fn man(d: &Device) -> Json {
    d.person("1-1-102", "王强")
}

#[test]
fn cells_that_an_import_filled_are_empty_again_but_for_what_somebody_wrote_since() {
    let w = World::ready(21);
    let batch = import(w.office(), FILLS);
    assert_eq!(import(w.second(), FILLS), batch, "two desks that take it in apart fill the same cells");
    agree(&w);
    assert!(w.office().conflicts().is_empty());
    assert_eq!((man(w.ana())["employer"].as_str(), man(w.ana())["birth_year"].as_i64()), (Some("第一机床厂"), Some(1980)));
    let item = w.second().call("list_imports", json!({}))["items"][0].clone();
    assert_eq!((item["made"].as_u64(), item["cells"].as_u64(), item["buildings"].as_u64()), (Some(2), Some(3), Some(1)), "{item}");
    assert!(w.office().call("list_held", json!({})).to_string().contains("大专"), "what differs waits");
    w.clock.pass_ms(3_600_000);
    w.ana().edit_person("1-1-102", "王强", "employer", "自己的店");
    agree(&w);
    let dry = w.second().call("undo_import", json!({ "batch": batch, "dry_run": true }));
    let counts = |r: &Json| ["taken", "cells", "held", "buildings"].map(|key| r[key].as_u64().unwrap());
    assert_eq!(counts(&dry), [2, 2, 1, 1], "{dry}");
    assert_eq!(kept(&dry), [("1-1-102 王强".to_string(), "written".to_string(), vec!["工作单位".to_string()])]);
    assert_eq!(man(w.second())["nickname"], json!("王小强"), "a look changes nothing");
    let undone = w.second().call("undo_import", json!({ "batch": batch }));
    assert_eq!((counts(&undone), kept(&undone)), (counts(&dry), kept(&dry)));
    agree(&w);
    for d in [w.office(), w.second(), w.ana(), w.bo()] {
        let now = man(d);
        assert_eq!((now["employer"].as_str(), now["education"]["label"].as_str()), (Some("自己的店"), Some("本科")), "{}", d.name);
        assert!(now["nickname"].is_null() && now["birth_year"].is_null(), "{}: {now}", d.name);
        assert!(building(d, "9").is_none_or(|b| b["closed"] == true), "{}", d.name);
    }
    assert!(w.office().conflicts().is_empty());
    assert!(!w.office().call("list_held", json!({})).to_string().contains("大专"));
    // a second undo finds nothing, and the whole comes back, but for what was written since
    let again = w.office().call("undo_import", json!({ "batch": batch }));
    assert_eq!(counts(&again), [0, 0, 0, 0]);
    w.clock.pass_ms(60_000);
    w.ana().edit_person("1-1-102", "王强", "nickname", "强子");
    agree(&w);
    let back = w.second().call("undo_import", json!({ "batch": batch, "back": true }));
    assert_eq!(counts(&back), [2, 1, 1, 1], "{back}");
    agree(&w);
    let now = man(w.bo());
    assert_eq!((now["nickname"].as_str(), now["birth_year"].as_i64()), (Some("强子"), Some(1980)));
    assert!(w.ana().doors().contains_key("9-1-101"));
    assert_eq!(building(w.ana(), "9").unwrap()["closed"], json!(false));
    assert!(w.office().call("list_held", json!({})).to_string().contains("大专"));
    // and goes once more
    w.clock.pass_ms(60_000);
    let undone = w.office().call("undo_import", json!({ "batch": batch }));
    assert_eq!(counts(&undone), [2, 1, 1, 1], "{undone}");
    agree(&w);
    assert!(man(w.ana())["birth_year"].is_null());
    assert!(w.office().call("list_tray", json!({}))["items"].as_array().unwrap().is_empty());
}

#[test]
fn an_edit_made_offline_where_an_undone_import_had_filled_a_cell_is_not_lost() {
    let w = World::ready(22);
    let batch = import(w.office(), FILLS);
    agree(&w);
    w.clock.pass_ms(3_600_000);
    w.bo().edit_person("1-1-102", "王强", "employer", "自己的店");
    let undone = w.office().call("undo_import", json!({ "batch": batch }));
    assert!(kept(&undone).is_empty(), "nobody here knows of it");
    agree(&w);
    // the empty field and what was written stand beside each other, and the office decides
    let forks = w.second().conflicts();
    let values = forks.iter().find(|(key, _)| key.ends_with("employer")).map(|(_, values)| values.clone());
    assert!(values.is_some_and(|v| v.contains(&"自己的店".to_string())), "{forks:?}");
    let inbox = w.second().call("list_inbox", json!({}));
    assert!(inbox["items"].as_array().unwrap().iter().any(|i| i["kind"] == "fork" && i["key"] == "employer"), "{inbox}");
}

#[test]
fn a_visit_made_offline_at_a_door_of_a_building_that_an_undone_import_made_comes_to_light() {
    let w = World::ready(23);
    let batch = import(w.office(), NEW);
    agree(&w);
    w.clock.pass_ms(3_600_000);
    let home = w.bo().at("9-1-102");
    w.bo().call("add_visit", json!({ "household": home, "outcome": "met", "note": "第一次来" }));
    let dry = w.office().call("undo_import", json!({ "batch": batch, "dry_run": true }));
    assert_eq!((dry["taken"].as_u64(), dry["buildings"].as_u64()), (Some(4), Some(1)), "{dry}");
    w.office().call("undo_import", json!({ "batch": batch }));
    agree(&w);
    agree(&w);
    assert_eq!(w.bo().pending(), 0);
    assert_eq!(w.bo().call("list_tray", json!({}))["items"], json!([]));
    assert_eq!(building(w.second(), "9").unwrap()["closed"], json!(true));
    let late = w.second().call("undo_import", json!({ "batch": batch, "dry_run": true }))["late"].clone();
    assert_eq!(late[0]["words"], json!("9-1-102 冯斌"), "{late}");
    let inbox = w.second().call("list_inbox", json!({}));
    let item = inbox["items"].as_array().unwrap().iter().find(|i| i["why"]["code"] == "visited_while_deleted").unwrap();
    let detail = w.second().call("get_inbox_item", json!({ "id": item["id"] }));
    assert!(detail["fact"]["sides"].to_string().contains("第一次来"), "{detail}");
    let decided = w.second().call("decide_item", json!({ "id": item["id"], "decision": "fix" }));
    agree(&w);
    assert!(!w.office().call("list_inbox", json!({})).to_string().contains("visited_while_deleted"));
    assert_eq!(w.bo().file("9-1-102")["persons"][0]["name"], json!("冯斌"), "with whoever lives there");
    // the decision is taken back, and the import brings the door back
    w.second().call("undo_decision", json!({ "decision": decided["decision"] }));
    agree(&w);
    assert!(!w.bo().doors().contains_key("9-1-102"));
    w.second().call("undo_import", json!({ "batch": batch, "back": true, "only": [late[0]["record"]] }));
    agree(&w);
    assert_eq!(w.bo().file("9-1-102")["visits"][0]["note"], json!("第一次来"));
    assert_eq!(building(w.bo(), "9").unwrap()["closed"], json!(false), "whoever lives there has a building");
    assert!(!w.bo().doors().contains_key("9-1-101"));
}

#[test]
fn a_visit_at_a_door_that_one_desk_merges_while_another_takes_its_import_back_comes_to_light() {
    let w = World::ready(26);
    let batch = import(w.office(), NEW);
    agree(&w);
    w.clock.pass_ms(3_600_000);
    let (drop, keep) = (w.second().at("9-1-102"), w.second().at("1-1-102"));
    w.bo().call("add_visit", json!({ "household": drop, "outcome": "met", "note": "第一次来" }));
    w.office().call("undo_import", json!({ "batch": batch }));
    w.second().call("merge_records", json!({ "kind": "household", "keep": keep, "drop": drop, "people": [] }));
    agree(&w);
    agree(&w);
    let inbox = w.second().call("list_inbox", json!({}));
    let item = inbox["items"].as_array().unwrap().iter().find(|i| i["why"]["code"] == "visited_while_deleted");
    let item = item.unwrap_or_else(|| panic!("the visit stands nowhere: {inbox}"));
    w.second().call("decide_item", json!({ "id": item["id"], "decision": "fix" }));
    agree(&w);
    // the file is back, and with it what the merge says
    for d in [w.office(), w.second(), w.bo()] {
        assert!(d.call("get_household", json!({ "id": keep }))["visits"].to_string().contains("第一次来"), "{}", d.name);
    }
}

#[test]
fn a_household_made_offline_in_a_building_that_an_undo_closes_is_seen_by_all() {
    let w = World::ready(24);
    let batch = import(w.office(), NEW);
    agree(&w);
    w.clock.pass_ms(3_600_000);
    // another desk takes in the same file with one more family, offline, while the first is taken back
    let more = format!("{NEW}9,1,103,卫芳,户主,13900000903\n");
    import(w.second(), &more);
    w.office().call("undo_import", json!({ "batch": batch }));
    agree(&w);
    for d in [w.office(), w.ana()] {
        assert!(d.doors().contains_key("9-1-103"), "{}", d.name);
        let nine = building(d, "9").unwrap();
        assert_eq!((nine["closed"].as_bool(), nine["households"].as_u64()), (Some(false), Some(1)), "{}", d.name);
    }
    // the first file again opens it, with the families it had
    w.clock.pass_ms(60_000);
    import(w.office(), NEW);
    agree(&w);
    assert!(w.ana().doors().contains_key("9-1-101"));
    assert!(w.office().call("list_tray", json!({}))["items"].as_array().unwrap().is_empty());
}

#[test]
fn an_import_taken_back_before_it_was_ever_sent_leaves_nothing_open() {
    let w = World::ready(25);
    let doors = w.ana().doors().len();
    let batch = import(w.office(), NEW);
    w.clock.pass_ms(60_000);
    let undone = w.office().call("undo_import", json!({ "batch": batch }));
    assert_eq!((undone["taken"].as_u64(), undone["buildings"].as_u64()), (Some(4), Some(1)));
    agree(&w);
    assert_eq!(w.ana().doors().len(), doors);
    assert_eq!(building(w.ana(), "9").unwrap()["closed"], json!(true));
    assert!(w.office().call("list_tray", json!({}))["items"].as_array().unwrap().is_empty());
}
