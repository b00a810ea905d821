//! The 18-character unified social credit code of organisations, check compatible with GB 32100.
//!
//! 31 characters (`0-9 A-H J-N P-R T U W X Y`), weights 3^i modulo 31, check value (31 − Σ mod 31) mod 31.

use serde::{Deserialize, Serialize};
use thiserror::Error;

const CHARACTERS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const LENGTH_CHARACTERS: usize = 18;

/// Why a text is not a valid credit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreditCodeError {
    #[error("a credit code has 18 characters")]
    Length,
    #[error("a credit code has digits and capital letters without I O S V Z")]
    Characters,
    #[error("the check character does not fit")]
    Checksum,
}

/// Checks a code; returns it trimmed and in upper case.
pub fn check(text: &str) -> Result<String, CreditCodeError> {
    let code = text.trim().to_ascii_uppercase();
    if code.chars().count() != LENGTH_CHARACTERS {
        return Err(CreditCodeError::Length);
    }
    let values: Option<Vec<u32>> = code.bytes().map(value).collect();
    let values = values.filter(|values| values.len() == LENGTH_CHARACTERS).ok_or(CreditCodeError::Characters)?;
    let (body, last) = values.split_at(17);
    let mut weight = 1;
    let mut sum = 0;
    for digit in body {
        sum += digit * weight;
        weight = weight * 3 % 31;
    }
    if (31 - sum % 31) % 31 == last[0] { Ok(code) } else { Err(CreditCodeError::Checksum) }
}

fn value(byte: u8) -> Option<u32> {
    CHARACTERS.iter().position(|c| *c == byte).map(|at| at as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const EXAMPLE: &str = "91350100M000100Y43";

    #[test]
    fn the_standard_example_verifies() {
        assert_eq!(check(EXAMPLE), Ok(EXAMPLE.to_owned()));
        assert_eq!(check(" 91350100m000100y43"), Ok(EXAMPLE.to_owned()));
    }

    #[test]
    fn each_reason_is_told_apart() {
        assert_eq!(check("91350100M000100Y4"), Err(CreditCodeError::Length));
        assert_eq!(check("91350100I000100Y43"), Err(CreditCodeError::Characters));
        assert_eq!(check("91350100M000100Y44"), Err(CreditCodeError::Checksum));
        assert_eq!(check("社91350100M000100Y4"), Err(CreditCodeError::Characters));
    }

    proptest! {
        #[test]
        fn one_wrong_character_never_verifies(at in 0usize..18, add in 1usize..31) {
            let mut bytes = EXAMPLE.as_bytes().to_vec();
            let old = CHARACTERS.iter().position(|c| *c == bytes[at]).expect("the example is made of code characters");
            bytes[at] = CHARACTERS[(old + add) % 31];
            let wrong = String::from_utf8(bytes).expect("ASCII");
            prop_assert!(check(&wrong).is_err());
        }

        #[test]
        fn no_text_makes_the_check_panic(text in ".{0,24}") {
            let _ = check(&text);
        }
    }
}
