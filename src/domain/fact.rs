//! One thing that is known about an event, and the fields that a draft has.
//!
//! Everything that changes a draft (words, buttons, forms, suggestions, a model's proposal) becomes [`Fact`]s first, so that
//! there is one validation and one set of rules for what follows from what. A new field: add it to [`Field`] and [`Fact`],
//! to [`super::draft::Draft`], to a stage in [`super::stages`] and to `store/events.rs`; the compiler names the other places.

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::FieldError;
use super::money::Currency;
use super::values::{EventKind, PlaceKind, Provenance, Visibility};

/// The fields of a draft, by the names that the API gives them (R24-R30, SCHEMA: EventDraft).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "each says what it is")]
pub enum Field {
    Name,
    Slug,
    Type,
    Description,
    Visibility,
    PlaceKind,
    Place,
    Address,
    City,
    Country,
    VenueId,
    OnlineUrl,
    Amenities,
    Capacity,
    DateTime,
    EndDateTime,
    Duration,
    Timezone,
    Recurrence,
    Currency,
    PriceCents,
    TicketTiers,
    MaxPerOrder,
    TaxRate,
    RefundPolicy,
}

impl Field {
    /// Every field, in the order of the stages.
    pub const ALL: &'static [Self] = &[
        Self::Name,
        Self::Slug,
        Self::Type,
        Self::Description,
        Self::Visibility,
        Self::PlaceKind,
        Self::Place,
        Self::Address,
        Self::City,
        Self::Country,
        Self::VenueId,
        Self::OnlineUrl,
        Self::Amenities,
        Self::Capacity,
        Self::DateTime,
        Self::EndDateTime,
        Self::Duration,
        Self::Timezone,
        Self::Recurrence,
        Self::Currency,
        Self::PriceCents,
        Self::TicketTiers,
        Self::MaxPerOrder,
        Self::TaxRate,
        Self::RefundPolicy,
    ];

    /// What an organizer calls it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Name => "the name",
            Self::Slug => "the link",
            Self::Type => "the kind of event",
            Self::Description => "a description",
            Self::Visibility => "who may see it",
            Self::PlaceKind => "in person or online",
            Self::Place | Self::VenueId => "the place",
            Self::Address => "the address",
            Self::City => "the city",
            Self::Country => "the country",
            Self::OnlineUrl => "the online link",
            Self::Amenities => "what the place needs",
            Self::Capacity => "how many people",
            Self::DateTime => "the date and start time",
            Self::EndDateTime => "the end",
            Self::Duration => "how long it lasts",
            Self::Timezone => "the time zone",
            Self::Recurrence => "how it repeats",
            Self::Currency => "the currency",
            Self::PriceCents => "the ticket price",
            Self::TicketTiers => "the ticket kinds",
            Self::MaxPerOrder => "tickets per order",
            Self::TaxRate => "the tax rate",
            Self::RefundPolicy => "the refund policy",
        }
    }
}

/// One kind of ticket (ruling C-50).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Tier {
    /// The row's id once it is saved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// "Early bird".
    pub name: String,
    /// In the currency's minor unit.
    pub price_cents: i64,
    /// How many there are; `None`: as many as the event holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<u32>,
    /// How many one order may take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_per_order: Option<u32>,
    /// First day of sale, local.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sales_from: Option<Date>,
    /// Last day of sale, local.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sales_until: Option<Date>,
}

/// One thing that is known about an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "fact", content = "value")]
pub enum Fact {
    /// What it is called.
    Name(String),
    /// The last part of its public address.
    Slug(String),
    /// What kind of event it is.
    Type(EventKind),
    /// What guests read.
    Description(String),
    /// Who may see it.
    Visibility(Visibility),
    /// In a place, online or both.
    PlaceKind(PlaceKind),
    /// The place as the organizer names it.
    Place(String),
    /// Street and number.
    Address(String),
    /// The city.
    City(String),
    /// ISO 3166 alpha-2.
    Country(String),
    /// A venue that we know.
    Venue(Uuid),
    /// Where to join online.
    OnlineUrl(String),
    /// What the place must have; each as the venues name it (`wifi`, `wheelchair`, `av_equipment`).
    Amenities(Vec<String>),
    /// How many people.
    Capacity(u32),
    /// The local day on which it starts.
    Date(Date),
    /// The local hour at which it starts.
    Time(Time),
    /// The local day on which it ends.
    EndDate(Date),
    /// The local hour at which it ends; before the start means the next day.
    EndTime(Time),
    /// How long it lasts, in minutes.
    Duration(u32),
    /// IANA name.
    Timezone(String),
    /// RFC 5545 RRULE.
    Recurrence(String),
    /// ISO 4217.
    Currency(Currency),
    /// The usual ticket, in the currency's minor unit.
    Price(i64),
    /// Every kind of ticket.
    Tiers(Vec<Tier>),
    /// How many tickets one order may take.
    MaxPerOrder(u32),
    /// In percent.
    TaxRate(f64),
    /// What happens when somebody cannot come.
    RefundPolicy(String),
    /// Takes a value away.
    Clear(Field),
}

/// Facts with where each comes from, in the order in which they apply.
pub type Patch = Vec<(Fact, Provenance)>;

impl Fact {
    /// The field that it is about.
    pub fn field(&self) -> Field {
        match self {
            Self::Name(_) => Field::Name,
            Self::Slug(_) => Field::Slug,
            Self::Type(_) => Field::Type,
            Self::Description(_) => Field::Description,
            Self::Visibility(_) => Field::Visibility,
            Self::PlaceKind(_) => Field::PlaceKind,
            Self::Place(_) => Field::Place,
            Self::Address(_) => Field::Address,
            Self::City(_) => Field::City,
            Self::Country(_) => Field::Country,
            Self::Venue(_) => Field::VenueId,
            Self::OnlineUrl(_) => Field::OnlineUrl,
            Self::Amenities(_) => Field::Amenities,
            Self::Capacity(_) => Field::Capacity,
            Self::Date(_) | Self::Time(_) => Field::DateTime,
            Self::EndDate(_) => Field::EndDateTime,
            Self::EndTime(_) | Self::Duration(_) => Field::Duration,
            Self::Timezone(_) => Field::Timezone,
            Self::Recurrence(_) => Field::Recurrence,
            Self::Currency(_) => Field::Currency,
            Self::Price(_) => Field::PriceCents,
            Self::Tiers(_) => Field::TicketTiers,
            Self::MaxPerOrder(_) => Field::MaxPerOrder,
            Self::TaxRate(_) => Field::TaxRate,
            Self::RefundPolicy(_) => Field::RefundPolicy,
            Self::Clear(field) => *field,
        }
    }

    /// Refuses a value that no event can have.
    ///
    /// # Errors
    /// The field and the reason in an organizer's words.
    pub fn check(&self) -> Result<(), FieldError> {
        let complaint = match self {
            Self::Name(text) => text_complaint(text, 200, "Please give a name of 1 to 200 characters."),
            Self::Slug(text) => slug_complaint(text),
            Self::Description(text) => text_complaint(text, 5_000, "A description may have up to 5,000 characters."),
            Self::Place(text) | Self::Address(text) | Self::City(text) => {
                text_complaint(text, 300, "Please give the place in up to 300 characters.")
            }
            Self::RefundPolicy(text) => text_complaint(text, 2_000, "A refund policy may have up to 2,000 characters."),
            Self::OnlineUrl(url) => url_complaint(url),
            Self::Amenities(list) => needs_complaint(list),
            Self::Capacity(people) => (!(1..=1_000_000).contains(people))
                .then_some("How many people? Please give a number from 1 to 1,000,000."),
            Self::Date(date) | Self::EndDate(date) => {
                (!(1970..=2199).contains(&date.year())).then_some("Please give a date between 1970 and 2199.")
            }
            Self::Duration(minutes) => {
                (!(1..=86_400).contains(minutes)).then_some("Please give a duration between a minute and 60 days.")
            }
            Self::Timezone(zone) => jiff::tz::TimeZone::get(zone)
                .is_err()
                .then_some("I do not know that time zone. Try one like America/Toronto."),
            Self::Country(code) => (code.len() != 2).then_some("A country is two letters, such as CA."),
            Self::Recurrence(rule) => text_complaint(rule, 300, "That rule is too long."),
            Self::Price(price_cents) => price_complaint(*price_cents),
            Self::Tiers(tiers) => tiers_complaint(tiers),
            Self::MaxPerOrder(count) => {
                (!(1..=1_000).contains(count)).then_some("Please allow between 1 and 1,000 tickets per order.")
            }
            Self::TaxRate(percent) => {
                (!(0.0..=100.0).contains(percent)).then_some("A tax rate is between 0 and 100 percent.")
            }
            Self::Type(_)
            | Self::Visibility(_)
            | Self::PlaceKind(_)
            | Self::Venue(_)
            | Self::Time(_)
            | Self::EndTime(_)
            | Self::Currency(_)
            | Self::Clear(_) => None,
        };
        complaint.map_or(Ok(()), |message| Err(FieldError::new(self.field(), message)))
    }
}

fn text_complaint(text: &str, max: usize, message: &'static str) -> Option<&'static str> {
    let odd = |c: char| c.is_control() && c != '\n' && c != '\t';
    if text.chars().any(odd) {
        return Some("Please leave out control characters.");
    }
    (text.trim().is_empty() || text.chars().count() > max).then_some(message)
}

fn slug_complaint(slug: &str) -> Option<&'static str> {
    let lawful = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let bad = slug.is_empty() || slug.len() > 80 || !slug.chars().all(lawful) || slug.split('-').any(str::is_empty);
    bad.then_some("A link has up to 80 small letters, digits and hyphens, such as spring-concert.")
}

fn needs_complaint(list: &[String]) -> Option<&'static str> {
    let each = |need: &String| text_complaint(need, 100, "Please name each need in up to 100 characters.");
    if list.len() > 30 { Some("Please name up to 30 needs.") } else { list.iter().find_map(each) }
}

fn url_complaint(url: &str) -> Option<&'static str> {
    let lawful = url.starts_with("https://") || url.starts_with("http://");
    (!lawful || url.len() > 2_000 || url.chars().any(|c| c.is_whitespace() || c.is_control()))
        .then_some("Please give a link that starts with https://.")
}

fn price_complaint(price_cents: i64) -> Option<&'static str> {
    (!(0..=100_000_000).contains(&price_cents)).then_some("Please give a price from 0 to 1,000,000.")
}

fn tiers_complaint(tiers: &[Tier]) -> Option<&'static str> {
    if tiers.len() > 20 {
        return Some("An event may have up to 20 kinds of ticket.");
    }
    tiers.iter().find_map(|tier| {
        text_complaint(&tier.name, 100, "Please give each kind of ticket a name of 1 to 100 characters.")
            .or_else(|| price_complaint(tier.price_cents))
            .or_else(|| (tier.quantity == Some(0)).then_some("A kind of ticket needs at least one ticket."))
            .or_else(|| (tier.quantity > Some(1_000_000)).then_some("A kind of ticket has up to 1,000,000 tickets."))
            .or_else(|| {
                tier.max_per_order
                    .is_some_and(|count| !(1..=1_000).contains(&count))
                    .then_some("Please allow between 1 and 1,000 tickets per order.")
            })
            .or_else(|| {
                [tier.sales_from, tier.sales_until]
                    .into_iter()
                    .flatten()
                    .any(|day| !(1970..=2199).contains(&day.year()))
                    .then_some("Please give dates of sale between 1970 and 2199.")
            })
            .or_else(|| {
                (tier.sales_from > tier.sales_until && tier.sales_until.is_some())
                    .then_some("Sales cannot end before they begin.")
            })
    })
}
