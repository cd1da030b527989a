//! One accepted message on its way through the wizard, and those who listen to its answer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use port::{Body, Command, Replies, Reply};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::domain::outcome::Outcome;
use crate::domain::person::Person;

/// What the row of an accepted message keeps of it, so that another run answers it as this one would.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Kept {
    /// What it asks for.
    #[serde(flatten)]
    pub body: Body,
    /// Others read its answer along.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overheard: bool,
}

/// One accepted message.
#[derive(Debug)]
pub struct Job {
    /// Its row in the inbox.
    pub inbox: Uuid,
    /// The user's message in the conversation.
    pub message: Uuid,
    /// What its channel calls it, when it was handed in here.
    pub name: Option<String>,
    /// Who sent it: the session's owner.
    pub person: Person,
    /// The channel it came through.
    pub channel: String,
    /// What it asked for when it was taken in.
    sent: Body,
    /// The words of a voice message, once they were heard.
    heard: OnceLock<Body>,
    /// Its answer is written down to be delivered.
    pub addressed: bool,
    /// Others read its answer along.
    pub overheard: bool,
    /// What the publisher tells, when it is that and no message of a person's; [`Self::body`] says nothing then.
    pub outcome: Option<Outcome>,
    /// Stops the turn; travels beside the mailbox, because the mailbox waits for the turn.
    pub stop: CancellationToken,
    /// Somebody waits for the end of this turn: a model's words end here.
    pub hurry: CancellationToken,
    audience: Mutex<Audience>,
    /// What its turn left for other sessions, which hear of it once the turn is settled.
    passed_on: Mutex<Vec<(Uuid, Arc<Job>)>>,
    started: AtomicBool,
}

/// What was said so far and who listens: somebody who comes late hears the same text once.
#[derive(Debug, Default)]
struct Audience {
    said: Vec<Reply>,
    listeners: Vec<Replies>,
}

impl Job {
    /// A message that waits for its turn.
    pub fn new(received: (Uuid, Uuid), person: Person, channel: &str, body: Body, listener: Option<Replies>) -> Self {
        let addressed = listener.as_ref().is_some_and(|listener| listener.address().is_some());
        let overheard = listener.as_ref().is_some_and(Replies::is_overheard);
        Self {
            inbox: received.0,
            message: received.1,
            name: None,
            person,
            channel: channel.to_owned(),
            sent: body,
            heard: OnceLock::new(),
            addressed,
            overheard,
            outcome: None,
            stop: CancellationToken::new(),
            hurry: CancellationToken::new(),
            audience: Mutex::new(Audience { said: Vec::new(), listeners: listener.into_iter().collect() }),
            passed_on: Mutex::default(),
            started: AtomicBool::new(false),
        }
    }

    /// What it asks for: of a voice message that was heard, its words.
    pub fn body(&self) -> &Body {
        self.heard.get().unwrap_or(&self.sent)
    }

    /// The words of a voice message, when it was one and was heard.
    pub fn heard(&self) -> Option<&str> {
        match self.heard.get() {
            Some(Body::Text(words)) => Some(words),
            _ => None,
        }
    }

    /// From here on the message is its words.
    pub fn hear(&self, words: String) {
        self.heard.get_or_init(|| Body::Text(words));
    }

    /// The same message, by what its channel calls it.
    #[must_use]
    pub fn named(self, name: String) -> Self {
        Self { name: Some(name), ..self }
    }

    /// The same message; whether its answer is delivered stands in its row.
    #[must_use]
    pub fn addressed(self, addressed: bool) -> Self {
        Self { addressed, ..self }
    }

    /// The same message; who reads its answer along stands in its row.
    #[must_use]
    pub fn overheard(self, overheard: bool) -> Self {
        Self { overheard, ..self }
    }

    /// What the publisher tells the session, on its way.
    pub fn outcome(inbox: Uuid, owner: Person, channel: &str, outcome: Outcome) -> Self {
        let job = Self::new((inbox, Uuid::nil()), owner, channel, Body::Command(Command::Summary), None);
        Self { outcome: Some(outcome), ..job }
    }

    /// Marks it as begun. `false`: it was begun before, and must not be begun again in this process.
    pub fn begin(&self) -> bool {
        !self.started.swap(true, Ordering::SeqCst)
    }

    /// Somebody began it.
    pub fn has_begun(&self) -> bool {
        self.started.load(Ordering::SeqCst)
    }

    /// Its turn leaves these for other sessions, in the place of what an earlier try left.
    pub fn pass_on(&self, jobs: Vec<(Uuid, Arc<Self>)>) {
        *self.passed_on.lock().unwrap_or_else(PoisonError::into_inner) = jobs;
    }

    /// What its turn left for other sessions.
    pub fn take_passed_on(&self) -> Vec<(Uuid, Arc<Self>)> {
        std::mem::take(&mut *self.passed_on.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Says something to everybody who listens. A listener that went away changes nothing.
    pub fn say(&self, reply: Reply) {
        let mut audience = self.audience.lock().unwrap_or_else(PoisonError::into_inner);
        audience.listeners.retain(|listener| listener.send(reply.clone()));
        audience.said.push(reply);
    }

    /// Lets somebody listen, from the beginning.
    pub fn listen(&self, listener: Replies) {
        let mut audience = self.audience.lock().unwrap_or_else(PoisonError::into_inner);
        let all_heard = audience.said.iter().all(|reply| listener.send(reply.clone()));
        if all_heard {
            audience.listeners.push(listener);
        }
    }
}
