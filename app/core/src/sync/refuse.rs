//! What happens to a refused command: its documents go back to what is accepted, this install takes its next actor, what stood on it and
//! was not itself refused is written again from what the person meant, and what no longer validates waits in the tray. Nothing is thrown
//! away: the refused command stays in the log with its reason.

use super::apply::{Digests, hashes_of};
use crate::error::Result;
use crate::store::{self, docs};
use crate::workspace::{DocEdit, Identity, Intent, actor_counter};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use shared_model::crdt::{Change, OpBody, OpId};
use shared_model::doc::DocId;
use shared_model::records::Kind;
use shared_model::wire::{self, Ask, Command, Verdict};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Commands that only say something about a refused one: too late, they have nothing to lose.
const SAID_ONLY: [&str; 2] = ["ask_office", "discard_refused"];

/// Notes a refusing verdict; [`settle`] then acts on all of one reply together. True when there is something to act on: what was written
/// again already, because it stood on a refused one, is only marked as judged.
pub fn note(db: &Connection, seq: u64, verdict: &Verdict) -> Result<bool> {
    let (state, reason) = match verdict {
        Verdict::Quarantined { reason } => ("quarantined", reason.clone()),
        Verdict::Superseded { by } => ("superseded", format!("by {by}")),
        Verdict::Stale { current } => ("stale", current.clone()),
        Verdict::Erased => ("erased", String::new()),
        Verdict::Lost => ("superseded", "lost".into()),
        Verdict::Accepted { .. } | Verdict::Need { .. } => return Ok(false),
    };
    let known: Option<(String, String)> =
        db.query_row("select state, name from command where seq = ?1 and judged = 0", [seq], |r| Ok((r.get(0)?, r.get(1)?))).optional()?;
    if state == "stale" && known.as_ref().is_some_and(|(_, name)| SAID_ONLY.contains(&name.as_str())) {
        // what it was about is over; the resolution beside it says how
        db.execute("update command set state = 'discarded', reason = ?2, judged = 1 where seq = ?1", params![seq, reason])?;
        return Ok(false);
    }
    db.execute("update command set state = ?2, reason = ?3, judged = 1 where seq = ?1 and judged = 0", params![seq, state, reason])?;
    Ok(known.is_some_and(|(before, _)| before == "pending"))
}

/// This install goes on as its next actor.
pub fn next_actor(db: &Connection) -> Result<()> {
    store::set_json(db, "actor_counter", &(actor_counter(db)? + 1))
}

struct Sent {
    seq: u64,
    state: String,
    reason: Option<String>,
    command: Command,
    docs: Vec<DocEdit>,
    summary: String,
    household: Option<Uuid>,
}

/// What waits for a verdict, and what was refused just now. A refusal that was acted on before supersedes nothing a second time.
fn sent(db: &Connection, fresh: &BTreeSet<u64>) -> Result<Vec<Sent>> {
    let mut q = db.prepare(
        "select seq, state, body, args, summary, household, null from unjudged where state = 'pending'
         union all
         select seq, state, body, args, summary, household, reason from command where state in ('quarantined', 'superseded', 'stale', 'erased')
         order by seq",
    )?;
    let got = q.query_map([], |r| {
        Ok((
            r.get::<_, u64>(0)?,
            r.get::<_, String>(1)?,
            r.get::<_, Vec<u8>>(2)?,
            r.get::<_, Vec<u8>>(3)?,
            r.get::<_, String>(4)?,
            r.get(5)?,
            r.get(6)?,
        ))
    })?;
    let mut out = Vec::new();
    for row in got {
        let (seq, state, body, args, summary, household, reason) = row?;
        if state != "pending" && !fresh.contains(&seq) {
            continue;
        }
        let (Ok(command), Ok(docs)) = (wire::from_cbor(&body), wire::from_cbor(&args)) else { continue };
        out.push(Sent { seq, state, reason, command, docs, summary, household });
    }
    Ok(out)
}

/// Records that the command makes: none of their documents is accepted.
fn makes(db: &Connection, command: &Command) -> Result<BTreeSet<Uuid>> {
    let mut out = BTreeSet::new();
    for p in &command.parts {
        let mut accepted = false;
        for id in docs::of_record(db, p.doc.record)? {
            accepted |= docs::load(db, id)?.is_some_and(|d| !d.accepted().heads.is_empty());
        }
        if !accepted {
            out.insert(p.doc.record);
        }
    }
    Ok(out)
}

/// Records that only refused commands make, whenever they were refused: what names one of them waits beside it.
pub fn never_made(db: &Connection) -> Result<BTreeSet<Uuid>> {
    made_by(db, "state in ('quarantined', 'erased', 'stale', 'discarded')", &BTreeSet::new())
}

/// The same of what stood on a refused one and was not written again, but for these commands.
fn never_written_again(db: &Connection, but: &BTreeSet<u64>) -> Result<BTreeSet<Uuid>> {
    made_by(db, "state = 'superseded' and replaced_by is null and reason <> 'lost'", but)
}

fn made_by(db: &Connection, which: &str, but: &BTreeSet<u64>) -> Result<BTreeSet<Uuid>> {
    let mut out = BTreeSet::new();
    let mut q = db.prepare(&format!("select seq, body from command where {which}"))?;
    for row in q.query_map([], |r| Ok((r.get(0)?, r.get::<_, Vec<u8>>(1)?)))? {
        let (seq, body) = row?;
        if !but.contains(&seq)
            && let Ok(command) = wire::from_cbor::<Command>(&body)
        {
            out.extend(makes(db, &command)?);
        }
    }
    Ok(out)
}

/// Do these edits, or what is asked with them, belong to one of the records? The server judges by the same: what it calls superseded and
/// this device does not would be written again for ever.
pub fn refers_to(docs: &[DocEdit], ask: Option<&Ask>, records: &BTreeSet<Uuid>) -> bool {
    let by_ask = ask.and_then(Ask::stands_on).is_some_and(|record| records.contains(&record));
    by_ask
        || docs.iter().any(|d| {
            records.contains(&d.doc.record)
                || records.contains(&d.unit)
                || d.edits.iter().any(|e| e.value.as_str().and_then(|s| Uuid::parse_str(s).ok()).is_some_and(|u| records.contains(&u)))
        })
}

/// Acts on the refusals noted in this transaction, `fresh` by their numbers.
pub fn settle(tx: &Transaction<'_>, me: &Identity, now_ms: i64, fresh: &BTreeSet<u64>, touched: &mut BTreeMap<Uuid, Kind>) -> Result<()> {
    let all = sent(tx, fresh)?;
    // what is refused, and what stands on it: by document, by hash, by a record that only it makes
    let mut refused_docs: BTreeSet<DocId> = BTreeSet::new();
    let mut refused_makes: BTreeSet<Uuid> = BTreeSet::new();
    let mut quarantined: BTreeSet<u64> = BTreeSet::new();
    let mut superseded: BTreeSet<u64> = BTreeSet::new();
    let waits = stands_on_accepted(tx, &all, fresh)?;
    for s in &all {
        match s.state.as_str() {
            "superseded" if waits.contains(&s.seq) => refused_docs.extend(s.command.parts.iter().map(|p| p.doc)),
            "quarantined" | "erased" | "stale" => {
                quarantined.insert(s.seq);
                refused_docs.extend(s.command.parts.iter().map(|p| p.doc));
                refused_makes.extend(makes(tx, &s.command)?);
            }
            "superseded" => {
                superseded.insert(s.seq);
                refused_docs.extend(s.command.parts.iter().map(|p| p.doc));
            }
            _ => {
                let by_doc = s.command.parts.iter().any(|p| refused_docs.contains(&p.doc));
                if by_doc || refers_to(&s.docs, s.command.ask.as_ref(), &refused_makes) {
                    superseded.insert(s.seq);
                    refused_docs.extend(s.command.parts.iter().map(|p| p.doc));
                }
            }
        }
    }
    // back to what is accepted, with what still waits and does not stand on a refused command
    let mut digests = Digests::default();
    for id in &refused_docs {
        let Some(mut doc) = docs::load(tx, *id)? else { continue };
        let old = doc.digest_term();
        let mut shown = doc.accepted().clone();
        doc.pending = 0;
        for s in all.iter().filter(|s| s.state == "pending" && !superseded.contains(&s.seq)) {
            for (_, change, hash) in hashes_of(&s.command).into_iter().filter(|(d, _, _)| d == id) {
                if shown.apply(&change, hash).is_ok() {
                    doc.pending += 1;
                }
            }
        }
        touched.insert(id.record, doc.kind);
        if shown.clock.is_empty() {
            docs::drop(tx, *id, doc.kind)?;
            continue;
        }
        doc.base = (doc.pending > 0).then(|| doc.accepted().clone());
        doc.shown = shown;
        doc.own = None;
        digests.moved(&docs::counted_in(tx, &doc)?, doc.id.class, old, doc.digest_term());
        docs::save(tx, &mut doc)?;
    }
    digests.write(tx)?;
    next_actor(tx)?;
    replay(tx, me, now_ms, &all, &quarantined, &superseded, touched)
}

/// What stands on something that was accepted once and then refused, after a set-back: the accepted state on this device still holds that,
/// and whatever is written on it would be superseded again, for ever. It waits, in the tray, until both sides agree about what is accepted;
/// `repair::write_lost_again` then writes it again.
fn stands_on_accepted(tx: &Transaction<'_>, all: &[Sent], fresh: &BTreeSet<u64>) -> Result<BTreeSet<u64>> {
    let mut out = BTreeSet::new();
    for s in all.iter().filter(|s| s.state == "superseded") {
        let reason = s.reason.as_deref().unwrap_or_default();
        let by = reason.strip_prefix("by ").and_then(|n| n.parse().ok());
        if reason == "lost" || by.is_some_and(|by: u64| out.contains(&by) || !fresh.contains(&by)) {
            tx.execute("update command set reason = 'lost' where seq = ?1", [s.seq])?;
            out.insert(s.seq);
        }
    }
    Ok(out)
}

/// Writes superseded commands again as this install's next actor, in order.
fn replay(
    tx: &Transaction<'_>,
    me: &Identity,
    now_ms: i64,
    all: &[Sent],
    quarantined: &BTreeSet<u64>,
    superseded: &BTreeSet<u64>,
    touched: &mut BTreeMap<Uuid, Kind>,
) -> Result<()> {
    // what an operation of an old command became: the new one, or what a quarantined one stood on
    let mut became: BTreeMap<OpId, Vec<OpId>> = BTreeMap::new();
    let mut gone = never_made(tx)?;
    gone.append(&mut never_written_again(tx, superseded)?);
    for s in all.iter().filter(|s| quarantined.contains(&s.seq)) {
        for (_, change, _) in hashes_of(&s.command) {
            for (id, op) in ops(&change) {
                became.insert(id, op.pred.clone());
            }
        }
    }
    for s in all.iter().filter(|s| superseded.contains(&s.seq)) {
        tx.execute(
            "update command set state = 'superseded', reason = coalesce(reason, 'stands on a refused one') where seq = ?1",
            [s.seq],
        )?;
        if refers_to(&s.docs, s.command.ask.as_ref(), &gone) {
            // it belongs to a record that was refused: it waits in the tray beside it, and what stands on it does too
            gone.extend(makes(tx, &s.command)?);
            continue;
        }
        let mut intent = Intent::new(name_of(&s.command.name), s.summary.clone(), s.household);
        intent.ask = s.command.ask.clone();
        intent.batch = s.command.batch;
        intent.adopts = s.command.adopts;
        intent.docs = s.docs.clone();
        for d in &mut intent.docs {
            for e in &mut d.edits {
                if let Some(seen) = &mut e.seen {
                    *seen = seen.iter().flat_map(|o| translate(o, &became)).collect();
                }
            }
        }
        let new = {
            let mut writer = crate::workspace::writer(tx, me, now_ms)?;
            let out = writer.command_as(intent, Some(s.seq), Some(s.command.policy));
            touched.append(&mut writer.take_touched());
            out
        };
        match new {
            Ok(Some(seq)) => {
                tx.execute("update command set replaced_by = ?2 where seq = ?1", params![s.seq, seq])?;
                let body: Vec<u8> = tx.query_row("select body from command where seq = ?1", [seq], |r| r.get(0))?;
                if let Ok(written) = wire::from_cbor::<Command>(&body) {
                    note_ops(&s.command, &written, &mut became);
                }
            }
            // it says what is there already
            Ok(None) => {
                tx.execute("update command set replaced_by = seq where seq = ?1", [s.seq])?;
            }
            Err(e) => {
                gone.extend(makes(tx, &s.command)?);
                tx.execute("update command set reason = ?2 where seq = ?1", params![s.seq, e.code])?;
            }
        }
    }
    Ok(())
}

fn translate(op: &OpId, became: &BTreeMap<OpId, Vec<OpId>>) -> Vec<OpId> {
    let (mut out, mut todo, mut steps) = (Vec::new(), vec![*op], 0);
    while let Some(o) = todo.pop() {
        steps += 1;
        match became.get(&o) {
            Some(next) if steps < 1000 => todo.extend(next),
            _ => out.push(o),
        }
    }
    out
}

fn ops(change: &Change) -> impl Iterator<Item = (OpId, &shared_model::crdt::Op)> {
    change.ops.iter().enumerate().map(|(i, op)| (OpId { counter: change.start_op + i as u64, actor: change.actor }, op))
}

/// The last put of each key in the old command became the last put of that key in the new one.
fn note_ops(old: &Command, new: &Command, became: &mut BTreeMap<OpId, Vec<OpId>>) {
    let puts = |c: &Command| -> BTreeMap<(DocId, String), Vec<OpId>> {
        let mut out: BTreeMap<_, Vec<OpId>> = BTreeMap::new();
        for (doc, change, _) in hashes_of(c) {
            for (id, op) in ops(&change).filter(|(_, op)| matches!(op.body, OpBody::Put(_))) {
                out.entry((doc, op.key.clone())).or_default().push(id);
            }
        }
        out
    };
    let written = puts(new);
    for (place, ids) in puts(old) {
        if let Some(new_ids) = written.get(&place) {
            for id in ids {
                became.insert(id, new_ids.clone());
            }
        }
    }
}

/// The command's name as a constant, for the log.
pub fn name_of(name: &str) -> &'static str {
    shared_model::commands::COMMANDS.iter().map(|c| c.name).find(|n| *n == name).unwrap_or("replay")
}
