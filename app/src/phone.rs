//! What only the Android build has: the plugin `phone`. Its commands (`available`, `speak`, `stop`, `dial`) are Kotlin's
//! (app/android/overlay/…/PhonePlugin.kt); Tauri passes a command that no Rust handler takes on to it. Here it is only made known.

use tauri::Runtime;
use tauri::plugin::{Builder, TauriPlugin};

/// The package and the class of the Kotlin half.
const PACKAGE: &str = "org.gridwalk.client";
const CLASS: &str = "PhonePlugin";

/// The plugin.
pub fn init<R: Runtime>() -> TauriPlugin<R> {
    Builder::new("phone")
        .setup(|_, api| {
            api.register_android_plugin(PACKAGE, CLASS)?;
            Ok(())
        })
        .build()
}
