//! The ledger: what a backup must never undo. Erasures and what an office said stays after one, devices that were stopped, devices that were
//! enrolled, each one line of a file beside the database and outside every backup. A line carries the hash of all before it, so that a line that was changed, lost or moved
//! is found; it holds ids and codes, never a word about a person.
//!
//! A line is on the disk before the transaction that it announces commits, and it is written inside that transaction, whose lock keeps two
//! programs apart. So a crash leaves either nothing, or a line that `replay` carries out when the data is opened next: doing so twice
//! changes nothing. A line that was being written when the power went is cut off; what it announced never happened.

use crate::enrol;
use crate::error::Error;
use crate::setup::make_folder;
use crate::store::{self, devices, epochs, lock};
use crate::{Inner, Server};
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use shared_model::devices::RevokeReason;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use uuid::Uuid;

/// Name of the file in the data folder.
pub const FILE: &str = "ledger";
/// Setting that names a second place; each line goes there too.
pub const COPY: &str = "ledger_copy";

/// What a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Documents that were erased.
    Erase,
    /// A device that was stopped: its id, then the reason.
    Revoke,
    /// A device that was enrolled: id, key, install nonce, person, role, unit, digits.
    Enrol,
    /// An epoch that began: its number is never given out again.
    Epoch,
    /// How far the audit chain went: its last line and that line's hash.
    Audit,
    /// What may name somebody erased and stays, as an office decided: the erasure, the document.
    Keep,
}

impl Kind {
    fn name(self) -> &'static str {
        ["erase", "revoke", "enrol", "epoch", "audit", "keep"][self as usize]
    }

    fn from_name(name: &str) -> Option<Kind> {
        [Kind::Erase, Kind::Revoke, Kind::Enrol, Kind::Epoch, Kind::Audit, Kind::Keep].into_iter().find(|k| k.name() == name)
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub at_ms: i64,
    pub kind: Kind,
    /// Ids and codes, without blanks or commas.
    pub ids: Vec<String>,
}

/// How far the file is known: its length and the hash of its last line.
#[derive(Debug, Clone, Default)]
struct Tail {
    len: u64,
    hash: String,
}

/// The ledger of one data folder.
pub struct Ledger {
    path: PathBuf,
    tail: Mutex<Tail>,
}

impl Ledger {
    /// Opens it and checks every line. A last line that was cut short by a crash is removed.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let path = dir.join(FILE);
        let (_, tail, len) = read_file(&path)?;
        if len > tail.len {
            tracing::warn!("the last line of the ledger was cut short and is removed");
            let file = std::fs::OpenOptions::new().write(true).open(&path)?;
            file.set_len(tail.len)?;
            file.sync_all()?;
        }
        Ok(Ledger { path, tail: Mutex::new(tail) })
    }

    /// Goes on from the copy where the copy holds what is here and more: the folder was set back as a whole, and the copy was not.
    pub fn take_from(&self, copy: &Path) -> Result<(), Error> {
        let mut tail = lock(&self.tail);
        let (own, other) = (bytes_of(&self.path)?, bytes_of(copy)?);
        if other.len() <= own.len() || !other.starts_with(&own) {
            return Ok(());
        }
        // a line of the copy may have been cut short
        let (_, whole, _) = read_file(copy)?;
        if whole.len <= own.len() as u64 {
            return Ok(());
        }
        let end = usize::try_from(whole.len).unwrap_or(usize::MAX).min(other.len());
        let mut file = open_for_append(&self.path)?;
        file.write_all(&other[own.len()..end])?;
        file.sync_all()?;
        tracing::warn!("the ledger was behind its copy and goes on from it");
        *tail = whole;
        Ok(())
    }

    /// Does the copy hold every line?
    pub fn is_copied(&self, copy: &Path) -> Result<bool, Error> {
        Ok(copy.exists() && bytes_of(&self.path)? == bytes_of(copy)?)
    }

    /// Every entry, oldest first.
    pub fn read(&self) -> Result<Vec<Entry>, Error> {
        Ok(read_file(&self.path)?.0)
    }

    fn append(&self, entry: &Entry, copy: Option<&Path>) -> Result<(), Error> {
        let mut tail = lock(&self.tail);
        let mut file = open_for_append(&self.path)?;
        if file.seek(SeekFrom::End(0))? != tail.len {
            // another program wrote a line since
            *tail = read_file(&self.path)?.1;
        }
        let text = text_of(entry);
        let hash = next_hash(&tail.hash, &text);
        let line = format!("{text} {hash}\n");
        file.write_all(line.as_bytes())?;
        file.sync_all()?;
        let before = tail.len;
        *tail = Tail { len: before + line.len() as u64, hash };
        if let Some(copy) = copy
            && let Err(e) = self.copy_line(copy, before, &line)
        {
            // the line itself is safe; that its copy is not must be seen by whoever runs the server
            tracing::error!(cause = %e, "the copy of the ledger cannot be written");
        }
        Ok(())
    }

    fn copy_line(&self, copy: &Path, before: u64, line: &str) -> Result<(), Error> {
        if std::fs::metadata(copy).is_ok_and(|m| m.len() == before) {
            let mut file = open_for_append(copy)?;
            file.write_all(line.as_bytes())?;
            return Ok(file.sync_all()?);
        }
        self.copy_to(copy)
    }

    /// Copies the whole file, by way of a new name. A file that says anything else is moved aside: it may be all there is of what it says.
    pub fn copy_to(&self, copy: &Path) -> Result<(), Error> {
        let with = |end: String| {
            let mut name = copy.as_os_str().to_owned();
            name.push(end);
            PathBuf::from(name)
        };
        let (making, bytes) = (with(".making".into()), bytes_of(&self.path)?);
        if !bytes.starts_with(&bytes_of(copy)?) {
            let mut n = 1;
            while with(format!(".other-{n}")).exists() {
                n += 1;
            }
            std::fs::rename(copy, with(format!(".other-{n}")))?;
            tracing::error!("the copy of the ledger said something else; it was moved aside");
        }
        let mut file = std::fs::File::create(&making)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        Ok(std::fs::rename(&making, copy)?)
    }
}

impl Inner {
    /// Writes a line. `db` is the write transaction that does what the line says.
    pub fn note(&self, db: &Connection, kind: Kind, ids: Vec<String>) -> Result<(), Error> {
        let copy = store::get_meta(db, COPY)?.map(PathBuf::from);
        self.ledger.append(&Entry { at_ms: self.env.now_ms(), kind, ids }, copy.as_deref())
    }
}

impl Server {
    /// Has every line of the ledger written to a second folder too, best on another disk; `None`: no longer. What is here is copied at once.
    pub fn set_ledger_copy(&self, folder: Option<&Path>) -> Result<(), Error> {
        let inner = &self.inner;
        let Some(folder) = folder else { return inner.store.write(|db| store::drop_meta(db, COPY)) };
        make_folder(folder)?;
        let (folder, own) = (std::fs::canonicalize(folder)?, std::fs::canonicalize(&inner.dir)?);
        if folder.starts_with(&own) {
            return Err(Error::setup("bad_folder", "第二份台账要放在数据文件夹外面，最好在另一块磁盘上"));
        }
        let Some(file) = folder.join(FILE).to_str().map(str::to_owned) else {
            return Err(Error::setup("bad_folder", "这个文件夹的名字不能用"));
        };
        // within the transaction nobody else writes a line
        inner.store.write(|db| {
            inner.ledger.copy_to(Path::new(&file))?;
            store::set_meta(db, COPY, &file)
        })
    }

    /// Where the second copy of the ledger is, and whether it holds every line; `None`: there is none.
    pub fn ledger_copy(&self) -> Result<Option<(PathBuf, bool)>, Error> {
        let copy = self.inner.store.read(|db| store::get_meta(db, COPY))?.map(PathBuf::from);
        copy.map(|file| Ok((file.clone(), self.inner.ledger.is_copied(&file).unwrap_or(false)))).transpose()
    }
}

/// Carries out what the ledger says and the database does not know: after a crash, and after a restore. Twice changes nothing. Then writes
/// down what the database knows and the ledger does not: somebody put an older ledger beside it.
pub fn replay(inner: &Inner) -> Result<(), Error> {
    let entries = inner.ledger.read()?;
    inner.store.write(|db| {
        // the first moment stands, and the last reason
        let mut revoked: BTreeMap<Uuid, (i64, RevokeReason)> = BTreeMap::new();
        for entry in &entries {
            let id = |at: usize| entry.ids.get(at).map_or("", String::as_str);
            match entry.kind {
                Kind::Revoke => {
                    let Ok(device) = Uuid::parse_str(id(0)) else { continue };
                    let reason = RevokeReason::from_name(id(1)).unwrap_or(RevokeReason::Left);
                    revoked.entry(device).or_insert((entry.at_ms, reason)).1 = reason;
                }
                Kind::Erase => {
                    if crate::erase::replay(inner, db, entry.at_ms, &entry.ids)? {
                        tracing::warn!("erased again: the ledger says so");
                    }
                }
                Kind::Keep => crate::erase::replay_kept(db, &entry.ids)?,
                Kind::Enrol | Kind::Epoch | Kind::Audit => {}
            }
        }
        enrol::replay(inner, db, &entries)?;
        for (device, (at_ms, reason)) in revoked {
            if devices::get(db, &device)?.is_some_and(|d| d.reason != Some(reason)) {
                tracing::warn!(%device, "stopped again: the ledger says so");
                devices::revoke(db, &device, reason, at_ms)?;
            }
        }
        complete(inner, db, &entries)
    })
}

fn complete(inner: &Inner, db: &Connection, entries: &[Entry]) -> Result<(), Error> {
    let says = |kind, id: &str| entries.iter().any(|e| e.kind == kind && e.ids.first().is_some_and(|first| first == id));
    let mut missing = Vec::new();
    for device in devices::list(db)? {
        let id = device.id.to_string();
        if !says(Kind::Enrol, &id) {
            missing.push((Kind::Enrol, enrol::words_of(&device)));
        }
        if let Some(reason) = device.reason.filter(|_| !says(Kind::Revoke, &id)) {
            missing.push((Kind::Revoke, vec![id, reason.name().to_owned()]));
        }
    }
    let epoch = epochs::current(db)?;
    if epoch > 1 && !says(Kind::Epoch, &epoch.to_string()) {
        missing.push((Kind::Epoch, vec![epoch.to_string()]));
    }
    let erased: Vec<&[String]> = entries.iter().filter(|e| e.kind == Kind::Erase).map(|e| e.ids.as_slice()).collect();
    missing.extend(crate::erase::unsaid(db, &erased)?.map(|words| (Kind::Erase, words)));
    let kept: BTreeSet<&[String]> = entries.iter().filter(|e| e.kind == Kind::Keep).map(|e| e.ids.as_slice()).collect();
    missing.extend(crate::erase::kept(db)?.into_iter().filter(|words| !kept.contains(words.as_slice())).map(|words| (Kind::Keep, words)));
    if !missing.is_empty() && !entries.is_empty() {
        tracing::error!(lines = missing.len(), "the ledger is older than the database; what it lacks is written down again");
    }
    missing.into_iter().try_for_each(|(kind, words)| inner.note(db, kind, words))
}

fn text_of(entry: &Entry) -> String {
    format!("{} {} {}", entry.at_ms, entry.kind.name(), entry.ids.join(","))
}

fn next_hash(before: &str, text: &str) -> String {
    let h = Sha256::new().chain_update(b"gridwalk/ledger/v1\n").chain_update(before).chain_update("\n").chain_update(text).finalize();
    hex::encode(&h[..16])
}

fn open_for_append(path: &Path) -> Result<std::fs::File, Error> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    Ok(options.open(path)?)
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, Error> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(bytes),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(e) => Err(e.into()),
    }
}

/// The entries, the tail behind them, and the length of the file.
fn read_file(path: &Path) -> Result<(Vec<Entry>, Tail, u64), Error> {
    let text = bytes_of(path)?;
    let len = text.len() as u64;
    let (mut entries, mut tail) = (Vec::new(), Tail::default());
    for line in text.split_inclusive(|b| *b == b'\n') {
        let Some(whole) = line.strip_suffix(b"\n") else { break };
        let (entry, hash) = parse(whole, &tail.hash).ok_or(Error::Damaged("a line of the ledger"))?;
        entries.push(entry);
        tail = Tail { len: tail.len + line.len() as u64, hash };
    }
    Ok((entries, tail, len))
}

fn parse(line: &[u8], before: &str) -> Option<(Entry, String)> {
    let (text, hash) = std::str::from_utf8(line).ok()?.rsplit_once(' ')?;
    if next_hash(before, text) != hash {
        return None;
    }
    let mut parts = text.splitn(3, ' ');
    let at_ms = parts.next()?.parse().ok()?;
    let kind = Kind::from_name(parts.next()?)?;
    let ids = parts.next()?.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect();
    Some((Entry { at_ms, kind, ids }, hash.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(n: i64) -> Entry {
        Entry { at_ms: n, kind: Kind::Erase, ids: vec![format!("{n:x}"), "moved_away".into()] }
    }

    #[test]
    fn a_line_that_was_changed_lost_or_moved_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(dir.path()).unwrap();
        (1..4).for_each(|n| ledger.append(&entry(n), None).unwrap());
        assert_eq!(ledger.read().unwrap(), [entry(1), entry(2), entry(3)]);
        let whole = std::fs::read_to_string(dir.path().join(FILE)).unwrap();
        let lines: Vec<&str> = whole.split_inclusive('\n').collect();
        let broken = [whole.replace("2 erase", "9 erase"), [lines[0], lines[2]].concat(), [lines[1], lines[0], lines[2]].concat()];
        for text in broken {
            std::fs::write(dir.path().join(FILE), text).unwrap();
            assert!(matches!(Ledger::open(dir.path()), Err(Error::Damaged(_))));
        }
    }

    #[test]
    fn a_line_cut_short_by_a_crash_is_removed_and_the_next_one_fits() {
        let dir = tempfile::tempdir().unwrap();
        Ledger::open(dir.path()).unwrap().append(&entry(1), None).unwrap();
        let mut torn = std::fs::read(dir.path().join(FILE)).unwrap();
        torn.extend_from_slice(b"2 erase 2,mov");
        std::fs::write(dir.path().join(FILE), torn).unwrap();
        let ledger = Ledger::open(dir.path()).unwrap();
        ledger.append(&entry(3), None).unwrap();
        assert_eq!(Ledger::open(dir.path()).unwrap().read().unwrap(), [entry(1), entry(3)]);
    }

    #[test]
    fn a_ledger_that_was_set_back_goes_on_from_its_copy_and_another_copy_is_moved_aside() {
        let dir = tempfile::tempdir().unwrap();
        let copy = dir.path().join("copy");
        let ledger = Ledger::open(dir.path()).unwrap();
        ledger.append(&entry(1), Some(&copy)).unwrap();
        let before = std::fs::read(dir.path().join(FILE)).unwrap();
        ledger.append(&entry(2), Some(&copy)).unwrap();
        std::fs::write(dir.path().join(FILE), &before).unwrap();
        let ledger = Ledger::open(dir.path()).unwrap();
        assert!(!ledger.is_copied(&copy).unwrap());
        ledger.take_from(&copy).unwrap();
        assert_eq!(ledger.read().unwrap(), [entry(1), entry(2)]);
        ledger.append(&entry(3), Some(&copy)).unwrap();
        assert!(ledger.is_copied(&copy).unwrap());
        // what says something else is kept
        std::fs::write(&copy, "another ledger\n").unwrap();
        ledger.take_from(&copy).unwrap();
        ledger.append(&entry(4), Some(&copy)).unwrap();
        assert!(ledger.is_copied(&copy).unwrap());
        assert_eq!(std::fs::read_to_string(dir.path().join("copy.other-1")).unwrap(), "another ledger\n");
    }

    #[test]
    fn two_programs_write_one_chain_and_the_copy_follows() {
        let dir = tempfile::tempdir().unwrap();
        let copy = dir.path().join("copy");
        let (a, b) = (Ledger::open(dir.path()).unwrap(), Ledger::open(dir.path()).unwrap());
        a.append(&entry(1), None).unwrap();
        b.append(&entry(2), Some(&copy)).unwrap();
        a.append(&entry(3), Some(&copy)).unwrap();
        assert_eq!(a.read().unwrap(), [entry(1), entry(2), entry(3)]);
        assert_eq!(std::fs::read(&copy).unwrap(), std::fs::read(dir.path().join(FILE)).unwrap());
    }
}
