//! What a workflow says. The same words in the files of the product (TOML), in a deployment's own (JSON, a configuration record) and in what
//! the pages are told.

use crate::class::Class;
use crate::rules::Role;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A name with its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Label {
    pub name: String,
    pub zh: String,
    #[serde(default)]
    pub en: String,
}

/// What a state means for the lists: still to be done, or over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Somebody has to act.
    #[default]
    Open,
    /// Nothing is left to do.
    Closed,
    /// Nothing is left to do here: it was merged into another case, or is void.
    Aside,
}

/// A state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct State {
    pub name: String,
    pub zh: String,
    #[serde(default)]
    pub en: String,
    #[serde(default)]
    pub phase: Phase,
    /// One sentence of what came of it, for who reported it; empty: the state's own words.
    #[serde(default)]
    pub said: String,
}

/// What may be written in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// One line.
    Text,
    /// Several lines.
    Long,
    /// `YYYY-MM-DD`.
    Date,
    /// A whole number, 0 or more.
    Int,
    /// Yuan with at most two decimals.
    Money,
    Phone,
    /// One of the options.
    Choice,
    /// Another case, by its id.
    Case,
}

/// A field of a case or of a step, beyond those that every one has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Field {
    pub name: String,
    pub zh: String,
    #[serde(default)]
    pub en: String,
    pub kind: FieldKind,
    #[serde(default)]
    pub options: Vec<Label>,
    /// The step cannot be taken, the case not be opened without it.
    #[serde(default)]
    pub required: bool,
}

/// At which level a matter came to its end (小事不出格, 大事不出社区), from near to far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Grid,
    Community,
    Street,
    District,
}

impl Level {
    /// Stable name.
    pub fn name(self) -> &'static str {
        ["grid", "community", "street", "district"][self as usize]
    }

    /// For people.
    pub fn zh(self) -> &'static str {
        ["网格", "社区", "街道", "区县"][self as usize]
    }

    /// In English.
    pub fn en(self) -> &'static str {
        ["Grid", "Community", "Street", "District"][self as usize]
    }
}

/// A transition: the step that may be taken, by whom, from where, to where, and what it asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Transition {
    pub name: String,
    pub zh: String,
    #[serde(default)]
    pub en: String,
    /// States it may start from; empty: any that is open.
    #[serde(default)]
    pub from: Vec<String>,
    /// Also from states that are over, where `from` is empty.
    #[serde(default)]
    pub always: bool,
    /// State it leads to; none: an overlay or a remark that leaves the state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Roles that may take it.
    pub by: Vec<Role>,
    /// May it be taken by whoever the case is only shown to?
    #[serde(default)]
    pub shared: bool,
    /// Only by whoever opened the case.
    #[serde(default)]
    pub opener: bool,
    /// Not by whoever took one of these steps last: a second person has to.
    #[serde(default)]
    pub not_by: Vec<String>,
    /// `note`, `assignee`, `rating`, `to` (the unit or person that is to see the case).
    #[serde(default)]
    pub requires: Vec<String>,
    #[serde(default)]
    pub fields: Vec<Field>,
    /// Which ratings lead this way: `satisfied`, `fair`, `dissatisfied`. Empty: any.
    #[serde(default)]
    pub ratings: Vec<String>,
    /// Steps of one group are one button; the rating says which of them it is.
    #[serde(default)]
    pub group: String,
    /// The overlay that it begins (日常督办, 协调联动, 挂起, 申请延期).
    #[serde(default)]
    pub begins: String,
    /// The overlay that it ends; it has to be on.
    #[serde(default)]
    pub ends: String,
    /// Overlays during which it may not be taken.
    #[serde(default)]
    pub unless: Vec<String>,
    /// The case is dealt with at least at this level from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// Photos before and after belong here, where there are any.
    #[serde(default)]
    pub evidence: bool,
    /// Offered first where several may be taken: the smallest of those above 0.
    #[serde(default)]
    pub first: u32,
}

/// How a clock counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 自然时, minutes: an emergency.
    Minutes,
    /// 自然时, hours.
    Hours,
    /// 工作时, hours.
    WorkHours,
    /// 自然日, of 24 hours each.
    Days,
    /// 工作日, days.
    WorkDays,
}

/// How long a clock runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(untagged)]
pub enum Amount {
    /// So many of its unit.
    Fixed(u32),
    /// `response` and `resolve`: what the catalogue says for the matter. A name of a date field of the case: until work ends on that day.
    Named(String),
}

/// What is offered first when a clock has run out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Escalation {
    /// So many units after.
    pub after: u32,
    /// The step that is offered then.
    pub step: String,
}

/// A clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ClockRule {
    pub name: String,
    pub zh: String,
    #[serde(default)]
    pub en: String,
    pub unit: Unit,
    pub amount: Amount,
    /// It starts when one of these states is entered; the first state is entered when the case is opened. Entered again after it ended, it starts anew.
    pub starts: Vec<String>,
    /// It ends when one of these states is entered.
    pub stops: Vec<String>,
    /// It also ends with one of these steps, which leave the state.
    #[serde(default)]
    pub stops_by: Vec<String>,
    /// It stands still while this overlay is on.
    #[serde(default)]
    pub pause: String,
    /// The step that extends it by its field `extend_by`.
    #[serde(default)]
    pub extend: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalate: Option<Escalation>,
}

/// A printed sheet. A line of the body is a paragraph; `# ` begins a heading, `| 名称 | {field} |` a row of a table, `___ 甲方` a line to sign.
/// `{name}` puts in a field of the case or the last one of that name among its steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Sheet {
    pub name: String,
    pub zh: String,
    #[serde(default)]
    pub en: String,
    pub body: String,
}

/// A workflow. The first state is the one a case begins in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Workflow {
    /// Small letters and `_`.
    pub name: String,
    pub zh: String,
    #[serde(default)]
    pub en: String,
    /// One sentence: what it is for, and the rule it follows.
    #[serde(default)]
    pub about: String,
    /// Codes of the catalogue, or their first two digits, for which it is taken when nothing else is said.
    #[serde(default)]
    pub matters: Vec<String>,
    /// The matter of a case that names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matter: Option<String>,
    /// Cases are the office's own, whatever the matter says (举报: 处理与受理分开).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<Class>,
    /// Who may open a case in it.
    pub opened_by: Vec<Role>,
    pub states: Vec<State>,
    pub steps: Vec<Transition>,
    #[serde(default)]
    pub overlays: Vec<Label>,
    /// Fields of the case.
    #[serde(default)]
    pub fields: Vec<Field>,
    #[serde(default)]
    pub clocks: Vec<ClockRule>,
    #[serde(default)]
    pub sheets: Vec<Sheet>,
}

impl Workflow {
    /// A state by name.
    pub fn state(&self, name: &str) -> Option<&State> {
        self.states.iter().find(|s| s.name == name)
    }

    /// A transition by name.
    pub fn transition(&self, name: &str) -> Option<&Transition> {
        self.steps.iter().find(|t| t.name == name)
    }

    /// The transition of this name, or the one of the group of this name that the rating leads to.
    pub fn chosen(&self, name: &str, rating: Option<&str>) -> Option<&Transition> {
        self.transition(name).filter(|t| t.takes(rating)).or_else(|| {
            let group = self.transition(name).map_or(name, |t| t.group.as_str());
            self.steps.iter().find(|t| !group.is_empty() && t.group == group && t.takes(rating))
        })
    }

    /// What the overlay is called.
    pub fn overlay(&self, name: &str) -> Option<&Label> {
        self.overlays.iter().find(|o| o.name == name)
    }

    /// Is it taken for this matter when nothing else is said?
    pub fn is_for(&self, matter: &str) -> bool {
        self.matters.iter().any(|m| m == matter || (m.len() == 2 && matter.starts_with(m.as_str())))
    }

    /// Has the case come to an end in this state?
    pub fn is_over(&self, state: &str) -> bool {
        self.state(state).is_some_and(|s| s.phase != Phase::Open)
    }
}

impl Transition {
    /// Does the rating lead this way? Without one, every step does: what it asks for is asked for.
    pub fn takes(&self, rating: Option<&str>) -> bool {
        self.ratings.is_empty() || rating.is_none_or(|r| self.ratings.iter().any(|x| x == r))
    }

    /// Does it change nothing: a remark?
    pub fn is_remark(&self) -> bool {
        self.to.is_none() && self.begins.is_empty() && self.ends.is_empty()
    }
}

impl Field {
    /// Reads what a person wrote: spaces trimmed, an option by its name or its words. Empty: nothing.
    ///
    /// # Errors
    /// A sentence for people that says what is expected.
    pub fn read(&self, text: &str) -> Result<Option<String>, String> {
        let text = text.trim();
        if text.is_empty() {
            return if self.required { Err(format!("要写「{}」。", self.zh)) } else { Ok(None) };
        }
        let wrong = |what: &str| Err(format!("「{}」{what}。", self.zh));
        match self.kind {
            FieldKind::Text | FieldKind::Phone if text.contains('\n') => wrong("只写一行"),
            FieldKind::Text | FieldKind::Long | FieldKind::Phone => Ok(Some(text.to_string())),
            FieldKind::Date => match chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d") {
                Ok(day) => Ok(Some(day.format("%Y-%m-%d").to_string())),
                Err(_) => wrong("要写成 2026-05-01 这样的日期"),
            },
            FieldKind::Int => match text.parse::<u32>() {
                Ok(n) => Ok(Some(n.to_string())),
                Err(_) => wrong("要一个整数"),
            },
            FieldKind::Money => {
                let (yuan, cents) = text.split_once('.').unwrap_or((text, ""));
                let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
                let fits = !yuan.is_empty() && yuan.len() <= 12 && digits(yuan) && cents.len() <= 2 && digits(cents);
                if fits { Ok(Some(text.to_string())) } else { wrong("要写成 1200 或 1200.50 这样的数") }
            }
            FieldKind::Choice => match self.options.iter().find(|o| o.name == text || o.zh == text) {
                Some(o) => Ok(Some(o.name.clone())),
                None => wrong(&format!("没有「{text}」这一项")),
            },
            FieldKind::Case => match uuid::Uuid::parse_str(text) {
                Ok(id) => Ok(Some(id.to_string())),
                Err(_) => wrong("要选一件事"),
            },
        }
    }

    /// What is held, as people read it.
    pub fn words(&self, held: &str) -> String {
        match self.kind {
            FieldKind::Choice => self.options.iter().find(|o| o.name == held).map_or(held, |o| o.zh.as_str()).to_string(),
            FieldKind::Money => format!("{held} 元"),
            _ => held.to_string(),
        }
    }
}
