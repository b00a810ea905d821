//! What has to hold: after every step what is cheap to ask, at the end everything.

use super::Sim;
use crate::world::{ANA, BO, Device, FIRM, HEAD, Ledger, OFFICE, SECOND, STREET};
use crate::{look, scan};
use serde_json::{Value as Json, json};
use shared_model::limits::FILLING_MS;
use shared_model::wire::Verdict;
use std::collections::{BTreeMap, BTreeSet};

impl Sim {
    /// After every step: nothing forbidden passed, and no command is nowhere.
    pub(super) fn check_step(&mut self) {
        for d in &self.world.devices {
            let wrong = d.line.wrong();
            assert!(wrong.is_empty(), "{}: {wrong:?}", d.name);
        }
        if self.chance(10) {
            let who = self.one_of(&[ANA, BO, SECOND, STREET, FIRM]);
            self.check_none_is_nowhere(who);
            self.check_holdings();
        }
    }

    /// accepted ∪ refused ∪ outbox = authored, at any moment. What a server that was set back has forgotten, the device still holds. (Of two
    /// phones with one key each has numbers of its own; the end asks for every single content.)
    fn check_none_is_nowhere(&self, who: usize) {
        if self.is_twin(who) {
            return;
        }
        let d = &self.world.devices[who];
        let mut all = Ledger::judged(&self.world.server_dir(), d.id());
        let list = d.call("list_pending", json!({}));
        all.extend(list["items"].as_array().unwrap().iter().map(|i| i["seq"].as_u64().unwrap()));
        if self.unheard.contains(&who) {
            all.extend(scan::kept_commands(d));
        }
        all.extend(self.refused_before_it_was_set_back(d));
        let last = all.last().copied().unwrap_or(0);
        assert_eq!(all.len() as u64, last, "{}: a number is neither judged nor waiting", d.name);
        assert!(last >= d.written(), "{}: wrote {} and {last} are known", d.name, d.written());
    }

    /// A server that forgot nothing but a refusal holds what everybody holds: no device finds out, and its author still has it in the tray.
    fn refused_before_it_was_set_back(&self, d: &Device) -> BTreeSet<u64> {
        if self.set_back_at.is_none() {
            return BTreeSet::new();
        }
        let tray = d.call("list_tray", json!({}));
        tray["items"].as_array().unwrap().iter().filter_map(|i| i["seq"].as_u64()).collect()
    }

    /// No class is held that the role may not read, but for what its own person wrote and the server has not judged.
    fn check_holdings(&self) {
        for who in [STREET, FIRM] {
            let d = &self.world.devices[who];
            assert!(d.doors().is_empty(), "{} holds a household", d.name);
        }
        let head = &self.world.devices[HEAD];
        if head.pending() > 0 {
            return;
        }
        for item in head.call("get_holdings", json!({}))["items"].as_array().unwrap() {
            let class = item["class"]["code"].as_str().unwrap();
            let empty = item["records"] == json!(0);
            assert!(matches!(class, "common" | "open" | "door") || empty, "a head holds {class}: {item}");
        }
    }

    /// After a sync that went through: a difference is a fault of ours, unless the server was set back and is still being filled again; and
    /// `agreed` is never said of what differs.
    pub(super) fn check_sync(&mut self, who: usize, report: &Json) {
        let d = &self.world.devices[who];
        assert!(
            self.unheard.contains(&who) || report["status"]["differs"] == json!(false),
            "{}: compared and found different: {report}",
            d.name
        );
        if report["agreed"] == json!(true) && self.rng_third() {
            let d = &self.world.devices[who];
            assert_eq!(look::difference_to(d, &self.world.ledger()), None, "{} said that it agrees", d.name);
        }
    }

    fn rng_third(&mut self) -> bool {
        self.chance(33)
    }

    pub(super) fn check_end(&mut self) {
        let w = &self.world;
        let ledger = w.ledger();
        w.nothing_wrong();
        assert!(ledger.gaps.is_empty(), "numbers of a log are not dense: {:?}", ledger.gaps);
        let works = |who: &usize| !self.stopped.contains(who);
        for (who, d) in w.devices.iter().enumerate().filter(|(who, _)| works(who)) {
            let waiting = || {
                format!(
                    "{} {:?}",
                    d.call("list_pending", serde_json::json!({})),
                    ledger.of(d.id()).iter().rev().take(8).collect::<Vec<_>>()
                )
            };
            assert_eq!(d.pending(), 0, "{}: the outbox does not drain: {}", d.name, waiting());
            assert!(d.agrees(), "{}: {}", d.name, d.status());
            assert_eq!(look::difference_to(d, &ledger), None, "{}", d.name);
            self.check_authored(who, &ledger);
        }
        self.check_holdings();
        let office = &w.devices[OFFICE];
        assert_eq!(look::difference(office, &w.devices[SECOND]), None);
        let cases = office.call("list_cases", json!({}));
        if cases["items"].as_array().unwrap().iter().any(|c| c["clashes"] != json!(0)) {
            self.did("steps of a case that do not fit");
        }
        let wide = look::everything(office, false);
        // where files of two grids were merged, a phone that holds one of them shows that one, and says so
        let phones = if self.merged.is_empty() { vec![ANA, BO] } else { Vec::new() };
        for d in phones.iter().copied().filter(works).map(|who| &w.devices[who]) {
            assert_eq!(look::difference_within_of((d, &look::everything(d, false)), (office, &wide)), None);
        }
        if self.merged.is_empty() {
            self.check_doors();
        }
        self.check_shares(&ledger);
        self.check_work(&ledger);
        self.check_erased(&ledger);
    }

    /// Every command that was written has one verdict for ever, and what was superseded is written again or shown.
    fn check_authored(&self, who: usize, ledger: &Ledger) {
        let d = &self.world.devices[who];
        let verdicts = ledger.of(d.id());
        let sent = d.line.sent();
        let replays = sent.values().filter(|c| c.replaces.is_some()).count() as u64;
        let last = verdicts.keys().last().copied().unwrap_or(0);
        let told = self.refused_before_it_was_set_back(d);
        let lacks: Vec<u64> = (1..=last).filter(|seq| !verdicts.contains_key(seq) && !told.contains(seq)).collect();
        assert!(lacks.is_empty(), "{}: {lacks:?} of {last} have no verdict", d.name);
        // the prototype's own commands were written before this world began
        let before = last.saturating_sub(d.written() + replays);
        let expected = if who == OFFICE { (1..=last).filter(|seq| !sent.contains_key(seq)).count() as u64 } else { 0 };
        assert_eq!(before, expected, "{}: {} written, {replays} replayed, {last} judged", d.name, d.written());
        let replaced: BTreeSet<u64> = sent.values().filter_map(|c| c.replaces).collect();
        let accepted = d.line.accepted();
        for (seq, verdict) in &verdicts {
            let is_refused = match verdict {
                // the server waits so long for what a device brings back; then it is late work like any other, which an office decides
                Verdict::Quarantined { reason } if reason == "late" => !self.is_long_ago(),
                // what came first after the set-back stands against it: somebody else's place for a building, a date beside a year
                Verdict::Quarantined { reason } => !["other_grid", "mirror"].contains(&reason.as_str()),
                Verdict::Stale { .. } => true,
                _ => false,
            };
            assert!(
                !(is_refused && accepted.contains(seq)),
                "{}: {seq} {:?} was accepted once and ended as {verdict:?}",
                d.name,
                sent.get(seq)
            );
            match verdict {
                // a server that was set back found nobody who could bring what it stands on: its author writes it again
                Verdict::Lost => {}
                Verdict::Accepted { .. } | Verdict::Quarantined { .. } | Verdict::Stale { .. } | Verdict::Erased => {
                    assert!(!replaced.contains(seq), "{}: {seq} was replayed and yet judged {verdict:?}", d.name);
                }
                Verdict::Superseded { by } => assert!(by < seq, "{}: {seq} stands on {by}", d.name),
                other => panic!("{}: {seq} ended as {other:?}", d.name),
            }
            if let Verdict::Quarantined { reason } = verdict {
                // a phone does not know what its person did on another one
                let known = ["mirror", "other_grid", "late", "not_allowed", "no_membership"].contains(&reason.as_str())
                    || (reason == "second_person" && self.is_twin(who))
                    // a grid that somebody else closed or filled meanwhile, a file that was erased before another went into it: their author has it in the tray
                    || (["unit_kind", "has_units", "no_record"].contains(&reason.as_str()) && self.has_desk_work);
                assert!(known, "{}: {seq} {:?} was refused for {reason}", d.name, sent.get(seq));
            }
        }
    }

    /// Was the server first set back longer ago than it waits for its devices?
    fn is_long_ago(&self) -> bool {
        self.set_back_at.is_some_and(|at| self.world.clock.now_ms() - at > FILLING_MS)
    }

    /// Every device holds the doors of its units, and no others.
    fn check_doors(&self) {
        let ids = |who: usize, unit: Option<&str>| -> BTreeSet<String> {
            let args = unit.map_or_else(|| json!({}), |u| json!({ "unit": u }));
            let list = self.world.devices[who].call("list_households", args);
            list["items"].as_array().unwrap().iter().map(|h| h["id"].as_str().unwrap().to_string()).collect()
        };
        for who in [ANA, BO].into_iter().filter(|who| !self.stopped.contains(who)) {
            let me = self.world.devices[who].call("whoami", json!({}));
            let of_grids = me["roles"].as_array().unwrap().iter().flat_map(|role| ids(OFFICE, role["unit"].as_str())).collect();
            assert_eq!(ids(who, None), of_grids, "{}", self.world.devices[who].name);
        }
    }

    /// What people did is at the office, or in their own tray.
    fn check_work(&self, ledger: &Ledger) {
        let office = &self.world.devices[OFFICE];
        let trays: Vec<(usize, String)> = self
            .world
            .devices
            .iter()
            .enumerate()
            .map(|(who, d)| if self.is_twin(who) { json!({ "items": [] }) } else { d.call("list_tray", json!({})) })
            .map(|t| (t["items"].as_array().unwrap().len(), t.to_string()))
            .collect();
        let mut files: BTreeMap<&str, Json> = BTreeMap::new();
        // what the two phones with one key wrote was asked for one by one when they were found out
        let alone = |who: &usize| !self.is_twin(*who);
        for (who, visit, home) in
            self.visits.iter().filter(|(who, v, h)| alone(who) && !Sim::is_erased(ledger, v) && !Sim::is_erased(ledger, h))
        {
            let file = files.entry(home).or_insert_with(|| match office.try_call("get_household", json!({ "id": home })) {
                Ok(file) => file,
                // a door that only a refused command makes
                Err(e) => {
                    assert_eq!(e.code, "not_found");
                    json!({ "visits": [] })
                }
            });
            let there = file["visits"].as_array().unwrap().iter().any(|v| v["id"].as_str() == Some(visit));
            let found = there || trays[*who].0 > 0 || (self.has_desk_work && self.is_visit_shown(visit, home));
            assert!(found, "a visit of {} is nowhere: {visit} at {home}", self.world.devices[*who].name);
        }
        for (who, case) in self.cases.iter().filter(|(who, _)| alone(who)) {
            let there = office.try_call("get_case", json!({ "id": case })).is_ok();
            assert!(there || trays[*who].0 > 0, "a case of {} is nowhere", self.world.devices[*who].name);
        }
        let mut known: BTreeMap<(&str, &str), BTreeSet<String>> = BTreeMap::new();
        for w in self.wrote.iter().filter(|w| alone(&w.by) && !Sim::is_erased(ledger, &w.record)) {
            let values = known.entry((&w.record, &w.key)).or_insert_with(|| {
                let value = |i: &Json| i["value"].as_str().map_or_else(|| i["value"].to_string(), str::to_string);
                match office.try_call("get_history", json!({ "record": w.record, "key": w.key })) {
                    Ok(history) => history["items"].as_array().unwrap().iter().map(value).collect(),
                    // a record that only a refused command makes
                    Err(e) => {
                        assert_eq!(e.code, "not_found");
                        BTreeSet::new()
                    }
                }
            });
            let (count, tray) = &trays[w.by];
            // a tray speaks to people: it says the label of a code
            let label = shared_model::records::label(&w.key, &w.value);
            let in_tray = *count > 0 && (tray.contains(&w.value) || tray.contains(&label));
            assert!(values.contains(&w.value) || in_tray, "{w:?} is nowhere: {values:?}");
        }
    }

    /// A visit whose door went into another file is in that file; one whose door was taken back with an import waits in the office's inbox.
    fn is_visit_shown(&self, visit: &str, home: &str) -> bool {
        let office = &self.world.devices[OFFICE];
        let is_in_file = |d: &Json| d["visits"].as_array().is_some_and(|all| all.iter().any(|v| v["id"].as_str() == Some(visit)));
        // by id: two files may stand at one door
        let all = office.call("list_households", json!({}))["items"].clone();
        let is_at_some_door =
            || all.as_array().unwrap().iter().any(|h| is_in_file(&office.call("get_household", json!({ "id": h["id"] }))));
        let inbox = office.call("list_inbox", json!({ "kind": "fact", "limit": 500 }));
        let waits = |i: &Json| i["why"]["code"] == "visited_while_deleted" && i["household"].as_str() == Some(home);
        inbox["items"].as_array().unwrap().iter().any(waits) || is_at_some_door()
    }

    /// What everybody shows, as one number.
    pub(super) fn digest(&self) -> String {
        let all: Vec<_> = self
            .world
            .devices
            .iter()
            .enumerate()
            .filter(|(who, _)| !self.stopped.contains(who))
            .map(|(_, d)| look::everything(d, true))
            .collect();
        let text = format!("{all:?}");
        format!("{:016x}", text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)))
    }
}
