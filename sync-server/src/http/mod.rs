//! HTTP around the synchronous server. `listen.rs`: connections, TLS, stopping. `answer.rs`: one request. `events.rs`: the wake-up channel.
//! `rate.rs` and `turns.rs`: how often someone may ask and whose turn it is. One `serve` a data folder: it holds a lock file for as long as
//! it runs.

mod answer;
mod events;
mod limits;
mod listen;
pub mod log;
mod rate;
mod stall;
mod tls;
mod turns;

use axum::Router;
use axum::routing::{any, get};
use limits::{ADDRESS_RATE, DEVICE_RATE, LOOK, LOOKING_MAX, STREAMS_MAX, WAKES_MAX, WATCHERS_MAX};
use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use sync_server::{Error, Server, SystemEnv, Wake, lock_folder};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, broadcast, watch};
use uuid::Uuid;

/// How to serve.
pub struct Options {
    pub listen: SocketAddr,
    /// Certificate chain and key, PEM.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Address of the proxy before this program; it says who asks.
    pub proxy: Option<IpAddr>,
    /// Requests and answers may cross a network in clear.
    pub allows_plain: bool,
    /// Here `/metrics` answers to everyone who reaches it.
    pub metrics: Option<SocketAddr>,
    pub log: log::Form,
    /// The database grows no further than this.
    pub max_db_mb: Option<u32>,
    /// Folder of daily backups.
    pub backups: Option<PathBuf>,
    /// Folder of the second copy of the ledger; absent: as it is set.
    pub ledger_copy: Option<PathBuf>,
}

/// Who may ask how often.
struct Rates {
    devices: rate::Buckets<Uuid>,
    addresses: rate::Buckets<IpAddr>,
}

/// What every request can reach.
#[derive(Clone)]
struct App {
    server: Server,
    proxy: Option<IpAddr>,
    rates: Arc<Mutex<Rates>>,
    turns: Arc<turns::Turns>,
    bodies: Arc<Semaphore>,
    streams: Arc<Mutex<events::Streams>>,
    streams_max: usize,
    /// Streams that look something up at the same time: a thousand at once would be a thousand connections to the database.
    looking: Arc<Semaphore>,
    wakes: broadcast::Sender<Wake>,
    looks: watch::Receiver<i64>,
    stop: watch::Receiver<bool>,
}

impl App {
    fn rates(&self) -> MutexGuard<'_, Rates> {
        self.rates.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn streams(&self) -> MutexGuard<'_, events::Streams> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Serves until SIGTERM or SIGINT.
pub fn serve(data: &Path, options: Options) -> Result<(), Error> {
    log::start(options.log);
    if options.tls.is_none() && options.proxy.is_none() && !options.allows_plain && !options.listen.ip().is_loopback() {
        let message = "这个地址别的机器也能连，内容却没有加密。请加 --tls-cert 和 --tls-key，或者放在代理后面（--behind-proxy）".into();
        return Err(Error::Setup { code: "no_tls", message });
    }
    let tls = options.tls.as_ref().map(|(cert, key)| tls::Renewing::new(cert, key)).transpose()?;
    let _lock = lock_folder(data)?;
    let server = Server::open(data, Arc::new(SystemEnv))?;
    if options.ledger_copy.is_some() {
        server.set_ledger_copy(options.ledger_copy.as_deref())?;
    }
    server.limit_database(options.max_db_mb.map(|mb| u64::from(mb) * 1024 * 1024))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run(server.clone(), &options, tls))?;
    server.seal_audit()?;
    // Every request has ended. The database is one file again, as whoever copies the folder expects it.
    server.checkpoint()?;
    tracing::info!("stopped");
    Ok(())
}

async fn run(server: Server, options: &Options, tls: Option<tls::Renewing>) -> Result<(), Error> {
    let listener = TcpListener::bind(options.listen).await?;
    let (wakes, _) = broadcast::channel(WAKES_MAX);
    let sender = wakes.clone();
    server.on_wake(move |wake| {
        // Nobody listening is no error.
        let _ = sender.send(wake);
    });
    let (look, looks) = watch::channel(0);
    let (stop, stopped) = watch::channel(false);
    let most = limits::connections();
    tracing::info!(most, "connections at most");
    let processors = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let app = App {
        server: server.clone(),
        proxy: options.proxy,
        rates: Arc::new(Mutex::new(Rates { devices: rate::Buckets::new(DEVICE_RATE), addresses: rate::Buckets::new(ADDRESS_RATE) })),
        turns: Arc::new(turns::Turns::new(processors.max(2) * 2)),
        bodies: answer::memory(),
        streams: Arc::default(),
        streams_max: STREAMS_MAX.min(most / 2),
        looking: Arc::new(Semaphore::new(LOOKING_MAX)),
        wakes,
        looks,
        stop: stopped.clone(),
    };
    let backing_up = options.backups.clone().map(|folder| tokio::spawn(back_up_daily(server.clone(), folder)));
    let compacting = tokio::spawn(compact_daily(server.clone()));
    let looking = tokio::spawn(events::look_for_others(server.clone(), look, LOOK));
    let scheme = if tls.is_some() { "https" } else { "http" };
    // Whoever started the program reads the addresses from here.
    let mut said = format!("{scheme}://{}\n", listener.local_addr()?);
    let metrics = match options.metrics {
        Some(address) => {
            let listener = TcpListener::bind(address).await?;
            said += &format!("metrics http://{}\n", listener.local_addr()?);
            let router = Router::new().fallback(any(watched)).with_state(app.clone());
            let listening = listen::Listening { listener, router, server: server.clone(), tls: None, proxy: None, most: WATCHERS_MAX };
            Some(tokio::spawn(listening.run(stopped.clone())))
        }
        None => None,
    };
    let certificate = tls.as_ref().map(tls::Renewing::current);
    let renewing = tls.map(|tls| tokio::spawn(tls.run()));
    let mut stdout = std::io::stdout();
    let asked = asked_to_stop();
    stdout.write_all(said.as_bytes())?;
    stdout.flush()?;
    tokio::spawn(async move {
        asked.await;
        tracing::info!("stopping");
        // Event streams would hold the program open: they end first.
        let _ = stop.send(true);
    });
    let router = Router::new().route("/v1/events", get(events::events)).fallback(any(answer::answer)).with_state(app);
    listen::Listening { listener, router, server, tls: certificate, proxy: options.proxy, most }.run(stopped).await;
    if let Some(metrics) = metrics {
        // It stops by the same signal.
        let _ = metrics.await;
    }
    if let Some(renewing) = renewing {
        renewing.abort();
    }
    looking.abort();
    compacting.abort();
    if let Some(backing_up) = backing_up {
        backing_up.abort();
    }
    Ok(())
}

/// The listener for whoever watches the program: nothing but its state.
async fn watched(
    axum::extract::State(app): axum::extract::State<App>,
    request: axum::http::Request<axum::body::Body>,
) -> axum::response::Response {
    let path = match request.uri().path() {
        path @ ("/healthz" | "/readyz" | "/metrics") => path.to_owned(),
        _ => "/".to_owned(),
    };
    let server = app.server.clone();
    let ran = tokio::task::spawn_blocking(move || server.handle("GET", &path, &[], b"")).await;
    ran.map_or_else(|_| axum::response::IntoResponse::into_response(axum::http::StatusCode::INTERNAL_SERVER_ERROR), |r| app.say(r))
}

/// Once a day. A backup that fails is an alarm in the log and is tried again an hour later; the server goes on.
async fn back_up_daily(server: Server, folder: PathBuf) {
    let mut hours = tokio::time::interval(std::time::Duration::from_secs(3600));
    loop {
        hours.tick().await;
        let (server, folder) = (server.clone(), folder.clone());
        let made =
            tokio::task::spawn_blocking(move || if server.is_backup_due()? { server.backup(Some(&folder)).map(|_| ()) } else { Ok(()) });
        match made.await {
            Ok(Ok(())) => {}
            Ok(Err(e)) => tracing::error!(code = e.code(), cause = %e, "no backup could be made"),
            Err(_) => tracing::error!("making a backup panicked"),
        }
    }
}

/// Once a day, looked at every hour; then, too, it is written down how far the audit chain goes.
async fn compact_daily(server: Server) {
    let mut hours = tokio::time::interval(std::time::Duration::from_secs(3600));
    loop {
        hours.tick().await;
        let server = server.clone();
        let done = tokio::task::spawn_blocking(move || {
            server.seal_audit()?;
            server.collect_media()?;
            if server.is_compaction_due()? { server.compact(shared_model::limits::LOG_KEPT_MS).map(|_| ()) } else { Ok(()) }
        });
        match done.await {
            Ok(Ok(())) => {}
            Ok(Err(e)) => tracing::error!(code = e.code(), cause = %e, "the logs could not be compacted"),
            Err(_) => tracing::error!("compacting the logs panicked"),
        }
    }
}

/// Ends when the program is asked to stop. It listens from the moment of this call: whoever reads the address may ask at once.
fn asked_to_stop() -> impl Future<Output = ()> + Send {
    #[cfg(unix)]
    let signals = {
        use tokio::signal::unix::{SignalKind, signal};
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    };
    async move {
        #[cfg(unix)]
        if let (Ok(mut term), Ok(mut interrupt)) = signals {
            tokio::select! {
                _ = term.recv() => {}
                _ = interrupt.recv() => {}
            }
            return;
        }
        // Without signals the program is ended from outside; waiting for ever is right then.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
