//! A whole event in the chat; an account that is linked, and goes on in the panel.

use axum::body::{Body, to_bytes};
use axum::http::Request;
use eventos::accounts::caller::{Caller, Signed};
use eventos::domain::person::Person;
use eventos::store::database::Actor;
use eventos::store::people;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::{Stage, refused, until};
use discord_peer::Place;
use port::{Body as Said, Command, Reply, Sender, SessionChoice};

impl Stage {
    async fn organizer(&self, email: &str) -> Person {
        let store = self.database.store().await;
        let mut tx = store.begin(Actor::Server).await.unwrap();
        let person = people::ensure_organizer(&mut tx, email).await.unwrap();
        tx.commit().await.unwrap();
        person
    }

    /// The panel's call.
    async fn call(&self, person: &Person, method: &str, path: &str, body: Value) -> Value {
        let mut request = Request::builder().method(method).uri(path).body(Body::from(body.to_string())).unwrap();
        request.extensions_mut().insert(Caller::Person(Box::new(Signed::known(person.clone()))));
        let response = self.program.app.http().oneshot(request).await.unwrap();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        serde_json::from_slice(&bytes).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&bytes)))
    }

    /// Links the chat account: the code is made in the panel, carried into the chat, and both sides say yes.
    async fn link(&self, who: u64, person: &Person) {
        let made = self.call(person, "POST", "/api/links", json!({"platform": "discord"})).await;
        let code = made["code"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
        assert!(made["url"].as_str().unwrap().starts_with("https://discord.com/users/"), "{made}");
        let asked = self.command(who, "link", Some(("code", &code))).await;
        assert!(asked.contains("a***@") || asked.contains("***"), "{asked}");
        self.press(who, "Yes, that is me").await;
        let links = self.call(person, "GET", "/api/links", Value::Null).await;
        let waiting = links["waiting"][0]["id"].as_str().unwrap_or_else(|| panic!("{links}")).to_owned();
        let confirmed = self.call(person, "POST", &format!("/api/links/{waiting}/confirm"), json!({})).await;
        assert_eq!(confirmed["linked"], true, "{confirmed}");
        until(&self.fake, "linked", |fake| fake.text(who, Place::Private).contains("linked to")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_event_is_made_and_published_in_the_chat() {
    let stage = Stage::start().await;
    let ana = stage.fake.person("ana");
    let organizer = stage.organizer("ana@example.com").await;
    stage.command(ana, "new", None).await;
    stage.link(ana, &organizer).await;
    let opening = "We're throwing a charity gala called Hearts of Oak on February 14 2027, 7 to 11pm at the Carlu in Toronto, 220 seats, tickets are 250 dollars each";
    let answer = stage.say(ana, opening).await;
    assert!(answer.contains("Hearts of Oak") && answer.contains("[Publish]"), "{answer}");
    let answer = stage.press(ana, "Publish").await;
    assert!(answer.contains("http://events.test/e/hearts-of-oak"), "{answer}");
    let transcript = stage.fake.screen(ana, Place::Private);
    println!("{}", transcript.join("\n---\n"));
    assert!(refused(&stage.fake).is_empty(), "{:#?}", refused(&stage.fake));
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_drafts_and_is_asked_to_link_before_publishing() {
    let stage = Stage::start().await;
    let bob = stage.fake.person("bob");
    stage
        .say(bob, "a jazz night called Blue Hour on February 14 2027 at 7pm at the Carlu in Toronto, 80 seats, free")
        .await;
    let asked = stage.command(bob, "publish", None).await;
    assert!(asked.to_lowercase().contains("link") || asked.to_lowercase().contains("sign"), "{asked}");
    let summary = stage.command(bob, "summary", None).await;
    assert!(summary.contains("Blue Hour"), "{summary}");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn begun_in_the_chat_and_published_in_the_panel() {
    let stage = Stage::start().await;
    let ana = stage.fake.person("ana");
    let organizer = stage.organizer("ana@example.com").await;
    let answer = stage.say(ana, "a poetry slam called Loud Lines on February 18 2027 at 7pm").await;
    assert!(answer.contains("Loud Lines"), "{answer}");
    stage.link(ana, &organizer).await;
    // The panel finds the draft that came along, and goes on in it.
    let from = Sender::Person { id: organizer.id.to_string(), counted: false };
    let mut panel = port::recorder::Recorder::new(stage.program.door(), from.clone()).in_session(SessionChoice::Latest);
    panel.say("at the Old Mill Hall in Toronto, for 60 people, 12 dollars, two hours").await.unwrap();
    // And the chat sees what was said there when it is next opened.
    let answer = stage.say(ana, "make it 70 people").await;
    assert!(answer.contains("Meanwhile, elsewhere:") && answer.contains("Old Mill Hall"), "{answer}");
    let replies = panel.send(Said::Command(Command::Publish)).await.unwrap();
    assert!(replies.iter().any(|reply| matches!(reply, Reply::Confirm(_))), "{}", panel.transcript());
    let replies = panel.confirm().await.unwrap();
    let url = replies
        .iter()
        .find_map(|reply| if let Reply::Published { url, .. } = reply { Some(url.clone()) } else { None });
    assert_eq!(url.as_deref(), Some("http://events.test/e/loud-lines"), "{}", panel.transcript());
    println!("{}\n=== in the panel ===\n{}", stage.fake.text(ana, Place::Private), panel.transcript());
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unlinked_account_is_a_guest_again() {
    let stage = Stage::start().await;
    let ana = stage.fake.person("ana");
    let organizer = stage.organizer("ana@example.com").await;
    stage.command(ana, "new", None).await;
    stage.link(ana, &organizer).await;
    let gone = stage.command(ana, "unlink", None).await;
    assert!(gone.contains("The link is gone"), "{gone}");
    let drafts = stage.command(ana, "drafts", None).await;
    assert!(drafts.contains("no drafts yet"), "what belongs to the account stays there: {drafts}");
    stage.stop().await;
}
