//! Every limit of reading and filling tables, with its unit. A file comes from outside and is bounded before it is inflated.

/// A file as it lies on the disk.
pub const FILE_MAX_BYTES: usize = 200_000_000;
/// All parts of a workbook together, inflated.
pub const INFLATED_MAX_BYTES: u64 = 200_000_000;
/// Parts inside a workbook.
pub const ZIP_MAX_FILES: usize = 64;
/// A part above `RATIO_FROM_BYTES` that shrank more than this was not typed by people.
pub const RATIO_MAX: u64 = 300;
pub const RATIO_FROM_BYTES: u64 = 50_000_000;
/// Rows of one sheet.
pub const SHEET_MAX_ROWS: u32 = 100_000;
/// Columns of one sheet that are looked at; a filled cell further right is an error, not a silent loss.
pub const SHEET_MAX_COLUMNS: u32 = 512;
/// Cells of all sheets, empty ones between filled ones counted.
pub const MAX_CELLS: usize = 4_000_000;
/// Text of all cells: one shared string may be used by a million cells.
pub const TEXT_MAX_BYTES: usize = 200_000_000;
/// Text of one cell; what a spreadsheet program itself allows.
pub const CELL_MAX_CHARS: usize = 32_767;
/// Cells covered by merges that are looked at.
pub const MERGED_MAX_CELLS: usize = 1_000_000;
/// A header is looked for in this many rows from the top.
pub const HEADER_MAX_ROW: usize = 40;
/// Rows a header may have.
pub const HEADER_MAX_ROWS: usize = 3;
/// Rows a blank table may be filled with at once.
pub const FILL_MAX_ROWS: usize = 20_000;
/// Hotline orders of one file; each becomes a case.
pub const ORDERS_MAX_ROWS: usize = 2_000;
