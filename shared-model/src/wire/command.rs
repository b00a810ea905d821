//! What a device sends up: a command with its parts, what it asks of the server beyond them, and the verdict that comes back.

use super::to_cbor;
use crate::class::Class;
use crate::crdt::ChangeHash;
use crate::devices::RevokeReason;
use crate::doc::DocId;
use crate::records::Kind;
use crate::rules::Role;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use sha2::{Digest, Sha256};
use uuid::Uuid;

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
    /// What somebody does in the team: a code of `post`, and whether they are a member of the party. It grants nothing.
    SetPost { membership: Uuid, post: Option<String>, party: bool, expected: u64 },
    /// An invite that nobody has used is good for nothing from now on; named by the first half of the hash of its token.
    TakeBackInvite { invite: [u8; 16] },
    /// A unit is to stand beneath another one; its documents stay where they are.
    MoveUnit { unit: Uuid, parent: Uuid, expected: u64 },
    /// A unit is closed, never deleted.
    CloseUnit { unit: Uuid, successors: Vec<Uuid>, expected: u64 },
    /// A grid or micro-grid without buildings yet; its area comes with it.
    MakeGrid { unit: Uuid, parent: Uuid, kind: String, name: String, code: String },
    /// A redrawing thought of as one: all of it, in this order, or nothing.
    Redraw { changes: Vec<UnitChange> },
    /// The office gives a refused command back to its author, with a word.
    ReturnRefused { command: [u8; 16], words: String },
    /// The office takes up again a refused command that it adopted or gave back: it waits as before.
    TakeUp { command: [u8; 16] },
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

/// One step of [`Ask::Redraw`]. Each names what its author saw; a later step stands on the ones before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum UnitChange {
    /// As [`Ask::MakeGrid`], with its boundary as a unit keeps it; empty: none.
    Make { unit: Uuid, parent: Uuid, kind: String, name: String, code: String, shape: String },
    /// As [`Ask::MoveUnit`].
    Move { unit: Uuid, parent: Uuid, expected: u64 },
    /// As [`Ask::CloseUnit`].
    Close { unit: Uuid, successors: Vec<Uuid>, expected: u64 },
    /// A boundary is drawn anew over the one that was seen; empty: none.
    Shape { unit: Uuid, shape: String, seen: String },
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
    /// Code of `post`.
    #[serde(default)]
    pub post: Option<String>,
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
