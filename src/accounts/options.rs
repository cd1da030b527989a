//! What can be set about accounts.

use secrecy::SecretString;

use super::keys::Alg;
use crate::domain::person::Role;

/// How accounts work.
#[derive(Debug, Clone)]
pub struct Options {
    /// How tokens are signed.
    pub alg: Alg,
    /// A key that is there is used, however it signs: for work beside a program that chose it.
    pub any_alg: bool,
    /// An access token lives so many seconds.
    pub access_token_s: i64,
    /// A used refresh token is taken once more for so many seconds.
    pub refresh_reuse_s: i64,
    /// The shortest password, in characters.
    pub password_min_length: usize,
    /// What somebody is who signs up.
    pub sign_up_role: Role,
    /// An address counts without a mail that confirms it.
    pub autoconfirm: bool,
    /// Guests may begin without an address.
    pub guests: bool,
    /// A sign-in that nobody used ends after so many days.
    pub sign_in_days: u32,
    /// Wrong passwords for one account from one place before it must wait.
    pub password_tries: u32,
    /// What signing keys are sealed with; empty: not sealed.
    pub key_encryption_key: SecretString,
    /// The project where people sign in instead of here.
    pub supabase: Option<Project>,
}

/// A hosted project.
#[derive(Debug, Clone)]
pub struct Project {
    /// Its address; no slash at the end.
    pub url: String,
    /// The key that says nothing about a caller.
    pub anon_key: Option<SecretString>,
    /// The key of the server itself.
    pub service_role_key: Option<SecretString>,
    /// The secret of older projects' tokens.
    pub jwt_secret: Option<SecretString>,
}
