//! An event that is held again: what of it stays as it was.
//!
//! Promises: everything but the days, the link and what was made up for the day that is over; as something worked out, so that
//! it yields to whatever the organizer says.

use super::draft::Draft;
use super::fact::{Fact, Field, Patch, Tier};
use super::values::Provenance;

/// What of an earlier event is the same the next time.
pub fn facts(past: &Draft) -> Patch {
    let text = |value: &Option<String>, fact: fn(String) -> Fact| value.clone().map(fact);
    // A text of ours tells the old day; the new one gets its own.
    let told = past.provenance.get(&Field::Description).is_none_or(|source| *source != Provenance::Default);
    let tiers: Vec<Tier> =
        past.tiers.iter().map(|tier| Tier { id: None, sales_from: None, sales_until: None, ..tier.clone() }).collect();
    let facts = [
        text(&past.name, Fact::Name),
        past.kind.map(Fact::Type),
        text(&past.description, Fact::Description).filter(|_| told),
        past.visibility.map(Fact::Visibility),
        past.place_kind.map(Fact::PlaceKind),
        text(&past.place, Fact::Place),
        text(&past.address, Fact::Address),
        text(&past.city, Fact::City),
        text(&past.country, Fact::Country),
        past.venue_id.map(Fact::Venue),
        text(&past.timezone, Fact::Timezone),
        text(&past.online_url, Fact::OnlineUrl),
        (!past.amenities.is_empty()).then(|| Fact::Amenities(past.amenities.clone())),
        past.capacity.map(Fact::Capacity),
        past.time.map(Fact::Time),
        past.duration_min.map(Fact::Duration),
        past.currency.map(Fact::Currency),
        past.price_cents.map(Fact::Price),
        (!tiers.is_empty()).then_some(Fact::Tiers(tiers)),
        past.max_per_order.map(Fact::MaxPerOrder),
        past.tax_rate.map(Fact::TaxRate),
        text(&past.refund_policy, Fact::RefundPolicy),
        past.image_id.map(Fact::Image),
    ];
    facts.into_iter().flatten().map(|fact| (fact, Provenance::Inferred)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_the_days_stays_and_yields_to_what_is_said() {
        let tier =
            Tier { id: Some(uuid::Uuid::nil()), sales_until: Some(jiff::civil::date(2026, 1, 1)), ..Tier::default() };
        let tier = Tier { name: "Early".to_owned(), price_cents: 500, ..tier };
        let mut past = Draft {
            name: Some("Spring Gala".to_owned()),
            slug: Some("spring-gala".to_owned()),
            description: Some("It takes place on Thursday, 4 March 2027.".to_owned()),
            date: Some(jiff::civil::date(2027, 3, 4)),
            time: Some(jiff::civil::time(19, 0, 0, 0)),
            duration_min: Some(180),
            capacity: Some(80),
            tiers: vec![tier],
            recurrence: Some("FREQ=YEARLY".to_owned()),
            ..Draft::default()
        };
        past.provenance.insert(Field::Description, Provenance::Default);
        let mut next = Draft::default();
        next.apply(&facts(&past));
        next.apply(&vec![(Fact::Capacity(100), Provenance::Said)]);
        assert_eq!((next.name.as_deref(), next.capacity, next.date), (Some("Spring Gala"), Some(100), None));
        assert_eq!((&next.slug, &next.description, &next.recurrence), (&None, &None, &None));
        assert_eq!(next.time, past.time);
        assert!(next.tiers.iter().all(|tier| tier.id.is_none() && tier.sales_until.is_none()));
        next.apply(&facts(&past));
        assert_eq!(next.capacity, Some(100), "what was said stays");
    }
}
