//! Running the program for real: stopping, limits, TLS, what it tells about itself, and the wake-up channel over time.

#![allow(clippy::unwrap_used)]

mod support;

use shared_model::class::Class;
use shared_model::rules::Role;
use shared_model::wire::{Ask, ErrorReply, NewMembership};
use std::io::{BufRead, Read, Write};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use support::program::*;
use support::*;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, pem::PemObject};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion, version};

const CERT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tls/cert.pem");
const RENEWED_CERT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tls/renewed-cert.pem");
const RENEWED_KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tls/renewed-key.pem");
const KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tls/key.pem");

/// A server in a folder, its clock that of this machine.
fn world() -> World {
    let w = World::new();
    w.env.now.store(now_ms(), Ordering::Relaxed);
    w
}

fn data(w: &World) -> String {
    w.path().display().to_string()
}

fn refusal(body: &[u8]) -> String {
    read::<ErrorReply>(body).code
}

#[test]
fn asked_to_stop_it_finishes_what_runs_ends_streams_and_leaves_one_file() {
    let w = world();
    let mut office = w.office();
    let mut serving = Serving::start(&data(&w));
    let mut events = serving.events(&mut office);
    office.make_building(1);
    let body = write(&office.request());
    let headers = office.headers(now_ms(), "POST", "/v1/sync", &body);
    let headers: String = headers.iter().map(|(k, v)| format!("{k}: {v}\r\n")).collect();
    let mut half = serving.connect();
    write!(half, "POST /v1/sync HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n", body.len()).unwrap();
    half.write_all(&body[..body.len() / 2]).unwrap();
    // Answered on another line: so the head of the half request has long been read.
    assert_eq!(serving.request("GET", "/healthz", &[], b"").0, 200);

    let stopping = std::process::Command::new("kill").args(["-TERM", &serving.child.id().to_string()]).status().unwrap();
    assert!(stopping.success());
    assert!(events.next().is_none(), "the stream ends");
    half.write_all(&body[body.len() / 2..]).unwrap();
    let (status, _, answered) = answer(half);
    assert_eq!(status, 200, "a request under way is finished");
    office.apply(&read(&answered));
    assert!(office.pending.is_empty() && office.accepted(office.seq));
    assert_eq!(serving.child.wait().unwrap().code(), Some(0));
    let wal = std::fs::metadata(w.path().join("server.db-wal")).map_or(0, |file| file.len());
    assert_eq!(wal, 0, "everything is in the one database file");
}

#[test]
fn what_is_too_large_is_refused_in_the_form_of_every_refusal() {
    let w = world();
    let serving = Serving::start(&data(&w));
    let mut said = serving.connect();
    write!(said, "POST /v1/sync HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", 9 * 1024 * 1024).unwrap();
    let (status, head, body) = answer(said);
    assert_eq!((status, refusal(&body).as_str()), (413, "too_large"));
    assert!(head.contains("application/x-gridwalk") && head.contains("connection: close"), "{head}");

    let mut unsaid = serving.connect();
    write!(unsaid, "POST /v1/sync HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n").unwrap();
    let mut writing = unsaid.try_clone().unwrap();
    // The server stops reading in the middle; then writing fails.
    let sender =
        std::thread::spawn(move || (0..9 * 16).all(|_| writing.write_all(&[b"10000\r\n", &[b'x'; 65_536][..], b"\r\n"].concat()).is_ok()));
    let mut first = [0; 12];
    unsaid.read_exact(&mut first).unwrap();
    assert_eq!(&first[9..], b"413");
    drop(unsaid);
    let _ = sender.join();
    assert_eq!(serving.request("GET", "/healthz", &[], b"").0, 200);
}

#[test]
fn a_connection_that_never_finishes_its_head_is_closed() {
    let w = world();
    let serving = Serving::start(&data(&w));
    let began = std::time::Instant::now();
    let mut slow = serving.connect();
    write!(slow, "GET /healthz HTTP/1.1\r\nhost:").unwrap();
    let mut rest = Vec::new();
    slow.read_to_end(&mut rest).expect("closed before the time of a read is over");
    assert!(began.elapsed().as_secs() >= 9, "a slow phone has ten seconds");
    let mut huge = serving.connect();
    // the server may answer and close before the last byte is taken
    let _ = write!(huge, "GET /healthz HTTP/1.1\r\nx: {}\r\n\r\n", "x".repeat(100_000));
    assert_eq!(answer(huge).0, 431);
}

#[test]
fn a_greedy_device_is_told_to_wait_and_another_is_not() {
    let w = world();
    let (mut greedy, mut other) = (w.office(), w.device(Role::Worker, GRID, "安然"));
    let serving = Serving::start(&data(&w));
    assert_eq!(serving.sync(&mut other), 200);
    let told = (0..2_000).find_map(|_| {
        let body = write(&greedy.request());
        let headers = greedy.headers(now_ms(), "POST", "/v1/sync", &body);
        let headers: String = headers.iter().map(|(k, v)| format!("{k}: {v}\r\n")).collect();
        let mut stream = serving.connect();
        write!(stream, "POST /v1/sync HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n", body.len())
            .unwrap();
        stream.write_all(&body).unwrap();
        Some(answer(stream)).filter(|(status, ..)| *status != 200)
    });
    let (status, head, body) = told.expect("there is an end to it");
    assert_eq!((status, refusal(&body).as_str()), (429, "busy"));
    assert!(head.contains("retry-after: 1"), "{head}");
    assert_eq!(serving.sync(&mut other), 200, "nobody pays for another");
    // Who names the other's device without its key empties the bucket of the address, not of the device.
    let mut forged = other.headers(now_ms(), "POST", "/v1/sync", b"");
    forged.retain(|(name, _)| name != "x-gw-signature");
    forged.push(("x-gw-signature".into(), "00".repeat(64)));
    (0..300).for_each(|_| assert_eq!(serving.request("POST", "/v1/sync", &forged, b"").0, 401));
    assert_eq!(serving.sync(&mut other), 200);
    assert_eq!(serving.request("POST", "/v1/enrol", &[], b"").0, 429, "the address is known for its failures by now");
    let (_, metrics) = serving.request("GET", "/metrics", &[], b"");
    assert!(String::from_utf8(metrics).unwrap().contains("gridwalk_turned_away_total 2\n"));
}

fn tls(versions: &[&'static SupportedProtocolVersion]) -> ClientConfig {
    trusting(CERT, versions)
}

fn trusting(cert: &str, versions: &[&'static SupportedProtocolVersion]) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(cert).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider())).with_protocol_versions(versions).unwrap();
    config.with_root_certificates(roots).with_no_client_auth()
}

#[test]
fn it_speaks_tls_12_and_13_and_nothing_older() {
    let w = world();
    let serving = Serving::start_with(&data(&w), &["--tls-cert", CERT, "--tls-key", KEY], Stdio::null());
    for versions in [[&version::TLS12], [&version::TLS13]] {
        let client = ClientConnection::new(Arc::new(tls(&versions)), "localhost".try_into().unwrap()).unwrap();
        let mut stream = StreamOwned::new(client, serving.connect());
        write!(stream, "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
        let (status, _, body) = answer(stream);
        assert_eq!((status, body.as_slice()), (200, &b"ok\n"[..]));
    }
    // The same first words, once as TLS 1.1 and once as 1.2: only the version makes the difference.
    let greet = |version: u8| {
        let extensions = [[0, 13, 0, 4, 0, 2, 4, 3], [0, 10, 0, 4, 0, 2, 0, 23]].concat();
        let body = [&[3, version][..], &[7; 32], &[0, 0, 2, 0xc0, 0x2b, 1, 0, 0, 16], &extensions].concat();
        let length = u8::try_from(body.len()).unwrap();
        let mut stream = serving.connect();
        stream.write_all(&[&[0x16, 3, 1, 0, length + 4, 1, 0, 0, length][..], &body].concat()).unwrap();
        let mut said = [0; 7];
        stream.read_exact(&mut said).unwrap();
        (said[0], said[5], said[6])
    };
    assert_eq!(greet(2), (0x15, 2, 70), "an alert: protocol_version");
    assert_eq!(greet(3).0, 0x16, "a handshake");
    let mut plain = serving.connect();
    write!(plain, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut rest = Vec::new();
    // A reset is a refusal too.
    let _ = plain.read_to_end(&mut rest);
    assert!(!rest.starts_with(b"HTTP"), "nothing is said in clear");
}

#[test]
fn a_renewed_certificate_is_taken_without_a_restart_when_asked_and_when_the_files_change() {
    let (w, files) = (world(), tempfile::tempdir().unwrap());
    let path = |name: &str| files.path().join(name).display().to_string();
    let place = |cert: &str, key: &str| {
        for (from, to) in [(cert, "cert.pem"), (key, "key.pem")] {
            let making = path("making");
            std::fs::copy(from, &making).unwrap();
            std::fs::rename(making, path(to)).unwrap();
        }
    };
    place(CERT, KEY);
    let serving = Serving::start_with(&data(&w), &["--tls-cert", &path("cert.pem"), "--tls-key", &path("key.pem")], Stdio::null());
    let ask = |config: &Arc<ClientConfig>| -> Option<u16> {
        let client = ClientConnection::new(config.clone(), "localhost".try_into().unwrap()).unwrap();
        let mut stream = StreamOwned::new(client, serving.connect());
        write!(stream, "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").ok()?;
        let mut first = [0; 12];
        stream.read_exact(&mut first).ok()?;
        std::str::from_utf8(&first[9..]).unwrap().parse().ok()
    };
    let [old, new] = [CERT, RENEWED_CERT].map(|cert| Arc::new(trusting(cert, &[&version::TLS13])));
    assert_eq!((ask(&old), ask(&new)), (Some(200), None));
    let soon = |config: &Arc<ClientConfig>| {
        let began = std::time::Instant::now();
        while ask(config).is_none() {
            assert!(began.elapsed().as_secs() < 20, "it is taken within seconds");
        }
    };
    // half of a pair is no pair: the one before stays
    std::fs::copy(RENEWED_CERT, path("cert.pem")).unwrap();
    let hangup = || assert!(std::process::Command::new("kill").args(["-HUP", &serving.child.id().to_string()]).status().unwrap().success());
    hangup();
    assert_eq!((ask(&old), ask(&new)), (Some(200), None));
    std::fs::copy(RENEWED_KEY, path("key.pem")).unwrap();
    hangup();
    soon(&new);
    assert_eq!(ask(&old), None);
    // and back, with nobody asking
    place(CERT, KEY);
    soon(&old);
}

#[test]
fn a_certificate_that_cannot_be_used_and_an_open_address_without_one_are_refused() {
    let w = world();
    let serve = |more: &[&str]| {
        let data = data(&w);
        error_code(&run(&[&["serve", "--data", &data, "--log", "text"], more].concat()))
    };
    assert_eq!(serve(&["--listen", "127.0.0.1:0", "--tls-cert", KEY, "--tls-key", KEY]), "bad_certificate");
    assert_eq!(serve(&["--listen", "127.0.0.1:0", "--tls-cert", CERT, "--tls-key", "/nonexistent"]), "bad_certificate");
    assert_eq!(serve(&["--listen", "127.0.0.1:0", "--tls-cert", CERT]), "invalid_args");
    assert_eq!(serve(&["--listen", "0.0.0.0:0"]), "no_tls");
}

#[test]
fn the_proxy_alone_says_who_asks_and_metrics_are_for_this_machine() {
    let w = world();
    let from = |serving: &Serving, address: &str| {
        let headers = [("x-forwarded-for".to_string(), address.to_string())];
        serving.request("GET", "/metrics", &headers, b"").0
    };
    let serving = Serving::start(&data(&w));
    assert_eq!(from(&serving, "10.0.0.9"), 200, "without a proxy nobody believes the header");
    drop(serving);
    let mut serving = Serving::start_with(&data(&w), &["--behind-proxy", "127.0.0.1", "--metrics", "127.0.0.1:0"], Stdio::null());
    assert_eq!(serving.request("GET", "/metrics", &[], b"").0, 404, "a proxy that names nobody");
    assert_eq!(from(&serving, "10.0.0.9"), 404);
    assert_eq!(from(&serving, "127.0.0.1, 10.0.0.9"), 404, "what the client wrote itself comes first and is not believed");
    assert_eq!(serving.request("GET", "/healthz", &[], b"").0, 200);
    let mut line = String::new();
    serving.stdout.read_line(&mut line).unwrap();
    serving.address = line.trim().strip_prefix("metrics http://").unwrap().to_string();
    assert_eq!(serving.request("GET", "/metrics", &[], b"").0, 200);
    assert_eq!(serving.request("POST", "/v1/sync", &[], b"").0, 404, "there is nothing else at that address");
    assert_eq!(serving.stop(), Some(0));
}

/// Everything in it that names somebody, or could be put together with something that does.
#[test]
fn neither_the_log_nor_the_metrics_of_a_busy_day_name_anybody() {
    let w = world();
    let (mut office, mut ana) = (w.office(), w.device(Role::Worker, GRID, "安然"));
    let path = w.path().join("log");
    let serving = Serving::start_with(&data(&w), &[], std::fs::File::create(&path).unwrap().into());
    let b = office.make_building(1);
    assert_eq!((serving.sync(&mut office), serving.sync(&mut ana)), (200, 200));
    let events = serving.events(&mut ana);
    let household = office.make_household(b, "三〇二");
    let person = office.make_person(b, household, "欧阳金丝雀");
    assert_eq!((serving.sync(&mut office), serving.sync(&mut ana)), (200, 200));
    // Refused commands, foreign signatures, broken bodies, paths and names that hold what they should not.
    ana.make_person(b, household, "610104196001010515");
    ana.pending[0].command.parts[0].unit = shared_model::doc::unit_id("610104001902");
    assert_eq!(serving.sync(&mut ana), 200);
    for path in ["/v1/欧阳金丝雀", "/13900000000?id=610104196001010515", "/v1/enrol", "/v1/history", "/v1/sync"] {
        let path: String = path.bytes().map(|b| if b.is_ascii() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect();
        let body = "13900000000 欧阳金丝雀".as_bytes();
        let headers = ana.headers(now_ms(), "POST", "/v1/sync", b"13900000000");
        assert!(serving.request("POST", &path, &headers, body).0 >= 400);
        assert!(serving.request("13900000000", &path, &[], body).0 >= 400);
    }
    let invite = w.token(Role::BuildingHead, &b.to_string(), "欧阳金丝雀", true);
    let broken =
        shared_model::wire::EnrolRequest { token: invite, public_key: [1; 32], nonce: [0; 16], node: None, proof: vec![0; 64].into() };
    assert!(serving.request("POST", "/v1/enrol", &[], &write(&broken)).0 >= 400);
    let metrics = String::from_utf8(serving.request("GET", "/metrics", &[], b"").1).unwrap();
    drop((events, serving));

    let log = std::fs::read_to_string(path).unwrap();
    assert!(log.lines().count() > 15, "{log}");
    assert!(log.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{log}");
    let named = ["欧阳", "%E6%AC%A7", "1390000", "610104", "安然", "王主任", "三〇二", "第一网格", "127.0.0.1"].map(String::from);
    let ids = [ana.id, office.id, b, household, person].map(|id| id.to_string());
    for canary in named.iter().chain(&ids) {
        assert!(!log.contains(canary.as_str()), "the log: {canary}");
        assert!(!metrics.contains(canary.as_str()), "the metrics: {canary}");
    }
    for (name, least) in [
        ("gridwalk_verdicts_total{kind=\"accepted\"}", 2.0),
        ("gridwalk_verdicts_total{kind=\"quarantined\"}", 1.0),
        ("gridwalk_http_requests_total{route=\"/v1/sync\",status=\"200\"}", 5.0),
        ("gridwalk_http_request_seconds_count{route=\"/v1/sync\"}", 5.0),
        ("gridwalk_sync_bytes_total{direction=\"in\"}", 100.0),
        ("gridwalk_log_rows", 5.0),
        ("gridwalk_documents", 5.0),
        ("gridwalk_devices{state=\"active\"}", 2.0),
        ("gridwalk_event_streams", 1.0),
        ("gridwalk_epoch", 1.0),
        ("gridwalk_database_bytes", 4096.0),
    ] {
        let line = metrics.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{name} in {metrics}"));
        assert!(line.trim().parse::<f64>().unwrap() >= least, "{name}{line}");
    }
}

#[test]
fn a_stream_follows_what_the_device_may_hold_and_ends_with_it() {
    let w = world();
    let (mut office, mut ana) = (w.office(), w.device(Role::Worker, GRID, "安然"));
    let serving = Serving::start(&data(&w));
    let b = office.make_building(1);
    assert_eq!(serving.sync(&mut office), 200);
    let mut events = serving.events(&mut ana);
    // A role more, given by another program: the device is told to ask, and from then on hears of the other grid.
    assert!(w.server.add_membership("安然", Role::Worker, GRID, Role::Worker, "6101040019011002").unwrap());
    assert_eq!(events.next().unwrap().0, "sync");
    office.make_household(b, "101");
    assert_eq!(serving.sync(&mut office), 200);
    let (name, told) = events.find(|(name, _)| name == "wake").unwrap();
    assert_eq!(
        (name.as_str(), told["unit"].as_str().unwrap(), told["class"].as_str().unwrap()),
        ("wake", b.to_string().as_str(), Class::Door.name())
    );
    assert!(told["head"].as_u64().unwrap() > 0);
    // Of the office's own class it never hears, and of nothing once it is ended.
    assert!(w.server.revoke(&ana.id, shared_model::devices::RevokeReason::Left).unwrap());
    office.make_household(b, "102");
    assert_eq!(serving.sync(&mut office), 200);
    let rest: Vec<_> = events.collect();
    assert!(rest.len() <= 1, "at most what was on its way: {rest:?}");
    let headers = ana.headers(now_ms(), "GET", "/v1/events", b"");
    assert_eq!(serving.request("GET", "/v1/events", &headers, b"").0, 403);
}

#[test]
fn who_gains_a_building_is_woken_by_the_move_by_the_membership_and_by_its_first_day() {
    let w = world();
    let (second_grid, mut office) = (shared_model::doc::unit_id("6101040019011002"), w.office());
    let serving = Serving::start(&data(&w));
    let b = office.make_building(1);
    office.make_household(b, "101");
    assert_eq!(serving.sync(&mut office), 200);
    let mut bo = w.device(Role::Worker, "6101040019011002", "薄云");
    assert_eq!(serving.sync(&mut bo), 200);
    let holds = |device: &Device| device.base.keys().any(|doc| device.home[doc] == b && doc.class == Class::Door);
    assert!(!holds(&bo));
    // the building moves into the grid
    let mut events = serving.events(&mut bo);
    office.command("move_units", Some(Ask::MoveUnit { unit: b, parent: second_grid, expected: 1 }), vec![]);
    assert_eq!(serving.sync(&mut office), 200);
    assert!(events.any(|(name, _)| name == "sync"));
    assert_eq!(serving.sync(&mut bo), 200);
    assert!(holds(&bo));
    // a person from the other grid is given this building, from a moment on at which nobody asks anything
    let mut ana = w.device(Role::Worker, GRID, "安然");
    assert_eq!(serving.sync(&mut ana), 200);
    assert_eq!(serving.sync(&mut office), 200);
    let person = office.directory.as_ref().unwrap().devices.iter().find(|d| d.id == ana.id).unwrap().person;
    let new = |n: u128, from: Option<i64>| NewMembership {
        membership: uuid::Uuid::from_u128(n),
        person,
        name: "安然".into(),
        role: Role::Worker,
        unit: if n == 1 { b } else { second_grid },
        from,
        until: None,
        stands_for: None,
        post: None,
    };
    let mut events = serving.events(&mut ana);
    office.command("add_membership", Some(Ask::AddMembership(new(1, None))), vec![]);
    assert_eq!(serving.sync(&mut office), 200);
    assert!(events.any(|(name, _)| name == "sync"));
    assert_eq!(serving.sync(&mut ana), 200);
    assert!(holds(&ana));
    office.command("add_membership", Some(Ask::AddMembership(new(2, Some(now_ms() + 1_500)))), vec![]);
    assert_eq!(serving.sync(&mut office), 200);
    assert!(events.any(|(name, _)| name == "sync"), "the term begins by the clock alone");
}

#[test]
fn an_office_is_told_of_a_device_and_of_a_refused_command_that_wait() {
    let w = world();
    let (mut office, mut ana) = (w.office(), w.device(Role::Worker, GRID, "安然"));
    let serving = Serving::start(&data(&w));
    let b = office.make_building(1);
    let household = office.make_household(b, "101");
    assert_eq!((serving.sync(&mut office), serving.sync(&mut ana)), (200, 200));
    let (mut at_office, mut at_ana) = (serving.events(&mut office), serving.events(&mut ana));
    let waiting = w.token(Role::Worker, GRID, "白露", false);
    let new = Device::enrol(&w, &waiting).unwrap();
    assert!(at_office.any(|(name, _)| name == "sync"), "a device waits for confirmation");
    drop(new);
    // A command that is refused waits at the office, too.
    ana.make_person(b, household, "赵一");
    ana.pending[0].command.parts[0].unit = shared_model::doc::unit_id("610104001902");
    assert_eq!(serving.sync(&mut ana), 200);
    assert!(at_office.any(|(name, _)| name == "sync"), "a refused command waits");
    assert!(w.server.revoke(&ana.id, shared_model::devices::RevokeReason::Left).unwrap());
    assert!(at_ana.next().is_none_or(|(name, _)| name != "sync"), "what concerns others is not told");
}

/// Exit code and words of `status`.
fn status(w: &World) -> (Option<i32>, String) {
    let out = run(&["status", "--data", &data(w)]);
    (out.status.code(), String::from_utf8(out.stdout).unwrap())
}

#[test]
fn the_status_says_what_needs_care_and_what_to_do() {
    let w = world();
    let (code, words) = status(&w);
    assert!(code == Some(0) && words.contains("没有需要处理的"), "nothing runs yet and nobody uses it: {words}");
    // Somebody was last heard of eight days ago and had not handed everything over.
    w.env.now.store(now_ms() - 8 * 24 * 3600 * 1000, Ordering::Relaxed);
    let mut office = w.office();
    let mut ana = w.device(Role::Worker, GRID, "安然");
    ana.make_building(1); // which only the office may do
    let mut request = ana.request();
    request.commands.clear();
    let _: shared_model::wire::SyncReply = ana.post(&w, "/v1/sync", &request).unwrap();
    w.env.now.store(now_ms(), Ordering::Relaxed);
    office.sync(&w);
    let (code, words) = status(&w);
    assert_eq!(code, Some(2), "{words}");
    assert!(words.contains("需要处理 3 件") && words.contains("没有在运行") && words.contains("从未做过备份"), "{words}");
    assert!(words.contains(&format!("{} 已 8 天没有联系，还有 1 条没交", ana.id)), "{words}");
    assert!(words.contains("台账 只有一份"), "{words}");
    assert!(words.contains(&format!("{}  社区办公室  刚刚联系过", office.id)), "{words}");
    assert!(words.contains("设备上还有 1 条没交上来"), "{words}");

    let serving = Serving::start(&data(&w));
    assert!(run(&["backup", "--data", &data(&w)]).status.success());
    assert_eq!(serving.sync(&mut ana), 200);
    let waiting = w.token(Role::Worker, GRID, "白露", false);
    let _new = Device::enrol(&w, &waiting).unwrap();
    let (code, words) = status(&w);
    assert!(code == Some(0) && words.contains("没有需要处理的"), "{words}");
    assert!(words.contains("1 台设备待确认，1 条被退回的等社区看，设备上还有 0 条没交上来"), "{words}");
    assert!(["安然", "王主任", "白露"].iter().all(|name| !words.contains(name)), "{words}");
    let (_, metrics) = serving.request("GET", "/metrics", &[], b"");
    assert!(String::from_utf8(metrics).unwrap().contains("gridwalk_backup_age_seconds "));
}

#[test]
fn everyone_who_may_hears_of_it_and_nobody_else() {
    let w = world();
    let mut office = w.office();
    let mut workers: Vec<Device> = (0..40).map(|n| w.device(Role::Worker, GRID, &format!("网格员{n}"))).collect();
    let mut other = w.device(Role::Worker, "6101040019011002", "别人");
    let serving = Serving::start(&data(&w));
    let b = office.make_building(1);
    assert_eq!(serving.sync(&mut office), 200);
    let streams: Vec<Events> = workers.iter_mut().map(|d| serving.events(d)).collect();
    let mut elsewhere = serving.events(&mut other);
    office.make_household(b, "101");
    assert_eq!(serving.sync(&mut office), 200);
    for mut stream in streams {
        let (_, told) = stream.find(|(name, _)| name == "wake").unwrap();
        assert_eq!(told["unit"], b.to_string());
    }
    // What the other hears first is its own end, not a word about that building.
    assert!(w.server.revoke(&other.id, shared_model::devices::RevokeReason::Left).unwrap());
    assert!(elsewhere.all(|(name, _)| name == "sync"));
}

#[test]
fn a_device_has_a_few_streams_and_the_oldest_makes_room() {
    let w = world();
    let mut ana = w.device(Role::Worker, GRID, "安然");
    let serving = Serving::start(&data(&w));
    let mut streams: Vec<Events> = (0..5).map(|_| serving.events(&mut ana)).collect();
    assert!(streams[0].next().is_none());
    let metrics = String::from_utf8(serving.request("GET", "/metrics", &[], b"").1).unwrap();
    assert!(metrics.contains("gridwalk_event_streams 4\n"), "{metrics}");
    let unsigned = serving.request("GET", "/v1/events", &[], b"");
    assert_eq!((unsigned.0, refusal(&unsigned.1).as_str()), (400, "bad_request"));
}

#[test]
fn the_second_copy_of_the_ledger_is_set_by_a_command_and_outlives_a_folder_that_was_set_back() {
    let (w, elsewhere) = (world(), tempfile::tempdir().unwrap());
    let of = |folder: &str, more: &[&str]| run(&[&["config", "--data", folder], more].concat());
    let config = |more: &[&str]| of(&data(&w), more);
    let said = |out: &std::process::Output| String::from_utf8(out.stdout.clone()).unwrap();
    assert!(said(&config(&[])).contains("没有"));
    let inside = w.path().join("ledgers").display().to_string();
    assert_eq!(error_code(&config(&["--ledger-copy", &inside])), "bad_folder");
    let copy = elsewhere.path().join("other-disk");
    let folder = copy.display().to_string();
    assert!(said(&config(&["--ledger-copy", &folder])).contains("other-disk"));
    assert!(status(&w).1.contains("另有一份在"));
    // a device is ended after somebody copied the whole folder, its ledger with it
    let ana = w.device(Role::Worker, GRID, "安然");
    let before = elsewhere.path().join("before");
    copy_folder(w.path(), &before);
    let revoke = run(&["revoke", "--data", &data(&w), "--device", &ana.id.to_string(), "--reason", "lost"]);
    assert!(revoke.status.success());
    let ledger = std::fs::read(copy.join("ledger")).unwrap();
    assert_eq!(ledger, std::fs::read(w.path().join("ledger")).unwrap());
    let old = before.display().to_string();
    assert!(said(&run(&["status", "--data", &old])).contains("1 台已停用"), "the copy of the ledger says so");
    assert_eq!(std::fs::read(before.join("ledger")).unwrap(), ledger);
    // a disk that went away is something to look after
    std::fs::remove_file(copy.join("ledger")).unwrap();
    let (code, words) = status(&w);
    assert!(code == Some(2) && words.contains("缺行或读不到"), "{words}");
    config(&["--ledger-copy", &folder]);
    assert_eq!(std::fs::read(copy.join("ledger")).unwrap(), ledger);
    assert!(said(&config(&["--no-ledger-copy"])).contains("没有"));
    // serve and init take it too
    drop(Serving::start_with(&data(&w), &["--ledger-copy", &folder], Stdio::null()));
    assert!(status(&w).1.contains("另有一份在"));
}
