//! 人员与设备 beside memberships: whether grids are staffed as they should be, invites and what became of them, and the facts about a device that is
//! gone. All of it from what this device holds and was last told; only an invite is taken back by the server.

use super::devices::ask_server;
use super::memberships;
use super::units::Tree;
use super::views::{coded, id};
use crate::engine::{Engine, Open};
use crate::error::{CoreError, Result};
use crate::store;
use shared_model::Class;
use shared_model::codes::Coded;
use shared_model::commands::{
    CheckTeamsArgs, DeviceSheet, DeviceSheetArgs, DeviceSheetLine, Edited, InviteItem, InviteList, NoArgs, TakeBackInviteArgs, TeamFinding,
    TeamFindings,
};
use shared_model::records::{FieldClass, KINDS, Kind};
use shared_model::rules;
use shared_model::teams::{self, TeamMember, TeamUnit};
use shared_model::wire::{Ask, Directory, InviteState};
use std::collections::BTreeSet;
use uuid::Uuid;

/// `check_teams`: of what this person may appoint to.
pub fn check_teams(engine: &Engine, args: CheckTeamsArgs) -> Result<TeamFindings> {
    let now = engine.now_ms();
    engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        let beneath = match &args.unit {
            Some(u) => Some(tree.beneath(tree.find(u).map_err(|e| e.at("unit"))?.record)),
            None => None,
        };
        let members = memberships::all(&o.db)?;
        let units: Vec<TeamUnit> = tree
            .all()
            .map(|r| TeamUnit {
                id: r.record,
                kind: r.text("kind").unwrap_or_default(),
                line: tree.line(r.record),
                is_closed: r.flag("closed"),
            })
            .collect();
        let looked_at = |kind: &str| {
            let of = units.iter().filter(|u| u.kind == kind && !u.is_closed && beneath.as_ref().is_none_or(|b| b.contains(&u.id)));
            u32::try_from(of.count()).unwrap_or(u32::MAX)
        };
        let (grids, micro_grids) = (looked_at("grid"), looked_at("micro_grid"));
        let team: Vec<TeamMember> = members.iter().map(team_member).collect();
        let found = teams::check(&units, &team, now).into_iter().filter(|f| beneath.as_ref().is_none_or(|b| b.contains(&f.unit)));
        let items = found.map(|f| {
            let of = f.membership.and_then(|record| members.iter().find(|m| m.record == record));
            TeamFinding {
                unit: f.unit.to_string(),
                unit_name: tree.name(f.unit),
                rule: f.rule.name().into(),
                people: f.people,
                membership: of.map(|m| m.record.to_string()),
                name: of.map(|m| m.name.clone()),
                until: of.and_then(|m| m.until),
            }
        });
        Ok(TeamFindings { items: items.collect(), grids, micro_grids })
    })
}

fn team_member(m: &memberships::Member) -> TeamMember {
    TeamMember {
        membership: m.record,
        person: m.person,
        role: m.role,
        post: m.post.clone(),
        is_party: m.party,
        unit: m.unit,
        from: m.from,
        until: m.until,
    }
}

fn directory(o: &Open) -> Result<Directory> {
    Ok(store::json_setting(&o.db, "directory")?.unwrap_or_default())
}

/// `list_invites`: as the last sync told.
pub fn list_invites(engine: &Engine, _: NoArgs) -> Result<InviteList> {
    let now = engine.now_ms();
    engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        let items = directory(o)?.invites.into_iter().map(|i| {
            let (state, at) = state_of(&i, now);
            InviteItem {
                id: shared_model::wire::hex(&i.id),
                unit_name: tree.name(i.unit),
                role: coded("role", i.role.name()),
                name: i.name,
                made_at: i.made_at,
                expires_at: i.expires_at,
                state: state.into(),
                at,
            }
        });
        Ok(InviteList { items: items.collect() })
    })
}

fn state_of(i: &InviteState, now_ms: i64) -> (&'static str, Option<i64>) {
    match (i.used_at, i.taken_back_at) {
        (Some(at), _) => ("used", Some(at)),
        (None, Some(at)) => ("taken_back", Some(at)),
        (None, None) if i.expires_at < now_ms => ("expired", None),
        (None, None) => ("open", None),
    }
}

/// `take_back_invite`: nobody comes in by it any more, as soon as the server has it.
pub fn take_back_invite(engine: &Engine, args: TakeBackInviteArgs) -> Result<Edited> {
    let now = engine.now_ms();
    let wanted = args.id.trim().to_ascii_lowercase();
    let found = engine.with(|o| Ok(directory(o)?.invites.into_iter().find(|i| shared_model::wire::hex(&i.id) == wanted)))?;
    let invite = found.ok_or_else(|| CoreError::not_found("这个邀请").at("id"))?.id;
    match ask_server(engine, "take_back_invite", "收回一个邀请", Ask::TakeBackInvite { invite }, now)?.as_str() {
        "stale" => Err(CoreError::args("这个邀请已经用过，收不回了。不该进来的设备，请在设备里停用。").at("id")),
        "quarantined" => Err(CoreError::not_allowed("收回这个邀请")),
        _ => Ok(Edited { changed: true }),
    }
}

/// `device_sheet`: what it was given as of its last contact, counted in what this device holds of the same. Only for whoever holds residents.
pub fn device_sheet(engine: &Engine, args: DeviceSheetArgs) -> Result<DeviceSheet> {
    engine.with(|o| {
        if !super::session::is_office(&o.db, &o.me)? {
            return Err(CoreError::not_allowed("看一台设备上有什么"));
        }
        let device = id(&args.device, "这台设备")?;
        let d = directory(o)?.devices.into_iter().find(|d| d.id == device).ok_or_else(|| CoreError::not_found("这台设备").at("device"))?;
        let tree = Tree::read(&o.db)?;
        let mut lines = Vec::new();
        for class in Class::ALL {
            let roots: BTreeSet<Uuid> = d.held.iter().filter(|at| rules::access(at.role, class).reads()).map(|at| at.unit).collect();
            if !roots.is_empty() {
                lines.push(line(o, &tree, class, &roots)?);
            }
        }
        Ok(DeviceSheet {
            device: d.id.to_string(),
            name: d.name,
            machine: d.node.map(|n| n.name),
            role: coded("role", d.role.name()),
            state: d.state,
            reason: d.reason.map(|r| Coded { code: r.name().into(), label: r.zh().into(), en: None }),
            seen_at: d.seen_at,
            revoked_at: d.revoked_at,
            wiped_at: d.wiped_at,
            lease_until: d.lease_until,
            unsent: d.unsent,
            lines,
        })
    })
}

fn line(o: &Open, tree: &Tree, class: Class, roots: &BTreeSet<Uuid>) -> Result<DeviceSheetLine> {
    let units: BTreeSet<Uuid> = roots.iter().flat_map(|root| tree.beneath(*root)).collect();
    let mut q = o.db.prepare_cached("select unit, kind, count(distinct record) from doc where class = ?1 group by unit, kind")?;
    let rows = q.query_map([class as u8], |r| Ok((r.get::<_, Uuid>(0)?, r.get::<_, u8>(1)?, r.get::<_, u32>(2)?)))?;
    let (mut records, mut people) = (0, 0);
    for row in rows {
        let (unit, kind, n) = row?;
        if units.contains(&unit) {
            records += n;
            people += if kind == Kind::Person as u8 { n } else { 0 };
        }
    }
    let of_residents = KINDS.iter().filter(|k| matches!(k.kind, Kind::Person | Kind::Household));
    let mut fields: Vec<String> = Vec::new();
    for f in of_residents.flat_map(|k| k.fields).filter(|f| f.class == FieldClass::Fixed(class) && f.key != "_del") {
        if !fields.iter().any(|known| known == f.zh) {
            fields.push(f.zh.to_string());
        }
    }
    Ok(DeviceSheetLine {
        class: super::devices::class_code(class),
        units: roots.iter().map(|u| tree.name(*u)).collect(),
        records,
        people,
        fields,
        sensitive: matches!(class, Class::Private | Class::Office),
    })
}
