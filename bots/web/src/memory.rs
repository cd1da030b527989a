//! What this process remembers between requests: which thread is busy, what was offered last, which drafts were sent.
//!
//! Promises: nothing here is needed for correctness. After a restart a number typed is still a choice (the wizard reads it), a
//! question's card still works (its token is in the call's id) and comes back (it is saved), and an edit is still checked; only
//! shortcuts are lost. What was noted longest ago is forgotten first.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use port::{Choice, Confirmation, Reply};
use serde_json::Value;

use crate::edits::{self, Sent};

/// How many sessions are remembered.
const SESSIONS: usize = 4096;
/// How many of the drafts that were sent, of each session.
const DRAFTS: usize = 6;
/// How many of the messages that were taken in, of each session.
const MESSAGES: usize = 32;

/// How many of the runs that ended, of all sessions.
const ENDED: usize = 1024;

/// The memory. Clones are the same memory.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    running: HashMap<String, Running>,
    notes: HashMap<String, Notes>,
    /// The sessions by when they were noted last.
    order: BTreeMap<u64, String>,
    next: u64,
    /// The sessions and names of runs that ended, oldest first.
    ended: VecDeque<(String, String)>,
}

/// A run that this process started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Running {
    /// The client's name for it.
    pub(crate) run_id: String,
    /// The message that it answers.
    pub(crate) message: String,
}

/// What the last answer left open, and what was sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notes {
    /// The suggestions that it showed, in order.
    pub(crate) choices: Vec<Choice>,
    /// The question before publishing.
    pub(crate) question: Option<Confirmation>,
    /// The drafts that were sent to clients, oldest first.
    pub(crate) drafts: Vec<Sent>,
    /// The ids of the messages that the door has, oldest first.
    pub(crate) taken: Vec<String>,
    /// Their place among the sessions.
    pub(crate) place: Option<u64>,
}

/// A thread is busy for as long as this lives.
#[derive(Debug)]
pub(crate) struct Turn {
    memory: Memory,
    keys: Vec<String>,
    running: Running,
    /// Its session, once the door has its message.
    session: Option<String>,
}

/// Whether a run may begin.
#[derive(Debug)]
pub(crate) enum Begun {
    /// It may.
    Free(Turn),
    /// The same message is on its way already.
    Same,
    /// Another one is.
    Busy,
}

impl Memory {
    /// Makes a thread busy, by all the keys it is known under.
    pub(crate) fn begin(&self, keys: Vec<String>, running: Running) -> Begun {
        let mut inner = self.inner();
        let others: Vec<&Running> = keys.iter().filter_map(|key| inner.running.get(key)).collect();
        if others.iter().any(|other| other.message == running.message) {
            return Begun::Same;
        }
        if !others.is_empty() {
            return Begun::Busy;
        }
        for key in &keys {
            inner.running.insert(key.clone(), running.clone());
        }
        drop(inner);
        Begun::Free(Turn { memory: self.clone(), keys, running, session: None })
    }

    /// The run of this session that was started here.
    pub(crate) fn running(&self, session: &str) -> Option<Running> {
        self.inner().running.get(session).cloned()
    }

    /// Whether this run of this session ended here, and not long ago.
    pub(crate) fn has_ended(&self, session: &str, run_id: &str) -> bool {
        self.inner().ended.iter().any(|(of, run)| of == session && run == run_id)
    }

    /// What is remembered of this session.
    pub(crate) fn notes(&self, session: &str) -> Notes {
        self.inner().notes.get(session).cloned().unwrap_or_default()
    }

    /// The door has this message. A new one answers or passes over what the last answer left open.
    pub(crate) fn taken(&self, session: &str, message: &str, is_new: bool) {
        self.inner().note(session, |notes| {
            if is_new {
                notes.choices.clear();
                notes.question = None;
            }
            notes.taken.retain(|known| known != message);
            notes.taken.push(message.to_owned());
            let surplus = notes.taken.len().saturating_sub(MESSAGES);
            notes.taken.drain(..surplus);
        });
    }

    /// Keeps what the next message may refer to.
    pub(crate) fn heard(&self, session: &str, reply: &Reply) {
        match reply {
            Reply::Suggestions(choices) => self.inner().note(session, |notes| notes.choices.clone_from(choices)),
            Reply::Confirm(asked) => self.inner().note(session, |notes| notes.question = Some(asked.clone())),
            Reply::Published { .. } => self.inner().note(session, |notes| notes.question = None),
            Reply::Delta(_)
            | Reply::Said(_)
            | Reply::More(_)
            | Reply::Progress(_)
            | Reply::Draft(_)
            | Reply::Glance(_)
            | Reply::Trouble { .. }
            | Reply::State(_)
            | Reply::Done => {}
        }
    }

    /// Keeps the draft of a state that was sent, to know a client's edits by.
    pub(crate) fn sent(&self, session: &str, state: &Value) {
        let (Some(revision), Some(draft)) = (edits::revision(state), state.get("draft")) else { return };
        self.inner().note(session, |notes| {
            notes.drafts.retain(|(number, _)| *number != revision);
            notes.drafts.push((revision, draft.clone()));
            let surplus = notes.drafts.len().saturating_sub(DRAFTS);
            notes.drafts.drain(..surplus);
        });
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn note(&mut self, session: &str, change: impl FnOnce(&mut Notes)) {
        self.next += 1;
        let notes = self.notes.entry(session.to_owned()).or_default();
        if let Some(before) = notes.place.replace(self.next) {
            self.order.remove(&before);
        }
        self.order.insert(self.next, session.to_owned());
        change(notes);
        while self.notes.len() > SESSIONS {
            let Some((_, oldest)) = self.order.pop_first() else { break };
            self.notes.remove(&oldest);
        }
    }
}

impl Turn {
    /// The session is known now: it is busy too. And so is the message that the run answers: what was posted before it was known.
    pub(crate) fn in_session(&mut self, session: &str, message: &str) {
        let mut inner = self.memory.inner();
        message.clone_into(&mut self.running.message);
        self.session = Some(session.to_owned());
        for key in &self.keys {
            inner.running.insert(key.clone(), self.running.clone());
        }
        inner.running.entry(session.to_owned()).or_insert_with(|| {
            self.keys.push(session.to_owned());
            self.running.clone()
        });
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut inner = self.memory.inner();
        for key in &self.keys {
            inner.running.remove(key);
        }
        if let Some(session) = self.session.take() {
            inner.ended.push_back((session, self.running.run_id.clone()));
            let surplus = inner.ended.len().saturating_sub(ENDED);
            inner.ended.drain(..surplus);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn run(message: &str) -> Running {
        Running { run_id: format!("run of {message}"), message: message.to_owned() }
    }

    #[test]
    fn a_thread_is_busy_under_all_its_names_until_its_turn_ends() {
        let memory = Memory::default();
        let begin = |key: &str, message: &str| memory.begin(vec![key.to_owned()], run(message));
        let Begun::Free(mut turn) = begin("thread", "m1") else { panic!("it was free") };
        turn.in_session("session", "m1");
        assert_eq!(memory.running("session"), Some(run("m1")));
        assert!(matches!(begin("thread", "m2"), Begun::Busy));
        assert!(matches!(begin("session", "m2"), Begun::Busy));
        assert!(matches!(begin("session", "m1"), Begun::Same));
        assert!(matches!(begin("elsewhere", "m2"), Begun::Free(_)));
        turn.in_session("session", "m1 as the door has it");
        let message = |key: &str| memory.running(key).map(|running| running.message);
        let known = Some("m1 as the door has it".to_owned());
        assert_eq!([message("session"), message("thread")], [known.clone(), known], "a stop names this one");
        assert!(!memory.has_ended("session", "run of m1"));
        drop(turn);
        assert!(memory.running("session").is_none());
        assert!(memory.has_ended("session", "run of m1") && !memory.has_ended("elsewhere", "run of m1"));
        assert!(matches!(begin("thread", "m2"), Begun::Free(_)));
    }

    #[test]
    fn it_stays_small() {
        let memory = Memory::default();
        for revision in 0..20 {
            memory.sent("first", &json!({"revision": revision, "draft": {}}));
        }
        let kept: Vec<i64> = memory.notes("first").drafts.iter().map(|(revision, _)| *revision).collect();
        assert_eq!(kept, [14, 15, 16, 17, 18, 19]);
        for number in 0..SESSIONS {
            memory.taken(&format!("s{number}"), "m", true);
            memory.taken("in use", "m", false);
        }
        assert!(memory.notes("first").drafts.is_empty() && memory.notes("s0").taken.is_empty());
        assert_eq!(memory.notes("in use").taken, ["m"]);
        for number in 0..=ENDED {
            let Begun::Free(mut turn) = memory.begin(vec!["t".to_owned()], run(&number.to_string())) else { panic!() };
            turn.in_session("s", &number.to_string());
        }
        assert!(!memory.has_ended("s", "run of 0") && memory.has_ended("s", "run of 1"));
        let inner = memory.inner();
        assert_eq!((inner.notes.len(), inner.order.len(), inner.ended.len()), (SESSIONS, SESSIONS, ENDED));
    }
}
