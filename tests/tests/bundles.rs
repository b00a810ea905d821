//! Snapshots and bundles over work that is not sent yet, pages that are cut, rows that are damaged: nothing lost, nothing resurrected.

#![allow(clippy::unwrap_used)]

use e2e::look;
use e2e::plain::SameRows;
use e2e::rosters;
use e2e::world::*;
use rusqlite::Connection;
use serde_json::{Value as Json, json};
use shared_model::wire::RowBody;
use std::collections::BTreeSet;

const HOUR_MS: i64 = 3_600_000;

/// The first worker's grid gets a building whose register bundle has several pages: long notes at many doors.
fn long_building(w: &World, doors: u32) {
    let mut text = String::from("楼号,单元,房号,姓名,与户主关系,联系电话,备注\n");
    for n in 0..doors {
        let note = format!("{n}号的事，").repeat(400);
        text.push_str(&format!("6,1,{}0{},{},户主,134000{n:05},{note}\n", n / 4 + 1, n % 4 + 1, rosters::name(6, n)));
    }
    let path = w.path().join("六号楼.csv");
    std::fs::write(&path, text).unwrap();
    w.office().call("import_roster", json!({ "file": path, "grid": FIRST_GRID }));
    w.office().sync();
}

/// Pages of bundles in the exchanges.
fn bundle_pages(tape: &[Exchange]) -> usize {
    tape.iter().filter_map(Exchange::sync_reply).flat_map(|r| r.pages).filter(|p| p.bundle_pages.is_some()).count()
}

#[test]
fn a_bundle_that_begins_again_over_unsent_work_loses_nothing_and_resurrects_nothing() {
    let w = World::new(201);
    long_building(&w, 300);
    let bo = w.bo();
    bo.line.record();
    // Bo gets the beginning of the grid, and the line breaks inside the long bundle
    bo.meets(&[Fault::CutInBundle]);
    assert!(bo.try_sync().is_err());
    bo.kill();
    let _ = bo.line.take_tape();
    let mine: Vec<(String, String)> = bo.doors().into_iter().filter(|(plate, _)| plate.starts_with("6-")).collect();
    let with_people: Vec<(String, Json)> = mine
        .iter()
        .filter_map(|(plate, id)| {
            let file = bo.call("get_household", json!({ "id": id }));
            file["persons"].as_array().unwrap().first().map(|p| (plate.clone(), p.clone()))
        })
        .take(3)
        .collect();
    assert_eq!(with_people.len(), 3, "some of the bundle is here");
    // written before the next request, and once more while its answer is on the way
    let phone = |n: usize| format!("1330000000{n}");
    for (n, (_, p)) in with_people.iter().enumerate() {
        bo.call("edit_person", json!({ "id": p["id"], "edit": { "phone": phone(n) } }));
    }
    // meanwhile the partition moves on and the old bundle is forgotten
    for (plate, p) in &with_people {
        w.office().edit_person(plate, p["name"].as_str().unwrap(), "employer", "办公室写的");
    }
    w.office().call("edit_person", json!({ "id": with_people[2].1["id"], "edit": { "note": null } }));
    for n in 0..70 {
        let plate = format!("6-1-{}0{}", n / 4 + 1, n % 4 + 1);
        w.office().edit_person(&plate, &rosters::name(6, n), "nickname", format!("新 {n}"));
    }
    w.office().sync();
    w.clock.pass_ms(25 * HOUR_MS);
    w.ana().sync();
    w.clock.pass_ms(25 * HOUR_MS);
    w.ana().edit_person("6-1-101", &rosters::name(6, 0), "marital", "10");
    w.ana().sync();
    bo.kill();
    let (engine, last) = (bo.engine(), with_people[1].1["id"].clone());
    let mut once = true;
    bo.line.set_bend(Some(Box::new(move |_| {
        if std::mem::take(&mut once) {
            engine.call("edit_person", json!({ "id": last, "edit": { "note": "在路上写的" } })).unwrap();
        }
        false
    })));
    bo.sync();
    let tape = bo.line.take_tape();
    let asked: Vec<_> = tape.iter().filter_map(Exchange::sync_request).flat_map(|r| r.cursors).filter_map(|c| c.bundle).collect();
    assert!(asked.iter().any(|b| b.page == 1), "it asked for the second page");
    let first = tape.iter().filter_map(Exchange::sync_reply).flat_map(|r| r.pages).find(|p| p.bundle_pages.is_some()).unwrap();
    assert_eq!(first.cursor.bundle.as_ref().map(|b| b.page), Some(1), "and got the first of a newer bundle: {:?}", first.cursor);
    bo.sync();
    assert_eq!(bo.pending(), 0);
    w.sync_all();
    for d in [w.office(), bo, w.ana()] {
        for (n, (plate, p)) in with_people.iter().enumerate() {
            let now = d.person(plate, p["name"].as_str().unwrap());
            assert_eq!((now["phone"].as_str(), now["employer"].as_str()), (Some(phone(n).as_str()), Some("办公室写的")), "{}", d.name);
        }
        assert_eq!(d.person(&with_people[1].0, with_people[1].1["name"].as_str().unwrap())["note"], "在路上写的");
        assert_eq!(d.person(&with_people[2].0, with_people[2].1["name"].as_str().unwrap())["note"], Json::Null, "cleared stays cleared");
        assert!(d.conflicts().is_empty(), "{}: {:?}", d.name, d.conflicts());
    }
    assert_eq!(look::difference(w.office(), bo), None);
    assert_eq!(look::difference_to(bo, &w.ledger()), None);
}

/// Bends the newest archived change of a person in the server's database; gives back what was there.
fn damage(w: &World, person: &str) -> (i64, Vec<u8>) {
    let id: uuid::Uuid = person.parse().unwrap();
    let db = Connection::open(w.server_dir().join("server.db")).unwrap();
    let (row, bytes): (i64, Vec<u8>) = db
        .query_row(
            "select a.id, a.bytes from archive a join document d on d.id = a.document where d.record = ?1 order by a.id desc limit 1",
            [id],
            |r| Ok((r.get(0)?, r.get(1)?)),
        )
        .unwrap();
    let mut bent = bytes.clone();
    let at = bent.len() / 2;
    bent[at] ^= 0x40;
    bent.truncate(bytes.len() - 3);
    db.execute("update archive set bytes = ?2 where id = ?1", rusqlite::params![row, bent]).unwrap();
    (row, bytes)
}

fn mend(server: &std::path::Path, (row, bytes): (i64, Vec<u8>)) {
    let db = Connection::open(server.join("server.db")).unwrap();
    db.execute("update archive set bytes = ?2 where id = ?1", rusqlite::params![row, bytes]).unwrap();
}

#[test]
fn a_damaged_row_is_refused_alone_and_its_document_is_fetched_again() {
    let w = World::ready(202);
    let (ana, office) = (w.ana(), w.office());
    office.edit_person("1-1-101", "张建国", "note", "行坏之前");
    office.edit_person("1-1-102", "王强", "note", "同一页的另一行");
    office.sync();
    let hurt = office.person("1-1-101", "张建国")["id"].as_str().unwrap().to_string();
    let kept = damage(&w, &hurt);
    ana.line.record();
    // an unsent edit of the same person lies under the snapshot that is to come
    let (engine, id, server) = (ana.engine(), hurt.clone(), w.server_dir());
    let mut kept = Some(kept);
    ana.line.set_bend(Some(Box::new(move |_| {
        if let Some(kept) = kept.take() {
            mend(&server, kept);
            engine.call("edit_person", json!({ "id": id, "edit": { "phone": "13612340001" } })).unwrap();
        }
        false
    })));
    let first = ana.sync();
    assert_eq!(first["agreed"], json!(true), "the same sync asks for the document and joins it");
    assert_eq!(ana.person("1-1-102", "王强")["note"], "同一页的另一行", "the page's other rows are here");
    assert_eq!(ana.person("1-1-101", "张建国")["note"], "行坏之前");
    // once more in flight, so that the snapshot finds work that is not even pushed
    let (engine, id) = (ana.engine(), hurt.clone());
    let mut once = true;
    ana.line.set_bend(Some(Box::new(move |_| {
        if std::mem::take(&mut once) {
            engine.call("edit_person", json!({ "id": id, "edit": { "nickname": "张师傅" } })).unwrap();
        }
        false
    })));
    ana.sync();
    let tape = ana.line.take_tape();
    let asked: Vec<_> = tape.iter().filter_map(Exchange::sync_request).flat_map(|r| r.want).collect();
    assert!(!asked.is_empty() && asked.iter().all(|d| d.record.to_string() == hurt), "{asked:?}");
    let rows = tape.iter().filter_map(Exchange::sync_reply).flat_map(|r| r.pages).flat_map(|p| p.rows);
    assert!(rows.filter(|r| matches!(&r.body, RowBody::Snapshot { .. })).count() > 0, "it came as a snapshot");
    ana.sync();
    assert!(ana.agrees(), "{}", ana.status());
    w.sync_all();
    for d in [office, ana, w.bo()] {
        let p = d.person("1-1-101", "张建国");
        assert_eq!(
            (p["note"].as_str(), p["phone"].as_str(), p["nickname"].as_str()),
            (Some("行坏之前"), Some("13612340001"), Some("张师傅")),
            "{}",
            d.name
        );
    }
    assert!(w.office().conflicts().is_empty());
    let asked = ana.line.take_tape().iter().filter_map(Exchange::sync_request).flat_map(|r| r.want).count();
    assert_eq!(asked, 0, "what came is no longer wanted");
}

#[test]
fn a_first_sync_of_a_large_partition_comes_as_a_bundle_and_agrees() {
    let w = World::new(203);
    long_building(&w, 90);
    let ana = w.ana();
    ana.line.record();
    let report = ana.sync();
    assert!(ana.agrees());
    assert!(bundle_pages(&ana.line.take_tape()) > 0, "{report}");
    assert_eq!(ana.doors().len(), 97);
    w.office().edit_person("6-1-101", &rosters::name(6, 0), "note", "之后");
    w.office().sync();
    ana.sync();
    assert_eq!(bundle_pages(&ana.line.take_tape()), 0, "the tail follows as rows");
    assert!(ana.agrees());
    assert_eq!(look::difference(w.office(), ana), None);
}

#[test]
fn a_first_sync_leaves_the_rows_that_come_one_by_one() {
    let mut w = World::ready(211);
    long_building(&w, 40);
    let (office, ana) = (w.office(), w.ana());
    ana.sync();
    ana.edit_person("1-1-101", "张建国", "phone", "13911110000");
    office.edit_person("1-1-101", "张建国", "phone", "13922220000");
    ana.edit_person("1-1-102", "王强", "nickname", "Ｋ强 二");
    ana.call("add_visit", json!({ "household": ana.at("1-1-101"), "outcome": "met", "note": "好" }));
    ana.call("add_visit", json!({ "household": ana.at("1-1-102"), "outcome": "absent" }));
    ana.call("edit_household", json!({ "id": ana.at("6-1-101"), "edit": { "tier": "red", "tag/独居": true } }));
    w.sync_all();
    w.sync_all();
    let late = w.enrol("晚来的", shared_model::Role::Worker, FIRST_GRID);
    w.devices[late].sync();
    w.sync_all();
    let (early, late) = (SameRows::read(&w.ana().home()), SameRows::read(&w.devices[late].home()));
    for table in ["unit", "household", "person", "visit", "conflict", "due"] {
        assert_eq!(early.table(table), late.table(table), "{table}");
        assert!(!late.table(table).is_empty(), "{table}");
    }
    // and what derives from rows is what they say when it is made anew
    w.ana().engine().reproject().unwrap();
    let anew = SameRows::read(&w.ana().home());
    for table in ["household", "person", "due"] {
        assert_eq!(anew.table(table), late.table(table), "{table}");
    }
}

#[test]
fn a_bundle_that_grows_between_two_of_its_pages_comes_whole() {
    let w = World::new(204);
    long_building(&w, 300);
    let (office, bo) = (w.office(), w.bo());
    bo.line.record();
    bo.meets(&[Fault::CutInBundle]);
    assert!(bo.try_sync().is_err());
    assert!(bundle_pages(&bo.line.take_tape()) > 1, "the bundle has several pages, and the first of them is here");
    // what is shorter now moves everything behind it to another page
    let people: Vec<(String, String)> = office.doors().into_iter().filter(|(plate, _)| plate.starts_with("6-")).take(60).collect();
    for (_, id) in &people {
        let file = office.call("get_household", json!({ "id": id }));
        for person in file["persons"].as_array().unwrap() {
            office.call("edit_person", json!({ "id": person["id"], "edit": { "note": "短" } }));
        }
    }
    office.sync();
    bo.sync();
    assert!(bo.agrees(), "{}", bo.status());
    assert_eq!(bo.line.take_compared(), 0, "it came whole, and nothing had to be mended");
    assert_eq!(look::difference_within(bo, office), None);
}

#[test]
fn of_many_pages_those_before_a_forged_one_stay_and_none_behind_it() {
    let w = World::new(209);
    let file = w.path().join("许多楼.csv");
    std::fs::write(&file, rosters::of_grid(600)).unwrap();
    w.office().call("import_roster", json!({ "file": file, "grid": FIRST_GRID }));
    w.office().sync();
    let bo = w.bo();
    for forged in [0, 9] {
        bo.line.record();
        bo.meets(&[Fault::CutAtPage(forged)]);
        assert_eq!(bo.try_sync().unwrap_err().code, "server_error");
        let answer = bo.line.take_tape().iter().find_map(Exchange::sync_reply).unwrap();
        assert!(answer.pages.len() > forged + 4, "{} pages", answer.pages.len());
        bo.line.record();
        bo.meets(&[Fault::CutAtPage(0)]);
        assert!(bo.try_sync().is_err());
        let asked = bo.line.take_tape().iter().find_map(Exchange::sync_request).unwrap();
        let there = |c: &shared_model::wire::Cursor| (c.unit, c.class as u8, c.seq);
        let came: BTreeSet<_> = answer.pages[..forged].iter().map(|p| there(&p.cursor)).collect();
        assert_eq!(asked.cursors.iter().map(there).collect::<BTreeSet<_>>(), came, "{forged}");
    }
    bo.sync();
    assert!(bo.agrees());
}
