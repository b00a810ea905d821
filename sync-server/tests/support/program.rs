//! The program `sync-server` on a port, and requests to it letter by letter.

use super::{Device, UNITS, read, write};
use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::Duration;

pub fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sync-server"));
    command.args(args);
    command
}

pub fn run(args: &[&str]) -> Output {
    program(args).output().unwrap()
}

pub fn error_code(out: &Output) -> String {
    assert_eq!(out.status.code(), Some(1));
    let error: serde_json::Value = serde_json::from_slice(&out.stderr).expect("one JSON on stderr");
    assert!(error["message"].is_string());
    error["code"].as_str().unwrap().to_string()
}

pub fn make(dir: &Path) -> String {
    let units = dir.join("units.csv");
    std::fs::write(&units, UNITS).unwrap();
    let data = dir.join("server").display().to_string();
    let out = run(&["init", "--data", &data, "--units", &units.display().to_string(), "--url", "http://127.0.0.1:1"]);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    data
}

pub struct Serving {
    pub child: Child,
    /// `http://` or `https://` left away.
    pub address: String,
    /// What it printed after the address.
    pub stdout: BufReader<ChildStdout>,
}

impl Serving {
    pub fn start(data: &str) -> Self {
        Self::start_with(data, &[], Stdio::null())
    }

    pub fn start_with(data: &str, more: &[&str], log: Stdio) -> Self {
        let mut command = program(&["serve", "--data", data, "--listen", "127.0.0.1:0"]);
        let mut child = command.args(more).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let address = line.trim().split_once("://").expect("the address is printed once it listens").1.to_string();
        Serving { child, address, stdout }
    }

    /// Asks it to stop, and waits: its exit code.
    pub fn stop(&mut self) -> Option<i32> {
        assert!(Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    pub fn request(&self, method: &str, path: &str, headers: &[(String, String)], body: &[u8]) -> (u16, Vec<u8>) {
        let mut stream = self.connect();
        let headers: String = headers.iter().map(|(k, v)| format!("{k}: {v}\r\n")).collect();
        write!(stream, "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n", body.len())
            .unwrap();
        stream.write_all(body).unwrap();
        let (status, _, answer) = answer(stream);
        (status, answer)
    }

    /// Opens the event stream of a device; returns once the server listens for it.
    pub fn events(&self, device: &mut Device) -> Events {
        let headers = device.headers(now_ms(), "GET", "/v1/events", b"");
        let mut stream = self.connect();
        let headers: String = headers.iter().map(|(k, v)| format!("{k}: {v}\r\n")).collect();
        write!(stream, "GET /v1/events HTTP/1.1\r\nhost: x\r\n{headers}\r\n").unwrap();
        let mut lines = BufReader::new(stream).lines();
        let first = lines.next().unwrap().unwrap();
        assert!(first.contains("200"), "{first}");
        while !lines.next().unwrap().unwrap().is_empty() {}
        Events { lines }
    }

    /// One sync of a device over HTTP.
    pub fn sync(&self, device: &mut Device) -> u16 {
        let body = write(&device.request());
        let headers = device.headers(now_ms(), "POST", "/v1/sync", &body);
        let (status, answer) = self.request("POST", "/v1/sync", &headers, &body);
        if status == 200 {
            device.apply(&read(&answer));
        }
        status
    }
}

/// An open event stream.
pub struct Events {
    lines: Lines<BufReader<TcpStream>>,
}

impl Iterator for Events {
    type Item = (String, serde_json::Value);

    /// Name and data of the next event; `None` when the server ended the stream.
    fn next(&mut self) -> Option<Self::Item> {
        let mut name = String::new();
        loop {
            let line = self.lines.next()?.expect("an event within the time of a read");
            // The last chunk of the answer.
            if line == "0" {
                return None;
            }
            if let Some(text) = line.strip_prefix("event: ") {
                name = text.into();
            }
            if let Some(text) = line.strip_prefix("data: ") {
                return Some((name, serde_json::from_str(text).unwrap()));
            }
        }
    }
}

/// Status, head in small letters and body of an answer that ends with its connection.
pub fn answer(mut stream: impl Read) -> (u16, String, Vec<u8>) {
    let mut answer = Vec::new();
    // A server that does not want the rest of a body may cut the line after its answer.
    let _ = stream.read_to_end(&mut answer);
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n").expect("a whole head");
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    (head[9..12].parse().unwrap(), head, answer[end + 4..].to_vec())
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Already gone is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn now_ms() -> i64 {
    i64::try_from(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis()).unwrap()
}
