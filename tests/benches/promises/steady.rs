//! What comes after the first sync: changes of others arriving, many at once, the server taking in what was pushed, and the file of a device
//! that has worked for years.

use crate::local::{filled, plain_of};
use crate::meter::{Cost, measured, median, ms, note, say_ratio};
use e2e::plain::{Plain, PlainRow, SameRows};
use e2e::replay::{self, Tape};
use e2e::world::{Device, Exchange, FIRST_GRID, World, copy_home};
use serde_json::json;
use shared_model::Role;
use shared_model::records::Kind;
use shared_model::wire::{SyncReply, from_cbor};
use std::path::PathBuf;

const ROUNDS: usize = 5;
/// Edits pushed at once to the server.
const GROUP: usize = 100;
/// Tables and indexes that hold the facts and what screens ask of them.
const OF_ROWS: [&str; 9] = ["unit", "household", "person", "party_hub", "visit", "case", "case_step", "held_item", "due"];

/// People that the office may edit.
pub fn people(office: &Device) -> Vec<String> {
    let doors: Vec<String> = office.doors().into_values().collect();
    let files = doors.iter().map(|id| office.call("get_household", json!({ "id": id })));
    files.flat_map(|f| f["persons"].as_array().unwrap().iter().map(|p| p["id"].as_str().unwrap().to_string()).collect::<Vec<_>>()).collect()
}

/// Writes a number of edits, each of another person as long as there are any.
pub fn edit(office: &Device, people: &[String], from: usize, count: usize) {
    let engine = office.engine();
    for n in from..from + count {
        let args = json!({ "id": people[n % people.len()], "edit": { "phone": format!("136{n:08}") } });
        engine.call("edit_person", args).unwrap();
    }
}

/// Homes of a device as it stands, the sync it would do next, and that sync done.
pub fn about_to_sync(w: &World, device: &Device, copies: usize) -> (Vec<PathBuf>, Vec<Exchange>) {
    device.close();
    let homes: Vec<PathBuf> = (0..copies).map(|n| w.path().join(format!("copy-{}-{n}", w.clock.now_ms()))).collect();
    homes.iter().for_each(|home| copy_home(&device.home(), home));
    device.kill();
    device.line.record();
    device.sync();
    (homes, device.line.take_tape())
}

/// What the device does with these answers.
pub fn replayed(device: &Device, homes: &[PathBuf], answers: &[Exchange], changes: usize) -> Cost {
    let mut costs = Vec::new();
    for home in homes {
        let engine = replay::engine(home, device.env.clone(), Tape::of(answers));
        let (took, report) = measured(|| engine.sync(None).unwrap());
        assert!(report.agreed);
        assert_eq!(report.pulled as usize, changes);
        costs.push(took);
    }
    median(&costs)
}

/// The same facts plainly: the answer is read, each row upserted whole and appended to a log, one transaction an answer.
pub fn plainly(w: &World, all: &[PlainRow], answers: &[Exchange], changes: usize) -> Cost {
    let persons: Vec<&PlainRow> = all.iter().filter(|r| r.kind == Kind::Person).collect();
    let mut costs = Vec::new();
    for n in 0..ROUNDS {
        let mut plain = Plain::make(&w.path().join(format!("pulled-{}-{n}.db", w.clock.now_ms())));
        plain.upsert(all);
        let rows: Vec<PlainRow> = (0..changes)
            .map(|at| {
                let row = persons[at % persons.len()];
                let mut values = row.values.clone();
                values[7] = format!("13{}{at:08}", n % 10).into();
                PlainRow { kind: row.kind, values }
            })
            .collect();
        let packed: Vec<Vec<u8>> = answers.iter().map(|e| zstd::bulk::compress(&e.reply, 3).unwrap()).collect();
        costs.push(
            measured(|| {
                for body in &packed {
                    let body = zstd::stream::decode_all(body.as_slice()).unwrap();
                    let _: SyncReply = from_cbor(&body).unwrap();
                }
                plain.upsert_and_log_all(&rows);
            })
            .0,
        );
    }
    median(&costs)
}

/// 100 changes of others, and 10,000.
pub fn changes() {
    let (mut w, ..) = filled();
    let place = w.enrol("安然", Role::Worker, FIRST_GRID);
    w.devices[place].sync();
    let all = plain_of(&w, Role::Worker);
    let (office, ana) = (&w.devices[0], &w.devices[place]);
    let people = people(office);
    let mut from = 0;
    for (count, most_wall, most_cpu) in [(GROUP, None, 1.3), (10_000, Some(1.6), 1.6)] {
        edit(office, &people, from, count);
        office.sync();
        from += count;
        w.clock.pass_ms(60_000);
        let (homes, answers) = about_to_sync(&w, ana, ROUNDS);
        let bytes = Tape::of(&answers).bytes();
        let (got, bound) = (replayed(ana, &homes, &answers, count), plainly(&w, &all, &answers, count));
        say_ratio(&format!("{count} changes of others, processor"), got.cpu, bound.cpu, most_cpu);
        if let Some(most) = most_wall {
            say_ratio(&format!("{count} changes of others"), got.wall, bound.wall, most);
        }
        note(&format!(
            "{} bytes a change on the wire; plain: the answer read, each row upserted whole and appended to a log",
            bytes / count
        ));
    }
    file(&w, office, &format!("wrote {from} edits and had each of them judged"));
}

/// The file of a device, of which is said what it did, beside its rows alone.
pub fn file(w: &World, device: &Device, did: &str) {
    let id = device.id();
    device.close();
    let all = SameRows::read(&device.home());
    let of_rows = all.only(|table| OF_ROWS.contains(&table));
    let size = |rows: &SameRows, name: &str| {
        let path = w.path().join(name);
        let mut db = rows.make(&path);
        rows.insert(&mut db);
        db.execute_batch("pragma wal_checkpoint(truncate)").unwrap();
        usize::try_from(std::fs::metadata(path).unwrap().len()).unwrap()
    };
    let here = usize::try_from(std::fs::metadata(device.home().join("gridwalk.db")).unwrap().len()).unwrap();
    note(&format!("file of the device that {did}: {here} B; its rows + indexes plainly: {} B", size(&of_rows, &format!("{id}-rows.db"))));
    note(&format!("of it its rows of every kind, written anew: {} B", size(&all, &format!("{id}-all.db"))));
}

/// The server takes in what an office pushes, with the full gate and the library's shadow apply.
pub fn ingest() {
    let (w, ..) = filled();
    let office = &w.devices[0];
    let people = people(office);
    office.line.stop_watching();
    let (mut got, mut appended) = (Vec::new(), Vec::new());
    let mut log = rusqlite::Connection::open(w.path().join("log.db")).unwrap();
    log.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = full; create table log (seq integer primary key, record blob not null, body blob not null) strict;",
    )
    .unwrap();
    for round in 0..10 {
        edit(office, &people, round * GROUP, GROUP);
        let before = office.line.answered_in();
        office.sync();
        let took = office.line.answered_in() - before;
        got.push(Cost { wall: took, cpu: took });
        appended.push(
            measured(|| {
                let tx = log.transaction().unwrap();
                for n in 0..GROUP {
                    let id = people[(round * GROUP + n) % people.len()].as_bytes();
                    tx.prepare_cached("insert into log (record, body) values (?1, ?2)")
                        .unwrap()
                        .execute(rusqlite::params![id, [7_u8; 160].as_slice()])
                        .unwrap();
                }
                tx.commit().unwrap();
            })
            .0,
        );
    }
    let (got, appended) = (median(&got), median(&appended));
    say_ratio(&format!("server: {GROUP} commands judged with the full gate"), got.wall, appended.wall, 1.6);
    note(&format!(
        "{:.0} µs a command with its answer; plain: an append of as many bytes, one transaction of {GROUP}; the promise is of the cheap gate",
        ms(got.wall) * 1000.0 / GROUP as f64
    ));
}
