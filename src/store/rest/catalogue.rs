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
    /// Tables that can be read along with it.
    pub links: &'static [Link],
    /// Left out of `*` for somebody who is not signed in, who may not read them.
    pub for_signed_in: &'static [&'static str],
    /// Rows that one writer keeps and no client writes; the words for those who try.
    pub own_writer: Option<&'static str>,
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
#[derive(Debug, PartialEq, Eq)]
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

/// Many rows of `table` point here with `other`.
const fn many(table: &'static str, other: &'static str, constraint: &'static str) -> Link {
    Link { table, own: "id", other, many: true, constraint }
}

/// `own` points to one row of `table`.
const fn one(table: &'static str, own: &'static str, constraint: &'static str) -> Link {
    Link { table, own, other: "id", many: false, constraint }
}

const fn plain(name: &'static str, columns: &'static [Column], links: &'static [Link]) -> Table {
    Table { name, columns, links, for_signed_in: &[], own_writer: None }
}

/// Every table that the API shows.
pub const TABLES: &[Table] = &[
    Table {
        name: "events",
        columns: EVENTS,
        links: &[
            one("venues", "venue_id", "events_venue_id_fkey"),
            one("profiles", "organizer_id", "events_organizer_id_fkey"),
            many("ticket_tiers", "event_id", "ticket_tiers_event_id_fkey"),
            many("tickets", "event_id", "tickets_event_id_fkey"),
            many("orders", "event_id", "orders_event_id_fkey"),
            many("promo_codes", "event_id", "promo_codes_event_id_fkey"),
            many("refunds", "event_id", "refunds_event_id_fkey"),
            many("checkins", "event_id", "checkins_event_id_fkey"),
            many("waiting", "event_id", "waiting_event_id_fkey"),
            many("event_questions", "event_id", "event_questions_event_id_fkey"),
            many("wizard_sessions", "event_id", "wizard_sessions_event_id_fkey"),
        ],
        for_signed_in: &["online_url"],
        own_writer: None,
    },
    plain(
        "venues",
        VENUES,
        &[many("events", "venue_id", "events_venue_id_fkey"), one("profiles", "owner_id", "venues_owner_id_fkey")],
    ),
    Table {
        name: "wizard_sessions",
        columns: WIZARD_SESSIONS,
        links: &[
            one("events", "event_id", "wizard_sessions_event_id_fkey"),
            one("profiles", "user_id", "wizard_sessions_user_id_fkey"),
            many("ai_conversations", "session_id", "ai_conversations_session_id_fkey"),
        ],
        for_signed_in: &[],
        own_writer: Some("A session is written by its wizard. Say it to the wizard instead."),
    },
    plain(
        "ai_conversations",
        AI_CONVERSATIONS,
        &[one("wizard_sessions", "session_id", "ai_conversations_session_id_fkey")],
    ),
    plain(
        "profiles",
        PROFILES,
        &[
            many("events", "organizer_id", "events_organizer_id_fkey"),
            many("venues", "owner_id", "venues_owner_id_fkey"),
            many("wizard_sessions", "user_id", "wizard_sessions_user_id_fkey"),
        ],
    ),
    plain(
        "ticket_tiers",
        TICKET_TIERS,
        &[
            one("events", "event_id", "ticket_tiers_event_id_fkey"),
            many("tickets", "tier_id", "tickets_tier_id_fkey"),
            many("waiting", "tier_id", "waiting_tier_id_fkey"),
        ],
    ),
    plain(
        "tickets",
        TICKETS,
        &[
            one("events", "event_id", "tickets_event_id_fkey"),
            one("ticket_tiers", "tier_id", "tickets_tier_id_fkey"),
            one("orders", "order_id", "tickets_order_id_fkey"),
            many("checkins", "ticket_id", "checkins_ticket_id_fkey"),
        ],
    ),
    plain(
        "orders",
        ORDERS,
        &[
            one("events", "event_id", "orders_event_id_fkey"),
            many("tickets", "order_id", "tickets_order_id_fkey"),
            many("refunds", "order_id", "refunds_order_id_fkey"),
            many("waiting", "order_id", "waiting_order_id_fkey"),
            one("promo_codes", "promo_code_id", "orders_promo_code_id_fkey"),
        ],
    ),
    plain(
        "refunds",
        REFUNDS,
        &[
            one("orders", "order_id", "refunds_order_id_fkey"),
            one("events", "event_id", "refunds_event_id_fkey"),
            one("profiles", "requested_by", "refunds_requested_by_fkey"),
        ],
    ),
    plain(
        "checkins",
        CHECKINS,
        &[one("tickets", "ticket_id", "checkins_ticket_id_fkey"), one("events", "event_id", "checkins_event_id_fkey")],
    ),
    plain(
        "waiting",
        WAITING,
        &[
            one("events", "event_id", "waiting_event_id_fkey"),
            one("ticket_tiers", "tier_id", "waiting_tier_id_fkey"),
            one("orders", "order_id", "waiting_order_id_fkey"),
        ],
    ),
    plain("event_questions", EVENT_QUESTIONS, &[one("events", "event_id", "event_questions_event_id_fkey")]),
    plain(
        "promo_codes",
        PROMO_CODES,
        &[
            one("events", "event_id", "promo_codes_event_id_fkey"),
            many("orders", "promo_code_id", "orders_promo_code_id_fkey"),
        ],
    ),
    plain("event_stats", EVENT_STATS, &[]),
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
