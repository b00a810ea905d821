//! What the author of a record brings back to a server that was set back, before or after its readers: everybody orders by one time, and
//! nothing that readers brought first is refused.

#![allow(clippy::unwrap_used)]

use e2e::world::*;
use e2e::{look, rosters};
use serde_json::json;
use shared_model::doc::unit_id;
use shared_model::wire::Verdict;

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

#[test]
fn what_was_asked_of_the_server_is_kept_until_a_backup_holds_it() {
    let w = World::wide(433);
    w.sync_all();
    w.back_up();
    let office = w.office();
    let case = office.call("add_case", json!({ "matter": "01016", "title": "路灯不亮", "household": office.at("1-1-101") }))["id"].clone();
    w.sync_all();
    let copy = w.copy_server("yesterday");
    // it writes nothing itself: no row of it says that a backup holds it
    w.clock.pass_ms(DAY_MS / 2);
    office.call("share_case", json!({ "case": case, "to": unit_id(STREET_UNIT), "up_to": "open" }));
    office.sync();
    office.sync();
    w.put_back(&copy);
    w.sync_all();
    w.sync_all();
    let ledger = w.ledger();
    let mine = ledger.of(office.id());
    let last = *mine.keys().last().unwrap();
    assert!((1..=last).all(|seq| matches!(mine.get(&seq), Some(Verdict::Accepted { .. }))), "{mine:?}");
    assert_eq!(last, office.line.sent().keys().last().copied().unwrap());
    assert_eq!(ledger.shares.iter().filter(|s| !s.is_ended).count(), 1);
    assert!(tray(office).is_empty());
}

/// A building came after the backup; a worker holds it, as rows or as snapshots only, and has edited there. Her edits that wait afterwards.
fn building_after_the_backup(seed: u64, as_rows: bool) -> (World, u32) {
    let w = World::new(seed);
    let backup = w.back_up();
    let (office, ana) = (w.office(), w.ana());
    let file = w.path().join("7.csv");
    std::fs::write(&file, rosters::of_building(7, 2, "139111")).unwrap();
    office.call("import_roster", json!({ "file": file, "grid": FIRST_GRID }));
    office.sync();
    if !as_rows {
        w.clock.pass_ms(DAY_MS);
        assert!(w.server().compact(0).unwrap() > 0);
    }
    ana.sync();
    ana.edit_person("7-1-101", &rosters::name(7, 0), "note", "刚走访过");
    ana.sync();
    w.restore(&backup);
    ana.sync();
    ana.sync();
    assert!(tray(ana).is_empty(), "{:?}", tray(ana));
    assert_eq!(ana.person("7-1-101", &rosters::name(7, 0))["note"], "刚走访过");
    let waiting = ana.pending();
    (w, waiting)
}

fn is_there_again(w: &World) {
    w.office().sync();
    w.sync_all();
    assert_eq!(w.ana().pending(), 0);
    assert!(tray(w.ana()).is_empty(), "{:?}", tray(w.ana()));
    assert_eq!(w.office().person("7-1-101", &rosters::name(7, 0))["note"], "刚走访过");
    assert!(w.ana().agrees());
}

#[test]
fn a_building_that_came_after_the_backup_comes_back_with_whoever_holds_its_rows() {
    let (w, waiting) = building_after_the_backup(434, true);
    assert_eq!(waiting, 0);
    is_there_again(&w);
}

#[test]
fn an_edit_in_a_building_that_only_the_office_can_bring_back_waits_for_it() {
    // snapshots cannot be given back
    let (w, waiting) = building_after_the_backup(436, false);
    assert_eq!(waiting, 1);
    is_there_again(&w);
}

#[test]
fn work_of_which_something_was_erased_is_taken_again() {
    let w = World::ready(435);
    let (office, ana) = (w.office(), w.ana());
    let home = ana.at("1-1-102");
    office.call("erase", json!({ "record": home, "reason": "asked", "confirm": true }));
    office.sync();
    let backup = w.back_up();
    // she did not hear of it: a person moves to where nobody is any more
    let person = ana.person("1-1-101", "张建国")["id"].clone();
    ana.call("move_person", json!({ "id": person, "household": home, "reason": "搬家" }));
    ana.sync();
    w.restore(&backup);
    w.sync_all();
    w.sync_all();
    let ledger = w.ledger();
    let mine = ledger.of(ana.id());
    assert!(mine.values().all(|v| matches!(v, Verdict::Accepted { .. })), "{mine:?}");
    assert!(matches!(mine.values().last(), Some(Verdict::Accepted { erased, .. }) if !erased.is_empty()), "{mine:?}");
    assert_eq!(look::difference(office, w.second()), None);
}
