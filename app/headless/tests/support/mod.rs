//! A program on a port, and requests to it letter by letter: a library would set the very headers that are tested here.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// How long an answer may take; the slowest is a whole demo in a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(180);

/// The program, serving.
pub struct Program {
    pub child: Child,
    /// The address it printed.
    pub url: String,
    _stdout: BufReader<ChildStdout>,
}

impl Program {
    /// Starts it; `says` is what stands before the address on its first line.
    pub fn start(command: &mut Command, says: &str) -> Program {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix(says).unwrap_or_else(|| panic!("{line}")).to_owned();
        Program { child, url, _stdout: stdout }
    }

    pub fn port(&self) -> u16 {
        self.url.split(':').nth(2).unwrap().split('/').next().unwrap().parse().unwrap()
    }

    /// Sends a request and leaves the line open.
    pub fn open(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> TcpStream {
        let mut line = TcpStream::connect(("127.0.0.1", self.port())).unwrap();
        line.set_read_timeout(Some(PATIENCE)).unwrap();
        let own = format!("127.0.0.1:{}", self.port());
        let mut text = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
        let usual = [("host", own.as_str()), ("content-type", "application/json")];
        let unsaid = usual.iter().filter(|(name, _)| !headers.iter().any(|(given, _)| given == name));
        for (name, value) in unsaid.chain(headers) {
            text += &format!("{name}: {value}\r\n");
        }
        if method == "POST" && !headers.iter().any(|(name, _)| *name == "content-length") {
            text += &format!("content-length: {}\r\n", body.len());
        }
        line.write_all(format!("{text}\r\n{body}").as_bytes()).unwrap();
        line
    }

    /// Status, head in small letters, and body.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, String, Vec<u8>) {
        let mut bytes = Vec::new();
        self.open(method, path, headers, body).read_to_end(&mut bytes).unwrap();
        let at = bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
        let head = String::from_utf8_lossy(&bytes[..at]).to_lowercase();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), head, bytes[at + 4..].to_vec())
    }

    /// Posts JSON, reads JSON.
    #[allow(dead_code)] // the tests of a node send cookies
    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
        let (status, _, body) = self.ask("POST", path, headers, body);
        (status, serde_json::from_slice(&body).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&body))))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // By the polite way first: the demo ends its own child.
        let _ended = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).stderr(Stdio::null()).status();
        let _status = self.child.wait();
    }
}
