//! People and their memberships, and who stands behind an actor.

use crate::error::Error;
use rusqlite::{Connection, OptionalExtension, params};
use shared_model::Role;
use shared_model::crdt::ActorId;
use shared_model::wire::RoleAtUnit;
use uuid::Uuid;

/// Every role by its number.
pub fn role_of(n: u8) -> Result<Role, Error> {
    use Role::*;
    [Overseer, Admin, Assignee, BuildingHead, PartTime, Worker, Office]
        .into_iter()
        .find(|r| *r as u8 == n)
        .ok_or(Error::Damaged("a role that does not exist"))
}

/// The person of that name with that role at that unit, if one was ever invited.
pub fn find(db: &Connection, name: &str, role: Role, unit: &Uuid) -> Result<Option<Uuid>, Error> {
    let sql = "select p.id from person p
               where p.name = ?1 and (exists (select 1 from membership m where m.person = p.id and m.role = ?2 and m.unit = ?3 and m.ended_at is null)
                 or exists (select 1 from invite i where i.person = p.id and i.role = ?2 and i.unit = ?3))
               order by p.id limit 1";
    Ok(db.prepare_cached(sql)?.query_row(params![name, role as u8, unit], |r| r.get(0)).optional()?)
}

/// Adds a person.
pub fn add(db: &Connection, id: &Uuid, name: &str) -> Result<(), Error> {
    db.prepare_cached("insert into person (id, name) values (?1, ?2)")?.execute(params![id, name])?;
    Ok(())
}

/// A person's name.
pub fn name(db: &Connection, id: &Uuid) -> Result<String, Error> {
    Ok(db.prepare_cached("select name from person where id = ?1")?.query_row([id], |r| r.get(0))?)
}

/// Roles at units that the person holds now.
pub fn roles(db: &Connection, person: &Uuid) -> Result<Vec<RoleAtUnit>, Error> {
    let sql = "select role, unit from membership where person = ?1 and ended_at is null order by role desc, unit";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([person], |r| Ok((r.get::<_, u8>(0)?, r.get(1)?)))?;
    rows.map(|row| row.map_err(Error::from).and_then(|(role, unit)| Ok(RoleAtUnit { role: role_of(role)?, unit }))).collect()
}

/// The membership record of a person's role at a unit.
pub fn membership(db: &Connection, person: &Uuid, role: Role, unit: &Uuid) -> Result<Option<Uuid>, Error> {
    let sql = "select record from membership where person = ?1 and role = ?2 and unit = ?3 and ended_at is null";
    Ok(db.prepare_cached(sql)?.query_row(params![person, role as u8, unit], |r| r.get(0)).optional()?)
}

/// Adds a membership.
pub fn add_membership(db: &Connection, record: &Uuid, person: &Uuid, role: Role, unit: &Uuid, now_ms: i64) -> Result<(), Error> {
    db.prepare_cached("insert into membership (record, person, role, unit, began_at) values (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![record, person, role as u8, unit, now_ms])?;
    Ok(())
}

/// Ends it; returns the person and the unit.
pub fn end_membership(db: &Connection, record: &Uuid, now_ms: i64) -> Result<Option<(Uuid, Uuid)>, Error> {
    let sql = "update membership set ended_at = ?2 where record = ?1 and ended_at is null returning person, unit";
    Ok(db.prepare_cached(sql)?.query_row(params![record, now_ms], |r| Ok((r.get(0)?, r.get(1)?))).optional()?)
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
    db.prepare_cached("insert into actor (actor, device, person, name, role) values (?1, ?2, ?3, ?4, ?5) on conflict (actor) do nothing")?
        .execute(params![actor.0, device, person, name, role as u8])?;
    Ok(())
}
