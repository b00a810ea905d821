//! The Tauri shell: one window, one command that passes a call on to the engine, one event that says something changed.
//!
//! Nothing is decided here. The commands are those of `shared_model::commands`; the engine (`app_core`) answers them, the same way as over HTTP
//! and from the command line. What belongs to a window alone is here: which address it shows (`address`), where its data lie (`home`), and what a page
//! may not do: leave for another host, open a second window, or save a file that it did not make itself.

mod address;
mod commands;
#[cfg(target_os = "android")]
mod phone;

use address::{Start, Wish};
use commands::Shell;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tauri::utils::config::WebviewUrl;
use tauri::webview::{DownloadEvent, NewWindowResponse, Webview, WebviewWindowBuilder};
use tauri::{App, Emitter, Manager};

const TITLE: &str = "网格行 Gridwalk";
const SIZE_PX: (f64, f64) = (1280.0, 860.0);
const SMALLEST_PX: (f64, f64) = (360.0, 640.0);

/// Starts the program with the process's own arguments and returns when its window is closed.
/// Exit code 2: an argument was not understood, or an address that is not this machine's own. Exit code 1: no window could be made.
/// On a phone the system calls it, without arguments.
#[cfg_attr(mobile, tauri::mobile_entry_point)]
pub fn run() -> ExitCode {
    let start = match address::wish(std::env::args().skip(1)) {
        Ok(Wish::Open(start)) => start,
        Ok(Wish::Say(text)) => {
            println!("{text}");
            return ExitCode::SUCCESS;
        }
        Err(reason) => {
            eprintln!("{reason}");
            return ExitCode::from(2);
        }
    };
    let builder = tauri::Builder::default();
    #[cfg(target_os = "android")]
    let builder = builder.plugin(phone::init());
    let built = builder
        .invoke_handler(tauri::generate_handler![commands::call, commands::shell_info])
        .setup(move |app| open(app, start).map_err(Into::into))
        .run(tauri::generate_context!());
    match built {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

/// Opens the engine on its home folder, then the window; the window of the demo has no engine. An engine that does not open (a damaged store, a
/// folder that may not be written) does not keep the window shut: every call then answers with the reason, and the page shows it.
fn open(app: &mut App, start: Start) -> tauri::Result<()> {
    if start == Start::App {
        let shell = Shell::open(home(app)?);
        if let Some(engine) = shell.engine() {
            app_core::polite::keep_in_sync(engine);
            let handle = app.handle().clone();
            engine.on_change(Box::new(move |change| {
                if let Err(reason) = handle.emit("changed", change) {
                    eprintln!("the window did not hear of a change: {reason}");
                }
            }));
        }
        app.manage(shell);
    }

    let own = app.config().build.dev_url.clone().filter(|_| tauri::is_dev());
    let url = match &start {
        Start::App => WebviewUrl::default(),
        Start::Demo(url) => WebviewUrl::External(url.clone()),
    };
    WebviewWindowBuilder::new(app, "main", url)
        .title(TITLE)
        .inner_size(SIZE_PX.0, SIZE_PX.1)
        .min_inner_size(SMALLEST_PX.0, SMALLEST_PX.1)
        .on_navigation(move |to| address::may_go(&start, own.as_ref(), to))
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(save)
        .build()?;
    Ok(())
}

/// Whether a file is saved, and where: in the person's folder for downloads, or in their own folder where there is none; never in the folder the program
/// happens to run in.
fn save(webview: Webview, event: DownloadEvent<'_>) -> bool {
    let DownloadEvent::Requested { url, destination } = event else { return true };
    let folder = webview.path().download_dir().ok().filter(|folder| folder.is_dir()).or_else(|| webview.path().home_dir().ok());
    if let (Some(folder), Some(name)) = (folder, destination.file_name()) {
        *destination = free_name(&folder.join(name));
    }
    address::is_own_file(&url)
}

/// `path`, or the same with a number before its last extension: a table that was saved before is never overwritten.
fn free_name(path: &Path) -> PathBuf {
    let (stem, ext) = (
        path.file_stem().unwrap_or_default().to_string_lossy(),
        path.extension().map(|ext| format!(".{}", ext.to_string_lossy())).unwrap_or_default(),
    );
    let numbered = (1..).map(|n| path.with_file_name(format!("{stem} ({n}){ext}")));
    std::iter::once(path.to_owned()).chain(numbered).find(|path| !path.exists()).expect("the numbers do not end")
}

/// The folder of this device's store: `GRIDWALK_HOME` if it is set, otherwise the app's own data folder.
fn home(app: &App) -> tauri::Result<PathBuf> {
    match std::env::var_os("GRIDWALK_HOME").filter(|path| !path.is_empty()) {
        Some(path) => Ok(PathBuf::from(path)),
        None => app.path().app_data_dir(),
    }
}
