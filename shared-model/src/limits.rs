//! Every limit of the product in one place, each with its unit in its name.

/// One uncompressed change chunk.
pub const CHANGE_BYTES_MAX: usize = 64 * 1024;
/// One command with all its parts.
pub const COMMAND_BYTES_MAX: usize = 1024 * 1024;
/// Parts of one command.
pub const COMMAND_PARTS_MAX: usize = 512;
/// One request as sent (compressed).
pub const REQUEST_BYTES_MAX: usize = 8 * 1024 * 1024;
/// One request after decompression.
pub const REQUEST_INFLATED_BYTES_MAX: usize = 32 * 1024 * 1024;
/// How much more a request may be inflated than it was sent, beyond the first [`INFLATED_FREE_BYTES`].
pub const INFLATION_MAX: usize = 64;
/// Inflated bytes of a request that are taken however few were sent.
pub const INFLATED_FREE_BYTES: usize = 64 * 1024;
/// Commands a device pushes in one request, in bytes before compression.
pub const PUSH_BYTES_MAX: usize = 2 * 1024 * 1024;
/// One page of rows.
pub const PAGE_BYTES_MAX: usize = 1024 * 1024;
/// Pages of one reply, together.
pub const REPLY_BYTES_MAX: usize = 4 * 1024 * 1024;
/// A partition with more rows than this is first sent as a bundle.
pub const BUNDLE_FROM_ROWS: u64 = 64;
/// A text value.
pub const TEXT_BYTES_MAX: usize = 8 * 1024;
/// A key.
pub const KEY_BYTES_MAX: usize = 120;
/// Leaf steps that a case step names.
pub const AFTER_STEPS_MAX: usize = 8;
/// Refused commands that one reply shows the office; what does not fit comes when those are done with.
pub const REFUSED_LIST_MAX: usize = 200;
/// Values of refused commands in one reply, bytes.
pub const REFUSED_LIST_BYTES_MAX: usize = 512 * 1024;
/// Resolutions of refused commands in one reply, and those that one request acknowledges.
pub const RESOLUTIONS_MAX: usize = 200;
/// A word between the author of a refused command and the office, bytes.
pub const WORDS_BYTES_MAX: usize = 1500;
/// Steps of a case that may stand before another one.
pub const STEPS_BEFORE_MAX: usize = 2_000;
/// How far a device's clock may be off before it is told the time, milliseconds.
pub const CLOCK_SKEW_MS_MAX: i64 = 5 * 60 * 1000;
/// Life of an invite, milliseconds.
pub const INVITE_LIFE_MS: i64 = 10 * 60 * 1000;
/// Lease of a device between contacts, milliseconds.
pub const LEASE_MS: i64 = 7 * 24 * 3600 * 1000;
/// Work that arrives later than lease plus this goes to quarantine, milliseconds.
pub const LATE_MS_MAX: i64 = 30 * 24 * 3600 * 1000;
/// Alarms about invites are shown to the office this long, milliseconds.
pub const ALARM_LIFE_MS: i64 = 30 * 24 * 3600 * 1000;
/// What a device says of its version.
pub const APP_VERSION_BYTES_MAX: usize = 32;
/// Alarms of one directory.
pub const ALARMS_MAX: u32 = 200;
/// Idle time until a store locks itself, milliseconds.
pub const AUTO_LOCK_MS: i64 = 5 * 60 * 1000;
/// Invites that an office is told of.
pub const INVITES_LISTED_MAX: u32 = 100;
/// Longest name of a shared machine, characters.
pub const NODE_NAME_CHARS_MAX: usize = 40;
/// Accounts on one shared machine.
pub const NODE_ACCOUNTS_MAX: usize = 12;
/// Items of one list reply.
pub const LIST_ITEMS_MAX: u32 = 10_000;
/// Kept pages that a device gives back in one request.
pub const OFFERED_PAGES_MAX: usize = 1_000;
/// Commands that it sends again in one request.
pub const OFFERED_COMMANDS_MAX: usize = 10_000;
/// Documents compared with their registers in one request.
pub const COMPARED_DOCUMENTS_MAX: usize = 200;
/// Partitions compared by buckets in one request.
pub const COMPARED_PARTITIONS_MAX: usize = 64;
/// Values that a device proposes to the office in one request.
pub const SALVAGED_MAX: usize = 500;
/// Purge receipts of one request.
pub const RECEIPTS_MAX: usize = 10_000;
/// Erasures that the office sees, newest first.
pub const ERASURES_LISTED_MAX: usize = 100;
/// Documents that one erasure may take; a household with a long history has a few hundred.
pub const ERASED_DOCUMENTS_MAX: usize = 5_000;
/// Documents in which an erased person or household may still be named in words, noted for the office.
pub const MENTIONS_MAX: usize = 300;
/// So long after it was set back a server waits for what its devices bring back before it refuses what lacks that, milliseconds.
pub const FILLING_MS: i64 = 30 * 24 * 3600 * 1000;
/// How long a backup may hold what was erased since, days.
pub const BACKUP_DAYS_MAX: u32 = 30;
/// Rows stay in a log at least this long, milliseconds: who was away for less catches up row by row.
pub const LOG_KEPT_MS: i64 = 30 * 24 * 3600 * 1000;
/// A draft of a form, bytes.
pub const DRAFT_BYTES_MAX: usize = 512 * 1024;
/// Drafts of a device; the oldest beyond it go.
pub const DRAFTS_MAX: u32 = 200;
/// A draft that nobody came back to for so long goes, milliseconds.
pub const DRAFT_LIFE_MS: i64 = 30 * 24 * 3600 * 1000;
/// What came from others is listed so long, milliseconds.
pub const NOTICE_LIFE_MS: i64 = 30 * 24 * 3600 * 1000;
/// Notices of one list.
pub const NOTICES_MAX: u32 = 200;
/// A photo or a recording as somebody hands it in, bytes.
pub const MEDIA_SOURCE_BYTES_MAX: usize = 25 * 1024 * 1024;
/// Pixels of a photo as it is handed in.
pub const MEDIA_PIXELS_MAX: u64 = 50_000_000;
/// Memory for decoding one photo, bytes.
pub const MEDIA_DECODE_BYTES_MAX: u64 = 320 * 1024 * 1024;
/// Longer edge of a photo as it is kept, pixels.
pub const PHOTO_EDGE_MAX: u32 = 1600;
/// A photo as it is kept, bytes.
pub const PHOTO_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Longer edge of the small picture, pixels.
pub const THUMB_EDGE_MAX: u32 = 240;
/// The small picture, bytes.
pub const THUMB_BYTES_MAX: u64 = 10 * 1024;
/// A recording, bytes.
pub const AUDIO_BYTES_MAX: u64 = 10 * 1024 * 1024;
/// A recording, milliseconds.
pub const AUDIO_MILLIS_MAX: i64 = 10 * 60 * 1000;
/// Bars of the loudness of a recording.
pub const WAVE_BARS_MAX: usize = 64;
/// Photos and recordings of one record.
pub const ATTACHMENTS_PER_RECORD_MAX: usize = 30;
/// Bytes of a photo or a recording in one request: on 20 kbit/s half a minute.
pub const MEDIA_CHUNK_BYTES: usize = 64 * 1024;
/// What is staged and used by no record goes after this, milliseconds.
pub const STAGED_LIFE_MS: i64 = 30 * 24 * 3600 * 1000;
/// An upload that nobody goes on with goes after this, milliseconds.
pub const UPLOAD_LIFE_MS: i64 = 7 * 24 * 3600 * 1000;
/// Unfinished uploads of one device.
pub const UPLOADS_PER_DEVICE_MAX: u32 = 32;
/// Bytes that one device may bring in a day.
pub const UPLOADED_BYTES_PER_DAY_MAX: u64 = 512 * 1024 * 1024;
/// Small pictures that one sync brings by itself.
pub const THUMBS_PER_SYNC_MAX: usize = 50;
/// Photos and recordings asked about in one request.
pub const MEDIA_ASKED_MAX: usize = 200;
/// Households that one party-member hub covers.
pub const HUB_COVERS_MAX: usize = 200;
/// A pasted text that is read for a report, bytes.
pub const PASTE_BYTES_MAX: usize = 8 * 1024;

/// Steps of one redrawing: a community's buildings and some more.
pub const REDRAW_CHANGES_MAX: usize = 600;
