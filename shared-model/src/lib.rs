//! shared-model
pub mod crdt;
pub mod codes;
