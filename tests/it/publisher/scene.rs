//! A database with published events, the program beside the lying Stripe, and what is looked for afterwards.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eventos::app::{App, Parts};
use eventos::domain::clock::{FixedClock, Ids as _, RandomIds};
use eventos::settings::Settings;
use port::{Body, Chat, Confirmation, Incoming, Replies, Reply, Sender, SessionChoice};
use serde_json::{Value, json};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Decode, FromRow, PgConnection, Postgres, Type};
use uuid::Uuid;

use crate::harness::program::NOW;
use crate::harness::{self, Database, Folder, Role};
use crate::peers::stripe::{KEY, StripePeer};

/// A program at work.
pub(super) struct Running(App);

impl Running {
    pub(super) async fn stop(self) {
        self.0.shutdown().await;
    }

    pub(super) fn door(&self) -> &Arc<dyn port::Door> {
        &self.0.door
    }

    pub(super) fn http(&self) -> axum::Router {
        self.0.http()
    }
}

/// What a test looks at.
pub(super) struct Scene {
    pub(super) database: Database,
    pub(super) peer: StripePeer,
    pub(super) folder: Folder,
    pub(super) program: Running,
}

fn settings(folder: &Path, peer: &StripePeer) -> Settings {
    let mut settings = Settings::defaults(folder.to_owned()).unwrap();
    settings.stripe_secret_key = Some(KEY.into());
    settings.stripe_webhook_secrets = vec!["whsec_connected".into(), "whsec_test".into()];
    let own = &mut settings.publisher;
    (own.stripe_api_base, own.stripe_connect_base) = (peer.url(), peer.url());
    own.stripe_timeout_s = 2;
    // Attempts follow one another at once, and as many as a lie needs.
    (own.backoff_s, own.max_attempts, own.poll_s) = (0, 10_000, 1);
    settings
}

async fn run(database: &Database, settings: &Settings) -> Running {
    let parts = Parts {
        store: database.store().await,
        private: true,
        cluster: None,
        clock: Arc::new(FixedClock::at(NOW.parse().unwrap())),
        ids: Arc::new(RandomIds),
        public_url: "http://events.test".to_owned(),
        local_zone: None,
    };
    Running(App::assemble(parts, settings).await.unwrap())
}

impl Scene {
    pub(super) async fn start(peer: StripePeer, change: impl FnOnce(&mut Settings)) -> Self {
        Self::on(harness::database().await, peer, change).await
    }

    pub(super) async fn on(database: Database, peer: StripePeer, change: impl FnOnce(&mut Settings)) -> Self {
        let folder = Folder::new("publisher");
        let mut settings = settings(&folder, &peer);
        change(&mut settings);
        let program = run(&database, &settings).await;
        Self { database, peer, folder, program }
    }

    /// One more program on the same database and folder.
    pub(super) async fn second_program(&self) -> Running {
        self.second_program_with(|_| {}).await
    }

    pub(super) async fn second_program_with(&self, change: impl FnOnce(&mut Settings)) -> Running {
        let mut settings = settings(&self.folder, &self.peer);
        change(&mut settings);
        run(&self.database, &settings).await
    }

    pub(super) async fn stop(self) {
        self.program.stop().await;
    }

    async fn superuser(&self) -> PgConnection {
        self.database.connect(Role::Bootstrap).await
    }

    /// Publishes an event as its organizer would.
    pub(super) async fn publish(&self, name: &str, price_cents: Option<i64>, tiers: &[(&str, i64)]) -> Uuid {
        publish(&mut self.superuser().await, name, price_cents, tiers).await
    }

    /// Publishes every draft.
    pub(super) async fn publish_drafts(&self) {
        let mut conn = self.superuser().await;
        let drafts: Vec<Uuid> = self.all("select id from events where status = 'draft'").await;
        for draft in drafts {
            release(&mut conn, draft).await;
        }
    }

    pub(super) async fn run(&self, statement: &str) {
        // Beside the program at work a statement that locks in another order may have to give way, and is made again.
        while let Err(error) = sqlx::query(AssertSqlSafe(statement)).execute(&mut self.superuser().await).await {
            let gave_way = error
                .as_database_error()
                .and_then(sqlx::error::DatabaseError::code)
                .is_some_and(|code| code == "40P01");
            assert!(gave_way, "{statement}: {error}");
        }
        sqlx::query("select pg_notify('eventos_queue', '')").execute(&mut self.superuser().await).await.unwrap();
    }

    pub(super) async fn value<T>(&self, query: &str) -> T
    where
        T: Send + Unpin + for<'r> Decode<'r, Postgres> + Type<Postgres>,
    {
        sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(&mut self.superuser().await).await.unwrap()
    }

    pub(super) async fn all<T>(&self, query: &str) -> Vec<T>
    where
        T: Send + Unpin + for<'r> Decode<'r, Postgres> + Type<Postgres>,
    {
        sqlx::query_scalar(AssertSqlSafe(query)).fetch_all(&mut self.superuser().await).await.unwrap()
    }

    pub(super) async fn row<T: Send + Unpin + for<'r> FromRow<'r, PgRow>>(&self, query: &str) -> T {
        sqlx::query_as(AssertSqlSafe(query)).fetch_one(&mut self.superuser().await).await.unwrap()
    }

    /// Waits until this query says true.
    pub(super) async fn until(&self, what: &str, query: &str) {
        until(&mut self.superuser().await, what, query).await;
    }

    /// Waits until nothing is left to do.
    pub(super) async fn settled(&self) {
        self.until("the queue is empty", SETTLED).await;
    }

    /// Every mail of the outbox folder, its soft line breaks joined.
    pub(super) fn mails(&self) -> Vec<String> {
        mails(&self.folder)
    }

    /// What a command of the program says.
    pub(super) fn command(&self, words: &[&str]) -> String {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_eventos"))
            .args(words)
            .arg("--data-dir")
            .arg(&self.folder)
            .env("DATABASE_URL", self.database.url())
            .output()
            .unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// What does not hold after so many events of so many prices each.
    pub(super) async fn faults(&self, events: usize, prices: usize) -> Vec<String> {
        faults(&mut self.superuser().await, &self.peer, &mails(&self.folder), events, prices).await
    }
}

/// What a turn said, and the question that it asked.
pub(super) struct Turn {
    pub(super) session: String,
    pub(super) said: String,
    pub(super) asked: Option<Confirmation>,
}

/// Says something as Ana, and hears the whole answer.
pub(super) async fn turn(scene: &Scene, session: SessionChoice, body: Body) -> Turn {
    turn_before(scene, session, body, false).await
}

/// As [`turn`]; `others` read along.
pub(super) async fn turn_before(scene: &Scene, session: SessionChoice, body: Body, others: bool) -> Turn {
    let (replies, mut incoming) = Replies::channel();
    let replies = replies.overheard(others);
    let from = Sender::Local { email: Some("ana@example.com".to_owned()) };
    let chat = Chat { channel: "terminal", account: String::new(), session };
    let message = Incoming { id: RandomIds.id().to_string(), from, chat, body, replies };
    let accepted = scene.program.door().accept(message).await.unwrap();
    let mut turn = Turn { session: accepted.session, said: String::new(), asked: None };
    while let Some(reply) = incoming.recv().await {
        match reply {
            Reply::Said(words) => turn.said = words,
            Reply::Confirm(asked) => turn.asked = Some(asked),
            Reply::Done => break,
            _ => {}
        }
    }
    turn
}

pub(super) fn confirm(asked: &Confirmation) -> Body {
    Body::Confirm { revision: asked.revision, token: asked.token.clone() }
}

/// Nothing waits, and nothing was given up.
pub(super) const SETTLED: &str = "select count(*) = 0 from payment_setup_queue where done_at is null";

pub(super) async fn until(conn: &mut PgConnection, what: &str, query: &str) {
    let (mut moved, mut done) = (Instant::now(), -1);
    while !sqlx::query_scalar::<_, bool>(AssertSqlSafe(query)).fetch_one(&mut *conn).await.unwrap() {
        // Much to do takes its time: as long as something is done it goes on.
        let so_far: i64 = sqlx::query_scalar("select count(done_at) + count(dead_at) from payment_setup_queue")
            .fetch_one(&mut *conn)
            .await
            .unwrap();
        if so_far != done {
            (moved, done) = (Instant::now(), so_far);
        }
        if moved.elapsed() > harness::PATIENCE {
            let rows: Vec<(String, i32, Option<String>, bool)> = sqlx::query_as(
                "select kind, attempts, last_error, dead_at is not null from payment_setup_queue where done_at is null",
            )
            .fetch_all(&mut *conn)
            .await
            .unwrap();
            panic!("never: {what}; open: {rows:?}");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

pub(super) async fn publish(
    conn: &mut PgConnection,
    name: &str,
    price_cents: Option<i64>,
    tiers: &[(&str, i64)],
) -> Uuid {
    let owner: Uuid = sqlx::query_scalar("select app.ensure_user('ana@example.com', 'organizer', false, 'Ana')")
        .fetch_one(&mut *conn)
        .await
        .unwrap();
    let price = price_cents.or_else(|| tiers.is_empty().then_some(0));
    let event: Uuid = sqlx::query_scalar(
        "insert into events (organizer_id, name, type, description, place, capacity, starts_local, duration, timezone, currency, price_cents, metadata)
         values ($1, $2, 'concert', 'Songs.', 'Pier 21', 80, '2026-12-01 18:00', 90, 'America/Toronto', 'CAD', $3, $4) returning id",
    )
    .bind(owner)
    .bind(name)
    .bind(price)
    .bind(json!({"seo": {"note": "kept"}}))
    .fetch_one(&mut *conn)
    .await
    .unwrap();
    for (position, (name, cents)) in tiers.iter().enumerate() {
        sqlx::query("insert into ticket_tiers (event_id, position, name, price_cents) values ($1, $2, $3, $4)")
            .bind(event)
            .bind(i32::try_from(position).unwrap())
            .bind(name)
            .bind(cents)
            .execute(&mut *conn)
            .await
            .unwrap();
    }
    release(conn, event).await;
    event
}

async fn release(conn: &mut PgConnection, event: Uuid) {
    let claims =
        "select set_config('request.jwt.claims', jsonb_build_object('sub', organizer_id, 'role', 'authenticated',
        'app_metadata', jsonb_build_object('user_role', 'organizer'))::text, false) from events where id = $1";
    sqlx::query(claims).bind(event).execute(&mut *conn).await.unwrap();
    sqlx::query("select app.publish($1, null, null, null)").bind(event).execute(&mut *conn).await.unwrap();
}

pub(super) fn mails(folder: &Path) -> Vec<String> {
    let Ok(files) = std::fs::read_dir(folder.join("outbox")) else { return Vec::new() };
    let files = files.map(|file| file.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
        .map(|path| std::fs::read_to_string(path).unwrap().replace("=\r\n", "").replace("=3D", "="))
        .collect()
}

pub(super) async fn faults(
    conn: &mut PgConnection,
    peer: &StripePeer,
    mails: &[String],
    events: usize,
    prices: usize,
) -> Vec<String> {
    let mut found = Vec::new();
    let rows: Vec<(Uuid, Value)> = sqlx::query_as("select id, metadata from events where status = 'published'")
        .fetch_all(&mut *conn)
        .await
        .unwrap();
    let mut expect = |what: &str, is: usize, should: usize| {
        if is != should {
            let mut line = String::new();
            write!(line, "{what}: {is}, not {should}").unwrap();
            found.push(line);
        }
    };
    let products = peer.products();
    let all_prices = peer.prices();
    expect("published events", rows.len(), events);
    expect("products", products.len(), events);
    expect("prices", all_prices.len(), events * prices);
    for (event, metadata) in &rows {
        let is_own = |object: &&Value| object["metadata"]["event_id"] == event.to_string();
        let own: Vec<&Value> = products.iter().filter(is_own).collect();
        expect("products of one event", own.len(), 1);
        expect(
            "the kept product is it",
            usize::from(own.first().is_some_and(|own| own["id"] == metadata["stripe_product_id"])),
            1,
        );
        let mut tiers: Vec<&str> = all_prices
            .iter()
            .filter(is_own)
            .filter(|price| price["active"] == true)
            .filter_map(|price| price["metadata"]["tier"].as_str())
            .collect();
        tiers.sort_unstable();
        tiers.dedup();
        expect("tickets of one event with an active price", tiers.len(), prices);
    }
    let counts: (i64, i64, i64) = sqlx::query_as(
        "select count(*) filter (where done_at is null), count(*) filter (where kind like 'mail\\_%'),
           (select count(*) from ticket_tiers where price_cents > 0 and stripe_price_id is null) from payment_setup_queue",
    )
    .fetch_one(&mut *conn)
    .await
    .unwrap();
    let count = |count: i64| usize::try_from(count).unwrap();
    expect("items left", count(counts.0), 0);
    expect("tickets without their price", count(counts.2), 0);
    expect("mails", mails.len(), count(counts.1));
    let published = mails.iter().filter(|mail| mail.contains("is published. Share its page")).count();
    // Each mail says it as text and as HTML.
    expect("mails that say published", published, events);
    found
}
