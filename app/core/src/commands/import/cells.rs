//! The cells of a roster against what is there: empty is filled, equal is left, different is held for the office with its original text.

use crate::commands::views::label_of;
use crate::store::Row;
use crate::workspace::KeyEdit;
use app_tables::RosterHousehold;
use shared_model::crdt::Value;
use shared_model::doc;
use shared_model::limits::{KEY_BYTES_MAX, TEXT_BYTES_MAX};
use shared_model::records::{FieldType, Kind};
use uuid::Uuid;

/// A cell that waits for the office.
pub struct Held {
    pub unit: Uuid,
    pub household: Option<Uuid>,
    pub record: Option<(Uuid, Kind)>,
    pub reason: String,
    pub row: u32,
    pub column: String,
    pub key: Option<String>,
    pub cell: String,
}

impl Held {
    pub fn id(&self, fallback: Uuid) -> Uuid {
        let target = self.record.map(|r| r.0).or(self.household).unwrap_or(fallback);
        doc::held_id(target, &self.reason, self.key.as_deref().unwrap_or(&self.column), &self.cell)
    }

    pub fn edits(&self, file: &str, batch: Uuid) -> Vec<KeyEdit> {
        let mut e = vec![
            KeyEdit::put("reason", self.reason.clone()),
            KeyEdit::put("file", file),
            KeyEdit::put("row", i64::from(self.row)),
            KeyEdit::put("column", self.column.clone()),
            KeyEdit::put("cell", self.cell.clone()),
            KeyEdit::put("batch", batch.to_string()),
        ];
        if let Some(h) = self.household {
            e.push(KeyEdit::put("household", h.to_string()));
        }
        if let Some((r, k)) = self.record {
            e.push(KeyEdit::put("about", r.to_string()));
            e.push(KeyEdit::put("kind", k.name()));
        }
        if let Some(k) = &self.key {
            e.push(KeyEdit::put("key", k.clone()));
        }
        e
    }
}

/// The tier that the tags of a roster speak for; the worker changes it with a reason. Others are general.
pub fn tier(h: &RosterHousehold) -> Option<&'static str> {
    let all: Vec<&String> =
        h.tags.iter().chain(&h.care_tags).chain(h.persons.iter().flat_map(|p| p.tags.iter().chain(&p.care_tags))).collect();
    let any = |words: &[&str]| all.iter().any(|t| words.iter().any(|w| t.contains(w)));
    if any(&["独居", "失能", "特困", "孤儿", "重病"]) {
        Some("red")
    } else if any(&["空巢", "高龄", "残疾", "低保", "留守", "困境"]) {
        Some("yellow")
    } else {
        None
    }
}

/// The cells of one record against what is there: empty is filled, equal is left, different is held.
pub struct Cells<'p, 'r> {
    pub row: Option<&'r Row>,
    pub unit: Uuid,
    pub household: Uuid,
    pub record: (Uuid, Kind),
    pub at: u32,
    pub edits: &'p mut Vec<KeyEdit>,
    pub held: &'p mut Vec<Held>,
}

/// As much of a cell as a field takes.
pub fn cut(cell: &str) -> &str {
    let mut end = cell.len().min(TEXT_BYTES_MAX);
    while !cell.is_char_boundary(end) {
        end -= 1;
    }
    &cell[..end]
}

impl Cells<'_, '_> {
    /// True when it was written.
    pub fn value(&mut self, key: &str, value: Value, cell: &str) -> bool {
        match self.row.and_then(|r| r.get(key)) {
            Some(there) if *there == value => false,
            Some(_) => {
                self.hold("differs", key, cell);
                false
            }
            // longer than a field takes: its beginning waits for the office, the rest of the row goes in
            None if value.as_str().is_some_and(|s| s.len() > TEXT_BYTES_MAX) => {
                self.hold("too_long", key, cell);
                false
            }
            None => {
                self.edits.push(KeyEdit { key: key.into(), value, seen: None, settle: false });
                true
            }
        }
    }

    pub fn text(&mut self, key: &str, text: &str) {
        if !text.is_empty() {
            self.value(key, Value::Str(text.to_string()), text);
        }
    }

    pub fn code(&mut self, key: &str, code: Option<&str>) {
        if let Some(code) = code {
            let label = match self.record.1.field(key).map(|f| f.ty) {
                Some(FieldType::Code(t)) => shared_model::records::label(t, code),
                _ => code.to_string(),
            };
            self.value(key, Value::Str(code.to_string()), &label);
        }
    }

    pub fn flags(&mut self, family: &str, names: &[String]) {
        let have = self.row.map(|r| r.names(family)).unwrap_or_default();
        for n in names.iter().filter(|n| !have.contains(n)) {
            if family.len() + 1 + n.len() > KEY_BYTES_MAX {
                self.hold("too_long", family, n);
                continue;
            }
            self.edits.push(KeyEdit::put(&format!("{family}/{n}"), true));
        }
    }

    pub fn phones(&mut self, phones: &[String]) {
        let (a, b) = (self.row.and_then(|r| r.text("phone")), self.row.and_then(|r| r.text("phone2")));
        let known = |p: &String| a.as_ref() == Some(p) || b.as_ref() == Some(p);
        let mut fresh = phones.iter().filter(|p| !known(p));
        for key in ["phone", "phone2"] {
            let taken = if key == "phone" { a.is_some() } else { b.is_some() };
            if taken && key == "phone" {
                // a number that differs from the one there is a question, not a second number
                if let Some(p) = fresh.next() {
                    self.hold("differs", "phone", &p.clone());
                }
            } else if !taken {
                if key == "phone2" && self.row.is_some() {
                    break;
                }
                if let Some(p) = fresh.next() {
                    self.edits.push(KeyEdit::put(key, p.clone()));
                }
            }
        }
        for (n, p) in fresh.enumerate() {
            self.ext(&[(format!("电话{}", n + 3), p.clone())]);
        }
    }

    pub fn ext(&mut self, raw: &[(String, String)]) {
        let have = self.row.map(|r| r.texts("ext")).unwrap_or_default();
        for (header, text) in raw.iter().filter(|(h, t)| !h.is_empty() && !t.is_empty()) {
            let name: String = header.chars().filter(|c| *c != '/' && *c != '=' && !c.is_control()).take(30).collect();
            if text.len() > TEXT_BYTES_MAX {
                self.hold("too_long", &format!("ext/{name}"), text);
            } else if !have.contains_key(&name) {
                self.edits.push(KeyEdit::put(&format!("ext/{name}"), text.clone()));
            } else if have.get(&name) != Some(text) {
                self.hold("differs", &format!("ext/{name}"), text);
            }
        }
    }

    pub fn unknown(&mut self, codes: &[(String, String)]) {
        for (field, text) in codes {
            self.hold("bad_code", field, text);
        }
    }

    fn hold(&mut self, reason: &str, key: &str, cell: &str) {
        self.held.push(Held {
            unit: self.unit,
            household: Some(self.household),
            record: Some(self.record),
            reason: reason.into(),
            row: self.at,
            column: label_of(self.record.1, key),
            key: Some(key.to_string()),
            cell: cut(cell).to_string(),
        });
    }
}
