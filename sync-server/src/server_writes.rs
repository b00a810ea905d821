//! What goes into a partition: the one place where log, archive, registers, digest and mark move together; and the server's own ordinary
//! changes (memberships, a unit's parent), written by its own actor in commit order.

use crate::Inner;
use crate::error::Error;
use crate::store;
use crate::store::documents::{self, DocumentRow, NewDocument, PartitionRow};
use serde_bytes::ByteBuf;
use sha2::{Digest, Sha256};
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
    /// Unit of its home partition.
    pub unit: Uuid,
    pub doc: DocId,
    pub kind: Kind,
    /// Row id of the document; `None` when this change makes it.
    pub existing: Option<i64>,
    /// The case of a new step.
    pub parent: Option<Uuid>,
    pub person: Option<Uuid>,
    pub change: &'a Change,
    pub hash: ChangeHash,
    pub bytes: &'a [u8],
    pub clock: &'a BTreeMap<ActorId, Clock>,
    /// Its term in the digest before; `None` when it was not there.
    pub term_before: Option<u128>,
    pub after: &'a Registers,
}

/// The rows of one command, gathered by partition and then written at once: partitions in sorted order, within each the rows contiguous. A
/// change goes to the log of its home and to that of every partition that places the document.
pub struct Batch<'a> {
    db: &'a rusqlite::Connection,
    command: [u8; 16],
    now_ms: i64,
    rows: BTreeMap<(Uuid, Class), Vec<NewRow>>,
}

struct NewRow {
    body: RowBody,
    /// Of a change: its row in the archive.
    change: Option<i64>,
    /// The document's term in the digest of the partition, before and after.
    before: u128,
    after: u128,
}

impl<'a> Batch<'a> {
    pub fn new(db: &'a rusqlite::Connection, command: [u8; 16], now_ms: i64) -> Self {
        Batch { db, command, now_ms, rows: BTreeMap::new() }
    }

    /// Stores the document, archives the change, and has it told wherever the document is shown. Returns the document's row id.
    pub fn change(&mut self, w: &Written<'_>) -> Result<i64, Error> {
        let registers = w.after.encode_full();
        let class = w.doc.class;
        let mut units = vec![w.unit];
        let document = match w.existing {
            Some(id) => {
                documents::save_registers(self.db, id, &registers, self.now_ms)?;
                units.extend(documents::placements(self.db, id)?);
                id
            }
            None => {
                let partition = documents::make_partition(self.db, &w.unit, class)?.id;
                let new = NewDocument { doc: w.doc, kind: w.kind, parent: w.parent, partition, registers: &registers, person: w.person };
                documents::add(self.db, &new, self.now_ms)?
            }
        };
        let change = documents::add_change(
            self.db,
            &documents::NewChange {
                document,
                hash: w.hash,
                actor: w.change.actor,
                seq: w.change.seq,
                start_op: w.change.start_op,
                max_op: w.change.max_op(),
                clock: w.clock,
                bytes: w.bytes,
                received_at: self.now_ms,
                command: self.command,
            },
        )?;
        let after = w.after.digest_term(&w.doc.bytes());
        for unit in units {
            let body = RowBody::Change { doc: w.doc, kind: w.kind, bytes: ByteBuf::from(w.bytes) };
            let row = NewRow { body, change: Some(change), before: w.term_before.unwrap_or(0), after };
            self.rows.entry((unit, class)).or_default().push(row);
        }
        Ok(document)
    }

    /// Shows a document in a partition beside its home.
    pub fn place(&mut self, document: &DocumentRow, unit: Uuid) -> Result<(), Error> {
        let class = document.doc.class;
        let partition = documents::make_partition(self.db, &unit, class)?.id;
        documents::set_placed(self.db, partition, document.id, true)?;
        let registers = ByteBuf::from(document.registers.clone());
        let (doc, kind, first_at) = (document.doc, document.kind, document.first_at);
        let body = RowBody::Snapshot { doc, kind, registers, first_at, home: Some(document.unit) };
        let row = NewRow { body, change: None, before: 0, after: term_of(document)? };
        self.rows.entry((unit, class)).or_default().push(row);
        Ok(())
    }

    /// Takes a document out of a partition beside its home.
    pub fn take_out(&mut self, document: &DocumentRow, unit: Uuid) -> Result<(), Error> {
        let class = document.doc.class;
        let partition = documents::make_partition(self.db, &unit, class)?.id;
        documents::set_placed(self.db, partition, document.id, false)?;
        let row = NewRow { body: RowBody::Unshare { doc: document.doc }, change: None, before: term_of(document)?, after: 0 };
        self.rows.entry((unit, class)).or_default().push(row);
        Ok(())
    }

    /// Writes the rows with marks, digests and heads. Returns the partitions as they are then.
    pub fn write(self) -> Result<Vec<PartitionRow>, Error> {
        let mut out = Vec::with_capacity(self.rows.len());
        for ((unit, class), rows) in self.rows {
            let mut partition = documents::make_partition(self.db, &unit, class)?;
            for new in rows {
                partition.head += 1;
                let row = Row { seq: partition.head, received_at: self.now_ms, command: self.command, body: new.body };
                partition.mark = next_mark(&partition.mark, &row_hash(&unit, class, &row));
                partition.digest = partition.digest.wrapping_sub(new.before).wrapping_add(new.after);
                documents::add_row(self.db, partition.id, &row, new.change, &partition.mark)?;
            }
            documents::save_partition(self.db, &partition)?;
            out.push(partition);
        }
        Ok(out)
    }
}

/// A document's term in the digest of each partition that shows it.
pub fn term_of(document: &DocumentRow) -> Result<u128, Error> {
    let registers = Registers::decode_full(&document.registers).map_err(|_| Error::Damaged("registers of a document"))?;
    Ok(registers.digest_term(&document.doc.bytes()))
}

impl Inner {
    /// The server's actor; it carries the epoch, so that a restored server never writes under numbers it used before.
    pub fn own_actor(&self, db: &rusqlite::Connection) -> Result<ActorId, Error> {
        let epoch = store::epochs::current(db)?;
        let mut nonce = [0; 16];
        nonce[8..].copy_from_slice(&epoch.to_be_bytes());
        let actor = actor_of(&self.keys.public(), &nonce, 0);
        store::people::add_actor(db, &actor, None, None, SERVER_NAME, Role::Admin)?;
        Ok(actor)
    }

    /// Actors that write these words and no others, for values that stand side by side: whoever writes the same again is the same.
    pub fn own_actors_for(&self, db: &rusqlite::Connection, said: &[u8], count: u64) -> Result<Vec<ActorId>, Error> {
        let digest = Sha256::new().chain_update(b"gridwalk/next/v1").chain_update(said).finalize();
        let mut nonce = [0; 16];
        nonce.copy_from_slice(&digest[..16]);
        let actors: Vec<ActorId> = (0..count).map(|n| actor_of(&self.keys.public(), &nonce, n)).collect();
        for actor in &actors {
            store::people::add_actor(db, actor, None, None, SERVER_NAME, Role::Admin)?;
        }
        Ok(actors)
    }

    /// The opaque id of the server's next own command.
    pub fn own_command(&self, db: &rusqlite::Connection) -> Result<[u8; 16], Error> {
        let seq = store::get_meta(db, "server_seq")?.and_then(|s| s.parse::<u64>().ok()).unwrap_or(0) + 1;
        store::set_meta(db, "server_seq", &seq.to_string())?;
        Ok(self.keys.opaque(&Uuid::nil(), seq))
    }

    /// Writes values into a document as an ordinary change of the server's actor. Returns the partitions that tell of it; none when nothing
    /// changes.
    pub fn write_own(
        &self,
        db: &rusqlite::Connection,
        unit: &Uuid,
        doc: DocId,
        kind: Kind,
        edits: &[Edit],
    ) -> Result<Vec<PartitionRow>, Error> {
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
        let Some((change, bytes, hash)) = before.author(actor, own_hash, now_ms.div_euclid(1000), edits) else {
            return Ok(Vec::new());
        };
        let mut after = before.clone();
        after.apply(&change, hash).map_err(|_| Error::Damaged("the server's own change does not apply"))?;
        let mut batch = Batch::new(db, self.own_command(db)?, now_ms);
        batch.change(&Written {
            unit: *unit,
            doc,
            kind,
            existing: found.as_ref().map(|row| row.id),
            parent: None,
            person: None,
            change: &change,
            hash,
            bytes: &bytes,
            clock: &after.clock,
            term_before: found.as_ref().map(|_| before.digest_term(&doc.bytes())),
            after: &after,
        })?;
        batch.write()
    }
}
