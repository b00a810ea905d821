//! References moved when rows are put into a table: `B35` below the new rows, the far end of `B5:B34` over them.
//!
//! New rows go directly under the last blank row of the table. A single reference to a row up to there stays; one below moves; a range
//! that ends on the last blank row and began above it reaches over the new rows, which is what its author meant by the table.

use quick_xml::events::{BytesStart, Event};

/// Where rows are put in. Rows are 1-based.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shift {
    /// The last row that stays.
    pub after: u32,
    /// The first row of the table.
    pub first: u32,
    /// How many are put in.
    pub rows: u32,
}

impl Shift {
    pub fn row(self, row: u32) -> u32 {
        if row > self.after { row + self.rows } else { row }
    }

    /// The end of a range that starts at `start`; `own_row` is where the formula stands, 0 for none.
    fn end(self, start: u32, end: u32, own_row: u32) -> u32 {
        let covers_table = end == self.after && (start < self.after || (start == self.first && own_row != self.after));
        if covers_table { end + self.rows } else { self.row(end) }
    }

    /// A list of references as attributes hold them: `C5:C34 E5`.
    pub fn references(self, list: &str) -> String {
        list.split(' ').map(|reference| self.formula(reference, "", 0)).collect::<Vec<_>>().join(" ")
    }

    /// The same for what holds for every row of the table (validations, colours): `F5` in a table of one row becomes `F5:F14`.
    pub fn areas(self, list: &str) -> String {
        let area = |reference: &str| {
            let moved = self.formula(reference, "", 0);
            let is_only_row = self.first == self.after && !reference.contains(':');
            let letters = reference.trim_end_matches(|c: char| c.is_ascii_digit());
            if is_only_row && reference[letters.len()..].parse() == Ok(self.after) {
                format!("{reference}:{letters}{}", self.after + self.rows)
            } else {
                moved
            }
        };
        list.split(' ').map(area).collect::<Vec<_>>().join(" ")
    }

    /// A merged rectangle: it grows when it reached over the rows of the table, and never when it lies within the one row there is.
    pub fn merge(self, reference: &str) -> String {
        self.formula(reference, "", self.after)
    }

    /// A formula of the sheet `sheet` standing in row `own_row`; texts and other sheets' references stay.
    pub fn formula(self, formula: &str, sheet: &str, own_row: u32) -> String {
        self.rewritten(formula, own_row, |before| !is_other_sheet(before, sheet))
    }

    /// A formula of another sheet: only what names this sheet moves.
    pub fn formula_elsewhere(self, formula: &str, sheet: &str) -> String {
        self.rewritten(formula, 0, |before| before.ends_with('!') && !is_other_sheet(before, sheet))
    }

    fn rewritten(self, formula: &str, own_row: u32, is_own: impl Fn(&str) -> bool) -> String {
        rewrite(formula, is_own, |start, end| match end {
            None => (self.row(start.row), None),
            Some(end) => (self.row(start.row), Some(self.end(start.row, end.row, own_row))),
        })
    }
}

/// A formula copied `down` rows further: its relative rows go with it, in whichever sheet they are.
pub(super) fn copied(formula: &str, down: u32) -> String {
    let moved = |cell: CellReference| if cell.is_absolute { cell.row } else { cell.row + down };
    rewrite(formula, |_| true, |start, end| (moved(start), end.map(moved)))
}

#[derive(Debug, Clone, Copy)]
struct CellReference {
    row: u32,
    is_absolute: bool,
}

/// Rewrites the row numbers of every reference of a formula to a sheet for which `is_own` says so, asked with the text before the reference.
fn rewrite(
    formula: &str,
    is_own: impl Fn(&str) -> bool,
    rows: impl Fn(CellReference, Option<CellReference>) -> (u32, Option<u32>),
) -> String {
    let bytes = formula.as_bytes();
    let mut out = String::with_capacity(formula.len() + 8);
    let mut at = 0;
    let mut plain_from = 0;
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'"' | b'\'') => at = end_of_quoted(bytes, at, quote),
            b'$' | b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' if starts_word(formula, at) => {
                let Some((start, start_digits, after)) = cell_at(bytes, at) else {
                    let Some(((start, start_digits, after), (end, end_digits, end_after))) = whole_rows_at(bytes, at) else {
                        at = end_of_word(bytes, at);
                        continue;
                    };
                    if is_own(&formula[..at]) {
                        let (new_start, new_end) = rows(start, Some(end));
                        out.push_str(&formula[plain_from..start_digits]);
                        out.push_str(&new_start.to_string());
                        out.push_str(&formula[after..end_digits]);
                        out.push_str(&new_end.unwrap_or(end.row).to_string());
                        plain_from = end_after;
                    }
                    at = end_after;
                    continue;
                };
                if !is_own(&formula[..at]) {
                    // the end of a range of another sheet has no name of its own: it is passed over with its start
                    let second = (bytes.get(after) == Some(&b':')).then(|| cell_at(bytes, after + 1)).flatten();
                    at = second.map_or(after, |(_, _, end)| end);
                    continue;
                }
                let second = (bytes.get(after) == Some(&b':')).then(|| cell_at(bytes, after + 1)).flatten();
                let (new_start, new_end) = rows(start, second.as_ref().map(|(cell, ..)| *cell));
                out.push_str(&formula[plain_from..start_digits]);
                out.push_str(&new_start.to_string());
                plain_from = after;
                at = after;
                if let (Some((_, end_digits, end_after)), Some(new_end)) = (second, new_end) {
                    out.push_str(&formula[after..end_digits]);
                    out.push_str(&new_end.to_string());
                    plain_from = end_after;
                    at = end_after;
                }
            }
            _ => at += 1,
        }
    }
    out.push_str(&formula[plain_from..]);
    out
}

type RowAt = (CellReference, usize, usize);

/// Whole rows like `$5:$34` at `start`: each end with where its digits begin and where they end. Whole columns (`A:C`) name no row and stay.
fn whole_rows_at(bytes: &[u8], start: usize) -> Option<(RowAt, RowAt)> {
    let row = |from: usize| -> Option<RowAt> {
        let is_absolute = bytes.get(from) == Some(&b'$');
        let digits_from = from + usize::from(is_absolute);
        let digits = bytes[digits_from.min(bytes.len())..].iter().take_while(|b| b.is_ascii_digit()).count();
        let end = digits_from + digits;
        let row = std::str::from_utf8(bytes.get(digits_from..end)?).ok()?.parse().ok().filter(|row| *row > 0 && digits <= 7)?;
        Some((CellReference { row, is_absolute }, digits_from, end))
    };
    let first = row(start)?;
    if bytes.get(first.2) != Some(&b':') {
        return None;
    }
    let second = row(first.2 + 1)?;
    let ends = bytes.get(second.2).is_none_or(|byte| !is_word_byte(*byte) && !matches!(byte, b'(' | b'!' | b'$'));
    ends.then_some((first, second))
}

fn end_of_quoted(bytes: &[u8], start: usize, quote: u8) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        if bytes[at] == quote {
            if bytes.get(at + 1) != Some(&quote) {
                return at + 1;
            }
            at += 1;
        }
        at += 1;
    }
    bytes.len()
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.' || byte >= 0x80
}

fn starts_word(formula: &str, at: usize) -> bool {
    at == 0 || !is_word_byte(formula.as_bytes()[at - 1]) && formula.as_bytes()[at - 1] != b'$'
}

fn end_of_word(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() && is_word_byte(bytes[at]) {
        at += 1;
    }
    at
}

/// A reference like `$B$34` at `start`: the cell, where its digits begin, and where it ends. `LOG10(` and `B5x` are none.
fn cell_at(bytes: &[u8], start: usize) -> Option<(CellReference, usize, usize)> {
    let mut at = start + usize::from(bytes.get(start) == Some(&b'$'));
    let letters_from = at;
    while bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
        at += 1;
    }
    let letters = at - letters_from;
    let is_absolute = bytes.get(at) == Some(&b'$');
    at += usize::from(is_absolute);
    let digits_from = at;
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    let digits = at - digits_from;
    let ends = bytes.get(at).is_none_or(|byte| !is_word_byte(*byte) && !matches!(byte, b'(' | b'!' | b'$'));
    if !(1..=3).contains(&letters) || !(1..=7).contains(&digits) || !ends {
        return None;
    }
    let row = std::str::from_utf8(&bytes[digits_from..at]).ok()?.parse().ok().filter(|row| *row > 0)?;
    Some((CellReference { row, is_absolute }, digits_from, at))
}

/// Whether the text before a reference names a sheet that is not `own`.
fn is_other_sheet(before: &str, own: &str) -> bool {
    let Some(before) = before.strip_suffix('!') else { return false };
    let quoted = format!("'{}'", own.replace('\'', "''"));
    let names_own = before.ends_with(&quoted) || (before.ends_with(own) && !own.is_empty() && !before.ends_with('\''));
    !names_own
}

/// Elements whose attribute holds references of the sheet.
const REFERENCES: &[(&str, &str)] = &[
    ("mergeCell", "ref"),
    ("comment", "ref"),
    ("table", "ref"),
    ("dimension", "ref"),
    ("autoFilter", "ref"),
    ("hyperlink", "ref"),
    ("conditionalFormatting", "sqref"),
    ("dataValidation", "sqref"),
    ("ignoredError", "sqref"),
    ("protectedRange", "sqref"),
    ("selection", "sqref"),
    ("selection", "activeCell"),
];
/// Among them what holds for each row of the table.
const AREAS: &[&str] = &["conditionalFormatting", "dataValidation", "ignoredError", "protectedRange"];
/// Elements whose text is a formula of the sheet, or an area of it; `f` and `sqref` stand in the extensions of newer programs.
const FORMULAS: &[&str] = &["formula", "formula1", "formula2", "definedName", "f", "sqref"];

/// What stands around the rows of a sheet, or the workbook part with its named areas, references moved; everything else byte for
/// byte.
pub(super) fn surroundings(xml: &str, shift: Shift, sheet: &str) -> Option<String> {
    let mut reader = super::package::reader_of_piece(xml);
    let mut out = String::with_capacity(xml.len() + 64);
    let mut from = 0;
    loop {
        let event = reader.read_event().ok()?;
        let mut to = usize::try_from(reader.buffer_position()).ok()?;
        let raw = xml.get(from..to)?;
        match &event {
            Event::Eof => return Some(out),
            Event::Start(tag) if FORMULAS.contains(&tag.local_name().into_inner()) => {
                let formula = quick_xml::escape::unescape(&reader.read_text(tag.name()).ok()?.into_inner()).ok()?.into_owned();
                to = usize::try_from(reader.buffer_position()).ok()?;
                let is_area = tag.local_name().into_inner() == "sqref";
                let moved = if is_area { shift.areas(&formula) } else { shift.formula(&formula, sheet, 0) };
                out.push_str(&format!("{raw}{}</{}>", quick_xml::escape::partial_escape(moved), tag.name().0));
            }
            Event::Start(tag) | Event::Empty(tag) => {
                let is_empty = matches!(event, Event::Empty(_));
                match with_moved_attributes(tag, shift) {
                    Some(moved) => out.push_str(&format!("<{moved}{}>", if is_empty { "/" } else { "" })),
                    None => out.push_str(raw),
                }
            }
            _ => out.push_str(raw),
        }
        from = to;
    }
}

/// A drawing over a sheet, whose places are 0-based rows in texts of their own; both the newer and the older kind.
pub(super) fn drawing(xml: &str, shift: Shift) -> Option<String> {
    let mut reader = super::package::reader_of_piece(xml);
    let mut out = String::with_capacity(xml.len() + 16);
    let mut from = 0;
    let moved_row = |text: &str| text.trim().parse::<u32>().ok().and_then(|row| shift.row(row.checked_add(1)?).checked_sub(1));
    loop {
        let event = reader.read_event().ok()?;
        let mut to = usize::try_from(reader.buffer_position()).ok()?;
        let raw = xml.get(from..to)?;
        match &event {
            Event::Eof => return Some(out),
            Event::Start(tag) if matches!(tag.local_name().into_inner(), "row" | "Row" | "Anchor") => {
                let is_anchor = tag.local_name().into_inner() == "Anchor";
                let text = reader.read_text(tag.name()).ok()?.into_inner().into_owned();
                to = usize::try_from(reader.buffer_position()).ok()?;
                let moved = if is_anchor {
                    // left column, its offset, top row, its offset, right column, its offset, bottom row, its offset
                    let parts = text.split(',').enumerate();
                    let parts = parts.map(|(at, part)| match moved_row(part) {
                        Some(row) if at == 2 || at == 6 => row.to_string(),
                        _ => part.trim().to_owned(),
                    });
                    parts.collect::<Vec<_>>().join(", ")
                } else {
                    moved_row(&text).map_or(text, |row| row.to_string())
                };
                out.push_str(&format!("{raw}{moved}</{}>", tag.name().0));
            }
            _ => out.push_str(raw),
        }
        from = to;
    }
}

fn with_moved_attributes(tag: &BytesStart<'_>, shift: Shift) -> Option<String> {
    let name = tag.local_name().into_inner();
    if name != "brk" && !REFERENCES.iter().any(|(element, _)| *element == name) {
        return None;
    }
    let mut moved = tag.name().0.to_owned();
    for attribute in tag.attributes() {
        let attribute = attribute.ok()?;
        let key = attribute.key.0;
        let value = match key {
            "id" if name == "brk" => shift.row(attribute.value.parse().ok()?).to_string(),
            _ if !REFERENCES.contains(&(name, key)) => attribute.value.into_owned(),
            _ if name == "mergeCell" => shift.merge(&attribute.value),
            _ if AREAS.contains(&name) => shift.areas(&attribute.value),
            _ => shift.references(&attribute.value),
        };
        moved.push_str(&format!(" {key}=\"{value}\""));
    }
    Some(moved)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIFT: Shift = Shift { after: 34, first: 5, rows: 10 };

    fn formula(text: &str) -> String {
        SHIFT.formula(text, "摸底表", 35)
    }

    #[test]
    fn ranges_over_the_table_grow_and_cells_below_move() {
        assert_eq!(formula("COUNTA(B5:B34)&\"人\""), "COUNTA(B5:B44)&\"人\"");
        assert_eq!(formula("SUM($H$5:$H$34)+C36-C34"), "SUM($H$5:$H$44)+C46-C34");
        assert_eq!(formula("SUM(H5:H33)"), "SUM(H5:H33)");
        assert_eq!(formula("SUM(H5:H36)"), "SUM(H5:H46)");
        assert_eq!(SHIFT.formula("SUM(B34:H34)", "", 34), "SUM(B34:H34)");
        assert_eq!(SHIFT.references("C5:C34 E36"), "C5:C44 E46");
        let one = Shift { after: 5, first: 5, rows: 3 };
        assert_eq!(one.formula("COUNTA(B5:B5)", "", 6), "COUNTA(B5:B8)");
    }

    #[test]
    fn a_table_of_one_row_grows_where_every_row_is_meant_and_its_merges_do_not() {
        let one = Shift { after: 5, first: 5, rows: 9 };
        assert_eq!(one.areas("F5 H5:H5 A6"), "F5:F14 H5:H14 A15");
        assert_eq!((one.merge("B5:C5"), one.merge("A6:C6")), ("B5:C5".to_owned(), "A15:C15".to_owned()));
        assert_eq!(SHIFT.merge("A5:A34"), "A5:A44");
    }

    #[test]
    fn what_another_sheet_says_of_the_table_follows_it() {
        let of = |formula: &str| SHIFT.formula_elsewhere(formula, "摸底表");
        assert_eq!(of("SUM(摸底表!C5:C34)+C36+别表!C36+'摸底表'!B36"), "SUM(摸底表!C5:C44)+C36+别表!C36+'摸底表'!B46");
        assert_eq!(of("SUM(别表!C5:C34)"), "SUM(别表!C5:C34)");
    }

    #[test]
    fn texts_functions_names_and_other_sheets_stay() {
        assert_eq!(formula("\"B36\"&LOG10(B36)&总计36&ABCD36&_B36"), "\"B36\"&LOG10(B46)&总计36&ABCD36&_B36");
        assert_eq!(formula("别表!B36+'别 表'!B36+摸底表!B36+'摸底表'!B36"), "别表!B36+'别 表'!B36+摸底表!B46+'摸底表'!B46");
    }

    #[test]
    fn whole_rows_follow_and_whole_columns_stay() {
        assert_eq!(formula("SUM(36:36)+SUM($5:$34)+SUM(A:C)+SUM($H:$H)"), "SUM(46:46)+SUM($5:$44)+SUM(A:C)+SUM($H:$H)");
        assert_eq!(formula("摸底表!$1:$4,别表!36:36,\"36:36\"&36&1.5"), "摸底表!$1:$4,别表!36:36,\"36:36\"&36&1.5");
        assert_eq!(SHIFT.formula_elsewhere("SUM('摸底表'!36:37)+SUM(36:37)", "摸底表"), "SUM('摸底表'!46:47)+SUM(36:37)");
        assert_eq!(copied("SUM(34:34)-SUM($4:$4)", 2), "SUM(36:36)-SUM($4:$4)");
    }

    #[test]
    fn a_copied_formula_takes_its_relative_rows_along() {
        assert_eq!(copied("YEAR(C34)-$D34-$E$1", 3), "YEAR(C37)-$D37-$E$1");
        assert_eq!(copied("SUM(B34:H34)", 2), "SUM(B36:H36)");
    }

    #[test]
    fn merges_breaks_and_validations_around_the_rows_move() {
        let xml = r#"</sheetData><mergeCells count="2"><mergeCell ref="A1:I1"/><mergeCell ref="A35:C35"/></mergeCells><conditionalFormatting sqref="C5:C34"><cfRule><formula>C5&lt;"B36"</formula></cfRule></conditionalFormatting><rowBreaks><brk id="35" max="9"/></rowBreaks><pageMargins left="0.7"/></worksheet>"#;
        let moved = surroundings(xml, SHIFT, "摸底表").expect("well-formed");
        assert!(moved.contains(r#"<mergeCell ref="A1:I1"/><mergeCell ref="A45:C45"/>"#), "{moved}");
        assert!(moved.contains(r#"sqref="C5:C44""#) && moved.contains(r#"<brk id="45" max="9"/>"#), "{moved}");
        assert!(
            moved.contains(r#"<formula>C5&lt;"B36"</formula>"#) && moved.ends_with(r#"<pageMargins left="0.7"/></worksheet>"#),
            "{moved}"
        );
    }
}
