//! The demo: a real server, three real devices with their own encrypted stores, three rosters imported while people watch, and a story
//! told step by step. Nothing in it is a mock; whatever a step says it did, it read back from the devices.
//!
//! What lives here: starting and ending it. `setup` fills the world, `stage` holds it, `live` keeps the devices in step and the page
//! informed, `steps` is the story, `web` the page's own small API.

mod cast;
mod live;
mod places;
mod server;
mod setup;
mod stage;
mod steps;
mod web;

use crate::failure::{Outcome, of_io};
use crate::http::guard::Guard;
use crate::{cli, http, log, run as command_line};
use places::Places;
use stage::Stage;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

/// Runs the demo until Ctrl-C. The address is printed as soon as the page can be opened; the import is watched there.
///
/// # Errors
/// What keeps it from starting: a missing program or roster, a port, a full disk.
pub fn run(options: cli::Demo) -> Outcome<()> {
    let places = Places::find(&options)?;
    log::start(places.data());
    // Outlives the runtime: an engine's HTTP client may not be dropped inside one.
    let (stage, notes) = Stage::new(places);
    let runtime = command_line::runtime()?;
    let done = runtime.block_on(async {
        let (listener, address) = http::listen(SocketAddr::from((Ipv4Addr::LOCALHOST, options.port))).await?;
        let url = format!("http://{address}/");
        command_line::say(&format!("Gridwalk demo: {url}\n"))?;
        let _window = window(&stage, &options, &url)?;
        let routes = web::routes(stage.clone(), Places::pages(&options), Guard::new(address));
        tokio::spawn(live::keep_in_step(stage.clone(), notes));
        tokio::spawn(live::publish(stage.clone()));
        tokio::select! {
            served = http::serve(listener, routes) => served,
            // Ends only when it failed; a demo that cannot start has nothing to show.
            failure = set_up(&stage) => Err(failure),
        }
    });
    drop(runtime);
    stage.close();
    done
}

async fn set_up(stage: &Arc<Stage>) -> shared_model::commands::Failure {
    let filling = stage.clone();
    match tokio::task::spawn_blocking(move || setup::fill(&filling)).await {
        Ok(Ok(())) => std::future::pending().await,
        Ok(Err(failure)) => failure,
        Err(_) => crate::failure::fail("server_error", "演示没有准备好，原因已记在日志里。"),
    }
}

/// The window of the app, where there is a display and the program is there. It closes with the demo.
fn window(stage: &Stage, options: &cli::Demo, url: &str) -> Outcome<Option<Window>> {
    let has_display = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some_and(|v| !v.is_empty()));
    let Some(program) = stage.places.program("gridwalk").filter(|_| has_display && !options.no_window) else { return Ok(None) };
    let started = Command::new(program).args(["--url", url]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    started.map(|child| Some(Window(child))).map_err(|e| of_io("窗口打不开，请用 --no-window 再试", &e))
}

struct Window(Child);

impl Drop for Window {
    fn drop(&mut self) {
        let _closed_already = self.0.kill();
        let _status = self.0.wait();
    }
}
