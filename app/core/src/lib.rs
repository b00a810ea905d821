//! The Gridwalk app without a window: one home, one encrypted store, one command list.
//!
//! `engine.rs` is the door (session, calls, sync); `commands/` the bodies, one file a noun; `workspace.rs` the only way to write;
//! `store/` documents and rows; `sync/` the device's side of sync. The shell, the HTTP front door and the command line add nothing to it.

mod commands;
mod engine;
pub mod env;
mod error;
mod handover;
pub mod jobs;
mod lease;
mod media;
pub mod polite;
mod project;
mod store;
pub use store::unlock_sql;
mod sync;
mod vault;
mod wipe;
mod workspace;

pub use engine::{Engine, EngineOptions};
pub use env::{Env, HttpTransport, NetReply, SystemEnv, Told, Transport, WatchEnd};
pub use error::{CoreError, Result};
