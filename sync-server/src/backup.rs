//! Backups: a copy of the database made beside a running server, proved before it gets its name, and known to the database ever after, so
//! that devices may let go of what it holds. A folder of backups stands by itself: beside each database lies a manifest, and with them the
//! keys and the ledger, without which a new machine could not go on. It holds residents' data in clear and is closed to other users.
//!
//! The copy knows itself: put in place by hand, without `restore`, it still says how far it can be trusted.

use crate::error::Error;
use crate::keys::Keys;
use crate::ledger;
use crate::pull::digests_hold;
use crate::setup::{make_folder, remove_database};
use crate::store::{self, documents, epochs};
use crate::{Inner, Server};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use shared_model::class::Class;
use shared_model::limits::BACKUP_DAYS_MAX;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Folder of backups within the data folder, when no other is named.
pub const FOLDER: &str = "backups";
/// Older than this, the last backup is an alarm, milliseconds.
pub const LATE_MS: i64 = 26 * 3600 * 1000;
/// A serving program makes the next one after this, milliseconds.
pub const EVERY_MS: i64 = 24 * 3600 * 1000;

const DAY_MS: i64 = 24 * 3600 * 1000;
const PREFIX: &str = "gridwalk-";
const MAKING: &str = ".making";
/// No request is written longer than this, milliseconds.
const WRITTEN_WITHIN_MS: i64 = 60_000;
/// Settings of the database: when its last verified backup was made, and that file's name.
const LAST_AT: &str = "backup_at";
const LAST_FILE: &str = "backup_file";

/// What is said of a backup, beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Of the database, in the same folder.
    pub file: String,
    /// Server time, ms.
    pub at_ms: i64,
    pub epoch: u64,
    pub bytes: u64,
    /// Of the whole file, hex.
    pub sha256: String,
    pub partitions: Vec<Head>,
}

/// How far a partition goes in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub unit: Uuid,
    pub class: Class,
    pub head: u64,
}

/// The last verified backup that a database knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Last {
    pub at_ms: i64,
    pub file: String,
}

impl Last {
    /// Is it so old that somebody must look?
    pub fn is_late(&self, now_ms: i64) -> bool {
        now_ms - self.at_ms > LATE_MS
    }
}

impl Server {
    /// Makes a verified backup in `folder` (`None`: beside the database) and lets go of those that are older than 30 days. Beside a running
    /// server too.
    pub fn backup(&self, folder: Option<&Path>) -> Result<Manifest, Error> {
        let own = self.inner.dir.join(FOLDER);
        make(&self.inner, folder.unwrap_or(&own))
    }

    /// The last verified backup; `None`: there never was one.
    pub fn last_backup(&self) -> Result<Option<Last>, Error> {
        self.inner.store.read(last)
    }

    /// Is it time for the next one?
    pub fn is_backup_due(&self) -> Result<bool, Error> {
        let now_ms = self.inner.env.now_ms();
        Ok(self.last_backup()?.is_none_or(|last| now_ms - last.at_ms >= EVERY_MS))
    }

    /// The line of `status`: when the last backup was made, and an alarm when that is too long ago.
    pub fn backup_words(&self) -> Result<String, Error> {
        let now_ms = self.inner.env.now_ms();
        Ok(match self.last_backup()? {
            None => "备份 从未做过：运行 sync-server backup\n".to_owned(),
            Some(last) => {
                let at = chrono::DateTime::from_timestamp_millis(last.at_ms + 8 * 3600 * 1000);
                let at = at.map(|t| t.format("%Y-%m-%d %H:%M").to_string()).unwrap_or_default();
                let late = if last.is_late(now_ms) { "，已超过 26 小时，请查原因并运行 sync-server backup" } else { "" };
                format!("备份 {at}，{}{late}\n", last.file)
            }
        })
    }
}

/// What this database knows of its last verified backup.
pub fn last(db: &Connection) -> Result<Option<Last>, Error> {
    let at_ms = store::get_meta(db, LAST_AT)?.and_then(|at| at.parse().ok());
    let file = store::get_meta(db, LAST_FILE)?.unwrap_or_default();
    Ok(at_ms.map(|at_ms| Last { at_ms, file }))
}

/// What was received before this is in the last verified backup, ms: what was still being written when it began may not be.
pub fn holds_until(db: &Connection) -> Result<Option<i64>, Error> {
    Ok(last(db)?.map(|last| last.at_ms - WRITTEN_WITHIN_MS))
}

fn make(inner: &Inner, folder: &Path) -> Result<Manifest, Error> {
    make_folder(folder)?;
    let at_ms = inner.env.now_ms();
    let at = chrono::DateTime::from_timestamp_millis(at_ms).map(|t| t.format("%Y%m%dT%H%M%S%3fZ").to_string()).unwrap_or_default();
    let name = format!("{PREFIX}{at}.db");
    let making = folder.join(format!("{name}{MAKING}"));
    remove_unfinished(folder)?;
    if folder.join(&name).exists() {
        return Err(Error::setup("already_there", format!("{name} 已经有了，请稍后再做")));
    }
    let made = copy_and_prove(inner, &making, &name, at_ms);
    let manifest = match made {
        Ok(manifest) => manifest,
        Err(e) => {
            // whatever went wrong (a full disk above all), half a backup must not stay
            remove_database(&making)?;
            return Err(e);
        }
    };
    fs::rename(&making, folder.join(&name))?;
    write_whole(&folder.join(manifest_name(&name)), &to_json(&manifest)?)?;
    Keys::copy(&inner.dir, folder)?;
    inner.ledger.copy_to(&folder.join(ledger::FILE))?;
    sync_folder(folder)?;
    inner.store.write(|db| {
        // An epoch that began meanwhile may stand on less than this backup holds.
        if epochs::current(db)? == manifest.epoch { know(db, &manifest) } else { Ok(()) }
    })?;
    age_out(folder, at_ms, &name)?;
    crate::restore::age_out(&inner.dir, at_ms)?;
    tracing::info!(bytes = manifest.bytes, partitions = manifest.partitions.len(), "a backup was made and verified");
    Ok(manifest)
}

/// The copy, proved, and knowing itself.
fn copy_and_prove(inner: &Inner, making: &Path, name: &str, at_ms: i64) -> Result<Manifest, Error> {
    inner.store.copy_into(making)?;
    let copy = store::open_copy(making)?;
    prove(&copy)?;
    let partitions = documents::partitions(&copy)?;
    let partitions = partitions.into_iter().map(|p| Head { unit: p.unit, class: p.class, head: p.head }).collect();
    let mut manifest =
        Manifest { file: name.to_owned(), at_ms, epoch: epochs::current(&copy)?, bytes: 0, sha256: String::new(), partitions };
    store::in_copy(&copy, |db| know(db, &manifest))?;
    copy.close().map_err(|(_, e)| e)?;
    File::open(making)?.sync_all()?;
    (manifest.bytes, manifest.sha256) = hash_of(making)?;
    Ok(manifest)
}

/// Remembers a verified backup.
fn know(db: &Connection, manifest: &Manifest) -> Result<(), Error> {
    let heads: Vec<_> = manifest.partitions.iter().map(|p| (p.unit, p.class, p.head)).collect();
    documents::set_safe(db, &heads)?;
    store::set_meta(db, LAST_AT, &manifest.at_ms.to_string())?;
    store::set_meta(db, LAST_FILE, &manifest.file)
}

/// A database that is whole: its pages, its references, and every digest computed again from the documents.
pub fn prove(db: &Connection) -> Result<(), Error> {
    let words: String = db.query_row("pragma quick_check(1)", [], |r| r.get(0))?;
    if words != "ok" {
        return Err(Error::Damaged("a copy of the database"));
    }
    if db.prepare("pragma foreign_key_check")?.exists([])? {
        return Err(Error::Damaged("the references of a copy of the database"));
    }
    if digests_hold(db)? { Ok(()) } else { Err(Error::Damaged("a digest of a copy of the database")) }
}

/// The manifest of a backup; `None` when it has none.
pub fn manifest_of(database: &Path) -> Result<Option<Manifest>, Error> {
    let name = database.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    match fs::read(database.with_file_name(manifest_name(&name))) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|_| Error::Damaged("the manifest of a backup")),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e.into()),
    }
}

/// Length and SHA-256 of a file.
pub fn hash_of(path: &Path) -> Result<(u64, String), Error> {
    let (mut file, mut hash, mut bytes) = (File::open(path)?, Sha256::new(), 0);
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            return Ok((bytes, hex::encode(hash.finalize())));
        }
        hash.update(&buffer[..n]);
        bytes += n as u64;
    }
}

/// What was renamed in a folder is on the disk.
pub fn sync_folder(folder: &Path) -> Result<(), Error> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

fn manifest_name(database: &str) -> String {
    format!("{}.json", database.strip_suffix(".db").unwrap_or(database))
}

fn to_json(manifest: &Manifest) -> Result<Vec<u8>, Error> {
    serde_json::to_vec_pretty(manifest).map_err(|_| Error::Damaged("a manifest that cannot be written"))
}

fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut making = path.as_os_str().to_owned();
    making.push(MAKING);
    let mut file = File::create(&making)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(fs::rename(&making, path)?)
}

fn own_files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(PREFIX)) {
            out.push(path);
        }
    }
    Ok(out)
}

/// What an aborted backup left. Nobody else writes here: two backups at once are kept apart by the time in their names, and a second one
/// that loses its file fails and says so.
fn remove_unfinished(folder: &Path) -> Result<(), Error> {
    for path in own_files(folder)? {
        if path.to_string_lossy().contains(MAKING) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// What was erased must not outlive its erasure in a backup by more than 30 days. The newest always stays.
fn age_out(folder: &Path, now_ms: i64, newest: &str) -> Result<(), Error> {
    for path in own_files(folder)?.into_iter().filter(|p| p.extension().is_some_and(|e| e == "db")) {
        let is_newest = path.file_name().is_some_and(|n| n == newest);
        let made = manifest_of(&path)?.map(|m| m.at_ms);
        if !is_newest && made.is_none_or(|at| now_ms - at >= i64::from(BACKUP_DAYS_MAX) * DAY_MS) {
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            fs::remove_file(&path)?;
            match fs::remove_file(folder.join(manifest_name(&name))) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e.into()),
                _ => {}
            }
        }
    }
    Ok(())
}
