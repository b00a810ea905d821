//! The log: lines to stderr, JSON or text. No personal data: routes by name (a path may hold anything), codes, counts and times; no device
//! and no address. A panic is logged by its place, never by its message, which might quote a value.

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

/// How a line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// One object a line, for programs.
    Json,
    /// For people.
    Text,
}

/// Starts it. `RUST_LOG` may name other levels.
pub fn start(form: Form) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,sync_server=info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match form {
        Form::Json => log.json().try_init(),
        Form::Text => log.with_ansi(false).try_init(),
    };
    debug_assert!(started.is_ok(), "the log is started once");
    std::panic::set_hook(Box::new(|info| {
        let at = info.location().map(|l| format!("{}:{}", l.file(), l.line())).unwrap_or_default();
        tracing::error!(at, "panic");
    }));
}
