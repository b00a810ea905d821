//! SQLite behind the server: the only place that speaks SQL. One module a noun, small functions, no decisions: another database can
//! take the same contract later.
//!
//! WAL and `synchronous = full`: a verdict lets a phone forget, so it must be on disk before it is sent. Writes go through one connection
//! and `begin immediate`; reads have connections of their own and one transaction each, so that grants, pages, heads and digests of a
//! reply belong together.

pub mod alarms;
pub mod audit;
pub mod bundles;
pub mod commands;
pub mod devices;
pub mod documents;
pub mod epochs;
pub mod erasures;
pub mod invites;
pub mod media;
pub mod people;
pub mod policy;
pub mod refused;
pub mod shares;
pub mod units;

use crate::error::Error;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

const MIGRATIONS: &[&str] = &[include_str!("../../migrations/0001_base.sql")];
/// How long a write waits for another program (the `invite` command beside `serve`), milliseconds.
const BUSY_WAIT_MS: u64 = 10_000;
/// Idle read connections that are kept.
const READERS_MAX: usize = 8;
/// Prepared statements kept by a connection.
const STATEMENTS_MAX: usize = 128;

/// The database of one data folder.
pub struct Store {
    path: PathBuf,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

impl Store {
    /// Opens (`make`: or makes) the database and brings its schema up to date.
    pub fn open(path: &Path, make: bool) -> Result<Self, Error> {
        let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        flags.set(OpenFlags::SQLITE_OPEN_CREATE, make);
        let writer = connect(path, flags)?;
        migrate(&writer)?;
        Ok(Store { path: path.to_owned(), writer: Mutex::new(writer), readers: Mutex::new(Vec::new()) })
    }

    /// Calls `before` ahead of every commit.
    pub fn on_commit(&self, before: impl Fn() + Send + 'static) -> Result<(), Error> {
        let hook = move || {
            before();
            false
        };
        Ok(lock(&self.writer).commit_hook(Some(hook))?)
    }

    /// Runs `f` in one write transaction; committed when it returns `Ok`, rolled back otherwise and when it panics.
    pub fn write<T, E: From<Error>>(&self, f: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E> {
        let db = lock(&self.writer);
        in_transaction(&db, "begin immediate", f)
    }

    /// Takes what was deleted out of the log of the database too. While somebody reads it stays for a moment: asked again with the next
    /// erasure, the next compaction and the next start.
    pub fn truncate_wal(&self) {
        let db = lock(&self.writer);
        let busy = db.query_row("pragma wal_checkpoint(truncate)", [], |r| r.get::<_, i64>(0));
        if !matches!(busy, Ok(0)) {
            tracing::warn!("the log of the database could not be emptied yet");
        }
    }

    /// Runs `f` in one read transaction.
    pub fn read<T, E: From<Error>>(&self, f: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E> {
        let kept = lock(&self.readers).pop();
        let db = match kept {
            Some(db) => db,
            None => connect(&self.path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?,
        };
        let out = in_transaction(&db, "begin", f);
        let mut readers = lock(&self.readers);
        if readers.len() < READERS_MAX {
            readers.push(db);
        }
        out
    }

    /// Copies the whole database as of this moment into a new file, beside whatever is being written.
    pub fn copy_into(&self, path: &Path) -> Result<(), Error> {
        let text = path.to_str().ok_or_else(|| Error::setup("invalid_args", "文件夹的名字不是文字"))?;
        connect(&self.path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?.execute("vacuum into ?1", [text])?;
        Ok(())
    }

    /// A connection of its own that sees whether others wrote.
    pub fn observer(&self) -> Result<Observer, Error> {
        Ok(Observer { db: connect(&self.path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)? })
    }

    /// Lets the database grow to so many bytes and no further; `None`: as far as the disk goes.
    pub fn limit(&self, bytes: Option<u64>) -> Result<(), Error> {
        let db = lock(&self.writer);
        let page: i64 = db.query_row("pragma page_size", [], |r| r.get(0))?;
        let pages = bytes.map_or(i64::from(u32::MAX) - 1, |bytes| int(bytes) / page.max(1));
        db.query_row(&format!("pragma max_page_count = {pages}"), [], |_| Ok(()))?;
        Ok(())
    }

    /// Moves the write-ahead log into the database and empties it, as far as no other program reads.
    pub fn checkpoint(&self) -> Result<(), Error> {
        let db = lock(&self.writer);
        lock(&self.readers).clear();
        db.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))?;
        Ok(())
    }
}

/// Opens a copy that nobody else uses: one file, without a side file.
pub fn open_copy(path: &Path) -> Result<Connection, Error> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.pragma_update(None, "journal_mode", "delete")?;
    db.pragma_update(None, "synchronous", "full")?;
    db.pragma_update(None, "foreign_keys", true)?;
    db.pragma_update(None, "secure_delete", true)?;
    db.pragma_update(None, "trusted_schema", false)?;
    Ok(db)
}

/// Runs `f` in one transaction of a copy.
pub fn in_copy<T, E: From<Error>>(db: &Connection, f: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E> {
    in_transaction(db, "begin immediate", f)
}

/// Sees whether the database was written.
pub struct Observer {
    db: Connection,
}

impl Observer {
    /// Another number than before when another connection, of whichever program, has committed since.
    ///
    /// # Errors
    /// Of the database.
    pub fn version(&self) -> Result<i64, Error> {
        Ok(self.db.query_row("pragma data_version", [], |r| r.get(0))?)
    }
}

/// A panic inside a transaction rolls it back, so the data behind a poisoned lock is sound.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Rollback<'a>(&'a Connection, bool);

impl Drop for Rollback<'_> {
    fn drop(&mut self) {
        if self.1 {
            // Nothing more can be done here; the connection refuses the next `begin` if this failed, and says so.
            let _ = self.0.execute_batch("rollback");
        }
    }
}

fn in_transaction<T, E: From<Error>>(db: &Connection, begin: &str, f: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E> {
    db.execute_batch(begin).map_err(Error::from)?;
    let mut open = Rollback(db, true);
    let out = f(db)?;
    db.execute_batch("commit").map_err(Error::from)?;
    open.1 = false;
    Ok(out)
}

/// Runs `f` so that its writes vanish when it fails, while the transaction around it goes on.
pub fn in_savepoint<T, E: From<Error>>(db: &Connection, f: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    db.execute_batch("savepoint part").map_err(Error::from)?;
    match f() {
        Ok(out) => {
            db.execute_batch("release part").map_err(Error::from)?;
            Ok(out)
        }
        // A full disk may end the whole transaction by itself; then there is nothing to go back to, and `e` says why.
        Err(e) if db.is_autocommit() => Err(e),
        Err(e) => {
            db.execute_batch("rollback to part; release part").map_err(Error::from)?;
            Err(e)
        }
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, Error> {
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(Duration::from_millis(BUSY_WAIT_MS))?;
    db.pragma_update(None, "journal_mode", "wal")?;
    db.pragma_update(None, "synchronous", "full")?;
    db.pragma_update(None, "foreign_keys", true)?;
    db.pragma_update(None, "secure_delete", true)?;
    db.pragma_update(None, "trusted_schema", false)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(db)
}

fn migrate(db: &Connection) -> Result<(), Error> {
    let known = MIGRATIONS.len();
    let version = |db: &Connection| db.query_row("pragma user_version", [], |r| r.get::<_, i64>(0));
    if usize::try_from(version(db)?).ok() == Some(known) {
        return Ok(());
    }
    in_transaction(db, "begin immediate", |db| {
        let done = usize::try_from(version(db)?).unwrap_or(usize::MAX);
        if done > known {
            return Err(Error::Newer);
        }
        for sql in &MIGRATIONS[done..] {
            db.execute_batch(sql)?;
        }
        db.pragma_update(None, "user_version", i64::try_from(known).unwrap_or(i64::MAX))?;
        Ok(())
    })
}

/// Sequence numbers and counters are dense from 1 and never come near the sign bit; what is beyond it fits no row.
pub fn int(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// The reverse of [`int`].
pub fn uint(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

/// A setting of the deployment.
pub fn get_meta(db: &Connection, key: &str) -> Result<Option<String>, Error> {
    use rusqlite::OptionalExtension;
    Ok(db.prepare_cached("select value from meta where key = ?1")?.query_row([key], |r| r.get(0)).optional()?)
}

/// Sets it.
pub fn set_meta(db: &Connection, key: &str, value: &str) -> Result<(), Error> {
    db.prepare_cached("insert into meta (key, value) values (?1, ?2) on conflict (key) do update set value = excluded.value")?
        .execute([key, value])?;
    Ok(())
}

/// Forgets a setting.
pub fn drop_meta(db: &Connection, key: &str) -> Result<(), Error> {
    db.prepare_cached("delete from meta where key = ?1")?.execute([key])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_on_disk_before_it_is_answered() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("x.db"), true).unwrap();
        let pragma =
            |db: &Connection, name: &str| db.query_row(&format!("pragma {name}"), [], |r| r.get::<_, rusqlite::types::Value>(0)).unwrap();
        let check = |db: &Connection| {
            assert_eq!(pragma(db, "synchronous"), rusqlite::types::Value::Integer(2), "full");
            assert_eq!(pragma(db, "journal_mode"), rusqlite::types::Value::Text("wal".into()));
            assert_eq!(pragma(db, "foreign_keys"), rusqlite::types::Value::Integer(1));
            Ok::<_, Error>(())
        };
        store.write(check).unwrap();
        store.read(check).unwrap();
    }

    #[test]
    fn what_fails_or_panics_is_rolled_back() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("x.db"), true).unwrap();
        let failed: Result<(), Error> = store.write(|db| {
            set_meta(db, "a", "1")?;
            Err(Error::Damaged("on purpose"))
        });
        assert!(failed.is_err());
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            store.write(|db| -> Result<(), Error> {
                set_meta(db, "a", "1")?;
                panic!("on purpose")
            })
        }));
        assert!(panicked.is_err());
        assert_eq!(store.read(|db| get_meta(db, "a")).unwrap(), None);
        store.write(|db| set_meta(db, "a", "2")).unwrap();
    }

    #[test]
    fn data_of_a_newer_program_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.db");
        let store = Store::open(&path, true).unwrap();
        store.write(|db| db.pragma_update(None, "user_version", 99).map_err(Error::from)).unwrap();
        assert!(matches!(Store::open(&path, false), Err(Error::Newer)));
    }
}
