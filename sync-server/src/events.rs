//! The wake-up channel: only (partition, head), and only of partitions the device holds. What has changed is asked for by a sync.

use crate::auth::Caller;
use crate::error::Error;
use crate::pull::grants_of;
use crate::store::{devices, lock};
use crate::{Inner, Response, Server, auth};
use shared_model::class::Class;
use std::collections::BTreeMap;
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

/// What a listening device may hear of. Two are equal when they hear the same.
#[derive(Clone)]
pub struct Watch {
    caller: Arc<Caller>,
    units: BTreeMap<Uuid, u8>,
}

impl PartialEq for Watch {
    fn eq(&self, other: &Self) -> bool {
        self.units == other.units
    }
}

impl Watch {
    /// May this be told?
    pub fn hears(&self, wake: &Wake) -> bool {
        self.units.get(&wake.unit).is_some_and(|mask| mask & wake.class.bit() != 0)
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
        let caller = auth::check(&self.inner, method, path, headers, b"").map_err(|fault| self.fault(method, path, fault))?;
        let units = self.heard_by(&caller).map_err(|e| self.fault(method, path, e.into()))?;
        Ok(Watch { caller: Arc::new(caller), units })
    }

    /// The same device by the grants of this moment; `None` when it is no longer an active device.
    ///
    /// # Errors
    /// Of the database.
    pub fn watch_again(&self, watch: &Watch) -> Result<Option<Watch>, Error> {
        let device = self.inner.store.read(|db| devices::get(db, &watch.caller.device.id))?;
        if device.is_none_or(|device| device.state != "active") {
            return Ok(None);
        }
        Ok(Some(Watch { caller: watch.caller.clone(), units: self.heard_by(&watch.caller)? }))
    }

    fn heard_by(&self, caller: &Caller) -> Result<BTreeMap<Uuid, u8>, Error> {
        let grants = self.inner.store.read(|db| {
            let tree = self.inner.tree(db)?;
            self.inner.keep_tree(&tree);
            grants_of(db, caller, &tree)
        })?;
        Ok(grants.units.into_iter().collect())
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
