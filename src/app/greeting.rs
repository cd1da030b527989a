//! Says hello to the services outside that the settings name.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{chats, told};
use crate::publisher::greeting;
use crate::settings::Settings;

/// How long each may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// What came of it, by the setting that names the service: words that go on after "is set, and ", or why it failed. None holds a
/// secret.
pub async fn greeted(settings: &Settings) -> BTreeMap<&'static str, Result<String, String>> {
    let mut greeted: BTreeMap<_, _> = chats::greeted(settings, PATIENCE).await.into_iter().collect();
    match told::publishing(settings) {
        Ok(options) => {
            let (mail, stripe) = tokio::join!(greeting::mail(&options, PATIENCE), greeting::stripe(&options, PATIENCE));
            greeted.extend(mail.map(|answer| ("SMTP_URL", answer)));
            greeted.extend(stripe.map(|answer| ("STRIPE_SECRET_KEY", answer)));
        }
        Err(error) => {
            greeted.insert("STRIPE_SECRET_KEY", Err(format!("{error:#}")));
        }
    }
    greeted
}
