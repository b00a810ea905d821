//! What the gate refuses, and what happens to what stands on it.

#![allow(clippy::unwrap_used)]

mod support;

use shared_model::class::Class;
use shared_model::crdt::{ActorId, Change, DEL_KEY, Edit, Op, OpBody, OpId, Value, deletion};
use shared_model::doc::{DocId, area_id, unit_id};
use shared_model::records::Kind;
use shared_model::rules::Role;
use shared_model::wire::*;
use support::*;
use uuid::Uuid;

impl Scene {
    /// Sends a change made by hand as the worker's command.
    fn send_raw(&mut self, change: &Change) -> u64 {
        let part = Part { unit: self.b, doc: self.person, kind: Kind::Person, change: change.encode().0.into() };
        let seq = self.ana.command("test", None, vec![part]);
        let reply = self.ana.send(&self.w).unwrap();
        self.ana.apply(&reply);
        seq
    }

    /// The worker's honest next change of the person, to be bent.
    fn honest(&self) -> Change {
        let edits = [Edit::put("phone", "13911112222")];
        self.ana.shown(&self.person).author(self.ana.actor(), None, 1, &edits).unwrap().0
    }
}

#[test]
fn an_honest_change_passes() {
    let mut s = scene();
    let seq = s.send_raw(&s.honest());
    assert!(s.ana.accepted(seq));
}

#[test]
fn anothers_actor_is_refused() {
    let mut s = scene();
    for actor in [s.office.actor(), ActorId([7; 16])] {
        let seq = s.send_raw(&Change { actor, ..s.honest() });
        assert_eq!(s.ana.reason(seq), "other_actor");
    }
}

#[test]
fn an_inflated_start_op_is_refused() {
    let mut s = scene();
    for start_op in [1, 2_000_000_000] {
        s.ana.counter += 1;
        let seq = s.send_raw(&Change { start_op, ..s.honest() });
        assert_eq!(s.ana.reason(seq), "start_op_wrong");
    }
}

#[test]
fn a_pred_outside_the_past_is_refused() {
    let mut s = scene();
    // Somebody else's write arrives that the change does not depend on, yet names as replaced.
    let honest = s.honest();
    s.office.write(s.b, s.person, Kind::Person, &[Edit::put("phone", "999")]);
    s.office.sync(&s.w);
    let hidden = s.office.base[&s.person].live["phone"][0].id;
    let ops = vec![Op { key: "phone".into(), body: OpBody::Put(Value::from("1")), pred: vec![hidden] }];
    let seq = s.send_raw(&Change { ops, ..honest.clone() });
    assert_eq!(s.ana.reason(seq), "pred_outside_past");
    let ops = vec![Op { key: "name".into(), body: OpBody::Put(Value::from("1")), pred: honest.ops[0].pred.clone() }];
    s.ana.counter += 1;
    let seq = s.send_raw(&Change { actor: s.ana.actor(), ops, ..honest.clone() });
    assert_eq!(s.ana.reason(seq), "pred_other_key");
    let never = OpId { counter: 1, actor: ActorId([9; 16]) };
    let ops = vec![Op { key: "phone".into(), body: OpBody::Put(Value::from("1")), pred: vec![never] }];
    s.ana.counter += 1;
    let seq = s.send_raw(&Change { actor: s.ana.actor(), ops, ..honest });
    assert_eq!(s.ana.reason(seq), "pred_outside_past");
}

#[test]
fn truncated_and_foreign_bytes_are_refused_and_harm_nobody() {
    let mut s = scene();
    let good = s.honest().encode().0;
    for bytes in [vec![], vec![0; 10], good[..good.len() - 3].to_vec(), [good.clone(), good.clone()].concat(), vec![1; 70_000]] {
        let part = Part { unit: s.b, doc: s.person, kind: Kind::Person, change: bytes.into() };
        let seq = s.ana.command("test", None, vec![part]);
        let reply = s.ana.send(&s.w).unwrap();
        s.ana.apply(&reply);
        assert_eq!(s.ana.reason(seq), "bad_change");
    }
    let seq = s.send_raw(&s.honest());
    assert!(s.ana.accepted(seq), "one refused command never blocks another");
}

#[test]
fn keys_values_and_verbs_are_judged_by_the_declaration() {
    let mut s = scene();
    let household = DocId::new(s.h, Class::Register);
    let cases: [(DocId, Kind, Edit, &str); 7] = [
        (s.person, Kind::Person, Edit::put("nonsense", "x"), "unknown_key"),
        (s.person, Kind::Person, Edit::put("id_number", "x"), "wrong_class"),
        (s.person, Kind::Person, Edit::put("sex", "maybe"), "bad_value"),
        (s.person, Kind::Person, Edit::put("tag/独居", "yes"), "bad_value"),
        (s.person, Kind::Person, Edit::put("household", Uuid::nil().to_string()), "written_once"),
        (household, Kind::Person, Edit::put("name", "x"), "kind"),
        (DocId::new(s.b, Class::Common), Kind::Unit, Edit::put("name", "x"), "not_allowed"),
    ];
    for (doc, kind, edit, reason) in cases {
        s.ana.counter += 1;
        let seq = s.ana.write(s.b, doc, kind, &[edit]);
        let reply = s.ana.send(&s.w).unwrap();
        s.ana.apply(&reply);
        assert_eq!(s.ana.reason(seq), reason);
    }
    let parent = s.office.write(s.b, DocId::new(s.b, Class::Common), Kind::Unit, &[Edit::put("parent", unit_id(COMMUNITY).to_string())]);
    let member = s.office.write(s.b, DocId::new(Uuid::from_u128(9), Class::Common), Kind::Membership, &[Edit::put("name", "x")]);
    s.office.sync(&s.w);
    assert_eq!((s.office.reason(parent), s.office.reason(member)), ("server_only", "not_allowed"));
}

#[test]
fn a_document_stays_in_its_first_home() {
    let mut s = scene();
    let seq = s.ana.write(area_id(grid()), s.person, Kind::Person, &[Edit::put("phone", "1")]);
    s.ana.sync(&s.w);
    assert_eq!(s.ana.reason(seq), "home");
    let nowhere = s.ana.write(Uuid::from_u128(4), DocId::new(Uuid::from_u128(5), Class::Register), Kind::Person, &[Edit::put("name", "x")]);
    s.ana.sync(&s.w);
    assert_eq!(s.ana.reason(nowhere), "no_unit");
}

#[test]
fn what_stands_on_a_refused_command_is_superseded_and_the_rest_goes_through() {
    let mut s = scene();
    let bad = s.ana.write(s.b, s.person, Kind::Person, &[Edit::put("nonsense", "x")]);
    let on_it = s.ana.write(s.b, s.person, Kind::Person, &[Edit::put("phone", "1")]);
    let on_that = s.ana.write(s.b, s.person, Kind::Person, &[Edit::put("phone", "2")]);
    let free = s.ana.write(s.b, DocId::new(s.h, Class::Register), Kind::Household, &[Edit::put("note", "另一件")]);
    let reply = s.ana.send(&s.w).unwrap();
    s.ana.apply(&reply);
    assert_eq!(s.ana.reason(bad), "unknown_key");
    assert_eq!(s.ana.verdicts[&on_it], Verdict::Superseded { by: bad });
    assert_eq!(s.ana.verdicts[&on_that], Verdict::Superseded { by: on_it });
    assert!(s.ana.accepted(free));
    assert_eq!(s.ana.closed, [s.ana.actor()]);
    // The same actor is closed there for ever; the next one may write, as a replay.
    s.ana.own.clear();
    let closed = s.ana.write(s.b, s.person, Kind::Person, &[Edit::put("phone", "3")]);
    s.ana.sync(&s.w);
    assert_eq!(s.ana.reason(closed), "actor_closed");
    s.ana.counter += 1;
    let part = s.ana.part(s.b, s.person, Kind::Person, &[Edit::put("phone", "1")]);
    let replay = s.ana.command("edit_person", None, vec![part]);
    s.ana.pending[0].command.replaces = Some(on_it);
    s.ana.sync(&s.w);
    assert!(s.ana.accepted(replay), "{:?}", s.ana.verdicts);
    assert!(s.ana.agreed && s.w.server.digests_hold().unwrap());
    // The verdicts are kept.
    let again = s.ana.command("x", None, vec![]);
    s.ana.sync(&s.w);
    assert_eq!(s.ana.reason(again), "empty");
}

#[test]
fn a_record_that_only_a_refused_command_makes_supersedes_what_names_it() {
    let mut s = scene();
    let h = Uuid::from_u128(1234);
    let register = DocId::new(h, Class::Register);
    let bad = s.ana.write(s.b, register, Kind::Household, &[Edit::put("note", "x"), Edit::put("nonsense", "x")]);
    let visit = DocId::new(Uuid::from_u128(55), Class::Register);
    let on_it = s.ana.write(s.b, visit, Kind::Visit, &[Edit::put("household", h.to_string()), Edit::put("outcome", "met")]);
    s.ana.sync(&s.w);
    assert_eq!(s.ana.reason(bad), "unknown_key");
    assert_eq!(s.ana.verdicts[&on_it], Verdict::Superseded { by: bad });
    s.ana.counter += 1;
    let good = s.ana.write(s.b, register, Kind::Household, &[Edit::put("note", "x")]);
    s.ana.sync(&s.w);
    assert!(s.ana.accepted(good), "written again and rightly, it is judged for itself");
    let visit = DocId::new(Uuid::from_u128(56), Class::Register);
    let now = s.ana.write(s.b, visit, Kind::Visit, &[Edit::put("household", h.to_string()), Edit::put("outcome", "met")]);
    s.ana.sync(&s.w);
    assert!(s.ana.accepted(now));
}

#[test]
fn an_unknown_past_is_waited_for_and_never_final() {
    let mut s = scene();
    let first = s.ana.part(s.b, s.person, Kind::Person, &[Edit::put("phone", "1")]);
    let shown = {
        let mut r = s.ana.base[&s.person].clone();
        let (c, h) = Change::decode(&first.change).unwrap();
        r.apply(&c, h).unwrap();
        r
    };
    let own = shown.heads[0].hash;
    let (_, bytes, _) = shown.author(s.ana.actor(), Some(own), 2, &[Edit::put("phone", "2")]).unwrap();
    let second = Part { unit: s.b, doc: s.person, kind: Kind::Person, change: bytes.into() };
    let early = s.ana.command("b", None, vec![second]);
    let reply = s.ana.send(&s.w).unwrap();
    assert_eq!(reply.verdicts, [(early, Verdict::Need { hashes: vec![own] })]);
    let late = s.ana.command("a", None, vec![first]);
    s.ana.pending.swap(0, 1);
    // Numbers are dense, so the later one is taken though the earlier waits.
    let reply = s.ana.send(&s.w).unwrap();
    let accepted = |seq: u64| reply.verdicts.iter().any(|(n, v)| *n == seq && matches!(v, Verdict::Accepted { .. }));
    assert!(accepted(late) && accepted(early), "{:?}", reply.verdicts);
}

#[test]
fn a_reused_device_seq_is_flagged_and_the_first_verdict_stands() {
    let mut s = scene();
    let mut twin = s.ana.clone();
    let seq = s.ana.write(s.b, s.person, Kind::Person, &[Edit::put("phone", "1")]);
    s.ana.sync(&s.w);
    assert!(s.ana.accepted(seq));
    let other = twin.write(s.b, s.person, Kind::Person, &[Edit::put("phone", "2")]);
    twin.requests += 100;
    let reply = twin.send(&s.w).unwrap();
    assert_eq!(reply.verdicts, [(other, Verdict::Quarantined { reason: "cloned".into() })]);
    s.office.sync(&s.w);
    assert!(s.office.directory.as_ref().unwrap().devices.iter().any(|d| d.id == s.ana.id && d.state == "cloned"));
    assert_eq!(s.office.value(&s.person, "phone").as_deref(), Some("1"));
}

#[test]
fn numbers_are_dense() {
    let mut s = scene();
    s.ana.seq += 3;
    s.ana.write(s.b, s.person, Kind::Person, &[Edit::put("phone", "1")]);
    let reply = s.ana.send(&s.w).unwrap();
    assert!(reply.verdicts.is_empty(), "no verdict, so that nothing is forgotten");
}

#[test]
fn a_unit_is_made_once_and_another_place_for_it_is_held() {
    let mut s = scene();
    let mut second = s.w.device(Role::Office, COMMUNITY, "李主任");
    second.sync(&s.w);
    // Made apart: the second device has not seen building 5 yet.
    s.office.make_building(5);
    let same = second.seq + 1;
    second.make_building(5);
    s.office.sync(&s.w);
    second.sync(&s.w);
    assert!(second.accepted(same), "{:?}", second.verdicts);
    let elsewhere = second.command("make_unit", Some(Ask::MakeUnit { unit: building(5), parent: unit_id("6101040019011002") }), vec![]);
    let foreign = second.command("make_unit", Some(Ask::MakeUnit { unit: Uuid::from_u128(8), parent: unit_id("610104001902") }), vec![]);
    second.sync(&s.w);
    assert_eq!((second.reason(elsewhere), second.reason(foreign)), ("other_grid", "not_allowed"));
    s.office.sync(&s.w);
    assert!(s.office.agreed && second.agreed);
    assert_eq!(s.office.policy, 1, "making a unit never bumps the policy");
    s.ana.sync(&s.w);
    assert!(s.ana.agreed && s.ana.grants.as_ref().unwrap().units.iter().any(|(u, _)| *u == building(5)));
    let unit = s.ana.make_building(6);
    s.ana.sync(&s.w);
    assert_eq!(s.ana.reason(1), "not_allowed");
    assert!(!s.ana.grants.as_ref().unwrap().units.iter().any(|(u, _)| *u == unit));
}

#[test]
fn two_offices_make_the_same_household_apart_and_meet_in_it() {
    let mut s = scene();
    let mut second = s.w.device(Role::Office, COMMUNITY, "李主任");
    second.sync(&s.w);
    s.office.make_household(s.b, "909");
    let h = second.make_household(s.b, "909");
    s.office.sync(&s.w);
    second.sync(&s.w);
    s.office.sync(&s.w);
    assert!(s.office.agreed && second.agreed, "{:?}", second.verdicts);
    assert!(second.accepted(second.seq));
    assert_eq!(s.office.base[&DocId::new(h, Class::Door)].conflicted_keys().count(), 0, "equal values show nothing");
}

#[test]
fn a_case_has_the_class_of_its_matter() {
    let mut s = scene();
    let case = |n: u128, class| DocId::new(Uuid::from_u128(n), class);
    let open = s.ana.write(s.b, case(1, Class::Open), Kind::Case, &[Edit::put("matter", "01001")]);
    let leak = s.ana.write(s.b, case(2, Class::Open), Kind::Case, &[Edit::put("matter", "02013")]);
    let none = s.ana.write(s.b, case(3, Class::Open), Kind::Case, &[Edit::put("title", "x")]);
    let step = |n: u128, class| DocId::new(Uuid::from_u128(n), class);
    let of = |n: u128| [Edit::put("case", Uuid::from_u128(n).to_string()), Edit::put("transition", "comment"), Edit::put("note", "看过")];
    let good = s.ana.write(s.b, step(11, Class::Open), Kind::CaseStep, &of(1));
    let private = s.ana.write(s.b, case(4, Class::Private), Kind::Case, &[Edit::put("matter", "02013")]);
    let wide = s.ana.write(s.b, step(12, Class::Open), Kind::CaseStep, &of(4));
    let away = s.ana.write(area_id(grid()), step(13, Class::Open), Kind::CaseStep, &of(1));
    let orphan = s.ana.write(s.b, step(14, Class::Open), Kind::CaseStep, &of(99));
    s.ana.sync(&s.w);
    assert!(s.ana.accepted(open) && s.ana.accepted(good) && s.ana.accepted(private));
    assert_eq!((s.ana.reason(leak), s.ana.reason(none)), ("wrong_class", "no_case"));
    assert_eq!((s.ana.reason(wide), s.ana.reason(away), s.ana.reason(orphan)), ("wrong_class", "home", "no_case"));
}

#[test]
fn a_head_edits_its_own_case_and_no_other() {
    let mut s = scene();
    let mut head = s.w.device(Role::BuildingHead, &s.b.to_string(), "楼大爷");
    head.sync(&s.w);
    let own = DocId::new(Uuid::from_u128(1), Class::Open);
    let made = head.write(s.b, own, Kind::Case, &[Edit::put("matter", "01002"), Edit::put("title", "飞线")]);
    let edit = head.write(s.b, own, Kind::Case, &[Edit::put("title", "飞线充电")]);
    let theirs = DocId::new(Uuid::from_u128(2), Class::Open);
    s.ana.write(s.b, theirs, Kind::Case, &[Edit::put("matter", "01002"), Edit::put("title", "别人的")]);
    s.ana.sync(&s.w);
    head.sync(&s.w);
    assert!(head.accepted(made) && head.accepted(edit));
    let foreign = head.write(s.b, theirs, Kind::Case, &[Edit::put("title", "x")]);
    let resident = head.write(s.b, DocId::new(Uuid::from_u128(3), Class::Register), Kind::Person, &[Edit::put("name", "x")]);
    head.sync(&s.w);
    assert_eq!((head.reason(foreign), head.reason(resident)), ("not_allowed", "not_allowed"));
}

#[test]
fn a_mirror_is_written_with_its_source() {
    let mut s = scene();
    let private = DocId::new(s.person.record, Class::Private);
    let year = |y: i64| Edit::put("birth_year", y);
    let a = s.ana.part(s.b, private, Kind::Person, &[Edit::put("birth_date", "1950-01-02")]);
    let b = s.ana.part(s.b, s.person, Kind::Person, &[year(1950)]);
    let both = s.ana.command("edit_person", None, vec![a, b]);
    s.ana.sync(&s.w);
    let alone = s.ana.write(s.b, s.person, Kind::Person, &[year(1960)]);
    s.ana.sync(&s.w);
    assert!(s.ana.accepted(both));
    assert_eq!(s.ana.reason(alone), "mirror");
}

#[test]
fn a_deletion_names_the_clock_it_saw() {
    let mut s = scene();
    let saw = deletion::del_value(&s.ana.base[&s.person]);
    let good = s.ana.write(s.b, s.person, Kind::Person, &[Edit::put(DEL_KEY, saw)]);
    s.ana.sync(&s.w);
    assert!(s.ana.accepted(good) && s.ana.agreed);
    let mut other = scene();
    let bad = other.ana.write(other.b, other.person, Kind::Person, &[Edit::put(DEL_KEY, "nonsense")]);
    other.ana.sync(&other.w);
    assert_eq!(other.ana.reason(bad), "deletion_clock_wrong");
}

#[test]
fn late_work_counts_under_the_stamp_it_was_written_under() {
    let mut s = scene();
    assert!(s.w.server.add_membership("安然", Role::Worker, GRID, Role::Worker, "6101040019011002").unwrap());
    assert!(s.w.server.end_membership("安然", Role::Worker, GRID).unwrap());
    // Written offline before it heard of the change.
    let known = s.ana.write(s.b, s.person, Kind::Person, &[Edit::put("phone", "1")]);
    let reply = s.ana.send(&s.w).unwrap();
    assert_eq!(reply.grants.as_ref().unwrap().policy, 3);
    s.ana.apply(&reply);
    assert!(s.ana.accepted(known), "{:?}", s.ana.verdicts);
    // After it named the new policy, an old stamp counts no more.
    let before = s.ana.policy_after;
    s.ana.sync(&s.w);
    let old = s.ana.write(s.b, s.person, Kind::Person, &[Edit::put("phone", "2")]);
    s.ana.pending[0].command.policy = 1;
    s.ana.pending[0].digest = s.ana.pending[0].command.digest();
    assert!(old > before);
    s.ana.sync(&s.w);
    assert_eq!(s.ana.reason(old), "late");
    s.ana.counter += 1;
    let new = s.ana.write(s.b, s.person, Kind::Person, &[Edit::put("phone", "3")]);
    s.ana.sync(&s.w);
    assert_eq!(s.ana.reason(new), "not_allowed");
}

#[test]
fn declared_late_work_is_accepted_after_the_new_policy_is_named() {
    let mut s = scene();
    let late = s.ana.write(s.b, s.person, Kind::Person, &[Edit::put("phone", "1")]);
    s.w.server.end_membership("安然", Role::Worker, GRID).unwrap();
    // A request without commands brings the new grants; the next one names the policy and declares what is not yet judged.
    let empty = SyncRequest { commands: vec![], unjudged: vec![], ..s.ana.request() };
    let reply: SyncReply = s.ana.post(&s.w, "/v1/sync", &empty).unwrap();
    let grants = reply.grants.unwrap();
    let naming = SyncRequest { commands: vec![], policy: grants.policy, policy_after_seq: late, ..s.ana.request() };
    s.ana.post::<_, SyncReply>(&s.w, "/v1/sync", &naming).unwrap();
    let mut push = s.ana.request();
    push.policy = grants.policy;
    let reply: SyncReply = s.ana.post(&s.w, "/v1/sync", &push).unwrap();
    assert!(matches!(reply.verdicts[..], [(n, Verdict::Accepted { .. })] if n == late), "{:?}", reply.verdicts);
}

#[test]
fn an_oversized_command_is_kept_aside_and_the_next_goes_through() {
    let mut s = scene();
    // Bytes that cannot be squeezed: a bomb would be refused with its whole request.
    let bytes: Vec<u8> = (0..1_100_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0] ^ (n >> 7) as u8).collect();
    let part = Part { unit: s.b, doc: s.person, kind: Kind::Person, change: bytes.into() };
    let big = s.ana.command("test", None, vec![part]);
    let next = s.ana.write(s.b, DocId::new(s.h, Class::Register), Kind::Household, &[Edit::put("note", "小")]);
    let reply = s.ana.send(&s.w).unwrap();
    let find = |seq| reply.verdicts.iter().find(|(n, _)| *n == seq).map(|(_, v)| v.clone()).unwrap();
    assert_eq!(find(big), Verdict::Quarantined { reason: "too_large".into() });
    assert!(matches!(find(next), Verdict::Accepted { .. }));
}

#[test]
fn a_cursor_that_proves_a_restore_begins_an_epoch_at_once_but_one_device_does_not_spin_the_epochs() {
    let mut s = scene();
    let place = (s.b, Class::Register);
    let lie = |s: &mut Scene, mark: u8| {
        let mut cursor = s.ana.cursors[&place].clone();
        cursor.seq += u64::from(mark == 1) * 5;
        cursor.mark = [mark; 16];
        s.ana.cursors.insert(place, cursor);
        s.ana.send(&s.w).unwrap()
    };
    for n in 1..=4 {
        let reply = lie(&mut s, n);
        assert_eq!((reply.epoch, reply.epochs.len()), (1 + u64::from(n), 1 + usize::from(n)));
        s.ana.apply(&reply);
        s.ana.sync(&s.w);
        assert!(s.ana.agreed, "sent again from the fork; joining twice changes nothing");
    }
    assert_eq!(lie(&mut s, 5).epoch, 5, "four times a day are enough");
    s.office.make_building(9);
    s.office.sync(&s.w);
    s.office.sync(&s.w);
    assert!(s.office.agreed, "what is not judged before the epoch is known is judged after; the server's new actor writes on");
    s.w.env.pass(25 * 3_600_000);
    assert_eq!(s.ana.send(&s.w).unwrap().epoch, 6);
}
