//! The program itself: its command line, its lock, its HTTP.

#![allow(clippy::unwrap_used)]

mod support;

use shared_model::class::Class;
use shared_model::rules::Role;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use support::program::*;
use support::*;

#[test]
fn mistakes_are_one_json_with_a_code() {
    let dir = tempfile::tempdir().unwrap();
    let data = make(dir.path());
    let units = dir.path().join("units.csv").display().to_string();
    assert_eq!(error_code(&run(&["init", "--data", &data, "--units", &units, "--url", "http://x"])), "already_initialised");
    assert_eq!(error_code(&run(&["status", "--data", "/nonexistent"])), "not_initialised");
    assert_eq!(error_code(&run(&["invite", "--data", &data, "--role", "king", "--unit", GRID, "--name", "x"])), "invalid_args");
    assert_eq!(error_code(&run(&["invite", "--data", &data, "--role", "worker", "--unit", "0", "--name", "x"])), "not_found");
    let nobody = "00000000-0000-0000-0000-000000000001";
    assert_eq!(error_code(&run(&["revoke", "--data", &data, "--device", nobody, "--reason", "because"])), "invalid_args");
    assert_eq!(error_code(&run(&["revoke", "--data", &data, "--device", nobody, "--reason", "lost"])), "not_found");
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

fn stdout(out: &Output) -> String {
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

#[test]
fn a_backup_is_made_beside_a_serving_program_and_restored_once_it_stopped() {
    let dir = tempfile::tempdir().unwrap();
    let data = make(dir.path());
    let folder = dir.path().join("away");
    let to = folder.display().to_string();
    let serving = Serving::start(&data);
    assert!(stdout(&run(&["backup", "--data", &data, "--to", &to])).contains("已验证"));
    let file = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).find(|p| p.extension().is_some_and(|e| e == "db")).unwrap();
    let from = file.display().to_string();
    assert_eq!(error_code(&run(&["restore", "--data", &data, "--from", &from])), "busy", "not under a running server");
    drop(serving);
    assert_eq!(error_code(&run(&["restore", "--data", &data, "--from", "/nonexistent.db"])), "not_found");
    assert!(stdout(&run(&["restore", "--data", &data, "--from", &from])).contains("第 2 期"));
    let status = stdout(&run(&["status", "--data", &data]));
    assert!(status.contains("第 2 期") && status.contains("备份 2"), "{status}");
    assert_eq!(Serving::start(&data).request("GET", "/readyz", &[], b"").0, 200);
}

#[test]
fn a_serving_program_makes_its_own_backups() {
    let dir = tempfile::tempdir().unwrap();
    let data = make(dir.path());
    let folder = dir.path().join("daily");
    let mut child = program(&["serve", "--data", &data, "--listen", "127.0.0.1:0", "--backup-dir", &folder.display().to_string()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // the log says so; nothing is waited for but that line
    let log = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(log.into_iter().any(|line| line.contains("a backup was made and verified")));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(folder.join("server.key").exists());
    assert!(stdout(&run(&["status", "--data", &data])).contains("备份 2"));
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
