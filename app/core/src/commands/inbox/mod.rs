//! The office's inbox: one list of everything that the merge or an import could not decide. What lives here: the list, its pages, and one
//! item with the evidence of both sides. `heads.rs` gathers what is open, `marks.rs` keeps what only whole documents can say, `facts.rs` finds
//! contradictions, `decide.rs` decides and takes back, `bulk.rs` decides many by a rule, `ask.rs` asks whoever wrote it.
//!
//! What is open is gathered once for a state of the store and kept in memory as short heads; a page tells only its own items in full. So ten
//! thousand open items cost a page what a hundred do.

pub mod ask;
pub mod bulk;
pub mod decide;
mod facts;
mod heads;
mod marks;

pub use ask::{ask_back, list_asked, notices as question_notices, reply as reply_question};
pub use marks::look as look_at_marks;

use super::conflicts;
use super::held;
use super::households::plate_of;
use super::refused;
use super::same;
use super::units::Tree;
use super::views;
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::store::{docs, get_row};
use crate::workspace::Identity;
use heads::{Head, What};
use rusqlite::Connection;
use shared_model::codes::Coded;
use shared_model::commands::{IdArgs, InboxCount, InboxDetail, InboxItem, InboxList, ListInboxArgs};
use shared_model::limits::LIST_ITEMS_MAX;
use shared_model::records::Kind;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

/// People of whom a move left something behind.
///
/// # Errors
/// Of the store.
pub fn marked_left(db: &Connection) -> Result<Vec<Uuid>> {
    marks::records(db, marks::LEFT)
}

/// Items of a page, unless told.
const PAGE_ITEMS: usize = 100;

/// What is open, for one state of the store.
pub struct Kept {
    /// Writes of this program and of others so far.
    stamp: (i64, i64, i64),
    is_looking: bool,
    heads: Arc<Vec<Head>>,
}

/// What the list is of: changes with any write.
fn stamp(db: &Connection, now: i64) -> Result<(i64, i64, i64)> {
    let others = db.query_row("pragma data_version", [], |r| r.get(0))?;
    let own = db.query_row("select total_changes()", [], |r| r.get(0))?;
    Ok((others, own, now / (24 * 3_600_000)))
}

/// All heads, easiest first; and whether those who look alike are still being looked for. `soon`: what is known by now.
fn all(engine: &Engine, soon: bool) -> Result<(Arc<Vec<Head>>, bool)> {
    let now = engine.now_ms();
    let is_looking = match engine.with(|o| heads::may_judge_pairs(&o.db, &o.me))? {
        true if soon => same::refresh_soon(engine)?,
        true => same::refresh(engine).map(|()| false)?,
        false => false,
    };
    let found = engine.with(|o| {
        marks::look(&o.db)?;
        let stamp = stamp(&o.db, now)?;
        Ok((stamp, o.inbox.as_ref().filter(|k| k.stamp == stamp && k.is_looking == is_looking).map(|k| k.heads.clone())))
    })?;
    let (stamp, kept) = found;
    if let Some(heads) = kept {
        return Ok((heads, is_looking));
    }
    let heads = Arc::new(heads::gather(engine, now)?);
    engine.with(|o| {
        o.inbox = Some(Kept { stamp, is_looking, heads: heads.clone() });
        Ok(())
    })?;
    Ok((heads, is_looking))
}

/// What is open as far as this item goes: only one of two that look alike waits until they were looked for.
fn around(engine: &Engine, id: &str) -> Result<Arc<Vec<Head>>> {
    Ok(all(engine, !id.starts_with(heads::SAME_ID))?.0)
}

/// One head by its id.
fn one(engine: &Engine, id: &str) -> Result<Head> {
    let found = around(engine, id)?.iter().find(|h| h.id == id).cloned();
    found.ok_or_else(|| CoreError::new("not_found", "这一件已经有人定了，或者不用再定。").at("id"))
}

/// `list_inbox`
pub fn list(engine: &Engine, args: ListInboxArgs) -> Result<InboxList> {
    let (heads, is_looking) = all(engine, args.soon.unwrap_or(false))?;
    engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        let filter = Filter::new(&o.db, &tree, &args)?;
        let mut counts: BTreeMap<&str, u32> = heads::KINDS.iter().map(|k| (*k, 0)).collect();
        for h in heads.iter() {
            *counts.entry(h.kind).or_default() += 1;
        }
        let mut fitting: Vec<&Head> = Vec::new();
        for h in heads.iter() {
            if filter.takes(&o.db, h)? {
                fitting.push(h);
            }
        }
        let place = |id: &Option<String>| id.as_deref().and_then(|id| fitting.iter().position(|h| h.id == id));
        // an item that went meanwhile: whoever asks begins again
        let from = place(&args.after).map_or(0, |at| at + 1);
        let mut limit = args.limit.map_or(PAGE_ITEMS, |l| l.min(LIST_ITEMS_MAX) as usize);
        if let Some(at) = place(&args.reach) {
            limit = limit.max(at.saturating_sub(from) + PAGE_ITEMS);
        }
        let page: Vec<&Head> = fitting.iter().skip(from).take(limit).copied().collect();
        let telling = Telling::new(&o.db, &o.me, tree)?;
        Ok(InboxList {
            items: page.iter().map(|h| telling.item(h)).collect::<Result<_>>()?,
            total: u32::try_from(fitting.len()).unwrap_or(u32::MAX),
            seconds: fitting.iter().map(|h| u64::from(h.seconds)).sum(),
            open: u32::try_from(heads.len()).unwrap_or(u32::MAX),
            counts: heads::KINDS.iter().map(|k| InboxCount { kind: (*k).into(), count: counts[k] }).collect(),
            looking: is_looking,
            after: page.last().filter(|_| from + page.len() < fitting.len()).map(|h| h.id.clone()),
        })
    })
}

/// What a list is asked for.
struct Filter {
    kind: Option<String>,
    ids: Option<BTreeSet<String>>,
    beneath: Option<BTreeSet<Uuid>>,
    /// Records that the words find, and the words.
    found: Option<(BTreeSet<Uuid>, String)>,
}

impl Filter {
    fn new(db: &Connection, tree: &Tree, args: &ListInboxArgs) -> Result<Filter> {
        let beneath = match &args.unit {
            Some(u) => Some(tree.beneath(tree.find(u)?.record)),
            None => None,
        };
        let q = args.q.as_deref().map(|q| shared_model::codes::fold_width(q.trim()).to_lowercase()).filter(|q| !q.is_empty());
        let found = match q {
            None => None,
            Some(q) => {
                let mut get = db.prepare_cached(
                    "select record from household where instr(search_words, ?1) > 0
                     union select record from person where instr(search_words, ?1) > 0
                     union select p.record from person p join household h on h.record = p.household where instr(h.search_words, ?1) > 0",
                )?;
                let set = get.query_map([&q], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?;
                Some((set, q))
            }
        };
        Ok(Filter { kind: args.kind.clone(), ids: None, beneath, found })
    }

    fn takes(&self, db: &Connection, h: &Head) -> Result<bool> {
        if self.kind.as_deref().is_some_and(|k| k != h.kind) || self.ids.as_ref().is_some_and(|ids| !ids.contains(&h.id)) {
            return Ok(false);
        }
        if let Some((set, q)) = &self.found {
            let of = [h.record, h.household, h.other()].into_iter().flatten();
            if !of.clone().any(|r| set.contains(&r)) && !h.words.to_lowercase().contains(q) {
                return Ok(false);
            }
        }
        let Some(beneath) = &self.beneath else { return Ok(true) };
        let mut get = db.prepare_cached("select unit from doc where record = ?1 order by class limit 1")?;
        let mut stands = |record: Uuid| -> Result<Option<bool>> {
            let unit = get.query_map([record], |r| r.get::<_, Uuid>(0))?.next().transpose()?;
            Ok(unit.map(|unit| beneath.contains(&unit)))
        };
        // two that look alike may stand in two grids
        if h.other().map(&mut stands).transpose()?.flatten() == Some(true) {
            return Ok(true);
        }
        for record in [h.record, h.household].into_iter().flatten() {
            if let Some(is_beneath) = stands(record)? {
                return Ok(is_beneath);
            }
        }
        Ok(false)
    }
}

/// What is needed to tell items, read once a page.
struct Telling<'a> {
    db: &'a Connection,
    me: &'a Identity,
    tree: Tree,
    /// Records with a question that is open: answered or not.
    asked: BTreeMap<Uuid, bool>,
}

fn code(code: &str, label: impl Into<String>, en: &str) -> Coded {
    Coded { code: code.into(), label: label.into(), en: Some(en.to_string()).filter(|e| !e.is_empty()) }
}

impl<'a> Telling<'a> {
    fn new(db: &'a Connection, me: &'a Identity, tree: Tree) -> Result<Self> {
        Ok(Telling { db, me, tree, asked: ask::open_by_record(db)? })
    }

    fn plate(&self, household: Option<Uuid>) -> Result<Option<String>> {
        let row = household.map(|h| get_row(self.db, Kind::Household, h)).transpose()?.flatten();
        Ok(row.map(|r| plate_of(&self.tree, &r)).filter(|p| !p.is_empty()))
    }

    fn base(&self, h: &Head) -> Result<InboxItem> {
        let asked = h.record.and_then(|r| self.asked.get(&r).copied());
        Ok(InboxItem {
            id: h.id.clone(),
            kind: h.kind.into(),
            why: code("", "", ""),
            seconds: h.seconds,
            at: h.at,
            who: Vec::new(),
            record: h.record.map(|r| r.to_string()),
            record_kind: None,
            household: h.household.map(|r| r.to_string()),
            plate: self.plate(h.household)?,
            name: None,
            key: None,
            label: None,
            other: None,
            count: 0,
            words: None,
            asked: asked == Some(false),
            answered: asked == Some(true),
        })
    }

    /// An item as the list shows it.
    fn item(&self, h: &Head) -> Result<InboxItem> {
        let mut item = self.base(h)?;
        match &h.what {
            What::Fork(doc, key) => self.fork(&mut item, *doc, key)?,
            What::Held(record) => {
                let v = held::one(self.db, &self.tree, *record)?;
                item.why = v.reason;
                (item.plate, item.household, item.name) = (v.plate, v.household, v.record_name);
                (item.key, item.label, item.record) = (v.key, v.label, v.record);
                (item.words, item.count, item.who) = (Some(v.file), v.row, vec![v.by]);
            }
            What::Refused(r) => {
                item.why = code(&r.reason, r.words.zh, r.words.en);
                (item.plate, item.household, item.name) = (r.plate.clone(), r.household.clone(), r.record_name.clone());
                (item.words, item.who) = (Some(r.command.code.clone()), vec![r.by.clone()]);
                (item.count, item.asked) = (u32::from(r.discarded), r.asked.is_some());
            }
            What::Device(d) => {
                item.why = code("unconfirmed", "新设备等确认", "a device waits to be confirmed");
                (item.name, item.words, item.label) = (Some(d.name.clone()), Some(d.unit_name.clone()), Some(d.role.code.clone()));
            }
            What::Mention(e, n) => {
                item.why = e.reason.clone();
                (item.count, item.who) = (*n, vec![e.by.clone()]);
            }
            What::Left(l) => {
                item.why = code("left_behind", "写在了老门牌上", "written at the old door");
                (item.plate, item.name) = (Some(l.plate.clone()), Some(l.name.clone()));
                (item.key, item.label, item.who) = (Some(l.key.clone()), Some(l.label.clone()), vec![l.who.clone()]);
            }
            What::Case(c) => {
                item.why = code("clash", "步骤相抵", "steps that do not fit together");
                (item.name, item.words, item.count) = (Some(c.title.clone()), c.place.clone(), c.clashes);
                item.record_kind = Some("case".into());
            }
            What::Fact(f) => {
                item.why = code(f.rule.name(), f.rule.zh(), f.rule.en());
                item.name = facts::name_of(self.db, f)?;
                item.record_kind = Some(f.kind.name().into());
                item.who = facts::who(self.db, f)?;
            }
            What::Same(kind, pair) => {
                let reasons: Vec<&str> = pair.reasons.iter().filter(|r| r.points > 0).map(|r| r.why.zh()).collect();
                item.why = code("same", reasons.join("、"), "look alike");
                if let Some(v) = same::view(self.db, &self.tree, *kind, pair)? {
                    (item.name, item.plate, item.other) = (Some(v.a.name), Some(v.a.plate), Some(v.b.plate));
                    item.label = Some(v.b.name);
                    item.household = Some(v.a.household);
                    item.who = vec![v.a.by, v.b.by];
                    item.words = Some(v.reasons.iter().filter(|r| r.points > 0).map(|r| r.why.name()).collect::<Vec<_>>().join(" "));
                }
                item.count = u32::try_from(pair.points).unwrap_or(0);
                item.record_kind = Some(kind.name().into());
            }
            What::Question(id) => {
                let q = ask::one(self.db, &self.tree, *id)?;
                item.why = code("answered", "问的有了回答", "a question was answered");
                (item.name, item.plate, item.key, item.label) = (q.name, q.plate, q.key, q.label);
                (item.words, item.who) = (q.reply, q.replied_by.into_iter().collect());
            }
        }
        item.name = item.name.filter(|n| !n.is_empty());
        item.who.retain(|w| !w.is_empty());
        item.who.dedup();
        Ok(item)
    }

    /// Of a fork only names are told here: the list needs no history.
    fn fork(&self, item: &mut InboxItem, doc: shared_model::doc::DocId, key: &str) -> Result<()> {
        let Some(d) = docs::load(self.db, docs::current(self.db, doc.record, doc.class)?)? else { return Ok(()) };
        let live = d.shown.live.get(key).map(Vec::as_slice).unwrap_or_default();
        let mut distinct: Vec<_> = Vec::new();
        for op in live {
            if !distinct.contains(&&op.value) {
                distinct.push(&op.value);
                item.who.push(views::who(self.db, &op.id.actor)?.0);
            }
        }
        item.who.sort_unstable();
        item.count = u32::try_from(distinct.len()).unwrap_or(u32::MAX);
        let (household, name) = conflicts::place(self.db, d.kind, doc.record)?;
        item.household = household.map(|h| h.to_string());
        item.plate = self.plate(household)?;
        item.name = Some(name);
        item.record_kind = Some(d.kind.name().into());
        item.label = Some(conflicts::label(self.db, d.kind, doc.record, key)?);
        item.key = Some(key.to_string());
        item.why = match key {
            "moved_to" => code("moved_twice", "两个人各搬了一次", "moved twice apart"),
            _ => code("two_values", "两个人写的不同", "written differently apart"),
        };
        Ok(())
    }
}

/// `get_inbox_item`
pub fn get(engine: &Engine, args: IdArgs) -> Result<InboxDetail> {
    let heads = around(engine, &args.id)?;
    let place = heads.iter().position(|h| h.id == args.id);
    let head = one(engine, &args.id)?;
    let now = engine.now_ms();
    engine.with(|o| {
        let telling = Telling::new(&o.db, &o.me, Tree::read(&o.db)?)?;
        let item = telling.item(&head)?;
        let mut d = InboxDetail {
            asked: head.record.map(|r| ask::about(&o.db, &telling.tree, r)).transpose()?.unwrap_or_default(),
            may_ask: ask::choices(&o.db, &telling.tree, &head, now)?,
            place: u32::try_from(place.unwrap_or(0) + 1).unwrap_or(u32::MAX),
            item,
            conflict: None,
            held: None,
            refused: None,
            device: None,
            erasure: None,
            left: None,
            case: None,
            fact: None,
            same: None,
        };
        match &head.what {
            What::Fork(doc, key) => {
                let doc = docs::current(&o.db, doc.record, doc.class)?;
                d.conflict = conflicts::view(&o.db, telling.me, &telling.tree, doc, key)?;
            }
            What::Held(record) => d.held = Some(held::one(&o.db, &telling.tree, *record)?),
            What::Refused(r) => d.refused = Some(refused::again(&o.db, &telling.tree, &r.id)?),
            What::Device(x) => d.device = Some((**x).clone()),
            What::Mention(x, _) => d.erasure = Some((**x).clone()),
            What::Left(x) => d.left = Some((**x).clone()),
            What::Case(x) => d.case = Some((**x).clone()),
            What::Fact(f) => d.fact = Some(facts::view(&o.db, &telling.tree, f)?),
            What::Same(kind, pair) => d.same = same::view(&o.db, &telling.tree, *kind, pair)?,
            What::Question(_) => {}
        }
        Ok(d)
    })
}
