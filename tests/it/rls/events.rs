//! The rules that hold for an event's row whoever writes it: schedule, lock, revision, slug.
//!
//! Promises: each case is one write and what the row says afterwards, in the words of `0003_events.sql`.

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

use super::holes::filled;
use super::people::{Person, begin_as, verdict};
use crate::harness::Role;

/// Writes to an event and tells what its row says then.
async fn write(conn: &mut PgConnection, event: Uuid, change: &str, show: &str) -> Result<String, sqlx::Error> {
    let statement = format!("update public.events set {change} where id = '{event}' returning concat_ws(' ', {show})");
    sqlx::query_scalar(AssertSqlSafe(statement)).fetch_one(conn).await
}

async fn new_event(conn: &mut PgConnection, columns: &str) -> Result<Uuid, sqlx::Error> {
    sqlx::query_scalar(AssertSqlSafe(format!("insert into public.events {columns} returning id"))).fetch_one(conn).await
}

#[tokio::test]
async fn the_schedule_follows_from_what_was_said() -> Result<(), sqlx::Error> {
    let database = filled().await?;
    let mut conn = database.connect(Role::Authenticator).await;
    let mut tx = conn.begin().await?;
    begin_as(&mut tx, Person::OrganizerA).await?;
    sqlx::query("set local timezone to 'UTC'").execute(&mut *tx).await?;
    let event = new_event(&mut tx, "(name, duration) values ('Dinner', 90)").await?;
    let show = "to_char(starts_local, 'MM-DD HH24:MI'), coalesce(to_char(ends_local, 'DD HH24:MI'), '-'), \
        coalesce(to_char(date_time, 'DD HH24:MI'), '-'), coalesce(duration::text, '-'), coalesce(timezone, '-')";
    // (what is written, local start, local end, instant, minutes, zone)
    let steps = [
        ("capacity = 5", "- - 90 -", "a length without a start is kept"),
        ("starts_local = '2026-06-05', starts_date_only = true", "06-05 00:00 - - 90 -", "a day without an hour"),
        (
            "starts_local = '2026-06-05 19:00', starts_date_only = false",
            "06-05 19:00 05 20:30 05 19:00 90 -",
            "the hour ends it",
        ),
        (
            "timezone = 'America/Toronto'",
            "06-05 19:00 05 20:30 05 23:00 90 America/Toronto",
            "the clock on the wall stays",
        ),
        ("duration = 120", "06-05 19:00 05 21:00 05 23:00 120 America/Toronto", "a length moves the end"),
        (
            "ends_local = '2026-06-05 22:30'",
            "06-05 19:00 05 22:30 05 23:00 210 America/Toronto",
            "an end makes the length",
        ),
        (
            "date_time = '2026-06-06 22:00+00'",
            "06-06 18:00 06 21:30 06 22:00 210 America/Toronto",
            "an instant keeps the length",
        ),
        (
            "starts_local = '2026-06-06 22:00'",
            "06-06 22:00 07 01:30 07 02:00 210 America/Toronto",
            "a start past its end takes it along",
        ),
        (
            "date_time = '2026-11-01 05:30+00', duration = 60",
            "11-01 01:30 01 01:30 01 05:30 60 America/Toronto",
            "the first of two half past one",
        ),
        ("capacity = 6", "11-01 01:30 01 01:30 01 05:30 60 America/Toronto", "which stays the first"),
        ("starts_local = null", "- - 60 America/Toronto", "a start taken back leaves the length"),
    ];
    for (change, expected, why) in steps {
        assert_eq!(write(&mut tx, event, change, show).await?, expected, "{why}: {change}");
    }
    Ok(())
}

#[tokio::test]
async fn an_hour_that_comes_twice_is_the_first() -> Result<(), sqlx::Error> {
    let database = filled().await?;
    let mut conn = database.connect(Role::Authenticator).await;
    let mut tx = conn.begin().await?;
    begin_as(&mut tx, Person::OrganizerA).await?;
    let cases = [
        ("America/Toronto", "2026-11-01 01:30", "2026-11-01 02:30", "05:30 120", "turned back by an hour"),
        ("America/Toronto", "2026-11-01 00:30", "2026-11-01 01:45", "04:30 75", "the end is in the first pass, too"),
        ("Australia/Lord_Howe", "2027-04-04 01:45", "2027-04-04 02:15", "14:45 60", "turned back by half an hour"),
        ("Europe/Paris", "2026-10-25 02:00", "2026-10-25 04:00", "00:00 180", "the very moment"),
        ("Europe/Paris", "2026-10-25 03:00", "2026-10-25 04:00", "02:00 60", "after it"),
        ("Europe/Paris", "2027-03-28 02:30", "2027-03-28 04:00", "01:30 30", "an hour that is left out is later"),
    ];
    for (zone, start, end, expected, why) in cases {
        let event = new_event(&mut tx, "(name) values ('Clocks')").await?;
        let show = "to_char(date_time at time zone 'UTC', 'HH24:MI') || ' ' || duration";
        let change = format!("timezone = '{zone}', starts_local = '{start}', ends_local = '{end}'");
        assert_eq!(write(&mut tx, event, &change, show).await?, expected, "{why}: {zone} {start}");
        let page = start.replace(' ', "T").parse::<jiff::civil::DateTime>().unwrap().in_tz(zone).unwrap();
        let utc = page.timestamp().strftime("%H:%M").to_string();
        assert_eq!(utc, &expected[..5], "pages and calendars read it in the same way: {zone} {start}");
    }
    let event = new_event(&mut tx, "(name) values ('Clocks')").await?;
    let second = "timezone = 'America/Toronto', date_time = '2026-11-01 06:30+00', ends_local = '2026-11-01 01:45'";
    let show = "to_char(date_time at time zone 'UTC', 'HH24:MI') || ' ' || duration";
    assert_eq!(write(&mut tx, event, second, show).await?, "06:30 15", "who names the second pass gets it");
    Ok(())
}

#[tokio::test]
async fn an_instant_takes_the_zone_of_venue_then_organizer_then_utc() -> Result<(), sqlx::Error> {
    let database = filled().await?;
    let mut conn = database.connect(Role::Authenticator).await;
    let mut tx = conn.begin().await?;
    begin_as(&mut tx, Person::OrganizerA).await?;
    let zone_of = "concat_ws(' ', timezone, to_char(starts_local, 'HH24:MI'))";
    let insert = |columns: &str, values: &str| {
        format!(
            "insert into public.events (date_time{columns}) values ('2026-06-05 12:00+00'{values}) returning {zone_of}"
        )
    };
    let utc: String = sqlx::query_scalar(AssertSqlSafe(insert("", ""))).fetch_one(&mut *tx).await?;
    sqlx::query("update public.profiles set timezone = 'Europe/Paris'").execute(&mut *tx).await?;
    let organizers: String = sqlx::query_scalar(AssertSqlSafe(insert("", ""))).fetch_one(&mut *tx).await?;
    let venue: Uuid =
        sqlx::query_scalar("insert into public.venues (name, timezone) values ('Hall', 'Asia/Tokyo') returning id")
            .fetch_one(&mut *tx)
            .await?;
    let venues: String =
        sqlx::query_scalar(AssertSqlSafe(insert(", venue_id", &format!(", '{venue}'")))).fetch_one(&mut *tx).await?;
    let own: String =
        sqlx::query_scalar(AssertSqlSafe(insert(", venue_id, timezone", &format!(", '{venue}', 'America/New_York'"))))
            .fetch_one(&mut *tx)
            .await?;
    assert_eq!(
        [utc, organizers, venues, own],
        ["UTC 12:00", "Europe/Paris 14:00", "Asia/Tokyo 21:00", "America/New_York 08:00"]
    );
    let nonsense = sqlx::query("update public.profiles set timezone = 'Mars/Base'").execute(&mut *tx).await;
    assert_eq!(verdict(&nonsense), "23514");
    Ok(())
}

#[tokio::test]
async fn updated_at_is_a_lock_for_those_who_send_it() -> Result<(), sqlx::Error> {
    let database = filled().await?;
    let mut conn = database.connect(Role::Authenticator).await;
    let mut tx = conn.begin().await?;
    begin_as(&mut tx, Person::OrganizerA).await?;
    let event = new_event(&mut tx, "(name) values ('Locked')").await?;
    let first = write(&mut tx, event, "capacity = 1", "updated_at").await?;
    let second = write(&mut tx, event, &format!("capacity = 2, updated_at = '{first}'"), "updated_at").await?;
    assert!(second > first, "two writes in one moment still differ: {first} {second}");
    assert_eq!(verdict(&write(&mut tx, event, &format!("capacity = 3, updated_at = '{first}'"), "1").await), "PT409");
    Ok(())
}

#[tokio::test]
async fn every_change_of_the_draft_counts_and_nothing_else() -> Result<(), sqlx::Error> {
    let database = filled().await?;
    let mut admin = database.connect(Role::Bootstrap).await;
    let mut conn = database.connect(Role::Authenticator).await;
    let mut tx = conn.begin().await?;
    begin_as(&mut tx, Person::OrganizerA).await?;
    let event = new_event(&mut tx, "(name) values ('Counted')").await?;
    let counted: Vec<String> = sqlx::query_scalar(
        "select column_name::text from information_schema.columns where table_schema = 'public' and table_name = 'events'
           and column_name not in ('id', 'organizer_id', 'series_id', 'status', 'metadata', 'revision', 'created_at', 'updated_at', 'published_at', 'cancelled_at')",
    )
    .fetch_all(&mut admin)
    .await?;
    assert_eq!(
        counted.len(),
        27,
        "a new column is a draft field (count it in app.event_revision) or not (name it here): {counted:?}"
    );
    let changes = [
        "name = 'Other'",
        "slug = 'other'",
        "type = 'meetup'",
        "description = 'x'",
        "visibility = 'private'",
        "place_kind = 'venue'",
        "place = 'x'",
        "address = 'x'",
        "city = 'x'",
        "country = 'x'",
        "online_url = 'x'",
        "amenities = '{wifi}'",
        "capacity = 3",
        "starts_local = '2026-01-01 10:00'",
        "starts_date_only = true",
        "ends_local = '2026-01-03'",
        "timezone = 'UTC'",
        "duration = 60",
        "recurrence = 'x'",
        "currency = 'EUR'",
        "price_cents = 1",
        "max_per_order = 1",
        "tax_rate = 13",
        "refund_policy = 'x'",
        "venue_id = (select id from public.venues where owner_id is null)",
        "image_id = (select id from public.files limit 1)",
        "starts_date_only = false, date_time = '2026-02-01 10:00Z'",
    ];
    for (expected, change) in (2..).zip(changes) {
        assert_eq!(write(&mut tx, event, change, "revision").await?, expected.to_string(), "{change}");
        assert_eq!(write(&mut tx, event, change, "revision").await?, expected.to_string(), "the same again: {change}");
    }
    let before = write(&mut tx, event, "metadata = '{\"seo\": {}}'", "revision").await?;
    assert_eq!(before, "28");
    for change in [
        "insert into public.ticket_tiers (event_id, name) values ($1, 'VIP'), ($1, 'Standard')",
        "update public.ticket_tiers set price_cents = 100 where event_id = $1",
        "update public.ticket_tiers set price_cents = 100 where event_id = $1",
        "delete from public.ticket_tiers where event_id = $1",
    ] {
        sqlx::query(change).bind(event).execute(&mut *tx).await?;
    }
    assert_eq!(
        write(&mut tx, event, "metadata = '{}'", "revision").await?,
        "31",
        "one for each statement on tiers that changed something"
    );
    Ok(())
}

#[tokio::test]
async fn the_same_name_gets_another_slug_also_at_the_same_time() -> Result<(), sqlx::Error> {
    let database = filled().await?;
    let insert = "insert into public.events (name) values ('Café — Été') returning slug";
    let mut first_conn = database.connect(Role::Authenticator).await;
    let mut second_conn = database.connect(Role::Authenticator).await;
    let mut first = first_conn.begin().await?;
    begin_as(&mut first, Person::OrganizerA).await?;
    let one: String = sqlx::query_scalar(insert).fetch_one(&mut *first).await?;
    let later = tokio::spawn(async move {
        let mut second = second_conn.begin().await?;
        begin_as(&mut second, Person::OrganizerB).await?;
        let slug: String = sqlx::query_scalar(insert).fetch_one(&mut *second).await?;
        second.commit().await?;
        Ok::<_, sqlx::Error>(slug)
    });
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    first.commit().await?;
    let two = later.await.expect("the second writer ends")?;
    assert_eq!([one.as_str(), two.as_str()], ["cafe-ete", "cafe-ete-2"]);

    let mut turn = first_conn.begin().await?;
    begin_as(&mut turn, Person::OrganizerA).await?;
    sqlx::query("select set_config('eventos.turn', 'on', true)").execute(&mut *turn).await?;
    let unsaid: Option<String> = sqlx::query_scalar(insert).fetch_one(&mut *turn).await?;
    assert_eq!(unsaid, None, "a turn writes what it knows and gets no defaults");
    Ok(())
}

#[tokio::test]
async fn an_event_saved_outside_a_turn_touches_its_session() -> Result<(), sqlx::Error> {
    let database = filled().await?;
    let mut conn = database.connect(Role::Authenticator).await;
    for (turn, touched) in [("", true), ("on", false)] {
        let mut tx = conn.begin().await?;
        begin_as(&mut tx, Person::OrganizerA).await?;
        let event = new_event(&mut tx, "(name, slug) values ('Followed', 'followed')").await?;
        sqlx::query("insert into public.wizard_sessions (event_id, last_saved_at) values ($1, '2020-01-01')")
            .bind(event)
            .execute(&mut *tx)
            .await?;
        sqlx::query("select set_config('eventos.turn', $1, true)").bind(turn).execute(&mut *tx).await?;
        write(&mut tx, event, "capacity = 9", "1").await?;
        let found: bool =
            sqlx::query_scalar("select last_saved_at > '2020-01-02' from public.wizard_sessions where event_id = $1")
                .bind(event)
                .fetch_one(&mut *tx)
                .await?;
        assert_eq!(found, touched, "eventos.turn = '{turn}'");
    }
    Ok(())
}
