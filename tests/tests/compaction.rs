//! Compaction as stories: a phone that was away for a year, with work on it; a phone in the middle of a bundle when the log is compacted
//! and a person erased.

#![allow(clippy::unwrap_used)]

use e2e::look;
use e2e::scan::columns_with;
use e2e::world::*;
use serde_json::json;

const DAY_MS: i64 = 24 * 3_600_000;

fn all_equal(w: &World) {
    w.sync_all();
    let ledger = w.ledger();
    for d in &w.devices {
        assert_eq!(look::difference_to(d, &ledger), None, "{}", d.name);
    }
    assert_eq!(look::difference(w.office(), w.second()), None);
    assert_eq!(look::difference(w.ana(), w.bo()), None);
}

/// Many edits, so that there is something to compact.
fn a_busy_time(w: &World, mark: &str) {
    for n in 0..20 {
        w.ana().edit_person("2-1-101", "刘洋", "note", format!("{mark} {n}"));
    }
    w.ana().sync();
}

#[test]
fn a_phone_back_after_a_year_merges_what_it_wrote() {
    let w = World::ready(401);
    let (office, ana, bo) = (w.office(), w.ana(), w.bo());
    bo.line.set_offline(true);
    bo.edit_person("1-1-101", "张建国", "phone", "13711110000");
    bo.call("add_visit", json!({ "household": bo.at("2-1-201"), "outcome": "met", "note": "一年前问的" }));
    bo.edit_person("1-2-101", "陈伟", "employer", "公交公司");
    ana.edit_person("1-1-101", "张建国", "phone", "13722220000");
    let chen = office.person("1-2-101", "陈伟")["id"].clone();
    office.call("erase", json!({ "record": chen, "reason": "asked", "confirm": true }));
    office.sync();
    for month in 0..12 {
        a_busy_time(&w, &format!("第 {month} 个月"));
        w.clock.pass_ms(31 * DAY_MS);
        // whoever is at work makes contact before reading
        office.sync();
        ana.sync();
        assert!(w.server().compact(30 * DAY_MS).unwrap() > 0);
    }
    bo.line.set_offline(false);
    bo.line.record();
    w.sync_all();
    let bundles =
        bo.line.take_tape().iter().filter_map(Exchange::sync_reply).flat_map(|r| r.pages).filter(|p| p.bundle_pages.is_some()).count();
    assert!(bundles > 0, "its rows have left the log");
    for d in [office, ana, bo] {
        assert_eq!(d.conflicts()["张建国 phone"], ["13711110000", "13722220000"], "{}", d.name);
        assert_eq!(d.file("2-1-201")["visits"][0]["note"], "一年前问的", "{}", d.name);
        assert_eq!(columns_with(d, "陈伟"), Vec::<String>::new(), "{}: only a purge row tells what is gone", d.name);
        assert_eq!(columns_with(d, "公交公司"), Vec::<String>::new(), "{}", d.name);
    }
    all_equal(&w);
}

#[test]
fn a_bundle_that_an_erasure_ended_begins_again_and_nothing_erased_stays() {
    let w = World::new(402);
    let mut text = String::from("楼号,单元,房号,姓名,与户主关系,联系电话,备注\n");
    for n in 0..300 {
        let note = format!("{n}号的事，").repeat(400);
        text.push_str(&format!("6,1,{}0{},{},户主,134000{n:05},{note}\n", n / 4 + 1, n % 4 + 1, e2e::rosters::name(6, n)));
    }
    let path = w.path().join("六号楼.csv");
    std::fs::write(&path, text).unwrap();
    w.office().call("import_roster", json!({ "file": path, "grid": FIRST_GRID }));
    w.office().sync();
    w.clock.pass_ms(40 * DAY_MS);
    w.server().compact(30 * DAY_MS).unwrap();
    let bo = w.bo();
    bo.meets(&[Fault::CutInBundle]);
    assert!(bo.try_sync().is_err());
    let here = bo.doors().into_iter().filter(|(plate, _)| plate.starts_with("6-")).find_map(|(plate, id)| {
        let file = bo.call("get_household", json!({ "id": id }));
        file["persons"].as_array().unwrap().first().map(|p| (plate, p.clone()))
    });
    let (plate, person) = here.expect("some of the bundle is here");
    let phone = person["phone"].as_str().unwrap();
    assert!(!columns_with(bo, phone).is_empty());
    bo.edit_person(&plate, person["name"].as_str().unwrap(), "nickname", "还没传的称呼");
    w.office().call("erase", json!({ "record": person["id"], "reason": "asked", "confirm": true }));
    w.office().sync();
    w.server().compact(0).unwrap();
    bo.kill();
    w.sync_all();
    for d in [w.office(), w.ana(), bo] {
        assert_eq!(columns_with(d, phone), Vec::<String>::new(), "{}", d.name);
        assert_eq!(columns_with(d, "还没传的称呼"), Vec::<String>::new(), "{}", d.name);
        assert_eq!(d.doors().len(), 307, "{}", d.name);
    }
    all_equal(&w);
}
