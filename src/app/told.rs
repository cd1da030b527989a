//! What the settings tell each room, in the room's own terms.

use anyhow::Context as _;

use crate::accounts::keys::Alg;
use crate::accounts::options::{Options, Project};
use crate::domain::fees::Fees;
use crate::domain::person::Role as PersonRole;
use crate::door::rate;
use crate::node;
use crate::pictures::Room;
use crate::publisher;
use crate::sales;
use crate::settings::{self, Settings};

/// Where people find the program that serves on this folder, or would find it.
pub fn url(settings: &Settings) -> String {
    let said = settings.public_url(settings.server.listen_addr);
    if settings.server.public_url.is_empty() { node::known_url(&settings.data_dir).unwrap_or(said) } else { said }
}

/// How accounts work, from the settings.
pub(super) fn options(settings: &Settings) -> anyhow::Result<Options> {
    let set = &settings.accounts;
    let autoconfirm = match set.autoconfirm.as_str() {
        "on" => true,
        "off" => false,
        "auto" => settings.smtp_url.is_none(),
        other => anyhow::bail!("accounts.autoconfirm is {other:?}; say on, off or auto"),
    };
    let role = PersonRole::parse(&set.sign_up_role).filter(|role| *role != PersonRole::Guest);
    Ok(Options {
        alg: Alg::of_own(&set.alg).with_context(|| format!("accounts.alg is {:?}; say RS256 or ES256", set.alg))?,
        any_alg: false,
        access_token_s: set.access_token_s,
        refresh_reuse_s: set.refresh_reuse_s,
        password_min_length: set.password_min_length,
        sign_up_role: role.context("accounts.sign_up_role must be organizer or attendee")?,
        autoconfirm,
        guests: set.guests,
        sign_in_days: set.sign_in_days,
        password_tries: set.password_tries,
        key_encryption_key: set.key_encryption_key.clone(),
        supabase: settings.supabase.as_ref().map(|project| Project {
            url: project.url.clone(),
            anon_key: project.anon_key.clone(),
            service_role_key: project.service_role_key.clone(),
            jwt_secret: project.jwt_secret.clone(),
        }),
    })
}

pub(super) fn rules(settings: &settings::Limits) -> rate::Rules {
    let rule = |requests, window_s, block_s| rate::Rule { requests, window_s, block_s };
    rate::Rules {
        ai_wizard: rule(settings.ai_wizard, settings.ai_wizard_window_s, settings.ai_wizard_block_s),
        event_creation: rule(settings.event_creation, settings.event_creation_window_s, 0),
        venue_search: rule(settings.venue_search, settings.venue_search_window_s, 0),
        picture_upload: rule(settings.picture_upload, settings.picture_upload_window_s, 0),
        account_export: rule(settings.account_export, settings.account_export_window_s, 0),
        suggestions: rule(settings.suggestions, settings.suggestions_window_s, 0),
        purchases: rule(settings.purchases, settings.purchases_window_s, 0),
        visitor_reads: rule(settings.visitor_reads, settings.visitor_reads_window_s, 0),
        address_uploads: rule(settings.address_uploads, settings.address_uploads_window_s, 0),
        max_keys: settings.max_keys,
        address_per_s: settings.address_per_s,
        address_burst: settings.address_burst,
    }
}

/// What guests' pictures may take.
pub(super) fn room(settings: &settings::Limits) -> Room {
    Room::of_mb(settings.guest_pictures_mb, settings.pictures_of_guests_mb)
}

/// How tickets are sold.
pub(super) fn selling(settings: &Settings) -> anyhow::Result<sales::Options> {
    let payments = settings.stripe_secret_key.is_some();
    Ok(sales::Options { payments, hold_s: settings.sales.hold_s, fees: fees(settings)? })
}

/// What is taken of each payment, for whoever shows it and whoever takes it.
fn fees(settings: &Settings) -> anyhow::Result<Fees> {
    let own = Fees::parse(&settings.publisher.fees, settings.sales.fee_percent);
    own.map_err(|error| anyhow::anyhow!("publisher.fees, sales.fee_percent: {error}"))
}

/// What the publisher is told.
pub(super) fn publishing(settings: &Settings) -> anyhow::Result<publisher::Options> {
    let own = &settings.publisher;
    let stripe = settings.stripe_secret_key.clone().map(|key| publisher::stripe::Options {
        key,
        base: own.stripe_api_base.trim_end_matches('/').to_owned(),
        version: own.stripe_version.clone(),
        timeout_s: own.stripe_timeout_s,
        connect_base: own.stripe_connect_base.trim_end_matches('/').to_owned(),
        client_id: Some(own.stripe_client_id.clone()).filter(|id| !id.is_empty()),
    });
    Ok(publisher::Options {
        fees: fees(settings)?,
        parallel: own.parallel,
        poll_s: own.poll_s,
        lease_s: own.lease_s,
        max_attempts: own.max_attempts,
        backoff_s: own.backoff_s,
        backoff_max_s: own.backoff_max_s,
        mail_timeout_s: own.mail_timeout_s,
        mail_from: own.mail_from.clone(),
        operator: Some(own.operator_email.clone()).filter(|address| !address.is_empty()),
        smtp_url: settings.smtp_url.clone(),
        data_dir: settings.data_dir.clone(),
        stripe,
        hold_s: settings.sales.hold_s,
        webhooks_private: own.webhooks_private,
    })
}

pub(super) fn arbiters(settings: &Settings) -> usize {
    let cores = || std::thread::available_parallelism().map_or(2, usize::from);
    if settings.wizard.arbiters == 0 { cores() } else { settings.wizard.arbiters }
}
