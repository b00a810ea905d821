//! Photos and recordings: arguments and replies. What a screen takes is staged first, as bytes that the device makes safe and keeps; a record
//! then names them by their token, in the same command as what they belong to. Bytes cross the three front doors as base64.

use crate::codes::Coded;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// `stage_media`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct StageMediaArgs {
    /// The file, base64.
    pub data: String,
    /// `photo` or `audio`.
    pub media: String,
    /// Length of a recording, milliseconds.
    #[serde(default)]
    #[ts(as = "Option<f64>")]
    pub millis: Option<i64>,
    /// Loudness of a recording over its length: one digit `0`–`9` a bar, at most 64 bars.
    #[serde(default)]
    pub wave: Option<String>,
}

/// What was staged: nothing is recorded yet. What no record uses within thirty days goes.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct Staged {
    pub token: String,
    pub media: String,
    pub mime: String,
    #[ts(type = "number")]
    pub bytes: u64,
    pub width: Option<u32>,
    pub height: Option<u32>,
    #[ts(as = "Option<f64>")]
    pub millis: Option<i64>,
    pub wave: Option<String>,
    /// The small picture, JPEG, base64.
    pub thumb: Option<String>,
}

/// `discard_staged`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct TokenArgs {
    pub token: String,
}

/// Something staged that goes with a visit, a case or a step, in the same command.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct NewAttachment {
    pub token: String,
    /// `found before after`, or the label.
    #[serde(default)]
    pub stage: Option<String>,
    #[serde(default)]
    pub words: Option<String>,
}

/// `add_attachment`: to something that is there already.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct AddAttachmentArgs {
    pub of: String,
    /// `case visit household place facility patrol`
    pub of_kind: String,
    pub token: String,
    #[serde(default)]
    pub stage: Option<String>,
    /// The step of the case that it belongs to.
    #[serde(default)]
    pub step: Option<String>,
    #[serde(default)]
    pub words: Option<String>,
}

/// `edit_attachment`: `stage` and `words`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct EditAttachmentArgs {
    pub id: String,
    #[ts(type = "Record<string, unknown>")]
    pub edit: BTreeMap<String, serde_json::Value>,
}

/// `list_attachments`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct OfArgs {
    /// What they belong to.
    pub of: String,
}

/// One photo or recording.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct AttachmentItem {
    pub id: String,
    pub of: String,
    pub of_kind: String,
    pub step: Option<String>,
    /// `photo` or `audio`.
    pub media: String,
    pub stage: Option<Coded>,
    pub mime: String,
    #[ts(type = "number")]
    pub bytes: u64,
    pub width: Option<u32>,
    pub height: Option<u32>,
    #[ts(as = "Option<f64>")]
    pub millis: Option<i64>,
    pub wave: Option<String>,
    pub words: Option<String>,
    #[ts(type = "number")]
    pub at: i64,
    pub by: String,
    pub mine: bool,
    /// The record itself has no verdict yet.
    pub pending: bool,
    /// `queued` only here, waits; `sending` part of it is there; `sent` the server has it; `remote` not here, can be fetched; `waiting` not
    /// here, its author has not sent it yet; `refused` the server does not take it.
    pub state: String,
    /// Bytes of it that the server has taken.
    #[ts(type = "number")]
    pub sent: u64,
}

/// In the order in which they were taken.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct AttachmentList {
    pub items: Vec<AttachmentItem>,
}

/// `get_attachment`, `fetch_attachment`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct GetAttachmentArgs {
    pub id: String,
    /// `thumb` or `full`. A recording has no thumb.
    pub size: String,
}

/// The bytes, as far as they are here.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct AttachmentData {
    /// As [`AttachmentItem`] says it.
    pub state: String,
    pub mime: String,
    /// base64
    pub data: Option<String>,
}

/// `list_media`: what waits to go up.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct MediaList {
    pub items: Vec<AttachmentItem>,
    pub queued: u32,
    #[ts(type = "number")]
    pub queued_bytes: u64,
}
