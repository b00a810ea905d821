//! What whoever runs the server does: make the data folder, invite, revoke, look. Everything here works beside a running `serve`, except
//! `init`.

use crate::audit::{self, By};
use crate::error::Error;
use crate::keys::Keys;
use crate::store::people::Membership;
use crate::store::{self, Store, devices, epochs, invites, people, units};
use crate::{Env, Inner, Server, closing, memberships, shape};
use base64::Engine;
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use shared_model::Role;
use shared_model::devices::RevokeReason;
use shared_model::doc::{area_id, unit_id};
use shared_model::limits::INVITE_LIFE_MS;
use shared_model::records::known_code;
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use uuid::Uuid;

/// A made invite.
pub struct Invited {
    /// `gridwalk:1?u=URL&t=TOKEN&k=HEXSHA256&e=EXPIRY_MS`.
    pub text: String,
    pub expires_at: i64,
}

/// Name of the database while it is being made.
const MAKING: &str = "server.db.making";
/// Longest name of a person or unit, bytes of UTF-8.
pub const NAME_BYTES_MAX: usize = 200;

pub fn init(dir: &Path, units_csv: &[u8], url: &str, env: Arc<dyn Env>) -> Result<Server, Error> {
    let rows = read_units(units_csv)?;
    make_folder(dir)?;
    let path = dir.join("server.db");
    if path.exists() {
        return Err(Error::setup("already_initialised", format!("{} 里已有服务器数据", dir.display())));
    }
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err(Error::setup("bad_url", "--url 要以 http:// 或 https:// 开头"));
    }
    // The database gets its name last: a folder that has it is complete, and keys without it belong to nothing.
    let making = dir.join(MAKING);
    remove_database(&making)?;
    Keys::remove(dir)?;
    Keys::make(dir, &*env)?;
    Store::open(&making, true)?.write(|db| {
        store::set_meta(db, "url", url.trim_end_matches('/'))?;
        epochs::add(db, 1, 0, &[], env.now_ms(), None)
    })?;
    {
        let server = Server::open_file(dir, MAKING, env.clone())?;
        let inner = &server.inner;
        inner.store.write(|db| rows.iter().try_for_each(|row| write_unit(inner, db, row)))?;
    }
    std::fs::rename(&making, &path)?;
    remove_database(&making)?;
    Server::open(dir, env)
}

/// The database holds residents' data in clear: a folder made here is closed to other users.
pub fn make_folder(dir: &Path) -> Result<(), Error> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    Ok(builder.create(dir)?)
}

/// Removes a database with its side files, if it is there.
pub fn remove_database(path: &Path) -> Result<(), Error> {
    for end in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        match std::fs::remove_file(&name) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e.into()),
            _ => {}
        }
    }
    Ok(())
}

struct UnitRow {
    id: Uuid,
    code: String,
    parent: Option<Uuid>,
    kind: String,
    name: String,
}

/// Reads the table of units; each grid gets an `area` for what has no building.
fn read_units(csv: &[u8]) -> Result<Vec<UnitRow>, Error> {
    let wrong = |line: usize, what: &str| Error::setup("bad_units", format!("单元表第 {line} 行：{what}"));
    let mut reader = csv::Reader::from_reader(csv.strip_prefix(b"\xef\xbb\xbf").unwrap_or(csv));
    let header = reader.headers().map_err(|_| wrong(1, "读不出表头"))?.clone();
    if header.iter().map(str::trim).ne(["code", "parent", "kind", "name"]) {
        return Err(wrong(1, "表头应为 code,parent,kind,name"));
    }
    let (mut out, mut known) = (Vec::new(), HashSet::new());
    for (at, record) in reader.records().enumerate() {
        let line = at + 2;
        let record = record.map_err(|_| wrong(line, "读不出"))?;
        let [code, parent, kind, name] = [0, 1, 2, 3].map(|i| record.get(i).unwrap_or("").trim());
        if code.is_empty() || name.is_empty() || name.len() > NAME_BYTES_MAX {
            return Err(wrong(line, "要有代码和名称"));
        }
        if !known_code("unit_kind", kind) {
            return Err(wrong(line, "没有这种单元"));
        }
        if !parent.is_empty() && !known.contains(parent) {
            return Err(wrong(line, "上级要写在前面"));
        }
        if !known.insert(code.to_owned()) {
            return Err(wrong(line, "代码重复"));
        }
        let id = unit_id(code);
        let parent = (!parent.is_empty()).then(|| unit_id(parent));
        out.push(UnitRow { id, code: code.into(), parent, kind: kind.into(), name: name.into() });
        if matches!(kind, "grid" | "micro_grid") {
            let area =
                UnitRow { id: area_id(id), code: String::new(), parent: Some(id), kind: "area".into(), name: format!("{name} 其他") };
            out.push(area);
        }
    }
    if out.is_empty() { Err(wrong(2, "没有单元")) } else { Ok(out) }
}

fn write_unit(inner: &Inner, db: &Connection, row: &UnitRow) -> Result<(), Error> {
    let new = units::NewUnit { id: row.id, code: &row.code, parent: row.parent, kind: &row.kind, name: &row.name };
    shape::add_unit(inner, db, &new)?;
    Ok(())
}

pub fn invite(inner: &Inner, role: Role, unit: &str, name: &str, auto_confirm: bool) -> Result<Invited, Error> {
    inner.store.write(|db| {
        let unit = units::find(db, unit)?.ok_or_else(|| Error::setup("not_found", "没有这个单元"))?;
        audit::note(inner, db, &By::Operator, "invite", format!("{} {unit}", role.name()), "done")?;
        make_invite(inner, db, role, unit, name, auto_confirm)
    })
}

/// Makes an invite; the same (name, role, unit) is the same person.
pub fn make_invite(inner: &Inner, db: &Connection, role: Role, unit: Uuid, name: &str, auto_confirm: bool) -> Result<Invited, Error> {
    let name = name.trim();
    if name.is_empty() || name.len() > NAME_BYTES_MAX {
        return Err(Error::setup("invalid_args", "要写姓名"));
    }
    let person = match people::find(db, name, role, &unit)? {
        Some(person) => person,
        None => {
            let person = inner.new_id();
            people::add(db, &person, name)?;
            person
        }
    };
    let mut token = [0_u8; 16];
    inner.env.fill_random(&mut token);
    let token = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(token);
    let made_at = inner.env.now_ms();
    let expires_at = made_at + INVITE_LIFE_MS;
    let token_hash = Sha256::digest(&token).into();
    let (used_at, device, taken_back_at) = (None, None, None);
    let invite = invites::Invite { token_hash, person, role, unit, auto_confirm, made_at, expires_at, used_at, device, taken_back_at };
    invites::add(db, &invite)?;
    let url = store::get_meta(db, "url")?.ok_or(Error::Damaged("the server has no address"))?;
    let key = hex::encode(Sha256::digest(inner.keys.public()));
    let text = format!("gridwalk:1?u={}&t={token}&k={key}&e={expires_at}", percent(&url));
    Ok(Invited { text, expires_at })
}

/// Percent-encodes everything but the unreserved characters.
fn percent(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

pub fn revoke(inner: &Inner, device: &Uuid, reason: RevokeReason) -> Result<bool, Error> {
    inner.store.write(|db| {
        let known = devices::get(db, device)?.is_some();
        if known {
            audit::note(inner, db, &By::Operator, "revoke_device", format!("{device} {}", reason.name()), "done")?;
            closing::revoke(inner, db, device, reason)?;
        }
        Ok(known)
    })
}

pub fn end_membership(inner: &Inner, name: &str, role: Role, unit: &str) -> Result<bool, Error> {
    inner.store.write(|db| {
        let Some(m) = find_membership(db, name, role, unit)? else { return Ok(false) };
        let until_at = Some(inner.env.now_ms());
        audit::note(inner, db, &By::Operator, "set_term", format!("{} - {}", m.record, inner.env.now_ms()), "done")?;
        memberships::save(inner, db, &Membership { until_at, version: m.version + 1, ..m })?;
        Ok(true)
    })
}

pub fn add_membership(inner: &Inner, name: &str, role: Role, unit: &str, more: Role, at: &str) -> Result<bool, Error> {
    inner.store.write(|db| {
        let Some(m) = find_membership(db, name, role, unit)? else { return Ok(false) };
        let at = units::find(db, at)?.ok_or_else(|| Error::setup("not_found", "没有这个单元"))?;
        audit::note(inner, db, &By::Operator, "add_membership", format!("- {} {} {at}", m.person, more.name()), "done")?;
        write_membership(inner, db, &m.person, more, &at)?;
        Ok(true)
    })
}

fn find_membership(db: &Connection, name: &str, role: Role, unit: &str) -> Result<Option<Membership>, Error> {
    let Some(unit) = units::find(db, unit)? else { return Ok(None) };
    let Some(person) = people::find(db, name, role, &unit)? else { return Ok(None) };
    Ok(people::open_memberships(db, &person, role, &unit)?.pop())
}

/// A membership from now on, unless the person has that role at that unit already or is going to.
pub fn write_membership(inner: &Inner, db: &Connection, person: &Uuid, role: Role, unit: &Uuid) -> Result<(), Error> {
    if !people::open_memberships(db, person, role, unit)?.is_empty() {
        return Ok(());
    }
    let membership = Membership {
        record: inner.new_id(),
        person: *person,
        role,
        unit: *unit,
        from_at: inner.env.now_ms(),
        until_at: None,
        stands_for: None,
        post: None,
        is_party: false,
        version: 1,
    };
    memberships::save(inner, db, &membership)?;
    Ok(())
}
