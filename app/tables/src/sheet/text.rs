//! CSV and its relatives: UTF-8 with or without a mark, UTF-16 with one, GB18030; comma, tab or semicolon.
//!
//! The parser is our own forty lines because the row a person sees in their spreadsheet must be told exactly: blank lines count as
//! rows, a line break inside quotes does not.

use super::{Cell, Grid, GridBuilder};
use crate::error::ReadError;
use crate::inert::restored;
use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

pub(super) fn read(bytes: &[u8], file_name: &str) -> Result<Vec<Grid>, ReadError> {
    let text = decode(bytes, file_name)?;
    let start = text.trim_start().get(..1).unwrap_or_default();
    if start == "<" && (text.contains("<table") || text.contains("<html") || text.contains("<?xml")) {
        return Err(ReadError::bad_file("这是网页格式的表格,请用 Excel 或 WPS 打开后另存为 .xlsx 再导入"));
    }
    let separator = separator_of(&text);
    let mut builder = GridBuilder::default();
    builder.start_sheet("");
    let mut parser = Parser { text: text.chars().peekable(), separator };
    let mut row = 0;
    while let Some(fields) = parser.next_row() {
        for (column, field) in fields.into_iter().enumerate() {
            // an apostrophe that an export put before what would be computed
            builder.put(row, column as u32, Cell::Text(restored(&field).to_owned()))?;
        }
        row += 1;
    }
    Ok(builder.finish())
}

/// Decodes the whole file or says where it stops being text.
fn decode(bytes: &[u8], file_name: &str) -> Result<String, ReadError> {
    let refuse = |message: &str, at: usize| {
        let row = 1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count() as u32;
        let lower = file_name.to_lowercase();
        if lower.ends_with(".xlsx") || lower.ends_with(".xls") || lower.ends_with(".et") {
            ReadError::bad_file("文件已损坏或不是 Excel 工作簿,请重新导出后再试")
        } else {
            ReadError::bad_encoding(message).at_row(row)
        }
    };
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        let encoding = if [UTF_8, UTF_16LE, UTF_16BE].contains(&encoding) { encoding } else { UTF_8 };
        let (text, _, had_errors) = encoding.decode(bytes);
        let at = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), |_| 0);
        return if had_errors {
            Err(refuse("文字编码有误:带有编码标记,但内容不符", at))
        } else {
            no_controls(text.into_owned(), &refuse)
        };
    }
    let invalid_at = match std::str::from_utf8(bytes) {
        Ok(text) => return no_controls(text.to_owned(), &refuse),
        Err(error) => error.valid_up_to(),
    };
    match GB18030.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) if reads_as_chinese(bytes) => no_controls(text.into_owned(), &refuse),
        _ => Err(refuse("文字编码无法识别,请另存为 UTF-8 或 GB18030(简体中文)编码的 CSV,或直接用 .xlsx", invalid_at)),
    }
}

/// Control characters mean that these bytes were never text.
fn no_controls(text: String, refuse: &dyn Fn(&str, usize) -> ReadError) -> Result<String, ReadError> {
    if text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{1a}' | '\u{b}' | '\u{c}')) {
        return Err(refuse("文件不是文字表格,或文字编码无法识别", 0));
    }
    Ok(text)
}

/// Nearly any bytes decode as GB18030. In Chinese text most two-byte characters are of the 3,755 in daily use (lead B0–D7, trail from
/// A1); bytes of another encoding spread over the whole plane.
fn reads_as_chinese(bytes: &[u8]) -> bool {
    let (mut pairs, mut daily) = (0u32, 0u32);
    let mut at = 0;
    while at < bytes.len() {
        let lead = bytes[at];
        if lead < 0x80 {
            at += 1;
            continue;
        }
        let trail = bytes.get(at + 1).copied().unwrap_or(0);
        if (0x30..=0x39).contains(&trail) {
            at += 4; // a four-byte character: rare, counted for nobody
            continue;
        }
        // Chinese and full-width punctuation (A1–A3) says nothing either way.
        if !(0xA1..=0xA3).contains(&lead) {
            pairs += 1;
            daily += u32::from((0xB0..=0xD7).contains(&lead) && trail >= 0xA1);
        }
        at += 2;
    }
    daily * 2 >= pairs
}

/// The separator that occurs most often in the first lines, outside quotes.
fn separator_of(text: &str) -> char {
    let head: String = text.lines().take(20).collect::<Vec<_>>().join("\n");
    [',', '\t', ';'].into_iter().max_by_key(|separator| (head.matches(*separator).count(), *separator == ',')).unwrap_or(',')
}

struct Parser<'a> {
    text: std::iter::Peekable<std::str::Chars<'a>>,
    separator: char,
}

impl Parser<'_> {
    fn next_row(&mut self) -> Option<Vec<String>> {
        self.text.peek()?;
        let mut fields = Vec::new();
        let mut field = String::new();
        let mut quoted = false;
        while let Some(c) = self.text.next() {
            match c {
                '"' if quoted && self.text.peek() == Some(&'"') => {
                    self.text.next();
                    field.push('"');
                }
                '"' if quoted => quoted = false,
                '"' if field.is_empty() => quoted = true,
                '\r' if !quoted && self.text.peek() == Some(&'\n') => {}
                '\n' | '\r' if !quoted => break,
                c if c == self.separator && !quoted => fields.push(std::mem::take(&mut field)),
                c => field.push(c),
            }
        }
        fields.push(field);
        Some(fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        let mut parser = Parser { text: text.chars().peekable(), separator: separator_of(text) };
        std::iter::from_fn(|| parser.next_row()).collect()
    }

    #[test]
    fn blank_lines_are_rows_and_quoted_breaks_are_not() {
        assert_eq!(
            rows("a,b\r\n\r\n\"x\ny\",\"say \"\"hi\"\"\"\nlast"),
            vec![
                vec!["a".to_owned(), "b".to_owned()],
                vec![String::new()],
                vec!["x\ny".to_owned(), "say \"hi\"".to_owned()],
                vec!["last".to_owned()],
            ]
        );
    }

    #[test]
    fn tabs_and_semicolons_separate_too() {
        assert_eq!(rows("姓名\t电话\n甲\t1,2"), vec![vec!["姓名", "电话"], vec!["甲", "1,2"]]);
        assert_eq!(rows("姓名;电话"), vec![vec!["姓名", "电话"]]);
    }

    #[test]
    fn every_encoding_in_use_is_read_and_others_are_named() {
        let roster = "姓名,楼栋,房号,备注\n张三,3号楼,501,独居老人\n李四,3号楼,502,\n";
        assert_eq!(decode(roster.as_bytes(), "a.csv").expect("UTF-8"), roster);
        assert_eq!(decode(format!("\u{feff}{roster}").as_bytes(), "a.csv").expect("UTF-8 with a mark"), roster);
        assert_eq!(decode(&GB18030.encode(roster).0, "a.csv").expect("GB18030"), roster);
        let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(roster.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(decode(&utf16, "a.csv").expect("UTF-16 with a mark"), roster);
        let big5 = encoding_rs::BIG5.encode("姓名,樓棟,房號,備註\n張三,三號樓,501,獨居老人\n").0.into_owned();
        assert_eq!(decode(&big5, "a.csv").expect_err("Big5").code, "bad_encoding");
        let mut broken = roster.as_bytes().to_vec();
        broken[40] = 0xFF;
        let error = decode(&broken, "a.csv").expect_err("a broken byte");
        assert_eq!((error.code, error.row), ("bad_encoding", Some(2)));
        assert_eq!(decode(&broken, "a.xlsx").expect_err("named as a workbook").code, "bad_file");
        assert_eq!(decode(b"\x00\x01\x02", "a.csv").expect_err("not text").code, "bad_encoding");
    }
}
