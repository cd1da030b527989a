//! The connection: what is lost is made good, what is silent is noticed, what can never work is one line.

use std::time::Duration;

use discord::Discord;
use discord_peer::{Drop, Fake, Fault, Place};
use port::contract::{Answer, Script};
use port::{Body, Channel as _, Reply};
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use crate::scene::{PATIENCE, Scene, options, until};

fn said(text: &str) -> Answer {
    Answer::Now(vec![Reply::Said(text.to_owned()), Reply::Done])
}

/// The texts that were handed in, so many.
async fn texts(scene: &mut Scene, count: usize) -> Vec<String> {
    let mut texts = Vec::new();
    for _ in 0..count {
        let Body::Text(text) = scene.next().await.body else { panic!("no text") };
        texts.push(text);
    }
    texts
}

async fn begun(fake: &Fake, operation: u64, times: usize) {
    let count = |fake: &Fake| fake.heard().iter().filter(|heard| **heard == operation).count();
    until(fake, "another session", |fake| count(fake) >= times && fake.connected()).await;
}

/// A private chat that the bot knows: something was said there.
async fn known(scene: &mut Scene) -> u64 {
    let ana = scene.fake.person("ana");
    scene.script.push(said("hello-back"));
    scene.fake.write(ana, Place::Private, "hello");
    assert_eq!(texts(scene, 1).await, ["hello"]);
    scene.until("answered", |fake| fake.text(ana, Place::Private).contains("hello-back")).await;
    ana
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_cut_is_gone_on_with_and_nothing_is_lost() {
    let mut scene = Scene::start().await;
    let ana = known(&mut scene).await;
    for how in [Drop::Cut, Drop::Reconnect, Drop::Code(4000), Drop::Code(1001)] {
        let goings_on = scene.fake.heard().iter().filter(|heard| **heard == 6).count();
        scene.fake.drop_line(how, Duration::from_millis(700));
        for number in 0..3 {
            scene.script.push(said(&format!("{how:?}-{number}")));
            scene.fake.write(ana, Place::Private, &format!("meanwhile {number}"));
        }
        assert_eq!(texts(&mut scene, 3).await, ["meanwhile 0", "meanwhile 1", "meanwhile 2"], "{how:?}");
        begun(&scene.fake, 6, goings_on + 1).await;
    }
    assert_eq!(scene.fake.heard().iter().filter(|heard| **heard == 2).count(), 1, "a session is not thrown away");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_between_two_sessions_is_read_once_and_in_order() {
    let mut scene = Scene::start().await;
    let ana = known(&mut scene).await;
    for (round, how) in [Drop::Forget, Drop::Invalid].into_iter().enumerate() {
        scene.fake.drop_line(how, Duration::from_secs(3));
        let mut wanted = Vec::new();
        for number in 0..5 {
            let text = format!("missed {round} {number}");
            scene.script.push(said(&format!("answer {round} {number}")));
            scene.fake.write(ana, Place::Private, &text);
            wanted.push(text);
        }
        assert_eq!(texts(&mut scene, 5).await, wanted, "{how:?}");
        begun(&scene.fake, 2, round + 2).await;
        scene.script.push(said("after"));
        scene.fake.write(ana, Place::Private, "and on");
        assert_eq!(texts(&mut scene, 1).await, ["and on"], "nothing comes twice");
    }
    scene.until("answered", |fake| fake.text(ana, Place::Private).matches("answer").count() == 10).await;
    let begun = scene.fake.begun();
    let hurried = begun.windows(2).any(|pair| pair[1] - pair[0] < Duration::from_millis(4_900));
    assert!(begun.len() == 3 && !hurried, "sessions begin five seconds apart: {begun:?}");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_while_the_program_was_down_is_answered_in_order() {
    let mut scene = Scene::start().await;
    let ana = known(&mut scene).await;
    let Scene { fake, script, mut taken, stop, running, .. } = scene;
    stop.cancel();
    running.await.unwrap().unwrap();
    let mut wanted = Vec::new();
    for number in 0..120 {
        let text = format!("while down {number}");
        script.push(said(&format!("late-{number:03}")));
        fake.write(ana, Place::Private, &text);
        wanted.push(text);
    }
    let channel = Discord::new(options(&fake)).unwrap();
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let stop = stop.clone();
        async move { channel.run(std::sync::Arc::new(script), stop).await }
    });
    for text in wanted {
        let next = tokio::time::timeout(PATIENCE, taken.recv()).await.unwrap().unwrap();
        assert_eq!(next.body, Body::Text(text));
    }
    until(&fake, "all answered", |fake| fake.text(ana, Place::Private).contains("late-119")).await;
    let screen = fake.screen(ana, Place::Private);
    let late: Vec<&String> = screen.iter().filter(|text| text.starts_with("late-")).collect();
    assert!(late.len() == 120 && late.is_sorted(), "{late:#?}");
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_platform_is_a_fault_and_is_left() {
    let scene = Scene::start().await;
    assert_eq!(scene.channel.health(), Ok(()));
    scene.fake.mute(true);
    until(&scene.fake, "red", |_| scene.channel.health().is_err()).await;
    let reason = scene.channel.health().unwrap_err();
    assert!(reason.starts_with("not heard of for"), "{reason}");
    scene.fake.mute(false);
    until(&scene.fake, "green", |fake| fake.connected() && scene.channel.health().is_ok()).await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lookup_that_fails_leads_nowhere_and_is_tried_again() {
    let fake = Fake::start().await;
    fake.fault(Fault {
        method: "GET",
        path: "/gateway",
        times: 3,
        status: 503,
        retry_after: 0.0,
        code: 0,
        works: false,
    });
    let channel = Discord::new(options(&fake)).unwrap();
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let stop = stop.clone();
        async move { channel.run(std::sync::Arc::new(Script::new().0), stop).await }
    });
    until(&fake, "connected in the end", Fake::connected).await;
    assert_eq!(fake.log().iter().filter(|request| request.path == "/gateway/bot").count(), 4);
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_is_one_clear_line() {
    let fake = Fake::start().await;
    let mut options = options(&fake);
    options.token = SecretString::from("nonsense");
    let channel = Discord::new(options).unwrap();
    let error = channel.run(std::sync::Arc::new(Script::new().0), CancellationToken::new()).await.unwrap_err();
    assert_eq!(error.to_string(), "the discord channel stopped: the token is refused; see DISCORD_TOKEN");
    assert_eq!(fake.log().len(), 1, "it is not tried again and again");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_missed_is_read_although_the_store_was_away_and_presses_are_answered_at_once() {
    let mut scene = Scene::start().await;
    let ana = known(&mut scene).await;
    // Its place is written down before the line breaks.
    scene.script.forget_chats(usize::MAX);
    scene.fake.drop_line(Drop::Forget, Duration::from_millis(300));
    scene.script.push(said("missed-back"));
    scene.fake.write(ana, Place::Private, "missed");
    begun(&scene.fake, 2, 2).await;
    scene.until("the chats are asked for", |_| scene.script.forgetful() < usize::MAX).await;
    scene.script.push(said("later-back"));
    let token = scene.fake.slash(ana, Place::Private, "summary", None);
    // The platform waits three seconds and no longer; the store is still away.
    scene.until("it is acknowledged", |fake| fake.answered_with(&token).is_some()).await;
    assert_eq!(scene.script.deliveries().len(), 1, "nothing is handed on yet");
    scene.script.forget_chats(0);
    assert_eq!(texts(&mut scene, 1).await, ["missed"], "first what was missed");
    assert_eq!(scene.next().await.body, Body::Command(port::Command::Summary), "then what came");
    scene.end().await;
}
