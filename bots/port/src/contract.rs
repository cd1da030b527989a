//! The tests that every channel passes, for a channel's own tests to call; test support, which panics where it finds a fault.
//!
//! [`check`] plays the wizard with a [`Script`] and uses the channel through a [`Person`], the channel's own fake platform.
//! It asserts that every message comes in as it was sent, in its session, with an id of its own; that every kind of reply is
//! shown, once, within the platform's limits, with nothing lost; and that after a refusal, a fault, a broken answer or a
//! repeated message the conversation goes on.

mod mailroom;
mod samples;
mod script;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::{BadPicture, Body, Capabilities, Channel, Choice, Command, Refusal, Reply, SessionChoice, UNAVAILABLE};
use samples::{ODD_WORDS, RAW, card, choices, confirmation, long_text, progress, said, streamed};
pub use script::{Answer, Script, Taken};

/// How long the contract waits for what a channel should do at once, on however slow a machine.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long it looks away in between, in the end.
const LONGEST_GLANCE: Duration = Duration::from_millis(200);

/// Somebody who uses the channel: the hands and eyes that a channel's tests lend to the contract.
#[async_trait]
pub trait Person: Send {
    /// Opens the conversation, where the platform does not do so by itself.
    async fn open(&mut self);
    /// Sends words.
    async fn say(&mut self, text: &str);
    /// Picks a suggestion that is shown: presses its button, or types its number (from 1).
    async fn pick(&mut self, number: usize, choice: &Choice);
    /// Says yes to the question before publishing.
    async fn confirm(&mut self);
    /// Says no to it.
    async fn decline(&mut self);
    /// Gives one of the channel's commands.
    async fn command(&mut self, command: Command);
    /// What stands on the screen now, oldest first and each message on its own, as the person reads it: edits made, markup
    /// resolved, the labels of buttons with their message; without what the person sent.
    fn messages(&self) -> Vec<String>;
}

/// Runs the contract over a channel.
///
/// # Panics
/// When the channel breaks a promise; the message says which.
pub async fn check(channel: Arc<dyn Channel>, person: &mut dyn Person) {
    let (script, taken) = Script::new();
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let (channel, script, stop) = (Arc::clone(&channel), script.clone(), stop.clone());
        async move { channel.run(Arc::new(script), stop).await }
    });
    let can = channel.capabilities();
    let mut run =
        Run { name: channel.name(), can, script, taken, person, session: None, ids: HashSet::new(), once: Vec::new() };
    run.opening().await;
    run.every_kind().await;
    run.streaming().await;
    run.all_shown_once();
    run.long_texts().await;
    run.odd_texts().await;
    run.publishing().await;
    run.troubles().await;
    run.refusals().await;
    run.all_shown_once();
    stop.cancel();
    let ended = timeout(PATIENCE, running).await;
    assert!(matches!(ended, Ok(Ok(Ok(())))), "the channel did not stop in peace: {ended:?}");
    assert!(run.taken.try_recv().is_err(), "the channel sent a message that nobody wrote");
}

struct Run<'p> {
    name: &'static str,
    can: Capabilities,
    script: Script,
    taken: UnboundedReceiver<Taken>,
    person: &'p mut dyn Person,
    session: Option<String>,
    ids: HashSet<String>,
    /// What was shown, and has to stand there once to the end.
    once: Vec<String>,
}

impl Run<'_> {
    async fn opening(&mut self) {
        self.script.push(Answer::Now(said("opening-words")));
        self.person.open().await;
        self.gets(Body::Command(Command::Start)).await;
        self.shows(&["opening-words"]).await;
    }

    async fn every_kind(&mut self) {
        let offered = choices("kind");
        let mut replies = streamed("kind-said in a few words", 3);
        replies.extend([
            progress(2, "kind"),
            Reply::Draft(card("kind-title", "kind")),
            Reply::Suggestions(offered.clone()),
        ]);
        replies.push(Reply::Done);
        self.says("Fête 🎉 مرحبا, at 6 <b>&amp; *now*", Answer::Soon(replies)).await;
        self.shows(&["kind-said in a few words", "kind-stage", "kind-title", "kind-when", "kind-where", "kind-seats"])
            .await;
        self.shows(&["kind-missing", "kind-first", "kind-second", "kind-third"]).await;
        if let Some(second) = offered.get(1) {
            self.script.push(Answer::Soon(said("pick-words")));
            self.person.pick(2, second).await;
            self.gets(Body::Pick(second.id.clone())).await;
            self.shows(&["pick-words"]).await;
        }
        let commands = [Command::Summary, Command::Undo, Command::Redo, Command::Help];
        for (command, word) in commands.into_iter().zip(["summary-words", "undo-words", "redo-words", "help-words"]) {
            self.script.push(Answer::Now(said(word)));
            self.person.command(command).await;
            self.gets(Body::Command(command)).await;
            self.shows(&[word]).await;
        }
    }

    /// Other replies arrive while a text is on its way, and a turn may say two things.
    async fn streaming(&mut self) {
        self.says("stream", Answer::Open(vec![Reply::Delta("flow-one ".to_owned())])).await;
        if self.can.streams {
            self.shows(&["flow-one"]).await;
        }
        self.script.send(progress(3, "flow"));
        self.script.send(Reply::Delta("flow-two".to_owned()));
        self.script.send(Reply::Draft(card("flow-title", "flow")));
        self.script.send(Reply::Said("flow-one flow-two".to_owned()));
        for reply in streamed("again-one again-two", 4) {
            self.script.send(reply);
        }
        self.script.send(Reply::Suggestions(Vec::new()));
        self.script.send(Reply::Done);
        self.shows(&["flow-one flow-two", "flow-stage", "flow-title", "flow-missing", "again-one again-two"]).await;
    }

    async fn long_texts(&mut self) {
        let mut replies = streamed(&long_text("long"), 23);
        let mut wide = card("wide-title", "wide");
        if let Some(line) = wide.lines.first_mut() {
            line.value = long_text("fact");
        }
        replies.extend([Reply::Draft(wide), Reply::Said(long_text("whole")), Reply::Done]);
        self.says(&long_text("typed"), Answer::Soon(replies)).await;
        self.shows(&["wide-title", "wide-where", "wide-missing"]).await;
        for word in ["long", "fact", "whole"] {
            let expected = long_text(word);
            let last = expected.split(' ').next_back().unwrap_or_default().to_owned();
            self.shows(&[&last]).await;
            let text = self.text();
            let shown: Vec<&str> = text.split(' ').filter(|shown| is_numbered(shown, word)).collect();
            let (found, all) = (shown.len(), expected.split(' ').count());
            assert!(
                shown.join(" ") == expected,
                "a long text was lost, doubled or torn: {found} of {all} words, {}",
                self.tail()
            );
        }
    }

    async fn odd_texts(&mut self) {
        let odd = |place: &str| format!("{place}-from {} {RAW} {place}-to", ODD_WORDS.join(" "));
        let mut offered = choices("odd");
        for choice in &mut offered {
            choice.label = odd(&choice.label);
        }
        let mut replies = streamed(&odd("odd-said"), 1);
        replies.extend([Reply::Draft(card(&odd("odd-card"), "odd")), Reply::Suggestions(offered), Reply::Done]);
        self.says(&ODD_WORDS.join(" "), Answer::Soon(replies)).await;
        for place in ["odd-said", "odd-card", "odd-first", "odd-third"] {
            self.shows(&[&format!("{place}-from {} ", ODD_WORDS.join(" ")), &format!("{place}-to")]).await;
        }
    }

    async fn publishing(&mut self) {
        for (word, revision) in [("no", 7), ("yes", 8)] {
            let asked = confirmation(word, revision);
            self.script.push(Answer::Soon(vec![Reply::Confirm(asked.clone()), Reply::Done]));
            self.person.command(Command::Publish).await;
            self.gets(Body::Command(Command::Publish)).await;
            let (card, when, warning) = (format!("{word}-card"), format!("{word}-when"), format!("{word}-warning"));
            self.shows(&[&card, &when, &warning, &asked.url]).await;
            if word == "no" {
                self.script.push(Answer::Soon(said("declined-words")));
                self.person.decline().await;
                self.gets(Body::Decline).await;
                self.shows(&["declined-words"]).await;
            } else {
                let (title, url) = (format!("live-title {RAW}"), "https://events.example/e/live-link".to_owned());
                self.script.push(Answer::Soon(vec![
                    Reply::Published { title, url: url.clone(), language: "en".to_owned() },
                    Reply::Done,
                ]));
                self.person.confirm().await;
                self.gets(Body::Confirm { revision, token: asked.token }).await;
                self.shows(&["live-title", &url]).await;
            }
        }
        assert!(!self.text().contains("secret-"), "the confirmation's token is shown; {}", self.tail());
    }

    /// What goes wrong in a turn is told, and the next message is answered.
    async fn troubles(&mut self) {
        let trouble = |code: &str, words: &str| {
            let message = format!("{words}: please try again in 3 seconds. {RAW}");
            Reply::Trouble { code: code.to_owned(), message, retry_after_s: Some(3) }
        };
        self.says("trouble", Answer::Soon(vec![trouble("TURN_FAILED", "trouble-words"), Reply::Done])).await;
        self.shows(&["trouble-words: please try again in 3 seconds."]).await;
        // While the store is away nothing is written down: it is told at once or not at all.
        self.says("away", Answer::Soon(vec![trouble(UNAVAILABLE, "away-words")])).await;
        self.shows(&["away-words: please try again in 3 seconds."]).await;
        self.says("broken", Answer::Soon(vec![Reply::Delta("broken-words".to_owned())])).await;
        if self.can.streams {
            self.shows(&["broken-words"]).await;
        }
        self.says("known", Answer::Known).await;
        self.says("onward", Answer::Now(said("onward-words"))).await;
        self.shows(&["onward-words"]).await;
    }

    async fn refusals(&mut self) {
        let refusals = [
            Refusal::Invalid("invalid-words".to_owned()),
            Refusal::Picture(BadPicture::TooSmall),
            Refusal::Unauthorized,
            Refusal::Forbidden("forbidden-words".to_owned()),
            Refusal::NotFound,
            Refusal::TooFast { retry_after_s: 41 },
            Refusal::Busy,
            Refusal::Quarantined { retry_after_s: 43 },
            Refusal::Unavailable,
            Refusal::Failed,
        ];
        for (number, refusal) in refusals.into_iter().enumerate() {
            let words = refusal.to_string();
            let again = self.can.redelivers && refusal == Refusal::Unavailable;
            let text = format!("refused {number}");
            self.says(&text, Answer::Refuse(refusal)).await;
            if again {
                // Nobody has to say it twice: the platform brings it until it is taken in.
                let answer = format!("refused-{number}-answered-after-all");
                self.script.push(Answer::Soon(said(&answer)));
                self.gets(Body::Text(text)).await;
                self.shows(&[&answer]).await;
            } else {
                self.shows(&[&words]).await;
            }
            let answer = format!("refused-{number}-then-answered");
            self.says(&format!("again {number}"), Answer::Soon(said(&answer))).await;
            self.shows(&[&answer]).await;
        }
    }

    async fn says(&mut self, text: &str, answer: Answer) {
        self.script.push(answer);
        self.person.say(text).await;
        self.gets(Body::Text(text.to_owned())).await;
    }

    /// Waits for the next message and checks what it carries.
    async fn gets(&mut self, body: Body) {
        let taken = timeout(PATIENCE, self.taken.recv()).await.ok().flatten();
        assert!(taken.is_some(), "the channel did not hand in {body:?}; {}", self.tail());
        let Some(taken) = taken else { return };
        assert_eq!(taken.body, body, "the message came in as something else");
        assert_eq!(taken.channel, self.name, "a message names another channel");
        assert!(!taken.id.trim().is_empty(), "{body:?} has no id");
        if let Some(session) = &self.session {
            // By its name, or as the one that the person worked on last.
            let here =
                [SessionChoice::Id(session.clone()), SessionChoice::Onward(session.clone()), SessionChoice::Latest];
            assert!(
                here.contains(&taken.asked),
                "{body:?} is not for the session that answered before, but for {:?}",
                taken.asked
            );
        }
        if taken.session.is_some() {
            assert!(self.ids.insert(taken.id.clone()), "the id {} of {body:?} was used before", taken.id);
            self.session = taken.session;
        }
    }

    /// Waits until all of this is on the screen.
    async fn shows(&mut self, wanted: &[&str]) {
        let deadline = Instant::now() + PATIENCE;
        let mut glance = Duration::from_millis(1);
        let missing = loop {
            let text = self.text();
            let missing: Vec<_> = wanted.iter().filter(|words| !text.contains(&spaced(words))).collect();
            if missing.is_empty() || Instant::now() >= deadline {
                break missing;
            }
            sleep(glance).await;
            glance = (glance * 2).min(LONGEST_GLANCE);
        };
        assert!(missing.is_empty(), "not shown: {missing:?}; {}", self.tail());
        let new = wanted.iter().map(|words| spaced(words));
        self.once.extend(new);
        self.limits_are_kept();
    }

    fn limits_are_kept(&self) {
        for message in self.person.messages() {
            let raw = message.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t'));
            assert!(raw.is_none(), "the control character {raw:?} reached the screen; {}", self.tail());
            let units = message.encode_utf16().count();
            let limit = self.can.max_text.unwrap_or(usize::MAX);
            assert!(units <= limit, "a message of {units} units is longer than {limit}; {}", self.tail());
        }
    }

    fn all_shown_once(&self) {
        let text = self.text();
        for words in &self.once {
            assert_eq!(text.matches(words.as_str()).count(), 1, "{words:?} has to stand there once; {}", self.tail());
        }
    }

    /// The screen as one text, any white space as one space.
    fn text(&self) -> String {
        spaced(&self.person.messages().join(" "))
    }

    /// The end of it, for the words of a failure.
    fn tail(&self) -> String {
        let text = self.text();
        let start = text.char_indices().rev().nth(600).map_or(0, |(index, _)| index);
        format!("on the screen: ...{:?}", text.get(start..).unwrap_or_default())
    }
}

fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_numbered(shown: &str, word: &str) -> bool {
    shown.strip_prefix(word).is_some_and(|number| number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit()))
}
