//! Each workflow of the product from the first word to its end, through the command list, on several devices: steps made apart meet, the case
//! stands in one state everywhere, what does not fit is marked and waits until the office has looked at it.

#![allow(clippy::unwrap_used)]

use e2e::steps::*;
use e2e::world::*;
use serde_json::json;
use std::collections::BTreeSet;

fn lamp(d: &Device) -> String {
    open(d, "hazard", json!({ "matter": "03016", "title": "路灯不亮" }))
}

#[test]
fn a_general_matter_goes_its_nine_steps_and_two_dispatches_apart_meet() {
    let w = World::ready(1);
    let case = lamp(w.ana());
    w.sync_all();
    note(w.office(), &case, "judge");
    w.sync_all();
    // neither office knows of the other
    take(w.office(), &case, "dispatch", json!({ "assignee": "路灯所" }));
    take(w.second(), &case, "dispatch", json!({ "assignee": "供电公司" }));
    assert_eq!(file(w.second(), &case)["case"]["assignee"], "供电公司");
    w.second().sync();
    clashes(&w, &case, "dispatched", "dispatch");
    for d in [w.office(), w.ana(), w.head()] {
        assert_eq!(file(d, &case)["case"]["assignee"], "供电公司", "{}: the one received first counts", d.name);
    }
    note(w.bo(), &case, "handle");
    note(w.office(), &case, "supervise");
    w.sync_all();
    take(w.office(), &case, "join", json!({ "note": "要登高车", "data": { "units": "园林" } }));
    w.sync_all();
    let overlays = core(w.head(), &case)["overlays"].clone();
    assert_eq!(overlays.as_array().unwrap().len(), 2, "{overlays}");
    note(w.bo(), &case, "answer");
    w.sync_all();
    note(w.office(), &case, "close");
    let one = together(&w, &case);
    assert_eq!((one["state"].as_str(), one["overlays"].as_array().map(Vec::len)), (Some("closed"), Some(0)));
    // the resident is asked: not content, so it is done again
    assert_eq!(file(w.ana(), &case)["clocks"].as_array().unwrap().iter().filter(|c| c["name"]["code"] == "follow").count(), 1);
    take(w.ana(), &case, "return_visit", json!({ "rating": "不满意", "note": "还是不亮" }));
    stands(&w, &case, "handling");
    note(w.bo(), &case, "answer");
    w.sync_all();
    note(w.office(), &case, "close");
    w.sync_all();
    take(w.ana(), &case, "return_visit", json!({ "rating": "satisfied" }));
    stands(&w, &case, "visited");
    assert!(printed(w.office(), &case, "order").contains("供电公司"));
}

#[test]
fn closed_on_the_spot_against_dispatched_comes_to_what_was_received_first() {
    for (seed, worker_first) in [(2, false), (3, true)] {
        let w = World::ready(seed);
        let case = lamp(w.ana());
        w.sync_all();
        note(w.ana(), &case, "on_the_spot");
        take(w.office(), &case, "dispatch", json!({ "assignee": "路灯所" }));
        if worker_first {
            w.ana().sync();
            clashes(&w, &case, "closed", "dispatch");
        } else {
            w.office().sync();
            clashes(&w, &case, "dispatched", "on_the_spot");
        }
    }
}

#[test]
fn returned_against_resolved_comes_to_what_was_received_first() {
    for (seed, returned_first, resolved, state, misfit) in
        [(4, true, "answer", "returned", "answer"), (5, true, "close", "returned", "close"), (6, false, "close", "closed", "return")]
    {
        let w = World::ready(seed);
        let case = lamp(w.ana());
        take(w.ana(), &case, "handle", json!({ "note": "看过" }));
        w.sync_all();
        note(w.office(), &case, "return");
        let other = if resolved == "answer" { w.bo() } else { w.second() };
        note(other, &case, resolved);
        if returned_first {
            w.office().sync()
        } else {
            other.sync()
        };
        clashes(&w, &case, state, misfit);
    }
}

#[test]
fn a_dispute_is_mediated_agreed_failed_apart_and_followed_up() {
    let w = World::ready(7);
    let parties = json!({ "party_a": "王强", "party_b": "李伟", "dispute_type": "family_neighbour", "people_count": "4" });
    let case = open(w.ana(), "dispute", json!({ "matter": "02002", "title": "楼上漏水", "description": "三楼漏到二楼", "data": parties }));
    w.sync_all();
    assert_eq!(w.head().refused("get_case", json!({ "id": case })), "not_found", "a dispute is private");
    take(w.ana(), &case, "refer", json!({ "assignee": "调委会李调解" }));
    take(w.office(), &case, "refer", json!({ "assignee": "司法所" }));
    w.office().sync();
    clashes(&w, &case, "referred", "refer");
    take(w.office(), &case, "accept", json!({ "data": { "case_source": "referred", "mediator": "李调解" } }));
    w.sync_all();
    note(w.bo(), &case, "mediate");
    w.sync_all();
    note(w.bo(), &case, "session");
    take(w.ana(), &case, "court_session", json!({ "note": "法官坐班", "data": { "court_on": "2026-09-24", "judge": "周法官" } }));
    stands(&w, &case, "mediating");
    // one says they agreed, the other that they did not
    let terms =
        json!({ "terms": "李伟修好防水并赔一千二百元", "signed_on": "2026-09-25", "notarised": "applied", "court_confirmed": "no" });
    assert_eq!(refused(w.ana(), &case, "agree", json!({ "data": { "signed_on": "2026-09-25" } })), "invalid_args", "no terms");
    take(w.ana(), &case, "agree", json!({ "data": terms }));
    note(w.bo(), &case, "fail");
    w.ana().sync();
    clashes(&w, &case, "agreed", "fail");
    take(w.office(), &case, "agreement_status", json!({ "data": { "notarised": "done" } }));
    w.sync_all();
    let sheet = printed(w.ana(), &case, "agreement");
    for text in ["人民调解协议书", "王强", "李伟修好防水并赔一千二百元", "已办", "不办", "2026-09-25"] {
        assert!(sheet.contains(text), "{text}: {sheet}");
    }
    note(w.office(), &case, "feed_back");
    w.sync_all();
    take(w.ana(), &case, "return_visit", json!({ "rating": "不满意", "note": "没来修" }));
    stands(&w, &case, "mediating");
    note(w.bo(), &case, "fail");
    w.sync_all();
    take(w.office(), &case, "guide", json!({ "note": "告知起诉", "data": { "way": "诉讼（含诉前调解）" } }));
    w.sync_all();
    note(w.office(), &case, "feed_back");
    w.sync_all();
    take(w.ana(), &case, "return_visit", json!({ "rating": "基本满意" }));
    w.sync_all();
    take(w.office(), &case, "file", json!({}));
    let one = together(&w, &case);
    assert_eq!((one["state"].as_str(), one["closed"].as_bool(), one["level"].as_str()), (Some("filed"), Some(true), Some("street")));
    assert!(printed(w.office(), &case, "register").contains("主动调解") || printed(w.office(), &case, "register").contains("移送"));
}

fn order(d: &Device, number: &str) -> String {
    let data = json!({ "number": number, "due": "2026-09-30", "kind": "投诉", "received_on": "2026-09-21", "channel": "12345" });
    open(d, "hotline", json!({ "title": "夜里施工", "reporter": "孙女士", "contact": "13900002222", "data": data }))
}

#[test]
fn a_hotline_order_keeps_its_number_and_day_is_extended_once_and_delivered() {
    let w = World::ready(8);
    let lacking = json!({ "matter": "", "workflow": "hotline", "title": "x", "place": "楼下", "data": { "number": "A1" } });
    assert_eq!(w.office().refused("add_case", lacking), "invalid_args", "an order has a day");
    let case = order(w.office(), "GD-2026-0921-001");
    w.sync_all();
    take(w.office(), &case, "sign", json!({}));
    take(w.second(), &case, "sign", json!({}));
    w.office().sync();
    clashes(&w, &case, "signed", "sign");
    let due = core(w.ana(), &case)["due"].as_i64().unwrap();
    assert_eq!(due, 1_790_762_400_000, "when work ends on 30 September 2026");
    take(w.office(), &case, "give", json!({ "assignee": "城管中队" }));
    w.sync_all();
    take(w.bo(), &case, "ask_extension", json!({ "note": "要等检测", "data": { "extend_by": "2" } }));
    w.sync_all();
    // both offices grant it: two working days once, over the National Day
    take(w.office(), &case, "grant_extension", json!({ "data": { "extend_by": "2" } }));
    take(w.second(), &case, "grant_extension", json!({ "data": { "extend_by": "2" } }));
    w.second().sync();
    clashes(&w, &case, "given", "grant_extension");
    let extended = core(w.ana(), &case);
    assert_eq!(extended["due"].as_i64(), Some(1_791_540_000_000), "8 and 9 October: {extended}");
    note(w.bo(), &case, "handle");
    note(w.bo(), &case, "answer");
    w.sync_all();
    take(w.ana(), &case, "return_visit", json!({ "rating": "不满意", "note": "还吵" }));
    stands(&w, &case, "handling");
    assert_eq!(core(w.office(), &case)["due"], extended["due"], "done again, the day of the hotline stays");
    note(w.bo(), &case, "answer");
    w.sync_all();
    take(w.ana(), &case, "return_visit", json!({ "rating": "满意" }));
    w.sync_all();
    take(w.office(), &case, "deliver", json!({}));
    let one = together(&w, &case);
    assert_eq!((one["state"].as_str(), one["closed"].as_bool()), (Some("delivered"), Some(true)));
    let item = w.ana().call("list_cases", json!({ "workflow": "hotline" }));
    assert_eq!(item["items"][0]["number"], "GD-2026-0921-001");
    assert!(printed(w.office(), &case, "order").contains("GD-2026-0921-001"));
}

#[test]
fn an_order_that_is_not_ours_goes_back_with_a_reason_and_may_come_again() {
    let w = World::ready(9);
    let case = order(w.office(), "GD-2");
    w.sync_all();
    assert_eq!(refused(w.office(), &case, "send_back", json!({ "note": "不归我们" })), "invalid_args", "a reason is asked for");
    take(w.office(), &case, "send_back", json!({ "note": "外省的事", "data": { "reason": "not_ours" } }));
    take(w.second(), &case, "sign", json!({}));
    w.office().sync();
    clashes(&w, &case, "returned", "sign");
    note(w.office(), &case, "take_back");
    stands(&w, &case, "received");
}

#[test]
fn a_whistle_has_one_kind_and_only_who_blew_it_notes_who_came_and_rates() {
    let mut w = World::wide(10);
    w.sync_all();
    let case = open(w.ana(), "whistle", json!({ "matter": "03006", "title": "楼顶违建" }));
    w.sync_all();
    let called = |departments: &str| json!({ "note": "社区没有执法权", "assignee": "城管执法", "data": { "departments": departments } });
    take(w.office(), &case, "blow_enforce", called("城管、消防"));
    take(w.second(), &case, "blow_request", called("住建"));
    w.office().sync();
    clashes(&w, &case, "called_enforce", "blow_request");
    let clocks = core(w.ana(), &case)["clocks"].clone();
    let names: BTreeSet<&str> = clocks.as_array().unwrap().iter().map(|c| c["name"]["code"].as_str().unwrap()).collect();
    assert_eq!(names, BTreeSet::from(["answer", "arrive_enforce"]));
    let came = json!({ "data": { "came": "城管" } });
    assert_eq!(refused(w.bo(), &case, "arrive", came.clone()), "not_allowed", "Bo did not blow");
    assert_eq!(refused(w.office(), &case, "arrive", came.clone()), "not_allowed");
    assert!(!next(w.bo(), &case).contains("arrive") && next(w.ana(), &case).contains("arrive"));
    // from a second device of hers as well; another one may not, whatever their device says
    let desk = w.enrol("安然", shared_model::Role::Worker, FIRST_GRID);
    w.sync_all();
    take(w.ana(), &case, "arrive_some", json!({ "data": { "came": "城管", "missing": "消防" } }));
    w.sync_all();
    assert!(next(&w.devices[desk], &case).contains("arrive"));
    take(&w.devices[desk], &case, "arrive", json!({ "data": { "came": "城管、消防" } }));
    stands(&w, &case, "arrived");
    assert_eq!(w.devices[desk].call("list_tray", json!({}))["total"], 0);
    // the firm's man is called as well, by name, and settles it while the office goes on handling
    let to = member(w.office(), &case, "赵物业");
    take(w.office(), &case, "call_again", json!({ "to": to, "data": { "more_departments": "物业" } }));
    w.sync_all();
    take(&w.devices[FIRM], &case, "settle", json!({ "note": "拆了", "data": { "outcome": "solved" } }));
    note(w.office(), &case, "handle");
    w.devices[FIRM].sync();
    clashes(&w, &case, "settled", "handle");
    assert_eq!(refused(w.office(), &case, "blower_rating", json!({ "rating": "满意" })), "not_allowed");
    take(w.ana(), &case, "blower_rating", json!({ "rating": "不满意", "note": "又搭起来了" }));
    stands(&w, &case, "handling");
    take(w.bo(), &case, "settle", json!({ "note": "再拆", "data": { "outcome": "已解决" } }));
    w.sync_all();
    take(w.ana(), &case, "blower_rating", json!({ "rating": "satisfied" }));
    let one = together(&w, &case);
    assert_eq!((one["state"].as_str(), one["closed"].as_bool()), (Some("rated"), Some(true)));
    assert!(printed(w.ana(), &case, "whistle").contains("城管、消防"));
}

#[test]
fn a_property_order_is_done_by_the_firm_and_rated_apart() {
    let w = World::wide(11);
    w.sync_all();
    let case = open(w.ana(), "property", json!({ "title": "门禁坏了", "data": { "service": "security", "firm": "安居物业" } }));
    assert_eq!(file(w.ana(), &case)["case"]["matter"]["code"], "04013", "the matter of a property order when none is named");
    w.sync_all();
    take(w.bo(), &case, "accept", json!({}));
    take(w.office(), &case, "decline", json!({ "note": "不归物业" }));
    w.office().sync();
    clashes(&w, &case, "declined", "accept");
    note(w.office(), &case, "reconsider");
    w.sync_all();
    let to = member(w.office(), &case, "赵物业");
    take(w.office(), &case, "give", json!({ "to": to }));
    w.sync_all();
    assert_eq!(file(w.ana(), &case)["case"]["assignee"], "赵物业");
    let firm = &w.devices[FIRM];
    note(firm, &case, "handle");
    note(w.office(), &case, "supervise");
    w.sync_all();
    note(firm, &case, "finish");
    let one = together(&w, &case);
    assert_eq!((one["state"].as_str(), one["overlays"].as_array().map(Vec::len)), (Some("done"), Some(1)), "the firm and the office apart");
    take(w.ana(), &case, "resident_rating", json!({ "rating": "不满意", "note": "又坏了" }));
    take(w.bo(), &case, "resident_rating", json!({ "rating": "满意" }));
    w.ana().sync();
    clashes(&w, &case, "given", "rate_well");
    note(&w.devices[FIRM], &case, "finish");
    w.sync_all();
    take(w.bo(), &case, "resident_rating", json!({ "rating": "满意" }));
    let one = together(&w, &case);
    assert_eq!((one["state"].as_str(), one["closed"].as_bool()), (Some("rated"), Some(true)));
    assert!(printed(w.ana(), &case, "order").contains("安居物业"));
}

#[test]
fn a_special_case_has_a_team_milestones_and_progress_written_apart() {
    let w = World::ready(12);
    let case = open(w.office(), "special", json!({ "title": "十年回迁难", "data": { "due": "2026-12-31", "history": "2016 年拆" } }));
    w.sync_all();
    assert_eq!(refused(w.office(), &case, "form_team", json!({ "data": { "leader": "王主任" } })), "invalid_args", "members are asked for");
    take(w.office(), &case, "form_team", json!({ "data": { "leader": "王主任", "members": "安然、司法所、住建" } }));
    w.sync_all();
    take(w.office(), &case, "plan", json!({ "data": { "goal": "全部回迁", "plan": "一户一策" } }));
    w.sync_all();
    take(w.office(), &case, "begin", json!({}));
    take(w.ana(), &case, "begin", json!({}));
    w.ana().sync();
    clashes(&w, &case, "acting", "begin");
    // what several people write of its progress all counts
    let milestone =
        |name: &str, done: &str| json!({ "data": { "milestone": name, "milestone_due": "2026-10-31", "milestone_done": done } });
    take(w.ana(), &case, "milestone", milestone("摸底", "done"));
    take(w.bo(), &case, "milestone", milestone("签约", "doing"));
    note(w.office(), &case, "progress");
    note(w.second(), &case, "progress");
    take(w.bo(), &case, "on_site", json!({ "note": "驻点三天", "data": { "findings": "差的是面积差价" } }));
    stands(&w, &case, "acting");
    assert_eq!(core(w.bo(), &case)["steps"].as_array().unwrap().iter().filter(|s| s[1] == "milestone").count(), 2);
    note(w.office(), &case, "solve");
    w.sync_all();
    take(w.ana(), &case, "return_visit", json!({ "rating": "不满意", "note": "还差一户" }));
    stands(&w, &case, "acting");
    note(w.office(), &case, "solve");
    w.sync_all();
    take(w.ana(), &case, "return_visit", json!({ "rating": "满意" }));
    stands(&w, &case, "visited");
    let sheet = printed(w.office(), &case, "plan");
    assert!(sheet.contains("差的是面积差价") && sheet.contains("一户一策"), "{sheet}");
}

#[test]
fn a_resolution_is_carried_out_checked_and_closed_or_dropped() {
    let w = World::ready(13);
    let data = json!({ "met_on": "2026-09-20", "attended": "支部、物业、业委会、居民五人", "resolution": "装八个充电桩", "owner": "安居物业", "due": "2026-09-25" });
    let case = open(w.office(), "resolution", json!({ "title": "充电桩", "data": data }));
    w.sync_all();
    take(w.ana(), &case, "begin", json!({}));
    take(w.bo(), &case, "begin", json!({}));
    w.bo().sync();
    clashes(&w, &case, "doing", "begin");
    take(w.ana(), &case, "check", json!({ "note": "电容不够", "data": { "pace": "stuck" } }));
    // its day passes: overdue, and supervision is what is offered first
    w.clock.pass_ms(6 * 24 * 3_600_000);
    w.sync_all();
    assert_eq!(file(w.office(), &case)["case"]["due"]["state"], "over");
    // one working day after it, the Mid-Autumn Festival not counted
    w.clock.pass_ms(24 * 3_600_000);
    w.sync_all();
    let seen = file(w.office(), &case);
    let main = seen["next"].as_array().unwrap().iter().find(|n| n["main"] == true).unwrap()["transition"]["code"].clone();
    assert_eq!(main, "supervise");
    note(w.ana(), &case, "finish");
    note(w.office(), &case, "drop");
    w.ana().sync();
    clashes(&w, &case, "finished", "drop");
    note(w.office(), &case, "not_done");
    w.sync_all();
    note(w.ana(), &case, "finish");
    w.sync_all();
    note(w.office(), &case, "confirm");
    stands(&w, &case, "done");
    assert!(printed(w.ana(), &case, "resolution").contains("装八个充电桩"));
}

#[test]
fn a_ledger_item_is_struck_off_by_a_second_person_and_comes_back_when_it_recurs() {
    let mut w = World::ready(14);
    let desk = w.enrol("安然", shared_model::Role::Worker, FIRST_GRID);
    w.sync_all();
    let case =
        open(w.office(), "ledger", json!({ "matter": "03017", "title": "扶手松了", "data": { "source": "patrol", "due": "2026-09-30" } }));
    w.sync_all();
    take(w.office(), &case, "assign", json!({ "assignee": "维修队" }));
    take(w.second(), &case, "assign", json!({ "assignee": "物业" }));
    w.second().sync();
    // given out anew is no clash: the last one counts, everywhere the same
    let one = together(&w, &case);
    let assignee = file(w.ana(), &case)["case"]["assignee"].clone();
    assert_eq!((one["state"].as_str(), assignee.as_str()), (Some("fixing"), Some("维修队")));
    note(w.ana(), &case, "submit");
    assert_eq!(refused(w.ana(), &case, "strike", json!({ "note": "好了" })), "second_person");
    assert!(!next(w.ana(), &case).contains("strike"));
    w.sync_all();
    // her second device does not know that it was she; the gate does
    note(&w.devices[desk], &case, "strike");
    w.devices[desk].sync();
    let tray = w.devices[desk].call("list_tray", json!({}));
    assert_eq!((tray["total"].as_u64(), tray["items"][0]["reason"].as_str()), (Some(1), Some("second_person")), "{tray}");
    stands(&w, &case, "to_check");
    note(w.bo(), &case, "strike");
    note(w.office(), &case, "fail_check");
    w.bo().sync();
    clashes(&w, &case, "struck", "fail_check");
    note(w.ana(), &case, "recur");
    let one = together(&w, &case);
    assert_eq!((one["state"].as_str(), one["overlays"][0]["code"].as_str()), (Some("fixing"), Some("recurred")));
    note(w.bo(), &case, "submit");
    w.sync_all();
    note(w.ana(), &case, "strike");
    stands(&w, &case, "struck");
    assert!(printed(w.office(), &case, "item").contains("整改销号单"));
}

#[test]
fn a_project_has_three_states_and_stands_still_while_suspended() {
    let w = World::ready(15);
    let case = open(
        w.office(),
        "project",
        json!({ "title": "加装电梯", "data": { "due": "2026-12-01", "budget": "450000", "contractor": "宏达" } }),
    );
    w.sync_all();
    assert!(file(w.head(), &case)["case"]["is_closed"] == false, "a project is public");
    take(w.office(), &case, "start", json!({ "data": { "manager": "赵工" } }));
    take(w.second(), &case, "start", json!({ "data": { "manager": "钱工" } }));
    w.office().sync();
    clashes(&w, &case, "underway", "start");
    note(w.second(), &case, "suspend");
    note(w.office(), &case, "complete");
    w.second().sync();
    clashes(&w, &case, "underway", "complete");
    let one = together(&w, &case);
    assert_eq!((one["due"].as_i64(), one["clocks"][0]["is_paused"].as_bool()), (None, Some(true)), "no day while it stands still");
    assert_eq!(refused(w.office(), &case, "complete", json!({ "note": "好了" })), "invalid_args");
    take(w.office(), &case, "resume", json!({}));
    take(w.ana(), &case, "milestone", json!({ "data": { "milestone": "封顶", "milestone_done": "done", "percent": "60" } }));
    w.sync_all();
    note(w.office(), &case, "complete");
    stands(&w, &case, "done");
    let sheet = printed(w.head(), &case, "wall");
    assert!(sheet.contains("封顶") && sheet.contains("450000 元") && sheet.contains("赵工"), "{sheet}");
}

#[test]
fn an_errand_is_not_closed_while_papers_are_in_hand() {
    let w = World::ready(16);
    let case = open(w.ana(), "errand", json!({ "title": "帮办医保", "data": { "service": "医保参保" } }));
    assert_eq!(file(w.ana(), &case)["case"]["matter"]["code"], "04014");
    w.sync_all();
    take(w.ana(), &case, "accept", json!({}));
    take(w.ana(), &case, "act", json!({}));
    w.sync_all();
    let papers = json!({ "data": { "papers": "身份证、户口本", "originals": "originals" } });
    take(w.ana(), &case, "take_papers", papers);
    assert_eq!(refused(w.ana(), &case, "deliver", json!({ "note": "好了" })), "invalid_args", "the papers are not given back");
    // Bo does not know of the papers
    note(w.bo(), &case, "deliver");
    w.ana().sync();
    clashes(&w, &case, "acting", "deliver");
    take(w.bo(), &case, "give_back", json!({ "data": { "given_back": "身份证、户口本", "given_to": "本人" } }));
    w.sync_all();
    note(w.ana(), &case, "deliver");
    let one = together(&w, &case);
    assert_eq!((one["state"].as_str(), one["closed"].as_bool()), (Some("delivered"), Some(true)));
    assert!(printed(w.bo(), &case, "slip").contains("身份证、户口本"));
}

#[test]
fn a_public_report_is_the_offices_own_looked_into_and_verified_by_two_and_by_two_levels() {
    let w = World::wide(17);
    w.sync_all();
    let data = json!({ "named": "anonymous", "about": "安然", "about_kind": "worker", "channel": "letter" });
    let case = open(w.head(), "report", json!({ "matter": "03016", "title": "收了东西不办事", "data": data }));
    assert_eq!(file(w.head(), &case)["case"]["class"], "office", "whatever its matter says");
    w.sync_all();
    for d in [w.head(), w.ana(), w.bo(), &w.devices[STREET]] {
        assert_eq!(d.refused("get_case", json!({ "id": case })), "not_found", "{}", d.name);
    }
    take(w.office(), &case, "accept", json!({}));
    take(w.second(), &case, "decline", json!({ "note": "没有内容", "data": { "reason": "unclear" } }));
    w.second().sync();
    reported(&w, &case, "declined", "accept");
    note(w.office(), &case, "reconsider");
    let names = json!({ "data": { "investigator": "王主任" } });
    assert_eq!(refused(w.office(), &case, "assign", names), "invalid_args", "that nobody looks into their own affair is asked");
    take(w.office(), &case, "assign", json!({ "data": { "investigator": "王主任", "recusal": "confirmed" } }));
    take(w.office(), &case, "check", json!({ "note": "走访了", "data": { "findings": "没有这回事", "finding": "untrue" } }));
    assert_eq!(refused(w.office(), &case, "verify", json!({ "note": "同意" })), "second_person");
    w.sync_all();
    assert_eq!(refused(w.office(), &case, "verify", json!({ "note": "同意" })), "second_person");
    note(w.second(), &case, "check_again");
    w.sync_all();
    // to the street: it looks into it, the community verifies
    take(w.office(), &case, "hand_up", json!({ "note": "请街道查", "to": STREET_UNIT }));
    w.sync_all();
    let street = &w.devices[STREET];
    take(street, &case, "check", json!({ "note": "查了台账", "data": { "findings": "收过一箱水果", "finding": "part" } }));
    assert_eq!(refused(street, &case, "verify", json!({ "note": "同意" })), "second_person");
    w.sync_all();
    note(w.office(), &case, "verify");
    w.sync_all();
    take(w.office(), &case, "answer", json!({ "note": "已退还并批评", "data": { "answered_how": "posted" } }));
    w.sync_all();
    take(w.second(), &case, "file", json!({}));
    let one = together(&w, &case);
    assert_eq!((one["state"].as_str(), one["closed"].as_bool(), one["level"].as_str()), (Some("filed"), Some(true), Some("street")));
    assert!(printed(w.office(), &case, "file").contains("收过一箱水果"));
}

/// As [`clashes`], where workers hold nothing.
fn reported(w: &World, case: &str, state: &str, misfit: &str) {
    let one = together(w, case);
    assert_eq!((one["state"].as_str(), one["clashes"].as_u64()), (Some(state), Some(1)), "{one}");
    assert!(one["steps"].as_array().unwrap().iter().any(|s| s[1] == misfit && s[2] == true && s[3] == true), "{one}");
    note(w.office(), case, "reviewed");
    assert_eq!(together(w, case)["clashes"], 0);
}
