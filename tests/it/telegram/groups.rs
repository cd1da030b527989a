//! Where others read along, and buttons that are not for everybody.

use serde_json::json;

use super::{ANN, BEN, Scene};
use crate::peers::telegram::Fault;

const GROUP: i64 = -100;

#[tokio::test(flavor = "multi_thread")]
async fn in_a_group_only_what_is_addressed_is_read() {
    let scene = Scene::start().await;
    scene.telegram.send(GROUP, ANN, "anybody for lunch?", json!({}));
    scene.telegram.send(GROUP, ANN, "@test_wizard_bot a jazz night for 80 people", json!({}));
    scene.telegram.until("an answer in the group", |telegram| !telegram.messages(GROUP).is_empty()).await;
    scene.telegram.send(GROUP, ANN, "/help@other_bot", json!({}));
    scene.telegram.send(GROUP, BEN, "/summary", json!({}));
    scene.telegram.until("a second one", |telegram| telegram.messages(GROUP).len() == 2).await;
    let texts = scene.telegram.texts(GROUP);
    assert!(texts[0].contains("80") && !texts[1].contains("80"), "Ben's draft is his own: {texts:#?}");
    assert_eq!(scene.number("select count(*) from inbox").await, 2);
    let replied = &scene.telegram.calls("sendMessage")[0].body["reply_parameters"]["message_id"];
    assert!(replied.is_i64(), "an answer says whom it answers: {replied}");
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_obeys_nobody_but_its_owner() {
    let scene = Scene::start().await;
    scene.telegram.send(GROUP, ANN, "/start", json!({}));
    scene.telegram.until("an answer", |telegram| telegram.messages(GROUP).len() == 1).await;
    scene.telegram.send(GROUP, ANN, "@test_wizard_bot a jazz night", json!({}));
    let offered = |telegram: &crate::peers::telegram::Telegram| {
        telegram.messages(GROUP).last().is_some_and(|message| !message.buttons.is_empty())
    };
    scene.telegram.until("buttons", offered).await;
    let message = scene.telegram.messages(GROUP).pop().unwrap();
    let (label, data) = message.buttons[0].clone();
    scene.telegram.press_data(GROUP, BEN, &message, &data);
    let told = |telegram: &crate::peers::telegram::Telegram| {
        telegram
            .calls("answerCallbackQuery")
            .iter()
            .any(|call| call.body["text"].as_str().is_some_and(|text| text.contains("somebody else")))
    };
    scene.telegram.until("Ben is told", told).await;
    assert_eq!(scene.number("select count(*) from inbox where body ->> 'kind' = 'pick'").await, 0);
    scene.telegram.press_data(GROUP, ANN, &message, &data);
    scene
        .telegram
        .until("Ann's counts", |telegram| {
            telegram
                .messages(GROUP)
                .iter()
                .any(|shown| shown.id == message.id && shown.text.contains(&format!("Chosen: {label}")))
        })
        .await;
    assert_eq!(scene.number("select count(*) from inbox where body ->> 'kind' = 'pick'").await, 1);
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_that_is_out_of_date_says_so() {
    let scene = Scene::start().await;
    scene.hears("/start", "").await;
    scene.telegram.say(ANN, "a jazz night");
    let offered = |telegram: &crate::peers::telegram::Telegram| {
        telegram.messages(ANN).iter().filter(|message| !message.buttons.is_empty()).count()
    };
    scene.telegram.until("buttons", |telegram| offered(telegram) >= 1).await;
    let old = scene.telegram.messages(ANN).into_iter().find(|message| !message.buttons.is_empty()).unwrap();
    scene.telegram.say(ANN, "for 80 people");
    scene.telegram.until("newer buttons", |telegram| offered(telegram) >= 2).await;
    scene.delivered().await;
    scene.telegram.press_data(ANN, ANN, &old, &old.buttons[0].1);
    let told = |telegram: &crate::peers::telegram::Telegram| {
        telegram
            .calls("answerCallbackQuery")
            .iter()
            .any(|call| call.body["text"].as_str().is_some_and(|text| text.contains("out of date")))
    };
    scene.telegram.until("it says so", told).await;
    assert_eq!(scene.number("select count(*) from inbox where body ->> 'kind' = 'pick'").await, 0);
    for foreign in ["", "v1:abc:def", "1p|a"] {
        scene.telegram.press_data(ANN, ANN, &old, foreign);
    }
    scene.telegram.until("all are answered", |telegram| telegram.calls("answerCallbackQuery").len() >= 4).await;
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_became_a_supergroup_is_left_and_the_new_one_answered() {
    const SUPERGROUP: i64 = -1_000_001;
    let scene = Scene::start().await;
    scene.telegram.fault("sendMessage", 1, Fault::Supergroup(SUPERGROUP));
    scene.telegram.send(GROUP, ANN, "/start", json!({}));
    while scene.number("select count(*) from chats where closed_at is not null").await == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert!(scene.telegram.messages(GROUP).is_empty());
    assert_eq!(scene.number("select count(*) from outbox where state = 'dead'").await, 1, "nothing goes there again");
    scene.telegram.send(SUPERGROUP, ANN, "/summary", json!({}));
    scene.telegram.until("an answer there", |telegram| !telegram.messages(SUPERGROUP).is_empty()).await;
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_elsewhere_is_repeated_in_no_group() {
    let scene = Scene::start().await;
    scene.telegram.send(GROUP, ANN, "@test_wizard_bot a jazz night for 80 people", json!({}));
    scene.telegram.until("an answer in the group", |telegram| !telegram.messages(GROUP).is_empty()).await;
    scene.delivered().await;
    // She goes on in the panel, in the conversation that the group began.
    let id: String = scene.text("select user_id::text from wizard_sessions").await.unwrap();
    let from = port::Sender::Person { id, counted: false };
    let mut panel = port::recorder::Recorder::new(scene.program.door(), from).in_session(port::SessionChoice::Latest);
    panel.say("my surprise for Ben is a fountain").await.unwrap();
    scene.telegram.send(GROUP, ANN, "@test_wizard_bot make it 90 people", json!({}));
    scene.telegram.until("a second one", |telegram| telegram.messages(GROUP).len() == 2).await;
    let texts = scene.telegram.texts(GROUP);
    assert!(texts[1].contains("90") && !texts.join(" ").contains("fountain"), "{texts:#?}");
    assert_eq!(scene.number("select count(*) from wizard_sessions").await, 1);
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_group_nobody_stops_what_is_somebody_elses() {
    let scene = Scene::start().await;
    scene.telegram.send(GROUP, BEN, "@test_wizard_bot a jazz night for 80 people", json!({}));
    scene.telegram.send(GROUP, ANN, "@test_wizard_bot a reading for 20 people", json!({}));
    scene.telegram.until("both are answered", |telegram| telegram.messages(GROUP).len() == 2).await;
    // Ann spoke last; Ben's command is about Ben's draft.
    scene.telegram.send(GROUP, BEN, "/cancel", json!({}));
    scene.telegram.until("answered", |telegram| telegram.messages(GROUP).len() == 3).await;
    scene.delivered().await;
    assert!(!scene.telegram.texts(GROUP)[2].contains("could not find"), "{:#?}", scene.telegram.texts(GROUP));
    let declined = "select count(*) from inbox i join wizard_sessions s on s.id = i.session_id where s.user_id =
        (select user_id from inbox order by seq limit 1)";
    assert_eq!(scene.number(declined).await, 2, "his message and his no");
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_new_a_group_talks_about_the_new_draft() {
    let scene = Scene::start().await;
    for (text, answers) in [
        ("@test_wizard_bot a jazz night for 80 people", 1),
        ("/new", 2),
        ("@test_wizard_bot a reading for 20 people", 3),
    ] {
        scene.telegram.send(GROUP, ANN, text, json!({}));
        scene.telegram.until("an answer", |telegram| telegram.messages(GROUP).len() == answers).await;
    }
    scene.delivered().await;
    assert_eq!(scene.number("select count(*) from wizard_sessions").await, 2);
    assert_eq!(scene.number("select count(*) from events where capacity = 20").await, 1);
    assert_eq!(scene.number("select count(*) from events where capacity = 80").await, 1, "the first one is as it was");
    scene.program.stop().await;
}
