//! The contract of the command line: stdout is the reply, stderr is one JSON failure and nothing else, exit code 1.
#![allow(clippy::unwrap_used)] // a test may, and so may what it is made of

use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gridwalk-headless"));
    command.env_remove("GRIDWALK_HOME").stdin(Stdio::null());
    command
}

fn at(home: &Path, args: &[&str]) -> Output {
    program().arg("--home").arg(home).args(args).output().unwrap()
}

/// The reply on stdout; it must be one line, and stderr silent.
fn reply(done: &Output) -> Value {
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{err}");
    assert_eq!(err, "");
    assert_eq!(out.matches('\n').count(), 1, "{out}");
    serde_json::from_str(&out).unwrap()
}

/// The failure on stderr; it must be one line, stdout silent, exit code 1.
fn failure(done: &Output) -> Value {
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert_eq!(done.status.code(), Some(1), "{out}");
    assert_eq!(out, "");
    assert_eq!(err.matches('\n').count(), 1, "{err}");
    let failure: Value = serde_json::from_str(&err).unwrap_or_else(|_| panic!("{err}"));
    assert!(failure["message"].as_str().is_some_and(|m| !m.is_empty()), "{failure}");
    failure
}

#[test]
fn flags_that_are_not_understood_are_one_json_failure() {
    let home = tempfile::tempdir().unwrap();
    for args in [
        &["--frobnicate"][..],
        &[],
        &["frobnicate"],
        &["enrol", "gridwalk:1?"],
        &["import", "file.xlsx"],
        &["serve", "--listen", "nowhere"],
    ] {
        assert_eq!(failure(&at(home.path(), args))["code"], "invalid_args", "{args:?}");
    }
}

#[test]
fn a_home_that_nobody_named_is_asked_for() {
    assert_eq!(failure(&program().args(["call", "whoami", "{}"]).output().unwrap())["code"], "invalid_args");
}

#[test]
fn help_and_version_are_no_failure() {
    for flag in ["--help", "--version"] {
        let done = program().arg(flag).output().unwrap();
        assert!(done.status.success() && !done.stdout.is_empty() && done.stderr.is_empty(), "{flag}");
    }
}

#[test]
fn the_command_list_is_told_as_json() {
    let list = reply(&program().arg("commands").output().unwrap());
    let names: Vec<_> = list.as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
    for name in ["whoami", "list_households", "add_visit", "settle_conflict", "sync_now", "fill_table", "get_holdings"] {
        assert!(names.contains(&name), "{name}");
    }
}

#[test]
fn an_unknown_command_is_named_as_such_even_with_bad_arguments() {
    let home = tempfile::tempdir().unwrap();
    for args in ["{}", "{bad"] {
        assert_eq!(failure(&at(home.path(), &["call", "frobnicate", args]))["code"], "unknown_command");
    }
}

#[test]
fn malformed_json_is_bad_json_and_json_that_is_no_object_is_invalid() {
    let home = tempfile::tempdir().unwrap();
    for bad in ["{bad", "{\"limit\": }", "{} x"] {
        assert_eq!(failure(&at(home.path(), &["call", "list_households", bad]))["code"], "bad_json", "{bad}");
    }
    for bad in ["[]", "1", "null", "\"x\""] {
        assert_eq!(failure(&at(home.path(), &["call", "list_households", bad]))["code"], "invalid_args", "{bad}");
    }
}

#[test]
fn a_device_that_nobody_enrolled_says_so_and_answers_nothing_else() {
    let home = tempfile::tempdir().unwrap();
    let who = reply(&at(home.path(), &["call", "whoami"]));
    assert_eq!((&who["enrolled"], &who["role"]), (&json!(false), &Value::Null));
    for (command, args) in
        [("list_households", "{}"), ("search", r#"{"q": "a"}"#), ("add_visit", r#"{"household": "h", "outcome": "met"}"#)]
    {
        assert_eq!(failure(&at(home.path(), &["call", command, args]))["code"], "locked", "{command}");
    }
    assert_eq!(failure(&at(home.path(), &["sync", "--json"]))["code"], "locked");
    assert_eq!(failure(&at(home.path(), &["unlock", "--pin", "135790"]))["code"], "invalid_args");
}

#[test]
fn arguments_may_come_from_stdin_so_that_no_process_list_shows_them() {
    let home = tempfile::tempdir().unwrap();
    let mut child = program()
        .arg("--home")
        .arg(home.path())
        .args(["call", "whoami", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"{}").unwrap();
    assert_eq!(reply(&child.wait_with_output().unwrap())["enrolled"], false);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child = program().arg("commands").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success());
    assert_eq!(String::from_utf8_lossy(&done.stderr), "");
}

#[test]
fn the_home_and_its_log_belong_to_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("device");
    reply(&at(&home, &["call", "whoami"]));
    for path in [home.clone(), home.join("log")] {
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0, "{}", path.display());
    }
    assert!(home.join("log/gridwalk.log").is_file());
}

#[test]
fn the_demo_never_empties_a_folder_that_is_not_its_own() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("thesis.txt"), "years of work").unwrap();
    let done = program().args(["demo", "--no-window", "--data"]).arg(folder.path()).output().unwrap();
    assert_eq!(failure(&done)["code"], "invalid_args");
    assert!(folder.path().join("thesis.txt").is_file());
}

#[test]
fn a_reply_that_cannot_be_written_is_a_full_disk() {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let done = program().arg("commands").stdout(full).output().unwrap();
    assert_eq!(failure(&done)["code"], "disk_full");
}
