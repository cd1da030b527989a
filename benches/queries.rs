//! The queries that people wait for, on a database as large as a good year: 10,000 events, 100,000 messages, 500 venues.

use std::time::Instant;

use eventos::store::database::{Actor, Store};
use eventos::store::venues::{self, VenueQuery};
use eventos::store::{conversations, pages, people, sessions};
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;
use uuid::Uuid;

use crate::spread;

const ROUNDS: usize = 300;

/// One organizer of fifty has a session with a long conversation; the events are spread over all of them.
const FILL: [&str; 5] = [
    "insert into auth.users (id, email, is_anonymous, raw_app_meta_data) \
     select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'many' || n || '@example.com', false, \
            '{\"user_role\": \"organizer\"}' from generate_series(1, 50) n",
    "insert into public.venues (name, city, country, capacity, timezone) \
     select 'Hall ' || n, (array['Toronto', 'Halifax', 'Montreal', 'Vancouver'])[1 + n % 4], 'CA', 20 + n, 'America/Toronto' \
     from generate_series(1, 500) n",
    "insert into public.events (organizer_id, name, slug, type, status, starts_local, timezone, duration, capacity, price_cents, currency) \
     select ('00000000-0000-4000-8000-' || lpad((1 + n % 50)::text, 12, '0'))::uuid, 'Event ' || n, 'event-' || n, 'meetup', \
            case when n % 3 = 0 then 'draft' else 'published' end, timestamp '2027-01-01 19:00' + make_interval(hours => n), \
            'America/Toronto', 120, 50, 1500, 'CAD' from generate_series(1, 10000) n",
    "insert into public.wizard_sessions (id, user_id, channel, language) \
     select ('00000000-0000-4000-9000-' || lpad(n::text, 12, '0'))::uuid, \
            ('00000000-0000-4000-8000-' || lpad((1 + n % 50)::text, 12, '0'))::uuid, 'terminal', 'en' from generate_series(1, 1000) n",
    "insert into public.ai_conversations (session_id, role, content) \
     select ('00000000-0000-4000-9000-' || lpad((1 + n % 1000)::text, 12, '0'))::uuid, \
            case when n % 2 = 0 then 'user' else 'assistant' end, 'words that somebody said ' || n from generate_series(1, 100000) n",
];

/// Fills the database and prints the figures.
pub(crate) async fn run(store: &Store, admin: PgConnectOptions) {
    let mut conn = admin.connect().await.unwrap();
    for statement in FILL {
        sqlx::query(statement).execute(&mut conn).await.unwrap();
    }
    sqlx::query("analyze").execute(&mut conn).await.unwrap();
    let mut tx = store.begin(Actor::Server).await.unwrap();
    let person =
        people::get(&mut tx, Uuid::from_u128(0x0000_0000_0000_4000_8000_0000_0000_0002)).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    // Session 51 is of organizer 2.
    let session: Uuid = "00000000-0000-4000-9000-000000000051".parse().unwrap();
    macro_rules! measure {
        ($name:literal, |$tx:ident, $round:ident| $query:expr) => {{
            let mut times = Vec::new();
            for $round in 0..ROUNDS {
                let mut $tx = store.begin(Actor::Person(&person)).await.unwrap();
                let begun = Instant::now();
                let found: bool = $query;
                times.push(begun.elapsed());
                assert!(found, "{}: nothing was found", $name);
            }
            println!("{}: {}", $name, spread(times));
        }};
    }
    measure!("session load", |tx, _round| sessions::get(&mut tx, session).await.unwrap().is_some());
    measure!("history, 50 messages", |tx, _round| {
        !conversations::recent(&mut tx, session, 50).await.unwrap().is_empty()
    });
    measure!("event page by link", |tx, round| {
        let slug = format!("event-{}", round * 3 + 1);
        let found = pages::find(&mut tx, &slug).await.unwrap().unwrap();
        pages::get(&mut tx, &slug, found).await.unwrap().draft.name.is_some()
    });
    measure!("own events, the newest 50", |tx, _round| {
        let rows = sqlx::query(
            "select id, name, status, starts_local, updated_at from events where organizer_id = $1 order by updated_at desc limit 50",
        )
        .bind(person.id)
        .fetch_all(&mut *tx)
        .await
        .unwrap();
        rows.len() == 50
    });
    measure!("venue search", |tx, round| {
        let people = u32::try_from(20 + round).unwrap();
        let query = VenueQuery { city: Some("Toronto"), capacity: Some(people), limit: 3, ..VenueQuery::default() };
        !venues::search(&mut tx, &query).await.unwrap().is_empty()
    });
}
