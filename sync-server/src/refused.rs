//! The refused commands that wait for an office: of every author beneath its units, and those that meant to write there. Of their values an
//! office receives what it may read, and learns nothing of the rest. The list is bounded; what does not fit comes when the first are done with.

use crate::error::Error;
use crate::grants::version_of;
use crate::store::refused::{self, Refused};
use crate::store::{devices, devices::Device};
use crate::tree::Tree;
use rusqlite::Connection;
use shared_model::Role;
use shared_model::crdt::{Change, OpBody, Value};
use shared_model::limits::{REFUSED_LIST_BYTES_MAX, REFUSED_LIST_MAX};
use shared_model::rules::access;
use shared_model::wire::{Command, Part, RefusedCommand, RefusedList, RefusedPart, RoleAtUnit, to_cbor};
use std::collections::HashMap;
use uuid::Uuid;

/// The list for one office device; `None` for whoever is not of the office, and where the device has this version.
pub fn list(db: &Connection, tree: &Tree, roles: &[RoleAtUnit], caller: &Uuid, held: u64) -> Result<Option<RefusedList>, Error> {
    let offices: Vec<Uuid> = roles.iter().filter(|at| at.role == Role::Office).map(|at| at.unit).collect();
    if offices.is_empty() {
        return Ok(None);
    }
    let mut authors: HashMap<Uuid, Option<Device>> = HashMap::new();
    let mut shown = Vec::new();
    let mut content = Vec::new();
    for one in refused::waiting(db, caller)? {
        let author = match authors.get(&one.device) {
            Some(known) => known.clone(),
            None => authors.entry(one.device).or_insert(devices::get(db, &one.device)?).clone(),
        };
        let Some(author) = author else { continue };
        if concerns(db, tree, &offices, &one, &author)? {
            content.push((one.opaque, one.state.clone(), one.asked.clone()));
            shown.push((one, author));
        }
    }
    let version = version_of(&to_cbor(&(&offices, &content)));
    if version == held {
        return Ok(None);
    }
    let total = u32::try_from(shown.len()).unwrap_or(u32::MAX);
    let (mut items, mut bytes) = (Vec::new(), 0);
    for (one, author) in shown.into_iter().take(REFUSED_LIST_MAX) {
        let item = view(db, tree, roles, one, &author)?;
        bytes += to_cbor(&item).len();
        if bytes > REFUSED_LIST_BYTES_MAX && !items.is_empty() {
            break;
        }
        items.push(item);
    }
    Ok(Some(RefusedList { version, items, total }))
}

/// Is it this office's to look at: by its author's unit, or by where it meant to write?
pub fn concerns(db: &Connection, tree: &Tree, offices: &[Uuid], one: &Refused, author: &Device) -> Result<bool, Error> {
    let within = |unit: &Uuid| offices.iter().any(|office| tree.reaches(&RoleAtUnit { role: Role::Office, unit: *office }, unit));
    if within(&author.unit) {
        return Ok(true);
    }
    Ok(refused::command(db, one)?.is_some_and(|c| c.parts.iter().any(|p| within(&p.unit))))
}

fn view(db: &Connection, tree: &Tree, roles: &[RoleAtUnit], one: Refused, author: &Device) -> Result<RefusedCommand, Error> {
    let command: Option<Command> = refused::command(db, &one)?;
    // a unit that was never made is read by whoever is above its author
    let reads = |part: &Part| {
        let unit = if tree.get(&part.unit).is_some() { &part.unit } else { &author.unit };
        roles.iter().any(|at| access(at.role, part.doc.class).reads() && tree.reaches(at, unit))
    };
    let (name, parts) = command.map_or_else(Default::default, |c| {
        let parts = c.parts.iter().filter(|part| reads(part)).map(part_view).collect();
        (if c.name.len() <= super::push::NAME_BYTES_MAX { c.name } else { String::new() }, parts)
    });
    Ok(RefusedCommand {
        command: one.opaque,
        reason: one.reason,
        name: author.name.clone(),
        role: author.role,
        received_at: one.received_at,
        command_name: name,
        parts,
        state: one.state,
        asked: one.asked,
    })
}

fn part_view(part: &Part) -> RefusedPart {
    let mut values: Vec<(String, Value)> = Vec::new();
    if let Ok((change, _)) = Change::decode(&part.change) {
        for op in change.ops {
            if let OpBody::Put(value) = op.body {
                values.retain(|(key, _)| *key != op.key);
                values.push((op.key, value));
            }
        }
    }
    RefusedPart { unit: part.unit, doc: part.doc, kind: part.kind, values }
}
