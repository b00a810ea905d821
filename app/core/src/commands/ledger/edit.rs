//! One record of a ledger, and one field of one or of many. Each record is a command of its own over what the person saw, so that an edit made
//! meanwhile elsewhere stays beside it; many of them are one transaction, and what stood before comes back with the answer for an undo.

use super::cells;
use super::columns::{Reader, Ty};
use super::query::{self, Looking, described};
use crate::commands::field::spots::home;
use crate::commands::households::plate_of;
use crate::commands::units::Tree;
use crate::commands::{persons, views};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::handover;
use crate::store::{Row, docs, get_row};
use crate::workspace::{self, Intent, KeyEdit, Writer};
use serde_json::{Value as Json, json};
use shared_model::Class;
use shared_model::codes::Coded;
use shared_model::commands::{FieldBefore, FieldSet, LedgerFact, LedgerRecord, LedgerRecordArgs, SetFieldArgs};
use shared_model::crdt::Value;
use shared_model::ledger::SET_MAX;
use shared_model::records::Kind;
use shared_model::rules::Verb;
use std::collections::BTreeMap;
use uuid::Uuid;

/// `get_record`
pub fn get(engine: &Engine, args: LedgerRecordArgs) -> Result<LedgerRecord> {
    let now = engine.now_ms();
    engine.with(|o| {
        if super::columns::find(&args.kind)?.has_cases() {
            query::refresh(o, &args.kind, &Default::default(), now)?;
        }
        let look = Looking::at(o, &args.kind, now)?;
        let def = look.ledger.kind.def();
        let id = views::id(&args.id, "这一条")?;
        let found = query::read_rows(o, &args.kind, &look.columns, &[id], now)?.pop();
        let (_, household, line) = found.ok_or_else(|| CoreError::not_found("这一条").at("id"))?;
        let (ops, pending) = views::ops_of(&o.db, id)?;
        let may_edit = Reader::of(&o.db, &o.me)?.may_edit(look.ledger.kind);
        let facts: Vec<LedgerFact> = look
            .columns
            .iter()
            .zip(&line)
            .map(|(c, cell)| {
                let told = described(look.ledger, c, may_edit);
                let text = match c.ty {
                    Ty::IdNumber => cells::to_json(c, cell).as_str().unwrap_or_default().to_string(),
                    _ => cells::to_text(c, cell),
                };
                LedgerFact {
                    value: cells::to_json(c, cell),
                    text,
                    ops: ops.get(c.key).cloned().unwrap_or_default(),
                    key: told.key,
                    zh: told.zh,
                    en: told.en,
                    ty: told.ty,
                    code_table: told.code_table,
                    class: told.class,
                    editable: told.editable,
                }
            })
            .collect();
        let title = ["title", "name", "label", "what", "where", "plate"]
            .iter()
            .find_map(|key| facts.iter().find(|f| f.key == *key && !f.text.is_empty()).map(|f| f.text.clone()));
        Ok(LedgerRecord {
            kind: Coded::spoken(def.name, def.zh, def.en),
            id: id.to_string(),
            title: title.unwrap_or_default(),
            facts,
            household: household.map(|h| h.to_string()),
            pending,
        })
    })
}

/// What stands in a field, as `set_field` takes it.
fn standing(row: &Row, key: &str) -> Json {
    match key {
        "tag" | "care" => json!(row.names(key)),
        _ => row.get(key).map_or(Json::Null, Value::to_json),
    }
}

/// The value that a record is to have: for tags a whole list, or what is to be added and taken away.
fn wanted(row: &Row, key: &str, value: &Json) -> Json {
    let Some(change) = value.as_object().filter(|_| matches!(key, "tag" | "care")) else { return value.clone() };
    let list = |name: &str| -> Vec<String> {
        change.get(name).and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).map(|t| t.trim().to_string()).collect()
    };
    let (add, remove) = (list("add"), list("remove"));
    let mut all = row.names(key);
    all.retain(|t| !remove.contains(t));
    all.extend(add.into_iter().filter(|t| !t.is_empty() && !row.names(key).contains(t)));
    json!(all)
}

/// `set_field`
pub fn set(engine: &Engine, args: SetFieldArgs) -> Result<FieldSet> {
    let now = engine.now_ms();
    let (out, changed) = engine.with(|o| {
        let kind = super::columns::find(&args.kind)?.kind;
        workspace::may_ever(&o.db, &o.me, kind, Verb::Edit)?;
        let look = Looking::at(o, &args.kind, now)?;
        let column = look.column(&args.key, "key")?;
        if !Reader::of(&o.db, &o.me)?.may_edit(kind) || !column.is_editable(kind) {
            return Err(CoreError::args(format!("「{}」不能在台账里直接改。", column.zh)).at("key"));
        }
        let ids: Vec<(Uuid, Option<Json>)> = match &args.back {
            Some(back) => back.iter().map(|b| Ok((views::id(&b.id, "这一条")?, Some(b.value.clone())))).collect::<Result<_>>()?,
            None => args.ids.iter().map(|id| Ok((views::id(id, "这一条")?, None))).collect::<Result<_>>()?,
        };
        if ids.is_empty() || ids.len() > SET_MAX {
            return Err(CoreError::args(format!("要选 1 到 {SET_MAX} 行。")).at("ids"));
        }
        if args.seen.is_some() && ids.len() != 1 {
            return Err(CoreError::args("seen 只能和一行一起给。").at("seen"));
        }
        let is_dry = args.dry_run.unwrap_or(false);
        let me = o.me.clone();
        workspace::change(&mut o.db, &me, now, |w| {
            let tree = Tree::read(w.tx)?;
            let mut out = FieldSet::default();
            for (id, back) in &ids {
                let row = get_row(w.tx, kind, *id)?.filter(|r| r.get("_del").is_none() && r.get("merged_into").is_none());
                let Some(row) = row else {
                    out.left += 1;
                    continue;
                };
                let before = standing(&row, &args.key);
                let value = match back {
                    // somebody changed it since: their word stays
                    Some(_) if !is_same(&column.ty, &before, &wanted(&row, &args.key, &args.value)) => {
                        out.left += 1;
                        continue;
                    }
                    Some(back) => back.clone(),
                    None => wanted(&row, &args.key, &args.value),
                };
                if is_same(&column.ty, &before, &value) {
                    out.same += 1;
                    continue;
                }
                let unit = home(w.tx, row.record)?;
                if handover::is_leaving(w.tx, unit)? {
                    out.left += 1;
                    continue;
                }
                let intent = intent(w, &tree, &row, unit, &args, &value)?;
                if !is_dry {
                    w.command(intent)?;
                }
                out.changed += 1;
                out.before.push(FieldBefore { id: id.to_string(), value: before });
            }
            Ok(out)
        })
    })?;
    engine.raise(&changed);
    Ok(out)
}

/// Do both say the same?
fn is_same(ty: &Ty, a: &Json, b: &Json) -> bool {
    let bare = |v: &Json| match v {
        Json::Object(o) if o.contains_key("code") => o["code"].clone(),
        Json::String(t) if t.trim().is_empty() => Json::Null,
        Json::String(t) => json!(t.trim()),
        Json::Bool(false) if *ty == Ty::Bool => Json::Null,
        Json::Array(all) => {
            let mut all: Vec<&str> = all.iter().filter_map(Json::as_str).collect();
            all.sort_unstable();
            json!(all)
        }
        other => other.clone(),
    };
    bare(a) == bare(b)
}

fn intent(w: &Writer<'_>, tree: &Tree, row: &Row, unit: Uuid, args: &SetFieldArgs, value: &Json) -> Result<Intent> {
    let key = match args.key.as_str() {
        "tag" => "tags",
        "care" => "care_tags",
        key => key,
    };
    let edit = BTreeMap::from([(key.to_string(), value.clone())]);
    let seen = args.seen.as_ref().map(|ops| BTreeMap::from([(args.key.clone(), ops.clone())]));
    let edits = views::edits(row.kind, Some(row), &edit, seen.as_ref())?;
    let (name, text, household) = match row.kind {
        Kind::Household => ("edit_household", format!("改 {}", plate_of(tree, row)), Some(row.record)),
        Kind::Person => ("edit_person", persons::summary(w.tx, row, "改")?, row.id("household")),
        Kind::Place => ("edit_place", String::new(), None),
        Kind::Facility => ("edit_facility", String::new(), None),
        Kind::Patrol => ("edit_patrol", String::new(), None),
        Kind::Listing => ("edit_listing", String::new(), row.id("household")),
        _ => ("set_field", String::new(), None),
    };
    let text = if text.is_empty() { format!("改{} {}", row.kind.def().zh, row.text("name").unwrap_or_default()) } else { text };
    let mut intent = Intent::new(name, text.trim(), household);
    let head = if row.kind == Kind::Person { persons::new_head_name(w.tx, row, &edits)? } else { None };
    let own = docs::of_record(w.tx, row.record)?.iter().map(|d| d.class).min().unwrap_or(Class::Register);
    intent.record(unit, row.record, row.kind, own, edits)?;
    if let (Some(name), Some(h)) = (head, household) {
        intent.record(unit, h, Kind::Household, Class::Register, vec![KeyEdit::put("head_name", name)])?;
    }
    Ok(intent)
}
