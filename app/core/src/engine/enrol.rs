//! Enrolling a home: an invite becomes keys, a sealed store and who writes in it.

use super::{Engine, Enrolling, Open, held};
use crate::error::{CoreError, Result};
use crate::store;
use crate::sync;
use crate::vault::random;
use crate::wipe;
use crate::workspace::Identity;
use ed25519_dalek::{Signer, SigningKey};
use serde_bytes::ByteBuf;
use sha2::{Digest, Sha256};
use shared_model::commands::Changed;
use shared_model::limits::CLOCK_SKEW_MS_MAX;
use shared_model::wire::{self, EnrolReply, EnrolRequest};

impl Engine {
    /// Enrols this home: makes the keys, proves them to the server, seals the store under the PIN.
    ///
    /// # Errors
    /// `invalid_args` for a broken invite or PIN, `offline`, or the server's refusal. A home that is enrolled stays as it is.
    pub fn enrol(&self, invite: &str, pin: &str) -> Result<()> {
        if self.vault().exists() {
            return Err(CoreError::args("这台设备已经登记过了。"));
        }
        if pin.len() != 6 || !pin.bytes().all(|b| b.is_ascii_digit()) {
            return Err(CoreError::args("PIN 要 6 位数字。").at("pin"));
        }
        let invite = Invite::parse(invite)?;
        invite.check_expiry(self.now_ms())?;
        wipe::go_on(&self.0.home)?;
        let env = self.env();
        let (secret, nonce) = match held(&self.0.enrolling).clone() {
            Some(before) if before.token == invite.token => (before.secret, before.nonce),
            _ => (random(env), random(env)),
        };
        *held(&self.0.enrolling) = Some(Enrolling { token: invite.token.clone(), secret, nonce });
        let signing = SigningKey::from_bytes(&secret);
        let public_key = signing.verifying_key().to_bytes();
        let proof = signing.sign(&wire::enrol_text(&invite.token, &public_key, &nonce, self.0.options.node.as_ref())).to_bytes();
        let request = EnrolRequest {
            token: invite.token.clone(),
            public_key,
            nonce,
            node: self.0.options.node.clone(),
            proof: ByteBuf::from(proof.to_vec()),
        };
        let body = sync::pack(&wire::to_cbor(&request));
        let reply = self.post(&invite.url, "/v1/enrol", &[], &body).map_err(|()| sync::offline())?;
        let plain = sync::unpack(&reply.body, 1024 * 1024)?;
        if reply.status != 200 {
            let error: std::result::Result<wire::ErrorReply, _> = wire::from_cbor(&plain);
            return Err(sync::refused(error.as_ref().map_or("server_error", |e| e.code.as_str())));
        }
        let reply: EnrolReply = wire::from_cbor(&plain).map_err(|_| CoreError::new("server_error", "服务器的回答读不懂。"))?;
        if wire::hex(&Sha256::digest(reply.server_key)) != invite.key_hash {
            return Err(CoreError::new("not_allowed", "服务器的钥匙和邀请码里的不一样，没有登记。请找社区核对。"));
        }
        let me = Identity {
            device: reply.device,
            name: reply.name,
            role: reply.role,
            unit: reply.unit,
            server_url: invite.url,
            server_key: reply.server_key,
            secret,
            public_key,
            nonce,
            digits: reply.digits,
            confirmed: reply.confirmed,
        };
        let key: [u8; 32] = random(env);
        let db = self.open_store(&key)?;
        let media = self.new_media(&key)?;
        store::set_json(&db, "identity", &me)?;
        self.vault().seal(env, pin, &key)?;
        *held(&self.0.open) = Some(Open::new(db, media, me, self.now_ms()));
        *held(&self.0.enrolling) = None;
        self.keep_unlocked(&key)?;
        // the marker of an earlier wipe has no more to say once its receipt is in; until then it only waits to send it
        if wipe::untold(&self.0.home).is_none() {
            wipe::told(&self.0.home, true)?;
        }
        self.raise(&Changed { kinds: vec!["session".into()], ..Changed::default() });
        Ok(())
    }
}

/// An invite as text: `gridwalk:1?u=URL&t=TOKEN&k=SHA256&e=EXPIRY`.
struct Invite {
    url: String,
    token: String,
    key_hash: String,
    /// Server time, ms.
    expires_at: i64,
}

/// Within this of an invite's end the device's clock is believed, ms; a clock further off is wrong, and the server decides alone.
const BELIEVED_MS: i64 = 24 * 3600 * 1000;

impl Invite {
    fn parse(text: &str) -> Result<Invite> {
        let broken = || CoreError::args("这不是完整的邀请码，请重新复制。").at("invite");
        let query = text.trim().strip_prefix("gridwalk:1?").ok_or_else(broken)?;
        let get = |key: &str| query.split('&').find_map(|p| p.strip_prefix(key).and_then(|r| r.strip_prefix('='))).map(decoded);
        let expires_at = get("e").and_then(|e| e.parse().ok()).ok_or_else(broken)?;
        let (url, token, key_hash) = (get("u").ok_or_else(broken)?, get("t").ok_or_else(broken)?, get("k").ok_or_else(broken)?);
        if !(url.starts_with("http://") || url.starts_with("https://")) || key_hash.len() != 64 {
            return Err(broken());
        }
        Ok(Invite { url, token, key_hash: key_hash.to_ascii_lowercase(), expires_at })
    }

    /// Says so before the network is asked.
    fn check_expiry(&self, now_ms: i64) -> Result<()> {
        let late_ms = now_ms.saturating_sub(self.expires_at);
        if late_ms > CLOCK_SKEW_MS_MAX && late_ms < BELIEVED_MS {
            return Err(CoreError::new("invite_expired", "这个邀请码过期了（十分钟内有效），请社区再给一个。").at("invite"));
        }
        Ok(())
    }
}

/// Percent-decoded.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let hex = (bytes[i] == b'%').then(|| bytes.get(i + 1..i + 3)).flatten().and_then(|h| std::str::from_utf8(h).ok());
        match hex.and_then(|h| u8::from_str_radix(h, 16).ok()) {
            Some(b) => {
                out.push(b);
                i += 3;
            }
            None => {
                out.push(bytes[i]);
                i += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
