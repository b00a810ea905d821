//! The compact binary form of registers, for storage and for the wire.
//!
//! Layout (numbers are LEB128, `at` is zigzag): version 1 · actors, sorted: id, seq, max_op · heads, sorted: hash, actor, seq · stamps
//! (actor, at), shared by the operations of one change · keys, sorted: name, then its operations, the winner last: (stamp << 3 | more << 2 |
//! form), counter, and the value where the form is `INLINE`. A winner whose value stands in a typed column is left out and asked back on
//! reading; a null is never asked back. Reading allocates in proportion to the bytes there are, never to the counts they claim.

use super::limits::{COUNTER_MAX, KEY_BYTES_MAX, REGISTER_KEYS_MAX, REGISTER_OPS_MAX, REGISTERS_BYTES_MAX};
use super::value::Scalar;
use super::{ActorId, ChangeHash, Clock, Head, LiveOp, OpId, Registers, Value};
use crate::bytes::{Flaw, Input, put_number, unzigzag, zigzag};
use std::collections::BTreeMap;

const VERSION: u8 = 1;

/// How a value is written.
mod form {
    /// In the column of the winner.
    pub const OMITTED: u64 = 0;
    pub const INLINE: u64 = 1;
    pub const NULL: u64 = 2;
}

/// The first byte of an inline value.
mod tag {
    pub const FALSE: u8 = 1;
    pub const TRUE: u8 = 2;
    pub const INT: u8 = 3;
    pub const F64: u8 = 4;
    pub const STR: u8 = 5;
}

/// Beyond this many stamps a repeated one is written again rather than searched for.
const STAMPS_SEARCHED: usize = 64;

/// Room made in a table before its entries are read.
const ENTRIES_RESERVED: usize = 64;

/// Why bytes are not registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    #[error("unknown version of the register form")]
    Version,
    #[error("longer than registers may be")]
    TooLarge,
    #[error("cut short")]
    Truncated,
    #[error("bytes after the end")]
    Trailing,
    #[error("malformed: {0}")]
    Malformed(&'static str),
    #[error("the column of an omitted value is empty")]
    NotFilled,
}

impl From<Flaw> for CodecError {
    fn from(flaw: Flaw) -> Self {
        match flaw {
            Flaw::CutShort => CodecError::Truncated,
            Flaw::Number | Flaw::Length => CodecError::Malformed(flaw.words()),
        }
    }
}

impl Registers {
    /// Leaves the winner's value out of every key for which `omit` says that a column holds it.
    pub fn encode(&self, omit: &dyn Fn(&str) -> bool) -> Vec<u8> {
        let actors: Vec<&ActorId> = self.clock.keys().collect();
        let index_of =
            |actor: &ActorId| actors.binary_search(&actor).expect("every actor of a head or an operation is in the clock") as u64;
        let mut out = Vec::with_capacity(64 + 24 * actors.len() + 40 * self.heads.len() + 24 * self.live.len());
        out.push(VERSION);
        put_number(&mut out, actors.len() as u64);
        for (actor, clock) in &self.clock {
            out.extend_from_slice(&actor.0);
            put_number(&mut out, clock.seq);
            put_number(&mut out, clock.max_op);
        }
        put_number(&mut out, self.heads.len() as u64);
        for head in &self.heads {
            out.extend_from_slice(&head.hash.0);
            put_number(&mut out, index_of(&head.actor));
            put_number(&mut out, head.seq);
        }

        let mut stamps: Vec<(ActorId, i64)> = Vec::new();
        let mut stamp_of: Vec<u64> = Vec::with_capacity(self.live.len());
        for op in self.live.values().flatten() {
            let stamp = (op.id.actor, op.at);
            let searched = stamps.len().saturating_sub(STAMPS_SEARCHED);
            let at = stamps[searched..].iter().rposition(|other| *other == stamp).map(|at| at + searched).unwrap_or_else(|| {
                stamps.push(stamp);
                stamps.len() - 1
            });
            stamp_of.push(at as u64);
        }
        put_number(&mut out, stamps.len() as u64);
        for (actor, at) in &stamps {
            put_number(&mut out, index_of(actor));
            put_number(&mut out, zigzag(*at));
        }

        put_number(&mut out, self.live.len() as u64);
        let mut stamp_of = stamp_of.into_iter();
        for (key, ops) in &self.live {
            put_number(&mut out, key.len() as u64);
            out.extend_from_slice(key.as_bytes());
            for ((at, op), stamp) in ops.iter().enumerate().zip(stamp_of.by_ref()) {
                let is_winner = at + 1 == ops.len();
                let form = match op.value {
                    Value::Null => form::NULL,
                    _ if is_winner && omit(key) => form::OMITTED,
                    _ => form::INLINE,
                };
                put_number(&mut out, stamp << 3 | u64::from(!is_winner) << 2 | form);
                put_number(&mut out, op.id.counter);
                if form == form::INLINE {
                    put_value(&mut out, &op.value);
                }
            }
        }
        out
    }

    /// Asks `fill` for the values that were left out (never for a null). Any bytes may be given.
    pub fn decode(bytes: &[u8], fill: &mut dyn FnMut(&str) -> Option<Value>) -> Result<Self, CodecError> {
        if bytes.len() > REGISTERS_BYTES_MAX {
            return Err(CodecError::TooLarge);
        }
        let mut input = Input(bytes);
        let Prelude { actors, heads, stamps } = input.prelude()?;
        let mut live: Vec<(String, Vec<LiveOp>)> = Vec::new();
        let mut room = REGISTER_OPS_MAX;
        for _ in 0..input.count(4, &mut live)? {
            if live.len() == REGISTER_KEYS_MAX {
                return Err(CodecError::TooLarge);
            }
            let key = input.text(KEY_BYTES_MAX)?;
            if live.last().is_some_and(|(before, _)| before.as_str() >= key) {
                return Err(CodecError::Malformed("out of order"));
            }
            live.push((key.to_owned(), input.ops(key, &stamps, &mut room, fill)?));
        }
        if !input.0.is_empty() {
            return Err(CodecError::Trailing);
        }
        Ok(Self { heads, clock: actors.into_iter().collect(), live: live.into_iter().collect::<BTreeMap<_, _>>() })
    }

    /// Everything inline, as on the wire.
    pub fn encode_full(&self) -> Vec<u8> {
        self.encode(&|_| false)
    }

    /// Reads [`Registers::encode_full`].
    pub fn decode_full(bytes: &[u8]) -> Result<Self, CodecError> {
        Self::decode(bytes, &mut |_| None)
    }
}

impl Registers {
    /// A state of the same document written by what tells it from another one that is kept beside it: its heads and clock, its operations
    /// of the keys in which the two differ, and the keys that only the other has. A few bytes where it is one edit behind.
    pub fn encode_beside(&self, other: &Registers) -> Vec<u8> {
        let only_there: Vec<&String> = other.live.keys().filter(|key| !self.live.contains_key(*key)).collect();
        let mut out = Vec::new();
        put_number(&mut out, only_there.len() as u64);
        for key in only_there {
            put_number(&mut out, key.len() as u64);
            out.extend_from_slice(key.as_bytes());
        }
        let differs = |(key, ops): &(&String, &Vec<LiveOp>)| other.live.get(*key) != Some(*ops);
        let live = self.live.iter().filter(differs).map(|(key, ops)| (key.clone(), ops.clone())).collect();
        out.extend(Registers { heads: self.heads.clone(), clock: self.clock.clone(), live }.encode_full());
        out
    }

    /// Reads what [`Registers::encode_beside`] wrote; `self` is the state that it was written beside.
    pub fn decode_other(&self, bytes: &[u8]) -> Result<Registers, CodecError> {
        let mut input = Input(bytes);
        let mut only_here = Vec::new();
        for _ in 0..input.count(1, &mut only_here)? {
            only_here.push(input.text(KEY_BYTES_MAX)?);
        }
        let told = Registers::decode_full(input.0)?;
        let mut live = self.live.clone();
        for key in only_here {
            live.remove(key);
        }
        live.extend(told.live);
        if live.values().flatten().any(|op| !told.clock.contains_key(&op.id.actor)) {
            return Err(CodecError::Malformed("an operation beyond the clock"));
        }
        Ok(Registers { heads: told.heads, clock: told.clock, live })
    }
}

/// What stands before the keys.
struct Prelude {
    actors: Vec<(ActorId, Clock)>,
    heads: Vec<Head>,
    stamps: Vec<Stamp>,
}

/// One operation as it lies in the bytes.
struct RawOp<'a> {
    id: OpId,
    at: i64,
    /// The number it begins with.
    head: u64,
    has_more: bool,
    /// `None`: in the column of the winner.
    value: Option<Scalar<'a>>,
}

/// What the operations of one change share.
#[derive(Clone, Copy)]
struct Stamp {
    actor: ActorId,
    max_op: u64,
    at: i64,
}

fn put_value(out: &mut Vec<u8>, value: &Value) {
    put_scalar(out, value.as_scalar());
}

fn put_scalar(out: &mut Vec<u8>, value: Scalar<'_>) {
    match value {
        Scalar::Null => unreachable!("a null has a form of its own"),
        Scalar::Bool(value) => out.push(if value { tag::TRUE } else { tag::FALSE }),
        Scalar::Int(value) => {
            out.push(tag::INT);
            put_number(out, zigzag(value));
        }
        Scalar::F64(value) => {
            out.push(tag::F64);
            out.extend_from_slice(&value.to_le_bytes());
        }
        Scalar::Str(value) => {
            out.push(tag::STR);
            put_number(out, value.len() as u64);
            out.extend_from_slice(value.as_bytes());
        }
    }
}

impl<'a> Input<'a> {
    /// A sequence number or an operation counter.
    fn counter(&mut self) -> Result<u64, CodecError> {
        let value = self.number()?;
        if value <= COUNTER_MAX { Ok(value) } else { Err(CodecError::Malformed("a counter")) }
    }

    /// How many entries follow, each of at least `bytes_each`; reserves room for an ordinary number of them.
    fn count<T>(&mut self, bytes_each: usize, entries: &mut Vec<T>) -> Result<usize, CodecError> {
        let count =
            usize::try_from(self.number()?).ok().filter(|count| *count <= self.0.len() / bytes_each).ok_or(CodecError::Truncated)?;
        entries.reserve_exact(count.min(ENTRIES_RESERVED));
        Ok(count)
    }

    /// An entry of a table read before.
    fn pick<T: Copy>(&mut self, table: &[T]) -> Result<T, CodecError> {
        let index = self.number()?;
        usize::try_from(index).ok().and_then(|index| table.get(index)).copied().ok_or(CodecError::Malformed("not in its table"))
    }

    fn text(&mut self, bytes_max: usize) -> Result<&'a str, CodecError> {
        let length =
            usize::try_from(self.number()?).ok().filter(|length| *length <= bytes_max).ok_or(CodecError::Malformed("a text too long"))?;
        std::str::from_utf8(self.take(length)?).map_err(|_| CodecError::Malformed("a text that is not UTF-8"))
    }

    /// The operations of one key, `room` at most.
    fn ops(
        &mut self,
        key: &str,
        stamps: &[Stamp],
        room: &mut usize,
        fill: &mut dyn FnMut(&str) -> Option<Value>,
    ) -> Result<Vec<LiveOp>, CodecError> {
        let mut ops: Vec<LiveOp> = Vec::with_capacity(1);
        loop {
            let op = self.op(stamps, ops.last().map(|before| before.id))?;
            let value = match op.value {
                Some(value) => value.to_value(),
                None => fill(key).ok_or(CodecError::NotFilled)?,
            };
            *room = room.checked_sub(1).ok_or(CodecError::TooLarge)?;
            ops.push(LiveOp { id: op.id, at: op.at, value });
            if !op.has_more {
                return Ok(ops);
            }
        }
    }

    /// Everything before the keys.
    fn prelude(&mut self) -> Result<Prelude, CodecError> {
        if self.byte()? != VERSION {
            return Err(CodecError::Version);
        }
        let mut actors: Vec<(ActorId, Clock)> = Vec::new();
        for _ in 0..self.count(18, &mut actors)? {
            let actor = ActorId(self.array()?);
            actors.push((actor, Clock { seq: self.counter()?, max_op: self.counter()? }));
        }
        let mut heads: Vec<Head> = Vec::new();
        for _ in 0..self.count(34, &mut heads)? {
            let hash = ChangeHash(self.array()?);
            let (actor, clock) = self.pick(&actors)?;
            let seq = self.counter()?;
            if seq == 0 || seq > clock.seq {
                return Err(CodecError::Malformed("a head beyond the clock"));
            }
            heads.push(Head { hash, actor, seq });
        }
        if !actors.is_sorted_by(|a, b| a.0 < b.0) || !heads.is_sorted_by(|a, b| a.hash < b.hash) {
            return Err(CodecError::Malformed("out of order"));
        }
        let mut stamps: Vec<Stamp> = Vec::new();
        for _ in 0..self.count(2, &mut stamps)? {
            let (actor, clock) = self.pick(&actors)?;
            stamps.push(Stamp { actor, max_op: clock.max_op, at: unzigzag(self.number()?) });
        }
        Ok(Prelude { actors, heads, stamps })
    }

    /// One operation; its value where it stands here.
    fn op(&mut self, stamps: &[Stamp], before: Option<OpId>) -> Result<RawOp<'a>, CodecError> {
        let head = self.number()?;
        let stamp = usize::try_from(head >> 3).ok().and_then(|index| stamps.get(index)).ok_or(CodecError::Malformed("not in its table"))?;
        let id = OpId { counter: self.counter()?, actor: stamp.actor };
        if id.counter == 0 || id.counter > stamp.max_op {
            return Err(CodecError::Malformed("an operation beyond the clock"));
        }
        if before.is_some_and(|before| before >= id) {
            return Err(CodecError::Malformed("out of order"));
        }
        let has_more = head & 4 != 0;
        let value = match head & 3 {
            form::OMITTED if !has_more => None,
            form::INLINE => Some(self.value()?),
            form::NULL => Some(Scalar::Null),
            _ => return Err(CodecError::Malformed("the form of a value")),
        };
        Ok(RawOp { id, at: stamp.at, head, has_more, value })
    }

    fn value(&mut self) -> Result<Scalar<'a>, CodecError> {
        match self.byte()? {
            tag::FALSE => Ok(Scalar::Bool(false)),
            tag::TRUE => Ok(Scalar::Bool(true)),
            tag::INT => Ok(Scalar::Int(unzigzag(self.number()?))),
            tag::F64 => Ok(Scalar::F64(f64::from_le_bytes(self.array()?))),
            tag::STR => Ok(Scalar::Str(self.text(REGISTERS_BYTES_MAX)?)),
            _ => Err(CodecError::Malformed("the type of a value")),
        }
    }
}

mod seen;
pub use seen::{SeenKey, SeenRegisters};

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
