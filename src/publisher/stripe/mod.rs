//! Stripe over HTTP: a few calls, each within its time and under a key of its own.
//!
//! Promises: no call without a time limit; every answer is either what was asked for or a `Trouble` that says whether
//! trying again helps; the key never stands in a log or an error. No library of Stripe's: the answers are read leniently, so
//! that a field more or less breaks nothing after Stripe has done its part.

mod answer;
pub mod checkout;
mod effects;
mod money;
pub(crate) mod reconcile;
pub mod refund;
pub mod sale;
pub mod shapes;
pub mod webhook;

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;

use super::error::{StartError, Trouble};

/// How Stripe is reached.
#[derive(Debug, Clone)]
pub struct Options {
    /// The secret key.
    pub key: SecretString,
    /// Where the API is; no slash at the end.
    pub base: String,
    /// The version of the API that its answers are read by.
    pub version: String,
    /// How long a call may take, in seconds (R119).
    pub timeout_s: u64,
}

/// The client.
#[derive(Debug)]
pub(crate) struct Stripe {
    http: reqwest::Client,
    options: Options,
}

/// The fields of a request, in Stripe's own spelling: `metadata[event_id]`.
pub(crate) type Form = Vec<(String, String)>;

impl Stripe {
    pub(super) fn new(options: &Options) -> Result<Self, StartError> {
        if !options.base.starts_with("https://") && !options.base.starts_with("http://") {
            return Err(StartError::new("STRIPE_API_BASE", &"an address begins with https://"));
        }
        // The second to install it finds the same one there.
        rustls::crypto::ring::default_provider().install_default().ok();
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(options.timeout_s))
            // An answer that points elsewhere would carry our key there.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| StartError::new("STRIPE_SECRET_KEY", &error))?;
        Ok(Self { http, options: options.clone() })
    }

    /// Changes something, at most once for this key within a day.
    pub(crate) async fn post<T: DeserializeOwned>(&self, path: &str, form: &Form, key: &str) -> Result<T, Trouble> {
        let request = self.http.post(format!("{}{path}", self.options.base)).form(form).header("Idempotency-Key", key);
        self.send(request).await
    }

    /// Reads something.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str, query: &Form) -> Result<T, Trouble> {
        self.send(self.http.get(format!("{}{path}", self.options.base)).query(query)).await
    }

    async fn send<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Result<T, Trouble> {
        let request =
            request.bearer_auth(self.options.key.expose_secret()).header("Stripe-Version", &self.options.version);
        let unanswered = |error: &reqwest::Error| answer::unanswered(error, self.options.timeout_s);
        let response = request.send().await.map_err(|error| unanswered(&error))?;
        let head = answer::Head::of(&response);
        let body = response.bytes().await.map_err(|error| unanswered(&error))?;
        answer::read(&head, &body)
    }
}
