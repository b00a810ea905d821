//! A refused command and what stands on it: its documents go back to what is accepted, the install takes its next actor, what stood on it is
//! written again or waits in the tray, everything else goes on, and nothing is thrown away.

#![allow(clippy::unwrap_used)]

use e2e::look;
use e2e::rosters;
use e2e::world::*;
use serde_json::{Value as Json, json};
use shared_model::Role;
use shared_model::crdt::{ActorId, Change};
use shared_model::wire::{Command, Verdict};
use std::collections::BTreeSet;

const DAY_MS: i64 = 24 * 3_600_000;

/// Every command that a device pushed in these exchanges.
fn pushed(tape: &[Exchange]) -> Vec<Command> {
    tape.iter().filter_map(Exchange::sync_request).flat_map(|r| r.commands).collect()
}

fn actors(commands: &[Command], name: &str) -> BTreeSet<ActorId> {
    commands.iter().filter(|c| c.name == name).flat_map(|c| &c.parts).map(|p| Change::decode(&p.change).unwrap().0.actor).collect()
}

fn tray(d: &Device) -> Vec<(String, String)> {
    let list = d.call("list_tray", json!({}));
    let pair = |i: &Json| (i["command"].as_str().unwrap().to_string(), i["reason"].as_str().unwrap().to_string());
    list["items"].as_array().unwrap().iter().map(pair).collect()
}

fn verdict_words(w: &World, d: &Device) -> Vec<String> {
    let words = |v: &Verdict| match v {
        Verdict::Accepted { .. } => "accepted".to_string(),
        Verdict::Quarantined { reason } => format!("quarantined {reason}"),
        Verdict::Superseded { by } => format!("superseded by {by}"),
        other => format!("{other:?}"),
    };
    w.ledger().of(d.id()).values().map(|v| words(v)).collect()
}

/// Ana writes a birth year where nobody knows the date, then two more things of the same person and one of another; meanwhile the office
/// enters the whole date. A year may then no longer be written apart from its date.
fn a_year_against_a_date(w: &World) {
    w.office().edit_person("1-2-101", "陈伟", "birth_date", "1961-05-04");
    w.office().sync();
    let ana = w.ana();
    ana.edit_person("1-2-101", "陈伟", "birth_year", 1960);
    ana.edit_person("1-2-101", "陈伟", "phone", "13712340001");
    ana.call("add_visit", json!({ "household": ana.at("1-2-101"), "outcome": "met" }));
    ana.edit_person("1-2-101", "陈伟", "employer", "莲湖公交");
}

#[test]
fn a_refused_edit_goes_back_and_what_stood_on_it_is_written_again() {
    let w = World::ready(101);
    let ana = w.ana();
    ana.line.record();
    a_year_against_a_date(&w);
    let report = ana.sync();
    assert_eq!(ana.pending(), 0);
    assert!(ana.agrees(), "{report}");
    assert_eq!(
        verdict_words(&w, ana),
        ["quarantined mirror", "superseded by 1", "accepted", "superseded by 2", "accepted", "accepted"],
        "the visit does not stand on the refused edit; the two others do and are replayed"
    );
    assert_eq!(tray(ana), [("edit_person".to_string(), "mirror".to_string())]);
    let commands = pushed(&ana.line.take_tape());
    let replays: Vec<_> = commands.iter().filter_map(|c| c.replaces).collect();
    assert_eq!(replays, [2, 4]);
    let before: BTreeSet<_> = actors(&commands[..4], "edit_person");
    let after: BTreeSet<_> = actors(&commands[4..], "edit_person");
    assert!(before.is_disjoint(&after), "a refused number is never used again: the next actor writes");
    w.sync_all();
    for d in [w.office(), ana, w.bo()] {
        let p = d.person("1-2-101", "陈伟");
        assert_eq!((p["birth_year"].clone(), p["phone"].clone()), (json!(1961), json!("13712340001")), "{}", d.name);
        assert_eq!(p["employer"], "莲湖公交");
        assert_eq!(d.file("1-2-101")["visits"].as_array().unwrap().len(), 1);
        assert!(d.conflicts().is_empty(), "{}: {:?}", d.name, d.conflicts());
    }
    assert_eq!(look::difference(w.office(), ana), None);
    assert_eq!(look::difference_to(ana, &w.ledger()), None);
}

#[test]
fn a_device_that_was_refused_once_goes_on_as_any_other() {
    let w = World::ready(102);
    let ana = w.ana();
    a_year_against_a_date(&w);
    ana.sync();
    // the tray still holds the old refusal while new work is written on the same person, and a second one is refused
    ana.edit_person("1-2-101", "陈伟", "note", "第二天");
    w.office().edit_person("1-1-102", "王强", "birth_date", "1971-01-02");
    w.office().sync();
    ana.edit_person("1-1-102", "王强", "birth_year", 1970);
    ana.edit_person("1-1-102", "王强", "note", "第三天");
    ana.edit_person("1-2-101", "陈伟", "nickname", "老陈");
    ana.sync();
    assert_eq!(ana.pending(), 0);
    assert!(ana.agrees(), "{}", ana.status());
    assert_eq!(
        verdict_words(&w, ana)[6..],
        ["accepted", "quarantined mirror", "superseded by 8", "accepted", "accepted"],
        "what does not stand on the second refusal is not written twice"
    );
    assert_eq!(tray(ana).len(), 2);
    for item in ana.call("list_tray", json!({}))["items"].as_array().unwrap() {
        ana.call("discard_refused", json!({ "seq": item["seq"] }));
    }
    w.sync_all();
    assert!(tray(ana).is_empty());
    let p = w.office().person("1-2-101", "陈伟");
    assert_eq!((p["note"].as_str(), p["nickname"].as_str()), (Some("第二天"), Some("老陈")));
    assert_eq!(w.office().person("1-1-102", "王强")["note"], "第三天");
    assert_eq!(look::difference(w.office(), ana), None);
}

#[test]
fn what_a_form_showed_is_understood_after_the_refusal_too() {
    let w = World::ready(132);
    let ana = w.ana();
    w.office().edit_person("1-2-101", "陈伟", "birth_date", "1961-05-04");
    w.office().sync();
    let person = ana.person("1-2-101", "陈伟")["id"].clone();
    // one command with the year that is refused; two forms that each showed the number written before them
    ana.call("edit_person", json!({ "id": person, "edit": { "birth_year": 1960, "phone": "13700000001" } }));
    for phone in ["13700000002", "13700000003"] {
        let seen = ana.person("1-2-101", "陈伟")["ops"]["phone"].clone();
        ana.call("edit_person", json!({ "id": person, "edit": { "phone": phone }, "seen": { "phone": seen } }));
    }
    ana.sync();
    w.sync_all();
    for d in [w.office(), ana] {
        assert_eq!(d.person("1-2-101", "陈伟")["phone"], "13700000003", "{}", d.name);
        assert!(d.conflicts().is_empty(), "each form showed what it replaced: {:?}", d.conflicts());
    }
}

#[test]
fn a_refused_visit_leaves_its_door_as_it_was() {
    let w = World::ready(109);
    let ana = w.ana();
    w.office().edit_person("1-2-101", "陈伟", "birth_date", "1961-05-04");
    w.office().sync();
    let due = ana.file("1-2-101")["household"]["due"].clone();
    let facts = json!({ ana.person("1-2-101", "陈伟")["id"].as_str().unwrap(): { "birth_year": 1960 } });
    ana.call("add_visit", json!({ "household": ana.at("1-2-101"), "outcome": "met", "facts": facts }));
    assert_ne!(ana.file("1-2-101")["household"]["due"], due);
    ana.sync();
    assert_eq!(tray(ana), [("add_visit".to_string(), "mirror".to_string())]);
    assert_eq!(ana.file("1-2-101")["household"]["due"], due, "a door counts as visited only by visits that stand");
    w.sync_all();
    assert_eq!(look::difference(w.office(), ana), None);
}

#[test]
fn the_doors_beside_a_refused_one_are_laid_out_without_it() {
    let w = World::ready(131);
    let bo = w.bo();
    for (plate, _) in bo.doors() {
        bo.call("edit_household", json!({ "id": bo.at(&plate), "edit": { "tier": "yellow" } }));
    }
    w.sync_all();
    let building = first_building().to_string();
    for n in 1..=4 {
        let home =
            json!({ "building": building, "unit_no": "1", "door": format!("00{n}"), "head_name": "钱新", "edit": { "tier": "yellow" } });
        bo.call("add_household", home);
    }
    assert!(w.server().add_membership("薄云", Role::Worker, FIRST_GRID, Role::Worker, SECOND_GRID).unwrap());
    w.clock.pass_ms(40 * DAY_MS);
    bo.kill();
    bo.sync();
    assert_eq!(tray(bo).len(), 4, "{:?}", verdict_words(&w, bo));
    w.sync_all();
    assert_eq!(look::difference_within(bo, w.office()), None);
}

#[test]
fn a_refusal_that_is_over_supersedes_nothing_more() {
    let w = World::ready(108);
    let ana = w.ana();
    a_year_against_a_date(&w);
    ana.sync();
    w.office().edit_person("1-1-102", "王强", "birth_date", "1971-01-02");
    w.office().sync();
    ana.edit_person("1-1-102", "王强", "birth_year", 1970);
    let (engine, person) = (ana.engine(), ana.person("1-2-101", "陈伟")["id"].clone());
    let mut once = true;
    ana.line.set_bend(Some(Box::new(move |_| {
        if std::mem::take(&mut once) {
            // written while the second refusal is on its way, on the document of the first
            engine.call("edit_person", json!({ "id": person, "edit": { "nickname": "老陈" } })).unwrap();
        }
        false
    })));
    ana.sync();
    ana.sync();
    assert_eq!(verdict_words(&w, ana)[6..], ["quarantined mirror", "accepted"]);
    assert_eq!(tray(ana).len(), 2);
    w.sync_all();
    assert_eq!(w.office().person("1-2-101", "陈伟")["nickname"], "老陈");
}

#[test]
fn the_answer_to_a_refusal_may_be_lost_or_cut_and_the_power_may_go() {
    for (n, fault) in [Fault::LoseReply, Fault::CutAtPage(0), Fault::TwiceSecond, Fault::Late].into_iter().enumerate() {
        let w = World::ready(110 + n as u64);
        let ana = w.ana();
        a_year_against_a_date(&w);
        ana.meets(&[fault, Fault::LoseReply]);
        let _ = ana.try_sync();
        ana.kill();
        ana.edit_person("1-2-101", "陈伟", "nickname", "老陈");
        let _ = ana.try_sync();
        ana.kill();
        ana.sync();
        assert_eq!(ana.pending(), 0, "{fault:?}");
        w.sync_all();
        let p = w.office().person("1-2-101", "陈伟");
        assert_eq!(
            (p["birth_year"].clone(), p["phone"].as_str(), p["nickname"].as_str(), p["employer"].as_str()),
            (json!(1961), Some("13712340001"), Some("老陈"), Some("莲湖公交")),
            "{fault:?}: {:?}",
            verdict_words(&w, ana)
        );
        assert_eq!(tray(ana), [("edit_person".to_string(), "mirror".to_string())], "{fault:?}: {:?}", verdict_words(&w, ana));
        assert_eq!(look::difference(w.office(), ana), None, "{fault:?}");
    }
}

#[test]
fn what_is_written_while_the_refusal_is_on_its_way_is_not_lost() {
    let w = World::ready(103);
    let ana = w.ana();
    a_year_against_a_date(&w);
    let (engine, person) = (ana.engine(), ana.person("1-2-101", "陈伟")["id"].clone());
    let home = ana.at("2-1-101");
    let mut once = true;
    ana.line.set_bend(Some(Box::new(move |_| {
        if std::mem::take(&mut once) {
            engine.call("edit_person", json!({ "id": person, "edit": { "nickname": "老陈" } })).unwrap();
            engine.call("add_visit", json!({ "household": home, "outcome": "met", "note": "路上" })).unwrap();
        }
        false
    })));
    ana.sync();
    ana.sync();
    assert_eq!(ana.pending(), 0);
    w.sync_all();
    let p = w.office().person("1-2-101", "陈伟");
    assert_eq!((p["nickname"].as_str(), p["employer"].as_str()), (Some("老陈"), Some("莲湖公交")));
    assert_eq!(w.office().file("2-1-101")["visits"].as_array().unwrap().len(), 1);
    assert_eq!(tray(ana).len(), 1, "{:?}", verdict_words(&w, ana));
    assert_eq!(look::difference(w.office(), ana), None);
}

#[test]
fn a_building_that_another_office_placed_first_stays_where_it_is() {
    let w = World::ready(104);
    let (one, two) = (w.office(), w.second());
    let path = w.path().join("九号楼.csv");
    std::fs::write(&path, rosters::of_building(9, 6, "136000")).unwrap();
    one.call("import_roster", json!({ "file": path, "grid": FIRST_GRID }));
    two.call("import_roster", json!({ "file": path, "grid": SECOND_GRID }));
    two.call("add_visit", json!({ "household": two.at("9-1-101"), "outcome": "met" }));
    one.sync();
    two.sync();
    assert!(two.agrees(), "{}", two.status());
    assert_eq!(tray(two), [("make_unit".to_string(), "other_grid".to_string())]);
    w.sync_all();
    let units = two.call("list_units", json!({}));
    let nine: Vec<&Json> = units["items"].as_array().unwrap().iter().filter(|u| u["number"] == "9").collect();
    assert_eq!(nine.len(), 1);
    assert_eq!(nine[0]["parent"].as_str().unwrap(), shared_model::doc::unit_id(FIRST_GRID).to_string());
    assert_eq!(w.ana().doors().len(), 13, "the worker of the first grid has it");
    assert_eq!(w.ana().file("9-1-101")["visits"].as_array().unwrap().len(), 1, "the visit of the second office too");
    assert_eq!(look::difference(one, two), None);
}

#[test]
fn work_written_before_a_membership_ended_still_counts() {
    let w = World::ready(105);
    let ana = w.ana();
    ana.edit_person("1-1-101", "张建国", "note", "还在任时写的");
    let visit = ana.call("add_visit", json!({ "household": ana.at("1-1-101"), "outcome": "met" }))["id"].clone();
    assert!(w.server().end_membership("安然", Role::Worker, FIRST_GRID).unwrap());
    w.clock.pass_ms(3 * DAY_MS);
    ana.sync();
    assert_eq!(ana.pending(), 0);
    assert!(ana.agrees(), "{}", ana.status());
    assert!(ana.doors().is_empty(), "what is no longer hers has left her device");
    w.office().sync();
    assert_eq!(w.office().person("1-1-101", "张建国")["note"], "还在任时写的");
    assert_eq!(w.office().file("1-1-101")["visits"][0]["id"], visit);
    assert!(tray(ana).is_empty());
}

#[test]
fn work_that_arrives_long_after_a_membership_ended_is_kept_aside_and_shown() {
    let w = World::ready(106);
    let ana = w.ana();
    ana.edit_person("1-1-101", "张建国", "note", "太迟了");
    ana.edit_person("1-1-101", "张建国", "phone", "13700000007");
    ana.call("add_visit", json!({ "household": ana.at("1-1-102"), "outcome": "met" }));
    assert!(w.server().add_membership("安然", Role::Worker, FIRST_GRID, Role::Worker, SECOND_GRID).unwrap());
    assert!(w.server().end_membership("安然", Role::Worker, FIRST_GRID).unwrap());
    w.clock.pass_ms(40 * DAY_MS);
    ana.kill();
    ana.sync();
    ana.sync();
    assert_eq!(ana.pending(), 0);
    assert!(ana.agrees(), "{}", ana.status());
    assert!(ana.doors().is_empty());
    let mut held: Vec<String> = tray(ana).into_iter().map(|t| t.0).collect();
    held.sort();
    assert_eq!(held, ["add_visit", "edit_person", "edit_person"], "{:?}", verdict_words(&w, ana));
    let values = ana.call("list_tray", json!({}))["items"].to_string();
    assert!(values.contains("太迟了") && values.contains("13700000007"), "what was written can still be read: {values}");
    w.office().sync();
    assert_eq!(w.office().person("1-1-101", "张建国")["phone"], "13900000101");
    // and the new grid is hers at once
    let path = w.path().join("八号楼.csv");
    std::fs::write(&path, rosters::of_building(8, 4, "135000")).unwrap();
    w.office().call("import_roster", json!({ "file": path, "grid": SECOND_GRID }));
    w.office().sync();
    ana.sync();
    assert_eq!(ana.doors().len(), 4);
    ana.edit_person("8-1-101", &rosters::name(8, 0), "note", "新网格");
    w.sync_all();
    assert_eq!(w.office().person("8-1-101", &rosters::name(8, 0))["note"], "新网格");
}
