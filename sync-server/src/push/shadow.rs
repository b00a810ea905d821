//! The last question before writing: does the Automerge library itself take the change, save, reload and come to the same heads? It does
//! not prove a change safe (the gate before it does that), so it runs only behind the gate, and a panic inside it is a refusal.

use crate::error::Error;
use crate::store::documents;
use automerge::Automerge;
use rusqlite::Connection;
use shared_model::crdt::Registers;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Applies the archived history and one more change; `true` when the heads are those of the registers, before and after a reload.
pub fn agrees(db: &Connection, document: Option<i64>, bytes: &[u8], after: &Registers) -> Result<bool, Error> {
    let mut history: Vec<Vec<u8>> = match document {
        Some(id) => documents::changes(db, id)?.into_iter().map(|c| c.bytes).collect(),
        None => Vec::new(),
    };
    history.push(bytes.to_vec());
    let mut expected: Vec<[u8; 32]> = after.heads.iter().map(|head| head.hash.0).collect();
    expected.sort_unstable();
    Ok(catch_unwind(AssertUnwindSafe(|| library_heads(history) == Some(expected))).unwrap_or(false))
}

fn library_heads(history: Vec<Vec<u8>>) -> Option<Vec<[u8; 32]>> {
    let heads = |doc: &Automerge| {
        let mut heads: Vec<[u8; 32]> = doc.get_heads().into_iter().map(|h| h.0).collect();
        heads.sort_unstable();
        heads
    };
    let changes = history.into_iter().map(automerge::Change::from_bytes).collect::<Result<Vec<_>, _>>().ok()?;
    let mut doc = Automerge::new();
    doc.apply_changes(changes).ok()?;
    let again = Automerge::load(&doc.save()).ok()?;
    let (first, second) = (heads(&doc), heads(&again));
    (first == second).then_some(first)
}
