//! The draft as lines to look at, in the order in which one reads an invitation.
//!
//! Promises: a line for everything that is known and nothing else; the values are those of the draft, in words.

use super::answers::facts;
use super::catalogue::phrase;
use super::prose::{capitalised, count_words, percent_words, price_words, repeat_words, tier_words, time_words};
use crate::domain::draft::Draft;
use crate::domain::fact::Field;
use crate::domain::values::{EventKind, Provenance};

/// One line of the card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardLine {
    /// The field that it shows.
    pub field: Field,
    /// Its heading.
    pub label: String,
    /// Its value in words.
    pub value: String,
    /// Where the value comes from.
    pub provenance: Option<Provenance>,
}

/// The lines for what is known; `venue` is the name of the venue that was picked.
pub fn lines(draft: &Draft, venue: Option<&str>, language: &str) -> Vec<CardLine> {
    let place = if draft.venue_id.is_some() { Field::VenueId } else { Field::Place };
    let tickets = if draft.tiers.is_empty() { Field::PriceCents } else { Field::TicketTiers };
    let rows = [
        (Field::Name, "name", draft.name.clone()),
        (Field::Type, "type", kind(draft, language)),
        (Field::Description, "description", draft.description.clone()),
        (place, "place", facts::place_alone(draft, venue, language)),
        (Field::OnlineUrl, "join", draft.online_url.clone()),
        (Field::DateTime, "when", when(draft, language)),
        (Field::Recurrence, "repeats", draft.recurrence.as_deref().map(|rule| repeat_words(rule, language))),
        (Field::Duration, "lasts", facts::length(draft, language)),
        (Field::Capacity, "capacity", draft.capacity.map(|people| count_words(people, language))),
        (Field::Amenities, "needs", (!draft.amenities.is_empty()).then(|| facts::needs(draft, language))),
        (tickets, "tickets", prices(draft, language)),
        (Field::MaxPerOrder, "per_order", draft.max_per_order.map(|count| count.to_string())),
        (Field::TaxRate, "tax", draft.tax_rate.map(|percent| format!("{}%", percent_words(percent, language)))),
        (Field::RefundPolicy, "refunds", draft.refund_policy.clone()),
        (Field::Visibility, "seen_by", facts::visibility(draft, language)),
        (Field::Slug, "link", draft.slug.as_deref().map(|slug| format!("/e/{slug}"))),
    ];
    let line = |(field, label, value): (Field, &str, Option<String>)| {
        let provenance = draft.provenance.get(&source(draft, field)).copied();
        let value = if matches!(field, Field::Name | Field::Description | Field::OnlineUrl) {
            value?
        } else {
            capitalised(&value?)
        };
        Some(CardLine { field, label: phrase(language, &format!("label_{label}")), value, provenance })
    };
    rows.into_iter().filter_map(line).collect()
}

/// The field that tells where a line comes from.
fn source(draft: &Draft, field: Field) -> Field {
    match field {
        Field::Place if draft.place.is_none() && draft.address.is_some() => Field::Address,
        Field::Place if draft.place.is_none() && draft.city.is_some() => Field::City,
        Field::Place if draft.place.is_none() => Field::PlaceKind,
        other => other,
    }
}

/// Day, hour and zone.
fn when(draft: &Draft, language: &str) -> Option<String> {
    let bare = Draft { duration_min: None, end_time: None, ..draft.clone() };
    let when = facts::when(&bare, language)?;
    let until = draft.end_time.map(|end| format!(" – {}", time_words(end, language))).unwrap_or_default();
    Some(match draft.timezone.as_deref().filter(|_| draft.time.is_some()) {
        Some(zone) => format!("{when}{until} ({zone})"),
        None => format!("{when}{until}"),
    })
}

fn prices(draft: &Draft, language: &str) -> Option<String> {
    if draft.tiers.is_empty() {
        return draft.price_cents.map(|cents| price_words(cents, draft.currency, language));
    }
    let tiers: Vec<String> = draft.tiers.iter().map(|tier| tier_words(tier, draft.currency, language)).collect();
    Some(tiers.join("; "))
}

/// The kind; "another kind" tells nobody anything.
fn kind(draft: &Draft, language: &str) -> Option<String> {
    let told = draft.kind.is_some_and(|kind| kind != EventKind::Other);
    facts::kind(draft, language).filter(|_| told).map(|kind| without_article(&kind))
}

/// "A concert" is "concert" behind its heading.
fn without_article(kind: &str) -> String {
    kind.split_once(' ').map_or(kind, |(_, kind)| kind).to_owned()
}
