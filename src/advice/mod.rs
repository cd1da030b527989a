//! Suggestions from data, never invented: what an organizer may pick for the question at hand.
//!
//! Promises: at least one suggestion on every stage, three wherever three exist; each can be applied as it stands and says what
//! it rests on; what has no data behind it is a rule of thumb and says so; no proposed day is past; the same draft and the same
//! data give the same suggestions. A new kind of advice: a file here, its line in `topic.rs` and in [`suggest`].

mod basics;
mod budget;
mod capacity;
mod policies;
mod pricing;
mod publish;
mod subject;
mod tickets;
mod timing;
mod topic;
pub mod venues;
mod words;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::clock::Ids;
use crate::domain::draft::Draft;
use crate::domain::fact::{Fact, Field};
use crate::domain::money::Currency;
use crate::domain::person::Person;
use crate::domain::publishing;
use crate::domain::stage::Stage;
use crate::domain::suggestion::{Suggestion, SuggestionKind};
use crate::domain::values::EventKind;
use crate::store::error::StoreError;
use crate::store::history::{Often, Quartiles};
pub use publish::{describe, seo};
use topic::Topic;
pub use venues::resolve_place;
use words::{Slots, Words, words};

/// How many are shown.
const SHOWN: usize = 3;

/// Below so many events a sample says nothing.
const SMALLEST_SAMPLE: u32 = 3;

/// What advice is asked for.
pub struct Question<'a> {
    /// The conversation.
    pub session: Uuid,
    /// Where the conversation is.
    pub stage: Stage,
    /// What is known.
    pub draft: &'a Draft,
    /// What the organizer is asked next; it decides what is suggested, before the stage does.
    pub asked: &'a [Field],
    /// What the organizer just said.
    pub wish_text: Option<&'a str>,
    /// Who asks.
    pub person: &'a Person,
    /// This moment.
    pub now: Timestamp,
    /// Where the suggestions' ids come from.
    pub ids: &'a dyn Ids,
    /// ISO 639-1; English where there are no words of it.
    pub language: &'a str,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Advice {
    /// Best first, at most three.
    pub suggestions: Vec<Suggestion>,
    /// What the organizer should know about them, such as that there is no data yet.
    pub note: Option<String>,
    /// What they rest on.
    pub sample: Sample,
}

/// How much data is behind an advice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sample {
    /// So many venues or events; 0 where a rule of thumb is all there is.
    pub size: u32,
    /// So many of them are demo data.
    pub demo: u32,
}

/// A suggestion without its id.
#[derive(Debug)]
struct Offer {
    kind: SuggestionKind,
    label: String,
    detail: String,
    data: Value,
    facts: Vec<Fact>,
}

/// What one kind of advice found.
#[derive(Debug, Default)]
struct Offers {
    list: Vec<Offer>,
    note: Option<String>,
    sample: Sample,
}

/// What can be suggested now. Runs in the name of whoever asks.
pub async fn suggest(conn: &mut PgConnection, question: &Question<'_>) -> Result<Advice, StoreError> {
    let scene = Scene::new(question);
    let topic = topic::of(question);
    let mut offers = offers(conn, &scene, topic).await?;
    if let Some(beside) = topic.beside().filter(|_| offers.list.len() < SHOWN) {
        offers.list.extend(self::offers(conn, &scene, beside).await?.list);
    }
    offers.list.truncate(SHOWN);
    let suggestion = |offer: Offer| Suggestion {
        id: question.ids.id(),
        kind: offer.kind,
        label: offer.label,
        detail: Some(offer.detail).filter(|detail| !detail.is_empty()),
        data: offer.data,
        facts: offer.facts,
    };
    Ok(Advice {
        suggestions: offers.list.into_iter().map(suggestion).collect(),
        note: offers.note,
        sample: offers.sample,
    })
}

/// What one kind of advice offers.
async fn offers(conn: &mut PgConnection, scene: &Scene<'_>, topic: Topic) -> Result<Offers, StoreError> {
    Ok(match topic {
        Topic::Name => basics::names(scene),
        Topic::Kind => basics::kinds(conn, scene).await?,
        Topic::Description => publish::descriptions(scene),
        Topic::Place => venues::places(conn, scene).await?,
        Topic::PlaceKind => venues::place_kinds(scene),
        Topic::Capacity => capacity::sizes(conn, scene).await?,
        Topic::Moment => timing::moments(conn, scene).await?,
        Topic::Length => timing::lengths(conn, scene).await?,
        Topic::Price => pricing::prices(conn, scene).await?,
        Topic::Currency => pricing::currencies(scene),
        Topic::Tiers => tickets::tiers(conn, scene).await?,
        Topic::Limit => tickets::limits(scene),
        Topic::Tax => policies::taxes(scene),
        Topic::Refunds => policies::refunds(conn, scene).await?,
        Topic::Visibility => publish::visibilities(scene),
    })
}

/// A question with what every kind of advice derives from it.
#[derive(Clone)]
struct Scene<'a> {
    session: Uuid,
    draft: &'a Draft,
    said: &'a str,
    person: &'a Person,
    now: Timestamp,
    words: &'static Words,
    /// The draft's kind, else the one that its words point to.
    kind: EventKind,
    currency: Currency,
    zone: TimeZone,
}

impl<'a> Scene<'a> {
    fn new(question: &Question<'a>) -> Self {
        let (draft, words) = (question.draft, words(question.language));
        let said = question.wish_text.unwrap_or_default();
        let zone = draft.timezone.as_deref().or(question.person.timezone.as_deref());
        Self {
            session: question.session,
            draft,
            said,
            person: question.person,
            now: question.now,
            words,
            kind: draft.kind.or_else(|| subject::kind_in(words, draft, said)).unwrap_or(EventKind::Other),
            currency: draft.currency.unwrap_or_else(|| publishing::usual_currency(draft, question.person)),
            zone: zone.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC),
        }
    }

    /// `14 conferences in Toronto for 100 to 400 people (demo data)`.
    fn sample_words(&self, sample: Sample, city: Option<&str>, people: Option<(u32, u32)>) -> String {
        let slots = Slots::default()
            .with("count", sample.size.to_string())
            .with("kinds", self.words.kind(self.kind).plural.as_str())
            .maybe("city", city.map(|city| self.words.city(city)))
            .maybe("least", people.map(|(least, _)| least.to_string()))
            .maybe("most", people.map(|(_, most)| most.to_string()))
            .with("demo", sample.demo.to_string());
        let say = &self.words.say;
        let plain = slots.fill(&say.sample);
        let slots = slots.with("sample", plain.as_str());
        match sample.demo {
            0 => plain,
            demo if demo >= sample.size => slots.fill(&say.sample_demo),
            _ => slots.fill(&say.sample_part_demo),
        }
    }
}

impl Sample {
    fn of_quartiles(quartiles: &Quartiles) -> Self {
        Self { size: quartiles.size, demo: quartiles.demo }
    }

    fn of_often<T>(often: &[Often<T>]) -> Self {
        often.first().map_or_else(Self::default, |first| Self { size: first.of, demo: first.demo })
    }

    /// Large enough to say something.
    fn speaks(self) -> bool {
        self.size >= SMALLEST_SAMPLE
    }
}
