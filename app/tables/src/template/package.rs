//! The parts of a workbook around the sheet: finding its part, writing the package back, and what else must know that rows moved.

use super::DAMAGED;
use super::formats::DateStyles;
use super::sheet_xml::SheetXml;
use super::shift::Shift;
use crate::archive::{self, Archive};
use crate::error::ReadError;
use quick_xml::escape;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

pub(super) const WORKBOOK: &str = "xl/workbook.xml";
pub(super) const RELATIONS: &str = "xl/_rels/workbook.xml.rels";
pub(super) const CONTENT_TYPES: &str = "[Content_Types].xml";
const STYLES: &str = "xl/styles.xml";
const CALC_CHAIN: &str = "xl/calcChain.xml";

pub(super) fn damaged() -> ReadError {
    ReadError::bad_file(DAMAGED)
}

pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
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
pub(super) fn pairs(xml: &str, element: &str, first: &str, second: &str) -> Vec<(String, String)> {
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

/// Every sheet with the part that holds it.
fn sheet_parts(archive: &mut Archive<'_>) -> Result<Vec<(String, String)>, ReadError> {
    let workbook = archive::part_text(archive, WORKBOOK)?.ok_or_else(damaged)?;
    let names: Vec<String> = pairs(&workbook, "sheet", "name", "id").into_iter().map(|(name, _)| name).collect();
    // a sheet of another kind (a chart) has a part too; it holds no rows and is passed over by whoever reads it
    Ok(names.into_iter().filter_map(|name| sheet_part(archive, &name).ok().map(|part| (name, part))).collect())
}

/// The styles of the workbook that show dates.
pub(super) fn date_styles(archive: &mut Archive<'_>) -> Result<DateStyles, ReadError> {
    Ok(archive::part_text(archive, STYLES)?.map_or_else(DateStyles::default, |text| DateStyles::read(&text)))
}

/// What hangs on the sheet and names its rows: notes, tables, drawings, with references moved.
fn hanging(archive: &mut Archive<'_>, part: &str, sheet: &str, shift: Shift) -> Result<Vec<(String, String)>, ReadError> {
    let Some((folder, file)) = part.rsplit_once('/') else { return Ok(Vec::new()) };
    let Some(relations) = archive::part_text(archive, &format!("{folder}/_rels/{file}.rels"))? else { return Ok(Vec::new()) };
    let mut out = Vec::new();
    for (kind, target) in pairs(&relations, "Relationship", "Type", "Target") {
        let name = match (target.strip_prefix('/'), target.strip_prefix("../")) {
            (Some(whole), _) => whole.to_owned(),
            (_, Some(above)) => format!("{}/{above}", folder.rsplit_once('/').map_or("", |(parent, _)| parent)),
            _ => format!("{folder}/{target}"),
        };
        let what = kind.rsplit('/').next().unwrap_or_default();
        if !matches!(what, "comments" | "table" | "drawing" | "vmlDrawing") {
            continue;
        }
        let Some(text) = archive::part_text(archive, &name)? else { continue };
        let moved = match what {
            "comments" | "table" => super::shift::surroundings(&text, shift, sheet),
            _ => super::shift::drawing(&text, shift),
        };
        // a drawing that is no well-formed XML (old programs wrote such) stays where it is
        out.extend(moved.map(|moved| (name, moved)));
    }
    Ok(out)
}

/// Charts of the whole workbook, wherever they are drawn: their ranges follow the table. What they keep of the values is read anew on opening.
fn charts(archive: &mut Archive<'_>, sheet: &str, shift: Shift) -> Result<Vec<(String, String)>, ReadError> {
    let names: Vec<String> =
        archive.file_names().filter(|n| n.starts_with("xl/charts/") && n.ends_with(".xml")).map(str::to_owned).collect();
    let mut out = Vec::new();
    for name in names {
        let Some(text) = archive::part_text(archive, &name)? else { continue };
        out.extend(super::shift::surroundings(&text, shift, sheet).map(|moved| (name, moved)));
    }
    Ok(out)
}

/// The workbook with the sheet replaced; every other part is copied as it lies there, but for what says something about the rows that moved.
pub(super) fn with_sheet(bytes: &[u8], sheet: &str, xml: &str, shift: Option<Shift>) -> Result<Vec<u8>, ReadError> {
    let mut archive = archive::open(bytes)?;
    let part = sheet_part(&mut archive, sheet)?;
    let mut changed: Vec<(String, String)> = vec![(part.clone(), xml.to_owned())];
    for (_, other) in sheet_parts(&mut archive)?.into_iter().filter(|(name, _)| name != sheet) {
        let text = archive::part_text(&mut archive, &other)?.unwrap_or_default();
        if text.contains("<f") || text.contains(":f>") || text.contains(":f ") {
            let Some(mut there) = SheetXml::parse(&text) else { continue };
            there.follow(shift, sheet);
            changed.push((other, there.write()));
        }
    }
    if let Some(shift) = shift {
        changed.extend(hanging(&mut archive, &part, sheet, shift)?);
        changed.extend(charts(&mut archive, sheet, shift)?);
    }
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
    written(archive, &changed, drops_chain.then_some(CALC_CHAIN))
}

/// The package with these parts replaced, and one left out; a part that is not there yet is put behind the others.
pub(super) fn written(mut archive: Archive<'_>, changed: &[(String, String)], without: Option<&str>) -> Result<Vec<u8>, ReadError> {
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    let new: Vec<&(String, String)> = changed.iter().filter(|(part, _)| archive.index_for_name(part).is_none()).collect();
    for at in 0..archive.len() {
        let from = archive.by_index_raw(at).map_err(|_| damaged())?;
        let name = from.name().to_owned();
        if without == Some(name.as_str()) {
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
    for (name, text) in new {
        out.start_file(name, SimpleFileOptions::default()).map_err(|_| damaged())?;
        out.write_all(text.as_bytes()).map_err(|_| damaged())?;
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
    let mut has_calculation = false;
    let xml = rewrite_tags(xml, |tag, is_empty| {
        if tag.local_name().into_inner() != "calcPr" {
            return None;
        }
        has_calculation = true;
        let mut out = format!("<{}", tag.name().0);
        for attribute in tag.attributes().flatten().filter(|attribute| attribute.key.0 != "fullCalcOnLoad") {
            out.push_str(&format!(" {}=\"{}\"", attribute.key.0, attribute.value));
        }
        Some(format!("{out} fullCalcOnLoad=\"1\"{}>", if is_empty { "/" } else { "" }))
    })?;
    let xml = if has_calculation { xml } else { with_calculation(&xml) };
    match shift {
        // A print area like `'摸底表'!$A$1:$I$35` grows with the table.
        Some(shift) => super::shift::surroundings(&xml, shift, sheet),
        None => Some(xml),
    }
}

/// Has the workbook computed anew where it says nothing about computing; the element has its place behind names, areas and links.
fn with_calculation(xml: &str) -> String {
    let ends = ["sheets", "functionGroups", "externalReferences", "definedNames"];
    let at = ends.iter().filter_map(|name| {
        let end = format!("{name}>");
        let found = xml.rfind(&end).filter(|at| xml[..*at].ends_with('/') || xml[..*at].ends_with(':'));
        found.map(|at| (at + end.len(), xml[..at].rfind("</").map_or("", |from| &xml[from + 2..at])))
    });
    match at.max_by_key(|(at, _)| *at) {
        Some((at, prefix)) => format!("{}<{prefix}calcPr fullCalcOnLoad=\"1\"/>{}", &xml[..at], &xml[at..]),
        None => xml.to_owned(),
    }
}

fn without_calc_chain(xml: &str) -> Option<String> {
    rewrite_tags(xml, |tag, is_empty| {
        let names_chain =
            ["Target", "PartName"].iter().filter_map(|name| attribute(tag, name)).any(|value| value.ends_with("calcChain.xml"));
        (is_empty && names_chain).then(String::new)
    })
}

/// Every merged rectangle: first and last row (1-based), first and last column (0-based).
pub(super) fn merges(after: &str) -> Vec<(u32, u32, u32, u32)> {
    let cell = |text: &str| {
        let letters = text.trim_end_matches(|c: char| c.is_ascii_digit());
        Some((text[letters.len()..].parse::<u32>().ok()?, super::sheet_xml::column_of(letters)?))
    };
    let rectangle = |reference: &str| {
        let (start, end) = reference.split_once(':')?;
        let ((top, left), (bottom, right)) = (cell(start)?, cell(end)?);
        Some((top, bottom, left, right))
    };
    pairs(after, "mergeCell", "ref", "ref").iter().filter_map(|(reference, _)| rectangle(reference)).collect()
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
