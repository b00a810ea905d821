//! The sync server: partitions, grants, verdicts. `Server` is a plain synchronous object without clock, randomness or async of its own, so
//! that a whole world of devices and a server can run in one process; the program wraps it in HTTP (`main.rs`).
//!
//! Start at `sync.rs` (one request: push, then pull), then `push/` (the gate and what an accepted command writes) and `pull/` (pages,
//! bundles, digests). SQL lives in `store/` only. The rules are those of the shared model; the order of judging is written down in `push/`.

mod auth;
mod body;
mod directory;
mod enrol;
mod error;
mod events;
mod grants;
mod history;
mod keys;
mod pull;
mod push;
mod refused;
mod server_writes;
mod setup;
mod store;
mod sync;
mod tree;

pub use body::CONTENT_TYPE;
pub use error::Error;
pub use events::{Wake, Watch};
pub use setup::Invited;

use auth::Nonces;
use error::Fault;
use keys::Keys;
use shared_model::Role;
use shared_model::wire::{ErrorReply, time_text};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use store::{Store, lock};
use tree::Tree;
use uuid::Uuid;

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
    env: Arc<dyn Env>,
    nonces: Mutex<Nonces>,
    tree: Mutex<Arc<Tree>>,
    wakes: Mutex<Vec<events::Listener>>,
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
        let inner = Inner {
            dir: data_dir.to_owned(),
            store,
            keys,
            env,
            nonces: Mutex::new(nonces),
            tree: Mutex::new(tree),
            wakes: Mutex::new(Vec::new()),
        };
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
    pub fn revoke(&self, device: &Uuid) -> Result<bool, Error> {
        setup::revoke(&self.inner, device)
    }

    /// Ends a person's role at a unit; their devices write under the next policy stamp.
    pub fn end_membership(&self, name: &str, role: Role, unit: &str) -> Result<bool, Error> {
        setup::end_membership(&self.inner, name, role, unit)
    }

    /// Gives a person who already has `role` at `unit` a further role at another unit.
    pub fn add_membership(&self, name: &str, role: Role, unit: &str, more: Role, at: &str) -> Result<bool, Error> {
        setup::add_membership(&self.inner, name, role, unit, more, at)
    }

    /// The state of the folder in words.
    pub fn status(&self) -> Result<String, Error> {
        setup::status(&self.inner)
    }

    /// Every digest computed again from the documents, against what is stored: `true` when all agree.
    pub fn digests_hold(&self) -> Result<bool, Error> {
        pull::digests_hold(&self.inner)
    }

    /// Answers one request. Never panics.
    pub fn handle(&self, method: &str, path: &str, headers: &[(String, String)], body: &[u8]) -> Response {
        let answered = catch_unwind(AssertUnwindSafe(|| self.route(method, path, headers, body)));
        match answered {
            Ok(Ok(response)) => response,
            Ok(Err(fault)) => self.fault(method, path, fault),
            Err(_) => {
                tracing::error!(method, path, "a request panicked");
                self.fault(method, path, Fault::new(500, "server_error", "服务器内部出错，请稍后再试"))
            }
        }
    }

    fn route(&self, method: &str, path: &str, headers: &[(String, String)], body: &[u8]) -> Result<Response, Fault> {
        let inner = &*self.inner;
        let signed = || auth::check(inner, method, path, headers, body);
        let body = match (method, path) {
            ("GET", "/healthz" | "/readyz") => return self.ready(path),
            ("POST", "/v1/enrol") => body::write(&enrol::enrol(inner, &body::read(body)?)?),
            ("POST", "/v1/sync") => {
                let caller = signed()?;
                body::write(&sync::sync(inner, &caller, &body::read(body)?)?)
            }
            ("POST", "/v1/history") => {
                let caller = signed()?;
                body::write(&history::history(inner, &caller, &body::read(body)?)?)
            }
            ("POST", "/v1/invite") => {
                let caller = signed()?;
                body::write(&enrol::invite(inner, &caller, &body::read(body)?)?)
            }
            _ => return Err(Fault::new(404, "not_found", "没有这个地址")),
        };
        Ok(Response { status: 200, content_type: CONTENT_TYPE, body })
    }

    /// `/healthz`: the program runs. `/readyz`: the database answers.
    fn ready(&self, path: &str) -> Result<Response, Fault> {
        if path == "/readyz" {
            self.inner.store.read(|db| store::epochs::current(db).map_err(Fault::from))?;
        }
        Ok(Response { status: 200, content_type: "text/plain; charset=utf-8", body: b"ok\n".to_vec() })
    }

    fn fault(&self, method: &str, path: &str, fault: Fault) -> Response {
        match &fault.cause {
            Some(cause) => tracing::error!(method, path, code = fault.code, %cause, "refused"),
            None => tracing::info!(method, path, status = fault.status, code = fault.code, "refused"),
        }
        let time = self.inner.env.now_ms();
        let signature = fault.skew_nonce.as_ref().map(|nonce| self.inner.keys.sign(&time_text(time, nonce)).into());
        let reply = ErrorReply { code: fault.code.to_owned(), message: fault.message.into_owned(), time, signature };
        Response { status: fault.status, content_type: CONTENT_TYPE, body: body::write(&reply) }
    }

    /// Folder of the data, for the program's lock file.
    pub fn data_dir(&self) -> &Path {
        &self.inner.dir
    }
}

impl Inner {
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

    /// A new id, in order of time.
    fn new_id(&self) -> Uuid {
        let mut random = [0; 10];
        self.env.fill_random(&mut random);
        let now = u64::try_from(self.env.now_ms()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(now, &random).into_uuid()
    }
}
