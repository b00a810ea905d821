//! Questionnaires are data: what is asked at a door, a place, a patrol point or a facility. `form.rs` is what a form says, `expr.rs` the small
//! language of its conditions, `check.rs` what is wrong with one, `answer.rs` which questions are asked and which answers are wrong,
//! `library.rs` which forms there are, `campaign.rs` which doors a campaign (专项排查) takes. Those of the product are
//! `shared-model/forms/*.toml`. Pure: the day is given.

mod answer;
mod campaign;
mod check;
mod expr;
mod form;
mod library;

pub use answer::{Aside, Carried, Outcome, WrongAnswer, ask, carry};
pub use campaign::{AGE_MAX, CampaignFilter, DoorFacts};
pub use check::{CAMPAIGN_QUESTIONS_MAX, QUESTIONS_MAX, check};
pub use expr::{Expr, ExprError, parse as parse_expr};
pub use form::{AnswerClass, FilledField, Form, FormTarget, Question, QuestionKind, Wrong};
pub use library::{FormLibrary, body_of, id_of, name_of, parse};
