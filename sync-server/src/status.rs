//! How the server is, in words for whoever looks after it: devices by id and role (never by name), what waits, the last backup, and what
//! needs care, each with what to do about it. Words only; nothing is changed but the row that proves that the database can be written.

use crate::audit::Chain as AuditChain;
use crate::backup;
use crate::error::Error;
use crate::store::{self, devices, devices::Device, documents, epochs, units};
use crate::{Inner, Server};
use rusqlite::Connection;
use shared_model::codes;
use shared_model::limits::LEASE_MS;
use std::path::Path;

/// Devices listed; those that need care come first.
const LISTED_MAX: usize = 200;
const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// The state of a data folder.
pub struct Status {
    /// For a person; ends with what needs care.
    pub words: String,
    pub needs_care: bool,
}

/// Is a program serving this folder?
///
/// # Errors
/// Of the file system.
pub fn is_serving(data: &Path) -> Result<bool, Error> {
    match std::fs::File::open(data.join("serve.lock")) {
        Ok(file) => Ok(matches!(file.try_lock_shared(), Err(std::fs::TryLockError::WouldBlock))),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(e.into()),
    }
}

/// Looks at everything.
pub fn look(server: &Server, is_serving: bool) -> Result<Status, Error> {
    let inner = &*server.inner;
    let now_ms = inner.env.now_ms();
    let (facts, mut devices, waiting) = inner.store.read(|db| {
        let devices = devices::list(db)?;
        Ok::<_, Error>((facts(inner, db, &devices)?, devices, store::refused::count_open(db)?))
    })?;
    let cares = cares(server, &devices, is_serving, now_ms)?;
    let mut words = facts;
    devices.sort_by_key(|d| (care_of(d, now_ms).is_none(), d.state != "unconfirmed", d.seen_at));
    for d in devices.iter().filter(|d| d.revoked_at.is_none()).take(LISTED_MAX) {
        words += &format!("  {}  {}  {}\n", d.id, role_words(d), seen_words(d, now_ms));
    }
    if devices.len() > LISTED_MAX {
        words += "  ……\n";
    }
    let unconfirmed = devices.iter().filter(|d| d.state == "unconfirmed").count();
    let unsent: u64 = devices.iter().filter(|d| d.state == "active").map(|d| u64::from(d.unsent)).sum();
    words += &format!("等着办：{unconfirmed} 台设备待确认，{waiting} 条被退回的等社区看，设备上还有 {unsent} 条没交上来\n");
    words += &server.backup_words()?;
    if inner.blobs.folder().is_dir() {
        words += &format!(
            "照片和录音 在 {}：备份里没有，请和备份一起另存一份；缺了的，拍的人和看过的设备会再传上来\n",
            inner.blobs.folder().display()
        );
    }
    words += &match server.ledger_copy()? {
        None => "擦除与停用的台账 只有一份：运行 sync-server config --ledger-copy 另一块磁盘上的文件夹\n".to_owned(),
        Some((file, _)) => format!("擦除与停用的台账 另有一份在 {}\n", file.display()),
    };
    if cares.is_empty() {
        words += "没有需要处理的。\n";
    } else {
        words += &format!("需要处理 {} 件：\n", cares.len());
        cares.iter().for_each(|care| words += &format!("  ! {care}\n"));
    }
    Ok(Status { words, needs_care: !cares.is_empty() })
}

fn facts(inner: &Inner, db: &Connection, devices: &[Device]) -> Result<String, Error> {
    let (partitions, documents, changes) = documents::totals(db)?;
    let of = |state: &str| devices.iter().filter(|d| d.state == state).count();
    let url = store::get_meta(db, "url")?.unwrap_or_default();
    let size = std::fs::metadata(inner.dir.join("server.db")).map_or(0, |file| file.len());
    Ok(format!(
        "地址 {url}，第 {} 期\n单元 {} 个\n分区 {partitions} 个，文档 {documents} 份，更改 {changes} 条，数据库 {} MB\n设备 {} 台：{} 台在用，{} 台待确认，{} 台已停用，{} 台已清除\n",
        epochs::current(db)?,
        units::count(db)?,
        size.div_ceil(1024 * 1024),
        devices.len(),
        of("active"),
        of("unconfirmed"),
        of("revoked") + of("wiped"),
        of("wiped"),
    ))
}

/// What needs care. A folder without a device is not in use yet: nothing does.
fn cares(server: &Server, devices: &[Device], is_serving: bool, now_ms: i64) -> Result<Vec<String>, Error> {
    let mut out = Vec::new();
    if !server.is_writable() {
        out.push("数据库写不了，多半是磁盘满了：腾出空间，不用重启".to_owned());
    }
    if let Some((file, false)) = server.ledger_copy()? {
        let file = file.display();
        out.push(format!("台账的另一份 {file} 缺行或读不到：看看那块磁盘，再运行 sync-server config --ledger-copy"));
    }
    match server.audit_chain()? {
        AuditChain::Whole(_) => {}
        AuditChain::BrokenAt(line) => {
            out.push(format!("操作记录从第 {line} 条起和写下时不一样：有人改过数据库，请保留现场，查谁碰过这台机器"))
        }
        AuditChain::CutShort { lines, known } => {
            out.push(format!("操作记录只剩 {lines} 条，台账里记着有 {known} 条：有人删过，请保留现场，查谁碰过这台机器"))
        }
    }
    if devices.is_empty() {
        return Ok(out);
    }
    if !is_serving {
        out.push("服务器没有在运行：运行 sync-server serve，设备上写下的都在，会自己传上来".to_owned());
    }
    match server.last_backup()? {
        None => out.push("从未做过备份：运行 sync-server backup，或给 serve 加上 --backup-dir".to_owned()),
        Some(last) if last.is_late(now_ms) => {
            out.push(format!("最近的备份已超过 {} 小时：看看放备份的磁盘，再运行 sync-server backup", backup::LATE_MS / HOUR_MS))
        }
        Some(_) => {}
    }
    out.extend(devices.iter().filter_map(|d| care_of(d, now_ms)));
    Ok(out)
}

fn care_of(d: &Device, now_ms: i64) -> Option<String> {
    if d.state != "active" {
        return None;
    }
    let silent_ms = d.seen_at.map(|at| now_ms - at);
    match silent_ms {
        _ if d.cloned => Some(format!("{} 像是被复制过：请社区停用它，重新登记", d.id)),
        Some(ms) if ms > LEASE_MS && d.unsent > 0 => {
            Some(format!("{} 已 {} 天没有联系，还有 {} 条没交：请联系用它的人", d.id, ms / DAY_MS, d.unsent))
        }
        Some(ms) if ms > LEASE_MS => Some(format!("{} 已 {} 天没有联系：请问问用它的人，不用了就停用", d.id, ms / DAY_MS)),
        _ => None,
    }
}

fn role_words(d: &Device) -> &'static str {
    codes::table("role").and_then(|t| t.entries.iter().find(|e| e.code == d.role.name())).map_or("", |e| e.zh)
}

fn seen_words(d: &Device, now_ms: i64) -> String {
    let seen = match d.seen_at.map(|at| (now_ms - at).max(0)) {
        None => "还没有联系过".to_owned(),
        Some(ms) if ms < 2 * MINUTE_MS => "刚刚联系过".to_owned(),
        Some(ms) if ms < 2 * HOUR_MS => format!("{} 分钟前联系过", ms / MINUTE_MS),
        Some(ms) if ms < 2 * DAY_MS => format!("{} 小时前联系过", ms / HOUR_MS),
        Some(ms) => format!("{} 天前联系过", ms / DAY_MS),
    };
    let state = if d.state == "unconfirmed" { "，待确认" } else { "" };
    let unsent = if d.unsent > 0 { format!("，还有 {} 条没交", d.unsent) } else { String::new() };
    format!("{seen}{state}{unsent}")
}
