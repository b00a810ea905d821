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
/// Alarms of one directory.
pub const ALARMS_MAX: u32 = 200;
/// Idle time until a store locks itself, milliseconds.
pub const AUTO_LOCK_MS: i64 = 5 * 60 * 1000;
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
