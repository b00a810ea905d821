//! Every limit of this program, with its unit.

use std::time::Duration;

/// The log file is rotated beyond this size; one old file is kept.
pub const LOG_BYTES: u64 = 5 * 1024 * 1024;
/// Body of an ordinary command over HTTP.
pub const BODY_BYTES: usize = 1024 * 1024;
/// Body of a command that carries a file in base64.
pub const FILE_BODY_BYTES: usize = 40 * 1024 * 1024;
/// Body of a demo control.
pub const CONTROL_BODY_BYTES: usize = 4 * 1024;
/// A call read from stdin.
pub const STDIN_BYTES: u64 = 40 * 1024 * 1024;
/// Events a slow page may lag behind; beyond that it is told to look at everything again.
pub const EVENTS_BEHIND: usize = 256;
/// A comment line on an idle event stream, so that a dead connection is noticed.
pub const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Random bytes of a session token.
pub const TOKEN_BYTES: usize = 32;
/// Sessions of a node, of all its accounts together.
pub const SESSIONS_MAX: usize = 64;
/// A locked session is forgotten after this long without use, milliseconds.
pub const SESSION_FORGOTTEN_MS: i64 = 24 * 3600 * 1000;
/// Idle sessions of a node are looked for this often.
pub const SWEEP_EVERY: Duration = Duration::from_secs(15);
/// Accounts taken off a node that it remembers.
pub const REMOVED_KEPT: usize = 50;

/// Demo: how long the child server may take to listen.
pub const SERVER_START: Duration = Duration::from_secs(10);
/// Demo: quiet time after a change before a device syncs.
pub const SYNC_QUIET: Duration = Duration::from_millis(500);
/// Demo: a device that keeps changing syncs at least this often.
pub const SYNC_LATEST: Duration = Duration::from_millis(2_000);
/// Demo: wait after a failed sync.
pub const SYNC_RETRY: Duration = Duration::from_secs(3);
/// Demo: changes that come together make one new state.
pub const STATE_QUIET: Duration = Duration::from_millis(60);
/// Demo: how long a phone that was shut down stays dark, so that people see it.
pub const DARK: Duration = Duration::from_millis(900);
/// Demo: time between two writes of a step, so that people can follow.
pub const BEAT: Duration = Duration::from_millis(350);
/// Demo: how long two values stand beside each other before the office settles.
pub const LOOK: Duration = Duration::from_millis(2_500);
