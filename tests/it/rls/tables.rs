//! The tables as the matrix tries them: one row to add, one harmless change, and where the rows of a place are.
//!
//! In the templates `{id}` is the new row's id, `{owner}` `{event}` `{session}` `{venue}` `{file}` are those of the place.

use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::people::{Place, Shown};

/// What is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Select,
    Insert,
    Update,
    Delete,
}

impl Verb {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Select => "select",
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// Which places have a row in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rows {
    People,
    Events,
    EventsAndShared,
}

/// The id of a place that is the table's own key, and so new when a row is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Event,
    Session,
    Venue,
    File,
    None,
}

/// One table of `public`.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    rows: Rows,
    key: Key,
    add: &'static str,
    change: &'static str,
    which: &'static str,
}

const fn table(
    name: &'static str,
    rows: Rows,
    key: Key,
    add: &'static str,
    change: &'static str,
    which: &'static str,
) -> Table {
    Table { name, rows, key, add, change, which }
}

/// Every table, parents first.
pub(crate) const TABLES: &[Table] = &[
    table("profiles", Rows::People, Key::None, "(id) values ({id})", "full_name = 'x'", "id = {owner}"),
    table(
        "venues",
        Rows::EventsAndShared,
        Key::Venue,
        "(id, owner_id, name) values ({id}, {owner}, 'Hall')",
        "capacity = 7",
        "id = {venue}",
    ),
    table(
        "files",
        Rows::Events,
        Key::File,
        "(id, owner_id, kind, mime, path, sha256) values ({id}, {owner}, 'image', 'image/webp', 'p', extensions.digest('p', 'sha256'))",
        "mime = 'image/png'",
        "id = {file}",
    ),
    table(
        "events",
        Rows::Events,
        Key::Event,
        "(id, organizer_id, venue_id, image_id, name, status, visibility)
         values ({id}, {owner}, {venue}, {file}, 'Summit', {status}, {visibility})",
        "capacity = 7",
        "id = {event}",
    ),
    table(
        "ticket_tiers",
        Rows::Events,
        Key::None,
        "(event_id, name) values ({event}, 'VIP')",
        "quantity = 7",
        "event_id = {event}",
    ),
    table(
        "orders",
        Rows::Events,
        Key::None,
        "(event_id, buyer_email, currency) values ({event}, 'x@example.org', 'CAD')",
        "status = 'paid'",
        "event_id = {event}",
    ),
    table(
        "tickets",
        Rows::Events,
        Key::None,
        "(event_id, attendee_name) values ({event}, 'x')",
        "status = 'used'",
        "event_id = {event}",
    ),
    table(
        "refunds",
        Rows::Events,
        Key::None,
        "(order_id, event_id, amount_cents, reason) select id, event_id, 1, 'organizer' from public.orders where event_id = {event} limit 1",
        "status = 'failed'",
        "event_id = {event}",
    ),
    table(
        "promo_codes",
        Rows::Events,
        Key::None,
        "(event_id, code, percent) values ({event}, upper(left({id}, 8) || right({id}, 12)), 10)",
        "most_orders = 7",
        "event_id = {event}",
    ),
    table(
        "waiting",
        Rows::Events,
        Key::None,
        "(event_id, email, name) values ({event}, {id} || '@example.org', 'x')",
        "name = 'y'",
        "event_id = {event}",
    ),
    table(
        "checkins",
        Rows::Events,
        Key::None,
        "(id, event_id, result, scanned_at) values ({id}, {event}, 'unknown', now())",
        "door = 'x'",
        "event_id = {event}",
    ),
    table(
        "event_questions",
        Rows::Events,
        Key::None,
        "(event_id, question) values ({event}, 'x')",
        "question = 'y'",
        "event_id = {event}",
    ),
    table(
        "door_links",
        Rows::Events,
        Key::None,
        "(event_id, name, token_hash) values ({event}, 'x', sha256({id}::bytea))",
        "name = 'y'",
        "event_id = {event}",
    ),
    table(
        "webhooks",
        Rows::Events,
        Key::None,
        "(owner_id, event_id, url, secret) values ({owner}, {event}, 'https://example.org/', sha256({id}::bytea))",
        "enabled = false",
        "event_id = {event}",
    ),
    table(
        "webhook_deliveries",
        Rows::Events,
        Key::None,
        "(webhook_id, kind, body) select id, 'order.paid', '{}' from public.webhooks where event_id = {event} limit 1",
        "attempts = 1",
        "webhook_id in (select id from public.webhooks where event_id = {event})",
    ),
    table("event_stats", Rows::Events, Key::None, "", "", "event_id = {event}"),
    table(
        "wizard_sessions",
        Rows::People,
        Key::Session,
        "(id, user_id, event_id) values ({id}, {owner}, {event})",
        "stage = 2",
        "id = {session}",
    ),
    table(
        "ai_conversations",
        Rows::People,
        Key::None,
        "(session_id, role, content) values ({session}, 'assistant', 'x')",
        "content = 'y'",
        "session_id = {session}",
    ),
    table(
        "inbox",
        Rows::People,
        Key::None,
        "(channel, account, external_id, session_id, user_id) values ('web', {session}, {id}, {session}, {owner})",
        "state = 'dead'",
        "session_id = {session}",
    ),
    table(
        "outbox",
        Rows::People,
        Key::None,
        "(session_id, channel, address, reply) values ({session}, 'telegram', '1', '{}')",
        "state = 'sent'",
        "session_id = {session}",
    ),
    table(
        "draft_revisions",
        Rows::People,
        Key::None,
        "(session_id, revision, patch) values ({session}, ('x' || right({id}, 8))::bit(32)::bigint, '{}')",
        "patch = '{}'",
        "session_id = {session}",
    ),
    table(
        "suggestions",
        Rows::People,
        Key::None,
        "(session_id, revision, type, data) values ({session}, 1, 'venue', '{}')",
        "accepted_at = now()",
        "session_id = {session}",
    ),
    table(
        "publish_confirmations",
        Rows::People,
        Key::None,
        "(user_id, session_id, revision, token_hash, expires_at) values ({owner}, {session}, 1, extensions.digest({id}, 'sha256'), now())",
        "used_at = now()",
        "session_id = {session}",
    ),
    table(
        "idempotency_keys",
        Rows::People,
        Key::None,
        "(user_id, key, request_hash) values ({owner}, {id}, '')",
        "status = 200",
        "user_id = {owner}",
    ),
    table(
        "security_audit_log",
        Rows::People,
        Key::None,
        "(user_id, event_type) values ({owner}, 'login')",
        "metadata = '{}'",
        "user_id = {owner}",
    ),
    table(
        "payment_setup_queue",
        Rows::Events,
        Key::None,
        "(event_id, user_id, kind, dedupe_key) values ({event}, {owner}, 'stripe_product', {id})",
        "retry_count = 1",
        "event_id = {event}",
    ),
    table(
        "stripe_accounts",
        Rows::People,
        Key::None,
        "(id, user_id) values ('acct_' || replace({id}, '-', ''), {owner})",
        "charges_enabled = true",
        "user_id = {owner}",
    ),
    table(
        "stripe_connects",
        Rows::People,
        Key::None,
        "(state_hash, browser_hash, user_id, expires_at) values (sha256({id}::bytea), sha256({id}::bytea), {owner}, now())",
        "used_at = now()",
        "user_id = {owner}",
    ),
    table(
        "stripe_events",
        Rows::Events,
        Key::None,
        "(id, type, happened_at) values ({id}, {event}, now())",
        "happened_at = now()",
        "type = {event}",
    ),
    table(
        "chat_accounts",
        Rows::People,
        Key::None,
        "(user_id, platform, platform_user_id) values ({owner}, 'telegram', {id})",
        "display_name = 'x'",
        "user_id = {owner}",
    ),
    table(
        "link_codes",
        Rows::People,
        Key::None,
        "(code_hash, user_id, platform, expires_at) values (extensions.digest({id}, 'sha256'), {owner}, 'telegram', now())",
        "attempts = 1",
        "user_id = {owner}",
    ),
    table(
        "chats",
        Rows::People,
        Key::None,
        "(channel, chat, user_id) values ('telegram', {id}, {owner})",
        "note = '{}'",
        "user_id = {owner}",
    ),
    table(
        "model_calls",
        Rows::People,
        Key::None,
        "(inbox_id, session_id, user_id, reserved) values ({id}, {session}, {owner}, 1)",
        "used = 1",
        "session_id = {session}",
    ),
    table(
        "model_budgets",
        Rows::People,
        Key::None,
        "(scope, key) values ('session', {session} || ' ' || {id})",
        "tokens = 1",
        "key like {session} || ' %'",
    ),
];

impl Table {
    /// A view is only read.
    pub(crate) fn verbs(&self) -> &'static [Verb] {
        if self.add.is_empty() { &[Verb::Select] } else { &[Verb::Select, Verb::Insert, Verb::Update, Verb::Delete] }
    }

    pub(crate) fn holds(&self, place: &Place) -> bool {
        match self.rows {
            Rows::People => place.owner.is_some() && place.shown == Shown::Draft,
            Rows::Events => place.owner.is_some(),
            Rows::EventsAndShared => true,
        }
    }

    pub(crate) fn statement(&self, verb: Verb, place: &Place) -> String {
        let Self { name, add, change, which, .. } = self;
        let template = match verb {
            Verb::Select => format!("select from public.{name} where {which}"),
            Verb::Insert => format!("insert into public.{name} {add}"),
            Verb::Update => format!("update public.{name} set {change} where {which}"),
            Verb::Delete => format!("delete from public.{name} where {which}"),
        };
        fill(&template, place, fresh(), "draft")
    }

    /// The rows of a place, as a filter of the REST API.
    pub(crate) fn filter(&self, place: &Place) -> String {
        fill(&self.which.replace(" = ", "=eq."), place, fresh(), "draft").replace('\'', "")
    }

    /// The harmless change, as a JSON object.
    pub(crate) fn patch(&self) -> String {
        let (column, value) = self.change.split_once(" = ").unwrap_or_default();
        format!("{{\"{column}\":{}}}", value.replace('\'', "\""))
    }

    /// The statement that puts the place's own row there.
    fn seed(&self, place: &Place) -> String {
        let id = match self.key {
            Key::Event => place.event,
            Key::Session => place.session,
            Key::Venue => place.venue,
            Key::File => place.file,
            Key::None => fresh(),
        };
        let status = if place.shown == Shown::Draft { "draft" } else { "published" };
        fill(&format!("insert into public.{} {}", self.name, self.add), place, id, status)
    }
}

/// An id that no other row has.
fn fresh() -> Uuid {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    Uuid::from_u128(0xd << 64 | u128::from(NEXT.fetch_add(1, Ordering::Relaxed)))
}

fn fill(template: &str, place: &Place, id: Uuid, status: &str) -> String {
    let owner = place.owner.map_or_else(|| "null".to_owned(), |owner| format!("'{}'", owner.id()));
    template
        .replace("{id}", &format!("'{id}'"))
        .replace("{owner}", &owner)
        .replace("{event}", &format!("'{}'", place.event))
        .replace("{session}", &format!("'{}'", place.session))
        .replace("{venue}", &format!("'{}'", place.venue))
        .replace("{file}", &format!("'{}'", place.file))
        .replace("{visibility}", if place.shown == Shown::Private { "'private'" } else { "'public'" })
        .replace("{status}", &format!("'{status}'"))
}

/// People, and a row of each table in each of their places. Needs a connection that row level security does not hold.
pub(crate) async fn seed(conn: &mut PgConnection, places: &[Place]) -> Result<(), sqlx::Error> {
    super::people::sign_up(conn).await?;
    for table in TABLES.iter().filter(|table| !table.add.is_empty() && table.name != "profiles") {
        for place in places.iter().filter(|place| table.holds(place)) {
            sqlx::query(AssertSqlSafe(table.seed(place))).execute(&mut *conn).await?;
        }
    }
    Ok(())
}
