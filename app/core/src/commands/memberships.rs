//! Who is in charge of what, for how long: memberships as the server wrote them, and the server commands that change them. Such a command
//! writes nothing here: it takes effect when the server confirms, and what it changes comes back with a sync.

use super::units::Tree;
use super::views::{coded, id};
use super::visits::new_id;
use crate::engine::{Engine, Open};
use crate::error::{CoreError, Result};
use crate::store::{self, Row, get_row, rows};
use crate::workspace::{self, Intent};
use chrono::{Days, NaiveDate};
use rusqlite::Connection;
use shared_model::commands::{
    AddMembershipArgs, EndMembershipArgs, HandOverArgs, ListMembershipsArgs, MembershipItem, MembershipList, ServerAnswer, ServerRefusal,
    SetPostArgs, SetTermArgs, StandInArgs, UnitName,
};
use shared_model::reasons;
use shared_model::records::{Kind, known_code};
use shared_model::rules::{self, Role};
use shared_model::wire::{Ask, Directory, NewMembership};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A membership as its record says.
pub struct Member {
    pub record: Uuid,
    pub person: Uuid,
    pub name: String,
    pub role: Role,
    pub unit: Uuid,
    pub from: Option<i64>,
    pub until: Option<i64>,
    pub stands_for: Option<Uuid>,
    pub phone: Option<String>,
    pub post: Option<String>,
    pub party: bool,
    version: u64,
}

impl Member {
    fn read(row: &Row) -> Option<Member> {
        Some(Member {
            record: row.record,
            person: row.id("person").unwrap_or(row.record),
            name: row.text("name")?,
            role: Role::from_name(&row.text("role")?)?,
            unit: row.id("unit")?,
            from: row.int("from"),
            until: row.int("until"),
            stands_for: row.id("stands_for"),
            phone: row.text("phone"),
            post: row.text("post"),
            party: row.flag("party"),
            version: row.int("version").and_then(|v| u64::try_from(v).ok()).unwrap_or(0),
        })
    }

    /// `planned`, `live`, `over`.
    pub fn state(&self, now_ms: i64) -> &'static str {
        match (self.from, self.until) {
            (_, Some(until)) if until <= now_ms => "over",
            (Some(from), _) if from > now_ms => "planned",
            _ => "live",
        }
    }
}

/// All memberships held here.
///
/// # Errors
/// Of the store.
pub fn all(db: &Connection) -> Result<Vec<Member>> {
    Ok(rows(db, Kind::Membership, "where t._del is null", &[])?.iter().filter_map(Member::read).collect())
}

fn require(db: &Connection, text: &str) -> Result<Member> {
    let record = id(text, "这项任职")?;
    get_row(db, Kind::Membership, record)?.as_ref().and_then(Member::read).ok_or_else(|| CoreError::not_found("这项任职").at("id"))
}

/// Does a role of this person at the unit or above it satisfy the rule? The server asks the same.
///
/// # Errors
/// Of the store.
pub fn holds(o: &Open, tree: &Tree, unit: Uuid, rule: impl Fn(Role) -> bool) -> Result<bool> {
    let line = tree.line(unit);
    Ok(workspace::roles(&o.db, &o.me)?.iter().any(|at| rule(at.role) && line.contains(&at.unit)))
}

/// May this person, anywhere, do what the rule asks for? Asked before existence.
///
/// # Errors
/// `not_allowed`.
pub fn may_ever(engine: &Engine, what: &str, rule: impl Fn(Role) -> bool) -> Result<()> {
    engine.with(|o| {
        let may = workspace::roles(&o.db, &o.me)?.iter().any(|at| rule(at.role));
        if may { Ok(()) } else { Err(CoreError::not_allowed(what)) }
    })
}

/// What is known of a person's devices, as last told.
#[derive(Default, Clone, Copy)]
pub struct Told {
    pub devices: u32,
    pub unsent: u32,
    pub behind: u32,
    pub seen_at: Option<i64>,
}

/// By person.
///
/// # Errors
/// Of the store.
pub fn told(db: &Connection) -> Result<BTreeMap<Uuid, Told>> {
    let directory: Option<Directory> = store::json_setting(db, "directory")?;
    let mut out: BTreeMap<Uuid, Told> = BTreeMap::new();
    for d in directory.into_iter().flat_map(|d| d.devices).filter(|d| matches!(d.state.as_str(), "active" | "cloned")) {
        let t = out.entry(d.person).or_default();
        t.devices += 1;
        t.unsent += d.unsent;
        t.behind += u32::from(!d.told);
        t.seen_at = t.seen_at.max(d.seen_at);
    }
    Ok(out)
}

/// `list_memberships`
pub fn list(engine: &Engine, args: ListMembershipsArgs) -> Result<MembershipList> {
    let now = engine.now_ms();
    engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        let beneath = match &args.unit {
            Some(u) => Some(tree.beneath(tree.find(u).map_err(|e| e.at("unit"))?.record)),
            None => None,
        };
        let (members, told) = (all(&o.db)?, told(&o.db)?);
        let names: BTreeMap<Uuid, &str> = members.iter().map(|m| (m.record, m.name.as_str())).collect();
        let mut items = Vec::new();
        for m in &members {
            let state = m.state(now);
            if (state == "over" && args.over != Some(true)) || beneath.as_ref().is_some_and(|b| !b.contains(&m.unit)) {
                continue;
            }
            let t = told.get(&m.person).copied().unwrap_or_default();
            items.push(MembershipItem {
                id: m.record.to_string(),
                person: m.person.to_string(),
                name: m.name.clone(),
                role: coded("role", m.role.name()),
                unit: m.unit.to_string(),
                unit_name: tree.name(m.unit),
                phone: m.phone.clone(),
                post: m.post.as_ref().map(|post| coded("post", post)),
                party: m.party,
                from: m.from,
                until: m.until,
                state: state.into(),
                stands_for: m.stands_for.and_then(|r| names.get(&r)).map(ToString::to_string),
                may: state != "over" && holds(o, &tree, m.unit, |role| rules::may_appoint(role, m.role))?,
                devices: t.devices,
                unsent: t.unsent,
                told: t.behind == 0,
                seen_at: t.seen_at,
            });
        }
        items.sort_by(|a, b| (&a.unit_name, &a.role.code, &a.name, a.from).cmp(&(&b.unit_name, &b.role.code, &b.name, b.from)));
        let gaps = gaps(&tree, &members, now).filter(|u| beneath.as_ref().is_none_or(|b| b.contains(u)));
        let gaps = gaps.map(|u| UnitName { id: u.to_string(), name: tree.name(u) }).collect();
        Ok(MembershipList { items, gaps })
    })
}

/// Grids where no worker's term runs.
fn gaps<'a>(tree: &'a Tree, members: &'a [Member], now: i64) -> impl Iterator<Item = Uuid> + 'a {
    let grids = tree.all().filter(|r| !r.flag("closed") && r.text("kind").as_deref() == Some("grid")).map(|r| r.record);
    grids.filter(move |g| !members.iter().any(|m| m.unit == *g && m.role == Role::Worker && m.state(now) == "live"))
}

/// A day as a moment of the server's clock: its beginning, or for a last day the end of it. Days are Beijing days.
fn moment(text: &str, is_last: bool, field: &str) -> Result<i64> {
    let wrong = || CoreError::args("日期要写成 2026-12-01 这样。").at(field);
    let day = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").map_err(|_| wrong())?;
    let day = if is_last { day.checked_add_days(Days::new(1)).ok_or_else(wrong)? } else { day };
    Ok(day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis() - 8 * 3_600_000)
}

fn from_day(text: Option<&String>) -> Result<Option<i64>> {
    text.map(|t| moment(t, false, "from")).transpose()
}

fn until_day(text: Option<&String>) -> Result<Option<i64>> {
    text.map(|t| moment(t, true, "until")).transpose()
}

/// Somebody who is known by their memberships, or somebody new.
fn person(o: &Open, engine: &Engine, known: Option<&String>, name: Option<&String>) -> Result<(Uuid, String)> {
    if let Some(known) = known {
        let person = id(known, "这个人")?;
        let found = all(&o.db)?.into_iter().find(|m| m.person == person);
        return found.map(|m| (person, m.name)).ok_or_else(|| CoreError::not_found("这个人").at("person"));
    }
    match name.map(|n| n.trim()).filter(|n| !n.is_empty()) {
        Some(name) => Ok((new_id(engine), name.to_string())),
        None => Err(CoreError::args("要写姓名，或选一个人。").at("name")),
    }
}

/// `add_membership`
pub fn add(engine: &Engine, args: AddMembershipArgs) -> Result<ServerAnswer> {
    let role = Role::from_name(args.role.trim()).ok_or_else(|| CoreError::args("没有这个角色。").at("role"))?;
    may_ever(engine, "任命这个角色", |mine| rules::may_appoint(mine, role))?;
    let post = known_post(args.post.as_deref())?;
    let (from, until) = (from_day(args.from.as_ref())?, until_day(args.until.as_ref())?);
    let (ask, text) = engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        let unit = tree.find(&args.unit).map_err(|e| e.at("unit"))?.record;
        if !holds(o, &tree, unit, |mine| rules::may_appoint(mine, role))? {
            return Err(CoreError::not_allowed("在这里任命这个角色").at("unit"));
        }
        let (person, name) = person(o, engine, args.person.as_ref(), args.name.as_ref())?;
        let new = NewMembership { membership: new_id(engine), person, name, role, unit, from, until, stands_for: None, post };
        Ok((new, format!("任命 {} {}", tree.name(unit), coded("role", role.name()).label)))
    })?;
    let made = ask.membership;
    let answer = send(engine, vec![("add_membership", text, Ask::AddMembership(ask))])?;
    Ok(ServerAnswer { id: Some(made.to_string()), ..answer })
}

fn known_post(post: Option<&str>) -> Result<Option<String>> {
    let post = post.map(str::trim).filter(|p| !p.is_empty());
    match post {
        Some(post) if !known_code("post", post) => Err(CoreError::args("没有这个岗位。").at("post")),
        post => Ok(post.map(str::to_owned)),
    }
}

/// `set_post`
pub fn set_post(engine: &Engine, args: SetPostArgs) -> Result<ServerAnswer> {
    may_ever(engine, "改岗位", |mine| rules::may_appoint(mine, Role::Worker))?;
    let post = known_post(args.post.as_deref())?;
    let (ask, text) = engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        let m = require(&o.db, &args.id)?;
        if !holds(o, &tree, m.unit, |mine| rules::may_appoint(mine, m.role))? {
            return Err(CoreError::not_allowed("改这个岗位").at("id"));
        }
        let text = format!("改岗位 {}", tree.name(m.unit));
        Ok((Ask::SetPost { membership: m.record, post, party: args.party, expected: m.version }, text))
    })?;
    send(engine, vec![("set_post", text, ask)])
}

/// `hand_over`: the same role at the same unit from a day on, and the term before it ends with the day before; both or neither are asked for.
pub fn hand_over(engine: &Engine, args: HandOverArgs) -> Result<ServerAnswer> {
    may_ever(engine, "交接", |mine| rules::may_appoint(mine, Role::Worker))?;
    let from = moment(&args.from, false, "from")?;
    let asks = engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        let m = require(&o.db, &args.id)?;
        if !holds(o, &tree, m.unit, |mine| rules::may_appoint(mine, m.role))? {
            return Err(CoreError::not_allowed("交接").at("id"));
        }
        let (person, name) = person(o, engine, args.person.as_ref(), args.name.as_ref())?;
        if person == m.person {
            return Err(CoreError::args("不能交给自己。").at("person"));
        }
        let what = format!("{} {}", tree.name(m.unit), coded("role", m.role.name()).label);
        let next = NewMembership {
            membership: new_id(engine),
            person,
            name,
            role: m.role,
            unit: m.unit,
            from: Some(from),
            until: None,
            stands_for: None,
            post: m.post.clone(),
        };
        let end = Ask::SetTerm { membership: m.record, from: None, until: Some(from), expected: m.version };
        Ok(vec![("hand_over", format!("接手 {what}"), Ask::AddMembership(next)), ("hand_over", format!("交出 {what}"), end)])
    })?;
    send(engine, asks)
}

/// `set_term`
pub fn set_term(engine: &Engine, args: SetTermArgs) -> Result<ServerAnswer> {
    let (from, until) = (from_day(args.from.as_ref())?, until_day(args.until.as_ref())?);
    term(engine, "set_term", &args.id, from, until)
}

/// `end_membership`: on a day, or now.
pub fn end(engine: &Engine, args: EndMembershipArgs) -> Result<ServerAnswer> {
    // an end in the past is now, by the server's clock
    let until = until_day(args.until.as_ref())?.unwrap_or(0);
    term(engine, "end_membership", &args.id, None, Some(until))
}

fn term(engine: &Engine, name: &'static str, membership: &str, from: Option<i64>, until: Option<i64>) -> Result<ServerAnswer> {
    may_ever(engine, "改任职", |mine| rules::may_appoint(mine, Role::Worker))?;
    let (ask, text) = engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        let m = require(&o.db, membership)?;
        if !holds(o, &tree, m.unit, |mine| rules::may_appoint(mine, m.role))? {
            return Err(CoreError::not_allowed("改这项任职").at("id"));
        }
        let what = if until.is_some() && name == "end_membership" { "卸任" } else { "改任期" };
        let text = format!("{what} {} {}", tree.name(m.unit), coded("role", m.role.name()).label);
        Ok((Ask::SetTerm { membership: m.record, from, until, expected: m.version }, text))
    })?;
    send(engine, vec![(name, text, ask)])
}

/// `stand_in`: the same role at the same unit, until a day.
pub fn stand_in(engine: &Engine, args: StandInArgs) -> Result<ServerAnswer> {
    may_ever(engine, "安排代班", |mine| rules::may_appoint(mine, Role::Worker))?;
    let (from, until) = (from_day(args.from.as_ref())?, Some(moment(&args.until, true, "until")?));
    let (ask, text) = engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        let m = require(&o.db, &args.id)?;
        if !holds(o, &tree, m.unit, |mine| rules::may_appoint(mine, m.role))? {
            return Err(CoreError::not_allowed("安排代班").at("id"));
        }
        let (person, name) = person(o, engine, args.person.as_ref(), args.name.as_ref())?;
        if person == m.person {
            return Err(CoreError::args("不能代自己的班。").at("person"));
        }
        let stands_for = Some(m.record);
        let new = NewMembership {
            membership: new_id(engine),
            person,
            name,
            role: m.role,
            unit: m.unit,
            from,
            until,
            stands_for,
            post: m.post.clone(),
        };
        Ok((new, format!("代班 {} {}", tree.name(m.unit), coded("role", m.role.name()).label)))
    })?;
    let made = ask.membership;
    let answer = send(engine, vec![("stand_in", text, Ask::AddMembership(ask))])?;
    Ok(ServerAnswer { id: Some(made.to_string()), ..answer })
}

/// A membership that is only thought of, for a preview.
///
/// # Errors
/// `invalid_args`, `not_found`.
pub fn imagined(tree: &Tree, all: &[Member], args: &AddMembershipArgs) -> Result<Member> {
    let role = Role::from_name(args.role.trim()).ok_or_else(|| CoreError::args("没有这个角色。").at("role"))?;
    let unit = tree.find(&args.unit).map_err(|e| e.at("unit"))?.record;
    let known = args.person.as_ref().and_then(|p| all.iter().find(|m| m.person.to_string() == *p));
    let name = known.map_or_else(|| args.name.clone().unwrap_or_default(), |m| m.name.clone());
    let person = known.map_or(Uuid::nil(), |m| m.person);
    let (from, until, stands_for, phone, post) = (None, None, None, None, None);
    Ok(Member { record: Uuid::nil(), person, name, role, unit, from, until, stands_for, phone, post, party: false, version: 0 })
}

/// Puts server commands into the outbox, in order and together, and tries to have them judged at once. Without a server they wait.
///
/// # Errors
/// Of the store; a sync that fails for another reason than a missing server.
pub fn send(engine: &Engine, asks: Vec<(&'static str, String, Ask)>) -> Result<ServerAnswer> {
    let now = engine.now_ms();
    let (seqs, changed) = engine.with(|o| {
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut seqs = Vec::new();
            for (name, text, ask) in asks {
                let mut intent = Intent::new(name, text, None);
                intent.ask = Some(ask);
                seqs.extend(w.command(intent)?);
            }
            Ok(seqs)
        })
    })?;
    engine.raise(&changed);
    match engine.sync(None) {
        Err(e) if e.code != "offline" => return Err(e),
        _ => {}
    }
    engine.with(|o| {
        let mut out = ServerAnswer::default();
        for seq in seqs {
            let (state, reason, text): (String, String, String) =
                o.db.query_row("select state, coalesce(reason, ''), summary from command where seq = ?1", [seq], |r| {
                    Ok((r.get(0)?, r.get(1)?, r.get(2)?))
                })?;
            match state.as_str() {
                "accepted" => out.accepted += 1,
                "pending" => out.waiting += 1,
                state => {
                    let code = if state == "stale" { "stale".to_string() } else { reason.clone() };
                    let words = reasons::words(&code);
                    out.refused.push(ServerRefusal { seq, text, why: format!("{}{}", words.zh, words.zh_do), code });
                }
            }
        }
        Ok(out)
    })
}
