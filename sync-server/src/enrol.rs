//! How a device comes in: an invite of ten minutes and one use, a proof that it holds its key, six digits on both screens, and the
//! office's confirmation.

use crate::Inner;
use crate::audit::{self, By};
use crate::auth::Caller;
use crate::error::{Error, Fault};
use crate::ledger;
use crate::setup::{make_invite, write_membership};
use crate::store::{alarms, devices, devices::Device, devices::Enrolment, epochs, invites, people, policy};
use ed25519_dalek::{Signature, VerifyingKey};
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use shared_model::devices::Alarm;
use shared_model::limits::{ALARM_LIFE_MS, ALARMS_MAX, NODE_NAME_CHARS_MAX};
use shared_model::rules;
use shared_model::rules::Role;
use shared_model::wire::{EnrolReply, EnrolRequest, InviteReply, InviteRequest, NodeOf, RoleAtUnit, digits, enrol_text};
use uuid::Uuid;

/// Longest token that is looked at, bytes.
const TOKEN_BYTES_MAX: usize = 64;

/// `POST /v1/enrol`.
pub fn enrol(inner: &Inner, request: &EnrolRequest) -> Result<EnrolReply, Fault> {
    if request.token.len() > TOKEN_BYTES_MAX {
        return Err(Fault::bad("the token is too long"));
    }
    if request.node.as_ref().is_some_and(|n| n.name.trim().is_empty() || n.name.chars().count() > NODE_NAME_CHARS_MAX) {
        return Err(Fault::bad("the name of the machine is empty or too long"));
    }
    let bad_proof = || Fault::new(401, "bad_signature", "签名不对");
    let key = VerifyingKey::from_bytes(&request.public_key).map_err(|_| bad_proof())?;
    let proof = Signature::from_slice(&request.proof).map_err(|_| bad_proof())?;
    if key.is_weak() {
        return Err(bad_proof());
    }
    key.verify_strict(&enrol_text(&request.token, &request.public_key, &request.nonce, request.node.as_ref()), &proof)
        .map_err(|_| bad_proof())?;
    let outcome = inner.store.write(|db| {
        let hash: [u8; 32] = Sha256::digest(&request.token).into();
        let invite = invites::get(db, &hash)?.ok_or_else(|| Fault::new(403, "invite_unknown", "没有这个邀请"))?;
        let now_ms = inner.env.now_ms();
        if invite.used_at.is_some() {
            return again(inner, db, request, &invite, now_ms);
        }
        if invite.taken_back_at.is_some() {
            return Err(Fault::new(403, "invite_taken_back", "这个邀请已经收回"));
        }
        if invite.expires_at < now_ms {
            return Err(Fault::new(403, "invite_expired", "邀请已过期，请再要一个"));
        }
        if devices::by_key(db, &request.public_key)?.is_some() {
            return Err(Fault::new(409, "already_enrolled", "这台设备已经登记"));
        }
        let device = add_device(inner, db, request, &invite, now_ms)?;
        invites::set_used(db, &hash, &device.id, now_ms)?;
        audit::note(inner, db, &By::Device(&device), "enrol", format!("{} {}", device.role.name(), device.unit), "done")?;
        Ok(Enrolled::Now(enrolled(inner, db, device, now_ms)?))
    })?;
    match outcome {
        Enrolled::Now(reply) => Ok(reply),
        Enrolled::Used => Err(Fault::new(403, "invite_used", "这个邀请已经用过，请再要一个")),
    }
}

/// What an enrolment came to; a used invite is refused, and what it left for the office is committed.
enum Enrolled {
    Now(EnrolReply),
    Used,
}

/// A used invite: the device that used it asks once more because the answer was lost; anybody else is refused and the office is told.
fn again(inner: &Inner, db: &Connection, request: &EnrolRequest, invite: &invites::Invite, now_ms: i64) -> Result<Enrolled, Fault> {
    let by_it = devices::by_key(db, &request.public_key)?.filter(|d| Some(d.id) == invite.device && d.nonce == request.nonce);
    if let Some(device) = by_it.filter(|d| d.seen_at.is_none() && d.revoked_at.is_none()) {
        return Ok(Enrolled::Now(enrolled(inner, db, device, now_ms)?));
    }
    tracing::warn!("a used invite was presented again");
    let name = people::name(db, &invite.person)?;
    alarms::drop_before(db, now_ms - ALARM_LIFE_MS)?;
    if alarms::since(db, now_ms - ALARM_LIFE_MS, ALARMS_MAX)?.len() < ALARMS_MAX as usize {
        alarms::add(db, &Alarm { at: now_ms, kind: "invite_again".into(), name, unit: invite.unit, device: invite.device })?;
    }
    Ok(Enrolled::Used)
}

fn enrolled(inner: &Inner, db: &Connection, device: Device, now_ms: i64) -> Result<EnrolReply, Error> {
    Ok(EnrolReply {
        device: device.id,
        name: device.name,
        role: device.role,
        unit: device.unit,
        confirmed: device.state == "active",
        digits: device.digits,
        server_key: inner.keys.public(),
        time: now_ms,
        epoch: epochs::current(db)?,
    })
}

fn add_device(inner: &Inner, db: &Connection, request: &EnrolRequest, invite: &invites::Invite, now_ms: i64) -> Result<Device, Error> {
    let name = people::name(db, &invite.person)?;
    write_membership(inner, db, &invite.person, invite.role, &invite.unit)?;
    let of = Enrolment {
        id: inner.new_id(),
        public_key: request.public_key,
        nonce: request.nonce,
        person: invite.person,
        role: invite.role,
        unit: invite.unit,
        digits: digits(&inner.keys.public(), &request.public_key, &request.token),
        node: request.node.clone(),
    };
    let mut device = Device { name, ..Device::new(of) };
    if invite.auto_confirm {
        device.state = "active".to_owned();
        device.confirmed_at = Some(now_ms);
    }
    devices::add(db, &device, now_ms)?;
    policy::add_stamp(db, &device.id, device.policy, &people::roles(db, &device.person)?)?;
    inner.note(db, ledger::Kind::Enrol, words_of(&device))?;
    Ok(device)
}

/// As it stands in the ledger: ids, keys and codes, no name of a person; of a shared machine its id and name.
pub fn words_of(d: &Device) -> Vec<String> {
    let (key, nonce) = (hex::encode(d.public_key), hex::encode(d.nonce));
    let mut words =
        vec![d.id.to_string(), key, nonce, d.person.to_string(), d.role.name().to_owned(), d.unit.to_string(), d.digits.clone()];
    words.extend(d.node.iter().flat_map(|n| [n.id.to_string(), n.name.clone()]));
    words
}

fn from_words(words: &[String]) -> Option<Enrolment> {
    let [id, key, nonce, person, role, unit, digits, node @ ..] = words else { return None };
    Some(Enrolment {
        id: Uuid::parse_str(id).ok()?,
        public_key: hex::decode(key).ok()?.try_into().ok()?,
        nonce: hex::decode(nonce).ok()?.try_into().ok()?,
        person: Uuid::parse_str(person).ok()?,
        role: Role::from_name(role)?,
        unit: Uuid::parse_str(unit).ok()?,
        digits: digits.clone(),
        node: match node {
            [id, name] => Some(NodeOf { id: Uuid::parse_str(id).ok()?, name: name.clone() }),
            _ => None,
        },
    })
}

/// Devices that the ledger knows and the database does not: enrolled after the backup. They wait for the office to confirm them again. One
/// whose unit is not back yet follows when that comes. A person's name comes back with the records of their memberships.
pub fn replay(inner: &Inner, db: &Connection, entries: &[ledger::Entry]) -> Result<(), Error> {
    for entry in entries.iter().filter(|e| e.kind == ledger::Kind::Enrol) {
        let device = Device::new(from_words(&entry.ids).ok_or(Error::Damaged("an enrolment in the ledger"))?);
        let is_known = devices::get(db, &device.id)?.is_some() || devices::by_key(db, &device.public_key)?.is_some();
        if is_known || inner.tree(db)?.get(&device.unit).is_none() {
            continue;
        }
        tracing::warn!(device = %device.id, "a device enrolled after the backup waits to be confirmed again");
        if !people::exists(db, &device.person)? {
            people::add(db, &device.person, people::NAMELESS)?;
        }
        devices::add(db, &device, entry.at_ms)?;
        // under its first stamp it wrote with the role that it was invited to
        policy::add_stamp(db, &device.id, device.policy, &[RoleAtUnit { role: device.role, unit: device.unit }])?;
    }
    Ok(())
}

/// A device whose person lost their role together with the database is given it again by whoever confirms the device; a role that is over,
/// is over.
pub fn give_role_back(inner: &Inner, db: &Connection, device: &Device) -> Result<(), Error> {
    if people::ever_had(db, &device.person, device.role, &device.unit)? {
        return Ok(());
    }
    write_membership(inner, db, &device.person, device.role, &device.unit)
}

/// `POST /v1/invite`: an invite gives a role, so whoever may appoint to it beneath their own unit may invite.
pub fn invite(inner: &Inner, caller: &Caller, request: &InviteRequest) -> Result<InviteReply, Fault> {
    let not_allowed = || Fault::new(403, "not_allowed", "只能邀请自己能任命的人，在自己的辖区里");
    inner.store.write(|db| {
        let tree = inner.tree(db)?;
        let roles = people::roles(db, &caller.device.person)?;
        if !roles.iter().any(|at| rules::may_appoint(at.role, request.role) && tree.is_within(&request.unit, &at.unit)) {
            return Err(not_allowed());
        }
        devices::add_nonce(db, &caller.device.id, &caller.nonce, caller.time_ms)?;
        audit::note(inner, db, &By::Device(&caller.device), "invite", format!("{} {}", request.role.name(), request.unit), "done")?;
        let made = make_invite(inner, db, request.role, request.unit, &request.name, false).map_err(|e| match e {
            Error::Setup { message, .. } => Fault::new(400, "bad_request", message),
            other => other.into(),
        })?;
        Ok(InviteReply { invite: made.text, expires_at: made.expires_at })
    })
}
