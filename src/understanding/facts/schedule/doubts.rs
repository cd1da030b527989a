//! Days that can be meant in another way, or that lie behind us.

use jiff::civil::{Date, Time};

use crate::domain::fact::{Fact, Field};
use crate::understanding::facts::gathering::Gathering;
use crate::understanding::prose::{date_words, time_words};
use crate::understanding::{Doubt, Other, Reason};

/// Asks which of these hours is meant, where only a part of the day was said.
pub(super) fn about_hour(g: &mut Gathering<'_, '_>, hours: [Time; 2]) {
    let language = g.scene.language().code();
    let other = |hour: Time| Other { words: time_words(hour, language), facts: vec![Fact::Time(hour)] };
    let others = hours.map(other).to_vec();
    g.doubt(Doubt { field: Field::DateTime, reason: Reason::PartOfDay, chosen: None, others });
}

/// Names the other readings of a day, with weekday and full date; `first` is likelier than those of the words.
pub(super) fn about_day(g: &mut Gathering<'_, '_>, time: &language::Time, chosen: Date, first: Option<Date>) {
    let language = g.scene.language().code();
    let today = g.scene.context.now.date();
    let mut others: Vec<Other> = Vec::new();
    let alternatives = time.alternatives.iter().filter(|value| value.has_date).map(|value| value.start.date());
    for date in first.into_iter().chain(alternatives) {
        let words = date_words(date, language);
        let fresh = date != chosen && date >= today && others.iter().all(|other| other.words != words);
        // A day and its hour twelve hours later are one day.
        if fresh {
            others.push(Other { words, facts: vec![Fact::Date(date)] });
        }
    }
    let reason = if chosen < today { Reason::Past } else { Reason::Ambiguous };
    if reason == Reason::Past || !others.is_empty() {
        g.doubt(Doubt { field: Field::DateTime, reason, chosen: Some(date_words(chosen, language)), others });
    }
}
