//! The way to the server: one request, no retries, and a refusal that keeps its status whatever its body looks like.
//!
//! The library loses the status of refusals that are not in `OpenAI`'s shape, and waits as long as a server tells it to; both
//! are decided here and in the ladder instead.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use futures::StreamExt as _;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use serde_json::Value;

use super::{cause, wire};
use crate::understanding::model::Trouble;

/// The longest wait that a server may ask for.
const LONGEST: Duration = Duration::from_hours(24);
/// No answer that is a whole document is longer, in bytes.
const DOCUMENT: usize = 1024 * 1024;
/// No stream is longer, in bytes: ten times the longest answer with everything that servers say beside it.
const STREAM: usize = 8 * 1024 * 1024;
/// No line of a stream is longer, in bytes.
const LINE: usize = 256 * 1024;
/// So much of a refusal is read, in bytes.
const BODY: usize = 16 * 1024;

/// What is wrong with an answer that does not end.
const ENDLESS: &str = "it is longer than any answer";

/// Sends requests.
#[derive(Debug, Clone)]
pub(super) struct Service {
    http: reqwest::Client,
    /// Answers come in pieces.
    streams: bool,
}

impl Service {
    /// For answers that come in pieces.
    pub(super) fn streaming(http: reqwest::Client) -> Self {
        Self { http, streams: true }
    }

    /// For answers that are whole documents.
    pub(super) fn whole(http: reqwest::Client) -> Self {
        Self { http, streams: false }
    }
}

impl tower::Service<HttpRequestFactory> for Service {
    type Response = reqwest::Response;
    type Error = OpenAIError;
    type Future = Pin<Box<dyn Future<Output = Result<reqwest::Response, OpenAIError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), OpenAIError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequestFactory) -> Self::Future {
        let (http, streams) = (self.http.clone(), self.streams);
        Box::pin(async move {
            let mut response = http.execute(request.build().await?).await.map_err(OpenAIError::Reqwest)?;
            let status = response.status();
            if status.is_success() {
                return if streams && is_page(response.headers()) {
                    Err(boxed(Trouble::Broken("it is no stream".to_owned())))
                } else if !streams && response.content_length().is_some_and(|bytes| bytes > DOCUMENT as u64) {
                    Err(boxed(Trouble::Broken(ENDLESS.to_owned())))
                } else {
                    Ok(bounded(response, if streams { Measure::of_stream() } else { Measure::of_document() }))
                };
            }
            let pause = retry_after(response.headers());
            let mut body = Vec::new();
            while body.len() <= BODY
                && let Ok(Some(part)) = response.chunk().await
            {
                body.extend_from_slice(&part);
            }
            Err(boxed(refusal(status.as_u16(), pause, &body)))
        })
    }
}

/// Why an answer breaks off.
type Fault = Box<dyn Error + Send + Sync>;

/// How much of an answer came, and how much may.
struct Measure {
    left: usize,
    longest_line: usize,
    line: usize,
}

impl Measure {
    fn of_document() -> Self {
        Self { left: DOCUMENT, longest_line: DOCUMENT, line: 0 }
    }

    fn of_stream() -> Self {
        Self { left: STREAM, longest_line: LINE, line: 0 }
    }

    /// `false`: with this piece it is longer than any answer.
    fn takes(&mut self, piece: &[u8]) -> bool {
        let Some(left) = self.left.checked_sub(piece.len()) else { return false };
        self.left = left;
        let mut is_first = true;
        for line in piece.split(|byte| matches!(byte, b'\n' | b'\r')) {
            self.line = if is_first { self.line + line.len() } else { line.len() };
            is_first = false;
            if self.line > self.longest_line {
                return false;
            }
        }
        true
    }
}

/// The same answer; where it grows longer than any is, it breaks off.
fn bounded(response: reqwest::Response, mut measure: Measure) -> reqwest::Response {
    let (status, headers) = (response.status(), response.headers().clone());
    let pieces = response.bytes_stream().map(move |piece| match piece {
        Ok(piece) if measure.takes(&piece) => Ok(piece),
        Ok(_) => Err(Fault::from(ENDLESS)),
        Err(error) => Err(Fault::from(error)),
    });
    let mut answer = hyper::Response::new(reqwest::Body::wrap_stream(pieces));
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    answer.into()
}

/// A whole document of at most so many bytes.
///
/// # Errors
/// [`Trouble::Broken`].
pub(super) async fn read(mut response: reqwest::Response, most: usize) -> Result<Vec<u8>, Trouble> {
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|error| Trouble::Broken(cause(&error)))? {
        body.extend_from_slice(&part);
        if body.len() > most {
            return Err(Trouble::Broken(ENDLESS.to_owned()));
        }
    }
    Ok(body)
}

fn boxed(trouble: Trouble) -> OpenAIError {
    OpenAIError::Boxed(Box::new(trouble))
}

/// A whole document where a stream was asked for: a proxy's page, or a server that cannot stream.
fn is_page(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.starts_with("text/html") || kind.starts_with("application/json")
}

/// Seconds, or `OpenAI`'s own milliseconds. A date is left to our own pauses.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let number =
        |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<f64>().ok().filter(|number| *number >= 0.0);
    let millis = number("retry-after-ms").map(|millis| millis / 1000.0);
    let seconds = millis.or_else(|| number(RETRY_AFTER.as_str()))?;
    // Longer than any clock reaches is a day as well: whoever waits decides for themselves.
    Some(Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST).min(LONGEST))
}

/// What a refusal means.
pub(super) fn refusal(status: u16, retry_after: Option<Duration>, body: &[u8]) -> Trouble {
    let error = serde_json::from_slice::<Value>(body).unwrap_or_default();
    let code = wire::code(&error);
    match status {
        429 if code == "insufficient_quota" => Trouble::Quota,
        429 => Trouble::Busy { retry_after },
        401 | 403 => Trouble::Unauthorized(status),
        404 => Trouble::UnknownModel,
        _ if code == "model_not_found" => Trouble::UnknownModel,
        408 => Trouble::Late,
        500.. => Trouble::Failed(status),
        _ => Trouble::Refused(status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_may_come_in_pieces_and_has_an_end() {
        let mut measure = Measure { left: 100, longest_line: 10, line: 0 };
        for piece in [&b"0123456789"[..], b"\n0123", b"456789\r\n", b"a\nb\nc\n\n", b""] {
            assert!(measure.takes(piece), "{piece:?}");
        }
        assert!(measure.takes(b"01234") && !measure.takes(b"567890"));
        let mut measure = Measure { left: 8, longest_line: 10, line: 0 };
        assert!(measure.takes(b"a\nb\nc\nd\n") && !measure.takes(b"e"), "lines without end are endless, too");
    }

    #[test]
    fn a_server_may_ask_for_a_day_at_most() {
        let asked = |name: &'static str, value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            retry_after(&headers)
        };
        assert_eq!(asked("retry-after", "1.5"), Some(Duration::from_millis(1_500)));
        assert_eq!(asked("retry-after-ms", "250"), Some(Duration::from_millis(250)));
        for endless in ["1e19", "1e300", "inf", "18446744073709551615"] {
            assert_eq!(asked("retry-after", endless), Some(LONGEST), "{endless}");
        }
        for none in ["-1", "NaN", "Fri, 31 Dec 1999 23:59:59 GMT", ""] {
            assert_eq!(asked("retry-after", none), None, "{none}");
        }
    }
}
