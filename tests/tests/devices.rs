//! How a device comes in, and how it ends: invites, six digits, revocation by reason, the wipe that may be cut short anywhere, the lease,
//! a phone that was copied. Whatever happens to a device, what was written on it is at the server, or was in unknown hands.

#![allow(clippy::unwrap_used)]

use e2e::world::*;
use rusqlite::{Connection, OpenFlags};
use serde_bytes::ByteBuf;
use serde_json::{Value as Json, json};
use shared_model::Role;
use shared_model::devices::RevokeReason;
use shared_model::wire::Verdict;
use std::collections::BTreeMap;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
const YEAR_MS: i64 = 365 * DAY_MS;

/// An invite by the office, for a worker of the first grid.
fn invite(w: &World, name: &str) -> String {
    let made = w.office().call("invite_device", json!({ "role": "worker", "unit": FIRST_GRID, "name": name }));
    made["invite"].as_str().unwrap().to_string()
}

fn enrol(d: &Device, invite: &str) -> Json {
    d.call("enrol", json!({ "invite": invite, "pin": PIN }))
}

/// The office's line about a device, after a sync.
fn line(w: &World, id: &str) -> Json {
    w.office().sync();
    let list = w.office().call("list_devices", json!({}));
    list["items"].as_array().unwrap().iter().find(|d| d["id"] == id).cloned().unwrap_or(Json::Null)
}

fn report(d: &Device, title: &str) {
    let matter = shared_model::matters::all().iter().find(|m| m.class == shared_model::Class::Open).unwrap().code.clone();
    d.call("add_case", json!({ "matter": matter, "title": title, "place": "小花园" }));
}

/// Verdicts of a device in words, by number.
fn verdicts(w: &World, id: &str) -> BTreeMap<u64, String> {
    let words = |v: &Verdict| match v {
        Verdict::Accepted { .. } => "accepted".to_string(),
        Verdict::Quarantined { reason } => reason.clone(),
        other => format!("{other:?}"),
    };
    w.ledger().of(id.parse().unwrap()).into_iter().map(|(seq, v)| (seq, words(v))).collect()
}

/// Reasons and numbers in the server's quarantine, of one device.
fn quarantine(w: &World, id: &str) -> Vec<(u64, String)> {
    let db = Connection::open_with_flags(w.server_dir().join("server.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut q = db.prepare("select seq, reason from quarantine where device = ?1 order by seq, received_at, digest").unwrap();
    let id: uuid::Uuid = id.parse().unwrap();
    q.query_map([id], |r| Ok((r.get(0)?, r.get(1)?))).unwrap().collect::<Result<_, _>>().unwrap()
}

fn files(d: &Device) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(d.home()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn revoke(w: &World, id: &str, reason: &str) {
    w.office().call("revoke_device", json!({ "device": id, "reason": reason }));
}

fn is_wiped(d: &Device, reason: &str) {
    let who = d.call("whoami", json!({}));
    assert_eq!((who["enrolled"].clone(), who["wiped"]["reason"]["code"].clone()), (json!(false), json!(reason)), "{who}");
    assert_eq!(files(d), ["wiped.json"]);
    assert_eq!(d.refused("list_households", json!({})), "locked");
}

#[test]
fn a_device_waits_for_its_digits_and_gets_and_gives_nothing_before() {
    let mut w = World::ready(801);
    let text = invite(&w, "新来");
    assert!(text.starts_with("gridwalk:1?u=") && text.contains("&t=") && text.contains("&k=") && text.contains("&e="));
    let place = w.newcomer("新来", Role::Worker);
    let fresh = &w.devices[place];
    let who = enrol(fresh, &text);
    let (id, digits) = (who["device"].as_str().unwrap(), who["digits"].as_str().unwrap());
    assert_eq!((who["confirmed"].clone(), digits.len()), (json!(false), 6));
    report(fresh, "等确认时写的");
    assert_eq!(fresh.try_sync().unwrap_err().code, "unconfirmed");
    assert_eq!((fresh.pending(), fresh.doors().len()), (1, 0));
    assert!(verdicts(&w, id).is_empty());
    let seen = line(&w, id);
    assert_eq!((seen["state"].as_str(), seen["digits"].as_str(), seen["name"].as_str()), (Some("unconfirmed"), Some(digits), Some("新来")));
    let wrong = if digits == "000000" { "000001" } else { "000000" };
    assert_eq!(w.office().refused("confirm_device", json!({ "device": id, "digits": wrong })), "invalid_args");
    assert_eq!(fresh.try_sync().unwrap_err().code, "unconfirmed");
    assert_eq!(w.ana().refused("confirm_device", json!({ "device": id, "digits": digits })), "not_allowed");
    w.office().call("confirm_device", json!({ "device": id, "digits": digits }));
    fresh.sync();
    assert!(fresh.agrees());
    assert_eq!(fresh.doors().len(), w.ana().doors().len());
    assert_eq!(line(&w, id)["state"], "active");
    w.sync_all();
}

#[test]
fn a_used_invite_is_refused_to_anybody_else_and_the_office_is_told() {
    let mut w = World::ready(802);
    let text = invite(&w, "新来");
    let (a, b) = (w.newcomer("新来", Role::Worker), w.newcomer("拍照的人", Role::Worker));
    let who = enrol(&w.devices[a], &text);
    w.office().sync();
    assert_eq!(w.office().call("list_devices", json!({}))["alarms"], json!([]));
    assert_eq!(w.devices[b].refused("enrol", json!({ "invite": text, "pin": PIN })), "invite_used");
    assert!(files(&w.devices[b]).is_empty(), "nothing is left of a try that was refused");
    w.office().sync();
    let alarms = w.office().call("list_devices", json!({}))["alarms"].clone();
    assert_eq!(alarms.as_array().unwrap().len(), 1, "{alarms}");
    assert_eq!(
        (alarms[0]["kind"].as_str(), alarms[0]["name"].as_str(), &alarms[0]["device"]),
        (Some("invite_again"), Some("新来"), &who["device"])
    );
}

#[test]
fn whoever_lost_the_answer_to_an_enrolment_tries_again_with_the_same_invite() {
    let mut w = World::ready(803);
    let text = invite(&w, "新来");
    let place = w.newcomer("新来", Role::Worker);
    w.devices[place].meets(&[Fault::LoseReply]);
    assert_eq!(w.devices[place].refused("enrol", json!({ "invite": text, "pin": PIN })), "offline");
    let who = enrol(&w.devices[place], &text);
    w.office().sync();
    let list = w.office().call("list_devices", json!({}));
    assert_eq!(list["alarms"], json!([]));
    assert_eq!(list["items"].as_array().unwrap().iter().filter(|d| d["id"] == who["device"]).count(), 1);
}

#[test]
fn an_expired_invite_is_told_on_the_device_and_a_wrong_clock_is_not_taken_for_it() {
    let mut w = World::ready(804);
    let text = invite(&w, "新来");
    w.clock.pass_ms(20 * MINUTE_MS);
    let place = w.newcomer("新来", Role::Worker);
    let before = w.devices[place].line.requests();
    assert_eq!(w.devices[place].refused("enrol", json!({ "invite": text, "pin": PIN })), "invite_expired");
    assert_eq!(w.devices[place].line.requests(), before, "no request is needed to see it");
    w.devices[place].env.set_wrong_by_ms(-3 * 60 * MINUTE_MS);
    assert_eq!(w.devices[place].refused("enrol", json!({ "invite": text, "pin": PIN })), "invite_expired", "the server sees it too");
    for wrong_ms in [10 * YEAR_MS, -10 * YEAR_MS] {
        let text = invite(&w, "新来");
        let place = w.newcomer("新来", Role::Worker);
        w.devices[place].env.set_wrong_by_ms(wrong_ms);
        let who = enrol(&w.devices[place], &text);
        w.office().sync();
        w.office().call("confirm_device", json!({ "device": who["device"], "digits": who["digits"] }));
        w.devices[place].sync();
        assert!(w.devices[place].agrees());
    }
}

#[test]
fn whoever_photographed_the_code_first_is_not_confirmed_and_leaves_nothing() {
    let mut w = World::ready(805);
    let text = invite(&w, "新来");
    let (thief, fresh) = (w.newcomer("新来", Role::Worker), w.newcomer("新来", Role::Worker));
    let who = enrol(&w.devices[thief], &text);
    let id = who["device"].as_str().unwrap();
    assert_eq!(w.devices[fresh].refused("enrol", json!({ "invite": text, "pin": PIN })), "invite_used");
    report(&w.devices[thief], "混进来的");
    assert_eq!(line(&w, id)["state"], "unconfirmed");
    revoke(&w, id, "mistaken");
    assert_eq!(w.devices[thief].try_sync().unwrap_err().code, "revoked");
    assert_eq!(verdicts(&w, id), BTreeMap::from([(1, "unconfirmed".to_string())]), "what was never confirmed counts for nothing");
    is_wiped(&w.devices[thief], "mistaken");
    assert_eq!(w.office().refused("confirm_device", json!({ "device": id, "digits": who["digits"] })), "invalid_args");
}

#[test]
fn a_device_that_is_replaced_gives_everything_it_has_before_it_is_wiped() {
    let w = World::ready(806);
    let (ana, id) = (w.ana(), w.ana().id().to_string());
    ana.edit_person("1-1-101", "张建国", "note", "换机之前写的");
    ana.call("add_visit", json!({ "household": ana.at("1-1-101"), "outcome": "met" }));
    revoke(&w, &id, "replaced");
    assert_eq!(line(&w, &id)["state"], "revoked");
    // something more is written while the answer to the push is on its way
    ana.write_in_flight("add_visit", json!({ "household": ana.at("1-2-101"), "outcome": "absent" }));
    // and something more while the order itself is
    let (engine, home) = (ana.engine(), ana.at("1-1-102"));
    let mut left = Some(home);
    ana.line.set_bend_error(Some(Box::new(move |_| {
        if let Some(home) = left.take() {
            engine.call("add_visit", json!({ "household": home, "outcome": "met" })).unwrap();
        }
    })));
    let e = ana.try_sync().unwrap_err();
    ana.line.set_bend_error(None);
    assert_eq!((e.code.as_str(), e.message.contains("换了设备")), ("revoked", true), "{e}");
    assert_eq!(verdicts(&w, &id).into_values().collect::<Vec<_>>(), ["accepted"; 4]);
    is_wiped(ana, "replaced");
    let gone = line(&w, &id);
    assert_eq!(
        (gone["state"].as_str(), gone["reason"]["code"].as_str(), gone["unsent"].as_u64()),
        (Some("wiped"), Some("replaced"), Some(0))
    );
    assert!(gone["wiped_at"].is_i64(), "{gone}");
    assert_eq!(w.office().person("1-1-101", "张建国")["note"], "换机之前写的");
    for plate in ["1-2-101", "1-1-102"] {
        assert_eq!(w.office().file(plate)["visits"].as_array().unwrap().len(), 1, "{plate}");
    }
    // and it may come in again by a new invite
    let who = enrol(ana, &invite(&w, "安然"));
    w.office().sync();
    w.office().call("confirm_device", json!({ "device": who["device"], "digits": who["digits"] }));
    ana.sync();
    assert_eq!(ana.person("1-1-101", "张建国")["note"], "换机之前写的");
    assert_eq!(ana.call("whoami", json!({}))["wiped"], Json::Null);
    w.sync_all();
}

#[test]
fn nothing_is_destroyed_that_the_server_has_no_verdict_for() {
    let w = World::ready(807);
    let (ana, id) = (w.ana(), w.ana().id().to_string());
    for n in 0..40 {
        ana.edit_person("1-1-101", "张建国", "note", format!("{n} {}", "长".repeat(2600)));
    }
    revoke(&w, &id, "left");
    for fault in [Fault::LoseReply, Fault::LoseRequest, Fault::Rubbish, Fault::LoseReply] {
        ana.meets(&[fault]);
        let _ = ana.try_sync();
        ana.kill();
        let known = verdicts(&w, &id).len();
        assert!(ana.call("whoami", json!({}))["wiped"].is_null() || known == 40, "wiped with {known} of 40 at the server");
    }
    let _ = ana.try_sync();
    assert_eq!(verdicts(&w, &id).into_values().collect::<Vec<_>>(), ["accepted"; 40]);
    is_wiped(ana, "left");
}

#[test]
fn what_comes_long_after_the_revocation_is_kept_aside_and_not_lost() {
    let w = World::ready(808);
    let (ana, id) = (w.ana(), w.ana().id().to_string());
    ana.edit_person("1-1-101", "张建国", "note", "太迟了");
    revoke(&w, &id, "left");
    w.clock.pass_ms(38 * DAY_MS);
    assert_eq!(ana.try_sync().unwrap_err().code, "revoked");
    assert_eq!(quarantine(&w, &id), [(1, "late".to_string())]);
    is_wiped(ana, "left");
}

#[test]
fn nothing_that_arrives_from_a_lost_phone_counts_and_the_office_sees_what_it_held() {
    let w = World::ready(809);
    let (ana, id) = (w.ana(), w.ana().id().to_string());
    ana.edit_person("1-1-101", "张建国", "note", "丢之前写的");
    ana.sync();
    let before = line(&w, &id);
    assert_eq!(before["state"], "active");
    ana.edit_person("1-1-101", "张建国", "phone", "13700000001");
    revoke(&w, &id, "lost");
    let lost = line(&w, &id);
    assert_eq!((lost["state"].as_str(), lost["reason"]["code"].as_str()), (Some("lost"), Some("lost")));
    let held = &lost["held"][0];
    assert_eq!((held["unit_name"].as_str(), held["households"].as_u64()), (Some("第一网格"), Some(w.ana().doors().len() as u64)));
    assert!(held["people"].as_u64().unwrap() > 0);
    let classes: Vec<&str> = held["classes"].as_array().unwrap().iter().map(|c| c["code"].as_str().unwrap()).collect();
    assert_eq!(classes, ["common", "open", "door", "register", "private"]);
    assert!(lost["lease_until"].as_i64().unwrap() > w.clock.now_ms());
    assert_eq!(ana.try_sync().unwrap_err().code, "revoked");
    assert_eq!(verdicts(&w, &id), BTreeMap::from([(1, "accepted".to_string()), (2, "reported_lost".to_string())]));
    is_wiped(ana, "lost");
    w.office().sync();
    assert_eq!(w.office().person("1-1-101", "张建国")["phone"], "13900000101", "what arrives after the report is not taken");
    assert_eq!(w.office().person("1-1-101", "张建国")["note"], "丢之前写的", "what arrived before it stands");
    assert_eq!(line(&w, &id)["state"], "wiped");
}

#[test]
fn a_wipe_that_was_cut_short_anywhere_goes_on_at_the_next_start() {
    let w = World::ready(810);
    let (ana, id) = (w.ana(), w.ana().id().to_string());
    let whole = w.path().join("vor");
    copy_home(&ana.home(), &whole);
    revoke(&w, &id, "stolen");
    ana.try_sync().unwrap_err();
    let marker: Json = serde_json::from_slice(&std::fs::read(ana.home().join("wiped.json")).unwrap()).unwrap();
    let (mut begun, order) = (marker.clone(), ["device.key", "seal.json", "unlocked", "gridwalk.db-wal", "gridwalk.db"]);
    begun["is_done"] = json!(false);
    begun["is_told"] = json!(false);
    for gone in 0..=order.len() {
        // the power went after the marker and so many of the files
        ana.close();
        copy_home(&whole, &ana.home());
        for name in &order[..gone] {
            let _ = std::fs::remove_file(ana.home().join(name));
        }
        std::fs::write(ana.home().join("wiped.json"), begun.to_string()).unwrap();
        ana.kill();
        is_wiped(ana, "stolen");
        assert_eq!(ana.call("whoami", json!({}))["wiped"]["told"], json!(false));
        let _ = ana.try_sync();
        assert_eq!(ana.call("whoami", json!({}))["wiped"]["told"], json!(true));
    }
    // before the marker nothing has happened, and the next contact gives the order again
    ana.close();
    let _ = std::fs::remove_file(ana.home().join("wiped.json"));
    copy_home(&whole, &ana.home());
    ana.kill();
    assert_eq!(ana.call("whoami", json!({}))["enrolled"], json!(true));
    ana.try_sync().unwrap_err();
    is_wiped(ana, "stolen");
}

#[test]
fn the_receipt_waits_for_a_network_and_the_office_sees_the_wipe_only_then() {
    let w = World::ready(811);
    let (ana, id) = (w.ana(), w.ana().id().to_string());
    revoke(&w, &id, "lost");
    ana.meets(&[Fault::None, Fault::LoseRequest]);
    ana.try_sync().unwrap_err();
    is_wiped(ana, "lost");
    assert_eq!(line(&w, &id)["state"], "lost");
    ana.kill();
    ana.meets(&[Fault::LoseReply]);
    let _ = ana.try_sync();
    let first = line(&w, &id)["wiped_at"].clone();
    assert!(first.is_i64());
    w.clock.pass_ms(DAY_MS);
    let _ = ana.try_sync();
    assert_eq!(ana.call("whoami", json!({}))["wiped"]["told"], json!(true));
    assert_eq!(line(&w, &id)["wiped_at"], first, "the same receipt twice is one wipe");
}

#[test]
fn only_the_servers_own_order_for_this_very_request_is_obeyed() {
    let w = World::ready(812);
    let (ana, bo) = (w.ana(), w.bo());
    revoke(&w, &bo.id().to_string(), "lost");
    revoke(&w, &ana.id().to_string(), "left");
    let kept = std::sync::Arc::new(std::sync::Mutex::new(None));
    let keep = kept.clone();
    bo.line.set_bend_error(Some(Box::new(move |e| *keep.lock().unwrap() = e.wipe.take().map(|order| *order))));
    bo.try_sync().unwrap_err();
    let of_bo = kept.lock().unwrap().clone().unwrap();
    type Forge = fn(&mut shared_model::devices::WipeOrder, &shared_model::devices::WipeOrder);
    let forgeries: [Forge; 4] = [
        |order, _| order.signature = ByteBuf::from(vec![0; 64]),
        |order, _| order.reason = RevokeReason::Stolen,
        |order, other| *order = other.clone(),
        |order, other| order.nonce = other.nonce.clone(),
    ];
    for forge in forgeries {
        let other = of_bo.clone();
        ana.line.set_bend_error(Some(Box::new(move |e| {
            if let Some(order) = &mut e.wipe {
                forge(order, &other);
            }
        })));
        assert_eq!(ana.try_sync().unwrap_err().code, "revoked");
        assert_eq!(ana.call("whoami", json!({}))["enrolled"], json!(true));
    }
    // the order of an earlier request is no order either
    let again = of_bo.clone();
    bo.line.set_bend_error(Some(Box::new(move |e| e.wipe = Some(Box::new(again.clone())))));
    bo.try_sync().unwrap_err();
    assert_eq!(bo.call("whoami", json!({}))["enrolled"], json!(true));
    ana.line.set_bend_error(None);
    bo.line.set_bend_error(None);
    ana.try_sync().unwrap_err();
    bo.try_sync().unwrap_err();
    is_wiped(ana, "left");
    is_wiped(bo, "lost");
}

#[test]
fn who_may_end_a_device_and_what_stands_is_not_softened() {
    let w = World::ready(813);
    let (ana, bo) = (w.ana().id().to_string(), w.bo().id().to_string());
    assert_eq!(w.ana().refused("revoke_device", json!({ "device": bo, "reason": "left" })), "not_allowed");
    assert_eq!(w.office().refused("revoke_device", json!({ "device": bo, "reason": "because" })), "invalid_args");
    assert_eq!(w.office().refused("revoke_device", json!({ "device": w.office().id().to_string(), "reason": "left" })), "invalid_args");
    revoke(&w, &ana, "left");
    revoke(&w, &ana, "left");
    revoke(&w, &ana, "stolen");
    assert_eq!(line(&w, &ana)["state"], "lost", "left may turn out to be stolen");
    assert_eq!(w.office().refused("revoke_device", json!({ "device": ana, "reason": "left" })), "invalid_args");
    assert_eq!(line(&w, &ana)["reason"]["code"], "stolen");
    w.ana().try_sync().unwrap_err();
    assert_eq!(w.office().refused("revoke_device", json!({ "device": ana, "reason": "lost" })), "invalid_args");
    assert_eq!(line(&w, &ana)["state"], "wiped");
}

#[test]
fn a_device_of_the_office_that_was_ended_ends_nobody_else() {
    let w = World::ready(814);
    let (second, ana) = (w.second(), w.ana().id().to_string());
    second.line.set_offline(true);
    second.call("revoke_device", json!({ "device": ana, "reason": "stolen" }));
    second.edit_person("1-1-101", "张建国", "note", "还算数");
    revoke(&w, &second.id().to_string(), "left");
    second.line.set_offline(false);
    second.try_sync().unwrap_err();
    let id = w.ledger().verdicts.keys().map(|(d, _)| d.to_string()).find(|d| quarantine(&w, d).len() == 1).unwrap();
    assert_eq!(quarantine(&w, &id)[0].1, "device_closed");
    is_wiped(second, "left");
    assert_eq!(line(&w, &ana)["state"], "active");
    assert_eq!(w.office().person("1-1-101", "张建国")["note"], "还算数");
}

#[test]
fn an_ended_device_is_answered_nothing_else() {
    let w = World::ready(815);
    revoke(&w, &w.second().id().to_string(), "left");
    let args = json!({ "role": "worker", "unit": FIRST_GRID, "name": "谁" });
    assert_eq!(w.second().refused("invite_device", args), "revoked");
    let person = w.second().person("1-1-101", "张建国")["id"].clone();
    let history = w.second().try_call("get_history", json!({ "record": person, "key": "name" }));
    assert!(history.is_err() || history.unwrap()["complete"] == json!(false), "only what this device holds");
}

#[test]
fn a_copied_phone_is_found_out_both_contents_are_kept_and_both_must_come_in_again() {
    let mut w = World::ready(816);
    let twin = w.copy_of(ANA);
    let (ana, twin) = (w.ana(), &w.devices[twin]);
    let id = ana.id().to_string();
    ana.edit_person("1-1-101", "张建国", "note", "第一台写的");
    twin.edit_person("1-1-101", "张建国", "note", "第二台写的");
    ana.sync();
    let seqs: Vec<u64> = verdicts(&w, &id).into_keys().collect();
    assert_eq!(twin.try_sync().unwrap_err().code, "cloned");
    assert_eq!(verdicts(&w, &id)[&seqs[0]], "accepted", "the first verdict stands");
    assert_eq!(quarantine(&w, &id), [(seqs[0], "cloned".to_string())], "and the other content is kept");
    assert_eq!(line(&w, &id)["state"], "cloned");
    // which of the two is whose nobody knows: neither is given anything, what they bring is kept aside
    w.office().edit_person("1-1-101", "张建国", "phone", "13700000009");
    w.office().sync();
    for (d, note) in [(ana, "又写一条"), (twin, "又写另一条")] {
        report(d, note);
        assert_eq!(d.try_sync().unwrap_err().code, "cloned");
        assert_eq!(d.pending(), 0);
        assert_eq!(d.person("1-1-101", "张建国")["phone"], "13900000101");
        assert_eq!(d.call("whoami", json!({}))["closed"], "cloned");
    }
    assert_eq!(quarantine(&w, &id).len(), 3);
    revoke(&w, &id, "cloned");
    for d in [ana, twin] {
        assert_eq!(d.try_sync().unwrap_err().code, "revoked");
        is_wiped(d, "cloned");
    }
    assert_eq!(line(&w, &id)["state"], "wiped");
    let who = enrol(ana, &invite(&w, "安然"));
    w.office().sync();
    w.office().call("confirm_device", json!({ "device": who["device"], "digits": who["digits"] }));
    ana.sync();
    assert_eq!(ana.person("1-1-101", "张建国")["phone"], "13700000009");
}

#[test]
fn without_contact_reading_stops_writing_goes_on_and_one_sync_mends_it() {
    let w = World::ready(817);
    let ana = w.ana();
    let (home, person) = (ana.at("1-1-101"), ana.person("1-1-101", "张建国")["id"].clone());
    w.clock.pass_ms(8 * DAY_MS);
    assert_eq!(ana.call("whoami", json!({}))["lease_over"], json!(true));
    for (command, args) in [
        ("get_household", json!({ "id": home })),
        ("list_due", json!({})),
        ("list_cases", json!({})),
        ("search", json!({ "q": "张" })),
        ("get_history", json!({ "record": person, "key": "name" })),
        ("reveal", json!({ "record": person, "key": "id_number", "reason": "核对" })),
        ("list_conflicts", json!({})),
    ] {
        assert_eq!(ana.refused(command, args), "lease_over", "{command}");
    }
    let doors = ana.call("list_households", json!({ "q": "张建国" }));
    assert_eq!(doors["total"], json!(ana.doors().len()), "a search is no way around it");
    assert!(
        doors["items"].as_array().unwrap().iter().all(|h| h["head_name"].is_null() && h["tags"] == json!([]) && h["people"] == json!(0))
    );
    ana.call("add_visit", json!({ "household": home, "outcome": "met", "note": "没有信号的一周" }));
    report(ana, "路灯坏了");
    ana.kill();
    assert_eq!(ana.pending(), 2);
    assert_eq!(ana.refused("list_due", json!({})), "lease_over", "a restart is no contact");
    ana.meets(&[Fault::LoseRequest]);
    assert_eq!(ana.try_sync().unwrap_err().code, "offline");
    assert_eq!(ana.refused("list_due", json!({})), "lease_over");
    ana.sync();
    assert!(ana.agrees());
    assert_eq!(ana.file("1-1-101")["visits"].as_array().unwrap().len(), 1);
    w.sync_all();
}

#[test]
fn only_a_lease_that_the_server_signed_for_this_request_counts() {
    let w = World::ready(818);
    let ana = w.ana();
    w.clock.pass_ms(5 * DAY_MS);
    ana.line.set_bend(Some(Box::new(|reply| {
        let lease = reply.lease.as_mut().unwrap();
        lease.until += 100 * DAY_MS;
        true
    })));
    ana.sync();
    w.clock.pass_ms(3 * DAY_MS);
    assert_eq!(ana.refused("list_due", json!({})), "lease_over");
    ana.line.set_bend(None);
    ana.sync();
    ana.call("list_due", json!({}));
}

#[test]
fn a_clock_that_jumps_neither_ends_nor_lengthens_the_lease() {
    let w = World::ready(819);
    let ana = w.ana();
    ana.env.set_wrong_by_ms(10 * YEAR_MS);
    ana.call("list_due", json!({}));
    ana.env.set_wrong_by_ms(-10 * YEAR_MS);
    ana.kill();
    ana.call("list_due", json!({}));
    for day in 0..9 {
        w.clock.pass_ms(DAY_MS);
        let is_over = ana.try_call("list_due", json!({})).is_err();
        assert!(day >= 4 || !is_over, "day {day}");
    }
    assert_eq!(ana.refused("list_due", json!({})), "lease_over");
    ana.sync();
    ana.call("list_due", json!({}));
    ana.env.set_wrong_by_ms(0);
    ana.call("list_due", json!({}));
    ana.sync();
}
