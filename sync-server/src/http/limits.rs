//! Every limit of the HTTP side, with its unit. What a request may contain is limited in the shared model.

use std::time::Duration;

/// The head of a request, and the TLS handshake, must be there within this time; an idle connection is closed after it.
pub const HEAD: Duration = Duration::from_secs(10);
/// Longest silence inside a body.
pub const BODY_IDLE: Duration = Duration::from_secs(60);
/// A whole body: a phone on 20 kbit/s brings its two megabytes in that time.
pub const BODY: Duration = Duration::from_secs(15 * 60);
/// Buffer of a connection, and so the longest head, bytes.
pub const HEAD_BYTES_MAX: usize = 32 * 1024;
/// Bodies that are being read or wait for their turn, together, bytes.
pub const BODIES_BYTES_MAX: usize = 128 * 1024 * 1024;
/// An answer that the other end does not take for so long is given up.
pub const WRITE_IDLE: Duration = Duration::from_secs(60);
/// Open connections, where the machine gives that many file handles.
const CONNECTIONS_MAX: usize = 2_048;
/// File handles kept for the database, the log and the backups.
const OWN_HANDLES: usize = 128;
/// Open connections of the listener that only tells how the program is.
pub const WATCHERS_MAX: usize = 16;
/// Open connections of one address. A proxy's own address has no limit.
pub const CONNECTIONS_PER_ADDRESS_MAX: usize = 256;
/// Open event streams; a device that gets none asks now and then. Never more than half of the connections.
pub const STREAMS_MAX: usize = 1_000;
/// Open event streams of one device; the oldest ends.
pub const STREAMS_PER_DEVICE_MAX: usize = 4;
/// Streams that look up what their device may hold at the same time.
pub const LOOKING_MAX: usize = 4;
/// Wakes kept for a slow listener; one that falls further behind is told to sync anyway.
pub const WAKES_MAX: usize = 1_024;
/// Wakes that come together are told together.
pub const GATHER: Duration = Duration::from_millis(50);
/// Whether the certificate was renewed is asked this often.
pub const CERTIFICATE_LOOK: Duration = Duration::from_secs(5);
/// Whether another program (an administration command) wrote is asked this often.
pub const LOOK: Duration = Duration::from_secs(1);
/// A comment line on an idle stream, so that both ends notice a dead connection.
pub const HEARTBEAT: Duration = Duration::from_secs(20);
/// Requests under way when the program is asked to stop get this long.
pub const STOP: Duration = Duration::from_secs(30);

/// Requests of one device that wait for the one that runs.
pub const WAITING_PER_DEVICE_MAX: usize = 8;
/// Requests of a device at once, and per second from then on.
pub const DEVICE_RATE: Rate = Rate { burst: 240, per_second: 4 };
/// The same for an address: requests without a device that was authentic lately.
pub const ADDRESS_RATE: Rate = Rate { burst: 120, per_second: 2 };
/// Addresses and devices remembered; beyond it those that are quiet are forgotten.
pub const KEYS_MAX: usize = 20_000;

/// How many connections this machine allows: the program must not run out of file handles, or the database could not be opened either.
pub fn connections() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let handles = handles(&limits).unwrap_or(CONNECTIONS_MAX);
    handles.saturating_sub(OWN_HANDLES).clamp(16, CONNECTIONS_MAX)
}

/// The soft limit of open files, from Linux's own table.
fn handles(limits: &str) -> Option<usize> {
    limits.lines().find_map(|line| line.strip_prefix("Max open files"))?.split_whitespace().next()?.parse().ok()
}

/// How many requests.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    pub burst: u32,
    pub per_second: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_file_handles_for_the_database() {
        let table = "Limit                     Soft Limit           Hard Limit           Units\nMax open files            1024                 524288               files\n";
        assert_eq!(handles(table), Some(1024));
        assert_eq!(handles("Max open files            unlimited            unlimited            files"), None);
        assert!(connections() <= CONNECTIONS_MAX && connections() >= 16);
    }
}
