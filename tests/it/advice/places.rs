//! Venues: which are suggested, which one a name means, and an organizer's own place.

use eventos::advice;
use eventos::domain::draft::Draft;
use eventos::domain::fact::{Fact, Field};
use eventos::domain::suggestion::SuggestionKind;
use eventos::domain::values::{PlaceKind, Provenance};
use eventos::store::database::Actor;
use eventos::store::venues;

use super::{Asking, about, ask, draft, labels, organizer, stocked, toronto};
use crate::harness;

#[tokio::test]
async fn the_example_of_the_specification_finds_its_venue() {
    let (_database, store, ana) = stocked().await;
    let draft = draft(&[
        Fact::City("Toronto".to_owned()),
        Fact::Capacity(200),
        Fact::Amenities(vec!["av_equipment".to_owned()]),
    ]);
    let asking =
        Asking { said: Some("venue for 200 people in downtown Toronto with AV equipment"), ..about(&[Field::Place]) };
    let advice = ask(&store, &ana, asking, &draft).await;
    assert_eq!(advice.suggestions.len(), 3);
    let first = &advice.suggestions[0];
    assert_eq!(
        (first.kind, &first.data["id"]),
        (SuggestionKind::Venue, &"venue-uuid-1".into()),
        "{:?}",
        labels(&advice)
    );
    assert_eq!(first.data["name"], "Metro Convention Centre");
    assert_eq!(first.data["capacity"], 250);
    assert_eq!(first.data["priceEstimate"], "$2000-3000");
    let amounts = ["priceMinCents", "priceMaxCents", "currency"].map(|key| first.data[key].clone());
    let expected = serde_json::json!([200_000, 300_000, "CAD"]);
    assert_eq!(serde_json::json!(amounts), expected, "for who writes amounts in their reader's way");
    assert_eq!(first.data["amenities"], serde_json::json!(["av_equipment", "wifi", "parking"]));
    let confidence = first.data["confidence"].as_f64().unwrap();
    assert!((0.5..=1.0).contains(&confidence), "{confidence}");
    assert_eq!(first.data["reason"].as_str(), first.detail.as_deref());
    let mut taken = draft.clone();
    taken.apply(&first.facts.iter().cloned().map(|fact| (fact, Provenance::Edited)).collect());
    assert_eq!(taken.place.as_deref(), Some("Metro Convention Centre"));
    assert!(taken.venue_id.is_some() && taken.timezone.as_deref() == Some("America/Toronto"));
    let others = ask(&store, &ana, about(&[Field::Place]), &taken).await;
    assert!(others.suggestions.len() == 3 && !labels(&others).contains(&first.label.as_str()), "{:?}", labels(&others));
    assert_eq!(
        first.detail.as_deref(),
        Some("holds 250, has AV equipment, $2,000-3,000 a day, from $10 CAD a guest at 200 guests")
    );
}

#[tokio::test]
async fn venues_change_with_capacity_city_and_budget() {
    let (_database, store, ana) = stocked().await;
    let place = || about(&[Field::Place]);
    let plain = ask(&store, &ana, place(), &toronto(&[Fact::Capacity(200)])).await;
    let larger = ask(&store, &ana, place(), &toronto(&[Fact::Capacity(800)])).await;
    let elsewhere = ask(&store, &ana, place(), &draft(&[Fact::City("montreal".to_owned()), Fact::Capacity(200)])).await;
    let cheaper = Asking { said: Some("it should cost under $1200"), ..place() };
    let cheaper = ask(&store, &ana, cheaper, &toronto(&[Fact::Capacity(200)])).await;
    for other in [&larger, &elsewhere, &cheaper] {
        assert_eq!(other.suggestions.len(), 3);
        assert_ne!(labels(&plain), labels(other));
    }
    assert!(labels(&larger)[0].starts_with("Don Valley Pavilion"), "{:?}", labels(&larger));
    assert!(labels(&elsewhere).iter().all(|label| label.ends_with("Montréal")), "{:?}", labels(&elsewhere));
    assert!(cheaper.suggestions[0].detail.as_ref().unwrap().contains("within your"), "{:?}", cheaper.suggestions[0]);
    let again = ask(&store, &ana, place(), &toronto(&[Fact::Capacity(200)])).await;
    assert_eq!(plain, again, "the same draft and data give the same suggestions");
}

#[tokio::test]
async fn a_venue_that_is_too_small_says_so() {
    let (_database, store, ana) = stocked().await;
    let advice = ask(&store, &ana, about(&[Field::Place]), &toronto(&[Fact::Capacity(20_000)])).await;
    assert_eq!(advice.note.as_deref(), Some("No place that I know there holds 20000. These come closest."));
    assert!(advice.suggestions[0].detail.as_ref().unwrap().contains("holds 3000, fewer than your 20000"));
}

#[tokio::test]
async fn without_venues_advice_asks_for_the_place_and_offers_something_else() {
    let database = harness::database().await;
    let store = database.store().await;
    let ana = organizer(&store, "ana@example.com").await;
    let bare = ask(&store, &ana, about(&[Field::Place]), &Draft::default()).await;
    assert_eq!(bare.note.as_deref(), Some("No venues yet. Tell me the place in your own words."));
    assert!(bare.suggestions.iter().all(|one| one.kind == SuggestionKind::Capacity) && bare.suggestions.len() == 3);
    let sized = draft(&[Fact::City("Guelph".to_owned()), Fact::Capacity(30)]);
    let sized = ask(&store, &ana, about(&[Field::Place]), &sized).await;
    assert_eq!(sized.note.as_deref(), Some("No venues in Guelph yet. Tell me the place in your own words."));
    assert_eq!(sized.suggestions[0].facts, [Fact::PlaceKind(PlaceKind::Online)]);
}

#[tokio::test]
async fn a_place_named_is_the_venue_that_is_meant_and_no_other() {
    let (_database, store, ana) = stocked().await;
    let mut tx = store.begin(Actor::Person(&ana)).await.unwrap();
    let mut found = async |place: &str, city: Option<&str>| {
        advice::resolve_place(&mut tx, place, city).await.unwrap().map(|hit| hit.name)
    };
    assert_eq!(found("the metro convention center", Some("toronto")).await.as_deref(), Some("Metro Convention Centre"));
    assert_eq!(found("Atelier des Lilas", None).await.as_deref(), Some("L'Atelier des Lilas"));
    assert_eq!(found("Salle des erables", Some("Montreal")).await.as_deref(), Some("Salle des Érables"));
    assert_eq!(found("Metro Convention Centre", Some("Paris")).await, None);
    assert_eq!(found("Metro", Some("Toronto")).await, None);
    assert_eq!(found("my back garden", None).await, None);
    assert_eq!(found("", None).await, None);
    let hit = venues::get_by_key(&mut tx, "venue-uuid-1").await.unwrap().unwrap();
    assert_eq!(venues::get_by_key(&mut tx, &hit.id.to_string()).await.unwrap(), Some(hit.clone()));
    assert_eq!(venues::get(&mut tx, hit.id).await.unwrap(), Some(hit));
}

#[tokio::test]
async fn an_own_place_becomes_one_venue_that_nobody_else_sees() {
    let (_database, store, ana) = stocked().await;
    let ben = organizer(&store, "ben@example.com").await;
    let place = |name: &str, more: &[Fact]| {
        let mut facts = vec![Fact::Place(name.to_owned())];
        facts.extend_from_slice(more);
        draft(&facts)
    };
    let mut tx = store.begin(Actor::Person(&ana)).await.unwrap();
    let first = venues::put_own(&mut tx, ana.id, &place("Grandma’s Barn", &[])).await.unwrap();
    let fuller = place("grandma’s barn", &[Fact::City("Guelph".to_owned()), Fact::Capacity(60)]);
    assert_eq!(venues::put_own(&mut tx, ana.id, &fuller).await.unwrap(), first, "the same place");
    let smaller = place("Grandma’s Barn", &[Fact::City("Guelph".to_owned()), Fact::Capacity(40)]);
    assert_eq!(venues::put_own(&mut tx, ana.id, &smaller).await.unwrap(), first);
    assert_eq!(venues::get(&mut tx, first).await.unwrap().unwrap().capacity, Some(40), "what was planned last");
    venues::plan_own(&mut tx, first, 60).await.unwrap();
    let elsewhere = place("Grandma’s Barn", &[Fact::City("Ottawa".to_owned())]);
    assert_ne!(venues::put_own(&mut tx, ana.id, &elsewhere).await.unwrap(), first, "another city, another place");
    tx.commit().await.unwrap();

    let mut tx = store.begin(Actor::Person(&ana)).await.unwrap();
    let mine = advice::resolve_place(&mut tx, "Grandma’s barn", Some("Guelph")).await.unwrap().unwrap();
    assert_eq!((mine.id, mine.own, mine.capacity, mine.city.as_deref()), (first, true, Some(60), Some("Guelph")));
    // Whoever plans for more there is offered it like any other, and is told of no bound.
    let full = draft(&[Fact::City("Guelph".to_owned()), Fact::Capacity(200)]);
    let asking = Asking { said: Some("Grandma’s Barn"), ..about(&[Field::Place]) };
    let offered = asking.suggest(&mut tx, &ana, &full).await;
    let barn = offered.suggestions.iter().find(|one| one.label.contains("Barn")).unwrap();
    let told = barn.detail.clone().unwrap_or_default();
    assert!(!told.contains("60") && offered.note.is_none(), "{told}; {:?}", offered.note);
    let shared = venues::get_by_key(&mut tx, "venue-uuid-1").await.unwrap().unwrap();
    venues::plan_own(&mut tx, shared.id, 7).await.unwrap();
    assert_eq!(venues::get(&mut tx, shared.id).await.unwrap(), Some(shared), "a shared venue is nobody's to size");
    drop(tx);
    let mut tx = store.begin(Actor::Person(&ben)).await.unwrap();
    venues::plan_own(&mut tx, first, 7).await.unwrap();
    assert_eq!(advice::resolve_place(&mut tx, "Grandma’s Barn", Some("Guelph")).await.unwrap(), None);
    assert_eq!(venues::get(&mut tx, first).await.unwrap(), None);
    let asking = Asking { said: Some("Grandma’s Barn"), ..about(&[Field::Place]) };
    let guelph = draft(&[Fact::City("Guelph".to_owned()), Fact::Capacity(60)]);
    let advice = asking.suggest(&mut tx, &ben, &guelph).await;
    assert!(advice.suggestions.iter().all(|one| !one.label.contains("Barn")), "{:?}", labels(&advice));
    assert!(
        venues::put_own(&mut tx, ana.id, &place("Ana’s", &[])).await.is_err(),
        "nobody keeps a place for somebody else"
    );
}
