//! From the replies of one turn to the events of one run.
//!
//! Promises: `RUN_STARTED` first, `RUN_FINISHED` or `RUN_ERROR` once and last, with the same run id; every message and call
//! that was opened is closed before; no text is empty, and each is shown once; the state is whole at the beginning and at the end.

use std::borrow::Cow;

use port::{Card, Choice, Confirmation, Line, Progress, Reply, State, visible};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::cards;
use crate::event::{Change, Event, Role};
use crate::input::Screen;
use crate::threads::shown;

/// The codes of troubles that are no failure: the person asked for it, or has the answer elsewhere.
const NO_FAILURE: [&str; 3] = ["STOPPED", "ACCEPTED", "ANSWERED_ELSEWHERE"];
/// A message whose name is longer is named by what follows from it.
const LONGEST_NAME: usize = 64;
/// How many stages there are (R42).
const STAGES: u8 = 6;

/// Tells a turn.
#[derive(Debug)]
pub(crate) struct Narrator {
    thread_id: String,
    run_id: String,
    /// What the ids of its messages begin with.
    message: String,
    screen: Screen,
    state: Value,
    messages: usize,
    open: Option<Open>,
    /// Everything that was said in words.
    told: String,
    /// The last message that was said in words.
    parent: Option<String>,
    choices: Vec<Choice>,
    /// The words and the code of what went wrong.
    trouble: Option<(String, String)>,
}

/// A message on its way.
#[derive(Debug)]
struct Open {
    id: String,
    text: String,
}

/// How a turn's replies ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// As they should, with [`Reply::Done`].
    Done,
    /// Without it.
    Broken,
}

impl Narrator {
    /// A run that shows the turn of the message with this id on this screen.
    pub(crate) fn new(thread_id: &str, run_id: &str, message: &str, screen: Screen) -> Self {
        Self {
            thread_id: thread_id.to_owned(),
            run_id: run_id.to_owned(),
            message: format!("to-{}", short(message)),
            screen,
            state: json!({}),
            messages: 0,
            open: None,
            told: String::new(),
            parent: None,
            choices: Vec::new(),
            trouble: None,
        }
    }

    /// Begins the run with the state as it is saved, to be shown.
    pub(crate) fn begin(&mut self, state: Value) -> Vec<Event> {
        if state.is_object() {
            self.state = state;
        }
        let (thread_id, run_id) = (self.thread_id.clone(), self.run_id.clone());
        vec![Event::RunStarted { thread_id, run_id }, Event::StateSnapshot { snapshot: self.state.clone() }]
    }

    /// The state as the client has it.
    pub(crate) fn state(&self) -> &Value {
        &self.state
    }

    /// Tells one reply.
    pub(crate) fn hear(&mut self, reply: Reply) -> Vec<Event> {
        match reply {
            Reply::Delta(piece) => self.piece(&piece),
            Reply::Said(text) => self.said(&text),
            Reply::Suggestions(choices) => self.offer(choices),
            Reply::Progress(progress) => vec![self.change("/progress", "progress", stage(&progress))],
            Reply::Draft(card) => self.whole(&list(&card, &[])),
            Reply::Confirm(asked) => self.ask(&asked),
            Reply::Published { url, .. } if self.told.contains(&*visible(&url)) => Vec::new(),
            Reply::Published { title, url, language } => {
                self.whole(&port::words(&language, "published_at", &[("title", &title), ("url", &url)]))
            }
            Reply::Trouble { code, message, .. } if NO_FAILURE.contains(&code.as_str()) => self.whole(&message),
            Reply::Trouble { code, message, .. } => {
                self.went_wrong(code, message);
                Vec::new()
            }
            Reply::State(state) => self.saved(state),
            // The panel has a search for places of its own, and the state shows the draft.
            Reply::More(_) | Reply::Glance(_) | Reply::Done => Vec::new(),
        }
    }

    /// Ends the run.
    pub(crate) fn end(&mut self, end: End) -> Vec<Event> {
        let mut events: Vec<Event> = self.close().into_iter().collect();
        events.push(Event::StateSnapshot { snapshot: self.state.clone() });
        if end == End::Broken {
            let language = self.state.get("language").and_then(Value::as_str).unwrap_or_default();
            let words = port::words(language, "broke_off", &[]);
            self.went_wrong("INTERRUPTED".to_owned(), words);
        }
        events.push(match self.trouble.take() {
            Some((message, code)) => Event::RunError { message: visible(&message).into_owned(), code },
            None => Event::RunFinished { thread_id: self.thread_id.clone(), run_id: self.run_id.clone() },
        });
        events
    }

    fn went_wrong(&mut self, code: String, message: String) {
        match &mut self.trouble {
            Some((words, _)) => {
                words.push('\n');
                words.push_str(&message);
            }
            none => *none = Some((message, code)),
        }
    }

    fn piece(&mut self, piece: &str) -> Vec<Event> {
        if piece.is_empty() {
            return Vec::new();
        }
        let mut events = Vec::new();
        if self.open.is_none() {
            let id = self.next_id();
            events.push(Event::TextMessageStart { message_id: id.clone(), role: Role::Assistant });
            self.open = Some(Open { id, text: String::new() });
        }
        if let Some(open) = &mut self.open {
            open.text.push_str(piece);
            let delta = visible(piece).into_owned();
            self.told.push_str(&delta);
            events.push(Event::TextMessageContent { message_id: open.id.clone(), delta });
        }
        events
    }

    fn said(&mut self, text: &str) -> Vec<Event> {
        let Some(open) = &self.open else { return self.whole(text) };
        let mut events = match text.strip_prefix(&open.text) {
            Some(rest) => self.piece(rest),
            // Not what was streamed: the whole text is what counts, in a message of its own.
            None => return self.close().into_iter().chain(self.whole(text)).collect(),
        };
        events.extend(self.close());
        events
    }

    /// A message in one piece; nothing for a blank one.
    fn whole(&mut self, text: &str) -> Vec<Event> {
        if text.trim().is_empty() {
            return Vec::new();
        }
        let id = self.next_id();
        let delta = visible(text).into_owned();
        self.told.push_str(&delta);
        self.parent = Some(id.clone());
        vec![
            Event::TextMessageStart { message_id: id.clone(), role: Role::Assistant },
            Event::TextMessageContent { message_id: id.clone(), delta },
            Event::TextMessageEnd { message_id: id },
        ]
    }

    fn close(&mut self) -> Option<Event> {
        let open = self.open.take()?;
        self.parent = Some(open.id.clone());
        Some(Event::TextMessageEnd { message_id: open.id })
    }

    /// In the shared state; where nobody shows that, in words, unless the answer named them already.
    fn offer(&mut self, choices: Vec<Choice>) -> Vec<Event> {
        let items: Vec<Value> = choices.iter().map(choice).collect();
        let mut events = vec![self.change("/suggestions", "suggestions", Value::from(items))];
        let is_told = choices.iter().all(|choice| self.told.contains(&*visible(&choice.label)));
        if !self.screen.shows_state() && !is_told {
            events.extend(self.whole(&numbered(&choices)));
        }
        self.choices = choices;
        events
    }

    fn ask(&mut self, asked: &Confirmation) -> Vec<Event> {
        if self.screen.confirm {
            return cards::confirm(asked).events(self.parent.clone()).into();
        }
        self.whole(&format!("{}\n\n{}", list(&asked.card, &asked.notes()), asked.question()))
    }

    /// The state as it is saved now; the client gets it with the end. Venues that this turn offered have a card.
    fn saved(&mut self, state: State) -> Vec<Event> {
        self.state = shown(state);
        if !self.screen.venues || self.choices.is_empty() {
            return Vec::new();
        }
        let call = cards::venues(&self.state, &self.message);
        call.map(|call| call.events(self.parent.clone()).into()).unwrap_or_default()
    }

    fn change(&mut self, path: &'static str, name: &str, value: Value) -> Event {
        if let Some(fields) = self.state.as_object_mut() {
            fields.insert(name.to_owned(), value.clone());
        }
        Event::StateDelta { delta: vec![Change::Add { path, value }] }
    }

    fn next_id(&mut self) -> String {
        self.messages += 1;
        format!("{}-{}", self.message, self.messages)
    }
}

/// R42.
fn stage(progress: &Progress) -> Value {
    json!({
        "currentStage": progress.stage,
        "totalStages": STAGES,
        "title": visible(&progress.title),
        "percentComplete": progress.percent,
        "estimatedTimeRemaining": progress.remaining_s,
    })
}

fn choice(choice: &Choice) -> Value {
    let label = visible(&choice.label);
    match &choice.detail {
        Some(detail) => {
            json!({"id": choice.id, "type": "choice", "label": label, "detail": visible(detail), "data": {}})
        }
        None => json!({"id": choice.id, "type": "choice", "label": label, "data": {}}),
    }
}

fn numbered(choices: &[Choice]) -> String {
    let lines = choices.iter().zip(1..).map(|(choice, number)| match &choice.detail {
        Some(detail) => format!("{number}. {} ({detail})", choice.label),
        None => format!("{number}. {}", choice.label),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A name of bounded length for a message, always the same one: the answer of a card is named after the card's message, and its own
/// answer shows the next card.
fn short(message: &str) -> Cow<'_, str> {
    if message.len() <= LONGEST_NAME {
        return message.into();
    }
    let digest = Sha256::digest(message);
    digest.iter().take(16).fold(String::new(), |name, byte| format!("{name}{byte:02x}")).into()
}

/// A card as a text that reads well with and without Markdown.
fn list(card: &Card, notes: &[String]) -> String {
    let mark = |line: &Line| line.source.mark(&card.language);
    let facts = card.lines.iter().map(|line| format!("{}: {}{}", line.label, line.value, mark(line)));
    let items: Vec<String> = facts
        .chain(notes.iter().cloned())
        // The lines of one item belong together.
        .map(|item| format!("- {}", item.replace('\n', "\n  ")))
        .collect();
    let parts = [Some(card.title.clone()), Some(items.join("\n")), card.still_missing()];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests;
