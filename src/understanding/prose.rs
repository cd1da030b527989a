//! Days, hours, lengths, amounts and lists in the words of each language.

use jiff::civil::{Date, Time};

use super::catalogue::{fill, phrase};
use crate::domain::draft::DAY_MIN;
use crate::domain::fact::{Field, Tier};
use crate::domain::money::{Currency, local_price};

/// A day with its weekday and full date: "Friday, December 4, 2026".
pub(super) fn date_words(date: Date, language: &str) -> String {
    let weekday = nth(language, "weekdays", usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0));
    let values = [
        ("weekday", weekday.as_str()),
        ("day", &date.day().to_string()),
        ("month", &month_name(date, language)),
        ("year", &date.year().to_string()),
    ];
    fill(language, "date", &values)
}

/// A month with its year: "February 2027".
pub(super) fn month_words(date: Date, language: &str) -> String {
    fill(language, "month", &[("month", &month_name(date, language)), ("year", &date.year().to_string())])
}

/// A weekday by its RRULE code.
fn weekday_words(code: &str, language: &str) -> Option<String> {
    let at = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"].iter().position(|known| code.ends_with(known))?;
    Some(nth(language, "weekdays", at))
}

fn month_name(date: Date, language: &str) -> String {
    nth(language, "months", usize::try_from(date.month() - 1).unwrap_or(0))
}

fn nth(language: &str, key: &str, at: usize) -> String {
    phrase(language, key).split('|').nth(at).unwrap_or_default().to_owned()
}

/// An hour: "6:00 PM", in Spanish "18:00", in French "18 h".
pub(super) fn time_words(time: Time, language: &str) -> String {
    let key = if time.minute() == 0 { "clock_sharp" } else { "clock" };
    time.strftime(&phrase(language, key)).to_string()
}

/// A length: "2 hours 30 minutes", "48 hours" as two days and what is longer in days and hours.
pub(super) fn length_words(minutes: u32, language: &str) -> String {
    let days = if minutes.is_multiple_of(DAY_MIN) || minutes > 2 * DAY_MIN { minutes / DAY_MIN } else { 0 };
    let left = minutes - days * DAY_MIN;
    let (hours, rest) = (left / 60, left % 60);
    let part = |count: u32, one: &str, many: &str| match count {
        0 => None,
        1 => Some(phrase(language, one)),
        _ => Some(fill(language, many, &[("count", &count.to_string())])),
    };
    let parts = [part(days, "day_one", "days"), part(hours, "hour_one", "hours"), part(rest, "minute_one", "minutes")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// A count with its thousands apart: "5,000".
pub(super) fn count_words(count: u32, language: &str) -> String {
    group(&count.to_string(), language)
}

pub(super) fn group(digits: &str, language: &str) -> String {
    let separator = phrase(language, "thousands");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push_str(&separator);
        }
        text.push(digit);
    }
    text
}

/// A price: "$150 CAD", in French "150 $ CA", free as "free".
pub(super) fn price_words(price_cents: i64, currency: Option<Currency>, language: &str) -> String {
    if price_cents == 0 { phrase(language, "free") } else { local_price(price_cents, currency, language) }
}

/// One kind of ticket: "50 × VIP $200 CAD until Friday, November 26, 2026".
pub(super) fn tier_words(tier: &Tier, currency: Option<Currency>, language: &str) -> String {
    let mut text = format!("{} {}", tier.name, price_words(tier.price_cents, currency, language));
    if let Some(count) = tier.quantity {
        text = fill(language, "tier_count", &[("count", &count_words(count, language)), ("tier", &text)]);
    }
    if let Some(last) = tier.sales_until {
        text = fill(language, "tier_until", &[("tier", &text), ("date", &date_words(last, language))]);
    }
    text
}

/// A repetition: "every Tuesday and Thursday".
pub(super) fn repeat_words(rule: &str, language: &str) -> String {
    let part = |name: &str| rule.split(';').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
    let interval = part("INTERVAL").filter(|count| *count != "1");
    let days: Vec<String> =
        part("BYDAY").unwrap_or("").split(',').filter_map(|code| weekday_words(code, language)).collect();
    match (part("FREQ"), interval) {
        (Some("DAILY"), None) => phrase(language, "repeat_daily"),
        (Some("WEEKLY"), None) if days.is_empty() => phrase(language, "repeat_weekly"),
        (Some("WEEKLY"), None) => fill(language, "repeat_days", &[("days", &list(&days, language))]),
        (Some("WEEKLY"), Some(count)) => fill(language, "repeat_weeks", &[("count", count)]),
        (Some("MONTHLY"), None) => phrase(language, "repeat_monthly"),
        (Some("YEARLY"), None) => phrase(language, "repeat_yearly"),
        _ => phrase(language, "repeat_other"),
    }
}

/// "a, b and c".
pub(super) fn list(items: &[String], language: &str) -> String {
    joined(items, language, "and")
}

/// Whole clauses in a row: "it lasts 3 hours, prices are in CAD and it may be seen by everybody".
pub(super) fn clauses(items: &[String], language: &str) -> String {
    joined(items, language, "and_clause")
}

/// "a, b or c".
pub(super) fn choice(items: &[String], language: &str) -> String {
    joined(items, language, "or")
}

fn joined(items: &[String], language: &str, last: &str) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [head @ .., tail] => format!("{}{}{tail}", head.join(&phrase(language, "comma")), phrase(language, last)),
    }
}

/// What an organizer calls a field.
pub(super) fn field_words(field: Field, language: &str) -> String {
    let name = serde_json::to_value(field).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default();
    phrase(language, &format!("field_{name}"))
}

/// What the place must have, as it is said.
pub(super) fn amenity_words(amenity: &str, language: &str) -> String {
    let words = phrase(language, &format!("amenity_{amenity}"));
    if words.is_empty() { amenity.replace('_', " ") } else { words }
}

/// A rate without needless zeros: "13", "9.975".
pub(super) fn percent_words(percent: f64, language: &str) -> String {
    let text = format!("{percent:.3}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    short.replace('.', &phrase(language, "decimal"))
}

/// With a capital first letter.
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
