//! Two devices served by the real program against a real server: what is written on one arrives at the other by itself, because the server
//! wakes it. Nothing here calls a sync, and nothing sleeps: the tests wait for the device's own events. Needs the `sync-server` program beside
//! this one (`cargo build -p sync-server`).
#![allow(clippy::unwrap_used)] // a test may, and so may what it is made of

mod support;

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Lines};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use support::Program;

const GRID: &str = "6101040019011001";
const UNITS: &str = "code,parent,kind,name\n610104,,district,莲湖区\n610104001,610104,street,青年路街道\n\
    610104001901,610104001,community,示例社区\n6101040019011001,610104001901,grid,第一网格\n";
const ROSTER: &str =
    "小区,楼号,单元,房号,姓名,与户主关系,联系电话\n示例苑,1,1,101,贺兰,户主,13900000001\n示例苑,1,1,102,司徒,户主,13900000002\n";
/// Far below the pause of a device that is not woken (two and a half minutes at least).
const SOON: Duration = Duration::from_secs(60);

/// A server that can be stopped and started on its port.
struct Server {
    program: PathBuf,
    folder: tempfile::TempDir,
    address: String,
    child: Option<Child>,
}

impl Server {
    fn new() -> Server {
        let program = Path::new(env!("CARGO_BIN_EXE_gridwalk-headless")).with_file_name("sync-server");
        assert!(program.is_file(), "build it first: cargo build -p sync-server");
        let folder = tempfile::tempdir().unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let mut server = Server { program, folder, address, child: None };
        let units = server.folder.path().join("units.csv");
        std::fs::write(&units, UNITS).unwrap();
        server.admin(&["init", "--units", units.to_str().unwrap(), "--url", &format!("http://{}", server.address)]);
        server.start();
        server
    }

    fn admin(&self, args: &[&str]) -> Vec<u8> {
        let done = Command::new(&self.program).args(args).arg("--data").arg(self.folder.path().join("server")).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        done.stdout
    }

    fn start(&mut self) {
        let mut command = Command::new(&self.program);
        command.args(["serve", "--listen", &self.address, "--data"]).arg(self.folder.path().join("server"));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        // It says where it listens once it does.
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
        self.child = Some(child);
    }

    fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ended = child.kill();
            let _status = child.wait();
        }
    }

    /// A device of this person, serving. What it is to import it has imported before.
    fn device(&self, role: &str, unit: &str, name: &str, roster: Option<&str>) -> Device {
        let made = self.admin(&["invite", "--role", role, "--unit", unit, "--name", name, "--auto-confirm", "--json"]);
        let invite = serde_json::from_slice::<Value>(&made).unwrap()["invite"].as_str().unwrap().to_owned();
        let home = self.folder.path().join(role);
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
            let file = self.folder.path().join("roster.csv");
            std::fs::write(&file, roster).unwrap();
            run(&["sync"]); // a roster needs the grid it belongs to
            run(&["import", file.to_str().unwrap(), "--grid", GRID]);
        }
        let ui = self.folder.path().join("ui");
        std::fs::create_dir_all(&ui).unwrap();
        std::fs::write(ui.join("index.html"), "a page").unwrap();
        let program = Program::start(program().args(["serve", "--listen", "127.0.0.1:0", "--ui"]).arg(&ui), "Gridwalk: ");
        let mut events = BufReader::new(program.open("GET", "/api/events", &[], "")).lines();
        while !events.next().unwrap().unwrap().is_empty() {}
        Device { program, events }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
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
    let mut worker = server.device("worker", GRID, "安然", None);
    worker.until("the worker's first sync", |d| d.call("sync_status", json!({}))["agreed"] == true);
    let mut office = server.device("office", "610104001901", "周敏", Some(ROSTER));
    assert_eq!(office.count(), 2);
    worker.until("the roster at the worker's", |d| d.count() == 2);
    office.until("the office's own verdicts", |d| d.call("sync_status", json!({}))["pending"] == 0);

    // And back, to a device that has been still for a while.
    let door = worker.call("list_households", json!({ "limit": 1 }))["items"][0]["id"].clone();
    worker.call("edit_household", json!({ "id": door, "edit": { "note": "白天在家" } }));
    office.until("the note at the office", |d| d.note(&door).to_string().contains("白天在家"));

    // A server that was away: what was written meanwhile arrives once it is back, again without a call.
    server.stop();
    office.call("edit_household", json!({ "id": door, "edit": { "note": "晚上在家" } }));
    office.until("the office notices", |d| d.call("sync_status", json!({}))["offline"] == true);
    server.start();
    worker.until("the second note", |d| d.note(&door).to_string().contains("晚上在家"));
    assert_eq!(worker.call("sync_status", json!({}))["refused"], 0);
}
