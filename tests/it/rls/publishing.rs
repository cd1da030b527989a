//! Publishing and cancelling at the database: who may, when, once, and what it leaves behind.

use sqlx::{Connection, PgConnection, Row};
use uuid::Uuid;

use super::holes::{filled, tries};
use super::people::{Person, Place, begin_as, verdict};
use crate::harness::Role;

const A: Person = Person::OrganizerA;

async fn complete(conn: &mut PgConnection, event: Uuid) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(
        "update public.events set type = 'conference', description = 'Talks', capacity = 500, place = 'Hall', price_cents = 15000,
           timezone = 'America/Toronto', starts_local = '2026-12-15 09:00', duration = 480
         where id = $1 returning revision",
    )
    .bind(event)
    .fetch_one(conn)
    .await
}

async fn ask_for_confirmation(conn: &mut PgConnection, session: Uuid, seconds: i32) -> Result<(), sqlx::Error> {
    sqlx::query("select app.offer_confirmation($1, 4, extensions.digest('token', 'sha256'), $2)")
        .bind(session)
        .bind(seconds)
        .execute(conn)
        .await?;
    Ok(())
}

async fn confirm(conn: &mut PgConnection, session: Uuid, revision: i64) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("select app.use_confirmation($1, $2, extensions.digest('token', 'sha256'))")
        .bind(session)
        .bind(revision)
        .fetch_one(conn)
        .await
}

#[tokio::test]
async fn publishing_is_for_the_organizer_alone() -> Result<(), sqlx::Error> {
    let database = filled().await?;
    let mut admin = database.connect(Role::Bootstrap).await;
    let mut conn = database.connect(Role::Authenticator).await;
    for person in Person::OWNERS {
        complete(&mut admin, Place::draft(person).event).await?;
    }
    let publish = |place: Place| [format!("select * from app.publish('{}', null, null, null)", place.event)];
    assert_eq!(
        tries(&mut conn, Person::Guest, &publish(Place::draft(Person::Guest))).await?,
        ["PT403"],
        "a guest drafts only"
    );
    assert_eq!(tries(&mut conn, Person::Attendee, &publish(Place::draft(Person::Attendee))).await?, ["PT403"]);
    assert_eq!(
        tries(&mut conn, Person::OrganizerB, &publish(Place::draft(A))).await?,
        ["PT404"],
        "a foreign draft is as if absent"
    );
    assert_eq!(
        tries(&mut conn, Person::OrganizerB, &publish(Place::public(A))).await?,
        ["PT403"],
        "but the public one can be seen"
    );
    assert_eq!(tries(&mut conn, Person::Anon, &publish(Place::draft(A))).await?, ["42501"]);
    assert_eq!(tries(&mut conn, A, &publish(Place::draft(A))).await?, ["ok"]);
    Ok(())
}

#[tokio::test]
async fn publishing_takes_the_draft_that_was_shown_and_leaves_the_work_behind_once() -> Result<(), sqlx::Error> {
    let database = filled().await?;
    let mut conn = database.connect(Role::Authenticator).await;
    let Place { event, session, .. } = Place::draft(A);

    let mut tx = conn.begin().await?;
    begin_as(&mut tx, A).await?;
    sqlx::query("delete from public.ticket_tiers where event_id = $1").bind(event).execute(&mut *tx).await?;
    let incomplete = sqlx::query("select * from app.publish($1, null, null, null)")
        .bind(event)
        .execute(&mut *tx)
        .await
        .expect_err("incomplete");
    let refusal =
        incomplete.as_database_error().and_then(|error| error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>());
    assert_eq!(
        refusal.map(|refusal| (refusal.code(), refusal.detail())),
        Some(("PT400", Some("type,description,capacity,date_time,duration,timezone,price_cents")))
    );
    tx.rollback().await?;

    let mut tx = conn.begin().await?;
    begin_as(&mut tx, A).await?;
    let revision = complete(&mut tx, event).await?;
    tx.commit().await?;
    let stale = format!("select * from app.publish('{event}', '{session}', {}, null)", revision - 1);
    let other_session = format!(
        "select * from app.publish('{event}', '{}', {revision}, null)",
        Place::draft(Person::OrganizerB).session
    );
    assert_eq!(tries(&mut conn, A, &[stale, other_session]).await?, ["PT409", "PT404"]);

    let mut tx = conn.begin().await?;
    begin_as(&mut tx, A).await?;
    let published = sqlx::query("select * from app.publish($1, $2, $3, 'my-slug')")
        .bind(event)
        .bind(session)
        .bind(revision)
        .fetch_one(&mut *tx)
        .await?;
    tx.commit().await?;
    assert_eq!(published.get::<&str, _>("slug"), "my-slug");
    assert_eq!(published.get::<&str, _>("payment_setup"), "pending");

    let again = [
        format!("select public.publish_event('{event}')"),
        format!("update public.events set status = 'draft' where id = '{event}'"),
    ];
    assert_eq!(tries(&mut conn, A, &again[..1]).await?, ["PT409"]);
    assert_eq!(tries(&mut conn, Person::Service, &again[1..]).await?, ["PT409"], "no way back to a draft, for nobody");

    let mut admin = database.connect(Role::Bootstrap).await;
    let queued: Vec<String> = sqlx::query_scalar("select kind from public.payment_setup_queue where dedupe_key like '%' || $1 and event_id = $1::uuid order by kind")
        .bind(event.to_string())
        .fetch_all(&mut admin)
        .await?;
    assert_eq!(queued, ["mail_published", "stripe_product"]);
    let (status, stages): (String, i32) =
        sqlx::query_as("select status, stages_completed from public.wizard_sessions where id = $1")
            .bind(session)
            .fetch_one(&mut admin)
            .await?;
    assert_eq!((status.as_str(), stages), ("completed", 6));
    let made_by: Uuid = sqlx::query_scalar(
        "select (metadata -> 'ai_generated' ->> 'wizard_session_id')::uuid from public.events where id = $1",
    )
    .bind(event)
    .fetch_one(&mut admin)
    .await?;
    assert_eq!(made_by, session);
    Ok(())
}

#[tokio::test]
async fn the_specifications_own_rest_event_can_be_published_by_its_rpc() -> Result<(), sqlx::Error> {
    let database = filled().await?;
    let mut conn = database.connect(Role::Authenticator).await;
    let mut tx = conn.begin().await?;
    begin_as(&mut tx, A).await?;
    let (event, slug): (Uuid, String) = sqlx::query_as(
        "insert into public.events (name, type, status, visibility, organizer_id, venue_id, capacity, date_time, duration, price_cents, description)
         values ('Toronto Tech Summit 2025', 'conference', 'draft', 'private', $1, $2, 500, '2025-11-15T09:00:00Z', 480, 15000, 'Annual')
         returning id, slug",
    )
    .bind(A.id())
    .bind(Place::draft(A).venue)
    .fetch_one(&mut *tx)
    .await?;
    assert_eq!(slug, "toronto-tech-summit-2025");
    let answer: serde_json::Value =
        sqlx::query_scalar("select public.publish_event($1)").bind(event).fetch_one(&mut *tx).await?;
    assert_eq!(answer["event"]["status"], "published");
    assert_eq!(answer["event"]["public_url"], "https://eventos.com/e/toronto-tech-summit-2025");
    assert_eq!(
        (&answer["stripe_product"], &answer["payment_setup"]),
        (&serde_json::Value::Null, &serde_json::json!("pending"))
    );
    Ok(())
}

#[tokio::test]
async fn a_confirmation_is_good_once_for_what_was_shown() -> Result<(), sqlx::Error> {
    let database = filled().await?;
    let mut conn = database.connect(Role::Authenticator).await;
    let session = Place::draft(A).session;
    let mut tx = conn.begin().await?;
    begin_as(&mut tx, A).await?;
    ask_for_confirmation(&mut tx, session, 60).await?;
    assert!(!confirm(&mut tx, session, 5).await?, "another revision");
    tx.commit().await?;

    let theirs = format!("select app.use_confirmation('{session}', 4, extensions.digest('token', 'sha256'))");
    assert_eq!(tries(&mut conn, Person::OrganizerB, &[theirs]).await?, ["PT404"], "another user");

    let mut tx = conn.begin().await?;
    begin_as(&mut tx, A).await?;
    assert!(confirm(&mut tx, session, 4).await?);
    assert!(!confirm(&mut tx, session, 4).await?, "a second press");
    tx.rollback().await?;

    let mut tx = conn.begin().await?;
    begin_as(&mut tx, A).await?;
    ask_for_confirmation(&mut tx, session, 0).await?;
    assert!(!confirm(&mut tx, session, 4).await?, "expired");
    Ok(())
}

#[tokio::test]
async fn cancelling_is_final_and_for_the_owner() -> Result<(), sqlx::Error> {
    let database = filled().await?;
    let mut conn = database.connect(Role::Authenticator).await;
    let event = Place::public(A).event;
    let cancel = [format!("select * from app.cancel('{event}')")];
    assert_eq!(tries(&mut conn, Person::OrganizerB, &cancel).await?, ["PT403"]);
    let mut tx = conn.begin().await?;
    begin_as(&mut tx, A).await?;
    let done = sqlx::query("select * from app.cancel($1)").bind(event).fetch_one(&mut *tx).await?;
    assert_eq!(done.get::<&str, _>("status"), "cancelled");
    let twice = sqlx::query("select * from app.cancel($1)").bind(event).execute(&mut *tx).await;
    assert_eq!(verdict(&twice), "PT409");
    Ok(())
}
