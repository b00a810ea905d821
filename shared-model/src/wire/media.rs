//! What a device asks about photos and recordings beside the resumable uploads, whose words are headers.

use serde::{Deserialize, Serialize};

/// `POST /v1/media/ask`: which of these blobs are at the server?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaAsk {
    /// SHA-256, lower-case hex; at most [`crate::limits::MEDIA_ASKED_MAX`].
    pub hashes: Vec<String>,
}

/// Its answer: those that are there and that this device may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaTold {
    pub here: Vec<String>,
}
