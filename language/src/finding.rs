//! What is found in a text; plain data, each with its span.

use jiff::civil::DateTime;
use serde::Serialize;

use crate::amount::Amount;
use crate::language::Language;
use crate::span::Span;
use crate::token::Token;

/// Everything that was found, each list in the order of the text; the spans of one text never overlap, places aside.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reading {
    /// The language it was read in.
    pub language: Language,
    /// The words, numbers and signs.
    #[serde(skip)]
    pub tokens: Vec<Token>,
    /// Moments, stretches of time and repetitions.
    pub times: Vec<Time>,
    /// Amounts of money.
    pub money: Vec<Money>,
    /// Numbers that belong to no time, money or duration.
    pub numbers: Vec<Number>,
    /// Lengths of time.
    pub durations: Vec<Duration>,
    /// Cities.
    pub places: Vec<Place>,
}

/// A time, with the other ways in which it can be meant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Time {
    /// Where it stands.
    pub span: Span,
    /// The likeliest meaning.
    pub value: TimeValue,
    /// The other meanings, likelier first.
    pub alternatives: Vec<TimeValue>,
    /// From 0 to 1; below 0.5 the words may mean something else.
    pub confidence: f32,
}

/// One meaning of a time.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "what was said of a time, each thing apart from the others")]
pub struct TimeValue {
    /// When it begins, or the bound of an open time.
    pub start: DateTime,
    /// When it ends, exclusive; absent for a single moment of its grain.
    pub end: Option<DateTime>,
    /// How exact it is.
    pub grain: Grain,
    /// An open time: from `start` on, or up to `start`.
    pub direction: Option<Direction>,
    /// Whether a day, month or year was said.
    pub has_date: bool,
    /// Whether an hour was said.
    pub has_hour: bool,
    /// Whether it is a part of a day ("evening"), whose hours are only a guess.
    pub is_part_of_day: bool,
    /// Whether it is a piece of a longer time ("early March"), of which no day was said: where it begins and ends is a guess.
    pub is_rough: bool,
    /// The repetition, as an RFC 5545 RRULE value.
    pub rrule: Option<String>,
    /// The IANA zone, only when it was said ("noon eastern").
    pub zone: Option<String>,
}

/// How exact a time is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grain {
    /// To the second.
    Second,
    /// To the minute.
    Minute,
    /// To the hour.
    Hour,
    /// To the day.
    Day,
    /// To the week, which begins on Monday.
    Week,
    /// To the month.
    Month,
    /// To the quarter of a year.
    Quarter,
    /// To the year.
    Year,
}

/// On which side of its bound an open time lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the bound on.
    After,
    /// Up to the bound.
    Before,
}

/// An amount of money, or a range of amounts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Money {
    /// Where it stands.
    pub span: Span,
    /// The amount, or the lower end of the range.
    pub amount: Amount,
    /// The upper end of a range.
    pub upper: Option<Amount>,
    /// ISO 4217; absent when the words leave it open ("$20" may be of many countries).
    pub currency: Option<&'static str>,
    /// Whether a dollar sign or word was said without its country.
    pub dollars: bool,
    /// Whether a word said that nothing is to be paid.
    pub free: bool,
}

/// A number, or a range of numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Number {
    /// Where it stands.
    pub span: Span,
    /// The number, or the lower end of the range.
    pub value: f64,
    /// The upper end of a range.
    pub upper: Option<f64>,
    /// Whether it counts a place in an order ("third").
    pub ordinal: bool,
}

/// A length of time; a month counts 30 days and a year 365.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Duration {
    /// Where it stands.
    pub span: Span,
    /// The length in seconds, or the lower end of the range.
    pub seconds: i64,
    /// The upper end of a range, in seconds.
    pub upper_seconds: Option<i64>,
}

/// A city.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Place {
    /// Where it stands.
    pub span: Span,
    /// Its English name.
    pub city: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// The state or province, where it tells cities apart.
    pub region: Option<String>,
    /// IANA time zone.
    pub timezone: String,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// From 0 to 1; a name that is also a word stands lower.
    pub confidence: f32,
}
