//! What comes for one account at the same moment: whatever order its parts take, an account that was taken back is taken back.

use serde_json::{Value, json};
use sqlx::PgConnection;

use super::mailed::{fields, follow, mail, path, web};
use super::web::{PASSWORD, Web, text};
use crate::harness::Role;

/// An account that is being taken back, up to where it counts.
const TAKEN_BACK: &str = "begin; update auth.users set encrypted_password = ''; delete from auth.sessions";

/// How many wait for somebody else's work on the database.
const WAITING: &str = "select count(*) from pg_stat_activity
    where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0";

/// Somebody else at work on the database.
pub(super) async fn busy(web: &Web, statements: &'static str) -> PgConnection {
    let mut conn = web.database.connect(Role::Bootstrap).await;
    sqlx::raw_sql(statements).execute(&mut conn).await.unwrap();
    conn
}

pub(super) async fn until_waiting(web: &Web, number: i64) {
    while web.count(WAITING).await < number {
        tokio::task::yield_now().await;
    }
}

/// This one commits, once so many wait.
async fn commits_before(web: &Web, mut conn: PgConnection, waiting: i64) {
    until_waiting(web, waiting).await;
    sqlx::raw_sql("commit").execute(&mut conn).await.unwrap();
}

#[tokio::test]
async fn a_password_that_is_dropped_meanwhile_lets_nobody_in() {
    let web = Web::new().await;
    web.sign_up("ana@example.com").await;
    let back = busy(&web, TAKEN_BACK).await;
    let (thief, ()) = tokio::join!(web.sign_in("ana@example.com", PASSWORD), commits_before(&web, back, 1));
    assert_eq!(thief.code(), (400, "invalid_credentials"));
    assert_eq!(web.count("select count(*) from auth.sessions").await, 0);
    web.program.stop().await;
}

#[tokio::test]
async fn whoever_is_signed_out_meanwhile_changes_nothing() {
    let web = Web::new().await;
    let ana = web.sign_up("ana@example.com").await;
    let back = busy(&web, TAKEN_BACK).await;
    let wish = json!({"password": "another horse", "email": "thief@example.com"});
    let put = web.ask("PUT", "/auth/v1/user", Some(text(&ana, "access_token")), &wish);
    let (thief, ()) = tokio::join!(put, commits_before(&web, back, 1));
    assert_eq!(thief.code(), (403, "session_not_found"));
    let as_it_was = "select count(*) from auth.users where email = 'ana@example.com' and encrypted_password = ''";
    assert_eq!(web.count(as_it_was).await, 1);
    web.program.stop().await;
}

#[tokio::test]
async fn two_links_of_one_person_that_are_pressed_at_once_take_turns() {
    let web = web().await;
    let form = json!({"email": "ana@example.com", "password": PASSWORD});
    assert_eq!(web.post("/auth/v1/signup", form).await.status, 200);
    follow(&web, &mail(&web, "mail_confirm").await).await;
    let thief = web.sign_in("ana@example.com", PASSWORD).await.body;
    let change = async |email: &str| -> Value {
        let put = web.ask("PUT", "/auth/v1/user", Some(text(&thief, "access_token")), &json!({"email": email})).await;
        assert_eq!(put.status, 200, "{}", put.body);
        mail(&web, "mail_email_change").await
    };
    follow(&web, &change("thief@example.com").await).await;
    let (back, again) = (mail(&web, "mail_email_changed").await, change("thief@example.org").await);

    // Each of the two is begun before either can end.
    let held = busy(&web, "begin; select from auth.users for no key update").await;
    let press = async |mail: &Value, waiting: i64| {
        until_waiting(&web, waiting).await;
        web.press(fields(path(mail)), "same-origin").await.headers["location"].to_str().unwrap().to_owned()
    };
    let (again, back, ()) = tokio::join!(press(&again, 0), press(&back, 1), commits_before(&web, held, 2));
    assert!(!again.contains("server_error"), "{again}");
    assert!(back.contains("#access_token="), "{back}");
    assert_eq!(web.count("select count(*) from auth.users where email = 'ana@example.com'").await, 1);
    web.program.stop().await;
}

#[tokio::test]
async fn whoever_leaves_while_their_new_address_is_confirmed_waits_their_turn() {
    let web = Web::new().await;
    let ana = web.sign_up("ana@example.com").await;
    // As a confirmation goes: the person's row first, and at its end the address, which is written through to the profile.
    let mut confirming = busy(&web, "begin; select from auth.users for no key update").await;
    let farewell = json!({"password": PASSWORD});
    let leaves = web.ask("DELETE", "/api/account", Some(text(&ana, "access_token")), &farewell);
    let confirms = async {
        until_waiting(&web, 1).await;
        sqlx::raw_sql("update auth.users set email = 'new@example.com'; commit").execute(&mut confirming).await
    };
    let (left, confirmed) = tokio::join!(leaves, confirms);
    assert!(confirmed.is_ok(), "the confirmation was thrown out: {confirmed:?}");
    assert_eq!(left.status, 200, "{}", left.body);
    assert_eq!(web.count("select count(*) from auth.users").await, 0);
    assert_eq!(web.count("select count(*) from profiles").await, 0);
    web.program.stop().await;
}
