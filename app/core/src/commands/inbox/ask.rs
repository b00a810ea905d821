//! Asking back: the office asks whoever wrote something, or whoever is in charge of the door, one sentence about one record; the answer stands
//! beside the item. A question is a record of the class `register` where the record lives: nobody is asked who may not read what it is about,
//! so never a building head. It goes with its record when that is erased.

use super::super::households::plate_of;
use super::super::units::Tree;
use super::super::views::{self, coded, id, label_of};
use super::super::{session, visits::new_id};
use super::decide::unit_of;
use super::heads::{Head, What};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::store::{Row, docs, get_row, rows};
use crate::workspace::{self, Identity, Intent, KeyEdit};
use rusqlite::Connection;
use shared_model::Class;
use shared_model::commands::{Added, AskBackArgs, AskChoice, AskedItem, AskedList, Edited, NoArgs, NoticeItem, ReplyQuestionArgs};
use shared_model::doc::DocId;
use shared_model::limits::NOTICES_MAX;
use shared_model::records::Kind;
use shared_model::rules::{self, Role, Verb};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A question or an answer, bytes.
const WORDS_BYTES_MAX: usize = 1000;

const OPEN: &str = "where t._del is null and t.words is not null and t.closed is not 1";

fn words(text: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(CoreError::args("要写一句话。").at("words"));
    }
    if text.len() > WORDS_BYTES_MAX {
        return Err(CoreError::new("too_large", "写得太长了，请短一些。没有写进去。").at("words"));
    }
    Ok(text.to_string())
}

/// Records with an open question: has it been answered?
pub fn open_by_record(db: &Connection) -> Result<BTreeMap<Uuid, bool>> {
    let mut out = BTreeMap::new();
    for q in rows(db, Kind::Question, OPEN, &[])? {
        if let Some(about) = q.id("about") {
            *out.entry(about).or_insert(true) &= q.get("reply").is_some();
        }
    }
    Ok(out)
}

/// A question that was answered: id, record, household, when.
pub type Answered = (Uuid, Uuid, Option<Uuid>, i64);

/// Questions with an answer that nobody has closed.
pub fn answered(db: &Connection) -> Result<Vec<Answered>> {
    let filter = format!("{OPEN} and t.reply is not null");
    let found = rows(db, Kind::Question, &filter, &[])?;
    Ok(found.iter().filter_map(|q| Some((q.record, q.id("about")?, q.id("household"), q.int("replied_at").unwrap_or(0)))).collect())
}

fn view(db: &Connection, tree: &Tree, q: &Row) -> Result<AskedItem> {
    let about = q.id("about").unwrap_or_default();
    let kind_name = q.text("about_kind").unwrap_or_default();
    let kind = Kind::all().find(|k| k.name() == kind_name).unwrap_or(Kind::Person);
    let row = get_row(db, kind, about)?;
    let home = q.id("household").map(|h| get_row(db, Kind::Household, h)).transpose()?.flatten();
    let doc = docs::load(db, docs::current(db, q.record, Class::Register)?)?;
    let by = |key: &str| doc.as_ref().map(|d| views::author_of(db, &d.shown, key)).transpose();
    let to = q.id("to").map(|m| get_row(db, Kind::Membership, m)).transpose()?.flatten();
    let key = q.text("key");
    Ok(AskedItem {
        id: q.record.to_string(),
        about: about.to_string(),
        about_kind: kind_name,
        label: key.as_deref().map(|k| label_of(kind, k)),
        key,
        household: home.as_ref().map(|h| h.record.to_string()),
        plate: home.map(|h| plate_of(tree, &h)),
        name: row.and_then(|r| ["name", "head_name", "title"].into_iter().find_map(|k| r.text(k))),
        to: to.and_then(|m| m.text("name")).unwrap_or_default(),
        words: q.text("words").unwrap_or_default(),
        by: by("words")?.unwrap_or_default(),
        at: q.int("at").unwrap_or(0),
        replied_by: q.get("reply").map(|_| by("reply")).transpose()?.flatten(),
        reply: q.text("reply"),
        replied_at: q.int("replied_at"),
        closed: q.flag("closed"),
    })
}

/// One question.
pub fn one(db: &Connection, tree: &Tree, id: Uuid) -> Result<AskedItem> {
    let row = get_row(db, Kind::Question, id)?.ok_or_else(|| CoreError::not_found("这句话").at("id"))?;
    view(db, tree, &row)
}

/// Questions about a record, newest first.
pub fn about(db: &Connection, tree: &Tree, record: Uuid) -> Result<Vec<AskedItem>> {
    let filter = "where t.about = ?1 and t._del is null and t.words is not null order by t.at desc, t.record";
    rows(db, Kind::Question, filter, &[&record])?.iter().map(|q| view(db, tree, q)).collect()
}

/// The class in which what is asked about stands.
fn class_of(what: &What) -> Class {
    match what {
        What::Fork(doc, _) => doc.class.max(Class::Register),
        _ => Class::Register,
    }
}

/// Who may be asked about an item: those who read it and are in charge there, whoever wrote it first.
pub fn choices(db: &Connection, tree: &Tree, head: &Head, now: i64) -> Result<Vec<AskChoice>> {
    let is_asked_about = matches!(head.what, What::Fork(..) | What::Held(_) | What::Left(_) | What::Fact(_) | What::Same(..));
    let (Some(record), true) = (head.record, is_asked_about) else { return Ok(Vec::new()) };
    let Ok(unit) = unit_of(db, record) else { return Ok(Vec::new()) };
    let line: BTreeSet<Uuid> = tree.line(unit).into_iter().collect();
    let class = class_of(&head.what);
    let mut wrote = BTreeSet::new();
    for id in docs::of_record(db, record)? {
        if let Some(doc) = docs::load(db, id)? {
            for op in doc.shown.live.values().flatten() {
                wrote.insert(views::who(db, &op.id.actor)?.0);
            }
        }
    }
    let mut out = Vec::new();
    for m in rows(db, Kind::Membership, "where t._del is null and t.name is not null", &[])? {
        let (Some(unit), Some(role)) = (m.id("unit"), m.text("role").and_then(|r| Role::from_name(&r))) else { continue };
        let is_over = m.int("until").is_some_and(|until| until <= now);
        // the office asks those who were at the door
        let is_field = matches!(role, Role::Worker | Role::PartTime);
        if is_over || !is_field || !line.contains(&unit) || !rules::access(role, class).reads() {
            continue;
        }
        let name = m.text("name").unwrap_or_default();
        out.push(AskChoice { id: m.record.to_string(), wrote: wrote.contains(&name), name, role: coded("role", role.name()) });
    }
    out.sort_by(|a, b| (!a.wrote, &a.name).cmp(&(!b.wrote, &b.name)));
    Ok(out)
}

/// `ask_back`
pub fn ask_back(engine: &Engine, args: AskBackArgs) -> Result<Added> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Judgement, Verb::Make))?;
    let head = super::one(engine, &args.item)?;
    let said = words(&args.words)?;
    let (now, question) = (engine.now_ms(), new_id(engine));
    let (_, changed) = engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        if !choices(&o.db, &tree, &head, now)?.iter().any(|c| c.id == args.to) {
            return Err(CoreError::new("not_allowed", "这一件不能问这个人：要能看到这条记录、正管着那里的人才能问。").at("to"));
        }
        let record = head.record.ok_or_else(|| CoreError::not_found("这条记录").at("item"))?;
        let (kind, key) = match &head.what {
            What::Fork(doc, key) => (docs::load(&o.db, docs::current(&o.db, doc.record, doc.class)?)?.map(|d| d.kind), Some(key.clone())),
            What::Held(held) => {
                let row = get_row(&o.db, Kind::HeldItem, *held)?;
                let kind = row.as_ref().and_then(|r| r.text("kind")).and_then(|name| Kind::all().find(|k| k.name() == name));
                (kind, row.and_then(|r| r.text("key")))
            }
            What::Left(l) => (Some(Kind::Person), Some(l.key.clone())),
            What::Fact(f) => (Some(f.kind), None),
            What::Same(kind, _) => (Some(*kind), None),
            _ => (None, None),
        };
        let kind = kind.ok_or_else(|| CoreError::not_found("这条记录").at("item"))?;
        let household = match kind {
            Kind::Household => Some(record),
            _ => get_row(&o.db, kind, record)?.and_then(|r| r.id("household")).or(head.household),
        };
        let unit = unit_of(&o.db, record)?;
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut edits = vec![
                KeyEdit::put("about", record.to_string()),
                KeyEdit::put("about_kind", kind.name()),
                KeyEdit::put("to", args.to.clone()),
                KeyEdit::put("words", said.clone()),
                KeyEdit::put("at", now),
            ];
            edits.extend(key.map(|k| KeyEdit::put("key", k)));
            edits.extend(household.map(|h| KeyEdit::put("household", h.to_string())));
            let mut intent = Intent::new("ask_back", "问一句", household);
            intent.write(unit, DocId::new(question, Class::Register), Kind::Question, edits);
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Added { id: question.to_string() })
}

/// Is a question for this person? By the membership it names.
fn is_mine(db: &Connection, me: &Identity, q: &Row) -> Result<bool> {
    let to = q.id("to").map(|m| get_row(db, Kind::Membership, m)).transpose()?.flatten();
    let mine: BTreeSet<Uuid> = workspace::roles(db, me)?.iter().map(|r| r.unit).collect();
    Ok(to.is_some_and(|m| m.text("name").as_deref() == Some(me.name.as_str()) && m.id("unit").is_some_and(|u| mine.contains(&u))))
}

/// `list_asked`: what this person was asked and has not answered; the office sees every one that is open.
pub fn list_asked(engine: &Engine, _: NoArgs) -> Result<AskedList> {
    engine.with(|o| {
        let (tree, is_office) = (Tree::read(&o.db)?, session::is_office(&o.db, &o.me)?);
        let mut items = Vec::new();
        for q in rows(&o.db, Kind::Question, &format!("{OPEN} order by t.at desc, t.record"), &[])? {
            if is_office || (q.get("reply").is_none() && is_mine(&o.db, &o.me, &q)?) {
                items.push(view(&o.db, &tree, &q)?);
            }
        }
        Ok(AskedList { items })
    })
}

/// `reply_question`
pub fn reply(engine: &Engine, args: ReplyQuestionArgs) -> Result<Edited> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Question, Verb::Edit))?;
    let said = words(&args.words)?;
    let now = engine.now_ms();
    let (seq, changed) = engine.with(|o| {
        let q = id(&args.id, "这句话")?;
        let row = get_row(&o.db, Kind::Question, q)?
            .filter(|r| r.get("words").is_some() && !r.flag("closed"))
            .ok_or_else(|| CoreError::new("not_found", "这句话已经不用答了。").at("id"))?;
        if !is_mine(&o.db, &o.me, &row)? && !session::is_office(&o.db, &o.me)? {
            return Err(CoreError::not_allowed("答问别人的话"));
        }
        let unit = unit_of(&o.db, q)?;
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("reply_question", "答一句", row.id("household"));
            let edits = vec![KeyEdit::put("reply", said), KeyEdit::put("replied_at", now)];
            intent.write(unit, DocId::new(q, Class::Register), Kind::Question, edits);
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}

/// What this person was asked, as notices.
///
/// # Errors
/// Of the store.
pub fn notices(db: &Connection, me: &Identity, since: i64) -> Result<Vec<NoticeItem>> {
    let mut out = Vec::new();
    let open = rows(db, Kind::Question, &format!("{OPEN} and t.reply is null order by t.at desc limit {NOTICES_MAX}"), &[])?;
    if open.is_empty() {
        return Ok(out);
    }
    let tree = Tree::read(db)?;
    for q in open {
        if !is_mine(db, me, &q)? {
            continue;
        }
        let at: Option<i64> = db.query_row("select min(first_at) from doc where record = ?1 and mine = 0", [q.record], |r| r.get(0))?;
        let Some(at) = at.filter(|at| *at > since) else { continue };
        let v = view(db, &tree, &q)?;
        let title = [v.name, v.label].into_iter().flatten().collect::<Vec<_>>().join(" ");
        out.push(NoticeItem {
            id: v.id,
            kind: "question".into(),
            title,
            step: None,
            text: Some(v.words),
            by: Some(v.by).filter(|b| !b.is_empty()),
            place: v.plate,
            at,
            case: None,
            household: v.household,
            campaign: None,
            seen: false,
        });
    }
    Ok(out)
}
