//! Who sees what changes: cases are shown to the street and to people by name and taken back, somebody stands in for a while, a phone is
//! copied and both go on. And what has to hold of it.

use super::Sim;
use crate::world::{ANA, BO, Device, FIRM, Ledger, OFFICE, SECOND, STREET, STREET_UNIT};
use rand::Rng;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value as Json, json};
use shared_model::Class;
use shared_model::devices::RevokeReason;
use shared_model::doc::unit_id;
use std::collections::{BTreeMap, BTreeSet};

const DAY_MS: i64 = 24 * 3_600_000;

impl Sim {
    /// A case of an office, with its file.
    fn case_of_office(&mut self) -> Option<(usize, Json)> {
        let who = self.one_of(&[OFFICE, SECOND]);
        let list = self.world.devices[who].call("list_cases", json!({}));
        let all: Vec<Json> = list["items"].as_array().cloned().unwrap_or_default();
        let id = self.pick(&all)?["id"].clone();
        Some((who, self.world.devices[who].call("get_case", json!({ "id": id }))))
    }

    /// A case is shown to an office above or to somebody by name, or it is taken back from them.
    pub(super) fn share(&mut self) {
        let Some((who, file)) = self.case_of_office() else { return };
        let case = file["case"]["id"].clone();
        let shared: Vec<Json> = file["case"]["shared"].as_array().cloned().unwrap_or_default();
        if self.chance(40)
            && let Some(target) = self.pick(&shared).map(|s| s["target"].clone())
        {
            if self.call(who, "unshare_case", json!({ "case": case, "target": target })).is_some() {
                self.did("a case taken back");
            }
            return;
        }
        // those whom nothing but a share shows it are asked more often
        let all: Vec<Json> = file["may_share"].as_array().cloned().unwrap_or_default();
        let outside: Vec<Json> =
            all.iter().filter(|c| ["青年路街道", "刘科长", "赵物业"].contains(&c["name"].as_str().unwrap_or_default())).cloned().collect();
        let outside = self.chance(70).then_some(outside).filter(|o| !o.is_empty());
        let Some(to) = self.pick(&outside.unwrap_or(all)).cloned() else { return };
        let mut args = json!({ "case": case, "to": to["to"], "assignee": to["assignee"] });
        if self.chance(30) {
            args["upto"] = to["upto"]["code"].clone();
        }
        if self.call(who, "share_case", args).is_some() {
            self.did("a case shown");
        }
    }

    /// A worker is ill for some days, and another one does the work.
    pub(super) fn stand_in(&mut self) {
        let who = self.one_of(&[OFFICE, SECOND]);
        let list = self.world.devices[who].call("list_memberships", json!({}));
        let workers = |m: &&Json| m["role"]["code"] == "worker" && m["may"] == json!(true) && m["state"] == "live";
        let all: Vec<Json> = list["items"].as_array().unwrap().iter().filter(workers).cloned().collect();
        let (Some(ill), Some(other)) = (self.pick(&all).cloned(), self.pick(&all).cloned()) else { return };
        let today_ms = self.world.clock.now_ms();
        let (from, days) = (self.rng.gen_range(0..2), self.rng.gen_range(1..6));
        let args = json!({ "id": ill["id"], "person": other["person"], "from": day(today_ms + from * DAY_MS), "until": day(today_ms + days * DAY_MS) });
        if self.call(who, "stand_in", args).is_some() {
            self.did("somebody stands in");
        }
    }

    /// Somebody copies the phone of a worker while it lies still, and both go on.
    pub(super) fn copy_phone(&mut self) {
        if self.twins.is_some() {
            return;
        }
        let who = self.one_of(&[ANA, BO]);
        let twin = self.world.copy_of(who);
        self.twins = Some((who, twin));
        self.unheard.insert(twin);
        self.did("a phone copied");
        let text = format!("the phone of {} is copied: place {twin}", self.world.devices[who].name);
        self.tell(text);
    }

    /// Is this one of two phones with one key?
    pub(super) fn is_twin(&self, who: usize) -> bool {
        self.twins.is_some_and(|(a, b)| who == a || who == b)
    }

    /// In the end both of them have written under one number and were told so; then their registration ends.
    pub(super) fn find_twins_out(&mut self) {
        let Some((a, b)) = self.twins else { return };
        for n in [a, b] {
            // whatever they were given: everybody with a role may report something
            let args = json!({ "matter": "01016", "title": format!("副本 {n}"), "place": "门口" });
            let _ = self.world.devices[n].try_call("add_case", args);
        }
        let mut codes = BTreeSet::new();
        for n in [a, b, a, b] {
            codes.extend(self.world.devices[n].try_sync().err().map(|e| e.code));
        }
        if codes.is_empty() {
            // without a role none of the two may write: nothing tells them apart
            self.stopped.extend([a, b]);
            return;
        }
        let kept = contents(&self.world.server_dir(), self.world.devices[a].id());
        for n in [a, b] {
            self.stop(n);
            let d = &self.world.devices[n];
            let out = d.try_sync();
            assert_eq!(out.as_ref().map_err(|e| e.code.as_str()), Err("cloned"), "place {n}: two phones with one key were not found out");
            assert_eq!(d.pending(), 0, "place {n}: the outbox of a copied phone does not drain");
            for (seq, sent) in d.line.sent() {
                assert!(kept.contains(&(seq, sent.digest.to_vec())), "place {n}: what it wrote as {seq} {} is nowhere", sent.name);
            }
        }
        self.world.server().revoke(&self.world.devices[a].id(), RevokeReason::Cloned).unwrap();
        for n in [a, b] {
            assert_eq!(self.world.devices[n].try_sync().unwrap_err().code, "revoked");
        }
    }

    /// What the two outsiders hold is shown to them, and everything that is shown to them they hold.
    pub(super) fn check_shares(&self, ledger: &Ledger) {
        let office = &self.world.devices[OFFICE];
        let list = office.call("list_memberships", json!({ "over": true }));
        for who in [STREET, FIRM] {
            let d = &self.world.devices[who];
            let mut targets: BTreeSet<String> = list["items"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|m| m["name"] == d.name)
                .map(|m| m["id"].as_str().unwrap().into())
                .collect();
            if who == STREET {
                targets.insert(unit_id(STREET_UNIT).to_string());
                // an office above sees people of its own level; the community's office does not list them
                targets.extend(own_memberships(d));
            }
            let mut shown: BTreeMap<String, Class> = BTreeMap::new();
            for share in ledger.shares.iter().filter(|s| !s.is_ended && targets.contains(&s.target.to_string())) {
                let up_to = shown.entry(share.record.to_string()).or_insert(share.up_to);
                *up_to = (*up_to).max(share.up_to);
            }
            shown.retain(|case, _| ledger.documents.keys().any(|doc| doc.record.to_string() == *case));
            let held = cases(d);
            let expected: BTreeSet<String> = shown.keys().cloned().collect();
            assert_eq!(held, expected, "{}: cases held and cases shown", d.name);
            assert!(d.doors().is_empty(), "{} holds a household", d.name);
            let most = shown.values().copied().max().unwrap_or(Class::Common);
            for item in d.call("get_holdings", json!({}))["items"].as_array().unwrap() {
                let class = Class::from_name(item["class"]["code"].as_str().unwrap()).unwrap();
                assert!(class <= most || class == Class::Common || item["records"] == json!(0), "{}: shown up to {most:?}: {item}", d.name);
            }
            for case in &held {
                let (here, there) = (d.call("get_case", json!({ "id": case })), office.call("get_case", json!({ "id": case })));
                assert_eq!(words_of(&here), words_of(&there), "{}: steps of {case}", d.name);
            }
        }
    }
}

/// Words of the steps of a case's own class.
fn words_of(file: &Json) -> Vec<String> {
    file["steps"].as_array().unwrap().iter().map(|s| format!("{} {}", s["id"], s["transition"]["code"])).collect()
}

fn cases(d: &Device) -> BTreeSet<String> {
    let list = d.call("list_cases", json!({}));
    list["items"].as_array().unwrap().iter().map(|c| c["id"].as_str().unwrap().to_string()).collect()
}

fn own_memberships(d: &Device) -> Vec<String> {
    let list = d.call("list_memberships", json!({ "over": true }));
    list["items"].as_array().unwrap().iter().filter(|m| m["name"] == d.name).map(|m| m["id"].as_str().unwrap().into()).collect()
}

/// A Beijing day.
fn day(ms: i64) -> String {
    let db = Connection::open_in_memory().unwrap();
    db.query_row("select date(?1, 'unixepoch', '+8 hours')", [ms / 1000], |r| r.get(0)).unwrap()
}

/// Everything that the server keeps of a device: number and digest of what was judged and of what lies in quarantine.
fn contents(dir: &std::path::Path, device: uuid::Uuid) -> BTreeSet<(u64, Vec<u8>)> {
    let db = Connection::open_with_flags(dir.join("server.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut q =
        db.prepare("select seq, digest from command where device = ?1 union select seq, digest from quarantine where device = ?1").unwrap();
    q.query_map([device], |r| Ok((r.get(0)?, r.get(1)?))).unwrap().collect::<Result<_, _>>().unwrap()
}
