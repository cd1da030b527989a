//! What can go wrong with accounts, apart from a caller's own mistakes.

use crate::store::error::StoreError;

/// Why accounts cannot work.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The cryptographic library refused.
    #[error("a key could not be made or used")]
    Crypto,
    /// A stored key cannot be read.
    #[error("a stored signing key cannot be read")]
    Key,
    /// A stored key is sealed and the settings have another key for it, or none.
    #[error(
        "the signing keys are sealed with another key; set EVENTOS_ACCOUNTS__KEY_ENCRYPTION_KEY to the one they were made with"
    )]
    Sealed,
    /// The project where people sign in cannot be asked for its keys.
    #[error("the project's sign-in keys cannot be had: {0}")]
    Remote(String),
    /// People sign in at a project of their own: nothing is signed here.
    #[error("SUPABASE_URL is set: people sign in there, and its keys are shown in that project's settings")]
    Elsewhere,
    /// A task for the processor was lost.
    #[error("a task ended before its time")]
    Lost,
}
