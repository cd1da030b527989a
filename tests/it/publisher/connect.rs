//! Connect: the way to an account at Stripe and back, by account links and by OAuth; forged, foreign, used twice, too late.

use axum::body::{Body, to_bytes};
use axum::http::Request;
use eventos::accounts::caller::{Caller, Signed};
use eventos::domain::person::{Person, Role};
use eventos::settings::Settings;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use uuid::Uuid;

use super::scene::Scene;
use crate::peers::stripe::{Lie, Mood, StripePeer};

struct Answer {
    status: u16,
    location: String,
    cookie: Option<String>,
    body: Value,
}

async fn ask(scene: &Scene, method: &str, path: &str, caller: Caller, cookie: Option<&str>, body: Value) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(cookie) = cookie {
        request = request.header("cookie", format!("other=1; {cookie}"));
    }
    let mut request = request.body(Body::from(if body.is_null() { String::new() } else { body.to_string() })).unwrap();
    request.extensions_mut().insert(caller);
    let response = scene.program.http().oneshot(request).await.unwrap();
    let header =
        |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let (status, location, set) = (response.status().as_u16(), header("location"), header("set-cookie"));
    let cookie = Some(set.split(';').next().unwrap().to_owned()).filter(|cookie| !cookie.is_empty());
    if cookie.is_some() {
        assert!(
            set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Path=/connect/stripe"),
            "{set}"
        );
    }
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    Answer { status, location, cookie, body: serde_json::from_slice(&bytes).unwrap_or_default() }
}

fn person(id: Uuid, role: Role) -> Caller {
    Caller::Person(Box::new(Signed::known(Person {
        id,
        role,
        email: Some("ana@example.com".to_owned()),
        name: None,
        timezone: None,
        country: Some("CA".to_owned()),
        currency: None,
    })))
}

/// A scene with an organizer, and who they are.
async fn scene(change: impl FnOnce(&mut Settings)) -> (Scene, Uuid) {
    let scene = Scene::start(StripePeer::start(Mood::honest()).await, change).await;
    let ana = scene.value("select app.ensure_user('ana@example.com', 'organizer', false, 'Ana')").await;
    (scene, ana)
}

fn state_of(url: &str) -> String {
    url.split("state=").nth(1).unwrap().split('&').next().unwrap().to_owned()
}

/// What Stripe was told to send people back to.
fn state(scene: &Scene) -> String {
    let form = scene.peer.asked("account_links").pop().unwrap();
    state_of(&form.iter().find(|(name, _)| name == "return_url").unwrap().1)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organizer_goes_to_stripe_comes_back_once_and_in_the_same_browser() {
    let (scene, ana) = scene(|_| {}).await;
    let begun = ask(&scene, "POST", "/api/connect/stripe", person(ana, Role::Organizer), None, json!({})).await;
    assert_eq!(begun.status, 200, "{}", begun.body);
    assert!(begun.body["url"].as_str().unwrap().starts_with("https://connect.stripe.com/setup/"), "{}", begun.body);
    let cookie = begun.cookie.unwrap();
    let account = scene.peer.accounts()[0].clone();
    assert_eq!((&account["metadata"]["user_id"], &account["country"]), (&json!(ana.to_string()), &json!("CA")));
    let back = format!("/connect/stripe/return?state={}", state(&scene));

    for (what, path, cookie) in [
        ("another browser", back.as_str(), None),
        ("a forged browser", back.as_str(), Some("eventos_connect=00000000000000000000000000000000")),
        ("a forged state", "/connect/stripe/return?state=00000000000000000000000000000000", Some(cookie.as_str())),
        ("no state", "/connect/stripe/return", Some(cookie.as_str())),
    ] {
        let answer = ask(&scene, "GET", path, Caller::Anybody, cookie, Value::Null).await;
        assert_eq!(
            (answer.status, answer.location.as_str()),
            (303, "/wizard/new?stage=5&stripe_connected=over"),
            "{what}"
        );
    }
    assert_eq!(scene.value::<i64>("select count(*) from payment_setup_queue where kind = 'stripe_account'").await, 0);

    scene.peer.verifies(account["id"].as_str().unwrap(), true);
    let answer = ask(&scene, "GET", &back, Caller::Anybody, Some(&cookie), Value::Null).await;
    assert_eq!((answer.status, answer.location.as_str()), (303, "/wizard/new?stage=5&stripe_connected=true"));
    assert_eq!(answer.cookie.as_deref(), Some("eventos_connect="), "the browser's half is taken away");
    assert!(scene.value::<bool>("select charges_enabled and payouts_enabled from stripe_accounts").await);
    let known = ask(&scene, "GET", "/api/connect/stripe", person(ana, Role::Organizer), None, Value::Null).await;
    assert_eq!((&known.body["configured"], &known.body["account"]["chargesEnabled"]), (&json!(true), &json!(true)));

    let again = ask(&scene, "GET", &back, Caller::Anybody, Some(&cookie), Value::Null).await;
    assert_eq!(again.location, "/wizard/new?stage=5&stripe_connected=over", "used once");
    // The next way leads to the same account.
    ask(&scene, "POST", "/api/connect/stripe", person(ana, Role::Organizer), None, Value::Null).await;
    assert_eq!(scene.peer.accounts().len(), 1);
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_runs_out_a_used_link_is_replaced_and_what_is_due_is_known() {
    let (scene, ana) = scene(|_| {}).await;
    let begun = ask(&scene, "POST", "/api/connect/stripe", person(ana, Role::Organizer), None, Value::Null).await;
    let (cookie, state) = (begun.cookie.unwrap(), state(&scene));
    let again = format!("/connect/stripe/again?state={state}");
    let replaced = ask(&scene, "GET", &again, Caller::Anybody, Some(&cookie), Value::Null).await;
    assert!(replaced.location.starts_with("https://connect.stripe.com/setup/"), "{}", replaced.location);
    assert_ne!(replaced.location, begun.body["url"].as_str().unwrap(), "each link is another one");
    let foreign = ask(&scene, "GET", &again, Caller::Anybody, None, Value::Null).await;
    assert_eq!(foreign.location, "/wizard/new?stage=5&stripe_connected=over");

    scene.peer.verifies(scene.peer.accounts()[0]["id"].as_str().unwrap(), false);
    let back = format!("/connect/stripe/return?state={state}");
    ask(&scene, "GET", &back, Caller::Anybody, Some(&cookie), Value::Null).await;
    let due: Vec<String> = scene.value("select requirements from stripe_accounts").await;
    assert_eq!(due, ["individual.verification.document"]);

    let begun = ask(&scene, "POST", "/api/connect/stripe", person(ana, Role::Organizer), None, Value::Null).await;
    scene.run("update stripe_connects set expires_at = now() - interval '1 second'").await;
    let back = format!("/connect/stripe/return?state={}", self::state(&scene));
    let late = ask(&scene, "GET", &back, Caller::Anybody, begun.cookie.as_deref(), Value::Null).await;
    assert_eq!(late.location, "/wizard/new?stage=5&stripe_connected=over");
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_stripe_still_looks_at_is_looked_up_again() {
    let (scene, ana) = scene(|_| {}).await;
    let begun = ask(&scene, "POST", "/api/connect/stripe", person(ana, Role::Organizer), None, Value::Null).await;
    let account = scene.peer.accounts()[0]["id"].as_str().unwrap().to_owned();
    scene.peer.verifies(&account, false);
    let back = format!("/connect/stripe/return?state={}", state(&scene));
    ask(&scene, "GET", &back, Caller::Anybody, begun.cookie.as_deref(), Value::Null).await;
    let waits = "select exists (select from payment_setup_queue where kind = 'stripe_account' and done_at is null and lease_until is null
      and last_error like '%not decided%' and next_retry_at between now() + interval '59 minutes' and now() + interval '61 minutes')";
    scene.until("it is looked again in an hour", waits).await;
    scene.peer.verifies(&account, true);
    scene.run("update payment_setup_queue set next_retry_at = now() where kind = 'stripe_account'").await;
    scene.settled().await;
    assert!(scene.value::<bool>("select charges_enabled from stripe_accounts").await);
    // But not for ever.
    scene.peer.verifies(&account, false);
    scene.run("update payment_setup_queue set done_at = null, payload = payload || jsonb_build_object('since_s', (payload ->> 'since_s')::bigint - 3 * 86400)").await;
    scene.settled().await;
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_oauth_an_account_is_brought_along_and_nobody_takes_another_persons() {
    let (scene, ana) = scene(|settings| settings.publisher.stripe_client_id = "ca_peer".to_owned()).await;
    let begin = async |who: Uuid| {
        let begun = ask(&scene, "POST", "/api/connect/stripe", person(who, Role::Organizer), None, Value::Null).await;
        let url = begun.body["url"].as_str().unwrap().to_owned();
        assert!(url.contains("/oauth/authorize?") && url.contains("client_id=ca_peer"), "{url}");
        (state_of(&url), begun.cookie.unwrap())
    };
    let back = async |state: &str, more: &str, cookie: &str| {
        let path = format!("/connect/stripe/return?state={state}{more}");
        ask(&scene, "GET", &path, Caller::Anybody, Some(cookie), Value::Null).await.location
    };
    let (state, cookie) = begin(ana).await;
    let told = "/wizard/new?stage=5&stripe_connected=";
    assert_eq!(back(&state, "&error=access_denied&error_description=x", &cookie).await, format!("{told}declined"));
    let (state, cookie) = begin(ana).await;
    assert_eq!(back(&state, "&code=ac_forged", &cookie).await, format!("{told}unanswered"));
    assert!(scene.all::<String>("select id from stripe_accounts").await.is_empty());
    let code = scene.peer.lets_in("acct_1own");
    let (state, cookie) = begin(ana).await;
    assert_eq!(back(&state, &format!("&code={code}"), &cookie).await, format!("{told}true"));
    assert!(scene.value::<bool>("select charges_enabled from stripe_accounts where id = 'acct_1own'").await);

    let bo: Uuid = scene.value("select app.ensure_user('bo@example.com', 'organizer', false, 'Bo')").await;
    let code = scene.peer.lets_in("acct_1own");
    let (state, cookie) = begin(bo).await;
    assert_eq!(back(&state, &format!("&code={code}"), &cookie).await, format!("{told}taken"));
    assert_eq!(scene.value::<Uuid>("select user_id from stripe_accounts").await, ana);
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_stripe_is_away_nothing_is_begun_and_the_queue_looks_until_it_has_answered() {
    let (scene, ana) = scene(|_| {}).await;
    scene.peer.becomes(&[Lie::FailBefore]);
    let refused = ask(&scene, "POST", "/api/connect/stripe", person(ana, Role::Organizer), None, Value::Null).await;
    assert_eq!((refused.status, &refused.body["error"]["code"]), (503, &json!("SERVICE_UNAVAILABLE")));
    // It made the account, and its answer was lost: the next time it is the same one.
    scene.peer.becomes(&[Lie::DropAnswer]);
    ask(&scene, "POST", "/api/connect/stripe", person(ana, Role::Organizer), None, Value::Null).await;
    scene.peer.becomes(&[Lie::Truth]);
    let begun = ask(&scene, "POST", "/api/connect/stripe", person(ana, Role::Organizer), None, Value::Null).await;
    assert_eq!((begun.status, scene.peer.accounts().len()), (200, 1));
    let back = format!("/connect/stripe/return?state={}", state(&scene));
    scene.peer.verifies(scene.peer.accounts()[0]["id"].as_str().unwrap(), true);
    scene.peer.becomes(&[Lie::FailBefore, Lie::FailBefore, Lie::Deaf, Lie::Truth]);
    let answer = ask(&scene, "GET", &back, Caller::Anybody, begun.cookie.as_deref(), Value::Null).await;
    assert_eq!(answer.location, "/wizard/new?stage=5&stripe_connected=true");
    scene.settled().await;
    assert!(scene.value::<bool>("select charges_enabled from stripe_accounts").await);
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_there_is_stripes_own_page_and_only_organizers_are_paid() {
    let (scene, ana) = scene(|settings| settings.stripe_secret_key = None).await;
    let begun = ask(&scene, "POST", "/api/connect/stripe", person(ana, Role::Organizer), None, Value::Null).await;
    assert_eq!((begun.status, &begun.body["url"]), (200, &json!("https://connect.stripe.com/")));
    assert_eq!(begun.cookie, None, "nobody comes back");
    let known = ask(&scene, "GET", "/api/connect/stripe", person(ana, Role::Organizer), None, Value::Null).await;
    let fee = json!({"basisPoints": 290, "fixedCents": 30, "operatorPoints": 0});
    assert_eq!(known.body, json!({"configured": false, "account": null, "fee": fee, "event": null, "takings": null}));
    let euros =
        ask(&scene, "GET", "/api/connect/stripe?currency=eur", person(ana, Role::Guest), None, Value::Null).await;
    assert_eq!(
        euros.body["fee"],
        json!({"basisPoints": 150, "fixedCents": 25, "operatorPoints": 0}),
        "by currency, for guests, too"
    );
    let foreign = format!("/api/connect/stripe?event={}", Uuid::nil());
    assert_eq!(ask(&scene, "GET", &foreign, person(ana, Role::Organizer), None, Value::Null).await.status, 404);
    assert_eq!(ask(&scene, "GET", "/api/connect/stripe", Caller::Anybody, None, Value::Null).await.status, 401);
    for (caller, status) in
        [(Caller::Anybody, 401), (person(ana, Role::Guest), 403), (person(ana, Role::Attendee), 403)]
    {
        assert_eq!(ask(&scene, "POST", "/api/connect/stripe", caller, None, Value::Null).await.status, status);
    }
    scene.stop().await;
}
