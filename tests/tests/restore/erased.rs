//! Erased, and the server set back: what was erased stays so, whichever of database and ledger is the older one.

use super::*;
use e2e::scan::{columns_with, files_with};

/// A day of work, on which the first person was given an employer: a word that is then looked for everywhere.
fn a_day_with_an_employer(seed: u64) -> World {
    let w = World::ready(seed);
    w.ana().edit_person("1-1-101", "张建国", "employer", "电视机厂退休");
    a_day(&w, 1);
    w
}

/// The office erases the first person: the id that is gone.
fn erase_zhang(w: &World) -> Json {
    let person = w.office().person("1-1-101", "张建国")["id"].clone();
    w.office().call("erase", json!({ "record": person, "reason": "asked", "confirm": true }));
    person
}

fn is_gone(d: &Device, person: &Json) -> bool {
    d.file("1-1-101")["persons"].as_array().unwrap().iter().all(|p| p["id"] != *person)
}

/// Everybody syncs once, and nobody asks for ever.
fn a_short_round(w: &World) {
    for d in &w.devices {
        let before = d.line.requests();
        d.sync();
        assert!(d.line.requests() - before < 20, "{} asked {} times", d.name, d.line.requests() - before);
    }
}

/// Nothing of these words is at the server or on any device.
fn gone(w: &World, words: &[&str]) {
    for s in words {
        assert_eq!(files_with(&w.server_dir(), s), Vec::<String>::new(), "{s} at the server");
        for d in &w.devices {
            assert_eq!(columns_with(d, s), Vec::<String>::new(), "{s} at {}", d.name);
        }
    }
}

#[test]
fn a_receipt_that_the_server_has_forgotten_is_given_again() {
    let w = a_day_with_an_employer(419);
    w.sync_all();
    erase_zhang(&w);
    w.office().sync();
    // a copy from between the erasure and the receipts: nothing else is lost with it, so nobody finds out
    let copy = w.copy_server("before the receipts");
    w.sync_all();
    w.clock.pass_ms(DAY_MS);
    w.sync_all();
    let to_come = |w: &World| w.office().call("list_erasures", json!({}))["items"][0]["to_come"].clone();
    w.office().sync();
    assert_eq!(to_come(&w), json!([]));
    w.put_back(&copy);
    a_short_round(&w);
    w.clock.pass_ms(DAY_MS);
    a_short_round(&w);
    w.office().sync();
    assert_eq!(to_come(&w), json!([]));
}

#[test]
fn who_was_erased_after_the_backup_stays_erased() {
    let w = a_day_with_an_employer(413);
    let backup = w.back_up();
    w.sync_all();
    let person = erase_zhang(&w);
    w.sync_all();
    w.ana().call("add_visit", json!({ "household": w.ana().at("1-2-101"), "outcome": "met", "note": "之后" }));
    w.sync_all();
    w.restore(&backup);
    a_short_round(&w);
    w.sync_all();
    assert!(is_gone(w.office(), &person));
    assert_eq!(w.office().file("1-2-101")["visits"].as_array().unwrap().iter().filter(|v| v["note"] == "之后").count(), 1);
    for d in &w.devices {
        assert_eq!(columns_with(d, "电视机厂退休"), Vec::<String>::new(), "{}", d.name);
    }
}

#[test]
fn who_was_erased_stays_erased_when_the_database_alone_is_copied_back() {
    let w = a_day_with_an_employer(414);
    let copy = w.copy_server("copy");
    erase_zhang(&w);
    w.sync_all();
    // the ledger stands beside the database and is not set back with it
    let ledger = std::fs::read(w.server_dir().join("ledger")).unwrap();
    w.put_back_with(&copy, "ledger", &ledger);
    a_short_round(&w);
    w.sync_all();
    gone(&w, &["电视机厂退休"]);
}

#[test]
fn who_was_erased_is_erased_again_when_the_ledger_is_copied_back_too() {
    let w = a_day_with_an_employer(415);
    let copy = w.copy_server("copy");
    let person = erase_zhang(&w);
    w.sync_all();
    w.put_back(&copy);
    a_short_round(&w);
    w.sync_all();
    gone(&w, &["电视机厂退休"]);
    assert!(is_gone(w.office(), &person));
    for d in &w.devices {
        assert_eq!(tray(d), Vec::<String>::new(), "{}", d.name);
    }
    let list = w.office().call("list_erasures", json!({}));
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
}

/// How many places wait at an office for its word whether they name somebody erased.
fn undecided(d: &Device) -> usize {
    let list = d.call("list_erasures", json!({}));
    list["items"].as_array().unwrap().iter().flat_map(|e| e["mentions"].as_array().unwrap()).filter(|m| m["pending"] == false).count()
}

#[test]
fn what_the_office_said_stays_after_an_erasure_is_not_asked_again_after_a_restore() {
    // the backup is of before the erasure, or of between it and the word
    for between in [false, true] {
        let w = World::ready(442);
        let (office, second) = (w.office(), w.second());
        w.bo().call("add_visit", json!({ "household": w.bo().at("2-1-102"), "outcome": "met", "note": "说的是另一个张建国" }));
        w.bo().call("add_visit", json!({ "household": w.bo().at("1-2-101"), "outcome": "met", "note": "张建国来借过梯子" }));
        w.sync_all();
        let before = w.back_up();
        erase_zhang(&w);
        w.sync_all();
        let backup = if between { w.back_up() } else { before };
        let decide = |title: &str, decision: &str| {
            let list = office.call("list_erasures", json!({}));
            let all = list["items"].as_array().unwrap().iter().flat_map(|e| e["mentions"].as_array().unwrap());
            let id = all.filter(|m| m["title"] == title).map(|m| m["id"].clone()).next().unwrap();
            office.call("decide_mention", json!({ "id": id, "decision": decision }));
        };
        assert_eq!(undecided(second), 2);
        decide("2-1-102", "keep");
        office.sync();
        w.restore(&backup);
        // who decided stays away, so that only the ledger can say it
        office.line.set_offline(true);
        second.sync();
        w.ana().sync();
        second.sync();
        assert_eq!(undecided(second), 1, "what is not decided is still asked; {between}");
        office.line.set_offline(false);
        w.sync_all();
        assert!(tray(office).is_empty(), "what it brings back is no news: {:?}", tray(office));
        decide("1-2-101", "erase");
        w.sync_all();
        assert_eq!((undecided(office), undecided(second)), (0, 0));
        assert_eq!(columns_with(w.bo(), "借过梯子"), Vec::<String>::new());
        assert_eq!(w.ana().file("2-1-102")["visits"][0]["note"], "说的是另一个张建国");
        // a ledger that lacks the word is completed from the database
        w.stop_server();
        let ledger = w.server_dir().join("ledger");
        let text = std::fs::read_to_string(&ledger).unwrap();
        let at = text.find(" keep ").map(|at| text[..at].rfind('\n').unwrap() + 1).unwrap();
        std::fs::write(&ledger, &text[..at]).unwrap();
        w.start_server();
        assert!(std::fs::read_to_string(&ledger).unwrap()[at..].contains(" keep "));
    }
}

#[test]
fn whoever_heard_of_an_erasure_last_does_not_bring_the_erased_back() {
    let w = World::ready(416);
    let copy = w.copy_server("copy");
    // added, and known to a device that then stays away; erased meanwhile
    w.ana().edit_person("1-1-101", "张建国", "employer", "电视机厂退休");
    w.ana().sync();
    w.bo().sync();
    w.office().sync();
    let person = erase_zhang(&w);
    for d in [w.office(), w.second(), w.ana(), w.head()] {
        d.sync();
        d.sync();
    }
    w.put_back(&copy);
    w.bo().sync();
    assert_eq!(w.bo().person("1-1-101", "张建国")["employer"], "电视机厂退休", "nobody there knows yet");
    w.office().sync();
    w.sync_all();
    gone(&w, &["电视机厂退休"]);
    assert!(is_gone(w.bo(), &person));
}

#[test]
fn an_erasure_after_a_restore_is_carried_out_at_once() {
    let (w, backup) = backed_up(417);
    w.restore(&backup);
    // some devices have not yet heard of the new stamps, which are far from the old ones
    w.office().sync();
    let person = erase_zhang(&w);
    w.sync_all();
    assert!(is_gone(w.ana(), &person));
}

#[test]
fn an_older_ledger_beside_the_database_is_completed_and_counts_at_the_next_restore() {
    let w = World::ready(421);
    let ledger = std::fs::read(w.server_dir().join("ledger")).unwrap();
    let backup = w.back_up();
    let person = erase_zhang(&w);
    w.office().sync();
    w.server().revoke(&w.head().id(), RevokeReason::Left).unwrap();
    w.stop_server();
    std::fs::write(w.server_dir().join("ledger"), ledger).unwrap();
    w.start_server();
    // nobody who knows of the erasure is asked
    w.restore(&backup);
    w.ana().sync();
    assert_eq!(columns_with(w.ana(), "张建国"), Vec::<String>::new());
    w.office().sync();
    w.ana().sync();
    assert!(is_gone(w.ana(), &person));
    assert_eq!(w.head().try_sync().unwrap_err().code, "revoked");
}
