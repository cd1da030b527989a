//! The channel for tests: says things, waits for the answer, and writes down a transcript that reads like the chat.
//!
//! A recorder stays in the session that answered it first. Its message ids are its own, also when another recorder of the
//! same program goes on in the same session.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, timeout_at};

use crate::{Body, Chat, Choice, Confirmation, Door, Incoming, Refusal, Replies, Reply, Sender, SessionChoice};

/// The name that its messages carry.
pub const NAME: &str = "recorder";

/// How long the end of a turn is waited for: it comes, however slow the machine is.
const PATIENCE: Duration = Duration::from_mins(4);

static RECORDERS: AtomicU64 = AtomicU64::new(1);

/// Why a turn gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The door took nothing in.
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    /// The turn ended without [`Reply::Done`].
    #[error("the answer broke off after {0:?}")]
    BrokenOff(Vec<Reply>),
    /// [`Reply::Done`] did not come in time.
    #[error("no end of the answer within the deadline, only {0:?}")]
    Late(Vec<Reply>),
    /// There is nothing of that kind to answer.
    #[error("there is no {0} on the screen")]
    NotOffered(String),
}

/// A person at a door, who notes everything.
pub struct Recorder {
    door: Arc<dyn Door>,
    from: Sender,
    account: String,
    sent: u64,
    session: SessionChoice,
    deadline: Duration,
    offered: Vec<Choice>,
    asked: Option<Confirmation>,
    said: String,
    transcript: Vec<String>,
}

impl Recorder {
    /// Somebody who begins a new session with the first message.
    #[must_use]
    pub fn new(door: Arc<dyn Door>, from: Sender) -> Self {
        Self {
            door,
            from,
            account: format!("{NAME}-{}", RECORDERS.fetch_add(1, Ordering::Relaxed)),
            sent: 0,
            session: SessionChoice::New,
            deadline: PATIENCE,
            offered: Vec::new(),
            asked: None,
            said: String::new(),
            transcript: Vec::new(),
        }
    }

    /// Goes on in this session instead.
    #[must_use]
    pub fn in_session(mut self, session: SessionChoice) -> Self {
        self.session = session;
        self
    }

    /// Waits this long for the end of a turn, instead of four minutes.
    #[must_use]
    pub fn patient_for(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// The session that answers; `None` before the first answer.
    #[must_use]
    pub fn session(&self) -> Option<&str> {
        match &self.session {
            SessionChoice::Id(id) | SessionChoice::Onward(id) => Some(id),
            SessionChoice::Current
            | SessionChoice::Latest
            | SessionChoice::New
            | SessionChoice::Thread(_)
            | SessionChoice::NewThread(_) => None,
        }
    }

    /// Says this and waits for the end of the turn.
    ///
    /// # Errors
    /// See [`Failure`]; it is in the transcript too.
    pub async fn say(&mut self, text: &str) -> Result<Vec<Reply>, Failure> {
        self.send(Body::Text(text.to_owned())).await
    }

    /// Picks the suggestion with this number, from 1.
    ///
    /// # Errors
    /// [`Failure::NotOffered`] when the last turn offered none with it; otherwise as [`Recorder::say`].
    pub async fn pick(&mut self, number: usize) -> Result<Vec<Reply>, Failure> {
        let choice = number.checked_sub(1).and_then(|index| self.offered.get(index));
        let id = choice.map(|choice| choice.id.clone());
        let id = id.ok_or_else(|| Failure::NotOffered(format!("suggestion {number}")))?;
        self.send(Body::Pick(id)).await
    }

    /// Says yes to the question before publishing that was shown last.
    ///
    /// # Errors
    /// [`Failure::NotOffered`] when none was shown; otherwise as [`Recorder::say`].
    pub async fn confirm(&mut self) -> Result<Vec<Reply>, Failure> {
        let asked = self.asked.clone().ok_or_else(|| Failure::NotOffered("question before publishing".to_owned()))?;
        self.send(Body::Confirm { revision: asked.revision, token: asked.token }).await
    }

    /// Sends this and waits for the end of the turn. A message that was taken in before has no replies here.
    ///
    /// # Errors
    /// As [`Recorder::say`].
    pub async fn send(&mut self, body: Body) -> Result<Vec<Reply>, Failure> {
        self.transcript.push(format!("> {}", self.words_of(&body)));
        let (replies, incoming) = Replies::channel();
        self.sent += 1;
        let chat = Chat { channel: NAME, account: self.account.clone(), session: self.session.clone() };
        let id = format!("{}-{}", self.account, self.sent);
        let message = Incoming { id, from: self.from.clone(), chat, body, replies };
        let answer = match self.door.accept(message).await {
            Err(refusal) => Err(refusal.into()),
            Ok(accepted) => {
                self.session = SessionChoice::Onward(accepted.session);
                self.offered.clear();
                if accepted.fresh { self.collect(incoming).await } else { Ok(Vec::new()) }
            }
        };
        if let Err(failure) = &answer {
            self.transcript.push(format!("! {failure}"));
        }
        answer
    }

    /// The conversation so far: `> ` before what was said, then what the wizard showed.
    #[must_use]
    pub fn transcript(&self) -> String {
        self.transcript.join("\n")
    }

    async fn collect(&mut self, mut incoming: UnboundedReceiver<Reply>) -> Result<Vec<Reply>, Failure> {
        let deadline = Instant::now() + self.deadline;
        let mut replies = Vec::new();
        loop {
            let Ok(next) = timeout_at(deadline, incoming.recv()).await else { return Err(Failure::Late(replies)) };
            let Some(reply) = next else { return Err(Failure::BrokenOff(replies)) };
            self.note(&reply);
            let done = reply == Reply::Done;
            replies.push(reply);
            if done {
                return Ok(replies);
            }
        }
    }

    fn note(&mut self, reply: &Reply) {
        match reply {
            Reply::Suggestions(choices) => self.offered.clone_from(choices),
            Reply::Confirm(confirmation) => self.asked = Some(confirmation.clone()),
            Reply::Said(text) => self.said.clone_from(text),
            // The words have told it with its link.
            Reply::Published { url, .. } if self.said.contains(url.as_str()) => return,
            _ => {}
        }
        let mark = if matches!(reply, Reply::Trouble { .. }) { "! " } else { "" };
        self.transcript.extend(reply.plain().map(|text| format!("{mark}{text}")));
    }

    fn words_of(&self, body: &Body) -> String {
        match body {
            Body::Text(text) => text.clone(),
            Body::Pick(id) => {
                let label = self.offered.iter().find(|choice| choice.id == *id).map(|choice| choice.label.as_str());
                format!("[{}]", label.unwrap_or(id))
            }
            Body::Confirm { .. } => "[yes, publish]".to_owned(),
            Body::Decline => "[not yet]".to_owned(),
            Body::Command(command) => format!("/{command:?}").to_lowercase(),
            Body::Language(language) => format!("/language {language}"),
            Body::Form(form) => format!("[form] {}", form.text.clone().unwrap_or_default()),
            Body::Publish { .. } => "[publish]".to_owned(),
            Body::Voice(recording) => format!("[{} s of voice]", recording.seconds),
        }
    }
}

#[cfg(test)]
mod tests;
