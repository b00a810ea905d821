//! What takes minutes to make ready: 100,000 changes at once, and five years of a grid.

use crate::local::{filled, plain_of};
use crate::meter::{measured, median, note, say, say_ratio};
use crate::steady::{about_to_sync, edit, file, people, plainly, replayed};
use e2e::replay::Tape;
use e2e::world::{Device, FIRST_GRID, World};
use serde_json::json;
use shared_model::Role;
use std::time::Duration;

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
    in_the_hand(ana);
}

/// What the first screen of a worker asks for.
const TODAY: [(&str, &str); 6] = [
    ("whoami", "{}"),
    ("sync_status", "{}"),
    ("list_drafts", "{}"),
    ("list_due", "{}"),
    ("list_cases", r#"{"state":"open","limit":20}"#),
    ("list_notices", "{}"),
];
/// As people look for people: name, part of it, pinyin, initials, a door in two writings, the end of a number, a tag, nothing that is there.
const SOUGHT: [&str; 9] = ["王秀英", "秀英", "wangxiuying", "wxy", "3-2-501", "3号楼2单元501", "4127", "独居", "qqqq"];

/// What a person waits for on a phone that has five years in it.
fn in_the_hand(d: &Device) {
    let mut opened = Vec::new();
    for _ in 0..5 {
        d.close();
        opened.push(
            measured(|| {
                d.wake();
                let engine = d.engine();
                for (command, args) in TODAY {
                    engine.call(command, serde_json::from_str(args).unwrap()).unwrap();
                }
            })
            .0,
        );
    }
    let engine = d.engine();
    let again = (0..9)
        .map(|_| measured(|| TODAY.map(|(command, args)| engine.call(command, serde_json::from_str(args).unwrap()).unwrap())).0)
        .collect::<Vec<_>>();
    let got = median(&opened).wall;
    say("from a closed store to all of the first screen", got, median(&again).wall, "< 1,000 ms", got < Duration::from_secs(1));
    note("plain: the same answers from the store that is open; without the PIN, whose derivation is slow on purpose");
    let mut slowest = Duration::ZERO;
    let mut bound = Duration::ZERO;
    let found = SOUGHT.iter().filter(|q| engine.call("search", json!({ "q": q })).unwrap()["total"] != json!(0)).count();
    assert!(found >= 5, "most of what is sought is there: {found}");
    for q in SOUGHT {
        let took = (0..9).map(|_| measured(|| engine.call("search", json!({ "q": q })).unwrap()).0).collect::<Vec<_>>();
        if median(&took).wall > slowest {
            slowest = median(&took).wall;
        }
        bound = measured(|| engine.call("list_codes", json!({})).unwrap()).0.wall.max(bound);
    }
    say("search among the people of the grid, the slowest of nine", slowest, bound, "< 30 ms", slowest < Duration::from_millis(30));
    note("plain: a command that reads nothing");
    let doors: Vec<String> = d.doors().into_values().take(50).collect();
    let visits = doors
        .iter()
        .map(|h| measured(|| engine.call("add_visit", json!({ "household": h, "outcome": "met" })).unwrap()).0)
        .collect::<Vec<_>>();
    let (got, lists) =
        (median(&visits).wall, doors.iter().map(|h| measured(|| engine.call("get_household", json!({ "id": h })).unwrap()).0));
    let bound = median(&lists.collect::<Vec<_>>()).wall;
    say("a visit, from the call to the disk", got, bound, "< 100 ms", got < Duration::from_millis(100));
    note("plain: the file of the household read");
}
