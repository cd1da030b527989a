//! Whose account it is: a sign-up that comes again before its address is confirmed, and an address that takes another's place.

use serde_json::{Value, json};

use super::mailed::{follow, mail, verify, web};
use super::web::{Answer, PASSWORD, Web, text};

const OTHER: &str = "another horse";

async fn sign_up(web: &Web, email: &str, password: &str, name: &str) -> Answer {
    web.post("/auth/v1/signup", json!({"email": email, "password": password, "data": {"full_name": name}})).await
}

async fn put(web: &Web, token: &str, body: Value) -> Answer {
    web.ask("PUT", "/auth/v1/user", Some(token), &body).await
}

async fn token(web: &Web, email: &str, password: &str) -> String {
    text(&web.sign_in(email, password).await.body, "access_token").to_owned()
}

/// Somebody whose address is confirmed, signed in.
async fn confirmed(web: &Web, email: &str) -> String {
    assert_eq!(sign_up(web, email, PASSWORD, "Ana").await.status, 200);
    follow(web, &mail(web, "mail_confirm").await).await;
    token(web, email, PASSWORD).await
}

/// The access token that a followed link brings.
fn brought(to: &str) -> &str {
    to.split_once("#access_token=").unwrap_or_else(|| panic!("{to}")).1.split('&').next().unwrap()
}

#[tokio::test]
async fn the_link_that_is_followed_brings_its_own_password() {
    let web = web().await;
    sign_up(&web, "ana@example.com", PASSWORD, "Mallory").await;
    let first = mail(&web, "mail_confirm").await;
    web.program.clock.advance(61);
    assert_eq!(sign_up(&web, "ana@example.com", OTHER, "Ana").await.status, 200);
    let second = mail(&web, "mail_confirm").await;
    assert!(follow(&web, &first).await.contains("error_code=otp_expired"));
    assert_eq!(web.sign_in("ana@example.com", PASSWORD).await.code(), (400, "invalid_credentials"));
    assert_eq!(web.sign_in("ana@example.com", OTHER).await.code(), (400, "email_not_confirmed"));
    assert!(follow(&web, &second).await.contains("#access_token="));
    assert_eq!(web.sign_in("ana@example.com", PASSWORD).await.code(), (400, "invalid_credentials"));
    let signed = web.sign_in("ana@example.com", OTHER).await;
    assert_eq!((signed.status, &signed.body["user"]["user_metadata"]["full_name"]), (200, &json!("Ana")));
    assert_eq!(web.count("select count(*) from profiles where full_name = 'Ana'").await, 1);

    // Confirmed, it is nobody's to sign up for.
    web.program.clock.advance(61);
    assert_eq!(sign_up(&web, "ana@example.com", PASSWORD, "Mallory").await.status, 200);
    assert_eq!(web.sign_in("ana@example.com", OTHER).await.status, 200);
    web.program.stop().await;
}

#[tokio::test]
async fn a_way_back_into_what_was_never_confirmed_leaves_no_password_behind() {
    let web = web().await;
    sign_up(&web, "ana@example.com", PASSWORD, "Mallory").await;
    assert_eq!(web.post("/auth/v1/recover", json!({"email": "ana@example.com"})).await.status, 200);
    let to = follow(&web, &mail(&web, "mail_recovery").await).await;
    assert_eq!(web.sign_in("ana@example.com", PASSWORD).await.code(), (400, "invalid_credentials"));
    assert_eq!(put(&web, brought(&to), json!({"password": OTHER})).await.status, 200);
    assert_eq!(web.sign_in("ana@example.com", OTHER).await.status, 200);
    web.program.stop().await;
}

#[tokio::test]
async fn an_address_that_was_changed_is_told_and_takes_its_place_again() {
    let web = web().await;
    let thief = confirmed(&web, "ana@example.com").await;
    let told = "select count(*) from payment_setup_queue where kind = 'mail_email_changed'";
    let asked = put(&web, &thief, json!({"email": "thief@example.com"})).await;
    assert_eq!((asked.status, &asked.body["new_email"]), (200, &json!("thief@example.com")));
    assert_eq!(web.count(told).await, 0, "nothing has changed yet");
    follow(&web, &mail(&web, "mail_email_change").await).await;
    let back = mail(&web, "mail_email_changed").await;
    assert_eq!((&back["email"], &back["item"]), (&json!("ana@example.com"), &json!("thief@example.com")));
    assert!(back.get("code").is_none(), "{back}");

    // Whatever is done at the new address, the old one's link holds.
    web.post("/auth/v1/recover", json!({"email": "thief@example.com"})).await;
    let to = follow(&web, &mail(&web, "mail_recovery").await).await;
    assert_eq!(put(&web, brought(&to), json!({"password": OTHER})).await.status, 200);
    assert_eq!(put(&web, brought(&to), json!({"email": "thief@example.org"})).await.status, 200);
    follow(&web, &mail(&web, "mail_email_change").await).await;
    assert_eq!(web.count(told).await, 1, "the first address keeps its link");
    let thief = token(&web, "thief@example.org", OTHER).await;

    let to = follow(&web, &back).await;
    assert!(to.starts_with("http://events.test/reset#access_token=") && to.ends_with("type=recovery"), "{to}");
    let ended = web.ask("GET", "/auth/v1/user", Some(&thief), &Value::Null).await;
    assert_eq!(ended.code(), (403, "session_not_found"));
    for email in ["ana@example.com", "thief@example.com", "thief@example.org"] {
        for password in [PASSWORD, OTHER] {
            assert_eq!(web.sign_in(email, password).await.code(), (400, "invalid_credentials"), "{email}");
        }
    }
    assert_eq!(put(&web, brought(&to), json!({"password": "my own horse"})).await.body["email"], "ana@example.com");
    assert_eq!(web.sign_in("ana@example.com", "my own horse").await.status, 200);
    assert!(follow(&web, &back).await.contains("error_code=otp_expired"));
    web.program.stop().await;
}

#[tokio::test]
async fn an_address_that_may_be_taken_back_is_not_free_for_a_day() {
    let web = Web::new().await;
    let (ana, eve) = (web.sign_up("ana@example.com").await, web.sign_up("eve@example.com").await);
    let (ana, eve) = (text(&ana, "access_token"), text(&eve, "access_token"));
    assert_eq!(put(&web, ana, json!({"email": "ana@example.org"})).await.status, 200);
    assert_eq!(mail(&web, "mail_email_changed").await["email"], "ana@example.com");
    let sign_up = async || sign_up(&web, "ana@example.com", PASSWORD, "Eve").await;
    assert_eq!(sign_up().await.code(), (422, "user_already_exists"));
    assert_eq!(put(&web, eve, json!({"email": "ana@example.com"})).await.code(), (422, "email_exists"));
    let own = put(&web, ana, json!({"email": "ana@example.com"})).await;
    assert_eq!(own.status, 200, "their own may come back: {}", own.body);
    assert_eq!(put(&web, ana, json!({"email": "ana@example.org"})).await.status, 200);
    web.program.clock.advance(24 * 3600);
    assert_eq!(sign_up().await.status, 200);
    web.program.stop().await;
}

#[tokio::test]
async fn a_change_to_a_known_address_is_answered_like_one_to_a_free_one() {
    let web = web().await;
    confirmed(&web, "eve@example.com").await;
    let guest = web.post("/auth/v1/signup", json!({})).await.body;
    let guest = text(&guest, "access_token");
    let ask = async |email: &str| put(&web, guest, json!({"email": email})).await;
    let (free, known) = (ask("free@example.com").await, ask("eve@example.com").await);
    assert_eq!(
        (&free.body["new_email"], &known.body["new_email"]),
        (&json!("free@example.com"), &json!("eve@example.com"))
    );
    let rest = |answer: &Answer| {
        let mut body = answer.body.clone();
        body["new_email"] = Value::Null;
        (answer.status, body)
    };
    assert_eq!((rest(&free).0, rest(&free)), (200, rest(&known)));
    for email in ["free@example.com", "eve@example.com"] {
        assert_eq!(ask(email).await.code(), (429, "over_email_send_rate_limit"));
    }
    let mails = "select count(*) from payment_setup_queue where kind = 'mail_email_change'";
    assert_eq!(web.count(mails).await, 1, "nobody is asked to give away what is theirs");

    // So often from one place; four times already.
    for number in 4..100 {
        assert_eq!(put(&web, guest, json!({"data": {"number": number}})).await.status, 200);
    }
    let refused = put(&web, guest, json!({"data": {}})).await;
    assert_eq!(refused.code(), (429, "over_request_rate_limit"));
    web.program.stop().await;
}

#[tokio::test]
async fn what_was_mailed_before_ends_alike_whether_the_next_address_is_free_or_known() {
    let web = web().await;
    confirmed(&web, "eve@example.com").await;
    for other in ["free@example.com", "eve@example.com"] {
        let guest = web.post("/auth/v1/signup", json!({})).await.body;
        let guest = text(&guest, "access_token");
        let ask =
            async |email: &str| assert_eq!(put(&web, guest, json!({"email": email})).await.status, 200, "{email}");
        let own = format!("own-beside-{other}").replacen('@', ".", 1) + "@example.org";
        ask(&own).await;
        let first = mail(&web, "mail_email_change").await;
        ask(other).await;
        assert!(follow(&web, &first).await.contains("error_code=otp_expired"), "{other}");
        let typed = async |email: &str, code: &Value| {
            verify(&web, json!({"type": "email_change", "email": email, "token": code})).await.status
        };
        assert_eq!(typed(&own, &first["code"]).await, 403, "{other}");
        // Wrong codes for the other address count for the next one.
        for _ in 0..5 {
            assert_eq!(typed(other, &json!("wrong")).await, 403);
        }
        let own = format!("once-more.{own}");
        ask(&own).await;
        let last = mail(&web, "mail_email_change").await;
        assert_eq!((&last["email"], typed(&own, &last["code"]).await), (&json!(own), 403), "{other}");
        assert!(follow(&web, &last).await.contains("#access_token="), "{other}");
    }
    web.program.stop().await;
}

#[tokio::test]
async fn whoever_asks_for_what_is_somebodys_has_nobody_mailed_however_often() {
    let web = web().await;
    let (ana, eve) = (confirmed(&web, "ana@example.com").await, confirmed(&web, "eve@example.com").await);
    assert_eq!(put(&web, &eve, json!({"email": "eve@example.org"})).await.status, 200);
    follow(&web, &mail(&web, "mail_email_change").await).await;
    let mails = "select count(*) from payment_setup_queue where kind = 'mail_email_change'";
    // The address that somebody has, and the one that they may take back.
    for taken in ["eve@example.org", "eve@example.com"] {
        web.program.clock.advance(61);
        assert_eq!(put(&web, &ana, json!({"email": taken})).await.status, 200);
        web.program.clock.advance(61);
        for email in ["ana@example.com", taken] {
            let again = web.post("/auth/v1/resend", json!({"type": "email_change", "email": email})).await;
            assert_eq!((again.status, again.body), (200, json!({})));
        }
    }
    assert_eq!(web.count(mails).await, 1, "eve's own");
    web.program.stop().await;
}
