//! What the panel learns at run time from `GET /config.json`; nothing of it is baked into the bundle.

use serde::Serialize;

/// The panel's configuration. Nothing in it is a secret.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PanelConfig {
    /// The project where people sign in; absent: this server itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supabase_url: Option<String>,
    /// The public key of that project, or of this server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supabase_anon_key: Option<String>,
    /// Where people find us; no slash at the end.
    pub public_url: String,
    /// Where the chat is.
    pub copilotkit_url: String,
    /// The largest picture, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_upload_bytes: Option<u64>,
    /// How payments are set up.
    pub payments: Payments,
    /// How people sign in.
    pub sign_in: SignIn,
}

/// How payments are set up.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Payments {
    /// Where an organizer connects an account; absent: nowhere yet (ruling C-72).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect_url: Option<String>,
}

/// How people sign in.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignIn {
    /// One may look around without an address.
    pub anonymous: bool,
    /// The fewest characters of a password; absent: the project where people sign in knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_min_length: Option<usize>,
}
