//! Token buckets: how often someone may ask. Pure; the moment is passed in.

use super::limits::{KEYS_MAX, Rate};
use std::collections::HashMap;
use std::hash::Hash;
use std::time::Instant;

/// Thousandths of a token, so that a part of a second counts.
const ONE: u64 = 1_000;

#[derive(Clone, Copy)]
struct Bucket {
    filled: u64,
    at: Instant,
}

/// One bucket a key. A key that was never charged has a full one.
pub struct Buckets<K> {
    rate: Rate,
    of: HashMap<K, Bucket>,
}

impl<K: Eq + Hash> Buckets<K> {
    /// All full.
    pub fn new(rate: Rate) -> Self {
        Buckets { rate, of: HashMap::new() }
    }

    /// Was this key charged before?
    pub fn knows(&self, key: &K) -> bool {
        self.of.contains_key(key)
    }

    /// May it ask now? Otherwise: in how many seconds.
    pub fn check(&self, key: &K, now: Instant) -> Result<(), u64> {
        let filled = self.of.get(key).map_or(ONE, |bucket| filled(self.rate, bucket, now));
        if filled >= ONE { Ok(()) } else { Err((ONE - filled).div_ceil(u64::from(self.rate.per_second) * ONE)) }
    }

    /// Charges one request.
    pub fn take(&mut self, key: K, now: Instant) {
        let full = u64::from(self.rate.burst) * ONE;
        if self.of.len() >= KEYS_MAX && !self.of.contains_key(&key) {
            let rate = self.rate;
            self.of.retain(|_, bucket| filled(rate, bucket, now) < full);
            if self.of.len() >= KEYS_MAX {
                // An attack from as many addresses is not for this limit to stop.
                self.of.clear();
            }
        }
        let filled = self.of.get(&key).map_or(full, |bucket| filled(self.rate, bucket, now));
        self.of.insert(key, Bucket { filled: filled.saturating_sub(ONE), at: now });
    }
}

fn filled(rate: Rate, bucket: &Bucket, now: Instant) -> u64 {
    let passed_ms = u64::try_from(now.saturating_duration_since(bucket.at).as_millis()).unwrap_or(u64::MAX);
    bucket.filled.saturating_add(passed_ms.saturating_mul(u64::from(rate.per_second))).min(u64::from(rate.burst) * ONE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const RATE: Rate = Rate { burst: 10, per_second: 2 };

    #[test]
    fn a_burst_goes_through_and_then_so_many_a_second() {
        let (start, mut buckets) = (Instant::now(), Buckets::new(RATE));
        let mut passed = 0;
        for ms in (0..20_000).step_by(10) {
            let now = start + Duration::from_millis(ms);
            if buckets.check(&"greedy", now).is_ok() {
                buckets.take("greedy", now);
                passed += 1;
            }
        }
        assert!((49..=50).contains(&passed), "10 at once and 2 a second for 20 s: {passed}");
        assert_eq!(buckets.check(&"other", start), Ok(()), "nobody pays for another");
    }

    #[test]
    fn who_may_not_ask_is_told_when() {
        let (start, mut buckets) = (Instant::now(), Buckets::new(Rate { burst: 1, per_second: 1 }));
        buckets.take(1, start);
        assert_eq!(buckets.check(&1, start), Err(1));
        assert_eq!(buckets.check(&1, start + Duration::from_secs(1)), Ok(()), "what was told is true");
    }

    #[test]
    fn the_memory_of_keys_is_bounded() {
        let (start, mut buckets) = (Instant::now(), Buckets::new(RATE));
        (0..3 * KEYS_MAX).for_each(|n| buckets.take(n, start));
        assert!(buckets.of.len() <= KEYS_MAX);
    }
}
