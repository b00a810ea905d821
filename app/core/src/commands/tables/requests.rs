//! The register of requests: who wanted which data on what basis, how often, how long it took. An equal one that was asked before is shown before the work is
//! done again. Nothing is counted about whoever did the work.

use super::super::views;
use super::super::visits::new_id;
use super::{fields, own_office, read, templates};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::project::{day_of, parse_day};
use crate::store::{Row, docs, get_row, rows};
use crate::workspace::{self, Intent, KeyEdit};
use chrono::NaiveDate;
use rusqlite::Connection;
use shared_model::Class;
use shared_model::codes::{Coded, fold_width};
use shared_model::commands::{
    AddRequestArgs, Added, CheckRequestArgs, EditArgs, Edited, ListRequestsArgs, RequestAlike, RequestCheck, RequestItem, RequestList,
    RequestMonth,
};
use shared_model::doc::DocId;
use shared_model::records::Kind;
use shared_model::rules::Verb;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Fields of one request.
const FIELDS_MAX: usize = 200;
/// Minutes that one request may have taken: a month of working days.
const MINUTES_MAX: u32 = 12_000;
/// A request that names no rhythm is compared with what was asked so many days before.
const DAYS_DEFAULT: i64 = 180;
/// Earlier requests shown.
const ALIKE_MAX: usize = 10;
/// So much of what is asked for has to be the same, in hundredths.
const SAME_PERCENT: usize = 80;
/// Months summed up.
const MONTHS_MAX: usize = 24;

/// How often something is asked: code, 中文, English, days in which it counts as asked again.
const FREQUENCIES: &[(&str, &str, &str, i64)] = &[
    ("once", "一次性", "once", 366),
    ("week", "每周", "weekly", 6),
    ("month", "每月", "monthly", 27),
    ("quarter", "每季", "quarterly", 85),
    ("year", "每年", "yearly", 350),
];

fn frequency(text: &str) -> Coded {
    match FREQUENCIES.iter().find(|(code, zh, ..)| *code == text || *zh == text) {
        Some((code, zh, en, _)) => Coded::spoken(code, zh, en),
        None => Coded::spoken(text, text, text),
    }
}

/// Earlier ones within so many days count as asked again: what comes every month is not asked twice by coming a month later.
fn period_days(frequency: Option<&str>) -> i64 {
    let found = frequency.and_then(|f| FREQUENCIES.iter().find(|(code, zh, ..)| *code == f || *zh == f));
    found.map_or(DAYS_DEFAULT, |(.., days)| *days)
}

/// A request as it is compared.
struct Asked {
    row: Row,
    day: NaiveDate,
    fields: BTreeSet<String>,
}

fn all(db: &Connection) -> Result<Vec<Asked>> {
    let found = rows(db, Kind::Request, "where t._del is null and t.title is not null order by t.asked_on desc, t.record desc", &[])?;
    let asked = found.into_iter().filter_map(|row| {
        let day = parse_day(&row.text("asked_on")?)?;
        Some(Asked { day, fields: row.names("fields").into_iter().collect(), row })
    });
    Ok(asked.collect())
}

fn plain(text: &str) -> String {
    let folded = fold_width(text);
    // a year or a month in a title makes no other table of it
    folded.chars().filter(|c| !c.is_whitespace() && !c.is_ascii_digit() && !matches!(c, '年' | '月' | '第' | '期' | '(' | ')')).collect()
}

/// What is compared: asker and title, and the fields.
struct Wanted<'a> {
    title: &'a str,
    asker: &'a str,
    fields: &'a BTreeSet<String>,
    day: NaiveDate,
    days: i64,
}

/// Why an earlier request counts as the same, if it does.
fn reasons(wanted: &Wanted<'_>, earlier: &Asked) -> Vec<String> {
    let ago = (wanted.day - earlier.day).num_days();
    if !(0..=wanted.days).contains(&ago) {
        return Vec::new();
    }
    let text = |key: &str| plain(&earlier.row.text(key).unwrap_or_default());
    let mut out = Vec::new();
    if !plain(wanted.title).is_empty() && text("title") == plain(wanted.title) && text("asker") == plain(wanted.asker) {
        out.push("same_table".to_string());
    }
    // a name and a number of a row are asked for by everybody and say nothing
    let counted = |fields: &BTreeSet<String>| {
        fields.iter().filter(|f| !f.ends_with(".seq") && !f.ends_with(".name")).cloned().collect::<BTreeSet<_>>()
    };
    let (mine, theirs) = (counted(wanted.fields), counted(&earlier.fields));
    let shared = mine.intersection(&theirs).count();
    if mine.len() >= 2 && shared * 100 >= mine.len() * SAME_PERCENT {
        out.push("same_fields".to_string());
    }
    out
}

fn field_label(name: &str) -> Coded {
    let Some((per, key)) = name.split_once('.') else { return Coded::spoken(name, name, name) };
    match app_tables::Subject::from_name(per) {
        Some(subject) => Coded { code: name.into(), ..fields::label(subject, key) },
        None => Coded::spoken(name, key, key),
    }
}

fn item(db: &Connection, a: &Asked, alike: u32) -> Result<RequestItem> {
    let row = &a.row;
    let held = docs::load(db, docs::current(db, row.record, Class::Office)?)?;
    let template = row.id("template");
    Ok(RequestItem {
        id: row.record.to_string(),
        title: row.text("title").unwrap_or_default(),
        asker: row.text("asker").unwrap_or_default(),
        basis: row.text("basis"),
        frequency: row.text("frequency").map(|f| frequency(&f)),
        minutes: row.int("minutes").and_then(|n| u32::try_from(n).ok()),
        asked_on: a.day.to_string(),
        due: row.text("due"),
        template_name: template.map(|t| templates::name_of(db, t)).transpose()?.flatten(),
        template: template.map(|t| t.to_string()),
        fields: a.fields.iter().map(|f| field_label(f)).collect(),
        note: row.text("note"),
        closed: row.flag("closed"),
        by: held.map(|d| views::author_of(db, &d.shown, "title")).transpose()?.unwrap_or_default(),
        alike,
    })
}

fn wanted_of<'a>(a: &'a Asked, title: &'a str, asker: &'a str) -> Wanted<'a> {
    Wanted { title, asker, fields: &a.fields, day: a.day, days: period_days(a.row.text("frequency").as_deref()) }
}

/// `add_request`
pub fn add(engine: &Engine, args: AddRequestArgs) -> Result<Added> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Request, Verb::Make))?;
    let now = engine.now_ms();
    let record = new_id(engine);
    let mut edits = Vec::new();
    for (key, value, words) in [("title", &args.title, "要写要的是什么。"), ("asker", &args.asker, "要写是谁要的。")] {
        if value.trim().is_empty() {
            return Err(CoreError::args(words).at(key));
        }
        edits.push(KeyEdit::put(key, value.trim()));
    }
    let asked_on = args.asked_on.clone().filter(|d| !d.trim().is_empty()).unwrap_or_else(|| day_of(now).to_string());
    let texts =
        [("asked_on", &Some(asked_on)), ("due", &args.due), ("basis", &args.basis), ("frequency", &args.frequency), ("note", &args.note)];
    for (key, value) in texts {
        let Some(v) = value.as_deref().map(str::trim).filter(|v| !v.is_empty()) else { continue };
        if matches!(key, "asked_on" | "due") && parse_day(v).is_none() {
            return Err(CoreError::args("日期写成 2026-06-01 这样。").at(key));
        }
        edits.push(KeyEdit::put(key, if key == "frequency" { frequency(v).code } else { v.to_string() }));
    }
    if let Some(minutes) = args.minutes {
        check_minutes(i64::from(minutes))?;
        edits.push(KeyEdit::put("minutes", i64::from(minutes)));
    }
    if args.closed == Some(true) {
        edits.push(KeyEdit::put("closed", true));
    }
    if let Some(t) = args.template.as_deref().filter(|t| !t.is_empty()) {
        edits.push(KeyEdit::put("template", views::id(t, "这个模板")?.to_string()));
    }
    if args.fields.len() > FIELDS_MAX {
        return Err(CoreError::new("too_large", "一次最多登记 200 项。没有写进去。").at("fields"));
    }
    for name in &args.fields {
        let known = name.split_once('.').is_some_and(|(per, key)| read::subject(per).is_ok_and(|s| fields::is_field(s, false, key)));
        if !known {
            return Err(CoreError::args(format!("没有「{name}」这一项。没有写进去。")).at("fields"));
        }
        edits.push(KeyEdit::put(&format!("fields/{name}"), true));
    }
    let (_, changed) = engine.with(|o| {
        let unit = own_office(&o.db, &o.me)?;
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("add_request", format!("要表登记 {}", args.title.trim()), None);
            intent.write(unit, DocId::new(record, Class::Office), Kind::Request, edits);
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Added { id: record.to_string() })
}

fn check_minutes(minutes: i64) -> Result<()> {
    if (0..=i64::from(MINUTES_MAX)).contains(&minutes) {
        return Ok(());
    }
    Err(CoreError::args("分钟数写 0 到 12000。没有写进去。").at("minutes"))
}

/// `edit_request`
pub fn edit(engine: &Engine, args: EditArgs) -> Result<Edited> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Request, Verb::Edit))?;
    let now = engine.now_ms();
    let (seq, changed) = engine.with(|o| {
        workspace::change(&mut o.db, &o.me, now, |w| {
            let record = views::id(&args.id, "这次登记")?;
            let gone = || CoreError::not_found("这次登记").at("id");
            let row = get_row(w.tx, Kind::Request, record)?.filter(|r| r.get("_del").is_none()).ok_or_else(gone)?;
            let held = docs::load(w.tx, docs::current(w.tx, record, Class::Office)?)?.ok_or_else(gone)?;
            let edits = views::edits(Kind::Request, Some(&row), &args.edit, args.seen.as_ref())?;
            if let Some(minutes) = edits.iter().find(|e| e.key == "minutes").and_then(|e| e.value.as_int()) {
                check_minutes(minutes)?;
            }
            let mut intent = Intent::new("edit_request", format!("改要表登记 {}", row.text("title").unwrap_or_default()), None);
            intent.write(held.unit, held.id, Kind::Request, edits);
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}

/// `check_request`
pub fn check(engine: &Engine, args: CheckRequestArgs) -> Result<RequestCheck> {
    let today = day_of(engine.now_ms());
    engine.with(|o| {
        own_office(&o.db, &o.me)?;
        let fields: BTreeSet<String> = args.fields.iter().cloned().collect();
        let day = args.asked_on.as_deref().and_then(parse_day).unwrap_or(today);
        let days = period_days(args.frequency.as_deref());
        let wanted = Wanted { title: &args.title, asker: &args.asker, fields: &fields, day, days };
        let mut alike = Vec::new();
        for earlier in all(&o.db)? {
            if args.except.as_deref() == Some(earlier.row.record.to_string().as_str()) {
                continue;
            }
            let reasons = reasons(&wanted, &earlier);
            if reasons.is_empty() {
                continue;
            }
            let shared = fields.intersection(&earlier.fields).map(|f| field_label(f)).collect();
            let days_ago = i32::try_from((day - earlier.day).num_days()).unwrap_or(0);
            alike.push(RequestAlike { request: item(&o.db, &earlier, 0)?, reasons, shared, days_ago });
            if alike.len() == ALIKE_MAX {
                break;
            }
        }
        Ok(RequestCheck { alike })
    })
}

/// `list_requests`
pub fn list(engine: &Engine, args: ListRequestsArgs) -> Result<RequestList> {
    engine.with(|o| {
        own_office(&o.db, &o.me)?;
        let all = all(&o.db)?;
        let alike: HashMap<_, u32> = all
            .iter()
            .enumerate()
            .map(|(at, a)| {
                let (title, asker) = (a.row.text("title").unwrap_or_default(), a.row.text("asker").unwrap_or_default());
                let wanted = wanted_of(a, &title, &asker);
                // the list runs backwards in time: what stands behind was asked before
                let found = all[at + 1..].iter().filter(|earlier| !reasons(&wanted, earlier).is_empty()).count();
                (a.row.record, u32::try_from(found).unwrap_or(u32::MAX))
            })
            .collect();
        let months = months(&all, &alike);
        let words = args.words.as_deref().map(str::trim).filter(|w| !w.is_empty());
        let fits = |a: &&Asked| {
            words.is_none_or(|w| ["title", "asker", "basis", "note"].iter().any(|key| a.row.text(key).is_some_and(|t| t.contains(w))))
        };
        let found: Vec<&Asked> = all.iter().filter(fits).collect();
        let total = u32::try_from(found.len()).unwrap_or(u32::MAX);
        let page = views::page(found, args.limit, args.offset);
        let items = page.into_iter().map(|a| item(&o.db, a, alike.get(&a.row.record).copied().unwrap_or(0))).collect::<Result<_>>()?;
        Ok(RequestList { items, total, months })
    })
}

fn months(all: &[Asked], alike: &HashMap<uuid::Uuid, u32>) -> Vec<RequestMonth> {
    let mut by_month: BTreeMap<String, Vec<&Asked>> = BTreeMap::new();
    for a in all {
        by_month.entry(a.day.format("%Y-%m").to_string()).or_default().push(a);
    }
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let month = |(month, asked): (String, Vec<&Asked>)| {
        let mut times: BTreeMap<&str, u32> = BTreeMap::new();
        for field in asked.iter().flat_map(|a| &a.fields) {
            *times.entry(field).or_insert(0) += 1;
        }
        RequestMonth {
            requests: count(asked.len()),
            minutes: asked.iter().filter_map(|a| u32::try_from(a.row.int("minutes")?).ok()).fold(0, u32::saturating_add),
            twice: count(times.values().filter(|n| **n > 1).count()),
            alike: count(asked.iter().filter(|a| alike.get(&a.row.record).is_some_and(|n| *n > 0)).count()),
            month,
        }
    };
    by_month.into_iter().rev().take(MONTHS_MAX).map(month).collect()
}
