//! How long this device may show what it holds without contact: a week, renewed by every sync. When it is over reading stops, writing down
//! goes on, and one sync mends it.
//!
//! The length comes signed from the server; the time since is counted by this device's own clock, which may be wrong. Counted is what is
//! seen to pass: a clock set back stops nothing, a clock put right again is not counted twice, and a step of more than three months is
//! taken for a clock that was set. Not protected, and no program alone can: a clock that somebody sets back before every use.

use crate::error::Result;
use crate::store;
use crate::sync;
use crate::workspace::Identity;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use shared_model::devices::{Lease, lease_text};
use shared_model::limits::LEASE_MS;

const DAY_MS: i64 = 24 * 3600 * 1000;
/// A longer step of the clock is no time that passed.
const STEP_MS_MAX: i64 = 90 * DAY_MS;
/// What was counted is written down at most this often.
const WRITE_EVERY_MS: i64 = 60_000;
const KEY: &str = "lease";

/// The lease as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    length_ms: i64,
    /// Time seen to pass since the contact.
    spent_ms: i64,
    /// The clock when it was last looked at, and the greatest it ever showed since the contact.
    last_ms: i64,
    high_ms: i64,
}

impl Kept {
    fn new(length_ms: i64, now_ms: i64) -> Self {
        Kept { length_ms: length_ms.clamp(0, LEASE_MS), spent_ms: 0, last_ms: now_ms, high_ms: now_ms }
    }

    fn observe(&mut self, now_ms: i64) {
        let step = now_ms.saturating_sub(self.last_ms);
        // beneath the highest time seen, a long step is the clock being put right
        let below = now_ms.min(self.high_ms).saturating_sub(self.last_ms).clamp(0, DAY_MS);
        let beyond = now_ms.saturating_sub(self.high_ms.max(self.last_ms)).max(0);
        let passed = if step > STEP_MS_MAX && beyond > STEP_MS_MAX { DAY_MS } else { below + beyond };
        self.spent_ms = self.spent_ms.saturating_add(passed);
        self.last_ms = now_ms;
        self.high_ms = self.high_ms.max(now_ms);
    }

    fn is_over(&self) -> bool {
        self.spent_ms > self.length_ms
    }
}

/// Takes a lease that the server signed for this very request; any other is left alone.
///
/// # Errors
/// Of the store.
pub fn renew(db: &Connection, me: &Identity, nonce: &str, lease: &Lease, now_ms: i64) -> Result<()> {
    let text = lease_text(&me.device, lease.from, lease.until, nonce);
    let signed = <[u8; 64]>::try_from(lease.signature.as_slice()).is_ok_and(|s| sync::verify(&me.server_key, &text, &s));
    if signed {
        store::set_json(db, KEY, &Kept::new(lease.until.saturating_sub(lease.from), now_ms))?;
    }
    Ok(())
}

/// Is it over? Counts what passed since it was last asked. A device that never synced holds nothing yet.
///
/// # Errors
/// Of the store.
pub fn is_over(db: &Connection, now_ms: i64) -> Result<bool> {
    let Some(before) = store::json_setting::<Kept>(db, KEY)? else { return Ok(false) };
    let mut kept = before;
    kept.observe(now_ms);
    let is_due = (now_ms - before.last_ms).abs() >= WRITE_EVERY_MS || kept.is_over() != before.is_over();
    if is_due {
        store::set_json(db, KEY, &kept)?;
    }
    Ok(kept.is_over())
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_790_000_000_000;

    fn after(steps: &[i64]) -> Kept {
        let mut kept = Kept::new(LEASE_MS, START);
        steps.iter().for_each(|at| kept.observe(*at));
        kept
    }

    #[test]
    fn a_week_without_contact_is_the_end() {
        assert!(!after(&[START + 6 * DAY_MS]).is_over());
        assert!(after(&[START + 8 * DAY_MS]).is_over());
        assert!(after(&(0..=80).map(|n| START + n * DAY_MS / 10).collect::<Vec<_>>()).is_over());
    }

    #[test]
    fn a_clock_set_back_does_not_lengthen_it() {
        let back = START - 365 * DAY_MS;
        let days: Vec<i64> = (0..=8).map(|n| back + n * DAY_MS).collect();
        assert!(after(&days).is_over());
        assert!(!after(&days[..6]).is_over());
    }

    #[test]
    fn a_battery_that_died_and_came_back_in_1970_does_not_end_it() {
        let kept = after(&[START + DAY_MS, 0, 60_000, START + DAY_MS + 3_600_000]);
        assert!(!kept.is_over());
        assert!(kept.spent_ms <= 2 * DAY_MS + 3_600_000 + 60_000, "{kept:?}");
    }

    #[test]
    fn a_clock_ten_years_ahead_does_not_end_it_and_its_days_count() {
        let ahead = START + 3650 * DAY_MS;
        assert!(!after(&[ahead]).is_over());
        assert!(after(&(0..=8).map(|n| ahead + n * DAY_MS).collect::<Vec<_>>()).is_over());
        assert!(!after(&[ahead, START + 60_000, START + 120_000]).is_over());
    }

    #[test]
    fn no_clock_overflows() {
        after(&[i64::MAX, i64::MIN, 0, i64::MAX]);
        assert_eq!(Kept::new(i64::MAX, 0).length_ms, LEASE_MS);
    }
}
