//! Where a string still is: in the files of a server, byte by byte; in a device's store, in every column of every table, pages unpacked.
//! The store of a device is encrypted, so its files are read through its key; what SQLite gave back is overwritten (`secure_delete`).

use crate::world::{Device, plain};
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use std::collections::BTreeSet;
use std::path::Path;

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

/// Tables and columns of a device's store in which the string occurs.
pub fn columns_with(device: &Device, needle: &str) -> Vec<String> {
    let db = store(device);
    let tables: Vec<String> = {
        let mut q = db.prepare("select name from sqlite_master where type = 'table'").unwrap();
        q.query_map([], |r| r.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    let mut out = Vec::new();
    for table in tables {
        let mut q = db.prepare(&format!("select * from \"{table}\"")).unwrap();
        let names: Vec<String> = q.column_names().map(str::to_string).collect();
        let mut rows = q.query([]).unwrap();
        while let Some(r) = rows.next().unwrap() {
            for (n, name) in names.iter().enumerate() {
                let bytes = match r.get_ref(n).unwrap() {
                    ValueRef::Text(b) | ValueRef::Blob(b) => b,
                    _ => continue,
                };
                if holds(bytes, needle) || holds(&plain(bytes), needle) {
                    out.push(format!("{table}.{name}"));
                }
            }
        }
    }
    out.sort();
    out.dedup();
    out
}

fn holds(bytes: &[u8], needle: &str) -> bool {
    bytes.windows(needle.len()).any(|w| w == needle.as_bytes())
}
