//! A network that plays back answers that were recorded before: what a device costs is measured alone, without the server that answered.

use crate::world::{Exchange, SimEnv};
use app_core::{Engine, EngineOptions, NetReply, Transport};
use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Recorded answers, given out one a request, in order, as they came over the wire.
pub struct Tape(Mutex<VecDeque<Vec<u8>>>);

impl Tape {
    /// Of the answers of these exchanges, compressed as the server compresses them.
    pub fn of(exchanges: &[Exchange]) -> Tape {
        let packed = |e: &Exchange| zstd::bulk::compress(&e.reply, 3).expect("compressing memory into memory cannot fail");
        Tape(Mutex::new(exchanges.iter().filter(|e| e.path == "/v1/sync").map(packed).collect()))
    }

    /// Bytes still to be given out.
    pub fn bytes(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().map(Vec::len).sum()
    }
}

impl Transport for Tape {
    fn post(&self, _url: &str, _path: &str, _headers: &[(String, String)], _body: &[u8]) -> Result<NetReply, ()> {
        let body = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front().ok_or(())?;
        Ok(NetReply { status: 200, body, retry_after_s: None, headers: Vec::new() })
    }
}

/// The engine of a home that was left unlocked, on a tape.
pub fn engine(home: &Path, env: Arc<SimEnv>, tape: Tape) -> Engine {
    let options = EngineOptions { env, transport: Arc::new(tape), keeps_unlocked: true, auto_lock: false, node: None };
    Engine::open(home.to_path_buf(), options).unwrap()
}
