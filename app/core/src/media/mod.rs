//! Photos and recordings on the device. `photo.rs` makes a photo safe, `store.rs` keeps bytes encrypted under their hash, `attach.rs` writes
//! the records that name them, `wanted.rs` says what is to go up and to come (`engine/media.rs` does it). Nothing a camera or a microphone delivers is kept as it came unless its own bytes say what it is.

pub mod attach;
pub mod photo;
pub mod store;
pub mod wanted;
