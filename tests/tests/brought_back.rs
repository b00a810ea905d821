//! What the author of a record brings back to a server that was set back, before or after its readers: everybody orders by one time, and
//! nothing that readers brought first is refused.

#![allow(clippy::unwrap_used)]

use e2e::look;
use e2e::world::*;
use serde_json::json;

const DAY_MS: i64 = 24 * 3_600_000;

fn tray(d: &Device) -> Vec<String> {
    d.call("list_tray", json!({}))["items"].as_array().unwrap().iter().map(|i| i["reason"].as_str().unwrap().to_string()).collect()
}

#[test]
fn what_its_author_brings_back_first_is_as_old_for_everybody() {
    let w = World::ready(431);
    let backup = w.back_up();
    let (office, ana, bo) = (w.office(), w.ana(), w.bo());
    let args = json!({ "matter": "01016", "title": "路灯不亮", "household": ana.at("1-1-101") });
    let case = ana.call("add_case", args)["id"].clone();
    ana.call("add_step", json!({ "case": case, "transition": "comment", "note": "看过" }));
    w.sync_all();
    w.clock.pass_ms(DAY_MS);
    w.restore(&backup);
    // the author comes before any reader: what she wrote is received anew, and the log says when
    ana.sync();
    w.sync_all();
    let due = |d: &Device| d.call("get_case", json!({ "id": case }))["case"]["due_at"].clone();
    assert!(due(office).is_i64());
    for d in [ana, bo, w.second()] {
        assert_eq!(due(d), due(office), "{}", d.name);
    }
    assert_eq!(look::difference(office, bo), None);
}

#[test]
fn an_appointment_that_readers_brought_back_is_not_refused_when_its_author_comes() {
    let w = World::ready(432);
    let backup = w.back_up();
    let office = w.office();
    // what stands before it is kept until a backup holds it, and so is what was asked after it
    office.edit_person("1-1-101", "张建国", "note", "先写的");
    office.sync();
    let list = office.call("list_memberships", json!({}));
    let bo = list["items"].as_array().unwrap().iter().find(|m| m["name"] == "薄云").unwrap()["person"].clone();
    let answer = office.call("add_membership", json!({ "person": bo, "role": "worker", "unit": SECOND_GRID }));
    assert_eq!(answer["accepted"], 1, "{answer}");
    w.sync_all();
    let members = |d: &Device| d.call("list_memberships", json!({}))["items"].as_array().unwrap().len();
    let before = members(office);
    w.restore(&backup);
    w.second().sync();
    w.sync_all();
    assert!(tray(office).is_empty(), "{:?}", tray(office));
    assert_eq!(members(office), before);
    assert_eq!(members(w.second()), before);
}
