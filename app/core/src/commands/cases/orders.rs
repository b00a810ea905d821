//! Hotline orders (12345) into cases, one command an order. The id of a case comes from the number that the hotline gave it, so a file taken in
//! twice, on two devices, is one case each; what a later file says differently is told and never written over what is here.

use super::super::import::bytes_of;
use super::super::matters;
use super::super::settings::{self, Settings};
use super::super::units::Tree;
use super::{Given, add_as};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::project::{day_of, plate};
use crate::store::{Row, get_row, rows};
use crate::workspace;
use app_tables::{Order, Orders, read_orders};
use chrono::NaiveDate;
use rusqlite::Connection;
use shared_model::Class;
use shared_model::calendar::{Clock, Count};
use shared_model::codes::{Coded, fold_width};
use shared_model::commands::{AddCaseArgs, ImportFinding, ImportOrdersArgs, OrderRow, OrdersReport};
use shared_model::doc;
use shared_model::limits::TEXT_BYTES_MAX;
use shared_model::matters::Matter;
use shared_model::records::Kind;
use shared_model::rules::Verb;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// The workflow of an order.
pub(super) const HOTLINE: &str = "hotline";
/// The matter of an order of which no word is known.
const DEFAULT_MATTER: &str = "06008";
/// Characters of a number.
const NUMBER_CHARS_MAX: usize = 64;
/// Characters of a title that is taken from the content.
const TITLE_CHARS: usize = 30;
/// Characters of a cell that a finding repeats.
const CELL_CHARS: usize = 200;
/// Beijing is so far ahead of UTC, ms.
const BEIJING_MS: i64 = 8 * 3_600_000;

/// A row as it will be taken.
struct Planned {
    row: OrderRow,
    /// `None` when nothing is written.
    args: Option<AddCaseArgs>,
    case: Uuid,
    opened_at: i64,
}

/// `import_orders`
pub fn import(engine: &Engine, args: ImportOrdersArgs) -> Result<OrdersReport> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::HeldItem, Verb::Make))?;
    let started = engine.now_ms();
    let (bytes, file) = bytes_of(args.file.as_deref(), args.data.as_deref(), args.name.as_deref())?;
    let orders = read_orders(&bytes, &file)?;
    let dry_run = args.dry_run.unwrap_or(false);
    let (unit, planned) = engine.with(|o| {
        let unit = settings::own_unit(&o.db, &o.me)?;
        let s = settings::read(&o.db, &o.me)?;
        if s.library.named(HOTLINE).is_none() {
            return Err(CoreError::args("「热线工单」流程停用了，先启用再导入。"));
        }
        let tree = Tree::read(&o.db)?;
        let unit = tree.above(unit, "community").unwrap_or(unit);
        let taker = Taker { db: &o.db, settings: &s, tree: &tree, community: unit, orders: &orders, today: day_of(started) };
        Ok((unit, taker.plan_all()?))
    })?;
    let mut report =
        OrdersReport { file: file.clone(), dry_run, unknown_headers: orders.unknown_headers.clone(), ..OrdersReport::default() };
    report.skipped = orders.skipped.iter().map(|(row, _)| *row).collect();
    for mut p in planned {
        if let Some(case) = p.args.filter(|_| !dry_run) {
            let given = Given { opened_at: Some(p.opened_at), unit: Some(unit) };
            match add_as(engine, p.case, case, given) {
                Ok(added) => p.row.case = Some(added.id),
                Err(e) => {
                    let column = e.field.clone().unwrap_or_default();
                    p.row.findings.push(finding(p.row.row, &column, &e.code, e.message, ""));
                    p.row.verdict = "bad".into();
                }
            }
        }
        let count = match p.row.verdict.as_str() {
            "new" => &mut report.added,
            "known" => &mut report.known,
            "changed" => &mut report.changed,
            "twice" => &mut report.twice,
            _ => &mut report.bad,
        };
        *count += 1;
        report.rows.push(p.row);
    }
    if !dry_run {
        let words =
            format!("导入热线工单 {file}：新 {} 件，已有 {} 件，没能收 {} 件", report.added, report.known + report.changed, report.bad);
        engine.with(|o| {
            Ok(o.db.execute("insert into own_log (at, what, words) values (?1, 'import', ?2)", rusqlite::params![started, words])?)
        })?;
    }
    report.took_ms = u64::try_from(engine.now_ms() - started).unwrap_or(0);
    Ok(report)
}

fn finding(row: u32, column: &str, code: &str, message: impl Into<String>, cell: &str) -> ImportFinding {
    let cell = cell.chars().take(CELL_CHARS).collect();
    ImportFinding { row, column: column.into(), code: code.into(), message: message.into(), cell }
}

struct Taker<'a> {
    db: &'a Connection,
    settings: &'a Settings,
    tree: &'a Tree,
    community: Uuid,
    orders: &'a Orders,
    today: NaiveDate,
}

impl Taker<'_> {
    fn plan_all(&self) -> Result<Vec<Planned>> {
        let mut seen: HashMap<String, u32> = HashMap::new();
        let mut out = Vec::with_capacity(self.orders.rows.len());
        for order in &self.orders.rows {
            let number = number_of(order);
            let above = seen.get(&number).copied().filter(|_| !number.is_empty());
            let mut p = self.plan(order, number.clone())?;
            if let Some(above) = above.filter(|_| p.row.verdict != "bad") {
                p.row.findings.push(finding(
                    order.row,
                    self.orders.header("number"),
                    "twice",
                    format!("和第 {above} 行是同一个编号，只收那一行。"),
                    &order.number,
                ));
                (p.row.verdict, p.args) = ("twice".into(), None);
            } else if p.row.verdict != "bad" {
                seen.insert(number, order.row);
            }
            out.push(p);
        }
        Ok(out)
    }

    fn plan(&self, order: &Order, number: String) -> Result<Planned> {
        let read = self.read(order)?;
        let faults = self.faults(order, &number, &read);
        let case = doc::order_id(self.community, &number);
        let known = get_row(self.db, Kind::Case, case)?.filter(|r| r.get("matter").is_some() && !number.is_empty());
        let differs = known.as_ref().map(|k| self.differences(order, k, &read));
        let (verdict, findings) = match differs {
            _ if !faults.is_empty() => ("bad", faults),
            None => ("new", self.guesses(order, &read)),
            // what was guessed was guessed when it was taken in
            Some(differs) => (if differs.is_empty() { "known" } else { "changed" }, differs),
        };
        let title = title_of(order);
        let row = OrderRow {
            row: order.row,
            verdict: verdict.into(),
            number: number.clone(),
            title: title.clone(),
            matter: read.matter.map(|m| Coded::spoken(&m.code, &m.name_zh, &m.name_en)),
            matter_from: read.matter_from.into(),
            place: read.home.as_ref().map(|h| h.words.clone()),
            due: read.due.map(|d| d.to_string()),
            due_guess: read.due_guess,
            case: known.map(|k| k.record.to_string()),
            findings,
        };
        let opened_at = start_of(read.received);
        let args = match (verdict, read.matter, read.due) {
            ("new", Some(matter), Some(due)) => {
                let data = [number, due.to_string(), read.kind.unwrap_or_default().into()];
                Some(args(order, matter, read.home, title, read.description, data))
            }
            _ => None,
        };
        Ok(Planned { row, args, case, opened_at })
    }

    /// What the words of an order come to here.
    fn read(&self, order: &Order) -> Result<Reading<'_>> {
        let (matter, matter_from) = self.matter(order);
        let received = order.received.day.unwrap_or(self.today);
        let (due, due_guess) = self.due(order, matter, received);
        let kind = kind_of(&order.kind);
        let description = self.description(order, kind.is_none());
        Ok(Reading { matter, matter_from, received, due, due_guess, home: self.place(order)?, kind, description })
    }

    /// A finding about a fact of an order, under the header that the file has for it.
    fn about(&self, order: &Order, fact: &str, code: &str, message: String, cell: &str) -> ImportFinding {
        finding(order.row, self.orders.header(fact), code, message, cell)
    }

    /// Why an order cannot be taken.
    fn faults(&self, order: &Order, number: &str, read: &Reading<'_>) -> Vec<ImportFinding> {
        let mut out = Vec::new();
        let mut tell = |fact: &str, code: &str, message: String, cell: &str| out.push(self.about(order, fact, code, message, cell));
        if number.is_empty() {
            tell("number", "no_number", "没有工单编号，分不清是不是同一件，没有收。".into(), "");
        } else if number.chars().count() > NUMBER_CHARS_MAX {
            tell("number", "bad_number", format!("编号超过 {NUMBER_CHARS_MAX} 个字，没有收。"), &order.number);
        }
        if order.title.is_empty() && order.content.is_empty() {
            tell("content", "no_content", "没有诉求内容，也没有标题，没有收。".into(), "");
        }
        if read.description.len() > TEXT_BYTES_MAX || order.title.len() > TEXT_BYTES_MAX {
            tell("content", "too_large", "内容太长，没有收。请分成几段，长的部分另存附件。".into(), &order.content);
        }
        if read.matter.is_none() {
            tell("category", "no_matter", "「民情民意与建议收集」现在不受理，请在内容里写明事项。".into(), "");
        }
        out
    }

    /// What somebody should look at after an order was taken.
    fn guesses(&self, order: &Order, read: &Reading<'_>) -> Vec<ImportFinding> {
        let mut out = Vec::new();
        let mut tell = |fact: &str, code: &str, message: String, cell: &str| out.push(self.about(order, fact, code, message, cell));
        if !order.kind.is_empty() && read.kind.is_none() {
            tell("kind", "kind_unknown", format!("「{}」不是咨询、求助、投诉、建议、举报，写在内容里。", order.kind), &order.kind);
        }
        if read.due_guess {
            let due = read.due.map(|d| d.to_string()).unwrap_or_default();
            let text = &order.due.text;
            let why = if text.is_empty() { "没有写办理时限".to_string() } else { format!("看不懂「{text}」") };
            tell("due", "due_guessed", format!("{why}，按事项目录先算到 {due}，请核对。"), text);
        }
        if order.received.day.is_none() {
            tell("received", "received_guessed", "没有写受理日期，按今天算。".into(), &order.received.text);
        }
        let name = read.matter.map_or("", |m| &m.name_zh);
        match read.matter_from {
            "words" => tell("category", "matter_guessed", format!("按内容归到「{name}」，请核对。"), &order.category),
            "default" => tell("category", "matter_default", format!("看不出是哪一项，先归到「{name}」，请核对。"), &order.category),
            _ => {}
        }
        if !order.address.is_empty() && read.home.is_none() {
            tell("address", "no_building", "地址对不上哪一栋楼，先放在社区，交办时再定。".into(), &order.address);
        }
        out
    }

    /// The matter that the file names, that its words lead to, or the one for what nobody knows.
    fn matter(&self, order: &Order) -> (Option<&Matter>, &'static str) {
        let catalogue = &self.settings.catalogue;
        let taken = |m: &&Matter| !m.hidden;
        if let Some(m) = catalogue.find(order.category.trim()).filter(taken) {
            return (Some(m), "category");
        }
        let words = format!("{} {} {}", order.category, order.title, order.content);
        match matters::by_words(catalogue, &words).into_iter().find(taken) {
            Some(m) => (Some(m), "words"),
            None => (catalogue.find(DEFAULT_MATTER).filter(taken), "default"),
        }
    }

    /// The day that the order names; else so many working days from its receipt, by the order or by the catalogue.
    fn due(&self, order: &Order, matter: Option<&Matter>, received: NaiveDate) -> (Option<NaiveDate>, bool) {
        if let Some(day) = order.due.day {
            return (Some(day), false);
        }
        let Some(amount) = order.due.work_days.or_else(|| matter.map(|m| m.resolve_days)) else { return (None, true) };
        let clock = Clock { start_ms: start_of(received), count: Count::WorkDays, amount: amount.min(400), pauses: Vec::new() };
        (self.settings.calendar.deadline(&clock).map(|d| day_of(d.at_ms)), order.due.work_days.is_none())
    }

    /// The building and door that the address names, where there is just one such.
    fn place(&self, order: &Order) -> Result<Option<Home>> {
        let [before, building, unit_no, door] = &order.place;
        if building.is_empty() {
            return Ok(None);
        }
        let beneath = self.tree.beneath(self.community);
        let fits = |u: &&Row| {
            let text = |key: &str| u.text(key).unwrap_or_default();
            beneath.contains(&u.record) && matches!(text("kind").as_str(), "building" | "alley") && text("number") == *building
        };
        let all: Vec<&Row> = self.tree.all().filter(fits).collect();
        let estate = |u: &&&Row| u.text("estate").filter(|e| !e.is_empty()).is_some_and(|e| before.contains(&e));
        let named: Vec<&&Row> = all.iter().filter(estate).collect();
        let found = match (named.as_slice(), all.as_slice()) {
            ([one], _) => **one,
            ([], [one]) => *one,
            _ => return Ok(None),
        };
        let name = self.tree.name(found.record);
        if door.is_empty() {
            return Ok(Some(Home { building: found.record, household: None, words: name }));
        }
        let at = rows(
            self.db,
            Kind::Household,
            "where t._del is null and t.building = ?1 and coalesce(t.unit_no, '') = ?2 and t.door = ?3 and t.ended is null",
            &[&found.record, unit_no, door],
        )?;
        let at: Vec<Uuid> = at.into_iter().map(|h| h.record).collect();
        let words = plate(building, unit_no, door);
        Ok(Some(match at.as_slice() {
            [one] => Home { building: found.record, household: Some(*one), words },
            _ => Home { building: found.record, household: None, words: name },
        }))
    }

    /// The words of an order, with every cell that no field takes.
    fn description(&self, order: &Order, with_kind: bool) -> String {
        let mut out = order.content.clone();
        let mut add = |label: &str, text: &str| {
            if !text.is_empty() {
                out.push_str(&format!("\n{label}：{text}"));
            }
        };
        if with_kind {
            add(self.orders.header("kind"), &order.kind);
        }
        add(self.orders.header("category"), &order.category);
        for (header, text) in &order.other {
            add(header, text);
        }
        out.trim().to_string()
    }

    /// What the file says differently of an order that is here.
    fn differences(&self, order: &Order, known: &Row, read: &Reading<'_>) -> Vec<ImportFinding> {
        let (due, kind, description) = (read.due.filter(|_| !read.due_guess), read.kind, read.description.as_str());
        let data = known.texts("data");
        let held = |key: &str| data.get(key).cloned().unwrap_or_default();
        let workflow = self.settings.library.named(HOTLINE).map(|(_, w)| w);
        let words = |key: &str, text: &str| {
            let field = workflow.as_ref().and_then(|w| w.fields.iter().find(|f| f.name == key).cloned());
            field.map_or_else(|| text.to_string(), |f| f.words(text))
        };
        let mut out = Vec::new();
        let mut add =
            |fact: &str, message: String, cell: &str| out.push(finding(order.row, self.orders.header(fact), "differs", message, cell));
        if let Some(due) = due.filter(|d| d.to_string() != held("due")) {
            add("due", format!("办结日期这里是 {}，文件里是 {due}。没有改。", held("due")), &order.due.text);
        }
        if let Some(kind) = kind.filter(|k| **k != held("kind")) {
            add(
                "kind",
                format!("诉求类型这里是「{}」，文件里是「{}」。没有改。", words("kind", &held("kind")), words("kind", kind)),
                &order.kind,
            );
        }
        let was = known.text("description").unwrap_or_default();
        let of_open = hidden_numbers(description, &order.caller).0;
        if !description.is_empty() && was != description && was != of_open {
            add("content", "诉求内容和已收的不一样。没有改，请看原件。".into(), &order.content);
        }
        if !order.title.is_empty() {
            let title = known.text("title").unwrap_or_default();
            if title != order.title && title != hidden_numbers(&order.title, &order.caller).0 {
                add("title", format!("标题这里是「{title}」。没有改。"), &order.title);
            }
        }
        out
    }
}

/// What an order comes to.
struct Reading<'a> {
    matter: Option<&'a Matter>,
    matter_from: &'static str,
    received: NaiveDate,
    due: Option<NaiveDate>,
    due_guess: bool,
    home: Option<Home>,
    /// Option of the workflow's field.
    kind: Option<&'static str>,
    description: String,
}

/// Where an order is.
struct Home {
    building: Uuid,
    household: Option<Uuid>,
    words: String,
}

fn number_of(order: &Order) -> String {
    fold_width(order.number.trim()).split_whitespace().collect()
}

fn title_of(order: &Order) -> String {
    if !order.title.is_empty() {
        return order.title.clone();
    }
    let line = order.content.lines().next().unwrap_or_default();
    let short: String = line.chars().take(TITLE_CHARS).collect();
    if short.len() < line.len() { format!("{short}…") } else { short }
}

/// The option of the workflow's field.
fn kind_of(text: &str) -> Option<&'static str> {
    let options = [("咨询", "consult"), ("求助", "help"), ("投诉", "complaint"), ("建议", "suggestion"), ("举报", "report")];
    options.into_iter().find(|(word, _)| text.contains(word)).map(|(_, name)| name)
}

/// The beginning of a day in Beijing, ms: an order has a day and no hour that two files would agree on.
fn start_of(day: NaiveDate) -> i64 {
    day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis() - BEIJING_MS
}

/// A text without the caller's name and without telephone numbers, and the numbers that were in it.
pub(super) fn hidden_numbers(text: &str, caller: &str) -> (String, Vec<String>) {
    let mut out = String::with_capacity(text.len());
    let mut numbers = Vec::new();
    let mut digits = String::new();
    for c in text.chars().chain(std::iter::once('\u{0}')) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        // a mobile number has eleven digits and begins with 1; an identity number has eighteen
        let is_private = (digits.len() == 11 && digits.starts_with('1')) || digits.len() >= 17;
        if is_private {
            out.push_str("（号码另存）");
            numbers.push(std::mem::take(&mut digits));
        } else {
            out.push_str(&digits);
            digits.clear();
        }
        if c != '\u{0}' {
            out.push(c);
        }
    }
    if caller.chars().count() > 1 {
        out = out.replace(caller, "来电人");
    }
    (out, numbers)
}

/// The case of an order. Whose class lets a building head read it says nothing of who called or behind which door they live: that goes to the
/// parts of the case that are stricter.
fn args(
    order: &Order,
    matter: &Matter,
    mut home: Option<Home>,
    title: String,
    description: String,
    [number, due, kind]: [String; 3],
) -> AddCaseArgs {
    let mut contact: Vec<String> = vec![order.phone.clone()];
    let mut place = Some(order.address.clone());
    let (mut title, mut description) = (title, description);
    if matter.class == Class::Open {
        for text in [&mut title, &mut description] {
            let (without, numbers) = hidden_numbers(text, &order.caller);
            *text = without;
            contact.extend(numbers);
        }
        if let Some(home) = &mut home {
            // a building head is shown at which door a case is; this may be where the caller lives
            home.household = None;
            contact.push(std::mem::take(&mut place).unwrap_or_default());
        }
    }
    contact.retain(|c| !c.is_empty());
    contact.dedup();
    let data = [
        ("number", number),
        ("due", due),
        ("kind", kind),
        ("received_on", order.received.day.map(|d| d.to_string()).unwrap_or_default()),
        ("channel", order.channel.clone()),
    ];
    let some = |text: String| Some(text).filter(|t| !t.is_empty());
    AddCaseArgs {
        visit: None,
        matter: matter.code.clone(),
        title,
        description: some(description),
        household: home.as_ref().and_then(|h| h.household).map(|h| h.to_string()),
        building: home.map(|h| h.building.to_string()),
        place: place.and_then(some),
        person: None,
        reporter: some(order.caller.clone()),
        on_the_spot: None,
        workflow: Some(HOTLINE.into()),
        contact: some(contact.join("；")),
        on_behalf_of: None,
        parent: None,
        repeat_of: None,
        data: BTreeMap::from(data.map(|(k, v)| (k.to_string(), v))).into_iter().filter(|(_, v)| !v.is_empty()).collect(),
        lng: None,
        lat: None,
        attachments: Vec::new(),
    }
}
