//! Who may come through the door and over HTTP with a token.

use axum::body::{Body, to_bytes};
use axum::http::Request;
use eventos::domain::person::Role as PersonRole;
use port::Sender;
use port::recorder::{Failure, Recorder};
use secrecy::SecretString;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::harness;
use crate::harness::accounts::claims;
use crate::harness::program::Program;

async fn program() -> (harness::Database, Program) {
    let database = harness::database().await;
    let program = Program::start_with(&database, |settings| "ES256".clone_into(&mut settings.accounts.alg)).await;
    (database, program)
}

#[tokio::test]
async fn a_token_opens_the_door_for_whoever_may_draft() {
    let (_database, program) = program().await;
    let accounts = program.app.accounts().clone();
    let token = accounts.local_token("ana@example.com", None, false).await.unwrap().token;
    let bearer = |token: &str| Sender::Bearer(SecretString::from(token));
    let said = Recorder::new(program.door(), bearer(&token)).say("A concert in Toronto").await.unwrap();
    assert!(format!("{said:?}").contains("concert"), "{said:?}");

    let id = claims(&token)["sub"].as_str().unwrap().to_owned();
    let said =
        Recorder::new(program.door(), Sender::Person { id, counted: true }).say("A workshop in Toronto").await.unwrap();
    assert!(format!("{said:?}").contains("workshop"), "{said:?}");

    let attendee = accounts.local_token("guest@example.com", Some(PersonRole::Attendee), false).await.unwrap().token;
    let refused = Recorder::new(program.door(), bearer(&attendee)).say("A concert").await;
    assert!(
        matches!(&refused, Err(Failure::Refused(port::Refusal::Forbidden(words))) if words.contains("organizer")),
        "{refused:?}"
    );

    let keys = accounts.api_keys().await.unwrap();
    let nobody = "00000000-0000-4000-8000-00000000ffff".to_owned();
    for from in [
        bearer(&keys.anon),
        bearer(&keys.service_role),
        bearer("x.y.z"),
        Sender::Person { id: nobody, counted: true },
        Sender::Person { id: "ana".to_owned(), counted: true },
    ] {
        let refused = Recorder::new(program.door(), from).say("A concert").await;
        assert!(matches!(refused, Err(Failure::Refused(port::Refusal::Unauthorized))), "{refused:?}");
    }
    program.stop().await;
}

#[tokio::test]
async fn a_bad_token_is_refused_in_the_shape_of_its_address() {
    let (_database, program) = program().await;
    let router = program.app.http();
    let ask = async |path: &str, method: &str| {
        let request = Request::builder().method(method).uri(path).header("authorization", "Bearer x.y.z");
        let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        (parts, serde_json::from_slice::<Value>(&body).unwrap_or(Value::Null))
    };
    let (parts, body) = ask("/rest/v1/events", "GET").await;
    assert_eq!((parts.status.as_u16(), &body["code"]), (401, &Value::from("PGRST301")));
    assert!(parts.headers["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
    assert_eq!(parts.headers["access-control-allow-origin"], "*");
    let (parts, body) = ask("/functions/v1/ai-event-wizard", "POST").await;
    assert_eq!((parts.status.as_u16(), &body["error"]["code"]), (401, &Value::from("UNAUTHORIZED")));
    assert_eq!(parts.headers["access-control-allow-origin"], "*");
    let (parts, body) = ask("/api/links", "POST").await;
    assert_eq!((parts.status.as_u16(), &body["error"]["code"]), (401, &Value::from("UNAUTHORIZED")));
    assert!(parts.headers.get("access-control-allow-origin").is_none());
    // Whoever looks at a page or asks for our health is not asked who they are.
    for (path, status) in [("/livez", 200), ("/api/health", 200), ("/e/nothing", 404)] {
        assert_eq!(ask(path, "GET").await.0.status.as_u16(), status, "{path}");
    }
    let (parts, _) = ask("/rest/v1/events", "OPTIONS").await;
    assert_eq!(parts.status.as_u16(), 204);
    assert!(parts.headers["access-control-allow-headers"].to_str().unwrap().contains("x-client-info"));
    program.stop().await;
}
