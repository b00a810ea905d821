//! Registers read where they lie, without taking anything out of the bytes: what a first sync needs of a document that is not here yet, the
//! values for its columns and the stored form without them. The same bounds and checks as [`crate::crdt::Registers::decode_full`].

use super::{CodecError, Input, Prelude, REGISTER_KEYS_MAX, REGISTER_OPS_MAX, REGISTERS_BYTES_MAX, form, put_number};
use crate::crdt::limits::KEY_BYTES_MAX;
use crate::crdt::registers::digest_of_heads;
use crate::crdt::value::Scalar;
use crate::crdt::{ChangeHash, DEL_KEY};

/// One key.
#[derive(Clone, Copy, Debug)]
pub struct SeenKey<'a> {
    pub key: &'a str,
    /// The winner's value.
    pub value: Scalar<'a>,
    /// More than one distinct live value.
    pub is_conflicted: bool,
    /// All of it in the bytes, and where its last operation begins in them.
    bytes: &'a [u8],
    winner_at: usize,
    /// The number that the winner begins with, and its counter.
    winner: (u64, u64),
}

/// Registers in full form, read in place.
#[derive(Clone, Debug)]
pub struct SeenRegisters<'a> {
    /// Everything before the number of keys.
    prelude: &'a [u8],
    pub heads: Vec<ChangeHash>,
    /// Sorted by key.
    pub keys: Vec<SeenKey<'a>>,
}

impl<'a> SeenRegisters<'a> {
    /// Reads [`crate::crdt::Registers::encode_full`] in place.
    ///
    /// # Errors
    /// As [`crate::crdt::Registers::decode_full`].
    pub fn read(bytes: &'a [u8]) -> Result<Self, CodecError> {
        if bytes.len() > REGISTERS_BYTES_MAX {
            return Err(CodecError::TooLarge);
        }
        let mut input = Input(bytes);
        let Prelude { heads, stamps, .. } = input.prelude()?;
        let prelude = &bytes[..bytes.len() - input.0.len()];
        let mut keys: Vec<SeenKey<'a>> = Vec::new();
        let mut room = REGISTER_OPS_MAX;
        for _ in 0..input.count(4, &mut keys)? {
            if keys.len() == REGISTER_KEYS_MAX {
                return Err(CodecError::TooLarge);
            }
            let began = input.0;
            let key = input.text(KEY_BYTES_MAX)?;
            if keys.last().is_some_and(|before| before.key >= key) {
                return Err(CodecError::Malformed("out of order"));
            }
            let (mut before, mut first, mut is_distinct) = (None, None, false);
            loop {
                let winner_at = began.len() - input.0.len();
                let op = input.op(&stamps, before)?;
                let value = op.value.ok_or(CodecError::NotFilled)?;
                room = room.checked_sub(1).ok_or(CodecError::TooLarge)?;
                is_distinct |= *first.get_or_insert(value) != value;
                before = Some(op.id);
                if !op.has_more {
                    let is_conflicted = is_distinct && key != DEL_KEY;
                    let bytes = &began[..began.len() - input.0.len()];
                    keys.push(SeenKey { key, value, is_conflicted, bytes, winner_at, winner: (op.head, op.id.counter) });
                    break;
                }
            }
        }
        if input.0.is_empty() {
            Ok(SeenRegisters { prelude, heads: heads.iter().map(|h| h.hash).collect(), keys })
        } else {
            Err(CodecError::Trailing)
        }
    }

    /// The winner's value; `None` when absent or null.
    pub fn value(&self, key: &str) -> Option<Scalar<'a>> {
        let at = self.keys.binary_search_by(|k| k.key.cmp(key)).ok()?;
        Some(self.keys[at].value).filter(|v| *v != Scalar::Null)
    }

    /// As [`crate::crdt::Registers::encode`]; a key is named by its place.
    pub fn encode(&self, omit: impl Fn(usize) -> bool) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.prelude.len() + 16 + 24 * self.keys.len());
        out.extend_from_slice(self.prelude);
        put_number(&mut out, self.keys.len() as u64);
        for (at, k) in self.keys.iter().enumerate() {
            if k.value != Scalar::Null && omit(at) {
                out.extend_from_slice(&k.bytes[..k.winner_at]);
                put_number(&mut out, k.winner.0 & !3 | form::OMITTED);
                put_number(&mut out, k.winner.1);
            } else {
                out.extend_from_slice(k.bytes);
            }
        }
        out
    }

    /// As [`crate::crdt::Registers::digest_term`].
    pub fn digest_term(&self, document: &[u8]) -> u128 {
        digest_of_heads(document, self.heads.iter())
    }
}
