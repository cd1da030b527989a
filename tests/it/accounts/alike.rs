//! By its time an answer tells no more than by its words: it waits for the end of a step, also behind the hashing of a password.

use std::cell::Cell;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use serde_json::json;

use super::mailed::web;
use super::meanwhile::{busy, until_waiting};
use super::web::{Answer, PASSWORD, Web, text};

/// As long as a step, or a little longer.
const STEP: Duration = Duration::from_millis(151);
const MAILS: &str = "select count(*) from payment_setup_queue where kind in ('mail_confirm', 'mail_email_change')";

/// Time stands still, and passes when a test says so; until what is returned is dropped.
fn stand_still() -> Sender<()> {
    tokio::time::pause();
    // While something is at work off the threads, tokio lets no time pass by itself.
    let (end, ended) = channel();
    tokio::task::spawn_blocking(move || ended.recv());
    end
}

/// The answer, which does not come with the mail, but when time passes after that.
async fn behind_its_mail(web: &Web, ask: impl Future<Output = Answer>, before: impl Future<Output = ()>) -> Answer {
    let mails = web.count(MAILS).await;
    let answered = Cell::new(false);
    let asked = async {
        let answer = ask.await;
        answered.set(true);
        answer
    };
    let looked = async {
        before.await;
        while web.count(MAILS).await == mails {
            tokio::task::yield_now().await;
        }
        // Long enough for an answer that waits for nothing.
        for _ in 0..50 {
            web.count(MAILS).await;
            assert!(!answered.get(), "the answer waits for the end of its step");
        }
        tokio::time::advance(STEP).await;
    };
    tokio::join!(asked, looked).0
}

#[tokio::test]
async fn a_sign_up_waits_although_its_mail_is_left_at_once() {
    let web = web().await;
    let time = stand_still();
    let form = json!({"email": "ana@example.com", "password": PASSWORD});
    let answer = behind_its_mail(&web, web.post("/auth/v1/signup", form), async {}).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    drop(time);
    tokio::time::resume();
    web.program.stop().await;
}

#[tokio::test]
async fn a_change_waits_also_when_more_than_a_step_has_passed() {
    let web = web().await;
    let guest = web.post("/auth/v1/signup", json!({})).await.body;
    let time = stand_still();
    let mut held = busy(&web, "begin; select from auth.users for no key update").await;
    // Its password is hashed, and a step is over, before the address is looked up.
    let before = async {
        until_waiting(&web, 1).await;
        tokio::time::advance(STEP).await;
        sqlx::raw_sql("commit").execute(&mut held).await.unwrap();
    };
    let wish = json!({"email": "ana@example.com", "password": PASSWORD});
    let put = web.ask("PUT", "/auth/v1/user", Some(text(&guest, "access_token")), &wish);
    let answer = behind_its_mail(&web, put, before).await;
    assert_eq!((answer.status, &answer.body["new_email"]), (200, &json!("ana@example.com")));
    drop(time);
    tokio::time::resume();
    web.program.stop().await;
}
