//! Photos and recordings. They come by tus 1.0 (tus.io: creation, checksum): `POST /v1/media` says what comes, `PATCH` brings a piece at any
//! byte, `HEAD` says how far it is; the whole is taken only when its SHA-256 is its name and its own bytes say that it is a plain photo or a
//! recording. They are read by `GET /v1/media/<hash>`. Every request is signed like the others, its upload headers with it.
//!
//! Whoever holds no attachment that names a blob is answered as if there were none, whether it is here or not (`rights.rs`).

mod blobs;
mod rights;

pub use blobs::{BlobId, Blobs};

use crate::auth::Caller;
use crate::error::{Error, Fault};
use crate::store::media::{self as uploads, Upload};
use crate::{CONTENT_TYPE, DAY_MS, Inner, Response, body};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rights::Rights;
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use shared_model::limits::{FILLING_MS, MEDIA_ASKED_MAX, UPLOAD_LIFE_MS, UPLOADED_BYTES_PER_DAY_MAX, UPLOADS_PER_DEVICE_MAX};
use shared_model::media::format_of;
use shared_model::wire::{MediaAsk, MediaTold};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Where uploads and blobs are addressed.
pub const PATH: &str = "/v1/media";
const UPLOADS: &str = "/v1/media/uploads/";
/// Version of the protocol.
const TUS: &str = "1.0.0";
/// Content type of a piece.
const PIECE: &str = "application/offset+octet-stream";
/// Status of a piece whose checksum is another (tus.io).
const CHECKSUM_MISMATCH: u16 = 460;

/// A request as far as it matters here.
pub struct Asked<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub headers: &'a [(String, String)],
    pub body: &'a [u8],
}

impl Asked<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    fn number(&self, name: &str) -> Result<u64, Fault> {
        let number = self.header(name).filter(|text| text.len() <= 16 && text.bytes().all(|b| b.is_ascii_digit()));
        number.and_then(|text| text.parse().ok()).ok_or_else(|| Fault::bad(format!("header {name} is missing or malformed")))
    }
}

/// `OPTIONS /v1/media`: what this server speaks. Nothing here is of anybody.
pub fn options() -> Response {
    let max = shared_model::limits::AUDIO_BYTES_MAX.max(shared_model::limits::PHOTO_BYTES_MAX).to_string();
    let more = [
        ("tus-version", TUS.to_owned()),
        ("tus-extension", "creation,checksum".to_owned()),
        ("tus-checksum-algorithm", "sha256".to_owned()),
        ("tus-max-size", max),
    ];
    reply(204, more)
}

/// Everything else beneath [`PATH`], of a device that proved who it is and is open.
pub fn answer(inner: &Inner, caller: &Caller, asked: &Asked<'_>) -> Result<Response, Fault> {
    match (asked.method, asked.path) {
        ("POST", "/v1/media/ask") => ask(inner, caller, asked),
        ("POST", PATH) => tus(asked).and_then(|()| create(inner, caller, asked)),
        ("HEAD" | "PATCH", path) if path.starts_with(UPLOADS) => {
            tus(asked)?;
            let upload = find(inner, caller, &path[UPLOADS.len()..])?;
            if asked.method == "HEAD" { Ok(state(200, &upload)) } else { patch(inner, asked, upload) }
        }
        ("GET", path) => get(inner, caller, path.strip_prefix("/v1/media/").unwrap_or_default()),
        _ => Err(Fault::new(404, "not_found", "没有这个地址")),
    }
}

fn tus(asked: &Asked<'_>) -> Result<(), Fault> {
    if asked.header("tus-resumable") == Some(TUS) { Ok(()) } else { Err(Fault::new(412, "needs_update", "请更新程序")) }
}

fn reply(status: u16, more: impl IntoIterator<Item = (&'static str, String)>) -> Response {
    let mut headers = vec![("tus-resumable", TUS.to_owned()), ("cache-control", "no-store".to_owned())];
    headers.extend(more);
    Response { status, content_type: CONTENT_TYPE, body: Vec::new(), headers }
}

fn state(status: u16, u: &Upload) -> Response {
    let address = format!("{UPLOADS}{}", hex::encode(u.id));
    reply(status, [("location", address), ("upload-offset", u.taken.to_string()), ("upload-length", u.bytes.to_string())])
}

/// The same for what is not here, what this device may not see, and a name that is none.
fn nothing() -> Fault {
    Fault::new(404, "not_found", "没有这张照片或录音")
}

/// Of the device that began it, and of nobody else.
fn find(inner: &Inner, caller: &Caller, text: &str) -> Result<Upload, Fault> {
    let mut id = [0; 16];
    if text.len() != 32 || hex::decode_to_slice(text, &mut id).is_err() {
        return Err(nothing());
    }
    inner.store.read(|db| uploads::upload(db, &caller.device.id, &id))?.ok_or_else(nothing)
}

/// What is to come: how long it is, and what its name is. Begun anew it is the same upload; what is here already is said to be complete, to a
/// device that may know.
fn create(inner: &Inner, caller: &Caller, asked: &Asked<'_>) -> Result<Response, Fault> {
    let bytes = asked.number("upload-length")?;
    let id = named(asked.header("upload-metadata").unwrap_or_default()).ok_or_else(|| Fault::bad("the metadata name no sha256"))?;
    let most = shared_model::limits::AUDIO_BYTES_MAX.max(shared_model::limits::PHOTO_BYTES_MAX);
    if bytes == 0 || bytes > most {
        return Err(Fault::new(413, "too_large", "照片或录音太大"));
    }
    // rights come before existence
    if !inner.store.read(|db| Rights::of(inner, db, caller)?.may_bring(&id))? {
        return Err(Fault::new(403, "not_allowed", "这张照片或录音不归这台设备传"));
    }
    let now_ms = inner.env.now_ms();
    let is_here = inner.blobs.has(&id)?;
    let mut new_id = [0; 16];
    inner.env.fill_random(&mut new_id);
    let device = caller.device.id;
    let upload = inner.store.write(|db| {
        if let Some(known) = uploads::under_way(db, &device, id.text())?.filter(|u| u.bytes == bytes && !is_here) {
            return Ok(known);
        }
        let (open, lately) = uploads::load_of(db, &device, now_ms - DAY_MS)?;
        if !is_here && (open >= UPLOADS_PER_DEVICE_MAX || lately + bytes > UPLOADED_BYTES_PER_DAY_MAX) {
            return Err(Fault::new(429, "busy", "这台设备今天传得太多，明天再传。照片都在。"));
        }
        let taken = if is_here { bytes } else { 0 };
        let upload = Upload { id: new_id, device, hash: id.text().to_owned(), bytes, taken, is_done: is_here };
        // what is here already costs nothing
        uploads::add_upload(db, &upload, if is_here { 0 } else { now_ms }, now_ms)?;
        Ok::<_, Fault>(upload)
    })?;
    Ok(state(201, &upload))
}

/// `sha256 <base64 of the name>` among the pairs of the metadata.
fn named(metadata: &str) -> Option<BlobId> {
    let value = metadata.split(',').find_map(|pair| pair.trim().strip_prefix("sha256 "))?;
    BlobId::parse(std::str::from_utf8(&STANDARD.decode(value.trim()).ok()?).ok()?)
}

/// A piece at the byte where the last one ended.
fn patch(inner: &Inner, asked: &Asked<'_>, mut u: Upload) -> Result<Response, Fault> {
    if asked.header("content-type") != Some(PIECE) {
        return Err(Fault::new(415, "bad_request", "不是照片的一段"));
    }
    let conflict = || Fault::new(409, "offset", "接不上：先问问传到哪里了");
    if asked.number("upload-offset")? != u.taken || u.is_done {
        return Err(conflict());
    }
    if asked.body.is_empty() || u.taken + asked.body.len() as u64 > u.bytes {
        return Err(Fault::new(413, "too_large", "比说好的长"));
    }
    if let Some(checksum) = asked.header("upload-checksum") {
        let said = checksum.strip_prefix("sha256 ").and_then(|text| STANDARD.decode(text.trim()).ok());
        let said = said.ok_or_else(|| Fault::bad("the checksum is no sha256"))?;
        if said[..] != Sha256::digest(asked.body)[..] {
            return Err(Fault::new(CHECKSUM_MISMATCH, "checksum", "这一段路上坏了，请再传一次"));
        }
    }
    inner.blobs.put_part(&u.id, u.taken, asked.body)?;
    u.taken += asked.body.len() as u64;
    let whole = if u.taken == u.bytes { Some(finish(inner, &u)?) } else { None };
    u.is_done = whole == Some(true);
    inner.store.write(|db| match whole {
        Some(false) => uploads::drop_upload(db, &u.id),
        _ => uploads::save_upload(db, &u, inner.env.now_ms()),
    })?;
    if whole.is_some() {
        inner.blobs.drop_parts(&u.id)?;
    }
    match whole {
        Some(false) => Err(Fault::new(422, "bad_media", "传来的不是这张照片或录音，请重新传")),
        _ => Ok(state(204, &u)),
    }
}

/// Is the whole what its name says, and a photo or a recording? Then it is kept.
fn finish(inner: &Inner, u: &Upload) -> Result<bool, Error> {
    let Some(bytes) = inner.blobs.whole(&u.id, u.bytes)? else { return Ok(false) };
    if BlobId::of(&bytes).text() != u.hash || format_of(&bytes).is_none() {
        return Ok(false);
    }
    inner.blobs.put(bytes)?;
    Ok(true)
}

/// A blob, to whoever holds an attachment that names it. It is never shown in a page by itself, whatever asks for it.
fn get(inner: &Inner, caller: &Caller, name: &str) -> Result<Response, Fault> {
    let id = BlobId::parse(name).ok_or_else(nothing)?;
    if !inner.store.read(|db| Rights::of(inner, db, caller)?.may_read(&id))? {
        return Err(nothing());
    }
    let bytes = inner.blobs.get(&id)?.ok_or_else(nothing)?;
    let content_type = format_of(&bytes).ok_or_else(nothing)?;
    let headers = vec![
        ("x-content-type-options", "nosniff".to_owned()),
        ("content-disposition", "attachment".to_owned()),
        ("content-security-policy", "default-src 'none'; sandbox".to_owned()),
        ("cache-control", "no-store".to_owned()),
    ];
    Ok(Response { status: 200, content_type, body: bytes, headers })
}

/// `POST /v1/media/ask`: which of these are here. What this device may not see is not.
fn ask(inner: &Inner, caller: &Caller, asked: &Asked<'_>) -> Result<Response, Fault> {
    let request: MediaAsk = body::read(asked.body)?;
    if request.hashes.len() > MEDIA_ASKED_MAX {
        return Err(Fault::new(413, "too_large", "请求太大"));
    }
    let readable = inner.store.read(|db| {
        let rights = Rights::of(inner, db, caller)?;
        let ids = request.hashes.iter().filter_map(|hash| BlobId::parse(hash));
        ids.map(|id| Ok((rights.may_read(&id)?, id))).collect::<Result<Vec<_>, Error>>()
    })?;
    let mut here = Vec::new();
    for (_, id) in readable.into_iter().filter(|(may, _)| *may) {
        if inner.blobs.has(&id)? {
            here.push(id.text().to_owned());
        }
    }
    Ok(Response { status: 200, content_type: CONTENT_TYPE, body: body::write(&MediaTold { here }), headers: Vec::new() })
}

/// The same where nothing waits for it: what goes wrong is said in the log and tried again a day later.
pub fn collect_quietly(inner: &Inner) {
    if let Err(cause) = collect(inner) {
        tracing::error!(%cause, "blobs that no record names could not be taken out");
    }
}

/// Takes out uploads that nobody goes on with, and blobs that nothing names: those of erased records at once, others thirty days after they were
/// found so. A database that was set back, declared or not, does not know the records yet that devices will bring back.
pub fn collect(inner: &Inner) -> Result<(), Error> {
    if !inner.blobs.folder().is_dir() {
        return Ok(());
    }
    let now_ms = inner.env.now_ms();
    let (kept, under_way, gone) = inner.store.write(|db| {
        uploads::drop_old_uploads(db, now_ms - UPLOAD_LIFE_MS, now_ms - DAY_MS)?;
        Ok::<_, Error>((rights::all_kept(db)?, uploads::uploads_under_way(db)?, uploads::gone(db)?))
    })?;
    let unnamed = RefCell::new(Vec::new());
    let is_kept = |name: &str| {
        let stays = kept.contains(name) || gone.get(name).is_none_or(|since| *since > 0 && now_ms - since < FILLING_MS);
        if stays && !kept.contains(name) {
            unnamed.borrow_mut().push(name.to_owned());
        }
        stays
    };
    let removed = inner.blobs.keep_only(is_kept, |id| under_way.contains(id))?;
    let unnamed: BTreeSet<String> = unnamed.into_inner().into_iter().collect();
    inner.store.write(|db| {
        gone.keys().filter(|hash| !unnamed.contains(*hash)).try_for_each(|hash| uploads::forget_gone(db, hash))?;
        unnamed.iter().filter(|hash| !gone.contains_key(*hash)).try_for_each(|hash| uploads::note_gone(db, hash, now_ms))
    })?;
    if removed > 0 {
        tracing::info!(removed, "blobs that no record names are gone");
    }
    Ok(())
}

/// Runs what takes the words of erased records out of refused commands: photos that only those named go with them.
pub fn while_refused_are_cleaned(db: &Connection, clean: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
    let before = rights::refused_names(db)?;
    clean()?;
    let after = rights::refused_names(db)?;
    before.difference(&after).try_for_each(|hash| uploads::note_gone(db, hash, 0))
}
