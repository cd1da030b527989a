//! A door that answers what a test wrote down, and keeps what it was given.
//!
//! It is as strict as the real one: a message id is taken once, and a session is answered only by its own name.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use serde_json::json;
use tokio::sync::mpsc;

use crate::{Accepted, Body, Door, History, Incoming, Refusal, Replies, Reply, Sender, SessionChoice};

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
}

#[derive(Debug, Default)]
struct State {
    answers: VecDeque<Answer>,
    ids: HashSet<(String, String)>,
    sessions: usize,
    current: Option<String>,
    threads: HashMap<String, String>,
    open: Option<Replies>,
}

impl Script {
    /// A door, and what it will be given.
    #[must_use]
    pub fn new() -> (Self, mpsc::UnboundedReceiver<Taken>) {
        let (taken, given) = mpsc::unbounded_channel();
        (Self { state: Arc::default(), taken }, given)
    }

    /// Writes down the answer to the next message that has none yet.
    pub fn push(&self, answer: Answer) {
        self.state().answers.push_back(answer);
    }

    /// Sends a reply into the turn that was left open; `false` when there is none or nobody listens.
    #[expect(clippy::must_use_candidate, reason = "a test looks at what is shown instead")]
    pub fn send(&self, reply: Reply) -> bool {
        let mut state = self.state();
        let open = if reply == Reply::Done { state.open.take() } else { state.open.clone() };
        open.is_some_and(|replies| replies.send(reply))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
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
            (SessionChoice::Id(id), _) => Some(id.clone()),
            (SessionChoice::Thread(thread), _) => self.threads.get(thread).cloned(),
            (SessionChoice::Current, current) => current,
            (SessionChoice::New, _) => None,
        };
        let session = known.unwrap_or_else(|| {
            self.sessions += 1;
            format!("session-{}", self.sessions)
        });
        if let SessionChoice::Thread(thread) = &incoming.chat.session {
            self.threads.insert(thread.clone(), session.clone());
        }
        self.current = Some(session.clone());
        let answer = if self.ids.insert(key) { answer } else { Answer::Known };
        (answer, Some(session))
    }
}

#[async_trait]
impl Door for Script {
    async fn accept(&self, incoming: Incoming) -> Result<Accepted, Refusal> {
        let (answer, session) = self.state().take(&incoming);
        let Incoming { id, chat, body, replies, .. } = incoming;
        // The test may have gone; the channel under test goes on all the same.
        drop(self.taken.send(Taken { id, channel: chat.channel, asked: chat.session, body, session: session.clone() }));
        let session = session.unwrap_or_default();
        let accepted = |fresh| Ok(Accepted { session, fresh });
        match answer {
            Answer::Refuse(refusal) => Err(refusal),
            Answer::Known => accepted(false),
            Answer::Now(script) => {
                send_all(&replies, script);
                accepted(true)
            }
            Answer::Open(script) => {
                send_all(&replies, script);
                self.state().open = Some(replies);
                accepted(true)
            }
            Answer::Soon(script) => {
                tokio::spawn(async move {
                    for reply in script {
                        tokio::task::yield_now().await;
                        replies.send(reply);
                    }
                });
                accepted(true)
            }
        }
    }

    async fn observe(&self, _from: &Sender, _session: &str, replies: Replies) -> Result<bool, Refusal> {
        let mut state = self.state();
        let running = state.open.is_some();
        if running {
            state.open = Some(replies);
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
        Ok(crate::State(json!({"sessionId": session})))
    }

    async fn stop(&self, _from: &Sender, _session: &str) -> Result<bool, Refusal> {
        Ok(self.send(Reply::Done))
    }
}

fn send_all(replies: &Replies, script: Vec<Reply>) {
    for reply in script {
        replies.send(reply);
    }
}
