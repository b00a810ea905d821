//! The program `sync-server`: makes the data folder, invites, serves, says how it is. The server itself is in the library; here are only
//! the command line (`cli.rs`) and HTTP (`http.rs`).

mod cli;
mod http;

fn main() -> std::process::ExitCode {
    cli::run()
}
