//! The HTTP front door as a browser, and as a hostile page, would meet it: the real program on a real port.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The program serving an empty home.
struct Program {
    child: Child,
    url: String,
    _home: tempfile::TempDir,
}

impl Program {
    fn start(listen: &str) -> Program {
        let home = tempfile::tempdir().unwrap();
        let ui = home.path().join("ui");
        std::fs::create_dir_all(&ui).unwrap();
        std::fs::write(ui.join("index.html"), "<!doctype html><title>page</title>").unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_gridwalk-headless"))
            .args(["serve", "--listen", listen, "--home"])
            .arg(home.path().join("device"))
            .arg("--ui")
            .arg(&ui)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("Gridwalk: ").unwrap_or_else(|| panic!("{line}")).to_owned();
        Program { child, url, _home: home }
    }

    fn port(&self) -> u16 {
        self.url.split(':').nth(2).unwrap().split('/').next().unwrap().parse().unwrap()
    }

    fn open(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> TcpStream {
        let mut line = TcpStream::connect(("127.0.0.1", self.port())).unwrap();
        line.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let own = format!("127.0.0.1:{}", self.port());
        let mut text = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
        let usual = [("host", own.as_str()), ("content-type", "application/json")];
        let unsaid = usual.iter().filter(|(name, _)| !headers.iter().any(|(given, _)| given == name));
        for (name, value) in unsaid.chain(headers) {
            text += &format!("{name}: {value}\r\n");
        }
        if method == "POST" && !headers.iter().any(|(name, _)| *name == "content-length") {
            text += &format!("content-length: {}\r\n", body.len());
        }
        line.write_all(format!("{text}\r\n{body}").as_bytes()).unwrap();
        line
    }

    /// Status, head and body.
    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, String, String) {
        let mut text = String::new();
        self.open(method, path, headers, body).read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), head.to_lowercase(), body.to_owned())
    }

    fn call(&self, command: &str, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
        let (status, _, body) = self.ask("POST", &format!("/api/{command}"), headers, body);
        (status, serde_json::from_str(&body).unwrap_or_else(|_| panic!("{body}")))
    }

    /// Status and code of a call that fails.
    fn refused(&self, command: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
        let (status, failure) = self.call(command, headers, body);
        (status, failure["code"].as_str().unwrap_or_default().to_owned())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}

#[test]
fn a_page_reads_the_ui_and_calls_commands() {
    let program = Program::start("127.0.0.1:0");
    let (status, head, page) = program.ask("GET", "/", &[], "");
    assert_eq!((status, page.contains("<title>page</title>")), (200, true));
    assert!(head.contains("content-security-policy: default-src 'self'") && head.contains("frame-ancestors 'self'"), "{head}");
    assert!(head.contains("x-content-type-options: nosniff"), "{head}");
    let (status, head, body) = program.ask("POST", "/api/whoami", &[], "{}");
    assert_eq!((status, serde_json::from_str::<Value>(&body).unwrap()["enrolled"].clone()), (200, json!(false)));
    assert!(head.contains("cache-control: no-store"), "{head}");
}

#[test]
fn failures_carry_their_code_and_their_status() {
    let program = Program::start("127.0.0.1:0");
    assert_eq!(program.refused("list_households", &[], "{}"), (423, "locked".into()));
    assert_eq!(program.refused("frobnicate", &[], "{}"), (404, "unknown_command".into()));
    assert_eq!(program.refused("whoami", &[], "{bad"), (400, "bad_json".into()));
    assert_eq!(program.refused("whoami", &[], "[]"), (400, "invalid_args".into()));
}

#[test]
fn a_page_may_not_name_a_path_of_this_machine() {
    let program = Program::start("127.0.0.1:0");
    let paths = [
        ("import_roster", r#"{"file": "/etc/passwd", "grid": "1"}"#),
        ("fill_table", r#"{"file": "/etc/passwd"}"#),
        ("sync_now", r#"{"trace": "/tmp"}"#),
    ];
    for (command, args) in paths {
        assert_eq!(program.refused(command, &[], args), (400, "invalid_args".into()), "{command}");
    }
}

#[test]
fn a_body_that_is_too_large_is_refused_before_it_is_read() {
    let program = Program::start("127.0.0.1:0");
    assert_eq!(program.refused("search", &[("content-length", "1048577")], ""), (413, "too_large".into()));
    assert_eq!(program.refused("import_roster", &[("content-length", "41943041")], ""), (413, "too_large".into()));
}

#[test]
fn a_foreign_name_that_leads_here_is_turned_away() {
    let program = Program::start("127.0.0.1:0");
    let foreign = format!("evil.example:{}", program.port());
    assert_eq!(program.refused("whoami", &[("host", &foreign)], "{}"), (403, "not_allowed".into()));
    assert_eq!(program.ask("GET", "/", &[("host", &foreign)], "").0, 403);
    assert_eq!(program.ask("GET", "/", &[("host", &format!("localhost:{}", program.port()))], "").0, 200);
}

#[test]
fn a_foreign_page_cannot_call_commands_or_hear_changes() {
    let program = Program::start("127.0.0.1:0");
    assert_eq!(program.refused("lock", &[("origin", "http://evil.example")], "{}"), (403, "not_allowed".into()));
    assert_eq!(program.refused("lock", &[("sec-fetch-site", "cross-site")], "{}"), (403, "not_allowed".into()));
    assert_eq!(program.refused("lock", &[("content-type", "text/plain")], "{}"), (400, "invalid_args".into()));
    assert_eq!(program.ask("GET", "/api/events", &[("origin", "http://evil.example")], "").0, 403);
    let own = format!("http://127.0.0.1:{}", program.port());
    assert_eq!(program.call("whoami", &[("origin", &own), ("sec-fetch-site", "same-origin")], "{}").0, 200);
}

#[test]
fn the_stream_of_changes_stays_open() {
    let program = Program::start("127.0.0.1:0");
    let mut lines = BufReader::new(program.open("GET", "/api/events", &[], "")).lines().map(Result::unwrap);
    assert!(lines.next().unwrap().contains(" 200 "));
    assert!(lines.any(|l| l.to_lowercase() == "content-type: text/event-stream"));
}

#[test]
fn on_another_address_only_the_printed_token_opens() {
    let program = Program::start("0.0.0.0:0");
    let token = program.url.split_once("/#s=").unwrap().1.to_owned();
    assert_eq!(program.ask("GET", "/", &[("host", "office-pc:1")], "").0, 200);
    assert_eq!(program.refused("whoami", &[], "{}"), (401, "no_session".into()));
    assert_eq!(program.refused("whoami", &[("x-gridwalk-session", &token.replace(|_| true, "0"))], "{}"), (401, "no_session".into()));
    assert_eq!(program.call("whoami", &[("x-gridwalk-session", &token)], "{}").0, 200);
    assert_eq!(program.ask("GET", "/api/events", &[], "").0, 401);
    let mut line = String::new();
    BufReader::new(program.open("GET", &format!("/api/events?s={token}"), &[], "")).read_line(&mut line).unwrap();
    assert!(line.contains(" 200 "), "{line}");
}

#[test]
fn asked_to_stop_it_stops_with_streams_open() {
    let mut program = Program::start("127.0.0.1:0");
    let mut first = String::new();
    let mut stream = BufReader::new(program.open("GET", "/api/events", &[], ""));
    stream.read_line(&mut first).unwrap();
    assert!(Command::new("kill").args(["-TERM", &program.child.id().to_string()]).status().unwrap().success());
    assert!(program.child.wait().unwrap().success());
}
