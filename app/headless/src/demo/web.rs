//! The demo page and its own small API beside the three devices. Relative to the page:
//! `demo/state`, `demo/events` (message `state`), `demo/offline {who, offline}`, `demo/sync {who}`, `demo/kill {who}`, `demo/step {n}`,
//! `demo/reset {}`, `demo/table` (the department's blank table, for the office's page to read); each device under `d/<who>/` with the UI's files, `api/<command>` and `api/events`.

use super::cast::{TABLE, Who};
use super::stage::Stage;
use super::{setup, steps};
use crate::failure::{Outcome, answer, fail, of_io};
use crate::http::files::Pages;
use crate::http::guard::{self, Guard};
use crate::http::{api, events};
use crate::limits::CONTROL_BODY_BYTES;
use axum::body::to_bytes;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

#[derive(Clone)]
struct Web {
    stage: Arc<Stage>,
    pages: Arc<Pages>,
}

/// All of it behind the guard.
pub fn routes(stage: Arc<Stage>, pages: Pages, guard: Guard) -> Router {
    let web = Web { stage, pages: Arc::new(pages) };
    let routes = Router::new()
        .route("/demo/state", get(state))
        .route("/demo/events", get(async |State(web): State<Web>| events::of_value("state", web.stage.states())))
        .route("/demo/table", get(table))
        .route("/demo/{control}", post(control))
        .route("/d/{who}", get(async |Path(who): Path<String>| Redirect::permanent(&format!("/d/{who}/"))))
        .route("/d/{who}/", get(async |web, Path(who): Path<String>, request| page(web, who, String::new(), request).await))
        .route("/d/{who}/{*path}", get(async |web, Path((who, path)): Path<(String, String)>, request| page(web, who, path, request).await))
        .route("/d/{who}/api/events", get(changes))
        .route("/d/{who}/api/{command}", post(command))
        .fallback(async |State(web): State<Web>, request: Request| web.pages.get(request.method(), request.uri().path(), "demo.html").await)
        .with_state(web);
    guard::around(routes, guard)
}

async fn page(State(web): State<Web>, who: String, path: String, request: Request) -> Response {
    match Who::of(&who) {
        Some(_) => web.pages.get(request.method(), &path, "index.html").await,
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn changes(State(web): State<Web>, Path(who): Path<String>) -> Response {
    match Who::of(&who) {
        Some(who) => events::of_device(&web.stage.player(who).device),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn command(State(web): State<Web>, Path((who, name)): Path<(String, String)>, headers: HeaderMap, request: Request) -> Response {
    match Who::of(&who) {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(_) if !web.stage.is_ready() => answer(fail("busy", "演示还在准备，请稍候。")),
        Some(who) => api::run(&web.stage.player(who).device, name, &headers, request.into_body()).await,
    }
}

async fn state(State(web): State<Web>) -> Response {
    match blocking(move || Ok(web.stage.publish())).await {
        Ok(text) => ([("content-type", "application/json")], text).into_response(),
        Err(failure) => answer(failure),
    }
}

/// The blank table as a file; its name is Chinese, so it is sent as RFC 6266 asks.
async fn table(State(web): State<Web>) -> Response {
    let read = || std::fs::read(web.stage.places.sample(TABLE)?).map_err(|e| of_io("示例表读不了", &e));
    match read() {
        Ok(bytes) => ([(header::CONTENT_TYPE, XLSX.to_owned()), (header::CONTENT_DISPOSITION, attachment(TABLE))], bytes).into_response(),
        Err(failure) => answer(failure),
    }
}

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

fn attachment(name: &str) -> String {
    let escaped: String = name
        .bytes()
        .map(|b| if b.is_ascii_alphanumeric() || b == b'.' { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect();
    format!("attachment; filename*=UTF-8''{escaped}")
}

#[derive(Debug, Deserialize)]
struct Offline {
    who: Who,
    offline: bool,
}

#[derive(Debug, Deserialize)]
struct Only {
    who: Who,
}

#[derive(Debug, Deserialize)]
struct Step {
    n: u32,
}

async fn control(State(web): State<Web>, Path(name): Path<String>, request: Request) -> Response {
    let Ok(body) = to_bytes(request.into_body(), CONTROL_BODY_BYTES).await else { return answer(fail("too_large", "太大了。")) };
    match blocking(move || act(&web.stage, &name, &body)).await {
        Ok(reply) => Json(reply).into_response(),
        Err(failure) => answer(failure),
    }
}

fn act(stage: &Arc<Stage>, name: &str, body: &[u8]) -> Outcome<Value> {
    let args = Value::Object(api::arguments(body)?);
    if name == "reset" {
        return setup::reset(stage).map(|()| json!({}));
    }
    if !stage.is_ready() {
        return Err(fail("busy", "演示还在准备，请稍候。"));
    }
    let _turn = stage.turn();
    let done = match name {
        "offline" => {
            let Offline { who, offline } = read(args)?;
            stage.set_offline(who, offline);
            Ok(json!({}))
        }
        "sync" => stage.ask(read::<Only>(args)?.who, "sync_now", json!({})),
        "kill" => stage.kill(read::<Only>(args)?.who).map(|()| json!({})),
        "step" => steps::tell(stage, read::<Step>(args)?.n).map(|reply| json!(reply)),
        _ => Err(fail("not_found", "没有这个按钮。")),
    };
    stage.publish();
    done
}

fn read<T: serde::de::DeserializeOwned>(args: Value) -> Outcome<T> {
    serde_json::from_value(args).map_err(|e| fail("invalid_args", e.to_string()))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Outcome<T> + Send + 'static) -> Outcome<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(fail("server_error", "演示出错，原因已记在日志里。")))
}
