//! Who may come in. A page of another site must never reach the command list of this machine:
//! * On a loopback address the Host header must name it (a foreign name that resolves to 127.0.0.1 is DNS rebinding).
//! * A request that changes something must come from our own pages (Origin, Sec-Fetch-Site) and say that it is JSON, which no form can.
//! * On any other address everybody needs the session token, printed once where the program was started.
//!
//! There is no TLS here: on an office network whoever can read the wire can read the session. The README says so.

use crate::failure::{answer, fail};
use crate::limits::TOKEN_BYTES;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use rand::RngCore;
use shared_model::commands::Failure;
use std::net::SocketAddr;
use std::sync::Arc;

/// Scripts, styles and frames from here only; pictures and sound may be made in the page.
const POLICY: &str = "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// The rules of one address.
#[derive(Debug, Clone)]
pub struct Guard {
    port: u16,
    token: Option<String>,
    /// The `https` name under which a proxy on this machine shows it.
    public: Option<String>,
}

impl Guard {
    /// For an address: loopback by name, anything else by token.
    pub fn new(address: SocketAddr) -> Guard {
        let token = (!address.ip().is_loopback()).then(|| {
            let mut bytes = [0; TOKEN_BYTES];
            rand::rngs::OsRng.fill_bytes(&mut bytes);
            hex::encode(bytes)
        });
        Guard { port: address.port(), token, public: None }
    }

    /// Also reached under this name, through a proxy on this machine that ends TLS: `host` or `host:port`.
    pub fn behind(self, public: Option<String>) -> Guard {
        Guard { public, ..self }
    }

    /// Do browsers come by TLS?
    pub fn is_secure(&self) -> bool {
        self.public.is_some()
    }

    /// What opens the door, where there is need of it.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    fn check(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), Failure> {
        let host = headers.get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or_default();
        let is_public = self.public.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(host));
        if self.token.is_none() && !self.is_own_name(host) && !is_public {
            return Err(fail("not_allowed", "这个地址不是本机的。"));
        }
        let is_data = uri.path().contains("/api/") || uri.path().starts_with("/demo/");
        let is_change = !matches!(*method, Method::GET | Method::HEAD);
        if is_data || is_change {
            same_site(headers, host, if is_public { "https://" } else { "http://" })?;
        }
        if is_change && !is_json(headers) {
            return Err(fail("invalid_args", "请求要写明 content-type: application/json。"));
        }
        match &self.token {
            Some(token) if is_data => self.has_token(token, uri, headers),
            _ => Ok(()),
        }
    }

    fn is_own_name(&self, host: &str) -> bool {
        ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| match host.strip_prefix(name) {
            Some("") => self.port == 80,
            Some(port) => port.strip_prefix(':').and_then(|p| p.parse().ok()) == Some(self.port),
            None => false,
        })
    }

    fn has_token(&self, token: &str, uri: &Uri, headers: &HeaderMap) -> Result<(), Failure> {
        let by_header = headers.get("x-gridwalk-session").and_then(|h| h.to_str().ok());
        // An EventSource cannot send a header; only the stream of changes takes it from the address.
        let by_query =
            uri.query().filter(|_| uri.path().ends_with("/api/events")).and_then(|q| q.split('&').find_map(|p| p.strip_prefix("s=")));
        match by_header.or(by_query) {
            Some(given) if same_secret(given, token) => Ok(()),
            _ => Err(fail("no_session", "请用程序启动时给出的网址打开。")),
        }
    }
}

/// Takes the same time wherever the first difference is.
fn same_secret(given: &str, token: &str) -> bool {
    given.len() == token.len() && given.bytes().zip(token.bytes()).fold(0, |seen, (a, b)| seen | (a ^ b)) == 0
}

fn same_site(headers: &HeaderMap, host: &str, scheme: &str) -> Result<(), Failure> {
    let foreign = || fail("not_allowed", "别的网站不能用本机程序。");
    if let Some(origin) = headers.get(header::ORIGIN)
        && origin.to_str().ok().and_then(|o| o.strip_prefix(scheme)) != Some(host)
    {
        return Err(foreign());
    }
    match headers.get("sec-fetch-site").map(HeaderValue::as_bytes) {
        None | Some(b"same-origin" | b"none") => Ok(()),
        Some(_) => Err(foreign()),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|t| t.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

/// Puts the guard before all routes, and the headers of the policy on every answer.
pub fn around(routes: Router, guard: Guard) -> Router {
    routes.layer(from_fn_with_state(Arc::new(guard), pass))
}

async fn pass(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let is_data = request.uri().path().contains("/api/") || request.uri().path().starts_with("/demo/");
    let mut response = match guard.check(request.method(), request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(failure) => answer(failure),
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if is_data {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(guard: &Guard, method: &str, path: &str, headers: &[(&str, &str)]) -> Result<(), String> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(header::HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
        }
        guard.check(&method.parse().unwrap(), &path.parse().unwrap(), &map).map_err(|f| f.code)
    }

    fn own(port: u16) -> Guard {
        Guard::new(SocketAddr::from(([127, 0, 0, 1], port)))
    }

    const JSON: (&str, &str) = ("content-type", "application/json");

    #[test]
    fn only_the_machines_own_names_with_the_port_are_let_in() {
        for good in ["127.0.0.1:4180", "localhost:4180", "[::1]:4180"] {
            assert_eq!(asked(&own(4180), "GET", "/", &[("host", good)]), Ok(()), "{good}");
        }
        for bad in [
            "",
            "127.0.0.1",
            "127.0.0.1:4181",
            "evil.example:4180",
            "127.0.0.1.evil.example:4180",
            "localhost.evil:4180",
            "127.0.0.1:4180:1",
        ] {
            assert_eq!(asked(&own(4180), "GET", "/", &[("host", bad)]), Err("not_allowed".into()), "{bad}");
        }
        assert_eq!(asked(&own(80), "GET", "/", &[("host", "localhost")]), Ok(()));
    }

    #[test]
    fn a_change_must_come_from_our_own_page() {
        let host = ("host", "127.0.0.1:4180");
        let post = |more: &[(&str, &str)]| asked(&own(4180), "POST", "/api/lock", &[&[host, JSON], more].concat());
        assert_eq!(post(&[]), Ok(()));
        assert_eq!(post(&[("origin", "http://127.0.0.1:4180"), ("sec-fetch-site", "same-origin")]), Ok(()));
        for bad in ["http://evil.example", "https://127.0.0.1:4180", "http://127.0.0.1:4181", "http://localhost:4180", "null"] {
            assert_eq!(post(&[("origin", bad)]), Err("not_allowed".into()), "{bad}");
        }
        for bad in ["cross-site", "same-site"] {
            assert_eq!(post(&[("sec-fetch-site", bad)]), Err("not_allowed".into()), "{bad}");
        }
    }

    #[test]
    fn what_a_form_can_send_is_no_change() {
        let host = ("host", "127.0.0.1:4180");
        for bad in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=application/json"] {
            assert_eq!(asked(&own(4180), "POST", "/api/lock", &[host, ("content-type", bad)]), Err("invalid_args".into()), "{bad}");
        }
        assert_eq!(asked(&own(4180), "POST", "/api/lock", &[host, ("content-type", "application/json; charset=utf-8")]), Ok(()));
    }

    #[test]
    fn another_address_asks_for_the_token_and_every_start_has_its_own() {
        let guard = Guard::new(SocketAddr::from(([0, 0, 0, 0], 4180)));
        let token = guard.token().unwrap().to_owned();
        assert_eq!(token.len(), TOKEN_BYTES * 2);
        assert_ne!(Guard::new(SocketAddr::from(([0, 0, 0, 0], 4180))).token(), Some(token.as_str()));
        let host = ("host", "192.168.1.20:4180");
        let ask = |method: &str, path: &str, more: &[(&str, &str)]| asked(&guard, method, path, &[&[host, JSON], more].concat());
        assert_eq!(ask("GET", "/", &[]), Ok(()));
        assert_eq!(ask("POST", "/api/whoami", &[]), Err("no_session".into()));
        assert_eq!(ask("POST", "/api/whoami", &[("x-gridwalk-session", "wrong")]), Err("no_session".into()));
        assert_eq!(ask("POST", "/api/whoami", &[("x-gridwalk-session", &token)]), Ok(()));
        assert_eq!(ask("GET", &format!("/api/events?s={token}"), &[]), Ok(()));
        assert_eq!(ask("GET", "/api/events", &[]), Err("no_session".into()));
        assert_eq!(ask("POST", &format!("/api/whoami?s={token}"), &[]), Err("no_session".into()));
    }

    #[test]
    fn behind_a_proxy_its_name_counts_with_https_and_no_other() {
        let guard = own(4180).behind(Some("office-pc.lan".into()));
        let post = |host: &str, origin: &str| asked(&guard, "POST", "/api/lock", &[JSON, ("host", host), ("origin", origin)]);
        assert_eq!(post("office-pc.lan", "https://office-pc.lan"), Ok(()));
        assert_eq!(post("127.0.0.1:4180", "http://127.0.0.1:4180"), Ok(()));
        for (host, origin) in [
            ("office-pc.lan", "http://office-pc.lan"),
            ("office-pc.lan", "https://evil.example"),
            ("other.lan", "https://other.lan"),
            ("127.0.0.1:4180", "https://127.0.0.1:4180"),
        ] {
            assert_eq!(post(host, origin), Err("not_allowed".into()), "{host} {origin}");
        }
        assert!(guard.is_secure() && !own(4180).is_secure());
    }

    #[test]
    fn this_machine_alone_needs_no_token() {
        assert_eq!(own(4180).token(), None);
        assert_eq!(Guard::new("[::1]:4180".parse().unwrap()).token(), None);
    }
}
