//! The stage: server, devices, story and what the page sees of them. Everything here blocks and is called from blocking threads; one hand
//! at a time moves things (`turn`), so that a step of the story and the automatic sync never mix.

use super::cast::{Player, Who};
use super::live::Note;
use super::places::Places;
use super::server::Server;
use super::steps::Reply;
use crate::device::Heard;
use crate::failure::{Outcome, fail, of_core};
use crate::limits::DARK;
use app_core::{Engine, EngineOptions};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use shared_model::commands::{Changed, Failure};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::{Notify, mpsc, watch};

/// How far the preparation is.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    pub done: u32,
    pub total: u32,
    pub text: String,
    pub failure: Option<Failure>,
}

/// How far the story is told.
#[derive(Default)]
pub struct Story {
    /// What each step found, by the step's name.
    pub results: Map<String, Value>,
    /// What was answered; a step is told again without being done again.
    pub replies: BTreeMap<u32, Reply>,
    /// The next step.
    pub next: u32,
    /// The person with two numbers, and their household.
    pub person: Option<(String, String)>,
}

/// All of it.
pub struct Stage {
    pub places: Places,
    players: [Player; 3],
    server: Mutex<Option<Server>>,
    progress: Mutex<Progress>,
    story: Mutex<Story>,
    turn: Mutex<()>,
    is_ready: AtomicBool,
    received_at: AtomicI64,
    state: watch::Sender<String>,
    /// Something may look different now.
    pub nudge: Notify,
    notes: mpsc::UnboundedSender<Note>,
}

impl Stage {
    /// An empty stage, and the notes its devices will send.
    pub fn new(places: Places) -> (Arc<Stage>, mpsc::UnboundedReceiver<Note>) {
        let (notes, heard) = mpsc::unbounded_channel();
        let stage = Arc::new(Stage {
            places,
            players: Who::ALL.map(Player::new),
            server: Mutex::default(),
            progress: Mutex::default(),
            story: Mutex::new(Story { next: 1, ..Story::default() }),
            turn: Mutex::default(),
            is_ready: AtomicBool::new(false),
            received_at: AtomicI64::new(0),
            state: watch::Sender::new(String::new()),
            nudge: Notify::new(),
            notes,
        });
        for player in &stage.players {
            let (me, who) = (Arc::downgrade(&stage), player.who);
            player.device.listen(Box::new(move |heard| {
                if let Some(me) = me.upgrade() {
                    me.hear(who, heard);
                }
            }));
        }
        stage.publish();
        (stage, heard)
    }

    /// One person's device.
    pub fn player(&self, who: Who) -> &Player {
        &self.players[who as usize]
    }

    /// Waits for the turn to move things; held while they move.
    pub fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the devices may be used.
    pub fn is_ready(&self) -> bool {
        self.is_ready.load(Ordering::Acquire)
    }

    /// Opens or closes the devices for the page.
    pub fn set_ready(&self, ready: bool) {
        self.is_ready.store(ready, Ordering::Release);
        self.publish();
        if ready {
            for player in &self.players {
                player.device.tell(&Changed { many: true, ..Changed::default() });
            }
        }
    }

    pub fn story(&self) -> MutexGuard<'_, Story> {
        self.story.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn server(&self) -> MutexGuard<'_, Option<Server>> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says how far the preparation is.
    pub fn set_progress(&self, progress: Progress) {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = progress;
        self.publish();
    }

    /// Runs a command on a device and reads its reply.
    pub fn ask<T: DeserializeOwned>(&self, who: Who, name: &str, args: Value) -> Outcome<T> {
        let reply = self.player(who).device.call(name, args)?;
        serde_json::from_value(reply).map_err(|e| fail("server_error", format!("{name} 的回答看不懂：{e}")))
    }

    /// Opens a device's home; afterwards it runs.
    pub fn open(&self, who: Who) -> Outcome<()> {
        let player = self.player(who);
        let options = EngineOptions { auto_lock: false, ..EngineOptions::headless() };
        let engine = Engine::open(self.places.data().join("devices").join(who.key()), options).map_err(of_core)?;
        player.device.start(engine);
        player.device.set_offline(player.is_offline());
        player.set_running(true);
        self.nudge.notify_one();
        Ok(())
    }

    /// Takes a device's engine away in the middle of the day and opens its home anew: all that is kept is what stood in the store.
    pub fn kill(&self, who: Who) -> Outcome<()> {
        let player = self.player(who);
        player.set_running(false);
        player.device.stop();
        self.publish();
        std::thread::sleep(DARK);
        self.open(who)
    }

    /// The switch beside the phone. Back online, a device looks for what it missed.
    pub fn set_offline(&self, who: Who, offline: bool) {
        self.player(who).set_offline(offline);
        self.nudge.notify_one();
        if !offline {
            self.note(Note::Online(who));
        }
    }

    /// Lets go of everything: devices first, then the server.
    pub fn close(&self) {
        self.is_ready.store(false, Ordering::Release);
        for player in &self.players {
            player.set_running(false);
            player.device.stop();
        }
        *self.server() = None;
    }

    /// Sends a note to whoever keeps the devices in step.
    pub fn note(&self, note: Note) {
        let _the_program_ends = self.notes.send(note);
    }

    fn hear(&self, who: Who, heard: Heard<'_>) {
        match heard {
            Heard::Synced { pushed: 0 } => {}
            Heard::Synced { .. } => {
                self.received_at.store(now_ms(), Ordering::Relaxed);
                self.note(Note::Pushed(who));
            }
            Heard::Changed(changed) if changed.kinds.iter().all(|k| k == "sync" || k == "session") => {}
            Heard::Changed(_) => self.note(Note::Changed(who)),
        }
        self.nudge.notify_one();
    }

    /// The state as the page reads it, always current.
    pub fn states(&self) -> watch::Receiver<String> {
        self.state.subscribe()
    }

    /// Looks at everything and tells the page where it differs.
    pub fn publish(&self) -> String {
        let text = self.look().to_string();
        self.state.send_if_modified(|old| {
            let differs = *old != text;
            old.clone_from(&text);
            differs
        });
        text
    }

    fn look(&self) -> Value {
        let ready = self.is_ready();
        let mut devices = Map::new();
        let mut records = 0;
        for player in &self.players {
            // While the world is filled its devices are busy; nobody waits for them to say so.
            let status = if ready { player.status() } else { Default::default() };
            if player.who == Who::Office {
                records = status.records;
            }
            let who = player.who;
            devices.insert(
                who.key().into(),
                json!({
                    "name": who.name(), "role": who.role_name(), "unit": who.unit_name(), "url": format!("d/{}/", who.key()),
                    "offline": player.is_offline(), "running": ready && player.is_running(),
                    "pending": status.pending, "agreed": status.agreed, "agreed_at": status.agreed_at,
                    "conflicts": status.conflicts, "records": status.records,
                }),
            );
        }
        let progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let received_at = Some(self.received_at.load(Ordering::Relaxed)).filter(|at| *at > 0);
        let story = self.story();
        json!({
            "ready": ready,
            "progress": { "done": progress.done, "total": progress.total, "text": progress.text },
            "failure": progress.failure,
            "devices": devices,
            "server": { "records": records, "received_at": received_at },
            "story": { "step": story.next, "results": story.results },
        })
    }
}

/// Unix milliseconds of this machine.
fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX))
}
