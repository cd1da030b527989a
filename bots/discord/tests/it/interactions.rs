//! Commands, buttons, menus and forms; who may press what; and how soon the platform hears of it.

use std::sync::Arc;

use async_trait::async_trait;
use discord::Discord;
use discord_peer::{Fake, Place};
use port::contract::{Answer, Script};
use port::{
    Accepted, Body, Card, Channel as _, Choice, Command, Confirmation, Delivery, Door, Draft, History, Incoming,
    LinkStep, Linking, Memory, Outgoing, Refusal, Replies, Reply, Sender, SessionChoice,
};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::scene::{Scene, options, until};

fn said(text: &str) -> Answer {
    Answer::Soon(vec![Reply::Said(text.to_owned()), Reply::Done])
}

fn offered() -> Answer {
    let choice = |label: &str| Choice { id: format!("id-{label}"), label: label.to_owned(), detail: None };
    Answer::Soon(vec![
        Reply::Said("Where?".to_owned()),
        Reply::Suggestions(vec![choice("Barn"), choice("Hall")]),
        Reply::Done,
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_is_its_owners_alone() {
    let mut scene = Scene::start().await;
    let (ana, eve) = (scene.fake.person("ana"), scene.fake.person("eve"));
    scene.script.push(offered());
    scene.fake.write(ana, Place::Server, &Fake::mention("a party"));
    let taken = scene.next().await;
    assert_eq!(taken.body, Body::Text("a party".to_owned()));
    scene.until("offered", |fake| fake.text(ana, Place::Server).contains("[Barn]")).await;
    let pressed = scene.fake.press(eve, Place::Server, "Barn");
    scene.until("told", |fake| fake.answered_with(&pressed) == Some(4)).await;
    assert!(scene.fake.text(eve, Place::Server).contains("somebody else"));
    scene.script.push(said("The barn it is."));
    scene.fake.press(ana, Place::Server, "Barn");
    let taken = scene.next().await;
    assert_eq!(
        (taken.body, taken.asked),
        (Body::Pick("id-Barn".to_owned()), SessionChoice::Id("session-1".to_owned()))
    );
    scene.until("answered", |fake| fake.text(ana, Place::Server).contains("The barn it is.")).await;
    assert_eq!(scene.fake.press_any(ana, Place::Server, "Hall"), None, "what was chosen cannot be chosen again");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_in_a_server_to_others_is_not_heard() {
    let mut scene = Scene::start().await;
    let ana = scene.fake.person("ana");
    scene.fake.write(ana, Place::Server, "hello everybody");
    scene.script.push(said("Yes?"));
    scene.fake.write(ana, Place::Server, &Fake::mention(""));
    assert_eq!(scene.next().await.body, Body::Command(Command::Start));
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_button_is_answered_as_such() {
    let mut scene = Scene::start().await;
    let ana = scene.fake.person("ana");
    scene.script.push(said("Hello!"));
    scene.fake.write(ana, Place::Private, "hello");
    scene.next().await;
    scene.until("answered", |fake| fake.text(ana, Place::Private).contains("Hello!")).await;
    let message = scene.fake.raw(ana, Place::Private)[0]["id"].as_str().unwrap().parse().unwrap();
    for id in ["e0.p.1.x", "poll:7", "e1.p.zz.zz.zz"] {
        let pressed = scene.fake.press_id(ana, Place::Private, id, message);
        scene.until("told", |fake| fake.answered_with(&pressed) == Some(4)).await;
    }
    assert!(scene.fake.text(ana, Place::Private).contains("out of date"));
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interaction_delivered_five_times_is_one_message() {
    let mut scene = Scene::start().await;
    let ana = scene.fake.person("ana");
    for _ in 0..5 {
        scene.script.push(said("summary-words"));
    }
    let token = scene.fake.slash(ana, Place::Private, "summary", None);
    for _ in 0..4 {
        scene.fake.again(&token);
    }
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(scene.next().await.id);
    }
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
    scene.until("answered", |fake| fake.text(ana, Place::Private).contains("summary-words")).await;
    assert_eq!(scene.fake.screen(ana, Place::Private), ["summary-words"]);
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_server_one_answers_in_a_form_and_nobody_else_reads_it() {
    let mut scene = Scene::start().await;
    let ana = scene.fake.person("ana");
    scene.script.push(said("What are you planning?"));
    scene.fake.slash(ana, Place::Server, "new", None);
    let channel = scene.fake.channel(ana, Place::Server);
    assert_eq!(scene.next().await.asked, SessionChoice::NewThread(format!("discord:{channel}")));
    scene.until("asked", |fake| fake.text(ana, Place::Server).contains("planning?")).await;
    let opener = scene.fake.press(ana, Place::Server, "Answer");
    scene.until("a form", |fake| fake.answered_with(&opener) == Some(9)).await;
    scene.script.push(said("When?"));
    scene.fake.fill(ana, Place::Server, &opener, &[("text", "  a jazz night ")]);
    assert_eq!(scene.next().await.body, Body::Text("a jazz night".to_owned()));
    scene.until("answered", |fake| fake.text(ana, Place::Server).contains("When?")).await;
    let raw = scene.fake.raw(ana, Place::Server);
    assert!(raw.iter().all(|message| message["flags"].as_u64().unwrap() & 64 != 0), "{raw:#?}");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_event_is_changed_in_a_form() {
    let mut scene = Scene::start().await;
    let ana = scene.fake.person("ana");
    let card = Card { title: "Jazz".to_owned(), lines: Vec::new(), missing: Vec::new(), language: "en".to_owned() };
    scene.script.push(Answer::Soon(vec![Reply::Draft(card), Reply::Done]));
    scene.fake.slash(ana, Place::Private, "summary", None);
    scene.next().await;
    scene.until("shown", |fake| fake.text(ana, Place::Private).contains("[Change]")).await;
    let opener = scene.fake.press(ana, Place::Private, "Change");
    scene.until("a form", |fake| fake.answered_with(&opener) == Some(9)).await;
    scene.script.push(said("Changed."));
    scene.fake.fill(ana, Place::Private, &opener, &[("name", "Jazz & More"), ("text", "at 8 pm")]);
    let Body::Form(form) = scene.next().await.body else { panic!("no form") };
    assert_eq!(
        (form.text.as_deref(), form.fields["name"].as_str(), form.fields.len()),
        (Some("at 8 pm"), Some("Jazz & More"), 1)
    );
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_are_listed_and_gone_on_with() {
    let mut scene = Scene::start().await;
    let ana = scene.fake.person("ana");
    scene.fake.slash(ana, Place::Private, "drafts", None);
    scene.until("told", |fake| fake.text(ana, Place::Private).contains("no drafts yet")).await;
    for _ in 0..2 {
        scene.script.push(said("New."));
        scene.fake.slash(ana, Place::Private, "new", None);
        scene.next().await;
    }
    scene.fake.slash(ana, Place::Private, "resume", None);
    scene.until("listed", |fake| fake.text(ana, Place::Private).contains("[Draft 1] (50 %)")).await;
    scene.script.push(said("Back."));
    scene.fake.press(ana, Place::Private, "Draft 1");
    let taken = scene.next().await;
    assert_eq!((taken.body, taken.asked), (Body::Command(Command::Start), SessionChoice::Id("session-1".to_owned())));
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn linking_is_asked_in_private_only() {
    let scene = Scene::start().await;
    let ana = scene.fake.person("ana");
    let refused = scene.fake.slash(ana, Place::Server, "link", Some(("code", "good-code")));
    scene.until("told", |fake| fake.answered_with(&refused) == Some(4)).await;
    assert!(scene.fake.text(ana, Place::Server).contains("private chat"));
    scene.fake.slash(ana, Place::Private, "link", Some(("code", " good-code ")));
    scene.until("asked", |fake| fake.text(ana, Place::Private).contains("a***@example.org")).await;
    scene.fake.press(ana, Place::Private, "Yes, that is me");
    scene.until("waiting", |fake| fake.text(ana, Place::Private).contains("Nearly done.")).await;
    scene.fake.slash(ana, Place::Private, "link", Some(("code", "bad")));
    scene.until("stale", |fake| fake.text(ana, Place::Private).contains("unknown, used up")).await;
    scene.fake.slash(ana, Place::Private, "unlink", None);
    scene.until("not linked", |fake| fake.text(ana, Place::Private).contains("not linked")).await;
    assert!(!scene.fake.text(ana, Place::Private).contains("good-code"));
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_can_be_stopped_and_files_are_declined() {
    let mut scene = Scene::start().await;
    let ana = scene.fake.person("ana");
    scene.script.push(Answer::Open(vec![Reply::Delta("Thinking".to_owned())]));
    scene.fake.write(ana, Place::Private, "think");
    scene.next().await;
    scene.fake.slash(ana, Place::Private, "cancel", None);
    scene.until("stopped", |fake| fake.text(ana, Place::Private).contains("Stopped.")).await;
    // Nothing runs any more: a question may be open, and is declined in the conversation they were in.
    scene.script.push(said("kept as it is"));
    scene.fake.slash(ana, Place::Private, "cancel", None);
    let taken = scene.next().await;
    assert_eq!((taken.body, taken.asked), (Body::Decline, SessionChoice::Id("session-1".to_owned())));
    scene.until("kept", |fake| fake.text(ana, Place::Private).contains("kept as it is")).await;
    let file = serde_json::json!({"content": "", "attachments": [{"id": "5", "filename": "a.png", "size": 3, "url": "https://x.example/a", "proxy_url": "https://x.example/a"}]});
    scene.fake.write_body(ana, Place::Private, &file);
    scene.until("declined", |fake| fake.text(ana, Place::Private).contains("Please tell me in words.")).await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_and_voice_messages_are_taken_in() {
    let mut scene = Scene::start().await;
    let ana = scene.fake.person("ana");
    // Nobody listens yet.
    scene.fake.send_file(ana, "audio/ogg", b"OggS", Some(2.4), "");
    scene.until("declined", |fake| fake.text(ana, Place::Private).contains("cannot listen to voice messages")).await;
    scene.script.listen();
    scene.fake.send_file(ana, "audio/ogg", b"OggS spoken", Some(2.4), "");
    let taken = scene.next().await;
    assert_eq!(taken.body, Body::Voice(port::Recording::new("audio/ogg", 3, b"OggS spoken")));
    for (bytes, seconds) in [(vec![1; 4], 180.5), (vec![1; port::VOICE_BYTES + 1], 5.0)] {
        let before = scene.fake.text(ana, Place::Private).matches("too long").count();
        scene.fake.send_file(ana, "audio/ogg", &bytes, Some(seconds), "");
        let told = |fake: &Fake| fake.text(ana, Place::Private).matches("too long").count() > before;
        scene.until("too long", told).await;
    }
    // A picture becomes the event's; words beside it are said with it.
    scene.fake.send_file(ana, "image/png", b"PNG", None, " at Pier 21 ");
    let Body::Form(form) = scene.next().await.body else { panic!("a form was to come") };
    assert_eq!((form.fields["imageUrl"].as_str(), form.text.as_deref()), (Some("/files/1"), Some("at Pier 21")));
    assert_eq!(scene.script.pictures(), [b"PNG".to_vec()]);
    scene.fake.send_file(ana, "image/png", b"", None, "");
    scene.until("refused", |fake| fake.text(ana, Place::Private).contains("cannot use this picture")).await;
    // An address that is not the platform's own is asked for nothing.
    let file = serde_json::json!({"content": "", "attachments": [{"id": "5", "filename": "a", "size": 3, "content_type": "image/png", "url": "https://x.example/a", "proxy_url": "https://x.example/a"}]});
    scene.fake.write_body(ana, Place::Private, &file);
    scene.until("lost", |fake| fake.text(ana, Place::Private).contains("could not fetch this picture")).await;
    assert_eq!(scene.script.pictures().len(), 1);
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_summary_stays_true_and_other_places_are_a_press_away() {
    let mut scene = Scene::start().await;
    let ana = scene.fake.person("ana");
    let card = |when: &str| Card {
        title: "Jazz".to_owned(),
        lines: vec![port::Line { label: "When".to_owned(), value: when.to_owned(), source: port::Source::Said }],
        missing: Vec::new(),
        language: "en".to_owned(),
    };
    let choice = Choice { id: "id-1".to_owned(), label: "Pier 21".to_owned(), detail: Some("holds 80".to_owned()) };
    let more = Reply::More("More options".to_owned());
    scene.script.push(Answer::Soon(vec![Reply::Draft(card("Friday")), Reply::Done]));
    scene.fake.slash(ana, Place::Private, "summary", None);
    scene.next().await;
    scene.until("shown", |fake| fake.text(ana, Place::Private).contains("Friday")).await;
    scene.script.push(Answer::Soon(vec![
        Reply::Said("Where?".to_owned()),
        Reply::Suggestions(vec![choice]),
        more,
        Reply::Glance(card("Sunday")),
        Reply::Done,
    ]));
    scene.fake.write(ana, Place::Private, "on Sunday");
    scene.next().await;
    let true_again = |fake: &Fake| {
        let text = fake.text(ana, Place::Private);
        text.contains("Where?") && text.contains("Sunday") && !text.contains("Friday")
    };
    scene.until("the summary follows", true_again).await;
    scene.script.push(said("Others."));
    scene.fake.press(ana, Place::Private, "More options");
    assert_eq!(scene.next().await.body, Body::Text("More options".to_owned()));
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn yes_to_publish_is_said_once() {
    let mut scene = Scene::start().await;
    let ana = scene.fake.person("ana");
    let card = Card { title: "Jazz".to_owned(), lines: Vec::new(), missing: Vec::new(), language: "en".to_owned() };
    let asked = Confirmation {
        revision: 7,
        purpose: port::Purpose::Publish,
        token: "0".repeat(32),
        card,
        url: "https://e.example/e/jazz".to_owned(),
        warnings: Vec::new(),
    };
    scene.script.push(Answer::Soon(vec![Reply::Confirm(asked), Reply::Done]));
    scene.fake.slash(ana, Place::Private, "publish", None);
    scene.next().await;
    scene.until("asked", |fake| fake.text(ana, Place::Private).contains("[Publish]")).await;
    scene.script.push(said("It is live."));
    scene.fake.press(ana, Place::Private, "Publish");
    assert_eq!(scene.next().await.body, Body::Confirm { revision: 7, token: "0".repeat(32) });
    scene.until("live", |fake| fake.text(ana, Place::Private).contains("It is live.")).await;
    assert_eq!(scene.fake.press_any(ana, Place::Private, "Publish"), None);
    scene.end().await;
}

/// A wizard whose store does not answer until there is room.
struct Stalled(Script, Arc<Semaphore>);

#[async_trait]
impl Door for Stalled {
    async fn accept(&self, incoming: Incoming) -> Result<Accepted, Refusal> {
        let _room = self.1.acquire().await.unwrap();
        self.0.accept(incoming).await
    }
    async fn observe(&self, from: &Sender, session: &str, replies: Replies) -> Result<bool, Refusal> {
        self.0.observe(from, session, replies).await
    }
    async fn history(&self, from: &Sender, session: &str) -> Result<History, Refusal> {
        self.0.history(from, session).await
    }
    async fn find(&self, from: &Sender, thread: &str) -> Result<Option<String>, Refusal> {
        self.0.find(from, thread).await
    }
    async fn state(&self, from: &Sender, session: &str) -> Result<port::State, Refusal> {
        Door::state(&self.0, from, session).await
    }
    async fn stop(&self, from: &Sender, session: &str, message: Option<&str>) -> Result<bool, Refusal> {
        self.0.stop(from, session, message).await
    }
    async fn next_outgoing(&self, channel: &'static str) -> Result<Outgoing, Refusal> {
        self.0.next_outgoing(channel).await
    }
    async fn settled(&self, outgoing: &str, delivery: Delivery) -> Result<(), Refusal> {
        self.0.settled(outgoing, delivery).await
    }
    async fn recall(&self, channel: &'static str, chat: &str) -> Result<Memory, Refusal> {
        self.0.recall(channel, chat).await
    }
    async fn chats(&self, channel: &'static str) -> Result<Vec<(String, Memory)>, Refusal> {
        self.0.chats(channel).await
    }
    async fn remember(
        &self,
        channel: &'static str,
        chat: &str,
        notes: serde_json::Map<String, serde_json::Value>,
    ) -> Result<(), Refusal> {
        self.0.remember(channel, chat, notes).await
    }
    async fn drafts(&self, from: &Sender) -> Result<Vec<Draft>, Refusal> {
        self.0.drafts(from).await
    }
    async fn link(&self, from: &Sender, step: LinkStep) -> Result<Linking, Refusal> {
        self.0.link(from, step).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interaction_is_answered_at_once_whatever_the_store_does() {
    let fake = Fake::start().await;
    let (script, _taken) = Script::new();
    let channel = Arc::new(Discord::new(options(&fake)).unwrap());
    let (stop, store) = (CancellationToken::new(), Arc::new(Semaphore::new(0)));
    let running = tokio::spawn({
        let (channel, stop) = (Arc::clone(&channel), stop.clone());
        let stalled = Stalled(script.clone(), store.clone());
        async move { channel.run(Arc::new(stalled), stop).await }
    });
    until(&fake, "connected", Fake::connected).await;
    let ana = fake.person("ana");
    let mut tokens = Vec::new();
    for number in 0..5 {
        script.push(said(&format!("late {number}")));
        tokens.push(fake.slash(ana, Place::Private, "summary", None));
    }
    // The platform takes no first answer after three seconds (10062); the store has not answered once.
    until(&fake, "acknowledged", |fake| tokens.iter().all(|token| fake.answered_with(token) == Some(5))).await;
    store.add_permits(1);
    until(&fake, "answered", |fake| fake.screen(ana, Place::Private).len() == 5).await;
    let mut screen = fake.screen(ana, Place::Private);
    screen.sort();
    assert_eq!(screen, ["late 0", "late 1", "late 2", "late 3", "late 4"]);
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_a_message_speaks_the_language_that_an_interaction_told() {
    let mut scene = Scene::start().await;
    let ana = scene.fake.person("ana");
    scene.fake.speaks(ana, "fr");
    scene.script.push(said("bonjour-words"));
    scene.fake.slash(ana, Place::Private, "help", None);
    scene.next().await;
    scene.script.push(Answer::Refuse(Refusal::Busy));
    scene.fake.write(ana, Place::Private, "encore");
    scene.next().await;
    let french = Refusal::Busy.words("fr");
    scene.until("it is told", |fake| fake.text(ana, Place::Private).contains(&french)).await;
    scene.end().await;
}
