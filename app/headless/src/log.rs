//! The log: `HOME/log/gridwalk.log`, one JSON object a line, rotated at 5 MB with one old file kept. stdout and stderr belong to the
//! reply and the failure, so nothing is ever logged there. No personal data: codes, counts, times. A log that cannot be written is no
//! reason to fail a command; the command goes on without it.

use crate::limits::LOG_BYTES;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use tracing_subscriber::EnvFilter;

/// What is logged: our own crates from `info`, others only when they warn (their lower levels may quote addresses and bodies).
const LEVELS: &str = "warn,app_core=info,app_headless=info";

/// Starts logging under `home`. Does nothing when the file cannot be opened or logging was started before.
pub fn start(home: &Path) {
    let Ok(file) = Rotating::open(home.join("log").join("gridwalk.log"), LOG_BYTES) else { return };
    let log = tracing_subscriber::fmt().json().with_env_filter(EnvFilter::new(LEVELS)).with_writer(Mutex::new(file));
    let _started_before = log.try_init();
    std::panic::set_hook(Box::new(|panic| {
        // The payload may quote data; the place is enough to find the fault.
        let at = panic.location().map(|l| format!("{}:{}", l.file(), l.line())).unwrap_or_default();
        tracing::error!(at, "panic");
    }));
}

/// A file that moves itself aside when it has grown.
struct Rotating {
    path: PathBuf,
    file: File,
    size: u64,
    most: u64,
}

impl Rotating {
    fn open(path: PathBuf, most: u64) -> io::Result<Rotating> {
        if let Some(folder) = path.parent() {
            private_folder(folder)?;
        }
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        let size = file.metadata()?.len();
        Ok(Rotating { path, file, size, most })
    }

    fn rotate(&mut self) -> io::Result<()> {
        std::fs::rename(&self.path, self.path.with_extension("log.1"))?;
        self.file = OpenOptions::new().create(true).append(true).open(&self.path)?;
        self.size = 0;
        Ok(())
    }
}

impl Write for Rotating {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.size > self.most {
            self.rotate()?;
        }
        self.file.write_all(line)?;
        self.size += line.len() as u64;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Makes a folder that only its owner may enter. A folder that is already there keeps its rights.
pub fn private_folder(path: &Path) -> io::Result<()> {
    let mut make = std::fs::DirBuilder::new();
    make.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut make, 0o700);
    make.create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_has_grown_moves_aside_and_keeps_one_old_file() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("log/gridwalk.log");
        let mut log = Rotating::open(path.clone(), 10).unwrap();
        for line in ["first line\n", "second line\n", "third line\n"] {
            log.write_all(line.as_bytes()).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "third line\n");
        assert_eq!(std::fs::read_to_string(path.with_extension("log.1")).unwrap(), "second line\n");
    }

    #[test]
    fn a_log_goes_on_where_the_last_run_stopped() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("log/gridwalk.log");
        Rotating::open(path.clone(), 100).unwrap().write_all(b"one\n").unwrap();
        Rotating::open(path.clone(), 100).unwrap().write_all(b"two\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one\ntwo\n");
    }
}
