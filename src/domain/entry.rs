//! What a form enters: values by the names of the API become facts (SCHEMA: EventDraft). The other way is [`super::event_draft`].
//!
//! Promises: a value that is already so is no entry, so a form may send back everything it was shown; a value that cannot be
//! read loses nothing else; every refusal carries the name that the form used.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::clock_turn::counted;
use super::draft::{Draft, minutes};
use super::error::Unreadable;
use super::event_draft::{READ_ONLY, image_of, name, value, value_by};
use super::fact::{Fact, Field, Tier};
use super::money::Currency;
use super::publishing::slug_for;
use super::values::{EventKind, PlaceKind, Visibility};

/// What a form entered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entry {
    /// What each entered field means, in the order in which it applies.
    pub facts: Vec<(Field, Vec<Fact>)>,
    /// What could not be read, by the form's own name for it.
    pub errors: Vec<(String, Unreadable)>,
}

/// A venue that a form named and that was found: what becomes known with it.
#[derive(Debug, Clone, PartialEq)]
pub struct ChosenVenue {
    /// Its row.
    pub id: Uuid,
    /// Place, address, zone and what else its row says.
    pub facts: Vec<Fact>,
}

/// The order in which entries apply: a venue before the words about the place, a currency before amounts, a start before its end.
const ORDER: &[Field] = &[
    Field::Name,
    Field::Slug,
    Field::Type,
    Field::Description,
    Field::Visibility,
    Field::PlaceKind,
    Field::Place,
    Field::VenueId,
    Field::Address,
    Field::City,
    Field::Country,
    Field::OnlineUrl,
    Field::Amenities,
    Field::Capacity,
    Field::Timezone,
    Field::DateTime,
    Field::EndDateTime,
    Field::Duration,
    Field::Recurrence,
    Field::Currency,
    Field::PriceCents,
    Field::TicketTiers,
    Field::MaxPerOrder,
    Field::TaxRate,
    Field::RefundPolicy,
    Field::Image,
];

/// The venue that a form names, when it is another than the draft's: an id or a reference (ruling C-24), to be looked up.
pub fn venue_key(form: &Map<String, Value>) -> Option<&str> {
    form.get(name(Field::VenueId)).and_then(Value::as_str).filter(|key| !key.trim().is_empty())
}

/// The picture that a form names, when it is another than the draft's: to be looked up.
pub fn picture(form: &Map<String, Value>, draft: &Draft) -> Option<Uuid> {
    let named = form.get(name(Field::Image)).and_then(Value::as_str).and_then(image_of);
    named.filter(|id| draft.image_id != Some(*id))
}

/// Reads a form against the draft that it changes. `venue`: what [`venue_key`] names. `zone`: the organizer's.
pub fn read(form: &Map<String, Value>, draft: &Draft, venue: Option<&ChosenVenue>, zone: Option<&str>) -> Entry {
    let mut entry = Entry::default();
    let reader = Reader { form, draft, venue, own: zone, zone: zone_of(form, draft, venue, zone) };
    for field in ORDER {
        let Some(entered) = form.get(name(*field)) else { continue };
        match reader.facts(*field, entered) {
            Ok(facts) if facts.is_empty() => {}
            Ok(facts) => entry.facts.push((*field, facts)),
            Err(complaint) => entry.errors.push((name(*field).to_owned(), complaint)),
        }
    }
    let known = |key: &str| READ_ONLY.contains(&key) || ORDER.iter().any(|field| name(*field) == key);
    let unknown = form.keys().filter(|key| !known(key));
    entry.errors.extend(unknown.map(|key| (key.clone(), Unreadable::UnknownField)));
    entry
}

/// Where the form's moments are: its own zone, the new venue's, the draft's, the organizer's, UTC.
fn zone_of(form: &Map<String, Value>, draft: &Draft, venue: Option<&ChosenVenue>, own: Option<&str>) -> TimeZone {
    let entered = form.get(name(Field::Timezone)).and_then(Value::as_str);
    let fresh = venue.filter(|venue| draft.venue_id != Some(venue.id));
    let of_venue = fresh.and_then(|venue| {
        venue.facts.iter().find_map(|fact| if let Fact::Timezone(zone) = fact { Some(zone.as_str()) } else { None })
    });
    [entered, of_venue, draft.timezone.as_deref(), own]
        .into_iter()
        .flatten()
        .find_map(|zone| TimeZone::get(zone).ok())
        .unwrap_or(TimeZone::UTC)
}

struct Reader<'a> {
    form: &'a Map<String, Value>,
    draft: &'a Draft,
    venue: Option<&'a ChosenVenue>,
    own: Option<&'a str>,
    zone: TimeZone,
}

type Read = Result<Vec<Fact>, Unreadable>;

impl Reader<'_> {
    /// The facts of one entered field; none when it is so already.
    fn facts(&self, field: Field, entered: &Value) -> Read {
        if entered.is_null() || entered.as_str().is_some_and(|text| text.trim().is_empty()) || is_empty_list(entered) {
            return Ok(self.emptied(field));
        }
        let facts = self.parse(field, entered)?;
        if self.is_so(field, &facts) { Ok(Vec::new()) } else { Ok(facts) }
    }

    /// Taking a place away takes the venue along, and a venue its name and address.
    fn emptied(&self, field: Field) -> Vec<Fact> {
        if value(field, self.draft).is_none() || field == Field::Slug && self.draft.slug.is_none() {
            return Vec::new();
        }
        let gone = match field {
            Field::Place => &[Field::Place, Field::VenueId][..],
            Field::VenueId => &[Field::Place, Field::VenueId, Field::Address],
            // An end that follows from the length goes with it.
            Field::EndDateTime => &[Field::EndDateTime, Field::Duration],
            _ => return vec![Fact::Clear(field)],
        };
        gone.iter().map(|field| Fact::Clear(*field)).collect()
    }

    /// Whether the draft says this already. Amounts are entered anew where their currency becomes another.
    fn is_so(&self, field: Field, facts: &[Fact]) -> bool {
        let entered = self.form.get(name(Field::Currency)).and_then(Value::as_str).and_then(Currency::parse);
        let amounts = matches!(field, Field::PriceCents | Field::TicketTiers);
        if amounts && entered.is_some_and(|currency| self.draft.currency != Some(currency)) {
            return false;
        }
        if field == Field::Slug && self.draft.slug.is_none() {
            // The link that would be made of the name is no choice of one.
            let named = self.form.get(name(Field::Name)).and_then(Value::as_str).or(self.draft.name.as_deref());
            return named.is_some_and(|named| facts == [Fact::Slug(slug_for(named))]);
        }
        let mut trial = self.draft.clone();
        for fact in facts {
            trial.apply(&vec![(fact.clone(), super::values::Provenance::Edited)]);
        }
        let same = value_by(self.own, field, &trial) == value_by(self.own, field, self.draft);
        same && facts.iter().all(|fact| fact.check().is_ok())
    }

    fn parse(&self, field: Field, entered: &Value) -> Read {
        let one = |fact: Fact| Ok(vec![fact]);
        match field {
            Field::Name => one(Fact::Name(text(entered)?)),
            Field::Slug => one(Fact::Slug(text(entered)?)),
            Field::Type => one(Fact::Type(word(entered, EventKind::parse).ok_or(Unreadable::Kind)?)),
            Field::Description => one(Fact::Description(text(entered)?)),
            Field::Visibility => one(Fact::Visibility(word(entered, Visibility::parse).ok_or(Unreadable::Visibility)?)),
            Field::PlaceKind => one(Fact::PlaceKind(word(entered, PlaceKind::parse).ok_or(Unreadable::PlaceKind)?)),
            Field::Place => one(Fact::Place(text(entered)?)),
            Field::VenueId => self.chosen_venue(entered),
            Field::Address => one(Fact::Address(text(entered)?)),
            Field::City => one(Fact::City(text(entered)?)),
            Field::Country => one(Fact::Country(text(entered)?)),
            Field::OnlineUrl => one(Fact::OnlineUrl(text(entered)?)),
            Field::Amenities => one(Fact::Amenities(words(entered)?)),
            Field::Capacity => one(Fact::Capacity(count(entered)?)),
            Field::DateTime => self.start(entered),
            Field::EndDateTime => self.end(entered),
            Field::Duration => one(Fact::Duration(count(entered)?)),
            Field::Timezone => one(Fact::Timezone(text(entered)?)),
            Field::Recurrence => one(Fact::Recurrence(text(entered)?)),
            Field::Currency => one(Fact::Currency(word(entered, Currency::parse).ok_or(Unreadable::Currency)?)),
            Field::PriceCents => one(Fact::Price(whole(entered)?)),
            Field::TicketTiers => one(Fact::Tiers(self.tiers(entered)?)),
            Field::MaxPerOrder => one(Fact::MaxPerOrder(count(entered)?)),
            Field::TaxRate => one(Fact::TaxRate(entered.as_f64().ok_or(Unreadable::Percent)?)),
            Field::RefundPolicy => one(Fact::RefundPolicy(text(entered)?)),
            Field::Image => one(Fact::Image(entered.as_str().and_then(image_of).ok_or(Unreadable::Picture)?)),
        }
    }

    fn chosen_venue(&self, entered: &Value) -> Read {
        text(entered)?;
        let venue = self.venue.ok_or(Unreadable::Venue)?;
        Ok(if self.draft.venue_id == Some(venue.id) { Vec::new() } else { venue.facts.clone() })
    }

    /// A moment with or without its offset, a day without an hour, or an hour without a day.
    fn start(&self, entered: &Value) -> Read {
        let text = text(entered)?;
        let mut facts = vec![Fact::Clear(Field::DateTime)];
        match self.local(&text) {
            Some(Local::Moment(moment)) => facts.extend([Fact::Date(moment.date()), Fact::Time(moment.time())]),
            Some(Local::Day(date)) => facts.push(Fact::Date(date)),
            Some(Local::Hour(time)) => facts.push(Fact::Time(time)),
            None => return Err(Unreadable::Moment),
        }
        // Another day keeps what hangs on the old one, unless one of the two is taken away.
        if facts.len() == 3 {
            facts.remove(0);
        }
        Ok(facts)
    }

    fn end(&self, entered: &Value) -> Read {
        match self.local(&text(entered)?) {
            Some(Local::Day(date)) => Ok(vec![Fact::EndDate(date)]),
            Some(Local::Moment(end)) => {
                let start = self.form.get(name(Field::DateTime)).and_then(Value::as_str);
                let entered = start.and_then(|text| match self.local(text) {
                    Some(Local::Moment(moment)) => Some(moment),
                    _ => None,
                });
                let start = entered.or_else(|| self.draft.starts()).ok_or(Unreadable::StartFirst)?;
                let length = minutes(counted(start, &self.zone), end).or_else(|| minutes(start, end));
                Ok(vec![Fact::Duration(length.ok_or(Unreadable::EndBeforeStart)?)])
            }
            Some(Local::Hour(_)) | None => Err(Unreadable::Moment),
        }
    }

    fn local(&self, text: &str) -> Option<Local> {
        let text = text.trim();
        if let Ok(zoned) = text.parse::<Zoned>() {
            return Some(Local::Moment(zoned.with_time_zone(self.zone.clone()).datetime()));
        }
        if let Ok(instant) = text.parse::<Timestamp>() {
            return Some(Local::Moment(instant.to_zoned(self.zone.clone()).datetime()));
        }
        if text.contains(['T', ' ']) {
            return text.parse::<DateTime>().ok().map(Local::Moment);
        }
        text.parse::<Date>().ok().map(Local::Day).or_else(|| text.parse::<Time>().ok().map(Local::Hour))
    }

    /// A kind of ticket keeps its row only where the draft has it; anybody else's id would be theirs.
    fn tiers(&self, entered: &Value) -> Result<Vec<Tier>, Unreadable> {
        let list = entered.as_array().ok_or(Unreadable::TicketList)?;
        let complete = |tier: &Value| tier.get("name").is_some() && tier.get("priceCents").is_some();
        if !list.iter().all(complete) {
            return Err(Unreadable::TicketShape);
        }
        let mut tiers: Vec<Tier> = serde_json::from_value(entered.clone()).map_err(|_| Unreadable::TicketParts)?;
        let mut free: Vec<Uuid> = self.draft.tiers.iter().filter_map(|tier| tier.id).collect();
        for tier in &mut tiers {
            let kept = free.iter().position(|id| tier.id == Some(*id));
            tier.id = kept.map(|at| free.swap_remove(at));
        }
        Ok(tiers)
    }
}

enum Local {
    Moment(DateTime),
    Day(Date),
    Hour(Time),
}

fn is_empty_list(entered: &Value) -> bool {
    entered.as_array().is_some_and(Vec::is_empty)
}

fn text(entered: &Value) -> Result<String, Unreadable> {
    entered.as_str().map(str::to_owned).ok_or(Unreadable::Text)
}

fn word<T>(entered: &Value, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
    entered.as_str().and_then(|text| parse(text.trim()))
}

fn words(entered: &Value) -> Result<Vec<String>, Unreadable> {
    let list = entered.as_array().ok_or(Unreadable::Words)?;
    list.iter().map(text).collect()
}

fn whole(entered: &Value) -> Result<i64, Unreadable> {
    #[expect(clippy::cast_possible_truncation, reason = "whole and small enough to be exact")]
    let of_float = |number: f64| (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64);
    entered.as_i64().or_else(|| entered.as_f64().and_then(of_float)).ok_or(Unreadable::Whole)
}

fn count(entered: &Value) -> Result<u32, Unreadable> {
    // What no event can have is refused by the draft, in its own words.
    whole(entered).map(|number| u32::try_from(number.max(0)).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests;
