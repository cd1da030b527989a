//! Services outside: which are set, whether they answer us, and what does not work without them.

use super::Finding;
use crate::app;
use crate::settings::Settings;

/// A name, what it is for, what does not work without it, and what to do when it does not answer.
const SERVICES: &[(&str, &str, &str, &str)] = &[
    (
        "SMTP_URL",
        "mail",
        "no mail is sent",
        "Check its host, user and password, and MAIL_FROM; %, @ and : of a password are written as %25, %40 and %3A.",
    ),
    (
        "STRIPE_SECRET_KEY",
        "payments",
        "tickets cannot be paid online",
        "Take the secret key from Stripe's dashboard, Developers, API keys.",
    ),
    ("OPENAI_API_KEY", "language model", "rules alone understand what is said", ""),
    ("GOOGLE_MAPS_API_KEY", "maps", "addresses are not looked up", ""),
    ("TELEGRAM_BOT_TOKEN", "Telegram", "no bot answers there", "Ask BotFather for the token (docs/runbook.md)."),
    (
        "DISCORD_TOKEN",
        "Discord",
        "no bot answers there",
        "Reset the bot's token in Discord's developer portal and set it here.",
    ),
];

/// What else some settings are for that nothing reads yet, and what to do meanwhile.
const MEANWHILE: &[(&str, &str, &str)] = &[(
    "SENTRY_DSN",
    "fault reports",
    "this version sends faults nowhere. They stand in the log: watch it for lines of level error.",
)];

/// One line for each, and one for whatever else is set for nothing.
pub(super) async fn examine(settings: &Settings) -> Vec<Finding> {
    let greeted = app::greeted(settings).await;
    let mut findings: Vec<Finding> =
        SERVICES.iter().map(|service| of(settings, greeted.get(service.0), *service)).collect();
    let (told, others): (Vec<&str>, Vec<&str>) =
        settings.not_read.iter().copied().partition(|name| MEANWHILE.iter().any(|(known, ..)| known == name));
    let meanwhile = MEANWHILE.iter().filter(|(name, ..)| told.contains(name));
    findings.extend(meanwhile.map(|(name, what, words)| Finding::note(what, format!("{name} is set, but {words}"))));
    if !others.is_empty() {
        findings.push(Finding::note("settings", format!("set, but nothing reads them yet: {}", others.join(", "))));
    }
    findings.extend(models(settings).await);
    findings
}

/// Which models are asked, and where; which of them the server does not have; or what is wrong with the settings.
async fn models(settings: &Settings) -> Option<Finding> {
    let what = "models";
    let models = match app::models(settings) {
        Ok(models) => models?,
        Err(error) => return Some(Finding::missing(what, format!("{error:#}"))),
    };
    let names: Vec<&str> = models.ladder.models().collect();
    let address = settings.models.base_url.split('?').next().unwrap_or_default();
    let asked = format!("{} at {address}, then the rules", names.join(", then "));
    Some(match app::unknown_models(settings).await {
        Ok(unknown) if unknown.is_empty() => Finding::works(what, asked),
        Ok(unknown) => Finding::note(
            what,
            format!(
                "{asked}. The server does not have {}: set OPENAI_MODEL, OPENAI_FALLBACK_MODEL and OPENAI_TRANSCRIBER.",
                unknown.join(" and ")
            ),
        ),
        Err(error) => Finding::note(what, format!("{asked}. The server does not say which it has: {error:#}.")),
    })
}

fn of(
    settings: &Settings,
    greeted: Option<&Result<String, String>>,
    (name, what, without, remedy): (&'static str, &'static str, &str, &str),
) -> Finding {
    if settings.given.contains(&name) {
        match greeted {
            Some(Ok(words)) => Finding::works(what, format!("{name} is set, and {words}")),
            // It may be away for a moment only: the program begins without it and tries again.
            Some(Err(why)) => Finding::note(what, format!("{name} is set, but {why}: {without}. {remedy}")),
            None => Finding::works(what, format!("{name} is set")),
        }
    } else if name == "SMTP_URL" {
        let outbox = settings.data_dir.join("outbox");
        let words = "mails are put there and reach nobody. Set SMTP_URL and MAIL_FROM to have them sent.";
        Finding::note(what, format!("{name} is not set; {}: {words}", outbox.display()))
    } else {
        Finding::note(what, format!("{name} is not set: {without}."))
    }
}
