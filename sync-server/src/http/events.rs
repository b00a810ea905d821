//! `GET /v1/events`: server-sent events for one device, signed like every request. `wake` {unit, class, head} for a partition it holds, `sync`
//! when it should ask anyway (it fell behind, may hold other units now, or an office has a device or a
//! refused command to look at). Before anything is told, what the device may hold is looked up
//! again: a device that was ended hears nothing more, its stream ends.

use super::App;
use super::answer::{Refused, client, device_of, pairs};
use super::limits::{GATHER, HEARTBEAT, STREAMS_PER_DEVICE_MAX};
use super::listen::Peer;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use sync_server::{Server, Wake, Watch};
use tokio::sync::broadcast::{self, error::RecvError, error::TryRecvError};
use tokio::sync::{Notify, watch};
use uuid::Uuid;

/// A device that gets no stream looks again after so many seconds.
const NO_STREAM_S: u64 = 300;

/// Open streams.
#[derive(Default)]
pub struct Streams {
    of: HashMap<Uuid, VecDeque<(u64, Arc<Notify>)>>,
    count: usize,
    next: u64,
}

/// A place among the open streams.
struct Place {
    device: Uuid,
    number: u64,
    ended: Arc<Notify>,
    app: App,
}

impl Place {
    /// `None` when there is no room. The oldest stream of a device that has too many ends.
    fn new(app: &App, device: Uuid) -> Option<Place> {
        let mut streams = app.streams();
        if streams.count >= app.streams_max {
            return None;
        }
        let (number, ended) = (streams.next, Arc::new(Notify::new()));
        streams.next += 1;
        streams.count += 1;
        let own = streams.of.entry(device).or_default();
        own.push_back((number, ended.clone()));
        if own.len() > STREAMS_PER_DEVICE_MAX
            && let Some((_, oldest)) = own.pop_front()
        {
            oldest.notify_one();
        }
        app.server.metrics().note_streams(1);
        Some(Place { device, number, ended, app: app.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut streams = self.app.streams();
        streams.count -= 1;
        if let Some(own) = streams.of.get_mut(&self.device) {
            own.retain(|(number, _)| *number != self.number);
            if own.is_empty() {
                streams.of.remove(&self.device);
            }
        }
        drop(streams);
        self.app.server.metrics().note_streams(-1);
    }
}

/// One open stream.
struct Stream {
    wakes: broadcast::Receiver<Wake>,
    /// Somebody else wrote: what the device may hold is looked up again.
    looks: watch::Receiver<i64>,
    stop: watch::Receiver<bool>,
    watch: Watch,
    ready: VecDeque<Event>,
    place: Place,
}

/// Opens a stream.
pub async fn events(State(app): State<App>, Extension(peer): Extension<Peer>, headers: HeaderMap) -> Response {
    let (address, device) = (client(&app, &peer, &headers), device_of(&headers));
    if let Err(seconds) = app.may_ask(address, device) {
        return app.refuse(&Refused::busy(429, seconds));
    }
    // Listening begins before the grants are read, so that nothing falls between the two.
    let (wakes, mut looks, stop) = (app.wakes.subscribe(), app.looks.clone(), app.stop.clone());
    looks.mark_unchanged();
    let server = app.server.clone();
    let watch = match app.look_up(move || server.watch(&pairs(&headers))).await {
        Some(Ok(watch)) => watch,
        Some(Err(response)) => {
            app.charge(address, None);
            return app.say(response);
        }
        None => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    app.charge(address, Some(watch.device()));
    let place = Place::new(&app, watch.device()).filter(|_| !*app.stop.borrow());
    let Some(place) = place else { return app.refuse(&Refused::busy(503, NO_STREAM_S)) };
    app.server.metrics().note_request("/v1/events", 200, 0, 0, 0);
    let stream = Stream { wakes, looks, stop, watch, ready: VecDeque::new(), place };
    let events = futures_util::stream::unfold(stream, |mut stream| async move {
        let event = stream.next().await?;
        Some((Ok::<_, Infallible>(event), stream))
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response()
}

impl App {
    /// Runs on a blocking thread, a few at a time. `None` when it could not.
    async fn look_up<T: Send + 'static>(&self, body: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let turn = self.looking.clone().acquire_owned().await.ok()?;
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            body()
        });
        done.await.ok()
    }
}

fn sync() -> Event {
    Event::default().event("sync").data("{}")
}

impl Stream {
    /// The next event; `None` ends the stream.
    async fn next(&mut self) -> Option<Event> {
        while self.ready.is_empty() {
            tokio::select! {
                _ = self.stop.changed() => return None,
                () = self.place.ended.notified() => return None,
                changed = self.looks.changed() => {
                    changed.ok()?;
                    self.look().await?;
                }
                wake = self.wakes.recv() => match wake {
                    Ok(wake) if self.watch.hears(&wake) => self.gather(wake).await?,
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => self.ready.push_back(sync()),
                    Err(RecvError::Closed) => return None,
                },
            }
        }
        self.ready.pop_front()
    }

    /// Waits a moment for what comes with this wake, and tells of what the device may still hold.
    async fn gather(&mut self, first: Wake) -> Option<()> {
        tokio::time::sleep(GATHER).await;
        let mut heads = BTreeMap::from([((first.unit, first.class), first)]);
        loop {
            match self.wakes.try_recv() {
                Ok(wake) => drop(heads.insert((wake.unit, wake.class), wake)),
                Err(TryRecvError::Lagged(_)) => self.ready.push_back(sync()),
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        self.look().await?;
        let told = heads.into_values().filter(|wake| self.watch.hears(wake));
        self.ready.extend(told.map(|wake| Event::default().event("wake").data(wake.json())));
        Some(())
    }

    /// What may the device hold now? `None` when it is no longer a device here.
    async fn look(&mut self) -> Option<()> {
        let (server, watch) = (self.place.app.server.clone(), self.watch.clone());
        match self.place.app.look_up(move || server.watch_again(&watch)).await {
            Some(Ok(Some(fresh))) => {
                if fresh.has_news_since(&self.watch) {
                    self.ready.push_back(sync());
                }
                self.watch = fresh;
                Some(())
            }
            // A database that does not answer: the device comes again.
            Some(Ok(None) | Err(_)) | None => None,
        }
    }
}

/// Looks every so often whether the database was written, by this program or another, or a term began or ended, and says so to all streams.
pub async fn look_for_others(server: Server, looks: watch::Sender<i64>, every: std::time::Duration) {
    let watcher = server.clone();
    let Ok(Ok(observer)) = tokio::task::spawn_blocking(move || watcher.observer()).await else {
        tracing::error!("streams will not notice what other programs write");
        return;
    };
    let observer = Arc::new(Mutex::new(observer));
    loop {
        tokio::time::sleep(every).await;
        let (observer, server) = (observer.clone(), server.clone());
        let version = tokio::task::spawn_blocking(move || {
            if let Err(cause) = server.settle_terms() {
                tracing::error!(%cause, "terms that began or ended are not noted");
            }
            observer.lock().unwrap_or_else(PoisonError::into_inner).version()
        });
        let version = version.await;
        if let Ok(Ok(version)) = version {
            looks.send_if_modified(|last| std::mem::replace(last, version) != version);
        }
    }
}
