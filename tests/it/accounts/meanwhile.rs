//! What comes for one account at the same moment: whatever order its parts take, an account that was taken back is taken back.

use serde_json::json;
use sqlx::PgConnection;

use super::web::{PASSWORD, Web, text};
use crate::harness::Role;

/// An account that is being taken back, up to where it counts.
const TAKEN_BACK: &str = "begin; update auth.users set encrypted_password = ''; delete from auth.sessions";

/// Somebody else at work on the database.
async fn busy(web: &Web, statements: &'static str) -> PgConnection {
    let mut conn = web.database.connect(Role::Bootstrap).await;
    sqlx::raw_sql(statements).execute(&mut conn).await.unwrap();
    conn
}

/// Once so many wait for somebody, this one commits.
async fn commits_before(web: &Web, mut conn: PgConnection, waiting: i64) {
    let query = "select count(*) from pg_stat_activity
        where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0";
    while web.count(query).await < waiting {
        tokio::task::yield_now().await;
    }
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
