//! Events as a server-sent event stream that no proxy should hold back.
//!
//! Promises: one `data:` line per event; a comment at least every 15 seconds; dropping the response drops only a listener.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::event::Event;

const KEEP_ALIVE: Duration = Duration::from_secs(12);
/// What nginx and its like look at.
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Where the events of a stream are put. One turn makes a bounded number of them, so the queue needs no bound of its own.
#[derive(Debug, Clone)]
pub(crate) struct Listener(UnboundedSender<Event>);

impl Listener {
    /// Sends events; `false` when nobody listens any more.
    pub(crate) fn send(&self, events: impl IntoIterator<Item = Event>) -> bool {
        events.into_iter().all(|event| self.0.send(event).is_ok())
    }
}

/// A stream, and where its events are put; it ends when the listener is dropped.
pub(crate) fn stream() -> (Listener, Response) {
    let (sender, receiver) = unbounded_channel();
    (Listener(sender), response(receiver))
}

fn response(receiver: UnboundedReceiver<Event>) -> Response {
    let events = stream::unfold(receiver, async |mut receiver| {
        let event = receiver.recv().await?;
        let text = serde_json::to_string(&event).ok()?;
        Some((Ok::<_, Infallible>(sse::Event::default().data(text)), receiver))
    });
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE).text("keep-alive");
    let mut response = Sse::new(events).keep_alive(keep_alive).into_response();
    response.headers_mut().insert(BUFFERING, HeaderValue::from_static("no"));
    response
}
