//! Who is in charge changes: grids are redrawn, terms begin and end, somebody stands in, while phones are away and work is unsent. Grants
//! change, documents never move, nothing written is lost, and whoever gains or loses something is told.

#![allow(clippy::unwrap_used)]

use e2e::look;
use e2e::rosters;
use e2e::world::*;
use serde_json::{Value as Json, json};
use shared_model::Role;
use shared_model::doc::{building_id, unit_id};
use shared_model::wire::Verdict;

const DAY_MS: i64 = 24 * 3_600_000;

fn second_building() -> String {
    building_id(unit_id(COMMUNITY), "", "2").to_string()
}

/// One more worker, in the second grid.
fn with_cy(seed: u64) -> (World, usize) {
    let mut w = World::ready(seed);
    let cy = w.enrol("岑一", Role::Worker, SECOND_GRID);
    w.sync_all();
    (w, cy)
}

/// The office moves building 2 to the second grid; it has to be accepted.
fn redraw(w: &World) {
    let answer = w.office().call("move_units", json!({ "units": [second_building()], "parent": SECOND_GRID }));
    assert_eq!(answer["accepted"], 1, "{answer}");
}

fn log(d: &Device) -> String {
    let log = d.call("get_log", json!({}));
    let items = log["items"].as_array().unwrap().iter().filter(|i| i["what"] == "handover");
    items.map(|i| i["text"].as_str().unwrap().to_string()).collect::<Vec<_>>().join("|")
}

fn membership(d: &Device, name: &str) -> Json {
    let list = d.call("list_memberships", json!({ "over": true }));
    list["items"].as_array().unwrap().iter().find(|m| m["name"] == name).cloned().unwrap_or_else(|| panic!("no {name}: {list}"))
}

fn accepted(w: &World, d: &Device) -> bool {
    w.ledger().of(d.id()).values().all(|v| matches!(v, Verdict::Accepted { .. }))
}

#[test]
fn a_building_handed_to_another_worker_with_visits_unsent_loses_nothing_and_both_are_told() {
    let (w, cy) = with_cy(201);
    let (ana, cy) = (w.ana(), &w.devices[cy]);
    ana.call("add_visit", json!({ "household": ana.at("2-1-101"), "outcome": "met", "note": "换人之前" }));
    ana.edit_person("2-1-102", "吴桂兰", "phone", "13712340002");
    ana.call("add_visit", json!({ "household": ana.at("1-1-101"), "outcome": "met" }));
    redraw(&w);
    cy.sync();
    assert_eq!(cy.doors().len(), 3, "the new worker has it at once");
    assert!(log(cy).contains("2号楼由您负责了"), "{}", log(cy));
    assert!(!membership(w.office(), "安然")["told"].as_bool().unwrap(), "the office sees that Ana does not know yet");
    // Days later Ana has signal again.
    w.clock.pass_ms(3 * DAY_MS);
    ana.sync();
    assert!(accepted(&w, ana) && ana.pending() == 0 && ana.agrees(), "{}", ana.status());
    assert!(ana.doors().keys().all(|plate| plate.starts_with("1-")), "what is no longer hers has left her device");
    assert!(log(ana).contains("2号楼不再由您负责") && log(ana).contains("2 条都已收下"), "{}", log(ana));
    let status = ana.status();
    assert_eq!((&status["handover"]["lost"], &status["handover"]["leaving"]), (&json!(["2号楼"]), &json!(0)), "{status}");
    w.sync_all();
    for d in [w.office(), cy] {
        assert_eq!(d.file("2-1-101")["visits"][0]["note"], "换人之前", "{}", d.name);
        assert_eq!(d.person("2-1-102", "吴桂兰")["phone"], "13712340002", "{}", d.name);
    }
    let row = membership(w.office(), "安然");
    assert_eq!((&row["told"], &row["unsent"], &row["devices"]), (&json!(true), &json!(0), &json!(1)), "{row}");
    assert_eq!(look::difference_within(cy, w.office()), None);
}

#[test]
fn a_grid_redrawn_while_both_workers_are_away_takes_what_both_wrote() {
    let (w, cy) = with_cy(202);
    let (ana, cy) = (w.ana(), &w.devices[cy]);
    redraw(&w);
    // Both come back, cy first; Ana and cy then write the same number apart, Ana under the stamp of before.
    cy.sync();
    cy.edit_person("2-1-101", "刘洋", "phone", "13700000001");
    ana.edit_person("2-1-101", "刘洋", "phone", "13700000002");
    cy.sync();
    ana.sync();
    w.sync_all();
    assert!(accepted(&w, ana));
    let expected = vec!["13700000001".to_string(), "13700000002".to_string()];
    for d in [w.office(), cy] {
        assert_eq!(d.conflicts().into_iter().next(), Some(("刘洋 phone".into(), expected.clone())), "{}", d.name);
    }
    assert!(ana.conflicts().is_empty());
}

#[test]
fn what_is_left_only_until_its_verdicts_is_read_and_not_written() {
    let (w, _) = with_cy(203);
    let ana = w.ana();
    let (home, person) = (ana.at("2-1-101"), ana.person("2-1-101", "刘洋")["id"].clone());
    ana.edit_person("2-1-101", "刘洋", "note", "早上写的");
    redraw(&w);
    // While the answer that takes the building away is under way, one more visit is written there.
    ana.write_in_flight("add_visit", json!({ "household": home, "outcome": "met", "note": "路上写的" }));
    ana.meets(&[Fault::None, Fault::LoseRequest]);
    let _ = ana.try_sync();
    assert_eq!(ana.pending(), 1);
    assert_eq!(ana.file("2-1-101")["household"]["read_only"], true, "still here, and it says so");
    assert_eq!(ana.file("1-1-101")["household"]["read_only"], false);
    assert_eq!(ana.status()["handover"]["leaving"], 1);
    assert_eq!(ana.refused("edit_person", json!({ "id": person, "edit": { "note": "再写" } })), "read_only");
    assert_eq!(ana.refused("add_visit", json!({ "household": home, "outcome": "met" })), "read_only");
    assert_eq!(ana.pending(), 1, "nothing of it was written");
    ana.kill();
    ana.sync();
    assert!(accepted(&w, ana) && ana.pending() == 0);
    assert!(!ana.doors().keys().any(|plate| plate.starts_with("2-")), "with the last verdict it leaves");
    w.sync_all();
    let file = w.office().file("2-1-101");
    assert_eq!(file["visits"][0]["note"], "路上写的");
    assert_eq!(w.office().person("2-1-101", "刘洋")["note"], "早上写的");
}

#[test]
fn what_is_written_again_counts_under_the_stamp_it_was_written_under() {
    let (w, _) = with_cy(212);
    let ana = w.ana();
    let person = ana.person("2-1-101", "刘洋")["id"].clone();
    w.office().edit_person("2-1-101", "刘洋", "birth_date", "1961-05-04");
    w.office().sync();
    ana.edit_person("1-1-101", "张建国", "note", "早上写的");
    redraw(&w);
    // While the answer that takes the building away is under way: a year that may not stand beside a date, and a number that stands on it.
    let edit = |edit: Json| ("edit_person", json!({ "id": person, "edit": edit }));
    ana.write_all_in_flight([edit(json!({ "birth_year": 1960 })), edit(json!({ "phone": "13712340009" }))]);
    ana.sync();
    ana.sync();
    let ledger = w.ledger();
    let verdicts: Vec<&Verdict> = ledger.of(ana.id()).into_values().collect();
    assert!(
        matches!(
            verdicts[..],
            [Verdict::Accepted { .. }, Verdict::Quarantined { .. }, Verdict::Superseded { by: 2 }, Verdict::Accepted { .. }]
        ),
        "{verdicts:?}"
    );
    w.office().sync();
    assert_eq!(w.office().person("2-1-101", "刘洋")["phone"], "13712340009");
}

#[test]
fn a_stand_in_begins_and_ends_by_time_though_nobody_acts() {
    // every world begins on 21 September 2026, in the evening of Beijing
    let mut w = World::ready(204);
    let sick = membership(w.office(), "安然")["id"].clone();
    let answer = w.office().call("stand_in", json!({ "id": sick, "name": "代班员", "from": "2026-09-23", "until": "2026-09-24" }));
    assert_eq!(answer["accepted"], 1, "{answer}");
    let planned = membership(w.office(), "代班员");
    assert_eq!((&planned["state"], &planned["stands_for"]), (&json!("planned"), &json!("安然")), "{planned}");
    let cover = w.enrol("代班员", Role::Worker, FIRST_GRID);
    let (cover, ana) = (&w.devices[cover], w.ana());
    cover.sync();
    assert!(cover.doors().is_empty(), "nothing before the first day");
    w.clock.pass_ms(2 * DAY_MS);
    cover.kill();
    cover.sync();
    assert_eq!(cover.doors().len(), 7);
    cover.call("add_visit", json!({ "household": cover.at("1-1-101"), "outcome": "met", "note": "代班第一天" }));
    cover.sync();
    cover.call("add_visit", json!({ "household": cover.at("1-1-102"), "outcome": "met", "note": "代班最后一户" }));
    w.clock.pass_ms(2 * DAY_MS);
    cover.kill();
    cover.sync();
    assert!(accepted(&w, cover) && cover.doors().is_empty() && cover.agrees(), "{}", cover.status());
    assert!(log(cover).contains("第一网格不再由您负责"), "{}", log(cover));
    ana.kill();
    ana.sync();
    assert_eq!(ana.doors().len(), 7, "who was ill has everything");
    assert_eq!(ana.file("1-1-102")["visits"][0]["note"], "代班最后一户");
}

#[test]
fn a_term_that_ended_with_work_unsent_takes_it_and_nothing_after_it() {
    let w = World::ready(205);
    let ana = w.ana();
    ana.edit_person("1-1-101", "张建国", "note", "在任时");
    let id = membership(w.office(), "安然")["id"].clone();
    assert_eq!(w.office().call("end_membership", json!({ "id": id }))["accepted"], 1);
    w.clock.pass_ms(DAY_MS / 10);
    ana.sync();
    assert!(accepted(&w, ana) && ana.doors().is_empty() && ana.agrees());
    w.sync_all();
    assert_eq!(w.office().person("1-1-101", "张建国")["note"], "在任时");
    let row = membership(w.office(), "安然");
    assert_eq!((&row["state"], &row["may"]), (&json!("over"), &json!(false)), "{row}");
    assert!(!ana.refused("end_membership", json!({ "id": row["id"] })).is_empty());
    let list = w.office().call("list_memberships", json!({}));
    assert!(!list["items"].as_array().unwrap().iter().any(|m| m["name"] == "安然"), "what is over is listed only when asked for");
}

#[test]
fn a_second_role_adds_and_its_end_takes_only_what_it_added() {
    let (w, _) = with_cy(206);
    let (office, bo) = (w.office(), w.bo());
    redraw(&w);
    bo.sync();
    assert_eq!(bo.doors().len(), 4);
    let person = membership(office, "薄云")["person"].clone();
    let answer = office.call("add_membership", json!({ "person": person, "role": "worker", "unit": SECOND_GRID }));
    assert_eq!(answer["accepted"], 1, "{answer}");
    bo.sync();
    assert_eq!(bo.doors().len(), 7, "two grids");
    bo.edit_person("2-1-101", "刘洋", "note", "两边跑");
    assert_eq!(office.call("end_membership", json!({ "id": answer["id"] }))["accepted"], 1);
    bo.sync();
    assert_eq!(bo.doors().len(), 4);
    w.sync_all();
    assert_eq!(office.person("2-1-101", "刘洋")["note"], "两边跑");
    assert_eq!(look::difference_within(bo, office), None);
}

#[test]
fn of_two_offices_that_move_one_building_the_second_learns_it_and_decides_again() {
    let (w, cy) = with_cy(207);
    let (one, two) = (w.office(), w.second());
    let code = "6101040019011003";
    assert_eq!(one.call("make_grid", json!({ "parent": COMMUNITY, "name": "第三网格", "code": code }))["accepted"], 1);
    two.sync();
    // Both decide while there is no server, then both come back.
    w.stop_server();
    let waits = one.call("move_units", json!({ "units": [second_building()], "parent": SECOND_GRID }));
    assert_eq!((&waits["accepted"], &waits["waiting"]), (&json!(0), &json!(1)), "takes effect when the server confirms");
    two.call("move_units", json!({ "units": [second_building()], "parent": code }));
    let parent = |d: &Device| {
        let units = d.call("list_units", json!({}));
        units["items"].as_array().unwrap().iter().find(|u| u["id"] == second_building()).unwrap()["parent"].clone()
    };
    assert_eq!(parent(one), unit_id(FIRST_GRID).to_string(), "it changes nothing here");
    w.start_server();
    one.sync();
    two.sync();
    assert_eq!(parent(one), unit_id(SECOND_GRID).to_string());
    let tray = two.call("list_tray", json!({}));
    assert_eq!((&tray["items"][0]["command"], &tray["total"]), (&json!("move_units"), &json!(1)), "{tray}");
    assert!(tray["items"][0]["why"].as_str().unwrap().contains("没有生效"), "{tray}");
    assert_eq!(parent(two), unit_id(SECOND_GRID).to_string(), "it has seen what is now");
    two.call("discard_refused", json!({ "seq": tray["items"][0]["seq"] }));
    assert_eq!(two.call("move_units", json!({ "units": [second_building()], "parent": code }))["accepted"], 1);
    w.sync_all();
    assert!(w.devices[cy].doors().is_empty());
    assert_eq!(look::difference(one, two), None);
}

#[test]
fn a_new_building_is_worked_in_under_the_old_stamp_and_leaves_like_the_others() {
    let (w, cy) = with_cy(208);
    let (office, ana) = (w.office(), w.ana());
    let path = w.path().join("九号楼.csv");
    std::fs::write(&path, rosters::of_building(9, 4, "136000")).unwrap();
    office.call("import_roster", json!({ "file": path, "grid": FIRST_GRID }));
    office.sync();
    ana.sync();
    ana.call("add_visit", json!({ "household": ana.at("9-1-101"), "outcome": "met", "note": "新楼" }));
    let nine = building_id(unit_id(COMMUNITY), "", "9").to_string();
    assert_eq!(office.call("move_units", json!({ "units": [nine], "parent": SECOND_GRID }))["accepted"], 1);
    ana.sync();
    assert!(accepted(&w, ana));
    w.sync_all();
    assert_eq!(w.devices[cy].file("9-1-101")["visits"][0]["note"], "新楼");
    assert_eq!(ana.doors().len(), 7);
}

#[test]
fn a_grid_is_made_filled_and_another_closed_in_one_afternoon() {
    let (w, cy) = with_cy(209);
    let office = w.office();
    let third = office.call("make_grid", json!({ "parent": COMMUNITY, "name": "第三网格", "units": [second_building()] }));
    assert_eq!((&third["accepted"], third["refused"].as_array().unwrap().len()), (&json!(2), 0), "{third}");
    let gaps = office.call("list_memberships", json!({}))["gaps"].clone();
    assert_eq!(gaps[0]["name"], "第三网格", "nobody works there yet: {gaps}");
    let person = membership(office, "岑一")["person"].clone();
    office.call("add_membership", json!({ "person": person, "role": "worker", "unit": third["id"] }));
    w.devices[cy].sync();
    assert_eq!(w.devices[cy].doors().len(), 3);
    assert_eq!(office.refused("close_unit", json!({ "unit": FIRST_GRID, "successors": [third["id"]] })), "invalid_args");
    assert_eq!(office.call("move_units", json!({ "units": [first_building()], "parent": third["id"] }))["accepted"], 1);
    let closed = office.call("close_unit", json!({ "unit": FIRST_GRID, "successors": [third["id"]] }));
    assert_eq!(closed["accepted"], 1, "{closed}");
    w.sync_all();
    assert!(w.ana().doors().is_empty() && w.bo().doors().is_empty(), "terms at a closed grid are over");
    assert_eq!(w.devices[cy].doors().len(), 7);
    assert_eq!(w.head().doors().len(), 4, "the head of building 1 keeps it wherever it stands");
    assert_eq!(look::difference_within(&w.devices[cy], office), None);
}

#[test]
fn a_preview_says_who_gains_and_who_loses_before_anything_is_done() {
    let (w, _) = with_cy(210);
    let office = w.office();
    w.ana().call("add_visit", json!({ "household": w.ana().at("2-1-101"), "outcome": "met" }));
    let preview = office.call("preview_grants", json!({ "units": [second_building()], "parent": SECOND_GRID }));
    let person = |name: &str| preview["people"].as_array().unwrap().iter().find(|p| p["name"] == name).cloned();
    for name in ["安然", "薄云"] {
        assert_eq!(person(name).unwrap()["loses"][0]["name"], "2号楼", "{preview}");
    }
    assert_eq!(person("岑一").unwrap()["gains"][0]["name"], "2号楼");
    assert!(person("王主任").is_none() && person("何楼长").is_none(), "for them nothing changes: {preview}");
    let grid = |name: &str| preview["grids"].as_array().unwrap().iter().find(|g| g["name"] == name).cloned().unwrap();
    assert_eq!((&grid("第一网格")["households_before"], &grid("第一网格")["households_after"]), (&json!(7), &json!(4)));
    assert_eq!(grid("第二网格")["households_after"], 3);
    assert_eq!(grid("第一网格")["remarks"], json!(["few"]));
    let ids: Vec<Json> = ["安然", "薄云"].iter().map(|n| membership(office, n)["id"].clone()).collect();
    let ends = office.call("preview_grants", json!({ "end": ids }));
    assert_eq!(ends["grids"][0]["remarks"], json!(["few", "no_worker"]), "{ends}");
    redraw(&w);
    w.sync_all();
    assert_eq!(w.ana().doors().len(), 4, "and so it came");
}

#[test]
fn a_worker_redraws_nothing_and_appoints_nobody() {
    let w = World::ready(211);
    let (ana, id) = (w.ana(), membership(w.office(), "薄云")["id"].clone());
    assert_eq!(ana.refused("move_units", json!({ "units": [second_building()], "parent": SECOND_GRID })), "not_allowed");
    assert_eq!(ana.refused("end_membership", json!({ "id": id })), "not_allowed");
    assert_eq!(ana.refused("add_membership", json!({ "name": "某", "role": "worker", "unit": FIRST_GRID })), "not_allowed");
    assert_eq!(ana.refused("make_grid", json!({ "parent": FIRST_GRID, "name": "x" })), "not_allowed");
    assert_eq!(w.office().refused("add_membership", json!({ "name": "某", "role": "admin", "unit": FIRST_GRID })), "not_allowed");
    assert_eq!(w.office().refused("add_membership", json!({ "name": "某", "role": "worker", "unit": "610104001" })), "not_allowed");
    assert_eq!(ana.pending() + w.office().pending(), 0);
}

/// The household of 王强 (1-1-102) moves to 2-2-502; everybody has seen the old door before.
fn move_away(w: &World) -> String {
    let office = w.office();
    let args = json!({ "id": office.at("1-1-102"), "building": second_building(), "unit_no": "2", "door": "502", "reason": "换房" });
    office.call("move_household", args)["id"].as_str().unwrap().to_string()
}

#[test]
fn a_household_that_moves_ends_here_and_begins_there() {
    let w = World::ready(212);
    let office = w.office();
    office.edit_person("1-1-102", "王强", "id_number", "610104195208090517");
    office.edit_person("1-1-102", "王强", "tags", json!(["独居"]));
    office.call("add_visit", json!({ "household": office.at("1-1-102"), "outcome": "met", "note": "搬走之前" }));
    let new = move_away(&w);
    w.sync_all();
    for d in [office, w.ana()] {
        assert_eq!(d.at("2-2-502"), new, "{}", d.name);
        let (old, there) = (d.person("1-1-102", "王强"), d.person("2-2-502", "王强"));
        assert_eq!((old["end_reason"].as_str(), there["ended"].as_str()), (Some("换房"), None));
        assert!(!old["ended"].is_null());
        for key in ["phone", "id_number_masked", "tags", "sex"] {
            assert_eq!(there[key], old[key], "{key}");
            assert!(!there[key].is_null(), "{key}");
        }
        assert_eq!(d.file("1-1-102")["household"]["is_vacant"], true);
        for moved in [&d.file("1-1-102")["household"]["moved"], &old["moved"]] {
            assert_eq!((&moved["plate"], &moved["household"]), (&json!("2-2-502"), &json!(new)), "{}", d.name);
        }
        assert!(d.file("2-2-502")["household"]["moved"].is_null() && there["moved"].is_null());
        assert_eq!(d.file("1-1-102")["visits"].as_array().unwrap().len(), 1, "what was written at the old door stays there");
        assert_eq!(d.file("2-2-502")["household"]["head_name"], "王强");
        assert!(d.call("list_left_behind", json!({}))["items"].as_array().unwrap().is_empty(), "{}", d.name);
        assert!(d.conflicts().is_empty());
    }
    let again = json!({ "id": office.at("1-1-102"), "building": second_building(), "door": "9" });
    assert_eq!(office.refused("move_household", again), "invalid_args");
    assert_eq!(look::difference_within(w.ana(), office), None);
}

#[test]
fn a_move_into_a_grid_one_does_not_hold_is_the_offices_to_make() {
    let (w, cy) = with_cy(216);
    let (office, ana) = (w.office(), w.ana());
    redraw(&w);
    w.sync_all();
    // a worker is told whom to ask, for a household and for one person, and nothing is written
    let (home, there) = (ana.at("1-1-102"), office.at("2-1-101"));
    let person = ana.person("1-1-102", "王强")["id"].clone();
    let to = json!({ "id": home, "building": second_building(), "unit_no": "2", "door": "502" });
    for (command, args) in [("move_household", to.clone()), ("move_person", json!({ "id": person, "household": there }))] {
        let refused = ana.try_call(command, args).unwrap_err();
        assert_eq!(refused.code, "not_found", "{command}");
        assert!(refused.message.contains("请社区办公室来搬"), "{command}: {}", refused.message);
    }
    assert_eq!(ana.pending(), 0);
    // the office moves them while she, away, writes at the old door
    office.edit_person("1-1-102", "王强", "id_number", "610104195208090517");
    ana.edit_person("1-1-102", "王强", "phone", "13700000055");
    let new = office.call("move_household", to)["id"].clone();
    w.sync_all();
    w.sync_all();
    let cy = &w.devices[cy];
    assert_eq!(json!(cy.at("2-2-502")), new);
    let moved = cy.person("2-2-502", "王强");
    assert_eq!((moved["phone"].as_str(), moved["ended"].as_str()), (Some("13900000103"), None));
    assert!(moved["id_number_masked"].is_string(), "what is known goes along");
    let old = ana.file("1-1-102");
    assert!(old["household"]["is_vacant"] == true && old["household"]["moved"]["on"].is_string());
    assert_eq!(old["household"]["moved"]["plate"], Json::Null, "where they live now is not hers to know");
    let left = office.call("list_left_behind", json!({}));
    assert_eq!((&left["items"][0]["key"], &left["items"][0]["text"]), (&json!("phone"), &json!("13700000055")), "{left}");
    office.call("bring_along", json!({ "old": left["items"][0]["old"], "key": "phone", "decision": "take" }));
    w.sync_all();
    assert_eq!(cy.person("2-2-502", "王强")["phone"], "13700000055");
    assert!(!ana.doors().contains_key("2-2-502"));
}

#[test]
fn what_is_written_at_the_old_door_without_knowing_of_the_move_is_brought_along_by_a_person() {
    let w = World::ready(213);
    let (office, ana) = (w.office(), w.ana());
    // Ana is away; she writes a new number, an ID number and a tag at the old door while the office moves the household.
    ana.edit_person("1-1-102", "王强", "phone", "13700000055");
    ana.edit_person("1-1-102", "王强", "id_number", "610104195208090517");
    ana.edit_person("1-1-102", "王强", "note", "耳背");
    move_away(&w);
    w.sync_all();
    for d in [office, ana] {
        let list = d.call("list_left_behind", json!({}));
        let keys: Vec<_> = list["items"].as_array().unwrap().iter().map(|i| i["key"].as_str().unwrap().to_string()).collect();
        assert_eq!(keys, ["note", "phone", "id_number"], "{}: {list}", d.name);
        assert_eq!((&list["items"][1]["plate"], &list["items"][1]["new_plate"]), (&json!("1-1-102"), &json!("2-2-502")));
        assert_eq!((&list["items"][1]["now"], &list["items"][1]["who"]), (&json!("13900000103"), &json!("安然")));
        assert!(!list.to_string().contains("610104195208090517"), "an ID number stays masked");
        assert_eq!(d.person("2-2-502", "王强")["phone"], "13900000103", "nothing follows by itself");
    }
    let old = office.person("1-1-102", "王强")["id"].clone();
    office.call("bring_along", json!({ "old": old, "key": "phone", "decision": "take" }));
    office.call("bring_along", json!({ "old": old, "key": "note", "decision": "leave" }));
    // The other one decides the third meanwhile, and writes once more at the old door.
    ana.call("bring_along", json!({ "old": old, "key": "id_number", "decision": "take" }));
    ana.edit_person("1-1-102", "王强", "note", "还是耳背");
    w.sync_all();
    for d in [office, ana] {
        let list = d.call("list_left_behind", json!({}));
        assert_eq!(list["items"].as_array().unwrap().len(), 1, "{}: {list}", d.name);
        assert_eq!(list["items"][0]["text"], "还是耳背", "what was left and written again is shown again");
        let there = d.person("2-2-502", "王强");
        assert_eq!((there["phone"].as_str(), there["note"].as_str()), (Some("13700000055"), None));
        assert!(there["id_number_masked"].is_string());
        assert!(d.conflicts().is_empty(), "{:?}", d.conflicts());
    }
    assert_eq!(look::difference_within(ana, office), None);
}

#[test]
fn two_who_move_one_household_apart_to_one_door_make_one_and_to_two_doors_show_both() {
    let w = World::ready(214);
    let (office, second) = (w.office(), w.second());
    let args = |door: &str| json!({ "id": office.at("1-1-102"), "building": second_building(), "unit_no": "2", "door": door });
    let one = office.call("move_household", args("502"))["id"].clone();
    assert_eq!(second.call("move_household", args("502"))["id"], one);
    w.sync_all();
    assert!(office.conflicts().is_empty(), "{:?}", office.conflicts());
    assert_eq!(office.file("2-2-502")["persons"].as_array().unwrap().len(), 1);
    let args = |door: &str| json!({ "id": office.at("1-1-201"), "building": second_building(), "unit_no": "2", "door": door });
    office.call("move_household", args("601"));
    second.call("move_household", args("602"));
    w.sync_all();
    let conflicts = second.conflicts();
    assert!(conflicts.keys().any(|k| k.ends_with("moved_to")), "a person decides where they went: {conflicts:?}");
    assert_eq!(look::difference(office, second), None);
}

#[test]
fn late_work_on_somebody_who_has_moved_since_is_kept_for_the_office() {
    let w = World::ready(215);
    let (office, ana) = (w.office(), w.ana());
    ana.edit_person("1-1-102", "王强", "phone", "13700000055");
    move_away(&w);
    let id = membership(office, "安然")["id"].clone();
    office.call("end_membership", json!({ "id": id }));
    ana.sync();
    let words: Vec<_> = w.ledger().of(ana.id()).into_values().map(|v| format!("{v:?}")).collect();
    assert!(words[0].contains("\"late\""), "{words:?}");
    assert!(ana.call("list_tray", json!({})).to_string().contains("13700000055"), "its author can still read it");
    assert!(ana.doors().is_empty() && ana.agrees());
    w.sync_all();
    assert_eq!(office.person("1-1-102", "王强")["phone"], "13900000103");
}
