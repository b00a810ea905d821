//! Bad input at the command line of an enrolled office: each a clear code, exit 1, nothing written. Needs the `sync-server` program beside
//! this one (`cargo build -p sync-server`), because only a server enrols a device.
#![allow(clippy::unwrap_used)] // a test may, and so may what it is made of

use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

const GRID: &str = "6101040019011001";
const UNITS: &str = "code,parent,kind,name\n610104,,district,莲湖区\n610104001,610104,street,青年路街道\n\
    610104001901,610104001,community,示例社区\n6101040019011001,610104001901,grid,第一网格\n";

/// The office's device, and its server for as long as it lives.
struct Office {
    folder: tempfile::TempDir,
    server: Child,
}

impl Office {
    fn enrol() -> Office {
        let program = Path::new(env!("CARGO_BIN_EXE_gridwalk-headless")).with_file_name("sync-server");
        assert!(program.is_file(), "build it first: cargo build -p sync-server");
        let folder = tempfile::tempdir().unwrap();
        let (data, units) = (folder.path().join("server"), folder.path().join("units.csv"));
        std::fs::write(&units, UNITS).unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let admin = |args: &[&str]| {
            let done = Command::new(&program).args(args).arg("--data").arg(&data).output().unwrap();
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
            done.stdout
        };
        admin(&["init", "--units", units.to_str().unwrap(), "--url", &format!("http://{address}")]);
        let mut server = Command::new(&program)
            .args(["serve", "--listen", &address, "--data"])
            .arg(&data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // It says where it listens once it does.
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
        let office = Office { folder, server };
        let invite = admin(&["invite", "--role", "office", "--unit", "610104001901", "--name", "周敏", "--auto-confirm", "--json"]);
        let invite: Value = serde_json::from_slice(&invite).unwrap();
        office.reply(&["enrol", invite["invite"].as_str().unwrap(), "--pin", "135790"]);
        office.reply(&["sync", "--json"]);
        office
    }

    fn run(&self, args: &[&str]) -> Output {
        let home = self.folder.path().join("office");
        Command::new(env!("CARGO_BIN_EXE_gridwalk-headless")).arg("--home").arg(home).args(args).output().unwrap()
    }

    fn reply(&self, args: &[&str]) -> Value {
        let done = self.run(args);
        assert!(done.status.success() && done.stderr.is_empty(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
        serde_json::from_slice(&done.stdout).unwrap()
    }

    /// The code of a failure that kept the contract.
    fn code(&self, args: &[&str]) -> String {
        let done = self.run(args);
        let err = String::from_utf8_lossy(&done.stderr);
        assert_eq!((done.status.code(), done.stdout.is_empty(), err.matches('\n').count()), (Some(1), true, 1), "{args:?}: {err}");
        serde_json::from_str::<Value>(&err).unwrap()["code"].as_str().unwrap().to_owned()
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        let _ended = self.server.kill();
        let _status = self.server.wait();
    }
}

#[test]
fn what_cannot_be_read_is_refused_with_its_code_and_nothing_is_written() {
    let office = Office::enrol();
    let roster = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/一网格居民台账.xlsx")).unwrap();
    let files = [
        ("empty.csv", &b""[..], "empty_sheet"),
        ("words.xlsx", b"hello, world", "not_a_roster"),
        ("others.csv", "甲,乙\n1,2\n".as_bytes(), "not_a_roster"),
        ("latin.csv", b"\xd0\xd5\xc3\xfb,\xc3\xc5\xc5\xc6\nJos\xe9,1\n", "bad_encoding"),
        ("cut.xlsx", &roster[..roster.len() / 2], "bad_file"),
    ];
    for (name, bytes, code) in files {
        let path = office.file(name, bytes);
        assert_eq!(office.code(&["import", path.to_str().unwrap(), "--grid", GRID, "--json"]), code, "{name}");
    }
    assert_eq!(office.code(&["import", "/nowhere/roster.xlsx", "--grid", GRID]), "invalid_args");
    assert_eq!(office.code(&["call", "frobnicate", "{}"]), "unknown_command");
    assert_eq!(office.code(&["call", "list_households", "{bad"]), "bad_json");
    assert_eq!(office.code(&["call", "add_visit", r#"{"household": 7}"#]), "invalid_args");
    assert_eq!(office.code(&["call", "get_household", r#"{"id": "7"}"#]), "not_found");
    assert_eq!(office.reply(&["call", "list_households"])["total"], 0);
    assert_eq!(office.reply(&["call", "sync_status"])["pending"], 0);
}

#[test]
fn a_locked_store_answers_nothing_and_opens_with_its_pin_only() {
    let office = Office::enrol();
    assert_eq!(office.reply(&["lock"])["locked"], true);
    assert_eq!(office.code(&["call", "list_households"]), "locked");
    assert_eq!(office.code(&["sync", "--json"]), "locked");
    assert_eq!(office.code(&["unlock", "--pin", "000000"]), "locked");
    let who = office.reply(&["unlock", "--pin", "135790"]);
    assert_eq!((&who["locked"], &who["name"]), (&json!(false), &json!("周敏")));
    assert_eq!(office.reply(&["call", "list_households"])["total"], 0);
}

#[test]
fn without_a_server_a_sync_says_so_and_keeps_the_work() {
    let mut office = Office::enrol();
    office.server.kill().unwrap();
    office.server.wait().unwrap();
    assert_eq!(office.code(&["sync", "--json"]), "offline");
    assert_eq!(office.reply(&["call", "whoami"])["name"], "周敏");
}
