//! Ticket prices: the quartiles of comparable events, what pays for the place, else round starting points (R21).
//!
//! Promises: only prices in the event's own currency are compared; a figure names its sample; the rest says that it is a rule.

use serde_json::json;
use sqlx::PgConnection;

use super::words::{Slots, usual};
use super::{Offer, Offers, SHOWN, Sample, Scene};
use crate::domain::fact::Fact;
use crate::domain::money::Currency;
use crate::domain::suggestion::SuggestionKind;
use crate::store::error::StoreError;
use crate::store::history::{self, Comparable, Quartiles};
use crate::store::venues;

/// Part of the places that must be sold to pay for the venue, in percent.
const SOLD_PERCENT: u32 = 60;

/// Three prices.
pub(super) async fn prices(conn: &mut PgConnection, scene: &Scene<'_>) -> Result<Offers, StoreError> {
    let mut offers = Offers::default();
    let say = &scene.words.say;
    for (people, city) in scopes(scene) {
        // A sample in which many prices are the same leaves room for what a wider one tells.
        if offers.list.len() >= SHOWN {
            break;
        }
        let Some(quartiles) = comparable(&mut *conn, scene, people, city).await? else { continue };
        let sample = Sample::of_quartiles(&quartiles);
        let slots = Slots::default().with("sample", scene.sample_words(sample, city, people));
        for (cents, why) in
            [(quartiles.median, &say.price_median), (quartiles.low, &say.price_low), (quartiles.high, &say.price_high)]
        {
            add(scene, &mut offers, cents, slots.fill(why));
        }
        if offers.sample.size == 0 {
            offers.sample = sample;
        }
    }
    if offers.sample.size == 0 {
        offers.note = Some(say.no_prices.clone());
    }
    if offers.list.len() < SHOWN
        && let Some((cents, why)) = break_even(conn, scene).await?
    {
        add(scene, &mut offers, cents, why);
    }
    let step = usual().step(scene.currency);
    for units in &usual().kind(scene.kind).prices {
        add(
            scene,
            &mut offers,
            units * step,
            if *units == 0 { say.price_free.clone() } else { say.price_round.clone() },
        );
    }
    Ok(offers)
}

/// How many people, and where.
type Scope<'a> = (Option<(u32, u32)>, Option<&'a str>);

/// Where to look, narrowest first: city and size, city, size, then the kind alone.
fn scopes<'a>(scene: &Scene<'a>) -> Vec<Scope<'a>> {
    let city = scene.draft.city.as_deref();
    let people = scene.draft.capacity.map(|people| (people.div_ceil(2), people.saturating_mul(2)));
    let mut scopes = vec![(people, city), (None, city), (people, None), (None, None)];
    if city.is_none() {
        scopes.drain(..2);
    }
    scopes.dedup();
    scopes
}

/// The prices of a scope, where there are enough of them to say something.
async fn comparable(
    conn: &mut PgConnection,
    scene: &Scene<'_>,
    people: Option<(u32, u32)>,
    city: Option<&str>,
) -> Result<Option<Quartiles>, StoreError> {
    let like = Comparable { kind: scene.kind, city, people, currency: scene.currency.code() };
    let quartiles = history::prices(conn, &like).await?;
    Ok(quartiles.filter(|quartiles| Sample::of_quartiles(quartiles).speaks()))
}

/// The price at which part of the places pay for the venue, rounded up to a step; arithmetic, no statistic.
async fn break_even(conn: &mut PgConnection, scene: &Scene<'_>) -> Result<Option<(i64, String)>, StoreError> {
    let (Some(id), Some(people)) = (scene.draft.venue_id, scene.draft.capacity) else { return Ok(None) };
    let Some(venue) = venues::get(conn, id).await? else { return Ok(None) };
    let same_currency = venue.currency.as_deref() == Some(scene.currency.code());
    let Some(cost) = venue.price_max_cents.or(venue.price_min_cents).filter(|cost| *cost > 0 && same_currency) else {
        return Ok(None);
    };
    let paying = (u64::from(people) * u64::from(SOLD_PERCENT) / 100).max(1);
    let each = cost / i64::try_from(paying).unwrap_or(i64::MAX);
    let cents = round_up(each, scene.currency);
    let slots = Slots::default()
        .with("venue", venue.name)
        .with("cost", scene.words.price(cost, Some(scene.currency)))
        .with("people", paying.to_string())
        .with("all", people.to_string());
    Ok(Some((cents, slots.fill(&scene.words.say.price_even))))
}

/// The price that a set of tickets is built around: the draft's, else the median of comparable events, else a round one.
pub(super) async fn base(conn: &mut PgConnection, scene: &Scene<'_>) -> Result<i64, StoreError> {
    if let Some(cents) = scene.draft.price_cents {
        return Ok(cents);
    }
    for (people, city) in scopes(scene) {
        if let Some(quartiles) = comparable(&mut *conn, scene, people, city).await? {
            return Ok(quartiles.median);
        }
    }
    let round = usual().kind(scene.kind).prices.first().copied().unwrap_or_default() * usual().step(scene.currency);
    Ok(round)
}

/// Up to the next whole step: $12.31 is $13, ¥1231 is ¥1300.
pub(super) fn round_up(cents: i64, currency: Currency) -> i64 {
    let step = usual().step(currency).max(1);
    (cents + step - 1) / step * step
}

/// Adds a price that is not there yet and is not what the draft has.
fn add(scene: &Scene<'_>, offers: &mut Offers, cents: i64, why: String) {
    let data = json!({"priceCents": cents, "currency": scene.currency});
    let known = scene.draft.price_cents == Some(cents);
    if known || Fact::Price(cents).check().is_err() || offers.list.iter().any(|offer| offer.data == data) {
        return;
    }
    let label = if cents == 0 { scene.words.say.free.clone() } else { scene.words.price(cents, Some(scene.currency)) };
    let mut facts = Vec::new();
    if scene.draft.currency.is_none() && cents > 0 {
        // Before the price, so that nothing is converted afterwards.
        facts.push(Fact::Currency(scene.currency));
    }
    facts.push(Fact::Price(cents));
    offers.list.push(Offer { kind: SuggestionKind::Price, label, detail: why, data, facts });
}

/// The local currency, then two that are widely paid in.
pub(super) fn currencies(scene: &Scene<'_>) -> Offers {
    let local = scene.currency;
    let mut list = vec![local];
    for code in ["USD", "EUR", "GBP"] {
        list.extend(Currency::parse(code).filter(|currency| !list.contains(currency)));
    }
    let say = &scene.words.say;
    let offer = |currency: Currency| Offer {
        kind: SuggestionKind::Price,
        label: currency.code().to_owned(),
        detail: if currency == local { say.currency_local.clone() } else { say.currency_other.clone() },
        data: json!({"currency": currency}),
        facts: vec![Fact::Currency(currency)],
    };
    Offers { list: list.into_iter().map(offer).collect(), ..Offers::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_rounded_up_to_a_step_of_their_currency() {
        let up = |cents, code| round_up(cents, Currency::parse(code).unwrap());
        assert_eq!(up(1_231, "CAD"), 1_300);
        assert_eq!(up(1_300, "CAD"), 1_300);
        assert_eq!(up(1_231, "JPY"), 1_300);
        assert_eq!(up(1, "MXN"), 2_000);
        assert_eq!(up(0, "EUR"), 0);
    }
}
