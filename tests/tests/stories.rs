//! The rules of merging and sync as stories: each is a thing that happens to people, told through the commands that they use, on real
//! engines and the real server. The long ones about refusals and bundles stand in `refusals.rs` and `bundles.rs`.

#![allow(clippy::unwrap_used)]

use e2e::look;
use e2e::rosters;
use e2e::world::*;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

/// Every device shows the same, and what the server keeps.
fn all_equal(w: &World) {
    w.sync_all();
    let ledger = w.ledger();
    for d in &w.devices {
        assert_eq!(look::difference_to(d, &ledger), None, "{}", d.name);
    }
    assert_eq!(look::difference(w.office(), w.second()), None);
    assert_eq!(look::difference(w.office(), w.ana()), None);
    assert_eq!(look::difference(w.ana(), w.bo()), None);
}

/// Ana and Bo write the phone of one person apart, each without having seen the other's.
fn crossed(w: &World) -> [&'static str; 2] {
    w.ana().edit_person("1-1-101", "张建国", "phone", "13811110001");
    w.bo().edit_person("1-1-101", "张建国", "phone", "13822220002");
    w.sync_all();
    ["13811110001", "13822220002"]
}

#[test]
fn a_world_begins_agreed() {
    let w = World::ready(1);
    assert_eq!(w.office().doors().len(), 7);
    assert_eq!(w.head().doors().len(), 4);
    all_equal(&w);
}

#[test]
fn crossing_edits_are_both_kept_and_everybody_sees_the_same_winner() {
    let w = World::ready(2);
    let values = crossed(&w);
    let winner = w.office().person("1-1-101", "张建国")["phone"].clone();
    assert!(values.contains(&winner.as_str().unwrap()));
    for d in [w.office(), w.second(), w.ana(), w.bo()] {
        assert_eq!(d.conflicts()["张建国 phone"], values, "{}", d.name);
        assert_eq!(d.person("1-1-101", "张建国")["phone"], winner, "{}", d.name);
        let c = d.conflict();
        let by: BTreeSet<&str> = c["values"].as_array().unwrap().iter().map(|v| v["by"].as_str().unwrap()).collect();
        assert_eq!(by, BTreeSet::from(["安然", "薄云"]), "both are named to {}", d.name);
        assert_eq!(c["may_settle"], json!(true));
    }
    assert!(w.head().conflicts().is_empty(), "a building head learns nothing of a phone number");
    all_equal(&w);
}

#[test]
fn two_people_who_write_the_same_have_no_conflict() {
    let w = World::ready(3);
    w.ana().edit_person("1-1-102", "王强", "employer", "莲湖百货");
    w.bo().edit_person("1-1-102", "王强", "employer", "莲湖百货");
    all_equal(&w);
    assert!(w.office().conflicts().is_empty());
    w.office().edit_person("1-1-102", "王强", "employer", "莲湖书店");
    all_equal(&w);
    assert!(w.ana().conflicts().is_empty(), "the edit replaced both");
}

#[test]
fn a_settlement_reaches_everybody_and_names_who_settled() {
    let w = World::ready(4);
    let values = crossed(&w);
    let c = w.office().conflict();
    let loser = c["values"].as_array().unwrap().iter().find(|v| v["shown"] == json!(false)).unwrap()["value"].clone();
    w.office().call("settle_conflict", json!({ "id": c["id"], "value": loser }));
    all_equal(&w);
    for d in [w.office(), w.ana(), w.bo()] {
        assert!(d.conflicts().is_empty());
        assert_eq!(d.person("1-1-101", "张建国")["phone"], loser);
    }
    let history = w.ana().call("get_history", json!({ "record": c["record"], "key": "phone" }));
    let newest = &history["items"][0];
    assert_eq!((newest["by"].as_str(), newest["how"].as_str()), (Some("王主任"), Some("settle")));
    let all: BTreeSet<&str> = history["items"].as_array().unwrap().iter().map(|i| i["value"].as_str().unwrap()).collect();
    assert!(values.iter().all(|v| all.contains(v)), "the history keeps what was not chosen: {all:?}");
    assert_eq!(history["complete"], json!(true));
}

#[test]
fn settling_on_the_current_winner_leaves_an_operation_that_a_later_write_cannot_pass() {
    let w = World::ready(5);
    crossed(&w);
    let c = w.office().conflict();
    let winner = c["values"].as_array().unwrap().iter().find(|v| v["shown"] == json!(true)).unwrap().clone();
    // Bo writes over the two values offline, as he sees them, while the office confirms the one that wins already
    w.bo().edit_person("1-1-101", "张建国", "phone", "13833330003");
    w.office().call("settle_conflict", json!({ "id": c["id"], "value": winner["value"] }));
    assert!(w.office().conflicts().is_empty());
    assert_eq!(w.office().pending(), 1, "the choice is an operation although the value did not change");
    all_equal(&w);
    let expected: Vec<String> = {
        let mut v = vec!["13833330003".to_string(), winner["value"].as_str().unwrap().to_string()];
        v.sort();
        v
    };
    for d in [w.office(), w.ana(), w.bo()] {
        assert_eq!(d.conflicts()["张建国 phone"], expected, "two values again at {}", d.name);
    }
}

#[test]
fn a_third_value_that_arrives_under_an_open_conflict_survives_its_settlement() {
    let w = World::ready(7);
    // three apart; the office sees two of them, opens the conflict, and the third arrives
    w.ana().edit_person("1-1-101", "张建国", "phone", "13811110001");
    w.bo().edit_person("1-1-101", "张建国", "phone", "13822220002");
    w.second().edit_person("1-1-101", "张建国", "phone", "13833330003");
    w.ana().sync();
    w.bo().sync();
    w.office().sync();
    let c = w.office().conflict();
    w.second().sync();
    w.office().sync();
    w.office().call("settle_conflict", json!({ "id": c["id"], "value": "13811110001" }));
    all_equal(&w);
    assert_eq!(w.bo().conflicts()["张建国 phone"], ["13811110001", "13833330003"]);
}

#[test]
fn a_field_cleared_while_another_edits_it_shows_both() {
    let w = World::ready(8);
    w.ana().edit_person("1-1-102", "王强", "phone", Json::Null);
    w.bo().edit_person("1-1-102", "王强", "phone", "13855550005");
    all_equal(&w);
    assert_eq!(w.office().conflicts()["王强 phone"], ["13855550005", "（空）"]);
}

#[test]
fn a_form_opened_before_a_merge_and_saved_after_it_keeps_what_it_never_showed() {
    let w = World::ready(9);
    let form = w.ana().person("2-1-101", "刘洋");
    w.bo().edit_person("2-1-101", "刘洋", "phone", "13866660006");
    w.bo().sync();
    w.ana().sync(); // in the background, under the open form
    w.ana().call("edit_person", json!({ "id": form["id"], "edit": { "phone": "13877770007" }, "seen": { "phone": form["ops"]["phone"] } }));
    all_equal(&w);
    assert_eq!(w.office().conflicts()["刘洋 phone"], ["13866660006", "13877770007"]);
    // without the form's own knowledge it would have been an overwrite
    w.ana().edit_person("2-1-101", "刘洋", "phone", "13888880008");
    all_equal(&w);
    assert!(w.office().conflicts().is_empty());
}

#[test]
fn a_lost_acknowledgement_has_no_second_effect() {
    let w = World::ready(10);
    let ana = w.ana();
    let visit = ana.call("add_visit", json!({ "household": ana.at("1-1-101"), "outcome": "met", "note": "燃气" }));
    ana.edit_person("1-1-101", "张建国", "employer", "退休");
    ana.meets(&[Fault::LoseReply]);
    assert_eq!(ana.try_sync().unwrap_err().code, "offline");
    assert_eq!(ana.pending(), 2, "nothing is shown as sent that was not acknowledged");
    assert!(!ana.agrees());
    let judged = w.ledger().of(ana.id()).len();
    assert_eq!(judged, 2, "the server has them all the same");
    ana.sync();
    assert_eq!(ana.pending(), 0);
    assert!(ana.agrees());
    assert_eq!(w.ledger().of(ana.id()).len(), 2);
    all_equal(&w);
    let visits = w.office().file("1-1-101")["visits"].clone();
    assert_eq!(visits.as_array().unwrap().len(), 1);
    assert_eq!(visits[0]["id"], visit["id"]);
}

#[test]
fn a_request_that_comes_twice_or_late_changes_nothing() {
    let w = World::ready(11);
    let ana = w.ana();
    for fault in [Fault::Twice, Fault::TwiceSecond, Fault::Late, Fault::LoseRequest, Fault::Rubbish] {
        ana.edit_person("1-1-201", "赵敏", "employer", format!("{fault:?}"));
        ana.call("add_visit", json!({ "household": ana.at("1-1-201"), "outcome": "absent" }));
        ana.meets(&[fault]);
        let _ = ana.try_sync();
        ana.edit_person("1-1-201", "赵敏", "note", format!("after {fault:?}"));
        ana.sync();
        assert_eq!(ana.pending(), 0, "{fault:?}");
        assert!(ana.agrees(), "{fault:?}");
    }
    all_equal(&w);
    let file = w.office().file("1-1-201");
    assert_eq!(file["visits"].as_array().unwrap().len(), 5);
    assert_eq!(file["persons"][0]["note"], "after Rubbish");
    assert_eq!(w.ledger().of(ana.id()).len(), 15);
}

#[test]
fn a_server_killed_after_its_commit_and_started_again_gives_the_same_verdicts() {
    let w = World::ready(12);
    w.ana().edit_person("1-1-101", "张建国", "note", "听力不好");
    w.ana().meets(&[Fault::LoseReply]);
    assert!(w.ana().try_sync().is_err());
    let before = w.ledger().of(w.ana().id()).into_iter().map(|(s, v)| (s, v.clone())).collect::<Vec<_>>();
    w.stop_server();
    assert_eq!(w.ana().try_sync().unwrap_err().code, "offline");
    w.start_server();
    all_equal(&w);
    assert_eq!(w.ledger().of(w.ana().id()).into_iter().map(|(s, v)| (s, v.clone())).collect::<Vec<_>>(), before);
}

#[test]
fn a_device_killed_in_the_middle_of_a_sync_goes_on_where_it_was() {
    let w = World::new(13);
    let ana = w.ana();
    for page in 0..8 {
        ana.meets(&[Fault::CutAtPage(page)]);
        let _ = ana.try_sync();
        ana.kill();
    }
    ana.sync();
    assert!(ana.agrees());
    // and with work of its own, at every place where the power may go
    for (n, fault) in [Fault::LoseRequest, Fault::LoseReply, Fault::CutAtPage(0), Fault::CutAtPage(1)].into_iter().enumerate() {
        w.bo().sync();
        w.bo().edit_person("1-1-102", "王强", "note", format!("薄云 {n}"));
        w.bo().edit_person("2-1-102", "吴桂兰", "phone", format!("1391111000{n}"));
        w.bo().sync();
        ana.edit_person("1-1-101", "张建国", "note", format!("安然 {n}"));
        ana.kill();
        ana.meets(&[fault]);
        let _ = ana.try_sync();
        ana.kill();
        ana.sync();
        assert_eq!(ana.pending(), 0, "{fault:?}");
        assert!(ana.agrees(), "{fault:?}");
    }
    all_equal(&w);
    assert!(w.office().conflicts().is_empty());
    assert_eq!(w.office().person("1-1-101", "张建国")["note"], "安然 3");
}

#[test]
fn an_undone_visit_is_gone_for_everybody_and_only_its_author_may_undo_it() {
    let w = World::ready(14);
    let (ana, bo) = (w.ana(), w.bo());
    let home = ana.at("2-1-201");
    let sent = ana.call("add_visit", json!({ "household": home, "outcome": "met" }))["id"].clone();
    ana.sync();
    let unsent = ana.call("add_visit", json!({ "household": home, "outcome": "absent" }))["id"].clone();
    let kept = ana.call("add_visit", json!({ "household": home, "outcome": "refused" }))["id"].clone();
    for id in [&sent, &unsent] {
        assert_eq!(ana.call("undo_visit", json!({ "id": id }))["changed"], json!(true));
    }
    bo.sync();
    assert_eq!(bo.refused("undo_visit", json!({ "id": sent })), "not_allowed");
    all_equal(&w);
    for d in [w.office(), ana, bo] {
        let visits = d.file("2-1-201")["visits"].clone();
        assert_eq!(
            visits.as_array().unwrap().iter().map(|v| v["id"].clone()).collect::<Vec<_>>(),
            std::slice::from_ref(&kept),
            "{}",
            d.name
        );
    }
}

#[test]
fn a_private_case_that_a_head_writes_leaves_its_device_with_the_verdict() {
    let w = World::ready(15);
    let head = w.head();
    head.line.record();
    let building = first_building().to_string();
    let args = json!({ "matter": "02013", "title": "夜里有哭喊声", "building": building, "description": "三层" });
    let case = head.call("add_case", args)["id"].clone();
    assert_eq!(head.call("get_case", json!({ "id": case }))["case"]["pending"], json!(true), "until then it is there to be read over");
    head.meets(&[Fault::LoseReply]);
    assert!(head.try_sync().is_err());
    head.call("get_case", json!({ "id": case }));
    head.sync();
    assert_eq!(head.refused("get_case", json!({ "id": case })), "not_found");
    assert!(head.agrees());
    assert_eq!(w.office().try_sync().map(|r| r["agreed"].clone()), Ok(json!(true)));
    let seen = w.office().call("get_case", json!({ "id": case }));
    assert_eq!((seen["case"]["by"].as_str(), seen["case"]["class"].as_str()), (Some("何楼长"), Some("private")));
    // the head goes on writing as its next actor, and nothing of the case comes back with later syncs
    head.call("add_case", json!({ "matter": "02013", "title": "又有哭喊声", "building": building }));
    let open = head.call("add_case", json!({ "matter": open_matter(), "title": "楼道灯坏了", "building": building }))["id"].clone();
    w.sync_all();
    head.call("get_case", json!({ "id": open }));
    for e in head.line.take_tape() {
        assert!(!contains(&e.reply, "哭喊"), "the case came back to the head");
    }
    assert_eq!(w.office().call("list_cases", json!({}))["total"], json!(3));
    assert_eq!(head.call("list_cases", json!({}))["total"], json!(1));
}

#[test]
fn it_leaves_also_when_the_pages_behind_the_verdict_do_not_come_through() {
    let w = World::ready(22);
    let building = first_building().to_string();
    w.office().call("add_case", json!({ "matter": open_matter(), "title": "井盖松了", "building": building }));
    w.office().sync();
    let case = w.head().call("add_case", json!({ "matter": "02013", "title": "夜里有哭喊声", "building": building }))["id"].clone();
    w.head().meets(&[Fault::CutAtPage(0)]);
    assert_eq!(w.head().try_sync().unwrap_err().code, "server_error");
    assert_eq!(w.head().pending(), 0, "the verdict came");
    assert_eq!(w.head().refused("get_case", json!({ "id": case })), "not_found");
    w.sync_all();
}

fn open_matter() -> String {
    shared_model::matters::all().iter().find(|m| m.class == shared_model::Class::Open).unwrap().code.clone()
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|w| w == text.as_bytes())
}

#[test]
fn of_every_matter_a_head_receives_the_open_part_and_of_residents_nothing() {
    let w = World::ready(16);
    let (ana, head) = (w.ana(), w.head());
    head.line.record();
    let home = ana.at("1-1-101");
    let person = ana.person("1-1-101", "张建国")["id"].clone();
    let mut cases = Vec::new();
    for (n, m) in shared_model::matters::all().iter().enumerate() {
        let args = json!({ "matter": m.code, "title": format!("TITLE{n:02}"), "description": format!("WORDS{n:02}"),
            "household": home, "person": person, "reporter": format!("TELLER{n:02}") });
        let case = ana.call("add_case", args)["id"].clone();
        ana.call("add_step", json!({ "case": case, "transition": "comment", "note": format!("STEP{n:02}") }));
        cases.push((case, m.class, n));
    }
    ana.call("add_visit", json!({ "household": home, "outcome": "met", "note": "VISITNOTE" }));
    ana.edit_person("1-1-101", "张建国", "note", "PERSONNOTE");
    ana.call(
        "edit_household",
        json!({ "id": home, "edit": { "note": "HOMENOTE", "care_tags": ["低保"], "contact_phone": "13900009999" } }),
    );
    w.sync_all();
    let tape = head.line.take_tape();
    let reached = |text: &str| tape.iter().any(|e| contains(&e.reply, text));
    for (case, class, n) in &cases {
        let open = *class == shared_model::Class::Open;
        for words in ["TITLE", "WORDS", "STEP"] {
            assert_eq!(reached(&format!("{words}{n:02}")), open, "{words}{n:02} of a {} matter", class.name());
        }
        assert!(!reached(&format!("TELLER{n:02}")), "who told it is never a head's to know");
        let got = head.try_call("get_case", json!({ "id": case }));
        assert_eq!(got.map_err(|e| e.code).is_ok(), open, "{n}");
    }
    assert!(cases.iter().any(|c| c.1 == shared_model::Class::Open) && cases.iter().any(|c| c.1 == shared_model::Class::Private));
    assert!(reached("13900009999"), "a phone that the household agreed to share is at the door");
    for words in ["VISITNOTE", "PERSONNOTE", "HOMENOTE", "低保", "610104195208090515", "13900000101", "李秀英", "1952"] {
        assert!(!reached(words), "{words}");
    }
    let holdings = head.call("get_holdings", json!({}));
    let classes: Vec<&str> = holdings["items"].as_array().unwrap().iter().map(|i| i["class"]["code"].as_str().unwrap()).collect();
    assert_eq!(classes, ["common", "open", "door"]);
    let never: Vec<&str> = holdings["never"].as_array().unwrap().iter().map(|i| i["code"].as_str().unwrap()).collect();
    assert_eq!(never, ["register", "private", "office"]);
    w.nothing_wrong();
}

#[test]
fn two_offices_that_import_one_roster_offline_meet_in_the_same_records() {
    let w = World::ready(17);
    let file = |name: &str, text: &str| {
        let path = w.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let (one, two) = (file("甲.csv", &rosters::of_building(7, 8, "139000")), file("乙.csv", &rosters::of_building(7, 8, "138000")));
    let import = |d: &Device, path: &std::path::Path| {
        let r = d.call("import_roster", json!({ "file": path, "grid": FIRST_GRID }));
        assert_eq!((r["households"].clone(), r["added"].clone()), (json!(8), json!(16)), "{r}");
    };
    import(w.office(), &one);
    import(w.second(), &two);
    all_equal(&w);
    assert_eq!(w.office().doors().len(), 15);
    let conflicts = w.second().conflicts();
    assert_eq!(conflicts.len(), 8, "{conflicts:?}");
    for (key, values) in conflicts {
        assert!(key.ends_with(" phone") && values[0].starts_with("138000") && values[1].starts_with("139000"), "{key} {values:?}");
    }
    // and the same file again adds nothing, on either side
    for (d, path) in [(w.office(), &one), (w.second(), &two)] {
        assert_eq!(d.call("import_roster", json!({ "file": path, "grid": FIRST_GRID }))["added"], json!(0));
    }
    all_equal(&w);
    assert_eq!(w.office().doors().len(), 15);
}

#[test]
fn a_device_that_was_away_for_long_brings_three_hundred_changes() {
    let w = World::ready(18);
    let (ana, bo) = (w.ana(), w.bo());
    let doors: Vec<(String, String)> = ana.doors().into_iter().collect();
    // read before she leaves: a week without contact ends reading, not writing
    let people: Vec<(String, String, Json)> = doors
        .iter()
        .flat_map(|(plate, _)| {
            let file = ana.file(plate);
            let person = |p: &Json| (plate.clone(), p["name"].as_str().unwrap().to_string(), p["id"].clone());
            file["persons"].as_array().unwrap().iter().map(person).collect::<Vec<_>>()
        })
        .collect();
    for n in 0..300 {
        w.clock.pass_ms(2 * 3_600_000);
        let (plate, name, id) = &people[n % people.len()];
        let edit = |key: &str, value: String| ana.call("edit_person", json!({ "id": id, "edit": { key: value } }));
        match n % 3 {
            0 => drop(ana.call("add_visit", json!({ "household": ana.at(plate), "outcome": "met", "note": format!("第 {n} 次") }))),
            1 => drop(edit("employer", format!("单位 {n}"))),
            _ => drop(edit("note", format!("记 {n}"))),
        }
        if n % 10 == 0 {
            bo.edit_person(plate, name, "phone", format!("137{n:08}"));
            bo.sync();
            w.office().sync();
        }
    }
    assert_eq!(ana.pending(), 300);
    ana.kill();
    let report = ana.sync();
    assert_eq!((report["pushed"].clone(), report["refused"].clone()), (json!(300), json!(0)));
    assert!(report["requests"].as_u64().unwrap() <= 3, "{report}");
    assert!(ana.agrees());
    all_equal(&w);
    let visits: usize = doors.iter().map(|(plate, _)| w.office().file(plate)["visits"].as_array().unwrap().len()).sum();
    assert_eq!(visits, 100);
}

#[test]
fn a_wrong_clock_locks_nobody_out_and_decides_nothing() {
    let w = World::ready(19);
    const TEN_YEARS_MS: i64 = 10 * 365 * 24 * 3_600_000;
    w.ana().env.set_wrong_by_ms(TEN_YEARS_MS);
    w.bo().env.set_wrong_by_ms(-TEN_YEARS_MS);
    w.ana().kill();
    w.bo().kill();
    w.ana().edit_person("1-1-101", "张建国", "note", "来自将来");
    w.ana().sync();
    w.bo().sync();
    w.bo().edit_person("1-1-101", "张建国", "note", "来自从前");
    w.bo().sync();
    w.ana().sync();
    for d in [w.ana(), w.bo()] {
        assert_eq!(d.person("1-1-101", "张建国")["note"], "来自从前", "what came after is what stands, whatever the clocks claim");
        assert!(d.agrees());
    }
    w.sync_all();
}

#[test]
fn what_a_new_device_writes_before_its_first_sync_counts() {
    let mut w = World::new(20);
    let place = w.enrol("新来", shared_model::Role::Worker, FIRST_GRID);
    let fresh = &w.devices[place];
    let case = fresh.call("add_case", json!({ "matter": open_matter(), "title": "路灯坏了", "place": "小花园" }))["id"].clone();
    fresh.sync();
    assert_eq!((fresh.pending(), fresh.status()["refused"].clone()), (0, json!(0)));
    w.sync_all();
    assert_eq!(w.office().call("get_case", json!({ "id": case }))["case"]["by"], "新来");
}

#[test]
fn a_household_that_two_made_on_different_days_is_due_on_one_day_everywhere() {
    let w = World::ready(21);
    let building = first_building().to_string();
    let args = |head: &str| json!({ "building": building, "unit_no": "3", "door": "301", "head_name": head });
    w.ana().call("add_household", args("郑一"));
    w.clock.pass_ms(5 * 24 * 3_600_000);
    w.bo().call("add_household", args("郑一"));
    all_equal(&w);
    let due = w.office().file("1-3-301")["household"]["due"].clone();
    assert_eq!(w.ana().file("1-3-301")["household"]["due"], due);
    assert_eq!(w.bo().file("1-3-301")["household"]["due"], due);
}

#[test]
fn the_same_long_words_on_many_doors_are_taken_for_no_bomb() {
    let w = World::ready(29);
    let ana = w.ana();
    ana.line.set_offline(true);
    let person = ana.person("1-1-101", "张建国")["id"].clone();
    for n in 0..60 {
        let note = format!("{}{n}", "楼道灯不亮，水管又漏了。".repeat(200));
        ana.call("edit_person", json!({ "id": person, "edit": { "note": note } }));
    }
    ana.line.set_offline(false);
    let report = ana.sync();
    assert_eq!((&report["refused"], ana.pending()), (&json!(0), 0), "{report}");
    all_equal(&w);
}

#[test]
fn first_visits_stay_where_they_are_on_a_phone_that_is_not_told_since_when() {
    let w = World::ready(77);
    let (office, head) = (w.office(), w.head());
    let dates = |d: &Device| -> Vec<String> {
        let list = d.call("list_households", json!({ "building": first_building() }));
        list["items"].as_array().unwrap().iter().filter_map(|h| h["due"]["date"].as_str().map(str::to_string)).collect()
    };
    assert!(!dates(head).is_empty());
    // each new door lays the first visits of all anew
    for door in 1..5 {
        let args = json!({ "building": first_building(), "unit_no": "9", "door": format!("90{door}"), "head_name": "钱新" });
        office.call("add_household", args);
        w.sync_all();
    }
    let last = dates(head).into_iter().max().unwrap();
    assert!(last.as_str() < "2027-03-21", "{last} is more than a period after 2026-09-21");
}
