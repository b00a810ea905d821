//! Erasing a person or a household, taking a phone back from a door, and how far the erasures of an office have come.

use super::households::{self, plate_of};
use super::units::Tree;
use super::views::{coded, id, label_of};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::store::{self, get_row};
use crate::workspace::{self, Intent};
use rusqlite::{Connection, params};
use shared_model::Class;
use shared_model::codes::Coded;
use shared_model::commands::{
    DecideMentionArgs, Edited, EraseArgs, ErasureEnded, ErasureItem, ErasureList, ErasureMention, NoArgs, WithdrawArgs,
};
use shared_model::doc::DocId;
use shared_model::limits::BACKUP_DAYS_MAX;
use shared_model::records::{Kind, known_code};
use shared_model::rules::{self, Verb};
use shared_model::wire::{self, Ask, Command, Directory, EndedDevice, ErasureState, Mention};
use std::collections::BTreeSet;

const DAY_MS: i64 = 24 * 3600 * 1000;

/// `erase`: a server command. It takes effect, here too, when the server has carried it out.
pub fn erase(engine: &Engine, args: EraseArgs) -> Result<Edited> {
    let now = engine.now_ms();
    let (seq, changed) = engine.with(|o| {
        if !workspace::roles(&o.db, &o.me)?.iter().any(|at| rules::may_erase(at.role)) {
            return Err(CoreError::not_allowed("擦除档案"));
        }
        if !known_code("erase_reason", &args.reason) {
            return Err(CoreError::args("要选一个擦除的理由。").at("reason"));
        }
        if !args.confirm {
            return Err(CoreError::args("擦除以后找不回来，要先确认。").at("confirm"));
        }
        let record = id(&args.record, "这份档案")?;
        let tree = Tree::read(&o.db)?;
        let (household, text) = match get_row(&o.db, Kind::Household, record)? {
            Some(home) => (Some(record), format!("擦除 {} 一户", plate_of(&tree, &home))),
            None => {
                let person = get_row(&o.db, Kind::Person, record)?.ok_or_else(|| CoreError::not_found("这份档案").at("record"))?;
                let home = person.id("household").map(|h| get_row(&o.db, Kind::Household, h)).transpose()?.flatten();
                let plate = home.map(|h| plate_of(&tree, &h)).unwrap_or_default();
                (person.id("household"), format!("擦除 {plate} 一人"))
            }
        };
        workspace::change(&mut o.db, &o.me, now, |w| {
            let words = format!("{text}：{}", coded("erase_reason", &args.reason).label);
            w.tx.execute("insert into own_log (at, what, words) values (?1, 'erase', ?2)", params![now, words])?;
            let mut intent = Intent::new("erase", text, household);
            intent.ask = Some(Ask::Erase { record, reason: args.reason.clone() });
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}

/// `withdraw_contact`: the phone that a household let be shown at its door.
pub fn withdraw_contact(engine: &Engine, args: WithdrawArgs) -> Result<Edited> {
    let now = engine.now_ms();
    let (seq, changed) = engine.with(|o| {
        let may = |role| rules::may_write(role, Kind::Household, Class::Door, Verb::Edit);
        if !workspace::roles(&o.db, &o.me)?.iter().any(|at| may(at.role)) {
            return Err(CoreError::not_allowed("撤回门口的电话"));
        }
        let home = households::require(&o.db, &args.household)?;
        let text = format!("撤回 {} 门口的电话", plate_of(&Tree::read(&o.db)?, &home));
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("withdraw_contact", text, Some(home.record));
            intent.ask = Some(Ask::WithdrawContact { household: home.record });
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}

/// `list_erasures`: as the last sync told.
pub fn list(engine: &Engine, _: NoArgs) -> Result<ErasureList> {
    engine.with(|o| {
        let (tree, waiting) = (Tree::read(&o.db)?, decided(&o.db)?);
        let mut items = Vec::new();
        for e in told(&o.db)? {
            let mentions = e.mentions.iter().map(|m| mention(&o.db, &tree, &e.id, m, &waiting)).collect::<Result<Vec<_>>>()?;
            items.push(ErasureItem {
                at: e.at,
                kind: kind_code(e.kind),
                reason: coded("erase_reason", &e.reason),
                by: e.by,
                documents: e.documents,
                done: e.done,
                devices: e.done + u32::try_from(e.to_come.len() + e.ended.len()).unwrap_or(u32::MAX),
                complete: e.to_come.is_empty() && e.ended.is_empty(),
                to_come: e.to_come,
                ended: e.ended.into_iter().map(ended).collect(),
                mentions,
                backups_until: e.at + i64::from(BACKUP_DAYS_MAX) * DAY_MS,
            });
        }
        Ok(ErasureList { items })
    })
}

fn told(db: &Connection) -> Result<Vec<ErasureState>> {
    let directory: Option<Directory> = store::json_setting(db, "directory")?;
    Ok(directory.map(|d| d.erasures).unwrap_or_default())
}

fn kind_code(kind: Kind) -> Coded {
    Coded { code: kind.name().into(), label: kind.def().zh.into(), en: None }
}

fn ended(d: EndedDevice) -> ErasureEnded {
    let reason = d.reason.map(|r| Coded { code: r.name().into(), label: r.zh().into(), en: None });
    let day = d.revoked_at.map(|at| crate::project::day_of(at).to_string()).unwrap_or_default();
    let why = reason.as_ref().map(|r| format!("（{}）", r.label)).unwrap_or_default();
    ErasureEnded { name: d.name, reason, revoked_at: d.revoked_at, words: format!("{day} 停用{why}，没有收到清除回执") }
}

/// Mentions that were decided here and of which the server has not said anything.
fn decided(db: &Connection) -> Result<BTreeSet<([u8; 16], DocId)>> {
    let mut q = db.prepare_cached("select body from unjudged where name = 'decide_mention'")?;
    let mut out = BTreeSet::new();
    for body in q.query_map([], |r| r.get::<_, Vec<u8>>(0))? {
        if let Some(Ask::DecideMention { erasure, doc, .. }) = wire::from_cbor::<Command>(&body?).ok().and_then(|c| c.ask) {
            out.insert((erasure, doc));
        }
    }
    Ok(out)
}

fn mention_id(erasure: &[u8; 16], doc: &DocId) -> String {
    format!("{}.{}", hex::encode(erasure), hex::encode(doc.bytes()))
}

/// A mention with what this device knows of where it is.
fn mention(db: &Connection, tree: &Tree, erasure: &[u8; 16], m: &Mention, waiting: &BTreeSet<([u8; 16], DocId)>) -> Result<ErasureMention> {
    let row = get_row(db, m.kind, m.doc.record)?;
    let of = |key: &str| row.as_ref().and_then(|r| r.id(key));
    let case = match m.kind {
        Kind::Case => Some(m.doc.record),
        Kind::CaseStep => of("case"),
        Kind::Attachment => of("of"),
        _ => None,
    };
    let household = if m.kind == Kind::Household { Some(m.doc.record) } else { of("household") };
    let title = match (case, household) {
        (Some(case), _) => get_row(db, Kind::Case, case)?.and_then(|c| c.text("title")),
        (None, Some(home)) => get_row(db, Kind::Household, home)?.map(|h| plate_of(tree, &h)),
        _ => None,
    };
    Ok(ErasureMention {
        id: mention_id(erasure, &m.doc),
        record: m.doc.record.to_string(),
        kind: kind_code(m.kind),
        household: household.map(|h| h.to_string()),
        case: case.map(|c| c.to_string()),
        title: title.unwrap_or_default(),
        fields: m.keys.iter().map(|key| Coded { code: key.clone(), label: label_of(m.kind, key), en: None }).collect(),
        pending: waiting.contains(&(*erasure, m.doc)),
    })
}

/// `decide_mention`: a server command, as the erasure itself was.
pub fn decide_mention(engine: &Engine, args: DecideMentionArgs) -> Result<Edited> {
    let now = engine.now_ms();
    let erases = match args.decision.trim() {
        "erase" => true,
        "keep" => false,
        _ => return Err(CoreError::args("要选一并擦掉（erase）还是留下（keep）。").at("decision")),
    };
    let (seq, changed) = engine.with(|o| {
        if !workspace::roles(&o.db, &o.me)?.iter().any(|at| rules::may_erase(at.role)) {
            return Err(CoreError::not_allowed("决定这一处"));
        }
        let all = told(&o.db)?;
        let found = all.iter().flat_map(|e| e.mentions.iter().map(move |m| (e.id, m))).find(|(e, m)| mention_id(e, &m.doc) == args.id);
        let (erasure, m) = found.ok_or_else(|| CoreError::not_found("这一处").at("id"))?;
        if decided(&o.db)?.contains(&(erasure, m.doc)) {
            return Err(CoreError::args("这一处已经决定，等服务器确认。").at("id"));
        }
        let text = format!("{}里可能提到的：{}", m.kind.def().zh, if erases { "一并擦掉" } else { "留下" });
        workspace::change(&mut o.db, &o.me, now, |w| {
            w.tx.execute("insert into own_log (at, what, words) values (?1, 'erase', ?2)", params![now, text])?;
            let mut intent = Intent::new("decide_mention", text, None);
            intent.ask = Some(Ask::DecideMention { erasure, doc: m.doc, erases });
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}
