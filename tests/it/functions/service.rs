//! Who may ask: nobody, visitors of events, the server's own key in the name of its users (C-18, C-59, C-66).

use eventos::accounts::caller::Caller;
use eventos::domain::person::{Person, Role as PersonRole};
use serde_json::json;
use uuid::Uuid;

use super::{Api, process, signed};

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_nobody_signs_in_and_visitors_are_refused() {
    let api = Api::start().await;
    let nobody = api.ask(&Caller::Anybody, json!({"action": "nonsense"})).await;
    assert_eq!(nobody.code(), (401, "UNAUTHORIZED".to_owned()));
    let visitor = Person { role: PersonRole::Attendee, ..api.person("ana@example.com").await };
    let refused = api.ask(&signed(visitor), json!({"action": "initialize"})).await;
    assert_eq!(refused.code(), (403, "FORBIDDEN".to_owned()));
    let other =
        api.ask(&api.caller("ana@example.com").await, json!({"action": "initialize", "userId": Uuid::nil()})).await;
    assert_eq!((other.code().0, other.body()["error"]["fields"]["userId"].is_string()), (400, true));
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_servers_key_begins_for_a_user_and_goes_on_as_the_owner() {
    let api = Api::start().await;
    let ana = api.person("ana@example.com").await;
    let eve = api.person("eve@example.com").await;
    let bare = api.ask(&Caller::Service, json!({"action": "initialize"})).await;
    assert_eq!(bare.code().0, 400);
    let unknown = api.ask(&Caller::Service, json!({"action": "initialize", "userId": Uuid::nil()})).await;
    assert_eq!(unknown.code().0, 400);
    let begun = api.ask(&Caller::Service, json!({"action": "initialize", "userId": ana.id})).await.ok();
    let session = begun["sessionId"].as_str().unwrap();
    let mut said = process(session, 1, "a workshop called Knots for 20 people");
    let answer = api.ask(&Caller::Service, said.clone()).await.ok();
    assert_eq!(answer["eventDraft"]["name"], "Knots");
    said["userId"] = json!(ana.id);
    api.ask(&Caller::Service, said.clone()).await.ok();
    said["userId"] = json!(eve.id);
    assert_eq!(api.ask(&Caller::Service, said).await.code().0, 400);
    let own = api.ask(&signed(ana), process(session, 2, "40 people")).await.ok();
    assert_eq!(own["eventDraft"]["name"], "Knots");
    let absent = api.ask(&Caller::Service, process(&Uuid::nil().to_string(), 1, "x")).await;
    assert_eq!(absent.code(), (404, "NOT_FOUND".to_owned()));
    api.stop().await;
}
