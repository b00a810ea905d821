//! Rules that hold in every workflow: whoever only reports a matter is never made its owner; two cases merged into each other apart leave one
//! to be done; a case keeps the workflow that it was opened in, whatever the office changes; a workflow that the office adds works on a phone.

#![allow(clippy::unwrap_used)]

use e2e::world::*;
use serde_json::{Value as Json, json};
use shared_model::cases::Library;
use std::collections::BTreeSet;

fn open(d: &Device, more: Json) -> String {
    let mut args = json!({ "matter": "03016", "title": "路灯不亮", "building": first_building().to_string() });
    args.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    d.call("add_case", args)["id"].as_str().unwrap().to_string()
}

fn with(case: &str, transition: &str, more: Json) -> Json {
    let mut args = json!({ "case": case, "transition": transition });
    args.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    args
}

fn take(d: &Device, case: &str, transition: &str, more: Json) {
    d.call("add_step", with(case, transition, more));
}

fn file(d: &Device, case: &str) -> Json {
    d.call("get_case", json!({ "id": case }))
}

fn state(d: &Device, case: &str) -> String {
    file(d, case)["case"]["state"]["code"].as_str().unwrap().to_string()
}

fn next(d: &Device, case: &str) -> BTreeSet<String> {
    let file = file(d, case);
    file["next"].as_array().unwrap().iter().map(|n| n["transition"]["code"].as_str().unwrap().to_string()).collect()
}

fn member(d: &Device, case: &str, name: &str) -> Json {
    let all = file(d, case)["may_share"].clone();
    all.as_array().unwrap().iter().find(|c| c["name"] == name).unwrap_or_else(|| panic!("{name}: {all}"))["assignee"].clone()
}

#[test]
fn whoever_only_reports_a_matter_is_never_made_its_owner() {
    let mut w = World::wide(1);
    w.enrol("钱网格", shared_model::Role::Worker, SECOND_GRID);
    w.sync_all();
    let case = open(w.ana(), json!({}));
    w.sync_all();
    let office = w.office();
    for name in ["安然", " 安然 ", "何楼长", "王主任", "网格员", "网格员小李", "城管中队、安然", "示例社区", "第一网格", "社区", "居委会"]
    {
        let args = with(&case, "dispatch", json!({ "assignee": name }));
        assert_eq!(office.refused("add_step", args), "community_duty", "{name}");
    }
    // by the membership that would see it, too
    let worker = member(office, &case, "钱网格");
    assert_eq!(office.refused("add_step", with(&case, "dispatch", json!({ "to": worker }))), "community_duty");
    assert_eq!(office.pending(), 0, "nothing was written");
    for name in ["城管中队", "社区民警", "社区卫生服务中心", "供电公司"] {
        take(office, &open(office, json!({ "title": name })), "dispatch", json!({ "assignee": name }));
    }
    let firm = member(office, &case, "赵物业");
    take(office, &case, "dispatch", json!({ "to": firm }));
    // what the community itself does it may give to its own
    let help = open(w.ana(), json!({ "matter": "04010", "title": "停水" }));
    w.sync_all();
    take(office, &help, "dispatch", json!({ "assignee": "安然" }));
    w.sync_all();
    assert_eq!((state(w.ana(), &help), state(w.ana(), &case)), ("dispatched".into(), "dispatched".into()));
}

#[test]
fn two_cases_merged_into_each_other_apart_leave_one_to_be_done() {
    let w = World::ready(2);
    let (a, b) = (open(w.ana(), json!({})), open(w.bo(), json!({ "title": "灯坏了" })));
    w.sync_all();
    take(w.office(), &a, "merge", json!({ "data": { "into": b } }));
    take(w.second(), &b, "merge", json!({ "data": { "into": a } }));
    w.second().sync();
    w.sync_all();
    let (kept, gone) = if a < b { (&a, &b) } else { (&b, &a) };
    for d in [w.office(), w.second(), w.ana(), w.bo(), w.head()] {
        assert_eq!((state(d, kept), state(d, gone)), ("reported".into(), "merged".into()), "{}", d.name);
        let open = d.call("list_cases", json!({ "state": "open" }));
        assert_eq!((open["total"].as_u64(), open["items"][0]["id"].as_str()), (Some(1), Some(kept.as_str())), "{}", d.name);
        assert_eq!(file(d, kept)["case"]["clashes"], 1, "{}", d.name);
        let link = file(d, gone)["links"][0].clone();
        assert_eq!((link["kind"].as_str(), link["id"].as_str()), (Some("merged_into"), Some(kept.as_str())));
    }
    // work goes on in the one that is left, and the office has looked
    take(w.office(), kept, "reviewed", json!({ "note": "留这一件" }));
    w.sync_all();
    take(w.bo(), kept, "handle", json!({ "note": "去看了" }));
    w.sync_all();
    take(w.ana(), kept, "answer", json!({ "note": "亮了" }));
    w.sync_all();
    take(w.second(), kept, "close", json!({ "note": "办好了" }));
    w.sync_all();
    for d in [w.office(), w.ana(), w.head()] {
        assert_eq!((state(d, kept), file(d, kept)["case"]["clashes"].as_u64()), ("closed".into(), Some(0)), "{}", d.name);
        assert_eq!(d.call("list_tray", json!({}))["total"], 0);
    }
    assert_eq!(w.office().refused("add_step", with(kept, "merge", json!({ "data": { "into": kept } }))), "invalid_args");
}

#[test]
fn three_merged_in_a_ring_leave_one_to_be_done() {
    let mut w = World::ready(3);
    let third = w.enrol("孙书记", shared_model::Role::Office, COMMUNITY);
    w.sync_all();
    let mut cases: Vec<String> = (0..3).map(|n| open(w.ana(), json!({ "title": format!("灯 {n}") }))).collect();
    w.sync_all();
    for (n, d) in [w.office(), w.second(), &w.devices[third]].into_iter().enumerate() {
        take(d, &cases[n], "merge", json!({ "data": { "into": cases[(n + 1) % 3] } }));
    }
    w.sync_all();
    cases.sort();
    for d in &w.devices {
        let states: Vec<String> = cases.iter().map(|c| state(d, c)).collect();
        assert_eq!(states, ["reported", "merged", "merged"], "{}", d.name);
    }
}

/// A workflow of the product, as the office's editor has it, with a change.
fn changed(name: &str, change: impl FnOnce(&mut Json)) -> Json {
    let (_, workflow) = Library::built_in().named(name).unwrap();
    let mut json = serde_json::to_value(&*workflow).unwrap();
    change(&mut json);
    json
}

/// The general matter with one step more.
fn with_step(zh: &str) -> Json {
    changed("hazard", |w| {
        let extra = json!({ "name": "inspect", "zh": zh, "from": ["reported"], "to": "handling", "by": ["worker"], "requires": ["note"] });
        w["steps"].as_array_mut().unwrap().insert(0, extra);
    })
}

#[test]
fn what_runs_keeps_its_workflow_and_what_is_new_takes_the_new_one() {
    let w = World::ready(4);
    let before = open(w.ana(), json!({}));
    w.sync_all();
    let id = w.office().call("put_workflow", json!({ "workflow": with_step("先去看看") }))["id"].clone();
    assert!(id.as_str().unwrap().starts_with("hazard@"));
    // Bo has not heard of it: his case runs in the old one, and is taken all the same
    w.office().sync();
    let unheard = open(w.bo(), json!({ "title": "没听说" }));
    take(w.bo(), &unheard, "handle", json!({ "note": "看了" }));
    w.sync_all();
    let after = open(w.ana(), json!({ "title": "新的" }));
    w.sync_all();
    for d in [w.office(), w.ana(), w.bo(), w.head()] {
        assert_eq!(file(d, &after)["workflow_id"], id, "{}", d.name);
        assert_ne!(file(d, &before)["workflow_id"], id);
        assert_eq!(file(d, &before)["workflow_id"], file(d, &unheard)["workflow_id"]);
    }
    assert!(next(w.bo(), &after).contains("inspect") && !next(w.bo(), &before).contains("inspect"));
    assert_eq!(w.bo().refused("add_step", with(&before, "inspect", json!({ "note": "x" }))), "invalid_args");
    take(w.bo(), &after, "inspect", json!({ "note": "看了" }));
    take(w.bo(), &before, "handle", json!({ "note": "看了" }));
    w.sync_all();
    assert_eq!((state(w.office(), &after), state(w.office(), &before)), ("handling".into(), "handling".into()));
    let all = w.office().call("list_workflows", json!({}));
    let item = |current: bool| {
        let all = all["items"].as_array().unwrap().iter();
        all.filter(|i| i["workflow"]["name"] == "hazard" && i["current"] == current).cloned().collect::<Vec<_>>()
    };
    let (now, former) = (item(true), item(false));
    assert_eq!((now.len(), now[0]["running"].as_u64(), now[0]["by"].as_str()), (1, Some(1), Some("王主任")));
    assert_eq!((former.len(), former[0]["running"].as_u64()), (1, Some(2)), "the one of the product, in which two still run");
    // back to the words of the product is a version that was used before
    let back = json!({ "workflow": changed("hazard", |_| {}) });
    assert_eq!(w.office().refused("put_workflow", back), "unchanged");
    assert_eq!(w.ana().refused("put_workflow", json!({ "workflow": with_step("别的") })), "not_allowed");
}

#[test]
fn two_offices_change_a_workflow_apart_and_every_case_keeps_the_one_it_was_opened_in() {
    let w = World::ready(5);
    w.office().call("put_workflow", json!({ "workflow": with_step("甲") }));
    w.second().call("put_workflow", json!({ "workflow": with_step("乙") }));
    let (first, second) = (open(w.office(), json!({})), open(w.second(), json!({})));
    w.sync_all();
    let ids: BTreeSet<String> = w.devices.iter().map(|d| file(d, &first)["workflow_id"].to_string()).collect();
    assert_eq!(ids.len(), 1);
    assert_ne!(file(w.ana(), &first)["workflow_id"], file(w.ana(), &second)["workflow_id"]);
    for case in [&first, &second] {
        take(w.ana(), case, "inspect", json!({ "note": "看了" }));
    }
    w.sync_all();
    // what the name means now is one thing everywhere
    let now: BTreeSet<String> =
        w.devices.iter().map(|d| file(d, &open(d, json!({ "title": d.name })))["workflow_id"].to_string()).collect();
    assert_eq!(now.len(), 1, "{now:?}");
    w.sync_all();
    assert_eq!((state(w.head(), &first), state(w.head(), &second)), ("handling".into(), "handling".into()));
}

/// A workflow that nobody has thought of before.
fn lost_and_found() -> Json {
    json!({
        "name": "lost_found", "zh": "失物招领", "en": "Lost and found", "matter": "06006", "opened_by": ["worker", "office", "building_head"],
        "fields": [{ "name": "thing", "zh": "什么东西", "kind": "text", "required": true }, { "name": "fetch_by", "zh": "最晚来取", "kind": "date" }],
        "states": [
            { "name": "found", "zh": "已捡到", "said": "东西在社区。" },
            { "name": "fetched", "zh": "已取走", "phase": "closed" },
        ],
        "overlays": [],
        "steps": [
            { "name": "fetch", "zh": "取走", "from": ["found"], "to": "fetched", "by": ["worker", "office"], "first": 1,
              "fields": [{ "name": "fetched_by", "zh": "谁取走", "kind": "text", "required": true }] },
            { "name": "lose", "zh": "又不见了", "from": ["fetched"], "to": "found", "by": ["office"], "requires": ["note"] },
            { "name": "comment", "zh": "补充说明", "always": true, "by": ["worker", "office", "building_head"], "requires": ["note"] },
            { "name": "reviewed", "zh": "已核对相抵的步骤", "always": true, "by": ["office"], "requires": ["note"] },
        ],
        "clocks": [{ "name": "resolve", "zh": "来取", "unit": "work_days", "amount": "fetch_by", "starts": ["found"], "stops": ["fetched"] }],
        "sheets": [{ "name": "note", "zh": "招领单", "body": "# 失物招领\n| 东西 | {thing} |\n| 取走 | {fetched_by} |\n{community}" }],
    })
}

#[test]
fn a_workflow_that_the_office_adds_arrives_on_a_phone_and_works_there() {
    let w = World::ready(6);
    let wanted = |data: Json| json!({ "matter": "", "workflow": "lost_found", "title": "捡到钥匙", "place": "花园", "data": data });
    assert_eq!(w.ana().refused("add_case", wanted(json!({ "thing": "钥匙" }))), "invalid_args", "not here yet");
    let mut bad = lost_and_found();
    bad["states"][1]["zh"] = json!("");
    assert_eq!(w.office().refused("put_workflow", json!({ "workflow": bad })), "bad_workflow");
    w.office().call("put_workflow", json!({ "workflow": lost_and_found() }));
    w.sync_all();
    // without a network from here
    let offered = w.ana().call("list_workflows", json!({}));
    let offered = offered["items"].as_array().unwrap().iter().find(|i| i["workflow"]["name"] == "lost_found").unwrap().clone();
    assert_eq!((offered["may_open"].as_bool(), offered["built_in"].as_bool()), (Some(true), Some(false)));
    assert_eq!(w.ana().refused("add_case", wanted(json!({}))), "invalid_args", "what it asks for is asked for");
    assert_eq!(w.ana().refused("add_case", wanted(json!({ "thing": "钥匙", "colour": "红" }))), "invalid_args");
    let case = w.ana().call("add_case", wanted(json!({ "thing": "钥匙", "fetch_by": "2026-09-30" })))["id"].as_str().unwrap().to_string();
    assert_eq!(w.ana().refused("add_step", with(&case, "fetch", json!({}))), "invalid_args");
    let seen = file(w.ana(), &case);
    assert_eq!((seen["case"]["workflow"]["label"].as_str(), seen["case"]["due_at"].as_i64()), (Some("失物招领"), Some(1_790_762_400_000)));
    assert_eq!(seen["next"][0]["fields"][0]["zh"], "谁取走");
    w.sync_all();
    // two people give it out apart
    take(w.ana(), &case, "fetch", json!({ "data": { "fetched_by": "李阿姨" } }));
    take(w.office(), &case, "fetch", json!({ "data": { "fetched_by": "王大爷" } }));
    w.office().sync();
    w.sync_all();
    for d in [w.ana(), w.bo(), w.office()] {
        assert_eq!((state(d, &case), file(d, &case)["case"]["clashes"].as_u64()), ("fetched".into(), Some(1)), "{}", d.name);
        let sheet = d.call("print_case", json!({ "case": case, "sheet": "note" }))["lines"].to_string();
        assert!(sheet.contains("王大爷") && sheet.contains("钥匙") && sheet.contains("示例社区"), "{sheet}");
    }
    // no longer offered: what runs goes on
    w.office().call("retire_workflow", json!({ "name": "lost_found" }));
    w.sync_all();
    assert_eq!(w.ana().refused("add_case", wanted(json!({ "thing": "伞" }))), "invalid_args");
    take(w.office(), &case, "lose", json!({ "note": "弄错了" }));
    w.sync_all();
    take(w.bo(), &case, "fetch", json!({ "data": { "fetched_by": "李阿姨" } }));
    w.sync_all();
    assert_eq!(state(w.office(), &case), "fetched");
    let all = w.office().call("list_workflows", json!({}));
    assert!(all["items"].as_array().unwrap().iter().any(|i| i["workflow"]["name"] == "lost_found" && i["current"] == false));
}

#[test]
fn of_versions_that_are_received_at_one_time_the_one_written_last_counts() {
    let w = World::ready(8);
    let now = |d: &Device| {
        let all = d.call("list_workflows", json!({}));
        let found = all["items"].as_array().unwrap().iter().find(|i| i["workflow"]["name"] == "errand" && i["current"] == true);
        found.unwrap()["workflow"]["about"].as_str().unwrap().to_string()
    };
    // without a network: nothing but their order tells which of them came last
    for n in 1..=6 {
        let about = format!("第 {n} 版");
        w.office().call("put_workflow", json!({ "workflow": changed("errand", |f| f["about"] = json!(about)) }));
        assert_eq!(now(w.office()), about);
        w.clock.pass_ms(1_000);
    }
    w.sync_all();
    for d in &w.devices {
        assert_eq!(now(d), "第 6 版", "{}", d.name);
    }
}

#[test]
fn what_was_retired_is_still_listed_and_is_offered_again_as_it_was() {
    let w = World::ready(7);
    let listed = |d: &Device, name: &str| {
        let all = d.call("list_workflows", json!({}));
        let all = all["items"].as_array().unwrap().iter().filter(|i| i["workflow"]["name"] == name);
        all.map(|i| (i["id"].as_str().unwrap().to_string(), i["current"] == true, i["built_in"] == true)).collect::<Vec<_>>()
    };
    let product = listed(w.office(), "dispute").remove(0).0;
    // nothing runs in it and nobody wrote it: it is not lost all the same
    w.office().call("retire_workflow", json!({ "name": "dispute" }));
    w.sync_all();
    for d in &w.devices {
        assert_eq!(listed(d, "dispute"), [(product.clone(), false, true)], "{}", d.name);
    }
    assert_eq!(w.office().call("put_workflow", json!({ "workflow": changed("dispute", |_| {}) }))["id"], product.as_str());
    w.sync_all();
    for d in &w.devices {
        assert_eq!(listed(d, "dispute"), [(product.clone(), true, true)], "{}", d.name);
    }
    assert_eq!(w.office().refused("put_workflow", json!({ "workflow": changed("dispute", |_| {}) })), "unchanged");
    // changed since, the one of the product is listed beside it and does not come back by being put as it was
    let own = |w: &mut Json| w["about"] = json!("先劝和，再调解。");
    let id = w.office().call("put_workflow", json!({ "workflow": changed("dispute", own) }))["id"].as_str().unwrap().to_string();
    assert_eq!(listed(w.office(), "dispute"), [(id.clone(), true, false), (product.clone(), false, true)]);
    w.office().call("retire_workflow", json!({ "name": "dispute" }));
    assert_eq!(w.office().refused("put_workflow", json!({ "workflow": changed("dispute", |_| {}) })), "unchanged");
    w.office().call("put_workflow", json!({ "workflow": changed("dispute", own) }));
    w.sync_all();
    for d in &w.devices {
        assert_eq!(listed(d, "dispute"), [(id.clone(), true, false), (product.clone(), false, true)], "{}", d.name);
    }
}

#[test]
fn more_time_that_is_granted_moves_the_day_and_a_refusal_leaves_it() {
    let w = World::ready(7);
    let case = open(w.ana(), json!({}));
    w.sync_all();
    let due = |d: &Device| file(d, &case)["case"]["due_at"].as_i64().unwrap();
    // 03016: three working days, over the Mid-Autumn Festival
    take(w.office(), &case, "dispatch", json!({ "assignee": "路灯所" }));
    w.sync_all();
    let first = due(w.ana());
    let ask = json!({ "note": "要等灯头", "data": { "extend_by": "2" } });
    take(w.ana(), &case, "ask_extension", ask.clone());
    assert_eq!(w.ana().refused("add_step", with(&case, "ask_extension", ask.clone())), "invalid_args", "it was asked already");
    w.sync_all();
    assert_eq!(due(w.office()), first, "asked is not granted");
    take(w.office(), &case, "refuse_extension", json!({ "note": "抓紧" }));
    w.sync_all();
    assert_eq!(due(w.ana()), first);
    take(w.ana(), &case, "ask_extension", ask);
    w.sync_all();
    assert_eq!(w.office().refused("add_step", with(&case, "grant_extension", json!({ "data": { "extend_by": "很久" } }))), "invalid_args");
    take(w.office(), &case, "grant_extension", json!({ "data": { "extend_by": "2" } }));
    w.sync_all();
    let day = 24 * 3_600_000;
    for d in [w.office(), w.ana(), w.head()] {
        assert_eq!(due(d), first + 5 * day, "{}: from Thursday 24 to Tuesday 29, over the holiday", d.name);
        let clock = file(d, &case)["clocks"].as_array().unwrap().iter().find(|c| c["name"]["code"] == "resolve").unwrap().clone();
        assert_eq!((clock["extended"].as_u64(), clock["basis"].as_str()), (Some(2), Some("published")));
    }
}
