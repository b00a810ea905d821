//! When the server was set back, this device gives back what it still holds: own commands above the fork under their old numbers, and the
//! signed pages that it pulled. Until a verified backup holds them both are kept, and only then let go. While anything is still to be given
//! back nothing else is sent, because what is new may stand on it.

use super::apply::{Digests, accept};
use super::refuse;
use crate::error::Result;
use crate::project;
use crate::store::{
    self, docs,
    log::{self, Among},
};
use crate::workspace::Identity;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use serde::{Deserialize, Serialize};
use shared_model::Class;
use shared_model::crdt::{Change, ChangeHash};
use shared_model::doc::DocId;
use shared_model::epochs::common;
use shared_model::limits::{OFFERED_COMMANDS_MAX, OFFERED_PAGES_MAX, PUSH_BYTES_MAX};
use shared_model::wire::{self, Command, OfferReply, OfferRequest, Offered, Page, SyncReply, Verdict};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Without any backup, what is older than this is let go of, ms.
const KEPT_MS: i64 = 30 * 24 * 3_600_000;
/// Commands looked at in one release.
const RELEASED_AT_ONCE: u32 = 2_000;
/// States of a page in `kept_page.offer`: kept, to be given back, given back.
const TO_GIVE: u8 = 1;
const GIVEN: u8 = 2;

/// Since when this device knows that the server was set back; gone once both agree again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetBack {
    pub at_ms: i64,
    pub epoch: u64,
}

/// Is something of before still on its way back?
pub fn of(db: &Connection) -> Result<Option<SetBack>> {
    store::json_setting(db, "set_back")
}

/// A reply of another epoch than the one known: what stands above the fork is to be given back. True when it was one.
pub fn note(db: &Connection, reply: &SyncReply, now_ms: i64) -> Result<bool> {
    let before: u64 = store::json_setting(db, "epoch")?.unwrap_or(0);
    if before == 0 || before == reply.epoch {
        return Ok(false);
    }
    tracing::warn!(before, now = reply.epoch, "the server was set back; what this device holds is given back");
    store::set_json(db, "set_back", &SetBack { at_ms: now_ms, epoch: reply.epoch })?;
    db.execute("update command set again = 1 where seq > ?1 and judged = 1 and length(body) > 0", [reply.known])?;
    db.execute("delete from command_place where seq > ?1", [reply.known])?;
    note_units(db)?;
    let mut q = db.prepare("select id, unit, class, epoch, seq_to from kept_page")?;
    let pages = q.query_map([], |r| Ok((r.get::<_, i64>(0)?, r.get::<_, Uuid>(1)?, r.get::<_, u8>(2)?, r.get(3)?, r.get::<_, u64>(4)?)))?;
    for page in pages.collect::<rusqlite::Result<Vec<_>>>()? {
        let (id, unit, class, epoch, seq_to) = page;
        let Some(class) = Class::from_u8(class) else { continue };
        if seq_to > common(&reply.epochs, epoch, reply.epoch, &unit, class) {
            db.prepare_cached("update kept_page set offer = ?2 where id = ?1")?.execute(params![id, TO_GIVE])?;
        }
    }
    Ok(true)
}

/// The units that own commands to be given back write in: until each of them is given, what stands there stays.
fn note_units(db: &Connection) -> Result<()> {
    let mut units: BTreeSet<Uuid> = BTreeSet::new();
    let mut q = db.prepare("select body from command where again > 0 and state = 'accepted'")?;
    for body in q.query_map([], |r| r.get::<_, Vec<u8>>(0))? {
        if let Ok(command) = wire::from_cbor::<Command>(&body?) {
            units.extend(command.parts.iter().map(|p| p.unit));
        }
    }
    store::set_json(db, "again_units", &units)
}

/// Is something of this partition still to be given back?
pub fn holds(db: &Connection, unit: Uuid, class: Class) -> Result<bool> {
    let pages = "select 1 from kept_page where unit = ?1 and class = ?2 and offer = ?3 limit 1";
    if db.prepare_cached(pages)?.exists(params![unit, class as u8, TO_GIVE])? {
        return Ok(true);
    }
    let units: BTreeSet<Uuid> = store::json_setting(db, "again_units")?.unwrap_or_default();
    Ok(units.contains(&unit) && db.prepare_cached("select 1 from command where again > 0 and state = 'accepted' limit 1")?.exists([])?)
}

/// A command that waits for changes the server does not have, while it is being filled again: they are asked of this device, and if it
/// cannot bring them they are lost. True when it is so; otherwise, and where others are to bring what it stands on, it is only sent again.
pub fn note_need(db: &Connection, seq: u64, hashes: &[ChangeHash]) -> Result<bool> {
    let is_set_back = !hashes.is_empty() && of(db)?.is_some();
    if is_set_back {
        db.prepare_cached("update command set again = 2 where seq = ?1 and judged = 0")?.execute([seq])?;
    }
    Ok(is_set_back)
}

/// Both agree: what was given back has come again with new pages, under new numbers.
pub fn over(db: &Connection) -> Result<()> {
    if of(db)?.is_some() {
        db.execute("delete from kept_page where offer = ?1", [GIVEN])?;
        db.execute("delete from setting where key in ('set_back', 'again_units')", [])?;
    }
    Ok(())
}

/// Is there anything to be given back?
pub fn is_due(db: &Connection) -> Result<bool> {
    let commands = db.prepare_cached("select 1 from command where again > 0 limit 1")?.exists([])?;
    Ok(commands || db.prepare_cached("select 1 from kept_page where offer = 1 limit 1")?.exists([])?)
}

/// One way through all that is to be given back.
#[derive(Debug, Default)]
pub struct Pass {
    page: i64,
    seq: u64,
    /// Nothing moved in the pass before: what lacks its past now is lost.
    last: bool,
}

impl Pass {
    /// From the beginning.
    pub fn new(last: bool) -> Self {
        Pass { last, ..Pass::default() }
    }
}

/// One request of a pass, and which pages it holds.
pub struct Batch {
    pub request: OfferRequest,
    pages: Vec<i64>,
}

/// The next batch of a pass; `None`: all was offered.
pub fn next(db: &Connection, pass: &mut Pass) -> Result<Option<Batch>> {
    let (mut commands, mut pages, mut ids, mut bytes) = (Vec::new(), Vec::new(), Vec::new(), 0);
    let (mut damaged, mut broken) = (Vec::new(), Vec::new());
    let mut q = db.prepare_cached("select seq, body, state, reason from command where again > 0 and seq > ?1 order by seq")?;
    let mut got = q.query([pass.seq])?;
    while let Some(r) = got.next()? {
        let body: Vec<u8> = r.get(1)?;
        if (bytes + body.len() > PUSH_BYTES_MAX && !commands.is_empty()) || commands.len() >= OFFERED_COMMANDS_MAX {
            break;
        }
        bytes += body.len();
        pass.seq = r.get(0)?;
        let Ok(command) = wire::from_cbor::<Command>(&body) else {
            // what it wrote is in the documents still, and comes back with them
            damaged.push(pass.seq);
            continue;
        };
        let verdict = verdict_of(&command, &r.get::<_, String>(2)?, r.get::<_, Option<String>>(3)?.unwrap_or_default());
        commands.push(Offered { command, verdict });
    }
    for seq in damaged {
        tracing::error!(seq, "a command on this device cannot be read any more");
        db.execute("update command set again = 0 where seq = ?1", [seq])?;
    }
    let mut q = db.prepare_cached("select id, body from kept_page where offer = 1 and id > ?1 order by id")?;
    let mut got = q.query([pass.page])?;
    let mut bytes = 0;
    while let Some(r) = got.next()? {
        let Ok(body) = super::unpack(&r.get::<_, Vec<u8>>(1)?, 16 * 1024 * 1024) else {
            broken.push(r.get::<_, i64>(0)?);
            continue;
        };
        if (bytes + body.len() > PUSH_BYTES_MAX && !pages.is_empty()) || pages.len() >= OFFERED_PAGES_MAX {
            break;
        }
        bytes += body.len();
        pass.page = r.get(0)?;
        match wire::from_cbor::<Page>(&body) {
            Ok(page) => {
                pages.push(page);
                ids.push(pass.page);
            }
            Err(_) => broken.push(pass.page),
        }
    }
    for id in broken {
        tracing::error!("a page kept on this device cannot be read any more");
        db.execute("delete from kept_page where id = ?1", [id])?;
    }
    if commands.is_empty() && pages.is_empty() {
        return Ok(None);
    }
    let request = OfferRequest {
        epoch: store::json_setting(db, "epoch")?.unwrap_or(0),
        pages,
        commands,
        released: store::json_setting(db, "released")?.unwrap_or(0),
        last: pass.last,
    };
    Ok(Some(Batch { request, pages: ids }))
}

/// The verdict that a refused command had; of an accepted one none, it is judged again.
fn verdict_of(command: &Command, state: &str, reason: String) -> Option<Verdict> {
    let by = reason.strip_prefix("by ").and_then(|n| n.parse().ok());
    match state {
        "superseded" | "discarded" if reason == "lost" => Some(Verdict::Lost),
        "superseded" => Some(Verdict::Superseded { by: by.unwrap_or(0) }),
        "discarded" if by.is_some() => Some(Verdict::Superseded { by: by.unwrap_or(0) }),
        "discarded" if command.parts.is_empty() => Some(Verdict::Stale { current: reason }),
        "quarantined" | "discarded" => Some(Verdict::Quarantined { reason }),
        "stale" => Some(Verdict::Stale { current: reason }),
        "erased" => Some(Verdict::Erased),
        _ => None,
    }
}

/// What an answer brought.
pub struct Step {
    /// Commands and pages that are settled.
    pub moved: usize,
    /// The server was set back once more; the next sync says how.
    pub is_elsewhere: bool,
    pub refused: u32,
}

/// Applies the answer to a batch.
pub fn apply(db: &mut Connection, me: &Identity, now_ms: i64, batch: &Batch, reply: &OfferReply) -> Result<Step> {
    let mut step = Step { moved: 0, is_elsewhere: reply.epoch != batch.request.epoch, refused: 0 };
    if step.is_elsewhere {
        return Ok(step);
    }
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let (mut touched, mut digests, mut fresh) = (BTreeMap::new(), Digests::default(), BTreeSet::new());
    for (seq, verdict) in &reply.verdicts {
        let known: Option<(u8, String)> = tx
            .query_row("select again, state from command where seq = ?1 and again > 0", [seq], |r| Ok((r.get(0)?, r.get(1)?)))
            .optional()?;
        let Some((again, state)) = known else { continue };
        if let Verdict::Need { hashes } = verdict {
            if hashes.is_empty() && batch.request.last {
                // what it stands on may still come from others: it waits among what has no verdict
                wait_again(&tx, *seq)?;
                step.moved += 1;
            }
            continue;
        }
        step.moved += 1;
        tx.execute("update command set again = 0 where seq = ?1", [seq])?;
        match verdict {
            Verdict::Accepted { received_at, erased } if again == 2 => accept(&tx, *seq, *received_at, erased, &mut touched, &mut digests)?,
            Verdict::Accepted { received_at, .. } => {
                tx.execute("update command set state = 'accepted', received_at = ?2 where seq = ?1", params![seq, received_at])?;
            }
            Verdict::Lost => {
                tx.execute("update command set state = 'superseded', reason = 'lost', judged = 1 where seq = ?1", [seq])?;
                rebuild_all(&tx, *seq, &mut touched)?;
            }
            other if again == 2 => {
                if refuse::note(&tx, *seq, other)? {
                    fresh.insert(*seq);
                }
                step.refused += 1;
            }
            other if state == "accepted" => {
                // it was accepted once and is not now: it goes to the tray, and the repair takes what it wrote out of the accepted state
                tx.execute("update command set state = 'pending', judged = 0 where seq = ?1", [seq])?;
                refuse::note(&tx, *seq, other)?;
                step.refused += 1;
            }
            _ => {}
        }
    }
    digests.write(&tx)?;
    if !fresh.is_empty() {
        refuse::settle(&tx, me, now_ms, &fresh, &mut touched)?;
    }
    for (n, id) in batch.pages.iter().enumerate() {
        let waits = reply.waiting.get(n).is_none_or(|rows| *rows > 0);
        step.moved += usize::from(!waits);
        if !waits || batch.request.last {
            tx.execute("update kept_page set offer = ?2 where id = ?1", params![id, GIVEN])?;
        }
    }
    project::refresh(&tx, &touched, now_ms)?;
    project::spread(&tx)?;
    tx.commit()?;
    Ok(step)
}

/// A command that a server which was set back cannot judge yet has no verdict any more. What it wrote stays where it is.
fn wait_again(tx: &Transaction<'_>, seq: u64) -> Result<()> {
    let (body, is_judged): (Vec<u8>, bool) =
        tx.query_row("select body, judged from command where seq = ?1", [seq], |r| Ok((r.get(0)?, r.get(1)?)))?;
    tx.execute("update command set again = 0, needs = 1, state = 'pending', judged = 0 where seq = ?1", [seq])?;
    let Ok(command) = wire::from_cbor::<Command>(&body) else { return Ok(()) };
    for part in command.parts.iter().filter(|p| is_judged && !p.is_erased()) {
        let Some(mut doc) = docs::load(tx, part.doc)? else { continue };
        doc.base = Some(doc.accepted().clone());
        doc.pending += 1;
        if Change::decode(&part.change).is_ok_and(|(change, _)| change.deps.is_empty()) {
            // it is as old as its acceptance, for everybody
            doc.first_at = None;
        }
        docs::save(tx, &mut doc)?;
    }
    Ok(())
}

/// What is shown of the documents of a command: what is accepted, with what still waits for a verdict.
fn rebuild_all(tx: &Transaction<'_>, seq: u64, touched: &mut BTreeMap<Uuid, shared_model::Kind>) -> Result<()> {
    let body: Vec<u8> = tx.query_row("select body from command where seq = ?1", [seq], |r| r.get(0))?;
    let Ok(command) = wire::from_cbor::<Command>(&body) else { return Ok(()) };
    for part in &command.parts {
        if let Some(mut doc) = docs::load(tx, part.doc)?
            && doc.base.is_some()
        {
            stand_on(tx, &mut doc)?;
            touched.insert(part.doc.record, part.kind);
        }
    }
    Ok(())
}

/// Shows a document as its accepted state with what still waits; writes it. What does not fit any more waits unseen for its verdict.
pub fn stand_on(db: &Connection, doc: &mut docs::Doc) -> Result<()> {
    let base = doc.accepted().clone();
    let mut shown = base.clone();
    doc.pending = 0;
    for (change, hash) in waiting_changes(db, doc.id)? {
        if shown.apply(&change, hash).is_ok() {
            doc.pending += 1;
        }
    }
    doc.base = (doc.pending > 0).then_some(base);
    doc.shown = shown;
    doc.own = None;
    docs::save(db, doc)
}

/// Changes of a document in commands without a verdict, in their order.
fn waiting_changes(db: &Connection, id: DocId) -> Result<Vec<(Change, shared_model::crdt::ChangeHash)>> {
    let mut out = Vec::new();
    for (_, command) in log::mentioning(db, id.record, Among::Waiting)? {
        let Some(command) = command else { continue };
        out.extend(command.parts.iter().filter(|p| p.doc == id).filter_map(|p| Change::decode(&p.change).ok()));
    }
    Ok(out)
}

/// Lets go of pages and own commands that a verified backup holds, and, where none is made, of what is older than 30 days by the server's
/// clock: a phone whose own is wrong by years would let go of what it received this morning. A page or a command that is still to be given
/// back stays.
pub fn release(db: &Connection, reply: &SyncReply) -> Result<()> {
    let now_ms = reply.time;
    if reply.backed_up.is_none() {
        db.execute("delete from kept_page where received_at < ?1 and offer <> 1", [now_ms - KEPT_MS])?;
    }
    for d in reply.digests.iter().filter(|d| d.safe > 0) {
        db.prepare_cached("delete from kept_page where unit = ?1 and class = ?2 and seq_to <= ?3 and offer = 0")?.execute(params![
            d.unit,
            d.class as u8,
            d.safe
        ])?;
    }
    let safe: BTreeMap<(Uuid, u8), u64> = reply.digests.iter().map(|d| ((d.unit, d.class as u8), d.safe)).collect();
    let mut released: u64 = store::json_setting(db, "released")?.unwrap_or(0);
    let before = released;
    note_places(db, released)?;
    let mut q = db.prepare_cached("select seq, state, judged, again, received_at from command where seq > ?1 order by seq limit ?2")?;
    let rows = q.query_map(params![released, RELEASED_AT_ONCE], |r| {
        Ok((r.get::<_, u64>(0)?, r.get::<_, String>(1)?, r.get::<_, bool>(2)?, r.get::<_, u8>(3)?, r.get::<_, Option<i64>>(4)?))
    })?;
    for row in rows.collect::<rusqlite::Result<Vec<_>>>()? {
        let (seq, state, judged, again, received_at) = row;
        if !judged || again > 0 {
            break;
        }
        if state == "accepted" {
            let is_old = received_at.is_some_and(|at| at < reply.backed_up.unwrap_or(now_ms - KEPT_MS));
            let goes = if reply.backed_up.is_some() { is_safe(db, seq, &safe, is_old)? } else { is_old };
            if !goes {
                break;
            }
            db.prepare_cached("update command set body = x'', args = x'' where seq = ?1")?.execute([seq])?;
            db.prepare_cached("delete from command_place where seq = ?1")?.execute([seq])?;
        }
        // what was refused keeps its words, whatever a backup holds
        released = seq;
    }
    if released != before {
        store::set_json(db, "released", &released)?;
    }
    Ok(())
}

/// Where this device stands in the partitions of commands that were accepted since: their rows are not beyond that.
fn note_places(db: &Connection, released: u64) -> Result<()> {
    let mut q = db.prepare_cached(
        "select seq, body from command c where seq > ?1 and state = 'accepted' and judged = 1 and again = 0
         and not exists (select 1 from command_place p where p.seq = c.seq) order by seq limit ?2",
    )?;
    let rows = q.query_map(params![released, RELEASED_AT_ONCE], |r| Ok((r.get::<_, u64>(0)?, r.get::<_, Vec<u8>>(1)?)))?;
    for row in rows.collect::<rusqlite::Result<Vec<_>>>()? {
        let (seq, body) = row;
        let Ok(command) = wire::from_cbor::<Command>(&body) else { continue };
        for part in &command.parts {
            // a receipt's partition is not held: it is never known to be safe
            db.prepare_cached(
                "insert or ignore into command_place (seq, unit, class, at)
                 select ?1, ?2, ?3, (select seq from partition where unit = ?2 and class = ?3 and granted = 1)",
            )?
            .execute(params![seq, part.unit, part.doc.class as u8])?;
        }
    }
    Ok(())
}

/// Does a backup hold a command: every row of it, or, where it writes none itself, its verdict?
fn is_safe(db: &Connection, seq: u64, safe: &BTreeMap<(Uuid, u8), u64>, is_old: bool) -> Result<bool> {
    let mut is_safe = is_old;
    let mut q = db.prepare_cached("select unit, class, at from command_place where seq = ?1")?;
    let places = q.query_map([seq], |r| Ok((r.get::<_, Uuid>(0)?, r.get::<_, u8>(1)?, r.get::<_, Option<u64>>(2)?)))?;
    for place in places {
        let (unit, class, at) = place?;
        if at.is_none_or(|at| safe.get(&(unit, class)).is_none_or(|safe| *safe < at)) {
            return Ok(false);
        }
        is_safe = true;
    }
    Ok(is_safe)
}
