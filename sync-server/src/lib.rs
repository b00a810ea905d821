//! The sync server: partitions, grants, verdicts. `Server` is a plain synchronous object without clock, randomness or async of its own, so
//! that a whole world of devices and a server can run in one process; the program wraps it in HTTP (`main.rs`).
//!
//! Start at `sync.rs` (one request: push, then pull), then `push/` (the gate and what an accepted command writes) and `pull/` (pages,
//! bundles, digests). SQL lives in `store/` only. The rules are those of the shared model; the order of judging is written down in `push/`.

mod audit;
mod auth;
mod backup;
mod body;
mod closing;
mod compare;
mod directory;
mod enrol;
mod epoch;
mod erase;
mod error;
mod events;
mod grants;
mod history;
mod keys;
mod ledger;
mod media;
mod memberships;
mod metrics;
mod offer;
mod pull;
mod push;
mod refused;
mod restore;
mod server_writes;
mod setup;
mod shape;
mod sharing;
mod status;
mod store;
mod sync;
mod tree;

pub use audit::Chain as AuditChain;
pub use backup::{Last as LastBackup, Manifest};
pub use body::CONTENT_TYPE;
pub use error::Error;
pub use events::{Wake, Watch};
pub use metrics::{Metrics, method_name, route_name};
pub use restore::{Restored, lock_folder, restore};
pub use setup::Invited;
pub use status::{Status, is_serving};
pub use store::Observer;

use auth::Nonces;
use error::Fault;
use keys::Keys;
use ledger::Ledger;
use shared_model::Role;
use shared_model::devices::RevokeReason;
use shared_model::wire::{ErrorReply, time_text};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use store::{Store, lock};
use tree::Tree;
use uuid::Uuid;

/// `/readyz` writes at most this often, milliseconds.
const PROBE_EVERY_MS: i64 = 5_000;
/// A server that found its disk full says so for this long, milliseconds.
const FULL_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 3600 * 1000;

/// What the server needs from the outside.
pub trait Env: Send + Sync {
    /// Unix milliseconds.
    fn now_ms(&self) -> i64;
    /// Fills with unpredictable bytes.
    fn fill_random(&self, bytes: &mut [u8]);
    /// Called before every commit. A simulation takes here what lies on the disk: the power may go at any moment.
    fn before_commit(&self) {}
}

/// The machine's clock and its source of randomness.
pub struct SystemEnv;

impl Env for SystemEnv {
    fn now_ms(&self) -> i64 {
        chrono::Utc::now().timestamp_millis()
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        rand::RngCore::fill_bytes(&mut rand::rngs::OsRng, bytes);
    }
}

/// An HTTP answer.
#[derive(Debug, Clone)]
pub struct Response {
    pub status: u16,
    pub content_type: &'static str,
    pub body: Vec<u8>,
    /// More headers, names in lower case.
    pub headers: Vec<(&'static str, String)>,
}

/// The server of one data folder. Cheap to clone; all clones are the same server.
#[derive(Clone)]
pub struct Server {
    inner: Arc<Inner>,
}

struct Inner {
    dir: PathBuf,
    store: Store,
    keys: Keys,
    ledger: Ledger,
    /// Photos and recordings.
    blobs: media::Blobs,
    env: Arc<dyn Env>,
    nonces: Mutex<Nonces>,
    tree: Mutex<Arc<Tree>>,
    wakes: Mutex<Vec<events::Listener>>,
    metrics: Metrics,
    /// When the database was last written for `/readyz`, and whether that worked.
    probe: Mutex<Option<(i64, bool)>>,
    /// When a write last found the disk full.
    full_at: AtomicI64,
    /// The last time of receipt that was given.
    received_ms: AtomicI64,
}

impl Server {
    /// Opens a data folder that `init` made.
    pub fn open(data_dir: &Path, env: Arc<dyn Env>) -> Result<Self, Error> {
        Self::open_file(data_dir, "server.db", env)
    }

    fn open_file(data_dir: &Path, file: &str, env: Arc<dyn Env>) -> Result<Self, Error> {
        let path = data_dir.join(file);
        if !path.exists() {
            return Err(Error::setup("not_initialised", format!("{} 里没有服务器数据，先运行 init", data_dir.display())));
        }
        let store = Store::open(&path, false)?;
        let before = env.clone();
        store.on_commit(move || before.before_commit())?;
        let keys = Keys::load(data_dir)?;
        let (nonces, tree) =
            store.read(|db| Ok::<_, Error>((Nonces::new(store::devices::nonces(db)?), Arc::new(store::units::load(db)?))))?;
        let ledger = Ledger::open(data_dir)?;
        if let Some(copy) = store.read(|db| store::get_meta(db, ledger::COPY))? {
            ledger.take_from(Path::new(&copy))?;
        }
        let inner = Inner {
            dir: data_dir.to_owned(),
            store,
            keys,
            ledger,
            blobs: media::Blobs::of(data_dir),
            env,
            nonces: Mutex::new(nonces),
            tree: Mutex::new(tree),
            wakes: Mutex::new(Vec::new()),
            metrics: Metrics::default(),
            probe: Mutex::new(None),
            full_at: AtomicI64::new(i64::MIN),
            received_ms: AtomicI64::new(0),
        };
        ledger::replay(&inner)?;
        inner.store.truncate_wal();
        Ok(Server { inner: Arc::new(inner) })
    }

    /// Makes the data folder: keys, first epoch, the units of the table `units_csv` (header `code,parent,kind,name`).
    pub fn init(data_dir: &Path, units_csv: &[u8], url: &str, env: Arc<dyn Env>) -> Result<Self, Error> {
        setup::init(data_dir, units_csv, url, env)
    }

    /// Makes an invite for a person. `unit` is a code or an id.
    pub fn invite(&self, role: Role, unit: &str, name: &str, auto_confirm: bool) -> Result<Invited, Error> {
        setup::invite(&self.inner, role, unit, name, auto_confirm)
    }

    /// Ends a device: effective at its next request. Returns whether it was known.
    pub fn revoke(&self, device: &Uuid, reason: RevokeReason) -> Result<bool, Error> {
        setup::revoke(&self.inner, device, reason)
    }

    /// Ends a person's role at a unit; their devices write under the next policy stamp.
    pub fn end_membership(&self, name: &str, role: Role, unit: &str) -> Result<bool, Error> {
        setup::end_membership(&self.inner, name, role, unit)
    }

    /// Gives a person who already has `role` at `unit` a further role at another unit.
    pub fn add_membership(&self, name: &str, role: Role, unit: &str, more: Role, at: &str) -> Result<bool, Error> {
        setup::add_membership(&self.inner, name, role, unit, more, at)
    }

    /// How the server is, in words. `is_serving`: some program serves this folder.
    pub fn status(&self, is_serving: bool) -> Result<Status, Error> {
        status::look(self, is_serving)
    }

    /// Takes changes out of the logs that were received longer ago than `keep_ms`; whoever stands before them begins with a bundle and ends
    /// with the same. Purges, unshares and the archive stay. Returns how many rows lost their body.
    pub fn compact(&self, keep_ms: i64) -> Result<u64, Error> {
        pull::compact(&self.inner, keep_ms)
    }

    /// Has a day passed since the last compaction?
    pub fn is_compaction_due(&self) -> Result<bool, Error> {
        pull::is_compaction_due(&self.inner)
    }

    /// Takes out the photos and recordings that no record names and the uploads that nobody went on with.
    ///
    /// # Errors
    /// Of the database or the folder.
    pub fn collect_media(&self) -> Result<(), Error> {
        media::collect(&self.inner)
    }

    /// Every digest computed again from the documents, against what is stored: `true` when all agree.
    pub fn digests_hold(&self) -> Result<bool, Error> {
        self.inner.store.read(pull::digests_hold)
    }

    /// Answers one request. Never panics.
    pub fn handle(&self, method: &str, path: &str, headers: &[(String, String)], body: &[u8]) -> Response {
        self.handle_from(method, path, headers, body).0
    }

    /// The same, with the device that proved to be the sender.
    pub fn handle_from(&self, method: &str, path: &str, headers: &[(String, String)], body: &[u8]) -> (Response, Option<Uuid>) {
        let sender = Cell::new(None);
        let answered = catch_unwind(AssertUnwindSafe(|| self.route(method, path, headers, body, &sender)));
        let response = match answered {
            Ok(Ok(response)) => response,
            Ok(Err(fault)) => self.fault(method, path, fault),
            Err(_) => {
                tracing::error!(route = route_name(path), "a request panicked");
                self.fault(method, path, Fault::new(500, "server_error", "服务器内部出错，请稍后再试"))
            }
        };
        (response, sender.get())
    }

    /// A refusal in the form of every other.
    pub fn refusal(&self, status: u16, code: &'static str, message: &'static str) -> Response {
        self.fault("", "", Fault::new(status, code, message))
    }

    fn route(
        &self,
        method: &str,
        path: &str,
        headers: &[(String, String)],
        body: &[u8],
        sender: &Cell<Option<Uuid>>,
    ) -> Result<Response, Fault> {
        let inner = &*self.inner;
        let checked = || {
            memberships::settle_terms(inner)?;
            let caller = auth::check(inner, method, &shared_model::media::signed_path(path, headers), headers, body)?;
            sender.set(Some(caller.device.id));
            Ok::<_, Fault>(caller)
        };
        let signed = || checked().and_then(auth::only_open);
        let body = match (method, path) {
            ("GET", "/healthz" | "/readyz" | "/metrics") => return self.watched(path),
            ("OPTIONS", media::PATH) => return Ok(media::options()),
            _ if path == media::PATH || path.starts_with("/v1/media/") => {
                let caller = signed()?;
                return media::answer(inner, &caller, &media::Asked { method, path, headers, body });
            }
            ("POST", "/v1/enrol") => body::write(&enrol::enrol(inner, &body::read(body)?)?),
            ("POST", "/v1/wiped") => body::write(&closing::wiped(inner, &body::read(body)?)?),
            ("POST", "/v1/sync") => {
                let caller = checked()?;
                body::write(&sync::sync(inner, &caller, &body::read(body)?)?)
            }
            ("POST", "/v1/history") => {
                let caller = signed()?;
                body::write(&history::history(inner, &caller, &body::read(body)?)?)
            }
            ("POST", "/v1/offer") => {
                let caller = checked()?;
                body::write(&offer::offer(inner, &caller, &body::read(body)?)?)
            }
            ("POST", "/v1/compare") => {
                let caller = signed()?;
                body::write(&compare::compare(inner, &caller, &body::read(body)?)?)
            }
            ("POST", "/v1/salvage") => {
                let caller = signed()?;
                body::write(&compare::salvage(inner, &caller, &body::read(body)?)?)
            }
            ("POST", "/v1/invite") => {
                let caller = signed()?;
                body::write(&enrol::invite(inner, &caller, &body::read(body)?)?)
            }
            _ => return Err(Fault::new(404, "not_found", "没有这个地址")),
        };
        Ok(Response { status: 200, content_type: CONTENT_TYPE, body, headers: Vec::new() })
    }

    /// `/healthz`: the program runs. `/readyz`: the database answers and can be written. `/metrics`: what is counted.
    fn watched(&self, path: &str) -> Result<Response, Fault> {
        let body = match path {
            "/readyz" if !self.is_writable() => return Err(Fault::new(503, "busy", "数据库现在写不了，服务器只能读")),
            "/metrics" => metrics::text(&self.inner)?,
            _ => "ok\n".to_owned(),
        };
        Ok(Response { status: 200, content_type: "text/plain; version=0.0.4; charset=utf-8", body: body.into_bytes(), headers: Vec::new() })
    }

    /// Writes and commits a row, at most every few seconds; while that goes on others are told what came of it the last time. A row fits where
    /// a push did not, so that a push that found the disk full counts, too.
    fn is_writable(&self) -> bool {
        let now_ms = self.inner.env.now_ms();
        if now_ms.saturating_sub(self.inner.full_at.load(Ordering::Relaxed)).saturating_abs() < FULL_MS {
            return false;
        }
        let Ok(mut probe) = self.inner.probe.try_lock() else { return true };
        match *probe {
            Some((at, written)) if (now_ms - at).abs() < PROBE_EVERY_MS => written,
            _ => {
                let wrote = self.inner.store.write(|db| store::set_meta(db, "probed_at", &now_ms.to_string()));
                if let Err(cause) = &wrote {
                    tracing::error!(%cause, "the database cannot be written");
                }
                *probe = Some((now_ms, wrote.is_ok()));
                wrote.is_ok()
            }
        }
    }

    fn fault(&self, method: &str, path: &str, fault: Fault) -> Response {
        let (method, route) = (method_name(method), route_name(path));
        match &fault.cause {
            Some(cause) => {
                self.inner.note_full(cause);
                tracing::error!(method, route, code = fault.code, %cause, "refused");
            }
            None => tracing::info!(method, route, status = fault.status, code = fault.code, "refused"),
        }
        let time = self.inner.env.now_ms();
        let signature = fault.skew_nonce.as_ref().map(|nonce| self.inner.keys.sign(&time_text(time, nonce)).into());
        let reply = ErrorReply { code: fault.code.to_owned(), message: fault.message.into_owned(), time, signature, wipe: fault.wipe };
        Response { status: fault.status, content_type: CONTENT_TYPE, body: body::write(&reply), headers: Vec::new() }
    }

    /// What is counted; the program counts what it sees of requests here.
    pub fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    /// Sees whether the database was written, by whichever program.
    ///
    /// # Errors
    /// Of the database.
    pub fn observer(&self) -> Result<Observer, Error> {
        self.inner.store.observer()
    }

    /// Lets the database grow to so many bytes and no further, so that there is room left for backups and the log; `None`: as far as the disk
    /// goes. Beyond it the server answers 507 to what would be written and goes on answering what is only read.
    ///
    /// # Errors
    /// Of the database.
    pub fn limit_database(&self, bytes: Option<u64>) -> Result<(), Error> {
        self.inner.store.limit(bytes)
    }

    /// Moves everything into the one database file. For the end of the program.
    ///
    /// # Errors
    /// Of the database.
    pub fn checkpoint(&self) -> Result<(), Error> {
        self.inner.store.checkpoint()
    }

    /// Folder of the data, for the program's lock file.
    pub fn data_dir(&self) -> &Path {
        &self.inner.dir
    }
}

impl Inner {
    /// Remembers that there was no room.
    fn note_full(&self, cause: &Error) {
        if cause.code() == "disk_full" {
            self.full_at.store(self.env.now_ms(), Ordering::Relaxed);
        }
    }

    /// The tree as of this transaction; kept until a unit is made.
    fn tree(&self, db: &rusqlite::Connection) -> Result<Arc<Tree>, Error> {
        let version = store::units::version(db)?;
        let kept = lock(&self.tree).clone();
        if kept.version == version { Ok(kept) } else { Ok(Arc::new(store::units::load(db)?)) }
    }

    /// Keeps a tree that was read or committed.
    fn keep_tree(&self, tree: &Arc<Tree>) {
        let mut kept = lock(&self.tree);
        if kept.version < tree.version {
            *kept = tree.clone();
        }
    }

    /// The time of receipt of a push: that of the clock, but later than of any push before, so that what somebody saw is always older than
    /// what they then did. The fold of a case orders by it.
    fn receipt_ms(&self, commands: usize) -> i64 {
        let now = self.env.now_ms();
        if commands == 0 {
            return now;
        }
        let last = self.received_ms.load(Ordering::Relaxed);
        // a clock that was set back by more than a day is believed
        let at = if last - now > DAY_MS { now } else { now.max(last + 1) };
        self.received_ms.store(at, Ordering::Relaxed);
        at
    }

    /// A new id, in order of time.
    fn new_id(&self) -> Uuid {
        let mut random = [0; 10];
        self.env.fill_random(&mut random);
        let now = u64::try_from(self.env.now_ms()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(now, &random).into_uuid()
    }
}
