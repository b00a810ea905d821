//! The program itself: its command line, its lock, its HTTP.

#![allow(clippy::unwrap_used)]

mod support;

use shared_model::class::Class;
use shared_model::rules::Role;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;
use support::*;

fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sync-server"));
    command.args(args);
    command
}

fn run(args: &[&str]) -> Output {
    program(args).output().unwrap()
}

fn error_code(out: &Output) -> String {
    assert_eq!(out.status.code(), Some(1));
    let error: serde_json::Value = serde_json::from_slice(&out.stderr).expect("one JSON on stderr");
    assert!(error["message"].is_string());
    error["code"].as_str().unwrap().to_string()
}

fn make(dir: &Path) -> String {
    let units = dir.join("units.csv");
    std::fs::write(&units, UNITS).unwrap();
    let data = dir.join("server").display().to_string();
    let out = run(&["init", "--data", &data, "--units", &units.display().to_string(), "--url", "http://127.0.0.1:1"]);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    data
}

struct Serving {
    child: Child,
    address: String,
}

impl Serving {
    fn start(data: &str) -> Self {
        let mut child =
            program(&["serve", "--data", data, "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("http://").expect("the address is printed once it listens").to_string();
        Serving { child, address }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    fn request(&self, method: &str, path: &str, headers: &[(String, String)], body: &[u8]) -> (u16, Vec<u8>) {
        let mut stream = self.connect();
        let headers: String = headers.iter().map(|(k, v)| format!("{k}: {v}\r\n")).collect();
        write!(stream, "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n", body.len())
            .unwrap();
        stream.write_all(body).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
        let status = String::from_utf8_lossy(&answer[9..12]).parse().unwrap();
        (status, answer[end + 4..].to_vec())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Already gone is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn now_ms() -> i64 {
    i64::try_from(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

#[test]
fn mistakes_are_one_json_with_a_code() {
    let dir = tempfile::tempdir().unwrap();
    let data = make(dir.path());
    let units = dir.path().join("units.csv").display().to_string();
    assert_eq!(error_code(&run(&["init", "--data", &data, "--units", &units, "--url", "http://x"])), "already_initialised");
    assert_eq!(error_code(&run(&["status", "--data", "/nonexistent"])), "not_initialised");
    assert_eq!(error_code(&run(&["invite", "--data", &data, "--role", "king", "--unit", GRID, "--name", "x"])), "invalid_args");
    assert_eq!(error_code(&run(&["invite", "--data", &data, "--role", "worker", "--unit", "0", "--name", "x"])), "not_found");
    assert_eq!(error_code(&run(&["fly"])), "invalid_args");
    for (n, bad) in ["", "code,parent,kind,name\n", "a,b\n", "code,parent,kind,name\n1,,planet,x\n", "code,parent,kind,name\n1,2,grid,x\n"]
        .iter()
        .enumerate()
    {
        let file = dir.path().join("bad.csv");
        std::fs::write(&file, bad).unwrap();
        let other = dir.path().join(format!("bad{n}")).display().to_string();
        assert_eq!(error_code(&run(&["init", "--data", &other, "--units", &file.display().to_string(), "--url", "http://x"])), "bad_units");
        assert!(!Path::new(&other).join("server.db").exists());
    }
}

#[cfg(unix)]
#[test]
fn the_data_folder_is_closed_to_others() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let data = make(dir.path());
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(Path::new(&data)), 0o700);
    assert_eq!(mode(&Path::new(&data).join("server.key")), 0o600);
}

#[test]
fn one_serve_a_folder_and_invites_beside_it() {
    let dir = tempfile::tempdir().unwrap();
    let data = make(dir.path());
    let mut serving = Serving::start(&data);
    assert_eq!(serving.request("GET", "/healthz", &[], b"").0, 200);
    assert_eq!(serving.request("GET", "/readyz", &[], b"").0, 200);
    assert_eq!(error_code(&run(&["serve", "--data", &data, "--listen", "127.0.0.1:0"])), "busy");
    let out = run(&["invite", "--data", &data, "--role", "office", "--unit", COMMUNITY, "--name", "王主任", "--auto-confirm", "--json"]);
    let invite: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert!(invite["invite"].as_str().unwrap().starts_with("gridwalk:1?u="));
    let status = Command::new("kill").args(["-TERM", &serving.child.id().to_string()]).status().unwrap();
    assert!(status.success());
    assert_eq!(serving.child.wait().unwrap().code(), Some(0));
    assert_eq!(Serving::start(&data).request("GET", "/healthz", &[], b"").0, 200, "the lock went with the program");
}

#[test]
fn a_device_syncs_over_http_and_is_woken() {
    let w = World::new();
    w.env.now.store(now_ms(), std::sync::atomic::Ordering::Relaxed);
    let (mut office, mut ana) = (w.office(), w.device(Role::Worker, GRID, "安然"));
    let b = office.make_building(1);
    office.sync(&w);
    ana.sync(&w);
    let serving = Serving::start(&w.path().display().to_string());

    let headers = ana.headers(now_ms(), "GET", "/v1/events", b"");
    let mut events = serving.connect();
    let headers: String = headers.iter().map(|(k, v)| format!("{k}: {v}\r\n")).collect();
    write!(events, "GET /v1/events HTTP/1.1\r\nhost: x\r\n{headers}\r\n").unwrap();
    let mut events = BufReader::new(events).lines();
    assert!(events.next().unwrap().unwrap().contains("200"));
    // The head of the answer is sent once the channel listens.
    while !events.next().unwrap().unwrap().is_empty() {}

    office.make_household(b, "101");
    let body = write(&office.request());
    let headers = office.headers(now_ms(), "POST", "/v1/sync", &body);
    let (status, answer) = serving.request("POST", "/v1/sync", &headers, &body);
    assert_eq!(status, 200);
    office.apply(&read(&answer));
    assert!(office.agreed);
    assert_eq!(serving.request("POST", "/v1/sync", &headers, &body).0, 409);

    let told: Vec<serde_json::Value> =
        events.map_while(Result::ok).filter_map(|l| serde_json::from_str(l.strip_prefix("data: ")?).ok()).take(2).collect();
    let classes: Vec<&str> = told.iter().map(|t| t["class"].as_str().unwrap()).collect();
    assert_eq!(classes, [Class::Door.name(), Class::Register.name()]);
    assert!(told.iter().all(|t| t["unit"] == b.to_string()));
}
