//! A sync server for tests: the real program on its port, which can be stopped and started. Needs `sync-server` beside this program
//! (`cargo build -p sync-server`).

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

pub const COMMUNITY: &str = "610104001901";
pub const GRID: &str = "6101040019011001";
const UNITS: &str = "code,parent,kind,name\n610104,,district,莲湖区\n610104001,610104,street,青年路街道\n\
    610104001901,610104001,community,示例社区\n6101040019011001,610104001901,grid,第一网格\n6101040019011002,610104001901,grid,第二网格\n";

/// A server that can be stopped and started on its port.
pub struct Server {
    program: PathBuf,
    pub folder: tempfile::TempDir,
    address: String,
    child: Option<Child>,
}

impl Server {
    pub fn new() -> Server {
        let program = Path::new(env!("CARGO_BIN_EXE_gridwalk-headless")).with_file_name("sync-server");
        assert!(program.is_file(), "build it first: cargo build -p sync-server");
        let folder = tempfile::tempdir().unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let mut server = Server { program, folder, address, child: None };
        let units = server.folder.path().join("units.csv");
        std::fs::write(&units, UNITS).unwrap();
        server.admin(&["init", "--units", units.to_str().unwrap(), "--url", &format!("http://{}", server.address)]);
        server.start();
        server
    }

    pub fn admin(&self, args: &[&str]) -> Vec<u8> {
        let done = Command::new(&self.program).args(args).arg("--data").arg(self.folder.path().join("server")).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        done.stdout
    }

    pub fn start(&mut self) {
        let mut command = Command::new(&self.program);
        command.args(["serve", "--listen", &self.address, "--data"]).arg(self.folder.path().join("server"));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        // It says where it listens once it does.
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
        self.child = Some(child);
    }

    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ended = child.kill();
            let _status = child.wait();
        }
    }

    /// An invite that needs no confirmation.
    pub fn invite(&self, role: &str, unit: &str, name: &str) -> String {
        let made = self.admin(&["invite", "--role", role, "--unit", unit, "--name", name, "--auto-confirm", "--json"]);
        serde_json::from_slice::<Value>(&made).unwrap()["invite"].as_str().unwrap().to_owned()
    }

    /// A folder with a page in it.
    pub fn ui(&self) -> PathBuf {
        let ui = self.folder.path().join("ui");
        std::fs::create_dir_all(&ui).unwrap();
        std::fs::write(ui.join("index.html"), "a page").unwrap();
        ui
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}
