//! What a form says. The same words in the files of the product (TOML), in a deployment's own (JSON, a configuration record) and in what
//! the pages are told. An answer is text: a choice by its name, several choices with a space between, `yes`/`no`, a day as `YYYY-MM-DD`.

use crate::cases::Label;
use crate::class::Class;
use crate::records::{FieldDef, Kind};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Characters of a text answer.
const ANSWER_CHARS_MAX: usize = 1000;
/// A whole number that is an answer, either side of nought.
const INT_MAX: i64 = 1_000_000_000_000;

/// What is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FormTarget {
    #[default]
    Household,
    Place,
    Patrol,
    Facility,
}

impl FormTarget {
    /// Stable name, also of the field of an answer that names it.
    pub fn name(self) -> &'static str {
        ["household", "place", "patrol", "facility"][self as usize]
    }
}

/// What an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    Text,
    Int,
    Decimal,
    /// `YYYY-MM-DD`.
    Date,
    /// `yes` or `no`.
    YesNo,
    /// One of the choices.
    Choose,
    /// Any number of the choices.
    ChooseMany,
    /// Words to be read, without an answer.
    Note,
}

/// Who receives an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AnswerClass {
    /// With the household's ordinary facts.
    #[default]
    Register,
    /// With what only workers of the grid and the office hold.
    Private,
}

impl AnswerClass {
    /// The class of the document that holds the answer.
    pub fn class(self) -> Class {
        match self {
            AnswerClass::Register => Class::Register,
            AnswerClass::Private => Class::Private,
        }
    }

    /// The family of keys that holds it in an answer record.
    pub fn family(self) -> &'static str {
        match self {
            AnswerClass::Register => "answer",
            AnswerClass::Private => "secret",
        }
    }
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Question {
    pub name: String,
    pub zh: String,
    #[serde(default)]
    pub en: String,
    pub kind: QuestionKind,
    #[serde(default)]
    pub class: AnswerClass,
    #[serde(default)]
    pub choices: Vec<Label>,
    #[serde(default)]
    pub required: bool,
    /// It is asked only while this holds; empty: always.
    #[serde(default)]
    pub relevant: String,
    /// An answer is right only while this holds; `.` is the answer.
    #[serde(default)]
    pub constraint: String,
    /// What to say when it does not.
    #[serde(default)]
    pub message: String,
    #[serde(default)]
    pub message_en: String,
    #[serde(default)]
    pub hint: String,
    #[serde(default)]
    pub hint_en: String,
    /// `household.<field>` or `person.<field>`: what the answer writes as well, so that it is entered once.
    #[serde(default)]
    pub fills: String,
}

/// A form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct Form {
    /// Small letters, digits and `_`.
    pub name: String,
    pub zh: String,
    #[serde(default)]
    pub en: String,
    /// One sentence: what it is for.
    #[serde(default)]
    pub about: String,
    #[serde(default)]
    pub about_en: String,
    #[serde(default, rename = "for")]
    pub target: FormTarget,
    /// Asked of households of this tier: `red yellow green general`. None: only where a campaign or a patrol point names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// Asked again after so many days; none: the period of the tier, elsewhere every time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every_days: Option<u32>,
    /// Kinds of places or facilities that it is for; empty: all.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// A campaign may ask it: at most ten questions.
    #[serde(default)]
    pub campaign: bool,
    pub questions: Vec<Question>,
}

/// The field that a question fills.
#[derive(Debug, Clone, Copy)]
pub struct FilledField {
    pub kind: Kind,
    pub field: &'static FieldDef,
}

/// What is wrong with one answer, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// `required`, `type`, `choice`, `constraint`, `too_long`.
    pub code: &'static str,
    pub zh: String,
    pub en: String,
}

fn wrong(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Wrong {
    Wrong { code, zh: zh.into(), en: en.into() }
}

impl Form {
    /// A question by name.
    pub fn question(&self, name: &str) -> Option<&Question> {
        self.questions.iter().find(|q| q.name == name)
    }

    /// The same for somebody who does not hold what is private: those questions are not asked. What they decide is private too, so nothing
    /// that is left depends on them.
    #[must_use]
    pub fn without_private(&self) -> Form {
        let mut form = self.clone();
        form.questions.retain(|q| q.class == AnswerClass::Register);
        form
    }

    /// After how many days it is asked again; none: every time.
    pub fn period_days(&self) -> Option<u32> {
        self.every_days.or_else(|| self.tier.as_deref().map(crate::due::period_days))
    }
}

impl Question {
    /// The English words, else the Chinese.
    pub fn english(&self) -> &str {
        if self.en.is_empty() { &self.zh } else { &self.en }
    }

    /// Its choices; a yes-or-no question has two.
    pub fn named_choice(&self, name: &str) -> Option<&Label> {
        self.choices.iter().find(|c| c.name == name)
    }

    /// Has this name a meaning as an answer, as far as a condition may ask?
    pub fn has_choice(&self, name: &str) -> bool {
        match self.kind {
            QuestionKind::YesNo => matches!(name, "yes" | "no" | ""),
            QuestionKind::Choose | QuestionKind::ChooseMany => name.is_empty() || self.named_choice(name).is_some(),
            _ => true,
        }
    }

    /// The field that it fills, where `fills` names one there is.
    pub fn filled(&self) -> Option<FilledField> {
        let (kind, key) = self.fills.split_once('.')?;
        let kind = match kind {
            "household" => Kind::Household,
            "person" => Kind::Person,
            _ => return None,
        };
        kind.def().columns().find(|f| f.key == key).map(|field| FilledField { kind, field })
    }

    /// Reads what a person wrote; `None`: nothing.
    ///
    /// # Errors
    /// What is wrong with it, of its kind alone: the constraint is asked elsewhere.
    pub fn read(&self, text: &str) -> Result<Option<String>, Wrong> {
        let text = text.trim();
        if text.is_empty() || self.kind == QuestionKind::Note {
            return Ok(None);
        }
        if text.chars().count() > ANSWER_CHARS_MAX {
            return Err(wrong(
                "too_long",
                format!("写得太长了，最多 {ANSWER_CHARS_MAX} 个字。"),
                format!("Too long: at most {ANSWER_CHARS_MAX} characters."),
            ));
        }
        let one = |c: &Label| c.name == text || c.zh == text;
        match self.kind {
            QuestionKind::Text | QuestionKind::Note => Ok(Some(text.to_string())),
            QuestionKind::Int => match text.parse::<i64>() {
                Ok(n) if n.abs() <= INT_MAX => Ok(Some(n.to_string())),
                _ => Err(wrong("type", "要一个整数。", "A whole number is wanted.")),
            },
            QuestionKind::Decimal => match text.parse::<f64>() {
                Ok(n) if n.is_finite() && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+')) => {
                    Ok(Some(text.trim_start_matches('+').to_string()))
                }
                _ => Err(wrong("type", "要一个数，比如 3.5。", "A number is wanted, such as 3.5.")),
            },
            QuestionKind::Date => match chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d") {
                Ok(day) => Ok(Some(day.format("%Y-%m-%d").to_string())),
                Err(_) => Err(wrong("type", "要写成 2026-05-01 这样的日期。", "A day is wanted, such as 2026-05-01.")),
            },
            QuestionKind::YesNo => match text {
                "yes" | "是" | "有" => Ok(Some("yes".into())),
                "no" | "否" | "没有" => Ok(Some("no".into())),
                _ => Err(wrong("choice", "选「是」或「否」。", "Choose yes or no.")),
            },
            QuestionKind::Choose => match self.choices.iter().find(|c| one(c)) {
                Some(c) => Ok(Some(c.name.clone())),
                None => Err(wrong("choice", format!("没有「{text}」这一项。"), format!("There is no choice “{text}”."))),
            },
            QuestionKind::ChooseMany => {
                let words: Vec<&str> = text.split_whitespace().collect();
                if let Some(unknown) = words.iter().find(|w| !self.choices.iter().any(|c| c.name == **w || c.zh == **w)) {
                    return Err(wrong("choice", format!("没有「{unknown}」这一项。"), format!("There is no choice “{unknown}”.")));
                }
                // in the order of the form: what two people chose alike is one value
                let chosen = self.choices.iter().filter(|c| words.iter().any(|w| c.name == *w || c.zh == *w));
                Ok(Some(chosen.map(|c| c.name.as_str()).collect::<Vec<_>>().join(" ")))
            }
        }
    }

    /// An answer as people read it, in Chinese or English.
    pub fn words(&self, answer: &str, in_english: bool) -> String {
        let label = |name: &str| match self.named_choice(name) {
            Some(c) if in_english && !c.en.is_empty() => c.en.clone(),
            Some(c) => c.zh.clone(),
            None => name.to_string(),
        };
        match (self.kind, answer, in_english) {
            (QuestionKind::YesNo, "yes", false) => "是".into(),
            (QuestionKind::YesNo, "no", false) => "否".into(),
            (QuestionKind::Choose, one, _) => label(one),
            (QuestionKind::ChooseMany, many, false) => many.split_whitespace().map(label).collect::<Vec<_>>().join("、"),
            (QuestionKind::ChooseMany, many, true) => many.split_whitespace().map(label).collect::<Vec<_>>().join(", "),
            (_, text, _) => text.to_string(),
        }
    }
}
