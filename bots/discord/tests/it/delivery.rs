//! Answers arrive once, in their order, when the platform takes them, and nowhere they are not wanted.

use std::time::Duration;

use discord_peer::{Fake, Fault, Place};
use port::contract::Answer;
use port::{Card, Delivery, Line, Reply, Source};

use crate::scene::Scene;

fn said(text: &str) -> Answer {
    Answer::Now(vec![Reply::Said(text.to_owned()), Reply::Done])
}

fn fault(method: &'static str, path: &'static str, status: u16) -> Fault {
    Fault { method, path, times: 1, status, retry_after: 0.0, code: 0, works: false }
}

fn outcome(scene: &Scene, wanted: impl Fn(&Delivery) -> bool) -> bool {
    scene.script.deliveries().iter().any(|(_, delivery)| wanted(delivery))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_is_answered_in_order() {
    let mut scene = Scene::start().await;
    let ana = scene.fake.person("ana");
    for number in 0..12 {
        scene.script.push(said(&format!("answer-{number:02}")));
        scene.fake.write(ana, Place::Private, &format!("{number}"));
    }
    for _ in 0..12 {
        scene.next().await;
    }
    scene.until("all there", |fake| fake.screen(ana, Place::Private).len() == 12).await;
    let screen = scene.fake.screen(ana, Place::Private);
    assert!(screen.is_sorted() && screen[0] == "answer-00" && screen[11] == "answer-11", "{screen:#?}");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_that_the_platform_asks_for_is_kept_and_costs_no_attempt() {
    let mut scene = Scene::start().await;
    let ana = scene.fake.person("ana");
    scene.fake.fault(Fault { retry_after: 3.2, ..fault("POST", "/messages", 429) });
    scene.script.push(said("in-the-end"));
    scene.fake.write(ana, Place::Private, "hello");
    scene.next().await;
    scene.until("there", |fake| fake.text(ana, Place::Private).contains("in-the-end")).await;
    assert!(outcome(&scene, |delivery| *delivery == Delivery::Wait { seconds: 4 }), "{:?}", scene.script.deliveries());
    let tries: Vec<_> = scene
        .fake
        .log()
        .into_iter()
        .filter(|request| request.method == "POST" && request.path.ends_with("/messages"))
        .collect();
    assert_eq!(tries.len(), 2, "{tries:#?}");
    assert!(tries[1].at - tries[0].at >= Duration::from_millis(3200), "it was not waited");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_wait_is_waited_out() {
    let mut scene = Scene::start().await;
    let ana = scene.fake.person("ana");
    for path in ["/callback", "/@original"] {
        scene.fake.fault(Fault { retry_after: 0.3, ..fault("", path, 429) });
    }
    scene.script.push(said("summary-words"));
    scene.fake.slash(ana, Place::Private, "summary", None);
    scene.next().await;
    scene.until("there", |fake| fake.text(ana, Place::Private).contains("summary-words")).await;
    assert!(!outcome(&scene, |delivery| *delivery != Delivery::Sent), "{:?}", scene.script.deliveries());
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_may_have_arrived_is_not_there_twice() {
    let mut scene = Scene::start().await;
    let ana = scene.fake.person("ana");
    scene.fake.fault(Fault { works: true, times: 2, ..fault("POST", "/messages", 502) });
    scene.script.push(said("only-once"));
    scene.fake.write(ana, Place::Private, "hello");
    scene.next().await;
    scene.until("settled", |_| outcome(&scene, |delivery| *delivery == Delivery::Sent)).await;
    assert_eq!(scene.fake.text(ana, Place::Private).matches("only-once").count(), 1);
    assert!(outcome(&scene, |delivery| matches!(delivery, Delivery::Failed { unclear: true, .. })));
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_blocked_the_bot_is_left_alone() {
    let mut scene = Scene::start().await;
    let ana = scene.fake.person("ana");
    scene.fake.block(ana);
    scene.script.push(said("unheard"));
    scene.fake.write(ana, Place::Private, "hello");
    scene.next().await;
    scene.until("gone", |_| outcome(&scene, |delivery| matches!(delivery, Delivery::Gone { .. }))).await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_with_its_card_is_said_in_words() {
    let mut scene = Scene::start().await;
    let ana = scene.fake.person("ana");
    scene.fake.fault(Fault { code: 50_035, ..fault("POST", "/messages", 400) });
    let line = Line { label: "When".to_owned(), value: "Friday".to_owned(), source: Source::Said };
    let card = Card { title: "Jazz".to_owned(), lines: vec![line], missing: Vec::new(), language: "en".to_owned() };
    scene.script.push(Answer::Soon(vec![Reply::Said("Here it is.".to_owned()), Reply::Draft(card), Reply::Done]));
    scene.fake.write(ana, Place::Private, "hello");
    scene.next().await;
    scene.until("there", |fake| fake.text(ana, Place::Private).contains("When: Friday")).await;
    assert_eq!(scene.fake.screen(ana, Place::Private), ["Here it is.\nJazz\nWhen: Friday"]);
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_shown_while_it_is_made_and_then_whole() {
    let mut scene = Scene::start().await;
    let ana = scene.fake.person("ana");
    scene.script.push(Answer::Open(vec![Reply::Delta("Let me ".to_owned())]));
    scene.fake.write(ana, Place::Private, "think");
    scene.next().await;
    scene.until("a glimpse", |fake| fake.text(ana, Place::Private).trim() == "Let me").await;
    scene.script.send(Reply::Delta("see.".to_owned()));
    scene.until("more", |fake| fake.text(ana, Place::Private) == "Let me see.").await;
    scene.script.send(Reply::Said("Let me see. Done!".to_owned()));
    scene.script.send(Reply::Done);
    scene.until("whole", |fake| fake.text(ana, Place::Private) == "Let me see. Done!").await;
    assert_eq!(scene.fake.screen(ana, Place::Private).len(), 1, "one message");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_answer_comes_in_parts_and_none_twice() {
    let mut scene = Scene::start().await;
    let ana = scene.fake.person("ana");
    let words: Vec<String> = (0..1500).map(|number| format!("w{number:04}")).collect();
    scene.fake.fault(Fault { works: true, ..fault("POST", "/messages", 500) });
    scene.script.push(said(&words.join(" ")));
    scene.fake.write(ana, Place::Private, "tell me everything");
    scene.next().await;
    scene.until("sent", |_| outcome(&scene, |delivery| *delivery == Delivery::Sent)).await;
    let shown = scene.fake.text(ana, Place::Private);
    assert_eq!(shown.split_whitespace().collect::<Vec<_>>(), words);
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_being_away_loses_nothing() {
    let mut scene = Scene::start().await;
    let ana = scene.fake.person("ana");
    for _ in 0..3 {
        scene.script.push(Answer::Refuse(port::Refusal::Unavailable));
    }
    scene.script.push(said("at last"));
    scene.fake.write(ana, Place::Private, "hello");
    for _ in 0..4 {
        scene.next().await;
    }
    scene.until("answered", |fake: &Fake| fake.text(ana, Place::Private).contains("at last")).await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_for_the_store_is_told_that_their_message_is_kept() {
    let mut scene = Scene::start().await;
    let ana = scene.fake.person("ana");
    // Twenty milliseconds, doubled each time: after ten of them more than ten seconds.
    for _ in 0..10 {
        scene.script.push(Answer::Refuse(port::Refusal::Unavailable));
    }
    scene.script.push(said("at last"));
    scene.fake.write(ana, Place::Private, "hello");
    for _ in 0..11 {
        scene.next().await;
    }
    scene.until("answered", |fake: &Fake| fake.text(ana, Place::Private).contains("at last")).await;
    let screen = scene.fake.screen(ana, Place::Private);
    assert_eq!(screen.len(), 2, "told once, then answered: {screen:#?}");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_one_person_may_see_goes_to_their_private_chat_when_the_interaction_is_over() {
    let scene = Scene::start().await;
    let ana = scene.fake.person("ana");
    let channel = scene.fake.channel(ana, Place::Server);
    let note = format!(
        r#"{{"owner":{ana},"channel":{channel},"private":false,"interaction":{{"token":"old","until_s":1,"deferred":true,"hidden":true}}}}"#
    );
    scene.script.post(port::Outgoing {
        id: String::new(),
        address: port::Address { chat: format!("{channel}/{ana}"), note },
        answers: None,
        session: None,
        language: "en".to_owned(),
        replies: vec![Reply::Said("between us".to_owned())],
        meanwhile: Vec::new(),
        progress: serde_json::Value::Null,
        attempt: 0,
        again: false,
    });
    scene.until("it is there", |fake: &Fake| fake.text(ana, Place::Private).contains("between us")).await;
    assert!(!scene.fake.text(ana, Place::Server).contains("between us"));
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_server_the_words_are_of_that_channel_and_nothing_from_elsewhere_is_shown() {
    let mut scene = Scene::start().await;
    let ana = scene.fake.person("ana");
    let channel = scene.fake.channel(ana, Place::Server);
    scene.script.push(said("in-the-server"));
    scene.fake.write(ana, Place::Server, &Fake::mention("a jazz night"));
    let taken = scene.next().await;
    assert_eq!(taken.asked, port::SessionChoice::Thread(format!("discord:{channel}")));
    scene.until("answered", |fake: &Fake| fake.text(ana, Place::Server).contains("in-the-server")).await;
    let meanwhile = vec![port::Turn { id: "1".to_owned(), from_user: true, text: "said in private".to_owned() }];
    for private in [false, true] {
        let channel = if private { scene.fake.channel(ana, Place::Private) } else { channel };
        scene.script.post(port::Outgoing {
            id: String::new(),
            address: port::Address {
                chat: format!("{channel}"),
                note: format!(r#"{{"owner":{ana},"channel":{channel},"private":{private}}}"#),
            },
            answers: None,
            session: None,
            language: "en".to_owned(),
            replies: vec![Reply::Said("and on".to_owned())],
            meanwhile: meanwhile.clone(),
            progress: serde_json::Value::Null,
            attempt: 0,
            again: false,
        });
        let place = if private { Place::Private } else { Place::Server };
        scene.until("it is there", |fake: &Fake| fake.text(ana, place).contains("and on")).await;
        assert_eq!(scene.fake.text(ana, place).contains("said in private"), private);
    }
    scene.end().await;
}
