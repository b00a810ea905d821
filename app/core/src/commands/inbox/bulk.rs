//! Many items by one rule (`shared_model::bulk`): what each would become is shown first, with what the rule leaves to a person and why. What
//! is written is what was shown: an item that says something else since is left out and named. Each item stays a command of its own with its
//! own way back; a batch takes all of them back together.

use super::super::{conflicts, held, visits::new_id};
use super::decide::{self, Planned};
use super::heads::{Head, SAME_ID, What};
use super::{Filter, Telling, code};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::store::{docs, get_row};
use crate::workspace::{self, Identity};
use rusqlite::Connection;
use shared_model::bulk::{self, BulkRule, Choice, HeldCell};
use shared_model::codes::Coded;
use shared_model::commands::{
    ApplyBulkArgs, BatchArgs, BulkArgs, BulkDone, BulkItem, BulkLeft, BulkPreview, DecideHeldArgs, InboxItem, ListInboxArgs, SettleArgs,
};
use shared_model::crdt::{ActorId, Change, OpId};
use shared_model::doc::actor_of;
use shared_model::limits::LIST_ITEMS_MAX;
use shared_model::records::Kind;
use shared_model::rules::{Role, Verb};
use shared_model::wire::{self, Command};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Why an item is left to a person.
fn why(reason: &str) -> Coded {
    let (zh, en) = match reason {
        "other_field" => ("不是这条规则管的", "not of this rule"),
        "same_time" => ("两边写在同一刻", "both written at one moment"),
        "no_roster" => ("都不是台账里来的", "neither comes from a roster"),
        "both_roster" => ("都是台账里来的", "both come from rosters"),
        "unknown_origin" => ("这台设备不知道从哪里来", "this device does not know where it comes from"),
        "really_differ" => ("不只是写法不同", "they differ in more than the way of writing"),
        "nowhere" => ("没有对上哪一户哪一人", "no record was found for it"),
        "not_empty" => ("已经有值", "there is a value already"),
        "not_readable" => ("写法认不出", "cannot be read"),
        "other_column" => ("是别的列", "of another column"),
        "other_reason" => ("不是与已有的值不同", "held for another reason"),
        "changed" => ("看过以后又变了", "changed since the preview"),
        "gone" => ("已经有人定了", "decided meanwhile"),
        "other_kind" => ("这一类不能按规则定", "of a kind that no rule decides"),
        other => (other, other),
    };
    code(reason, zh, en)
}

/// What one item becomes, before it is written.
struct Outcome {
    from: Vec<String>,
    to: String,
    seen: String,
    write: Write,
}

enum Write {
    Settle(SettleArgs),
    Held(DecideHeldArgs),
}

struct Asking<'a> {
    rule: BulkRule,
    column: Option<&'a str>,
    telling: Telling<'a>,
    /// Where values came from, where that is asked.
    roster: Option<Rosters>,
}

/// A person asks by an item why a rule leaves it; anything else is a failure.
type Judged = std::result::Result<Outcome, &'static str>;

impl Asking<'_> {
    fn judge(&self, h: &Head) -> Result<Judged> {
        match &h.what {
            What::Fork(doc, key) => self.fork(*doc, key),
            What::Held(record) => self.held(*record),
            _ => Ok(Err("other_kind")),
        }
    }

    fn fork(&self, doc: shared_model::doc::DocId, key: &str) -> Result<Judged> {
        let db = self.telling.db;
        let doc = docs::current(db, doc.record, doc.class)?;
        let Some(c) = conflicts::view(db, self.telling.me, &self.telling.tree, doc, key)? else { return Ok(Err("gone")) };
        // the newest operation of a value speaks for it; a roster that wrote the same is the same
        let from_roster = |op: &str| self.roster.as_ref()?.wrote(db, op.parse().ok()?);
        let values: Vec<Choice<'_>> =
            c.values.iter().map(|v| Choice { text: &v.text, at: v.at, from_roster: from_roster(&v.op) }).collect();
        Ok(bulk::choose(self.rule, key, &values).map(|at| Outcome {
            from: c.values.iter().map(|v| v.text.clone()).collect(),
            to: c.values[at].text.clone(),
            seen: c.id.clone(),
            write: Write::Settle(SettleArgs { id: c.id.clone(), value: c.values[at].value.clone() }),
        }))
    }

    fn held(&self, record: Uuid) -> Result<Judged> {
        let db = self.telling.db;
        let v = held::one(db, &self.telling.tree, record)?;
        let (key, current) = (v.key.clone().unwrap_or_default(), v.current.clone().unwrap_or_default());
        let has_value = get_row(db, Kind::HeldItem, record)?.is_some_and(|r| held::has_value(db, &r).unwrap_or(true));
        let cell = HeldCell {
            reason: &v.reason.code,
            column: &v.column,
            key: &key,
            text: &v.cell,
            current: &current,
            has_place: v.record.is_some() && v.key.is_some(),
            has_value,
            is_readable: held::is_readable(db, record)?,
            wanted_column: self.column,
        };
        Ok(bulk::choose_held(self.rule, &cell).map(|decision| Outcome {
            from: vec![current.clone(), v.cell.clone()],
            to: if decision == "take" { v.cell.clone() } else { current.clone() },
            seen: format!("{current}\u{1f}{}", v.cell),
            write: Write::Held(DecideHeldArgs { id: record.to_string(), decision: decision.into(), value: None }),
        }))
    }
}

fn rule(name: &str) -> Result<BulkRule> {
    BulkRule::from_name(name).ok_or_else(|| CoreError::args("没有这条规则。").at("rule"))
}

/// What is known here of where values came from.
struct Rosters {
    /// Operations that rosters taken in on this device wrote.
    ops: BTreeSet<OpId>,
    /// The actors of this install.
    own: BTreeSet<ActorId>,
}

impl Rosters {
    fn read(db: &Connection, me: &Identity) -> Result<Rosters> {
        let mut ops = BTreeSet::new();
        let mut q = db.prepare_cached("select body from command where name = 'import_roster' and state in ('pending', 'accepted')")?;
        for body in q.query_map([], |r| r.get::<_, Vec<u8>>(0))? {
            let Ok(command) = wire::from_cbor::<Command>(&body?) else { continue };
            for part in &command.parts {
                if let Ok((change, _)) = Change::decode(&part.change) {
                    ops.extend(change.ops_with_ids().map(|(id, _)| id));
                }
            }
        }
        let counter = workspace::actor_counter(db)?;
        let own = (0..=counter).map(|n| actor_of(&me.public_key, &me.nonce, n)).collect();
        Ok(Rosters { ops, own })
    }

    /// Did a roster write this? Nobody but an office takes in rosters; of another office's device this one does not know.
    fn wrote(&self, db: &Connection, op: OpId) -> Option<bool> {
        if self.ops.contains(&op) {
            return Some(true);
        }
        if self.own.contains(&op.actor) {
            return Some(false);
        }
        let mut q = db.prepare_cached("select role from actor where actor = ?1").ok()?;
        let role: String = q.query_row([op.actor.0.as_slice()], |r| r.get(0)).ok()?;
        (role != Role::Office.name()).then_some(false)
    }
}

fn left(item: &InboxItem, reason: &str) -> BulkLeft {
    BulkLeft { id: item.id.clone(), plate: item.plate.clone(), name: item.name.clone(), label: item.label.clone(), why: why(reason) }
}

/// `preview_bulk`
pub fn preview(engine: &Engine, args: BulkArgs) -> Result<BulkPreview> {
    let rule = rule(&args.rule)?;
    let (heads, _) = super::all(engine, !args.ids.iter().flatten().any(|id| id.starts_with(SAME_ID)))?;
    engine.with(|o| {
        let tree = super::Tree::read(&o.db)?;
        let list = ListInboxArgs { unit: args.unit.clone(), q: args.q.clone(), ..ListInboxArgs::default() };
        let mut filter = Filter::new(&o.db, &tree, &list)?;
        filter.ids = args.ids.map(|ids| ids.into_iter().collect());
        let roster = (rule == BulkRule::DoorOverRoster).then(|| Rosters::read(&o.db, &o.me)).transpose()?;
        let asking = Asking { rule, column: args.column.as_deref(), telling: Telling::new(&o.db, &o.me, tree)?, roster };
        let mut out = BulkPreview::default();
        let mut columns = BTreeSet::new();
        for h in heads.iter() {
            let is_held = matches!(h.what, What::Held(_));
            if !is_held && !matches!(h.what, What::Fork(..)) && filter.ids.is_none() {
                continue;
            }
            if !filter.takes(&o.db, h)? {
                continue;
            }
            if let What::Held(record) = &h.what {
                columns.extend(get_row(&o.db, Kind::HeldItem, *record)?.and_then(|r| r.text("column")));
            }
            match asking.judge(h)? {
                Ok(found) => {
                    let item = asking.telling.item(h)?;
                    let (id, plate, name, label) = (item.id, item.plate, item.name, item.label);
                    out.items.push(BulkItem { id, plate, name, label, from: found.from, to: found.to, seen: found.seen });
                }
                // what a rule has nothing to do with is not listed, unless it was chosen by hand
                Err("other_field" | "other_column" | "other_reason") if filter.ids.is_none() => {}
                Err(reason) => out.left_out.push(left(&asking.telling.item(h)?, reason)),
            }
            if out.items.len() + out.left_out.len() >= LIST_ITEMS_MAX as usize {
                break;
            }
        }
        out.columns = columns.into_iter().collect();
        Ok(out)
    })
}

/// `apply_bulk`
pub fn apply(engine: &Engine, args: ApplyBulkArgs) -> Result<BulkDone> {
    engine.with(|o| workspace::may_ever(&o.db, &o.me, Kind::Judgement, Verb::Edit))?;
    let rule = rule(&args.rule)?;
    if args.items.len() > LIST_ITEMS_MAX as usize {
        return Err(CoreError::new("too_large", "一次太多了，请分几次。没有写进去。").at("items"));
    }
    let batch = match &args.batch {
        Some(text) => super::views::id(text, "这一批")?,
        None => new_id(engine),
    };
    let (heads, _) = super::all(engine, !args.items.iter().any(|pick| pick.id.starts_with(SAME_ID)))?;
    let now = engine.now_ms();
    let by_id: BTreeMap<&str, &Head> = heads.iter().map(|h| (h.id.as_str(), h)).collect();
    let (done, changed) = engine.with(|o| {
        let mut out = BulkDone { batch: batch.to_string(), ..BulkDone::default() };
        let mut plans = Vec::new();
        {
            let roster = (rule == BulkRule::DoorOverRoster).then(|| Rosters::read(&o.db, &o.me)).transpose()?;
            let telling = Telling::new(&o.db, &o.me, super::Tree::read(&o.db)?)?;
            let asking = Asking { rule, column: args.column.as_deref(), telling, roster };
            for pick in &args.items {
                let Some(h) = by_id.get(pick.id.as_str()) else {
                    out.left_out.push(BulkLeft { id: pick.id.clone(), plate: None, name: None, label: None, why: why("gone") });
                    continue;
                };
                match asking.judge(h)? {
                    Ok(found) if found.seen == pick.seen => {
                        let (intent, text) = match &found.write {
                            Write::Settle(args) => conflicts::planned(&o.db, &o.me, args, now)?,
                            Write::Held(args) => held::planned(&o.db, args)?,
                        };
                        plans.push(Planned {
                            intent,
                            head: (*h).clone(),
                            text,
                            batch: Some(batch),
                            words: None,
                            about: None,
                            note: batch,
                            way: None,
                            touch: Vec::new(),
                        });
                    }
                    Ok(_) => out.left_out.push(left(&asking.telling.item(h)?, "changed")),
                    Err(reason) => out.left_out.push(left(&asking.telling.item(h)?, reason)),
                }
            }
        }
        workspace::change(&mut o.db, &o.me, now, |w| {
            for plan in plans {
                if decide::write(w, plan)?.is_some() {
                    out.done += 1;
                }
            }
            Ok(out)
        })
    })?;
    engine.raise(&changed);
    Ok(done)
}

/// `undo_bulk`: what somebody wrote to since stays as it is, and is named.
pub fn undo(engine: &Engine, args: BatchArgs) -> Result<BulkDone> {
    let now = engine.now_ms();
    let batch = super::views::id(&args.batch, "这一批")?;
    let (done, changed) = engine.with(|o| {
        let all = decide::decided(&o.db, "where batch = ?1 and undone = 0", &[&batch])?;
        if all.is_empty() {
            return Err(CoreError::new("not_found", "这一批已经撤销了。").at("batch"));
        }
        let mut out = BulkDone { batch: args.batch.clone(), ..BulkDone::default() };
        workspace::change(&mut o.db, &o.me, now, |w| {
            for one in &all {
                match decide::take_back(w, one) {
                    Ok(()) => out.done += 1,
                    Err(e) if e.code == "changed" => {
                        out.left_out.push(BulkLeft { id: one.item.clone(), plate: None, name: None, label: None, why: why("changed") });
                    }
                    Err(e) => return Err(e),
                }
            }
            Ok(out)
        })
    })?;
    engine.raise(&changed);
    Ok(done)
}
