//! Partitions with their logs, documents with their registers, and the archive of changes.

use super::{int, uint};
use crate::error::Error;
use rusqlite::{Connection, OptionalExtension, params};
use serde_bytes::ByteBuf;
use shared_model::class::Class;
use shared_model::crdt::{ActorId, ChangeHash, Clock, Registers};
use shared_model::doc::DocId;
use shared_model::records::Kind;
use shared_model::wire::{Row, RowBody};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A partition's state.
#[derive(Debug, Clone)]
pub struct PartitionRow {
    pub id: i64,
    pub unit: Uuid,
    pub class: Class,
    pub head: u64,
    pub digest: u128,
    pub mark: [u8; 16],
    /// Head in the last verified backup that this database knows.
    pub safe: u64,
    /// Up to this seq the log holds only purges and unshares.
    pub compacted: u64,
}

/// A partition, if it ever had a row.
pub fn partition(db: &Connection, unit: &Uuid, class: Class) -> Result<Option<PartitionRow>, Error> {
    let sql = "select id, head, digest, mark, safe, compacted from partition where unit = ?1 and class = ?2";
    let row = |r: &rusqlite::Row<'_>| {
        let digest: [u8; 16] = r.get(2)?;
        let digest = u128::from_be_bytes(digest);
        let (head, safe, compacted) = (uint(r.get(1)?), uint(r.get(4)?), uint(r.get(5)?));
        Ok(PartitionRow { id: r.get(0)?, unit: *unit, class, head, digest, mark: r.get(3)?, safe, compacted })
    };
    Ok(db.prepare_cached(sql)?.query_row(params![unit, class as u8], row).optional()?)
}

/// A partition by its row id.
pub fn partition_by_id(db: &Connection, id: i64) -> Result<Option<PartitionRow>, Error> {
    Ok(partitions_where(db, "where id = ?1", [id])?.pop())
}

/// The partitions of a unit.
pub fn partitions_of(db: &Connection, unit: &Uuid) -> Result<Vec<PartitionRow>, Error> {
    partitions_where(db, "where unit = ?1", [unit])
}

/// All partitions.
pub fn partitions(db: &Connection) -> Result<Vec<PartitionRow>, Error> {
    partitions_where(db, "", [])
}

fn partitions_where(db: &Connection, filter: &str, args: impl rusqlite::Params) -> Result<Vec<PartitionRow>, Error> {
    let sql = format!("select id, unit, class, head, digest, mark, safe, compacted from partition {filter}");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(args)?;
    let mut out = Vec::new();
    while let Some(r) = rows.next()? {
        let class = Class::from_u8(r.get(2)?).ok_or(Error::Damaged("a class that does not exist"))?;
        let digest = u128::from_be_bytes(r.get(4)?);
        let (head, safe, compacted) = (uint(r.get(3)?), uint(r.get(6)?), uint(r.get(7)?));
        out.push(PartitionRow { id: r.get(0)?, unit: r.get(1)?, class, head, digest, mark: r.get(5)?, safe, compacted });
    }
    Ok(out)
}

/// A partition, made when it is not there.
pub fn make_partition(db: &Connection, unit: &Uuid, class: Class) -> Result<PartitionRow, Error> {
    if let Some(found) = partition(db, unit, class)? {
        return Ok(found);
    }
    let zero = [0_u8; 16];
    db.prepare_cached("insert into partition (unit, class, head, digest, mark) values (?1, ?2, 0, ?3, ?3)")?.execute(params![
        unit,
        class as u8,
        zero
    ])?;
    Ok(PartitionRow { id: db.last_insert_rowid(), unit: *unit, class, head: 0, digest: 0, mark: zero, safe: 0, compacted: 0 })
}

/// Stores head, digest and mark.
pub fn save_partition(db: &Connection, p: &PartitionRow) -> Result<(), Error> {
    db.prepare_cached("update partition set head = ?2, digest = ?3, mark = ?4 where id = ?1")?.execute(params![
        p.id,
        int(p.head),
        p.digest.to_be_bytes(),
        p.mark
    ])?;
    Ok(())
}

/// A verified backup holds the partitions up to these heads.
pub fn set_safe(db: &Connection, heads: &[(Uuid, Class, u64)]) -> Result<(), Error> {
    let mut statement = db.prepare_cached("update partition set safe = max(safe, ?3) where unit = ?1 and class = ?2")?;
    for (unit, class, head) in heads {
        statement.execute(params![unit, *class as u8, int(*head)])?;
    }
    Ok(())
}

/// A document as stored.
#[derive(Debug, Clone)]
pub struct DocumentRow {
    pub id: i64,
    pub doc: DocId,
    pub kind: Kind,
    /// Unit of its home partition.
    pub unit: Uuid,
    pub registers: Vec<u8>,
    pub person: Option<Uuid>,
    pub first_at: i64,
    pub last_at: i64,
}

const DOCUMENT: &str = "select d.id, d.doc, d.kind, p.unit, d.registers, d.person, d.first_at, d.last_at
                        from document d join partition p on p.id = d.partition";

type RawDocument = (i64, [u8; 19], u8, Uuid, Vec<u8>, Option<Uuid>, i64, i64);

fn raw(r: &rusqlite::Row<'_>) -> rusqlite::Result<RawDocument> {
    Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?, r.get(5)?, r.get(6)?, r.get(7)?))
}

fn document_of((id, doc, kind, unit, registers, person, first_at, last_at): RawDocument) -> Result<DocumentRow, Error> {
    let (doc, kind) = (doc_of(&doc)?, kind_of(kind)?);
    Ok(DocumentRow { id, doc, kind, unit, registers, person, first_at, last_at })
}

fn doc_of(bytes: &[u8; 19]) -> Result<DocId, Error> {
    DocId::from_bytes(bytes).ok_or(Error::Damaged("a document id"))
}

fn kind_of(n: u8) -> Result<Kind, Error> {
    Kind::from_u8(n).ok_or(Error::Damaged("a kind that does not exist"))
}

/// One document.
pub fn get(db: &Connection, doc: &DocId) -> Result<Option<DocumentRow>, Error> {
    let sql = format!("{DOCUMENT} where d.doc = ?1");
    db.prepare_cached(&sql)?.query_row([doc.bytes()], raw).optional()?.map(document_of).transpose()
}

/// One document by its row id.
pub fn by_id(db: &Connection, id: i64) -> Result<Option<DocumentRow>, Error> {
    let sql = format!("{DOCUMENT} where d.id = ?1");
    db.prepare_cached(&sql)?.query_row([id], raw).optional()?.map(document_of).transpose()
}

/// All documents of a record, from the widest class to the narrowest.
pub fn of_record(db: &Connection, record: &Uuid) -> Result<Vec<DocumentRow>, Error> {
    let sql = format!("{DOCUMENT} where d.record = ?1 order by d.doc");
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map([record], raw)?;
    rows.map(|row| row.map_err(Error::from).and_then(document_of)).collect()
}

/// The kind of a record; `None` when no document of it is here.
pub fn kind_of_record(db: &Connection, record: &Uuid) -> Result<Option<Kind>, Error> {
    let kind = db.prepare_cached("select kind from document where record = ?1 limit 1")?.query_row([record], |r| r.get(0)).optional()?;
    kind.map(kind_of).transpose()
}

/// All documents of a partition: at home in it, and placed in it.
pub fn of_partition(db: &Connection, partition: i64) -> Result<Vec<DocumentRow>, Error> {
    let sql =
        format!("{DOCUMENT} where d.partition = ?1 union all {DOCUMENT} join placement x on x.document = d.id where x.partition = ?1");
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map([partition], raw)?;
    rows.map(|row| row.map_err(Error::from).and_then(document_of)).collect()
}

/// The documents of a case: its own, and those of its steps and attachments.
pub fn of_case(db: &Connection, case: &Uuid) -> Result<Vec<DocumentRow>, Error> {
    let sql = format!("{DOCUMENT} where d.record = ?1 or d.record in (select c.record from document c where c.parent = ?1) order by d.id");
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map([case], raw)?;
    rows.map(|row| row.map_err(Error::from).and_then(document_of)).collect()
}

/// The case that a step belongs to, or what an attachment belongs to.
pub fn parent(db: &Connection, record: &Uuid) -> Result<Option<Uuid>, Error> {
    let sql = "select parent from document where record = ?1 and parent is not null limit 1";
    Ok(db.prepare_cached(sql)?.query_row([record], |r| r.get(0)).optional()?)
}

/// Units of the partitions in which a document is placed beside its home.
pub fn placements(db: &Connection, document: i64) -> Result<Vec<Uuid>, Error> {
    let sql = "select p.unit from placement x join partition p on p.id = x.partition where x.document = ?1 order by p.unit";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([document], |r| r.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Places a document in a partition, or takes it out.
pub fn set_placed(db: &Connection, partition: i64, document: i64, is_placed: bool) -> Result<(), Error> {
    let sql = match is_placed {
        true => "insert into placement (partition, document) values (?1, ?2)",
        false => "delete from placement where partition = ?1 and document = ?2",
    };
    db.prepare_cached(sql)?.execute([partition, document])?;
    Ok(())
}

/// A document to be added.
pub struct NewDocument<'a> {
    pub doc: DocId,
    pub kind: Kind,
    /// Of a step: its case; of an attachment: what it belongs to.
    pub parent: Option<Uuid>,
    /// Its home.
    pub partition: i64,
    pub registers: &'a [u8],
    /// Who made it.
    pub person: Option<Uuid>,
}

/// Adds a document; returns its row id.
pub fn add(db: &Connection, d: &NewDocument<'_>, now_ms: i64) -> Result<i64, Error> {
    let sql = "insert into document (doc, record, kind, parent, partition, registers, person, first_at, last_at)
               values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)";
    db.prepare_cached(sql)?.execute(params![
        d.doc.bytes(),
        d.doc.record,
        d.kind as u8,
        d.parent,
        d.partition,
        d.registers,
        d.person,
        now_ms
    ])?;
    let document = db.last_insert_rowid();
    if d.kind == Kind::Attachment {
        super::media::note(db, document, d.registers)?;
    }
    Ok(document)
}

/// Stores the new registers of a document.
pub fn save_registers(db: &Connection, document: i64, registers: &[u8], now_ms: i64) -> Result<(), Error> {
    db.prepare_cached("update document set registers = ?2, last_at = ?3 where id = ?1")?.execute(params![document, registers, now_ms])?;
    Ok(())
}

/// A change for the archive.
pub struct NewChange<'a> {
    pub document: i64,
    pub hash: ChangeHash,
    pub actor: ActorId,
    pub seq: u64,
    pub start_op: u64,
    pub max_op: u64,
    pub clock: &'a BTreeMap<ActorId, Clock>,
    pub bytes: &'a [u8],
    pub received_at: i64,
    pub command: [u8; 16],
}

/// Archives a change; returns its row id.
pub fn add_change(db: &Connection, c: &NewChange<'_>) -> Result<i64, Error> {
    let sql = "insert into archive (document, hash, actor, seq, start_op, max_op, clock, bytes, received_at, command)
               values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    db.prepare_cached(sql)?.execute(params![
        c.document,
        c.hash.0,
        c.actor.0,
        int(c.seq),
        int(c.start_op),
        int(c.max_op),
        clock_bytes(c.clock),
        c.bytes,
        c.received_at,
        c.command
    ])?;
    Ok(db.last_insert_rowid())
}

/// An archived change.
pub struct ArchivedChange {
    pub bytes: Vec<u8>,
    pub received_at: i64,
    pub command: [u8; 16],
}

/// All changes of a document in the order they were accepted, which is a causal order.
pub fn changes(db: &Connection, document: i64) -> Result<Vec<ArchivedChange>, Error> {
    let mut statement = db.prepare_cached("select bytes, received_at, command from archive where document = ?1 order by id")?;
    let rows = statement.query_map([document], |r| Ok(ArchivedChange { bytes: r.get(0)?, received_at: r.get(1)?, command: r.get(2)? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The bytes of an archived change.
pub fn change(db: &Connection, document: i64, hash: &ChangeHash) -> Result<Option<Vec<u8>>, Error> {
    let sql = "select bytes from archive where document = ?1 and hash = ?2";
    Ok(db.prepare_cached(sql)?.query_row(params![document, hash.0.as_slice()], |r| r.get(0)).optional()?)
}

/// The causal clock of an archived change.
pub fn change_clock(db: &Connection, document: i64, hash: &ChangeHash) -> Result<Option<BTreeMap<ActorId, Clock>>, Error> {
    let sql = "select clock from archive where document = ?1 and hash = ?2";
    let found: Option<Vec<u8>> = db.prepare_cached(sql)?.query_row(params![document, hash.0], |r| r.get(0)).optional()?;
    found.map(|bytes| read_clock(&bytes)).transpose()
}

/// When an archived change was received.
pub fn received_at(db: &Connection, document: i64, hash: &ChangeHash) -> Result<Option<i64>, Error> {
    let sql = "select received_at from archive where document = ?1 and hash = ?2";
    Ok(db.prepare_cached(sql)?.query_row(params![document, hash.0], |r| r.get(0)).optional()?)
}

/// The archived change that holds an operation.
pub fn change_with_op(db: &Connection, document: i64, actor: &ActorId, counter: u64) -> Result<Option<Vec<u8>>, Error> {
    let sql = "select bytes, max_op from archive where document = ?1 and actor = ?2 and start_op <= ?3 order by seq desc limit 1";
    let found: Option<(Vec<u8>, i64)> =
        db.prepare_cached(sql)?.query_row(params![document, actor.0, int(counter)], |r| Ok((r.get(0)?, r.get(1)?))).optional()?;
    Ok(found.filter(|(_, max_op)| uint(*max_op) >= counter).map(|(bytes, _)| bytes))
}

/// The hash of an actor's last change of a document.
pub fn last_hash(db: &Connection, document: i64, actor: &ActorId) -> Result<Option<ChangeHash>, Error> {
    let sql = "select hash from archive where document = ?1 and actor = ?2 order by seq desc limit 1";
    Ok(db.prepare_cached(sql)?.query_row(params![document, actor.0], |r| r.get(0)).optional()?.map(ChangeHash))
}

/// 32 bytes an actor: id, seq, greatest operation counter.
fn clock_bytes(clock: &BTreeMap<ActorId, Clock>) -> Vec<u8> {
    let mut out = Vec::with_capacity(clock.len() * 32);
    for (actor, at) in clock {
        out.extend_from_slice(&actor.0);
        out.extend_from_slice(&at.seq.to_be_bytes());
        out.extend_from_slice(&at.max_op.to_be_bytes());
    }
    out
}

fn read_clock(bytes: &[u8]) -> Result<BTreeMap<ActorId, Clock>, Error> {
    let (entries, rest) = bytes.as_chunks::<32>();
    if !rest.is_empty() {
        return Err(Error::Damaged("the clock of a change"));
    }
    let number = |b: &[u8]| b.iter().fold(0_u64, |n, byte| n << 8 | u64::from(*byte));
    Ok(entries
        .iter()
        .map(|e| {
            let mut actor = [0; 16];
            actor.copy_from_slice(&e[..16]);
            (ActorId(actor), Clock { seq: number(&e[16..24]), max_op: number(&e[24..]) })
        })
        .collect())
}

/// What a row of a log is in the database: the first column of `what`.
const GONE: u8 = 0;
const CHANGE: u8 = 1;
const SNAPSHOT: u8 = 2;
const PURGE: u8 = 3;
const UNSHARE: u8 = 4;

/// Adds a row to a partition's log. `change` is the archived change of a change row.
pub fn add_row(db: &Connection, partition: i64, row: &Row, change: Option<i64>, mark: &[u8; 16]) -> Result<(), Error> {
    let sql = "insert into log (partition, seq, received_at, command, what, doc, kind, change, registers, first_at, home, mark)
               values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    let home = if let RowBody::Snapshot { home, .. } = &row.body { *home } else { None };
    let (what, doc, kind, snapshot) = match &row.body {
        RowBody::Change { doc, kind, .. } => (CHANGE, doc, *kind as u8, None),
        RowBody::Snapshot { doc, kind, registers, first_at, .. } => (SNAPSHOT, doc, *kind as u8, Some((registers.as_slice(), *first_at))),
        RowBody::Purge { doc } => (PURGE, doc, 0, None),
        RowBody::Unshare { doc } => (UNSHARE, doc, 0, None),
        RowBody::Gone { .. } => return Err(Error::Damaged("a row without its body")),
    };
    let (registers, first_at) = snapshot.unzip();
    db.prepare_cached(sql)?.execute(params![
        partition,
        int(row.seq),
        row.received_at,
        row.command,
        what,
        doc.bytes(),
        kind,
        change,
        registers,
        first_at,
        home,
        mark
    ])?;
    Ok(())
}

/// The mark at a seq; `None` beyond the head. At 0 it is all zeros.
pub fn mark_at(db: &Connection, partition: i64, seq: u64) -> Result<Option<[u8; 16]>, Error> {
    if seq == 0 {
        return Ok(Some([0; 16]));
    }
    let sql = "select mark from log where partition = ?1 and seq = ?2";
    Ok(db.prepare_cached(sql)?.query_row(params![partition, int(seq)], |r| r.get(0)).optional()?)
}

/// A row of a log with its mark and those who wrote what it holds.
pub struct LogRow {
    /// `None`: its body is gone, only seq and mark remain.
    pub row: Option<Row>,
    pub seq: u64,
    pub mark: [u8; 16],
    pub actors: Vec<ActorId>,
}

/// Takes changes and snapshots out of the log up to the first row received at `from_ms` or later; seq, mark and identity stay, and so do
/// purges, unshares and the archive. Returns how many rows lost their body.
pub fn compact(db: &Connection, p: &PartitionRow, from_ms: i64) -> Result<u64, Error> {
    let sql = "select min(seq) from log where partition = ?1 and seq > ?2 and received_at >= ?3";
    let first: Option<i64> = db.prepare_cached(sql)?.query_row(params![p.id, int(p.compacted), from_ms], |r| r.get(0))?;
    let up_to = first.map_or(p.head, |seq| uint(seq).saturating_sub(1));
    if up_to <= p.compacted {
        return Ok(0);
    }
    let sql = "update log set what = 0, change = null, registers = null, first_at = null
               where partition = ?1 and seq > ?2 and seq <= ?3 and what in (1, 2)";
    let rows = db.prepare_cached(sql)?.execute(params![p.id, int(p.compacted), int(up_to)])?;
    db.prepare_cached("update partition set compacted = ?2 where id = ?1")?.execute(params![p.id, int(up_to)])?;
    Ok(rows as u64)
}

/// Purges and unshares between two seqs, in order: what no bundle can tell.
pub fn removals(db: &Connection, partition: i64, after: u64, up_to: u64) -> Result<Vec<Row>, Error> {
    let sql = "select seq, received_at, command, what, doc from log
               where partition = ?1 and seq > ?2 and seq <= ?3 and what in (3, 4) order by seq";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params![partition, int(after), int(up_to)])?;
    let mut out = Vec::new();
    while let Some(r) = rows.next()? {
        let doc = doc_of(&r.get(4)?)?;
        let body = if r.get::<_, u8>(3)? == PURGE { RowBody::Purge { doc } } else { RowBody::Unshare { doc } };
        out.push(Row { seq: uint(r.get(0)?), received_at: r.get(1)?, command: r.get(2)?, body });
    }
    Ok(out)
}

/// Hands the rows after `seq` to `take`, in order, until it says `false`.
pub fn rows_after(db: &Connection, partition: i64, seq: u64, mut take: impl FnMut(LogRow) -> bool) -> Result<(), Error> {
    let sql = "select l.seq, l.received_at, l.command, l.mark, l.what, l.doc, l.kind, a.bytes, a.actor, l.registers, l.first_at, l.home
               from log l left join archive a on a.id = l.change
               where l.partition = ?1 and l.seq > ?2 order by l.seq";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params![partition, int(seq)])?;
    while let Some(r) = rows.next()? {
        let (seq, mark, doc) = (uint(r.get(0)?), r.get(3)?, doc_of(&r.get(5)?)?);
        let mut actors = Vec::new();
        let body = match r.get::<_, u8>(4)? {
            GONE => None,
            CHANGE => {
                actors.push(ActorId(r.get(8)?));
                Some(RowBody::Change { doc, kind: kind_of(r.get(6)?)?, bytes: ByteBuf::from(r.get::<_, Vec<u8>>(7)?) })
            }
            SNAPSHOT => {
                let registers: Vec<u8> = r.get(9)?;
                let decoded = Registers::decode_full(&registers).map_err(|_| Error::Damaged("registers of a snapshot"))?;
                actors.extend(decoded.clock.keys().copied());
                let (kind, registers) = (kind_of(r.get(6)?)?, ByteBuf::from(registers));
                Some(RowBody::Snapshot { doc, kind, registers, first_at: r.get(10)?, home: r.get(11)? })
            }
            PURGE => Some(RowBody::Purge { doc }),
            UNSHARE => Some(RowBody::Unshare { doc }),
            _ => return Err(Error::Damaged("a row of a log")),
        };
        let (received_at, command) = (r.get(1)?, r.get(2)?);
        let row = body.map(|body| Row { seq, received_at, command, body });
        if !take(LogRow { row, seq, mark, actors }) {
            break;
        }
    }
    Ok(())
}

/// How many rows after `seq` belong to these commands.
pub fn count_rows_of(db: &Connection, partition: i64, seq: u64, commands: &std::collections::HashSet<[u8; 16]>) -> Result<u64, Error> {
    let mut statement = db.prepare_cached("select command from log where partition = ?1 and seq > ?2")?;
    let mut rows = statement.query(params![partition, int(seq)])?;
    let mut count = 0;
    while let Some(r) = rows.next()? {
        count += u64::from(commands.contains(&r.get::<_, [u8; 16]>(0)?));
    }
    Ok(count)
}

/// (partitions, documents, changes) in all, for `status`.
pub fn totals(db: &Connection) -> Result<(u64, u64, u64), Error> {
    let sql = "select (select count(*) from partition), (select count(*) from document), (select count(*) from archive)";
    Ok(db.query_row(sql, [], |r| Ok((uint(r.get(0)?), uint(r.get(1)?), uint(r.get(2)?))))?)
}

/// The heads of all partitions together.
pub fn rows_total(db: &Connection) -> Result<u64, Error> {
    Ok(uint(db.query_row("select coalesce(sum(head), 0) from partition", [], |r| r.get(0))?))
}
