//! A record's row: what the documents held of it say, in typed columns. Written whole per document, read by the nouns' queries.

use super::same;
use crate::error::Result;
use crate::project::SEARCHED;
use rusqlite::types::{Value as Sql, ValueRef};
use rusqlite::{Connection, OptionalExtension, ToSql, params_from_iter};
use shared_model::Class;
use shared_model::crdt::{DEL_KEY, Registers, Value};
use shared_model::records::{FieldDef, FieldType, KINDS, Kind, KindDef};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, Mutex};
use uuid::Uuid;

/// Joins the names of a family of flags in its column.
pub const FLAG_SEPARATOR: char = '\n';

/// A value as its column holds it.
pub fn to_sql(field: &FieldDef, value: Option<&Value>) -> Sql {
    match value {
        None | Some(Value::Null) => Sql::Null,
        Some(Value::Bool(b)) => Sql::Integer((*b).into()),
        Some(Value::Int(n)) => Sql::Integer(*n),
        Some(Value::F64(n)) => Sql::Real(*n),
        Some(Value::Str(s)) if field.ty == FieldType::Id => match Uuid::parse_str(s) {
            Ok(u) => Sql::Blob(u.as_bytes().to_vec()),
            Err(_) => Sql::Text(s.clone()),
        },
        Some(Value::Str(s)) => Sql::Text(s.clone()),
    }
}

/// The reverse of [`to_sql`].
pub fn from_sql(field: &FieldDef, value: ValueRef<'_>) -> Option<Value> {
    Some(match value {
        ValueRef::Null => return None,
        ValueRef::Integer(n) if field.ty == FieldType::Bool => Value::Bool(n != 0),
        ValueRef::Integer(n) => Value::Int(n),
        ValueRef::Real(n) => Value::F64(n),
        ValueRef::Text(t) => Value::Str(String::from_utf8_lossy(t).into_owned()),
        ValueRef::Blob(b) => Value::Str(Uuid::from_slice(b).ok()?.to_string()),
    })
}

/// May the winner's value be left out of the registers, because a column holds it? A text that is not a UUID in an id field never
/// passes the gate. The mark of a deletion stands in every document of a record, each with a clock of its own, and the row has one column for
/// all: it stays in the registers, or one document brought back would damage the others.
pub fn column_holds(kind: Kind, class: Class, key: &str) -> bool {
    key != DEL_KEY && column_of(kind, class, key).is_some()
}

/// The place, among the fields of the kind, of the column that holds this key of a document of this class.
pub fn column_of(kind: Kind, class: Class, key: &str) -> Option<usize> {
    let by_key = &Texts::of(kind).by_key;
    let place = by_key[by_key.binary_search_by(|(k, _)| (*k).cmp(key)).ok()?].1;
    kind.def().fields[place].fits(class).then_some(place)
}

/// Names whose winner is true in a family of flags; of a family of texts, `name=text`.
fn names_of(regs: &Registers, prefix: &str) -> Vec<String> {
    regs.live
        .range(format!("{prefix}/")..)
        .map_while(|(k, _)| k.strip_prefix(prefix).and_then(|r| r.strip_prefix('/')).map(|n| (k, n)))
        .filter_map(|(k, n)| match regs.value(k) {
            Some(Value::Bool(true)) => Some(n.to_string()),
            Some(Value::Str(text)) => Some(format!("{n}={}", one_line(text))),
            _ => None,
        })
        .collect()
}

/// A text in one line of a family's column; [`several_lines`] reads it back.
pub fn one_line(text: &str) -> Cow<'_, str> {
    if text.contains(['\\', FLAG_SEPARATOR]) {
        Cow::Owned(text.replace('\\', "\\\\").replace(FLAG_SEPARATOR, "\\n"))
    } else {
        Cow::Borrowed(text)
    }
}

/// A text as it was before [`one_line`].
fn several_lines(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => out.push(if chars.next() == Some('n') { FLAG_SEPARATOR } else { '\\' }),
            (c, false) => out.push(c),
        }
    }
    out
}

/// The same joined, as its column holds it.
fn family(regs: &Registers, prefix: &str) -> Sql {
    let names = names_of(regs, prefix);
    if names.is_empty() { Sql::Null } else { Sql::Text(names.join(&FLAG_SEPARATOR.to_string())) }
}

/// The fields that a document of this class fills in a row of this kind.
fn fields_of(kind: Kind, class: Class) -> impl Iterator<Item = &'static FieldDef> {
    kind.def().fields.iter().filter(move |f| f.fits(class))
}

/// Which of the fitting fields this very document holds: in a kind with an own class several documents of one record fit `Own`.
fn held_here(field: &FieldDef, regs: &Registers) -> bool {
    use shared_model::records::FieldClass;
    match (field.class, field.ty.is_family()) {
        (FieldClass::Fixed(_), _) => true,
        (_, true) => regs.live.keys().any(|key| is_of_family(key, field.key)),
        (_, false) => regs.live.contains_key(field.key),
    }
}

fn is_of_family(key: &str, family: &str) -> bool {
    key.strip_prefix(family).is_some_and(|rest| rest.starts_with('/'))
}

/// The statements of a kind, made once: writing them anew costs more than running them.
struct Texts {
    /// Of rows, up to the condition.
    select: String,
    /// Of the columns of each class.
    columns: [String; Class::ALL.len()],
    /// A row that is not there yet, every column of it; the words of a search last.
    insert: String,
    /// Keys that have a column of their own, sorted, with their place among the fields.
    by_key: Vec<(&'static str, usize)>,
    /// Upserts by the set of fields written, one bit a field of the declaration, and one above them for the words of a search.
    upserts: Mutex<HashMap<u64, Arc<str>>>,
}

static TEXTS: LazyLock<Vec<Texts>> = LazyLock::new(|| KINDS.iter().map(Texts::new).collect());

impl Texts {
    fn of(kind: Kind) -> &'static Texts {
        &TEXTS[kind as usize - 1]
    }

    fn new(def: &KindDef) -> Texts {
        let list = |fields: &mut dyn Iterator<Item = &FieldDef>, table: &str| {
            fields.map(|f| format!("{table}\"{}\"", f.key)).collect::<Vec<_>>().join(", ")
        };
        let select = format!("select t.record, {} from \"{}\" t ", list(&mut def.fields.iter(), "t."), def.name);
        let columns = Class::ALL.map(|class| {
            let names = list(&mut fields_of(def.kind, class).filter(|f| !f.ty.is_family()), "");
            format!("select {} from \"{}\" where record = ?1", if names.is_empty() { "null" } else { &names }, def.name)
        });
        let is_searched = SEARCHED.contains(&def.kind);
        let marks: Vec<String> = (1..def.fields.len() + 2 + usize::from(is_searched)).map(|n| format!("?{n}")).collect();
        let insert = format!(
            "insert into \"{}\" (record, {}{}) values ({}) on conflict (record) do nothing",
            def.name,
            list(&mut def.fields.iter(), ""),
            if is_searched { ", search_words" } else { "" },
            marks.join(", ")
        );
        let mut by_key: Vec<(&'static str, usize)> =
            def.fields.iter().enumerate().filter(|(_, f)| !f.ty.is_family()).map(|(i, f)| (f.key, i)).collect();
        by_key.sort_unstable();
        Texts { select, columns, insert, by_key, upserts: Mutex::default() }
    }

    fn upsert(&self, def: &KindDef, set: u64) -> Arc<str> {
        // a panic in here leaves the map as it was
        let mut kept = self.upserts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let make = || {
            let keys = def.fields.iter().map(|f| f.key).chain(std::iter::once("search_words"));
            let names: Vec<String> = keys.enumerate().filter(|(i, _)| set & 1 << i != 0).map(|(_, key)| format!("\"{key}\"")).collect();
            if names.is_empty() {
                return format!("insert into \"{}\" (record) values (?1) on conflict (record) do nothing", def.name).into();
            }
            let marks: Vec<String> = (2..names.len() + 2).map(|n| format!("?{n}")).collect();
            let sets: Vec<String> = names.iter().map(|n| format!("{n} = excluded.{n}")).collect();
            let (names, marks, sets) = (names.join(", "), marks.join(", "), sets.join(", "));
            format!("insert into \"{}\" (record, {names}) values (?1, {marks}) on conflict (record) do update set {sets}", def.name).into()
        };
        kept.entry(set).or_insert_with(make).clone()
    }
}

/// Up to so many columns are written alone; beyond that, all of the document: a statement for every choice of many would be no end of them.
const ALONE_MAX: usize = 3;

/// Writes what the registers say into the record's row: what differs from `stored`, the values that stand there of this document; `None`:
/// it was never written. A column written with the value it has would have its indexes written too. `words`: what a search compares, in
/// the same statement.
pub fn write_row(
    db: &Connection,
    kind: Kind,
    class: Class,
    record: Uuid,
    regs: &Registers,
    stored: Option<&Stored>,
    words: Option<Option<String>>,
) -> Result<()> {
    let def = kind.def();
    let is_key_of = |key: &str, f: &FieldDef| key == f.key || (f.ty.is_family() && is_of_family(key, f.key));
    let mut differs: Vec<&str> = Vec::new();
    if let Some(stored) = stored {
        differs.extend(stored.iter().filter(|(key, value)| regs.value(key) != value.as_ref()).map(|(key, _)| key.as_str()));
        differs.extend(regs.live.keys().filter(|key| !stored.contains_key(*key)).map(String::as_str));
        if differs.is_empty() {
            return Ok(());
        }
    }
    let is_alone = stored.is_some() && differs.len() <= ALONE_MAX;
    let mut set = 0;
    let mut values = vec![Sql::Blob(record.as_bytes().to_vec())];
    for (i, f) in def.fields.iter().enumerate().filter(|(_, f)| f.fits(class)) {
        if differs.iter().any(|key| is_key_of(key, f)) || (!is_alone && held_here(f, regs)) {
            set |= 1 << i;
            values.push(if f.ty.is_family() { family(regs, f.key) } else { to_sql(f, regs.value(f.key)) });
        }
    }
    if let Some(words) = words {
        set |= 1 << def.fields.len();
        values.push(words.map_or(Sql::Null, Sql::Text));
    }
    db.prepare_cached(&Texts::of(kind).upsert(def, set))?.execute(params_from_iter(values))?;
    Ok(())
}

/// The statement that inserts a row of a kind with every column, and does nothing where the record has a row.
pub fn insert_text(kind: Kind) -> &'static str {
    &Texts::of(kind).insert
}

/// What stands in the row of a document, by key; `None`: nothing is shown of it.
pub type Stored = BTreeMap<String, Option<Value>>;

/// As [`write_row`] would leave it.
pub fn stored_of(regs: &Registers) -> Stored {
    regs.live.keys().map(|key| (key.clone(), regs.value(key).cloned())).collect()
}

/// Values of the columns of a class, to complete the registers of a document.
pub fn read_columns(db: &Connection, kind: Kind, class: Class, record: Uuid) -> Result<Vec<(&'static str, Value)>> {
    let mut q = db.prepare_cached(&Texts::of(kind).columns[class as usize])?;
    let got = q
        .query_row([record.as_bytes().as_slice()], |r| {
            let mut out = Vec::new();
            for (i, f) in fields_of(kind, class).filter(|f| !f.ty.is_family()).enumerate() {
                if let Some(v) = from_sql(f, r.get_ref(i)?) {
                    out.push((f.key, v));
                }
            }
            Ok(out)
        })
        .optional()?;
    Ok(got.unwrap_or_default())
}

/// Empties the columns that a document held, when it leaves this device; drops the row with its last document.
pub fn clear_row(db: &Connection, kind: Kind, class: Class, record: Uuid, is_last: bool) -> Result<()> {
    let id = record.as_bytes().as_slice();
    if is_last {
        db.execute(&format!("delete from \"{}\" where record = ?1", kind.name()), [id])?;
        return Ok(());
    }
    let sets: Vec<String> = fields_of(kind, class)
        .filter(|f| matches!(f.class, shared_model::records::FieldClass::Fixed(_)))
        .map(|f| format!("\"{}\" = null", f.key))
        .collect();
    if !sets.is_empty() {
        db.execute(&format!("update \"{}\" set {} where record = ?1", kind.name(), sets.join(", ")), [id])?;
    }
    Ok(())
}

/// A row read whole: the columns of a kind by key.
#[derive(Debug, Clone)]
pub struct Row {
    pub record: Uuid,
    pub kind: Kind,
    values: Vec<(&'static str, Value)>,
}

/// Several rows.
pub type RowSet = Vec<Row>;

/// What can be read of a record's row, wherever it stands: in the store, or in documents that are about to be written.
pub trait Facts {
    fn record(&self) -> Uuid;
    fn kind(&self) -> Kind;
    /// A text field.
    fn str(&self, key: &str) -> Option<&str>;
    /// Is there anything in a field?
    fn has(&self, key: &str) -> bool;
    /// A record it names.
    fn named(&self, key: &str) -> Option<Uuid> {
        self.str(key).and_then(|s| Uuid::parse_str(s).ok())
    }
    /// Each name of a family of flags that is set.
    fn each_name(&self, family: &str, take: &mut dyn FnMut(&str));
}

impl Facts for Row {
    fn record(&self) -> Uuid {
        self.record
    }

    fn kind(&self) -> Kind {
        self.kind
    }

    fn str(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Value::as_str)
    }

    fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    fn each_name(&self, family: &str, take: &mut dyn FnMut(&str)) {
        self.str(family).into_iter().flat_map(|s| s.split(FLAG_SEPARATOR)).filter(|s| !s.is_empty()).for_each(take);
    }
}

/// What a document says of its record.
pub struct DocFacts<'a> {
    pub record: Uuid,
    pub kind: Kind,
    pub regs: &'a Registers,
}

impl Facts for DocFacts<'_> {
    fn record(&self) -> Uuid {
        self.record
    }

    fn kind(&self) -> Kind {
        self.kind
    }

    fn str(&self, key: &str) -> Option<&str> {
        self.regs.value(key).and_then(Value::as_str)
    }

    fn has(&self, key: &str) -> bool {
        self.regs.value(key).is_some_and(|v| !v.is_null())
    }

    fn each_name(&self, family: &str, take: &mut dyn FnMut(&str)) {
        names_of(self.regs, family).iter().for_each(|name| take(name));
    }
}

impl Row {
    /// The value of a field.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.values.iter().find(|(k, _)| *k == key).map(|(_, v)| v)
    }

    /// A text field.
    pub fn text(&self, key: &str) -> Option<String> {
        self.get(key).and_then(Value::as_str).map(str::to_string)
    }

    /// A number.
    pub fn int(&self, key: &str) -> Option<i64> {
        self.get(key).and_then(Value::as_int)
    }

    /// A boolean; absent is false.
    pub fn flag(&self, key: &str) -> bool {
        self.get(key).and_then(Value::as_bool).unwrap_or(false)
    }

    /// A record it names.
    pub fn id(&self, key: &str) -> Option<Uuid> {
        self.get(key).and_then(Value::as_str).and_then(|s| Uuid::parse_str(s).ok())
    }

    /// The names of a family of flags that are set.
    pub fn names(&self, family: &str) -> Vec<String> {
        self.get(family)
            .and_then(Value::as_str)
            .map(|s| s.split(FLAG_SEPARATOR).filter(|s| !s.is_empty()).map(str::to_string).collect())
            .unwrap_or_default()
    }

    /// The texts of a family, by name.
    pub fn texts(&self, family: &str) -> BTreeMap<String, String> {
        let lines = self.get(family).and_then(Value::as_str).unwrap_or_default().split(FLAG_SEPARATOR);
        lines.filter_map(|line| line.split_once('=')).map(|(name, text)| (name.to_string(), several_lines(text))).collect()
    }
}

/// Rows of a kind by a condition; `filter` is the end of the SQL after the table's name. A household or person that went into another is
/// left out, and what names one names the record that stays.
///
/// # Errors
/// Of the store.
pub fn rows(db: &Connection, kind: Kind, filter: &str, args: &[&dyn ToSql]) -> Result<RowSet> {
    let mut all = rows_of_all(db, kind, filter, args)?;
    if same::KINDS.contains(&kind) && !all.is_empty() && !same::is_empty(db)? {
        let gone = same::all(db)?;
        all.retain(|row| !gone.contains_key(&row.record));
    }
    Ok(all)
}

/// The same with the records that went into others.
///
/// # Errors
/// Of the store.
pub fn rows_of_all(db: &Connection, kind: Kind, filter: &str, args: &[&dyn ToSql]) -> Result<RowSet> {
    let mut all = read_rows(db, kind, filter, args)?;
    let names_one = kind.def().fields.iter().any(|f| same::names_one(kind, f.key));
    if names_one && !all.is_empty() && !same::is_empty(db)? {
        let gone = same::all(db)?;
        for (key, value) in all.iter_mut().flat_map(|row| &mut row.values).filter(|(key, _)| same::names_one(kind, key)) {
            follow(key, value, &gone);
        }
    }
    Ok(all)
}

/// A value that names one record, or the names of a family of flags, as the records that stay.
fn follow(key: &str, value: &mut Value, gone: &HashMap<Uuid, Uuid>) {
    let Value::Str(text) = value else { return };
    let stays = |name: &str| Uuid::parse_str(name).ok().and_then(|id| gone.get(&id)).map(Uuid::to_string);
    if !matches!(key, "covers" | "met") {
        if let Some(to) = stays(text) {
            *text = to;
        }
    } else if text.split(FLAG_SEPARATOR).any(|name| stays(name).is_some()) {
        let names: std::collections::BTreeSet<String> =
            text.split(FLAG_SEPARATOR).map(|name| stays(name).unwrap_or_else(|| name.to_string())).collect();
        *text = names.into_iter().collect::<Vec<_>>().join(&FLAG_SEPARATOR.to_string());
    }
}

fn read_rows(db: &Connection, kind: Kind, filter: &str, args: &[&dyn ToSql]) -> Result<RowSet> {
    let fields = kind.def().fields;
    let mut q = db.prepare_cached(&[&Texts::of(kind).select, filter].concat())?;
    let got = q.query_map(args, |r| {
        let record = Uuid::from_slice(r.get_ref(0)?.as_blob()?).unwrap_or_default();
        let mut values = Vec::new();
        for (i, f) in fields.iter().enumerate() {
            let raw = r.get_ref(i + 1)?;
            // a family's column is a list of names, not a boolean
            let value = if f.ty.is_family() { raw.as_str_or_null()?.map(|s| Value::Str(s.to_string())) } else { from_sql(f, raw) };
            if let Some(v) = value {
                values.push((f.key, v));
            }
        }
        Ok(Row { record, kind, values })
    })?;
    Ok(got.collect::<rusqlite::Result<_>>()?)
}

/// One row by id, also of a record that went into another.
///
/// # Errors
/// Of the store.
pub fn get_row(db: &Connection, kind: Kind, record: Uuid) -> Result<Option<Row>> {
    Ok(rows_of_all(db, kind, "where t.record = ?1", &[&record])?.pop())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_several_lines_comes_back_from_its_column_as_it_was() {
        for text in ["", "一行", "两行\n第二行", "反斜杠\\n不是换行", "a=b\n\n\\", "\\"] {
            let line = one_line(text);
            assert!(!line.contains(FLAG_SEPARATOR));
            assert_eq!(several_lines(&line), text);
        }
    }
}
