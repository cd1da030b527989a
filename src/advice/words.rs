//! The words of each language and the figures that are usual everywhere, from the files in `data/`.
//!
//! Promises: a key too many or too few in a file turns a test red; a template is used only when each of its blanks is known, so
//! that no suggestion has a hole. A new language: a file in `data/` and a line in [`FILES`].

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::{Date, DateTime, Time};
use serde::Deserialize;

use crate::domain::money::{Currency, local_amount, local_price};
use crate::domain::values::EventKind;

const FILES: &[(&str, &str)] = &[
    ("en", include_str!("data/en.toml")),
    ("es", include_str!("data/es.toml")),
    ("fr", include_str!("data/fr.toml")),
    ("zh", include_str!("data/zh.toml")),
];

#[expect(clippy::expect_used, reason = "the files are part of the program, and a test reads each")]
static WORDS: LazyLock<BTreeMap<&str, Words>> = LazyLock::new(|| {
    let read = |(code, text): &(&'static str, &str)| (*code, toml::from_str(text).expect("advice/data is well formed"));
    FILES.iter().map(read).collect()
});

#[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
static USUAL: LazyLock<Usual> =
    LazyLock::new(|| toml::from_str(include_str!("data/usual.toml")).expect("advice/data is well formed"));

/// One language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    /// ISO 639-1.
    language: String,
    pub(super) weekdays: Vec<String>,
    pub(super) months: Vec<String>,
    date: String,
    moment: String,
    hour: String,
    /// An hour without minutes.
    hour_sharp: String,
    /// From one amount to another.
    price_range: String,
    /// What stands between sentences.
    pub(super) between: String,
    list_comma: String,
    pub(super) noise: Vec<String>,
    pub(super) about: Vec<String>,
    pub(super) subject_follows: bool,
    pub(super) budget: Vec<String>,
    pub(super) coins: Vec<String>,
    pub(super) names: Vec<String>,
    pub(super) names_of_name: Vec<String>,
    pub(super) descriptions: Vec<Vec<String>>,
    pub(super) description_labels: Vec<String>,
    pub(super) description_reasons: Vec<String>,
    kinds: BTreeMap<EventKind, KindWords>,
    amenities: BTreeMap<String, String>,
    pub(super) say: Phrases,
}

/// A kind of event in one language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KindWords {
    pub(super) title: String,
    pub(super) noun: String,
    pub(super) a_noun: String,
    pub(super) plural: String,
    pub(super) hint: String,
    pub(super) signs: Vec<String>,
}

macro_rules! phrases {
    ($($name:ident)+) => {
        /// The phrases of one language; the English file shows best what each is.
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct Phrases { $(pub(super) $name: String,)+ }
    };
}

phrases! {
    sample sample_demo sample_part_demo no_events
    name_detail kind_seen kind_said kind_hint
    venue_label venue_own venue_holds venue_few venue_unsized venue_has venue_lacks venue_price venue_each venue_over venue_within
    price_unknown no_venues none_holds no_more_venues no_city
    people_label size_low size_median size_high size_full size_most size_half size_usual
    time_often time_often_hour time_usual time_weeks time_said time_busy time_busy_same time_past
    length_often length_usual
    price_low price_median price_high price_even price_round price_free free no_prices currency_local currency_other
    tier_general tier_early tier_student tier_vip tier_supporter tier_team
    tiers_one tiers_early tiers_two tiers_three tiers_free_team tiers_free_support
    limit_label limit_one limit_some limit_many
    tax_label tax_none tax_country tax_zero
    refund_full refund_full_text refund_full_why refund_half refund_half_text refund_half_why
    refund_none refund_none_text refund_none_why refund_free refund_free_text refund_free_why
    refund_free_by refund_free_by_text refund_free_by_why fees
    visible_public visible_public_why visible_private visible_private_why
    place_online place_online_why place_hybrid place_hybrid_why place_venue place_venue_why
}

/// The words of a language; English where there is none.
#[expect(clippy::expect_used, reason = "English is in the list, and a test reads each")]
pub(super) fn words(language: &str) -> &'static Words {
    WORDS.get(language).or_else(|| WORDS.get("en")).expect("English is there")
}

impl Words {
    /// A kind's words.
    #[expect(clippy::expect_used, reason = "a test looks for each kind in each file")]
    pub(super) fn kind(&self, kind: EventKind) -> &KindWords {
        self.kinds.get(&kind).expect("each kind has words")
    }

    /// `Thursday, November 12, 2026`.
    pub(super) fn date(&self, date: Date) -> String {
        let name = |list: &[String], number: i8| {
            let index = usize::try_from(number - 1).unwrap_or_default();
            list.get(index).cloned().unwrap_or_default()
        };
        let slots = Slots::default()
            .with("weekday", self.weekday(date.weekday().to_monday_one_offset()))
            .with("day", date.day().to_string())
            .with("month", name(&self.months, date.month()))
            .with("year", date.year().to_string());
        slots.fill(&self.date)
    }

    /// The weekday with this number, 1 for Monday.
    pub(super) fn weekday(&self, number: i8) -> String {
        let index = usize::try_from(number - 1).unwrap_or_default();
        self.weekdays.get(index).cloned().unwrap_or_default()
    }

    /// The name of a day's month.
    pub(super) fn month(&self, date: Date) -> String {
        let index = usize::try_from(date.month() - 1).unwrap_or_default();
        self.months.get(index).cloned().unwrap_or_default()
    }

    /// `9:00 AM`.
    pub(super) fn hour(&self, time: Time) -> String {
        time.strftime(if time.minute() == 0 { &self.hour_sharp } else { &self.hour }).to_string()
    }

    /// An amount that is not free: `$150 CAD`, `150 $ CA`.
    pub(super) fn price(&self, cents: i64, currency: Option<Currency>) -> String {
        local_price(cents, currency, &self.language)
    }

    /// From one amount to a higher one: `150 à 260 $ CA`.
    pub(super) fn prices(&self, least: i64, most: i64, currency: Currency) -> String {
        let (least, most) = match self.language.as_str() {
            // The sign stands in front: "$150-260".
            "en" => (
                self.price(least, Some(currency)).trim_end_matches(currency.code()).trim_end().to_owned(),
                local_amount(most, currency.digits(), "en"),
            ),
            language => (local_amount(least, currency.digits(), language), self.price(most, Some(currency))),
        };
        Slots::default().with("least", least).with("most", most).fill(&self.price_range)
    }

    /// The city as readers of this language call it.
    pub(super) fn city<'a>(&self, city: &'a str) -> &'a str {
        let language = language::Language::from_code(&self.language);
        language.and_then(|language| language::city_name(city, language)).unwrap_or(city)
    }

    /// A day with its hour.
    pub(super) fn moment(&self, moment: DateTime) -> String {
        Slots::default()
            .with("date", self.date(moment.date()))
            .with("hour", self.hour(moment.time()))
            .fill(&self.moment)
    }

    /// What a place has, in words: `AV equipment, Wi-Fi`.
    pub(super) fn amenities(&self, list: &[String]) -> String {
        let word = |key: &String| self.amenities.get(key).cloned().unwrap_or_else(|| key.replace('_', " "));
        list.iter().map(word).collect::<Vec<_>>().join(&self.list_comma)
    }

    /// What stands between things in a row.
    pub(super) fn comma(&self) -> &str {
        &self.list_comma
    }
}

/// What fills the blanks of a template.
#[derive(Debug, Clone, Default)]
pub(super) struct Slots(BTreeMap<&'static str, String>);

impl Slots {
    /// Knows one more.
    pub(super) fn with(mut self, blank: &'static str, value: impl Into<String>) -> Self {
        self.0.insert(blank, value.into());
        self
    }

    /// Knows one more, if there is something to know.
    pub(super) fn maybe(self, blank: &'static str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.with(blank, value),
            None => self,
        }
    }

    /// Knows how many there are; of one also as `{one}`, which stands in an alternative of its own: "{one} ticket|{count} tickets".
    pub(super) fn counting(self, blank: &'static str, count: u32) -> Self {
        self.maybe("one", (count == 1).then(|| count.to_string())).with(blank, count.to_string())
    }

    /// The first of the alternatives whose blanks are all known; empty when there is none.
    pub(super) fn fill(&self, template: &str) -> String {
        self.try_fill(template).unwrap_or_default()
    }

    /// As [`Self::fill`]; `None` when each alternative has an unknown blank.
    pub(super) fn try_fill(&self, template: &str) -> Option<String> {
        template.split('|').find_map(|alternative| self.fill_one(alternative))
    }

    fn fill_one(&self, template: &str) -> Option<String> {
        let mut filled = String::with_capacity(template.len() + 32);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (blank, after) = after.split_once('}')?;
            filled.push_str(before);
            filled.push_str(self.0.get(blank)?);
            rest = after;
        }
        filled.push_str(rest);
        Some(filled)
    }
}

/// Figures that are usual, whatever the language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Usual {
    kind: BTreeMap<EventKind, UsualKind>,
    scale: BTreeMap<String, i64>,
    pub(super) fees: Fees,
    tax: BTreeMap<String, f64>,
}

/// What is usual for a kind of event.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UsualKind {
    pub(super) amenities: Vec<String>,
    pub(super) weekdays: Vec<i8>,
    pub(super) hours: Vec<Time>,
    pub(super) lengths_min: Vec<u32>,
    pub(super) people: Vec<u32>,
    pub(super) prices: Vec<i64>,
}

/// What a card payment costs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fees {
    pub(super) percent: f64,
    pub(super) fixed: f64,
}

/// The figures.
pub(super) fn usual() -> &'static Usual {
    &USUAL
}

impl Usual {
    /// A kind's figures.
    #[expect(clippy::expect_used, reason = "a test looks for each kind")]
    pub(super) fn kind(&self, kind: EventKind) -> &UsualKind {
        self.kind.get(&kind).expect("each kind has figures")
    }

    /// A round step of about a dollar, in the currency's minor unit.
    pub(super) fn step(&self, currency: Currency) -> i64 {
        self.scale.get(currency.code()).copied().unwrap_or(1).saturating_mul(10_i64.pow(currency.digits()))
    }

    /// A country's standard rate of value added or sales tax, in percent.
    pub(super) fn tax(&self, country: &str) -> Option<f64> {
        self.tax.get(country).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_word() {
        for (code, _) in FILES {
            let words = words(code);
            assert_eq!((words.weekdays.len(), words.months.len()), (7, 12), "{code}");
            assert_eq!(words.descriptions.len(), 3, "{code}");
            assert_eq!((words.description_labels.len(), words.description_reasons.len()), (3, 3), "{code}");
            for kind in EventKind::ALL {
                assert!(!words.kind(*kind).signs.is_empty() || *kind == EventKind::Other, "{code} {kind}");
                assert!(usual().kind(*kind).hours.len() >= 3, "{kind}");
            }
            for kind in EventKind::ALL {
                for amenity in &usual().kind(*kind).amenities {
                    assert!(words.amenities.contains_key(amenity), "{code} {amenity}");
                }
            }
        }
        assert!(usual().fees.percent > 0.0);
    }

    #[test]
    fn a_template_with_an_unknown_blank_is_passed_over() {
        let slots = Slots::default().with("name", "Gala").maybe("city", None::<String>);
        assert_eq!(slots.fill("{name} in {city}|The {name}"), "The Gala");
        assert_eq!(slots.try_fill("{name} in {city}"), None);
    }

    #[test]
    fn one_is_not_many() {
        let limit = |code, count| Slots::default().counting("count", count).fill(&words(code).say.limit_label);
        for (code, one, many) in [
            ("en", "1 ticket per order", "Up to 4 tickets per order"),
            ("fr", "1 billet par commande", "Jusqu’à 4 billets par commande"),
            ("es", "1 entrada por pedido", "Hasta 4 entradas por pedido"),
            ("zh", "每单限1张票", "每单最多4张票"),
        ] {
            assert_eq!((limit(code, 1).as_str(), limit(code, 4).as_str()), (one, many));
        }
        let people = |count| Slots::default().counting("people", count).fill(&words("en").say.people_label);
        assert_eq!((people(1), people(2)), ("1 person".to_owned(), "2 people".to_owned()));
    }

    #[test]
    fn dates_have_weekday_and_year() {
        let moment = jiff::civil::date(2026, 11, 12).at(18, 30, 0, 0);
        assert_eq!(words("en").moment(moment), "Thursday, November 12, 2026 at 6:30 PM");
        assert_eq!(words("xx").weekday(7), "Sunday");
    }
}
