//! The holes that such schemas are known for, tried one by one.
//!
//! Promises: each attempt is refused with the SQLSTATE that the API turns into the right answer, and leaves nothing.

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use eventos::store::database::Store;
use eventos::store::error::StoreError;

use super::people::{Person, Place, begin_as, verdict};
use super::tables::seed;
use crate::harness::{self, Database, Role};

pub(crate) async fn filled() -> Result<Database, sqlx::Error> {
    let database = harness::database().await;
    seed(&mut database.connect(Role::Bootstrap).await, &Place::all()).await?;
    Ok(database)
}

/// Runs statements in somebody's name, each of them alone and taken back; answers `ok` or a SQLSTATE for each.
pub(super) async fn tries(
    conn: &mut PgConnection,
    person: Person,
    statements: &[String],
) -> Result<Vec<String>, sqlx::Error> {
    let mut verdicts = Vec::new();
    for statement in statements {
        let mut tx = conn.begin().await?;
        begin_as(&mut tx, person).await?;
        verdicts.push(verdict(&sqlx::query(AssertSqlSafe(statement.as_str())).execute(&mut *tx).await));
        tx.rollback().await?;
    }
    Ok(verdicts)
}

const A: Person = Person::OrganizerA;
const B: Person = Person::OrganizerB;

#[tokio::test]
async fn an_attendee_writes_no_event_and_no_session() -> Result<(), sqlx::Error> {
    let database = filled().await?;
    let mut conn = database.connect(Role::Authenticator).await;
    let event = Place::draft(Person::Attendee).event;
    let attempts = [
        "insert into public.events (name) values ('Mine')".to_owned(),
        "insert into public.wizard_sessions default values".to_owned(),
        "insert into public.venues (name) values ('Mine')".to_owned(),
        format!("insert into public.ticket_tiers (event_id, name) values ('{event}', 'VIP')"),
    ];
    assert_eq!(tries(&mut conn, Person::Attendee, &attempts).await?, ["42501"; 4]);
    assert_eq!(tries(&mut conn, Person::Guest, &attempts[..3]).await?, ["ok"; 3], "a guest drafts");
    Ok(())
}

#[tokio::test]
async fn publishing_is_no_plain_patch() -> Result<(), sqlx::Error> {
    let database = filled().await?;
    let mut conn = database.connect(Role::Authenticator).await;
    let event = Place::draft(A).event;
    let attempts: Vec<String> =
        ["status = 'published'", "published_at = now()", "revision = 9", "cancelled_at = now()", "created_at = now()"]
            .iter()
            .map(|change| format!("update public.events set {change} where id = '{event}'"))
            .chain(["insert into public.events (name, status) values ('Mine', 'published')".to_owned()])
            .collect();
    assert_eq!(tries(&mut conn, A, &attempts).await?, ["42501"; 6]);
    Ok(())
}

#[tokio::test]
async fn an_event_belongs_to_whoever_makes_it() -> Result<(), sqlx::Error> {
    let database = filled().await?;
    let mut conn = database.connect(Role::Authenticator).await;
    let attempts = [
        format!("insert into public.events (name, organizer_id) values ('Mine', '{}')", A.id()),
        format!("insert into public.events (name, organizer_id) values ('Mine', '{}')", B.id()),
        format!("update public.events set organizer_id = '{}' where id = '{}'", B.id(), Place::draft(A).event),
        format!("insert into public.wizard_sessions (user_id) values ('{}')", B.id()),
    ];
    assert_eq!(tries(&mut conn, A, &attempts).await?, ["ok", "42501", "42501", "42501"]);
    Ok(())
}

#[tokio::test]
async fn what_the_server_records_in_metadata_cannot_be_forged() -> Result<(), sqlx::Error> {
    let database = filled().await?;
    let event = Place::draft(A).event;
    let mut admin = database.connect(Role::Bootstrap).await;
    sqlx::query(
        "update public.events set metadata = '{\"stripe_product_id\": \"prod_1\", \"seo\": {\"a\": 1}}' where id = $1",
    )
    .bind(event)
    .execute(&mut admin)
    .await?;
    let mut conn = database.connect(Role::Authenticator).await;
    let patch = |metadata: &str| format!("update public.events set metadata = '{metadata}' where id = '{event}'");
    let attempts = [
        patch(r#"{"stripe_product_id": "prod_2"}"#),
        patch(r#"{"stripe_product_id": null}"#),
        patch(r#"{"stripe_price_id": "price_1"}"#),
        patch(r#"{"ai_generated": {}}"#),
        patch(r#"{"analytics": {"views": 1000}}"#),
        r#"insert into public.events (name, metadata) values ('x', '{"stripe_product_id": "prod_2"}')"#.to_owned(),
        patch(r#"{"stripe_product_id": "prod_1", "seo": {"a": 2}}"#),
    ];
    let refused = "42501";
    assert_eq!(tries(&mut conn, A, &attempts).await?, [refused, refused, refused, refused, refused, refused, "ok"]);

    let mut tx = conn.begin().await?;
    begin_as(&mut tx, A).await?;
    let kept: serde_json::Value = sqlx::query_scalar(
        "update public.events set metadata = '{\"note\": 1}', city = 'Toronto' where id = $1 returning metadata",
    )
    .bind(event)
    .fetch_one(&mut *tx)
    .await?;
    assert_eq!(kept, serde_json::json!({"stripe_product_id": "prod_1", "seo": {"a": 1}, "note": 1, "city": "Toronto"}));
    Ok(())
}

#[tokio::test]
async fn nobody_takes_another_persons_rows_by_reference() -> Result<(), sqlx::Error> {
    let database = filled().await?;
    let mut conn = database.connect(Role::Authenticator).await;
    let (mine, theirs, shown) = (Place::draft(A), Place::draft(B), Place::public(B));
    let shared = Place::shared();
    let set =
        |column: &str, value| format!("update public.events set {column} = '{value}' where id = '{}'", mine.event);
    let attempts = [
        set("venue_id", theirs.venue),
        set("venue_id", shown.venue),
        set("image_id", theirs.file),
        format!("update public.wizard_sessions set event_id = '{}' where id = '{}'", theirs.event, mine.session),
        format!("insert into public.events (name, venue_id) values ('x', '{}')", theirs.venue),
        set("venue_id", uuid::Uuid::nil()),
        set("venue_id", shared.venue),
    ];
    // 23503 is also what an id gets that does not exist at all.
    let absent = "23503";
    assert_eq!(tries(&mut conn, A, &attempts).await?, [absent, absent, absent, absent, absent, absent, "ok"]);
    Ok(())
}

#[tokio::test]
async fn a_foreign_session_answers_as_an_absent_one() -> Result<(), sqlx::Error> {
    let database = filled().await?;
    let mut conn = database.connect(Role::Authenticator).await;
    for session in [Place::draft(B).session, uuid::Uuid::nil()] {
        let attempts = [
            format!(
                "select * from app.accept_message('web', 'x', '1', '{session}', 'hi', null, null, 'n', 30, true, null, null)"
            ),
            format!("select * from app.append_message('{session}', 'assistant', 'hi', null, 'web', null)"),
            format!("select app.enqueue_reply('{session}', 'telegram', '1', '{{}}')"),
            format!("select app.offer_confirmation('{session}', 1, extensions.digest('t', 'sha256'), 60)"),
            format!("select app.use_confirmation('{session}', 1, extensions.digest('t', 'sha256'))"),
            format!(
                "select app.settle_inbox(coalesce((select id from public.inbox where session_id = '{session}'), '{session}'), 'dead', null)"
            ),
        ];
        let verdicts = tries(&mut conn, A, &attempts).await?;
        assert_eq!(verdicts, ["PT404", "PT404", "PT404", "PT404", "PT404", "42501"], "inbox itself is closed");
    }
    Ok(())
}

#[tokio::test]
async fn only_the_server_does_the_servers_work() -> Result<(), sqlx::Error> {
    let database = filled().await?;
    let mut conn = database.connect(Role::Authenticator).await;
    let attempts = [
        "select * from app.claim_inbox('n', 30, false, 3)".to_owned(),
        "select app.renew_leases('n', 30)".to_owned(),
        "select app.ensure_user('new@example.org', 'organizer', false, 'New')".to_owned(),
        "select * from app.sweep(30, 30, 30)".to_owned(),
        format!("select app.move_drafts('{}', '{}')", Person::Guest.id(), A.id()),
    ];
    assert_eq!(tries(&mut conn, Person::Service, &attempts).await?, ["ok"; 5]);
    assert_eq!(tries(&mut conn, A, &attempts).await?, ["42501"; 5]);
    assert_eq!(tries(&mut conn, Person::Anon, &attempts).await?, ["42501"; 5]);
    Ok(())
}

#[tokio::test]
async fn a_forgotten_role_sees_nothing_and_a_role_ends_with_its_transaction() -> Result<(), sqlx::Error> {
    let database = filled().await?;
    let mut conn = database.connect(Role::Authenticator).await;
    let count = "select count(*) from public.events";
    assert_eq!(verdict(&sqlx::query(count).execute(&mut conn).await), "42501");
    let mut tx = conn.begin().await?;
    begin_as(&mut tx, A).await?;
    sqlx::query(count).execute(&mut *tx).await?;
    tx.commit().await?;
    assert_eq!(verdict(&sqlx::query(count).execute(&mut conn).await), "42501");
    let nobody: Option<uuid::Uuid> =
        sqlx::query_scalar("select auth.uid()").fetch_one(&mut database.connect(Role::Bootstrap).await).await?;
    assert_eq!(nobody, None);
    Ok(())
}

/// The policies hold only for a login that they hold for: any other one is refused before the program serves.
#[tokio::test]
async fn a_login_that_the_policies_do_not_hold_for_does_not_start() {
    let database = harness::database().await;
    let Err(StoreError::Refused(words)) = Store::connect(database.options(Role::Bootstrap), 1).await else {
        panic!("a superuser serves");
    };
    assert!(words.contains("bypasses row level security"), "{words}");
}
