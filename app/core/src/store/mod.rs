//! The device's database: SQLite under SQLCipher, WAL, `synchronous=FULL` (what is shown as saved is on disk). Documents are the truth; the
//! rows of each kind, search and due dates are views made from them. The tables of the kinds come from the record declarations.
//! SQL lives here and in `migrations/`, nowhere else but in the read queries of each noun.

pub mod batch;
pub mod docs;
pub mod log;
pub mod rows;
pub mod same;

pub use batch::{Batch, Derives, WholeRow};
pub use docs::Doc;
pub use rows::{DocFacts, Facts, Row, get_row, rows, rows_of_all};

use crate::error::{CoreError, Result};
use crate::project::SEARCHED;
use rusqlite::{Connection, OptionalExtension, params};
use shared_model::records::{FieldType, KINDS};
use std::path::Path;

const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0001_base.sql"),
    include_str!("../../migrations/0002_due_since.sql"),
    include_str!("../../migrations/0003_desk.sql"),
];

/// Opens (and makes or migrates) the database with its raw key.
///
/// # Errors
/// `locked` when the key does not fit, `disk_full`, `needs_update` when a newer version of the app wrote it.
pub fn open(path: &Path, key: &[u8; 32]) -> Result<Connection> {
    let mut db = Connection::open(path)?;
    db.execute_batch(&unlock_sql(&hex::encode(key)))?;
    db.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma busy_timeout = 10000;
         pragma secure_delete = on; pragma temp_store = memory; pragma cache_size = -131072; pragma mmap_size = 0;",
    )?;
    db.set_prepared_statement_cache_capacity(128);
    migrate(&mut db)?;
    Ok(db)
}

/// What opens the cipher, from the raw key in hexadecimal. Pages are sealed with HMAC-SHA-256, for which cheap phones have instructions;
/// SHA-512, the cipher's default, is computed in software there and takes most of the time of a write.
pub fn unlock_sql(key_hex: &str) -> String {
    format!("pragma key = \"x'{key_hex}'\"; pragma cipher_hmac_algorithm = hmac_sha256;")
}

fn migrate(db: &mut Connection) -> Result<()> {
    let version: i64 = db.query_row("pragma user_version", [], |r| r.get(0))?;
    let known = MIGRATIONS.len() as i64;
    if version > known {
        return Err(CoreError::new("needs_update", "这份数据是新版本写的，请先更新应用。写下的都在。"));
    }
    let tx = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let version: i64 = tx.query_row("pragma user_version", [], |r| r.get(0))?;
    for sql in &MIGRATIONS[usize::try_from(version).unwrap_or(0)..] {
        tx.execute_batch(sql)?;
    }
    make_kind_tables(&tx)?;
    tx.pragma_update(None, "user_version", known)?;
    tx.commit()?;
    Ok(())
}

/// One table a kind, one column a field; a field added to a declaration gets its column here.
fn make_kind_tables(db: &Connection) -> Result<()> {
    for kind in KINDS {
        let have: Vec<String> = {
            let mut q = db.prepare("select name from pragma_table_info(?1)")?;
            q.query_map([kind.name], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?
        };
        let mut columns: Vec<(&str, &str)> = kind.fields.iter().map(|f| (f.key, sql_type(f.ty))).collect();
        if SEARCHED.contains(&kind.kind) {
            columns.push(("search_words", "text"));
        }
        if have.is_empty() {
            let list: Vec<String> = columns.iter().map(|(k, t)| format!("\"{k}\" {t}")).collect();
            db.execute_batch(&format!(
                "create table \"{}\" (record blob primary key, {}) strict, without rowid;",
                kind.name,
                list.join(", ")
            ))?;
            for f in kind.fields.iter().filter(|f| f.ty == FieldType::Id && f.key != "record") {
                db.execute_batch(&format!(
                    "create index \"{0}_by_{1}\" on \"{0}\" (\"{1}\") where \"{1}\" is not null;",
                    kind.name, f.key
                ))?;
            }
        } else {
            for (k, t) in columns.iter().filter(|(k, _)| !have.iter().any(|h| h == k)) {
                db.execute_batch(&format!("alter table \"{}\" add column \"{k}\" {t};", kind.name))?;
            }
        }
    }
    db.execute_batch(SPARSE_INDEXES)?;
    Ok(())
}

/// What the inbox asks for among many rows of which few say so.
const SPARSE_INDEXES: &str = "
    create index if not exists person_ended on person (household) where ended is not null;
    create index if not exists person_away on person (household) where away_until is not null;
    create index if not exists household_ended on household (record) where ended is not null or _del is not null;
    create index if not exists household_vacant on household (record) where vacant = 1;
    create index if not exists held_item_open on held_item (record) where decision is null;";

fn sql_type(ty: FieldType) -> &'static str {
    match ty {
        FieldType::Int | FieldType::Bool | FieldType::Time => "integer",
        FieldType::Id => "blob",
        _ => "text",
    }
}

/// A setting as bytes.
///
/// # Errors
/// Of the store.
pub fn setting(db: &Connection, key: &str) -> Result<Option<Vec<u8>>> {
    Ok(db.prepare_cached("select value from setting where key = ?1")?.query_row([key], |r| r.get(0)).optional()?)
}

/// The settings that every write needs, in one query.
///
/// # Errors
/// Of the store.
pub fn settings(db: &Connection, keys: [&str; 6]) -> Result<[Option<Vec<u8>>; 6]> {
    // one seek each: a list of keys would be sorted into a table of its own first
    const ONE: &str = "(select value from setting where key = ?";
    let mut q = db.prepare_cached(&format!("select {ONE}1), {ONE}2), {ONE}3), {ONE}4), {ONE}5), {ONE}6)"))?;
    Ok(q.query_row(keys, |r| Ok([r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?, r.get(5)?]))?)
}

/// A setting that is JSON, from its bytes.
pub fn of_json<T: serde::de::DeserializeOwned>(bytes: Option<Vec<u8>>) -> Option<T> {
    bytes.and_then(|b| serde_json::from_slice(&b).ok())
}

/// Writes a setting.
///
/// # Errors
/// Of the store.
pub fn set_setting(db: &Connection, key: &str, value: &[u8]) -> Result<()> {
    db.prepare_cached("insert into setting (key, value) values (?1, ?2) on conflict (key) do update set value = excluded.value")?
        .execute(params![key, value])?;
    Ok(())
}

/// A setting that is JSON.
///
/// # Errors
/// Of the store.
pub fn json_setting<T: serde::de::DeserializeOwned>(db: &Connection, key: &str) -> Result<Option<T>> {
    Ok(of_json(setting(db, key)?))
}

/// Writes a setting as JSON.
///
/// # Errors
/// Of the store.
pub fn set_json<T: serde::Serialize>(db: &Connection, key: &str, value: &T) -> Result<()> {
    let bytes = serde_json::to_vec(value).map_err(|_| CoreError::new("server_error", "设置写不下来。"))?;
    set_setting(db, key, &bytes)
}
