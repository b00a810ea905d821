//! One device, then several: enrolment, grants, pushing, pulling, bundles, agreement, restarts.

#![allow(clippy::unwrap_used)]

mod support;

use shared_model::class::Class;
use shared_model::crdt::Edit;
use shared_model::devices::{RevokeReason, wipe_text};
use shared_model::doc::{DocId, unit_id};
use shared_model::limits::{BUNDLE_FROM_ROWS, CLOCK_SKEW_MS_MAX, INVITE_LIFE_MS};
use shared_model::records::Kind;
use shared_model::rules::Role;
use shared_model::wire::*;
use support::*;

#[test]
fn a_device_enrols_and_learns_what_it_may_hold() {
    let w = World::new();
    let office = w.office();
    let grants = office.grants.as_ref().unwrap();
    assert_eq!((grants.name.as_str(), grants.policy), ("王主任", 1));
    let mask = |code: &str| grants.units.iter().find(|(u, _)| *u == unit_id(code)).map(|(_, m)| *m);
    assert_eq!(mask(COMMUNITY), Some(0b11_1111));
    assert_eq!(mask("610104"), Some(Class::Common.bit()));
    assert_eq!(mask("610104001902"), None, "another community is not granted");
    assert!(office.agreed);
    let unit = DocId::new(grid(), Class::Common);
    assert_eq!(office.value(&unit, "name").as_deref(), Some("第一网格"));
    assert_eq!(office.value(&unit, "parent"), Some(unit_id(COMMUNITY).to_string()));
    let area = DocId::new(shared_model::doc::area_id(grid()), Class::Common);
    assert_eq!(office.value(&area, "name").as_deref(), Some("第一网格 其他"));
    let member = office.base.iter().find(|(_, r)| r.value("role").is_some()).unwrap();
    assert_eq!(member.1.value("name").unwrap().as_str(), Some("王主任"));
}

#[test]
fn an_invite_is_used_once_and_within_ten_minutes() {
    let w = World::new();
    let token = w.token(Role::Worker, GRID, "安然", true);
    Device::enrol(&w, &token).map(drop).unwrap();
    assert_eq!(Device::enrol(&w, &token).map(drop).unwrap_err().code, "invite_used");
    let token = w.token(Role::Worker, GRID, "安然", true);
    w.env.pass(INVITE_LIFE_MS + 1);
    assert_eq!(Device::enrol(&w, &token).map(drop).unwrap_err().code, "invite_expired");
    assert_eq!(Device::enrol(&w, "nonsense").map(drop).unwrap_err().code, "invite_unknown");
}

#[test]
fn a_second_device_of_the_same_person_is_not_a_second_membership() {
    let w = World::new();
    w.device(Role::Worker, GRID, "安然");
    w.device(Role::Worker, GRID, "安然");
    let office = w.office();
    let count = office.base.values().filter(|r| r.value("role").is_some_and(|v| v.as_str() == Some("worker"))).count();
    assert_eq!(count, 1);
}

#[test]
fn an_unconfirmed_device_waits_until_the_office_sees_its_digits() {
    let w = World::new();
    let mut office = w.office();
    let token = w.token(Role::Worker, GRID, "安然", false);
    let mut ana = Device::enrol(&w, &token).unwrap();
    assert_eq!(ana.send(&w).unwrap_err().1.code, "unconfirmed");
    office.sync(&w);
    let waiting = office.directory.clone().unwrap().devices.into_iter().find(|d| d.id == ana.id).unwrap();
    assert_eq!(waiting.state, "unconfirmed");
    let wrong = office.command("confirm_device", Some(Ask::ConfirmDevice { device: ana.id, digits: "x".into() }), vec![]);
    let right = office.command("confirm_device", Some(Ask::ConfirmDevice { device: ana.id, digits: waiting.digits.unwrap() }), vec![]);
    office.sync(&w);
    assert!(matches!(&office.verdicts[&wrong], Verdict::Stale { .. }));
    assert!(office.accepted(right));
    ana.sync(&w);
    assert!(ana.agreed);
}

#[test]
fn a_revoked_device_is_told_so() {
    let w = World::new();
    let mut ana = w.device(Role::Worker, GRID, "安然");
    ana.sync(&w);
    assert!(w.server.revoke(&ana.id, RevokeReason::Left).unwrap());
    let (status, error) = ana.send(&w).unwrap_err();
    assert_eq!((status, error.code.as_str()), (403, "revoked"));
    let order = error.wipe.unwrap();
    let text = wipe_text(&ana.id, RevokeReason::Left, order.revoked_at, &order.nonce);
    let signature = ed25519_dalek::Signature::from_slice(&order.signature).unwrap();
    ed25519_dalek::VerifyingKey::from_bytes(&ana.server_key).unwrap().verify_strict(&text, &signature).unwrap();
}

#[test]
fn what_one_writes_the_other_reads_and_both_agree() {
    let w = World::new();
    let mut office = w.office();
    let b = office.make_building(1);
    let h = office.make_household(b, "101");
    let p = office.make_person(b, h, "张三");
    office.sync(&w);
    assert!(office.pending.is_empty() && office.agreed, "{:?}", office.verdicts);
    let mut ana = w.device(Role::Worker, GRID, "安然");
    ana.sync(&w);
    assert!(ana.agreed);
    let person = DocId::new(p, Class::Register);
    assert_eq!(ana.value(&person, "name").as_deref(), Some("张三"));
    assert_eq!(ana.names[&office.actor()], "王主任");

    ana.write(b, person, Kind::Person, &[Edit::put("phone", "13911112222")]);
    office.write(b, person, Kind::Person, &[Edit::put("phone", "13922223333")]);
    ana.sync(&w);
    office.sync(&w);
    ana.sync(&w);
    assert!(ana.agreed && office.agreed);
    assert!(ana.base[&person].is_conflicted("phone"));
    assert_eq!(ana.base[&person], office.base[&person]);
    assert!(w.server.digests_hold().unwrap());
}

#[test]
fn a_lost_acknowledgement_changes_nothing() {
    let w = World::new();
    let mut office = w.office();
    let b = office.make_building(1);
    office.make_household(b, "101");
    let first = office.send(&w).unwrap();
    let second = office.send(&w).unwrap();
    assert_eq!(first.verdicts, second.verdicts);
    office.make_household(b, "102");
    office.sync(&w);
    assert!(office.agreed && office.pending.is_empty());
    assert!(w.server.digests_hold().unwrap());
}

#[test]
fn a_lost_acknowledgement_of_a_request_is_made_good_by_the_next_pull() {
    let w = World::new();
    let mut office = w.office();
    let b = office.make_building(1);
    let h = office.make_household(b, "101");
    office.send(&w).unwrap();
    // The phone forgot that it ever wrote (its home was restored), so it must get its own rows back.
    office.pending.clear();
    office.sync(&w);
    assert_eq!(office.value(&DocId::new(h, Class::Door), "door").as_deref(), Some("101"));
    assert!(office.agreed);
}

#[test]
fn only_the_rows_of_this_request_are_left_out() {
    let w = World::new();
    let mut office = w.office();
    let b = office.make_building(1);
    let h = office.make_household(b, "101");
    office.sync(&w);
    let door = DocId::new(h, Class::Door);
    assert!(!office.rows_seen.iter().any(|r| matches!(r, RowBody::Change { doc, .. } if *doc == door)), "its own rows do not come back");
    let unit = DocId::new(b, Class::Common);
    assert_eq!(office.value(&unit, "parent"), Some(grid().to_string()), "but the server's row about the unit does");
}

#[test]
fn a_building_head_gets_the_doors_and_open_cases_of_the_building_and_nothing_else() {
    let w = World::new();
    let mut office = w.office();
    let (b1, b2) = (office.make_building(1), office.make_building(2));
    let h1 = office.make_household(b1, "101");
    let h2 = office.make_household(b2, "201");
    let p = office.make_person(b1, h1, "张三");
    office.sync(&w);
    let mut head = w.device(Role::BuildingHead, &b1.to_string(), "楼大爷");
    head.sync(&w);
    assert!(head.agreed);
    assert!(head.base.contains_key(&DocId::new(h1, Class::Door)));
    assert!(!head.base.keys().any(|d| d.record == h2 || d.record == p || d.class > Class::Door));
    let classes: Vec<u8> = head.grants.as_ref().unwrap().units.iter().filter(|(u, _)| *u == b1).map(|(_, m)| *m).collect();
    assert_eq!(classes, [Class::Common.bit() | Class::Open.bit() | Class::Door.bit()]);
    assert!(head.grants.as_ref().unwrap().units.iter().all(|(u, m)| *u == b1 || *m == Class::Common.bit()));
}

#[test]
fn a_private_case_of_a_head_is_accepted_and_never_sent_back() {
    let w = World::new();
    let mut office = w.office();
    let b = office.make_building(1);
    office.sync(&w);
    let mut head = w.device(Role::BuildingHead, &b.to_string(), "楼大爷");
    head.sync(&w);
    let case = uuid::Uuid::from_u128(77);
    let doc = DocId::new(case, Class::Private);
    let seq = head.write(b, doc, Kind::Case, &[Edit::put("matter", "02013"), Edit::put("title", "家庭矛盾苗头")]);
    head.sync(&w);
    assert!(head.accepted(seq), "{:?}", head.verdicts);
    head.base.remove(&doc);
    head.cursors.clear();
    head.sync(&w);
    assert!(!head.base.contains_key(&doc));
    office.sync(&w);
    assert_eq!(office.value(&doc, "title").as_deref(), Some("家庭矛盾苗头"));
    assert!(head.agreed && office.agreed);
    // Created, but not to be edited: it does not read the class.
    let edit = head.write(b, doc, Kind::Case, &[Edit::put("title", "x")]);
    head.sync(&w);
    assert!(!head.accepted(edit));
}

#[test]
fn a_partition_with_many_rows_comes_as_a_bundle_and_the_tail_as_rows() {
    let w = World::new();
    let mut office = w.office();
    let b = office.make_building(1);
    let rows = u32::try_from(BUNDLE_FROM_ROWS).unwrap() + 10;
    for n in 0..rows {
        office.make_household(b, &format!("{n}"));
    }
    office.sync(&w);
    assert!(office.agreed && !office.rows_seen.iter().any(|r| matches!(r, RowBody::Snapshot { .. })), "the importer needs no bundle");
    let mut ana = w.device(Role::Worker, GRID, "安然");
    let first = ana.send(&w).unwrap();
    assert!(first.pages.iter().any(|p| p.unit == b && p.bundle_pages.is_some()));
    ana.apply(&first);
    ana.sync(&w);
    assert!(ana.agreed);
    office.make_household(b, "new");
    office.sync(&w);
    let mut bo = w.device(Role::Worker, GRID, "薄云");
    let first = bo.send(&w).unwrap();
    let of_tail =
        |p: &&Page| p.bundle_pages.is_none() && p.rows.iter().any(|r| matches!(r.body, RowBody::Change { kind: Kind::Household, .. }));
    assert!(first.pages.iter().any(|p| p.unit == b && p.bundle_pages.is_some()), "the same bundle serves");
    assert!(first.pages.iter().any(|p| of_tail(&p)), "the tail is rows");
    bo.apply(&first);
    bo.sync(&w);
    assert!(bo.agreed);
    assert_eq!(bo.count_in(&b), office.count_in(&b));
}

#[test]
fn a_long_bundle_goes_on_from_its_cursor_also_when_the_partition_has_moved_on() {
    let w = World::new();
    let mut office = w.office();
    let b = office.make_building(1);
    let long = "好".repeat(2600);
    for n in 0..900 {
        let h = shared_model::doc::household_id(b, "1", &n.to_string(), "");
        office.write(b, DocId::new(h, Class::Register), Kind::Household, &[Edit::put("note", format!("{n}{long}"))]);
        if n % 200 == 0 {
            office.sync(&w);
        }
    }
    office.sync(&w);
    let mut ana = w.device(Role::Worker, GRID, "安然");
    let first = ana.send(&w).unwrap();
    assert!(first.more && first.digests.is_empty());
    ana.apply(&first);
    let cursor = ana.cursors[&(b, Class::Register)].clone();
    assert!(cursor.bundle.is_some() && cursor.seq == 0);
    for n in 0..100 {
        let h = shared_model::doc::household_id(b, "1", &n.to_string(), "");
        office.write(b, DocId::new(h, Class::Register), Kind::Household, &[Edit::put("note", "短")]);
    }
    office.sync(&w);
    w.device(Role::Worker, GRID, "薄云").sync(&w); // builds a newer bundle
    let second = ana.send(&w).unwrap();
    let page = second.pages.iter().find(|p| p.unit == b && p.class == Class::Register).unwrap();
    assert!(page.bundle_pages.is_some());
    ana.apply(&second);
    ana.sync(&w);
    assert!(ana.agreed);
    assert_eq!(ana.count_in(&b), office.count_in(&b));
}

#[test]
fn a_page_is_bounded_and_never_cuts_a_command() {
    let w = World::new();
    let mut office = w.office();
    let b = office.make_building(1);
    let long = "好".repeat(2700);
    for n in 0..30_u128 {
        let parts = [0, 1].map(|k| {
            let keys = ["name", "nickname", "phone", "phone2", "employer", "note", "end_reason"];
            let edits = keys.map(|key| Edit::put(key, format!("{n}{long}")));
            office.part(b, DocId::new(uuid::Uuid::from_u128(1000 + 2 * n + k), Class::Register), Kind::Person, &edits)
        });
        office.command("import", None, parts.into());
    }
    office.sync(&w);
    let mut ana = w.device(Role::Worker, GRID, "安然");
    let reply = ana.send(&w).unwrap();
    let pages: Vec<_> = reply.pages.iter().filter(|p| p.unit == b && p.class == Class::Register).collect();
    assert!(pages.len() > 2 && pages.iter().all(|p| to_cbor(p).len() <= shared_model::limits::PAGE_BYTES_MAX + 4096));
    for two in pages.windows(2) {
        assert_ne!(two[0].rows.last().unwrap().command, two[1].rows[0].command);
    }
    ana.apply(&reply);
    ana.sync(&w);
    assert!(ana.agreed);
}

#[test]
fn no_bent_request_makes_the_server_fail() {
    let w = World::new();
    let mut office = w.office();
    let b = office.make_building(1);
    office.make_household(b, "101");
    office.sync(&w);
    office.make_household(b, "102");
    let plain = to_cbor(&office.request());
    let mut state = 7_u64;
    for _ in 0..1500 {
        let mut bent = plain.clone();
        for _ in 0..3 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = usize::try_from(state >> 33).unwrap() % bent.len();
            bent[at] = state.to_be_bytes()[3];
        }
        let body = zstd::bulk::compress(&bent, 1).unwrap();
        let headers = office.headers(START_MS, "POST", "/v1/sync", &body);
        let r = w.server.handle("POST", "/v1/sync", &headers, &body);
        assert!(r.status < 500, "{}", read::<ErrorReply>(&r.body).message);
    }
    assert!(w.server.digests_hold().unwrap());
    w.device(Role::Worker, GRID, "安然").sync(&w);
}

#[test]
fn a_damaged_document_is_sent_again() {
    let w = World::new();
    let mut office = w.office();
    let b = office.make_building(1);
    let h = office.make_household(b, "101");
    office.sync(&w);
    let doc = DocId::new(h, Class::Door);
    office.base.remove(&doc);
    office.sync(&w);
    assert!(!office.agreed);
    office.want = vec![doc, DocId::new(h, Class::Private)];
    office.sync(&w);
    assert!(office.agreed);
}

#[test]
fn a_restart_keeps_everything() {
    let mut w = World::new();
    let mut office = w.office();
    let b = office.make_building(1);
    office.make_household(b, "101");
    let first = office.send(&w).unwrap();
    w.restart();
    assert_eq!(office.send(&w).unwrap().verdicts, first.verdicts);
    office.sync(&w);
    let mut ana = w.device(Role::Worker, GRID, "安然");
    ana.sync(&w);
    assert!(ana.agreed && office.agreed && w.server.digests_hold().unwrap());
}

#[test]
fn a_request_is_taken_once() {
    let mut w = World::new();
    let mut office = w.office();
    office.make_building(1);
    let body = write(&office.request());
    let headers = office.headers(w.env.now.load(std::sync::atomic::Ordering::Relaxed), "POST", "/v1/sync", &body);
    assert_eq!(w.server.handle("POST", "/v1/sync", &headers, &body).status, 200);
    let again = w.server.handle("POST", "/v1/sync", &headers, &body);
    assert_eq!((again.status, read::<ErrorReply>(&again.body).code.as_str()), (409, "replayed"));
    w.restart();
    let again = w.server.handle("POST", "/v1/sync", &headers, &body);
    assert_eq!((again.status, read::<ErrorReply>(&again.body).code.as_str()), (409, "replayed"), "also after a restart");
}

#[test]
fn a_wrong_clock_is_told_the_signed_time_and_locks_nobody_out() {
    let w = World::new();
    let mut office = w.office();
    office.clock_off = CLOCK_SKEW_MS_MAX + 1000;
    let (status, error) = office.send(&w).unwrap_err();
    assert_eq!((status, error.code.as_str(), error.time), (409, "clock_skew", START_MS));
    let nonce = hex(&[&office.requests.to_be_bytes()[..], &office.id.as_bytes()[..8]].concat());
    let key = ed25519_dalek::VerifyingKey::from_bytes(&office.server_key).unwrap();
    let signature = ed25519_dalek::Signature::from_slice(&error.signature.unwrap()).unwrap();
    key.verify_strict(&time_text(error.time, &nonce), &signature).unwrap();
    office.clock_off = 0;
    office.sync(&w);
}

#[test]
fn a_forged_or_foreign_signature_is_refused() {
    let w = World::new();
    let (mut office, other) = (w.office(), w.device(Role::Worker, GRID, "安然"));
    let id = office.id;
    office.id = other.id;
    assert_eq!(office.send(&w).unwrap_err().0, 401);
    office.id = uuid::Uuid::from_u128(5);
    assert_eq!(office.send(&w).unwrap_err().1.code, "unconfirmed", "it may have been enrolled after a backup");
    office.id = id;
    let body = write(&office.request());
    let headers = office.headers(START_MS, "POST", "/v1/sync", b"another body");
    assert_eq!(w.server.handle("POST", "/v1/sync", &headers, &body).status, 401);
}

#[test]
fn nonsense_is_answered_with_a_code_and_never_a_panic() {
    let w = World::new();
    let mut office = w.office();
    for body in [&b""[..], b"x", &[0; 100], &write(&"text"), &write(&vec![0_u8; 40_000_000])] {
        let headers = office.headers(START_MS, "POST", "/v1/sync", body);
        let r = w.server.handle("POST", "/v1/sync", &headers, body);
        let code = read::<ErrorReply>(&r.body).code;
        assert!((r.status == 400 && code == "bad_request") || (r.status == 413 && code == "too_large"), "{} {code}", r.status);
        assert_eq!(w.server.handle("POST", "/v1/enrol", &[], body).status, r.status);
    }
    assert_eq!(w.server.handle("GET", "/nowhere", &[], b"").status, 404);
    assert_eq!(w.server.handle("GET", "/readyz", &[], b"").status, 200);
    let mut old = office.request();
    old.protocol = 99;
    assert_eq!(office.post::<_, SyncReply>(&w, "/v1/sync", &old).unwrap_err().1.code, "needs_update");
}

#[test]
fn the_history_of_a_key_is_served_by_class() {
    let w = World::new();
    let mut office = w.office();
    let b = office.make_building(1);
    let h = office.make_household(b, "101");
    let p = office.make_person(b, h, "张三");
    office.sync(&w);
    let doc = DocId::new(p, Class::Register);
    office.write(b, doc, Kind::Person, &[Edit::put("phone", "2")]);
    office.sync(&w);
    let seen = office.base[&doc].live["phone"].iter().map(|op| op.id).collect();
    office.write(b, doc, Kind::Person, &[Edit::settle("phone", "3", seen)]);
    office.sync(&w);
    let ask = HistoryRequest { record: p, key: "phone".into() };
    let reply: HistoryReply = office.post(&w, "/v1/history", &ask).unwrap();
    let values: Vec<_> = reply.entries.iter().map(|e| (e.value.as_str().unwrap().to_string(), e.settles, e.name.as_str())).collect();
    assert_eq!(values, [("13900000000".to_string(), false, "王主任"), ("2".into(), false, "王主任"), ("3".into(), true, "王主任")]);
    assert!(
        reply.entries.iter().all(|e| e.command == "test" || e.command.contains('_')),
        "each write names its command: {:?}",
        reply.entries.iter().map(|e| &e.command).collect::<Vec<_>>()
    );
    let mut head = w.device(Role::BuildingHead, &b.to_string(), "楼大爷");
    assert!(head.post::<_, HistoryReply>(&w, "/v1/history", &ask).unwrap().entries.is_empty());
}

#[test]
fn the_office_invites_into_its_own_subtree_only() {
    let w = World::new();
    let mut office = w.office();
    let ask = |role, unit| InviteRequest { role, unit, name: "新人".into() };
    let made: InviteReply = office.post(&w, "/v1/invite", &ask(Role::Worker, grid())).unwrap();
    assert!(made.invite.starts_with("gridwalk:1?u=http%3A%2F%2F127.0.0.1%3A1&t="));
    for (role, unit) in [(Role::Admin, grid()), (Role::Overseer, grid()), (Role::Worker, unit_id("610104001902"))] {
        assert_eq!(office.post::<_, InviteReply>(&w, "/v1/invite", &ask(role, unit)).unwrap_err().1.code, "not_allowed");
    }
    let mut ana = w.device(Role::Worker, GRID, "安然");
    assert_eq!(ana.post::<_, InviteReply>(&w, "/v1/invite", &ask(Role::Worker, grid())).unwrap_err().1.code, "not_allowed");
}

#[test]
fn a_wake_tells_the_partition_and_only_to_those_who_hold_it() {
    let w = World::new();
    let mut office = w.office();
    let b = office.make_building(1);
    office.sync(&w);
    let mut head = w.device(Role::BuildingHead, &b.to_string(), "楼大爷");
    let heard = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let sink = heard.clone();
    w.server.on_wake(move |wake| sink.lock().unwrap().push(wake));
    office.make_household(b, "101");
    office.sync(&w);
    let headers = head.headers(START_MS, "GET", "/v1/events", b"");
    let watch = w.server.watch(&headers).unwrap_or_else(|r| panic!("{}", r.status));
    let heard = heard.lock().unwrap();
    let classes: Vec<Class> = heard.iter().filter(|wake| watch.hears(wake)).map(|wake| wake.class).collect();
    assert_eq!((heard.len(), classes), (2, vec![Class::Door]));
}

#[test]
fn a_full_disk_refuses_what_would_be_written_and_recovers_by_itself() {
    let w = World::new();
    let (mut office, mut ana) = (w.office(), w.device(Role::Worker, GRID, "安然"));
    let b = office.make_building(1);
    office.sync(&w);
    ana.sync(&w);
    let size = std::fs::metadata(w.path().join("server.db")).unwrap().len();
    w.server.limit_database(Some(size)).unwrap();
    // More than the free pages hold, in one request: all or nothing.
    for n in 0..400 {
        office.make_household(b, &format!("{n}"));
    }
    let (status, refused) = office.send(&w).unwrap_err();
    assert_eq!((status, refused.code.as_str()), (507, "server_full"));
    assert_eq!(w.server.handle("GET", "/readyz", &[], b"").status, 503);
    assert_eq!(w.server.handle("GET", "/healthz", &[], b"").status, 200);
    w.env.pass(120_000); // when it was last seen is due to be noted
    let before = ana.base.len();
    let reply = ana.send(&w).expect("what is only read is answered");
    ana.apply(&reply);
    assert!(ana.agreed && ana.base.len() == before, "nothing of the refused request is in the log");

    w.server.limit_database(None).unwrap();
    office.sync(&w);
    assert!(office.agreed && office.pending.is_empty());
    w.env.pass(120_000);
    assert_eq!(w.server.handle("GET", "/readyz", &[], b"").status, 200);
    ana.sync(&w);
    assert!(ana.agreed && ana.base.len() > before + 400);
    assert!(w.server.digests_hold().unwrap());
}
