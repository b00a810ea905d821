//! The two commands a page may send to the shell. `call` passes everything on to the engine; its names are those of `shared_model::commands`.
//!
//! The engine blocks (it is SQLite), so a call runs on a thread of its own and the window stays alive. An error crosses as the engine wrote it:
//! `{"code", "message", …}`.

use app_core::{CoreError, Engine, EngineOptions};
use serde::Serialize;
use serde_json::{Value, json};
use std::path::PathBuf;
use tauri::State;

/// What the shell holds for its window: the engine, or why there is none.
pub struct Shell {
    engine: Result<Engine, Value>,
}

impl Shell {
    /// Opens the engine on `home`. The store stays locked until the PIN is typed: only the command line keeps a store unlocked in a file.
    pub fn open(home: PathBuf) -> Shell {
        Shell { engine: Engine::open(home, EngineOptions::system()).map_err(|error| reply(&error)) }
    }

    /// The engine, if it opened.
    pub fn engine(&self) -> Option<&Engine> {
        self.engine.as_ref().ok()
    }
}

fn reply(error: &CoreError) -> Value {
    serde_json::to_value(error.failure()).unwrap_or_else(|_| json!({ "code": error.code, "message": error.message }))
}

/// Runs the command `name` of the engine's list and answers with its reply, or with `{"code", "message", …}`.
#[tauri::command]
pub async fn call(shell: State<'_, Shell>, name: String, args: Value) -> Result<Value, Value> {
    let engine = shell.engine.clone()?;
    match tauri::async_runtime::spawn_blocking(move || engine.call(&name, args)).await {
        Ok(answer) => answer.map_err(|error| reply(&error)),
        Err(_) => Err(json!({ "code": "server_error", "message": "这一步出错了，没有写下任何东西。原来的都在，请再试一次。" })),
    }
}

/// What a page may know of the shell it runs in.
#[derive(Serialize)]
pub struct ShellInfo {
    /// Always `tauri`; the other front doors say `http`.
    shell: &'static str,
    /// The version of the program.
    version: &'static str,
    /// `linux`, `windows`, `macos`, `android` or `ios`.
    os: &'static str,
}

/// Tells the page which shell it runs in.
#[tauri::command]
pub fn shell_info() -> ShellInfo {
    ShellInfo { shell: "tauri", version: env!("CARGO_PKG_VERSION"), os: std::env::consts::OS }
}
