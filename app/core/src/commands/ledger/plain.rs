//! The plain order of a ledger, without filter, group, sort or words, kept as long as nothing that it hangs on was written: a visit, a step of a
//! case or a telephone moves no row. Triggers of this connection count what does; what another program wrote is told by `data_version`.

use super::columns::Ledger;
use crate::error::Result;
use rusqlite::Connection;
use shared_model::ledger::View;
use std::collections::HashMap;
use uuid::Uuid;

/// Orders by ledger, each with what it was made after.
#[derive(Default)]
pub struct Plain {
    is_watching: bool,
    orders: HashMap<&'static str, (String, Vec<Uuid>, u32)>,
}

/// Does the view leave the order as the ledger has it?
pub fn is_plain(ledger: &Ledger, view: &View) -> bool {
    let is_empty = |text: &Option<String>| text.as_deref().is_none_or(|t| t.trim().is_empty());
    !ledger.hangs_on.is_empty()
        && view.filter.is_empty()
        && view.sort.is_empty()
        && view.group.is_none()
        && is_empty(&view.q)
        && is_empty(&view.unit)
}

impl Plain {
    /// What changes when the order of this ledger may have.
    ///
    /// # Errors
    /// Of the store.
    pub fn token(&mut self, db: &Connection, ledger: &Ledger) -> Result<String> {
        if !self.is_watching {
            watch(db)?;
            self.is_watching = true;
        }
        let version: i64 = db.prepare_cached("pragma data_version")?.query_row([], |r| r.get(0))?;
        let mut token = version.to_string();
        let mut q = db.prepare_cached("select n from moved_rows where name = ?1")?;
        for (table, _) in ledger.hangs_on {
            token.push_str(&format!(" {}", q.query_row([table], |r| r.get::<_, i64>(0))?));
        }
        Ok(token)
    }

    /// The order, if nothing moved since.
    pub fn get(&self, name: &str, token: &str) -> Option<(Vec<Uuid>, u32)> {
        self.orders.get(name).filter(|(made, ..)| made == token).map(|(_, rows, all)| (rows.clone(), *all))
    }

    /// Keeps it.
    pub fn put(&mut self, name: &'static str, token: String, rows: &[Uuid], all: u32) {
        self.orders.insert(name, (token, rows.to_vec(), all));
    }
}

/// Counts from now on the writes that may move a row.
fn watch(db: &Connection) -> Result<()> {
    let mut sql = String::from("create temp table if not exists moved_rows (name text primary key, n integer not null) without rowid;");
    let mut columns: HashMap<&str, Vec<&str>> = HashMap::new();
    for (table, of) in super::columns::all().flat_map(|l| l.hangs_on) {
        columns.entry(table).or_default().extend(*of);
    }
    for (table, of) in columns {
        let differs: Vec<String> = of.iter().map(|c| format!("old.\"{c}\" is not new.\"{c}\"")).collect();
        let count = format!("begin update moved_rows set n = n + 1 where name = '{table}'; end;");
        sql.push_str(&format!(
            "insert or ignore into moved_rows values ('{table}', 0);
             create temp trigger if not exists moved_{table}_insert after insert on main.\"{table}\" {count}
             create temp trigger if not exists moved_{table}_delete after delete on main.\"{table}\" {count}
             create temp trigger if not exists moved_{table}_update after update on main.\"{table}\" when {} {count}",
            differs.join(" or ")
        ));
    }
    db.execute_batch(&sql)?;
    Ok(())
}
