//! Syncing by itself, politely: soon after something was written, now and then otherwise, and with growing pauses while nobody answers.
//! The pauses are a pure function; the thread only waits and calls. A locked store is left alone.

use crate::engine::Engine;
use std::sync::mpsc;
use std::time::Duration;

/// After a write, so that a burst goes up together.
const AFTER_WRITE_MS: u64 = 2_000;
/// Without anything to send.
const IDLE_MS: u64 = 5 * 60_000;
/// First pause after a failure; doubled each time.
const RETRY_MS: u64 = 5_000;
/// Longest pause.
const RETRY_MAX_MS: u64 = 5 * 60_000;

/// How long to wait before the next sync, ms. `random`: any number; it spreads devices that lost the same server.
pub fn pause_ms(failures: u32, waits: bool, random: u8) -> u64 {
    let base = match (failures, waits) {
        (0, true) => return AFTER_WRITE_MS,
        (0, false) => IDLE_MS,
        (n, _) => (RETRY_MS << n.min(10).saturating_sub(1)).min(RETRY_MAX_MS),
    };
    base / 2 + base * u64::from(random) / 510
}

/// Starts the thread; it ends with the process.
pub fn keep_in_sync(engine: &Engine) {
    let (wake, woken) = mpsc::sync_channel::<()>(1);
    engine.on_change(Box::new(move |changed| {
        if changed.kinds.iter().any(|k| k != "sync") {
            // a full channel means that a wake-up waits already
            let _ = wake.try_send(());
        }
    }));
    let engine = engine.clone();
    std::thread::spawn(move || {
        let mut failures = 0;
        loop {
            engine.lock_if_idle();
            let waits = engine.is_open() && crate::commands::session::status(&engine).is_ok_and(|s| s.pending > 0);
            let [random] = crate::vault::random(engine.env());
            match woken.recv_timeout(Duration::from_millis(pause_ms(failures, waits, random))) {
                // something was written: go round again, so that what follows in the same breath goes with it
                Ok(()) if failures == 0 => continue,
                Err(mpsc::RecvTimeoutError::Disconnected) => return,
                _ => {}
            }
            if !engine.is_open() {
                failures = 0;
                continue;
            }
            failures = match engine.sync(None) {
                Ok(_) => 0,
                Err(_) => failures + 1,
            };
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_five_minutes_and_are_spread() {
        assert_eq!(pause_ms(0, true, 0), AFTER_WRITE_MS);
        let mut last = 0;
        for n in 1..40 {
            let (low, high) = (pause_ms(n, true, 0), pause_ms(n, true, 255));
            assert!(low >= last.min(RETRY_MAX_MS / 2) && high <= RETRY_MAX_MS && low < high);
            last = low;
        }
        assert!(pause_ms(0, false, 255) <= IDLE_MS);
    }
}
