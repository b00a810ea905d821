//! Ledgers: every kind as a grid. `kinds.rs` says which there are and what stands in them, `columns.rs` what a column is, `cells.rs` what a
//! cell is, `query.rs` makes a page, `plain.rs` keeps the plain order, `edit.rs` changes a field, `views.rs` keeps views, `export.rs` writes
//! files, `copy.rs` rows for the clipboard, `weekly.rs` the sheet of the weekly meeting, `doors.rs` the list of a building's doors.

mod cells;
mod columns;
mod copy;
mod doors;
mod edit;
mod export;
mod kinds;
mod plain;
mod query;
mod views;
mod weekly;

pub use copy::copy;
pub use doors::list as doors;
pub use edit::{get, set as set_field};
pub use export::{Logged, export, own_line};
pub use query::{Index, list, query};
pub use views::{list as list_views, put as put_view, remove as remove_view};
pub use weekly::sheet as weekly;
