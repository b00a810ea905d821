//! The losses that other field programs are known for, each told as a story that must end well here. Two offline edits of one field and a
//! form that is saved after a merge stand in `stories.rs`; a grid handed to somebody else, tree and terms, in `handover.rs`.

#![allow(clippy::unwrap_used)]

use e2e::look;
use e2e::world::*;
use serde_json::{Value as Json, json};
use shared_model::Role;

#[test]
fn a_household_handed_to_another_worker_with_visits_unsent_loses_nothing_and_both_are_told() {
    let mut w = World::ready(301);
    // Ana knocks, learns and reports, far from any network
    w.ana().line.set_offline(true);
    let home = w.ana().at("1-2-101");
    let visit = w.ana().call("add_visit", json!({ "household": home, "outcome": "met", "note": "水管漏" }))["id"].clone();
    w.ana().edit_person("1-2-101", "陈伟", "phone", "13712340001");
    let case = w.ana().call("add_case", json!({ "matter": "01016", "title": "水管漏水", "household": home }))["id"].clone();
    // meanwhile her grid goes to somebody new
    let heir = w.enrol("接手人", Role::Worker, FIRST_GRID);
    assert!(w.server().end_membership("安然", Role::Worker, FIRST_GRID).unwrap());
    w.devices[heir].sync();
    assert!(w.devices[heir].agrees());
    // her phone comes back: what she wrote while it was hers counts
    w.ana().line.set_offline(false);
    let report = w.ana().sync();
    assert_eq!((&report["refused"], w.ana().pending()), (&json!(0), 0), "{report}");
    w.devices[heir].sync();
    let there = &w.devices[heir];
    assert!(there.file("1-2-101")["visits"].as_array().unwrap().iter().any(|v| v["id"] == visit && v["by"] == "安然"));
    assert_eq!(there.person("1-2-101", "陈伟")["phone"], "13712340001");
    assert_eq!(there.call("get_case", json!({ "id": case }))["case"]["title"], "水管漏水");
    // and her phone says that the grid is no longer hers, instead of showing it as it was
    assert!(w.ana().doors().is_empty());
    assert_eq!(w.ana().call("whoami", json!({}))["roles"], json!([]));
    assert!(w.ana().agrees(), "{}", w.ana().status());
}

#[test]
fn somebody_moves_away_while_another_edits_them_and_both_stay_visible() {
    let w = World::ready(302);
    let person = w.ana().person("1-1-101", "张建国")["id"].clone();
    w.ana().call("move_person", json!({ "id": person, "reason": "搬走" }));
    w.bo().call("edit_person", json!({ "id": person, "edit": { "phone": "13822220002", "note": "夜里才在家" } }));
    w.ana().sync();
    w.bo().sync();
    w.sync_all();
    for d in [w.office(), w.second(), w.ana(), w.bo()] {
        let p = d.person("1-1-101", "张建国");
        assert!(p["ended"].is_string(), "{}: the move is kept: {p}", d.name);
        assert_eq!((&p["phone"], &p["note"]), (&json!("13822220002"), &json!("夜里才在家")), "{}: the edit is kept", d.name);
    }
    assert_eq!(look::difference(w.office(), w.ana()), None);
}

#[test]
fn one_record_that_is_refused_holds_up_no_other() {
    let w = World::ready(303);
    w.office().edit_person("1-2-101", "陈伟", "birth_date", "1961-05-04");
    w.office().sync();
    let ana = w.ana();
    let doors: Vec<String> = ana.doors().into_values().collect();
    let visit = |door: &String| ana.call("add_visit", json!({ "household": door, "outcome": "met" }))["id"].clone();
    let mut visits: Vec<Json> = doors.iter().take(3).map(visit).collect();
    ana.edit_person("1-2-101", "陈伟", "birth_year", 1960); // no longer allowed apart from the date
    visits.extend(doors.iter().skip(3).map(visit));
    let report = ana.sync();
    assert_eq!((&report["refused"], ana.pending()), (&json!(1), 0), "{report}");
    assert_eq!(ana.call("list_tray", json!({}))["items"].as_array().unwrap().len(), 1);
    w.office().sync();
    let at_office = |id: &Json| {
        doors
            .iter()
            .any(|d| w.office().call("get_household", json!({ "id": d }))["visits"].as_array().unwrap().iter().any(|v| v["id"] == *id))
    };
    assert!(visits.iter().all(at_office), "every other visit is there");
}

#[test]
fn synced_is_said_only_when_it_was_proved() {
    let w = World::ready(304);
    let ana = w.ana();
    assert!(ana.agrees());
    // something unsent
    ana.edit_person("1-1-101", "张建国", "phone", "13800000001");
    assert!(!ana.agrees() && ana.pending() == 1);
    // the request is lost, the answer is lost, the answer is rubbish, a page is cut
    w.office().edit_person("1-2-101", "陈伟", "phone", "13800000002");
    w.office().sync();
    for fault in [Fault::LoseRequest, Fault::LoseReply, Fault::Rubbish, Fault::CutAtPage(0)] {
        ana.edit_person("1-1-101", "张建国", "note", format!("{fault:?}"));
        let out = ana.meets(&[fault]).try_sync();
        assert!(out.as_ref().map_or(true, |r| r["agreed"] == json!(false)), "{fault:?}: {out:?}");
        assert!(!ana.agrees(), "{fault:?}: {}", ana.status());
    }
    ana.sync();
    assert!(ana.agrees());
    // a digest that is not ours: the server says that it holds something else
    let ana_line = &ana.line;
    ana_line.set_bend(Some(Box::new(|reply| {
        for d in &mut reply.digests {
            d.digest[15] ^= 1;
        }
        true
    })));
    let report = ana.sync();
    ana_line.set_bend(None);
    assert_eq!((&report["agreed"], ana.agrees()), (&json!(false), false), "{report}");
    ana.sync();
    assert!(ana.agrees());
}
