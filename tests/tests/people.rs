//! 人员与设备 on several devices: what somebody does in a team and where somebody is missing, invites that are taken back, a grid handed over whole, and
//! the facts about a phone that is gone.
#![allow(clippy::unwrap_used)]

use e2e::world::*;
use serde_json::{Value as Json, json};
use shared_model::Role;

const DAY_MS: i64 = 24 * 3600 * 1000;

fn findings(d: &Device) -> Vec<(String, String)> {
    let list = d.call("check_teams", json!({}));
    let text = |f: &Json, key: &str| f[key].as_str().unwrap().to_owned();
    list["items"].as_array().unwrap().iter().map(|f| (text(f, "unit_name"), text(f, "rule"))).collect()
}

fn membership(d: &Device, name: &str) -> Json {
    let list = d.call("list_memberships", json!({ "over": true }));
    list["items"].as_array().unwrap().iter().find(|m| m["name"] == name).cloned().unwrap_or(Json::Null)
}

fn accepted(answer: &Json) {
    assert_eq!(answer["refused"], json!([]), "{answer}");
    assert!(answer["accepted"].as_u64().unwrap() > 0, "{answer}");
}

fn day(w: &World, days: i64) -> String {
    let at = app_core::Env::now_ms(w.office().env.as_ref()) + days * DAY_MS + 8 * 3_600_000;
    chrono_day(at)
}

/// `YYYY-MM-DD` of unix ms, by the civil-from-days rule.
fn chrono_day(ms: i64) -> String {
    let z = ms.div_euclid(DAY_MS) + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let (d, m) = (doy - (153 * mp + 2) / 5 + 1, if mp < 10 { mp + 3 } else { mp - 9 });
    format!("{:04}-{m:02}-{d:02}", yoe + era * 400 + i64::from(m <= 2))
}

#[test]
fn a_grid_without_a_guide_is_named_until_somebody_is_said_to_be_one() {
    let w = World::ready(61);
    // the server's clock is a moment ahead of the office's: terms that began with the world have begun there too
    w.clock.pass_ms(60_000);
    let before = findings(w.office());
    assert!(before.contains(&("第一网格".into(), "no_guide".into())), "{before:?}");
    assert!(!before.contains(&("第一网格".into(), "no_worker".into())), "{before:?}");
    assert!(before.contains(&("第二网格".into(), "nobody".into())), "{before:?}");
    // an office member guides the grids of the community
    let office = membership(w.office(), "李副主任");
    accepted(&w.office().call("set_post", json!({ "id": office["id"], "post": "guide", "party": true })));
    let now = membership(w.office(), "李副主任");
    assert_eq!((&now["post"]["code"], &now["party"]), (&json!("guide"), &json!(true)));
    for grid in ["第一网格", "第二网格"] {
        assert!(!findings(w.office()).contains(&(grid.into(), "no_guide".into())), "{grid}");
    }
    // the other office sees the same; a post grants nothing, so nobody's phone is given anything
    w.sync_all();
    assert_eq!(membership(w.second(), "李副主任")["post"]["code"], "guide");
    assert_eq!(findings(w.second()), findings(w.office()));
    // taken back, it is as if it had never been said
    accepted(&w.office().call("set_post", json!({ "id": office["id"], "party": false })));
    assert_eq!(findings(w.office()), before);
    w.nothing_wrong();
}

#[test]
fn only_who_may_appoint_says_posts_and_only_known_ones() {
    let w = World::ready(62);
    let ana = membership(w.office(), "安然");
    for (d, code) in [(w.ana(), "not_allowed"), (w.head(), "not_allowed")] {
        assert_eq!(d.refused("set_post", json!({ "id": ana["id"], "post": "grid_lead", "party": false })), code);
    }
    assert_eq!(w.office().refused("set_post", json!({ "id": ana["id"], "post": "emperor", "party": false })), "invalid_args");
    // two offices apart: the second is told that the first was faster
    w.second().line.set_offline(true);
    let waits = w.second().call("set_post", json!({ "id": ana["id"], "post": "informant", "party": false }));
    assert_eq!(waits["waiting"], 1);
    accepted(&w.office().call("set_post", json!({ "id": ana["id"], "post": "grid_lead", "party": false })));
    w.second().line.set_offline(false);
    w.second().sync();
    assert_eq!(membership(w.second(), "安然")["post"]["code"], "grid_lead");
    assert_eq!(w.second().call("sync_status", json!({}))["refused"], 1);
}

#[test]
fn an_invite_that_was_taken_back_lets_nobody_in() {
    let mut w = World::ready(63);
    let place = w.newcomer("孙梅", Role::Worker);
    let made = w.office().call("invite_device", json!({ "role": "worker", "unit": FIRST_GRID, "name": "孙梅" }));
    let state = |w: &World| {
        w.office().sync();
        let list = w.office().call("list_invites", json!({}));
        list["items"].as_array().unwrap().iter().find(|i| i["name"] == "孙梅").cloned().unwrap()
    };
    let open = state(&w);
    assert_eq!(open["state"], "open");
    assert!(!open.to_string().contains(made["invite"].as_str().unwrap().split("t=").nth(1).unwrap().split('&').next().unwrap()));
    assert_eq!(w.ana().refused("take_back_invite", json!({ "id": open["id"] })), "not_found", "the list is the office's");
    w.office().call("take_back_invite", json!({ "id": open["id"] }));
    assert_eq!(state(&w)["state"], "taken_back");
    let d = &w.devices[place];
    assert_eq!(d.refused("enrol", json!({ "invite": made["invite"], "pin": PIN })), "invite_taken_back");
    // one that was used is not taken back: the device is ended
    let again = w.office().call("invite_device", json!({ "role": "worker", "unit": FIRST_GRID, "name": "孙梅" }));
    d.call("enrol", json!({ "invite": again["invite"], "pin": PIN }));
    w.office().sync();
    let list = w.office().call("list_invites", json!({}));
    let used = list["items"].as_array().unwrap().iter().find(|i| i["state"] == "used" && i["name"] == "孙梅").cloned().unwrap();
    assert_eq!(w.office().refused("take_back_invite", json!({ "id": used["id"] })), "invalid_args");
    // and one that nobody used in its ten minutes is over by itself
    w.office().call("invite_device", json!({ "role": "worker", "unit": FIRST_GRID, "name": "过期" }));
    w.clock.pass_ms(11 * 60_000);
    w.office().sync();
    let list = w.office().call("list_invites", json!({}));
    assert!(list["items"].as_array().unwrap().iter().any(|i| i["name"] == "过期" && i["state"] == "expired"));
}

#[test]
fn a_grid_is_handed_over_whole_and_what_was_unsent_is_seen_until_it_has_come() {
    let w = World::ready(64);
    let ana = membership(w.office(), "安然");
    let door = w.ana().call("list_households", json!({ "limit": 1 }))["items"][0]["id"].clone();
    w.ana().line.set_offline(true);
    w.ana().call("add_visit", json!({ "household": door, "outcome": "met", "note": "交接以前写的" }));
    let preview =
        w.office().call("preview_grants", json!({ "end": [ana["id"]], "add": { "name": "孙梅", "role": "worker", "unit": FIRST_GRID } }));
    let changes = preview["people"].as_array().unwrap();
    assert!(changes.iter().any(|p| p["name"] == "安然" && !p["loses"].as_array().unwrap().is_empty()), "{preview}");
    accepted(&w.office().call("hand_over", json!({ "id": ana["id"], "name": "孙梅", "from": day(&w, 1) })));
    assert_eq!(membership(w.office(), "安然")["state"], "live", "until the day comes");
    assert_eq!(membership(w.office(), "孙梅")["state"], "planned");
    w.clock.pass_ms(DAY_MS + 3_600_000);
    w.office().sync();
    assert_eq!(membership(w.office(), "安然")["state"], "over");
    assert_eq!(membership(w.office(), "孙梅")["state"], "live");
    assert_eq!(membership(w.office(), "安然")["told"], false, "her phone has not heard of it: work may still come");
    w.ana().line.set_offline(false);
    w.ana().sync();
    w.office().sync();
    let done = membership(w.office(), "安然");
    assert_eq!((&done["told"], &done["unsent"]), (&json!(true), &json!(0)));
    let got = w.office().call("get_household", json!({ "id": door }));
    assert!(got.to_string().contains("交接以前写的"), "what she wrote before counts");
    assert_eq!(w.ana().call("list_households", json!({}))["total"], 0);
}

#[test]
fn what_a_lost_phone_held_is_told_by_class_in_numbers_and_only_to_the_office() {
    let w = World::ready(65);
    let list = w.office().call("list_devices", json!({}));
    let of = |name: &str| list["items"].as_array().unwrap().iter().find(|d| d["name"] == name).unwrap()["id"].clone();
    let sheet = w.office().call("device_sheet", json!({ "device": of("安然") }));
    let classes =
        |s: &Json| s["lines"].as_array().unwrap().iter().map(|l| l["class"]["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(classes(&sheet), ["common", "open", "door", "register", "private"]);
    let line = |class: &str| sheet["lines"].as_array().unwrap().iter().find(|l| l["class"]["code"] == class).cloned().unwrap();
    let held = w.ana().call("get_holdings", json!({}));
    let here = |class: &str| held["items"].as_array().unwrap().iter().find(|i| i["class"]["code"] == class).unwrap()["records"].clone();
    for class in ["door", "register", "private"] {
        assert_eq!(line(class)["records"], here(class), "{class}: as many as the phone itself counts");
    }
    assert!(line("register")["people"].as_u64().unwrap() > 0 && line("private")["sensitive"] == true && line("door")["sensitive"] == false);
    assert!(line("private")["fields"].as_array().unwrap().iter().any(|f| f == "公民身份号码"));
    // of a building head's phone nothing private is told, because nothing was there
    let head = w.office().call("device_sheet", json!({ "device": of("何楼长") }));
    assert!(!classes(&head).contains(&"private".to_owned()), "{head}");
    // no resident is named
    let names = w.office().call("list_households", json!({ "limit": 1000 }));
    for h in names["items"].as_array().unwrap() {
        let name = h["head"].as_str().unwrap_or("户主不详");
        assert!(!sheet.to_string().contains(name), "{name}");
    }
    for d in [w.ana(), w.head()] {
        assert_eq!(d.refused("device_sheet", json!({ "device": of("安然") })), "not_allowed");
    }
}

#[test]
fn the_office_sees_which_version_a_device_runs_and_which_is_older_than_its_own() {
    let w = World::ready(71);
    let line = |w: &World, id: &str| {
        w.office().sync();
        let list = w.office().call("list_devices", json!({}));
        list["items"].as_array().unwrap().iter().find(|d| d["id"] == id).cloned().unwrap()
    };
    let ana = w.ana().id().to_string();
    w.office().env.set_version("0.10.0");
    w.ana().env.set_version("0.9.2");
    w.office().sync();
    w.ana().sync();
    let seen = line(&w, &ana);
    assert_eq!((seen["app"].as_str(), seen["outdated"].as_bool()), (Some("0.9.2"), Some(true)), "{seen}");
    assert!(seen["seen_at"].is_i64());
    let own = line(&w, &w.office().id().to_string());
    assert_eq!((own["app"].as_str(), own["outdated"].as_bool()), (Some("0.10.0"), Some(false)));
    // updated, it is told with the next contact although nothing else is to be said
    w.ana().env.set_version("0.10.1");
    w.ana().sync();
    assert_eq!((line(&w, &ana)["app"].as_str(), line(&w, &ana)["outdated"].as_bool()), (Some("0.10.1"), Some(false)));
    // what is no version is not kept
    w.ana().env.set_version("<b>9</b>");
    w.ana().sync();
    assert_eq!(line(&w, &ana)["app"], json!("0.10.1"));
    assert!(w.ana().call("list_devices", json!({}))["items"].as_array().unwrap().is_empty(), "the list is the office's");
}
