//! What two sides say to find out where they differ, once the digests of a partition are unequal: sums of 256 buckets, then the terms of the
//! documents in those that differ, then whole registers; and what a device proposes to the office where registers are all there is left.

use crate::class::Class;
use crate::crdt::Value;
use crate::doc::DocId;
use crate::records::Kind;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Buckets of a partition.
pub const BUCKETS: usize = 256;

/// The bucket of a document, the same on both sides.
pub fn bucket_of(doc: &DocId) -> u8 {
    Sha256::digest(doc.bytes())[0]
}

/// The sums of a partition's buckets, as bytes: 16 each, big endian.
pub fn bucket_sums(terms: impl IntoIterator<Item = (DocId, u128)>) -> Vec<u8> {
    let mut sums = [0_u128; BUCKETS];
    for (doc, term) in terms {
        let sum = &mut sums[usize::from(bucket_of(&doc))];
        *sum = sum.wrapping_add(term);
    }
    sums.iter().flat_map(|sum| sum.to_be_bytes()).collect()
}

/// The buckets in which two lists of sums differ; all of them where one is no such list.
pub fn differing(a: &[u8], b: &[u8]) -> Vec<u8> {
    let at = |sums: &[u8], n: u8| sums.get(usize::from(n) * 16..(usize::from(n) + 1) * 16).map(<[u8]>::to_vec);
    (0..=u8::MAX).filter(|n| at(a, *n).is_none() || at(a, *n) != at(b, *n)).collect()
}

/// What a device holds of a partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartitionSums {
    pub unit: Uuid,
    pub class: Class,
    /// [`bucket_sums`].
    pub sums: ByteBuf,
}

/// `POST /v1/compare`. Of a partition or a document that the device may not hold nothing is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompareRequest {
    pub epoch: u64,
    /// At most [`crate::limits::COMPARED_PARTITIONS_MAX`].
    pub partitions: Vec<PartitionSums>,
    /// Whose registers are asked for; at most [`crate::limits::COMPARED_DOCUMENTS_MAX`].
    pub documents: Vec<DocId>,
}

/// A document's term of the digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    pub doc: DocId,
    pub kind: Kind,
    pub term: [u8; 16],
}

/// What the server holds of a partition, in buckets that differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartitionTerms {
    pub unit: Uuid,
    pub class: Class,
    /// The buckets that are told here, each whole. There may be more.
    pub buckets: Vec<u8>,
    pub terms: Vec<Term>,
}

/// Answer to a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompareReply {
    pub epoch: u64,
    pub partitions: Vec<PartitionTerms>,
    /// `Registers::encode_full`; `None`: there is no such document.
    pub documents: Vec<(DocId, Option<ByteBuf>)>,
}

/// A value that only registers of a device still hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Salvaged {
    pub unit: Uuid,
    pub doc: DocId,
    pub kind: Kind,
    /// The household that the record belongs to, as far as the device knows.
    pub household: Option<Uuid>,
    pub key: String,
    pub value: Value,
    /// Who wrote it, as the device knows them, and when they said so, ms.
    pub name: String,
    pub at: i64,
}

/// `POST /v1/salvage`: at most [`crate::limits::SALVAGED_MAX`] values at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SalvageRequest {
    pub epoch: u64,
    pub values: Vec<Salvaged>,
}

/// Answer: how many stand before the office that did not before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SalvageReply {
    pub epoch: u64,
    pub filed: u32,
    /// Values that cannot be put before the office: the device keeps what it has.
    pub refused: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_bucket_of_a_document_that_differs_differs() {
        let doc = |n: u128| DocId::new(Uuid::from_u128(n), Class::Door);
        let all: Vec<(DocId, u128)> = (0..1000).map(|n| (doc(n), n * 7 + 1)).collect();
        let mut other = all.clone();
        other[5].1 += 1;
        let (a, b) = (bucket_sums(all.clone()), bucket_sums(other.into_iter().rev()));
        assert_eq!(differing(&a, &b), [bucket_of(&doc(5))]);
        assert_eq!(differing(&a, &bucket_sums(all.into_iter().rev())), Vec::<u8>::new());
        assert_eq!(differing(&[], &a).len(), BUCKETS);
    }
}
