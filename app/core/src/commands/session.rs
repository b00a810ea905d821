//! Who this device is, the lock, the state of sync, what waits.

use super::views::coded;
use crate::engine::Engine;
use crate::error::Result;
use crate::store;
use crate::sync::apply::unjudged;
use crate::workspace;
use rusqlite::Connection;
use shared_model::commands::{
    ChangePinArgs, Edited, EnrolArgs, NoArgs, PendingItem, PendingList, RoleAt, SyncArgs, SyncReport, SyncStatus, UnlockArgs, Whoami,
};
use shared_model::rules::Role;
use std::collections::HashSet;
use std::path::Path;

/// `whoami`: answers in every state.
pub fn whoami(engine: &Engine, _: NoArgs) -> Result<Whoami> {
    if !engine.is_open() {
        return Ok(engine.at_the_door());
    }
    let now = engine.now_ms();
    engine.with(|o| {
        let tree = super::units::Tree::read(&o.db)?;
        let roles = workspace::roles(&o.db, &o.me)?;
        let widest = roles.iter().map(|r| r.role).max().unwrap_or(o.me.role);
        let at = roles.iter().find(|r| r.role == widest).map_or(o.me.unit, |r| r.unit);
        Ok(Whoami {
            enrolled: true,
            locked: false,
            // one that was confirmed before keeps what it holds and goes on, until it is confirmed again
            confirmed: o.me.confirmed || store::json_setting::<i64>(&o.db, "contact_at")?.is_some(),
            digits: (!o.me.confirmed).then(|| o.me.digits.clone()),
            name: Some(o.me.name.clone()),
            roles: roles
                .iter()
                .map(|r| RoleAt { role: coded("role", r.role.name()), unit: r.unit.to_string(), unit_name: tree.name(r.unit) })
                .collect(),
            role: Some(coded("role", widest.name())),
            unit_name: Some(tree.name(at)).filter(|n| !n.is_empty()),
            device: Some(o.me.device.to_string()),
            tries_left: None,
            wait_seconds: None,
            lease_over: crate::lease::is_over(&o.db, now)?,
            closed: store::json_setting::<Option<String>>(&o.db, "closed")?.flatten(),
            wiped: None,
            node: None,
        })
    })
}

/// `enrol`
pub fn enrol(engine: &Engine, args: EnrolArgs) -> Result<Whoami> {
    engine.enrol(&args.invite, &args.pin)?;
    whoami(engine, NoArgs {})
}

/// `unlock`
pub fn unlock(engine: &Engine, args: UnlockArgs) -> Result<Whoami> {
    engine.unlock(&args.pin)?;
    whoami(engine, NoArgs {})
}

/// `lock`
pub fn lock(engine: &Engine, _: NoArgs) -> Result<Whoami> {
    engine.lock()?;
    whoami(engine, NoArgs {})
}

/// `change_pin`: of a store that is open; the old digits are asked for all the same, and wrong ones are counted as at the lock.
pub fn change_pin(engine: &Engine, args: ChangePinArgs) -> Result<Edited> {
    engine.with(|_| Ok(()))?;
    engine.vault().reseal(engine.env(), &args.old, &args.new)?;
    Ok(Edited { changed: args.old != args.new })
}

/// The truth line.
///
/// # Errors
/// `locked`, or of the store.
pub fn status(engine: &Engine) -> Result<SyncStatus> {
    let offline = engine.is_offline();
    let bytes = engine.store_bytes();
    let now = engine.now_ms();
    engine.with(|o| {
        let db = &o.db;
        let pending = unjudged(db)?;
        let agreed_at: Option<i64> = store::json_setting(db, "agreed_at")?;
        let differs: bool = store::json_setting(db, "differs")?.unwrap_or(false);
        let set_back = crate::sync::setback::of(db)?.is_some();
        let seq: u64 = store::json_setting(db, "agreed_seq")?.unwrap_or(0);
        let one = |sql: &str| -> Result<u32> { Ok(db.prepare_cached(sql)?.query_row([], |r| r.get(0))?) };
        let since: u32 = db.prepare_cached("select count(*) from command where seq > ?1")?.query_row([seq], |r| r.get(0))?;
        Ok(SyncStatus {
            pending,
            photos: super::media::waiting(&o.media)?,
            agreed: agreed_at.is_some() && pending == 0 && !differs && !set_back && since == 0,
            agreed_at,
            agreed_records: store::json_setting(db, "agreed_records")?.unwrap_or(0),
            since,
            contact_at: store::json_setting(db, "contact_at")?,
            refused: super::tray::count(db)?,
            differs,
            set_back,
            confirm_again: (!o.me.confirmed).then(|| o.me.digits.clone()),
            kept_pages: one("select count(*) from kept_page")?,
            kept_commands: one("select count(*) from command where state = 'accepted' and length(body) > 0")?,
            offline,
            conflicts: super::conflicts::count(db)?,
            held: super::held::count(db)?,
            handover: crate::handover::latest(db, now)?,
            records: records(db)?,
            bytes,
        })
    })
}

/// Records here. Told apart in memory: SQLite would make a tree of all of them.
fn records(db: &Connection) -> Result<u32> {
    let mut q = db.prepare_cached("select record from doc indexed by doc_by_partition")?;
    let mut got = q.query([])?;
    let mut all: HashSet<[u8; 16]> = HashSet::new();
    while let Some(r) = got.next()? {
        all.insert(r.get(0)?);
    }
    Ok(u32::try_from(all.len()).unwrap_or(u32::MAX))
}

/// `sync_status`
pub fn sync_status(engine: &Engine, _: NoArgs) -> Result<SyncStatus> {
    status(engine)
}

/// `sync_now`
pub fn sync_now(engine: &Engine, args: SyncArgs) -> Result<SyncReport> {
    let mut report = engine.sync(args.trace.as_deref().map(Path::new))?;
    // behind the records: whatever becomes of photos, the records are there
    if engine.sends_media_itself() && !matches!(engine.send_media(), Ok(false)) {
        report.status = status(engine)?;
    }
    Ok(report)
}

/// `list_pending`
pub fn list_pending(engine: &Engine, _: NoArgs) -> Result<PendingList> {
    engine.with(|o| {
        let mut q = o.db.prepare_cached("select seq, name, summary, household, at from unjudged order by seq desc limit 500")?;
        let items = q
            .query_map([], |r| {
                Ok(PendingItem {
                    seq: r.get(0)?,
                    command: r.get(1)?,
                    text: r.get(2)?,
                    household: r.get::<_, Option<uuid::Uuid>>(3)?.map(|h| h.to_string()),
                    at: r.get(4)?,
                })
            })?
            .collect::<rusqlite::Result<_>>()?;
        Ok(PendingList { items, total: unjudged(&o.db)? })
    })
}

/// Does this person work in the office?
pub fn is_office(db: &Connection, me: &workspace::Identity) -> Result<bool> {
    Ok(workspace::roles(db, me)?.iter().any(|r| r.role == Role::Office))
}
