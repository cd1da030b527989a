//! One question for one or two fields that belong together.

use crate::domain::draft::Draft;
use crate::domain::fact::Field;
use crate::understanding::catalogue::{fill, phrase};
use crate::understanding::prose::{date_words, field_words, time_words};

/// The question for the first of these fields, and for the second where one asks both in a breath; empty without fields.
pub fn question(fields: &[Field], draft: &Draft, language: &str) -> String {
    let Some(first) = fields.first() else {
        return String::new();
    };
    let with = |other: Field| fields.get(1) == Some(&other);
    let say = |key: &str| phrase(language, key);
    match first {
        Field::Name if with(Field::Type) => say("ask_name_type"),
        Field::Name => say("ask_name"),
        Field::Type => say("ask_type"),
        Field::Description => say("ask_description"),
        Field::Place | Field::VenueId | Field::Address | Field::City => place(draft, with(Field::Capacity), language),
        Field::Capacity => say("ask_capacity"),
        Field::DateTime => when(draft, with(Field::Duration), language),
        Field::Duration | Field::EndDateTime => say("ask_duration"),
        Field::Timezone => say("ask_timezone"),
        Field::PriceCents => say("ask_price"),
        Field::Currency => say("ask_currency"),
        Field::TicketTiers => say("ask_tiers"),
        Field::MaxPerOrder => say("ask_max_per_order"),
        Field::TaxRate => say("ask_tax"),
        Field::RefundPolicy => say("ask_refund"),
        Field::Visibility => say("ask_visibility"),
        Field::OnlineUrl => say("ask_online_url"),
        other => fill(language, "ask_other", &[("field", &field_words(*other, language))]),
    }
}

fn place(draft: &Draft, with_capacity: bool, language: &str) -> String {
    let city = draft.city.as_deref();
    match (city, with_capacity) {
        (Some(city), true) => fill(language, "ask_place_in_capacity", &[("city", city)]),
        (Some(city), false) => fill(language, "ask_place_in", &[("city", city)]),
        (None, true) => phrase(language, "ask_place_capacity"),
        (None, false) => phrase(language, "ask_place"),
    }
}

/// Only what is still open: the hour of a known day, the day of a known hour.
fn when(draft: &Draft, with_duration: bool, language: &str) -> String {
    match (draft.date, draft.time) {
        (Some(date), None) => fill(language, "ask_time", &[("date", &date_words(date, language))]),
        (None, Some(time)) => fill(language, "ask_date", &[("time", &time_words(time))]),
        _ if with_duration => phrase(language, "ask_when_duration"),
        _ => phrase(language, "ask_when"),
    }
}
