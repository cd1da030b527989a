//! The model's part of a turn: asked once for a message, while no transaction is open.
//!
//! Promises: what the rules are sure of is shown before anybody is asked; within the agreed time the organizer has the rules'
//! whole answer, whatever a model does; a turn that begins again, in this process or after its death, does not ask again
//! (PAINS P7); tokens are set aside before the call, and where they are used up nobody is asked. A model's words are watched
//! on their way, its calls are proposals, and a stop ends the call.

mod preview;

use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use port::Reply;
use serde_json::{Value, json};
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::sleep;
use uuid::Uuid;

use super::fault;
use super::job::Job;
use super::models::{Late, Models};
use super::turn::Desk;
use crate::domain::fact::Field;
use crate::domain::session::Session;
use crate::store::database::Actor;
use crate::store::error::StoreError;
use crate::store::model_usage::{self, Call, Reserved};
use crate::telemetry::metrics;
use crate::understanding::guard::Guard;
use crate::understanding::ladder::Climb;
use crate::understanding::model::Usage;
use crate::understanding::proposal::Proposal;
pub use preview::brief;

/// What came of asking, and what was shown meanwhile.
#[derive(Debug, Clone, Default)]
pub(super) struct Counsel {
    /// The session's version that the rules' part was worded from.
    pub(super) version: i64,
    /// Everything that was shown so far.
    pub(super) shown: String,
    /// The rules' part of it: the facts, or the whole answer when the model was late.
    pub(super) base: String,
    /// The rules' whole answer is shown.
    pub(super) is_late: bool,
    /// What the rules assumed, as it was shown.
    pub(super) defaults: Vec<Field>,
    /// What the rules ask next, as it was shown or would have been.
    pub(super) asked: Vec<Field>,
    /// The model's words, as they were shown.
    pub(super) prose: String,
    /// Fields about which it said something else than is known.
    pub(super) wrong: Vec<Field>,
    /// What it proposes.
    pub(super) proposal: Proposal,
    /// The rules answer alone although a model was to be asked.
    pub(super) is_degraded: bool,
    /// About the model's part (R73).
    pub(super) metadata: Value,
}

/// Asks about this message, when it is one to ask about. Whatever goes wrong here leaves the turn to the rules.
pub(super) async fn consult(desk: &Arc<Desk>, id: Uuid, job: &Job, held: Option<&Session>) -> Option<Counsel> {
    let models = desk.models.as_ref()?;
    let begun = Instant::now();
    let preview = match preview::preview(desk, models, id, job, held).await {
        Ok(preview) => preview?,
        Err(error) => {
            // The turn meets the same trouble itself, and deals with it.
            tracing::debug!(session.id = %id, %error, "nothing could be prepared for a model");
            return None;
        }
    };
    fault::point("model.previewed");
    let mut teller = Teller::new(job, &preview.facts, Guard::new(preview.known, models.shown_characters));
    let mut counsel = Counsel {
        version: preview.version,
        defaults: preview.defaults.clone(),
        asked: preview.asked.clone(),
        ..Counsel::default()
    };
    let call = Call { tokens: preview.tokens, day: today(desk), inbox: job.inbox, session: id, user: job.person.id };
    let mut refused = if job.hurry.is_cancelled() {
        Some("hurried")
    } else if models.ladder.rests() {
        Some("resting")
    } else {
        reserve(desk, models, &call).await
    };
    if refused.is_none() && !models.ladder.admits() {
        // Somebody else tries the models just now.
        settle(desk, &call, &Climb::default(), Usage::default()).await;
        refused = Some("resting");
    }
    if let Some(why) = refused {
        metrics::model_spared(why);
        teller.close(&mut counsel, false);
        counsel.is_degraded = true;
        counsel.metadata = json!({"rung": "rules", "why": why});
        return Some(counsel);
    }
    fault::point("model.reserved");
    let climb = stream(models, job, &preview.request, &preview.whole, &mut teller).await;
    fault::point("model.answered");
    teller.close(&mut counsel, climb.whole);
    counsel.proposal = Proposal::of(&climb.calls);
    counsel.is_degraded = climb.rung.is_none();
    let used = used(&climb, preview.prompt_tokens, &teller);
    counsel.metadata = metadata(models, &climb, used, begun, &teller);
    report(models, &climb, used, begun);
    settle(desk, &call, &climb, used).await;
    fault::point("model.settled");
    Some(counsel)
}

/// Listens to the model until its answer is over, the organizer stops it, or nobody waits for it any more. Of an answer that ended before
/// its end, who gave it is known when something was said.
async fn stream(
    models: &Models,
    job: &Job,
    request: &crate::understanding::model::Request,
    whole: &str,
    teller: &mut Teller<'_>,
) -> Climb {
    let (sender, mut words) = unbounded_channel();
    let mut climb = pin!(models.ladder.climb(request, &sender));
    let mut deadline = pin!(sleep(models.answer_within));
    let mut waiting = true;
    let mut broken_off = Climb::default();
    fault::point("model.asked");
    loop {
        tokio::select! {
            biased;
            () = job.stop.cancelled() => return broken_off,
            () = job.hurry.cancelled() => return broken_off,
            Some(said) = words.recv() => {
                broken_off.rung = Some(said.rung);
                broken_off.model = models.ladder.model(said.rung).map(str::to_owned);
                teller.hear(&said.text);
            }
            climbed = &mut climb => {
                while let Ok(said) = words.try_recv() {
                    teller.hear(&said.text);
                }
                return climbed;
            }
            () = &mut deadline, if waiting => {
                waiting = false;
                if teller.prose.is_empty() {
                    if models.late == Late::Drop || !hears_pieces(&job.channel) {
                        models.ladder.note_late();
                        return broken_off;
                    }
                    teller.show_rules(whole);
                }
            }
        }
    }
}

/// Whether a channel shows an answer as it is made; one that does not waits for its end.
fn hears_pieces(channel: &str) -> bool {
    channel != "api"
}

/// Tells the organizer what comes, and remembers it.
struct Teller<'a> {
    job: &'a Job,
    guard: Guard,
    shown: String,
    base: String,
    is_late: bool,
    prose: String,
    /// Blanks at their end that are not shown yet.
    blank: String,
    /// Letters that the model gave.
    heard: usize,
}

impl<'a> Teller<'a> {
    /// Shows the facts at once.
    fn new(job: &'a Job, facts: &str, guard: Guard) -> Self {
        let mut teller = Self {
            job,
            guard,
            shown: String::new(),
            base: facts.to_owned(),
            is_late: false,
            prose: String::new(),
            blank: String::new(),
            heard: 0,
        };
        teller.say(facts);
        teller
    }

    fn say(&mut self, text: &str) {
        for piece in text.split_inclusive(char::is_whitespace) {
            self.job.say(Reply::Delta(piece.to_owned()));
        }
        self.shown.push_str(text);
    }

    /// The rules' whole answer; it begins with the facts.
    fn show_rules(&mut self, whole: &str) {
        let rest = whole.strip_prefix(self.shown.as_str()).unwrap_or_default().to_owned();
        self.say(&rest);
        (self.base, self.is_late) = (whole.to_owned(), true);
    }

    fn hear(&mut self, piece: &str) {
        fault::point("model.words");
        self.heard += piece.chars().count();
        let out = self.guard.take(piece);
        self.add(&out);
    }

    /// Shows more of the model's words. A blank waits for what follows it, so that none ends them.
    fn add(&mut self, out: &str) {
        let joined = std::mem::take(&mut self.blank) + out;
        let joined = if self.prose.is_empty() { joined.trim_start() } else { joined.as_str() };
        let text = joined.trim_end();
        joined.get(text.len()..).unwrap_or_default().clone_into(&mut self.blank);
        if text.is_empty() {
            return;
        }
        if self.prose.is_empty() && !self.shown.is_empty() {
            self.say("\n");
        }
        self.prose.push_str(text);
        self.say(text);
    }

    fn close(&mut self, counsel: &mut Counsel, whole: bool) {
        let rest = self.guard.end(whole);
        self.add(&rest);
        counsel.shown = std::mem::take(&mut self.shown);
        counsel.base = std::mem::take(&mut self.base);
        counsel.is_late = self.is_late;
        counsel.prose = std::mem::take(&mut self.prose);
        counsel.wrong = self.guard.wrong().collect();
    }
}

fn today(desk: &Desk) -> Date {
    desk.clock.now().to_zoned(TimeZone::UTC).date()
}

/// Sets tokens aside; the reason when nobody may be asked.
async fn reserve(desk: &Desk, models: &Models, call: &Call) -> Option<&'static str> {
    let reserved = async {
        let mut tx = desk.store.begin(Actor::Server).await?;
        let reserved = model_usage::reserve(&mut tx, call, &models.budgets).await?;
        if reserved == Reserved::Yes {
            tx.commit().await?;
        }
        Ok::<_, StoreError>(reserved)
    };
    match reserved.await {
        Ok(Reserved::Yes) => None,
        Ok(Reserved::Asked) => Some("asked_before"),
        Ok(Reserved::UsedUp(budget)) => Some(match budget {
            "session" => "budget_session",
            "user" => "budget_user",
            _ => "budget_day",
        }),
        Err(error) => {
            // Without knowing what may be used, nothing is used.
            tracing::warn!(session.id = %call.session, %error, "no tokens could be set aside");
            Some("unknown_budget")
        }
    }
}

/// What the calls cost: what the server says, else what was sent and what came, and for calls that broke off what was sent.
fn used(climb: &Climb, prompt_tokens: u32, teller: &Teller<'_>) -> Usage {
    let heard = u32::try_from(teller.heard).unwrap_or(u32::MAX);
    let guess = Usage { prompt: prompt_tokens, completion: heard };
    let answered = match (climb.usage, climb.rung) {
        (Some(usage), _) => usage,
        (None, Some(_)) => guess,
        // Stopped, or dropped: the server may count what it read.
        (None, None) if climb.tries == 0 => guess,
        (None, None) => Usage::default(),
    };
    let broken = climb.troubles.iter().filter(|(_, trouble)| !trouble.is_free()).count();
    // The one that answered and broke off is counted already.
    let broken = broken.saturating_sub(usize::from(climb.rung.is_some() && !climb.whole));
    let broken = u32::try_from(broken).unwrap_or(u32::MAX).saturating_mul(prompt_tokens);
    Usage { prompt: answered.prompt.saturating_add(broken), ..answered }
}

fn metadata(models: &Models, climb: &Climb, used: Usage, begun: Instant, teller: &Teller<'_>) -> Value {
    let model = climb.model.as_deref().unwrap_or_default();
    let troubles: Vec<Value> =
        climb.troubles.iter().map(|(model, trouble)| json!({"model": model, "trouble": trouble.name()})).collect();
    json!({
        "rung": rung(climb),
        "model": climb.model,
        "whole": climb.whole,
        "tries": climb.tries,
        "troubles": troubles,
        "tokens": {"prompt": used.prompt, "completion": used.completion, "total": used.total()},
        "cost_usd": models.prices.of(model, used),
        "first_words_ms": climb.first_words_ms,
        "model_ms": u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        "held_back": teller.guard.held_back(),
        "late": teller.is_late,
    })
}

fn rung(climb: &Climb) -> &'static str {
    match climb.rung {
        Some(0) => "primary",
        Some(_) => "secondary",
        None => "rules",
    }
}

fn report(models: &Models, climb: &Climb, used: Usage, begun: Instant) {
    metrics::model_turn(rung(climb), begun.elapsed(), climb.first_words_ms);
    for (model, trouble) in &climb.troubles {
        metrics::model_trouble(trouble.name());
        if trouble.is_hopeless() {
            tracing::error!(action = "model", model, %trouble, "a model cannot be used as it is set");
        } else {
            tracing::info!(action = "model", model, %trouble, "a model gave no whole answer");
        }
    }
    metrics::model_tokens(
        used.prompt,
        used.completion,
        models.prices.of(climb.model.as_deref().unwrap_or_default(), used),
    );
    metrics::model_fallback(models.ladder.is_spared());
}

async fn settle(desk: &Desk, call: &Call, climb: &Climb, used: Usage) {
    let settled = async {
        let mut tx = desk.store.begin(Actor::Server).await?;
        model_usage::settle(&mut tx, call.inbox, call.day, used.total().into(), climb.model.as_deref()).await?;
        tx.commit().await?;
        Ok::<_, StoreError>(())
    };
    if let Err(error) = settled.await {
        // What was set aside stays used: rather too much than too little.
        tracing::warn!(session.id = %call.session, %error, "what a model's answer cost could not be settled");
    }
}
