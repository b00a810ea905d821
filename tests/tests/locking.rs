//! The lock of a phone in somebody's hand: it falls by itself, whoever shows a page hears of it, and wrong digits are counted and slowed, visibly.

#![allow(clippy::unwrap_used)]

use app_core::{Engine, EngineOptions};
use e2e::world::*;
use serde_json::{Value as Json, json};
use shared_model::limits::AUTO_LOCK_MS;
use std::sync::{Arc, Mutex};

/// The device's home as the shell opens it: it locks by itself and leaves no key behind.
fn as_in_the_shell(device: &Device) -> Engine {
    let home = device.home();
    device.close();
    let options =
        EngineOptions { env: device.env.clone(), transport: device.line.clone(), keeps_unlocked: false, auto_lock: true, node: None };
    let _ = std::fs::remove_file(home.join("unlocked"));
    Engine::open(home, options).unwrap()
}

fn whoami(engine: &Engine) -> Json {
    engine.call("whoami", json!({})).unwrap()
}

#[test]
fn a_store_that_nobody_uses_closes_in_five_minutes_and_every_page_is_told() {
    let w = World::ready(931);
    let engine = as_in_the_shell(&w.devices[ANA]);
    engine.call("unlock", json!({ "pin": PIN })).unwrap();
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let ear = heard.clone();
    engine.on_change(Box::new(move |changed| ear.lock().unwrap().extend(changed.kinds.clone())));
    w.clock.pass_ms(AUTO_LOCK_MS);
    engine.call("list_due", json!({})).unwrap();
    // what a page asks by itself is no sign of a person
    for _ in 0..3 {
        w.clock.pass_ms(AUTO_LOCK_MS / 3 + 1);
        whoami(&engine);
    }
    assert_eq!(whoami(&engine)["locked"], true);
    assert_eq!(*heard.lock().unwrap(), ["session"], "told once, when it closed");
    assert_eq!(engine.call("list_due", json!({})).unwrap_err().code, "locked");
    let shown = whoami(&engine);
    assert_eq!(
        (shown["name"].clone(), shown["unit_name"].clone()),
        (Json::Null, Json::Null),
        "nothing with a name while it is locked: {shown}"
    );
}

#[test]
fn wrong_digits_are_counted_and_then_slowed_and_the_wait_is_told() {
    let w = World::ready(932);
    let engine = as_in_the_shell(&w.devices[ANA]);
    let try_pin = |pin: &str| engine.call("unlock", json!({ "pin": pin }));
    for left in (0..5).rev() {
        assert_eq!(try_pin("000000").unwrap_err().code, "locked");
        assert_eq!((whoami(&engine)["tries_left"].clone(), whoami(&engine)["wait_seconds"].clone()), (json!(left), Json::Null));
    }
    try_pin("000000").unwrap_err();
    let wait = whoami(&engine)["wait_seconds"].as_i64().unwrap();
    assert!((25..=31).contains(&wait), "{wait}");
    assert_eq!(try_pin(PIN).unwrap_err().code, "locked", "the right digits wait too");
    w.clock.pass_ms(wait * 1000);
    assert_eq!(whoami(&engine)["wait_seconds"], Json::Null);
    assert_eq!(try_pin(PIN).unwrap()["locked"], false);
    engine.call("lock", json!({})).unwrap();
    assert_eq!(whoami(&engine)["tries_left"], 5, "forgotten once it opened");
}
