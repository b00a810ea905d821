//! Which styles of a workbook show dates: a day put into such a cell is a number, so that the cell looks as its author meant it and the
//! formulas beside it can count with it. Everywhere else a date is text.

use chrono::{NaiveDate, NaiveDateTime};
use quick_xml::escape;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use std::collections::{HashMap, HashSet};

/// Day 0 of the count of days, where 1900 is taken for a leap year as every spreadsheet program does.
const EPOCH: NaiveDate = NaiveDate::from_ymd_opt(1899, 12, 30).expect("a date");
const SECONDS_A_DAY: f64 = 86_400.0;

/// The styles that show dates.
#[derive(Debug, Default)]
pub(super) struct DateStyles(HashSet<u32>);

impl DateStyles {
    /// Reads the part `xl/styles.xml`; what cannot be read shows no dates.
    pub fn read(styles: &str) -> DateStyles {
        let mut reader = Reader::from_str(styles);
        let (mut own, mut found, mut in_cells, mut number) = (HashMap::new(), HashSet::new(), false, 0u32);
        while let Ok(event) = reader.read_event() {
            match &event {
                Event::Start(tag) | Event::Empty(tag) => match tag.local_name().into_inner() {
                    "numFmt" => {
                        if let (Some(id), Some(code)) = (attribute(tag, "numFmtId"), attribute(tag, "formatCode")) {
                            own.insert(id, is_date_code(&code));
                        }
                    }
                    "cellXfs" => in_cells = matches!(event, Event::Start(_)),
                    "xf" if in_cells => {
                        let id = attribute(tag, "numFmtId").unwrap_or_default();
                        let built_in = id.parse::<u32>().is_ok_and(|id| matches!(id, 14..=17 | 22 | 27..=31 | 36 | 50..=54 | 57 | 58));
                        if own.get(&id).copied().unwrap_or(built_in) {
                            found.insert(number);
                        }
                        number += 1;
                    }
                    _ => {}
                },
                Event::End(tag) if tag.local_name().into_inner() == "cellXfs" => in_cells = false,
                Event::Eof => break,
                _ => {}
            }
        }
        DateStyles(found)
    }

    /// The number of a day or moment (`1949-12-31`, `2026-06-01 09:30`), when the style shows dates.
    pub fn number(&self, style: u32, text: &str) -> Option<f64> {
        if !self.0.contains(&style) {
            return None;
        }
        let moment = match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            Ok(day) => day.and_hms_opt(0, 0, 0)?,
            Err(_) => NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").ok()?,
        };
        let seconds = moment.signed_duration_since(EPOCH.and_hms_opt(0, 0, 0)?).num_seconds();
        Some(seconds as f64 / SECONDS_A_DAY)
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().flatten().find(|attribute| attribute.key.local_name().into_inner() == name)?;
    escape::unescape(&found.value).ok().map(|value| value.into_owned())
}

/// Whether a code shows a year or a day, outside quotes and brackets.
fn is_date_code(code: &str) -> bool {
    let (mut is_quoted, mut is_bracketed) = (false, false);
    let mut letters = code.chars();
    while let Some(c) = letters.next() {
        match c {
            '"' => is_quoted = !is_quoted,
            '\\' | '_' | '*' if !is_quoted => {
                letters.next();
            }
            '[' if !is_quoted => is_bracketed = true,
            ']' if !is_quoted => is_bracketed = false,
            'y' | 'Y' | 'd' | 'D' if !is_quoted && !is_bracketed => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_shown_as_a_date_is_put_in_as_one() {
        let styles = DateStyles::read(
            r#"<styleSheet><numFmts count="2"><numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/><numFmt numFmtId="177" formatCode="[Red]0.0&quot;day&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="176"/><xf numFmtId="177"/><xf numFmtId="49"/></cellXfs></styleSheet>"#,
        );
        let number = |style| styles.number(style, "1949-12-31");
        assert_eq!((number(0), number(1), number(2), number(3), number(4)), (None, Some(18_263.0), Some(18_263.0), None, None));
        assert_eq!(styles.number(1, "2026-06-01 12:00"), Some(46_174.5));
        assert_eq!(styles.number(1, "不详"), None);
    }
}
