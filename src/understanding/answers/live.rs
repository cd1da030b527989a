//! What is said about an event that is published: what would change, what did, and that it is called off.
//!
//! Promises: the old stands beside the new; it is said how many guests hear of it; there is at most one question, and it comes last.

use jiff::civil::Date;

use super::join;
use crate::domain::error::FieldError;
use crate::domain::fact::Field;
use crate::understanding::catalogue::{fill, phrase};
use crate::understanding::notices::refusal;
use crate::understanding::prose::{count_words, date_words, field_words};

/// Something that is another than before, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What it is.
    pub label: String,
    /// What it was.
    pub before: Option<String>,
    /// What it is, or would be.
    pub after: Option<String>,
}

/// A date of a series that cannot be published yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotReady {
    /// Its day, when it has one.
    pub day: Option<Date>,
    /// What must still be said.
    pub missing: Vec<Field>,
    /// It lies in the past.
    pub is_over: bool,
}

/// Where a published event stands after what was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Live {
    /// Nothing was asked of it.
    Stands,
    /// It, or an earlier one, is to be held once more: that is another conversation's work.
    OnceMore,
    /// The question was declined.
    Kept,
    /// What was said changes nothing, or cannot be.
    Unchanged,
    /// A change waits for a yes.
    Asked {
        /// What would be another.
        differences: Vec<Difference>,
        /// How many guests would be told.
        guests: u32,
    },
    /// It was changed.
    Changed {
        /// What is another.
        differences: Vec<Difference>,
        /// How many guests are told.
        guests: u32,
        /// Windows of sale moved along.
        moved: bool,
    },
    /// Guests are to be written to: where that is done, and a change of the event's time that was spoken of and waits for a yes.
    Letter {
        /// Where guests are written to.
        url: String,
        /// What would be another.
        differences: Vec<Difference>,
    },
    /// Calling it off waits for a yes.
    AskedToCallOff {
        /// How many guests would be told.
        guests: u32,
    },
    /// It was called off.
    CalledOff {
        /// How many guests are told.
        guests: u32,
    },
    /// It was called off before.
    Over,
    /// How many tickets are sold.
    Sold(Sales),
    /// Nobody who is called so has an order.
    NobodyBought {
        /// The name.
        who: String,
    },
    /// Several are called so: nothing is done.
    SeveralBought {
        /// The name.
        who: String,
        /// Some of them.
        shown: Vec<String>,
    },
    /// Money back waits for a yes.
    AskedToRefund {
        /// Whose order it is.
        who: String,
        /// Its tickets, or those that go back.
        tickets: u32,
        /// They are not all of them.
        is_part: bool,
        /// What goes back; `None`: nothing was paid.
        amount: Option<String>,
    },
    /// An order has ended.
    Refunded {
        /// Whose it is.
        who: String,
        /// What goes back.
        amount: Option<String>,
    },
    /// Some tickets of an order were given back.
    PartRefunded {
        /// Whose they were.
        who: String,
        /// So many.
        tickets: u32,
        /// What goes back.
        amount: Option<String>,
    },
    /// There are fewer unused tickets than were to go back: nothing is done.
    TooFewTickets {
        /// Whose they are.
        who: String,
        /// So many.
        tickets: u32,
    },
    /// Their tickets are of several kinds, and nobody said which: nothing is done.
    SeveralKinds {
        /// Whose they are.
        who: String,
        /// Where an amount is given back.
        url: String,
    },
    /// The order is not as it was shown: nothing was done.
    RefundStale,
    /// Others read along: who bought and what was taken is not told here.
    NotBeforeOthers,
    /// All dates of its series that can be published wait for a yes.
    AskedForAll {
        /// The days that can be.
        days: Vec<Date>,
        /// The drafts that cannot.
        open: Vec<NotReady>,
    },
    /// Dates of its series are being published.
    AllUnderWay {
        /// How many.
        count: u32,
    },
}

/// The sales of an event in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sales {
    /// Tickets that people hold.
    pub sold: u32,
    /// Seats that there are.
    pub capacity: Option<u32>,
    /// Seats that are being paid for.
    pub held: u32,
    /// People who wait.
    pub waiting: u32,
    /// Guests who came.
    pub inside: u32,
    /// What came and did not go back, in words.
    pub earned: Option<String>,
}

/// The whole answer. `name` and `url` are the event's.
pub fn answer(live: &Live, errors: &[FieldError], name: &str, url: &str, language: &str) -> String {
    let say = |key: &str| phrase(language, key);
    let named = |key: &str| fill(language, key, &[("name", name), ("url", url)]);
    let mut parts: Vec<String> = errors.iter().map(|error| refusal(error, language)).collect();
    parts.dedup();
    match live {
        Live::Stands => parts.push(named("live")),
        Live::OnceMore => parts.push(named("live_once_more")),
        Live::Kept => parts.push(say("live_kept")),
        Live::Unchanged if parts.is_empty() => parts.push(say("live_unchanged")),
        Live::Unchanged => {}
        Live::Asked { differences, guests } => {
            parts.push(fill(language, "live_asked", &[("changes", &changes(differences, language))]));
            parts.extend(told("live_would_tell", *guests, language));
            parts.push(say("live_change_question"));
        }
        Live::Changed { differences, guests, moved } => {
            parts.push(fill(language, "live_changed", &[("changes", &changes(differences, language))]));
            parts.extend(moved.then(|| say("live_moved")));
            parts.extend(told("live_told", *guests, language));
        }
        Live::Letter { url, differences } => {
            parts.push(fill(language, "live_letter", &[("url", url)]));
            if !differences.is_empty() {
                parts.push(fill(language, "live_letter_move", &[("changes", &changes(differences, language))]));
                parts.push(say("live_change_question"));
            }
        }
        Live::AskedToCallOff { guests } => {
            parts.push(named("live_call_off"));
            parts.extend(told("live_would_tell", *guests, language));
            parts.push(say("live_call_off_question"));
        }
        Live::CalledOff { guests } => {
            parts.push(named("live_called_off"));
            parts.extend(told("live_told", *guests, language));
        }
        Live::Over => parts.push(named("live_over")),
        Live::Sold(sales) => parts.extend(sold(sales, language)),
        Live::NobodyBought { who } => parts.push(fill(language, "refund_nobody", &[("who", who)])),
        Live::SeveralBought { who, shown } => {
            let several = [("who", who.as_str()), ("orders", &shown.join(", "))];
            parts.push(fill(language, "refund_several", &several));
        }
        Live::AskedToRefund { who, tickets, is_part, amount } => {
            let key = if *is_part { "refund_part_asked" } else { "refund_asked" };
            parts.push(paid_or_free(key, who, *tickets, amount.as_deref(), language));
            parts.push(say("refund_question"));
        }
        Live::Refunded { who, amount } => parts.push(paid_or_free("refund_done", who, 0, amount.as_deref(), language)),
        Live::PartRefunded { who, tickets, amount } => {
            parts.push(paid_or_free("refund_part_done", who, *tickets, amount.as_deref(), language));
        }
        Live::TooFewTickets { who, tickets } => {
            let few = [("who", who.as_str()), ("count", &count_words(*tickets, language))];
            parts.push(fill(language, "refund_few", &few));
        }
        Live::SeveralKinds { who, url } => parts.push(fill(language, "refund_kinds", &[("who", who), ("url", url)])),
        Live::RefundStale => parts.push(say("refund_stale")),
        Live::NotBeforeOthers => parts.push(say("not_before_others")),
        Live::AskedForAll { days, open } => parts.extend(asked_for_all(days, open, language)),
        Live::AllUnderWay { count: 1 } => parts.push(say("series_under_way_one")),
        Live::AllUnderWay { count } => {
            parts.push(fill(language, "series_under_way", &[("count", &count_words(*count, language))]));
        }
    }
    join(parts, language)
}

fn asked_for_all(days: &[Date], open: &[NotReady], language: &str) -> Vec<String> {
    let dates: Vec<String> = days.iter().map(|day| date_words(*day, language)).collect();
    let number = count_words(u32::try_from(days.len()).unwrap_or(u32::MAX), language);
    let open: Vec<String> = open.iter().map(|date| not_ready(date, language)).collect();
    let left = (!open.is_empty()).then(|| fill(language, "series_open", &[("dates", &open.join("; "))]));
    let (first, question) = match days.len() {
        0 if open.is_empty() => (phrase(language, "series_done"), None),
        0 => (phrase(language, "series_none"), None),
        1 => (
            fill(language, "series_asked_one", &[("dates", &dates.join("; "))]),
            Some(phrase(language, "series_question_one")),
        ),
        _ => (
            fill(language, "series_asked", &[("count", &number), ("dates", &dates.join("; "))]),
            Some(fill(language, "series_question", &[("count", &number)])),
        ),
    };
    std::iter::once(first).chain(left).chain(question).collect()
}

/// "Tuesday, June 2, 2026 (place, price)"
fn not_ready(date: &NotReady, language: &str) -> String {
    let day = date.day.map_or_else(|| phrase(language, "series_no_day"), |day| date_words(day, language));
    let over = date.is_over.then(|| phrase(language, "series_over"));
    let why: Vec<String> = date.missing.iter().map(|field| field_words(*field, language)).chain(over).collect();
    format!("{day} ({})", why.join(", "))
}

/// The dates that a question about all of them names, as labels and values.
pub fn series_lines(live: &Live, language: &str) -> Vec<(String, String)> {
    let Live::AskedForAll { days, .. } = live else { return Vec::new() };
    let labelled = |(at, day): (usize, &Date)| {
        (fill(language, "series_line", &[("number", &(at + 1).to_string())]), date_words(*day, language))
    };
    days.iter().enumerate().map(labelled).collect()
}

fn sold(sales: &Sales, language: &str) -> Vec<String> {
    let number = |count: u32| count_words(count, language);
    let counted = |key: &str, count: u32| (count > 0).then(|| fill(language, key, &[("count", &number(count))]));
    let first = match sales.capacity {
        Some(all) => fill(language, "sold_of", &[("count", &number(sales.sold)), ("all", &number(all))]),
        None => fill(language, "sold_now", &[("count", &number(sales.sold))]),
    };
    let earned = sales.earned.as_ref().map(|amount| fill(language, "sold_earned", &[("amount", amount)]));
    let rest = [
        counted("sold_held", sales.held),
        counted("sold_waiting", sales.waiting),
        counted("sold_inside", sales.inside),
        earned,
    ];
    std::iter::once(first).chain(rest.into_iter().flatten()).collect()
}

/// Words about money back, and those for orders that cost nothing.
fn paid_or_free(key: &str, who: &str, tickets: u32, amount: Option<&str>, language: &str) -> String {
    let count = count_words(tickets, language);
    match amount {
        Some(amount) => fill(language, key, &[("who", who), ("count", &count), ("amount", amount)]),
        None => fill(language, &format!("{key}_free"), &[("who", who), ("count", &count)]),
    }
}

/// What an order's end is about, as labels and values.
pub fn refund_lines(live: &Live, language: &str) -> Vec<(String, String)> {
    let Live::AskedToRefund { who, tickets, amount, .. } = live else { return Vec::new() };
    let shown = |key: &str, value: String| (phrase(language, key), value);
    let mut lines =
        vec![shown("refund_line_order", who.clone()), shown("refund_line_tickets", count_words(*tickets, language))];
    lines.extend(amount.clone().map(|amount| shown("refund_line_amount", amount)));
    lines
}

fn told(key: &str, guests: u32, language: &str) -> Option<String> {
    match guests {
        0 => None,
        1 => Some(phrase(language, &format!("{key}_one"))),
        _ => Some(fill(language, key, &[("count", &count_words(guests, language))])),
    }
}

fn changes(differences: &[Difference], language: &str) -> String {
    let line = |difference: &Difference| format!("{}: {}", difference.label, change_words(difference, language));
    differences.iter().map(line).collect::<Vec<_>>().join("; ")
}

/// "Friday → Saturday"
pub fn change_words(difference: &Difference, language: &str) -> String {
    let nothing = || phrase(language, "live_nothing");
    let side = |side: &Option<String>| side.clone().unwrap_or_else(nothing);
    format!("{} → {}", side(&difference.before), side(&difference.after))
}
