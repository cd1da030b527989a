//! Typed settings: defaults, then a file, then the environment. The only reader of the environment.
//!
//! Promises: an unknown key in a file, an unknown `EVENTOS_` variable or a malformed value is one clear line and no start;
//! a name that a later version reads is warned about when it is set, never ignored in silence.

mod chats;
mod sections;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde::Deserialize;
use toml::{Table, Value};

pub use chats::{Discord, DiscordPlace};
pub use sections::{
    Accounts, Database, Limits, Log, LogFormat, Maps, Models, Publisher, Sales, Server, Supabase, Telegram, Wizard,
};

/// The defaults, and the list of every setting there is.
const DEFAULTS: &str = include_str!("../config/default.toml");

/// Plain names of the environment and the settings that they override.
const PLAIN: &[(&str, &str, &str)] = &[
    ("LISTEN_ADDR", "server", "listen_addr"),
    ("PUBLIC_URL", "server", "public_url"),
    ("DATA_DIR", "server", "data_dir"),
    ("TRUSTED_PROXIES", "server", "trusted_proxies"),
    ("RUST_LOG", "log", "filter"),
    ("OPENAI_BASE_URL", "models", "base_url"),
    ("OPENAI_MODEL", "models", "model"),
    ("OPENAI_FALLBACK_MODEL", "models", "fallback_model"),
    ("OPENAI_TRANSCRIBER", "models", "transcriber"),
    ("GOOGLE_MAPS_BASE_URL", "maps", "base_url"),
    ("MAIL_FROM", "publisher", "mail_from"),
    ("OPERATOR_EMAIL", "publisher", "operator_email"),
    ("STRIPE_API_BASE", "publisher", "stripe_api_base"),
    ("TELEGRAM_API_URL", "telegram", "api_url"),
    ("TELEGRAM_MODE", "telegram", "mode"),
    ("STRIPE_CLIENT_ID", "publisher", "stripe_client_id"),
    ("STRIPE_CONNECT_BASE", "publisher", "stripe_connect_base"),
];

/// Names that users may set already and that nothing reads yet.
const NOT_READ_YET: &[&str] = &["SENTRY_DSN", "OTEL_EXPORTER_OTLP_ENDPOINT"];

/// Names that stand for a service outside.
const SERVICES: &[&str] =
    &["SMTP_URL", "STRIPE_SECRET_KEY", "OPENAI_API_KEY", "GOOGLE_MAPS_API_KEY", "TELEGRAM_BOT_TOKEN", "DISCORD_TOKEN"];

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where we are.
    pub server: Server,
    /// The database.
    pub database: Database,
    /// The wizard.
    pub wizard: Wizard,
    /// Signing in.
    pub accounts: Accounts,
    /// The project where people sign in instead of here.
    pub supabase: Option<Supabase>,
    /// How often somebody may ask.
    pub limits: Limits,
    /// The publisher.
    pub publisher: Publisher,
    /// The Telegram bot.
    pub telegram: Telegram,
    /// The Discord bot.
    pub discord: Discord,
    /// The language models.
    pub models: Models,
    /// What models are asked with; without it none is.
    pub openai_api_key: Option<SecretString>,
    /// Looking addresses up.
    pub maps: Maps,
    /// What Google Maps is asked with; without it the gazetteer stands for it.
    pub google_maps_api_key: Option<SecretString>,
    /// Selling tickets.
    pub sales: Sales,
    /// The log.
    pub log: Log,
    /// The server to use instead of the private cluster.
    pub database_url: Option<SecretString>,
    /// A login that may change the schema.
    pub migration_database_url: Option<SecretString>,
    /// Where the private cluster and locks are kept.
    pub data_dir: PathBuf,
    /// Names of outside services that are set.
    pub given: Vec<&'static str>,
    /// The mail server, with its login.
    pub smtp_url: Option<SecretString>,
    /// Stripe's secret key.
    pub stripe_secret_key: Option<SecretString>,
    /// What Stripe's webhooks are signed with: one for each endpoint there.
    pub stripe_webhook_secrets: Vec<SecretString>,
    /// The Telegram bot's token; without it there is none.
    pub telegram_bot_token: Option<SecretString>,
    /// What Telegram shows when it calls.
    pub telegram_webhook_secret: Option<SecretString>,
    /// Names that are set and not read yet, each worth a warning.
    pub not_read: Vec<&'static str>,
}

/// A setting that cannot be used; one line that says which and what to do.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("cannot read the settings file {path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// A key that no setting has.
    #[error("{place}: there is no setting {key}. config/default.toml lists them all")]
    Unknown {
        /// The file or the variable.
        place: String,
        /// The key.
        key: String,
    },
    /// A value of the wrong kind.
    #[error("{place}: {reason}")]
    Malformed {
        /// The file or the variable.
        place: String,
        /// What is expected.
        reason: String,
    },
}

/// What the command line overrides.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--listen`
    pub listen_addr: Option<SocketAddr>,
    /// `--data-dir`
    pub data_dir: Option<PathBuf>,
}

impl Settings {
    /// Reads the settings of this process.
    ///
    /// # Errors
    /// The first value that cannot be used.
    pub fn load(file: Option<&Path>, overrides: &Overrides) -> Result<Self, SettingsError> {
        let text = match file {
            Some(path) => Some((path.display().to_string(), read(path)?)),
            None => None,
        };
        let environment =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self::from(text, &environment.collect::<Vec<_>>(), overrides)
    }

    /// The defaults, whatever this process was told.
    ///
    /// # Errors
    /// None in a program whose defaults fit its settings, which a test shows.
    pub fn defaults(data_dir: PathBuf) -> Result<Self, SettingsError> {
        Self::from(None, &[], &Overrides { data_dir: Some(data_dir), ..Overrides::default() })
    }

    fn from(
        file: Option<(String, String)>,
        environment: &[(String, String)],
        overrides: &Overrides,
    ) -> Result<Self, SettingsError> {
        let mut table: Table = DEFAULTS.parse().map_err(|error| malformed("config/default.toml", &error))?;
        if let Some((place, text)) = file {
            let own: Table = text.parse().map_err(|error| malformed(&place, &error))?;
            merge(&mut table, own, &place)?;
        }
        let set = |name: &str| {
            environment
                .iter()
                .find(|(known, value)| known == name && !value.is_empty())
                .map(|(_, value)| value.as_str())
        };
        override_plain(&mut table, environment)?;
        let parts: Parts = Value::Table(table).try_into().map_err(|error| malformed("the settings", &error))?;
        let secret = |name: &str| set(name).map(SecretString::from);
        let data_dir = overrides.data_dir.clone().unwrap_or_else(|| data_dir(&parts.server.data_dir, set));
        let database_url = secret("DATABASE_URL");
        let supabase = set("SUPABASE_URL").map(|url| Supabase {
            url: url.trim_end_matches('/').to_owned(),
            anon_key: secret("SUPABASE_ANON_KEY"),
            service_role_key: secret("SUPABASE_SERVICE_ROLE_KEY"),
            jwt_secret: secret("SUPABASE_JWT_SECRET"),
        });
        if supabase.is_some() && database_url.is_none() {
            return Err(malformed("SUPABASE_URL", &"DATABASE_URL is needed too: the database of that project"));
        }
        let mut server = parts.server;
        server.listen_addr = overrides.listen_addr.unwrap_or(server.listen_addr);
        Ok(Self {
            database_url,
            migration_database_url: secret("MIGRATION_DATABASE_URL"),
            given: SERVICES.iter().copied().filter(|name| set(name).is_some()).collect(),
            not_read: NOT_READ_YET.iter().copied().filter(|name| set(name).is_some()).collect(),
            server,
            database: parts.database,
            wizard: parts.wizard,
            accounts: parts.accounts,
            supabase,
            limits: parts.limits,
            publisher: parts.publisher,
            models: parts.models,
            openai_api_key: secret("OPENAI_API_KEY"),
            maps: parts.maps,
            google_maps_api_key: secret("GOOGLE_MAPS_API_KEY"),
            sales: parts.sales,
            smtp_url: secret("SMTP_URL"),
            stripe_secret_key: secret("STRIPE_SECRET_KEY"),
            stripe_webhook_secrets: set("STRIPE_WEBHOOK_SECRET").map(each_secret).unwrap_or_default(),
            telegram: parts.telegram,
            telegram_bot_token: secret("TELEGRAM_BOT_TOKEN"),
            telegram_webhook_secret: secret("TELEGRAM_WEBHOOK_SECRET"),
            discord: Discord::read(set)?,
            log: parts.log,
            data_dir,
        })
    }

    /// Whether the program keeps its own database.
    pub fn is_private(&self) -> bool {
        self.database_url.is_none()
    }

    /// The log's filter when nobody set one.
    pub fn default_filter() -> String {
        let defaults: Option<Table> = DEFAULTS.parse().ok();
        let filter = defaults.as_ref().and_then(|table| table.get("log")?.get("filter")?.as_str());
        filter.unwrap_or_default().to_owned()
    }

    /// Where people find us when the server listens here; no slash at the end.
    pub fn public_url(&self, listening: SocketAddr) -> String {
        match self.server.public_url.trim_end_matches('/') {
            "" => format!("http://{listening}"),
            url => url.to_owned(),
        }
    }
}

#[derive(Deserialize)]
struct Parts {
    server: Server,
    database: Database,
    wizard: Wizard,
    accounts: Accounts,
    limits: Limits,
    publisher: Publisher,
    telegram: Telegram,
    models: Models,
    maps: Maps,
    sales: Sales,
    log: Log,
}

fn read(path: &Path) -> Result<String, SettingsError> {
    std::fs::read_to_string(path)
        .map_err(|error| SettingsError::File { path: path.display().to_string(), reason: error.to_string() })
}

fn malformed(place: &str, reason: &impl ToString) -> SettingsError {
    SettingsError::Malformed { place: place.to_owned(), reason: reason.to_string().trim_end().replace('\n', " ") }
}

/// What a value is, in words.
fn kind_words(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "text in quotation marks",
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "a list",
        Value::Table(_) => "a section",
    }
}

/// Lays a file over the defaults; the defaults know every key.
fn merge(defaults: &mut Table, own: Table, place: &str) -> Result<(), SettingsError> {
    for (section, values) in own {
        let unknown = |key: String| SettingsError::Unknown { place: place.to_owned(), key };
        let Some(known) = defaults.get_mut(&section).and_then(Value::as_table_mut) else {
            return Err(unknown(section));
        };
        let Value::Table(values) = values else { return Err(malformed(place, &format!("{section} is a section"))) };
        for (key, value) in values {
            let slot = known.get_mut(&key).ok_or_else(|| unknown(format!("{section}.{key}")))?;
            if !slot.same_type(&value) {
                return Err(malformed(place, &format!("{section}.{key} must be {}", kind_words(slot))));
            }
            *slot = value;
        }
    }
    Ok(())
}

fn override_plain(table: &mut Table, environment: &[(String, String)]) -> Result<(), SettingsError> {
    for (name, value) in environment {
        if let Some((_, section, key)) = PLAIN.iter().find(|(plain, _, _)| plain == name) {
            put(table, name, section, key, value)?;
        } else if let Some(rest) = name.strip_prefix("EVENTOS_") {
            let lower = rest.to_lowercase();
            let unknown = || SettingsError::Unknown { place: name.clone(), key: lower.clone() };
            let (section, key) = lower.split_once("__").ok_or_else(unknown)?;
            put(table, name, section, key, value)?;
        }
    }
    Ok(())
}

/// Puts the text of a variable in the place of a default of the same kind. An empty one says nothing: a compose file leaves `${NAME:-}`.
fn put(table: &mut Table, name: &str, section: &str, key: &str, text: &str) -> Result<(), SettingsError> {
    let slot = table.get_mut(section).and_then(|section| section.get_mut(key));
    let slot =
        slot.ok_or_else(|| SettingsError::Unknown { place: name.to_owned(), key: format!("{section}.{key}") })?;
    let wrong = |wanted: &str| malformed(name, &format!("{text:?} is not {wanted}"));
    if text.is_empty() {
        return Ok(());
    }
    *slot = match slot {
        Value::Integer(_) => Value::Integer(text.parse().map_err(|_| wrong("a whole number"))?),
        Value::Float(_) => Value::Float(text.parse().map_err(|_| wrong("a number"))?),
        Value::Boolean(_) => Value::Boolean(text.parse().map_err(|_| wrong("true or false"))?),
        _ => Value::String(text.to_owned()),
    };
    Ok(())
}

/// Secrets with commas between them.
fn each_secret(text: &str) -> Vec<SecretString> {
    text.split(',').map(str::trim).filter(|secret| !secret.is_empty()).map(SecretString::from).collect()
}

fn data_dir<'a>(setting: &str, set: impl Fn(&str) -> Option<&'a str>) -> PathBuf {
    if !setting.is_empty() {
        return PathBuf::from(setting);
    }
    if rustix::process::geteuid().is_root() {
        return PathBuf::from("/var/lib/eventos");
    }
    let home = || PathBuf::from(set("HOME").unwrap_or(".")).join(".local/share");
    set("XDG_DATA_HOME").map_or_else(home, PathBuf::from).join("eventos")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(file: Option<&str>, environment: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        let file = file.map(|text| ("my.toml".to_owned(), text.to_owned()));
        let environment: Vec<_> =
            environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Settings::from(file, &environment, &Overrides::default())
    }

    #[test]
    fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
        let file = "[server]\nlisten_addr = \"127.0.0.1:1\"\n[wizard]\nidle_s = 5";
        let settings = load(Some(file), &[("LISTEN_ADDR", "127.0.0.1:2"), ("EVENTOS_WIZARD__DRAIN_S", "7")]).unwrap();
        assert_eq!(settings.server.listen_addr.port(), 2);
        assert_eq!((settings.wizard.idle_s, settings.wizard.drain_s, settings.wizard.turn_deadline_s), (5, 7, 30));
    }

    #[test]
    fn what_cannot_be_used_is_one_clear_line() {
        let line = |file: Option<&str>, environment: &[(&str, &str)]| load(file, environment).unwrap_err().to_string();
        assert_eq!(
            line(Some("[server]\nport = 1"), &[]),
            "my.toml: there is no setting server.port. config/default.toml lists them all"
        );
        assert!(line(None, &[("EVENTOS_SERVER_PORT", "1")]).starts_with("EVENTOS_SERVER_PORT: there is no setting"));
        assert_eq!(
            line(None, &[("EVENTOS_WIZARD__IDLE_S", "soon")]),
            "EVENTOS_WIZARD__IDLE_S: \"soon\" is not a whole number"
        );
        assert_eq!(line(Some("[wizard]\nidle_s = \"5\""), &[]), "my.toml: wizard.idle_s must be a whole number");
        assert!(!line(None, &[("LISTEN_ADDR", "here")]).contains('\n'));
    }

    #[test]
    fn an_empty_variable_is_one_that_is_not_set() {
        let names = [
            "RUST_LOG",
            "OPENAI_MODEL",
            "LISTEN_ADDR",
            "EVENTOS_WIZARD__IDLE_S",
            "EVENTOS_ACCOUNTS__ALG",
            "DATABASE_URL",
        ];
        let file = "[wizard]\nidle_s = 5\n[log]\nfilter = \"debug\"";
        let (plain, empty) = (load(Some(file), &[]).unwrap(), load(Some(file), &names.map(|name| (name, ""))).unwrap());
        assert_eq!((empty.log.filter.as_str(), empty.wizard.idle_s), ("debug", 5), "the file's, not the default's");
        assert_eq!(format!("{empty:?}"), format!("{plain:?}"));
        assert!(load(None, &[("EVENTOS_WIZARD__IDLE", "")]).is_err(), "a slip is told all the same");
        let models = load(None, &[("OPENAI_FALLBACK_MODEL", "none"), ("OPENAI_TRANSCRIBER", "none")]).unwrap().models;
        assert!(models.fallback_model.is_empty() && models.transcriber.is_empty() && !models.model.is_empty());
    }

    #[test]
    fn proxies_are_addresses_and_networks() {
        let settings = load(None, &[("TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.7,2001:db8::/32")]).unwrap();
        let proxies: Vec<String> = settings.server.trusted_proxies.iter().map(ToString::to_string).collect();
        assert_eq!(proxies, ["10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32"]);
        let line = load(None, &[("TRUSTED_PROXIES", "the-proxy")]).unwrap_err().to_string();
        assert!(line.contains("TRUSTED_PROXIES: \"the-proxy\" is no address") && !line.contains('\n'), "{line}");
    }

    #[test]
    fn each_endpoint_at_stripe_has_its_secret() {
        use secrecy::ExposeSecret as _;
        let given = |text: &str| -> Vec<String> {
            let settings = load(None, &[("STRIPE_WEBHOOK_SECRET", text)]).unwrap();
            settings.stripe_webhook_secrets.iter().map(|secret| secret.expose_secret().to_owned()).collect()
        };
        assert_eq!(given("whsec_own, whsec_connected,"), ["whsec_own", "whsec_connected"]);
        assert!(given(" , ").is_empty(), "an empty secret would sign everything");
        assert!((load(None, &[("EVENTOS_SALES__FEE_PERCENT", "2.5")]).unwrap().sales.fee_percent - 2.5).abs() < 1e-9);
    }

    #[test]
    fn names_of_later_versions_are_noticed() {
        assert_eq!(load(None, &[("SENTRY_DSN", "x"), ("SMTP_URL", "")]).unwrap().not_read, ["SENTRY_DSN"]);
    }
}
