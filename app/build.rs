//! Build script of the shell: names the commands a page may be allowed to call and checks the capability file against them.
//!
//! A command is reachable only if it is named here *and* as `allow-<command>` in app/capabilities. The folder of the built page is made if it is
//! missing, so that `cargo check --workspace` works before the first `npm run build`; the window then shows that there is nothing to show.

use tauri_build::{AppManifest, Attributes, InlinedPlugin, try_build};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    std::fs::create_dir_all("app/ui/dist")?;
    let commands = AppManifest::new().commands(&["call", "shell_info"]);
    // its commands are Kotlin's, on Android alone; the capability that allows them is for that platform
    let phone = InlinedPlugin::new().commands(&["available", "speak", "stop", "dial"]);
    try_build(Attributes::new().app_manifest(commands).plugin("phone", phone).capabilities_path_pattern("app/capabilities/*.json"))?;
    Ok(())
}
