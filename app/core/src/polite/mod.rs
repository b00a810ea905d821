//! Syncing by itself, politely. `schedule.rs` decides when, as a pure function of what happened; here are the two threads that only wait and
//! call: one syncs, one listens to the server's wake-ups. A locked store is left alone; a server without wake-ups is asked now and then.

mod schedule;

use crate::engine::Engine;
use crate::env::{Told, WatchEnd};
use crate::sync::Outcome;
use schedule::{Happened, Schedule, Why};
use serde::Deserialize;
use shared_model::Class;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Longest wait: whether the store locked itself is looked at this often, ms.
const TICK_MS: u64 = 30_000;
/// Shortest wait between two tries to bring photos, ms.
const PHOTO_WAIT_MS: u64 = 1_000;

/// What the syncing thread is told.
enum Note {
    /// Something changed in the store.
    Changed,
    /// Somebody else synced.
    Outcome(Happened),
    /// The stream is open.
    Listening,
    /// A partition has moved on; without one: ask anyway.
    Woken(Option<(Uuid, Class, u64)>),
    /// The stream ended. `is_barred`: this device may not listen.
    StreamEnded { asked_ms: Option<u64>, is_unknown: bool, is_barred: bool },
}

/// Starts the threads; they end with the process.
pub fn keep_in_sync(engine: &Engine) {
    let (tell, notes) = mpsc::channel();
    let (listen, wanted) = mpsc::channel();
    let changed = tell.clone();
    engine.on_change(Box::new(move |_| {
        // nobody is told any more when the process ends
        let _ = changed.send(Note::Changed);
    }));
    let (listening, listener) = (engine.clone(), tell.clone());
    std::thread::spawn(move || listen_when_wanted(&listening, &wanted, &listener));
    bring_photos(engine);
    let engine = engine.clone();
    std::thread::spawn(move || {
        let own = std::thread::current().id();
        engine.on_outcome(Box::new(move |outcome| {
            if std::thread::current().id() != own {
                let _ = tell.send(Note::Outcome(happened(outcome)));
            }
        }));
        let driver =
            Driver { engine, schedule: Schedule::default(), began: Instant::now(), is_open: false, written: 0, stream: Stream::None };
        driver.run(&notes, &listen);
    });
}

/// Photos have a thread of their own, so that no record waits for one: it wakes after each sync that went well, and when the pause of a photo
/// that did not go is over.
fn bring_photos(engine: &Engine) {
    engine.send_media_apart();
    let (tell, synced) = mpsc::channel();
    engine.on_outcome(Box::new(move |outcome| {
        if matches!(outcome, Outcome::Synced { .. }) {
            // nobody is told any more when the process ends
            let _ = tell.send(());
        }
    }));
    let engine = engine.clone();
    std::thread::spawn(move || {
        let mut has_network = false;
        loop {
            let due = engine.media_due().filter(|_| has_network);
            let wait = due.map_or(TICK_MS, |at| u64::try_from(at - engine.now_ms()).unwrap_or(0).clamp(PHOTO_WAIT_MS, TICK_MS));
            match synced.recv_timeout(Duration::from_millis(wait)) {
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout) if due.is_some_and(|at| at <= engine.now_ms()) => {}
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => return,
            }
            while synced.try_recv().is_ok() {}
            // without a network the next sync that goes well says when to try again
            has_network = engine.send_media().is_ok();
        }
    });
}

fn happened(outcome: &Outcome<'_>) -> Happened {
    match outcome {
        Outcome::Synced { is_pending } => Happened::Synced { is_pending: *is_pending },
        Outcome::Failed { error, asked_ms } => {
            let why = match error.code.as_str() {
                "offline" => Why::NoAnswer,
                "unconfirmed" => Why::Unconfirmed,
                _ => Why::Refused,
            };
            Happened::Failed { why, asked_ms: *asked_ms }
        }
    }
}

struct Driver {
    engine: Engine,
    schedule: Schedule,
    began: Instant,
    is_open: bool,
    /// The last command written here that was noticed.
    written: u64,
    stream: Stream,
}

/// What the listening thread does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stream {
    None,
    Opening,
    Open,
}

impl Driver {
    fn run(mut self, notes: &Receiver<Note>, listen: &Sender<()>) {
        loop {
            self.look_at_lock();
            let now = self.now();
            if self.schedule.listen_due().is_some_and(|at| at <= now) {
                self.schedule.begin_listening();
                match self.stream {
                    Stream::None if listen.send(()).is_err() => return,
                    Stream::None => self.stream = Stream::Opening,
                    // The store was closed and opened again so fast that the stream did not notice.
                    Stream::Open => self.on(Happened::Listening),
                    Stream::Opening => {}
                }
            }
            if self.schedule.sync_due().is_some_and(|at| at <= now) {
                self.sync();
                continue;
            }
            let due = [self.schedule.sync_due(), self.schedule.listen_due()].into_iter().flatten().min();
            let wait = due.map_or(TICK_MS, |at| at.saturating_sub(now).min(TICK_MS));
            match notes.recv_timeout(Duration::from_millis(wait)) {
                Ok(note) => self.take(note),
                // Another program may share this home.
                Err(RecvTimeoutError::Timeout) => {
                    self.look_for_writes();
                    // the receipt of a wipe waits for a network
                    self.engine.tell_wiped();
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn on(&mut self, happened: Happened) {
        let random = u16::from_le_bytes(crate::vault::random(self.engine.env()));
        self.schedule.on(self.now(), happened, random);
    }

    fn look_at_lock(&mut self) {
        self.engine.lock_if_idle();
        let is_open = self.engine.is_open();
        if is_open != self.is_open {
            self.is_open = is_open;
            self.on(if is_open { Happened::Opened } else { Happened::Closed });
        }
    }

    /// What this tells is known here first, so that it comes before what was written meanwhile.
    fn sync(&mut self) {
        self.schedule.begin_sync();
        self.written = self.engine.last_written().unwrap_or(self.written);
        let mut ended = None;
        // Everything about its failure is in the outcome.
        let _report = self.engine.sync_and_tell(None, &mut |outcome| ended = Some(happened(outcome)));
        if let Some(ended) = ended {
            self.on(ended);
        }
    }

    /// Most changes are what a sync brought; only a command of this device has to go up.
    fn look_for_writes(&mut self) {
        let written = self.engine.last_written().unwrap_or(self.written);
        if written > self.written {
            self.written = written;
            self.on(Happened::Wrote);
        }
    }

    fn take(&mut self, note: Note) {
        match note {
            Note::Changed => self.look_for_writes(),
            Note::Outcome(outcome) => self.on(outcome),
            Note::Listening => {
                self.stream = Stream::Open;
                self.on(Happened::Listening);
            }
            Note::Woken(None) => self.on(Happened::Woken),
            Note::Woken(Some((unit, class, head))) => {
                // What this device sent itself comes back as a wake-up, too.
                if self.engine.is_behind(&unit, class, head).unwrap_or(false) {
                    self.on(Happened::Woken);
                }
            }
            Note::StreamEnded { asked_ms, is_unknown, is_barred } => {
                self.stream = Stream::None;
                self.on(Happened::StreamEnded { asked_ms, is_unknown });
                if is_barred {
                    // A sync tells why, and what is to be done about it.
                    self.on(Happened::Woken);
                }
            }
        }
    }
}

/// One stream at a time, each when it is wanted.
fn listen_when_wanted(engine: &Engine, wanted: &Receiver<()>, tell: &Sender<Note>) {
    while wanted.recv().is_ok() {
        let ended = engine.watch(&mut |told| {
            let note = match told {
                Told::Open => Note::Listening,
                Told::Beat => return engine.may_listen(),
                Told::Event { name, data } => match name.as_str() {
                    "wake" => Note::Woken(partition(&data)),
                    _ => Note::Woken(None),
                },
            };
            tell.send(note).is_ok() && engine.may_listen()
        });
        let (asked_ms, is_unknown) = match ended {
            WatchEnd::Ended | WatchEnd::NoAnswer => (None, false),
            // Only a server that has no such address has no stream; everything else may be different later.
            WatchEnd::Refused { status, retry_after_s } => (retry_after_s.map(|s| s.saturating_mul(1_000)), matches!(status, 404 | 405)),
            WatchEnd::Unknown => (None, true),
        };
        let is_barred = matches!(ended, WatchEnd::Refused { status: 401 | 403, .. });
        if tell.send(Note::StreamEnded { asked_ms, is_unknown, is_barred }).is_err() {
            return;
        }
    }
}

/// What a wake-up names. One that cannot be read is a reason to ask, not to stay silent.
fn partition(data: &str) -> Option<(Uuid, Class, u64)> {
    #[derive(Deserialize)]
    struct Wake {
        unit: Uuid,
        class: String,
        head: u64,
    }
    let wake: Wake = serde_json::from_str(data).ok()?;
    let class = Class::ALL.into_iter().find(|class| class.name() == wake.class)?;
    Some((wake.unit, class, wake.head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wake_up_is_read_and_one_that_cannot_be_read_means_ask() {
        let unit = Uuid::from_u128(7);
        let data = format!(r#"{{"unit":"{unit}","class":"door","head":9,"more":1}}"#);
        assert_eq!(partition(&data), Some((unit, Class::Door, 9)));
        assert_eq!(partition(r#"{"unit":7}"#), None);
    }
}
