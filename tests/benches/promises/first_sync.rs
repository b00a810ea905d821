//! The first sync of a grid: from the answer's bytes to a store that answers screens and takes edits.

use crate::local::{filled, plain_of, world};
use crate::meter::{Cost, measured, median, ms, note, say_bytes, say_rounds, times};
use e2e::plain::{PlainRow, SameRows, compressed};
use e2e::replay::{self, Tape};
use e2e::rosters;
use e2e::world::{FIRST_GRID, World, copy_home};
use serde_json::json;
use shared_model::Role;

const ROUNDS: usize = 9;
const WORKERS: [&str; ROUNDS] = ["岑青", "戴雨", "鄂雪", "樊云", "耿明", "霍春", "靳秋", "康冬", "蓝天"];
/// Tables without which no screen answers: what an app would hold that never merges anything.
const OF_MERGING: [&str; 4] = ["doc", "partition", "setting", "actor"];

pub fn first_sync() {
    let (w, ..) = filled();
    one(w, "first sync of the grid");
    let w = world();
    let file = w.path().join("大网格.csv");
    std::fs::write(&file, rosters::of_grid(2240)).unwrap();
    w.devices[0].call("import_roster", json!({ "file": file, "grid": FIRST_GRID }));
    w.devices[0].sync();
    one(w, "first sync of a grid of 8,200 records");
}

fn one(mut w: World, what: &str) {
    // the first worker's sync makes the server build its bundles, once for all who come after
    let first = w.enrol("安然", Role::Worker, FIRST_GRID);
    w.devices[first].sync();
    let facts: Vec<PlainRow> = plain_of(&w, Role::Worker);
    let place = w.enrol("薄云", Role::Worker, FIRST_GRID);
    let device = &w.devices[place];
    device.close();
    let homes: Vec<_> = (0..ROUNDS).map(|n| w.path().join(format!("again-{n}"))).collect();
    homes.iter().for_each(|home| copy_home(&device.home(), home));
    device.kill();
    device.line.record();
    device.sync();
    let answers = device.line.take_tape();
    let bytes = Tape::of(&answers).bytes();

    let env = device.env.clone();
    let (mut alone, mut bounds, mut plainer, mut count) = (Vec::new(), Vec::new(), Vec::new(), 0);
    let (mut whole, mut server) = (Vec::new(), Vec::new());
    // one after the other in each round, so that a moment in which the machine is slow is slow for all of them
    for (n, home) in homes.iter().enumerate() {
        let (took, answered) = with_server(&mut w, WORKERS[n]);
        whole.push(took);
        server.push(answered);
        let engine = replay::engine(home, env.clone(), Tape::of(&answers));
        let (took, report) = measured(|| engine.sync(None).unwrap());
        assert!(report.agreed);
        alone.push(took);
        is_usable(&engine, facts.len());
        let same = SameRows::read(&home_after(&engine, home));
        bounds.push(insert(&w, &same, &format!("same-{n}.db")));
        let facts = same.only(|table| !OF_MERGING.contains(&table));
        plainer.push(insert(&w, &facts, &format!("facts-{n}.db")));
        count = same.count();
    }
    say_rounds(&format!("{what}, the server's work included"), &whole, &bounds, |c| c.wall, 2.0);
    say_rounds(&format!("{what}, the device alone"), &alone, &bounds, |c| c.wall, 2.0);
    say_rounds(&format!("{what}, the device alone, processor"), &alone, &bounds, |c| c.cpu, 1.6);
    let (alone, plainer) = (median(&alone), median(&plainer));
    say_bytes(&format!("{what}, bytes"), bytes, compressed(&facts), 1.4);
    note(&format!(
        "{} records; plain: the same {count} rows into the same tables with their indexes; the server {:.2} ms",
        facts.len(),
        ms(median(&server).wall)
    ));
    note(&format!(
        "beside the rows, indexes, search words and due dates that an app without merging would hold ({:.2} ms): {:.2} × alone",
        ms(plainer.wall),
        times(alone.wall, plainer.wall)
    ));
}

fn home_after(engine: &app_core::Engine, home: &std::path::Path) -> std::path::PathBuf {
    // an answer after the sync proves that the commit is behind us; the file is read beside the open engine
    engine.call("sync_status", json!({})).unwrap();
    home.to_path_buf()
}

fn insert(w: &World, rows: &SameRows, name: &str) -> Cost {
    let mut db = rows.make(&w.path().join(name));
    measured(|| rows.insert(&mut db)).0
}

/// What came can be listed, searched and edited.
fn is_usable(engine: &app_core::Engine, records: usize) {
    let list = engine.call("list_households", json!({ "limit": 500 })).unwrap();
    let door = list["items"][0]["id"].clone();
    assert!(records > 1000);
    assert!(!engine.call("search", json!({ "q": "qian" })).unwrap()["items"].as_array().unwrap().is_empty());
    let file = engine.call("get_household", json!({ "id": door })).unwrap();
    let person = file["persons"][0]["id"].clone();
    engine.call("edit_person", json!({ "id": person, "edit": { "phone": "13700000000" } })).unwrap();
}

/// With the real server in the same process and on the same thread: all of it, and the server's part.
fn with_server(w: &mut World, name: &'static str) -> (Cost, Cost) {
    let place = w.enrol(name, Role::Worker, FIRST_GRID);
    let device = &w.devices[place];
    device.line.stop_watching();
    let before = device.line.answered_in();
    let (took, report) = measured(|| device.engine().sync(None).unwrap());
    assert!(report.agreed);
    let answered = device.line.answered_in() - before;
    device.close();
    (took, Cost { wall: answered, cpu: answered })
}
