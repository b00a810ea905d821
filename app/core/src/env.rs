//! Clock, randomness and network are passed in, so that a simulation can be the world.

use reqwest::blocking::{Client, RequestBuilder, Response};
use std::io::{BufRead, BufReader, Read};
use std::time::Duration;

/// Time and randomness.
pub trait Env: Send + Sync {
    /// Unix milliseconds by this device's own clock.
    fn now_ms(&self) -> i64;
    /// Fills with random bytes.
    fn fill_random(&self, bytes: &mut [u8]);
    /// Called before every commit of the store. A simulation takes here what lies on the disk: the power may go at any moment.
    fn before_commit(&self) {}
    /// Version of the app that runs.
    fn version(&self) -> String {
        env!("CARGO_PKG_VERSION").into()
    }
}

/// The machine's.
pub struct SystemEnv;

impl Env for SystemEnv {
    fn now_ms(&self) -> i64 {
        chrono::Utc::now().timestamp_millis()
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        rand::RngCore::fill_bytes(&mut rand::rngs::OsRng, bytes);
    }
}

/// A reply of the server.
pub struct NetReply {
    pub status: u16,
    pub body: Vec<u8>,
    /// `Retry-After`: the server asks to be left alone for so many seconds.
    pub retry_after_s: Option<u64>,
    /// Headers that say how far an upload came, names in lower case.
    pub headers: Vec<(String, String)>,
}

impl NetReply {
    /// A header by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// What an event stream tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// It is open.
    Open,
    /// It is still open.
    Beat,
    /// An event.
    Event { name: String, data: String },
}

/// How an event stream ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WatchEnd {
    /// Nobody answered.
    NoAnswer,
    /// The server said no.
    Refused { status: u16, retry_after_s: Option<u64> },
    /// It was open and ended, by either side.
    Ended,
    /// This network has no streams.
    Unknown,
}

/// One request and its reply. `Err` means that no reply came, whatever the server did.
pub trait Transport: Send + Sync {
    /// Sends a POST.
    ///
    /// # Errors
    /// `()` when there was no answer: the request may or may not have arrived.
    #[allow(clippy::result_unit_err)]
    fn post(&self, url: &str, path: &str, headers: &[(String, String)], body: &[u8]) -> Result<NetReply, ()>;

    /// Sends a request of another kind: what brings and fetches photos and recordings. A network that only knows POST gives no answer.
    ///
    /// # Errors
    /// As [`Transport::post`].
    #[allow(clippy::result_unit_err)]
    fn send(&self, _method: &str, _url: &str, _path: &str, _headers: &[(String, String)], _body: &[u8]) -> Result<NetReply, ()> {
        Err(())
    }

    /// Opens an event stream and hands on what it tells, until it ends or `heard` says `false`. Blocks as long. A network that has no
    /// streams says so; then a device asks now and then.
    fn watch(&self, _url: &str, _path: &str, _headers: &[(String, String)], _heard: &mut dyn FnMut(Told) -> bool) -> WatchEnd {
        WatchEnd::Unknown
    }
}

/// An idle connection is let go before the server (ten seconds) does it, so that no request runs into its end.
const IDLE: Duration = Duration::from_secs(5);
/// A stream is silent for at most twenty seconds; after this it is dead.
const STREAM_SILENCE: Duration = Duration::from_secs(50);
/// Longest line of a stream, bytes; a wake-up has about a hundred.
const LINE_BYTES_MAX: usize = 16 * 1024;

/// HTTP by reqwest.
pub struct HttpTransport {
    client: Client,
    /// Each read has its own time: a stream as a whole has none.
    streams: Client,
}

impl HttpTransport {
    /// A client with timeouts; redirects are not followed.
    pub fn new() -> Self {
        let client = |most: Duration| {
            Client::builder()
                .connect_timeout(Duration::from_secs(5))
                .timeout(most)
                .pool_idle_timeout(IDLE)
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
                .build()
                .expect("a client with these constant settings can be built")
        };
        HttpTransport { client: client(Duration::from_secs(60)), streams: client(STREAM_SILENCE) }
    }
}

impl Default for HttpTransport {
    fn default() -> Self {
        Self::new()
    }
}

fn retry_after_s(reply: &Response) -> Option<u64> {
    reply.headers().get("retry-after")?.to_str().ok()?.trim().parse().ok()
}

/// Headers of an answer that anybody here reads.
const READ_HEADERS: [&str; 2] = ["location", "upload-offset"];

fn whole(reply: Response) -> Result<NetReply, ()> {
    let (status, retry_after_s) = (reply.status().as_u16(), retry_after_s(&reply));
    let text = |name: &str| Some((name.to_string(), reply.headers().get(name)?.to_str().ok()?.to_string()));
    let headers = READ_HEADERS.into_iter().filter_map(text).collect();
    let body = reply.bytes().map_err(|_| ())?.to_vec();
    Ok(NetReply { status, body, retry_after_s, headers })
}

fn with_headers(mut request: RequestBuilder, headers: &[(String, String)]) -> RequestBuilder {
    for (k, v) in headers {
        request = request.header(k, v);
    }
    request
}

fn address(url: &str, path: &str) -> String {
    format!("{}{path}", url.trim_end_matches('/'))
}

impl Transport for HttpTransport {
    fn post(&self, url: &str, path: &str, headers: &[(String, String)], body: &[u8]) -> Result<NetReply, ()> {
        let request = self.client.post(address(url, path)).header("content-type", "application/x-gridwalk").body(body.to_vec());
        whole(with_headers(request, headers).send().map_err(|_| ())?)
    }

    fn send(&self, method: &str, url: &str, path: &str, headers: &[(String, String)], body: &[u8]) -> Result<NetReply, ()> {
        let method = reqwest::Method::from_bytes(method.as_bytes()).map_err(|_| ())?;
        let request = self.client.request(method, address(url, path)).body(body.to_vec());
        whole(with_headers(request, headers).send().map_err(|_| ())?)
    }

    fn watch(&self, url: &str, path: &str, headers: &[(String, String)], heard: &mut dyn FnMut(Told) -> bool) -> WatchEnd {
        let request = self.streams.get(address(url, path)).header("accept", "text/event-stream");
        let Ok(reply) = with_headers(request, headers).send() else { return WatchEnd::NoAnswer };
        if reply.status() != 200 {
            return WatchEnd::Refused { status: reply.status().as_u16(), retry_after_s: retry_after_s(&reply) };
        }
        if heard(Told::Open) {
            read_events(reply, heard);
        }
        WatchEnd::Ended
    }
}

/// Server-sent events, as far as they are used here: `event:`, `data:` on one line, comments, and an empty line that ends an event.
fn read_events(stream: impl Read, heard: &mut dyn FnMut(Told) -> bool) {
    let mut stream = BufReader::new(stream);
    let (mut name, mut data) = (String::new(), String::new());
    loop {
        let mut line = Vec::new();
        let read = stream.by_ref().take(LINE_BYTES_MAX as u64).read_until(b'\n', &mut line);
        if !read.is_ok_and(|n| n > 0) || line.last() != Some(&b'\n') {
            return;
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end_matches(['\n', '\r']);
        let told = match line.split_once(':') {
            Some(("", _)) => Told::Beat,
            Some(("event", text)) => {
                text.strip_prefix(' ').unwrap_or(text).clone_into(&mut name);
                continue;
            }
            Some(("data", text)) => {
                text.strip_prefix(' ').unwrap_or(text).clone_into(&mut data);
                continue;
            }
            None if line.is_empty() && !data.is_empty() => Told::Event { name: std::mem::take(&mut name), data: std::mem::take(&mut data) },
            _ => continue,
        };
        if !heard(told) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::net::TcpListener;

    /// A server that says one thing and closes.
    fn saying(answer: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while !lines.next().unwrap().unwrap().is_empty() {}
            stream.write_all(answer.as_bytes()).unwrap();
        });
        url
    }

    #[test]
    fn a_stream_is_read_event_by_event() {
        let url = saying(
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n:\n\nevent: wake\ndata: {\"head\":1}\n\nid: 7\ndata:x\n\nevent: cut",
        );
        let mut told = Vec::new();
        let end = HttpTransport::new().watch(&url, "/v1/events", &[], &mut |t| {
            told.push(t);
            true
        });
        let event = |name: &str, data: &str| Told::Event { name: name.into(), data: data.into() };
        assert_eq!(told, [Told::Open, Told::Beat, event("wake", "{\"head\":1}"), event("", "x")]);
        assert_eq!(end, WatchEnd::Ended);
    }

    #[test]
    fn a_line_without_end_ends_the_stream() {
        let mut told = 0;
        read_events(std::io::repeat(b'x'), &mut |_| {
            told += 1;
            true
        });
        assert_eq!(told, 0);
    }

    #[test]
    fn what_the_server_asks_for_is_heard() {
        let busy = "HTTP/1.1 503 busy\r\nretry-after: 7\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        let reply = HttpTransport::new().post(&saying(busy), "/v1/sync", &[], b"").unwrap();
        assert_eq!((reply.status, reply.retry_after_s), (503, Some(7)));
        let end = HttpTransport::new().watch(&saying(busy), "/v1/events", &[], &mut |_| true);
        assert_eq!(end, WatchEnd::Refused { status: 503, retry_after_s: Some(7) });
        assert_eq!(HttpTransport::new().watch("http://127.0.0.1:1", "/", &[], &mut |_| true), WatchEnd::NoAnswer);
    }
}
