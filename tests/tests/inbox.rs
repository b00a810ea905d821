//! The office's inbox: one list of everything that the merge or an import could not decide; decisions that stand in the history with their
//! words and can be taken back; rules for many at once; asking back. By devices that work apart and then meet.

#![allow(clippy::unwrap_used)]

use e2e::world::*;
use serde_json::{Value as Json, json};
use shared_model::Role;
use shared_model::doc::{building_id, unit_id};

const DAY_MS: i64 = 24 * 3_600_000;

/// What is open; the two held cells that every world begins with only where they are asked for.
fn inbox(d: &Device, args: Json) -> Vec<Json> {
    let all = d.call("list_inbox", args.clone())["items"].as_array().unwrap().clone();
    all.into_iter().filter(|i| args["kind"] == "held" || i["kind"] != "held").collect()
}

fn kinds(d: &Device) -> Vec<String> {
    inbox(d, json!({})).iter().map(|i| i["kind"].as_str().unwrap().to_string()).collect()
}

/// The one item of a kind.
#[track_caller]
fn one(d: &Device, kind: &str) -> Json {
    let found = inbox(d, json!({ "kind": kind }));
    assert_eq!(found.len(), 1, "{}: {kind}: {:?}", d.name, inbox(d, json!({})));
    found[0].clone()
}

fn detail(d: &Device, item: &Json) -> Json {
    d.call("get_inbox_item", json!({ "id": item["id"] }))
}

fn decide(d: &Device, item: &Json, more: Json) -> Json {
    let mut args = json!({ "id": item["id"] });
    args.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    d.call("decide_item", args)["decision"].clone()
}

fn undo(d: &Device, decision: &Json) {
    d.call("undo_decision", json!({ "decision": decision }));
}

/// Ana and the office write two telephones of one person apart.
fn two_phones(w: &World) {
    w.ana().edit_person("1-2-101", "陈伟", "phone", "13900004127");
    w.clock.pass_ms(60_000);
    w.office().edit_person("1-2-101", "陈伟", "phone", "13900004172");
    w.ana().sync();
    w.office().sync();
    w.sync_all();
}

fn values(c: &Json) -> Vec<&str> {
    let mut all: Vec<&str> = c["values"].as_array().unwrap().iter().map(|v| v["text"].as_str().unwrap()).collect();
    all.sort_unstable();
    all
}

#[test]
fn a_fork_is_settled_with_words_that_stand_in_the_history_and_taken_back_with_both_values() {
    let w = World::ready(701);
    let (office, ana) = (w.office(), w.ana());
    two_phones(&w);
    let item = one(office, "fork");
    assert_eq!((item["plate"].as_str(), item["name"].as_str(), item["key"].as_str()), (Some("1-2-101"), Some("陈伟"), Some("phone")));
    assert_eq!((item["why"]["code"].as_str(), item["who"].clone()), (Some("two_values"), json!(["安然", "王主任"])));
    let d = detail(office, &item);
    assert_eq!(values(&d["conflict"]), ["13900004127", "13900004172"]);
    let settle = json!({ "decision": "settle", "value": "13900004127", "conflict": d["conflict"]["id"], "words": "儿子来电话说的" });
    let decision = decide(office, &item, settle.clone());
    assert!(inbox(office, json!({})).is_empty());
    w.sync_all();
    let person = office.person("1-2-101", "陈伟")["id"].clone();
    let history = |d: &Device| d.call("get_history", json!({ "record": person, "key": "phone" }))["items"].as_array().unwrap().clone();
    let top = &history(office)[0];
    let told = (top["how"].as_str(), top["by"].as_str(), top["text"].as_str(), top["words"].as_str());
    assert_eq!(told, (Some("settle"), Some("王主任"), Some("13900004127"), Some("儿子来电话说的")));
    assert_eq!(history(w.second())[0]["words"], "儿子来电话说的", "the other office reads why");
    assert_eq!(history(ana)[0]["words"], Json::Null, "the words are the office's own");

    // taken back: both values stand again, everywhere, under the same id
    undo(office, &decision);
    assert_eq!(office.refused("undo_decision", json!({ "decision": decision })), "not_found");
    w.sync_all();
    for d in [office, w.second()] {
        let again = one(d, "fork");
        assert_eq!(again["id"], item["id"], "{}", d.name);
        assert_eq!(values(&detail(d, &again)["conflict"]), ["13900004127", "13900004172"], "{}", d.name);
    }
    assert_eq!(ana.conflicts().len(), 1);
    // and settled by the other
    let fork = one(w.second(), "fork");
    decide(w.second(), &fork, json!({ "decision": "settle", "value": "13900004172" }));
    w.sync_all();
    assert!(inbox(office, json!({})).is_empty());
    w.nothing_wrong();
}

#[test]
fn a_decision_over_which_somebody_wrote_is_not_taken_back() {
    let w = World::ready(702);
    let office = w.office();
    two_phones(&w);
    let item = one(office, "fork");
    let decision = decide(office, &item, json!({ "decision": "settle", "value": "13900004127" }));
    w.sync_all();
    w.ana().edit_person("1-2-101", "陈伟", "phone", "13755550000");
    w.sync_all();
    assert_eq!(office.refused("undo_decision", json!({ "decision": decision })), "changed");
    assert_eq!(office.person("1-2-101", "陈伟")["phone"], "13755550000", "the newer word stands");
}

#[test]
fn three_values_of_which_none_is_right_come_back_as_three() {
    let w = World::ready(703);
    let (office, ana, bo) = (w.office(), w.ana(), w.bo());
    for (d, phone) in [(office, "13900000001"), (ana, "13900000002"), (bo, "13900000003")] {
        d.edit_person("1-2-101", "陈伟", "phone", phone);
    }
    w.sync_all();
    let item = one(office, "fork");
    assert_eq!(item["count"], 3);
    let decision = decide(office, &item, json!({ "decision": "settle", "value": "13900009999" }));
    w.sync_all();
    assert!(ana.conflicts().is_empty());
    undo(office, &decision);
    w.sync_all();
    for d in [office, ana, bo] {
        let all = d.conflicts();
        assert_eq!(all["陈伟 phone"], ["13900000001", "13900000002", "13900000003"], "{}", d.name);
    }
    w.nothing_wrong();
}

#[test]
fn who_died_and_is_met_later_is_a_contradiction_that_is_put_right_or_left_so_until_something_new_is_written() {
    let w = World::ready(704);
    let (office, ana, bo) = (w.office(), w.ana(), w.bo());
    // everybody but bo, who is away all the time
    let meet = || [ana, office, w.second(), office].map(Device::sync);
    let person = ana.person("1-1-201", "赵小天")["id"].clone();
    let home = ana.at("1-1-201");
    office.call("record_death", json!({ "id": person }));
    w.clock.pass_ms(2 * DAY_MS);
    // ana, offline since, meets him
    ana.call("add_visit", json!({ "household": home, "outcome": "met", "people": [person], "note": "孩子在家" }));
    meet();
    let item = one(office, "fact");
    assert_eq!(
        (item["why"]["code"].as_str(), item["name"].as_str(), item["plate"].as_str()),
        (Some("met_after_end"), Some("赵小天"), Some("1-1-201"))
    );
    let d = detail(office, &item);
    let sides = d["fact"]["sides"].as_array().unwrap();
    assert_eq!(
        (sides[0]["by"].as_str(), sides[1]["by"].as_str(), sides[1]["note"].as_str()),
        (Some("王主任"), Some("安然"), Some("孩子在家"))
    );
    // left so: gone for both offices, and it comes back when it is taken back
    let left = decide(office, &item, json!({ "decision": "leave", "words": "见到的是他表弟" }));
    meet();
    assert!(inbox(w.second(), json!({})).is_empty());
    undo(office, &left);
    meet();
    let again = one(w.second(), "fact");
    decide(w.second(), &again, json!({ "decision": "leave" }));
    meet();
    assert!(inbox(office, json!({})).is_empty());
    // another visit that met him: asked again
    w.clock.pass_ms(DAY_MS);
    bo.call("add_visit", json!({ "household": home, "outcome": "met", "people": [person] }));
    bo.sync();
    meet();
    let item = one(office, "fact");
    let fixed = decide(office, &item, json!({ "decision": "fix" }));
    assert_eq!(office.person("1-1-201", "赵小天")["ended"], Json::Null);
    undo(office, &fixed);
    assert!(!office.person("1-1-201", "赵小天")["ended"].is_null());
    assert_eq!(one(office, "fact")["id"], item["id"]);
    w.nothing_wrong();
}

#[test]
fn what_is_written_of_the_dead_by_somebody_who_did_not_know_is_shown() {
    let w = World::ready(705);
    let (office, ana) = (w.office(), w.ana());
    let person = office.person("1-1-101", "李秀英")["id"].clone();
    office.call("record_death", json!({ "id": person }));
    w.clock.pass_ms(3_600_000);
    ana.call("edit_person", json!({ "id": person, "edit": { "employer": "退休教师" } }));
    ana.sync();
    w.sync_all();
    let item = one(office, "fact");
    assert_eq!((item["why"]["code"].as_str(), item["who"].clone()), (Some("edited_after_end"), json!(["安然"])));
    let d = detail(office, &item);
    assert!(d["fact"]["sides"][1]["text"].as_str().unwrap().contains("退休教师"), "{d}");
    decide(office, &item, json!({ "decision": "leave" }));
    assert!(inbox(office, json!({})).is_empty());
}

#[test]
fn a_vacant_door_with_people_a_household_that_left_and_was_met_and_whoever_stayed_behind_are_found() {
    let w = World::ready(706);
    let (office, ana, bo) = (w.office(), w.ana(), w.bo());
    let strong = office.at("1-1-102");
    // marked vacant while somebody is registered
    office.call("edit_household", json!({ "id": strong, "edit": { "vacant": true } }));
    // moves out as a household; bo, apart, meets somebody there days later and notes a newcomer
    let away = office.at("1-1-201");
    office.call("move_household", json!({ "id": away, "reason": "外地" }));
    w.clock.pass_ms(3 * DAY_MS);
    bo.call("add_visit", json!({ "household": away, "outcome": "met" }));
    bo.call("add_person", json!({ "household": away, "name": "赵奶奶" }));
    ana.sync();
    bo.sync();
    w.sync_all();
    let mut why: Vec<String> = inbox(office, json!({})).iter().map(|i| i["why"]["code"].as_str().unwrap().to_string()).collect();
    why.sort();
    assert_eq!(why, ["person_without_home", "vacant_with_people", "visited_after_end"]);
    let orphan = one(office, "orphan");
    assert_eq!((orphan["name"].as_str(), orphan["plate"].as_str()), (Some("赵奶奶"), Some("1-1-201")));
    // she left with them
    let decision = decide(office, &orphan, json!({ "decision": "fix" }));
    assert!(inbox(office, json!({ "kind": "orphan" })).is_empty());
    undo(office, &decision);
    assert_eq!(one(office, "orphan")["id"], orphan["id"]);
    for item in inbox(office, json!({ "kind": "fact" })) {
        decide(office, &item, json!({ "decision": "fix" }));
    }
    w.sync_all();
    assert!(inbox(w.second(), json!({})).is_empty(), "the household is back, so nobody is left behind");
    w.nothing_wrong();
}

#[test]
fn a_visit_dated_ahead_is_found_and_can_be_removed() {
    let w = World::ready(707);
    let (office, ana) = (w.office(), w.ana());
    let home = ana.at("1-2-101");
    let at = w.clock.now_ms() + 30 * DAY_MS;
    ana.call("add_visit", json!({ "household": home, "outcome": "absent", "at": at }));
    ana.sync();
    w.sync_all();
    let item = one(office, "fact");
    assert_eq!(item["why"]["code"], "visit_in_future");
    let decision = decide(office, &item, json!({ "decision": "fix" }));
    w.sync_all();
    assert!(inbox(w.second(), json!({})).is_empty() && ana.file("1-2-101")["visits"].as_array().unwrap().is_empty());
    undo(office, &decision);
    w.sync_all();
    assert_eq!(ana.file("1-2-101")["visits"].as_array().unwrap().len(), 1);
    assert_eq!(one(office, "fact")["id"], item["id"]);
}

#[test]
fn somebody_moved_twice_apart_is_settled_once_and_lives_at_one_door() {
    let w = World::ready(708);
    let (office, ana) = (w.office(), w.ana());
    let person = office.person("1-1-201", "赵小天")["id"].clone();
    ana.call("move_person", json!({ "id": person, "household": ana.at("1-1-102") }));
    office.call("move_person", json!({ "id": person, "household": office.at("1-2-101") }));
    ana.sync();
    w.sync_all();
    let item = inbox(office, json!({ "kind": "fork" })).into_iter().find(|i| i["key"] == "moved_to").unwrap();
    assert_eq!(item["why"]["code"], "moved_twice");
    let d = detail(office, &item);
    assert_eq!(values(&d["conflict"]), ["1-1-102", "1-2-101"], "by doors, not by ids");
    let chosen = d["conflict"]["values"].as_array().unwrap().iter().find(|v| v["text"] == "1-2-101").unwrap()["value"].clone();
    let decision = decide(office, &item, json!({ "decision": "settle", "value": chosen }));
    w.sync_all();
    let lives = |plate: &str| {
        let file = ana.file(plate);
        file["persons"].as_array().unwrap().iter().any(|p| p["name"] == "赵小天" && p["ended"].is_null())
    };
    assert!(lives("1-2-101") && !lives("1-1-102"));
    undo(office, &decision);
    w.sync_all();
    assert!(lives("1-2-101") && lives("1-1-102"));
    w.nothing_wrong();
}

#[test]
fn a_deletion_that_everybody_saw_is_no_item() {
    let w = World::ready(709);
    let (office, ana) = (w.office(), w.ana());
    let home = ana.at("1-2-101");
    let visit = ana.call("add_visit", json!({ "household": home, "outcome": "met" }))["id"].clone();
    ana.sync();
    w.sync_all();
    ana.call("undo_visit", json!({ "id": visit }));
    ana.sync();
    w.sync_all();
    assert!(kinds(office).is_empty(), "{:?}", inbox(office, json!({})));
}

#[test]
fn the_worker_who_wrote_is_asked_and_the_answer_stands_beside_the_item() {
    let w = World::ready(710);
    let (office, ana, bo) = (w.office(), w.ana(), w.bo());
    two_phones(&w);
    let item = one(office, "fork");
    let d = detail(office, &item);
    let may_ask = d["may_ask"].as_array().unwrap();
    assert_eq!(may_ask[0]["name"], "安然", "whoever wrote it comes first: {may_ask:?}");
    assert!(may_ask.iter().all(|c| c["role"]["code"] != "building_head"), "a head reads nothing of it: {may_ask:?}");
    let question = office.call("ask_back", json!({ "item": item["id"], "to": may_ask[0]["id"], "words": "哪个号打得通？" }))["id"].clone();
    assert_eq!(one(office, "fork")["asked"], true);
    w.sync_all();
    let mine = |d: &Device| d.call("list_asked", json!({}))["items"].as_array().unwrap().clone();
    assert_eq!((mine(ana).len(), mine(bo).len(), mine(w.head()).len()), (1, 0, 0));
    let asked = &mine(ana)[0];
    let told = (asked["by"].as_str(), asked["plate"].as_str(), asked["name"].as_str(), asked["label"].as_str());
    assert_eq!(told, (Some("王主任"), Some("1-2-101"), Some("陈伟"), Some("联系电话")));
    let notices = ana.call("list_notices", json!({}));
    assert!(notices["items"].as_array().unwrap().iter().any(|n| n["kind"] == "question" && n["text"] == "哪个号打得通？"), "{notices}");
    assert_eq!(bo.refused("reply_question", json!({ "id": question, "words": "不知道" })), "not_allowed");
    ana.call("reply_question", json!({ "id": question, "words": "27 结尾的，昨天刚打过" }));
    assert!(mine(ana).is_empty());
    w.sync_all();
    let d = detail(office, &one(office, "fork"));
    assert_eq!((d["item"]["answered"].clone(), d["asked"][0]["reply"].as_str()), (json!(true), Some("27 结尾的，昨天刚打过")));
    assert_eq!(d["asked"][0]["replied_by"], "安然");
    // the answer is an item too, until somebody has read it
    let answer = one(office, "question");
    let closed = decide(office, &answer, json!({ "decision": "close" }));
    assert!(inbox(office, json!({ "kind": "question" })).is_empty());
    undo(office, &closed);
    assert_eq!(inbox(office, json!({ "kind": "question" })).len(), 1);
    w.nothing_wrong();
}

#[test]
fn questions_judgements_and_what_takes_decisions_back_go_with_an_erased_person() {
    let w = World::ready(711);
    let (office, ana) = (w.office(), w.ana());
    two_phones(&w);
    let item = one(office, "fork");
    let to = detail(office, &item)["may_ask"][0]["id"].clone();
    office.call("ask_back", json!({ "item": item["id"], "to": to, "words": "是陈伟本人的号吗" }));
    decide(office, &item, json!({ "decision": "settle", "value": "13900004127", "words": "陈伟说的" }));
    w.sync_all();
    assert_eq!(ana.call("list_asked", json!({}))["items"].as_array().unwrap().len(), 1);
    let person = office.person("1-2-101", "陈伟")["id"].clone();
    office.call("erase", json!({ "record": person, "reason": "asked", "confirm": true }));
    w.sync_all();
    w.sync_all();
    for d in [office, w.second(), ana] {
        assert!(d.call("list_asked", json!({}))["items"].as_array().unwrap().is_empty(), "{}", d.name);
    }
    assert!(office.call("list_decisions", json!({}))["items"].as_array().unwrap().is_empty());
    w.nothing_wrong();
}

#[test]
fn late_work_is_its_own_kind() {
    let w = World::ready(712);
    let (office, ana) = (w.office(), w.ana());
    ana.edit_person("1-1-102", "王强", "phone", "13700000055");
    office.call("move_household", json!({ "id": office.at("1-1-102"), "building": building_id(unit_id(COMMUNITY), "", "2"), "unit_no": "2", "door": "502", "reason": "换房" }));
    office.sync();
    let list = office.call("list_memberships", json!({}));
    let hers = list["items"].as_array().unwrap().iter().find(|m| m["name"] == "安然").unwrap()["id"].clone();
    office.call("end_membership", json!({ "id": hers }));
    ana.sync();
    w.sync_all();
    let all = inbox(office, json!({}));
    assert_eq!(kinds(office), ["late"], "{all:?}");
    let told = (all[0]["who"].clone(), all[0]["plate"].as_str(), all[0]["words"].as_str());
    assert_eq!(told, (json!(["安然"]), Some("1-1-102"), Some("edit_person")));
    assert_eq!(detail(office, &all[0])["refused"]["fields"][0]["wanted"], "13700000055");
}

#[test]
fn rules_show_what_they_write_leave_the_rest_with_a_reason_and_are_taken_back_as_one() {
    let w = World::ready(713);
    let (office, ana, bo) = (w.office(), w.ana(), w.bo());
    for (plate, name, a, b) in [
        ("1-1-101", "张建国", "13700000001", "13700000002"),
        ("1-1-102", "王强", "+86 137 0000 0003", "13700000003"),
        ("2-1-101", "刘洋", "13700000005", "13700000006"),
    ] {
        ana.edit_person(plate, name, "phone", a);
        w.clock.pass_ms(60_000);
        office.edit_person(plate, name, "phone", b);
        w.clock.pass_ms(60_000);
    }
    ana.edit_person("1-1-101", "李秀英", "employer", "甲厂");
    office.edit_person("1-1-101", "李秀英", "employer", "乙厂");
    ana.sync();
    office.sync();
    assert_eq!(kinds(office), ["fork"; 4]);
    let same = office.call("preview_bulk", json!({ "rule": "same_writing" }));
    let items = same["items"].as_array().unwrap();
    assert_eq!((items.len(), items[0]["to"].as_str()), (1, Some("13700000003")));
    assert!(same["left_out"].as_array().unwrap().iter().all(|l| l["why"]["code"] == "really_differ"));

    let newer = office.call("preview_bulk", json!({ "rule": "phone_newer" }));
    let to: Vec<&str> = newer["items"].as_array().unwrap().iter().map(|i| i["to"].as_str().unwrap()).collect();
    assert_eq!((to.len(), to.contains(&"13700000002")), (3, true), "{newer}");
    // bo writes a third value to one of them before the rule is carried out
    bo.edit_person("2-1-101", "刘洋", "phone", "13700000009");
    bo.sync();
    office.sync();
    let picks: Vec<Json> = newer["items"].as_array().unwrap().iter().map(|i| json!({ "id": i["id"], "seen": i["seen"] })).collect();
    let done = office.call("apply_bulk", json!({ "rule": "phone_newer", "items": picks }));
    assert_eq!((done["done"].clone(), done["left_out"][0]["why"]["code"].as_str()), (json!(2), Some("changed")), "{done}");
    assert_eq!(done["left_out"][0]["name"], "刘洋");
    w.sync_all();
    assert_eq!(office.person("1-1-101", "张建国")["phone"], "13700000002");
    let again = office.call("apply_bulk", json!({ "rule": "phone_newer", "items": picks }));
    assert_eq!(again["done"], 0, "what is decided is not decided twice");
    // one of them is written over; taking the batch back leaves that one
    ana.edit_person("1-1-102", "王强", "phone", "13711112222");
    w.sync_all();
    let undone = office.call("undo_bulk", json!({ "batch": done["batch"] }));
    assert_eq!((undone["done"].clone(), undone["left_out"].as_array().unwrap().len()), (json!(1), 1));
    w.sync_all();
    assert_eq!(w.second().conflicts()["张建国 phone"], ["13700000001", "13700000002"]);
    assert_eq!(office.person("1-1-102", "王强")["phone"], "13711112222");
    w.nothing_wrong();
}

#[test]
fn held_cells_fill_what_is_empty_and_are_dropped_by_column_and_come_back() {
    let w = World::ready(714);
    let office = w.office();
    let roster =
        "楼号,单元,房号,姓名,身份证号,联系电话,性别\n1,1,101,张建国,61010419520809051,13999999999,男\n1,1,102,王强,6101,13999999998,男\n";
    let file = w.path().join("社区台账.csv");
    std::fs::write(&file, roster).unwrap();
    office.call("import_roster", json!({ "file": file.to_str().unwrap(), "grid": FIRST_GRID }));
    let held = inbox(office, json!({ "kind": "held" }));
    assert!(held.len() >= 2, "{held:?}");
    let first = office.call("preview_bulk", json!({ "rule": "held_drop" }));
    let column = first["columns"][0].clone();
    let drop = office.call("preview_bulk", json!({ "rule": "held_drop", "column": column }));
    let picks: Vec<Json> = drop["items"].as_array().unwrap().iter().map(|i| json!({ "id": i["id"], "seen": i["seen"] })).collect();
    assert!(!picks.is_empty(), "{drop}");
    let done = office.call("apply_bulk", json!({ "rule": "held_drop", "column": column, "items": picks }));
    assert_eq!(done["done"], json!(picks.len()));
    assert_eq!(inbox(office, json!({ "kind": "held" })).len(), held.len() - picks.len());
    office.call("undo_bulk", json!({ "batch": done["batch"] }));
    assert_eq!(inbox(office, json!({ "kind": "held" })).len(), held.len());
}

#[test]
fn pages_follow_each_other_without_gaps_and_filters_take_what_they_name() {
    let w = World::ready(715);
    let (office, ana) = (w.office(), w.ana());
    let people =
        [("1-1-101", "张建国"), ("1-1-101", "李秀英"), ("1-1-102", "王强"), ("1-2-101", "陈伟"), ("2-1-101", "刘洋"), ("2-1-101", "周静")];
    for (plate, name) in people {
        ana.edit_person(plate, name, "employer", "甲");
        office.edit_person(plate, name, "employer", "乙");
    }
    ana.sync();
    w.sync_all();
    let all: Vec<Json> = inbox(office, json!({})).iter().map(|i| i["id"].clone()).collect();
    assert_eq!(all.len(), 6);
    let mut paged = Vec::new();
    let mut after = Json::Null;
    loop {
        let list = office.call("list_inbox", json!({ "kind": "fork", "limit": 2, "after": after }));
        assert_eq!((list["total"].clone(), list["open"].clone()), (json!(6), json!(8)));
        paged.extend(list["items"].as_array().unwrap().iter().map(|i| i["id"].clone()));
        after = list["after"].clone();
        if after.is_null() {
            break;
        }
    }
    assert_eq!(paged, all);
    assert_eq!(inbox(office, json!({ "q": "陈伟" })).len(), 1);
    assert_eq!(inbox(office, json!({ "q": "cw" })).len(), 1, "by initials");
    assert_eq!(inbox(office, json!({ "kind": "held" })).len(), 2);
    let two =
        office.call("list_units", json!({}))["items"].as_array().unwrap().iter().find(|u| u["name"] == "2号楼").unwrap()["id"].clone();
    assert_eq!(inbox(office, json!({ "unit": two })).len(), 2);
    let reach = office.call("list_inbox", json!({ "kind": "fork", "limit": 1, "reach": all[4] }));
    assert!(reach["items"].as_array().unwrap().iter().any(|i| i["id"] == all[4]));
}

#[test]
fn a_worker_and_a_head_decide_nothing_of_the_office() {
    let mut w = World::ready(717);
    two_phones(&w);
    let item = one(w.office(), "fork");
    let head = w.head();
    assert_eq!(head.refused("decide_item", json!({ "id": item["id"], "decision": "settle", "value": "1" })), "not_allowed");
    assert!(inbox(head, json!({})).is_empty());
    let place = w.enrol("新人", Role::PartTime, FIRST_GRID);
    w.devices[place].sync();
    assert_eq!(w.devices[place].refused("ask_back", json!({ "item": item["id"], "to": "x", "words": "?" })), "not_allowed");
}
