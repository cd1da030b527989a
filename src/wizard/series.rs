//! All dates of a series published on one word, said in a conversation or on a page.
//!
//! Promises: each date is a call to publish of its own, in the mailbox of its own conversation, judged like a single one and bound to
//! the revision that was shown; the calls are kept in the transaction of the word, so that a crash loses none; what is not ready, was
//! changed meanwhile or is refused stays a draft, and the next word goes on with it. A date that is over is never published along.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use port::{Body, Replies, Reply};
use tokio::sync::mpsc::UnboundedReceiver;
use uuid::Uuid;

use super::directory::Directory;
use super::fault;
use super::job::{Job, Kept};
use super::turn::Desk;
use super::work::Work;
use crate::domain::draft::Draft;
use crate::domain::error::{FieldError, Problem};
use crate::domain::event_draft;
use crate::domain::fact::Field;
use crate::domain::person::Person;
use crate::domain::publishing::{self, Warning};
use crate::domain::session::{Act, EventHead};
use crate::domain::values::EventStatus;
use crate::store::database::Tx;
use crate::store::error::StoreError;
use crate::store::inbox::{self, NewMessage};
use crate::store::series::PASSED_ON;
use crate::store::{confirmations, copies, events, series};
use crate::understanding::answers::live::{Live, NotReady};
use crate::understanding::{Intent, notices};

/// The channel that the calls come through: nobody waits there, and no chat is written to.
const CHANNEL: &str = "api";
/// What each conversation shows for its call.
const SAID: &str = "Publish it.";
/// So many dates are published side by side, so that a long series leaves room for others.
const AT_ONCE: usize = 4;
/// A date whose conversation is busy for longer is not waited for; its call waits there.
const PATIENCE: Duration = Duration::from_secs(10);

/// A date of a series as it stands.
#[derive(Debug, Clone)]
pub struct Date {
    /// Its event.
    pub head: EventHead,
    /// The conversation that goes on with it.
    pub session: Option<Uuid>,
    /// What is known of it.
    pub draft: Draft,
    /// What of a draft must still be said.
    pub missing: Vec<Field>,
    /// It lies in the past.
    pub is_over: bool,
}

impl Date {
    /// It waits to be published.
    pub fn is_draft(&self) -> bool {
        self.head.status == EventStatus::Draft
    }

    /// It can be published now.
    pub fn is_ready(&self) -> bool {
        self.is_draft() && self.missing.is_empty() && !self.is_over
    }

    /// What it lacks, by the API's names and in words.
    pub fn lacking(&self, language: &str) -> Vec<(&'static str, String)> {
        self.missing.iter().map(|field| (event_draft::name(*field), notices::demand(*field, language))).collect()
    }
}

/// The dates of the series that this event of the caller's own is of, in their order; an event without a series alone, none where
/// there is no such event.
///
/// # Errors
/// As of the store.
pub async fn dates(tx: &mut Tx, event: Uuid, person: &Person, now: Timestamp) -> Result<Vec<Date>, StoreError> {
    let mut dates = Vec::new();
    for member in series::members(tx, event).await? {
        let Some(stored) = events::get(tx, member.event).await? else { continue };
        let mut draft = stored.draft;
        let assumed = publishing::defaults_at_publishing(&draft, person);
        draft.apply(&assumed);
        let is_draft = stored.head.status == EventStatus::Draft;
        let missing = if is_draft { publishing::missing(&draft) } else { Vec::new() };
        let is_over = publishing::warnings(&draft, now, None).contains(&Warning::Past);
        dates.push(Date { head: stored.head, session: member.session, draft, missing, is_over });
    }
    Ok(dates)
}

/// Takes a call to publish in for each of these conversations, at the revision beside it. Runs in their owner's name; once it is
/// committed, [`hand_on`] is due. `word` tells this word from others.
///
/// # Errors
/// As of the store.
pub async fn accept(
    tx: &mut Tx,
    desk: &Desk,
    person: &Person,
    word: Uuid,
    calls: &[(Uuid, i64)],
) -> Result<Vec<(Uuid, Arc<Job>)>, StoreError> {
    let name = format!("{PASSED_ON}{word}");
    // Those at the end wait for those before them.
    let waiting_s = i32::try_from(calls.len()).unwrap_or(i32::MAX);
    let mut jobs = Vec::with_capacity(calls.len());
    for (session, revision) in calls {
        let body = Body::Publish { revision: Some(*revision) };
        let kept = Kept { body: body.clone(), overheard: false };
        let kept = serde_json::to_value(&kept).map_err(|error| StoreError::Fault(error.to_string()))?;
        let account = session.to_string();
        let message = NewMessage {
            channel: CHANNEL,
            account: &account,
            external_id: &name,
            session: *session,
            content: SAID,
            body: &kept,
            node: &desk.node,
            lease_s: desk.limits.lease_s.saturating_add(waiting_s),
            address: None,
        };
        let received = inbox::accept(tx, &message).await?;
        if received.fresh {
            let job = Job::new((received.inbox, received.message), person.clone(), CHANNEL, body, None);
            jobs.push((*session, Arc::new(job)));
        }
    }
    Ok(jobs)
}

/// Hands what was taken in to its sessions, a few at a time. What is not handed over before the program ends is taken up by the next
/// one.
pub fn hand_on(directory: &Arc<Directory>, jobs: Vec<(Uuid, Arc<Job>)>) {
    if jobs.is_empty() {
        return;
    }
    fault::point("series.kept");
    let handing = directory.clone();
    directory.desk().runtime.spawn(async move {
        let mut under_way = VecDeque::new();
        for (session, job) in jobs {
            if handing.is_draining() {
                return;
            }
            let (listener, told) = Replies::channel();
            job.listen(listener);
            handing.resume(session, job);
            under_way.push_back(told);
            if under_way.len() >= AT_ONCE
                && let Some(first) = under_way.pop_front()
            {
                until_done(first).await;
            }
        }
    });
}

async fn until_done(mut told: UnboundedReceiver<Reply>) {
    let done = async { while told.recv().await.is_some_and(|reply| reply != Reply::Done) {} };
    if tokio::time::timeout(PATIENCE, done).await.is_err() {
        tracing::info!("a date of a series waits for its conversation; the next one goes on beside it");
    }
}

impl Work<'_> {
    /// Whether what was said is a word for all dates.
    pub(super) fn asks_for_all(&self) -> bool {
        let words = self.job.body().words();
        self.before.event.is_some() && words.is_some_and(crate::understanding::series::asks_for_all)
    }

    /// Does what is meant of a whole series: shows what would be published, and publishes it on a yes. `false`: nothing is meant.
    pub(super) async fn act_on_series(&mut self, tx: &mut Tx) -> Result<bool, StoreError> {
        let shown = self.before.state.confirming.clone();
        if let (Some((revision, seal)), Some(shown)) = (self.given.clone(), shown)
            && let Act::PublishAll(wanted) = shown.act
            && shown.seal == seal
        {
            self.given = None;
            self.publish_all(tx, revision, &seal, &wanted).await?;
            return Ok(true);
        }
        if !self.asks_for_all() || !self.job.person.role.may_publish() {
            return Ok(false);
        }
        self.propose_all(tx).await
    }

    async fn propose_all(&mut self, tx: &mut Tx) -> Result<bool, StoreError> {
        let Some(event) = self.before.event.as_ref().map(|event| event.id) else { return Ok(false) };
        let dates = dates(tx, event, &self.job.person, self.now).await?;
        if dates.len() < 2 {
            return Ok(false);
        }
        self.intent = Intent::Publish;
        self.patch.clear();
        self.doubts.clear();
        self.session.state.confirming = None;
        let ready: Vec<&Date> = dates.iter().filter(|date| date.is_ready()).collect();
        let open = dates.iter().filter(|date| date.is_draft() && !date.is_ready());
        let open = open
            .map(|date| NotReady { day: date.draft.date, missing: date.missing.clone(), is_over: date.is_over })
            .collect();
        let days = ready.iter().filter_map(|date| date.draft.date).collect();
        let wanted: Vec<(Uuid, i64)> = ready.iter().map(|date| (date.head.id, date.head.revision)).collect();
        self.live = Some(Live::AskedForAll { days, open });
        if !wanted.is_empty() {
            self.ask_for_yes(tx, Act::PublishAll(wanted)).await?;
        }
        Ok(true)
    }

    /// Passes exactly what was shown on to the conversations of the dates; the date of this one is published here.
    async fn publish_all(
        &mut self,
        tx: &mut Tx,
        revision: i64,
        seal: &Vec<u8>,
        wanted: &[(Uuid, i64)],
    ) -> Result<(), StoreError> {
        self.session.state.confirming = None;
        let Some(own) = self.before.event.as_ref().map(|event| event.id) else { return Ok(()) };
        let fits = self.before.revision() == revision && self.job.person.role.may_publish();
        if !fits || !confirmations::redeem(tx, self.session.id, revision, seal).await? {
            self.errors.push(FieldError::new(Field::Name, Problem::Stale));
            self.live = Some(Live::Unchanged);
            return Ok(());
        }
        let mut calls = Vec::new();
        for (event, shown) in wanted.iter().filter(|(event, _)| *event != own) {
            let session = copies::conversation(tx, self.desk.ids.id(), *event, Some(own)).await?;
            calls.push((session, *shown));
        }
        let jobs = accept(tx, self.desk, &self.job.person, self.desk.ids.id(), &calls).await?;
        self.job.pass_on(jobs);
        if let Some((_, shown)) = wanted.iter().find(|(event, _)| *event == own) {
            self.publish_on_call(tx, Some(*shown)).await?;
        }
        self.live = Some(Live::AllUnderWay { count: u32::try_from(wanted.len()).unwrap_or(u32::MAX) });
        Ok(())
    }
}
