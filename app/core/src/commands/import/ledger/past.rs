//! A row of an earlier ledger of cases or visits: what was, with the day it was on. A case that was closed is closed here in one step, with what the other system said;
//! one that was open is open.

use super::{Books, Planned, Write, extras, header};
use crate::error::Result;
use crate::project::day_of;
use crate::store::{Row, get_row};
use crate::workspace::KeyEdit;
use app_tables::{TableRow, Template, read_day};
use chrono::{NaiveDate, NaiveTime};
use shared_model::Class;
use shared_model::codes;
use shared_model::doc;
use shared_model::records::Kind;

/// The matter of a row that names none we know.
const DEFAULT_MATTER: &str = "06008";
/// The workflow whose cases can be closed in one step, with the step.
pub const ONE_STEP: (&str, &str) = ("hazard", "on_the_spot");
/// Characters of a title that is taken from the words.
const TITLE_CHARS: usize = 30;
/// Beijing is so far ahead of UTC, ms.
const BEIJING_MS: i64 = 8 * 3_600_000;

fn start_of(day: NaiveDate) -> i64 {
    day.and_time(NaiveTime::MIN).and_utc().timestamp_millis() - BEIJING_MS
}

/// Words that say that something is over.
fn is_over(text: &str) -> bool {
    let is_not = text.starts_with('未') || text.starts_with("没") || text == "否";
    let over = ["办结", "已结", "销号", "完成", "整改到位", "已整改", "已处理", "已处置", "解决", "关闭", "归档"];
    !is_not && !text.contains('未') && (text == "是" || over.iter().any(|word| text.contains(word)))
}

impl Books<'_> {
    pub(super) fn case(&mut self, table: &Template, row: &TableRow) -> Result<Planned> {
        let get = |key: &str| row.cells.get(key).map(String::as_str).unwrap_or_default();
        let words = if get("title").is_empty() { get("description") } else { get("title") };
        let title: String = words.chars().take(TITLE_CHARS * 3).collect();
        let (_, building) = self.place_of(row);
        let where_words = [get("place"), get("building")].into_iter().find(|t| !t.is_empty()).unwrap_or_default();
        let mut plan = Planned::new(row, &title.chars().take(TITLE_CHARS).collect::<String>(), where_words, "import_case");
        if title.trim().is_empty() {
            return Ok(plan.bad(header(table, "title"), "no_title", "没有写是什么事，这一行没收。", ""));
        }
        let today = day_of(self.now);
        let opened = match read_day(get("opened_at")) {
            Some((day, is_guess)) if day <= today => {
                if is_guess {
                    plan.find(header(table, "opened_at"), "date_guess", format!("日期不完整，按 {day} 记。"), get("opened_at"));
                }
                day
            }
            _ => {
                plan.find(header(table, "opened_at"), "bad_date", "没有认出日期，按今天记，原文留在情况里。", get("opened_at"));
                today
            }
        };
        let known = self.settings.catalogue.find(get("matter")).filter(|m| !m.hidden);
        if known.is_none() {
            plan.find(header(table, "matter"), "matter_guess", "事项目录里没有这一类，先归到「其他」，原文留在情况里。", get("matter"));
        }
        let matter = known.or_else(|| self.settings.catalogue.find(DEFAULT_MATTER)).cloned();
        let Some(matter) = matter else {
            return Ok(plan.bad(header(table, "matter"), "no_matter", "事项目录里没有可用的一项。", get("matter")));
        };
        let over = is_over(get("state")) || is_over(get("is_closed")) || read_day(get("closed_at")).is_some();
        let library = &self.settings.library;
        let by_matter = matter.workflow.as_deref().and_then(|name| library.named(name)).or_else(|| library.for_matter(&matter.code));
        let closes =
            |w: &shared_model::cases::Workflow| w.transition(ONE_STEP.1).is_some_and(|t| self.roles.iter().any(|r| t.by.contains(r)));
        let chosen = by_matter.filter(|(_, w)| !over || closes(w)).or_else(|| library.named(ONE_STEP.0));
        let Some((workflow_id, workflow)) = chosen.filter(|(_, w)| self.roles.iter().any(|r| w.opened_by.contains(r))) else {
            return Ok(plan.bad(header(table, "matter"), "no_workflow", "没有可用的办事流程。", get("matter")));
        };
        let class = workflow.class.unwrap_or(matter.class);
        let key = match get("number") {
            "" => format!("{title}\u{1f}{opened}\u{1f}{where_words}"),
            number => format!("number\u{1f}{number}"),
        };
        let record = doc::imported_id(self.community, "case", &key);
        plan.row.record = Some(record.to_string());
        if !self.taken.insert(record) {
            return Ok(plan.bad(header(table, "title"), "twice", "和上面一行是同一件事，只收一行。", &title));
        }
        let unit = building.unwrap_or(self.community);
        let there = get_row(self.db, Kind::Case, record)?.filter(|r| r.get("matter").is_some());
        if let Some(there) = there {
            let is_back = there.get("_del").is_some();
            plan.row.verdict = if is_back { "new" } else { "known" }.into();
            if is_back {
                plan.writes.push(Write { unit, record, kind: Kind::Case, class, edits: Vec::new(), is_back });
            }
            return Ok(plan);
        }
        let told: [(&str, &str); 6] = [
            ("description", ""),
            ("matter", "原类别"),
            ("lead", "承办"),
            ("assignee", "责任人"),
            ("closed_at", "办结时间"),
            ("outcome", "办理结果"),
        ];
        let mut lines: Vec<String> = Vec::new();
        for (key, label) in told {
            let text = get(key);
            let is_said = text.is_empty()
                || (key == "matter" && known.is_some())
                || (key == "description" && get("title").is_empty() && text.chars().count() <= TITLE_CHARS);
            if !is_said {
                lines.push(if label.is_empty() { text.to_string() } else { format!("{label}：{text}") });
            }
        }
        if !get("number").is_empty() {
            lines.push(format!("原编号：{}", get("number")));
        }
        if read_day(get("opened_at")).is_none() && !get("opened_at").is_empty() {
            lines.push(format!("原时间：{}", get("opened_at")));
        }
        lines.extend(extras(row));
        let mut edits = vec![
            KeyEdit::put("matter", matter.code.clone()),
            KeyEdit::put("title", title.chars().take(TITLE_CHARS * 2).collect::<String>()),
            KeyEdit::put("opened_at", start_of(opened)),
            KeyEdit::put("workflow", workflow_id),
            KeyEdit::put("batch", self.batch.to_string()),
        ];
        edits.extend(building.map(|b| KeyEdit::put("building", b.to_string())));
        for (key, text) in [("place", where_words), ("reporter", get("reporter")), ("contact", get("contact"))] {
            if !text.is_empty() {
                edits.push(KeyEdit::put(key, super::cut(text)));
            }
        }
        if !lines.is_empty() {
            edits.push(KeyEdit::put("description", super::cut(&lines.join("\n"))));
        }
        plan.writes.push(Write { unit, record, kind: Kind::Case, class, edits, is_back: false });
        if over {
            let step = doc::imported_id(record, "case_step", ONE_STEP.1);
            let note = if get("outcome").is_empty() { "原台账里已经办结。" } else { get("outcome") };
            let edits = vec![
                KeyEdit::put("case", record.to_string()),
                KeyEdit::put("transition", ONE_STEP.1),
                KeyEdit::put("at", start_of(read_day(get("closed_at")).map_or(opened, |(day, _)| day.clamp(opened, today)))),
                KeyEdit::put("note", super::cut(note)),
            ];
            plan.writes.push(Write { unit, record: step, kind: Kind::CaseStep, class, edits, is_back: false });
        }
        Ok(plan)
    }

    pub(super) fn visit(&mut self, table: &Template, row: &TableRow) -> Result<Planned> {
        let get = |key: &str| row.cells.get(key).map(String::as_str).unwrap_or_default();
        let ([_, _, unit_no, door], building) = self.place_of(row);
        let name = get("name").to_string();
        let place = [get("address"), get("building")].into_iter().find(|t| !t.is_empty()).unwrap_or_default().to_string();
        let mut plan = Planned::new(row, &name, &place, "import_visit");
        let today = day_of(self.now);
        let Some((day, is_guess)) = read_day(get("at")).filter(|(day, _)| *day <= today) else {
            return Ok(plan.bad(header(table, "at"), "bad_date", "没有认出走访的日子，这一行没收。", get("at")));
        };
        if is_guess {
            plan.find(header(table, "at"), "date_guess", format!("日期不完整，按 {day} 记。"), get("at"));
        }
        let Some(home) = self.door(building, &unit_no, &door, &name) else {
            return Ok(plan.bad(header(table, "door"), "no_household", "没有找到这一户，先导入居民台账，或看看门牌和姓名。", &place));
        };
        let household = home.record;
        let outcome = match codes::table("visit_outcome").and_then(|t| t.resolve(get("outcome"))) {
            Some(entry) => entry.code,
            None => {
                if !get("outcome").is_empty() {
                    plan.find(header(table, "outcome"), "bad_code", "没有这种结果，按「见到」记，原文留在记录里。", get("outcome"));
                }
                "met"
            }
        };
        let is_unknown = !get("outcome").is_empty() && codes::table("visit_outcome").and_then(|t| t.resolve(get("outcome"))).is_none();
        let mode = codes::table("visit_mode").and_then(|t| t.resolve(get("mode"))).map_or("door", |entry| entry.code);
        let mut notes: Vec<String> = Vec::new();
        if !get("note").is_empty() {
            notes.push(get("note").to_string());
        }
        if is_unknown {
            notes.push(format!("原结果：{}", get("outcome")));
        }
        if !get("by").is_empty() {
            notes.push(format!("走访人：{}", get("by")));
        }
        notes.extend(extras(row));
        let note = notes.join("；");
        let record = doc::imported_id(household, "visit", &format!("{day}\u{1f}{note}"));
        plan.row.record = Some(record.to_string());
        if !self.taken.insert(record) {
            return Ok(plan.bad(header(table, "at"), "twice", "和上面一行是同一次走访，只收一行。", get("at")));
        }
        let unit = building.or_else(|| home.id("building")).unwrap_or_default();
        let there = get_row(self.db, Kind::Visit, record)?.filter(|r| r.get("at").is_some());
        let is_back = there.as_ref().is_some_and(|r| r.get("_del").is_some());
        if there.is_some() && !is_back {
            plan.row.verdict = "known".into();
            return Ok(plan);
        }
        let mut edits = Vec::new();
        if !is_back {
            edits.extend([
                KeyEdit::put("household", household.to_string()),
                KeyEdit::put("at", start_of(day)),
                KeyEdit::put("outcome", outcome),
                KeyEdit::put("mode", mode),
                KeyEdit::put("batch", self.batch.to_string()),
            ]);
            if !note.is_empty() {
                edits.push(KeyEdit::put("note", super::cut(&note)));
            }
        }
        plan.writes.push(Write { unit, record, kind: Kind::Visit, class: Class::Register, edits, is_back });
        Ok(plan)
    }

    /// The household at a door, told by a name where several live there.
    fn door(&self, building: Option<uuid::Uuid>, unit_no: &str, door: &str, name: &str) -> Option<Row> {
        let at_door = self.households.get(&(building?, unit_no.to_string(), door.to_string()))?;
        let living: Vec<&Row> = at_door.iter().filter(|r| r.get("_del").is_none()).collect();
        let is_named = |r: &&&Row| {
            r.text("head_name").as_deref() == Some(name) || self.people.get(&r.record).is_some_and(|names| names.iter().any(|n| n == name))
        };
        let named = living.iter().find(is_named);
        let found = named.or(if living.len() == 1 { living.first() } else { None });
        found.map(|r| (*r).clone())
    }
}
