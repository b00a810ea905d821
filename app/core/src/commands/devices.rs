//! People and devices as the office sees them; what this device holds and what is recorded about its person.

use super::units::Tree;
use super::views::{coded, id, label_of};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::project::{day_of, local};
use crate::store::{self, rows};
use crate::workspace::{self, Intent};
use chrono::Datelike;
use shared_model::Class;
use shared_model::codes::Coded;
use shared_model::commands::{
    ConfirmDeviceArgs, DeviceItem, DeviceList, Edited, FieldInfo, HoldingItem, Holdings, InviteArgs, Invited, LogItem, MemberItem, NoArgs,
    OwnLog, TableList,
};
use shared_model::records::{FieldClass, FieldType, KINDS, Kind};
use shared_model::rules::{self, Role};
use shared_model::wire::{self, Ask, Directory, InviteReply, InviteRequest};
use std::collections::BTreeMap;

/// `list_devices`: as the last sync told; people from their memberships.
pub fn list(engine: &Engine, _: NoArgs) -> Result<DeviceList> {
    engine.with(|o| {
        let tree = Tree::read(&o.db)?;
        let directory: Option<Directory> = store::json_setting(&o.db, "directory")?;
        let items = directory.map(|d| d.devices).unwrap_or_default().into_iter().map(|d| DeviceItem {
            this: d.id == o.me.device,
            id: d.id.to_string(),
            name: d.name,
            role: coded("role", d.role.name()),
            unit: d.unit.to_string(),
            unit_name: tree.name(d.unit),
            state: d.state,
            digits: d.digits,
            seen_at: d.seen_at,
        });
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
        Ok(DeviceList { items: items.collect(), people })
    })
}

fn office_only(engine: &Engine, what: &str) -> Result<()> {
    engine.with(|o| if super::session::is_office(&o.db, &o.me)? { Ok(()) } else { Err(CoreError::not_allowed(what)) })
}

/// `confirm_device`: a server command; it takes effect when the server confirms.
pub fn confirm(engine: &Engine, args: ConfirmDeviceArgs) -> Result<Edited> {
    office_only(engine, "确认设备")?;
    let now = engine.now_ms();
    let device = id(&args.device, "这台设备")?;
    let (seq, changed) = engine.with(|o| {
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("confirm_device", "确认一台设备", None);
            intent.ask = Some(Ask::ConfirmDevice { device, digits: args.digits.trim().to_string() });
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    match engine.sync(None) {
        // without a server it waits in the outbox, as every command does
        Err(e) if e.code != "offline" => return Err(e),
        _ => {}
    }
    let (state, current): (String, Option<String>) = engine
        .with(|o| Ok(o.db.query_row("select state, reason from command where seq = ?1", [seq], |r| Ok((r.get(0)?, r.get(1)?)))?))?;
    match state.as_str() {
        "stale" | "quarantined" => {
            let _ = current;
            Err(CoreError::args("六位数字对不上，没有确认。请看着两边的屏幕再核对一次。").at("digits"))
        }
        _ => Ok(Edited { changed: true }),
    }
}

/// `invite_device`
pub fn invite(engine: &Engine, args: InviteArgs) -> Result<Invited> {
    office_only(engine, "邀请设备")?;
    let role = Role::from_name(args.role.trim()).ok_or_else(|| CoreError::args("没有这个角色。").at("role"))?;
    let unit = engine.with(|o| Ok(Tree::read(&o.db)?.find(&args.unit).map_err(|e| e.at("unit"))?.record))?;
    let name = args.name.trim().to_string();
    if name.is_empty() {
        return Err(CoreError::args("要写姓名。").at("name"));
    }
    let answer = engine.exchange("/v1/invite", &wire::to_cbor(&InviteRequest { role, unit, name }))?;
    let reply: InviteReply = wire::from_cbor(&answer.body).map_err(|_| CoreError::new("server_error", "服务器的回答读不懂。"))?;
    Ok(Invited { invite: reply.invite, expires_at: reply.expires_at })
}

fn class_code(c: Class) -> Coded {
    Coded { code: c.name().into(), label: c.zh().into() }
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
            o.db.prepare_cached("select at, name from command where at >= ?1 and state != 'discarded' and replaces is null order by at")?;
        for r in q.query_map([from], |r| Ok((r.get::<_, i64>(0)?, r.get::<_, String>(1)?)))? {
            let (at, name) = r?;
            let day = day_of(at);
            let what = match name.as_str() {
                "add_visit" => "走访",
                "add_case" => "上报",
                "add_step" => "办理",
                "edit_person" | "edit_household" | "add_person" | "add_household" | "move_person" => "更新资料",
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
