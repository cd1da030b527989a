//! Pictures that are sent into the chat become the event's (R151).

use super::linking::link;
use super::{ANN, BEN, Scene};
use crate::peers::telegram::Fault;
use crate::pictures::picture;

const PICTURES: &str = "select count(*) from files";
const SHOWN: &str = "select count(*) from events where image_id is not null";

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_becomes_the_events_and_the_words_under_it_are_heard() {
    let scene = Scene::start().await;
    scene.hears("/start", "").await;
    link(&scene, "ann@example.org").await;
    scene.hears("A jazz night called Blue Notes for 80 people", "Blue Notes").await;
    let before = scene.telegram.messages(ANN).len();
    scene.telegram.send_picture(ANN, &picture(20), "at Pier 21 in Halifax");
    scene
        .telegram
        .until("the picture is answered", |telegram| {
            telegram.texts(ANN).iter().skip(before).any(|text| text.contains("Pier 21"))
        })
        .await;
    assert_eq!(scene.number(PICTURES).await, 1);
    assert_eq!(scene.number(SHOWN).await, 1, "it is the event's");
    // Without words it is answered, too.
    let before = scene.telegram.messages(ANN).len();
    scene.telegram.send_picture(ANN, &picture(200), "");
    scene.count(before + 1).await;
    assert_eq!(scene.number(PICTURES).await, 2);
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_picture_or_cannot_be_fetched_is_said() {
    let scene = Scene::start().await;
    scene.hears("/start", "").await;
    link(&scene, "ann@example.org").await;
    let before = scene.telegram.messages(ANN).len();
    scene.telegram.send_picture(ANN, b"<svg onload=alert(1)>", "");
    scene
        .telegram
        .until("it is refused", |telegram| {
            telegram.texts(ANN).iter().skip(before).any(|text| text.contains("I cannot use this picture"))
        })
        .await;
    let before = scene.telegram.messages(ANN).len();
    scene.telegram.send_picture(ANN, b"", "");
    scene
        .telegram
        .until("it is asked for again", |telegram| {
            telegram.texts(ANN).iter().skip(before).any(|text| text.contains("once more"))
        })
        .await;
    scene.hears("A jazz night called Blue Notes for 80 people", "Blue Notes").await;
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_is_too_large_is_told_so_and_not_asked_for_again() {
    let scene = Scene::start().await;
    scene.hears("/start", "").await;
    scene.telegram.fault("getFile", 1, Fault::TooBig);
    let before = scene.telegram.messages(ANN).len();
    scene.telegram.send_picture(ANN, &picture(20), "");
    scene
        .telegram
        .until("it is told", |telegram| telegram.texts(ANN).iter().skip(before).any(|text| text.contains("too large")))
        .await;
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_somebody_elses_picture() {
    nobody_waits(Scene::start().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_somebody_elses_picture_where_telegram_calls() {
    nobody_waits(Scene::start_called().await).await;
}

async fn nobody_waits(scene: Scene) {
    scene.hears("/start", "").await;
    link(&scene, "ann@example.org").await;
    scene.hears("A jazz night called Blue Notes for 80 people", "Blue Notes").await;
    scene.telegram.hold_files(true);
    let before = scene.telegram.messages(ANN).len();
    scene.telegram.send_picture(ANN, &picture(20), "");
    scene.telegram.say(ANN, "at Pier 21 in Halifax");
    scene.telegram.say(BEN, "/start");
    scene.telegram.until("Ben is answered", |telegram| !telegram.messages(BEN).is_empty()).await;
    assert_eq!(scene.telegram.messages(ANN).len(), before, "her words wait for her picture");
    assert_eq!(scene.number(PICTURES).await, 0);
    scene.telegram.hold_files(false);
    scene.count(before + 2).await;
    let texts = scene.telegram.texts(ANN);
    assert!(!texts[before].contains("Pier 21") && texts[before + 1].contains("Pier 21"), "in her order: {texts:#?}");
    assert_eq!(scene.number(SHOWN).await, 1);
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_pictures_are_held_at_once_and_every_one_is_answered() {
    for scene in [Scene::start().await, Scene::start_called().await] {
        scene.hears("/start", "").await;
        scene.telegram.hold_files(true);
        let many = 100..112;
        for somebody in many.clone() {
            scene.telegram.send_picture(somebody, &picture(20), "");
        }
        scene.telegram.until("they are on their way", |telegram| telegram.state().files_asked >= 8).await;
        // What was sent behind them all is answered: whoever asks for a file has asked.
        scene.telegram.say(BEN, "/start");
        scene.telegram.until("Ben is answered", |telegram| !telegram.messages(BEN).is_empty()).await;
        scene.telegram.hold_files(false);
        scene
            .telegram
            .until("all are answered", |telegram| many.clone().all(|somebody| !telegram.messages(somebody).is_empty()))
            .await;
        assert_eq!(scene.telegram.state().most_files_asked, 8);
        scene.program.stop().await;
    }
}
