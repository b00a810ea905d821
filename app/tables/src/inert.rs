//! Text that a spreadsheet program would compute, made inert where a format cannot say "this is text": in CSV and on the clipboard. An
//! apostrophe stands before it, and reading takes exactly that one away again, so that going out and coming in changes nothing
//! (ASVS 1.2.10). A workbook needs none of it: its cells say that they are text.

/// What a cell that is computed begins with, after spaces.
const COMPUTES: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

fn computes(text: &str) -> bool {
    text.starts_with('\t') || text.starts_with('\r') || text.trim_start().starts_with(COMPUTES)
}

/// Would it be computed, now or once an apostrophe is taken away?
fn is_marked(text: &str) -> bool {
    computes(text.trim_start_matches('\''))
}

/// The text as it goes into CSV or onto the clipboard.
pub fn neutral(text: &str) -> String {
    if is_marked(text) { format!("'{text}") } else { text.to_owned() }
}

/// The text as it was before [`neutral`].
pub fn restored(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if is_marked(rest) => rest,
        _ => text,
    }
}

/// A text without the signs that no table can hold.
pub(crate) fn plain(text: &str) -> String {
    text.chars().filter(|c| matches!(c, '\n' | '\t') || (!c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}'))).collect()
}

/// A name that a file may have: no folder, no sign that turns its ending round, no more than 80 characters.
pub fn file_name(text: &str) -> String {
    let kept = text.chars().filter(|c| {
        !c.is_control()
            && !matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
            && !matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    });
    let name: String = kept.take(80).collect();
    let name = name.trim_matches(['.', ' ']);
    if name.is_empty() { "表".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back_as_it_was_and_nothing_that_goes_out_computes() {
        let corpus: serde_json::Value = serde_json::from_str(include_str!("../../../tests/corpus/texts.json")).unwrap();
        let groups = ["formulas", "markup", "bidi"].map(|g| corpus[g].as_array().unwrap().clone());
        for text in groups.iter().flatten().map(|t| t.as_str().unwrap()).chain(["", "'", "'甲", "''", "3-1-101"]) {
            let out = neutral(text);
            assert!(!computes(&out), "{out:?}");
            assert_eq!(restored(&out), text);
            assert_eq!(restored(&neutral(&out)), out, "also one that was made inert before");
        }
        assert_eq!(neutral("3-1-101"), "3-1-101", "a doorplate stays as it is");
        assert_eq!(restored("'甲"), "'甲");
    }

    #[test]
    fn a_file_is_called_by_something_that_is_only_a_name() {
        assert_eq!(file_name("../../a\u{202e}xslx.exe"), "axslx.exe");
        assert_eq!(file_name(" .. "), "表");
        assert_eq!(file_name("1 号楼/门<b>"), "1 号楼门b");
    }
}
