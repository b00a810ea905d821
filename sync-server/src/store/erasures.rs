//! Erasures: what was closed, who is to carry it out, and the statements that leave nothing behind.

use super::{int, uint};
use crate::error::Error;
use rusqlite::{Connection, OptionalExtension, params};
use shared_model::class::Class;
use shared_model::doc::DocId;
use shared_model::records::Kind;
use shared_model::wire::{Command, Mention, from_cbor, to_cbor};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// An erasure as it is kept.
pub struct ErasureRow {
    pub id: [u8; 16],
    pub at: i64,
    pub record: Uuid,
    pub kind: Kind,
    pub reason: String,
    pub asked_by: String,
    pub documents: u32,
}

/// The open generation of a record in a class: the one after the last that was closed.
pub fn open_generation(db: &Connection, record: &Uuid, class: Class) -> Result<u16, Error> {
    let sql = "select max(generation) from erased where record = ?1 and class = ?2";
    let closed: Option<u16> = db.prepare_cached(sql)?.query_row(params![record, class as u8], |r| r.get(0))?;
    Ok(closed.map_or(0, |g| g.saturating_add(1)))
}

/// Every generation that is closed.
pub fn closed(db: &Connection) -> Result<Vec<DocId>, Error> {
    let mut statement = db.prepare_cached("select record, class, generation from erased order by record, class, generation")?;
    let mut rows = statement.query([])?;
    let mut out = Vec::new();
    while let Some(r) = rows.next()? {
        let class = Class::from_u8(r.get(1)?).ok_or(Error::Damaged("a class that does not exist"))?;
        out.push(DocId { record: r.get(0)?, class, generation: r.get(2)? });
    }
    Ok(out)
}

/// Is the document erased?
pub fn is_closed(db: &Connection, doc: &DocId) -> Result<bool, Error> {
    Ok(doc.generation < open_generation(db, &doc.record, doc.class)?)
}

/// Was anything of the record ever erased?
pub fn was_erased(db: &Connection, record: &Uuid) -> Result<bool, Error> {
    Ok(db.prepare_cached("select 1 from erased where record = ?1 limit 1")?.exists([record])?)
}

/// Is the erasure carried out?
pub fn is_known(db: &Connection, id: &[u8; 16]) -> Result<bool, Error> {
    Ok(db.prepare_cached("select 1 from erasure where id = ?1")?.exists([id])?)
}

/// Remembers an erasure.
pub fn add(db: &Connection, e: &ErasureRow) -> Result<(), Error> {
    let sql = "insert into erasure (id, at, record, kind, reason, asked_by, documents) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    db.prepare_cached(sql)?.execute(params![e.id, e.at, e.record, e.kind as u8, e.reason, e.asked_by, e.documents])?;
    Ok(())
}

/// Hands every archived change to `take`: the row of its document, and its bytes.
pub fn each_change(db: &Connection, mut take: impl FnMut(i64, &[u8])) -> Result<(), Error> {
    let mut statement = db.prepare_cached("select document, bytes from archive")?;
    let mut rows = statement.query([])?;
    while let Some(r) = rows.next()? {
        take(r.get(0)?, r.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?);
    }
    Ok(())
}

/// Closes the generation of a document.
pub fn close(db: &Connection, doc: &DocId) -> Result<(), Error> {
    db.prepare_cached("insert into erased (record, class, generation) values (?1, ?2, ?3) on conflict do nothing")?.execute(params![
        doc.record,
        doc.class as u8,
        doc.generation
    ])?;
    Ok(())
}

/// Partitions in whose logs the document ever stood.
pub fn partitions_of(db: &Connection, doc: &DocId) -> Result<BTreeSet<i64>, Error> {
    let mut statement = db.prepare_cached("select distinct partition from log where doc = ?1")?;
    let rows = statement.query_map([doc.bytes()], |r| r.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Partitions beside the home where the document is placed now.
pub fn placements_of(db: &Connection, document: i64) -> Result<BTreeSet<i64>, Error> {
    let mut statement = db.prepare_cached("select partition from placement where document = ?1")?;
    let rows = statement.query_map([document], |r| r.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Its home.
pub fn home_of(db: &Connection, document: i64) -> Result<i64, Error> {
    Ok(db.prepare_cached("select partition from document where id = ?1")?.query_row([document], |r| r.get(0))?)
}

/// Places a document beside its home.
pub fn place(db: &Connection, document: i64, partition: i64) -> Result<(), Error> {
    db.prepare_cached("insert into placement (partition, document) values (?1, ?2) on conflict do nothing")?
        .execute([partition, document])?;
    Ok(())
}

/// Takes a document out of logs, archive, placements and registers. What stays of its rows is seq, mark and identity.
pub fn forget(db: &Connection, doc: &DocId, document: Option<i64>) -> Result<(), Error> {
    db.prepare_cached("update log set what = 0, change = null, registers = null, first_at = null where doc = ?1 and what in (1, 2)")?
        .execute([doc.bytes()])?;
    if let Some(document) = document {
        for sql in
            ["delete from archive where document = ?1", "delete from placement where document = ?1", "delete from document where id = ?1"]
        {
            db.prepare_cached(sql)?.execute([document])?;
        }
    }
    Ok(())
}

/// Drops every bundle of a partition at once.
pub fn drop_bundles(db: &Connection, partition: i64) -> Result<(), Error> {
    db.prepare_cached("delete from bundle where partition = ?1")?.execute([partition])?;
    Ok(())
}

/// Takes the bytes of these documents out of the refused commands that are kept, and what was said about them; hashes stay.
pub fn clean_quarantine(db: &Connection, closed: &BTreeSet<DocId>) -> Result<(), Error> {
    let mut changed = Vec::new();
    {
        let mut statement = db.prepare_cached("select opaque, digest, bytes from quarantine")?;
        let mut rows = statement.query([])?;
        while let Some(r) = rows.next()? {
            let Ok(mut command) = from_cbor::<Command>(&r.get::<_, Vec<u8>>(2)?) else { continue };
            let mut found = false;
            for part in command.parts.iter_mut().filter(|p| closed.contains(&p.doc) && !p.is_erased()) {
                part.erase();
                found = true;
            }
            if found {
                changed.push((r.get::<_, [u8; 16]>(0)?, r.get::<_, [u8; 32]>(1)?, to_cbor(&command)));
            }
        }
    }
    for (opaque, digest, bytes) in changed {
        db.prepare_cached("update quarantine set bytes = ?3, asked = null, asked_at = null, words = '' where opaque = ?1 and digest = ?2")?
            .execute(params![opaque, digest, bytes])?;
    }
    Ok(())
}

/// A device is to carry out the rows up to `seq`.
pub fn add_receipt(db: &Connection, erasure: &[u8; 16], partition: i64, device: &Uuid, seq: u64) -> Result<(), Error> {
    db.prepare_cached("insert into receipt (erasure, partition, device, seq) values (?1, ?2, ?3, ?4) on conflict do nothing")?
        .execute(params![erasure, partition, device, int(seq)])?;
    Ok(())
}

/// A device has carried out what stands in a partition up to `seq`.
pub fn set_receipts(db: &Connection, device: &Uuid, partition: i64, seq: u64, now_ms: i64) -> Result<(), Error> {
    db.prepare_cached("update receipt set at = ?4 where device = ?1 and partition = ?2 and seq <= ?3 and at is null")?.execute(params![
        device,
        partition,
        int(seq),
        now_ms
    ])?;
    Ok(())
}

/// A device that was wiped has carried out every erasure.
pub fn set_all_receipts(db: &Connection, device: &Uuid, now_ms: i64) -> Result<(), Error> {
    db.prepare_cached("update receipt set at = ?2 where device = ?1 and at is null")?.execute(params![device, now_ms])?;
    Ok(())
}

/// Partitions for which the device owes a receipt, and the last row of each that it is asked for.
pub fn open_receipts(db: &Connection, device: &Uuid) -> Result<Vec<(i64, u64)>, Error> {
    let sql = "select partition, max(seq) from receipt where device = ?1 and at is null group by partition";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([device], |r| Ok((r.get(0)?, uint(r.get(1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The newest erasures.
pub fn list(db: &Connection, limit: usize) -> Result<Vec<ErasureRow>, Error> {
    list_where(db, "order by at desc, id limit ?1", [int(limit as u64)])
}

fn list_where(db: &Connection, which: &str, args: impl rusqlite::Params) -> Result<Vec<ErasureRow>, Error> {
    let sql = format!("select id, at, record, kind, reason, asked_by, documents from erasure {which}");
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(args)?;
    let mut out = Vec::new();
    while let Some(r) = rows.next()? {
        let kind = Kind::from_u8(r.get(3)?).ok_or(Error::Damaged("a kind that does not exist"))?;
        out.push(ErasureRow {
            id: r.get(0)?,
            at: r.get(1)?,
            record: r.get(2)?,
            kind,
            reason: r.get(4)?,
            asked_by: r.get(5)?,
            documents: r.get(6)?,
        });
    }
    Ok(out)
}

/// Device → has it carried out every row of an erasure? Devices that were ended are among them: what they hold is what they held.
pub fn receipts(db: &Connection, erasure: &[u8; 16]) -> Result<BTreeMap<Uuid, bool>, Error> {
    let sql = "select r.device, min(r.at is not null) from receipt r
               where r.erasure = ?1 group by r.device";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([erasure], |r| Ok((r.get(0)?, r.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Units of the partitions that an erasure reached.
pub fn units(db: &Connection, erasure: &[u8; 16]) -> Result<Vec<Uuid>, Error> {
    let sql = "select distinct p.unit from receipt r join partition p on p.id = r.partition where r.erasure = ?1";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([erasure], |r| r.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Notes where an erased record may still be named.
pub fn add_mention(db: &Connection, erasure: &[u8; 16], m: &Mention) -> Result<(), Error> {
    let sql = "insert into mention (erasure, doc, kind, unit, keys, state) values (?1, ?2, ?3, ?4, ?5, 'open')";
    db.prepare_cached(sql)?.execute(params![erasure, m.doc.bytes(), m.kind as u8, m.unit, to_cbor(&m.keys)])?;
    Ok(())
}

/// Mentions of an erasure that nobody has decided.
pub fn mentions(db: &Connection, erasure: &[u8; 16]) -> Result<Vec<Mention>, Error> {
    let sql = "select doc, kind, unit, keys from mention where erasure = ?1 and state = 'open' order by doc";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([erasure])?;
    let mut out = Vec::new();
    while let Some(r) = rows.next()? {
        let doc = DocId::from_bytes(&r.get::<_, [u8; 19]>(0)?).ok_or(Error::Damaged("a document id"))?;
        let kind = Kind::from_u8(r.get(1)?).ok_or(Error::Damaged("a kind that does not exist"))?;
        let keys = from_cbor(&r.get::<_, Vec<u8>>(3)?).map_err(|_| Error::Damaged("the keys of a mention"))?;
        out.push(Mention { doc, kind, unit: r.get(2)?, keys });
    }
    Ok(out)
}

/// An office has decided a mention; `state`: `erased` or `kept`.
pub fn decide_mention(db: &Connection, erasure: &[u8; 16], doc: &DocId, state: &str, by: Option<&str>) -> Result<(), Error> {
    let sql = "update mention set state = ?3, decided_by = ?4, keys = x'80' where erasure = ?1 and doc = ?2 and state = 'open'";
    db.prepare_cached(sql)?.execute(params![erasure, doc.bytes(), state, by])?;
    Ok(())
}

/// `open`, `erased` or `kept`; `None`: no such mention.
pub fn mention_state(db: &Connection, erasure: &[u8; 16], doc: &DocId) -> Result<Option<String>, Error> {
    let mut q = db.prepare_cached("select state from mention where erasure = ?1 and doc = ?2")?;
    Ok(q.query_row(params![erasure, doc.bytes()], |r| r.get(0)).optional()?)
}

/// Mentions that an office said are of somebody else: erasure and document.
pub fn kept_mentions(db: &Connection) -> Result<Vec<([u8; 16], DocId)>, Error> {
    let mut q = db.prepare_cached("select erasure, doc from mention where state = 'kept' order by erasure, doc")?;
    let mut rows = q.query([])?;
    let mut out = Vec::new();
    while let Some(r) = rows.next()? {
        out.push((r.get(0)?, DocId::from_bytes(&r.get::<_, [u8; 19]>(1)?).ok_or(Error::Damaged("a document id"))?));
    }
    Ok(out)
}

/// A document that goes is mentioned nowhere any more.
pub fn close_mentions(db: &Connection, doc: &DocId) -> Result<(), Error> {
    let sql = "update mention set state = 'erased', keys = x'80' where doc = ?1 and state = 'open'";
    db.prepare_cached(sql)?.execute([doc.bytes()])?;
    Ok(())
}

/// One erasure.
pub fn get(db: &Connection, id: &[u8; 16]) -> Result<Option<ErasureRow>, Error> {
    Ok(list_where(db, "where id = ?1", [id])?.pop())
}
