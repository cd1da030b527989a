//! What is said, whole and harmless: an event from the first word to its page, every string that breaks things, and a conversation that
//! goes on elsewhere.

use eventos::http::router::Probe as _;
use port::recorder::Recorder;
use port::{Sender, SessionChoice};
use serde_json::json;

use super::linking::link;
use super::{ANN, Scene};
use crate::harness;
use crate::peers::telegram::Telegram;

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_event_is_made_and_published_in_the_chat() {
    let scene = Scene::start().await;
    scene.hears("/start", "").await;
    link(&scene, "ann@example.org").await;
    scene.hears("A jazz night called Blue Notes for 80 people at Pier 21 in Halifax", "Blue Notes").await;
    scene.hears("on December 12th at 7pm, 25 dollars", "").await;
    scene.hears("/publish", "Blue Notes").await;
    scene
        .telegram
        .until("the question before publishing", |telegram| {
            telegram
                .messages(ANN)
                .last()
                .is_some_and(|message| message.buttons.iter().any(|(label, _)| label == "Publish"))
        })
        .await;
    let asked = scene.telegram.messages(ANN).pop().unwrap();
    assert!(
        asked.text.contains("80") && asked.text.contains("Pier 21") && asked.text.contains("http://events.test/e/")
    );
    let before = scene.telegram.messages(ANN).len();
    scene.telegram.press(ANN, ANN, "Publish");
    scene
        .telegram
        .until("it is live", |telegram| {
            telegram.texts(ANN).iter().skip(before).any(|text| text.contains("http://events.test/e/blue-notes"))
        })
        .await;
    assert_eq!(scene.number("select count(*) from events where status = 'published'").await, 1);
    // The same button once more does nothing more.
    scene.telegram.press_data(ANN, ANN, &asked, &asked.buttons[0].1);
    scene.telegram.until("answered", |telegram| telegram.calls("answerCallbackQuery").len() >= 3).await;
    assert_eq!(scene.number("select count(*) from events").await, 1);
    println!("{}", scene.telegram.texts(ANN).join("\n---\n"));
    scene.program.stop().await;
}

/// What the publisher has to tell comes into the chat that made the event, though nobody asks (PAINS P25).
#[tokio::test(flavor = "multi_thread")]
async fn news_of_the_payments_comes_into_the_chat() {
    let scene = Scene::start_with(|settings| settings.publisher.parallel = 1).await;
    scene.hears("/start", "").await;
    link(&scene, "ann@example.org").await;
    scene.hears("A jazz night called Blue Notes for 80 people at Pier 21 in Halifax", "Blue Notes").await;
    scene.hears("on December 12th at 7pm, 25 dollars", "").await;
    scene.hears("/publish", "Blue Notes").await;
    let asks = |telegram: &Telegram| telegram.messages(ANN).last().is_some_and(|message| message.buttons.len() == 2);
    scene.telegram.until("the question before publishing", asks).await;
    scene.telegram.press(ANN, ANN, "Publish");
    let told = "Payments are not set up on this server yet. “Blue Notes” is online";
    scene.telegram.until("the news", |telegram| telegram.texts(ANN).iter().any(|text| text.contains(told))).await;
    // Said once, here and as a part of the conversation that other channels go on with; not again as something missed.
    scene.hears("what's left?", "").await;
    let texts = scene.telegram.texts(ANN);
    assert_eq!(texts.iter().filter(|text| text.contains(told)).count(), 1, "{texts:#?}");
    assert_eq!(scene.number("select count(*) from ai_conversations where metadata ? 'outcome'").await, 1);
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_drafts_and_is_asked_to_link_before_publishing() {
    let scene = Scene::start().await;
    scene.hears("A jazz night called Blue Notes for 80 people at Pier 21 in Halifax", "").await;
    scene.hears("on December 12th at 7pm, 25 dollars", "").await;
    scene.hears("/publish", "").await;
    scene.delivered().await;
    assert_eq!(scene.number("select count(*) from events where status = 'published'").await, 0);
    let labels = scene.telegram.messages(ANN).into_iter().flat_map(|message| message.buttons).collect::<Vec<_>>();
    assert!(labels.iter().all(|(label, _)| label != "Publish"), "{labels:?}");
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_goes_on_elsewhere_and_back() {
    let scene = Scene::start().await;
    let user = link(&scene, "ann@example.org").await;
    scene.hears("A jazz night called Blue Notes for 80 people", "80").await;
    let session = scene.text("select id::text from wizard_sessions order by last_saved_at desc limit 1").await.unwrap();
    let from = Sender::Person { id: user.to_string(), counted: false };
    let mut web = Recorder::new(scene.program.door(), from.clone()).in_session(SessionChoice::Id(session.clone()));
    web.say("at Pier 21 in Halifax").await.unwrap();
    let history = scene.program.door().history(&from, &session).await.unwrap();
    assert!(history.turns.iter().any(|turn| turn.text.contains("for 80 people")), "the chat's words are in the panel");
    scene.hears("/summary", "Pier 21").await;
    let last = scene.telegram.texts(ANN).pop().unwrap();
    assert!(
        last.contains("Meanwhile") && last.contains("You: at Pier 21 in Halifax"),
        "what was said elsewhere is told: {last}"
    );
    scene.hears("/summary", "Pier 21").await;
    assert!(!scene.telegram.texts(ANN).pop().unwrap().contains("Meanwhile"), "once");
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_do_what_they_say() {
    let scene = Scene::start().await;
    scene.hears("/drafts", "no drafts").await;
    scene.hears("A jazz night called Blue Notes for 80 people", "Blue Notes").await;
    scene.hears("/undo", "").await;
    scene.hears("A jazz night called Blue Notes for 80 people", "Blue Notes").await;
    scene.hears("/new", "").await;
    scene.hears("A poetry reading called Soft Words for 20 people", "Soft Words").await;
    scene.hears("/drafts", "Blue Notes").await;
    scene.telegram.press(ANN, ANN, "2");
    scene
        .telegram
        .until("the other one is on the table", |telegram| {
            telegram.texts(ANN).last().is_some_and(|text| text.contains("Blue Notes") && !text.contains("Soft Words"))
        })
        .await;
    scene.hears("/nonsense", "do not know").await;
    scene.hears("/cancel", "").await;
    scene.hears("/language fr", "").await;
    scene.hears("/help", "").await;
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_break_things_are_sent_as_they_are() {
    let Some(folder) = harness::cases("naughty_strings") else { return };
    let mut strings = Vec::new();
    for folder in [folder.clone(), folder.with_file_name("injection")] {
        let mut open = vec![folder];
        while let Some(path) = open.pop() {
            if path.is_dir() {
                open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                let list: Option<Vec<String>> = serde_json::from_str(&text).ok();
                strings.extend(list.unwrap_or_else(|| text.lines().map(str::to_owned).collect()));
            }
        }
    }
    strings.retain(|text| !text.trim().is_empty() && !text.starts_with('/') && !text.contains('\0'));
    assert!(strings.len() > 100, "only {} strings", strings.len());
    let scene = Scene::start().await;
    let mut asked = 0;
    // As text, and as the name of an event, which the summary shows.
    for text in strings.iter().step_by(4) {
        scene.telegram.send(ANN, ANN, text, json!({"from": {"id": ANN, "is_bot": false, "first_name": text}}));
        asked += 1;
    }
    scene.count(asked).await;
    scene.delivered().await;
    let name = "update events set name = left($1, 100)";
    for text in strings.iter().step_by(12).filter(|text| text.chars().count() >= 3) {
        let mut conn = scene.database.connect(eventos::store::cluster::Role::Bootstrap).await;
        if sqlx::query(name).bind(text).execute(&mut conn).await.is_ok() {
            scene.telegram.say(ANN, "/summary");
            asked += 1;
        }
    }
    scene.count(asked).await;
    scene.delivered().await;
    let refused: Vec<_> = scene.telegram.calls("sendMessage").into_iter().filter(|call| call.status != 200).collect();
    assert!(refused.is_empty(), "{refused:#?}");
    assert_eq!(scene.number("select count(*) from outbox where state = 'dead'").await, 0);
    assert_eq!(scene.number("select count(*) from inbox where state <> 'answered'").await, 0);
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_asks_the_chat() {
    let scene = Scene::start().await;
    scene.hears("/start", "").await;
    let telegram = Telegram::start().await;
    telegram.down(true);
    let probe = eventos::http::probes::ChatProbe(std::sync::Arc::new(
        telegram::Telegram::new(telegram::Options {
            token: secrecy::SecretString::from("1:x"),
            api_url: telegram.url().to_owned(),
            mode: telegram::Mode::Poll,
            webhook_secret: None,
            public_url: String::new(),
        })
        .unwrap(),
    ));
    assert_eq!(probe.name(), "telegram");
    assert!(probe.check().await.is_ok(), "not before a minute of silence");
    scene.program.stop().await;
}
