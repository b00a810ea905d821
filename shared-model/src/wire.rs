//! Messages between a device and the server: CBOR, compressed with zstd. Final formats; every reader bounds before it allocates.
//! One request pushes commands and pulls rows; it is idempotent by (device, device_seq). Here are the requests with their answers, and what
//! is signed of a request; what they carry is in the files beside this one.

use crate::class::Class;
use crate::crdt::ActorId;
use crate::devices::{Lease, WipeOrder};
use crate::doc::DocId;
use crate::rules::Role;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use sha2::{Digest, Sha256};
use uuid::Uuid;

mod command;
mod enrol;
mod media;
pub mod mend;
mod office;
mod page;
pub mod rows;

pub use command::{Ask, Command, NewMembership, Part, UnitChange, Verdict};
pub use enrol::{EnrolReply, EnrolRequest, InviteReply, InviteRequest, NodeOf, digits, enrol_text};
pub use media::{MediaAsk, MediaTold};
pub use office::{
    Directory, DirectoryDevice, EndedDevice, ErasureState, InviteState, Mention, RefusedCommand, RefusedList, RefusedPart, Resolution,
};
pub use page::{ActorName, BundleCursor, Cursor, Epoch, Page, PartitionDigest, Row, RowBody, next_mark, page_digest, row_hash};
pub use rows::{rows_from_bytes, rows_to_bytes};

/// Version of this protocol; the server names the oldest it still serves.
pub const PROTOCOL: u16 = 1;

/// `POST /v1/sync`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncRequest {
    pub protocol: u16,
    /// Epoch the device last saw; 0 at first.
    pub epoch: u64,
    /// Policy stamp the device last saw, and the last device_seq written before it.
    pub policy: u64,
    pub policy_after_seq: u64,
    /// Digests of every command not yet judged: (seq, digest).
    pub unjudged: Vec<(u64, ByteBuf)>,
    pub commands: Vec<Command>,
    /// Version of the grants the device holds; other than the server's: they are sent.
    pub grants: u64,
    pub cursors: Vec<Cursor>,
    /// Damaged documents to be sent again as snapshots.
    pub want: Vec<DocId>,
    /// Version of the directory of devices (office), 0 for none.
    pub directory: u64,
    /// Highest number of this device that has a verdict of this epoch: a server that knows fewer was set back.
    #[serde(default)]
    pub judged: u64,
    /// Commands up to here are in a verified backup, so that this device holds no more of them than their numbers.
    #[serde(default)]
    pub released: u64,
    /// Purge rows that this device has carried out: nothing of what they name is left on its disk.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receipts: Vec<Receipt>,
    /// Version of the list of refused commands (office), 0 for none.
    pub refused: u64,
    /// Own refused commands of whose resolution this device has heard: it need not be told again.
    pub told: Vec<u64>,
    /// Version of the app, for the office's list of devices; empty: it does not say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub app: String,
}

/// A purge row that was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    pub unit: Uuid,
    pub class: Class,
    pub seq: u64,
}

/// A role at a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleAtUnit {
    pub role: Role,
    pub unit: Uuid,
}

/// What the device may hold, and under which policy stamp it writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grants {
    pub version: u64,
    pub policy: u64,
    pub name: String,
    pub roles: Vec<RoleAtUnit>,
    /// Unit → mask of classes ([`Class::bit`]) that are sent.
    pub units: Vec<(Uuid, u8)>,
}

/// `POST /v1/sync`: the answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SyncReply {
    pub protocol: u16,
    /// Server time, ms.
    pub time: i64,
    pub epoch: u64,
    /// The chain, when the device's epoch is not the current one, with the forks of what the device may hold. Commands are then left
    /// without a verdict until the device knows.
    pub epochs: Vec<Epoch>,
    /// The last number of this device that the server knows.
    #[serde(default)]
    pub known: u64,
    /// What the server took before this is in a verified backup, server time, ms. Without any backup a device lets go of what is older than
    /// 30 days.
    #[serde(default)]
    pub backed_up: Option<i64>,
    /// Receipts that the server still asks for though this device has read so far: given, and forgotten when the server was set back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owed: Vec<Receipt>,
    /// (seq, verdict), applied before the pages.
    pub verdicts: Vec<(u64, Verdict)>,
    /// Actors of this device that must write no more in a document: take the next.
    pub actor_closed: Vec<ActorId>,
    pub grants: Option<Grants>,
    pub pages: Vec<Page>,
    /// More pages wait: ask again with the new cursors.
    pub more: bool,
    /// Only when nothing more waits.
    pub digests: Vec<PartitionDigest>,
    pub directory: Option<Directory>,
    pub refused: Option<RefusedList>,
    /// At most [`crate::limits::RESOLUTIONS_MAX`] at a time.
    pub resolutions: Vec<Resolution>,
    /// For a device that may go on.
    pub lease: Option<Lease>,
}

/// A command that had a verdict, sent again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    pub command: Command,
    /// Of a refused one: as it was.
    pub verdict: Option<Verdict>,
}

/// `POST /v1/offer`: what a device gives back to a server that was set back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferRequest {
    pub epoch: u64,
    /// As they came, signed, oldest first; at most [`crate::limits::OFFERED_PAGES_MAX`].
    pub pages: Vec<Page>,
    /// In the order of their numbers; at most [`crate::limits::OFFERED_COMMANDS_MAX`].
    pub commands: Vec<Offered>,
    /// As in [`SyncRequest`].
    pub released: u64,
    /// This device has nothing more to bring: a command that still lacks its past is lost.
    pub last: bool,
}

/// Answer to an offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferReply {
    /// Another than the request's: nothing was taken, the device has to hear of it first.
    pub epoch: u64,
    pub verdicts: Vec<(u64, Verdict)>,
    /// Per page: rows that still lack their past.
    pub waiting: Vec<u32>,
    /// Rows that are in a log again.
    pub taken: u32,
}

/// `POST /v1/history`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryRequest {
    pub record: Uuid,
    pub key: String,
}

/// One write of a key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryEntry {
    pub value: crate::crdt::Value,
    pub op: String,
    pub actor: ActorId,
    pub name: String,
    /// Claimed, unix seconds.
    pub at: i64,
    /// Server time, ms.
    pub received_at: i64,
    pub settles: bool,
    /// Name of the command that wrote it.
    pub command: String,
}

/// Answer, newest last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryReply {
    pub entries: Vec<HistoryEntry>,
}

/// Body of every reply that is not 200: a stable code and words; with `clock_skew` the signed server time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorReply {
    pub code: String,
    pub message: String,
    pub time: i64,
    /// Signature over [`time_text`].
    pub signature: Option<ByteBuf>,
    /// With `revoked`: the order to wipe.
    pub wipe: Option<Box<WipeOrder>>,
}

/// CBOR bytes; cannot fail for the types of this module.
pub fn to_cbor<T: Serialize>(value: &T) -> Vec<u8> {
    let mut out = Vec::new();
    ciborium::into_writer(value, &mut out).expect("writing CBOR to memory cannot fail for these types");
    out
}

/// Reads CBOR.
///
/// # Errors
/// A short reason; never the content.
pub fn from_cbor<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    ciborium::de::from_reader_with_recursion_limit(bytes, 32).map_err(|_| "not the expected CBOR".to_string())
}

/// What a device signs for a request.
pub fn request_text(method: &str, path: &str, body: &[u8], time_ms: i64, nonce: &str, epoch: u64, device: &Uuid) -> Vec<u8> {
    let hash = hex(&Sha256::digest(body));
    format!("gridwalk/request/v1\n{method}\n{path}\n{hash}\n{time_ms}\n{nonce}\n{epoch}\n{device}").into_bytes()
}

/// What the server signs with its time.
pub fn time_text(time_ms: i64, nonce: &str) -> Vec<u8> {
    format!("gridwalk/time/v1\n{time_ms}\n{nonce}").into_bytes()
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
