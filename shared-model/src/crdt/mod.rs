//! Flat Automerge documents without a loaded document: change bytes, merged registers, what a person meant, the gate.
//!
//! Everything here is pure: no I/O, no clock, no randomness. Changes are real Automerge changes (the tests compare with the library byte by
//! byte), so any Automerge can load the archive; but merging a flat document needs only its [`Registers`]. More than one distinct live value
//! on a key *is* the conflict. A snapshot is joined, never put in place of what is there.

pub mod author;
pub mod change;
pub mod codec;
mod columns;
pub mod deletion;
pub mod gate;
pub mod ids;
pub mod limits;
pub mod registers;
pub mod value;

pub use author::Edit;
pub use change::{Change, ChangeError, Op, OpBody};
pub use codec::{CodecError, SeenKey, SeenRegisters};
pub use deletion::{DEL_KEY, del_value, deleted_at, edited_while_deleted, is_deleted};
pub use gate::{Checked, GateError, Past, PastOp};
pub use ids::{ActorId, ChangeHash, IdError, OpId};
pub use registers::{Applied, Clock, Head, LiveOp, RegisterError, Registers};
pub use value::{Scalar, Value};
