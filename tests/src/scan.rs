//! Where a string still is: in the files of a server, byte by byte; in a device's store, in every column of every table, pages unpacked.
//! The store of a device is encrypted, so its files are read through its key; what SQLite gave back is overwritten (`secure_delete`).

use crate::world::{Device, plain};
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use shared_model::Class;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use uuid::Uuid;

/// Files of a folder in which the string occurs.
pub fn files_with(dir: &Path, needle: &str) -> Vec<String> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            out.extend(files_with(&path, needle));
        } else if holds(&std::fs::read(&path).unwrap(), needle) {
            out.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    out
}

/// A device's store, read through its key.
fn store(device: &Device) -> Connection {
    let unlocked = std::fs::read_to_string(device.home().join("unlocked")).unwrap();
    let db = Connection::open(device.home().join("gridwalk.db")).unwrap();
    db.execute_batch(&app_core::unlock_sql(unlocked.split_whitespace().next().unwrap())).unwrap();
    db
}

/// Numbers of the commands that a device still holds whole.
pub fn kept_commands(device: &Device) -> BTreeSet<u64> {
    let db = store(device);
    let mut q = db.prepare("select seq from command where length(body) > 0").unwrap();
    q.query_map([], |r| r.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

/// Every value of a device's store by table and column, pages unpacked as well.
fn values(device: &Device, mut each: impl FnMut(String, &[u8])) {
    let db = store(device);
    let tables: Vec<String> = {
        let mut q = db.prepare("select name from sqlite_master where type = 'table'").unwrap();
        q.query_map([], |r| r.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    for table in tables {
        let mut q = db.prepare(&format!("select * from \"{table}\"")).unwrap();
        let names: Vec<String> = q.column_names().map(str::to_string).collect();
        let mut rows = q.query([]).unwrap();
        while let Some(r) = rows.next().unwrap() {
            for (n, name) in names.iter().enumerate() {
                if let ValueRef::Text(bytes) | ValueRef::Blob(bytes) = r.get_ref(n).unwrap() {
                    each(format!("{table}.{name}"), bytes);
                    each(format!("{table}.{name}"), &plain(bytes));
                }
            }
        }
    }
}

/// Tables and columns of a device's store in which the string occurs.
pub fn columns_with(device: &Device, needle: &str) -> Vec<String> {
    let mut out = BTreeSet::new();
    values(device, |column, bytes| {
        if holds(bytes, needle) {
            out.insert(column);
        }
    });
    out.into_iter().collect()
}

/// Everything of a device's store as text, by table and column: for looking for many words.
pub fn words(device: &Device) -> BTreeMap<String, String> {
    let mut out: BTreeMap<String, String> = BTreeMap::new();
    values(device, |column, bytes| {
        let text = out.entry(column).or_default();
        text.push_str(&String::from_utf8_lossy(bytes));
        text.push('\n');
    });
    out
}

/// The documents that a device holds.
pub fn documents(device: &Device) -> BTreeSet<(Uuid, Class)> {
    let db = store(device);
    let mut q = db.prepare("select record, class from doc").unwrap();
    let row = |r: &rusqlite::Row<'_>| Ok((r.get(0)?, Class::from_u8(r.get(1)?).expect("a class of ours")));
    q.query_map([], row).unwrap().collect::<Result<_, _>>().unwrap()
}

fn holds(bytes: &[u8], needle: &str) -> bool {
    bytes.windows(needle.len()).any(|w| w == needle.as_bytes())
}
