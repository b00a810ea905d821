//! The XML of one sheet, taken apart into rows and cells and put together again.
//!
//! Only rows and cells are understood. What stands before and after them, and what a cell holds beside its value, is kept as the text it
//! was, so that styles, widths, protection and printing stay as their author made them.

use super::shift::{Shift, copied};
use quick_xml::escape;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use std::collections::{HashMap, HashSet};

/// A sheet as text around rows.
#[derive(Debug, Default)]
pub(super) struct SheetXml {
    /// Up to the rows.
    pub before: String,
    pub rows: Vec<RowXml>,
    /// From the end of the rows.
    pub after: String,
    /// `x:` where elements carry a prefix.
    prefix: String,
}

/// One row; attributes as written, without `r`.
#[derive(Debug, Clone)]
pub(super) struct RowXml {
    /// 1-based.
    pub number: u32,
    pub attributes: Vec<(String, String)>,
    pub cells: Vec<CellXml>,
}

/// One cell; attributes as written, without `r`.
#[derive(Debug, Clone)]
pub(super) struct CellXml {
    /// 0-based.
    pub column: u32,
    pub attributes: Vec<(String, String)>,
    /// What stands between the tags, as written.
    pub inner: String,
}

impl CellXml {
    pub fn has_formula(&self) -> bool {
        let mut reader = Reader::from_str(&self.inner);
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Start(tag) | Event::Empty(tag) if tag.local_name().into_inner() == "f" => return true,
                Event::Eof => return false,
                _ => {}
            }
        }
        false
    }

    /// Puts a text in, whatever it looks like: a string cell is never computed.
    pub fn set_text(&mut self, text: &str, prefix: &str) {
        self.set_kind(Some("inlineStr"));
        self.inner = format!("<{prefix}is><{prefix}t xml:space=\"preserve\">{}</{prefix}t></{prefix}is>", cell_text(text));
    }

    /// Puts a number in; a date is one too, with the fraction of its day.
    pub fn set_number(&mut self, number: f64, prefix: &str) {
        self.set_kind(None);
        self.inner = format!("<{prefix}v>{number}</{prefix}v>");
    }

    /// The style of the cell, as the workbook numbers them.
    pub fn style(&self) -> u32 {
        self.attributes.iter().find(|(key, _)| key == "s").and_then(|(_, value)| value.parse().ok()).unwrap_or(0)
    }

    fn set_kind(&mut self, kind: Option<&str>) {
        self.attributes.retain(|(key, _)| key != "t");
        if let Some(kind) = kind {
            self.attributes.push(("t".to_owned(), kind.to_owned()));
        }
    }

    /// The cell's formula rewritten and its stale result dropped; `None` when it has none.
    pub fn with_formula(&self, rewrite: impl Fn(&str) -> String, references: impl Fn(&str) -> String) -> Option<CellXml> {
        let mut reader = Reader::from_str(&self.inner);
        let mut inner = String::new();
        let (mut from, mut in_value, mut found) = (0, false, false);
        loop {
            let event = reader.read_event().ok()?;
            let mut to = usize::try_from(reader.buffer_position()).ok()?;
            let raw = self.inner.get(from..to)?;
            match &event {
                Event::Eof => break,
                Event::Start(tag) if tag.local_name().into_inner() == "v" => in_value = true,
                Event::End(tag) if tag.local_name().into_inner() == "v" => in_value = false,
                Event::Empty(tag) if tag.local_name().into_inner() == "v" => {}
                _ if in_value => {}
                Event::Start(tag) | Event::Empty(tag) if tag.local_name().into_inner() == "f" => {
                    found = true;
                    let is_empty = matches!(event, Event::Empty(_));
                    let attributes = attributes_of(tag)?
                        .into_iter()
                        .map(|(key, value)| if key == "ref" { (key, references(&value)) } else { (key, value) });
                    inner.push_str(&open_tag(tag.name().0, &attributes.collect::<Vec<_>>(), is_empty));
                    if !is_empty {
                        // Read whole, entities and all: a quoted text must not be cut in two.
                        let formula = escape::unescape(&reader.read_text(tag.name()).ok()?.into_inner()).ok()?.into_owned();
                        to = usize::try_from(reader.buffer_position()).ok()?;
                        inner.push_str(&format!("{}</{}>", escape::partial_escape(rewrite(&formula)), tag.name().0));
                    }
                }
                _ => inner.push_str(raw),
            }
            from = to;
        }
        let mut cell = CellXml { column: self.column, attributes: self.attributes.clone(), inner };
        cell.set_kind(None);
        found.then_some(cell)
    }

    fn is_array(&self) -> bool {
        self.inner.contains("t=\"array\"") || self.inner.contains("t=\"shared\"")
    }

    /// The number of the shared formula that the cell has part in, and its text where this cell is the one that holds it.
    fn shared(&self) -> Option<(u32, String)> {
        let mut reader = Reader::from_str(&self.inner);
        loop {
            match reader.read_event().ok()? {
                Event::Start(tag) if tag.local_name().into_inner() == "f" => {
                    let attributes = attributes_of(&tag)?;
                    let number = shared_number(&attributes)?;
                    let formula = escape::unescape(&reader.read_text(tag.name()).ok()?.into_inner()).ok()?.into_owned();
                    return Some((number, formula));
                }
                Event::Empty(tag) if tag.local_name().into_inner() == "f" => {
                    return Some((shared_number(&attributes_of(&tag)?)?, String::new()));
                }
                Event::Eof => return None,
                _ => {}
            }
        }
    }
}

fn shared_number(attributes: &[(String, String)]) -> Option<u32> {
    let get = |name: &str| attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    (get("t") == Some("shared")).then(|| get("si")?.parse().ok())?
}

impl RowXml {
    /// The cell of a column, made in its place when there is none.
    pub fn cell_mut(&mut self, column: u32) -> &mut CellXml {
        let at = self.cells.partition_point(|cell| cell.column < column);
        if self.cells.get(at).is_none_or(|cell| cell.column != column) {
            self.cells.insert(at, CellXml { column, attributes: Vec::new(), inner: String::new() });
        }
        &mut self.cells[at]
    }

    pub fn cell(&self, column: u32) -> Option<&CellXml> {
        self.cells.iter().find(|cell| cell.column == column)
    }

    /// A blank row of the same look `down` rows further; its own plain formulas go with it.
    pub fn blank_copy(&self, down: u32) -> RowXml {
        let copy = |cell: &CellXml| {
            let formula = if cell.is_array() { None } else { cell.with_formula(|formula| copied(formula, down), str::to_owned) };
            formula.unwrap_or_else(|| {
                let mut blank = CellXml { column: cell.column, attributes: cell.attributes.clone(), inner: String::new() };
                blank.set_kind(None);
                blank
            })
        };
        RowXml { number: self.number + down, attributes: self.attributes.clone(), cells: self.cells.iter().map(copy).collect() }
    }
}

impl SheetXml {
    /// Takes the sheet apart; `None` when it is no well-formed sheet.
    pub fn parse(xml: &str) -> Option<SheetXml> {
        let mut reader = Reader::from_str(xml);
        loop {
            let event = reader.read_event().ok()?;
            let here = usize::try_from(reader.buffer_position()).ok()?;
            match event {
                Event::Start(tag) if tag.local_name().into_inner() == "sheetData" => {
                    let prefix = tag.name().0.strip_suffix("sheetData")?.to_owned();
                    let (rows, end) = read_rows(&mut reader)?;
                    return Some(SheetXml { before: xml[..here].to_owned(), rows, after: xml.get(end..)?.to_owned(), prefix });
                }
                Event::Empty(tag) if tag.local_name().into_inner() == "sheetData" => {
                    let name = tag.name().0;
                    let start = xml[..here].rfind('<')?;
                    let before = format!("{}<{name}>", &xml[..start]);
                    let after = format!("</{name}>{}", &xml[here..]);
                    return Some(SheetXml { before, rows: Vec::new(), after, prefix: name.strip_suffix("sheetData")?.to_owned() });
                }
                Event::Eof => return None,
                _ => {}
            }
        }
    }

    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    pub fn row(&self, number: u32) -> Option<&RowXml> {
        let at = self.rows.partition_point(|row| row.number < number);
        self.rows.get(at).filter(|row| row.number == number)
    }

    /// The row of that number, made in its place when there is none.
    pub fn row_mut(&mut self, number: u32) -> &mut RowXml {
        let at = self.rows.partition_point(|row| row.number < number);
        if self.rows.get(at).is_none_or(|row| row.number != number) {
            self.rows.insert(at, RowXml { number, attributes: Vec::new(), cells: Vec::new() });
        }
        &mut self.rows[at]
    }

    /// Writes every formula that a column shares out in full: what is shared cannot be carried into a new row. One that is shared over several
    /// columns stays as it is; its cells are told.
    pub fn write_shared_out(&mut self) -> Vec<(u32, u32)> {
        let mut whole: HashMap<u32, (u32, u32, String)> = HashMap::new();
        let mut apart: Vec<(usize, usize, String)> = Vec::new();
        let mut wide: HashSet<u32> = HashSet::new();
        let mut of_cells: Vec<(usize, usize, u32)> = Vec::new();
        for (at, row) in self.rows.iter().enumerate() {
            for (place, cell) in row.cells.iter().enumerate() {
                let Some((number, formula)) = cell.shared() else { continue };
                of_cells.push((at, place, number));
                if !formula.is_empty() {
                    whole.insert(number, (row.number, cell.column, formula));
                } else if whole.get(&number).is_none_or(|(top, column, _)| *column != cell.column || *top > row.number) {
                    wide.insert(number);
                }
            }
        }
        for &(at, place, number) in &of_cells {
            if let Some((top, _, formula)) = whole.get(&number).filter(|_| !wide.contains(&number)) {
                apart.push((at, place, copied(formula, self.rows[at].number - top)));
            }
        }
        let stays = of_cells.iter().filter(|(_, _, number)| wide.contains(number));
        let left = stays.map(|(at, place, _)| (self.rows[*at].number, self.rows[*at].cells[*place].column)).collect();
        for (at, place, formula) in apart {
            let prefix = self.prefix.clone();
            let cell = &mut self.rows[at].cells[place];
            cell.inner = format!("<{prefix}f>{}</{prefix}f>", escape::partial_escape(formula));
            cell.set_kind(None);
        }
        left
    }

    /// Rewrites what other sheets' formulas say of the table, and drops their results.
    pub fn follow(&mut self, shift: Option<Shift>, sheet: &str) {
        for cell in self.rows.iter_mut().flat_map(|row| &mut row.cells) {
            let rewrite = |formula: &str| shift.map_or_else(|| formula.to_owned(), |shift| shift.formula_elsewhere(formula, sheet));
            if let Some(moved) = cell.with_formula(rewrite, str::to_owned) {
                *cell = moved;
            }
        }
    }

    /// Puts rows in under the last blank row, moves what is below, and rewrites every formula.
    ///
    /// The cells whose formula cannot follow, as they are named afterwards.
    pub fn insert(&mut self, shift: Shift, sheet: &str) -> Vec<String> {
        let left = self.write_shared_out();
        for row in &mut self.rows {
            let own_row = row.number;
            for cell in &mut row.cells {
                if let Some(moved) = cell.with_formula(|formula| shift.formula(formula, sheet, own_row), |list| shift.references(list)) {
                    *cell = moved;
                }
            }
            row.number = shift.row(row.number);
        }
        let like = self.row(shift.after).cloned().unwrap_or(RowXml { number: shift.after, attributes: Vec::new(), cells: Vec::new() });
        let at = self.rows.partition_point(|row| row.number <= shift.after);
        self.rows.splice(at..at, (1..=shift.rows).map(|down| like.blank_copy(down)));
        left.into_iter().map(|(row, column)| format!("{}{}", crate::sheet::column_letters(column), shift.row(row))).collect()
    }

    /// Drops the results of all formulas, which no longer hold.
    pub fn drop_results(&mut self) {
        for cell in self.rows.iter_mut().flat_map(|row| &mut row.cells) {
            if let Some(bare) = cell.with_formula(str::to_owned, str::to_owned) {
                *cell = bare;
            }
        }
    }

    /// The sheet's XML.
    pub fn write(&self) -> String {
        let prefix = &self.prefix;
        let mut out = String::with_capacity(self.before.len() + self.after.len() + self.rows.len() * 256);
        out.push_str(&self.before);
        for row in &self.rows {
            out.push_str(&format!("<{prefix}row r=\"{}\"", row.number));
            push_attributes(&mut out, &row.attributes);
            out.push('>');
            for cell in &row.cells {
                out.push_str(&format!("<{prefix}c r=\"{}{}\"", crate::sheet::column_letters(cell.column), row.number));
                push_attributes(&mut out, &cell.attributes);
                if cell.inner.is_empty() {
                    out.push_str("/>");
                } else {
                    out.push_str(&format!(">{}</{prefix}c>", cell.inner));
                }
            }
            out.push_str(&format!("</{prefix}row>"));
        }
        out.push_str(&self.after);
        out
    }
}

fn push_attributes(out: &mut String, attributes: &[(String, String)]) {
    for (key, value) in attributes {
        out.push_str(&format!(" {key}=\"{value}\""));
    }
}

fn open_tag(name: &str, attributes: &[(String, String)], is_empty: bool) -> String {
    let mut tag = format!("<{name}");
    push_attributes(&mut tag, attributes);
    tag.push_str(if is_empty { "/>" } else { ">" });
    tag
}

/// Attributes as written: values stay escaped, and a quote inside single quotes is escaped for the double ones they are written in.
fn attributes_of(tag: &BytesStart<'_>) -> Option<Vec<(String, String)>> {
    tag.attributes()
        .map(|attribute| attribute.ok().map(|attribute| (attribute.key.0.to_owned(), attribute.value.replace('"', "&quot;"))))
        .collect()
}

/// Reads the rows; the reader stands behind the opening tag. Returns where the closing tag begins.
fn read_rows(reader: &mut Reader<&[u8]>) -> Option<(Vec<RowXml>, usize)> {
    let mut rows: Vec<RowXml> = Vec::new();
    loop {
        let start = usize::try_from(reader.buffer_position()).ok()?;
        match reader.read_event().ok()? {
            Event::Start(tag) if tag.local_name().into_inner() == "row" => {
                let tag = tag.into_owned();
                let mut row = new_row(&tag, rows.last())?;
                read_cells(reader, &mut row)?;
                rows.push(row);
            }
            Event::Empty(tag) if tag.local_name().into_inner() == "row" => {
                let row = new_row(&tag, rows.last())?;
                rows.push(row);
            }
            Event::End(_) => return Some((rows, start)),
            Event::Eof => return None,
            _ => {}
        }
    }
}

fn new_row(tag: &BytesStart<'_>, last: Option<&RowXml>) -> Option<RowXml> {
    let mut attributes = attributes_of(tag)?;
    let next = last.map_or(1, |row| row.number + 1);
    let number = match attributes.iter().find(|(key, _)| key == "r") {
        Some((_, value)) => value.parse().ok()?,
        None => next,
    };
    attributes.retain(|(key, _)| key != "r");
    // Rows stand in order; a file that breaks this is not edited.
    (number >= next && number <= crate::limits::SHEET_MAX_ROWS).then_some(RowXml { number, attributes, cells: Vec::new() })
}

fn read_cells(reader: &mut Reader<&[u8]>, row: &mut RowXml) -> Option<()> {
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) if tag.local_name().into_inner() == "c" => {
                let tag = tag.into_owned();
                let mut cell = new_cell(&tag, row.cells.last())?;
                cell.inner = reader.read_text(tag.name()).ok()?.into_inner().into_owned();
                row.cells.push(cell);
            }
            Event::Empty(tag) if tag.local_name().into_inner() == "c" => {
                let cell = new_cell(&tag, row.cells.last())?;
                row.cells.push(cell);
            }
            Event::End(tag) if tag.local_name().into_inner() == "row" => return Some(()),
            Event::Eof => return None,
            _ => {}
        }
    }
}

fn new_cell(tag: &BytesStart<'_>, last: Option<&CellXml>) -> Option<CellXml> {
    let mut attributes = attributes_of(tag)?;
    let next = last.map_or(0, |cell| cell.column + 1);
    let column = match attributes.iter().find(|(key, _)| key == "r") {
        Some((_, value)) => column_of(value)?,
        None => next,
    };
    attributes.retain(|(key, _)| key != "r");
    (column >= next).then_some(CellXml { column, attributes, inner: String::new() })
}

/// `AB12` → 27.
pub(super) fn column_of(reference: &str) -> Option<u32> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic);
    let number =
        letters.fold(0u32, |number, byte| number.saturating_mul(26).saturating_add(u32::from(byte.to_ascii_uppercase() - b'A') + 1));
    number.checked_sub(1).filter(|column| *column < 16_384)
}

/// A text as a cell's XML holds it: characters XML forbids are left out, and `_x0041_`, which a spreadsheet reads as an escape, is
/// written so that it stays what it was.
fn cell_text(text: &str) -> String {
    let allowed: String = text
        .chars()
        .filter(|c| matches!(c, '\t' | '\n') || (*c >= ' ' && !matches!(c, '\u{FFFE}' | '\u{FFFF}')))
        .take(crate::limits::CELL_MAX_CHARS)
        .collect();
    let mut out = String::with_capacity(allowed.len());
    let mut rest = allowed.as_str();
    while let Some(at) = rest.find("_x") {
        let code = rest.as_bytes().get(at + 2..at + 7);
        let is_escape = code.is_some_and(|code| code[..4].iter().all(u8::is_ascii_hexdigit) && code[4] == b'_');
        out.push_str(&rest[..at]);
        out.push_str(if is_escape { "_x005F_x" } else { "_x" });
        rest = &rest[at + 2..];
    }
    out.push_str(rest);
    escape::partial_escape(out).into_owned()
}
