//! One device behind a front door: its engine, and the stream of its changes. The engine can be taken away and opened anew (the demo kills
//! a phone); listeners stay, calls wait. Everything here blocks, as the engine does; the async side goes through [`Device::ask`].

use crate::failure::{Outcome, fail, of_core};
use crate::limits::EVENTS_BEHIND;
use app_core::Engine;
use serde_json::Value;
use shared_model::commands::Changed;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use tokio::sync::broadcast;

/// What a device tells the program that runs it.
pub enum Heard<'a> {
    /// A write or a pull changed the store.
    Changed(&'a Changed),
    /// A sync ended well; so many commands went up.
    Synced {
        /// Commands pushed.
        pushed: u64,
    },
}

type Listener = Box<dyn Fn(Heard<'_>) + Send + Sync>;

/// An engine with its listeners.
pub struct Device {
    engine: RwLock<Option<Engine>>,
    events: broadcast::Sender<String>,
    listener: OnceLock<Listener>,
}

impl Device {
    /// A device that is not running yet.
    pub fn new() -> Arc<Device> {
        let (events, _) = broadcast::channel(EVENTS_BEHIND);
        Arc::new(Device { engine: RwLock::new(None), events, listener: OnceLock::new() })
    }

    /// Names the one listener of this program. A second one is ignored. It must not call the device back on the same thread.
    pub fn listen(&self, listener: Listener) {
        let _already_named = self.listener.set(listener);
    }

    /// Runs with this engine from now on.
    pub fn start(self: &Arc<Self>, engine: Engine) {
        let me = Arc::downgrade(self);
        engine.on_change(Box::new(move |changed| {
            if let Some(me) = me.upgrade() {
                me.tell(changed);
                me.hear(Heard::Changed(changed));
            }
        }));
        *self.engine.write().unwrap_or_else(PoisonError::into_inner) = Some(engine);
        self.tell(&Changed { many: true, ..Changed::default() });
    }

    /// Lets go of the engine, once the calls under way have ended.
    pub fn stop(&self) {
        let engine = self.engine.write().unwrap_or_else(PoisonError::into_inner).take();
        drop(engine);
    }

    /// Runs one command. Blocks.
    ///
    /// # Errors
    /// The engine's failure, or `busy` while the device is shut down.
    pub fn call(&self, name: &str, args: Value) -> Outcome<Value> {
        let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner);
        let Some(engine) = engine.as_ref() else { return Err(fail("busy", "这台设备正在打开，请稍候。写下的都在。")) };
        let reply = engine.call(name, args).map_err(of_core)?;
        if name == "sync_now" {
            self.hear(Heard::Synced { pushed: reply["pushed"].as_u64().unwrap_or(0) });
        }
        Ok(reply)
    }

    /// Runs one command from async code.
    ///
    /// # Errors
    /// As [`Device::call`]; `server_error` when the engine stopped in the middle of it.
    pub async fn ask(self: &Arc<Self>, name: String, args: Value) -> Outcome<Value> {
        let me = self.clone();
        let done = tokio::task::spawn_blocking(move || me.call(&name, args)).await;
        done.unwrap_or_else(|_| Err(fail("server_error", "这一步中断了，没有写下任何东西。原来的都在。")))
    }

    /// Pulls the plug out of the network, or puts it back.
    pub fn set_offline(&self, offline: bool) {
        if let Some(engine) = self.engine.read().unwrap_or_else(PoisonError::into_inner).as_ref() {
            engine.set_offline(offline);
        }
    }

    /// Changes from now on, as JSON texts.
    pub fn changes(&self) -> broadcast::Receiver<String> {
        self.events.subscribe()
    }

    /// Tells the listening pages.
    pub fn tell(&self, changed: &Changed) {
        let text = serde_json::to_string(changed).expect("a struct of strings and a bool has a JSON form");
        let _nobody_listens = self.events.send(text);
    }

    fn hear(&self, heard: Heard<'_>) {
        if let Some(listener) = self.listener.get() {
            listener(heard);
        }
    }
}
