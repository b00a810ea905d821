//! Erasure, from the office's command to the last byte on the last phone: nothing of what was erased is in any file of the server or in any
//! table of a device, work that was under way is told what was erased of it, and who is entered again is somebody new.

#![allow(clippy::unwrap_used)]

use e2e::look;
use e2e::rosters;
use e2e::scan::{columns_with, files_with};
use e2e::world::*;
use serde_json::{Value as Json, json};
use shared_model::Class;
use shared_model::wire::Verdict;

/// What is written of one person, each string nowhere else in the world.
const CANARIES: [&str; 8] =
    ["张建国", "13900000101", "610104195208090515", "13811118888", "心脏支架的事", "老张叔", "青年路旧址十九号", "电视机厂退休"];

/// Everything that can be known of 张建国, and what others say of him.
fn write_canaries(w: &World) {
    let (office, ana) = (w.office(), w.ana());
    for (key, value) in [
        ("phone", "13811118888"),
        ("care_note", "心脏支架的事"),
        ("nickname", "老张叔"),
        ("registered_address", "青年路旧址十九号"),
        ("employer", "电视机厂退休"),
    ] {
        ana.edit_person("1-1-101", "张建国", key, value);
    }
    ana.call("add_visit", json!({ "household": ana.at("1-1-101"), "outcome": "met", "note": "老张叔说水管又漏了" }));
    ana.call("add_visit", json!({ "household": ana.at("1-1-101"), "outcome": "absent", "note": "门口贴了通知" }));
    w.sync_all();
    // two values of one field, one of them written by the office
    office.edit_person("1-1-101", "张建国", "nickname", "张建国本人");
    ana.edit_person("1-1-101", "张建国", "nickname", "老张叔呀");
    w.sync_all();
}

/// Where each string still is.
fn found(w: &World, strings: &[&str]) -> Vec<String> {
    let mut out = Vec::new();
    for s in strings {
        out.extend(files_with(&w.server_dir(), s).into_iter().map(|f| format!("{s}: server {f}")));
        for d in &w.devices {
            out.extend(columns_with(d, s).into_iter().map(|c| format!("{s}: {} {c}", d.name)));
        }
    }
    out
}

fn erase(d: &Device, record: &Json, reason: &str) {
    d.call("erase", json!({ "record": record, "reason": reason, "confirm": true }));
}

fn all_equal(w: &World) {
    w.sync_all();
    let ledger = w.ledger();
    for d in &w.devices {
        assert_eq!(look::difference_to(d, &ledger), None, "{}", d.name);
    }
    assert_eq!(look::difference(w.office(), w.second()), None);
}

fn tray(d: &Device) -> Vec<Json> {
    d.call("list_tray", json!({}))["items"].as_array().unwrap().clone()
}

#[test]
fn nothing_of_an_erased_person_is_left_anywhere() {
    let w = World::ready(301);
    write_canaries(&w);
    for s in CANARIES {
        assert!(!files_with(&w.server_dir(), s).is_empty(), "{s} is at the server before");
        assert!(!columns_with(w.second(), s).is_empty(), "{s} is at the office's before");
    }
    assert!(!columns_with(w.head(), "张建国").is_empty(), "the head knows the name at the door");
    let person = w.office().person("1-1-101", "张建国")["id"].clone();
    erase(w.office(), &person, "asked");
    w.sync_all();
    assert_eq!(found(&w, &CANARIES), Vec::<String>::new());
    for d in [w.office(), w.ana(), w.bo()] {
        let file = d.file("1-1-101");
        let names: Vec<&str> = file["persons"].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["李秀英"], "{}: the others stay", d.name);
        assert_eq!(file["visits"].as_array().unwrap().len(), 2, "{}: the visits stay, one without its words", d.name);
        assert!(d.conflicts().is_empty(), "{}: {:?}", d.name, d.conflicts());
        assert_eq!(d.call("search", json!({ "q": "张建国" }))["items"], json!([]), "{}", d.name);
        assert_eq!(d.try_call("get_history", json!({ "record": person, "key": "phone" })).unwrap_err().code, "not_found");
    }
    assert!(w.head().doors().contains_key("1-1-101"), "the door stays, without a name");
    all_equal(&w);
    let list = w.office().call("list_erasures", json!({}));
    let e = &list["items"][0];
    assert_eq!((e["done"].clone(), e["devices"].clone(), e["to_come"].clone()), (json!(5), json!(5), json!([])), "{list}");
    assert_eq!((e["by"].as_str(), e["reason"]["code"].as_str()), (Some("王主任"), Some("asked")));
    // the ledger names no one, and the same command carried out once more changes nothing
    w.stop_server();
    w.start_server();
    all_equal(&w);
}

#[test]
fn a_phone_that_was_away_loses_only_what_it_wrote_of_the_erased() {
    let w = World::ready(302);
    let (office, bo) = (w.office(), w.bo());
    bo.line.set_offline(true);
    let home = bo.at("1-1-101");
    let person = bo.person("1-1-101", "张建国")["id"].clone();
    bo.edit_person("1-1-101", "张建国", "employer", "电视机厂退休");
    bo.edit_person("1-1-101", "李秀英", "employer", "社区食堂");
    let facts = json!({ person.as_str().unwrap(): { "nickname": "老张叔" } });
    bo.call("add_visit", json!({ "household": home, "outcome": "met", "note": "问了水管", "facts": facts }));
    erase(office, &person, "consent_withdrawn");
    office.sync();
    let waits = office.call("list_erasures", json!({}))["items"][0]["to_come"].clone();
    assert!(waits.as_array().unwrap().contains(&json!("薄云")), "{waits}");
    bo.line.set_offline(false);
    // the first answer is lost: the verdicts come again, and what was erased stays so
    bo.meets(&[Fault::LoseReply]);
    assert!(bo.try_sync().is_err());
    bo.kill();
    w.sync_all();
    assert_eq!(found(&w, &["张建国", "电视机厂退休", "老张叔", "13900000101"]), Vec::<String>::new());
    let verdicts: Vec<String> = w
        .ledger()
        .of(bo.id())
        .values()
        .map(|v| match v {
            Verdict::Accepted { erased, .. } => format!("accepted but {}", erased.len()),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(verdicts, ["Erased", "accepted but 0", "accepted but 1"]);
    for d in [office, w.ana(), bo] {
        assert_eq!(d.person("1-1-101", "李秀英")["employer"], "社区食堂", "{}", d.name);
        assert_eq!(d.file("1-1-101")["visits"][0]["note"], "问了水管", "{}", d.name);
    }
    let told: Vec<(Json, Json)> = tray(bo).iter().map(|i| (i["command"].clone(), i["values"].clone())).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    let fields: Vec<String> = told.iter().flat_map(|(_, v)| v.as_object().unwrap().keys().cloned().collect::<Vec<_>>()).collect();
    assert!(fields.contains(&"工作单位".to_string()) && fields.contains(&"称呼".to_string()), "the names of the fields stay: {fields:?}");
    for item in tray(bo) {
        bo.call("discard_refused", json!({ "seq": item["seq"] }));
    }
    assert!(tray(bo).is_empty());
    all_equal(&w);
    assert_eq!(office.call("list_erasures", json!({}))["items"][0]["to_come"], json!([]));
}

#[test]
fn of_an_erased_household_the_steps_of_its_cases_stay_without_words() {
    let w = World::ready(303);
    let (office, ana) = (w.office(), w.ana());
    let home = ana.at("1-1-201");
    let matter = ana.call("list_matters", json!({}))["items"][0]["code"].clone();
    let case =
        ana.call("add_case", json!({ "matter": matter, "title": "赵敏家楼下漏水", "description": "厨房屋顶渗水三天", "household": home }));
    ana.call("add_visit", json!({ "household": home, "outcome": "met", "note": "小天要中考" }));
    w.sync_all();
    office.call("add_step", json!({ "case": case["id"], "transition": "comment", "note": "已给赵敏回电话" }));
    w.sync_all();
    let before = office.call("get_case", json!({ "id": case["id"] }));
    let strings = ["赵敏", "赵小天", "13900000104", "楼下漏水", "屋顶渗水", "中考", "回电话"];
    assert!(found(&w, &strings).len() > 20);
    // Bo, away, wrote of the household without having heard
    w.bo().line.set_offline(true);
    w.bo().call("add_visit", json!({ "household": home, "outcome": "met", "note": "赵敏在家" }));
    w.bo().call("add_person", json!({ "household": home, "name": "赵小天的外婆" }));
    erase(office, &json!(home), "period_ended");
    office.sync();
    w.bo().line.set_offline(false);
    w.sync_all();
    assert_eq!(found(&w, &strings), Vec::<String>::new());
    for d in [office, w.second(), ana, w.bo()] {
        assert!(!d.doors().values().any(|id| *id == home), "{}", d.name);
        let after = d.call("get_case", json!({ "id": case["id"] }));
        assert_eq!(after["matter"], before["matter"], "{}", d.name);
        let steps = |c: &Json| -> Vec<(Json, Json, Json)> {
            c["steps"].as_array().unwrap().iter().map(|s| (s["id"].clone(), s["transition"].clone(), s["received_at"].clone())).collect()
        };
        assert_eq!(steps(&after), steps(&before), "{}: id, transition and order stay", d.name);
    }
    all_equal(&w);
    assert_eq!(tray(w.bo()).len(), 2);
    // a device that begins after the logs were compacted has the same steps, in the same order, since the same moment
    w.clock.pass_ms(24 * 3_600_000);
    w.server().compact(0).unwrap();
    let mut w = w;
    let new = w.enrol("新来的", shared_model::Role::Worker, FIRST_GRID);
    w.devices[new].sync();
    let [old, fresh] = [w.ana(), &w.devices[new]].map(|d| d.call("get_case", json!({ "id": case["id"] })));
    assert_eq!(fresh["steps"], old["steps"]);
}

#[test]
fn who_is_entered_again_is_somebody_new_and_an_old_purge_does_not_reach_them() {
    let w = World::ready(304);
    let (office, bo) = (w.office(), w.bo());
    bo.line.set_offline(true);
    bo.edit_person("2-1-102", "吴桂兰", "employer", "纺织厂退休");
    let first = office.person("2-1-102", "吴桂兰")["id"].clone();
    erase(office, &json!(office.at("2-1-102")), "purpose_done");
    office.sync();
    assert!(!office.doors().contains_key("2-1-102"));
    let file = w.path().join("再来.csv");
    std::fs::write(&file, rosters::SMALL).unwrap();
    office.call("import_roster", json!({ "file": file, "grid": FIRST_GRID }));
    office.sync();
    let again = office.person("2-1-102", "吴桂兰");
    assert_eq!(again["id"], first, "the same file makes the same record");
    office.edit_person("2-1-102", "吴桂兰", "nickname", "吴阿姨");
    office.sync();
    w.ana().sync();
    bo.line.set_offline(false);
    w.sync_all();
    for d in [office, w.ana(), bo] {
        let p = d.person("2-1-102", "吴桂兰");
        assert_eq!((p["nickname"].clone(), p["phone"].clone()), (json!("吴阿姨"), json!("13900000108")), "{}", d.name);
    }
    assert_eq!(found(&w, &["纺织厂退休"]), Vec::<String>::new(), "what was written of the first is of the first");
    let record: uuid::Uuid = first.as_str().unwrap().parse().unwrap();
    let ledger = w.ledger();
    let generations: Vec<u16> = ledger.documents.keys().filter(|d| d.record == record).map(|d| d.generation).collect();
    assert!(!generations.is_empty() && generations.iter().all(|g| *g == 1), "{generations:?}");
    // a new office computer begins from nothing and imports the same file: it meets the same people
    let mut w = w;
    let new = w.enrol("新电脑", shared_model::Role::Office, COMMUNITY);
    w.devices[new].sync();
    let file = w.path().join("再来.csv");
    w.devices[new].call("import_roster", json!({ "file": file, "grid": FIRST_GRID }));
    w.sync_all();
    assert_eq!(tray(&w.devices[new]).len(), 0);
    // erased a second time
    erase(w.office(), &first, "asked");
    w.sync_all();
    assert_eq!(found(&w, &["吴桂兰", "吴阿姨"]), Vec::<String>::new());
    all_equal(&w);
}

#[test]
fn a_phone_taken_back_from_the_door_is_gone_and_the_rest_of_the_door_stays() {
    let w = World::ready(305);
    let (office, ana, bo) = (w.office(), w.ana(), w.bo());
    let home = ana.at("1-1-102");
    ana.call("edit_household", json!({ "id": home, "edit": { "contact_phone": "13766660000" } }));
    w.sync_all();
    assert!(!columns_with(w.head(), "13766660000").is_empty());
    // two names of the head stand side by side, and stay so
    ana.call("edit_household", json!({ "id": home, "edit": { "head_name": "王强甲" } }));
    bo.call("edit_household", json!({ "id": home, "edit": { "head_name": "王强乙" } }));
    w.sync_all();
    let conflict = office.conflicts();
    ana.call("withdraw_contact", json!({ "household": home }));
    w.sync_all();
    assert_eq!(found(&w, &["13766660000"]), Vec::<String>::new());
    assert_eq!(office.conflicts(), conflict);
    assert!(w.head().doors().contains_key("1-1-102"));
    ana.call("edit_household", json!({ "id": home, "edit": { "contact_phone": "13766661111" } }));
    all_equal(&w);
    assert_eq!(w.head().file("1-1-102")["household"]["contact_phone"], w.office().file("1-1-102")["household"]["contact_phone"]);
    assert_eq!(w.head().refused("withdraw_contact", json!({ "household": home })), "not_allowed");
}

#[test]
fn what_the_ledger_says_is_carried_out_again_on_an_older_database() {
    let w = World::ready(306);
    let person = w.office().person("1-2-101", "陈伟")["id"].clone();
    w.office().call("edit_household", json!({ "id": w.office().at("1-2-101"), "edit": { "note": "有楼梯扶手" } }));
    w.sync_all();
    // the database as it was just before: a crash between the line and the commit, or a backup put back
    let before: Vec<(std::path::PathBuf, Vec<u8>)> = ["server.db", "server.db-wal", "server.db-shm"]
        .iter()
        .map(|f| w.server_dir().join(f))
        .filter(|p| p.exists())
        .map(|p| (p.clone(), std::fs::read(&p).unwrap()))
        .collect();
    erase(w.office(), &person, "asked");
    w.sync_all();
    w.stop_server();
    for (path, bytes) in &before {
        std::fs::write(path, bytes).unwrap();
    }
    assert!(!files_with(&w.server_dir(), "陈伟").is_empty(), "it is back with the old database");
    w.start_server();
    assert_eq!(files_with(&w.server_dir(), "陈伟"), Vec::<String>::new());
    assert!(w.server().digests_hold().unwrap());
    let ledger = w.ledger();
    let record: uuid::Uuid = person.as_str().unwrap().parse().unwrap();
    assert!(ledger.documents.keys().all(|d| d.record != record));
    assert!(ledger.documents.keys().any(|d| d.class == Class::Door && d.generation == 1), "the door goes on without the name");
    // a second start changes nothing
    let text = |w: &World| std::fs::read(w.server_dir().join("ledger")).unwrap();
    let lines = text(&w);
    w.stop_server();
    w.start_server();
    assert_eq!(text(&w), lines);
}

#[test]
fn only_the_office_erases_and_only_what_was_confirmed() {
    let w = World::ready(307);
    let person = w.ana().person("1-1-101", "张建国")["id"].clone();
    let args = |confirm: bool, reason: &str| json!({ "record": person, "reason": reason, "confirm": confirm });
    for d in [w.ana(), w.head()] {
        assert_eq!(d.refused("erase", args(true, "asked")), "not_allowed");
    }
    assert_eq!(w.office().refused("erase", args(false, "asked")), "invalid_args");
    assert_eq!(w.office().refused("erase", args(true, "because")), "invalid_args");
    assert_eq!(w.office().refused("erase", json!({ "record": uuid::Uuid::nil(), "reason": "asked", "confirm": true })), "not_found");
    // two offices at once: the second finds it gone, and nothing is refused
    erase(w.office(), &person, "asked");
    erase(w.second(), &person, "unlawful");
    w.sync_all();
    assert!(tray(w.office()).is_empty() && tray(w.second()).is_empty());
    assert_eq!(w.office().call("list_erasures", json!({}))["items"].as_array().unwrap().len(), 1);
    all_equal(&w);
}

#[test]
fn a_refused_command_is_kept_without_what_was_erased() {
    let w = World::ready(308);
    let (office, ana) = (w.office(), w.ana());
    office.edit_person("1-2-101", "陈伟", "birth_date", "1961-05-04");
    office.sync();
    // a year beside a date that Ana has not seen is refused, with the words beside it
    let person = ana.person("1-2-101", "陈伟")["id"].clone();
    ana.call("edit_person", json!({ "id": person, "edit": { "birth_year": 1960, "employer": "莲湖公交旧厂" } }));
    w.sync_all();
    assert_eq!(tray(ana).len(), 1);
    assert!(!files_with(&w.server_dir(), "莲湖公交旧厂").is_empty(), "the office may still adopt it");
    erase(office, &person, "asked");
    w.sync_all();
    assert_eq!(found(&w, &["莲湖公交旧厂", "陈伟"]), Vec::<String>::new());
    assert_eq!(tray(ana).len(), 1, "the author is told which fields");
    all_equal(&w);
}

fn mentions(d: &Device) -> Vec<Json> {
    let list = d.call("list_erasures", json!({}));
    list["items"].as_array().unwrap().iter().flat_map(|e| e["mentions"].as_array().unwrap().clone()).collect()
}

fn decide(d: &Device, mention: &Json, decision: &str) {
    d.call("decide_mention", json!({ "id": mention["id"], "decision": decision }));
}

/// A case at building 2 that names 张建国 of building 1, with words of him in it and in a step, shown to the street and to a firm by name.
fn case_elsewhere(w: &mut World) -> Json {
    let street = w.enrol("刘科长", shared_model::Role::Office, "610104001");
    let firm = w.enrol("赵物业", shared_model::Role::Assignee, COMMUNITY);
    w.sync_all();
    let (office, person) = (w.office(), w.office().person("1-1-101", "张建国")["id"].clone());
    let matter = shared_model::matters::all().iter().find(|m| m.class == Class::Open).unwrap().code.clone();
    let args = json!({ "matter": matter, "title": "张建国的电动车占楼道", "description": "在二号楼充电", "household": office.at("2-1-102"),
        "person": person, "reporter": "楼上邻居" });
    let case = office.call("add_case", args)["id"].clone();
    w.sync_all();
    office.call("add_step", json!({ "case": case, "transition": "comment", "note": "打过13900000101没人接" }));
    office.call("add_step", json!({ "case": case, "transition": "comment", "note": "楼道先清了" }));
    for name in ["青年路街道", "赵物业"] {
        let file = office.call("get_case", json!({ "id": case }));
        let to = file["may_share"].as_array().unwrap().iter().find(|c| c["name"] == name).unwrap().clone();
        office.call("share_case", json!({ "case": case, "to": to["to"], "assignee": to["assignee"], "upto": to["upto"]["code"] }));
    }
    w.sync_all();
    for d in [street, firm] {
        assert!(!columns_with(&w.devices[d], "电动车占楼道").is_empty(), "{} is shown the case", w.devices[d].name);
    }
    case
}

#[test]
fn an_erasure_finds_a_case_of_another_building_and_every_place_that_is_shown_it() {
    let mut w = World::ready(309);
    let case = case_elsewhere(&mut w);
    let strings = ["张建国", "13900000101", "占楼道", "没人接"];
    let person = w.office().person("1-1-101", "张建国")["id"].clone();
    erase(w.office(), &person, "asked");
    w.sync_all();
    assert_eq!(found(&w, &strings), Vec::<String>::new());
    for d in &w.devices {
        let Ok(file) = d.try_call("get_case", json!({ "id": case })) else { continue };
        assert!(file["case"]["person"].is_null(), "{}: {file}", d.name);
        let notes: Vec<&str> = file["steps"].as_array().unwrap().iter().map(|s| s["note"].as_str().unwrap_or_default()).collect();
        assert_eq!(notes, ["", "楼道先清了"], "{}: the step stays, and what says nothing of him", d.name);
    }
    assert!(mentions(w.office()).is_empty());
    all_equal_but_shown(&w);
    // the neighbour's household, whose case it was, goes later: the case loses its words on every device that is shown it
    erase(w.office(), &json!(w.office().at("2-1-102")), "period_ended");
    w.sync_all();
    assert_eq!(found(&w, &["二号楼充电", "吴桂兰"]), Vec::<String>::new());
    assert!(w.server().digests_hold().unwrap());
}

/// The devices of the grid and the office hold all; who is shown a case holds that.
fn all_equal_but_shown(w: &World) {
    let ledger = w.ledger();
    for d in &w.devices[..5] {
        assert_eq!(look::difference_to(d, &ledger), None, "{}", d.name);
    }
}

#[test]
fn what_others_wrote_with_the_same_name_is_for_the_office_to_decide() {
    let w = World::ready(310);
    let (office, bo) = (w.office(), w.bo());
    let (other, third) = (bo.at("2-1-102"), bo.at("1-2-101"));
    bo.call("add_visit", json!({ "household": other, "outcome": "met", "note": "张建国来借过梯子" }));
    bo.call("add_visit", json!({ "household": third, "outcome": "met", "note": "说的是另一个张建国" }));
    // a telephone of two is also the other's own
    bo.edit_person("2-1-102", "吴桂兰", "phone2", "13900000101");
    w.sync_all();
    assert_eq!(w.ana().refused("decide_mention", json!({ "id": "x", "decision": "erase" })), "not_allowed");
    erase(office, &office.person("1-1-101", "张建国")["id"].clone(), "asked");
    w.sync_all();
    assert_eq!(bo.person("2-1-102", "吴桂兰")["phone2"], "13900000101");
    let all = mentions(w.second());
    let said: Vec<(&str, &str, &str)> = all
        .iter()
        .map(|m| (m["title"].as_str().unwrap(), m["kind"]["code"].as_str().unwrap(), m["fields"][0]["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        said.iter().copied().collect::<std::collections::BTreeSet<_>>(),
        [("2-1-102", "visit", "note"), ("1-2-101", "visit", "note")].into()
    );
    assert!(mentions(w.ana()).is_empty(), "a worker is not asked");
    let at = |title: &str| all.iter().find(|m| m["title"] == title).unwrap();
    decide(office, at("2-1-102"), "erase");
    assert!(mentions(office).iter().any(|m| m["pending"] == true));
    assert_eq!(office.refused("decide_mention", json!({ "id": at("2-1-102")["id"], "decision": "keep" })), "invalid_args");
    decide(office, at("1-2-101"), "keep");
    w.sync_all();
    assert_eq!(found(&w, &["借过梯子"]), Vec::<String>::new());
    assert!(mentions(office).is_empty() && mentions(w.second()).is_empty());
    for d in [office, w.ana(), bo] {
        assert_eq!(d.file("1-2-101")["visits"][0]["note"], "说的是另一个张建国", "{}", d.name);
        assert_eq!(d.file("2-1-102")["visits"].as_array().unwrap().len(), 1, "{}: the visit stays, without its words", d.name);
    }
    all_equal(&w);
    // the other office had decided the same, away: it is told that this is done
    let late = w.office().call("list_erasures", json!({}))["items"].as_array().unwrap().len();
    assert_eq!(late, 2, "what was decided is an erasure of its own");
}

#[test]
fn two_offices_decide_one_mention_and_the_second_is_told() {
    let w = World::ready(311);
    w.bo().call("add_visit", json!({ "household": w.bo().at("2-1-102"), "outcome": "met", "note": "张建国来借过梯子" }));
    w.sync_all();
    erase(w.office(), &w.office().person("1-1-101", "张建国")["id"].clone(), "asked");
    w.sync_all();
    decide(w.office(), &mentions(w.office())[0], "erase");
    decide(w.second(), &mentions(w.second())[0], "keep");
    w.sync_all();
    assert_eq!(found(&w, &["借过梯子"]), Vec::<String>::new());
    assert_eq!((tray(w.office()).len(), tray(w.second()).len()), (0, 1));
    all_equal(&w);
}

#[test]
fn a_refused_command_that_would_have_made_a_new_record_keeps_no_word_of_the_erased() {
    let w = World::ready(312);
    let (office, ana) = (w.office(), w.ana());
    office.edit_person("1-2-101", "陈伟", "birth_date", "1961-05-04");
    office.sync();
    let person = ana.person("1-2-101", "陈伟")["id"].clone();
    // refused for the year beside a date that Ana has not seen; the visit with it was never taken in
    let facts = json!({ person.as_str().unwrap(): { "birth_year": 1960 } });
    ana.call("add_visit", json!({ "household": ana.at("1-2-101"), "outcome": "met", "note": "陈伟说儿子回来了", "facts": facts }));
    w.sync_all();
    assert_eq!(tray(ana).len(), 1);
    assert!(!files_with(&w.server_dir(), "儿子回来了").is_empty() && !columns_with(ana, "儿子回来了").is_empty());
    erase(office, &person, "asked");
    w.sync_all();
    assert_eq!(found(&w, &["儿子回来了", "陈伟"]), Vec::<String>::new());
    assert_eq!(tray(ana).len(), 1, "the author is told which fields");
    all_equal(&w);
}

#[test]
fn a_household_that_moved_is_erased_under_both_doors() {
    let w = World::ready(313);
    let office = w.office();
    let old = office.at("1-2-101");
    office.call("edit_household", json!({ "id": old, "edit": { "note": "门上有福字挂件" } }));
    office.call("add_visit", json!({ "household": old, "outcome": "met", "note": "谈了搬家的日子" }));
    w.sync_all();
    let building = office.call("list_units", json!({}))["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|u| u["name"].as_str().unwrap().contains('2') && u["kind"]["code"] == "building")
        .unwrap()["id"]
        .clone();
    let new = office.call("move_household", json!({ "id": old, "building": building, "unit_no": "1", "door": "901" }))["id"].clone();
    w.sync_all();
    erase(office, &new, "asked");
    w.sync_all();
    assert_eq!(found(&w, &["陈伟", "福字挂件", "搬家的日子"]), Vec::<String>::new());
    all_equal(&w);
}

#[test]
fn a_device_that_was_ended_and_never_proved_its_wipe_is_named_in_the_erasure() {
    let w = World::ready(314);
    let (office, bo) = (w.office(), w.bo());
    bo.line.set_offline(true);
    office.call("revoke_device", json!({ "device": bo.id(), "reason": "lost" }));
    w.clock.pass_ms(24 * 3_600_000);
    erase(office, &office.person("1-1-101", "张建国")["id"].clone(), "asked");
    for _ in 0..2 {
        w.devices.iter().filter(|d| d.name != bo.name).for_each(|d| drop(d.sync()));
    }
    let item = || office.call("list_erasures", json!({}))["items"][0].clone();
    let e = item();
    assert_eq!((e["done"].as_u64(), e["devices"].as_u64(), e["to_come"].clone()), (Some(4), Some(5), json!([])), "{e}");
    assert_eq!((e["complete"].as_bool(), e["ended"][0]["name"].as_str()), (Some(false), Some("薄云")));
    assert_eq!(e["ended"][0]["words"], "2026-09-21 停用（丢了），没有收到清除回执");
    assert!(!columns_with(bo, "张建国").is_empty(), "it is indeed still there");
    // it comes back, obeys and proves it
    bo.line.set_offline(false);
    let _ = bo.try_sync();
    office.sync();
    let e = item();
    assert_eq!((e["done"].as_u64(), e["complete"].as_bool(), e["ended"].clone()), (Some(5), Some(true), json!([])), "{e}");
}
