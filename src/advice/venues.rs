//! Places for an event: those in the database that fit best, each with what speaks for it and against it (R19, R44, R45).
//!
//! Promises: only what the venue's row says is said of it; without any venue there is still something to pick (ruling C-64).

use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::words::{Slots, Words, usual};
use super::{Offer, Offers, Sample, Scene, budget, capacity, subject};
use crate::domain::draft::Draft;
use crate::domain::fact::Fact;
use crate::domain::money::{Currency, major};
use crate::domain::suggestion::SuggestionKind;
use crate::domain::values::PlaceKind;
use crate::store::error::StoreError;
use crate::store::suggestions;
use crate::store::venues::{self, VenueHit, VenueQuery};

/// Names at least this alike are the same name; below, an organizer's own place is meant.
const SAME_NAME: f64 = 0.7;

/// The venue that an organizer means by a name such as "the Carlu", where exactly one is meant.
pub async fn resolve_place(
    conn: &mut PgConnection,
    place: &str,
    city: Option<&str>,
) -> Result<Option<VenueHit>, StoreError> {
    let hits = venues::find_named(conn, place, city, 4).await?;
    let mut alike = hits.into_iter().filter(|hit| hit.similarity >= SAME_NAME);
    let Some(best) = alike.next() else { return Ok(None) };
    // "City Hall" of two cities is nobody's name; an organizer's own place goes before a shared one.
    let rival = alike.next().is_some_and(|next| next.similarity >= best.similarity && next.own == best.own);
    Ok(Some(best).filter(|_| !rival))
}

/// What becomes known of an event when it takes place at this venue.
pub fn facts_of(hit: &VenueHit) -> Vec<Fact> {
    let mut facts = vec![Fact::Place(hit.name.clone()), Fact::Venue(hit.id)];
    facts.extend(hit.address.clone().map(Fact::Address));
    facts.extend(hit.city.clone().map(Fact::City));
    facts.extend(hit.country.clone().map(Fact::Country));
    facts.extend(hit.timezone.clone().map(Fact::Timezone));
    facts.retain(|fact| fact.check().is_ok());
    facts
}

/// The places that fit best.
pub(super) async fn places(conn: &mut PgConnection, scene: &Scene<'_>) -> Result<Offers, StoreError> {
    let (draft, words) = (scene.draft, scene.words);
    let limit_cents = budget::said_in(words, scene.said, scene.currency);
    let text = [scene.said, draft.name.as_deref().unwrap_or_default()].join(" ");
    let telling = subject::telling(words, &text).join(" ");
    let taken: Vec<Uuid> = draft.venue_id.into_iter().collect();
    let passed = suggestions::venues_passed_over(conn, scene.session).await?;
    let seen = [taken.as_slice(), &passed].concat();
    let query = |except| VenueQuery {
        text: Some(telling.as_str()).filter(|text| !text.is_empty()),
        city: draft.city.as_deref(),
        capacity: draft.capacity,
        amenities: &draft.amenities,
        usual: &usual().kind(scene.kind).amenities,
        usual_people: usual().kind(scene.kind).people.get(1).copied(),
        budget_cents: limit_cents,
        currency: Some(scene.currency.code()),
        timezone: draft.timezone.as_deref().or(scene.person.timezone.as_deref()),
        except,
        limit: 3,
    };
    let mut hits = venues::search(conn, &query(&seen)).await?;
    // Whoever has seen them all begins again with the best.
    let again = hits.is_empty() && !passed.is_empty();
    if again {
        hits = venues::search(conn, &query(&taken)).await?;
    }
    if hits.is_empty() {
        return no_places(conn, scene).await;
    }
    let small = |hit: &VenueHit| holds_too_few(hit, draft);
    let note = draft
        .capacity
        .filter(|_| hits.iter().all(small))
        .map(|people| Slots::default().with("people", people.to_string()).fill(&words.say.none_holds));
    // Without a city the best of everywhere are shown, and that is said.
    let note = note.or_else(|| draft.city.is_none().then(|| words.say.no_city.clone()));
    let note = note.or_else(|| again.then(|| words.say.no_more_venues.clone()));
    let sample = Sample { size: u32::try_from(hits.len()).unwrap_or_default(), demo: 0 };
    let list = hits.iter().map(|hit| offer(words, draft, limit_cents, hit)).collect();
    Ok(Offers { list, note, sample })
}

/// Without a venue: how many people, once that is known in person or online.
async fn no_places(conn: &mut PgConnection, scene: &Scene<'_>) -> Result<Offers, StoreError> {
    let mut offers =
        if scene.draft.capacity.is_none() { capacity::sizes(conn, scene).await? } else { place_kinds(scene) };
    offers.note = Some(
        Slots::default()
            .maybe("city", scene.draft.city.as_deref().map(|city| scene.words.city(city)))
            .fill(&scene.words.say.no_venues),
    );
    Ok(offers)
}

fn offer(words: &Words, draft: &Draft, budget_cents: Option<i64>, hit: &VenueHit) -> Offer {
    let slots = Slots::default()
        .with("name", hit.name.as_str())
        .maybe("city", hit.city.as_deref().map(|city| words.city(city)));
    let reason = reason(words, draft, budget_cents, hit);
    Offer {
        kind: SuggestionKind::Venue,
        label: slots.fill(&words.say.venue_label),
        data: data(words, hit, &reason),
        detail: reason,
        facts: facts_of(hit),
    }
}

/// The shape of R44 with the reason, and its price for who writes amounts in their reader's way; `id` is the reference where there is one
/// (ruling C-24).
fn data(words: &Words, hit: &VenueHit, reason: &str) -> Value {
    let estimate = estimate(hit);
    // Without its currency an amount says nothing.
    let priced = estimate.is_some();
    json!({
        "id": hit.reference.clone().unwrap_or_else(|| hit.id.to_string()),
        "name": hit.name,
        "capacity": hit.capacity,
        "amenities": hit.amenities,
        "priceEstimate": estimate.unwrap_or_else(|| words.say.price_unknown.clone()),
        "priceMinCents": hit.price_min_cents.filter(|_| priced),
        "priceMaxCents": hit.price_max_cents.filter(|_| priced),
        "currency": hit.currency.as_deref().filter(|_| priced),
        "confidence": (hit.score.clamp(0.0, 1.0) * 100.0).round() / 100.0,
        "reason": reason,
    })
}

/// `$2000-3000`: a value of the API, the same for every reader; what people read is worded with the reason.
fn estimate(hit: &VenueHit) -> Option<String> {
    let (least, currency) = (hit.price_min_cents?, Currency::parse(hit.currency.as_deref()?)?);
    let figures = |cents| major(cents, currency.digits());
    let from = if least == 0 { "free".to_owned() } else { format!("{}{}", currency.symbol(), figures(least)) };
    let most = hit.price_max_cents.filter(|most| *most > least).map(figures);
    Some(most.map_or_else(|| from.clone(), |most| format!("{from}-{most}")))
}

fn reason(words: &Words, draft: &Draft, budget_cents: Option<i64>, hit: &VenueHit) -> String {
    let say = &words.say;
    let currency = hit.currency.as_deref().and_then(Currency::parse);
    let has = |need: &&String| hit.amenities.contains(need);
    let (met, open): (Vec<&String>, Vec<&String>) = draft.amenities.iter().partition(has);
    let named = |list: Vec<&String>| words.amenities(&list.into_iter().cloned().collect::<Vec<_>>());
    let shown = if draft.amenities.is_empty() { hit.amenities.iter().take(3).collect() } else { met };
    // A share of the price is told only where the place holds everybody.
    let each = |least: i64| {
        let people =
            draft.capacity.filter(|people| *people > 0 && hit.capacity.is_some_and(|seats| seats >= *people))?;
        Some(words.price(least / i64::from(people), currency))
    };
    let sized = hit.capacity.map(|seats| Slots::default().counting("people", seats));
    let slots = sized
        .unwrap_or_default()
        .maybe("wanted", draft.capacity.map(|people| people.to_string()))
        .maybe("amenities", Some(named(shown)).filter(|text| !text.is_empty()))
        .maybe(
            "price",
            currency.zip(hit.price_min_cents).map(|(currency, least)| match hit.price_max_cents {
                Some(most) if most > least => words.prices(least, most, currency),
                _ => words.price(least, Some(currency)),
            }),
        )
        .maybe("each", hit.price_min_cents.and_then(each))
        .maybe("budget", budget_cents.map(|cents| words.price(cents, currency)));
    let few = holds_too_few(hit, draft);
    let holds = match hit.capacity.filter(|seats| !hit.own || draft.capacity.is_none_or(|people| *seats >= people)) {
        None => say.venue_unsized.as_str(),
        Some(_) if few => &say.venue_few,
        Some(_) => &say.venue_holds,
    };
    let mut parts = vec![slots.fill(holds)];
    parts.extend(hit.own.then(|| say.venue_own.clone()));
    parts.extend(slots.try_fill(&say.venue_has));
    if !open.is_empty() {
        parts.push(Slots::default().with("amenities", named(open)).fill(&say.venue_lacks));
    }
    parts.extend(slots.try_fill(&say.venue_each).or_else(|| slots.try_fill(&say.venue_price)));
    if let (Some(budget), Some(least)) = (budget_cents, hit.price_min_cents) {
        parts.push(slots.fill(if least > budget { &say.venue_over } else { &say.venue_within }));
    }
    parts.join(words.comma())
}

/// What was planned at a place of one's own before is no bound of it.
fn holds_too_few(hit: &VenueHit, draft: &Draft) -> bool {
    !hit.own && hit.capacity.zip(draft.capacity).is_some_and(|(seats, people)| seats < people)
}

/// In person, online or both.
pub(super) fn place_kinds(scene: &Scene<'_>) -> Offers {
    let say = &scene.words.say;
    let choice = |kind: PlaceKind, label: &str, why: &str| Offer {
        kind: SuggestionKind::Venue,
        label: label.to_owned(),
        detail: why.to_owned(),
        data: json!({"placeKind": kind}),
        facts: vec![Fact::PlaceKind(kind)],
    };
    let list = vec![
        choice(PlaceKind::Online, &say.place_online, &say.place_online_why),
        choice(PlaceKind::Hybrid, &say.place_hybrid, &say.place_hybrid_why),
        choice(PlaceKind::Venue, &say.place_venue, &say.place_venue_why),
    ];
    Offers { list, ..Offers::default() }
}
