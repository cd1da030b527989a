//! Mails that confirm, recover and change, without a mail server: they are left for the publisher.

use serde_json::{Value, json};

use super::web::{Answer, PASSWORD, Web, text};
use crate::harness::Role;

/// A program that confirms addresses by mail.
pub(super) async fn web() -> Web {
    Web::with(|settings| "off".clone_into(&mut settings.accounts.autoconfirm)).await
}

/// The newest mail of this kind.
pub(super) async fn mail(web: &Web, kind: &str) -> Value {
    let mut conn = web.database.connect(Role::Bootstrap).await;
    sqlx::query_scalar("select payload from payment_setup_queue where kind = $1 order by created_at desc limit 1")
        .bind(kind)
        .fetch_one(&mut conn)
        .await
        .unwrap()
}

/// Where the link of a mail leads, once the button of its page is pressed.
pub(super) async fn follow(web: &Web, mail: &Value) -> String {
    let path = path(mail);
    let page = web.ask("GET", path, None, &Value::Null).await;
    let answer = if page.status == 200 { web.press(fields(path), "same-origin").await } else { page };
    assert_eq!(answer.status, 303);
    answer.headers["location"].to_str().unwrap().to_owned()
}

/// The address of a mail's link.
pub(super) fn path(mail: &Value) -> &str {
    text(mail, "link").strip_prefix("http://events.test").unwrap()
}

/// What the form of its page sends.
pub(super) fn fields(path: &str) -> &str {
    path.split_once('?').unwrap().1
}

pub(super) async fn verify(web: &Web, body: Value) -> Answer {
    web.post("/auth/v1/verify", body).await
}

#[tokio::test]
async fn signing_up_tells_nobody_that_an_address_is_known() {
    let web = web().await;
    let form = json!({"email": "ana@example.com", "password": PASSWORD, "data": {}});
    let first = web.post("/auth/v1/signup", form.clone()).await;
    assert!(
        first.body.get("access_token").is_none() && first.body["confirmation_sent_at"].is_string(),
        "{}",
        first.body
    );
    assert_eq!(web.sign_in("ana@example.com", PASSWORD).await.code(), (400, "email_not_confirmed"));
    let sent = mail(&web, "mail_confirm").await;
    let to = follow(&web, &sent).await;
    assert!(
        to.starts_with("http://events.test/#access_token=") && to.ends_with("&token_type=bearer&type=signup"),
        "{to}"
    );
    assert_eq!(web.sign_in("ana@example.com", PASSWORD).await.status, 200);
    assert!(follow(&web, &sent).await.contains("#error=access_denied&error_code=otp_expired"));

    // Now the address is known and confirmed: the answer differs in nothing but ids.
    web.program.clock.advance(61);
    let again = web.post("/auth/v1/signup", form).await;
    assert_eq!(again.status, first.status);
    let shape = |body: &Value| {
        let mut body = body.clone();
        for name in ["id", "created_at", "updated_at", "confirmation_sent_at"] {
            body[name] = json!("-");
        }
        for name in ["id", "identity_id", "user_id", "created_at", "updated_at"] {
            body["identities"][0][name] = json!("-");
        }
        body["identities"][0]["identity_data"]["sub"] = json!("-");
        body
    };
    assert_eq!(shape(&again.body), shape(&first.body));
    assert_eq!(web.count("select count(*) from auth.users").await, 1);
    web.program.stop().await;
}

#[tokio::test]
async fn signing_up_again_and_again_mails_nobody_again_and_again() {
    let web = web().await;
    let form = |email: &str| json!({"email": email, "password": PASSWORD, "data": {}});
    let confirmed = web.post("/auth/v1/signup", form("bo@example.com")).await;
    assert_eq!(confirmed.status, 200);
    follow(&web, &mail(&web, "mail_confirm").await).await;
    assert_eq!(web.post("/auth/v1/signup", form("ana@example.com")).await.status, 200);
    let mails = "select count(*) from payment_setup_queue where kind = 'mail_confirm' and payload ->> 'email' = 'ana@example.com'";
    // Known and waiting, known and confirmed: both are asked to wait, so that neither tells anything.
    for email in ["ana@example.com", "Ana@example.com", "bo@example.com"] {
        let refused = web.post("/auth/v1/signup", form(email)).await;
        assert_eq!(refused.code(), (429, "over_email_send_rate_limit"), "{email}");
    }
    assert_eq!(web.count(mails).await, 1);
    web.program.clock.advance(61);
    assert_eq!(web.post("/auth/v1/signup", form("ana@example.com")).await.status, 200);
    assert_eq!(web.count("select count(*) from auth.users where email = 'ana@example.com'").await, 1);
    web.program.stop().await;
}

#[tokio::test]
async fn a_lost_password_comes_back_by_mail_and_unknown_addresses_answer_alike() {
    let web = Web::new().await;
    web.sign_up("ana@example.com").await;
    let ask = async |email: &str| {
        web.post("/auth/v1/recover?redirect_to=http%3A%2F%2Fevents.test%2Freset", json!({"email": email})).await
    };
    let (known, unknown) = (ask("ana@example.com").await, ask("eve@example.com").await);
    assert_eq!((known.status, &known.body), (unknown.status, &unknown.body));
    assert_eq!((known.status, &known.body), (200, &json!({})));
    for email in ["ana@example.com", "eve@example.com"] {
        assert_eq!(ask(email).await.code(), (429, "over_email_send_rate_limit"));
    }
    let sent = mail(&web, "mail_recovery").await;
    assert_eq!(sent["email"], "ana@example.com");
    let wrong = |code: &str| json!({"type": "recovery", "email": "ana@example.com", "token": code});
    let right = text(&sent, "code").to_owned();
    let other = if right == "000000" { "000001" } else { "000000" };
    assert_eq!(verify(&web, wrong(other)).await.code(), (403, "otp_expired"));
    let unknown = verify(&web, json!({"type": "recovery", "email": "eve@example.com", "token": right})).await;
    assert_eq!(unknown.body, verify(&web, wrong(other)).await.body);
    let to = follow(&web, &sent).await;
    assert!(to.starts_with("http://events.test/reset#access_token=") && to.ends_with("type=recovery"), "{to}");
    assert_eq!(verify(&web, wrong(&right)).await.code(), (403, "otp_expired"));

    // Five wrong codes, and the right one is worth nothing.
    web.program.clock.advance(61);
    ask("ana@example.com").await;
    let sent = mail(&web, "mail_recovery").await;
    let right = text(&sent, "code").to_owned();
    let other = if right == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        assert_eq!(verify(&web, wrong(other)).await.status, 403);
    }
    assert_eq!(verify(&web, wrong(&right)).await.status, 403);
    web.program.stop().await;
}

#[tokio::test]
async fn a_client_that_asked_for_a_code_gets_no_tokens_in_its_address() {
    let web = Web::new().await;
    web.sign_up("ana@example.com").await;
    // The verifier and challenge of RFC 7636, appendix B.
    let (verifier, challenge) =
        ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    let form = json!({"email": "ana@example.com", "code_challenge": challenge, "code_challenge_method": "s256"});
    assert_eq!(web.post("/auth/v1/recover?redirect_to=/reset?from=mail", form.clone()).await.status, 200);
    let to = follow(&web, &mail(&web, "mail_recovery").await).await;
    let code = to.strip_prefix("http://events.test/reset?from=mail&code=").unwrap_or_else(|| panic!("{to}")).to_owned();
    let exchange = async |code: &str, verifier: &str| {
        web.post("/auth/v1/token?grant_type=pkce", json!({"auth_code": code, "code_verifier": verifier})).await
    };
    assert_eq!(exchange(&code, "another verifier").await.code(), (400, "bad_code_verifier"));
    assert_eq!(exchange(&code, "").await.code(), (400, "validation_failed"));
    assert_eq!(exchange(&code, verifier).await.status, 200);
    assert_eq!(exchange(&code, verifier).await.code(), (404, "flow_state_not_found"));
    web.program.clock.advance(61);
    web.post("/auth/v1/recover", form).await;
    let to = follow(&web, &mail(&web, "mail_recovery").await).await;
    web.program.clock.advance(300);
    let code = to.split_once("code=").unwrap().1.to_owned();
    assert_eq!(exchange(&code, verifier).await.code(), (422, "flow_state_expired"));
    let half = web.post("/auth/v1/recover", json!({"email": "x@example.com", "code_challenge": challenge})).await;
    assert_eq!(half.code(), (400, "validation_failed"));
    web.program.stop().await;
}

#[tokio::test]
async fn a_link_leads_to_this_site_only() {
    let web = Web::new().await;
    for wanted in [
        "https://evil.example/",
        "//evil.example/",
        "http://events.test.evil.example/",
        "http://events.test@evil.example/",
        "http://me:secret@events.test/",
        "https://events.test/",
        "http://events.test:8080/",
        "javascript:alert(1)",
        "\\\\evil.example",
        "data:text/html,x",
    ] {
        let found = web.accounts().landing(Some(wanted));
        assert!(found == "http://events.test", "{wanted} leads to {found}");
    }
    for (wanted, found) in [
        ("http://events.test/reset?a=b#x", "http://events.test/reset?a=b"),
        ("/settings", "http://events.test/settings"),
        ("HTTP://EVENTS.TEST/wizard", "http://events.test/wizard"),
    ] {
        assert_eq!(web.accounts().landing(Some(wanted)), found);
    }
    web.program.stop().await;
}

#[tokio::test]
async fn a_guest_becomes_an_organizer_once_the_mail_is_answered() {
    let web = web().await;
    let guest = web.post("/auth/v1/signup", json!({})).await.body;
    let token = text(&guest, "access_token");
    let asked =
        web.ask("PUT", "/auth/v1/user", Some(token), &json!({"email": "ana@example.com", "password": PASSWORD})).await;
    assert_eq!(
        (asked.status, &asked.body["new_email"], &asked.body["is_anonymous"]),
        (200, &json!("ana@example.com"), &json!(true))
    );
    assert_eq!(web.sign_in("ana@example.com", PASSWORD).await.code(), (400, "invalid_credentials"));
    let code = mail(&web, "mail_email_change").await["code"].clone();
    let done = verify(&web, json!({"type": "email_change", "email": "ana@example.com", "token": code})).await;
    assert_eq!((done.status, &done.body["user"]["id"]), (200, &guest["user"]["id"]));
    assert_eq!(done.body["user"]["is_anonymous"], false);
    assert_eq!(done.body["user"]["app_metadata"]["user_role"], "organizer");
    assert_eq!(web.sign_in("ana@example.com", PASSWORD).await.status, 200);
    web.program.stop().await;
}
