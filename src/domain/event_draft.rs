//! A draft by the names of the API (SCHEMA: EventDraft), for every screen, form and report. The way back is [`super::entry`].
//!
//! Promises: what is not known is left out; times are local, an hour that the clocks skip is the one as which it counts; what
//! [`super::entry`] reads of these values is the same draft again.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::draft::Draft;
use super::fact::Field;
use super::publishing::slug_for;

/// What a form cannot change, but may send back as it was shown.
pub const READ_ONLY: &[&str] = &["id", "status", "publishedAt", "stripeProductId", "provenance", "revision"];

/// The field's name in the API.
pub fn name(field: Field) -> &'static str {
    match field {
        Field::Name => "name",
        Field::Slug => "slug",
        Field::Type => "type",
        Field::Description => "description",
        Field::Visibility => "visibility",
        Field::PlaceKind => "placeKind",
        Field::Place => "place",
        Field::Address => "address",
        Field::City => "city",
        Field::Country => "country",
        Field::VenueId => "venueId",
        Field::OnlineUrl => "onlineUrl",
        Field::Amenities => "amenities",
        Field::Capacity => "capacity",
        Field::DateTime => "dateTime",
        Field::EndDateTime => "endDateTime",
        Field::Duration => "duration",
        Field::Timezone => "timezone",
        Field::Recurrence => "recurrence",
        Field::Currency => "currency",
        Field::PriceCents => "priceCents",
        Field::TicketTiers => "ticketTiers",
        Field::MaxPerOrder => "maxPerOrder",
        Field::TaxRate => "taxRate",
        Field::RefundPolicy => "refundPolicy",
        Field::Image => "imageUrl",
    }
}

/// Everything that is known, in the order of the stages.
pub fn fields(draft: &Draft) -> Map<String, Value> {
    fields_by(None, draft)
}

/// The same, its moments by `own`, the organizer's zone, as long as the event has none.
pub fn fields_by(own: Option<&str>, draft: &Draft) -> Map<String, Value> {
    let known = Field::ALL.iter().filter_map(|field| Some((name(*field).to_owned(), value_by(own, *field, draft)?)));
    known.collect()
}

/// What is known of one field.
pub fn value(field: Field, draft: &Draft) -> Option<Value> {
    let value = match field {
        Field::Name => json!(draft.name),
        // Until one is chosen, the link that the name would have.
        Field::Slug => json!(draft.slug.clone().or_else(|| draft.name.as_deref().map(slug_for))),
        Field::Type => json!(draft.kind),
        Field::Description => json!(draft.description),
        Field::Visibility => json!(draft.visibility),
        Field::PlaceKind => json!(draft.place_kind),
        Field::Place => json!(draft.place),
        Field::Address => json!(draft.address),
        Field::City => json!(draft.city),
        Field::Country => json!(draft.country),
        Field::VenueId => json!(draft.venue_id),
        Field::OnlineUrl => json!(draft.online_url),
        Field::Amenities => json!(draft.amenities),
        Field::Capacity => json!(draft.capacity),
        Field::DateTime => json!(starts(draft)),
        Field::EndDateTime => json!(ends(draft)),
        Field::Duration => json!(draft.duration_min.or_else(|| length(draft))),
        Field::Timezone => json!(draft.timezone),
        Field::Recurrence => json!(draft.recurrence),
        Field::Currency => json!(draft.currency),
        Field::PriceCents => json!(draft.price_cents),
        Field::TicketTiers => json!(draft.tiers),
        Field::MaxPerOrder => json!(draft.max_per_order),
        Field::TaxRate => json!(draft.tax_rate),
        Field::RefundPolicy => json!(draft.refund_policy),
        Field::Image => json!(draft.image_id.map(image_url)),
    };
    let empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    (!empty).then_some(value)
}

/// What is known of one field where moments go by `own`, the organizer's zone, as long as the event has none.
pub fn value_by(own: Option<&str>, field: Field, draft: &Draft) -> Option<Value> {
    let is_moment = matches!(field, Field::DateTime | Field::EndDateTime);
    match own.filter(|_| is_moment && draft.timezone.is_none()) {
        Some(zone) => value(field, &Draft { timezone: Some(zone.to_owned()), ..draft.clone() }),
        None => value(field, draft),
    }
}

/// Where the picture with this id is shown.
pub fn image_url(id: Uuid) -> String {
    format!("/files/{id}")
}

/// The picture that an address of ours names, with or without the host before it.
pub fn image_of(url: &str) -> Option<Uuid> {
    let (_, id) = url.trim().rsplit_once("/files/")?;
    id.parse().ok()
}

/// A day alone while no hour was said, an hour alone while no day was.
fn starts(draft: &Draft) -> Option<String> {
    match (draft.date, draft.time) {
        (Some(date), None) => Some(date.to_string()),
        (None, Some(time)) => Some(time.strftime("%H:%M").to_string()),
        _ => draft.begins().map(minute),
    }
}

/// The moment once start and length are known, else the last day where one was said.
fn ends(draft: &Draft) -> Option<String> {
    draft.ends().map(minute).or_else(|| draft.end_date.map(|date| date.to_string()))
}

/// "7 to 11pm" is four hours on any day.
fn length(draft: &Draft) -> Option<u32> {
    let (start, end) = draft.time.zip(draft.end_time)?;
    let minutes = start.duration_until(end).as_mins().rem_euclid(24 * 60);
    u32::try_from(minutes).ok().filter(|minutes| *minutes > 0)
}

/// A local moment to the minute: `2027-02-14T19:00`.
pub(super) fn minute(time: DateTime) -> String {
    time.strftime("%Y-%m-%dT%H:%M").to_string()
}

/// Gives the moments of a shown draft their offset, for readers outside the conversation (R67). Without a zone of the
/// event's own it is `zone`, the organizer's, as it is in the database.
pub fn with_offsets(draft: &mut Map<String, Value>, zone: Option<&str>) {
    let own = draft.get("timezone").and_then(Value::as_str);
    let zone = own.or(zone).and_then(|zone| TimeZone::get(zone).ok()).unwrap_or(TimeZone::UTC);
    for field in [Field::DateTime, Field::EndDateTime] {
        let Some(shown) = draft.get_mut(name(field)) else { continue };
        let local = shown.as_str().filter(|text| text.contains('T')).and_then(|text| text.parse::<DateTime>().ok());
        if let Some(zoned) = local.and_then(|local| local.to_zoned(zone.clone()).ok()) {
            *shown = json!(zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_are_serialised() {
        for field in Field::ALL {
            assert_eq!(json!(field), json!(name(*field)));
        }
    }

    #[test]
    fn moments_get_the_offset_of_their_day() {
        let Value::Object(mut draft) =
            json!({"dateTime": "2027-02-14T19:00", "endDateTime": "2027-02-15", "timezone": "America/Toronto"})
        else {
            panic!("an object")
        };
        with_offsets(&mut draft, Some("Asia/Tokyo"));
        assert_eq!(draft["dateTime"], "2027-02-14T19:00:00-05:00");
        assert_eq!(draft["endDateTime"], "2027-02-15");
        draft.remove("timezone");
        draft.insert("dateTime".to_owned(), json!("2027-07-14T19:00"));
        with_offsets(&mut draft, Some("America/Toronto"));
        assert_eq!(draft["dateTime"], "2027-07-14T19:00:00-04:00");
    }
}
