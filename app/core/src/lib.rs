//! app/core
