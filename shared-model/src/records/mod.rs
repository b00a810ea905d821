//! One declaration per record kind. From it come the columns and indexes of the store, the checks of the gate, the classes (and so who
//! receives what), the forms, the page that tells what is held and why. Adding a field is one line in `kinds.rs`.

mod kinds;

pub use kinds::KINDS;

use crate::class::Class;
use crate::codes;
use crate::crdt::Value;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A kind of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Kind {
    Unit = 1,
    Household = 2,
    Person = 3,
    PartyHub = 4,
    Visit = 5,
    Case = 6,
    CaseStep = 7,
    Membership = 8,
    Config = 9,
    HeldItem = 10,
    Attachment = 11,
    Place = 12,
    Facility = 13,
    Patrol = 14,
    Campaign = 15,
    Response = 16,
    Listing = 17,
    Request = 18,
    Export = 19,
    Question = 20,
    Pair = 21,
    View = 22,
    Template = 23,
    Tally = 24,
    Judgement = 25,
    Import = 26,
}

/// Which document of the record holds the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldClass {
    /// Always this class.
    Fixed(Class),
    /// The record's own class (a case has the class of its matter).
    Own,
    /// The record's own class, but never wider than this.
    AtLeast(Class),
}

/// What a field holds. Text is counted in bytes of UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    Text,
    Int,
    Bool,
    /// `YYYY-MM-DD`.
    Date,
    /// Unix milliseconds.
    Time,
    /// A UUID as text.
    Id,
    /// A code of the named table.
    Code(&'static str),
    /// GB 11643 identity number.
    IdNumber,
    /// A family of boolean keys `prefix/name`, one a tag, so that two people may add different ones.
    Flags,
    /// A family of text keys `ext/name`: columns that no declaration knows, kept as they came. Private, because nobody knows what they say.
    Ext,
}

impl FieldType {
    /// A family of keys `prefix/name`, without a column of its own for each.
    pub fn is_family(self) -> bool {
        matches!(self, FieldType::Flags | FieldType::Ext)
    }
}

/// Who may write a field, beyond what the class allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldWrite {
    /// Whoever may write the class.
    Any,
    /// Only in the change that makes the document.
    Once,
    /// Only the server's own actor.
    Server,
    /// Only by the command that writes its source.
    MirrorOf(&'static str),
}

/// One field of a kind.
#[derive(Debug, Clone, Copy)]
pub struct FieldDef {
    pub key: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    pub class: FieldClass,
    pub ty: FieldType,
    pub write: FieldWrite,
}

/// One kind of record.
#[derive(Debug, Clone, Copy)]
pub struct KindDef {
    pub kind: Kind,
    pub name: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    /// What the kind is kept for (PIPL art. 6, 17).
    pub purpose: &'static str,
    /// Legal basis (PIPL art. 13).
    pub basis: &'static str,
    /// Days kept after the record ended; 0: as long as the unit exists.
    pub retention_days: u32,
    pub fields: &'static [FieldDef],
}

impl Kind {
    /// All kinds.
    pub fn all() -> impl Iterator<Item = Kind> {
        KINDS.iter().map(|k| k.kind)
    }

    /// Its declaration.
    pub fn def(self) -> &'static KindDef {
        &KINDS[self as usize - 1]
    }

    /// By number, as stored.
    pub fn from_u8(n: u8) -> Option<Kind> {
        KINDS.iter().map(|k| k.kind).find(|k| *k as u8 == n)
    }

    /// Stable name.
    pub fn name(self) -> &'static str {
        self.def().name
    }

    /// The field that a key belongs to: itself, or the family of flags `prefix/…`.
    pub fn field(self, key: &str) -> Option<&'static FieldDef> {
        let head = key.split_once('/').map(|(p, _)| p);
        self.def().fields.iter().find(|f| match f.ty {
            t if t.is_family() => head == Some(f.key),
            _ => f.key == key,
        })
    }
}

impl Kind {
    /// The key that says which import filled `key` of a record that was there before, in the same document as `key` itself and written right after it. `own`: the record's own class.
    /// `None` where an import fills nothing.
    pub fn filled_key(self, key: &str, own: Class) -> Option<String> {
        let class = self.field(key)?.class_in(own);
        let notes = self.def().fields.iter().find(|f| f.key.starts_with(FILLED) && f.class_in(own) == class)?;
        Some(format!("{}/{key}", notes.key)).filter(|k| k.len() <= crate::limits::KEY_BYTES_MAX)
    }
}

/// How the families begin that say which import filled a field.
pub const FILLED: &str = "filled";

impl KindDef {
    /// Fields with a column of their own in the store (flags have none).
    pub fn columns(&self) -> impl Iterator<Item = &'static FieldDef> {
        self.fields.iter().filter(|f| !f.ty.is_family())
    }
}

impl FieldDef {
    /// The class of the document that holds it, in a record whose own class is `own`.
    pub fn class_in(&self, own: Class) -> Class {
        match self.class {
            FieldClass::Fixed(c) => c,
            FieldClass::Own => own,
            FieldClass::AtLeast(c) => c.max(own),
        }
    }

    /// May a document of class `class` hold it at all?
    pub fn fits(&self, class: Class) -> bool {
        match self.class {
            FieldClass::Fixed(c) => c == class,
            FieldClass::Own => true,
            FieldClass::AtLeast(c) => class >= c,
        }
    }

    /// Is the value of the field's type, within limits? `Null` clears any field.
    pub fn holds(&self, value: &Value) -> bool {
        let short = |s: &str| s.len() <= crate::limits::TEXT_BYTES_MAX;
        match (self.ty, value) {
            (_, Value::Null) => true,
            (FieldType::Text | FieldType::Ext, Value::Str(s)) => short(s),
            (FieldType::Int | FieldType::Time, Value::Int(_)) => true,
            (FieldType::Bool | FieldType::Flags, Value::Bool(_)) => true,
            (FieldType::Date, Value::Str(s)) => chrono::NaiveDate::parse_from_str(s, "%Y-%m-%d").is_ok() && s.len() == 10,
            (FieldType::Id, Value::Str(s)) => s.len() == 36 && Uuid::parse_str(s).is_ok(),
            (FieldType::Code(t), Value::Str(s)) => known_code(t, s),
            (FieldType::IdNumber, Value::Str(s)) => codes::id_number::check(s).is_ok(),
            _ => false,
        }
    }

    /// Reads what a person or a program gave for this field: JSON, the code or its exact label, spaces trimmed, an empty text clears.
    ///
    /// # Errors
    /// A sentence for people that says what is expected.
    pub fn read(&self, json: &serde_json::Value) -> Result<Value, String> {
        use serde_json::Value as J;
        let text = match json {
            J::Null => return Ok(Value::Null),
            J::String(s) => s.trim().to_string(),
            J::Object(o) if o.contains_key("code") => o["code"].as_str().unwrap_or_default().to_string(),
            J::Bool(b) if matches!(self.ty, FieldType::Bool | FieldType::Flags) => return Ok(Value::Bool(*b)),
            J::Number(n) if matches!(self.ty, FieldType::Int | FieldType::Time) => {
                return n.as_i64().map(Value::Int).ok_or_else(|| format!("「{}」要一个整数", self.zh));
            }
            J::Number(n) => n.to_string(),
            _ => return Err(format!("「{}」不能这样写", self.zh)),
        };
        if text.is_empty() {
            return Ok(Value::Null);
        }
        let value = match self.ty {
            FieldType::Code(t) => {
                let table = codes::table(t).ok_or_else(|| format!("没有代码表 {t}"))?;
                let entry = table.resolve(&text).ok_or_else(|| format!("「{}」没有「{text}」这一项", self.zh))?;
                Value::Str(entry.code.to_string())
            }
            FieldType::Int | FieldType::Time => Value::Int(text.parse().map_err(|_| format!("「{}」要一个整数", self.zh))?),
            FieldType::IdNumber => Value::Str(text.to_ascii_uppercase()),
            _ => Value::Str(text),
        };
        if self.holds(&value) { Ok(value) } else { Err(format!("「{}」的写法不对", self.zh)) }
    }
}

/// Is this a code of the table? The matter catalogue counts as a table.
pub fn known_code(table: &str, code: &str) -> bool {
    match table {
        "matter" => crate::matters::find(code).is_some_and(|m| m.code == code) || crate::matters::is_local(code),
        _ => codes::table(table).is_some_and(|t| t.entries.iter().any(|e| e.code == code)),
    }
}

/// The label of a code, the code itself when unknown.
pub fn label(table: &str, code: &str) -> String {
    match table {
        "matter" => crate::matters::find(code).map(|m| m.name_zh.clone()),
        _ => codes::table(table).and_then(|t| t.label(code)).map(str::to_string),
    }
    .unwrap_or_else(|| code.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_stand_at_their_own_number() {
        for k in Kind::all() {
            assert_eq!(k.def().kind, k);
            assert_eq!(Kind::from_u8(k as u8), Some(k));
        }
    }

    #[test]
    fn no_field_is_called_like_the_id_of_its_row() {
        assert!(KINDS.iter().all(|k| k.fields.iter().all(|f| f.key != "record")));
    }

    #[test]
    fn every_code_table_that_a_field_names_exists() {
        for k in KINDS {
            for f in k.fields {
                if let FieldType::Code(t) = f.ty {
                    assert!(t == "matter" || codes::table(t).is_some(), "{}.{} names table {t}", k.name, f.key);
                }
            }
        }
    }

    #[test]
    fn an_id_number_and_a_birth_date_are_private() {
        for key in ["id_number", "birth_date"] {
            assert_eq!(Kind::Person.field(key).unwrap().class, FieldClass::Fixed(Class::Private));
        }
        assert_eq!(Kind::Person.field("care/重病").unwrap().class, FieldClass::Fixed(Class::Private));
    }
}
