//! A device of the world: a real engine in a home of its own, its line and its clock.

use super::clock::{Clock, SimEnv};
use super::net::{Fault, Line};
use app_core::{CoreError, Engine, EngineOptions};
use serde_json::{Value as Json, json};
use shared_model::Role;
use shared_model::wire::NodeOf;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

/// PIN of every device.
pub const PIN: &str = "135790";
/// Files of a home.
const FILES: [&str; 8] =
    ["gridwalk.db", "gridwalk.db-wal", "media.db", "media.db-wal", "seal.json", "device.key", "unlocked", "wiped.json"];

/// One phone or office computer.
pub struct Device {
    pub name: &'static str,
    pub role: Role,
    pub line: Arc<Line>,
    pub env: Arc<SimEnv>,
    clock: Clock,
    homes: PathBuf,
    lives: Cell<u32>,
    engine: RefCell<Option<Engine>>,
    /// The machine that it is an account of.
    node: RefCell<Option<NodeOf>>,
    /// Commands written through [`Device::call`], replays not counted.
    written: Arc<AtomicU64>,
}

impl Device {
    /// A device whose homes, one a life, stand in `homes`.
    pub fn new(name: &'static str, role: Role, line: Arc<Line>, env: Arc<SimEnv>, clock: &Clock, homes: PathBuf) -> Self {
        let device = Device {
            name,
            role,
            line,
            env,
            clock: clock.clone(),
            homes,
            lives: Cell::new(0),
            engine: RefCell::new(None),
            node: RefCell::new(None),
            written: Arc::default(),
        };
        std::fs::create_dir_all(device.home()).unwrap();
        device.open();
        device
    }

    /// The folder of its present life.
    pub fn home(&self) -> PathBuf {
        self.homes.join(self.lives.get().to_string())
    }

    fn open(&self) {
        let unlocked = self.home().join("unlocked");
        if let Ok(text) = std::fs::read_to_string(&unlocked) {
            // as if the person had just typed the PIN: deriving the key anew costs more than the whole test
            let key = text.split_whitespace().next().unwrap_or_default();
            let now = app_core::Env::now_ms(self.env.as_ref());
            std::fs::write(&unlocked, format!("{key} {now}")).unwrap();
        }
        let node = self.node.borrow().clone();
        let options = EngineOptions { env: self.env.clone(), transport: self.line.clone(), keeps_unlocked: true, auto_lock: false, node };
        *self.engine.borrow_mut() = Some(Engine::open(self.home(), options).unwrap());
    }

    /// From here on it is an account of a shared machine; said before it is enrolled.
    pub fn put_on(&self, node: &NodeOf) {
        *self.node.borrow_mut() = Some(node.clone());
        self.close();
        self.open();
    }

    /// Begins the program again after [`Device::close`].
    pub fn wake(&self) {
        self.open();
    }

    /// Puts the program away in order.
    pub fn close(&self) {
        *self.engine.borrow_mut() = None;
    }

    /// The power goes: what lies on the disk at this moment is all there is, in a new life.
    pub fn kill(&self) {
        let old = self.home();
        self.lives.set(self.lives.get() + 1);
        copy_home(&old, &self.home());
        self.close();
        self.open();
    }

    /// The power will go before the commit after `commits` more, in whatever the device does then.
    pub fn cut_power_after(&self, commits: u32) {
        let (old, new) = (self.home(), self.homes.join((self.lives.get() + 1).to_string()));
        let line = self.line.clone();
        self.env.cut_power_after(commits, move || {
            copy_home(&old, &new);
            // the program still runs, but nobody hears of it any more
            line.set_offline(true);
        });
    }

    /// If it went, the device goes on from what lay on the disk at that moment. Whatever was answered since was never seen by anybody.
    pub fn wakes_after_power_cut(&self) -> bool {
        let went = self.env.power_went();
        if went {
            self.line.set_offline(false);
            self.lives.set(self.lives.get() + 1);
            self.close();
            self.open();
        }
        went
    }

    /// A command while the power may go; `None` when it went, with the work that was not yet on the disk.
    pub fn try_call_on_low_battery(&self, commits: u32, command: &str, args: Json) -> Option<Result<Json, CoreError>> {
        let before = self.pending();
        self.cut_power_after(commits);
        let out = self.engine().call(command, args);
        let went = self.wakes_after_power_cut();
        self.clock.pass_ms(1000);
        self.written.fetch_add(u64::from(self.pending() - before), Ordering::SeqCst);
        (!went).then_some(out)
    }

    /// The engine.
    pub fn engine(&self) -> Engine {
        self.engine.borrow().clone().expect("the device is on")
    }

    /// A command, as a person or a screen calls it. What is written takes a second.
    pub fn try_call(&self, command: &str, args: Json) -> Result<Json, CoreError> {
        let before = self.pending();
        self.line.begin_sync();
        let out = self.engine().call(command, args);
        let writes =
            shared_model::commands::COMMANDS.iter().any(|c| c.name == command && c.kind == shared_model::commands::CommandKind::Write);
        if writes {
            self.clock.pass_ms(1000);
            self.written.fetch_add(u64::from(self.pending() - before), Ordering::SeqCst);
        } else if let Ok(reply) = &out
            && let answer = reply.get("answer").unwrap_or(reply)
            && answer["waiting"].is_u64()
        {
            // a command to the server is sent at once: what came of each is in the answer
            let refused = answer["refused"].as_array().map_or(0, Vec::len) as u64;
            let written = answer["accepted"].as_u64().unwrap_or(0) + answer["waiting"].as_u64().unwrap_or(0) + refused;
            self.written.fetch_add(written, Ordering::SeqCst);
        }
        out
    }

    /// A command that has to succeed.
    pub fn call(&self, command: &str, args: Json) -> Json {
        self.try_call(command, args.clone()).unwrap_or_else(|e| panic!("{}: {command} {args}: {e}", self.name))
    }

    /// A command that has to be refused; its code.
    pub fn refused(&self, command: &str, args: Json) -> String {
        match self.try_call(command, args) {
            Err(e) => e.code,
            Ok(reply) => panic!("{}: {command} went through: {reply}", self.name),
        }
    }

    /// Syncs until nothing waits; it has to succeed.
    pub fn sync(&self) -> Json {
        self.call("sync_now", json!({}))
    }

    /// Syncs; it may fail.
    pub fn try_sync(&self) -> Result<Json, CoreError> {
        self.line.begin_sync();
        self.engine().call("sync_now", json!({}))
    }

    /// The next requests meet these faults.
    pub fn meets(&self, faults: &[Fault]) -> &Self {
        self.line.queue(faults);
        self
    }

    /// Writes this while the next answer is on its way: the store is not held then, and people go on working.
    pub fn write_in_flight(&self, command: &'static str, args: Json) {
        self.write_all_in_flight([(command, args)]);
    }

    /// The same for several commands.
    pub fn write_all_in_flight(&self, commands: impl IntoIterator<Item = (&'static str, Json)>) {
        let (engine, written) = (self.engine(), self.written.clone());
        let mut left: Vec<_> = commands.into_iter().collect();
        self.line.set_bend(Some(Box::new(move |_| {
            for (command, args) in left.drain(..) {
                let before = pending(&engine);
                let _ = engine.call(command, args);
                written.fetch_add(u64::from(pending(&engine) - before), Ordering::SeqCst);
            }
            false
        })));
    }

    /// Commands without a verdict.
    pub fn pending(&self) -> u32 {
        pending(&self.engine())
    }

    /// Commands written by calls so far.
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::SeqCst)
    }

    /// The truth line.
    pub fn status(&self) -> Json {
        self.call("sync_status", json!({}))
    }

    /// Is everything proved equal?
    pub fn agrees(&self) -> bool {
        self.status()["agreed"] == json!(true)
    }

    /// Its id at the server.
    pub fn id(&self) -> Uuid {
        self.call("whoami", json!({}))["device"].as_str().unwrap().parse().unwrap()
    }

    /// Doorplate → household, of everything here.
    pub fn doors(&self) -> BTreeMap<String, String> {
        let list = self.call("list_households", json!({}));
        let pair = |h: &Json| (h["plate"].as_str().unwrap().to_string(), h["id"].as_str().unwrap().to_string());
        list["items"].as_array().unwrap().iter().map(pair).collect()
    }

    /// The household at a doorplate.
    pub fn at(&self, plate: &str) -> String {
        self.doors().get(plate).cloned().unwrap_or_else(|| panic!("{}: nothing at {plate}", self.name))
    }

    /// The file of the household at a doorplate.
    pub fn file(&self, plate: &str) -> Json {
        self.call("get_household", json!({ "id": self.at(plate) }))
    }

    /// A person of the household at a doorplate, by name.
    pub fn person(&self, plate: &str, name: &str) -> Json {
        let file = self.file(plate);
        let found = file["persons"].as_array().unwrap().iter().find(|p| p["name"] == name).cloned();
        found.unwrap_or_else(|| panic!("{}: no {name} at {plate}", self.name))
    }

    /// Writes one field of a person.
    pub fn edit_person(&self, plate: &str, name: &str, key: &str, value: impl Into<Json>) -> Json {
        let id = self.person(plate, name)["id"].clone();
        self.call("edit_person", json!({ "id": id, "edit": { key: value.into() } }))
    }

    /// Conflicts here, by the record's name and key, each with its values in order.
    pub fn conflicts(&self) -> BTreeMap<String, Vec<String>> {
        let list = self.call("list_conflicts", json!({}));
        let mut out = BTreeMap::new();
        for c in list["items"].as_array().unwrap() {
            let mut values: Vec<String> = c["values"].as_array().unwrap().iter().map(|v| v["text"].as_str().unwrap().into()).collect();
            values.sort();
            out.insert(format!("{} {}", c["record_name"].as_str().unwrap(), c["key"].as_str().unwrap()), values);
        }
        out
    }

    /// The one conflict here.
    pub fn conflict(&self) -> Json {
        let list = self.call("list_conflicts", json!({}));
        assert_eq!(list["items"].as_array().unwrap().len(), 1, "{}: {list}", self.name);
        list["items"][0].clone()
    }
}

fn pending(engine: &Engine) -> u32 {
    engine.call("sync_status", json!({})).map_or(0, |s| u32::try_from(s["pending"].as_u64().unwrap()).unwrap())
}

/// Copies what a home holds.
pub fn copy_home(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in FILES {
        let path = from.join(file);
        if path.exists() {
            std::fs::copy(path, to.join(file)).unwrap();
        }
    }
}
