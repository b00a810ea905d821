//! Gridwalk without a window: the command list on the command line (`run`), over HTTP with the UI (`http`), and the demo that runs a
//! server and three devices on one machine (`demo`). Nothing is decided here; the engine (`app_core`) answers every command, and the
//! list is that of `shared_model::commands`.

mod cli;
mod demo;
mod device;
mod failure;
pub mod http;
mod limits;
mod log;
mod node;
mod run;

pub use device::{Device, Heard};
pub use failure::Outcome;

use clap::Parser;
use clap::error::ErrorKind;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

/// Runs the program with the process's own arguments. stdout gets the reply; a failure is one JSON line on stderr and exit code 1.
pub fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) if matches!(e.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            return ended(run::say(&e.render().to_string()));
        }
        Err(e) => return ended(Err(failure::fail("invalid_args", e.render().to_string().trim().trim_start_matches("error: ")))),
    };
    let done = catch_unwind(AssertUnwindSafe(|| run::run(cli)));
    ended(done.unwrap_or_else(|_| Err(failure::fail("server_error", "程序出错，已记在日志里。没有丢东西。"))))
}

fn ended(done: Outcome<()>) -> ExitCode {
    let Err(failure) = done else { return ExitCode::SUCCESS };
    tracing::info!(code = failure.code, "failed");
    let text = serde_json::to_string(&failure).unwrap_or_else(|_| r#"{"code":"server_error","message":""}"#.to_owned());
    // Nobody may be reading; the exit code says it as well.
    let _unread = writeln!(std::io::stderr(), "{text}");
    ExitCode::FAILURE
}
