//! How long an import of a whole grid and a first sync take on the server. Run in release with `--ignored --nocapture`; times depend on
//! the machine, so this is not part of the ordinary run.

#![allow(clippy::unwrap_used)]

mod support;

use shared_model::class::Class;
use shared_model::crdt::Edit;
use shared_model::doc::DocId;
use shared_model::limits::PUSH_BYTES_MAX;
use shared_model::records::Kind;
use shared_model::rules::Role;
use std::time::Instant;
use support::*;

const HOUSEHOLDS: u32 = 459;
const BUILDINGS: u32 = 12;

#[test]
#[ignore = "a measurement"]
fn an_import_and_a_first_sync_of_a_grid() {
    let w = World::new();
    let mut office = w.office();
    let buildings: Vec<_> = (1..=BUILDINGS).map(|n| office.make_building(n)).collect();
    let mut changes = BUILDINGS;
    for n in 0..HOUSEHOLDS {
        let b = buildings[(n % BUILDINGS) as usize];
        let h = shared_model::doc::household_id(b, "1", &n.to_string(), "");
        let door = [
            Edit::put("building", b.to_string()),
            Edit::put("unit_no", "1"),
            Edit::put("door", n.to_string()),
            Edit::put("head_name", "张三"),
        ];
        let register = [Edit::put("rented", false), Edit::put("since", "2026-01-01"), Edit::put("tag/独居", true)];
        let mut parts = vec![
            office.part(b, DocId::new(h, Class::Door), Kind::Household, &door),
            office.part(b, DocId::new(h, Class::Register), Kind::Household, &register),
        ];
        for p in 0..3 {
            let id = shared_model::doc::person_id(h, "人", p);
            let facts = [
                Edit::put("household", h.to_string()),
                Edit::put("name", format!("居民{p}")),
                Edit::put("sex", "1"),
                Edit::put("phone", "13900001111"),
                Edit::put("birth_year", 1960_i64),
                Edit::put("employer", "莲湖百货"),
            ];
            let private = [Edit::put("birth_date", "1960-05-01"), Edit::put("registered_address", "莲湖区青年路")];
            parts.push(office.part(b, DocId::new(id, Class::Register), Kind::Person, &facts));
            if p < 2 {
                parts.push(office.part(b, DocId::new(id, Class::Private), Kind::Person, &private));
            }
        }
        changes += u32::try_from(parts.len()).unwrap();
        office.command("import", None, parts);
    }
    let mut all = office.pending.clone();
    let started = Instant::now();
    let (mut requests, mut refused) = (0, 0);
    while !all.is_empty() {
        let (mut bytes, mut n) = (0, 0);
        while n < all.len() && (n == 0 || bytes + all[n].command.size_bytes() <= PUSH_BYTES_MAX) {
            bytes += all[n].command.size_bytes();
            n += 1;
        }
        office.pending = all.drain(..n).collect();
        let reply = office.send(&w).unwrap();
        refused += reply.verdicts.iter().filter(|(_, v)| !matches!(v, shared_model::wire::Verdict::Accepted { .. })).count();
        office.apply(&reply);
        requests += 1;
    }
    println!("{changes} changes in {requests} requests, {refused} refused: {:?}", started.elapsed());
    for name in ["安然", "薄云"] {
        let mut ana = w.device(Role::Worker, GRID, name);
        let request = ana.request();
        let body = write(&request);
        let headers = ana.headers(START_MS, "POST", "/v1/sync", &body);
        let started = Instant::now();
        let r = w.server.handle("POST", "/v1/sync", &headers, &body);
        println!("first sync, {} bytes: {:?}", r.body.len(), started.elapsed());
        ana.apply(&read(&r.body));
        ana.sync(&w);
        assert!(ana.agreed);
        let started = Instant::now();
        ana.sync(&w);
        println!("empty sync: {:?}", started.elapsed());
    }
}
