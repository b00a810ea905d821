//! The audit chain as rows: added at the end, read from the beginning, never changed.

use super::{int, uint};
use crate::error::Error;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

/// A line. Ids and codes only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// From 1, dense.
    pub id: u64,
    /// Server time, ms.
    pub at: i64,
    /// `None`: whoever runs the server, by its command line.
    pub device: Option<Uuid>,
    pub person: Option<Uuid>,
    pub what: String,
    /// Whom or what it is about.
    pub subject: String,
    /// `done`, or the code of the refusal.
    pub result: String,
    /// Over this line and all before it.
    pub hash: [u8; 32],
}

const LINE: &str = "select id, at, device, person, what, subject, result, hash from audit";

fn read(r: &rusqlite::Row<'_>) -> rusqlite::Result<Line> {
    Ok(Line {
        id: uint(r.get(0)?),
        at: r.get(1)?,
        device: r.get(2)?,
        person: r.get(3)?,
        what: r.get(4)?,
        subject: r.get(5)?,
        result: r.get(6)?,
        hash: r.get(7)?,
    })
}

/// The last line.
pub fn last(db: &Connection) -> Result<Option<Line>, Error> {
    Ok(db.prepare_cached(&format!("{LINE} order by id desc limit 1"))?.query_row([], read).optional()?)
}

/// Adds one at the end.
pub fn add(db: &Connection, l: &Line) -> Result<(), Error> {
    let sql = "insert into audit (id, at, device, person, what, subject, result, hash) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    db.prepare_cached(sql)?.execute(params![int(l.id), l.at, l.device, l.person, l.what, l.subject, l.result, l.hash])?;
    Ok(())
}

/// Hands all lines to `take`, oldest first, until it says `false`.
pub fn each(db: &Connection, mut take: impl FnMut(Line) -> bool) -> Result<(), Error> {
    let mut statement = db.prepare(&format!("{LINE} order by id"))?;
    let mut rows = statement.query_map([], read)?;
    while let Some(line) = rows.next().transpose()? {
        if !take(line) {
            break;
        }
    }
    Ok(())
}
