//! 统计 told through the commands: what is counted, for whom, and what a community hands up: small cells and what would give them away never
//! reach the level above, and what only the office reads of has no name in it.

#![allow(clippy::unwrap_used)]

use e2e::world::*;
use serde_json::{Value as Json, json};
use shared_model::Role;

const STREET_UNIT: &str = "610104001";
const STREET: usize = 5;

fn world(seed: u64) -> World {
    let mut w = World::ready(seed);
    assert_eq!(w.enrol("刘科长", Role::Office, STREET_UNIT), STREET);
    w.sync_all();
    w
}

fn report(d: &Device, matter: &str, plate: &str, n: usize) -> Vec<String> {
    let args = json!({ "matter": matter, "title": "看一下", "household": d.at(plate) });
    (0..n).map(|_| d.call("add_case", args.clone())["id"].as_str().unwrap().to_string()).collect()
}

fn row<'a>(stats: &'a Json, table: &str, id: &str) -> &'a Json {
    stats[table].as_array().unwrap().iter().find(|r| r["of"]["code"] == id).unwrap_or(&Json::Null)
}

/// A figure of a tally.
fn figure(tally: &Json, group: &str, of: &str) -> Json {
    let group = tally["groups"].as_array().unwrap().iter().find(|g| g["name"] == group).unwrap();
    if of == "sum" {
        return group["sum"].clone();
    }
    let rows = group["rows"].as_array().unwrap();
    rows.iter().find(|r| r["of"]["code"] == of).map_or(Json::Null, |r| json!([r["figure"]]))
}

#[test]
fn doors_and_cases_are_counted_by_grid_and_matter_and_nobody_is_named() {
    let w = world(3);
    let before = w.office().call("get_stats", json!({}));
    let doors = before["doors"]["doors"].as_u64().unwrap();
    assert!(doors > 0 && before["doors"]["reached"] == 0, "{}", before["doors"]);
    for outcome in ["met", "met", "absent"] {
        w.ana().call("add_visit", json!({ "household": w.ana().at("1-1-101"), "outcome": outcome }));
    }
    w.bo().call("add_visit", json!({ "household": w.bo().at("1-1-102"), "outcome": "absent" }));
    let cases = report(w.ana(), "01001", "1-1-101", 2);
    w.ana().call("add_case", json!({ "matter": "03001", "title": "扫干净了", "household": w.ana().at("1-1-102"), "on_the_spot": "扫了" }));
    w.sync_all();
    let stats = w.office().call("get_stats", json!({}));
    // a door counts once, however often it was visited
    assert_eq!((&stats["doors"]["reached"], &stats["doors"]["tried"]), (&json!(1), &json!(1)));
    assert_eq!(stats["doors"]["doors"], doors);
    assert_eq!(row(&stats, "cases_by_matter", "01001")["opened"], 2);
    assert_eq!(row(&stats, "cases_by_matter", "01001")["open"], 2);
    assert_eq!(row(&stats, "cases_by_matter", "03001")["closed"], 1);
    assert_eq!(row(&stats, "levels", "grid")["count"], 1);
    let grids: u64 = stats["cases_by_grid"].as_array().unwrap().iter().map(|r| r["opened"].as_u64().unwrap()).sum();
    assert_eq!(grids, 3);
    assert_eq!(stats["spots"][0]["opened"], 3);
    assert_eq!(stats["months"].as_array().unwrap().len(), 12);
    let text = stats.to_string();
    for d in &w.devices {
        assert!(!text.contains(d.name), "{} stands in the figures", d.name);
    }

    // past its day it counts as over and late, in the span in which it ran out
    w.clock.pass_ms(40 * 24 * 3_600_000);
    w.sync_all();
    let args = json!({ "from": stats["from"] });
    let later = w.office().call("get_stats", args);
    assert_eq!(
        (&row(&later, "cases_by_matter", "01001")["over"], &row(&later, "cases_by_matter", "01001")["late"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(row(&later, "cases_by_matter", "03001")["late"], 0);
    assert!(cases.len() == 2);

    assert_eq!(w.ana().refused("get_stats", json!({})), "not_allowed");
    assert_eq!(w.head().refused("get_stats", json!({})), "not_allowed");
    for (args, field) in
        [(json!({ "from": "2026-13-01" }), "from"), (json!({ "from": "2001-01-01" }), "from"), (json!({ "until": "gestern" }), "until")]
    {
        assert_eq!(w.office().try_call("get_stats", args).unwrap_err().field.as_deref(), Some(field));
    }
}

#[test]
fn a_month_goes_up_without_small_cells_and_the_street_adds_nothing_to_it() {
    let w = world(4);
    report(w.ana(), "01001", "1-1-101", 9);
    report(w.ana(), "02002", "1-1-101", 2);
    report(w.ana(), "03001", "1-1-102", 7);
    for _ in 0..6 {
        let args = json!({ "matter": "06008", "title": "反映工作人员", "household": w.office().at("1-1-102"), "workflow": "report" });
        w.office().call("add_case", args);
    }
    w.sync_all();
    let preview = w.office().call("preview_tally", json!({}));
    assert_eq!(figure(&preview, "opened", "安全隐患"), json!([9]));
    assert_eq!(figure(&preview, "opened", "矛盾纠纷"), json!([null]), "two of a kind are a small cell");
    assert_eq!(figure(&preview, "opened", "信息采集与政策宣传"), Json::Null, "what only the office reads of is not named");
    // the next smallest hides the small one
    assert_eq!(figure(&preview, "opened", "other"), json!([null]));
    assert_eq!(figure(&preview, "opened", "sum"), json!(24));

    let sent = w.office().call("send_tally", json!({}));
    w.second().call("send_tally", json!({}));
    w.sync_all();
    w.nothing_wrong();
    let here = w.devices[STREET].call("list_tallies", json!({}));
    assert_eq!(here["items"].as_array().unwrap().len(), 1, "two offices that send apart write one");
    assert_eq!(here["items"][0]["groups"], preview["groups"]);
    assert_eq!(here["may_send"], false);
    assert_eq!(w.devices[STREET].refused("send_tally", json!({})), "not_allowed");
    assert_eq!(w.ana().refused("send_tally", json!({})), "not_allowed");
    assert!(w.office().conflicts().is_empty(), "{sent}: equal figures are no conflict");
    // the street holds nothing that the figures were counted from
    assert_eq!(w.devices[STREET].call("get_stats", json!({}))["cases"]["opened"], 0);

    // more came: the preview says so, sending again puts it right
    report(w.ana(), "02002", "1-1-101", 5);
    w.sync_all();
    let preview = w.office().call("preview_tally", json!({}));
    assert_eq!(preview["changed"], true);
    w.office().call("send_tally", json!({}));
    w.sync_all();
    assert_eq!(w.office().call("preview_tally", json!({}))["changed"], false);
    let here = w.devices[STREET].call("list_tallies", json!({}));
    assert_eq!(figure(&here["items"][0], "opened", "矛盾纠纷"), json!([7]));
    assert_eq!(figure(&here["items"][0], "opened", "other"), json!([6]));

    for month in ["2026-13", "2026-1", "2999-01", "x"] {
        assert_eq!(w.office().try_call("send_tally", json!({ "month": month })).unwrap_err().field.as_deref(), Some("month"), "{month}");
    }
}
