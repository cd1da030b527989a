//! Says hello to the mail server and to Stripe, for whoever asks what works. Nothing is sent, nothing is made.

use std::time::Duration;

use serde::Deserialize;

use super::Options;
use super::mailbox::Mailbox;
use super::stripe::Stripe;

/// Whose a key is.
#[derive(Debug, Deserialize)]
struct Whose {
    id: String,
}

/// What came of it: words that go on after "is set, and ", or why it failed, without a secret.
pub type Greeted = Result<String, String>;

/// Connects to the mail server and signs in there; `None` when there is none.
pub async fn mail(options: &Options, within: Duration) -> Option<Greeted> {
    options.smtp_url.as_ref()?;
    let mailbox = match Mailbox::open(options) {
        Ok(mailbox) => mailbox,
        Err(error) => return Some(Err(error.to_string())),
    };
    let greeted = mailbox.greet(within).await?;
    Some(greeted.map(|()| "the mail server takes us".to_owned()))
}

/// Asks Stripe whose the secret key is; `None` without one.
pub async fn stripe(options: &Options, within: Duration) -> Option<Greeted> {
    let stripe = match Stripe::new(options.stripe.as_ref()?) {
        Ok(stripe) => stripe,
        Err(error) => return Some(Err(error.to_string())),
    };
    let asked = tokio::time::timeout(within, stripe.get::<Whose>("/v1/account", &Vec::new())).await;
    Some(match asked {
        Ok(Ok(whose)) => Ok(format!("Stripe knows it as that of {}", whose.id)),
        Ok(Err(trouble)) => Err(trouble.to_string()),
        Err(_) => Err("Stripe took too long".to_owned()),
    })
}
