//! A cell: read from the store by its type, told as JSON for a screen and as text for people, compared as a key by filters and sorts.

use super::columns::{Column, Ty};
use crate::commands::households::due_view;
use crate::project::{day_of, local, parse_day};
use chrono::NaiveDate;
use pinyin::ToPinyin;
use rusqlite::types::ValueRef;
use serde_json::{Value as Json, json};
use shared_model::codes::{self, id_number};
use shared_model::commands::Due;
use shared_model::due;
use shared_model::ledger::Key;
use shared_model::records;
use std::collections::HashMap;
use uuid::Uuid;

/// One cell.
#[derive(Debug, Clone)]
pub enum Cell {
    None,
    Text(String),
    Int(i64),
    Bool(bool),
    /// `YYYY-MM-DD`.
    Day(String),
    Time(i64),
    Code(&'static str, String),
    Tags(Vec<String>),
    Due(Due),
}

/// What cells are counted against.
pub struct Today {
    pub day: NaiveDate,
    /// Doors behind which everybody is away, with the day on which the first is back.
    pub back: HashMap<Uuid, NaiveDate>,
}

/// Texts of a family as people read them: `名称：文字；…`.
fn ext_words(text: &str) -> String {
    let lines = text.split(crate::store::rows::FLAG_SEPARATOR).filter_map(|l| l.split_once('='));
    lines.map(|(name, text)| format!("{name}：{}", text.replace("\\n", " ").replace("\\\\", "\\"))).collect::<Vec<_>>().join("；")
}

fn due_of(text: &str, record: Uuid, today: &Today) -> Cell {
    let mut parts = text.split('|');
    let mut next = || parts.next().unwrap_or_default();
    let (tier, vacant, first, reached, tried) = (next(), next() == "1", next(), next(), next());
    if tier.is_empty() {
        return Cell::None;
    }
    let mut on = due::due(tier, vacant, today.day, parse_day(first).unwrap_or(today.day), parse_day(reached), parse_day(tried));
    let back = today.back.get(&record);
    if let Some(back) = back {
        on = due::when_back(on, *back, today.day);
    }
    let away = back.filter(|b| **b > today.day).and_then(|b| b.pred_opt()).map(|d| d.to_string());
    Cell::Due(Due { away_until: away, ..due_view(Some(&on)) })
}

/// Reads a cell.
pub fn read(column: &Column, value: ValueRef<'_>, record: Uuid, today: &Today) -> Cell {
    let text = |v: ValueRef<'_>| v.as_str().map(str::to_owned).unwrap_or_default();
    match (column.ty, value) {
        (_, ValueRef::Null) => Cell::None,
        (Ty::Int, ValueRef::Integer(n)) => Cell::Int(n),
        (Ty::Time, ValueRef::Integer(n)) => Cell::Time(n),
        (Ty::Bool, ValueRef::Integer(n)) => Cell::Bool(n != 0),
        (_, ValueRef::Integer(n)) => Cell::Int(n),
        (_, ValueRef::Real(n)) => Cell::Text(n.to_string()),
        (_, ValueRef::Blob(b)) => Uuid::from_slice(b).map_or(Cell::None, |u| Cell::Text(u.to_string())),
        (_, ValueRef::Text([])) => Cell::None,
        (Ty::Tags, v) => {
            Cell::Tags(text(v).split(crate::store::rows::FLAG_SEPARATOR).filter(|t| !t.is_empty()).map(str::to_owned).collect())
        }
        (Ty::Ext, v) => Cell::Text(ext_words(&text(v))),
        (Ty::Date, v) => Cell::Day(text(v)),
        (Ty::Code(table), v) => Cell::Code(table, text(v)),
        (Ty::Due, v) => due_of(&text(v), record, today),
        (_, v) => Cell::Text(text(v)),
    }
}

/// Topics and the like are codes; tags are words.
fn tag_words(column: &Column, tag: &str) -> String {
    match column.key {
        "topic" => records::label("visit_topic", tag),
        _ => tag.to_owned(),
    }
}

fn label(column: &Column, table: &str, code: &str) -> String {
    match column.key {
        "urgency" => code.to_owned(),
        _ => records::label(table, code),
    }
}

/// As a screen takes it: an identity number is masked.
pub fn to_json(column: &Column, cell: &Cell) -> Json {
    match cell {
        Cell::None => Json::Null,
        Cell::Text(t) if column.ty == Ty::IdNumber => Json::String(id_number::mask(t)),
        Cell::Text(t) | Cell::Day(t) => Json::String(t.clone()),
        Cell::Int(n) | Cell::Time(n) => json!(n),
        Cell::Bool(b) => json!(b),
        Cell::Code(table, code) => json!({ "code": code, "label": label(column, table, code) }),
        Cell::Tags(all) => json!(all.iter().map(|t| tag_words(column, t)).collect::<Vec<_>>()),
        Cell::Due(due) => serde_json::to_value(due).unwrap_or(Json::Null),
    }
}

/// As people read it; an identity number whole.
pub fn to_text(column: &Column, cell: &Cell) -> String {
    match cell {
        Cell::None => String::new(),
        Cell::Text(t) | Cell::Day(t) => t.clone(),
        Cell::Int(n) => n.to_string(),
        Cell::Time(ms) => local(*ms).format("%Y-%m-%d %H:%M").to_string(),
        Cell::Bool(b) => if *b { "是" } else { "否" }.into(),
        Cell::Code(table, code) => label(column, table, code),
        Cell::Tags(all) => all.iter().map(|t| tag_words(column, t)).collect::<Vec<_>>().join("、"),
        Cell::Due(due) => {
            let words = match due.state.as_str() {
                "over" => " 逾期",
                "today" => " 今天",
                _ => "",
            };
            due.date.as_ref().map(|d| format!("{d}{words}")).unwrap_or_default()
        }
    }
}

/// As a filter sees it.
pub fn key(cell: &Cell) -> Key {
    match cell {
        Cell::None => Key::None,
        Cell::Text(t) | Cell::Day(t) | Cell::Code(_, t) => Key::Text(t.clone()),
        Cell::Int(n) => Key::Number(*n),
        Cell::Bool(b) => Key::Text(if *b { "true" } else { "false" }.into()),
        Cell::Time(ms) => Key::Text(day_of(*ms).to_string()),
        Cell::Tags(all) => Key::Many(all.clone()),
        Cell::Due(due) => Key::Text(due.state.clone()),
    }
}

/// As a sort sees it: codes in the order of their table, Chinese by pinyin, numbers within a text as numbers.
pub fn sort_key(cell: &Cell) -> Key {
    match cell {
        Cell::Text(t) => Key::Text(spoken(t)),
        Cell::Time(ms) => Key::Number(*ms),
        Cell::Code(table, code) => {
            let place = codes::table(table).and_then(|t| t.entries.iter().position(|e| e.code == code));
            Key::Number(place.and_then(|n| i64::try_from(n).ok()).unwrap_or(i64::MAX))
        }
        Cell::Due(due) => due.date.clone().map_or(Key::None, Key::Text),
        other => key(other),
    }
}

/// A text in the order of its pinyin, the same sound by its sign.
fn spoken(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3);
    for c in crate::project::padded(text).chars() {
        match c.to_pinyin() {
            Some(p) => {
                out.push_str(p.plain());
                out.push('\u{1}');
                out.push(c);
            }
            None => out.extend(c.to_lowercase()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared_model::ledger::order;

    #[test]
    fn names_stand_in_the_order_of_their_sound_and_doors_in_that_of_their_numbers() {
        let sorted = |names: &[&str]| {
            let mut all: Vec<Cell> = names.iter().map(|n| Cell::Text(n.to_string())).collect();
            all.sort_by(|a, b| order(&sort_key(a), &sort_key(b), false));
            all.iter().map(|c| if let Cell::Text(t) = c { t.clone() } else { String::new() }).collect::<Vec<_>>()
        };
        assert_eq!(sorted(&["赵敏", "安然", "王强", "王安"]), ["安然", "王安", "王强", "赵敏"]);
        assert_eq!(sorted(&["10号楼", "2号楼", "1号楼"]), ["1号楼", "2号楼", "10号楼"]);
    }

    #[test]
    fn extra_columns_are_told_by_their_names() {
        assert_eq!(ext_words("备用=甲\\n乙\n其他=丙"), "备用：甲 乙；其他：丙");
    }
}
