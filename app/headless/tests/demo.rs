//! The demo as it ships: its own server, three devices, three rosters, the whole story. Whatever a step says is read back from the devices
//! through their own front doors. Needs the `sync-server` program beside this one (`cargo build -p sync-server`).
#![allow(clippy::unwrap_used)] // a test may, and so may what it is made of

mod support;

use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use support::Program;

struct Demo {
    program: Program,
    data: tempfile::TempDir,
    _ui: tempfile::TempDir,
}

impl Demo {
    fn start() -> Demo {
        let bin = Path::new(env!("CARGO_BIN_EXE_gridwalk-headless"));
        assert!(bin.with_file_name("sync-server").is_file(), "build it first: cargo build -p sync-server");
        let (data, ui) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::write(ui.path().join("index.html"), "a device").unwrap();
        std::fs::write(ui.path().join("demo.html"), "the demo").unwrap();
        let mut command = Command::new(bin);
        command.args(["demo", "--no-window", "--rosters", concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data")]);
        command.arg("--data").arg(data.path()).arg("--ui").arg(ui.path());
        Demo { program: Program::start(&mut command, "Gridwalk demo: "), data, _ui: ui }
    }

    /// The states as the page hears them, from now on.
    fn states(&self) -> impl Iterator<Item = Value> + use<> {
        let stream: TcpStream = self.program.open("GET", "/demo/events", &[], "");
        let lines = BufReader::new(stream).lines().map(Result::unwrap);
        lines.filter_map(|line| line.strip_prefix("data: ").map(|text| serde_json::from_str(text).unwrap()))
    }

    fn until(&self, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        self.states().find(is_so).unwrap_or_else(|| panic!("the demo ended before {what}"))
    }

    fn press(&self, button: &str, args: Value) -> Value {
        let (status, reply) = self.program.post(&format!("/demo/{button}"), &[], &args.to_string());
        assert_eq!(status, 200, "{button} {args}: {reply}");
        reply
    }

    fn call(&self, who: &str, command: &str, args: Value) -> Value {
        let (status, reply) = self.program.post(&format!("/d/{who}/api/{command}"), &[], &args.to_string());
        assert_eq!(status, 200, "{who} {command}: {reply}");
        reply
    }

    fn tell_all(&self) -> Value {
        let steps: Vec<Value> = (1..=7).map(|n| self.press("step", json!({ "n": n }))).collect();
        assert_eq!(self.press("step", json!({ "n": 3 })), steps[2], "a step is told again, not done again");
        self.until("the end of the story", |s| s["story"]["step"] == 8)["story"]["results"].clone()
    }
}

#[test]
fn the_whole_story_is_true_on_three_devices() {
    let demo = Demo::start();
    for (path, want) in [("/", "the demo"), ("/d/worker/", "a device"), ("/d/office/index.html", "a device")] {
        assert_eq!(String::from_utf8(demo.program.ask("GET", path, &[], "").2).unwrap(), want, "{path}");
    }
    assert_eq!(demo.program.ask("GET", "/d/nobody/", &[], "").0, 404);
    demo.until("it was ready", |s| s["ready"] == true);

    let found = demo.tell_all();
    assert_eq!(
        (&found["import"]["households"], &found["import"]["persons"], &found["import"]["errors"]),
        (&json!(459), &json!(1223), &json!(5))
    );
    assert_eq!(found["visits"]["kept"], 6);
    assert_eq!(found["settle"]["value"], "13900004127");
    let mut by: Vec<_> = found["settle"]["seen"].as_array().unwrap().iter().map(|v| v["by"].as_str().unwrap()).collect();
    by.sort_unstable();
    assert_eq!(by, ["周敏", "王秀梅"]);
    assert!(found["fill"]["rows"].as_u64() > Some(0) && found["head"]["doors"].as_u64() > Some(0), "{found}");
    assert_eq!(found["none"]["kinds"], json!(["reveal", "sync"]));

    let who: Vec<_> = ["worker", "head", "office"].iter().map(|w| demo.call(w, "whoami", json!({}))["name"].clone()).collect();
    assert_eq!(who, ["王秀梅", "刘玉芬", "周敏"]);
    for who in ["worker", "office"] {
        let file = demo.call(who, "get_household", json!({ "id": found["differ"]["household"] }));
        assert!(file["persons"].as_array().unwrap().iter().any(|p| p["phone"] == "13900004127"), "{who}");
    }
    a_device_online_syncs_by_itself_and_one_offline_never(&demo);
    the_blank_table_can_be_had(&demo);
    the_demo_takes_its_server_with_it(demo);
}

fn a_device_online_syncs_by_itself_and_one_offline_never(demo: &Demo) {
    let door = demo.call("worker", "list_households", json!({ "limit": 1 }))["items"][0]["id"].clone();
    let visit = json!({ "household": door, "outcome": "met", "note": "再看看" });
    demo.press("offline", json!({ "who": "worker", "offline": true }));
    demo.call("worker", "add_visit", visit.clone());
    demo.press("kill", json!({ "who": "worker" }));
    let (status, failure) = demo.program.post("/demo/sync", &[], r#"{"who": "worker"}"#);
    assert_eq!((status, &failure["code"]), (503, &json!("offline")));
    // Something else moves meanwhile; the worker's device does not.
    demo.call("head", "add_case", json!({ "matter": "01001", "title": "楼道有杂物", "building": demo.call("head", "list_households", json!({}))["items"][0]["building"] }));
    demo.until("the head's report went up by itself", |s| s["devices"]["head"]["pending"] == 0 && s["devices"]["head"]["agreed"] == true);
    assert_eq!(demo.call("worker", "sync_status", json!({}))["pending"], 1);
    demo.press("offline", json!({ "who": "worker", "offline": false }));
    demo.until("the worker's visit went up by itself", |s| {
        s["devices"]["worker"]["pending"] == 0 && s["devices"]["worker"]["agreed"] == true
    });
}

fn the_blank_table_can_be_had(demo: &Demo) {
    let (status, head, bytes) = demo.program.ask("GET", "/demo/table", &[], "");
    assert_eq!((status, &bytes[..2]), (200, &b"PK"[..]));
    assert!(head.contains("filename*=utf-8''%e6%b0%91"), "{head}");
}

fn the_demo_takes_its_server_with_it(demo: Demo) {
    let log = std::fs::read_to_string(demo.data.path().join("server/serve.log")).unwrap();
    let port = log.split("127.0.0.1:").nth(1).unwrap().split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap();
    assert!(TcpStream::connect(("127.0.0.1", port)).is_ok(), "the server runs");
    drop(demo.program);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "the server has gone");
}
