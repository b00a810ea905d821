//! The same thing close by: what is offered before a second case is made of it.

#![allow(clippy::unwrap_used)]

use e2e::world::*;
use serde_json::{Value as Json, json};

/// A place, and how far north of it another one lies: a ten-thousandth of a degree is eleven metres.
const LNG: f64 = 108.9135;
const LAT: f64 = 34.2655;

fn report(d: &Device, title: &str, more: Json) -> String {
    let mut args = json!({ "matter": "03010", "title": title });
    args.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    d.call("add_case", args)["id"].as_str().unwrap().to_string()
}

/// Titles of what is close by, nearest first, with the metres.
fn near(d: &Device, args: Json) -> Vec<(String, Option<u64>)> {
    let list = d.call("list_near", args);
    let found = list["items"].as_array().unwrap();
    found.iter().map(|n| (n["case"]["title"].as_str().unwrap().to_string(), n["metres"].as_u64())).collect()
}

#[test]
fn an_open_case_of_the_same_matter_is_offered_in_the_same_building_or_within_fifty_metres() {
    let w = World::ready(1);
    let (ana, building) = (w.ana(), first_building().to_string());
    report(ana, "单车堵门", json!({ "building": building }));
    report(ana, "北边四十米", json!({ "place": "路口", "lng": LNG, "lat": LAT + 0.000_36 }));
    report(ana, "十一米", json!({ "place": "花坛", "lng": LNG, "lat": LAT + 0.000_1 }));
    report(ana, "北边五十六米", json!({ "place": "大门", "lng": LNG, "lat": LAT + 0.000_5 }));
    report(ana, "没有写位置", json!({ "place": "别处" }));
    let closed = report(ana, "已经挪走", json!({ "building": building }));
    ana.call("add_case", json!({ "matter": "03016", "title": "同楼另一件", "building": building }));
    w.sync_all();
    w.office().call("add_step", json!({ "case": closed, "transition": "close", "note": "挪走了" }));
    w.sync_all();
    for d in [w.ana(), w.office()] {
        assert_eq!(near(d, json!({ "matter": "03010", "building": building })), [("单车堵门".to_string(), None)], "{}", d.name);
        let here = near(d, json!({ "matter": "03010", "lng": LNG, "lat": LAT }));
        assert_eq!(here, [("十一米".to_string(), Some(11)), ("北边四十米".to_string(), Some(40))], "{}", d.name);
        let both = near(d, json!({ "matter": "03010", "building": building, "lng": LNG, "lat": LAT }));
        assert_eq!(both.len(), 3);
        assert_eq!(near(d, json!({ "matter": "03010" })), []);
    }
    assert_eq!(w.ana().refused("list_near", json!({ "matter": "没有这一项" })), "invalid_args");
}
