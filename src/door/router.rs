//! The door: who is it, seen before, which session. A message that passes is durable before anybody is told so.

use std::sync::Arc;

use async_trait::async_trait;
use dashmap::DashMap;
use port::{
    Accepted, Chat, Delivery, Door, Draft, History, Incoming, LinkStep, Linking, Memory, Notice, Outgoing, Refusal,
    Replies, Reply, Sender, SessionChoice, State,
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::content::content;
use super::identity::{Identity, Known};
use super::lawful::check;
use super::post::Post;
use super::rate::{Endpoint, Limits, RetryAfter};
use super::refusals::{not_kept, not_taken, only_organizers, refusal, unavailable};
use super::shelf;
use crate::domain::person::Person;
use crate::domain::session::Session;
use crate::pictures::{self, Pictures};
use crate::store::audit::{self, Origin};
use crate::store::database::{Actor, Store, Tx};
use crate::store::error::StoreError;
use crate::store::inbox::{self, NewMessage, Received};
use crate::store::{conversations, sessions};
use crate::telemetry::metrics::{self, Message};
use crate::wizard::again;
use crate::wizard::directory::Directory;
use crate::wizard::fault;
use crate::wizard::job::{Job, Kept};
use crate::wizard::state;

/// How many sessions' owners are remembered.
const OWNERS: usize = 10_000;
/// How long a finished session is still the latest, in hours.
const FINISHED_H: i32 = 24;

/// What channels are told is what is taken.
const _: () = assert!(port::PICTURE_BYTES == pictures::MOST_BYTES, "one limit for pictures");

/// The wizard's door.
pub struct Router {
    store: Store,
    directory: Arc<Directory>,
    identity: Identity,
    limits: Arc<Limits>,
    pictures: Arc<Pictures>,
    node: String,
    post: Post,
    /// Who owns the sessions that were written to lately. Only ever a shortcut: ACCEPT asks the database again.
    owners: DashMap<Uuid, Uuid>,
}

impl Router {
    /// `node` names this process across restarts: what it took in and did not answer is its own to finish.
    pub fn new(
        store: Store,
        directory: Arc<Directory>,
        identity: Identity,
        limits: Arc<Limits>,
        pictures: Arc<Pictures>,
        node: String,
    ) -> Self {
        let post = Post::new(store.clone(), node.clone(), directory.desk().post.clone());
        Self { store, directory, identity, limits, pictures, node, post, owners: DashMap::new() }
    }

    /// Counts a message, unless it was taken in before: a redelivery is neither counted nor refused.
    async fn pace(&self, known: &Known, incoming: &Incoming) -> Result<(), Refusal> {
        if !known.counted || self.limits.is_again(&name(&known.person, incoming)) {
            return Ok(());
        }
        let Err(retry) = self.limits.check(Endpoint::AiWizard, known.person.id) else { return Ok(()) };
        if retry.first {
            self.note_block(&known.person, retry, incoming.chat.channel).await;
        }
        Err(Refusal::TooFast { retry_after_s: retry.seconds })
    }

    /// The audit log's line of a block. The refusal stands without it.
    async fn note_block(&self, person: &Person, retry: RetryAfter, channel: &str) {
        let key = Endpoint::AiWizard.key(person.id);
        let metadata = json!({"key": key, "channel": channel, "retry_after_s": retry.seconds});
        let written = async {
            let mut tx = self.store.begin(Actor::Person(person)).await?;
            audit::write(&mut tx, "rate_limit", &metadata, &Origin::default()).await?;
            Ok::<_, StoreError>(tx.commit().await?)
        };
        if let Err(error) = written.await {
            tracing::error!(%error, user.id = %person.id, "a block is missing in the audit log");
        }
    }

    /// The session of this message. One that begins with it is made together with the message's ACCEPT.
    async fn session_for(&self, person: &Person, incoming: &Incoming) -> Result<(Uuid, Option<Session>), Refusal> {
        let once_more = asks_once_more(incoming);
        if !once_more
            && let SessionChoice::Id(id) | SessionChoice::Onward(id) = &incoming.chat.session
            && let Ok(id) = id.parse::<Uuid>()
            && self.owners.get(&id).is_some_and(|owner| *owner == person.id)
        {
            return Ok((id, None));
        }
        if begins(incoming) {
            let fresh = self.fresh(person);
            return Ok((fresh.id, Some(fresh)));
        }
        let channel = incoming.chat.channel;
        let mut tx = self.store.begin(Actor::Person(person)).await.map_err(|error| unavailable(&error))?;
        let result = match &incoming.chat.session {
            SessionChoice::Id(id) | SessionChoice::Onward(id) => existing(&mut tx, id).await,
            SessionChoice::Current => {
                sessions::current_or_insert(&mut tx, &self.fresh(person), channel).await.map(Some)
            }
            SessionChoice::Latest => {
                sessions::latest_or_insert(&mut tx, &self.fresh(person), channel, FINISHED_H).await.map(Some)
            }
            SessionChoice::Thread(thread) => {
                sessions::thread_or_insert(&mut tx, &self.fresh(person), channel, thread).await.map(Some)
            }
            // Made with its first message, above.
            SessionChoice::New | SessionChoice::NewThread(_) => Ok(None),
        };
        let session = result.map_err(|error| unavailable(&error))?.ok_or(Refusal::NotFound)?;
        if once_more && sessions::is_finished(&mut tx, session).await.map_err(|error| unavailable(&error))? {
            let fresh = self.fresh(person);
            return Ok((fresh.id, Some(fresh)));
        }
        tx.commit().await.map_err(|error| unavailable(&error.into()))?;
        Ok((session, None))
    }

    /// The session that this very message began when it came before: it must not begin another.
    async fn begun_before(&self, person: &Person, incoming: &Incoming) -> Result<Option<Uuid>, Refusal> {
        if !(begins(incoming) || asks_once_more(incoming)) || incoming.replies.address().is_none() {
            return Ok(None);
        }
        let found = async {
            let mut tx = self.store.begin(Actor::Server).await?;
            inbox::session_that_took(&mut tx, incoming.chat.channel, &incoming.chat.account, &incoming.id, person.id)
                .await
        };
        found.await.map_err(|error| unavailable(&error))
    }

    fn fresh(&self, person: &Person) -> Session {
        let desk = self.directory.desk();
        Session::begin(desk.ids.id(), person.id, "en", desk.clock.now())
    }

    /// ACCEPT: the first commit of a turn, and of a session that begins with it.
    async fn take_in(
        &self,
        person: &Person,
        session: Uuid,
        begins: Option<&Session>,
        incoming: &Incoming,
    ) -> Result<Received, StoreError> {
        fault::point("accept.before");
        fault::store("accept.store")?;
        let mut tx = self.store.begin(Actor::Turn(person)).await?;
        if let Some(fresh) = begins {
            match &incoming.chat.session {
                SessionChoice::NewThread(thread) => {
                    sessions::insert_anew(&mut tx, fresh, incoming.chat.channel, thread).await?;
                }
                _ => sessions::insert(&mut tx, fresh, incoming.chat.channel).await?,
            }
        }
        let content = content(&mut tx, session, &incoming.body).await?;
        let kept = Kept { body: incoming.body.clone(), overheard: incoming.replies.is_overheard() };
        let body = serde_json::to_value(&kept).map_err(|error| StoreError::Fault(error.to_string()))?;
        // Terminal and web: the session is the account, so that a client's ids need to be unique only within it.
        let account =
            if incoming.chat.account.is_empty() { session.to_string() } else { incoming.chat.account.clone() };
        let received = inbox::accept(
            &mut tx,
            &NewMessage {
                channel: incoming.chat.channel,
                account: &account,
                external_id: &incoming.id,
                session,
                content: &content,
                body: &body,
                node: &self.node,
                lease_s: self.directory.desk().limits.lease_s,
                address: incoming.replies.address().map(|address| (address.chat.as_str(), address.note.as_str())),
            },
        )
        .await?;
        fault::point("accept.before_commit");
        if begins.is_some() && !received.fresh {
            // The session that was to begin with it stays unmade.
            tx.rollback().await?;
            return Ok(received);
        }
        tx.commit().await?;
        fault::point("accept.after_commit");
        Ok(received)
    }

    /// Whether a message of this name was taken in, whoever sent it.
    async fn was_taken(&self, incoming: &Incoming) -> Result<bool, Refusal> {
        let Chat { channel, account, .. } = &incoming.chat;
        let found = async {
            let mut tx = self.store.begin(Actor::Server).await?;
            inbox::is_known(&mut tx, channel, account, &incoming.id).await
        };
        found.await.map_err(|error| unavailable(&error))
    }

    /// A message that was taken in before: its replies reach this listener too.
    async fn again(
        &self,
        person: &Person,
        session: Uuid,
        received: &Received,
        replies: Replies,
    ) -> Result<(), Refusal> {
        if let Some(job) = self.directory.find(session, received.inbox) {
            job.listen(replies);
            return Ok(());
        }
        let mut tx = self.store.begin(Actor::Person(person)).await.map_err(|error| unavailable(&error))?;
        let answer =
            conversations::answer_to(&mut tx, session, received.message).await.map_err(|error| unavailable(&error))?;
        replies.send(match answer {
            Some(words) => Reply::Said(words),
            None => Reply::Trouble {
                code: "ACCEPTED".to_owned(),
                message: "I have this message already and am working on it.".to_owned(),
                retry_after_s: None,
            },
        });
        replies.send(Reply::Done);
        Ok(())
    }

    fn note_owner(&self, session: Uuid, owner: Uuid) {
        if self.owners.len() >= OWNERS {
            self.owners.clear();
        }
        self.owners.insert(session, owner);
    }

    async fn own(&self, from: &Sender, session: &str) -> Result<(Person, Uuid), Refusal> {
        let person = self.identity.resolve(from).await?;
        let mut tx = self.store.begin(Actor::Person(&person)).await.map_err(|error| unavailable(&error))?;
        let id = existing(&mut tx, session).await.map_err(|error| unavailable(&error))?.ok_or(Refusal::NotFound)?;
        Ok((person, id))
    }
}

#[async_trait]
impl Door for Router {
    async fn accept(&self, incoming: Incoming) -> Result<Accepted, Refusal> {
        check(&incoming)?;
        let known = self.identity.known(&incoming.from).await?;
        if !known.person.role.may_draft() {
            return Err(only_organizers());
        }
        self.pace(&known, &incoming).await?;
        let person = known.person;
        if let Some(session) = self.begun_before(&person, &incoming).await? {
            return Ok(Accepted { session: session.to_string(), fresh: false });
        }
        let (session, begins) = self.session_for(&person, &incoming).await?;
        let place = self.directory.reserve(session).await.map_err(refusal)?;
        let received = match self.take_in(&person, session, begins.as_ref(), &incoming).await {
            Ok(received) => received,
            // Its sender was somebody else when it came first, as before an account was unlinked: it was taken in and answered then.
            Err(StoreError::Conflict | StoreError::Stale(_)) if self.was_taken(&incoming).await? => {
                return Ok(Accepted { session: session.to_string(), fresh: false });
            }
            Err(error) => return Err(not_taken(&error)),
        };
        // The same message began its session meanwhile, at once or through another program.
        let began = begins.is_some() && !received.fresh;
        let session = if began { self.begun_before(&person, &incoming).await?.unwrap_or(session) } else { session };
        self.limits.remember(&name(&person, &incoming));
        metrics::message(if received.fresh { Message::Accepted } else { Message::Redelivered });
        self.note_owner(session, person.id);
        let Incoming { id, chat, body, replies, .. } = incoming;
        if received.fresh {
            fault::point("deliver.before");
            let job = Job::new((received.inbox, received.message), person, chat.channel, body, Some(replies));
            self.directory.deliver(place, Arc::new(job.named(id)));
            fault::point("deliver.after");
        } else if replies.address().is_some() {
            // Its answer is delivered, or was: nothing comes twice.
            drop(place);
        } else {
            drop(place);
            self.again(&person, session, &received, replies).await?;
        }
        Ok(Accepted { session: session.to_string(), fresh: received.fresh })
    }

    async fn observe(&self, from: &Sender, session: &str, replies: Replies) -> Result<bool, Refusal> {
        let (_, id) = self.own(from, session).await?;
        let running = self.directory.running(id);
        Ok(running.is_some_and(|job| {
            job.listen(replies);
            true
        }))
    }

    async fn history(&self, from: &Sender, session: &str) -> Result<History, Refusal> {
        let (person, id) = self.own(from, session).await?;
        shelf::history(&self.store, &person, id).await.map_err(|error| unavailable(&error))
    }

    async fn find(&self, from: &Sender, thread: &str) -> Result<Option<String>, Refusal> {
        let person = self.identity.resolve(from).await?;
        let mut tx = self.store.begin(Actor::Person(&person)).await.map_err(|error| unavailable(&error))?;
        let found = sessions::by_thread(&mut tx, thread).await.map_err(|error| unavailable(&error))?;
        Ok(found.map(|id| id.to_string()))
    }

    async fn state(&self, from: &Sender, session: &str) -> Result<State, Refusal> {
        let (person, id) = self.own(from, session).await?;
        let mut tx = self.store.begin(Actor::Person(&person)).await.map_err(|error| unavailable(&error))?;
        let session =
            sessions::get(&mut tx, id).await.map_err(|error| unavailable(&error))?.ok_or(Refusal::NotFound)?;
        let desk = self.directory.desk();
        let state = state::stored(&mut tx, &session, &person, desk.clock.now(), &desk.public_url).await;
        state.map_err(|error| unavailable(&error))
    }

    async fn may_look(&self, from: &Sender) -> Result<(), Refusal> {
        let known = self.identity.known(from).await?;
        if !known.counted {
            return Ok(());
        }
        let Err(retry) = self.limits.check(Endpoint::Suggestions, known.person.id) else { return Ok(()) };
        Err(Refusal::TooFast { retry_after_s: retry.seconds })
    }

    fn hears(&self) -> bool {
        self.directory.desk().models.as_ref().is_some_and(|models| models.ear.is_some())
    }

    async fn keep_picture(&self, from: &Sender, bytes: Vec<u8>) -> Result<String, Refusal> {
        let known = self.identity.known(from).await?;
        if !known.person.role.may_draft() {
            return Err(only_organizers());
        }
        if known.counted
            && let Err(retry) = self.limits.check(Endpoint::PictureUpload, known.person.id)
        {
            return Err(Refusal::TooFast { retry_after_s: retry.seconds });
        }
        self.pictures.keep(&known.person, bytes).await.map_err(not_kept)
    }

    async fn stop(&self, from: &Sender, session: &str, message: Option<&str>) -> Result<bool, Refusal> {
        let (_, id) = self.own(from, session).await?;
        let meant = message.map_or_else(|| self.directory.running(id), |name| self.directory.named(id, name));
        Ok(meant.is_some_and(|job| {
            job.stop.cancel();
            true
        }))
    }

    async fn next_outgoing(&self, channel: &'static str) -> Result<Outgoing, Refusal> {
        self.post.next(channel).await
    }

    async fn settled(&self, outgoing: &str, delivery: Delivery) -> Result<(), Refusal> {
        self.post.settled(outgoing, delivery).await
    }

    async fn notice(&self, channel: &'static str, notice: Notice) -> Result<(), Refusal> {
        self.post.notice(channel, notice).await
    }

    async fn recall(&self, channel: &'static str, chat: &str) -> Result<Memory, Refusal> {
        self.post.recall(channel, chat).await
    }

    async fn chats(&self, channel: &'static str) -> Result<Vec<(String, Memory)>, Refusal> {
        self.post.chats(channel).await
    }

    async fn remember(&self, channel: &'static str, chat: &str, notes: Map<String, Value>) -> Result<(), Refusal> {
        self.post.remember(channel, chat, notes).await
    }

    async fn hold(&self, channel: &'static str, chat: &str, seconds: u32) -> Result<(), Refusal> {
        self.post.hold(channel, chat, seconds).await
    }

    async fn drafts(&self, from: &Sender) -> Result<Vec<Draft>, Refusal> {
        let person = self.identity.resolve(from).await?;
        shelf::drafts(&self.store, &person).await.map_err(|error| unavailable(&error))
    }

    async fn link(&self, from: &Sender, step: LinkStep) -> Result<Linking, Refusal> {
        self.identity.link(from, step).await
    }
}

/// "Same as last time": where it is said of an event that is published, and the place may go on with another session, it is
/// the first message of one.
fn asks_once_more(incoming: &Incoming) -> bool {
    matches!(incoming.chat.session, SessionChoice::Latest | SessionChoice::Onward(_)) && again::is_asked(&incoming.body)
}

/// A session of the caller's own; what is no id at all is as absent as a foreign one.
async fn existing(tx: &mut Tx, id: &str) -> Result<Option<Uuid>, StoreError> {
    match id.parse::<Uuid>() {
        Ok(id) => Ok(sessions::is_own(tx, id).await?.then_some(id)),
        Err(_) => Ok(None),
    }
}

/// Whether a session begins with this message.
fn begins(incoming: &Incoming) -> bool {
    matches!(incoming.chat.session, SessionChoice::New | SessionChoice::NewThread(_))
}

/// What makes a message the same when it comes again.
fn name<'a>(person: &Person, incoming: &'a Incoming) -> (Uuid, &'a str, &'a str, &'a str, &'a str) {
    let session = match &incoming.chat.session {
        SessionChoice::Id(id) | SessionChoice::Onward(id) => id,
        SessionChoice::Thread(thread) | SessionChoice::NewThread(thread) => thread,
        SessionChoice::Current | SessionChoice::Latest | SessionChoice::New => "",
    };
    (person.id, incoming.chat.channel, &incoming.chat.account, session, &incoming.id)
}
