//! `gridwalk-headless`: everything is in the library, so that tests can reach it.

fn main() -> std::process::ExitCode {
    app_headless::main()
}
