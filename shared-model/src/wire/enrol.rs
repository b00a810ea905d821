//! How a device comes in: the invite, the proof that it holds its key, the digits that both screens show.

use super::hex;
use crate::rules::Role;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// `POST /v1/enrol` (the only request without a device signature; it carries a proof).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolRequest {
    pub token: String,
    pub public_key: [u8; 32],
    /// Install nonce; enters the actor.
    pub nonce: [u8; 16],
    /// The machine that this account shares with others; `None`: a device of one person.
    #[serde(default)]
    pub node: Option<NodeOf>,
    /// Signature over [`enrol_text`].
    pub proof: ByteBuf,
}

/// A machine with named accounts: each is an enrolment of its own, and the office sees which of them lie on one machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeOf {
    pub id: Uuid,
    /// At most [`crate::limits::NODE_NAME_CHARS_MAX`] characters.
    pub name: String,
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

/// What a device signs to enrol.
pub fn enrol_text(token: &str, public_key: &[u8; 32], nonce: &[u8; 16], node: Option<&NodeOf>) -> Vec<u8> {
    let node = node.map(|n| format!("\n{}\n{}", n.id, n.name)).unwrap_or_default();
    format!("gridwalk/enrol/v1\n{token}\n{}\n{}{node}", hex(public_key), hex(nonce)).into_bytes()
}

/// Six digits that both screens show: they agree only if both saw the same keys.
pub fn digits(server_key: &[u8; 32], public_key: &[u8; 32], token: &str) -> String {
    let h =
        Sha256::new().chain_update(b"gridwalk/digits/v1").chain_update(server_key).chain_update(public_key).chain_update(token).finalize();
    format!("{:06}", u32::from_be_bytes([h[0], h[1], h[2], h[3]]) % 1_000_000)
}
