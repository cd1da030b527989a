//! The actor: one look at the queue at a time, woken by the database, by its own clock, or by work that was just done.
//!
//! It keeps order and nothing else; items are worked on beside it, on the main runtime, where a panic is caught with its item.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix::prelude::*;
use tokio::task::JoinSet;

use super::Desk;
use super::{webhooks, work};
use crate::store::bell::Bell;
use crate::store::database::Actor as InTheNameOf;
use crate::store::error::StoreError;
use crate::store::queue::{self, Claim, Item};
use crate::store::queue_books;
use crate::telemetry::metrics;

/// Wakes that may wait; more would say nothing new.
const MAILBOX: usize = 4;
/// How long after a lost connection the database is listened to again.
const PAUSE: Duration = Duration::from_secs(5);

/// There may be work.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(super) struct Wake;

/// The publisher's actor.
pub(super) struct PublisherActor {
    desk: Arc<Desk>,
    looking: bool,
}

impl PublisherActor {
    pub(super) fn start(desk: Arc<Desk>, arbiter: &ArbiterHandle) -> Addr<Self> {
        Supervisor::start_in_arbiter(arbiter, |_| Self { desk, looking: false })
    }

    fn look(&mut self, ctx: &mut Context<Self>) {
        self.desk.bell.notify_one();
        if self.looking || self.desk.stop.is_cancelled() {
            return;
        }
        self.looking = true;
        let round = self.desk.runtime.spawn(self.desk.tasks.track_future(drain(self.desk.clone())));
        ctx.spawn(round.into_actor(self).map(|ended, actor, _| {
            actor.looking = false;
            match ended {
                Ok(Ok(())) => {}
                // The next look comes by itself.
                Ok(Err(error)) => tracing::warn!(%error, "could not look at the queue"),
                Err(error) => tracing::error!(%error, "a look at the queue failed"),
            }
        }));
    }
}

impl Actor for PublisherActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX);
        self.look(ctx);
        let poll = Duration::from_secs(self.desk.options.poll_s.max(1));
        ctx.run_interval(poll, Self::look);
    }
}

impl Supervised for PublisherActor {
    fn restarting(&mut self, _: &mut Self::Context) {
        self.looking = false;
    }
}

impl Handler<Wake> for PublisherActor {
    type Result = ();

    fn handle(&mut self, _: Wake, ctx: &mut Self::Context) {
        self.look(ctx);
    }
}

/// Wakes the actor whenever the database says that somebody left work, until the program stops.
pub(super) async fn listen(desk: Arc<Desk>, actor: Addr<PublisherActor>) {
    let listening = async {
        loop {
            if let Err(error) = hear(&desk, &actor).await {
                tracing::warn!(%error, "the queue cannot be listened to; it is looked at now and then");
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::select! {
        () = desk.stop.cancelled() => {}
        () = listening => {}
    }
}

async fn hear(desk: &Desk, actor: &Addr<PublisherActor>) -> Result<(), StoreError> {
    let mut bell = Bell::hang(&desk.store).await?;
    loop {
        // A full mailbox holds wakes enough.
        actor.try_send(Wake).ok();
        bell.ring().await?;
    }
}

/// Gives back what an earlier run of this process held: it died with it.
pub(super) async fn take_back(desk: &Desk) {
    let taken = async {
        let mut tx = desk.store.begin(InTheNameOf::Server).await?;
        let count = queue::take_back(&mut tx, &desk.node).await?;
        tx.commit().await?;
        Ok::<_, StoreError>(count)
    };
    match taken.await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "took up work that an earlier run left"),
        // Their leases run out.
        Err(error) => tracing::warn!(%error, "could not look for work that an earlier run left"),
    }
}

/// Works until nothing is due and nothing is under way. Whoever hears our words may be as slow as they like: words for other programs
/// never take every place, so that a buyer's checkout finds one.
async fn drain(desk: Arc<Desk>) -> Result<(), StoreError> {
    let mut working: JoinSet<()> = JoinSet::new();
    let words = Arc::new(AtomicUsize::new(0));
    let (all, wanted): (Vec<String>, Vec<String>) =
        (work::kinds(), work::kinds().into_iter().filter(|kind| kind != webhooks::KIND).collect());
    let most_words = desk.options.parallel.saturating_sub(1).max(1);
    loop {
        let mut room = desk.options.parallel.saturating_sub(working.len());
        while room > 0 && !desk.stop.is_cancelled() {
            let free = most_words.saturating_sub(words.load(Ordering::Relaxed));
            // With words among them no more are taken than may be words.
            let (kinds, most) = if free == 0 { (&wanted, room) } else { (&all, room.min(free)) };
            let items = claim(&desk, kinds, most).await?;
            if items.is_empty() {
                break;
            }
            room = room.saturating_sub(items.len());
            for item in items {
                let place = (item.kind == webhooks::KIND).then(|| Place::take(&words));
                let attempt = work::attempt(desk.clone(), item);
                let attempt = async move {
                    attempt.await;
                    drop(place);
                };
                working.spawn_on(desk.tasks.track_future(attempt), &desk.runtime);
            }
        }
        if working.is_empty() {
            return measure(&desk).await;
        }
        tokio::select! {
            ended = working.join_next() => {
                if let Some(Err(error)) = ended {
                    tracing::error!(%error, "an item's attempt failed; its lease runs out");
                }
            }
            () = desk.bell.notified() => {}
        }
    }
}

/// A place that is taken until it is dropped, however its attempt ends.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count.clone())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What is measured after each look.
async fn measure(desk: &Desk) -> Result<(), StoreError> {
    let mut tx = desk.store.begin(InTheNameOf::Server).await?;
    let depth = queue_books::depth(&mut tx).await?;
    metrics::queue(depth.open, depth.dead, depth.oldest_s);
    Ok(())
}

async fn claim(desk: &Desk, kinds: &[String], room: usize) -> Result<Vec<Item>, StoreError> {
    let most = i64::try_from(room).unwrap_or(1);
    let mut tx = desk.store.begin(InTheNameOf::Server).await?;
    let claim = Claim { node: &desk.node, kinds, lease_s: desk.options.lease_s, most };
    let items = queue::claim(&mut tx, &claim).await?;
    tx.commit().await?;
    Ok(items)
}
