//! A questionnaire out of an XLSForm, by a reader of our own: a documented subset (the table stands in CONTRIBUTING.md). Sheets `survey`,
//! `choices`, `settings`; what is not read is named with its sheet, row and column, never dropped silently. What is right about the form as a
//! whole (conditions, names, limits) is asked of `shared_model::forms::check`, which does not care where a form came from.

use crate::error::ReadError;
use crate::sheet::{Grid, read_grids};
use shared_model::cases::Label;
use shared_model::forms::{AnswerClass, Form, FormTarget, Question, QuestionKind};
use std::collections::BTreeMap;

/// Things named of one file; beyond that they are counted.
const NOTES_MAX: usize = 200;

/// Something that was not read, or that has to be corrected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XlsformNote {
    pub sheet: String,
    /// 1-based.
    pub row: Option<u32>,
    /// Header of the column.
    pub column: Option<String>,
    pub message: String,
    /// The form cannot be used without correcting it.
    pub stops: bool,
}

/// What was read.
#[derive(Debug, Clone)]
pub struct Xlsform {
    pub form: Form,
    pub notes: Vec<XlsformNote>,
    /// The row of each question, by its name, 1-based.
    pub rows: BTreeMap<String, u32>,
}

/// The languages that a form speaks.
#[derive(Clone, Copy, PartialEq)]
enum Tongue {
    Zh,
    En,
}

/// A language as a header names it: `zh`, `中文 (zh)`, `English (en)`.
fn tongue(text: &str) -> Option<Tongue> {
    let text = text.trim_start_matches(':').trim().to_lowercase();
    let code = text.rsplit_once('(').map_or(text.as_str(), |(_, code)| code.trim_end_matches(')').trim());
    match (code.split(['-', '_']).next().unwrap_or_default(), text.as_str()) {
        ("zh" | "zho" | "chi" | "cn", _) => Some(Tongue::Zh),
        ("en" | "eng", _) => Some(Tongue::En),
        (_, t) if ["chinese", "中文", "汉语", "普通话"].iter().any(|w| t.contains(w)) => Some(Tongue::Zh),
        (_, t) if t.contains("english") || t.contains("英") => Some(Tongue::En),
        _ => None,
    }
}

/// One sheet with its headers.
struct Sheet<'a> {
    grid: &'a Grid,
    name: String,
    /// As written, and as compared: small, without the language.
    headers: Vec<(String, String, Option<Tongue>)>,
}

impl<'a> Sheet<'a> {
    fn new(grid: &'a Grid, default: Tongue, notes: &mut Notes) -> Sheet<'a> {
        let name = grid.name.trim().to_string();
        let mut headers = Vec::new();
        for column in 0..grid.column_count() {
            let text = grid.cell(0, column).text().trim().to_string();
            let (head, of) = text.split_once("::").map_or((text.as_str(), None), |(h, l)| (h, Some(l)));
            let key = head.trim().to_lowercase().replace([' ', '-'], "_");
            let of = match of {
                // columns of our own are written like a language
                Some(own) if key == "gridwalk" => {
                    headers.push((text.clone(), format!("gridwalk::{}", own.trim().to_lowercase()), None));
                    continue;
                }
                Some(l) => tongue(l),
                None => Some(default),
            };
            if of.is_none() {
                notes.say(&name, Some(1), Some(&text), "只读中文和英文，这一列没有读。", false);
                headers.push((text.clone(), String::new(), None));
                continue;
            }
            headers.push((text.clone(), key, of));
        }
        Sheet { grid, name, headers }
    }

    fn rows(&self) -> impl Iterator<Item = u32> + '_ {
        (1..self.grid.row_count()).filter(|row| !self.grid.is_blank_row(*row))
    }

    /// The cell under one of these headers.
    fn text(&self, row: u32, keys: &[&str]) -> String {
        self.said(row, keys, None)
    }

    fn said(&self, row: u32, keys: &[&str], of: Option<Tongue>) -> String {
        let mut found =
            self.headers.iter().enumerate().filter(|(_, (_, key, tongue))| keys.contains(&key.as_str()) && (of.is_none() || *tongue == of));
        let cells =
            found.by_ref().map(|(column, _)| self.grid.cell(row, u32::try_from(column).unwrap_or(u32::MAX)).text().trim().to_string());
        cells.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
    }

    /// Both languages of a text; one that is missing is the other.
    fn both(&self, row: u32, key: &str) -> (String, String) {
        let (zh, en) = (self.said(row, &[key], Some(Tongue::Zh)), self.said(row, &[key], Some(Tongue::En)));
        if zh.is_empty() { (en.clone(), en) } else { (zh, en) }
    }

    /// Names every cell in a column that is not read.
    fn name_unread(&self, known: &[&str], notes: &mut Notes) {
        for (column, (header, key, _)) in self.headers.iter().enumerate().filter(|(_, (_, key, _))| !key.is_empty()) {
            if known.contains(&key.as_str()) {
                continue;
            }
            for row in self.rows() {
                let cell = self.grid.cell(row, u32::try_from(column).unwrap_or(u32::MAX)).text();
                if !cell.trim().is_empty() {
                    notes.say(&self.name, Some(row + 1), Some(header), format!("没有读「{}」。", short(&cell)), false);
                }
            }
        }
    }
}

fn short(text: &str) -> String {
    let text = text.trim();
    if text.chars().count() > 40 { text.chars().take(40).chain("…".chars()).collect() } else { text.to_string() }
}

#[derive(Default)]
struct Notes {
    all: Vec<XlsformNote>,
    more: usize,
}

impl Notes {
    fn say(&mut self, sheet: &str, row: Option<u32>, column: Option<&str>, message: impl Into<String>, stops: bool) {
        if self.all.len() >= NOTES_MAX && !stops {
            self.more += 1;
            return;
        }
        let (sheet, column) = (sheet.to_string(), column.map(str::to_string));
        self.all.push(XlsformNote { sheet, row, column, message: message.into(), stops });
    }
}

const SURVEY: [&str; 14] = [
    "type",
    "name",
    "label",
    "hint",
    "required",
    "relevant",
    "relevance",
    "constraint",
    "constraint_message",
    "gridwalk::class",
    "gridwalk::fills",
    "",
    "required_message",
    "comment",
];
const CHOICES: [&str; 3] = ["list_name", "name", "label"];
const SETTINGS: [&str; 10] = [
    "form_title",
    "form_id",
    "id_string",
    "version",
    "default_language",
    "gridwalk::for",
    "gridwalk::tier",
    "gridwalk::every_days",
    "gridwalk::campaign",
    "gridwalk::about",
];

/// Reads a questionnaire.
///
/// # Errors
/// The file cannot be read, or has no sheet `survey`.
pub fn read_xlsform(bytes: &[u8], file_name: &str) -> Result<Xlsform, ReadError> {
    let grids = read_grids(bytes, file_name)?;
    let named = |name: &str| grids.iter().find(|g| g.name.trim().eq_ignore_ascii_case(name));
    let survey = named("survey").ok_or_else(|| ReadError::not_xlsform("没有叫 survey 的工作表，这不是 XLSForm。"))?;
    let mut notes = Notes::default();
    for g in grids.iter().filter(|g| !["survey", "choices", "settings"].iter().any(|n| g.name.trim().eq_ignore_ascii_case(n))) {
        if g.row_count() > 0 {
            notes.say(g.name.trim(), None, None, "这张工作表没有读。", false);
        }
    }
    let settings = named("settings").map(|g| Sheet::new(g, Tongue::Zh, &mut notes));
    let default = settings.as_ref().and_then(|s| tongue(&s.text(1, &["default_language"]))).unwrap_or(Tongue::Zh);
    let mut form = head(settings.as_ref(), default, file_name, &mut notes);
    let lists = named("choices").map(|g| lists(&Sheet::new(g, default, &mut notes), &mut notes)).unwrap_or_default();
    let survey = Sheet::new(survey, default, &mut notes);
    survey.name_unread(&SURVEY, &mut notes);
    let mut reading =
        Survey { sheet: &survey, lists, notes: &mut notes, groups: Vec::new(), repeats: 0, out: Vec::new(), rows: BTreeMap::new() };
    for row in survey.rows() {
        reading.row(row);
    }
    if !reading.groups.is_empty() || reading.repeats > 0 {
        let name = survey.name.clone();
        reading.notes.say(&name, None, Some("type"), "有一个 begin 没有对应的 end。", true);
    }
    let rows = reading.rows;
    form.questions = reading.out;
    let more = notes.more;
    if more > 0 {
        notes.all.push(XlsformNote {
            sheet: survey.name,
            row: None,
            column: None,
            message: format!("还有 {more} 处没有读。"),
            stops: false,
        });
    }
    Ok(Xlsform { form, notes: notes.all, rows })
}

fn head(settings: Option<&Sheet<'_>>, default: Tongue, file_name: &str, notes: &mut Notes) -> Form {
    let stem = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    let text = |key: &str| settings.map(|s| s.text(1, &[key])).unwrap_or_default();
    let said = match (text("form_id"), text("id_string")) {
        (id, _) if !id.is_empty() => id,
        (_, id) => id,
    };
    let from = if said.is_empty() { stem.to_string() } else { said.clone() };
    let mut name: String =
        from.to_lowercase().chars().map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '_' }).collect();
    name = name.trim_matches('_').chars().take(32).collect();
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        name = format!("form_{name}").trim_end_matches('_').chars().take(32).collect();
    }
    if name != said {
        let sheet = settings.map_or("settings", |s| s.name.as_str());
        notes.say(sheet, settings.map(|_| 2), Some("form_id"), format!("代号记为「{name}」。"), false);
    }
    let (mut zh, mut en) = settings.map(|s| s.both(1, "form_title")).unwrap_or_default();
    if default == Tongue::En && en.is_empty() {
        en.clone_from(&zh);
    }
    if zh.is_empty() {
        zh = stem.to_string();
    }
    let mut form = Form {
        name,
        zh,
        en,
        about: text("gridwalk::about"),
        about_en: String::new(),
        target: FormTarget::Household,
        tier: Some(text("gridwalk::tier")).filter(|t| !t.is_empty()),
        every_days: None,
        kinds: Vec::new(),
        campaign: is_yes(&text("gridwalk::campaign")) == Some(true),
        questions: Vec::new(),
    };
    let Some(s) = settings else { return form };
    s.name_unread(&SETTINGS, notes);
    form.target = match text("gridwalk::for").as_str() {
        "" | "household" => FormTarget::Household,
        "place" => FormTarget::Place,
        "patrol" => FormTarget::Patrol,
        "facility" => FormTarget::Facility,
        other => {
            notes.say(&s.name, Some(2), Some("gridwalk::for"), format!("没有「{other}」，写 household、place、patrol 或 facility。"), true);
            FormTarget::Household
        }
    };
    match (text("gridwalk::every_days").as_str(), text("gridwalk::every_days").parse()) {
        ("", _) => {}
        (_, Ok(days)) => form.every_days = Some(days),
        (other, Err(_)) => notes.say(&s.name, Some(2), Some("gridwalk::every_days"), format!("「{other}」不是天数。"), true),
    }
    if !text("version").is_empty() {
        notes.say(&s.name, Some(2), Some("version"), "版次由内容算出，这里写的没有用。", false);
    }
    for row in s.rows().filter(|row| *row > 1) {
        notes.say(&s.name, Some(row + 1), None, "settings 只读第一行，这一行没有读。", false);
    }
    form
}

fn is_yes(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "yes" | "true" | "true()" | "1" | "是" => Some(true),
        "" | "no" | "false" | "false()" | "0" | "否" => Some(false),
        _ => None,
    }
}

fn lists(sheet: &Sheet<'_>, notes: &mut Notes) -> BTreeMap<String, Vec<Label>> {
    sheet.name_unread(&CHOICES, notes);
    let mut out: BTreeMap<String, Vec<Label>> = BTreeMap::new();
    for row in sheet.rows() {
        let (list, name) = (sheet.text(row, &["list_name"]), sheet.text(row, &["name"]));
        if list.is_empty() || name.is_empty() {
            let column = if list.is_empty() { "list_name" } else { "name" };
            notes.say(&sheet.name, Some(row + 1), Some(column), "这一格空着，这一行没有读。", true);
            continue;
        }
        let (zh, en) = sheet.both(row, "label");
        let zh = if zh.is_empty() { name.clone() } else { zh };
        out.entry(list).or_default().push(Label { name, zh, en });
    }
    out
}

struct Survey<'a, 'b> {
    sheet: &'a Sheet<'a>,
    lists: BTreeMap<String, Vec<Label>>,
    notes: &'b mut Notes,
    /// Conditions of the groups that are open.
    groups: Vec<String>,
    /// Repeats that are open: what is in them is not read.
    repeats: usize,
    out: Vec<Question>,
    rows: BTreeMap<String, u32>,
}

impl Survey<'_, '_> {
    fn say(&mut self, row: u32, column: &str, message: impl Into<String>, stops: bool) {
        let name = self.sheet.name.clone();
        self.notes.say(&name, Some(row + 1), Some(column), message, stops);
    }

    fn row(&mut self, row: u32) {
        let written = self.sheet.text(row, &["type"]);
        let words: Vec<&str> = written.split_whitespace().collect();
        let kind = match words.as_slice() {
            [] => return self.say(row, "type", "没有写类型，这一行没有读。", true),
            ["begin", "group"] | ["begin_group"] => return self.begin_group(row),
            ["end", "group"] | ["end_group"] => {
                if self.groups.pop().is_none() {
                    self.say(row, "type", "多了一个 end group。", true);
                }
                return;
            }
            ["begin", "repeat"] | ["begin_repeat"] => {
                self.repeats += 1;
                return self.say(row, "type", "不支持重复组（repeat），里面的题没有读。", false);
            }
            ["end", "repeat"] | ["end_repeat"] => {
                self.repeats = self.repeats.saturating_sub(1);
                return;
            }
            ["text" | "string"] => QuestionKind::Text,
            ["integer" | "int"] => QuestionKind::Int,
            ["decimal"] => QuestionKind::Decimal,
            ["date"] => QuestionKind::Date,
            ["note"] => QuestionKind::Note,
            ["acknowledge" | "trigger"] | ["select_one", _] => QuestionKind::Choose,
            ["select_multiple", _] => QuestionKind::ChooseMany,
            _ => return self.say(row, "type", format!("不支持「{}」，这一题没有读。", short(&written)), false),
        };
        if self.repeats > 0 {
            return self.say(row, "type", "在重复组里，这一题没有读。", false);
        }
        let choices = match words.as_slice() {
            ["acknowledge" | "trigger"] => vec![Label { name: "OK".into(), zh: "知道了".into(), en: "OK".into() }],
            [_, list] => match self.lists.get(*list).cloned() {
                Some(choices) => choices,
                None => {
                    self.say(row, "type", format!("choices 里没有「{list}」这张选项表。"), true);
                    Vec::new()
                }
            },
            _ => Vec::new(),
        };
        self.question(row, kind, choices);
    }

    fn question(&mut self, row: u32, kind: QuestionKind, choices: Vec<Label>) {
        let s = self.sheet;
        let name = s.text(row, &["name"]);
        let (zh, en) = s.both(row, "label");
        let (hint, hint_en) = s.both(row, "hint");
        let (message, message_en) = s.both(row, "constraint_message");
        let required = s.text(row, &["required"]);
        let required = is_yes(&required).unwrap_or_else(|| {
            self.say(row, "required", format!("必填只写 yes 或 no，「{}」没有读。", short(&required)), false);
            false
        });
        if !s.text(row, &["required_message"]).is_empty() {
            self.say(row, "required_message", "没有读：必填的话是统一的。", false);
        }
        let class = match s.text(row, &["gridwalk::class"]).as_str() {
            "" | "register" => AnswerClass::Register,
            "private" => AnswerClass::Private,
            other => {
                self.say(row, "gridwalk::class", format!("没有「{other}」，写 register 或 private。"), true);
                // the stricter one, until somebody says
                AnswerClass::Private
            }
        };
        let relevant = self.relevant(row);
        let fills = s.text(row, &["gridwalk::fills"]);
        self.rows.entry(name.clone()).or_insert(row + 1);
        let constraint = s.text(row, &["constraint"]);
        self.out.push(Question {
            name,
            zh,
            en,
            kind,
            class,
            choices,
            required,
            relevant,
            constraint,
            message,
            message_en,
            hint,
            hint_en,
            fills,
        });
    }

    /// The condition of a row together with those of the groups around it.
    fn relevant(&self, row: u32) -> String {
        let own = self.sheet.text(row, &["relevant", "relevance"]);
        let all: Vec<&str> = self.groups.iter().map(String::as_str).chain([own.as_str()]).filter(|c| !c.is_empty()).collect();
        match all.as_slice() {
            [one] => (*one).to_string(),
            many => many.iter().map(|c| format!("({c})")).collect::<Vec<_>>().join(" and "),
        }
    }

    /// A group is flattened: its condition goes to each of its questions, its words stand before them.
    fn begin_group(&mut self, row: u32) {
        let (zh, _) = self.sheet.both(row, "label");
        if self.repeats == 0 && !zh.is_empty() {
            if self.sheet.text(row, &["name"]).is_empty() {
                self.say(row, "name", "这一组没有代号，它的标题没有读。", false);
            } else {
                self.question(row, QuestionKind::Note, Vec::new());
            }
        }
        self.groups.push(self.sheet.text(row, &["relevant", "relevance"]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_xlsxwriter::Workbook;
    use shared_model::forms::check;

    type Rows<'a> = &'a [&'a [&'a str]];

    fn file(sheets: &[(&str, Rows<'_>)]) -> Vec<u8> {
        let mut book = Workbook::new();
        for (name, rows) in sheets {
            let sheet = book.add_worksheet().set_name(*name).unwrap();
            for (r, cells) in rows.iter().enumerate() {
                for (c, text) in cells.iter().enumerate() {
                    sheet.write(u32::try_from(r).unwrap(), u16::try_from(c).unwrap(), *text).unwrap();
                }
            }
        }
        book.save_to_buffer().unwrap()
    }

    const CHOICE_ROWS: Rows<'static> = &[
        &["list_name", "name", "label::中文 (zh)", "label::English (en)"],
        &["fuel", "gas", "燃气", "gas"],
        &["fuel", "power", "用电", "electricity"],
    ];

    #[test]
    fn a_survey_of_the_documented_kinds_becomes_a_form_in_both_languages() {
        let survey: Rows<'_> = &[
            &[
                "type",
                "name",
                "label::zh",
                "label::English (en)",
                "hint::zh",
                "required",
                "relevant",
                "constraint",
                "constraint_message::zh",
                "gridwalk::class",
                "gridwalk::fills",
            ],
            &["note", "hello", "先说明来意", "Say why you came"],
            &["select_one fuel", "fuel", "用什么做饭", "How do they cook", "", "yes"],
            &["begin group", "safety", "安全", "Safety", "", "", "${fuel} = 'gas'"],
            &["select_multiple fuel", "both", "还用什么", "What else", "", "", "selected(${fuel}, 'gas')"],
            &["integer", "people", "几口人", "How many", "", "no", "", ". > 0", "至少一口"],
            &["end group"],
            &["date", "since", "哪天搬来", "Since"],
            &["decimal", "area", "面积", "Area"],
            &["text", "phone", "电话", "Phone", "手机优先", "", "", "", "", "", "person.phone"],
            &["text", "ill", "什么病", "Which illness", "", "", "", "", "", "private"],
            &["acknowledge", "told", "讲过了", "Told them"],
        ];
        let settings: Rows<'_> =
            &[&["form_title::zh", "form_title::en", "form_id", "gridwalk::campaign"], &["做饭用火", "Cooking", "cooking", "yes"]];
        let read = read_xlsform(&file(&[("survey", survey), ("choices", CHOICE_ROWS), ("settings", settings)]), "x.xlsx").unwrap();
        assert_eq!((read.notes.as_slice(), check(&read.form)), (&[][..], Vec::new()));
        let f = &read.form;
        assert_eq!((f.name.as_str(), f.zh.as_str(), f.en.as_str(), f.campaign), ("cooking", "做饭用火", "Cooking", true));
        let kinds: Vec<_> = f.questions.iter().map(|q| (q.name.as_str(), q.kind)).collect();
        use QuestionKind::*;
        let expected = [
            ("hello", Note),
            ("fuel", Choose),
            ("safety", Note),
            ("both", ChooseMany),
            ("people", Int),
            ("since", Date),
            ("area", Decimal),
            ("phone", Text),
            ("ill", Text),
            ("told", Choose),
        ];
        assert_eq!(kinds, expected);
        let q = |name: &str| f.question(name).unwrap();
        assert_eq!(q("both").relevant, "(${fuel} = 'gas') and (selected(${fuel}, 'gas'))");
        assert_eq!((q("people").relevant.as_str(), q("people").message.as_str()), ("${fuel} = 'gas'", "至少一口"));
        assert_eq!((q("fuel").choices[0].zh.as_str(), q("fuel").choices[1].en.as_str(), q("fuel").required), ("燃气", "electricity", true));
        assert_eq!(
            (q("phone").fills.as_str(), q("phone").hint.as_str(), q("ill").class),
            ("person.phone", "手机优先", AnswerClass::Private)
        );
        assert_eq!(read.rows["phone"], 10);
    }

    #[test]
    fn what_is_not_read_is_named_with_its_row_and_column() {
        let survey: Rows<'_> = &[
            &["type", "name", "label", "appearance", "required", "label::Français (fr)"],
            &["geopoint", "where", "在哪"],
            &["text", "a", "甲", "multiline", "${b} = 1", "un"],
            &["begin repeat", "members", "成员"],
            &["text", "member", "姓名"],
            &["end repeat"],
            &["select_one nowhere", "b", "乙"],
            &["calculate", "c"],
        ];
        let read = read_xlsform(&file(&[("survey", survey), ("entities", &[&["list_name"], &["x"]])]), "2026 冬.xlsx").unwrap();
        let said: Vec<_> = read.notes.iter().map(|n| (n.sheet.as_str(), n.row, n.column.as_deref().unwrap_or(""), n.stops)).collect();
        for expected in [
            ("entities", None, "", false),
            ("survey", Some(1), "label::Français (fr)", false),
            ("survey", Some(2), "type", false),
            ("survey", Some(3), "appearance", false),
            ("survey", Some(3), "required", false),
            ("survey", Some(4), "type", false),
            ("survey", Some(5), "type", false),
            ("survey", Some(7), "type", true),
            ("survey", Some(8), "type", false),
            ("settings", None, "form_id", false),
        ] {
            assert!(said.contains(&expected), "{expected:?}: {said:?}");
        }
        let names: Vec<_> = read.form.questions.iter().map(|q| q.name.as_str()).collect();
        assert_eq!((names, read.form.name.as_str()), (vec!["a", "b"], "form_2026"));
    }

    #[test]
    fn an_english_form_is_read_and_another_workbook_refused() {
        let survey: Rows<'_> = &[&["type", "name", "label"], &["text", "a", "How are you?"]];
        let settings: Rows<'_> = &[&["form_title", "form_id", "default_language"], &["Greeting", "greeting", "English (en)"]];
        let read = read_xlsform(&file(&[("survey", survey), ("settings", settings)]), "g.xlsx").unwrap();
        let q = &read.form.questions[0];
        assert_eq!((q.zh.as_str(), q.en.as_str(), read.form.en.as_str()), ("How are you?", "How are you?", "Greeting"));
        assert_eq!(read_xlsform(&file(&[("Sheet1", survey)]), "g.xlsx").unwrap_err().code, "not_xlsform");
    }
}
