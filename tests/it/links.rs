//! `/api/links` over HTTP: who may ask, what is shown, and that a foreign id is as absent as none.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use eventos::accounts::caller::{Caller, Signed};
use eventos::domain::person::Person;
use eventos::http::router::router;
use eventos::store::database::Actor;
use eventos::store::people;
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt as _;

use crate::harness;
use crate::harness::http;
use crate::harness::program::Program;
use crate::peers::telegram::Telegram;

/// The routes as this person calls them.
struct Api {
    routes: Router,
    caller: Caller,
}

impl Api {
    fn of(routes: &Router, person: Option<Person>) -> Self {
        let caller = person.map_or(Caller::Anybody, |person| Caller::Person(Box::new(Signed::known(person))));
        Self { routes: routes.clone(), caller }
    }

    async fn ask(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let mut request =
            Request::builder().method(method).uri(path).header("content-type", "application/json").body(body).unwrap();
        request.extensions_mut().insert(self.caller.clone());
        let (parts, body) = self.routes.clone().oneshot(request).await.unwrap().into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        (parts.status.as_u16(), serde_json::from_slice(&body).unwrap_or(Value::Null))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn links_are_made_listed_confirmed_and_ended() {
    let (database, telegram) = (harness::database().await, Telegram::start().await);
    let program = Program::start(&database).await;
    let store = database.store().await;
    let mut tx = store.begin(Actor::Server).await.unwrap();
    let ann = people::ensure_organizer(&mut tx, "ann@example.org").await.unwrap();
    let ben = people::ensure_organizer(&mut tx, "ben@example.org").await.unwrap();
    let guest = people::new_guest(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let options = telegram::Options {
        token: secrecy::SecretString::from(crate::peers::telegram::TOKEN),
        api_url: telegram.url().to_owned(),
        mode: telegram::Mode::Poll,
        webhook_secret: None,
        public_url: String::new(),
    };
    let bot: Arc<dyn port::Channel> = Arc::new(telegram::Telegram::new(options).unwrap());
    let state = eventos::http::router::HttpState {
        accounts: program.app.accounts().clone(),
        chats: Arc::from(vec![bot]),
        ..http::state(store.clone(), program.clock.clone())
    };
    let routes = router(state);
    let (ann, ben, guest, nobody) = (
        Api::of(&routes, Some(ann)),
        Api::of(&routes, Some(ben)),
        Api::of(&routes, Some(guest)),
        Api::of(&routes, None),
    );

    for stranger in [&guest, &nobody] {
        assert_eq!(stranger.ask("POST", "/api/links", json!({"platform": "telegram"})).await.0, 401);
        assert_eq!(stranger.ask("GET", "/api/links", Value::Null).await.0, 401);
    }
    for (body, status) in
        [(json!({"platform": "icq"}), 400), (json!({"platform": "discord"}), 404), (json!({}), 400), (json!([]), 400)]
    {
        assert_eq!(ann.ask("POST", "/api/links", body.clone()).await.0, status, "{body}");
    }
    let (status, made) = ann.ask("POST", "/api/links", json!({"platform": "telegram"})).await;
    assert_eq!((status, made["code"].as_str().unwrap().len(), made["success"].clone()), (200, 22, json!(true)));
    assert!(
        made["expiresAt"].is_string() && made["url"].is_null(),
        "the bot's name is not known before it ran: {made}"
    );

    let account = eventos::store::links::Account { platform: "telegram", id: "42", name: Some("@ann") };
    program.app.accounts().chat_person(account).await.unwrap();
    let shown =
        program.app.accounts().show_code(account, made["code"].as_str().unwrap(), ("1:42", "{}")).await.unwrap();
    let eventos::accounts::links::Step::Ask { request, account: hidden } = shown else { panic!("{shown:?}") };
    assert_eq!(hidden, "a***@example.org");
    let (_, listed) = ann.ask("GET", "/api/links", Value::Null).await;
    assert_eq!(listed["waiting"][0]["name"], "@ann");
    assert_eq!(
        (listed["waiting"][0]["chatAgreed"].clone(), listed["platforms"].clone()),
        (json!(false), json!(["telegram"]))
    );
    assert_eq!(ben.ask("GET", "/api/links", Value::Null).await.1["waiting"], json!([]));
    for id in [request.to_string(), "7".to_owned()] {
        assert_eq!(ben.ask("POST", &format!("/api/links/{id}/confirm"), Value::Null).await.0, 404, "{id}");
        assert_eq!(ben.ask("DELETE", &format!("/api/links/{id}"), Value::Null).await.0, 404, "{id}");
    }
    let confirm = format!("/api/links/{request}/confirm");
    assert_eq!(ann.ask("POST", &confirm, Value::Null).await.1["linked"], false, "the chat is still asked");
    program.app.accounts().answer_in_chat(account, request, true).await.unwrap();
    let (_, listed) = ann.ask("GET", "/api/links", Value::Null).await;
    assert_eq!((listed["links"][0]["platform"].clone(), listed["waiting"].clone()), (json!("telegram"), json!([])));
    let link = format!("/api/links/{}", listed["links"][0]["id"].as_str().unwrap());
    assert_eq!(ben.ask("DELETE", &link, Value::Null).await.0, 404);
    assert_eq!(ann.ask("DELETE", &link, Value::Null).await.0, 200);
    assert_eq!(ann.ask("DELETE", &link, Value::Null).await.0, 404);
    assert_eq!(ann.ask("POST", &confirm, Value::Null).await.0, 404, "a request is used once");
    program.stop().await;
}
