//! Connections: accepted up to a limit, in all and per address, through TLS where there is a certificate, with a time for the head of a
//! request. When the program is asked to stop, requests under way are finished and idle connections closed.

use super::limits::{CONNECTIONS_PER_ADDRESS_MAX, HEAD, HEAD_BYTES_MAX, STOP, WRITE_IDLE};
use super::stall::Stalls;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use sync_server::Server;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

/// Pause after `accept` failed, for example without file handles.
const PAUSE: Duration = Duration::from_millis(100);

/// The address a connection came from.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// What answers, and how connections are treated.
pub struct Listening {
    pub listener: TcpListener,
    pub router: Router,
    pub server: Server,
    pub tls: Option<watch::Receiver<TlsAcceptor>>,
    /// Its connections are not counted per address: they are everybody's.
    pub proxy: Option<IpAddr>,
    /// Open connections; further ones wait in the kernel's queue.
    pub most: usize,
}

type Counts = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// A counted connection.
struct Counted {
    address: IpAddr,
    counts: Counts,
    server: Server,
    _permit: OwnedSemaphorePermit,
}

impl Counted {
    /// `None` when this address has too many.
    fn new(address: IpAddr, counts: &Counts, most: usize, server: &Server, permit: OwnedSemaphorePermit) -> Option<Self> {
        let mut all = counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = all.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        server.metrics().note_connections(1);
        Some(Counted { address, counts: counts.clone(), server: server.clone(), _permit: permit })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.server.metrics().note_connections(-1);
        let mut all = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.address);
            }
        }
    }
}

impl Listening {
    /// Accepts until `stop` says so; returns when what was under way has ended, or its time is over.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let (graceful, counts) = (GracefulShutdown::new(), Counts::default());
        let free = Arc::new(Semaphore::new(self.most));
        loop {
            let permit = free.clone().acquire_owned().await.expect("this semaphore is never closed");
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                _ = stop.wait_for(|stop| *stop) => break,
            };
            let Ok((stream, peer)) = accepted else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            let address = peer.ip().to_canonical();
            let most = if self.proxy == Some(address) { self.most } else { CONNECTIONS_PER_ADDRESS_MAX };
            let Some(counted) = Counted::new(address, &counts, most, &self.server, permit) else { continue };
            let router = self.router.clone().layer(Extension(Peer(address)));
            let tls = self.tls.as_ref().map(|tls| tls.borrow().clone());
            tokio::spawn(one(stream, tls, router, graceful.watcher(), counted));
        }
        drop(self.listener);
        if timeout(STOP, graceful.shutdown()).await.is_err() {
            tracing::warn!("requests were still running when the time to stop was over");
        }
    }
}

async fn one(stream: TcpStream, tls: Option<TlsAcceptor>, router: Router, watcher: Watcher, counted: Counted) {
    // Small answers go out at once; without this one only waits longer.
    let _ = stream.set_nodelay(true);
    let stream = Stalls::new(stream, WRITE_IDLE);
    match tls {
        None => speak(stream, router, watcher).await,
        Some(tls) => {
            if let Ok(Ok(stream)) = timeout(HEAD, tls.accept(stream)).await {
                speak(stream, router, watcher).await;
            }
        }
    }
    drop(counted);
}

async fn speak(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, router: Router, watcher: Watcher) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(HEAD_BYTES_MAX);
    let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    // A client that leaves in the middle is no news.
    let _ = watcher.watch(connection).await;
}
