//! Voice messages are made out and read like typed ones (R151); where nobody listens, or nothing can be made out, that is said.

use eventos::settings::Settings;
use eventos::store::cluster::Role;
use secrecy::SecretString;
use serde_json::json;
use sqlx::Row as _;

use super::{ANN, Scene};
use crate::peers::ear::Ear;
use crate::peers::model::KEY;

const WORDS: &str = "A jazz night called Blue Notes for 80 people at Pier 21 in Halifax";

/// A program that asks this server to listen; the rules alone answer.
async fn scene(ear: &Ear, change: impl FnOnce(&mut Settings)) -> Scene {
    let url = ear.url();
    Scene::start_with(move |settings| {
        settings.openai_api_key = Some(SecretString::from(KEY));
        settings.models.base_url = url;
        settings.models.tries = 1;
        change(settings);
    })
    .await
}

async fn answered(scene: &Scene, what: &str, words: &str, before: usize) {
    let said = |telegram: &crate::peers::telegram::Telegram| {
        telegram.texts(ANN).iter().skip(before).any(|text| text.contains(words))
    };
    scene.telegram.until(what, said).await;
}

/// What the conversation and the inbox hold of messages that were spoken.
async fn kept(scene: &Scene) -> (Vec<String>, i64) {
    let mut conn = scene.database.connect(Role::Bootstrap).await;
    let rows =
        sqlx::query("select content from ai_conversations where role = 'user' and content not like '/%' order by seq")
            .fetch_all(&mut conn)
            .await
            .unwrap();
    let recordings = scene.number("select count(*) from inbox where body #>> '{value,base64}' <> ''").await;
    (rows.iter().map(|row| row.get(0)).collect(), recordings)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_spoken_is_read_like_what_is_typed() {
    let ear = Ear::start().await;
    let scene = scene(&ear, |_| {}).await;
    scene.hears("/start", "").await;
    let before = scene.telegram.messages(ANN).len();
    ear.makes_out(WORDS);
    scene.telegram.send_voice(ANN, b"OggS what was said", 3);
    answered(&scene, "it is answered", "Pier 21", before).await;
    scene.delivered().await;
    let texts = scene.telegram.texts(ANN);
    assert!(
        texts.iter().any(|text| text.starts_with(&format!("🎤 “{WORDS}”\n"))),
        "shows what was made out: {texts:?}"
    );
    assert_eq!(scene.number("select count(*) from events where name = 'Blue Notes' and capacity = 80").await, 1);
    let (said, recordings) = kept(&scene).await;
    assert_eq!((said, recordings), (vec![WORDS.to_owned()], 0), "the words took the recording's place");
    let form = ear.heard().remove(0);
    assert!(form.windows(18).any(|part| part == b"OggS what was said"), "the recording itself was listened to");
    // Typed words come after spoken ones as ever.
    scene.hears("it starts at 8 pm on March 3rd", "March 3").await;
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_made_out_is_said_and_forgotten() {
    let ear = Ear::start().await;
    let scene = scene(&ear, |_| {}).await;
    scene.hears("/start", "").await;
    for (name, script) in [
        ("silence", vec![(200, json!({"text": "  "}))]),
        ("a server that fails twice", vec![(500, json!({})), (503, json!({}))]),
        ("a refusal", vec![(400, json!({"error": {"code": "audio_too_short"}}))]),
        ("no answer of that kind", vec![(200, json!({"words": "hello"}))]),
    ] {
        let before = scene.telegram.messages(ANN).len();
        for (status, body) in script {
            ear.answers(status, body);
        }
        scene.telegram.send_voice(ANN, b"OggS", 2);
        answered(&scene, name, "could not understand this voice message", before).await;
        scene.delivered().await;
    }
    let (said, recordings) = kept(&scene).await;
    assert_eq!((said, recordings), (vec!["🎤".to_owned(); 4], 0));
    // A failure that passes is none.
    let before = scene.telegram.messages(ANN).len();
    ear.answers(500, json!({}));
    ear.makes_out(WORDS);
    scene.telegram.send_voice(ANN, b"OggS", 2);
    answered(&scene, "the second try is heard", "Blue Notes", before).await;
    scene.program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_listens_or_may_it_is_said() {
    let ear = Ear::start().await;
    // Nobody is named who listens.
    let deaf = scene(&ear, |settings| settings.models.transcriber.clear()).await;
    deaf.hears("/start", "").await;
    let before = deaf.telegram.messages(ANN).len();
    deaf.telegram.send_voice(ANN, b"OggS", 2);
    answered(&deaf, "declined", "cannot listen to voice messages", before).await;
    deaf.program.stop().await;
    // Too long, by its own account and by its size; and a budget that is used up.
    let scene = scene(&ear, |settings| settings.models.session_tokens = 100).await;
    scene.hears("/start", "").await;
    for (name, seconds, bytes, words) in [
        ("minutes", 181, 4, "too long"),
        ("megabytes", 10, 2 * 1024 * 1024 + 1, "too long"),
        ("a budget", 60, 4, "could not understand"),
    ] {
        let before = scene.telegram.messages(ANN).len();
        scene.telegram.send_voice(ANN, &vec![7; bytes], seconds);
        answered(&scene, name, words, before).await;
    }
    assert!(ear.heard().is_empty(), "nobody was asked");
    scene.program.stop().await;
}
