//! The devices beneath an office's units, and of people with a role there: who is waiting for confirmation, with the digits to compare, and
//! what each had not handed over when it was last heard of; and how far erasures have come.

use crate::error::Error;
use crate::grants::version_of;
use crate::store::devices::{self, Device};
use crate::store::invites::{self, Invite};
use crate::store::{alarms, erasures, people};
use crate::tree::Tree;
use rusqlite::Connection;
use shared_model::devices::RevokeReason;
use shared_model::limits::{ALARM_LIFE_MS, ALARMS_MAX, ERASURES_LISTED_MAX, INVITES_LISTED_MAX, LEASE_MS};
use shared_model::wire::{Directory, DirectoryDevice, EndedDevice, ErasureState, InviteState, RoleAtUnit, to_cbor};
use shared_model::{Role, rules};
use std::collections::{BTreeMap, HashSet};
use uuid::Uuid;

/// The last contact of a device counts for the version in steps of this, milliseconds: a directory is not sent anew for every sync of anybody.
const SEEN_STEP_MS: i64 = 3600 * 1000;

/// May this role confirm, invite and revoke beneath its unit?
pub fn manages(role: Role) -> bool {
    // administrators look after people and devices; they hold no residents
    matches!(role, Role::Office | Role::Admin)
}

/// `None` for whoever neither is of the office nor administers. The version follows from the content.
pub fn directory(db: &Connection, tree: &Tree, roles: &[RoleAtUnit], now_ms: i64) -> Result<Option<Directory>, Error> {
    let offices: Vec<_> = roles.iter().filter(|at| manages(at.role)).collect();
    if offices.is_empty() {
        return Ok(None);
    }
    let is_ours = |unit: &Uuid| offices.iter().any(|at| tree.is_within(unit, &at.unit));
    let people: HashSet<Uuid> = people::places(db)?.into_iter().filter(|(_, unit)| is_ours(unit)).map(|(person, _)| person).collect();
    let mut devices = Vec::new();
    let all = devices::list(db)?;
    let erasures = erasures_beneath(db, tree, &offices, &all)?;
    for device in all {
        if is_ours(&device.unit) || people.contains(&device.person) {
            devices.push(item(device));
        }
    }
    let mut alarms = alarms::since(db, now_ms - ALARM_LIFE_MS, ALARMS_MAX)?;
    alarms.retain(|a| is_ours(&a.unit));
    let mut invites = Vec::new();
    for i in invites::since(db, now_ms - ALARM_LIFE_MS)?.into_iter().filter(|i| is_ours(&i.unit)).take(INVITES_LISTED_MAX as usize) {
        invites.push(state_of(db, &i)?);
    }
    let mut content = devices.clone();
    for d in &mut content {
        d.seen_at = d.seen_at.map(|at| at.div_euclid(SEEN_STEP_MS));
        d.lease_until = None;
    }
    Ok(Some(Directory { version: version_of(&to_cbor(&(content, &alarms, &erasures, &invites))), devices, erasures, alarms, invites }))
}

fn state_of(db: &Connection, i: &Invite) -> Result<InviteState, Error> {
    let mut id = [0; 16];
    id.copy_from_slice(&i.token_hash[..16]);
    let (role, unit, used_at, taken_back_at) = (i.role, i.unit, i.used_at, i.taken_back_at);
    Ok(InviteState {
        id,
        name: people::name(db, &i.person)?,
        role,
        unit,
        made_at: i.made_at,
        expires_at: i.expires_at,
        used_at,
        taken_back_at,
    })
}

/// Erasures beneath the office's units, with who has not carried them out yet.
fn erasures_beneath(db: &Connection, tree: &Tree, offices: &[&RoleAtUnit], devices: &[Device]) -> Result<Vec<ErasureState>, Error> {
    let mut out = Vec::new();
    for e in erasures::list(db, ERASURES_LISTED_MAX)? {
        let is_ours = |unit: &Uuid| offices.iter().any(|at| tree.is_within(unit, &at.unit));
        let mut mentions = erasures::mentions(db, &e.id)?;
        mentions.retain(|m| offices.iter().any(|at| rules::may_erase(at.role) && tree.is_within(&m.unit, &at.unit)));
        let is_beneath = erasures::units(db, &e.id)?.iter().any(is_ours);
        if !is_beneath && mentions.is_empty() {
            continue;
        }
        // somewhere else's erasure is told only for what it left here to decide
        let receipts = if is_beneath { erasures::receipts(db, &e.id)? } else { BTreeMap::new() };
        let done = receipts.values().filter(|is_done| **is_done).count();
        let (ended, waits): (Vec<&Device>, Vec<&Device>) =
            devices.iter().filter(|d| receipts.get(&d.id) == Some(&false)).partition(|d| d.revoked_at.is_some());
        let ended_device = |d: &Device| EndedDevice { name: d.name.clone(), reason: d.reason, revoked_at: d.revoked_at };
        out.push(ErasureState {
            id: e.id,
            at: e.at,
            kind: e.kind,
            reason: e.reason,
            by: e.asked_by,
            documents: e.documents,
            done: u32::try_from(done).unwrap_or(u32::MAX),
            to_come: waits.iter().map(|d| d.name.clone()).collect(),
            ended: ended.into_iter().map(ended_device).collect(),
            mentions,
        });
    }
    Ok(out)
}

fn item(d: Device) -> DirectoryDevice {
    let state = match d.state.as_str() {
        "revoked" if d.reason.is_some_and(RevokeReason::is_hostile) => "lost",
        "active" if d.cloned => "cloned",
        other => other,
    };
    let is_open = d.state == "active";
    DirectoryDevice {
        digits: (state == "unconfirmed").then_some(d.digits),
        state: state.to_owned(),
        id: d.id,
        name: d.name,
        role: d.role,
        unit: d.unit,
        seen_at: d.seen_at,
        reason: d.reason,
        revoked_at: d.revoked_at,
        wiped_at: d.wiped_at,
        person: d.person,
        unsent: d.unsent,
        told: d.policy_named >= d.policy,
        held: d.held,
        node: d.node,
        app: d.app,
        lease_until: d.seen_at.filter(|_| is_open || d.revoked_at.is_some() && d.wiped_at.is_none()).map(|at| at + LEASE_MS),
    }
}
