//! Why a request did not work, sorted by what can be done about it.

use serenity::http::HttpError;

/// Why a request did not work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The platform asks to wait.
    Limited {
        /// So long.
        seconds: u32,
    },
    /// The platform cannot be reached, or does not work.
    Away {
        /// Why.
        reason: String,
        /// The request may have worked all the same.
        unclear: bool,
    },
    /// The person or the place cannot be written to.
    Gone(String),
    /// The token of an interaction does not count any more, or the message that it names is gone.
    Expired(String),
    /// The interaction was answered already.
    Answered,
    /// The token of the bot does not count.
    Unauthorized,
    /// The platform refuses it and would again.
    Refused(String),
}

/// The platform's own codes. Source: "JSON Error Codes" of its API.
mod code {
    pub(super) const UNKNOWN_CHANNEL: isize = 10_003;
    pub(super) const UNKNOWN_MESSAGE: isize = 10_008;
    pub(super) const UNKNOWN_USER: isize = 10_013;
    pub(super) const UNKNOWN_WEBHOOK: isize = 10_015;
    pub(super) const UNKNOWN_INTERACTION: isize = 10_062;
    pub(super) const ALREADY_ACKNOWLEDGED: isize = 40_060;
    pub(super) const MISSING_ACCESS: isize = 50_001;
    pub(super) const CANNOT_SEND_TO_USER: isize = 50_007;
    pub(super) const MISSING_PERMISSIONS: isize = 50_013;
    pub(super) const INVALID_WEBHOOK_TOKEN: isize = 50_027;
    pub(super) const NO_MUTUAL_GUILDS: isize = 50_278;
}

/// What to wait when the platform does not say how long, in seconds.
const UNTOLD_S: u32 = 5;

impl From<&serenity::Error> for Fault {
    fn from(error: &serenity::Error) -> Self {
        match error {
            serenity::Error::Http(HttpError::UnsuccessfulRequest(response)) => {
                // Neither address nor body: they carry tokens and what people wrote.
                let reason = format!("{} ({})", response.error.message, response.error.code);
                Self::told(response.status_code.as_u16(), response.error.code, reason)
            }
            serenity::Error::Http(HttpError::Request(request)) => Self::away(request),
            serenity::Error::Json(_) => Self::Away { reason: "its answer cannot be read".to_owned(), unclear: true },
            other => Self::Refused(kind(other).to_owned()),
        }
    }
}

impl Fault {
    fn told(status: u16, code: isize, reason: String) -> Self {
        match (status, code) {
            (429, _) => Self::Limited { seconds: UNTOLD_S },
            (500.., _) => Self::Away { reason: format!("{status} {reason}"), unclear: true },
            (_, code::ALREADY_ACKNOWLEDGED) => Self::Answered,
            (
                _,
                code::UNKNOWN_INTERACTION | code::UNKNOWN_WEBHOOK | code::INVALID_WEBHOOK_TOKEN | code::UNKNOWN_MESSAGE,
            ) => Self::Expired(reason),
            (401, _) => Self::Unauthorized,
            (
                _,
                code::CANNOT_SEND_TO_USER
                | code::UNKNOWN_CHANNEL
                | code::UNKNOWN_USER
                | code::MISSING_ACCESS
                | code::MISSING_PERMISSIONS
                | code::NO_MUTUAL_GUILDS,
            ) => Self::Gone(reason),
            _ => Self::Refused(format!("{status} {reason}")),
        }
    }

    fn away(error: &reqwest::Error) -> Self {
        let reason = if error.is_timeout() { "no answer in time" } else { "cannot be reached" };
        Self::Away { reason: reason.to_owned(), unclear: !error.is_connect() }
    }

    /// One word, for what is counted.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Limited { .. } => "limited",
            Self::Away { .. } => "away",
            Self::Gone(_) => "gone",
            Self::Expired(_) => "expired",
            Self::Answered => "answered",
            Self::Unauthorized => "unauthorized",
            Self::Refused(_) => "refused",
        }
    }

    /// In words, for the log.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Limited { seconds } => format!("the platform asks to wait for {seconds} s"),
            Self::Away { reason, .. } => format!("the platform is away: {reason}"),
            Self::Gone(reason) => format!("nobody hears us there: {reason}"),
            Self::Expired(reason) => format!("too late: {reason}"),
            Self::Answered => "answered already".to_owned(),
            Self::Unauthorized => "the platform refuses the token".to_owned(),
            Self::Refused(reason) => format!("refused: {reason}"),
        }
    }
}

fn kind(error: &serenity::Error) -> &'static str {
    match error {
        serenity::Error::Http(_) => "a request that cannot be made",
        serenity::Error::Url(_) => "an address that is none",
        _ => "a fault of the library",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_is_sorted_by_what_can_be_done() {
        let told = |status, code| Fault::told(status, code, String::new());
        assert_eq!(told(429, 0), Fault::Limited { seconds: UNTOLD_S });
        assert!(matches!(told(502, 0), Fault::Away { unclear: true, .. }));
        assert_eq!(told(400, 40_060), Fault::Answered);
        assert!(matches!(told(404, 10_062), Fault::Expired(_)));
        assert!(matches!(told(401, 50_027), Fault::Expired(_)), "that of the interaction, not ours");
        assert_eq!(told(401, 0), Fault::Unauthorized);
        assert!(matches!(told(403, 50_007), Fault::Gone(_)));
        assert!(matches!(told(404, 10_003), Fault::Gone(_)));
        assert!(matches!(told(400, 50_035), Fault::Refused(_)));
    }
}
