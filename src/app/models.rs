//! The language models, as the settings name them.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use secrecy::SecretString;

use crate::settings::{self, Settings};
use crate::store::model_usage::Budgets;
use crate::understanding::ladder::{Ladder, Policy, Pressing};
use crate::understanding::model::Model;
use crate::understanding::openai::{OpenAi, OpenAiEar, Options};
use crate::understanding::prompt::Prompts;
use crate::wizard::hearing::Ear;
use crate::wizard::models::{Late, Models, Prices};

/// The models; `None` without a key: then the rules answer alone.
///
/// # Errors
/// One line that names the setting.
pub fn models(settings: &Settings) -> anyhow::Result<Option<Models>> {
    let Some(key) = &settings.openai_api_key else { return Ok(None) };
    let set = &settings.models;
    let late = match set.late.as_str() {
        "follow" => Late::Follow,
        "drop" => Late::Drop,
        other => anyhow::bail!("models.late is {other:?}; say follow or drop"),
    };
    let hurry = match set.next_message.as_str() {
        "queue" => false,
        "cancel" => true,
        other => anyhow::bail!("models.next_message is {other:?}; say queue or cancel"),
    };
    let prices = Prices::parse(&set.prices).map_err(|reason| anyhow::anyhow!("models.prices: {reason}"))?;
    Ok(Some(Models {
        ladder: ladder(set, key, settings.wizard.turn_deadline_s)?,
        ear: ear(set, key)?,
        prompts: prompts(settings)?,
        budgets: Budgets { session: set.session_tokens, user_day: set.user_day_tokens, day: set.day_tokens },
        max_tokens: set.max_tokens,
        shown_characters: set.shown_characters,
        answer_within: Duration::from_millis(set.answer_within_ms),
        late,
        hurry,
        prices,
    }))
}

/// The prompts, built in or from the folder that the settings name.
///
/// # Errors
/// The first one that cannot be used.
pub(super) fn prompts(settings: &Settings) -> anyhow::Result<Prompts> {
    let folder = &settings.models.prompts_dir;
    let folder = (!folder.is_empty()).then(|| Path::new(folder));
    Prompts::load(folder).context("the prompts cannot be used")
}

fn ladder(set: &settings::Models, key: &SecretString, turn_deadline_s: u64) -> anyhow::Result<Ladder> {
    let options = options(set, key)?;
    anyhow::ensure!(!set.model.is_empty(), "OPENAI_MODEL is empty; name the model to ask");
    let patience = [set.first_token_ms, set.fallback_first_token_ms];
    let names = [set.model.as_str(), set.fallback_model.as_str()];
    let mut rungs: Vec<(Arc<dyn Model>, Duration)> = Vec::new();
    for (name, first_token_ms) in names.into_iter().zip(patience).filter(|(name, _)| !name.is_empty()) {
        rungs.push((Arc::new(OpenAi::new(&options, name)?), Duration::from_millis(first_token_ms)));
    }
    // The turn must still have time to settle.
    let turn = Duration::from_secs(turn_deadline_s) * 2 / 3;
    let policy = Policy {
        tries: set.tries.max(1),
        whole: Duration::from_millis(set.whole_ms).min(turn),
        gap: Duration::from_millis(set.gap_ms),
        pause: Duration::from_millis(100),
        failures: set.failures.max(1),
        rest: Duration::from_secs(set.rest_s),
        pressing: Pressing {
            window: Duration::from_secs(set.fallback_window_s),
            least: set.fallback_least.max(1),
            percent: set.fallback_percent,
            probe: Duration::from_secs(set.fallback_probe_s),
        },
    };
    Ok(Ladder::new(rungs, policy))
}

/// Who listens to voice messages; nobody where no model for it is named.
fn ear(set: &settings::Models, key: &SecretString) -> anyhow::Result<Option<Ear>> {
    if set.transcriber.is_empty() {
        return Ok(None);
    }
    let within = Duration::from_millis(set.hear_within_ms);
    let transcriber = Arc::new(OpenAiEar::new(&options(set, key)?, &set.transcriber, within)?);
    Ok(Some(Ear { transcriber, within }))
}

fn options(set: &settings::Models, key: &SecretString) -> anyhow::Result<Options> {
    let field = set.max_tokens_field.as_str();
    let known = ["auto", "max_tokens", "max_completion_tokens"].contains(&field);
    anyhow::ensure!(known, "models.max_tokens_field is {field:?}; say auto, max_tokens or max_completion_tokens");
    Ok(Options {
        base_url: set.base_url.clone(),
        api_key: key.clone(),
        max_tokens_field: set.max_tokens_field.clone(),
        connect: Duration::from_millis(set.connect_ms),
        silence: Duration::from_millis(set.first_token_ms.max(set.gap_ms)),
    })
}

/// Which of the models that the settings name their server does not have; empty: it has them all.
///
/// # Errors
/// Why the server does not say.
pub async fn unknown_models(settings: &Settings) -> anyhow::Result<Vec<String>> {
    let set = &settings.models;
    let Some(key) = &settings.openai_api_key else { return Ok(Vec::new()) };
    let has = OpenAi::models(&options(set, key)?).await?;
    // Some servers name a model with its tag: "llama3.1:latest".
    let known = |name: &str| has.iter().any(|one| one == name || one.split(':').next() == Some(name));
    let named = [&set.model, &set.fallback_model, &set.transcriber];
    Ok(named.into_iter().filter(|name| !name.is_empty() && !known(name)).cloned().collect())
}
