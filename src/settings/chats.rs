//! What the chats of other platforms are told by the environment.

use std::net::SocketAddr;
use std::path::PathBuf;

use secrecy::SecretString;

use super::{SettingsError, malformed};

/// The Discord bot: `DISCORD_TOKEN`, `DISCORD_MODE`, `DISCORD_PUBLIC_KEY`.
#[derive(Debug, Clone, Default)]
pub struct Discord {
    /// The token of the bot; without it there is none.
    pub token: Option<SecretString>,
    /// The key of the application, when interactions come as signed requests instead of over the gateway.
    pub public_key: Option<String>,
    /// Where Discord is.
    pub place: DiscordPlace,
}

/// Where Discord is. Everything but the real one is for tests, on this machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum DiscordPlace {
    /// Where it always is.
    #[default]
    Real,
    /// Another server speaks for it (`DISCORD_API_URL`).
    Instead(String),
    /// Its real name, led to this address (`DISCORD_RESOLVE`), with a certificate of this authority (`DISCORD_CA`).
    Resolved(SocketAddr, PathBuf),
}

impl Discord {
    /// Reads what is set.
    ///
    /// # Errors
    /// The first value that cannot be used.
    pub(super) fn read<'a>(set: impl Fn(&str) -> Option<&'a str>) -> Result<Self, SettingsError> {
        let public_key = match set("DISCORD_MODE").unwrap_or("gateway") {
            "gateway" => None,
            "http" => {
                let key = set("DISCORD_PUBLIC_KEY");
                Some(key.ok_or_else(|| malformed("DISCORD_MODE", &"http needs DISCORD_PUBLIC_KEY too"))?.to_owned())
            }
            other => return Err(malformed("DISCORD_MODE", &format!("{other:?} is not gateway or http"))),
        };
        let place = match (set("DISCORD_API_URL"), set("DISCORD_RESOLVE"), set("DISCORD_CA")) {
            (None, None, None) => DiscordPlace::Real,
            (Some(url), None, None) => DiscordPlace::Instead(instead(url)?),
            (None, Some(address), Some(authority)) => {
                DiscordPlace::Resolved(resolved(address)?, PathBuf::from(authority))
            }
            (None, Some(_), None) => return Err(malformed("DISCORD_RESOLVE", &"DISCORD_CA is needed too")),
            (None, None, Some(_)) => return Err(malformed("DISCORD_CA", &"DISCORD_RESOLVE is needed too")),
            (Some(_), ..) => return Err(malformed("DISCORD_API_URL", &"either this or DISCORD_RESOLVE, not both")),
        };
        Ok(Self { token: set("DISCORD_TOKEN").map(SecretString::from), public_key, place })
    }
}

/// The bot's token goes there: nowhere but to this machine.
fn instead(url: &str) -> Result<String, SettingsError> {
    let host = url.strip_prefix("http://").and_then(|rest| rest.trim_end_matches('/').parse::<SocketAddr>().ok());
    match host {
        Some(host) if host.ip().is_loopback() => Ok(url.trim_end_matches('/').to_owned()),
        _ => Err(malformed("DISCORD_API_URL", &"only for tests: http://127.0.0.1:PORT")),
    }
}

fn resolved(address: &str) -> Result<SocketAddr, SettingsError> {
    match address.parse::<SocketAddr>() {
        Ok(address) if address.ip().is_loopback() => Ok(address),
        _ => Err(malformed("DISCORD_RESOLVE", &"only for tests: 127.0.0.1:PORT")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(environment: &[(&str, &'static str)]) -> Result<Discord, String> {
        let set = |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        Discord::read(set).map_err(|error| error.to_string())
    }

    #[test]
    fn without_anything_there_is_no_bot_and_the_place_is_the_real_one() {
        let settings = read(&[]).unwrap();
        assert!(settings.token.is_none() && settings.public_key.is_none());
        assert_eq!(settings.place, DiscordPlace::Real);
    }

    #[test]
    fn another_place_is_on_this_machine_or_refused() {
        let place = |environment: &[(&str, &'static str)]| read(environment).map(|settings| settings.place);
        assert_eq!(
            place(&[("DISCORD_API_URL", "http://127.0.0.1:4321/")]),
            Ok(DiscordPlace::Instead("http://127.0.0.1:4321".to_owned()))
        );
        let resolved = DiscordPlace::Resolved("127.0.0.1:4322".parse().unwrap(), PathBuf::from("ca.pem"));
        assert_eq!(place(&[("DISCORD_RESOLVE", "127.0.0.1:4322"), ("DISCORD_CA", "ca.pem")]), Ok(resolved));
        for elsewhere in [
            "http://evil.example",
            "https://discord.com",
            "http://10.0.0.1:1",
            "http://127.0.0.1.evil.example:80",
            "http://127.0.0.1:80@evil.example",
        ] {
            assert!(
                place(&[("DISCORD_API_URL", elsewhere)]).unwrap_err().starts_with("DISCORD_API_URL: only for tests"),
                "{elsewhere}"
            );
        }
        assert!(place(&[("DISCORD_RESOLVE", "10.0.0.1:443"), ("DISCORD_CA", "ca.pem")]).is_err());
        assert!(place(&[("DISCORD_RESOLVE", "127.0.0.1:443")]).is_err());
        assert!(place(&[("DISCORD_CA", "ca.pem")]).is_err());
    }

    #[test]
    fn requests_need_a_key() {
        assert_eq!(read(&[("DISCORD_MODE", "http")]).unwrap_err(), "DISCORD_MODE: http needs DISCORD_PUBLIC_KEY too");
        assert!(read(&[("DISCORD_MODE", "carrier pigeon")]).is_err());
        let settings = read(&[("DISCORD_MODE", "http"), ("DISCORD_PUBLIC_KEY", "ab")]).unwrap();
        assert_eq!(settings.public_key.as_deref(), Some("ab"));
    }
}
