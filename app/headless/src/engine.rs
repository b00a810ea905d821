//! Stand-in with the engine's own signatures.
#![allow(missing_docs, clippy::needless_pass_by_value, clippy::unused_self)]

use app_core::error::CoreError;
use serde_json::Value;
use shared_model::commands::Changed;
use std::path::PathBuf;

#[derive(Clone)]
pub struct Engine;

pub struct EngineOptions {
    pub keeps_unlocked: bool,
    pub auto_lock: bool,
}

impl EngineOptions {
    pub fn headless() -> Self {
        EngineOptions { keeps_unlocked: true, auto_lock: true }
    }
}

impl Engine {
    pub fn open(_home: PathBuf, _options: EngineOptions) -> Result<Engine, CoreError> {
        Ok(Engine)
    }

    pub fn call(&self, name: &str, _args: Value) -> Result<Value, CoreError> {
        if name == "whoami" {
            return Ok(serde_json::json!({ "enrolled": false }));
        }
        Err(CoreError::new("locked", "…"))
    }

    pub fn on_change(&self, _f: Box<dyn Fn(&Changed) + Send + Sync>) {}

    pub fn set_offline(&self, _offline: bool) {}
}
