//! What a broken disk did to a device: found by its own sums, fetched again, and nothing that was not sent is lost by it.

use super::*;

/// The device's store, for what a broken disk would do.
fn store_of(d: &Device) -> rusqlite::Connection {
    let unlocked = std::fs::read_to_string(d.home().join("unlocked")).unwrap();
    let db = rusqlite::Connection::open(d.home().join("gridwalk.db")).unwrap();
    db.execute_batch(&app_core::unlock_sql(unlocked.split_whitespace().next().unwrap())).unwrap();
    db
}

fn record_of(d: &Device, plate: &str, name: &str) -> uuid::Uuid {
    d.person(plate, name)["id"].as_str().unwrap().parse().unwrap()
}

#[test]
fn a_document_that_the_disk_lost_or_broke_is_found_and_fetched_again() {
    let w = World::ready(430);
    for (n, sql) in [
        "delete from doc where record = ?1",
        "update doc set regs = x'0102' where record = ?1",
        "update doc set regs = (select d.regs from doc d where d.record <> ?1 and d.kind = doc.kind and d.class = doc.class limit 1) where record = ?1",
    ]
    .into_iter()
    .enumerate()
    {
        let record = record_of(w.bo(), "1-1-101", "张建国");
        assert!(store_of(w.bo()).execute(sql, [record]).unwrap() > 0);
        w.clock.pass_ms(DAY_MS);
        w.bo().sync();
        assert!(w.bo().agrees(), "{n}: {}", w.bo().status());
        assert_eq!(look::difference(w.ana(), w.bo()), None, "{n}");
    }
    w.sync_all();
    assert_eq!(w.office().call("list_held", json!({}))["total"], w.second().call("list_held", json!({}))["total"]);
}

#[test]
fn what_was_not_sent_outlives_a_document_that_the_disk_broke() {
    let w = World::ready(431);
    w.bo().edit_person("1-1-101", "张建国", "note", "还没传");
    let record = record_of(w.bo(), "1-1-101", "张建国");
    store_of(w.bo()).execute("update doc set base = x'0102' where record = ?1 and base is not null", [record]).unwrap();
    w.clock.pass_ms(DAY_MS);
    w.bo().sync();
    w.sync_all();
    assert_eq!(w.office().person("1-1-101", "张建国")["note"], "还没传");
    assert_eq!(look::difference(w.ana(), w.bo()), None);
}

#[test]
fn a_command_that_the_disk_broke_blocks_no_other() {
    let w = World::ready(433);
    w.bo().edit_person("1-1-101", "张建国", "note", "第一句");
    w.bo().edit_person("1-1-102", "王强", "note", "第二句");
    w.bo().edit_person("1-2-101", "陈伟", "note", "第三句");
    store_of(w.bo()).execute("update command set body = x'ff' where seq = 2", []).unwrap();
    w.bo().sync();
    w.sync_all();
    assert_eq!(w.bo().pending(), 0);
    assert_eq!(w.office().person("1-1-101", "张建国")["note"], "第一句");
    assert_eq!(w.office().person("1-2-101", "陈伟")["note"], "第三句");
    assert_eq!(w.office().person("1-1-102", "王强")["note"], Json::Null);
    assert_eq!(tray(w.bo()), ["bad_change"], "its author is told, and what it meant is still there");
    assert!(w.bo().call("list_tray", json!({})).to_string().contains("第二句"));
    assert_eq!(look::difference(w.ana(), w.bo()), None);
}

#[test]
fn a_command_that_the_disk_broke_after_it_was_accepted_unheard_is_no_clone() {
    let w = World::ready(434);
    w.bo().edit_person("1-1-102", "王强", "note", "收到了");
    w.bo().meets(&[Fault::LoseReply]);
    assert!(w.bo().try_sync().is_err());
    store_of(w.bo()).execute("update command set body = x'ff' where seq = 1", []).unwrap();
    w.bo().sync();
    w.sync_all();
    assert_eq!(w.office().person("1-1-102", "王强")["note"], "收到了");
    assert!(tray(w.bo()).is_empty());
    assert_eq!(look::difference(w.ana(), w.bo()), None);
}
