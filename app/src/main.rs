//! The desktop program. Everything is in the library, which the phone builds share.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    gridwalk_lib::run()
}
