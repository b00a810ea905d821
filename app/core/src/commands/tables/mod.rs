//! Tables of departments: a blank one is read and filled (`read`, `fill`, with the rows in `lines` and what a column may hold in `fields`), the mapping a
//! person fixed is kept (`templates`), what is missing is asked for (`ask`), and who wanted what is noted (`requests`).

mod ask;
pub mod fields;
mod fill;
mod lines;
pub mod read;
mod requests;
mod templates;

pub use ask::ask_next_visit;
pub use fill::fill_table;
pub use read::{read_import, read_template};
pub use requests::{add as add_request, check as check_request, edit as edit_request, list as list_requests};
pub use templates::{list as list_templates, put as put_template, remove as remove_template};

use crate::error::{CoreError, Result};
use crate::workspace::{self, Identity};
use rusqlite::Connection;
use shared_model::rules::Role;
use uuid::Uuid;

/// The unit in which this office keeps its templates and requests.
///
/// # Errors
/// `not_allowed` for everybody else.
pub fn own_office(db: &Connection, me: &Identity) -> Result<Uuid> {
    let office = workspace::roles(db, me)?.into_iter().find(|r| r.role == Role::Office).map(|r| r.unit);
    office.ok_or_else(|| CoreError::not_allowed("套表和要表登记"))
}
