//! Sharing: a case with its steps is placed in partitions of whoever it is shown to, beside its home. A unit's office has the partitions
//! (unit, class); a named person those of the membership (membership, class). What is placed follows from the record of shares alone.
//!
//! A share covers the documents of the case and of its steps up to the class that was named, as far as the receiving role may hold it
//! (`rules::share_covers`). A new document of the case is placed as it is made. The case itself says to whom it is shown, by a key that
//! only the server writes.

use crate::Inner;
use crate::error::Error;
use crate::memberships;
use crate::push::Roots;
use crate::server_writes::Batch;
use crate::store::documents::{self, DocumentRow, PartitionRow};
use crate::store::shares::{self, Share};
use crate::store::{people, units};
use rusqlite::Connection;
use shared_model::Role;
use shared_model::class::Class;
use shared_model::crdt::{Edit, Registers, Value};
use shared_model::records::Kind;
use shared_model::rules::{Verb, may_write_shared};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Begins a share, or gives one that lasts another reach.
pub fn begin(inner: &Inner, db: &Connection, new: &Share, asked_by: &Uuid) -> Result<Vec<PartitionRow>, Error> {
    let now_ms = inner.env.now_ms();
    let lasting = lasting(db, &new.record)?.into_iter().find(|s| s.target == new.target);
    let is_same = lasting.as_ref().is_some_and(|s| (s.up_to, s.role, s.by_name) == (new.up_to, new.role, new.by_name));
    if !is_same {
        if let Some(old) = &lasting {
            shares::end(db, old.id, Some(asked_by), now_ms)?;
        }
        shares::add(db, new, asked_by, now_ms)?;
    }
    // with the name as it is now: not every device that holds the case holds the unit or the membership
    let words = match (new.by_name, people::membership(db, &new.target)?) {
        (true, Some(member)) => format!("{}|by_name|{}", new.up_to.name(), people::name(db, &member.person)?),
        _ => format!("{}|{}", new.up_to.name(), units::name(db, &new.unit)?.unwrap_or_default()),
    };
    let mut touched = say(inner, db, &new.record, Edit::put(format!("shared/{}", new.target), words))?;
    touched.extend(arrange(inner, db, &new.record, &new.target, Some(new))?);
    Ok(touched)
}

/// Ends a share: whoever saw the case by it sees it no longer, and writes under the next policy stamp, so that what they wrote before they
/// could know of it counts as late work. `None` when there is none that lasts.
pub fn end(inner: &Inner, db: &Connection, record: &Uuid, target: &Uuid, asked_by: &Uuid) -> Result<Option<Vec<PartitionRow>>, Error> {
    let Some(share) = lasting(db, record)?.into_iter().find(|s| s.target == *target) else { return Ok(None) };
    let now_ms = inner.env.now_ms();
    shares::end(db, share.id, Some(asked_by), now_ms)?;
    let touched = take_back(inner, db, record, target)?;
    let people = match people::membership(db, target)?.filter(|_| share.by_name) {
        Some(member) => vec![member.person],
        None => shares::office_of(db, &share.unit)?,
    };
    memberships::bump(db, people, now_ms)?;
    Ok(Some(touched))
}

/// Ends every share with a membership whose term is over, or with a unit that was closed: nobody is to read that a case is shown to them.
/// Who held it writes under another stamp already.
pub fn end_all_to(inner: &Inner, db: &Connection, target: &Uuid, at_ms: i64) -> Result<Vec<PartitionRow>, Error> {
    let mut touched = Vec::new();
    for share in shares::lasting_to(db, target)? {
        shares::end(db, share.id, None, at_ms)?;
        touched.extend(take_back(inner, db, &share.record, target)?);
    }
    Ok(touched)
}

fn take_back(inner: &Inner, db: &Connection, record: &Uuid, target: &Uuid) -> Result<Vec<PartitionRow>, Error> {
    let mut touched = arrange(inner, db, record, target, None)?;
    touched.extend(say(inner, db, record, Edit::put(format!("shared/{target}"), Value::Null))?);
    Ok(touched)
}

/// A case that came back after the server was set back says to whom it is shown: shares of then last again, or have ended again. It lasts
/// under the record of shares from now on; who began it then is not known here.
pub fn as_said(inner: &Inner, db: &Connection, record: &Uuid, case: &Registers) -> Result<Vec<PartitionRow>, Error> {
    let (now_ms, mut touched) = (inner.env.now_ms(), Vec::new());
    for key in case.live.keys() {
        let Some(target) = key.strip_prefix("shared/").and_then(|id| Uuid::parse_str(id).ok()) else { continue };
        let known = lasting(db, record)?.into_iter().find(|s| s.target == target);
        match (case.value(key).and_then(Value::as_str), known) {
            (Some(words), None) => {
                let mut parts = words.split('|');
                let Some(up_to) = parts.next().and_then(Class::from_name) else { continue };
                let by_name = parts.next() == Some("by_name");
                let (unit, role) = match people::membership(db, &target)?.filter(|_| by_name) {
                    Some(member) => (member.unit, member.role),
                    None if by_name => continue,
                    None => (target, Role::Office),
                };
                let share = Share { id: 0, record: *record, target, unit, by_name, role, up_to, ended_at: None };
                shares::add(db, &share, &Uuid::nil(), now_ms)?;
                touched.extend(arrange(inner, db, record, &target, Some(&share))?);
            }
            (None, Some(share)) => {
                shares::end(db, share.id, None, now_ms)?;
                touched.extend(arrange(inner, db, record, &target, None)?);
            }
            _ => {}
        }
    }
    Ok(touched)
}

/// New documents of a case are placed wherever the case is shown.
pub fn follow(db: &Connection, batch: &mut Batch<'_>, case: &Uuid, document: i64) -> Result<(), Error> {
    let shares = lasting(db, case)?;
    if shares.is_empty() {
        return Ok(());
    }
    let Some(row) = documents::by_id(db, document)? else { return Ok(()) };
    for share in shares.iter().filter(|s| s.covers(row.doc.class)) {
        batch.place(&row, share.target)?;
    }
    Ok(())
}

/// May a person write this beneath a case because it is shown to them, or was under the stamp that counts?
pub fn may_write(
    db: &Connection,
    person: &Uuid,
    roots: &Roots,
    case: &Uuid,
    doc: (Kind, Class),
    verb: Verb,
) -> Result<Option<Role>, Error> {
    let counts = |share: &Share| match (share.ended_at, roots.until_ms) {
        (None, _) => true,
        (Some(ended), Some(until)) => ended >= until,
        (Some(_), None) => false,
    };
    let holds = |role: Role, unit: &Uuid| roots.roots.iter().any(|at| at.role == role && at.unit == *unit);
    for share in shares::of_record(db, case)?.iter().filter(|s| counts(s) && s.covers(doc.1)) {
        let role = match share.by_name {
            true => people::membership(db, &share.target)?.filter(|m| m.person == *person && holds(m.role, &m.unit)).map(|m| m.role),
            false => Some(Role::Office).filter(|role| holds(*role, &share.unit)),
        };
        if let Some(role) = role.filter(|role| may_write_shared(*role, doc.0, doc.1, verb)) {
            return Ok(Some(role));
        }
    }
    Ok(None)
}

fn lasting(db: &Connection, record: &Uuid) -> Result<Vec<Share>, Error> {
    Ok(shares::of_record(db, record)?.into_iter().filter(|s| s.ended_at.is_none()).collect())
}

/// The case says to whom it is shown.
fn say(inner: &Inner, db: &Connection, record: &Uuid, edit: Edit) -> Result<Vec<PartitionRow>, Error> {
    match main_document(db, record)? {
        Some(row) => inner.write_own(db, &row.unit, row.doc, Kind::Case, &[edit]),
        None => Ok(Vec::new()),
    }
}

/// The document of a case that holds its matter.
fn main_document(db: &Connection, record: &Uuid) -> Result<Option<DocumentRow>, Error> {
    for row in documents::of_record(db, record)?.into_iter().filter(|row| row.kind == Kind::Case) {
        let registers = Registers::decode_full(&row.registers).map_err(|_| Error::Damaged("registers of a document"))?;
        if registers.value("matter").is_some() {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

/// Brings what is placed with a target in line with the share, under a command of the server's own.
fn arrange(inner: &Inner, db: &Connection, record: &Uuid, target: &Uuid, share: Option<&Share>) -> Result<Vec<PartitionRow>, Error> {
    let mut batch = Batch::new(db, inner.own_command(db)?, inner.env.now_ms());
    for row in documents::of_case(db, record)? {
        let placed: BTreeSet<Uuid> = documents::placements(db, row.id)?.into_iter().collect();
        match (placed.contains(target), share.is_some_and(|s| s.covers(row.doc.class))) {
            (false, true) => batch.place(&row, *target)?,
            (true, false) => batch.take_out(&row, *target)?,
            _ => {}
        }
    }
    batch.write()
}
