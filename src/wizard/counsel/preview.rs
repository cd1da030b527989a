//! What the rules make of a message, before anything is written: their words for it, and what a model is shown.
//!
//! Runs the turn's own steps in a transaction that is never committed, so that what is shown first is what is saved later.

use std::sync::Arc;

use uuid::Uuid;

use crate::domain::fact::Field;
use crate::domain::session::Session;
use crate::store::conversations;
use crate::store::database::{Actor, Tx};
use crate::store::error::StoreError;
use crate::understanding::answers;
use crate::understanding::guard::{Known, Sources};
use crate::understanding::model::Request;
use crate::understanding::prompt::{self, Brief, PromptError, Prompts, Said, WINDOW};
use crate::wizard::job::Job;
use crate::wizard::models::Models;
use crate::wizard::show;
use crate::wizard::turn::{self, Desk};
use crate::wizard::work::Work;

/// What is known before a model is asked.
pub(super) struct Preview {
    pub(super) version: i64,
    /// What the rules are sure of, in words.
    pub(super) facts: String,
    /// The rules' whole answer; it begins with the facts.
    pub(super) whole: String,
    pub(super) defaults: Vec<Field>,
    pub(super) asked: Vec<Field>,
    pub(super) request: Request,
    /// About how many tokens the request has.
    pub(super) prompt_tokens: u32,
    /// The most that may be used.
    pub(super) tokens: i64,
    /// What the model's words are measured against.
    pub(super) known: Known,
}

/// Reads a message as its turn will. `None`: there is nothing to ask a model about.
pub(super) async fn preview(
    desk: &Arc<Desk>,
    models: &Models,
    id: Uuid,
    job: &Job,
    held: Option<&Session>,
) -> Result<Option<Preview>, StoreError> {
    let Some(words) = job.body().words() else { return Ok(None) };
    let mut tx = desk.store.begin(Actor::Turn(&job.person)).await?;
    let before = turn::current(&mut tx, id, held.cloned()).await?;
    let mut work = Work::new(desk, job, before, None);
    work.read(&mut tx).await?;
    if !work.is_talk() {
        return Ok(None);
    }
    work.act(&mut tx).await?;
    work.advise(&mut tx).await?;
    let past = past(&mut tx, id, job.message).await?;
    tx.rollback().await?;
    let (brief, parts) = (brief_of(&work, &past, words, models.max_tokens), show::parts(&work));
    let made = prompt::request(&models.prompts, &brief)
        .and_then(|request| Ok((request, prompt::instructions(&models.prompts, &brief)?)));
    let (request, instructions) = match made {
        Ok(made) => made,
        Err(error) => {
            tracing::error!(action = "prompt", %error, "no prompt could be made; the rules answer alone");
            return Ok(None);
        }
    };
    let prompt_tokens = prompt::estimate(&request);
    let each = u64::from(prompt_tokens) + u64::from(models.max_tokens);
    let rungs = u64::try_from(models.ladder.models().count()).unwrap_or(1);
    let known = Known::from(&Sources {
        draft: brief.draft,
        venue: brief.venue,
        suggestions: brief.suggestions,
        words,
        now: brief.now,
        language: brief.language,
        instructions: &instructions,
        public_url: &desk.public_url,
    });
    Ok(Some(Preview {
        version: work.before.version,
        facts: answers::join(parts.facts, &work.session.language),
        whole: show::words(&work),
        defaults: work.defaults.clone(),
        asked: work.session.state.asked.clone(),
        request,
        prompt_tokens,
        tokens: i64::try_from(each * rungs).unwrap_or(i64::MAX),
        known,
    }))
}

/// What was said before.
struct Past {
    window: Vec<Said>,
    all: usize,
    opening: Option<String>,
}

async fn past(tx: &mut Tx, session: Uuid, message: Uuid) -> Result<Past, StoreError> {
    let limit = i64::try_from(WINDOW).unwrap_or(i64::MAX);
    let (spoken, all) = conversations::before(tx, session, message, limit).await?;
    let all = usize::try_from(all).unwrap_or(0);
    let opening = if all > WINDOW { conversations::opening(tx, session).await? } else { None };
    let said = spoken.into_iter().map(|spoken| Said { by_organizer: spoken.role == "user", text: spoken.content });
    Ok(Past { window: said.collect(), all, opening: opening.map(|spoken| spoken.content) })
}

fn brief_of<'a>(work: &'a Work<'_>, past: &'a Past, words: &'a str, max_tokens: u32) -> Brief<'a> {
    Brief {
        stage: work.session.stage,
        language: &work.session.language,
        now: work.local_now(),
        draft: work.session.draft(),
        venue: work.venue.as_ref().map(|venue| venue.name.as_str()),
        changed: &work.changed,
        asked: &work.session.state.asked,
        suggestions: &work.suggestions,
        before: &past.window,
        earlier: (past.all, past.opening.as_deref()),
        words,
        max_tokens,
    }
}

/// What a model would be shown if the organizer said these words now. Nothing is asked, and nothing is written.
///
/// # Errors
/// When the store is away, there is no such session, or a template is wrong.
pub async fn brief(
    desk: &Arc<Desk>,
    prompts: &Prompts,
    id: Uuid,
    job: &Job,
    words: &str,
) -> Result<Result<Request, PromptError>, StoreError> {
    let mut tx = desk.store.begin(Actor::Turn(&job.person)).await?;
    let before = turn::current(&mut tx, id, None).await?;
    let mut work = Work::new(desk, job, before, None);
    work.read(&mut tx).await?;
    work.act(&mut tx).await?;
    work.advise(&mut tx).await?;
    let past = past(&mut tx, id, job.message).await?;
    tx.rollback().await?;
    Ok(prompt::request(prompts, &brief_of(&work, &past, words, 0)))
}
