//! Accepting, answering and taking over messages; a guest's drafts; sweeping.
//!
//! Promises: one platform id is one message whatever comes twice; an expired lease is taken over once, in order, and not for ever.

use eventos::store::database::Actor;
use eventos::store::inbox;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

use super::holes::filled;
use super::people::{Person, Place, begin_as, verdict};
use crate::harness::Role;

const A: Person = Person::OrganizerA;

async fn accept(
    conn: &mut PgConnection,
    id: &str,
    node: &str,
    seconds: i32,
) -> Result<(Uuid, Uuid, String, bool), sqlx::Error> {
    let mut tx = conn.begin().await?;
    begin_as(&mut tx, A).await?;
    let row = sqlx::query_as(
        "select * from app.accept_message('web', 'tab', $1, $2, 'hello', '{}', null, $3, $4, true, null, null)",
    )
    .bind(id)
    .bind(Place::draft(A).session)
    .bind(node)
    .bind(seconds)
    .fetch_one(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(row)
}

async fn claim(conn: &mut PgConnection, node: &str, own: bool) -> Result<Vec<(String, String, i32)>, sqlx::Error> {
    let mut tx = conn.begin().await?;
    begin_as(&mut tx, Person::Service).await?;
    let rows = sqlx::query_as("select external_id, state, attempts from app.claim_inbox($1, 30, $2, 2) where channel = 'web' and account = 'tab'")
        .bind(node)
        .bind(own)
        .fetch_all(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(rows)
}

fn row(id: &str, state: &str, attempts: i32) -> (String, String, i32) {
    (id.to_owned(), state.to_owned(), attempts)
}

#[tokio::test]
async fn the_same_message_twice_is_one_message() -> Result<(), sqlx::Error> {
    let database = filled().await?;
    let mut conn = database.connect(Role::Authenticator).await;
    let mut other = database.connect(Role::Authenticator).await;
    let (one, two) = tokio::join!(accept(&mut conn, "1", "n", 30), accept(&mut other, "1", "n", 30));
    let (one, two) = (one?, two?);
    assert_eq!((one.0, one.1), (two.0, two.1));
    assert_ne!(one.3, two.3, "exactly one of them is fresh");
    let mut admin = database.connect(Role::Bootstrap).await;
    let said: i64 = sqlx::query_scalar("select count(*) from public.ai_conversations where content = 'hello'")
        .fetch_one(&mut admin)
        .await?;
    assert_eq!(said, 1);

    let mut tx = conn.begin().await?;
    begin_as(&mut tx, Person::OrganizerB).await?;
    let theirs = sqlx::query(
        "select * from app.accept_message('web', 'tab', '1', $1, 'hello', '{}', null, 'n', 30, true, null, null)",
    )
    .bind(Place::draft(Person::OrganizerB).session)
    .execute(&mut *tx)
    .await;
    assert_eq!(verdict(&theirs), "PT409", "another person's message is not handed out");
    Ok(())
}

#[tokio::test]
async fn an_answer_stands_behind_its_question_and_settles_it_once() -> Result<(), sqlx::Error> {
    let database = filled().await?;
    let mut conn = database.connect(Role::Authenticator).await;
    let (inbox, message, _, _) = accept(&mut conn, "1", "n", 30).await?;
    let mut tx = conn.begin().await?;
    begin_as(&mut tx, A).await?;
    let session = Place::draft(A).session;
    let append = "select id from app.append_message($1, $2, 'hi', null, 'web', $3)";
    sqlx::query(append).bind(session).bind("assistant").bind(message).execute(&mut *tx).await?;
    let order: Vec<String> = sqlx::query_scalar(
        "select role from public.ai_conversations where session_id = $1 and source is not null order by seq",
    )
    .bind(session)
    .fetch_all(&mut *tx)
    .await?;
    assert_eq!(order, ["user", "assistant"]);
    let settle = "select app.settle_inbox($1, 'answered', null)";
    let settled: bool = sqlx::query_scalar(settle).bind(inbox).fetch_one(&mut *tx).await?;
    let again: bool = sqlx::query_scalar(settle).bind(inbox).fetch_one(&mut *tx).await?;
    assert_eq!((settled, again), (true, false));
    tx.commit().await?;

    for (role, reply_to, refusal) in [("user", message, "PT400"), ("assistant", Uuid::nil(), "PT404")] {
        let mut tx = conn.begin().await?;
        begin_as(&mut tx, A).await?;
        assert_eq!(
            verdict(&sqlx::query(append).bind(session).bind(role).bind(reply_to).execute(&mut *tx).await),
            refusal
        );
    }
    Ok(())
}

#[tokio::test]
async fn expired_leases_are_taken_over_in_order_and_given_up_in_the_end() -> Result<(), sqlx::Error> {
    let database = filled().await?;
    let mut admin = database.connect(Role::Bootstrap).await;
    sqlx::query("update public.inbox set state = 'answered'").execute(&mut admin).await?;
    let mut conn = database.connect(Role::Authenticator).await;
    accept(&mut conn, "1", "first", 30).await?;
    accept(&mut conn, "2", "second", 0).await?;
    assert_eq!(claim(&mut conn, "third", false).await?, [], "2 waits behind 1, whose lease is alive");
    assert_eq!(
        claim(&mut conn, "first", true).await?,
        [row("1", "running", 1)],
        "a restarted node takes its own back at once"
    );

    let expire = "update public.inbox set lease_until = now() - interval '1 second' where account = 'tab'";
    sqlx::query(expire).execute(&mut admin).await?;
    assert_eq!(claim(&mut conn, "third", false).await?, [row("1", "running", 2), row("2", "running", 1)]);
    assert_eq!(claim(&mut conn, "fourth", false).await?, [], "taken is taken");
    let held: Vec<Uuid> = sqlx::query_scalar("select id from public.inbox where account = 'tab' and external_id = '1'")
        .fetch_all(&mut admin)
        .await?;
    sqlx::query(expire).execute(&mut admin).await?;
    let mut tx = conn.begin().await?;
    begin_as(&mut tx, Person::Service).await?;
    assert_eq!(inbox::renew(&mut tx, "another", 60, &held).await.unwrap(), 0, "nobody renews what is not theirs");
    assert_eq!(
        inbox::renew(&mut tx, "third", 60, &held).await.unwrap(),
        1,
        "what is held is renewed, and nothing else"
    );
    tx.commit().await?;

    sqlx::query(expire).execute(&mut admin).await?;
    assert_eq!(
        claim(&mut conn, "fourth", false).await?,
        [row("1", "dead", 2), row("2", "running", 2)],
        "tried twice is enough"
    );
    Ok(())
}

/// Running means that somebody holds it (PAINS P26): what nobody holds is counted, and taken over.
#[tokio::test]
async fn what_runs_without_a_living_lease_is_counted_until_somebody_holds_it() -> Result<(), sqlx::Error> {
    let database = filled().await?;
    let store = database.store().await;
    let mut tx = store.begin(Actor::Server).await.unwrap();
    sqlx::query("update public.inbox set state = 'answered'").execute(&mut *tx).await?;
    assert_eq!(inbox::adrift(&mut tx).await.unwrap(), 0);
    let lost = "update public.inbox set state = 'running', attempts = 1, owner_node = 'dead', lease_until = now() - interval '1 second', message_id = gen_random_uuid()
         where id = (select id from public.inbox order by seq limit 1)";
    sqlx::query(lost).execute(&mut *tx).await?;
    assert_eq!(inbox::adrift(&mut tx).await.unwrap(), 1);
    assert_eq!(inbox::claim(&mut tx, "living", 30, false).await.unwrap().len(), 1);
    assert_eq!(inbox::adrift(&mut tx).await.unwrap(), 0);
    Ok(())
}

#[tokio::test]
async fn a_guests_work_follows_them_when_they_sign_in() -> Result<(), sqlx::Error> {
    let database = filled().await?;
    let mut conn = database.connect(Role::Authenticator).await;
    let guest = Place::draft(Person::Guest);
    let mut tx = conn.begin().await?;
    begin_as(&mut tx, Person::Guest).await?;
    sqlx::query("select set_config('eventos.turn', 'on', true)").execute(&mut *tx).await?;
    sqlx::query("update public.events set price_cents = 5, slug = null where id = $1")
        .bind(guest.event)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    let mut tx = conn.begin().await?;
    begin_as(&mut tx, Person::Service).await?;
    let moved: i32 = sqlx::query_scalar("select app.move_drafts($1, $2)")
        .bind(Person::Guest.id())
        .bind(A.id())
        .fetch_one(&mut *tx)
        .await?;
    assert_eq!(moved, 1);
    begin_as(&mut tx, A).await?;
    for (table, id) in
        [("events", guest.event), ("wizard_sessions", guest.session), ("venues", guest.venue), ("files", guest.file)]
    {
        let theirs: i64 =
            sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from public.{table} where id = $1")))
                .bind(id)
                .fetch_one(&mut *tx)
                .await?;
        assert_eq!(theirs, 1, "{table}");
    }
    let unsaid: bool = sqlx::query_scalar("select slug is null and currency is null from public.events where id = $1")
        .bind(guest.event)
        .fetch_one(&mut *tx)
        .await?;
    assert!(unsaid, "moving a draft adds nothing that was never said");
    tx.commit().await?;
    let mut admin = database.connect(Role::Bootstrap).await;
    let left: i64 = sqlx::query_scalar("select count(*) from auth.users where id = $1")
        .bind(Person::Guest.id())
        .fetch_one(&mut admin)
        .await?;
    assert_eq!(left, 0, "the guest is gone");

    let mut tx = conn.begin().await?;
    begin_as(&mut tx, Person::Service).await?;
    let backwards = sqlx::query("select app.move_drafts($1, $2)")
        .bind(A.id())
        .bind(Person::OrganizerB.id())
        .execute(&mut *tx)
        .await;
    assert_eq!(verdict(&backwards), "PT400", "drafts of a person never move");
    Ok(())
}

#[tokio::test]
async fn what_is_left_behind_is_swept() -> Result<(), sqlx::Error> {
    let database = filled().await?;
    let mut admin = database.connect(Role::Bootstrap).await;
    sqlx::raw_sql(
        "update public.wizard_sessions set last_saved_at = now() - interval '40 days';
         update auth.users set created_at = now() - interval '40 days';
         update public.idempotency_keys set created_at = now() - interval '25 hours';
         update public.inbox set created_at = now() - interval '40 days', state = 'answered' where channel = 'web';
         update public.outbox set created_at = now() - interval '40 days', state = 'sent';
         delete from public.orders;",
    )
    .execute(&mut admin)
    .await?;
    let mut conn = database.connect(Role::Authenticator).await;
    let sweep = "select * from app.sweep(30, 30, 30)";
    let mut tx = conn.begin().await?;
    begin_as(&mut tx, Person::Service).await?;
    let (abandoned, guests, keys, messages): (i64, i64, i64, i64) = sqlx::query_as(sweep).fetch_one(&mut *tx).await?;
    assert_eq!((abandoned, guests), (4, 1));
    assert!(keys >= 3 && messages >= 2, "{keys} {messages}");
    let left = "select (select count(*) from public.inbox where state = 'answered') + (select count(*) from public.outbox where state = 'sent')";
    assert_eq!(sqlx::query_scalar::<_, i64>(left).fetch_one(&mut *tx).await?, 0);
    let again: (i64, i64, i64, i64) = sqlx::query_as(sweep).fetch_one(&mut *tx).await?;
    assert_eq!(again, (0, 0, 0, 0));
    Ok(())
}

#[tokio::test]
async fn people_are_made_once_and_deleted_with_all_they_have() -> Result<(), sqlx::Error> {
    let database = filled().await?;
    let mut conn = database.connect(Role::Authenticator).await;
    let mut tx = conn.begin().await?;
    begin_as(&mut tx, Person::Service).await?;
    let ensure = "select app.ensure_user($1, $2, $3, 'Ann')";
    let one: Uuid =
        sqlx::query_scalar(ensure).bind("Ann@Example.org").bind(None::<&str>).bind(false).fetch_one(&mut *tx).await?;
    let two: Uuid =
        sqlx::query_scalar(ensure).bind(" ann@example.ORG").bind("attendee").bind(false).fetch_one(&mut *tx).await?;
    let guest: Uuid =
        sqlx::query_scalar(ensure).bind(None::<&str>).bind(None::<&str>).bind(true).fetch_one(&mut *tx).await?;
    assert_eq!(one, two);
    let people: Vec<(Option<String>, Option<String>, bool, String)> = sqlx::query_as(
        "select p.email, p.full_name, p.is_anonymous, u.raw_app_meta_data ->> 'user_role'
         from public.profiles p join auth.users u using (id) where p.id = any($1) order by p.is_anonymous",
    )
    .bind(vec![one, guest])
    .fetch_all(&mut *tx)
    .await?;
    assert_eq!(people[0], (Some("ann@example.org".to_owned()), Some("Ann".to_owned()), false, "organizer".to_owned()));
    assert_eq!((&people[1].0, people[1].2, people[1].3.as_str()), (&None, true, "guest"));

    let audited = "select count(*) from public.security_audit_log where event_type like 'wizard_session_%'";
    let before: i64 = sqlx::query_scalar(audited).fetch_one(&mut *tx).await?;
    sqlx::query("delete from public.orders").execute(&mut *tx).await?;
    sqlx::query("delete from auth.users where id = $1").bind(A.id()).execute(&mut *tx).await?;
    let left: i64 = sqlx::query_scalar("select count(*) from public.events where organizer_id = $1")
        .bind(A.id())
        .fetch_one(&mut *tx)
        .await?;
    let after: i64 = sqlx::query_scalar(audited).fetch_one(&mut *tx).await?;
    assert_eq!((left, after), (0, before), "the audit log outlives the people it names");
    Ok(())
}
