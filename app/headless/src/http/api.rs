//! `POST api/<command>`: a JSON body in, the reply or the failure out. The engine decides everything; here are only the limits of a body
//! and the one thing that a page may not do: name a path of this machine. Paths are for the command line and the window, where the person
//! at the keyboard owns the files; a page sends bytes.

use crate::device::Device;
use crate::failure::{Outcome, answer, fail};
use crate::limits::{BODY_BYTES, FILE_BODY_BYTES};
use axum::Json;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};
use shared_model::commands::COMMANDS;
use std::sync::Arc;

/// Arguments that name a path of the machine the engine runs on.
const PATHS: &[(&str, &[&str])] = &[
    ("import_roster", &["file"]),
    ("fill_table", &["file", "out"]),
    ("import_orders", &["file"]),
    ("export_orders", &["out"]),
    ("import_xlsform", &["file"]),
    ("export_ledger", &["out"]),
    ("weekly_sheet", &["out"]),
    ("door_list", &["out"]),
    ("import_shapes", &["file"]),
    ("set_base_map", &["file"]),
    ("sync_now", &["trace"]),
];

/// Runs one command for a page.
pub async fn run(device: &Arc<Device>, command: String, headers: &HeaderMap, body: Body) -> Response {
    match run_inner(device, command, headers, body).await {
        Ok(reply) => Json(reply).into_response(),
        Err(failure) => answer(failure),
    }
}

async fn run_inner(device: &Arc<Device>, command: String, headers: &HeaderMap, body: Body) -> Outcome<Value> {
    known(&command)?;
    let args = read(&command, headers, body).await?;
    device.ask(command, Value::Object(args)).await
}

/// The arguments that a page sent, within the limits of a body and without a path.
///
/// # Errors
/// `too_large`, `bad_json`, `invalid_args`.
pub async fn read(command: &str, headers: &HeaderMap, body: Body) -> Outcome<Map<String, Value>> {
    let carries_file = matches!(command, "import_roster" | "fill_table" | "stage_media" | "import_shapes" | "set_base_map");
    let most = if carries_file { FILE_BODY_BYTES } else { BODY_BYTES };
    let said: Option<usize> = headers.get(header::CONTENT_LENGTH).and_then(|n| n.to_str().ok()).and_then(|n| n.parse().ok());
    let too_large = || fail("too_large", format!("太大了：最多 {} MB。什么都没有写。", most / 1024 / 1024));
    if said.is_some_and(|said| said > most) {
        return Err(too_large());
    }
    let bytes = to_bytes(body, most).await.map_err(|_| too_large())?;
    let args = arguments(&bytes)?;
    for path in PATHS.iter().filter(|(name, _)| *name == command).flat_map(|(_, paths)| *paths) {
        if args.get(*path).is_some_and(|v| !v.is_null()) {
            let mut failure = fail("invalid_args", "网页不能写本机的路径，请把文件内容放在 data 里。");
            failure.field = Some((*path).to_owned());
            return Err(failure);
        }
    }
    Ok(args)
}

/// A name of the list.
///
/// # Errors
/// `unknown_command`.
pub fn known(command: &str) -> Outcome<()> {
    match COMMANDS.iter().any(|c| c.name == command) {
        true => Ok(()),
        false => Err(fail("unknown_command", "没有这个命令。`gridwalk-headless commands` 列出全部。")),
    }
}

/// The arguments of a command: one JSON object; nothing at all is an empty one.
///
/// # Errors
/// `bad_json` for what is no JSON, `invalid_args` for JSON that is no object.
pub fn arguments(bytes: &[u8]) -> Outcome<Map<String, Value>> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(args)) => Ok(args),
        Ok(_) => Err(fail("invalid_args", "参数应是一个 JSON 对象，例如 {\"limit\": 10}。")),
        Err(e) => Err(fail("bad_json", format!("不是合法的 JSON：第 {} 行第 {} 列。", e.line(), e.column()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_json_and_json_that_is_no_object_are_told_apart() {
        assert!(arguments(b"").unwrap().is_empty());
        assert_eq!(arguments(br#"{"a": 1}"#).unwrap()["a"], 1);
        assert_eq!(arguments(b"[1]").unwrap_err().code, "invalid_args");
        for bad in ["{", "{'a': 1}", "{} {}", "\u{feff}{}", "{\"a\": 1e999}x"] {
            assert_eq!(arguments(bad.as_bytes()).unwrap_err().code, "bad_json", "{bad}");
        }
    }

    #[test]
    fn a_name_that_is_not_in_the_list_is_refused_before_anything_is_read() {
        assert!(known("whoami").is_ok());
        assert_eq!(known("frobnicate").unwrap_err().code, "unknown_command");
    }
}
