//! Administration, deletion, and guests who bring their drafts.

use port::recorder::Recorder;
use port::{Sender, SessionChoice};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::web::{PASSWORD, Web, text};

fn bearer(body: &Value) -> Sender {
    Sender::Bearer(SecretString::from(text(body, "access_token")))
}

#[tokio::test]
async fn only_the_service_key_administers() {
    let web = Web::new().await;
    let ana = web.sign_up("ana@example.com").await;
    let keys = web.accounts().api_keys().await.unwrap();
    let id = text(&ana["user"], "id");
    let one = format!("/auth/v1/admin/users/{id}");
    for (method, path) in [
        ("GET", "/auth/v1/admin/users"),
        ("POST", "/auth/v1/admin/users"),
        ("GET", one.as_str()),
        ("PUT", &one),
        ("DELETE", &one),
        ("POST", "/auth/v1/admin/generate_link"),
    ] {
        let ask = async |token: Option<&str>| {
            let answer = web.ask(method, path, token, &json!({})).await;
            (answer.status, text(&answer.body, "code").to_owned())
        };
        let is = |status: u16, code: &str| (status, code.to_owned());
        assert_eq!(ask(None).await, is(401, "no_authorization"), "{method} {path}");
        assert_eq!(ask(Some(&keys.anon)).await, is(403, "not_admin"));
        assert_eq!(ask(Some(text(&ana, "access_token"))).await, is(403, "not_admin"));
        assert_eq!(ask(Some("x.y.z")).await, is(403, "bad_jwt"));
    }
    let admin =
        async |method: &str, path: &str, body: Value| web.ask(method, path, Some(&keys.service_role), &body).await;
    let made = admin(
        "POST",
        "/auth/v1/admin/users",
        json!({"email": "eve@example.com", "password": PASSWORD, "ban_duration": "1h"}),
    )
    .await;
    assert_eq!(made.status, 200, "{}", made.body);
    assert_eq!(
        admin("POST", "/auth/v1/admin/users", json!({"email": "eve@example.com"})).await.code(),
        (422, "email_exists")
    );
    assert_eq!(web.sign_in("eve@example.com", PASSWORD).await.code(), (403, "user_banned"));
    let eve = format!("/auth/v1/admin/users/{}", text(&made.body, "id"));
    assert_eq!(admin("PUT", &eve, json!({"ban_duration": "none"})).await.status, 200);
    assert_eq!(web.sign_in("eve@example.com", PASSWORD).await.status, 200);
    let list = admin("GET", "/auth/v1/admin/users?page=1&per_page=1", Value::Null).await;
    assert_eq!(list.body["users"].as_array().unwrap().len(), 1);
    assert_eq!(list.headers["x-total-count"], "2");
    let links = "</admin/users?page=2&per_page=1>; rel=\"next\", </admin/users?page=2&per_page=1>; rel=\"last\"";
    assert_eq!(list.headers["link"], links);
    assert_eq!(admin("GET", "/auth/v1/admin/users?page=&per_page=", Value::Null).await.status, 200);
    assert_eq!(admin("GET", "/auth/v1/admin/users?page=x", Value::Null).await.code(), (400, "validation_failed"));
    assert_eq!(admin("GET", "/auth/v1/admin/users/no-id", Value::Null).await.code(), (404, "validation_failed"));
    web.program.stop().await;
}

#[tokio::test]
async fn a_deleted_person_is_gone_with_everything_but_the_log() {
    let web = Web::new().await;
    let ana = web.sign_up("ana@example.com").await;
    let mut talk = Recorder::new(web.program.door(), bearer(&ana));
    talk.say("A concert in Toronto for 50 people").await.unwrap();
    assert_eq!(web.count("select count(*) from wizard_sessions").await, 1);
    let lines = web.count("select count(*) from security_audit_log").await;
    let key = web.service_key().await;
    let path = format!("/auth/v1/admin/users/{}", text(&ana["user"], "id"));
    assert_eq!(web.ask("DELETE", &path, Some(&key), &json!({"should_soft_delete": true})).await.status, 400);
    let deleted = web.ask("DELETE", &path, Some(&key), &json!({"should_soft_delete": false})).await;
    assert_eq!((deleted.status, &deleted.body), (200, &json!({})));
    for table in ["wizard_sessions", "events", "profiles", "ai_conversations"] {
        let left: i64 = {
            let mut conn = web.database.connect(crate::harness::Role::Bootstrap).await;
            sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {table}")))
                .fetch_one(&mut conn)
                .await
                .unwrap()
        };
        assert_eq!(left, 0, "{table}");
    }
    assert_eq!(web.count("select count(*) from auth.refresh_tokens").await, 0);
    assert!(web.count("select count(*) from security_audit_log where user_id is null").await > lines);
    let user = web.ask("GET", "/auth/v1/user", Some(text(&ana, "access_token")), &Value::Null).await;
    assert_eq!(user.code(), (403, "user_not_found"));
    assert_eq!(web.ask("DELETE", &path, Some(&key), &Value::Null).await.code(), (404, "user_not_found"));
    assert_eq!(web.refresh(&ana["refresh_token"]).await.code(), (400, "refresh_token_not_found"));
    web.program.stop().await;
}

#[tokio::test]
async fn a_guest_who_signs_up_keeps_the_draft() {
    let web = Web::new().await;
    let guest = web.post("/auth/v1/signup", json!({"data": {}})).await.body;
    let mut talk = Recorder::new(web.program.door(), bearer(&guest));
    talk.say("A concert in Toronto for 50 people").await.unwrap();
    let session = talk.session().unwrap().to_owned();
    let token = text(&guest, "access_token");
    let alone = web.ask("PUT", "/auth/v1/user", Some(token), &json!({"password": PASSWORD})).await;
    assert_eq!(alone.code(), (422, "validation_failed"));
    let grown =
        web.ask("PUT", "/auth/v1/user", Some(token), &json!({"email": "ana@example.com", "password": PASSWORD})).await;
    assert_eq!(
        (grown.status, &grown.body["id"], &grown.body["is_anonymous"]),
        (200, &guest["user"]["id"], &json!(false))
    );
    let ana = web.sign_in("ana@example.com", PASSWORD).await.body;
    let mut talk = Recorder::new(web.program.door(), bearer(&ana)).in_session(SessionChoice::Id(session));
    let said = talk.say("It costs 10 dollars").await.unwrap();
    assert!(!said.is_empty());
    assert_eq!(web.count("select count(*) from events where capacity = 50").await, 1);
    web.program.stop().await;
}

#[tokio::test]
async fn a_guest_who_signs_in_takes_the_drafts_along() {
    let web = Web::new().await;
    let ana = web.sign_up("ana@example.com").await;
    let guest = web.post("/auth/v1/signup", json!({})).await.body;
    let mut talk = Recorder::new(web.program.door(), bearer(&guest));
    talk.say("A concert in Toronto for 50 people").await.unwrap();
    let session = talk.session().unwrap().to_owned();
    let claim = async |token: Option<&str>, guest: &str| {
        web.ask("POST", "/api/guest/claim", token, &json!({"guest_token": guest})).await
    };
    let (own, guests) = (text(&ana, "access_token"), text(&guest, "access_token"));
    assert_eq!(claim(None, guests).await.status, 401);
    assert_eq!(claim(Some(guests), guests).await.status, 401);
    assert_eq!(claim(Some(own), own).await.status, 400);
    assert_eq!(claim(Some(own), "x.y.z").await.status, 400);
    assert_eq!(claim(Some(own), guests).await.body, json!({"success": true, "moved": 1}));
    assert_eq!(claim(Some(own), guests).await.body, json!({"success": true, "moved": 0}));
    let mut talk = Recorder::new(web.program.door(), bearer(&ana)).in_session(SessionChoice::Id(session));
    let said = talk.say("It costs 10 dollars").await.unwrap();
    assert!(!format!("{said:?}").contains("Trouble"), "{said:?}");
    assert_eq!(web.count("select count(*) from events e join profiles p on p.id = e.organizer_id where p.email = 'ana@example.com' and e.price_cents = 1000").await, 1);
    web.program.stop().await;
}
