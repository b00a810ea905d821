//! Spreadsheets in and out: resident rosters and hotline orders read, departments' blank tables filled, tables written.
//!
//! Pure functions over bytes: no store, no clock, no network. `sheet` turns any file into grids of cells within limits, `headers` tells what
//! each column is (by words, in both directions), `roster` makes households and people of a grid, `template` fills a blank table by
//! editing its own XML, so that layout and formulas stay as the department made them.

mod address;
mod archive;
mod dates;
mod error;
mod headers;
pub mod limits;
mod orders;
mod roster;
mod sheet;
mod template;
mod values;
mod write;

pub use error::ReadError;
pub use orders::{Order, OrderDate, Orders, read_orders};
pub use roster::{Finding, ReadOptions, Roster, RosterColumn, RosterHousehold, RosterPerson, SkippedRow, UnplacedRow, read_roster};
pub use template::{EmptyCell, Filled, Template, TemplateColumn, fill, read_template};
pub use write::Table;
