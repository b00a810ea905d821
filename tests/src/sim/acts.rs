//! What people and the network do.

use super::{Sim, Wrote};
use crate::rosters;
use crate::world::{ANA, BO, FIRM, FIRST_GRID, Fault, HEAD, OFFICE, SECOND, SECOND_GRID, STREET, STREET_UNIT, first_building};
use rand::Rng;
use serde_json::{Value as Json, json};
use shared_model::cases::Library;

/// Refusals that are an answer and no fault of the program.
const HONEST: [&str; 7] = ["not_found", "not_allowed", "invalid_args", "read_only", "community_duty", "changed", "waiting"];
/// What a sync may fail with when the network is bad.
const BAD_NETWORK: [&str; 2] = ["offline", "server_error"];
/// Commands that go to the server at once.
const ONLINE: [&str; 5] = ["add_membership", "apply_plan", "end_membership", "move_units", "stand_in"];
const HOUR_MS: i64 = 3_600_000;

impl Sim {
    /// One thing that happens.
    pub(super) fn step(&mut self) {
        let pass_ms = if self.chance(5) { self.rng.gen_range(1..72) * HOUR_MS } else { self.rng.gen_range(1..600) * 1000 };
        self.world.clock.pass_ms(pass_ms);
        self.renew_leases();
        if self.has_desk_work && self.chance(15) {
            return self.desk_work();
        }
        match self.rng.gen_range(0..108) {
            0..=27 => self.edit(),
            28..=37 => self.visit(),
            38..=40 => self.undo(),
            41..=46 => self.case(),
            47..=49 | 77..=86 => self.case_step(),
            50..=54 => self.settle(),
            55..=58 => self.import(),
            59..=61 => self.newcomers(),
            62..=64 => self.decide(),
            65..=67 => self.kill(),
            68 => self.restart(),
            69 => self.appoint(),
            76 => self.redraw(),
            71..=72 => {
                let who = self.one_of(&[OFFICE, SECOND]);
                self.judge_refused(who);
            }
            73 => self.look_into_tray(),
            74 => self.compact(),
            75 => self.erase(),
            70 => self.clock(),
            100..=101 => self.keep_server(),
            102 => self.set_back(),
            103..=105 => self.share(),
            106 => self.stand_in(),
            107 if self.chance(25) => self.copy_phone(),
            _ => self.sync(),
        }
    }

    /// Whoever was too long without contact, or whose clock says so, goes where there is a signal before reading on.
    fn renew_leases(&mut self) {
        for who in 0..self.world.devices.len() {
            if !self.stopped.contains(&who) && self.world.devices[who].engine().is_lease_over() {
                self.sync_well(who);
                let text = format!("{} syncs for its lease", self.world.devices[who].name);
                self.tell(text);
            }
        }
    }

    /// A sync over a good line.
    fn sync_well(&mut self, who: usize) {
        let d = &self.world.devices[who];
        match d.try_sync() {
            Ok(report) => self.note_heard(who, &report),
            Err(e) if e.code == "cloned" && self.is_twin(who) => self.stop(who),
            Err(e) => panic!("{}: a sync over a good line failed: {e}", d.name),
        }
    }

    /// What the server had before it was set back is there again, as far as this device held it. Without that nobody ever holds something else
    /// than the server: it would be mended, and the fault that made it hidden.
    fn note_heard(&mut self, who: usize, report: &Json) {
        let d = &self.world.devices[who];
        let compared = d.line.take_compared();
        assert!(compared == 0 || self.unheard.contains(&who), "{}: what it held was not what the server holds", d.name);
        if report["agreed"] == json!(true) && self.unheard.remove(&who) {
            self.did("heard after the server was set back");
        }
    }

    /// The server has told it that its phone was copied: nobody works with it any more.
    pub(super) fn stop(&mut self, who: usize) {
        if self.stopped.insert(who) {
            self.did("a copied phone found out");
        }
    }

    fn anybody(&mut self) -> usize {
        self.one_of(&[OFFICE, SECOND, ANA, BO])
    }

    pub(super) fn call(&mut self, who: usize, command: &'static str, args: Json) -> Option<Json> {
        if self.stopped.contains(&who) {
            return None;
        }
        let is_local = !ONLINE.contains(&command);
        let low = (is_local && self.chance(4)).then(|| self.rng.gen_range(0..3));
        let device = &self.world.devices[who];
        let name = device.name;
        let out = match low {
            None => device.try_call(command, args.clone()),
            Some(commits) => match device.try_call_on_low_battery(commits, command, args.clone()) {
                Some(out) => out,
                None => {
                    self.did("the power went within a command");
                    self.tell(format!("{name} {command} {args}: the power went before commit {commits}"));
                    return None;
                }
            },
        };
        let end = out.as_ref().map_or_else(|e| format!(" → {}", e.code), |_| String::new());
        self.tell(format!("{name} {command} {args}{end}"));
        match out {
            Ok(reply) => {
                self.did(command);
                Some(reply)
            }
            Err(e) if HONEST.contains(&e.code.as_str()) => None,
            Err(e) => panic!("{name}: {command} {args}: {e}"),
        }
    }

    /// A household that the device holds, with its file.
    pub(super) fn home(&mut self, who: usize) -> Option<Json> {
        if self.stopped.contains(&who) {
            return None;
        }
        let doors: Vec<String> = self.world.devices[who].doors().into_values().collect();
        let id = self.pick(&doors)?.clone();
        Some(self.world.devices[who].call("get_household", json!({ "id": id })))
    }

    pub(super) fn someone(&mut self, who: usize) -> Option<Json> {
        let people = self.home(who)?["persons"].as_array()?.clone();
        self.pick(&people).cloned()
    }

    fn person_edit(&mut self) -> (&'static str, Json) {
        let n = self.rng.gen_range(0..4);
        match self.rng.gen_range(0..9) {
            0..=2 => ("phone", if self.chance(15) { Json::Null } else { json!(format!("1390000000{n}")) }),
            3 => ("note", json!(format!("记 {}", self.rng.r#gen::<u16>()))),
            4 => ("employer", if self.chance(20) { Json::Null } else { json!(format!("单位 {n}")) }),
            5 => ("marital", json!(["10", "20", "30", "40"][n])),
            6 => ("birth_date", json!(format!("195{n}-03-04"))),
            7 => ("birth_year", json!(1950 + n)),
            _ => ("name", json!(["张建国", "张建", "李四", "王五"][n])),
        }
    }

    fn note_written(&mut self, by: usize, record: &Json, key: &str, value: &Json, reply: Option<&Json>) {
        let (Some(reply), Some(record)) = (reply, record.as_str()) else { return };
        if reply["changed"] == json!(true) && !value.is_null() {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_string);
            self.wrote.insert(Wrote { by, record: record.into(), key: key.into(), value });
        }
    }

    fn edit(&mut self) {
        let who = self.anybody();
        if self.chance(20) {
            return self.edit_home(who);
        }
        let (key, value) = self.person_edit();
        // sometimes an open form is saved, sometimes one is opened
        if self.chance(15) && !self.forms.is_empty() {
            let at = self.rng.gen_range(0..self.forms.len());
            let (who, person, key, ops) = self.forms.swap_remove(at);
            let value = json!(format!("表 {}", self.rng.r#gen::<u16>()));
            let args = json!({ "id": person, "edit": { key.as_str(): value }, "seen": { key.as_str(): ops } });
            let reply = self.call(who, "edit_person", args);
            return self.note_written(who, &json!(person), &key, &value, reply.as_ref());
        }
        let Some(person) = self.someone(who) else { return };
        if self.chance(10) {
            let ops = person["ops"].get("note").cloned().unwrap_or_else(|| json!([]));
            self.forms.push((who, person["id"].as_str().unwrap_or_default().into(), "note".into(), ops));
        }
        let reply = self.call(who, "edit_person", json!({ "id": person["id"], "edit": { key: value } }));
        self.note_written(who, &person["id"], key, &value, reply.as_ref());
    }

    fn edit_home(&mut self, who: usize) {
        let Some(file) = self.home(who) else { return };
        let home = file["household"]["id"].clone();
        let n: u16 = self.rng.gen_range(0..3);
        let (key, value) = match self.rng.gen_range(0..5) {
            0 => ("note", json!(format!("户 {}", self.rng.r#gen::<u16>()))),
            1 => ("tier", json!(["red", "yellow", "green"][n as usize])),
            2 => ("tags", json!(["独居老人", "军属", "空巢"][..n as usize])),
            3 => ("care_tags", json!(["低保", "残疾人"][..(n as usize).min(2)])),
            _ => ("contact_phone", json!(format!("1380000000{n}"))),
        };
        let reply = self.call(who, "edit_household", json!({ "id": home, "edit": { key: value } }));
        if !key.contains("tags") {
            self.note_written(who, &home, key, &value, reply.as_ref());
        }
    }

    fn visit(&mut self) {
        let who = self.one_of(&[ANA, BO, ANA, BO, OFFICE]);
        let Some(file) = self.home(who) else { return };
        let home = file["household"]["id"].clone();
        let outcome = ["met", "absent", "refused"][self.rng.gen_range(0..3)];
        let mut args = json!({ "household": home, "outcome": outcome, "note": format!("访 {}", self.rng.r#gen::<u16>()) });
        let person = file["persons"][0]["id"].clone();
        let learned = json!(format!("访得 {}", self.rng.r#gen::<u16>()));
        let facts = person.is_string() && self.chance(30);
        if facts {
            args["facts"] = json!({ person.as_str().unwrap(): { "employer": learned } });
        }
        self.take_photo(who, &mut args);
        if let Some(reply) = self.call(who, "add_visit", args) {
            self.visits.insert((who, reply["id"].as_str().unwrap().into(), home.as_str().unwrap().into()));
            if facts {
                self.note_written(who, &person, "employer", &learned, Some(&json!({ "changed": true })));
            }
        }
    }

    fn undo(&mut self) {
        let all: Vec<_> = self.visits.iter().cloned().collect();
        let Some((who, visit, home)) = self.pick(&all).cloned() else { return };
        if self.call(who, "undo_visit", json!({ "id": visit })).is_some() {
            self.visits.remove(&(who, visit, home));
        }
    }

    fn case(&mut self) {
        let who = self.one_of(&[ANA, BO, OFFICE, HEAD, HEAD]);
        let matters = shared_model::matters::all();
        let matter = &matters[self.rng.gen_range(0..matters.len())];
        let mut args = json!({ "matter": matter.code, "title": format!("事 {}", self.rng.r#gen::<u16>()) });
        let library = Library::built_in();
        let all: Vec<_> = library.all().map(|(_, w)| w.clone()).collect();
        let workflow = if self.chance(40) {
            let chosen = all[self.rng.gen_range(0..all.len())].clone();
            args["workflow"] = json!(chosen.name);
            if chosen.matter.is_some() && self.chance(50) {
                args["matter"] = json!("");
            }
            Some(chosen)
        } else {
            library.for_matter(&matter.code).map(|(_, w)| w)
        };
        match self.home(who) {
            Some(file) if self.chance(70) => {
                args["household"] = file["household"]["id"].clone();
                if let Some(p) = file["persons"].get(0) {
                    args["person"] = p["id"].clone();
                }
            }
            _ if who == HEAD => args["building"] = json!(first_building().to_string()),
            _ => args["place"] = json!("小花园"),
        }
        let mut may_close = false;
        if let Some(w) = &workflow {
            let fields = json!(w.fields);
            args["data"] = self.filled(&fields, &Json::Null);
            may_close = w.transition("on_the_spot").is_some();
        }
        if self.chance(20) && may_close {
            args["on_the_spot"] = json!("当场办了");
        }
        let is_chosen = args["workflow"].is_string();
        self.take_photo(who, &mut args);
        if let Some(reply) = self.call(who, "add_case", args) {
            self.cases.insert((who, reply["id"].as_str().unwrap().into()));
            if is_chosen {
                self.did("a case in a workflow that was chosen");
            }
        }
    }

    /// Fields as people fill them: what is asked for, and now and then what is not. `other`: the case that a field of a case names.
    fn filled(&mut self, fields: &Json, other: &Json) -> Json {
        let mut out = serde_json::Map::new();
        for f in fields.as_array().into_iter().flatten() {
            if f["required"] != json!(true) && self.chance(50) {
                continue;
            }
            let n = self.rng.gen_range(1..28);
            let value = match f["kind"].as_str().unwrap_or_default() {
                "date" => json!(format!("2026-11-{n:02}")),
                "int" | "money" => json!(n.to_string()),
                "phone" => json!(format!("137000000{n:02}")),
                "choice" => {
                    let options: Vec<Json> = f["options"].as_array().cloned().unwrap_or_default();
                    self.pick(&options).map_or(Json::Null, |o| o["name"].clone())
                }
                "case" => other.clone(),
                _ => json!(format!("字 {}", self.rng.r#gen::<u16>())),
            };
            if value.is_string() {
                out.insert(f["name"].as_str().unwrap_or_default().into(), value);
            }
        }
        Json::Object(out)
    }

    fn case_step(&mut self) {
        let who = self.one_of(&[OFFICE, SECOND, ANA, BO, HEAD, STREET, FIRM]);
        let list = self.world.devices[who].call("list_cases", json!({}));
        let cases: Vec<Json> = list["items"].as_array().cloned().unwrap_or_default();
        let Some(case) = self.pick(&cases).cloned() else { return };
        let file = self.world.devices[who].call("get_case", json!({ "id": case["id"] }));
        let next: Vec<Json> = file["next"].as_array().cloned().unwrap_or_default();
        let main: Vec<Json> = next.iter().filter(|n| n["main"] == json!(true)).cloned().collect();
        let from = if self.chance(40) && !main.is_empty() { main } else { next };
        let Some(step) = self.pick(&from).cloned() else { return };
        let transition = step["transition"]["code"].clone();
        let asks = |what: &str| step["requires"].as_array().is_some_and(|r| r.iter().any(|x| x == what));
        let mut args = json!({ "case": case["id"], "transition": transition });
        if asks("note") || step["ratings"].as_array().is_some_and(|r| !r.is_empty()) || self.chance(60) {
            args["note"] = json!(format!("做了 {}", self.rng.r#gen::<u16>()));
        }
        if asks("assignee") {
            args["assignee"] = json!(["物业", "城管中队", "网格员"][self.rng.gen_range(0..3)]);
        }
        if asks("rating") {
            let ratings: Vec<Json> = step["ratings"].as_array().cloned().unwrap_or_default();
            args["rating"] = self.pick(&ratings).cloned().unwrap_or_else(|| json!("满意"));
        }
        let hands_up = asks("to");
        if hands_up {
            args["to"] = json!(STREET_UNIT);
        }
        // into another one that everybody holds who holds this one
        let beside = |c: &&Json| c["id"] != case["id"] && c["building"] == case["building"] && c["class"] == case["class"];
        let others: Vec<Json> = cases.iter().filter(beside).map(|c| c["id"].clone()).collect();
        let other = self.pick(&others).cloned().unwrap_or(Json::Null);
        args["data"] = self.filled(&step["fields"], &other);
        self.take_photo(who, &mut args);
        if self.call(who, "add_step", args).is_some() {
            if transition == json!("merge") {
                self.did("a case merged into another");
            }
            if hands_up {
                self.did("a case handed up");
            }
            if who == STREET || who == FIRM {
                self.did("a step by somebody whom a case was shown to");
            }
        }
    }

    fn settle(&mut self) {
        let who = self.anybody();
        let list = self.world.devices[who].call("list_conflicts", json!({}));
        let all: Vec<Json> = list["items"].as_array().cloned().unwrap_or_default();
        let Some(c) = self.pick(&all).cloned() else { return };
        let values: Vec<Json> = c["values"].as_array().cloned().unwrap_or_default();
        let Some(v) = self.pick(&values).cloned() else { return };
        let reply = self.call(who, "settle_conflict", json!({ "id": c["id"], "value": v["value"] }));
        self.note_written(who, &c["record"], c["key"].as_str().unwrap_or_default(), &v["value"], reply.as_ref());
    }

    fn import(&mut self) {
        let who = self.one_of(&[OFFICE, SECOND]);
        let number = [1, 2, 5, 6, 7][self.rng.gen_range(0..5)];
        let grid = if self.chance(70) { FIRST_GRID } else { SECOND_GRID };
        // now and then so many that the partition is first sent as a bundle
        let doors = if self.chance(10) { self.rng.gen_range(30..50) } else { self.rng.gen_range(1..5) };
        let phone = ["139111", "139222"][self.rng.gen_range(0..2)];
        let path = self.world.path().join(format!("{number}.csv"));
        std::fs::write(&path, rosters::of_building(number, doors, phone)).unwrap();
        self.call(who, "import_roster", json!({ "file": path, "grid": grid }));
    }

    fn newcomers(&mut self) {
        let who = self.anybody();
        let Some(file) = self.home(who) else { return };
        let n = self.rng.gen_range(0..3);
        match self.rng.gen_range(0..3) {
            0 => {
                let building = file["household"]["building"].clone();
                self.call(
                    who,
                    "add_household",
                    json!({ "building": building, "unit_no": "9", "door": format!("90{n}"), "head_name": "钱新" }),
                );
            }
            1 => {
                let home = file["household"]["id"].clone();
                self.call(
                    who,
                    "add_person",
                    json!({ "household": home, "name": (["钱小", "钱大", "孙新"][n]), "edit": { "birth_year": 2001 } }),
                );
            }
            _ => {
                let Some(person) = self.someone(who) else { return };
                let home = file["household"]["id"].clone();
                self.call(who, "move_person", json!({ "id": person["id"], "household": home, "reason": "搬家" }));
            }
        }
    }

    fn decide(&mut self) {
        let who = self.one_of(&[OFFICE, SECOND]);
        let list = self.world.devices[who].call("list_held", json!({}));
        let all: Vec<Json> = list["items"].as_array().cloned().unwrap_or_default();
        let Some(item) = self.pick(&all).cloned() else { return };
        let decision = if self.chance(50) { "take" } else { "keep" };
        self.call(who, "decide_held", json!({ "id": item["id"], "decision": decision }));
    }

    fn refused_at(&self, who: usize) -> Vec<Json> {
        self.world.devices[who].call("list_refused", json!({}))["items"].as_array().cloned().unwrap_or_default()
    }

    /// The office takes over what was refused of somebody, or gives it back.
    fn judge_refused(&mut self, who: usize) {
        let all = self.refused_at(who);
        let Some(item) = self.pick(&all).cloned() else { return };
        if item["may_adopt"] == json!(true) && self.chance(60) {
            self.call(who, "adopt_refused", json!({ "id": item["id"] }));
        } else {
            self.call(who, "return_refused", json!({ "id": item["id"], "words": "请再核对" }));
        }
    }

    /// Somebody asks about what came back. (Setting it aside would hide work from the checks; the stories do that.)
    fn look_into_tray(&mut self) {
        let who = self.one_of(&[ANA, BO, HEAD, SECOND]);
        let list = self.world.devices[who].call("list_tray", json!({}));
        let all: Vec<Json> = list["items"].as_array().cloned().unwrap_or_default();
        let Some(item) = self.pick(&all).cloned() else { return };
        if self.chance(50) {
            self.call(who, "ask_office", json!({ "seq": item["seq"], "words": "这条怎么办？" }));
        } else {
            self.call(who, "resend_refused", json!({ "seq": item["seq"] }));
        }
    }

    fn kill(&mut self) {
        let who = self.rng.gen_range(0..self.world.devices.len());
        self.did("a device killed");
        self.tell(format!("{} is killed", self.world.devices[who].name));
        self.world.devices[who].kill();
    }

    fn restart(&mut self) {
        self.did("the server restarted");
        self.tell("the server restarts".into());
        self.world.stop_server();
        self.world.start_server();
    }

    /// The office gives a worker another grid, or takes one away: roles change under people's feet.
    fn appoint(&mut self) {
        let who = self.one_of(&[OFFICE, SECOND]);
        let list = self.world.devices[who].call("list_memberships", json!({}));
        let workers = |m: &&Json| m["role"]["code"] == "worker" && m["may"] == json!(true) && m["state"] == "live";
        let all: Vec<Json> = list["items"].as_array().unwrap().iter().filter(workers).cloned().collect();
        let Some(m) = self.pick(&all).cloned() else { return };
        if self.chance(50) {
            let unit = [FIRST_GRID, SECOND_GRID][self.rng.gen_range(0..2)];
            self.call(who, "add_membership", json!({ "person": m["person"], "role": "worker", "unit": unit }));
        } else {
            self.call(who, "end_membership", json!({ "id": m["id"] }));
        }
        if self.chance(20) {
            self.world.clock.pass_ms(41 * 24 * HOUR_MS);
            self.renew_leases();
        }
    }

    /// A building goes to the other grid.
    fn redraw(&mut self) {
        let who = self.one_of(&[OFFICE, SECOND]);
        let Some(file) = self.home(who) else { return };
        let parent = [FIRST_GRID, SECOND_GRID][self.rng.gen_range(0..2)];
        self.call(who, "move_units", json!({ "units": [file["household"]["building"]], "parent": parent }));
    }

    fn clock(&mut self) {
        let who = self.rng.gen_range(0..self.world.devices.len());
        // up to ten years
        let wrong_ms = self.rng.gen_range(-87_600..87_600) * HOUR_MS;
        self.did("a clock set wrong");
        self.tell(format!("the clock of {} is wrong by {wrong_ms} ms", self.world.devices[who].name));
        self.world.devices[who].env.set_wrong_by_ms(wrong_ms);
        self.renew_leases();
    }

    fn fault(&mut self) -> Fault {
        match self.rng.gen_range(0..9) {
            0 | 1 => Fault::LoseReply,
            2 => Fault::LoseRequest,
            3 => Fault::Twice,
            4 => Fault::TwiceSecond,
            5 => Fault::Late,
            6 => Fault::Rubbish,
            _ => Fault::CutAtPage(self.rng.gen_range(0..6)),
        }
    }

    fn sync(&mut self) {
        let who = self.rng.gen_range(0..self.world.devices.len());
        if self.stopped.contains(&who) {
            return;
        }
        let mut faults = Vec::new();
        while self.chance(40) {
            faults.push(if self.chance(30) { Fault::None } else { self.fault() });
        }
        if self.chance(15)
            && ![HEAD, STREET, FIRM].contains(&who)
            && let Some(p) = self.someone(who)
        {
            let value = json!(format!("途中 {}", self.rng.r#gen::<u16>()));
            self.did("written while an answer was on its way");
            self.world.devices[who].write_in_flight("edit_person", json!({ "id": p["id"], "edit": { "nickname": value } }));
        } else if self.chance(12) {
            let commits = self.rng.gen_range(0..8);
            self.tell(format!("the power of {} will go after {commits} commits", self.world.devices[who].name));
            self.world.devices[who].cut_power_after(commits);
        }
        if self.chance(10) {
            let commits = self.rng.gen_range(0..4);
            self.tell(format!("the power of the server will go after {commits} commits"));
            self.world.cut_server_power_after(commits);
            faults.push(Fault::None);
        }
        let device = &self.world.devices[who];
        device.meets(&faults);
        let cuts = self.world.server_cuts();
        let out = device.try_sync();
        let name = device.name;
        device.line.set_bend(None);
        for fault in &faults[..faults.len() - device.line.forget_faults()] {
            self.did(fault.name());
        }
        self.world.keep_server_power();
        if self.world.server_cuts() > cuts {
            self.did("the power of the server went");
        }
        if self.world.devices[who].wakes_after_power_cut() {
            self.did("the power went within a sync");
            self.tell(format!("{name} syncs {faults:?} until its power goes"));
            return;
        }
        self.tell(format!(
            "{name} syncs {faults:?} → {}",
            out.as_ref().map_or_else(|e| e.code.clone(), |r| format!("agreed {}", r["agreed"]))
        ));
        match out {
            Ok(report) => {
                self.note_heard(who, &report);
                self.check_sync(who, &report);
                // refusals are rare: who sees one often acts on it at once
                if [OFFICE, SECOND].contains(&who) && !self.refused_at(who).is_empty() && self.chance(30) {
                    self.judge_refused(who);
                }
            }
            Err(e) if e.code == "cloned" && self.is_twin(who) => self.stop(who),
            Err(e) if BAD_NETWORK.contains(&e.code.as_str()) => {
                assert!(!faults.is_empty() || e.code == "offline", "{name}: a sync over a good line failed: {e}");
            }
            Err(e) => panic!("{name}: sync: {e}"),
        }
    }

    /// The faults stop; everybody syncs until nothing moves.
    pub(super) fn heal(&mut self) {
        self.tell("the faults stop".into());
        for d in &self.world.devices {
            d.line.set_bend(None);
            d.line.heal();
            d.env.set_wrong_by_ms(0);
            d.line.deliver_late();
        }
        if self.chance(50) {
            // every term of a stand-in is over then
            self.world.clock.pass_ms(7 * 24 * HOUR_MS);
        }
        for round in 0..4 {
            // the server notes a contact that brings nothing once a minute, and with it what the device has carried out
            self.world.clock.pass_ms(61_000);
            for who in 0..self.world.devices.len() {
                if !self.stopped.contains(&who) {
                    self.sync_well(who);
                }
            }
            if round == 1 {
                self.find_twins_out();
            }
        }
    }
}
