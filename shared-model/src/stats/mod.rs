//! Counting what was done, never who did it: how many doors were reached, how long matters took, at which level they came to an end, what
//! people said of it. Pure: facts in, tables out. No fact names a person, so no table can rank one.
//! What a community hands up goes through [`hide`] first: cells under five, and what would give them away, are left out.

mod hide;
mod tally;

pub use hide::{Hidden, SMALL, hide};
pub use tally::{DISPUTES, Figure, OTHER, Tally};

use crate::cases::Level;
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::hash::Hash;
use ts_rs::TS;

/// Days, both counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub from: NaiveDate,
    pub until: NaiveDate,
}

impl Span {
    /// Does it hold the day?
    pub fn has(self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.until
    }
}

/// A door, as far as it counts.
#[derive(Debug, Clone)]
pub struct DoorFact<U> {
    pub unit: U,
    pub tier: String,
    pub is_vacant: bool,
    /// Where it stands today: `over today soon none done vacant`.
    pub due: &'static str,
    /// Somebody was reached there in the span.
    pub was_reached: bool,
    /// Somebody went there in the span, and nobody was in.
    pub was_tried: bool,
}

/// A case, as far as it counts.
#[derive(Debug, Clone)]
pub struct CaseFact<U> {
    pub unit: U,
    /// Only the office reads of it: a word about its own people.
    pub is_for_office: bool,
    pub matter: String,
    pub category: String,
    pub lead: String,
    pub opened: NaiveDate,
    /// When it came to its end; `None` while it is open.
    pub closed: Option<NaiveDate>,
    /// Its deadline was met, or not; `None` while it runs in time, and where nothing is due.
    pub in_time: Option<bool>,
    /// The day on which the deadline was met or ran out.
    pub judged: Option<NaiveDate>,
    pub level: Level,
    /// What was said of it last: `satisfied fair dissatisfied`, and when.
    pub rating: Option<(String, NaiveDate)>,
}

/// Doors of a unit: how many, how many were reached in the span, how many are due.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Doors {
    /// Doors behind which somebody lives.
    pub doors: u32,
    pub vacant: u32,
    pub reached: u32,
    /// Tried and not reached.
    pub tried: u32,
    pub due: u32,
    pub over: u32,
}

impl Doors {
    fn add<U>(&mut self, d: &DoorFact<U>) {
        if d.is_vacant {
            self.vacant += 1;
            return;
        }
        self.doors += 1;
        self.reached += u32::from(d.was_reached);
        self.tried += u32::from(d.was_tried && !d.was_reached);
        self.due += u32::from(d.due == "today");
        self.over += u32::from(d.due == "over");
    }
}

/// Cases of a unit, a matter or a department.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Cases {
    pub opened: u32,
    pub closed: u32,
    /// Open at the end of the span.
    pub open: u32,
    /// Of those, past their day.
    pub over: u32,
    /// Deadlines met in the span.
    pub in_time: u32,
    /// Deadlines missed in the span: met late, or run out.
    pub late: u32,
}

impl Cases {
    fn add<U>(&mut self, c: &CaseFact<U>, span: Span) {
        let is_open = c.opened <= span.until && c.closed.is_none_or(|day| day > span.until);
        self.opened += u32::from(span.has(c.opened));
        self.closed += u32::from(c.closed.is_some_and(|day| span.has(day)));
        self.open += u32::from(is_open);
        self.over += u32::from(is_open && c.in_time == Some(false) && c.judged.is_some_and(|day| day <= span.until));
        if c.judged.is_some_and(|day| span.has(day)) {
            self.in_time += u32::from(c.in_time == Some(true));
            self.late += u32::from(c.in_time == Some(false));
        }
    }
}

/// Doors by a key of theirs.
pub fn doors_by<U, K: Ord + Hash>(doors: &[DoorFact<U>], key: impl Fn(&DoorFact<U>) -> K) -> BTreeMap<K, Doors> {
    let mut out: BTreeMap<K, Doors> = BTreeMap::new();
    for d in doors {
        out.entry(key(d)).or_default().add(d);
    }
    out
}

/// Cases by a key of theirs; what does not count in the span is left out.
pub fn cases_by<U, K: Ord>(cases: &[CaseFact<U>], span: Span, key: impl Fn(&CaseFact<U>) -> K) -> BTreeMap<K, Cases> {
    let mut out: BTreeMap<K, Cases> = BTreeMap::new();
    for c in cases {
        out.entry(key(c)).or_default().add(c, span);
    }
    out.retain(|_, c| *c != Cases::default());
    out
}

/// At which level what was closed in the span came to its end (小事不出格, 大事不出社区).
pub fn levels<U>(cases: &[CaseFact<U>], span: Span) -> BTreeMap<Level, u32> {
    let mut out = BTreeMap::new();
    for c in cases.iter().filter(|c| c.closed.is_some_and(|day| span.has(day))) {
        *out.entry(c.level).or_default() += 1;
    }
    out
}

/// What was said in the span.
pub fn ratings<U>(cases: &[CaseFact<U>], span: Span) -> BTreeMap<String, u32> {
    let mut out = BTreeMap::new();
    for (said, _) in cases.iter().filter_map(|c| c.rating.as_ref()).filter(|(_, day)| span.has(*day)) {
        *out.entry(said.clone()).or_default() += 1;
    }
    out
}

/// The first days of the months that end with the month of a day, oldest first.
pub fn months_until(last: NaiveDate, count: u32) -> Vec<NaiveDate> {
    let first = last.with_day(1).unwrap_or(last);
    (0..count).rev().filter_map(|back| first.checked_sub_months(chrono::Months::new(back))).collect()
}

/// Opened cases of a category by matter, one count a month.
pub fn trend<U>(cases: &[CaseFact<U>], category: &str, months: &[NaiveDate]) -> BTreeMap<String, Vec<u32>> {
    let mut out: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for c in cases.iter().filter(|c| c.category == category) {
        let month = c.opened.with_day(1).unwrap_or(c.opened);
        if let Ok(at) = months.binary_search(&month) {
            out.entry(c.matter.clone()).or_insert_with(|| vec![0; months.len()])[at] += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(n: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 1, 1).unwrap().checked_add_days(chrono::Days::new(n.into())).unwrap()
    }

    fn case(opened: u32, closed: Option<u32>, judged: Option<(u32, bool)>) -> CaseFact<u8> {
        CaseFact {
            unit: (opened % 3) as u8,
            is_for_office: false,
            matter: "02002".into(),
            category: "矛盾纠纷".into(),
            lead: String::new(),
            opened: day(opened),
            closed: closed.map(day),
            in_time: judged.map(|(_, met)| met),
            judged: judged.map(|(at, _)| day(at)),
            level: Level::Grid,
            rating: None,
        }
    }

    #[test]
    fn what_ran_out_and_is_open_is_over_and_late_once() {
        let all = [case(0, None, Some((5, false)))];
        let of = |from, until| cases_by(&all, Span { from: day(from), until: day(until) }, |_| ()).remove(&()).unwrap_or_default();
        assert_eq!(of(0, 3), Cases { opened: 1, open: 1, ..Cases::default() });
        assert_eq!(of(4, 6), Cases { open: 1, over: 1, late: 1, ..Cases::default() });
        assert_eq!(of(7, 9), Cases { open: 1, over: 1, ..Cases::default() });
    }

    #[test]
    fn months_end_with_the_month_of_the_day() {
        let months = months_until(NaiveDate::from_ymd_opt(2027, 1, 31).unwrap(), 3);
        assert_eq!(months.iter().map(ToString::to_string).collect::<Vec<_>>(), ["2026-11-01", "2026-12-01", "2027-01-01"]);
        let counted = trend(&[case(0, None, None), case(40, None, None)], "矛盾纠纷", &months_until(day(40), 2));
        assert_eq!(counted["02002"], [1, 1]);
    }

    proptest! {
        #[test]
        fn spans_that_follow_each_other_add_up(
            facts in prop::collection::vec((0u32..60, prop::option::of(0u32..60), prop::option::of((0u32..60, any::<bool>()))), 0..40),
            cut in 1u32..58,
        ) {
            let all: Vec<_> = facts.into_iter().map(|(at, took, judged)| case(at, took.map(|t| at + t), judged)).collect();
            let of = |from, until| cases_by(&all, Span { from: day(from), until: day(until) }, |_| ()).remove(&()).unwrap_or_default();
            let (a, b, whole) = (of(0, cut), of(cut + 1, 130), of(0, 130));
            prop_assert_eq!(a.opened + b.opened, whole.opened);
            prop_assert_eq!(a.closed + b.closed, whole.closed);
            prop_assert_eq!(a.in_time + b.in_time, whole.in_time);
            prop_assert_eq!(a.late + b.late, whole.late);
            prop_assert_eq!(b.open, whole.open);
            let by_unit: u32 = cases_by(&all, Span { from: day(0), until: day(130) }, |c| c.unit).values().map(|c| c.opened).sum();
            prop_assert_eq!(by_unit, whole.opened);
        }
    }
}
