//! One request: may it be asked, read its body within the limits, wait for its turn, run it on a blocking thread, count it. What is refused
//! here is answered in the same form as everything else, so that a device understands it.

use super::App;
use super::limits::{BODIES_BYTES_MAX, BODY, BODY_IDLE};
use super::listen::Peer;
use super::turns::Who;
use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use shared_model::limits::REQUEST_BYTES_MAX;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;
use sync_server::{method_name, route_name};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use uuid::Uuid;

/// Who is told to come back later, without a better guess: after so many seconds.
pub const LATER_S: u64 = 5;

/// Why a request is not run.
pub struct Refused {
    pub status: u16,
    code: &'static str,
    message: &'static str,
    retry_after_s: Option<u64>,
}

impl Refused {
    /// Too often, or too many at once.
    pub fn busy(status: u16, retry_after_s: u64) -> Self {
        Refused { status, code: "busy", message: "服务器正忙，稍后再试。写下的都在。", retry_after_s: Some(retry_after_s) }
    }

    fn too_large() -> Self {
        Refused { status: 413, code: "too_large", message: "请求太大", retry_after_s: None }
    }

    fn broken(status: u16, message: &'static str) -> Self {
        Refused { status, code: "bad_request", message, retry_after_s: None }
    }
}

/// Every route of the server but the event stream.
pub async fn answer(State(app): State<App>, Extension(peer): Extension<Peer>, request: Request<Body>) -> Response {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let (method, route) = (method_name(parts.method.as_str()), route_name(parts.uri.path()));
    let (response, in_bytes) = run(&app, &peer, parts, body).await;
    let (status, out_bytes) = (response.status().as_u16(), size_of(&response));
    let took_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    app.server.metrics().note_request(route, status, took_us, in_bytes, out_bytes);
    tracing::info!(method, route, status, in_bytes, out_bytes, took_ms = took_us / 1_000, "request");
    response
}

/// The response and how many bytes came in.
async fn run(app: &App, peer: &Peer, parts: Parts, body: Body) -> (Response, usize) {
    let (address, device) = (client(app, peer, &parts.headers), device_of(&parts.headers));
    let refused = |refused: Refused| app.refuse(&refused);
    if parts.uri.path() == "/metrics" && !address.is_loopback() {
        return (app.say(app.server.handle("GET", "/", &[], b"")), 0);
    }
    // Whether the program runs is asked often, by whoever watches it, and must be answered also when it is busy.
    let is_watching = matches!(parts.uri.path(), "/healthz" | "/readyz" | "/metrics");
    if !is_watching && let Err(seconds) = app.may_ask(address, device) {
        return (refused(Refused::busy(429, seconds)), 0);
    }
    let body = match read(body, &parts.headers, &app.bodies).await {
        Ok(body) => body,
        Err(why) => {
            app.charge(address, None);
            return (refused(why), 0);
        }
    };
    let Some(turn) = app.turn((address, device), is_watching).await else {
        return (refused(Refused::busy(429, LATER_S)), body.bytes.len());
    };
    let in_bytes = body.bytes.len();
    let server = app.server.clone();
    let ran = tokio::task::spawn_blocking(move || {
        // The turn and the memory of the body are given back when the work is done, also when the client has left.
        let (_turn, body) = (turn, body);
        server.handle_from(parts.method.as_str(), parts.uri.path(), &pairs(&parts.headers), &body.bytes)
    });
    let Ok((response, authentic)) = ran.await else {
        return (StatusCode::INTERNAL_SERVER_ERROR.into_response(), in_bytes);
    };
    if !is_watching {
        app.charge(address, authentic);
    }
    (app.say(response), in_bytes)
}

/// The headers that the server reads.
pub fn pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    headers.iter().filter_map(|(k, v)| Some((k.as_str().to_owned(), v.to_str().ok()?.to_owned()))).collect()
}

/// The device that a request names. Whether it is that device is known only once it was checked.
pub fn device_of(headers: &HeaderMap) -> Option<Uuid> {
    headers.get("x-gw-device")?.to_str().ok().and_then(|text| Uuid::parse_str(text).ok())
}

/// Where a request comes from. Only what the named proxy itself added is believed: the last address of `X-Forwarded-For`.
pub fn client(app: &App, peer: &Peer, headers: &HeaderMap) -> IpAddr {
    if app.proxy != Some(peer.0) {
        return peer.0;
    }
    let last = headers.get_all("x-forwarded-for").iter().next_back().and_then(|v| v.to_str().ok());
    let last = last.and_then(|text| text.rsplit(',').next()).map(str::trim);
    // A proxy that names nobody: everyone behind it is one. Never this machine itself, which may see more.
    last.and_then(|text| text.parse().ok()).map_or(IpAddr::from([0, 0, 0, 0]), |ip: IpAddr| ip.to_canonical())
}

/// A body and the memory it was granted.
struct Held {
    bytes: Vec<u8>,
    _memory: Vec<OwnedSemaphorePermit>,
}

async fn read(body: Body, headers: &HeaderMap, memory: &Arc<Semaphore>) -> Result<Held, Refused> {
    let said = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|text| text.parse::<u64>().ok());
    if said.is_some_and(|bytes| bytes > REQUEST_BYTES_MAX as u64) {
        return Err(Refused::too_large());
    }
    timeout(BODY, read_all(body, memory)).await.unwrap_or(Err(Refused::broken(408, "请求来得太慢")))
}

async fn read_all(mut body: Body, memory: &Arc<Semaphore>) -> Result<Held, Refused> {
    let mut held = Held { bytes: Vec::new(), _memory: Vec::new() };
    loop {
        let frame = match timeout(BODY_IDLE, body.frame()).await {
            Err(_) => return Err(Refused::broken(408, "请求来得太慢")),
            Ok(None) => return Ok(held),
            Ok(Some(Err(_))) => return Err(Refused::broken(400, "请求断了")),
            Ok(Some(Ok(frame))) => frame,
        };
        let Ok(data) = frame.into_data() else { continue };
        if held.bytes.len() + data.len() > REQUEST_BYTES_MAX {
            return Err(Refused::too_large());
        }
        let bytes = u32::try_from(data.len()).unwrap_or(u32::MAX);
        let granted = memory.clone().try_acquire_many_owned(bytes).map_err(|_| Refused::busy(503, LATER_S))?;
        held._memory.push(granted);
        held.bytes.extend_from_slice(&data);
    }
}

/// The memory of all bodies.
pub fn memory() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(BODIES_BYTES_MAX))
}

fn size_of(response: &Response) -> usize {
    let exact = axum::body::HttpBody::size_hint(response.body()).exact().unwrap_or(0);
    usize::try_from(exact).unwrap_or(usize::MAX)
}

impl App {
    /// Writes a refusal as the server writes its own.
    pub fn refuse(&self, why: &Refused) -> Response {
        if why.status == 429 {
            self.server.metrics().note_turned_away();
        }
        let mut response = self.say(self.server.refusal(why.status, why.code, why.message));
        if let Some(seconds) = why.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        // What is left of its body is not read.
        if matches!(why.status, 408 | 413) {
            response.headers_mut().insert(header::CONNECTION, header::HeaderValue::from_static("close"));
        }
        response
    }

    /// A response of the server as HTTP.
    pub fn say(&self, response: sync_server::Response) -> Response {
        let status = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut out = (status, [(header::CONTENT_TYPE, response.content_type)], Body::from(response.body)).into_response();
        for (name, value) in response.headers {
            // made by the server itself: numbers, ids and words of its own
            if let Ok(value) = header::HeaderValue::from_str(&value) {
                out.headers_mut().insert(header::HeaderName::from_static(name), value);
            }
        }
        if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::INSUFFICIENT_STORAGE) {
            out.headers_mut().insert(header::RETRY_AFTER, LATER_S.into());
        }
        out
    }

    /// Asked too often lately? Then: seconds until it may ask again. A device that was authentic lately has a bucket of its own; everyone
    /// else shares that of the address, so that nobody can empty another's by naming it.
    pub fn may_ask(&self, address: IpAddr, device: Option<Uuid>) -> Result<(), u64> {
        let rates = self.rates();
        let now = Instant::now();
        match device.filter(|device| rates.devices.knows(device)) {
            Some(device) => rates.devices.check(&device, now),
            None => rates.addresses.check(&address, now),
        }
    }

    /// Charges a request to the device that proved to be its sender, else to the address.
    pub fn charge(&self, address: IpAddr, authentic: Option<Uuid>) {
        let mut rates = self.rates();
        let now = Instant::now();
        match authentic {
            Some(device) => rates.devices.take(device, now),
            None => rates.addresses.take(address, now),
        }
    }

    async fn turn(&self, who: Who, is_watching: bool) -> Option<Option<super::turns::Turn>> {
        if is_watching { Some(None) } else { self.turns.take(who).await.map(Some) }
    }
}
