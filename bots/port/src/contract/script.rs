//! A door that answers what a test wrote down, and keeps what it was given.
//!
//! It is as strict as the real one: a message id is taken once, and a session is answered only by its own name. What is said to
//! somebody with an address is kept until the channel says that it arrived.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use serde_json::json;
use tokio::sync::mpsc;

use super::mailroom::Mailroom;
use crate::{
    Accepted, Address, BadPicture, Body, Choice, Delivery, Door, Draft, History, Incoming, LinkStep, Linking, Memory,
    Notice, Outgoing, Refusal, Replies, Reply, Sender, SessionChoice,
};

/// What the door does with the next message.
#[derive(Debug)]
pub enum Answer {
    /// Takes it in and has sent these replies before it says so.
    Now(Vec<Reply>),
    /// Takes it in and sends these replies one by one afterwards.
    Soon(Vec<Reply>),
    /// Takes it in, sends these replies and leaves the turn running: [`Script::send`] goes on, [`Door::stop`] ends it.
    Open(Vec<Reply>),
    /// Says that it had this message before; its replies went elsewhere.
    Known,
    /// Takes nothing in.
    Refuse(Refusal),
}

/// A message as the door got it.
#[derive(Debug, Clone)]
pub struct Taken {
    /// The message's id.
    pub id: String,
    /// The channel that it names.
    pub channel: &'static str,
    /// The session that it asks for.
    pub asked: SessionChoice,
    /// What was sent.
    pub body: Body,
    /// The session that answers; `None` when it was refused.
    pub session: Option<String>,
}

/// The scripted door. Clones are the same door.
#[derive(Debug, Clone)]
pub struct Script {
    state: Arc<Mutex<State>>,
    taken: mpsc::UnboundedSender<Taken>,
    mailroom: Mailroom,
}

#[derive(Debug, Default)]
struct State {
    answers: VecDeque<Answer>,
    ids: HashSet<(String, String)>,
    sessions: usize,
    current: Option<String>,
    threads: HashMap<String, String>,
    open: Option<Open>,
    pictures: Vec<Vec<u8>>,
    /// What was suggested last.
    offered: Vec<Choice>,
    hears: bool,
    forgetful: usize,
}

/// A turn that was left open.
#[derive(Debug)]
struct Open {
    replies: Replies,
    letter: Option<Letter>,
}

impl Script {
    /// From here on somebody listens to voice messages.
    pub fn listen(&self) {
        self.state().hears = true;
    }

    /// So many times it is not known which chats there are.
    pub fn forget_chats(&self, times: usize) {
        self.state().forgetful = times;
    }

    /// How many of those times are left.
    #[must_use]
    pub fn forgetful(&self) -> usize {
        self.state().forgetful
    }

    /// The pictures that were brought.
    #[must_use]
    pub fn pictures(&self) -> Vec<Vec<u8>> {
        self.state().pictures.clone()
    }

    /// A door, and what it will be given.
    #[must_use]
    pub fn new() -> (Self, mpsc::UnboundedReceiver<Taken>) {
        let (taken, given) = mpsc::unbounded_channel();
        (Self { state: Arc::default(), taken, mailroom: Mailroom::default() }, given)
    }

    /// Writes down the answer to the next message that has none yet.
    pub fn push(&self, answer: Answer) {
        self.state().answers.push_back(answer);
    }

    /// Sends a reply into the turn that was left open; `false` when there is none or nobody listens.
    #[expect(clippy::must_use_candidate, reason = "a test looks at what is shown instead")]
    pub fn send(&self, reply: Reply) -> bool {
        let mut state = self.state();
        let ended = reply == Reply::Done;
        state.offer(&reply);
        let Some(open) = state.open.as_mut() else { return false };
        let heard = open.say(&self.mailroom, reply);
        if ended {
            state.open = None;
        }
        heard
    }

    /// Writes down something that nobody asked for.
    pub fn post(&self, outgoing: Outgoing) {
        self.mailroom.post(outgoing);
    }

    /// What became of the answers that were delivered, in order, by their ids.
    #[must_use]
    pub fn deliveries(&self) -> Vec<(String, Delivery)> {
        self.mailroom.deliveries()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn offer(&mut self, reply: &Reply) {
        if let Reply::Suggestions(choices) = reply {
            self.offered.clone_from(choices);
        }
    }

    fn take(&mut self, incoming: &Incoming) -> (Answer, Option<String>) {
        let key = (incoming.chat.account.clone(), incoming.id.clone());
        let answer = match self.answers.pop_front() {
            Some(Answer::Refuse(refusal)) => return (Answer::Refuse(refusal), None),
            None => {
                return (Answer::Refuse(Refusal::Invalid("Nothing was scripted for this message.".to_owned())), None);
            }
            Some(answer) => answer,
        };
        let known = match (&incoming.chat.session, self.current.take()) {
            (SessionChoice::Id(id) | SessionChoice::Onward(id), _) => Some(id.clone()),
            (SessionChoice::Thread(thread), _) => self.threads.get(thread).cloned(),
            (SessionChoice::Current | SessionChoice::Latest, current) => current,
            (SessionChoice::New | SessionChoice::NewThread(_), _) => None,
        };
        let session = known.unwrap_or_else(|| {
            self.sessions += 1;
            format!("session-{}", self.sessions)
        });
        if let SessionChoice::Thread(thread) | SessionChoice::NewThread(thread) = &incoming.chat.session {
            self.threads.insert(thread.clone(), session.clone());
        }
        self.current = Some(session.clone());
        let answer = if self.ids.insert(key) { answer } else { Answer::Known };
        if let Answer::Now(script) | Answer::Open(script) | Answer::Soon(script) = &answer {
            for reply in script {
                self.offer(reply);
            }
        }
        (answer, Some(session))
    }
}

#[async_trait]
impl Door for Script {
    async fn accept(&self, incoming: Incoming) -> Result<Accepted, Refusal> {
        let (answer, session) = self.state().take(&incoming);
        let Incoming { id, chat, body, replies, .. } = incoming;
        let letter = |session: &str| replies.address().cloned().map(|address| Letter::to(address, &id, session));
        let letter = letter(session.as_deref().unwrap_or_default());
        let taken = Taken { id, channel: chat.channel, asked: chat.session, body, session: session.clone() };
        let session = session.unwrap_or_default();
        let accepted = |fresh| Ok(Accepted { session, fresh });
        let mut open = Open { replies, letter };
        let answered = match answer {
            Answer::Refuse(refusal) => Err(refusal),
            Answer::Known => accepted(false),
            Answer::Now(script) => {
                open.say_all(&self.mailroom, script);
                accepted(true)
            }
            Answer::Open(script) => {
                open.say_all(&self.mailroom, script);
                self.state().open = Some(open);
                accepted(true)
            }
            Answer::Soon(script) => {
                let mailroom = self.mailroom.clone();
                tokio::spawn(async move {
                    for reply in script {
                        tokio::task::yield_now().await;
                        open.say(&mailroom, reply);
                    }
                });
                accepted(true)
            }
        };
        // What was done is done when the test hears of the message. It may have gone; the channel goes on all the same.
        drop(self.taken.send(taken));
        answered
    }

    async fn observe(&self, _from: &Sender, _session: &str, replies: Replies) -> Result<bool, Refusal> {
        let mut state = self.state();
        let running = state.open.is_some();
        if running {
            state.open = Some(Open { replies, letter: None });
        }
        Ok(running)
    }

    async fn history(&self, _from: &Sender, _session: &str) -> Result<History, Refusal> {
        Ok(History::default())
    }

    async fn find(&self, _from: &Sender, thread: &str) -> Result<Option<String>, Refusal> {
        Ok(self.state().threads.get(thread).cloned())
    }

    async fn state(&self, _from: &Sender, session: &str) -> Result<crate::State, Refusal> {
        let offered = self.state().offered.clone();
        Ok(crate::State(if offered.is_empty() {
            json!({"sessionId": session})
        } else {
            json!({"sessionId": session, "suggestions": offered})
        }))
    }

    async fn keep_picture(&self, _from: &Sender, bytes: Vec<u8>) -> Result<String, Refusal> {
        if bytes.is_empty() {
            return Err(Refusal::Picture(BadPicture::Unreadable));
        }
        let mut state = self.state();
        state.pictures.push(bytes);
        Ok(format!("/files/{}", state.pictures.len()))
    }

    fn hears(&self) -> bool {
        self.state().hears
    }

    async fn stop(&self, _from: &Sender, _session: &str, _message: Option<&str>) -> Result<bool, Refusal> {
        Ok(self.send(Reply::Done))
    }

    async fn next_outgoing(&self, channel: &'static str) -> Result<Outgoing, Refusal> {
        Ok(self.mailroom.next(channel).await)
    }

    async fn settled(&self, outgoing: &str, delivery: Delivery) -> Result<(), Refusal> {
        self.mailroom.settled(outgoing, delivery);
        Ok(())
    }

    async fn notice(&self, _channel: &'static str, notice: Notice) -> Result<(), Refusal> {
        self.mailroom.notice(notice);
        Ok(())
    }

    async fn recall(&self, _channel: &'static str, chat: &str) -> Result<Memory, Refusal> {
        Ok(self.mailroom.recall(chat))
    }

    async fn chats(&self, _channel: &'static str) -> Result<Vec<(String, Memory)>, Refusal> {
        let mut state = self.state();
        if state.forgetful > 0 {
            state.forgetful -= 1;
            return Err(Refusal::Unavailable);
        }
        Ok(self.mailroom.chats())
    }

    async fn remember(
        &self,
        _channel: &'static str,
        chat: &str,
        notes: serde_json::Map<String, serde_json::Value>,
    ) -> Result<(), Refusal> {
        self.mailroom.remember(chat, notes);
        Ok(())
    }

    async fn hold(&self, _channel: &'static str, chat: &str, seconds: u32) -> Result<(), Refusal> {
        self.mailroom.hold(chat, seconds);
        Ok(())
    }

    async fn drafts(&self, _from: &Sender) -> Result<Vec<Draft>, Refusal> {
        let sessions = self.state().sessions;
        let draft = |number| Draft {
            session: format!("session-{number}"),
            title: Some(format!("Draft {number}")),
            percent: 50,
            published: false,
        };
        Ok((1..=sessions).rev().map(draft).collect())
    }

    async fn link(&self, _from: &Sender, step: LinkStep) -> Result<Linking, Refusal> {
        Ok(match step {
            LinkStep::Code { code, .. } if code == "good-code" => {
                Linking::Ask { request: "request-1".to_owned(), account: "a***@example.org".to_owned() }
            }
            LinkStep::Answer { request, yes: true } if request == "request-1" => Linking::Waiting,
            LinkStep::Answer { request, yes: false } if request == "request-1" => Linking::Declined,
            LinkStep::Code { .. } | LinkStep::Answer { .. } => Linking::Stale,
            LinkStep::Unlink => Linking::NotLinked,
        })
    }
}

/// What a turn says to somebody with an address.
#[derive(Debug)]
struct Letter(Outgoing);

impl Letter {
    fn to(address: Address, answers: &str, session: &str) -> Self {
        Self(Outgoing {
            id: String::new(),
            address,
            answers: Some(answers.to_owned()),
            session: Some(session.to_owned()),
            language: "en".to_owned(),
            replies: Vec::new(),
            meanwhile: Vec::new(),
            progress: serde_json::Value::Null,
            attempt: 0,
            again: false,
        })
    }
}

impl Open {
    fn say_all(&mut self, mailroom: &Mailroom, script: Vec<Reply>) {
        for reply in script {
            self.say(mailroom, reply);
        }
    }

    /// `false` when nobody hears it.
    fn say(&mut self, mailroom: &Mailroom, reply: Reply) -> bool {
        match (&mut self.letter, &reply) {
            (Some(_), Reply::Done) => {
                if let Some(letter) = self.letter.take() {
                    mailroom.post(letter.0);
                }
            }
            (Some(letter), reply) if reply.is_kept() => letter.0.replies.push(reply.clone()),
            _ => {}
        }
        self.replies.send(reply)
    }
}
