//! A morning: a thousand devices that wrote something come at once, and then another thousand requests within ten seconds. It says how many
//! requests a second the server answers, how long the slowest hundredth waits, and how much memory it takes on the way. Run by `make load`;
//! the times depend on the machine, so this is not part of the ordinary run. What must hold on any machine is asserted.
//!
//! Clients and server share the processors: what a device does (signing, reading the answer) stays outside the measured time.

#![allow(clippy::unwrap_used)]

mod support;

use shared_model::class::Class;
use shared_model::crdt::Edit;
use shared_model::doc::{DocId, building_id, household_id, person_id, unit_id};
use shared_model::records::Kind;
use shared_model::rules::Role;
use shared_model::wire::Ask;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use support::*;
use uuid::Uuid;

const COMMUNITIES: usize = 10;
const GRIDS: usize = 5;
const DEVICES_PER_GRID: usize = 20;
const HOUSEHOLDS: usize = 40;
const PERSONS_PER_HOUSEHOLD: usize = 2;
/// Requests that run at the same time, as `serve` does it on two processors.
const RUNNING: usize = 4;
/// The promise: on two processors the slowest hundredth waits no longer, when a thousand devices come within ten seconds.
const P99_MS_MAX: u128 = 500;
const MEMORY_MB_MAX: u64 = 512;

fn community(c: usize) -> String {
    format!("6101040010{:02}", c + 1)
}

fn grid_of(c: usize, g: usize) -> String {
    format!("{}{:04}", community(c), g + 1)
}

fn units() -> String {
    let mut out = String::from("code,parent,kind,name\n610104,,district,莲湖区\n610104001,610104,street,青年路街道\n");
    for c in 0..COMMUNITIES {
        out += &format!("{},610104001,community,社区{c}\n", community(c));
        for g in 0..GRIDS {
            out += &format!("{},{},grid,网格{g}\n", grid_of(c, g), community(c));
        }
    }
    out
}

/// The building of a grid, filled by the office of its community.
fn fill(office: &mut Device, c: usize, g: usize) -> Uuid {
    let b = building_id(unit_id(&community(c)), "", &g.to_string());
    let edits = [Edit::put("name", format!("{g}号楼")), Edit::put("kind", "building"), Edit::put("number", g.to_string())];
    let part = office.part(b, DocId::new(b, Class::Common), Kind::Unit, &edits);
    office.command("make_unit", Some(Ask::MakeUnit { unit: b, parent: unit_id(&grid_of(c, g)) }), vec![part]);
    for n in 0..HOUSEHOLDS {
        let h = office.make_household(b, &n.to_string());
        for p in 0..PERSONS_PER_HOUSEHOLD {
            let edits = [Edit::put("household", h.to_string()), Edit::put("name", format!("居民{p}")), Edit::put("phone", "13900001111")];
            office.write(b, DocId::new(person_id(h, "居民", p as u32), Class::Register), Kind::Person, &edits);
        }
    }
    b
}

struct Phone {
    device: Device,
    building: Uuid,
    written: u128,
}

impl Phone {
    fn visit(&mut self, n: usize) {
        for _ in 0..n {
            self.written += 1;
            let id = Uuid::from_u128(self.device.id.as_u128() ^ self.written << 64);
            let household = household_id(self.building, "1", &(self.written as usize % HOUSEHOLDS).to_string(), "");
            let edits = [
                Edit::put("household", household.to_string()),
                Edit::put("at", shared_model::crdt::Value::Int(START_MS)),
                Edit::put("outcome", "met"),
                Edit::put("note", "在家，水管已修好，下周再看一次"),
            ];
            self.device.write(self.building, DocId::new(id, Class::Register), Kind::Visit, &edits);
        }
    }
}

struct Request {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// Since the beginning.
    arrives: Duration,
}

struct Served {
    /// From arrival to answer, and of that in the server.
    waited: Duration,
    took: Duration,
    body: Vec<u8>,
}

/// All requests through a few runners, each no earlier than it arrives.
fn serve(w: &World, requests: &[Request]) -> (Vec<Served>, Duration) {
    let (next, began) = (AtomicUsize::new(0), Instant::now());
    let out: Vec<Mutex<Option<Served>>> = requests.iter().map(|_| Mutex::new(None)).collect();
    std::thread::scope(|scope| {
        for _ in 0..RUNNING {
            scope.spawn(|| {
                while let at = next.fetch_add(1, Ordering::Relaxed)
                    && let Some(r) = requests.get(at)
                {
                    // real time is what is measured here
                    std::thread::sleep(r.arrives.saturating_sub(began.elapsed()));
                    let started = began.elapsed();
                    let answer = w.server.handle("POST", "/v1/sync", &r.headers, &r.body);
                    let done = began.elapsed();
                    assert_eq!(answer.status, 200, "everybody is answered");
                    *out[at].lock().unwrap() = Some(Served { waited: done - r.arrives, took: done - started, body: answer.body });
                }
            });
        }
    });
    let all = out.into_iter().map(|one| one.into_inner().unwrap().unwrap()).collect();
    (all, began.elapsed())
}

fn percentile(mut times: Vec<Duration>, of_100: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() * of_100 / 100).min(times.len() - 1)]
}

/// A line of /proc/self/status, MB; 0 where there is none.
fn memory_mb(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kb = status.lines().find_map(|l| l.strip_prefix(line)?.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    kb.unwrap_or(0) / 1024
}

/// Every phone writes and comes; what it is told is read afterwards, and everybody ends with the same.
fn rush(w: &World, phones: &mut [Phone], what: &str, visits: usize, over: Duration) -> (Duration, u64) {
    let count = u32::try_from(phones.len()).unwrap();
    let requests: Vec<Request> = phones
        .iter_mut()
        .enumerate()
        .map(|(n, phone)| {
            phone.visit(visits);
            let body = write(&phone.device.request());
            let headers = phone.device.headers(w.env.now.load(Ordering::Relaxed), "POST", "/v1/sync", &body);
            Request { headers, body, arrives: over / count * u32::try_from(n).unwrap() }
        })
        .collect();
    // the peak from here on
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let before = memory_mb("VmRSS:");
    let (served, all) = serve(w, &requests);
    let peak = memory_mb("VmHWM:").saturating_sub(before);
    let times = |of: fn(&Served) -> Duration| served.iter().map(of).collect::<Vec<_>>();
    let p99 = percentile(times(|s| s.waited), 99);
    println!(
        "{what}: {} requests with {visits} visits each in {all:?}, {:.0} a second; waited p50 {:?} p99 {p99:?}; in the server p50 {:?} p99 {:?}; \
         {} MB answered; memory {peak} MB above the start, answers among it",
        served.len(),
        served.len() as f64 / all.as_secs_f64(),
        percentile(times(|s| s.waited), 50),
        percentile(times(|s| s.took), 50),
        percentile(times(|s| s.took), 99),
        served.iter().map(|s| s.body.len()).sum::<usize>() / 1024 / 1024,
    );
    for (phone, s) in phones.iter_mut().zip(served) {
        phone.device.apply(&read(&s.body));
        assert!(phone.device.pending.is_empty(), "everything written was taken");
    }
    for phone in phones.iter_mut() {
        phone.device.sync(w);
        assert!(phone.device.agreed, "and everybody has the same in the end");
    }
    (p99, peak)
}

#[test]
#[ignore = "a measurement"]
fn a_thousand_devices_come_on_monday_morning() {
    let w = World::with_units(&units());
    let mut phones = Vec::new();
    for c in 0..COMMUNITIES {
        let mut office = w.device(Role::Office, &community(c), &format!("主任{c}"));
        office.sync(&w);
        for g in 0..GRIDS {
            let building = fill(&mut office, c, g);
            office.sync(&w);
            for n in 0..DEVICES_PER_GRID {
                let device = w.device(Role::Worker, &grid_of(c, g), &format!("网格员{c}{g}{n}"));
                phones.push(Phone { device, building, written: 0 });
            }
        }
    }
    let began = Instant::now();
    for phone in &mut phones {
        phone.device.sync(&w);
        assert!(phone.device.agreed);
    }
    println!("{} devices hold their grids after {:?}, reading included", phones.len(), began.elapsed());
    let (_, at_once) = rush(&w, &mut phones, "all at once", 3, Duration::ZERO);
    let (p99, in_ten) = rush(&w, &mut phones, "within ten seconds", 1, Duration::from_secs(10));
    assert!(w.server.digests_hold().unwrap());
    assert!(at_once.max(in_ten) <= MEMORY_MB_MAX, "memory is bounded: {at_once} MB, {in_ten} MB");
    if std::env::var_os("LOAD_STRICT").is_some() {
        assert!(p99.as_millis() <= P99_MS_MAX, "{p99:?}");
    }
}
