//! Answers as organizers read them.

use jiff::civil::{date, time};
use serde_json::Value;
use uuid::Uuid;

use super::{Reverted, Telling, answer, question};
use crate::domain::draft::Draft;
use crate::domain::error::{FieldError, Problem};
use crate::domain::fact::{Fact, Field, Patch, Tier};
use crate::domain::money::Currency;
use crate::domain::publishing::Warning;
use crate::domain::suggestion::{Suggestion, SuggestionKind};
use crate::domain::values::{EventKind, PlaceKind, Provenance, Visibility};
use crate::understanding::{Doubt, Intent, Other, Reason, Wish, card};

const LANGUAGES: [&str; 4] = ["en", "fr", "es", "zh"];

fn draft(facts: impl IntoIterator<Item = Fact>) -> Draft {
    let patch: Patch = facts.into_iter().map(|fact| (fact, Provenance::Said)).collect();
    let mut draft = Draft::default();
    draft.apply(&patch);
    draft
}

fn gala() -> Draft {
    draft([
        Fact::Name("Hearts of Oak".into()),
        Fact::Type(EventKind::Other),
        Fact::Description("An evening for the trees.".into()),
        Fact::Place("Carlu".into()),
        Fact::City("Toronto".into()),
        Fact::Timezone("America/Toronto".into()),
        Fact::Capacity(1_220),
        Fact::Date(date(2026, 12, 4)),
        Fact::Time(time(18, 0, 0, 0)),
        Fact::Duration(150),
        Fact::Currency(Currency::parse("CAD").unwrap()),
        Fact::Price(25_000),
    ])
}

#[test]
fn what_was_taken_is_said_from_the_draft_with_the_next_question() {
    let draft = draft([
        Fact::Date(date(2026, 12, 4)),
        Fact::Time(time(18, 0, 0, 0)),
        Fact::City("Toronto".into()),
        Fact::Capacity(30),
    ]);
    let changed = [Field::DateTime, Field::City, Field::Capacity];
    let telling = Telling { changed: &changed, asked: &[Field::PriceCents], ..Telling::about(&draft, "en") };
    assert_eq!(
        answer(&telling),
        "Got it: Friday, December 4, 2026 at 6:00 PM, in Toronto, for 30 people. What does a ticket cost? (free is fine)"
    );
    let said = |language: &'static str| answer(&Telling { language, ..telling });
    assert_eq!(
        said("fr"),
        "C'est noté : vendredi 4 décembre 2026 à 18 h, à Toronto, pour 30 personnes. Combien coûte un billet ? (gratuit, c'est possible)"
    );
    assert_eq!(
        said("es"),
        "Anotado: viernes, 4 de diciembre de 2026 a las 18:00, en Toronto, para 30 personas. ¿Cuánto cuesta la entrada? (puede ser gratis)"
    );
    assert_eq!(said("zh"), "已记下：2026年12月4日（星期五）18:00，在多伦多，30人。一张票多少钱？（免费也可以）");
}

#[test]
fn an_end_on_another_day_is_told_as_that_day() {
    let lasting =
        |minutes: u32| draft([Fact::Date(date(2027, 3, 6)), Fact::Time(time(10, 0, 0, 0)), Fact::Duration(minutes)]);
    let told = |draft: &Draft, language: &'static str| {
        answer(&Telling { changed: &[Field::DateTime], ..Telling::about(draft, language) })
    };
    let two_days = lasting(30 * 60);
    for (language, words) in [
        ("en", "Saturday, March 6, 2027 at 10:00 AM, until Sunday, March 7, 2027 at 4:00 PM"),
        ("fr", "samedi 6 mars 2027 à 10 h, jusqu'au dimanche 7 mars 2027 à 16 h"),
        ("es", "sábado, 6 de marzo de 2027 a las 10:00, hasta el domingo, 7 de marzo de 2027 a las 16:00"),
        ("zh", "2027年3月6日（星期六）10:00，到2027年3月7日（星期日）16:00"),
    ] {
        let said = told(&two_days, language);
        assert!(said.contains(words), "{said}");
    }
    assert!(told(&lasting(48 * 60), "en").contains("at 10:00 AM, lasting 2 days"));
    assert!(told(&lasting(6 * 60), "en").contains("at 10:00 AM, lasting 6 hours"));
    let undated = draft([Fact::Time(time(10, 0, 0, 0)), Fact::Duration(32 * 60)]);
    assert!(told(&undated, "en").contains("the day still open, lasting 2 days"), "{}", told(&undated, "en"));
    let long = card::lines(&lasting(222 * 60), None, "en");
    let length = long.iter().find(|line| line.field == Field::Duration).map(|line| line.value.as_str());
    assert_eq!(length, Some("9 days 6 hours"));
}

#[test]
fn what_two_people_changed_is_told_once_with_both_values() {
    let now = draft([Fact::Name("Ball".into()), Fact::Capacity(60), Fact::Date(date(2026, 12, 4))]);
    let yours = draft([Fact::Name("Gala".into()), Fact::Capacity(1_070), Fact::Date(date(2026, 12, 5))]);
    let meanwhile = |field| FieldError::new(field, Problem::ChangedMeanwhile);
    let errors = [Field::Name, Field::Capacity, Field::Description].map(meanwhile);
    let telling = Telling { errors: &errors, yours: Some(&yours), ..Telling::about(&now, "en") };
    assert!(
        answer(&telling).starts_with(
            "While you were typing somebody changed this: the name: now “Ball”, yours “Gala”; how many people: now 60, \
             yours 1,070; a description: now empty, yours empty. Tell me what should stay."
        ),
        "{}",
        answer(&telling)
    );
    for (language, words) in [
        ("fr", "le nom : maintenant « Ball », chez vous « Gala » ; le nombre de personnes : maintenant 60,"),
        ("es", "el nombre: ahora «Ball», lo tuyo «Gala»; cuántas personas: ahora 60, lo tuyo"),
        ("zh", "名称：现在是“Ball”，你写的是“Gala”；人数：现在是60，"),
    ] {
        let said = answer(&Telling { language, ..telling });
        assert!(said.contains(words), "{said}");
    }
    // Where the other's value is not known, the reason is told once.
    let said = answer(&Telling { yours: None, ..telling });
    assert_eq!(said.matches("Somebody changed this while you were typing.").count(), 1, "{said}");
}

#[test]
fn assumptions_inferred_names_and_doubts_are_told() {
    let mut draft = gala();
    draft.apply(&vec![(Fact::Visibility(Visibility::Public), Provenance::Default)]);
    let defaults = [Field::Duration, Field::Visibility];
    let assumed = answer(&Telling { defaults: &defaults, ..Telling::about(&draft, "en") });
    assert!(
        assumed.starts_with(
            "I assumed it lasts 2 hours 30 minutes and it may be seen by everybody; tell me if that is not right."
        ),
        "{assumed}"
    );
    let mut named = Draft::default();
    named.apply(&vec![(Fact::Name("Python Workshop".into()), Provenance::Inferred)]);
    let called = answer(&Telling { changed: &[Field::Name], asked: &[Field::Place], ..Telling::about(&named, "en") });
    assert!(called.starts_with("I call it “Python Workshop” for now; tell me"), "{called}");
    let other = Other { words: "Saturday, December 5, 2026".into(), facts: Vec::new() };
    let doubt = Doubt {
        field: Field::DateTime,
        reason: Reason::Ambiguous,
        chosen: Some("Saturday, November 28, 2026".into()),
        others: vec![other],
    };
    let doubted = answer(&Telling { doubts: &[doubt], ..Telling::about(&draft, "en") });
    assert!(
        doubted.starts_with("I took Saturday, November 28, 2026; if you meant Saturday, December 5, 2026, tell me."),
        "{doubted}"
    );
    let wish = Wish { from: date(2027, 2, 1), until: date(2027, 2, 28) };
    let wished =
        answer(&Telling { wish: Some(&wish), asked: &[Field::DateTime], ..Telling::about(&Draft::default(), "en") });
    assert_eq!(
        wished,
        "For a day in February 2027 I need the exact date. On which day and at what time does it start?"
    );
}

#[test]
fn a_complete_draft_leads_to_the_confirmation() {
    let draft = gala();
    let ready = Telling::about(&draft, "en");
    assert_eq!(answer(&ready), "Everything is there. Shall I publish it?");
    assert!(answer(&Telling { guest: true, ..ready }).contains("Sign in"));
    let warnings = [Warning::Past];
    let warned = answer(&Telling { warnings: &warnings, ..ready });
    assert_eq!(warned, "Before you say yes: That date is in the past. Everything is there. Shall I publish it?");
    let published = Telling { published: Some(("Hearts of Oak", "https://x.test/e/hearts-of-oak")), ..ready };
    assert_eq!(answer(&published), "“Hearts of Oak” is published: https://x.test/e/hearts-of-oak");
    let refused = answer(&Telling { intent: Intent::Decline, ..ready });
    assert_eq!(refused, "All right, nothing is published. Tell me what you would like to change.");
}

#[test]
fn wishes_are_answered() {
    let draft = draft([Fact::Capacity(30)]);
    let missing = [Field::Name, Field::Place];
    let base = Telling { missing: &missing, asked: &missing[..1], ..Telling::about(&draft, "en") };
    let said = |intent| answer(&Telling { intent, ..base });
    assert_eq!(said(Intent::WhatIsLeft), "Still open: the name and the place. What is it called?");
    assert_eq!(
        said(Intent::Publish),
        "Before I can publish it I still need the name and the place. What is it called?"
    );
    assert!(said(Intent::Help).starts_with("Just tell me about your event"));
    assert!(said(Intent::Unclear).starts_with("I am not sure what you mean."));
    assert_eq!(said(Intent::Summary), "Here is what we have. What is it called?");
    assert_eq!(said(Intent::Suggest), "I have no suggestion for that yet. What is it called?");
    let undone = answer(&Telling { intent: Intent::Undo, reverted: Some(Reverted::NothingToUndo), ..base });
    assert_eq!(undone, "There is nothing to undo. What is it called?");
    let nothing = Draft::default();
    let hello = Telling { intent: Intent::Greet, first: true, ..Telling::about(&nothing, "en") };
    assert!(answer(&hello).starts_with("Hello! I set up your event with you. Tell me about it"));
}

#[test]
fn suggestions_are_left_to_the_channel_and_a_missing_venue_is_said() {
    let offer = |label: &str, detail: Option<&str>| Suggestion {
        id: Uuid::nil(),
        kind: SuggestionKind::Venue,
        label: label.into(),
        detail: detail.map(str::to_owned),
        data: Value::Null,
        facts: Vec::new(),
    };
    let offers = [offer("The Carlu", Some("holds 250")), offer("Old Mill", None)];
    let draft = draft([Fact::Capacity(30)]);
    let asked = [Field::Place];
    let base = Telling { intent: Intent::Suggest, asked: &asked, missing: &asked, ..Telling::about(&draft, "en") };
    let listed = answer(&Telling { suggestions: &offers, ..base });
    assert!(listed.starts_with("Here are some ideas. Where will it be?"), "{listed}");
    assert!(answer(&base).starts_with("I know no venues here yet. Name the place and I keep it for you."));
}

#[test]
fn a_refusal_says_why() {
    let errors = [FieldError::new(Field::Capacity, Problem::People(1_000_000))];
    let draft = Draft::default();
    let base = Telling { errors: &errors, ..Telling::about(&draft, "en") };
    assert!(answer(&base).contains("1,000,000"));
    assert!(answer(&Telling { language: "fr", ..base }).contains("un nombre de 1 à 1"));
}

#[test]
fn every_field_can_be_asked_for_in_every_language_with_one_question() {
    let all: Vec<Field> = every_field();
    for language in LANGUAGES {
        for field in &all {
            for draft in [Draft::default(), gala()] {
                let text = question(&[*field], &draft, language);
                assert_eq!(text.matches(['?', '？']).count(), 1, "{language} {field:?}: {text}");
                assert!(!text.contains('{'), "{text}");
            }
        }
    }
    let left = [Field::Name, Field::Place, Field::Capacity, Field::DateTime, Field::PriceCents];
    for language in LANGUAGES {
        for draft in [Draft::default(), gala(), draft([Fact::Time(time(18, 0, 0, 0))])] {
            for from in 0..left.len() - 1 {
                let text = question(&left[from..], &draft, language);
                assert_eq!(text.matches(['?', '？']).count(), 1, "{language}: {text}");
                assert!(text.ends_with(['?', '？']) && !text.contains(['{', '.']), "{language}: {text}");
            }
        }
    }
    let festival = draft([Fact::Date(date(2027, 7, 2))]);
    let three = [Field::Name, Field::Place, Field::DateTime];
    let asked = [
        (
            "en",
            "Almost there: what is it called, where will it be (place and city), and at what time does it start on Friday, July 2, 2027?",
        ),
        (
            "fr",
            "On y est presque : comment s'appelle-t-il, où aura-t-il lieu (lieu et ville), et à quelle heure commence-t-il le vendredi 2 juillet 2027 ?",
        ),
        (
            "es",
            "Ya casi está: ¿cómo se llama, dónde será (lugar y ciudad) y a qué hora empieza el viernes, 2 de julio de 2027?",
        ),
        ("zh", "就差一点了：活动叫什么名字，在哪里举行（城市和地点），2027年7月2日（星期五）几点开始？"),
    ];
    for (language, words) in asked {
        assert_eq!(question(&three, &festival, language), words);
    }
    assert_eq!(question(&[], &Draft::default(), "en"), "");
    let pair = question(&[Field::Name, Field::Type], &Draft::default(), "en");
    assert_eq!(pair, "What is it called, and what kind of event is it?");
}

#[test]
fn everything_is_told_in_every_language_without_a_gap() {
    let tier = Tier {
        name: "VIP".into(),
        price_cents: 9_950,
        quantity: Some(50),
        sales_until: Some(date(2026, 11, 30)),
        ..Tier::default()
    };
    let mut draft = gala();
    let more = [
        Fact::Type(EventKind::Concert),
        Fact::PlaceKind(PlaceKind::Hybrid),
        Fact::OnlineUrl("https://zoom.us/j/1".into()),
        Fact::Address("444 Yonge St".into()),
        Fact::Amenities(vec!["wifi".into(), "stage".into()]),
        Fact::Recurrence("FREQ=WEEKLY;BYDAY=TU,TH".into()),
        Fact::Tiers(vec![tier]),
        Fact::MaxPerOrder(4),
        Fact::TaxRate(13.0),
        Fact::RefundPolicy("No refunds.".into()),
        Fact::Visibility(Visibility::Private),
        Fact::Slug("hearts-of-oak".into()),
    ];
    draft.apply(&more.into_iter().map(|fact| (fact, Provenance::Said)).collect());
    let all = every_field();
    for language in LANGUAGES {
        let told = answer(&Telling { changed: &all, defaults: &all, ..Telling::about(&draft, language) });
        let lines = card::lines(&draft, None, language);
        let shown = lines.iter().map(|line| format!("{}: {}", line.label, line.value)).collect::<Vec<_>>().join("\n");
        for text in [told, shown] {
            assert!(!text.contains(['{', '}']) && !text.contains(", ,") && !text.contains("  "), "{language}: {text}");
            assert!(
                text.contains("Hearts of Oak") && text.contains("2026") && text.contains("VIP"),
                "{language}: {text}"
            );
        }
        assert_eq!(lines.len(), 16, "{language}");
        assert!(lines.iter().all(|line| !line.label.is_empty() && !line.value.is_empty()), "{language}");
    }
}

#[test]
fn the_card_reads_like_an_invitation() {
    let lines = card::lines(&gala(), None, "en");
    let shown: Vec<_> = lines.iter().map(|line| (line.label.as_str(), line.value.as_str())).collect();
    let expected = [
        ("What", "Hearts of Oak"),
        ("About", "An evening for the trees."),
        ("Where", "Carlu, Toronto"),
        ("When", "Friday, December 4, 2026 at 6:00 PM (America/Toronto)"),
        ("Lasts", "2 hours 30 minutes"),
        ("How many", "1,220"),
        ("Tickets", "$250 CAD"),
    ];
    assert_eq!(shown, expected);
    assert!(lines.iter().all(|line| line.provenance == Some(Provenance::Said)));
    let venue = card::lines(&draft([Fact::Venue(Uuid::nil())]), Some("The Carlu"), "en");
    assert_eq!((venue[0].field, venue[0].value.as_str()), (Field::VenueId, "The Carlu"));
}

fn every_field() -> Vec<Field> {
    vec![
        Field::Name,
        Field::Slug,
        Field::Type,
        Field::Description,
        Field::Visibility,
        Field::PlaceKind,
        Field::Place,
        Field::Address,
        Field::City,
        Field::Country,
        Field::VenueId,
        Field::OnlineUrl,
        Field::Amenities,
        Field::Capacity,
        Field::DateTime,
        Field::EndDateTime,
        Field::Duration,
        Field::Timezone,
        Field::Recurrence,
        Field::Currency,
        Field::PriceCents,
        Field::TicketTiers,
        Field::MaxPerOrder,
        Field::TaxRate,
        Field::RefundPolicy,
    ]
}
