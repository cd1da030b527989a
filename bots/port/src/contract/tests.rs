//! The contract lets a sound channel through, and finds each fault that a channel may have.

use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::mpsc;

use super::*;
use crate::split::split;
use crate::{ChannelError, Chat, Confirmation, Door, Incoming, Replies, Sender, visible};

const LIMIT: usize = 400;

/// What may be wrong with a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    SaidTwice,
    NoSuggestions,
    NoWarnings,
    LosesTheSession,
    OneIdForAll,
    SilentRefusal,
    TooLong,
    CutsOff,
    Raw,
    PicksAsText,
    OldToken,
    EndsOnBrokenAnswer,
    NeverStops,
}

type Screen = Arc<Mutex<Vec<String>>>;

/// A channel whose platform is a queue of what a person does and a list of messages.
struct Board {
    fault: Fault,
    keys: tokio::sync::Mutex<UnboundedReceiver<Body>>,
    screen: Screen,
}

#[async_trait]
impl Channel for Board {
    fn name(&self) -> &'static str {
        "board"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { max_text: Some(LIMIT), streams: true, buttons: true, redelivers: false }
    }

    async fn run(&self, door: Arc<dyn Door>, stop: CancellationToken) -> Result<(), ChannelError> {
        let mut keys = self.keys.lock().await;
        let (mut session, mut count, mut token) = (SessionChoice::New, 0, None);
        loop {
            let body = tokio::select! {
                () = stop.cancelled() => break,
                body = keys.recv() => body,
            };
            let Some(body) = body else { break };
            let body = self.with_token(body, &mut token);
            count += usize::from(self.fault != Fault::OneIdForAll);
            let (replies, mut incoming) = Replies::channel();
            let chat = Chat { channel: "board", account: "b".to_owned(), session: session.clone() };
            let message =
                Incoming { id: format!("m{count}"), from: Sender::Local { email: None }, chat, body, replies };
            match door.accept(message).await {
                Ok(accepted) if self.fault != Fault::LosesTheSession => session = SessionChoice::Id(accepted.session),
                Ok(_) => {}
                Err(_) if self.fault == Fault::SilentRefusal => continue,
                Err(refusal) => self.show(&refusal.to_string()),
            }
            if !self.turn(&mut incoming, &mut token).await {
                break;
            }
        }
        if self.fault == Fault::NeverStops {
            std::future::pending::<()>().await;
        }
        Ok(())
    }
}

impl Board {
    async fn turn(&self, incoming: &mut UnboundedReceiver<Reply>, token: &mut Option<Confirmation>) -> bool {
        let mut flowing = None;
        loop {
            let Some(reply) = incoming.recv().await else { return self.fault != Fault::EndsOnBrokenAnswer };
            match reply {
                Reply::Done => return true,
                Reply::Delta(piece) => self.flow(&mut flowing, &piece),
                Reply::Said(text) if flowing.take().is_none() || self.fault == Fault::SaidTwice => self.show(&text),
                Reply::Said(_) => {}
                Reply::Suggestions(_) if self.fault == Fault::NoSuggestions => {}
                Reply::Confirm(mut asked) => {
                    if token.is_none() || self.fault != Fault::OldToken {
                        *token = Some(asked.clone());
                    }
                    if self.fault == Fault::NoWarnings {
                        asked.warnings.clear();
                    }
                    self.show(&Reply::Confirm(asked).plain().unwrap());
                }
                other => other.plain().into_iter().for_each(|text| self.show(&text)),
            }
        }
    }

    /// Edits the messages of the text that is on its way.
    fn flow(&self, flowing: &mut Option<(usize, String)>, piece: &str) {
        let (start, text) = flowing.get_or_insert_with(|| (self.screen.lock().unwrap().len(), String::new()));
        text.push_str(piece);
        let parts = self.parts(text);
        let mut screen = self.screen.lock().unwrap();
        let later = screen.split_off(*start);
        let old = self.parts(text.strip_suffix(piece).unwrap()).len().min(later.len());
        screen.extend(parts);
        screen.extend(later.into_iter().skip(old));
    }

    fn show(&self, text: &str) {
        let parts = self.parts(text);
        self.screen.lock().unwrap().extend(parts);
    }

    fn parts(&self, text: &str) -> Vec<String> {
        let text = if self.fault == Fault::Raw { text.to_owned() } else { visible(text).into_owned() };
        match self.fault {
            Fault::TooLong => vec![text],
            Fault::CutsOff => vec![text.chars().take(LIMIT / 2).collect()],
            _ => split(&text, LIMIT),
        }
    }

    fn with_token(&self, body: Body, token: &mut Option<Confirmation>) -> Body {
        match body {
            Body::Confirm { .. } => {
                let asked = token.take().unwrap();
                Body::Confirm { revision: asked.revision, token: asked.token }
            }
            Body::Pick(id) if self.fault == Fault::PicksAsText => Body::Text(id),
            other => other,
        }
    }
}

struct Hands {
    keys: mpsc::UnboundedSender<Body>,
    screen: Screen,
}

#[async_trait]
impl Person for Hands {
    async fn open(&mut self) {
        self.command(Command::Start).await;
    }
    async fn say(&mut self, text: &str) {
        self.keys.send(Body::Text(text.to_owned())).unwrap();
    }
    async fn pick(&mut self, _number: usize, choice: &Choice) {
        self.keys.send(Body::Pick(choice.id.clone())).unwrap();
    }
    async fn confirm(&mut self) {
        self.keys.send(Body::Confirm { revision: 0, token: String::new() }).unwrap();
    }
    async fn decline(&mut self) {
        self.keys.send(Body::Decline).unwrap();
    }
    async fn command(&mut self, command: Command) {
        self.keys.send(Body::Command(command)).unwrap();
    }
    fn messages(&self) -> Vec<String> {
        self.screen.lock().unwrap().clone()
    }
}

/// What the contract says about a board with this fault.
async fn verdict(fault: Fault) -> Result<(), String> {
    let (keys, typed) = mpsc::unbounded_channel();
    let screen = Screen::default();
    let board = Board { fault, keys: tokio::sync::Mutex::new(typed), screen: Arc::clone(&screen) };
    let checked = tokio::spawn(async move { check(Arc::new(board), &mut Hands { keys, screen }).await });
    let Err(panic) = checked.await else { return Ok(()) };
    let panic = panic.into_panic();
    let words = panic.downcast_ref::<String>().cloned();
    Err(words.or_else(|| panic.downcast_ref::<&str>().map(|&words| words.to_owned())).unwrap_or_default())
}

#[tokio::test(start_paused = true)]
async fn a_sound_channel_passes() {
    assert_eq!(verdict(Fault::None).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn each_fault_is_found_and_named() {
    let faults = [
        (Fault::SaidTwice, "has to stand there once"),
        (Fault::NoSuggestions, "not shown: [\"kind-first\""),
        (Fault::NoWarnings, "not shown: [\"no-warning\""),
        (Fault::LosesTheSession, "is not for the session that answered before"),
        (Fault::OneIdForAll, "was used before"),
        (Fault::SilentRefusal, "not shown: [\"invalid-words\""),
        (Fault::TooLong, "is longer than 400"),
        (Fault::CutsOff, "not shown: [\"wide-where\""),
        (Fault::Raw, "the control character Some("),
        (Fault::PicksAsText, "the message came in as something else"),
        (Fault::OldToken, "the message came in as something else"),
        (Fault::EndsOnBrokenAnswer, "did not hand in Text(\"broken\")"),
        (Fault::NeverStops, "did not stop in peace"),
    ];
    for (fault, words) in faults {
        let found = timeout(Duration::from_mins(5), verdict(fault)).await.unwrap();
        assert!(found.as_ref().is_err_and(|found| found.contains(words)), "{fault:?} gave {found:?}");
    }
}

#[tokio::test]
async fn the_scripted_door_takes_an_id_once() {
    let (script, _taken) = Script::new();
    let mut fresh = Vec::new();
    for account in ["a", "a", "b"] {
        script.push(Answer::Now(vec![Reply::Done]));
        let chat = Chat { channel: "board", account: account.to_owned(), session: SessionChoice::Current };
        let (replies, _incoming) = Replies::channel();
        let body = Body::Decline;
        let message = Incoming { id: "m".to_owned(), from: Sender::Local { email: None }, chat, body, replies };
        fresh.push(script.accept(message).await.unwrap().fresh);
    }
    assert_eq!(fresh, [true, false, true]);
}
