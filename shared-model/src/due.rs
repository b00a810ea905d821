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
    matches!(outcome, "met" | "away" | "moved" | "deceased")
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
    let offset = u64::from(rank) * u64::from(period_days(tier)) / u64::from(of.max(1));
    since.checked_add_days(Days::new(offset)).unwrap_or(since)
}

/// The rule.
pub fn due(
    tier: &str,
    is_vacant: bool,
    today: NaiveDate,
    first: NaiveDate,
    reached_on: Option<NaiveDate>,
    tried_on: Option<NaiveDate>,
) -> DueOn {
    let date = match reached_on {
        Some(last) => last.checked_add_days(Days::new(period_days(tier).into())).unwrap_or(last),
        None => first,
    };
    let days = i32::try_from((date - today).num_days()).unwrap_or(i32::MAX);
    let state = if is_vacant {
        "vacant"
    } else if reached_on == Some(today) {
        "done"
    } else if tried_on == Some(today) && days <= 0 {
        // nobody was in: tried again tomorrow, not counted as left undone today
        let date = today.checked_add_days(Days::new(1)).unwrap_or(today);
        return DueOn { state: "soon", date, days: 1 };
    } else {
        match days {
            d if d < 0 && reached_on.is_some() => "over",
            d if d <= 0 => "today",
            d if d <= 3 => "soon",
            _ => "none",
        }
    };
    DueOn { state, date, days: if reached_on.is_none() { days.max(0) } else { days } }
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
}
