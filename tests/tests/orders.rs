//! Hotline orders told through the commands: the same file taken in twice, on two devices that do not know of each other, is one case an
//! order; what cannot be taken is told with its row; results go back as a table.

#![allow(clippy::unwrap_used)]

use e2e::world::*;
use serde_json::{Value as Json, json};
use std::path::PathBuf;

const FILE: &str = "\
12345工单台账,,,,,,,,,,
工单编号,诉求类型,标题,诉求内容,来电人,联系电话,事发地址,派单时间,办理时限,分类,紧急程度
GD0921001,投诉,楼道堆物,李某人说1号楼1单元楼道堆东西，请回电13800001111,李某人,13800002222,1号楼1单元101,2026-09-21 10:20:33,2026-09-28 18:00:00,,加急
GD0921002,咨询,,社区几点上班,周某,13800003333,,2026-09-21,3个工作日,,
GD0921003,求助,=HYPERLINK(\"http://x\"),停水两天了,,,2号楼,2026-09-22,2026-09-24,停水停电停气停暖求助,
";

fn write(w: &World, name: &str, bytes: &[u8]) -> String {
    let path: PathBuf = w.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_string()
}

fn take(d: &Device, path: &str) -> Json {
    d.call("import_orders", json!({ "file": path }))
}

/// Numbers and what came of each row.
fn verdicts(report: &Json) -> Vec<(String, String)> {
    let text = |r: &Json, key: &str| r[key].as_str().unwrap().to_string();
    report["rows"].as_array().unwrap().iter().map(|r| (text(r, "number"), text(r, "verdict"))).collect()
}

fn codes(report: &Json, at: usize) -> Vec<String> {
    report["rows"][at]["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap().to_string()).collect()
}

/// Orders on a device: number, title, matter, last day.
fn orders(d: &Device) -> Vec<[String; 4]> {
    let list = d.call("list_cases", json!({ "workflow": "hotline" }));
    let mut out: Vec<[String; 4]> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| [&c["number"], &c["title"], &c["matter"]["code"], &c["due"]["date"]].map(|v| v.as_str().unwrap_or_default().to_string()))
        .collect();
    out.sort();
    out
}

#[test]
fn the_same_file_taken_on_two_devices_apart_is_one_case_an_order() {
    let w = World::ready(1);
    let path = write(&w, "a.csv", FILE.as_bytes());
    let look = w.office().call("import_orders", json!({ "file": path, "dry_run": true }));
    assert_eq!((&look["added"], &look["dry_run"]), (&json!(3), &json!(true)));
    assert_eq!(w.office().pending(), 0, "a look writes nothing");
    let first = take(w.office(), &path);
    let second = take(w.second(), &path);
    assert_eq!((&first["added"], &second["added"]), (&json!(3), &json!(3)), "neither knew of the other: {first}");
    w.sync_all();
    let expected = [
        ["GD0921001", "楼道堆物", "01001", "2026-09-28"],
        ["GD0921002", "社区几点上班", "06008", "2026-09-24"],
        ["GD0921003", "=HYPERLINK(\"http://x\")", "04010", "2026-09-24"],
    ];
    for d in [w.office(), w.second()] {
        assert_eq!(orders(d), expected, "{}", d.name);
        assert!(d.conflicts().is_empty(), "{}: {:?}", d.name, d.conflicts());
    }
    for d in [w.second(), w.ana()] {
        let hits = d.call("search", json!({ "q": "gd0921001" }));
        assert_eq!((&hits["total"], &hits["items"][0]["title"]), (&json!(1), &json!("楼道堆物")), "{} finds it by its number", d.name);
    }
    assert_eq!(orders(w.ana()).len(), 2, "what has no building is the office's to give out");
    let again = take(w.second(), &path);
    assert_eq!((&again["added"], &again["known"], &again["changed"]), (&json!(0), &json!(3), &json!(0)), "{again}");
    w.nothing_wrong();
}

#[test]
fn who_called_and_from_which_door_never_reaches_a_building_head() {
    let w = World::ready(2);
    take(w.office(), &write(&w, "a.csv", FILE.as_bytes()));
    w.sync_all();
    let seen = w.head().call("list_cases", json!({ "workflow": "hotline" }));
    let case = seen["items"][0]["id"].as_str().unwrap().to_string();
    let told = w.head().call("get_case", json!({ "id": case })).to_string();
    for private in ["李某人", "13800001111", "13800002222"] {
        assert!(!told.contains(private), "{private} in {told}");
    }
    assert!(told.contains("楼道堆东西") && told.contains("加急"), "the rest of the order is there: {told}");
    let file = w.office().call("get_case", json!({ "id": case }));
    assert_eq!(file["case"]["reporter"], "李某人");
    assert_eq!(file["case"]["contact"], "13800002222；13800001111；1号楼1单元101");
    assert_eq!(file["case"]["household"], Json::Null, "a building head is shown at which door a case is");
    // what a building head does not receive stands at its door
    let more = "工单编号,诉求内容,地址,受理时间,截止时间\nGD7,独居老人没人照看,1号楼1单元102,2026-09-21,2026-09-28\n";
    let taken = take(w.office(), &write(&w, "b.csv", more.as_bytes()));
    w.sync_all();
    let case = taken["rows"][0]["case"].clone();
    assert_eq!(w.ana().call("get_case", json!({ "id": case }))["case"]["household"], w.ana().at("1-1-102"));
    assert_eq!(w.head().refused("get_case", json!({ "id": case })), "not_found");
}

#[test]
fn an_order_that_comes_again_in_gbk_is_the_same_order() {
    let w = World::ready(3);
    take(w.office(), &write(&w, "a.csv", FILE.as_bytes()));
    let before = orders(w.office());
    let again = take(w.office(), &write(&w, "b.csv", GBK));
    assert_eq!(verdicts(&again)[0], ("GD0921001".into(), "known".into()), "{again}");
    assert_eq!(orders(w.office()), before);
}

/// `工单编号,诉求内容,标题\nGD0921001,,楼道堆物\n` in GBK.
const GBK: &[u8] =
    b"\xb9\xa4\xb5\xa5\xb1\xe0\xba\xc5,\xcb\xdf\xc7\xf3\xc4\xda\xc8\xdd,\xb1\xea\xcc\xe2\nGD0921001,,\xc2\xa5\xb5\xc0\xb6\xd1\xce\xef\n";

#[test]
fn a_row_that_cannot_be_taken_is_told_with_its_place_and_the_others_are_taken() {
    let w = World::ready(4);
    let text = "\
工单编号,诉求类型,诉求内容,来电时间,截止时间
,投诉,没有编号的一件,2026-09-21,2026-09-30
GD1,表扬,网格员很好,2026-09-21,尽快
GD2,投诉,,2026-09-21,2026-09-30
GD1,投诉,又写了一行,2026-09-21,2026-09-30
合计,4,,,
";
    let report = take(w.office(), &write(&w, "a.csv", text.as_bytes()));
    let verdict: Vec<&str> = report["rows"].as_array().unwrap().iter().map(|r| r["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdict, ["bad", "new", "bad", "twice"], "{report}");
    assert_eq!(codes(&report, 0)[0], "no_number");
    assert_eq!(report["rows"][0]["findings"][0]["row"], 2);
    assert_eq!(report["rows"][0]["findings"][0]["column"], "工单编号");
    assert!(codes(&report, 1).contains(&"due_guessed".into()) && codes(&report, 1).contains(&"kind_unknown".into()));
    assert_eq!(codes(&report, 2)[0], "no_content");
    assert!(report["rows"][3]["findings"].to_string().contains("第 3 行"));
    assert_eq!((&report["bad"], &report["twice"], &report["skipped"]), (&json!(2), &json!(1), &json!([6])));
    let case = report["rows"][1]["case"].as_str().unwrap();
    let file = w.office().call("get_case", json!({ "id": case }));
    assert_eq!(file["case"]["description"], "网格员很好\n诉求类型：表扬", "what no field takes stays in the words");
    assert_eq!(w.office().refused("import_orders", json!({ "file": write(&w, "b.csv", b"a,b\n1,2\n") })), "not_orders");
    assert_eq!(w.ana().refused("import_orders", json!({ "file": write(&w, "c.csv", FILE.as_bytes()) })), "not_allowed");
}

#[test]
fn a_known_order_that_comes_again_without_words_says_why_it_cannot_be_taken() {
    let w = World::ready(8);
    take(w.office(), &write(&w, "a.csv", FILE.as_bytes()));
    let report = take(w.office(), &write(&w, "b.csv", "工单编号,诉求内容\nGD0921001,\nGD0921002,社区几点上班\n".as_bytes()));
    assert_eq!(verdicts(&report)[0].1, "bad");
    assert_eq!(codes(&report, 0), ["no_content"]);
    w.office().call("edit_matter", json!({ "code": "06008", "entries": { "hidden": true } }));
    let report = take(w.office(), &write(&w, "c.csv", "工单编号,诉求内容\nGD5,请问办公时间\n".as_bytes()));
    assert_eq!(codes(&report, 0), ["no_matter"], "{report}");
}

#[test]
fn what_a_later_file_says_differently_is_told_and_not_written() {
    let w = World::ready(5);
    take(w.office(), &write(&w, "a.csv", FILE.as_bytes()));
    let later =
        FILE.replace("2026-09-28 18:00:00", "2026-10-15").replace("GD0921003,求助", "GD0921003,投诉").replace("停水两天了", "停水三天了");
    let report = take(w.office(), &write(&w, "b.csv", later.as_bytes()));
    assert_eq!(report["changed"], 2, "{report}");
    assert!(
        report["rows"][0]["findings"].to_string().contains("2026-09-28")
            && report["rows"][0]["findings"].to_string().contains("2026-10-15")
    );
    assert_eq!(report["rows"][2]["findings"].as_array().unwrap().len(), 2);
    assert_eq!(orders(w.office())[0][3], "2026-09-28");
}

fn step(d: &Device, case: &str, transition: &str, more: Json) {
    let mut args = json!({ "case": case, "transition": transition });
    args.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    d.call("add_step", args);
}

#[test]
fn results_go_back_as_a_table_that_reads_as_it_was_and_computes_nothing() {
    let w = World::ready(6);
    let taken = take(w.office(), &write(&w, "a.csv", FILE.as_bytes()));
    w.sync_all();
    let case = taken["rows"][2]["case"].as_str().unwrap();
    step(w.office(), case, "sign", json!({}));
    step(w.ana(), case, "comment", json!({ "note": "去看过" }));
    step(w.office(), case, "answer", json!({ "note": "=SUM(A1)已通水，回了13800004444" }));
    step(w.office(), case, "return_visit", json!({ "rating": "满意" }));
    step(w.office(), case, "deliver", json!({}));
    w.sync_all();
    let out = w.path().join("out.csv");
    let shown = w.office().call("export_orders", json!({ "out": out.to_str().unwrap(), "from": "2026-09-22", "to": "2026-09-22" }));
    assert_eq!(shown["rows"].as_array().unwrap().len(), 1);
    let bytes = std::fs::read(&out).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.starts_with("\u{feff}工单编号,"), "{text}");
    let line = text.lines().nth(1).unwrap();
    for cell in
        ["GD0921003", "求助", "\"'=HYPERLINK(\"\"http://x\"\")\"", "2026-09-24", "已报送", "'=SUM(A1)已通水", "王主任", "是", "满意"]
    {
        assert!(line.contains(cell), "{cell} in {line}");
    }
    assert!(!text.contains("李某人") && !text.contains("1380000"), "no caller in what goes out");
    // as a workbook it can be read as it was written, by the same reader
    let book = w.path().join("out.xlsx");
    let all = w.office().call("export_orders", json!({ "out": book.to_str().unwrap() }));
    assert_eq!(all["rows"].as_array().unwrap().len(), 3);
    let report = w.second().call("import_orders", json!({ "file": book.to_str().unwrap(), "dry_run": true }));
    let numbers: Vec<String> = verdicts(&report).into_iter().map(|(n, _)| n).collect();
    assert_eq!(numbers, ["GD0921001", "GD0921002", "GD0921003"]);
    assert_eq!(report["rows"][2]["title"], "=HYPERLINK(\"http://x\")");
    let log = w.office().call("get_log", json!({})).to_string();
    assert!(log.contains("导出热线工单办理结果：3 件") && log.contains("导入热线工单 a.csv：新 3 件"), "{log}");
    assert_eq!(w.ana().refused("export_orders", json!({})), "not_allowed");
    assert_eq!(w.office().refused("export_orders", json!({ "out": "a.pdf" })), "invalid_args");
    w.nothing_wrong();
}

#[test]
fn an_order_that_is_late_says_so_in_its_result() {
    let w = World::ready(7);
    let late = FILE.replace("2026-09-28 18:00:00", "2026-09-10");
    take(w.office(), &write(&w, "a.csv", late.as_bytes()));
    w.sync_all();
    let rows = w.office().call("export_orders", json!({ "format": "csv" }))["rows"].clone();
    assert_eq!(rows[0][10], "否（超期未结）", "{rows}");
    assert_eq!(rows[1][10], "");
}
