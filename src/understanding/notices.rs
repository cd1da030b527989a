//! What the house says of its own accord: why a value is refused, what to know before a yes, what went wrong; and the names of
//! stages and fields.
//!
//! Promises: everything is worded in every language; a kind without words fails a test.

use super::catalogue::{fill, phrase};
use super::prose::{count_words, date_words, field_words, group, time_words};
use crate::domain::clock_turn::{ClockTurn, Turned};
use crate::domain::error::{FieldError, Problem, Unreadable};
use crate::domain::fact::Field;
use crate::domain::outcome::{Cause, Outcome};
use crate::domain::publishing::Warning;
use crate::domain::stage::Stage;

/// Why a value is refused, and what to do.
pub fn refusal(error: &FieldError, language: &str) -> String {
    let most = |key: &str, most: u32| fill(language, key, &[("most", &count_words(most, language))]);
    let years = |key: &str, from: i16, until: i16| {
        fill(language, key, &[("from", &from.to_string()), ("until", &until.to_string())])
    };
    match error.problem {
        Problem::NameLength(count) => most("refused_name", count),
        Problem::DescriptionLength(count) => most("refused_description", count),
        Problem::PlaceLength(count) => most("refused_place", count),
        Problem::RefundLength(count) => most("refused_refund", count),
        Problem::RuleLength(count) => most("refused_rule", count),
        Problem::ControlCharacters => phrase(language, "refused_characters"),
        Problem::LinkForm(count) => most("refused_link", count),
        Problem::UrlForm => phrase(language, "refused_url"),
        Problem::NeedCount(count) => most("refused_needs", count),
        Problem::NeedLength(count) => most("refused_need", count),
        Problem::People(count) => most("refused_people", count),
        Problem::Years(from, until) => years("refused_date", from, until),
        Problem::Days(count) => most("refused_duration", count),
        Problem::UnknownZone => phrase(language, "refused_zone"),
        Problem::CountryForm => phrase(language, "refused_country"),
        Problem::PriceMost(count) => most("refused_price", count),
        Problem::TierCount(count) => most("refused_tiers", count),
        Problem::TierName(count) => most("refused_tier_name", count),
        Problem::TierQuantity(count) => most("refused_tier_quantity", count),
        Problem::SalesYears(from, until) => years("refused_sales_date", from, until),
        Problem::SalesOrder => phrase(language, "refused_sales_order"),
        Problem::PerOrder(count) => most("refused_per_order", count),
        Problem::Percent => phrase(language, "refused_tax"),
        Problem::Stale => phrase(language, "refused_stale"),
        Problem::ChangedMeanwhile => phrase(language, "refused_meanwhile"),
        Problem::LinkTaken => phrase(language, "refused_link_taken"),
        Problem::AlreadyPublished => phrase(language, "refused_published"),
        Problem::NeededOnline => {
            fill(language, "refused_needed_online", &[("field", &field_words(error.field, language))])
        }
        Problem::BelowSold(count) => most("refused_sold", count),
    }
}

/// Why a value of a form cannot be read, and what to enter.
pub fn unreadable(complaint: Unreadable, language: &str) -> String {
    let key = match complaint {
        Unreadable::UnknownField => "unread_field",
        Unreadable::Kind => "unread_kind",
        Unreadable::Visibility => "unread_visibility",
        Unreadable::PlaceKind => "unread_place_kind",
        Unreadable::Currency => "unread_currency",
        Unreadable::Percent => "unread_percent",
        Unreadable::Picture => "unread_picture",
        Unreadable::Venue => "unread_venue",
        Unreadable::StartFirst => "unread_start_first",
        Unreadable::EndBeforeStart => "unread_end_before",
        Unreadable::TicketList => "unread_ticket_list",
        Unreadable::TicketShape => "unread_ticket_shape",
        Unreadable::TicketParts => "unread_ticket_parts",
        Unreadable::Moment => "unread_moment",
        Unreadable::Text => "unread_text",
        Unreadable::Words => "unread_words",
        Unreadable::Whole => "unread_whole",
        Unreadable::NotOffered => "unread_not_offered",
        Unreadable::NotYours => "unread_not_yours",
        Unreadable::Price => "unread_price",
        Unreadable::Thousands => "unread_thousands",
        Unreadable::CalledOff => "unread_called_off",
        Unreadable::SingleDays => "unread_single_days",
        Unreadable::Start => "unread_start",
        Unreadable::NoStart => "unread_no_start",
        Unreadable::Clock => "unread_clock",
        Unreadable::TooMuch => "unread_too_much",
    };
    phrase(language, key)
}

/// Says that a required field has nothing yet.
pub fn demand(field: Field, language: &str) -> String {
    let key = match field {
        Field::Name => "demand_name",
        Field::Type => "demand_type",
        Field::Description => "demand_description",
        Field::Place | Field::VenueId => "demand_place",
        Field::Capacity => "demand_capacity",
        Field::DateTime => "demand_when",
        Field::Duration => "demand_duration",
        Field::Timezone => "demand_timezone",
        Field::PriceCents => "demand_price",
        Field::Currency => "demand_currency",
        other => return fill(language, "demand_other", &[("field", &field_words(other, language))]),
    };
    phrase(language, key)
}

/// Why a call to publish did nothing: something is missing.
pub fn incomplete(language: &str) -> String {
    phrase(language, "incomplete")
}

/// What to know before saying yes.
pub fn warning(warning: Warning, language: &str) -> String {
    let count = |number: u32| count_words(number, language);
    match warning {
        Warning::ClocksChange(turn) => clocks(turn, language),
        Warning::Past => phrase(language, "warning_past"),
        Warning::VenueTooSmall { seats, people } => {
            fill(language, "warning_venue", &[("seats", &count(seats)), ("people", &count(people))])
        }
        Warning::NoOnlineUrl => phrase(language, "warning_url"),
        Warning::TooManyTickets { tickets, people } => {
            let tickets = group(&tickets.to_string(), language);
            fill(language, "warning_tickets", &[("tickets", &tickets), ("people", &count(people))])
        }
        Warning::NoPayments => phrase(language, "warning_payments"),
    }
}

/// An hour that the clocks skip, with the one as which it counts; or one that they show twice.
fn clocks(turn: ClockTurn, language: &str) -> String {
    let key = match turn.turned {
        Turned::Skipped => "warning_clocks_skipped",
        Turned::Twice => "warning_clocks_twice",
    };
    let counts = turn.counts();
    let hour = time_words(counts.time(), language);
    let counts = if counts.date() == turn.asked.date() {
        hour
    } else {
        fill(language, "date_time", &[("date", &date_words(counts.date(), language)), ("time", &hour)])
    };
    fill(language, key, &[("asked", &time_words(turn.asked.time(), language)), ("counts", &counts)])
}

/// What became of an event's payments, or of an organizer's account. `name`: the event's.
pub fn outcome(outcome: Outcome, name: &str, language: &str) -> String {
    let key = match outcome {
        Outcome::PaymentsReady => "outcome_payments_ready",
        Outcome::PaymentsLate { cause: Cause::NoAnswer, .. } => "outcome_late_no_answer",
        Outcome::PaymentsLate { cause: Cause::Busy, .. } => "outcome_late_busy",
        Outcome::PaymentsLate { cause: Cause::NotSetUp, .. } => "outcome_late_not_set_up",
        Outcome::PaymentsLate { cause: Cause::Refused | Cause::Ours, .. } => "outcome_late_ours",
        Outcome::PaymentsRefused => "outcome_payments_refused",
        Outcome::AccountReady => "outcome_account_ready",
        Outcome::AccountNeedsMore => "outcome_account_needs",
        Outcome::AccountGone => "outcome_account_gone",
    };
    let wait = match outcome {
        Outcome::PaymentsLate { next_s, .. } => wait_words(next_s, language),
        _ => String::new(),
    };
    fill(language, key, &[("name", name), ("wait", &wait)])
}

/// "4 minutes": what is left of it is rounded up, so that nobody comes too early.
fn wait_words(seconds: u32, language: &str) -> String {
    let (count, one, many) = match seconds {
        0..=3_540 => (seconds.div_ceil(60).max(1), "wait_minute", "wait_minutes"),
        _ => (seconds.div_ceil(3_600), "wait_hour", "wait_hours"),
    };
    let key = if count == 1 { one } else { many };
    fill(language, key, &[("count", &count.to_string())])
}

/// The words that ask for other suggestions than those that are shown; they are understood as that.
pub fn more(language: &str) -> String {
    phrase(language, "more_options")
}

/// The heading of a stage.
pub fn stage_title(stage: Stage, language: &str) -> String {
    phrase(language, &format!("stage_{}", stage.number()))
}

/// What an organizer calls a field.
pub fn field_name(field: Field, language: &str) -> String {
    field_words(field, language)
}

/// The heading of an event that has no name yet.
pub fn nameless(language: &str) -> String {
    phrase(language, "nameless")
}

/// Why a message got no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Another process answered it.
    AnsweredElsewhere,
    /// The turn failed; the message is set aside.
    Failed,
    /// The store is away; it is answered later.
    Later,
    /// There is no such draft.
    NotFound,
    /// The organizer stopped it.
    Stopped,
}

/// What is said then.
pub fn trouble(trouble: Trouble, language: &str) -> String {
    let key = match trouble {
        Trouble::AnsweredElsewhere => "trouble_elsewhere",
        Trouble::Failed => "trouble_failed",
        Trouble::Later => "trouble_later",
        Trouble::NotFound => "trouble_not_found",
        Trouble::Stopped => "trouble_stopped",
    };
    phrase(language, key)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    const LANGUAGES: [&str; 4] = ["en", "fr", "es", "zh"];

    const PROBLEMS: [Problem; 29] = [
        Problem::NameLength(200),
        Problem::DescriptionLength(5_000),
        Problem::PlaceLength(300),
        Problem::RefundLength(2_000),
        Problem::RuleLength(300),
        Problem::ControlCharacters,
        Problem::LinkForm(80),
        Problem::UrlForm,
        Problem::NeedCount(30),
        Problem::NeedLength(100),
        Problem::People(1_000_000),
        Problem::Years(1970, 2199),
        Problem::Days(60),
        Problem::UnknownZone,
        Problem::CountryForm,
        Problem::PriceMost(1_000_000),
        Problem::TierCount(20),
        Problem::TierName(100),
        Problem::TierQuantity(1_000_000),
        Problem::SalesYears(1970, 2199),
        Problem::SalesOrder,
        Problem::PerOrder(1_000),
        Problem::Percent,
        Problem::Stale,
        Problem::ChangedMeanwhile,
        Problem::LinkTaken,
        Problem::AlreadyPublished,
        Problem::NeededOnline,
        Problem::BelowSold(60),
    ];

    fn clocks_change(local: &str) -> Warning {
        let zone = TimeZone::get("America/New_York").unwrap();
        Warning::ClocksChange(ClockTurn::at(local.parse().unwrap(), &zone).unwrap())
    }

    #[test]
    fn an_hour_that_is_skipped_is_said_with_the_one_that_counts() {
        let said = |local: &str| LANGUAGES.map(|language| warning(clocks_change(local), language));
        assert_eq!(
            said("2031-03-09T02:30"),
            [
                "The clocks go forward that day: 2:30 AM does not exist, so it counts as 3:30 AM.",
                "L’heure avance ce jour-là : 2 h 30 n’existe pas et compte comme 3 h 30.",
                "Ese día se adelanta el reloj: las 02:30 no existen, así que la hora que cuenta es 03:30.",
                "那天时钟要拨快：没有02:30这个时间，因此按03:30计。",
            ]
        );
        assert_eq!(
            said("2031-11-02T01:30"),
            [
                "The clocks go back that day: 1:30 AM comes twice, and the first one counts.",
                "L’heure recule ce jour-là : 1 h 30 revient deux fois, et c’est la première qui compte.",
                "Ese día se atrasa el reloj: las 01:30 se repiten y cuenta la primera.",
                "那天时钟要拨慢：01:30会出现两次，以第一次为准。",
            ]
        );
        let island = TimeZone::get("Pacific/Apia").unwrap();
        let day = ClockTurn::at("2011-12-30T12:00".parse().unwrap(), &island).unwrap();
        let words = warning(Warning::ClocksChange(day), "en");
        assert!(words.contains("12:00 PM does not exist") && words.contains("Saturday, December 31, 2011"), "{words}");
    }

    #[test]
    fn everything_has_words_of_its_own_in_every_language() {
        let warnings = [
            clocks_change("2031-03-09T02:30"),
            clocks_change("2031-11-02T01:30"),
            Warning::Past,
            Warning::VenueTooSmall { seats: 60, people: 1_080 },
            Warning::NoOnlineUrl,
            Warning::TooManyTickets { tickets: 5_000, people: 60 },
            Warning::NoPayments,
        ];
        let troubles =
            [Trouble::AnsweredElsewhere, Trouble::Failed, Trouble::Later, Trouble::NotFound, Trouble::Stopped];
        let late = |cause, next_s| Outcome::PaymentsLate { cause, next_s };
        let outcomes = [
            Outcome::PaymentsReady,
            late(Cause::NoAnswer, 60),
            late(Cause::Busy, 240),
            late(Cause::NotSetUp, 3_600),
            late(Cause::Ours, 7_300),
            Outcome::PaymentsRefused,
            Outcome::AccountReady,
            Outcome::AccountNeedsMore,
            Outcome::AccountGone,
        ];
        let mut all = std::collections::BTreeSet::new();
        let mut count = 0;
        for language in LANGUAGES {
            let refused = PROBLEMS.map(|problem| refusal(&FieldError::new(Field::Name, problem), language));
            let warned = warnings.map(|kind| warning(kind, language));
            let told = troubles.map(|kind| trouble(kind, language));
            let became = outcomes.map(|kind| outcome(kind, "Tea", language));
            for words in refused.into_iter().chain(warned).chain(told).chain(became).chain([nameless(language)]) {
                assert!(!words.is_empty() && !words.contains(['{', '}']), "{language}: {words}");
                all.insert(words);
                count += 1;
            }
        }
        assert_eq!(all.len(), count, "two kinds, or two languages, share their words");
    }

    #[test]
    fn headings_and_names_are_there() {
        for language in LANGUAGES {
            assert!(Stage::ALL.into_iter().all(|stage| !stage_title(stage, language).is_empty()), "{language}");
            assert!(Field::ALL.iter().all(|field| !field_name(*field, language).is_empty()), "{language}");
        }
        assert_eq!(
            refusal(&FieldError::new(Field::Capacity, Problem::People(1_000_000)), "fr"),
            "Combien de personnes ? Donnez un nombre de 1 à 1\u{202f}000\u{202f}000."
        );
        assert_eq!(
            warning(Warning::VenueTooSmall { seats: 60, people: 80 }, "es"),
            "El lugar tiene 60 plazas y tú prevés 80 personas."
        );
    }
}
