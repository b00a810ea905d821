//! A table as a file: XLSX of one sheet, or CSV that Excel opens in Chinese. What people wrote is text and stays text: in a workbook every cell
//! is a string and never a formula; in CSV a cell that a spreadsheet would compute begins with an apostrophe.

use crate::error::ReadError;
use crate::inert::{neutral, plain};
use crate::sheet::column_letters;
use quick_xml::escape::escape;
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A table that goes out.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Name of the sheet.
    pub title: String,
    pub headers: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// Characters of a sheet's name that spreadsheet programs take.
const TITLE_CHARS_MAX: usize = 31;
/// Width of a column, in characters.
const WIDTHS: std::ops::RangeInclusive<usize> = 8..=48;

const CONTENT_TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>"#;
const PACKAGE_RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK_RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;
/// Style 0 plain text that wraps, style 1 the header.
const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="2"><font><sz val="11"/><name val="宋体"/></font><font><b/><sz val="11"/><name val="宋体"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf numFmtId="49" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf><xf fontId="1" applyFont="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf></cellXfs></styleSheet>"#;

impl Table {
    /// As a workbook of one sheet.
    ///
    /// # Errors
    /// `bad_file` when it cannot be packed; nothing of it is written anywhere.
    pub fn xlsx(&self) -> Result<Vec<u8>, ReadError> {
        let mut out = ZipWriter::new(Cursor::new(Vec::new()));
        let parts = [
            ("[Content_Types].xml", CONTENT_TYPES.to_owned()),
            ("_rels/.rels", PACKAGE_RELATIONS.to_owned()),
            ("xl/workbook.xml", self.workbook()),
            ("xl/_rels/workbook.xml.rels", BOOK_RELATIONS.to_owned()),
            ("xl/styles.xml", STYLES.to_owned()),
            ("xl/worksheets/sheet1.xml", self.sheet()),
        ];
        let failed = || ReadError::bad_file("表格没能写成");
        for (name, text) in parts {
            out.start_file(name, SimpleFileOptions::default()).map_err(|_| failed())?;
            out.write_all(text.as_bytes()).map_err(|_| failed())?;
        }
        Ok(out.finish().map_err(|_| failed())?.into_inner())
    }

    /// As CSV with a mark, so that Excel knows that it is UTF-8.
    pub fn csv(&self) -> Vec<u8> {
        let mut out = String::from("\u{feff}");
        for row in std::iter::once(&self.headers).chain(&self.rows) {
            csv_line(&mut out, row);
        }
        out.into_bytes()
    }

    fn workbook(&self) -> String {
        // the signs that a sheet's name may not have
        let title: String =
            self.title.chars().filter(|c| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\')).take(TITLE_CHARS_MAX).collect();
        let title = if title.is_empty() { "表".to_owned() } else { title };
        format!(
            r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="{}" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
            escape(&title)
        )
    }

    fn sheet(&self) -> String {
        let mut out = String::from(
            r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>"#,
        );
        for at in 0..self.headers.len() {
            let cells = std::iter::once(&self.headers).chain(&self.rows).filter_map(|row| row.get(at));
            // a Chinese character is as wide as two letters
            let width = cells.map(|t| t.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>() + 2).max().unwrap_or(0);
            let width = width.clamp(*WIDTHS.start(), *WIDTHS.end());
            out.push_str(&format!(r#"<col min="{0}" max="{0}" width="{width}" customWidth="1"/>"#, at + 1));
        }
        out.push_str("</cols><sheetData>");
        for (n, row) in std::iter::once(&self.headers).chain(&self.rows).enumerate() {
            out.push_str(&format!(r#"<row r="{}">"#, n + 1));
            for (at, text) in row.iter().enumerate() {
                let place = format!("{}{}", column_letters(u32::try_from(at).unwrap_or(u32::MAX)), n + 1);
                let style = u8::from(n == 0);
                out.push_str(&format!(
                    r#"<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{}</t></is></c>"#,
                    text_of(text)
                ));
            }
            out.push_str("</row>");
        }
        out.push_str("</sheetData></worksheet>");
        out
    }
}

/// A text within XML; signs that XML cannot hold are left out.
fn text_of(text: &str) -> String {
    let plain: String =
        text.chars().filter(|c| matches!(c, '\n' | '\t') || (!c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}'))).collect();
    escape(&plain).into_owned()
}

/// One row of CSV, with its end.
pub fn csv_line(out: &mut String, row: &[String]) {
    for (at, text) in row.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str(&csv_field(text));
    }
    out.push_str("\r\n");
}

/// One field of CSV, quoted where it has to be; a computed one begins with an apostrophe.
fn csv_field(text: &str) -> String {
    let text = neutral(&plain(text));
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::read_grids;

    fn table() -> Table {
        let row = ["GD1", "=HYPERLINK(\"http://x\")", "一行\n两行, \"引\"", "-1+1", "<b>&\u{1}"];
        Table {
            title: "结果/12345".into(),
            headers: ["甲", "乙", "丙", "丁", "戊"].map(Into::into).into(),
            rows: vec![row.map(Into::into).into()],
        }
    }

    #[test]
    fn a_workbook_reads_back_as_it_was_and_holds_no_formula() {
        let bytes = table().xlsx().unwrap();
        let grid = read_grids(&bytes, "a.xlsx").unwrap().remove(0);
        let read: Vec<String> = (0..5).map(|at| grid.cell(1, at).text().into_owned()).collect();
        assert_eq!(read, ["GD1", "=HYPERLINK(\"http://x\")", "一行\n两行, \"引\"", "-1+1", "<b>&"]);
        assert_eq!((grid.name.as_str(), grid.cell(0, 1).text().as_ref()), ("结果12345", "乙"));
        let sheet = table().sheet();
        assert!(!sheet.contains("<f>") && !sheet.contains("<f "));
    }

    #[test]
    fn a_text_table_is_opened_in_chinese_and_computes_nothing() {
        let bytes = table().csv();
        assert!(bytes.starts_with("\u{feff}".as_bytes()));
        let grid = read_grids(&bytes, "a.csv").unwrap().remove(0);
        let written = String::from_utf8(bytes).unwrap();
        assert!(written.contains(",\"'=HYPERLINK(\"\"http://x\"\")\",") && written.contains(",'-1+1,"), "{written}");
        assert_eq!(grid.cell(1, 1).text(), "=HYPERLINK(\"http://x\")", "read back as it was");
        assert_eq!(grid.cell(1, 2).text(), "一行\n两行, \"引\"");
        assert_eq!(grid.cell(1, 3).text(), "-1+1");
    }
}
