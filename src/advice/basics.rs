//! Names, with the link and search words that follow from each, and kinds of event (R18).
//!
//! Promises: a name is made only of what was said, the day and the kind; a kind is the one that the words point to, then those
//! that are frequent in the city, then the others in a fixed order.

use serde_json::json;
use sqlx::PgConnection;

use super::words::Slots;
use super::{Offer, Offers, SHOWN, Sample, Scene, publish, subject, timing};
use crate::domain::fact::Fact;
use crate::domain::publishing::slug_for;
use crate::domain::suggestion::SuggestionKind;
use crate::domain::values::EventKind;
use crate::store::error::StoreError;
use crate::store::history::{self, Often};

/// Three names.
pub(super) fn names(scene: &Scene<'_>) -> Offers {
    let (draft, words) = (scene.draft, scene.words);
    let known = draft.name.as_deref();
    let day = draft.date.unwrap_or_else(|| timing::first_day(scene));
    let told = [scene.said, draft.description.as_deref().unwrap_or_default()];
    let topic = told.iter().find_map(|text| subject::topic(words, text, scene.kind, draft.city.as_deref()));
    let slots = Slots::default()
        .maybe("name", known)
        .maybe("topic", topic)
        .maybe("city", draft.city.as_deref().map(|city| words.city(city)))
        .with("kind", words.kind(scene.kind).noun.as_str())
        .with("Kind", words.kind(scene.kind).title.as_str())
        .with("month", words.month(day))
        .with("year", day.year().to_string());
    let fresh = |name: &String| {
        let added = |name: &str| known.is_none_or(|known| !known.to_lowercase().contains(&name.to_lowercase()));
        name.chars().count() <= 100
            && added(known.and_then(|known| name.strip_prefix(known)).unwrap_or(name).trim_matches([' ', ':']))
    };
    let templates = words.names_of_name.iter().chain(&words.names);
    let mut names: Vec<String> = Vec::new();
    for name in templates.filter_map(|template| slots.try_fill(template)).filter(fresh) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.truncate(SHOWN);
    Offers { list: names.into_iter().map(|name| name_offer(scene, name)).collect(), ..Offers::default() }
}

fn name_offer(scene: &Scene<'_>, name: String) -> Offer {
    let slug = slug_for(&name);
    let mut imagined = scene.draft.clone();
    imagined.name = Some(name.clone());
    let keywords = publish::keywords(scene.words, &imagined);
    let detail = Slots::default().with("slug", slug.as_str());
    Offer {
        kind: SuggestionKind::Name,
        label: name.clone(),
        detail: detail.fill(&scene.words.say.name_detail),
        data: json!({"name": name, "slug": slug, "keywords": keywords}),
        facts: vec![Fact::Name(name)],
    }
}

/// Three kinds of event.
pub(super) async fn kinds(conn: &mut PgConnection, scene: &Scene<'_>) -> Result<Offers, StoreError> {
    let seen = history::kinds(conn, scene.draft.city.as_deref()).await?;
    let sample = Sample::of_often(&seen);
    let seen: Vec<Often<EventKind>> = if sample.speaks() { seen } else { Vec::new() };
    let texts = [scene.said, scene.draft.name.as_deref().unwrap_or_default()];
    let said = texts.iter().find_map(|text| subject::sign_in(scene.words, text));
    let mut order: Vec<EventKind> = said.iter().map(|(kind, _)| *kind).collect();
    for kind in seen.iter().map(|often| often.value).chain(EventKind::ALL.iter().copied()) {
        if !order.contains(&kind) {
            order.push(kind);
        }
    }
    let list = order.into_iter().filter(|kind| scene.draft.kind != Some(*kind)).take(SHOWN).map(|kind| {
        let often = seen.iter().find(|often| often.value == kind);
        let word = said.as_ref().filter(|(said, _)| *said == kind).map(|(_, word)| word.as_str());
        kind_offer(scene, kind, often, word)
    });
    Ok(Offers { list: list.collect(), note: None, sample })
}

fn kind_offer(scene: &Scene<'_>, kind: EventKind, often: Option<&Often<EventKind>>, word: Option<&str>) -> Offer {
    let (words, say) = (scene.words.kind(kind), &scene.words.say);
    let slots = Slots::default().with("hint", words.hint.as_str()).maybe("word", word).maybe(
        "sample",
        often.map(|often| {
            let everything = Scene { kind: EventKind::Other, ..scene.clone() };
            everything.sample_words(Sample { size: often.of, demo: often.demo }, scene.draft.city.as_deref(), None)
        }),
    );
    let slots = slots.maybe("count", often.map(|often| often.count.to_string()));
    let detail = slots.try_fill(&say.kind_said).or_else(|| slots.try_fill(&say.kind_seen));
    Offer {
        kind: SuggestionKind::Type,
        label: words.title.clone(),
        detail: detail.unwrap_or_else(|| slots.fill(&say.kind_hint)),
        data: json!({"type": kind}),
        facts: vec![Fact::Type(kind)],
    }
}
