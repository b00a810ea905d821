//! The records of photos and recordings. An attachment is a record of its own, of the class of what it belongs to and in the same unit, written
//! in the command of its visit, case or step where they come together. Bytes follow later, by their own queue: a record never waits for them.

use super::store::{self, StagedRow};
use crate::error::{CoreError, Result};
use crate::workspace::{Intent, KeyEdit};
use rusqlite::Connection;
use shared_model::Class;
use shared_model::commands::NewAttachment;
use shared_model::limits::ATTACHMENTS_PER_RECORD_MAX;
use shared_model::records::Kind;
use uuid::Uuid;

/// Something staged, about to be written.
pub struct Taken {
    pub record: Uuid,
    row: StagedRow,
    stage: Option<KeyEdit>,
    words: Option<String>,
}

/// What it will belong to.
#[derive(Clone, Copy)]
pub struct Owner {
    pub unit: Uuid,
    pub class: Class,
    pub of: Uuid,
    pub of_kind: Kind,
    pub step: Option<Uuid>,
}

/// Looks up what was staged. `ids`: a new record's id for each.
///
/// # Errors
/// `not_found` for a token that is not here, `too_many`.
pub fn take(media: &Connection, given: &[NewAttachment], mut new_id: impl FnMut() -> Uuid) -> Result<Vec<Taken>> {
    if given.len() > ATTACHMENTS_PER_RECORD_MAX {
        return Err(too_many());
    }
    let mut out: Vec<Taken> = Vec::with_capacity(given.len());
    for one in given {
        let found = store::staged(media, &one.token)?;
        let row = found.ok_or_else(|| CoreError::not_found("这张照片或这段录音").at("attachments"))?;
        // the same photo chosen twice is one
        if out.iter().any(|t| t.row.hash == row.hash) {
            continue;
        }
        let stage = match one.stage.as_deref().map(str::trim).filter(|s| !s.is_empty()) {
            Some(text) => Some(stage_of(text)?),
            None => None,
        };
        let words = one.words.as_deref().map(str::trim).filter(|w| !w.is_empty()).map(str::to_string);
        out.push(Taken { record: new_id(), row, stage, words });
    }
    Ok(out)
}

fn stage_of(text: &str) -> Result<KeyEdit> {
    let field = Kind::Attachment.field("stage").ok_or_else(|| CoreError::args("没有这个字段。"))?;
    let value = field.read(&serde_json::Value::String(text.into())).map_err(|m| CoreError::args(format!("{m}。")).at("stage"))?;
    Ok(KeyEdit { key: "stage".into(), value, seen: None, settle: false })
}

/// More than one record may have.
pub fn too_many() -> CoreError {
    CoreError::new("too_many", format!("一条记录最多 {ATTACHMENTS_PER_RECORD_MAX} 张照片或录音。没有写进去。")).at("attachments")
}

/// Adds the records to a command.
///
/// # Errors
/// Of the declaration.
pub fn write(intent: &mut Intent, taken: &[Taken], owner: Owner, now_ms: i64) -> Result<()> {
    for t in taken {
        let row = &t.row;
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let mut edits = vec![
            KeyEdit::put("of", owner.of.to_string()),
            KeyEdit::put("of_kind", owner.of_kind.name()),
            KeyEdit::put("media", row.media.clone()),
            KeyEdit::put("hash", row.hash.clone()),
            KeyEdit::put("mime", row.mime.clone()),
            KeyEdit::put("bytes", number(row.bytes)),
            KeyEdit::put("at", now_ms),
        ];
        edits.extend(owner.step.map(|step| KeyEdit::put("step", step.to_string())));
        edits.extend(row.width.map(|n| KeyEdit::put("width", i64::from(n))));
        edits.extend(row.height.map(|n| KeyEdit::put("height", i64::from(n))));
        edits.extend(row.millis.map(|n| KeyEdit::put("millis", n)));
        edits.extend(row.thumb.clone().map(|hash| KeyEdit::put("thumb", hash)));
        edits.extend(row.thumb_bytes.map(|n| KeyEdit::put("thumb_bytes", number(n))));
        edits.extend(row.wave.clone().map(|wave| KeyEdit::put("wave", wave)));
        edits.extend(t.words.clone().map(|words| KeyEdit::put("words", words)));
        edits.extend(t.stage.clone());
        intent.record(owner.unit, t.record, Kind::Attachment, owner.class, edits)?;
    }
    Ok(())
}

/// The records are written: what was staged waits to go up. Should that fail here (a full disk, no power), the next sweep does it, because the
/// records say what they need.
pub fn keep(media: &mut Connection, taken: &[Taken], now_ms: i64) {
    for t in taken {
        if let Err(e) = store::queue(media, t.record, &t.row, now_ms) {
            tracing::warn!(code = e.code, "an attachment is written and its bytes are not queued yet");
        }
    }
}
