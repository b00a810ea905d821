//! How a failure leaves this program: the engine's own `Failure`, or one made here for what never reached the engine
//! (bad flags, malformed JSON, a request from a foreign page). Codes are stable; messages are for people.

use app_core::CoreError;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use shared_model::commands::Failure;

/// Result of everything in this crate.
pub type Outcome<T> = Result<T, Failure>;

/// A code with its sentence.
pub fn fail(code: &str, message: impl Into<String>) -> Failure {
    Failure { code: code.into(), message: message.into(), row: None, field: None }
}

/// The engine's failure as it leaves the program.
pub fn of_core(error: CoreError) -> Failure {
    error.failure()
}

/// A fault of this machine: a file, a port, a child program. The kind only: paths may name people.
pub fn of_io(what: &str, error: &std::io::Error) -> Failure {
    let code = match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => "disk_full",
        std::io::ErrorKind::NotFound => "not_found",
        _ => "server_error",
    };
    fail(code, format!("{what}：{}。", error.kind()))
}

/// The HTTP status of a code. What is the file's fault is 422, so that a client can tell it from ours.
pub fn status(code: &str) -> StatusCode {
    match code {
        "locked" => StatusCode::LOCKED,
        "no_session" => StatusCode::UNAUTHORIZED,
        "not_allowed" | "revoked" | "unconfirmed" | "cloned" | "lease_over" | "invite_expired" | "invite_used" | "invite_unknown" => {
            StatusCode::FORBIDDEN
        }
        "not_found" | "unknown_command" => StatusCode::NOT_FOUND,
        "invalid_args" | "bad_json" => StatusCode::BAD_REQUEST,
        "unsent" => StatusCode::CONFLICT,
        "too_large" => StatusCode::PAYLOAD_TOO_LARGE,
        "not_a_roster" | "bad_file" | "empty_sheet" | "bad_encoding" | "zip_bomb" | "bad_change" => StatusCode::UNPROCESSABLE_ENTITY,
        "offline" | "busy" => StatusCode::SERVICE_UNAVAILABLE,
        "disk_full" => StatusCode::INSUFFICIENT_STORAGE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// A failure as a response.
pub fn answer(failure: Failure) -> Response {
    (status(&failure.code), Json(failure)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_the_status_that_the_contract_names() {
        let named = [
            ("locked", 423),
            ("not_allowed", 403),
            ("not_found", 404),
            ("unknown_command", 404),
            ("invalid_args", 400),
            ("bad_json", 400),
            ("offline", 503),
            ("server_error", 500),
            ("something_new", 500),
        ];
        for (code, number) in named {
            assert_eq!(status(code).as_u16(), number, "{code}");
        }
    }
}
