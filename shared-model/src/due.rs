//! When a door is due. A tier says how often; nothing is overdue that was never visited: first visits are spread over the tier's period in
//! walking order, red within its seven days. The tiers and periods are our default of published practice (红黄绿 visits).

use chrono::{Days, NaiveDate};

/// Days between visits of a tier; a household without one counts as general.
pub fn period_days(tier: &str) -> u32 {
    match tier {
        "red" => 7,
        "yellow" => 30,
        "green" => 90,
        _ => 180,
    }
}

/// How a visit's outcome counts: a person was reached, or the door has to be tried again.
pub fn reached(outcome: &str) -> bool {
    matches!(outcome, "met" | "away" | "moved" | "deceased" | "clear" | "found")
}

/// Where the door stands today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueOn {
    /// `over today soon none done vacant`.
    pub state: &'static str,
    pub date: NaiveDate,
    /// Days until due, negative when overdue.
    pub days: i32,
}

/// The first visit of a household that was never visited: place `rank` of `of` in walking order, counted from the day it came on the books.
pub fn first_visit(since: NaiveDate, tier: &str, rank: u32, of: u32) -> NaiveDate {
    first_of(since, period_days(tier), rank, of)
}

/// The same for anything that is looked at every so many days: a patrol point.
pub fn first_of(since: NaiveDate, every_days: u32, rank: u32, of: u32) -> NaiveDate {
    let offset = u64::from(rank) * u64::from(every_days) / u64::from(of.max(1));
    since.checked_add_days(Days::new(offset)).unwrap_or(since)
}

/// The rule of a household.
pub fn due(
    tier: &str,
    is_vacant: bool,
    today: NaiveDate,
    first: NaiveDate,
    reached_on: Option<NaiveDate>,
    tried_on: Option<NaiveDate>,
) -> DueOn {
    let due = every(period_days(tier), today, first, reached_on, tried_on);
    if is_vacant { DueOn { state: "vacant", ..due } } else { due }
}

/// The rule of anything that is looked at every so many days.
pub fn every(every_days: u32, today: NaiveDate, first: NaiveDate, reached_on: Option<NaiveDate>, tried_on: Option<NaiveDate>) -> DueOn {
    let date = match reached_on {
        Some(last) => last.checked_add_days(Days::new(every_days.into())).unwrap_or(last),
        None => first,
    };
    let days = days_to(date, today);
    let state = if reached_on == Some(today) {
        "done"
    } else if tried_on == Some(today) && days <= 0 {
        // nobody was in: tried again tomorrow, not counted as left undone today
        let date = today.checked_add_days(Days::new(1)).unwrap_or(today);
        return DueOn { state: "soon", date, days: 1 };
    } else if days < 0 && reached_on.is_some() {
        "over"
    } else {
        ahead(days)
    };
    DueOn { state, date, days: if reached_on.is_none() { days.max(0) } else { days } }
}

/// A door behind which nobody is until `back`: not due before that day, and not overdue for the days until then.
pub fn when_back(due: DueOn, back: NaiveDate, today: NaiveDate) -> DueOn {
    if matches!(due.state, "vacant" | "done") || due.date >= back {
        return due;
    }
    let days = days_to(back, today);
    DueOn { state: if days < 0 { due.state } else { ahead(days) }, date: back, days }
}

fn days_to(date: NaiveDate, today: NaiveDate) -> i32 {
    i32::try_from((date - today).num_days()).unwrap_or(i32::MAX)
}

fn ahead(days: i32) -> &'static str {
    match days {
        d if d <= 0 => "today",
        d if d <= 3 => "soon",
        _ => "none",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(n: u64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 1, 1).unwrap().checked_add_days(Days::new(n)).unwrap()
    }

    #[test]
    fn nothing_is_overdue_that_was_never_visited() {
        for tier in ["red", "yellow", "green", "general", ""] {
            for today in 0..400 {
                let d = due(tier, false, day(today), first_visit(day(0), tier, 3, 10), None, None);
                assert_ne!(d.state, "over");
                assert!(d.days >= 0);
            }
        }
    }

    #[test]
    fn red_first_visits_fall_within_seven_days_in_walking_order() {
        let dates: Vec<_> = (0..40).map(|r| first_visit(day(0), "red", r, 40)).collect();
        assert!(dates.windows(2).all(|w| w[0] <= w[1]));
        assert!(*dates.last().unwrap() < day(7));
    }

    #[test]
    fn a_visited_door_is_overdue_after_its_period() {
        assert_eq!(due("red", false, day(8), day(0), Some(day(0)), None).state, "over");
        assert_eq!(due("red", false, day(7), day(0), Some(day(0)), None).state, "today");
        assert_eq!(due("red", false, day(0), day(0), Some(day(0)), None).state, "done");
    }

    #[test]
    fn nobody_in_is_tried_again_and_does_not_reset_the_clock() {
        let d = due("red", false, day(9), day(0), Some(day(0)), Some(day(9)));
        assert_eq!((d.state, d.date), ("soon", day(10)));
        assert_eq!(due("red", false, day(10), day(0), Some(day(0)), Some(day(9))).state, "over");
    }

    #[test]
    fn who_is_away_is_not_due_before_they_are_back_and_not_overdue_for_it() {
        // visited on day 0, red, so overdue from day 8 on; away up to day 19
        let at = |today| when_back(due("red", false, day(today), day(0), Some(day(0)), None), day(20), day(today));
        assert_eq!((at(9).state, at(9).date, at(9).days), ("none", day(20), 11));
        assert_eq!(at(17).state, "soon");
        assert_eq!((at(20).state, at(20).days), ("today", 0));
        assert_eq!((at(22).state, at(22).days), ("over", -2));
        // a due date beyond it stays
        let green = due("green", false, day(9), day(0), Some(day(0)), None);
        assert_eq!(when_back(green, day(20), day(9)), green);
    }

    #[test]
    fn a_patrol_point_is_never_overdue_from_birth_and_first_checks_are_spread() {
        for (rank, today) in (0..7).flat_map(|rank| (0..60).map(move |today| (rank, today))) {
            let d = every(7, day(today), first_of(day(0), 7, rank, 7), None, None);
            assert_ne!(d.state, "over");
        }
        let dates: Vec<_> = (0..7).map(|rank| first_of(day(0), 7, rank, 7)).collect();
        assert_eq!(dates, (0..7).map(day).collect::<Vec<_>>());
        assert_eq!(every(7, day(8), day(3), Some(day(0)), None).state, "over");
    }
}
