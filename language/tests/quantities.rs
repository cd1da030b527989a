//! Money, numbers, durations, places, languages, and the phrase matcher.

use jiff::civil::date;
use language::{Language, Lexicon, Reading, Reference, language_of, read, tokens};

fn reading(language: Language, text: &str) -> Reading {
    read(text, &Reference::from(date(2026, 11, 23).at(10, 0, 0, 0)).in_language(language))
}

#[test]
fn money() {
    for (language, text, amount, upper, currency) in [
        (Language::English, "$150", "150", None, None),
        (Language::English, "150 bucks", "150", None, None),
        (Language::English, "CA$99,50", "99.50", None, Some("CAD")),
        (Language::English, "25$ max", "25", None, None),
        (Language::English, "$1.5k", "1500", None, None),
        (Language::English, "twenty dollars", "20", None, None),
        (Language::English, "$2,000", "2000", None, None),
        (Language::English, "$1,250.75 each", "1250.75", None, None),
        (Language::English, "between $50 and $80", "50", Some("80"), None),
        (Language::English, "20 quid", "20", None, Some("GBP")),
        (Language::English, "twenty euros and 43 cents", "20.43", None, Some("EUR")),
        (Language::French, "99,50 €", "99.50", None, Some("EUR")),
        (Language::French, "120 $ la place", "120", None, None),
        (Language::French, "10 000 dollars canadiens", "10000", None, Some("CAD")),
        (Language::Spanish, "45 euros", "45", None, Some("EUR")),
        (Language::Mandarin, "五十加元", "50", None, Some("CAD")),
        (Language::Mandarin, "150美元", "150", None, Some("USD")),
    ] {
        let found = reading(language, text).money;
        assert_eq!(found.len(), 1, "{text:?}: {found:?}");
        let shown = (found[0].amount.to_string(), found[0].upper.map(|upper| upper.to_string()), found[0].currency);
        assert_eq!(shown, (amount.to_owned(), upper.map(str::to_owned), currency), "{text:?}");
    }
}

#[test]
fn free_is_an_amount_unless_it_is_not_the_price() {
    for (language, text) in [
        (Language::English, "under 5 free"),
        (Language::French, "entrée gratuite"),
        (Language::Spanish, "es gratis"),
        (Language::Mandarin, "免费"),
    ] {
        let found = reading(language, text).money;
        assert!(found.len() == 1 && found[0].free && found[0].amount.cents() == 0, "{text}: {found:?}");
    }
    assert!(reading(Language::English, "feel free to come, it is gluten-free, am I free on Friday?").money.is_empty());
}

#[test]
fn numbers() {
    for (language, text, value, upper) in [
        (Language::English, "five hundred people", 500.0, None),
        (Language::English, "2k", 2000.0, None),
        (Language::English, "a couple hundred", 200.0, None),
        (Language::English, "two and a half", 2.5, None),
        (Language::English, "200-250 guests", 200.0, Some(250.0)),
        (Language::English, "5,000", 5000.0, None),
        (Language::English, "1,674,200.5 cells", 1_674_200.5, None),
        (Language::English, "one hundred and twenty-five", 125.0, None),
        (Language::French, "deux cents personnes", 200.0, None),
        (Language::French, "100 000", 100_000.0, None),
        (Language::French, "quatre-vingt-dix-sept", 97.0, None),
        (Language::Spanish, "veinte personas", 20.0, None),
        (Language::Spanish, "mil doscientas", 1200.0, None),
        (Language::Mandarin, "三百人", 300.0, None),
        (Language::Mandarin, "三万四千五百六十七", 34_567.0, None),
        (Language::Mandarin, "两千五", 2500.0, None),
    ] {
        let found = reading(language, text).numbers;
        assert_eq!(
            found.iter().map(|number| (number.value, number.upper)).collect::<Vec<_>>(),
            [(value, upper)],
            "{text:?}"
        );
    }
}

#[test]
fn a_number_belongs_to_one_finding() {
    let found = reading(Language::English, "90 minutes, January 12th at 3pm, 15 bucks, 30 of us");
    assert_eq!(found.numbers.iter().map(|number| number.value).collect::<Vec<_>>(), [30.0]);
    let found = reading(Language::English, "B2B, mp3, v1.2.3, 10.0.0.1, 555-123-4567");
    assert!(found.numbers.is_empty(), "{:?}", found.numbers);
}

#[test]
fn durations() {
    for (language, text, minutes) in [
        (Language::English, "90 minutes", 90),
        (Language::English, "an hour and a half", 90),
        (Language::English, "three hours", 180),
        (Language::English, "three day", 3 * 24 * 60),
        (Language::English, "1h30", 90),
        (Language::English, "two and a half hours", 150),
        (Language::French, "une heure et demie", 90),
        (Language::French, "2 h 30", 150),
        (Language::Spanish, "dos horas y media", 150),
        (Language::Mandarin, "两个小时", 120),
        (Language::Mandarin, "一个半小时", 90),
    ] {
        let found = reading(language, text).durations;
        assert_eq!(found.iter().map(|length| length.seconds / 60).collect::<Vec<_>>(), [minutes], "{text:?}");
    }
}

#[test]
fn places() {
    let cities = |text: &str| -> Vec<(String, String)> {
        let found = read(text, &Reference::from(date(2026, 11, 23).at(10, 0, 0, 0))).places;
        found.into_iter().map(|place| (place.city, place.region.unwrap_or(place.country))).collect()
    };
    let one = |city: &str, region: &str| vec![(city.to_owned(), region.to_owned())];
    assert_eq!(cities("a conference in Toronto"), one("Toronto", "ON"));
    assert_eq!(cities("somewhere in halifax please"), one("Halifax", "NS"));
    assert_eq!(cities("une conférence à Montréal"), one("Montreal", "QC"));
    assert_eq!(cities("我想在多伦多办一场音乐会"), one("Toronto", "ON"));
    assert_eq!(cities("a gala in London, ON"), one("London", "ON"));
    assert_eq!(cities("a wedding in Nice"), one("Nice", "FR"));
    assert!(cities("a nice mobile bath, reading a book, split the bill, de nada").is_empty());
    assert!(cities("vamos en La noche de Salamanca").iter().all(|(city, _)| city != "Los Angeles"));
    assert_eq!(cities("a meetup in LA"), one("Los Angeles", "CA"));
}

#[test]
fn languages() {
    for (text, code) in [
        ("I want to plan a party next friday", "en"),
        ("a concert for 200 people", "en"),
        ("je veux une fête samedi", "fr"),
        ("vendredi à 9h", "fr"),
        ("quiero una fiesta el sábado", "es"),
        ("el viernes a las nueve", "es"),
        ("我想办一场音乐会", "zh"),
        ("明天下午三点", "zh"),
        ("", "en"),
        ("12345", "en"),
    ] {
        assert_eq!(language_of(text).code(), code, "{text:?}");
    }
    assert_eq!(Language::from_code("zh_TW"), Some(Language::Mandarin));
    assert_eq!(Language::from_code("de"), None);
}

#[test]
fn a_lexicon_finds_the_longest_phrase_and_forgives_one_slip() {
    let lexicon = Lexicon::new([("conference", 1), ("tech conference", 2), ("Évènement", 3)]);
    let text = "A Tech-Conference, a conference; evenement";
    let found = lexicon.find(&tokens(text));
    assert_eq!(
        found.iter().map(|found| (found.tag, found.span.text(text))).collect::<Vec<_>>(),
        [(2, "Tech-Conference"), (1, "conference"), (3, "evenement")]
    );
    assert!(lexicon.find(&tokens("confrence")).is_empty());
    let forgiving = lexicon.with_typos();
    for slip in ["confrence", "conferrence", "conferense", "confernece"] {
        assert_eq!(forgiving.find(&tokens(slip)).len(), 1, "{slip}");
    }
    assert!(forgiving.find(&tokens("nonference tack reference")).is_empty());
}
