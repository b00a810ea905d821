//! Photos and recordings: taken in, attached, listed, looked at. What a file is, its bytes say (`media/`); what of it the server has, the
//! queue knows.

use super::views::{self, coded_field, id};
use super::visits::new_id;
use super::{cases, households, session};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::media::attach::{self, Owner};
use crate::media::{photo, store};
use crate::store::{Row, docs, get_row, rows, same};
use crate::workspace::{self, Intent, KeyEdit};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rusqlite::Connection;
use shared_model::Class;
use shared_model::commands::{
    AddAttachmentArgs, Added, AttachmentData, AttachmentItem, AttachmentList, EditAttachmentArgs, Edited, GetAttachmentArgs, IdArgs,
    MediaList, NewAttachment, NoArgs, OfArgs, StageMediaArgs, Staged, TokenArgs,
};
use shared_model::crdt::deletion::del_value;
use shared_model::limits::{ATTACHMENTS_PER_RECORD_MAX, AUDIO_BYTES_MAX, AUDIO_MILLIS_MAX, MEDIA_SOURCE_BYTES_MAX};
use shared_model::media::{self, AUDIO, JPEG, PHOTO};
use shared_model::records::Kind;
use shared_model::rules::{self, Verb};
use uuid::Uuid;

/// `stage_media`
pub fn stage(engine: &Engine, args: StageMediaArgs) -> Result<Staged> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Attachment, Verb::Make))?;
    if args.data.len() > MEDIA_SOURCE_BYTES_MAX / 3 * 4 + 4 {
        return Err(CoreError::new("too_large", "这个文件太大，没有收下。写的字都在。").at("data"));
    }
    let bytes = STANDARD.decode(args.data.as_bytes()).map_err(|_| CoreError::args("文件的写法不对（base64）。").at("data"))?;
    let now = engine.now_ms();
    let token = new_id(engine).to_string();
    // decoding takes a while: the store is not held meanwhile
    let (row, data, thumb) = match args.media.as_str() {
        PHOTO => {
            let made = photo::make(&bytes)?;
            let row = store::StagedRow {
                token,
                hash: store::hash_of(&made.jpeg),
                thumb: Some(store::hash_of(&made.thumb)),
                thumb_bytes: Some(made.thumb.len() as u64),
                media: PHOTO.into(),
                mime: JPEG.into(),
                bytes: made.jpeg.len() as u64,
                width: Some(made.width),
                height: Some(made.height),
                millis: None,
                wave: None,
            };
            (row, made.jpeg, Some(made.thumb))
        }
        AUDIO => {
            let row = recording(token, &bytes, &args)?;
            (row, bytes, None)
        }
        _ => return Err(CoreError::args("只收照片（photo）和录音（audio）。").at("media")),
    };
    engine.with(|o| store::stage(&mut o.media, &row, &data, thumb.as_deref(), now))?;
    Ok(Staged {
        token: row.token,
        media: row.media,
        mime: row.mime,
        bytes: row.bytes,
        width: row.width,
        height: row.height,
        millis: row.millis,
        wave: row.wave,
        thumb: thumb.map(|t| STANDARD.encode(t)),
    })
}

/// A recording is kept as it came, so it has to be whole and nothing else.
fn recording(token: String, bytes: &[u8], args: &StageMediaArgs) -> Result<store::StagedRow> {
    if bytes.len() as u64 > AUDIO_BYTES_MAX || args.millis.is_some_and(|ms| ms > AUDIO_MILLIS_MAX) {
        return Err(CoreError::new("too_large", "这段录音太长，没有收下。请分几段录；写的字都在。").at("data"));
    }
    let mime = media::format_of(bytes).filter(|mime| media::is_format(AUDIO, mime));
    let mime =
        mime.ok_or_else(|| CoreError::new("not_a_recording", "这不是录音，或录音坏了，没有收下。可以再录一次；写的字都在。").at("data"))?;
    if args.millis.is_some_and(|ms| ms < 0) || args.wave.as_deref().is_some_and(|w| !media::is_wave(w)) {
        return Err(CoreError::args("录音的时长或波形写法不对。").at("wave"));
    }
    Ok(store::StagedRow {
        token,
        hash: store::hash_of(bytes),
        thumb: None,
        thumb_bytes: None,
        media: AUDIO.into(),
        mime: mime.into(),
        bytes: bytes.len() as u64,
        width: None,
        height: None,
        millis: args.millis,
        wave: args.wave.clone().filter(|w| !w.is_empty()),
    })
}

/// `discard_staged`
pub fn discard(engine: &Engine, args: TokenArgs) -> Result<Edited> {
    let now = engine.now_ms();
    engine.with(|o| {
        let changed = store::unstage(&o.media, &args.token)?;
        store::sweep(&mut o.media, &o.db, now)?;
        Ok(Edited { changed })
    })
}

/// `add_attachment`
pub fn add(engine: &Engine, args: AddAttachmentArgs) -> Result<Added> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Attachment, Verb::Make))?;
    let now = engine.now_ms();
    let (changed, record) = engine.with(|o| {
        let owner = owner_of(&o.db, &args)?;
        let by_share = docs::is_only_shared(&o.db, docs::current(&o.db, owner.of, owner.class)?)?;
        let may = |role| rules::may_write(role, Kind::Attachment, owner.class, Verb::Make) && !rules::needs_its_case(role, owner.class);
        if !by_share && !workspace::roles(&o.db, &o.me)?.iter().any(|r| may(r.role)) {
            return Err(CoreError::new("not_allowed", "这件事交上去以后就看不到了，照片和录音要和它一起交。可以再报一件。"));
        }
        let there: usize =
            o.db.prepare_cached("select count(*) from attachment where \"of\" = ?1 and _del is null")?
                .query_row([owner.of], |r| r.get(0))?;
        if there >= ATTACHMENTS_PER_RECORD_MAX {
            return Err(attach::too_many());
        }
        let given = NewAttachment { token: args.token.clone(), stage: args.stage.clone(), words: args.words.clone() };
        let taken = attach::take(&o.media, &[given], || new_id(engine)).map_err(|e| e.at("token"))?;
        let what = if owner.of_kind == Kind::Case { "事项" } else { owner.of_kind.def().zh };
        let (_, changed) = workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("add_attachment", format!("给{what}加照片或录音"), household_of(w.tx, owner)?);
            attach::write(&mut intent, &taken, owner, now)?;
            w.touch(owner.of, owner.of_kind);
            w.command(intent)
        })?;
        attach::keep(&mut o.media, &taken, now);
        Ok((changed, taken.first().map(|t| t.record)))
    })?;
    engine.raise(&changed);
    Ok(Added { id: record.map(|r| r.to_string()).unwrap_or_default() })
}

/// Unit and class of what it is to belong to.
fn owner_of(db: &Connection, args: &AddAttachmentArgs) -> Result<Owner> {
    let found = |kind: Kind, class: Class| -> Result<Owner> {
        let of = id(&args.of, "这条记录")?;
        get_row(db, kind, of)?.filter(|r| r.get("_del").is_none()).ok_or_else(|| CoreError::not_found("这条记录").at("of"))?;
        let doc = docs::load(db, docs::current(db, of, class)?)?.ok_or_else(|| CoreError::not_found("这条记录").at("of"))?;
        Ok(Owner { unit: doc.unit, class, of, of_kind: kind, step: None })
    };
    match args.of_kind.as_str() {
        "case" => {
            let c = cases::load(db, &args.of).map_err(|e| e.at("of"))?;
            let step = args.step.as_deref().filter(|s| !s.is_empty()).map(|s| id(s, "这一步")).transpose()?;
            let of_case = |s: &Uuid| Ok::<_, CoreError>(get_row(db, Kind::CaseStep, *s)?.and_then(|r| r.id("case")) == Some(c.row.record));
            if let Some(s) = &step
                && !of_case(s)?
            {
                return Err(CoreError::not_found("这一步").at("step"));
            }
            Ok(Owner { unit: c.unit, class: c.class, of: c.row.record, of_kind: Kind::Case, step })
        }
        "household" => {
            let h = households::require(db, &args.of).map_err(|e| e.at("of"))?;
            let unit = h.id("building").ok_or_else(|| CoreError::not_found("这一户").at("of"))?;
            Ok(Owner { unit, class: Class::Register, of: h.record, of_kind: Kind::Household, step: None })
        }
        "visit" => found(Kind::Visit, Class::Register),
        "place" => found(Kind::Place, Class::Open),
        "facility" => found(Kind::Facility, Class::Open),
        "patrol" => found(Kind::Patrol, Class::Open),
        _ => Err(CoreError::args("照片和录音只能加在事项、走访、户、场所、设施、巡查点上。").at("of_kind")),
    }
}

/// What is attached to one record, and to those that went into it.
const OF_ATTACHED: &str = "where t.\"of\" in (select ?1 union all select m.record from merged m where m.canon = ?1) and t._del is null
    order by t.at, t.record";

fn household_of(db: &Connection, owner: Owner) -> Result<Option<Uuid>> {
    match owner.of_kind {
        Kind::Household => Ok(Some(owner.of)),
        Kind::Visit | Kind::Case => Ok(get_row(db, owner.of_kind, owner.of)?.and_then(|r| r.id("household"))),
        _ => Ok(None),
    }
}

/// `edit_attachment`
pub fn edit(engine: &Engine, args: EditAttachmentArgs) -> Result<Edited> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Attachment, Verb::EditOwn))?;
    let now = engine.now_ms();
    let (seq, changed) = engine.with(|o| {
        let (row, doc) = require(&o.db, &args.id)?;
        if let Some(key) = args.edit.keys().find(|key| !["stage", "words"].contains(&key.as_str())) {
            return Err(CoreError::not_allowed("改照片和录音本身").at(key));
        }
        let edits = views::edits(Kind::Attachment, Some(&row), &args.edit, None)?;
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("edit_attachment", "改照片或录音的说明", None);
            intent.write(doc.unit, doc.id, Kind::Attachment, edits);
            touch_owner(w, &row);
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}

/// `remove_attachment`: one's own, or any by the office. What has not gone up does not go up.
pub fn remove(engine: &Engine, args: IdArgs) -> Result<Edited> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Attachment, Verb::EditOwn))?;
    let now = engine.now_ms();
    let (seq, changed) = engine.with(|o| {
        let (row, doc) = require(&o.db, &args.id)?;
        if !doc.mine && !session::is_office(&o.db, &o.me)? {
            return Err(CoreError::not_allowed("去掉别人的照片或录音"));
        }
        let mark = del_value(&doc.shown);
        let done = workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("remove_attachment", "去掉照片或录音", None);
            intent.write(doc.unit, doc.id, Kind::Attachment, vec![KeyEdit::put("_del", mark)]);
            touch_owner(w, &row);
            w.command(intent)
        })?;
        store::unqueue(&o.media, row.record)?;
        Ok(done)
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}

fn touch_owner(w: &mut workspace::Writer<'_>, row: &Row) {
    let kind = row.text("of_kind").and_then(|name| Kind::all().find(|k| k.name() == name));
    if let (Some(of), Some(kind)) = (row.id("of"), kind) {
        w.touch(of, kind);
    }
}

fn require(db: &Connection, text: &str) -> Result<(Row, docs::Doc)> {
    let record = id(text, "这张照片或这段录音")?;
    let gone = || CoreError::not_found("这张照片或这段录音").at("id");
    let row = get_row(db, Kind::Attachment, record)?.filter(|r| r.get("_del").is_none()).ok_or_else(gone)?;
    let doc = docs::of_record(db, record)?.pop().ok_or_else(gone)?;
    Ok((row, docs::load(db, doc)?.ok_or_else(gone)?))
}

/// `list_attachments`
pub fn list(engine: &Engine, args: OfArgs) -> Result<AttachmentList> {
    engine.with(|o| {
        let of = id(&args.of, "这条记录")?;
        let found = rows(&o.db, Kind::Attachment, OF_ATTACHED, &[&same::canon(&o.db, of)?])?;
        let queued = store::queued(&o.media)?;
        let items = found.iter().map(|row| item(&o.db, &o.media, row, &queued)).collect::<Result<Vec<_>>>()?;
        Ok(AttachmentList { items: items.into_iter().flatten().collect() })
    })
}

fn item(db: &Connection, media: &Connection, row: &Row, queued: &[store::QueuedRow]) -> Result<Option<AttachmentItem>> {
    let Some(doc) = docs::of_record(db, row.record)?.pop().map(|d| docs::load(db, d)).transpose()?.flatten() else { return Ok(None) };
    let hash = row.text("hash").unwrap_or_default();
    let (state, sent) = state_of(media, &hash, queued)?;
    let bytes = size(row, "bytes");
    let small = |key: &str| row.int(key).and_then(|n| u32::try_from(n).ok());
    Ok(Some(AttachmentItem {
        id: row.record.to_string(),
        of: row.id("of").map(|of| of.to_string()).unwrap_or_default(),
        of_kind: row.text("of_kind").unwrap_or_default(),
        step: row.id("step").map(|s| s.to_string()),
        media: row.text("media").unwrap_or_default(),
        stage: coded_field(row, "stage"),
        mime: row.text("mime").unwrap_or_default(),
        bytes,
        width: small("width"),
        height: small("height"),
        millis: row.int("millis"),
        wave: row.text("wave"),
        words: row.text("words"),
        at: row.int("at").unwrap_or(0),
        by: views::author_of(db, &doc.shown, "hash")?,
        mine: doc.mine,
        pending: doc.pending > 0,
        state: state.into(),
        sent: if state == "sent" { bytes } else { sent },
    }))
}

fn size(row: &Row, key: &str) -> u64 {
    row.int(key).and_then(|n| u64::try_from(n).ok()).unwrap_or(0)
}

/// Where a blob is, and how many bytes of it the server has taken.
fn state_of(media: &Connection, hash: &str, queued: &[store::QueuedRow]) -> Result<(&'static str, u64)> {
    if let Some(q) = queued.iter().find(|q| q.hash == hash) {
        return Ok(match (&q.refused, q.sent) {
            (Some(_), _) => ("refused", q.sent),
            (None, 0) => ("queued", 0),
            (None, sent) => ("sending", sent),
        });
    }
    if store::has(media, hash)? {
        return Ok(("sent", 0));
    }
    let is_absent = store::known(media, hash)?.is_some_and(|(is_there, _)| !is_there);
    Ok((if is_absent { "waiting" } else { "remote" }, 0))
}

/// The hash of the size that is asked for, and the row.
fn wanted(db: &Connection, args: &GetAttachmentArgs) -> Result<(Row, String, String)> {
    let (row, _) = require(db, &args.id)?;
    let (hash, mime) = match args.size.as_str() {
        "thumb" => (row.text("thumb"), Some(JPEG.to_string())),
        "full" => (row.text("hash"), row.text("mime")),
        _ => return Err(CoreError::args("大小只有 thumb 和 full。").at("size")),
    };
    let hash = hash.ok_or_else(|| CoreError::not_found("小图").at("size"))?;
    Ok((row, hash, mime.unwrap_or_default()))
}

/// `get_attachment`: what is here.
pub fn get(engine: &Engine, args: GetAttachmentArgs) -> Result<AttachmentData> {
    engine.with(|o| {
        let (_, hash, mime) = wanted(&o.db, &args)?;
        let data = store::get(&o.media, &hash)?;
        let (state, _) = state_of(&o.media, &hash, &store::queued(&o.media)?)?;
        Ok(AttachmentData { state: state.into(), mime, data: data.map(|d| STANDARD.encode(d)) })
    })
}

/// `fetch_attachment`: from the server, where it is not here.
pub fn fetch(engine: &Engine, args: GetAttachmentArgs) -> Result<AttachmentData> {
    let here = get(engine, args.clone())?;
    if here.data.is_some() {
        return Ok(here);
    }
    let (hash, mime) = engine.with(|o| wanted(&o.db, &args).map(|(_, hash, mime)| (hash, mime)))?;
    engine.fetch_blob(&hash, &mime)?;
    get(engine, args)
}

/// `list_media`
pub fn list_queue(engine: &Engine, _: NoArgs) -> Result<MediaList> {
    engine.with(|o| {
        let queued = store::queued(&o.media)?;
        let mut out = MediaList::default();
        for q in queued.iter().filter(|q| !q.is_thumb) {
            out.queued += 1;
            if let Some(row) = get_row(&o.db, Kind::Attachment, q.attachment)? {
                out.items.extend(item(&o.db, &o.media, &row, &queued)?);
            }
        }
        out.queued_bytes = queued.iter().map(|q| q.bytes.saturating_sub(q.sent)).sum();
        Ok(out)
    })
}

/// Photos and recordings that wait to go up, for the line that says so.
///
/// # Errors
/// Of the store.
pub fn waiting(media: &Connection) -> Result<u32> {
    Ok(media.prepare_cached("select count(*) from queued where is_thumb = 0")?.query_row([], |r| r.get(0))?)
}
