//! Putting a backup in place, declared: what the server loses by it is known, so a new epoch begins at the heads of the backup, and the
//! ledger is carried out before the port opens. The database that was there is moved aside, for 30 days; until the last step nothing of
//! it is touched, so a restore that is cut short is simply begun again.

use crate::backup::{hash_of, manifest_of, prove, sync_folder};
use crate::error::Error;
use crate::keys::Keys;
use crate::setup::remove_database;
use crate::store::{self, Store, documents, epochs};
use crate::{DAY_MS, Env, Server, epoch, ledger};
use shared_model::limits::BACKUP_DAYS_MAX;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Name of the database while it is being put in place.
const RESTORING: &str = "server.db.restoring";
/// A database that was moved aside, before its time.
const BEFORE: &str = "server.db.before-";

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    pub epoch: u64,
    /// When the backup was made; `None` when nothing beside it says so.
    pub made_at_ms: Option<i64>,
    /// Where the database that was there is now.
    pub moved_to: Option<PathBuf>,
}

/// Holds a data folder: one `serve` or `restore` at a time. Goes with the file handle, also when the program dies.
pub fn lock_folder(data: &Path) -> Result<File, Error> {
    if !data.is_dir() {
        return Err(Error::setup("not_initialised", format!("{} 里没有服务器数据，先运行 init", data.display())));
    }
    let file = File::options().create(true).truncate(false).write(true).open(data.join("serve.lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(Error::setup("busy", "这个文件夹已有服务器在运行，先停下它")),
        Err(fs::TryLockError::Error(e)) => Err(e.into()),
    }
}

/// Puts the backup `from` in place of the database in `data`. The server must not run.
pub fn restore(data: &Path, from: &Path, env: Arc<dyn Env>) -> Result<Restored, Error> {
    if !from.is_file() {
        return Err(Error::setup("not_found", format!("没有备份文件 {}", from.display())));
    }
    crate::setup::make_folder(data)?;
    let _lock = lock_folder(data)?;
    let manifest = manifest_of(from)?;
    if let Some(m) = &manifest
        && hash_of(from)? != (m.bytes, m.sha256.clone())
    {
        return Err(Error::setup("damaged", "备份文件和它的清单对不上，没有恢复。请换一份备份"));
    }
    let folder = from.parent().unwrap_or(Path::new("."));
    Keys::copy_missing(folder, data)?;
    take_ledger(folder, data)?;

    let making = data.join(RESTORING);
    remove_database(&making)?;
    fs::copy(from, &making)?;
    File::open(&making)?.sync_all()?;
    {
        let whole = store::open_copy(&making).and_then(|copy| prove(&copy));
        whole.map_err(|_| Error::setup("damaged", "备份文件已损坏，没有恢复。请换一份备份"))?;
    }
    let old = data.join("server.db");
    let epoch = begin(data, &old, env.clone())?;

    let moved_to = move_aside(&old, env.now_ms())?;
    fs::rename(&making, &old)?;
    sync_folder(data)?;
    Ok(Restored { epoch, made_at_ms: manifest.map(|m| m.at_ms), moved_to })
}

/// The new epoch, within the copy: opening it carries the ledger out.
fn begin(data: &Path, old: &Path, env: Arc<dyn Env>) -> Result<u64, Error> {
    let server = Server::open_file(data, RESTORING, env)?;
    let inner = &server.inner;
    let lost = epochs_of(old);
    let epoch = inner.store.write(|db| {
        let parent = epochs::current(db)?;
        let forks: Vec<_> = documents::partitions(db)?.into_iter().map(|p| (p.unit, p.class, p.head)).collect();
        let claimed = lost.iter().map(|e| e.id).max().unwrap_or(0);
        let id = epoch::begin(inner, db, claimed, &forks, None)?;
        // Epochs that began after the backup: with them a device of such an epoch finds what it has in common with this one.
        for e in lost.iter().filter(|e| e.id > parent && e.id < id) {
            epochs::add(db, e.id, e.parent, &e.forks, inner.env.now_ms(), None)?;
        }
        Ok::<_, Error>(id)
    })?;
    inner.store.checkpoint()?;
    Ok(epoch)
}

/// The epochs that the database to be replaced knows; none when it cannot be read, which is why it is replaced.
fn epochs_of(old: &Path) -> Vec<shared_model::wire::Epoch> {
    let read = || Store::open(old, false)?.read(epochs::chain);
    match read() {
        Ok(chain) => chain,
        Err(e) => {
            tracing::warn!(cause = %e, "the database that is replaced cannot be read");
            Vec::new()
        }
    }
}

/// The ledger of the folder stands when it is the longer one: every line is copied when it is written, and a line is never taken back.
fn take_ledger(folder: &Path, data: &Path) -> Result<(), Error> {
    let length = |dir: &Path| fs::metadata(dir.join(ledger::FILE)).map_or(0, |m| m.len());
    if length(folder) > length(data) {
        let making = data.join("ledger.restoring");
        fs::copy(folder.join(ledger::FILE), &making)?;
        File::open(&making)?.sync_all()?;
        fs::rename(&making, data.join(ledger::FILE))?;
    }
    Ok(())
}

/// A database that was moved aside holds what was erased since. It goes by the rule of backups: after 30 days, with the next backup.
pub fn age_out(data: &Path, now_ms: i64) -> Result<(), Error> {
    for entry in fs::read_dir(data)? {
        let path = entry?.path();
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let Some(at) = name.strip_prefix(BEFORE).and_then(|at| at.get(..19)) else { continue };
        let made = chrono::NaiveDateTime::parse_from_str(at, "%Y%m%dT%H%M%S%3fZ").map(|at| at.and_utc().timestamp_millis());
        if made.is_ok_and(|made| now_ms - made >= i64::from(BACKUP_DAYS_MAX) * DAY_MS) {
            fs::remove_file(&path)?;
            tracing::info!("a database that a restore moved aside is gone after its time");
        }
    }
    Ok(())
}

/// The database with its side files, under a name that says when.
fn move_aside(old: &Path, now_ms: i64) -> Result<Option<PathBuf>, Error> {
    if !old.exists() {
        return Ok(None);
    }
    let at = chrono::DateTime::from_timestamp_millis(now_ms).map(|t| t.format("%Y%m%dT%H%M%S%3fZ").to_string()).unwrap_or_default();
    let mut aside = old.with_file_name(format!("{BEFORE}{at}"));
    let mut n = 1;
    while aside.exists() {
        n += 1;
        aside = old.with_file_name(format!("{BEFORE}{at}-{n}"));
    }
    let with = |path: &Path, end: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    for end in ["-wal", "-shm", ""] {
        match fs::rename(with(old, end), with(&aside, end)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e.into()),
            _ => {}
        }
    }
    Ok(Some(aside))
}
