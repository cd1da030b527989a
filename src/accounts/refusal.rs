//! What sign-in refuses, in GoTrue's words: clients decide by the code and show the message.

use super::error::AccountsError;
use crate::store::error::StoreError;

/// Why a request about signing in is refused.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// A field that cannot be used; what is wrong with it.
    #[error("{0}")]
    Invalid(String),
    /// There is no token where one is needed.
    #[error("This endpoint requires a valid Bearer token")]
    NoAuthorization,
    /// The token is not believed.
    #[error("invalid JWT: the token is not valid or has expired")]
    BadToken,
    /// The token's person is not there.
    #[error("User from sub claim in JWT does not exist")]
    NobodySigned,
    /// The token's sign-in has ended.
    #[error("Session from session_id claim in JWT does not exist")]
    SessionEnded,
    /// They may not sign in.
    #[error("User is banned")]
    Banned,
    /// For administration only.
    #[error("User not allowed")]
    NotAdmin,
    /// There is nobody with this id or address; said to administration only.
    #[error("User not found")]
    NobodyThere,
    /// Unknown address or wrong password: the same for both.
    #[error("Invalid login credentials")]
    InvalidCredentials,
    /// The address must be confirmed first.
    #[error("Email not confirmed")]
    NotConfirmed,
    /// The address has an account.
    #[error("User already registered")]
    UserExists,
    /// The address belongs to somebody else.
    #[error("A user with this email address has already been registered")]
    EmailExists,
    /// The password is too short; the fewest characters.
    #[error("Password should be at least {0} characters.")]
    WeakPassword(usize),
    /// The password is the one that they have.
    #[error("New password should be different from the old password.")]
    SamePassword,
    /// A guest cannot have a password without an address.
    #[error("Updating password of an anonymous user without an email or phone is not allowed")]
    GuestPassword,
    /// Guests are not let in here.
    #[error("Anonymous sign-ins are disabled")]
    NoGuests,
    /// Signing in by a mailed code is not offered.
    #[error("Signing in by a mailed link or code is not offered here. Please use a password")]
    NoOtp,
    /// Messages to phones are not sent.
    #[error("Unsupported phone provider")]
    NoPhone,
    /// No such refresh token.
    #[error("Invalid Refresh Token: Refresh Token Not Found")]
    RefreshUnknown,
    /// The refresh token was used long ago: its sign-in is ended.
    #[error("Invalid Refresh Token: Already Used")]
    RefreshUsed,
    /// A mailed link that is worth nothing any longer.
    #[error("Email link is invalid or has expired")]
    LinkExpired,
    /// A mailed code that is wrong or worth nothing any longer.
    #[error("Token has expired or is invalid")]
    CodeExpired,
    /// A redirect's code of nobody.
    #[error("invalid flow state, no valid flow state found")]
    FlowUnknown,
    /// A redirect's code that came too late.
    #[error("invalid flow state, flow state has expired")]
    FlowExpired,
    /// The verifier is not that of the redirect's code.
    #[error("code challenge does not match previously saved code verifier")]
    BadVerifier,
    /// Too many tries; seconds until the next.
    #[error("Request rate limit reached")]
    TooFast(i64),
    /// A mail was asked for a moment ago; seconds until the next.
    #[error("For security purposes, you can only request this after {0} seconds.")]
    MailedJustNow(i64),
    /// Accounts cannot work.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Taken(_) => Self::EmailExists,
            other => Self::Accounts(other.into()),
        }
    }
}

impl From<super::Denied> for Refusal {
    fn from(denied: super::Denied) -> Self {
        match denied {
            super::Denied::Malformed => Self::NoAuthorization,
            super::Denied::Bad(_) => Self::BadToken,
            super::Denied::Gone => Self::NobodySigned,
            super::Denied::Unknown(error) => Self::Accounts(error),
        }
    }
}

impl Refusal {
    /// A field that cannot be used.
    pub(super) fn invalid(words: &str) -> Self {
        Self::Invalid(words.to_owned())
    }

    /// The status and GoTrue's name of the refusal.
    pub fn code(&self) -> (u16, &'static str) {
        match self {
            Self::Invalid(_) => (400, "validation_failed"),
            Self::NoAuthorization => (401, "no_authorization"),
            Self::BadToken => (403, "bad_jwt"),
            Self::NobodySigned => (403, "user_not_found"),
            Self::SessionEnded => (403, "session_not_found"),
            Self::Banned => (403, "user_banned"),
            Self::NotAdmin => (403, "not_admin"),
            Self::NobodyThere => (404, "user_not_found"),
            Self::InvalidCredentials => (400, "invalid_credentials"),
            Self::NotConfirmed => (400, "email_not_confirmed"),
            Self::UserExists => (422, "user_already_exists"),
            Self::EmailExists => (422, "email_exists"),
            Self::WeakPassword(_) => (422, "weak_password"),
            Self::SamePassword => (422, "same_password"),
            Self::GuestPassword => (422, "validation_failed"),
            Self::NoGuests => (422, "anonymous_provider_disabled"),
            Self::NoOtp => (422, "otp_disabled"),
            Self::NoPhone => (400, "phone_provider_disabled"),
            Self::RefreshUnknown => (400, "refresh_token_not_found"),
            Self::RefreshUsed => (400, "refresh_token_already_used"),
            Self::LinkExpired | Self::CodeExpired => (403, "otp_expired"),
            Self::FlowUnknown => (404, "flow_state_not_found"),
            Self::FlowExpired => (422, "flow_state_expired"),
            Self::BadVerifier => (400, "bad_code_verifier"),
            Self::TooFast(_) => (429, "over_request_rate_limit"),
            Self::MailedJustNow(_) => (429, "over_email_send_rate_limit"),
            Self::Accounts(AccountsError::Store(StoreError::Unavailable(_)) | AccountsError::Remote(_)) => {
                (503, "service_unavailable")
            }
            Self::Accounts(_) => (500, "unexpected_failure"),
        }
    }
}
