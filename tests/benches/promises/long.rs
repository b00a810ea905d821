//! What takes minutes to make ready: 100,000 changes at once, and five years of a grid.

use crate::local::{filled, plain_of};
use crate::meter::{note, say_ratio};
use crate::steady::{about_to_sync, edit, file, people, plainly, replayed};
use e2e::replay::Tape;
use e2e::world::{Device, FIRST_GRID, World};
use serde_json::json;
use shared_model::Role;

const ROUNDS: usize = 3;
const CHANGES: usize = 100_000;

/// What a grid writes in a year: every door three times, an edit of every third person, two cases a week with two steps each.
const VISITS_A_DOOR: usize = 3;
const EDITS: usize = 500;
const CASES: usize = 100;
const YEARS: usize = 5;
const DAY_MS: i64 = 24 * 3_600_000;

/// A filled world with one worker who has synced.
fn with_worker() -> (World, usize) {
    let (mut w, ..) = filled();
    let place = w.enrol("安然", Role::Worker, FIRST_GRID);
    w.devices[place].sync();
    (w, place)
}

/// 100,000 changes of others, in as many answers as they take.
pub fn many() {
    let (w, place) = with_worker();
    let all = plain_of(&w, Role::Worker);
    let (office, ana) = (&w.devices[0], &w.devices[place]);
    edit(office, &people(office), 0, CHANGES);
    office.sync();
    w.clock.pass_ms(60_000);
    let (homes, answers) = about_to_sync(&w, ana, ROUNDS);
    let bytes = Tape::of(&answers).bytes();
    let (got, bound) = (replayed(ana, &homes, &answers, CHANGES), plainly(&w, &all, &answers, CHANGES));
    say_ratio(&format!("{CHANGES} changes of others"), got.wall, bound.wall, 2.0);
    say_ratio(&format!("{CHANGES} changes of others, processor"), got.cpu, bound.cpu, 2.0);
    note(&format!(
        "{} bytes a change, {} answers; plain: read, each row upserted whole and appended to a log",
        bytes / CHANGES,
        answers.len()
    ));
}

/// A year of the grid, written at the office.
fn year(office: &Device, doors: &[String], people: &[String], which: usize) {
    let engine = office.engine();
    let call = |command: &str, args| engine.call(command, args).unwrap();
    for round in 0..VISITS_A_DOOR {
        for (n, door) in doors.iter().enumerate() {
            call(
                "add_visit",
                json!({ "household": door, "outcome": if n % 7 == 0 { "absent" } else { "met" }, "note": format!("第{round}次：家里都好，问了用药和煤气") }),
            );
        }
    }
    edit(office, people, which * EDITS, EDITS);
    for n in 0..CASES {
        let args = json!({ "matter": "01016", "title": "路灯不亮", "household": doors[(which * CASES + n) % doors.len()] });
        let case = call("add_case", args)["id"].clone();
        call("add_step", json!({ "case": case, "transition": "comment", "note": "看过，约了师傅" }));
        call("add_step", json!({ "case": case, "transition": "comment", "note": "换好了" }));
    }
}

/// The files of the office and of a worker after five years, a backup and a compaction every year.
pub fn years() {
    let (w, place) = with_worker();
    let (office, ana) = (&w.devices[0], &w.devices[place]);
    let (doors, people) = (office.doors().into_values().collect::<Vec<_>>(), people(office));
    for which in 0..YEARS {
        year(office, &doors, &people, which);
        office.sync();
        ana.sync();
        w.back_up();
        w.clock.pass_ms(365 * DAY_MS);
        w.server().compact(30 * DAY_MS).unwrap();
        office.sync();
        ana.sync();
    }
    let did = format!("{YEARS} years: {} visits, {} edits, {} cases", YEARS * VISITS_A_DOOR * doors.len(), YEARS * EDITS, YEARS * CASES);
    file(&w, office, &format!("wrote all of {did}"));
    file(&w, ana, &format!("was there through {did}"));
}
