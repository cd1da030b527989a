//! The sections of the settings, typed. Each field is a line of `config/default.toml`, where the comment says more.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use secrecy::SecretString;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// `[server]`
#[derive(Debug, Clone, Deserialize)]
pub struct Server {
    /// Where to listen.
    pub listen_addr: SocketAddr,
    /// Where people find us; empty: the listen address.
    pub public_url: String,
    pub(super) data_dir: String,
    /// Whose word about the client's address is taken.
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// Connections that are served at once.
    pub connections: usize,
    /// Of these, connections of one address.
    pub connections_per_address: usize,
    /// The head of a request is sent within so many seconds, and an idle connection is kept so long.
    pub head_timeout_s: u64,
    /// The body of a request is sent within so many seconds.
    pub body_timeout_s: u64,
}

/// `[database]`
#[derive(Debug, Clone, Deserialize)]
pub struct Database {
    /// Connections of this process.
    pub connections: u32,
    /// Where postgres is; empty: looked for.
    pub bin_dir: String,
    /// Loads invented venues and events into the private database.
    pub demo_data: bool,
}

/// `[wizard]`
#[derive(Debug, Clone, Deserialize)]
pub struct Wizard {
    /// A turn's bound, in seconds.
    pub turn_deadline_s: u64,
    /// How long a process may work on a message before another may take it over, in seconds; renewed while it works.
    pub lease_s: u64,
    /// A session sleeps after so many seconds.
    pub idle_s: u64,
    /// A stopping program waits so many seconds.
    pub drain_s: u64,
    /// Threads for actors; 0: one a core.
    pub arbiters: usize,
}

/// `[accounts]`
#[derive(Debug, Clone, Deserialize)]
pub struct Accounts {
    /// `RS256` or `ES256`.
    pub alg: String,
    /// An access token lives so many seconds.
    pub access_token_s: i64,
    /// A used refresh token is taken again for so many seconds.
    pub refresh_reuse_s: i64,
    /// The shortest password, in characters.
    pub password_min_length: usize,
    /// `organizer` or `attendee`: what somebody is who signs up.
    pub sign_up_role: String,
    /// `on`, `off` or `auto`: addresses need no confirmation while no mail can be sent.
    pub autoconfirm: String,
    /// Guests may begin without an address.
    pub guests: bool,
    /// Wrong passwords for one account from one place before it must wait.
    pub password_tries: u32,
    /// What signing keys are sealed with in the database; empty: not sealed.
    pub key_encryption_key: SecretString,
}

/// Somebody else's sign-in.
#[derive(Debug, Clone)]
pub struct Supabase {
    /// The project's address; no slash at the end.
    pub url: String,
    /// The key that says nothing about a caller.
    pub anon_key: Option<SecretString>,
    /// The key of the server itself.
    pub service_role_key: Option<SecretString>,
    /// The secret of older projects' tokens.
    pub jwt_secret: Option<SecretString>,
}

/// `[limits]`
#[derive(Debug, Clone, Deserialize)]
pub struct Limits {
    /// Turns of the wizard of a person in a window.
    pub ai_wizard: u32,
    /// The window, in seconds.
    pub ai_wizard_window_s: u32,
    /// How long nothing passes after too many, in seconds.
    pub ai_wizard_block_s: u32,
    /// Events that a person makes over REST in a window.
    pub event_creation: u32,
    /// The window, in seconds.
    pub event_creation_window_s: u32,
    /// Searches for venues of a person over REST in a window.
    pub venue_search: u32,
    /// The window, in seconds.
    pub venue_search_window_s: u32,
    /// People who are remembered for each of these.
    pub max_keys: usize,
    /// Requests of one address each second, once its burst is used up.
    pub address_per_s: u32,
    /// Requests of one address at once.
    pub address_burst: u32,
}

/// `[publisher]`
#[derive(Debug, Clone, Deserialize)]
pub struct Publisher {
    /// Items that are worked on at the same time; 0: none.
    pub parallel: usize,
    /// The queue is looked at every so many seconds.
    pub poll_s: u64,
    /// An item is held for so many seconds.
    pub lease_s: i32,
    /// An item that was begun so often is a dead letter.
    pub max_attempts: i32,
    /// The first pause after a failure, in seconds.
    pub backoff_s: u32,
    /// The longest pause, in seconds.
    pub backoff_max_s: u32,
    /// A mail server may take so many seconds.
    pub mail_timeout_s: u64,
    /// Who mails are from.
    pub mail_from: String,
    /// Who is told of dead letters; empty: nobody.
    pub operator_email: String,
    /// Where Stripe's API is.
    pub stripe_api_base: String,
    /// The version of Stripe's API.
    pub stripe_version: String,
    /// A call to Stripe may take so many seconds.
    pub stripe_timeout_s: u64,
}

/// `[telegram]`
#[derive(Debug, Clone, Deserialize)]
pub struct Telegram {
    /// Where the Bot API is; empty: Telegram's own.
    pub api_url: String,
    /// `poll` or `webhook`.
    pub mode: String,
}

/// `[log]`
#[derive(Debug, Clone, Deserialize)]
pub struct Log {
    /// `json`, `pretty` or `auto`.
    pub format: LogFormat,
    /// As in `RUST_LOG`.
    pub filter: String,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Pretty when a person looks on, else JSON.
    Auto,
    /// One JSON object a line.
    Json,
    /// For people.
    Pretty,
}

/// Addresses and networks, with commas between them.
fn networks<'de, D: Deserializer<'de>>(text: D) -> Result<Vec<IpNet>, D::Error> {
    let text = String::deserialize(text)?;
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let network = |part: &str| part.parse::<IpNet>().ok().or_else(|| part.parse::<IpAddr>().ok().map(IpNet::from));
    let wrong = |part: &str| format!("TRUSTED_PROXIES: {part:?} is no address or network such as 10.0.0.0/8");
    parts.map(|part| network(part).ok_or_else(|| D::Error::custom(wrong(part)))).collect()
}
