//! Registers read where they lie, without taking anything out of the bytes: what a first sync needs of a document that is not here yet, the
//! values for its columns and the stored form without them. The same bounds and checks as [`crate::crdt::Registers::decode_full`].

use super::{
    CodecError, Input, Prelude, REGISTER_KEYS_MAX, REGISTER_OPS_MAX, REGISTERS_BYTES_MAX, VERSION, form, put_number, put_scalar, zigzag,
};
use crate::crdt::ChangeError;
use crate::crdt::change::read_making;
use crate::crdt::limits::KEY_BYTES_MAX;
use crate::crdt::registers::digest_of_heads;
use crate::crdt::value::Scalar;
use crate::crdt::{ChangeHash, DEL_KEY};
use std::borrow::Cow;

/// One key.
#[derive(Clone, Copy, Debug)]
pub struct SeenKey<'a> {
    pub key: &'a str,
    /// The winner's value.
    pub value: Scalar<'a>,
    /// More than one distinct live value.
    pub is_conflicted: bool,
    /// All of it in the bytes before its last operation, that operation, and the number and the counter with which it begins.
    before: &'a [u8],
    last: &'a [u8],
    winner: (u64, u64),
}

/// Registers in full form, read in place.
#[derive(Clone, Debug)]
pub struct SeenRegisters<'a> {
    /// Everything before the number of keys.
    prelude: Cow<'a, [u8]>,
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
        let prelude = Cow::Borrowed(&bytes[..bytes.len() - input.0.len()]);
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
                    let (before, last) = began[..began.len() - input.0.len()].split_at(winner_at);
                    keys.push(SeenKey { key, value, is_conflicted, before, last, winner: (op.head, op.id.counter) });
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

    /// The registers of a document with nothing but the change that made it, from the bytes of that change; `None` for any other change.
    ///
    /// # Errors
    /// As [`crate::crdt::Change::decode`], but that the bytes are canonical is not proved again: the gate has.
    pub fn made_by(change: &'a [u8]) -> Result<Option<Self>, ChangeError> {
        let Some(made) = read_making(change)? else { return Ok(None) };
        let mut prelude = Vec::with_capacity(80);
        prelude.push(VERSION);
        put_number(&mut prelude, 1);
        prelude.extend_from_slice(&made.actor.0);
        put_number(&mut prelude, 1);
        put_number(&mut prelude, made.puts.len() as u64);
        put_number(&mut prelude, 1);
        prelude.extend_from_slice(&made.hash.0);
        put_number(&mut prelude, 0);
        put_number(&mut prelude, 1);
        put_number(&mut prelude, 1);
        put_number(&mut prelude, 0);
        put_number(&mut prelude, zigzag(made.time));
        let one = |((key, value), counter): (&(&'a str, Scalar<'a>), u64)| SeenKey {
            key,
            value: *value,
            is_conflicted: false,
            before: &[],
            last: &[],
            winner: (0, counter),
        };
        let mut keys: Vec<SeenKey<'a>> = made.puts.iter().zip(1..).map(one).collect();
        keys.sort_unstable_by_key(|k| k.key);
        // a key put twice is two values at once: left to the registers
        Ok((keys.is_sorted_by(|a, b| a.key < b.key)).then_some(SeenRegisters {
            prelude: Cow::Owned(prelude),
            heads: vec![made.hash],
            keys,
        }))
    }

    /// The winner's value; `None` when absent or null.
    pub fn value(&self, key: &str) -> Option<Scalar<'a>> {
        let at = self.keys.binary_search_by(|k| k.key.cmp(key)).ok()?;
        Some(self.keys[at].value).filter(|v| *v != Scalar::Null)
    }

    /// As [`crate::crdt::Registers::encode`]; a key is named by its place.
    pub fn encode(&self, omit: impl Fn(usize) -> bool) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.prelude.len() + 16 + 24 * self.keys.len());
        out.extend_from_slice(&self.prelude);
        put_number(&mut out, self.keys.len() as u64);
        for (at, k) in self.keys.iter().enumerate() {
            let is_omitted = k.value != Scalar::Null && omit(at);
            if k.before.is_empty() {
                put_number(&mut out, k.key.len() as u64);
                out.extend_from_slice(k.key.as_bytes());
            } else {
                out.extend_from_slice(k.before);
            }
            if is_omitted || k.last.is_empty() {
                let form = match k.value {
                    Scalar::Null => form::NULL,
                    _ if is_omitted => form::OMITTED,
                    _ => form::INLINE,
                };
                put_number(&mut out, k.winner.0 & !3 | form);
                put_number(&mut out, k.winner.1);
                if form == form::INLINE {
                    put_scalar(&mut out, k.value);
                }
            } else {
                out.extend_from_slice(k.last);
            }
        }
        out
    }

    /// As [`crate::crdt::Registers::digest_term`].
    pub fn digest_term(&self, document: &[u8]) -> u128 {
        digest_of_heads(document, self.heads.iter())
    }
}
