//! Bodies: CBOR in zstd. What comes in is bounded while it is inflated, so that a few bytes cannot become a full memory.

use crate::error::Fault;
use serde::{Serialize, de::DeserializeOwned};
use shared_model::limits::{INFLATED_FREE_BYTES, INFLATION_MAX, REQUEST_BYTES_MAX, REQUEST_INFLATED_BYTES_MAX};
use shared_model::wire::{from_cbor, to_cbor};
use std::io::Read;

/// Content type of every body.
pub const CONTENT_TYPE: &str = "application/x-gridwalk";
/// Fast, and within a few percent of the default on these bodies.
const LEVEL: i32 = 3;

/// Reads a body.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    if body.len() > REQUEST_BYTES_MAX {
        return Err(too_large());
    }
    let mut inflated = Vec::new();
    // a bomb costs no more than what was sent for it
    let limit = REQUEST_INFLATED_BYTES_MAX.min(INFLATED_FREE_BYTES + body.len() * INFLATION_MAX);
    let decoder = zstd::stream::read::Decoder::new(body).map_err(|_| Fault::bad("the body is not zstd"))?;
    decoder.take(limit as u64 + 1).read_to_end(&mut inflated).map_err(|_| Fault::bad("the body is not zstd"))?;
    if inflated.len() > limit {
        return Err(too_large());
    }
    from_cbor(&inflated).map_err(Fault::bad)
}

/// Writes a body.
pub fn write<T: Serialize>(value: &T) -> Vec<u8> {
    zstd::bulk::compress(&to_cbor(value), LEVEL).expect("compressing memory into memory cannot fail")
}

fn too_large() -> Fault {
    Fault::new(413, "too_large", "请求太大")
}
