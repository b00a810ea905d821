//! Questionnaires and campaigns, told through the commands: a campaign asked apart comes to one record and differing answers to two values; an
//! update of a form takes nothing from whoever was offline; private answers reach nobody who may not hold them; what is answered once stands
//! in the file and in the tables.

#![allow(clippy::unwrap_used)]

use e2e::scan;
use e2e::world::*;
use serde_json::{Value as Json, json};
use shared_model::{Class, Role};
use std::collections::BTreeSet;

fn campaign(d: &Device, form: &str, filter: Json) -> String {
    let args = json!({ "title": "电动车入户", "form": form, "filter": filter, "due": "2099-11-30" });
    d.call("add_campaign", args)["id"].as_str().unwrap().to_string()
}

/// What is to be asked at a door: why, and the name of the form.
fn due(d: &Device, plate: &str) -> Vec<(String, String)> {
    let list = d.call("list_questions", json!({ "household": d.at(plate) }));
    let pair = |i: &Json| (i["why"].as_str().unwrap().to_string(), i["form"]["name"].as_str().unwrap().to_string());
    list["items"].as_array().unwrap().iter().map(pair).collect()
}

fn questions(d: &Device, plate: &str, form: &str) -> Json {
    let list = d.call("list_questions", json!({ "household": d.at(plate) }));
    let found = list["items"].as_array().unwrap().iter().find(|i| i["form"]["name"] == form).cloned();
    found.unwrap_or_else(|| panic!("{form}: {list}"))
}

fn visit(d: &Device, plate: &str, responses: Json) -> String {
    let args = json!({ "household": d.at(plate), "outcome": "met", "responses": responses });
    d.call("add_visit", args)["id"].as_str().unwrap().to_string()
}

fn bike(campaign: &str, answers: Json) -> Json {
    json!([{ "form": "campaign_ebike", "campaign": campaign, "answers": answers }])
}

/// Plate → state of the doors of a campaign.
fn states(d: &Device, campaign: &str) -> Vec<(String, String)> {
    let list = d.call("campaign_doors", json!({ "campaign": campaign }));
    let pair = |i: &Json| (i["household"]["plate"].as_str().unwrap().to_string(), i["state"].as_str().unwrap().to_string());
    list["items"].as_array().unwrap().iter().map(pair).collect()
}

fn answered(d: &Device, plate: &str) -> Vec<Json> {
    d.call("list_responses", json!({ "household": d.at(plate) }))["items"].as_array().unwrap().clone()
}

#[test]
fn a_campaign_is_asked_apart_in_ordinary_visits_and_the_office_sees_a_state_per_door() {
    let w = World::ready(1);
    let id = campaign(w.office(), "campaign_ebike", json!({}));
    assert_eq!(w.ana().refused("add_campaign", json!({ "title": "x", "form": "campaign_ebike", "due": "2099-11-30" })), "not_allowed");
    assert_eq!(w.office().refused("add_campaign", json!({ "title": "x", "form": "tier_red", "due": "2099-11-30" })), "invalid_args");
    w.sync_all();
    assert!(due(w.ana(), "1-1-101").contains(&("campaign".into(), "campaign_ebike".into())));
    visit(w.ana(), "1-1-101", bike(&id, json!({ "has": "no" })));
    visit(w.bo(), "1-1-102", bike(&id, json!({ "has": "yes", "count": "2" })));
    w.bo().call("add_visit", json!({ "household": w.bo().at("1-1-201"), "outcome": "absent" }));
    w.bo().call("add_response", json!({ "household": w.bo().at("1-2-101"), "form": "campaign_ebike", "campaign": id, "state": "不愿答" }));
    assert!(!due(w.ana(), "1-1-101").iter().any(|(why, _)| why == "campaign"), "asked once");
    w.sync_all();
    for d in [w.office(), w.ana(), w.bo()] {
        let states = states(d, &id);
        let of = |plate: &str| states.iter().find(|(p, _)| p == plate).unwrap().1.as_str();
        assert_eq!(
            (of("1-1-101"), of("1-1-102"), of("1-1-201"), of("1-2-101"), of("2-1-101")),
            ("done", "part", "absent", "refused", "todo"),
            "{}",
            d.name
        );
        let item = d.call("list_campaigns", json!({}))["items"][0].clone();
        assert_eq!((&item["doors"], &item["counts"]["todo"], &item["counts"]["done"]), (&json!(7), &json!(3), &json!(1)), "{item}");
    }
    let half = questions(w.ana(), "1-1-102", "campaign_ebike");
    assert_eq!(
        (&half["answers"]["count"], &half["state"]["code"]),
        (&json!("2"), &json!("part")),
        "what was answered is there for the next one"
    );
    assert_eq!(w.head().call("list_campaigns", json!({}))["items"][0]["doors"], 0, "a building head holds no households' facts");
    w.office().call("close_campaign", json!({ "id": id }));
    w.sync_all();
    assert!(!due(w.bo(), "2-1-101").iter().any(|(why, _)| why == "campaign"));
    w.nothing_wrong();
}

#[test]
fn two_who_ask_one_door_apart_meet_in_one_record_with_two_values_where_answers_differ() {
    let w = World::ready(2);
    let id = campaign(w.office(), "campaign_ebike", json!({}));
    w.sync_all();
    visit(w.ana(), "2-1-101", bike(&id, json!({ "has": "yes", "count": "1", "where": "shed" })));
    w.clock.pass_ms(60_000);
    visit(w.bo(), "2-1-101", bike(&id, json!({ "has": "yes", "count": "2", "where": "shed" })));
    w.sync_all();
    let c = w.office().conflict();
    assert_eq!(c["label"], "电动自行车入户充电：几辆？");
    assert_eq!(c["household"], json!(w.office().at("2-1-101")));
    let texts: BTreeSet<&str> = c["values"].as_array().unwrap().iter().map(|v| v["text"].as_str().unwrap()).collect();
    assert_eq!(texts, BTreeSet::from(["1", "2"]));
    for d in [w.office(), w.ana(), w.bo()] {
        let all = answered(d, "2-1-101");
        assert_eq!(all.len(), 1, "{}: one record", d.name);
        let clashing: Vec<&Json> = all[0]["answers"].as_array().unwrap().iter().filter(|a| a["conflict"] == true).collect();
        assert_eq!((clashing.len(), &clashing[0]["question"]), (1, &json!("count")));
        let doors = d.call("campaign_doors", json!({ "campaign": id, "state": "done" }));
        assert_eq!((&doors["total"], &doors["items"][0]["conflict"]), (&json!(1), &json!(true)));
    }
    assert_eq!(w.office().refused("settle_conflict", json!({ "id": c["id"], "value": "很多" })), "invalid_args");
    w.office().call("settle_conflict", json!({ "id": c["id"], "value": "2" }));
    w.sync_all();
    assert!(w.ana().conflicts().is_empty());
    w.nothing_wrong();
}

/// A form of the deployment's own.
fn cooking(questions: Json) -> Json {
    json!({ "name": "cooking", "zh": "做饭", "tier": "general", "campaign": true, "questions": questions })
}

#[test]
fn an_update_of_a_form_takes_nothing_from_a_phone_that_was_offline() {
    let w = World::ready(3);
    let fuel = json!({ "name": "fuel", "zh": "用什么气", "kind": "choose", "choices": [{ "name": "gas", "zh": "燃气" }, { "name": "none", "zh": "不用" }] });
    let first = cooking(json!([fuel, { "name": "people", "zh": "几口人", "kind": "int" }]));
    let old = w.office().call("put_form", json!({ "form": first }))["id"].clone();
    w.sync_all();
    let before = questions(w.ana(), "1-1-101", "cooking");
    assert_eq!(before["id"], old);
    let second = cooking(json!([fuel, { "name": "eaters", "zh": "几个人吃饭", "kind": "int", "required": true }]));
    let new = w.office().call("put_form", json!({ "form": second }))["id"].clone();
    w.office().sync();
    w.bo().sync();
    // she has the old version on her page and has not heard of the new one
    visit(w.ana(), "1-1-101", json!([{ "form": old, "answers": { "fuel": "gas", "people": "3" } }]));
    visit(w.bo(), "1-1-102", json!([{ "form": new, "answers": { "fuel": "none", "eaters": "2" } }]));
    w.sync_all();
    assert_eq!(w.ana().pending(), 0);
    let all = answered(w.office(), "1-1-101");
    let said: Vec<_> =
        all[0]["answers"].as_array().unwrap().iter().map(|a| (a["label"].as_str().unwrap(), a["text"].as_str().unwrap())).collect();
    assert_eq!(said, [("用什么气", "燃气"), ("几口人", "3")], "in the words that she was shown");
    // a draft that was begun on the old version goes on with the new one; what has no question is named
    let draft = json!({ "form": "cooking", "begun_with": old, "answers": { "fuel": "gas", "people": "3" } });
    let checked = w.ana().call("check_answers", draft);
    assert_eq!((&checked["id"], &checked["answers"]), (&new, &json!({ "fuel": "gas" })));
    assert_eq!(checked["aside"], json!([{ "question": "people", "label": "几口人", "text": "3", "why": "gone" }]));
    assert_eq!(checked["wrong"][0]["question"], "eaters");
    // a version that went and came back is one version
    assert_eq!(w.office().refused("put_form", json!({ "form": first })), "unchanged");
    w.office().call("retire_form", json!({ "name": "cooking" }));
    w.sync_all();
    assert!(!due(w.ana(), "2-1-101").iter().any(|(_, name)| name == "cooking"));
    w.nothing_wrong();
}

#[test]
fn private_answers_reach_the_worker_and_the_office_and_nobody_else() {
    let mut w = World::ready(4);
    let part_time = w.enrol("马志愿", Role::PartTime, FIRST_GRID);
    w.sync_all();
    w.ana().call("edit_household", json!({ "id": w.ana().at("1-1-101"), "edit": { "tier": "red" } }));
    w.sync_all();
    let asked = questions(w.ana(), "1-1-101", "tier_red");
    assert!(asked["form"]["questions"].as_array().unwrap().iter().any(|q| q["name"] == "body"));
    let volunteer = &w.devices[part_time];
    let asked = questions(volunteer, "1-1-101", "tier_red");
    let names: Vec<&str> = asked["form"]["questions"].as_array().unwrap().iter().map(|q| q["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["power_gas", "looked_after", "needs"], "a volunteer is not asked to ask what is private");
    let answers = json!({ "body": "ill", "medicine": "short", "looked_after": "nobody", "needs": "要个轮椅" });
    visit(w.ana(), "1-1-101", json!([{ "form": "tier_red", "answers": answers }]));
    w.sync_all();
    let of = |d: &Device| -> Vec<String> {
        let all = answered(d, "1-1-101");
        all.iter().flat_map(|r| r["answers"].as_array().unwrap()).map(|a| a["question"].as_str().unwrap().to_string()).collect()
    };
    assert_eq!(of(w.office()), ["body", "medicine", "looked_after", "needs"]);
    assert_eq!(of(w.bo()), of(w.office()));
    assert_eq!(of(volunteer), ["looked_after", "needs"]);
    let response: uuid::Uuid = answered(w.office(), "1-1-101")[0]["id"].as_str().unwrap().parse().unwrap();
    let classes = |d: &Device| scan::documents(d).into_iter().filter(|(r, _)| *r == response).map(|(_, c)| c).collect::<Vec<_>>();
    assert_eq!(classes(volunteer), [Class::Register]);
    assert_eq!(classes(w.head()), [], "a building head holds nothing of it");
    assert_eq!(
        volunteer
            .refused("add_response", json!({ "household": volunteer.at("1-1-102"), "form": "tier_red", "answers": { "body": "ill" } })),
        "invalid_args"
    );
    w.nothing_wrong();
}

#[test]
fn a_filter_takes_the_doors_it_names_and_is_shown_before_it_is_used() {
    let w = World::ready(5);
    let d = w.office();
    d.call("edit_household", json!({ "id": d.at("1-1-101"), "edit": { "tier": "red" } }));
    d.call("edit_household", json!({ "id": d.at("2-1-102"), "edit": { "rented": true, "tags": ["独居"] } }));
    d.edit_person("1-1-101", "张建国", "birth_year", 1952);
    let count = |filter: Json, unit: Json| d.call("preview_campaign", json!({ "filter": filter, "unit": unit }))["doors"].as_u64().unwrap();
    assert_eq!(count(json!({}), json!(null)), 7);
    assert_eq!(count(json!({}), json!(first_building().to_string())), 4);
    assert_eq!(count(json!({ "tiers": ["red"] }), json!(null)), 1);
    assert_eq!(count(json!({ "age_from": 70 }), json!(null)), 1, "born 1952");
    assert_eq!(count(json!({ "tags": ["独居"], "tiers": ["red"] }), json!(null)), 0);
    assert_eq!(count(json!({ "tags": ["独居"], "tiers": ["red"], "any": true }), json!(null)), 2);
    assert_eq!(count(json!({ "rented": false }), json!(null)), 6);
    assert_eq!(d.refused("preview_campaign", json!({ "filter": { "age_from": 80, "age_to": 60 } })), "invalid_args");
    let id = campaign(d, "campaign_winter", json!({ "tags": ["独居"] }));
    w.sync_all();
    assert_eq!(states(w.ana(), &id), [("2-1-102".to_string(), "todo".to_string())]);
    assert!(due(w.ana(), "2-1-102").iter().any(|(_, name)| name == "campaign_winter"));
    assert!(!due(w.ana(), "1-1-101").iter().any(|(_, name)| name == "campaign_winter"));
    // asked while it fitted, it stays on the list
    visit(
        w.ana(),
        "2-1-102",
        json!([{ "form": "campaign_winter", "campaign": id, "answers": { "heating": "central", "bedding": "yes" } }]),
    );
    d.sync();
    d.call("edit_campaign", json!({ "id": id, "filter": { "tiers": ["red"] }, "due": "2099-12-31" }));
    w.sync_all();
    let expected = [("1-1-101".to_string(), "todo".to_string()), ("2-1-102".to_string(), "done".to_string())];
    assert_eq!(states(w.ana(), &id), expected);
    w.nothing_wrong();
}

#[test]
fn an_answer_that_fills_a_fact_is_entered_once() {
    let w = World::ready(6);
    w.office().call("ask_next_visit", json!({ "items": { (w.office().person("2-1-102", "吴桂兰")["id"].as_str().unwrap()): ["phone2"] } }));
    let id = campaign(w.office(), "campaign_winter", json!({}));
    w.sync_all();
    assert_eq!(w.ana().file("2-1-102")["asks"][0]["key"], "phone2");
    let asked = questions(w.ana(), "2-1-102", "campaign_winter");
    assert_eq!((&asked["person"]["name"], &asked["answers"]), (&json!("吴桂兰"), &json!({})));
    let answers = json!({ "heating": "none", "bedding": "no", "contact": "13911112222", "needs": "quilt company" });
    visit(w.ana(), "2-1-102", json!([{ "form": "campaign_winter", "campaign": id, "answers": answers }]));
    w.sync_all();
    assert_eq!(w.office().person("2-1-102", "吴桂兰")["phone2"], "13911112222");
    assert_eq!(w.office().file("2-1-102")["asks"], json!([]), "what was asked for is struck off");
    let table = concat!(env!("CARGO_MANIFEST_DIR"), "/data/民政_高龄津贴摸底表.xlsx");
    // the table asks for somebody of the family who can be called; the general form fills the head's number
    let general = json!([{ "form": "tier_general", "answers": { "use": "own", "phone": "13933334444" } }]);
    visit(w.ana(), "1-1-101", general);
    w.sync_all();
    let filled = w.office().call("fill_table", json!({ "file": table }));
    assert!(filled["preview"].to_string().contains("13933334444"), "{}", filled["preview"]);
    // known now, it is there already when it is asked next
    w.clock.pass_ms(200 * 86_400_000);
    let again = questions(w.bo(), "1-1-101", "tier_general");
    assert_eq!((&again["answers"]["phone"], &again["last"]["use"]), (&json!("13933334444"), &json!("own")));
    w.nothing_wrong();
}

#[test]
fn a_tier_is_asked_when_its_time_has_come_and_wrong_answers_are_not_written() {
    let w = World::ready(7);
    let door = "1-2-101";
    assert_eq!(due(w.ana(), door), [("tier".to_string(), "tier_general".to_string())]);
    let args = |answers: Json| json!({ "household": w.ana().at(door), "outcome": "met", "responses": [{ "form": "tier_general", "answers": answers }] });
    for answers in [json!({ "use": "boat" }), json!({ "use": "let", "tenants": "0" }), json!({ "moon": "x" })] {
        assert_eq!(w.ana().refused("add_visit", args(answers)), "invalid_args");
    }
    assert_eq!(w.ana().file(door)["visits"], json!([]), "nothing of it was written");
    visit(w.ana(), door, json!([{ "form": "tier_general", "answers": {} }]));
    assert_eq!(answered(w.ana(), door), Vec::<Json>::new(), "a form that nobody answered is no answer");
    visit(w.ana(), door, json!([{ "form": "tier_general", "answers": { "use": "own", "tenants": "4" } }]));
    let all = answered(w.ana(), door);
    assert_eq!(all[0]["answers"].as_array().unwrap().len(), 1, "what is skipped is not sent: {all:?}");
    assert_eq!(due(w.ana(), door), []);
    w.sync_all();
    assert_eq!(due(w.bo(), door), []);
    w.clock.pass_ms(181 * 86_400_000);
    assert_eq!(due(w.bo(), door).len(), 1);
}

#[test]
fn a_patrol_point_asks_its_checklist_and_a_facility_those_of_its_kind() {
    let w = World::ready(10);
    let building = first_building().to_string();
    let more = json!({ "form": "patrol_stairs", "every_days": 7 });
    let point = w.ana().call("add_patrol", json!({ "name": "1号楼一层", "building": building, "edit": more }))["id"].clone();
    let shed =
        w.ana().call("add_facility", json!({ "name": "东门车棚", "building": building, "edit": { "kind": "bike_shed" } }))["id"].clone();
    w.sync_all();
    let asked = |d: &Device, about: Json| -> Vec<String> {
        let list = d.call("list_questions", about);
        list["items"].as_array().unwrap().iter().map(|i| i["form"]["name"].as_str().unwrap().to_string()).collect()
    };
    assert_eq!(asked(w.bo(), json!({ "patrol": point })), ["patrol_stairs"]);
    assert_eq!(asked(w.bo(), json!({ "facility": shed })), ["patrol_charging"]);
    let wrong = json!({ "patrol": point, "outcome": "found", "responses": [{ "form": "tier_red", "answers": {} }] });
    assert_eq!(w.bo().refused("add_visit", wrong), "invalid_args", "that is asked of households");
    let answers = json!({ "blocked": "bikes things", "where": "三层" });
    let check = json!({ "patrol": point, "outcome": "found", "responses": [{ "form": "patrol_stairs", "answers": answers }] });
    w.bo().call("add_visit", check);
    w.sync_all();
    assert_eq!(asked(w.ana(), json!({ "patrol": point })), Vec::<String>::new(), "not twice on one day");
    w.clock.pass_ms(86_400_000);
    assert_eq!(asked(w.ana(), json!({ "patrol": point })), ["patrol_stairs"]);
    let again = w.ana().call("list_questions", json!({ "patrol": point }));
    assert_eq!(again["items"][0]["last"]["blocked"], "things bikes", "in the order of the form");
    w.nothing_wrong();
}

#[test]
fn a_visit_taken_back_takes_its_answers_along() {
    let w = World::ready(9);
    let id = campaign(w.office(), "campaign_ebike", json!({}));
    w.sync_all();
    let both = json!([{ "form": "campaign_ebike", "campaign": id, "answers": { "has": "no" } }, { "form": "tier_general", "answers": { "use": "own" } }]);
    let first = visit(w.ana(), "1-2-101", both);
    assert_eq!(answered(w.ana(), "1-2-101").len(), 2);
    w.ana().call("undo_visit", json!({ "id": first }));
    assert_eq!((answered(w.ana(), "1-2-101").len(), due(w.ana(), "1-2-101").len()), (0, 2), "both are due again");
    visit(w.ana(), "1-2-101", bike(&id, json!({ "has": "yes", "count": "1", "where": "shed" })));
    w.sync_all();
    let all = answered(w.office(), "1-2-101");
    assert_eq!((all.len(), all[0]["answers"].as_array().unwrap().len()), (1, 3), "asked anew, it is there again: {all:?}");
    w.nothing_wrong();
}

#[test]
fn answers_of_a_household_go_with_it_when_it_is_erased() {
    let w = World::ready(8);
    w.ana().call("edit_household", json!({ "id": w.ana().at("1-1-102"), "edit": { "tier": "red" } }));
    visit(w.ana(), "1-1-102", json!([{ "form": "tier_red", "answers": { "body": "worse", "looked_after": "family" } }]));
    w.sync_all();
    let response: uuid::Uuid = answered(w.office(), "1-1-102")[0]["id"].as_str().unwrap().parse().unwrap();
    let door = w.office().at("1-1-102");
    w.office().call("erase", json!({ "record": door, "reason": "asked", "confirm": true }));
    w.sync_all();
    for d in &w.devices {
        assert!(!scan::documents(d).iter().any(|(r, _)| *r == response), "{}", d.name);
    }
}
