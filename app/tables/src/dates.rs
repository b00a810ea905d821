//! Dates as rosters write them: a spreadsheet's day number, `1981-04-02`, `1981/4/2`, `1981.04`, `1981年4月2日`, `19810402`.
//!
//! What leaves room for doubt (no day, two-digit year, day and month that could be either) is read the likeliest way and marked as
//! guessed, so that somebody looks at it.

use crate::sheet::Cell;
use chrono::{Datelike, Days, NaiveDate};
use shared_model::codes::fold_width;

/// A date and whether a part of it was guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ReadDate {
    pub date: NaiveDate,
    pub is_guess: bool,
}

const SERIAL_MAX_DAYS: f64 = 80_000.0;
const YEARS: std::ops::RangeInclusive<i32> = 1850..=2100;
/// A two-digit year above this belongs to the last century.
const TWO_DIGIT_PIVOT: i32 = 30;

/// The date of a spreadsheet day number (1900 system); the time of day is left out.
pub(crate) fn from_serial(serial: f64) -> Option<NaiveDate> {
    if !(1.0..SERIAL_MAX_DAYS).contains(&serial) {
        return None;
    }
    let days = serial.floor() as u64;
    // The 1900 system counts a 29 February 1900 that never was.
    let days = if days < 60 { days + 1 } else { days };
    NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(days))
}

/// The date of a cell; `None` when it is no date at all.
pub(crate) fn read(cell: &Cell) -> Option<ReadDate> {
    match cell {
        Cell::Empty => None,
        Cell::Date(date) => Some(ReadDate { date: *date, is_guess: false }),
        Cell::Number(number) if number.fract() == 0.0 && (2100.0..SERIAL_MAX_DAYS).contains(number) => {
            from_serial(*number).map(|date| ReadDate { date, is_guess: false })
        }
        Cell::Number(_) | Cell::Text(_) => read_text(&cell.text()),
    }
}

fn read_text(text: &str) -> Option<ReadDate> {
    let folded = fold_width(text);
    let text = folded.trim();
    // A time of day after the date says nothing here.
    let text = text.split_once(['T', ' ']).filter(|(_, time)| time.contains(':')).map_or(text, |(date, _)| date);
    let mut parts: Vec<&str> = text.split(['-', '/', '.', '年', '月', '日', '—', '–', ' ', '\\']).filter(|part| !part.is_empty()).collect();
    if parts.is_empty() || parts.len() > 3 || !parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let compact = parts[0];
    if parts.len() == 1 {
        match compact.len() {
            8 => parts = vec![&compact[..4], &compact[4..6], &compact[6..]],
            6 => parts = vec![&compact[..4], &compact[4..]],
            4 => {}
            5 => return compact.parse().ok().and_then(from_serial).map(|date| ReadDate { date, is_guess: false }),
            _ => return None,
        }
    }
    // A trailing 0 is lost when 1981.10 is typed as a number; 1981.1 stays January and is a guess anyway.
    let numbers: Vec<i32> = parts.iter().map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let exact = |y: i32, m: i32, d: i32, is_guess: bool| {
        let date = NaiveDate::from_ymd_opt(y, m.try_into().ok()?, d.try_into().ok()?)?;
        YEARS.contains(&date.year()).then_some(ReadDate { date, is_guess })
    };
    match (numbers.as_slice(), parts[0].len()) {
        ([year, month, day], 4) => exact(*year, *month, *day, false),
        ([first, second, year], _) if parts[2].len() == 4 => {
            if *first > 12 {
                exact(*year, *second, *first, false)
            } else {
                exact(*year, *first, *second, *second <= 12)
            }
        }
        ([year, month, day], 2) => exact(full_year(*year), *month, *day, true),
        ([year, month], 4) => exact(*year, *month, 1, true),
        ([year], 4) => exact(*year, 1, 1, true),
        _ => None,
    }
}

fn full_year(two_digits: i32) -> i32 {
    if two_digits > TWO_DIGIT_PIVOT { 1900 + two_digits } else { 2000 + two_digits }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Option<(String, bool)> {
        read(&Cell::Text(text.to_owned())).map(|read| (read.date.to_string(), read.is_guess))
    }

    #[test]
    fn the_forms_in_use_are_one_date() {
        for form in ["1981-04-02", "1981/4/2", "1981.4.2", "1981年4月2日", "19810402", "１９８１-０４-０２", "1981-04-02 00:00:00", "29678"]
        {
            assert_eq!(text(form), Some(("1981-04-02".to_owned(), false)), "{form}");
        }
        assert_eq!(read(&Cell::Number(29_678.0)).map(|read| read.date.to_string()).as_deref(), Some("1981-04-02"));
        assert_eq!(read(&Cell::Number(19_810_402.0)).map(|read| read.date.to_string()).as_deref(), Some("1981-04-02"));
    }

    #[test]
    fn a_missing_day_a_short_year_and_an_unclear_order_are_guesses() {
        for (form, date) in [
            ("1981.04", "1981-04-01"),
            ("1981年4月", "1981-04-01"),
            ("198104", "1981-04-01"),
            ("1981", "1981-01-01"),
            ("81.4.2", "1981-04-02"),
            ("4/2/1981", "1981-04-02"),
        ] {
            assert_eq!(text(form), Some((date.to_owned(), true)), "{form}");
        }
        assert_eq!(
            read(&Cell::Number(1981.04)),
            Some(ReadDate { date: NaiveDate::from_ymd_opt(1981, 4, 1).expect("a date"), is_guess: true })
        );
        assert_eq!(text("23/4/1981"), Some(("1981-04-23".to_owned(), false)));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for form in ["", "不详", "1981-13-02", "1981-02-30", "0001-01-01", "13912345678", "1-2-3-4"] {
            assert_eq!(text(form), None, "{form}");
        }
        assert_eq!(from_serial(f64::NAN), None);
        assert_eq!(from_serial(1e300), None);
        assert_eq!(from_serial(1.0).map(|date| date.to_string()).as_deref(), Some("1900-01-01"));
    }
}
