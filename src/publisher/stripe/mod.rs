//! Stripe over HTTP: a few calls, each within its time and under a key of its own.
//!
//! Promises: no call without a time limit; every answer is either what was asked for or a `Trouble` that says whether
//! trying again helps; the key never stands in a log or an error. No library of Stripe's: the answers are read leniently, so
//! that a field more or less breaks nothing after Stripe has done its part.

pub(crate) mod account;
mod answer;
pub mod checkout;
pub mod connect;
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
use sha2::{Digest as _, Sha256};

use super::error::{StartError, Trouble};

/// How Stripe is reached.
#[derive(Debug, Clone)]
pub struct Options {
    /// The secret key.
    pub key: SecretString,
    /// Where the API is; no slash at the end.
    pub base: String,
    /// Where organizers connect accounts of their own; no slash at the end.
    pub connect_base: String,
    /// What this platform is called there; `None`: accounts are made here (account links).
    pub client_id: Option<String>,
    /// The version of the API that its answers are read by.
    pub version: String,
    /// How long a call may take, in seconds (R119).
    pub timeout_s: u64,
}

/// The client.
#[derive(Debug)]
pub(crate) struct Stripe {
    http: reqwest::Client,
    pub(in crate::publisher) options: Options,
}

/// The key of a step: the same words give the same key, at every attempt and in every process.
pub(crate) fn idempotency_key(words: &[&str]) -> String {
    let mut hash = Sha256::new();
    for word in words {
        // The length keeps ["ab", "c"] and ["a", "bc"] apart.
        hash.update(word.len().to_be_bytes());
        hash.update(word.as_bytes());
    }
    hash.finalize().iter().fold(String::from("eventos-"), |text, byte| text + &format!("{byte:02x}"))
}

/// The fields of a request, in Stripe's own spelling: `metadata[event_id]`.
pub(crate) type Form = Vec<(String, String)>;

impl Stripe {
    pub(super) fn new(options: &Options) -> Result<Self, StartError> {
        for (setting, base) in [("STRIPE_API_BASE", &options.base), ("STRIPE_CONNECT_BASE", &options.connect_base)] {
            if !base.starts_with("https://") && !base.starts_with("http://") {
                return Err(StartError::new(setting, &"an address begins with https://"));
            }
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

    /// Asks for something at a full address, without a key of its own: what is asked for works once by itself.
    pub(crate) async fn ask<T: DeserializeOwned>(&self, url: &str, form: &Form) -> Result<T, Trouble> {
        self.send(self.http.post(url).form(form)).await
    }

    /// Reads something. No key is spent on it, so a failure gives none up.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str, query: &Form) -> Result<T, Trouble> {
        let read = self.send(self.http.get(format!("{}{path}", self.options.base)).query(query)).await;
        read.map_err(|trouble| match trouble {
            Trouble::Retry { why, after_s, cause, .. } => Trouble::Retry { why, after_s, new_key: false, cause },
            other => other,
        })
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
