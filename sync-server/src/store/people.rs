//! People and their memberships, and who stands behind an actor.

use crate::error::Error;
use rusqlite::{Connection, OptionalExtension, params};
use shared_model::Role;
use shared_model::crdt::ActorId;
use shared_model::wire::RoleAtUnit;
use uuid::Uuid;

/// Every role by its number.
pub fn role_of(n: u8) -> Result<Role, Error> {
    Role::ALL.into_iter().find(|r| *r as u8 == n).ok_or(Error::Damaged("a role that does not exist"))
}

/// The person of that name with that role at that unit, if one was ever invited.
pub fn find(db: &Connection, name: &str, role: Role, unit: &Uuid) -> Result<Option<Uuid>, Error> {
    let sql = "select p.id from person p
               where p.name = ?1 and (exists (select 1 from membership m where m.person = p.id and m.role = ?2 and m.unit = ?3 and m.state < 2)
                 or exists (select 1 from invite i where i.person = p.id and i.role = ?2 and i.unit = ?3))
               order by p.id limit 1";
    Ok(db.prepare_cached(sql)?.query_row(params![name, role as u8, unit], |r| r.get(0)).optional()?)
}

/// Adds a person.
pub fn add(db: &Connection, id: &Uuid, name: &str) -> Result<(), Error> {
    db.prepare_cached("insert into person (id, name) values (?1, ?2)")?.execute(params![id, name])?;
    Ok(())
}

/// Stands for the name of a person of whom only a device is known, until a record that names them is back.
pub const NAMELESS: &str = "（恢复后待认）";

/// Gives a person their name, where only [`NAMELESS`] stood for it.
pub fn set_name(db: &Connection, id: &Uuid, name: &str) -> Result<(), Error> {
    db.prepare_cached("update person set name = ?2 where id = ?1 and name = ?3")?.execute(params![id, name, NAMELESS])?;
    Ok(())
}

/// Had the person that role at that unit at any time?
pub fn ever_had(db: &Connection, person: &Uuid, role: Role, unit: &Uuid) -> Result<bool, Error> {
    let sql = "select 1 from membership where person = ?1 and role = ?2 and unit = ?3 limit 1";
    Ok(db.prepare_cached(sql)?.exists(params![person, role as u8, unit])?)
}

/// A person's name.
pub fn name(db: &Connection, id: &Uuid) -> Result<String, Error> {
    Ok(db.prepare_cached("select name from person where id = ?1")?.query_row([id], |r| r.get(0))?)
}

/// Is this person known?
pub fn exists(db: &Connection, id: &Uuid) -> Result<bool, Error> {
    Ok(db.prepare_cached("select 1 from person where id = ?1")?.exists([id])?)
}

/// Roles at units that the person holds now: those of memberships whose term has begun and is not over.
pub fn roles(db: &Connection, person: &Uuid) -> Result<Vec<RoleAtUnit>, Error> {
    let sql = "select distinct role, unit from membership where person = ?1 and state = 1 order by role desc, unit";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([person], |r| Ok((r.get::<_, u8>(0)?, r.get(1)?)))?;
    rows.map(|row| row.map_err(Error::from).and_then(|(role, unit)| Ok(RoleAtUnit { role: role_of(role)?, unit }))).collect()
}

/// A person's role at a unit for a term, by the server's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    pub record: Uuid,
    pub person: Uuid,
    pub role: Role,
    pub unit: Uuid,
    /// Unix ms, inclusive.
    pub from_at: i64,
    /// Unix ms, exclusive; `None`: open.
    pub until_at: Option<i64>,
    /// Membership of whoever is stood in for.
    pub stands_for: Option<Uuid>,
    /// Code of `post`.
    pub post: Option<String>,
    /// Member of the party.
    pub is_party: bool,
    /// Goes up with every change of the term or the post.
    pub version: u64,
}

impl Membership {
    /// 0 not begun, 1 live, 2 over.
    fn state_at(&self, now_ms: i64) -> u8 {
        match self.until_at {
            Some(until) if until <= now_ms || until <= self.from_at => 2,
            _ if self.from_at > now_ms => 0,
            _ => 1,
        }
    }

    /// When the state changes next.
    fn turns_at(&self, now_ms: i64) -> Option<i64> {
        match self.state_at(now_ms) {
            0 => Some(self.from_at),
            1 => self.until_at,
            _ => None,
        }
    }

    /// Not over.
    pub fn is_open(&self, now_ms: i64) -> bool {
        self.state_at(now_ms) < 2
    }
}

const MEMBERSHIP: &str = "record, person, role, unit, from_at, until_at, stands_for, version, post, party";

fn read_membership(r: &rusqlite::Row<'_>) -> rusqlite::Result<(Membership, u8)> {
    let membership = Membership {
        record: r.get(0)?,
        person: r.get(1)?,
        role: Role::Assignee,
        unit: r.get(3)?,
        from_at: r.get(4)?,
        until_at: r.get(5)?,
        stands_for: r.get(6)?,
        version: super::uint(r.get(7)?),
        post: r.get(8)?,
        is_party: r.get(9)?,
    };
    Ok((membership, r.get(2)?))
}

fn memberships(db: &Connection, condition: &str, args: impl rusqlite::Params) -> Result<Vec<Membership>, Error> {
    let mut statement = db.prepare_cached(&format!("select {MEMBERSHIP} from membership where {condition}"))?;
    let rows = statement.query_map(args, read_membership)?;
    rows.map(|row| row.map_err(Error::from).and_then(|(m, role)| Ok(Membership { role: role_of(role)?, ..m }))).collect()
}

/// A membership by its record.
pub fn membership(db: &Connection, record: &Uuid) -> Result<Option<Membership>, Error> {
    Ok(memberships(db, "record = ?1", [record])?.pop())
}

/// The memberships of a person's role at a unit that are not over.
pub fn open_memberships(db: &Connection, person: &Uuid, role: Role, unit: &Uuid) -> Result<Vec<Membership>, Error> {
    memberships(db, "person = ?1 and role = ?2 and unit = ?3 and state < 2 order by record", params![person, role as u8, unit])
}

/// Memberships at a unit that are not over.
pub fn open_at(db: &Connection, unit: &Uuid) -> Result<Vec<Membership>, Error> {
    memberships(db, "unit = ?1 and state < 2 order by record", [unit])
}

/// (person, unit) of every membership that is not over.
pub fn places(db: &Connection) -> Result<Vec<(Uuid, Uuid)>, Error> {
    let mut statement = db.prepare_cached("select distinct person, unit from membership where state < 2")?;
    let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// People with a live membership at a unit.
pub fn members_at(db: &Connection, unit: &Uuid) -> Result<Vec<Uuid>, Error> {
    let mut statement = db.prepare_cached("select distinct person from membership where unit = ?1 and state = 1")?;
    let rows = statement.query_map([unit], |r| r.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Writes a membership as it is to be from now on.
pub fn save_membership(db: &Connection, m: &Membership, now_ms: i64) -> Result<(), Error> {
    let sql = "insert into membership (record, person, role, unit, from_at, until_at, stands_for, version, state, turns_at, post, party)
               values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
               on conflict (record) do update set from_at = excluded.from_at, until_at = excluded.until_at, version = excluded.version,
                 state = excluded.state, turns_at = excluded.turns_at, post = excluded.post, party = excluded.party";
    db.prepare_cached(sql)?.execute(params![
        m.record,
        m.person,
        m.role as u8,
        m.unit,
        m.from_at,
        m.until_at,
        m.stands_for,
        super::int(m.version),
        m.state_at(now_ms),
        m.turns_at(now_ms),
        m.post,
        m.is_party
    ])?;
    Ok(())
}

/// Has a term begun or ended that nobody took note of yet?
pub fn any_turn(db: &Connection, now_ms: i64) -> Result<bool, Error> {
    Ok(db.prepare_cached("select 1 from membership where turns_at <= ?1 limit 1")?.exists([now_ms])?)
}

/// The next term that has begun or ended by now, and the moment. It is noted.
pub fn next_turn(db: &Connection, now_ms: i64) -> Result<Option<(Membership, i64)>, Error> {
    let sql = "select record, turns_at from membership where turns_at <= ?1 order by turns_at, record limit 1";
    let due: Option<(Uuid, i64)> = db.prepare_cached(sql)?.query_row([now_ms], |r| Ok((r.get(0)?, r.get(1)?))).optional()?;
    let Some((record, at)) = due else { return Ok(None) };
    let Some(m) = membership(db, &record)? else { return Ok(None) };
    save_membership(db, &m, at)?;
    Ok(Some((m, at)))
}

/// An actor that wrote here.
pub struct Actor {
    pub device: Option<Uuid>,
    pub name: String,
    pub role: Role,
}

/// Who an actor is.
pub fn actor(db: &Connection, actor: &ActorId) -> Result<Option<Actor>, Error> {
    let sql = "select device, name, role from actor where actor = ?1";
    let row = db.prepare_cached(sql)?.query_row([actor.0], |r| Ok((r.get(0)?, r.get(1)?, r.get::<_, u8>(2)?))).optional()?;
    row.map(|(device, name, role)| Ok(Actor { device, name, role: role_of(role)? })).transpose()
}

/// Remembers one.
pub fn add_actor(
    db: &Connection,
    actor: &ActorId,
    device: Option<&Uuid>,
    person: Option<&Uuid>,
    name: &str,
    role: Role,
) -> Result<(), Error> {
    db.prepare_cached(
        "insert into actor (actor, device, person, name, role) values (?1, ?2, ?3, ?4, ?5)
         on conflict (actor) do update set device = excluded.device, person = excluded.person, name = excluded.name, role = excluded.role
           where actor.device is null and excluded.device is not null",
    )?
    .execute(params![actor.0, device, person, name, role as u8])?;
    Ok(())
}
