//! The front door of a node: the same paths as for one device, but each request goes to the account whose PIN was shown in that browser. A session
//! is a cookie that scripts cannot read and other sites cannot send. `POST api/node/…` signs in and out and takes an account off.

use super::files::Pages;
use super::guard::{self, Guard};
use super::{api, events};
use crate::failure::{Outcome, answer, fail};
use crate::limits::{SWEEP_EVERY, TOKEN_BYTES};
use crate::node::{Key, Node};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;
use std::sync::Arc;

#[derive(Clone)]
struct Site {
    node: Arc<Node>,
    pages: Arc<Pages>,
    is_secure: bool,
}

/// A node and its UI at the root.
pub fn site(node: Arc<Node>, pages: Pages, guard: Guard) -> Router {
    let site = Site { node, pages: Arc::new(pages), is_secure: guard.is_secure() };
    let routes = Router::new()
        .route("/api/events", get(async |State(site): State<Site>, headers: HeaderMap| site.events(&headers)))
        .route(
            "/api/node/{what}",
            post(async |State(site): State<Site>, Path(what): Path<String>, headers: HeaderMap, request: Request| {
                site.answer(api::read("node", &headers, request.into_body()).await, &headers, what, true).await
            }),
        )
        .route(
            "/api/{command}",
            post(async |State(site): State<Site>, Path(command): Path<String>, headers: HeaderMap, request: Request| {
                let args = match api::known(&command) {
                    Ok(()) => api::read(&command, &headers, request.into_body()).await,
                    Err(failure) => Err(failure),
                };
                site.answer(args, &headers, command, false).await
            }),
        )
        .fallback(async |State(site): State<Site>, request: Request| {
            site.pages.get(request.method(), request.uri().path(), "index.html").await
        })
        .with_state(site);
    guard::around(routes, guard)
}

/// Locks idle sessions, for ever.
pub async fn sweep(node: Arc<Node>) {
    loop {
        tokio::time::sleep(SWEEP_EVERY).await;
        let node = node.clone();
        let _swept = tokio::task::spawn_blocking(move || node.sweep()).await;
    }
}

/// A reply, and what becomes of the cookie.
enum Then {
    Stay(Value),
    Begin(Key, Value),
    Forget(Value),
}

impl Site {
    fn key(&self, headers: &HeaderMap) -> Option<Key> {
        let name = self.node.cookie();
        let all = headers.get_all(header::COOKIE).iter().filter_map(|h| h.to_str().ok());
        let found = all.flat_map(|h| h.split(';')).filter_map(|pair| pair.trim().split_once('=')).find(|(n, _)| *n == name)?;
        let mut key = [0; TOKEN_BYTES];
        hex::decode_to_slice(found.1, &mut key).ok()?;
        Some(key)
    }

    fn cookie(&self, value: &str, more: &str) -> HeaderValue {
        let secure = if self.is_secure { "; Secure" } else { "" };
        let text = format!("{}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{more}", self.node.cookie());
        HeaderValue::from_str(&text).expect("a cookie of hex digits and fixed words is a header")
    }

    async fn answer(&self, args: Outcome<serde_json::Map<String, Value>>, headers: &HeaderMap, what: String, of_node: bool) -> Response {
        let key = self.key(headers);
        let done = match args {
            Ok(args) if of_node => self.of_node(key, what, args).await,
            Ok(args) => self.command(key, what, Value::Object(args)).await,
            Err(failure) => Err(failure),
        };
        match done {
            Ok(Then::Stay(reply)) => Json(reply).into_response(),
            Ok(Then::Begin(key, reply)) => ([(header::SET_COOKIE, self.cookie(&hex::encode(key), ""))], Json(reply)).into_response(),
            Ok(Then::Forget(reply)) => ([(header::SET_COOKIE, self.cookie("", "; Max-Age=0"))], Json(reply)).into_response(),
            Err(failure) => answer(failure),
        }
    }

    async fn command(&self, key: Option<Key>, command: String, args: Value) -> Outcome<Then> {
        match command.as_str() {
            "whoami" => self.blocking(move |node| Ok(Then::Stay(node.whoami(key.as_ref())?))).await,
            "lock" => self.blocking(move |node| Ok(Then::Stay(node.lock(key.as_ref())?))).await,
            "unlock" => {
                let pin = args["pin"].as_str().unwrap_or_default().to_owned();
                self.blocking(move |node| Ok(Then::Stay(node.unlock(key.as_ref(), &pin)?))).await
            }
            "enrol" => self.blocking(move |node| node.enrol(key.as_ref(), args).map(|(key, who)| Then::Begin(key, who))).await,
            _ => {
                let asked = command.clone();
                let account = self.blocking(move |node| node.opened(key.as_ref(), &asked)).await?;
                account.device.ask(command, args).await.map(Then::Stay)
            }
        }
    }

    async fn of_node(&self, key: Option<Key>, what: String, args: serde_json::Map<String, Value>) -> Outcome<Then> {
        let text = |name: &str| args.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (account, pin, reason) = (text("account"), text("pin"), text("reason"));
        match what.as_str() {
            "sign_in" => {
                self.blocking(move |node| node.sign_in(key.as_ref(), &account, &pin).map(|(key, who)| Then::Begin(key, who))).await
            }
            "sign_out" => {
                self.blocking(move |node| {
                    node.sign_out(key.as_ref());
                    Ok(Then::Forget(node.whoami(None)?))
                })
                .await
            }
            "remove" => self.blocking(move |node| node.remove(key.as_ref(), &account, &reason).map(Then::Stay)).await,
            _ => Err(fail("unknown_command", "没有这个命令。")),
        }
    }

    async fn blocking<T: Send + 'static>(&self, body: impl FnOnce(&Node) -> Outcome<T> + Send + 'static) -> Outcome<T> {
        let node = self.node.clone();
        let done = tokio::task::spawn_blocking(move || body(&node)).await;
        done.unwrap_or_else(|_| Err(fail("server_error", "这一步中断了，没有写下任何东西。原来的都在。")))
    }

    fn events(&self, headers: &HeaderMap) -> Response {
        let (changes, turns) = self.node.listen(self.key(headers).as_ref());
        events::of_session(changes, turns)
    }
}
