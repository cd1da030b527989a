//! How the peer misbehaves: what it did is done, what is heard of it is another matter.

use std::sync::Mutex;
use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

/// One way to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lie {
    /// None: the truth.
    Truth,
    /// Does it, and drops the connection instead of answering.
    DropAnswer,
    /// Does it, and answers 500, which its keys remember.
    FailAfter,
    /// Does nothing, and answers 500 without remembering.
    FailBefore,
    /// Does nothing, and asks to come again later.
    Busy {
        /// In so many seconds.
        retry_after_s: u32,
    },
    /// Does it, and answers after so many milliseconds.
    Slow(u64),
    /// Drops the connection before it does anything.
    Deaf,
}

/// What it answers next.
#[derive(Debug)]
pub(crate) struct Mood {
    lies: Mutex<Lies>,
}

#[derive(Debug)]
struct Lies {
    row: Vec<Lie>,
    at: usize,
}

impl Mood {
    /// Tells the truth.
    pub(crate) fn honest() -> Self {
        Self::cycle(&[Lie::Truth])
    }

    /// Answers in this row, again and again.
    pub(crate) fn cycle(lies: &[Lie]) -> Self {
        Self { lies: Mutex::new(Lies { row: lies.to_vec(), at: 0 }) }
    }

    pub(super) fn set(&self, lies: &[Lie]) {
        *self.lies.lock().unwrap() = Lies { row: lies.to_vec(), at: 0 };
    }

    pub(super) fn next(&self) -> Lie {
        let mut lies = self.lies.lock().unwrap();
        let lie = lies.row[lies.at % lies.row.len()];
        lies.at += 1;
        lie
    }
}

impl Lie {
    /// What is answered instead of doing anything.
    pub(super) fn before(self) -> Option<Response> {
        match self {
            Self::FailBefore => Some((StatusCode::BAD_GATEWAY, "<html>bad gateway</html>").into_response()),
            Self::Busy { retry_after_s } => {
                let body = r#"{"error":{"type":"invalid_request_error","code":"rate_limit"}}"#;
                let after = [("retry-after", retry_after_s.to_string())];
                Some((StatusCode::TOO_MANY_REQUESTS, after, body).into_response())
            }
            Self::Deaf => Some(broken()),
            _ => None,
        }
    }

    /// What happens between doing and answering.
    pub(super) async fn after(self) {
        if let Self::Slow(milliseconds) = self {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        }
    }

    pub(super) fn drops(self) -> bool {
        self == Self::DropAnswer
    }
}

/// An answer that breaks off in the middle.
pub(super) fn broken() -> Response {
    let pieces = futures::stream::iter([Ok("{\"id\":"), Err(std::io::Error::other("the line is dead"))]);
    Body::from_stream(pieces).into_response()
}
