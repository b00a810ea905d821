//! The parts of a workbook around the sheet: finding its part, writing the package back, and what else must know that rows moved.

use super::DAMAGED;
use super::shift::Shift;
use crate::archive::{self, Archive};
use crate::error::ReadError;
use quick_xml::escape;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const WORKBOOK: &str = "xl/workbook.xml";
const RELATIONS: &str = "xl/_rels/workbook.xml.rels";
const CONTENT_TYPES: &str = "[Content_Types].xml";
const CALC_CHAIN: &str = "xl/calcChain.xml";

fn damaged() -> ReadError {
    ReadError::bad_file(DAMAGED)
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().flatten().find(|attribute| attribute.key.local_name().into_inner() == name)?;
    escape::unescape(&found.value).ok().map(|value| value.into_owned())
}

/// A reader of a text that may be the end of a part, whose tags were opened before it.
pub(super) fn reader_of_piece(xml: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    reader
}

/// Every element of that local name, as the values of two attributes.
fn pairs(xml: &str, element: &str, first: &str, second: &str) -> Vec<(String, String)> {
    let mut reader = reader_of_piece(xml);
    let mut found = Vec::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag) | Event::Empty(tag)) if tag.local_name().into_inner() == element => {
                if let (Some(first), Some(second)) = (attribute(&tag, first), attribute(&tag, second)) {
                    found.push((first, second));
                }
            }
            Ok(Event::Eof) | Err(_) => return found,
            Ok(_) => {}
        }
    }
}

/// The part that holds the sheet of that name.
pub(super) fn sheet_part(archive: &mut Archive<'_>, sheet: &str) -> Result<String, ReadError> {
    let workbook = archive::part_text(archive, WORKBOOK)?.ok_or_else(damaged)?;
    let relations = archive::part_text(archive, RELATIONS)?.ok_or_else(damaged)?;
    // `id` is also the local name of `r:id`; `sheetId` is another word.
    let id = pairs(&workbook, "sheet", "name", "id").into_iter().find(|(name, _)| name == sheet).ok_or_else(damaged)?.1;
    let target = pairs(&relations, "Relationship", "Id", "Target").into_iter().find(|(relation, _)| *relation == id).ok_or_else(damaged)?.1;
    Ok(target.strip_prefix('/').map_or_else(|| format!("xl/{}", target.trim_start_matches("./")), str::to_owned))
}

/// The workbook with the sheet replaced; every other part is copied as it lies there.
pub(super) fn with_sheet(bytes: &[u8], sheet: &str, xml: &str, shift: Option<Shift>) -> Result<Vec<u8>, ReadError> {
    let mut archive = archive::open(bytes)?;
    let part = sheet_part(&mut archive, sheet)?;
    let mut changed: Vec<(String, String)> = vec![(part, xml.to_owned())];
    let workbook = archive::part_text(&mut archive, WORKBOOK)?.ok_or_else(damaged)?;
    changed.push((WORKBOOK.to_owned(), workbook_with(&workbook, sheet, shift).ok_or_else(damaged)?));
    // The order of computation names cells by place; a program makes a new one when there is none.
    let drops_chain = archive.index_for_name(CALC_CHAIN).is_some();
    if drops_chain {
        for name in [RELATIONS, CONTENT_TYPES] {
            let text = archive::part_text(&mut archive, name)?.ok_or_else(damaged)?;
            changed.push((name.to_owned(), without_calc_chain(&text).ok_or_else(damaged)?));
        }
    }
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let from = archive.by_index_raw(at).map_err(|_| damaged())?;
        let name = from.name().to_owned();
        if drops_chain && name == CALC_CHAIN {
            continue;
        }
        match changed.iter().find(|(part, _)| *part == name) {
            Some((_, text)) => {
                drop(from);
                out.start_file(&name, SimpleFileOptions::default()).map_err(|_| damaged())?;
                out.write_all(text.as_bytes()).map_err(|_| damaged())?;
            }
            None => out.raw_copy_file(from).map_err(|_| damaged())?,
        }
    }
    Ok(out.finish().map_err(|_| damaged())?.into_inner())
}

/// Runs over a part and lets `rewrite` replace single tags; everything else stays byte for byte.
fn rewrite_tags(xml: &str, mut rewrite: impl FnMut(&BytesStart<'_>, bool) -> Option<String>) -> Option<String> {
    let mut reader = reader_of_piece(xml);
    let mut out = String::with_capacity(xml.len() + 64);
    let mut from = 0;
    loop {
        let event = reader.read_event().ok()?;
        let to = usize::try_from(reader.buffer_position()).ok()?;
        let raw = xml.get(from..to)?;
        from = to;
        let replaced = match &event {
            Event::Eof => return Some(out),
            Event::Start(tag) => rewrite(tag, false),
            Event::Empty(tag) => rewrite(tag, true),
            _ => None,
        };
        out.push_str(replaced.as_deref().unwrap_or(raw));
    }
}

/// The workbook part: computed anew on opening; names of areas on the sheet moved.
fn workbook_with(xml: &str, sheet: &str, shift: Option<Shift>) -> Option<String> {
    let xml = rewrite_tags(xml, |tag, is_empty| {
        if tag.local_name().into_inner() != "calcPr" {
            return None;
        }
        let mut out = format!("<{}", tag.name().0);
        for attribute in tag.attributes().flatten().filter(|attribute| attribute.key.0 != "fullCalcOnLoad") {
            out.push_str(&format!(" {}=\"{}\"", attribute.key.0, attribute.value));
        }
        Some(format!("{out} fullCalcOnLoad=\"1\"{}>", if is_empty { "/" } else { "" }))
    })?;
    match shift {
        // A print area like `'摸底表'!$A$1:$I$35` grows with the table.
        Some(shift) => super::shift::surroundings(&xml, shift, sheet),
        None => Some(xml),
    }
}

fn without_calc_chain(xml: &str) -> Option<String> {
    rewrite_tags(xml, |tag, is_empty| {
        let names_chain =
            ["Target", "PartName"].iter().filter_map(|name| attribute(tag, name)).any(|value| value.ends_with("calcChain.xml"));
        (is_empty && names_chain).then(String::new)
    })
}

/// Cells merged within the last blank row (`B34:C34`) are merged in every new row as well.
pub(super) fn repeat_row_merges(after: &str, prefix: &str, shift: Shift) -> String {
    let own = |reference: &str| {
        let (start, end) = reference.split_once(':')?;
        let row = |cell: &str| cell.trim_start_matches(|c: char| c.is_ascii_alphabetic()).parse::<u32>().ok();
        let letters = |cell: &str| cell.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
        (row(start)? == shift.after && row(end)? == shift.after).then(|| (letters(start), letters(end)))
    };
    let merges: Vec<(String, String)> =
        pairs(after, "mergeCell", "ref", "ref").iter().filter_map(|(reference, _)| own(reference)).collect();
    let Some(close) = after.find(&format!("</{prefix}mergeCells>")).filter(|_| !merges.is_empty()) else { return after.to_owned() };
    let rows = (shift.after + 1)..=(shift.after + shift.rows);
    let added: String = rows
        .flat_map(|row| merges.iter().map(move |(start, end)| format!("<{prefix}mergeCell ref=\"{start}{row}:{end}{row}\"/>")))
        .collect();
    let text = format!("{}{added}{}", &after[..close], &after[close..]);
    // The count is a hint; a wrong one is worse than none.
    rewrite_tags(&text, |tag, is_empty| {
        let is_list = tag.local_name().into_inner() == "mergeCells" && !is_empty;
        is_list.then(|| format!("<{}>", tag.name().0))
    })
    .unwrap_or(text)
}
