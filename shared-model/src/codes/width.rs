//! Full-width forms folded to ASCII: rosters are typed with a Chinese input method, so `１３９` and `139` are the same number.
//! Only the block U+FF01–U+FF5E and the ideographic space are folded; no other normalisation, so that names stay as written.

use std::borrow::Cow;

/// `text` with full-width letters, digits and punctuation as ASCII and U+3000 as a space. Borrowed when nothing had to change.
pub fn fold_width(text: &str) -> Cow<'_, str> {
    if text.chars().any(|c| fold(c) != c) { Cow::Owned(text.chars().map(fold).collect()) } else { Cow::Borrowed(text) }
}

fn fold(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn digits_letters_and_punctuation_fold_and_chinese_stays() {
        assert_eq!(fold_width("１３９＃（Ａ）\u{3000}栋、。"), "139#(A) 栋、。");
        assert!(matches!(fold_width("3号楼"), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing_more(text in ".{0,40}") {
            let once = fold_width(&text).into_owned();
            prop_assert_eq!(fold_width(&once), once.as_str());
            prop_assert_eq!(once.chars().count(), text.chars().count());
        }
    }
}
