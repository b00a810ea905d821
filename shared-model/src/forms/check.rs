//! What is wrong with a form, each with its place and what to do. Asked when a file is read, when a deployment writes one, and by the gate.

use super::expr::{self, Expr};
use super::form::{AnswerClass, Form, FormTarget, Question, QuestionKind};
use crate::cases::{BODY_BYTES_MAX, Problem};
use crate::class::Class;
use crate::codes;
use crate::records::{FieldClass, FieldType, FieldWrite};
use std::collections::{BTreeMap, BTreeSet};

/// Questions of one form, words to be read included.
pub const QUESTIONS_MAX: usize = 60;
/// Questions that a campaign may ask at a door.
pub const CAMPAIGN_QUESTIONS_MAX: usize = 10;
/// Choices of one question.
const CHOICES_MAX: usize = 60;
/// Characters of a question, a choice, a hint.
const WORDS_CHARS_MAX: usize = 200;
/// Characters of a form's name for people.
const TITLE_CHARS_MAX: usize = 40;
/// Days after which a form is asked again.
const EVERY_DAYS_MAX: u32 = 3_650;
const TIERS: [&str; 4] = ["red", "yellow", "green", "general"];
/// Fields that have a way of their own to be written: who left and where to, what a visit looks like.
const OWN_WAY: [&str; 14] = [
    "ended",
    "end_reason",
    "moved_to",
    "moved_saw",
    "moved_saw_private",
    "merged_into",
    "merged_saw",
    "merged_saw_door",
    "merged_saw_private",
    "away_until",
    "household",
    "hub",
    "tier",
    "name",
];

struct Checking<'a> {
    form: &'a Form,
    found: Vec<Problem>,
}

/// Everything that is wrong with a form; empty: it may be used.
pub fn check(form: &Form) -> Vec<Problem> {
    let mut c = Checking { form, found: Vec::new() };
    c.head();
    c.questions();
    c.circles();
    c.found
}

/// Is it a name: letters, digits, `_`, at most so many bytes?
fn is_name(name: &str, bytes: usize) -> bool {
    let first = name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    first && name.len() <= bytes && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// A choice stands in an answer beside others, with a space between.
fn is_choice(name: &str) -> bool {
    !name.is_empty() && name.len() <= 40 && !name.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '\'' | '"'))
}

impl Checking<'_> {
    fn say(&mut self, code: &str, place: impl Into<String>, message: impl Into<String>) {
        self.found.push(Problem { code: code.into(), place: place.into(), message: message.into() });
    }

    fn words(&mut self, place: &str, words: &[&str], max: usize) {
        if words.first().is_some_and(|zh| zh.trim().is_empty()) {
            self.say("label", place, "没有中文，写上一句。");
        }
        if words.iter().any(|w| w.chars().count() > max) {
            self.say("label", place, format!("太长了，最多 {max} 个字。"));
        }
    }

    fn head(&mut self) {
        let f = self.form;
        let small = !f.name.bytes().any(|b| b.is_ascii_uppercase());
        if !is_name(&f.name, 32) || !small {
            self.say("name", "name", "问卷的代号只用小写字母、数字和下划线，最多 32 个。");
        }
        self.words("form", &[&f.zh, &f.en], TITLE_CHARS_MAX);
        if f.about.chars().count() > WORDS_CHARS_MAX || f.about_en.chars().count() > WORDS_CHARS_MAX {
            self.say("label", "about", format!("太长了，最多 {WORDS_CHARS_MAX} 个字。"));
        }
        if let Some(tier) = &f.tier {
            if f.target != FormTarget::Household {
                self.say("tier", "tier", "只有问住户的问卷才跟走访档走。");
            } else if !TIERS.contains(&tier.as_str()) {
                self.say("tier", "tier", format!("没有「{tier}」这一档，写 red、yellow、green 或 general。"));
            }
        }
        if f.every_days.is_some_and(|d| d == 0 || d > EVERY_DAYS_MAX) {
            self.say("every_days", "every_days", format!("隔几天再问，写 1 到 {EVERY_DAYS_MAX}。"));
        }
        let table = match f.target {
            FormTarget::Place => codes::table("place_kind"),
            FormTarget::Facility => codes::table("facility_kind"),
            _ => None,
        };
        for kind in &f.kinds {
            if table.is_none_or(|t| !t.entries.iter().any(|e| e.code == kind)) {
                self.say("kinds", format!("kinds.{kind}"), "没有这一类场所或设施。");
            }
        }
        if f.questions.iter().all(|q| q.kind == QuestionKind::Note) {
            self.say("empty", "questions", "一个问题也没有。");
        }
        if f.questions.len() > QUESTIONS_MAX {
            self.say("too_many", "questions", format!("太多了，最多 {QUESTIONS_MAX} 个问题。"));
        }
        let asked = f.questions.iter().filter(|q| q.kind != QuestionKind::Note).count();
        if f.campaign && f.target != FormTarget::Household {
            self.say("campaign", "campaign", "专项排查逐户问，问卷要是问住户的。");
        }
        if f.campaign && asked > CAMPAIGN_QUESTIONS_MAX {
            let words = format!("专项排查最多 {CAMPAIGN_QUESTIONS_MAX} 个问题，现在有 {asked} 个，删掉几个。");
            self.say("campaign_too_long", "questions", words);
        }
        if super::library::body_of(f).len() > BODY_BYTES_MAX {
            self.say("too_large", "form", "整份问卷太大了。");
        }
    }

    fn questions(&mut self) {
        let mut seen = BTreeSet::new();
        for q in self.form.questions.iter().take(QUESTIONS_MAX) {
            let place = format!("questions.{}", q.name);
            if !is_name(&q.name, 40) {
                self.say("name", &place, "题目的代号只用字母、数字和下划线，以字母开头，最多 40 个。");
            }
            if !seen.insert(&q.name) {
                self.say("name", &place, "代号重复了，换一个。");
            }
            self.words(&place, &[&q.zh, &q.en, &q.hint, &q.hint_en, &q.message, &q.message_en], WORDS_CHARS_MAX);
            self.choices(q, &place);
            let is_note = q.kind == QuestionKind::Note;
            if is_note && (q.required || !q.constraint.is_empty() || !q.fills.is_empty()) {
                self.say("note", &place, "说明文字没有回答，不能必填、有条件或写进档案。");
            }
            self.condition(q, &q.relevant, &format!("{place}.relevant"), true);
            self.condition(q, &q.constraint, &format!("{place}.constraint"), false);
            if !q.fills.is_empty() && !is_note {
                self.fills(q, &format!("{place}.fills"));
            }
        }
    }

    fn choices(&mut self, q: &Question, place: &str) {
        let chooses = matches!(q.kind, QuestionKind::Choose | QuestionKind::ChooseMany);
        if chooses == q.choices.is_empty() {
            let words = if chooses { "选择题要有选项。" } else { "这一类问题没有选项。" };
            self.say("choices", format!("{place}.choices"), words);
        }
        if q.choices.len() > CHOICES_MAX {
            self.say("too_many", format!("{place}.choices"), format!("选项太多，最多 {CHOICES_MAX} 个。"));
        }
        let mut seen = BTreeSet::new();
        for c in q.choices.iter().take(CHOICES_MAX) {
            let at = format!("{place}.choices.{}", c.name);
            if !is_choice(&c.name) {
                self.say("name", &at, "选项的代号不能有空格和引号，最多 40 个字节。");
            }
            if !seen.insert(&c.name) {
                self.say("name", &at, "选项的代号重复了，换一个。");
            }
            self.words(&at, &[&c.zh, &c.en], WORDS_CHARS_MAX);
        }
    }

    fn condition(&mut self, q: &Question, text: &str, place: &str, is_relevant: bool) {
        if text.trim().is_empty() {
            return;
        }
        let e = match expr::parse(text) {
            Ok(e) => e,
            Err(e) => return self.say("expression", place, format!("第 {} 个字符：{}", e.at, e.zh)),
        };
        let mut has_this = false;
        e.visit(&mut |part| has_this |= *part == Expr::This);
        if has_this && is_relevant {
            self.say("expression", place, "问不问要看别的题，这里不能用「.」。");
        }
        for name in e.questions() {
            match self.form.question(name) {
                None => self.say("unknown_question", place, format!("没有「{name}」这道题。")),
                Some(other) if other.kind == QuestionKind::Note => self.say("note", place, format!("「{name}」是说明文字，没有回答。")),
                // that it was asked at all would tell the answer
                Some(other) if is_relevant && other.class == AnswerClass::Private && q.class == AnswerClass::Register => {
                    let words = format!("「{name}」是私密的，问不问要看它的题也要设为私密。");
                    self.say("private", place, words);
                }
                Some(_) => {}
            }
        }
        for (name, choice) in e.choices() {
            let other = name.map_or(Some(q), |name| self.form.question(name));
            if other.is_some_and(|o| !o.has_choice(choice)) {
                let of = name.unwrap_or(&q.name);
                self.say("unknown_choice", place, format!("「{of}」没有「{choice}」这个选项。"));
            }
        }
    }

    fn fills(&mut self, q: &Question, place: &str) {
        if self.form.target != FormTarget::Household {
            return self.say("fills", place, "只有问住户的问卷才能写进一户一档。");
        }
        let Some(filled) = q.filled() else {
            return self.say("fills", place, "没有这个字段，写 household.字段 或 person.字段。");
        };
        let f = filled.field;
        if f.write != FieldWrite::Any || OWN_WAY.contains(&f.key) || matches!(f.class, FieldClass::Fixed(Class::Door)) {
            return self.say("fills", place, format!("「{}」不能由问卷写。", f.zh));
        }
        if f.class != FieldClass::Fixed(q.class.class()) {
            let words = match q.class {
                AnswerClass::Register => format!("「{}」是私密的，题目也要设为私密。", f.zh),
                AnswerClass::Private => format!("私密的回答不能写进「{}」，那里别人也看得到。", f.zh),
            };
            return self.say("private", place, words);
        }
        let fits = match (f.ty, q.kind) {
            (FieldType::Text, QuestionKind::Text | QuestionKind::Int | QuestionKind::Decimal)
            | (FieldType::Int, QuestionKind::Int)
            | (FieldType::Date, QuestionKind::Date)
            | (FieldType::Bool, QuestionKind::YesNo) => true,
            (FieldType::Code(table), QuestionKind::Choose) => {
                let known = codes::table(table);
                let missing = q.choices.iter().find(|c| known.is_none_or(|t| !t.entries.iter().any(|e| e.code == c.name)));
                if let Some(c) = missing {
                    self.say("fills_type", place, format!("选项「{}」不是「{}」的代码。", c.name, f.zh));
                }
                true
            }
            _ => false,
        };
        if !fits {
            self.say("fills_type", place, format!("这一类回答写不进「{}」。", f.zh));
        }
    }

    /// A question that is asked only when itself was answered.
    fn circles(&mut self) {
        let mut needs: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for q in &self.form.questions {
            let on = expr::parse(&q.relevant).map(|e| e.questions().into_iter().map(str::to_string).collect());
            needs.insert(&q.name, on.unwrap_or_default());
        }
        for q in &self.form.questions {
            let mut reached: BTreeSet<&str> = BTreeSet::new();
            let mut todo: Vec<&str> = needs.get(q.name.as_str()).into_iter().flatten().map(String::as_str).collect();
            while let Some(at) = todo.pop() {
                if reached.insert(at) {
                    todo.extend(needs.get(at).into_iter().flatten().map(String::as_str));
                }
            }
            if reached.contains(q.name.as_str()) {
                self.say("circular", format!("questions.{}.relevant", q.name), "这道题问不问，绕了一圈又看它自己。");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forms::parse;

    fn form(questions: &str) -> Form {
        parse(&format!("name = \"f\"\nzh = \"问\"\ncampaign = true\n{questions}")).unwrap()
    }

    fn codes(f: &Form) -> Vec<String> {
        check(f).into_iter().map(|p| format!("{} {}", p.code, p.place)).collect()
    }

    #[test]
    fn every_mistake_is_named_with_its_place() {
        for (questions, expected) in [
            (
                "[[questions]]\nname = \"a\"\nzh = \"甲\"\nkind = \"yes_no\"\nrelevant = \"${b} = 'yes'\"",
                "unknown_question questions.a.relevant",
            ),
            ("[[questions]]\nname = \"a\"\nzh = \"甲\"\nkind = \"yes_no\"\nrelevant = \"${a} = 'yes'\"", "circular questions.a.relevant"),
            ("[[questions]]\nname = \"a\"\nzh = \"甲\"\nkind = \"int\"\nconstraint = \". >\"", "expression questions.a.constraint"),
            ("[[questions]]\nname = \"a\"\nzh = \"甲\"\nkind = \"choose\"", "choices questions.a.choices"),
            ("[[questions]]\nname = \"a b\"\nzh = \"甲\"\nkind = \"text\"", "name questions.a b"),
            ("[[questions]]\nname = \"a\"\nzh = \"\"\nkind = \"text\"", "label questions.a"),
            ("[[questions]]\nname = \"a\"\nzh = \"甲\"\nkind = \"yes_no\"\nfills = \"person.phone\"", "fills_type questions.a.fills"),
            ("[[questions]]\nname = \"a\"\nzh = \"甲\"\nkind = \"text\"\nfills = \"person.id_number\"", "private questions.a.fills"),
            (
                "[[questions]]\nname = \"a\"\nzh = \"甲\"\nkind = \"text\"\nclass = \"private\"\nfills = \"person.phone\"",
                "private questions.a.fills",
            ),
            ("[[questions]]\nname = \"a\"\nzh = \"甲\"\nkind = \"text\"\nfills = \"household.contact_phone\"", "fills questions.a.fills"),
            ("[[questions]]\nname = \"a\"\nzh = \"甲\"\nkind = \"text\"\nfills = \"person.moon\"", "fills questions.a.fills"),
            ("[[questions]]\nname = \"a\"\nzh = \"甲\"\nkind = \"note\"", "empty questions"),
        ] {
            assert_eq!(codes(&form(questions)), [expected], "{questions}");
        }
        let chosen = "[[questions]]\nname = \"a\"\nzh = \"甲\"\nkind = \"choose\"\nchoices = [{ name = \"x\", zh = \"一\" }]\n\
            [[questions]]\nname = \"b\"\nzh = \"乙\"\nkind = \"text\"\nrelevant = \"${a} = 'y' or selected(${a}, 'x')\"";
        assert_eq!(codes(&form(chosen)), ["unknown_choice questions.b.relevant"]);
        let told = "[[questions]]\nname = \"a\"\nzh = \"甲\"\nkind = \"yes_no\"\nclass = \"private\"\n\
            [[questions]]\nname = \"b\"\nzh = \"乙\"\nkind = \"text\"\nrelevant = \"${a} = 'yes'\"";
        assert_eq!(codes(&form(told)), ["private questions.b.relevant"]);
    }

    #[test]
    fn a_campaign_asks_at_most_ten_questions() {
        let many = |n: usize| (0..n).map(|i| format!("[[questions]]\nname = \"q{i}\"\nzh = \"问\"\nkind = \"text\"\n")).collect::<String>();
        assert!(check(&form(&many(10))).is_empty());
        assert_eq!(codes(&form(&many(11))), ["campaign_too_long questions"]);
    }
}
