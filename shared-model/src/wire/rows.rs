//! The rows of a page as bytes: what a row shares with the one before it is not said again. Pages hold thousands of small rows, and a map of
//! named fields a row costs more to read than the row itself.
//!
//! Layout (numbers are LEB128, differences zigzag): version 1 · number of rows · rows. A row: flags (body in the low three bits; same
//! command, same record, same class, same kind as the row before) · seq and received_at as differences to the row before · what the flags
//! do not say: command 16, record 16, class 1, kind 1 · generation · of a change: length, bytes; of a snapshot: first_at as difference to
//! received_at, length, registers; of a snapshot placed by a share the same, then its home 16; of a row that is gone: hash 32.

use super::{Row, RowBody};
use crate::bytes::{Input, put_number, put_sized, unzigzag, zigzag};
use crate::class::Class;
use crate::doc::DocId;
use crate::records::Kind;
use serde::{Deserialize, Deserializer, Serializer, de, ser};
use serde_bytes::ByteBuf;
use uuid::Uuid;

const VERSION: u8 = 1;
/// The least bytes of a row.
const ROW_BYTES_MIN: usize = 4;

mod body {
    pub const CHANGE: u8 = 0;
    pub const SNAPSHOT: u8 = 1;
    pub const PURGE: u8 = 2;
    pub const UNSHARE: u8 = 3;
    pub const GONE: u8 = 4;
    /// A snapshot whose document has its home elsewhere.
    pub const PLACED: u8 = 5;
    pub const MASK: u8 = 7;
}

mod same {
    pub const COMMAND: u8 = 8;
    pub const RECORD: u8 = 16;
    pub const CLASS: u8 = 32;
    pub const KIND: u8 = 64;
}

/// What the next row may refer to.
struct Before {
    seq: u64,
    received_at: i64,
    command: [u8; 16],
    record: Uuid,
    class: Class,
    kind: Kind,
}

impl Before {
    fn nothing() -> Self {
        Before { seq: 0, received_at: 0, command: [0; 16], record: Uuid::nil(), class: Class::Common, kind: Kind::Unit }
    }
}

/// Rows as bytes.
pub fn rows_to_bytes(rows: &[Row]) -> Vec<u8> {
    let mut out = Vec::with_capacity(16 + rows.iter().map(|r| 48 + weight(&r.body)).sum::<usize>());
    out.push(VERSION);
    put_number(&mut out, rows.len() as u64);
    let mut before = Before::nothing();
    for row in rows {
        let (tag, doc, kind) = match &row.body {
            RowBody::Change { doc, kind, .. } => (body::CHANGE, doc, Some(*kind)),
            RowBody::Snapshot { doc, kind, home: None, .. } => (body::SNAPSHOT, doc, Some(*kind)),
            RowBody::Snapshot { doc, kind, home: Some(_), .. } => (body::PLACED, doc, Some(*kind)),
            RowBody::Purge { doc } => (body::PURGE, doc, None),
            RowBody::Unshare { doc } => (body::UNSHARE, doc, None),
            RowBody::Gone { doc, .. } => (body::GONE, doc, None),
        };
        let kind = kind.unwrap_or(before.kind);
        let mut flags = tag;
        for (is_same, flag) in [
            (row.command == before.command, same::COMMAND),
            (doc.record == before.record, same::RECORD),
            (doc.class == before.class, same::CLASS),
            (kind == before.kind, same::KIND),
        ] {
            flags |= if is_same { flag } else { 0 };
        }
        out.push(flags);
        put_number(&mut out, zigzag(row.seq.wrapping_sub(before.seq).cast_signed()));
        put_number(&mut out, zigzag(row.received_at.wrapping_sub(before.received_at)));
        if flags & same::COMMAND == 0 {
            out.extend_from_slice(&row.command);
        }
        if flags & same::RECORD == 0 {
            out.extend_from_slice(doc.record.as_bytes());
        }
        if flags & same::CLASS == 0 {
            out.push(doc.class as u8);
        }
        if flags & same::KIND == 0 {
            out.push(kind as u8);
        }
        put_number(&mut out, doc.generation.into());
        match &row.body {
            RowBody::Change { bytes, .. } => put_sized(&mut out, bytes),
            RowBody::Snapshot { registers, first_at, home, .. } => {
                put_number(&mut out, zigzag(first_at.wrapping_sub(row.received_at)));
                put_sized(&mut out, registers);
                out.extend(home.iter().flat_map(|home| home.as_bytes()));
            }
            RowBody::Purge { .. } | RowBody::Unshare { .. } => {}
            RowBody::Gone { hash, .. } => out.extend_from_slice(hash),
        }
        let (seq, received_at, command) = (row.seq, row.received_at, row.command);
        before = Before { seq, received_at, command, record: doc.record, class: doc.class, kind };
    }
    out
}

fn weight(body: &RowBody) -> usize {
    match body {
        RowBody::Change { bytes, .. } => bytes.len(),
        RowBody::Snapshot { registers, .. } => registers.len(),
        _ => 0,
    }
}

/// Reads [`rows_to_bytes`]; any bytes may be given, and no more is allocated than there are.
///
/// # Errors
/// A short reason; never the content.
pub fn rows_from_bytes(bytes: &[u8]) -> Result<Vec<Row>, &'static str> {
    let mut input = Input(bytes);
    if input.byte()? != VERSION {
        return Err("unknown version of rows");
    }
    let count = usize::try_from(input.number()?).ok().filter(|n| *n <= input.0.len() / ROW_BYTES_MIN).ok_or("fewer rows than said")?;
    let mut rows = Vec::with_capacity(count);
    let mut before = Before::nothing();
    for _ in 0..count {
        let flags = input.byte()?;
        let seq = before.seq.wrapping_add(unzigzag(input.number()?).cast_unsigned());
        let received_at = before.received_at.wrapping_add(unzigzag(input.number()?));
        let command = if flags & same::COMMAND == 0 { input.array()? } else { before.command };
        let record = if flags & same::RECORD == 0 { Uuid::from_bytes(input.array()?) } else { before.record };
        let class = if flags & same::CLASS == 0 { Class::from_u8(input.byte()?).ok_or("a class")? } else { before.class };
        let kind = if flags & same::KIND == 0 { Kind::from_u8(input.byte()?).ok_or("a kind")? } else { before.kind };
        let generation = u16::try_from(input.number()?).map_err(|_| "a generation")?;
        let doc = DocId { record, class, generation };
        let body = match flags & body::MASK {
            body::CHANGE => RowBody::Change { doc, kind, bytes: ByteBuf::from(input.sized()?) },
            tag @ (body::SNAPSHOT | body::PLACED) => {
                let first_at = received_at.wrapping_add(unzigzag(input.number()?));
                let registers = ByteBuf::from(input.sized()?);
                let home = if tag == body::PLACED { Some(Uuid::from_bytes(input.array()?)) } else { None };
                RowBody::Snapshot { doc, kind, registers, first_at, home }
            }
            body::PURGE => RowBody::Purge { doc },
            body::UNSHARE => RowBody::Unshare { doc },
            body::GONE => RowBody::Gone { doc, hash: input.array()? },
            _ => return Err("a body"),
        };
        rows.push(Row { seq, received_at, command, body });
        before = Before { seq, received_at, command, record, class, kind };
    }
    if input.0.is_empty() { Ok(rows) } else { Err("bytes after the last row") }
}

/// For `#[serde(with)]` on the rows of a page.
pub fn serialize<S: Serializer>(rows: &[Row], s: S) -> Result<S::Ok, S::Error> {
    s.serialize_bytes(&rows_to_bytes(rows)).map_err(ser::Error::custom)
}

/// As [`serialize`].
pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<Row>, D::Error> {
    rows_from_bytes(&ByteBuf::deserialize(d)?).map_err(de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_row() -> impl Strategy<Value = Row> {
        let doc = (0_u128..3, 0_u8..6, 0_u16..300).prop_map(|(record, class, generation)| DocId {
            record: Uuid::from_u128(record << 100),
            class: Class::from_u8(class % 6).unwrap_or(Class::Common),
            generation,
        });
        let body =
            (doc, 0_u8..6, 1_u8..11, prop::collection::vec(any::<u8>(), 0..40), any::<i64>()).prop_map(|(doc, tag, kind, bytes, at)| {
                let kind = Kind::from_u8(kind).unwrap_or(Kind::Unit);
                match tag {
                    0 => RowBody::Change { doc, kind, bytes: ByteBuf::from(bytes) },
                    1 => RowBody::Snapshot { doc, kind, registers: ByteBuf::from(bytes), first_at: at, home: None },
                    5 => RowBody::Snapshot { doc, kind, registers: ByteBuf::from(bytes), first_at: at, home: Some(Uuid::from_u128(9)) },
                    2 => RowBody::Purge { doc },
                    3 => RowBody::Unshare { doc },
                    _ => RowBody::Gone { doc, hash: [7; 32] },
                }
            });
        (any::<u64>(), any::<i64>(), 0_u8..2, body).prop_map(|(seq, received_at, command, body)| Row {
            seq,
            received_at,
            command: [command; 16],
            body,
        })
    }

    proptest! {
        #[test]
        fn rows_come_back_as_they_were(rows in prop::collection::vec(any_row(), 0..12)) {
            let bytes = rows_to_bytes(&rows);
            prop_assert_eq!(rows_from_bytes(&bytes), Ok(rows));
            for cut in 0..bytes.len() {
                prop_assert!(rows_from_bytes(&bytes[..cut]).is_err());
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = rows_from_bytes(&bytes);
            let mut bytes = bytes;
            bytes.insert(0, VERSION);
            let _ = rows_from_bytes(&bytes);
        }
    }
}
