//! A run: a posted list becomes at most one turn, and the turn a stream.
//!
//! Promises: from the moment the door has the message, the turn is followed to its end whether or not anybody listens; a
//! message that was taken in before begins no second turn; one run at a time in a thread.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use axum::response::Response;
use port::{Chat, Incoming, Refusal, Replies, Reply, Sender};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::connect::Past;
use crate::edits;
use crate::event::Event;
use crate::failure::Failure;
use crate::input::RunInput;
use crate::meaning::{self, Candidate};
use crate::memory::{Begun, Memory, Running, Turn};
use crate::narrator::Narrator;
use crate::sse;
use crate::telling::{Hearing, Telling};
use crate::threads::{self, Found};
use crate::{NAME, WebState, suggest};

/// Answers a run.
pub(crate) async fn answer(web: WebState, memory: Memory, from: Sender, input: RunInput) -> Result<Response, Failure> {
    if input.asks_for_suggestions() {
        return suggest::answer(&web, &from, &input).await;
    }
    // In a task of its own: a client that goes away now does not cut off what it has sent.
    let run = tokio::spawn(Run { web, memory, from, input }.start());
    run.await.unwrap_or_else(|_| Err(Failure::fault()))
}

struct Run {
    web: WebState,
    memory: Memory,
    from: Sender,
    input: RunInput,
}

impl Run {
    async fn start(self) -> Result<Response, Failure> {
        let found = threads::find(&*self.web.door, &self.from, &self.input.thread_id).await?;
        let candidates = self.candidates(found.as_ref())?;
        if candidates.is_empty() {
            return Ok(self.quiet(found));
        }
        let mut session = found.as_ref().map(|found| found.session.clone());
        // A page posts the answers of old cards again and again; what the door is known to have need not be handed in.
        let known = session.as_deref().map(|session| self.memory.notes(session).taken).unwrap_or_default();
        let unknown: Vec<Candidate> =
            candidates.into_iter().filter(|candidate| !known.contains(&candidate.id)).collect();
        let Some(first) = unknown.first() else { return self.again(session).await };
        let running = Running { run_id: self.input.run_id.clone(), message: first.id.clone() };
        let turn = match self.memory.begin(self.keys(session.as_deref()), running) {
            Begun::Free(turn) => Some(turn),
            Begun::Same => None,
            Begun::Busy => return Err(Failure::thread_busy()),
        };
        for candidate in unknown {
            let message = candidate.id.clone();
            let (accepted, replies) = self.hand_in(candidate, found.as_ref()).await?;
            self.memory.taken(&accepted.session, &message, accepted.fresh);
            if accepted.fresh {
                return Ok(self.follow(turn, &accepted.session, &message, found, replies).await);
            }
            session = Some(accepted.session);
        }
        drop(turn);
        self.again(session).await
    }

    fn candidates(&self, found: Option<&Found>) -> Result<Vec<Candidate>, Failure> {
        let mut notes = found.map(|found| self.memory.notes(&found.session)).unwrap_or_default();
        if !found.is_some_and(|found| found.offers(&notes.choices)) {
            // The form or another channel went on meanwhile: a number answers what is asked now.
            notes.choices.clear();
        }
        let posted = &self.input.state;
        let edits = match found {
            Some(found) => edits::edits(posted, &found.session, &found.state, &notes.drafts),
            // Nothing was sent yet: whatever the page holds was typed there.
            None => edits::edits(posted, "", &Value::Null, &[]),
        };
        meaning::candidates(&self.input, &notes, edits)
    }

    /// What a busy thread is known by: its name with its owner's token, and its session once there is one.
    fn keys(&self, session: Option<&str>) -> Vec<String> {
        let mut hasher = DefaultHasher::new();
        if let Sender::Bearer(token) = &self.from {
            token.expose_secret().hash(&mut hasher);
        }
        let thread = format!("{:x}/{}", hasher.finish(), self.input.thread_id);
        [Some(thread), session.map(str::to_owned)].into_iter().flatten().collect()
    }

    async fn hand_in(
        &self,
        candidate: Candidate,
        found: Option<&Found>,
    ) -> Result<(port::Accepted, UnboundedReceiver<Reply>), Refusal> {
        let (replies, receiver) = Replies::channel();
        let session = threads::choice(&self.input.thread_id, found);
        // Without an account the session is what makes a client's ids unique.
        let chat = Chat { channel: NAME, account: String::new(), session };
        let Candidate { id, body } = candidate;
        let accepted = self.web.door.accept(Incoming { id, from: self.from.clone(), chat, body, replies }).await?;
        Ok((accepted, receiver))
    }

    /// Follows a turn to its end, and lets the client listen.
    async fn follow(
        &self,
        mut turn: Option<Turn>,
        session: &str,
        message: &str,
        found: Option<Found>,
        replies: UnboundedReceiver<Reply>,
    ) -> Response {
        if let Some(turn) = &mut turn {
            turn.in_session(session, message);
        }
        let state = match found {
            Some(found) => found.state,
            None => self.web.door.state(&self.from, session).await.map(threads::shown).unwrap_or_default(),
        };
        let narrator = Narrator::new(&self.input.thread_id, &self.input.run_id, message, self.input.screen());
        let (listener, response) = sse::stream();
        let telling = Telling { memory: self.memory.clone(), session: session.to_owned(), narrator, listener };
        tokio::spawn(telling.run(state, Hearing::of(replies), turn));
        response
    }

    /// Everything was taken in before: what was said stands in the history, and a turn on its way is listened to.
    async fn again(&self, session: Option<String>) -> Result<Response, Failure> {
        let (listener, response) = sse::stream();
        let Some(session) = session else { return Ok(response) };
        let past = Past::read(&self.web, &self.memory, &self.from, &session, self.input.screen()).await?;
        tokio::spawn(past.tell_in_one_run(self.memory.clone(), self.input.clone(), listener));
        Ok(response)
    }

    /// Nothing is new: the state as it is saved.
    fn quiet(&self, found: Option<Found>) -> Response {
        let (thread_id, run_id) = (self.input.thread_id.clone(), self.input.run_id.clone());
        let (listener, response) = sse::stream();
        listener.send([Event::RunStarted { thread_id: thread_id.clone(), run_id: run_id.clone() }]);
        if let Some(Found { session, state }) = found {
            self.memory.sent(&session, &state);
            listener.send([Event::StateSnapshot { snapshot: state }]);
        }
        listener.send([Event::RunFinished { thread_id, run_id }]);
        response
    }
}
