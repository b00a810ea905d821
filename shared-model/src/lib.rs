//! shared-model
pub mod crdt;
