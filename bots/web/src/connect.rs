//! Coming back: what was said, the card that waits for an answer, and the turn that is on its way, if one is.
//!
//! Promises: the same text is shown once, whether it stands in the history or is still being told; the card is the one that is saved,
//! whichever process showed it first, and has the same id each time; looking changes nothing.

use axum::response::Response;
use port::{Confirmation, History, Refusal, Replies, Sender, Turn, visible};
use serde_json::Value;

use crate::cards;
use crate::event::{Event, Message, Role, ToolCall};
use crate::failure::Failure;
use crate::input::{RunInput, Screen};
use crate::memory::{Memory, Running};
use crate::narrator::{End, Narrator};
use crate::sse::{self, Listener};
use crate::telling::{Hearing, Telling};
use crate::{WebState, threads};

/// The words that the channel itself puts into a conversation when a page opens; nobody said them.
const OPENING: &str = "/start";
/// The same in another language.
const SPOKEN_OPENING: &str = "/language ";

/// Answers somebody who comes back to a thread; an unknown one has nothing to tell.
pub(crate) async fn answer(web: WebState, memory: Memory, from: Sender, input: RunInput) -> Result<Response, Failure> {
    let (listener, response) = sse::stream();
    let Some(found) = threads::find(&*web.door, &from, &input.thread_id).await? else { return Ok(response) };
    let past = Past::read(&web, &memory, &from, &found.session, input.screen()).await?;
    tokio::spawn(past.tell(memory, input, listener));
    Ok(response)
}

/// A session as somebody finds it who comes back.
pub(crate) struct Past {
    session: String,
    messages: Vec<Message>,
    state: Value,
    live: Option<Live>,
}

/// A turn on its way.
struct Live {
    running: Running,
    hearing: Hearing,
}

impl Past {
    /// Reads what was said. The turn is listened to before the history is read, so that nothing falls between the two.
    pub(crate) async fn read(
        web: &WebState,
        memory: &Memory,
        from: &Sender,
        session: &str,
        screen: Screen,
    ) -> Result<Self, Refusal> {
        let mut listening = listen(web, from, session).await?;
        let History { mut turns, question } = web.door.history(from, session).await?;
        if listening.is_none() {
            // A turn that began meanwhile would be half in the history.
            listening = listen(web, from, session).await?;
            if listening.is_some() {
                turns = web.door.history(from, session).await?.turns;
            }
        }
        let state = threads::shown(web.door.state(from, session).await?);
        if let Some(hearing) = &listening {
            take_out(&mut turns, hearing);
        }
        let live = listening.map(|hearing| {
            let last =
                || turns.iter().rev().find(|turn| turn.from_user).map(|turn| turn.id.clone()).unwrap_or_default();
            let running = memory.running(session);
            let running = running.unwrap_or_else(|| Running { run_id: format!("live-{}", last()), message: last() });
            Live { running, hearing }
        });
        let mut messages = messages(turns);
        // The turn that is on its way shows its own.
        let card = if live.is_none() { card(question.as_ref(), &messages, &state, screen) } else { None };
        if let Some(call) = card {
            match messages.last_mut().filter(|message| message.role == Role::Assistant) {
                Some(message) => message.tool_calls.push(call),
                None => messages.push(Message {
                    id: format!("of-{}", call.id),
                    role: Role::Assistant,
                    content: String::new(),
                    tool_calls: vec![call],
                }),
            }
        }
        Ok(Self { session: session.to_owned(), messages, state, live })
    }

    /// Tells the history as a run of its own, then the turn that is on its way as another.
    async fn tell(self, memory: Memory, input: RunInput, listener: Listener) {
        let (thread_id, run_id) = (input.thread_id.clone(), format!("history-{}", input.run_id));
        memory.sent(&self.session, &self.state);
        listener.send([
            Event::RunStarted { thread_id: thread_id.clone(), run_id: run_id.clone() },
            Event::MessagesSnapshot { messages: self.messages },
            Event::StateSnapshot { snapshot: self.state.clone() },
            Event::RunFinished { thread_id: thread_id.clone(), run_id },
        ]);
        let Some(Live { running, hearing }) = self.live else { return };
        let narrator = Narrator::new(&thread_id, &running.run_id, &running.message, input.screen());
        Telling { memory, session: self.session, narrator, listener }.run(self.state, hearing, None).await;
    }

    /// Tells the history, and the turn that is on its way, as the run that was asked for.
    pub(crate) async fn tell_in_one_run(self, memory: Memory, input: RunInput, listener: Listener) {
        let message = self.live.as_ref().map(|live| live.running.message.clone()).unwrap_or_default();
        let mut narrator = Narrator::new(&input.thread_id, &input.run_id, &message, input.screen());
        let begun = narrator.begin(self.state);
        memory.sent(&self.session, narrator.state());
        listener.send(begun);
        if !self.messages.is_empty() {
            listener.send([Event::MessagesSnapshot { messages: self.messages }]);
        }
        match self.live {
            Some(live) => {
                Telling { memory, session: self.session, narrator, listener }.rest(live.hearing, None).await;
            }
            None => {
                listener.send(narrator.end(End::Done));
            }
        }
    }
}

/// The card that waits for an answer: the question, else the venues that the last answer offered.
fn card(question: Option<&Confirmation>, messages: &[Message], state: &Value, screen: Screen) -> Option<ToolCall> {
    if let Some(asked) = question {
        return Some(cards::confirm(asked));
    }
    let last = messages.last().filter(|last| last.role == Role::Assistant && screen.venues)?;
    cards::venues(state, &format!("of-{}", last.id))
}

/// Listens to the turn that is on its way, if one is, having heard what it said so far.
async fn listen(web: &WebState, from: &Sender, session: &str) -> Result<Option<Hearing>, Refusal> {
    let (replies, receiver) = Replies::channel();
    let is_running = web.door.observe(from, session, replies).await?;
    Ok(is_running.then(|| Hearing::caught_up(receiver)))
}

/// Takes out of the history what the running turn tells anyway: the answer behind the organizer's last message; or, should
/// another message have come in behind that answer already, the very text that was heard before the history was read.
fn take_out(turns: &mut Vec<Turn>, hearing: &Hearing) {
    let behind = turns.iter().rposition(|turn| turn.from_user).map_or(0, |index| index + 1);
    if behind < turns.len() {
        turns.truncate(behind);
        return;
    }
    let answer = turns.iter().rposition(|turn| !turn.from_user);
    if let Some(index) = answer.filter(|index| turns.get(*index).is_some_and(|turn| hearing.has_said(&turn.text))) {
        turns.remove(index);
    }
}

fn messages(turns: Vec<Turn>) -> Vec<Message> {
    let opens = |text: &str| text == OPENING || text.starts_with(SPOKEN_OPENING);
    let shown = turns.into_iter().filter(|turn| !(turn.from_user && opens(&turn.text)));
    let role = |from_user| if from_user { Role::User } else { Role::Assistant };
    shown
        .map(|turn| Message {
            id: turn.id,
            role: role(turn.from_user),
            content: visible(&turn.text).into_owned(),
            tool_calls: Vec::new(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use port::Reply;

    use super::*;

    fn turn(id: &str, text: &str) -> Turn {
        Turn { id: id.to_owned(), from_user: id.starts_with('u'), text: text.to_owned() }
    }

    fn left(turns: &[(&str, &str)], heard: &[&str]) -> Vec<String> {
        let (replies, receiver) = Replies::channel();
        for text in heard {
            replies.send(Reply::Said((*text).to_owned()));
        }
        let mut turns: Vec<Turn> = turns.iter().map(|(id, text)| turn(id, text)).collect();
        take_out(&mut turns, &Hearing::caught_up(receiver));
        turns.into_iter().map(|turn| turn.id).collect()
    }

    #[test]
    fn an_answer_stands_in_the_history_or_is_told() {
        assert_eq!(left(&[("u1", "x"), ("a1", "sorry"), ("u2", "y")], &[]), ["u1", "a1", "u2"]);
        assert_eq!(left(&[("u1", "x"), ("a1", "sorry"), ("u2", "y"), ("a2", "sorry")], &["sorry"]), ["u1", "a1", "u2"]);
        assert_eq!(left(&[("u1", "x"), ("a1", "sorry"), ("u2", "y"), ("a2", "fine")], &[]), ["u1", "a1", "u2"]);
        // The second message waits behind the turn that is being told.
        assert_eq!(left(&[("u1", "x"), ("a1", "fine"), ("u2", "y")], &["fine"]), ["u1", "u2"]);
    }

    #[test]
    fn the_opening_of_a_page_was_said_by_nobody() {
        let shown =
            messages(vec![turn("u1", OPENING), turn("u0", "/language es"), turn("a1", "Hello"), turn("u2", "Hi")]);
        assert_eq!(shown.iter().map(|message| message.id.as_str()).collect::<Vec<_>>(), ["a1", "u2"]);
    }
}
