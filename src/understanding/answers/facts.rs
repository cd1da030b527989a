//! Facts in words, read from the draft.

use jiff::civil::DateTime;

use super::telling::Telling;
use crate::domain::draft::{DAY_MIN, Draft};
use crate::domain::fact::Field;
use crate::domain::values::{PlaceKind, Provenance, Visibility};
use crate::understanding::catalogue::{fill, phrase};
use crate::understanding::prose::{
    amenity_words, count_words, date_words, length_words, list, percent_words, price_words, repeat_words, tier_words,
    time_words,
};

/// What is another now, in the order of an invitation.
pub(super) fn changed(telling: &Telling<'_>) -> Vec<String> {
    let draft = telling.draft;
    let any = |fields: &[Field]| fields.iter().any(|field| telling.changed.contains(field) && draft.has(*field));
    let told = |field: Field| {
        any(&[field]) && (telling.worked_out || draft.provenance.get(&field) != Some(&Provenance::Inferred))
    };
    let mut facts: Vec<Option<String>> = Vec::new();
    let language = telling.language;
    facts.push(
        told(Field::Name)
            .then(|| draft.name.as_deref().map(|name| fill(language, "quote", &[("text", name)])))
            .flatten(),
    );
    facts.push(told(Field::Type).then(|| kind(draft, language)).flatten());
    facts.push(any(&[Field::DateTime, Field::EndDateTime, Field::Duration]).then(|| when(draft, language)).flatten());
    facts.push(
        any(&[Field::Recurrence])
            .then(|| draft.recurrence.as_deref().map(|rule| repeat_words(rule, language)))
            .flatten(),
    );
    facts.push(
        told(Field::Timezone)
            .then(|| draft.timezone.as_deref().map(|zone| fill(language, "zone", &[("zone", zone)])))
            .flatten(),
    );
    let placed = [Field::Place, Field::Address, Field::City, Field::VenueId];
    let online = told(Field::PlaceKind) || any(&placed);
    facts.push(online.then(|| place(draft, telling.venue, language)).flatten());
    facts.push(
        any(&[Field::OnlineUrl])
            .then(|| draft.online_url.as_deref().map(|url| fill(language, "join_at", &[("url", url)])))
            .flatten(),
    );
    facts.push(any(&[Field::Capacity]).then(|| people(draft, language)).flatten());
    facts.push(any(&[Field::Amenities]).then(|| fill(language, "needs", &[("list", &needs(draft, language))])));
    facts.extend(money(telling, &any, &told));
    facts.extend(rules(telling, &any));
    facts.into_iter().flatten().collect()
}

fn money(telling: &Telling<'_>, any: &impl Fn(&[Field]) -> bool, told: &impl Fn(Field) -> bool) -> Vec<Option<String>> {
    let (draft, language) = (telling.draft, telling.language);
    let priced = any(&[Field::PriceCents, Field::TicketTiers]);
    let tickets = priced.then(|| tickets(draft, language)).flatten();
    let paid = draft.currency.filter(|_| told(Field::Currency) && !priced);
    let currency = paid.map(|currency| fill(language, "in_currency", &[("currency", currency.name_in(language))]));
    vec![tickets, currency]
}

fn rules(telling: &Telling<'_>, any: &impl Fn(&[Field]) -> bool) -> Vec<Option<String>> {
    let (draft, language) = (telling.draft, telling.language);
    let refund =
        draft.refund_policy.as_deref().map(|text| fill(language, "refund", &[("text", text.trim_end_matches('.'))]));
    let seen = visibility(draft, language).map(|who| fill(language, "seen_by", &[("who", &who)]));
    let link = draft.slug.as_deref().map(|slug| fill(language, "link", &[("slug", slug)]));
    // A text of ours follows the facts, and is none of its own.
    let made_up = draft.provenance.get(&Field::Description) == Some(&Provenance::Default);
    vec![
        any(&[Field::MaxPerOrder]).then(|| per_order(draft, language)).flatten(),
        any(&[Field::TaxRate]).then(|| tax(draft, language)).flatten(),
        refund.filter(|_| any(&[Field::RefundPolicy])),
        seen.filter(|_| any(&[Field::Visibility])),
        (any(&[Field::Description]) && !made_up).then(|| phrase(language, "described")),
        (any(&[Field::Image]) && draft.image_id.is_some()).then(|| phrase(language, "pictured")),
        link.filter(|_| any(&[Field::Slug])),
    ]
}

/// What was just assumed, each as a short clause.
pub(super) fn defaults(telling: &Telling<'_>) -> Vec<String> {
    let (draft, language) = (telling.draft, telling.language);
    let clause = |field: &Field| match field {
        Field::Type => kind(draft, language).map(|kind| fill(language, "default_kind", &[("kind", &kind)])),
        Field::Duration => {
            draft.duration_min.map(|min| fill(language, "default_length", &[("length", &length_words(min, language))]))
        }
        Field::Timezone => draft.timezone.as_deref().map(|zone| fill(language, "default_zone", &[("zone", zone)])),
        Field::Currency => draft
            .currency
            .map(|currency| fill(language, "default_currency", &[("currency", currency.name_in(language))])),
        Field::Visibility => visibility(draft, language).map(|who| fill(language, "default_seen", &[("who", &who)])),
        _ => None,
    };
    telling.defaults.iter().filter_map(clause).collect()
}

/// "A workshop".
pub(crate) fn kind(draft: &Draft, language: &str) -> Option<String> {
    draft.kind.map(|kind| phrase(language, &format!("kind_{kind}")))
}

/// How long it lasts; until it is known when it begins, days are counted whole: "a two-day workshop" ends on its second day.
pub(crate) fn length(draft: &Draft, language: &str) -> Option<String> {
    let minutes = draft.duration_min?;
    let whole = draft.ends().is_none() && is_broken(minutes);
    Some(length_words(if whole { minutes.div_ceil(DAY_MIN) * DAY_MIN } else { minutes }, language))
}

/// Longer than a day, and not a number of days.
fn is_broken(minutes: u32) -> bool {
    minutes > DAY_MIN && !minutes.is_multiple_of(DAY_MIN)
}

/// Day, hour and end, as far as they are known; in the place of an hour that the clocks skip the one that counts.
pub(crate) fn when(draft: &Draft, language: &str) -> Option<String> {
    let begins = draft.begins();
    let (date, time) = (begins.map(DateTime::date).or(draft.date), begins.map(DateTime::time).or(draft.time));
    let day = date.map(|date| date_words(date, language));
    // Nobody counts that many hours: an end on another day is told as that day.
    let over = draft.ends().filter(|_| draft.duration_min.is_some_and(is_broken));
    let last = draft.end_date.filter(|last| Some(*last) != date && over.is_none());
    let last = last.map(|last| date_words(last, language));
    let days = day.map(|day| match last {
        Some(last) => fill(language, "date_range", &[("from", &day), ("until", &last)]),
        None => day,
    });
    let start = match (days, time) {
        (Some(days), Some(time)) => {
            Some(fill(language, "date_time", &[("date", &days), ("time", &time_words(time, language))]))
        }
        (Some(days), None) => Some(fill(language, "date_only", &[("date", &days)])),
        (None, Some(time)) => Some(fill(language, "time_only", &[("time", &time_words(time, language))])),
        (None, None) => None,
    };
    let lasts = match over {
        Some(end) => {
            let (day, hour) = (date_words(end.date(), language), time_words(end.time(), language));
            Some(fill(language, "until_day", &[("date", &day), ("time", &hour)]))
        }
        None => length(draft, language).map(|length| fill(language, "lasting", &[("length", &length)])),
    };
    let until = draft.end_time.map(|end| fill(language, "until", &[("time", &time_words(end, language))]));
    let parts: Vec<String> = [start, lasts.or(until)].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(&phrase(language, "comma")))
}

/// "At Carlu, 88 Queen St, Toronto", "online".
pub(crate) fn place(draft: &Draft, venue: Option<&str>, language: &str) -> Option<String> {
    let named = venue.is_some() || draft.place.is_some() || draft.address.is_some();
    let led = |spot: String| {
        if named {
            fill(language, "at_place", &[("place", &spot)])
        } else {
            fill(language, "in_city", &[("city", &spot)])
        }
    };
    with_kind(draft, spot(draft, venue, language).map(led), language)
}

/// The same behind a heading: "Carlu, 88 Queen St, Toronto".
pub(crate) fn place_alone(draft: &Draft, venue: Option<&str>, language: &str) -> Option<String> {
    with_kind(draft, spot(draft, venue, language), language)
}

/// Name, street and city, as far as they are known and say more than the one before.
fn spot(draft: &Draft, venue: Option<&str>, language: &str) -> Option<String> {
    let name = venue.or(draft.place.as_deref());
    let address = draft.address.as_deref().filter(|address| Some(*address) != name);
    let city = draft.city.as_deref().map(|city| city_words(city, language));
    let city_apart = city.filter(|city| !name.is_some_and(|name| name.contains(city)));
    let known: Vec<&str> = name.into_iter().chain(address).chain(city_apart).collect();
    (!known.is_empty()).then(|| known.join(&phrase(language, "comma")))
}

fn with_kind(draft: &Draft, spot: Option<String>, language: &str) -> Option<String> {
    match (draft.place_kind, spot) {
        (Some(PlaceKind::Online), _) => Some(phrase(language, "online")),
        (Some(PlaceKind::Hybrid), Some(spot)) => {
            Some(format!("{spot}{}{}", phrase(language, "comma"), phrase(language, "hybrid")))
        }
        (Some(PlaceKind::Hybrid), None) => Some(phrase(language, "hybrid")),
        (Some(PlaceKind::Venue), None) => Some(phrase(language, "in_person")),
        (_, spot) => spot,
    }
}

/// The city as readers of this language call it: "上海".
pub(crate) fn city_words<'a>(city: &'a str, language: &str) -> &'a str {
    language::Language::from_code(language).and_then(|language| language::city_name(city, language)).unwrap_or(city)
}

/// "For 30 people".
pub(crate) fn people(draft: &Draft, language: &str) -> Option<String> {
    draft.capacity.map(|people| match people {
        1 => phrase(language, "people_one"),
        _ => fill(language, "people", &[("count", &count_words(people, language))]),
    })
}

/// What tickets cost.
pub(crate) fn tickets(draft: &Draft, language: &str) -> Option<String> {
    if !draft.tiers.is_empty() {
        let tiers: Vec<String> = draft.tiers.iter().map(|tier| tier_words(tier, draft.currency, language)).collect();
        return Some(fill(language, "tiers", &[("list", &list(&tiers, language))]));
    }
    draft.price_cents.map(|cents| match cents {
        0 => phrase(language, "free_entry"),
        _ => fill(language, "ticket_price", &[("price", &price_words(cents, draft.currency, language))]),
    })
}

/// "Up to 4 tickets per order".
pub(crate) fn per_order(draft: &Draft, language: &str) -> Option<String> {
    draft.max_per_order.map(|count| match count {
        1 => phrase(language, "per_order_one"),
        _ => fill(language, "per_order", &[("count", &count.to_string())]),
    })
}

/// "13% tax".
pub(crate) fn tax(draft: &Draft, language: &str) -> Option<String> {
    draft.tax_rate.map(|percent| fill(language, "tax", &[("percent", &percent_words(percent, language))]))
}

/// "Everybody".
pub(crate) fn visibility(draft: &Draft, language: &str) -> Option<String> {
    draft
        .visibility
        .map(|visibility| phrase(language, if visibility == Visibility::Public { "public" } else { "private" }))
}

/// "Wifi and parking".
pub(crate) fn needs(draft: &Draft, language: &str) -> String {
    let words: Vec<String> = draft.amenities.iter().map(|amenity| amenity_words(amenity, language)).collect();
    list(&words, language)
}
