//! Clock, randomness and network are passed in, so that a simulation can be the world.

/// Time and randomness.
pub trait Env: Send + Sync {
    /// Unix milliseconds by this device's own clock.
    fn now_ms(&self) -> i64;
    /// Fills with random bytes.
    fn fill_random(&self, bytes: &mut [u8]);
    /// Called before every commit of the store. A simulation takes here what lies on the disk: the power may go at any moment.
    fn before_commit(&self) {}
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
}

/// One request and its reply. `Err` means that no reply came, whatever the server did.
pub trait Transport: Send + Sync {
    /// Sends a POST.
    ///
    /// # Errors
    /// `()` when there was no answer: the request may or may not have arrived.
    #[allow(clippy::result_unit_err)]
    fn post(&self, url: &str, path: &str, headers: &[(String, String)], body: &[u8]) -> Result<NetReply, ()>;
}

/// HTTP by reqwest.
pub struct HttpTransport {
    client: reqwest::blocking::Client,
}

impl HttpTransport {
    /// A client with timeouts; redirects are not followed.
    pub fn new() -> Self {
        let client = reqwest::blocking::Client::builder()
            .connect_timeout(std::time::Duration::from_secs(5))
            .timeout(std::time::Duration::from_secs(60))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("a client with these constant settings can be built");
        HttpTransport { client }
    }
}

impl Default for HttpTransport {
    fn default() -> Self {
        Self::new()
    }
}

impl Transport for HttpTransport {
    fn post(&self, url: &str, path: &str, headers: &[(String, String)], body: &[u8]) -> Result<NetReply, ()> {
        let mut req = self
            .client
            .post(format!("{}{path}", url.trim_end_matches('/')))
            .header("content-type", "application/x-gridwalk")
            .body(body.to_vec());
        for (k, v) in headers {
            req = req.header(k, v);
        }
        let reply = req.send().map_err(|_| ())?;
        let status = reply.status().as_u16();
        let body = reply.bytes().map_err(|_| ())?.to_vec();
        Ok(NetReply { status, body })
    }
}
