//! People and devices as the office sees them; what this device holds and what is recorded about its person.

use super::units::Tree;
use super::views::{coded, id, label_of};
use crate::engine::{Engine, Open};
use crate::error::{CoreError, Result};
use crate::project::{day_of, local};
use crate::store::{self, rows};
use crate::workspace::{self, Intent};
use chrono::Datelike;
use rusqlite::Connection;
use shared_model::Class;
use shared_model::codes::Coded;
use shared_model::commands::{
    ConfirmDeviceArgs, DeviceAlarm, DeviceHolds, DeviceItem, DeviceList, Edited, FieldInfo, HoldingItem, Holdings, InviteArgs, Invited,
    LogItem, MemberItem, NoArgs, OwnLog, RevokeDeviceArgs, TableList, UnitName,
};
use shared_model::devices::{RevokeReason, is_older};
use shared_model::records::{FieldClass, FieldType, KINDS, Kind};
use shared_model::rules::{self, Role};
use shared_model::wire::{self, Ask, Directory, DirectoryDevice, InviteReply, InviteRequest, RoleAtUnit};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Devices of these states, as the last sync told; what they hold is counted where there is one.
///
/// # Errors
/// Of the store.
pub fn of_state(engine: &Engine, state: &str) -> Result<Vec<DeviceItem>> {
    let own = engine.env().version();
    engine.with(|o| {
        let directory: Directory = store::json_setting(&o.db, "directory")?.unwrap_or_default();
        let devices: Vec<_> = directory.devices.into_iter().filter(|d| d.state == state).collect();
        items(o, devices, &Tree::read(&o.db)?, &own)
    })
}

/// `list_devices`: as the last sync told; people from their memberships.
pub fn list(engine: &Engine, _: NoArgs) -> Result<DeviceList> {
    let own = engine.env().version();
    engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        let directory: Directory = store::json_setting(&o.db, "directory")?.unwrap_or_default();
        let alarms = directory.alarms.into_iter().map(|a| DeviceAlarm {
            at: a.at,
            kind: a.kind,
            name: a.name,
            unit_name: tree.name(a.unit),
            device: a.device.map(|d| d.to_string()),
        });
        let items = items(o, directory.devices, &tree, &own)?;
        let mut people: Vec<MemberItem> = rows(&o.db, Kind::Membership, "where t._del is null", &[])?
            .iter()
            .filter_map(|m| {
                let unit = m.id("unit")?;
                Some(MemberItem {
                    name: m.text("name")?,
                    role: coded("role", &m.text("role")?),
                    unit: unit.to_string(),
                    unit_name: tree.name(unit),
                    phone: m.text("phone"),
                })
            })
            .collect();
        people.sort_by(|a, b| (&a.role.code, &a.name).cmp(&(&b.role.code, &b.name)));
        Ok(DeviceList { items, alarms: alarms.collect(), people })
    })
}

/// `own`: the version of this app, to which theirs are compared.
fn items(o: &Open, devices: Vec<DirectoryDevice>, tree: &Tree, own: &str) -> Result<Vec<DeviceItem>> {
    let counts = if devices.iter().all(|d| d.held.is_empty()) { Counts::default() } else { Counts::read(&o.db)? };
    let item = |d: DirectoryDevice| DeviceItem {
        this: d.id == o.me.device,
        id: d.id.to_string(),
        name: d.name,
        role: coded("role", d.role.name()),
        unit: d.unit.to_string(),
        unit_name: tree.name(d.unit),
        state: d.state,
        digits: d.digits,
        seen_at: d.seen_at,
        reason: d.reason.map(|r| Coded { code: r.name().into(), label: r.zh().into(), en: None }),
        revoked_at: d.revoked_at,
        wiped_at: d.wiped_at,
        unsent: d.unsent,
        lease_until: d.lease_until,
        held: d.held.iter().map(|at| holds(&counts, tree, at)).collect(),
        node: d.node.map(|n| UnitName { id: n.id.to_string(), name: n.name }),
        outdated: d.wiped_at.is_none() && d.app.as_deref().is_some_and(|app| is_older(app, own)),
        app: d.app,
    };
    Ok(devices.into_iter().map(item).collect())
}

/// Households and people by building, as this device holds them.
#[derive(Default)]
struct Counts {
    households: BTreeMap<Uuid, u32>,
    people: BTreeMap<Uuid, u32>,
}

impl Counts {
    /// Both tables are read once as they lie: a lookup for each person takes five times as long.
    fn read(db: &Connection) -> Result<Counts> {
        let mut out = Counts::default();
        let mut homes: HashMap<Uuid, Uuid> = HashMap::new();
        let mut q = db.prepare_cached("select record, building, _del is null from household where +building is not null")?;
        let mut got = q.query([])?;
        while let Some(r) = got.next()? {
            let building: Uuid = r.get(1)?;
            homes.insert(r.get(0)?, building);
            *out.households.entry(building).or_default() += u32::from(r.get::<_, bool>(2)?);
        }
        let mut q = db.prepare_cached("select household from person where _del is null and +household is not null")?;
        let mut got = q.query([])?;
        while let Some(r) = got.next()? {
            if let Some(building) = homes.get(&r.get(0)?) {
                *out.people.entry(*building).or_default() += 1;
            }
        }
        Ok(out)
    }
}

/// What a role at a unit brings to a device.
fn holds(counts: &Counts, tree: &Tree, at: &RoleAtUnit) -> DeviceHolds {
    let reads = |class: Class| rules::access(at.role, class).reads();
    let beneath = tree.beneath(at.unit);
    let sum = |of: &BTreeMap<Uuid, u32>| beneath.iter().filter_map(|u| of.get(u)).sum();
    DeviceHolds {
        unit: at.unit.to_string(),
        unit_name: tree.name(at.unit),
        classes: Class::ALL.into_iter().filter(|c| reads(*c)).map(class_code).collect(),
        households: if reads(Class::Door) { sum(&counts.households) } else { 0 },
        people: if reads(Class::Register) { sum(&counts.people) } else { 0 },
    }
}

fn office_only(engine: &Engine, what: &str) -> Result<()> {
    engine.with(|o| if super::session::is_office(&o.db, &o.me)? { Ok(()) } else { Err(CoreError::not_allowed(what)) })
}

/// `confirm_device`: a server command; it takes effect when the server confirms.
pub fn confirm(engine: &Engine, args: ConfirmDeviceArgs) -> Result<Edited> {
    office_only(engine, "确认设备")?;
    let now = engine.now_ms();
    let device = id(&args.device, "这台设备")?;
    let ask = Ask::ConfirmDevice { device, digits: args.digits.trim().to_string() };
    match ask_server(engine, "confirm_device", "确认一台设备", ask, now)?.as_str() {
        "stale" | "quarantined" => Err(CoreError::args("六位数字对不上，没有确认。请看着两边的屏幕再核对一次。").at("digits")),
        _ => Ok(Edited { changed: true }),
    }
}

/// `revoke_device`: a server command; it takes effect when the server has it, and on the device at its next contact.
pub fn revoke(engine: &Engine, args: RevokeDeviceArgs) -> Result<Edited> {
    office_only(engine, "停用设备")?;
    let now = engine.now_ms();
    let device = id(&args.device, "这台设备")?;
    let reason = RevokeReason::from_name(args.reason.trim()).ok_or_else(|| CoreError::args("没有这种停用的原因。").at("reason"))?;
    if engine.with(|o| Ok(o.me.device == device))? {
        return Err(CoreError::args("不能停用正在用的这台。请在社区的另一台设备上停用它。").at("device"));
    }
    let beside = if args.machine { engine.with(|o| beside(o, device))? } else { Vec::new() };
    let words = |what: &str| format!("{what}：{}", reason.zh());
    if !beside.is_empty() {
        let also =
            beside.into_iter().map(|device| ("revoke_device", words("停用同一台电脑上的账号"), Ask::RevokeDevice { device, reason }));
        super::memberships::send(engine, also.collect())?;
    }
    let ask = Ask::RevokeDevice { device, reason };
    match ask_server(engine, "revoke_device", &words("停用一台设备"), ask, now)?.as_str() {
        "stale" => Err(CoreError::args("这台设备已经停用或清除，没有再改。").at("device")),
        "quarantined" => Err(CoreError::not_allowed("停用这台设备")),
        _ => Ok(Edited { changed: true }),
    }
}

/// Other accounts of the machine that this one lies on, as far as they are still open; never the one that asks.
fn beside(o: &Open, device: Uuid) -> Result<Vec<Uuid>> {
    let directory: Directory = store::json_setting(&o.db, "directory")?.unwrap_or_default();
    let Some(node) = directory.devices.iter().find(|d| d.id == device).and_then(|d| d.node.as_ref()).map(|n| n.id) else {
        return Ok(Vec::new());
    };
    let is_open = |state: &str| matches!(state, "active" | "unconfirmed" | "cloned");
    let on_it = directory.devices.iter().filter(|d| d.node.as_ref().is_some_and(|n| n.id == node) && is_open(&d.state));
    Ok(on_it.map(|d| d.id).filter(|id| *id != device && *id != o.me.device).collect())
}

/// Sends a server command and says what became of it; without a server it waits in the outbox, as every command does.
pub(super) fn ask_server(engine: &Engine, name: &'static str, summary: &str, ask: Ask, now_ms: i64) -> Result<String> {
    let (seq, changed) = engine.with(|o| {
        workspace::change(&mut o.db, &o.me, now_ms, |w| {
            let mut intent = Intent::new(name, summary, None);
            intent.ask = Some(ask);
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    match engine.sync(None) {
        Err(e) if e.code != "offline" => return Err(e),
        _ => {}
    }
    engine.with(|o| Ok(o.db.query_row("select state from command where seq = ?1", [seq], |r| r.get(0))?))
}

/// `invite_device`
pub fn invite(engine: &Engine, args: InviteArgs) -> Result<Invited> {
    let given = Role::from_name(args.role.trim());
    // an invite gives a role: whoever may appoint to it may invite; checked before the arguments are
    let may = |role| Role::ALL.into_iter().any(|one| given.is_none_or(|given| given == one) && rules::may_appoint(role, one));
    if !engine.with(|o| Ok(workspace::roles(&o.db, &o.me)?.iter().any(|at| may(at.role))))? {
        return Err(CoreError::not_allowed("邀请设备"));
    }
    let role = given.ok_or_else(|| CoreError::args("没有这个角色。").at("role"))?;
    let unit = engine.with(|o| Ok(Tree::read(&o.db)?.find(&args.unit).map_err(|e| e.at("unit"))?.record))?;
    let name = args.name.trim().to_string();
    if name.is_empty() {
        return Err(CoreError::args("要写姓名。").at("name"));
    }
    let answer = engine.exchange("/v1/invite", &wire::to_cbor(&InviteRequest { role, unit, name }))?;
    let reply: InviteReply = wire::from_cbor(&answer.body).map_err(|_| CoreError::new("server_error", "服务器的回答读不懂。"))?;
    Ok(Invited { invite: reply.invite, expires_at: reply.expires_at })
}

pub(super) fn class_code(c: Class) -> Coded {
    Coded { code: c.name().into(), label: c.zh().into(), en: None }
}

/// `get_holdings`: counted from the store, named by the declarations.
pub fn holdings(engine: &Engine, _: NoArgs) -> Result<Holdings> {
    engine.with(|o| {
        let roles = workspace::roles(&o.db, &o.me)?;
        let mut counts: BTreeMap<u8, BTreeMap<String, u32>> = BTreeMap::new();
        let mut q = o.db.prepare_cached("select class, kind, count(*) from doc group by class, kind")?;
        for r in q.query_map([], |r| Ok((r.get::<_, u8>(0)?, r.get::<_, u8>(1)?, r.get::<_, u32>(2)?)))? {
            let (class, kind, n) = r?;
            if let Some(kind) = Kind::from_u8(kind) {
                counts.entry(class).or_default().insert(kind.def().zh.into(), n);
            }
        }
        let mut out = Holdings::default();
        for class in Class::ALL {
            let reads = roles.iter().any(|r| rules::access(r.role, class).reads());
            let kinds = counts.remove(&(class as u8)).unwrap_or_default();
            if !reads && kinds.is_empty() {
                out.never.push(class_code(class));
                continue;
            }
            let fields = KINDS
                .iter()
                .flat_map(|k| k.fields)
                .filter(|f| f.class == FieldClass::Fixed(class) && f.key != "_del")
                .map(|f| f.zh.to_string())
                .fold(Vec::new(), |mut all: Vec<String>, f| {
                    if !all.contains(&f) {
                        all.push(f);
                    }
                    all
                });
            out.items.push(HoldingItem { class: class_code(class), records: kinds.values().sum(), kinds, fields });
        }
        Ok(out)
    })
}

/// `get_log`: all that is recorded about this person here, and a week as text that is theirs to copy.
pub fn log(engine: &Engine, _: NoArgs) -> Result<OwnLog> {
    let now = engine.now_ms();
    engine.with(|o| {
        let mut q = o.db.prepare_cached("select at, what, words from own_log order by id desc limit 500")?;
        let mut items: Vec<LogItem> =
            q.query_map([], |r| Ok(LogItem { at: r.get(0)?, what: r.get(1)?, text: r.get(2)? }))?.collect::<rusqlite::Result<_>>()?;
        let handovers = crate::handover::lines(&o.db)?;
        items.extend(handovers.into_iter().map(|(at, text)| LogItem { at, what: "handover".into(), text }));
        items.sort_by_key(|i| std::cmp::Reverse(i.at));
        if let Some(at) = store::json_setting::<i64>(&o.db, "contact_at")? {
            items.push(LogItem { at, what: "sync".into(), text: "最近一次同步".into() });
        }
        let today = day_of(now);
        let monday = today - chrono::Days::new(today.weekday().num_days_from_monday().into());
        let from = local(now).with_timezone(&chrono::Utc).timestamp_millis() - (today - monday).num_milliseconds() - 24 * 3_600_000;
        let mut days: BTreeMap<String, BTreeMap<String, u32>> = BTreeMap::new();
        let mut q =
            o.db.prepare_cached("select at, name, summary, household is null from command where at >= ?1 and state != 'discarded' and replaces is null order by at")?;
        for r in q.query_map([from], |r| Ok((r.get::<_, i64>(0)?, r.get::<_, String>(1)?, r.get::<_, String>(2)?, r.get::<_, bool>(3)?)))? {
            let (at, name, summary, is_elsewhere) = r?;
            let day = day_of(at);
            let what = match name.as_str() {
                "add_visit" if summary.starts_with("巡查") => "巡查",
                "add_visit" if is_elsewhere => "场所",
                "add_visit" => "走访",
                "add_listing" | "settle_listing" => "需求",
                "add_response" | "edit_response" => "问卷",
                "add_case" => "上报",
                "add_step" => "办理",
                "edit_person" | "edit_household" | "add_person" | "add_household" | "move_person" | "move_household"
                | "record_death" | "set_away" | "split_household" | "set_hub" => "更新资料",
                _ => continue,
            };
            if day >= monday {
                *days.entry(format!("{}月{}日", day.month(), day.day())).or_default().entry(what.to_string()).or_default() += 1;
            }
        }
        let week = days
            .iter()
            .map(|(day, n)| format!("{day}：{}", n.iter().map(|(w, n)| format!("{w} {n}")).collect::<Vec<_>>().join("，")))
            .collect::<Vec<_>>()
            .join("\n");
        Ok(OwnLog { items, week })
    })
}

/// `list_tables`
pub fn tables(_: &Engine, _: NoArgs) -> Result<TableList> {
    let mut out = TableList::default();
    for k in KINDS {
        let fields = k.fields.iter().filter(|f| f.key != "_del").map(|f| FieldInfo {
            key: f.key.into(),
            zh: label_of(k.kind, f.key),
            en: f.en.into(),
            class: match f.class {
                FieldClass::Fixed(c) | FieldClass::AtLeast(c) => c.name().into(),
                FieldClass::Own => "own".into(),
            },
            kind: format!("{:?}", f.ty).split('(').next().unwrap_or_default().to_lowercase(),
            code_table: if let FieldType::Code(t) = f.ty { Some(t.into()) } else { None },
            purpose: k.purpose.into(),
            basis: k.basis.into(),
        });
        out.kinds.insert(k.name.into(), fields.collect());
    }
    Ok(out)
}
