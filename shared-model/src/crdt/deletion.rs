//! The key `_del`: a deletion is a string, the clock the deleter saw.

use super::{ActorId, Clock, Registers};
use std::collections::BTreeMap;

/// The key that marks a document deleted.
pub const DEL_KEY: &str = "_del";

/// What the live deletions together have seen; `None` when the document is not deleted.
pub fn deleted_at(registers: &Registers) -> Option<BTreeMap<ActorId, Clock>> {
    let _ = registers;
    unimplemented!("being filled in")
}

/// The document is deleted, and somebody wrote to it without knowing.
pub fn edited_while_deleted(registers: &Registers) -> bool {
    let _ = registers;
    unimplemented!("being filled in")
}

/// The value a deletion made now writes to `_del`.
pub fn del_value(registers: &Registers) -> String {
    let _ = registers;
    unimplemented!("being filled in")
}
