//! The 18-digit citizen identity number, check compatible with GB 11643.
//!
//! Weights 7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2, the sum modulo 11 picks the check character from `10X98765432`; digits 7–14 are the
//! birth date, an odd 17th digit is male. Residence permits (810000, 820000, 830000) and the 18-digit permanent residence number
//! have the same shape and pass. What the number says about sex and birth never overrides what the person says.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_CHARACTERS: &[u8; 11] = b"10X98765432";
const LENGTH_DIGITS: usize = 18;
/// Nobody on a roster was born before this year; an older date is a typing error that happens to check.
const EARLIEST_BIRTH_YEAR: i32 = 1850;

/// Why a text is not a valid identity number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdNumberError {
    #[error("an identity number has 18 characters")]
    Length,
    #[error("an identity number is 17 digits and a digit or X")]
    Characters,
    #[error("the check character does not fit")]
    Checksum,
    #[error("digits 7 to 14 are not a date")]
    Birthdate,
}

/// A checked identity number. `Debug` shows it masked, so that it cannot slip into a log.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IdNumber {
    digits: String,
    birth_date: NaiveDate,
}

impl IdNumber {
    /// The 18 characters, a check X in upper case.
    pub fn as_str(&self) -> &str {
        &self.digits
    }

    pub fn birth_date(&self) -> NaiveDate {
        self.birth_date
    }

    /// The sex the number was given for, as a code of table `sex`: `1` male, `2` female.
    pub fn sex(&self) -> &'static str {
        if (self.digits.as_bytes()[16] - b'0') % 2 == 1 { "1" } else { "2" }
    }

    /// First six and last four characters, stars between.
    pub fn masked(&self) -> String {
        mask(&self.digits)
    }
}

impl fmt::Debug for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdNumber({})", self.masked())
    }
}

/// Checks a number as it should be stored: surrounding space is ignored and a lower-case x accepted, nothing else is forgiven.
/// The first reason in the order Length, Characters, Checksum, Birthdate is given.
pub fn check(text: &str) -> Result<IdNumber, IdNumberError> {
    let text = text.trim();
    if text.chars().count() != LENGTH_DIGITS {
        return Err(IdNumberError::Length);
    }
    let digits = text.to_ascii_uppercase();
    let bytes = digits.as_bytes();
    if bytes.len() != LENGTH_DIGITS || !bytes[..17].iter().all(u8::is_ascii_digit) || !(bytes[17].is_ascii_digit() || bytes[17] == b'X') {
        return Err(IdNumberError::Characters);
    }
    if check_character(&bytes[..17]) != bytes[17] {
        return Err(IdNumberError::Checksum);
    }
    let number = |range: std::ops::Range<usize>| bytes[range].iter().fold(0u32, |n, b| n * 10 + u32::from(b - b'0'));
    let birth_date = NaiveDate::from_ymd_opt(number(6..10) as i32, number(10..12), number(12..14)).ok_or(IdNumberError::Birthdate)?;
    if number(6..10) < EARLIEST_BIRTH_YEAR as u32 {
        return Err(IdNumberError::Birthdate);
    }
    Ok(IdNumber { digits, birth_date })
}

/// The form in which two writings of one number are the same: width folded, no spaces, a large X; a number of fifteen digits of before 1999
/// (GB 11643-1989) as the one of eighteen that it became. `None`: it is no such number.
pub fn normal(text: &str) -> Option<String> {
    let folded = super::fold_width(text);
    let mut digits: String = folded.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
    if digits.len() == 15 && digits.bytes().all(|b| b.is_ascii_digit()) {
        digits.insert_str(6, "19");
        digits.push(char::from(check_character(digits.as_bytes())));
    }
    check(&digits).ok().map(|number| number.digits)
}

/// The check character of 17 ASCII digits.
fn check_character(digits: &[u8]) -> u8 {
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    CHECK_CHARACTERS[(sum % 11) as usize]
}

/// `610104********0515`: the first six and last four characters stay. A shorter text shows its last two at most, because what is
/// shown of a short number would be most of it.
pub fn mask(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let (head, tail) = match chars.len() {
        14.. => (6, 4),
        6..=13 => (0, 2),
        _ => (0, 0),
    };
    let hidden = chars.len() - head - tail;
    chars.iter().take(head).copied().chain(std::iter::repeat_n('*', hidden)).chain(chars.iter().skip(head + hidden).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const EXAMPLE: &str = "11010519491231002X";

    #[test]
    fn the_standard_example_verifies_and_tells_birth_and_sex() {
        let id = check(EXAMPLE).expect("the example number verifies");
        assert_eq!(id.birth_date().to_string(), "1949-12-31");
        assert_eq!(id.sex(), "2");
        assert_eq!(id.masked(), "110105********002X");
        assert_eq!(check(" 11010519491231002x ").expect("lower case and space").as_str(), EXAMPLE);
    }

    #[test]
    fn each_reason_is_told_apart() {
        assert_eq!(check("11010519491231002"), Err(IdNumberError::Length));
        assert_eq!(check("110105491231002"), Err(IdNumberError::Length));
        assert_eq!(check(""), Err(IdNumberError::Length));
        assert_eq!(check("1101051949123100AX"), Err(IdNumberError::Characters));
        assert_eq!(check("１1010519491231002X"), Err(IdNumberError::Characters));
        assert_eq!(check("110105194912310021"), Err(IdNumberError::Checksum));
        let mut digits = "61010419990230123".to_owned();
        digits.push(char::from(check_character(digits.as_bytes())));
        assert_eq!(check(&digits), Err(IdNumberError::Birthdate));
    }

    #[test]
    fn a_logged_number_is_masked() {
        assert!(!format!("{:?}", check(EXAMPLE)).contains("19491231"));
        assert_eq!(mask("610104199201060515"), "610104********0515");
        assert_eq!(mask("12345"), "*****");
        assert_eq!(mask("6101041992"), "********92");
    }

    fn valid() -> impl Strategy<Value = String> {
        (100_000u32..=999_999, 1900i32..=2030, 1u32..=12, 1u32..=28, 0u32..=999).prop_map(|(area, year, month, day, order)| {
            let mut digits = format!("{area}{year:04}{month:02}{day:02}{order:03}");
            digits.push(char::from(check_character(digits.as_bytes())));
            digits
        })
    }

    proptest! {
        #[test]
        fn every_well_made_number_verifies(number in valid()) {
            let id = check(&number).expect("made with its check character");
            prop_assert_eq!(id.birth_date().format("%Y%m%d").to_string(), &number[6..14]);
        }

        #[test]
        fn one_wrong_digit_never_verifies(number in valid(), at in 0usize..17, add in 1u8..10) {
            let mut bytes = number.into_bytes();
            bytes[at] = b'0' + (bytes[at] - b'0' + add) % 10;
            let wrong = String::from_utf8(bytes).expect("ASCII digits");
            prop_assert!(check(&wrong).is_err());
        }

        #[test]
        fn two_neighbours_swapped_never_verify(number in valid(), at in 0usize..16) {
            let mut bytes = number.into_bytes();
            prop_assume!(bytes[at] != bytes[at + 1]);
            bytes.swap(at, at + 1);
            let wrong = String::from_utf8(bytes).expect("ASCII digits");
            prop_assert!(check(&wrong).is_err());
        }

        #[test]
        fn no_text_makes_the_check_or_the_mask_panic(text in ".{0,24}") {
            let _ = check(&text);
            prop_assert_eq!(mask(&text).chars().count(), text.chars().count());
        }
    }
}
