//! How an attempt goes wrong: once more later, or never again.

use crate::domain::outcome::Cause;
use crate::store::error::StoreError;

/// Why an attempt did not do its work.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Trouble {
    /// Once more later.
    #[error("{why}")]
    Retry {
        /// What happened, for the operator.
        why: String,
        /// The other side asked for so many seconds.
        after_s: Option<u32>,
        /// The other side remembers its own failure under our key: the next attempt looks first and takes another key.
        new_key: bool,
        /// What an organizer may know of it.
        cause: Cause,
    },
    /// Never again by itself.
    #[error("{why}")]
    Fail {
        /// What happened, for the operator.
        why: String,
    },
    /// Nothing is wrong but something that is not there yet, as a setting: looked at again now and then, for as long as it takes.
    #[error("{why}")]
    Wait {
        /// What is missing, for the operator.
        why: String,
        /// Seconds until it is looked again.
        after_s: f64,
    },
    /// Another process has the item by now: nothing is written here.
    #[error("another process took the item over")]
    Lost,
}

impl Trouble {
    /// Once more later: the other side did not answer.
    pub(crate) fn retry(why: impl Into<String>) -> Self {
        Self::Retry { why: why.into(), after_s: None, new_key: false, cause: Cause::NoAnswer }
    }

    /// Once more later: the fault is ours.
    pub(crate) fn ours(why: impl Into<String>) -> Self {
        Self::Retry { why: why.into(), after_s: None, new_key: false, cause: Cause::Ours }
    }

    /// Payments are not set up; it is looked every five minutes whether they are.
    pub(crate) fn no_key() -> Self {
        Self::Wait { why: "payments are not set up (STRIPE_SECRET_KEY)".to_owned(), after_s: 300.0 }
    }

    /// Never again by itself.
    pub(crate) fn fail(why: impl Into<String>) -> Self {
        Self::Fail { why: why.into() }
    }
}

impl Trouble {
    /// What an organizer may know of it.
    pub fn cause(&self) -> Cause {
        match self {
            Self::Retry { cause, .. } => *cause,
            Self::Fail { .. } => Cause::Refused,
            Self::Wait { .. } => Cause::NotSetUp,
            Self::Lost => Cause::Ours,
        }
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::ours(error.to_string())
    }
}

/// A setting with which the publisher cannot start; one line that says which and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{setting}: {reason}")]
pub struct StartError {
    /// The setting.
    pub setting: &'static str,
    /// What is wrong with it.
    pub reason: String,
}

impl StartError {
    pub(crate) fn new(setting: &'static str, reason: &impl ToString) -> Self {
        Self { setting, reason: reason.to_string() }
    }
}
