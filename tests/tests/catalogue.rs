//! The catalogue and the calendar that a deployment edits, told through the commands: what the office sets counts on every device, what two
//! offices set apart is kept, and a case keeps all that was said when it was opened.

#![allow(clippy::unwrap_used)]

use e2e::world::*;
use serde_json::{Value as Json, json};

/// A case at the first building, as it stands on a device.
fn open(d: &Device, more: Json) -> String {
    let mut args = json!({ "matter": "01001", "title": "三楼楼道堆了纸箱", "building": first_building().to_string() });
    args.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    d.call("add_case", args)["id"].as_str().unwrap().to_string()
}

#[test]
fn a_case_keeps_who_told_it_and_how_to_reach_them_on_every_device() {
    let w = World::ready(1);
    let first = open(w.ana(), json!({}));
    let said = json!({ "reporter": "李大妈", "contact": "13800001111", "on_behalf_of": "赵楼长", "repeat_of": first, "lng": 116.391, "lat": 39.907 });
    let case = open(w.ana(), said);
    w.sync_all();
    for d in [w.ana(), w.office()] {
        let file = d.call("get_case", json!({ "id": case }));
        assert_eq!(file["case"]["contact"], "13800001111", "{}", d.name);
        assert_eq!(file["case"]["on_behalf_of"], "赵楼长");
        assert_eq!(file["links"][0]["kind"], "repeat_of");
        assert_eq!(file["links"][0]["id"], Json::from(first.clone()));
    }
    let seen = w.head().call("get_case", json!({ "id": case }));
    assert_eq!(seen["case"]["contact"], Json::Null, "a telephone number is none of a building head's");
}

/// The matters that a few characters find, by code.
fn found(d: &Device, q: &str) -> Vec<String> {
    let list = d.call("list_matters", json!({ "q": q }));
    list["items"].as_array().unwrap().iter().map(|m| m["code"].as_str().unwrap().to_string()).collect()
}

fn matter(d: &Device, code: &str) -> Json {
    let list = d.call("list_matters", json!({ "q": code, "all": true }));
    list["items"][0].clone()
}

fn due(d: &Device, case: &str) -> i64 {
    d.call("get_case", json!({ "id": case }))["case"]["due_at"].as_i64().unwrap()
}

const DAY_MS: i64 = 86_400_000;

#[test]
fn what_the_office_changes_counts_on_every_device_and_can_be_taken_back() {
    let w = World::ready(2);
    let case = open(w.ana(), json!({}));
    w.sync_all();
    let before = due(w.ana(), &case);
    let change = json!({ "resolve_days": 12, "lead": "", "synonyms": ["堆了一地", "过道乱"] });
    w.office().call("edit_matter", json!({ "code": "01001", "entries": change }));
    w.sync_all();
    assert!(due(w.ana(), &case) > before + 9 * DAY_MS, "a running case follows");
    assert_eq!(found(w.ana(), "guodaoluan"), ["01001"]);
    assert!(found(w.ana(), "堵楼道").is_empty(), "the office's words stand in the place of ours");
    let m = matter(w.ana(), "01001");
    assert_eq!((&m["lead"], &m["lead_gap"], &m["resolve_days"]), (&Json::Null, &json!(true), &json!(12)));
    let changed: Vec<&String> = m["changed"].as_object().unwrap().keys().collect();
    assert_eq!(changed, ["lead", "resolve_days", "synonyms"]);
    assert_eq!(m["changed"]["resolve_days"], "2", "the product's own");
    let back = json!({ "resolve_days": null, "lead": null, "synonyms": null });
    w.second().call("edit_matter", json!({ "code": "01001", "entries": back }));
    w.sync_all();
    assert_eq!(due(w.ana(), &case), before);
    assert_eq!(matter(w.ana(), "01001")["changed"], json!({}));
    w.nothing_wrong();
}

#[test]
fn two_offices_change_one_matter_apart_and_only_the_same_entry_asks_somebody() {
    let w = World::ready(3);
    w.office().call("edit_matter", json!({ "code": "03012", "entries": { "level": 2, "resolve_days": 1 } }));
    w.second().call("edit_matter", json!({ "code": "03012", "entries": { "lead": "生态环境部门", "resolve_days": 5 } }));
    w.sync_all();
    for d in [w.office(), w.second(), w.ana()] {
        let m = matter(d, "03012");
        assert_eq!((&m["level"], &m["lead"]), (&json!(2), &json!("生态环境部门")), "{}", d.name);
    }
    let c = w.office().conflict();
    assert_eq!((c["record_name"].as_str(), c["label"].as_str()), (Some("事项 噪声扰民"), Some("办结时限（天）")));
    let texts: Vec<&str> = c["values"].as_array().unwrap().iter().map(|v| v["text"].as_str().unwrap()).collect();
    assert!(texts.contains(&"1") && texts.contains(&"5"), "{texts:?}");
    assert_eq!(w.office().refused("settle_conflict", json!({ "id": c["id"], "value": "很快" })), "invalid_args");
    w.office().call("settle_conflict", json!({ "id": c["id"], "value": "5" }));
    w.sync_all();
    assert_eq!(matter(w.ana(), "03012")["resolve_days"], 5);
    assert!(w.second().conflicts().is_empty());
    w.nothing_wrong();
}

#[test]
fn a_form_that_did_not_show_a_new_value_does_not_write_over_it() {
    let w = World::ready(4);
    w.office().call("edit_matter", json!({ "code": "03012", "entries": { "level": 2 } }));
    let shown = matter(w.office(), "03012")["ops"].clone();
    w.second().sync();
    w.office().sync();
    w.second().sync();
    w.second().call("edit_matter", json!({ "code": "03012", "entries": { "level": 1 } }));
    w.second().sync();
    w.office().sync();
    w.office().call("edit_matter", json!({ "code": "03012", "entries": { "level": 4 }, "seen": shown }));
    assert_eq!(w.office().conflict()["label"], "紧急程度");
}

#[test]
fn a_matter_that_the_office_adds_has_its_name_everywhere_and_its_class_is_settled() {
    let w = World::ready(5);
    let own = json!({ "category": "03", "name_zh": "共享单车堆放", "class": "open", "community_duty": "只报", "resolve_days": 3 });
    let code = w.office().call("add_matter", own.clone())["id"].as_str().unwrap().to_string();
    assert_eq!(code, "03999");
    assert_eq!(w.office().refused("add_matter", own), "invalid_args");
    w.sync_all();
    assert_eq!(found(w.head(), "gxdc")[0], code, "by the initials of its name, before what only has such a word");
    let m = matter(w.ana(), &code);
    assert_eq!((&m["local"], &m["lead_gap"], &m["workflow"]["code"]), (&json!(true), &json!(true), &json!("hazard")));
    let case = open(w.ana(), json!({ "matter": code, "title": "门口一排车" }));
    w.sync_all();
    for d in [w.office(), w.ana(), w.head()] {
        let c = d.call("get_case", json!({ "id": case }));
        assert_eq!(c["case"]["matter"]["label"], "共享单车堆放", "{}", d.name);
        let hits = d.call("search", json!({ "q": "共享单车" }));
        assert_eq!((hits["items"][0]["id"].as_str(), hits["items"][0]["detail"].as_str()), (Some(case.as_str()), Some("共享单车堆放")));
    }
    // another name: what is searched follows
    w.office().call("edit_matter", json!({ "code": code, "entries": { "name_zh": "单车占道", "hidden": true } }));
    w.sync_all();
    assert_eq!(w.ana().call("search", json!({ "q": "单车占道" }))["total"], 1);
    assert!(found(w.ana(), "单车占道").is_empty(), "what is not taken is not offered");
    assert_eq!(matter(w.ana(), &code)["hidden"], true);
    let args = json!({ "matter": code, "title": "又来了", "building": first_building().to_string() });
    assert_eq!(w.ana().refused("add_case", args), "invalid_args");
    assert_eq!(w.office().refused("edit_matter", json!({ "code": code, "entries": { "class": "private" } })), "invalid_args");
    w.nothing_wrong();
}

#[test]
fn only_the_office_edits_the_catalogue_and_what_cannot_be_used_is_told() {
    let w = World::ready(6);
    let edit = |entries: Json| json!({ "code": "01001", "entries": entries });
    for d in [w.ana(), w.head()] {
        assert_eq!(d.refused("edit_matter", edit(json!({ "level": 1 }))), "not_allowed", "{}", d.name);
        assert_eq!(d.refused("set_day", json!({ "date": "2027-02-06", "works": true })), "not_allowed");
        assert_eq!(d.call("list_matters", json!({}))["may_edit"], false);
    }
    assert_eq!(w.office().call("list_matters", json!({}))["may_edit"], true);
    for bad in
        [json!({ "level": 9 }), json!({ "resolve_days": "很快" }), json!({ "community_duty": "履职" }), json!({ "workflow": "none" })]
    {
        let e = w.office().try_call("edit_matter", edit(bad.clone())).unwrap_err();
        assert_eq!(e.code, "invalid_args", "{bad}");
        assert!(e.field.is_some() && bad.as_object().unwrap().contains_key(&e.field.unwrap()));
    }
    assert_eq!(w.office().pending(), 0);
}

#[test]
fn two_offices_that_add_a_matter_apart_lose_none_of_them() {
    let w = World::ready(7);
    let own = |name: &str| json!({ "category": "04", "name_zh": name, "class": "register", "community_duty": "代办" });
    w.office().call("add_matter", own("代收快递"));
    w.second().call("add_matter", own("借轮椅"));
    w.sync_all();
    let names: Vec<Json> = [w.office(), w.second(), w.ana()].map(|d| matter(d, "04999")["name_zh"].clone()).into();
    assert!(names.iter().all(|n| *n == names[0]), "{names:?}");
    assert_eq!(names[0], "代收快递", "the one that came first");
    // the other one is not mixed into it, and not lost: it waits with its author, who adds it under the next code
    assert!(w.office().conflicts().is_empty());
    let tray = w.second().call("list_tray", json!({}));
    assert_eq!(tray["items"].as_array().unwrap().len(), 1, "{tray}");
    assert!(tray.to_string().contains("借轮椅"));
    assert_eq!(w.second().call("add_matter", own("借轮椅"))["id"], "04998");
    w.sync_all();
    assert_eq!(matter(w.ana(), "04998")["name_zh"], "借轮椅");
}

/// A Saturday of the first week of every world.
const SATURDAY: &str = "2026-09-26";

#[test]
fn a_make_up_day_moves_a_deadline_also_on_a_phone_and_can_be_taken_back() {
    let w = World::ready(8);
    let case = open(w.ana(), json!({ "matter": "04011", "title": "想装电梯" }));
    w.sync_all();
    let before = due(w.ana(), &case);
    w.office().call("set_day", json!({ "date": SATURDAY, "works": true, "name": "调休上班" }));
    assert!(due(w.office(), &case) < before, "at once where it was set");
    w.sync_all();
    assert!(due(w.ana(), &case) < before, "and on the phone that hears of it");
    let shown = w.ana().call("get_calendar", json!({ "year": 2026 }));
    let one = shown["days"].as_array().unwrap().iter().find(|d| d["date"] == SATURDAY).unwrap().clone();
    assert_eq!(one, json!({ "date": SATURDAY, "works": true, "name": "调休上班", "own": true }));
    assert_eq!(shown["may_edit"], false);
    w.second().call("set_day", json!({ "date": SATURDAY, "works": null }));
    w.sync_all();
    assert_eq!(due(w.ana(), &case), before);
    let last = w.ana().call("get_case", json!({ "id": case }))["case"]["due"]["date"].clone();
    // the last day itself made free: the deadline is later, never on a day off
    w.office().call("set_day", json!({ "date": last, "works": false, "name": "停工" }));
    w.sync_all();
    assert!(due(w.ana(), &case) > before);
    w.nothing_wrong();
}

#[test]
fn days_set_apart_are_both_kept_and_one_day_set_in_two_ways_asks_somebody() {
    let w = World::ready(9);
    w.office().call("set_day", json!({ "date": "2029-05-05", "works": true, "name": "调休上班" }));
    w.second().call("set_day", json!({ "date": "2029-05-01", "works": false, "name": "劳动节" }));
    w.sync_all();
    let year = w.ana().call("get_calendar", json!({ "year": 2029 }));
    assert_eq!(year["days"].as_array().unwrap().len(), 2);
    assert_eq!(year["basis"], "weekdays", "nobody has said that the notice is in");
    w.office().call("set_year", json!({ "year": 2029, "published": true }));
    w.office().call("set_day", json!({ "date": "2029-05-02", "works": false, "name": "劳动节" }));
    w.second().call("set_day", json!({ "date": "2029-05-02", "works": true }));
    w.sync_all();
    assert_eq!(w.ana().call("get_calendar", json!({ "year": 2029 }))["basis"], "published");
    let c = w.office().conflict();
    assert_eq!((c["record_name"].as_str(), c["label"].as_str()), (Some("工作日历"), Some("2029-05-02")));
    let mut texts: Vec<&str> = c["values"].as_array().unwrap().iter().map(|v| v["text"].as_str().unwrap()).collect();
    texts.sort_unstable();
    assert_eq!(texts, ["上班", "放假 劳动节"]);
    w.nothing_wrong();
}

#[test]
fn working_hours_are_read_as_people_write_them_and_nonsense_is_told() {
    let w = World::ready(10);
    let hours = |d: &Device| d.call("get_calendar", json!({ "year": 2026 }))["hours"].as_str().unwrap().to_string();
    assert_eq!(hours(w.ana()), "09:00-12:00,14:00-18:00");
    w.office().call("set_hours", json!({ "hours": "8：30—12：00，13：30—17：30" }));
    w.sync_all();
    assert_eq!(hours(w.ana()), "08:30-12:00,13:30-17:30");
    for bad in ["9", "18:00-09:00", "09:00-12:00,11:00-14:00", "25:00-26:00"] {
        assert_eq!(w.office().try_call("set_hours", json!({ "hours": bad })).unwrap_err().field.as_deref(), Some("hours"), "{bad}");
    }
    assert_eq!(w.office().refused("set_day", json!({ "date": "2027-02-30", "works": true })), "invalid_args");
    assert_eq!(w.office().refused("set_year", json!({ "year": 1066, "published": true })), "invalid_args");
    w.office().call("set_hours", json!({ "hours": "" }));
    w.sync_all();
    assert_eq!(hours(w.ana()), "09:00-12:00,14:00-18:00");
}

/// What a device makes of all settings: the catalogue and two years of the calendar, and what is asked about. Operations are left out: what a
/// form shows is each device's own.
fn settings(d: &Device) -> Json {
    let mut list = d.call("list_matters", json!({ "all": true }))["items"].clone();
    for m in list.as_array_mut().unwrap() {
        m.as_object_mut().unwrap().remove("ops");
    }
    let years = [2027, 2030].map(|year| {
        let y = d.call("get_calendar", json!({ "year": year }));
        json!([y["days"], y["basis"], y["hours"]])
    });
    json!([list, years, d.conflicts()])
}

#[test]
fn settings_written_apart_in_any_order_come_to_the_same_everywhere() {
    use rand::{Rng, SeedableRng};
    let mut asked = 0;
    for seed in 20..26 {
        let w = World::ready(seed);
        let mut rng = rand::rngs::StdRng::seed_from_u64(seed);
        for n in 0..30 {
            let d = if rng.gen_bool(0.5) { w.office() } else { w.second() };
            let code = ["01001", "03012", "04011"][rng.gen_range(0..3)];
            let day = format!("20{}-05-0{}", [27, 30][rng.gen_range(0..2)], rng.gen_range(1..6));
            let hours = ["", "08:00-12:00,13:00-17:00", "09:00-17:00"];
            let (command, args) = match rng.gen_range(0..8) {
                0 => ("edit_matter", json!({ "code": code, "entries": { "level": rng.gen_range(1..5) } })),
                1 => (
                    "edit_matter",
                    json!({ "code": code, "entries": { "resolve_days": rng.gen_range(1..30), "lead": format!("部门{n}") } }),
                ),
                2 => ("edit_matter", json!({ "code": code, "entries": { "level": null, "hidden": rng.gen_bool(0.5) } })),
                3 => ("set_day", json!({ "date": day, "works": rng.gen_bool(0.5), "name": format!("第{n}天") })),
                4 => ("set_day", json!({ "date": day, "works": null })),
                5 => ("set_year", json!({ "year": 2030, "published": rng.gen_bool(0.5) })),
                6 => ("set_hours", json!({ "hours": hours[rng.gen_range(0..3)] })),
                _ => {
                    d.sync();
                    continue;
                }
            };
            d.call(command, args);
            if rng.gen_bool(0.2) {
                w.ana().sync();
            }
        }
        w.sync_all();
        let expected = settings(w.office());
        for other in [w.second(), w.ana(), w.bo()] {
            let mut got = settings(other);
            got[2] = expected[2].clone();
            assert_eq!(got, expected, "seed {seed}: {}", other.name);
        }
        assert_eq!(settings(w.second())[2], expected[2], "seed {seed}: both offices are asked the same");
        // every question has an answer that everybody follows
        for _ in 0..40 {
            let open = w.office().call("list_conflicts", json!({}))["items"].clone();
            let Some(c) = open.as_array().unwrap().first() else { break };
            w.office().call("settle_conflict", json!({ "id": c["id"], "value": c["values"][0]["value"] }));
            asked += 1;
        }
        w.sync_all();
        assert!(w.office().conflicts().is_empty(), "seed {seed}");
        assert_eq!(settings(w.second()), settings(w.office()), "seed {seed}");
        assert_eq!(settings(w.ana())[0], settings(w.office())[0], "seed {seed}");
        w.nothing_wrong();
    }
    assert!(asked > 0, "two offices never met");
}
