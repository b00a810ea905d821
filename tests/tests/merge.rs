//! Merging two files of one household or person while others write in both, apart and in whatever order they meet: every device ends the same,
//! what was written late is found at the file that stays, and taking the merge back gives both files as they were.

#![allow(clippy::unwrap_used)]

use e2e::look;
use e2e::scan::{columns_with, files_with};
use e2e::world::*;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

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

fn file(d: &Device, id: &str) -> Json {
    d.call("get_household", json!({ "id": id }))
}

fn ids(d: &Device) -> BTreeSet<String> {
    let list = d.call("list_households", json!({}));
    list["items"].as_array().unwrap().iter().map(|h| h["id"].as_str().unwrap().to_string()).collect()
}

fn person_in(d: &Device, household: &str, name: &str) -> Json {
    let file = file(d, household);
    let found = file["persons"].as_array().unwrap().iter().find(|p| p["name"] == name).cloned();
    found.unwrap_or_else(|| panic!("{}: no {name}: {file}", d.name))
}

/// The family at 1-1-101 recorded once more by the office at the same door, with a phone and a tag of its own. Both ids.
fn twice(w: &World) -> (String, String) {
    let office = w.office();
    let keep = office.at("1-1-101");
    let args = json!({ "building": first_building(), "unit_no": "1", "door": "101", "head_name": "张建国", "edit": { "tags": ["空巢"], "note": "从别的台账来" } });
    let drop = office.call("add_household", args)["id"].as_str().unwrap().to_string();
    let first = person_in(office, &keep, "张建国")["id"].clone();
    office.call("edit_person", json!({ "id": first, "edit": { "id_number": "610104195208090517" } }));
    let again = person_in(office, &drop, "张建国")["id"].clone();
    office.call(
        "edit_person",
        json!({ "id": again, "edit": { "phone": "13700009999", "id_number": "610104195208090517", "employer": "电视机厂" } }),
    );
    w.sync_all();
    (keep, drop)
}

fn merge(d: &Device, keep: &str, drop: &str) {
    let preview = d.call("preview_merge", json!({ "kind": "household", "keep": keep, "drop": drop }));
    let people: Vec<Json> =
        preview["people"].as_array().unwrap().iter().map(|p| json!({ "keep": p["keep"]["id"], "drop": p["drop"]["id"] })).collect();
    let args = json!({ "kind": "household", "keep": keep, "drop": drop, "people": people, "seen": preview["seen"] });
    d.call("merge_records", args);
}

/// A file without what tells of the merge itself: ids of operations, what went in.
fn plain(mut file: Json) -> Json {
    fn strip(v: &mut Json) {
        match v {
            Json::Object(map) => {
                for key in ["ops", "merged", "pending", "late", "asked_for", "due", "merged_away"] {
                    map.remove(key);
                }
                map.values_mut().for_each(strip);
            }
            Json::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    strip(&mut file);
    file
}

#[test]
fn a_family_recorded_twice_is_found_with_reasons_previewed_and_merged_for_everybody() {
    let w = World::ready(601);
    let (keep, drop) = twice(&w);
    let office = w.office();
    let found = office.call("list_duplicates", json!({ "kind": "household" }));
    assert_eq!(found["total"], 1, "{found}");
    let whys: BTreeSet<&str> = found["items"][0]["reasons"].as_array().unwrap().iter().map(|r| r["why"].as_str().unwrap()).collect();
    assert!(whys.is_superset(&BTreeSet::from(["same_door", "same_head", "same_id"])), "{whys:?}");
    let people = office.call("list_duplicates", json!({ "kind": "person" }));
    assert_eq!((&people["total"], &people["items"][0]["exact"]), (&json!(1), &json!(true)), "{people}");
    assert!(!format!("{found}{people}").contains("610104195208090517"), "an identity number stays masked");
    let preview = office.call("preview_merge", json!({ "kind": "household", "keep": keep, "drop": drop }));
    let people_at = preview["points_to"].as_array().unwrap().iter().find(|p| p["what"] == "person").unwrap();
    assert_eq!((&people_at["keep"], &people_at["drop"]), (&json!(2), &json!(1)));
    assert_eq!(preview["people"].as_array().unwrap().len(), 1, "{preview}");
    let stand = |key: &str| preview["fields"].as_array().unwrap().iter().find(|f| f["key"] == key).unwrap()["stand"].clone();
    assert_eq!((stand("head_name"), stand("tag/空巢"), stand("note")), (json!("same"), json!("joined"), json!("taken")));
    merge(office, &keep, &drop);
    all_equal(&w);
    for d in [w.office(), w.second(), w.ana(), w.bo()] {
        assert!(ids(d).contains(&keep) && !ids(d).contains(&drop), "{}", d.name);
        let asked = file(d, &drop);
        assert_eq!(
            (&asked["household"]["id"], &asked["asked_for"]),
            (&json!(keep), &json!(drop)),
            "{}: it is led to the one that stays",
            d.name
        );
        assert_eq!(asked["merged"][0]["by"], "王主任");
        assert_eq!((&asked["household"]["tags"], &asked["household"]["note"]), (&json!(["空巢"]), &json!("从别的台账来")));
        let zhang = person_in(d, &keep, "张建国");
        assert_eq!(asked["persons"].as_array().unwrap().len(), 2, "{}: nobody lives there twice", d.name);
        assert_eq!((&zhang["employer"], zhang["merged"].as_array().unwrap().len()), (&json!("电视机厂"), 1));
        assert_eq!(d.conflicts()["张建国 phone"], ["13700009999", "13900000101"], "what differs stays side by side");
    }
    let found = w.ana().call("search", json!({ "q": "张建国" }));
    assert_eq!(found["items"].as_array().unwrap().iter().filter(|h| h["kind"] != "case").count(), 2, "door and person once each: {found}");
    assert_eq!(office.call("list_duplicates", json!({ "kind": "household" }))["total"], 0);
}

#[test]
fn what_two_workers_write_in_both_files_meanwhile_is_found_at_the_one_that_stays() {
    let w = World::ready(602);
    let (keep, drop) = twice(&w);
    let (office, ana, bo) = (w.office(), w.ana(), w.bo());
    let again = person_in(ana, &drop, "张建国")["id"].clone();
    // all three apart: Ana writes in the file that goes, Bo in the one that stays, the office merges
    ana.call("edit_person", json!({ "id": again, "edit": { "nickname": "老张" } }));
    ana.call("edit_household", json!({ "id": drop, "edit": { "note": "安然写的" } }));
    ana.call("add_visit", json!({ "household": drop, "outcome": "met", "note": "在家" }));
    ana.call("add_person", json!({ "household": drop, "name": "张小明" }));
    ana.call("add_case", json!({ "matter": "01001", "household": drop, "title": "楼道堆物" }));
    bo.edit_person("1-1-102", "王强", "phone", "13855550000");
    bo.call("edit_household", json!({ "id": keep, "edit": { "rented": true } }));
    merge(office, &keep, &drop);
    all_equal(&w);
    for d in [office, w.second(), ana, bo] {
        let there = file(d, &keep);
        assert_eq!(there["visits"][0]["note"], "在家", "{}: the visit stands in the file that stays", d.name);
        assert_eq!(there["cases"][0]["title"], "楼道堆物");
        let names: Vec<&str> = there["persons"].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap()).collect();
        assert!(names.contains(&"张小明") && names.len() == 3, "{}: {names:?}", d.name);
        let late = there["late"].as_array().unwrap();
        let said: BTreeSet<(&str, &str, &str)> =
            late.iter().map(|l| (l["key"].as_str().unwrap(), l["text"].as_str().unwrap(), l["who"].as_str().unwrap())).collect();
        assert_eq!(said, BTreeSet::from([("nickname", "老张", "安然"), ("note", "安然写的", "安然")]), "{}", d.name);
        assert_eq!(there["household"]["note"], "从别的台账来", "nothing is overwritten by itself");
        let due = d.call("list_due", json!({}));
        assert!(!due.to_string().contains(&drop), "{}: one door, one turn", d.name);
        assert_eq!(there["household"]["due"]["state"], "done", "{}: the visit counts", d.name);
    }
    // a person takes the one and leaves the other
    let left = office.call("list_left_behind", json!({}));
    let at = |key: &str| left["items"].as_array().unwrap().iter().find(|i| i["key"] == key).unwrap().clone();
    assert_eq!((&at("note")["why"], &at("note")["kind"]), (&json!("merged"), &json!("household")));
    office.call("bring_along", json!({ "old": at("note")["old"], "key": "note", "decision": "take" }));
    office.call("bring_along", json!({ "old": at("nickname")["old"], "key": "nickname", "decision": "leave" }));
    all_equal(&w);
    assert_eq!(file(ana, &keep)["household"]["note"], "安然写的");
    assert!(file(bo, &keep)["late"].as_array().unwrap().is_empty());
}

#[test]
fn whoever_still_has_the_file_open_that_went_writes_in_the_one_that_stays() {
    let w = World::ready(603);
    let (keep, drop) = twice(&w);
    let ana = w.ana();
    merge(w.office(), &keep, &drop);
    w.sync_all();
    ana.call("edit_household", json!({ "id": drop, "edit": { "contact_phone": "13800001234" } }));
    ana.call("add_visit", json!({ "household": drop, "outcome": "absent" }));
    all_equal(&w);
    let there = file(w.office(), &keep);
    assert_eq!(there["household"]["contact_phone"], "13800001234");
    assert!(there["late"].as_array().unwrap().is_empty(), "it was written where it belongs: {there}");
    assert_eq!(there["visits"].as_array().unwrap().len(), 1);
}

#[test]
fn a_into_b_and_b_into_a_made_apart_end_the_same_in_both_orders_of_sync() {
    for (seed, first) in [(604, OFFICE), (605, SECOND)] {
        let w = World::ready(seed);
        let (a, b) = twice(&w);
        merge(w.office(), &a, &b);
        merge(w.second(), &b, &a);
        w.devices[first].sync();
        all_equal(&w);
        let stays = a.clone().min(b.clone());
        for d in [w.office(), w.second(), w.ana(), w.bo()] {
            assert!(ids(d).contains(&stays), "{}: the smaller id stays", d.name);
            assert!(!ids(d).contains(&a.clone().max(b.clone())), "{}", d.name);
            assert_eq!(file(d, &stays)["persons"].as_array().unwrap().len(), 2, "{}", d.name);
        }
        // taken back it is two again, not the other one merged the other way
        w.second().call("unmerge", json!({ "id": a.clone().max(b.clone()) }));
        all_equal(&w);
        assert!(ids(w.ana()).is_superset(&BTreeSet::from([a, b])));
    }
}

#[test]
fn a_chain_of_merges_leads_to_its_end_and_comes_apart_link_by_link() {
    let w = World::ready(606);
    let (a, b) = twice(&w);
    let c = w.office().at("2-1-101");
    let one = |keep: &str, drop: &str| json!({ "kind": "household", "keep": keep, "drop": drop });
    w.office().call("merge_records", one(&b, &a));
    w.second().call("merge_records", one(&c, &b));
    all_equal(&w);
    for d in [w.ana(), w.bo(), w.office()] {
        assert!(ids(d).contains(&c) && !ids(d).contains(&a) && !ids(d).contains(&b), "{}", d.name);
        assert_eq!(file(d, &a)["household"]["id"], json!(c));
        assert_eq!(file(d, &c)["persons"].as_array().unwrap().len(), 5, "{}: everybody of the three", d.name);
    }
    w.office().call("unmerge", json!({ "id": b }));
    all_equal(&w);
    assert_eq!(file(w.ana(), &a)["household"]["id"], json!(b), "the other merge still stands");
    assert_eq!(file(w.ana(), &c)["persons"].as_array().unwrap().len(), 2);
}

#[test]
fn taking_a_merge_back_gives_both_as_they_were_with_what_came_late_to_each() {
    let w = World::ready(607);
    let (keep, drop) = twice(&w);
    let (office, ana, bo) = (w.office(), w.ana(), w.bo());
    let before = [plain(file(office, &keep)), plain(file(office, &drop))];
    merge(office, &keep, &drop);
    all_equal(&w);
    office.call("unmerge", json!({ "id": drop }));
    all_equal(&w);
    assert_eq!([plain(file(office, &keep)), plain(file(office, &drop))], before, "nothing happened in between");
    assert!(office.conflicts().is_empty(), "{:?}", office.conflicts());
    // once more, and now others write meanwhile
    merge(office, &keep, &drop);
    let again = person_in(ana, &drop, "张建国")["id"].clone();
    ana.call("edit_person", json!({ "id": again, "edit": { "nickname": "老张" } }));
    ana.call("add_visit", json!({ "household": drop, "outcome": "met", "note": "给去的那份" }));
    bo.call("add_visit", json!({ "household": keep, "outcome": "met", "note": "给留的那份" }));
    w.sync_all();
    office.call("unmerge", json!({ "id": drop }));
    all_equal(&w);
    for d in [office, w.second(), ana, bo] {
        let (one, other) = (file(d, &keep), file(d, &drop));
        assert_eq!((one["visits"].as_array().unwrap().len(), &one["visits"][0]["note"]), (1, &json!("给留的那份")), "{}", d.name);
        assert_eq!((other["visits"].as_array().unwrap().len(), &other["visits"][0]["note"]), (1, &json!("给去的那份")));
        assert_eq!(person_in(d, &drop, "张建国")["nickname"], "老张");
        assert_eq!(person_in(d, &keep, "张建国")["nickname"], Json::Null);
        assert!(d.call("list_left_behind", json!({}))["items"].as_array().unwrap().is_empty());
    }
}

#[test]
fn what_somebody_changed_since_a_merge_stays_when_it_is_taken_back() {
    let w = World::ready(608);
    let (keep, drop) = twice(&w);
    merge(w.office(), &keep, &drop);
    w.sync_all();
    w.ana().call("edit_household", json!({ "id": keep, "edit": { "note": "后来改的" } }));
    w.sync_all();
    w.office().call("unmerge", json!({ "id": drop }));
    all_equal(&w);
    assert_eq!(file(w.bo(), &keep)["household"]["note"], "后来改的");
    assert_eq!(file(w.bo(), &drop)["household"]["note"], "从别的台账来");
    assert_eq!(file(w.bo(), &keep)["household"]["tags"], json!([]), "what only the merge put is gone again");
}

#[test]
fn a_choice_of_a_side_or_of_a_value_is_what_stands_and_what_was_not_seen_is_shown_first() {
    let w = World::ready(609);
    let (keep, drop) = twice(&w);
    let office = w.office();
    let (a, b) = (person_in(office, &keep, "张建国")["id"].clone(), person_in(office, &drop, "张建国")["id"].clone());
    office.call("edit_household", json!({ "id": keep, "edit": { "note": "原来的" } }));
    let people = json!({ "kind": "person", "keep": a, "drop": b });
    let seen = office.call("preview_merge", people.clone())["seen"].clone();
    office.call("edit_person", json!({ "id": b, "edit": { "employer": "邮局" } }));
    let mut args = people.clone();
    args["choices"] = json!({ "phone": "drop" });
    args["seen"] = seen;
    assert_eq!(office.refused("merge_records", args.clone()), "changed");
    args["seen"] = office.call("preview_merge", people)["seen"].clone();
    args["values"] = json!({ "nickname": "不在两边" });
    assert_eq!(office.refused("merge_records", args.clone()), "invalid_args", "what nobody said is not chosen");
    args["values"] = json!({ "employer": "邮局退休" });
    office.call("merge_records", args);
    all_equal(&w);
    let one = person_in(w.bo(), &keep, "张建国");
    assert_eq!((&one["phone"], &one["employer"]), (&json!("13700009999"), &json!("邮局退休")));
    assert!(w.bo().conflicts().is_empty(), "{:?}", w.bo().conflicts());
    assert!(file(w.bo(), &drop)["persons"].as_array().unwrap().is_empty(), "the person lives in the file that stays");
    office.call("merge_records", json!({ "kind": "household", "keep": keep, "drop": drop, "choices": { "note": "both" } }));
    all_equal(&w);
    assert!(w.ana().conflicts().keys().any(|k| k.ends_with(" note")), "{:?}", w.ana().conflicts());
}

#[test]
fn a_merge_and_a_move_made_apart_keep_everybody_and_everything() {
    let w = World::ready(610);
    let (keep, drop) = twice(&w);
    let (office, second) = (w.office(), w.second());
    merge(office, &keep, &drop);
    let building =
        second.call("list_units", json!({}))["items"].as_array().unwrap().iter().find(|u| u["number"] == "2").unwrap()["id"].clone();
    let new = second.call("move_household", json!({ "id": drop, "building": building, "unit_no": "2", "door": "502" }))["id"].clone();
    all_equal(&w);
    for d in [office, w.ana(), w.bo()] {
        let there = file(d, new.as_str().unwrap());
        assert_eq!(there["persons"][0]["name"], "张建国", "{}: whoever moved lives at the new door", d.name);
        assert_eq!(file(d, &drop)["household"]["id"], json!(keep));
        let home: Vec<_> = file(d, &keep)["persons"].as_array().unwrap().iter().map(|p| p["name"].clone()).collect();
        assert!(home.contains(&json!("李秀英")) && home.contains(&json!("张建国")), "{}: {home:?}", d.name);
    }
    office.call("unmerge", json!({ "id": drop }));
    all_equal(&w);
    assert_eq!(file(w.ana(), &drop)["household"]["moved"]["plate"], "2-2-502");
}

#[test]
fn erasing_a_merged_person_erases_every_record_of_that_person() {
    let w = World::ready(611);
    let (keep, drop) = twice(&w);
    merge(w.office(), &keep, &drop);
    w.office().call(
        "judge_pair",
        json!({ "kind": "household", "a": w.office().at("1-1-102"), "b": keep, "verdict": "different", "note": "电视机厂那家" }),
    );
    w.sync_all();
    let person = person_in(w.office(), &keep, "张建国")["id"].clone();
    w.office().call("erase", json!({ "record": person, "reason": "asked", "confirm": true }));
    w.sync_all();
    for s in ["13700009999", "13900000101", "610104195208090517"] {
        let mut left = files_with(&w.server_dir(), s);
        for d in &w.devices {
            left.extend(columns_with(d, s));
        }
        assert_eq!(left, Vec::<String>::new(), "{s}");
    }
    all_equal(&w);
    assert_eq!(file(w.ana(), &keep)["persons"].as_array().unwrap().len(), 1);
    // and the whole household, asked for by the file that went
    let erased = w.office().at("1-1-101");
    w.office().call("erase", json!({ "record": erased, "reason": "asked", "confirm": true }));
    w.sync_all();
    for s in ["从别的台账来", "李秀英", "电视机厂那家"] {
        assert_eq!(files_with(&w.server_dir(), s), Vec::<String>::new(), "{s}");
        assert!(w.devices.iter().all(|d| columns_with(d, s).is_empty()), "{s}");
    }
    for d in [w.office(), w.ana()] {
        assert!(!ids(d).contains(&keep) && !ids(d).contains(&drop), "{}", d.name);
    }
}

#[test]
fn an_erasure_and_a_merge_made_apart_leave_nothing_of_whom_was_erased() {
    let w = World::ready(612);
    let (keep, drop) = twice(&w);
    // the second office merges while the first erases the file that the other leads to
    merge(w.second(), &keep, &drop);
    w.office().call("erase", json!({ "record": keep, "reason": "asked", "confirm": true }));
    w.office().sync();
    for _ in 0..2 {
        for d in &w.devices {
            d.sync();
        }
    }
    for d in [w.office(), w.second(), w.ana(), w.bo()] {
        assert!(!ids(d).contains(&keep), "{}", d.name);
        assert!(ids(d).contains(&drop), "{}: what was not erased stands for itself", d.name);
        assert!(columns_with(d, "13900000101").is_empty(), "{}", d.name);
    }
}

#[test]
fn two_who_judge_a_pair_apart_meet_in_one_record_and_it_can_be_taken_back() {
    let w = World::ready(613);
    let (keep, drop) = twice(&w);
    let say = |d: &Device, a: &str, b: &str| d.call("judge_pair", json!({ "kind": "household", "a": a, "b": b, "verdict": "different" }));
    say(w.office(), &keep, &drop);
    say(w.second(), &drop, &keep);
    all_equal(&w);
    assert!(w.office().conflicts().is_empty(), "{:?}", w.office().conflicts());
    for d in [w.office(), w.second()] {
        assert_eq!(d.call("list_duplicates", json!({ "kind": "household" }))["total"], 0);
        assert_eq!(d.call("list_duplicates", json!({ "kind": "household", "judged": true }))["total"], 1);
    }
    assert_eq!(w.ana().refused("judge_pair", json!({ "kind": "household", "a": keep, "b": drop, "verdict": "different" })), "not_allowed");
    w.second().call("judge_pair", json!({ "kind": "household", "a": keep, "b": drop }));
    all_equal(&w);
    assert_eq!(w.office().call("list_duplicates", json!({ "kind": "household" }))["total"], 1);
}

#[test]
fn an_import_finds_the_file_that_stays_behind_the_door_of_the_one_that_went() {
    let w = World::ready(614);
    let office = w.office();
    let (drop, keep) = (office.at("1-1-102"), office.at("2-1-101"));
    office.call("merge_records", json!({ "kind": "household", "keep": keep, "drop": drop }));
    w.sync_all();
    let doors = ids(office).len();
    let roster = "楼号,单元,房号,姓名,与户主关系,性别,联系电话,文化程度\n1,1,102,王强,户主,男,13900000103,大学本科\n";
    let path = w.path().join("again.csv");
    std::fs::write(&path, roster).unwrap();
    office.call("import_roster", json!({ "file": path, "grid": FIRST_GRID }));
    all_equal(&w);
    assert_eq!(ids(w.ana()).len(), doors, "no new door");
    let names: Vec<_> = file(w.ana(), &keep)["persons"].as_array().unwrap().iter().map(|p| p["name"].clone()).collect();
    assert_eq!(names.iter().filter(|n| **n == json!("王强")).count(), 1, "{names:?}");
}

#[test]
fn derived_anew_from_the_documents_a_merge_is_the_same() {
    let w = World::ready(615);
    let (keep, drop) = twice(&w);
    w.ana().call("add_visit", json!({ "household": drop, "outcome": "met" }));
    w.sync_all();
    merge(w.office(), &keep, &drop);
    w.sync_all();
    let before = file(w.ana(), &keep);
    w.ana().engine().reproject().unwrap();
    assert_eq!(file(w.ana(), &keep), before);
    assert!(!ids(w.ana()).contains(&drop));
}
