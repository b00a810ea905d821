//! The community's server as a child of the demo: the same program and the same commands as in a real deployment. It ends with this
//! program, whichever way that ends short of a kill.

use crate::failure::{Outcome, fail, of_io};
use crate::limits::SERVER_START;
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running server.
pub struct Server {
    program: PathBuf,
    data: PathBuf,
    child: Child,
}

impl Server {
    /// Makes a server's data in `data` from a table of units, and starts it on a free port of this machine.
    ///
    /// # Errors
    /// `server_error` when it does not come up.
    pub fn start(program: PathBuf, data: &Path, units: &Path) -> Outcome<Server> {
        let address = free_address()?;
        let url = format!("http://{address}");
        let data = data.to_owned();
        admin(&program, &["init", "--data", &text(&data), "--units", &text(units), "--url", &url])?;
        let log = File::create(data.join("serve.log")).map_err(|e| of_io("服务器的日志写不了", &e))?;
        let again = log.try_clone().map_err(|e| of_io("服务器的日志写不了", &e))?;
        let child = Command::new(&program)
            .args(["serve", "--data", &text(&data), "--listen", &address.to_string()])
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(again)
            .spawn()
            .map_err(|e| of_io("服务器起不来", &e))?;
        let mut server = Server { program, data, child };
        server.wait_for(address)?;
        Ok(server)
    }

    /// An invite for one person, already confirmed by the office.
    ///
    /// # Errors
    /// `server_error` when the server's program refuses.
    pub fn invite(&self, role: &str, unit: &str, name: &str) -> Outcome<String> {
        let data = text(&self.data);
        let reply =
            admin(&self.program, &["invite", "--data", &data, "--role", role, "--unit", unit, "--name", name, "--auto-confirm", "--json"])?;
        let invite = serde_json::from_str::<serde_json::Value>(&reply).ok().and_then(|r| r["invite"].as_str().map(str::to_owned));
        invite.ok_or_else(|| fail("server_error", "邀请码没有拿到。"))
    }

    fn wait_for(&mut self, address: SocketAddr) -> Outcome<()> {
        let began = Instant::now();
        while TcpStream::connect_timeout(&address, Duration::from_millis(200)).is_err() {
            let has_ended = self.child.try_wait().map_err(|e| of_io("服务器起不来", &e))?.is_some();
            if has_ended || began.elapsed() > SERVER_START {
                let said = std::fs::read_to_string(self.data.join("serve.log")).unwrap_or_default();
                return Err(fail("server_error", format!("服务器没有起来：{}", said.lines().last().unwrap_or_default())));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _has_ended_already = self.child.kill();
        let _status = self.child.wait();
    }
}

/// One administration command; its stdout.
fn admin(program: &Path, args: &[&str]) -> Outcome<String> {
    let done = Command::new(program).args(args).stdin(Stdio::null()).output().map_err(|e| of_io("sync-server 运行不了", &e))?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        return Err(fail("server_error", format!("sync-server {}：{}", args[0], said.trim())));
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}

/// A port that was free a moment ago.
fn free_address() -> Outcome<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|l| l.local_addr()).map_err(|e| of_io("没有空闲的端口", &e))
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
