//! One turn of the wizard, waited for: what a request sends in, and what comes back of it.

use axum::http::StatusCode;
use port::{Body, Chat, Door, Incoming, OverHttp, Refusal, Replies, Reply, SessionChoice};
use serde_json::{Value, json};

use super::answer::Told;
use super::caller::Author;
use crate::domain::clock::{Ids as _, RandomIds};
use crate::http::error::{Declined, HttpError};

/// The channel's name.
pub(super) const CHANNEL: &str = "api";

/// What a caller is told whose turn did not end.
const CUT_OFF: &str = "I was interrupted. What you sent is kept; please look again in a moment.";

/// Where a request takes its turns.
pub(super) struct Desk<'a> {
    pub(super) door: &'a dyn Door,
    pub(super) author: &'a Author,
    /// The id of a request that may come again; otherwise each is new.
    pub(super) message: Option<String>,
}

impl Desk<'_> {
    /// Sends this in and waits for the end of the turn. `part` tells two turns of one request apart.
    ///
    /// # Errors
    /// What the door or the turn refuses, by the codes of R46-R51 and C-74.
    pub(super) async fn take_turn(&self, session: SessionChoice, body: Body, part: &str) -> Result<Told, HttpError> {
        let (replies, mut incoming) = Replies::channel();
        let id = self.message.as_ref().map_or_else(|| RandomIds.id().to_string(), |id| format!("{id}{part}"));
        let entered = match &body {
            Body::Form(form) => {
                form.fields.keys().cloned().chain(form.pick.iter().map(|_| "suggestionId".to_owned())).collect()
            }
            _ => Vec::new(),
        };
        let chat = Chat { channel: CHANNEL, account: String::new(), session };
        let message = Incoming { id, from: self.author.sender(), chat, body, replies };
        let accepted = self.door.accept(message).await.map_err(|refusal| refused(&refusal))?;
        let (mut said, mut state, mut done) = (String::new(), None, false);
        while let Some(reply) = incoming.recv().await {
            match reply {
                Reply::Said(words) => said = words,
                Reply::State(shown) => state = Some(shown.0),
                Reply::Trouble { code, message, retry_after_s } => trouble(&code, &message, retry_after_s)?,
                Reply::Done => {
                    done = true;
                    break;
                }
                _ => {}
            }
        }
        if !done {
            // Cut off, as by the end of the program: it was taken in and is answered by the next one.
            return Err(declined(StatusCode::SERVICE_UNAVAILABLE, "SERVICE_UNAVAILABLE", CUT_OFF.to_owned(), Some(1)));
        }
        let state = match state {
            Some(state) => state,
            // Answered before, or elsewhere: the state as it is saved now.
            None => {
                self.door.state(&self.author.sender(), &accepted.session).await.map_err(|refusal| refused(&refusal))?.0
            }
        };
        Ok(Told { said, state, entered })
    }
}

/// The answer for a session that is not there, or not the caller's.
pub(super) fn no_session() -> HttpError {
    refused(&Refusal::NotFound)
}

fn refused(refusal: &Refusal) -> HttpError {
    let OverHttp { status, code, retry_after_s } = refusal.over_http();
    // R50: what goes wrong in the wizard itself has this name here.
    let code = if matches!(refusal, Refusal::Failed) { "AI_SERVICE_ERROR" } else { code };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    declined(status, code, refusal.to_string(), retry_after_s)
}

/// A turn that went wrong. What only says that the answer comes another way is none.
fn trouble(code: &str, words: &str, retry_after_s: Option<u32>) -> Result<(), HttpError> {
    let (status, code) = match code {
        "ACCEPTED" | "ANSWERED_ELSEWHERE" => return Ok(()),
        "RATE_LIMIT" => (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMIT"),
        "SERVICE_UNAVAILABLE" => (StatusCode::SERVICE_UNAVAILABLE, "SERVICE_UNAVAILABLE"),
        "BUSY" => (StatusCode::SERVICE_UNAVAILABLE, "BUSY"),
        "NOT_FOUND" => (StatusCode::NOT_FOUND, "NOT_FOUND"),
        "STOPPED" => (StatusCode::CONFLICT, "CONFLICT"),
        // R50: models that fail never show (ruling C-08); this is the wizard itself.
        _ => (StatusCode::INTERNAL_SERVER_ERROR, "AI_SERVICE_ERROR"),
    };
    Err(declined(status, code, words.to_owned(), retry_after_s))
}

fn declined(status: StatusCode, code: &'static str, words: String, retry_after_s: Option<u32>) -> HttpError {
    let more = retry_after_s.map_or(Value::Null, |seconds| json!({ "retryAfter": seconds }));
    Declined::new(status, code, words, more).into()
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use port::{Accepted, History, Sender, State};

    use super::*;
    use crate::domain::person::{Person, Role};

    /// Takes everything in and is cut off before any turn ends.
    struct CutOff;

    #[async_trait]
    impl Door for CutOff {
        async fn accept(&self, incoming: Incoming) -> Result<Accepted, Refusal> {
            incoming.replies.send(Reply::Said("Half of".to_owned()));
            Ok(Accepted { session: "s".to_owned(), fresh: true })
        }
        async fn observe(&self, _: &Sender, _: &str, _: Replies) -> Result<bool, Refusal> {
            Ok(false)
        }
        async fn history(&self, _: &Sender, _: &str) -> Result<History, Refusal> {
            Ok(History::default())
        }
        async fn find(&self, _: &Sender, _: &str) -> Result<Option<String>, Refusal> {
            Ok(None)
        }
        async fn state(&self, _: &Sender, _: &str) -> Result<State, Refusal> {
            Ok(State(json!({})))
        }
        async fn stop(&self, _: &Sender, _: &str, _: Option<&str>) -> Result<bool, Refusal> {
            Ok(false)
        }
    }

    #[tokio::test]
    async fn a_turn_that_did_not_end_is_no_success() {
        let id = RandomIds.id();
        let person = Person {
            id,
            role: Role::Organizer,
            email: None,
            name: None,
            timezone: None,
            country: None,
            currency: None,
        };
        let author = Author::known(person);
        let desk = Desk { door: &CutOff, author: &author, message: None };
        assert!(desk.take_turn(SessionChoice::New, Body::Publish { revision: None }, "").await.is_err());
    }
}
