//! Six digits are few: how often they may be guessed, how long they hold, how many mails one place may ask for.

use futures::future::join_all;
use serde_json::{Value, json};

use super::mailed::{follow, mail, verify, web};
use super::web::{Answer, PASSWORD, Web, text};

async fn recover(web: &Web, email: &str) -> Answer {
    web.post("/auth/v1/recover", json!({"email": email})).await
}

async fn show(web: &Web, email: &str, code: &str) -> Answer {
    verify(web, json!({"type": "recovery", "email": email, "token": code})).await
}

/// Not this code.
fn other(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

fn wait(refused: &Answer) -> &str {
    refused.headers["retry-after"].to_str().unwrap()
}

#[tokio::test]
async fn guesses_are_counted_by_place_and_by_address() {
    let web = Web::new().await;
    for number in 0..30 {
        let guess = show(&web, &format!("p{number}@example.com"), "000000").await;
        assert_eq!(guess.code(), (403, "otp_expired"), "{number}");
    }
    let refused = show(&web, "p30@example.com", "000000").await;
    assert_eq!((refused.code(), wait(&refused)), ((429, "over_request_rate_limit"), "300"));

    web.program.clock.advance(300);
    for _ in 0..10 {
        assert_eq!(show(&web, "ana@example.com", "000000").await.code(), (403, "otp_expired"));
    }
    let refused = show(&web, "Ana@example.com", "000000").await;
    assert_eq!((refused.code(), wait(&refused)), ((429, "over_request_rate_limit"), "3600"));
    assert_eq!(show(&web, "bo@example.com", "000000").await.code(), (403, "otp_expired"), "the place may still");
    web.program.clock.advance(3600);
    assert_eq!(show(&web, "ana@example.com", "000000").await.code(), (403, "otp_expired"));
    web.program.stop().await;
}

#[tokio::test]
async fn a_new_mail_gives_no_new_tries() {
    let web = Web::new().await;
    web.sign_up("ana@example.com").await;
    let new = async || {
        assert_eq!(recover(&web, "ana@example.com").await.status, 200);
        mail(&web, "mail_recovery").await
    };
    let show = async |code: &str| show(&web, "ana@example.com", code).await.status;
    let first = new().await;
    for _ in 0..4 {
        assert_eq!(show(other(text(&first, "code"))).await, 403);
    }
    web.program.clock.advance(61);
    let second = new().await;
    assert_eq!(show(other(text(&second, "code"))).await, 403);
    assert_eq!(show(text(&second, "code")).await, 403, "the sixth try");
    // Whoever guesses takes nobody's link away.
    assert!(follow(&web, &second).await.contains("#access_token="));

    // A code holds for an hour, its link for the day.
    web.program.clock.advance(61);
    let third = new().await;
    web.program.clock.advance(3600);
    assert_eq!(show(text(&third, "code")).await, 403);
    assert!(follow(&web, &third).await.contains("#access_token="));

    // After the hour there are new tries.
    let fourth = new().await;
    for _ in 0..5 {
        assert_eq!(show(other(text(&fourth, "code"))).await, 403);
    }
    web.program.clock.advance(3600);
    assert_eq!(show(text(&new().await, "code")).await, 200);
    web.program.stop().await;
}

#[tokio::test]
async fn mails_that_follow_one_another_do_not_take_the_tries_away_for_ever() {
    let web = Web::new().await;
    web.sign_up("ana@example.com").await;
    let new = async || {
        assert_eq!(recover(&web, "ana@example.com").await.status, 200);
        mail(&web, "mail_recovery").await
    };
    let first = new().await;
    for _ in 0..5 {
        assert_eq!(show(&web, "ana@example.com", other(text(&first, "code"))).await.status, 403);
    }
    // Somebody has her mailed again and again, never an hour apart.
    web.program.clock.advance(50 * 60);
    let second = new().await;
    assert_eq!(show(&web, "ana@example.com", text(&second, "code")).await.status, 403, "the five count on");
    web.program.clock.advance(50 * 60);
    let third = new().await;
    assert_eq!(show(&web, "ana@example.com", text(&third, "code")).await.status, 200, "their hour is over");
    web.program.stop().await;
}

#[tokio::test]
async fn one_place_mails_so_many_people_and_no_more() {
    let web = Web::new().await;
    let addresses: Vec<String> = (0..30).map(|number| format!("p{number}@example.com")).collect();
    let asked = join_all(addresses.iter().map(|email| recover(&web, email))).await;
    assert!(asked.iter().all(|answer| answer.status == 200));
    let refused = recover(&web, "p30@example.com").await;
    assert_eq!((refused.code(), wait(&refused)), ((429, "over_request_rate_limit"), "300"));
    let again = web.post("/auth/v1/resend", json!({"type": "signup", "email": "p31@example.com"})).await;
    assert_eq!(again.code(), (429, "over_request_rate_limit"));
    web.program.clock.advance(300);
    assert_eq!(recover(&web, "p30@example.com").await.status, 200);
    web.program.stop().await;
}

#[tokio::test]
async fn a_password_that_is_too_short_costs_no_mail() {
    let web = web().await;
    let form = |password: &str| json!({"email": "ana@example.com", "password": password, "data": {}});
    assert_eq!(web.post("/auth/v1/signup", form("abc")).await.code(), (422, "weak_password"));
    assert_eq!(web.post("/auth/v1/signup", form(PASSWORD)).await.status, 200);
    web.program.stop().await;
}

#[tokio::test]
async fn the_panel_is_told_how_long_a_password_is() {
    let web = Web::with(|settings| settings.accounts.password_min_length = 14).await;
    let told = web.ask("GET", "/config.json", None, &Value::Null).await;
    assert_eq!((told.status, &told.body["signIn"]["passwordMinLength"]), (200, &json!(14)));
    let form = json!({"email": "ana@example.com", "password": PASSWORD});
    assert_eq!(web.post("/auth/v1/signup", form).await.code(), (422, "weak_password"));
    web.program.stop().await;
}
