//! The server's database read from outside, with no code of the server: every verdict it gave and the state of every document it keeps. The
//! tests compare the devices with this, so that a server that is wrong about itself is found out too.

use rusqlite::{Connection, OpenFlags};
use shared_model::Class;
use shared_model::crdt::Registers;
use shared_model::doc::DocId;
use shared_model::records::Kind;
use shared_model::wire::{Verdict, from_cbor};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use uuid::Uuid;

/// A document as the server keeps it.
pub struct Kept {
    pub kind: Kind,
    pub unit: Uuid,
    pub registers: Registers,
}

/// A case that was shown to somebody.
#[derive(Debug)]
pub struct Shared {
    pub record: Uuid,
    /// A unit, or a membership.
    pub target: Uuid,
    pub by_name: bool,
    pub up_to: Class,
    pub is_ended: bool,
}

/// Everything read.
pub struct Ledger {
    pub verdicts: BTreeMap<(Uuid, u64), Verdict>,
    pub documents: BTreeMap<DocId, Kept>,
    /// Generations that an erasure closed.
    pub erased: BTreeSet<DocId>,
    pub shares: Vec<Shared>,
    /// Partitions whose numbers have a gap, or whose head is not the last of them.
    pub gaps: Vec<String>,
}

impl Ledger {
    /// Reads the database of a server's folder.
    pub fn read(dir: &Path) -> Ledger {
        let db = Connection::open_with_flags(dir.join("server.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let mut verdicts = BTreeMap::new();
        let mut q = db.prepare("select device, seq, verdict from command").unwrap();
        let mut rows = q.query([]).unwrap();
        while let Some(r) = rows.next().unwrap() {
            let verdict = from_cbor(&r.get::<_, Vec<u8>>(2).unwrap()).unwrap();
            verdicts.insert((r.get(0).unwrap(), r.get(1).unwrap()), verdict);
        }
        let mut documents = BTreeMap::new();
        let mut q = db.prepare("select d.doc, d.kind, p.unit, d.registers from document d join partition p on p.id = d.partition").unwrap();
        let mut rows = q.query([]).unwrap();
        while let Some(r) = rows.next().unwrap() {
            let id = DocId::from_bytes(&r.get::<_, Vec<u8>>(0).unwrap()).unwrap();
            let kind = Kind::from_u8(r.get(1).unwrap()).unwrap();
            let registers = Registers::decode_full(&r.get::<_, Vec<u8>>(3).unwrap()).unwrap();
            documents.insert(id, Kept { kind, unit: r.get(2).unwrap(), registers });
        }
        let mut q = db.prepare("select record, class, generation from erased").unwrap();
        let mut rows = q.query([]).unwrap();
        let mut erased = BTreeSet::new();
        while let Some(r) = rows.next().unwrap() {
            let class = Class::from_u8(r.get(1).unwrap()).unwrap();
            erased.insert(DocId { record: r.get(0).unwrap(), class, generation: r.get(2).unwrap() });
        }
        let mut q = db.prepare("select record, target, by_name, up_to, ended_at is not null from share order by id").unwrap();
        let shared = |r: &rusqlite::Row<'_>| {
            let up_to = Class::from_u8(r.get(3)?).unwrap();
            Ok(Shared { record: r.get(0)?, target: r.get(1)?, by_name: r.get(2)?, up_to, is_ended: r.get(4)? })
        };
        let shares = q.query_map([], shared).unwrap().collect::<Result<_, _>>().unwrap();
        let sql = "select hex(p.unit), p.class, p.head, count(l.seq), coalesce(max(l.seq), 0) from partition p left join log l on l.partition = p.id
                   group by p.id having count(l.seq) <> p.head or coalesce(max(l.seq), 0) <> p.head";
        let mut q = db.prepare(sql).unwrap();
        let gap = |r: &rusqlite::Row<'_>| {
            let (unit, class, head, rows): (String, u8, u64, u64) = (r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?);
            Ok(format!("unit {unit} class {class}: head {head}, {rows} rows"))
        };
        let gaps = q.query_map([], gap).unwrap().collect::<Result<_, _>>().unwrap();
        Ledger { verdicts, documents, erased, shares, gaps }
    }

    /// Numbers of one device that have a verdict; the rest of the database is not read.
    pub fn judged(dir: &Path, device: Uuid) -> BTreeSet<u64> {
        let db = Connection::open_with_flags(dir.join("server.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let mut q = db.prepare("select seq from command where device = ?1").unwrap();
        q.query_map([device], |r| r.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    }

    /// Verdicts of one device, by number.
    pub fn of(&self, device: Uuid) -> BTreeMap<u64, &Verdict> {
        self.verdicts.iter().filter(|((d, _), _)| *d == device).map(|((_, seq), v)| (*seq, v)).collect()
    }

    /// Live operations of a record, by key, in the classes that `reads` lets through.
    pub fn ops(&self, record: Uuid, reads: impl Fn(Class) -> bool) -> BTreeMap<String, BTreeSet<String>> {
        let mut out = BTreeMap::new();
        for (_, kept) in self.documents.iter().filter(|(id, _)| id.record == record && reads(id.class)) {
            for (key, ops) in &kept.registers.live {
                out.insert(key.clone(), ops.iter().map(|o| o.id.to_string()).collect());
            }
        }
        out
    }
}
