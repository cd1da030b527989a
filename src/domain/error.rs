//! What can be wrong with a value that somebody proposes for a draft: a kind with its bounds, for `understanding` to word.

use super::fact::Field;

/// A value that the draft refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field:?}: {problem:?}")]
pub struct FieldError {
    /// The field it was meant for.
    pub field: Field,
    /// What is wrong.
    pub problem: Problem,
}

impl FieldError {
    /// A refusal with its reason.
    pub fn new(field: Field, problem: Problem) -> Self {
        Self { field, problem }
    }
}

/// Why a value is refused. Bounds are inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// No name, or one of more characters.
    NameLength(u32),
    /// No description, or one of more characters.
    DescriptionLength(u32),
    /// No place, or one of more characters.
    PlaceLength(u32),
    /// No refund policy, or one of more characters.
    RefundLength(u32),
    /// No rule of repetition, or one of more characters.
    RuleLength(u32),
    /// Letters that are none.
    ControlCharacters,
    /// Not small letters, digits and single hyphens, or more characters.
    LinkForm(u32),
    /// No web address.
    UrlForm,
    /// More needs.
    NeedCount(u32),
    /// A need of no characters, or of more.
    NeedLength(u32),
    /// No people, or more.
    People(u32),
    /// A day outside these years.
    Years(i16, i16),
    /// Shorter than a minute or longer than these days.
    Days(u32),
    /// No time zone that we know.
    UnknownZone,
    /// Not two letters.
    CountryForm,
    /// Less than nothing, or more of the currency's unit.
    PriceMost(u32),
    /// More kinds of ticket.
    TierCount(u32),
    /// A kind of ticket without a name, or with one of more characters.
    TierName(u32),
    /// A kind of ticket with no ticket, or with more.
    TierQuantity(u32),
    /// Days of sale outside these years.
    SalesYears(i16, i16),
    /// Sales that end before they begin.
    SalesOrder,
    /// No ticket per order, or more.
    PerOrder(u32),
    /// No percentage.
    Percent,
    /// The draft is another than the one that was shown.
    Stale,
    /// Somebody else changed the field after the form was shown.
    ChangedMeanwhile,
    /// Another event has this link.
    LinkTaken,
    /// The event is published.
    AlreadyPublished,
    /// A published event must have it.
    NeededOnline,
    /// So many tickets are sold: there cannot be fewer.
    BelowSold(u32),
}

/// Why a value of a form cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// No field of an event.
    UnknownField,
    /// No kind of event.
    Kind,
    /// Neither public nor private.
    Visibility,
    /// Neither a venue nor online nor both.
    PlaceKind,
    /// No currency.
    Currency,
    /// No number.
    Percent,
    /// No address of a picture.
    Picture,
    /// No venue that we know.
    Venue,
    /// An end without a start.
    StartFirst,
    /// An end before the start.
    EndBeforeStart,
    /// No list.
    TicketList,
    /// A kind of ticket without name or price.
    TicketShape,
    /// A kind of ticket with something else in it.
    TicketParts,
    /// No date and time.
    Moment,
    /// No text.
    Text,
    /// No list of words.
    Words,
    /// No whole number.
    Whole,
    /// A choice that is not offered any more.
    NotOffered,
    /// A picture that is not there, or somebody else's.
    NotYours,
    /// No price.
    Price,
    /// A price that was read with thousands, and could have decimals.
    Thousands,
    /// In another program's calendar it is cancelled.
    CalledOff,
    /// Days of a repetition that were added or left out one by one.
    SingleDays,
    /// A start that is none.
    Start,
    /// No start.
    NoStart,
    /// A time zone that is not one that is known.
    Clock,
    /// More than an event can have.
    TooMuch,
}
