//! Two devices served by the real program against a real server: what is written on one arrives at the other by itself, because the server
//! wakes it. Nothing here calls a sync, and nothing sleeps: the tests wait for the device's own events. Needs the `sync-server` program beside
//! this one (`cargo build -p sync-server`).
#![allow(clippy::unwrap_used)] // a test may, and so may what it is made of

#[path = "support/server.rs"]
mod server;
mod support;

use serde_json::{Value, json};
use server::{COMMUNITY, GRID, Server};
use std::io::{BufRead, BufReader, Lines};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use support::Program;

const ROSTER: &str =
    "小区,楼号,单元,房号,姓名,与户主关系,联系电话\n示例苑,1,1,101,贺兰,户主,13900000001\n示例苑,1,1,102,司徒,户主,13900000002\n";
/// A picture of one pixel.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
/// Far below the pause of a device that is not woken (two and a half minutes at least).
const SOON: Duration = Duration::from_secs(60);

/// A device of this person, serving. What it is to import it has imported before.
fn device(server: &Server, role: &str, unit: &str, name: &str, roster: Option<&str>) -> Device {
    let invite = server.invite(role, unit, name);
    let home = server.folder.path().join(role);
    let program = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gridwalk-headless"));
        command.arg("--home").arg(&home).stdin(Stdio::null());
        command
    };
    let run = |args: &[&str]| {
        let done = program().args(args).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    run(&["enrol", &invite, "--pin", "135790"]);
    if let Some(roster) = roster {
        let file = server.folder.path().join("roster.csv");
        std::fs::write(&file, roster).unwrap();
        run(&["sync"]); // a roster needs the grid it belongs to
        run(&["import", file.to_str().unwrap(), "--grid", GRID]);
    }
    let program = Program::start(program().args(["serve", "--listen", "127.0.0.1:0", "--ui"]).arg(server.ui()), "Gridwalk: ");
    let mut events = BufReader::new(program.open("GET", "/api/events", &[], "")).lines();
    while !events.next().unwrap().unwrap().is_empty() {}
    Device { program, events }
}

struct Device {
    program: Program,
    events: Lines<BufReader<TcpStream>>,
}

impl Device {
    fn call(&self, command: &str, args: Value) -> Value {
        let (status, reply) = self.program.post(&format!("/api/{command}"), &[], &args.to_string());
        assert_eq!(status, 200, "{command}: {reply}");
        reply
    }

    /// Waits for this device's own events until it is so.
    fn until(&mut self, what: &str, is_so: impl Fn(&Device) -> bool) {
        let began = Instant::now();
        while !is_so(self) {
            assert!(began.elapsed() < SOON, "{what} took longer than {SOON:?}");
            // A comment every fifteen seconds is a line, too.
            self.events.next().expect("the device's events go on").unwrap();
        }
    }

    fn count(&self) -> u64 {
        self.call("list_households", json!({}))["total"].as_u64().unwrap()
    }

    fn note(&self, id: &Value) -> Value {
        self.call("get_household", json!({ "id": id }))["household"]["note"].clone()
    }
}

#[test]
fn what_is_written_on_one_device_reaches_the_other_by_itself() {
    let mut server = Server::new();
    let mut worker = device(&server, "worker", GRID, "安然", None);
    worker.until("the worker's first sync", |d| d.call("sync_status", json!({}))["agreed"] == true);
    let mut office = device(&server, "office", COMMUNITY, "周敏", Some(ROSTER));
    assert_eq!(office.count(), 2);
    worker.until("the roster at the worker's", |d| d.count() == 2);
    office.until("the office's own verdicts", |d| d.call("sync_status", json!({}))["pending"] == 0);

    // And back, to a device that has been still for a while.
    let door = worker.call("list_households", json!({ "limit": 1 }))["items"][0]["id"].clone();
    worker.call("edit_household", json!({ "id": door, "edit": { "note": "白天在家" } }));
    office.until("the note at the office", |d| d.note(&door).to_string().contains("白天在家"));

    // A photo follows its visit by itself, over real connections; whoever holds the visit looks at it.
    let photo = worker.call("stage_media", json!({ "data": PNG, "media": "photo" }));
    let args = json!({ "household": door, "outcome": "met", "attachments": [{ "token": photo["token"] }] });
    let visit = worker.call("add_visit", args)["id"].clone();
    worker.until("the photo at the server", |d| d.call("list_media", json!({}))["queued"] == 0);
    let of = |d: &Device| d.call("list_attachments", json!({ "of": visit }))["items"].clone();
    office.until("the visit at the office", |d| of(d).as_array().is_some_and(|items| items.len() == 1));
    let id = of(&office)[0]["id"].clone();
    office.until("the photo at the office", |d| {
        let (status, got) = d.program.post("/api/fetch_attachment", &[], &json!({ "id": id, "size": "full" }).to_string());
        status == 200 && got["data"].as_str().is_some_and(|data| data.starts_with("/9j/"))
    });

    // A server that was away: what was written meanwhile arrives once it is back, again without a call.
    server.stop();
    office.call("edit_household", json!({ "id": door, "edit": { "note": "晚上在家" } }));
    office.until("the office notices", |d| d.call("sync_status", json!({}))["offline"] == true);
    server.start();
    worker.until("the second note", |d| d.note(&door).to_string().contains("晚上在家"));
    assert_eq!(worker.call("sync_status", json!({}))["refused"], 0);
}
