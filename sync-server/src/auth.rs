//! Signed requests: which device speaks, that it said exactly this, and that nobody says it a second time. A wrong clock is answered with
//! the server's signed time and locks nobody out.

use crate::Inner;
use crate::closing;
use crate::error::{Error, Fault};
use crate::store::devices::{self, Device};
use crate::store::lock;
use ed25519_dalek::{Signature, VerifyingKey};
use shared_model::limits::CLOCK_SKEW_MS_MAX;
use shared_model::wire::request_text;
use std::collections::HashMap;
use uuid::Uuid;

/// Nonces remembered at once; beyond it the oldest half of the window goes.
const NONCES_MAX: usize = 500_000;

/// A device whose request is authentic.
pub struct Caller {
    pub device: Device,
    pub nonce: [u8; 16],
    pub time_ms: i64,
}

/// Nonces of the window in which a request is fresh.
pub struct Nonces {
    seen: HashMap<(Uuid, [u8; 16]), i64>,
    swept_at: i64,
}

impl Nonces {
    pub fn new(rows: Vec<(Uuid, [u8; 16], i64)>) -> Self {
        Nonces { seen: rows.into_iter().map(|(device, nonce, at)| ((device, nonce), at)).collect(), swept_at: 0 }
    }

    /// Remembers one; `false` when it was there. Kept as long as its time could pass as fresh.
    fn add(&mut self, device: Uuid, nonce: [u8; 16], at_ms: i64, now_ms: i64) -> bool {
        if now_ms - self.swept_at > CLOCK_SKEW_MS_MAX || self.seen.len() > NONCES_MAX {
            self.seen.retain(|_, at| *at >= now_ms - CLOCK_SKEW_MS_MAX);
            self.swept_at = now_ms;
        }
        self.seen.insert((device, nonce), at_ms).is_none()
    }
}

/// Refuses a device that is given nothing any more; only its sync is answered otherwise (`closing.rs`).
pub fn only_open(caller: Caller) -> Result<Caller, Fault> {
    if !closing::is_closed(&caller.device) {
        return Ok(caller);
    }
    let code = if caller.device.revoked_at.is_some() { "revoked" } else { "cloned" };
    Err(Fault::new(403, code, "这台设备已停用"))
}

/// Checks device, signature, state, clock and nonce, in this order. The caller may be closed: see [`only_open`].
pub fn check(inner: &Inner, method: &str, path: &str, headers: &[(String, String)], body: &[u8]) -> Result<Caller, Fault> {
    let header = |name: &str| {
        let found = headers.iter().find(|(k, _)| k.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str());
        found.ok_or_else(|| Fault::bad(format!("header {name} is missing")))
    };
    let malformed = |_| Fault::bad("a header is malformed");
    let id = Uuid::parse_str(header("x-gw-device")?).map_err(|_| Fault::bad("a header is malformed"))?;
    let time_ms: i64 = header("x-gw-time")?.parse().map_err(|_| Fault::bad("a header is malformed"))?;
    let nonce_text = header("x-gw-nonce")?;
    let epoch: u64 = header("x-gw-epoch")?.parse().map_err(|_| Fault::bad("a header is malformed"))?;
    let mut nonce = [0; 16];
    hex::decode_to_slice(nonce_text, &mut nonce).map_err(malformed)?;
    let mut signature = [0; 64];
    hex::decode_to_slice(header("x-gw-signature")?, &mut signature).map_err(malformed)?;

    let device = inner.store.read(|db| devices::get(db, &id).map_err(Fault::from))?;
    // enrolled after the backup that this server was put back to: nothing it holds is to be given up
    let device = device.ok_or_else(|| Fault::new(403, "unconfirmed", "这里不认得这台设备，请社区确认"))?;
    let key = VerifyingKey::from_bytes(&device.public_key).map_err(|_| Error::Damaged("a device key"))?;
    let text = request_text(method, path, body, time_ms, nonce_text, epoch, &id);
    key.verify_strict(&text, &Signature::from_bytes(&signature)).map_err(|_| Fault::new(401, "bad_signature", "签名不对"))?;
    if device.state == "unconfirmed" {
        return Err(Fault::new(403, "unconfirmed", "等待社区确认这台设备"));
    }
    let now = inner.env.now_ms();
    if (now.saturating_sub(time_ms)).saturating_abs() > CLOCK_SKEW_MS_MAX {
        let mut fault = Fault::new(409, "clock_skew", "手机时间与服务器相差太多");
        fault.skew_nonce = Some(nonce_text.into());
        return Err(fault);
    }
    if !lock(&inner.nonces).add(id, nonce, time_ms, now) {
        return Err(Fault::new(409, "replayed", "这个请求已经收到过"));
    }
    Ok(Caller { device, nonce, time_ms })
}
