//! What Telegram may do to an answer: waits, gateways that fail, entities that are refused, people who block the bot.

use std::time::Duration;

use super::{ANN, Scene};
use crate::peers::telegram::{Fault, Telegram};

#[tokio::test(flavor = "multi_thread")]
async fn the_same_update_five_times_is_one_turn_also_after_a_restart() {
    let scene = Scene::start().await;
    let id = scene.telegram.say(ANN, "A jazz night for 80 people");
    for _ in 0..4 {
        scene.telegram.again(id, "A jazz night for 80 people", ANN);
    }
    scene.count(1).await;
    scene.delivered().await;
    let scene = scene.restart().await;
    scene.telegram.again(id, "A jazz night for 80 people", ANN);
    scene.hears("/summary", "80").await;
    assert_eq!(scene.number("select count(*) from inbox").await, 2, "the message and the summary");
    assert_eq!(scene.telegram.messages(ANN).len(), 2, "{:#?}", scene.telegram.texts(ANN));
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twelve_messages_at_once_are_answered_in_order() {
    let scene = Scene::start().await;
    for number in 1..=12 {
        scene.telegram.say(ANN, &format!("for {number}00 people"));
    }
    scene.count(12).await;
    scene.delivered().await;
    let texts = scene.telegram.texts(ANN);
    assert_eq!(texts.len(), 12, "{texts:#?}");
    for (number, text) in (1..).zip(&texts) {
        let people = if number < 10 { format!("{number}00") } else { format!("1,{}00", number - 10) };
        assert!(text.contains(&people), "answer {number} is {text:?}");
    }
    assert_eq!(scene.number("select count(*) from wizard_sessions").await, 1, "all of it is one session");
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_is_obeyed_across_a_restart_and_costs_no_attempt() {
    let scene = Scene::start().await;
    scene.hears("/start", "").await;
    scene.telegram.fault("sendMessage", 1, Fault::RetryAfter(142));
    scene.telegram.say(ANN, "A jazz night for 80 people");
    scene
        .telegram
        .until("one 429", |telegram| telegram.calls("sendMessage").iter().any(|call| call.status == 429))
        .await;
    let held = "select count(*) from chats where held_until > now() + interval '100 seconds'";
    while scene.number(held).await == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let scene = scene.restart().await;
    scene.telegram.say(ANN, "and a bar");
    while scene.number("select count(*) from outbox where state = 'pending'").await < 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(scene.telegram.messages(ANN).len(), 1, "nothing is sent before the time");
    assert_eq!(scene.number("select coalesce(max(attempts), 0)::bigint from outbox where state = 'pending'").await, 0);
    scene.run("update chats set held_until = now()").await;
    scene.count(3).await;
    scene.delivered().await;
    assert!(scene.telegram.texts(ANN)[1].contains("80"), "in order");
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_fails_loses_nothing() {
    let scene = Scene::start().await;
    scene.hears("/start", "").await;
    for status in [500, 502, 503] {
        scene.telegram.fault("sendMessage", 1, Fault::Status(status));
    }
    scene.hears("A jazz night for 80 people", "80").await;
    scene.delivered().await;
    assert_eq!(scene.telegram.messages(ANN).len(), 2);
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_whose_fate_nobody_knows_comes_at_most_twice_and_says_so() {
    let scene = Scene::start().await;
    scene.hears("/start", "").await;
    scene.telegram.fault("sendMessage", 1, Fault::DoneThenStatus(502));
    scene.telegram.say(ANN, "A jazz night for 80 people");
    scene.count(3).await;
    scene.delivered().await;
    let texts = scene.telegram.texts(ANN);
    assert_eq!(texts.len(), 3, "once more, and no more: {texts:#?}");
    assert!(texts[2].contains("twice") && !texts[1].contains("twice"), "the second says so: {texts:#?}");
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entities_that_are_refused_are_left_out_once() {
    let scene = Scene::start().await;
    scene.hears("A jazz night for 80 people", "80").await;
    scene.telegram.fault("sendMessage", 1, Fault::Entities);
    scene.hears("/summary", "80").await;
    let last = scene.telegram.messages(ANN).pop().unwrap();
    assert!(last.entities.is_null(), "plain text: {last:?}");
    assert_eq!(scene.telegram.calls("sendMessage").iter().filter(|call| call.status == 400).count(), 1);
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_blocked_the_bot_is_left_alone_until_they_write() {
    let scene = Scene::start().await;
    scene.hears("/start", "").await;
    scene.telegram.block(ANN, true);
    scene.telegram.say(ANN, "A jazz night for 80 people");
    while scene.number("select count(*) from chats where closed_at is not null").await == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    scene.delivered().await;
    let refused = |telegram: &Telegram| telegram.calls("sendMessage").iter().filter(|call| call.status == 403).count();
    assert_eq!(refused(&scene.telegram), 1, "one try, and no more");
    scene.telegram.block(ANN, false);
    scene.hears("/summary", "80").await;
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_is_answered_also_when_telegram_asks_to_wait() {
    let scene = Scene::start().await;
    scene.hears("/language", "language").await;
    scene.telegram.fault("answerCallbackQuery", 1, Fault::RetryAfter(1));
    scene.telegram.fault("editMessageText", 1, Fault::RetryAfter(1));
    scene.telegram.press(ANN, ANN, "Français");
    let pressed = |telegram: &Telegram| telegram.calls("answerCallbackQuery").iter().any(|call| call.status == 200);
    scene.telegram.until("the press is answered", pressed).await;
    scene.telegram.until("the buttons are gone", |telegram| telegram.messages(ANN)[0].buttons.is_empty()).await;
    assert!(scene.telegram.texts(ANN)[0].contains("Français"));
    scene.delivered().await;
    scene.program.stop().await;
}
