//! Devices, and the nonces of their requests.

use super::people::role_of;
use super::{int, uint};
use crate::error::Error;
use rusqlite::{Connection, OptionalExtension, Row, params};
use shared_model::Role;
use shared_model::devices::RevokeReason;
use shared_model::wire::{NodeOf, RoleAtUnit, from_cbor, to_cbor};
use uuid::Uuid;

/// One enrolled device.
#[derive(Debug, Clone)]
pub struct Device {
    pub id: Uuid,
    pub public_key: [u8; 32],
    /// Of the install; enters its actors.
    pub nonce: [u8; 16],
    pub person: Uuid,
    pub name: String,
    pub role: Role,
    pub unit: Uuid,
    /// `unconfirmed`, `active`, `revoked`, `wiped`.
    pub state: String,
    pub cloned: bool,
    pub digits: String,
    pub confirmed_at: Option<i64>,
    pub seen_at: Option<i64>,
    pub reason: Option<RevokeReason>,
    pub revoked_at: Option<i64>,
    pub wiped_at: Option<i64>,
    /// Roles at its last contact while it was trusted.
    pub held: Vec<RoleAtUnit>,
    /// Highest counter of an actor it wrote with.
    pub counter: u64,
    pub policy: u64,
    pub policy_named: u64,
    /// Commands it had not handed over when it was last heard of.
    pub unsent: u32,
    /// The machine that it shares with other accounts.
    pub node: Option<NodeOf>,
    /// Version of the app at its last contact.
    pub app: Option<String>,
}

/// What an enrolment says of a device, and the ledger keeps.
#[derive(Debug, Clone)]
pub struct Enrolment {
    pub id: Uuid,
    pub public_key: [u8; 32],
    pub nonce: [u8; 16],
    pub person: Uuid,
    pub role: Role,
    pub unit: Uuid,
    pub digits: String,
    pub node: Option<NodeOf>,
}

impl Device {
    /// As it is before anything was heard of it: not confirmed, under its first stamp. Its name is its person's.
    pub fn new(of: Enrolment) -> Self {
        let Enrolment { id, public_key, nonce, person, role, unit, digits, node } = of;
        Device {
            id,
            public_key,
            nonce,
            person,
            name: String::new(),
            role,
            unit,
            state: "unconfirmed".to_owned(),
            cloned: false,
            digits,
            confirmed_at: None,
            seen_at: None,
            reason: None,
            revoked_at: None,
            wiped_at: None,
            held: Vec::new(),
            counter: 0,
            policy: 1,
            policy_named: 1,
            unsent: 0,
            node,
            app: None,
        }
    }
}

const COLUMNS: &str = "d.id, d.public_key, d.nonce, d.person, p.name, d.role, d.unit, d.state, d.cloned, d.digits, d.seen_at, d.counter, d.policy, d.policy_named, d.confirmed_at, d.reason, d.revoked_at, d.wiped_at, d.unsent, d.held, d.node, d.node_name, d.app";

fn read(r: &Row<'_>) -> rusqlite::Result<(Device, u8)> {
    let role: u8 = r.get(5)?;
    let device = Device {
        id: r.get(0)?,
        public_key: r.get(1)?,
        nonce: r.get(2)?,
        person: r.get(3)?,
        name: r.get(4)?,
        role: Role::Assignee,
        unit: r.get(6)?,
        state: r.get(7)?,
        cloned: r.get(8)?,
        digits: r.get(9)?,
        seen_at: r.get(10)?,
        counter: uint(r.get(11)?),
        policy: uint(r.get(12)?),
        policy_named: uint(r.get(13)?),
        confirmed_at: r.get(14)?,
        reason: r.get::<_, Option<String>>(15)?.and_then(|name| RevokeReason::from_name(&name)),
        revoked_at: r.get(16)?,
        wiped_at: r.get(17)?,
        unsent: r.get(18)?,
        held: from_cbor(&r.get::<_, Vec<u8>>(19)?).unwrap_or_default(),
        node: r.get::<_, Option<Uuid>>(20)?.zip(r.get(21)?).map(|(id, name)| NodeOf { id, name }),
        app: r.get(22)?,
    };
    Ok((device, role))
}

fn with_role((device, role): (Device, u8)) -> Result<Device, Error> {
    Ok(Device { role: role_of(role)?, ..device })
}

/// A device by id.
pub fn get(db: &Connection, id: &Uuid) -> Result<Option<Device>, Error> {
    let sql = format!("select {COLUMNS} from device d join person p on p.id = d.person where d.id = ?1");
    db.prepare_cached(&sql)?.query_row([id], read).optional()?.map(with_role).transpose()
}

/// A device by its key.
pub fn by_key(db: &Connection, key: &[u8; 32]) -> Result<Option<Device>, Error> {
    let sql = format!("select {COLUMNS} from device d join person p on p.id = d.person where d.public_key = ?1");
    db.prepare_cached(&sql)?.query_row([key], read).optional()?.map(with_role).transpose()
}

/// All devices, oldest first.
pub fn list(db: &Connection) -> Result<Vec<Device>, Error> {
    let sql = format!("select {COLUMNS} from device d join person p on p.id = d.person order by d.enrolled_at, d.id");
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map([], read)?;
    rows.map(|row| row.map_err(Error::from).and_then(with_role)).collect()
}

/// (state, how many) of all devices.
pub fn count_by_state(db: &Connection) -> Result<Vec<(String, u64)>, Error> {
    let mut statement = db.prepare_cached("select state, count(*) from device group by state order by state")?;
    let rows = statement.query_map([], |r| Ok((r.get(0)?, uint(r.get(1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Devices of a person.
pub fn of_person(db: &Connection, person: &Uuid) -> Result<Vec<Device>, Error> {
    let sql = format!("select {COLUMNS} from device d join person p on p.id = d.person where d.person = ?1");
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map([person], read)?;
    rows.map(|row| row.map_err(Error::from).and_then(with_role)).collect()
}

/// Adds a device.
pub fn add(db: &Connection, d: &Device, now_ms: i64) -> Result<(), Error> {
    let sql =
        "insert into device (id, public_key, nonce, person, role, unit, state, cloned, digits, enrolled_at, counter, policy, policy_named, confirmed_at, node, node_name)
               values (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?9, 0, ?10, ?11, ?12, ?13, ?14)";
    db.prepare_cached(sql)?.execute(params![
        d.id,
        d.public_key,
        d.nonce,
        d.person,
        d.role as u8,
        d.unit,
        d.state,
        d.digits,
        now_ms,
        int(d.policy),
        int(d.policy_named),
        d.confirmed_at,
        d.node.as_ref().map(|n| n.id),
        d.node.as_ref().map(|n| &n.name)
    ])?;
    Ok(())
}

/// It may come in.
pub fn confirm(db: &Connection, id: &Uuid, now_ms: i64) -> Result<(), Error> {
    let sql = "update device set state = 'active', confirmed_at = ?2 where id = ?1 and state = 'unconfirmed'";
    db.prepare_cached(sql)?.execute(params![id, now_ms])?;
    Ok(())
}

/// It is given nothing any more. The first moment stands; a graver reason takes the place of another.
pub fn revoke(db: &Connection, id: &Uuid, reason: RevokeReason, now_ms: i64) -> Result<(), Error> {
    let sql = "update device set state = case state when 'wiped' then state else 'revoked' end, reason = ?2,
               revoked_at = coalesce(revoked_at, ?3) where id = ?1";
    db.prepare_cached(sql)?.execute(params![id, reason.name(), now_ms])?;
    Ok(())
}

/// It proved that it holds nothing any more; the first proof stands.
pub fn set_wiped(db: &Connection, id: &Uuid, now_ms: i64) -> Result<(), Error> {
    let sql = "update device set state = 'wiped', wiped_at = coalesce(wiped_at, ?2) where id = ?1 and revoked_at is not null";
    db.prepare_cached(sql)?.execute(params![id, now_ms])?;
    Ok(())
}

/// Two installs seem to use its key.
pub fn set_cloned(db: &Connection, id: &Uuid) -> Result<(), Error> {
    db.prepare_cached("update device set cloned = 1 where id = ?1")?.execute([id])?;
    Ok(())
}

/// When it was last heard of, and which roles' data it may hold since.
pub fn set_seen(db: &Connection, id: &Uuid, now_ms: i64, held: &[RoleAtUnit]) -> Result<(), Error> {
    db.prepare_cached("update device set seen_at = ?2, held = ?3 where id = ?1")?.execute(params![id, now_ms, to_cbor(&held)])?;
    Ok(())
}

/// Which version of the app it runs.
pub fn set_app(db: &Connection, id: &Uuid, app: &str) -> Result<(), Error> {
    db.prepare_cached("update device set app = ?2 where id = ?1")?.execute(params![id, app])?;
    Ok(())
}

/// How many commands it has not handed over.
pub fn set_unsent(db: &Connection, id: &Uuid, unsent: u32) -> Result<(), Error> {
    db.prepare_cached("update device set unsent = ?2 where id = ?1")?.execute(params![id, unsent])?;
    Ok(())
}

/// The highest counter of its actors.
pub fn set_counter(db: &Connection, id: &Uuid, counter: u64) -> Result<(), Error> {
    db.prepare_cached("update device set counter = ?2 where id = ?1")?.execute(params![id, int(counter)])?;
    Ok(())
}

/// Remembers a nonce of a request that changes something.
pub fn add_nonce(db: &Connection, device: &Uuid, nonce: &[u8; 16], at_ms: i64) -> Result<(), Error> {
    db.prepare_cached("insert into nonce (device, nonce, at) values (?1, ?2, ?3) on conflict (device, nonce) do nothing")?
        .execute(params![device, nonce, at_ms])?;
    Ok(())
}

/// Forgets those before a moment.
pub fn drop_nonces(db: &Connection, before_ms: i64) -> Result<(), Error> {
    db.prepare_cached("delete from nonce where at < ?1")?.execute([before_ms])?;
    Ok(())
}

/// (device, nonce, when) of all that are remembered.
pub fn nonces(db: &Connection) -> Result<Vec<(Uuid, [u8; 16], i64)>, Error> {
    let mut statement = db.prepare_cached("select device, nonce, at from nonce")?;
    let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
