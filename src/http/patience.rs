//! The body of a request comes in time, or not at all (slow-body attacks).
//!
//! Promises: from the end of the head a client has so long for the whole body; however it drips, what waits for it is let go
//! and the client is told 408.

use std::future::Future as _;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper::body::Frame;
use tokio::time::Sleep;

use super::error::HttpError;

/// A body that ends with an error when its time is over.
struct Timed {
    body: Body,
    end: Pin<Box<Sleep>>,
    late: Arc<AtomicBool>,
}

/// As a body, not as a stream: each wrapping hides reasons from readers, which look for the limit of a body two deep.
impl HttpBody for Timed {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let timed = &mut *self;
        if let Poll::Ready(part) = Pin::new(&mut timed.body).poll_frame(context) {
            return Poll::Ready(part.map(|part| part.map_err(axum::Error::into_inner)));
        }
        if timed.end.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        timed.late.store(true, Ordering::Relaxed);
        Poll::Ready(Some(Err(HttpError::SlowBody.into())))
    }
}

/// Gives a request's body so long.
pub(super) async fn bound(State(patience): State<Duration>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    if body.is_end_stream() {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let late = Arc::new(AtomicBool::new(false));
    let end = Box::pin(tokio::time::sleep(patience));
    let body = Body::new(Timed { body, end, late: late.clone() });
    let response = next.run(Request::from_parts(parts, body)).await;
    // A handler that needed the body answers that it could not be read; the reason is known here.
    if late.load(Ordering::Relaxed) && response.status().is_client_error() {
        return HttpError::SlowBody.into_response();
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::middleware;
    use axum::routing::post;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::http::listen::{self, Bounds};

    /// What a client on a real socket reads until it is cut off, after it sent this and nothing more.
    async fn says(sent: &[u8]) -> String {
        let routes = Router::new()
            .route("/api/takes", post(|body: String| async move { body }))
            .layer(middleware::from_fn_with_state(Duration::from_secs(1), bound))
            .layer(middleware::from_fn(crate::http::request::serve));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let bounds = Bounds {
            connections: 10,
            connections_per_address: 10,
            head_timeout: Duration::from_secs(2),
            drain: Duration::from_millis(100),
            proxies: Arc::default(),
        };
        let serving = tokio::spawn(listen::serve(listener, routes, bounds, stop.clone()));
        let mut socket = TcpStream::connect(address).await.unwrap();
        socket.write_all(sent).await.unwrap();
        let mut read = Vec::new();
        // Ends when the server closes; the test runner ends a server that never does.
        let _ = socket.read_to_end(&mut read).await;
        stop.cancel();
        serving.await.unwrap();
        String::from_utf8(read).unwrap()
    }

    #[tokio::test]
    async fn a_body_that_does_not_come_is_given_up() {
        let head = "POST /api/takes HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 10\r\n";
        let said = says(format!("{head}\r\nhal").as_bytes()).await;
        assert!(said.starts_with("HTTP/1.1 408 ") && said.contains("\"code\":\"TIMEOUT\""), "{said}");
        let said = says(format!("{head}connection: close\r\n\r\n0123456789").as_bytes()).await;
        assert!(said.starts_with("HTTP/1.1 200 ") && said.ends_with("0123456789"), "{said}");
    }

    #[tokio::test]
    async fn a_head_that_does_not_come_is_given_up_and_so_is_an_idle_connection() {
        let said = says(b"POST /api/takes HTTP/1.1\r\nhost: x\r\nx-slow").await;
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 408 "), "{said}");
        let said = says(b"POST /api/takes HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n").await;
        assert!(said.starts_with("HTTP/1.1 200 "), "{said}");
        assert!(says(b"").await.is_empty());
    }
}
