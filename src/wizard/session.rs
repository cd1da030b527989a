//! The session actor: one message at a time, in the order accepted.
//!
//! It holds the session's last settled state and nothing else. The body of a turn works on a copy, on the main runtime; the
//! copy replaces the state only when it was settled. A panic in the body ends in an apology, and the actor is rebuilt from
//! the store: actix's supervisor restarts it with the same mailbox, and [`Supervised::restarting`] forgets the state.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix::prelude::*;
use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;

use super::apology;
use super::directory::Directory;
use super::job::Job;
use super::series;
use super::turn::{self, Desk, TurnError};
use super::visit::Visitor;
use crate::domain::session::Session;
use crate::telemetry::metrics;

/// One more message waits: take the next one through its turn. The answer says how the turn ended.
#[derive(Debug)]
pub(super) struct Take;

impl Message for Take {
    type Result = Ended;
}

/// How a turn ended, for the directory's books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, MessageResponse)]
pub(super) enum Ended {
    /// Nothing waited.
    Idle,
    /// This message was answered, or left for later because the store is away.
    Well(Uuid),
    /// This message's turn panicked or was stuck; the user was told.
    Crashed(Uuid),
}

/// One session that is awake.
#[derive(Debug)]
pub struct SessionActor {
    id: Uuid,
    directory: Arc<Directory>,
    session: Option<Session>,
}

impl SessionActor {
    pub(super) fn new(id: Uuid, directory: Arc<Directory>) -> Self {
        Self { id, directory, session: None }
    }

    fn end(
        &mut self,
        inbox: Uuid,
        body: Result<Result<Session, TurnError>, Failure>,
        ctx: &mut Context<Self>,
    ) -> Ended {
        // Without a settled state the next turn reads again: what we hold may be stale.
        self.session = None;
        if let Ok(settled) = body {
            self.session = settled.ok();
            Ended::Well(inbox)
        } else {
            ctx.stop();
            Ended::Crashed(inbox)
        }
    }
}

impl Actor for SessionActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(super::directory::MAILBOX);
    }
}

impl Supervised for SessionActor {
    fn restarting(&mut self, _: &mut Self::Context) {
        tracing::warn!(session.id = %self.id, "session restarts from the store");
        self.session = None;
    }
}

impl Handler<Take> for SessionActor {
    type Result = AtomicResponse<Self, Ended>;

    fn handle(&mut self, _: Take, _: &mut Self::Context) -> Self::Result {
        let Some(job) = self.directory.next(self.id) else {
            return AtomicResponse::new(Box::pin(async { Ended::Idle }.into_actor(self)));
        };
        let (inbox, done) = (job.inbox, job.clone());
        let work = work(self.id, self.directory.desk().clone(), job, self.session.take());
        AtomicResponse::new(Box::pin(work.into_actor(self).map(move |body, actor, ctx| {
            if matches!(body, Ok(Ok(_))) {
                series::hand_on(&actor.directory, done.take_passed_on());
            }
            actor.end(inbox, body, ctx)
        })))
    }
}

/// While a visit lasts nothing else is handled. What is held is compared with the store before the next turn uses it.
impl Handler<Visitor> for SessionActor {
    type Result = AtomicResponse<Self, ()>;

    fn handle(&mut self, visitor: Visitor, _: &mut Self::Context) -> Self::Result {
        AtomicResponse::new(Box::pin(visitor.stay().into_actor(self)))
    }
}

/// The body of a turn gave no result: it panicked or was stuck.
#[derive(Debug, Clone, Copy)]
struct Failure;

/// Runs the turn's body on the main runtime, where a panic is caught with its task, and within its deadline.
async fn work(
    id: Uuid,
    desk: Arc<Desk>,
    job: Arc<Job>,
    held: Option<Session>,
) -> Result<Result<Session, TurnError>, Failure> {
    let deadline = Duration::from_secs(desk.limits.turn_deadline_s);
    let begun = Instant::now();
    // An actor that ends ends its turn, and with it what the turn waits for.
    let mut body = AbortOnDropHandle::new(desk.runtime.spawn(turn::run(desk.clone(), id, job.clone(), held)));
    match tokio::time::timeout(deadline, &mut body).await {
        Ok(Ok(result)) => return Ok(result),
        Ok(Err(error)) => {
            metrics::turn("panicked", begun.elapsed());
            tracing::error!(session.id = %id, %error, "a turn panicked");
        }
        Err(_) => {
            body.abort();
            metrics::turn("stuck", begun.elapsed());
            tracing::error!(session.id = %id, deadline_s = deadline.as_secs(), "a turn was stuck");
        }
    }
    let apology = desk.runtime.spawn(apology::settle(desk.clone(), id, job));
    if let Err(error) = apology.await {
        tracing::error!(session.id = %id, %error, "the apology failed");
    }
    Err(Failure)
}
