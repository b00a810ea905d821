//! The lower bound of the benches: the same facts in the plainest tables, under the same database settings, with nothing around them.

use crate::world::Ledger;
use app_core::unlock_sql;
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, ToSql, params_from_iter};
use shared_model::Class;
use shared_model::crdt::Value;
use shared_model::records::{KINDS, Kind};
use std::collections::BTreeMap;
use std::path::Path;
use uuid::Uuid;

/// A row of a record: one value a column.
pub struct PlainRow {
    pub kind: Kind,
    pub values: Vec<Sql>,
}

/// The rows of everything that a reader of these classes holds.
pub fn rows(ledger: &Ledger, reads: impl Fn(Class) -> bool) -> Vec<PlainRow> {
    let mut records: BTreeMap<(u8, Uuid), BTreeMap<String, Value>> = BTreeMap::new();
    for (id, kept) in ledger.documents.iter().filter(|(id, _)| reads(id.class)) {
        let row = records.entry((kept.kind as u8, id.record)).or_default();
        for key in kept.registers.live.keys() {
            if let Some(v) = kept.registers.value(key) {
                row.insert(key.clone(), v.clone());
            }
        }
    }
    let one = |((kind, record), row): ((u8, Uuid), BTreeMap<String, Value>)| {
        let kind = Kind::from_u8(kind).unwrap();
        let mut values = vec![Sql::Blob(record.as_bytes().to_vec())];
        values.extend(kind.def().fields.iter().map(|f| {
            if !f.ty.is_family() {
                return row.get(f.key).map_or(Sql::Null, sql);
            }
            let prefix = format!("{}/", f.key);
            let names: Vec<&str> = row.keys().filter_map(|k| k.strip_prefix(&prefix)).collect();
            if names.is_empty() { Sql::Null } else { Sql::Text(names.join("\n")) }
        }));
        PlainRow { kind, values }
    };
    records.into_iter().map(one).collect()
}

fn sql(v: &Value) -> Sql {
    match v {
        Value::Null => Sql::Null,
        Value::Bool(b) => Sql::Integer((*b).into()),
        Value::Int(n) => Sql::Integer(*n),
        Value::F64(n) => Sql::Real(*n),
        Value::Str(s) => match Uuid::parse_str(s) {
            Ok(id) => Sql::Blob(id.as_bytes().to_vec()),
            Err(_) => Sql::Text(s.clone()),
        },
    }
}

/// The facts of rows as bytes, one value after another with nothing around them, compressed: what a transfer cannot do without.
pub fn compressed(rows: &[PlainRow]) -> usize {
    let mut out = Vec::new();
    for row in rows {
        out.push(row.kind as u8);
        for value in &row.values {
            match value {
                Sql::Null => {}
                Sql::Integer(n) => out.extend(n.to_string().bytes()),
                Sql::Real(n) => out.extend(n.to_string().bytes()),
                Sql::Text(t) => out.extend(t.bytes()),
                Sql::Blob(b) => out.extend(b),
            }
            out.push(b'\t');
        }
    }
    zstd::bulk::compress(&out, 3).expect("compressing memory into memory cannot fail").len()
}

/// Every row of a device's database, to be written again with nothing but inserts: the same rows, tables and indexes.
pub struct SameRows {
    /// Of each table and index: the table it belongs to, and its text.
    schema: Vec<(String, String)>,
    tables: Vec<(String, Vec<Vec<Sql>>)>,
}

impl SameRows {
    /// Reads the database of a home whose store is left unlocked.
    pub fn read(home: &Path) -> SameRows {
        let unlocked = std::fs::read_to_string(home.join("unlocked")).unwrap();
        let db = Connection::open(home.join("gridwalk.db")).unwrap();
        db.execute_batch(&unlock_sql(unlocked.split_whitespace().next().unwrap())).unwrap();
        let mut q = db.prepare("select type, tbl_name, sql from sqlite_master where sql is not null and type in ('table', 'index') order by type = 'index'").unwrap();
        let found: Vec<(String, String, String)> =
            q.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?))).unwrap().collect::<Result<_, _>>().unwrap();
        let mut tables = Vec::new();
        for (_, name, _) in found.iter().filter(|f| f.0 == "table") {
            let mut q = db.prepare(&format!("select * from \"{name}\"")).unwrap();
            let n = q.column_count();
            let rows = q.query_map([], |r| (0..n).map(|i| r.get(i)).collect::<Result<Vec<Sql>, _>>()).unwrap();
            tables.push((name.clone(), rows.collect::<Result<Vec<_>, _>>().unwrap()));
        }
        SameRows { schema: found.into_iter().map(|f| (f.1, f.2)).collect(), tables }
    }

    /// Only the tables that pass, with their indexes.
    #[must_use]
    pub fn only(&self, keep: impl Fn(&str) -> bool) -> SameRows {
        SameRows {
            schema: self.schema.iter().filter(|(table, _)| keep(table)).cloned().collect(),
            tables: self.tables.iter().filter(|(table, _)| keep(table)).cloned().collect(),
        }
    }

    /// The rows of one table.
    pub fn table(&self, name: &str) -> &[Vec<Sql>] {
        self.tables.iter().find(|t| t.0 == name).map_or(&[], |t| &t.1)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.tables.iter().map(|t| t.1.len()).sum()
    }

    /// An empty database with the same tables.
    pub fn make(&self, path: &Path) -> Connection {
        let db = open(path);
        for (_, sql) in &self.schema {
            db.execute_batch(sql).unwrap();
        }
        db
    }

    /// Inserts all of them in one transaction.
    pub fn insert(&self, db: &mut Connection) {
        let tx = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
        for (name, rows) in self.tables.iter().filter(|t| !t.1.is_empty()) {
            let marks = vec!["?"; rows[0].len()].join(", ");
            let mut q = tx.prepare(&format!("insert into \"{name}\" values ({marks})")).unwrap();
            for row in rows {
                q.execute(params_from_iter(row.iter())).unwrap();
            }
        }
        tx.commit().unwrap();
    }
}

fn open(path: &Path) -> Connection {
    let db = Connection::open(path).unwrap();
    db.execute_batch(&unlock_sql(&"4d".repeat(32))).unwrap();
    db.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma secure_delete = on;
         pragma temp_store = memory; pragma cache_size = -16000; pragma mmap_size = 0;",
    )
    .unwrap();
    db.set_prepared_statement_cache_capacity(64);
    db
}

/// A plain encrypted database: SQLCipher, WAL, `synchronous=full`, and the cache of the product.
pub struct Plain(pub Connection);

impl Plain {
    /// Makes it.
    pub fn make(path: &Path) -> Plain {
        let db = open(path);
        for k in KINDS {
            let columns: Vec<String> = k.fields.iter().map(|f| format!("\"{}\"", f.key)).collect();
            db.execute_batch(&format!("create table \"{}\" (record blob primary key, {}) without rowid;", k.name, columns.join(", ")))
                .unwrap();
        }
        db.execute_batch(
            "create table outbox (id integer primary key, kind integer not null, record blob not null, body blob not null) strict;",
        )
        .unwrap();
        Plain(db)
    }

    /// Upserts rows in one transaction.
    pub fn upsert(&mut self, rows: &[PlainRow]) {
        let tx = self.0.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
        rows.iter().for_each(|row| upsert_in(&tx, row));
        tx.commit().unwrap();
    }

    /// Upserts one row and appends it to an outbox, as an app does that sends its rows whole and merges nothing.
    pub fn upsert_and_log(&mut self, row: &PlainRow) {
        self.upsert_and_log_all(std::slice::from_ref(row));
    }

    /// The same of several rows, in one transaction.
    pub fn upsert_and_log_all(&mut self, rows: &[PlainRow]) {
        let tx = self.0.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
        for row in rows {
            upsert_in(&tx, row);
            let mut body = Vec::new();
            for v in &row.values {
                match v {
                    Sql::Null => body.push(0),
                    Sql::Integer(n) => body.extend(n.to_le_bytes()),
                    Sql::Real(n) => body.extend(n.to_le_bytes()),
                    Sql::Text(t) => body.extend(t.bytes()),
                    Sql::Blob(b) => body.extend(b),
                }
            }
            let log = "insert into outbox (kind, record, body) values (?1, ?2, ?3)";
            tx.prepare_cached(log).unwrap().execute(rusqlite::params![row.kind as u8, row.values[0], body]).unwrap();
        }
        tx.commit().unwrap();
    }

    /// Reads every household with the count of its people, as text.
    pub fn list(&self) -> usize {
        let mut q = self
            .0
            .prepare_cached(
                "select h.record, h.building, h.unit_no, h.door, h.head_name, h.tier, h.tag, h.hub, h.rented, h.vacant, p.n
                 from household h left join (select household, count(*) as n from person group by household) p on p.household = h.record
                 order by h.building, h.unit_no, h.door limit 500",
            )
            .unwrap();
        let mut rows = q.query([]).unwrap();
        let mut bytes = 0;
        while let Some(r) = rows.next().unwrap() {
            for i in 0..11 {
                bytes += format!("{:?}", r.get_ref(i).unwrap()).len();
            }
        }
        bytes
    }
}

fn upsert_in(tx: &rusqlite::Transaction<'_>, row: &PlainRow) {
    let fields = row.kind.def().fields;
    let columns: Vec<String> = fields.iter().map(|f| format!("\"{}\"", f.key)).collect();
    let sets: Vec<String> = columns.iter().map(|c| format!("{c} = excluded.{c}")).collect();
    let marks = vec!["?"; fields.len() + 1].join(", ");
    let sql = format!(
        "insert into \"{}\" (record, {}) values ({marks}) on conflict (record) do update set {}",
        row.kind.name(),
        columns.join(", "),
        sets.join(", ")
    );
    tx.prepare_cached(&sql).unwrap().execute(params_from_iter(row.values.iter().map(|v| v as &dyn ToSql))).unwrap();
}
