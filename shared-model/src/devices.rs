//! The end of a device and the time it may read without contact: reasons of a revocation, the server's order to wipe, the device's
//! receipt, the lease. What travels about them and what is signed; who decides is the server (`push/ask.rs`), who obeys is the engine.

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use uuid::Uuid;

/// What a device says of its version, when it is one that can be shown.
pub fn app_version(text: &str) -> Option<&str> {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-.+".contains(&b);
    (!text.is_empty() && text.len() <= crate::limits::APP_VERSION_BYTES_MAX && text.bytes().all(is_plain)).then_some(text)
}

/// Is a version older than another? Numbers are compared as numbers; what is none is not older.
pub fn is_older(version: &str, than: &str) -> bool {
    let numbers = |text: &str| {
        let plain = text.split(['-', '+']).next().unwrap_or_default();
        plain.split('.').map(|part| part.parse::<u64>().ok()).collect::<Option<Vec<u64>>>()
    };
    numbers(version).zip(numbers(than)).is_some_and(|(a, b)| a < b)
}

/// Why a device is revoked. The reason decides what becomes of the work that it still holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevokeReason {
    /// Another device took its place.
    Replaced,
    /// The person left.
    Left,
    /// It was confirmed or invited by mistake.
    Mistaken,
    /// Two devices use its key.
    Cloned,
    /// Nobody knows where it is.
    Lost,
    /// It was taken.
    Stolen,
}

impl RevokeReason {
    /// All of them, in the order of a form.
    pub const ALL: [RevokeReason; 6] = [
        RevokeReason::Replaced,
        RevokeReason::Left,
        RevokeReason::Lost,
        RevokeReason::Stolen,
        RevokeReason::Cloned,
        RevokeReason::Mistaken,
    ];

    /// Stable name.
    pub fn name(self) -> &'static str {
        match self {
            RevokeReason::Replaced => "replaced",
            RevokeReason::Left => "left",
            RevokeReason::Mistaken => "mistaken",
            RevokeReason::Cloned => "cloned",
            RevokeReason::Lost => "lost",
            RevokeReason::Stolen => "stolen",
        }
    }

    /// The reason of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        RevokeReason::ALL.into_iter().find(|r| r.name() == name)
    }

    /// In Chinese, for people.
    pub fn zh(self) -> &'static str {
        match self {
            RevokeReason::Replaced => "换了设备",
            RevokeReason::Left => "不再任职",
            RevokeReason::Mistaken => "登记错了",
            RevokeReason::Cloned => "像是被复制",
            RevokeReason::Lost => "丢了",
            RevokeReason::Stolen => "被偷",
        }
    }

    /// Is the device in unknown hands? Then nothing that arrives from it is taken as its owner's.
    pub fn is_hostile(self) -> bool {
        matches!(self, RevokeReason::Lost | RevokeReason::Stolen)
    }
}

/// The server's order: this device is to forget what it holds. Good for one request only, by its nonce.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WipeOrder {
    pub reason: RevokeReason,
    /// When the office decided it, server time, ms.
    pub revoked_at: i64,
    /// Of the request that this answers, lower-case hex.
    pub nonce: String,
    /// Server's signature over [`wipe_text`].
    pub signature: ByteBuf,
}

/// `POST /v1/wiped`: the device says that it obeyed. It carries its own proof, for the device's key is gone by then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WipeReceipt {
    pub device: Uuid,
    pub order: WipeOrder,
    /// By the device's clock, ms; for display only.
    pub claimed_at: i64,
    /// Device's signature over [`receipt_text`].
    pub signature: ByteBuf,
}

/// Answer to a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WipeNoted {
    /// When it was first noted, server time, ms.
    pub wiped_at: i64,
}

/// How long a device may show what it holds without another contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Server time of the reply, ms.
    pub from: i64,
    /// Server time, ms.
    pub until: i64,
    /// Server's signature over [`lease_text`] with the request's nonce.
    pub signature: ByteBuf,
}

/// Something about invites and devices that the office should see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// Server time, ms.
    pub at: i64,
    /// `invite_again`: a used invite was presented a second time.
    pub kind: String,
    /// Whose invite or device.
    pub name: String,
    pub unit: Uuid,
    /// The device that had used it.
    pub device: Option<Uuid>,
}

/// What the server signs to have a device wiped.
pub fn wipe_text(device: &Uuid, reason: RevokeReason, revoked_at: i64, nonce: &str) -> Vec<u8> {
    format!("gridwalk/wipe/v1\n{device}\n{}\n{revoked_at}\n{nonce}", reason.name()).into_bytes()
}

/// What a device signs to say that it was wiped.
pub fn receipt_text(device: &Uuid, order: &WipeOrder, claimed_at: i64) -> Vec<u8> {
    format!("gridwalk/wiped/v1\n{device}\n{}\n{}\n{}\n{claimed_at}", order.reason.name(), order.revoked_at, order.nonce).into_bytes()
}

/// What the server signs to let a device read on.
pub fn lease_text(device: &Uuid, from: i64, until: i64, nonce: &str) -> Vec<u8> {
    format!("gridwalk/lease/v1\n{device}\n{from}\n{until}\n{nonce}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers_and_only_what_can_be_shown_is_one() {
        assert!(is_older("0.9.0", "0.10.0") && is_older("0.1.0", "0.1.1-rc1") && is_older("0.1", "0.1.0"));
        assert!(!is_older("1.0.0", "1.0.0") && !is_older("2.0.0", "1.9.9") && !is_older("unknown", "1.0.0"));
        assert_eq!(app_version("0.1.0+7"), Some("0.1.0+7"));
        assert!(["", "<b>1</b>", "1\u{202e}0", &"1".repeat(33)].into_iter().all(|text| app_version(text).is_none()));
    }
}
