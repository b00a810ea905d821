//! A sheet behind the department's own that says what stayed empty: columns for which nothing known was chosen, and formulas that could not follow
//! rows that were put in. It is made only where there is something to say, and holds texts alone.

use super::package::{self, CONTENT_TYPES, RELATIONS, WORKBOOK, damaged};
use crate::archive;
use crate::error::ReadError;
use quick_xml::escape;
use std::fmt::Write as _;

const NAME: &str = "未填说明";
const PART: &str = "worksheets/unfilled.xml";
const TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const LINKS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// The workbook with such a sheet at its end: of each line the sheet, the cell or column, its header, and what is to be known.
///
/// # Errors
/// `bad_file` when it is no workbook.
pub fn with_unfilled(bytes: &[u8], lines: &[[String; 4]]) -> Result<Vec<u8>, ReadError> {
    if lines.is_empty() {
        return Ok(bytes.to_vec());
    }
    let mut archive = archive::open(bytes)?;
    let mut text = |name: &str| archive::part_text(&mut archive, name).and_then(|t| t.ok_or_else(damaged));
    let (workbook, relations, types) = (text(WORKBOOK)?, text(RELATIONS)?, text(CONTENT_TYPES)?);
    let names: Vec<String> = package::pairs(&workbook, "sheet", "name", "sheetId").into_iter().map(|(name, _)| name).collect();
    let numbers = package::pairs(&workbook, "sheet", "sheetId", "name").into_iter().filter_map(|(id, _)| id.parse::<u32>().ok());
    let number = numbers.max().unwrap_or(0) + 1;
    let name = (1..).map(|n| if n == 1 { NAME.to_owned() } else { format!("{NAME}{n}") }).find(|n| !names.contains(n)).unwrap_or_default();
    let id = format!("unfilled{number}");
    // a strict workbook has links of another name space: what is there already says which
    let kinds = package::pairs(&relations, "Relationship", "Type", "Id");
    let kind = kinds.into_iter().map(|(kind, _)| kind).find(|k| k.ends_with("/worksheet")).unwrap_or_else(|| format!("{LINKS}/worksheet"));
    let space = kind.strip_suffix("/worksheet").unwrap_or(LINKS);
    let part = PART.replace(".xml", &format!("{number}.xml"));
    let sheet = format!("sheet xmlns:unfilled=\"{space}\" name=\"{name}\" sheetId=\"{number}\" unfilled:id=\"{id}\"/>");
    let changed = [
        (WORKBOOK.to_owned(), before_end(&workbook, "sheets", &sheet)?),
        (
            RELATIONS.to_owned(),
            before_end(&relations, "Relationships", &format!("Relationship Id=\"{id}\" Type=\"{kind}\" Target=\"{part}\"/>"))?,
        ),
        (CONTENT_TYPES.to_owned(), before_end(&types, "Types", &format!("Override PartName=\"/xl/{part}\" ContentType=\"{TYPE}\"/>"))?),
        (format!("xl/{part}"), page(lines)),
    ];
    package::written(archive, &changed, None)
}

/// An element put in as the last of another, under the prefix that its names have.
fn before_end(xml: &str, element: &str, tag: &str) -> Result<String, ReadError> {
    let ends = |at: &usize| {
        let rest = &xml[at + 2..];
        let name = &rest[..rest.find('>').unwrap_or(0)];
        name.trim_end().rsplit(':').next() == Some(element)
    };
    let at = xml.rmatch_indices("</").map(|(at, _)| at).find(ends).ok_or_else(damaged)?;
    let name = xml[at + 2..].split('>').next().unwrap_or_default();
    let prefix = name.rsplit_once(':').map_or(String::new(), |(prefix, _)| format!("{prefix}:"));
    Ok(format!("{}<{prefix}{tag}{}", &xml[..at], &xml[at..]))
}

fn page(lines: &[[String; 4]]) -> String {
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet xmlns=\"{MAIN}\"><cols><col min=\"1\" max=\"1\" width=\"18\" \
         customWidth=\"1\"/><col min=\"2\" max=\"2\" width=\"10\" customWidth=\"1\"/><col min=\"3\" max=\"3\" width=\"28\" customWidth=\"1\"/>\
         <col min=\"4\" max=\"4\" width=\"60\" customWidth=\"1\"/></cols><sheetData>"
    );
    let head = ["工作表", "位置", "表头", "说明"].map(str::to_owned);
    for (at, line) in std::iter::once(&head).chain(lines).enumerate() {
        let _ = write!(out, "<row r=\"{}\">", at + 1);
        for (letter, text) in ["A", "B", "C", "D"].iter().zip(line) {
            let text = escape::escape(crate::inert::plain(text)).into_owned();
            let _ = write!(out, "<c r=\"{letter}{}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{text}</t></is></c>", at + 1);
        }
        out.push_str("</row>");
    }
    out.push_str("</sheetData></worksheet>");
    out
}
