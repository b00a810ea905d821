//! Households and people that look like one: listed with reasons (this file), looked at together (`preview.rs`), merged and taken apart
//! again (`merge.rs`). What is compared is read in `facts.rs` and kept while the store is open by `kept.rs`; how alike two are is said in
//! `shared_model::same::alike`.

mod facts;
#[cfg(test)]
mod figures;
mod kept;
pub mod merge;
pub mod preview;

pub use kept::{Alike, open_pairs, refresh, refresh_soon};

use super::units::Tree;
use super::views::{self, id};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::store::{Row, docs, get_row, rows, same};
use crate::workspace::{self, Intent, KeyEdit};
use facts::{require, side};
use rusqlite::Connection;
use shared_model::Class;
use shared_model::commands::{Duplicate, DuplicateList, DuplicateReason, Edited, JudgePairArgs, ListDuplicatesArgs, PairVerdict};
use shared_model::crdt::Value;
use shared_model::doc::pair_id;
use shared_model::records::Kind;
use shared_model::rules::Verb;
use shared_model::same::alike::{Reason, Why};
use shared_model::same::index::Pair;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Pairs of one page, unless more are asked for.
const PAGE_PAIRS: u32 = 50;
/// Pairs of one page, at most.
const PAGE_PAIRS_MAX: u32 = 500;
/// Characters of what somebody says of a pair.
const NOTE_CHARS_MAX: usize = 200;

/// Reasons in words.
fn told(reasons: &[Reason]) -> Vec<DuplicateReason> {
    reasons.iter().map(|r| DuplicateReason { why: r.why, zh: r.why.zh().into(), points: r.points }).collect()
}

/// What was said of pairs, by the pair.
fn verdicts(db: &Connection) -> Result<BTreeMap<Uuid, PairVerdict>> {
    let mut out = BTreeMap::new();
    for row in rows(db, Kind::Pair, "where t._del is null and t.verdict is not null", &[])? {
        out.insert(row.record, verdict(db, &row)?);
    }
    Ok(out)
}

fn verdict(db: &Connection, row: &Row) -> Result<PairVerdict> {
    let doc = docs::load(db, docs::current(db, row.record, Class::Office)?)?;
    let said = doc.as_ref().and_then(|d| d.shown.winner("verdict"));
    Ok(PairVerdict {
        verdict: row.text("verdict").unwrap_or_default(),
        note: row.text("note"),
        by: said.map(|op| views::who(db, &op.id.actor)).transpose()?.map(|(name, _)| name).unwrap_or_default(),
        at: said.map_or(0, |op| op.at * 1000),
    })
}

/// `list_duplicates`: most alike first; what somebody judged is left out.
pub fn list(engine: &Engine, args: ListDuplicatesArgs) -> Result<DuplicateList> {
    let judged = args.judged.unwrap_or(false);
    let kind = kind_of(&args.kind)?;
    refresh(engine)?;
    engine.with(|o| {
        let db = &o.db;
        let tree = Tree::read(db)?;
        let all = o.alike.as_ref().map(|a| a.pairs(kind)).unwrap_or_default();
        let verdicts = verdicts(db)?;
        let hits = match args.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
            Some(q) => Some(super::search::households_matching(db, q)?),
            None => None,
        };
        let mut pairs = Vec::new();
        for pair in all.into_iter().filter(|p| verdicts.contains_key(&pair_id(p.a, p.b)) == judged) {
            if let Some(hits) = &hits {
                let home = |record: Uuid| -> Result<Option<Uuid>> {
                    Ok(match kind {
                        Kind::Household => Some(record),
                        _ => get_row(db, kind, record)?.and_then(|p| p.id("household")),
                    })
                };
                let is_hit = [home(pair.a)?, home(pair.b)?].into_iter().flatten().any(|h| hits.contains(&h));
                if !is_hit {
                    continue;
                }
            }
            pairs.push(pair);
        }
        let total = u32::try_from(pairs.len()).unwrap_or(u32::MAX);
        let limit = args.limit.unwrap_or(PAGE_PAIRS).min(PAGE_PAIRS_MAX);
        let mut items = Vec::new();
        for pair in views::page(pairs, Some(limit), args.after) {
            let Some(mut item) = view(db, &tree, kind, &pair)? else { continue };
            item.judged = verdicts.get(&pair_id(pair.a, pair.b)).cloned();
            items.push(item);
        }
        Ok(DuplicateList { items, total })
    })
}

/// A pair with both sides; `None` when one of them is not here any more.
///
/// # Errors
/// Of the store.
pub fn view(db: &Connection, tree: &Tree, kind: Kind, pair: &Pair) -> Result<Option<Duplicate>> {
    let (Some(a), Some(b)) = (get_row(db, kind, pair.a)?, get_row(db, kind, pair.b)?) else { return Ok(None) };
    let (a, b) = (side(db, tree, &a)?, side(db, tree, &b)?);
    Ok(Some(Duplicate {
        id: pair_id(pair.a, pair.b).to_string(),
        kind: kind.name().into(),
        points: pair.points,
        exact: pair.reasons.iter().any(|r| r.why == Why::SameId),
        reasons: told(&pair.reasons),
        across: a.grid != b.grid,
        a,
        b,
        judged: None,
    }))
}

fn kind_of(name: &str) -> Result<Kind> {
    same::KINDS.into_iter().find(|k| k.name() == name).ok_or_else(|| CoreError::args("要写 household 或 person。").at("kind"))
}

/// `judge_pair`
pub fn judge(engine: &Engine, args: JudgePairArgs) -> Result<Edited> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Pair, Verb::Make))?;
    let now = engine.now_ms();
    let (seq, changed) = engine.with(|o| {
        workspace::change(&mut o.db, &o.me, now, |w| {
            let intent = judged(w.tx, &args)?;
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}

/// What says of a pair that it is two, or nothing any more.
///
/// # Errors
/// `invalid_args`, `not_found`.
pub fn judged(db: &Connection, args: &JudgePairArgs) -> Result<Intent> {
    let verdict = match args.verdict.as_deref() {
        Some(said @ ("different" | "later")) => Value::Str(said.into()),
        None => Value::Null,
        Some(_) => return Err(CoreError::args("要写 different 或 later，收回就不写。").at("verdict")),
    };
    let note = args.note.as_deref().map(str::trim).filter(|n| !n.is_empty());
    if note.is_some_and(|n| n.chars().count() > NOTE_CHARS_MAX) {
        return Err(CoreError::args(format!("说明最多 {NOTE_CHARS_MAX} 个字。")).at("note"));
    }
    let (a, b) = (id(&args.a, "这条记录")?, id(&args.b, "这条记录")?);
    if a == b {
        return Err(CoreError::args("要写两条不同的记录。").at("b"));
    }
    let (a, b) = (a.min(b), a.max(b));
    let kind = if args.kind == "person" { Kind::Person } else { Kind::Household };
    for record in [a, b] {
        require(db, &args.kind, &record.to_string(), "a")?;
    }
    let tree = Tree::read(db)?;
    let home = docs::of_record(db, a)?.first().map(|d| docs::load(db, *d)).transpose()?.flatten();
    let unit = home.map(|d| d.unit).ok_or_else(|| CoreError::not_found("这条记录").at("a"))?;
    let unit = tree.above(unit, "community").unwrap_or(unit);
    let record = pair_id(a, b);
    let mut edits = Vec::new();
    if get_row(db, Kind::Pair, record)?.is_none() {
        edits.extend([("kind", kind.name().to_string()), ("a", a.to_string()), ("b", b.to_string())].map(|(k, v)| KeyEdit::put(k, v)));
    }
    edits.push(KeyEdit::put("verdict", verdict));
    edits.push(KeyEdit::put("note", note.map_or(Value::Null, |n| Value::Str(n.into()))));
    let what = if args.verdict.is_none() { "疑似重复：收回" } else { "疑似重复：看过" };
    let mut intent = Intent::new("judge_pair", what, None);
    intent.record(unit, record, Kind::Pair, Class::Office, edits)?;
    Ok(intent)
}
