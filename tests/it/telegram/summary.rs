//! A summary is one message that stays true, and places beyond the first three are a press away.

use eventos::store::database::Actor;
use eventos::store::demo;

use super::{ANN, Scene};
use crate::peers::telegram::Telegram;

#[tokio::test(flavor = "multi_thread")]
async fn a_summary_follows_what_is_said_later() {
    let scene = Scene::start().await;
    scene.hears("/start", "").await;
    scene.hears("A jazz night called Blue Notes for 80 people at Pier 21 in Halifax", "Blue Notes").await;
    scene.hears("/summary", "Pier 21").await;
    scene.delivered().await;
    scene.hears("make it 120 people", "120").await;
    let follows = |telegram: &Telegram| {
        telegram.messages(ANN).iter().any(|message| message.edits > 0 && message.text.contains("120"))
    };
    scene.telegram.until("the summary follows", follows).await;
    let shown = scene.telegram.messages(ANN);
    let followed: Vec<_> = shown.iter().filter(|message| message.edits > 0).collect();
    assert!(followed.len() == 1 && !followed[0].text.contains("80"), "{followed:#?}");
    // A new summary is the one that is kept up to date from then on.
    scene.hears("/summary", "120").await;
    scene.delivered().await;
    scene.hears("make it 90 people", "90").await;
    scene
        .telegram
        .until("the newer one follows", |telegram| {
            telegram.messages(ANN).iter().filter(|message| message.edits > 0 && message.text.contains("90")).count()
                == 1
        })
        .await;
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_places_are_a_press_away_until_all_were_seen() {
    let scene = Scene::start().await;
    let store = scene.database.store().await;
    let mut tx = store.begin(Actor::Server).await.unwrap();
    demo::load(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    scene.hears("/start", "").await;
    scene
        .hears(
            "A jazz night called Blue Notes for 80 people in Toronto, 25 dollars, on 3 March at 8 pm",
            "Where in Toronto",
        )
        .await;
    let mut seen: Vec<String> = Vec::new();
    for _ in 0..30 {
        scene.delivered().await;
        let last = scene.telegram.messages(ANN).pop().unwrap();
        let places: Vec<String> = last
            .text
            .lines()
            .filter(|line| line.starts_with(|c: char| c.is_ascii_digit()))
            .map(|line| line.split(" – ").next().unwrap()[3..].to_owned())
            .collect();
        assert!(!places.is_empty(), "{}", last.text);
        if last.text.contains("all the places that I know") {
            assert!(seen.len() >= 3, "{seen:?}");
            scene.program.stop().await;
            return;
        }
        assert!(places.iter().all(|place| !seen.contains(place)), "{places:?} again, after {seen:?}");
        seen.extend(places);
        let before = scene.telegram.messages(ANN).len();
        scene.telegram.press(ANN, ANN, "More options");
        scene.count(before + 1).await;
    }
    panic!("there is no end to the places: {seen:?}");
}
