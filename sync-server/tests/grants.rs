//! Who holds what: from memberships with terms and the accepted tree of units, changed by server commands, each against the version it
//! expects; and what a stamp still allows after both have changed.

#![allow(clippy::unwrap_used)]

mod support;

use shared_model::class::Class;
use shared_model::crdt::{DEL_KEY, Edit, deletion};
use shared_model::doc::{DocId, area_id, unit_id};
use shared_model::records::Kind;
use shared_model::rules::{self, Role};
use shared_model::wire::*;
use support::*;
use uuid::Uuid;

const GRID_2: &str = "6101040019011002";
const OTHER_COMMUNITY: &str = "610104001902";
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

fn ask(device: &mut Device, w: &World, ask: Ask) -> Verdict {
    let seq = device.command("ask", Some(ask), vec![]);
    device.sync(w);
    device.verdicts[&seq].clone()
}

fn is_accepted(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Accepted { .. })
}

fn reason(verdict: &Verdict) -> &str {
    match verdict {
        Verdict::Quarantined { reason } => reason,
        other => panic!("{other:?}"),
    }
}

fn move_to(unit: Uuid, parent: &str, expected: u64) -> Ask {
    Ask::MoveUnit { unit, parent: unit_id(parent), expected }
}

fn membership(name: &str, role: Role, unit: &str) -> NewMembership {
    NewMembership {
        membership: Uuid::from_u128(0xa11 + name.len() as u128),
        person: Uuid::from_u128(0xb22 + name.len() as u128),
        name: name.into(),
        role,
        unit: unit_id(unit),
        from: None,
        until: None,
        stands_for: None,
        post: None,
    }
}

/// The record of somebody's membership at a unit, as the office holds it.
fn record_of(office: &Device, name: &str) -> Uuid {
    let is_theirs = |doc: &&DocId| {
        let has_name = office.value(doc, "name").as_deref() == Some(name);
        has_name && office.value(doc, "role").is_some() && office.base[doc].value("until").is_none_or(|v| v.as_int().is_none())
    };
    office.base.keys().find(is_theirs).unwrap().record
}

fn units_of(device: &Device) -> Vec<Uuid> {
    device.grants.as_ref().unwrap().units.iter().filter(|(_, mask)| mask & Class::Register.bit() != 0).map(|(u, _)| *u).collect()
}

/// Classes that each role receives of its own unit and beneath, as the table of the design says, widest first.
fn received(role: Role) -> &'static [Class] {
    use Class::*;
    match role {
        Role::Office => &[Common, Open, Door, Register, Private, Office],
        Role::Worker => &[Common, Open, Door, Register, Private],
        Role::PartTime => &[Common, Open, Door, Register],
        Role::BuildingHead => &[Common, Open, Door],
        Role::Assignee | Role::Overseer | Role::Admin => &[Common],
    }
}

#[test]
fn every_role_receives_its_classes_of_its_own_tree_and_common_of_what_stands_above() {
    let mut s = scene();
    let (b2, elsewhere) = (building(2), unit_id(OTHER_COMMUNITY));
    let edits = [Edit::put("name", "2号楼"), Edit::put("kind", "building"), Edit::put("number", "2")];
    let part = s.office.part(b2, DocId::new(b2, Class::Common), Kind::Unit, &edits);
    s.office.command("make_unit", Some(Ask::MakeUnit { unit: b2, parent: unit_id(GRID_2) }), vec![part]);
    s.office.sync(&s.w);
    let places = [
        ("own", vec![grid(), s.b, area_id(grid())]),
        ("above", vec![unit_id(COMMUNITY), unit_id("610104001"), unit_id("610104")]),
        ("beside", vec![unit_id(GRID_2), b2, area_id(unit_id(GRID_2)), elsewhere]),
    ];
    use Role::*;
    let mut cells = 0;
    for role in [Overseer, Admin, Assignee, BuildingHead, PartTime, Worker, Office] {
        let mut device = s.w.device(role, GRID, &format!("某{}", role.name()));
        device.sync(&s.w);
        let units = &device.grants.as_ref().unwrap().units;
        for (place, ids) in &places {
            for (id, class) in ids.iter().flat_map(|id| Class::ALL.map(|class| (id, class))) {
                let expected = match *place {
                    "own" => received(role).contains(&class),
                    "above" => class == Class::Common,
                    _ => false,
                };
                let granted = units.iter().any(|(u, mask)| u == id && mask & class.bit() != 0);
                assert_eq!(granted, expected, "{role:?} {class:?} {place}");
                cells += 1;
            }
        }
        // and nothing of what was not granted has come
        let strangers =
            device.base.keys().filter(|doc| !units.iter().any(|(u, mask)| *u == device.home[doc] && mask & doc.class.bit() != 0));
        assert_eq!(strangers.count(), 0, "{role:?}");
    }
    assert_eq!(cells, 7 * 10 * 6);
}

#[test]
fn who_may_appoint_whom_and_where_is_the_rule_table_within_the_own_tree() {
    let mut s = scene();
    let mut admin = s.w.device(Role::Admin, "610104001", "管理员");
    admin.sync(&s.w);
    let mut worker = s.ana.clone();
    use Role::*;
    let mut n = 0;
    for given in [Overseer, Admin, Assignee, BuildingHead, PartTime, Worker, Office] {
        for (device, role, root) in [(&mut s.office, Office, COMMUNITY), (&mut admin, Admin, "610104001"), (&mut worker, Worker, GRID)] {
            for unit in [GRID, COMMUNITY, OTHER_COMMUNITY, "610104"] {
                n += 1;
                let new = NewMembership {
                    membership: Uuid::from_u128(1000 + n),
                    person: Uuid::from_u128(2000 + n),
                    ..membership("新人", given, unit)
                };
                let within = match root {
                    "610104001" => unit != "610104",
                    COMMUNITY => matches!(unit, COMMUNITY | GRID),
                    _ => unit == GRID,
                };
                let expected = within && rules::may_appoint(role, given);
                let verdict = ask(device, &s.w, Ask::AddMembership(new));
                assert_eq!(is_accepted(&verdict), expected, "{role:?} gives {given:?} at {unit}: {verdict:?}");
                if !expected {
                    assert_eq!(reason(&verdict), "not_allowed");
                }
            }
        }
    }
}

#[test]
fn who_may_invite_is_whoever_may_appoint() {
    let mut s = scene();
    let mut admin = s.w.device(Role::Admin, "610104001", "管理员");
    let mut worker = s.ana.clone();
    use Role::*;
    for given in Role::ALL {
        for (device, role, root) in [(&mut s.office, Office, COMMUNITY), (&mut admin, Admin, "610104001"), (&mut worker, Worker, GRID)] {
            for unit in [GRID, COMMUNITY, OTHER_COMMUNITY, "610104"] {
                let within = match root {
                    "610104001" => unit != "610104",
                    COMMUNITY => matches!(unit, COMMUNITY | GRID),
                    _ => unit == GRID,
                };
                let request = InviteRequest { role: given, unit: unit_id(unit), name: "新人".into() };
                let answer = device.post::<_, InviteReply>(&s.w, "/v1/invite", &request);
                let expected = within && rules::may_appoint(role, given);
                assert_eq!(answer.is_ok(), expected, "{role:?} invites a {given:?} at {unit}");
                if let Err((_, refusal)) = answer {
                    assert_eq!(refusal.code, "not_allowed");
                }
            }
        }
    }
}

#[test]
fn of_two_offices_that_move_one_building_the_second_is_told_what_is_now() {
    let mut s = scene();
    let mut second = s.w.device(Role::Office, COMMUNITY, "李副主任");
    second.sync(&s.w);
    let (one, two) = (move_to(s.b, GRID_2, 1), move_to(s.b, COMMUNITY, 1));
    assert!(is_accepted(&ask(&mut s.office, &s.w, one)));
    let Verdict::Stale { current } = ask(&mut second, &s.w, two) else { panic!("{:?}", second.verdicts) };
    assert!(current.contains(&unit_id(GRID_2).to_string()) && current.contains("\"version\":2"), "{current}");
    second.sync(&s.w);
    assert_eq!(second.value(&DocId::new(s.b, Class::Common), "parent"), Some(unit_id(GRID_2).to_string()));
    assert!(is_accepted(&ask(&mut second, &s.w, move_to(s.b, COMMUNITY, 2))), "with the version of now it goes");
    assert!(second.agreed);
}

#[test]
fn a_move_that_makes_no_tree_is_refused() {
    let mut s = scene();
    let community = unit_id(COMMUNITY);
    for (unit, parent) in [(s.b, s.b), (grid(), unit_id(GRID_2)), (community, grid()), (grid(), s.b)] {
        let verdict = ask(&mut s.office, &s.w, Ask::MoveUnit { unit, parent, expected: 1 });
        assert!(matches!(verdict, Verdict::Quarantined { .. }), "{unit} beneath {parent}: {verdict:?}");
        s.office.counter += 1;
    }
    let away = ask(&mut s.office, &s.w, move_to(s.b, OTHER_COMMUNITY, 1));
    assert_eq!(reason(&away), "not_allowed", "nobody gives away what lies beyond the own tree, nor takes");
    let by_worker = ask(&mut s.ana, &s.w, move_to(s.b, GRID_2, 1));
    assert_eq!(reason(&by_worker), "not_allowed");
}

#[test]
fn redrawing_moves_grants_and_no_document() {
    let mut s = scene();
    let mut bo = s.w.device(Role::Worker, GRID_2, "薄云");
    bo.sync(&s.w);
    assert_eq!((s.ana.count_in(&s.b) > 0, bo.count_in(&s.b)), (true, 0));
    assert!(is_accepted(&ask(&mut s.office, &s.w, move_to(s.b, GRID_2, 1))));
    s.ana.sync(&s.w);
    bo.sync(&s.w);
    assert!(!units_of(&s.ana).contains(&s.b) && units_of(&bo).contains(&s.b));
    assert!(bo.count_in(&s.b) > 0 && bo.agreed && s.ana.agreed);
    assert!(bo.home.iter().filter(|(doc, _)| doc.record == s.person.record).all(|(_, home)| *home == s.b), "its home is the building");
    let policy = |d: &Device| d.grants.as_ref().unwrap().policy;
    assert_eq!((policy(&s.ana), policy(&bo)), (2, 2), "one step for each device whose tree changed");
    s.office.make_building(7);
    s.office.sync(&s.w);
    s.ana.sync(&s.w);
    assert_eq!(policy(&s.ana), 2, "making a unit never bumps");
}

#[test]
fn a_stamp_allows_what_stood_beneath_its_roots_then_and_what_was_made_there_since() {
    let mut s = scene();
    let theirs = s.office.make_building(2);
    s.office.sync(&s.w);
    assert!(is_accepted(&ask(&mut s.office, &s.w, move_to(theirs, GRID_2, 1))));
    s.ana.sync(&s.w);
    let old = s.ana.policy;
    // Since then, while Ana is away: her building goes, another one comes, a new one is made and goes too.
    assert!(is_accepted(&ask(&mut s.office, &s.w, move_to(s.b, GRID_2, 1))));
    assert!(is_accepted(&ask(&mut s.office, &s.w, move_to(theirs, GRID, 2))));
    let made = s.office.make_building(3);
    s.office.sync(&s.w);
    assert!(is_accepted(&ask(&mut s.office, &s.w, move_to(made, GRID_2, 1))));
    let make = |s: &mut Scene, unit: Uuid, n: u128| {
        let doc = DocId::new(Uuid::from_u128(n), Class::Register);
        s.ana.write(unit, doc, Kind::Person, &[Edit::put("name", "新"), Edit::put("household", s.h.to_string())])
    };
    let b = s.b;
    let (stood, made_since, came) = (make(&mut s, b, 1), make(&mut s, made, 2), make(&mut s, theirs, 3));
    assert_eq!(s.ana.policy, old);
    let reply = s.ana.send(&s.w).unwrap();
    s.ana.apply(&reply);
    assert!(s.ana.accepted(stood), "it stood there: {:?}", s.ana.verdicts);
    assert!(s.ana.accepted(made_since), "it was made there: {:?}", s.ana.verdicts);
    assert_eq!(s.ana.reason(came), "not_allowed", "it came only after the stamp");
    let now = make(&mut s, b, 4);
    s.ana.sync(&s.w);
    assert_eq!(s.ana.reason(now), "not_allowed", "under the new stamp it is another's");
}

#[test]
fn terms_begin_and_end_by_the_servers_clock_though_nobody_acts() {
    let mut s = scene();
    let (from, until) = (START_MS + 2 * DAY_MS, START_MS + 5 * DAY_MS);
    let sick = record_of(&s.office, "安然");
    let new = NewMembership { from: Some(from), until: Some(until), stands_for: Some(sick), ..membership("替班", Role::Worker, GRID) };
    let wrong = NewMembership { until: None, ..new.clone() };
    assert_eq!(reason(&ask(&mut s.office, &s.w, Ask::AddMembership(wrong))), "bad_stand_in", "a stand-in has an end");
    assert!(is_accepted(&ask(&mut s.office, &s.w, Ask::AddMembership(new))));
    let mut cover = s.w.device(Role::Worker, GRID, "替班");
    cover.sync(&s.w);
    assert!(units_of(&cover).is_empty(), "not before its term");
    s.w.env.pass(2 * DAY_MS);
    cover.sync(&s.w);
    assert!(units_of(&cover).contains(&s.b) && cover.agreed);
    assert_eq!(cover.policy, 2);
    let during = cover.write(s.b, s.person, Kind::Person, &[Edit::put("phone", "1")]);
    cover.sync(&s.w);
    assert!(cover.accepted(during));
    // The last edit of the term comes after it.
    let last = cover.write(s.b, s.person, Kind::Person, &[Edit::put("phone", "2")]);
    s.w.env.pass(3 * DAY_MS);
    cover.sync(&s.w);
    assert!(cover.accepted(last), "{:?}", cover.verdicts);
    assert!(units_of(&cover).is_empty() && cover.agreed);
    let after = cover.write(s.b, s.person, Kind::Person, &[Edit::put("phone", "3")]);
    cover.sync(&s.w);
    assert_eq!(cover.reason(after), "not_allowed");
    s.ana.sync(&s.w);
    assert_eq!(s.ana.value(&s.person, "phone").as_deref(), Some("2"), "who was stood in for holds it all the while");
}

#[test]
fn a_stamp_ends_when_the_term_ends_and_not_when_somebody_asks() {
    let mut s = scene();
    let record = record_of(&s.office, "安然");
    let term = Ask::SetTerm { membership: record, from: None, until: Some(START_MS + DAY_MS), expected: 1 };
    assert!(is_accepted(&ask(&mut s.office, &s.w, term)));
    let late = s.ana.write(s.b, s.person, Kind::Person, &[Edit::put("phone", "2")]);
    // Nobody at all asks for longer than the lease and thirty days.
    s.w.env.pass(DAY_MS + 38 * DAY_MS);
    s.ana.sync(&s.w);
    assert_eq!(s.ana.reason(late), "late");
}

#[test]
fn a_term_is_changed_against_the_version_it_had() {
    let mut s = scene();
    let mut second = s.w.device(Role::Office, COMMUNITY, "李副主任");
    second.sync(&s.w);
    let record = record_of(&s.office, "安然");
    let end = |until, expected| Ask::SetTerm { membership: record, from: None, until, expected };
    assert!(is_accepted(&ask(&mut s.office, &s.w, end(Some(START_MS + DAY_MS), 1))));
    assert!(matches!(ask(&mut second, &s.w, end(Some(0), 1)), Verdict::Stale { .. }));
    assert!(is_accepted(&ask(&mut second, &s.w, end(None, 2))), "an end can be taken back before it comes");
    s.w.env.pass(2 * DAY_MS);
    s.ana.sync(&s.w);
    assert!(units_of(&s.ana).contains(&s.b));
    assert!(is_accepted(&ask(&mut s.office, &s.w, end(Some(0), 3))), "an end in the past is now");
    s.ana.sync(&s.w);
    assert!(units_of(&s.ana).is_empty());
    assert!(matches!(ask(&mut s.office, &s.w, end(None, 4)), Verdict::Stale { .. }), "what is over is over");
    assert_eq!(reason(&ask(&mut s.ana, &s.w, end(None, 4))), "not_allowed");
}

#[test]
fn the_same_role_at_the_same_unit_is_given_once() {
    let mut s = scene();
    let mut second = s.w.device(Role::Office, COMMUNITY, "李副主任");
    second.sync(&s.w);
    let new = membership("新网格员", Role::Worker, GRID_2);
    assert!(is_accepted(&ask(&mut s.office, &s.w, Ask::AddMembership(new.clone()))));
    let again = NewMembership { membership: Uuid::from_u128(5), ..new };
    assert!(matches!(ask(&mut second, &s.w, Ask::AddMembership(again)), Verdict::Stale { .. }));
}

#[test]
fn a_closed_grid_hands_its_area_on_and_ends_its_terms() {
    let mut s = scene();
    let close = |expected| Ask::CloseUnit { unit: grid(), successors: vec![unit_id(GRID_2)], expected };
    assert_eq!(reason(&ask(&mut s.office, &s.w, close(1))), "has_units", "its buildings go first");
    assert!(is_accepted(&ask(&mut s.office, &s.w, move_to(s.b, GRID_2, 1))));
    let late = s.ana.write(s.b, s.person, Kind::Person, &[Edit::put("phone", "2")]);
    assert!(is_accepted(&ask(&mut s.office, &s.w, close(1))));
    let unit = DocId::new(grid(), Class::Common);
    assert_eq!(s.office.base[&unit].value("closed").and_then(|v| v.as_bool()), Some(true));
    assert_eq!(s.office.value(&unit, "successor"), Some(unit_id(GRID_2).to_string()));
    let area = DocId::new(area_id(grid()), Class::Common);
    assert_eq!(s.office.value(&area, "parent"), Some(unit_id(GRID_2).to_string()));
    s.ana.sync(&s.w);
    assert!(s.ana.accepted(late) && units_of(&s.ana).is_empty());
    let stale = ask(&mut s.office, &s.w, move_to(building(1), GRID, 2));
    assert!(matches!(stale, Verdict::Stale { .. }), "nothing goes into a closed unit: {stale:?}");
}

#[test]
fn a_grid_is_made_with_its_area_and_filled() {
    let mut s = scene();
    let code = "6101040019011003";
    let make = |name: &str| Ask::MakeGrid {
        unit: unit_id(code),
        parent: unit_id(COMMUNITY),
        kind: "grid".into(),
        name: name.into(),
        code: code.into(),
    };
    assert!(is_accepted(&ask(&mut s.office, &s.w, make("第三网格"))));
    s.office.sync(&s.w);
    assert_eq!(s.office.value(&DocId::new(area_id(unit_id(code)), Class::Common), "parent"), Some(unit_id(code).to_string()));
    assert!(matches!(ask(&mut s.office, &s.w, make("又一个")), Verdict::Stale { .. }));
    assert!(is_accepted(&ask(&mut s.office, &s.w, move_to(s.b, code, 1))));
    let mut cy = s.w.device(Role::Worker, code, "岑一");
    cy.sync(&s.w);
    assert!(cy.count_in(&s.b) > 0 && cy.agreed);
}

#[test]
fn late_work_on_what_has_gone_since_goes_to_the_office() {
    for gone in ["deleted", "moved", "merged", "closed", "there"] {
        let mut s = scene();
        let late = s.ana.write(s.b, s.person, Kind::Person, &[Edit::put("phone", "2")]);
        match gone {
            "deleted" => {
                let saw = deletion::del_value(&s.office.base[&s.person]);
                s.office.write(s.b, s.person, Kind::Person, &[Edit::put(DEL_KEY, saw)]);
            }
            "moved" => {
                s.office.write(s.b, s.person, Kind::Person, &[Edit::put("moved_to", Uuid::from_u128(9).to_string())]);
            }
            "merged" => {
                let other = DocId::new(Uuid::from_u128(9), Class::Register);
                s.office.write(s.b, other, Kind::Person, &[Edit::put("name", "某")]);
                s.office.write(s.b, s.person, Kind::Person, &[Edit::put("merged_into", other.record.to_string())]);
            }
            "closed" => assert!(is_accepted(&ask(&mut s.office, &s.w, Ask::CloseUnit { unit: s.b, successors: vec![], expected: 1 }))),
            _ => {}
        }
        s.office.sync(&s.w);
        s.w.server.end_membership("安然", Role::Worker, GRID).unwrap();
        s.ana.sync(&s.w);
        match gone {
            "there" => assert!(s.ana.accepted(late), "{:?}", s.ana.verdicts),
            _ => assert_eq!(s.ana.reason(late), "late", "{gone}"),
        }
    }
}

#[test]
fn an_edit_against_a_deletion_is_no_late_work_for_whoever_still_has_the_right() {
    let mut s = scene();
    let other = s.office.make_building(2);
    s.office.sync(&s.w);
    s.ana.sync(&s.w);
    let edit = s.ana.write(s.b, s.person, Kind::Person, &[Edit::put("phone", "2")]);
    let saw = deletion::del_value(&s.office.base[&s.person]);
    s.office.write(s.b, s.person, Kind::Person, &[Edit::put(DEL_KEY, saw)]);
    // Another building goes: a new stamp for Ana, and the right to this one stays.
    assert!(is_accepted(&ask(&mut s.office, &s.w, move_to(other, GRID_2, 1))));
    s.ana.sync(&s.w);
    assert!(s.ana.accepted(edit), "{:?}", s.ana.verdicts);
}

#[test]
fn an_office_that_moves_a_building_goes_on_writing_in_it() {
    let mut s = scene();
    let moved = s.office.command("move_unit", Some(move_to(s.b, GRID_2, 1)), vec![]);
    let edit = s.office.write(s.b, s.person, Kind::Person, &[Edit::put("phone", "2")]);
    s.office.sync(&s.w);
    assert!(s.office.accepted(moved) && s.office.accepted(edit), "{:?}", s.office.verdicts);
    let new = s.office.write(s.b, s.person, Kind::Person, &[Edit::put("phone", "3")]);
    s.office.sync(&s.w);
    assert!(s.office.accepted(new) && s.office.agreed);
}

#[test]
fn a_server_command_has_no_parts_and_is_judged_by_the_right_of_today() {
    let mut s = scene();
    let part = s.office.part(s.b, s.person, Kind::Person, &[Edit::put("phone", "2")]);
    let seq = s.office.command("move_unit", Some(move_to(s.b, GRID_2, 1)), vec![part]);
    s.office.sync(&s.w);
    assert_eq!(s.office.reason(seq), "has_parts");
    let late = s.office.command("move_unit", Some(move_to(s.b, GRID_2, 1)), vec![]);
    s.w.server.end_membership("王主任", Role::Office, COMMUNITY).unwrap();
    let reply = s.office.send(&s.w).unwrap();
    let verdict = reply.verdicts.iter().find(|(n, _)| *n == late).map(|(_, v)| v).unwrap();
    assert_eq!(reason(verdict), "not_allowed", "what it wrote late still counts, what it wanted changed does not");
}

#[test]
fn the_tree_and_its_past_are_there_after_a_restart() {
    let mut s = scene();
    assert!(is_accepted(&ask(&mut s.office, &s.w, move_to(s.b, GRID_2, 1))));
    s.w.restart();
    let late = s.ana.write(s.b, s.person, Kind::Person, &[Edit::put("phone", "2")]);
    s.ana.sync(&s.w);
    assert!(s.ana.accepted(late) && !units_of(&s.ana).contains(&s.b));
}

#[test]
fn a_merge_leads_to_a_record_of_its_kind_in_its_community_that_its_writer_may_write() {
    let there = |s: &mut Scene, grid: &str, kind: Kind| {
        let b2 = building(2);
        let edits = [Edit::put("name", "2号楼"), Edit::put("kind", "building"), Edit::put("number", "2")];
        let part = s.office.part(b2, DocId::new(b2, Class::Common), Kind::Unit, &edits);
        s.office.command("make_unit", Some(Ask::MakeUnit { unit: b2, parent: unit_id(grid) }), vec![part]);
        let other = Uuid::from_u128(77);
        let key = if kind == Kind::Person { "name" } else { "note" };
        s.office.write(b2, DocId::new(other, Class::Register), kind, &[Edit::put(key, "某")]);
        s.office.sync(&s.w);
        other
    };
    for (what, expected) in [
        ("itself", "bad_merge"),
        ("another kind", "bad_merge"),
        ("nobody", "no_record"),
        ("another grid", "not_allowed"),
        ("own grid", ""),
        ("another grid by the office", ""),
    ] {
        let mut s = scene();
        let grid = if what.starts_with("another grid") { GRID_2 } else { GRID };
        let other = there(&mut s, grid, if what == "another kind" { Kind::Household } else { Kind::Person });
        let to = match what {
            "itself" => s.person.record,
            "nobody" => Uuid::from_u128(78),
            _ => other,
        };
        s.ana.sync(&s.w);
        let edit = [Edit::put("merged_into", to.to_string())];
        let writer = if what.ends_with("office") { &mut s.office } else { &mut s.ana };
        let seq = writer.write(s.b, s.person, Kind::Person, &edit);
        writer.sync(&s.w);
        if expected.is_empty() {
            assert!(writer.accepted(seq), "{what}: {:?}", writer.verdicts);
        } else {
            assert_eq!(writer.reason(seq), expected, "{what}");
        }
    }
}
