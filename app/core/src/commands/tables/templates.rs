//! Mappings that are kept: what each column of a layout holds, fixed once by a person. One record a layout and office, made from the layout itself, so that
//! two people who fix it apart write one; each column is a key of its own. A layout is known again whatever its title or date.

use super::super::views;
use super::{fields, own_office, read};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::store::{Row, docs, get_row, rows};
use crate::workspace::{self, Intent, KeyEdit};
use app_tables::Subject;
use rusqlite::Connection;
use shared_model::Class;
use shared_model::commands::{Added, Edited, NoArgs, PutTemplateArgs, RemoveTemplateArgs, TemplateColumnItem, TemplateItem, TemplateList};
use shared_model::crdt::{Value, del_value};
use shared_model::doc::{self, DocId};
use shared_model::records::Kind;
use shared_model::rules::Verb;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Columns of one template.
const COLUMNS_MAX: usize = 200;

/// A mapping as it is kept.
pub struct Kept {
    pub record: Uuid,
    pub name: String,
    pub subject: Subject,
    pub columns: BTreeMap<String, String>,
}

fn kept(row: &Row) -> Option<Kept> {
    let subject = Subject::from_name(&row.text("per")?)?;
    // an empty text is not stored in a row: what was left out on purpose is written as a dash
    let columns = row.texts("column").into_iter().map(|(path, field)| (path, if field == "-" { String::new() } else { field })).collect();
    Some(Kept { record: row.record, name: row.text("name").unwrap_or_default(), subject, columns })
}

fn all(db: &Connection) -> Result<Vec<Row>> {
    rows(db, Kind::Template, "where t._del is null and t.print is not null order by t.name, t.record", &[])
}

/// The mapping of a layout.
///
/// # Errors
/// Of the store.
pub fn of_print(db: &Connection, print: &str, is_import: bool) -> Result<Option<Kept>> {
    let filter = "where t._del is null and t.print = ?1 order by t.record";
    let found = rows(db, Kind::Template, filter, &[&print])?;
    Ok(found.iter().filter(|r| r.flag("import") == is_import).find_map(kept))
}

/// The name of one.
///
/// # Errors
/// Of the store.
pub fn name_of(db: &Connection, record: Uuid) -> Result<Option<String>> {
    Ok(get_row(db, Kind::Template, record)?.filter(|r| r.get("_del").is_none()).and_then(|r| r.text("name")))
}

/// `put_template`
pub fn put(engine: &Engine, args: PutTemplateArgs) -> Result<Added> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Template, Verb::Make))?;
    let subject = read::subject(&args.per)?;
    let is_import = args.import == Some(true);
    let name = args.name.trim().to_string();
    if name.is_empty() {
        return Err(CoreError::args("给这张表起个名字。").at("name"));
    }
    if args.print.len() != 32 || !args.print.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(CoreError::args("表样的指纹不对，请重新选择文件。").at("print"));
    }
    if args.columns.len() > COLUMNS_MAX {
        return Err(CoreError::new("too_large", "一张表最多记 200 列。没有写进去。").at("columns"));
    }
    if let Some((path, field)) = args.columns.iter().find(|(_, field)| !fields::is_field(subject, is_import, field)) {
        return Err(CoreError::args(format!("「{path}」不能填「{field}」。没有写进去。")).at("columns"));
    }
    let now = engine.now_ms();
    let (record, changed) = engine.with(|o| {
        let unit = own_office(&o.db, &o.me)?;
        let record = doc::template_id(unit, &args.print, is_import);
        workspace::change(&mut o.db, &o.me, now, |w| {
            let there = get_row(w.tx, Kind::Template, record)?;
            let mut edits = Vec::new();
            match &there {
                None => edits.extend([KeyEdit::put("print", args.print.clone()), KeyEdit::put("import", is_import)]),
                Some(row) if row.get("_del").is_some() => edits.push(KeyEdit::put("_del", Value::Null)),
                Some(_) => {}
            }
            let had = there.as_ref();
            let mut text = |key: &str, value: Option<&str>| {
                if let Some(v) = value.map(str::trim).filter(|v| !v.is_empty())
                    && had.and_then(|r| r.text(key)).as_deref() != Some(v)
                {
                    edits.push(KeyEdit::put(key, v));
                }
            };
            text("name", Some(&name));
            text("asker", args.asker.as_deref());
            text("sheet", args.sheet.as_deref());
            text("per", Some(subject.name()));
            let columns = had.map(|r| r.texts("column")).unwrap_or_default();
            for (path, field) in &args.columns {
                let field = if field.is_empty() { "-" } else { field.as_str() };
                if columns.get(path).map(String::as_str) != Some(field) {
                    edits.push(KeyEdit::put(&format!("column/{path}"), field));
                }
            }
            let mut intent = Intent::new("put_template", format!("套表模板 {name}"), None);
            intent.write(unit, DocId::new(record, Class::Office), Kind::Template, edits);
            w.command(intent)?;
            Ok(record)
        })
    })?;
    engine.raise(&changed);
    Ok(Added { id: record.to_string() })
}

/// `list_templates`
pub fn list(engine: &Engine, _: NoArgs) -> Result<TemplateList> {
    engine.with(|o| {
        own_office(&o.db, &o.me)?;
        let mut items = Vec::new();
        for row in all(&o.db)? {
            let Some(k) = kept(&row) else { continue };
            let columns = k.columns.iter().map(|(path, field)| TemplateColumnItem {
                path: path.clone(),
                field: field.clone(),
                label: if field.is_empty() { String::new() } else { fields::label(k.subject, field).label },
            });
            let held = docs::load(&o.db, docs::current(&o.db, row.record, Class::Office)?)?;
            let (by, at) = match &held {
                Some(d) => (views::author_of(&o.db, &d.shown, "per")?, d.shown.winner("per").map_or(0, |op| op.at * 1000)),
                None => (String::new(), 0),
            };
            items.push(TemplateItem {
                id: row.record.to_string(),
                name: k.name.clone(),
                asker: row.text("asker"),
                sheet: row.text("sheet"),
                per: k.subject.name().into(),
                import: row.flag("import"),
                columns: columns.collect(),
                by,
                at,
            });
        }
        Ok(TemplateList { items })
    })
}

/// `remove_template`
pub fn remove(engine: &Engine, args: RemoveTemplateArgs) -> Result<Edited> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Template, Verb::Edit))?;
    let (now, back) = (engine.now_ms(), args.back == Some(true));
    let (seq, changed) = engine.with(|o| {
        let record = views::id(&args.id, "这个模板")?;
        let gone = || CoreError::not_found("这个模板").at("id");
        let row = get_row(&o.db, Kind::Template, record)?.filter(|r| r.get("_del").is_some() == back).ok_or_else(gone)?;
        let held = docs::load(&o.db, docs::current(&o.db, record, Class::Office)?)?.ok_or_else(gone)?;
        workspace::change(&mut o.db, &o.me, now, |w| {
            let words = if back { "又用模板" } else { "不再用模板" };
            let mut intent = Intent::new("remove_template", format!("{words} {}", row.text("name").unwrap_or_default()), None);
            let edit = if back { KeyEdit::put("_del", Value::Null) } else { KeyEdit::put("_del", del_value(&held.shown)) };
            intent.write(held.unit, held.id, Kind::Template, vec![edit]);
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}
