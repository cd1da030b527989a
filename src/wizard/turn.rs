//! One turn: an accepted message becomes a settled answer.
//!
//! Everything a turn writes is written in one transaction in the owner's name. A model is asked before it, once, while no
//! transaction is open ([`super::counsel`]). A turn that finds the session changed by somebody else starts again on what is there
//! now; one that finds the store away waits a little, then leaves the message to be taken up again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use port::Reply;
use tokio::runtime::Handle;
use tokio::sync::Notify;
use uuid::Uuid;

use super::apology;
use super::counsel::{self, Counsel};
use super::fault;
use super::hearing;
use super::job::Job;
use super::models::Models;
use super::outcome;
use super::work::Work;
use crate::domain::clock::{Clock, Ids};
use crate::domain::session::Session;
use crate::store::database::{Actor, Store, Tx};
use crate::store::error::StoreError;
use crate::store::{conversations, sessions};
use crate::telemetry::metrics;
use crate::understanding::notices::{Trouble, trouble};

/// What every turn needs.
pub struct Desk {
    /// The database.
    pub store: Store,
    /// This process, as the rows of what it took in name it.
    pub node: String,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Ids and tokens.
    pub ids: Arc<dyn Ids>,
    /// Where turns run.
    pub runtime: Handle,
    /// Bounds.
    pub limits: Limits,
    /// Where the public pages are, without a slash at the end.
    pub public_url: String,
    /// Rings when an answer was written down that is to be delivered.
    pub post: Arc<Notify>,
    /// The models that are asked, when there are any.
    pub models: Option<Models>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("store", &self.store).field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// Bounds of a turn.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// A turn that takes longer is cut off, in seconds.
    pub turn_deadline_s: u64,
    /// How long a process may work on a message before another may take it over, in seconds; renewed while it works.
    pub lease_s: i32,
}

/// Why a turn settled nothing.
#[derive(Debug, thiserror::Error)]
pub enum TurnError {
    /// The store is away; the message stays accepted and is answered later, unasked.
    #[error("left for later: {0}")]
    Later(StoreError),
    /// The store refuses what the turn would write, and would again; the user is told and the message set aside.
    #[error("failed: {0}")]
    Failed(StoreError),
    /// Another process answered it meanwhile.
    #[error("answered elsewhere")]
    AnsweredElsewhere,
    /// The session is not there, or not this person's.
    #[error("no such session")]
    NoSession,
    /// The organizer stopped it.
    #[error("stopped")]
    Stopped,
}

impl TurnError {
    /// Its name in metrics.
    fn name(&self) -> &'static str {
        match self {
            Self::Later(_) => "later",
            Self::Failed(_) => "failed",
            Self::AnsweredElsewhere => "elsewhere",
            Self::NoSession => "no_session",
            Self::Stopped => "stopped",
        }
    }
}

/// How often a turn begins again on fresh state before it is left for later.
const CONFLICTS_ALLOWED: u32 = 50;
/// How often a turn waits for a store that is away; 0.2 s, doubled each time: about 12 s, a takeover of the private cluster.
const WAITS: u32 = 6;

/// Answers a message. The replies go to whoever listens; the settled session comes back.
pub(super) async fn run(desk: Arc<Desk>, id: Uuid, job: Arc<Job>, held: Option<Session>) -> Result<Session, TurnError> {
    let spoken = held.as_ref().map(|session| session.language.clone());
    let begun = Instant::now();
    let result = retry(&desk, id, &job, held).await;
    metrics::turn(result.as_ref().err().map_or("settled", TurnError::name), begun.elapsed());
    if let Err(error) = &result {
        tracing::warn!(session.id = %id, inbox.id = %job.inbox, %error, "a turn settled nothing");
        excuse(&desk, id, &job, error, spoken).await;
    }
    fault::point("reply.after");
    job.say(Reply::Done);
    result
}

async fn retry(desk: &Arc<Desk>, id: Uuid, job: &Job, mut held: Option<Session>) -> Result<Session, TurnError> {
    hearing::hear(desk, id, job).await;
    let counsel = counsel::consult(desk, id, job, held.as_ref()).await;
    let (mut conflicts, mut waits, mut link_taken) = (0, 0, false);
    loop {
        let error = match once(desk, id, job, held.take(), link_taken, counsel.as_ref()).await {
            Ok(Try::Settled(session, replies)) => {
                fault::point("reply.before");
                for reply in replies {
                    job.say(reply);
                }
                return Ok(*session);
            }
            Ok(Try::AnsweredElsewhere) => return Err(TurnError::AnsweredElsewhere),
            Ok(Try::Stopped) => return Err(TurnError::Stopped),
            Err(StoreError::Rejected { code, .. }) if code == "PT404" => return Err(TurnError::NoSession),
            Err(error) => error,
        };
        match error {
            // Each try reads and decides afresh.
            StoreError::Conflict | StoreError::Stale(_) if conflicts < CONFLICTS_ALLOWED => {
                conflicts += 1;
                metrics::retry("conflict");
                // Two processes that collide in step get out of step by their ids.
                let spread = u64::from(job.inbox.as_bytes()[0] % 8);
                tokio::time::sleep(Duration::from_millis(spread + u64::from(conflicts))).await;
            }
            // A chosen link belongs to another event: the turn begins again without it, and says so.
            StoreError::Taken(constraint) if constraint.contains("slug") && !link_taken => link_taken = true,
            StoreError::Unavailable(_) if waits < WAITS => {
                tokio::time::sleep(Duration::from_millis(200 << waits)).await;
                waits += 1;
                metrics::retry("unavailable");
            }
            error if error.is_transient() => return Err(TurnError::Later(error)),
            error => return Err(TurnError::Failed(error)),
        }
    }
}

/// How one try ended.
enum Try {
    /// Written, with what is to be shown.
    Settled(Box<Session>, Vec<Reply>),
    /// Another process answered the message; nothing was written.
    AnsweredElsewhere,
    /// The organizer stopped it; nothing was written.
    Stopped,
}

/// One try. A stop counts until the writing begins: after that the answer is on its way. Where something was shown already, a
/// stop only ended the model's words: what was shown is kept.
async fn once(
    desk: &Arc<Desk>,
    id: Uuid,
    job: &Job,
    held: Option<Session>,
    link_taken: bool,
    counsel: Option<&Counsel>,
) -> Result<Try, StoreError> {
    fault::point("turn.begin");
    fault::store("turn.store")?;
    job.pass_on(Vec::new());
    let mut tx = desk.store.begin(Actor::Turn(&job.person)).await?;
    let before = current(&mut tx, id, held).await?;
    fault::point("turn.loaded");
    if let Some(told) = job.outcome {
        let Some(replies) = outcome::say(desk, &mut tx, job, told, &before).await? else {
            return Ok(Try::AnsweredElsewhere);
        };
        tx.commit().await?;
        fault::point("outcome.after_said");
        desk.post.notify_waiters();
        return Ok(Try::Settled(Box::new(before), replies));
    }
    let mut work = Work::new(desk, job, before, counsel);
    work.read(&mut tx).await?;
    if link_taken {
        work.give_up_link();
    }
    fault::point("turn.understood");
    work.act(&mut tx).await?;
    fault::point("turn.applied");
    work.advise(&mut tx).await?;
    fault::point("turn.advised");
    if job.stop.is_cancelled() && counsel.is_none_or(|counsel| counsel.shown.is_empty()) {
        return Ok(Try::Stopped);
    }
    let milestones = work.milestones();
    let Some((session, replies)) = work.settle(&mut tx).await? else { return Ok(Try::AnsweredElsewhere) };
    fault::point("settle.before_commit");
    tx.commit().await?;
    fault::point("settle.after_commit");
    milestones.count();
    if job.addressed {
        desk.post.notify_waiters();
    }
    Ok(Try::Settled(Box::new(session), replies))
}

/// What we hold, if it is still what is stored; else what is stored.
pub(super) async fn current(tx: &mut Tx, id: Uuid, held: Option<Session>) -> Result<Session, StoreError> {
    if let Some(held) = held
        && sessions::is_current(tx, &held).await?
    {
        return Ok(held);
    }
    let absent =
        || StoreError::Rejected { code: "PT404".to_owned(), message: "no such session".to_owned(), detail: None };
    sessions::get(tx, id).await?.ok_or_else(absent)
}

/// Tells whoever listens why there is no answer yet, or gives the answer that is there already.
async fn excuse(desk: &Desk, id: Uuid, job: &Job, error: &TurnError, spoken: Option<String>) {
    let language = match spoken {
        Some(language) => language,
        None => apology::language(desk, id, job).await,
    };
    let reply = |code: &str, kind: Trouble| Reply::Trouble {
        code: code.to_owned(),
        message: trouble(kind, &language),
        retry_after_s: None,
    };
    let reply = match error {
        TurnError::AnsweredElsewhere => match stored_answer(desk, id, job).await {
            Ok(Some(words)) => Reply::Said(words),
            _ => reply("ANSWERED_ELSEWHERE", Trouble::AnsweredElsewhere),
        },
        TurnError::Failed(_) => reply("TURN_FAILED", Trouble::Failed),
        TurnError::Later(_) => reply(port::UNAVAILABLE, Trouble::Later),
        TurnError::NoSession => reply("NOT_FOUND", Trouble::NotFound),
        TurnError::Stopped => reply("STOPPED", Trouble::Stopped),
    };
    let closed = match error {
        TurnError::Stopped | TurnError::NoSession => close(desk, job, &reply, &language).await,
        TurnError::Failed(_) => apology::write(desk, id, job, &language).await.map(|_| ()),
        TurnError::Later(_) | TurnError::AnsweredElsewhere => Ok(()),
    };
    if let Err(error) = closed {
        tracing::error!(inbox.id = %job.inbox, %error, "a message that gets no answer could not be closed");
    }
    job.say(reply);
}

async fn stored_answer(desk: &Desk, id: Uuid, job: &Job) -> Result<Option<String>, StoreError> {
    let mut tx = desk.store.begin(Actor::Person(&job.person)).await?;
    conversations::answer_to(&mut tx, id, job.message).await
}

async fn close(desk: &Desk, job: &Job, reply: &Reply, language: &str) -> Result<(), StoreError> {
    let mut tx = desk.store.begin(Actor::Turn(&job.person)).await?;
    crate::store::inbox::close(&mut tx, job.inbox).await?;
    apology::write_down(&mut tx, job, reply, language, None).await?;
    tx.commit().await?;
    desk.post.notify_waiters();
    metrics::message(metrics::Message::Answered);
    Ok(())
}
