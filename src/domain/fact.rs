//! One thing that is known about an event, and the fields that a draft has.
//!
//! Everything that changes a draft (words, buttons, forms, suggestions, a model's proposal) becomes [`Fact`]s first, so that
//! there is one validation and one set of rules for what follows from what. A new field: add it to [`Field`] and [`Fact`],
//! to [`super::draft::Draft`], to a stage in [`super::stages`] and to `store/events.rs`; the compiler names the other places.

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::{FieldError, Problem};
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
    #[serde(rename = "imageUrl")]
    Image,
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
        Self::Image,
    ];
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
    /// The picture that guests see, by the id of its file.
    Image(Uuid),
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
            Self::Image(_) => Field::Image,
            Self::Clear(field) => *field,
        }
    }

    /// Refuses a value that no event can have.
    ///
    /// # Errors
    /// The field and the reason.
    pub fn check(&self) -> Result<(), FieldError> {
        let problem = match self {
            Self::Name(text) => text_problem(text, 200, Problem::NameLength),
            Self::Slug(text) => slug_problem(text),
            Self::Description(text) => text_problem(text, 5_000, Problem::DescriptionLength),
            Self::Place(text) | Self::Address(text) | Self::City(text) => text_problem(text, 300, Problem::PlaceLength),
            Self::RefundPolicy(text) => text_problem(text, 2_000, Problem::RefundLength),
            Self::OnlineUrl(url) => url_problem(url),
            Self::Amenities(list) => needs_problem(list),
            Self::Capacity(people) => outside(*people, 1_000_000, Problem::People),
            Self::Date(date) | Self::EndDate(date) => years_problem(*date, Problem::Years),
            Self::Duration(minutes) => (!(1..=60 * 1_440).contains(minutes)).then_some(Problem::Days(60)),
            Self::Timezone(zone) => jiff::tz::TimeZone::get(zone).is_err().then_some(Problem::UnknownZone),
            Self::Country(code) => (code.len() != 2).then_some(Problem::CountryForm),
            Self::Recurrence(rule) => text_problem(rule, 300, Problem::RuleLength),
            Self::Price(price_cents) => price_problem(*price_cents),
            Self::Tiers(tiers) => tiers_problem(tiers),
            Self::MaxPerOrder(count) => outside(*count, 1_000, Problem::PerOrder),
            Self::TaxRate(percent) => (!(0.0..=100.0).contains(percent)).then_some(Problem::Percent),
            Self::Type(_)
            | Self::Visibility(_)
            | Self::PlaceKind(_)
            | Self::Venue(_)
            | Self::Time(_)
            | Self::EndTime(_)
            | Self::Currency(_)
            | Self::Image(_)
            | Self::Clear(_) => None,
        };
        problem.map_or(Ok(()), |problem| Err(FieldError::new(self.field(), problem)))
    }
}

/// A number that is not from 1 to `most`.
fn outside(number: u32, most: u32, problem: fn(u32) -> Problem) -> Option<Problem> {
    (!(1..=most).contains(&number)).then(|| problem(most))
}

fn text_problem(text: &str, most: u32, problem: fn(u32) -> Problem) -> Option<Problem> {
    let odd = |c: char| c.is_control() && c != '\n' && c != '\t';
    if text.chars().any(odd) {
        return Some(Problem::ControlCharacters);
    }
    let length = text.chars().count();
    (text.trim().is_empty() || u32::try_from(length).is_ok_and(|length| length > most)).then(|| problem(most))
}

fn slug_problem(slug: &str) -> Option<Problem> {
    let lawful = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let bad = slug.is_empty() || slug.len() > 80 || !slug.chars().all(lawful) || slug.split('-').any(str::is_empty);
    bad.then_some(Problem::LinkForm(80))
}

fn url_problem(url: &str) -> Option<Problem> {
    let lawful = url.starts_with("https://") || url.starts_with("http://");
    (!lawful || url.len() > 2_000 || url.chars().any(|c| c.is_whitespace() || c.is_control()))
        .then_some(Problem::UrlForm)
}

fn needs_problem(list: &[String]) -> Option<Problem> {
    let each = |need: &String| text_problem(need, 100, Problem::NeedLength);
    if list.len() > 30 { Some(Problem::NeedCount(30)) } else { list.iter().find_map(each) }
}

fn years_problem(date: Date, problem: fn(i16, i16) -> Problem) -> Option<Problem> {
    (!(1970..=2199).contains(&date.year())).then(|| problem(1970, 2199))
}

fn price_problem(price_cents: i64) -> Option<Problem> {
    (!(0..=100_000_000).contains(&price_cents)).then_some(Problem::PriceMost(1_000_000))
}

fn tiers_problem(tiers: &[Tier]) -> Option<Problem> {
    if tiers.len() > 20 {
        return Some(Problem::TierCount(20));
    }
    tiers.iter().find_map(|tier| {
        let days = || [tier.sales_from, tier.sales_until].into_iter().flatten();
        text_problem(&tier.name, 100, Problem::TierName)
            .or_else(|| price_problem(tier.price_cents))
            .or_else(|| outside(tier.quantity?, 1_000_000, Problem::TierQuantity))
            .or_else(|| outside(tier.max_per_order?, 1_000, Problem::PerOrder))
            .or_else(|| days().find_map(|day| years_problem(day, Problem::SalesYears)))
            .or_else(|| {
                (tier.sales_until.is_some() && tier.sales_from > tier.sales_until).then_some(Problem::SalesOrder)
            })
    })
}
