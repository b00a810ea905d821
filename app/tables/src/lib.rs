//! app/tables
