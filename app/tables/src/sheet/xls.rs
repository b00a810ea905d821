//! XLS (Excel 97 and later): the records of the workbook stream that hold cells, strings, dates and merges.
//!
//! Read here rather than through the spreadsheet library, which trusts counts, positions and chains that a hostile file may set as it
//! likes. Formulas are read by their last value. Workbooks older than Excel 97 and locked ones are refused with a sentence that helps.

use super::cfb::{Cfb, read_u16, read_u32, read_u64};
use super::{Cell, Grid, GridBuilder, Merge};
use crate::dates;
use crate::error::ReadError;
use std::collections::HashMap;

const DAMAGED: &str = "文件已损坏或不完整,请另存为 .xlsx 后再试";
const BOF: u16 = 0x0809;
const EOF: u16 = 0x000A;
const CONTINUE: u16 = 0x003C;
const VERSION_8: u16 = 0x0600;

pub(super) fn read(bytes: &[u8]) -> Result<Vec<Grid>, ReadError> {
    let damaged = || ReadError::bad_file(DAMAGED);
    let cfb = Cfb::open(bytes).ok_or_else(damaged)?;
    if cfb.has("EncryptedPackage") {
        return Err(ReadError::bad_file("文件设有打开密码,请取消密码后再导入"));
    }
    let Some(stream) = cfb.stream("Workbook") else {
        let old = cfb.has("Book");
        return Err(ReadError::bad_file(if old {
            "文件格式太旧,请另存为 .xlsx 后再导入"
        } else {
            "这个文件不是 Excel 工作簿"
        }));
    };
    let globals = Globals::read(&stream)?;
    let mut builder = GridBuilder::default();
    for sheet in globals.sheets.iter().filter(|sheet| sheet.is_visible_worksheet) {
        builder.start_sheet(&sheet.name);
        read_sheet(&stream, sheet.at, &globals, &mut builder)?;
    }
    Ok(builder.finish())
}

struct Sheet {
    name: String,
    at: usize,
    is_visible_worksheet: bool,
}

/// What all sheets share.
#[derive(Default)]
struct Globals {
    sheets: Vec<Sheet>,
    strings: Vec<String>,
    /// Cell format → whether it shows a date.
    date_formats: Vec<bool>,
    is_1904: bool,
}

/// A record with its continuations; each piece on its own, because a string split between two repeats its flag.
struct Record<'a> {
    kind: u16,
    pieces: Vec<&'a [u8]>,
}

impl<'a> Record<'a> {
    fn data(&self) -> &'a [u8] {
        self.pieces.first().copied().unwrap_or_default()
    }
}

struct Records<'a> {
    stream: &'a [u8],
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let (kind, data) = self.take()?;
        let mut pieces = vec![data];
        while read_u16(self.stream, 0) == Some(CONTINUE) {
            let Some((_, more)) = self.take() else { break };
            pieces.push(more);
        }
        Some(Record { kind, pieces })
    }
}

impl<'a> Records<'a> {
    fn take(&mut self) -> Option<(u16, &'a [u8])> {
        let kind = read_u16(self.stream, 0)?;
        let length = usize::from(read_u16(self.stream, 2)?);
        let data = self.stream.get(4..4 + length)?;
        self.stream = &self.stream[4 + length..];
        Some((kind, data))
    }
}

impl Globals {
    fn read(stream: &[u8]) -> Result<Self, ReadError> {
        let mut globals = Globals::default();
        let mut custom: HashMap<u16, bool> = HashMap::new();
        let mut formats: Vec<u16> = Vec::new();
        for record in (Records { stream }) {
            let data = record.data();
            match record.kind {
                BOF if read_u16(data, 0) != Some(VERSION_8) => {
                    return Err(ReadError::bad_file("文件格式太旧,请另存为 .xlsx 后再导入"));
                }
                0x002F => return Err(ReadError::bad_file("文件设有打开密码,请取消密码后再导入")),
                0x0022 => globals.is_1904 = read_u16(data, 0) == Some(1),
                0x0085 => globals.sheets.extend(read_bound_sheet(data)),
                0x041E => {
                    if let (Some(id), Some(code)) = (read_u16(data, 0), read_string(data, 2)) {
                        custom.insert(id, is_date_code(&code));
                    }
                }
                0x00E0 => formats.push(read_u16(data, 2).unwrap_or(0)),
                0x00FC => globals.strings = read_shared_strings(&record.pieces),
                EOF => break,
                _ => {}
            }
        }
        globals.date_formats = formats.iter().map(|id| custom.get(id).copied().unwrap_or_else(|| is_builtin_date(*id))).collect();
        if globals.sheets.is_empty() { Err(ReadError::bad_file(DAMAGED)) } else { Ok(globals) }
    }

    fn number(&self, format: u16, number: f64) -> Cell {
        let is_date = self.date_formats.get(usize::from(format)).copied().unwrap_or(false);
        let serial = if self.is_1904 { number + 1462.0 } else { number };
        if is_date { dates::from_serial(serial).map_or(Cell::Number(number), Cell::Date) } else { Cell::Number(number) }
    }
}

fn read_bound_sheet(data: &[u8]) -> Option<Sheet> {
    let at = read_u32(data, 0)? as usize;
    let (hidden, kind, length, wide) = (data.get(4)? & 0x3F, *data.get(5)?, usize::from(*data.get(6)?), data.get(7)? & 1 == 1);
    let name = decode(data.get(8..)?, length, wide).0;
    Some(Sheet { name, at, is_visible_worksheet: hidden == 0 && kind == 0 })
}

/// Number formats 14–17 and 22 are dates everywhere, 27–31, 36, 50–54, 57 and 58 in a Chinese Excel.
fn is_builtin_date(id: u16) -> bool {
    matches!(id, 14..=17 | 22 | 27..=31 | 36 | 50..=54 | 57 | 58)
}

fn is_date_code(code: &str) -> bool {
    let mut plain = String::new();
    let (mut quoted, mut bracketed) = (false, false);
    for c in code.chars() {
        match c {
            '"' => quoted = !quoted,
            '[' if !quoted => bracketed = true,
            ']' if !quoted => bracketed = false,
            c if !quoted && !bracketed => plain.push(c.to_ascii_lowercase()),
            _ => {}
        }
    }
    plain.contains('y') || (plain.contains('d') && plain.contains('m'))
}

/// `cch` characters from `bytes`, one or two bytes each; what is there if there are fewer. Returns the bytes used.
fn decode(bytes: &[u8], cch: usize, wide: bool) -> (String, usize) {
    if wide {
        let units: Vec<u16> = bytes.chunks_exact(2).take(cch).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        (String::from_utf16_lossy(&units), units.len() * 2)
    } else {
        let used = cch.min(bytes.len());
        (bytes[..used].iter().map(|byte| char::from(*byte)).collect(), used)
    }
}

/// A string with a two-byte count and a flag byte, within one piece.
fn read_string(data: &[u8], at: usize) -> Option<String> {
    let cch = usize::from(read_u16(data, at)?);
    let wide = data.get(at + 2)? & 1 == 1;
    Some(decode(data.get(at + 3..)?, cch, wide).0)
}

/// The shared strings, which run over continuations: a string cut by one goes on after a new flag byte.
fn read_shared_strings(pieces: &[&[u8]]) -> Vec<String> {
    let mut reader = Pieces { pieces, piece: 0, at: 8 };
    std::iter::from_fn(|| reader.next_string()).collect()
}

struct Pieces<'a> {
    pieces: &'a [&'a [u8]],
    piece: usize,
    at: usize,
}

impl Pieces<'_> {
    fn rest(&mut self) -> Option<&[u8]> {
        while self.at >= self.pieces.get(self.piece)?.len() {
            self.at -= self.pieces[self.piece].len();
            self.piece += 1;
        }
        self.pieces[self.piece].get(self.at..)
    }

    fn next_string(&mut self) -> Option<String> {
        let head = self.rest()?;
        let cch = usize::from(read_u16(head, 0)?);
        let flags = *head.get(2)?;
        let mut skip_after = 0usize;
        let mut used = 3;
        if flags & 8 != 0 {
            skip_after += usize::from(read_u16(head, used)?) * 4;
            used += 2;
        }
        if flags & 4 != 0 {
            skip_after += read_u32(head, used)? as usize;
            used += 4;
        }
        self.at += used;
        let mut text = String::new();
        let mut left = cch;
        let mut wide = flags & 1 == 1;
        while left > 0 {
            let here = self.pieces.get(self.piece)?.get(self.at..)?;
            let (part, used) = decode(here, left, wide);
            left -= if wide { used / 2 } else { used };
            text.push_str(&part);
            self.at += used;
            if left > 0 {
                self.piece += 1;
                wide = self.pieces.get(self.piece)?.first()? & 1 == 1;
                self.at = 1;
            }
        }
        self.at += skip_after;
        Some(text)
    }
}

fn read_sheet(stream: &[u8], at: usize, globals: &Globals, builder: &mut GridBuilder) -> Result<(), ReadError> {
    let stream = stream.get(at..).ok_or_else(|| ReadError::bad_file(DAMAGED))?;
    let mut merges = Vec::new();
    let mut depth = 0u32;
    let mut formula_at = (0, 0);
    for record in (Records { stream }) {
        match record.kind {
            BOF => depth += 1,
            EOF if depth <= 1 => break,
            EOF => depth -= 1,
            // Charts inside a sheet are streams of their own.
            _ if depth > 1 => {}
            0x00E5 => merges.extend(read_merges(record.data())),
            0x0207 => {
                if let Some(text) = read_string(record.data(), 0) {
                    builder.put(formula_at.0, formula_at.1, Cell::Text(text))?;
                }
            }
            0x00BD => read_many(record.data(), globals, builder)?,
            kind => {
                let Some((row, column, cell)) = read_cell(kind, record.data(), globals) else { continue };
                formula_at = (row, column);
                builder.put(row, column, cell)?;
            }
        }
    }
    builder.merge(merges.into_iter());
    Ok(())
}

fn read_cell(kind: u16, data: &[u8], globals: &Globals) -> Option<(u32, u32, Cell)> {
    if !matches!(kind, 0x0203 | 0x027E | 0x00FD | 0x0204 | 0x00D6 | 0x0205 | 0x0006) {
        return None;
    }
    let (row, column, format) = (u32::from(read_u16(data, 0)?), u32::from(read_u16(data, 2)?), read_u16(data, 4)?);
    let cell = match kind {
        0x0203 => globals.number(format, f64::from_bits(read_u64(data, 6)?)),
        0x027E => globals.number(format, rk(read_u32(data, 6)?)),
        0x00FD => Cell::Text(globals.strings.get(read_u32(data, 6)? as usize)?.clone()),
        0x0204 | 0x00D6 => Cell::Text(read_string(data, 6)?),
        0x0205 => Cell::Text(if *data.get(6)? == 0 { "FALSE" } else { "TRUE" }.to_owned()),
        _ => match (read_u16(data, 12)?, *data.get(6)?) {
            // A text result follows as a record of its own; an empty or wrong one is no value.
            (0xFFFF, _) => Cell::Empty,
            _ => globals.number(format, f64::from_bits(read_u64(data, 6)?)),
        },
    };
    Some((row, column, cell))
}

fn read_many(data: &[u8], globals: &Globals, builder: &mut GridBuilder) -> Result<(), ReadError> {
    let (Some(row), Some(first)) = (read_u16(data, 0), read_u16(data, 2)) else { return Ok(()) };
    let cells = data.get(4..data.len().saturating_sub(2)).unwrap_or_default();
    for (at, cell) in cells.chunks_exact(6).enumerate() {
        if let (Some(format), Some(number)) = (read_u16(cell, 0), read_u32(cell, 2)) {
            builder.put(u32::from(row), u32::from(first) + at as u32, globals.number(format, rk(number)))?;
        }
    }
    Ok(())
}

fn read_merges(data: &[u8]) -> Vec<Merge> {
    let count = usize::from(read_u16(data, 0).unwrap_or(0));
    let at = |cell: &[u8], at: usize| u32::from(read_u16(cell, at).unwrap_or(0));
    let cells = data.get(2..).unwrap_or_default().chunks_exact(8).take(count);
    cells.map(|cell| Merge { top: at(cell, 0), bottom: at(cell, 2), left: at(cell, 4), right: at(cell, 6) }).collect()
}

/// The short number form: 30 bits of an integer or of a float, perhaps a hundredfold.
fn rk(value: u32) -> f64 {
    let number = if value & 2 != 0 { f64::from((value as i32) >> 2) } else { f64::from_bits(u64::from(value & 0xFFFF_FFFC) << 32) };
    if value & 1 != 0 { number / 100.0 } else { number }
}
