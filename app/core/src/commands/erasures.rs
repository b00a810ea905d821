//! Erasing a person or a household, taking a phone back from a door, and how far the erasures of an office have come.

use super::households::{self, plate_of};
use super::units::Tree;
use super::views::{coded, id};
use crate::engine::Engine;
use crate::error::{CoreError, Result};
use crate::store::{self, get_row};
use crate::workspace::{self, Intent};
use rusqlite::params;
use shared_model::Class;
use shared_model::codes::Coded;
use shared_model::commands::{Edited, EraseArgs, ErasureItem, ErasureList, NoArgs, WithdrawArgs};
use shared_model::limits::BACKUP_DAYS_MAX;
use shared_model::records::{Kind, known_code};
use shared_model::rules::{self, Verb};
use shared_model::wire::{Ask, Directory};

const DAY_MS: i64 = 24 * 3600 * 1000;

/// `erase`: a server command. It takes effect, here too, when the server has carried it out.
pub fn erase(engine: &Engine, args: EraseArgs) -> Result<Edited> {
    let now = engine.now_ms();
    let (seq, changed) = engine.with(|o| {
        if !workspace::roles(&o.db, &o.me)?.iter().any(|at| rules::may_erase(at.role)) {
            return Err(CoreError::not_allowed("擦除档案"));
        }
        if !known_code("erase_reason", &args.reason) {
            return Err(CoreError::args("要选一个擦除的理由。").at("reason"));
        }
        if !args.confirm {
            return Err(CoreError::args("擦除以后找不回来，要先确认。").at("confirm"));
        }
        let record = id(&args.record, "这份档案")?;
        let tree = Tree::read(&o.db)?;
        let (household, text) = match get_row(&o.db, Kind::Household, record)? {
            Some(home) => (Some(record), format!("擦除 {} 一户", plate_of(&tree, &home))),
            None => {
                let person = get_row(&o.db, Kind::Person, record)?.ok_or_else(|| CoreError::not_found("这份档案").at("record"))?;
                let home = person.id("household").map(|h| get_row(&o.db, Kind::Household, h)).transpose()?.flatten();
                let plate = home.map(|h| plate_of(&tree, &h)).unwrap_or_default();
                (person.id("household"), format!("擦除 {plate} 一人"))
            }
        };
        workspace::change(&mut o.db, &o.me, now, |w| {
            let words = format!("{text}：{}", coded("erase_reason", &args.reason).label);
            w.tx.execute("insert into own_log (at, what, words) values (?1, 'erase', ?2)", params![now, words])?;
            let mut intent = Intent::new("erase", text, household);
            intent.ask = Some(Ask::Erase { record, reason: args.reason.clone() });
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}

/// `withdraw_contact`: the phone that a household let be shown at its door.
pub fn withdraw_contact(engine: &Engine, args: WithdrawArgs) -> Result<Edited> {
    let now = engine.now_ms();
    let (seq, changed) = engine.with(|o| {
        let may = |role| rules::may_write(role, Kind::Household, Class::Door, Verb::Edit);
        if !workspace::roles(&o.db, &o.me)?.iter().any(|at| may(at.role)) {
            return Err(CoreError::not_allowed("撤回门口的电话"));
        }
        let home = households::require(&o.db, &args.household)?;
        let text = format!("撤回 {} 门口的电话", plate_of(&Tree::read(&o.db)?, &home));
        workspace::change(&mut o.db, &o.me, now, |w| {
            let mut intent = Intent::new("withdraw_contact", text, Some(home.record));
            intent.ask = Some(Ask::WithdrawContact { household: home.record });
            w.command(intent)
        })
    })?;
    engine.raise(&changed);
    Ok(Edited { changed: seq.is_some() })
}

/// `list_erasures`: as the last sync told.
pub fn list(engine: &Engine, _: NoArgs) -> Result<ErasureList> {
    engine.with(|o| {
        let directory: Option<Directory> = store::json_setting(&o.db, "directory")?;
        let items = directory.map(|d| d.erasures).unwrap_or_default().into_iter().map(|e| ErasureItem {
            at: e.at,
            kind: Coded { code: e.kind.name().into(), label: e.kind.def().zh.into() },
            reason: coded("erase_reason", &e.reason),
            by: e.by,
            documents: e.documents,
            done: e.done,
            devices: e.done + u32::try_from(e.to_come.len()).unwrap_or(u32::MAX),
            to_come: e.to_come,
            backups_until: e.at + i64::from(BACKUP_DAYS_MAX) * DAY_MS,
        });
        Ok(ErasureList { items: items.collect() })
    })
}
