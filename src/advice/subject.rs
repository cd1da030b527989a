//! What an event is about, read from what was said: its kind, and the word or two before or after the kind.
//!
//! Promises: nothing is added; at most two words of what was said are taken, and only words that say something.

use super::words::Words;
use crate::domain::draft::Draft;
use crate::domain::values::EventKind;

/// The kind of event that the words point to, where the draft has none.
pub(super) fn kind_in(words: &Words, draft: &Draft, said: &str) -> Option<EventKind> {
    sign_in(words, said)
        .or_else(|| sign_in(words, draft.name.as_deref().unwrap_or_default()))
        .or_else(|| sign_in(words, draft.description.as_deref().unwrap_or_default()))
        .map(|(kind, _)| kind)
}

/// The kind of event that a text points to, with the word that does.
pub(super) fn sign_in(words: &Words, text: &str) -> Option<(EventKind, String)> {
    let tokens = tokens(text);
    let lower = text.to_lowercase();
    // Words of one letter script stand between blanks; Chinese words stand in the middle of a line.
    let signs =
        |sign: &str| if sign.is_ascii() { tokens.iter().any(|token| token == sign) } else { lower.contains(sign) };
    EventKind::ALL.iter().find_map(|kind| {
        let sign = words.kind(*kind).signs.iter().find(|sign| signs(sign))?;
        Some((*kind, sign.clone()))
    })
}

/// What the event is about: "tech" in "a tech conference for 500", "pottery" in "a workshop on pottery".
pub(super) fn topic(words: &Words, text: &str, kind: EventKind, city: Option<&str>) -> Option<String> {
    let tokens = tokens(text);
    let signs = &words.kind(kind).signs;
    let at = tokens.iter().position(|token| signs.contains(token))?;
    let place = city.map(str::to_lowercase).unwrap_or_default();
    // A month is no subject. "The Friday Night Concert" is a name; where the subject follows, the day stands in its place.
    let days: &[String] = if words.subject_follows { &words.weekdays } else { &[] };
    let tells_when = |token: &str| words.months.iter().chain(days).any(|name| name.to_lowercase() == token);
    let says = |token: &&String| {
        let plain = token.chars().all(char::is_alphabetic) && (2..=20).contains(&token.chars().count());
        plain
            && !words.noise.contains(token)
            && !signs.contains(token)
            && !tells_when(token)
            && !place.split_whitespace().any(|part| part == token.as_str())
    };
    let (before, after) = (tokens.get(..at).unwrap_or_default(), tokens.get(at + 1..).unwrap_or_default());
    let mut subject: Vec<&String> = before.iter().rev().take_while(says).take(2).collect();
    subject.reverse();
    if words.subject_follows || subject.is_empty() {
        let led = after.first().is_some_and(|word| words.about.contains(word));
        let told = if led || words.subject_follows { after.iter() } else { [].iter() };
        subject = told.skip(usize::from(led)).take_while(says).take(2).collect();
    }
    let subject: Vec<String> = subject.into_iter().map(|word| capital(word)).collect();
    (!subject.is_empty()).then(|| subject.join(" "))
}

/// The words of a text that say something, once each, in order: what somebody may search for.
pub(super) fn telling(words: &Words, text: &str) -> Vec<String> {
    let mut telling: Vec<String> = Vec::new();
    for token in tokens(text) {
        let says = token.chars().count() > 1 && token.chars().any(char::is_alphabetic) && !words.noise.contains(&token);
        if says && !telling.contains(&token) {
            telling.push(token);
        }
    }
    telling
}

/// A word with a capital.
pub(super) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Words in small letters; hyphens and apostrophes within a word stay.
fn tokens(text: &str) -> Vec<String> {
    let within = |c: char| c.is_alphanumeric() || c == '-' || c == '\'' || c == '’';
    let words = text.split(|c: char| !within(c)).map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    words.filter(|word| !word.is_empty()).take(200).map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::super::words::words;
    use super::*;

    fn topic_of(text: &str) -> Option<String> {
        let words = words("en");
        let kind = sign_in(words, text).map_or(EventKind::Other, |(kind, _)| kind);
        topic(words, text, kind, Some("Toronto"))
    }

    #[test]
    fn the_subject_is_what_was_said_of_the_kind() {
        assert_eq!(topic_of("I want to create a tech conference for 500 people").as_deref(), Some("Tech"));
        assert_eq!(topic_of("a workshop on glass blowing, 12 people").as_deref(), Some("Glass Blowing"));
        assert_eq!(topic_of("a Toronto meetup"), None);
        assert_eq!(topic_of("a conference"), None);
        assert_eq!(topic_of("asdf qwer"), None);
        assert_eq!(topic_of("Test input for stage 1"), None);
        assert_eq!(topic_of("an early March concert"), None);
        assert_eq!(topic_of("a Friday night concert").as_deref(), Some("Friday Night"));
    }

    #[test]
    fn in_french_the_subject_follows() {
        let of = |text| topic(words("fr"), text, EventKind::Conference, Some("Montréal"));
        assert_eq!(of("une grande conférence tech à Montréal").as_deref(), Some("Tech"));
        assert_eq!(of("conférence sur les données ouvertes"), None);
        assert_eq!(of("je veux organiser une conférence"), None);
        assert_eq!([of("une conférence début mars à 19h"), of("une conférence vendredi soir")], [None, None]);
        let concert = |text| topic(words("es"), text, EventKind::Concert, None);
        assert_eq!(concert("un concierto viernes por la noche"), None);
        assert_eq!(concert("un concierto jazz el viernes").as_deref(), Some("Jazz"));
    }

    #[test]
    fn only_telling_words_are_searched_for() {
        assert_eq!(telling(words("en"), "a venue for 200 people in downtown Toronto"), ["downtown", "toronto"]);
    }
}
