//! Signing up, in, on and out, over HTTP.

use futures::future::join_all;
use serde_json::{Value, json};

use super::web::{PASSWORD, Web, text};
use crate::harness::accounts::claims;

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_answer_alike() {
    let web = Web::new().await;
    web.sign_up("ana@example.com").await;
    let (wrong, unknown) =
        (web.sign_in("ana@example.com", "wrong horse").await, web.sign_in("eve@example.com", "wrong horse").await);
    assert_eq!((wrong.code(), &wrong.body), ((400, "invalid_credentials"), &unknown.body));
    assert_eq!(wrong.status, unknown.status);
    assert_eq!(web.sign_in("ANA@example.com ", PASSWORD).await.status, 200);
    assert_eq!(web.count("select count(*) from security_audit_log where event_type = 'login_failed' and user_id is null and user_agent = 'test'").await, 2);
    assert_eq!(
        web.count(
            "select count(*) from security_audit_log where event_type in ('signup', 'login') and user_id is not null"
        )
        .await,
        3
    );
    web.program.stop().await;
}

#[tokio::test]
async fn refusals_have_both_forms() {
    let web = Web::new().await;
    let old = web
        .ask_with("POST", "/auth/v1/token?grant_type=password", None, &json!({"email": "a@b.c", "password": "x"}), &[])
        .await;
    assert_eq!(old.body, json!({"code": 400, "error_code": "invalid_credentials", "msg": "Invalid login credentials"}));
    assert_eq!(old.headers["x-sb-error-code"], "invalid_credentials");
    assert!(old.headers.get("x-supabase-api-version").is_none());
    let new = web.sign_in("a@b.c", "x").await;
    assert_eq!(new.body, json!({"code": "invalid_credentials", "message": "Invalid login credentials"}));
    assert_eq!(
        (&new.headers["x-supabase-api-version"], &new.headers["access-control-allow-origin"]),
        (&"2024-01-01".parse().unwrap(), &"*".parse().unwrap())
    );
    let weak = web.post("/auth/v1/signup", json!({"email": "a@b.c", "password": "short"})).await;
    assert_eq!((weak.code(), &weak.body["weak_password"]), ((422, "weak_password"), &json!({"reasons": ["length"]})));
    for (body, code) in [
        (json!({"email": "no address", "password": PASSWORD}), "validation_failed"),
        (json!({"email": "a@b.c"}), "validation_failed"),
        (json!({"email": 7}), "bad_json"),
        (json!({"phone": "+14165550100", "password": PASSWORD}), "phone_provider_disabled"),
    ] {
        assert_eq!(web.post("/auth/v1/signup", body).await.code(), (400, code));
    }
    assert_eq!(web.ask("GET", "/auth/v1/nothing", None, &Value::Null).await.code(), (404, "not_found"));
    assert_eq!(web.ask("GET", "/auth/v1/signup", None, &Value::Null).await.status, 404);
    for (method, path) in
        [("POST", "/invite"), ("GET", "/reauthenticate"), ("POST", "/factors/7/verify"), ("POST", "/sso")]
    {
        let answer = web.ask(method, &format!("/auth/v1{path}"), None, &Value::Null).await;
        assert_eq!(answer.code(), (501, "not_built"), "{path}");
        assert!(text(&answer.body, "message").contains("not part of this API"), "{path}");
    }
    web.program.stop().await;
}

#[tokio::test]
async fn a_refresh_token_is_used_once_and_a_thief_ends_the_sign_in() {
    let web = Web::new().await;
    let first = web.sign_up("ana@example.com").await;
    let other = web.sign_in("ana@example.com", PASSWORD).await.body;
    let second = web.refresh(&first["refresh_token"]).await;
    assert_eq!(second.status, 200);
    assert_ne!(second.body["refresh_token"], first["refresh_token"]);
    let session = |body: &Value| claims(text(body, "access_token"))["session_id"].clone();
    assert_eq!(session(&second.body), session(&first));

    // A client that lost its answer asks again at once.
    web.program.clock.advance(9);
    let lost = web.refresh(&first["refresh_token"]).await;
    assert_eq!(lost.status, 200);

    web.program.clock.advance(10);
    assert_eq!(web.refresh(&first["refresh_token"]).await.code(), (400, "refresh_token_already_used"));
    for stolen in [&second.body, &lost.body] {
        assert_eq!(web.refresh(&stolen["refresh_token"]).await.code(), (400, "refresh_token_not_found"));
        let user = web.ask("GET", "/auth/v1/user", Some(text(stolen, "access_token")), &Value::Null).await;
        assert_eq!(user.code(), (403, "session_not_found"));
    }
    assert_eq!(web.refresh(&other["refresh_token"]).await.status, 200);
    assert_eq!(web.refresh(&json!("")).await.code(), (400, "validation_failed"));
    assert_eq!(web.count("select count(*) from security_audit_log where event_type = 'refresh_token_reused'").await, 1);
    web.program.stop().await;
}

#[tokio::test]
async fn many_refreshes_at_once_each_get_a_token_that_works() {
    let web = Web::new().await;
    let first = web.sign_up("ana@example.com").await;
    let answers = join_all((0..12).map(|_| web.refresh(&first["refresh_token"]))).await;
    let mut tokens: Vec<&str> = answers.iter().map(|answer| text(&answer.body, "refresh_token")).collect();
    tokens.sort_unstable();
    tokens.dedup();
    assert_eq!(tokens.len(), 12);
    for token in tokens {
        assert_eq!(web.refresh(&json!(token)).await.status, 200);
    }
    web.program.stop().await;
}

#[tokio::test]
async fn signing_out_reaches_as_far_as_asked() {
    let web = Web::new().await;
    let one = web.sign_up("ana@example.com").await;
    let two = web.sign_in("ana@example.com", PASSWORD).await.body;
    let three = web.sign_in("ana@example.com", PASSWORD).await.body;
    let user = async |body: &Value| {
        web.ask("GET", "/auth/v1/user", Some(text(body, "access_token")), &Value::Null).await.status
    };
    let out = async |body: &Value, scope: &str| {
        web.ask("POST", &format!("/auth/v1/logout?scope={scope}"), Some(text(body, "access_token")), &Value::Null).await
    };
    assert_eq!(out(&one, "nowhere").await.code(), (400, "validation_failed"));
    assert_eq!(out(&one, "local").await.status, 204);
    assert_eq!((user(&one).await, user(&two).await, user(&three).await), (403, 200, 200));
    assert_eq!(out(&two, "others").await.status, 204);
    assert_eq!((user(&two).await, user(&three).await), (200, 403));
    assert_eq!(out(&two, "global").await.status, 204);
    assert_eq!((user(&two).await, out(&two, "global").await.code()), (403, (403, "session_not_found")));
    let nobody = web.ask("GET", "/auth/v1/user", None, &Value::Null).await;
    assert_eq!(nobody.code(), (401, "no_authorization"));
    let key = web.service_key().await;
    assert_eq!(web.ask("GET", "/auth/v1/user", Some(&key), &Value::Null).await.code(), (403, "bad_jwt"));
    web.program.stop().await;
}

#[tokio::test]
async fn guessing_is_slowed_down_for_known_and_unknown_alike() {
    let web = Web::with(|settings| settings.accounts.password_tries = 3).await;
    web.sign_up("ana@example.com").await;
    for email in ["ana@example.com", "eve@example.com"] {
        for _ in 0..3 {
            assert_eq!(web.sign_in(email, "wrong horse").await.code(), (400, "invalid_credentials"));
        }
        let refused = web.sign_in(email, PASSWORD).await;
        assert_eq!(
            (refused.code(), &refused.headers["retry-after"]),
            ((429, "over_request_rate_limit"), &"300".parse().unwrap())
        );
    }
    web.program.clock.advance(300);
    assert_eq!(web.sign_in("ana@example.com", PASSWORD).await.status, 200);
    web.program.stop().await;
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sign_ins() {
    let web = Web::new().await;
    let (one, two) = (web.sign_up("ana@example.com").await, web.sign_in("ana@example.com", PASSWORD).await.body);
    let token = text(&one, "access_token");
    let put = async |body: Value| web.ask("PUT", "/auth/v1/user", Some(token), &body).await;
    assert_eq!(put(json!({"password": PASSWORD})).await.code(), (422, "same_password"));
    assert_eq!(put(json!({"password": "short"})).await.code(), (422, "weak_password"));
    assert_eq!(put(json!({"password": "another horse"})).await.status, 200);
    assert_eq!(web.refresh(&two["refresh_token"]).await.code(), (400, "refresh_token_not_found"));
    assert_eq!(web.refresh(&one["refresh_token"]).await.status, 200);
    assert_eq!(web.sign_in("ana@example.com", PASSWORD).await.status, 400);
    // Only administration says what somebody may do.
    let sly =
        put(json!({"app_metadata": {"load_test": true, "user_role": "admin"}, "data": {"role": "service_role"}})).await;
    assert_eq!((sly.status, &sly.body["app_metadata"]["load_test"]), (200, &Value::Null));
    assert_eq!(sly.body["app_metadata"]["user_role"], "organizer");
    web.sign_up("eve@example.com").await;
    assert_eq!(put(json!({"email": "EVE@example.com"})).await.code(), (422, "email_exists"));
    assert_eq!(put(json!({"email": "ana@example.org"})).await.body["email"], "ana@example.org");
    assert_eq!(put(json!({"phone": "12"})).await.code(), (400, "validation_failed"));
    assert_eq!(put(json!({"phone": "+1 (416) 555-0100"})).await.body["phone"], "+14165550100");
    assert_eq!(
        web.count("select count(*) from profiles where email = 'ana@example.org' and phone = '+14165550100'").await,
        1
    );
    web.program.stop().await;
}

#[tokio::test]
async fn sign_ins_that_nobody_uses_end() {
    let web = Web::with(|settings| settings.accounts.sign_in_days = 10).await;
    let left = web.sign_up("ana@example.com").await;
    web.post("/auth/v1/recover", json!({"email": "ana@example.com"})).await;
    web.program.clock.advance(9 * 24 * 3600);
    let kept = web.sign_in("ana@example.com", PASSWORD).await.body;
    web.program.clock.advance(2 * 24 * 3600);
    assert!(web.accounts().sweep().await.unwrap() >= 1);
    assert_eq!(web.count("select count(*) from auth.sessions").await, 1);
    assert_eq!(web.count("select count(*) from auth.one_time_tokens where expires_at < '2026-12-01'").await, 0);
    assert_eq!(web.refresh(&left["refresh_token"]).await.status, 400);
    assert_eq!(web.refresh(&kept["refresh_token"]).await.status, 200);
    web.program.stop().await;
}
