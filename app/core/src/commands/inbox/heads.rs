//! What is open, as short heads: what each is, how long it takes, since when. Gathered from the tables that say so (forks, held cells, marks,
//! rows that contradict each other) and from the lists that the server sent (refused, devices, erasures).

use super::super::{cases, devices, erasures, moves, refused, same, session};
use super::{ask, facts};
use crate::engine::Engine;
use crate::error::Result;
use crate::workspace;
use rusqlite::Connection;
use shared_model::Class;
use shared_model::commands::{CaseItem, DeviceItem, ErasureItem, LeftBehindItem, NoArgs, PageArgs, RefusedItem};
use shared_model::doc::{DocId, pair_id};
use shared_model::limits::LIST_ITEMS_MAX;
use shared_model::records::Kind;
use shared_model::rules::{self, Verb};
use shared_model::same::index::Pair;
use std::sync::Arc;
use uuid::Uuid;

/// Every kind of item, in the order of the chips.
pub const KINDS: [&str; 12] = ["fork", "step", "same", "refused", "orphan", "late", "fact", "held", "device", "left", "mention", QUESTION];
/// A question that was answered.
pub const QUESTION: &str = "question";

/// How the id of two that look alike begins.
pub const SAME_ID: &str = "p-";

/// Seconds that a practised person takes.
const QUESTION_SECONDS: u32 = 8;
const LEFT_SECONDS: u32 = 14;
const HELD_SECONDS: u32 = 15;
const FACT_SECONDS: u32 = 16;
const DEVICE_SECONDS: u32 = 20;
const MENTION_SECONDS: u32 = 20;
const SAME_SECONDS: u32 = 25;
const CLASH_SECONDS: u32 = 30;
/// Reading why, then each field.
const REFUSED_SECONDS: u32 = 15;
const REFUSED_FIELD_SECONDS: u32 = 5;

/// What an item is of.
#[derive(Clone)]
pub enum What {
    Fork(DocId, String),
    Held(Uuid),
    Refused(Arc<RefusedItem>),
    Device(Arc<DeviceItem>),
    /// With the number of places nobody decided.
    Mention(Arc<ErasureItem>, u32),
    Left(Arc<LeftBehindItem>),
    Case(Arc<CaseItem>),
    Fact(Arc<facts::Fact>),
    Question(Uuid),
    /// Two records of a kind that look like one.
    Same(Kind, Arc<Pair>),
}

/// One item, as far as order and filters ask.
#[derive(Clone)]
pub struct Head {
    pub id: String,
    pub kind: &'static str,
    pub seconds: u32,
    pub at: i64,
    pub record: Option<Uuid>,
    pub household: Option<Uuid>,
    /// What a search compares beside the names of its record.
    pub words: String,
    pub what: What,
}

impl Head {
    /// The other one of two that look alike.
    pub fn other(&self) -> Option<Uuid> {
        if let What::Same(_, pair) = &self.what { Some(pair.b) } else { None }
    }
}

fn uuid(text: &Option<String>) -> Option<Uuid> {
    text.as_deref().and_then(|t| Uuid::parse_str(t).ok())
}

/// Everything that is open, easiest first, among equals the oldest.
pub fn gather(engine: &Engine, now: i64) -> Result<Vec<Head>> {
    let page = || PageArgs { limit: Some(LIST_ITEMS_MAX), offset: None };
    let waiting = refused::list(engine, page())?.items;
    let devices = devices::of_state(engine, "unconfirmed")?;
    let erased = erasures::list(engine, NoArgs {})?.items;
    let left = moves::list(engine, NoArgs {})?.items;
    let mut out = engine.with(|o| {
        let mut out = forks(&o.db, &o.me)?;
        out.extend(held(&o.db)?);
        out.extend(facts::all(&o.db, now)?.into_iter().map(fact));
        out.extend(ask::answered(&o.db)?.into_iter().map(|(id, about, household, at)| Head {
            id: format!("q-{id}"),
            kind: QUESTION,
            seconds: QUESTION_SECONDS,
            at,
            record: Some(about),
            household,
            words: String::new(),
            what: What::Question(id),
        }));
        if let Some(alike) = o.alike.as_ref()
            && may_judge_pairs(&o.db, &o.me)?
        {
            for (kind, pair) in same::open_pairs(&o.db, alike)? {
                out.push(look_alike(&o.db, kind, pair)?);
            }
        }
        out.extend(cases::clashing(&o.db, &o.me, now)?.into_iter().map(case));
        Ok(out)
    })?;
    out.extend(waiting.into_iter().map(refusal));
    out.extend(devices.into_iter().map(device));
    out.extend(erased.into_iter().filter_map(mention));
    out.extend(left.into_iter().map(left_behind));
    out.sort_by(|a, b| (a.seconds, a.at, &a.id).cmp(&(b.seconds, b.at, &b.id)));
    Ok(out)
}

/// Id of a fork: the field, whatever values it has.
pub fn fork_id(record: Uuid, class: Class, key: &str) -> String {
    format!("c-{record}-{}-{key}", class.name())
}

fn forks(db: &Connection, me: &workspace::Identity) -> Result<Vec<Head>> {
    let roles = workspace::roles(db, me)?;
    let mut q = db.prepare_cached("select record, class, key, kind, at, seconds from conflict")?;
    let got = q.query_map([], |r| {
        Ok((r.get::<_, Uuid>(0)?, r.get::<_, u8>(1)?, r.get::<_, String>(2)?, r.get::<_, u8>(3)?, r.get(4)?, r.get(5)?))
    })?;
    let mut out = Vec::new();
    for row in got {
        let (record, class, key, kind, at, seconds): (_, _, _, _, Option<i64>, Option<u32>) = row?;
        let (Some(class), Some(kind)) = (Class::from_u8(class), Kind::from_u8(kind)) else { continue };
        // what somebody else must settle would be work without an answer
        if !roles.iter().any(|r| rules::may_write(r.role, kind, class, Verb::Edit)) {
            continue;
        }
        out.push(Head {
            id: fork_id(record, class, &key),
            kind: "fork",
            seconds: seconds.unwrap_or(0),
            at: at.unwrap_or(0),
            record: Some(record),
            household: (kind == Kind::Household).then_some(record),
            words: String::new(),
            what: What::Fork(DocId::new(record, class), key),
        });
    }
    Ok(out)
}

fn held(db: &Connection) -> Result<Vec<Head>> {
    let mut q = db.prepare_cached(
        "select h.record, h.household, h.about, h.file, h.\"column\", h.said_at, d.first_at from held_item h
         left join doc d on d.record = h.record where h.decision is null and h._del is null and h.reason is not null",
    )?;
    let got = q.query_map([], |r| {
        let words: (Option<String>, Option<String>) = (r.get(3)?, r.get(4)?);
        let at: (Option<i64>, Option<i64>) = (r.get(5)?, r.get(6)?);
        let record: Uuid = r.get(0)?;
        Ok(Head {
            id: format!("h-{record}"),
            kind: "held",
            seconds: HELD_SECONDS,
            at: at.0.or(at.1).unwrap_or(0),
            record: r.get::<_, Option<Uuid>>(2)?.or(Some(record)),
            household: r.get(1)?,
            words: format!("{} {}", words.0.unwrap_or_default(), words.1.unwrap_or_default()),
            what: What::Held(record),
        })
    })?;
    Ok(got.collect::<rusqlite::Result<_>>()?)
}

/// Whose work it is to say that two are one.
///
/// # Errors
/// Of the store.
pub fn may_judge_pairs(db: &Connection, me: &workspace::Identity) -> Result<bool> {
    session::is_office(db, me)
}

fn look_alike(db: &Connection, kind: Kind, pair: Pair) -> Result<Head> {
    // since the younger of the two came
    let mut q = db.prepare_cached("select min(first_at) from doc where record = ?1")?;
    let mut came = |record: Uuid| q.query_row([record], |r| r.get::<_, Option<i64>>(0));
    let at = came(pair.a)?.max(came(pair.b)?).unwrap_or(0);
    let mut home = db.prepare_cached("select household from person where record = ?1")?;
    let household = match kind {
        Kind::Household => Some(pair.a),
        _ => home.query_map([pair.a], |r| r.get(0))?.next().transpose()?.flatten(),
    };
    Ok(Head {
        id: format!("{SAME_ID}{}", pair_id(pair.a, pair.b)),
        kind: "same",
        seconds: SAME_SECONDS,
        at,
        record: Some(pair.a),
        household,
        words: String::new(),
        what: What::Same(kind, Arc::new(pair)),
    })
}

fn fact(f: facts::Fact) -> Head {
    Head {
        id: format!("f-{}-{}", f.rule.name(), f.record),
        kind: if f.rule.is_orphan() { "orphan" } else { "fact" },
        seconds: FACT_SECONDS,
        at: f.at,
        record: Some(f.record),
        household: f.household,
        words: String::new(),
        what: What::Fact(Arc::new(f)),
    }
}

fn case(c: CaseItem) -> Head {
    Head {
        id: format!("s-{}", c.id),
        kind: "step",
        seconds: c.clashes * CLASH_SECONDS,
        at: c.opened_at,
        record: Uuid::parse_str(&c.id).ok(),
        household: uuid(&c.household),
        words: format!("{} {}", c.title, c.place.clone().unwrap_or_default()),
        what: What::Case(Arc::new(c)),
    }
}

fn refusal(r: RefusedItem) -> Head {
    let fields = u32::try_from(r.fields.len()).unwrap_or(0);
    Head {
        id: format!("r-{}", r.id),
        kind: if r.reason == "late" { "late" } else { "refused" },
        seconds: REFUSED_SECONDS + fields * REFUSED_FIELD_SECONDS,
        at: r.at,
        record: uuid(&r.household),
        household: uuid(&r.household),
        words: format!("{} {}", r.by, r.record_name.clone().unwrap_or_default()),
        what: What::Refused(Arc::new(r)),
    }
}

fn device(d: DeviceItem) -> Head {
    Head {
        id: format!("d-{}", d.id),
        kind: "device",
        seconds: DEVICE_SECONDS,
        at: d.seen_at.unwrap_or(0),
        record: None,
        household: None,
        words: format!("{} {}", d.name, d.unit_name),
        what: What::Device(Arc::new(d)),
    }
}

fn mention(e: ErasureItem) -> Option<Head> {
    let places = u32::try_from(e.mentions.iter().filter(|m| !m.pending).count()).unwrap_or(0);
    (places > 0).then(|| Head {
        id: format!("m-{}-{}", e.at, e.kind.code),
        kind: "mention",
        seconds: places * MENTION_SECONDS,
        at: e.at,
        record: None,
        household: None,
        words: e.by.clone(),
        what: What::Mention(Arc::new(e), places),
    })
}

fn left_behind(l: LeftBehindItem) -> Head {
    Head {
        id: format!("l-{}-{}", l.old, l.key),
        kind: "left",
        seconds: LEFT_SECONDS,
        at: 0,
        record: Uuid::parse_str(&l.old).ok(),
        household: uuid(&l.household),
        words: format!("{} {}", l.name, l.plate),
        what: What::Left(Arc::new(l)),
    }
}
