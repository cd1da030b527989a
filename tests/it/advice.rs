//! Advice on a real database: what is suggested follows the draft and the data, and never fails for want of either.

mod places;

use eventos::advice::{self, Advice, Question};
use eventos::domain::clock::CountingIds;
use eventos::domain::draft::Draft;
use eventos::domain::fact::{Fact, Field, Patch};
use eventos::domain::money::Currency;
use eventos::domain::person::{Person, Role as PersonRole};
use eventos::domain::stage::Stage;
use eventos::domain::suggestion::Suggestion;
use eventos::domain::values::{EventKind, Provenance};
use eventos::store::database::{Actor, Store, Tx};
use eventos::store::demo;
use jiff::civil::{Date, date, time};
use jiff::{Timestamp, ToSpan as _};
use uuid::Uuid;

use crate::harness;

/// A Tuesday.
const NOW: &str = "2026-11-24T15:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

async fn organizer(store: &Store, email: &str) -> Person {
    let mut tx = store.begin(Actor::Server).await.unwrap();
    let id: Uuid = sqlx::query_scalar("select app.ensure_user($1, 'organizer', false, null)")
        .bind(email)
        .fetch_one(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    Person {
        id,
        role: PersonRole::Organizer,
        email: Some(email.to_owned()),
        name: None,
        timezone: Some("America/Toronto".to_owned()),
        country: Some("CA".to_owned()),
        currency: None,
    }
}

async fn load_demo(store: &Store) -> demo::Loaded {
    let mut tx = store.begin(Actor::Server).await.unwrap();
    let loaded = demo::load(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    loaded
}

/// A database with demo data, and somebody who asks.
async fn stocked() -> (harness::Database, Store, Person) {
    let database = harness::database().await;
    let store = database.store().await;
    load_demo(&store).await;
    let ana = organizer(&store, "ana@example.com").await;
    (database, store, ana)
}

fn draft(facts: &[Fact]) -> Draft {
    let mut draft = Draft::default();
    let patch: Patch = facts.iter().cloned().map(|fact| (fact, Provenance::Said)).collect();
    let errors = draft.apply(&patch).errors;
    assert_eq!(errors, []);
    draft
}

struct Asking<'a> {
    stage: Stage,
    asked: &'a [Field],
    said: Option<&'a str>,
    language: &'a str,
}

impl Asking<'_> {
    async fn suggest(&self, tx: &mut Tx, person: &Person, draft: &Draft) -> Advice {
        let ids = CountingIds::default();
        let question = Question {
            session: Uuid::nil(),
            wish: None,
            stage: self.stage,
            draft,
            asked: self.asked,
            wish_text: self.said,
            person,
            now: now(),
            ids: &ids,
            language: self.language,
        };
        advice::suggest(tx, &question).await.unwrap()
    }
}

fn about(field: &[Field]) -> Asking<'_> {
    Asking { stage: Stage::of(field[0]), asked: field, said: None, language: "en" }
}

async fn ask(store: &Store, person: &Person, asking: Asking<'_>, draft: &Draft) -> Advice {
    let mut tx = store.begin(Actor::Person(person)).await.unwrap();
    asking.suggest(&mut tx, person, draft).await
}

fn labels(advice: &Advice) -> Vec<&str> {
    advice.suggestions.iter().map(|suggestion| suggestion.label.as_str()).collect()
}

fn toronto(more: &[Fact]) -> Draft {
    let mut facts = vec![Fact::Type(EventKind::Conference), Fact::City("Toronto".to_owned())];
    facts.extend_from_slice(more);
    draft(&facts)
}

#[tokio::test]
async fn demo_data_is_loaded_once() {
    let (_database, store, _ana) = stocked().await;
    assert_eq!(load_demo(&store).await, demo::Loaded { venues: 0, events: 0 });
    let mut tx = store.begin(Actor::Anybody).await.unwrap();
    let counts: (i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from venues), (select count(*) from events), \
         (select count(*) from events where metadata ->> 'demo' = 'true' and date_time is not null and published_at < date_time)",
    )
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    assert_eq!(counts, (61, 133, 133), "everything of it is public");
}

#[tokio::test]
async fn prices_name_their_sample_and_follow_kind_city_and_size() {
    let (_database, store, ana) = stocked().await;
    let price = || about(&[Field::PriceCents]);
    let advice = ask(&store, &ana, price(), &toronto(&[])).await;
    assert_eq!(advice.suggestions.len(), 3);
    assert!(advice.sample.size >= 3 && advice.sample.demo == advice.sample.size, "{:?}", advice.sample);
    let sample = format!("median of {} conferences in Toronto (demo data)", advice.sample.size);
    assert_eq!(advice.suggestions[0].detail.as_deref(), Some(sample.as_str()));
    assert_eq!(advice.suggestions[0].facts[0], Fact::Currency(Currency::parse("CAD").unwrap()));
    let paris =
        draft(&[Fact::Type(EventKind::Conference), Fact::City("Paris".to_owned()), Fact::Country("FR".to_owned())]);
    let paris = ask(&store, &ana, price(), &paris).await;
    assert!(labels(&paris).iter().all(|label| label.contains("EUR")), "{:?}", labels(&paris));
    let sized = ask(&store, &ana, price(), &toronto(&[Fact::Capacity(150)])).await;
    assert!(
        sized.suggestions[0].detail.as_ref().unwrap().contains("for 75 to 300 people"),
        "{:?}",
        sized.suggestions[0]
    );
    // A currency in which nobody sold a ticket has no statistics.
    let yen = ask(&store, &ana, price(), &toronto(&[Fact::Currency(Currency::parse("JPY").unwrap())])).await;
    assert_eq!(yen.sample.size, 0);
    assert!(
        yen.note.is_some() && yen.suggestions.iter().all(|one| !one.detail.as_ref().unwrap().contains("median")),
        "{yen:?}"
    );
}

#[tokio::test]
async fn proposed_moments_lie_ahead_and_avoid_the_organizers_own_events() {
    let (_database, store, ana) = stocked().await;
    let when = || about(&[Field::DateTime]);
    let today = date(2026, 11, 24);
    let free = ask(&store, &ana, when(), &toronto(&[])).await;
    assert_eq!(free.suggestions.len(), 3);
    let days: Vec<Date> = free.suggestions.iter().map(day_of).collect();
    assert!(days.iter().all(|day| *day >= today.saturating_add(3.weeks())), "{days:?}");
    assert!(labels(&free)[0].starts_with("Thursday, December 17, 2026 at 9:00 AM"), "{:?}", labels(&free));
    let why = free.suggestions[0].detail.as_deref().unwrap();
    assert!(
        why.contains("of 10 conferences in Toronto (demo data) began at that hour of a Thursday, 3 weeks from now"),
        "{why}"
    );

    let mut tx = store.begin(Actor::Server).await.unwrap();
    sqlx::query(
        "insert into events (organizer_id, name, slug, type, status, timezone, starts_local) \
         values ($1, 'Staff Day', 'staff-day', 'other', 'published', 'America/Toronto', $2::text::timestamp)",
    )
    .bind(ana.id)
    .bind(days[0].at(8, 0, 0, 0).to_string())
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let busy = ask(&store, &ana, when(), &toronto(&[])).await;
    assert!(busy.suggestions.iter().all(|one| day_of(one) != days[0]), "{:?}", labels(&busy));
    assert_eq!(
        busy.note.as_deref(),
        Some("You already have Staff Day on Thursday, December 17, 2026, so I left that day out.")
    );
}

fn day_of(suggestion: &Suggestion) -> Date {
    let found = suggestion.facts.iter().find_map(|fact| if let Fact::Date(date) = fact { Some(*date) } else { None });
    found.unwrap()
}

#[tokio::test]
async fn a_day_or_hour_that_was_said_is_kept_and_a_past_day_is_not_proposed() {
    let (_database, store, ana) = stocked().await;
    let when = || about(&[Field::DateTime]);
    let on_a_day = ask(&store, &ana, when(), &toronto(&[Fact::Date(date(2027, 3, 4))])).await;
    assert!(
        labels(&on_a_day).iter().all(|label| label.starts_with("Thursday, March 4, 2027 at ")),
        "{:?}",
        labels(&on_a_day)
    );
    let at_noon = ask(&store, &ana, when(), &toronto(&[Fact::Time(time(12, 0, 0, 0))])).await;
    assert!(labels(&at_noon).iter().all(|label| label.ends_with("at 12:00 PM")), "{:?}", labels(&at_noon));
    for gone in [date(2025, 11, 15), date(2026, 11, 23)] {
        let past = ask(&store, &ana, when(), &toronto(&[Fact::Date(gone)])).await;
        assert_eq!(past.suggestions.len(), 3);
        assert!(past.suggestions.iter().all(|one| day_of(one) > date(2026, 11, 24)), "{:?}", labels(&past));
        assert!(past.note.as_ref().unwrap().contains("is past"), "{:?}", past.note);
    }
    // It is ten in the morning in Toronto: the hours of conferences are gone for today, those of meetups lie ahead.
    let today = Fact::Date(date(2026, 11, 24));
    let late = ask(&store, &ana, when(), &toronto(std::slice::from_ref(&today))).await;
    assert!(late.suggestions.iter().all(|one| day_of(one) > date(2026, 11, 24)), "{:?}", labels(&late));
    let evening = ask(&store, &ana, when(), &draft(&[Fact::Type(EventKind::Meetup), today])).await;
    assert!(
        labels(&evening).iter().all(|label| label.starts_with("Tuesday, November 24, 2026 at ")),
        "{:?}",
        labels(&evening)
    );
}

#[tokio::test]
async fn each_text_for_guests_is_offered_for_a_reason_of_its_own() {
    let database = harness::database().await;
    let store = database.store().await;
    let ana = organizer(&store, "ana@example.com").await;
    for language in ["en", "fr", "es", "zh"] {
        let asking = Asking { language, ..about(&[Field::Description]) };
        let advice = ask(&store, &ana, asking, &toronto(&[Fact::Name("Jazz Night".to_owned())])).await;
        let mut reasons: Vec<&str> = advice.suggestions.iter().filter_map(|found| found.detail.as_deref()).collect();
        assert_eq!(reasons.len(), 3, "{language}: {advice:#?}");
        reasons.sort_unstable();
        reasons.dedup();
        assert_eq!(reasons.len(), 3, "{language}: {advice:#?}");
    }
}

#[tokio::test]
async fn every_question_of_every_stage_is_answered_in_each_language_on_an_empty_database() {
    let database = harness::database().await;
    let store = database.store().await;
    let ana = organizer(&store, "ana@example.com").await;
    let fields: &[&[Field]] = &[
        &[],
        &[Field::Name],
        &[Field::Type],
        &[Field::Description],
        &[Field::Place],
        &[Field::PlaceKind],
        &[Field::Capacity],
        &[Field::DateTime],
        &[Field::Duration],
        &[Field::PriceCents],
        &[Field::Currency],
        &[Field::TicketTiers],
        &[Field::MaxPerOrder],
        &[Field::TaxRate],
        &[Field::RefundPolicy],
        &[Field::Visibility],
        &[Field::Timezone],
        &[Field::OnlineUrl],
    ];
    let drafts = [Draft::default(), full()];
    let mut tx = store.begin(Actor::Person(&ana)).await.unwrap();
    for (stage, asked, draft, language) in every(fields, &drafts) {
        let asking = Asking { stage, asked, said: Some("asdf 😀 '); drop table venues; -- {name}|"), language };
        let advice = asking.suggest(&mut tx, &ana, draft).await;
        let what = format!("{stage:?} {asked:?} {language} {advice:#?}");
        assert!((1..=3).contains(&advice.suggestions.len()), "{what}");
        assert_eq!(advice.sample.size, 0, "{what}");
        let mut seen: Vec<&str> = Vec::new();
        for suggestion in &advice.suggestions {
            let words = format!("{} {}", suggestion.label, suggestion.detail.as_deref().unwrap_or_default());
            assert!(!suggestion.label.is_empty() && !words.contains(['{', '}', '|']), "{what}");
            assert!(!suggestion.facts.is_empty() && suggestion.facts.iter().all(|fact| fact.check().is_ok()), "{what}");
            assert!(!seen.contains(&suggestion.label.as_str()), "{what}");
            seen.push(&suggestion.label);
        }
    }
}

type Case<'a> = (Stage, &'a [Field], &'a Draft, &'a str);

fn every<'a>(fields: &'a [&'a [Field]], drafts: &'a [Draft]) -> Vec<Case<'a>> {
    let mut cases = Vec::new();
    for stage in Stage::ALL {
        for asked in fields {
            for draft in drafts {
                cases.extend(["en", "fr", "es", "zh", "xx"].map(|language| (stage, *asked, draft, language)));
            }
        }
    }
    cases
}

fn full() -> Draft {
    draft(&[
        Fact::Name("The Kiln Fair".to_owned()),
        Fact::Type(EventKind::Festival),
        Fact::Description("Pots and fire.".to_owned()),
        Fact::Place("The Barn".to_owned()),
        Fact::City("Guelph".to_owned()),
        Fact::Capacity(80),
        Fact::Date(date(2027, 6, 5)),
        Fact::Time(time(11, 0, 0, 0)),
        Fact::Duration(300),
        Fact::Timezone("America/Toronto".to_owned()),
        Fact::Currency(Currency::parse("CAD").unwrap()),
        Fact::Price(2_500),
        Fact::RefundPolicy("None.".to_owned()),
    ])
}

#[tokio::test]
async fn three_where_three_exist() {
    let (_database, store, ana) = stocked().await;
    let alone = [
        Field::Name,
        Field::Type,
        Field::Description,
        Field::Place,
        Field::PlaceKind,
        Field::Capacity,
        Field::DateTime,
        Field::Duration,
        Field::PriceCents,
        Field::Currency,
        Field::TicketTiers,
        Field::MaxPerOrder,
        Field::RefundPolicy,
    ];
    let said = Some("I want to create a tech conference for 500 people");
    for (field, draft) in alone
        .iter()
        .flat_map(|field| [Draft::default(), draft(&[Fact::Capacity(500)]), full()].map(|draft| (field, draft)))
    {
        if *field == Field::Place && draft.city.is_some() {
            continue; // There is no venue in Guelph.
        }
        let asked = [*field];
        let advice = ask(&store, &ana, Asking { said, ..about(&asked) }, &draft).await;
        assert_eq!(advice.suggestions.len(), 3, "{field:?} {:?}", labels(&advice));
    }
}

#[tokio::test]
async fn refunds_count_back_from_the_day_and_tell_the_fees() {
    let (_database, store, ana) = stocked().await;
    let advice = ask(&store, &ana, about(&[Field::RefundPolicy]), &full()).await;
    assert_eq!(labels(&advice)[0], "Full refund until Saturday, May 29, 2027");
    let note = advice.note.unwrap();
    assert!(
        note.contains("2.9 % and $0.30 CAD each: of a $25 CAD ticket $1.03 CAD go to fees and $23.97 CAD are yours"),
        "{note}"
    );
    let soon = draft(&[Fact::Date(date(2026, 11, 27)), Fact::Price(2_500)]);
    let soon = ask(&store, &ana, about(&[Field::RefundPolicy]), &soon).await;
    assert_eq!(labels(&soon)[0], "Full refund until seven days before");
    assert_eq!(labels(&soon)[1], "Half back until Thursday, November 26, 2026");
}

#[tokio::test]
async fn ticket_sets_add_up_to_the_people() {
    let (_database, store, ana) = stocked().await;
    for price in [0, 2_500] {
        let mut draft = full();
        draft.price_cents = Some(price);
        let advice = ask(&store, &ana, about(&[Field::TicketTiers]), &draft).await;
        for suggestion in &advice.suggestions {
            let tiers = suggestion
                .facts
                .iter()
                .find_map(|fact| if let Fact::Tiers(tiers) = fact { Some(tiers) } else { None })
                .unwrap();
            assert_eq!(tiers.iter().filter_map(|tier| tier.quantity).sum::<u32>(), 80, "{tiers:?}");
            assert!(
                tiers
                    .iter()
                    .filter_map(|tier| tier.sales_until)
                    .all(|until| until < date(2027, 6, 5) && until > date(2026, 11, 24))
            );
        }
    }
}
