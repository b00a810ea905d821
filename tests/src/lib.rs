//! The whole product in one process: real engines in homes of their own, the real server, and between them a network, a clock and a source
//! of randomness that do what a seed says. `world/` is that world; `look.rs` says when two devices show the same; the stories, the
//! simulation and the benches stand in `tests/` and `benches/`.
//!
//! Nothing here is a mock: what is simulated is only what lies between the programs and around them.

#![allow(clippy::unwrap_used)] // a crate of tests: a broken expectation ends the test, and says where

pub mod look;
pub mod plain;
pub mod replay;
pub mod rosters;
pub mod scan;
pub mod sim;
pub mod steps;
pub mod world;

pub use world::{ANA, BO, Device, Fault, HEAD, OFFICE, SECOND, World};
