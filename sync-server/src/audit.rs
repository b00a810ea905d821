//! Who did what through the server: confirmed, ended, appointed, moved, shared, erased, invited, and what of it was refused. A chain of lines
//! in the database, each in the transaction of what it says, each with a keyed hash over itself and all before it: a line that was changed,
//! taken out or moved is found. That lines were taken off the end is found by the ledger, where the length and the last hash are written down
//! now and then; a restore puts the chain back with the rest, so what stood in the ledger before the last epoch began no longer counts.
//!
//! Ids and codes only. What a person sees on their own device (a revealed number) is in that device's own log, not here.

use crate::error::Error;
use crate::ledger;
use crate::store::audit::{self, Line};
use crate::store::devices::Device;
use crate::{Inner, Server};
use rusqlite::Connection;
use shared_model::wire::{Ask, UnitChange, Verdict, to_cbor};
use uuid::Uuid;

/// What the chain is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chain {
    /// So many lines, all as they were written.
    Whole(u64),
    /// From this line on it is not what was written.
    BrokenAt(u64),
    /// The ledger knows of more lines than there are.
    CutShort { lines: u64, known: u64 },
}

/// Who acts.
pub enum By<'a> {
    Device(&'a Device),
    /// By the program's command line.
    Operator,
}

/// Adds a line within the transaction that does what it says.
pub fn note(inner: &Inner, db: &Connection, by: &By<'_>, what: &str, subject: String, result: &str) -> Result<(), Error> {
    let before = audit::last(db)?;
    let (device, person) = match by {
        By::Device(device) => (Some(device.id), Some(device.person)),
        By::Operator => (None, None),
    };
    let (what, result) = (what.to_owned(), result.to_owned());
    let id = before.as_ref().map_or(1, |line| line.id + 1);
    let mut line = Line { id, at: inner.env.now_ms(), device, person, what, subject, result, hash: [0; 32] };
    line.hash = hash_of(inner, before.map(|line| line.hash), &line);
    audit::add(db, &line)
}

fn hash_of(inner: &Inner, before: Option<[u8; 32]>, l: &Line) -> [u8; 32] {
    inner.keys.seal("gridwalk/audit/v1", &to_cbor(&(before, l.id, l.at, l.device, l.person, &l.what, &l.subject, &l.result)))
}

/// What a device asked of the server, and what became of it. A question that will be answered later is none yet.
pub fn note_ask(inner: &Inner, db: &Connection, device: &Device, ask: &Ask, verdict: &Verdict) -> Result<(), Error> {
    let Some((what, subject)) = words(ask) else { return Ok(()) };
    let result = match verdict {
        Verdict::Accepted { .. } => "done",
        Verdict::Quarantined { reason } => reason.as_str(),
        Verdict::Superseded { .. } => "superseded",
        Verdict::Stale { .. } => "stale",
        Verdict::Erased => "erased",
        Verdict::Need { .. } | Verdict::Lost => return Ok(()),
    };
    note(inner, db, &By::Device(device), what, subject, result)?;
    // a redrawing that took effect is written down step by step, as if each had been asked alone
    match (ask, verdict) {
        (Ask::Redraw { changes }, Verdict::Accepted { .. }) => {
            changes.iter().map(step_words).try_for_each(|(what, subject)| note(inner, db, &By::Device(device), what, subject, result))
        }
        _ => Ok(()),
    }
}

fn step_words(change: &UnitChange) -> (&'static str, String) {
    match change {
        UnitChange::Make { unit, parent, .. } => ("make_grid", format!("{unit} {parent}")),
        UnitChange::Move { unit, parent, .. } => ("move_unit", format!("{unit} {parent}")),
        UnitChange::Close { unit, .. } => ("close_unit", unit.to_string()),
        UnitChange::Shape { unit, .. } => ("draw_unit", unit.to_string()),
    }
}

/// `None`: what changes nobody's rights and erases nothing is in the archive with its author.
fn words(ask: &Ask) -> Option<(&'static str, String)> {
    let or_none = |id: &Option<i64>| id.map_or("-".to_owned(), |at| at.to_string());
    Some(match ask {
        Ask::ConfirmDevice { device, .. } => ("confirm_device", device.to_string()),
        Ask::RevokeDevice { device, reason } => ("revoke_device", format!("{device} {}", reason.name())),
        Ask::Erase { record, reason } => ("erase", format!("{record} {}", code(reason))),
        Ask::DecideMention { doc, erases, .. } => ("decide_mention", format!("{} {}", doc.record, if *erases { "erase" } else { "keep" })),
        Ask::WithdrawContact { household } => ("withdraw_contact", household.to_string()),
        Ask::AddMembership(new) => ("add_membership", format!("{} {} {} {}", new.membership, new.person, new.role.name(), new.unit)),
        Ask::SetTerm { membership, from, until, .. } => ("set_term", format!("{membership} {} {}", or_none(from), or_none(until))),
        Ask::SetPost { membership, post, .. } => ("set_post", format!("{membership} {}", post.as_deref().map_or("-", code))),
        Ask::TakeBackInvite { invite } => ("take_back_invite", hex::encode(invite)),
        Ask::MoveUnit { unit, parent, .. } => ("move_unit", format!("{unit} {parent}")),
        Ask::CloseUnit { unit, .. } => ("close_unit", unit.to_string()),
        Ask::MakeGrid { unit, parent, .. } => ("make_grid", format!("{unit} {parent}")),
        Ask::Redraw { changes } => ("redraw", changes.len().to_string()),
        Ask::Share { record, to, up_to, assignee } => ("share", format!("{record} {} {}", assignee.unwrap_or(*to), up_to.name())),
        Ask::Unshare { record, target } => ("unshare", format!("{record} {target}")),
        Ask::MakeUnit { .. } | Ask::ReturnRefused { .. } | Ask::TakeUp { .. } => return None,
        Ask::AskAbout { .. } | Ask::Discard { .. } | Ask::Resend { .. } => return None,
    })
}

/// A code that a device sent: anything else is not repeated here.
fn code(text: &str) -> &str {
    let is_code = text.len() <= 32 && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if is_code { text } else { "?" }
}

impl Server {
    /// Goes over the whole chain.
    ///
    /// # Errors
    /// Of the database or the ledger.
    pub fn audit_chain(&self) -> Result<Chain, Error> {
        let inner = &*self.inner;
        let sealed = last_seal(inner)?;
        inner.store.read(|db| {
            let (mut before, mut lines, mut broken, mut sealed_hash) = (None, 0, None, None);
            audit::each(db, |line| {
                if line.id != lines + 1 || line.hash != hash_of(inner, before, &line) {
                    broken = Some(lines + 1);
                    return false;
                }
                (before, lines) = (Some(line.hash), line.id);
                if sealed.as_ref().is_some_and(|(id, _)| *id == line.id) {
                    sealed_hash = before;
                }
                true
            })?;
            Ok(match (broken, sealed) {
                (Some(at), _) => Chain::BrokenAt(at),
                (None, Some((known, _))) if known > lines => Chain::CutShort { lines, known },
                (None, Some((known, hash))) if sealed_hash.map(hex::encode).as_ref() != Some(&hash) => Chain::BrokenAt(known),
                _ => Chain::Whole(lines),
            })
        })
    }

    /// The lines since a moment, as text: time, who, what, about what, result.
    ///
    /// # Errors
    /// Of the database.
    pub fn audit_lines(&self, since_ms: i64) -> Result<Vec<String>, Error> {
        let or_none = |id: Option<Uuid>| id.map_or("-".to_owned(), |id| id.to_string());
        let mut out = Vec::new();
        self.inner.store.read(|db| {
            audit::each(db, |l| {
                if l.at >= since_ms {
                    let at = chrono::DateTime::from_timestamp_millis(l.at).map(|t| t.format("%Y-%m-%dT%H:%M:%SZ").to_string());
                    let (device, person) = (or_none(l.device), or_none(l.person));
                    out.push(format!("{} {} {device} {person} {} {} {}", l.id, at.unwrap_or_default(), l.what, l.subject, l.result));
                }
                true
            })
        })?;
        Ok(out)
    }

    /// Writes down in the ledger how far the chain goes, if it goes further than what stands there.
    ///
    /// # Errors
    /// Of the database or the ledger.
    pub fn seal_audit(&self) -> Result<(), Error> {
        let inner = &*self.inner;
        let sealed = last_seal(inner)?.map_or(0, |(id, _)| id);
        inner.store.write(|db| match audit::last(db)? {
            Some(line) if line.id > sealed => inner.note(db, ledger::Kind::Audit, vec![line.id.to_string(), hex::encode(line.hash)]),
            _ => Ok(()),
        })
    }
}

/// The last line and its hash that the ledger knows of in this epoch.
fn last_seal(inner: &Inner) -> Result<Option<(u64, String)>, Error> {
    let mut out = None;
    for entry in inner.ledger.read()? {
        match (entry.kind, entry.ids.as_slice()) {
            (ledger::Kind::Epoch, _) => out = None,
            (ledger::Kind::Audit, [id, hash]) => out = id.parse().ok().map(|id| (id, hash.clone())),
            _ => {}
        }
    }
    Ok(out)
}
