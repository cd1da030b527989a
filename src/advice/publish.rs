//! The last look: who may see it, a text for guests, and search words with a summary for machines (R23, R78).
//!
//! Promises: a text is made only of what the draft holds.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::subject;
use super::words::{Slots, Words, words};
use super::{Offer, Offers, Scene};
use crate::domain::draft::Draft;
use crate::domain::fact::Fact;
use crate::domain::suggestion::SuggestionKind;
use crate::domain::values::{EventKind, Visibility};

/// The longest summary that search pages show whole, in characters.
const SUMMARY_MAX: usize = 155;

/// How many search words are kept.
const KEYWORDS_MAX: usize = 10;

/// A plain text for guests, made of what is known.
pub fn describe(draft: &Draft, venue: Option<&str>, language: &str) -> String {
    let words = words(language);
    words
        .descriptions
        .first()
        .map(|template| text_of(words, draft, venue, template, &words.between))
        .unwrap_or_default()
}

/// What is kept beside a published event for search machines: `{keywords, meta_description, generated_at}` (R78).
pub fn seo(draft: &Draft, now: Timestamp) -> Value {
    let words = words("en");
    let summary = draft.description.clone().unwrap_or_else(|| describe(draft, None, "en"));
    json!({"keywords": keywords(words, draft), "meta_description": shortened(&summary), "generated_at": now.to_string()})
}

/// Cut at the end of a word.
fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SUMMARY_MAX {
        return line;
    }
    let cut: String = line.chars().take(SUMMARY_MAX - 1).collect();
    // A text without blanks, such as Chinese, is cut where it is full.
    let end = cut.rfind(' ').filter(|end| *end > cut.len() / 2).unwrap_or(cut.len());
    format!("{}…", cut.get(..end).unwrap_or(&cut).trim_end_matches([',', ';', ':', ' ']))
}

/// What somebody may search for to find this event: words of its name, its kind, its city.
pub(super) fn keywords(words: &Words, draft: &Draft) -> Vec<String> {
    let mut keywords: Vec<String> = Vec::new();
    let mut add = |word: String| {
        if !word.is_empty() && !keywords.contains(&word) {
            keywords.push(word);
        }
    };
    subject::telling(words, draft.name.as_deref().unwrap_or_default()).into_iter().for_each(&mut add);
    if let Some(kind) = draft.kind.filter(|kind| *kind != EventKind::Other) {
        add(words.kind(kind).noun.clone());
    }
    draft.city.iter().for_each(|city| add(city.to_lowercase()));
    keywords.truncate(KEYWORDS_MAX);
    keywords
}

fn text_of(words: &Words, draft: &Draft, venue: Option<&str>, template: &[String], between: &str) -> String {
    let kind = words.kind(draft.kind.unwrap_or(EventKind::Other));
    let when = draft.begins().map(|start| words.moment(start)).or_else(|| draft.date.map(|date| words.date(date)));
    let price = draft
        .price_cents
        .map(|cents| if cents == 0 { words.say.free.to_lowercase() } else { words.price(cents, draft.currency) });
    let counted = draft.capacity.map(|people| Slots::default().counting("people", people));
    let slots = counted
        .unwrap_or_default()
        .maybe("name", draft.name.as_deref())
        .with("kind", kind.noun.as_str())
        .with("a_kind", kind.a_noun.as_str())
        .maybe("city", draft.city.as_deref().map(|city| words.city(city)))
        .maybe("when", when)
        .maybe("place", venue.or(draft.place.as_deref()))
        .maybe("address", draft.address.as_deref().filter(|address| Some(*address) != venue.or(draft.place.as_deref())))
        .maybe("price", price);
    template.iter().filter_map(|sentence| slots.try_fill(sentence)).collect::<Vec<_>>().join(between)
}

/// Three texts for guests.
pub(super) fn descriptions(scene: &Scene<'_>) -> Offers {
    let words = scene.words;
    let mut draft = scene.draft.clone();
    draft.kind = Some(scene.kind);
    let named = words.description_labels.iter().zip(&words.description_reasons);
    let list = words.descriptions.iter().zip(named).enumerate().map(|(number, (template, (label, reason)))| {
        // The third is a list: one fact on a line.
        let text = text_of(words, &draft, None, template, if number == 2 { "\n" } else { &words.between });
        Offer {
            kind: SuggestionKind::Description,
            label: label.clone(),
            detail: reason.clone(),
            data: json!({"description": text, "metaDescription": shortened(&text), "keywords": keywords(words, &draft)}),
            facts: vec![Fact::Description(text)],
        }
    });
    let known = scene.draft.description.clone().map(Fact::Description);
    let fresh = |offer: &Offer| known.as_ref().is_none_or(|known| !offer.facts.contains(known));
    Offers { list: list.filter(fresh).collect(), ..Offers::default() }
}

/// Who may see it, then a text for guests.
pub(super) fn visibilities(scene: &Scene<'_>) -> Offers {
    let say = &scene.words.say;
    let choice = |value: Visibility, label: &str, why: &str| Offer {
        kind: SuggestionKind::Visibility,
        label: label.to_owned(),
        detail: why.to_owned(),
        data: json!({"visibility": value}),
        facts: vec![Fact::Visibility(value)],
    };
    let mut list = vec![
        choice(Visibility::Public, &say.visible_public, &say.visible_public_why),
        choice(Visibility::Private, &say.visible_private, &say.visible_private_why),
    ];
    if scene.draft.description.is_none() {
        list.extend(descriptions(scene).list.into_iter().take(1));
    }
    Offers { list, ..Offers::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> Draft {
        Draft {
            name: Some("The Toronto Tech Summit".to_owned()),
            kind: Some(EventKind::Conference),
            city: Some("Toronto".to_owned()),
            date: Some(jiff::civil::date(2027, 3, 4)),
            ..Draft::default()
        }
    }

    #[test]
    fn a_text_says_what_is_known_and_no_more() {
        assert_eq!(
            describe(&draft(), Some("The Old Mill"), "en"),
            "The Toronto Tech Summit is a conference in Toronto. It takes place on Thursday, March 4, 2027. The place is The Old Mill."
        );
        assert_eq!(describe(&Draft::default(), None, "en"), "This is an event.");
    }

    #[test]
    fn search_words_leave_out_what_says_nothing() {
        let seo = seo(&draft(), Timestamp::UNIX_EPOCH);
        assert_eq!(seo["keywords"], json!(["toronto", "tech", "summit", "conference"]));
        assert_eq!(seo["generated_at"], "1970-01-01T00:00:00Z");
    }

    #[test]
    fn a_summary_ends_with_a_word() {
        let long = shortened(&"many words ".repeat(30));
        assert!(long.chars().count() <= SUMMARY_MAX && long.ends_with("words…"), "{long}");
        assert!(shortened(&"字".repeat(300)).chars().count() <= SUMMARY_MAX);
    }
}
