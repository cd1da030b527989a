//! The wizard's web API in the words of `OpenAPI`. Bodies are built and read as values; these types say how they look.
#![expect(dead_code, reason = "types that describe: nobody makes one")]

use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A request to the wizard.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct WizardAsk {
    #[schema(inline)]
    action: Action,
    /// Which session; needed for all but `initialize`.
    session_id: Option<String>,
    /// The stage on the screen, 1 to 6; absent: where the session is.
    #[schema(minimum = 1, maximum = 6)]
    stage: Option<i64>,
    /// Words for the wizard; or the id or number of a suggestion.
    user_input: Option<String>,
    /// Fields of the event (see `EventDraft`); `null` empties one. `suggestionId` takes a suggestion, `revision` is the one that
    /// was on the screen: a field that was changed since is refused with 409.
    #[schema(additional_properties)]
    event_data: Option<Map<String, Value>>,
    /// For whom a session begins; only with the service key, otherwise absent or the caller.
    user_id: Option<String>,
}

/// What is asked for.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
enum Action {
    Initialize,
    ProcessStage,
    SaveDraft,
    Publish,
}

/// What the wizard answers.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct WizardAnswer {
    success: bool,
    session_id: String,
    #[schema(minimum = 1, maximum = 6)]
    stage: i64,
    ai_response: AiResponse,
    event_draft: EventDraft,
    /// Where the clocks skip the hour at which the event starts, or show it twice.
    #[schema(nullable = false)]
    clock: Option<ClockTurn>,
    /// Where each value comes from, by field: said, inferred, default or edited.
    provenance: Map<String, Value>,
    progress: WizardProgress,
    publish: PublishState,
    /// ISO 639-1.
    language: String,
    /// What was refused or is missing on this stage, in words, by field.
    #[schema(nullable = false)]
    validation_errors: Option<Map<String, Value>>,
    /// Once it is published.
    #[schema(nullable = false)]
    event: Option<PublishedEvent>,
}

/// The answer in words, and what may be picked.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
struct AiResponse {
    message: String,
    suggestions: Vec<WizardSuggestion>,
    /// The next question.
    #[schema(nullable = false)]
    next_prompt: Option<String>,
    /// A model was asked and did not answer in time; rules and data answered.
    degraded: bool,
}

/// Something to pick, by its id or by its number in the list.
#[derive(ToSchema)]
struct WizardSuggestion {
    id: String,
    /// name, type, description, venue, capacity, time, duration, price, tiers, `refund_policy`, visibility, limit or tax.
    r#type: String,
    label: String,
    detail: Option<String>,
    /// For a venue: id, name, capacity, amenities, priceEstimate, priceMinCents, priceMaxCents, currency, confidence (0 to 1), reason.
    data: Map<String, Value>,
}

/// What is known of the event; what is not known is absent.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct EventDraft {
    /// Once something was said.
    id: Option<String>,
    /// Plus one at every change.
    revision: Option<i64>,
    name: Option<String>,
    /// The link; until one is chosen, the one that the name would have.
    slug: Option<String>,
    /// conference, workshop, meetup, concert, webinar, festival, networking or other.
    r#type: Option<String>,
    description: Option<String>,
    /// public or private.
    visibility: Option<String>,
    /// venue, online or hybrid.
    place_kind: Option<String>,
    place: Option<String>,
    address: Option<String>,
    city: Option<String>,
    /// ISO 3166 alpha-2.
    country: Option<String>,
    /// A venue's reference, else its id; both are taken.
    venue_id: Option<String>,
    online_url: Option<String>,
    amenities: Option<Vec<String>>,
    capacity: Option<i64>,
    /// ISO 8601 with its offset, as it counts where the clocks are turned (see `clock`); a date alone while no hour is known. Taken with
    /// or without an offset.
    date_time: Option<String>,
    end_date_time: Option<String>,
    /// Minutes.
    duration: Option<i64>,
    /// IANA name.
    timezone: Option<String>,
    /// RFC 5545 RRULE.
    recurrence: Option<String>,
    /// ISO 4217.
    currency: Option<String>,
    /// In the currency's minor unit.
    price_cents: Option<i64>,
    ticket_tiers: Option<Vec<TicketTier>>,
    max_per_order: Option<i64>,
    /// Percent.
    tax_rate: Option<f64>,
    refund_policy: Option<String>,
    /// The picture's address, as `POST /files` gave it.
    image_url: Option<String>,
    /// draft, published or cancelled.
    status: String,
    published_at: Option<String>,
}

/// An hour that does not come exactly once, because the clocks are turned that day.
#[derive(ToSchema)]
struct ClockTurn {
    /// Always dateTime.
    field: String,
    /// The local time as it was said.
    asked: String,
    /// The moment as which it counts, with its offset: an hour that is skipped by the clock until then, of two the first.
    counts: String,
    #[schema(inline)]
    kind: ClockKind,
}

/// What the clocks do.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
enum ClockKind {
    Skipped,
    Twice,
}

/// A kind of ticket.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
struct TicketTier {
    id: Option<String>,
    name: String,
    /// In the currency's minor unit.
    price_cents: i64,
    quantity: Option<i64>,
    max_per_order: Option<i64>,
    /// Local dates.
    sales_from: Option<String>,
    sales_until: Option<String>,
}

/// How far the event is.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
struct WizardProgress {
    current_stage: i64,
    total_stages: i64,
    percent_complete: i64,
    /// Seconds.
    estimated_time_remaining: i64,
}

/// Whether it can be published.
#[derive(ToSchema)]
struct PublishState {
    ready: bool,
    /// The fields that stand in the way.
    missing: Vec<String>,
    /// What to know before; nothing of it stands in the way.
    warnings: Vec<String>,
}

/// What is published, and where everybody finds it.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
struct PublishedEvent {
    id: String,
    status: String,
    slug: String,
    published_at: Option<String>,
    public_url: String,
}
