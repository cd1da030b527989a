//! What a model's sentence is measured against.

use std::collections::{BTreeSet, HashSet};
use std::sync::LazyLock;

use jiff::civil::{Date, DateTime, Time};
use language::{Language, Reading, Reference, TimeValue, Token, TokenKind};

use super::Verdict;
use crate::domain::draft::Draft;
use crate::domain::fact::{Fact, Field};
use crate::domain::money::major;
use crate::domain::suggestion::Suggestion;
use crate::understanding::{Context, understand};

/// So many words in a row that stand in the instructions are the instructions.
const SHINGLE: usize = 7;

/// Where what is known comes from.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// The draft.
    pub draft: &'a Draft,
    /// The name of its venue, when it is one that we know.
    pub venue: Option<&'a str>,
    /// What is offered.
    pub suggestions: &'a [Suggestion],
    /// The organizer's own words.
    pub words: &'a str,
    /// The organizer's local time.
    pub now: DateTime,
    /// ISO 639-1.
    pub language: &'a str,
    /// The house's own words to the model.
    pub instructions: &'a str,
    /// Where the public pages are.
    pub public_url: &'a str,
}

/// What may be said.
#[derive(Debug)]
pub struct Known {
    dates: BTreeSet<Date>,
    times: BTreeSet<Time>,
    amounts: BTreeSet<String>,
    people: BTreeSet<u32>,
    lengths: BTreeSet<i64>,
    /// Everything that was written about the event, in small letters.
    text: String,
    /// The words of it, in plain letters.
    words: HashSet<String>,
    /// Fields that the draft has.
    has: Vec<Field>,
    links: Vec<String>,
    reference: Reference,
    now: DateTime,
    language: String,
    instructions: HashSet<u64>,
}

impl Known {
    /// Everything that these sources know.
    pub fn from(sources: &Sources<'_>) -> Self {
        let language = Language::from_code(sources.language);
        let reference = Reference { language, ..Reference::from(sources.now) };
        let draft = sources.draft;
        let mut known = Self {
            dates: BTreeSet::from([sources.now.date()]),
            times: BTreeSet::new(),
            amounts: BTreeSet::from(["0".to_owned()]),
            people: BTreeSet::new(),
            lengths: BTreeSet::new(),
            text: String::new(),
            words: HashSet::new(),
            has: Field::ALL.iter().copied().filter(|field| draft.has(*field)).collect(),
            links: links(sources),
            reference,
            now: sources.now,
            language: sources.language.to_owned(),
            instructions: shingles(sources.instructions).collect(),
        };
        known.learn_draft(draft);
        for suggestion in sources.suggestions {
            known.learn_text(&suggestion.label);
            known.learn_text(suggestion.detail.as_deref().unwrap_or_default());
            for fact in &suggestion.facts {
                known.learn_fact(fact, draft);
            }
        }
        known.learn_text(sources.venue.unwrap_or_default());
        known.learn_text(sources.words);
        known
    }

    fn learn_draft(&mut self, draft: &Draft) {
        let texts = [&draft.name, &draft.place, &draft.address, &draft.city, &draft.description, &draft.refund_policy];
        for text in texts.into_iter().flatten() {
            self.learn_text(text);
        }
        let moments = [draft.begins(), draft.ends()];
        self.dates.extend(draft.date.iter().chain(&draft.end_date));
        self.dates.extend(moments.iter().flatten().map(|moment| moment.date()));
        self.times.extend(draft.time.iter().chain(&draft.end_time));
        self.times.extend(moments.iter().flatten().map(|moment| moment.time()));
        self.people.extend(draft.capacity);
        self.lengths.extend(draft.duration_min.map(|minutes| i64::from(minutes) * 60));
        let digits = draft.currency.map_or(2, |currency| currency.digits());
        self.amounts.extend(draft.price_cents.map(|cents| amount(&major(cents, digits))));
        for tier in &draft.tiers {
            self.learn_text(&tier.name);
            self.amounts.insert(amount(&major(tier.price_cents, digits)));
            self.dates.extend(tier.sales_from.iter().chain(&tier.sales_until));
            self.people.extend(tier.quantity);
        }
    }

    fn learn_fact(&mut self, fact: &Fact, draft: &Draft) {
        let mut offered = Draft { currency: draft.currency, date: draft.date, time: draft.time, ..Draft::default() };
        offered.apply(&vec![(fact.clone(), crate::domain::values::Provenance::Said)]);
        self.learn_draft(&offered);
    }

    /// What somebody wrote may be said back.
    fn learn_text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.text.push_str(&text.to_lowercase());
        self.text.push('\n');
        let reading = language::read(text, &self.reference);
        self.words.extend(reading.tokens.iter().map(|token| token.lower.clone()));
        for time in &reading.times {
            for value in std::iter::once(&time.value).chain(&time.alternatives) {
                self.dates.extend(days(value));
                self.times.extend(hours(value));
            }
        }
        for money in &reading.money {
            self.amounts.insert(amount(&money.amount.to_string()));
            self.amounts.extend(money.upper.map(|upper| amount(&upper.to_string())));
        }
        for number in &reading.numbers {
            self.people.extend(count(number.value));
            self.people.extend(number.upper.and_then(count));
            self.amounts.insert(amount(&number.value.to_string()));
        }
        self.lengths.extend(reading.durations.iter().map(|length| length.seconds));
    }

    /// Whether the part of the sentence that is not shown yet must wait for the sentence's end.
    pub(super) fn must_wait(&self, tail: &str, sentence: &str, shown: usize) -> bool {
        let rest = sentence.get(shown..).unwrap_or_default();
        if rest.contains(|letter: char| letter.is_numeric() || "$€£¥:/@[<`*_#\u{3000}".contains(letter)) {
            return true;
        }
        // Writing without capitals and blanks shows a name only by its sense.
        if rest.contains(|letter: char| ('\u{2e80}'..='\u{ffef}').contains(&letter)) {
            return true;
        }
        let reading = language::read(sentence, &self.reference);
        let speaks = !reading.times.is_empty()
            || !reading.money.is_empty()
            || !reading.numbers.is_empty()
            || !reading.durations.is_empty()
            || !reading.places.is_empty();
        speaks || self.names_stranger(&reading) || self.leaks(tail, sentence) || claims_an_act(sentence)
    }

    /// A word with a capital in the middle of a sentence that nobody wrote about this event.
    fn names_stranger(&self, reading: &Reading) -> bool {
        reading.tokens.iter().skip(1).any(|word| self.is_stranger(word))
    }

    fn is_stranger(&self, word: &Token) -> bool {
        let is_name = word.kind == TokenKind::Word && word.capital && word.lower.chars().count() > 1;
        is_name && !self.words.contains(&word.lower)
    }

    /// "At the Rex", where nobody wrote of a Rex.
    fn names_strange_place(&self, reading: &Reading) -> bool {
        let data = claims();
        reading.tokens.windows(3).any(|words| {
            let [first, second, third] = words else { return false };
            let leads = data.places.contains(&first.lower);
            leads && (self.is_stranger(second) || data.articles.contains(&second.lower) && self.is_stranger(third))
        })
    }

    fn leaks(&self, tail: &str, sentence: &str) -> bool {
        shingles(&format!("{tail} {sentence}")).any(|shingle| self.instructions.contains(&shingle))
    }

    /// What is wrong with a whole sentence that follows these words.
    pub(super) fn verdict(&self, tail: &str, sentence: &str) -> Verdict {
        if self.leaks(tail, sentence) {
            return Verdict::Leak;
        }
        if self.has_foreign_link(sentence) || claims_an_act(sentence) {
            return Verdict::Forbidden;
        }
        let reading = language::read(sentence, &self.reference);
        let mut wrong = BTreeSet::new();
        for time in &reading.times {
            let values = || std::iter::once(&time.value).chain(&time.alternatives);
            let speaks_of_a_day = values().any(|value| value.has_date && days(value).next().is_some());
            if speaks_of_a_day && !values().any(|value| days(value).any(|day| self.dates.contains(&day))) {
                wrong.insert(Field::DateTime);
            }
            let speaks_of_an_hour = values().any(|value| value.has_hour && !value.is_part_of_day);
            if speaks_of_an_hour && !values().any(|value| hours(value).any(|hour| self.times.contains(&hour))) {
                wrong.insert(Field::DateTime);
            }
            if values().all(|value| value.rrule.is_some()) && !self.has.contains(&Field::Recurrence) {
                wrong.insert(Field::Recurrence);
            }
        }
        let strange = |money: &language::Money| {
            let amounts = [Some(money.amount), money.upper];
            !money.free && amounts.into_iter().flatten().any(|sum| !self.amounts.contains(&amount(&sum.to_string())))
        };
        if reading.money.iter().any(strange) {
            wrong.insert(Field::PriceCents);
        }
        if reading.durations.iter().any(|length| length.seconds >= 1_800 && !self.lengths.contains(&length.seconds)) {
            wrong.insert(Field::Duration);
        }
        if reading.places.iter().any(|place| place.confidence >= 0.5 && !self.wrote(place.span.text(sentence))) {
            wrong.insert(Field::Place);
        }
        if self.names_strange_place(&reading) {
            wrong.insert(Field::Place);
        }
        if reading.numbers.iter().any(|number| self.miscounts(sentence, number)) {
            wrong.insert(Field::Capacity);
        }
        wrong.extend(self.misstated(sentence));
        if wrong.is_empty() { Verdict::Fine } else { Verdict::Wrong(wrong.into_iter().collect()) }
    }

    /// A number of people that nobody spoke of.
    fn miscounts(&self, sentence: &str, number: &language::Number) -> bool {
        let rest = sentence.get(number.span.end..).unwrap_or_default().trim_start().to_lowercase();
        let is_known = self.people.iter().any(|known| (f64::from(*known) - number.value).abs() < 0.5);
        !is_known && claims().people.iter().any(|word| rest.starts_with(word.as_str()))
    }

    /// What the sentence would state about an event if an organizer said it, and that is not so.
    fn misstated(&self, sentence: &str) -> Vec<Field> {
        let nothing = Draft::default();
        let context = Context { language: Some(&self.language), ..Context::opening(self.now, &nothing) };
        let facts = understand(sentence, &context).patch.into_iter().map(|(fact, _)| fact);
        let strange = facts.filter_map(|fact| match &fact {
            Fact::Capacity(people) if !self.people.contains(people) => Some(Field::Capacity),
            Fact::Place(name) | Fact::Address(name) if !self.wrote(name) => Some(Field::Place),
            Fact::Price(0) if self.has.contains(&Field::PriceCents) && !self.amounts_have_free() => {
                Some(Field::PriceCents)
            }
            Fact::Name(name) if self.has.contains(&Field::Name) && !self.wrote(name) => Some(Field::Name),
            _ => None,
        });
        strange.collect()
    }

    fn amounts_have_free(&self) -> bool {
        self.text.contains("free") || !self.has.contains(&Field::PriceCents)
    }

    fn wrote(&self, text: &str) -> bool {
        self.text.contains(&text.to_lowercase())
    }

    /// A link that is not the event's, or a sign that would make one.
    fn has_foreign_link(&self, sentence: &str) -> bool {
        let lower = sentence.to_lowercase();
        if ["](", "<", "javascript:", "data:"].iter().any(|sign| lower.contains(sign)) {
            return true;
        }
        let starts = ["http://", "https://", "www."];
        let is_ours = |word: &str| {
            let word = word.trim_matches(['(', ')', '.', ',', '!', '?', ';']);
            let mut rest = self.links.iter().filter_map(|link| word.strip_prefix(link.to_lowercase().as_str()));
            // Another house's name may begin with ours: "events.example.evil".
            rest.any(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
        };
        let is_link = |word: &&str| starts.iter().any(|start| word.contains(start));
        lower.split_whitespace().filter(is_link).any(|word| !is_ours(word))
    }
}

/// Where guests are sent by the event itself.
fn links(sources: &Sources<'_>) -> Vec<String> {
    let all = sources.draft.online_url.as_deref().into_iter().chain([sources.public_url]);
    all.map(|link| link.trim_end_matches('/').to_owned()).filter(|link| !link.is_empty()).collect()
}

/// Says that something was done that only the house does.
fn claims_an_act(sentence: &str) -> bool {
    let lower = sentence.to_lowercase();
    claims().acts.iter().any(|claim| lower.contains(claim))
}

/// The words of `data/guard.toml`, for all languages together.
#[derive(Debug, Default, serde::Deserialize)]
struct Claims {
    acts: Vec<String>,
    places: Vec<String>,
    articles: Vec<String>,
    people: Vec<String>,
}

fn claims() -> &'static Claims {
    static CLAIMS: LazyLock<Claims> =
        LazyLock::new(|| toml::from_str(include_str!("../data/guard.toml")).unwrap_or_default());
    &CLAIMS
}

/// The days that a time names; none for a month or a year as a whole or a piece of it, or where only an hour was said.
fn days(value: &TimeValue) -> impl Iterator<Item = Date> {
    let exact = value.has_date && !value.is_rough && value.grain <= language::Grain::Day;
    let last = value.end.filter(|_| exact && value.end.is_some_and(|end| end.date() != value.start.date()));
    // The end of a stretch of days is the beginning of the day after.
    let last = last.map(|end| {
        if end.time() == Time::midnight() { end.date().yesterday().unwrap_or(end.date()) } else { end.date() }
    });
    exact.then(|| value.start.date()).into_iter().chain(last)
}

fn hours(value: &TimeValue) -> impl Iterator<Item = Time> {
    let said = value.has_hour && !value.is_part_of_day;
    said.then(|| value.start.time()).into_iter().chain(value.end.filter(|_| said).map(DateTime::time))
}

fn count(value: f64) -> Option<u32> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and in range")]
    let whole = (value.fract() == 0.0 && (0.0..4e9).contains(&value)).then_some(value as u32);
    whole
}

/// An amount without needless zeros.
fn amount(text: &str) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
}

/// The last words of a text, one less than make a run.
pub(super) fn tail(before: &str, sentence: &str) -> String {
    let text = format!("{before} {sentence}");
    let words: Vec<&str> = text.split_whitespace().collect();
    words.get(words.len().saturating_sub(SHINGLE - 1)..).unwrap_or_default().join(" ")
}

/// Every run of [`SHINGLE`] words, as a number.
fn shingles(text: &str) -> impl Iterator<Item = u64> {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let words: Vec<String> = text
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let hash = |window: &[String]| {
        let mut hasher = DefaultHasher::new();
        window.hash(&mut hasher);
        hasher.finish()
    };
    let all: Vec<u64> = words.windows(SHINGLE).map(hash).collect();
    all.into_iter()
}
