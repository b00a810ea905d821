//! What the device and the server both know: records, codes, registers, rules, the command list, the wire. Pure: no I/O, no async, no
//! clock, no randomness. Start at `records/kinds.rs` (what is kept), `crdt/` (how it merges), `rules.rs` (who may), `wire.rs` (what travels).

pub mod bulk;
mod bytes;
pub mod calendar;
pub mod cases;
pub mod class;
pub mod codes;
pub mod commands;
pub mod contradictions;
pub mod crdt;
pub mod devices;
pub mod doc;
pub mod due;
pub mod epochs;
pub mod forms;
pub mod geo;
pub mod ledger;
pub mod limits;
pub mod matters;
pub mod media;
pub mod moved;
pub mod reasons;
pub mod records;
pub mod rules;
pub mod same;
pub mod stats;
pub mod teams;
pub mod wire;

pub use class::Class;
pub use doc::{DocId, Partition};
pub use records::Kind;
pub use rules::Role;
