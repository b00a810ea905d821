//! The engine: one home folder, one encrypted store, one command list. It holds the session (not enrolled, locked, open), runs commands by
//! name and raises one event per change. No window, no HTTP server, no thread of its own.

mod enrol;
mod media;
mod rounds;

use crate::commands;
use crate::env::{Env, HttpTransport, NetReply, SystemEnv, Told, Transport, WatchEnd};
use crate::error::{CoreError, Result};
use crate::jobs::Jobs;
use crate::store;
use crate::sync;
use crate::vault::{Vault, random, write_private};
use crate::wipe;
use crate::workspace::Identity;
use rusqlite::Connection;
use serde_json::Value as Json;
use shared_model::commands::{COMMANDS, Changed, Whoami};
use shared_model::wire::NodeOf;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

/// What surrounds an engine.
#[derive(Clone)]
pub struct EngineOptions {
    pub env: Arc<dyn Env>,
    pub transport: Arc<dyn Transport>,
    /// Keeps the store unlocked for this home in `HOME/unlocked` (0600) until `lock` or auto-lock: the command line only, never the shell.
    pub keeps_unlocked: bool,
    /// Locks after [`shared_model::limits::AUTO_LOCK_MS`] without a command.
    pub auto_lock: bool,
    /// The machine that this home is one of several accounts of.
    pub node: Option<NodeOf>,
}

impl EngineOptions {
    /// The machine's clock and network.
    pub fn system() -> Self {
        EngineOptions {
            env: Arc::new(SystemEnv),
            transport: Arc::new(HttpTransport::new()),
            keeps_unlocked: false,
            auto_lock: true,
            node: None,
        }
    }

    /// As the command line uses it.
    pub fn headless() -> Self {
        EngineOptions { keeps_unlocked: true, auto_lock: false, ..Self::system() }
    }
}

/// How long `HOME/unlocked` holds without use, ms.
const UNLOCKED_IDLE_MS: i64 = 60 * 60 * 1000;

/// An open store and who writes in it.
pub(crate) struct Open {
    pub db: Connection,
    /// Photos and recordings: `media/`.
    pub media: Connection,
    pub me: Identity,
    pub used_ms: i64,
    /// The order of the ledger that was asked for last.
    pub ledger: crate::commands::LedgerIndex,
    /// What the office's inbox holds, as it was last asked.
    pub inbox: Option<crate::commands::inbox::Kept>,
    /// Who looks like whom, once somebody has asked.
    pub alike: Option<crate::commands::same::Alike>,
    /// This opening of the store: work beside it ends with it.
    pub opened: Arc<()>,
}

impl Open {
    /// A store just opened, of which nothing was asked yet.
    fn new(db: Connection, media: Connection, me: Identity, used_ms: i64) -> Open {
        Open { db, media, me, used_ms, ledger: Default::default(), inbox: None, alike: None, opened: Arc::default() }
    }
}

/// A look at everybody that is under way beside; over when this is dropped.
pub(crate) struct Comparing(Engine);

impl Drop for Comparing {
    fn drop(&mut self) {
        self.0.0.is_comparing.store(false, Ordering::SeqCst);
    }
}

/// Keys made for an invite.
#[derive(Clone)]
struct Enrolling {
    token: String,
    secret: [u8; 32],
    nonce: [u8; 16],
}

type Listener = Box<dyn Fn(&Changed) + Send + Sync>;
type OutcomeListener = Box<dyn Fn(&sync::Outcome<'_>) + Send + Sync>;

struct Inner {
    home: PathBuf,
    options: EngineOptions,
    open: Mutex<Option<Open>>,
    syncing: Mutex<()>,
    /// Photos are on their way.
    sending: Mutex<()>,
    /// Everybody is being compared with everybody.
    comparing: Mutex<()>,
    is_comparing: AtomicBool,
    /// Long work that is asked about.
    jobs: Mutex<Jobs>,
    /// A thread of its own sees to photos.
    media_apart: AtomicBool,
    told: Mutex<sync::Told>,
    /// Keys of an enrolment whose answer did not come: the same invite is tried again with the same.
    enrolling: Mutex<Option<Enrolling>>,
    offline: AtomicBool,
    /// The last attempt found no server.
    unreachable: AtomicBool,
    /// What the last reply asked to wait, seconds; 0: nothing.
    retry_after_s: AtomicU64,
    listeners: Mutex<Vec<Listener>>,
    outcome_listeners: Mutex<Vec<OutcomeListener>>,
}

/// The app without a window. Cheap to clone.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

fn held<T>(m: &Mutex<T>) -> MutexGuard<'_, T> {
    // a command that panicked left its transaction rolled back: the store is whole, the lock may be taken again
    m.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Engine {
    /// Opens a home. A store that the command line left unlocked is opened with it.
    ///
    /// # Errors
    /// Of the file system.
    pub fn open(home: PathBuf, options: EngineOptions) -> Result<Engine> {
        fs::create_dir_all(&home)?;
        wipe::go_on(&home)?;
        let engine = Engine(Arc::new(Inner {
            home,
            options,
            open: Mutex::new(None),
            syncing: Mutex::new(()),
            sending: Mutex::new(()),
            comparing: Mutex::new(()),
            is_comparing: AtomicBool::new(false),
            jobs: Mutex::default(),
            media_apart: AtomicBool::new(false),
            told: Mutex::default(),
            enrolling: Mutex::new(None),
            offline: AtomicBool::new(false),
            unreachable: AtomicBool::new(false),
            retry_after_s: AtomicU64::new(0),
            listeners: Mutex::new(Vec::new()),
            outcome_listeners: Mutex::new(Vec::new()),
        }));
        if engine.0.options.keeps_unlocked {
            engine.open_unlocked()?;
        }
        Ok(engine)
    }

    /// The folder.
    pub fn home(&self) -> &Path {
        &self.0.home
    }

    /// Runs a command by name. Blocking.
    ///
    /// # Errors
    /// `unknown_command`, `invalid_args`, `locked`, or the command's own.
    pub fn call(&self, name: &str, args: Json) -> Result<Json> {
        let spec = COMMANDS
            .iter()
            .find(|c| c.name == name)
            .ok_or_else(|| CoreError::new("unknown_command", format!("没有「{name}」这个命令。")))?;
        let args = if args.is_null() { Json::Object(serde_json::Map::new()) } else { args };
        self.lock_if_idle();
        self.close_if_wiped();
        // what a screen asks by itself after a sync is no sign of a person
        if !matches!(name, "whoami" | "sync_status" | "sync_now" | "list_pending") {
            self.note_use();
        }
        commands::run(self, spec.name, args)
    }

    /// Adds a listener for changes.
    pub fn on_change(&self, listener: Listener) {
        held(&self.0.listeners).push(listener);
    }

    /// Adds a listener for how syncs end.
    pub(crate) fn on_outcome(&self, listener: OutcomeListener) {
        held(&self.0.outcome_listeners).push(listener);
    }

    /// May a stream go on? Not with a closed store, nor while this device is to be offline.
    pub(crate) fn may_listen(&self) -> bool {
        self.is_open() && !self.0.offline.load(Ordering::SeqCst)
    }

    /// Listens to the server's wake-ups until they end or `heard` says `false`.
    pub(crate) fn watch(&self, heard: &mut dyn FnMut(Told) -> bool) -> WatchEnd {
        let identity = self.with(|o| Ok((o.me.clone(), store::json_setting::<u64>(&o.db, "epoch")?.unwrap_or(0))));
        let Some((me, epoch)) = identity.ok().filter(|_| self.may_listen()) else { return WatchEnd::NoAnswer };
        let (path, nonce) = ("/v1/events", hex::encode(random::<16>(self.env())));
        let time = self.now_ms() + held(&self.0.told).skew_ms;
        let headers = sync::signed(&me, "GET", path, b"", time, &nonce, epoch);
        self.0.options.transport.watch(&me.server_url, path, &headers, heard)
    }

    /// Number of the last command written here; 0 for none.
    pub(crate) fn last_written(&self) -> Result<u64> {
        self.with(|o| Ok(o.db.prepare_cached("select coalesce(max(seq), 0) from command")?.query_row([], |r| r.get(0))?))
    }

    /// Is this head beyond what is here? A partition that was never heard of is.
    pub(crate) fn is_behind(&self, unit: &uuid::Uuid, class: shared_model::Class, head: u64) -> Result<bool> {
        use rusqlite::OptionalExtension;
        self.with(|o| {
            let mut q = o.db.prepare_cached("select seq from partition where unit = ?1 and class = ?2")?;
            let seq: Option<u64> = q.query_row(rusqlite::params![unit, class as u8], |r| r.get(0)).optional()?;
            Ok(seq.is_none_or(|seq| seq < head))
        })
    }

    /// A switch: while on, every request fails as without a network.
    pub fn set_offline(&self, offline: bool) {
        self.0.offline.store(offline, Ordering::SeqCst);
        self.raise(&Changed { kinds: vec!["sync".into()], ..Changed::default() });
    }

    /// Is the switch on, or did the last attempt find no server?
    pub fn is_offline(&self) -> bool {
        self.0.offline.load(Ordering::SeqCst) || self.0.unreachable.load(Ordering::SeqCst)
    }

    pub(crate) fn env(&self) -> &dyn Env {
        self.0.options.env.as_ref()
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.env().now_ms()
    }

    pub(crate) fn raise(&self, changed: &Changed) {
        if changed.kinds.is_empty() {
            return;
        }
        for l in held(&self.0.listeners).iter() {
            l(changed);
        }
    }

    /// One who compares at a time.
    pub(crate) fn comparing(&self) -> MutexGuard<'_, ()> {
        held(&self.0.comparing)
    }

    /// To be held while comparing beside; none while another one does.
    pub(crate) fn begin_comparing(&self) -> Option<Comparing> {
        (!self.0.is_comparing.swap(true, Ordering::SeqCst)).then(|| Comparing(self.clone()))
    }

    /// Is the store open, and still as it was opened then?
    pub(crate) fn is_open_as(&self, opened: &Arc<()>) -> bool {
        held(&self.0.open).as_ref().is_some_and(|o| Arc::ptr_eq(&o.opened, opened))
    }

    /// Runs with the long work of this engine.
    pub(crate) fn jobs<T>(&self, body: impl FnOnce(&mut Jobs) -> T) -> T {
        body(&mut held(&self.0.jobs))
    }

    /// Runs with the open store.
    pub(crate) fn with<T>(&self, body: impl FnOnce(&mut Open) -> Result<T>) -> Result<T> {
        let mut guard = held(&self.0.open);
        let open = guard.as_mut().ok_or_else(|| self.closed())?;
        body(open)
    }

    /// Why there is no open store.
    fn closed(&self) -> CoreError {
        if self.vault().exists() {
            CoreError::new("locked", "已锁。写下的都在，输入 PIN 打开。")
        } else {
            CoreError::new("locked", "这台设备还没有登记，请先用社区的邀请码登记。")
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        held(&self.0.open).is_some()
    }

    pub(crate) fn vault(&self) -> Vault {
        Vault::new(&self.0.home)
    }

    fn db_path(&self) -> PathBuf {
        self.0.home.join("gridwalk.db")
    }

    /// Bytes that the store takes on disk.
    pub(crate) fn store_bytes(&self) -> u64 {
        let of = |name: &str| fs::metadata(self.0.home.join(name)).map_or(0, |m| m.len());
        ["gridwalk.db", "gridwalk.db-wal", "media.db", "media.db-wal"].into_iter().map(of).sum()
    }

    fn unlocked_path(&self) -> PathBuf {
        self.0.home.join("unlocked")
    }

    fn open_store(&self, key: &[u8; 32]) -> Result<rusqlite::Connection> {
        let mut db = store::open(&self.db_path(), key)?;
        let env = self.0.options.env.clone();
        db.commit_hook(Some(move || {
            env.before_commit();
            false
        }))?;
        Ok(db)
    }

    /// What is left of an enrolment that was cut short is under a key that nobody has.
    fn new_media(&self, key: &[u8; 32]) -> Result<rusqlite::Connection> {
        for name in wipe::FILES.into_iter().filter(|name| name.starts_with("media.db")) {
            match fs::remove_file(self.0.home.join(name)) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e.into()),
                _ => {}
            }
        }
        self.open_media(key)
    }

    fn open_media(&self, key: &[u8; 32]) -> Result<rusqlite::Connection> {
        let mut db = crate::media::store::open(&self.0.home.join("media.db"), key)?;
        let env = self.0.options.env.clone();
        db.commit_hook(Some(move || {
            env.before_commit();
            false
        }))?;
        Ok(db)
    }

    fn open_with(&self, key: &[u8; 32]) -> Result<()> {
        let db = self.open_store(key)?;
        let media = self.open_media(key)?;
        let me: Identity =
            store::json_setting(&db, "identity")?.ok_or_else(|| CoreError::new("locked", "这份数据里没有登记，需要重新登记。"))?;
        *held(&self.0.open) = Some(Open::new(db, media, me, self.now_ms()));
        Ok(())
    }

    fn open_unlocked(&self) -> Result<()> {
        let path = self.unlocked_path();
        let Ok(text) = fs::read_to_string(&path) else { return Ok(()) };
        let mut parts = text.split_whitespace();
        let key = parts.next().and_then(|h| hex::decode(h).ok()).and_then(|b| <[u8; 32]>::try_from(b).ok());
        let used: i64 = parts.next().and_then(|n| n.parse().ok()).unwrap_or(0);
        let Some(key) = key.filter(|_| (self.now_ms() - used).abs() < UNLOCKED_IDLE_MS) else {
            fs::remove_file(&path)?;
            return Ok(());
        };
        self.open_with(&key)?;
        if self.now_ms() - used > 60_000 {
            self.keep_unlocked(&key)?;
        }
        Ok(())
    }

    fn keep_unlocked(&self, key: &[u8; 32]) -> Result<()> {
        if !self.0.options.keeps_unlocked {
            return Ok(());
        }
        write_private(&self.unlocked_path(), format!("{} {}", hex::encode(key), self.now_ms()).as_bytes())
    }

    fn note_use(&self) {
        let now = self.now_ms();
        if let Some(open) = held(&self.0.open).as_mut() {
            open.used_ms = now;
        }
    }

    /// Another program of this home may have obeyed an order to wipe.
    fn close_if_wiped(&self) {
        if self.is_open() && wipe::is_marked(&self.0.home) && !self.vault().exists() {
            *held(&self.0.open) = None;
        }
    }

    /// What is left of an earlier life of this home that was wiped.
    pub(crate) fn wiped(&self) -> Option<shared_model::commands::Wiped> {
        wipe::shown(&self.0.home)
    }

    /// Has the time without contact passed after which nothing is shown? `false` while locked.
    pub fn is_lease_over(&self) -> bool {
        let now = self.now_ms();
        // a store that cannot be asked cannot be read either
        self.with(|o| crate::lease::is_over(&o.db, now)).unwrap_or(false)
    }

    /// Closes the store when nobody used it for a while, and says so: a page that is open goes blank without asking for anything.
    pub(crate) fn lock_if_idle(&self) {
        if !self.0.options.auto_lock {
            return;
        }
        {
            let mut guard = held(&self.0.open);
            let idle = guard.as_ref().is_some_and(|o| self.now_ms() - o.used_ms > shared_model::limits::AUTO_LOCK_MS);
            if !idle {
                return;
            }
            *guard = None;
        }
        *held(&self.0.jobs) = Jobs::default();
        self.raise(&Changed { kinds: vec!["session".into()], ..Changed::default() });
    }

    /// Locks: closes the store and forgets its key.
    ///
    /// # Errors
    /// Of the file system.
    pub fn lock(&self) -> Result<()> {
        *held(&self.0.open) = None;
        *held(&self.0.jobs) = Jobs::default();
        match fs::remove_file(self.unlocked_path()) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e.into()),
            _ => {}
        }
        self.raise(&Changed { kinds: vec!["session".into()], ..Changed::default() });
        Ok(())
    }

    /// What may be said of a home to somebody who has not shown its PIN, whether its store is open for somebody else or not.
    pub fn at_the_door(&self) -> Whoami {
        let (enrolled, vault) = (self.vault().exists(), self.vault());
        let (tries_left, wiped) = (enrolled.then(|| vault.tries_left()), self.wiped().filter(|_| !enrolled));
        Whoami { enrolled, locked: enrolled, tries_left, wait_seconds: vault.wait_seconds(self.now_ms()), wiped, ..Whoami::default() }
    }

    /// Opens with the PIN. A store that is open already stays as it is; the digits must be right all the same.
    ///
    /// # Errors
    /// `locked` with the tries left.
    pub fn unlock(&self, pin: &str) -> Result<()> {
        let key = self.vault().open(self.env(), pin)?;
        if !self.is_open() {
            self.open_with(&key)?;
        }
        self.keep_unlocked(&key)?;
        self.raise(&Changed { kinds: vec!["session".into()], ..Changed::default() });
        Ok(())
    }

    /// Makes everything that derives from documents anew: search, walking order, due dates.
    ///
    /// # Errors
    /// `locked`, or of the store.
    pub fn reproject(&self) -> Result<()> {
        let now = self.now_ms();
        self.with(|o| {
            let tx = o.db.transaction()?;
            crate::project::reproject(&tx, now)?;
            Ok(tx.commit()?)
        })
    }

    fn post(&self, url: &str, path: &str, headers: &[(String, String)], body: &[u8]) -> std::result::Result<NetReply, ()> {
        if self.0.offline.load(Ordering::SeqCst) {
            return Err(());
        }
        let reply = self.0.options.transport.post(url, path, headers, body);
        self.0.unreachable.store(reply.is_err(), Ordering::SeqCst);
        self.0.retry_after_s.store(reply.as_ref().map_or(0, |r| r.retry_after_s.unwrap_or(0)), Ordering::SeqCst);
        reply
    }

    fn send(&self, method: &str, url: &str, path: &str, headers: &[(String, String)], body: &[u8]) -> std::result::Result<NetReply, ()> {
        if self.0.offline.load(Ordering::SeqCst) { Err(()) } else { self.0.options.transport.send(method, url, path, headers, body) }
    }
}
