//! One question: for one or two fields that belong together, or for the little that is left.

use super::facts::city_words;
use crate::domain::draft::Draft;
use crate::domain::fact::Field;
use crate::understanding::catalogue::{fill, phrase};
use crate::understanding::prose::{date_words, field_words, time_words};

/// What one asks in a breath without counting it up.
const TOGETHER: &[&[Field]] =
    &[&[Field::Name, Field::Type], &[Field::Place, Field::Capacity], &[Field::DateTime, Field::Duration]];

/// The question for all of these fields; empty without fields.
pub fn question(fields: &[Field], draft: &Draft, language: &str) -> String {
    let Some(first) = fields.first() else {
        return String::new();
    };
    if !is_together(fields) {
        return several(fields, draft, language);
    }
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

fn is_together(fields: &[Field]) -> bool {
    fields.len() == 1
        || TOGETHER.contains(&fields)
        || fields.iter().any(|field| part_key(*field, &Draft::default()).is_none())
}

/// "Almost there: what is it called, where will it be and at what time does it start?"
fn several(fields: &[Field], draft: &Draft, language: &str) -> String {
    let city = draft.city.as_deref().map(|city| city_words(city, language)).unwrap_or_default();
    let day = draft.date.map(|date| date_words(date, language)).unwrap_or_default();
    let hour = draft.time.map(|time| time_words(time, language)).unwrap_or_default();
    let values = [("city", city), ("date", day.as_str()), ("time", hour.as_str())];
    let keys = fields.iter().filter_map(|field| part_key(*field, draft));
    let parts: Vec<String> = keys.map(|key| fill(language, key, &values)).collect();
    let Some((last, before)) = parts.split_last() else { return String::new() };
    let before = before.join(&phrase(language, "part_next"));
    fill(language, "ask_several", &[("parts", &format!("{before}{}{last}", phrase(language, "part_last")))])
}

/// The phrase for a field among others.
fn part_key(field: Field, draft: &Draft) -> Option<&'static str> {
    Some(match field {
        Field::Name => "part_name",
        Field::Place if draft.city.is_some() => "part_place_in",
        Field::Place => "part_place",
        Field::Capacity => "part_capacity",
        Field::DateTime if draft.date.is_some() => "part_time",
        Field::DateTime if draft.time.is_some() => "part_date",
        Field::DateTime => "part_when",
        Field::PriceCents => "part_price",
        _ => return None,
    })
}

fn place(draft: &Draft, with_capacity: bool, language: &str) -> String {
    let city = draft.city.as_deref().map(|city| city_words(city, language));
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
        (None, Some(time)) => fill(language, "ask_date", &[("time", &time_words(time, language))]),
        _ if with_duration => phrase(language, "ask_when_duration"),
        _ => phrase(language, "ask_when"),
    }
}
