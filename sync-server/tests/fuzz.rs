//! Mutants of honest changes, commands and requests through the whole server, in process. Nothing dies; whatever is accepted the Automerge
//! library loads, the registers agree with it, the sums hold, and a new device takes it all; bombs cost less than a millisecond; the memory
//! stays bounded. `make fuzz MUTANTS=1000000` runs many, in release; one seed is one run.

#![allow(clippy::unwrap_used)]

#[path = "fuzz/mutate.rs"]
mod mutate;
mod support;

use mutate::Chance;
use shared_model::class::Class;
use shared_model::crdt::{Change, Edit, OpId, Registers};
use shared_model::doc::DocId;
use shared_model::records::Kind;
use shared_model::rules::Role;
use shared_model::wire::*;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use support::*;
use sync_server::Env;
use uuid::Uuid;

/// Mutants of the normal test run.
const MUTANTS: usize = 4_000;
/// Mutants that one server sees.
const ROUND: usize = 1_000;
/// Commands of one request.
const BATCH: usize = 20;
/// Peak of the process, bytes.
const MEMORY_MAX: u64 = 700 << 20;

#[derive(Default)]
struct Told {
    mutants: usize,
    requests: usize,
    accepted: usize,
    unchanged: usize,
    answers: BTreeMap<String, usize>,
    documents: usize,
    slowest: Duration,
}

struct Scene {
    w: World,
    ana: Device,
    b: Uuid,
    docs: Vec<(DocId, Kind)>,
}

fn scene(chance: &mut Chance) -> Scene {
    let w = World::new();
    let mut office = w.office();
    let b = office.make_building(1);
    let home = office.make_household(b, "101");
    let person = office.make_person(b, home, "张三");
    office.sync(&w);
    let mut ana = w.device(Role::Worker, GRID, "安然");
    ana.sync(&w);
    let case = DocId::new(Uuid::from_u128(7), Class::Open);
    ana.write(b, case, Kind::Case, &[Edit::put("matter", "01001"), Edit::put("title", "路灯")]);
    // some history to stand on, of more than one actor
    for n in 0..4 + chance.below(6) {
        ana.write(b, DocId::new(person, Class::Register), Kind::Person, &[Edit::put("note", format!("第 {n} 次"))]);
        ana.sync(&w);
        office.sync(&w);
        office.write(b, DocId::new(person, Class::Register), Kind::Person, &[Edit::put("nickname", format!("{n}"))]);
        office.sync(&w);
    }
    ana.sync(&w);
    assert!(ana.agreed && ana.pending.is_empty());
    let docs = vec![
        (DocId::new(person, Class::Register), Kind::Person),
        (DocId::new(person, Class::Private), Kind::Person),
        (DocId::new(home, Class::Register), Kind::Household),
        (DocId::new(home, Class::Door), Kind::Household),
        (case, Kind::Case),
    ];
    Scene { w, ana, b, docs }
}

/// An honest part by the next actor, on what is accepted.
fn honest(s: &mut Scene, chance: &mut Chance) -> Part {
    s.ana.counter += 1;
    let (doc, kind) = s.docs[chance.below(s.docs.len())];
    let keys: &[&str] = match (kind, doc.class) {
        (Kind::Person, Class::Register) => &["note", "phone", "nickname"],
        (Kind::Person, _) => &["birth_date"],
        (Kind::Household, Class::Door) => &["head_name"],
        (Kind::Case, _) => &["title", "place"],
        _ => &["note"],
    };
    if chance.percent(25) {
        let step = [Edit::put("case", s.docs[4].0.record.to_string()), Edit::put("transition", "comment"), Edit::put("note", "看过")];
        let id = Uuid::from_u128(1_000_000 + u128::from(chance.next()));
        return s.ana.part(s.b, DocId::new(id, Class::Open), Kind::CaseStep, &step);
    }
    // never what is there already
    let serial = s.ana.counter;
    let value = format!("{}-{:02}-{:02}", 1900 + serial / 336 % 120, 1 + serial / 28 % 12, 1 + serial % 28);
    let edits: Vec<Edit> = keys[..1 + chance.below(keys.len())].iter().map(|k| Edit::put(*k, value.as_str())).collect();
    s.ana.part(s.b, doc, kind, &edits)
}

/// One command.
fn mutant(s: &mut Scene, chance: &mut Chance, told: &mut Told) -> Command {
    let mut part = honest(s, chance);
    let (before, other) = (part.change.clone(), honest(s, chance).change);
    let past: Vec<OpId> = s.ana.base.get(&part.doc).into_iter().flat_map(|r| r.live.values().flatten().map(|op| op.id)).collect();
    let mut around = false;
    match chance.below(10) {
        0..=2 => {
            let mut bytes = part.change.to_vec();
            mutate::bytes(chance, &mut bytes, &other);
            if chance.percent(85) {
                mutate::seal(&mut bytes);
            }
            part.change = bytes.into();
        }
        3..=7 => {
            let (mut change, _) = Change::decode(&part.change).unwrap();
            mutate::change(chance, &mut change, &past);
            part.change = change.encode().0.into();
        }
        8 => around = true,
        // honest: now and then one that has to pass
        _ => {}
    }
    told.unchanged += usize::from(part.change == before && !around);
    s.ana.seq += 1;
    let parts = if chance.percent(10) { vec![part, honest(s, chance)] } else { vec![part] };
    let policy = s.ana.policy.max(1);
    let mut command = Command { seq: s.ana.seq, name: "test".into(), policy, ask: None, parts, replaces: None, adopts: None, batch: None };
    if around {
        mutate::command(chance, &mut command);
    }
    command
}

/// Sends a body as the device's own; the answer has to be one of the server, whatever the body is.
fn post(s: &mut Scene, body: &[u8], told: &mut Told) -> Option<SyncReply> {
    let headers = s.ana.headers(s.w.env.now_ms(), "POST", "/v1/sync", body);
    let began = Instant::now();
    let r = s.w.server.handle("POST", "/v1/sync", &headers, body);
    told.slowest = told.slowest.max(began.elapsed());
    told.requests += 1;
    assert!(r.status < 500, "the server itself failed: {:?}", read::<ErrorReply>(&r.body));
    if r.status == 200 {
        return Some(read(&r.body));
    }
    *told.answers.entry(format!("{} {}", r.status, read::<ErrorReply>(&r.body).code)).or_default() += 1;
    None
}

fn note(s: &mut Scene, reply: &SyncReply, commands: &[Command], told: &mut Told) {
    for (seq, verdict) in &reply.verdicts {
        let words = match verdict {
            Verdict::Accepted { .. } => "accepted".to_string(),
            Verdict::Quarantined { reason } => reason.clone(),
            Verdict::Superseded { .. } => "superseded".into(),
            Verdict::Need { .. } => "need".into(),
            Verdict::Stale { .. } => "stale".into(),
            Verdict::Erased => "erased".into(),
            Verdict::Lost => "lost".into(),
        };
        assert!(words != "not_judgeable" && words != "not_storable", "{words}: {:?}", commands.iter().find(|c| c.seq == *seq));
        told.accepted += usize::from(words == "accepted");
        *told.answers.entry(words).or_default() += 1;
        s.ana.seq = s.ana.seq.max(*seq);
        if let (Verdict::Accepted { .. }, Some(c)) = (verdict, commands.iter().find(|c| c.seq == *seq)) {
            for part in &c.parts {
                let (change, hash) = Change::decode(&part.change).unwrap();
                s.ana.home.insert(part.doc, part.unit);
                let _ = s.ana.base.entry(part.doc).or_default().apply(&change, hash);
            }
        }
    }
}

/// Everything that was accepted: loaded by the library, the same heads as the registers, the sums right, taken by a new device.
fn look(s: &mut Scene, told: &mut Told) {
    let db = rusqlite::Connection::open(s.w.path().join("server.db")).unwrap();
    let mut documents = db.prepare("select id, registers from document").unwrap();
    let all: Vec<(i64, Vec<u8>)> = documents.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap().collect::<Result<_, _>>().unwrap();
    let mut changes = db.prepare("select bytes from archive where document = ?1 order by id").unwrap();
    for (id, registers) in &all {
        let registers = Registers::decode_full(registers).unwrap();
        let bytes: Vec<Vec<u8>> = changes.query_map([id], |r| r.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
        let mut doc = automerge::Automerge::new();
        doc.apply_changes(bytes.into_iter().map(|b| automerge::Change::from_bytes(b).unwrap()).collect::<Vec<_>>()).unwrap();
        let again = automerge::Automerge::load(&doc.save()).expect("what was accepted loads");
        let mut heads: Vec<[u8; 32]> = again.get_heads().into_iter().map(|h| h.0).collect();
        let mut own: Vec<[u8; 32]> = registers.heads.iter().map(|h| h.hash.0).collect();
        heads.sort_unstable();
        own.sort_unstable();
        assert_eq!(heads, own);
        // this is what dies on a counter that is too high
        assert!(!again.get_changes(&[]).is_empty());
    }
    told.documents += all.len();
    assert!(s.w.server.digests_hold().unwrap());
    let mut new = s.w.device(Role::Office, COMMUNITY, "新主任");
    new.sync(&s.w);
    assert!(new.agreed, "a new device takes everything that was accepted");
}

fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.and_then(|l| l.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) * 1024
}

#[test]
fn mutants_do_no_harm() {
    let number = |name: &str| std::env::var(name).ok().and_then(|n| n.parse().ok());
    let (mutants, seed) = (number("FUZZ_MUTANTS").unwrap_or(MUTANTS), number("FUZZ_SEED").unwrap_or(1));
    let (mut told, began) = (Told::default(), Instant::now());
    let mut round = 0;
    while told.mutants < mutants {
        round += 1;
        let mut chance = Chance((seed as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (round << 17) | 1);
        let mut s = scene(&mut chance);
        let mut n = 0;
        while n < ROUND.min(mutants - told.mutants) {
            let mut request = s.ana.request();
            let before = s.ana.seq;
            request.commands = (0..BATCH).map(|_| mutant(&mut s, &mut chance, &mut told)).collect();
            let commands = request.commands.clone();
            let mut cbor = to_cbor(&request);
            let is_whole = chance.percent(10);
            if is_whole {
                let other = cbor[..cbor.len().min(400)].to_vec();
                mutate::bytes(&mut chance, &mut cbor, &other);
            }
            let mut body = zstd::bulk::compress(&cbor, 1).unwrap();
            if chance.percent(2) {
                mutate::bytes(&mut chance, &mut body, &cbor);
            }
            s.ana.seq = before;
            let reply = post(&mut s, &body, &mut told);
            if let Some(reply) = &reply {
                note(&mut s, reply, if is_whole { &[] } else { &commands }, &mut told);
            }
            s.w.env.pass(1);
            n += BATCH;
            if is_whole && reply.is_some() {
                // what a mutated request wrote is not known here: asked for
                s.ana.want.clear();
                s.ana.sync(&s.w);
            }
        }
        told.mutants += n;
        look(&mut s, &mut told);
        if round % 50 == 0 {
            eprintln!("{} mutants, {} accepted, {:?}, peak {} MiB", told.mutants, told.accepted, began.elapsed(), peak_bytes() >> 20);
        }
    }
    assert!(told.accepted > mutants / 100, "honest ones among them pass: {}", told.accepted);
    assert!(peak_bytes() < MEMORY_MAX, "{} MiB at the peak", peak_bytes() >> 20);
    eprintln!(
        "seed {seed}: {} mutants ({} unchanged) in {} requests, {:.0} s; {} accepted in {} documents, all load; slowest request {:?}; peak {} MiB",
        told.mutants,
        told.unchanged,
        told.requests,
        began.elapsed().as_secs_f64(),
        told.accepted,
        told.documents,
        told.slowest,
        peak_bytes() >> 20
    );
    for (answer, count) in &told.answers {
        eprintln!("  {count:>8} {answer}");
    }
}

/// The best of several, so that a busy machine does not decide.
fn best(runs: usize, mut work: impl FnMut() -> u16) -> (u16, Duration) {
    let (mut least, mut status) = (Duration::MAX, 0);
    for _ in 0..runs {
        let began = Instant::now();
        status = work();
        least = least.min(began.elapsed());
    }
    (status, least)
}

#[test]
fn bombs_cost_less_than_a_millisecond() {
    let w = World::new();
    let mut office = w.office();
    let zeros = |mib: usize| zstd::bulk::compress(&vec![0; mib << 20], 19).unwrap();
    let request = to_cbor(&office.request());
    // an array that claims a great many items, in place of the commands; nesting without an end; a text of four gigabytes
    let claims = |major: u8| [&[0xa1, 0x68][..], b"commands", &[major | 27, 0x0f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]].concat();
    let bombs: Vec<(&str, Vec<u8>)> = vec![
        ("31 MiB of zeros", zeros(31)),
        ("200 MiB of zeros", zeros(200)),
        ("an array of 2^60", zstd::bulk::compress(&claims(0x80), 1).unwrap()),
        ("a map of 2^60", zstd::bulk::compress(&claims(0xa0), 1).unwrap()),
        ("a text of 2^60", zstd::bulk::compress(&claims(0x60), 1).unwrap()),
        ("bytes of 2^60", zstd::bulk::compress(&claims(0x40), 1).unwrap()),
        ("nested arrays", zstd::bulk::compress(&vec![0x81; 400_000], 1).unwrap()),
        ("nested tags", zstd::bulk::compress(&vec![0xc1; 400_000], 1).unwrap()),
        ("an honest request cut short", zstd::bulk::compress(&request[..request.len() - 1], 1).unwrap()),
        ("no zstd at all", vec![0x28, 0xb5, 0x2f, 0xfd, 0xff, 0xff, 0xff, 0xff, 0xff]),
    ];
    for (name, body) in bombs {
        let (status, took) = best(9, || {
            let headers = office.headers(w.env.now_ms(), "POST", "/v1/sync", &body);
            w.server.handle("POST", "/v1/sync", &headers, &body).status
        });
        assert!((400..500).contains(&status), "{name}: {status}");
        eprintln!("{name}: {} bytes, {status}, {took:?}", body.len());
        // a build without optimisation is some ten times slower
        assert!(took < Duration::from_millis(if cfg!(debug_assertions) { 40 } else { 1 }), "{name} took {took:?}");
        let (status, took) = best(9, || w.server.handle("POST", "/v1/enrol", &[], &body).status);
        assert!((400..500).contains(&status), "{name}: {status}");
        assert!(took < Duration::from_millis(if cfg!(debug_assertions) { 40 } else { 1 }), "{name}, before enrolment, took {took:?}");
    }
    assert!(peak_bytes() < MEMORY_MAX);
}
