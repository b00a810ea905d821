//! `GET api/events`: what changed, as server-sent events. A page that cannot keep up is told to look at everything again instead of
//! being told a part; a comment every few seconds keeps the line open.

use crate::device::Device;
use crate::limits::KEEP_ALIVE;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{StreamExt, unfold};
use std::convert::Infallible;
use std::sync::Arc;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};

/// Told to a page that lagged behind.
const EVERYTHING: &str = r#"{"kinds":[],"records":[],"many":true}"#;

/// The changes of one device, from now on.
pub fn of_device(device: &Arc<Device>) -> Response {
    let changes = unfold(device.changes(), async |mut changes| {
        let text = match changes.recv().await {
            Ok(text) => text,
            Err(RecvError::Lagged(_)) => EVERYTHING.to_owned(),
            Err(RecvError::Closed) => return None,
        };
        Some((Ok::<_, Infallible>(Event::default().data(text)), changes))
    });
    Sse::new(changes).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response()
}

/// The changes of the account of one session of a node, while that session is open; when it opens, locks or ends the page is told and the stream ends,
/// so that the page asks for the stream it is now entitled to.
pub fn of_session(changes: Option<broadcast::Receiver<String>>, turns: watch::Receiver<u32>) -> Response {
    const TURNED: &str = r#"{"kinds":["session"],"records":[],"many":false}"#;
    let events = unfold(Some((changes, turns)), async |state| {
        let (mut changes, mut turns) = state?;
        let next = async {
            match &mut changes {
                Some(changes) => changes.recv().await,
                None => std::future::pending().await,
            }
        };
        let told = tokio::select! {
            biased;
            _ = turns.changed() => return Some((TURNED.to_owned(), None)),
            told = next => told,
        };
        let text = match told {
            Ok(text) => text,
            Err(RecvError::Lagged(_)) => EVERYTHING.to_owned(),
            Err(RecvError::Closed) => return None,
        };
        Some((text, Some((changes, turns))))
    });
    let events = events.map(|text| Ok::<_, Infallible>(Event::default().data(text)));
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response()
}

/// A value that is always current: sent at once, then whenever it differs. A slow reader skips what is old.
pub fn of_value(name: &'static str, mut value: watch::Receiver<String>) -> Response {
    value.mark_changed();
    let values = unfold(value, move |mut value| async move {
        value.changed().await.ok()?;
        let text = value.borrow_and_update().clone();
        Some((Ok::<_, Infallible>(Event::default().event(name).data(text)), value))
    });
    Sse::new(values).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response()
}
