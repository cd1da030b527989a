//! The publisher: the one actor that talks to Stripe and sends mail, from the queue that other transactions left work in.
//!
//! Promises: every item is done once, whatever dies and however often: a crash leaves it to be taken again, and every call
//! that goes out carries a key that is the same at the next attempt; an attempt ends in *retry* or *fail* and never in
//! silence; what failed for good is a dead letter that its operator is told of and can replay (`docs/reliability.md`).
//!
//! # Adding a kind of work
//! A name in [`work::KINDS`], an arm in `work::perform`; for a mail a line in `email::MAILS`, its words in each of `words/`
//! (a missing one does not compile) and the name of its templates.

mod actor;
mod email;
mod error;
pub mod fault;
pub mod greeting;
mod holds;
mod mailbox;
mod notices;
mod reminders;
mod retry;
pub mod stripe;
pub mod webhooks;
mod words;
pub mod work;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix::ArbiterHandle;
use secrecy::SecretString;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::domain::clock::{Clock, Ids};
use crate::domain::fees::Fees;
use crate::domain::outcome::Sessions;
use crate::store::database::Store;
use mailbox::Mailbox;
use stripe::Stripe;
use stripe::connect::Connect;

pub use error::{StartError, Trouble};

/// How the publisher works.
#[derive(Debug, Clone)]
pub struct Options {
    /// Items that are worked on at the same time; 0: this process leaves the queue to others.
    pub parallel: usize,
    /// How often the queue is looked at unasked, in seconds.
    pub poll_s: u64,
    /// How long an item is held before another process may take it, in seconds; renewed before each outside call.
    pub lease_s: i32,
    /// An item that was begun so often is a dead letter.
    pub max_attempts: i32,
    /// The first pause after a failure, in seconds; it doubles.
    pub backoff_s: u32,
    /// The longest pause, in seconds.
    pub backoff_max_s: u32,
    /// How long a mail server may take, in seconds.
    pub mail_timeout_s: u64,
    /// Who the mails are from.
    pub mail_from: String,
    /// Who is told of dead letters.
    pub operator: Option<String>,
    /// The mail server, with its login; without one mails are files in the outbox folder.
    pub smtp_url: Option<SecretString>,
    /// Where the outbox folder is.
    pub data_dir: PathBuf,
    /// Stripe, when it is set up.
    pub stripe: Option<stripe::Options>,
    /// What is taken of each payment.
    pub fees: Fees,
    /// Seats are held for so many seconds while they are paid for.
    pub hold_s: u32,
    /// Webhooks may lead into private networks, and without encryption.
    pub webhooks_private: bool,
}

/// What the work needs.
pub(crate) struct Desk {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) runtime: Handle,
    pub(crate) node: String,
    pub(crate) public_url: String,
    pub(crate) options: Options,
    pub(crate) mailbox: Mailbox,
    pub(crate) stripe: Option<Arc<Stripe>>,
    pub(crate) sessions: Arc<dyn Sessions>,
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
    /// Rings inside this process while items are worked on.
    pub(crate) bell: tokio::sync::Notify,
}

/// What the publisher stands on.
pub struct Ground {
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Ids and jitter.
    pub ids: Arc<dyn Ids>,
    /// This process's name, the same after a restart.
    pub node: String,
    /// Where people find us.
    pub public_url: String,
    /// The conversations that are told what became of their events.
    pub sessions: Arc<dyn Sessions>,
}

/// The running publisher.
pub struct Publisher {
    desk: Arc<Desk>,
    _actor: Option<actix::Addr<actor::PublisherActor>>,
}

impl Publisher {
    /// Starts it on this arbiter, and takes back what an earlier run of this process held.
    ///
    /// # Errors
    /// One clear line when a setting cannot be used.
    pub async fn start(ground: Ground, options: Options, arbiter: &ArbiterHandle) -> Result<Self, StartError> {
        let Ground { store, clock, ids, node, public_url, sessions } = ground;
        let mailbox = Mailbox::open(&options)?;
        let stripe = options.stripe.as_ref().map(Stripe::new).transpose()?.map(Arc::new);
        let parallel = options.parallel;
        let desk = Arc::new(Desk {
            store,
            clock,
            ids,
            runtime: Handle::current(),
            node,
            public_url,
            options,
            mailbox,
            stripe,
            sessions,
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            bell: tokio::sync::Notify::new(),
        });
        let mut actor = None;
        if parallel > 0 {
            actor::take_back(&desk).await;
            let addr = actor::PublisherActor::start(desk.clone(), arbiter);
            desk.runtime.spawn(actor::listen(desk.clone(), addr.clone()));
            desk.runtime.spawn(reminders::run(desk.clone()));
            desk.runtime.spawn(holds::run(desk.clone()));
            actor = Some(addr);
        }
        Ok(Self { desk, _actor: actor })
    }

    /// How organizers connect accounts of their own.
    pub fn connect(&self) -> Connect {
        let desk = &self.desk;
        Connect {
            store: desk.store.clone(),
            clock: desk.clock.clone(),
            ids: desk.ids.clone(),
            node: desk.node.clone(),
            public_url: desk.public_url.clone(),
            stripe: desk.stripe.clone(),
            fees: desk.options.fees.clone(),
            sessions: desk.sessions.clone(),
            operator: desk.options.operator.clone(),
        }
    }

    /// Takes nothing more, and waits so long for what is under way.
    pub async fn drain(&self, patience: Duration) {
        self.desk.stop.cancel();
        self.desk.bell.notify_one();
        self.desk.tasks.close();
        if tokio::time::timeout(patience, self.desk.tasks.wait()).await.is_err() {
            tracing::warn!("the publisher was still at work; its items are taken again after the next start");
        }
    }
}
