//! Questionnaires at the real gate, from devices that ask nobody: an answer is one that its form takes and stands in the part of its question's
//! class, a campaign asks what a campaign may ask, and a form's words are those of its id.

#![allow(clippy::unwrap_used)]

mod support;

use shared_model::class::Class;
use shared_model::crdt::Edit;
use shared_model::doc::{DocId, campaign_response_id, config_id, unit_id};
use shared_model::forms::{Form, FormLibrary, body_of, id_of};
use shared_model::records::Kind;
use shared_model::rules::Role;
use shared_model::wire::Verdict;
use support::*;
use uuid::Uuid;

struct Scene {
    w: World,
    b: Uuid,
    household: Uuid,
    office: Device,
    ana: Device,
    part_time: Device,
}

fn scene() -> Scene {
    let w = World::new();
    let mut office = w.office();
    let b = office.make_building(1);
    let household = office.make_household(b, "101");
    office.sync(&w);
    let mut ana = w.device(Role::Worker, GRID, "安然");
    let mut part_time = w.device(Role::PartTime, GRID, "马志愿");
    ana.sync(&w);
    part_time.sync(&w);
    Scene { w, b, household, office, ana, part_time }
}

impl Scene {
    /// Sends parts of one record in one command; the reason it was refused, empty when it was not.
    fn say(&mut self, who: &str, unit: Uuid, record: Uuid, kind: Kind, parts: &[(Class, Vec<Edit>)]) -> String {
        let device = match who {
            "office" => &mut self.office,
            "ana" => &mut self.ana,
            _ => &mut self.part_time,
        };
        let parts = parts.iter().map(|(class, edits)| device.part(unit, DocId::new(record, *class), kind, edits)).collect();
        let seq = device.command("test", None, parts);
        let reply = device.send(&self.w).unwrap();
        let verdict = reply.verdicts.iter().find(|(s, _)| *s == seq).map(|(_, v)| v.clone());
        device.apply(&reply);
        match verdict.unwrap() {
            Verdict::Accepted { .. } => String::new(),
            Verdict::Quarantined { reason } => reason,
            other => format!("{other:?}"),
        }
    }

    /// Answers about the door, as somebody's device would write them.
    fn answer(&mut self, who: &str, form: &str, register: &[(&str, &str)], secret: &[(&str, &str)]) -> String {
        let (b, about) = (self.b, ("household", self.household.to_string()));
        let version = FormLibrary::built_in().named(form).unwrap().0;
        let mut edits = vec![Edit::put("form", form), Edit::put(about.0, about.1), Edit::put(format!("version/{version}"), true)];
        edits.extend([Edit::put("at/1", true), Edit::put("state", "done")]);
        edits.extend(register.iter().map(|(k, v)| Edit::put(*k, *v)));
        let mut parts = vec![(Class::Register, edits)];
        if !secret.is_empty() {
            parts.push((Class::Private, secret.iter().map(|(k, v)| Edit::put(*k, *v)).collect()));
        }
        self.say(who, b, Uuid::from_u128(7), Kind::Response, &parts)
    }

    fn campaign(&mut self, who: &str, form: &str, more: &[(&str, &str)]) -> String {
        let unit = unit_id(COMMUNITY);
        let form = FormLibrary::built_in().named(form).map_or_else(|| form.to_string(), |(id, _)| id);
        let mut edits = vec![Edit::put("form", form.as_str()), Edit::put("title", "燃气"), Edit::put("unit", unit.to_string())];
        edits.extend([Edit::put("from", "2026-11-01"), Edit::put("due", "2026-11-30")]);
        edits.extend(more.iter().map(|(k, v)| Edit::put(*k, *v)));
        self.say(who, unit, CAMPAIGN, Kind::Campaign, &[(Class::Common, edits)])
    }
}

const CAMPAIGN: Uuid = Uuid::from_u128(70);

#[test]
fn an_answer_is_one_that_its_question_takes_in_the_part_where_it_belongs() {
    assert_eq!(scene().answer("ana", "tier_red", &[("answer/looked_after", "nobody")], &[("secret/body", "ill")]), "");
    for (register, secret, reason) in [
        (vec![("answer/body", "ill")], vec![], "unknown_key"),
        (vec![], vec![("secret/looked_after", "nobody")], "unknown_key"),
        (vec![("answer/moon", "x")], vec![], "unknown_key"),
        (vec![("answer/looked_after", "没人")], vec![], "bad_value"),
        (vec![("answer/power_gas", "hose wires")], vec![], "bad_value"),
        (vec![("place", "00000000-0000-0000-0000-000000000001")], vec![], "bad_response"),
        (vec![("version/tier_red@000000000000", "1")], vec![], "bad_value"),
    ] {
        assert_eq!(scene().answer("ana", "tier_red", &register, &secret), reason, "{register:?} {secret:?}");
    }
    assert_eq!(scene().answer("part_time", "tier_red", &[("answer/looked_after", "nobody")], &[]), "");
    assert_eq!(scene().answer("part_time", "tier_red", &[], &[("secret/body", "ill")]), "not_allowed");
    // answers that name no form, and those of a version that nobody knows
    let mut s = scene();
    let (b, h) = (s.b, s.household.to_string());
    let nameless = vec![Edit::put("household", h.clone()), Edit::put("answer/looked_after", "nobody")];
    assert_eq!(s.say("ana", b, Uuid::from_u128(8), Kind::Response, &[(Class::Register, nameless)]), "bad_response");
    let strange = vec![
        Edit::put("form", "tier_red"),
        Edit::put("household", h),
        Edit::put("version/tier_red@000000000000", true),
        Edit::put("answer/looked_after", "nobody"),
    ];
    assert_eq!(s.say("ana", b, Uuid::from_u128(9), Kind::Response, &[(Class::Register, strange)]), "no_form");
}

#[test]
fn a_campaign_is_the_offices_stands_where_it_is_for_and_asks_at_most_ten_questions() {
    assert_eq!(scene().campaign("office", "campaign_gas", &[("filter/tiers", "red yellow"), ("filter/age_from", "60")]), "");
    assert_eq!(scene().campaign("ana", "campaign_gas", &[]), "not_allowed");
    assert_eq!(scene().campaign("office", "tier_red", &[]), "bad_campaign");
    assert_eq!(scene().campaign("office", "nothing@000000000000", &[]), "no_form");
    for more in [("title", " "), ("filter/tiers", "blue"), ("filter/moon", "yes"), ("unit", "00000000-0000-0000-0000-000000000001")] {
        assert_eq!(scene().campaign("office", "campaign_gas", &[more]), "bad_campaign", "{more:?}");
    }
}

#[test]
fn answers_of_a_campaign_stand_under_the_id_of_campaign_and_door() {
    let of = |s: &mut Scene, record: Uuid, form: &str| {
        let version = FormLibrary::built_in().named(form).unwrap().0;
        let edits = vec![
            Edit::put("form", form),
            Edit::put("campaign", CAMPAIGN.to_string()),
            Edit::put("household", s.household.to_string()),
            Edit::put(format!("version/{version}"), true),
            Edit::put("state", "refused"),
        ];
        let b = s.b;
        s.say("ana", b, record, Kind::Response, &[(Class::Register, edits)])
    };
    let mut s = scene();
    let right = campaign_response_id(CAMPAIGN, s.household);
    assert_eq!(of(&mut s, right, "campaign_gas"), "no_campaign");
    let mut s = scene();
    assert_eq!(s.campaign("office", "campaign_gas", &[]), "");
    assert_eq!(of(&mut s, Uuid::from_u128(11), "campaign_gas"), "bad_response");
    let elsewhere = campaign_response_id(CAMPAIGN, s.b);
    assert_eq!(of(&mut s, elsewhere, "campaign_gas"), "bad_response");
    let mut s = scene();
    assert_eq!(s.campaign("office", "campaign_gas", &[]), "");
    assert_eq!(of(&mut s, right, "campaign_ebike"), "bad_response");
    let mut s = scene();
    assert_eq!(s.campaign("office", "campaign_gas", &[]), "");
    assert_eq!(of(&mut s, right, "campaign_gas"), "");
    assert!(s.w.server.digests_hold().unwrap());
}

/// A form of the product with another word: one that a deployment keeps.
fn own(change: impl FnOnce(&mut Form)) -> (String, String) {
    let mut form = (*FormLibrary::built_in().named("campaign_gas").unwrap().1).clone();
    form.about = "本社区改过。".into();
    change(&mut form);
    let body = body_of(&form);
    (id_of(&form.name, &body), body)
}

#[test]
fn a_form_that_a_deployment_keeps_is_checked_written_once_and_judged_by() {
    let unit = unit_id(COMMUNITY);
    let kept = |s: &mut Scene, who: &str, id: &str, body: &str| {
        let name = format!("form/{id}");
        let chars: Vec<char> = body.chars().collect();
        let pieces = chars.chunks(2000).enumerate().map(|(n, c)| Edit::put(format!("entry/{n}"), c.iter().collect::<String>()));
        let edits: Vec<Edit> = std::iter::once(Edit::put("name", name.as_str())).chain(pieces).collect();
        s.say(who, unit, config_id(unit, &name), Kind::Config, &[(Class::Common, edits)])
    };
    let (long, long_body) = own(|f| {
        for n in 0..6 {
            let mut more = f.questions[0].clone();
            more.name = format!("more{n}");
            f.questions.push(more);
        }
    });
    let (id, body) = own(|f| f.questions.truncate(1));
    assert_eq!(kept(&mut scene(), "office", &long, &long_body), "bad_form", "twelve questions");
    assert_eq!(kept(&mut scene(), "office", &id, &body.replace("本社区", "别社区")), "bad_form");
    assert_eq!(kept(&mut scene(), "ana", &id, &body), "not_allowed");
    let mut s = scene();
    assert_eq!(kept(&mut s, "office", &id, &body), "");
    assert_eq!(s.campaign("office", &id, &[]), "");
    let again = vec![(Class::Common, vec![Edit::put("entry/0", "{}")])];
    assert_eq!(s.say("office", unit, config_id(unit, &format!("form/{id}")), Kind::Config, &again), "written_once");
}
