//! A machine with named accounts, as the server sees it: each account is an enrolment of its own, so its membership alone decides what it may write
//! and what its store receives; what is lost with the machine is ended in one go.
#![allow(clippy::unwrap_used)]

use e2e::world::*;
use serde_json::{Value as Json, json};
use shared_model::Role;
use shared_model::wire::NodeOf;
use uuid::Uuid;

fn machine() -> NodeOf {
    NodeOf { id: Uuid::from_u128(7), name: "社区办公室电脑".into() }
}

/// A further account on the machine: invited by the office, confirmed by its digits.
fn account(w: &mut World, name: &'static str, role: Role, unit: &str) -> usize {
    let place = w.newcomer(name, role);
    let made = w.office().call("invite_device", json!({ "role": role.name(), "unit": unit, "name": name }));
    let d = &w.devices[place];
    d.put_on(&machine());
    let who = d.call("enrol", json!({ "invite": made["invite"], "pin": PIN }));
    w.office().sync();
    w.office().call("confirm_device", json!({ "device": who["device"], "digits": who["digits"] }));
    d.sync();
    place
}

fn line(w: &World, name: &str) -> Json {
    w.office().sync();
    let list = w.office().call("list_devices", json!({}));
    list["items"].as_array().unwrap().iter().find(|d| d["name"] == name).cloned().unwrap()
}

fn plates(d: &Device) -> Vec<String> {
    let list = d.call("list_households", json!({ "limit": 1000 }));
    list["items"].as_array().unwrap().iter().map(|h| h["plate"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn each_account_holds_what_its_own_membership_grants_and_nothing_of_the_other_grid() {
    let mut w = World::wide(41);
    let office = account(&mut w, "李主任", Role::Office, COMMUNITY);
    let worker = account(&mut w, "孙梅", Role::Worker, SECOND_GRID);
    w.sync_all();
    let all = plates(&w.devices[office]);
    let hers = plates(&w.devices[worker]);
    assert!(all.len() > hers.len(), "{} {}", all.len(), hers.len());
    let grid = w.devices[worker].call("whoami", json!({}))["roles"][0]["unit"].clone();
    let first = w.office().call("list_units", json!({}));
    assert!(first["items"].as_array().unwrap().iter().any(|u| u["id"] == grid));
    // of the first grid, which is full of households, no row of any kind came
    assert!(hers.iter().all(|plate| !plates(w.ana()).contains(plate)));
    for name in ["李主任", "孙梅"] {
        assert_eq!(line(&w, name)["node"]["name"], "社区办公室电脑", "{name}");
    }
    assert_eq!(line(&w, "安然")["node"], Json::Null);
    w.nothing_wrong();
}

#[test]
fn a_membership_that_ended_ends_the_account_alone() {
    let mut w = World::ready(42);
    let worker = account(&mut w, "孙梅", Role::Worker, FIRST_GRID);
    let other = account(&mut w, "李主任", Role::Office, COMMUNITY);
    w.sync_all();
    let before = plates(&w.devices[worker]).len();
    assert!(before > 0);
    let list = w.office().call("list_memberships", json!({}));
    let term = list["items"].as_array().unwrap().iter().find(|m| m["name"] == "孙梅").unwrap()["id"].clone();
    w.office().call("end_membership", json!({ "id": term }));
    // it does not know yet, and writes
    w.clock.pass_ms(60_000);
    let d = &w.devices[worker];
    d.line.set_offline(false);
    d.sync();
    assert_eq!(plates(d).len(), 0, "its rows went");
    let refused = d.try_call("add_case", json!({ "matter": "01001", "title": "以后写的" }));
    if refused.is_ok() {
        d.sync();
        assert!(d.call("sync_status", json!({}))["refused"].as_u64().unwrap() > 0, "what it writes from now on is refused");
    }
    assert!(plates(&w.devices[other]).len() >= before, "the other account of the machine goes on");
}

#[test]
fn a_machine_that_was_lost_is_ended_with_all_its_accounts_in_one_go() {
    let mut w = World::ready(43);
    let worker = account(&mut w, "孙梅", Role::Worker, FIRST_GRID);
    let office = account(&mut w, "李主任", Role::Office, COMMUNITY);
    w.sync_all();
    let lost = line(&w, "孙梅");
    w.office().call("revoke_device", json!({ "device": lost["id"], "reason": "stolen", "machine": true }));
    for name in ["孙梅", "李主任"] {
        assert_eq!(line(&w, name)["state"], "lost", "{name}");
    }
    assert_eq!(line(&w, "安然")["state"], "active", "a phone of its own goes on");
    for place in [worker, office] {
        let _told = w.devices[place].try_call("sync_now", json!({}));
        assert_eq!(w.devices[place].call("whoami", json!({}))["wiped"]["reason"]["code"], "stolen");
    }
}

#[test]
fn asked_from_the_machine_itself_its_own_account_stays_for_another_to_end() {
    let mut w = World::ready(44);
    account(&mut w, "孙梅", Role::Worker, FIRST_GRID);
    let office = account(&mut w, "李主任", Role::Office, COMMUNITY);
    w.sync_all();
    let lost = line(&w, "孙梅");
    w.devices[office].call("revoke_device", json!({ "device": lost["id"], "reason": "lost", "machine": true }));
    assert_eq!(line(&w, "孙梅")["state"], "lost");
    assert_eq!(line(&w, "李主任")["state"], "active");
}
