//! The promised times, in process and in release, each beside its lower bound: the same facts in the plainest tables under the same database
//! settings (SQLCipher, WAL, `synchronous=full`), on the same disk, in the same run. `cargo bench -p e2e`.
//!
//! A number after `--` names what to run: import, list, edit, sync.

#![allow(clippy::unwrap_used)]

use e2e::plain::{Plain, PlainRow, SameRows, rows};
use e2e::world::{COMMUNITY, Device, FIRST_GRID, World};
use serde_json::json;
use shared_model::Role;
use shared_model::rules::access;
use std::time::{Duration, Instant};

const LEDGER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/一网格居民台账.xlsx");

fn timed<T>(body: impl FnOnce() -> T) -> (Duration, T) {
    let began = Instant::now();
    let out = body();
    (began.elapsed(), out)
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn ms(d: Duration) -> f64 {
    d.as_secs_f64() * 1000.0
}

/// One line of the table.
fn say(what: &str, got: Duration, bound: Duration, promise: &str, is_kept: bool) {
    let ratio = got.as_secs_f64() / bound.as_secs_f64();
    let mark = if is_kept { "kept  " } else { "MISSED" };
    println!("{mark} {what:<44} {:>9.2} ms   plain {:>8.2} ms   {ratio:>5.2} ×   promised {promise}", ms(got), ms(bound));
}

/// A world on the disk with an office that has synced.
fn world() -> World {
    let mut w = World::bare(1, tempfile::tempdir().unwrap());
    w.enrol("王主任", Role::Office, COMMUNITY);
    w.devices[0].sync();
    w
}

fn import(office: &Device) -> Duration {
    let (took, report) = timed(|| office.engine().call("import_roster", json!({ "file": LEDGER, "grid": FIRST_GRID })).unwrap());
    assert_eq!(report["households"], json!(459));
    took
}

fn plain_of(w: &World, role: Role) -> Vec<PlainRow> {
    rows(&w.ledger(), |class| access(role, class).reads())
}

fn bench_import() {
    let (mut times, mut bounds) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let w = world();
        times.push(import(&w.devices[0]));
        w.devices[0].sync();
        let rows = plain_of(&w, Role::Office);
        let mut plain = Plain::make(&w.path().join("plain.db"));
        bounds.push(timed(|| plain.upsert(&rows)).0);
    }
    let got = median(&mut times);
    say("import of 459 households, 1,223 people", got, median(&mut bounds), "< 1,000 ms", got < Duration::from_secs(1));
}

/// An office with the whole ledger, synced; and the same rows plainly.
fn filled() -> (World, Vec<PlainRow>, Plain) {
    let w = world();
    import(&w.devices[0]);
    w.devices[0].sync();
    let rows = plain_of(&w, Role::Office);
    let mut plain = Plain::make(&w.path().join("plain.db"));
    plain.upsert(&rows);
    (w, rows, plain)
}

fn bench_list() {
    let (w, _, plain) = filled();
    let engine = w.devices[0].engine();
    let (mut times, mut bounds) = (Vec::new(), Vec::new());
    for _ in 0..60 {
        let (took, list) = timed(|| engine.call("list_households", json!({ "limit": 500 })).unwrap());
        assert_eq!(list["items"].as_array().unwrap().len(), 459);
        times.push(took);
        bounds.push(timed(|| plain.list()).0);
    }
    let got = median(&mut times);
    say("list of 500 households", got, median(&mut bounds), "< 5 ms", got < Duration::from_millis(5));
}

fn bench_edit() {
    let (w, rows, mut plain) = filled();
    let (office, engine) = (&w.devices[0], w.devices[0].engine());
    let doors: Vec<String> = office.doors().into_values().collect();
    let people: Vec<String> = doors
        .iter()
        .step_by(7)
        .map(|id| office.call("get_household", json!({ "id": id })))
        .filter_map(|f| f["persons"][0]["id"].as_str().map(str::to_string))
        .collect();
    let persons: Vec<&PlainRow> = rows.iter().filter(|r| r.kind.name() == "person").collect();
    let (mut times, mut bounds) = (Vec::new(), Vec::new());
    for n in 0..300 {
        let id = &people[n % people.len()];
        times.push(timed(|| engine.call("edit_person", json!({ "id": id, "edit": { "phone": format!("137{n:08}") } })).unwrap()).0);
        let row = persons[(n * 37) % persons.len()];
        let mut row = PlainRow { kind: row.kind, values: row.values.clone() };
        row.values[7] = format!("137{n:08}").into(); // a row that says the same again would not be written at all
        bounds.push(timed(|| plain.upsert(&[row])).0);
    }
    let (got, bound) = (median(&mut times), median(&mut bounds));
    say("edit of one person", got, bound, "≤ 1.5 ×", got.as_secs_f64() <= 1.5 * bound.as_secs_f64());
}

fn bench_sync() {
    let (mut w, ..) = filled();
    // the first worker's sync makes the server build its bundles, once for all who come after
    let first = w.enrol("安然", Role::Worker, FIRST_GRID);
    w.devices[first].sync();
    let rows = plain_of(&w, Role::Worker);
    let (mut times, mut bounds, mut facts, mut server, mut count) = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), 0);
    for (n, name) in ["薄云", "岑青", "戴雨"].into_iter().enumerate() {
        let place = w.enrol(name, Role::Worker, FIRST_GRID);
        let device = &w.devices[place];
        device.line.stop_watching();
        let before = device.line.answered_in();
        let (took, report) = timed(|| device.engine().sync(None).unwrap());
        assert!(report.agreed);
        times.push(took);
        server.push(device.line.answered_in() - before);
        let mut plain = Plain::make(&w.path().join(format!("plain-{n}.db")));
        facts.push(timed(|| plain.upsert(&rows)).0);
        let same = SameRows::read(&device.home());
        let mut db = same.make(&w.path().join(format!("same-{n}.db")));
        bounds.push(timed(|| same.insert(&mut db)).0);
        count = same.count();
    }
    let (got, bound) = (median(&mut times), median(&mut bounds));
    say("first sync of the grid", got, bound, "≤ 2.5 ×", got.as_secs_f64() <= 2.5 * bound.as_secs_f64());
    println!(
        "       of it the server {:.2} ms; plain: the same {count} rows into the same tables with their indexes",
        ms(median(&mut server))
    );
    println!("       the facts alone, one row a record and no index: {:.2} ms", ms(median(&mut facts)));
}

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let wants = |name: &str| asked.is_empty() || asked.iter().any(|a| a == name);
    for (name, bench) in [("import", bench_import as fn()), ("list", bench_list), ("edit", bench_edit), ("sync", bench_sync)] {
        if wants(name) {
            bench();
        }
    }
}
