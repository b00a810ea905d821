//! Workflows at the real gate, from devices that ask nobody: who may open a case and in which class, what a step has to say, who may not take
//! it, and which words a deployment may keep.

#![allow(clippy::unwrap_used)]

mod support;

use shared_model::cases::{Library, Workflow, body_of, id_of};
use shared_model::class::Class;
use shared_model::crdt::Edit;
use shared_model::doc::{DocId, config_id, unit_id};
use shared_model::records::Kind;
use shared_model::rules::Role;
use shared_model::wire::{Ask, Verdict};
use support::*;
use uuid::Uuid;

struct Scene {
    w: World,
    b: Uuid,
    office: Device,
    ana: Device,
    bo: Device,
    made: u128,
}

fn scene() -> Scene {
    let w = World::new();
    let mut office = w.office();
    let b = office.make_building(1);
    office.sync(&w);
    let (mut ana, mut bo) = (w.device(Role::Worker, GRID, "安然"), w.device(Role::Worker, GRID, "薄云"));
    ana.sync(&w);
    bo.sync(&w);
    office.sync(&w);
    Scene { w, b, office, ana, bo, made: 100 }
}

fn id_now(name: &str) -> String {
    Library::built_in().named(name).unwrap().0
}

/// What a case of a workflow says of itself.
fn facts(workflow: &str, matter: &str, data: &[(&str, &str)]) -> Vec<Edit> {
    let mut edits = vec![Edit::put("matter", matter), Edit::put("title", "一件事"), Edit::put("workflow", workflow)];
    edits.extend(data.iter().map(|(k, v)| Edit::put(format!("data/{k}"), *v)));
    edits
}

/// What a step says.
fn step(case: Uuid, transition: &str, after: &[Uuid], said: &[(&str, &str)]) -> Vec<Edit> {
    let mut edits = vec![Edit::put("case", case.to_string()), Edit::put("transition", transition)];
    edits.extend(after.iter().map(|a| Edit::put(format!("after/{a}"), true)));
    edits.extend(said.iter().map(|(k, v)| Edit::put(*k, *v)));
    edits
}

impl Scene {
    fn new_id(&mut self) -> Uuid {
        self.made += 1;
        Uuid::from_u128(self.made.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835))
    }

    fn person(&mut self, who: &str) -> &mut Device {
        match who {
            "office" => &mut self.office,
            "ana" => &mut self.ana,
            _ => &mut self.bo,
        }
    }

    /// Writes and syncs; everybody else hears of it. The verdict: empty when it was accepted.
    fn write(&mut self, who: &str, kind: Kind, class: Class, id: Uuid, edits: &[Edit]) -> String {
        let b = self.b;
        let d = self.person(who);
        let seq = d.write(b, DocId::new(id, class), kind, edits);
        self.said(who, seq)
    }

    fn said(&mut self, who: &str, seq: u64) -> String {
        let Scene { w, office, ana, bo, .. } = self;
        for d in [&mut *office, &mut *ana, &mut *bo] {
            d.sync(w);
        }
        for d in [&mut *office, &mut *ana, &mut *bo] {
            d.sync(w);
        }
        match self.person(who).verdicts.get(&seq) {
            Some(Verdict::Accepted { .. }) => String::new(),
            Some(Verdict::Quarantined { reason }) => reason.clone(),
            other => panic!("{other:?}"),
        }
    }

    /// Opens a case; it has to be taken.
    fn case(&mut self, who: &str, workflow: &str, class: Class, matter: &str, data: &[(&str, &str)]) -> Uuid {
        let id = self.new_id();
        let said = self.write(who, Kind::Case, class, id, &facts(&id_now(workflow), matter, data));
        assert_eq!(said, "", "{workflow}");
        id
    }

    /// Takes a step in an open case: its id, and what the gate said.
    fn step(&mut self, who: &str, case: Uuid, transition: &str, after: &[Uuid], said: &[(&str, &str)]) -> (Uuid, String) {
        let id = self.new_id();
        let verdict = self.write(who, Kind::CaseStep, Class::Open, id, &step(case, transition, after, said));
        (id, verdict)
    }
}

const NOTE: (&str, &str) = ("note", "说了");

#[test]
fn a_case_is_opened_by_whom_its_workflow_names_in_the_class_it_asks_for_and_with_what_it_asks_for() {
    let mut s = scene();
    let order = [("number", "GD-1"), ("due", "2026-09-30"), ("kind", "complaint")];
    s.case("office", "hotline", Class::Register, "06008", &order);
    s.case("office", "project", Class::Open, "04011", &[]);
    let hotline = id_now("hotline");
    let mut open = |who: &str, class: Class, edits: Vec<Edit>| {
        let id = s.new_id();
        s.write(who, Kind::Case, class, id, &edits)
    };
    assert_eq!(open("ana", Class::Open, facts(&id_now("project"), "04011", &[])), "not_allowed");
    assert_eq!(open("office", Class::Register, facts(&hotline, "06008", &order[..1])), "incomplete_case", "an order has a day");
    assert_eq!(open("office", Class::Register, facts(&hotline, "06008", &[order[0], ("due", "月底")])), "bad_value");
    assert_eq!(open("office", Class::Register, facts(&hotline, "06008", &[order[0], order[1], ("kind", "gossip")])), "bad_value");
    assert_eq!(open("office", Class::Register, facts(&hotline, "06008", &[order[0], order[1], ("colour", "红")])), "unknown_key");
    assert_eq!(open("office", Class::Open, facts(&hotline, "06008", &order)), "wrong_class");
    // a report is the office's own, whatever its matter
    let report = facts(&id_now("report"), "03016", &[]);
    assert_eq!(open("ana", Class::Open, report.clone()), "wrong_class");
    assert_eq!(open("ana", Class::Office, report), "");
    assert_eq!(open("ana", Class::Open, facts("hazard@0123456789ab", "03016", &[])), "no_workflow");
}

#[test]
fn a_step_says_what_its_workflow_asks_for_and_nothing_it_does_not_know() {
    let mut s = scene();
    let case = s.case("ana", "hazard", Class::Open, "03016", &[]);
    let given = ("assignee", "路灯所");
    let (dispatched, said) = s.step("office", case, "dispatch", &[], &[given]);
    assert_eq!(said, "");
    for (who, transition, says, reason) in [
        ("office", "return", &[][..], "incomplete_step"),
        ("office", "return", &[("note", "  ")][..], "incomplete_step"),
        ("ana", "ask_extension", &[NOTE][..], "incomplete_step"),
        ("ana", "ask_extension", &[NOTE, ("data/extend_by", "很久")][..], "bad_value"),
        ("ana", "ask_extension", &[NOTE, ("data/extend_by", "2"), ("data/colour", "红")][..], "unknown_key"),
        ("ana", "ask_extension", &[NOTE, ("data/extend_by", "2"), ("data/level", "district")][..], "unknown_key"),
        ("ana", "grant_extension", &[("data/extend_by", "2")][..], "not_allowed"),
        ("office", "grant_extension", &[("data/extend_by", "2")][..], "illegal_step"),
        ("ana", "blow_request", &[NOTE][..], "no_transition"),
    ] {
        let (_, said) = s.step(who, case, transition, &[dispatched], says);
        assert_eq!(said, reason, "{transition} {says:?}");
    }
    let (asked, said) = s.step("ana", case, "ask_extension", &[dispatched], &[NOTE, ("data/extend_by", "2")]);
    assert_eq!(said, "");
    assert_eq!(s.step("office", case, "grant_extension", &[asked], &[("data/extend_by", "2")]).1, "");
}

#[test]
fn a_second_person_checks_and_only_who_blew_the_whistle_notes_who_came() {
    let mut s = scene();
    let item = s.case("office", "ledger", Class::Open, "03017", &[]);
    let (submitted, said) = s.step("ana", item, "submit", &[], &[NOTE]);
    assert_eq!(said, "");
    assert_eq!(s.step("ana", item, "strike", &[submitted], &[NOTE]).1, "second_person");
    let (failed, said) = s.step("bo", item, "fail_check", &[submitted], &[NOTE]);
    assert_eq!(said, "");
    // the last one counts: handed in by Bo, it is Ana who may check
    let (again, said) = s.step("bo", item, "submit", &[failed], &[NOTE]);
    assert_eq!(said, "");
    assert_eq!(s.step("bo", item, "strike", &[again], &[NOTE]).1, "second_person");
    assert_eq!(s.step("ana", item, "strike", &[again], &[NOTE]).1, "");

    let whistle = s.case("ana", "whistle", Class::Open, "03006", &[]);
    let (blown, said) = s.step("office", whistle, "blow_enforce", &[], &[NOTE, ("assignee", "城管"), ("data/departments", "城管")]);
    assert_eq!(said, "");
    let came = ("data/came", "城管");
    assert_eq!(s.step("bo", whistle, "arrive", &[blown], &[came]).1, "not_allowed");
    assert_eq!(s.step("office", whistle, "arrive", &[blown], &[came]).1, "not_allowed");
    assert_eq!(s.step("ana", whistle, "arrive", &[blown], &[came]).1, "");
}

#[test]
fn nobody_of_the_community_is_made_owner_of_what_it_only_reports() {
    let mut s = scene();
    let record = |d: &Device, name: &str| {
        let is_theirs = |doc: &&DocId| d.value(doc, "name").as_deref() == Some(name) && d.value(doc, "role").is_some();
        d.base.keys().find(is_theirs).unwrap().record
    };
    let bo = record(&s.office, "薄云");
    for (matter, reason) in [("03016", "community_duty"), ("04010", "")] {
        let case = s.case("ana", "hazard", Class::Open, matter, &[]);
        let (b, id) = (s.b, s.new_id());
        let part = s.office.part(b, DocId::new(id, Class::Open), Kind::CaseStep, &step(case, "dispatch", &[], &[("assignee", "城管中队")]));
        let ask = Ask::Share { record: case, to: unit_id(GRID), up_to: Class::Open, assignee: Some(bo) };
        let seq = s.office.command("add_step", Some(ask), vec![part]);
        assert_eq!(s.said("office", seq), reason, "{matter}");
    }
}

/// A workflow of the product with another word: one that a deployment keeps.
fn own(change: impl FnOnce(&mut Workflow)) -> (String, String) {
    let mut w = Library::built_in().hazard().clone();
    w.about = "本社区改过。".into();
    change(&mut w);
    let body = body_of(&w);
    (id_of(&w.name, &body), body)
}

fn kept(name: &str, body: &str) -> Vec<Edit> {
    let chars: Vec<char> = body.chars().collect();
    let pieces = chars.chunks(2000).enumerate().map(|(n, c)| Edit::put(format!("entry/{n}"), c.iter().collect::<String>()));
    std::iter::once(Edit::put("name", name)).chain(pieces).collect()
}

#[test]
fn what_a_deployment_keeps_is_checked_written_once_and_judged_by() {
    let unit = unit_id(COMMUNITY);
    let setting = |s: &mut Scene, who: &str, record: Uuid, edits: &[Edit]| {
        let seq = s.person(who).write(unit, DocId::new(record, Class::Common), Kind::Config, edits);
        s.said(who, seq)
    };
    let record = |id: &str| config_id(unit, &format!("workflow/{id}"));
    let (broken, broken_body) = own(|w| w.states[0].zh.clear());
    let (cut, cut_body) = own(|w| w.steps.retain(|t| t.name != "judge"));
    let (id, body) = own(|w| w.steps.retain(|t| t.name != "on_the_spot"));
    let name = format!("workflow/{id}");
    for (who, at, edits, reason) in [
        ("office", record(&broken), kept(&format!("workflow/{broken}"), &broken_body), "bad_workflow"),
        ("office", record(&cut), kept(&format!("workflow/{cut}"), &cut_body), "bad_workflow"),
        ("office", record(&id), kept(&name, &body.replace("本社区", "別社区")), "bad_workflow"),
        ("office", Uuid::from_u128(5), kept(&name, &body), "bad_setting"),
        ("ana", record(&id), kept(&name, &body), "not_allowed"),
    ] {
        // what was refused would stand in the way of the next
        assert_eq!(setting(&mut scene(), who, at, &edits), reason);
    }
    let mut s = scene();
    assert_eq!(setting(&mut s, "office", record(&id), &kept(&name, &body)), "");
    assert_eq!(setting(&mut s, "office", record(&id), &[Edit::put("entry/0", "{}")]), "written_once");

    // a case in it is judged by it: what it took out is no step there, and is one in the product's
    let id_of_case = s.new_id();
    assert_eq!(s.write("ana", Kind::Case, Class::Open, id_of_case, &facts(&id, "03016", &[])), "");
    assert_eq!(s.step("ana", id_of_case, "on_the_spot", &[], &[NOTE]).1, "no_transition");
    assert_eq!(s.step("ana", id_of_case, "handle", &[], &[NOTE]).1, "");
    let other = s.case("ana", "hazard", Class::Open, "03016", &[]);
    assert_eq!(s.step("ana", other, "on_the_spot", &[], &[NOTE]).1, "");
    assert!(s.w.server.digests_hold().unwrap());
}
