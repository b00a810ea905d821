//! The bounds of changes and registers, beside those of the product in [`crate::limits`]. Each is checked before anything of that size
//! is allocated.
//!
//! They are part of the format: a change beyond one of them is refused by every gate, so raising one needs every device to know it first.

pub use crate::limits::{CHANGE_BYTES_MAX, KEY_BYTES_MAX};

/// Operations in one change.
pub const CHANGE_OPS_MAX: usize = 1_000;
/// Dependencies of one change: concurrent heads of one document.
pub const CHANGE_DEPS_MAX: usize = 256;
/// Actors named in one change, the author included.
pub const CHANGE_ACTORS_MAX: usize = 256;
/// Predecessors of all operations of one change together.
pub const CHANGE_PREDS_MAX: usize = 4_096;
/// Sequence numbers and operation counters. Automerge keeps both in 32 bits and fails beyond; this leaves room below.
pub const COUNTER_MAX: u64 = (1 << 31) - 1;
/// Registers of one document in binary form.
pub const REGISTERS_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Keys with live operations in one document.
pub const REGISTER_KEYS_MAX: usize = 8_192;
/// Live operations in one document.
pub const REGISTER_OPS_MAX: usize = 65_536;
/// A claimed time, in unix seconds: the end of the year 9999. Automerge stores differences of times and overflows on absurd ones.
pub const TIME_MAX_S: i64 = 253_402_300_799;
