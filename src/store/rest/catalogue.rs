//! What of the database the REST API shows: tables, their columns with their types, and which belong to which.
//!
//! Promises: nothing that stands not here can be named in a statement; a test holds the lists against the database's own.
//! Who may read or write a row is not said here: row level security and column rights decide.

/// A table or view.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name in schema `public`.
    pub name: &'static str,
    /// In the order of the database.
    pub columns: &'static [Column],
    /// Left out of `*` for somebody who is not signed in, who may not read them.
    pub for_signed_in: &'static [&'static str],
    /// Rows that one writer keeps and no client writes.
    pub own_writer: Option<OwnWriter>,
}

/// What is kept from clients of a table that has a writer of its own, and the little that is not.
#[derive(Debug, PartialEq, Eq)]
pub struct OwnWriter {
    /// The words for those who try.
    pub words: &'static str,
    /// The one column that a row's owner may turn, and the values between which it is turned; a row with another value stays.
    pub turned: (&'static str, &'static [&'static str]),
}

/// A column.
#[derive(Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Its type, as PostgreSQL writes it.
    pub kind: &'static str,
}

/// A foreign key, seen from one of its two tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The other table.
    pub table: &'static str,
    /// The column of this table.
    pub own: &'static str,
    /// The column of the other table.
    pub other: &'static str,
    /// Many rows of the other table belong to one of this.
    pub many: bool,
    /// The name of the constraint, which may be given as a hint.
    pub constraint: &'static str,
}

impl Table {
    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Tables that can be read along with it: those it points to, and those that point to it.
    pub fn links(&self) -> impl Iterator<Item = Link> {
        let name = self.name;
        FOREIGN.iter().flat_map(move |key| {
            let Foreign { from, column, to, constraint } = *key;
            let one = (from == name).then_some(Link { table: to, own: column, other: "id", many: false, constraint });
            let many = (to == name).then_some(Link { table: from, own: "id", other: column, many: true, constraint });
            one.into_iter().chain(many)
        })
    }

    /// What `*` stands for.
    pub fn readable(&self, signed_in: bool) -> impl Iterator<Item = &'static Column> {
        self.columns.iter().filter(move |column| signed_in || !self.for_signed_in.contains(&column.name))
    }
}

/// The table of this name.
pub fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}

const fn column(name: &'static str, kind: &'static str) -> Column {
    Column { name, kind }
}

const fn plain(name: &'static str, columns: &'static [Column]) -> Table {
    Table { name, columns, for_signed_in: &[], own_writer: None }
}

/// A foreign key between two tables that are shown.
struct Foreign {
    from: &'static str,
    column: &'static str,
    to: &'static str,
    constraint: &'static str,
}

macro_rules! key {
    ($from:literal, $column:literal, $to:literal) => {
        Foreign { from: $from, column: $column, to: $to, constraint: concat!($from, "_", $column, "_fkey") }
    };
}

/// Every foreign key; seen from both of its tables, it is a link.
const FOREIGN: &[Foreign] = &[
    key!("ai_conversations", "session_id", "wizard_sessions"),
    key!("checkins", "event_id", "events"),
    key!("checkins", "ticket_id", "tickets"),
    key!("event_questions", "event_id", "events"),
    key!("events", "organizer_id", "profiles"),
    key!("events", "venue_id", "venues"),
    key!("orders", "event_id", "events"),
    key!("orders", "promo_code_id", "promo_codes"),
    key!("promo_codes", "event_id", "events"),
    key!("refunds", "event_id", "events"),
    key!("refunds", "order_id", "orders"),
    key!("refunds", "requested_by", "profiles"),
    key!("ticket_tiers", "event_id", "events"),
    key!("tickets", "event_id", "events"),
    key!("tickets", "order_id", "orders"),
    key!("tickets", "tier_id", "ticket_tiers"),
    key!("venues", "owner_id", "profiles"),
    key!("waiting", "event_id", "events"),
    key!("waiting", "order_id", "orders"),
    key!("waiting", "tier_id", "ticket_tiers"),
    key!("wizard_sessions", "event_id", "events"),
    key!("wizard_sessions", "user_id", "profiles"),
];

/// Every table that the API shows.
pub const TABLES: &[Table] = &[
    Table { name: "events", columns: EVENTS, for_signed_in: &["online_url"], own_writer: None },
    plain("venues", VENUES),
    Table {
        name: "wizard_sessions",
        columns: WIZARD_SESSIONS,
        for_signed_in: &[],
        own_writer: Some(OwnWriter {
            words: "A session is written by its wizard. Say it to the wizard instead.",
            // A draft is put aside and taken up again (R72); one that was published stays so.
            turned: ("status", &["in_progress", "abandoned"]),
        }),
    },
    plain("ai_conversations", AI_CONVERSATIONS),
    plain("profiles", PROFILES),
    plain("ticket_tiers", TICKET_TIERS),
    plain("tickets", TICKETS),
    plain("orders", ORDERS),
    plain("refunds", REFUNDS),
    plain("checkins", CHECKINS),
    plain("waiting", WAITING),
    plain("event_questions", EVENT_QUESTIONS),
    plain("promo_codes", PROMO_CODES),
    plain("event_stats", EVENT_STATS),
];

const EVENTS: &[Column] = &[
    column("id", "uuid"),
    column("organizer_id", "uuid"),
    column("venue_id", "uuid"),
    column("series_id", "uuid"),
    column("image_id", "uuid"),
    column("name", "text"),
    column("slug", "text"),
    column("type", "text"),
    column("description", "text"),
    column("status", "text"),
    column("visibility", "text"),
    column("place_kind", "text"),
    column("place", "text"),
    column("address", "text"),
    column("city", "text"),
    column("country", "text"),
    column("online_url", "text"),
    column("amenities", "text[]"),
    column("capacity", "integer"),
    column("starts_local", "timestamp without time zone"),
    column("starts_date_only", "boolean"),
    column("ends_local", "timestamp without time zone"),
    column("timezone", "text"),
    column("date_time", "timestamp with time zone"),
    column("duration", "integer"),
    column("recurrence", "text"),
    column("currency", "text"),
    column("price_cents", "bigint"),
    column("max_per_order", "integer"),
    column("tax_rate", "numeric"),
    column("refund_policy", "text"),
    column("metadata", "jsonb"),
    column("revision", "bigint"),
    column("created_at", "timestamp with time zone"),
    column("updated_at", "timestamp with time zone"),
    column("published_at", "timestamp with time zone"),
    column("cancelled_at", "timestamp with time zone"),
];

const VENUES: &[Column] = &[
    column("id", "uuid"),
    column("ref", "text"),
    column("owner_id", "uuid"),
    column("name", "text"),
    column("address", "text"),
    column("city", "text"),
    column("country", "text"),
    column("lat", "double precision"),
    column("lon", "double precision"),
    column("timezone", "text"),
    column("capacity", "integer"),
    column("amenities", "text[]"),
    column("price_min_cents", "bigint"),
    column("price_max_cents", "bigint"),
    column("currency", "text"),
    column("search", "tsvector"),
    column("created_at", "timestamp with time zone"),
];

const WIZARD_SESSIONS: &[Column] = &[
    column("id", "uuid"),
    column("user_id", "uuid"),
    column("event_id", "uuid"),
    column("stage", "integer"),
    column("status", "text"),
    column("state", "jsonb"),
    column("started_at", "timestamp with time zone"),
    column("last_saved_at", "timestamp with time zone"),
    column("completed_at", "timestamp with time zone"),
    column("time_spent_seconds", "integer"),
    column("stages_completed", "integer"),
    column("ai_interactions_count", "integer"),
    column("version", "bigint"),
    column("channel", "text"),
    column("language", "text"),
    column("thread_id", "text"),
    column("owner_node", "text"),
    column("lease_until", "timestamp with time zone"),
    column("ai_suggestions_dropped", "integer"),
];

const AI_CONVERSATIONS: &[Column] = &[
    column("id", "uuid"),
    column("session_id", "uuid"),
    column("seq", "bigint"),
    column("role", "text"),
    column("content", "text"),
    column("metadata", "jsonb"),
    column("source", "text"),
    column("reply_to", "uuid"),
    column("created_at", "timestamp with time zone"),
];

const PROFILES: &[Column] = &[
    column("id", "uuid"),
    column("email", "text"),
    column("full_name", "text"),
    column("phone", "text"),
    column("company", "text"),
    column("is_anonymous", "boolean"),
    column("language", "text"),
    column("timezone", "text"),
    column("country", "text"),
    column("currency", "text"),
    column("created_at", "timestamp with time zone"),
    column("updated_at", "timestamp with time zone"),
];

const TICKET_TIERS: &[Column] = &[
    column("id", "uuid"),
    column("event_id", "uuid"),
    column("position", "integer"),
    column("name", "text"),
    column("price_cents", "bigint"),
    column("quantity", "integer"),
    column("max_per_order", "integer"),
    column("sales_from", "timestamp with time zone"),
    column("sales_until", "timestamp with time zone"),
    column("stripe_price_id", "text"),
];

const TICKETS: &[Column] = &[
    column("id", "uuid"),
    column("event_id", "uuid"),
    column("tier_id", "uuid"),
    column("order_id", "uuid"),
    column("attendee_name", "text"),
    column("attendee_email", "text"),
    column("attendee_phone", "text"),
    column("code", "text"),
    column("status", "text"),
    column("checked_in_at", "timestamp with time zone"),
    column("created_at", "timestamp with time zone"),
    column("tier_name", "text"),
    column("price_cents", "bigint"),
    column("door", "text"),
];

const PROMO_CODES: &[Column] = &[
    column("id", "uuid"),
    column("event_id", "uuid"),
    column("code", "text"),
    column("percent", "numeric"),
    column("amount_cents", "bigint"),
    column("most_orders", "integer"),
    column("valid_from", "timestamp with time zone"),
    column("valid_until", "timestamp with time zone"),
    column("created_at", "timestamp with time zone"),
];

const ORDERS: &[Column] = &[
    column("id", "uuid"),
    column("event_id", "uuid"),
    column("buyer_email", "text"),
    column("buyer_name", "text"),
    column("amount_cents", "bigint"),
    column("currency", "text"),
    column("status", "text"),
    column("stripe_session_id", "text"),
    column("stripe_payment_intent_id", "text"),
    column("created_at", "timestamp with time zone"),
    column("buyer_language", "text"),
    column("form_key", "bytea"),
    column("subtotal_cents", "bigint"),
    column("discount_cents", "bigint"),
    column("tax_cents", "bigint"),
    column("fee_cents", "bigint"),
    column("refunded_cents", "bigint"),
    column("stripe_account_id", "text"),
    column("hold_until", "timestamp with time zone"),
    column("paid_at", "timestamp with time zone"),
    column("ended_at", "timestamp with time zone"),
    column("disputed_at", "timestamp with time zone"),
    column("dispute_told_at", "timestamp with time zone"),
    column("stripe_checkout_url", "text"),
    column("checkout_ends_at", "timestamp with time zone"),
    column("mails", "integer"),
    column("promo_code_id", "uuid"),
    column("answers", "jsonb"),
];

const REFUNDS: &[Column] = &[
    column("id", "uuid"),
    column("order_id", "uuid"),
    column("event_id", "uuid"),
    column("amount_cents", "bigint"),
    column("reason", "text"),
    column("status", "text"),
    column("stripe_refund_id", "text"),
    column("requested_by", "uuid"),
    column("created_at", "timestamp with time zone"),
    column("done_at", "timestamp with time zone"),
];

const CHECKINS: &[Column] = &[
    column("id", "uuid"),
    column("event_id", "uuid"),
    column("ticket_id", "uuid"),
    column("result", "text"),
    column("door", "text"),
    column("scanned_at", "timestamp with time zone"),
    column("received_at", "timestamp with time zone"),
];

const WAITING: &[Column] = &[
    column("id", "uuid"),
    column("event_id", "uuid"),
    column("tier_id", "uuid"),
    column("email", "text"),
    column("name", "text"),
    column("language", "text"),
    column("seats", "integer"),
    column("order_id", "uuid"),
    column("offered_at", "timestamp with time zone"),
    column("created_at", "timestamp with time zone"),
];

const EVENT_QUESTIONS: &[Column] = &[
    column("id", "uuid"),
    column("event_id", "uuid"),
    column("position", "integer"),
    column("question", "text"),
    column("required", "boolean"),
    column("created_at", "timestamp with time zone"),
];

const EVENT_STATS: &[Column] = &[
    column("event_id", "uuid"),
    column("organizer_id", "uuid"),
    column("ticket_count", "bigint"),
    column("checked_in_count", "bigint"),
    column("order_count", "bigint"),
    column("revenue_cents", "bigint"),
];
