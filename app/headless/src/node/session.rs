//! Who sits at which browser: one session a browser, by a random cookie of 256 bits. In memory only, so that after a restart everybody shows their
//! PIN again. Pure but for the randomness of a new key: times come in. Which account may do what is asked in `mod.rs`.

use crate::limits::{SESSION_FORGOTTEN_MS, SESSIONS_MAX, TOKEN_BYTES};
use rand::RngCore;
use shared_model::limits::AUTO_LOCK_MS;
use std::collections::HashMap;
use tokio::sync::watch;

/// What the cookie holds.
pub type Key = [u8; TOKEN_BYTES];

/// One browser.
pub struct Session {
    /// Whose it is; stays when it is locked, so that the keypad knows whom to ask.
    pub account: String,
    /// The PIN was shown and the session was used since.
    pub is_open: bool,
    used_ms: i64,
    /// Goes up when this session opens, locks or ends: its streams end then.
    tick: watch::Sender<u32>,
}

/// All sessions of a node, at most [`SESSIONS_MAX`].
#[derive(Default)]
pub struct Sessions(HashMap<Key, Session>);

impl Sessions {
    /// One by its key.
    pub fn get(&self, key: &Key) -> Option<&Session> {
        self.0.get(key)
    }

    /// A new open one. Whoever was away longest makes room, those that are locked first.
    pub fn add(&mut self, account: &str, now_ms: i64) -> Key {
        while self.0.len() >= SESSIONS_MAX {
            let Some(oldest) = self.0.iter().min_by_key(|(_, s)| (s.is_open, s.used_ms)).map(|(key, _)| *key) else { break };
            self.end(&oldest);
        }
        let mut key = [0; TOKEN_BYTES];
        rand::rngs::OsRng.fill_bytes(&mut key);
        let (tick, _) = watch::channel(0);
        self.0.insert(key, Session { account: account.to_owned(), is_open: true, used_ms: now_ms, tick });
        key
    }

    /// The PIN was shown again.
    pub fn open(&mut self, key: &Key, now_ms: i64) {
        if let Some(session) = self.0.get_mut(key) {
            session.is_open = true;
            session.used_ms = now_ms;
            session.tick.send_modify(|n| *n += 1);
        }
    }

    /// Locks one; its account stays named. Nothing where there is none.
    pub fn lock(&mut self, key: &Key) {
        if let Some(session) = self.0.get_mut(key) {
            session.is_open = false;
            session.tick.send_modify(|n| *n += 1);
        }
    }

    /// Forgets one. Its streams end.
    pub fn end(&mut self, key: &Key) -> Option<Session> {
        let session = self.0.remove(key)?;
        session.tick.send_modify(|n| *n += 1);
        Some(session)
    }

    /// Forgets all of an account.
    pub fn end_all(&mut self, account: &str) {
        let keys: Vec<Key> = self.0.iter().filter(|(_, s)| s.account == account).map(|(key, _)| *key).collect();
        for key in keys {
            self.end(&key);
        }
    }

    /// A person did something.
    pub fn note_use(&mut self, key: &Key, now_ms: i64) {
        if let Some(session) = self.0.get_mut(key) {
            session.used_ms = now_ms;
        }
    }

    /// Locks what nobody used for [`AUTO_LOCK_MS`] and forgets what nobody opened for a day. The accounts concerned.
    pub fn sweep(&mut self, now_ms: i64) -> Vec<String> {
        let idle = |s: &Session, ms: i64| now_ms - s.used_ms > ms;
        let (mut lock, mut forget) = (Vec::new(), Vec::new());
        for (key, s) in &self.0 {
            if s.is_open && idle(s, AUTO_LOCK_MS) {
                lock.push((*key, s.account.clone()));
            } else if !s.is_open && idle(s, SESSION_FORGOTTEN_MS) {
                forget.push(*key);
            }
        }
        for key in &forget {
            self.end(key);
        }
        for (key, _) in &lock {
            self.lock(key);
        }
        lock.into_iter().map(|(_, account)| account).collect()
    }

    /// Is anybody at work in this account?
    pub fn is_any_open(&self, account: &str) -> bool {
        self.0.values().any(|s| s.is_open && s.account == account)
    }

    /// Told when this session opens, locks or ends.
    pub fn turns(&self, key: &Key) -> Option<watch::Receiver<u32>> {
        self.0.get(key).map(|s| s.tick.subscribe())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_that_nobody_used_locks_alone_and_keeps_its_account() {
        let mut all = Sessions::default();
        let (a, b) = (all.add("a", 0), all.add("b", 0));
        all.note_use(&b, AUTO_LOCK_MS);
        assert_eq!(all.sweep(AUTO_LOCK_MS + 1), ["a"]);
        assert!(!all.get(&a).unwrap().is_open && all.get(&b).unwrap().is_open);
        assert_eq!(all.get(&a).unwrap().account, "a");
        assert!(!all.is_any_open("a") && all.is_any_open("b"));
        all.sweep(SESSION_FORGOTTEN_MS + 1);
        assert!(all.get(&a).is_none());
    }

    #[test]
    fn there_are_never_more_than_the_limit_and_open_ones_stay_longest() {
        let mut all = Sessions::default();
        let first = all.add("a", 0);
        let locked = all.add("b", 1);
        all.lock(&locked);
        for n in 0..SESSIONS_MAX - 1 {
            all.add("c", 2 + n as i64);
        }
        assert_eq!(all.0.len(), SESSIONS_MAX);
        assert!(all.get(&locked).is_none() && all.get(&first).is_some());
        all.add("c", 1000);
        assert!(all.get(&first).is_none());
    }

    #[test]
    fn keys_are_never_the_same() {
        let mut all = Sessions::default();
        assert_ne!(all.add("a", 0), all.add("a", 0));
    }
}
