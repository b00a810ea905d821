//! Deciding an item, and taking a decision back. Whatever is decided is one command of this person, so it stands in the history of the record
//! with name and time, and with the words that were given. What stood there before is kept on this device beside it: taking back writes it
//! again, a fork with all its values, and only where nobody wrote since; otherwise the newer word stands and the history offers the rest.

use super::super::same::{self, merge};
use super::super::{conflicts, held, moves, visits::new_id};
use super::facts;
use super::heads::{Head, What};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::store::{Doc, Row, docs, get_row, rows};
use crate::workspace::{self, DocEdit, Identity, Intent, KeyEdit, Writer};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use shared_model::Class;
use shared_model::commands::{
    DecideHeldArgs, DecideItemArgs, Decided, DecisionArgs, DecisionItem, DecisionList, Edited, JudgePairArgs, MergeRecordsArgs, NoArgs,
    SettleArgs,
};
use shared_model::crdt::{DEL_KEY, Value};
use shared_model::doc::{DocId, pair_id};
use shared_model::records::Kind;
use shared_model::rules::Verb;
use shared_model::same::EDGE;
use shared_model::wire::Ask;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Decisions that are listed.
const DECISIONS_MAX: u32 = 200;
/// Decisions that are kept: older ones are taken back through the history of the record.
const DECISIONS_KEPT: u32 = 5000;
/// Words beside a decision, bytes.
const WORDS_BYTES_MAX: usize = 2000;

/// What stood at a key before a decision, and what the decision wrote.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Back {
    unit: Uuid,
    doc: DocId,
    kind: Kind,
    key: String,
    wrote: Value,
    /// Every value that was live, none twice; empty: nothing was there.
    before: Vec<Value>,
}

/// What takes a decision back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Way {
    /// The values before.
    Values(Vec<Back>),
    /// The record that went into another one stands alone again.
    Apart(Uuid),
    /// A refused command that was adopted or given back by this command waits again; what was adopted is as before.
    Refused { command: [u8; 16], seq: u64, values: Vec<Back> },
}

/// A decision before it is written.
pub struct Planned {
    pub intent: Intent,
    pub head: Head,
    /// What was chosen, as people read it.
    pub text: String,
    pub batch: Option<Uuid>,
    pub words: Option<String>,
    /// The record that the words are about, with the field.
    pub about: Option<(Uuid, Kind, Option<String>)>,
    /// The id of the note that holds the words.
    pub note: Uuid,
    /// What takes it back, where that is more than the values before.
    pub way: Option<Way>,
    /// Shown anew beside what is written.
    pub touch: Vec<Row>,
}

fn live(doc: Option<&Doc>, key: &str) -> Vec<Value> {
    let mut out: Vec<Value> = Vec::new();
    for op in doc.and_then(|d| d.shown.live.get(key)).into_iter().flatten() {
        if !out.contains(&op.value) {
            out.push(op.value.clone());
        }
    }
    out
}

/// What takes these edits back.
pub fn backs(db: &Connection, edits: &[DocEdit]) -> Result<Vec<Back>> {
    let mut out = Vec::new();
    for d in edits {
        let doc = docs::load(db, docs::current(db, d.doc.record, d.doc.class)?)?;
        for e in &d.edits {
            let (key, wrote) = (e.key.clone(), e.value.clone());
            let before = live(doc.as_ref(), &key);
            let unit = doc.as_ref().map_or(d.unit, |x| x.unit);
            out.push(Back { unit, doc: d.doc, kind: d.kind, key, wrote, before });
        }
    }
    Ok(out)
}

/// Writes a decision with what takes it back. `None`: nothing had to be written.
pub fn write(w: &mut Writer<'_>, planned: Planned) -> Result<Option<u32>> {
    let Planned { mut intent, head, text, batch, words, about, note, way, touch } = planned;
    intent.batch = intent.batch.or(batch);
    let way = match way {
        Some(way) => way,
        None => Way::Values(backs(w.tx, &intent.docs)?),
    };
    if let [one, other] = touch.as_slice() {
        merge::touch(w, one, other);
    }
    if let (Some(words), Some((record, kind, key))) = (words, about) {
        note_words(w, &mut intent, (note, &head), (record, kind, key), words)?;
    }
    if let Some(h) = head.household {
        w.touch(h, Kind::Household);
    }
    if w.command(intent)?.is_none() {
        return Ok(None);
    }
    keep(w, (&head.id, head.kind, head.record, head.household), (batch, &text), &way).map(Some)
}

/// Keeps what takes a decision back. The item: its id, kind, record and household.
pub fn keep(w: &Writer<'_>, item: (&str, &str, Option<Uuid>, Option<Uuid>), (batch, text): (Option<Uuid>, &str), way: &Way) -> Result<u32> {
    let way = shared_model::wire::to_cbor(way);
    w.tx.prepare_cached(
        "insert into decided (item, kind, record, household, at, batch, back, text) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![item.0, item.1, item.2, item.3, w.now_ms, batch, way, text])?;
    let id = u32::try_from(w.tx.last_insert_rowid()).unwrap_or(0);
    w.tx.prepare_cached("delete from decided where id <= ?1")?.execute([i64::from(id) - i64::from(DECISIONS_KEPT)])?;
    Ok(id)
}

/// The words go beside the record, for the office alone, and with it when it is erased.
fn note_words(
    w: &Writer<'_>,
    intent: &mut Intent,
    (id, head): (Uuid, &Head),
    about: (Uuid, Kind, Option<String>),
    words: String,
) -> Result<()> {
    let (record, kind, key) = about;
    let unit = unit_of(w.tx, record)?;
    let mut edits = vec![
        KeyEdit::put("about", record.to_string()),
        KeyEdit::put("about_kind", kind.name()),
        KeyEdit::put("rule", "settle"),
        KeyEdit::put("words", words),
        KeyEdit::put("at", w.now_ms),
    ];
    edits.extend(head.household.map(|h| KeyEdit::put("household", h.to_string())));
    edits.extend(key.map(|k| KeyEdit::put("key", k)));
    intent.write(unit, DocId::new(id, Class::Office), Kind::Judgement, edits);
    Ok(())
}

/// Where a record lives.
pub fn unit_of(db: &Connection, record: Uuid) -> Result<Uuid> {
    let found: Option<Uuid> =
        db.prepare_cached("select unit from doc where record = ?1 order by class limit 1")?.query_row([record], |r| r.get(0)).optional()?;
    found.ok_or_else(|| CoreError::not_found("这条记录").at("id"))
}

fn words(text: Option<&String>) -> Result<Option<String>> {
    let text = text.map(|t| t.trim()).filter(|t| !t.is_empty());
    if text.is_some_and(|t| t.len() > WORDS_BYTES_MAX) {
        return Err(CoreError::new("too_large", "写得太长了，请短一些。没有写进去。").at("words"));
    }
    Ok(text.map(str::to_string))
}

/// `decide_item`
pub fn decide(engine: &Engine, args: DecideItemArgs) -> Result<Decided> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Judgement, Verb::Edit))?;
    let head = super::one(engine, &args.id)?;
    let (now, fresh) = (engine.now_ms(), new_id(engine));
    let (decision, changed) = engine.with(|o| {
        let said = words(args.words.as_ref())?;
        let mut planned = plan(&o.db, &o.me, &head, &args, now, fresh)?;
        planned.words = said;
        workspace::change(&mut o.db, &o.me, now, |w| write(w, planned))
    })?;
    engine.raise(&changed);
    Ok(Decided { decision })
}

fn plan(db: &Connection, me: &Identity, head: &Head, args: &DecideItemArgs, now: i64, note: Uuid) -> Result<Planned> {
    let of = |intent: Intent, text: String, about| Planned {
        intent,
        head: head.clone(),
        text,
        batch: None,
        words: None,
        about,
        note,
        way: None,
        touch: Vec::new(),
    };
    let decision = args.decision.as_str();
    match (&head.what, decision) {
        (What::Fork(doc, key), "settle") => {
            if args.value.is_none() && !args.clear {
                return Err(CoreError::args("要选一个值。").at("value"));
            }
            let value = args.value.clone().unwrap_or(serde_json::Value::Null);
            let id = match &args.conflict {
                Some(id) => id.clone(),
                None => conflicts::current_id(db, *doc, key)?,
            };
            let (intent, text) = conflicts::planned(db, me, &SettleArgs { id, value }, now)?;
            let kind = intent.docs.first().map_or(Kind::Person, |d| d.kind);
            Ok(of(intent, text, Some((doc.record, kind, Some(key.clone())))))
        }
        (What::Held(record), "take" | "keep" | "edit") => {
            let value = args.value.clone();
            let held_args = DecideHeldArgs { id: record.to_string(), decision: decision.into(), value };
            let (intent, text) = held::planned(db, &held_args)?;
            let about = get_row(db, Kind::HeldItem, *record)?.and_then(|r| {
                let kind = r.text("kind")?;
                Some((r.id("about")?, Kind::all().find(|k| k.name() == kind)?, r.text("key")))
            });
            Ok(of(intent, text, about))
        }
        (What::Left(l), "take" | "leave") => {
            let old = Uuid::parse_str(&l.old).map_err(|_| CoreError::not_found("这一条").at("id"))?;
            let (intent, text) = moves::planned(db, old, &l.key, decision == "take")?;
            Ok(of(intent, text, Some((old, Kind::Person, Some(l.key.clone())))))
        }
        (What::Fact(f), "fix") => {
            let mut intent = Intent::new("decide_item", format!("前后矛盾：{}", f.rule.fix_zh()), f.household);
            for (unit, id, kind, edits) in facts::fix(db, f)? {
                intent.write(unit, id, kind, edits.iter().map(|(k, v)| KeyEdit::put(k, v.clone())).collect());
            }
            if intent.docs.is_empty() {
                return Err(CoreError::new("not_found", "这一件已经不用改了。").at("id"));
            }
            Ok(of(intent, f.rule.fix_zh().into(), Some((f.record, f.kind, None))))
        }
        (What::Fact(f), "leave") => {
            let mut intent = Intent::new("decide_item", format!("看过，留着：{}", f.rule.zh()), f.household);
            let id = Uuid::new_v5(&f.record, f.rule.name().as_bytes());
            let mut edits = Vec::new();
            if get_row(db, Kind::Judgement, id)?.is_none_or(|r| r.get("about").is_none()) {
                edits = vec![
                    KeyEdit::put("about", f.record.to_string()),
                    KeyEdit::put("about_kind", f.kind.name()),
                    KeyEdit::put("rule", f.rule.name()),
                ];
                edits.extend(f.household.map(|h| KeyEdit::put("household", h.to_string())));
            }
            edits.extend([KeyEdit::put("facts", f.facts.clone()), KeyEdit::put("at", now), KeyEdit::put("undone", false)]);
            if let Some(said) = words(args.words.as_ref())? {
                edits.push(KeyEdit::put("words", said));
            }
            intent.write(unit_of(db, f.record)?, DocId::new(id, Class::Office), Kind::Judgement, edits);
            Ok(of(intent, "看过，留着".into(), None))
        }
        (What::Same(kind, pair), "merge") => {
            let value = args.value.clone().unwrap_or_default();
            let merge: MergeRecordsArgs = serde_json::from_value(value).map_err(|e| CoreError::args(e.to_string()).at("value"))?;
            let (intent, [keep, drop]) = merge::planned(db, &merge)?;
            if pair_id(keep.record, drop.record) != pair_id(pair.a, pair.b) || keep.kind != *kind {
                return Err(CoreError::args("合的不是这一对。").at("value"));
            }
            let mut planned = of(intent, "合成一份".into(), Some((keep.record, *kind, None)));
            planned.way = Some(Way::Apart(drop.record));
            planned.touch = vec![keep, drop];
            Ok(planned)
        }
        (What::Same(kind, pair), "different") => {
            let (kind, a, b) = (kind.name().to_string(), pair.a.to_string(), pair.b.to_string());
            let intent = same::judged(db, &JudgePairArgs { kind, a, b, verdict: Some("different".into()), note: None })?;
            Ok(of(intent, "不是同一份".into(), None))
        }
        (What::Question(id), "close") => {
            let mut intent = Intent::new("decide_item", "问答看过了", head.household);
            intent.write(unit_of(db, *id)?, DocId::new(*id, Class::Register), Kind::Question, vec![KeyEdit::put("closed", true)]);
            Ok(of(intent, "看过了".into(), None))
        }
        _ => Err(CoreError::args("这一件不能这样定。").at("decision")),
    }
}

/// `undo_decision`
pub fn undo(engine: &Engine, args: DecisionArgs) -> Result<Edited> {
    let now = engine.now_ms();
    let (_, changed) = engine.with(|o| {
        let rows = decided(&o.db, "where id = ?1 and undone = 0", &[&args.decision])?;
        let one = rows.into_iter().next().ok_or_else(|| CoreError::new("not_found", "这一次决定已经撤销了。").at("decision"))?;
        workspace::change(&mut o.db, &o.me, now, |w| take_back(w, &one))
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: true })
}

/// A decision as it is kept.
pub struct KeptDecision {
    pub id: u32,
    pub item: String,
    pub household: Option<Uuid>,
    pub record: Option<Uuid>,
    pub kind: String,
    pub at: i64,
    pub batch: Option<Uuid>,
    pub text: String,
    pub undone: bool,
    back: Vec<u8>,
}

/// Decisions by a condition, newest first.
pub fn decided(db: &Connection, filter: &str, args: &[&dyn rusqlite::ToSql]) -> Result<Vec<KeptDecision>> {
    let sql = format!("select id, item, household, record, kind, at, batch, text, undone, back from decided {filter} order by id desc");
    let mut q = db.prepare_cached(&sql)?;
    let got = q.query_map(args, |r| {
        Ok(KeptDecision {
            id: r.get(0)?,
            item: r.get(1)?,
            household: r.get(2)?,
            record: r.get(3)?,
            kind: r.get(4)?,
            at: r.get(5)?,
            batch: r.get(6)?,
            text: r.get(7)?,
            undone: r.get(8)?,
            back: r.get(9)?,
        })
    })?;
    Ok(got.collect::<rusqlite::Result<_>>()?)
}

/// Writes what stood there before, where nobody wrote since.
pub fn take_back(w: &mut Writer<'_>, one: &KeptDecision) -> Result<()> {
    let damaged = |_| CoreError::new("bad_change", "这一次决定以前的样子在本机读不出来，请到档案的来历里改回。");
    let way: Way = shared_model::wire::from_cbor(&one.back).map_err(damaged)?;
    match way {
        Way::Values(values) => restore(w, one, &values)?,
        Way::Apart(record) => {
            if get_row(w.tx, Kind::Household, record)?.or(get_row(w.tx, Kind::Person, record)?).is_none_or(|r| r.id(EDGE).is_none()) {
                return Err(CoreError::new("changed", "已经有人拆开了，不用再撤。").at("decision"));
            }
            merge::take_apart(w, record)?;
        }
        Way::Refused { command, seq, values } => {
            let state: String =
                w.tx.query_row("select state from command where seq = ?1", [seq], |r| r.get(0)).optional()?.unwrap_or_default();
            if !matches!(state.as_str(), "pending" | "accepted" | "") {
                return Err(CoreError::new("changed", "这一次没有作准：别人先处理了那一条，没有可撤的。").at("decision"));
            }
            let mut again = Intent::new("undo_decision", format!("撤销：{}", one.text), one.household);
            again.ask = Some(Ask::TakeUp { command });
            restore(w, one, &values)?;
            w.command(again)?;
        }
    }
    if let Some(h) = one.household {
        w.touch(h, Kind::Household);
    }
    w.tx.prepare_cached("update decided set undone = 1 where id = ?1")?.execute([one.id])?;
    Ok(())
}

fn restore(w: &mut Writer<'_>, one: &KeptDecision, backs: &[Back]) -> Result<()> {
    let mut first = Intent::new("undo_decision", format!("撤销：{}", one.text), one.household);
    let mut beside: Vec<(Back, Value)> = Vec::new();
    for b in backs {
        // which two a pair is of stays said
        if b.kind == Kind::Pair && !matches!(b.key.as_str(), "verdict" | "note") {
            continue;
        }
        let doc = docs::load(w.tx, docs::current(w.tx, b.doc.record, b.doc.class)?)?;
        let now = live(doc.as_ref(), &b.key);
        let stands = match b.key.as_str() {
            // a deletion says how much the deleter had seen
            DEL_KEY if !b.wrote.is_null() => now.iter().any(|v| !v.is_null()),
            _ => now == [b.wrote.clone()] || (now.is_empty() && b.wrote.is_null()),
        };
        if !stands {
            return Err(CoreError::new("changed", "后来又有人改过，没有撤销。现在的值和以前的都在档案的来历里。").at("decision"));
        }
        if b.kind == Kind::Judgement {
            if b.key == "facts" {
                first.write(b.unit, b.doc, b.kind, vec![KeyEdit::put("undone", true)]);
            }
            continue;
        }
        let mut others: Vec<Value> = b.before.iter().filter(|v| **v != b.wrote).cloned().collect();
        let keeps = b.before.contains(&b.wrote);
        if !keeps {
            // the value that was written anew goes; what was there comes in its place
            let back = if others.is_empty() { Value::Null } else { others.remove(0) };
            first.write(b.unit, b.doc, b.kind, vec![KeyEdit { key: b.key.clone(), value: back, seen: None, settle: false }]);
        } else if !others.is_empty() {
            let value = others.remove(0);
            first.write(b.unit, b.doc, b.kind, vec![KeyEdit { key: b.key.clone(), value, seen: Some(Vec::new()), settle: false }]);
        }
        beside.extend(others.into_iter().map(|v| (b.clone(), v)));
    }
    w.command(first)?;
    for (b, value) in beside {
        let mut more = Intent::new("undo_decision", format!("撤销：{}", one.text), one.household);
        more.write(b.unit, b.doc, b.kind, vec![KeyEdit { key: b.key, value, seen: Some(Vec::new()), settle: false }]);
        w.command(more)?;
    }
    Ok(())
}

/// `list_decisions`
pub fn list(engine: &Engine, _: NoArgs) -> Result<DecisionList> {
    engine.with(|o| {
        let tree = super::super::units::Tree::read(&o.db)?;
        let mut items = Vec::new();
        for d in decided(&o.db, &format!("where id > (select coalesce(max(id), 0) - {DECISIONS_MAX} from decided)"), &[])? {
            let home = d.household.or(d.record).map(|h| get_row(&o.db, Kind::Household, h)).transpose()?.flatten();
            items.push(DecisionItem {
                id: d.id,
                item: d.item,
                kind: d.kind,
                plate: home.map(|h| super::plate_of(&tree, &h)),
                text: d.text,
                at: d.at,
                batch: d.batch.map(|b| b.to_string()),
                undone: d.undone,
            });
        }
        Ok(DecisionList { items })
    })
}

/// Why a field was decided so: seconds of the decision and who decided, with the words.
///
/// # Errors
/// Of the store.
pub fn words_of(db: &Connection, record: Uuid, key: &str) -> Result<BTreeMap<i64, String>> {
    let found = rows(db, Kind::Judgement, "where t.about = ?1 and t._del is null and t.words is not null", &[&record])?;
    let of_key = found.iter().filter(|r| r.text("key").is_none_or(|k| k == key));
    Ok(of_key.filter_map(|r| Some((r.int("at")?.div_euclid(1000), r.text("words")?))).collect())
}
