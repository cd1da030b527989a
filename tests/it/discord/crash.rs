//! The program is killed (SIGKILL) in the middle of a turn; after its restart there is exactly one whole answer.

use std::process::{Child, Command, Stdio};

use discord_peer::{Fake, Place, TOKEN};

use super::until;
use crate::harness::{self, Database, Folder};

/// A program of its own process, on a folder of its own.
struct Served {
    child: Child,
    _folder: Folder,
}

impl Served {
    fn start(database: &Database, fake: &Fake, authority: &Folder, kill: Option<&str>) -> Self {
        let folder = Folder::new("discord");
        let mut command = Command::new(env!("CARGO_BIN_EXE_eventos"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(&folder);
        command.env("DATABASE_URL", database.url()).env("DISCORD_TOKEN", TOKEN).env("EVENTOS_PUBLISHER__PARALLEL", "0");
        command.env("DISCORD_RESOLVE", fake.api.to_string()).env("DISCORD_CA", authority);
        if let Some(kill) = kill {
            command.env("FAILPOINT_KILL", kill);
        }
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        Self { child, _folder: folder }
    }

    /// Waits for its end. Whether it was killed.
    fn killed(&mut self) -> bool {
        std::os::unix::process::ExitStatusExt::signal(&self.child.wait().unwrap()) == Some(9)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// How often each answer stands there: one for the greeting, one for the message.
fn answers(fake: &Fake, who: u64) -> usize {
    fake.screen(who, Place::Private).len()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_mid_turn_there_is_one_answer_after_the_restart() {
    for point in ["accept.after_commit:2", "turn.understood:2", "settle.after_commit:2", "reply.before:2"] {
        let (database, fake) = (harness::database().await, Fake::start().await);
        let authority = Folder::file("discord", &fake.authority);
        let ana = fake.person("ana");
        let mut first = Served::start(&database, &fake, &authority, Some(point));
        until(&fake, "connected", Fake::connected).await;
        fake.write(ana, Place::Private, "hello");
        until(&fake, "greeted", |fake| answers(fake, ana) == 1).await;
        fake.write(ana, Place::Private, "a concert called Harbour Lights for 80 people");
        assert!(tokio::task::block_in_place(|| first.killed()), "{point}");
        // Written while nobody is there.
        fake.write(ana, Place::Private, "at Pier 21 in Halifax");
        let second = Served::start(&database, &fake, &authority, None);
        until(&fake, "all answered", |fake| answers(fake, ana) == 3).await;
        // Whoever would answer twice has time for it until the next message is answered.
        fake.write(ana, Place::Private, "what do we have so far?");
        until(&fake, "and on", |fake| answers(fake, ana) >= 4).await;
        let screen = fake.screen(ana, Place::Private);
        assert_eq!(screen.len(), 4, "{point}: {screen:#?}");
        assert!(screen[3].contains("Harbour Lights") && screen[3].contains("80"), "{point}: {screen:#?}");
        drop(second);
    }
}
