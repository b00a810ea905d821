//! Grids redrawn as one plan: what it would come to before anything is done, all of it or nothing, while workers on both sides are away.

#![allow(clippy::unwrap_used)]

use e2e::look;
use e2e::world::*;
use serde_json::{Value as Json, json};
use shared_model::Role;
use shared_model::doc::{building_id, unit_id};
use shared_model::wire::Verdict;

/// A corner of a place in Xi'an.
const LNG: f64 = 108.9135;
const LAT: f64 = 34.2655;

fn rectangle(west: f64, east: f64) -> Json {
    let (south, north) = (LAT - 0.001, LAT + 0.001);
    let ring = [[west, south], [east, south], [east, north], [west, north], [west, south]];
    json!({ "type": "Polygon", "coordinates": [ring] })
}

fn building(n: u32) -> String {
    building_id(unit_id(COMMUNITY), "", &n.to_string()).to_string()
}

/// Two grids with boundaries, building 1 in the west and building 2 in the middle of the first; a worker in the second.
fn drawn(seed: u64) -> (World, usize) {
    let mut w = World::ready(seed);
    let cy = w.enrol("岑一", Role::Worker, SECOND_GRID);
    let office = w.office();
    office.call("place_unit", json!({ "unit": building(1), "lng": LNG - 0.0015, "lat": LAT }));
    office.call("place_unit", json!({ "unit": building(2), "lng": LNG - 0.0005, "lat": LAT }));
    office.call("place_unit", json!({ "unit": FIRST_GRID, "shape": rectangle(LNG - 0.002, LNG) }));
    office.call("place_unit", json!({ "unit": SECOND_GRID, "shape": rectangle(LNG, LNG + 0.002) }));
    office.call("place_unit", json!({ "unit": COMMUNITY, "shape": rectangle(LNG - 0.002, LNG + 0.002) }));
    w.sync_all();
    (w, cy)
}

fn grid<'a>(plan: &'a Json, name: &str) -> &'a Json {
    plan["grids"].as_array().unwrap().iter().find(|g| g["name"] == name).unwrap_or_else(|| panic!("no {name}: {plan}"))
}

fn codes(grid: &Json) -> Vec<&str> {
    grid["checks"].as_array().unwrap().iter().map(|c| c["code"].as_str().unwrap()).collect()
}

fn person<'a>(plan: &'a Json, name: &str) -> Option<&'a Json> {
    plan["people"].as_array().unwrap().iter().find(|p| p["name"] == name)
}

/// What somebody gains or loses, by name.
fn names(person: &Json, which: &str) -> Vec<String> {
    person[which].as_array().unwrap().iter().map(|u| u["name"].as_str().unwrap().to_string()).collect()
}

fn accepted(w: &World, d: &Device) -> bool {
    w.ledger().of(d.id()).values().all(|v| matches!(v, Verdict::Accepted { .. }))
}

fn unit<'a>(list: &'a Json, id: &str) -> &'a Json {
    list["items"].as_array().unwrap().iter().find(|u| u["id"] == id).unwrap()
}

/// The boundary between the two grids moves west, so that building 2 lies in the second.
fn eastward() -> Json {
    json!({ "changes": [
        { "do": "shape", "grid": FIRST_GRID, "shape": rectangle(LNG - 0.002, LNG - 0.001) },
        { "do": "shape", "grid": SECOND_GRID, "shape": rectangle(LNG - 0.001, LNG + 0.002), "gather": true },
    ] })
}

#[test]
fn a_plan_says_what_it_would_come_to_and_does_nothing() {
    let (w, _) = drawn(401);
    let office = w.office();
    let today = office.call("plan_grids", json!({}));
    assert_eq!((&today["may_apply"], &today["gap_m2"], &today["problem"]), (&json!(false), &json!(0), &Json::Null), "{today}");
    assert_eq!(codes(grid(&today, "第一网格")), ["few"]);
    assert_eq!(grid(&today, "第一网格")["households"], 7);

    // drawn over the edge of the other, before the other makes room
    let half = json!({ "changes": [{ "do": "shape", "grid": SECOND_GRID, "shape": rectangle(LNG - 0.001, LNG + 0.003) }] });
    let plan = office.call("plan_grids", half);
    assert_eq!(codes(grid(&plan, "第一网格")), ["few", "overlap"], "{plan}");
    assert_eq!(codes(grid(&plan, "第二网格")), ["few", "beyond", "overlap"], "{plan}");
    assert_eq!(grid(&plan, "第一网格")["checks"][1]["permille"], 500);
    let small = json!({ "changes": [{ "do": "shape", "grid": FIRST_GRID, "shape": rectangle(LNG - 0.002, LNG - 0.001) }] });
    let plan = office.call("plan_grids", small);
    assert_eq!(codes(grid(&plan, "第一网格")), ["few", "outside"], "{plan}");
    assert_eq!(grid(&plan, "第一网格")["checks"][1]["units"][0]["name"], "2号楼");
    assert!(plan["gap_m2"].as_u64().unwrap() > 20_000, "and nobody has what lies between: {plan}");

    let plan = office.call("plan_grids", eastward());
    assert_eq!((&plan["may_apply"], &plan["gap_m2"]), (&json!(true), &json!(0)), "{plan}");
    let (first, second) = (grid(&plan, "第一网格"), grid(&plan, "第二网格"));
    assert_eq!((&first["households_before"], &first["households"], &second["households"]), (&json!(7), &json!(4), &json!(3)));
    assert_eq!((codes(first), codes(second)), (vec!["few"], vec!["few"]));
    assert_eq!(person(&plan, "安然").unwrap()["loses"][0]["name"], "2号楼");
    assert_eq!(person(&plan, "岑一").unwrap()["gains"][0]["name"], "2号楼");
    assert!(person(&plan, "王主任").is_none());
    assert_eq!(plan["steps"].as_array().unwrap().len(), 3, "one move and two boundaries: {plan}");
    assert!(first["radius_m"].is_number() && first["from_venue"] == false);
    assert_eq!(office.pending(), 0, "a plan writes nothing");
    assert_eq!(look::difference(w.office(), w.second()), None);
}

#[test]
fn grids_redrawn_while_both_workers_are_away_lose_nothing_and_move_no_document() {
    let (w, cy) = drawn(402);
    let (office, ana, cy) = (w.office(), w.ana(), &w.devices[cy]);
    // both are away and write: Ana where it is about to be taken from her, cy in her own grid
    ana.call("add_visit", json!({ "household": ana.at("2-1-101"), "outcome": "met", "note": "划走以前" }));
    ana.edit_person("2-1-102", "吴桂兰", "phone", "13712340002");
    ana.call("add_visit", json!({ "household": ana.at("1-1-101"), "outcome": "met", "note": "还归我" }));
    cy.call("add_case", json!({ "matter": "03010", "title": "第二网格的路灯不亮" }));
    let done = office.call("apply_plan", eastward());
    assert_eq!((&done["answer"]["accepted"], &done["answer"]["waiting"]), (&json!(1), &json!(0)), "{done}");
    cy.sync();
    assert_eq!(cy.doors().len(), 3, "hers at once");
    ana.sync();
    assert!(accepted(&w, ana) && ana.pending() == 0 && ana.agrees(), "{}", ana.status());
    assert!(ana.doors().keys().all(|plate| plate.starts_with("1-")));
    w.sync_all();
    for d in [office, w.second(), cy] {
        assert_eq!(d.file("2-1-101")["visits"][0]["note"], "划走以前", "{}", d.name);
        assert_eq!(d.person("2-1-102", "吴桂兰")["phone"], "13712340002", "{}", d.name);
    }
    assert_eq!(office.file("1-1-101")["visits"][0]["note"], "还归我");
    assert_eq!(look::difference(office, w.second()), None);
    assert_eq!((look::difference_within(ana, office), look::difference_within(cy, office)), (None, None));
    for d in &w.devices {
        assert!(d.agrees(), "{}: {}", d.name, d.status());
    }
    for (d, n, grid) in [(office, 1, FIRST_GRID), (office, 2, SECOND_GRID), (ana, 1, FIRST_GRID), (cy, 2, SECOND_GRID)] {
        let list = d.call("list_units", json!({}));
        assert_eq!(unit(&list, &building(n))["parent"], unit_id(grid).to_string(), "{}", d.name);
    }
    let map = cy.call("get_map", json!({}));
    let second = map["grids"].as_array().unwrap().iter().find(|g| g["name"] == "第二网格").unwrap().clone();
    assert_eq!(second["shape"][0][0].as_array().unwrap().len(), 4, "and the boundary is the new one on a phone too");
    assert!((second["shape"][0][0][0][0].as_f64().unwrap() - (LNG - 0.001)).abs() < 1e-6, "{second}");

    // and back: the plan that undoes it
    assert_eq!(office.call("apply_plan", json!({ "changes": done["undo"] }))["answer"]["accepted"], 1);
    w.sync_all();
    assert_eq!((ana.doors().len(), cy.doors().len()), (7, 0));
    let today = office.call("plan_grids", json!({}));
    assert_eq!((&grid(&today, "第一网格")["households"], &today["gap_m2"]), (&json!(7), &json!(0)));
    assert_eq!(look::difference(office, w.second()), None);
}

#[test]
fn a_grid_is_cut_along_a_line_and_made_one_again() {
    let (w, _) = drawn(403);
    let office = w.office();
    let split = json!({ "do": "split", "grid": FIRST_GRID, "key": "new", "name": "第三网格", "line": [[LNG - 0.001, LAT - 0.002], [LNG - 0.001, LAT + 0.002]] });
    let plan = office.call("plan_grids", json!({ "changes": [split] }));
    let (first, third) = (grid(&plan, "第一网格"), grid(&plan, "第三网格"));
    assert_eq!((&first["households"], &third["households"]), (&json!(4), &json!(3)), "the smaller side is the new one: {plan}");
    assert_eq!((&third["is_new"], &third["key"], &third["buildings"]), (&json!(true), &json!("new"), &json!([building(2)])));
    assert_eq!(codes(third), ["few", "no_worker"]);
    assert_eq!((first["area_m2"].as_u64().unwrap() + 5) / 10, (third["area_m2"].as_u64().unwrap() + 5) / 10, "in the middle");
    assert_eq!(plan["gap_m2"], 0);
    let done = office.call("apply_plan", json!({ "changes": [split] }));
    assert_eq!(done["answer"]["accepted"], 1, "{done}");
    w.sync_all();
    assert!(w.ana().doors().keys().all(|p| p.starts_with("1-")), "nobody works there yet");
    assert_eq!(w.ana().doors().len(), 4);
    let today = office.call("plan_grids", json!({}));
    let key = grid(&today, "第三网格")["key"].clone();
    let merge = json!({ "changes": [{ "do": "merge", "grids": [FIRST_GRID, key], "into": FIRST_GRID }] });
    let plan = office.call("plan_grids", merge.clone());
    assert_eq!((&grid(&plan, "第三网格")["is_closed"], &grid(&plan, "第一网格")["households"]), (&json!(true), &json!(7)), "{plan}");
    assert!(names(person(&plan, "安然").unwrap(), "gains").contains(&"2号楼".to_string()), "{plan}");
    let merged = office.call("apply_plan", merge);
    assert_eq!(merged["answer"]["accepted"], 1, "{merged}");
    w.sync_all();
    assert_eq!(w.ana().doors().len(), 7);
    let list = office.call("list_units", json!({}));
    assert_eq!(unit(&list, key.as_str().unwrap())["closed"], true);
    // undone, it comes back as a new one of the same name
    assert_eq!(office.call("apply_plan", json!({ "changes": merged["undo"] }))["answer"]["accepted"], 1);
    w.sync_all();
    let today = office.call("plan_grids", json!({}));
    assert_eq!((&grid(&today, "第三网格")["households"], &grid(&today, "第一网格")["households"]), (&json!(3), &json!(4)));
    assert_ne!(grid(&today, "第三网格")["key"], key);
    assert_eq!(look::difference(office, w.second()), None);
}

#[test]
fn without_any_position_everything_can_be_done_by_list() {
    let w = World::ready(404);
    let office = w.office();
    let split = json!({ "changes": [{ "do": "split", "grid": FIRST_GRID, "key": "new", "name": "第三网格", "units": [building(2)] }] });
    let plan = office.call("plan_grids", split.clone());
    assert_eq!(
        (&grid(&plan, "第三网格")["households"], &plan["gap_m2"], &plan["may_apply"]),
        (&json!(3), &Json::Null, &json!(true)),
        "{plan}"
    );
    let done = office.call("apply_plan", split);
    assert_eq!(done["answer"]["accepted"], 1);
    w.sync_all();
    let attach = json!({ "changes": [{ "do": "attach", "units": [building(1)], "grid": SECOND_GRID }] });
    assert_eq!(office.call("apply_plan", attach)["answer"]["accepted"], 1);
    // undone out of order: what does not fit any longer is said, not done
    let back = office.call("plan_grids", json!({ "changes": done["undo"] }));
    assert_eq!((&back["problem"], &back["may_apply"]), (&Json::Null, &json!(true)), "{back}");
    w.sync_all();
    assert!(w.ana().doors().is_empty());
}

#[test]
fn a_plan_waits_whole_for_the_server_and_of_two_the_second_decides_again() {
    let (w, _) = drawn(405);
    let (one, two) = (w.office(), w.second());
    w.stop_server();
    let waits = one.call("apply_plan", eastward());
    assert_eq!((&waits["answer"]["accepted"], &waits["answer"]["waiting"]), (&json!(0), &json!(1)), "{waits}");
    assert_eq!(one.call("plan_grids", eastward())["waiting"], 1);
    assert_eq!(one.refused("apply_plan", eastward()), "waiting", "not a second time");
    let today = one.call("plan_grids", json!({}));
    assert_eq!(grid(&today, "第一网格")["households"], 7, "it changes nothing here until the server confirms");
    two.call("place_unit", json!({ "unit": SECOND_GRID, "shape": rectangle(LNG + 0.000_1, LNG + 0.002) }));
    w.start_server();
    // the other one's drawing comes first: the plan saw another boundary, and nothing of it happens
    two.sync();
    one.sync();
    let tray = one.call("list_tray", json!({}));
    assert_eq!((&tray["items"][0]["command"], &tray["total"]), (&json!("apply_plan"), &json!(1)), "{tray}");
    let list = one.call("list_units", json!({}));
    assert_eq!(unit(&list, &building(2))["parent"], unit_id(FIRST_GRID).to_string(), "nothing of it, also not the move");
    one.call("discard_refused", json!({ "seq": tray["items"][0]["seq"] }));
    let again = one.call("apply_plan", eastward());
    assert_eq!(again["answer"]["accepted"], 1, "over what it sees now: {again}");
    w.sync_all();
    assert_eq!(look::difference(one, two), None);
}

#[test]
fn a_boundary_drawn_apart_stays_beside_the_plan_as_a_second_value() {
    let (w, _) = drawn(406);
    let (one, two) = (w.office(), w.second());
    two.call("place_unit", json!({ "unit": SECOND_GRID, "shape": rectangle(LNG + 0.000_1, LNG + 0.002) }));
    assert_eq!(one.call("apply_plan", eastward())["answer"]["accepted"], 1);
    two.sync();
    one.sync();
    assert_eq!(one.conflicts().len(), 1, "what the other one drew without seeing the plan is not lost: {:?}", one.conflicts());
    let refused = one.call("apply_plan", json!({ "changes": [{ "do": "shape", "grid": SECOND_GRID, "shape": null }] }));
    assert_eq!(refused["answer"]["refused"][0]["code"], "stale", "two values are not drawn over: {refused}");
}

#[test]
fn what_a_plan_may_not_is_said_and_nothing_of_it_is_done() {
    let (w, _) = drawn(407);
    let office = w.office();
    assert_eq!(w.ana().refused("plan_grids", json!({})), "not_allowed");
    assert_eq!(w.ana().refused("apply_plan", eastward()), "not_allowed");
    let problem = |change: Json| {
        let ok = json!({ "do": "attach", "units": [building(2)], "grid": SECOND_GRID });
        let args = json!({ "changes": [ok, change] });
        let plan = office.call("plan_grids", args.clone());
        assert_eq!((&plan["problem"]["change"], &plan["may_apply"]), (&json!(1), &json!(false)), "{plan}");
        assert_eq!(grid(&plan, "第二网格")["households"], 3, "as far as it goes it is shown");
        assert_eq!(office.refused("apply_plan", args), "invalid_args");
        plan["problem"]["message"].as_str().unwrap().to_string()
    };
    assert!(
        problem(json!({ "do": "split", "grid": FIRST_GRID, "key": "x", "name": "三", "line": [[LNG - 0.001, LAT], [LNG - 0.0009, LAT]] }))
            .contains("横穿")
    );
    assert!(problem(json!({ "do": "make", "key": "x", "name": "第一网格" })).contains("已经有"));
    assert!(problem(json!({ "do": "make", "key": "x", "name": " " })).contains("名称"));
    assert!(problem(json!({ "do": "close", "grid": FIRST_GRID, "into": SECOND_GRID })).contains("还有楼栋"));
    assert!(problem(json!({ "do": "merge", "grids": [FIRST_GRID], "into": FIRST_GRID })).contains("两个"));
    assert!(problem(json!({ "do": "attach", "units": [FIRST_GRID], "grid": SECOND_GRID })).contains("不能放到"));
    let bow = json!({ "type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]] });
    assert!(problem(json!({ "do": "shape", "grid": FIRST_GRID, "shape": bow })).contains("交叉"));
    assert_eq!(office.refused("plan_grids", json!({ "changes": [{ "do": "burn" }] })), "invalid_args");
    assert_eq!(office.pending(), 0);
}

#[test]
fn a_venue_is_told_how_many_live_within_reach_and_never_who() {
    let (w, _) = drawn(408);
    let office = w.office();
    let venue = office.call("add_place", json!({ "name": "党群服务中心", "edit": { "kind": "venue" }, "building": building(1) }));
    let reach = office.call("reach", json!({ "place": venue["id"], "metres": 50 }));
    assert_eq!((&reach["buildings"], &reach["households"], &reach["unknown"]), (&json!(1), &json!(4), &json!(0)), "{reach}");
    let wide = office.call("reach", json!({ "place": venue["id"], "metres": 200 }));
    assert_eq!((&wide["buildings"], &wide["households"]), (&json!(2), &json!(7)), "{wide}");
    let tiers: u64 = wide["tiers"].as_array().unwrap().iter().map(|t| t["households"].as_u64().unwrap()).sum();
    assert_eq!(tiers, 7);
    assert!(wide["people"].as_u64().unwrap() > 7);
    assert!(!wide.to_string().contains("张建国"), "numbers only");
    let plan = office.call("plan_grids", json!({}));
    assert_eq!((&grid(&plan, "第一网格")["from_venue"], &grid(&plan, "第二网格")["from_venue"]), (&json!(true), &json!(false)));
    assert!(grid(&plan, "第一网格")["radius_m"].as_u64().unwrap() > 80);
}

#[test]
fn projects_stand_in_three_stages_on_the_list_and_on_the_wall() {
    let (w, _) = drawn(409);
    let office = w.office();
    let made = |title: &str| {
        let data = json!({ "budget": "120000", "contractor": "甲公司" });
        office.call("add_case", json!({ "matter": "04011", "workflow": "project", "title": title, "building": building(1), "data": data }))
            ["id"]
            .clone()
    };
    let (lamp, shed, lift) = (made("<b>路灯</b>更新"), made("车棚"), made("加装电梯"));
    for id in [&shed, &lift] {
        office.call("add_step", json!({ "case": id, "transition": "start" }));
    }
    office.call(
        "add_step",
        json!({ "case": shed, "transition": "milestone", "data": { "milestone": "基础", "milestone_done": "done", "percent": "40" } }),
    );
    office.call("add_step", json!({ "case": lift, "transition": "complete", "note": "完工了" }));
    let list = office.call("list_projects", json!({}));
    let stages: Vec<(&str, &str)> =
        list["items"].as_array().unwrap().iter().map(|p| (p["title"].as_str().unwrap(), p["stage"].as_str().unwrap())).collect();
    assert_eq!(stages, [("<b>路灯</b>更新", "planned"), ("车棚", "underway"), ("加装电梯", "done")], "{list}");
    assert_eq!((&list["items"][1]["percent"], &list["items"][1]["contractor"]), (&json!(40), &json!("甲公司")));
    assert!(list["items"][0]["at"]["exact"] == false, "it stands at its building");
    office.call("add_step", json!({ "case": lamp, "transition": "cancel", "note": "不做了" }));
    assert_eq!(office.call("list_projects", json!({}))["items"][2]["stage"], "cancelled", "after the others");
    let sheet = office.call("wall_sheet", json!({ "paper": "a2" }));
    let svg = sheet["svg"].as_str().unwrap();
    assert_eq!((&sheet["is_scheme"], &sheet["width_mm"]), (&json!(false), &json!(594)));
    for words in ["第一网格", "第二网格", "安然", "车棚", "加装电梯", "实施中", "已完成"] {
        assert!(svg.contains(words), "{words}");
    }
    let words: String = svg.split('<').filter_map(|tag| tag.split_once('>')).map(|(_, words)| words).collect();
    assert!(
        !words.contains("路灯") && !words.contains("张建国") && !words.contains("137"),
        "what was cancelled, and any resident, is not on it"
    );
    assert_eq!(office.refused("wall_sheet", json!({ "layers": ["people"] })), "invalid_args");
}

/// A micro-grid of the first grid with these buildings.
fn micro(w: &World, name: &str, buildings: &[u32]) -> String {
    let units: Vec<String> = buildings.iter().map(|n| building(*n)).collect();
    let made =
        w.office().call("make_grid", json!({ "parent": FIRST_GRID, "kind": "micro_grid", "name": name, "code": null, "units": units }));
    assert!(made["refused"].as_array().unwrap().is_empty(), "{made}");
    w.sync_all();
    made["id"].as_str().unwrap().to_string()
}

/// The first grid cut between buildings 1 and 2.
fn cut() -> Json {
    json!({ "do": "split", "grid": FIRST_GRID, "key": "new", "name": "第三网格", "line": [[LNG - 0.001, LAT - 0.002], [LNG - 0.001, LAT + 0.002]] })
}

#[test]
fn a_micro_grid_whose_buildings_all_go_goes_with_them_and_comes_back() {
    let (w, _) = drawn(410);
    let office = w.office();
    let small = micro(&w, "第一微网格", &[2]);
    w.ana().call("add_visit", json!({ "household": w.ana().at("2-1-101"), "outcome": "met", "note": "划走以前" }));
    let plan = office.call("plan_grids", json!({ "changes": [cut()] }));
    assert_eq!(
        (&plan["may_apply"], &grid(&plan, "第三网格")["households"], &grid(&plan, "第一微网格")["households"]),
        (&json!(true), &json!(3), &json!(3)),
        "{plan}"
    );
    let done = office.call("apply_plan", json!({ "changes": [cut()] }));
    assert_eq!(done["answer"]["accepted"], 1, "{done}");
    w.sync_all();
    w.sync_all();
    let list = w.second().call("list_units", json!({}));
    let third = list["items"].as_array().unwrap().iter().find(|u| u["name"] == "第三网格").unwrap();
    assert_eq!((&unit(&list, &small)["parent"], &unit(&list, &building(2))["parent"]), (&third["id"], &json!(small)));
    assert_eq!(office.file("2-1-101")["visits"][0]["note"], "划走以前");
    assert_eq!(office.call("apply_plan", json!({ "changes": done["undo"] }))["answer"]["accepted"], 1);
    w.sync_all();
    let list = office.call("list_units", json!({}));
    assert_eq!(unit(&list, &small)["parent"], unit_id(FIRST_GRID).to_string());
    assert_eq!(unit(&list, &building(2))["parent"], json!(small));
    assert_eq!(look::difference(office, w.second()), None);
}

#[test]
fn a_micro_grid_that_the_line_runs_through_is_decided_by_a_person_before_anything_is_done() {
    let (w, _) = drawn(411);
    let office = w.office();
    let wide = micro(&w, "第一微网格", &[1, 2]);
    let plan = office.call("plan_grids", json!({ "changes": [cut()] }));
    let check = grid(&plan, "第一微网格")["checks"].as_array().unwrap().iter().find(|c| c["code"] == "straddles").unwrap().clone();
    assert_eq!((&check["grid"], &check["units"][0]["name"], &check["n"]), (&json!("new"), &json!("2号楼"), &json!(1)), "{plan}");
    assert_eq!((&plan["may_apply"], &plan["problem"]["change"]), (&json!(false), &json!(1)));
    assert!(plan["problem"]["message"].as_str().unwrap().contains("第一微网格"));
    assert_eq!(office.refused("apply_plan", json!({ "changes": [cut()] })), "invalid_args");
    let decided = |into: Json| json!({ "changes": [cut(), { "do": "micro", "micro": wide, "into": into }] });
    let households = |plan: &Json, name: &str| grid(plan, name)["households"].as_u64().unwrap();
    for (into, first, third, small) in [(json!("new"), 0, 7, 7), (json!(FIRST_GRID), 7, 0, 7), (Json::Null, 4, 3, 4)] {
        let plan = office.call("plan_grids", decided(into.clone()));
        let found = ["第一网格", "第三网格", "第一微网格"].map(|name| households(&plan, name));
        assert_eq!((found, &plan["may_apply"]), ([first, third, small], &json!(true)), "{into}: {plan}");
        assert!(!codes(grid(&plan, "第一微网格")).contains(&"straddles"), "{plan}");
    }
    let twice = json!({ "changes": [{ "do": "micro", "micro": wide, "into": FIRST_GRID }] });
    assert!(office.call("plan_grids", twice)["problem"]["message"].as_str().unwrap().contains("没有被划开"));
    let done = office.call("apply_plan", decided(json!("new")));
    assert_eq!(done["answer"]["accepted"], 1, "{done}");
    w.sync_all();
    let list = office.call("list_units", json!({}));
    assert_eq!((&unit(&list, &building(1))["parent"], &unit(&list, &building(2))["parent"]), (&json!(wide), &json!(wide)));
    assert!(w.ana().doors().is_empty(), "nobody of the first grid holds them now");
    // back, and by the other ways that redraw: buildings named, a boundary that gathers
    assert_eq!(office.call("apply_plan", json!({ "changes": done["undo"] }))["answer"]["accepted"], 1);
    w.sync_all();
    assert_eq!(w.ana().doors().len(), 7);
    let part = json!({ "changes": [{ "do": "attach", "units": [building(2)], "grid": SECOND_GRID, "follow": true }] });
    assert_eq!(codes(grid(&office.call("plan_grids", part), "第一微网格")), ["straddles"]);
    assert!(codes(grid(&office.call("plan_grids", eastward()), "第一微网格")).contains(&"straddles"));
    let all = json!({ "changes": [{ "do": "attach", "units": [building(1), building(2)], "grid": SECOND_GRID, "follow": true }] });
    let plan = office.call("plan_grids", all);
    assert_eq!((&plan["may_apply"], &grid(&plan, "第一微网格")["parent"]), (&json!(true), &json!(unit_id(SECOND_GRID))), "{plan}");
    // a line drawn back brings both sides into one again: nothing is left to decide
    let merged = json!({ "changes": [cut(), { "do": "merge", "grids": ["new", FIRST_GRID], "into": FIRST_GRID }] });
    assert_eq!(office.call("plan_grids", merged)["problem"], Json::Null);
    assert_eq!(look::difference(office, w.second()), None);
}
