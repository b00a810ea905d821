//! What a device does without a network: import, list, edit.

use crate::meter::{Cost, measured, median, note, say, say_rounds};
use e2e::plain::{Plain, PlainRow, rows};
use e2e::world::{COMMUNITY, Device, FIRST_GRID, World};
use serde_json::json;
use shared_model::Role;
use shared_model::rules::access;
use std::time::Duration;

const LEDGER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/一网格居民台账.xlsx");

/// A world on the disk with an office that has synced.
pub fn world() -> World {
    let mut w = World::bare(1, tempfile::tempdir().unwrap());
    w.enrol("王主任", Role::Office, COMMUNITY);
    w.devices[0].sync();
    w
}

/// The sample ledger, through the office.
fn import_ledger(office: &Device) -> Cost {
    let (took, report) = measured(|| office.engine().call("import_roster", json!({ "file": LEDGER, "grid": FIRST_GRID })).unwrap());
    assert_eq!(report["households"], json!(459));
    took
}

/// The rows that a role may read, as plain as they can be.
pub fn plain_of(w: &World, role: Role) -> Vec<PlainRow> {
    rows(&w.ledger(), |class| access(role, class).reads())
}

pub fn import() {
    let (mut times, mut bounds) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let w = world();
        times.push(import_ledger(&w.devices[0]));
        w.devices[0].sync();
        let rows = plain_of(&w, Role::Office);
        let mut plain = Plain::make(&w.path().join("plain.db"));
        bounds.push(measured(|| plain.upsert(&rows)).0);
    }
    let got = median(&times).wall;
    say("import of 459 households, 1,223 people", got, median(&bounds).wall, "< 1,000 ms", got < Duration::from_secs(1));
}

/// An office with the whole ledger, synced; and the same rows plainly.
pub fn filled() -> (World, Vec<PlainRow>, Plain) {
    let w = world();
    import_ledger(&w.devices[0]);
    w.devices[0].sync();
    let rows = plain_of(&w, Role::Office);
    let mut plain = Plain::make(&w.path().join("plain.db"));
    plain.upsert(&rows);
    (w, rows, plain)
}

pub fn list() {
    let (w, _, plain) = filled();
    let engine = w.devices[0].engine();
    let (mut times, mut bounds) = (Vec::new(), Vec::new());
    for _ in 0..60 {
        let (took, list) = measured(|| engine.call("list_households", json!({ "limit": 500 })).unwrap());
        assert_eq!(list["items"].as_array().unwrap().len(), 459);
        times.push(took);
        bounds.push(measured(|| plain.list()).0);
    }
    let got = median(&times).wall;
    say("list of 500 households", got, median(&bounds).wall, "< 5 ms", got < Duration::from_millis(5));
}

pub fn edit() {
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
    let (mut times, mut bounds, mut logged) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..300 {
        let id = &people[n % people.len()];
        times.push(measured(|| engine.call("edit_person", json!({ "id": id, "edit": { "phone": format!("137{n:08}") } })).unwrap()).0);
        let row = persons[(n * 37) % persons.len()];
        let mut row = PlainRow { kind: row.kind, values: row.values.clone() };
        row.values[7] = format!("137{n:08}").into(); // a row that says the same again would not be written at all
        bounds.push(measured(|| plain.upsert(std::slice::from_ref(&row))).0);
        row.values[7] = format!("138{n:08}").into();
        logged.push(measured(|| plain.upsert_and_log(&row)).0);
    }
    let (got, logged) = (median(&times), median(&logged));
    say_rounds("edit of one person", &times, &bounds, |c| c.wall, 1.5);
    note(&format!(
        "plain: an upsert of the one row, nothing of it kept for a sync; with the row appended to an outbox too: {:.2} ms, {:.2} ×",
        crate::meter::ms(logged.wall),
        crate::meter::times(got.wall, logged.wall)
    ));
}
