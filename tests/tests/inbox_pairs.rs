//! The office's inbox, second part: two that look alike stand in the one list and are decided there; what was adopted, given back or merged is
//! taken back with one press; looking for duplicates costs a write nothing, and ten thousand items a page what a hundred do.

#![allow(clippy::unwrap_used)]

use e2e::world::*;
use serde_json::{Value as Json, json};
use shared_model::doc::{building_id, unit_id};
use std::time::{Duration, Instant};

fn of_kind(d: &Device, kind: &str) -> Vec<Json> {
    d.call("list_inbox", json!({ "kind": kind }))["items"].as_array().unwrap().clone()
}

#[track_caller]
fn one(d: &Device, kind: &str) -> Json {
    let found = of_kind(d, kind);
    assert_eq!(found.len(), 1, "{}: {kind}: {found:?}", d.name);
    found[0].clone()
}

fn decide(d: &Device, item: &Json, more: Json) -> Json {
    let mut args = json!({ "id": item["id"] });
    args.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    d.call("decide_item", args)["decision"].clone()
}

fn undo(d: &Device, decision: &Json) {
    d.call("undo_decision", json!({ "decision": decision }));
}

/// The family at 1-1-101 once more at the same door, from another roster. Both ids.
fn twice(w: &World) -> (String, String) {
    let office = w.office();
    let keep = office.at("1-1-101");
    let args =
        json!({ "building": first_building(), "unit_no": "1", "door": "101", "head_name": "张建国", "edit": { "note": "从别的台账来" } });
    let drop = office.call("add_household", args)["id"].as_str().unwrap().to_string();
    (keep, drop)
}

/// Everything that the list of duplicates says, without who is asked.
fn pairs(d: &Device, kind: &str) -> Vec<(String, Json)> {
    let list = d.call("list_duplicates", json!({ "kind": kind, "limit": 500 }));
    let mut all: Vec<(String, Json)> =
        list["items"].as_array().unwrap().iter().map(|p| (p["id"].as_str().unwrap().into(), p["points"].clone())).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

#[test]
fn two_files_of_one_household_are_an_item_that_is_merged_and_taken_apart_again() {
    let w = World::ready(731);
    let office = w.office();
    assert!(of_kind(office, "same").is_empty());
    let (keep, drop) = twice(&w);
    let all = of_kind(office, "same");
    let item = all.iter().find(|i| i["record_kind"] == "household").unwrap_or_else(|| panic!("{all:?}")).clone();
    assert_eq!((item["plate"].as_str(), item["other"].as_str(), item["name"].as_str()), (Some("1-1-101"), Some("1-1-101"), Some("张建国")));
    assert!(item["words"].as_str().unwrap().contains("same_door") && item["count"].as_i64().unwrap() >= 60, "{item}");
    let d = office.call("get_inbox_item", json!({ "id": item["id"] }));
    let sides = [d["same"]["a"]["id"].as_str().unwrap(), d["same"]["b"]["id"].as_str().unwrap()];
    assert!(sides.contains(&keep.as_str()) && sides.contains(&drop.as_str()));
    assert!(d["may_ask"].as_array().unwrap().iter().any(|c| c["name"] == "安然"), "{d}");
    // what the page of two side by side sends
    let preview = office.call("preview_merge", json!({ "kind": "household", "keep": keep, "drop": drop }));
    let people: Vec<Json> =
        preview["people"].as_array().unwrap().iter().map(|p| json!({ "keep": p["keep"]["id"], "drop": p["drop"]["id"] })).collect();
    let value = json!({ "kind": "household", "keep": keep, "drop": drop, "people": people, "seen": preview["seen"] });
    let decision = decide(office, &item, json!({ "decision": "merge", "value": value, "words": "户主来电话说的" }));
    assert!(of_kind(office, "same").is_empty(), "the people of both went together: {:?}", of_kind(office, "same"));
    w.sync_all();
    assert_eq!(w.ana().call("get_household", json!({ "id": drop }))["household"]["id"], keep.as_str());
    undo(office, &decision);
    w.sync_all();
    assert_eq!(w.ana().call("get_household", json!({ "id": drop }))["household"]["id"], drop.as_str());
    assert_eq!(office.refused("undo_decision", json!({ "decision": decision })), "not_found");
    assert!(of_kind(office, "same").iter().any(|i| i["id"] == item["id"]), "it waits again");
    // somebody else takes it apart first
    let again = decide(office, &item, json!({ "decision": "merge", "value": { "kind": "household", "keep": keep, "drop": drop } }));
    w.sync_all();
    w.second().call("unmerge", json!({ "id": drop }));
    w.sync_all();
    assert_eq!(office.refused("undo_decision", json!({ "decision": again })), "changed");
    w.nothing_wrong();
}

#[test]
fn two_who_are_not_the_same_leave_the_list_for_every_office_until_that_is_taken_back() {
    let w = World::ready(732);
    let (office, second) = (w.office(), w.second());
    let (keep, drop) = twice(&w);
    w.sync_all();
    let item = of_kind(office, "same").into_iter().find(|i| i["record_kind"] == "household").unwrap();
    let wrong =
        json!({ "id": item["id"], "decision": "merge", "value": { "kind": "household", "keep": keep, "drop": office.at("1-1-102") } });
    assert_eq!(office.refused("decide_item", wrong), "invalid_args", "only this pair");
    let decision = decide(office, &item, json!({ "decision": "different" }));
    w.sync_all();
    let has = |d: &Device| of_kind(d, "same").iter().any(|i| i["id"] == item["id"]);
    assert!(!has(office) && !has(second));
    undo(office, &decision);
    w.sync_all();
    assert!(has(office) && has(second));
    let _ = drop;
    // neither a worker nor a building head is asked
    assert!(of_kind(w.ana(), "same").is_empty() && of_kind(w.head(), "same").is_empty());
    w.nothing_wrong();
}

#[test]
fn the_pairs_that_are_kept_are_those_that_a_fresh_look_finds() {
    let w = World::ready(733);
    let (office, second) = (w.office(), w.second());
    assert!(pairs(office, "household").is_empty());
    let (keep, drop) = twice(&w);
    let chen = office.person("1-2-101", "陈伟")["id"].clone();
    let writes: Vec<(&str, Json)> = vec![
        ("edit_person", json!({ "id": chen, "edit": { "name": "张建国", "birth_date": "1952-08-09" } })),
        ("edit_household", json!({ "id": drop, "edit": { "head_name": "张建囯" } })),
        ("merge_records", json!({ "kind": "household", "keep": keep, "drop": drop })),
        ("unmerge", json!({ "id": drop })),
        ("move_person", json!({ "id": chen, "household": keep })),
        ("record_death", json!({ "id": office.person("1-1-101", "张建国")["id"] })),
        ("edit_household", json!({ "id": keep, "edit": { "contact_phone": "13900001234" } })),
        ("edit_household", json!({ "id": drop, "edit": { "contact_phone": "139 0000 1234" } })),
    ];
    for (name, args) in writes {
        if let Err(e) = office.try_call(name, args.clone()) {
            panic!("{name} {args}: {e:?}");
        }
        w.sync_all();
        // the other office is opened anew, so it reads everybody
        second.close();
        second.wake();
        for kind in ["household", "person"] {
            assert_eq!(pairs(office, kind), pairs(second, kind), "{kind} after {name} {args}");
        }
    }
}

#[test]
fn looking_for_duplicates_costs_a_write_nothing() {
    let w = World::ready(734);
    let office = w.office();
    let mut roster = String::from("楼号,单元,房号,姓名,与户主关系,性别,出生日期,联系电话\n");
    for n in 0..500 {
        let (b, f, d) = (n / 50 + 20, n % 50 / 4 + 1, n % 4 + 1);
        for (m, relation) in ["户主", "配偶", "子女"].iter().enumerate() {
            let year = 1950 + (n * 7 + m * 13) % 60;
            roster.push_str(&format!(
                "{b},1,{f}0{d},{}{},{relation},男,{year}-03-0{},13{:09}\n",
                ["王", "李", "张"][m],
                n,
                m + 1,
                n * 3 + m
            ));
        }
    }
    let file = w.path().join("千人.csv");
    std::fs::write(&file, roster).unwrap();
    office.call("import_roster", json!({ "file": file.to_str().unwrap(), "grid": FIRST_GRID }));
    let timed = |work: &dyn Fn()| {
        let begun = Instant::now();
        work();
        begun.elapsed()
    };
    let list = || _ = office.call("list_inbox", json!({ "limit": 100 }));
    let first = timed(&list);
    let person = office.person("1-2-101", "陈伟")["id"].clone();
    let home = office.at("1-2-101");
    let after = |write: &dyn Fn(usize)| -> Duration {
        let all = (0..5).map(|n| {
            write(n);
            timed(&list)
        });
        all.min().unwrap()
    };
    let visit = after(&|_| _ = office.call("add_visit", json!({ "household": home, "outcome": "absent" })));
    let edit = after(&|n| _ = office.call("edit_person", json!({ "id": person, "edit": { "phone": format!("1390000{n:04}") } })));
    println!("1,500 people: first look {first:?}, the list after a visit {visit:?}, after an edit of a person {edit:?}");
    assert!(edit < first && visit < first, "first {first:?}, after a visit {visit:?}, after an edit {edit:?}");
}

/// Ana writes a birth year and a phone in one command where nobody knows the date; meanwhile the office enters the date.
fn a_year_and_a_phone(w: &World) {
    w.office().edit_person("1-2-101", "陈伟", "birth_date", "1961-05-04");
    w.office().sync();
    let ana = w.ana();
    let person = ana.person("1-2-101", "陈伟")["id"].clone();
    ana.call("edit_person", json!({ "id": person, "edit": { "birth_year": 1960, "phone": "13712340001" } }));
    ana.sync();
    w.office().sync();
}

fn tray(d: &Device) -> Vec<Json> {
    d.call("list_tray", json!({}))["items"].as_array().unwrap().clone()
}

#[test]
fn an_adoption_is_taken_back_with_its_values_and_what_was_refused_waits_again() {
    let w = World::ready(735);
    let (office, ana) = (w.office(), w.ana());
    a_year_and_a_phone(&w);
    let phone = |d: &Device| d.person("1-2-101", "陈伟")["phone"].clone();
    let before = phone(office);
    let item = one(office, "refused");
    let refused = office.call("get_inbox_item", json!({ "id": item["id"] }))["refused"].clone();
    assert_eq!(refused["may_undo"], true);
    let field = |key: &str| refused["fields"].as_array().unwrap().iter().find(|f| f["key"] == key).unwrap().clone();
    let args = json!({ "id": refused["id"], "leave_out": [field("birth_year")["id"]], "seen": { field("phone")["id"].as_str().unwrap(): field("phone")["seen"] } });
    let decision = office.call("adopt_refused", args.clone())["decision"].clone();
    assert!(of_kind(office, "refused").is_empty());
    office.sync();
    w.sync_all();
    assert_eq!((phone(office), tray(ana)[0]["resolution"]["how"].as_str()), (json!("13712340001"), Some("adopted")));
    undo(office, &decision);
    office.sync();
    w.sync_all();
    w.sync_all();
    for d in [office, w.second(), ana] {
        assert_eq!(phone(d), before, "{}", d.name);
    }
    assert_eq!(one(office, "refused")["id"], item["id"], "it waits again");
    assert_eq!(one(w.second(), "refused")["id"], item["id"]);
    let told = &tray(ana)[0];
    assert_eq!(
        (told["resolution"].clone(), told["may_ask"].clone()),
        (Json::Null, json!(true)),
        "its author is told, and may say it again"
    );
    // before anything went up it is taken back as well, and adopted once more
    let refused = office.call("get_inbox_item", json!({ "id": item["id"] }))["refused"].clone();
    assert_eq!(refused["id"], args["id"]);
    let now = || {
        let refused = office.call("get_inbox_item", json!({ "id": item["id"] }))["refused"].clone();
        let phone = refused["fields"].as_array().unwrap().iter().find(|f| f["key"] == "phone").unwrap().clone();
        json!({ "id": args["id"], "leave_out": args["leave_out"], "seen": { phone["id"].as_str().unwrap(): phone["seen"] } })
    };
    let decision = office.call("adopt_refused", now())["decision"].clone();
    undo(office, &decision);
    assert_eq!(one(office, "refused")["id"], item["id"]);
    office.call("adopt_refused", now());
    office.sync();
    w.sync_all();
    assert_eq!((phone(ana), tray(ana)[0]["resolution"]["how"].as_str()), (json!("13712340001"), Some("adopted")));
    w.nothing_wrong();
}

#[test]
fn what_was_given_back_is_taken_up_again_unless_its_author_has_acted_on_it() {
    let w = World::ready(736);
    let (office, ana) = (w.office(), w.ana());
    a_year_and_a_phone(&w);
    let item = one(office, "refused");
    let id = item["id"].as_str().unwrap().trim_start_matches("r-").to_string();
    let give_back = || office.call("return_refused", json!({ "id": id, "words": "电话请再核一次" }))["decision"].clone();
    let decision = give_back();
    office.sync();
    w.sync_all();
    assert!(of_kind(office, "refused").is_empty());
    undo(office, &decision);
    office.sync();
    w.sync_all();
    w.sync_all();
    assert_eq!((one(office, "refused")["id"].clone(), tray(ana)[0]["resolution"].clone()), (item["id"].clone(), Json::Null));
    // given back once more; its author corrects it and sends it again before the office thinks better of it
    let decision = give_back();
    office.sync();
    ana.sync();
    let told = tray(ana)[0].clone();
    let year = told["fields"].as_array().unwrap().iter().find(|f| f["key"] == "birth_year").unwrap()["id"].clone();
    ana.call("resend_refused", json!({ "seq": told["seq"], "leave_out": [year] }));
    ana.sync();
    undo(office, &decision);
    office.sync();
    w.sync_all();
    assert!(of_kind(office, "refused").is_empty(), "what was said again does not wait");
    assert_eq!(office.person("1-2-101", "陈伟")["phone"], "13712340001");
}

#[test]
fn an_adoption_that_makes_a_record_says_that_it_cannot_be_taken_back() {
    let w = World::ready(737);
    let (office, ana) = (w.office(), w.ana());
    let home = ana.at("1-1-102");
    ana.call("add_visit", json!({ "household": home, "outcome": "met", "note": "问了燃气" }));
    let two = building_id(unit_id(COMMUNITY), "", "2");
    office.call("move_household", json!({ "id": home, "building": two, "unit_no": "2", "door": "502", "reason": "换房" }));
    office.sync();
    let hers =
        office.call("list_memberships", json!({}))["items"].as_array().unwrap().iter().find(|m| m["name"] == "安然").unwrap()["id"].clone();
    office.call("end_membership", json!({ "id": hers }));
    ana.sync();
    w.sync_all();
    let waits = office.call("list_inbox", json!({}));
    let item = waits["items"].as_array().unwrap().iter().find(|i| ["refused", "late"].contains(&i["kind"].as_str().unwrap())).cloned();
    let item = item.unwrap_or_else(|| panic!("{waits}"));
    let refused = office.call("get_inbox_item", json!({ "id": item["id"] }))["refused"].clone();
    assert_eq!(refused["may_undo"], false, "{refused}");
    assert_eq!(office.call("adopt_refused", json!({ "id": refused["id"] }))["decision"], Json::Null);
}

#[test]
fn ten_thousand_open_items_cost_a_page_little_more_than_counting_them() {
    let w = World::ready(716);
    let office = w.office();
    // a roster whose every telephone differs from the one before: each is held
    let mut one = String::from("楼号,单元,房号,姓名,联系电话,工作单位\n");
    let mut two = one.clone();
    for n in 0..5_000 {
        let (b, f, d) = (n / 100 + 10, n % 100 / 4 + 1, n % 4 + 1);
        one.push_str(&format!("{b},1,{f}0{d},甲{n},137{n:08},甲厂\n"));
        two.push_str(&format!("{b},1,{f}0{d},甲{n},138{n:08},乙厂\n"));
    }
    for (name, text) in [("一.csv", one), ("二.csv", two)] {
        let file = w.path().join(name);
        std::fs::write(&file, text).unwrap();
        office.call("import_roster", json!({ "file": file.to_str().unwrap(), "grid": FIRST_GRID }));
    }
    let first = office.call("list_inbox", json!({}));
    assert!(first["open"].as_u64().unwrap() >= 10_000, "{}", first["counts"]);
    assert_eq!(first["items"].as_array().unwrap().len(), 100, "a page and not the list");
    let best = |command: &str, args: Json| {
        (0..5)
            .map(|_| {
                let begun = Instant::now();
                office.call(command, args.clone());
                begun.elapsed()
            })
            .min()
            .unwrap()
    };
    // the plain count of the same open cells, with one item told
    let count = best("list_held", json!({ "limit": 1 }));
    let page = best("list_inbox", json!({ "limit": 100 }));
    let last = first["items"][99]["id"].clone();
    let next = best("list_inbox", json!({ "limit": 100, "after": last }));
    println!("one item and a count {count:?}, a page of a hundred {page:?}, the next {next:?}");
    assert!(page < count * 4 && next < count * 4, "a page {page:?}, the next {next:?}, one item and a count {count:?}");
}

#[test]
fn among_thousands_the_list_is_there_before_those_who_look_alike_and_says_so() {
    let w = World::ready(717);
    let office = w.office();
    let mut roster = String::from("楼号,单元,房号,姓名,联系电话\n");
    for n in 0..5_200 {
        // the last two hundred stand at a second door of theirs
        let (who, at) = if n < 5_000 { (n, n) } else { (n - 5_000, n) };
        roster.push_str(&format!("{},1,{}0{},甲{who},137{who:08}\n", at / 100 + 10, at % 100 / 4 + 1, at % 4 + 1));
    }
    let file = w.path().join("多.csv");
    std::fs::write(&file, roster).unwrap();
    office.call("import_roster", json!({ "file": file.to_str().unwrap(), "grid": FIRST_GRID }));

    let soon = json!({ "kind": "same", "soon": true, "limit": 1000 });
    let first = office.call("list_inbox", soon.clone());
    assert_eq!((&first["looking"], first["items"].as_array().unwrap().len()), (&json!(true), 0), "the list does not wait");
    // whoever asks for duplicates waits for the look that is under way
    assert!(office.call("list_duplicates", json!({ "kind": "person" }))["total"].as_u64().unwrap() >= 200);
    let then = office.call("list_inbox", soon.clone());
    assert_eq!(then["looking"], false);
    let waited = office.call("list_inbox", json!({ "kind": "same", "limit": 1000 }));
    assert_eq!(then["items"], waited["items"], "what came beside is what waiting gives");
    assert!(then["items"].as_array().unwrap().len() >= 200);

    // what was decided while a look is under way is decided
    let pair = then["items"][0].clone();
    office.close();
    office.wake();
    assert_eq!(office.call("list_inbox", soon.clone())["looking"], true);
    decide(office, &pair, json!({ "decision": "different" }));
    let after = office.call("list_inbox", json!({ "kind": "same", "limit": 1000 }));
    assert_eq!(after["items"].as_array().unwrap().len(), then["items"].as_array().unwrap().len() - 1);

    // a store that is closed meanwhile takes its people with it; opened again it looks again
    office.close();
    office.wake();
    assert_eq!(office.call("list_inbox", soon.clone())["looking"], true);
    office.call("lock", json!({}));
    assert_eq!(office.refused("list_inbox", soon), "locked");
    office.call("unlock", json!({ "pin": PIN }));
    assert_eq!(office.call("list_inbox", json!({ "kind": "same", "limit": 1000 }))["items"], after["items"]);
}
