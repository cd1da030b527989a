//! The draft of an event: what is known so far, where each value comes from, and what follows from what.
//!
//! Promises: only [`Draft::apply`] changes a draft; a value that was said is never overwritten by one that was worked out or
//! assumed; a refused value changes nothing.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime, Time};
use jiff::{Span, ToSpan as _};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::clock_turn::ClockTurn;
use super::error::FieldError;
use super::fact::{Fact, Field, Patch, Tier};
use super::money::Currency;
use super::values::{EventKind, PlaceKind, Provenance, Visibility};

/// The minutes of a day.
pub const DAY_MIN: u32 = 24 * 60;

/// What is known of an event so far. `None` and empty lists: not known.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Draft {
    /// What it is called.
    pub name: Option<String>,
    /// The last part of its public address; made from the name at publishing when not chosen.
    pub slug: Option<String>,
    /// What kind of event it is.
    #[serde(rename = "type")]
    pub kind: Option<EventKind>,
    /// What guests read.
    pub description: Option<String>,
    /// Who may see it.
    pub visibility: Option<Visibility>,
    /// In a place, online or both.
    pub place_kind: Option<PlaceKind>,
    /// The place as the organizer names it.
    pub place: Option<String>,
    /// Street and number.
    pub address: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// ISO 3166 alpha-2.
    pub country: Option<String>,
    /// The venue, when it is one that we know.
    pub venue_id: Option<Uuid>,
    /// Where to join online.
    pub online_url: Option<String>,
    /// What the place must have.
    pub amenities: Vec<String>,
    /// How many people.
    pub capacity: Option<u32>,
    /// The local day on which it starts.
    pub date: Option<Date>,
    /// The local hour at which it starts.
    pub time: Option<Time>,
    /// The local day on which it ends, while no duration is known.
    pub end_date: Option<Date>,
    /// The local hour at which it ends, while no start is known.
    pub end_time: Option<Time>,
    /// How long it lasts, in minutes.
    pub duration_min: Option<u32>,
    /// IANA name.
    pub timezone: Option<String>,
    /// RFC 5545 RRULE.
    pub recurrence: Option<String>,
    /// ISO 4217.
    pub currency: Option<Currency>,
    /// The usual ticket, in the currency's minor unit.
    pub price_cents: Option<i64>,
    /// Every kind of ticket.
    pub tiers: Vec<Tier>,
    /// How many tickets one order may take.
    pub max_per_order: Option<u32>,
    /// In percent.
    pub tax_rate: Option<f64>,
    /// What happens when somebody cannot come.
    pub refund_policy: Option<String>,
    /// The picture that guests see.
    pub image_id: Option<Uuid>,
    /// Where each value comes from.
    pub provenance: BTreeMap<Field, Provenance>,
}

/// What applying a patch did.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Applied {
    /// The fields whose value is another now.
    pub changed: Vec<Field>,
    /// What was refused.
    pub errors: Vec<FieldError>,
}

impl Draft {
    /// Takes facts in, in order.
    pub fn apply(&mut self, patch: &Patch) -> Applied {
        let mut applied = Applied::default();
        for (fact, provenance) in patch {
            if !self.yields_to(fact.field(), *provenance) {
                continue;
            }
            if let Err(error) = fact.check() {
                applied.errors.push(error);
                continue;
            }
            let before = self.clone();
            self.take(fact);
            self.follow(fact);
            if *self == before {
                self.strengthen(fact.field(), *provenance);
                continue;
            }
            self.note(fact, *provenance);
            if !applied.changed.contains(&fact.field()) {
                applied.changed.push(fact.field());
            }
        }
        applied
    }

    /// Whether a value from this source may replace what the field has.
    fn yields_to(&self, field: Field, source: Provenance) -> bool {
        let firm = |source: &Provenance| matches!(source, Provenance::Said | Provenance::Edited);
        firm(&source) || !self.provenance.get(&field).is_some_and(firm)
    }

    fn strengthen(&mut self, field: Field, source: Provenance) {
        if self.has(field) && matches!(source, Provenance::Said | Provenance::Edited) {
            self.provenance.insert(field, source);
        }
    }

    fn note(&mut self, fact: &Fact, source: Provenance) {
        if self.has(fact.field()) {
            self.provenance.insert(fact.field(), source);
        } else {
            self.provenance.remove(&fact.field());
        }
    }

    fn take(&mut self, fact: &Fact) {
        match fact.clone() {
            Fact::Name(text) => self.name = Some(text.trim().to_owned()),
            Fact::Slug(text) => self.slug = Some(text),
            Fact::Type(kind) => self.kind = Some(kind),
            Fact::Description(text) => self.description = Some(text.trim().to_owned()),
            Fact::Visibility(value) => self.visibility = Some(value),
            Fact::PlaceKind(value) => self.place_kind = Some(value),
            Fact::Place(text) => self.place = Some(text.trim().to_owned()),
            Fact::Address(text) => self.address = Some(text.trim().to_owned()),
            Fact::City(text) => self.city = Some(text.trim().to_owned()),
            Fact::Country(code) => self.country = Some(code.to_ascii_uppercase()),
            Fact::Venue(id) => self.venue_id = Some(id),
            Fact::OnlineUrl(url) => self.online_url = Some(url),
            Fact::Amenities(list) => self.amenities = list,
            Fact::Capacity(people) => self.capacity = Some(people),
            Fact::Date(date) => self.move_to(date),
            Fact::Time(time) => self.time = Some(time),
            Fact::EndDate(date) => self.end_on(date),
            Fact::EndTime(time) => self.end_at(time),
            Fact::Duration(minutes) => self.duration_min = Some(minutes),
            Fact::Timezone(zone) => self.timezone = Some(zone),
            Fact::Recurrence(rule) => self.recurrence = Some(rule),
            Fact::Currency(currency) => self.change_currency(currency),
            Fact::Price(price_cents) => self.price_cents = Some(price_cents),
            Fact::Tiers(tiers) => self.tiers = tiers,
            Fact::MaxPerOrder(count) => self.max_per_order = Some(count),
            Fact::TaxRate(percent) => self.tax_rate = Some(percent),
            Fact::RefundPolicy(text) => self.refund_policy = Some(text.trim().to_owned()),
            Fact::Image(id) => self.image_id = Some(id),
            Fact::Clear(field) => self.clear(field),
        }
    }

    /// Settles what one fact means for other fields.
    fn follow(&mut self, fact: &Fact) {
        match fact {
            // Another place than the venue that was picked is another place.
            Fact::Place(_) => {
                self.venue_id = None;
                self.provenance.remove(&Field::VenueId);
                self.be_in_person();
            }
            Fact::Venue(_) | Fact::Address(_) => self.be_in_person(),
            Fact::OnlineUrl(_) if self.place_kind.is_none() => {
                self.place_kind = Some(PlaceKind::Online);
                self.provenance.insert(Field::PlaceKind, Provenance::Inferred);
            }
            Fact::Tiers(tiers) if !self.provenance.contains_key(&Field::PriceCents) => {
                if let Some(first) = tiers.first() {
                    self.price_cents = Some(first.price_cents);
                    self.provenance.insert(Field::PriceCents, Provenance::Inferred);
                }
            }
            Fact::Time(_) | Fact::Date(_) => {
                if let Some(end) = self.end_time {
                    self.end_at(end);
                }
            }
            _ => {}
        }
    }

    fn be_in_person(&mut self) {
        if self.place_kind.is_none() {
            self.place_kind = Some(PlaceKind::Venue);
            self.provenance.insert(Field::PlaceKind, Provenance::Inferred);
        }
    }

    /// Another day keeps the hour and the length.
    fn move_to(&mut self, date: Date) {
        if let (Some(old), Some(end)) = (self.date, self.end_date) {
            self.end_date = old.until(end).ok().and_then(|days| date.checked_add(days).ok());
        }
        self.date = Some(date);
    }

    fn end_on(&mut self, date: Date) {
        self.end_date = Some(date);
        // The hour of the end is kept where one was known; otherwise the length is open again.
        let hour = self.end_time.or_else(|| self.ends().map(DateTime::time));
        self.duration_min = hour.and_then(|hour| self.length_until(date.to_datetime(hour)));
        if self.duration_min.is_none() {
            self.provenance.remove(&Field::Duration);
        }
    }

    fn end_at(&mut self, time: Time) {
        let Some(start) = self.starts() else {
            self.end_time = Some(time);
            return;
        };
        // "A two-day workshop" keeps its days when its hours are said.
        let days = i64::from(self.duration_min.unwrap_or(0) / DAY_MIN);
        let last = self.end_date.or_else(|| start.date().checked_add(days.days()).ok());
        let mut end = last.unwrap_or(start.date()).to_datetime(time);
        if end <= start {
            end = end.checked_add(1.day()).unwrap_or(end);
        }
        self.end_time = None;
        self.duration_min = self.length_until(end);
        self.provenance.entry(Field::Duration).or_insert(Provenance::Said);
    }

    /// The amounts keep their number when the currency changes: "150, in yen" is 150 yen.
    fn change_currency(&mut self, currency: Currency) {
        let from = self.currency.map_or(2, |old| old.digits());
        let to = currency.digits();
        let rescale = |amount: i64| {
            let scaled = amount.saturating_mul(10_i64.pow(to)) / 10_i64.pow(from);
            scaled.min(100_000_000)
        };
        if from != to {
            self.price_cents = self.price_cents.map(rescale);
            for tier in &mut self.tiers {
                tier.price_cents = rescale(tier.price_cents);
            }
        }
        self.currency = Some(currency);
    }

    fn clear(&mut self, field: Field) {
        match field {
            Field::Name => self.name = None,
            Field::Slug => self.slug = None,
            Field::Type => self.kind = None,
            Field::Description => self.description = None,
            Field::Visibility => self.visibility = None,
            Field::PlaceKind => self.place_kind = None,
            Field::Place => self.place = None,
            Field::Address => self.address = None,
            Field::City => self.city = None,
            Field::Country => self.country = None,
            Field::VenueId => self.venue_id = None,
            Field::OnlineUrl => self.online_url = None,
            Field::Amenities => self.amenities.clear(),
            Field::Capacity => self.capacity = None,
            Field::DateTime => (self.date, self.time) = (None, None),
            Field::EndDateTime => self.end_date = None,
            Field::Duration => (self.duration_min, self.end_time) = (None, None),
            Field::Timezone => self.timezone = None,
            Field::Recurrence => self.recurrence = None,
            Field::Currency => self.currency = None,
            Field::PriceCents => self.price_cents = None,
            Field::TicketTiers => self.tiers.clear(),
            Field::MaxPerOrder => self.max_per_order = None,
            Field::TaxRate => self.tax_rate = None,
            Field::RefundPolicy => self.refund_policy = None,
            Field::Image => self.image_id = None,
        }
    }

    /// Whether anything is known of this field.
    pub fn has(&self, field: Field) -> bool {
        match field {
            Field::Name => self.name.is_some(),
            Field::Slug => self.slug.is_some(),
            Field::Type => self.kind.is_some(),
            Field::Description => self.description.is_some(),
            Field::Visibility => self.visibility.is_some(),
            Field::PlaceKind => self.place_kind.is_some(),
            Field::Place => self.place.is_some(),
            Field::Address => self.address.is_some(),
            Field::City => self.city.is_some(),
            Field::Country => self.country.is_some(),
            Field::VenueId => self.venue_id.is_some(),
            Field::OnlineUrl => self.online_url.is_some(),
            Field::Amenities => !self.amenities.is_empty(),
            Field::Capacity => self.capacity.is_some(),
            Field::DateTime => self.date.is_some() || self.time.is_some(),
            Field::EndDateTime => self.end_date.is_some(),
            Field::Duration => self.duration_min.is_some() || self.end_time.is_some(),
            Field::Timezone => self.timezone.is_some(),
            Field::Recurrence => self.recurrence.is_some(),
            Field::Currency => self.currency.is_some(),
            Field::PriceCents => self.price_cents.is_some(),
            Field::TicketTiers => !self.tiers.is_empty(),
            Field::MaxPerOrder => self.max_per_order.is_some(),
            Field::TaxRate => self.tax_rate.is_some(),
            Field::RefundPolicy => self.refund_policy.is_some(),
            Field::Image => self.image_id.is_some(),
        }
    }

    /// The value of a field as it is written; `null` when nothing is known.
    pub fn value(&self, field: Field) -> serde_json::Value {
        let name = match field {
            Field::DateTime => return serde_json::json!([self.date, self.time]),
            Field::Duration => return serde_json::json!([self.duration_min, self.end_time]),
            Field::EndDateTime => return serde_json::json!(self.end_date),
            Field::TicketTiers => return serde_json::json!(self.tiers),
            Field::Image => return serde_json::json!(self.image_id),
            other => serde_json::to_value(other).unwrap_or_default(),
        };
        let all = serde_json::to_value(self).unwrap_or_default();
        name.as_str().and_then(|name| all.get(name)).cloned().unwrap_or_default()
    }

    /// When it starts, local, as it was said, once both day and hour are known.
    pub fn starts(&self) -> Option<DateTime> {
        self.date.zip(self.time).map(|(date, time)| date.to_datetime(time))
    }

    /// When it starts by the clock of its zone: another hour than the one that was said where the clocks skip that.
    pub fn begins(&self) -> Option<DateTime> {
        ClockTurn::of(self, None).map(ClockTurn::counts).or_else(|| self.starts())
    }

    /// When it ends, local, once start and length are known.
    pub fn ends(&self) -> Option<DateTime> {
        let span = Span::new().minutes(i64::from(self.duration_min?));
        self.begins()?.checked_add(span).ok()
    }

    /// Whole minutes until this local end, once it is known when it starts; counted from the hour that was said where it would else be over
    /// before it begins.
    fn length_until(&self, end: DateTime) -> Option<u32> {
        let from = |start: Option<DateTime>| start.and_then(|start| minutes(start, end));
        from(self.begins()).or_else(|| from(self.starts()))
    }

    /// Nothing was said yet.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Whole minutes from one local time to a later one.
pub(super) fn minutes(start: DateTime, end: DateTime) -> Option<u32> {
    u32::try_from(start.duration_until(end).as_mins()).ok().filter(|minutes| *minutes > 0)
}
