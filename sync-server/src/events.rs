//! The wake-up channel: only (partition, head), and only of partitions the device holds. What has changed is asked for by a sync.

use crate::auth::Caller;
use crate::error::Error;
use crate::grants::version_of;
use crate::pull::grants_of;
use crate::store::{self, devices, lock};
use crate::{Inner, Response, Server, auth, directory, refused};
use shared_model::class::Class;
use shared_model::wire::to_cbor;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

/// A partition has a new head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wake {
    pub unit: Uuid,
    pub class: Class,
    pub head: u64,
}

impl Wake {
    /// The data line of the event.
    pub fn json(&self) -> String {
        serde_json::json!({ "unit": self.unit, "class": self.class.name(), "head": self.head }).to_string()
    }
}

/// Called with every wake after its commit; must not block.
pub type Listener = Box<dyn Fn(Wake) + Send + Sync>;

/// What a listening device may hear of, and what a sync would tell it beside rows.
#[derive(Clone)]
pub struct Watch {
    caller: Arc<Caller>,
    units: BTreeMap<Uuid, u8>,
    /// Of its grants, of the devices beneath an office with their states, and of what was refused and waits there.
    news: u64,
    /// What the office did about commands of this device, of which it has not heard.
    resolved: BTreeSet<u64>,
}

impl Watch {
    /// May this be told?
    pub fn hears(&self, wake: &Wake) -> bool {
        self.units.get(&wake.unit).is_some_and(|mask| mask & wake.class.bit() != 0)
    }

    /// Is there a reason to sync that no partition tells? What the device has heard of meanwhile is none.
    pub fn has_news_since(&self, before: &Watch) -> bool {
        self.news != before.news || !self.resolved.is_subset(&before.resolved)
    }

    /// Whose it is.
    pub fn device(&self) -> Uuid {
        self.caller.device.id
    }
}

impl Server {
    /// Has every wake handed to `listener`.
    pub fn on_wake(&self, listener: impl Fn(Wake) + Send + Sync + 'static) {
        lock(&self.inner.wakes).push(Box::new(listener));
    }

    /// Checks a signed `GET /v1/events`. The grants are those of this moment ([`Server::watch_again`]).
    pub fn watch(&self, headers: &[(String, String)]) -> Result<Watch, Response> {
        let (method, path) = ("GET", "/v1/events");
        crate::memberships::settle_terms(&self.inner).map_err(|e| self.fault(method, path, e.into()))?;
        let caller = auth::check(&self.inner, method, path, headers, b"")
            .and_then(auth::only_open)
            .map_err(|fault| self.fault(method, path, fault))?;
        self.watch_of(Arc::new(caller)).map_err(|e| self.fault(method, path, e.into()))
    }

    /// The same device by the grants of this moment; `None` when it is no longer an active device.
    ///
    /// # Errors
    /// Of the database.
    pub fn watch_again(&self, watch: &Watch) -> Result<Option<Watch>, Error> {
        let device = self.inner.store.read(|db| devices::get(db, &watch.caller.device.id))?;
        if device.is_none_or(|device| device.state != "active" || device.cloned) {
            return Ok(None);
        }
        self.watch_of(watch.caller.clone()).map(Some)
    }

    /// Takes note of terms that have begun or ended, so that whoever listens hears of it though nobody asks anything.
    ///
    /// # Errors
    /// Of the database.
    pub fn settle_terms(&self) -> Result<(), Error> {
        crate::memberships::settle_terms(&self.inner)
    }

    fn watch_of(&self, caller: Arc<Caller>) -> Result<Watch, Error> {
        let device = caller.device.id;
        let (units, news, resolved) = self.inner.store.read(|db| {
            let tree = self.inner.tree(db)?;
            self.inner.keep_tree(&tree);
            let grants = grants_of(db, &caller, &tree)?;
            let directory = directory::directory(db, &tree, &grants.roles, self.inner.env.now_ms())?.map(|d| d.devices).unwrap_or_default();
            let states: Vec<(Uuid, String)> = directory.into_iter().map(|d| (d.id, d.state)).collect();
            let waiting = refused::list(db, &tree, &grants.roles, &device, 0)?.map_or(0, |list| list.version);
            let news = version_of(&to_cbor(&(grants.version, states, waiting)));
            let resolved = store::refused::resolutions(db, &device)?.iter().map(|r| r.seq).collect();
            Ok::<_, Error>((grants.units, news, resolved))
        })?;
        Ok(Watch { caller, units: units.into_iter().collect(), news, resolved })
    }
}

impl Inner {
    /// Tells all listeners.
    pub fn wake(&self, wakes: impl Iterator<Item = Wake>) {
        let listeners = lock(&self.wakes);
        for wake in wakes {
            listeners.iter().for_each(|listen| listen(wake));
        }
    }
}
