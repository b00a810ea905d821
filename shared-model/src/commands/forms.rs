//! Questionnaires, answers and campaigns: arguments and replies. Answers are texts by the name of their question.

use super::HouseholdItem;
use crate::cases::Problem;
use crate::codes::Coded;
use crate::forms::{Aside, CampaignFilter, Form, Outcome};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// `check_form`, `put_form`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct FormArgs {
    pub form: Form,
}

/// A form that may be asked or looked at.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct FormItem {
    /// Name and hash of its words: what an answer keeps.
    pub id: String,
    pub form: Form,
    /// It comes with the product; else a deployment wrote it.
    pub built_in: bool,
    /// It is asked; else only what was answered shows it.
    pub current: bool,
    /// Answers to any version of it, held here.
    pub answered: u32,
    pub by: Option<String>,
    #[ts(type = "number | null")]
    pub at: Option<i64>,
    pub pending: bool,
}

/// `list_forms`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct FormList {
    pub items: Vec<FormItem>,
    /// Settings that cannot be used, with what is wrong.
    pub unreadable: Vec<Problem>,
    pub may_edit: bool,
}

/// `check_form`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct FormChecked {
    pub problems: Vec<Problem>,
}

/// `import_xlsform`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct ImportXlsformArgs {
    /// Path of the file on this machine (command line, shell) …
    #[serde(default)]
    pub file: Option<String>,
    /// … or its bytes in base64 with a name (browser).
    #[serde(default)]
    pub data: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
}

/// Something in a sheet that was not taken, or that has to be corrected.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct XlsformProblem {
    pub sheet: String,
    /// 1-based.
    pub row: Option<u32>,
    /// Header of the column.
    pub column: Option<String>,
    pub message: String,
    /// The form cannot be put as it is; else it can, without this.
    pub stops: bool,
}

/// `import_xlsform`: nothing is written; `put_form` does that.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct XlsformReport {
    pub form: Form,
    pub problems: Vec<XlsformProblem>,
}

/// `check_answers`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct CheckAnswersArgs {
    /// Id or name of the form.
    #[serde(default)]
    pub form: Option<String>,
    /// A form that is only looked at.
    #[serde(default)]
    pub draft: Option<Form>,
    pub answers: BTreeMap<String, String>,
    /// The version that the answers were begun with, where that is another one.
    #[serde(default)]
    pub begun_with: Option<String>,
}

/// `check_answers`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct AnswersChecked {
    /// The version that was asked.
    pub id: String,
    #[serde(flatten)]
    #[ts(flatten)]
    pub outcome: Outcome,
    /// The answers as they go on with this version.
    pub answers: BTreeMap<String, String>,
    /// Answers that have no question any more.
    pub aside: Vec<Aside>,
}

/// `list_questions`: one of them.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct ListQuestionsArgs {
    pub household: Option<String>,
    pub place: Option<String>,
    pub patrol: Option<String>,
    pub facility: Option<String>,
}

/// Somebody by name.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct AnswerPerson {
    pub id: String,
    pub name: String,
}

/// A form to be asked now.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DueForm {
    /// The version.
    pub id: String,
    /// Without what this person may not write.
    pub form: Form,
    /// `tier`, `campaign`, `checklist`.
    pub why: String,
    pub campaign: Option<String>,
    pub campaign_title: Option<String>,
    /// `YYYY-MM-DD`.
    pub campaign_due: Option<String>,
    /// How far it came here: a code of `response_state`.
    pub state: Option<Coded>,
    /// Known already: what its questions fill, and what was answered to this campaign.
    pub answers: BTreeMap<String, String>,
    /// What was answered the time before.
    pub last: BTreeMap<String, String>,
    #[ts(type = "number | null")]
    pub last_at: Option<i64>,
    /// Whose file is filled, where a question fills one of a person.
    pub person: Option<AnswerPerson>,
    pub people: Vec<AnswerPerson>,
}

/// `list_questions`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct QuestionList {
    pub items: Vec<DueForm>,
}

/// Answers to one form, as they are written.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct ResponseArgs {
    /// Id or name of the form; of a campaign its own is taken.
    pub form: String,
    #[serde(default)]
    pub campaign: Option<String>,
    /// A code of `response_state`, or its label; absent: `done` where everything that has to be answered is, else `part`.
    #[serde(default)]
    pub state: Option<String>,
    #[serde(default)]
    #[ts(as = "Option<BTreeMap<String, String>>")]
    pub answers: BTreeMap<String, String>,
    /// Whose file is filled; absent: the head of the household, or the only person in it.
    #[serde(default)]
    pub person: Option<String>,
}

/// `add_response`: answers without a visit, by telephone for instance.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct AddResponseArgs {
    #[serde(default)]
    pub household: Option<String>,
    #[serde(default)]
    pub place: Option<String>,
    #[serde(default)]
    pub patrol: Option<String>,
    #[serde(default)]
    pub facility: Option<String>,
    #[serde(flatten)]
    #[ts(flatten)]
    pub response: ResponseArgs,
}

/// `list_responses`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ListResponsesArgs {
    pub household: String,
}

/// One answer, as people read it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct AnswerView {
    pub question: String,
    pub label: String,
    pub label_en: String,
    pub text: String,
    pub text_en: String,
    pub private: bool,
    /// Two people answered differently.
    pub conflict: bool,
}

/// Answers to one form.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ResponseItem {
    pub id: String,
    /// Name and words of the form.
    pub form: Coded,
    pub campaign: Option<String>,
    pub campaign_title: Option<String>,
    pub state: Coded,
    #[ts(type = "number")]
    pub at: i64,
    pub by: String,
    pub answers: Vec<AnswerView>,
    pub pending: bool,
}

/// `list_responses`, newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct ResponseList {
    pub items: Vec<ResponseItem>,
}

/// `add_campaign`
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct AddCampaignArgs {
    pub title: String,
    #[serde(default)]
    pub words: Option<String>,
    /// Id or name of a form that a campaign may ask.
    pub form: String,
    /// Unit (id or code); absent: the office's own.
    #[serde(default)]
    pub unit: Option<String>,
    #[serde(default)]
    #[ts(as = "Option<CampaignFilter>")]
    pub filter: CampaignFilter,
    /// `YYYY-MM-DD`; absent: today.
    #[serde(default)]
    pub from: Option<String>,
    pub due: String,
}

/// `edit_campaign`: what is named.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct EditCampaignArgs {
    pub id: String,
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub words: Option<String>,
    #[serde(default)]
    pub due: Option<String>,
    #[serde(default)]
    pub filter: Option<CampaignFilter>,
}

/// `preview_campaign`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct PreviewCampaignArgs {
    pub unit: Option<String>,
    #[ts(as = "Option<CampaignFilter>")]
    pub filter: CampaignFilter,
}

/// `preview_campaign`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct CampaignPreview {
    /// Doors that the filter takes.
    pub doors: u32,
    /// Doors of the unit.
    pub of: u32,
}

/// A campaign, with what came of it as far as this device holds its doors.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct CampaignItem {
    pub id: String,
    pub title: String,
    pub words: Option<String>,
    /// Id and words of what is asked.
    pub form: Coded,
    pub unit: String,
    pub unit_name: String,
    pub filter: CampaignFilter,
    /// `YYYY-MM-DD`.
    pub from: String,
    pub due: String,
    /// Days until it is due, negative when over.
    pub days: i32,
    pub closed: bool,
    /// It runs today: doors are asked.
    pub runs: bool,
    pub doors: u32,
    /// Doors per state: `todo` and the codes of `response_state`.
    pub counts: BTreeMap<String, u32>,
    pub pending: bool,
}

/// `list_campaigns`: those that run first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct CampaignList {
    pub items: Vec<CampaignItem>,
    /// This person makes and closes campaigns.
    pub may_edit: bool,
}

/// `campaign_doors`
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields)]
pub struct CampaignDoorsArgs {
    pub campaign: String,
    /// `todo` or a code of `response_state`.
    pub state: Option<String>,
    pub limit: Option<u32>,
    pub offset: Option<u32>,
}

/// A door of a campaign.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct CampaignDoor {
    pub household: HouseholdItem,
    pub state: String,
    #[ts(type = "number | null")]
    pub at: Option<i64>,
    /// Two people answered differently.
    pub conflict: bool,
}

/// `campaign_doors`, in walking order.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct CampaignDoors {
    pub campaign: CampaignItem,
    pub items: Vec<CampaignDoor>,
    pub total: u32,
}
