//! The compact binary form of registers, for storage and for the wire.

use super::{Registers, Value};

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    #[error("unknown version of the register form")]
    Version,
    #[error("cut short")]
    Truncated,
    #[error("bytes after the end")]
    Trailing,
    #[error("malformed: {0}")]
    Malformed(&'static str),
    #[error("the column of an omitted value is missing")]
    NotFilled,
}

impl Registers {
    /// Leaves the winner's value out of every key for which `omit` says that a column holds it.
    pub fn encode(&self, omit: &dyn Fn(&str) -> bool) -> Vec<u8> {
        let _ = omit;
        unimplemented!("being filled in")
    }

    /// Asks `fill` for the values that were left out.
    pub fn decode(bytes: &[u8], fill: &mut dyn FnMut(&str) -> Option<Value>) -> Result<Self, CodecError> {
        let _ = (bytes, fill);
        unimplemented!("being filled in")
    }

    /// Everything inline, as on the wire.
    pub fn encode_full(&self) -> Vec<u8> {
        self.encode(&|_| false)
    }

    pub fn decode_full(bytes: &[u8]) -> Result<Self, CodecError> {
        Self::decode(bytes, &mut |_| None)
    }
}

/// As the bytes of [`Registers::encode_full`].
impl serde::Serialize for Registers {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.encode_full())
    }
}

impl<'de> serde::Deserialize<'de> for Registers {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = serde_bytes::ByteBuf::deserialize(deserializer)?;
        Self::decode_full(&bytes).map_err(serde::de::Error::custom)
    }
}
