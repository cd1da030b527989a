//! The wizard in Discord, with the real program on both sides of the chat but the platform.
//!
//! Promises: a whole event is made and published in a private chat; a linked account goes on in the panel where the chat left off; what is
//! killed is answered once; nothing that people write is markup or command there.

mod crash;
mod judge;
mod linked;
mod text;

use std::time::{Duration, Instant};

use discord_peer::{Fake, Place, TOKEN};
use eventos::settings::{Discord, DiscordPlace};
use secrecy::SecretString;

use crate::harness::{self, Database, Folder, program::Program};

/// The program with its bot, and the platform.
struct Stage {
    database: Database,
    program: Program,
    fake: Fake,
    authority: Folder,
}

impl Stage {
    async fn start() -> Self {
        let database = harness::database().await;
        let fake = Fake::start().await;
        let authority = Folder::file("discord", &fake.authority);
        let told = Discord {
            token: Some(SecretString::from(TOKEN)),
            public_key: None,
            place: DiscordPlace::Resolved(fake.api, authority.to_path_buf()),
        };
        let program = Program::start_with(&database, |settings| settings.discord = told).await;
        program.app.serve_chats();
        until(&fake, "connected", Fake::connected).await;
        Self { database, program, fake, authority }
    }

    /// Says it, and waits for what stands there afterwards.
    async fn say(&self, who: u64, text: &str) -> String {
        let before = self.fake.screen(who, Place::Private).len();
        self.fake.write(who, Place::Private, text);
        until(&self.fake, text, |fake| fake.screen(who, Place::Private).len() > before).await;
        self.fake.screen(who, Place::Private).pop().unwrap()
    }

    /// Presses it, and waits for the answer.
    async fn press(&self, who: u64, label: &str) -> String {
        let before = self.fake.screen(who, Place::Private).len();
        self.fake.press(who, Place::Private, label);
        until(&self.fake, label, |fake| fake.screen(who, Place::Private).len() > before).await;
        self.fake.screen(who, Place::Private).pop().unwrap()
    }

    /// Gives a command, and waits for the answer.
    async fn command(&self, who: u64, name: &str, option: Option<(&str, &str)>) -> String {
        let before = self.fake.screen(who, Place::Private).len();
        self.fake.slash(who, Place::Private, name, option);
        until(&self.fake, name, |fake| fake.screen(who, Place::Private).len() > before).await;
        self.fake.screen(who, Place::Private).pop().unwrap()
    }

    async fn stop(self) {
        // What it read at its start.
        drop(self.authority);
        self.program.stop().await;
        drop(self.database);
    }
}

/// Waits until this holds.
async fn until(fake: &Fake, what: &str, holds: impl Fn(&Fake) -> bool) {
    let begun = Instant::now();
    while !holds(fake) {
        assert!(
            begun.elapsed() < harness::PATIENCE,
            "in vain: {what}; {:#?}",
            fake.log().iter().rev().take(6).collect::<Vec<_>>()
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// What the platform refused of all that it was asked.
fn refused(fake: &Fake) -> Vec<discord_peer::Request> {
    fake.log().into_iter().filter(|request| (400..500).contains(&request.status)).collect()
}
