//! The wizard's web API, asked over the router as a client would.
//!
//! Promises: every status and shape of R33-R51; a session that is somebody else's answers byte for byte as an absent one; no
//! body makes a fault; many requests at once are answered one after the other.

mod clocks;
mod hostile;
mod repeats;
mod service;
mod talk;

use std::collections::BTreeSet;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use eventos::accounts::caller::{Caller, Signed};
use eventos::domain::person::{Person, Role as PersonRole};
use eventos::store::database::Actor;
use eventos::store::people;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::harness::{self, Database, Role, program::Program};

const PATH: &str = "/functions/v1/ai-event-wizard";

/// A program with its API, and people who call it.
struct Api {
    database: Database,
    program: Program,
    router: Router,
}

/// An answer.
#[derive(Debug, Clone)]
struct Answer {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn body(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    fn code(&self) -> (u16, String) {
        (self.status, self.body()["error"]["code"].as_str().unwrap_or_default().to_owned())
    }

    /// The body of a success.
    fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.body()
    }
}

impl Api {
    async fn start() -> Self {
        let database = harness::database().await;
        let program = Program::start(&database).await;
        let router = program.app.http();
        Self { database, program, router }
    }

    async fn person(&self, email: &str) -> Person {
        let store = self.database.store().await;
        let mut tx = store.begin(Actor::Server).await.unwrap();
        let person = people::ensure_organizer(&mut tx, email).await.unwrap();
        tx.commit().await.unwrap();
        person
    }

    async fn caller(&self, email: &str) -> Caller {
        signed(self.person(email).await)
    }

    async fn post(&self, caller: &Caller, body: impl Into<Body>, headers: &[(&str, &str)]) -> Answer {
        let request = Request::builder().method("POST").uri(PATH).header("content-type", "application/json");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let mut request = request.body(body.into()).unwrap();
        request.extensions_mut().insert(caller.clone());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Answer { status, headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    async fn ask(&self, caller: &Caller, body: Value) -> Answer {
        self.post(caller, body.to_string(), &[]).await
    }

    /// A new session's id.
    async fn session(&self, caller: &Caller) -> String {
        let begun = self.ask(caller, json!({"action": "initialize"})).await.ok();
        begun["sessionId"].as_str().unwrap().to_owned()
    }

    async fn stop(self) {
        self.program.stop().await;
    }
}

fn signed(person: Person) -> Caller {
    Caller::Person(Box::new(Signed::known(person)))
}

fn process(session: &str, stage: u8, words: &str) -> Value {
    json!({"action": "process-stage", "sessionId": session, "stage": stage, "userInput": words})
}

fn save(session: &str, fields: impl Into<Value>) -> Value {
    json!({"action": "save-draft", "sessionId": session, "eventData": fields.into()})
}

fn complete() -> Value {
    json!({"name": "Tea and Type", "type": "meetup", "description": "We drink tea.", "place": "88 Queen St", "city": "Toronto",
        "timezone": "America/Toronto", "capacity": 30, "dateTime": "2026-12-01T23:00:00Z", "duration": 120, "priceCents": 0})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_has_the_shapes_of_the_contract() {
    let api = Api::start().await;
    let ana = api.caller("ana@example.com").await;
    let id = ana.person().unwrap().id;
    let begun = api.ask(&ana, json!({"action": "initialize", "userId": id})).await;
    assert!(begun.headers["content-type"].to_str().unwrap().starts_with("application/json"));
    let begun = begun.ok();
    assert_eq!(
        (&begun["success"], &begun["stage"], &begun["eventDraft"]["status"]),
        (&json!(true), &json!(1), &json!("draft"))
    );
    assert_eq!(begun["aiResponse"]["suggestions"].as_array().unwrap().len(), 3);
    let session = begun["sessionId"].as_str().unwrap();
    let first = api.ask(&ana, process(session, 1, "I want to create a tech conference for 500 people")).await.ok();
    assert_eq!(first["aiResponse"]["suggestions"].as_array().unwrap().len(), 3);
    assert_eq!((&first["eventDraft"]["capacity"], &first["eventDraft"]["type"]), (&json!(500), &json!("conference")));
    assert!(first["validationErrors"]["description"].is_string(), "{first}");
    let event: Uuid = first["eventDraft"]["id"].as_str().unwrap().parse().unwrap();
    let mut conn = api.database.connect(Role::Bootstrap).await;
    let row: (String, Uuid) = sqlx::query_as("select status, organizer_id from events where id = $1")
        .bind(event)
        .fetch_one(&mut conn)
        .await
        .unwrap();
    assert_eq!(row, ("draft".to_owned(), id));
    let second = api
        .ask(&ana, process(session, 2, "I need a venue for 200 people in downtown Toronto with AV equipment"))
        .await
        .ok();
    assert_eq!(
        second["progress"],
        json!({"currentStage": 2, "totalStages": 6, "percentComplete": 33, "estimatedTimeRemaining": 120})
    );
    assert_eq!(second["eventDraft"]["capacity"], 200);
    assert!(second["aiResponse"]["nextPrompt"].is_string() && second["aiResponse"]["message"].is_string(), "{second}");
    assert_eq!(second["aiResponse"]["degraded"], false);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_stage_answers_with_suggestions_whatever_is_said() {
    let api = Api::start().await;
    let ana = api.caller("ana@example.com").await;
    for words in ["Test input for stage", "asdf qwer", "42", "?", "🎉"] {
        let session = api.session(&ana).await;
        for stage in 1..=6 {
            let words = if words.starts_with("Test") { format!("{words} {stage}") } else { words.to_owned() };
            let answer = api.ask(&ana, process(&session, stage, &words)).await.ok();
            let count = answer["aiResponse"]["suggestions"].as_array().unwrap().len();
            // An organizer's own place from another session is one venue, and then there are no three.
            let expected = if words.starts_with("Test") { 3..=3 } else { 1..=3 };
            assert!(expected.contains(&count) && answer["stage"] == stage, "{words:?} at {stage}: {answer}");
        }
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_are_kept_and_published_on_call() {
    let api = Api::start().await;
    let ana = api.caller("ana@example.com").await;
    let session = api.session(&ana).await;
    let early = api.ask(&ana, json!({"action": "publish", "sessionId": session})).await;
    assert_eq!(early.code(), (400, "INVALID_INPUT".to_owned()));
    assert!(early.body()["error"]["missing"].as_array().unwrap().contains(&json!("dateTime")), "{}", early.text);
    assert_eq!(early.body()["error"]["fields"]["name"], "Event name is required");
    let saved = api.ask(&ana, save(&session, complete())).await.ok();
    assert_eq!(saved["eventDraft"]["dateTime"], "2026-12-01T18:00:00-05:00");
    assert_eq!((&saved["eventDraft"]["slug"], saved.get("validationErrors")), (&json!("tea-and-type"), None));
    let stale = json!({"action": "publish", "sessionId": session, "eventData": {"revision": 0}});
    let stale = api.ask(&ana, stale).await;
    assert_eq!(stale.code(), (409, "CONFLICT".to_owned()));
    assert_eq!(
        (&stale.body()["error"]["yours"], &stale.body()["error"]["current"]),
        (&json!(0), &saved["eventDraft"]["revision"])
    );
    let live = json!({"action": "publish", "sessionId": session, "eventData": {"revision": saved["eventDraft"]["revision"], "capacity": 31}});
    let live = api.ask(&ana, live).await.ok();
    assert_eq!(
        (&live["event"]["status"], &live["event"]["publicUrl"]),
        (&json!("published"), &json!("http://events.test/e/tea-and-type"))
    );
    assert_eq!((&live["eventDraft"]["status"], &live["eventDraft"]["capacity"]), (&json!("published"), &json!(31)));
    let again = api.ask(&ana, json!({"action": "publish", "sessionId": session})).await.ok();
    assert_eq!(again["event"], live["event"]);
    let guest = Person { role: PersonRole::Guest, ..ana.person().unwrap().clone() };
    let refused = api.ask(&signed(guest), json!({"action": "publish", "sessionId": session})).await;
    assert_eq!(refused.code(), (403, "FORBIDDEN".to_owned()));
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn past_dates_and_small_venues_warn_and_do_not_refuse() {
    let api = Api::start().await;
    let ana = api.caller("ana@example.com").await;
    let mut conn = api.database.connect(Role::Bootstrap).await;
    sqlx::query("insert into venues (ref, name, city, country, timezone, capacity) values ('hall-1', 'The Hall', 'Toronto', 'CA', 'America/Toronto', 20)")
        .execute(&mut conn)
        .await
        .unwrap();
    let session = api.session(&ana).await;
    let mut fields = complete();
    let entered = fields.as_object_mut().unwrap();
    entered.extend([("dateTime".to_owned(), json!("2025-11-15T09:00:00Z")), ("venueId".to_owned(), json!("hall-1"))]);
    entered.retain(|name, _| !["place", "city", "timezone"].contains(&name.as_str()));
    let saved = api.ask(&ana, save(&session, fields)).await.ok();
    assert_eq!(
        (&saved["eventDraft"]["venueId"], &saved["eventDraft"]["dateTime"]),
        (&json!("hall-1"), &json!("2025-11-15T04:00:00-05:00"))
    );
    assert_eq!(saved["publish"]["warnings"].as_array().unwrap().len(), 2, "{saved}");
    let live = api.ask(&ana, json!({"action": "publish", "sessionId": session})).await.ok();
    assert_eq!(live["event"]["status"], "published");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_saved_is_an_error_and_what_was_is_kept() {
    let api = Api::start().await;
    let ana = api.caller("ana@example.com").await;
    let session = api.session(&ana).await;
    let refused =
        api.ask(&ana, save(&session, json!({"name": "Tea", "capacity": -3, "colour": "red", "type": 7}))).await;
    assert_eq!(refused.code(), (400, "INVALID_INPUT".to_owned()));
    let error = &refused.body()["error"];
    let named: Vec<&String> = error["fields"].as_object().unwrap().keys().collect();
    assert_eq!(
        (named, &error["eventDraft"]["name"]),
        (
            ["capacity", "colour", "type"].iter().map(|name| (*name).to_owned()).collect::<Vec<_>>().iter().collect(),
            &json!("Tea")
        )
    );
    let revision = error["eventDraft"]["revision"].clone();
    api.ask(&ana, save(&session, json!({"capacity": 40, "revision": revision}))).await.ok();
    let late = api.ask(&ana, save(&session, json!({"capacity": 50, "name": "Type", "revision": revision}))).await;
    assert_eq!(late.code(), (409, "CONFLICT".to_owned()));
    let error = &late.body()["error"];
    assert_eq!((&error["yours"], &error["current"]), (&json!({"capacity": 50}), &json!({"capacity": 40})));
    assert_eq!((&error["eventDraft"]["name"], &error["eventDraft"]["capacity"]), (&json!("Type"), &json!(40)));
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_is_taken_by_its_number_or_its_id() {
    let api = Api::start().await;
    let ana = api.caller("ana@example.com").await;
    let session = api.session(&ana).await;
    let shown = api.ask(&ana, process(&session, 1, "a meetup about knots for 20 people")).await.ok();
    let offers = shown["aiResponse"]["suggestions"].as_array().unwrap().clone();
    let picked = api.ask(&ana, process(&session, 1, "2")).await.ok();
    let value = |offer: &Value| offer["data"].as_object().unwrap().values().next().unwrap().to_string();
    assert!(picked["eventDraft"].to_string().contains(&value(&offers[1])), "{picked}");
    let by_id = save(&session, json!({"suggestionId": offers[0]["id"]}));
    let picked = api.ask(&ana, by_id).await.ok();
    assert!(picked["eventDraft"].to_string().contains(&value(&offers[0])), "{picked}");
    let lost = api.ask(&ana, save(&session, json!({"suggestionId": Uuid::from_u128(7)}))).await;
    assert_eq!(lost.code(), (400, "INVALID_INPUT".to_owned()));
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_session_is_as_absent_as_none() {
    let api = Api::start().await;
    let (ana, eve) = (api.caller("ana@example.com").await, api.caller("eve@example.com").await);
    let own = api.session(&ana).await;
    let fixed = [("x-request-id", "r-1")];
    for body in
        [process(&own, 1, "hello"), save(&own, json!({"name": "x"})), json!({"action": "publish", "sessionId": own})]
    {
        let foreign = api.post(&eve, body.to_string(), &fixed).await;
        assert_eq!(foreign.code(), (404, "NOT_FOUND".to_owned()));
        for absent in [Uuid::from_u128(9).to_string(), "none".to_owned()] {
            let none = api.post(&eve, body.to_string().replace(&own, &absent), &fixed).await;
            assert_eq!((none.status, &none.text, &none.headers), (foreign.status, &foreign.text, &foreign.headers));
        }
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_requests_at_once_are_answered_one_after_the_other() {
    let api = Api::start().await;
    let ana = api.caller("ana@example.com").await;
    let session = api.session(&ana).await;
    let asked = (1..=50).map(|number| api.ask(&ana, save(&session, json!({"capacity": number}))));
    let answers = futures::future::join_all(asked).await;
    let revisions: BTreeSet<i64> =
        answers.iter().map(|answer| answer.ok()["eventDraft"]["revision"].as_i64().unwrap()).collect();
    assert_eq!(revisions.len(), 50, "each change has a revision of its own");
    let last = answers.iter().map(Answer::ok).max_by_key(|answer| answer["eventDraft"]["revision"].as_i64()).unwrap();
    let mut conn = api.database.connect(Role::Bootstrap).await;
    let stored: (i32, i64) =
        sqlx::query_as("select capacity, revision from events").fetch_one(&mut conn).await.unwrap();
    assert_eq!(json!([stored.0, stored.1]), json!([last["eventDraft"]["capacity"], last["eventDraft"]["revision"]]));
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_begins_in_the_language_of_the_page() {
    let api = Api::start().await;
    let ana = api.caller("ana@example.com").await;
    for (browser, greets, takes) in
        [("es-MX, en;q=0.5", "¡Hola!", "Anotado"), ("de, en;q=0.5", "Hello!", "Got it"), ("zh-TW", "你好", "已记下")]
    {
        let headers = [("accept-language", browser)];
        let begun = api.post(&ana, json!({"action": "initialize"}).to_string(), &headers).await.ok();
        let said = begun["aiResponse"]["message"].as_str().unwrap().to_owned();
        assert!(said.contains(greets), "{browser}: {said}");
        let fields = json!({"action": "process-stage", "sessionId": begun["sessionId"], "stage": 1, "eventData": {"name": "Noche", "type": "concert"}});
        let taken = api.post(&ana, fields.to_string(), &[]).await.ok();
        let said = taken["aiResponse"]["message"].as_str().unwrap().to_owned();
        assert!(said.contains(takes), "{browser}: {said}");
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_names_no_language_is_refused_in_that_of_their_account() {
    let api = Api::start().await;
    let (ana, bo) = (api.caller("ana@example.com").await, api.caller("bo@example.com").await);
    let mut conn = api.database.connect(Role::Bootstrap).await;
    sqlx::query("update profiles set language = 'fr' where email = 'ana@example.com'")
        .execute(&mut conn)
        .await
        .unwrap();
    let english = "This request cannot be read. Please check it.";
    let french = "Cette demande est illisible. Vérifiez-la.";
    let spanish = "No se puede leer esta petición. Revísala.";
    let browser = |languages: &'static str| vec![("accept-language", languages)];
    for (caller, headers, words) in [
        (&ana, vec![], french),
        (&ana, browser("es-MX, en;q=0.5"), spanish),
        (&ana, browser("de"), english),
        (&bo, vec![], english),
    ] {
        let refused = api.post(caller, "[1]", &headers).await;
        assert_eq!((refused.status, &refused.body()["error"]["message"]), (400, &json!(words)), "{headers:?}");
    }
    api.stop().await;
}
