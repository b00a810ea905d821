//! The three identities every register speaks of: an actor (one author line of one install), a change (its hash) and an operation.
//!
//! All are plain bytes with a fixed order. The order of operation ids is (counter, actor bytes), which is Automerge's own lamport order:
//! the greatest live operation of a key is its winner on every device. In text an id is lower-case hex, in binary it is raw bytes.
//! Identity of a change is (document, hash): the same edit made in two documents has the same hash.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};

/// An author line: 16 bytes derived from a device's key, its install and a counter. Never reused after a refusal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActorId(pub [u8; 16]);

/// SHA-256 of a change chunk. Unique within one document only.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChangeHash(pub [u8; 32]);

/// One operation of a document. The derived order (counter, then actor bytes) decides who wins a key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpId {
    pub counter: u64,
    pub actor: ActorId,
}

/// The text of an id was not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id: {0}")]
pub struct IdError(&'static str);

/// Writes bytes as lower-case hex without allocating.
fn write_hex(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        fmt::Write::write_char(f, char::from(DIGITS[usize::from(byte >> 4)]))?;
        fmt::Write::write_char(f, char::from(DIGITS[usize::from(byte & 15)]))?;
    }
    Ok(())
}

/// Reads exactly `N` bytes of hex.
fn read_hex<const N: usize>(text: &str) -> Result<[u8; N], IdError> {
    fn digit(c: u8) -> Result<u8, IdError> {
        match c {
            b'0'..=b'9' => Ok(c - b'0'),
            b'a'..=b'f' => Ok(c - b'a' + 10),
            b'A'..=b'F' => Ok(c - b'A' + 10),
            _ => Err(IdError("a character that is not hex")),
        }
    }
    let text = text.as_bytes();
    if text.len() != N * 2 {
        return Err(IdError("wrong length"));
    }
    let mut out = [0; N];
    for (byte, pair) in out.iter_mut().zip(text.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Ok(out)
}

/// Reads a byte string of exactly `N` bytes; a sequence of numbers is taken too, for formats without byte strings (JSON).
struct FixedBytes<const N: usize>;

impl<'de, const N: usize> de::Visitor<'de> for FixedBytes<N> {
    type Value = [u8; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{N} bytes")
    }

    fn visit_bytes<E: de::Error>(self, v: &[u8]) -> Result<Self::Value, E> {
        v.try_into().map_err(|_| E::invalid_length(v.len(), &self))
    }

    fn visit_str<E: de::Error>(self, v: &str) -> Result<Self::Value, E> {
        read_hex(v).map_err(E::custom)
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut out = [0; N];
        for (at, byte) in out.iter_mut().enumerate() {
            *byte = seq.next_element()?.ok_or_else(|| de::Error::invalid_length(at, &self))?;
        }
        if seq.next_element::<u8>()?.is_some() {
            return Err(de::Error::invalid_length(N + 1, &self));
        }
        Ok(out)
    }
}

macro_rules! byte_id {
    ($name:ident, $size:literal) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_hex(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_hex(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                read_hex(text).map(Self)
            }
        }

        /// Hex where the format is text, raw bytes where it is binary.
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() { serializer.collect_str(self) } else { serializer.serialize_bytes(&self.0) }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    deserializer.deserialize_any(FixedBytes::<$size>).map(Self)
                } else {
                    deserializer.deserialize_bytes(FixedBytes::<$size>).map(Self)
                }
            }
        }

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }
    };
}

byte_id!(ActorId, 16);
byte_id!(ChangeHash, 32);

/// `counter@hexactor`, as Automerge prints it.
impl fmt::Display for OpId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.counter, self.actor)
    }
}

impl fmt::Debug for OpId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for OpId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let (counter, actor) = text.split_once('@').ok_or(IdError("no @"))?;
        if counter.is_empty() || !counter.bytes().all(|c| c.is_ascii_digit()) || (counter.len() > 1 && counter.starts_with('0')) {
            return Err(IdError("the counter is not a number"));
        }
        Ok(Self { counter: counter.parse().map_err(|_| IdError("the counter is too large"))?, actor: actor.parse()? })
    }
}

/// As its text, because an operation id travels in conflict ids and arguments that people and programs copy.
impl Serialize for OpId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OpId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = OpId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("counter@hexactor")
            }

            fn visit_str<E: de::Error>(self, v: &str) -> Result<OpId, E> {
                v.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}
