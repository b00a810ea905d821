//! A ledger of 50,000 rows on one device: the first page, a sorted one, the next page of the order that is kept, and the workbook. `-- ledger`.

use crate::local::world;
use crate::meter::{Cost, measured, median, note, say};
use base64::Engine as _;
use e2e::plain::{Plain, rows};
use e2e::rosters;
use e2e::world::FIRST_GRID;
use rust_xlsxwriter::Workbook;
use serde_json::{Value as Json, json};
use shared_model::Role;
use shared_model::rules::access;
use std::time::{Duration, Instant};

const BUILDINGS: u32 = 500;
const DOORS: u32 = 100;
/// Buildings of one file: a file of an office is not longer than it reads.
const OF_A_FILE: u32 = 250;

pub fn ledger() {
    let w = world();
    let office = &w.devices[0];
    for from in (0..BUILDINGS).step_by(OF_A_FILE as usize) {
        let mut text = String::new();
        for number in from..from + OF_A_FILE {
            let one = rosters::of_building(number + 1, DOORS, "139");
            let lines = if number == from { one.as_str() } else { one.split_once('\n').map_or("", |(_, rest)| rest) };
            text.push_str(lines);
        }
        let path = w.path().join(format!("{from}.csv"));
        std::fs::write(&path, text).unwrap();
        office.engine().call("import_roster", json!({ "file": path, "grid": FIRST_GRID })).unwrap();
    }
    office.sync();
    let plain_rows = rows(&w.ledger(), |class| access(Role::Office, class).reads());
    let mut plain = Plain::make(&w.path().join("plain.db"));
    plain.upsert(&plain_rows);
    let engine = office.engine();
    let total = BUILDINGS * DOORS;
    let query = |kind: &str, view: Json, offset: u32| {
        measured(|| engine.call("query_ledger", json!({ "kind": kind, "view": view, "offset": offset })).unwrap())
    };
    let limit = Duration::from_millis(300);
    let bound = median(&(0..5).map(|_| measured(|| plain.list()).0).collect::<Vec<_>>()).wall;
    for (what, view) in [
        ("first page of 50,000 households", json!({})),
        ("the same sorted by name", json!({ "sort": [{ "column": "head_name" }] })),
        ("the same filtered by words", json!({ "q": "wb" })),
        ("the same grouped by building", json!({ "group": "building" })),
    ] {
        let mut times: Vec<Cost> = Vec::new();
        for n in 0..5 {
            // another view between, so that the order is made anew
            query("unit", json!({ "q": n.to_string() }), 0);
            let (took, page) = query("household", view.clone(), 0);
            assert_eq!(page["all"], total);
            times.push(took);
        }
        say(what, median(&times).wall, bound, "< 300 ms", median(&times).wall < limit);
    }
    query("household", json!({}), 0);
    let times: Vec<Cost> = (0..50).map(|n| query("household", json!({}), n * 977).0).collect();
    say("next page of an order that is kept", median(&times).wall, bound, "< 16 ms", median(&times).wall < Duration::from_millis(16));
    note("plain: one select of 500 households from the plainest tables");
    let (took, steps, longest) = export(&engine);
    let texts = csv(&engine);
    let (plainly, _) = measured(|| {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (row, line) in texts.lines().enumerate() {
            for (column, text) in line.split(',').enumerate() {
                sheet.write_string(u32::try_from(row).unwrap(), u16::try_from(column).unwrap(), text).unwrap();
            }
        }
        book.save_to_buffer().unwrap()
    });
    say("workbook of 50,000 households, in portions", took, plainly.wall, "< 5,000 ms", took < Duration::from_secs(5));
    note(&format!(
        "plain: the same cells, already read, written by rust_xlsxwriter. {steps} requests, the longest {} ms",
        longest.as_millis()
    ));
}

/// How long an export takes, in how many requests, and the longest of them.
fn export(engine: &app_core::Engine) -> (Duration, u32, Duration) {
    let began = Instant::now();
    let (mut steps, mut longest) = (1, Duration::ZERO);
    let mut job = engine.call("export_ledger", json!({ "kind": "household" })).unwrap();
    while job["state"] == "running" {
        let (took, next) = measured(|| engine.call("get_job", json!({ "id": job["id"] })).unwrap());
        (job, longest, steps) = (next, longest.max(took.wall), steps + 1);
    }
    assert_eq!(job["result"]["rows"], BUILDINGS * DOORS);
    (began.elapsed(), steps, longest)
}

fn csv(engine: &app_core::Engine) -> String {
    let mut job = engine.call("export_ledger", json!({ "kind": "household", "format": "csv" })).unwrap();
    while job["state"] == "running" {
        job = engine.call("get_job", json!({ "id": job["id"] })).unwrap();
    }
    let bytes = base64::engine::general_purpose::STANDARD.decode(job["result"]["data"].as_str().unwrap()).unwrap();
    String::from_utf8(bytes).unwrap()
}
