//! What publishing demands: completeness, a link, a confirmation bound to what was shown.

use deunicode::deunicode;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::clock_turn::ClockTurn;
use super::draft::Draft;
use super::fact::{Fact, Field, Patch};
use super::money::Currency;
use super::person::Person;
use super::stage::Stage;
use super::stages::ticketing;
use super::values::{EventKind, PlaceKind, Provenance, Visibility};

/// How long a shown confirmation may be answered, in seconds.
pub const CONFIRMATION_LIFE_S: i64 = 15 * 60;

/// What the organizer must say; everything else that publishing demands has a default that is told.
pub const MUST_BE_SAID: &[Field] = &[Field::Name, Field::Place, Field::Capacity, Field::DateTime, Field::PriceCents];

/// Everything that still stands in the way of publishing, in the order of the stages.
pub fn missing(draft: &Draft) -> Vec<Field> {
    Stage::ALL.into_iter().flat_map(|stage| stage.missing(draft)).collect()
}

/// What a call to publish does not have to bring: it has a default that nobody would miss.
const ASSUMED_AT_PUBLISHING: &[Field] = &[Field::Timezone, Field::Currency];

/// What stands in the way of a call to publish.
pub fn blocking(draft: &Draft) -> Vec<Field> {
    missing(draft).into_iter().filter(|field| !ASSUMED_AT_PUBLISHING.contains(field)).collect()
}

/// What a call to publish assumes: a zone, a currency, to be seen by all. What an organizer would want to say is not assumed.
pub fn defaults_at_publishing(draft: &Draft, person: &Person) -> Patch {
    let plain = |field| ASSUMED_AT_PUBLISHING.contains(&field) || field == Field::Visibility;
    defaults(draft, person).into_iter().filter(|(fact, _)| plain(fact.field())).collect()
}

/// The defaults for what is missing and may be assumed. They are marked as such and must be told to the organizer.
pub fn defaults(draft: &Draft, person: &Person) -> Patch {
    let mut patch = Patch::new();
    let mut assume = |fact| patch.push((fact, Provenance::Default));
    let lacking = missing(draft);
    let kind = draft.kind.unwrap_or(EventKind::Other);
    if lacking.contains(&Field::Type) {
        assume(Fact::Type(kind));
    }
    if lacking.contains(&Field::Duration) {
        assume(Fact::Duration(assumed_duration_min(draft, kind)));
    }
    if lacking.contains(&Field::Timezone) {
        assume(Fact::Timezone(person.timezone.clone().unwrap_or_else(|| "UTC".to_owned())));
    }
    if lacking.contains(&Field::Currency) {
        assume(Fact::Currency(usual_currency(draft, person)));
    }
    if draft.visibility.is_none() {
        assume(Fact::Visibility(Visibility::Public));
    }
    patch
}

/// Until the evening of the last day where a last day is known, else what is usual for the kind.
fn assumed_duration_min(draft: &Draft, kind: EventKind) -> u32 {
    let evening = jiff::civil::time(18, 0, 0, 0);
    let last = draft.end_date.map(|date| date.to_datetime(evening));
    draft
        .starts()
        .zip(last)
        .and_then(|(start, end)| u32::try_from(start.duration_until(end).as_mins()).ok())
        .filter(|minutes| (1..=86_400).contains(minutes))
        .unwrap_or(kind.usual_duration_min())
}

/// The currency of the event's country, else the organizer's own, else of their country, else US dollars.
pub fn usual_currency(draft: &Draft, person: &Person) -> Currency {
    let of = |country: Option<&str>| country.and_then(Currency::of_country);
    let own = || person.currency.as_deref().and_then(Currency::parse);
    of(draft.country.as_deref()).or_else(own).or_else(|| of(person.country.as_deref())).unwrap_or(Currency::USD)
}

/// Something that the organizer should know before saying yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warning {
    /// The clocks skip the hour at which it starts, or show it twice.
    ClocksChange(ClockTurn),
    /// It lies in the past.
    Past,
    /// The venue holds fewer seats than people are planned for.
    VenueTooSmall {
        /// What it holds.
        seats: u32,
        /// What is planned.
        people: u32,
    },
    /// It is online, and there is no link to join.
    NoOnlineUrl,
    /// The tickets add up to more than the people planned for.
    TooManyTickets {
        /// What they add up to.
        tickets: u64,
        /// What is planned.
        people: u32,
    },
    /// Something is to be paid, and nobody is there to be paid yet.
    NoPayments,
}

/// What the organizer should know before saying yes. Nothing here stops publishing.
pub fn warnings(draft: &Draft, now: Timestamp, venue_capacity: Option<u32>) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let zone = draft.timezone.as_deref().and_then(|zone| TimeZone::get(zone).ok()).unwrap_or(TimeZone::UTC);
    if let Some(start) = draft.starts() {
        warnings.extend(ClockTurn::of(draft, None).map(Warning::ClocksChange));
        if zone.to_timestamp(start).is_ok_and(|moment| moment < now) {
            warnings.push(Warning::Past);
        }
    }
    if let (Some(people), Some(seats)) = (draft.capacity, venue_capacity)
        && people > seats
    {
        warnings.push(Warning::VenueTooSmall { seats, people });
    }
    if draft.place_kind == Some(PlaceKind::Online) && draft.online_url.is_none() {
        warnings.push(Warning::NoOnlineUrl);
    }
    let tickets: u64 = draft.tiers.iter().filter_map(|tier| tier.quantity).map(u64::from).sum();
    if let Some(people) = draft.capacity
        && tickets > u64::from(people)
    {
        warnings.push(Warning::TooManyTickets { tickets, people });
    }
    if !ticketing::is_free(draft) {
        warnings.push(Warning::NoPayments);
    }
    warnings
}

/// The link for a name: `Évènement à Montréal` is `evenement-a-montreal`. A name without letters gives `event`.
pub fn slug_for(name: &str) -> String {
    let plain = deunicode(name).to_lowercase();
    let words: Vec<&str> = plain.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let mut slug = String::new();
    for word in words {
        let room = 70_usize.saturating_sub(slug.len());
        if room < 2 {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.extend(word.chars().take(room));
    }
    if slug.is_empty() { "event".to_owned() } else { slug }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_plain_letters() {
        assert_eq!(slug_for("Toronto Tech Summit 2025"), "toronto-tech-summit-2025");
        assert_eq!(slug_for("Évènement à Montréal"), "evenement-a-montreal");
        assert_eq!(slug_for("🎉"), "tada");
        assert_eq!(slug_for("  —  "), "event");
        assert!(slug_for(&"long ".repeat(60)).len() <= 72);
    }
}
