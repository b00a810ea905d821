//! One change of a flat document, to and from the bytes Automerge writes.
//!
//! A change chunk is: magic, checksum, type, length, then dependencies, actor, sequence number, first counter, time, an empty message, the
//! other actors, the column directory and the columns. Only what a flat document can contain is written and read; all the rest of the
//! format (nested objects, lists, text, counters, marks, compression) is refused. Reading is bounded before anything is allocated, and a
//! change is accepted only if writing it again gives the same bytes: one change, one form, one hash.

use super::columns::{Reader, put_bytes, put_runs, put_signed, put_unsigned, signed_len};
use super::limits::{
    CHANGE_ACTORS_MAX, CHANGE_BYTES_MAX, CHANGE_DEPS_MAX, CHANGE_OPS_MAX, CHANGE_PREDS_MAX, COUNTER_MAX, KEY_BYTES_MAX, TIME_MAX_S,
};
use super::value::Scalar;
use super::{ActorId, ChangeHash, OpId, Value};
use sha2::{Digest, Sha256};

/// The first bytes of every Automerge chunk.
const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// The chunk type of an uncompressed change.
const CHUNK_CHANGE: u8 = 1;

/// Column numbers: `id << 4 | type`, as in Automerge's storage format.
mod column {
    pub const KEY: u64 = 0x15;
    pub const INSERT: u64 = 0x34;
    pub const ACTION: u64 = 0x42;
    pub const VALUE_META: u64 = 0x56;
    pub const VALUE: u64 = 0x57;
    pub const PRED_COUNT: u64 = 0x70;
    pub const PRED_ACTOR: u64 = 0x71;
    pub const PRED_COUNTER: u64 = 0x73;
    /// In the order they stand in a chunk.
    pub const ALL: [u64; 8] = [KEY, INSERT, ACTION, VALUE_META, VALUE, PRED_COUNT, PRED_ACTOR, PRED_COUNTER];
}

const ACTION_SET: u64 = 1;
const ACTION_DELETE: u64 = 3;

/// The low four bits of a value's metadata; the rest is its length in bytes.
mod kind {
    pub const NULL: u64 = 0;
    pub const FALSE: u64 = 1;
    pub const TRUE: u64 = 2;
    pub const INT: u64 = 4;
    pub const F64: u64 = 5;
    pub const STR: u64 = 6;
}

/// What an operation does to its key. A delete occurs only inside a settlement, followed by a put of the same key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpBody {
    Put(Value),
    Delete,
}

/// One operation at ROOT. Its id is (`start_op` + its position, the change's actor).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Op {
    pub key: String,
    pub body: OpBody,
    /// The operations it replaces, sorted.
    pub pred: Vec<OpId>,
}

/// One change of one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub actor: ActorId,
    /// Dense per (document, actor), from 1.
    pub seq: u64,
    /// The counter of the first operation.
    pub start_op: u64,
    /// Unix seconds, as claimed by the author, from 0 to [`TIME_MAX_S`]. For display only.
    pub time: i64,
    /// Sorted.
    pub deps: Vec<ChangeHash>,
    pub ops: Vec<Op>,
}

/// Why bytes are not a change of a flat document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    #[error("longer than a change may be")]
    TooLarge,
    #[error("cut short")]
    Truncated,
    #[error("not one uncompressed change chunk")]
    NotAChange,
    #[error("the checksum does not match")]
    Checksum,
    #[error("a number is malformed or out of range")]
    Number,
    #[error("more {0} than allowed")]
    TooMany(&'static str),
    #[error("not flat: {0}")]
    NotFlat(&'static str),
    #[error("malformed column: {0}")]
    Column(&'static str),
    #[error("text that is not UTF-8")]
    Utf8,
    #[error("valid, but not the bytes Automerge writes")]
    NotCanonical,
}

impl Change {
    /// The bytes Automerge's `Change::raw_bytes()` gives for this change (uncompressed, no message), and their hash.
    /// `deps` and each `pred` are to be sorted, as [`super::Registers::author`] leaves them.
    pub fn encode(&self) -> (Vec<u8>, ChangeHash) {
        let body = self.body();
        let mut hashed = Vec::with_capacity(body.len() + 16);
        hashed.push(CHUNK_CHANGE);
        put_bytes(&mut hashed, &body);
        let hash: [u8; 32] = Sha256::digest(&hashed).into();
        let mut bytes = Vec::with_capacity(hashed.len() + 8);
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&hash[..4]);
        bytes.extend_from_slice(&hashed);
        (bytes, ChangeHash(hash))
    }

    /// Everything behind the chunk header.
    fn body(&self) -> Vec<u8> {
        let mut others: Vec<ActorId> =
            self.ops.iter().flat_map(|op| &op.pred).map(|pred| pred.actor).filter(|actor| *actor != self.actor).collect();
        others.sort_unstable();
        others.dedup();
        let mut body = Vec::with_capacity(128 + 32 * self.deps.len() + 48 * self.ops.len());
        put_unsigned(&mut body, self.deps.len() as u64);
        for dep in &self.deps {
            body.extend_from_slice(&dep.0);
        }
        put_bytes(&mut body, &self.actor.0);
        put_unsigned(&mut body, self.seq);
        put_unsigned(&mut body, self.start_op);
        put_signed(&mut body, self.time);
        put_bytes(&mut body, b"");
        put_unsigned(&mut body, others.len() as u64);
        for actor in &others {
            put_bytes(&mut body, &actor.0);
        }
        let (data, ends) = self.columns(&others);
        let starts = std::iter::once(0).chain(ends);
        let lengths = starts.zip(ends).map(|(start, end)| end - start);
        let present = || column::ALL.into_iter().zip(lengths.clone()).filter(|(_, length)| *length > 0);
        put_unsigned(&mut body, present().count() as u64);
        for (column, length) in present() {
            put_unsigned(&mut body, column);
            put_unsigned(&mut body, length as u64);
        }
        body.extend_from_slice(&data);
        body
    }

    /// The columns one after the other, and where each of [`column::ALL`] ends. An empty column is left out of the directory.
    fn columns(&self, others: &[ActorId]) -> (Vec<u8>, [usize; 8]) {
        let index_of = |actor: &ActorId| match others.binary_search(actor) {
            Ok(index) => index as u64 + 1,
            Err(_) => 0,
        };
        let ops = &self.ops;
        let mut data = Vec::with_capacity(40 * ops.len());
        let mut numbers: Vec<u64> = Vec::with_capacity(ops.len());
        let mut ends = [0; 8];
        if ops.is_empty() {
            return (data, ends);
        }

        let keys: Vec<&str> = ops.iter().map(|op| op.key.as_str()).collect();
        put_runs(&mut data, &keys, |out, key| put_bytes(out, key.as_bytes()));
        ends[0] = data.len();

        put_unsigned(&mut data, ops.len() as u64); // not one of them is an insert
        ends[1] = data.len();

        numbers.extend(ops.iter().map(|op| if op.body == OpBody::Delete { ACTION_DELETE } else { ACTION_SET }));
        put_runs(&mut data, &numbers, |out, action| put_unsigned(out, *action));
        ends[2] = data.len();

        numbers.clear();
        numbers.extend(ops.iter().map(|op| value_meta(&op.body)));
        put_runs(&mut data, &numbers, |out, meta| put_unsigned(out, *meta));
        ends[3] = data.len();

        for op in ops {
            match &op.body {
                OpBody::Put(Value::Int(value)) => put_signed(&mut data, *value),
                OpBody::Put(Value::F64(value)) => data.extend_from_slice(&value.to_le_bytes()),
                OpBody::Put(Value::Str(value)) => data.extend_from_slice(value.as_bytes()),
                OpBody::Put(Value::Null | Value::Bool(_)) | OpBody::Delete => {}
            }
        }
        ends[4] = data.len();

        numbers.clear();
        numbers.extend(ops.iter().map(|op| op.pred.len() as u64));
        put_runs(&mut data, &numbers, |out, count| put_unsigned(out, *count));
        ends[5] = data.len();

        numbers.clear();
        numbers.extend(ops.iter().flat_map(|op| &op.pred).map(|pred| index_of(&pred.actor)));
        put_runs(&mut data, &numbers, |out, actor| put_unsigned(out, *actor));
        ends[6] = data.len();

        let mut before = 0_i64;
        let mut deltas = Vec::with_capacity(numbers.len());
        for pred in ops.iter().flat_map(|op| &op.pred) {
            let counter = i64::try_from(pred.counter).unwrap_or(i64::MAX); // counters are bounded far below
            deltas.push(counter - before);
            before = counter;
        }
        put_runs(&mut data, &deltas, |out, delta| put_signed(out, *delta));
        ends[7] = data.len();
        (data, ends)
    }

    /// Reads what [`Change::encode`] wrote and refuses everything else: anything not flat, anything beyond [`super::limits`], a change
    /// without operations, a float that is no number, and other bytes for the same change.
    pub fn decode(bytes: &[u8]) -> Result<(Self, ChangeHash), ChangeError> {
        let (body, hash) = read_chunk(bytes)?;
        let change = Self::read_body(Reader(body))?;
        // The header has one form only (the length is read strictly), so equal bodies are equal chunks.
        if change.body() != body { Err(ChangeError::NotCanonical) } else { Ok((change, hash)) }
    }

    fn read_body(mut body: Reader<'_>) -> Result<Self, ChangeError> {
        let count = body.at_most(CHANGE_DEPS_MAX, "dependencies")?;
        let deps = body.take(count * 32)?.as_chunks::<32>().0.iter().map(|hash| ChangeHash(*hash)).collect::<Vec<_>>();
        let actor = read_actor(&mut body)?;
        let seq = body.unsigned()?;
        let start_op = body.unsigned()?;
        let time = body.signed()?;
        if !body.bytes()?.is_empty() {
            return Err(ChangeError::NotFlat("a message"));
        }
        let count = body.at_most(CHANGE_ACTORS_MAX - 1, "actors")?;
        let mut actors = vec![actor];
        for _ in 0..count {
            actors.push(read_actor(&mut body)?);
        }
        if ![seq, start_op].iter().all(|number| (1..=COUNTER_MAX).contains(number)) || !(0..=TIME_MAX_S).contains(&time) {
            return Err(ChangeError::Number);
        }
        let sorted = deps.is_sorted_by(|a, b| a < b) && actors[1..].is_sorted_by(|a, b| a < b) && !actors[1..].contains(&actor);
        if !sorted {
            return Err(ChangeError::NotCanonical);
        }
        let ops = read_ops(read_directory(&mut body)?, &actors)?;
        let change = Self { actor, seq, start_op, time, deps, ops };
        if change.max_op() > COUNTER_MAX { Err(ChangeError::Number) } else { Ok(change) }
    }

    /// The counter of the last operation; `start_op - 1` when there is none.
    pub fn max_op(&self) -> u64 {
        self.start_op.saturating_add(self.ops.len() as u64).saturating_sub(1)
    }

    /// The operations with their ids.
    pub fn ops_with_ids(&self) -> impl Iterator<Item = (OpId, &Op)> {
        let actor = self.actor;
        (self.start_op..).zip(&self.ops).map(move |(counter, op)| (OpId { counter, actor }, op))
    }
}

/// The body of a chunk, and its hash.
fn read_chunk(bytes: &[u8]) -> Result<(&[u8], ChangeHash), ChangeError> {
    if bytes.len() > CHANGE_BYTES_MAX {
        return Err(ChangeError::TooLarge);
    }
    let mut header = Reader(bytes);
    if header.array()? != MAGIC {
        return Err(ChangeError::NotAChange);
    }
    let checksum: [u8; 4] = header.array()?;
    let hashed = header.0;
    if header.array()? != [CHUNK_CHANGE] {
        return Err(ChangeError::NotAChange);
    }
    let body = header.bytes()?;
    if !header.0.is_empty() {
        return Err(ChangeError::NotAChange);
    }
    let hash: [u8; 32] = Sha256::digest(hashed).into();
    if hash[..4] == checksum { Ok((body, ChangeHash(hash))) } else { Err(ChangeError::Checksum) }
}

/// The change that makes a document, read where it lies: nothing but puts of different keys, which replace nothing and depend on nothing.
pub(super) struct MakingChange<'a> {
    pub hash: ChangeHash,
    pub actor: ActorId,
    pub time: i64,
    /// In the order of their counters, from 1.
    pub puts: Vec<(&'a str, Scalar<'a>)>,
}

/// Reads a change that makes a document; `None` when it is any other change. What a gate has let pass is read with the same bounds as by
/// [`Change::decode`]; that the bytes are canonical is not proved again.
pub(super) fn read_making(bytes: &[u8]) -> Result<Option<MakingChange<'_>>, ChangeError> {
    let (body, hash) = read_chunk(bytes)?;
    let mut body = Reader(body);
    if body.at_most(CHANGE_DEPS_MAX, "dependencies")? != 0 {
        return Ok(None);
    }
    let actor = read_actor(&mut body)?;
    let (seq, start_op, time) = (body.unsigned()?, body.unsigned()?, body.signed()?);
    if !body.bytes()?.is_empty() {
        return Err(ChangeError::NotFlat("a message"));
    }
    if (seq, start_op) != (1, 1) || body.at_most(CHANGE_ACTORS_MAX - 1, "actors")? != 0 {
        return Ok(None);
    }
    if !(0..=TIME_MAX_S).contains(&time) {
        return Err(ChangeError::Number);
    }
    let [keys, mut inserts, actions, metas, mut values, pred_counts, pred_actors, pred_counters] = read_directory(&mut body)?;
    let keys = keys.runs(CHANGE_OPS_MAX, "operations", read_key)?;
    let rows = keys.len();
    if rows == 0 {
        return Err(ChangeError::Column("no operation"));
    }
    // each of these is one run in a change that only puts
    let is_run = |mut column: Reader<'_>, of: u64| -> Result<bool, ChangeError> {
        let count = column.signed()?;
        let is_all = (rows == 1 && count == -1) || i64::try_from(rows).is_ok_and(|rows| count == rows);
        Ok(is_all && column.unsigned()? == of && column.0.is_empty())
    };
    if !is_run(actions, ACTION_SET)? || !is_run(pred_counts, 0)? || !pred_actors.0.is_empty() || !pred_counters.0.is_empty() {
        return Ok(None);
    }
    if inserts.unsigned()? != rows as u64 || !inserts.0.is_empty() {
        return Err(ChangeError::NotFlat("an insert into a list"));
    }
    let metas = metas.runs(rows, "values than operations", Reader::unsigned)?;
    if metas.len() != rows {
        return Err(ChangeError::Column("fewer rows than operations"));
    }
    let mut puts = Vec::with_capacity(rows);
    for (key, meta) in keys.into_iter().zip(metas) {
        puts.push((key, read_scalar(meta, &mut values)?));
    }
    if values.0.is_empty() {
        Ok(Some(MakingChange { hash, actor, time, puts }))
    } else {
        Err(ChangeError::Column("bytes behind the last value"))
    }
}

/// Type and length of a value; a delete carries a null.
fn value_meta(body: &OpBody) -> u64 {
    match body {
        OpBody::Delete | OpBody::Put(Value::Null) => kind::NULL,
        OpBody::Put(Value::Bool(false)) => kind::FALSE,
        OpBody::Put(Value::Bool(true)) => kind::TRUE,
        OpBody::Put(Value::Int(value)) => signed_len(*value) << 4 | kind::INT,
        OpBody::Put(Value::F64(_)) => 8 << 4 | kind::F64,
        OpBody::Put(Value::Str(value)) => (value.len() as u64) << 4 | kind::STR,
    }
}

fn read_actor(body: &mut Reader<'_>) -> Result<ActorId, ChangeError> {
    body.bytes()?.try_into().map(ActorId).map_err(|_| ChangeError::Column("an actor that is not 16 bytes"))
}

/// The columns in the order of [`column::ALL`]; what is not in the directory is empty. Nothing may follow them.
fn read_directory<'a>(body: &mut Reader<'a>) -> Result<[Reader<'a>; 8], ChangeError> {
    let count = body.at_most(column::ALL.len(), "columns")?;
    let mut lengths = [0; 8];
    let mut next = 0;
    for _ in 0..count {
        let number = body.unsigned()?;
        let at = column::ALL.iter().position(|column| *column == number).ok_or(ChangeError::NotFlat(name_of(number)))?;
        if at < next {
            return Err(ChangeError::Column("out of order"));
        }
        next = at + 1;
        lengths[at] = body.at_most(CHANGE_BYTES_MAX, "bytes in a column")?;
    }
    let mut columns = [Reader(&[]); 8];
    for (column, length) in columns.iter_mut().zip(lengths) {
        *column = Reader(body.take(length)?);
    }
    if body.0.is_empty() { Ok(columns) } else { Err(ChangeError::NotFlat("extra bytes")) }
}

/// What a column no flat change has would hold.
fn name_of(number: u64) -> &'static str {
    match (number & 8, number >> 4) {
        (8, _) => "a compressed column",
        (_, 0) => "an operation outside ROOT",
        (_, 1) => "a key that is an element of a list",
        (_, 9 | 10) => "a mark",
        _ => "an unknown column",
    }
}

fn read_ops(columns: [Reader<'_>; 8], actors: &[ActorId]) -> Result<Vec<Op>, ChangeError> {
    let [keys, mut inserts, actions, metas, mut values, pred_counts, pred_actors, pred_counters] = columns;
    let actions = actions.runs(CHANGE_OPS_MAX, "operations", Reader::unsigned)?;
    let rows = actions.len();
    if rows == 0 {
        return Err(ChangeError::Column("no operation"));
    }
    let keys = keys.runs(rows, "keys than operations", read_key)?;
    if inserts.unsigned()? != rows as u64 || !inserts.0.is_empty() {
        return Err(ChangeError::NotFlat("an insert into a list"));
    }
    let metas = metas.runs(rows, "values than operations", Reader::unsigned)?;
    let pred_counts = pred_counts.runs(rows, "predecessor counts than operations", |row| row.at_most(CHANGE_PREDS_MAX, "predecessors"))?;
    if [keys.len(), metas.len(), pred_counts.len()] != [rows; 3] {
        return Err(ChangeError::Column("fewer rows than operations"));
    }
    let total: usize = pred_counts.iter().sum();
    if total > CHANGE_PREDS_MAX {
        return Err(ChangeError::TooMany("predecessors"));
    }
    let pred_actors = pred_actors.runs(total, "predecessor actors than predecessors", Reader::unsigned)?;
    let pred_counters = pred_counters.runs(total, "predecessor counters than predecessors", Reader::signed)?;
    if [pred_actors.len(), pred_counters.len()] != [total; 2] {
        return Err(ChangeError::Column("fewer rows than predecessors"));
    }
    let mut counter = 0_i64;
    let mut preds = pred_actors.into_iter().zip(pred_counters).map(|(actor, delta)| {
        counter = counter.checked_add(delta).ok_or(ChangeError::Number)?;
        let actor =
            usize::try_from(actor).ok().and_then(|index| actors.get(index)).ok_or(ChangeError::Column("an actor not in the table"))?;
        match u64::try_from(counter) {
            Ok(counter @ 1..=COUNTER_MAX) => Ok(OpId { counter, actor: *actor }),
            _ => Err(ChangeError::Number),
        }
    });

    let mut ops = Vec::with_capacity(rows);
    for (((key, action), meta), pred_count) in keys.into_iter().zip(actions).zip(metas).zip(pred_counts) {
        let pred = preds.by_ref().take(pred_count).collect::<Result<Vec<_>, _>>()?;
        if !pred.is_sorted_by(|a, b| a < b) {
            return Err(ChangeError::NotCanonical);
        }
        let value = read_value(meta, &mut values)?;
        let body = match (action, value) {
            (ACTION_SET, value) => OpBody::Put(value),
            (ACTION_DELETE, Value::Null) => OpBody::Delete,
            (ACTION_DELETE, _) => return Err(ChangeError::NotFlat("a delete with a value")),
            _ => return Err(ChangeError::NotFlat("an operation that is neither put nor delete")),
        };
        ops.push(Op { key: key.to_owned(), body, pred });
    }
    if values.0.is_empty() { Ok(ops) } else { Err(ChangeError::Column("bytes behind the last value")) }
}

fn read_key<'a>(column: &mut Reader<'a>) -> Result<&'a str, ChangeError> {
    let key = column.bytes()?;
    match key.len() {
        0 => Err(ChangeError::NotFlat("an empty key")),
        1..=KEY_BYTES_MAX => std::str::from_utf8(key).map_err(|_| ChangeError::Utf8),
        _ => Err(ChangeError::TooMany("bytes in a key")),
    }
}

fn read_value(meta: u64, values: &mut Reader<'_>) -> Result<Value, ChangeError> {
    read_scalar(meta, values).map(Scalar::to_value)
}

fn read_scalar<'a>(meta: u64, values: &mut Reader<'a>) -> Result<Scalar<'a>, ChangeError> {
    let mut raw = Reader(values.take(usize::try_from(meta >> 4).map_err(|_| ChangeError::Truncated)?)?);
    let value = match meta & 15 {
        kind::NULL => Scalar::Null,
        kind::FALSE => Scalar::Bool(false),
        kind::TRUE => Scalar::Bool(true),
        kind::INT => Scalar::Int(raw.signed()?),
        kind::F64 => Scalar::F64(f64::from_le_bytes(raw.array()?)),
        kind::STR => Scalar::Str(std::str::from_utf8(std::mem::take(&mut raw.0)).map_err(|_| ChangeError::Utf8)?),
        _ => return Err(ChangeError::NotFlat("a value that is not null, a boolean, an integer, a float or a string")),
    };
    match value {
        Scalar::F64(value) if !value.is_finite() => Err(ChangeError::NotFlat("a float that is not a number")),
        _ if !raw.0.is_empty() => Err(ChangeError::Column("a value of the wrong length")),
        value => Ok(value),
    }
}
