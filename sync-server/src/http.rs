//! HTTP around the synchronous server: every request runs on a blocking thread; the wake-up channel is server-sent events. One `serve` a
//! data folder: it holds a lock file for as long as it runs.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use shared_model::limits::REQUEST_BYTES_MAX;
use std::convert::Infallible;
use std::fs::File;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use sync_server::{Error, Server, SystemEnv, Wake};
use tokio::sync::broadcast::{self, error::RecvError};
use tracing_subscriber::EnvFilter;

/// Wakes kept for a slow listener; one that falls further behind is told to sync anyway.
const WAKES_MAX: usize = 1024;

#[derive(Clone)]
struct App {
    server: Server,
    wakes: broadcast::Sender<Wake>,
    stop: tokio::sync::watch::Receiver<bool>,
}

/// Serves until SIGTERM or SIGINT.
pub fn serve(data: &Path, listen: SocketAddr) -> Result<(), Error> {
    start_log();
    let _lock = lock(data)?;
    let server = Server::open(data, Arc::new(SystemEnv))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run(server, listen))
}

/// The lock goes with the file handle, also when the program dies.
fn lock(data: &Path) -> Result<File, Error> {
    if !data.is_dir() {
        return Err(Error::Setup {
            code: "not_initialised", message: format!("{} 里没有服务器数据，先运行 init", data.display())
        });
    }
    let file = File::options().create(true).truncate(false).write(true).open(data.join("serve.lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            Err(Error::Setup { code: "busy", message: "这个文件夹已有服务器在运行".into() })
        }
        Err(std::fs::TryLockError::Error(e)) => Err(e.into()),
    }
}

/// JSON lines to stderr. A panic is logged by its place, never by its message, which might quote a value.
fn start_log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let started = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).try_init();
    debug_assert!(started.is_ok(), "the log is started once");
    std::panic::set_hook(Box::new(|info| {
        let at = info.location().map(|l| format!("{}:{}", l.file(), l.line())).unwrap_or_default();
        tracing::error!(at, "panic");
    }));
}

async fn run(server: Server, listen: SocketAddr) -> Result<(), Error> {
    let listener = tokio::net::TcpListener::bind(listen).await?;
    let (wakes, _) = broadcast::channel(WAKES_MAX);
    let sender = wakes.clone();
    server.on_wake(move |wake| {
        // Nobody listening is no error.
        let _ = sender.send(wake);
    });
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let app = App { server, wakes, stop: stopped };
    let router = Router::new()
        .route("/v1/events", get(events))
        .fallback(any(answer))
        .layer(DefaultBodyLimit::max(REQUEST_BYTES_MAX))
        .with_state(app);
    // Whoever started the program reads the address from here.
    let mut stdout = std::io::stdout();
    writeln!(stdout, "http://{}", listener.local_addr()?)?;
    stdout.flush()?;
    let shutdown = async move {
        asked_to_stop().await;
        tracing::info!("stopping");
        // Event streams would hold the program open.
        let _ = stop.send(true);
    };
    axum::serve(listener, router).with_graceful_shutdown(shutdown).await?;
    Ok(())
}

async fn asked_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut term) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = term.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    // Without signals the program is ended from outside; waiting for ever is right then.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    headers.iter().filter_map(|(k, v)| Some((k.as_str().to_owned(), v.to_str().ok()?.to_owned()))).collect()
}

fn http(response: sync_server::Response) -> Response {
    let status = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, response.content_type)], Body::from(response.body)).into_response()
}

async fn answer(State(app): State<App>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let answered = tokio::task::spawn_blocking(move || {
        let started = std::time::Instant::now();
        let response = app.server.handle(method.as_str(), uri.path(), &pairs(&headers), &body);
        let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(
            method = method.as_str(),
            path = uri.path(),
            status = response.status,
            in_bytes = body.len(),
            out_bytes = response.body.len(),
            took_ms,
            "request"
        );
        response
    });
    answered.await.map_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response(), http)
}

async fn events(State(app): State<App>, headers: HeaderMap) -> Response {
    let server = app.server.clone();
    let wakes = app.wakes.subscribe();
    let watch = match tokio::task::spawn_blocking(move || server.watch(&pairs(&headers))).await {
        Ok(Ok(watch)) => watch,
        Ok(Err(response)) => return http(response),
        Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    let stream = futures_util::stream::unfold((wakes, app.stop, watch), |(mut wakes, mut stop, watch)| async move {
        loop {
            let received = tokio::select! {
                received = wakes.recv() => received,
                _ = stop.changed() => return None,
            };
            let event = match received {
                Ok(wake) if watch.hears(&wake) => Event::default().event("wake").data(wake.json()),
                Ok(_) => continue,
                Err(RecvError::Lagged(_)) => Event::default().event("sync").data("{}"),
                Err(RecvError::Closed) => return None,
            };
            return Some((Ok::<_, Infallible>(event), (wakes, stop, watch)));
        }
    });
    Sse::new(stream).keep_alive(KeepAlive::default()).into_response()
}
