//! What is counted and measured: every metric of the program, in one place (docs/metrics.md says what each is good for).
//!
//! Promises: a label has few values that the program itself chose; no metric names a person, a session or an event. Where
//! nobody asked for metrics, counting costs next to nothing.

use std::sync::OnceLock;
use std::time::Duration;

use metrics::{counter, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

/// From a hundredth of a second to the longest that anybody waits; 1 s and 2 s are R121's thresholds.
const SECONDS: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0];

static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// What became of a message that was taken in (PAINS P3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// Taken in.
    Accepted,
    /// Delivered again.
    Redelivered,
    /// Left by an earlier run, and taken up.
    TakenUp,
    /// Answered, or closed because no answer was wanted any more.
    Answered,
    /// Set aside, and its user told.
    Dead,
}

/// Begins to count, once in a process.
pub fn install() {
    let begin = || match recorder() {
        Ok(handle) => Some(handle),
        Err(error) => {
            tracing::warn!(%error, "nothing is counted");
            None
        }
    };
    RECORDER.get_or_init(begin);
}

fn recorder() -> Result<PrometheusHandle, BuildError> {
    let of_time = Matcher::Suffix("_seconds".to_owned());
    PrometheusBuilder::new().set_buckets_for_metric(of_time, SECONDS)?.install_recorder()
}

/// The page of metrics; `None` where nothing is counted.
pub fn page() -> Option<String> {
    RECORDER.get()?.as_ref().map(PrometheusHandle::render)
}

/// Keeps what is measured between two looks small. To be called every few seconds.
pub fn keep_up() {
    if let Some(Some(handle)) = RECORDER.get() {
        handle.run_upkeep();
    }
}

/// A request was answered. `route` is its pattern.
pub fn request(route: &str, status: u16, took: Duration) {
    let class = match status / 100 {
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        5 => "5xx",
        _ => "1xx",
    };
    counter!("eventos_http_requests_total", "route" => route.to_owned(), "status" => class).increment(1);
    histogram!("eventos_http_request_duration_seconds", "route" => route.to_owned()).record(took);
}

/// A message went on.
pub fn message(state: Message) {
    let name = match state {
        Message::Accepted => "eventos_inbox_accepted_total",
        Message::Redelivered => "eventos_inbox_redelivered_total",
        Message::TakenUp => "eventos_inbox_taken_up_total",
        Message::Answered => "eventos_inbox_answered_total",
        Message::Dead => "eventos_inbox_dead_total",
    };
    counter!(name).increment(1);
}

/// A turn ended.
pub fn turn(outcome: &'static str, took: Duration) {
    counter!("eventos_turns_total", "outcome" => outcome).increment(1);
    histogram!("eventos_turn_duration_seconds", "outcome" => outcome).record(took);
}

/// A turn begins again, because the store was away or somebody else wrote first.
pub fn retry(why: &'static str) {
    counter!("eventos_turn_retries_total", "why" => why).increment(1);
}

/// An answer of the outbox was settled: `sent`, `late` (it was settled before), `wait`, `failed`, `dead` or `gone`.
pub fn delivery(outcome: &'static str) {
    counter!("eventos_outbox_deliveries_total", "outcome" => outcome).increment(1);
}

/// An answer is delivered again although an earlier attempt may have arrived (PAINS P12).
pub fn maybe_twice(channel: &str) {
    counter!("eventos_outbox_maybe_twice_total", "channel" => channel.to_owned()).increment(1);
}

/// A chat ended by itself and is begun again.
pub fn chat_restarted(channel: &'static str) {
    counter!("eventos_chat_restarts_total", "channel" => channel).increment(1);
}

/// What waits to be delivered by a channel, and for how long the oldest does.
pub fn outbox(channel: &'static str, waiting: i64, oldest_s: f64) {
    gauge!("eventos_outbox_waiting", "channel" => channel).set(waiting as f64);
    gauge!("eventos_outbox_oldest_seconds", "channel" => channel).set(oldest_s);
}

/// A session came to a stage for the first time in this turn.
pub fn stage(number: u8) {
    counter!("eventos_stage_reached_total", "stage" => number.to_string()).increment(1);
}

/// An event was published.
pub fn published() {
    counter!("eventos_events_published_total").increment(1);
}

/// An event was made by a turn.
pub fn event_created() {
    counter!("eventos_events_created_total").increment(1);
}

/// Suggestions were shown.
pub fn suggestions_shown(count: usize) {
    counter!("eventos_suggestions_shown_total").increment(count as u64);
}

/// Suggestions were taken.
pub fn suggestions_accepted(count: usize) {
    counter!("eventos_suggestions_accepted_total").increment(count as u64);
}

/// Suggestions that were seen and passed over.
pub fn suggestions_rejected(count: usize) {
    counter!("eventos_suggestions_rejected_total").increment(count as u64);
}

/// A model was asked about a message: the rung that answered (`primary`, `secondary`, `rules`), how long all of it took, and
/// how long the first words took.
pub fn model_turn(rung: &'static str, took: Duration, first_words_ms: Option<u64>) {
    counter!("eventos_model_turns_total", "rung" => rung).increment(1);
    histogram!("eventos_model_turn_duration_seconds", "rung" => rung).record(took);
    if let Some(first) = first_words_ms {
        histogram!("eventos_model_first_words_seconds").record(Duration::from_millis(first));
    }
}

/// No model was asked about a message that was one to ask about: a budget, a rest, or asked before.
pub fn model_spared(why: &'static str) {
    counter!("eventos_model_spared_total", "why" => why).increment(1);
}

/// A voice message was listened to: `heard`, `silent`, `spared` (a budget, or listened to before), or the trouble's name.
pub fn heard(outcome: &'static str) {
    counter!("eventos_voice_messages_total", "outcome" => outcome).increment(1);
}

/// A call to a model went wrong.
pub fn model_trouble(kind: &'static str) {
    counter!("eventos_model_troubles_total", "kind" => kind).increment(1);
}

/// What models read and wrote, in tokens, and what that cost in US dollars.
pub fn model_tokens(prompt: u32, completion: u32, cost_usd: f64) {
    counter!("eventos_model_tokens_total", "kind" => "prompt").increment(prompt.into());
    counter!("eventos_model_tokens_total", "kind" => "completion").increment(completion.into());
    // A counter holds whole numbers: millionths of a dollar.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cost is small and no less than nothing"
    )]
    let millionths = (cost_usd * 1e6).round() as u64;
    counter!("eventos_model_cost_micro_usd_total").increment(millionths);
}

/// Whether models are left alone, because they are too slow (R121).
pub fn model_fallback(is_on: bool) {
    gauge!("eventos_model_fallback").set(if is_on { 1.0 } else { 0.0 });
}

/// A limit refused a call: the name of an endpoint, `address`, `connections`, `purchases`, `visitor_reads`, `address_uploads` or `rest_reads`.
pub fn refused(limit: &'static str) {
    counter!("eventos_rate_limit_refusals_total", "limit" => limit).increment(1);
}

/// A session's queue was full.
pub fn busy() {
    counter!("eventos_mailbox_busy_total").increment(1);
}

/// How long it took to get a connection and begin a transaction on it.
pub fn began_transaction(took: Duration) {
    histogram!("eventos_database_begin_duration_seconds").record(took);
}

/// Open messages whose process died, before they are taken up (PAINS P26).
pub fn adrift(count: u32) {
    gauge!("eventos_inbox_running_without_lease").set(f64::from(count));
}

/// How the publisher's queue stands: items to do, given up, and the age of the oldest that is to do.
pub fn queue(open: i64, dead: i64, oldest_s: i64) {
    gauge!("eventos_queue_open").set(open as f64);
    gauge!("eventos_queue_dead").set(dead as f64);
    gauge!("eventos_queue_oldest_age_seconds").set(oldest_s as f64);
}

/// An attempt of the publisher's ended: `done`, `retry`, `wait`, `dead` or `lost`.
pub fn queue_attempt(kind: &str, end: &'static str) {
    counter!("eventos_queue_attempts_total", "kind" => kind.to_owned(), "end" => end).increment(1);
}

/// How things stand now.
pub fn standing(awake: usize, waiting: usize, connections: u32, idle: usize) {
    gauge!("eventos_sessions_awake").set(awake as f64);
    gauge!("eventos_mailbox_waiting").set(waiting as f64);
    gauge!("eventos_database_connections").set(f64::from(connections));
    gauge!("eventos_database_connections_in_use").set(f64::from(connections) - idle as f64);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_what_was_counted() {
        install();
        install();
        request("/e/{name}", 204, Duration::from_millis(20));
        turn("settled", Duration::from_millis(700));
        keep_up();
        let page = page().unwrap();
        for line in [
            "eventos_http_requests_total{route=\"/e/{name}\",status=\"2xx\"} ",
            "eventos_http_request_duration_seconds_bucket{route=\"/e/{name}\",le=\"0.025\"} ",
            "eventos_turn_duration_seconds_bucket{outcome=\"settled\",le=\"1\"} ",
        ] {
            assert!(page.contains(line), "{line} is not in:\n{page}");
        }
    }
}
