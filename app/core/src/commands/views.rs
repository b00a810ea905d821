//! What several nouns need to show: who wrote, a coded value, a text for people, edits read from what a person gave.

use crate::error::{CoreError, Result};
use crate::store::{Row, docs};
use crate::workspace::KeyEdit;
use rusqlite::{Connection, OptionalExtension};
use serde_json::Value as Json;
use shared_model::cases::{self, Library};
use shared_model::codes::{self, Coded, TagKind};
use shared_model::crdt::{ActorId, OpId, Registers, Value};
use shared_model::records::{self, FieldType, Kind};
use std::collections::BTreeMap;
use std::str::FromStr;
use uuid::Uuid;

/// An id from text.
pub fn id(text: &str, what: &str) -> Result<Uuid> {
    Uuid::parse_str(text).map_err(|_| CoreError::not_found(what).at("id"))
}

/// A coded value with its label.
pub fn coded(table: &str, code: &str) -> Coded {
    Coded { code: code.to_string(), label: records::label(table, code), en: None }
}

/// A coded field of a row.
pub fn coded_field(row: &Row, key: &str) -> Option<Coded> {
    let FieldType::Code(table) = row.kind.field(key)?.ty else { return None };
    row.text(key).map(|c| coded(table, &c))
}

/// Name and role of an actor.
pub fn who(db: &Connection, actor: &ActorId) -> Result<(String, Option<String>)> {
    let got: Option<(String, String)> = db
        .prepare_cached("select name, role from actor where actor = ?1")?
        .query_row([actor.0.as_slice()], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?;
    Ok(got.map_or_else(|| (String::new(), None), |(n, r)| (n, Some(coded("role", &r).label))))
}

/// Who wrote the winner of a key.
pub fn author_of(db: &Connection, regs: &Registers, key: &str) -> Result<String> {
    match regs.winner(key) {
        Some(op) => Ok(who(db, &op.id.actor)?.0),
        None => Ok(String::new()),
    }
}

/// Live operations per key, over all documents of a record, for `seen`.
pub fn ops_of(db: &Connection, record: Uuid) -> Result<(BTreeMap<String, Vec<String>>, bool)> {
    let mut out = BTreeMap::new();
    let mut pending = false;
    for d in docs::of_record(db, record)? {
        if let Some(doc) = docs::load(db, d)? {
            pending |= doc.pending > 0;
            for (key, ops) in &doc.shown.live {
                out.insert(key.clone(), ops.iter().map(|o| o.id.to_string()).collect());
            }
        }
    }
    Ok((out, pending))
}

/// A value as people read it: the label of a code, an ID number masked, a missing value as 「空」.
pub fn text_of(kind: Kind, key: &str, value: &Value) -> String {
    let Some(field) = kind.field(key) else { return String::new() };
    if let (Kind::Config, Some(entry), Value::Str(text)) = (kind, key.strip_prefix("entry/"), value) {
        return super::settings::entry_words(entry, text);
    }
    match (field.ty, value) {
        (_, Value::Null) => "（空）".into(),
        (FieldType::Code(t), Value::Str(c)) => records::label(t, c),
        (FieldType::IdNumber, Value::Str(s)) => codes::id_number::mask(s),
        (FieldType::Bool | FieldType::Flags, Value::Bool(b)) => if *b { "是" } else { "否" }.into(),
        (_, Value::Str(s)) if kind == Kind::CaseStep && key == "transition" => step_zh(s).unwrap_or(s).to_string(),
        (_, Value::Str(s)) => flow_field(kind, key).map_or_else(|| s.clone(), |f| f.words(s)),
        (_, Value::Int(n)) => n.to_string(),
        (_, Value::F64(n)) => n.to_string(),
        (_, Value::Bool(b)) => b.to_string(),
    }
}

/// The same, where the store is at hand: a matter that a deployment added has a name too.
///
/// # Errors
/// Of the store.
pub fn words_of(db: &Connection, kind: Kind, key: &str, value: &Value) -> Result<String> {
    match (kind.field(key).map(|f| f.ty), value) {
        (Some(FieldType::Code("matter")), Value::Str(code)) => super::matters::name_of(db, code),
        _ if key == shared_model::same::EDGE => super::same::merge::words_of_edge(db, kind, value),
        _ => Ok(text_of(kind, key, value)),
    }
}

/// A value as a program reads it; an ID number stays masked here too.
pub fn json_of(kind: Kind, key: &str, value: &Value) -> Json {
    match (kind.field(key).map(|f| f.ty), value) {
        (Some(FieldType::IdNumber), Value::Str(s)) => Json::String(codes::id_number::mask(s)),
        _ => value.to_json(),
    }
}

/// What a step is called, in the first workflow of the product that has one of this name.
fn step_zh(name: &str) -> Option<&'static str> {
    Library::built_in().all().find_map(|(_, w)| w.transition(name)).map(|t| t.zh.as_str())
}

/// A field that a workflow of the product declares, by its key in a case or a step. Two workflows that use one name mean the same by it.
fn flow_field(kind: Kind, key: &str) -> Option<&'static cases::Field> {
    let name = key.strip_prefix("data/").filter(|_| matches!(kind, Kind::Case | Kind::CaseStep))?;
    let mut fields = Library::built_in().all().flat_map(|(_, w)| w.fields.iter().chain(w.steps.iter().flat_map(|t| &t.fields)));
    fields.find(|f| f.name == name)
}

/// Label of a key.
pub fn label_of(kind: Kind, key: &str) -> String {
    if let (Kind::Config, Some(entry)) = (kind, key.strip_prefix("entry/")) {
        return super::settings::entry_label(entry);
    }
    match kind.field(key) {
        Some(f) if f.ty.is_family() => match flow_field(kind, key) {
            Some(own) => own.zh.clone(),
            None => format!("{}：{}", f.zh, key.split_once('/').map_or("", |(_, n)| n)),
        },
        Some(f) => f.zh.to_string(),
        None => key.to_string(),
    }
}

/// Reads an edit as a person gave it. `tags` and `care_tags` are whole lists; `row` says what is set now.
///
/// # Errors
/// `invalid_args` that names the field.
pub fn edits(
    kind: Kind,
    row: Option<&Row>,
    edit: &BTreeMap<String, Json>,
    seen: Option<&BTreeMap<String, Vec<String>>>,
) -> Result<Vec<KeyEdit>> {
    let mut out = Vec::new();
    for (key, json) in edit {
        if let Some(family) = match key.as_str() {
            "tags" => Some("tag"),
            "care_tags" => Some("care"),
            _ => None,
        } {
            out.extend(tag_edits(row, family, json)?);
            continue;
        }
        let field = kind.field(key).ok_or_else(|| CoreError::args(format!("{}没有「{key}」这个字段。", kind.def().zh)).at(key))?;
        let value = field.read(json).map_err(|m| CoreError::args(format!("{m}。")).at(key))?;
        let seen = match seen.and_then(|s| s.get(key)) {
            None => None,
            Some(ops) => Some(
                ops.iter()
                    .map(|o| OpId::from_str(o))
                    .collect::<std::result::Result<Vec<_>, _>>()
                    .map_err(|_| CoreError::args("seen 的写法不对。").at(key))?,
            ),
        };
        if kind == Kind::Person && key == "birth_date" {
            let year = value.as_str().and_then(|d| d.get(..4)).and_then(|y| y.parse::<i64>().ok());
            out.push(KeyEdit::put("birth_year", year.map_or(Value::Null, Value::Int)));
        }
        if kind == Kind::Person && key == "birth_year" {
            if edit.contains_key("birth_date") {
                continue;
            }
            if row.is_some_and(|r| r.get("birth_date").is_some()) {
                return Err(CoreError::args("出生年跟着出生日期走，请改出生日期。").at(key));
            }
        }
        out.push(KeyEdit { key: key.clone(), value, seen, settle: false });
    }
    Ok(out)
}

fn tag_edits(row: Option<&Row>, family: &str, json: &Json) -> Result<Vec<KeyEdit>> {
    let bad = || CoreError::args("标签要一个列表。").at(family);
    let want: Vec<String> =
        json.as_array().ok_or_else(bad)?.iter().map(|t| t.as_str().map(|s| s.trim().to_string()).ok_or_else(bad)).collect::<Result<_>>()?;
    let have = row.map(|r| r.names(family)).unwrap_or_default();
    let mut out = Vec::new();
    for t in want.iter().filter(|t| !t.is_empty() && !have.contains(t)) {
        // a care tag never lands among the ordinary ones, whatever the form says
        let family = match codes::split_tag(t) {
            TagKind::Ordinary => "tag",
            TagKind::Care => "care",
            TagKind::Refused => return Err(CoreError::args(format!("「{t}」这类标签默认不收集。")).at("tags")),
        };
        out.push(KeyEdit::put(&format!("{family}/{t}"), true));
    }
    for t in have.iter().filter(|t| !want.contains(t)) {
        out.push(KeyEdit::put(&format!("{family}/{t}"), false));
    }
    Ok(out)
}

/// One page of a list.
pub fn page<T>(items: Vec<T>, limit: Option<u32>, offset: Option<u32>) -> Vec<T> {
    let limit = limit.unwrap_or(shared_model::limits::LIST_ITEMS_MAX).min(shared_model::limits::LIST_ITEMS_MAX) as usize;
    items.into_iter().skip(offset.unwrap_or(0) as usize).take(limit).collect()
}
