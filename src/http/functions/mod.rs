//! The wizard's web API: `POST /functions/v1/ai-event-wizard` (R33-R54; rulings C-17 to C-25, C-62, C-66, C-74).
//!
//! Promises: each request is one turn of its session's actor (publishing with changes is two); nothing is said to be saved that
//! is not; a session that is somebody else's answers byte for byte as one that does not exist.

mod answer;
mod caller;
pub(super) mod description;
mod request;
mod turn;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use port::{Body, Command, Form, SessionChoice};
use serde_json::{Value, json};

use super::error::{Declined, HttpError};
use super::idempotency::{self, Claim};
use super::openapi::shapes::Refusals;
use super::router::HttpState;
use super::words::Words;
use crate::accounts::caller::Caller;
use crate::store::database::Actor;
use crate::store::idempotency::KEPT_S;
use crate::store::inbox;
use answer::Told;
use caller::Author;
use description::{WizardAnswer, WizardAsk};
use request::{Action, WizardRequest};

/// The function's address.
pub(super) const PATH: &str = "/functions/v1/ai-event-wizard";

/// The function's route.
pub(super) fn routes() -> Router<HttpState> {
    Router::new().route(PATH, post(wizard))
}

/// A turn of the wizard
///
/// Begins a session, processes a stage, keeps a draft or publishes it. What was entered is saved before the answer is sent.
#[utoipa::path(
    post,
    path = PATH,
    tag = "Wizard",
    security(("bearer" = [])),
    params(
        ("Idempotency-Key" = Option<String>, Header,
            description = "The same key and body get the same answer for 24 hours, and are done once"),
        ("Accept-Language" = Option<String>, Header,
            description = "en, es, fr or zh: the language in which `initialize` greets; later the words themselves tell")
    ),
    request_body = WizardAsk,
    responses((status = 200, description = "What the wizard answers", body = WizardAnswer), Refusals)
)]
pub(super) async fn wizard(
    State(state): State<HttpState>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, HttpError> {
    if matches!(caller, Caller::Anybody) {
        return Err(unauthorized());
    }
    let request = WizardRequest::read(&body)?;
    let author = Author::of(&state, &caller, &request).await?;
    let repeat = idempotency::Repeat::of(&headers, "POST", PATH, &body)?;
    // The wizard greets as the caller's page speaks.
    let greeting = Words::wanted(None, None, &headers).map(|words| words.language).filter(|language| *language != "en");
    let Some(repeat) = repeat else { return serve(&state, &author, request, greeting, None, None).await };
    let store = state.store.clone();
    let person = author.person.clone();
    let message = repeat.message_id();
    let work = |claim: Claim| async move {
        let is_again = claim.was_lost && request.action == Action::Initialize;
        let begun = if is_again { begun(&state, &author, &message).await? } else { None };
        serve(&state, &author, request, greeting, Some(message), begun).await
    };
    idempotency::once(store, person, repeat, work).await
}

/// The session that this message began when it came before: it was made in the transaction that took the message in, so that
/// whoever asks again, after the process died, goes on in it.
async fn begun(state: &HttpState, author: &Author, message: &str) -> Result<Option<String>, HttpError> {
    let mut tx = state.store.begin(Actor::Server).await?;
    let found = inbox::session_of_own(&mut tx, turn::CHANNEL, message, author.person.id, KEPT_S).await?;
    Ok(found.map(|session| session.to_string()))
}

/// Does what is asked. `greeting`: the language of a conversation that begins, where that is not English; `message`: the id by
/// which the wizard knows the message again; `begun`: the session that this request began when it came before.
async fn serve(
    state: &HttpState,
    author: &Author,
    request: WizardRequest,
    greeting: Option<&str>,
    message: Option<String>,
    begun: Option<String>,
) -> Result<Response, HttpError> {
    let desk = turn::Desk { door: state.door.as_ref(), author, message };
    let action = request.action;
    let told = match action {
        Action::Initialize => {
            let bare = request.text.is_none() && request.fields.is_empty() && request.pick.is_none();
            // Ruling C-17.
            let first = request.stage.or(Some(1));
            let body = if bare && first == Some(1) {
                greeting.map_or(Body::Command(Command::Start), |language| Body::Language(language.to_owned()))
            } else {
                Body::Form(Form { stage: first, ..request.form() })
            };
            desk.take_turn(begun.map_or(SessionChoice::New, SessionChoice::Id), body, "").await?
        }
        Action::ProcessStage | Action::SaveDraft => {
            desk.take_turn(SessionChoice::Id(request.session()?), Body::Form(request.form()), "").await?
        }
        Action::Publish => publish(&desk, &request).await?,
    };
    refuse_what_was_not_saved(&told, author)?;
    let body = answer::body(&told, action, author.person.timezone.as_deref());
    Ok((StatusCode::OK, Json(body)).into_response())
}

/// What is entered beside the call is saved first; what is published then is exactly what that left.
async fn publish(desk: &turn::Desk<'_>, request: &WizardRequest) -> Result<Told, HttpError> {
    if !desk.author.person.role.may_publish() {
        return Err(Declined::new(
            StatusCode::FORBIDDEN,
            "FORBIDDEN",
            "Please sign in as an organizer to publish. Your draft is kept.",
            Value::Null,
        )
        .into());
    }
    let session = SessionChoice::Id(request.session()?);
    let mut revision = request.revision;
    if !request.fields.is_empty() {
        let form = Form { stage: Some(6), text: None, pick: None, ..request.form() };
        let saved = desk.take_turn(session.clone(), Body::Form(form), "-fields").await?;
        refuse_what_was_not_saved(&saved, desk.author)?;
        revision = saved.state.get("revision").and_then(Value::as_i64);
    }
    desk.take_turn(session, Body::Publish { revision }, "").await
}

/// Fields that were refused or that somebody else changed, and a call to publish that did nothing, are errors of the request.
fn refuse_what_was_not_saved(told: &Told, author: &Author) -> Result<(), HttpError> {
    let state = &told.state;
    let draft = || answer::draft(state, author.person.timezone.as_deref());
    if let Some(refused) = state.get("refused") {
        let (status, code) = match refused["code"].as_str() {
            Some("FORBIDDEN") => (StatusCode::FORBIDDEN, "FORBIDDEN"),
            Some("CONFLICT") => (StatusCode::CONFLICT, "CONFLICT"),
            _ => (StatusCode::BAD_REQUEST, "INVALID_INPUT"),
        };
        let mut more = refused.clone();
        if let Some(more) = more.as_object_mut() {
            more.insert("eventDraft".to_owned(), draft());
        }
        return Err(Declined::new(status, code, refused["message"].as_str().unwrap_or_default(), more).into());
    }
    if let Some(conflicts) = state.get("conflicts").and_then(Value::as_object) {
        let side = |name: &str| -> Value {
            conflicts.iter().map(|(field, values)| (field.clone(), values[name].clone())).collect()
        };
        let more = json!({"fields": state["errors"], "yours": side("yours"), "current": side("current"), "eventDraft": draft()});
        let words = "Somebody changed this meanwhile. Please look at it again.";
        return Err(Declined::new(StatusCode::CONFLICT, "CONFLICT", words, more).into());
    }
    let entered = |name: &String| told.entered.contains(name);
    let fields = state["errors"].as_object().filter(|errors| errors.keys().any(entered));
    fields.map_or(Ok(()), |fields| {
        let more = json!({"fields": fields, "eventDraft": draft()});
        Err(Declined::new(StatusCode::BAD_REQUEST, "INVALID_INPUT", "Please check what you entered.", more).into())
    })
}

fn unauthorized() -> HttpError {
    Declined::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "Please sign in, then try again.", Value::Null).into()
}
