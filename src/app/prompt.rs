//! What a model would be shown in a session, for `eventos prompt`.

use std::sync::Arc;

use anyhow::Context as _;
use port::Body;
use tokio::runtime::Handle;
use uuid::Uuid;

use super::{database, models, told};
use crate::domain::clock::{RandomIds, SystemClock};
use crate::settings::Settings;
use crate::store::database::{Actor, Store};
use crate::store::{conversations, people, sessions};
use crate::understanding::model::Request;
use crate::wizard::counsel;
use crate::wizard::job::Job;
use crate::wizard::turn::{Desk, Limits};

/// What a model would be shown if the organizer of this session said these words now; without words, their last message.
///
/// # Errors
/// One clear line about what is missing.
pub async fn prompt(settings: &Settings, session: Uuid, words: Option<String>) -> anyhow::Result<Request> {
    let (cluster, login) = database::database(settings).await?;
    let store = database::connected(&login, 2).await?;
    let result = of(settings, &store, session, words).await;
    store.close().await;
    if let Some(cluster) = cluster {
        cluster.close().await;
    }
    result
}

async fn of(settings: &Settings, store: &Store, session: Uuid, words: Option<String>) -> anyhow::Result<Request> {
    let mut tx = store.begin(Actor::Server).await?;
    let owner = sessions::owner(&mut tx, session).await?.with_context(|| format!("there is no session {session}"))?;
    let person = people::get(&mut tx, owner).await?.context("the session has no owner")?;
    drop(tx);
    let mut tx = store.begin(Actor::Person(&person)).await?;
    let last = conversations::newest_words(&mut tx, session).await?;
    drop(tx);
    let (message, words) = match (words, last) {
        (Some(words), _) => (Uuid::nil(), words),
        (None, Some(last)) => (last.id, last.content),
        (None, None) => anyhow::bail!("nothing was said in this session yet; say something with --words"),
    };
    let desk = Arc::new(Desk {
        store: store.clone(),
        node: String::new(),
        clock: Arc::new(SystemClock),
        ids: Arc::new(RandomIds),
        runtime: Handle::current(),
        limits: Limits { turn_deadline_s: settings.wizard.turn_deadline_s, lease_s: 1 },
        public_url: told::url(settings),
        models: None,
        post: Arc::default(),
    });
    let prompts = models::prompts(settings)?;
    let job = Job::new((Uuid::nil(), message), person, "terminal", Body::Text(words.clone()), None);
    Ok(counsel::brief(&desk, &prompts, session, &job, &words).await??)
}
