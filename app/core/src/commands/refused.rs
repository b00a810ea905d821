//! The office's side of what was refused: each command of somebody beneath it with why, since when, who, and what is there now beside what it
//! wanted. The office adopts it (its own change with the chosen values; refused bytes never enter the log) or gives it back with a word.

use super::households::plate_of;
use super::inbox::decide::{self, Way};
use super::tray;
use super::units::Tree;
use super::views::{self, coded};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::store::{self, docs, get_row};
use crate::workspace::{self, DocEdit, Intent, KeyEdit, Writer};
use rusqlite::Connection;
use shared_model::codes::Coded;
use shared_model::commands::{AdoptArgs, COMMANDS, Decided, PageArgs, RefusedInbox, RefusedItem, ReturnArgs};
use shared_model::crdt::DEL_KEY;
use shared_model::reasons;
use shared_model::records::Kind;
use shared_model::wire::{self, Ask, RefusedCommand, RefusedList};
use uuid::Uuid;

/// What the server said last, but for what a command of this device that waits for its verdict adopts or returns.
fn waiting(db: &Connection) -> Result<(Vec<RefusedCommand>, u32)> {
    let Some(bytes) = store::setting(db, "refused")? else { return Ok((Vec::new(), 0)) };
    let list: RefusedList =
        wire::from_cbor(&bytes).map_err(|_| CoreError::new("bad_change", "退回的清单在本机损坏，下次同步会再要一份。"))?;
    let mut q = db.prepare_cached("select 1 from refused_done d join command c on c.seq = d.seq where d.command = ?1 and c.judged = 0")?;
    let (mut out, mut done) = (Vec::new(), 0);
    for item in list.items {
        if q.exists([item.command.as_slice()])? {
            done += 1;
        } else {
            out.push(item);
        }
    }
    Ok((out, list.total.saturating_sub(done)))
}

/// Its values as this device would write them. A deletion of what was never here says nothing.
fn edits_of(db: &Connection, r: &RefusedCommand) -> Result<Vec<DocEdit>> {
    let edit =
        |(key, value): &(String, shared_model::crdt::Value)| KeyEdit { key: key.clone(), value: value.clone(), seen: None, settle: false };
    let mut out = Vec::new();
    for p in &r.parts {
        let only_deletes = p.values.iter().all(|(key, _)| key == DEL_KEY);
        if !only_deletes || (!p.values.is_empty() && docs::load(db, p.doc)?.is_some()) {
            out.push(DocEdit { unit: p.unit, doc: p.doc, kind: p.kind, edits: p.values.iter().map(edit).collect() });
        }
    }
    Ok(out)
}

/// Are all these records here already? What an adoption makes anew is not unmade by an undo.
fn makes_nothing(db: &Connection, edits: &[DocEdit]) -> Result<bool> {
    for d in edits {
        if docs::load(db, docs::current(db, d.doc.record, d.doc.class)?)?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn view(db: &Connection, tree: &Tree, r: &RefusedCommand) -> Result<RefusedItem> {
    let edits = edits_of(db, r)?;
    let (household, record_name) = tray::place(db, &edits)?;
    let plate = household.map(|h| get_row(db, Kind::Household, h)).transpose()?.flatten().map(|h| plate_of(tree, &h));
    let label = COMMANDS.iter().find(|c| c.name == r.command_name).map_or("", |c| c.zh);
    Ok(RefusedItem {
        id: wire::hex(&r.command),
        command: Coded { code: r.command_name.clone(), label: label.into(), en: None },
        reason: r.reason.clone(),
        words: reasons::words(&r.reason),
        by: r.name.clone(),
        by_role: coded("role", r.role.name()),
        at: r.received_at,
        household: household.map(|h| h.to_string()),
        plate,
        record_name,
        fields: tray::fields(db, &edits)?,
        discarded: r.state == "discarded",
        asked: r.asked.as_ref().map(|(words, _)| words.clone()),
        asked_at: r.asked.as_ref().map(|(_, at)| *at),
        may_adopt: !edits.is_empty(),
        may_undo: makes_nothing(db, &edits)?,
    })
}

/// `list_refused`: oldest first.
pub fn list(engine: &Engine, args: PageArgs) -> Result<RefusedInbox> {
    engine.with(|o| {
        let (all, total) = waiting(&o.db)?;
        let tree = Tree::read(&o.db)?;
        let items = views::page(all, args.limit, args.offset).iter().map(|r| view(&o.db, &tree, r)).collect::<Result<_>>()?;
        Ok(RefusedInbox { items, total })
    })
}

/// One of them as it stands now.
///
/// # Errors
/// `not_found`, or of the store.
pub fn again(db: &Connection, tree: &Tree, id: &str) -> Result<RefusedItem> {
    view(db, tree, &one(db, id)?)
}

fn one(db: &Connection, id: &str) -> Result<RefusedCommand> {
    let found = waiting(db)?.0.into_iter().find(|r| wire::hex(&r.command) == id);
    found.ok_or_else(|| CoreError::new("not_found", "这一条已经处理过了，或者写的人自己改好了。").at("id"))
}

fn may_resolve(db: &Connection, me: &workspace::Identity) -> Result<()> {
    if super::session::is_office(db, me)? { Ok(()) } else { Err(CoreError::not_allowed("处理别人被退回的")) }
}

/// `adopt_refused`: the chosen values as a change of this office.
pub fn adopt(engine: &Engine, args: AdoptArgs) -> Result<Decided> {
    let now = engine.now_ms();
    let (decision, changed) = engine.with(|o| {
        may_resolve(&o.db, &o.me)?;
        let r = one(&o.db, &args.id)?;
        let edits = edits_of(&o.db, &r)?;
        if edits.is_empty() {
            return Err(CoreError::args("这一条里没有可以采用的内容，请退给写的人。").at("id"));
        }
        let (household, _) = tray::place(&o.db, &edits)?;
        let edits = tray::chosen(&o.db, edits, &args.choice)?;
        require_cases(&o.db, &edits)?;
        workspace::change(&mut o.db, &o.me, now, |w| {
            let text = format!("采用 {} 被退回的", r.name);
            let values = makes_nothing(w.tx, &edits)?.then(|| decide::backs(w.tx, &edits)).transpose()?;
            let mut intent = Intent::new("adopt_refused", text.clone(), household);
            intent.docs = edits;
            intent.adopts = Some(r.command);
            let seq = w.command(intent)?;
            tray::log(w.tx, now, "adopt", &format!("采用 {} 被退回的一条", r.name))?;
            let (Some(values), Some(seq)) = (values, seq) else { return Ok(None) };
            keep(w, &r, household, &text, Way::Refused { command: r.command, seq, values }).map(Some)
        })
    })?;
    tray::raise(engine, changed);
    Ok(Decided { decision })
}

/// Keeps what takes it back, beside the other decisions of the inbox.
fn keep(w: &Writer<'_>, r: &RefusedCommand, household: Option<Uuid>, text: &str, way: Way) -> Result<u32> {
    let kind = if r.reason == "late" { "late" } else { "refused" };
    decide::keep(w, (&format!("r-{}", wire::hex(&r.command)), kind, household, household), (None, text), &way)
}

/// A step is adopted when its case is here, or comes with it.
fn require_cases(db: &Connection, edits: &[DocEdit]) -> Result<()> {
    let cases = edits.iter().filter(|d| d.kind == Kind::CaseStep).flat_map(|d| &d.edits).filter(|e| e.key == "case");
    for case in cases.filter_map(|e| e.value.as_str().and_then(|id| Uuid::parse_str(id).ok())) {
        let comes = edits.iter().any(|d| d.kind == Kind::Case && d.doc.record == case);
        if !comes && docs::of_record(db, case)?.is_empty() {
            return Err(CoreError::new("not_found", "这一步所属的事项这里没有：先采用那一件，或退给写的人。").at("id"));
        }
    }
    Ok(())
}

/// `return_refused`: back to its author with a word; what its author discarded is only filed away.
pub fn give_back(engine: &Engine, args: ReturnArgs) -> Result<Decided> {
    let now = engine.now_ms();
    let words = tray::words(args.words.as_deref().unwrap_or_default())?;
    let (decision, changed) = engine.with(|o| {
        may_resolve(&o.db, &o.me)?;
        let r = one(&o.db, &args.id)?;
        if words.is_none() && r.state != "discarded" {
            return Err(CoreError::args("退回要写一句话，让写的人知道怎么办。").at("words"));
        }
        workspace::change(&mut o.db, &o.me, now, |w| {
            let text = format!("退给 {}", r.name);
            let mut intent = Intent::new("return_refused", text.clone(), None);
            intent.ask = Some(Ask::ReturnRefused { command: r.command, words: words.clone().unwrap_or_default() });
            let seq = w.command(intent)?;
            tray::log(w.tx, now, "return", &format!("把一条退回的退给 {}", r.name))?;
            let Some(seq) = seq else { return Ok(None) };
            let (household, _) = tray::place(w.tx, &edits_of(w.tx, &r)?)?;
            keep(w, &r, household, &text, Way::Refused { command: r.command, seq, values: Vec::new() }).map(Some)
        })
    })?;
    tray::raise(engine, changed);
    Ok(Decided { decision })
}
