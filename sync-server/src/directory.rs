//! The devices beneath an office's units, and of people with a role there: who is waiting for confirmation, with the digits to compare, and
//! what each had not handed over when it was last heard of; and how far erasures have come.

use crate::error::Error;
use crate::grants::version_of;
use crate::store::devices::{self, Device};
use crate::store::{erasures, people};
use crate::tree::Tree;
use rusqlite::Connection;
use shared_model::Role;
use shared_model::limits::ERASURES_LISTED_MAX;
use shared_model::wire::{Directory, DirectoryDevice, ErasureState, RoleAtUnit, to_cbor};
use std::collections::HashSet;
use uuid::Uuid;

/// `None` for whoever neither is of the office nor administers. The version follows from the content without `seen_at`.
pub fn directory(db: &Connection, tree: &Tree, roles: &[RoleAtUnit]) -> Result<Option<Directory>, Error> {
    // Administrators look after people and devices; they hold no residents.
    let offices: Vec<_> = roles.iter().filter(|at| matches!(at.role, Role::Office | Role::Admin)).collect();
    if offices.is_empty() {
        return Ok(None);
    }
    let mut content = Vec::new();
    let mut out = Vec::new();
    let mine = |unit: &Uuid| offices.iter().any(|at| tree.is_within(unit, &at.unit));
    let people: HashSet<Uuid> = people::places(db)?.into_iter().filter(|(_, unit)| mine(unit)).map(|(person, _)| person).collect();
    let all = devices::list(db)?;
    let erasures = erasures_beneath(db, tree, &offices, &all)?;
    for d in all {
        if !mine(&d.unit) && !people.contains(&d.person) {
            continue;
        }
        let state = if d.cloned { "cloned".to_owned() } else { d.state };
        let digits = (state == "unconfirmed").then_some(d.digits);
        let (person, unsent, told) = (d.person, d.unsent, d.policy_named >= d.policy);
        content.push((d.id, d.name.clone(), d.role, d.unit, state.clone(), unsent, told));
        let (name, role, unit, seen_at) = (d.name, d.role, d.unit, d.seen_at);
        out.push(DirectoryDevice { id: d.id, name, role, unit, state, digits, seen_at, person, unsent, told });
    }
    Ok(Some(Directory { version: version_of(&to_cbor(&(content, &erasures))), devices: out, erasures }))
}

/// Erasures beneath the office's units, with who has not carried them out yet.
fn erasures_beneath(db: &Connection, tree: &Tree, offices: &[&RoleAtUnit], devices: &[Device]) -> Result<Vec<ErasureState>, Error> {
    let mut out = Vec::new();
    for e in erasures::list(db, ERASURES_LISTED_MAX)? {
        let units = erasures::units(db, &e.id)?;
        if !units.iter().any(|unit| offices.iter().any(|at| tree.is_within(unit, &at.unit))) {
            continue;
        }
        let receipts = erasures::receipts(db, &e.id)?;
        let done = receipts.values().filter(|is_done| **is_done).count();
        let waits = |d: &&Device| receipts.get(&d.id) == Some(&false);
        out.push(ErasureState {
            id: e.id,
            at: e.at,
            kind: e.kind,
            reason: e.reason,
            by: e.asked_by,
            documents: e.documents,
            done: u32::try_from(done).unwrap_or(u32::MAX),
            to_come: devices.iter().filter(waits).map(|d| d.name.clone()).collect(),
        });
    }
    Ok(out)
}
