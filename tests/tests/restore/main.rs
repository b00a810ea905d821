//! The server was set back: to a backup, declared, or by a folder that somebody copied back. What any device holds as a row is back after
//! each has synced once; what was refused, erased or stopped stays so; until then nobody is told that all agree.

#![allow(clippy::unwrap_used)]

use e2e::look;
use e2e::rosters;
use e2e::world::*;
use serde_json::{Value as Json, json};
use shared_model::Role;
use shared_model::devices::RevokeReason;
use shared_model::wire::Verdict;
use std::collections::BTreeMap;
use std::path::PathBuf;

mod disk;
mod erased;

const DAY_MS: i64 = 24 * 3_600_000;

/// A world, and a backup of how its story begins.
fn backed_up(seed: u64) -> (World, PathBuf) {
    let w = World::ready(seed);
    let backup = w.back_up();
    (w, backup)
}

/// A world in which `write` was said on the first day and is held by no device as a command or a page any more, because a backup of the second
/// day holds it; and the backup of before, which is all that is left of them.
fn let_go(seed: u64, write: impl FnOnce(&World)) -> (World, PathBuf) {
    let (w, old) = backed_up(seed);
    w.sync_all();
    w.clock.pass_ms(DAY_MS);
    write(&w);
    w.sync_all();
    w.clock.pass_ms(DAY_MS);
    w.back_up();
    w.sync_all();
    (w, old)
}

/// Everybody syncs once; then the server has everything that any of them holds.
fn one_round(w: &World) {
    for d in &w.devices {
        d.sync();
        assert!(d.agrees(), "{} after one sync: {}", d.name, d.status());
    }
    w.nothing_wrong();
}

/// What the office shows of everything, which is all there is.
fn all(w: &World) -> BTreeMap<String, Json> {
    look::everything(w.office(), true)
}

/// A day of work of everybody, each on what the others wrote.
fn a_day(w: &World, day: i64) {
    w.clock.pass_ms(DAY_MS);
    let (office, ana, bo) = (w.office(), w.ana(), w.bo());
    for turn in 0..3 {
        ana.edit_person("1-1-101", "张建国", "note", format!("安然 {day} {turn}"));
        ana.sync();
        bo.sync();
        bo.edit_person("1-1-101", "张建国", "note", format!("薄云 {day} {turn}"));
        bo.edit_person("1-2-101", "陈伟", "phone", format!("1371234{day:02}{turn:02}"));
        bo.sync();
        office.sync();
        office.edit_person("1-1-101", "张建国", "employer", format!("单位 {day} {turn}"));
        office.sync();
        ana.sync();
    }
    ana.call("add_visit", json!({ "household": ana.at("1-1-102"), "outcome": "met", "note": format!("第 {day} 天") }));
    w.head().call("add_case", json!({ "matter": "01016", "title": format!("灯坏了 {day}"), "building": first_building() }));
    w.sync_all();
}

fn tray(d: &Device) -> Vec<String> {
    d.call("list_tray", json!({}))["items"].as_array().unwrap().iter().map(|i| i["reason"].as_str().unwrap().to_string()).collect()
}

#[test]
fn a_day_old_backup_loses_nothing_that_any_device_holds_as_a_row() {
    let w = World::ready(401);
    a_day(&w, 1);
    let backup = w.back_up();
    w.sync_all();
    a_day(&w, 2);
    // written and not sent when the server goes down
    w.ana().call("add_visit", json!({ "household": w.ana().at("2-1-101"), "outcome": "met", "note": "还没传的" }));
    let (before, held) = (all(&w), w.office().status()["held"].clone());
    assert_eq!(w.restore(&backup), 2);
    one_round(&w);
    w.sync_all();
    let after = all(&w);
    for (key, was) in before.iter().filter(|(key, _)| !key.contains("2-1-101")) {
        assert_eq!(after.get(key), Some(was), "{key}");
    }
    assert_eq!(w.office().file("2-1-101")["visits"].as_array().unwrap().len(), 1, "what was not sent yet as well");
    assert_eq!(w.office().person("1-1-101", "张建国")["note"], "薄云 2 2");
    assert_eq!(w.office().file("1-1-102")["visits"].as_array().unwrap().len(), 2);
    for d in [w.ana(), w.bo()] {
        assert_eq!(look::difference(w.office(), d), None);
        assert!(tray(d).is_empty(), "{:?}", tray(d));
    }
    assert_eq!(look::difference_to(w.ana(), &w.ledger()), None);
    assert_eq!(w.office().status()["held"], held, "nothing had to be proposed");
    w.ana().edit_person("1-1-101", "张建国", "note", "照常");
    w.sync_all();
}

#[test]
fn a_phone_whose_clock_is_years_wrong_lets_go_of_nothing_before_its_time() {
    for wrong_years in [3, -3] {
        let w = World::ready(430);
        let ana = w.ana();
        let copy = w.copy_server("copy");
        w.office().edit_person("1-1-101", "张建国", "note", "她收到的");
        w.office().sync();
        // only she has it: nobody else syncs before the server is set back
        ana.env.set_wrong_by_ms(wrong_years * 365 * DAY_MS);
        ana.call("add_visit", json!({ "household": ana.at("1-1-102"), "outcome": "met", "note": "钟不准的那天" }));
        ana.sync();
        ana.sync();
        ana.env.set_wrong_by_ms(0);
        ana.sync();
        w.put_back(&copy);
        ana.sync();
        w.sync_all();
        w.sync_all();
        assert!(w.office().file("1-1-102")["visits"].to_string().contains("钟不准的那天"), "{wrong_years}");
        assert_eq!(w.office().person("1-1-101", "张建国")["note"], "她收到的");
        w.nothing_wrong();
    }
}

#[test]
fn a_folder_copied_back_is_found_out_and_filled_again() {
    let w = World::ready(402);
    a_day(&w, 1);
    let copy = w.copy_server("copy");
    a_day(&w, 2);
    let before = all(&w);
    w.put_back(&copy);
    one_round(&w);
    w.sync_all();
    assert_eq!(all(&w), before);
    assert_eq!(look::difference(w.office(), w.bo()), None);
    assert_eq!(look::difference_to(w.ana(), &w.ledger()), None);
}

#[test]
fn a_folder_copied_back_twice_in_a_day_is_filled_twice() {
    let (w, backup) = backed_up(403);
    let copy = w.copy_server("copy");
    a_day(&w, 1);
    w.put_back(&copy);
    one_round(&w);
    w.ana().edit_person("1-1-102", "王强", "note", "在第二期");
    w.sync_all();
    let before = all(&w);
    w.put_back(&copy);
    one_round(&w);
    w.sync_all();
    assert_eq!(all(&w), before);
    assert!(w.restore(&backup) > 3, "no number twice");
    one_round(&w);
    w.sync_all();
    assert_eq!(all(&w), before, "and from a backup older than both");
}

#[test]
fn the_authors_device_is_lost_and_a_reader_brings_its_rows_with_author_and_time() {
    let (w, backup) = backed_up(404);
    w.clock.pass_ms(DAY_MS);
    w.ana().edit_person("1-1-101", "张建国", "note", "只有薄云还有");
    w.ana().sync();
    w.bo().sync();
    let person = w.bo().person("1-1-101", "张建国")["id"].clone();
    let history = |d: &Device| d.call("get_history", json!({ "record": person, "key": "note" }))["items"].clone();
    let before = history(w.bo());
    assert!(before.to_string().contains("安然"));
    w.restore(&backup);
    w.ana().line.set_offline(true);
    w.clock.pass_ms(DAY_MS);
    w.bo().sync();
    assert!(w.bo().agrees(), "{}", w.bo().status());
    w.office().sync();
    assert_eq!(w.office().person("1-1-101", "张建国")["note"], "只有薄云还有");
    assert_eq!(history(w.office())[0], before[0], "who and when are as they were");
    // and when the author comes after all, nothing happens twice
    w.ana().line.set_offline(false);
    w.sync_all();
    assert!(w.office().conflicts().is_empty());
    let of_ana = w.ledger();
    assert!(of_ana.of(w.ana().id()).values().all(|v| matches!(v, Verdict::Accepted { .. })));
}

#[test]
fn what_was_refused_is_filed_again_and_not_judged_anew() {
    let (w, backup) = backed_up(405);
    w.office().edit_person("1-2-101", "陈伟", "birth_date", "1961-05-04");
    w.office().sync();
    w.ana().edit_person("1-2-101", "陈伟", "birth_year", 1960);
    w.ana().edit_person("1-2-101", "陈伟", "phone", "13712340001");
    w.ana().sync();
    assert_eq!(tray(w.ana()), ["mirror"]);
    w.restore(&backup);
    // the office, whose date made the year wrong, comes last: judged anew the year would pass
    w.ana().sync();
    w.sync_all();
    assert_eq!(tray(w.ana()), ["mirror"]);
    let ledger = w.ledger();
    let verdicts = ledger.of(w.ana().id());
    assert_eq!(verdicts[&1], &Verdict::Quarantined { reason: "mirror".into() });
    assert!(matches!(verdicts[&2], Verdict::Superseded { by: 1 }) && matches!(verdicts[&3], Verdict::Accepted { .. }));
    let p = w.office().person("1-2-101", "陈伟");
    assert_eq!((p["birth_year"].clone(), p["phone"].as_str()), (json!(1961), Some("13712340001")));
}

#[test]
fn a_stopped_device_stays_stopped() {
    let (w, backup) = backed_up(406);
    w.server().revoke(&w.bo().id(), RevokeReason::Left).unwrap();
    w.restore(&backup);
    assert_eq!(w.bo().try_sync().unwrap_err().code, "revoked");
}

#[test]
fn a_stopped_device_gives_back_what_the_server_lost_before_it_is_wiped() {
    let (w, backup) = backed_up(420);
    w.bo().edit_person("1-1-102", "王强", "note", "只有薄云有");
    w.bo().sync();
    w.server().revoke(&w.bo().id(), RevokeReason::Left).unwrap();
    w.restore(&backup);
    assert_eq!(w.bo().try_sync().unwrap_err().code, "revoked");
    w.office().sync();
    assert_eq!(w.office().person("1-1-102", "王强")["note"], "只有薄云有");
    assert_eq!(w.bo().call("whoami", json!({}))["enrolled"], json!(false), "and then it is wiped");
}

#[test]
fn a_bundle_in_the_middle_of_coming_begins_anew() {
    let w = World::new(407);
    let path = w.path().join("六号楼.csv");
    let mut text = String::from("楼号,单元,房号,姓名,与户主关系,联系电话,备注\n");
    for n in 0..300 {
        let note = format!("{n}号的事，").repeat(400);
        text.push_str(&format!("6,1,{}0{},{},户主,134000{n:05},{note}\n", n / 4 + 1, n % 4 + 1, rosters::name(6, n)));
    }
    std::fs::write(&path, text).unwrap();
    w.office().call("import_roster", json!({ "file": path, "grid": FIRST_GRID }));
    w.office().sync();
    let backup = w.back_up();
    w.bo().meets(&[Fault::CutInBundle]);
    assert!(w.bo().try_sync().is_err());
    w.restore(&backup);
    w.bo().sync();
    w.sync_all();
    assert_eq!(look::difference(w.office(), w.bo()), None);
}

#[test]
fn commands_and_pages_are_let_go_only_when_a_backup_holds_them() {
    let w = World::ready(408);
    let kept = |d: &Device| -> (u64, u64) {
        let s = d.status();
        (s["kept_pages"].as_u64().unwrap(), s["kept_commands"].as_u64().unwrap())
    };
    w.ana().edit_person("1-1-101", "张建国", "note", "一");
    w.sync_all();
    let (pages, commands) = kept(w.ana());
    assert!(pages > 0 && commands == 1);
    w.clock.pass_ms(DAY_MS);
    w.back_up();
    w.sync_all();
    assert_eq!(kept(w.ana()), (0, 0), "the backup holds it all");
    w.ana().edit_person("1-1-101", "张建国", "note", "二");
    w.sync_all();
    assert_eq!(kept(w.ana()).1, 1);
    w.clock.pass_ms(40 * DAY_MS);
    w.sync_all();
    assert_eq!(kept(w.ana()).1, 1, "age alone is no reason while backups are made");
}

#[test]
fn nobody_is_told_that_all_agree_while_something_is_on_its_way_back() {
    let (w, backup) = backed_up(409);
    a_day(&w, 1);
    w.restore(&backup);
    // the epoch is heard of, and the line breaks before anything is given back
    w.ana().meets(&[Fault::None, Fault::LoseRequest]);
    assert!(w.ana().try_sync().is_err());
    let status = w.ana().status();
    assert_eq!((status["agreed"].clone(), status["set_back"].clone()), (json!(false), json!(true)), "{status}");
    w.ana().kill();
    assert_eq!(w.ana().status()["set_back"], json!(true));
    one_round(&w);
    assert_eq!(w.ana().status()["set_back"], json!(false));
}

#[test]
fn an_answer_that_is_lost_while_giving_back_changes_nothing() {
    let (w, backup) = backed_up(410);
    a_day(&w, 1);
    let before = all(&w);
    w.restore(&backup);
    for d in &w.devices {
        d.meets(&[Fault::None, Fault::LoseReply]);
        let _ = d.try_sync();
        d.kill();
        d.meets(&[Fault::LoseReply]);
        let _ = d.try_sync();
    }
    w.sync_all();
    assert_eq!(all(&w), before);
}

#[test]
fn a_membership_and_a_building_made_after_the_backup_come_back_with_their_rows() {
    let (w, backup) = backed_up(411);
    let path = w.path().join("八号楼.csv");
    std::fs::write(&path, rosters::of_building(8, 4, "135000")).unwrap();
    w.office().call("import_roster", json!({ "file": path, "grid": FIRST_GRID }));
    w.sync_all();
    assert!(w.server().add_membership("安然", Role::Worker, FIRST_GRID, Role::Worker, SECOND_GRID).unwrap());
    w.sync_all();
    let before = all(&w);
    w.restore(&backup);
    w.bo().sync();
    w.office().sync();
    w.sync_all();
    assert_eq!(all(&w), before);
    assert_eq!(w.ana().doors().len(), w.bo().doors().len());
}

#[test]
fn a_device_enrolled_after_the_backup_keeps_everything_and_is_confirmed_again() {
    let (mut w, backup) = backed_up(418);
    w.clock.pass_ms(DAY_MS);
    let place = w.enrol("新来的", Role::Worker, FIRST_GRID);
    w.devices[place].sync();
    w.devices[place].edit_person("1-1-102", "王强", "note", "新来的写了");
    w.devices[place].sync();
    w.devices[place].call("add_visit", json!({ "household": w.devices[place].at("1-1-101"), "outcome": "met", "note": "还没传的" }));
    w.restore(&backup);
    let new = &w.devices[place];
    assert_eq!(new.try_sync().unwrap_err().code, "unconfirmed");
    let digits = new.status()["confirm_again"].as_str().unwrap().to_string();
    assert_eq!(digits.len(), 6);
    assert_eq!(new.call("whoami", json!({}))["confirmed"], json!(true), "it goes on with what it holds");
    assert_eq!(new.person("1-1-102", "王强")["note"], "新来的写了");
    assert_eq!(new.pending(), 1);
    w.office().sync();
    let id = new.id().to_string();
    let devices = w.office().call("list_devices", json!({}));
    let item = devices["items"].as_array().unwrap().iter().find(|d| d["id"] == json!(id)).cloned().unwrap();
    assert_eq!((item["state"].as_str(), item["digits"].as_str()), (Some("unconfirmed"), Some(digits.as_str())), "{item}");
    w.office().call("confirm_device", json!({ "device": id, "digits": digits }));
    w.office().sync();
    w.devices[place].sync();
    w.sync_all();
    let new = &w.devices[place];
    assert_eq!(new.status()["confirm_again"], Json::Null);
    assert!(tray(new).is_empty(), "{:?}", tray(new));
    assert_eq!(w.office().person("1-1-102", "王强")["note"], "新来的写了");
    assert_eq!(w.office().file("1-1-101")["visits"].as_array().unwrap().len(), 1);
    assert_eq!(look::difference(w.ana(), new), None);
    let names = w.office().call("list_devices", json!({}));
    assert!(names["items"].as_array().unwrap().iter().any(|d| d["id"] == json!(id) && d["name"] == "新来的"), "{names}");
}

#[test]
fn a_device_enrolled_and_stopped_after_the_backup_stays_stopped() {
    let (mut w, backup) = backed_up(419);
    let place = w.enrol("新来的", Role::Worker, FIRST_GRID);
    w.devices[place].sync();
    w.devices[place].edit_person("1-1-102", "王强", "note", "最后一句");
    let id = w.devices[place].id();
    w.server().revoke(&id, RevokeReason::Left).unwrap();
    w.restore(&backup);
    assert_eq!(w.devices[place].try_sync().unwrap_err().code, "revoked");
    w.office().sync();
    let refused = w.office().call("list_refused", json!({}));
    assert!(refused.to_string().contains("最后一句"), "what it had is kept aside: {refused}");
}

#[test]
fn values_that_only_registers_hold_are_proposed_to_the_office() {
    let (w, old) = let_go(432, |w| {
        w.ana().edit_person("1-1-101", "张建国", "note", "只在登记里");
        w.ana().edit_person("1-1-102", "王强", "employer", "电厂");
    });
    let before = w.office().call("list_held", json!({}))["total"].as_u64().unwrap();
    w.restore(&old);
    w.sync_all();
    let list = w.office().call("list_held", json!({}));
    let mine: Vec<&Json> = list["items"].as_array().unwrap().iter().filter(|i| i["reason"]["code"] == "set_back").collect();
    assert_eq!(list["total"].as_u64().unwrap(), before + 2, "{list}");
    let note = mine.iter().find(|i| i["key"] == "note").unwrap();
    assert_eq!(
        (note["cell"].as_str(), note["record_name"].as_str(), note["by"].as_str()),
        (Some("只在登记里"), Some("张建国"), Some("安然"))
    );
    assert!(note["at"].as_i64().unwrap() > START_MS && note["plate"].is_string(), "{note}");
    assert_eq!(w.ana().person("1-1-101", "张建国")["note"], Json::Null, "nobody is shown what the record does not say");
    w.office().call("decide_held", json!({ "id": note["id"], "decision": "take" }));
    w.sync_all();
    assert_eq!(w.ana().person("1-1-101", "张建国")["note"], "只在登记里");
    assert_eq!(look::difference(w.ana(), w.bo()), None);
    assert_eq!(look::difference_to(w.ana(), &w.ledger()), None);
}

#[test]
fn work_that_stands_on_what_nobody_can_bring_back_is_written_again() {
    let (w, old) = let_go(435, |w| {
        w.bo().edit_person("1-1-101", "张建国", "note", "薄云写的");
    });
    // on top of what everybody has let go of
    w.ana().edit_person("1-1-101", "张建国", "employer", "安然写的");
    w.sync_all();
    w.ana().edit_person("1-1-101", "张建国", "phone", "13712340077");
    w.restore(&old);
    w.ana().sync();
    w.ana().sync();
    let person = w.ana().person("1-1-101", "张建国");
    assert_eq!((person["employer"].as_str(), person["phone"].as_str()), (Some("安然写的"), Some("13712340077")));
    w.sync_all();
    let person = w.office().person("1-1-101", "张建国");
    assert_eq!((person["employer"].as_str(), person["phone"].as_str()), (Some("安然写的"), Some("13712340077")));
    let list = w.office().call("list_held", json!({}));
    let held: Vec<&str> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|i| i["reason"]["code"] == "set_back")
        .map(|i| i["cell"].as_str().unwrap())
        .collect();
    assert_eq!(held, ["薄云写的"]);
    assert!(tray(w.ana()).is_empty(), "{:?}", tray(w.ana()));
    let ledger = w.ledger();
    assert!(ledger.of(w.ana().id()).values().any(|v| matches!(v, Verdict::Lost)), "{:?}", ledger.of(w.ana().id()));
    assert_eq!(look::difference(w.ana(), w.bo()), None);
    assert_eq!(look::difference_to(w.ana(), &ledger), None);
}

#[test]
fn what_was_shown_to_somebody_after_the_backup_is_shown_again() {
    let mut w = World::new(440);
    let street = w.enrol("刘科长", Role::Office, "610104001");
    w.sync_all();
    let backup = w.back_up();
    w.sync_all();
    let matter = shared_model::matters::all().iter().find(|m| m.class == shared_model::Class::Open).unwrap().code.clone();
    let case = w.ana().call("add_case", json!({ "matter": matter, "title": "灯坏了", "building": first_building() }))["id"].clone();
    w.sync_all();
    let file = w.office().call("get_case", json!({ "id": case }));
    let to = file["may_share"].as_array().unwrap().iter().find(|c| c["name"] == "青年路街道").unwrap()["to"].clone();
    w.office().call("share_case", json!({ "case": case, "to": to }));
    w.sync_all();
    w.ana().call("add_step", json!({ "case": case, "transition": "comment", "note": "看过了" }));
    w.sync_all();
    let shown = w.devices[street].call("get_case", json!({ "id": case }));
    assert_eq!(shown["steps"].as_array().unwrap().len(), 1, "{shown}");
    w.restore(&backup);
    // the office that shared it stays away: who reported the case brings it back, with whom it is shown to
    w.office().line.set_offline(true);
    w.ana().sync();
    w.bo().sync();
    w.devices[street].sync();
    let again = w.devices[street].call("get_case", json!({ "id": case }));
    assert_eq!(again["steps"], shown["steps"]);
    w.office().line.set_offline(false);
    w.sync_all();
    assert!(tray(w.office()).is_empty(), "{:?}", tray(w.office()));
}

#[test]
fn the_database_that_a_restore_moved_aside_goes_after_thirty_days() {
    let (w, backup) = backed_up(441);
    w.office().edit_person("1-1-101", "张建国", "note", "只在旧的那份里");
    w.office().sync();
    w.restore(&backup);
    let aside = || {
        let names = std::fs::read_dir(w.server_dir()).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned());
        names.filter(|n| n.starts_with("server.db.before-")).count()
    };
    assert!(aside() > 0);
    w.clock.pass_ms(29 * DAY_MS);
    w.back_up();
    assert!(aside() > 0);
    w.clock.pass_ms(2 * DAY_MS);
    w.back_up();
    assert_eq!(aside(), 0);
}
