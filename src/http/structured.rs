//! An event as schema.org data for search engines, as it stands inside a page.
//!
//! Promises: nothing in it can end the element around it; no value is guessed (there is no word on availability while nobody
//! counts sales).

use serde_json::{Map, Value, json};

use super::event_view::picture_of;
use super::place::{Place, Venue};
use super::schedule::Schedule;
use super::text::{clean, one_line};
use crate::domain::money::{Currency, major};
use crate::domain::values::EventStatus;
use crate::store::pages::Page;

/// The Event of this page as JSON that may stand in a script element.
pub(super) fn event(page: &Page, schedule: &Schedule, place: &Place, url: &str) -> String {
    let draft = &page.draft;
    let (start, end) = schedule.machine().unzip();
    let cancelled = page.status == EventStatus::Cancelled;
    let description = draft.description.as_deref().map(clean).filter(|text| !text.trim().is_empty());
    let organizer = page.organizer.as_deref().map(one_line);
    let event = object([
        ("@context", json!("https://schema.org")),
        ("@type", json!("Event")),
        ("name", json!(draft.name.as_deref().map(one_line))),
        ("description", json!(description)),
        ("url", json!(url)),
        ("image", json!(picture_of(page, url))),
        ("startDate", json!(start)),
        ("endDate", json!(end.flatten())),
        (
            "eventStatus",
            json!(if cancelled { "https://schema.org/EventCancelled" } else { "https://schema.org/EventScheduled" }),
        ),
        ("eventAttendanceMode", attendance(place)),
        ("location", location(place, url)),
        ("offers", offers(page, url)),
        ("maximumAttendeeCapacity", json!(draft.capacity)),
        ("organizer", organizer.map_or(Value::Null, |name| json!({"@type": "Organization", "name": name}))),
    ]);
    inert(&event.to_string())
}

fn attendance(place: &Place) -> Value {
    match (&place.venue, place.online) {
        (Some(_), true) => json!("https://schema.org/MixedEventAttendanceMode"),
        (None, true) => json!("https://schema.org/OnlineEventAttendanceMode"),
        (Some(_), false) => json!("https://schema.org/OfflineEventAttendanceMode"),
        (None, false) => Value::Null,
    }
}

fn location(place: &Place, url: &str) -> Value {
    let venue = place.venue.as_ref().map(venue);
    let online =
        place.online.then(|| json!({"@type": "VirtualLocation", "url": place.join_url.as_deref().unwrap_or(url)}));
    match (venue, online) {
        (Some(venue), Some(online)) => json!([venue, online]),
        (venue, online) => json!(venue.or(online)),
    }
}

fn venue(venue: &Venue) -> Value {
    let address = object([
        ("@type", json!("PostalAddress")),
        ("streetAddress", json!(venue.address)),
        ("addressLocality", json!(venue.city)),
        ("addressCountry", json!(venue.country)),
    ]);
    let position =
        venue.position.map(|(lat, lon)| json!({"@type": "GeoCoordinates", "latitude": lat, "longitude": lon}));
    object([
        ("@type", json!("Place")),
        ("name", json!(venue.name.as_ref().or(venue.address.as_ref()))),
        ("address", address),
        ("geo", json!(position)),
    ])
}

fn offers(page: &Page, url: &str) -> Value {
    let draft = &page.draft;
    let offer = |name: Option<String>, price_cents: i64, from: Option<String>, until: Option<String>| {
        // Something that is paid has a currency; a free ticket costs nothing in any.
        let currency = draft.currency.or((price_cents == 0).then_some(Currency::USD))?;
        Some(object([
            ("@type", json!("Offer")),
            ("name", json!(name)),
            ("price", json!(major(price_cents, currency.digits()))),
            ("priceCurrency", json!(currency.code())),
            ("validFrom", json!(from)),
            ("validThrough", json!(until)),
            ("url", json!(url)),
        ]))
    };
    let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string());
    let offers: Vec<Value> = if draft.tiers.is_empty() {
        draft.price_cents.and_then(|price_cents| offer(None, price_cents, None, None)).into_iter().collect()
    } else {
        let of = |tier: &crate::domain::fact::Tier| {
            offer(Some(one_line(&tier.name)), tier.price_cents, day(tier.sales_from), day(tier.sales_until))
        };
        draft.tiers.iter().filter_map(of).collect()
    };
    if offers.is_empty() { Value::Null } else { json!(offers) }
}

/// An object without what is not known.
fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let known = fields.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(known.map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
}

/// JSON without the characters that mean something to HTML or end a line of a script; they occur in strings only.
fn inert(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' => text.push_str("\\u003c"),
            '>' => text.push_str("\\u003e"),
            '&' => text.push_str("\\u0026"),
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_it_ends_its_element() {
        let hostile = json!({"name": "</script><script>alert(1)</script><!-- &lt;"});
        let text = inert(&hostile.to_string());
        assert!(!text.contains(['<', '>', '&']));
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), hostile);
    }
}
