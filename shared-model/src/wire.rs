//! Messages between a device and the server: CBOR, compressed with zstd. Final formats; every reader bounds before it allocates.
//! One request pushes commands and pulls rows; it is idempotent by (device, device_seq). What is signed and how is at the end.

use crate::class::Class;
use crate::crdt::{ActorId, ChangeHash};
use crate::devices::{Alarm, Lease, RevokeReason, WipeOrder};
use crate::doc::DocId;
use crate::records::Kind;
use crate::rules::Role;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub mod mend;
pub mod rows;
pub use rows::{rows_from_bytes, rows_to_bytes};

/// Version of this protocol; the server names the oldest it still serves.
pub const PROTOCOL: u16 = 1;

/// One touched document of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Home unit; the partition is (unit, class of the document).
    pub unit: Uuid,
    pub doc: DocId,
    pub kind: Kind,
    /// One uncompressed Automerge change; of an erased part only its hash ([`Part::erase`]).
    pub change: ByteBuf,
}

/// Stands before the hash of a change whose bytes are erased. No change begins so.
const ERASED: &[u8; 7] = b"erased:";

impl Part {
    /// Drops the bytes of the change and keeps their hash, so that the digest of the command stays what it was.
    pub fn erase(&mut self) {
        if !self.is_erased() {
            let mut bytes = ERASED.to_vec();
            bytes.extend_from_slice(&self.bytes_hash());
            self.change = ByteBuf::from(bytes);
        }
    }

    /// Is only the hash left?
    pub fn is_erased(&self) -> bool {
        self.change.len() == ERASED.len() + 32 && self.change.starts_with(ERASED)
    }

    /// SHA-256 of the bytes, those that are here or those that were.
    pub fn bytes_hash(&self) -> [u8; 32] {
        match self.change.strip_prefix(ERASED).map(<[u8; 32]>::try_from) {
            Some(Ok(hash)) => hash,
            _ => Sha256::digest(&self.change).into(),
        }
    }
}

/// What a command asks of the server beyond its parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ask {
    /// A unit made by its parts is to stand beneath `parent`. The first accepted wins.
    MakeUnit { unit: Uuid, parent: Uuid },
    /// The office confirms a device that shows these digits.
    ConfirmDevice { device: Uuid, digits: String },
    /// The office ends a device.
    RevokeDevice { device: Uuid, reason: RevokeReason },
    /// The office erases a person or a household, with everything that says something of them. The reason is a code of `erase_reason`.
    Erase { record: Uuid, reason: String },
    /// The office has the fields of a document go in which an erased person or household may be named in words, or says that it is not.
    DecideMention { erasure: [u8; 16], doc: DocId, erases: bool },
    /// A door no longer shows a phone: the old document goes, a new one without it takes its place.
    WithdrawContact { household: Uuid },
    /// A person is given a role at a unit for a term.
    AddMembership(NewMembership),
    /// The term of a membership is changed or ended. Times as in [`NewMembership`].
    SetTerm { membership: Uuid, from: Option<i64>, until: Option<i64>, expected: u64 },
    /// A unit is to stand beneath another one; its documents stay where they are.
    MoveUnit { unit: Uuid, parent: Uuid, expected: u64 },
    /// A unit is closed, never deleted.
    CloseUnit { unit: Uuid, successors: Vec<Uuid>, expected: u64 },
    /// A grid or micro-grid without buildings yet; its area comes with it.
    MakeGrid { unit: Uuid, parent: Uuid, kind: String, name: String, code: String },
    /// The office gives a refused command back to its author, with a word.
    ReturnRefused { command: [u8; 16], words: String },
    /// The author asks the office about an own refused command, with a word that appears beside it.
    AskAbout { seq: u64, words: String },
    /// The author wants nothing more of an own refused command. Its bytes stay at the server.
    Discard { seq: u64 },
    /// This command says again, corrected, what an own refused one meant.
    Resend { seq: u64 },
    /// A case with its steps is shown to the office of a unit, or to one membership there by name, up to a class.
    Share { record: Uuid, to: Uuid, up_to: Class, assignee: Option<Uuid> },
    /// The unit or membership sees the case no longer.
    Unshare { record: Uuid, target: Uuid },
}

impl Ask {
    /// The record that must be there for it to mean anything: when only a refused command makes that, this one stands on it.
    pub fn stands_on(&self) -> Option<Uuid> {
        match self {
            Ask::MakeUnit { parent, .. } => Some(*parent),
            Ask::Share { record, .. } | Ask::Unshare { record, .. } => Some(*record),
            _ => None,
        }
    }
}

/// What is asked for with [`Ask::AddMembership`]. Times are unix ms by the server's clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewMembership {
    /// Chosen by the device, so that the same command twice makes one.
    pub membership: Uuid,
    /// Whoever has it; a person who is not known yet is made, with this name.
    pub person: Uuid,
    pub name: String,
    pub role: Role,
    pub unit: Uuid,
    /// Inclusive; `None`: from the moment the server accepts it.
    pub from: Option<i64>,
    /// Exclusive; `None`: open.
    pub until: Option<i64>,
    /// A stand-in: role and unit are those of this membership, and the term ends.
    pub stands_for: Option<Uuid>,
}

/// The unit of intent, of sync, of verdict. All or nothing, never split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// Dense per device, from 1.
    pub seq: u64,
    pub name: String,
    /// Policy stamp under which it was written.
    pub policy: u64,
    pub ask: Option<Ask>,
    pub parts: Vec<Part>,
    /// `device_seq` of the superseded command that this replays.
    pub replaces: Option<u64>,
    /// Opaque id of the quarantined command whose values the office writes here.
    pub adopts: Option<[u8; 16]>,
    /// One batch, e.g. an import.
    pub batch: Option<Uuid>,
}

impl Command {
    /// SHA-256 over everything that is meant, with the parts by hash, so that a purged part can be dropped and the digest still checked.
    pub fn digest(&self) -> [u8; 32] {
        let mut h = Sha256::new();
        h.update(b"gridwalk/command/v1");
        let head = (self.seq, &self.name, self.policy, &self.ask, self.replaces, &self.adopts, &self.batch);
        h.update(to_cbor(&head));
        for p in &self.parts {
            h.update(p.unit.as_bytes());
            h.update(p.doc.bytes());
            h.update([p.kind as u8]);
            h.update(p.bytes_hash());
        }
        h.finalize().into()
    }

    /// Bytes of its parts, for limits and batching.
    pub fn size_bytes(&self) -> usize {
        64 + self.name.len() + self.parts.iter().map(|p| p.change.len() + 48).sum::<usize>()
    }
}

/// The server's answer to a command, stored for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// In the log since this moment (server time, ms), but for the parts in documents that were erased meanwhile.
    Accepted {
        received_at: i64,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        erased: Vec<DocId>,
    },
    /// Kept aside with its reason; nothing of it is in the log.
    Quarantined { reason: String },
    /// Stands on a refused command of this device.
    Superseded { by: u64 },
    /// These changes are not known yet; never final. None named: the server was set back, and what it stands on may still come from others.
    Need { hashes: Vec<ChangeHash> },
    /// Every document it touched was erased.
    Erased,
    /// A server command that came too late.
    Stale { current: String },
    /// What it stands on was lost when the server was set back, and this device cannot bring it either: to be written again.
    Lost,
}

/// Where a device is in a partition. While a bundle comes, `bundle` says which and how far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    pub unit: Uuid,
    pub class: Class,
    pub epoch: u64,
    pub seq: u64,
    /// Running hash of the row hashes up to `seq`.
    pub mark: [u8; 16],
    pub bundle: Option<BundleCursor>,
}

/// A place in an immutable bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleCursor {
    /// As of this seq.
    pub at: u64,
    pub hash: [u8; 16],
    /// Pages already applied.
    pub page: u32,
}

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
}

/// A purge row that was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    pub unit: Uuid,
    pub class: Class,
    pub seq: u64,
}

/// What a row of the log holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RowBody {
    Change {
        doc: DocId,
        kind: Kind,
        bytes: ByteBuf,
    },
    /// Full registers (`Registers::encode_full`), and when the document was first received.
    Snapshot {
        doc: DocId,
        kind: Kind,
        registers: ByteBuf,
        first_at: i64,
        /// Unit of its home partition, when that is another one: the document is placed here by a share.
        home: Option<Uuid>,
    },
    Purge {
        doc: DocId,
    },
    Unshare {
        doc: DocId,
    },
    /// A row of a kept page whose document was erased: only its hash is left. Never in a log.
    Gone {
        doc: DocId,
        hash: [u8; 32],
    },
}

/// One row of a partition's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub seq: u64,
    /// Server time, ms.
    pub received_at: i64,
    /// Opaque: `HMAC(server key, device ‖ device_seq)[..16]`.
    pub command: [u8; 16],
    pub body: RowBody,
}

/// Who an actor is, for «who wrote this».
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActorName {
    pub actor: ActorId,
    pub name: String,
    pub role: Role,
}

/// Rows of one partition, at most [`crate::limits::PAGE_BYTES_MAX`], applied with the cursor in one transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    pub unit: Uuid,
    pub class: Class,
    #[serde(with = "rows")]
    pub rows: Vec<Row>,
    /// The cursor after this page.
    pub cursor: Cursor,
    /// Pages of the bundle in all, while one is coming.
    pub bundle_pages: Option<u32>,
    pub actors: Vec<ActorName>,
    /// Server's signature over [`page_digest`].
    pub signature: ByteBuf,
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

/// Digest of one partition as of the reply's read transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartitionDigest {
    pub unit: Uuid,
    pub class: Class,
    pub head: u64,
    /// Big-endian 128-bit sum of [`crate::crdt::Registers::digest_term`].
    pub digest: [u8; 16],
    /// Highest seq in a verified backup.
    pub safe: u64,
}

/// One link of the chain of epochs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Epoch {
    pub id: u64,
    pub parent: u64,
    /// Fork seq per partition; absent: 0.
    pub forks: Vec<(Uuid, Class, u64)>,
}

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
}

/// A refused command of somebody beneath the office's units, as far as the office may read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefusedCommand {
    /// Opaque id, as in [`Row::command`]; an adoption or a return names it.
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
    /// `adopted`, `returned`.
    pub how: String,
    /// The office's word to the author; empty for an adoption.
    pub words: String,
    /// Who did it.
    pub by: String,
    /// Server time, ms.
    pub at: i64,
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

/// `POST /v1/enrol` (the only request without a device signature; it carries a proof).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolRequest {
    pub token: String,
    pub public_key: [u8; 32],
    /// Install nonce; enters the actor.
    pub nonce: [u8; 16],
    /// Signature over [`enrol_text`].
    pub proof: ByteBuf,
}

/// Answer to an enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolReply {
    pub device: Uuid,
    pub name: String,
    pub role: Role,
    pub unit: Uuid,
    pub confirmed: bool,
    /// Six digits that both screens show.
    pub digits: String,
    /// Its SHA-256 stands in the invite as `k`.
    pub server_key: [u8; 32],
    pub time: i64,
    pub epoch: u64,
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

/// `POST /v1/invite` (office).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteRequest {
    pub role: Role,
    pub unit: Uuid,
    pub name: String,
}

/// Answer: the text for the QR.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteReply {
    pub invite: String,
    pub expires_at: i64,
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

/// What a device signs to enrol.
pub fn enrol_text(token: &str, public_key: &[u8; 32], nonce: &[u8; 16]) -> Vec<u8> {
    format!("gridwalk/enrol/v1\n{token}\n{}\n{}", hex(public_key), hex(nonce)).into_bytes()
}

/// Six digits that both screens show: they agree only if both saw the same keys.
pub fn digits(server_key: &[u8; 32], public_key: &[u8; 32], token: &str) -> String {
    let h =
        Sha256::new().chain_update(b"gridwalk/digits/v1").chain_update(server_key).chain_update(public_key).chain_update(token).finalize();
    format!("{:06}", u32::from_be_bytes([h[0], h[1], h[2], h[3]]) % 1_000_000)
}

/// What the server signs with its time.
pub fn time_text(time_ms: i64, nonce: &str) -> Vec<u8> {
    format!("gridwalk/time/v1\n{time_ms}\n{nonce}").into_bytes()
}

/// Hash of one row, as it enters the mark and the page signature.
pub fn row_hash(unit: &Uuid, class: Class, row: &Row) -> [u8; 32] {
    if let RowBody::Gone { hash, .. } = &row.body {
        return *hash;
    }
    let mut h = Sha256::new();
    h.update(b"gridwalk/row/v1");
    h.update(unit.as_bytes());
    h.update([class as u8]);
    h.update(row.seq.to_be_bytes());
    h.update(row.received_at.to_be_bytes());
    h.update(row.command);
    match &row.body {
        RowBody::Change { doc, kind, bytes } => {
            h.update([1, *kind as u8]);
            h.update(doc.bytes());
            h.update(bytes);
        }
        RowBody::Snapshot { doc, kind, registers, first_at, home } => {
            h.update([2, *kind as u8]);
            h.update(doc.bytes());
            h.update(first_at.to_be_bytes());
            h.update(home.unwrap_or_default().as_bytes());
            h.update(registers);
        }
        RowBody::Purge { doc } => {
            h.update([3]);
            h.update(doc.bytes());
        }
        RowBody::Unshare { doc } => {
            h.update([4]);
            h.update(doc.bytes());
        }
        RowBody::Gone { .. } => {}
    }
    h.finalize().into()
}

/// The running hash after one more row.
pub fn next_mark(mark: &[u8; 16], row_hash: &[u8; 32]) -> [u8; 16] {
    let h = Sha256::new().chain_update(mark).chain_update(row_hash).finalize();
    let mut out = [0; 16];
    out.copy_from_slice(&h[..16]);
    out
}

/// What the server signs for a page: its place, its row hashes and who wrote them.
pub fn page_digest(page: &Page) -> [u8; 32] {
    let mut h = Sha256::new();
    h.update(b"gridwalk/page/v1");
    h.update(page.unit.as_bytes());
    h.update([page.class as u8]);
    h.update(page.cursor.epoch.to_be_bytes());
    h.update(page.cursor.seq.to_be_bytes());
    h.update(page.cursor.mark);
    for row in &page.rows {
        h.update(row_hash(&page.unit, page.class, row));
    }
    for a in &page.actors {
        h.update(a.actor.0);
        h.update([a.role as u8]);
        h.update((a.name.len() as u64).to_be_bytes());
        h.update(&a.name);
    }
    h.finalize().into()
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Class;

    #[test]
    fn a_command_keeps_its_digest_when_a_part_is_erased() {
        let part = |n: u128, bytes: &[u8]| Part {
            unit: Uuid::from_u128(1),
            doc: DocId::new(Uuid::from_u128(n), Class::Register),
            kind: Kind::Person,
            change: ByteBuf::from(bytes.to_vec()),
        };
        let parts = vec![part(2, b"one change"), part(3, b"another")];
        let before = Command { seq: 1, name: "edit_person".into(), policy: 1, ask: None, parts, replaces: None, adopts: None, batch: None };
        let mut after = before.clone();
        after.parts[0].erase();
        after.parts[0].erase();
        assert!(after.parts[0].is_erased() && !after.parts[1].is_erased());
        assert!(!after.parts[0].change.windows(3).any(|w| w == b"one"));
        assert_eq!(after.digest(), before.digest());
        after.parts[1].change = ByteBuf::from(b"a third".to_vec());
        assert_ne!(after.digest(), before.digest());
    }

    #[test]
    fn a_kept_row_keeps_its_hash_when_its_document_is_erased() {
        let doc = DocId::new(Uuid::from_u128(3), Class::Register);
        let unit = Uuid::from_u128(1);
        let body = RowBody::Change { doc, kind: Kind::Person, bytes: ByteBuf::from(b"words".to_vec()) };
        let row = Row { seq: 4, received_at: 5, command: [6; 16], body };
        let hash = row_hash(&unit, Class::Register, &row);
        let gone = Row { body: RowBody::Gone { doc, hash }, ..row };
        assert_eq!(row_hash(&unit, Class::Register, &gone), hash);
    }
}
