//! What happens after a refusal: the author's tray and the office's list. The office adopts or gives back, the author corrects, asks or sets
//! aside; each learns what the other did, once and for ever, whatever the network does; nothing leaves a tray by itself.

#![allow(clippy::unwrap_used)]

use e2e::look;
use e2e::world::*;
use serde_json::{Value as Json, json};
use shared_model::Role;
use shared_model::wire::Verdict;

const DAY_MS: i64 = 24 * 3_600_000;

fn tray(d: &Device) -> Vec<Json> {
    d.call("list_tray", json!({}))["items"].as_array().unwrap().clone()
}

fn inbox(d: &Device) -> Vec<Json> {
    d.call("list_refused", json!({}))["items"].as_array().unwrap().clone()
}

fn field<'a>(item: &'a Json, key: &str) -> &'a Json {
    item["fields"].as_array().unwrap().iter().find(|f| f["key"] == key).unwrap_or_else(|| panic!("no {key} in {item}"))
}

fn verdicts(w: &World, d: &Device) -> Vec<String> {
    let words = |v: &Verdict| match v {
        Verdict::Accepted { .. } => "accepted".to_string(),
        Verdict::Quarantined { reason } => format!("quarantined {reason}"),
        Verdict::Superseded { by } => format!("superseded by {by}"),
        Verdict::Stale { current } => format!("stale {current}"),
        other => format!("{other:?}"),
    };
    w.ledger().of(d.id()).values().map(|v| words(v)).collect()
}

/// Ana writes a birth year and a phone in one command where nobody knows the date; meanwhile the office enters the date.
fn a_year_and_a_phone(w: &World) {
    w.office().edit_person("1-2-101", "陈伟", "birth_date", "1961-05-04");
    w.office().sync();
    let ana = w.ana();
    let person = ana.person("1-2-101", "陈伟")["id"].clone();
    ana.call("edit_person", json!({ "id": person, "edit": { "birth_year": 1960, "phone": "13712340001" } }));
    ana.sync();
    assert_eq!(tray(ana).len(), 1, "{:?}", verdicts(w, ana));
}

#[test]
fn the_office_sees_what_was_refused_beside_what_is_there_and_adopts_what_it_chooses() {
    let w = World::ready(201);
    let (office, ana) = (w.office(), w.ana());
    a_year_and_a_phone(&w);
    office.sync();
    let list = inbox(office);
    assert_eq!(list.len(), 1);
    let item = &list[0];
    assert_eq!(
        (item["by"].as_str(), item["by_role"]["code"].as_str(), item["reason"].as_str()),
        (Some("安然"), Some("worker"), Some("mirror"))
    );
    assert_eq!(
        (item["command"]["code"].as_str(), item["plate"].as_str(), item["record_name"].as_str()),
        (Some("edit_person"), Some("1-2-101"), Some("陈伟"))
    );
    assert!(item["at"].as_i64().unwrap() >= START_MS);
    let (year, phone) = (field(item, "birth_year"), field(item, "phone"));
    assert_eq!((year["wanted"].as_str(), year["now"].as_str(), year["follows"].as_str()), (Some("1960"), Some("1961"), Some("出生日期")));
    assert_eq!((phone["wanted"].as_str(), phone["follows"].clone()), (Some("13712340001"), Json::Null));
    assert_ne!(phone["now"], phone["wanted"]);
    // the year alone is not to be had; the phone is
    assert_eq!(office.refused("adopt_refused", json!({ "id": item["id"] })), "invalid_args");
    office.call(
        "adopt_refused",
        json!({ "id": item["id"], "leave_out": [year["id"]], "seen": { phone["id"].as_str().unwrap(): phone["seen"] } }),
    );
    assert!(inbox(office).is_empty(), "what waits for its verdict is not asked twice");
    office.sync();
    w.sync_all();
    for d in [office, w.second(), ana, w.bo()] {
        let p = d.person("1-2-101", "陈伟");
        assert_eq!((p["phone"].as_str(), p["birth_year"].clone()), (Some("13712340001"), json!(1961)), "{}", d.name);
        assert!(d.conflicts().is_empty(), "{}: {:?}", d.name, d.conflicts());
    }
    assert!(inbox(office).is_empty() && inbox(w.second()).is_empty());
    // its author is told, beside the verdict, and puts it away
    let told = &tray(ana)[0];
    assert_eq!((told["resolution"]["how"].as_str(), told["resolution"]["by"].as_str()), (Some("adopted"), Some("王主任")));
    assert_eq!((told["may_resend"].clone(), told["may_ask"].clone()), (json!(false), json!(false)));
    assert!(verdicts(&w, ana).contains(&"quarantined mirror".to_string()), "the verdict stays");
    assert_eq!(ana.status()["refused"], json!(1), "an item never leaves by itself");
    let before = ana.pending();
    ana.call("discard_refused", json!({ "seq": told["seq"] }));
    assert_eq!((ana.pending(), tray(ana).len()), (before, 0), "there is nothing to tell the office");
    assert_eq!(look::difference(office, ana), None);
}

#[test]
fn what_the_office_gives_back_is_corrected_and_sent_again() {
    let w = World::ready(202);
    let (office, ana) = (w.office(), w.ana());
    a_year_and_a_phone(&w);
    office.sync();
    let id = inbox(office)[0]["id"].clone();
    assert_eq!(office.refused("return_refused", json!({ "id": id })), "invalid_args", "a word is owed");
    office.call("return_refused", json!({ "id": id, "words": "出生日期已有，电话请再核一次" }));
    office.sync();
    assert!(inbox(office).is_empty());
    ana.sync();
    let item = tray(ana)[0].clone();
    assert_eq!(item["resolution"]["how"], "returned");
    assert_eq!(item["resolution"]["words"], "出生日期已有，电话请再核一次");
    assert_eq!(item["may_resend"], json!(true));
    // the form opens with what was refused
    let (year, phone) = (field(&item, "birth_year").clone(), field(&item, "phone").clone());
    assert_eq!(phone["value"], "13712340001");
    let args = json!({ "seq": item["seq"], "leave_out": [year["id"]], "values": { phone["id"].as_str().unwrap(): "13712340002" } });
    ana.call("resend_refused", args);
    assert!(tray(ana).is_empty());
    ana.sync();
    w.sync_all();
    assert_eq!(w.office().person("1-2-101", "陈伟")["phone"], "13712340002");
    assert!(inbox(office).is_empty() && tray(ana).is_empty());
    assert_eq!(look::difference(office, ana), None);
    let log = ana.call("get_log", json!({})).to_string();
    assert!(log.contains("重新提交"), "{log}");
}

#[test]
fn what_its_author_corrects_leaves_the_office_alone_even_when_it_is_refused_again() {
    let w = World::ready(203);
    let (office, ana) = (w.office(), w.ana());
    a_year_and_a_phone(&w);
    let item = tray(ana)[0].clone();
    assert_eq!(
        ana.refused(
            "resend_refused",
            json!({ "seq": item["seq"], "leave_out": [field(&item, "birth_year")["id"], field(&item, "phone")["id"]] })
        ),
        "invalid_args"
    );
    ana.call("resend_refused", json!({ "seq": item["seq"], "leave_out": [field(&item, "birth_year")["id"]] }));
    assert!(w.server().end_membership("安然", Role::Worker, FIRST_GRID).unwrap());
    w.clock.pass_ms(40 * DAY_MS);
    ana.kill();
    ana.sync();
    office.sync();
    assert_eq!((tray(ana).len(), inbox(office).len()), (1, 1), "{:?}", verdicts(&w, ana));
    assert_eq!((tray(ana)[0]["reason"].as_str(), inbox(office)[0]["reason"].as_str()), (Some("late"), Some("late")));
    assert_eq!(inbox(office)[0]["fields"].as_array().unwrap().len(), 1, "one thing to look at, the newer one");
}

#[test]
fn a_question_of_the_author_stands_beside_the_item_at_the_office() {
    let w = World::ready(204);
    let (office, ana) = (w.office(), w.ana());
    a_year_and_a_phone(&w);
    office.sync();
    assert_eq!(inbox(office)[0]["asked"], Json::Null);
    let seq = tray(ana)[0]["seq"].clone();
    assert_eq!(ana.refused("ask_office", json!({ "seq": seq, "words": "  " })), "invalid_args");
    assert_eq!(ana.refused("ask_office", json!({ "seq": seq, "words": "问".repeat(600) })), "too_large");
    ana.call("ask_office", json!({ "seq": seq, "words": "电话是本人报的，请收下" }));
    assert_eq!(tray(ana)[0]["asked"], "电话是本人报的，请收下");
    ana.sync();
    office.sync();
    assert_eq!(inbox(office)[0]["asked"], "电话是本人报的，请收下");
    assert!(inbox(office)[0]["asked_at"].as_i64().is_some());
    // given back, asked again: it is before the office once more
    office.call("return_refused", json!({ "id": inbox(office)[0]["id"], "words": "请再问一次" }));
    office.sync();
    ana.sync();
    ana.call("ask_office", json!({ "seq": seq, "words": "问过了，是对的" }));
    assert_eq!(tray(ana)[0]["resolution"], Json::Null);
    ana.sync();
    office.sync();
    assert_eq!(inbox(office)[0]["asked"], "问过了，是对的");
    ana.sync();
    assert_eq!(tray(ana)[0]["resolution"], Json::Null, "what was taken back by asking again is not told again");
    assert!(ana.agrees() && office.agrees());
}

#[test]
fn what_its_author_set_aside_is_seen_by_the_office_and_its_bytes_stay() {
    let w = World::ready(205);
    let (office, ana) = (w.office(), w.ana());
    a_year_and_a_phone(&w);
    let seq = tray(ana)[0]["seq"].clone();
    ana.call("discard_refused", json!({ "seq": seq }));
    assert!(tray(ana).is_empty());
    ana.sync();
    office.sync();
    let item = inbox(office)[0].clone();
    assert_eq!(item["discarded"], json!(true));
    assert_eq!(field(&item, "phone")["wanted"], "13712340001", "the bytes stay at the server");
    office.call("return_refused", json!({ "id": item["id"] }));
    office.sync();
    ana.sync();
    assert!(inbox(office).is_empty() && tray(ana).is_empty());
    assert_eq!(ana.refused("discard_refused", json!({ "seq": seq })), "not_found");
    w.sync_all();
}

#[test]
fn the_second_office_that_adopts_is_told_and_writes_nothing_twice() {
    let w = World::ready(206);
    let (one, two) = (w.office(), w.second());
    a_year_and_a_phone(&w);
    one.sync();
    two.sync();
    for (d, phone) in [(one, "13700000001"), (two, "13700000002")] {
        let item = inbox(d)[0].clone();
        let args = json!({ "id": item["id"], "leave_out": [field(&item, "birth_year")["id"]], "values": { field(&item, "phone")["id"].as_str().unwrap(): phone } });
        d.call("adopt_refused", args);
        // and goes on with the same person, without a network
        d.edit_person("1-2-101", "陈伟", if d.name == one.name { "note" } else { "nickname" }, phone);
    }
    one.sync();
    two.sync();
    w.sync_all();
    assert_eq!(verdicts(&w, two), ["stale adopted", "superseded by 1", "accepted"]);
    let told = tray(two);
    assert_eq!((told.len(), told[0]["reason"].as_str(), told[0]["command"].as_str()), (1, Some("adopted"), Some("adopt_refused")));
    assert!(told[0]["why"].as_str().unwrap().contains("已经采用"), "{}", told[0]);
    for d in [one, two, w.ana()] {
        let p = d.person("1-2-101", "陈伟");
        assert_eq!(
            (p["phone"].as_str(), p["note"].as_str(), p["nickname"].as_str()),
            (Some("13700000001"), Some("13700000001"), Some("13700000002")),
            "{}",
            d.name
        );
        assert!(d.conflicts().is_empty(), "{}: {:?}", d.name, d.conflicts());
    }
    assert!(inbox(one).is_empty() && inbox(two).is_empty());
    assert_eq!(tray(w.ana())[0]["resolution"]["by"], "王主任");
    // what the second meant can still be said, as an edit of its own
    two.call("resend_refused", json!({ "seq": told[0]["seq"] }));
    w.sync_all();
    assert_eq!(one.person("1-2-101", "陈伟")["phone"], "13700000002");
    assert!(tray(two).is_empty());
    // giving back what is no longer there is told too
    assert_eq!(two.refused("return_refused", json!({ "id": "00", "words": "x" })), "not_found");
}

/// A case of somebody whose time is over, adopted and shown to the street without a network; then the server is set back and knows nothing of
/// what is adopted. The case, and whom it is shown to.
fn adopted_without_a_network(seed: u64) -> (World, Json, Json) {
    let w = World::ready(seed);
    let (office, ana) = (w.office(), w.ana());
    let args = json!({ "matter": "01016", "title": "灯坏了", "building": first_building() });
    let case = ana.call("add_case", args)["id"].clone();
    assert!(w.server().end_membership("安然", Role::Worker, FIRST_GRID).unwrap());
    w.clock.pass_ms(40 * DAY_MS);
    office.sync();
    let backup = w.back_up();
    ana.kill();
    ana.sync();
    office.sync();
    office.call("adopt_refused", json!({ "id": inbox(office)[0]["id"] }));
    let to = office.call("get_case", json!({ "id": case }))["may_share"][0]["to"].clone();
    office.call("share_case", json!({ "case": case, "to": to }));
    w.restore(&backup);
    (w, case, to)
}

#[test]
fn what_is_adopted_may_come_back_to_the_server_after_it_was_adopted() {
    let (w, case, _) = adopted_without_a_network(217);
    let (office, ana) = (w.office(), w.ana());
    office.sync();
    assert_eq!(office.pending(), 0);
    assert!(tray(office).is_empty(), "{:?}", tray(office));
    ana.sync();
    w.sync_all();
    assert!(inbox(office).is_empty(), "nobody is asked again: {:?}", inbox(office));
    assert_eq!(tray(ana)[0]["resolution"]["how"], "adopted");
    assert_eq!(office.call("get_case", json!({ "id": case }))["case"]["shared"].as_array().unwrap().len(), 1);
}

#[test]
fn a_share_of_a_case_that_was_not_adopted_waits_beside_it_and_is_not_written_again_for_ever() {
    let (w, case, to) = adopted_without_a_network(216);
    let (office, ana) = (w.office(), w.ana());
    // so long the server would have waited for its author
    w.clock.pass_ms(31 * DAY_MS);
    let report = office.sync();
    assert!(report["requests"].as_u64().unwrap() < 20, "{report}");
    assert_eq!(office.pending(), 0);
    let mut told: Vec<String> = tray(office).iter().map(|i| format!("{} {}", i["command"].as_str().unwrap(), i["may_resend"])).collect();
    told.sort();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[1].starts_with("share_case false"), "{told:?}");
    // its author brings the refused one back, and it is adopted after all
    ana.sync();
    office.sync();
    office.call("adopt_refused", json!({ "id": inbox(office)[0]["id"] }));
    office.call("share_case", json!({ "case": case, "to": to }));
    w.sync_all();
    assert_eq!(office.call("get_case", json!({ "id": case }))["case"]["shared"].as_array().unwrap().len(), 1);
    assert_eq!(office.pending(), 0);
}

#[test]
fn work_of_somebody_who_left_is_adopted_by_the_office() {
    let w = World::ready(207);
    let (office, ana) = (w.office(), w.ana());
    ana.edit_person("1-1-101", "张建国", "phone", "13700000007");
    let visit = ana.call("add_visit", json!({ "household": ana.at("1-1-102"), "outcome": "met", "note": "门口聊了一会" }))["id"].clone();
    assert!(w.server().end_membership("安然", Role::Worker, FIRST_GRID).unwrap());
    w.clock.pass_ms(40 * DAY_MS);
    ana.kill();
    ana.sync();
    ana.sync();
    assert!(ana.doors().is_empty());
    assert_eq!(tray(ana).len(), 2, "{:?}", verdicts(&w, ana));
    office.sync();
    let list = inbox(office);
    assert_eq!(list.iter().map(|i| i["reason"].as_str().unwrap()).collect::<Vec<_>>(), ["late", "late"]);
    for item in &list {
        office.call("adopt_refused", json!({ "id": item["id"] }));
    }
    office.sync();
    w.office().sync();
    assert_eq!(office.person("1-1-101", "张建国")["phone"], "13700000007");
    let visits = office.file("1-1-102")["visits"].clone();
    assert_eq!((visits[0]["id"].clone(), visits[0]["note"].as_str()), (visit, Some("门口聊了一会")));
    ana.sync();
    assert!(tray(ana).iter().all(|t| t["resolution"]["how"] == "adopted"), "{:?}", tray(ana));
    assert!(ana.agrees() && office.agrees());
}

#[test]
fn what_stood_on_a_refused_record_is_sent_again_when_the_record_is_there() {
    let w = World::ready(208);
    let (office, bo) = (w.office(), w.bo());
    let home = json!({ "building": first_building().to_string(), "unit_no": "1", "door": "009", "head_name": "钱新", "edit": { "tier": "yellow" } });
    let added = bo.call("add_household", home)["id"].clone();
    bo.call("add_visit", json!({ "household": added, "outcome": "met", "note": "新户" }));
    // the stamp under which they wrote ends, and he is a worker of that grid again
    assert!(w.server().add_membership("薄云", Role::Worker, FIRST_GRID, Role::Worker, SECOND_GRID).unwrap());
    w.clock.pass_ms(40 * DAY_MS);
    bo.kill();
    bo.sync();
    let items = tray(bo);
    assert_eq!(items.len(), 2, "{:?}", verdicts(&w, bo));
    let visit = items.iter().find(|i| i["command"] == "add_visit").unwrap().clone();
    assert_eq!((visit["may_resend"].clone(), visit["reason"].as_str().map(|r| r.is_empty())), (json!(false), Some(false)));
    office.sync();
    let listed = inbox(office);
    let item = listed.iter().find(|i| i["command"]["code"] == "add_household").unwrap().clone();
    assert_eq!(field(&item, "head_name")["wanted"], "钱新");
    office.call("adopt_refused", json!({ "id": item["id"] }));
    office.sync();
    bo.sync();
    let visit = tray(bo).into_iter().find(|i| i["command"] == "add_visit").unwrap();
    assert_eq!(visit["may_resend"], json!(true), "{visit}");
    bo.call("resend_refused", json!({ "seq": visit["seq"] }));
    w.sync_all();
    assert_eq!(office.file("1-1-009")["visits"][0]["note"], "新户");
    assert!(inbox(office).is_empty(), "{:?}", inbox(office));
    assert_eq!(look::difference_within(bo, office), None);
}

#[test]
fn the_word_comes_until_it_was_heard_and_stays_when_the_power_goes() {
    for (n, faults) in [[Fault::LoseReply, Fault::None], [Fault::Twice, Fault::LoseReply], [Fault::CutAtPage(0), Fault::TwiceSecond]]
        .into_iter()
        .enumerate()
    {
        let w = World::ready(210 + n as u64);
        let (office, ana) = (w.office(), w.ana());
        a_year_and_a_phone(&w);
        office.sync();
        let item = inbox(office)[0].clone();
        office.meets(&faults);
        office.call("return_refused", json!({ "id": item["id"], "words": "请核对" }));
        let _ = office.try_sync();
        office.kill();
        office.line.forget_faults();
        office.sync();
        w.stop_server();
        w.start_server();
        ana.meets(&faults);
        let _ = ana.try_sync();
        ana.kill();
        ana.line.forget_faults();
        ana.sync();
        assert_eq!(tray(ana)[0]["resolution"]["words"], "请核对", "{faults:?}");
        ana.line.record();
        ana.sync();
        ana.sync();
        let told: Vec<usize> = ana.line.take_tape().iter().filter_map(Exchange::sync_reply).map(|r| r.resolutions.len()).collect();
        assert_eq!(told.last(), Some(&0), "once heard, it is not told again: {told:?}");
        assert_eq!(tray(ana)[0]["resolution"]["words"], "请核对");
        w.sync_all();
    }
}

#[test]
fn only_the_office_above_the_author_may_resolve() {
    let w = World::ready(214);
    a_year_and_a_phone(&w);
    w.office().sync();
    let id = inbox(w.office())[0]["id"].clone();
    for d in [w.ana(), w.bo(), w.head()] {
        assert!(inbox(d).is_empty());
        assert_eq!(d.refused("adopt_refused", json!({ "id": id })), "not_allowed");
        assert_eq!(d.refused("return_refused", json!({ "id": id, "words": "x" })), "not_allowed");
    }
    w.sync_all();
}

#[test]
fn a_visit_that_was_undone_stays_undone_when_both_are_written_again() {
    let w = World::ready(215);
    let ana = w.ana();
    w.office().edit_person("1-2-101", "陈伟", "birth_date", "1961-05-04");
    w.office().sync();
    ana.edit_person("1-2-101", "陈伟", "birth_year", 1960);
    let person = ana.person("1-2-101", "陈伟")["id"].as_str().unwrap().to_string();
    // this visit stands on the refused edit by the phone of that person, and is undone
    let visit =
        ana.call("add_visit", json!({ "household": ana.at("1-2-101"), "outcome": "met", "facts": { person: { "phone": "13712340003" } } }))
            ["id"]
            .clone();
    ana.call("undo_visit", json!({ "id": visit }));
    ana.sync();
    assert_eq!(verdicts(&w, ana), ["quarantined mirror", "superseded by 1", "superseded by 2", "accepted", "accepted"]);
    w.sync_all();
    assert!(w.office().file("1-2-101")["visits"].as_array().unwrap().is_empty());
    assert_eq!(look::difference(w.office(), ana), None);
}

#[test]
fn one_refused_record_holds_up_nothing_else() {
    let w = World::ready(216);
    let ana = w.ana();
    w.office().edit_person("1-2-101", "陈伟", "birth_date", "1961-05-04");
    w.office().sync();
    ana.edit_person("1-2-101", "陈伟", "birth_year", 1960);
    for (plate, _) in ana.doors() {
        ana.call("add_visit", json!({ "household": ana.at(&plate), "outcome": "met", "note": "照常" }));
    }
    // and it is never looked at: days later all else still goes through
    for day in 0..3 {
        ana.sync();
        assert_eq!(ana.pending(), 0);
        assert!(ana.agrees(), "day {day}: {}", ana.status());
        ana.edit_person("1-1-101", "张建国", "note", format!("第 {day} 天"));
        w.clock.pass_ms(DAY_MS);
    }
    ana.sync();
    w.sync_all();
    assert_eq!((tray(ana).len(), ana.status()["refused"].clone()), (1, json!(1)));
    for plate in ana.doors().keys() {
        assert_eq!(w.office().file(plate)["visits"].as_array().unwrap().len(), 1, "{plate}");
    }
    assert_eq!(w.office().person("1-1-101", "张建国")["note"], "第 2 天");
}

#[test]
fn a_command_that_needs_what_nobody_has_yet_is_sent_again_and_holds_up_nothing() {
    let w = World::ready(217);
    let ana = w.ana();
    ana.edit_person("1-1-101", "张建国", "note", "要等一等");
    let needs = 1;
    for (plate, _) in ana.doors() {
        ana.call("add_visit", json!({ "household": ana.at(&plate), "outcome": "met" }));
    }
    ana.line.set_bend(Some(Box::new(move |reply| {
        for (_, verdict) in reply.verdicts.iter_mut().filter(|(seq, _)| *seq == needs) {
            *verdict = Verdict::Need { hashes: vec![shared_model::crdt::ChangeHash([7; 32])] };
        }
        true
    })));
    ana.line.record();
    for _ in 0..3 {
        ana.sync();
        assert_eq!(ana.pending(), 1, "all others have their verdicts");
        assert!(!ana.agrees(), "and it is not said that everything is there");
    }
    let tape = ana.line.take_tape();
    assert!(tape.len() <= 6, "{} requests: it is not asked again and again", tape.len());
    let again = tape.iter().filter_map(Exchange::sync_request).filter(|r| r.commands.iter().any(|c| c.seq == needs)).count();
    assert!(again >= 3, "it is sent again each time");
    // what is written meanwhile goes through as well
    ana.edit_person("1-1-102", "王强", "note", "照常");
    ana.sync();
    assert_eq!(ana.pending(), 1);
    ana.line.set_bend(None);
    ana.sync();
    w.sync_all();
    assert_eq!((ana.pending(), w.office().person("1-1-101", "张建国")["note"].as_str()), (0, Some("要等一等")));
    assert_eq!(look::difference(w.office(), ana), None);
}
