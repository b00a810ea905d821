//! A server that was set back, and devices that come after the time for which it waits, or after it was set back once more: what is refused
//! then is refused once, what is proved counts, and nothing is written again for ever.

#![allow(clippy::unwrap_used)]

use e2e::look;
use e2e::world::*;
use serde_json::{Value as Json, json};
use shared_model::doc::{building_id, unit_id};
use shared_model::limits::{LATE_MS_MAX, LEASE_MS};
use shared_model::wire::Verdict;

const DAY_MS: i64 = 24 * 3_600_000;

fn second_building() -> String {
    building_id(unit_id(COMMUNITY), "", "2").to_string()
}

fn tray(d: &Device) -> Vec<Json> {
    d.call("list_tray", json!({}))["items"].as_array().unwrap().clone()
}

fn verdicts(w: &World, d: &Device) -> Vec<Verdict> {
    w.ledger().of(d.id()).values().map(|v| (*v).clone()).collect()
}

/// What Ana wrote was accepted; the server lost it and waited in vain for her. She comes when it counts as late. The backup is older.
fn came_late(seed: u64, does_office_know: bool) -> World {
    let w = World::ready(seed);
    let backup = w.back_up();
    w.ana().edit_person("1-1-101", "张建国", "note", "先写的");
    w.ana().sync();
    if does_office_know {
        w.office().sync();
    }
    w.restore(&backup);
    w.clock.pass_ms(LEASE_MS + LATE_MS_MAX + DAY_MS);
    w
}

#[test]
fn what_stands_on_a_late_refusal_is_not_written_again_for_ever() {
    let w = came_late(441, false);
    let ana = w.ana();
    // she hears the verdict, and the signal goes before her phone has heard what is accepted instead
    for _ in 0..2 {
        assert!(ana.meets(&[Fault::None, Fault::None, Fault::LoseRequest, Fault::LoseRequest, Fault::LoseRequest]).try_sync().is_err());
        ana.line.forget_faults();
    }
    assert_eq!(verdicts(&w, ana), [Verdict::Quarantined { reason: "late".into() }]);
    assert_eq!(ana.person("1-1-101", "张建国")["note"], "先写的");
    ana.edit_person("1-1-101", "张建国", "note", "此后写的");
    let _ = ana.meets(&[Fault::None, Fault::LoseRequest, Fault::LoseRequest, Fault::LoseRequest]).try_sync();
    ana.line.forget_faults();
    let waiting: Vec<Json> = tray(ana).into_iter().filter(|i| i["reason"] == "lost").collect();
    assert!(waiting.len() == 1 && waiting[0]["may_resend"] == false, "it is shown, and is not to be sent twice: {:?}", tray(ana));
    w.sync_all();
    let all = verdicts(&w, ana);
    assert!(all.len() <= 3, "{} commands", all.len());
    assert!(matches!(all.last(), Some(Verdict::Accepted { .. })), "{all:?}");
    assert_eq!(tray(ana).iter().map(|i| i["reason"].clone()).collect::<Vec<_>>(), ["late"]);
    assert_eq!(ana.pending(), 0);
    assert_eq!(w.office().person("1-1-101", "张建国")["note"], "此后写的");
}

#[test]
fn what_others_prove_after_it_was_refused_as_late_counts() {
    let w = came_late(442, true);
    let (office, ana) = (w.office(), w.ana());
    ana.sync();
    assert_eq!(verdicts(&w, ana), [Verdict::Quarantined { reason: "late".into() }]);
    // the office holds the signed row
    w.sync_all();
    assert_eq!(office.person("1-1-101", "张建国")["note"], "先写的");
    let items = tray(ana);
    assert!(items.len() == 1 && items[0]["resolution"]["how"] == "adopted" && items[0]["may_resend"] == false, "{items:?}");
    // nobody at the office is asked about it
    assert_eq!(office.call("list_refused", json!({}))["items"], json!([]));
    // and what is written on it is taken
    ana.edit_person("1-1-101", "张建国", "note", "此后写的");
    w.sync_all();
    assert!(matches!(verdicts(&w, ana).last(), Some(Verdict::Accepted { .. })), "{:?}", verdicts(&w, ana));
    assert_eq!(w.second().person("1-1-101", "张建国")["note"], "此后写的");
    assert_eq!(look::difference(office, w.second()), None);
}

#[test]
fn work_under_a_stamp_that_was_lost_counts_over_the_tree_as_it_was() {
    let w = World::ready(443);
    let backup = w.back_up();
    let (office, ana) = (w.office(), w.ana());
    office.call("move_units", json!({ "units": [second_building()], "parent": SECOND_GRID }));
    w.restore(&backup);
    // the building is hers again for a while, under a stamp of this epoch
    ana.sync();
    let (home, person) = (ana.at("2-1-201"), "2-1-201");
    let name = ana.file(person)["persons"][0]["name"].as_str().unwrap().to_string();
    ana.edit_person(person, &name, "note", "这时写的");
    ana.sync();
    w.restore(&backup);
    // the office brings the move back before she brings her work
    office.sync();
    w.sync_all();
    assert!(verdicts(&w, ana).iter().all(|v| matches!(v, Verdict::Accepted { .. })), "{:?}", verdicts(&w, ana));
    let file = office.call("get_household", json!({ "id": home }));
    assert_eq!(file["persons"][0]["note"], "这时写的");
}

#[test]
fn a_case_handed_to_somebody_whose_term_is_over_is_refused_and_does_not_wait() {
    let w = World::wide(444);
    w.sync_all();
    let (office, second) = (w.office(), w.second());
    let case = office.call("add_case", json!({ "matter": "01016", "title": "路灯不亮", "household": office.at("1-1-101") }))["id"].clone();
    let list = office.call("list_memberships", json!({}));
    let bo = list["items"].as_array().unwrap().iter().find(|m| m["name"] == "薄云").unwrap()["person"].clone();
    let term = office.call("add_membership", json!({ "person": bo, "role": "worker", "unit": SECOND_GRID }))["id"].clone();
    w.sync_all();
    let backup = w.back_up();
    w.restore(&backup);
    w.sync_all();
    assert_eq!(second.call("end_membership", json!({ "id": term }))["accepted"], 1);
    // the server is still being filled again, but this is not among what somebody could bring
    office.line.set_offline(true);
    let _ = office.try_call("share_case", json!({ "case": case, "to": unit_id(SECOND_GRID), "assignee": term }));
    office.line.set_offline(false);
    w.sync_all();
    assert_eq!(office.pending(), 0);
    assert_eq!(verdicts(&w, office).last(), Some(&Verdict::Quarantined { reason: "no_membership".into() }));
    assert_eq!(tray(office).len(), 1);
}
