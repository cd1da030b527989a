//! What two people changed at once: both values side by side, so that somebody can say which should stay.

use super::Telling;
use crate::domain::draft::Draft;
use crate::domain::error::Problem;
use crate::domain::event_draft;
use crate::domain::fact::Field;
use crate::understanding::card;
use crate::understanding::catalogue::{fill, phrase};
use crate::understanding::notices::refusal;
use crate::understanding::prose::{date_words, field_words, price_words, time_words};

/// Why values were refused, each reason once; those of fields that somebody changed meanwhile in one sentence.
pub(super) fn refusals(telling: &Telling<'_>) -> Vec<String> {
    let language = telling.language;
    let mut parts: Vec<String> = Vec::new();
    for error in telling.errors {
        let both = telling.yours.filter(|_| error.problem == Problem::ChangedMeanwhile);
        let words = both.map_or_else(|| refusal(error, language), |yours| side_by_side(telling, yours));
        if !parts.contains(&words) {
            parts.push(words);
        }
    }
    parts
}

/// "Name: now “Ball”, yours “Gala”", for every field that was changed meanwhile.
fn side_by_side(telling: &Telling<'_>, yours: &Draft) -> String {
    let language = telling.language;
    let both = |field: Field| {
        let words = |draft: &Draft| value(field, draft, language).unwrap_or_else(|| phrase(language, "meanwhile_none"));
        let values =
            [("field", field_words(field, language)), ("current", words(telling.draft)), ("yours", words(yours))];
        fill(language, "meanwhile_value", &values.each_ref().map(|(key, words)| (*key, words.as_str())))
    };
    let changed = telling.errors.iter().filter(|error| error.problem == Problem::ChangedMeanwhile);
    let all: Vec<String> = changed.map(|error| both(error.field)).collect();
    fill(language, "meanwhile", &[("values", &all.join(&phrase(language, "meanwhile_next")))])
}

/// A field's value as the card shows it; what the card has no line for as it is saved.
fn value(field: Field, draft: &Draft, language: &str) -> Option<String> {
    match field {
        Field::Name => draft.name.as_deref().map(|name| fill(language, "quote", &[("text", name)])),
        Field::PriceCents => draft.price_cents.map(|cents| price_words(cents, draft.currency, language)),
        Field::EndDateTime => match draft.ends() {
            Some(end) => {
                let (day, hour) = (date_words(end.date(), language), time_words(end.time(), language));
                Some(fill(language, "date_time", &[("date", &day), ("time", &hour)]))
            }
            None => draft.end_date.map(|date| date_words(date, language)),
        },
        _ => {
            let line = card::lines(draft, None, language).into_iter().find(|line| line.field == field);
            line.map(|line| line.value).or_else(|| event_draft::value(field, draft)?.as_str().map(str::to_owned))
        }
    }
}
