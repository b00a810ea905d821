//! What can go wrong: [`Error`] inside, [`Fault`] towards a device. A fault has a stable code for programs and words for people; the cause
//! of an inner error is logged once, at the edge, and never carries personal data.

use shared_model::devices::WipeOrder;
use std::borrow::Cow;

/// Inner failure: nothing of the request was written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("database: {0}")]
    Store(#[from] rusqlite::Error),
    #[error("files: {0}")]
    Io(#[from] std::io::Error),
    #[error("stored data cannot be read: {0}")]
    Damaged(&'static str),
    #[error("the data folder was written by a newer program")]
    Newer,
    #[error("{message}")]
    Setup { code: &'static str, message: String },
}

impl Error {
    /// A mistake of whoever runs the program.
    pub fn setup(code: &'static str, message: impl Into<String>) -> Self {
        Error::Setup { code, message: message.into() }
    }

    /// Stable code for the command line.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Store(e) if is_busy(e) => "busy",
            Error::Store(e) if is_full(e) => "disk_full",
            Error::Store(_) => "store",
            Error::Io(_) => "files",
            Error::Damaged(_) => "damaged",
            Error::Newer => "newer_data",
            Error::Setup { code, .. } => code,
        }
    }

    /// The rows themselves were not acceptable (a constraint), as against a disk that is full or a lock that is taken.
    pub fn is_constraint(&self) -> bool {
        matches!(self, Error::Store(e) if e.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation))
    }
}

fn is_busy(e: &rusqlite::Error) -> bool {
    matches!(e.sqlite_error_code(), Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked))
}

fn is_full(e: &rusqlite::Error) -> bool {
    e.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull)
}

/// An answer that is not 200.
#[derive(Debug)]
pub struct Fault {
    pub status: u16,
    pub code: &'static str,
    pub message: Cow<'static, str>,
    /// Nonce of the request: with it the server's time is signed.
    pub skew_nonce: Option<Box<str>>,
    /// The order to wipe, for a revoked device.
    pub wipe: Option<Box<WipeOrder>>,
    /// For the log only.
    pub cause: Option<Box<Error>>,
}

impl Fault {
    /// A refusal with words for people.
    pub fn new(status: u16, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Fault { status, code, message: message.into(), skew_nonce: None, wipe: None, cause: None }
    }

    /// The request is not what it should be.
    pub fn bad(message: impl Into<Cow<'static, str>>) -> Self {
        Fault::new(400, "bad_request", message)
    }
}

impl From<Error> for Fault {
    fn from(e: Error) -> Self {
        let (status, code, message) = match e.code() {
            "busy" => (503, "busy", "服务器正忙，稍后再试。写下的都在。"),
            "disk_full" => (507, "server_full", "服务器的磁盘满了，现在只能看不能传。写下的都在，请告诉社区。"),
            _ => (500, "server_error", "服务器内部出错，请稍后再试"),
        };
        let mut fault = Fault::new(status, code, message);
        fault.cause = Some(Box::new(e));
        fault
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(e: rusqlite::Error) -> Self {
        Error::from(e).into()
    }
}
