//! To whom a case is shown beside those of its own units, and the commands that show it and take it back. Both are asked of the server and
//! take effect when it confirms; until then nothing here changes but the list of what waits.

use super::cases::{self, Loaded};
use super::units::Tree;
use super::views::{coded, id};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::store::{Doc, Row, get_row, rows};
use crate::workspace::{self, Identity, Intent, Writer};
use rusqlite::{Connection, params};
use shared_model::Class;
use shared_model::codes::Coded;
use shared_model::commands::{Edited, ShareCaseArgs, ShareChoice, SharedWith, UnshareCaseArgs};
use shared_model::records::Kind;
use shared_model::rules::{Role, access, may_receive, share_covers};
use shared_model::wire::{self, Ask, Command};
use std::collections::BTreeSet;
use uuid::Uuid;

/// To whom the server says that a case is shown.
pub fn shown_to(doc: &Doc) -> Vec<SharedWith> {
    let targets = doc.shown.live.keys().filter_map(|key| Some((key, key.strip_prefix("shared/")?)));
    targets
        .filter_map(|(key, target)| {
            let (class, name) = doc.shown.value(key)?.as_str()?.split_once('|')?;
            let (by_name, name) = name.split_once('|').map_or((false, name), |(_, name)| (true, name));
            let upto = class_code(Class::from_name(class)?);
            let since = doc.shown.live.get(key)?.last().map(|op| op.at * 1000);
            let (pending, leaving, ended, until) = (false, false, false, None);
            Some(SharedWith { target: target.into(), name: name.into(), by_name, upto, pending, leaving, ended, since, until })
        })
        .collect()
}

/// The same, with the end of each person's term, and those said to have ended whose term ended since the server last spoke.
pub fn shown_now(db: &Connection, shared: &[SharedWith], now_ms: i64) -> Result<Vec<SharedWith>> {
    let mut out = shared.to_vec();
    for one in out.iter_mut().filter(|s| s.by_name) {
        let Ok(membership) = Uuid::parse_str(&one.target) else { continue };
        one.until = member(db, membership)?.and_then(|m| m.int("until"));
        one.ended = one.until.is_some_and(|until| until <= now_ms);
    }
    Ok(out)
}

/// What is asked of the server about who sees a case, and not answered yet.
#[derive(Default)]
pub struct Waiting {
    pub begins: Vec<SharedWith>,
    pub ends: BTreeSet<String>,
}

impl Waiting {
    /// Whom the server names and whom was asked for, each once.
    pub fn over(&self, mut shared: Vec<SharedWith>) -> Vec<SharedWith> {
        shared.retain(|s| self.begins.iter().all(|b| b.target != s.target));
        for one in &mut shared {
            one.leaving = self.ends.contains(&one.target);
        }
        shared.extend(self.begins.iter().cloned());
        shared
    }
}

/// Shares of a case that wait for the server.
pub fn asked_for(db: &Connection, tree: &Tree, case: Uuid) -> Result<Waiting> {
    let mut q = db.prepare_cached("select body from unjudged where name in ('share_case', 'unshare_case', 'add_step') order by seq")?;
    let mut out = Waiting::default();
    for body in q.query_map([], |r| r.get::<_, Vec<u8>>(0))? {
        match wire::from_cbor::<Command>(&body?).ok().and_then(|c| c.ask) {
            Some(Ask::Share { record, to, up_to, assignee }) if record == case => {
                let row = assignee.map(|membership| member(db, membership)).transpose()?.flatten();
                let name = match assignee {
                    Some(_) => row.as_ref().and_then(|m| m.text("name")).unwrap_or_default(),
                    None => tree.name(to),
                };
                let until = row.and_then(|m| m.int("until"));
                let (target, by_name) = (assignee.unwrap_or(to).to_string(), assignee.is_some());
                out.ends.remove(&target);
                out.begins.retain(|s| s.target != target);
                let (upto, pending, leaving, ended, since) = (class_code(up_to), true, false, false, None);
                out.begins.push(SharedWith { target, name, by_name, upto, pending, leaving, ended, since, until });
            }
            Some(Ask::Unshare { record, target }) if record == case => {
                out.begins.retain(|s| s.target != target.to_string());
                out.ends.insert(target.to_string());
            }
            _ => {}
        }
    }
    Ok(out)
}

fn class_code(class: Class) -> Coded {
    Coded { code: class.name().into(), label: class.zh().into(), en: None }
}

fn member(db: &Connection, membership: Uuid) -> Result<Option<Row>> {
    get_row(db, Kind::Membership, membership)
}

/// Somebody a case may be shown to.
struct Receiver {
    to: Uuid,
    assignee: Option<Uuid>,
    role: Role,
    name: String,
    detail: String,
}

impl Receiver {
    fn office(tree: &Tree, unit: &Row) -> Self {
        let kind = coded("unit_kind", &unit.text("kind").unwrap_or_default()).label;
        Receiver { to: unit.record, assignee: None, role: Role::Office, name: tree.name(unit.record), detail: kind }
    }

    /// `None`: the term is over, or this device does not know all of it.
    fn member(tree: &Tree, row: &Row, now_ms: i64) -> Option<Self> {
        if row.int("until").is_some_and(|until| until <= now_ms) {
            return None;
        }
        let (role, to) = (Role::from_name(&row.text("role")?)?, row.id("unit")?);
        let detail =
            [coded("role", role.name()).label, tree.name(to)].into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" · ");
        Some(Receiver { to, assignee: Some(row.record), role, name: row.text("name")?, detail })
    }

    /// The strictest class that this one may be shown.
    fn most(&self) -> Option<Class> {
        Class::ALL.into_iter().rev().find(|class| may_receive(self.role, *class, self.assignee.is_some()))
    }

    /// Does the case's own part reach them?
    fn may_see(&self, class: Class) -> bool {
        may_receive(self.role, class, self.assignee.is_some())
    }
}

/// May this person show the case to others? Only the office of its home.
///
/// # Errors
/// Of the store.
pub fn is_sharer(db: &Connection, me: &Identity, c: &Loaded) -> Result<bool> {
    Ok(!c.by_share && workspace::roles(db, me)?.iter().any(|r| r.role == Role::Office))
}

/// To whom the case may be shown who does not see it yet: the offices above, and people by name.
pub fn choices(db: &Connection, me: &Identity, tree: &Tree, c: &Loaded, now_ms: i64) -> Result<Vec<ShareChoice>> {
    if !is_sharer(db, me, c)? {
        return Ok(Vec::new());
    }
    let line = tree.line(c.unit);
    let above = |unit: &Uuid| tree.get(*unit).and_then(|r| r.text("kind")).filter(|k| k == "street" || k == "district").is_some();
    let sees = |r: &Receiver| line.contains(&r.to) && !(r.role == Role::Office && above(&r.to)) && access(r.role, c.class).reads();
    let waiting = asked_for(db, tree, c.row.record)?;
    let shared: BTreeSet<String> = c.shared.iter().chain(&waiting.begins).map(|s| s.target.clone()).collect();
    let mut found: Vec<Receiver> =
        line.iter().filter(|u| above(u)).filter_map(|u| tree.get(*u)).map(|row| Receiver::office(tree, row)).collect();
    let mut people: Vec<Receiver> = rows(db, Kind::Membership, "where t._del is null", &[])?
        .iter()
        .filter_map(|row| Receiver::member(tree, row, now_ms))
        .filter(|r| !sees(r))
        .collect();
    people.sort_by(|a, b| (a.role, &a.name).cmp(&(b.role, &b.name)));
    found.append(&mut people);
    found.retain(|r| r.may_see(c.class) && !shared.contains(&r.assignee.unwrap_or(r.to).to_string()));
    Ok(found
        .into_iter()
        .filter_map(|r| {
            let upto = class_code(r.most()?);
            Some(ShareChoice { to: r.to.to_string(), assignee: r.assignee.map(|m| m.to_string()), name: r.name, detail: r.detail, upto })
        })
        .collect())
}

/// A share as it will be asked for, in words for the log.
pub struct Asking {
    pub ask: Ask,
    pub name: String,
    class: Class,
}

/// What to ask for. `to` names a unit by id or code, or a membership by id.
///
/// # Errors
/// `not_allowed`, `not_found`, `invalid_args` when the receiver may not see a case of this class.
pub fn asking(db: &Connection, me: &Identity, c: &Loaded, to: &str, upto: Option<&str>, now_ms: i64) -> Result<Asking> {
    if !is_sharer(db, me, c)? {
        return Err(CoreError::not_allowed("把这件事给别人看"));
    }
    let tree = Tree::read(db)?;
    let membership = Uuid::parse_str(to.trim()).ok().map(|m| member(db, m)).transpose()?.flatten();
    let receiver = match membership {
        Some(row) => Receiver::member(&tree, &row, now_ms).ok_or_else(|| CoreError::args("这个人的任职已到期，请换一个人。").at("to"))?,
        None => {
            let row = tree.find(to.trim()).map_err(|e| e.at("to"))?;
            if !matches!(row.text("kind").as_deref(), Some("street" | "district" | "community")) || row.record == c.unit {
                return Err(CoreError::args("只能给街道、区县或另一个社区；给一个人请选人名。").at("to"));
            }
            Receiver::office(&tree, row)
        }
    };
    let class = match upto.map(str::trim).filter(|u| !u.is_empty()) {
        Some(name) => Class::from_name(name).ok_or_else(|| CoreError::args("没有这一类。").at("upto"))?,
        None => c.class,
    };
    if !share_covers(receiver.role, c.class, class, receiver.assignee.is_some()) {
        let words = match receiver.assignee {
            None if may_receive(Role::Assignee, c.class, true) => "这件事涉及住户，只能指名给一个人看，会留记录。请选人名。",
            _ => "这件事不能给这个人或单位看，没有发出。",
        };
        return Err(CoreError::args(words).at("to"));
    }
    let ask = Ask::Share { record: c.row.record, to: receiver.to, up_to: class, assignee: receiver.assignee };
    Ok(Asking { ask, name: receiver.name, class })
}

impl Asking {
    /// What is stricter than open, shown to somebody, is written down here too.
    pub fn note(&self, w: &Writer<'_>) -> Result<()> {
        if self.class > Class::Open {
            w.tx.execute(
                "insert into own_log (at, what, words) values (?1, 'share', ?2)",
                params![w.now_ms, format!("给{}看一件事，到「{}」一类", self.name, self.class.zh())],
            )?;
        }
        Ok(())
    }
}

/// `share_case`
pub fn share(engine: &Engine, args: ShareCaseArgs) -> Result<Edited> {
    let now = engine.now_ms();
    let to = args.assignee.as_deref().or(args.to.as_deref()).unwrap_or_default();
    if to.trim().is_empty() {
        return Err(CoreError::args("要选给谁看。").at("to"));
    }
    let (_, changed) = engine.with(|o| {
        let c = cases::load(&o.db, &args.case)?;
        let asking = asking(&o.db, &o.me, &c, to, args.upto.as_deref(), now)?;
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("share_case", format!("给{}看：{}", asking.name, c.title(w.tx)?), c.row.id("household"));
            intent.ask = Some(asking.ask.clone());
            w.touch(c.row.record, Kind::Case);
            asking.note(w)?;
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: true })
}

/// `unshare_case`
pub fn unshare(engine: &Engine, args: UnshareCaseArgs) -> Result<Edited> {
    let now = engine.now_ms();
    let target = id(&args.target, "这个对象").map_err(|e| e.at("target"))?;
    let (_, changed) = engine.with(|o| {
        let c = cases::load(&o.db, &args.case)?;
        if !is_sharer(&o.db, &o.me, &c)? {
            return Err(CoreError::not_allowed("收回这件事"));
        }
        let waiting = asked_for(&o.db, &Tree::read(&o.db)?, c.row.record)?;
        let name = c.shared.iter().chain(&waiting.begins).find(|s| s.target == args.target).map(|s| s.name.clone());
        let name = name.ok_or_else(|| CoreError::not_found("这个对象").at("target"))?;
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("unshare_case", format!("从{name}收回：{}", c.title(w.tx)?), c.row.id("household"));
            intent.ask = Some(Ask::Unshare { record: c.row.record, target });
            w.touch(c.row.record, Kind::Case);
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: true })
}
