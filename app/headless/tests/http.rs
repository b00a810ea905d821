//! The HTTP front door as a browser, and as a hostile page, would meet it: the real program on a real port.
#![allow(clippy::unwrap_used)] // a test may, and so may what it is made of

mod support;

use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::ops::{Deref, DerefMut};
use std::process::Command;

/// The program serving an empty home.
struct Program {
    program: support::Program,
    _home: tempfile::TempDir,
}

impl Program {
    fn start(listen: &str) -> Program {
        let home = tempfile::tempdir().unwrap();
        let ui = home.path().join("ui");
        std::fs::create_dir_all(&ui).unwrap();
        std::fs::write(ui.join("index.html"), "<!doctype html><title>page</title>").unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_gridwalk-headless"));
        command.args(["serve", "--listen", listen, "--home"]).arg(home.path().join("device")).arg("--ui").arg(&ui);
        Program { program: support::Program::start(&mut command, "Gridwalk: "), _home: home }
    }

    fn call(&self, command: &str, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
        self.post(&format!("/api/{command}"), headers, body)
    }

    /// Status and code of a call that fails.
    fn refused(&self, command: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
        let (status, failure) = self.call(command, headers, body);
        (status, failure["code"].as_str().unwrap_or_default().to_owned())
    }
}

impl Deref for Program {
    type Target = support::Program;

    fn deref(&self) -> &support::Program {
        &self.program
    }
}

impl DerefMut for Program {
    fn deref_mut(&mut self) -> &mut support::Program {
        &mut self.program
    }
}

#[test]
fn a_page_reads_the_ui_and_calls_commands() {
    let program = Program::start("127.0.0.1:0");
    let (status, head, page) = program.ask("GET", "/", &[], "");
    assert_eq!((status, page.as_slice()), (200, &b"<!doctype html><title>page</title>"[..]));
    assert!(head.contains("content-security-policy: default-src 'self'") && head.contains("frame-ancestors 'self'"), "{head}");
    assert!(head.contains("x-content-type-options: nosniff"), "{head}");
    let (status, head, body) = program.ask("POST", "/api/whoami", &[], "{}");
    assert_eq!((status, serde_json::from_slice::<Value>(&body).unwrap()["enrolled"].clone()), (200, json!(false)));
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
        ("import_orders", r#"{"file": "/etc/passwd"}"#),
        ("import_xlsform", r#"{"file": "/etc/passwd"}"#),
        ("export_orders", r#"{"out": "/tmp/a.xlsx"}"#),
        ("export_ledger", r#"{"kind": "person", "out": "/tmp/a.xlsx"}"#),
        ("weekly_sheet", r#"{"out": "/tmp/a.xlsx"}"#),
        ("door_list", r#"{"building": "1", "out": "/tmp/a.xlsx"}"#),
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
