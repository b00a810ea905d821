//! The wake-up channel: only (partition, head), and only of partitions the device holds. What has changed is asked for by a sync.

use crate::error::Error;
use crate::pull::grants_of;
use crate::store::lock;
use crate::{Inner, Response, Server, auth};
use shared_model::class::Class;
use std::collections::BTreeMap;
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

/// What a listening device may hear of.
pub struct Watch {
    units: BTreeMap<Uuid, u8>,
}

impl Watch {
    /// May this be told?
    pub fn hears(&self, wake: &Wake) -> bool {
        self.units.get(&wake.unit).is_some_and(|mask| mask & wake.class.bit() != 0)
    }
}

impl Server {
    /// Has every wake handed to `listener`.
    pub fn on_wake(&self, listener: impl Fn(Wake) + Send + Sync + 'static) {
        lock(&self.inner.wakes).push(Box::new(listener));
    }

    /// Checks a signed `GET /v1/events`. The grants are those of this moment; a device that is told of new ones in a sync listens anew.
    pub fn watch(&self, headers: &[(String, String)]) -> Result<Watch, Response> {
        let (method, path) = ("GET", "/v1/events");
        let caller = auth::check(&self.inner, method, path, headers, b"").map_err(|fault| self.fault(method, path, fault))?;
        let grants = self.inner.store.read(|db| grants_of(db, &caller, &*self.inner.tree(db)?));
        let grants = grants.map_err(|e: Error| self.fault(method, path, e.into()))?;
        Ok(Watch { units: grants.units.into_iter().collect() })
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
