//! Errors of the app: a stable code for programs, a sentence for people, the place where there is one. Never personal data.

use shared_model::commands::Failure;

/// Every failure of a command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct CoreError {
    /// Stable: `not_allowed not_found invalid_args unknown_command bad_json locked offline server_error clock_skew revoked unconfirmed cloned
    /// lease_over too_large not_a_roster empty_sheet bad_encoding zip_bomb bad_change disk_full busy needs_update read_only`.
    pub code: String,
    /// What happened, that nothing is lost, what to do.
    pub message: String,
    /// Row of a sheet.
    pub row: Option<u32>,
    /// Column or argument.
    pub field: Option<String>,
}

/// Result of everything in this crate.
pub type Result<T> = std::result::Result<T, CoreError>;

impl CoreError {
    /// A code with its sentence.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        CoreError { code: code.into(), message: message.into(), row: None, field: None }
    }

    /// The same, about one argument or column.
    pub fn at(mut self, field: &str) -> Self {
        self.field = Some(field.into());
        self
    }

    /// An argument that cannot be used.
    pub fn args(message: impl Into<String>) -> Self {
        Self::new("invalid_args", message)
    }

    /// No such record here.
    pub fn not_found(what: &str) -> Self {
        Self::new("not_found", format!("这台设备里没有{what}。"))
    }

    /// The role may not.
    pub fn not_allowed(what: &str) -> Self {
        Self::new("not_allowed", format!("您的角色不能{what}。"))
    }

    /// As it leaves the program.
    pub fn failure(&self) -> Failure {
        Failure { code: self.code.clone(), message: self.message.clone(), row: self.row, field: self.field.clone() }
    }
}

impl From<rusqlite::Error> for CoreError {
    fn from(e: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as C;
        match e.sqlite_error_code() {
            Some(C::DiskFull) => Self::new("disk_full", "手机空间满了，这次没有存下。原来的都在。请先腾出一些空间。"),
            Some(C::DatabaseBusy | C::DatabaseLocked) => Self::new("busy", "正忙，请稍后再试。没有丢东西。"),
            Some(C::NotADatabase) => Self::new("locked", "打不开：钥匙不对，或文件损坏。文件原样留着。"),
            Some(C::SystemIoFailure | C::CannotOpen) => Self::new("disk_full", "存不下：磁盘出错或没有空间。原来的都在。"),
            _ => {
                tracing::error!(cause = %e, "store");
                Self::new("server_error", "存取出错，已记在日志里。没有丢东西。")
            }
        }
    }
}

impl From<std::io::Error> for CoreError {
    fn from(e: std::io::Error) -> Self {
        if matches!(e.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded) {
            return Self::new("disk_full", "空间满了，这次没有存下。原来的都在。");
        }
        tracing::error!(cause = %e.kind(), "file");
        Self::new("invalid_args", format!("文件读写不了：{}。", e.kind()))
    }
}
