//! The log: one line for each event, as JSON for machines or for people who look on.
//!
//! Promises: each JSON line has exactly the fields of R118 (ruling C-60: empty while nobody is known) and the request's id;
//! what looks like a secret is never written; what people say to the wizard is written at debug level only. Lines go to the
//! standard error stream.
//!
//! # Field names
//! Spans and events say `user.id`, `session.id`, `stage`, `request.id`, `action`, `duration_ms`, `error` and `error.code`;
//! everything else lands in `metadata`. An event says more than its span, an inner span more than an outer one. An error that
//! ends the program says `fatal = true`. Words of people go into the fields of `entry::SPOKEN`, nowhere else.

mod entry;
pub mod metrics;
mod redaction;

use std::io::{IsTerminal as _, Write as _};
use std::time::SystemTime;

use jiff::Timestamp;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, Scope};
use tracing_subscriber::{EnvFilter, Registry};

use crate::settings::LogFormat;
use entry::Fields;

/// The log cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter is none.
    #[error("RUST_LOG is no filter: {0}. Try `info` or `eventos=debug,info`")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// Somebody else keeps one.
    #[error("the log was begun twice")]
    Twice(#[from] tracing::subscriber::SetGlobalDefaultError),
}

/// Begins the log of this process.
///
/// # Errors
/// One line that says what to do.
pub fn init(format: LogFormat, filter: &str) -> Result<(), TelemetryError> {
    let for_people = match format {
        LogFormat::Auto => std::io::stderr().is_terminal(),
        LogFormat::Json => false,
        LogFormat::Pretty => true,
    };
    // Where the log itself cannot be written there is nobody left to tell.
    let write = |line: &str| drop(std::io::stderr().lock().write_all(line.as_bytes()));
    let log = Log { for_people, now: machine_time, write };
    // The library behind the language models would log what it cannot read: what people said.
    let filter = EnvFilter::try_new(filter)?.add_directive("async_openai=off".parse()?);
    tracing::subscriber::set_global_default(Registry::default().with(filter).with(log))?;
    Ok(())
}

/// This moment by the machine's clock: a line of the log is about when it was written, whatever the program takes as now.
fn machine_time() -> Timestamp {
    Timestamp::try_from(SystemTime::now()).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Writes a line for each event.
struct Log<W> {
    for_people: bool,
    now: fn() -> Timestamp,
    /// Takes a whole line with its end.
    write: W,
}

impl<S, W> Layer<S> for Log<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Fn(&str) + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut fields = Fields::default();
            attributes.record(&mut fields.at(*attributes.metadata().level()));
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(&mut fields.at(*span.metadata().level()));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        for span in context.event_scope(event).into_iter().flat_map(Scope::from_root) {
            if let Some(known) = span.extensions().get::<Fields>() {
                fields.take(known);
            }
        }
        let level = *event.metadata().level();
        event.record(&mut fields.at(level));
        let line = if self.for_people {
            fields.for_people((self.now)(), level, event.metadata().target())
        } else {
            fields.json((self.now)(), level, event.metadata().target())
        };
        (self.write)(&line);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use serde_json::{Value, json};

    use super::*;

    /// What is logged while `work` runs.
    fn lines(for_people: bool, work: impl FnOnce()) -> Vec<String> {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let copy = Arc::clone(&kept);
        let now = || "2025-10-13T14:35:22.123456Z".parse().unwrap();
        let log = Log { for_people, now, write: move |line: &str| copy.lock().unwrap().push(line.to_owned()) };
        tracing::subscriber::with_default(Registry::default().with(log), work);
        kept.lock().unwrap().clone()
    }

    fn line(work: impl FnOnce()) -> Value {
        let lines = lines(false, work);
        assert_eq!(lines.len(), 1);
        assert!(lines[0].ends_with('\n') && lines[0].matches('\n').count() == 1);
        serde_json::from_str(&lines[0]).unwrap()
    }

    #[test]
    fn a_line_is_the_one_of_the_specification() {
        let found = line(|| {
            let _session = tracing::info_span!(
                "turn",
                user.id = "user-uuid",
                session.id = "session-uuid",
                stage = 2,
                request.id = "r-1"
            )
            .entered();
            tracing::info!(
                action = "venue_search",
                duration_ms = 245,
                query = "downtown Toronto 200 capacity",
                results_count = 5,
                ai_confidence = 0.92
            );
        });
        assert_eq!(
            found,
            json!({
                "timestamp": "2025-10-13T14:35:22.123Z", "level": "info", "service": "ai-wizard", "userId": "user-uuid",
                "sessionId": "session-uuid", "stage": 2, "action": "venue_search", "duration": 245.0,
                "metadata": {"query": "downtown Toronto 200 capacity", "results_count": 5, "ai_confidence": 0.92}, "requestId": "r-1",
            })
        );
    }

    #[test]
    fn an_error_has_its_code_and_what_is_unknown_is_empty() {
        let failed = std::io::Error::other("Request timeout after 10000ms");
        let found = line(
            || tracing::error!(action = "stripe_product_create", error = %failed, error.code = "STRIPE_API_ERROR"),
        );
        assert_eq!(found["error"], json!({"code": "STRIPE_API_ERROR", "message": "Request timeout after 10000ms"}));
        assert_eq!((&found["userId"], &found["sessionId"], &found["stage"]), (&json!(""), &json!(""), &json!(0)));
        assert_eq!(found.get("metadata"), None);
        let plain = line(|| tracing::warn!(fatal = true, "the database is gone"));
        assert_eq!((&plain["level"], &plain["action"]), (&json!("fatal"), &json!("eventos::telemetry::tests")));
        assert_eq!(plain["metadata"], json!({"message": "the database is gone"}));
    }

    #[test]
    fn the_inner_word_wins() {
        let found = line(|| {
            let _outer =
                tracing::info_span!("outer", stage = 1, action = "outer", session.id = tracing::field::Empty).entered();
            tracing::Span::current().record("session.id", "later");
            let _inner = tracing::info_span!("inner", stage = 3, part = "a").entered();
            tracing::info!(part = "b");
        });
        assert_eq!(
            (&found["stage"], &found["action"], &found["sessionId"]),
            (&json!(3), &json!("outer"), &json!("later"))
        );
        assert_eq!(found["metadata"], json!({"part": "b"}));
    }

    #[test]
    fn what_people_say_is_for_debugging_only() {
        let said = "a surprise party for Grandma";
        let all = [false, true].map(|for_people| {
            lines(for_people, || {
                let _turn = tracing::info_span!("turn", text = said).entered();
                tracing::error!(body = said, prompt = ?said, "refused");
                tracing::info!(reply = said);
            })
        });
        assert!(!all.concat().concat().contains("Grandma"));
        assert!(lines(false, || tracing::debug!(text = said)).concat().contains("Grandma"));
    }

    #[test]
    fn no_secret_is_written() {
        let canary = "sk_live_51Canary0000000000000";
        for for_people in [false, true] {
            let all = lines(for_people, || {
                let _span =
                    tracing::info_span!("request", url = format!("https://x.example/cb?token={canary}")).entered();
                tracing::error!(
                    error = format!("refused: Authorization: Bearer {canary}"),
                    error.code = canary,
                    password = "hunter2",
                    "key {canary}"
                );
            });
            let all = all.concat();
            assert!(!all.contains("Canary") && !all.contains("hunter2"), "{all}");
        }
    }

    #[test]
    fn people_read_one_line() {
        let all =
            lines(true, || tracing::warn!(action = "readiness", part = "database", duration_ms = 12.34, "not\nready"));
        assert_eq!(all, ["14:35:22.123  WARN readiness: not ready part=database 12.3ms\n"]);
    }
}
