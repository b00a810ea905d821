//! What goes into a partition: the one place where log, archive, registers, digest and mark move together; and the server's own ordinary
//! changes (memberships, a unit's parent), written by its own actor in commit order.

use crate::Inner;
use crate::error::Error;
use crate::store::{self, documents, documents::PartitionRow};
use serde_bytes::ByteBuf;
use shared_model::Role;
use shared_model::class::Class;
use shared_model::crdt::{ActorId, Change, ChangeHash, Clock, Edit, Registers};
use shared_model::doc::{DocId, actor_of};
use shared_model::records::Kind;
use shared_model::wire::{Row, RowBody, next_mark, row_hash};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Name of the server's own actor.
const SERVER_NAME: &str = "服务器";

/// A change that is to be written, with the document as it was and as it will be.
pub struct Written<'a> {
    pub doc: DocId,
    pub kind: Kind,
    /// Row id of the document; `None` when this change makes it.
    pub existing: Option<i64>,
    pub person: Option<Uuid>,
    pub change: &'a Change,
    pub hash: ChangeHash,
    pub bytes: &'a [u8],
    pub clock: &'a BTreeMap<ActorId, Clock>,
    /// Its term in the digest before; `None` when it was not there.
    pub term_before: Option<u128>,
    pub after: &'a Registers,
}

/// Writes changes of one command into one partition, as contiguous rows.
pub fn append(
    db: &rusqlite::Connection,
    unit: &Uuid,
    class: Class,
    command: [u8; 16],
    now_ms: i64,
    changes: &[Written<'_>],
) -> Result<PartitionRow, Error> {
    let mut partition = documents::make_partition(db, unit, class)?;
    for w in changes {
        let registers = w.after.encode_full();
        let document = match w.existing {
            Some(id) => {
                documents::save_registers(db, id, &registers, now_ms)?;
                id
            }
            None => documents::add(db, &w.doc, w.kind, partition.id, &registers, w.person.as_ref(), now_ms)?,
        };
        let change = documents::add_change(
            db,
            &documents::NewChange {
                document,
                hash: w.hash,
                actor: w.change.actor,
                seq: w.change.seq,
                start_op: w.change.start_op,
                max_op: w.change.max_op(),
                clock: w.clock,
                bytes: w.bytes,
                received_at: now_ms,
                command,
            },
        )?;
        partition.head += 1;
        let body = RowBody::Change { doc: w.doc, kind: w.kind, bytes: ByteBuf::from(w.bytes) };
        let row = Row { seq: partition.head, received_at: now_ms, command, body };
        partition.mark = next_mark(&partition.mark, &row_hash(unit, class, &row));
        partition.digest = partition.digest.wrapping_sub(w.term_before.unwrap_or(0)).wrapping_add(w.after.digest_term(&w.doc.bytes()));
        documents::add_row(db, partition.id, &row, Some(change), &partition.mark)?;
    }
    documents::save_partition(db, &partition)?;
    Ok(partition)
}

impl Inner {
    /// The server's actor; it carries the epoch, so that a restored server never writes under numbers it used before.
    pub fn own_actor(&self, db: &rusqlite::Connection) -> Result<ActorId, Error> {
        self.own_actor_of(db, 0)
    }

    /// One of its further actors, for values that stand side by side.
    pub fn own_actor_of(&self, db: &rusqlite::Connection, counter: u64) -> Result<ActorId, Error> {
        let epoch = store::epochs::current(db)?;
        let mut nonce = [0; 16];
        nonce[8..].copy_from_slice(&epoch.to_be_bytes());
        let actor = actor_of(&self.keys.public(), &nonce, counter);
        store::people::add_actor(db, &actor, None, None, SERVER_NAME, Role::Admin)?;
        Ok(actor)
    }

    /// Writes values into a document as an ordinary change of the server's actor. Returns the partition, or `None` when nothing changes.
    pub fn write_own(
        &self,
        db: &rusqlite::Connection,
        unit: &Uuid,
        doc: DocId,
        kind: Kind,
        edits: &[Edit],
    ) -> Result<Option<PartitionRow>, Error> {
        let now_ms = self.env.now_ms();
        let actor = self.own_actor(db)?;
        let found = documents::get(db, &doc)?;
        let before = match &found {
            Some(row) => Registers::decode_full(&row.registers).map_err(|_| Error::Damaged("registers of a document"))?,
            None => Registers::default(),
        };
        let own_hash = match &found {
            Some(row) => documents::last_hash(db, row.id, &actor)?,
            None => None,
        };
        let Some((change, bytes, hash)) = before.author(actor, own_hash, now_ms.div_euclid(1000), edits) else { return Ok(None) };
        let mut after = before.clone();
        after.apply(&change, hash).map_err(|_| Error::Damaged("the server's own change does not apply"))?;
        let seq = store::get_meta(db, "server_seq")?.and_then(|s| s.parse::<u64>().ok()).unwrap_or(0) + 1;
        store::set_meta(db, "server_seq", &seq.to_string())?;
        let written = Written {
            doc,
            kind,
            existing: found.as_ref().map(|row| row.id),
            person: None,
            change: &change,
            hash,
            bytes: &bytes,
            clock: &after.clock,
            term_before: found.as_ref().map(|_| before.digest_term(&doc.bytes())),
            after: &after,
        };
        append(db, unit, doc.class, self.keys.opaque(&Uuid::nil(), seq), now_ms, &[written]).map(Some)
    }
}
