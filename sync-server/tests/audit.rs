//! The audit chain: who did what through the server is there, without a name, and every edit, deletion or reorder of it is found.

#![allow(clippy::unwrap_used)]

mod support;

use rusqlite::Connection;
use shared_model::devices::RevokeReason;
use shared_model::doc::unit_id;
use shared_model::rules::Role;
use shared_model::wire::*;
use support::*;
use sync_server::{AuditChain, Server};

const GRID_2: &str = "6101040019011002";

/// An office that confirms, moves, erases and is refused; an operator that ends a device.
fn busy() -> (World, Device) {
    let w = World::new();
    let mut office = w.office();
    let b = office.make_building(1);
    let h = office.make_household(b, "101");
    let person = office.make_person(b, h, "张三");
    office.sync(&w);
    let ana = w.device(Role::Worker, GRID, "安然");
    office.command("erase", Some(Ask::Erase { record: person, reason: "asked".into() }), vec![]);
    office.command("move_units", Some(Ask::MoveUnit { unit: b, parent: unit_id(GRID_2), expected: 1 }), vec![]);
    office.command("revoke_device", Some(Ask::RevokeDevice { device: office.id, reason: RevokeReason::Left }), vec![]);
    let request = InviteRequest { role: Role::Worker, unit: grid(), name: "白露".into() };
    let _: InviteReply = office.post(&w, "/v1/invite", &request).unwrap();
    office.sync(&w);
    assert!(w.server.revoke(&ana.id, RevokeReason::Lost).unwrap());
    (w, office)
}

#[test]
fn what_was_done_and_what_was_refused_stands_there_without_a_name() {
    let (w, office) = busy();
    let lines = w.server.audit_lines(0).unwrap();
    let said: Vec<(String, String)> = lines
        .iter()
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            (words[4].to_owned(), words[words.len() - 1].to_owned())
        })
        .collect();
    let expected = [
        ("invite", "done"),
        ("enrol", "done"),
        ("invite", "done"),
        ("enrol", "done"),
        ("invite", "done"),
        ("erase", "done"),
        ("move_unit", "done"),
        ("revoke_device", "own_device"),
        ("revoke_device", "done"),
    ];
    assert_eq!(said, expected.map(|(a, b)| (a.to_owned(), b.to_owned())), "{lines:#?}");
    let (by_office, by_operator) = (lines[6].split(' ').nth(2).unwrap(), lines[8].split(' ').nth(2).unwrap());
    assert_eq!((by_office, by_operator), (office.id.to_string().as_str(), "-"));
    assert!(lines.iter().all(|line| line.is_ascii()), "ids and codes: {lines:#?}");
    assert!(w.server.audit_lines(START_MS + 1).unwrap().is_empty());
    assert_eq!(w.server.audit_chain().unwrap(), AuditChain::Whole(9));
    assert!(w.server.status(true).unwrap().words.lines().all(|line| !line.contains("操作记录")));
}

#[test]
fn a_command_that_comes_twice_stands_there_once() {
    let (w, mut office) = busy();
    let before = w.server.audit_lines(0).unwrap();
    office.command("move_units", Some(Ask::MoveUnit { unit: building(1), parent: grid(), expected: 2 }), vec![]);
    let twice = office.clone();
    office.sync(&w);
    let mut twice = twice;
    twice.requests += 100;
    twice.sync(&w);
    assert_eq!(w.server.audit_lines(0).unwrap().len(), before.len() + 1);
}

#[test]
fn an_edit_a_deletion_a_reorder_and_a_cut_are_found() {
    let tampered = |sql: &str| {
        let (w, _) = busy();
        w.server.seal_audit().unwrap();
        let db = Connection::open(w.path().join("server.db")).unwrap();
        let plainly = db.execute_batch(sql);
        assert!(plainly.is_err(), "not by mistake");
        db.execute_batch("drop trigger audit_stays; drop trigger audit_keeps").unwrap();
        db.execute_batch(sql).unwrap();
        assert!(w.server.status(true).unwrap().needs_care);
        w.server.audit_chain().unwrap()
    };
    assert_eq!(tampered("update audit set person = zeroblob(16) where id = 7"), AuditChain::BrokenAt(7));
    assert_eq!(tampered("update audit set result = 'done' where id = 8"), AuditChain::BrokenAt(8));
    assert_eq!(tampered("update audit set at = at + 1 where id = 1"), AuditChain::BrokenAt(1));
    assert_eq!(tampered("delete from audit where id = 3"), AuditChain::BrokenAt(3));
    let swap = "update audit set id = 100 where id = 6; update audit set id = 6 where id = 7; update audit set id = 7 where id = 100";
    assert_eq!(tampered(swap), AuditChain::BrokenAt(6));
    assert_eq!(tampered("delete from audit where id >= 8"), AuditChain::CutShort { lines: 7, known: 9 });
    let closed = "delete from audit where id = 3; update audit set id = id - 1 where id > 3";
    assert_eq!(tampered(closed), AuditChain::BrokenAt(3));
}

#[test]
fn a_declared_restore_begins_where_the_backup_ends_and_is_no_cut() {
    let (w, _) = busy();
    let folder = w.path().join("away");
    let made = w.server.backup(Some(&folder)).unwrap();
    assert!(w.server.add_membership("王主任", Role::Office, COMMUNITY, Role::Worker, GRID_2).unwrap());
    w.server.seal_audit().unwrap();
    let World { dir, env, server } = w;
    drop(server);
    env.pass(1000);
    sync_server::restore(dir.path(), &folder.join(made.file), env.clone()).unwrap();
    let server = Server::open(dir.path(), env).unwrap();
    assert_eq!(server.audit_chain().unwrap(), AuditChain::Whole(9));
    server.seal_audit().unwrap();
    assert_eq!(server.audit_chain().unwrap(), AuditChain::Whole(9));
}
