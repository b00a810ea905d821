//! Bringing photos and recordings to the server and fetching them. The queue runs behind the records and never before them; the store is not
//! held while the network works, and each photo waits for itself alone.

use super::{Engine, held};
use crate::env::NetReply;
use crate::error::{CoreError, Result};
use crate::media::store::{self, QueuedRow};
use crate::media::wanted;
use crate::sync;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use shared_model::commands::Changed;
use shared_model::limits::{MEDIA_ASKED_MAX, MEDIA_CHUNK_BYTES};
use shared_model::media;
use shared_model::wire::{self, ErrorReply, MediaAsk, MediaTold};
use std::sync::TryLockError;
use std::sync::atomic::Ordering;

/// Version of the resumable protocol (tus.io) that both sides speak.
const TUS: &str = "1.0.0";
const UPLOADS: &str = "/v1/media/uploads/";
/// The first pause of a photo that did not go, milliseconds; it doubles.
const PAUSE_MS: i64 = 5_000;
/// It doubles so often, to about an hour and a half.
const DOUBLINGS_MAX: u32 = 10;
/// How far a photo came is told to screens at most this often, milliseconds.
const TOLD_EVERY_MS: i64 = 1_000;

/// Why a photo did not go.
enum Stop {
    /// Nothing goes now: no network, a locked store, a server that wants to be left alone.
    All(CoreError),
    /// This one; the next may. `is_refused`: the server does not take it.
    One { code: String, is_refused: bool },
}

impl From<CoreError> for Stop {
    fn from(e: CoreError) -> Self {
        Stop::All(e)
    }
}

impl Engine {
    /// One signed request about photos and recordings; tries once more with the server's time when this device's clock is off.
    fn ask_media(&self, method: &str, path: &str, more: &[(&str, String)], body: &[u8]) -> Result<NetReply> {
        let (me, epoch) = self.with(|o| Ok((o.me.clone(), crate::store::json_setting::<u64>(&o.db, "epoch")?.unwrap_or(0))))?;
        let mut reply = None;
        for attempt in 0..2 {
            let nonce = hex::encode(crate::vault::random::<16>(self.env()));
            let time = self.now_ms() + held(&self.0.told).skew_ms;
            let mut headers: Vec<(String, String)> = more.iter().map(|(name, value)| ((*name).to_string(), value.clone())).collect();
            let signed = sync::signed(&me, method, &media::signed_path(path, &headers), body, time, &nonce, epoch);
            headers.extend(signed);
            let answer = self.send(method, &me.server_url, path, &headers, body).map_err(|()| sync::offline())?;
            if answer.status == 409
                && attempt == 0
                && let Some(e) = error_of(&answer).filter(|e| e.code == "clock_skew")
                && let Some(signature) = e.signature.as_ref().and_then(|s| <[u8; 64]>::try_from(s.as_slice()).ok())
                && sync::verify(&me.server_key, &wire::time_text(e.time, &nonce), &signature)
            {
                held(&self.0.told).skew_ms = e.time - self.now_ms();
                continue;
            }
            reply = Some(answer);
            break;
        }
        reply.ok_or_else(|| sync::refused("clock_skew"))
    }

    /// Brings a blob that an attachment here names.
    ///
    /// # Errors
    /// `offline`; `not_there` when its author has not sent it yet, or this device may not see it: which of both is not told.
    pub(crate) fn fetch_blob(&self, hash: &str, mime: &str) -> Result<()> {
        let reply = self.ask_media("GET", &format!("/v1/media/{hash}"), &[], b"")?;
        let now = self.now_ms();
        match reply.status {
            200 => {}
            404 => {
                self.with(|o| store::note_known(&o.media, hash, false, now))?;
                return Err(CoreError::new("not_there", "拍的人还没传上来，等他有信号就能看到。"));
            }
            _ => return Err(refusal(&reply)),
        }
        // what came is what was asked for, or it is nothing
        if store::hash_of(&reply.body) != hash || media::format_of(&reply.body) != Some(mime) {
            return Err(CoreError::new("server_error", "服务器给的照片不对，没有收下，稍后再试。"));
        }
        self.with(|o| {
            // the record may have left while the answer was on its way
            if store::named(&o.db)?.iter().any(|n| n.hash == hash || n.thumb.as_deref() == Some(hash)) {
                store::put(&o.media, hash, mime, &reply.body)?;
                store::note_known(&o.media, hash, true, now)?;
            }
            Ok(())
        })
    }

    /// A thread of its own brings photos: a sync does not wait for them.
    pub(crate) fn send_media_apart(&self) {
        self.0.media_apart.store(true, Ordering::SeqCst);
    }

    /// Does a sync bring photos itself, behind the records?
    pub(crate) fn sends_media_itself(&self) -> bool {
        !self.0.media_apart.load(Ordering::SeqCst)
    }

    /// Brings what waits and may go, asks what became of what others took, and fetches small pictures. Only one at a time in this program; the
    /// others come back at once. Returns whether anything was asked of the server.
    ///
    /// # Errors
    /// `offline`, `locked`, or the server's refusal of this device. What had not gone waits on.
    pub(crate) fn send_media(&self) -> Result<bool> {
        let _one = match self.0.sending.try_lock() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(e)) => e.into_inner(),
            Err(TryLockError::WouldBlock) => return Ok(false),
        };
        let now = self.now_ms();
        self.with(|o| store::sweep(&mut o.media, &o.db, now))?;
        let asked = self.ask_what_is_there()?;
        let mut has_sent = false;
        for q in self.with(|o| wanted::due(&o.media, &o.db, now))? {
            has_sent = true;
            match self.bring(q.clone()) {
                Ok(()) => {}
                Err(Stop::All(e)) => return Err(e),
                Err(Stop::One { code, is_refused }) => self.put_off(&q.hash, is_refused.then_some(code))?,
            }
        }
        let fetched = self.fetch_small()?;
        Ok(asked || has_sent || fetched)
    }

    /// When the next photo may go, by this device's clock; `None` when nothing waits.
    pub(crate) fn media_due(&self) -> Option<i64> {
        self.with(|o| wanted::next_due(&o.media, &o.db)).ok().flatten()
    }

    /// One photo, from wherever it stands to its end.
    fn bring(&self, mut q: QueuedRow) -> std::result::Result<(), Stop> {
        let Some(data) = self.with(|o| store::get(&o.media, &q.hash))? else {
            // the disk has changed it: nobody can bring it any more
            return Err(Stop::One { code: "damaged".into(), is_refused: true });
        };
        let mut turns = data.len() / MEDIA_CHUNK_BYTES * 2 + 12;
        let mut told_at = self.now_ms();
        let mut is_renewed = false;
        while q.upload.is_none() || q.sent < q.bytes {
            turns -= 1;
            if turns == 0 {
                return Err(Stop::One { code: "offset".into(), is_refused: false });
            }
            let Some(address) = q.upload.clone() else {
                self.begin(&mut q)?;
                continue;
            };
            let from = usize::try_from(q.sent).unwrap_or(data.len()).min(data.len());
            let piece = &data[from..data.len().min(from + MEDIA_CHUNK_BYTES)];
            let reply = self.piece(&address, q.sent, piece)?;
            match reply.status {
                204 => q.sent = offset_of(&reply, q.bytes)?,
                // what was answered before did not come through: it says itself how far it is
                409 => {
                    let head = self.ask_media("HEAD", &address, &[("tus-resumable", TUS.into())], b"")?;
                    match head.status {
                        200 => q.sent = offset_of(&head, q.bytes)?,
                        404 | 410 if !is_renewed => (q.upload, q.sent, is_renewed) = (None, 0, true),
                        _ => return Err(stop(&head)),
                    }
                }
                // it was collected, or the whole was not what it should be: once more from the beginning
                404 | 410 | 422 if !is_renewed => (q.upload, q.sent, is_renewed) = (None, 0, true),
                // a piece that was changed on its way
                460 => {}
                _ => return Err(stop(&reply)),
            }
            self.with(|o| store::save(&o.media, &q))?;
            if self.now_ms() - told_at >= TOLD_EVERY_MS {
                told_at = self.now_ms();
                self.tell_media(&q);
            }
        }
        let now = self.now_ms();
        self.with(|o| store::note_sent(&o.media, &q.hash, now))?;
        self.tell_media(&q);
        Ok(())
    }

    /// Says what comes.
    fn begin(&self, q: &mut QueuedRow) -> std::result::Result<(), Stop> {
        let metadata = format!("sha256 {}", STANDARD.encode(&q.hash));
        let more = [("tus-resumable", TUS.to_string()), ("upload-length", q.bytes.to_string()), ("upload-metadata", metadata)];
        let reply = self.ask_media("POST", "/v1/media", &more, b"")?;
        if reply.status != 201 {
            return Err(stop(&reply));
        }
        let unclear = || Stop::One { code: "server_error".into(), is_refused: false };
        let address = reply.header("location").filter(|a| a.starts_with(UPLOADS) && a.len() == UPLOADS.len() + 32).ok_or_else(unclear)?;
        q.sent = offset_of(&reply, q.bytes)?;
        q.upload = Some(address.to_string());
        self.with(|o| store::save(&o.media, q))?;
        Ok(())
    }

    fn piece(&self, address: &str, from: u64, piece: &[u8]) -> Result<NetReply> {
        let more = [
            ("tus-resumable", TUS.to_string()),
            ("content-type", "application/offset+octet-stream".to_string()),
            ("upload-offset", from.to_string()),
            ("upload-checksum", format!("sha256 {}", STANDARD.encode(Sha256::digest(piece)))),
        ];
        self.ask_media("PATCH", address, &more, piece)
    }

    /// It did not go: it waits by itself, longer each time.
    fn put_off(&self, hash: &str, refused: Option<String>) -> Result<()> {
        let (now, random) = (self.now_ms(), u16::from_le_bytes(crate::vault::random(self.env())));
        let changed = self.with(|o| {
            let Some(mut q) = store::queued(&o.media)?.into_iter().find(|q| q.hash == hash) else { return Ok(None) };
            let pause = PAUSE_MS << q.tries.min(DOUBLINGS_MAX);
            // between three and five quarters of it, so that many devices do not come at once
            q.next_at = now + pause * 3 / 4 + pause * i64::from(random) / i64::from(u16::MAX) / 2;
            q.tries = q.tries.saturating_add(1);
            q.refused = refused;
            store::save(&o.media, &q)?;
            Ok(Some(q))
        })?;
        if let Some(q) = changed {
            self.tell_media(&q);
        }
        Ok(())
    }

    fn tell_media(&self, q: &QueuedRow) {
        self.raise(&Changed { kinds: vec!["attachment".into(), "sync".into()], records: vec![q.attachment.to_string()], many: false });
    }

    /// Asks which blobs are at the server: of those that others took and that are not here; and once a day, and after the server was set back,
    /// of those that are here, so that what it lost is brought again by whoever holds it.
    fn ask_what_is_there(&self) -> Result<bool> {
        let now = self.now_ms();
        let Some((hashes, epoch)) = self.with(|o| wanted::to_ask(&o.media, &o.db, now))? else { return Ok(false) };
        let mut has_news = false;
        for some in hashes.chunks(MEDIA_ASKED_MAX) {
            let body = sync::pack(&wire::to_cbor(&MediaAsk { hashes: some.to_vec() }));
            let reply = self.ask_media("POST", "/v1/media/ask", &[], &body)?;
            if reply.status != 200 {
                return Err(refusal(&reply));
            }
            let told: MediaTold = wire::from_cbor(&sync::unpack(&reply.body, 1024 * 1024)?)
                .map_err(|_| CoreError::new("server_error", "服务器的回答读不懂，没有丢东西，稍后再试。"))?;
            has_news |= self.with(|o| wanted::take_told(&mut o.media, &o.db, some, &told.here, now))?;
        }
        self.with(|o| wanted::note_asked(&o.media, epoch, now))?;
        if has_news {
            self.raise(&Changed { kinds: vec!["attachment".into()], records: Vec::new(), many: true });
        }
        Ok(!hashes.is_empty())
    }

    /// Small pictures of what others took, newest first: a screen shows them without a network then.
    fn fetch_small(&self) -> Result<bool> {
        let now = self.now_ms();
        let missing = self.with(|o| wanted::small_ones(&o.media, &o.db, now))?;
        let has_any = !missing.is_empty();
        for hash in missing {
            match self.fetch_blob(&hash, media::JPEG) {
                Err(e) if ["not_there", "server_error"].contains(&e.code.as_str()) => {}
                other => other?,
            }
        }
        if has_any {
            self.raise(&Changed { kinds: vec!["attachment".into()], records: Vec::new(), many: true });
        }
        Ok(has_any)
    }
}

/// How many bytes the server says that it has.
fn offset_of(reply: &NetReply, bytes: u64) -> std::result::Result<u64, Stop> {
    let offset = reply.header("upload-offset").and_then(|text| text.parse::<u64>().ok()).filter(|n| *n <= bytes);
    offset.ok_or_else(|| Stop::One { code: "server_error".into(), is_refused: false })
}

/// What an answer that is no success means for the queue.
fn stop(reply: &NetReply) -> Stop {
    let code = error_of(reply).map_or_else(|| "server_error".to_string(), |e| e.code);
    let concerns_device = matches!(code.as_str(), "revoked" | "cloned" | "unconfirmed" | "bad_signature" | "clock_skew" | "replayed");
    match reply.status {
        _ if concerns_device => Stop::All(sync::refused(&code)),
        429 | 503 => Stop::All(sync::refused("busy")),
        // it may be taken later: a record that is still on its way back, a server that was full
        400..=499 => Stop::One { code, is_refused: true },
        _ => Stop::One { code, is_refused: false },
    }
}

fn error_of(reply: &NetReply) -> Option<ErrorReply> {
    wire::from_cbor(&sync::unpack(&reply.body, 64 * 1024).ok()?).ok()
}

/// The server's refusal as this program says it.
fn refusal(reply: &NetReply) -> CoreError {
    sync::refused(error_of(reply).as_ref().map_or("server_error", |e| e.code.as_str()))
}
