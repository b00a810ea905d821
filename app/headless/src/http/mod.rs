//! The HTTP front door: the UI's files, `POST api/<command>`, `GET api/events`. Loopback unless asked otherwise.
//! What lives here: how the parts are put together. `guard` says who may come in, `api` runs commands, `events` tells of changes, `files`
//! serves the built UI.

pub mod api;
pub mod events;
pub mod files;
pub mod guard;
pub mod node;

use crate::device::Device;
use crate::failure::{Outcome, of_io};
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::routing::{get, post};
use files::Pages;
use guard::Guard;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

#[derive(Clone)]
struct Site {
    device: Arc<Device>,
    pages: Arc<Pages>,
}

/// One device and its UI at the root.
pub fn site(device: Arc<Device>, pages: Pages, guard: Guard) -> Router {
    let site = Site { device, pages: Arc::new(pages) };
    let routes = Router::new()
        .route("/api/events", get(async |State(site): State<Site>| events::of_device(&site.device)))
        .route(
            "/api/{command}",
            post(async |State(site): State<Site>, Path(command): Path<String>, headers: HeaderMap, request: Request| {
                api::run(&site.device, command, &headers, request.into_body()).await
            }),
        )
        .fallback(async |State(site): State<Site>, request: Request| {
            site.pages.get(request.method(), request.uri().path(), "index.html").await
        })
        .with_state(site);
    guard::around(routes, guard)
}

/// Listens, so that the port is known before anything is served.
///
/// # Errors
/// `server_error` when the address cannot be had.
pub async fn listen(address: SocketAddr) -> Outcome<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address).await.map_err(|e| of_io("这个地址用不了", &e))?;
    let address = listener.local_addr().map_err(|e| of_io("这个地址用不了", &e))?;
    Ok((listener, address))
}

/// Serves until the program is asked to stop. Open event streams are cut; commands under way end first, with the runtime.
///
/// # Errors
/// `server_error` when the listener fails.
pub async fn serve(listener: TcpListener, routes: Router) -> Outcome<()> {
    tokio::select! {
        // first of all it listens for the signals: whoever was answered once may ask it to stop
        biased;
        () = stop_wanted() => Ok(()),
        ended = async { axum::serve(listener, routes).await } => ended.map_err(|e| of_io("网页服务停了", &e)),
    }
}

/// Ctrl-C, or what `kill` and a closed terminal send.
async fn stop_wanted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (term, hup) = (signal(SignalKind::terminate()), signal(SignalKind::hangup()));
        if let (Ok(mut term), Ok(mut hup)) = (term, hup) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = term.recv() => {}
                _ = hup.recv() => {}
            }
            return;
        }
    }
    let _no_signals_here = tokio::signal::ctrl_c().await;
}
