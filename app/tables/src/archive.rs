//! The zip container of a workbook, bounded before anything is inflated and again while it is.
//!
//! The sizes in a zip's directory are claims. They are checked first because that is free, then every part is inflated into a
//! counter, so that nothing later (the spreadsheet library reads parts whole) meets more than the limit.

use crate::error::ReadError;
use crate::limits::{INFLATED_MAX_BYTES, RATIO_FROM_BYTES, RATIO_MAX, ZIP_MAX_FILES};
use std::io::{Cursor, Read};
use zip::ZipArchive;

pub(crate) type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

const BOMB: &str = "文件解压后过大,疑似压缩炸弹,没有读取";
const DAMAGED: &str = "文件已损坏或不完整,请重新导出后再试";

/// Opens a zip and proves its limits.
pub(crate) fn open(bytes: &[u8]) -> Result<Archive<'_>, ReadError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| ReadError::bad_file(DAMAGED))?;
    if archive.len() > ZIP_MAX_FILES {
        return Err(ReadError::too_large(format!("文件内含 {} 个部件,超过 {ZIP_MAX_FILES} 个", archive.len())));
    }
    let mut claimed = 0u64;
    for at in 0..archive.len() {
        let part = archive.by_index_raw(at).map_err(|_| ReadError::bad_file(DAMAGED))?;
        claimed = claimed.saturating_add(part.size());
        check_size(claimed, part.size(), part.compressed_size())?;
    }
    let mut inflated = 0u64;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| ReadError::bad_file(DAMAGED))?;
        let compressed = part.compressed_size();
        let mut limited = part.take(INFLATED_MAX_BYTES - inflated + 1);
        let size = std::io::copy(&mut limited, &mut std::io::sink()).map_err(|_| ReadError::bad_file(DAMAGED))?;
        inflated += size;
        check_size(inflated, size, compressed)?;
    }
    Ok(archive)
}

fn check_size(total: u64, size: u64, compressed: u64) -> Result<(), ReadError> {
    if total > INFLATED_MAX_BYTES || (size > RATIO_FROM_BYTES && size / compressed.max(1) > RATIO_MAX) {
        return Err(ReadError::zip_bomb(BOMB));
    }
    Ok(())
}

/// One part as text; `None` when the workbook has no such part. Call only on an archive from `open`.
pub(crate) fn part_text(archive: &mut Archive<'_>, name: &str) -> Result<Option<String>, ReadError> {
    let Ok(part) = archive.by_name(name) else { return Ok(None) };
    let mut text = String::new();
    part.take(INFLATED_MAX_BYTES).read_to_string(&mut text).map_err(|_| ReadError::bad_file(DAMAGED))?;
    Ok(Some(text))
}
