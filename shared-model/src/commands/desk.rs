//! What a person has on their own device beside records: what was begun and not saved, and what came in since they last looked.

use crate::codes::Coded;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// `keep_draft`: what was begun and not saved, kept in the encrypted store of this device and sent nowhere.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct KeepDraftArgs {
    /// Which form, e.g. `visit <household>`.
    pub key: String,
    /// The form as JSON; absent: saved or set aside, the draft goes.
    #[serde(default)]
    pub body: Option<String>,
}

/// One draft.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DraftItem {
    pub key: String,
    pub body: String,
    /// When it was last written, unix ms.
    #[ts(type = "number")]
    pub at: i64,
}

/// `list_drafts`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct DraftList {
    pub items: Vec<DraftItem>,
}

/// Something that came from others with a sync and concerns this person.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct NoticeItem {
    pub id: String,
    /// `assigned` a case was given to me, `step` somebody acted in a case I reported or worked on, `case` a new one in my area,
    /// `answered` the office did something about what was refused of mine, `question` the office asks, `campaign` a new one.
    pub kind: String,
    /// The title of what it is about, as people wrote it.
    pub title: String,
    /// What was done, with the words of the workflow.
    pub step: Option<Coded>,
    /// What was said with it.
    pub text: Option<String>,
    pub by: Option<String>,
    /// Doorplate or words.
    pub place: Option<String>,
    /// Unix ms, by the server's receipt.
    #[ts(type = "number")]
    pub at: i64,
    pub case: Option<String>,
    pub household: Option<String>,
    pub campaign: Option<String>,
    pub seen: bool,
}

/// `list_notices`: newest first, of the last thirty days.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct NoticeList {
    pub items: Vec<NoticeItem>,
    pub unseen: u32,
}

/// `see_notices`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct SeeNoticesArgs {
    /// Absent: all.
    pub ids: Option<Vec<String>>,
}

/// `change_pin`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ChangePinArgs {
    pub old: String,
    /// Six digits.
    pub new: String,
}
