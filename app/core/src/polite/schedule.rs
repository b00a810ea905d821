//! When to sync and when to listen: a small state machine over moments and what happened. Pure, so that every rule is tested without waiting.
//!
//! Soon after something was written, so that a burst goes up together; soon after the server says that something came, spread so that the
//! phones of a community do not all ask in the same second; now and then otherwise. While nobody answers, the pauses double up to five
//! minutes. What the server asks for (`Retry-After`) is kept in any case. A stream that comes back shows that there is a network again.

use std::cmp::{max, min};

/// After the last write of a burst, ms.
const AFTER_WRITE_MS: u64 = 2_000;
/// A burst that does not end goes up after this, ms.
const BURST_MS: u64 = 10_000;
/// Everyone who was woken asks within this time, ms.
const SPREAD_MS: u64 = 2_000;
/// Without a stream: asks this often, ms.
const POLL_MS: u64 = 5 * 60_000;
/// With a stream, in case it fails to say something, ms.
const POLL_LISTENING_MS: u64 = 15 * 60_000;
/// First pause after a failure, doubled each time, ms.
const RETRY_MS: u64 = 5_000;
/// Longest pause, ms.
const RETRY_MAX_MS: u64 = 5 * 60_000;
/// The same while the office has not confirmed the device: somebody stands there and waits, ms.
const UNCONFIRMED_MAX_MS: u64 = 30_000;
/// Longest pause that the server may ask for, ms.
const ASKED_MAX_MS: u64 = 60 * 60_000;
/// A stream that lived this long was a good one, ms.
const STEADY_MS: u64 = 60_000;
/// A server that has no such stream is asked again after this, ms.
const NO_STREAM_MS: u64 = 60 * 60_000;

/// Why a sync did not end well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Nobody answered.
    NoAnswer,
    /// The office has not confirmed this device yet.
    Unconfirmed,
    /// The server said no, or that it cannot now.
    Refused,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// The store is open from now on.
    Opened,
    /// The store is closed from now on: nothing can be signed, nothing applied.
    Closed,
    /// Something was written here.
    Wrote,
    /// The stream says that there is something new.
    Woken,
    /// The stream is open.
    Listening,
    /// The stream ended, or did not open.
    StreamEnded { asked_ms: Option<u64>, is_unknown: bool },
    /// A sync ended well, whoever asked for it.
    Synced { is_pending: bool },
    /// A sync did not end well, whoever asked for it. `asked_ms`: what the server asked to wait.
    Failed { why: Why, asked_ms: Option<u64> },
}

/// The state. Moments are milliseconds of any clock that only goes forward.
#[derive(Debug, Default)]
pub struct Schedule {
    is_open: bool,
    /// What was written goes up then.
    push_at: Option<u64>,
    /// First write of the burst.
    burst_since: Option<u64>,
    /// What came is fetched then.
    pull_at: Option<u64>,
    poll_at: u64,
    /// Syncs in a row that ended well and left something waiting.
    stuck: u32,
    failures: u32,
    why: Option<Why>,
    retry_at: u64,
    /// The server asked for silence until then.
    silent_until: u64,
    listening_since: Option<u64>,
    listen_at: Option<u64>,
    stream_failures: u32,
}

/// A part of `most`, between half of it and all of it. `random` spreads devices that lost the same server.
fn about(most: u64, random: u16) -> u64 {
    most / 2 + most * u64::from(random) / (2 * u64::from(u16::MAX))
}

/// Up to `most`.
fn within(most: u64, random: u16) -> u64 {
    most * u64::from(random) / u64::from(u16::MAX)
}

fn pause(failures: u32, most: u64, random: u16) -> u64 {
    about(min(RETRY_MS << failures.clamp(1, 10).saturating_sub(1), most), random)
}

impl Schedule {
    /// When the next sync is due. `None` while the store is closed.
    pub fn sync_due(&self) -> Option<u64> {
        if !self.is_open {
            return None;
        }
        let wanted = match self.failures {
            0 => [self.push_at, self.pull_at].into_iter().flatten().fold(self.poll_at, min),
            _ => self.retry_at,
        };
        Some(max(wanted, self.silent_until))
    }

    /// When the stream is to be opened. `None` while it is open, being opened, or the store is closed.
    pub fn listen_due(&self) -> Option<u64> {
        self.listen_at.filter(|_| self.is_open).map(|at| max(at, self.silent_until))
    }

    /// A sync begins: what happens from now on is not in it.
    pub fn begin_sync(&mut self) {
        (self.push_at, self.burst_since, self.pull_at) = (None, None, None);
    }

    /// The stream is being opened; [`Happened::Listening`] or [`Happened::StreamEnded`] follows.
    pub fn begin_listening(&mut self) {
        self.listen_at = None;
    }

    /// Takes note.
    pub fn on(&mut self, now: u64, happened: Happened, random: u16) {
        match happened {
            Happened::Opened => {
                *self = Schedule { is_open: true, silent_until: self.silent_until, ..Schedule::default() };
                self.pull_at = Some(now + within(SPREAD_MS, random));
                (self.poll_at, self.listen_at) = (now + POLL_MS, Some(now));
            }
            Happened::Closed => *self = Schedule { silent_until: self.silent_until, ..Schedule::default() },
            Happened::Wrote => {
                let since = *self.burst_since.get_or_insert(now);
                self.push_at = Some(min(now + AFTER_WRITE_MS, since + BURST_MS));
            }
            Happened::Woken => self.pull_soon(now, random),
            Happened::Listening => self.on_listening(now, random),
            Happened::StreamEnded { asked_ms, is_unknown } => self.on_stream_ended(now, asked_ms, is_unknown, random),
            Happened::Synced { is_pending } => self.on_synced(now, is_pending, random),
            Happened::Failed { why, asked_ms } => {
                self.failures = self.failures.saturating_add(1);
                self.why = Some(why);
                let most = if why == Why::Unconfirmed { UNCONFIRMED_MAX_MS } else { RETRY_MAX_MS };
                self.retry_at = now + pause(self.failures, most, random);
                self.keep_silent(now, asked_ms, random);
            }
        }
    }

    fn on_listening(&mut self, now: u64, random: u16) {
        self.listening_since = Some(now);
        self.poll_at = now + about(POLL_LISTENING_MS, random);
        if self.failures > 0 && self.why == Some(Why::NoAnswer) {
            // There is a network again. Only this once: the next pause is as long as it would have been.
            self.retry_at = min(self.retry_at, now + within(SPREAD_MS, random));
        }
        // Whatever came before the stream was open was not told.
        self.pull_soon(now, random);
    }

    fn on_stream_ended(&mut self, now: u64, asked_ms: Option<u64>, is_unknown: bool, random: u16) {
        if !self.is_open {
            return;
        }
        let was_steady = self.listening_since.is_some_and(|since| now.saturating_sub(since) >= STEADY_MS);
        self.stream_failures = if was_steady { 1 } else { self.stream_failures.saturating_add(1) };
        self.listening_since = None;
        let wait = if is_unknown { NO_STREAM_MS } else { pause(self.stream_failures, RETRY_MAX_MS, random) };
        self.listen_at = Some(now + max(wait, min(asked_ms.unwrap_or(0), ASKED_MAX_MS)));
        self.poll_at = min(self.poll_at, now + about(POLL_MS, random));
    }

    fn on_synced(&mut self, now: u64, is_pending: bool, random: u16) {
        let is_back = self.failures > 0;
        (self.failures, self.why) = (0, None);
        if is_pending {
            // It went well and something still waits: the server has its reason, and asking every second does not change it.
            self.stuck = self.stuck.saturating_add(1);
            let at = now + pause(self.stuck, RETRY_MAX_MS, random);
            self.push_at = Some(self.push_at.map_or(at, |wanted| min(wanted, at)));
        } else {
            (self.stuck, self.push_at, self.burst_since) = (0, None, None);
        }
        let poll = if self.listening_since.is_some() { POLL_LISTENING_MS } else { POLL_MS };
        self.poll_at = now + about(poll, random);
        if is_back {
            // The network is back, so the stream may be as well.
            self.listen_at = self.listen_at.map(|at| min(at, now + within(SPREAD_MS, random)));
        }
    }

    fn pull_soon(&mut self, now: u64, random: u16) {
        let at = now + within(SPREAD_MS, random);
        self.pull_at = Some(self.pull_at.map_or(at, |wanted| min(wanted, at)));
    }

    fn keep_silent(&mut self, now: u64, asked_ms: Option<u64>, random: u16) {
        if let Some(asked) = asked_ms.filter(|asked| *asked > 0) {
            // Never sooner than asked, and not everybody in the same moment.
            let asked = min(asked, ASKED_MAX_MS);
            self.silent_until = max(self.silent_until, now + asked + within(min(asked, SPREAD_MS), random));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Happened::*;
    use proptest::prelude::*;

    const MID: u16 = u16::MAX / 2;
    const NO_ANSWER: Happened = Failed { why: Why::NoAnswer, asked_ms: None };

    /// Open, synced once, listening, all quiet; at 100 s.
    fn quiet() -> Schedule {
        let mut s = Schedule::default();
        s.on(0, Opened, MID);
        s.begin_listening();
        s.on(100, Listening, MID);
        s.begin_sync();
        s.on(1_000, Synced { is_pending: false }, MID);
        s
    }

    #[test]
    fn a_closed_store_neither_syncs_nor_listens() {
        let mut s = quiet();
        s.on(2_000, Wrote, MID);
        s.on(2_000, Closed, MID);
        assert_eq!((s.sync_due(), s.listen_due()), (None, None));
        s.on(3_000, StreamEnded { asked_ms: None, is_unknown: false }, MID);
        assert_eq!(s.listen_due(), None);
        s.on(9_000, Opened, 0);
        assert_eq!((s.sync_due(), s.listen_due()), (Some(9_000), Some(9_000)));
    }

    #[test]
    fn a_burst_of_writes_goes_up_together_and_does_not_wait_for_ever() {
        let mut s = quiet();
        s.on(100_000, Wrote, MID);
        assert_eq!(s.sync_due(), Some(102_000));
        s.on(101_000, Wrote, MID);
        assert_eq!(s.sync_due(), Some(103_000));
        (101..130).for_each(|second| s.on(second * 1_000, Wrote, MID));
        assert_eq!(s.sync_due(), Some(110_000));
    }

    #[test]
    fn what_is_written_while_a_sync_runs_goes_with_the_next() {
        let mut s = quiet();
        s.on(100_000, Wrote, MID);
        s.begin_sync();
        s.on(102_100, Synced { is_pending: false }, MID);
        s.on(102_200, Wrote, MID);
        assert_eq!(s.sync_due(), Some(104_200));
    }

    #[test]
    fn a_wake_up_is_followed_soon_but_not_by_everyone_at_once() {
        for (random, wait) in [(0, 0), (u16::MAX, SPREAD_MS)] {
            let mut s = quiet();
            s.on(100_000, Woken, random);
            s.on(100_100, Woken, u16::MAX);
            assert_eq!(s.sync_due(), Some(100_000 + wait), "a second wake-up does not put it off");
        }
    }

    #[test]
    fn without_a_stream_it_still_asks_every_few_minutes() {
        let mut s = quiet();
        assert!(s.sync_due().unwrap() > 2 * POLL_MS, "with a stream seldom");
        s.on(100_000, StreamEnded { asked_ms: None, is_unknown: true }, MID);
        assert!(s.sync_due().unwrap() <= 100_000 + POLL_MS);
        s.begin_sync();
        s.on(400_000, Synced { is_pending: false }, u16::MAX);
        assert!(s.sync_due().unwrap() <= 400_000 + POLL_MS);
        assert!(s.listen_due().unwrap() >= 100_000 + NO_STREAM_MS, "a server without a stream is not asked for it all the time");
    }

    #[test]
    fn pauses_grow_to_five_minutes_and_are_spread() {
        let (mut low, mut high, mut last) = (quiet(), quiet(), 0);
        for n in 1..40_u64 {
            let now = n * 1_000_000;
            low.on(now, NO_ANSWER, 0);
            high.on(now, NO_ANSWER, u16::MAX);
            let (soonest, latest) = (low.sync_due().unwrap() - now, high.sync_due().unwrap() - now);
            assert!(soonest >= last && soonest < latest && latest <= RETRY_MAX_MS, "{n}: {soonest} {latest}");
            last = soonest;
        }
        assert_eq!(last, RETRY_MAX_MS / 2);
    }

    #[test]
    fn writing_and_waking_do_not_shorten_a_pause() {
        let mut s = quiet();
        (0..6).for_each(|_| s.on(100_000, NO_ANSWER, MID));
        let due = s.sync_due();
        s.on(100_500, Wrote, 0);
        s.on(100_500, Woken, 0);
        assert_eq!(s.sync_due(), due);
    }

    #[test]
    fn a_stream_that_opens_shows_that_there_is_a_network_again() {
        let mut s = quiet();
        (0..6).for_each(|_| s.on(100_000, NO_ANSWER, MID));
        s.on(110_000, Listening, MID);
        assert!(s.sync_due().unwrap() <= 110_000 + SPREAD_MS);
        // A server that answers the stream and fails the sync is not helped by more syncs.
        s.on(112_000, Failed { why: Why::Refused, asked_ms: None }, MID);
        let due = s.sync_due();
        s.on(113_000, Listening, MID);
        assert_eq!(s.sync_due(), due);
    }

    #[test]
    fn a_sync_that_somebody_asked_for_and_that_went_well_ends_the_pause() {
        let mut s = quiet();
        s.on(100_000, StreamEnded { asked_ms: None, is_unknown: false }, MID);
        (0..9).for_each(|_| s.on(100_000, StreamEnded { asked_ms: None, is_unknown: false }, MID));
        (0..9).for_each(|_| s.on(100_000, NO_ANSWER, MID));
        s.on(101_000, Synced { is_pending: false }, MID);
        assert!(s.listen_due().unwrap() <= 101_000 + SPREAD_MS, "listens again");
        s.on(102_000, Wrote, MID);
        assert_eq!(s.sync_due(), Some(104_000));
    }

    #[test]
    fn what_the_server_asks_for_is_kept_whatever_happens() {
        let mut s = quiet();
        s.on(100_000, Failed { why: Why::Refused, asked_ms: Some(60_000) }, 0);
        s.on(101_000, Listening, 0);
        s.on(101_000, Wrote, 0);
        s.on(101_000, Woken, 0);
        s.on(101_000, Synced { is_pending: true }, 0);
        s.on(101_000, StreamEnded { asked_ms: None, is_unknown: false }, 0);
        assert!(s.sync_due().unwrap() >= 160_000 && s.listen_due().unwrap() >= 160_000);
        s.on(101_000, Closed, 0);
        s.on(101_000, Opened, 0);
        assert!(s.sync_due().unwrap() >= 160_000);
        s.on(200_000, Failed { why: Why::Refused, asked_ms: Some(u64::MAX) }, 0);
        assert!(s.sync_due().unwrap() <= 200_000 + ASKED_MAX_MS + SPREAD_MS, "an hour at most");
    }

    #[test]
    fn something_that_waits_although_a_sync_went_well_is_asked_after_ever_more_seldom() {
        let (mut s, mut now, mut count) = (quiet(), 100_000, 0);
        while now < 100_000 + 3_600_000 {
            s.begin_sync();
            s.on(now, Synced { is_pending: true }, MID);
            now = s.sync_due().unwrap();
            count += 1;
        }
        assert!(count < 30, "{count} syncs in an hour");
    }

    #[test]
    fn a_device_that_is_not_confirmed_looks_again_while_somebody_waits_beside_it() {
        let mut s = quiet();
        for n in 1..20_u64 {
            s.on(n * 100_000, Failed { why: Why::Unconfirmed, asked_ms: None }, u16::MAX);
        }
        assert!(s.sync_due().unwrap() <= 19 * 100_000 + UNCONFIRMED_MAX_MS);
    }

    /// A server drawn at random: what it answers to a sync and to a stream.
    #[derive(Debug, Clone, Copy)]
    struct Weather {
        answers: bool,
        streams: bool,
        /// The stream ends as soon as it is open.
        flaps: bool,
        asked_ms: Option<u64>,
    }

    fn weather() -> impl Strategy<Value = Weather> {
        let asked = prop_oneof![Just(None), (1_000_u64..600_000).prop_map(Some)];
        (any::<bool>(), any::<bool>(), any::<bool>(), asked).prop_map(|(answers, streams, flaps, asked_ms)| Weather {
            answers,
            streams,
            flaps,
            asked_ms,
        })
    }

    proptest! {
        /// An hour with one device that writes a few times, under any weather: no storm, and when all is well again everything goes up soon.
        #[test]
        fn no_storm_under_any_weather(
            spells in proptest::collection::vec((weather(), 1_u64..600), 1..12),
            writes in proptest::collection::vec(0_u64..3_600_000, 0..20),
            seed in any::<u64>(),
        ) {
            let mut random = seed;
            let mut draw = move || { random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1); (random >> 48) as u16 };
            let (mut s, mut now, mut syncs, mut streams, mut silent_until) = (Schedule::default(), 0_u64, Vec::new(), Vec::new(), 0);
            let mut writes = writes; writes.sort_unstable();
            let mut waiting = writes.clone().into_iter().peekable();
            let mut is_pending = false;
            let hour = 3_600_000;
            let at = |now: u64| { let mut left = now / 1_000; for (w, seconds) in spells.iter().cycle() { if left < *seconds { return *w; } left -= seconds; } unreachable!() };
            s.on(0, Opened, draw());
            let mut steps = 0;
            while now < hour {
                steps += 1;
                prop_assert!(steps < 10_000, "it spins");
                let next_write = waiting.peek().copied().unwrap_or(u64::MAX);
                let due = s.sync_due().unwrap().min(s.listen_due().unwrap_or(u64::MAX)).min(next_write).max(now);
                now = due;
                let w = at(now);
                if next_write <= now { waiting.next(); is_pending = true; s.on(now, Wrote, draw()); }
                if s.sync_due().unwrap() <= now {
                    prop_assert!(now >= silent_until, "asked for silence until {silent_until}, synced at {now}");
                    s.begin_sync();
                    syncs.push(now);
                    now += 50;
                    if w.answers { is_pending = false; s.on(now, Synced { is_pending }, draw()); }
                    else {
                        if let Some(asked) = w.asked_ms { silent_until = now + asked; }
                        s.on(now, Failed { why: if w.asked_ms.is_some() { Why::Refused } else { Why::NoAnswer }, asked_ms: w.asked_ms }, draw());
                    }
                }
                if s.listen_due().is_some_and(|at| at <= now) {
                    s.begin_listening();
                    streams.push(now);
                    if w.streams { s.on(now, Listening, draw()); }
                    if !w.streams || w.flaps { s.on(now, StreamEnded { asked_ms: w.asked_ms, is_unknown: false }, draw()); }
                }
            }
            // Every write may cost one sync, every stream one; the rest is pauses.
            let most = |from: u64| {
                let in_five = |all: &[u64]| all.iter().filter(|t| (from..from + 300_000).contains(*t)).count();
                (in_five(&syncs), in_five(&writes), in_five(&streams))
            };
            for from in (0..hour).step_by(60_000) {
                let (synced, written, streamed) = most(from);
                prop_assert!(streamed <= 40, "{streamed} streams in five minutes");
                prop_assert!(synced <= 12 + written + streamed, "{synced} syncs in five minutes with {written} writes and {streamed} streams");
            }
            // From here on the sky is clear.
            let most = if is_pending { RETRY_MAX_MS } else { POLL_LISTENING_MS };
            prop_assert!(s.sync_due().unwrap() <= now.max(silent_until) + most + SPREAD_MS, "what was written goes up within a pause");
        }
    }
}
