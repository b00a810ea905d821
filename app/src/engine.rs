//! Stand-in for `app_core::Engine` with the same four methods.

use serde::Serialize;
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(Clone)]
pub struct Engine;

#[derive(Debug, Serialize)]
pub struct Failure {
    code: &'static str,
    message: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl Engine {
    pub fn open(_home: PathBuf) -> Result<Engine, Failure> {
        Ok(Engine)
    }

    pub fn call(&self, name: &str, _args: Value) -> Result<Value, Failure> {
        match name {
            "whoami" => Ok(json!({ "enrolled": false })),
            _ => Err(Failure { code: "unknown_command", message: format!("unknown command {name}") }),
        }
    }

    pub fn on_change(&self, _f: Box<dyn Fn(&Value) + Send + Sync>) {}
}
