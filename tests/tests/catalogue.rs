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
