//! What a device pulls: cursors, rows and signed pages of partitions, the digests that prove agreement, the chain of epochs. How rows are
//! written as bytes is in `rows.rs`.

use super::rows;
use crate::class::Class;
use crate::crdt::ActorId;
use crate::doc::DocId;
use crate::records::Kind;
use crate::rules::Role;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Where a device is in a partition. While a bundle comes, `bundle` says which and how far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    pub unit: Uuid,
    pub class: Class,
    pub epoch: u64,
    pub seq: u64,
    /// Running hash of the row hashes up to `seq`.
    pub mark: [u8; 16],
    pub bundle: Option<BundleCursor>,
}

/// A place in an immutable bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleCursor {
    /// As of this seq.
    pub at: u64,
    pub hash: [u8; 16],
    /// Pages already applied.
    pub page: u32,
}

/// What a row of the log holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RowBody {
    Change {
        doc: DocId,
        kind: Kind,
        bytes: ByteBuf,
    },
    /// Full registers (`Registers::encode_full`), and when the document was first received.
    Snapshot {
        doc: DocId,
        kind: Kind,
        registers: ByteBuf,
        first_at: i64,
        /// Unit of its home partition, when that is another one: the document is placed here by a share.
        home: Option<Uuid>,
    },
    Purge {
        doc: DocId,
    },
    Unshare {
        doc: DocId,
    },
    /// A row of a kept page whose document was erased: only its hash is left. Never in a log.
    Gone {
        doc: DocId,
        hash: [u8; 32],
    },
}

/// One row of a partition's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub seq: u64,
    /// Server time, ms.
    pub received_at: i64,
    /// Opaque: `HMAC(server key, device ‖ device_seq)[..16]`.
    pub command: [u8; 16],
    pub body: RowBody,
}

/// Who an actor is, for «who wrote this».
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActorName {
    pub actor: ActorId,
    pub name: String,
    pub role: Role,
}

/// Rows of one partition, at most [`crate::limits::PAGE_BYTES_MAX`], applied with the cursor in one transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    pub unit: Uuid,
    pub class: Class,
    #[serde(with = "rows")]
    pub rows: Vec<Row>,
    /// The cursor after this page.
    pub cursor: Cursor,
    /// Pages of the bundle in all, while one is coming.
    pub bundle_pages: Option<u32>,
    pub actors: Vec<ActorName>,
    /// Server's signature over [`page_digest`].
    pub signature: ByteBuf,
}

/// Digest of one partition as of the reply's read transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartitionDigest {
    pub unit: Uuid,
    pub class: Class,
    pub head: u64,
    /// Big-endian 128-bit sum of [`crate::crdt::Registers::digest_term`].
    pub digest: [u8; 16],
    /// Highest seq in a verified backup.
    pub safe: u64,
}

/// One link of the chain of epochs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Epoch {
    pub id: u64,
    pub parent: u64,
    /// Fork seq per partition; absent: 0.
    pub forks: Vec<(Uuid, Class, u64)>,
}

/// Hash of one row, as it enters the mark and the page signature.
pub fn row_hash(unit: &Uuid, class: Class, row: &Row) -> [u8; 32] {
    if let RowBody::Gone { hash, .. } = &row.body {
        return *hash;
    }
    let mut h = Sha256::new();
    h.update(b"gridwalk/row/v1");
    h.update(unit.as_bytes());
    h.update([class as u8]);
    h.update(row.seq.to_be_bytes());
    h.update(row.received_at.to_be_bytes());
    h.update(row.command);
    match &row.body {
        RowBody::Change { doc, kind, bytes } => {
            h.update([1, *kind as u8]);
            h.update(doc.bytes());
            h.update(bytes);
        }
        RowBody::Snapshot { doc, kind, registers, first_at, home } => {
            h.update([2, *kind as u8]);
            h.update(doc.bytes());
            h.update(first_at.to_be_bytes());
            h.update(home.unwrap_or_default().as_bytes());
            h.update(registers);
        }
        RowBody::Purge { doc } => {
            h.update([3]);
            h.update(doc.bytes());
        }
        RowBody::Unshare { doc } => {
            h.update([4]);
            h.update(doc.bytes());
        }
        RowBody::Gone { .. } => {}
    }
    h.finalize().into()
}

/// The running hash after one more row.
pub fn next_mark(mark: &[u8; 16], row_hash: &[u8; 32]) -> [u8; 16] {
    let h = Sha256::new().chain_update(mark).chain_update(row_hash).finalize();
    let mut out = [0; 16];
    out.copy_from_slice(&h[..16]);
    out
}

/// What the server signs for a page: its place, its row hashes and who wrote them.
pub fn page_digest(page: &Page) -> [u8; 32] {
    let mut h = Sha256::new();
    h.update(b"gridwalk/page/v1");
    h.update(page.unit.as_bytes());
    h.update([page.class as u8]);
    h.update(page.cursor.epoch.to_be_bytes());
    h.update(page.cursor.seq.to_be_bytes());
    h.update(page.cursor.mark);
    for row in &page.rows {
        h.update(row_hash(&page.unit, page.class, row));
    }
    for a in &page.actors {
        h.update(a.actor.0);
        h.update([a.role as u8]);
        h.update((a.name.len() as u64).to_be_bytes());
        h.update(&a.name);
    }
    h.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_row_keeps_its_hash_when_its_document_is_erased() {
        let doc = DocId::new(Uuid::from_u128(3), Class::Register);
        let unit = Uuid::from_u128(1);
        let body = RowBody::Change { doc, kind: Kind::Person, bytes: ByteBuf::from(b"words".to_vec()) };
        let row = Row { seq: 4, received_at: 5, command: [6; 16], body };
        let hash = row_hash(&unit, Class::Register, &row);
        let gone = Row { body: RowBody::Gone { doc, hash }, ..row };
        assert_eq!(row_hash(&unit, Class::Register, &gone), hash);
    }
}
