//! What an office is told beside its records: devices and erasures beneath its units, what was refused there; and what an author is told of
//! an own refused command.

use super::RoleAtUnit;
use crate::devices::{Alarm, RevokeReason};
use crate::doc::DocId;
use crate::records::Kind;
use crate::rules::Role;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A device as the office sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryDevice {
    pub id: Uuid,
    pub name: String,
    pub role: Role,
    pub unit: Uuid,
    /// `unconfirmed`, `active`, `cloned`, `revoked`, `lost` (revoked as lost or stolen), `wiped`.
    pub state: String,
    pub digits: Option<String>,
    pub seen_at: Option<i64>,
    /// Whose it is, as memberships name them.
    pub person: Uuid,
    /// Commands that it had not yet handed over when it was last heard of.
    pub unsent: u32,
    /// Has it been heard of since what it may hold last changed? Until then work written before may still come.
    pub told: bool,
    pub reason: Option<RevokeReason>,
    pub revoked_at: Option<i64>,
    pub wiped_at: Option<i64>,
    /// Roles whose data it was given at its last contact: what it holds.
    pub held: Vec<RoleAtUnit>,
    /// When it stops showing what it holds, server time, ms.
    pub lease_until: Option<i64>,
    /// The machine that it shares with other accounts.
    #[serde(default)]
    pub node: Option<super::NodeOf>,
    /// Version of the app at its last contact.
    #[serde(default)]
    pub app: Option<String>,
}

/// An erasure and how far it has come. It names no one: what it was about is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureState {
    pub id: [u8; 16],
    /// Server time, ms.
    pub at: i64,
    pub kind: Kind,
    /// A code of `erase_reason`.
    pub reason: String,
    /// Name of who asked for it.
    pub by: String,
    /// Documents that went.
    pub documents: u32,
    /// Devices that have carried it out, and holders of those that have not.
    pub done: u32,
    pub to_come: Vec<String>,
    /// Devices that were ended and never said that they were wiped: what they hold is not known.
    pub ended: Vec<EndedDevice>,
    /// Where it may still be named in words, as far as this office decides it: at most [`crate::limits::MENTIONS_MAX`].
    pub mentions: Vec<Mention>,
}

/// A device that an erasure was meant for and that was ended before it answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedDevice {
    pub name: String,
    pub reason: Option<RevokeReason>,
    /// Server time, ms.
    pub revoked_at: Option<i64>,
}

/// A document in which something erased may still be named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    pub doc: DocId,
    pub kind: Kind,
    pub unit: Uuid,
    /// Fields of it; never what they say.
    pub keys: Vec<String>,
}

/// Devices beneath the office's units.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directory {
    pub version: u64,
    pub devices: Vec<DirectoryDevice>,
    /// Newest first, at most [`crate::limits::ERASURES_LISTED_MAX`].
    #[serde(default)]
    pub erasures: Vec<ErasureState>,
    /// Of the last thirty days, newest first.
    pub alarms: Vec<Alarm>,
    /// Of the last thirty days, newest first, at most [`crate::limits::INVITES_LISTED_MAX`].
    #[serde(default)]
    pub invites: Vec<InviteState>,
}

/// An invite and what became of it. Its text is never told again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteState {
    /// First half of the hash of its token.
    pub id: [u8; 16],
    pub name: String,
    pub role: Role,
    pub unit: Uuid,
    /// Server time, ms, like the others.
    pub made_at: i64,
    pub expires_at: i64,
    pub used_at: Option<i64>,
    pub taken_back_at: Option<i64>,
}

/// A refused command of somebody beneath the office's units, as far as the office may read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefusedCommand {
    /// Opaque id, as in [`super::Row::command`]; an adoption or a return names it.
    pub command: [u8; 16],
    /// Stable; its words are in [`crate::reasons`].
    pub reason: String,
    /// The author and the role of their device.
    pub name: String,
    pub role: Role,
    /// Server time, ms.
    pub received_at: i64,
    /// Name of the command.
    pub command_name: String,
    /// The parts in classes and units that this office reads; of others it learns nothing.
    pub parts: Vec<RefusedPart>,
    /// `open`, or `discarded` by its author.
    pub state: String,
    /// What the author asked, last, and when (server time, ms).
    pub asked: Option<(String, i64)>,
}

/// What one part would have written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefusedPart {
    pub unit: Uuid,
    pub doc: DocId,
    pub kind: Kind,
    /// Key and value, the last put of each key.
    pub values: Vec<(String, crate::crdt::Value)>,
}

/// What waits for the office: oldest first, at most [`crate::limits::REFUSED_LIST_MAX`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefusedList {
    pub version: u64,
    pub items: Vec<RefusedCommand>,
    /// How many there are in all.
    pub total: u32,
}

/// What became of an own refused command. The verdict stays; this is delivered beside it until the device has heard it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    pub seq: u64,
    /// `adopted`, `returned`; `open`: the office took that back, it waits again.
    pub how: String,
    /// The office's word to the author; empty for an adoption.
    pub words: String,
    /// Who did it; empty when nobody had to: after a set-back it was refused before others proved that it had been accepted.
    pub by: String,
    /// Server time, ms.
    pub at: i64,
}
