//! Answers against a form: which questions are asked now, which answers are wrong and why, what is skipped. What was typed and is skipped is
//! not an answer, but it is named, so that a page keeps it. Also: answers that were begun on one version of a form and go on with another.

use super::expr::{self, Given};
use super::form::{Form, Question, QuestionKind};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::BTreeMap;
use ts_rs::TS;

/// An answer that cannot be taken as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WrongAnswer {
    pub question: String,
    /// `required`, `type`, `choice`, `constraint`, `too_long`.
    pub code: String,
    pub zh: String,
    pub en: String,
}

/// What given answers come to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Outcome {
    /// Questions that are asked now, in order, words to be read included.
    pub asked: Vec<String>,
    pub wrong: Vec<WrongAnswer>,
    /// Questions that hold something and are not asked now: kept by the page, not sent.
    pub cleared: Vec<String>,
    /// What is sent: the answers of questions that are asked, as they are written down.
    pub sent: BTreeMap<String, String>,
    /// Everything that has to be answered is.
    pub complete: bool,
}

/// An answer for which there is no question any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Aside {
    pub question: String,
    /// What was asked, as far as that is known.
    pub label: String,
    /// What was answered, as people read it.
    pub text: String,
    /// `gone`: the question is not there; `changed`: it takes another kind of answer now.
    pub why: String,
}

/// Answers carried to another version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Carried {
    pub answers: BTreeMap<String, String>,
    pub aside: Vec<Aside>,
}

/// Where a question stands while conditions are asked.
#[derive(Clone, Copy, PartialEq)]
enum Asked {
    Unknown,
    Asking,
    Known(bool),
}

struct Asking<'a> {
    form: &'a Form,
    /// Answers that can be read, by the place of their question.
    read: Vec<Option<String>>,
    places: BTreeMap<&'a str, usize>,
    known: RefCell<Vec<Asked>>,
    today: NaiveDate,
}

impl Asking<'_> {
    fn is_asked(&self, at: usize) -> bool {
        match self.known.borrow()[at] {
            Asked::Known(known) => return known,
            // a circle; the check names it, and nobody is asked
            Asked::Asking => return false,
            Asked::Unknown => {}
        }
        let relevant = &self.form.questions[at].relevant;
        if relevant.trim().is_empty() {
            self.known.borrow_mut()[at] = Asked::Known(true);
            return true;
        }
        self.known.borrow_mut()[at] = Asked::Asking;
        let holds = self.holds(relevant, "");
        self.known.borrow_mut()[at] = Asked::Known(holds);
        holds
    }

    /// What an expression is told: a question that is not asked has no answer.
    fn answer(&self, name: &str) -> String {
        let at = self.places.get(name).copied().filter(|at| self.is_asked(*at));
        at.and_then(|at| self.read[at].clone()).unwrap_or_default()
    }

    fn holds(&self, text: &str, this: &str) -> bool {
        let answer = |name: &str| self.answer(name);
        expr::parse(text).is_ok_and(|e| e.holds(&Given { answer: &answer, this, today: self.today }))
    }
}

/// Which questions are asked and what is wrong. Names for which there is no question are left out.
pub fn ask(form: &Form, answers: &BTreeMap<String, String>, today: NaiveDate) -> Outcome {
    let given = |q: &Question| answers.get(&q.name).map(String::as_str).unwrap_or_default();
    let read: Vec<_> = form.questions.iter().map(|q| q.read(given(q))).collect();
    let asking = Asking {
        form,
        read: read.iter().map(|r| r.as_ref().ok().cloned().flatten()).collect(),
        places: form.questions.iter().enumerate().map(|(at, q)| (q.name.as_str(), at)).collect(),
        known: RefCell::new(vec![Asked::Unknown; form.questions.len()]),
        today,
    };
    let mut out = Outcome { complete: true, ..Outcome::default() };
    for (at, (q, read)) in form.questions.iter().zip(&read).enumerate() {
        if !asking.is_asked(at) {
            if !given(q).trim().is_empty() {
                out.cleared.push(q.name.clone());
            }
            continue;
        }
        out.asked.push(q.name.clone());
        let mut say = |code: &str, zh: &str, en: &str| {
            out.wrong.push(WrongAnswer { question: q.name.clone(), code: code.into(), zh: zh.into(), en: en.into() });
        };
        match read {
            Ok(None) if q.required && q.kind != QuestionKind::Note => {
                say("required", "这一题要回答。", "An answer is needed.");
                out.complete = false;
            }
            Ok(None) => {}
            Err(w) => say(w.code, &w.zh, &w.en),
            Ok(Some(answer)) => {
                if !q.constraint.trim().is_empty() && !asking.holds(&q.constraint, answer) {
                    let zh = if q.message.is_empty() { "这个回答不符合要求。" } else { &q.message };
                    let en = match (q.message_en.is_empty(), q.message.is_empty()) {
                        (false, _) => &q.message_en,
                        (true, false) => &q.message,
                        (true, true) => "This answer does not fit.",
                    };
                    say("constraint", zh, en);
                }
                out.sent.insert(q.name.clone(), answer.clone());
            }
        }
    }
    out
}

/// Takes answers that were begun with one version of a form to another: kept by the name of their question where it takes them; the others
/// are named, with the words of the version they were given to where that is known.
pub fn carry(from: Option<&Form>, to: &Form, answers: &BTreeMap<String, String>) -> Carried {
    let mut out = Carried::default();
    for (name, text) in answers.iter().filter(|(_, text)| !text.trim().is_empty()) {
        let now = to.question(name);
        let before = from.and_then(|f| f.question(name));
        let is_same_kind = before.is_none_or(|b| now.is_some_and(|n| n.kind == b.kind));
        // half-written text stands as it is; a choice that is gone does not
        let takes =
            now.is_some_and(|n| is_same_kind && n.kind != QuestionKind::Note && n.read(text).map_or_else(|w| w.code != "choice", |_| true));
        if takes {
            out.answers.insert(name.clone(), text.clone());
            continue;
        }
        let label = before.or(now).map_or_else(|| name.clone(), |q| q.zh.clone());
        let text = before.map_or_else(|| text.clone(), |q| q.words(text, false));
        let why = if now.is_some() { "changed" } else { "gone" };
        out.aside.push(Aside { question: name.clone(), label, text, why: why.into() });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::Label;
    use crate::forms::{AnswerClass, FormTarget, parse};
    use proptest::prelude::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 22).unwrap()
    }

    fn bike() -> Form {
        parse(
            r#"
name = "bike"
zh = "电动车"
[[questions]]
name = "has"
zh = "有吗"
kind = "yes_no"
required = true
[[questions]]
name = "where"
zh = "在哪充"
kind = "choose"
relevant = "${has} = 'yes'"
choices = [{ name = "home", zh = "家里" }, { name = "shed", zh = "车棚" }]
required = true
[[questions]]
name = "count"
zh = "几块"
kind = "int"
relevant = "${where} = 'home'"
constraint = ". > 0 and . < 20"
message = "要在 1 到 19 之间"
"#,
        )
        .unwrap()
    }

    fn given(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).to_string(), (*v).to_string())).collect()
    }

    #[test]
    fn what_is_skipped_is_named_and_not_sent() {
        let out = ask(&bike(), &given(&[("has", "yes"), ("where", "home"), ("count", "0")]), today());
        assert_eq!(out.asked, ["has", "where", "count"]);
        assert_eq!((out.wrong.len(), out.wrong[0].zh.as_str()), (1, "要在 1 到 19 之间"));
        let out = ask(&bike(), &given(&[("has", "no"), ("where", "home"), ("count", "2")]), today());
        assert_eq!((out.asked, out.cleared), (vec!["has".to_string()], vec!["where".to_string(), "count".to_string()]));
        assert_eq!(out.sent, given(&[("has", "no")]));
        assert!(out.wrong.is_empty() && out.complete);
        let out = ask(&bike(), &given(&[("has", "yes")]), today());
        assert_eq!((out.complete, out.wrong[0].code.as_str(), out.wrong[0].question.as_str()), (false, "required", "where"));
    }

    #[test]
    fn answers_go_on_with_a_new_version_and_what_has_no_question_is_named() {
        let mut next = bike();
        next.questions[1].choices.remove(0);
        next.questions[2].name = "batteries".into();
        let out = carry(Some(&bike()), &next, &given(&[("has", "yes"), ("where", "home"), ("count", "2")]));
        assert_eq!(out.answers, given(&[("has", "yes")]));
        let aside: Vec<_> = out.aside.iter().map(|a| (a.question.as_str(), a.label.as_str(), a.text.as_str(), a.why.as_str())).collect();
        assert_eq!(aside, [("count", "几块", "2", "gone"), ("where", "在哪充", "家里", "changed")]);
    }

    fn any_question(at: usize) -> impl Strategy<Value = Question> {
        let kinds = [
            QuestionKind::Text,
            QuestionKind::Int,
            QuestionKind::Decimal,
            QuestionKind::Date,
            QuestionKind::YesNo,
            QuestionKind::Choose,
            QuestionKind::ChooseMany,
            QuestionKind::Note,
        ];
        (0..kinds.len(), 0..6usize, 0..8usize, any::<bool>()).prop_map(move |(kind, relevant, of, required)| {
            let conditions =
                ["", "${q@} = 'yes'", "not(${q@})", "selected(${q@}, 'a') or ${q@} > 3", "count-selected(${q@}) >= 1", "${q@} ("];
            let label = |name: &str| Label { name: name.into(), zh: name.into(), en: String::new() };
            Question {
                name: format!("q{at}"),
                zh: "问".into(),
                en: String::new(),
                kind: kinds[kind],
                class: AnswerClass::Register,
                choices: vec![label("a"), label("b"), label("yes")],
                required,
                relevant: conditions[relevant].replace('@', &of.to_string()),
                constraint: if of % 3 == 0 { "string-length(.) < 4".into() } else { String::new() },
                message: String::new(),
                message_en: String::new(),
                hint: String::new(),
                hint_en: String::new(),
                fills: String::new(),
            }
        })
    }

    fn any_form() -> impl Strategy<Value = Form> {
        let questions = (0..8usize).map(any_question).collect::<Vec<_>>();
        (questions, 1..=8usize).prop_map(|(mut questions, n)| {
            questions.truncate(n);
            Form {
                name: "f".into(),
                zh: "问".into(),
                en: String::new(),
                about: String::new(),
                about_en: String::new(),
                target: FormTarget::Household,
                tier: None,
                every_days: None,
                kinds: Vec::new(),
                campaign: false,
                questions,
            }
        })
    }

    fn any_answers() -> impl Strategy<Value = BTreeMap<String, String>> {
        let text =
            prop_oneof![Just("yes".to_string()), Just("a b".to_string()), Just("7".to_string()), Just("2026-02-03".to_string()), ".{0,6}"];
        prop::collection::btree_map((0..9usize).prop_map(|n| format!("q{n}")), text, 0..9)
    }

    proptest! {
        #[test]
        fn skipping_is_idempotent_and_nothing_that_was_typed_is_lost(form in any_form(), answers in any_answers()) {
            let once = ask(&form, &answers, today());
            let again = ask(&form, &once.sent, today());
            prop_assert_eq!(&once.sent, &again.sent);
            prop_assert_eq!(&once.asked, &again.asked);
            prop_assert!(again.cleared.is_empty());
            for (name, text) in answers.iter().filter(|(_, t)| !t.trim().is_empty()) {
                let Some(q) = form.question(name).filter(|q| q.kind != QuestionKind::Note) else { continue };
                let wrong = once.wrong.iter().any(|w| w.question == *name);
                prop_assert!(once.sent.contains_key(name) || once.cleared.contains(name) || wrong, "{} {:?} {:?}", text, q.kind, once);
            }
        }

        #[test]
        fn answers_carried_to_another_version_are_kept_or_named(from in any_form(), to in any_form(), answers in any_answers()) {
            let out = carry(Some(&from), &to, &answers);
            for (name, text) in answers.iter().filter(|(_, t)| !t.trim().is_empty()) {
                let kept = out.answers.get(name) == Some(text);
                let aside = out.aside.iter().any(|a| a.question == *name);
                prop_assert!(kept != aside, "{name}: exactly one of both");
                let (before, now) = (from.question(name), to.question(name));
                let fits = now.is_some_and(|n| n.kind != QuestionKind::Note && before.is_none_or(|b| b.kind == n.kind) && n.read(text).is_ok());
                prop_assert!(!fits || kept, "a question that is there and takes it keeps it");
            }
            prop_assert_eq!(carry(Some(&to), &to, &out.answers).answers, out.answers);
        }
    }
}
