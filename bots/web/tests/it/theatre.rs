//! A door like the wizard's, with plays for turns: sessions of several people, a history, turns that outlive their listeners,
//! late listeners that hear everything from the beginning.
//!
//! What a message says decides what its turn does: `play 7` plays the seventh of endlessly many turns, `wait` waits to be
//! stopped or let go on, anything else is echoed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use port::{
    Accepted, Body, Card, Choice, Confirmation, Door, History, Incoming, Line, Progress, Refusal, Replies, Reply,
    Sender, SessionChoice, Source, State, Turn,
};
use secrecy::ExposeSecret as _;
use serde_json::json;
use tokio::sync::Notify;

/// The door. Clones are the same door.
#[derive(Clone, Default)]
pub(crate) struct Theatre(Arc<Mutex<House>>);

#[derive(Default)]
struct House {
    sessions: Vec<Session>,
    taken: Vec<Body>,
    next: usize,
}

struct Session {
    id: String,
    owner: String,
    thread: Option<String>,
    turns: Vec<Turn>,
    seen: HashMap<String, Arc<Job>>,
    running: Option<Arc<Job>>,
    revision: i64,
    question: Option<Confirmation>,
}

#[derive(Default)]
struct Job {
    audience: Mutex<(Vec<Reply>, Vec<Replies>)>,
    go_on: Notify,
    stop: Notify,
}

impl Job {
    fn say(&self, reply: &Reply) {
        let mut audience = self.audience.lock().unwrap();
        audience.1.retain(|listener| listener.send(reply.clone()));
        audience.0.push(reply.clone());
    }

    fn listen(&self, listener: Replies) {
        let mut audience = self.audience.lock().unwrap();
        for reply in &audience.0 {
            listener.send(reply.clone());
        }
        audience.1.push(listener);
    }
}

/// What a turn says, and whether it is settled before it is said (as rules do) or behind it (as a model does).
struct Play {
    replies: Vec<Reply>,
    settled_first: bool,
    broken: bool,
}

impl Theatre {
    fn house(&self) -> MutexGuard<'_, House> {
        self.0.lock().unwrap()
    }

    /// What was handed in and taken for new.
    pub(crate) fn taken(&self) -> Vec<Body> {
        self.house().taken.clone()
    }

    /// Somebody else changes the draft.
    pub(crate) fn changed_elsewhere(&self) {
        for session in &mut self.house().sessions {
            session.revision += 1;
        }
    }

    /// Lets the turns go on that wait.
    pub(crate) fn go_on(&self) {
        for job in self.house().sessions.iter().filter_map(|session| session.running.as_ref()) {
            job.go_on.notify_one();
        }
    }

    async fn act(self, session: usize, job: Arc<Job>, play: Play, waits: bool) {
        let settle = |said: &[Reply]| {
            let text = said.iter().rev().find_map(|reply| match reply {
                Reply::Said(text) => Some(text.clone()),
                _ => None,
            });
            let mut house = self.house();
            house.next += 1;
            let id = format!("row-{}", house.next);
            house.sessions[session].turns.extend(text.map(|text| Turn { id, from_user: false, text }));
            house.sessions[session].question = said.iter().find_map(|reply| match reply {
                Reply::Confirm(asked) => Some(asked.clone()),
                _ => None,
            });
        };
        if play.settled_first {
            settle(&play.replies);
        }
        if waits {
            job.say(&Reply::Delta("waiting ".to_owned()));
            tokio::select! {
                () = job.go_on.notified() => {}
                () = job.stop.notified() => {
                    let message = "Stopped. Nothing was changed.".to_owned();
                    job.say(&Reply::Trouble { code: "STOPPED".to_owned(), message, retry_after_s: None });
                    self.over(session, &job, false);
                    return;
                }
            }
        }
        for reply in &play.replies {
            tokio::task::yield_now().await;
            job.say(reply);
        }
        if !play.settled_first {
            settle(&play.replies);
        }
        self.over(session, &job, play.broken);
    }

    fn over(&self, session: usize, job: &Arc<Job>, broken: bool) {
        if broken {
            job.audience.lock().unwrap().1.clear();
        } else {
            job.say(&Reply::Done);
        }
        self.house().sessions[session].running = None;
    }

    fn own(&self, from: &Sender, session: &str) -> Result<usize, Refusal> {
        let owner = user(from)?;
        let house = self.house();
        let found = house.sessions.iter().position(|known| known.id == session && known.owner == owner);
        found.ok_or(Refusal::NotFound)
    }
}

fn user(from: &Sender) -> Result<String, Refusal> {
    let Sender::Bearer(token) = from else { return Err(Refusal::Unauthorized) };
    let token = token.expose_secret();
    if token.starts_with("user-") { Ok(token.to_owned()) } else { Err(Refusal::Unauthorized) }
}

#[async_trait]
impl Door for Theatre {
    async fn accept(&self, incoming: Incoming) -> Result<Accepted, Refusal> {
        let owner = user(&incoming.from)?;
        let mut house = self.house();
        let index = match &incoming.chat.session {
            SessionChoice::Id(id) => house
                .sessions
                .iter()
                .position(|known| known.id == *id && known.owner == owner)
                .ok_or(Refusal::NotFound)?,
            SessionChoice::Thread(thread) => {
                let known = |known: &Session| known.thread.as_deref() == Some(thread.as_str()) && known.owner == owner;
                house.sessions.iter().position(known).unwrap_or_else(|| house.begin(owner, thread))
            }
            other => panic!("the web never asks for {other:?}"),
        };
        let session = house.sessions[index].id.clone();
        if let Some(job) = house.sessions[index].seen.get(&incoming.id) {
            job.listen(incoming.replies);
            return Ok(Accepted { session, fresh: false });
        }
        let job = Arc::new(Job::default());
        job.listen(incoming.replies);
        house.taken.push(incoming.body.clone());
        house.next += 1;
        let row = format!("row-{}", house.next);
        let known = &mut house.sessions[index];
        known.seen.insert(incoming.id, job.clone());
        known.running = Some(job.clone());
        known.question = None;
        known.revision += i64::from(matches!(incoming.body, Body::Form(_)));
        let words = words(&incoming.body);
        known.turns.push(Turn { id: row, from_user: true, text: words.clone() });
        drop(house);
        let play = play(&words);
        tokio::spawn(self.clone().act(index, job, play, words == "wait"));
        Ok(Accepted { session, fresh: true })
    }

    async fn observe(&self, from: &Sender, session: &str, replies: Replies) -> Result<bool, Refusal> {
        let index = self.own(from, session)?;
        let running = self.house().sessions[index].running.clone();
        Ok(running.is_some_and(|job| {
            job.listen(replies);
            true
        }))
    }

    async fn history(&self, from: &Sender, session: &str) -> Result<History, Refusal> {
        let index = self.own(from, session)?;
        let house = self.house();
        Ok(History { turns: house.sessions[index].turns.clone(), question: house.sessions[index].question.clone() })
    }

    async fn find(&self, from: &Sender, thread: &str) -> Result<Option<String>, Refusal> {
        let owner = user(from)?;
        let house = self.house();
        let known = |known: &&Session| known.thread.as_deref() == Some(thread) && known.owner == owner;
        Ok(house.sessions.iter().find(known).map(|session| session.id.clone()))
    }

    async fn state(&self, from: &Sender, session: &str) -> Result<State, Refusal> {
        let index = self.own(from, session)?;
        let house = self.house();
        Ok(state(&house.sessions[index]))
    }

    async fn stop(&self, from: &Sender, session: &str, message: Option<&str>) -> Result<bool, Refusal> {
        let index = self.own(from, session)?;
        let house = self.house();
        let known = &house.sessions[index];
        let meant = message.is_none_or(|message| {
            known
                .seen
                .get(message)
                .zip(known.running.as_ref())
                .is_some_and(|(named, running)| Arc::ptr_eq(named, running))
        });
        let running = known.running.clone().filter(|_| meant);
        Ok(running.is_some_and(|job| {
            job.stop.notify_one();
            true
        }))
    }
}

impl House {
    fn begin(&mut self, owner: String, thread: &str) -> usize {
        let number = self.sessions.len();
        self.sessions.push(Session {
            id: format!("00000000-0000-4000-8000-{number:012}"),
            owner,
            thread: Some(thread.to_owned()),
            turns: Vec::new(),
            seen: HashMap::new(),
            running: None,
            revision: 1,
            question: None,
        });
        number
    }
}

fn state(session: &Session) -> State {
    // In one thread somebody named a venue to mislead.
    let name = if session.thread.as_deref() == Some("odd") { "Town\u{202e} hall" } else { "Town hall" };
    let venue = json!({"id": "11111111-1111-4111-8111-111111111111", "type": "venue", "label": name,
        "detail": "near you", "data": {"id": "v1", "name": name, "capacity": 80, "amenities": ["stage"]}});
    let draft = json!({"name": format!("Gala {}", session.revision), "capacity": 80, "taxRate": 13.0});
    State(json!({"sessionId": session.id, "revision": session.revision, "stage": 2, "draft": draft,
        "provenance": {"name": "said"}, "suggestions": [venue], "errors": {}, "publish": {"ready": true, "missing": []}}))
}

fn words(body: &Body) -> String {
    match body {
        Body::Text(text) => text.clone(),
        Body::Command(port::Command::Start) => "/start".to_owned(),
        other => format!("{other:?}"),
    }
}

fn card() -> Card {
    let line =
        |label: &str, value: &str| Line { label: label.to_owned(), value: value.to_owned(), source: Source::Said };
    Card {
        title: "Gala".to_owned(),
        lines: vec![line("When", "Friday, 18:00"), line("Where", "Town hall"), line("How many", "80")],
        missing: Vec::new(),
        language: "en".to_owned(),
    }
}

fn question() -> Reply {
    Reply::Confirm(Confirmation {
        purpose: port::Purpose::Publish,
        revision: 5,
        token: "tok-en".to_owned(),
        card: card(),
        url: "https://events.example/e/gala".to_owned(),
        warnings: vec!["Tickets are free.".to_owned()],
    })
}

/// A number from a seed: a linear congruential generator, so that every run plays the same.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

fn streamed(text: &str, size: usize) -> Vec<Reply> {
    let characters: Vec<char> = text.chars().collect();
    let pieces = characters.chunks(size).map(|piece| Reply::Delta(piece.iter().collect()));
    pieces.chain([Reply::Said(text.to_owned())]).collect()
}

fn play(words: &str) -> Play {
    if words == "ask" {
        let mut replies = streamed("Shall I publish it?", 4);
        replies.push(question());
        return Play { replies, settled_first: true, broken: false };
    }
    if words == "wait" {
        let mut replies = streamed("You said: wait", 5);
        replies.pop();
        replies.push(Reply::Said("waiting You said: wait".to_owned()));
        return Play { replies, settled_first: true, broken: false };
    }
    let Some(seed) = words.strip_prefix("play ").and_then(|seed| seed.parse().ok()) else {
        return Play { replies: streamed(&format!("You said: {words}"), 5), settled_first: true, broken: false };
    };
    let mut dice = Dice(seed);
    dice.roll(9);
    let text = format!(
        "Play {seed}: fête 🎉 مرحبا\n\n- **one**\n- two\n{}",
        "more ".repeat(usize::try_from(dice.roll(40)).unwrap())
    );
    let mut replies = match dice.roll(4) {
        0 => vec![Reply::Said(text)],
        1 => Vec::new(),
        size => streamed(&text, usize::try_from(size).unwrap() * 3),
    };
    if dice.roll(6) == 0 {
        // Cut off: streamed, and never said whole.
        replies.retain(|reply| !matches!(reply, Reply::Said(_)));
    }
    let offered =
        Choice { id: "11111111-1111-4111-8111-111111111111".to_owned(), label: "Town hall".to_owned(), detail: None };
    let trouble =
        |code: &str| Reply::Trouble { code: code.to_owned(), message: "Try again.".to_owned(), retry_after_s: Some(3) };
    for _ in 0..dice.roll(5) {
        replies.push(match dice.roll(6) {
            0 => Reply::Suggestions(vec![offered.clone()]),
            1 => Reply::Progress(Progress {
                stage: 2,
                title: "Place".to_owned(),
                percent: 33,
                remaining_s: 60,
                language: "en".to_owned(),
            }),
            2 => Reply::Draft(card()),
            3 => Reply::Published {
                title: "Gala".to_owned(),
                url: "https://events.example/e/gala".to_owned(),
                language: "en".to_owned(),
            },
            4 => trouble("TURN_FAILED"),
            _ => trouble("STOPPED"),
        });
    }
    if dice.roll(3) == 0 {
        replies.push(question());
    }
    let state = json!({"sessionId": "s", "revision": 9, "draft": {}, "suggestions": [
        {"id": "11111111-1111-4111-8111-111111111111", "type": "venue", "label": "Town hall", "data": {"name": "Town hall"}}]});
    if dice.roll(2) == 0 {
        replies.push(Reply::State(State(state)));
    }
    Play { replies, settled_first: dice.roll(2) == 0, broken: dice.roll(8) == 0 }
}
