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
    /// A session is abandoned after so many days without a message.
    pub abandoned_days: u32,
    /// Answered messages are known again for so many days.
    pub kept_days: u32,
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
    /// A guest who did nothing is forgotten after so many days.
    pub guest_days: u32,
    /// A sign-in that nobody used ends after so many days.
    pub sign_in_days: u32,
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
    /// Pictures that a person brings in a window.
    pub picture_upload: u32,
    /// The window, in seconds.
    pub picture_upload_window_s: u32,
    /// Downloads of everything about a person in a window.
    pub account_export: u32,
    /// The window, in seconds.
    pub account_export_window_s: u32,
    /// Looks at what could be said next, of one person in a window.
    pub suggestions: u32,
    /// The window, in seconds.
    pub suggestions_window_s: u32,
    /// Orders of one address in a window.
    pub purchases: u32,
    /// The window, in seconds.
    pub purchases_window_s: u32,
    /// Reads of the REST API of one address by whoever shows no token, in a window.
    pub visitor_reads: u32,
    /// The window, in seconds.
    pub visitor_reads_window_s: u32,
    /// Pictures that are brought from one address in a window.
    pub address_uploads: u32,
    /// The window, in seconds.
    pub address_uploads_window_s: u32,
    /// What the pictures of a guest may take, in MB; 0: what those of an organizer may.
    pub guest_pictures_mb: u32,
    /// What the pictures of all guests together may take, in MB; 0: no bound.
    pub pictures_of_guests_mb: u32,
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
    /// Where organizers connect accounts of their own.
    pub stripe_connect_base: String,
    /// What this platform is called there; empty: accounts are made for them.
    pub stripe_client_id: String,
    /// The version of Stripe's API.
    pub stripe_version: String,
    /// What card payments cost, by currency.
    pub fees: String,
    /// A call to Stripe may take so many seconds.
    pub stripe_timeout_s: u64,
    /// Webhooks of organizers may lead into private networks, and without encryption.
    pub webhooks_private: bool,
}

/// `[models]`
#[derive(Debug, Clone, Deserialize)]
pub struct Models {
    /// The address before `/chat/completions`.
    pub base_url: String,
    /// The model that is asked first.
    pub model: String,
    /// The model that is asked when the first gives no answer; empty: none.
    #[serde(deserialize_with = "unless_none")]
    pub fallback_model: String,
    /// How long the first model may think, in milliseconds.
    pub first_token_ms: u64,
    /// How long the second model may think, in milliseconds.
    pub fallback_first_token_ms: u64,
    /// From the first call to the last word, in milliseconds.
    pub whole_ms: u64,
    /// Between two pieces of an answer, in milliseconds.
    pub gap_ms: u64,
    /// Connecting may take so long, in milliseconds.
    pub connect_ms: u64,
    /// Without a word of a model within so many milliseconds the rules' answer is shown.
    pub answer_within_ms: u64,
    /// `follow` or `drop`: what becomes of words that come later.
    pub late: String,
    /// `queue` or `cancel`: what the organizer's next message does to a model's words.
    pub next_message: String,
    /// Calls for one message, over both models.
    pub tries: u32,
    /// The longest answer, in tokens.
    pub max_tokens: u32,
    /// `auto`, `max_tokens` or `max_completion_tokens`.
    pub max_tokens_field: String,
    /// The longest answer that is shown, in characters.
    pub shown_characters: usize,
    /// Tokens of a session; 0: no limit.
    pub session_tokens: i64,
    /// Tokens of a person on a day; 0: no limit.
    pub user_day_tokens: i64,
    /// Tokens of everybody on a day; 0: no limit.
    pub day_tokens: i64,
    /// `model=read/written` in US dollars for a million tokens.
    pub prices: String,
    /// So many failures in a row let a model rest.
    pub failures: u32,
    /// It rests so many seconds.
    pub rest_s: u64,
    /// Calls are looked back on for so many seconds.
    pub fallback_window_s: u64,
    /// Fewer calls than this conclude nothing.
    pub fallback_least: usize,
    /// More slow calls than this, in percent, switch models off.
    pub fallback_percent: usize,
    /// One call in so many seconds is tried while they are off.
    pub fallback_probe_s: u64,
    /// The model that turns voice messages into words; empty: nobody listens.
    #[serde(deserialize_with = "unless_none")]
    pub transcriber: String,
    /// A voice message is listened to for so many milliseconds at most.
    pub hear_within_ms: u64,
    /// A folder with prompts to use instead of the built-in ones.
    pub prompts_dir: String,
}

/// `[maps]`
#[derive(Debug, Clone, Deserialize)]
pub struct Maps {
    /// Where Google's geocoding is.
    pub base_url: String,
    /// The longest that a look-up may take, in seconds.
    pub deadline_s: u64,
}

/// `[sales]`
#[derive(Debug, Clone, Deserialize)]
pub struct Sales {
    /// Seats are held for so many seconds while they are paid for.
    pub hold_s: u32,
    /// Percent of an order that the operator keeps.
    pub fee_percent: f64,
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

/// The name of a model; nothing for `none`.
fn unless_none<'de, D: Deserializer<'de>>(text: D) -> Result<String, D::Error> {
    String::deserialize(text).map(|name| if name == "none" { String::new() } else { name })
}

/// Addresses and networks, with commas between them.
fn networks<'de, D: Deserializer<'de>>(text: D) -> Result<Vec<IpNet>, D::Error> {
    let text = String::deserialize(text)?;
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let network = |part: &str| part.parse::<IpNet>().ok().or_else(|| part.parse::<IpAddr>().ok().map(IpNet::from));
    let wrong = |part: &str| format!("TRUSTED_PROXIES: {part:?} is no address or network such as 10.0.0.0/8");
    parts.map(|part| network(part).ok_or_else(|| D::Error::custom(wrong(part)))).collect()
}
