//! A node as browsers meet it: several accounts, several sessions at once, and pages that mean no good. The real program against a real server;
//! nothing sleeps, what happens by itself is waited for on the program's own events. Needs `sync-server` beside this program.
#![allow(clippy::unwrap_used)] // a test may, and so may what it is made of

#[path = "support/server.rs"]
mod server;
mod support;

use serde_json::{Value, json};
use server::{COMMUNITY, GRID, Server};
use std::io::{BufRead, BufReader, Lines};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};
use support::Program;

const SECOND: &str = "6101040019011002";
const LI: &str = "135790";
const WANG: &str = "246802";
/// Far below the pause of a device that is not woken.
const SOON: Duration = Duration::from_secs(60);
const ROSTER: &str =
    "小区,楼号,单元,房号,姓名,与户主关系,联系电话\n示例苑,1,1,101,贺兰,户主,13900000001\n示例苑,1,1,102,司徒,户主,13900000002\n";

/// The program serving a node.
struct Node {
    program: Program,
}

impl Node {
    fn start(server: &Server) -> Node {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gridwalk-headless"));
        command.args(["serve", "--node", "社区办公室电脑", "--home"]).arg(home(server)).arg("--ui").arg(server.ui());
        Node { program: Program::start(&mut command, "Gridwalk: ") }
    }

    /// A browser that was never here.
    fn browser(&self) -> Browser<'_> {
        Browser { program: &self.program, cookie: None }
    }
}

fn home(server: &Server) -> PathBuf {
    server.folder.path().join("node")
}

/// One browser with its cookie.
struct Browser<'a> {
    program: &'a Program,
    cookie: Option<String>,
}

impl Browser<'_> {
    fn post(&mut self, path: &str, args: Value) -> (u16, Value) {
        let cookie = self.cookie.clone().unwrap_or_default();
        let (status, head, body) = self.program.ask("POST", path, &[("cookie", &cookie)], &args.to_string());
        if let Some(set) = head.lines().find_map(|l| l.strip_prefix("set-cookie: ")) {
            assert!(set.contains("; httponly") && set.contains("; samesite=strict") && set.contains("path=/"), "{set}");
            self.cookie = Some(set.split(';').next().unwrap().to_owned());
        }
        (status, serde_json::from_slice(&body).unwrap())
    }

    fn call(&mut self, command: &str, args: Value) -> Value {
        let (status, reply) = self.post(&format!("/api/{command}"), args);
        assert_eq!(status, 200, "{command}: {reply}");
        reply
    }

    fn refused(&mut self, command: &str, args: Value) -> (u16, String) {
        let (status, failure) = self.post(&format!("/api/{command}"), args);
        (status, failure["code"].as_str().unwrap_or_default().to_owned())
    }

    fn account(&mut self, name: &str) -> Value {
        let who = self.call("whoami", json!({}));
        who["node"]["accounts"].as_array().unwrap().iter().find(|a| a["name"] == name).unwrap()["id"].clone()
    }

    fn sign_in(&mut self, name: &str, pin: &str) -> Value {
        let account = self.account(name);
        self.call("node/sign_in", json!({ "account": account, "pin": pin }))
    }

    fn events(&self) -> Lines<BufReader<TcpStream>> {
        let cookie = self.cookie.clone().unwrap_or_default();
        let mut lines = BufReader::new(self.program.open("GET", "/api/events", &[("cookie", &cookie)], "")).lines();
        while !lines.next().unwrap().unwrap().is_empty() {}
        lines
    }

    fn total(&mut self) -> u64 {
        self.call("list_households", json!({}))["total"].as_u64().unwrap()
    }
}

/// Waits on events until it is so.
fn until(events: &mut Lines<BufReader<TcpStream>>, what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < SOON, "{what} took longer than {SOON:?}");
        events.next().expect("the events go on").unwrap();
    }
}

/// A node with an office and a worker of the first grid, both signed in, each in a browser of their own.
fn two<'a>(server: &Server, node: &'a Node) -> (Browser<'a>, Browser<'a>) {
    let (mut li, mut wang) = (node.browser(), node.browser());
    li.call("enrol", json!({ "invite": server.invite("office", COMMUNITY, "李主任"), "pin": LI }));
    li.call("sync_now", json!({}));
    wang.call("enrol", json!({ "invite": server.invite("worker", GRID, "王秀梅"), "pin": WANG }));
    let mut events = wang.events();
    until(&mut events, "the worker's first sync", || wang.call("sync_status", json!({}))["agreed"] == true);
    (li, wang)
}

#[test]
fn two_people_work_at_once_each_in_their_own_account_and_see_each_others_changes() {
    let server = Server::new();
    let node = Node::start(&server);
    assert_eq!(node.browser().call("whoami", json!({}))["enrolled"], false);
    let (mut li, mut wang) = two(&server, &node);
    let import = |grid: &str| json!({ "data": base64(ROSTER), "name": "roster.csv", "grid": grid });
    // another grid's doors are the office's alone
    until(&mut li.events(), "the tree at the office", || li.post("/api/import_roster", import(GRID)).0 == 200);
    li.call("import_roster", json!({ "data": base64(&ROSTER.replace("示例苑", "邻家苑")), "name": "other.csv", "grid": SECOND }));
    assert_eq!(li.total(), 4);
    let mut told = wang.events();
    until(&mut told, "the roster at the worker's", || wang.total() == 2);

    // what one writes reaches the other by the server's wake-up, and another tab of the same person at once
    let mut tab = wang.events();
    let mut office = li.events();
    let door = wang.call("list_households", json!({ "limit": 1 }))["items"][0]["id"].clone();
    wang.call("edit_household", json!({ "id": door, "edit": { "note": "白天在家" } }));
    let line = tab.find(|l| l.as_ref().unwrap().contains("household")).unwrap().unwrap();
    assert!(line.starts_with("data:"), "{line}");
    let note = |b: &mut Browser<'_>| b.call("get_household", json!({ "id": door }))["household"]["note"].to_string();
    until(&mut office, "the note at the office", || note(&mut li).contains("白天在家"));

    // both are who they are: each account has an actor of its own, and the directory says on which machine they lie
    until(&mut office, "the list of devices", || {
        li.call("list_devices", json!({}))["items"].as_array().unwrap().iter().filter(|d| d["node"]["name"] == "社区办公室电脑").count()
            == 2
    });
}

fn base64(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let of = |chunk: &[u8]| {
        let n = chunk.iter().fold(0_u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        (0..4).map(|i| if i <= chunk.len() { char::from(LETTERS[(n >> (18 - 6 * i)) as usize & 63]) } else { '=' }).collect::<String>()
    };
    text.as_bytes().chunks(3).map(of).collect()
}

#[test]
fn locking_one_leaves_the_other_and_every_browser_shows_its_own_pin() {
    let server = Server::new();
    let node = Node::start(&server);
    let (mut li, mut wang) = two(&server, &node);
    let mut tab = wang.events();
    assert_eq!(wang.call("lock", json!({}))["locked"], true);
    // the other tab of that browser is told, and its stream ends
    let rest: Vec<String> = tab.by_ref().map(Result::unwrap).collect();
    assert!(rest.iter().any(|l| l.contains("session")), "{rest:?}");
    assert_eq!(wang.refused("list_households", json!({})), (423, "locked".into()));
    assert_eq!(li.call("whoami", json!({}))["name"], "李主任");

    // the same person in a second browser: the store is open for one and closed for the other
    wang.call("unlock", json!({ "pin": WANG }));
    let mut second = node.browser();
    assert_eq!(second.refused("list_households", json!({})), (423, "locked".into()));
    assert_eq!(second.refused("unlock", json!({ "pin": WANG })), (423, "locked".into()), "of whom?");
    second.sign_in("王秀梅", WANG);
    wang.call("lock", json!({}));
    assert_eq!(second.call("whoami", json!({}))["locked"], false);
    assert_eq!(wang.call("whoami", json!({}))["name"], Value::Null, "a locked browser is told nothing that an open one may know");
    assert_eq!(wang.call("whoami", json!({}))["node"]["account"], second.call("whoami", json!({}))["node"]["account"]);

    // whoever signs in at a browser takes the place of whoever was there
    let before = second.cookie.clone();
    second.sign_in("李主任", LI);
    let mut old = Browser { program: &node.program, cookie: before };
    assert_eq!(old.refused("list_households", json!({})), (423, "locked".into()));
    assert_eq!(second.call("whoami", json!({}))["role"]["code"], "office");
    second.call("node/sign_out", json!({}));
    assert_eq!(second.call("whoami", json!({}))["node"]["account"], Value::Null);
    assert_eq!(li.call("whoami", json!({}))["locked"], false);
}

#[test]
fn the_session_of_one_account_reads_and_writes_nothing_of_another() {
    let server = Server::new();
    let node = Node::start(&server);
    let (mut li, mut wang) = two(&server, &node);
    let theirs = li.account("李主任");
    // the command's own arguments name nobody: an account comes from the session alone
    assert_eq!(wang.call("whoami", json!({ "account": theirs }))["name"], "王秀梅");
    assert_eq!(wang.refused("list_devices", json!({ "account": theirs })).0, 200);
    assert!(wang.call("list_devices", json!({}))["items"].as_array().unwrap().is_empty(), "the directory is the office's");
    assert_eq!(wang.refused("node/remove", json!({ "account": theirs, "reason": "x" })), (403, "not_allowed".into()));
    // a cookie that was made up, cut short or is of another node
    for cookie in ["", "x", &wang.cookie.clone().unwrap()[..30], &wang.cookie.clone().unwrap().replace("gridwalk-", "gridwalk-0")] {
        let mut made_up = Browser { program: &node.program, cookie: Some(cookie.to_owned()) };
        assert_eq!(made_up.refused("list_households", json!({})), (423, "locked".into()), "{cookie}");
    }
    let name = wang.cookie.clone().unwrap().split('=').next().unwrap().to_owned();
    let mut guessed = Browser { program: &node.program, cookie: Some(format!("{name}={}", "0".repeat(64))) };
    assert_eq!(guessed.refused("list_households", json!({})), (423, "locked".into()));
    // the sign-in page is told names and roles
    let shown = node.browser().call("whoami", json!({}));
    let accounts = shown["node"]["accounts"].as_array().unwrap();
    assert_eq!(accounts.len(), 2);
    assert!(accounts.iter().all(|a| a.as_object().unwrap().keys().all(|k| ["id", "name", "role", "wiped"].contains(&k.as_str()))));
    assert_eq!((&shown["name"], &shown["roles"]), (&Value::Null, &json!([])));
    // on the disk each account's store is a file of its own, and none is readable as SQLite
    for account in std::fs::read_dir(home(&server).join("accounts")).unwrap() {
        let bytes = std::fs::read(account.unwrap().path().join("gridwalk.db")).unwrap();
        assert!(!bytes.starts_with(b"SQLite format 3"));
    }
}

#[test]
fn another_site_cannot_use_a_session() {
    let server = Server::new();
    let node = Node::start(&server);
    let (_, wang) = two(&server, &node);
    let cookie = wang.cookie.clone().unwrap();
    let ask = |path: &str, more: (&str, &str)| node.program.ask("POST", path, &[("cookie", &cookie), more], "{}").0;
    for path in ["/api/lock", "/api/node/sign_out", "/api/node/remove", "/api/list_households"] {
        assert_eq!(ask(path, ("origin", "http://evil.example")), 403, "{path}");
        assert_eq!(ask(path, ("sec-fetch-site", "cross-site")), 403, "{path}");
        assert_eq!(ask(path, ("host", "evil.example")), 403, "{path}");
        assert_eq!(ask(path, ("content-type", "text/plain")), 400, "{path}");
    }
    assert_eq!(node.program.ask("GET", "/api/events", &[("cookie", &cookie), ("origin", "http://evil.example")], "").0, 403);
    assert_eq!(ask("/api/node/frobnicate", ("x", "y")), 404);
}

#[test]
fn wrong_pins_are_counted_for_each_account_alone_also_when_tried_at_once() {
    let server = Server::new();
    let node = Node::start(&server);
    let (mut li, mut wang) = two(&server, &node);
    wang.call("lock", json!({}));
    let account = li.account("王秀梅");
    std::thread::scope(|all| {
        for _ in 0..6 {
            let (node, account) = (&node, account.clone());
            all.spawn(move || {
                let mut guess = node.browser();
                assert_eq!(guess.refused("node/sign_in", json!({ "account": account, "pin": "000000" })), (423, "locked".into()));
            });
        }
    });
    let who = wang.call("whoami", json!({}));
    assert!(who["wait_seconds"].as_u64().unwrap() > 0, "{who}");
    assert_eq!(wang.refused("unlock", json!({ "pin": WANG })), (423, "locked".into()), "nobody is heard while one waits");
    assert_eq!(li.call("lock", json!({}))["tries_left"], 5);
    assert_eq!(li.call("unlock", json!({ "pin": LI }))["locked"], false);
}

#[test]
fn a_restart_keeps_the_accounts_and_locks_them() {
    let server = Server::new();
    let node = Node::start(&server);
    let (li, _) = two(&server, &node);
    let cookie = li.cookie.clone();
    drop(node);
    // it is a node now, without being told
    let mut command = Command::new(env!("CARGO_BIN_EXE_gridwalk-headless"));
    command.args(["serve", "--home"]).arg(home(&server)).arg("--ui").arg(server.ui());
    let node = Node { program: Program::start(&mut command, "Gridwalk: ") };
    let mut li = Browser { program: &node.program, cookie };
    assert_eq!(li.refused("list_households", json!({})), (423, "locked".into()));
    let who = li.call("whoami", json!({}));
    assert_eq!((&who["locked"], &who["node"]["name"], &who["node"]["account"]), (&json!(true), &json!("社区办公室电脑"), &Value::Null));
    assert_eq!(li.sign_in("李主任", LI)["name"], "李主任");
}

#[test]
fn an_account_goes_only_with_nothing_unsent_or_with_a_reason() {
    let mut server = Server::new();
    let node = Node::start(&server);
    let (mut li, mut wang) = two(&server, &node);
    li.call("import_roster", json!({ "data": base64(ROSTER), "name": "roster.csv", "grid": GRID }));
    until(&mut wang.events(), "the roster at the worker's", || wang.total() == 2);
    server.stop();
    let door = wang.call("list_households", json!({ "limit": 1 }))["items"][0]["id"].clone();
    wang.call("edit_household", json!({ "id": door, "edit": { "note": "没传上去的" } }));
    let account = wang.account("王秀梅");
    let (status, failure) = wang.post("/api/node/remove", json!({ "account": account }));
    assert_eq!((status, &failure["code"]), (409, &json!("unsent")));
    assert!(failure["message"].as_str().unwrap().contains("1 条"), "{failure}");
    assert_eq!(
        li.refused("node/remove", json!({ "account": account, "reason": "调走了" })),
        (503, "busy".into()),
        "somebody is at work in it"
    );
    wang.call("lock", json!({}));
    assert_eq!(li.refused("node/remove", json!({ "account": account })), (400, "invalid_args".into()), "nobody can look into a locked one");
    wang.call("unlock", json!({ "pin": WANG }));
    assert_eq!(wang.call("node/remove", json!({ "account": account, "reason": "调走了" }))["unsent"], 1);
    assert_eq!(wang.refused("list_households", json!({})), (423, "locked".into()));
    let left = li.call("whoami", json!({}));
    assert_eq!(left["node"]["accounts"].as_array().unwrap().len(), 1);
    assert!(!home(&server).join("accounts").join(account.as_str().unwrap()).exists());
    assert!(std::fs::read_to_string(home(&server).join("node.json")).unwrap().contains("调走了"));
}

#[test]
fn a_node_never_listens_to_others_in_clear_and_never_takes_the_place_of_a_device() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let done = Command::new(env!("CARGO_BIN_EXE_gridwalk-headless")).args(args).arg("--home").arg(folder.path().join("home")).output();
        let done = done.unwrap();
        assert!(!done.status.success());
        serde_json::from_slice::<Value>(&done.stderr).unwrap()["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(run(&["serve", "--node", "--listen", "0.0.0.0:0"]), "not_allowed");
    assert_eq!(run(&["serve", "--node", "--public", "http://office-pc.lan"]), "invalid_args");
    assert_eq!(run(&["serve", "--public", "https://office-pc.lan"]), "invalid_args");
    std::fs::create_dir_all(folder.path().join("home")).unwrap();
    std::fs::write(folder.path().join("home/seal.json"), "{}").unwrap();
    assert_eq!(run(&["serve", "--node"]), "invalid_args");
}

#[test]
fn accounts_are_listed_and_taken_off_from_the_command_line_too() {
    let server = Server::new();
    let run = |args: &[&str]| {
        let done = Command::new(env!("CARGO_BIN_EXE_gridwalk-headless")).args(args).arg("--home").arg(home(&server)).output().unwrap();
        let said = if done.status.success() { &done.stdout } else { &done.stderr };
        (done.status.success(), serde_json::from_slice::<Value>(said).unwrap())
    };
    let (ok, who) = run(&["account", "add", &server.invite("office", COMMUNITY, "李主任"), "--pin", LI]);
    assert!(ok && who["name"] == "李主任", "{who}");
    let (_, list) = run(&["account", "list"]);
    let id = list["accounts"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(run(&["account", "remove", &id]).1["code"], "invalid_args");
    assert_eq!(run(&["account", "remove", &id, "--pin", "000000"]).1["code"], "locked");
    assert_eq!(run(&["account", "remove", &id, "--pin", LI]), (true, json!({ "unsent": 0 })));
    assert_eq!(run(&["account", "list"]).1["accounts"], json!([]));
}

#[test]
fn an_account_that_the_command_line_adds_or_takes_off_is_noticed_by_the_node_that_runs() {
    let server = Server::new();
    let node = Node::start(&server);
    let run = |args: &[&str]| {
        let done = Command::new(env!("CARGO_BIN_EXE_gridwalk-headless")).args(args).arg("--home").arg(home(&server)).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        serde_json::from_slice::<Value>(&done.stdout).unwrap()
    };
    let mut page = node.browser();
    assert_eq!(page.call("whoami", json!({}))["node"]["accounts"], json!([]));
    run(&["account", "add", &server.invite("office", COMMUNITY, "李主任"), "--pin", LI]);
    // a page that knows the list only now, and one that was told the id by somebody
    let account = page.account("李主任");
    assert_eq!(page.sign_in("李主任", LI)["name"], "李主任");
    assert_eq!(page.call("sync_now", json!({}))["agreed"], true);
    run(&["account", "add", &server.invite("worker", GRID, "王秀梅"), "--pin", WANG]);
    let list = run(&["account", "list"]);
    let second = list["accounts"].as_array().unwrap().iter().find(|a| a["name"] == "王秀梅").unwrap()["id"].clone();
    let mut wang = node.browser();
    assert_eq!(wang.call("node/sign_in", json!({ "account": second, "pin": WANG }))["name"], "王秀梅");
    // taken off on the command line, it is gone here too, with its sessions, and both removals are noted
    run(&["account", "remove", account.as_str().unwrap(), "--reason", "换人"]);
    let left = node.browser().call("whoami", json!({}));
    assert_eq!(left["node"]["accounts"].as_array().unwrap().iter().map(|a| &a["name"]).collect::<Vec<_>>(), [&json!("王秀梅")]);
    assert_eq!(page.refused("list_households", json!({})), (423, "locked".into()));
    wang.call("node/remove", json!({ "account": second, "reason": "调走了" }));
    let about = std::fs::read_to_string(home(&server).join("node.json")).unwrap();
    assert!(about.contains("换人") && about.contains("调走了"), "{about}");
}
