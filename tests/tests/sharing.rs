//! A case is shown to the street and to one person by name, and taken back: what crosses, what never does, and what becomes of work that
//! was on its way. After every step everybody agrees, and the server's sums are what they say.

#![allow(clippy::unwrap_used)]

use e2e::world::*;
use serde_json::{Value as Json, json};
use shared_model::doc::unit_id;
use shared_model::{Class, Role};
use std::collections::BTreeSet;

const STREET_UNIT: &str = "610104001";
/// Places of the two who join the cast.
const STREET: usize = 5;
const FIRM: usize = 6;

/// The cast, the street's office, and the property firm's man.
fn world(seed: u64) -> World {
    let mut w = World::new(seed);
    assert_eq!(w.enrol("刘科长", Role::Office, STREET_UNIT), STREET);
    assert_eq!(w.enrol("赵物业", Role::Assignee, COMMUNITY), FIRM);
    w.sync_all();
    w
}

fn street(w: &World) -> &Device {
    &w.devices[STREET]
}

fn firm(w: &World) -> &Device {
    &w.devices[FIRM]
}

/// A matter of a class.
fn matter(class: Class) -> String {
    shared_model::matters::all().iter().find(|m| m.class == class).unwrap().code.clone()
}

/// Ana reports something at 1-1-101, about a person there.
fn report(w: &World, class: Class, title: &str) -> String {
    let ana = w.ana();
    let person = ana.person("1-1-101", "张建国")["id"].clone();
    let args = json!({ "matter": matter(class), "title": title, "household": ana.at("1-1-101"), "person": person, "reporter": "邻居" });
    let case = ana.call("add_case", args)["id"].as_str().unwrap().to_string();
    w.sync_all();
    case
}

fn file(d: &Device, case: &str) -> Json {
    d.call("get_case", json!({ "id": case }))
}

fn holds(d: &Device, case: &str) -> bool {
    d.try_call("get_case", json!({ "id": case })).is_ok()
}

fn step(d: &Device, case: &str, transition: &str, note: &str) {
    d.call("add_step", json!({ "case": case, "transition": transition, "note": note }));
}

fn notes(d: &Device, case: &str) -> Vec<String> {
    file(d, case)["steps"].as_array().unwrap().iter().map(|s| s["note"].as_str().unwrap_or_default().to_string()).collect()
}

/// To whom the case may be shown, by name.
fn choice(d: &Device, case: &str, name: &str) -> Json {
    let all = file(d, case)["may_share"].clone();
    let found = all.as_array().unwrap().iter().find(|c| c["name"] == name).cloned();
    found.unwrap_or_else(|| panic!("{name} is not offered: {all}"))
}

fn share(d: &Device, case: &str, name: &str, upto: Option<&str>) -> Json {
    let c = choice(d, case, name);
    d.call("share_case", json!({ "case": case, "to": c["to"], "assignee": c["assignee"], "upto": upto }))
}

/// Target of the share that is shown under a name.
fn target(d: &Device, case: &str, name: &str) -> String {
    let file = file(d, case);
    let shared = file["case"]["shared"].as_array().unwrap();
    shared.iter().find(|s| s["name"] == name).unwrap_or_else(|| panic!("not shown to {name}: {shared:?}"))["target"]
        .as_str()
        .unwrap()
        .into()
}

fn unshare(d: &Device, case: &str, name: &str) {
    d.call("unshare_case", json!({ "case": case, "target": target(d, case, name) }));
}

/// Names of those a device says the case is shown to.
fn seen_by(d: &Device, case: &str) -> BTreeSet<String> {
    let file = file(d, case);
    file["case"]["shared"].as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap().to_string()).collect()
}

/// How many documents of each class a device holds.
fn held(d: &Device, class: &str) -> u64 {
    let all = d.call("get_holdings", json!({}));
    let found = all["items"].as_array().unwrap().iter().find(|i| i["class"]["code"] == class).map(|i| i["records"].as_u64().unwrap());
    found.unwrap_or(0)
}

#[test]
fn a_case_handed_up_crosses_to_the_street_and_its_steps_cross_both_ways() {
    let w = world(1);
    let case = report(&w, Class::Open, "路灯不亮");
    step(w.ana(), &case, "handle", "看过，要街道修");
    w.sync_all();
    assert!(!holds(street(&w), &case), "a street sees nothing that is not handed up");
    assert_eq!(street(&w).doors().len(), 0, "and no household");

    let waiting = json!({ "case": case, "transition": "hand_up", "note": "请街道协调", "to": STREET_UNIT });
    w.office().call("add_step", waiting);
    let before = file(w.office(), &case)["case"]["shared"].clone();
    assert_eq!((before[0]["name"].as_str(), before[0]["pending"].as_bool()), (Some("青年路街道"), Some(true)), "it takes effect later");
    w.sync_all();

    assert_eq!(notes(street(&w), &case), ["看过，要街道修", "请街道协调"]);
    for d in [w.office(), w.ana(), w.head(), street(&w)] {
        assert_eq!(seen_by(d, &case), BTreeSet::from(["青年路街道".to_string()]), "{}", d.name);
    }
    assert_eq!(street(&w).doors().len(), 0, "the household of the case is not sent with it");
    let seen = file(street(&w), &case)["case"].clone();
    assert_eq!((seen["by_share"].as_bool(), seen["household"].is_null(), seen["person"].is_null()), (Some(true), true, true));
    assert_eq!([held(street(&w), "door"), held(street(&w), "register"), held(street(&w), "private")], [0, 0, 0]);

    step(street(&w), &case, "comment", "街道已派单给路灯所");
    step(w.ana(), &case, "comment", "居民在等");
    w.sync_all();
    for d in [w.office(), w.ana(), w.head(), street(&w)] {
        let all = notes(d, &case);
        assert!(all.contains(&"街道已派单给路灯所".to_string()) && all.contains(&"居民在等".to_string()), "{}: {all:?}", d.name);
    }
    assert_eq!(e2e::look::difference(w.office(), w.second()), None);
    assert_eq!(street(&w).call("list_tray", json!({}))["total"], 0);
}

#[test]
fn a_street_writes_steps_in_what_is_handed_up_and_nothing_else() {
    let w = world(2);
    let (shown, other) = (report(&w, Class::Open, "井盖松了"), report(&w, Class::Open, "楼道堆物"));
    share(w.office(), &shown, "青年路街道", None);
    w.sync_all();
    assert!(!holds(street(&w), &other));
    let next: BTreeSet<String> = file(street(&w), &shown)["next"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| n["transition"]["code"].as_str().unwrap().to_string())
        .collect();
    // whoever it was handed up to may supervise it
    assert_eq!(next, BTreeSet::from(["comment".to_string(), "handle".to_string(), "supervise".to_string()]));
    for transition in ["close", "dispatch", "hand_up"] {
        let args = json!({ "case": shown, "transition": transition, "note": "x", "assignee": "y", "to": "610104" });
        assert_eq!(street(&w).refused("add_step", args), "not_allowed", "{transition}");
    }
    assert_eq!(street(&w).refused("share_case", json!({ "case": shown, "to": "610104" })), "not_allowed");
    assert_eq!(file(street(&w), &shown)["may_share"], json!([]));
}

#[test]
fn what_is_handed_up_is_handed_back_and_supervision_is_ended_by_whoever_began_it() {
    let w = world(14);
    let case = report(&w, Class::Open, "夜市占道");
    step(w.ana(), &case, "handle", "劝过两次");
    w.sync_all();
    let offers = |d: &Device, code: &str| file(d, &case)["next"].as_array().unwrap().iter().any(|n| n["transition"]["code"] == code);
    assert!(!offers(w.office(), "hand_back"), "nothing is handed back that was not handed up");
    w.office().call("add_step", json!({ "case": case, "transition": "hand_up", "note": "请街道牵头", "to": STREET_UNIT }));
    w.sync_all();
    let over = |d: &Device| -> BTreeSet<String> {
        file(d, &case)["case"]["overlays"].as_array().unwrap().iter().map(|o| o["code"].as_str().unwrap().to_string()).collect()
    };
    assert_eq!(over(street(&w)), BTreeSet::from(["handed_up".to_string()]));
    step(street(&w), &case, "supervise", "三天内答复");
    assert!(offers(street(&w), "end_supervision"));
    step(street(&w), &case, "end_supervision", "已答复");
    step(street(&w), &case, "hand_back", "城管已劝离，社区收尾");
    w.sync_all();
    for d in [w.office(), w.ana(), w.head(), street(&w)] {
        assert_eq!(over(d), BTreeSet::new(), "{}", d.name);
        assert_eq!(file(d, &case)["case"]["clashes"], 0, "{}", d.name);
    }
    assert_eq!(street(&w).call("list_tray", json!({}))["total"], 0);
    assert_eq!(street(&w).refused("add_step", json!({ "case": case, "transition": "hand_back", "note": "再退一次" })), "invalid_args");
}

#[test]
fn a_street_opens_its_own_matters_at_its_own_level_and_none_beneath() {
    let w = world(15);
    let building = w.office().call("list_units", json!({}))["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|u| u["kind"]["code"] == "building")
        .unwrap()["id"]
        .clone();
    let beneath = json!({ "matter": "03016", "title": "楼道灯不亮", "building": building });
    assert_eq!(street(&w).refused("add_case", beneath), "not_allowed", "it would come back from the server");
    let own = street(&w).call("add_case", json!({ "matter": "03016", "title": "街道广场的灯不亮" }))["id"].as_str().unwrap().to_string();
    w.sync_all();
    assert_eq!(street(&w).call("list_tray", json!({}))["total"], 0, "nothing came back");
    assert!(holds(street(&w), &own) && !holds(w.office(), &own), "it is the street's");
}

#[test]
fn an_assignee_sees_the_case_by_name_and_nothing_of_the_household() {
    let w = world(3);
    let case = report(&w, Class::Open, "单元门坏了");
    let dispatch = json!({ "case": case, "transition": "dispatch", "to": choice(w.office(), &case, "赵物业")["assignee"] });
    w.office().call("add_step", dispatch);
    w.sync_all();
    let seen = file(firm(&w), &case);
    assert_eq!(seen["steps"][0]["assignee"], "赵物业");
    let seen = &seen["case"];
    assert!(seen["person"].is_null() && seen["reporter"].is_null(), "the register part was not shared: {seen}");
    assert_eq!(firm(&w).doors().len(), 0);
    assert_eq!([held(firm(&w), "door"), held(firm(&w), "register"), held(firm(&w), "private"), held(firm(&w), "office")], [0; 4]);

    step(firm(&w), &case, "handle", "已换门锁");
    w.sync_all();
    assert_eq!(file(w.ana(), &case)["case"]["state"]["code"], "handling");
    // up to the register part of the case: who told it, and about whom
    share(w.office(), &report(&w, Class::Open, "水管漏了"), "赵物业", Some("register"));
    w.sync_all();
    let all = firm(&w).call("list_cases", json!({}));
    assert_eq!(all["total"], 2);
    assert_eq!(held(firm(&w), "register"), 1);
    let wider = all["items"].as_array().unwrap().iter().find(|c| c["title"] == "水管漏了").unwrap()["id"].as_str().unwrap();
    assert_eq!(file(firm(&w), wider)["case"]["reporter"], "邻居");
    assert_eq!(firm(&w).doors().len(), 0);
}

#[test]
fn what_is_private_is_shown_only_by_name_and_that_is_written_down() {
    let w = world(4);
    let case = report(&w, Class::Private, "家里有争执");
    let offered = file(w.office(), &case)["may_share"].clone();
    assert!(offered.as_array().unwrap().iter().all(|c| c["assignee"].is_string()), "no office as a whole: {offered}");
    assert!(!offered.as_array().unwrap().iter().any(|c| c["name"] == "何楼长"), "a building head is never offered it");
    assert_eq!(w.office().refused("share_case", json!({ "case": case, "to": STREET_UNIT })), "invalid_args");
    share(w.office(), &case, "刘科长", None);
    w.sync_all();
    assert!(holds(street(&w), &case));
    assert!(!holds(firm(&w), &case) && !holds(w.head(), &case));
    let log = w.office().call("get_log", json!({}));
    assert!(
        log["items"].as_array().unwrap().iter().any(|i| i["what"] == "share" && i["text"].as_str().unwrap().contains("刘科长")),
        "{log}"
    );
    let shares = w.ledger().shares;
    assert_eq!(shares.len(), 1);
    assert_eq!((shares[0].by_name, shares[0].up_to, shares[0].is_ended), (true, Class::Private, false));
    unshare(w.office(), &case, "刘科长");
    w.sync_all();
    assert!(!holds(street(&w), &case));
    let shares = w.ledger().shares;
    assert!(shares.len() == 1 && shares[0].is_ended, "what was shown once stays on record: {shares:?}");
}

#[test]
fn a_building_head_receives_nothing_strict_by_a_share_whatever_a_device_asks() {
    let w = world(5);
    let open = report(&w, Class::Open, "电梯异响");
    let strict = report(&w, Class::Register, "空巢老人要人看看");
    let people = w.office().call("list_devices", json!({}))["people"].clone();
    assert!(people.as_array().unwrap().iter().any(|p| p["name"] == "何楼长"));
    for case in [&open, &strict] {
        assert!(
            !file(w.office(), case)["may_share"].as_array().unwrap().iter().any(|c| c["name"] == "何楼长"),
            "the head sees open ones already"
        );
    }
    w.sync_all();
    assert_eq!([held(w.head(), "register"), held(w.head(), "private"), held(w.head(), "office")], [0; 3]);
    w.nothing_wrong();
}

#[test]
fn a_case_taken_back_leaves_the_device_and_can_be_shown_again() {
    let w = world(6);
    let case = report(&w, Class::Open, "树枝压线");
    for round in 0..3 {
        share(w.office(), &case, "赵物业", None);
        w.sync_all();
        assert!(holds(firm(&w), &case), "round {round}");
        step(firm(&w), &case, "comment", &format!("第{round}次"));
        w.sync_all();
        unshare(w.office(), &case, "赵物业");
        assert!(holds(firm(&w), &case), "until the server has said so");
        w.sync_all();
        assert!(!holds(firm(&w), &case), "round {round}");
        assert_eq!(seen_by(w.ana(), &case).len(), 0);
        assert_eq!([held(firm(&w), "open"), held(firm(&w), "register")], [0, 0]);
        // what is written meanwhile is there when it comes again
        step(w.ana(), &case, "comment", &format!("收回后{round}"));
        w.sync_all();
    }
    share(w.office(), &case, "赵物业", None);
    w.sync_all();
    assert_eq!(notes(firm(&w), &case), notes(w.office(), &case));
    assert_eq!(notes(firm(&w), &case).len(), 6);
}

#[test]
fn a_step_written_before_the_case_was_taken_back_arrives_all_the_same() {
    let w = world(7);
    let case = report(&w, Class::Open, "下水道堵了");
    share(w.office(), &case, "赵物业", None);
    w.sync_all();
    // offline: the firm has done it, the office takes the case back
    step(firm(&w), &case, "handle", "已疏通");
    unshare(w.office(), &case, "赵物业");
    w.office().sync();
    firm(&w).sync();
    w.sync_all();
    assert!(notes(w.office(), &case).contains(&"已疏通".to_string()), "late work, and the right was held when it was written");
    assert!(!holds(firm(&w), &case));
    assert_eq!(firm(&w).pending(), 0);
    assert_eq!(firm(&w).call("list_tray", json!({}))["total"], 0);
}

#[test]
fn work_that_comes_too_late_for_a_share_waits_in_the_tray_and_at_the_office() {
    let w = world(8);
    let case = report(&w, Class::Open, "广告牌松动");
    share(w.office(), &case, "赵物业", None);
    w.sync_all();
    step(firm(&w), &case, "handle", "已加固");
    unshare(w.office(), &case, "赵物业");
    w.office().sync();
    w.clock.pass_ms(45 * 24 * 3_600_000);
    firm(&w).sync();
    w.sync_all();
    let tray = firm(&w).call("list_tray", json!({}));
    assert_eq!(tray["total"], 1, "{tray}");
    assert_eq!(tray["items"][0]["reason"], "late");
    assert!(tray.to_string().contains("已加固"), "the author still has the words");
    assert!(!notes(w.office(), &case).contains(&"已加固".to_string()));
    assert!(!holds(firm(&w), &case));
}

#[test]
fn a_case_in_two_partitions_held_here_leaves_only_with_the_second() {
    let w = world(9);
    let case = report(&w, Class::Open, "围墙裂缝");
    share(w.office(), &case, "青年路街道", None);
    share(w.office(), &case, "刘科长", None);
    w.sync_all();
    assert_eq!(seen_by(street(&w), &case).len(), 2);
    step(street(&w), &case, "comment", "两处都看得到");
    w.sync_all();
    for (first, second) in [("青年路街道", "刘科长"), ("刘科长", "青年路街道")] {
        unshare(w.office(), &case, first);
        w.sync_all();
        assert!(holds(street(&w), &case), "{second} still sees it");
        unshare(w.office(), &case, second);
        w.sync_all();
        assert!(!holds(street(&w), &case));
        share(w.office(), &case, first, None);
        share(w.office(), &case, second, None);
        w.sync_all();
        assert_eq!(notes(street(&w), &case), ["两处都看得到"]);
    }
}

#[test]
fn whoever_holds_the_home_too_keeps_the_case_when_the_share_ends_and_when_the_home_goes() {
    let w = world(10);
    let case = report(&w, Class::Open, "消防通道被占");
    // Bo works in this grid, and in the second one as well: the case is shown to his second post by name
    w.server().add_membership("薄云", Role::Worker, FIRST_GRID, Role::Worker, SECOND_GRID).unwrap();
    w.sync_all();
    let second_post = choice_of(&w, &case, "薄云");
    w.office().call("share_case", json!({ "case": case, "assignee": second_post }));
    w.sync_all();
    assert_eq!(seen_by(w.bo(), &case), BTreeSet::from(["薄云".to_string()]));
    assert_eq!(file(w.bo(), &case)["case"]["by_share"], false, "it is in his own units");
    w.server().end_membership("薄云", Role::Worker, FIRST_GRID).unwrap();
    w.sync_all();
    assert!(holds(w.bo(), &case), "his second post is still shown it");
    assert_eq!(file(w.bo(), &case)["case"]["by_share"], true);
    assert_eq!(w.bo().doors().len(), 0);
    step(w.bo(), &case, "comment", "从二网格看");
    w.sync_all();
    assert!(notes(w.ana(), &case).contains(&"从二网格看".to_string()));
    unshare(w.office(), &case, "薄云");
    w.sync_all();
    assert!(!holds(w.bo(), &case));
}

/// A membership that is offered for a case, by the person's name.
fn choice_of(w: &World, case: &str, name: &str) -> Json {
    let at = unit_id(SECOND_GRID).to_string();
    let all = file(w.office(), case)["may_share"].clone();
    all.as_array().unwrap().iter().find(|c| c["name"] == name && c["to"] == at).unwrap_or_else(|| panic!("{all}"))["assignee"].clone()
}

#[test]
fn many_cases_come_as_a_bundle_with_their_homes() {
    let mut w = world(11);
    let mut cases = Vec::new();
    for n in 0..40 {
        let args = json!({ "matter": matter(Class::Open), "title": format!("第{n}件"), "household": w.ana().at("1-1-101") });
        let case = w.ana().call("add_case", args)["id"].as_str().unwrap().to_string();
        step(w.ana(), &case, "comment", "有照片");
        cases.push(case);
    }
    w.sync_all();
    for case in &cases {
        w.office().call("share_case", json!({ "case": case, "to": STREET_UNIT }));
    }
    w.sync_all();
    let late = w.enrol("周副科长", Role::Office, STREET_UNIT);
    w.devices[late].line.record();
    w.devices[late].sync();
    let bundled =
        w.devices[late].line.take_tape().iter().filter_map(Exchange::sync_reply).any(|r| r.pages.iter().any(|p| p.bundle_pages.is_some()));
    assert!(bundled, "so many rows come as a bundle");
    w.sync_all();
    assert_eq!(w.devices[late].call("list_cases", json!({}))["total"], 40);
    step(&w.devices[late], &cases[3], "comment", "收到");
    unshare(w.office(), &cases[4], "青年路街道");
    w.sync_all();
    assert!(notes(w.ana(), &cases[3]).contains(&"收到".to_string()));
    assert!(!holds(&w.devices[late], &cases[4]));
}

#[test]
fn the_history_of_a_shared_case_is_told_as_far_as_it_is_shown() {
    let w = world(12);
    let case = report(&w, Class::Open, "墙皮脱落");
    share(w.office(), &case, "赵物业", None);
    w.sync_all();
    let history = |d: &Device, key: &str| d.call("get_history", json!({ "record": case, "key": key }));
    let told = history(firm(&w), "title");
    assert_eq!((told["complete"].as_bool(), told["items"].as_array().unwrap().len()), (Some(true), 1));
    assert_eq!(told["items"][0]["by"], "安然");
    let hidden = history(firm(&w), "reporter");
    assert_eq!(hidden["items"], json!([]), "a class that is not shown has no history either");
    assert_eq!(history(w.ana(), "reporter")["items"].as_array().unwrap().len(), 1);
    firm(&w).engine().set_offline(true);
    let offline = history(firm(&w), "title");
    assert_eq!(
        (offline["complete"].as_bool(), offline["items"].as_array().unwrap().len()),
        (Some(false), 1),
        "only what this device holds"
    );
}

#[test]
fn a_share_that_the_network_cuts_or_doubles_is_still_one() {
    let w = world(13);
    let case = report(&w, Class::Open, "栏杆锈断");
    for fault in [Fault::LoseReply, Fault::Twice, Fault::TwiceSecond, Fault::Late, Fault::CutAtPage(0), Fault::CutAtPage(1)] {
        share(w.office(), &case, "赵物业", None);
        w.office().meets(&[fault]);
        let _ = w.office().try_sync();
        w.office().sync();
        firm(&w).meets(&[fault]);
        let _ = firm(&w).try_sync();
        firm(&w).sync();
        step(firm(&w), &case, "comment", &format!("{fault:?}"));
        firm(&w).meets(&[fault]);
        let _ = firm(&w).try_sync();
        w.sync_all();
        assert!(notes(w.office(), &case).contains(&format!("{fault:?}")));
        assert_eq!(notes(firm(&w), &case), notes(w.office(), &case));
        unshare(w.office(), &case, "赵物业");
        w.office().meets(&[fault]);
        let _ = w.office().try_sync();
        w.sync_all();
        assert!(!holds(firm(&w), &case), "{fault:?}");
    }
}

#[test]
fn a_share_by_name_ends_with_the_term_and_nobody_reads_that_it_lasts() {
    let w = world(14);
    let case = report(&w, Class::Open, "楼道堆物");
    let choice = choice(w.office(), &case, "赵物业");
    w.office().call("share_case", json!({ "case": case, "assignee": choice["assignee"] }));
    let offered = file(w.office(), &case)["may_share"].clone();
    assert!(offered.as_array().unwrap().iter().all(|c| c["name"] != "赵物业"), "what was asked for is not offered again");
    w.sync_all();
    assert!(holds(firm(&w), &case));
    w.office().call("set_term", json!({ "id": choice["assignee"], "until": "2026-09-22" }));
    w.sync_all();
    step(firm(&w), &case, "comment", "最后一天看过");
    w.sync_all();
    w.clock.pass_ms(2 * 24 * 3_600_000);
    // the office's device knows by itself what its server will say
    let shared = file(w.office(), &case)["case"]["shared"].clone();
    assert_eq!((shared[0]["name"].as_str(), shared[0]["ended"].as_bool()), (Some("赵物业"), Some(true)));
    let (since, until) = (shared[0]["since"].as_i64().unwrap(), shared[0]["until"].as_i64().unwrap());
    assert!(since < until && until <= w.clock.now_ms(), "it says since when and until when: {shared}");
    assert!(file(w.office(), &case)["is_sharer"] == true && file(w.ana(), &case)["is_sharer"] == false);
    w.sync_all();
    for d in [w.office(), w.second(), w.ana(), w.head()] {
        assert_eq!(seen_by(d, &case), BTreeSet::new(), "{}", d.name);
        assert!(notes(d, &case).contains(&"最后一天看过".to_string()));
    }
    assert!(!holds(firm(&w), &case));
    assert!(w.ledger().shares.iter().all(|s| s.is_ended), "{:?}", w.ledger().shares);
    let target = choice["assignee"].as_str().unwrap();
    assert_eq!(w.office().refused("unshare_case", json!({ "case": case, "target": target })), "not_found");
}

#[test]
fn a_share_that_is_to_be_taken_back_says_so_until_the_server_confirms() {
    let w = world(15);
    let case = report(&w, Class::Open, "井盖松动");
    share(w.office(), &case, "赵物业", None);
    w.sync_all();
    unshare(w.office(), &case, "赵物业");
    let shared = file(w.office(), &case)["case"]["shared"].clone();
    assert_eq!(
        (shared[0]["leaving"].as_bool(), shared[0]["ended"].as_bool(), shared[0]["pending"].as_bool()),
        (Some(true), Some(false), Some(false))
    );
    w.sync_all();
    assert_eq!(seen_by(w.office(), &case), BTreeSet::new());
}
