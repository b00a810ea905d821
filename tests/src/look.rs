//! When two devices show the same: what a device says of its records, without what is its own (what waits, who may act, what it still
//! remembers), and the same against the server's database.

use crate::world::{Device, Ledger, World};
use serde_json::{Value as Json, json};
use shared_model::Class;
use shared_model::rules;
use std::collections::{BTreeMap, BTreeSet};

/// Keys of replies that are a device's own.
const OWN: [&str; 11] =
    ["is_sharer", "pending", "may_settle", "mine", "before", "next", "main", "may", "may_share", "by_share", "read_only"];

/// A reply without what is the device's own.
pub fn shared(reply: &Json) -> Json {
    match reply {
        Json::Object(map) => {
            Json::Object(map.iter().filter(|(k, _)| !OWN.contains(&k.as_str())).map(|(k, v)| (k.clone(), shared(v))).collect())
        }
        Json::Array(items) => Json::Array(items.iter().map(shared).collect()),
        other => other.clone(),
    }
}

/// What a device shows of everything it holds, by record. `office`: with what only an office reads.
pub fn everything(device: &Device, office: bool) -> BTreeMap<String, Json> {
    let mut out = BTreeMap::new();
    for (plate, id) in device.doors() {
        let mut file = shared(&device.call("get_household", json!({ "id": id })));
        if !office {
            file["held"] = Json::Null;
            drop_office(&mut file["cases"]);
            // where somebody went is named by who holds that door too
            for person in file["persons"].as_array_mut().into_iter().flatten() {
                person["moved"] = Json::Null;
            }
        }
        out.insert(format!("household {plate} {id}"), file);
    }
    let mut cases = device.call("list_cases", json!({}))["items"].clone();
    if !office {
        drop_office(&mut cases);
    }
    // a case that is only shown to somebody says nothing of its household
    for case in cases.as_array().unwrap().iter().filter(|c| c["by_share"] != json!(true)) {
        let id = case["id"].as_str().unwrap();
        out.insert(format!("case {id}"), shared(&device.call("get_case", json!({ "id": id }))));
    }
    let list = device.call("list_conflicts", json!({}));
    for c in list["items"].as_array().unwrap() {
        if office || !c["id"].as_str().unwrap().contains("/office/") {
            out.insert(format!("conflict {}", c["id"].as_str().unwrap()), shared(c));
        }
    }
    out
}

fn drop_office(cases: &mut Json) {
    if let Json::Array(items) = cases {
        items.retain(|c| c["class"] != "office");
    }
}

/// Everybody syncs twice; then each device holds what the server's record says of it, and both offices see the same.
///
/// # Panics
/// Where they differ.
#[track_caller]
pub fn agree(w: &World) {
    w.sync_all();
    w.sync_all();
    let ledger = w.ledger();
    for d in &w.devices {
        assert_eq!(difference_to(d, &ledger), None, "{}", d.name);
    }
    assert_eq!(difference(w.office(), w.second()), None);
}

/// The first place where two devices differ in what both may read; `None`: none.
pub fn difference(a: &Device, b: &Device) -> Option<String> {
    let office = rules::access(a.role, Class::Office).reads() && rules::access(b.role, Class::Office).reads();
    difference_of((a, &everything(a, office)), (b, &everything(b, office)))
}

/// The same for what was read before.
pub fn difference_of((a, left): (&Device, &BTreeMap<String, Json>), (b, right): (&Device, &BTreeMap<String, Json>)) -> Option<String> {
    for key in left.keys().chain(right.keys()).collect::<BTreeSet<_>>() {
        let (l, r) = (left.get(key), right.get(key));
        if l != r {
            return Some(format!("{key}: {} and {} differ {}", a.name, b.name, place(l, r)));
        }
    }
    None
}

/// The first record of `a` that `wide` shows otherwise or not at all; `None`: none. `wide` may hold more.
pub fn difference_within(a: &Device, wide: &Device) -> Option<String> {
    let office = rules::access(a.role, Class::Office).reads();
    difference_within_of((a, &everything(a, office)), (wide, &everything(wide, office)))
}

/// The same for what was read before.
pub fn difference_within_of(
    (a, left): (&Device, &BTreeMap<String, Json>),
    (wide, right): (&Device, &BTreeMap<String, Json>),
) -> Option<String> {
    let (key, l) = left.iter().find(|(key, l)| right.get(*key) != Some(*l))?;
    Some(format!("{key}: {} and {} differ {}", a.name, wide.name, place(Some(l), right.get(key))))
}

/// Where two replies differ, and how.
fn place(l: Option<&Json>, r: Option<&Json>) -> String {
    match (l, r) {
        (Some(Json::Object(a)), Some(Json::Object(b))) => {
            let key = a.keys().chain(b.keys()).find(|k| a.get(*k) != b.get(*k));
            key.map_or_else(String::new, |k| format!(".{k}{}", place(a.get(k), b.get(k))))
        }
        (Some(Json::Array(a)), Some(Json::Array(b))) if a.len() == b.len() => {
            let at = a.iter().zip(b).position(|(x, y)| x != y);
            at.map_or_else(String::new, |n| format!("[{n}]{}", place(a.get(n), b.get(n))))
        }
        (l, r) => format!(": {} against {}", text(l), text(r)),
    }
}

fn text(v: Option<&Json>) -> String {
    v.map_or_else(|| "nothing".into(), ToString::to_string)
}

/// The first key whose live operations are not those of the server; `None`: none. Everything that `device` shows of households and people.
pub fn difference_to(device: &Device, ledger: &Ledger) -> Option<String> {
    let reads = |class| rules::access(device.role, class).reads();
    for (plate, id) in device.doors() {
        let file = device.call("get_household", json!({ "id": id }));
        let records = std::iter::once(&file["household"]).chain(file["persons"].as_array().unwrap());
        for record in records {
            let id = record["id"].as_str().unwrap();
            let here: BTreeMap<String, BTreeSet<String>> = record["ops"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(k, ops)| (k.clone(), ops.as_array().unwrap().iter().map(|o| o.as_str().unwrap().to_string()).collect()))
                .collect();
            let there = ledger.ops(id.parse().unwrap(), reads);
            if here != there {
                let key = here.keys().chain(there.keys()).find(|k| here.get(*k) != there.get(*k)).unwrap();
                return Some(format!("{plate} {id} {key}: here {:?}, server {:?}", here.get(key), there.get(key)));
            }
        }
    }
    None
}
