//! The device's side of sync (the rules are normative and named in ARCHITECTURE.md). A round is: build one request, send it, apply its
//! verdicts, then its pages, each with its cursor in one transaction; again until nothing waits. The store is not held while the network works.

pub mod apply;
pub(crate) mod heal;
mod leave;
mod pages;
mod purge;
pub mod refuse;
pub mod repair;
pub mod setback;
pub mod trace;

use crate::env::{Env, Transport};
use crate::error::{CoreError, Result};
use crate::store;
use crate::workspace::Identity;
use ed25519_dalek::{Signer, SigningKey, Verifier, VerifyingKey};
use rusqlite::Connection;
use serde_bytes::ByteBuf;
use shared_model::Class;
use shared_model::devices::{WipeOrder, wipe_text};
use shared_model::doc::DocId;
use shared_model::limits;
use shared_model::wire::{self, Command, Cursor, ErrorReply, SyncRequest};
use uuid::Uuid;

/// Requests of one `sync_now` at most; a first sync of a large grid needs about ten.
pub const ROUNDS_MAX: u32 = 400;

/// A reply, still as bytes of CBOR, with what it cost on the wire.
pub struct Exchange {
    pub status: u16,
    pub body: Vec<u8>,
    pub bytes_up: u64,
    pub bytes_down: u64,
    /// Nonce of the request that was answered.
    pub nonce: String,
}

/// What the server told this device beside its answers; kept from one request to the next.
#[derive(Default)]
pub struct Told {
    /// By how much this device's clock is off, ms.
    pub skew_ms: i64,
    /// An order to wipe, proved to be the server's and for this request.
    pub wipe: Option<WipeOrder>,
}

/// How a sync ended. `asked_ms`: what the server asked to wait.
pub enum Outcome<'a> {
    Synced { is_pending: bool },
    Failed { error: &'a CoreError, asked_ms: Option<u64> },
}

/// Begins a frame that a decoder passes over (RFC 8878, 3.1.2).
const SKIPPED_FRAME: u32 = 0x184d_2a50;

/// Compresses a body. The server takes no body that inflates too far, because that is what a bomb does; honest words that happen to repeat
/// must not be taken for one, so they are made up with a frame that says nothing.
pub fn pack(cbor: &[u8]) -> Vec<u8> {
    let mut out = zstd::bulk::compress(cbor, 3).unwrap_or_default();
    let beyond = cbor.len().saturating_sub(limits::INFLATED_FREE_BYTES + out.len() * limits::INFLATION_MAX);
    if let Some(filler) = u32::try_from(beyond.div_ceil(limits::INFLATION_MAX)).ok().filter(|n| *n > 0) {
        out.extend(SKIPPED_FRAME.to_le_bytes());
        out.extend(filler.to_le_bytes());
        out.resize(out.len() + filler as usize, 0);
    }
    out
}

/// Decompresses a body, bounded.
pub fn unpack(bytes: &[u8], max: usize) -> Result<Vec<u8>> {
    use std::io::Read;
    let broken = |_| CoreError::new("server_error", "服务器的回答读不懂，没有丢东西，稍后再试。");
    let mut out = Vec::new();
    let decoder = zstd::stream::read::Decoder::new(bytes).map_err(broken)?;
    decoder.take(max as u64 + 1).read_to_end(&mut out).map_err(broken)?;
    if out.len() > max { Err(CoreError::new("too_large", "服务器的回答太大，没有收下。")) } else { Ok(out) }
}

/// The headers of a signed request.
pub fn signed(me: &Identity, method: &str, path: &str, body: &[u8], time_ms: i64, nonce: &str, epoch: u64) -> [(String, String); 5] {
    let text = wire::request_text(method, path, body, time_ms, nonce, epoch, &me.device);
    let signature = SigningKey::from_bytes(&me.secret).sign(&text);
    [
        ("x-gw-device".to_string(), me.device.to_string()),
        ("x-gw-time".to_string(), time_ms.to_string()),
        ("x-gw-nonce".to_string(), nonce.to_string()),
        ("x-gw-epoch".to_string(), epoch.to_string()),
        ("x-gw-signature".to_string(), hex::encode(signature.to_bytes())),
    ]
}

/// Sends one signed request; tries once more with the server's time when this device's clock is off.
///
/// # Errors
/// `offline` when no answer came; the server's own code otherwise.
pub fn exchange(
    env: &dyn Env,
    transport: &dyn Transport,
    me: &Identity,
    told: &mut Told,
    epoch: u64,
    path: &str,
    cbor: &[u8],
) -> Result<Exchange> {
    let body = pack(cbor);
    let mut up = 0;
    for attempt in 0..2 {
        let nonce = hex::encode(crate::vault::random::<16>(env));
        let time = env.now_ms() + told.skew_ms;
        let headers = signed(me, "POST", path, &body, time, &nonce, epoch);
        up += body.len() as u64;
        let reply = transport.post(&me.server_url, path, &headers, &body).map_err(|()| offline())?;
        let bytes_down = reply.body.len() as u64;
        let plain = unpack(&reply.body, 64 * 1024 * 1024)?;
        if reply.status == 200 {
            return Ok(Exchange { status: 200, body: plain, bytes_up: up, bytes_down, nonce });
        }
        let error: ErrorReply = wire::from_cbor(&plain).map_err(|_| refused("server_error"))?;
        if error.code == "clock_skew" && attempt == 0 {
            let signed = error.signature.as_ref().and_then(|s| <[u8; 64]>::try_from(s.as_slice()).ok());
            let is_real = signed.is_some_and(|s| verify(&me.server_key, &wire::time_text(error.time, &nonce), &s));
            if is_real {
                told.skew_ms = error.time - env.now_ms();
                continue;
            }
        }
        told.wipe = error.wipe.map(|order| *order).filter(|order| is_order(me, order, &nonce));
        return Err(refused(&error.code));
    }
    Err(refused("clock_skew"))
}

/// Did the server give this order, to this device, in answer to this request?
fn is_order(me: &Identity, order: &WipeOrder, nonce: &str) -> bool {
    let text = wipe_text(&me.device, order.reason, order.revoked_at, nonce);
    order.nonce == nonce && <[u8; 64]>::try_from(order.signature.as_slice()).is_ok_and(|s| verify(&me.server_key, &text, &s))
}

/// No answer came.
pub fn offline() -> CoreError {
    CoreError::new("offline", "现在连不上社区的服务器，都存好了，有信号时再传。")
}

pub(crate) fn refused(code: &str) -> CoreError {
    let words = match code {
        "unconfirmed" => "社区还没有确认这台设备。写下的都在。",
        "revoked" => "社区停用了这台设备。没传的还在本机。",
        "cloned" => "这台设备像是被复制过，社区先停了它。写下的都交上去了，社区看得到。请带着手机到社区重新登记。",
        "clock_skew" => "手机时间和服务器差得太多，没能对上。写下的都在。",
        "needs_update" => "应用版本太旧，请先更新。写下的都在。",
        "too_large" => "这次要传的太大。写下的都在。",
        "busy" => "服务器正忙，稍后再试。写下的都在。",
        "server_full" => "社区的服务器满了，暂时只能看不能传。写下的都在，请告诉社区。",
        "invite_used" | "invite_expired" | "invite_unknown" => "邀请码已经用过或过期，请社区再给一个。",
        "invite_taken_back" => "这个邀请被社区收回了，请再要一个。",
        "not_allowed" => "您的角色不能这样做。",
        _ => "服务器出错，没有丢东西，稍后再试。",
    };
    let known = ["unconfirmed", "revoked", "cloned", "clock_skew", "needs_update", "too_large", "busy", "not_allowed"];
    CoreError::new(if known.contains(&code) || code.starts_with("invite_") { code } else { "server_error" }, words)
}

/// Is this the signature of the key over the bytes?
pub fn verify(key: &[u8; 32], bytes: &[u8], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(key).is_ok_and(|k| k.verify(bytes, &ed25519_dalek::Signature::from_bytes(signature)).is_ok())
}

/// The next request: what has no verdict yet, oldest first, and where this device stands everywhere.
///
/// # Errors
/// Of the store.
pub fn next_request(db: &Connection) -> Result<SyncRequest> {
    let mut commands: Vec<Command> = Vec::new();
    let mut unjudged = Vec::new();
    let mut size = 0;
    {
        let mut q = db.prepare_cached("select seq, body, digest, needs from unjudged order by seq")?;
        let mut got = q.query([])?;
        let mut is_full = false;
        while let Some(r) = got.next()? {
            let body: Vec<u8> = r.get(1)?;
            unjudged.push((r.get(0)?, ByteBuf::from(r.get::<_, Vec<u8>>(2)?)));
            if r.get(3)? && size + body.len() > limits::PUSH_BYTES_MAX / 2 {
                // known to the server and waited for: it leaves room for the others
                continue;
            }
            // once one did not fit, none behind it goes: the order is kept
            is_full |= size + body.len() > limits::PUSH_BYTES_MAX && !commands.is_empty();
            if !is_full {
                let command = match wire::from_cbor(&body) {
                    Ok(command) => Some(command),
                    Err(_) => repair::stand_in(db, r.get(0)?)?,
                };
                size += body.len();
                commands.extend(command);
            }
        }
    }
    Ok(SyncRequest {
        protocol: wire::PROTOCOL,
        epoch: store::json_setting(db, "epoch")?.unwrap_or(0),
        policy: store::json_setting(db, "policy")?.unwrap_or(0),
        policy_after_seq: store::json_setting(db, "policy_after_seq")?.unwrap_or(0),
        unjudged,
        commands,
        grants: store::json_setting(db, "grants_version")?.unwrap_or(0),
        cursors: cursors(db)?,
        want: store::json_setting::<Vec<DocId>>(db, "want")?.unwrap_or_default(),
        directory: store::json_setting(db, "directory_version")?.unwrap_or(0),
        judged: judged(db)?,
        released: store::json_setting(db, "released")?.unwrap_or(0),
        receipts: purge::receipts(db)?,
        refused: store::json_setting(db, "refused_version")?.unwrap_or(0),
        told: store::json_setting(db, "told")?.unwrap_or_default(),
        app: String::new(),
    })
}

/// Will the next request say that erasures were carried out here?
///
/// # Errors
/// Of the store.
pub fn owes_receipts(db: &Connection) -> Result<bool> {
    Ok(db.prepare_cached("select exists (select 1 from receipt where ready = 1)")?.query_row([], |r| r.get(0))?)
}

/// The highest number that has a verdict.
fn judged(db: &Connection) -> Result<u64> {
    Ok(db.prepare_cached("select coalesce(max(seq), 0) from command where judged = 1 and again = 0")?.query_row([], |r| r.get(0))?)
}

fn cursors(db: &Connection) -> Result<Vec<Cursor>> {
    let mut q = db.prepare_cached("select unit, class, epoch, seq, mark, bundle from partition where granted = 1 order by class, unit")?;
    let got = q.query_map([], |r| {
        Ok((
            r.get::<_, Uuid>(0)?,
            r.get::<_, u8>(1)?,
            r.get::<_, u64>(2)?,
            r.get::<_, u64>(3)?,
            r.get::<_, Vec<u8>>(4)?,
            r.get::<_, Option<Vec<u8>>>(5)?,
        ))
    })?;
    let mut out = Vec::new();
    for row in got {
        let (unit, class, epoch, seq, mark, bundle) = row?;
        let (Some(class), Ok(mark)) = (Class::from_u8(class), mark.try_into()) else { continue };
        let bundle = bundle.and_then(|b| wire::from_cbor(&b).ok());
        if seq > 0 || bundle.is_some() {
            out.push(Cursor { unit, class, epoch, seq, mark, bundle });
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_repeat_are_packed_as_no_bomb() {
        for text in [String::new(), "好".repeat(100), "水管又漏了。".repeat(100_000)] {
            let packed = pack(text.as_bytes());
            assert!(text.len() <= limits::INFLATED_FREE_BYTES + packed.len() * limits::INFLATION_MAX);
            assert_eq!(unpack(&packed, text.len()).unwrap(), text.as_bytes());
        }
    }
}
