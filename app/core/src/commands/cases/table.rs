//! Cases as the rows of a department's table: what the list says, and the few facts that only a table asks for.

use super::load::all;
use super::view::Viewing;
use crate::error::Result;
use crate::store::Row;
use crate::workspace::Identity;
use rusqlite::Connection;
use shared_model::commands::CaseItem;
use uuid::Uuid;

/// One case.
pub struct CaseFacts {
    pub item: CaseItem,
    pub row: Row,
    /// The unit whose it is.
    pub unit: Uuid,
    /// When the step was taken that ended it, ms.
    pub closed_at: Option<i64>,
    /// Whom it was given to last.
    pub assignee: Option<String>,
}

/// Every case held here, oldest first.
///
/// # Errors
/// Of the store.
pub fn for_tables(db: &Connection, me: &Identity, now: i64) -> Result<Vec<CaseFacts>> {
    let viewing = Viewing::new(db, me, now)?;
    let mut out = Vec::new();
    for c in all(db)? {
        let item = viewing.item(&c)?;
        let ending = c.counted().rev().find(|s| c.workflow.transition(&s.transition()).is_some_and(|t| t.to.is_some()));
        let closed_at = ending.filter(|_| item.is_closed).and_then(|s| s.row.int("at"));
        let assignee = c.counted().rev().find_map(|s| s.row.text("assignee"));
        out.push(CaseFacts { item, unit: c.unit, closed_at, assignee, row: c.row });
    }
    out.sort_by_key(|c| (c.item.opened_at, c.row.record));
    Ok(out)
}
