//! Ledgers through the commands: what a view shows, sorts, groups and hides; views and the log of exports between two offices; what goes out
//! and comes in again unchanged; hostile texts through every export.

#![allow(clippy::unwrap_used)]

use base64::Engine as _;
use e2e::world::*;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::io::Read as _;

const CORPUS: &str = include_str!("../corpus/texts.json");

fn page(d: &Device, kind: &str, view: Json) -> Json {
    d.call("query_ledger", json!({ "kind": kind, "view": view }))
}

/// The cells of a column, as text.
fn column(page: &Json, key: &str) -> Vec<String> {
    let at = page["columns"].as_array().unwrap().iter().position(|c| c == key).unwrap_or_else(|| panic!("no {key} in {page}"));
    let text = |v: &Json| match v {
        Json::String(t) => t.clone(),
        Json::Null => String::new(),
        Json::Object(o) => o.get("label").or(o.get("state")).and_then(Json::as_str).unwrap_or_default().to_string(),
        other => other.to_string(),
    };
    page["rows"].as_array().unwrap().iter().map(|r| text(&r["cells"][at])).collect()
}

/// A finished export: its file.
fn exported(d: &Device, args: Json) -> (String, Vec<u8>) {
    let mut job = d.call("export_ledger", args);
    for _ in 0..10_000 {
        if job["state"] != "running" {
            break;
        }
        job = d.call("get_job", json!({ "id": job["id"] }));
    }
    assert_eq!(job["state"], "done", "{job}");
    let bytes = base64::engine::general_purpose::STANDARD.decode(job["result"]["data"].as_str().unwrap()).unwrap();
    (job["result"]["name"].as_str().unwrap().to_string(), bytes)
}

/// An identity number that passes its own check, and how it is masked.
const NUMBER: &str = "610104195208090517";
const MASKED: &str = "610104********0517";

/// The XML of a part of a workbook.
fn part(bytes: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_view_filters_sorts_and_groups_and_pages_lie_end_to_end() {
    let w = World::ready(301);
    let office = w.office();
    let plain = page(office, "household", json!({}));
    assert_eq!((&plain["total"], &plain["all"]), (&json!(7), &json!(7)));
    assert_eq!(column(&plain, "plate"), ["1-1-101", "1-1-102", "1-1-201", "1-2-101", "2-1-101", "2-1-102", "2-1-201"], "in walking order");
    assert_eq!(column(&plain, "people"), ["2", "1", "2", "1", "2", "1", "2"]);
    let names = page(office, "person", json!({ "sort": [{ "column": "name" }], "columns": ["name", "plate"] }));
    assert_eq!(
        column(&names, "name"),
        ["陈伟", "李秀英", "刘洋", "孙磊", "孙小雨", "王强", "吴桂兰", "张建国", "赵敏", "赵小天", "周静"],
        "by pinyin"
    );
    let down = page(office, "household", json!({ "sort": [{ "column": "plate", "down": true }] }));
    assert_eq!(column(&down, "plate")[0], "2-1-201");
    let women = json!({ "filter": [{ "column": "sex", "op": "is", "values": ["2"] }], "columns": ["name", "sex"] });
    let women = page(office, "person", women);
    assert_eq!(women["total"], 5, "{women}");
    assert!(column(&women, "sex").iter().all(|s| s == "女"));
    let grouped = page(office, "person", json!({ "group": "relation", "columns": ["name", "relation"] }));
    let groups: Vec<(String, u64, u64)> = grouped["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|g| (g["label"].as_str().unwrap().to_string(), g["count"].as_u64().unwrap(), g["from"].as_u64().unwrap()))
        .collect();
    assert_eq!(groups.iter().map(|g| g.1).sum::<u64>(), 11);
    assert!(groups.iter().scan(0, |at, g| Some(std::mem::replace(at, *at + g.1) == g.2)).all(|fits| fits), "{groups:?}");
    let found = page(office, "person", json!({ "q": "zjg", "columns": ["name"] }));
    assert_eq!(column(&found, "name"), ["张建国"], "as in the search");
    let unit = page(office, "household", json!({ "unit": first_building() }));
    assert_eq!(unit["total"], 4);
    let paged: Vec<String> = (0..3)
        .flat_map(|n| column(&office.call("query_ledger", json!({ "kind": "household", "limit": 3, "offset": n * 3 })), "plate"))
        .collect();
    assert_eq!(paged, column(&plain, "plate"));
    // the order that is kept is not shown once something changed
    office.call("add_household", json!({ "building": first_building(), "unit_no": "1", "door": "103", "head_name": "钱进" }));
    assert_eq!(column(&page(office, "household", json!({})), "plate")[2], "1-1-103");
}

#[test]
fn what_no_view_may_have_is_told_by_its_name() {
    let w = World::ready(302);
    let office = w.office();
    let fails = |kind: &str, view: Json| office.try_call("query_ledger", json!({ "kind": kind, "view": view })).unwrap_err();
    let e = fails("household", json!({ "sort": [{ "column": "nonsense" }] }));
    assert_eq!((e.code.as_str(), e.field.as_deref()), ("invalid_args", Some("sort")));
    assert!(e.message.contains("nonsense"));
    assert_eq!(
        fails("household", json!({ "filter": [{ "column": "x\"; drop table person; --", "op": "is", "values": ["1"] }] })).code,
        "invalid_args"
    );
    assert_eq!(fails("household", json!({ "filter": [{ "column": "tier", "op": "like", "values": ["1"] }] })).code, "invalid_args");
    assert_eq!(fails("nothing", json!({})).field.as_deref(), Some("kind"));
    for (kind, column) in [("visit", "by"), ("case", "assignee"), ("export", "by")] {
        for view in [json!({ "group": column }), json!({ "sort": [{ "column": column }] })] {
            assert_eq!(fails(kind, view).code, "invalid_args", "{kind} is not counted by {column}");
        }
    }
    assert_eq!(fails("person", json!({ "sort": [{ "column": "id_number" }] })).field.as_deref(), Some("sort"));
}

#[test]
fn a_ledger_shows_each_role_what_its_classes_hold() {
    let w = World::ready(303);
    let kinds = |d: &Device| -> BTreeSet<String> {
        let list = d.call("list_ledgers", json!({}));
        list["items"].as_array().unwrap().iter().map(|l| l["kind"]["code"].as_str().unwrap().to_string()).collect()
    };
    assert!(["household", "person", "case", "visit", "request", "export"].iter().all(|k| kinds(w.office()).contains(*k)));
    assert!(kinds(w.ana()).contains("person") && !kinds(w.ana()).contains("export") && !kinds(w.ana()).contains("request"));
    assert!(!kinds(w.head()).contains("person") && !kinds(w.head()).contains("visit"));
    for kind in ["person", "visit", "request", "export", "response"] {
        assert_eq!(w.head().refused("query_ledger", json!({ "kind": kind })), "not_allowed", "{kind}");
    }
    let doors = page(w.head(), "household", json!({}));
    let keys: Vec<&str> = doors["columns"].as_array().unwrap().iter().filter_map(Json::as_str).collect();
    assert!(!keys.contains(&"tag") && !keys.contains(&"tier"), "{keys:?}");
    assert_eq!(w.head().refused("query_ledger", json!({ "kind": "household", "view": { "columns": ["care"] } })), "invalid_args");
    w.office().edit_person("1-1-101", "张建国", "id_number", NUMBER);
    let people = page(w.office(), "person", json!({ "columns": ["name", "id_number"] }));
    assert!(column(&people, "id_number").contains(&MASKED.to_string()) && !people.to_string().contains(NUMBER), "{people}");
    for d in [w.ana(), w.head()] {
        assert_eq!(d.refused("export_ledger", json!({ "kind": "household" })), "not_allowed");
        assert_eq!(d.refused("put_view", json!({ "kind": "household", "name": "甲" })), "not_allowed");
    }
}

#[test]
fn views_and_the_log_of_exports_are_shared_by_the_offices() {
    let w = World::ready(304);
    let view = json!({ "filter": [{ "column": "tag", "op": "is", "values": ["独居"] }], "sort": [{ "column": "due" }] });
    let id = w.office().call("put_view", json!({ "kind": "household", "name": "独居老人", "view": view }))["id"].clone();
    exported(w.office(), json!({ "kind": "person", "view": { "q": "张建国" } }));
    assert_eq!(w.office().refused("export_ledger", json!({ "kind": "person", "masked": false })), "invalid_args", "a reason is asked for");
    exported(w.office(), json!({ "kind": "person", "masked": false, "reason": "民政局核对", "format": "csv" }));
    w.sync_all();
    let views = w.second().call("list_views", json!({}));
    assert_eq!((&views["items"][0]["name"], &views["items"][0]["view"]), (&json!("独居老人"), &view));
    let log = page(w.second(), "export", json!({ "sort": [{ "column": "at" }] }));
    assert_eq!(column(&log, "what"), ["居民台账", "居民台账"]);
    assert_eq!(column(&log, "count"), ["1", "11"]);
    assert_eq!(column(&log, "masked"), ["true", "false"]);
    assert_eq!(column(&log, "reason"), ["", "民政局核对"]);
    assert_eq!(column(&log, "by"), ["王主任", "王主任"]);
    assert!(!log.to_string().contains("张建国"), "who was looked for is not kept in the log");
    w.second().call("remove_view", json!({ "id": id }));
    w.sync_all();
    assert_eq!(w.office().call("list_views", json!({}))["items"], json!([]));
    w.office().call("put_view", json!({ "id": id, "kind": "household", "name": "独居老人", "view": view }));
    w.sync_all();
    assert_eq!(w.second().call("list_views", json!({}))["items"][0]["view"], view, "a removal is undone");
    assert!(w.ana().call("get_holdings", json!({})).to_string().len() > 2 && w.ana().refused("list_views", json!({})) == "not_allowed");
    w.nothing_wrong();
}

#[test]
fn one_field_of_many_rows_is_set_once_and_taken_back_where_nobody_wrote_since() {
    let w = World::ready(305);
    let office = w.office();
    let rows = page(office, "household", json!({}));
    let ids: Vec<String> = rows["rows"].as_array().unwrap().iter().take(4).map(|r| r["id"].as_str().unwrap().to_string()).collect();
    let look = office.call("set_field", json!({ "kind": "household", "key": "tier", "ids": ids, "value": "red", "dry_run": true }));
    assert_eq!((&look["changed"], office.pending()), (&json!(4), 0), "a look writes nothing");
    let set = office.call("set_field", json!({ "kind": "household", "key": "tier", "ids": ids, "value": "red" }));
    assert_eq!((&set["changed"], &set["same"]), (&json!(4), &json!(0)));
    assert_eq!(office.pending(), 4, "each record is a command of its own");
    let again = office.call("set_field", json!({ "kind": "household", "key": "tier", "ids": ids, "value": "red" }));
    assert_eq!((&again["changed"], &again["same"]), (&json!(0), &json!(4)));
    office.call("edit_household", json!({ "id": ids[0], "edit": { "tier": "green" } }));
    let back = office.call("set_field", json!({ "kind": "household", "key": "tier", "value": "red", "back": set["before"] }));
    assert_eq!((&back["changed"], &back["left"]), (&json!(3), &json!(1)), "what was written since stays");
    let tiers = column(&page(office, "household", json!({ "columns": ["tier"] })), "tier");
    assert_eq!((tiers[0].as_str(), tiers[1] == "红"), ("绿", false), "{tiers:?}");
    let tagged = office.call("set_field", json!({ "kind": "household", "key": "tag", "ids": ids, "value": { "add": ["独居"] } }));
    assert_eq!(tagged["changed"], 4);
    assert_eq!(page(office, "household", json!({ "filter": [{ "column": "tag", "op": "is", "values": ["独居"] }] }))["total"], 4);
    for (kind, key) in [("person", "id_number"), ("person", "ended"), ("household", "plate"), ("case", "state"), ("export", "reason")] {
        let code = office.refused("set_field", json!({ "kind": kind, "key": key, "ids": [ids[0]], "value": "x" }));
        assert_eq!(code, "invalid_args", "{kind}.{key}");
    }
    assert_eq!(
        w.head().refused("set_field", json!({ "kind": "household", "key": "tier", "ids": [ids[0]], "value": "red" })),
        "not_allowed"
    );
    w.sync_all();
    w.nothing_wrong();
}

#[test]
fn a_cell_edited_in_the_grid_while_somebody_else_edits_it_keeps_both() {
    let w = World::ready(306);
    let person = w.office().person("1-1-101", "张建国")["id"].clone();
    let fact = |d: &Device| {
        let r = d.call("get_record", json!({ "kind": "person", "id": person }));
        r["facts"].as_array().unwrap().iter().find(|f| f["key"] == "phone").unwrap().clone()
    };
    let seen = fact(w.office())["ops"].clone();
    w.ana().edit_person("1-1-101", "张建国", "phone", "13700000001");
    w.ana().sync();
    w.office().sync();
    // the grid still showed what was there before
    w.office().call("set_field", json!({ "kind": "person", "key": "phone", "ids": [person], "value": "13700000002", "seen": seen }));
    w.sync_all();
    assert_eq!(w.office().conflicts()["张建国 phone"], ["13700000001", "13700000002"]);
    assert_eq!(fact(w.office())["ops"].as_array().unwrap().len(), 2);
}

#[test]
fn an_export_that_comes_in_again_changes_nothing() {
    let w = World::ready(307);
    let office = w.office();
    let all = ["number", "unit_no", "door", "name", "relation", "sex", "id_number", "phone", "education", "note"];
    let rows = json!({ "kind": "person", "view": { "columns": all }, "masked": false, "reason": "来回核对" });
    let hostile: Json = serde_json::from_str(CORPUS).unwrap();
    let person = office.person("1-1-102", "王强")["id"].clone();
    for text in ["formulas", "markup"].iter().flat_map(|g| hostile[*g].as_array().unwrap()) {
        office.call("edit_person", json!({ "id": person, "edit": { "note": text } }));
        let before = office.file("1-1-102")["persons"][0]["note"].clone();
        let mut args = rows.clone();
        args["format"] = json!("csv");
        args["view"]["q"] = json!("王强");
        let (name, bytes) = exported(office, args);
        let report = office.call(
            "import_roster",
            json!({ "data": base64::engine::general_purpose::STANDARD.encode(&bytes), "name": name, "grid": FIRST_GRID, "dry_run": true }),
        );
        assert_eq!(report["households"], 1, "{report}");
        let pending = office.pending();
        let data = base64::engine::general_purpose::STANDARD.encode(&bytes);
        office.call("import_roster", json!({ "data": data, "name": name, "grid": FIRST_GRID }));
        assert_eq!(office.pending(), pending, "{text} came back as something else: {}", String::from_utf8_lossy(&bytes));
        assert_eq!(office.file("1-1-102")["persons"][0]["note"], before);
    }
    let numbered = office.person("1-1-101", "张建国")["id"].clone();
    office.call("edit_person", json!({ "id": numbered, "edit": { "id_number": NUMBER, "birth_date": "1952-08-09" } }));
    let held = office.call("list_held", json!({}))["items"].clone();
    for format in ["csv", "xlsx"] {
        let mut args = rows.clone();
        args["format"] = json!(format);
        let (name, bytes) = exported(office, args);
        let data = base64::engine::general_purpose::STANDARD.encode(&bytes);
        let pending = office.pending();
        let report = office.call("import_roster", json!({ "data": data, "name": name, "grid": FIRST_GRID }));
        assert_eq!((&report["households"], &report["persons"]), (&json!(7), &json!(11)), "{format}: {report}");
        assert_eq!(office.pending(), pending, "{format}: nothing is written");
        assert_eq!(office.call("list_held", json!({}))["items"], held, "{format}: and nothing more waits");
    }
}

#[test]
fn a_masked_export_names_nobody_whole_and_says_who_made_it() {
    let w = World::ready(308);
    let office = w.office();
    let person = office.person("1-1-101", "张建国")["id"].clone();
    let edit = json!({ "care_tags": ["重病"], "registered_address": "某路 9 号", "id_number": NUMBER, "birth_date": "1952-08-09" });
    office.call("edit_person", json!({ "id": person, "edit": edit }));
    let view = json!({ "columns": ["name", "phone", "id_number", "birth_date", "care", "registered_address"] });
    for format in ["csv", "xlsx"] {
        let (_, bytes) = exported(office, json!({ "kind": "person", "view": view, "format": format }));
        let text = if format == "csv" { String::from_utf8(bytes).unwrap() } else { part(&bytes, "xl/worksheets/sheet1.xml") };
        for secret in [NUMBER, "13900000101", "重病", "某路", "1952-08-09"] {
            assert!(!text.contains(secret), "{format}: {secret}");
        }
        assert!(text.contains(MASKED) && text.contains("139****0101"), "{format}: {text}");
        assert!(text.contains("王主任") && text.contains("示例社区"), "{format}: who and where");
    }
    let (_, bytes) = exported(office, json!({ "kind": "person", "view": view, "masked": false, "reason": "核对" }));
    let text = part(&bytes, "xl/worksheets/sheet1.xml");
    assert!(text.contains(NUMBER) && text.contains("重病") && !text.contains("仅供工作使用"));
    let log = office.call("get_log", json!({})).to_string();
    assert!(log.contains("导出居民台账：11 行，未遮盖"), "{log}");
}

#[test]
fn hostile_texts_leave_every_export_as_text() {
    let w = World::ready(309);
    let office = w.office();
    let hostile: Json = serde_json::from_str(CORPUS).unwrap();
    let texts: Vec<String> = ["formulas", "markup", "bidi"]
        .iter()
        .flat_map(|g| hostile[*g].as_array().unwrap())
        .map(|t| t.as_str().unwrap().to_string())
        .collect();
    let building = first_building();
    for (n, text) in texts.iter().enumerate() {
        office.call("add_place", json!({ "name": text, "building": building, "edit": { "note": text, "contact": text } }));
        if n % 8 == 0 {
            office.call("put_view", json!({ "kind": "place", "name": text.chars().take(30).collect::<String>(), "view": {} }));
        }
    }
    office.call("place_unit", json!({ "unit": building, "lng": 108.9, "lat": 34.2 }));
    let shown = page(office, "place", json!({ "columns": ["name", "note"] }));
    let names: BTreeSet<String> = column(&shown, "name").into_iter().collect();
    assert_eq!(names, texts.iter().map(|t| t.trim().to_string()).collect(), "the grid holds them as they are");
    let (_, csv) = exported(office, json!({ "kind": "place", "format": "csv" }));
    let csv = String::from_utf8(csv).unwrap();
    assert!(csv.starts_with('\u{feff}') && csv.contains("\r\n"));
    for field in csv.split(['\n', ',']).map(|f| f.trim_start_matches('"').trim_end()) {
        assert!(!field.trim_start().starts_with(['=', '+', '@', '＝', '＋', '－', '＠']), "{field:?} would be computed");
    }
    let (name, xlsx) = exported(office, json!({ "kind": "place", "masked": false, "reason": "=1+1 <b>&\u{202e}" }));
    assert!(name.chars().all(|c| c.is_alphanumeric() || "-.台账场所".contains(c)), "{name}");
    let sheet = part(&xlsx, "xl/worksheets/sheet1.xml");
    assert!(
        !sheet.contains("<f>") && !sheet.contains("<f ") && !sheet.contains("<script") && !sheet.contains("<img"),
        "no formula and no markup"
    );
    let (_, geo) = exported(office, json!({ "kind": "place", "format": "geojson" }));
    let geo: Json = serde_json::from_slice(&geo).unwrap();
    assert_eq!(geo["features"].as_array().unwrap().len(), texts.len());
    assert_eq!(geo["features"][0]["geometry"]["coordinates"], json!([108.9, 34.2]));
    for text in &texts {
        // a search for it is a search, whatever it says
        office.call("query_ledger", json!({ "kind": "place", "view": { "q": text } }));
        office.call(
            "query_ledger",
            json!({ "kind": "person", "view": { "q": text, "filter": [{ "column": "name", "op": "has", "values": [text] }] } }),
        );
    }
}

#[test]
fn an_export_shows_how_far_it_is_and_a_cancelled_one_leaves_no_trace() {
    let w = World::ready(310);
    let job = w.office().call("export_ledger", json!({ "kind": "person" }));
    assert_eq!((&job["what"], &job["total"]), (&json!("export_ledger"), &json!(11)));
    let file = w.path().join("a.csv");
    let done = w.office().call("export_ledger", json!({ "kind": "person", "out": file }));
    assert_eq!((&done["state"], &done["result"]["rows"]), (&json!("done"), &json!(11)), "on the command line it runs to its end");
    assert!(std::fs::read(&file).unwrap().starts_with("\u{feff}".as_bytes()));
    assert_eq!(w.office().refused("get_job", json!({ "id": "nothing" })), "not_found");
    assert_eq!(w.office().refused("export_ledger", json!({ "kind": "person", "out": w.path().join("a.exe") })), "invalid_args");
    assert_eq!(w.office().refused("export_ledger", json!({ "kind": "person", "format": "geojson" })), "invalid_args");
}

#[test]
fn the_weekly_sheet_counts_matters_and_doors_and_no_person() {
    let w = World::ready(311);
    let case = |matter: &str, title: &str| {
        w.head().try_call("add_case", json!({ "matter": matter, "title": title, "building": first_building() })).unwrap()["id"].clone()
    };
    let given = case("06003", "=楼道里充电");
    case("01001", "堆物");
    w.sync_all();
    w.ana().call("add_visit", json!({ "household": w.ana().at("1-1-101"), "outcome": "met", "note": "都好" }));
    w.ana().sync();
    w.office().sync();
    w.office().call("add_step", json!({ "case": given, "transition": "dispatch", "assignee": "安然" }));
    let sheet = w.office().call("weekly_sheet", json!({}));
    let table = |name: &str| sheet["tables"].as_array().unwrap().iter().find(|t| t["name"] == name).unwrap().clone();
    let flow = table("flow");
    assert_eq!(flow["rows"].as_array().unwrap().last().unwrap(), &json!(["合计", "", "2", "0", "0", "2"]), "{flow}");
    assert_eq!(table("visits")["rows"][0].as_array().unwrap()[..3], [json!("第一网格"), json!("7"), json!("1")]);
    assert!(table("problems")["rows"].to_string().contains("=楼道里充电"));
    for person in ["安然", "何楼长", "薄云", "王主任"] {
        assert!(!sheet.to_string().contains(person), "{person} is in the sheet");
    }
    assert_eq!(sheet["file"], Json::Null, "looking at it is no export");
    let made = w.office().call("weekly_sheet", json!({ "xlsx": true }));
    let bytes = base64::engine::general_purpose::STANDARD.decode(made["file"]["data"].as_str().unwrap()).unwrap();
    assert!(part(&bytes, "xl/workbook.xml").contains("走访覆盖") && !part(&bytes, "xl/worksheets/sheet5.xml").contains("<f>"));
    assert_eq!(column(&page(w.office(), "export", json!({})), "what"), ["每周推进会表"]);
    assert_eq!(w.office().refused("weekly_sheet", json!({ "week": "下周" })), "invalid_args");
    assert_eq!(w.ana().refused("weekly_sheet", json!({})), "not_allowed");
}

#[test]
fn the_doors_of_a_building_are_listed_and_care_is_shown_only_for_a_reason_that_is_kept() {
    let w = World::ready(312);
    let office = w.office();
    let person = office.person("1-1-101", "张建国")["id"].clone();
    office.call("edit_person", json!({ "id": person, "edit": { "tags": ["独居"], "care_tags": ["失能"], "birth_date": "1940-01-01" } }));
    office.call("edit_household", json!({ "id": office.at("1-1-101"), "edit": { "contact_phone": "13900000101" } }));
    let list = office.call("door_list", json!({ "building": first_building() }));
    assert_eq!((&list["people"], &list["has_care"], &list["may_care"]), (&json!(6), &json!(false), &json!(true)));
    let door = &list["doors"][0];
    assert_eq!(
        (&door["plate"], &door["people"], &door["phone"], &door["care"]),
        (&json!("1-1-101"), &json!(2), &json!("13900000101"), &json!([]))
    );
    assert_eq!(door["help"], json!(["独居", "80 岁以上 1 人"]));
    assert!(!list.to_string().contains("13900000102"), "a telephone that was not agreed to is not on the door");
    let cared = office.call("door_list", json!({ "building": first_building(), "reason": "停电，逐户查看" }));
    assert_eq!(cared["doors"][0]["care"], json!(["失能"]));
    assert!(office.call("get_log", json!({})).to_string().contains("停电，逐户查看"));
    let made = office.call("door_list", json!({ "building": first_building(), "xlsx": true }));
    assert!(made["file"]["name"].as_str().unwrap().ends_with(".xlsx"));
    assert_eq!(w.head().refused("door_list", json!({ "building": first_building() })), "not_allowed");
    assert_eq!(office.refused("door_list", json!({ "building": "x" })), "not_found");
    w.sync_all();
    w.nothing_wrong();
}

#[test]
fn what_is_copied_is_masked_unless_a_reason_is_given_and_is_in_the_log_of_exports() {
    let w = World::ready(313);
    let office = w.office();
    let person = office.person("1-1-101", "张建国")["id"].clone();
    let edit = json!({ "care_tags": ["重病"], "id_number": NUMBER, "birth_date": "1952-08-09", "note": "=1+1\t甲" });
    office.call("edit_person", json!({ "id": person, "edit": edit }));
    let view = json!({ "columns": ["name", "phone", "id_number", "care", "note"], "q": "张建国" });
    let copy = |d: &Device, more: Json| {
        let mut args = json!({ "kind": "person", "view": view, "rows": 50 });
        args.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        d.try_call("copy_ledger", args)
    };
    let masked = copy(office, json!({})).unwrap();
    assert_eq!(masked, json!({ "text": format!("张建国\t139****0101\t{MASKED}\t***\t'=1+1 甲"), "rows": 1 }));
    assert_eq!(copy(office, json!({ "masked": false })).unwrap_err().field.as_deref(), Some("reason"));
    let whole = copy(office, json!({ "masked": false, "reason": "居民本人要求" })).unwrap();
    assert_eq!(whole["text"], format!("张建国\t13900000101\t{NUMBER}\t重病\t'=1+1 甲"));
    assert_eq!(copy(office, json!({ "offset": 1 })).unwrap()["rows"], 0, "beyond the last row there is nothing");
    assert_eq!(copy(office, json!({ "rows": 20_001 })).unwrap_err().code, "too_large");
    w.sync_all();
    let log = page(w.second(), "export", json!({ "sort": [{ "column": "at" }] }));
    assert_eq!(column(&log, "what"), ["居民台账", "居民台账", "居民台账"]);
    assert_eq!(column(&log, "format"), ["copy", "copy", "copy"]);
    assert_eq!(column(&log, "count"), ["1", "1", "0"]);
    assert_eq!(
        (column(&log, "masked"), column(&log, "reason")[1].as_str()),
        (vec!["true".into(), "false".into(), "true".into()], "居民本人要求")
    );
    assert!(!log.to_string().contains("张建国"), "who was looked for is not kept in the log");
    // a worker copies masked rows, and the device keeps the line; whole ones are the office's
    assert_eq!(copy(w.ana(), json!({})).unwrap()["text"].as_str().unwrap().split('\t').nth(1), Some("139****0101"));
    assert_eq!(copy(w.ana(), json!({ "masked": false, "reason": "看看" })).unwrap_err().code, "not_allowed");
    assert!(w.ana().call("get_log", json!({})).to_string().contains("复制居民台账：1 行"));
    w.nothing_wrong();
}

#[test]
fn the_ledger_of_steps_says_who_did_what_on_which_case_and_shows_a_building_head_only_what_it_holds() {
    let w = World::ready(314);
    let add = |d: &Device, title: &str, building: &str| {
        d.call("add_case", json!({ "matter": "06003", "title": title, "building": building }))["id"].clone()
    };
    let own = add(w.head(), "楼道里充电", &first_building().to_string());
    let units = w.office().call("list_units", json!({}));
    let second = units["items"].as_array().unwrap().iter().find(|u| u["number"] == "2").unwrap()["id"].as_str().unwrap().to_string();
    w.sync_all();
    let other = add(w.office(), "二号楼的灯", &second);
    w.office().call("add_step", json!({ "case": own, "transition": "dispatch", "assignee": "安然", "note": "今天去" }));
    w.office().call("add_step", json!({ "case": other, "transition": "dispatch", "assignee": "安然" }));
    w.sync_all();
    let steps = page(w.office(), "case_step", json!({ "sort": [{ "column": "title" }] }));
    let told: Vec<(String, String)> = column(&steps, "title").into_iter().zip(column(&steps, "step")).collect();
    for case in ["楼道里充电", "二号楼的灯"] {
        assert!(told.contains(&(case.into(), "交办".into())), "{told:?}");
    }
    assert!(column(&steps, "by").contains(&"王主任".to_string()) && column(&steps, "note").contains(&"今天去".to_string()));
    assert!(column(&steps, "assignee").contains(&"安然".to_string()));
    let found = page(w.office(), "case_step", json!({ "filter": [{ "column": "title", "op": "is", "values": ["二号楼的灯"] }] }));
    assert!(found["total"].as_u64() < found["all"].as_u64() && column(&found, "title").iter().all(|t| t == "二号楼的灯"), "{found}");
    assert_eq!(page(w.office(), "case_step", json!({ "unit": second }))["total"], found["total"]);
    let (_, csv) = exported(w.office(), json!({ "kind": "case_step", "format": "csv" }));
    assert!(String::from_utf8(csv).unwrap().contains("楼道里充电"));
    for who in ["by", "assignee"] {
        for view in
            [json!({ "group": who }), json!({ "sort": [{ "column": who }] }), json!({ "filter": [{ "column": who, "op": "filled" }] })]
        {
            assert_eq!(w.office().refused("query_ledger", json!({ "kind": "case_step", "view": view })), "invalid_args", "{who}");
        }
    }
    let seen = page(w.head(), "case_step", json!({}));
    assert!(column(&seen, "title").iter().all(|t| t == "楼道里充电"), "{seen}");
    assert!(!seen.to_string().contains("二号楼的灯"));
}

/// The ids of a ledger in its plain order.
fn order(d: &Device, kind: &str) -> Vec<String> {
    page(d, kind, json!({}))["rows"].as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap().to_string()).collect()
}

#[test]
fn a_plain_order_that_is_kept_is_the_one_that_a_program_just_begun_makes() {
    let w = World::ready(309);
    let office = w.office();
    let mut seen = Vec::new();
    let mut same = |what: &str, moves: bool| {
        let kept = ["household", "person"].map(|kind| order(office, kind));
        office.close();
        office.wake();
        // the program that was begun keeps its orders from here to the next line
        assert_eq!(kept, ["household", "person"].map(|kind| order(office, kind)), "{what}");
        assert_eq!(seen.last() != Some(&kept), moves || seen.is_empty(), "{what}");
        seen.push(kept);
    };
    same("as it begins", true);
    let home = office.at("1-1-102");
    office.call("edit_household", json!({ "id": home, "edit": { "note": "门口有鞋柜", "tier": "red" } }));
    same("a note and a tier move no row", false);
    let args = json!({ "building": first_building(), "unit_no": "1", "door": "1901", "head_name": "钱文", "edit": {} });
    let new = office.call("add_household", args)["id"].as_str().unwrap().to_string();
    same("a household more", true);
    office.call("add_person", json!({ "household": new, "name": "钱文" }));
    same("a person more", true);
    office.call("move_household", json!({ "id": new, "building": first_building(), "unit_no": "1", "door": "2001" }));
    same("a household moves", true);
    let (keep, drop) = (office.at("1-1-101"), office.at("1-1-2001"));
    let pairs = office.call("preview_merge", json!({ "kind": "household", "keep": keep, "drop": drop }))["people"].clone();
    assert!(pairs.as_array().unwrap().is_empty(), "{pairs}");
    office.call("merge_records", json!({ "kind": "household", "keep": keep, "drop": drop, "people": [] }));
    same("one goes into another", true);
    w.ana().sync();
    w.ana().call("add_person", json!({ "household": home, "name": "孙小雨" }));
    w.ana().sync();
    office.sync();
    same("what came from another device", true);
}
