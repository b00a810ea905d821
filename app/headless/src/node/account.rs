//! One account of a node: a home of its own beneath the node's, with its own keys, encrypted store, PIN and actor. Beside it lies a card with name
//! and role, which is all that the sign-in page may know while the store is closed.

use crate::device::Device;
use crate::failure::{Outcome, fail, of_core, of_io};
use crate::log;
use app_core::{Engine, EngineOptions};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared_model::codes::Coded;
use shared_model::commands::NodeAccount;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const CARD: &str = "account.json";

/// Name and role, as of the last time the account was open.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Card {
    pub name: String,
    pub role: Option<Coded>,
}

/// An account with its engine.
pub struct Account {
    pub id: String,
    pub device: Arc<Device>,
    pub engine: Engine,
    folder: PathBuf,
    card: Mutex<Card>,
    /// One PIN at a time: tries made at once are counted like tries made one after the other.
    door: Mutex<()>,
}

impl Account {
    /// Opens the folder of an account; its store stays locked.
    ///
    /// # Errors
    /// Of the file system.
    pub fn open(id: String, folder: PathBuf, options: EngineOptions) -> Outcome<Arc<Account>> {
        log::private_folder(&folder).map_err(|e| of_io("这个文件夹用不了", &e))?;
        let card = std::fs::read(folder.join(CARD)).ok().and_then(|b| serde_json::from_slice(&b).ok()).unwrap_or_default();
        let engine = Engine::open(folder.clone(), options).map_err(of_core)?;
        app_core::polite::keep_in_sync(&engine);
        let device = Device::new();
        device.start(engine.clone());
        Ok(Arc::new(Account { id, device, engine, folder, card: Mutex::new(card), door: Mutex::new(()) }))
    }

    /// Held while a PIN is tried or the store is closed.
    pub fn door(&self) -> MutexGuard<'_, ()> {
        self.door.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// As the sign-in page shows it.
    pub fn shown(&self) -> NodeAccount {
        let card = self.card.lock().unwrap_or_else(PoisonError::into_inner).clone();
        NodeAccount { id: self.id.clone(), name: card.name, role: card.role, wiped: !self.engine.at_the_door().enrolled }
    }

    /// Keeps name and role from what an open store says of itself.
    pub fn keep_card(&self, who: &Value) {
        let Some(name) = who["name"].as_str() else { return };
        let card = Card { name: name.to_owned(), role: serde_json::from_value(who["role"].clone()).ok().flatten() };
        let mut known = self.card.lock().unwrap_or_else(PoisonError::into_inner);
        if *known != card && write(&self.folder.join(CARD), &card).is_ok() {
            *known = card;
        }
    }

    /// Ends it: the store is closed, the keys go first, then the rest.
    ///
    /// # Errors
    /// Of the file system.
    pub fn remove(&self) -> Outcome<()> {
        let gone = |e: std::io::Error| of_io("账号的文件删不掉", &e);
        self.engine.lock().map_err(of_core)?;
        self.device.stop();
        for key in ["device.key", "seal.json"] {
            match std::fs::remove_file(self.folder.join(key)) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(gone(e)),
                _ => {}
            }
        }
        std::fs::remove_dir_all(&self.folder).map_err(gone)
    }
}

/// Did an enrolment in this folder come to its end?
pub fn has_card(folder: &Path) -> bool {
    folder.join(CARD).is_file()
}

/// Writes a small file whole or not at all.
///
/// # Errors
/// Of the file system.
pub fn write(path: &Path, value: &impl Serialize) -> Outcome<()> {
    let bytes = serde_json::to_vec(value).map_err(|_| fail("server_error", "写不成 JSON。"))?;
    let temp = path.with_extension("new");
    let written = std::fs::write(&temp, bytes).and_then(|()| std::fs::rename(&temp, path));
    written.map_err(|e| of_io("这个文件夹写不了", &e))
}
