//! Field work beyond the household visit: patrol points, places and facilities, what happens in a family, hub families, needs and wishes, the
//! way to go, a pasted message. On one device, on several, and apart.

#![allow(clippy::unwrap_used)]

use e2e::look;
use e2e::world::*;
use serde_json::{Value as Json, json};

const DAY_MS: i64 = 24 * 3_600_000;

fn id(added: &Json) -> String {
    added["id"].as_str().unwrap().to_string()
}

fn point(d: &Device, name: &str, order: u32, every: u32) -> String {
    let edit = json!({ "round": "消防巡查", "order": order, "every_days": every });
    id(&d.call("add_patrol", json!({ "name": name, "building": first_building().to_string(), "edit": edit })))
}

/// Patrol points on 今天: name and state.
fn due_points(d: &Device) -> Vec<(String, String)> {
    let due = d.call("list_due", json!({}));
    let pair = |p: &Json| (p["name"].as_str().unwrap().to_string(), p["due"]["state"].as_str().unwrap().to_string());
    due["patrols"].as_array().unwrap().iter().map(pair).collect()
}

fn days_pass(w: &World, days: i64) {
    w.clock.pass_ms(days * DAY_MS);
    w.sync_all();
}

fn names(list: &Json, key: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|p| p[key].as_str().unwrap_or_default().to_string()).collect()
}

/// People who live at a door, in the order of its file.
fn living(d: &Device, plate: &str) -> Vec<String> {
    let file = d.file(plate);
    let here: Vec<Json> = file["persons"].as_array().unwrap().iter().filter(|p| p["ended"].is_null()).cloned().collect();
    names(&Json::Array(here), "name")
}

fn person_id(d: &Device, plate: &str, name: &str) -> String {
    id(&d.person(plate, name))
}

#[test]
fn a_patrol_point_is_due_by_its_days_and_never_overdue_from_birth() {
    let w = World::ready(1);
    let ana = w.ana();
    let first = point(ana, "车棚", 1, 4);
    point(ana, "消火栓", 2, 4);
    w.sync_all();
    for d in [w.ana(), w.bo(), w.office()] {
        assert_eq!(due_points(d), [("车棚".into(), "today".into()), ("消火栓".into(), "soon".into())], "{}", d.name);
    }
    days_pass(&w, 6);
    assert_eq!(due_points(ana), [("车棚".into(), "today".into()), ("消火栓".into(), "today".into())], "late, and still not overdue");
    ana.call("add_visit", json!({ "patrol": first, "outcome": "clear" }));
    assert_eq!(due_points(ana), [("消火栓".into(), "today".into())]);
    assert_eq!(ana.call("list_due", json!({}))["patrols_done"], 1);
    days_pass(&w, 5);
    let now = due_points(w.bo());
    assert_eq!(now[0], ("车棚".into(), "over".into()), "looked at once, and then not for five days");
    // nobody could get in: tried again tomorrow
    w.bo().call("add_visit", json!({ "patrol": first, "outcome": "absent" }));
    let list = w.bo().call("list_patrols", json!({}));
    let item = list["items"].as_array().unwrap().iter().find(|p| p["id"] == json!(first)).unwrap();
    assert_eq!((item["due"]["state"].clone(), item["outcome"]["code"].clone()), (json!("soon"), json!("absent")));
    w.bo().call("edit_patrol", json!({ "id": first, "edit": { "closed": true } }));
    assert!(due_points(w.bo()).iter().all(|(name, _)| name != "车棚"), "a closed point is not due");
    w.nothing_wrong();
}

#[test]
fn a_finding_of_a_patrol_becomes_a_case_and_the_patrol_keeps_it() {
    let w = World::ready(2);
    let ana = w.ana();
    let shed = point(ana, "车棚", 1, 7);
    let seen = id(&ana.call("add_visit", json!({ "patrol": shed, "outcome": "有问题", "note": "飞线充电" })));
    let waiting = ana.pending();
    let case =
        json!({ "matter": "01002", "title": "车棚飞线充电", "building": first_building().to_string(), "place": "车棚", "visit": seen });
    let case = id(&ana.call("add_case", case));
    assert_eq!(ana.pending(), waiting + 1, "one command");
    w.sync_all();
    for d in [w.ana(), w.bo(), w.office()] {
        let file = d.call("get_spot", json!({ "id": shed }));
        assert_eq!(file["visits"][0]["found"], json!([case]), "{}", d.name);
        assert_eq!(names(&file["cases"], "title"), ["车棚飞线充电"]);
        assert_eq!(file["patrol"]["outcome"]["code"], "found");
    }
    // a building head sees the point, and nothing of who looked at it
    let head = w.head();
    let points = head.call("list_patrols", json!({}));
    assert_eq!(names(&points["items"], "name"), ["车棚"]);
    assert_eq!(head.call("get_spot", json!({ "id": shed }))["visits"], json!([]));
    assert_eq!(head.refused("add_patrol", json!({ "name": "另一点" })), "not_allowed");
    assert_eq!(head.refused("add_visit", json!({ "patrol": shed, "outcome": "clear" })), "not_allowed");
    assert_eq!(ana.refused("add_case", json!({ "matter": "01002", "title": "x", "visit": shed })), "not_found");
    w.nothing_wrong();
}

#[test]
fn a_visit_is_to_exactly_one_thing_and_its_outcome_fits_it() {
    let w = World::ready(3);
    let ana = w.ana();
    let shop = id(&ana.call(
        "add_place",
        json!({ "name": "老马面馆", "building": first_building().to_string(), "edit": { "kind": "餐饮", "phone": "02912345678" } }),
    ));
    let lamp = id(&ana.call("add_facility", json!({ "name": "一单元楼道灯", "edit": { "kind": "lamp", "state": "good" } })));
    let home = ana.at("1-1-101");
    let visit = |args: Json| ana.try_call("add_visit", args).map(|a| id(&a)).map_err(|e| e.code);
    assert_eq!(visit(json!({ "outcome": "met" })), Err("invalid_args".into()));
    assert_eq!(visit(json!({ "household": home, "place": shop, "outcome": "met" })), Err("invalid_args".into()));
    assert_eq!(visit(json!({ "place": lamp, "outcome": "met" })), Err("not_found".into()), "a facility is no place");
    assert_eq!(visit(json!({ "household": home, "outcome": "clear" })), Err("invalid_args".into()));
    assert_eq!(visit(json!({ "facility": lamp, "outcome": "met" })), Err("invalid_args".into()));
    let at_shop = visit(json!({ "place": shop, "outcome": "met", "note": "灭火器过期" })).unwrap();
    // the condition is set in the same command
    let waiting = ana.pending();
    visit(json!({ "facility": lamp, "outcome": "found", "facts": { lamp.clone(): { "state": "有问题" } } })).unwrap();
    assert_eq!(ana.pending(), waiting + 1);
    w.sync_all();
    let office = w.office();
    assert_eq!(office.call("list_facilities", json!({}))["items"][0]["state"]["code"], "fault");
    let file = office.call("get_spot", json!({ "id": shop }));
    assert_eq!((&file["place"]["name"], &file["place"]["phone"]), (&json!("老马面馆"), &json!("02912345678")));
    let view = &file["visits"][0];
    assert_eq!((&view["place"], &view["household"]), (&json!(shop), &Json::Null));
    // a head knows the shop, not whom to ring there
    let heads = w.head().call("list_places", json!({}));
    assert_eq!((&heads["items"][0]["name"], &heads["items"][0]["phone"]), (&json!("老马面馆"), &Json::Null));
    ana.call("undo_visit", json!({ "id": at_shop }));
    assert_eq!(ana.call("get_spot", json!({ "id": shop }))["visits"], json!([]));
    assert_eq!(ana.call("list_places", json!({}))["items"][0]["visited_at"], Json::Null);
    assert_eq!(ana.refused("add_patrol", json!({ "name": "x", "edit": { "every_days": 0 } })), "invalid_args");
    w.sync_all();
    w.nothing_wrong();
}

#[test]
fn a_death_ends_the_record_and_the_household_stays_with_its_new_head() {
    let w = World::ready(4);
    let ana = w.ana();
    let (old, new) = (person_id(ana, "1-1-101", "张建国"), person_id(ana, "1-1-101", "李秀英"));
    assert_eq!(ana.refused("record_death", json!({ "id": old, "on": "2999-01-01" })), "invalid_args");
    assert_eq!(ana.refused("record_death", json!({ "id": old, "head": old })), "invalid_args");
    let before = ana.person("1-1-101", "李秀英")["relation"]["code"].clone();
    ana.call("record_death", json!({ "id": old, "note": "家属告知", "head": new }));
    assert_eq!(ana.refused("record_death", json!({ "id": old })), "invalid_args", "once is enough");
    w.sync_all();
    for d in [w.ana(), w.office()] {
        let file = d.file("1-1-101");
        assert_eq!(file["household"]["head_name"], "李秀英");
        assert_eq!(living(d, "1-1-101"), ["李秀英"]);
        let gone = d.person("1-1-101", "张建国");
        assert_eq!((&gone["end_reason"], &gone["is_dead"]), (&json!("去世：家属告知"), &json!(true)));
        assert_eq!(d.person("1-1-101", "李秀英")["relation"]["code"], "02");
    }
    // at the door the head reads the name that answers it now
    let doors = w.head().call("list_households", json!({}));
    assert!(names(&doors["items"], "head_name").contains(&"李秀英".to_string()));
    ana.call("undo_death", json!({ "id": old, "head": new, "relation": before }));
    assert_eq!(ana.file("1-1-101")["household"]["head_name"], "张建国");
    assert_eq!(ana.person("1-1-101", "张建国")["ended"], Json::Null);
    assert_eq!(ana.person("1-1-101", "李秀英")["relation"]["code"], before);
    // without a new head the door keeps no name of the dead
    ana.call("record_death", json!({ "id": person_id(ana, "1-2-101", "陈伟") }));
    assert_eq!(ana.file("1-2-101")["household"]["head_name"], Json::Null);
    w.sync_all();
    w.nothing_wrong();
}

#[test]
fn a_death_here_and_an_edit_and_a_meeting_there_all_stay_to_be_seen() {
    let w = World::ready(5);
    let (ana, bo) = (w.ana(), w.bo());
    let wu = person_id(ana, "2-1-102", "吴桂兰");
    ana.call("record_death", json!({ "id": wu }));
    bo.edit_person("2-1-102", "吴桂兰", "phone", "13712340009");
    days_pass_without_sync(&w, 2);
    bo.call("add_visit", json!({ "household": bo.at("2-1-102"), "outcome": "met", "people": [wu] }));
    w.sync_all();
    w.sync_all();
    for d in [w.ana(), w.bo(), w.office()] {
        let p = d.person("2-1-102", "吴桂兰");
        assert_eq!((&p["is_dead"], &p["phone"]), (&json!(true), &json!("13712340009")), "{}", d.name);
        assert!(p["met_after"].is_i64(), "{}: two facts that do not fit", d.name);
    }
    assert_eq!(w.ana().conflicts(), Default::default(), "two different fields are no two values");
    assert_eq!(look::difference(w.ana(), w.bo()), None);
    assert_eq!(look::difference(w.ana(), w.office()), None);
    w.nothing_wrong();
}

fn days_pass_without_sync(w: &World, days: i64) {
    w.clock.pass_ms(days * DAY_MS);
}

#[test]
fn a_door_whose_people_are_away_is_not_due_before_they_are_back() {
    let w = World::ready(6);
    let ana = w.ana();
    let home = ana.at("1-1-101");
    ana.call("edit_household", json!({ "id": home, "edit": { "tier": "red" } }));
    ana.call("add_visit", json!({ "household": home, "outcome": "met" }));
    days_pass(&w, 8);
    let due = |d: &Device| d.file("1-1-101")["household"]["due"].clone();
    assert_eq!(due(ana)["state"], "over");
    let until = (day_ahead(&w, 5), day_ahead(&w, 3));
    // one of two is away: somebody can be met
    ana.call("set_away", json!({ "household": home, "people": [person_id(ana, "1-1-101", "张建国")], "until": until.0 }));
    assert_eq!(due(ana)["state"], "over");
    ana.call("set_away", json!({ "household": home, "people": [person_id(ana, "1-1-101", "李秀英")], "until": until.1 }));
    w.sync_all();
    for d in [w.ana(), w.bo(), w.office()] {
        let due = due(d);
        assert_eq!((&due["away_until"], &due["date"], &due["days"]), (&json!(until.1), &json!(day_ahead(&w, 4)), &json!(4)), "{}", d.name);
        assert_eq!(due["state"], "none", "the first is back in four days");
    }
    assert_eq!(ana.call("list_due", json!({}))["over"], json!([]));
    ana.call("set_away", json!({ "household": home }));
    assert_eq!((due(ana)["state"].clone(), due(ana)["away_until"].clone()), (json!("over"), Json::Null), "back early");
    assert_eq!(ana.refused("set_away", json!({ "household": home, "until": "2020-01-01" })), "invalid_args");
    w.sync_all();
    w.nothing_wrong();
}

/// The Beijing day so many days from now.
fn day_ahead(w: &World, ahead: i64) -> String {
    // days since 1970 as a date (H. Hinnant, days_from_civil turned round)
    let z = (w.clock.now_ms() + 8 * 3_600_000).div_euclid(DAY_MS) + ahead + 719_468;
    let (era, doe) = (z.div_euclid(146_097), z.rem_euclid(146_097));
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let (day, month) = (doy - (153 * mp + 2) / 5 + 1, if mp < 10 { mp + 3 } else { mp - 9 });
    format!("{:04}-{month:02}-{day:02}", yoe + era * 400 + i64::from(month <= 2))
}

#[test]
fn a_household_splits_at_its_door_and_the_split_is_taken_back_while_nothing_else_was_written() {
    let w = World::ready(7);
    let ana = w.ana();
    let home = ana.at("1-1-201");
    let (mother, child) = (person_id(ana, "1-1-201", "赵敏"), person_id(ana, "1-1-201", "赵小天"));
    let split = |people: Json, head: &str| json!({ "household": home, "people": people, "head": head });
    assert_eq!(ana.refused("split_household", split(json!([mother, child]), &child)), "invalid_args", "nobody would stay");
    assert_eq!(ana.refused("split_household", split(json!([child]), &mother)), "invalid_args");
    let new = id(&ana.call("split_household", split(json!([child]), &child)));
    w.sync_all();
    for d in [w.ana(), w.office()] {
        let (old, new) = (d.call("get_household", json!({ "id": home })), d.call("get_household", json!({ "id": new })));
        assert_eq!(old["household"]["plate"], new["household"]["plate"], "the same door");
        assert_eq!(new["household"]["head_name"], "赵小天");
        assert_eq!(old["same_door"][0]["household"], new["household"]["id"], "each points to the other");
        assert_eq!(new["same_door"][0]["household"], old["household"]["id"]);
        assert!(old["same_door"][0]["split_on"].is_string());
        let before = old["persons"].as_array().unwrap().iter().find(|p| p["name"] == "赵小天").unwrap().clone();
        assert_eq!((&before["end_reason"], &before["moved"]["household"]), (&json!("分户"), &new["household"]["id"]));
        assert_eq!(d.call("list_left_behind", json!({}))["items"], json!([]), "nothing was left at the old file");
    }
    ana.call("undo_split", json!({ "id": new }));
    w.sync_all();
    for d in [w.ana(), w.bo(), w.office()] {
        let file = d.call("get_household", json!({ "id": home }));
        assert_eq!(file["same_door"], json!([]), "{}", d.name);
        assert!(file["persons"].as_array().unwrap().iter().all(|p| p["ended"].is_null()));
        assert_eq!(d.doors().len(), 7);
    }
    // the same again is another family, and with a visit it is not taken back at one stroke
    let again = id(&ana.call("split_household", split(json!([child]), &child)));
    assert_ne!(again, new);
    ana.call("add_visit", json!({ "household": again, "outcome": "met" }));
    assert_eq!(ana.refused("undo_split", json!({ "id": again })), "invalid_args");
    w.sync_all();
    assert_eq!(look::difference(w.ana(), w.bo()), None);
    assert_eq!(look::difference(w.ana(), w.office()), None);
    w.nothing_wrong();
}

#[test]
fn a_head_who_splits_off_leaves_a_new_head_and_comes_back_as_head() {
    let w = World::ready(8);
    let ana = w.ana();
    let home = ana.at("2-1-101");
    let (liu, zhou) = (person_id(ana, "2-1-101", "刘洋"), person_id(ana, "2-1-101", "周静"));
    let new = id(&ana.call("split_household", json!({ "household": home, "people": [liu], "head": liu, "stays_head": zhou })));
    let file = ana.call("get_household", json!({ "id": home }));
    assert_eq!(file["household"]["head_name"], "周静");
    ana.call("undo_split", json!({ "id": new }));
    let file = ana.call("get_household", json!({ "id": home }));
    assert_eq!(file["household"]["head_name"], "刘洋");
    let zhou = file["persons"].as_array().unwrap().iter().find(|p| p["name"] == "周静").unwrap().clone();
    assert_eq!(zhou["relation"], Json::Null, "not two heads");
    assert_eq!(file["asks"][0]["key"], "relation", "it is asked for at the next visit");
    w.sync_all();
    w.nothing_wrong();
}

#[test]
fn a_hub_family_made_apart_is_one_and_covers_what_both_said() {
    let w = World::ready(9);
    let (ana, bo) = (w.ana(), w.bo());
    let hub = ana.at("1-1-101");
    let lead = person_id(ana, "1-1-101", "李秀英");
    let one = id(&ana.call("set_hub", json!({ "household": hub, "lead": lead, "covers": [ana.at("1-1-102")] })));
    let two = id(&bo.call("set_hub", json!({ "household": hub, "name": "张家", "covers": [bo.at("1-2-101"), bo.at("2-1-101")] })));
    assert_eq!(one, two);
    assert_eq!(ana.refused("set_hub", json!({ "household": hub, "covers": [hub] })), "invalid_args");
    assert_eq!(ana.refused("set_hub", json!({ "household": hub, "lead": person_id(ana, "1-1-102", "王强") })), "not_found");
    w.sync_all();
    w.sync_all();
    for d in [w.ana(), w.bo(), w.office()] {
        let list = d.call("list_hubs", json!({}));
        assert_eq!(list["items"].as_array().unwrap().len(), 1, "{}", d.name);
        let item = &list["items"][0];
        assert_eq!((&item["name"], &item["lead_name"]), (&json!("张家"), &json!("李秀英")));
        assert_eq!(names(&item["covers"], "plate"), ["1-1-102", "1-2-101", "2-1-101"]);
        assert_eq!(d.file("1-2-101")["hub"]["household"], json!(hub), "on the file of who is covered");
        assert_eq!(d.file("1-1-101")["own_hub"]["id"], json!(one), "and on its own");
        assert_eq!(d.file("1-1-101")["household"]["is_hub"], true);
    }
    ana.call("set_hub", json!({ "household": hub, "covers": [ana.at("1-2-101")] }));
    assert_eq!(names(&ana.call("list_hubs", json!({}))["items"][0]["covers"], "plate"), ["1-2-101"]);
    ana.call("end_hub", json!({ "id": one }));
    assert_eq!((&ana.call("list_hubs", json!({}))["items"], &ana.file("1-1-101")["household"]["is_hub"]), (&json!([]), &json!(false)));
    assert_eq!(ana.file("1-2-101")["hub"], Json::Null);
    ana.call("set_hub", json!({ "household": hub }));
    assert_eq!(ana.call("list_hubs", json!({}))["items"][0]["id"], json!(one), "made again, it is the same one");
    assert_eq!(w.head().call("list_hubs", json!({}))["items"], json!([]), "a head holds no register");
    w.sync_all();
    w.nothing_wrong();
}

#[test]
fn a_wish_said_at_the_door_is_settled_by_the_office_and_never_reaches_a_head() {
    let w = World::ready(10);
    let ana = w.ana();
    let home = ana.at("1-1-102");
    let visit = id(&ana.call("add_visit", json!({ "household": home, "outcome": "met" })));
    let who = person_id(ana, "1-1-102", "王强");
    let wish = json!({ "kind": "心愿", "words": "想要一个WISHWORD扶手。\n上下楼不方便", "household": home, "person": who, "visit": visit });
    let wish = id(&ana.call("add_listing", wish));
    ana.call(
        "add_listing",
        json!({ "kind": "resource", "words": "老马面馆OPENWORD可以提供助餐", "building": first_building().to_string() }),
    );
    assert_eq!(ana.refused("add_listing", json!({ "kind": "心愿", "words": " ", "household": home })), "invalid_args");
    w.sync_all();
    let office = w.office();
    let list = office.call("list_listings", json!({ "open": true, "kind": "wish" }));
    let item = &list["items"][0];
    assert_eq!((&item["title"], &item["plate"], &item["person_name"]), (&json!("想要一个WISHWORD扶手"), &json!("1-1-102"), &json!("王强")));
    assert_eq!(item["by"], "安然");
    office.call("settle_listing", json!({ "id": wish, "state": "已办到", "outcome": "物业装好了" }));
    assert_eq!(office.refused("settle_listing", json!({ "id": wish, "state": "没有这个" })), "invalid_args");
    w.sync_all();
    let file = ana.file("1-1-102");
    assert_eq!((&file["listings"][0]["is_settled"], &file["listings"][0]["outcome"]), (&json!(true), &json!("物业装好了")));
    assert_eq!(ana.call("list_listings", json!({ "open": true, "kind": "wish" }))["total"], 0);
    let stored = e2e::scan::words(w.head());
    assert!(stored.iter().all(|(_, text)| !text.contains("WISHWORD")), "what a resident wishes is not for a head");
    assert!(stored.iter().any(|(_, text)| text.contains("OPENWORD")), "what there is, is");
    w.nothing_wrong();
}

#[test]
fn the_way_without_positions_is_by_number_and_begins_where_it_is_told_to() {
    let w = World::ready(11);
    let ana = w.ana();
    for home in ana.doors().values() {
        ana.call("edit_household", json!({ "id": home, "edit": { "tier": "red" } }));
    }
    days_pass(&w, 6);
    days_pass(&w, 6);
    let way = ana.call("list_route", json!({}));
    assert_eq!((&way["by"], &way["metres"]), (&json!("number"), &json!(0)));
    let plates =
        |way: &Json| -> Vec<Vec<String>> { way["stops"].as_array().unwrap().iter().map(|s| names(&s["doors"], "plate")).collect() };
    assert_eq!(plates(&way), [vec!["1-1-101", "1-1-102", "1-1-201", "1-2-101"], vec!["2-1-101", "2-1-102", "2-1-201"]]);
    let second = way["stops"][1]["building"].clone();
    let way = ana.call("list_route", json!({ "from": second }));
    assert_eq!(way["stops"][0]["building"], second);
    assert_eq!(ana.refused("list_route", json!({ "lng": 200.0, "lat": 3.0 })), "invalid_args");
}

#[test]
fn a_pasted_message_is_read_as_guesses_and_writes_nothing() {
    let w = World::ready(12);
    let ana = w.ana();
    let waiting = ana.pending();
    let read =
        ana.call("read_paste", json!({ "text": "李秀英 09:12\n您好，1号楼1单元101门口有人飞线充电，电话139 0000 0102，李阿姨说怕着火" }));
    let found: Vec<(String, String, String)> = read["guesses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|g| (g["kind"].as_str().unwrap().into(), g["text"].as_str().unwrap().into(), g["from"].as_str().unwrap().into()))
        .collect();
    assert!(found.contains(&("door".into(), "1-1-101".into(), "1号楼1单元101".into())), "{found:?}");
    assert!(found.contains(&("phone".into(), "13900000102".into(), "139 0000 0102".into())), "{found:?}");
    assert!(found.iter().any(|(kind, text, _)| kind == "person" && text == "李秀英"), "{found:?}");
    assert!(found.iter().any(|(kind, _, from)| kind == "matter" && from.contains("飞线")), "{found:?}");
    assert_eq!(ana.pending(), waiting);
    assert_eq!(ana.refused("read_paste", json!({ "text": "长".repeat(5_000) })), "too_large");
}

#[test]
fn the_own_week_counts_patrols_places_needs_and_what_happened_in_families() {
    let w = World::ready(13);
    let ana = w.ana();
    let shed = point(ana, "车棚", 1, 7);
    let shop = id(&ana.call("add_place", json!({ "name": "老马面馆" })));
    ana.call("add_visit", json!({ "patrol": shed, "outcome": "clear" }));
    ana.call("add_visit", json!({ "patrol": shed, "outcome": "clear" }));
    ana.call("add_visit", json!({ "place": shop, "outcome": "met" }));
    ana.call("add_visit", json!({ "household": ana.at("1-1-101"), "outcome": "met" }));
    ana.call("add_listing", json!({ "kind": "need", "words": "想学智能手机", "household": ana.at("1-1-101") }));
    let week = ana.call("get_log", json!({}))["week"].as_str().unwrap().to_string();
    for part in ["巡查 2", "场所 1", "走访 1", "需求 1"] {
        assert!(week.contains(part), "{part} in {week}");
    }
}

#[test]
fn what_somebody_wished_goes_with_them_when_they_are_erased() {
    let w = World::ready(14);
    let (ana, office) = (w.ana(), w.office());
    let (home, other) = (ana.at("1-1-102"), ana.at("1-1-101"));
    let zhang = person_id(ana, "1-1-101", "张建国");
    ana.call("add_listing", json!({ "kind": "need", "words": "NEEDOFHOME", "household": home }));
    ana.call("add_listing", json!({ "kind": "wish", "words": "WISHOFPERSON", "household": other, "person": zhang }));
    let stays = id(&ana.call("add_listing", json!({ "kind": "need", "words": "NEEDOFOTHERS", "household": other })));
    w.sync_all();
    office.call("erase", json!({ "record": home, "reason": "asked", "confirm": true }));
    office.call("erase", json!({ "record": zhang, "reason": "asked", "confirm": true }));
    w.sync_all();
    w.sync_all();
    for d in [w.ana(), w.bo(), w.office()] {
        let list = d.call("list_listings", json!({}));
        assert_eq!(names(&list["items"], "id"), std::slice::from_ref(&stays), "{}", d.name);
        for word in ["NEEDOFHOME", "WISHOFPERSON"] {
            assert_eq!(e2e::scan::columns_with(d, word), [""; 0], "{}: {word}", d.name);
        }
    }
    // written offline for a household that is gone: it goes where that went
    assert_eq!(ana.refused("add_listing", json!({ "kind": "need", "words": "x", "household": home })), "not_found");
    w.nothing_wrong();
}

#[test]
fn a_hub_that_came_with_a_roster_is_the_same_one_when_somebody_changes_it() {
    let w = World::ready(15);
    let office = w.office();
    let roster = "楼号,单元,房号,姓名,与户主关系,性别,联系电话,备注\n9,1,101,钱文,户主,男,13900000901,党员中心户\n";
    let file = w.path().join("九号楼.csv");
    std::fs::write(&file, roster).unwrap();
    office.call("import_roster", json!({ "file": file, "grid": FIRST_GRID }));
    let home = office.at("9-1-101");
    assert_eq!(office.file("9-1-101")["own_hub"]["name"], "钱文", "it came with the roster");
    office.call("set_hub", json!({ "household": home, "name": "钱家", "covers": [office.at("1-1-101")] }));
    let hubs = office.call("list_hubs", json!({}));
    assert_eq!(names(&hubs["items"], "name"), ["钱家"], "one hub, not two");
}
