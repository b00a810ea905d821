//! Working time: 工作时, 工作日, 自然时 over a calendar of holidays and make-up days, in Beijing time (no summer time since 1992). A period of
//! days begins on the day after and ends when work ends on its last day, which is a working day (民法典 §201, §203). Pure.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Weekday};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Beijing is so far ahead of UTC, ms.
const BEIJING_MS: i64 = 8 * 3_600_000;
const MINUTE_MS: i64 = 60_000;
/// No deadline is looked for further on: a calendar in which nobody ever works has none.
const DAYS_MAX: u32 = 36_525;

/// How a clock counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// 自然时: every minute.
    Minutes,
    /// 工作时: the minutes in which the office works.
    WorkMinutes,
    /// 工作日: the days on which it does.
    WorkDays,
}

/// From what the working days of a year are known. In order of trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// The yearly notice of the State Council, with its make-up days.
    Published,
    /// Only the days that the law frees (全国年节及纪念日放假办法, 2024); the notice was not known when this was made.
    Statutory,
    /// Nothing: Monday to Friday.
    Weekdays,
}

impl Basis {
    /// As replies say it.
    pub fn name(self) -> &'static str {
        match self {
            Basis::Published => "published",
            Basis::Statutory => "statutory",
            Basis::Weekdays => "weekdays",
        }
    }
}

/// A time in which a clock stands still. Times are server time, ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    pub from_ms: i64,
    /// `None` while it lasts.
    pub until_ms: Option<i64>,
}

/// A clock that was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    pub start_ms: i64,
    pub count: Count,
    /// Minutes or days, with what it was extended by.
    pub amount: u32,
    /// In any order; they may overlap.
    pub pauses: Vec<Pause>,
}

/// When a clock runs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    pub at_ms: i64,
    /// The least known of the years that it counts through.
    pub basis: Basis,
}

/// On which days, and when, an office works.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// Minutes of the day, in order, from and to.
    hours: Vec<(u32, u32)>,
    /// Days that are not what their weekday says.
    days: BTreeMap<NaiveDate, bool>,
    names: BTreeMap<NaiveDate, String>,
    years: BTreeMap<i32, Basis>,
}

/// 9:00–12:00 and 14:00–18:00: our default.
const HOURS: [(u32, u32); 2] = [(9 * 60, 12 * 60), (14 * 60, 18 * 60)];
const YEARS: [(i32, Basis); 3] = [(2025, Basis::Published), (2026, Basis::Published), (2027, Basis::Statutory)];

/// Years that a deployment may set.
const YEARS_SET: std::ops::RangeInclusive<i32> = 2000..=2100;
/// Characters of a day's name.
const NAME_CHARS_MAX: usize = 20;

/// `09:00-12:00,14:00-18:00` as minutes; `None` unless in order and apart.
fn read_hours(text: &str) -> Option<Vec<(u32, u32)>> {
    let minute = |t: &str| {
        let (h, m) = t.trim().split_once(':')?;
        let (h, m): (u32, u32) = (h.parse().ok()?, m.parse().ok()?);
        (h <= 24 && m < 60 && h * 60 + m <= 24 * 60).then_some(h * 60 + m)
    };
    let mut out: Vec<(u32, u32)> = Vec::new();
    for span in text.split([',', '，']) {
        let (from, to) = span.split_once('-')?;
        let (from, to) = (minute(from)?, minute(to)?);
        if from >= to || out.last().is_some_and(|(_, end)| from < *end) {
            return None;
        }
        out.push((from, to));
    }
    (!out.is_empty()).then_some(out)
}

static NATIONAL: LazyLock<Calendar> = LazyLock::new(|| {
    let lines = include_str!("../data/calendar.csv").lines().skip(1);
    let (mut days, mut names) = (BTreeMap::new(), BTreeMap::new());
    for line in lines {
        let mut fields = line.split(',');
        if let (Some(Ok(day)), Some(works), Some(name)) = (fields.next().map(str::parse::<NaiveDate>), fields.next(), fields.next()) {
            days.insert(day, works == "1");
            names.insert(day, name.to_string());
        }
    }
    Calendar { hours: HOURS.to_vec(), days, names, years: YEARS.into() }
});

impl Calendar {
    /// Holidays and make-up days of the whole country.
    pub fn national() -> &'static Calendar {
        &NATIONAL
    }

    /// Does the office work on this day?
    pub fn works(&self, day: NaiveDate) -> bool {
        self.days.get(&day).copied().unwrap_or(!matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
    }

    /// From what the working days of this year are known.
    pub fn basis(&self, year: i32) -> Basis {
        self.years.get(&year).copied().unwrap_or(Basis::Weekdays)
    }

    /// Puts in what a deployment keeps: `2027-02-06` → `0` or `1` and a name (`1 春节调休`), empty takes it back; `y2027` → `published`, when the
    /// year's notice is all in; `hours` → `09:00-12:00,14:00-18:00`.
    ///
    /// # Errors
    /// `(entry, sentence)` of the first that cannot be used; nothing is changed then.
    pub fn set(&mut self, entries: &BTreeMap<String, String>) -> Result<(), (String, String)> {
        let mut to = self.clone();
        for (entry, text) in entries {
            let wrong = |words: &str| Err((entry.clone(), words.to_string()));
            let text = text.trim();
            if entry == "hours" {
                match read_hours(text) {
                    Some(hours) => to.hours = hours,
                    None => return wrong("上班时间写成 09:00-12:00,14:00-18:00，按先后，不重叠。"),
                }
            } else if let Some(year) = entry.strip_prefix('y').and_then(|y| y.parse::<i32>().ok()).filter(|y| YEARS_SET.contains(y)) {
                match text {
                    "published" => to.years.insert(year, Basis::Published),
                    "" => to.years.insert(year, YEARS.iter().find(|(y, _)| *y == year).map_or(Basis::Weekdays, |(_, b)| *b)),
                    _ => return wrong("年份只能写 published 或留空。"),
                };
            } else if let Some(day) = entry.parse::<NaiveDate>().ok().filter(|d| YEARS_SET.contains(&d.year())) {
                let (works, name) = text.split_once(' ').unwrap_or((text, ""));
                match works {
                    "0" | "1" => {
                        to.days.insert(day, works == "1");
                        to.names.insert(day, name.chars().take(NAME_CHARS_MAX).collect());
                    }
                    "" => {}
                    _ => return wrong("写 1（上班）或 0（放假），后面可以写名称。"),
                }
            } else {
                return wrong("不是日期，也不是年份或上班时间。");
            }
        }
        *self = to;
        Ok(())
    }

    /// What the day is called, where it is not an ordinary one.
    pub fn name(&self, day: NaiveDate) -> Option<&str> {
        self.names.get(&day).map(String::as_str)
    }

    /// The days of a year that are named, with whether the office works.
    pub fn days_of(&self, year: i32) -> impl Iterator<Item = (NaiveDate, bool, &str)> {
        self.days.iter().filter(move |(day, _)| day.year() == year).map(|(day, works)| (*day, *works, self.name(*day).unwrap_or_default()))
    }

    /// Is the day other than its weekday says?
    pub fn is_marked(&self, day: NaiveDate) -> bool {
        self.days.contains_key(&day)
    }

    /// Minutes of the day in which the office works, from and to.
    pub fn hours(&self) -> &[(u32, u32)] {
        &self.hours
    }

    /// The working hours as they are written: `09:00-12:00,14:00-18:00`.
    pub fn hours_text(&self) -> String {
        let time = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
        self.hours.iter().map(|(from, to)| format!("{}-{}", time(*from), time(*to))).collect::<Vec<_>>().join(",")
    }

    /// When work ends on this day, working day or not, ms.
    pub fn close_of(&self, day: NaiveDate) -> i64 {
        moment(day, self.hours.last().map_or(24 * 60, |(_, to)| *to))
    }

    /// A deadline on a day off moves to the first hour of the next working day; any other stays.
    pub fn next_opening(&self, deadline: Deadline) -> Deadline {
        let day = day_of(deadline.at_ms);
        if self.works(day) {
            return deadline;
        }
        let opens = self.hours.first().map_or(0, |(from, _)| *from);
        match days_from(day).find(|d| self.works(*d)) {
            Some(next) => Deadline { at_ms: moment(next, opens), basis: deadline.basis.max(self.basis(next.year())) },
            None => deadline,
        }
    }

    /// When the clock runs out; `None` while it stands still, and when nobody works long enough.
    pub fn deadline(&self, clock: &Clock) -> Option<Deadline> {
        let pauses = merged(&clock.pauses);
        let at_ms = match clock.count {
            Count::Minutes => after(clock.start_ms, i64::from(clock.amount) * MINUTE_MS, &pauses)?,
            Count::WorkMinutes => self.after_minutes(clock, &pauses)?,
            Count::WorkDays => self.after_days(clock, &pauses)?,
        };
        let years = day_of(clock.start_ms).year()..=day_of(at_ms).year();
        let basis = match clock.count {
            Count::Minutes => Basis::Published,
            _ => years.map(|year| self.basis(year)).max().unwrap_or(Basis::Weekdays),
        };
        Some(Deadline { at_ms, basis })
    }

    fn after_minutes(&self, clock: &Clock, pauses: &[Pause]) -> Option<i64> {
        let mut left = i64::from(clock.amount) * MINUTE_MS;
        if left == 0 {
            return Some(clock.start_ms);
        }
        for day in days_from(day_of(clock.start_ms)).filter(|day| self.works(*day)) {
            for (from, to) in self.hours.iter().map(|(from, to)| (moment(day, *from), moment(day, *to))) {
                let from = from.max(clock.start_ms);
                // the work of these hours that is not paused; the first piece that holds what is left ends it
                for (from, to) in without(from, to, pauses) {
                    if to - from >= left {
                        return Some(from + left);
                    }
                    left -= to - from;
                }
            }
            if stands_still(pauses, moment(day, 24 * 60)) {
                return None;
            }
        }
        None
    }

    fn after_days(&self, clock: &Clock, pauses: &[Pause]) -> Option<i64> {
        if clock.amount == 0 {
            return Some(clock.start_ms);
        }
        let (_, closes) = *self.hours.last()?;
        let mut left = clock.amount;
        for day in days_from(day_of(clock.start_ms)).skip(1) {
            let end = moment(day, closes);
            if stands_still(pauses, end) {
                return None;
            }
            // a day counts when the clock runs at its end
            if self.works(day) && !pauses.iter().any(|p| p.from_ms < end && p.until_ms.is_none_or(|until| until >= end)) {
                left -= 1;
                if left == 0 {
                    return Some(end);
                }
            }
        }
        None
    }
}

/// Has a pause that lasts begun before?
fn stands_still(pauses: &[Pause], at_ms: i64) -> bool {
    pauses.last().is_some_and(|p| p.until_ms.is_none() && p.from_ms < at_ms)
}

fn days_from(first: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    first.iter_days().take(DAYS_MAX as usize)
}

/// The day in Beijing.
fn day_of(ms: i64) -> NaiveDate {
    DateTime::from_timestamp_millis(ms.saturating_add(BEIJING_MS)).unwrap_or_default().date_naive()
}

/// A minute of a day in Beijing, ms.
fn moment(day: NaiveDate, minute: u32) -> i64 {
    day.and_time(NaiveTime::MIN).and_utc().timestamp_millis() + i64::from(minute) * MINUTE_MS - BEIJING_MS
}

/// In order, without overlaps; what begins after one that lasts is in it.
fn merged(pauses: &[Pause]) -> Vec<Pause> {
    let mut sorted = pauses.to_vec();
    sorted.sort_by_key(|p| p.from_ms);
    let mut out: Vec<Pause> = Vec::with_capacity(sorted.len());
    for p in sorted {
        match out.last_mut() {
            Some(last) if last.until_ms.is_none_or(|until| until >= p.from_ms) => {
                last.until_ms = last.until_ms.zip(p.until_ms).map(|(a, b)| a.max(b));
            }
            _ => out.push(p),
        }
    }
    out
}

/// A moment so much later, pauses not counted.
fn after(start_ms: i64, span_ms: i64, pauses: &[Pause]) -> Option<i64> {
    let (mut at, mut left) = (start_ms, span_ms);
    for p in pauses.iter().filter(|p| p.until_ms.is_none_or(|until| until > start_ms)) {
        let runs = (p.from_ms - at).max(0);
        if runs >= left {
            break;
        }
        left -= runs;
        at = p.until_ms?.max(at);
    }
    Some(at + left)
}

/// The pieces of a stretch that no pause covers.
fn without(from: i64, to: i64, pauses: &[Pause]) -> Vec<(i64, i64)> {
    let mut out = Vec::new();
    let mut at = from;
    for p in pauses {
        if p.from_ms > at && at < to {
            out.push((at, p.from_ms.min(to)));
        }
        at = at.max(p.until_ms.unwrap_or(i64::MAX));
    }
    if at < to {
        out.push((at, to));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> i64 {
        DateTime::parse_from_rfc3339(&format!("{text}:00+08:00")).unwrap().timestamp_millis()
    }

    fn clock(start: &str, count: Count, amount: u32) -> Clock {
        Clock { start_ms: at(start), count, amount, pauses: Vec::new() }
    }

    fn ends(clock: &Clock) -> i64 {
        Calendar::national().deadline(clock).unwrap().at_ms
    }

    #[test]
    fn every_line_of_the_calendar_is_read_and_every_holiday_has_its_make_up_days() {
        let lines = include_str!("../data/calendar.csv").lines().count() - 1;
        assert_eq!(Calendar::national().days.len(), lines);
        for year in [2025, 2026] {
            let days = || Calendar::national().days.iter().filter(|(d, _)| d.year() == year);
            assert!(days().all(|(d, works)| *works == matches!(d.weekday(), Weekday::Sat | Weekday::Sun) || !works), "{year}");
            // the law frees 13 days; the others on working days are worked for on a weekend
            let freed = days().filter(|(d, works)| !**works && !matches!(d.weekday(), Weekday::Sat | Weekday::Sun)).count();
            let made_up = days().filter(|(_, works)| **works).count();
            assert!(freed > made_up && freed - made_up <= 13, "{year}: {freed} {made_up}");
        }
    }

    #[test]
    fn a_period_of_days_begins_on_the_day_after_and_ends_with_the_work_of_its_last_day() {
        // Spring Festival of 2026: worked on Saturday 14, free from 15 to 23
        assert_eq!(ends(&clock("2026-02-13T10:00", Count::WorkDays, 1)), at("2026-02-14T18:00"));
        assert_eq!(ends(&clock("2026-02-13T10:00", Count::WorkDays, 2)), at("2026-02-24T18:00"));
        // received on a day off
        assert_eq!(ends(&clock("2026-10-03T23:59", Count::WorkDays, 1)), at("2026-10-08T18:00"));
        // 29 February of a year that nobody has announced: a Tuesday
        assert_eq!(ends(&clock("2028-02-28T08:00", Count::WorkDays, 1)), at("2028-02-29T18:00"));
    }

    #[test]
    fn working_minutes_are_those_in_which_the_office_works() {
        assert_eq!(ends(&clock("2026-09-25T10:00", Count::WorkMinutes, 4 * 60)), at("2026-09-28T15:00"));
        assert_eq!(ends(&clock("2026-09-28T11:30", Count::WorkMinutes, 30)), at("2026-09-28T12:00"));
        assert_eq!(ends(&clock("2026-09-28T11:30", Count::WorkMinutes, 31)), at("2026-09-28T14:01"));
        assert_eq!(ends(&clock("2026-09-28T03:00", Count::Minutes, 24 * 60)), at("2026-09-29T03:00"));
    }

    #[test]
    fn a_year_that_is_not_announced_says_so() {
        let basis = |start: &str, amount| Calendar::national().deadline(&clock(start, Count::WorkDays, amount)).unwrap().basis;
        assert_eq!(basis("2026-11-22T10:00", 5), Basis::Published);
        assert_eq!(basis("2026-12-30T10:00", 5), Basis::Statutory);
        assert_eq!(basis("2027-12-30T10:00", 5), Basis::Weekdays);
        let minutes = Calendar::national().deadline(&clock("2030-01-01T10:00", Count::Minutes, 5)).unwrap();
        assert_eq!(minutes.basis, Basis::Published);
    }

    #[test]
    fn a_clock_that_stands_still_has_no_deadline_unless_it_ran_out_before() {
        let mut c = clock("2026-03-02T10:00", Count::WorkDays, 2);
        c.pauses.push(Pause { from_ms: at("2026-03-03T09:00"), until_ms: None });
        assert_eq!(Calendar::national().deadline(&c), None);
        c.pauses[0].from_ms = at("2026-03-05T09:00");
        assert_eq!(ends(&c), at("2026-03-04T18:00"));
        let nobody = Calendar { hours: Vec::new(), days: BTreeMap::new(), names: BTreeMap::new(), years: BTreeMap::new() };
        assert_eq!(nobody.deadline(&clock("2026-03-02T10:00", Count::WorkMinutes, 1)), None);
    }

    const COUNTS: [Count; 3] = [Count::Minutes, Count::WorkMinutes, Count::WorkDays];

    /// Thirty years of starts, pauses of some days that end, as minutes.
    fn clocks() -> impl Strategy<Value = Clock> {
        let start = at("2015-01-01T00:00") / MINUTE_MS..at("2045-01-01T00:00") / MINUTE_MS;
        let pauses = prop::collection::vec((0..20_000_i64, 0..8_000_i64), 0..4);
        (start, 0..COUNTS.len(), 0..2_000_u32, pauses).prop_map(|(start, which, amount, pauses)| Clock {
            start_ms: start * MINUTE_MS,
            count: COUNTS[which],
            amount: if COUNTS[which] == Count::WorkDays { amount % 60 } else { amount },
            pauses: pauses
                .iter()
                .map(|(from, takes)| Pause {
                    from_ms: (start + from - 2_000) * MINUTE_MS,
                    until_ms: Some((start + from - 2_000 + takes) * MINUTE_MS),
                })
                .collect(),
        })
    }

    fn is_paused(clock: &Clock, at_ms: i64) -> bool {
        clock.pauses.iter().any(|p| p.from_ms <= at_ms && p.until_ms.is_none_or(|until| at_ms < until))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn minute_by_minute_it_comes_to_the_same(clock in clocks()) {
            let calendar = Calendar::national();
            let got = calendar.deadline(&clock).unwrap().at_ms;
            let counts = |at_ms: i64| !is_paused(&clock, at_ms) && (clock.count == Count::Minutes || {
                let minute = u32::try_from((at_ms + BEIJING_MS).rem_euclid(86_400_000) / MINUTE_MS).unwrap();
                calendar.works(day_of(at_ms)) && calendar.hours.iter().any(|(from, to)| (*from..*to).contains(&minute))
            });
            if clock.count == Count::WorkDays {
                let counted = days_from(day_of(clock.start_ms)).skip(1).take_while(|d| moment(*d, 18 * 60) <= got)
                    .filter(|d| calendar.works(*d) && !is_paused(&clock, moment(*d, 18 * 60) - 1)).count();
                prop_assert_eq!(counted, clock.amount as usize);
                prop_assert!(clock.amount == 0 || got == moment(day_of(got), 18 * 60));
            } else {
                let (mut at_ms, mut left) = (clock.start_ms, clock.amount);
                while left > 0 {
                    left -= u32::from(counts(at_ms));
                    at_ms += MINUTE_MS;
                }
                prop_assert_eq!(got, at_ms);
            }
        }

        #[test]
        fn an_extension_or_a_pause_never_makes_it_earlier(clock in clocks(), more in 0..500_u32, from in 0..10_000_i64, takes in 0..5_000_i64) {
            let ends = |c: &Clock| Calendar::national().deadline(c).unwrap().at_ms;
            let mut longer = clock.clone();
            longer.amount += more;
            prop_assert!(ends(&longer) >= ends(&clock));
            let mut paused = clock.clone();
            let from_ms = clock.start_ms + from * MINUTE_MS;
            paused.pauses.push(Pause { from_ms, until_ms: Some(from_ms + takes * MINUTE_MS) });
            prop_assert!(ends(&paused) >= ends(&clock));
        }
    }
}
