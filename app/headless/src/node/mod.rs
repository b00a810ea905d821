//! A node: one machine with named accounts. Each account is an enrolment of its own (`account.rs`), so every command is signed by its account and
//! judged by that account's membership, and a store holds what its account is granted and nothing else. A session (`session.rs`) is a browser in
//! which the PIN of one account was shown; the store of an account is open while one of its sessions is.

mod account;
mod session;

pub use session::Key;

use crate::failure::{Outcome, fail, of_core, of_io};
use crate::limits::REMOVED_KEPT;
use crate::log;
use account::Account;
use app_core::EngineOptions;
use rand::RngCore;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use session::Sessions;
use shared_model::commands::{NodeWho, Whoami};
use shared_model::limits::{NODE_ACCOUNTS_MAX, NODE_NAME_CHARS_MAX};
use shared_model::wire::NodeOf;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{broadcast, watch};

const ABOUT: &str = "node.json";
/// An enrolment that is not over after this long was cut short.
const CUT_SHORT: Duration = Duration::from_secs(3600);
/// Name of a machine to which nobody gave one.
const UNNAMED: &str = "共用电脑";
/// What a page asks by itself is no sign of a person.
const UNASKED: [&str; 4] = ["whoami", "sync_status", "sync_now", "list_pending"];

/// What the folder says of the machine.
#[derive(Serialize, Deserialize)]
struct About {
    id: uuid::Uuid,
    name: String,
    /// Accounts that were taken off, newest last.
    #[serde(default)]
    removed: Vec<Removed>,
}

/// An account that was taken off, for whoever asks later.
#[derive(Serialize, Deserialize)]
struct Removed {
    name: String,
    at: i64,
    /// Not handed over by then; null: nobody could look.
    unsent: Option<u64>,
    reason: String,
}

/// The machine with its accounts and sessions.
pub struct Node {
    home: PathBuf,
    options: EngineOptions,
    about: Mutex<About>,
    accounts: Mutex<BTreeMap<String, Arc<Account>>>,
    sessions: Mutex<Sessions>,
    /// An enrolment whose answer did not come is tried again with the same keys. One at a time.
    coming: Mutex<Option<Arc<Account>>>,
    /// Those taken off: an engine's HTTP client may not be dropped inside the runtime.
    gone: Mutex<Vec<Arc<Account>>>,
    /// Goes up whenever somebody signs in or out: pages without a session look again.
    turned: watch::Sender<u32>,
}

fn held<T>(m: &Mutex<T>) -> MutexGuard<'_, T> {
    m.lock().unwrap_or_else(PoisonError::into_inner)
}

fn locked() -> shared_model::commands::Failure {
    fail("locked", "已锁。写下的都在，输入 PIN 打开。")
}

impl Node {
    /// Is this folder one?
    pub fn is_at(home: &Path) -> bool {
        home.join(ABOUT).is_file()
    }

    /// Opens a node, or makes one where there is none. All accounts are locked.
    ///
    /// # Errors
    /// `invalid_args` for the home of one person or a bad name, or of the file system.
    pub fn open(home: &Path, name: Option<&str>, options: EngineOptions) -> Outcome<Arc<Node>> {
        if home.join("seal.json").exists() {
            return Err(fail("invalid_args", "这个文件夹是一个人的设备，不能再当共用电脑。请另给一个文件夹。"));
        }
        let name = name.map(str::trim).filter(|n| !n.is_empty());
        if name.is_some_and(|n| n.chars().count() > NODE_NAME_CHARS_MAX || n.chars().any(char::is_control)) {
            return Err(fail("invalid_args", format!("电脑的名称最多 {NODE_NAME_CHARS_MAX} 个字。")));
        }
        log::private_folder(&home.join("accounts")).map_err(|e| of_io("这个文件夹用不了", &e))?;
        let path = home.join(ABOUT);
        let known = match std::fs::read(&path) {
            Ok(bytes) => Some(serde_json::from_slice::<About>(&bytes).map_err(|_| fail("server_error", "node.json 读不懂，没有改动它。"))?),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
            Err(e) => return Err(of_io("node.json 读不了", &e)),
        };
        let mut about = known.unwrap_or_else(|| {
            let mut bytes = [0; 16];
            rand::rngs::OsRng.fill_bytes(&mut bytes);
            About { id: uuid::Builder::from_random_bytes(bytes).into_uuid(), name: UNNAMED.into(), removed: Vec::new() }
        });
        if let Some(name) = name {
            about.name = name.to_owned();
        }
        account::write(&path, &about)?;
        let of = NodeOf { id: about.id, name: about.name.clone() };
        let options = EngineOptions { keeps_unlocked: false, auto_lock: false, node: Some(of), ..options };
        let (turned, _) = watch::channel(0);
        let node = Node {
            home: home.to_owned(),
            options,
            about: Mutex::new(about),
            accounts: Mutex::default(),
            sessions: Mutex::default(),
            coming: Mutex::default(),
            gone: Mutex::default(),
            turned,
        };
        node.find_accounts()?;
        Ok(Arc::new(node))
    }

    /// Accounts by their folders. What is left of an enrolment that was cut short is under a key that nobody has; another program may be at one just now.
    fn find_accounts(&self) -> Outcome<()> {
        let entries = std::fs::read_dir(self.home.join("accounts")).map_err(|e| of_io("账号读不了", &e))?;
        for entry in entries.flatten() {
            let Some(id) = entry.file_name().to_str().filter(|n| is_id(n)).map(str::to_owned) else { continue };
            let folder = entry.path();
            if !folder.join("seal.json").exists() && !folder.join("wiped.json").exists() {
                let age = entry.metadata().and_then(|m| m.modified()).ok().and_then(|at| at.elapsed().ok());
                if age.is_some_and(|age| age > CUT_SHORT) {
                    let _left_for_the_next_start = std::fs::remove_dir_all(&folder);
                }
                continue;
            }
            let account = Account::open(id.clone(), folder, self.options.clone())?;
            held(&self.accounts).insert(id, account);
        }
        Ok(())
    }

    /// Accounts that the command line added or took off while this program runs. One is whole once its card lies there. Blocks.
    fn look_again(&self) {
        // whoever is just enrolling here adds their own
        let Ok(_nobody_enrols) = self.coming.try_lock() else { return };
        let Ok(entries) = std::fs::read_dir(self.home.join("accounts")) else { return };
        let folders: BTreeMap<String, PathBuf> =
            entries.flatten().filter_map(|e| Some((e.file_name().to_str().filter(|n| is_id(n))?.to_owned(), e.path()))).collect();
        let mut is_new = false;
        for (id, folder) in &folders {
            if self.account(id).is_some() || !folder.join("seal.json").exists() || !account::has_card(folder) {
                continue;
            }
            match Account::open(id.clone(), folder.clone(), self.options.clone()) {
                Ok(account) => is_new |= held(&self.accounts).insert(id.clone(), account).is_none(),
                Err(e) => tracing::error!(code = e.code, "an account that was added cannot be opened"),
            }
        }
        let left: Vec<String> = held(&self.accounts).keys().filter(|id| !folders.contains_key(*id)).cloned().collect();
        for id in &left {
            held(&self.sessions).end_all(id);
            let account = held(&self.accounts).remove(id);
            if let Some(account) = account {
                account.device.stop();
                held(&self.gone).push(account);
            }
        }
        if is_new || !left.is_empty() {
            self.turn();
        }
    }

    /// Name of the cookie: two nodes on one host do not take each other's.
    pub fn cookie(&self) -> String {
        format!("gridwalk-{}", &held(&self.about).id.simple().to_string()[..8])
    }

    fn now_ms(&self) -> i64 {
        self.options.env.now_ms()
    }

    fn account(&self, id: &str) -> Option<Arc<Account>> {
        held(&self.accounts).get(id).cloned()
    }

    fn turn(&self) {
        self.turned.send_modify(|n| *n += 1);
    }

    /// What a page may know of the machine.
    fn who(&self, account: Option<String>) -> NodeWho {
        let mut accounts: Vec<_> = held(&self.accounts).values().map(|a| a.shown()).collect();
        accounts.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.id.cmp(&b.id)));
        let full = accounts.len() >= NODE_ACCOUNTS_MAX;
        NodeWho { name: held(&self.about).name.clone(), account, accounts, full }
    }

    /// `whoami` of a session: of whoever is signed in, of a locked account, or of the machine alone. Blocks.
    ///
    /// # Errors
    /// Of the engine.
    pub fn whoami(&self, key: Option<&Key>) -> Outcome<Value> {
        let found = key.and_then(|key| held(&self.sessions).get(key).map(|s| (s.account.clone(), s.is_open)));
        let with_account = found.and_then(|(id, is_open)| Some((self.account(&id)?, is_open)));
        let Some((account, is_open)) = with_account else {
            self.look_again();
            let node = self.who(None);
            let is_any = node.accounts.iter().any(|a| !a.wiped);
            return value(&Whoami { enrolled: is_any, locked: is_any, node: Some(node), ..Whoami::default() });
        };
        let mut who = match is_open {
            true => account.device.call("whoami", json!({}))?,
            false => value(&account.engine.at_the_door())?,
        };
        account.keep_card(&who);
        who["node"] = value(&self.who(Some(account.id.clone())))?;
        Ok(who)
    }

    /// The account of a session that is open; whatever else a page asks goes there.
    ///
    /// # Errors
    /// `locked`.
    pub fn opened(&self, key: Option<&Key>, command: &str) -> Outcome<Arc<Account>> {
        let now = self.now_ms();
        self.sweep_at(now);
        let mut sessions = held(&self.sessions);
        let id = key.and_then(|key| sessions.get(key)).filter(|s| s.is_open).map(|s| s.account.clone());
        if let (Some(key), false) = (key, UNASKED.contains(&command)) {
            sessions.note_use(key, now);
        }
        drop(sessions);
        id.and_then(|id| self.account(&id)).ok_or_else(locked)
    }

    /// The PIN of an account in a browser: a new session, whatever was there before. Blocks.
    ///
    /// # Errors
    /// `locked` with the tries left, `not_found`.
    pub fn sign_in(&self, old: Option<&Key>, id: &str, pin: &str) -> Outcome<(Key, Value)> {
        if self.account(id).is_none() {
            self.look_again();
        }
        let account = self.account(id).ok_or_else(|| fail("not_found", "这台电脑上没有这个账号。"))?;
        let key = {
            let _one_at_a_time = account.door();
            account.engine.unlock(pin).map_err(of_core)?;
            held(&self.sessions).add(id, self.now_ms())
        };
        self.sign_out(old);
        self.turn();
        Ok((key, self.whoami(Some(&key))?))
    }

    /// The PIN of the account that this session is of. Blocks.
    ///
    /// # Errors
    /// `locked` with the tries left.
    pub fn unlock(&self, key: Option<&Key>, pin: &str) -> Outcome<Value> {
        let id = key.and_then(|key| held(&self.sessions).get(key).map(|s| s.account.clone()));
        let (Some(key), Some(account)) = (key, id.and_then(|id| self.account(&id))) else { return Err(locked()) };
        {
            let _one_at_a_time = account.door();
            account.engine.unlock(pin).map_err(of_core)?;
            held(&self.sessions).open(key, self.now_ms());
        }
        self.whoami(Some(key))
    }

    /// Locks one session; the store of its account closes with the last.
    ///
    /// # Errors
    /// Of the engine.
    pub fn lock(&self, key: Option<&Key>) -> Outcome<Value> {
        let id = key.and_then(|key| {
            let mut sessions = held(&self.sessions);
            sessions.lock(key);
            sessions.get(key).map(|s| s.account.clone())
        });
        if let Some(id) = id {
            self.close_if_empty(&id);
        }
        self.whoami(key)
    }

    /// Forgets one session: the next at this browser chooses who they are.
    pub fn sign_out(&self, key: Option<&Key>) {
        let ended = key.and_then(|key| held(&self.sessions).end(key));
        if let Some(session) = ended {
            self.close_if_empty(&session.account);
            self.turn();
        }
    }

    fn close_if_empty(&self, id: &str) {
        let Some(account) = self.account(id) else { return };
        let _nobody_signs_in_meanwhile = account.door();
        if !held(&self.sessions).is_any_open(id)
            && let Err(e) = account.engine.lock()
        {
            tracing::error!(code = e.code, "an account could not be closed");
        }
    }

    /// Locks what nobody used, and looks whether accounts came or went. Blocks.
    pub fn sweep(&self) {
        self.sweep_at(self.now_ms());
        self.look_again();
    }

    fn sweep_at(&self, now_ms: i64) {
        let idle = held(&self.sessions).sweep(now_ms);
        for id in idle {
            self.close_if_empty(&id);
        }
    }

    /// A new account from an invite; whoever adds it is signed in. Blocks.
    ///
    /// # Errors
    /// `not_allowed` when the machine is full, else those of `enrol`.
    pub fn enrol(&self, old: Option<&Key>, args: Value) -> Outcome<(Key, Value)> {
        let mut coming = held(&self.coming);
        if held(&self.accounts).len() >= NODE_ACCOUNTS_MAX {
            return Err(fail("not_allowed", format!("一台电脑最多 {NODE_ACCOUNTS_MAX} 个账号。请先移除不再用的。")));
        }
        let account = match coming.take() {
            Some(account) => account,
            None => {
                let mut bytes = [0; 8];
                rand::rngs::OsRng.fill_bytes(&mut bytes);
                let id = hex::encode(bytes);
                Account::open(id.clone(), self.home.join("accounts").join(&id), self.options.clone())?
            }
        };
        let who = match account.device.call("enrol", args) {
            Ok(who) => who,
            Err(failure) => {
                *coming = Some(account);
                return Err(failure);
            }
        };
        account.keep_card(&who);
        let id = account.id.clone();
        held(&self.accounts).insert(id.clone(), account);
        let key = held(&self.sessions).add(&id, self.now_ms());
        self.sign_out(old);
        self.turn();
        Ok((key, self.whoami(Some(&key))?))
    }

    /// Takes an account off this machine, and all it holds. Its own session may when everything was handed over, or with a reason; the office may take
    /// off another's with a reason, because nobody can look into it; what was wiped, anybody may. Blocks.
    ///
    /// # Errors
    /// `unsent` with the number, `invalid_args` without a reason, `not_allowed`, `locked`.
    pub fn remove(&self, key: Option<&Key>, id: &str, reason: &str) -> Outcome<Value> {
        let account = self.account(id).ok_or_else(|| fail("not_found", "这台电脑上没有这个账号。"))?;
        let unsent = if account.shown().wiped {
            Some(0)
        } else {
            let mine = self.opened(key, "remove")?;
            if mine.id == id {
                Some(unsent_of(&account)?)
            } else {
                if mine.device.call("whoami", json!({}))?["role"]["code"] != "office" {
                    return Err(fail("not_allowed", "别人的账号只有社区办公室能移除。"));
                }
                if held(&self.sessions).is_any_open(id) {
                    return Err(fail("busy", "这个账号正在用，没有移除。"));
                }
                None
            }
        };
        self.take_off(&account, unsent, reason)
    }

    /// The same by whoever runs the machine, with the PIN where it is known.
    ///
    /// # Errors
    /// As [`Node::remove`].
    pub fn remove_here(&self, id: &str, pin: Option<&str>, reason: &str) -> Outcome<Value> {
        let account = self.account(id).ok_or_else(|| fail("not_found", "这台电脑上没有这个账号。"))?;
        let unsent = match pin {
            _ if account.shown().wiped => Some(0),
            Some(pin) => {
                account.engine.unlock(pin).map_err(of_core)?;
                Some(unsent_of(&account)?)
            }
            None => None,
        };
        self.take_off(&account, unsent, reason)
    }

    fn take_off(&self, account: &Arc<Account>, unsent: Option<u64>, reason: &str) -> Outcome<Value> {
        let reason = reason.trim();
        match unsent {
            Some(0) => {}
            Some(n) if reason.is_empty() => {
                return Err(fail(
                    "unsent",
                    format!("还有 {n} 条没有交上去，没有移除。请先同步；一定要移除，请写明原因，这 {n} 条就没有了。"),
                ));
            }
            None if reason.is_empty() => {
                return Err(fail("invalid_args", "这个账号锁着，看不到还有没有没交上去的。要移除，请写明原因。"));
            }
            _ => {}
        }
        let _nobody_signs_in_meanwhile = account.door();
        held(&self.sessions).end_all(&account.id);
        held(&self.accounts).remove(&account.id);
        let done = account.remove();
        held(&self.gone).push(account.clone());
        let mut about = held(&self.about);
        // the command line may have noted one meanwhile
        let known = std::fs::read(self.home.join(ABOUT)).ok().and_then(|bytes| serde_json::from_slice::<About>(&bytes).ok());
        about.removed = known.map_or_else(|| std::mem::take(&mut about.removed), |known| known.removed);
        let removed =
            Removed { name: account.shown().name, at: self.now_ms(), unsent, reason: reason.chars().take(200).collect::<String>() };
        about.removed.push(removed);
        let surplus = about.removed.len().saturating_sub(REMOVED_KEPT);
        about.removed.drain(..surplus);
        account::write(&self.home.join(ABOUT), &*about)?;
        drop(about);
        self.turn();
        done?;
        Ok(json!({ "unsent": unsent }))
    }

    /// What a stream of a session listens to: the changes of its account while it is open, and when this session turns.
    pub fn listen(&self, key: Option<&Key>) -> (Option<broadcast::Receiver<String>>, watch::Receiver<u32>) {
        let sessions = held(&self.sessions);
        let Some((key, session)) = key.and_then(|key| Some((key, sessions.get(key)?))) else { return (None, self.turned.subscribe()) };
        let account = self.account(&session.account).filter(|_| session.is_open);
        let turns = sessions.turns(key).unwrap_or_else(|| self.turned.subscribe());
        (account.map(|a| a.device.changes()), turns)
    }
}

/// What an open account has not handed over: commands and photos.
fn unsent_of(account: &Account) -> Outcome<u64> {
    let status = account.device.call("sync_status", json!({}))?;
    Ok(status["pending"].as_u64().unwrap_or(0) + status["photos"].as_u64().unwrap_or(0))
}

fn is_id(name: &str) -> bool {
    name.len() == 16 && name.bytes().all(|b| b.is_ascii_hexdigit())
}

fn value(of: &impl Serialize) -> Outcome<Value> {
    serde_json::to_value(of).map_err(|_| fail("server_error", "回答写不成 JSON。"))
}
