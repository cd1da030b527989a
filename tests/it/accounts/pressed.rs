//! Links of mails wait for somebody: what only follows them, as programs that look through mails do, changes nothing.

use serde_json::{Value, json};

use super::mailed::{fields, follow, mail, path, verify, web};
use super::web::{PASSWORD, Web, text};

/// A program follows the link again and again, and another site presses its button: there is a page, and nothing more.
async fn is_only_looked_at(web: &Web, mail: &Value, title: &str) {
    let path = path(mail);
    for method in ["GET", "HEAD", "GET"] {
        let page = web.ask(method, path, None, &Value::Null).await;
        assert_eq!((page.status, page.headers["cache-control"].to_str().unwrap()), (200, "no-store"), "{title}");
        assert_eq!(page.headers["referrer-policy"], "no-referrer");
        assert!(page.headers["content-security-policy"].to_str().unwrap().contains("form-action 'self'"));
        if method == "GET" {
            assert!(page.page.contains(&format!("<h1>{title}</h1>")), "{}", page.page);
            let count = |part: &str| page.page.matches(part).count();
            assert_eq!((count("<form method=\"post\" action=\"verify/link\">"), count("<button")), (1, 1));
            assert_eq!((count("type=\"hidden\""), count("<script")), (3, 0));
        }
    }
    let foreign = web.press(fields(path), "cross-site").await;
    assert_eq!(foreign.status, 400, "{}", foreign.page);
}

#[tokio::test]
async fn a_link_that_is_only_followed_changes_nothing() {
    let web = web().await;
    let form = json!({"email": "ana@example.com", "password": PASSWORD, "data": {}});
    assert_eq!(web.post("/auth/v1/signup", form).await.status, 200);
    let sent = mail(&web, "mail_confirm").await;
    is_only_looked_at(&web, &sent, "Confirm your address").await;
    assert_eq!(web.sign_in("ana@example.com", PASSWORD).await.code(), (400, "email_not_confirmed"));
    assert!(follow(&web, &sent).await.contains("#access_token="));
    assert!(follow(&web, &sent).await.contains("error_code=otp_expired"), "a button works once");

    let signed = web.sign_in("ana@example.com", PASSWORD).await.body;
    let token = text(&signed, "access_token");
    let sign_ins = "select count(*) from auth.sessions";
    let before = web.count(sign_ins).await;
    assert_eq!(web.post("/auth/v1/recover", json!({"email": "ana@example.com"})).await.status, 200);
    let sent = mail(&web, "mail_recovery").await;
    is_only_looked_at(&web, &sent, "Back into your account").await;
    assert_eq!(web.count(sign_ins).await, before, "nobody is in");
    let code = json!({"type": "recovery", "email": "ana@example.com", "token": sent["code"]});
    assert_eq!(verify(&web, code).await.status, 200, "the mail is worth what it was");

    let asked = web.ask("PUT", "/auth/v1/user", Some(token), &json!({"email": "new@example.com"})).await;
    assert_eq!(asked.status, 200, "{}", asked.body);
    let sent = mail(&web, "mail_email_change").await;
    let there = "select count(*) from auth.users where email = 'new@example.com'";
    is_only_looked_at(&web, &sent, "Is this your new address?").await;
    assert_eq!(web.count(there).await, 0);
    follow(&web, &sent).await;
    assert_eq!(web.count(there).await, 1);
    web.program.stop().await;
}

#[tokio::test]
async fn an_address_is_taken_back_by_somebody_who_reads_what_that_means() {
    let web = Web::new().await;
    let ana = web.sign_up("ana@example.com").await;
    let token = text(&ana, "access_token");
    let asked = web.ask("PUT", "/auth/v1/user", Some(token), &json!({"email": "new@example.com"})).await;
    assert_eq!(asked.status, 200, "{}", asked.body);
    let read = "with changed as (update profiles set language = 'fr' returning 1) select count(*) from changed";
    assert_eq!(web.count(read).await, 1);
    let back = mail(&web, "mail_email_changed").await;
    is_only_looked_at(&web, &back, "Reprendre votre adresse ?").await;
    assert_eq!(web.ask("GET", "/auth/v1/user", Some(token), &Value::Null).await.body["email"], "new@example.com");
    assert_eq!(web.sign_in("new@example.com", PASSWORD).await.status, 200, "the password stands");
    assert!(follow(&web, &back).await.starts_with("http://events.test/reset#access_token="));
    assert_eq!(web.sign_in("new@example.com", PASSWORD).await.code(), (400, "invalid_credentials"));
    web.program.stop().await;
}
