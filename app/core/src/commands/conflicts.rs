//! Two values of one field: both shown with who and when, settled by a named person on what they saw; and where a value came from.

use super::forms;
use super::households::plate_of;
use super::settings;
use super::units::Tree;
use super::views::{self, id, json_of, label_of, text_of, who, words_of};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::store::log::{self, Among};
use crate::store::{docs, get_row};
use crate::workspace::{self, Identity, Intent, KeyEdit};
use rusqlite::Connection;
use shared_model::Class;
use shared_model::commands::{Conflict, ConflictList, ConflictValue, Edited, History, HistoryArgs, HistoryItem, PageArgs, SettleArgs};
use shared_model::crdt::{Change, OpBody, OpId, Value};
use shared_model::doc::DocId;
use shared_model::records::Kind;
use shared_model::rules::{self, Verb};
use shared_model::wire::{self, HistoryReply, HistoryRequest, Page, RowBody};
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use uuid::Uuid;

/// Id of a conflict: the record, the class, the key, and the operations that were seen.
fn conflict_id(doc: DocId, key: &str, ops: &[OpId]) -> String {
    let ops: Vec<String> = ops.iter().map(ToString::to_string).collect();
    format!("{}/{}/{}/{}/{}", doc.record, doc.class.name(), doc.generation, ops.join(","), key)
}

fn parse_id(text: &str) -> Option<(DocId, String, Vec<OpId>)> {
    let mut parts = text.splitn(5, '/');
    let record = Uuid::parse_str(parts.next()?).ok()?;
    let class = Class::from_name(parts.next()?)?;
    let generation = parts.next()?.parse().ok()?;
    let ops = parts.next()?.split(',').map(OpId::from_str).collect::<std::result::Result<Vec<_>, _>>().ok()?;
    Some((DocId { record, class, generation }, parts.next()?.to_string(), ops))
}

/// A fork as it is shown; `None`: there is none.
///
/// # Errors
/// Of the store.
pub fn view(db: &Connection, me: &Identity, tree: &Tree, doc: DocId, key: &str) -> Result<Option<Conflict>> {
    let Some(d) = docs::load(db, doc)? else { return Ok(None) };
    let Some(live) = d.shown.live.get(key).filter(|_| d.shown.is_conflicted(key)) else { return Ok(None) };
    // one branch a distinct value; the newest operation speaks for it, all of them are named by the conflict
    let mut values: Vec<ConflictValue> = Vec::new();
    let shown = live.last().map(|o| o.id);
    let mut seen: Vec<&Value> = Vec::new();
    let asked = forms::asked(db, d.kind, doc.record, key)?;
    for op in live.iter().rev() {
        if seen.contains(&&op.value) {
            continue;
        }
        seen.push(&op.value);
        let (by, by_role) = who(db, &op.id.actor)?;
        values.push(ConflictValue {
            value: json_of(d.kind, key, &op.value),
            text: match (&asked, &op.value) {
                (Some(asked), Value::Str(answer)) => asked.question.words(answer, false),
                (None, Value::Str(to)) if LEADS.contains(&key) => led_to(db, tree, d.kind, to)?,
                _ => words_of(db, d.kind, key, &op.value)?,
            },
            by,
            by_role,
            at: op.at * 1000,
            shown: Some(op.id) == shown,
            op: op.id.to_string(),
        });
    }
    values.sort_by_key(|v| v.at);
    let ops: Vec<OpId> = live.iter().map(|o| o.id).collect();
    let (household, record_name) = place(db, d.kind, doc.record)?;
    let plate = household.map(|h| get_row(db, Kind::Household, h)).transpose()?.flatten().map(|h| plate_of(tree, &h));
    let roles = workspace::roles(db, me)?;
    Ok(Some(Conflict {
        id: conflict_id(doc, key, &ops),
        record: doc.record.to_string(),
        kind: d.kind.name().into(),
        record_name: if record_name.is_empty() { plate.clone().unwrap_or_default() } else { record_name },
        household: household.map(|h| h.to_string()),
        plate,
        key: key.to_string(),
        label: asked.map_or_else(|| label_of(d.kind, key), |a| a.label()),
        at: values.iter().map(|v| v.at).max().unwrap_or(0),
        before: before(db, &d, key, &ops)?,
        may_settle: roles.iter().any(|r| rules::may_write(r.role, d.kind, doc.class, if d.mine { Verb::EditOwn } else { Verb::Edit })),
        values,
    }))
}

/// Household and name of what a fork is about.
///
/// # Errors
/// Of the store.
pub fn place(db: &Connection, kind: Kind, record: Uuid) -> Result<(Option<Uuid>, String)> {
    let Some(row) = get_row(db, kind, record)? else { return Ok((None, String::new())) };
    Ok(match kind {
        Kind::Household => (Some(record), row.text("head_name").unwrap_or_default()),
        Kind::Person => (row.id("household"), row.text("name").unwrap_or_default()),
        Kind::Config => (None, settings::name_words(db, &row.text("name").unwrap_or_default())?),
        _ => (row.id("household"), row.text("title").or_else(|| row.text("name")).unwrap_or_default()),
    })
}

/// The value before the fork, where this device still knows it: what the operations of the fork put themselves over.
fn before(db: &Connection, doc: &crate::store::Doc, key: &str, ops: &[OpId]) -> Result<Option<String>> {
    let writes = local_writes(db, doc.id.record, key)?;
    let mut over: BTreeSet<OpId> = writes.iter().filter(|w| ops.contains(&w.op)).flat_map(|w| w.pred.clone()).collect();
    over.retain(|o| !ops.contains(o));
    Ok(writes.iter().find(|w| over.contains(&w.op)).map(|w| text_of(doc.kind, key, &w.value)))
}

/// `list_conflicts`: newest last decided by the screen; here in the order of records.
pub fn list(engine: &Engine, args: PageArgs) -> Result<ConflictList> {
    engine.with(|o| {
        let all = all(&o.db)?;
        let total = u32::try_from(all.len()).unwrap_or(u32::MAX);
        let tree = Tree::read(&o.db)?;
        let mut items = Vec::new();
        for (doc, key) in views::page(all, args.limit, args.offset) {
            items.extend(view(&o.db, &o.me, &tree, doc, &key)?);
        }
        items.sort_by_key(|c| std::cmp::Reverse(c.at));
        Ok(ConflictList { items, total })
    })
}

fn all(db: &Connection) -> Result<Vec<(DocId, String)>> {
    let mut q = db.prepare_cached(
        "select c.record, c.class, max(d.generation), c.key from conflict c join doc d on d.record = c.record and d.class = c.class
         group by c.record, c.class, c.key order by c.record, c.key",
    )?;
    let got = q.query_map([], |r| Ok((r.get::<_, Uuid>(0)?, r.get::<_, u8>(1)?, r.get::<_, u16>(2)?, r.get::<_, String>(3)?)))?;
    let mut out = Vec::new();
    for r in got {
        let (record, class, generation, key) = r?;
        if let Some(class) = Class::from_u8(class) {
            out.push((DocId { record, class, generation }, key));
        }
    }
    Ok(out)
}

/// Conflicts held here.
pub fn count(db: &Connection) -> Result<u32> {
    Ok(db.query_row("select count(*) from conflict", [], |r| r.get(0))?)
}

/// The conflicts of these records.
///
/// # Errors
/// Of the store.
pub fn of_records(db: &Connection, me: &Identity, records: &[Uuid]) -> Result<Vec<Conflict>> {
    let tree = Tree::read(db)?;
    let mut out = Vec::new();
    for (doc, key) in all(db)?.into_iter().filter(|(d, _)| records.contains(&d.record)) {
        out.extend(view(db, me, &tree, doc, &key)?);
    }
    Ok(out)
}

/// Keys whose value is another record of the same kind.
const LEADS: [&str; 2] = ["moved_to", "merged_into"];

/// Where a record went, as people know it.
fn led_to(db: &Connection, tree: &Tree, kind: Kind, to: &str) -> Result<String> {
    let Some(row) = Uuid::parse_str(to).ok().map(|id| get_row(db, kind, id)).transpose()?.flatten() else {
        return Ok("（这台设备上没有）".into());
    };
    let home = match kind {
        Kind::Household => Some(row),
        _ => row.id("household").map(|h| get_row(db, Kind::Household, h)).transpose()?.flatten(),
    };
    Ok(home.map(|h| plate_of(tree, &h)).unwrap_or_default())
}

/// What a fork is called.
///
/// # Errors
/// Of the store.
pub fn label(db: &Connection, kind: Kind, record: Uuid, key: &str) -> Result<String> {
    Ok(forms::asked(db, kind, record, key)?.map_or_else(|| label_of(kind, key), |a| a.label()))
}

/// The fork as it stands now, by its operations.
///
/// # Errors
/// `not_found`, or of the store.
pub fn current_id(db: &Connection, doc: DocId, key: &str) -> Result<String> {
    let doc = docs::current(db, doc.record, doc.class)?;
    let d = docs::load(db, doc)?.ok_or_else(|| CoreError::not_found("这条记录").at("id"))?;
    let ops: Vec<OpId> = d.shown.live.get(key).into_iter().flatten().map(|o| o.id).collect();
    Ok(conflict_id(doc, key, &ops))
}

/// `settle_conflict`: names the operations that the person saw; a value that came meanwhile stays live.
pub fn settle(engine: &Engine, args: SettleArgs) -> Result<Edited> {
    let now = engine.now_ms();
    let (seq, changed) = engine.with(|o| {
        let (intent, _) = planned(&o.db, &o.me, &args, now)?;
        workspace::change(&mut o.db, &o.me, now, |w| w.command(intent))
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}

/// What settling writes, and the value as people read it.
///
/// # Errors
/// `not_found` when it is settled already, `invalid_args`, or of the store.
pub fn planned(db: &Connection, me: &Identity, args: &SettleArgs, now: i64) -> Result<(Intent, String)> {
    let (doc, key, ops) = parse_id(&args.id).ok_or_else(|| CoreError::args("这个冲突的编号不对。").at("id"))?;
    let d = docs::load(db, doc)?.ok_or_else(|| CoreError::not_found("这条记录").at("id"))?;
    let field = d.kind.field(&key).ok_or_else(|| CoreError::args("没有这个字段。").at("id"))?;
    // a masked value is taken from the operation that it stands for
    let live = d.shown.live.get(&key).cloned().unwrap_or_default();
    let named = live.iter().find(|l| json_of(d.kind, &key, &l.value) == args.value).map(|l| l.value.clone());
    let value = match named {
        Some(v) => v,
        None if matches!(args.value, serde_json::Value::Bool(_)) && field.ty == shared_model::records::FieldType::Flags => {
            Value::from_json(&args.value).unwrap_or(Value::Null)
        }
        None => field.read(&args.value).map_err(|m| CoreError::args(format!("{m}。")).at("value"))?,
    };
    // an answer is one that its question takes
    let value = match (forms::asked(db, d.kind, doc.record, &key)?, &value) {
        (Some(asked), Value::Str(text)) => match asked.question.read(text) {
            Ok(answer) => answer.map_or(Value::Null, Value::Str),
            Err(w) => return Err(CoreError::args(w.zh).at("value")),
        },
        _ => value,
    };
    if !live.iter().any(|l| ops.contains(&l.id)) {
        return Err(CoreError::new("not_found", "这两个值已经有人定过了，请看现在的值。").at("id"));
    }
    let (household, _) = place(db, d.kind, doc.record)?;
    if d.kind == Kind::Config
        && let Value::Str(text) = &value
    {
        let name = d.shown.value("name").and_then(Value::as_str).unwrap_or_default();
        settings::check_entry(db, me, name, &key, text).map_err(|e| e.at("value"))?;
    }
    let mut edits = vec![KeyEdit { key: key.clone(), value: value.clone(), seen: Some(ops), settle: true }];
    if d.kind == Kind::Person && key == "birth_date" {
        let year = value.as_str().and_then(|d| d.get(..4)).and_then(|y| y.parse::<i64>().ok());
        edits.push(KeyEdit::put("birth_year", year.map_or(Value::Null, Value::Int)));
    }
    let text = words_of(db, d.kind, &key, &value)?;
    let mut intent = Intent::new("settle_conflict", format!("定一个值：{}", label_of(d.kind, &key)), household);
    for e in edits {
        let class = if e.key == key { doc.class } else { Class::Register };
        let at = if e.key == key { doc } else { DocId { class, ..doc } };
        intent.write(d.unit, at, d.kind, vec![e]);
    }
    if d.kind == Kind::Person && key == "moved_to" {
        end_others(db, &mut intent, &live, &value, now)?;
    }
    Ok((intent, text))
}

/// Somebody was moved twice apart: where they did not go, the record that was begun there ends and leads to where they went.
fn end_others(db: &Connection, intent: &mut Intent, live: &[shared_model::crdt::LiveOp], chosen: &Value, now: i64) -> Result<()> {
    let id = |v: &Value| v.as_str().and_then(|s| Uuid::parse_str(s).ok());
    let Some(stays) = id(chosen) else { return Ok(()) };
    let others: BTreeSet<Uuid> = live.iter().filter_map(|op| id(&op.value)).filter(|other| *other != stays).collect();
    for other in others {
        let Some(row) = get_row(db, Kind::Person, other)?.filter(|r| r.get("ended").is_none()) else { continue };
        let today = crate::project::day_of(now).to_string();
        let ends = super::moves::ends(db, &row, Some(stays), Some(&"搬了两次，以另一处为准".to_string()), &today)?;
        intent.record(super::persons::home(db, other)?, other, Kind::Person, Class::Register, ends)?;
    }
    Ok(())
}

/// One write of a key that this device still has.
struct Write {
    op: OpId,
    value: Value,
    pred: Vec<OpId>,
    at: i64,
    received_at: Option<i64>,
    settles: bool,
    command: String,
}

fn writes_in(change: &Change, key: &str, received_at: Option<i64>, command: &str) -> Vec<Write> {
    let settles = change.ops.iter().any(|o| o.key == key && o.body == OpBody::Delete);
    let cleared: Vec<OpId> = change.ops.iter().filter(|o| o.key == key && o.body == OpBody::Delete).flat_map(|o| o.pred.clone()).collect();
    change
        .ops
        .iter()
        .enumerate()
        .filter(|(_, o)| o.key == key)
        .filter_map(|(i, o)| match &o.body {
            OpBody::Put(v) => Some(Write {
                op: OpId { counter: change.start_op + i as u64, actor: change.actor },
                value: v.clone(),
                pred: o.pred.iter().chain(&cleared).copied().collect(),
                at: change.time,
                received_at,
                settles,
                command: command.to_string(),
            }),
            OpBody::Delete => None,
        })
        .collect()
}

/// Writes of a key that stand in this device's own commands and in the pages it keeps.
fn local_writes(db: &Connection, record: Uuid, key: &str) -> Result<Vec<Write>> {
    let mut out: BTreeMap<OpId, Write> = BTreeMap::new();
    for (seq, command) in log::mentioning(db, record, Among::Standing)? {
        let Some(command) = command else { continue };
        let at = db.prepare_cached("select received_at from command where seq = ?1")?.query_row([seq], |r| r.get(0))?;
        for part in command.parts.iter().filter(|p| p.doc.record == record) {
            if let Ok((change, _)) = Change::decode(&part.change) {
                out.extend(writes_in(&change, key, at, &command.name).into_iter().map(|w| (w.op, w)));
            }
        }
    }
    let mut q = db.prepare_cached(
        "select k.body from kept_page k where exists (select 1 from doc d where d.record = ?1 and d.unit = k.unit and d.class = k.class)
         or exists (select 1 from placement x where x.record = ?1 and x.unit = k.unit and x.class = k.class) order by k.id",
    )?;
    for row in q.query_map([record], |r| r.get::<_, Vec<u8>>(0))? {
        let Ok(page) = crate::sync::unpack(&row?, 4 * shared_model::limits::PAGE_BYTES_MAX)
            .and_then(|b| wire::from_cbor::<Page>(&b).map_err(|_| CoreError::args("")))
        else {
            continue;
        };
        for r in &page.rows {
            if let RowBody::Change { doc, bytes, .. } = &r.body
                && doc.record == record
                && let Ok((change, _)) = Change::decode(bytes)
            {
                out.extend(writes_in(&change, key, Some(r.received_at), "").into_iter().map(|w| (w.op, w)));
            }
        }
    }
    Ok(out.into_values().collect())
}

/// `get_history`: from the server's archive; without it, what this device holds, and says so.
pub fn history(engine: &Engine, args: HistoryArgs) -> Result<History> {
    let record = id(&args.record, "这条记录")?;
    let kind = engine.with(|o| {
        let d = docs::of_record(&o.db, record)?;
        let first = d.first().ok_or_else(|| CoreError::not_found("这条记录").at("record"))?;
        docs::load(&o.db, *first)?.map(|d| d.kind).ok_or_else(|| CoreError::not_found("这条记录").at("record"))
    })?;
    let mut items: BTreeMap<OpId, HistoryItem> = BTreeMap::new();
    let mut complete = false;
    if !engine.is_offline() {
        let body = wire::to_cbor(&HistoryRequest { record, key: args.key.clone() });
        if let Ok(answer) = engine.exchange("/v1/history", &body)
            && let Ok(reply) = wire::from_cbor::<HistoryReply>(&answer.body)
        {
            complete = true;
            for e in reply.entries {
                let Ok(op) = OpId::from_str(&e.op) else { continue };
                let how = if e.settles {
                    "settle"
                } else if e.command == "import_roster" {
                    "import"
                } else {
                    "write"
                };
                items.insert(
                    op,
                    HistoryItem {
                        value: json_of(kind, &args.key, &e.value),
                        text: text_of(kind, &args.key, &e.value),
                        by: e.name,
                        at: e.at * 1000,
                        received_at: Some(e.received_at),
                        how: how.into(),
                        op: e.op,
                        words: None,
                    },
                );
            }
        }
    }
    engine.with(|o| {
        for w in local_writes(&o.db, record, &args.key)? {
            let how = if w.settles {
                "settle"
            } else if w.command == "import_roster" {
                "import"
            } else {
                "write"
            };
            let by = who(&o.db, &w.op.actor)?.0;
            items.entry(w.op).or_insert(HistoryItem {
                value: json_of(kind, &args.key, &w.value),
                text: text_of(kind, &args.key, &w.value),
                by,
                at: w.at * 1000,
                received_at: w.received_at,
                how: how.into(),
                op: w.op.to_string(),
                words: None,
            });
        }
        // what came as a snapshot: at least what is live
        for d in docs::of_record(&o.db, record)? {
            let Some(doc) = docs::load(&o.db, d)? else { continue };
            for op in doc.shown.live.get(&args.key).into_iter().flatten() {
                let by = who(&o.db, &op.id.actor)?.0;
                items.entry(op.id).or_insert(HistoryItem {
                    value: json_of(kind, &args.key, &op.value),
                    text: text_of(kind, &args.key, &op.value),
                    by,
                    at: op.at * 1000,
                    received_at: doc.last_at,
                    how: "write".into(),
                    op: op.id.to_string(),
                    words: None,
                });
            }
        }
        let mut items: Vec<HistoryItem> = items.into_values().collect();
        items.sort_by_key(|i| std::cmp::Reverse(i.at));
        let why = super::inbox::decide::words_of(&o.db, record, &args.key)?;
        for item in &mut items {
            item.words = why.get(&item.at.div_euclid(1000)).cloned();
        }
        Ok(History { items, complete })
    })
}
