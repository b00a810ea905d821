//! The file that comes in, and what reading it says.

use crate::error::{CoreError, Result};
use app_tables::ReadError;
use base64::Engine as _;
use std::path::Path;

impl From<ReadError> for CoreError {
    fn from(e: ReadError) -> Self {
        CoreError { code: e.code.into(), message: e.message, row: e.row, field: e.column }
    }
}

/// The bytes of a file named by its path, or sent in base64.
///
/// # Errors
/// `invalid_args` when there is neither, or it cannot be read; `too_large` over 64 MB.
pub fn bytes_of(file: Option<&str>, data: Option<&str>, name: Option<&str>) -> Result<(Vec<u8>, String)> {
    const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
    if let Some(data) = data {
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(data)
            .map_err(|_| CoreError::args("文件没有传完整，请再选一次。").at("data"))?;
        return Ok((bytes, name.unwrap_or("表格").to_string()));
    }
    let path = Path::new(file.ok_or_else(|| CoreError::args("要选一个文件。").at("file"))?);
    let meta = std::fs::metadata(path).map_err(|_| CoreError::args("没有这个文件，或读不了。").at("file"))?;
    if meta.len() > FILE_BYTES_MAX {
        return Err(CoreError::new("too_large", "文件超过 64 MB，没有读。").at("file"));
    }
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    Ok((std::fs::read(path)?, name))
}
