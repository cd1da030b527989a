//! Services outside: which are set, and what does not work without them.

use super::Finding;
use crate::settings::Settings;

/// A name, what it is for, and what does not work without it.
const SERVICES: &[(&str, &str, &str)] = &[
    ("SMTP_URL", "mail", "no mail is sent"),
    ("STRIPE_SECRET_KEY", "payments", "tickets cannot be paid online"),
    ("OPENAI_API_KEY", "language model", "rules alone understand what is said"),
    ("GOOGLE_MAPS_API_KEY", "maps", "addresses are not looked up"),
    ("TELEGRAM_BOT_TOKEN", "Telegram", "no bot answers there"),
    ("DISCORD_TOKEN", "Discord", "no bot answers there"),
    ("SENTRY_DSN", "fault reports", "faults stand in the log alone"),
];

/// One line for each, and one for whatever else is set for nothing.
pub(super) fn examine(settings: &Settings) -> Vec<Finding> {
    let mut findings: Vec<Finding> = SERVICES.iter().map(|service| of(settings, *service)).collect();
    let named = |name: &&str| SERVICES.iter().any(|(known, _, _)| known == name);
    let others: Vec<&str> = settings.not_read.iter().filter(|name| !named(name)).copied().collect();
    if !others.is_empty() {
        findings.push(Finding::note("settings", format!("set, but nothing reads them yet: {}", others.join(", "))));
    }
    findings
}

fn of(settings: &Settings, (name, what, without): (&'static str, &'static str, &str)) -> Finding {
    if settings.not_read.contains(&name) {
        Finding::note(what, format!("{name} is set, but this version does not use it yet: {without}."))
    } else if settings.given.contains(&name) {
        Finding::works(what, format!("{name} is set"))
    } else {
        Finding::note(what, format!("{name} is not set: {without}."))
    }
}
