//! Import cells that wait for the office: what the record says, what the cell says letter by letter, and a decision.

use super::households::plate_of;
use super::units::Tree;
use super::views::{self, id, label_of, text_of};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::store::{Row, docs, get_row, rows};
use crate::workspace::{self, Intent, KeyEdit};
use rusqlite::{Connection, OptionalExtension};
use shared_model::Class;
use shared_model::codes::Coded;
use shared_model::commands::{DecideHeldArgs, Edited, HeldItem, HeldList, ListHeldArgs};
use shared_model::crdt::Value;
use shared_model::records::Kind;
use shared_model::rules::Verb;
use uuid::Uuid;

fn reason(code: &str) -> Coded {
    let label = match code {
        "differs" => "与已有的值不同",
        "id_checksum" => "身份证校验位不对",
        "id_length" => "身份证位数不对",
        "id_float" => "身份证被表格改成了小数",
        "no_name" => "没有姓名",
        "no_door" => "没有门牌",
        "bad_code" => "不认识的写法",
        "too_long" => "太长，只留了开头",
        "set_back" => "服务器退回以前，只有一台设备还留着",
        "other_grid" => "楼栋属于另一网格",
        other => other,
    };
    Coded { code: code.into(), label: label.into(), en: None }
}

fn kind_of(row: &Row) -> Option<Kind> {
    let name = row.text("kind")?;
    Kind::all().find(|k| k.name() == name)
}

fn view(db: &Connection, tree: &Tree, r: &Row) -> Result<HeldItem> {
    let household = r.id("household");
    let plate = household.map(|h| get_row(db, Kind::Household, h)).transpose()?.flatten().map(|h| plate_of(tree, &h));
    let kind = kind_of(r);
    let target = match (kind, r.id("about")) {
        (Some(k), Some(id)) => get_row(db, k, id)?,
        _ => None,
    };
    let key = r.text("key");
    let current = match (&target, kind, &key) {
        (Some(t), Some(k), Some(key)) => t.get(key).map(|v| text_of(k, key, v)),
        _ => None,
    };
    let doc = docs::load(db, docs::current(db, r.record, Class::Office)?)?;
    let (by, at) = match &doc {
        Some(d) => (views::author_of(db, &d.shown, "cell")?, d.shown.winner("cell").map_or(0, |o| o.at * 1000)),
        None => (String::new(), 0),
    };
    Ok(HeldItem {
        id: r.record.to_string(),
        reason: reason(&r.text("reason").unwrap_or_default()),
        file: r.text("file").unwrap_or_default(),
        row: r.int("row").and_then(|n| u32::try_from(n).ok()).unwrap_or(0),
        column: r.text("column").unwrap_or_default(),
        household: household.map(|h| h.to_string()),
        plate,
        record: r.id("about").map(|x| x.to_string()),
        record_name: target.as_ref().and_then(|t| t.text("name").or_else(|| t.text("head_name"))),
        label: kind.zip(key.as_deref()).map(|(k, key)| label_of(k, key)),
        key,
        current,
        cell: r.text("cell").unwrap_or_default(),
        by: r.text("said_by").unwrap_or(by),
        at: r.int("said_at").unwrap_or(at),
    })
}

fn open(db: &Connection, household: Option<Uuid>) -> Result<Vec<Row>> {
    let mut all = rows(
        db,
        Kind::HeldItem,
        "where t.decision is null and t._del is null and t.reason is not null order by t.file, t.row, t.record",
        &[],
    )?;
    if let Some(h) = household {
        all.retain(|r| r.id("household") == Some(h));
    }
    Ok(all)
}

/// Cells that wait.
pub fn count(db: &Connection) -> Result<u32> {
    Ok(db.query_row("select count(*) from held_item where decision is null and _del is null", [], |r| r.get(0))?)
}

/// `list_held`
pub fn list(engine: &Engine, args: ListHeldArgs) -> Result<HeldList> {
    engine.with(|o| {
        let household = args.household.as_deref().map(|h| id(h, "这一户")).transpose()?;
        let all = open(&o.db, household)?;
        let total = u32::try_from(all.len()).unwrap_or(u32::MAX);
        let tree = Tree::read(&o.db)?;
        let items = views::page(all, args.limit, args.offset).iter().map(|r| view(&o.db, &tree, r)).collect::<Result<_>>()?;
        Ok(HeldList { items, total })
    })
}

/// The cells of a household.
///
/// # Errors
/// Of the store.
pub fn of_household(db: &Connection, household: Uuid) -> Result<Vec<HeldItem>> {
    let tree = Tree::read(db)?;
    open(db, Some(household))?.iter().map(|r| view(db, &tree, r)).collect()
}

/// One cell.
///
/// # Errors
/// `not_found`, or of the store.
pub fn one(db: &Connection, tree: &Tree, record: Uuid) -> Result<HeldItem> {
    let row = get_row(db, Kind::HeldItem, record)?.ok_or_else(|| CoreError::not_found("这个待定的单元格").at("id"))?;
    view(db, tree, &row)
}

/// Does the record say something where the cell would be written?
///
/// # Errors
/// Of the store.
pub fn has_value(db: &Connection, row: &Row) -> Result<bool> {
    let (Some(kind), Some(record), Some(key)) = (kind_of(row), row.id("about"), row.text("key")) else { return Ok(false) };
    Ok(get_row(db, kind, record)?.is_some_and(|t| t.get(&key).is_some()))
}

/// Does the field take the cell as it stands?
///
/// # Errors
/// Of the store.
pub fn is_readable(db: &Connection, record: Uuid) -> Result<bool> {
    let Some(row) = get_row(db, Kind::HeldItem, record)? else { return Ok(false) };
    let field = kind_of(&row).zip(row.text("key")).and_then(|(kind, key)| kind.field(&key));
    let cell = serde_json::Value::String(row.text("cell").unwrap_or_default());
    Ok(field.is_some_and(|f| f.read(&cell).is_ok()))
}

/// `decide_held`: the decision and what it writes are one command.
pub fn decide(engine: &Engine, args: DecideHeldArgs) -> Result<Edited> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::HeldItem, Verb::Edit))?;
    let now = engine.now_ms();
    let (seq, changed) = engine.with(|o| {
        let (intent, _) = planned(&o.db, &args)?;
        workspace::change(&mut o.db, &o.me, now, |w| {
            if let Some(h) = intent.household {
                w.touch(h, Kind::Household);
            }
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}

/// What a decision writes, and the value as people read it.
///
/// # Errors
/// `not_found` when it is decided already, `invalid_args`, or of the store.
pub fn planned(db: &Connection, args: &DecideHeldArgs) -> Result<(Intent, String)> {
    let gone = || CoreError::not_found("这个待定的单元格").at("id");
    let item = id(&args.id, "这个单元格")?;
    let row = get_row(db, Kind::HeldItem, item)?.filter(|r| r.get("decision").is_none()).ok_or_else(gone)?;
    let doc = docs::load(db, docs::current(db, item, Class::Office)?)?.ok_or_else(gone)?;
    let given = match args.decision.as_str() {
        "keep" => None,
        "take" => Some(serde_json::Value::String(row.text("cell").unwrap_or_default())),
        "edit" => Some(args.value.clone().ok_or_else(|| CoreError::args("要写一个值。").at("value"))?),
        _ => return Err(CoreError::args("决定只有 take、keep、edit。").at("decision")),
    };
    let mut intent = Intent::new("decide_held", format!("待定：{}", row.text("column").unwrap_or_default()), row.id("household"));
    intent.write(doc.unit, doc.id, Kind::HeldItem, vec![KeyEdit::put("decision", args.decision.clone())]);
    let Some(json) = given else { return Ok((intent, "不用这一格".into())) };
    let (Some(kind), Some(record), Some(key)) = (kind_of(&row), row.id("about"), row.text("key")) else {
        return Err(CoreError::args("这一行没有对上哪一户哪一人，请在档案里补，再选保留。").at("decision"));
    };
    let field = kind.field(&key).ok_or_else(|| CoreError::args("没有这个字段。").at("key"))?;
    let value: Value = field.read(&json).map_err(|m| CoreError::args(format!("{m}，没有写进去。")).at("value"))?;
    let mut edits = vec![KeyEdit { key: key.clone(), value: value.clone(), seen: None, settle: false }];
    if key == "birth_date" {
        let year = value.as_str().and_then(|d| d.get(..4)).and_then(|y| y.parse::<i64>().ok());
        edits.push(KeyEdit::put("birth_year", year.map_or(Value::Null, Value::Int)));
    }
    let unit: Option<Uuid> =
        db.query_row("select unit from doc where record = ?1 order by class limit 1", [record], |r| r.get(0)).optional()?;
    let unit = unit.ok_or_else(|| CoreError::not_found("这一行说的那一户或那个人").at("decision"))?;
    intent.record(unit, record, kind, Class::Register, edits)?;
    Ok((intent, text_of(kind, &key, &value)))
}
