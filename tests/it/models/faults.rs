//! What servers do wrong, at every place of an answer: what the organizer saw and what was stored (docs/models.md has the table).

use serde_json::{Value, json};

use super::{fake, metadata, program, program_with, said, state, streamed};
use crate::harness::program::Program;
use crate::peers::model::{Act, Fake, Step, call, done, event, finish, says, words};

const MESSAGE: &str = "a concert for 80 people";

/// What is expected of a fault.
struct Case {
    name: &'static str,
    /// How the first model answers.
    first: Act,
    /// The rung that answers.
    rung: &'static str,
    /// The requests that the server has.
    requests: usize,
    /// What the answer has of a model.
    shows: Option<&'static str>,
}

fn refuse(status: u16, body: &Value) -> Act {
    vec![Step::Refuse(status, "content-type: application/json\r\n", body.to_string())]
}

fn openai(kind: &str, code: &str) -> Value {
    json!({"error": {"message": "no", "type": kind, "code": code}})
}

fn case(name: &'static str, first: Act, rung: &'static str, requests: usize, shows: Option<&'static str>) -> Case {
    Case { name, first, rung, requests, shows }
}

/// The first model's second try answers.
fn again(name: &'static str, first: Act) -> Case {
    case(name, first, "primary", 2, Some("Second try."))
}

/// The second model answers.
fn next(name: &'static str, first: Act) -> Case {
    case(name, first, "secondary", 2, Some("The second speaks."))
}

/// The first model answers, as far as it came.
fn once(name: &'static str, steps: Vec<Step>, shows: &'static str) -> Case {
    let first = std::iter::once(Step::Open).chain(steps).collect();
    case(name, first, "primary", 1, Some(shows))
}

/// A stream that says nothing, and then this.
fn mute(steps: Vec<Step>) -> Act {
    std::iter::once(Step::Open).chain(steps).collect()
}

/// A stream that says half a sentence, and then this.
fn half(name: &'static str, steps: Vec<Step>) -> Case {
    let steps = [words("Small rooms "), words("sound ")].into_iter().chain(steps).collect();
    once(name, steps, "Small rooms sound")
}

fn before_the_first_word() -> Vec<Case> {
    let call = || call(0, Some("propose_changes"), "{\"people_text\": \"80");
    vec![
        again("hangs up before the headers", vec![Step::Cut]),
        next("silent before the headers", vec![Step::Hang]),
        next("silent before the first token", mute(vec![Step::Hang])),
        next("hangs up before the first token", mute(vec![Step::Cut])),
        next("ends before the first token", mute(vec![Step::End])),
        next("only [DONE]", mute(vec![done(), Step::End])),
        next("cut in mid-JSON of a call", mute(vec![call(), Step::Cut])),
        again("an error first", mute(vec![event(&openai("rate_limit_error", "rate_limit_exceeded")), Step::End])),
    ]
}

fn after_the_first_word() -> Vec<Case> {
    let spoiled = || Step::Raw("data: {\"choices\": [{\"del\n\n".to_owned());
    let begun = || Step::Raw("data: {\"choices\"".to_owned());
    let open_call = call(0, Some("propose_changes"), "{\"people_text\": \"80");
    let best = || vec![words("Small rooms sound best."), finish("stop")];
    let and = |mut steps: Vec<Step>, last: Step| {
        steps.push(last);
        steps
    };
    vec![
        half("hangs up in mid-sentence", vec![Step::Cut]),
        half("silent in mid-sentence", vec![Step::Hang]),
        half("ends in mid-sentence, cleanly", vec![Step::End]),
        half("[DONE] in mid-sentence", vec![done(), Step::End]),
        half("an error in mid-sentence", vec![event(&openai("server_error", "x")), Step::End]),
        half("an event that is no JSON", vec![spoiled(), Step::End]),
        half("cut in the middle of an event", vec![begun(), Step::Cut]),
        once(
            "a call whose JSON never ends",
            and(vec![words("Good. "), open_call, finish("tool_calls")], Step::End),
            "Good.",
        ),
        once("no [DONE] after the last token", and(best(), Step::End), "Small rooms sound best."),
        once("silent after the last token", and(best(), Step::Hang), "Small rooms sound best."),
    ]
}

fn refusals() -> Vec<Case> {
    let page = |status| vec![Step::Refuse(status, "content-type: text/html\r\n", "<h1>no</h1>".to_owned())];
    let limited = openai("rate_limit_error", "x").to_string();
    vec![
        again("500", refuse(500, &json!("oops"))),
        again("503 with a page", page(503)),
        again("429 that is soon over", vec![Step::Refuse(429, "retry-after-ms: 20\r\n", limited)]),
        next("429 for an hour", vec![Step::Refuse(429, "retry-after: 3600\r\n", "slow down".to_owned())]),
        next("quota used up", refuse(429, &openai("insufficient_quota", "insufficient_quota"))),
        next("unknown model", refuse(404, &openai("invalid_request_error", "model_not_found"))),
        next("key refused", refuse(401, &openai("invalid_request_error", "invalid_api_key"))),
        next("request refused", refuse(400, &json!({"detail": "not OpenAI's shape"}))),
        next("200 that is a page", page(200)),
        next(
            "200 that is garbage",
            vec![Step::Refuse(200, "content-type: text/event-stream\r\n", "hello\n\n".to_owned())],
        ),
        next("redirected elsewhere", vec![Step::Refuse(307, "location: http://127.0.0.1:1/\r\n", String::new())]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_ends_in_a_whole_answer_and_the_facts_are_saved() {
    let (database, _) = fake().await;
    let plain = Program::start(&database).await;
    let mut bo = plain.organizer("bo@example.com");
    let rules = said(&bo.say(MESSAGE).await.unwrap()).to_owned();
    plain.stop().await;
    let facts = rules.split('.').next().unwrap();
    println!("| fault | what the organizer saw of a model | answered by | calls |\n|---|---|---|---|");
    for case in [before_the_first_word(), after_the_first_word(), refusals()].into_iter().flatten() {
        let fake = Fake::start().await;
        fake.next(case.first);
        fake.always(says(if case.rung == "primary" { "Second try." } else { "The second speaks." }));
        let program = program_with(&database, &fake, |settings| {
            // What is silent is given up soon; a slow machine is not silent for so long.
            (settings.models.first_token_ms, settings.models.gap_ms) = (3_000, 3_000);
        })
        .await;
        let mut ana =
            program.organizer(&format!("{}@example.com", case.name.replace(|sign: char| !sign.is_alphanumeric(), "-")));
        let replies = ana.say(MESSAGE).await.unwrap();
        let answer = said(&replies);
        let stored = metadata(&database).await;
        println!("| {} | {} | {} | {} |", case.name, case.shows.unwrap_or("nothing"), case.rung, case.requests);
        assert_eq!(state(&replies)["draft"]["capacity"], 80, "{}: {answer}", case.name);
        assert!(answer.starts_with(facts), "{}: {answer}", case.name);
        assert!(answer.ends_with('?'), "{}: the question comes last: {answer}", case.name);
        assert_eq!(streamed(&replies), answer, "{}", case.name);
        assert_eq!(stored["rung"], case.rung, "{}: {stored}", case.name);
        assert!(answer.contains(case.shows.unwrap_or_default()), "{}: {answer}", case.name);
        // Never a mixed reply.
        let both =
            answer.contains("Small rooms") && (answer.contains("Second try") || answer.contains("second speaks"));
        assert!(!both, "{}: {answer}", case.name);
        assert_eq!(fake.seen().len(), case.requests, "{}: {stored}", case.name);
        assert_eq!(fake.faults(), [""; 0], "{}", case.name);
        program.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_models_leave_exactly_the_rules_answer() {
    let (database, fake) = fake().await;
    let conversation =
        ["a concert for 80 people", "hmm", "any ideas for a venue?", "on February 12 2027 at 7pm", "25 dollars"];
    let plain = Program::start(&database).await;
    let mut bo = plain.organizer("bo@example.com");
    let mut expected = Vec::new();
    for line in conversation {
        expected.push(said(&bo.say(line).await.unwrap()).to_owned());
    }
    plain.stop().await;
    fake.always(refuse(500, &json!("oops")));
    let program = program(&database, &fake).await;
    let mut ana = program.organizer("ana@example.com");
    for (line, expected) in conversation.into_iter().zip(expected) {
        let replies = ana.say(line).await.unwrap();
        assert_eq!(said(&replies), expected);
        assert_eq!(streamed(&replies), expected);
        assert_eq!(state(&replies)["degraded"], true);
    }
    let asked = fake.seen().len();
    assert!(asked < conversation.len() * 4, "a breaker opens: {asked} calls");
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_slow_calls_switch_models_off_and_back_on() {
    let (database, fake) = fake().await;
    let program = program_with(&database, &fake, |settings| {
        let models = &mut settings.models;
        // A slow machine is not silent for so long.
        (models.first_token_ms, models.fallback_first_token_ms) = (1_000, 1_000);
        (models.failures, models.fallback_least, models.fallback_probe_s) = (100, 4, 0);
    })
    .await;
    let mut ana = program.organizer("ana@example.com");
    fake.always(vec![Step::Hang]);
    for line in ["hmm", "well", "so"] {
        ana.say(line).await.unwrap();
    }
    // Off: one probe at a time goes, and with each no second call.
    let models = |text: &str| text.lines().any(|line| line.starts_with("eventos_model_fallback 1"));
    let page = eventos::telemetry::metrics::page().unwrap();
    assert!(models(&page), "{page}");
    fake.always(says("Back again."));
    for line in ["hmm", "well", "so", "and now?"] {
        ana.say(line).await.unwrap();
    }
    let page = eventos::telemetry::metrics::page().unwrap();
    assert!(page.lines().any(|line| line.starts_with("eventos_model_fallback 0")), "{page}");
    program.stop().await;
}
