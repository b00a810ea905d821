//! shared-model
