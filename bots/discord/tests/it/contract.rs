//! The contract that every channel passes.

use std::sync::Arc;

use async_trait::async_trait;
use discord::Discord;
use discord_peer::{Fake, Place};
use port::contract::{Person, check};
use port::{Choice, Command};

use crate::scene::{options, until};

/// Somebody in the private chat.
struct Hands {
    fake: Fake,
    who: u64,
}

#[async_trait]
impl Person for Hands {
    async fn open(&mut self) {
        until(&self.fake, "connected", Fake::connected).await;
        self.fake.slash(self.who, Place::Private, "new", None);
    }
    async fn say(&mut self, text: &str) {
        // A person can type 2000 characters, with a subscription 4000; the contract types more.
        self.fake.write(self.who, Place::Private, text);
    }
    async fn pick(&mut self, _number: usize, choice: &Choice) {
        self.fake.press(self.who, Place::Private, &choice.label);
    }
    async fn confirm(&mut self) {
        self.fake.press(self.who, Place::Private, "Publish");
    }
    async fn decline(&mut self) {
        self.fake.press(self.who, Place::Private, "Not yet");
    }
    async fn command(&mut self, command: Command) {
        let name = format!("{command:?}").to_lowercase();
        self.fake.slash(self.who, Place::Private, &name, None);
    }
    fn messages(&self) -> Vec<String> {
        self.fake.screen(self.who, Place::Private)
    }
}

#[tokio::test]
async fn the_contract_holds() {
    let fake = Fake::start().await;
    let channel = Arc::new(Discord::new(options(&fake)).unwrap());
    let mut hands = Hands { who: fake.person("ana"), fake: fake.clone() };
    check(channel, &mut hands).await;
    let refused: Vec<_> = fake.log().into_iter().filter(|request| request.status >= 400).collect();
    assert!(refused.is_empty(), "the platform refused: {refused:#?}");
    let loud =
        |body: &serde_json::Value| body.to_string().contains("content") && !body.to_string().contains(r#""parse":[]"#);
    assert!(
        !fake.log().iter().any(|request| request.path.contains("messages") && loud(&request.body)),
        "somebody may be mentioned"
    );
}
